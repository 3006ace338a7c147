"""The size of a plan, checked before anything is computed: equations that cannot fit are refused in place."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from wellbeva.core.axes import Axis
from wellbeva.core.spans import Span
from wellbeva.errors import Collector
from wellbeva.language.ir import Node
from wellbeva.language.traversal import walk
from wellbeva.plan.limits import MOST_CELLS
from wellbeva.plan.plan import Check, PlanEquation

MOST_UNCERTAIN = 100_000
"""Cells of any one uncertain number: 512 draws of it take 400 MB, and a plan holds several at once."""
MOST_DRAWN_CELLS = 20_000
"""Cells that are drawn, of all outcomes together; each has its own moments and histogram, some 20 kB."""
MOST_OUTCOME_CELLS = 200_000
"""Cells of all outcomes together, certain ones and ratios of means too: some 10 kB each, from draws to report."""


def fail_if_too_large(
    equations: Mapping[str, PlanEquation],
    outcomes: Iterable[str],
    checks: Iterable[Check],
    axes: Mapping[str, Axis],
    place: Span | None,
    collector: Collector,
) -> None:
    """Refuse equations and outcomes with more cells than a machine holds, and name the axes that make them.

    Parameters
    ----------
    equations : mapping of str to PlanEquation
    outcomes : iterable of str
        Equations that are kept, so that each cell has moments and a histogram of its own.
    checks : iterable of Check
    axes : mapping of str to Axis
        Their lengths make the number of cells.
    place : Span or None
        For what has no place of its own.
    collector : Collector
    """
    for equation in equations.values():
        _refuse(equation.name, equation.expression, axes, place, collector)
    for check in checks:
        _refuse("a check", check.expression, axes, place, collector)
    kept = {name: _cells(equations[name].expression, axes) for name in outcomes}
    drawn = {name: cells for name, cells in kept.items() if "draw" in equations[name].expression.axes}
    for cells, most, when in (
        (drawn, MOST_DRAWN_CELLS, " in every draw"),
        (kept, MOST_OUTCOME_CELLS, " in all"),
    ):
        if (total := sum(cells.values())) <= most:
            continue
        widest = max(cells, key=lambda name: cells[name])
        collector.error(
            "WB-C062",
            f"the outcomes have {total:,} numbers{when}; at most {most:,} are kept",
            equations[widest].expression.span or place,
            facts=(f"the widest is {widest}: {_words(equations[widest].expression, axes)}",),
            remedy="keep fewer outcomes, or use fewer options, groups or longer periods",
        )
        return


def _refuse(name: str, expression: Node, axes: Mapping[str, Axis], place: Span | None, collector: Collector) -> None:
    for node in walk(expression):
        most = MOST_UNCERTAIN if "draw" in node.axes else MOST_CELLS
        cells = _cells(node, axes)
        if cells > most:
            when = " in every draw" if "draw" in node.axes else ""
            collector.error(
                "WB-C061",
                f"{name} needs {cells:,} numbers{when}; at most {most:,} fit",
                node.span or place,
                facts=(_words(node, axes),),
                remedy="use fewer options, groups or longer periods",
            )
            return


def _cells(node: Node, axes: Mapping[str, Axis]) -> int:
    return math.prod(len(axes[axis]) for axis in node.axes if axis != "draw")


def _words(node: Node, axes: Mapping[str, Axis]) -> str:
    sizes = [f"{axis} {len(axes[axis]):,}" for axis in node.axes if axis != "draw"]
    return f"axes: {', '.join(sizes) or 'none'}"
