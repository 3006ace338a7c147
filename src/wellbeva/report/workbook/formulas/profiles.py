"""Profiles as formulas: how long each stage has run by the start and by the end of a period, and the area between.

As the definition reads (`engine.arrays.profiles`): rise in a line, hold, then fade.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from wellbeva.engine.arrays.named import own_axes, union
from wellbeva.language.functions import Operations
from wellbeva.language.ir import Node
from wellbeva.report.workbook.formulas.blocks import At, Block, Part
from wellbeva.report.workbook.formulas.text import EXCEL, Formula, call, choose, compare

if TYPE_CHECKING:
    from wellbeva.report.workbook.formulas.printer import Printer

LONG: Final = 99
"""References in an area: always a step of its own."""


def print_area(printer: Printer, node: Node, function: str, parts: list[Part]) -> Part:
    """Print the area under a profile in each period.

    Parameters
    ----------
    printer : Printer
    node : Node
    function : {"area_linear", "area_exponential", "area_geometric"}
    parts : list of Part
        `t`, `step`, onset, rise, hold [year], fade [year] or retention [share] and, where it is given, until [year].
    """
    start, step, onset, rise, hold, last, *until = map(printer.short, parts)
    derived, linear = printer.derived, function == "area_linear"
    opening: Part | Block = start
    closing = derived("when the period ends", _sum, [start, step])
    if until:
        opening, closing = (
            derived("the same, not after the cut-off", _sooner, [one, *until]) for one in (start, closing)
        )
    full = derived("when the rise ends", _sum, [onset, rise])
    ended = derived("when the hold ends", _sum, [full, hold])

    def stage(words: str, begins: Part | Block, *long: Part) -> tuple[Block, Block]:
        """Years spent in a stage by the start and by the end of each period."""
        before = derived(f"years {words} by the start of the period", _spent, [opening, begins, *long])
        return before, derived(f"years {words} by the end of the period", _spent, [closing, begins, *long])

    rising, holding = stage("risen", onset, rise), stage("held", full, hold)
    fading = stage("faded in a line", ended, last) if linear else stage("faded", ended)

    def cell(at: At) -> Formula:
        risen, held, faded = ((printer.ref(a, at), printer.ref(b, at)) for a, b in (rising, holding, fading))
        area = _line(*risen, rise.cell(at), rising=True) + (held[1] - held[0])
        if linear:
            return area + _line(*faded, last.cell(at), rising=False)
        fade = _exponential if function == "area_exponential" else _geometric
        return area + fade(*faded, last.cell(at))

    axes = union(own_axes(printer.plan.axes), *(block.axes for block in (*rising, *holding, *fading)), last.axes)
    return Part(node, axes, cell, LONG)


def _sum(_: Operations, a: Any, b: Any) -> Any:
    return a + b


def _sooner(ops: Operations, a: Any, b: Any) -> Any:
    return ops.least(a, b)


def _spent(ops: Operations, now: Any, begins: Any, long: Any = None) -> Any:
    spent = ops.greatest(now - begins, 0.0)
    return spent if long is None else ops.choose(long >= 0.0, ops.least(spent, long), math.nan)


def _line(before: Formula, after: Formula, long: Formula, *, rising: bool) -> Formula:
    """Integrate a straight line: its mean height times the time."""
    share = (before + after) / (2.0 * choose(long > 0.0, long, 1.0))
    return (after - before) * (share if rising else 1.0 - share)


def _exponential(before: Formula, after: Formula, retention: Formula) -> Formula:
    log = call("LN", retention)
    decay: Formula = EXCEL.power(retention, before) * EXCEL.expm1((after - before) * log) / log
    faded = choose(compare("eq", retention, 0.0), 0.0, decay)
    return choose(compare("eq", retention, 1.0), after - before, faded)


def _geometric(before: Formula, after: Formula, retention: Formula) -> Formula:
    return _run_up(after, retention) - _run_up(before, retention)


def _run_up(since: Formula, retention: Formula) -> Formula:
    """Integrate from the end of the hold: full years, and what there is of the next."""
    years = call("INT", since)
    left: Formula = EXCEL.power(retention, years)
    summed = choose(compare("eq", retention, 1.0), years, (1.0 - left) / (1.0 - retention))
    return summed + left * (since - years)
