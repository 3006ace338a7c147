"""One card an input: as its source prints it, what is drawn from it, where it comes from and who may use it."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from wellbeva.report import rows, words
from wellbeva.report.changes import amount
from wellbeva.report.names import axis_word
from wellbeva.report.view import Card, Cards, Cell, Column, Mark, Picture, Row, Table

if TYPE_CHECKING:
    from wellbeva.compiler.record import Input, Record

LAYERS = {
    "default": "the model’s default",
    "appraisal": "the appraisal’s rules",
    "values": "the scenario",
    "table": "a table beside the scenario",
    "option": "the option in the scenario",
    "variant": "the variant in force",
    "set": "the command line",
}
LEVELS = (0.05, 0.25, 0.75, 0.95)  # the bars: 9 of 10 draws, the middle half
EXACT = 4  # significant figures of a base case
HEIGHT = 40
BAR = 14.0  # pixels from the top to the bars; the printed ends are written below them


def input_cards(record: Record, *, currency: str) -> Cards:
    """List every input that somebody gave; what is left at its default or at 0 stands in `plain_inputs`.

    Parameters
    ----------
    record : Record
    currency : str
        For inputs in money.
    """
    uncertain = sum(bool(one.element) for one in record.inputs)
    inputs = [one for one in record.inputs if not _plain(one)]
    return Cards(
        "aI",
        f"A. Inputs: {len(record.inputs)}, of which {uncertain} {'is' if uncertain == 1 else 'are'} uncertain",
        "As written in the scenario, then as used. Pictures show what is drawn: dot, the average; thick bar, the "
        "middle half; thin bar, 9 of 10 draws. Upright dashes stand at the ends that the source prints.",
        tuple(_card(one, index, record, currency) for index, one in enumerate(inputs)),
    )


def plain_inputs(record: Record) -> list[Table]:
    """List in one line each the fixed inputs at 0, or at the model's default."""
    plain = [one for one in record.inputs if _plain(one)]
    if not plain:
        return []
    return [
        Table(
            "aD",
            "Table",
            f"Inputs left at 0 or at the model’s default: {len(plain)}",
            "",
            (Column("Input"), Column("Where"), Column("Value", css="n"), Column("Given by"), Column("Name")),
            tuple(
                Row(
                    _title(one),
                    (
                        Cell(", ".join(axis_word(record, axis, label) for axis, label in one.labels) or "all"),
                        Cell(one.written),
                        Cell(LAYERS.get(one.layer, one.layer)),
                        Cell(one.path),
                    ),
                )
                for one in plain
            ),
        )
    ]


def cite_words(record: Record, key: str, place: str) -> str:
    """Write a source with the place in it."""
    if key == "assumed":
        return f"assumed, no source{': ' + place if place else ''}"
    source = record.scenario.sources.get(key)
    text = (source.cite or key) if source else key
    return f"{text}, {place}" if place else text


def _card(one: Input, index: int, record: Record, currency: str) -> Card:
    where = ", ".join(axis_word(record, axis, label) for axis, label in one.labels)
    facts: list[tuple[str, str]] = [("Name", one.path)]
    if one.interval and one.interval_name:
        ends = words.span(*(_amount(end, one.unit, currency, 3) for end in one.interval))
        facts.append((f"Printed {one.interval_name}", ends))
    drawn = _drawn(one)
    if drawn is not None:
        mean, low, high = (_amount(x, one.unit, currency, 3) for x in (drawn[0], drawn[1], drawn[-1]))
        facts.append(("Drawn", f"average {mean}; 9 of 10 from {words.span(low, high)}"))
    if one.fitted:
        facts.append(("Used as", one.fitted))
    base = _amount(one.base, one.unit, currency, EXACT) if math.isfinite(one.base) else one.written
    facts.append(("Base case", base))
    facts.append(("Source", "; ".join(cite_words(record, cite.key, cite.place) for cite in one.cites) or "none given"))
    designs = {record.scenario.sources[cite.key].design for cite in one.cites if cite.key in record.scenario.sources}
    if any(designs):
        facts.append(("Design", "; ".join(sorted(one for one in designs if one))))
    # What nobody published needs no licence; where a source is named, its licence or the want of one is said.
    named = any(cite.key != "assumed" for cite in one.cites)
    if one.licence or named:
        facts.append(("Licence", one.licence or "not stated"))
    if one.note:
        facts.append(("Note", one.note))
    facts.append(("Given by", LAYERS.get(one.layer, one.layer)))
    return Card(
        key=f"i{index}",
        title=_title(one),
        under=" · ".join(part for part in (where or "all", one.unit) if part),
        printed=one.written,
        printed_under="" if one.element else "fixed",
        evidence=one.evidence,
        facts=tuple(facts),
        picture=_picture(drawn, one, currency) if drawn is not None else None,
    )


def _plain(one: Input) -> bool:
    return not one.element and (one.layer == "default" or one.base == 0) and not one.note


def _title(one: Input) -> str:
    return words.capital(one.doc or one.parameter.replace("_", " "))


def _amount(x: float, unit: str, currency: str, digits: int = 3) -> str:
    """Write a value without noughts that say nothing: ``70%`` for ``70.0%``."""
    return re.sub(r"\.0+(?!\d)|(\.\d*?[1-9])0+(?!\d)", r"\1", amount(x, unit, currency, digits))


def _drawn(one: Input) -> tuple[float, ...] | None:
    """Return the average that is drawn, then its quantiles at `LEVELS`; None for what is not drawn."""
    from wellbeva.distributions.moments import mean
    from wellbeva.distributions.quantile import ppf

    if one.distribution is None:
        return None
    return (mean(one.distribution), *(float(x) for x in ppf(one.distribution, LEVELS)))


def _picture(drawn: tuple[float, ...], one: Input, currency: str) -> Picture:
    """Draw bars and average, with the printed ends as ticks."""
    printed = one.interval or (drawn[1], drawn[-1])
    low, high = min(drawn[1], *printed), max(drawn[-1], *printed)
    room = 0.1 * (high - low) or 1.0
    axis = rows.Axis(low - room, high + room, "linear", ())
    middle, start, quarter, three, end = (axis.place(x) for x in drawn)
    marks = [
        Mark("line", quarter, BAR, three, BAR, css="thick"),
        Mark("line", start, BAR, end, BAR, css="thin"),
        Mark("dot", middle, BAR, css="pt"),
    ]
    if one.interval:
        for value, anchor in zip(one.interval, ("start", "end"), strict=True):
            at = axis.place(value)
            marks.append(Mark("line", at, 2, at, 2 * BAR - 2, css="gb"))
            text = _amount(value, one.unit, currency, 3)
            marks.append(Mark("text", at, HEIGHT - 1, css="t3", text=text, points=anchor))
    return Picture(HEIGHT if one.interval else int(2 * BAR), tuple(marks))
