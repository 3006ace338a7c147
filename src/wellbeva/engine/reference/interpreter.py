"""The reference engine: a tree walk over named axes. Slow, readable, and the specification.

Nothing is blocked, lifted or shared here; each node is what its sentence in `language.ir` says, and
every intermediate is kept. The other engines are right where they agree with this one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from wellbeva.core.arrays import Floats
from wellbeva.engine.arrays import profiles
from wellbeva.engine.arrays.functions import ARITHMETIC, COMPARISONS, FUNCTIONS
from wellbeva.engine.arrays.lookup import lookup
from wellbeva.engine.arrays.named import NamedArray, drop, expand, own_axes, spread, union
from wellbeva.engine.reference.stages import recurrent
from wellbeva.errors import WellbevaError, refusal
from wellbeva.language import ir
from wellbeva.language.traversal import mentions, operands
from wellbeva.plan.plan import Plan, PlanParameter

_AREAS = {
    "area_linear": profiles.plain_linear,
    "area_exponential": profiles.plain_exponential,
    "area_geometric": profiles.plain_geometric,
}


_REDUCERS: dict[str, Callable[..., Any]] = {
    "sum": np.sum,
    "mean": np.mean,
    "min": np.min,
    "max": np.max,
    "product": np.prod,
}


def evaluate(
    plan: Plan,
    *,
    draws: Mapping[int, Floats] | None = None,
    count: int = 0,
    replace: Mapping[str, tuple[tuple[str, ...], Floats]] | None = None,
) -> dict[str, NamedArray]:
    """Evaluate every equation of a plan.

    Parameters
    ----------
    plan : Plan
    draws : mapping of element index to array (draw,), optional
        One array for each uncertain element; needed if `count` is above 0.
    count : int
        Number of draws. 0 is the base case: uncertain cells at their base values, no `draw` axis, and
        the equations on means evaluated too, a `Ratio` being top over bottom.
    replace : mapping of parameter name to (axes, array), optional
        Whole parameters in place of the plan's. `draw` may lead the axes: then each of them is a
        draw of its own, in the base case too (break-even, one-way sensitivity).

    Returns
    -------
    dict of name to Named
        Parameters and equations; `draw` leads the axes of what depends on it.
    """
    return Interpreter(plan, draws=draws or {}, count=count, replace=replace or {}).run()


class Interpreter:
    """One evaluation; `values` grows as equations are reached.

    Parameters are those of `evaluate`, and

    known : mapping of node to NamedArray, optional
        Nodes whose values are given and not computed (means over draws).
    """

    def __init__(
        self,
        plan: Plan,
        *,
        draws: Mapping[int, Floats],
        count: int,
        replace: Mapping[str, tuple[tuple[str, ...], Floats]],
        known: Mapping[ir.Node, NamedArray] | None = None,
    ) -> None:
        self.plan = plan
        self.own = own_axes(plan.axes)
        self.count = count
        self.known = dict(known or {})
        self.values: dict[str, NamedArray] = {}
        for parameter in plan.parameters:
            if parameter.name in replace:
                axes, array = replace[parameter.name]
                self.values[parameter.name] = NamedArray(axes, np.asarray(array, dtype=np.float64))
            else:
                self.values[parameter.name] = _parameter(parameter, draws, count)
        self._group: tuple[str, ...] = ()
        self._steps: dict[str, list[NamedArray]] = {}
        self._seen: dict[tuple[int, int], NamedArray] = {}

    def run(self) -> dict[str, NamedArray]:
        """Evaluate all equations that this case has and return all values."""
        stages = {equation.name: equation.stage for equation in self.plan.equations}
        for group in self.plan.groups:
            if all(stages[name] == "draw" or self.count == 0 for name in group):
                self.evaluate_group(group)
        return self.values

    def evaluate_group(self, group: tuple[str, ...]) -> None:
        """Evaluate one equation, or a recurrence of one or several."""
        if recurrent(self.plan, group):
            self._step(group)
            return
        self.values[group[0]] = self.declared(self.plan.equation(group[0]).expression)

    def declared(self, node: ir.Node) -> NamedArray:
        """Evaluate one node from the values known so far, over all the axes that it declares."""
        return self._declared(node, self.node(node))

    def node(self, node: ir.Node) -> NamedArray:
        """Evaluate one node from the values known so far."""
        if self.known and node in self.known:
            return self.known[node]
        with np.errstate(all="ignore"):
            return self._combine(node, *(self.node(operand) for operand in operands(node)))

    def decision(self) -> dict[str, NamedArray]:
        """Evaluate `Decision.parts` over the options of the decision, ``decision_option``; none without a decision."""
        decision = self.plan.decision
        if decision is None:
            return {}
        found = {}
        for name, node in decision.parts.items():
            value = self.node(node)
            axes = drop(value.axes, "option")
            numbers = decision.over_options(expand(value, (*axes, "option")))
            found[name] = NamedArray((*axes, "decision_option"), numbers)
        return found

    # ---- recurrences

    def _step(self, group: tuple[str, ...]) -> None:
        """Go along time, each equation of the group in turn at each label."""
        self._group, self._steps, self._seen = group, {name: [] for name in group}, {}
        nodes = {name: self.plan.equation(name).expression for name in group}
        for index in range(len(self.plan.axes["time"])):
            for name in group:
                self._steps[name].append(self._at(nodes[name], index))
        for name in group:
            axes = union(self.own, ("time",), *(step.axes for step in self._steps[name]))
            lengths = self._lengths(*self._steps[name])
            slices = [spread(step, drop(axes, "time"), lengths).array for step in self._steps[name]]
            value = NamedArray(axes, np.stack(slices, axis=axes.index("time")))
            self.values[name] = self._declared(nodes[name], value)
        self._group = ()

    def _at(self, node: ir.Node, index: int) -> NamedArray:
        """Evaluate a node at one label of time; the result lacks that axis."""
        key = (id(node), index)
        if key not in self._seen:
            with np.errstate(all="ignore"):
                self._seen[key] = self._at_label(node, index)
        return self._seen[key]

    def _at_label(self, node: ir.Node, index: int) -> NamedArray:
        if not mentions(node, self._group):
            return self.node(node).pick("time", index)
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
                total = self._at(x, 0)
                for earlier in range(1, index + 1):
                    total = self._elementwise(np.add, total, self._at(x, earlier))
                return total
            case ir.Reduce(over=over) if "time" in over:
                raise too_early(self._group[0])
            case ir.PickBy(axis="time") | ir.Interp(axis="time"):
                raise too_early(self._group[0])
            case _:
                return self._combine(node, *(self._at(operand, index) for operand in operands(node)))

    # ---- nodes

    def _combine(self, node: ir.Node, *args: NamedArray) -> NamedArray:  # noqa: C901, PLR0911, PLR0912 - one case a node kind
        match node:
            case ir.Const(value=value):
                return NamedArray((), np.asarray(value))
            case ir.Ref(name=name):
                return self.values[name]
            case ir.Label(axis=axis):
                return NamedArray((axis,), np.arange(len(self.plan.axes[axis]), dtype=np.float64))
            case ir.Unary(op="neg"):
                return NamedArray(args[0].axes, -args[0].array)
            case ir.Unary():
                return NamedArray(args[0].axes, (args[0].array == 0).astype(np.float64))
            case ir.Binary(op=op):
                return self._elementwise(ARITHMETIC[op], *args)
            case ir.Compare(op=op):
                return self._elementwise(COMPARISONS[op], *args)
            case ir.Logic(op=op):
                return self._elementwise(np.logical_and if op == "and" else np.logical_or, *args)
            case ir.Select():
                return self._elementwise(lambda c, yes, no: np.where(c != 0, yes, no), *args)
            case ir.Call(function=function):
                return self._elementwise(_AREAS.get(function) or FUNCTIONS[function], *args)
            case ir.Reduce(function=function, over=over):
                return _reduce(function, self._with(args[0], *over), over)
            case ir.Pick(axis=axis, index=index):
                return args[0].pick(axis, index)
            case ir.PickBy(axis=axis, by=by):
                return self._pick_by(axis, self._with(args[0], axis), args[1], is_label=by.dtype == "label")
            case ir.Interp(axis=axis):
                return self._interp(axis, *args)
            case ir.Lag(over=over):
                return self._lag(over, *args)
            case ir.Scan(over=over):
                x = self._with(args[0], over)
                return NamedArray(x.axes, np.cumsum(x.array, axis=x.axes.index(over)))
            case ir.Contract():
                return self._contract(*args)
            case ir.Ratio():
                return self._elementwise(np.divide, *args)
            case _:
                raise TypeError(f"no engine knows the node {type(node).__name__}")

    def _elementwise(self, function: Callable[..., Any], *args: NamedArray) -> NamedArray:
        axes = union(self.own, *(one.axes for one in args))
        result = function(*(expand(one, axes) for one in args))
        return NamedArray(axes, np.asarray(result, dtype=np.float64))

    def _pick_by(self, axis: str, x: NamedArray, by: NamedArray, *, is_label: bool) -> NamedArray:
        axes = union(self.own, drop(x.axes, axis), by.axes)
        table = NamedArray(("", *drop(x.axes, axis)), np.moveaxis(x.array, x.axes.index(axis), 0))
        rows, beyond = lookup(self.plan.axes[axis], expand(by, axes), is_label=is_label)
        shape = np.broadcast_shapes(expand(table, ("", *axes)).shape[1:], rows.shape)
        cells = np.broadcast_to(expand(table, ("", *axes)), (table.array.shape[0], *shape))
        picked = np.take_along_axis(cells, np.broadcast_to(rows, shape)[None], axis=0)[0]
        return NamedArray(axes, np.where(beyond, np.nan, picked))

    def _interp(self, axis: str, x: NamedArray, by: NamedArray) -> NamedArray:
        """Climb from the lowest rung: of each rise between two rungs, the part that lies below the value is added."""
        rungs = self.plan.axes[axis].rungs
        value = self._elementwise(lambda x, by: np.where(np.isnan(by), np.nan, x), x.pick(axis, 0), by)
        for place in range(1, len(rungs)):
            low, high = rungs[place - 1], rungs[place]
            rise = self._elementwise(np.subtract, x.pick(axis, place), x.pick(axis, place - 1))
            part = NamedArray(by.axes, np.clip((by.array - low) / (high - low), 0, 1))
            value = self._elementwise(lambda value, rise, part: value + rise * part, value, rise, part)
        return value

    def _lag(self, over: str, x: NamedArray, initial: NamedArray) -> NamedArray:
        axes = union(self.own, (over,), x.axes, initial.axes)
        lengths = self._lengths(x, initial)
        whole, start = spread(x, axes, lengths).array, spread(initial, axes, lengths).array
        place = axes.index(over)
        first = np.take(start, [0], axis=place)
        earlier = np.take(whole, range(whole.shape[place] - 1), axis=place)
        return NamedArray(axes, np.concatenate([first, earlier], axis=place))

    def _contract(self, x: NamedArray, moves: NamedArray) -> NamedArray:
        axes = union(self.own, x.axes, moves.axes, ("state", "to"))
        moved = (expand(x, axes) * expand(moves, axes)).sum(axis=axes.index("state"))
        left = tuple("state" if axis == "to" else axis for axis in drop(axes, "state"))
        return NamedArray(left, moved)

    def _with(self, value: NamedArray, *axes: str) -> NamedArray:
        """Give a value axes that its node has: the first labels of a recurrence may be the same for all groups."""
        return spread(value, union(self.own, value.axes, axes), self._lengths(value))

    def _lengths(self, *args: NamedArray) -> dict[str, int]:
        lengths = {name: len(axis) for name, axis in self.plan.axes.items()}
        for one in args:
            if "draw" in one.axes:
                lengths["draw"] = one.array.shape[0]
        return lengths

    def _declared(self, node: ir.Node, value: NamedArray) -> NamedArray:
        """Give a value all axes that its node declares, `draw` only where it has it already."""
        axes = union(self.own, drop(node.axes, "draw"), value.axes)
        return spread(value, axes, self._lengths(value))


def _parameter(parameter: PlanParameter, draws: Mapping[int, Floats], count: int) -> NamedArray:
    if count == 0 or not parameter.uncertain:
        return NamedArray(parameter.axes, parameter.values)
    cells = np.repeat(parameter.values[None], count, axis=0)
    for place in np.argwhere(parameter.elements >= 0):
        where = tuple(place.tolist())
        cells[(slice(None), *where)] = draws[int(parameter.elements[where])]
    return NamedArray(("draw", *parameter.axes), cells)


def _reduce(function: str, x: NamedArray, over: tuple[str, ...]) -> NamedArray:
    places = tuple(x.axes.index(axis) for axis in over)
    axes = drop(x.axes, *over)
    if function == "trapezium":
        (place,) = places
        points = np.moveaxis(x.array, place, -1)
        return NamedArray(axes, ((points[..., 1:] + points[..., :-1]) / 2).sum(axis=-1))
    return NamedArray(axes, np.asarray(_REDUCERS[function](x.array, axis=places)))


def too_early(name: str) -> WellbevaError:
    """Say that a recurrence looks at a step that is not yet known."""
    return refusal(
        "WB-E007",
        f"equation '{name}' needs its own value at a step that is not yet known",
        "look back with lag(...), and sum over time in another equation",
        "a recurrence goes along time and may look back only",
    )
