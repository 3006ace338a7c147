"""Break-even: the value of one parameter at which an outcome is zero in the base case."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from wellbeva.analysis.registry import RunTables, table
from wellbeva.analysis.root_crossings import crossings, points_together, side_by_side
from wellbeva.core.arrays import Floats, Ints
from wellbeva.core.units import YEAR
from wellbeva.distributions.families import FAMILIES
from wellbeva.distributions.quantile import support
from wellbeva.plan.plan import BreakEven, Plan, PlanParameter
from wellbeva.plan.record import Record
from wellbeva.results.deterministic import EVERYWHERE, evaluate_points, mixing_options
from wellbeva.results.variables import BREAK_EVEN

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

Bounds = Mapping[str, tuple[float, float]]

HALVINGS = 12
"""The search reaches from 2**-12 to 2**12 times the base value, in steps of a factor of 2."""

COLUMNS = ("parameter", "outcome", "option", "cell", "unit", "base", "value", "ratio", "reason")


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """Break-even values over the cells of the outcome.

    Parameters
    ----------
    axes : tuple of str
        Axes of the outcome.
    base, value : array over `axes` [unit of the parameter]
        Value NaN where there is none. Where the parameter differs between the cells of one option (groups), both are
        means over these cells, which move in proportion.
    reason : str array over `axes`
        Empty, or why there is no value: ``always``, ``never`` (the outcome's sign whatever the parameter is), ``flat``,
        ``undefined``; ``horizon`` (a length of time: the outcome rises with it until the last period ends, and is below
        zero still); ``shares`` (a Dirichlet, whose shares add to 1, so that they cannot all move in proportion).
    """

    axes: tuple[str, ...]
    base: Floats
    value: Floats
    reason: np.ndarray[tuple[int, ...], np.dtype[np.str_]]


def solve(plan: Plan, question: BreakEven, *, bounds: Bounds | None = None) -> Solution:
    """Solve one break-even for every cell of its outcome, all cells at once.

    Parameters
    ----------
    plan : Plan
    question : BreakEven
    bounds : mapping of parameter to (low, high), optional
        Values that make sense; see `bounds_of`. Without, a parameter is looked for at 0 and above, below 0 only where
        its base value or its distribution lies there.

    Returns
    -------
    Solution
        For the cells of an option only that option's values move.
    """
    parameter = plan.parameter(question.parameter)
    whole = evaluate_points(plan)
    axes, outcome = whole[question.outcome]
    cells = np.indices(outcome.shape).reshape(outcome.ndim, outcome.size)
    # A change moves the cells of one option; all cells of the outcome that belong to it read the same change.
    along = parameter.axes.index("option") if "option" in parameter.axes and "option" in axes else None
    change_of = cells[axes.index("option")] if along is not None else np.zeros(outcome.size, dtype=np.int64)
    places = (
        [(slice(None),) * along + (option,) for option in range(len(plan.axes["option"]))]
        if along is not None
        else [()]
    )
    bases = np.asarray([float(parameter.values[place].ravel().mean()) for place in places])
    if _of_a_dirichlet(plan, parameter):
        shape = outcome.shape
        return Solution(axes, bases[change_of].reshape(shape), np.full(shape, np.nan), np.full(shape, "shares"))
    limits = (bounds or {}).get(parameter.name) or support_of(plan, parameter)
    grid = np.stack([_grid(one, limits) for one in bases])
    expression = plan.equation(question.outcome).expression
    alone = along is not None and parameter.name not in mixing_options(plan, [expression])
    lanes = np.arange(len(places)) if alone else np.full(len(places), EVERYWHERE)
    compared = _comparator(plan) if "option" in axes else None
    against = cells.copy()
    if compared is not None:
        against[axes.index("option")] = compared
    together = points_together(sum(array.size for _, array in whole.values()))
    only = frozenset({question.outcome})

    def results_of(numbers: Ints, reads: Ints, options: Ints, values: Floats) -> Floats:
        def evaluate(changes: Ints, points: Ints, results: Ints, at: Ints) -> Floats:
            moved = np.repeat(parameter.values[np.newaxis], int(points.max()) + 1, axis=0)
            for change, point in zip(changes.tolist(), points.tolist(), strict=True):
                place = places[options[change]]
                moved[(point, *place)] = _moved(parameter.values[place], bases[options[change]], values[change])
            replaced = {parameter.name: (("draw", *parameter.axes), moved)}
            found_axes, array = evaluate_points(plan, changes=replaced, only=only)[question.outcome]
            if "draw" not in found_axes:
                array = np.broadcast_to(array, (len(moved), *array.shape))
            read, theirs = cells[:, numbers[results]], against[:, numbers[results]]
            picked: Floats = array[(at, *read)]
            if compared is None:
                return picked
            # Side by side the comparator moves in the same point, which is not what its rival is held against.
            other: Floats = outcome[tuple(theirs)] if alone else array[(at, *theirs)]
            return np.where((read == theirs).all(axis=0), 0.0, picked - other)

        return side_by_side(lanes[options], reads, evaluate, together=together)

    def curve(numbers: Ints, values: Floats) -> Floats:
        return results_of(numbers, np.arange(len(numbers)), change_of[numbers], values)

    steps = np.arange(grid.shape[1])
    results = results_of(
        np.repeat(np.arange(outcome.size), len(steps)),
        (change_of[:, np.newaxis] * len(steps) + steps).reshape(-1),
        np.repeat(np.arange(len(places)), len(steps)),
        grid.reshape(-1),
    ).reshape(-1, len(steps))
    base, grid = bases[change_of], grid[change_of]
    found = crossings(curve, grid, base, results=results)
    shape = outcome.shape
    reasons = [
        "horizon"
        if one == "never" and parameter.unit == YEAR and _is_cut_off(grid[index], found.results[index])
        else one
        for index, one in enumerate(found.reason)
    ]
    reason = np.asarray(reasons, dtype=np.str_).reshape(shape)
    return Solution(axes, base.reshape(shape), found.root.reshape(shape), reason)


def break_even_table(plan: Plan, *, bounds: Bounds | None = None) -> pd.DataFrame:
    """Return every break-even that the model asks for, one row for each cell of the outcome.

    Options that the decision leaves out have none: no other table of the decision has them.

    Parameters
    ----------
    plan : Plan
    bounds : mapping of parameter to (low, high), optional
        As for `solve` [unit of the parameter].

    Returns
    -------
    pandas.DataFrame
        Columns as in `COLUMNS`. ``base`` and ``value`` are in ``unit``, that of the parameter; ``cell`` holds the
        outcome's labels besides the option (``central``); ``ratio`` is value / base [no unit].
    """
    import pandas as pd

    rows: list[tuple[object, ...]] = []
    known = plan.axes.get("option")
    left_out = set(known.labels) - set(plan.decision.options) if known and plan.decision else set()
    for question in plan.break_even:
        found = solve(plan, question, bounds=bounds)
        unit = str(plan.parameter(question.parameter).unit)
        labels = [plan.axes[axis].labels for axis in found.axes]
        for cell, picked in zip(np.ndindex(found.value.shape), product(*labels), strict=True):
            named = dict(zip(found.axes, picked, strict=True))
            option = named.pop("option", "")
            if option in left_out:
                continue
            base, value = float(found.base[cell]), float(found.value[cell])
            ratio = value / base if base else math.nan
            words = ".".join(named.values())
            reason = str(found.reason[cell])
            rows.append((question.parameter, question.outcome, option, words, unit, base, value, ratio, reason))
    return pd.DataFrame(rows, columns=list(COLUMNS))


@table("break_even", csv=True, evaluates=True)
def _break_even(run: RunTables) -> pd.DataFrame:
    return break_even_table(run.plan, bounds=bounds_of(run.record))


def with_break_even(dataset: xr.Dataset, plan: Plan, *, bounds: Bounds | None = None) -> xr.Dataset:
    """Return the Dataset with ``break_even_<parameter>``, over the axes of the outcome, for each question of the model.

    Parameters
    ----------
    dataset : xarray.Dataset
        Not changed.
    plan : Plan
    bounds : mapping of parameter to (low, high), optional
        As for `solve` [unit of the parameter].
    """
    found = dataset.copy()
    for question in plan.break_even:
        solution = solve(plan, question, bounds=bounds)
        name = BREAK_EVEN.format(question.parameter)
        for axis in solution.axes:
            if axis not in found.coords:
                found = found.assign_coords({axis: list(plan.axes[axis].labels)})
        found[name] = (solution.axes, solution.value)
        found[name].attrs = {
            "unit": str(plan.parameter(question.parameter).unit),
            "doc": f"value of {question.parameter} at which {question.outcome} is 0 in the base case"
            + (", less the comparator's" if _comparator(plan) is not None else ""),
            "axes": " ".join(solution.axes),
            "kind": "break_even",
            "source": question.outcome,
        }
    return found


def bounds_of(record: Record) -> dict[str, tuple[float, float]]:
    """Return the bounds of the parameters that the model gives or their unit implies: a share lies between 0 and 1.

    Bounds with a unit are used only where they are 0, which needs no conversion.
    """
    found: dict[str, tuple[float, float]] = {}
    for name, spec in record.scenario.model.parameters.items():
        low, high = spec.bounds
        share = spec.unit.text.strip() == "share"
        lowest = float(low.number) if low is not None and (not low.number or not low.unit) else None
        highest = float(high.number) if high is not None and (not high.number or not high.unit) else None
        if share or lowest is not None or highest is not None:
            found[name] = (
                lowest if lowest is not None else 0.0 if share else -math.inf,
                highest if highest is not None else 1.0 if share else math.inf,
            )
    return found


def _comparator(plan: Plan) -> int | None:
    """Return the comparator's place among the options, None where that is nothing (semantics R49)."""
    decision = plan.decision
    row = decision.rows[decision.comparator] if decision is not None and decision.comparator >= 0 else -1
    return row if row >= 0 else None


def _of_a_dirichlet(plan: Plan, parameter: PlanParameter) -> bool:
    """Whether a cell of the parameter is a share of a Dirichlet."""
    shares = [index for joint in plan.joints if joint.kind == "dirichlet" for index in joint.elements]
    return bool(np.isin(parameter.elements, shares).any())


def _moved(cells: Floats, base: float, value: float) -> Floats | float:
    """Return the cells of one option with their mean moved from the base to a value, in proportion."""
    same = bool(np.all(cells == cells.flat[0]))
    return value if same or base == 0 else cells * (value / base)


def support_of(plan: Plan, parameter: PlanParameter) -> tuple[float, float]:
    """Return the range in which values make sense, as far as the plan tells.

    It lies within the family and the truncation of what is drawn; below 0 where a value or a law does.

    Parameters
    ----------
    plan : Plan
    parameter : PlanParameter
    """
    drawn = [plan.elements[int(index)].distribution for index in np.unique(parameter.elements) if index >= 0]
    negative = bool((parameter.values < 0).any()) or any(support(one)[0] < 0 for one in drawn)
    low, high = (-math.inf if negative else 0.0), math.inf
    if drawn:
        family = [FAMILIES[one.family].within for one in drawn]
        low = max(low, min(max(one.low, lowest) for one, (lowest, _) in zip(drawn, family, strict=True)))
        high = min(high, max(min(one.high, highest) for one, (_, highest) in zip(drawn, family, strict=True)))
    return low, high


def _is_cut_off(grid: Floats, results: Floats) -> bool:
    """Whether a result rises with a length of time, and no more once that is half as long as the longest tried."""
    late = results[grid >= grid[-1] / 2.0]
    return bool(np.isfinite(results).all() and results[-1] > results[0] and (late == late[-1]).all() and len(late) > 1)


def _grid(base: float, limits: tuple[float, float]) -> Floats:
    """Return the values to try: zero, factors of the base either way, the bounds themselves."""
    scale = abs(base) if base else 1.0
    factors = scale * 2.0 ** np.arange(-HALVINGS, HALVINGS + 1)
    low, high = limits
    values = np.concatenate([-factors[::-1], [0.0], factors])
    inside = values[(values > low) & (values < high)]
    ends = [limit for limit in limits if math.isfinite(limit)]
    grid = np.unique(np.concatenate([inside, ends]))
    # Equal lengths keep all problems in one array; a repeated value hides no crossing.
    return np.concatenate([grid, np.full(len(values) + 2 - len(grid), grid[-1])])
