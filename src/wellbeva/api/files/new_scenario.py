"""A scenario of one's own from a table of offers: it runs at once, and says what was assumed."""

from __future__ import annotations

import contextlib
import json
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from wellbeva.core import atomic
from wellbeva.core.did_you_mean import near_miss
from wellbeva.core.spans import Located, Span
from wellbeva.errors import Collector, Diagnostic, refusal
from wellbeva.scenario.text.files import TABLE_LIMIT, Files

if TYPE_CHECKING:
    from wellbeva.scenario.tables.grid import Grid
    from wellbeva.scenario.value import Amount, Value

MOST_LETTERS: Final = 120
MOST_OFFERS: Final = 200
_NUMBER: Final = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+"
_WORDS_OF_YAML: Final = frozenset({"yes", "no", "on", "off", "y", "n", "null"})
_LONGEST: Final = 1200
"""Months that a gain may last."""
_MONTHS: Final = {"day": 12 / 365.25, "week": 12 * 7 / 365.25, "": 1.0, "month": 1.0, "quarter": 3.0, "year": 12.0}


class Field(NamedTuple):
    """A field of an offer: its description, and an example."""

    means: str
    example: str
    needed: bool = True


FIELDS: Final = {
    "name": Field(f"a name of at most {MOST_LETTERS} letters", "Walking group"),
    "people": Field("how many people are offered a place", "200"),
    "cost": Field("what it costs in all, in pounds", "£17,000"),
    "effect": Field("the gain of each in life satisfaction, in points from 0 to 10", "0.25"),
    "low": Field("the low end of its 95% interval", "0.05", needed=False),
    "high": Field("the high end of its 95% interval", "0.45", needed=False),
    "duration": Field("how long the gain lasts", "9 months", needed=False),
    "source": Field("the source of the effect", "our pilot, 2025", needed=False),
}
_WORDS: Final = frozenset({"name", "source"})
_GAINS: Final = frozenset({"effect", "low", "high"})
_SPREADS: Final = frozenset({"interval", "range", "se", "sd"})
BOTH_ENDS: Final = Field("both ends of its 95% interval", "0.05 to 0.45", needed=False)
"""A column ``interval`` in place of ``low`` and ``high``."""
OTHER_NAMES: Final = {
    **dict.fromkeys(("offer", "option", "label"), "name"),
    **dict.fromkeys(("places", "participants"), "people"),
    "total cost": "cost",
    "gain": "effect",
    "lower": "low",
    "upper": "high",
    "how long": "duration",
    **dict.fromkeys(("95% interval", "95% ci", "ci"), "interval"),
}
INTERVAL: Final = re.compile(rf"\(?([-+−]?(?:{_NUMBER}))(?: ?(?:to|,|;|–) ?| - |-)([-+−]?(?:{_NUMBER}))\)?")
HALF: Final = re.compile(r"(?:±|\+/?-) ?[\d.]+")
"""Half of an interval, which is that of the effect beside it."""

Cells = Mapping[str, tuple[str, "Span | None"]]
"""The text of each field of an offer, and its place."""


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer as it is written into a scenario; what was not given is empty."""

    name: str
    people: str
    cost: str
    effect: str
    low: str
    high: str
    duration: str
    source: str


def fault(field: str, text: str, span: Span | None = None) -> Diagnostic | None:
    """Describe the fault of the text in a field; None if there is none.

    Parameters
    ----------
    field : str
        Of `FIELDS`.
    text : str
    span : Span, optional
        Where it stands.
    """
    asked = BOTH_ENDS if field == "interval" else FIELDS[field]
    said = Collector()
    good = 0 < len(text) <= MOST_LETTERS if field in _WORDS else _number(field, text, said) is not None
    good &= field != "interval"  # what can be read has become its two ends
    if good or not (text or asked.needed):
        return None
    message = f"{field}: {text[:60]!r} cannot be read" if text else f"{field} is empty"
    facts = (f"it should say {asked.means}",)
    # `±` may be one of three things: who writes a scenario is told which, and so is who writes a table.
    ambiguous = next((one for one in said.found if one.code == "WB-V017"), None)
    if ambiguous is not None:
        return Diagnostic("WB-R245", message, span, (*facts, ambiguous.message), ambiguous.remedy)
    return Diagnostic("WB-R245", message, span, facts, f"write it like {asked.example!r}")


def offer(cells: Cells, collector: Collector) -> Offer | None:
    """Return the offer of a row; None, with what is wrong in the collector.

    Parameters
    ----------
    cells : mapping of field to (text, Span or None)
        Fields as in `FIELDS`; those without text may lack.
    collector : Collector
    """
    given = {field: cells.get(field, ("", None)) for field in FIELDS}
    asked = {**given, "interval": cells.get("interval", ("", None))}
    faults = [one for field, (text, span) in asked.items() if (one := fault(field, text, span)) is not None]
    values = {field: _plain(field, text) for field, (text, _) in given.items()}
    effect, low, high, duration = (_number(field, values[field]) for field in ("effect", "low", "high", "duration"))
    if not faults and bool(low) != bool(high):
        end = "high" if low else "low"
        message = f"an interval has two ends, and {end} is empty"
        faults.append(Diagnostic("WB-R246", message, given["effect"][1], (), f"give {end} too, or neither"))
    if not faults and effect and low and high:
        if effect.form in _SPREADS:
            message = f"the effect {values['effect']} has a spread of its own"
            remedy = "leave low and high empty, or the spread out"
            faults.append(Diagnostic("WB-R246", message, given["low"][1], (), remedy))
        elif not low.amounts["value"].number <= effect.amounts["value"].number <= high.amounts["value"].number:
            facts = (f"the interval is {values['low']} to {values['high']}",)
            message = f"the effect {values['effect']} lies outside its interval"
            faults.append(Diagnostic("WB-R246", message, given["effect"][1], facts, "correct the one or the other"))
    if not faults and duration and _months(duration) > _LONGEST:
        message = f"a gain that lasts {values['duration']} is longer than 100 years"
        faults.append(Diagnostic("WB-R246", message, given["duration"][1], (), "correct the duration"))
    collector.found += faults
    return None if faults else Offer(**values)


def _plain(field: str, text: str) -> str:
    """Return what a field says as a scenario has it: money with its sign and year, a length of time with its unit."""
    value = None if field in _WORDS else _number(field, text)
    behind = ""
    if value is not None and field == "cost":
        text = text if any(one.currency for one in value.amounts.values()) else f"£{text}"
        behind = "" if any(one.price_year for one in value.amounts.values()) else f" in {_price_year()} prices"
    if value is not None and field == "duration" and not any(one.unit for one in value.amounts.values()):
        behind = " months"
    return re.sub(r"(?=\s*[(±]|$)", behind, text, count=1)


def _number(field: str, text: str, said: Collector | None = None) -> Value | None:
    """Read a number as a scenario does, with its spread where it has one; None where the field takes no such number."""
    from wellbeva.scenario.values.short_form import parse_value

    value = parse_value(Located.bare(text, field), collector=said or Collector())
    forms = {"number"} if field in {"low", "high"} else {"number", *_SPREADS}
    if value is None or value.cites or value.form not in forms:
        return None
    return value if all(_takes(field, amount) for amount in value.amounts.values()) else None


def _takes(field: str, amount: Amount) -> bool:
    """Whether a field takes an amount: people, pounds, points or a length of time; a gain alone may be below 0."""
    from wellbeva.core.units import UnitError, base, currency, parse_unit

    fits = not amount.unit or (field == "duration" and amount.unit.removesuffix("s") in _MONTHS)
    if field == "people" and amount.unit:
        with contextlib.suppress(UnitError):
            fits = parse_unit(amount.unit, money=currency("GBP")) == base("person")
    priced = amount.currency in {"", "GBP"} if field == "cost" else not amount.currency
    return fits and priced and not amount.percent and (field in _GAINS or amount.number >= 0)


def read_offers(path: Path) -> tuple[list[Offer], list[Diagnostic]]:
    """Read a table of offers, CSV or Excel, with the warnings that it gives rise to.

    Parameters
    ----------
    path : Path

    Raises
    ------
    WellbevaError
        ``WB-R244`` without a column that is needed or with too many rows, ``WB-R245`` and ``WB-R246`` for what stands
        in a cell, and whatever keeps a table from being read.
    """
    collector = Collector()
    grid = _grid(path, collector)
    collector.stop_if_errors()
    assert grid is not None  # a table that cannot be read has left an error behind
    plain = (text.partition("(")[0].strip().lower() for text in grid.heads)  # cost (£)
    heads = [OTHER_NAMES.get(head, head) for head in plain]
    missing = [field for field, asked in FIELDS.items() if asked.needed and field not in heads]
    facts = (f"its columns are {', '.join(map(repr, grid.heads[:20]))}",)
    if missing:
        words = f"the table has no column {', '.join(missing)}"
        remedy = near_miss(missing[0], heads) or f"call its columns {', '.join(FIELDS)}"
        raise refusal("WB-R244", words, remedy, *facts, span=grid.place(0, 0).span())
    if not 0 < grid.height <= MOST_OFFERS:
        words = f"the table has {grid.height:,} offers, and 1 to {MOST_OFFERS} are taken"
        remedy = "name this table under `tables:` of a scenario" if grid.height else "give one row to each offer"
        raise refusal("WB-R244", words, remedy, span=grid.place(0, 0).span())
    made = [offer(_cells(grid, heads, row), collector) for row in range(1, grid.height + 1)]
    extra = [index for index, head in enumerate(heads) if head not in FIELDS and head != "interval"]
    if extra:
        names = ", ".join(grid.heads[index].strip()[:60] for index in extra[:8])
        collector.warn(
            "WB-S424",
            f"{len(extra)} column{'s' * (len(extra) > 1)} not read: {names}",
            grid.place(0, extra[0]).span(),
            facts=(f"columns that are read: {', '.join((*FIELDS, 'interval'))}",),
        )
    collector.stop_if_errors()
    return [one for one in made if one is not None], collector.found


def _grid(path: Path, collector: Collector) -> Grid | None:
    from wellbeva.scenario.tables.formats.csv_file import read_csv
    from wellbeva.scenario.tables.table_reader import CELL_LIMIT

    shown = str(path)
    data = Files().read_bytes(path, shown, limit=TABLE_LIMIT, collector=collector)
    if data is None:
        return None
    if path.suffix.lower() not in {".xlsx", ".xlsm"}:
        return read_csv(data, shown, cell_limit=CELL_LIMIT, collector=collector)
    from wellbeva.scenario.tables.formats.xlsx_file import read_xlsx

    return read_xlsx(data, shown, sheet="", listed=Span(shown, 1, 1), cell_limit=CELL_LIMIT, collector=collector)


def _cells(grid: Grid, heads: Sequence[str], row: int) -> Cells:
    cells: dict[str, tuple[str, Span | None]] = {}
    for column, head in enumerate(heads):
        place = grid.place(row, column)
        text = " ".join(place.text.split())
        if head == "interval" and (ends := INTERVAL.fullmatch(text)):
            cells |= {"low": (ends[1], place.span()), "high": (ends[2], place.span())}
        elif head == "interval":
            cells["interval"] = text, place.span()
        elif head in FIELDS:
            cells.setdefault(head, (text, place.span()))
    effect, span = cells.get("effect", ("", None))
    half = cells.get("interval", ("", None))[0]
    if HALF.fullmatch(half) and re.fullmatch("[^(±]+", effect):
        cells["effect"] = f"{effect} {half} (95% CI)", span
        del cells["interval"]
    return cells


def write_scenario(path: Path, offers: Sequence[Offer], *, title: str = "") -> tuple[str, ...]:
    """Write a scenario that compares some offers.

    Parameters
    ----------
    path : Path
        Nothing may stand there.
    offers : sequence of Offer
    title : str
        The name of the file if empty.

    Returns
    -------
    tuple of str
        What was assumed, one sentence each; the file says it too.

    Raises
    ------
    WellbevaError
        ``WB-R243`` if something stands there; or what `check` refuses, and then nothing is written.
    OSError
        If the system refuses to write.
    """
    if path.exists() or path.is_symlink():
        remedy = "name another file, or remove this one yourself"
        raise refusal("WB-R243", f"{str(path)!r} exists, so it is left as it is", remedy)
    from wellbeva.api.checks import check

    assumed = tuple(_assumed(offers))
    content = scenario_text(offers, title=title or path.stem, assumed=assumed).encode()
    check(path, files=Files(given={str(path): content}))
    atomic.write(path, content)
    return assumed


def _assumed(offers: Sequence[Offer]) -> Iterable[str]:
    yield "One offer will be bought, if any; to rank offers of which any may be bought: choose: several."
    yield f"Every cost is paid at the start, in prices of {_price_year()}, by one payer."
    yield "Everybody who is offered a place takes it up and stays (take_up, completion)."
    yield "None of a gain would have come anyway (deadweight): say more where a study had no comparison group."
    yield "A gain starts at once, lasts, and then is gone (rise, fade)."
    if any(not one.low and (value := _number("effect", one.effect)) and value.form == "number" for one in offers):
        yield "An effect without an interval is taken as certain, though no study's is."
    if any(not one.duration for one in offers):
        yield "A gain of unknown duration lasts 12 months, perhaps 3 to 24."
    if any(not one.source for one in offers):
        yield "An effect without a source is a guess: [assumed]."


def scenario_text(offers: Sequence[Offer], *, title: str, assumed: Iterable[str]) -> str:
    """Return a scenario as text, every name and source quoted as YAML wants it.

    Parameters
    ----------
    offers : sequence of Offer
    title : str
    assumed : iterable of str
        Sentences that stand at its head.
    """
    lasting = [_number("duration", one.duration or "24 months") for one in offers]
    longest = max(_months(one) for one in lasting if one is not None)
    last = max(35, 12 * math.ceil(longest / 12 + 1) - 1)
    cited = dict.fromkeys(one.source for one in offers if one.source)
    keys = dict(zip(cited, _keys("source", cited), strict=True))
    lines = [
        "# Written by `wellbeva new`. It runs as it stands: wellbeva run NAME.yaml",
        "# These assumptions are yours to change:",
        *(f"#   - {sentence}" for sentence in assumed),
        "schema: wellbeva/scenario/1",
        f"scenario: {_quoted(title)}",
        "model: wellbeing_trajectory  # to read about it: wellbeva docs wellbeing_trajectory",
        "appraisal: green-book-2026",
        f"time: {{step: month, from: 0, to: {last}, starts: {datetime.now(UTC).year}}}",
        "comparator: nothing",
        "choose: one",
        "",
        "axes:",
        "  payer: {funder: Whoever pays}",
        "  body: {nobody: No public body}",
        "",
        "options:",
    ]
    for one, key in zip(offers, _keys("offer", [offer.name for offer in offers]), strict=True):
        source = f"[{keys[one.source] if one.source else 'assumed'}]"
        interval = f" ({one.low} to {one.high})" if one.low else ""
        lines += [
            f"  {key}:",
            f"    label: {_quoted(one.name)}",
            f"    people: {one.people} [assumed]",
            f"    effect: {one.effect}{interval} {source}",
            f"    hold: {f'{one.duration} {source}' if one.duration else '12 months (range 3 to 24) [assumed]'}",
            f"    cost_once: {one.cost} [assumed]",
        ]
    if keys:
        lines += [
            "",
            "sources:  # beside `cite`: `link`, `design` (such as before and after), `evidence` (such as initial)",
        ]
        lines += [f"  {key}: {{cite: {_quoted(text)}}}" for text, key in keys.items()]
    return "\n".join(lines) + "\n"


def _price_year() -> int:
    """Return the last year whose prices are known."""
    from wellbeva.appraisal.deflator import load_deflator

    return max(load_deflator().index)


def _months(duration: Value) -> float:
    return max(float(one.number) * _MONTHS[one.unit.removesuffix("s")] for one in duration.amounts.values())


def _quoted(text: str) -> str:
    """Write a text between double quotes, in which YAML knows what JSON does."""
    return json.dumps(text, ensure_ascii=False)


def _keys(kind: str, texts: Iterable[str]) -> list[str]:
    """Return a name of the format for each text, made of its letters where that gives one that is free."""
    from wellbeva.scenario.text.identifiers import RESERVED, is_name

    keys: list[str] = []
    for number, text in enumerate(texts, 1):
        letters = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
        key = re.sub("[^a-z0-9]+", "_", letters).strip("_")[:30].strip("_")
        free = is_name(key) and key not in {*keys, *RESERVED, *_WORDS_OF_YAML}
        keys.append(key if free else f"{kind}_{number}")
    return keys
