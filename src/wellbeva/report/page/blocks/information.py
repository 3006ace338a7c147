"""What it would be worth to know an input for certain before the choice is made."""

from __future__ import annotations

from wellbeva.report.facts.research import study_sentences, worth_knowing
from wellbeva.report.page import row_plots
from wellbeva.report.page.cells import money_tick
from wellbeva.report.page.registry import ReportInputs, block
from wellbeva.report.page.view import Block, Cell, Column, Mark, Row, Table
from wellbeva.report.text import numbers

MOST = 10
"""Inputs that are drawn; evppi.csv has more."""


@block(25)
def _information(report: ReportInputs) -> list[Block]:
    known = report.tables.get("evppi")
    if known is None:
        return []
    currency = report.result.currency
    drawn = worth_knowing(known, report.record)[:MOST]
    if not drawn:
        return []
    axis = row_plots.linear_axis([row.worth + row.error for row in drawn], lambda x: money_tick(x, currency))
    rows = []
    for row in drawn:
        name, _, where = row.words
        y = row_plots.ROW / 2
        low, high = axis.place(max(0.0, row.worth - row.error)), axis.place(row.worth + row.error)
        bar = Mark("line", axis.place(0), y, axis.place(row.worth), y, css="thick")
        rows.append(
            Row(
                numbers.capital(name),
                (
                    Cell(picture=row_plots.row(axis, (bar, Mark("line", low, y, high, y, css="thin")))),
                    Cell(numbers.total(row.worth, currency)),
                    Cell(numbers.total(row.error, currency), before="give or take "),
                ),
                under=numbers.capital(where) or "all options",
            )
        )
    _, first, _ = drawn[0].words
    worth_first = numbers.total(drawn[0].worth, currency)
    less = len(known) - len(drawn)
    others, verb = numbers.capital(numbers.counted(less, "other input")), "is" if less == 1 else "are"
    notes = [f"{others} {verb} worth less, or nothing."] if less else []
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
