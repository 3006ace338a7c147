"""From the typed tree to a list of array operations (`ssa`)."""

from __future__ import annotations

import numpy as np

from wellbeva.engine.arrays.functions import ARITHMETIC, COMPARISONS, FUNCTIONS
from wellbeva.engine.arrays.named import own_axes, union
from wellbeva.engine.lowering import sums
from wellbeva.engine.lowering.lookups import lower_interp, lower_pick_by
from wellbeva.engine.lowering.profiles import AREAS, lower_area
from wellbeva.engine.lowering.ssa import DRAWS, Array, Op, ProgramBuilder, along
from wellbeva.engine.reference.interpreter import too_early
from wellbeva.engine.reference.stages import recurrent
from wellbeva.language import ir
from wellbeva.language.traversal import mentions, operands
from wellbeva.plan.plan import Plan, PlanParameter


class Lowering:
    """Lowers all equations of the draws of a plan; `node` then lowers any tree over them.

    Parameters
    ----------
    plan : Plan
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.builder = ProgramBuilder(own_axes(plan.axes), {name: len(axis) for name, axis in plan.axes.items()})
        self._names = {parameter.name: self._parameter(parameter) for parameter in plan.parameters}
        self._group: tuple[str, ...] = ()
        self._steps: dict[str, list[int]] = {}
        self._seen: dict[tuple[int, int], int] = {}
        stages = {equation.name: equation.stage for equation in plan.equations}
        for group in plan.groups:
            if any(stages[name] == "mean" for name in group):
                continue
            if recurrent(plan, group):
                self._step(group)
            else:
                self._names[group[0]] = self.node(plan.equation(group[0]).expression)

    def node(self, node: ir.Node) -> int:
        """Lower a tree and return the number of its value."""
        match node:
            case ir.Reduce(function="sum", x=x, over=over):
                return sums.lower_sum(self.builder, [self.node(factor) for factor in sums.factors(x)], over)
            case _:
                return self._combine(node, [self.node(operand) for operand in operands(node)])

    # ---- recurrences: one copy of the equations for each label of time

    def _step(self, group: tuple[str, ...]) -> None:
        self._group, self._steps, self._seen = group, {name: [] for name in group}, {}
        nodes = {name: self.plan.equation(name).expression for name in group}
        for index in range(len(self.plan.axes["time"])):
            for name in group:
                self._steps[name].append(self.builder.number(self._at(nodes[name], index)))
        for name in group:
            self._names[name] = self._stack(self._steps[name])
            self.builder.recurrent.add(self._names[name])
        self._group = ()

    def _at(self, node: ir.Node, index: int) -> int:
        key = (id(node), index)
        if key not in self._seen:
            self._seen[key] = self._at_label(node, index)
        return self._seen[key]

    def _at_label(self, node: ir.Node, index: int) -> int:  # noqa: PLR0911 - one case a node kind
        if not mentions(node, self._group):
            return self._pick(self.node(node), "time", index)
        match node:
            case ir.Ref(name=name):
                if index >= len(self._steps[name]):
                    raise too_early(name)
                return self._steps[name][index]
            case ir.Lag(x=x, initial=initial, over="time"):
                return self._at(initial, 0) if index == 0 else self._at(x, index - 1)
            case ir.Pick(x=x, axis="time", index=chosen):
                return self._at(x, chosen)
            case ir.Scan(x=x, over="time"):
                if index == 0:
                    return self._at(x, 0)
                return self.builder.elementwise("add", np.add, [self._at(node, index - 1), self._at(x, index)])
            case ir.Reduce(over=over) if "time" in over:
                raise too_early(self._group[0])
            case ir.PickBy(axis="time") | ir.Interp(axis="time"):
                raise too_early(self._group[0])
            case _:
                return self._combine(node, [self._at(operand, index) for operand in operands(node)])

    def _stack(self, steps: list[int]) -> int:
        axes = union(self.builder.own, ("time",), self.builder.axes(*steps))
        inner = tuple(axis for axis in axes if axis != "time")
        where = self.builder.aligned(steps, inner)
        place = axes.index("time")

        def compute(*arrays: Array) -> Array:
            parts = [array[index] for array, index in zip(arrays, where, strict=True)]
            shape = np.broadcast_shapes(*(part.shape for part in parts))
            return np.stack([np.broadcast_to(part, shape) for part in parts], axis=place)

        return self.builder.add(Op("stack"), compute, steps, axes)

    # ---- nodes

    def _combine(self, node: ir.Node, ids: list[int]) -> int:  # noqa: C901, PLR0911, PLR0912 - one case a node kind
        build = self.builder
        if not isinstance(node, (ir.Select, ir.Logic)) and not (isinstance(node, ir.Unary) and node.op == "not"):
            ids = [build.number(operand) for operand in ids]
        match node:
            case ir.Const(value=value):
                return build.constant(np.asarray(value), ())
            case ir.Ref(name=name):
                return self._names[name]
            case ir.Label(axis=axis):
                return build.constant(np.arange(len(self.plan.axes[axis]), dtype=np.float64), (axis,))
            case ir.Unary(op="neg"):
                return build.elementwise("neg", np.negative, ids)
            case ir.Unary():
                return build.elementwise("not", lambda x: x == 0, ids, flag=True)
            case ir.Binary(op="pow"):
                return self._power(*ids)
            case ir.Binary(op=op):
                return build.elementwise(op, ARITHMETIC[op], ids)
            case ir.Compare(op=op):
                return build.elementwise(op, COMPARISONS[op], ids, flag=True)
            case ir.Logic(op=op):
                logic = np.logical_and if op == "and" else np.logical_or
                return build.elementwise(op, logic, ids, flag=True)
            case ir.Select():
                return self._select(*ids)
            case ir.Call(function=function):
                if function in AREAS:
                    return lower_area(build, function, ids)
                return build.elementwise(function, FUNCTIONS[function], ids)
            case ir.Reduce(function=function, over=over):
                return sums.lower_reduce(build, function, ids[0], over)
            case ir.Pick(axis=axis, index=index):
                return self._pick(ids[0], axis, index)
            case ir.PickBy(axis=axis, by=by):
                return lower_pick_by(build, self.plan.axes[axis], *ids, is_label=by.dtype == "label")
            case ir.Interp(axis=axis):
                return lower_interp(build, self.plan.axes[axis], *ids)
            case ir.Lag(over=over):
                return self._lag(over, *ids)
            case ir.Scan(over=over):
                x = build.spread(ids[0], over)
                axes = build.axes(x)
                place = axes.index(over)
                return build.add(Op("cumsum", over=(over,)), lambda x: np.add.accumulate(x, axis=place), [x], axes)
            case ir.Contract():
                return self._contract(*ids)
            case _:
                raise TypeError(f"the blocked engine does not know the node {type(node).__name__}")

    def _power(self, x: int, exponent: int) -> int:
        build = self.builder
        fixed = build.values[exponent].constant
        if fixed is not None and fixed.ndim == 0 and fixed == 2:
            return build.elementwise("mul", np.multiply, [x, x])
        return build.elementwise("pow", np.power, [x, exponent])

    def _select(self, condition: int, yes: int, no: int) -> int:
        build = self.builder
        fixed = build.values[condition].constant
        yes, no = build.number(yes), build.number(no)
        if fixed is not None and fixed.ndim == 0:
            return yes if fixed != 0 else no
        # a condition that is certain or numeric has no truth values yet
        if build.values[condition].flag:
            return build.elementwise("where", np.where, [condition, yes, no])
        return build.elementwise("where", lambda c, a, b: np.where(c != 0, a, b), [condition, yes, no])

    def _pick(self, x: int, axis: str, index: int) -> int:
        build = self.builder
        axes = build.values[x].axes
        if axis not in axes:
            return x
        where = along(axes.index(axis), index)
        left = tuple(name for name in axes if name != axis)
        return build.add(
            Op("pick", axis, index=index), lambda x: x[where], [x], left, view=True, flag=build.values[x].flag
        )

    def _lag(self, over: str, x: int, initial: int) -> int:
        build = self.builder
        x, first = build.spread(x, over), self._pick(initial, over, 0)
        axes = build.axes(x, first)
        place = axes.index(over)
        where, start = build.aligned([x, first], axes)

        def compute(x: Array, first: Array) -> Array:
            x, first = x[where], first[start]
            shape = list(np.broadcast_shapes(x.shape, first.shape))
            lagged = np.empty(shape)
            lagged[along(place, slice(0, 1))] = first
            lagged[along(place, slice(1, None))] = x[along(place, slice(0, shape[place] - 1))]
            return lagged

        return build.add(Op("lag", over=(over,)), compute, [x, first], axes)

    def _contract(self, x: int, moves: int) -> int:
        build = self.builder
        x, moves = build.spread(x, "state"), build.spread(moves, "state", "to")
        axes = build.axes(x, moves)
        left = tuple("state" if axis == "to" else axis for axis in axes if axis != "state")
        where = build.aligned([x, moves], axes)
        place = axes.index("state")

        def compute(x: Array, moves: Array) -> Array:
            x, moves = x[where[0]], moves[where[1]]
            total = np.asarray(x[along(place, 0)] * moves[along(place, 0)])
            for state in range(1, moves.shape[place]):
                total += x[along(place, state)] * moves[along(place, state)]
            return total

        return build.add(Op("contract"), compute, [x, moves], left)

    def _parameter(self, parameter: PlanParameter) -> int:
        build = self.builder
        if not parameter.uncertain:
            return build.constant(parameter.values, parameter.axes)
        values, elements, axes = parameter.values, parameter.elements, parameter.axes
        for axis in parameter.axes:
            place = axes.index(axis)
            if all(
                np.array_equal(table, np.broadcast_to(np.take(table, [0], axis=place), table.shape))
                for table in (np.where(elements >= 0, 0.0, values), elements)
            ):
                values, elements = np.take(values, 0, axis=place), np.take(elements, 0, axis=place)
                axes = tuple(name for name in axes if name != axis)
        drawn = elements >= 0
        rows = elements[drawn]

        def compute(draws: Array) -> Array:
            if drawn.all():
                # a single row would be a view, and the next operation might write over the draws
                return draws[int(elements)].copy() if elements.ndim == 0 else draws[elements]
            cells = np.empty((*elements.shape, draws.shape[-1]))
            cells[...] = values[..., None]
            cells[drawn] = draws[rows]
            return cells

        return build.add(Op("parameter", parameter.name), compute, [DRAWS], axes)
