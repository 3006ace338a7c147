"""Reductions over axes, in an order that does not depend on the number of draws.

``sum(a * b * c, over=…)`` is split first, through the equations that are products themselves: factors that lack
the axes are multiplied in afterwards, and factors that share no axis with others are summed on their own. Certain
factors are joined beforehand.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import product

import numpy as np

from wellbeva.engine.arrays.named import union
from wellbeva.engine.lowering.ssa import Array, Op, ProgramBuilder
from wellbeva.language.ir import Binary, Node


def factors(node: Node) -> list[Node]:
    """Return the factors of a product, from left to right; the node itself if it is none."""
    if isinstance(node, Binary) and node.op == "mul":
        return [*factors(node.left), *factors(node.right)]
    return [node]


def lower_sum(build: ProgramBuilder, ids: Sequence[int], over: tuple[str, ...]) -> int:
    """Lower the sum of a product over axes.

    Parameters
    ----------
    build : ProgramBuilder
    ids : sequence of int
        Numbers of the factors.
    over : tuple of str
        Factors may lack some of these axes; over one that all lack, the sum is the product times its number of labels.

    Returns
    -------
    int
        Number of the result, on the axes of all factors without `over`.
    """
    return _sum(build, [part for factor in ids for part in _taken_apart(build, build.number(factor), set(over))], over)


def _sum(build: ProgramBuilder, ids: Sequence[int], over: tuple[str, ...]) -> int:
    """Sum a product over axes; a factor, or all factors, may lack some of them."""
    outside = [factor for factor in ids if not set(build.values[factor].axes) & set(over)]
    inside = [factor for factor in ids if factor not in outside]
    missing = set(over) - set(build.axes(*inside))
    repeats = float(np.prod([build.lengths[axis] for axis in missing]))
    if repeats != 1:
        outside.append(build.constant(np.asarray(repeats), ()))
    for part in _connected(build, inside, set(over)):
        axes = set(build.axes(*part)) & set(over)
        outside.append(_axis_by_axis(build, part, tuple(axis for axis in over if axis in axes)))
    return _product(build, outside)


def _axis_by_axis(build: ProgramBuilder, ids: Sequence[int], over: tuple[str, ...]) -> int:
    """Sum a product over one axis before the others where that takes fewer multiplications.

    sum_st(a_s * w_t * x_st) = sum_s(a_s * sum_t(w_t * x_st)), and another sum with the same w and x has the inner one
    for nothing. A recurrence is summed over time first in any case: that can be done while it runs.
    """
    least, chosen = _cost(build, [_factor(build, factor) for factor in ids]), ""
    if "time" in over and len(over) > 1 and not build.recurrent.isdisjoint(ids):
        least, chosen = 0, "time"
    for axis in over if len(over) > 1 else ():
        inner, outer = _apart(build, ids, axis)
        if outer and least:
            inner_factors = [_factor(build, factor) for factor in inner]
            summed = (
                tuple(name for name in build.axes(*inner) if name != axis),
                any(varies for _, varies in inner_factors),
            )
            cost = _cost(build, inner_factors) + _cost(build, [summed, *(_factor(build, factor) for factor in outer)])
            if cost < least:
                least, chosen = cost, axis
    if not chosen:
        return _sum_of_product(build, ids, over)
    inner, outer = _apart(build, ids, chosen)
    first = _sum_of_product(build, inner, (chosen,))
    # what is certain may be the same all along an axis now, as shares that add up to 1 are
    return _sum(build, [*outer, first], tuple(name for name in over if name != chosen))


def _apart(build: ProgramBuilder, ids: Sequence[int], axis: str) -> tuple[list[int], list[int]]:
    """Part factors into those that vary along an axis and the others."""
    inner = [factor for factor in ids if axis in build.values[factor].axes]
    return inner, [factor for factor in ids if factor not in inner]


def _factor(build: ProgramBuilder, number: int) -> tuple[tuple[str, ...], bool]:
    return build.values[number].axes, build.varies(number)


def _cost(build: ProgramBuilder, factors: Sequence[tuple[tuple[str, ...], bool]]) -> int:
    """Return the multiplications and additions on one draw of a sum of a product (`_sum_of_product`).

    Parameters
    ----------
    factors : sequence of (tuple of str, bool)
        Axes of each, and whether it depends on the draw; what does not is multiplied beforehand.
    """

    def cells(axes: tuple[str, ...]) -> int:
        return math.prod(build.lengths[axis] for axis in axes)

    ordered = sorted(factors, key=lambda factor: (factor[1], cells(factor[0])))
    if not ordered[-1][1]:
        return 0
    cost, axes = 0, ordered[0][0]
    for more, varies in ordered[1:]:
        axes = union(build.own, axes, more)
        cost += cells(axes) if varies else 0
    return cost + cells(axes)


def _taken_apart(build: ProgramBuilder, number: int, over: set[str]) -> list[int]:
    """Return the factors of a value that is a product of others, where that frees one from the axes of the sum."""
    made = build.made.get(number)
    if made is None or made.step != Op("elementwise", "mul"):
        return [number]
    parts = [part for operand in made.operands for part in _taken_apart(build, operand, over)]
    frees = any(not set(build.values[part].axes) & over for part in parts)
    return parts if frees or any(build.values[part].constant is not None for part in parts) else [number]


def _connected(build: ProgramBuilder, ids: Sequence[int], over: set[str]) -> list[list[int]]:
    """Group factors that share, directly or through others, one of the axes."""
    parts: list[tuple[set[str], list[int]]] = []
    for factor in ids:
        axes = set(build.values[factor].axes) & over
        joined = [part for part in parts if part[0] & axes]
        members = [member for part in joined for member in part[1]]
        parts = [part for part in parts if not part[0] & axes]
        parts.append((axes.union(*(part[0] for part in joined)), [*members, factor]))
    return [members for _, members in parts]


def _product(build: ProgramBuilder, ids: Sequence[int]) -> int:
    """Multiply values, certain ones first, then those with fewer cells."""
    ordered = sorted(ids, key=lambda number: (build.varies(number), build.values[number].cells))
    total = ordered[0]
    for factor in ordered[1:]:
        total = build.elementwise("mul", np.multiply, [total, factor])
    return total


def _sum_of_product(build: ProgramBuilder, ids: Sequence[int], over: tuple[str, ...]) -> int:
    """Sum a product over axes that it has; the last product is never held as a whole."""
    ordered = sorted(ids, key=lambda number: (build.varies(number), build.values[number].cells))
    if len(ordered) == 1 or not build.varies(ordered[-1]):
        return lower_reduce(build, "sum", _product(build, ordered), over)
    weight, x = _product(build, ordered[:-1]), ordered[-1]
    axes = build.axes(weight, x)
    left = tuple(axis for axis in axes if axis not in over)
    where = build.aligned([weight, x], axes)
    steps = _steps(build, axes, over)

    def compute(weight: Array, x: Array) -> Array:
        weight, x = weight[where[0]], x[where[1]]
        total = _at(weight, steps[0]) * _at(x, steps[0])
        for step in steps[1:]:
            total += _at(weight, step) * _at(x, step)
        return np.asarray(total)

    return build.add(Op("product sum", over=over), compute, [weight, x], left)


def _steps(build: ProgramBuilder, axes: tuple[str, ...], over: tuple[str, ...]) -> list[tuple[int | slice, ...]]:
    """Return the index of every slice that a reduction goes through, in order."""
    ranges = [range(build.lengths[axis]) if axis in over else (slice(None),) for axis in axes]
    return list(product(*ranges))


def _at(x: Array, step: tuple[int | slice, ...]) -> Array:
    """Return one slice; an axis on which `x` is only stretched has one label."""
    return x[tuple(0 if isinstance(index, int) and x.shape[place] == 1 else index for place, index in enumerate(step))]


def lower_reduce(build: ProgramBuilder, function: str, x: int, over: tuple[str, ...]) -> int:
    """Lower a reduction over axes.

    Parameters
    ----------
    build : ProgramBuilder
    function : {"sum", "mean", "min", "max", "product", "trapezium"}
    x : int
        Number of the value, which may lack an axis along which it does not vary.
    over : tuple of str

    Returns
    -------
    int
        Number of the result, on the axes of `x` without `over`.
    """
    present = tuple(axis for axis in over if axis in build.values[x].axes)
    missing = [build.lengths[axis] for axis in over if axis not in present]
    repeats = float(np.prod(missing))
    if function == "trapezium":
        return _trapezium(build, x, over[0])
    if present:
        x = _reduce(build, function, x, present)
    if repeats != 1 and function in ("sum", "product"):
        joined = ("mul", np.multiply) if function == "sum" else ("pow", np.power)
        count = build.constant(np.asarray(repeats), ())
        x = build.elementwise(joined[0], joined[1], [x, count])
    return x


def _reduce(build: ProgramBuilder, function: str, x: int, over: tuple[str, ...]) -> int:
    axes = build.values[x].axes
    left = tuple(axis for axis in axes if axis not in over)
    steps = _steps(build, axes, over)
    join: Callable[..., Array] = {"min": np.minimum, "max": np.maximum, "product": np.multiply}.get(function, np.add)

    def compute(x: Array) -> Array:
        total = np.array(x[steps[0]])  # a copy, for it is written over
        for step in steps[1:]:
            total = join(total, x[step], out=total) if total.ndim else join(total, x[step])
        return total / len(steps) if function == "mean" else total

    return build.add(Op("reduce", function, over), compute, [x], left)


def _trapezium(build: ProgramBuilder, x: int, over: str) -> int:
    """Sum the means of neighbouring points: all inner points whole, both ends half."""
    x = build.spread(x, over)
    axes = build.values[x].axes
    left = tuple(axis for axis in axes if axis != over)
    steps = _steps(build, axes, (over,))

    def compute(x: Array) -> Array:
        if len(steps) == 1:
            return np.zeros_like(x[steps[0]])
        total = (x[steps[0]] + x[steps[-1]]) / 2
        for step in steps[1:-1]:
            total = total + x[step]
        return np.asarray(total)

    return build.add(Op("trapezium", over=(over,)), compute, [x], left)
