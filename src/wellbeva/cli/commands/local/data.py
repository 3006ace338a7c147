"""``wellbeva data``: the tables of local evidence, and what they say of one area."""

from __future__ import annotations

import textwrap
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from wellbeva.cli.json_output import print_json
from wellbeva.cli.options import JsonOption, argument, option
from wellbeva.cli.output import WIDTH, print_lines, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from wellbeva.local.areas import Area, Deprivation
    from wellbeva.local.tables import Record

FIRST_ROWS = 5
FIFTH_WORDS = ("most deprived", "second", "middle", "fourth", "least deprived")

app = typer.Typer(help="Local evidence: its tables, and what is known of one area.", no_args_is_help=True)


@app.command("list")
def list_tables(as_json: JsonOption = False) -> None:
    """List the tables with publisher, date, licence and rows."""
    from wellbeva.local.areas import GROUPS, group
    from wellbeva.local.tables import LICENCE, records

    if as_json:
        print_json([*records().values()])
        return
    lines = [f"Tables of local evidence, under the {LICENCE} unless named."]
    for record in records().values():
        lines += ["", *textwrap.wrap(f"{record.name}: {record.title}", WIDTH, subsequent_indent="  ")]
        other = "" if record.licence == LICENCE else f"; {record.licence}"
        lines += wrapped(f"{record.publisher}, {record.source_date}; {record.vintage}; {record.rows:,} rows{other}")
    lines += ["", "One table: wellbeva data show wellbeing. One area: wellbeva data show Liverpool."]
    groups = ", ".join(f"@{name} ({len(group(name))})" for name in GROUPS)
    lines += ["Groups of areas, as in `wellbeva sweep FILE --over area=@countries`:", *wrapped(groups)]
    print_lines(lines)


@app.command("show", no_args_is_help=True)
def show(
    what: Annotated[str, argument("Code or name of an area, or name of a table.", "AREA|TABLE")],
    year: Annotated[str, option("Year of the wellbeing, as 2018-19; the last one if not given.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Show one area, or one table and its first rows."""
    from wellbeva.local import areas
    from wellbeva.local.tables import records

    if what in records():
        _show_table(records()[what], as_json=as_json)
        return
    code, chosen = find_area(what, beside=records()), year_of(year)
    if as_json:
        print_json(area_to_plain(areas.area(code), chosen))
    else:
        print_lines(card(areas.area(code), chosen))


def find_area(name: str, *, beside: Iterable[str] = ()) -> str:
    """Return the code of the area that somebody names.

    Parameters
    ----------
    name : str
    beside : iterable of str
        Other names that could have been meant.

    Raises
    ------
    WellbevaError
        ``WB-S160`` if there is none, or several.
    """
    from wellbeva.errors import near_miss, refusal
    from wellbeva.local.search import NotFound, find

    code = find(name)
    if isinstance(code, NotFound):
        raise refusal("WB-S160", code.message, near_miss(name[:60], beside) or code.remedy, *code.facts)
    return code


def year_of(year: str) -> str:
    """Return a year of the tables of wellbeing, the last one if none is given.

    Raises
    ------
    WellbevaError
        ``WB-S161`` if there is none.
    """
    from wellbeva.errors import refusal
    from wellbeva.local.wellbeing import FIRST_YEAR, LAST_YEAR, MEASURES

    chosen = year or LAST_YEAR
    if (MEASURES[0], chosen) not in _uk().wellbeing:
        fact = f"years are {FIRST_YEAR} to {LAST_YEAR}, each from April to March"
        raise refusal(
            "WB-S161", f"there is no wellbeing of the year {chosen[:40]!r}", f"write a year like {LAST_YEAR}", fact
        )
    return chosen


def card(area: Area, year: str) -> list[str]:
    """Write what is known of an area, at most 80 columns wide.

    Parameters
    ----------
    area : Area
    year : str
        Of the wellbeing, as ``2022-23``.

    Returns
    -------
    list of str
        Lines.
    """
    from wellbeva.local.areas import name_of
    from wellbeva.local.tables import ATTRIBUTION, records

    lines = [f"{area.name} ({area.code}), {area.kind}"]
    if area.replaced_by:
        lines += wrapped(f"Ended; now {', '.join(name_of(code) for code in area.replaced_by)}.")
    if area.formed_from:
        lines += wrapped(f"Made of {', '.join(name_of(code) for code in area.formed_from)}.")
    lines += _wellbeing(area, year)
    dated = {name: f"{record.publisher}, {record.source_date}" for name, record in records().items()}
    if area.population is not None:
        people = area.population
        summed = f"; sum of {len(people.parts)} districts" if people.parts else ""
        text = f"{people.all:,} people in mid-2020, {people.aged_16_plus:,} aged 16 and over (indicative{summed})"
        lines += ["", "Population", *wrapped(text), *wrapped(dated["population"])]
    lines += _deprivation(area, dated)
    if area.income:
        last = max(area.income)
        of_uk = _uk().income.get(last)
        text = f"£{area.income[last]:,} a head in {last}" + (f"; UK £{of_uk:,}" if of_uk else "")
        lines += ["", "Disposable household income, of all people", *wrapped(text), *wrapped(dated["income"])]
    if area.child_poverty:
        last = max(area.child_poverty)
        before, after = area.child_poverty[last]
        shares = [
            f"{share:.1f}% {when} housing costs" for share, when in ((before, "before"), (after, "after")) if share
        ]
        text = f"{', '.join(shares)}, year from April {last}"
        lines += ["", "Children in relative poverty", *wrapped(text), *wrapped(dated["child_poverty"])]
    if area.missing:
        lines += ["", "Not known"]
        for gap in area.missing:
            lines += wrapped(f"{gap.what}: {gap.why}")
    lines.append("")
    lines += wrapped(ATTRIBUTION, indent="")
    return lines


def _wellbeing(area: Area, year: str) -> list[str]:
    from wellbeva.local.areas import name_of, why_no_wellbeing
    from wellbeva.local.tables import records
    from wellbeva.local.wellbeing import MEASURES, with_interval
    from wellbeva.report.text.numbers import capital

    uk, main = _uk().wellbeing, area.wellbeing.get((MEASURES[0], year))
    lines = ["", f"Wellbeing from 0 to 10, April to March {year}, with 95% intervals"]
    lines.append(f"  {'':17} {'published':19} {'shrunk':19} {'UK':19}".rstrip())
    for measure in MEASURES:
        estimate = area.wellbeing.get((measure, year))
        columns = (estimate, estimate and estimate.shrunk, uk[measure, year])
        cells = (with_interval(one) if one else "none" for one in columns)
        lines.append(f"  {capital(measure.replace('_', ' ')):17} {' '.join(f'{cell:19}' for cell in cells)}".rstrip())
    if main is None:
        lines += wrapped(f"None: {why_no_wellbeing(area, MEASURES[0], year)}.")
    elif main.shrunk is not None:
        lines += wrapped(
            f"Shrunk: drawn towards the mean of {main.shrunk.pool.areas} {main.peers} ({main.shrunk.pool.mean:.2f} for "
            f"life satisfaction; {area.name}'s own mean has {main.shrunk.weight:.0%} of the weight). Most gaps between "
            "areas are within the error of the survey, so no rank is given. These are averages of people aged 16 and "
            "over in an area, not effects on one person."
        )
        if main.code != area.code:
            lines += wrapped(f"Published for {name_of(main.code)}, the same territory.")
    else:
        lines += wrapped("Not shrunk: an area of this kind has no peers. Averages of people aged 16 and over.")
    record = records()["wellbeing"]
    return [*lines, *wrapped(f"{record.publisher}, {record.source_date}")]


def _deprivation(area: Area, dated: Mapping[str, str]) -> list[str]:
    if area.imd_2019 is None and area.imd_2025 is None:
        return []
    lines = ["", "Deprivation in England (a higher score is more deprived)"]
    if area.imd_2025 is not None:
        rank = f", rank {area.imd_2025.rank} of {area.imd_2025.areas} (1 is the most deprived)"
        lines += wrapped(f"2025: {_score(area.imd_2025)}{rank}")
    if area.imd_2019 is not None:
        again = "" if area.imd_2019.official else "; made again for these boundaries, not an official table"
        lines += wrapped(f"2019: {_score(area.imd_2019)}{again}")
    if area.tenths:
        fifths = ", ".join(f"{n} {words}" for n, words in zip(area.fifths, FIFTH_WORDS, strict=True))
        lines += wrapped(f"{sum(area.tenths)} neighbourhoods by fifth of England in 2019: {fifths}")
    return [*lines, *wrapped(f"{dated['imd_2025']}; the index of 2019: 2019")]


def _score(index: Deprivation) -> str:
    return f"score {index.score:.1f}, {index.worst_tenth:.0%} of neighbourhoods in the most deprived tenth"


def _uk() -> Area:
    from wellbeva.local.areas import UK, area

    return area(UK)


def area_to_plain(area: Area, year: str) -> dict[str, object]:
    """Return an area as JSON can hold it, published and shrunk beside each other, with the records of its tables.

    Parameters
    ----------
    area : Area
    year : str
        Of the wellbeing, as ``2022-23``.
    """
    from wellbeva.local.tables import records

    plain = asdict(area)
    plain["year"] = year
    plain["wellbeing"] = {
        measure: asdict(estimate) for (measure, when), estimate in area.wellbeing.items() if when == year
    }
    plain["uk"] = {measure: asdict(estimate) for (measure, when), estimate in _uk().wellbeing.items() if when == year}
    plain["fifths"] = area.fifths
    plain["child_poverty"] = {
        when: {"before_housing_costs": before, "after_housing_costs": after}
        for when, (before, after) in area.child_poverty.items()
    }
    plain["tables"] = [asdict(record) for record in records().values()]
    return plain


def _show_table(record: Record, *, as_json: bool) -> None:
    from itertools import islice

    from wellbeva.local.tables import rows

    listed = list(islice(rows(record.name), FIRST_ROWS))
    if as_json:
        print_json({**asdict(record), "first_rows": [dict(row) for row in listed]})
        return
    lines = textwrap.wrap(f"{record.name}: {record.title}", WIDTH, subsequent_indent="  ")
    for words, text in (
        ("Publisher", record.publisher),
        ("Source date", record.source_date),
        ("Years", record.vintage),
        ("Boundaries", record.boundaries),
        ("Licence", record.licence),
        ("Attribution", record.attribution),
        ("Link", record.link),
        ("Read from", record.snapshot),
        ("Rows", f"{record.rows:,}"),
        ("SHA-256", record.sha256),
        *(("Note", note) for note in record.notes),
    ):
        lines += textwrap.wrap(f"{words}: {text}", WIDTH, subsequent_indent="  ")
    for name, digest in record.sources.items():
        lines += textwrap.wrap(f"Source file: {name}, SHA-256 {digest}", WIDTH, subsequent_indent="  ")
    heads = [(head, [row[head] for row in listed]) for head in listed[0]]
    lines += ["", f"First {len(listed)} rows:", *_columns(heads)]
    print_lines(lines)


def _columns(heads: Sequence[tuple[str, Sequence[str]]]) -> list[str]:
    """Lay out columns side by side as far as 80 characters go, and name those that are left out."""
    lines = [""] * (1 + len(heads[0][1]))
    left: list[str] = []
    for head, cells in heads:
        width = min(30, max(len(cell) for cell in (head, *cells)))
        if left or len(lines[0]) + width + 2 > WIDTH:
            left.append(head)
            continue
        lines = [f"{line}{cell[:width]:{width}}  " for line, cell in zip(lines, (head, *cells), strict=True)]
    rows = [line.rstrip() for line in lines]
    return rows if not left else [*rows, *textwrap.wrap(f"and the columns {', '.join(left)}", WIDTH)]
