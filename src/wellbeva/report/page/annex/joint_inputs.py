"""Inputs that are drawn together, in words: correlations with their sources, and tables of joint draws."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from wellbeva.compiler.parameters.evidence_grade import grade_of
from wellbeva.compiler.sources_in_use import in_force
from wellbeva.report.facts.input_source import covering_of, covering_sources
from wellbeva.report.facts.names import axis_word, portable_path
from wellbeva.report.page.annex.inputs import sources_of
from wellbeva.report.page.view import Block, Cell, Column, Row, Table
from wellbeva.report.text import numbers
from wellbeva.scenario.text.paths import DottedPath

if TYPE_CHECKING:
    from wellbeva.plan.plan import Plan
    from wellbeva.plan.record import Input, Record
    from wellbeva.scenario.spec import Correlation, JointDraws, Source
    from wellbeva.scenario.value import Cite

SCALES = {"rank": "rank correlation (Spearman)", "normal": "correlation of normal scores"}
DIGEST = 16
"""Digits of a file's SHA-256 in a table; the record of the run has all of them."""
FEW = 12
"""Columns of a table of draws that are named; of more, the rest are counted."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One line of ``correlations``.

    Parameters
    ----------
    written : str
        Both paths as the file writes them: ``gain.drug with uptake.drug``.
    parameters : frozenset of str
    left, right : str
        In words; `right` is empty where each pair of the numbers on the left is meant.
    number, scale : str
    cites : tuple of Cite
    covering : tuple of Source
        Those that cover all, where it names none of its own.
    evidence : str
    holds : bool
        Whether two uncertain numbers stand behind it in this run.
    """

    written: str
    parameters: frozenset[str]
    left: str
    right: str
    number: str
    scale: str
    cites: tuple[Cite, ...]
    covering: tuple[Source, ...]
    evidence: str
    holds: bool


def pairs(record: Record) -> tuple[Pair, ...]:
    """Read the correlations of a scenario.

    Parameters
    ----------
    record : Record
    """
    lines = record.scenario.correlations
    holds = in_force(lines, record.inputs)
    return tuple(_pair(line, record, holds=in_this_run) for line, in_this_run in zip(lines, holds, strict=True))


def tables_of_draws(record: Record) -> list[tuple[JointDraws, tuple[Input, ...]]]:
    """Return the tables of joint draws that have a column in use, each with the inputs that it fills.

    Parameters
    ----------
    record : Record
    """
    drawn = [one for one in record.inputs if one.distribution is not None]
    found = [(table, tuple(one for one in drawn if one.table is table)) for table in record.scenario.joint]
    return [(table, filled) for table, filled in found if filled]


def input_words(one: Input, record: Record) -> str:
    """Name an input and the cells it fills: ``Gain (A drug)``.

    Parameters
    ----------
    one : Input
    record : Record
        Its scenario has the words for labels.
    """
    places = [axis_word(record, selector.axis, selector.words) for selector in one.selectors if not selector.rest]
    return numbers.capital(_named(one.doc or one.parameter.replace("_", " "), places))


def _named(doc: str, places: list[str]) -> str:
    return f"{doc} ({', '.join(places)})" if places else doc


def drawn_together(record: Record, plan: Plan) -> list[Block]:
    """Build the tables of correlations and of joint draws, none where a scenario has none.

    Parameters
    ----------
    record : Record
    plan : Plan
    """
    return [*_correlation_table(record), *_draws_table(record, plan)]


def _correlation_table(record: Record) -> list[Block]:
    found = pairs(record)
    if not found:
        return []
    lines = [
        Row(
            numbers.capital(f"{one.left} with {one.right}" if one.right else f"{one.left}: each pair"),
            (
                Cell(one.number if one.holds else f"{one.number}, not in force: certain in this run"),
                Cell(one.scale),
                Cell(sources_of(record, one.cites, one.covering)),
                Cell(evidence=one.evidence) if one.evidence else Cell(numbers.NOT_APPLICABLE),
            ),
            under=one.written,
        )
        for one in found
    ]
    return [
        Table(
            "aC",
            "",
            f"Inputs that move together: {numbers.counted(len(found), 'correlation')}",
            "From −1 to 1; 0 where two inputs are not named here. Each input keeps its own range.",
            tuple(map(Column, ("Inputs", "Correlation", "Kind", "Source", "Evidence"))),
            tuple(lines),
        )
    ]


def _draws_table(record: Record, plan: Plan) -> list[Block]:
    found = tables_of_draws(record)
    if not found:
        return []
    how = (
        "Nothing else is uncertain, so the run is these rows, each used once and in order."
        if plan.supplied
        else "Each future takes one whole row, all rows being as likely."
    )
    if len(found) > 1:
        how += " The tables are joined row by row: row k of each is one draw of them all."
    lines = []
    for table, filled in found:
        file, digest = portable_path(table.file, record.scenario.file), record.scenario.digests.get(table.file, "")
        name, evidence = PurePath(file).name, filled[0].evidence
        cells = (
            Cell(f"{table.rows:,}"),
            Cell(_some(tuple(dict.fromkeys(input_words(one, record) for one in filled)))),
            Cell(sources_of(record, table.cites, () if table.cites else covering_sources(record))),
            Cell(evidence=evidence) if evidence else Cell(numbers.NOT_APPLICABLE),
            Cell(f"{digest[:DIGEST]}…" if digest else numbers.NOT_APPLICABLE),
        )
        lines.append(Row(name, cells, under=file if file != name else ""))
    number = sum(len(filled) for _, filled in found)
    return [
        Table(
            "aJ",
            "",
            f"Inputs from tables of draws: {numbers.counted(number, 'input')}",
            how,
            tuple(map(Column, ("File", "Rows", "Inputs", "Source", "Evidence", "SHA-256"))),
            tuple(lines),
            note="Of SHA-256 the first 16 digits; the record of this run has all.",
        )
    ]


def _some(names: tuple[str, ...]) -> str:
    if len(names) <= FEW:
        return "; ".join(names)
    return f"{'; '.join(names[:FEW])}; and {numbers.counted(len(names) - FEW, 'more', 'more')}"


def _pair(line: Correlation, record: Record, *, holds: bool) -> Pair:
    left, right = line.left, line.right
    value = line.value
    central = value.amounts.get("value") if value.form == "number" else None
    number = numbers.number(float(central.number)) if central else f"{value.written} (its average is used)"
    return Pair(
        written=f"{left} with {right}",
        parameters=frozenset((left.name, right.name)),
        left=_path_words(left, record),
        right="" if left == right else _path_words(right, record),
        number=number,
        scale=SCALES[line.scale],
        cites=value.cites,
        covering=covering_of(value, "values", record),
        evidence=grade_of(value, "values", record.scenario.sources),
        holds=holds,
    )


def _path_words(path: DottedPath, record: Record) -> str:
    own = [given_input for given_input in record.inputs if given_input.parameter == path.name]
    axes = {label: axis for one in own for axis, label in one.labels}
    doc = next((one.doc for one in own if one.doc), "") or path.name.replace("_", " ")
    return _named(doc, [axis_word(record, axes.get(label, ""), label) for label in path.labels])
