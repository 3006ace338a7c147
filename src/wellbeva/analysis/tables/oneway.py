"""One-way sweeps: each uncertain number from its 5% to its 95% quantile, within bounds, all others at their base."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wellbeva.analysis.decision_arrays import best_first, decision_view, order_by_net_benefit
from wellbeva.analysis.dictionary.columns import table_of
from wellbeva.analysis.registry import RunTables, table
from wellbeva.analysis.root_crossings import crossings, points_together, side_by_side
from wellbeva.compiler.parameters.bounds import ends_of
from wellbeva.core.arrays import Floats, Ints
from wellbeva.distributions.quantile import nine_in_ten
from wellbeva.engine.reductions.bounds import InputBounds
from wellbeva.engine.run.plan_cache import base_case
from wellbeva.engine.targets import targets as all_targets
from wellbeva.plan.plan import COST, EFFECT, Decision, Plan
from wellbeva.results.deterministic import EVERYWHERE, element_changes, evaluate_points, net_benefit, options_reached

if TYPE_CHECKING:
    import pandas as pd

STEPS = 9
"""Values of each sweep between its ends, both included, at which a turn is looked for."""


@dataclass(frozen=True, slots=True)
class _Target:
    """Net benefit of one option less that of another; `less` -1 is zero."""

    option: int
    less: int


def oneway(plan: Plan, *, pair: tuple[str, str] | None = None) -> pd.DataFrame:
    """Sweep each uncertain element and watch net benefit at the central value, in the base case.

    A sweep ends at the bounds of what the element fills: a run counts no draw beyond them (semantics R76).

    Parameters
    ----------
    plan : Plan
    pair : tuple of (option, option), optional
        For rivals: the two whose difference is swept, the first less the second; the top two of the base case unless
        given.

    Returns
    -------
    pandas.DataFrame
        Widest swing first within each (option, less). ``less`` is the option that is taken
        off: the comparator, or the second of the pair; empty for nothing. ``switching_value`` is where the result
        crosses zero, NaN if it does not within the range (``can_turn`` False). Elements that do not move a result
        are left out, except from the pair's difference; one that moves none stands last, without an option. No rows
        where the effect has no value.

    References
    ----------
    Briggs, Claxton, Sculpher (2006), Decision Modelling for Health Economic Evaluation, chapter 3 (deterministic
    sensitivity analysis).
    """
    decision = plan.decision
    if decision is None or not decision.levels or not plan.elements:
        return table_of("oneway", [])
    base = _net_benefits(plan)
    targets = _targets(plan, pair, base)
    reached = options_reached(plan, (decision.effect, decision.cost))
    watched = targets[-1] if decision.choose == "one" and len(decision.options) > 1 else None
    problems = _problems(decision, targets, reached, watched)
    if not problems:
        return table_of("oneway", [])
    element_of, option, less = (np.asarray(column, dtype=np.int64) for column in zip(*problems, strict=True))
    ranges = (nine_in_ten(one.distribution) for one in plan.elements)
    values = np.stack([*map(sweep, ranges, bounds_of_elements(plan))])
    together = points_together(sum(array.size for _, array in evaluate_points(plan).values()))
    of_rows = np.asarray(decision.rows)

    def read(points: Floats, at: Ints, numbers: Ints, picked: Ints) -> Floats:
        """Net benefit of one option for each problem; what its element does not reach stands as in the base case."""
        reach = reached[element_of[numbers]]
        moves = (reach == EVERYWHERE) | (reach == of_rows[picked])
        return np.where(moves, points[at, picked], base[0, picked])

    def results_of(numbers: Ints, reads: Ints, elements: Ints, moved: Floats) -> Floats:
        def evaluate(changes: Ints, points: Ints, results: Ints, at: Ints) -> Floats:
            rows = _net_benefits(plan, elements[changes], moved[changes], points)
            number = numbers[results]
            off = np.where(less[number] >= 0, read(rows, at, number, np.maximum(less[number], 0)), 0.0)
            difference: Floats = read(rows, at, number, option[number]) - off
            return difference

        return side_by_side(reached[elements], reads, evaluate, together=together)

    def curve(numbers: Ints, points: Floats) -> Floats:
        return results_of(numbers, np.arange(len(numbers)), element_of[numbers], points)

    # Every element is swept once, whatever the number of targets.
    steps = np.arange(STEPS)
    results = results_of(
        np.repeat(np.arange(len(problems)), STEPS),
        (element_of[:, np.newaxis] * STEPS + steps).reshape(-1),
        np.repeat(np.arange(len(plan.elements)), STEPS),
        values.reshape(-1),
    ).reshape(-1, STEPS)

    bases = np.asarray([one.base for one in plan.elements])
    units = {one.name: str(one.unit) for one in plan.parameters}
    found = crossings(curve, values[element_of], bases[element_of], results=results)
    rows: list[dict[str, object]] = []
    for index, (element, *ends) in enumerate(problems):
        swing, target = results[index], _Target(*ends)
        if target != watched and float(np.ptp(swing)) == 0:
            continue
        name = plan.elements[element].name
        origin = float(base[0, target.option] - (base[0, target.less] if target.less >= 0 else 0.0))
        rows.append(
            {
                "element": name,
                "path": dotted(name),
                "option": decision.options[target.option],
                "less": decision.options[target.less] if target.less >= 0 else "",
                "unit": units.get(plan.elements[element].parameter, ""),
                "base_value": bases[element],
                "low_value": values[element, 0],
                "high_value": values[element, -1],
                "base_result": origin,
                "low_result": swing[0],
                "high_result": swing[-1],
                "switching_value": found.root[index],
                "can_turn": not found.reason[index],
            }
        )
    rows += _unmoved(plan, values, units, {str(row["element"]) for row in rows})
    table = table_of("oneway", rows)
    widths = (table["high_result"] - table["low_result"]).abs().to_numpy(dtype=np.float64)
    place = {(target.option, target.less): number for number, target in enumerate(targets)}
    index_of = {name: number for number, name in enumerate(decision.options)} | {"": -1}
    pairs = [(index_of[one], index_of[other]) for one, other in zip(table["option"], table["less"], strict=True)]
    rank = [place.get(one, len(place)) for one in pairs]
    order = np.lexsort((-widths, np.asarray(rank, dtype=np.int64)))
    return table.iloc[order].reset_index(drop=True)


def _unmoved(plan: Plan, values: Floats, units: Mapping[str, str], moving: set[str]) -> list[dict[str, object]]:
    """Return a row for each element that moves no result."""
    nothing = {"option": "", "less": "", "can_turn": False}
    nothing |= dict.fromkeys(("base_result", "low_result", "high_result", "switching_value"), np.nan)
    return [
        {"element": one.name, "path": dotted(one.name), "unit": units.get(one.parameter, ""), "base_value": one.base}
        | {"low_value": swept[0], "high_value": swept[-1], **nothing}
        for one, swept in zip(plan.elements, values, strict=True)
        if one.name not in moving
    ]


@table("oneway", csv=True, evaluates=True)
def _oneway(run: RunTables) -> pd.DataFrame | None:
    if not run.choose:
        return None
    view = decision_view(run.dataset)
    if run.choose == "several" or view is None or len(view.options) < 2 or not len(view.values):
        made = oneway(run.plan)
    else:
        first, second = best_first(view)[:2]
        made = oneway(run.plan, pair=(view.options[first], view.options[second]))
    return made.assign(path=made["element"].map(run.compiled.paths))


def sweep(ends: Floats, bounds: tuple[float, float], steps: int = STEPS) -> Floats:
    """Return values of an element from one quantile to another, within bounds, at equal distances.

    Parameters
    ----------
    ends : array (2,) [unit of the element]
        The first and the last, before the bounds.
    bounds : tuple of (float, float) [unit of the element]
    steps : int
    """
    low, high = np.clip(ends, *bounds)
    return np.linspace(float(low), float(high), steps)


def bounds_of_elements(plan: Plan) -> list[tuple[float, float]]:
    """Return for each element the ends beyond which no draw of it is counted, infinite where there is none (R76)."""
    found = [(-math.inf, math.inf)] * len(plan.elements)
    for number in InputBounds(plan, all_targets(plan), base_case(plan)).numbers:
        limit = plan.limits[number]
        (low, high), (lowest, highest) = ends_of(limit.bounds), found[limit.element]
        found[limit.element] = (max(low, lowest), min(high, highest))
    return found


def dotted(element: str) -> str:
    """Return the path of an element as a file writes it.

    Examples
    --------
    >>> dotted("effect[visits, often]")
    'effect.visits.often'
    """
    return ".".join(part for part in re.split(r"[\[\],\s]+", element) if part)


def _targets(plan: Plan, pair: tuple[str, str] | None, base: Floats) -> list[_Target]:
    """Each option less the comparator; for rivals the pair comes last."""
    decision = plan.decision
    assert decision is not None
    found = [
        _Target(index, decision.comparator) for index in range(len(decision.options)) if index != decision.comparator
    ]
    if decision.choose == "one" and len(decision.options) > 1:
        if pair is None:
            first, second = order_by_net_benefit(base[0], np.zeros(base.shape[1]))[:2]
        else:
            first, second = (decision.options.index(one) for one in pair)
        chosen = _Target(first, second)
        found = [one for one in found if one != chosen]
        found.append(chosen)
    return found


def _problems(
    decision: Decision, targets: Sequence[_Target], reached: Ints, watched: _Target | None
) -> list[tuple[int, int, int]]:
    """Element, option and what is taken off, for each element that reaches either; all elements for the pair."""
    movers: dict[int, list[int]] = {}
    for element, row in enumerate(reached.tolist()):
        movers.setdefault(row, []).append(element)
    found = []
    for target in targets:
        rows = {
            decision.rows[index] for index in (target.option, target.less) if index >= 0 and decision.rows[index] >= 0
        }
        several = [movers.get(row, []) for row in (EVERYWHERE, *rows)]
        elements = range(len(reached)) if target == watched else sorted(element for row in several for element in row)
        found += [(element, target.option, target.less) for element in elements]
    return found


def _net_benefits(
    plan: Plan, elements: Ints | None = None, values: Floats | None = None, points: Ints | None = None
) -> Floats:
    """Net benefit at the central value, array (point, decision option); one row, the base case, without changes."""
    decision = plan.decision
    assert decision is not None
    changes, count = None, 1
    if elements is not None and values is not None and points is not None:
        changes, count = element_changes(plan, elements, values, points), int(points.max(initial=-1)) + 1
    found = evaluate_points(plan, changes=changes, only=frozenset({EFFECT, COST}))
    net = net_benefit(plan, found[EFFECT][1], found[COST][1])[..., decision.central, :]
    return np.broadcast_to(net, (count, len(decision.options)))
