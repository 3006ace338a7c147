"""What was assumed, and whether it matters: the log that a reviewer asks for."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from wellbeva.core.cards import few
from wellbeva.report.page.annex.inputs import title_of
from wellbeva.report.page.view import Cell, Column, OnRequest, Row, Table
from wellbeva.report.text import numbers

if TYPE_CHECKING:
    from wellbeva.plan.record import Record
    from wellbeva.report.facts.result import Result
    from wellbeva.report.facts.sensitivity import Changes

FEW = 4
"""Values that are written out."""


def assumptions_log(record: Record, result: Result, changes: Changes) -> OnRequest:
    """List what rests on judgement alone, by name, and whether it can turn the choice.

    Parameters
    ----------
    record : Record
    result : Result
    changes : Changes
    """
    assumed = [one for one in record.inputs if one.evidence == "assumed"]
    turning = {one.element for one in changes.of_pair(result) if one.turns}
    rows = []
    for name, found in groupby(assumed, key=title_of):
        some = list(found)
        values = list(dict.fromkeys(one.value.body or one.written for one in some))
        why = " ".join(dict.fromkeys(one.note for one in some if one.note))
        tried = "no" if any(one.element for one in some) else "fixed, so not tried"
        turns = "yes" if turning & {one.element for one in some} else tried
        cells = (f"{len(some)}", "; ".join(few(values, FEW)), turns, why)
        rows.append(Row(name, tuple(map(Cell, cells))))
    title = f"I. Assumptions log: {numbers.counted(len(assumed), 'input')} on judgement alone"
    heads = tuple(map(Column, ("Assumed", "Inputs", "Values", "Can turn the choice", "Reason given")))
    table = Table("aAt", "", "By name", "", heads, tuple(rows), css="refs")
    return OnRequest("aA", title, "annex A marks each as assumed.", (table,) if rows else ())
