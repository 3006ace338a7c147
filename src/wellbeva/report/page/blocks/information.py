"""What it would be worth to know an input for certain before the choice is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wellbeva.report.facts.research import study_sentences
from wellbeva.report.facts.sensitivity import words_of
from wellbeva.report.page import row_plots
from wellbeva.report.page.cells import money_tick
from wellbeva.report.page.registry import ReportInputs, block
from wellbeva.report.page.view import Block, Cell, Column, Mark, Picture, Row, Table
from wellbeva.report.text import numbers
from wellbeva.results.standard_errors import SURE

if TYPE_CHECKING:
    from wellbeva.plan.record import Record

MOST = 10
"""Inputs that are drawn; evppi.csv has more."""


@block(25)
def _information(report: ReportInputs) -> list[Block]:
    known = report.tables.get("evppi")
    if known is None:
        return []
    currency = report.result.currency
    # Where the value is too low, what is held out is the better figure.
    better = (row._replace(evppi=row.held_out) if row.note else row for row in known.itertuples())
    worth = [row for row in better if row.evppi > SURE * row.se and row.held_out > 0]
    drawn = worth[:MOST]
    if not drawn:
        return []
    axis = row_plots.linear_axis([row.evppi + row.se for row in drawn], lambda x: money_tick(x, currency))
    rows = []
    groups = {", ".join(names): names for names in report.record.research.known_together}
    for row in drawn:
        name, _, where = _words(groups.get(row.parameters, (row.parameters,)), report.record)
        y = row_plots.ROW / 2
        marks = [
            *row_plots.grid(axis),
            Mark("line", axis.place(0), y, axis.place(row.evppi), y, css="thick"),
            Mark("line", axis.place(max(0.0, row.evppi - row.se)), y, axis.place(row.evppi + row.se), y, css="thin"),
        ]
        rows.append(
            Row(
                numbers.capital(name),
                (
                    Cell(picture=Picture(row_plots.ROW, tuple(marks))),
                    Cell(numbers.total(row.evppi, currency)),
                    Cell(numbers.total(row.se, currency), before="give or take "),
                ),
                under=where or "all options",
            )
        )
    _, first, _ = _words(groups.get(drawn[0].parameters, (drawn[0].parameters,)), report.record)
    worth_first = numbers.total(drawn[0].evppi, currency)
    less = len(known) - len(drawn)
    notes = [f"{numbers.capital(numbers.counted(less, 'other input'))} are worth less, or nothing."] if less else []
    studies = report.tables.get("evsi")
    if studies is not None:
        notes += study_sentences(studies, report.record.research, float(studies["wtp"].iloc[0]), currency)
    return [
        Table(
            "ev",
            "Figure",
            f"Knowing {first} exactly is worth at most {worth_first} to this decision",
            "The most that finding out about one input could add to the value of the best choice; what the finding out "
            "costs is not taken off.",
            (
                Column("Input", css="c-name"),
                Column("Worth knowing", css="plot", picture=row_plots.head(axis)),
                Column("Worth", "at most", css="n"),
                Column("±", "standard error", css="n"),
            ),
            tuple(rows),
            note=" ".join(notes),
            layout="league",
            css="to",
        )
    ]


def _words(names: tuple[str, ...], record: Record) -> tuple[str, str, str]:
    """Return what `words_of` does, of inputs that are known together in one."""
    if len(names) == 1:
        return words_of(names[0], record)
    every = [words_of(name, record) for name in names]
    heads = [
        numbers.listed([f"{words[place]} ({words[2]})" if words[2] else words[place] for words in every])
        for place in (0, 1)
    ]
    return heads[0], heads[1], "known together"
