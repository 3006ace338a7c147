"""Every input in one table: as its source prints it, what is drawn from it, where it comes from and how good that is.

`wellbeva explain --plot` draws them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from itertools import groupby, zip_longest
from typing import TYPE_CHECKING

from wellbeva.distributions.families import FAMILIES
from wellbeva.distributions.moments import mean
from wellbeva.distributions.quantile import nine_in_ten
from wellbeva.report.facts.input_source import area_words, covering_of, given_by
from wellbeva.report.facts.names import axis_word
from wellbeva.report.page.view import Cell, Column, Row, Table
from wellbeva.report.text import numbers
from wellbeva.report.text.distributions import percent, printed, trimmed, used

if TYPE_CHECKING:
    from wellbeva.plan.record import Input, Record
    from wellbeva.scenario.spec import Source
    from wellbeva.scenario.value import Cite

EXACT = 4  # significant figures of a base case
_LONG = re.compile(r"\d+\.\d{4,}")


def inputs_table(record: Record, *, currency: str) -> Table:
    """List every input, a row each, those of one name together.

    Parameters
    ----------
    record : Record
    currency : str
        For inputs in money.
    """
    uncertain = sum(bool(given_input.element) for given_input in record.inputs)
    rows: list[Row] = []
    unchanged: list[str] = []
    for _, found in groupby(record.inputs, key=lambda given_input: given_input.parameter):
        some = list(found)
        shared = set.intersection(*(set(given_input.labels) for given_input in some)) if len(some) > 1 else set()
        if len(some) > 1:
            rows.append(
                Row(title_of(some[0]), kind="band", under="; ".join([some[0].parameter, *_words(shared, record)]))
            )
        for given_input, after in zip_longest(some, some[1:]):
            places = ", ".join(_words([one for one in given_input.labels if one not in shared], record))
            plain = _plain(given_input)
            head = places or "all" if len(some) > 1 else title_of(given_input)
            rows.append(Row(head, _cells(given_input, record, currency), media="screen" if plain else ""))
            if given_input.note and (after is None or after.note != given_input.note):
                rows.append(Row(given_input.note, kind="note"))
            if plain:
                unchanged.append(_words_for(given_input) + (f" ({places})" if places else ""))
    return Table(
        "aI",
        "",
        f"A. Inputs: {len(record.inputs)}, of which {uncertain} {'is' if uncertain == 1 else 'are'} uncertain",
        "As the source prints them, then as used. The last three columns of numbers say what is drawn: the average, "
        f"and the ends of 9 of 10 draws.{' S1 is the first source of annex D.' if record.scenario.sources else ''}",
        (
            *map(Column, ("Input", "As printed", "Unit")),
            *(Column(head, css="n") for head in ("Base case", "Average", "5%", "95%")),
            Column("Law", css="printonly"),
            *map(Column, ("Evidence", "Source")),
            *(Column(head, css="screenonly long") for head in ("Given by", "Drawn from", "In the file")),
        ),
        tuple(rows),
        note=f"Left at 0 or at the model’s default: {'; '.join(unchanged)}." if unchanged else "",
        wide=True,
        css="inp",
        linked=True,
    )


def source_number(record: Record, key: str) -> str:
    """Return the sign of a source in the report, ``S3`` of the third that is listed; of another its key.

    Parameters
    ----------
    record : Record
    key : str
    """
    listed = list(record.scenario.sources)
    return f"S{listed.index(key) + 1}" if key in listed else key


def sources_of(record: Record, cites: Iterable[Cite], covering: Iterable[Source] = (), *, signs: bool = False) -> str:
    """Write the sources of a value; a source that is cited with a place is not repeated without one.

    Parameters
    ----------
    record : Record
        Its scenario lists the sources; the key of one that is not listed is written as it is.
    cites : iterable of Cite
    covering : iterable of Source
        As `covering_of` gives them.
    signs : bool
        Write signs, as `source_number` gives them, and not what the sources are.
    """

    def named(key: str) -> str:
        source = record.scenario.sources.get(key)
        return source_number(record, key) if signs else (source.cite if source else "") or key

    given = list(cites)
    placed = {one.key for one in given if one.place}
    found = []
    for one in given:
        if one.key == "assumed":
            found.append(f"assumed{'' if signs else ', no source'}{': ' + one.place if one.place else ''}")
        elif one.place or one.key not in placed:
            found.append(f"{named(one.key)}, {one.place}" if one.place else named(one.key))
    found += [f"{named(one.key)} (covers what names no source)" for one in covering]
    return "; ".join(dict.fromkeys(found)) or "none given"


def _cells(one: Input, record: Record, currency: str) -> tuple[Cell, ...]:
    value = one.original.value
    heading = printed(value, one.written, one.distribution, one.unit, currency)
    same = heading == one.written
    if area_words(value, record):
        # Nobody wrote this value, so no key of a source says anything to a reader.
        heading = re.sub(r"^\d{5,}", lambda found: f"{int(found[0]):,}", value.body)
    elif value.form == "dirichlet":
        counts = {label: amount.number for label, amount in value.shares}
        own = counts.get(one.labels[-1][1], 0)
        heading = f"{float(own):,g} of {float(sum(counts.values())):,g}"
    elif same:
        heading = value.body or heading
    else:
        heading = numbers.capital(heading)
    drawn = _drawn(one)
    return (
        Cell(heading),
        Cell(one.unit.replace("money", numbers.SYMBOLS.get(currency, currency))),
        Cell(_bare(one.base, one.unit, currency, EXACT) if math.isfinite(one.base) else ""),
        *(Cell(_bare(x, one.unit, currency) if drawn else "") for x in drawn or (0.0,) * 3),
        Cell(FAMILIES[one.distribution.family].title if one.distribution else "fixed"),
        Cell(evidence=one.evidence) if one.evidence else Cell(),
        Cell(_signs(one, record)),
        Cell(given_by(one, record)),
        Cell(_from(one, currency)),
        Cell(one.path if same else f"{one.path}: {one.written}"),
    )


def _drawn(one: Input) -> Sequence[float]:
    """Return the average that is drawn, then the ends of 9 of 10 draws."""
    return () if one.distribution is None else (mean(one.distribution), *map(float, nine_in_ten(one.distribution)))


def _from(one: Input, currency: str) -> str:
    """Say what is drawn from; of a part that is a single value, how often it comes."""
    from wellbeva.plot.point_masses import atoms

    if one.distribution is None:
        return ""
    said = _LONG.sub(lambda found: f"{float(found[0]):.3g}", used(one.distribution, one.fitted, one.unit, currency))
    # Only for single values does the printed text say all.
    found = atoms(one.distribution) if one.distribution.family == "mixture" else {}
    if found and sum(found.values()) < 1 - 1e-9:
        said += "".join(f"; exactly {trimmed(at, one.unit, currency)} in {percent(p)}" for at, p in found.items())
    return said


def _signs(one: Input, record: Record) -> str:
    """Name sources by their signs; the licence where it is another than theirs."""
    covering = covering_of(one.original.value, one.original.layer, record)
    said = sources_of(record, one.cites, covering, signs=True)
    named = [record.scenario.sources[cite.key] for cite in one.cites if cite.key in record.scenario.sources]
    other = one.licence and one.licence not in {source.licence for source in (*named, *covering)}
    return f"{said}; licence {one.licence}" if other else said


def _bare(x: float, unit: str, currency: str, digits: int = 3) -> str:
    """Write a number that a sheet reads as one: its unit has a column."""
    money = unit.partition("/")[0].partition("[")[0] in {currency, "money"}
    if unit == "person" and x == round(x):
        return numbers.count(x)
    return trimmed(x, unit if money or unit == "share" else "", currency, digits)


def _words(labels: Iterable[tuple[str, str]], record: Record) -> list[str]:
    return ["all others" if label == "else" else axis_word(record, axis, label) for axis, label in labels]


def _plain(one: Input) -> bool:
    """Whether it is fixed at 0 or at the model's default, with nothing said of it."""
    return not one.element and (one.layer == "default" or one.base == 0) and not one.note


def title_of(one: Input) -> str:
    """Return the words for an input: what the model says it is, else its name."""
    return numbers.capital(_words_for(one))


def _words_for(one: Input) -> str:
    return one.doc or one.parameter.replace("_", " ")
