"""What the compiled engine makes of a model: its passes, in order, and the loops that come out."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator

import numpy as np

from wellbeva.engine.compiled.fusion import LoopNest, TimeLoop
from wellbeva.engine.compiled.plan_loops import Generated
from wellbeva.engine.lowering.ssa import Operation
from wellbeva.engine.reference.stages import mean_names
from wellbeva.engine.targets import targets
from wellbeva.language.traversal import walk
from wellbeva.plan.plan import Plan

WIDTH, OVER, NAME = 80, 42, 62
"""Columns of a line, and where the second and the third of an operation begin."""


def lowered(plan: Plan) -> str:
    """Return the passes from equations to loops, as text.

    Parameters
    ----------
    plan : Plan

    Returns
    -------
    str
        Nodes as written; certain parts worked out and equal parts joined, each part at its own axes; nests of loops;
        the loops as Python. All but these fits 80 columns.
    """
    made = Generated(plan, targets(plan), fast=False)
    passes = (_counts(plan, made), _operations(plan, made), _nests(plan, made), [made.loops.python()])
    return "\n\n".join("\n".join(lines) for lines in passes)


def _folded(line: str, *, under: int) -> Iterator[str]:
    """Yield a line in as many as it takes, the later ones set in."""
    yield from textwrap.wrap(line, WIDTH, subsequent_indent=" " * under, break_on_hyphens=False)


def _counts(plan: Plan, made: Generated) -> Iterator[str]:
    means = mean_names(plan)
    drawn = [equation for equation in plan.equations if equation.name not in means]
    nodes = [node for one in drawn for node in walk(one.expression)]
    lengths = {name: len(axis) for name, axis in plan.axes.items()}
    cells = sum(int(np.prod([lengths.get(axis, 1) for axis in node.axes])) for node in nodes if "draw" in node.axes)
    values = made.builder.values
    kept = [
        operation
        for nest in made.schedule.nests()
        for operation in nest.operations
        if operation.step.kind not in ("put", "put row")
    ]
    work = sum(max((values[n].cells for n in (one.target, *one.operands) if n > 0), default=1) for one in kept)
    yield "Passes"
    written = f"  as written    {len(drawn)} equations, {len(nodes)} nodes; {cells:,} cells vary from draw to draw"
    yield from _folded(written, under=16)
    yield "  folded        what no draw reaches is worked out once, before the first draw"
    yield "  shared        what is written twice is computed once"
    yield "  lifted        each part runs over its own axes only; sums are pushed inwards"
    yield "                past factors that lack them"
    yield f"  lowered       {len(kept)} operations, {work:,} cells a draw"
    nests, stored = len(list(made.schedule.nests())), len(made.schedule.stored)
    fused = f"  fused         {nests} nests of loops, {stored} stored values, {made.loops.width} draws at a time"
    yield from _folded(fused, under=16)


def _operations(plan: Plan, made: Generated) -> Iterator[str]:
    known = {number: name for name, number in made.ids.items() if "." not in name}
    yield "Operations, in the order of the source (v12 is stored, s12 stays in a register)"
    for nest in made.schedule.nests():
        for operation in nest.operations:
            if operation.step.kind in ("put", "put row"):
                continue
            yield from _row(
                _told(operation, made), _over(plan, made, operation.target), known.get(operation.target, "")
            )


def _row(told: str, over: str, name: str) -> Iterator[str]:
    """Yield an operation, its axes and its name in columns; what finds no room begins a line of its own."""
    line = f"  {told}"
    for text, column in ((over, OVER), (name, NAME)):
        if not text:
            continue
        start = max(column, len(line) + 2)
        if start + len(text) > WIDTH:
            yield from _folded(line, under=4)
            line, start = "", min(column, max(4, WIDTH - len(text)))
        line = f"{line:{start}}{text}"
    yield from _folded(line, under=4)


def _told(one: Operation, made: Generated) -> str:
    place = "v" if one.target in made.schedule.stored else "s"
    name = one.step.name or one.step.kind
    inner = ", ".join(_operand(number, made) for number in one.operands)
    over = f" over {', '.join(one.step.over)}" if one.step.over else ""
    return f"{place}{one.target} = {name}({inner}){over}"


def _operand(number: int, made: Generated) -> str:
    value = made.builder.values[number]
    if number == 0:
        return "draws"
    if value.constant is None:
        return f"{'v' if number in made.schedule.stored else 's'}{number}"
    return f"{float(value.constant):.6g}" if value.constant.ndim == 0 else "data"


def _over(plan: Plan, made: Generated, number: int) -> str:
    axes = made.builder.values[number].axes
    return " x ".join(f"{axis} {len(plan.axes[axis])}" for axis in axes) or "each draw"


def _nests(plan: Plan, made: Generated) -> Iterator[str]:
    yield "Nests of loops (the draws are the innermost loop of each)"
    for item in made.schedule.items:
        if isinstance(item, TimeLoop):
            yield f"  for each later label of time ({len(plan.axes['time']) - 1})"
            for nest in item.nests:
                yield from _folded(f"    {_nest(plan, nest)}", under=8)
        else:
            yield from _folded(f"  {_nest(plan, item)}", under=6)


def _nest(plan: Plan, nest: LoopNest) -> str:
    axes = " x ".join(f"{axis} {len(plan.axes[axis])}" for axis in nest.axes) or "each draw"
    kinds = Counter(operation.step.name or operation.step.kind for operation in nest.operations)
    return f"{axes}: {', '.join(f'{count} {kind}' if count > 1 else kind for kind, count in kinds.items())}"
