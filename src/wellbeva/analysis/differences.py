"""What each of several changes does to a decision: the average over all orders in which they could be made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import factorial
from typing import Final, TypeVar

import numpy as np

from wellbeva.analysis.decision_arrays import NOTHING, Averages, DecisionView, best_first
from wellbeva.analysis.tables.decision import options_with_a_cost
from wellbeva.core.arrays import Floats
from wellbeva.engine.reductions.result import EngineResult, Moments
from wellbeva.engine.run.plan_cache import base_case
from wellbeva.plan.plan import COST, EFFECT, NET_COST, Decision
from wellbeva.plan.record import CompiledScenario
from wellbeva.results.standard_errors import SURE, error_of_mean, pooled_mean

Item = TypeVar("Item")

QUANTITIES: Final = ("wellbys", "net_cost", "net_benefit", "cost_per_wellby", "rank")
"""Of each option: effect and cost against the comparator, net benefit at the central value, and the place, from 1."""


def shapley(items: Sequence[Item], value: Callable[[frozenset[Item]], Floats]) -> Floats:
    """Return what each of several changes adds, on average over all orders in which they can be made.

    Parameters
    ----------
    items : sequence
        Twenty at most: their subsets are all looked at.
    value : callable
        Returns an array of the same shape for each subset of items.

    Returns
    -------
    array (item, ...)
        Their sum is the value of all less that of none. Subsets are visited so that neighbours differ in one item.

    Examples
    --------
    >>> shapley(("a", "b"), lambda made: np.prod([3.0 if "a" in made else 1.0, 5.0 if "b" in made else 2.0]))
    array([7., 6.])
    """
    count = len(items)
    share = [factorial(size) * factorial(count - size - 1) / factorial(count) for size in range(count)]
    shares: list[Floats | float] = [0.0] * count
    for number in range(2**count):
        gray = number ^ (number >> 1)
        made = frozenset(item for index, item in enumerate(items) if gray >> index & 1)
        at = value(made)
        for index, item in enumerate(items):
            shares[index] = shares[index] + (share[len(made) - 1] if item in made else -share[len(made)]) * at
    return np.array(shares)


def decision_numbers(compiled: CompiledScenario, result: EngineResult) -> tuple[Mapping[str, Floats], tuple[str, ...]]:
    """Return the numbers of each option, over all draws and over all but those of each stretch, and the order.

    Parameters
    ----------
    compiled : CompiledScenario
        With a decision.
    result : EngineResult

    Returns
    -------
    mapping of option to array (1 + stretch, quantity)
        Of `QUANTITIES`; NaN where a number has no meaning (semantics R38).
    tuple of str
        The options, best first.
    """
    decision = compiled.plan.decision
    assert decision is not None
    names = (EFFECT, COST, NET_COST if NET_COST in result.moments else COST)
    effect, cost, net_cost = (_left_out(result.moments[name]) for name in names)
    noise = [SURE * np.nan_to_num(error_of_mean(result.moments[name], supplied=result.supplied)) for name in names]
    values = np.asarray(decision.values, dtype=np.float64)
    benefit = decision.values[decision.central] * effect - cost if len(values) else np.full_like(effect, np.nan)
    view = DecisionView(
        options=decision.options,
        comparator=decision.comparator,
        choose=decision.choose,
        levels=decision.levels,
        values=values,
        central=decision.central,
        effect=effect[0],
        cost=cost[0],
        net_cost=net_cost[0],
        gaining=effect[0] > noise[0],
        losing=effect[0] < -noise[0],
        costly=net_cost[0] > noise[2],
        saving=net_cost[0] < -noise[2],
        net_benefit=values[:, None] * effect[0] - cost[0],
        repaying=benefit[0] > 0,
        base=_base(compiled, decision),
        left_out=lambda: Averages(effect[1:], cost[1:], net_cost[1:]) if len(effect) > 2 else None,
    )
    given = options_with_a_cost(compiled.record, compiled.plan.currency)
    free = [name for name, x in zip(view.options, net_cost[0], strict=True) if x == 0 and name not in given]
    unpriced = frozenset(free) - ({NOTHING} if view.choose == "one" else set())
    order = tuple(view.options[index] for index in best_first(view, unpriced))
    numbers = {}
    for index, option in enumerate(view.options):
        known = index != view.comparator and option not in unpriced and view.gaining[index]
        per = np.full(len(effect), np.nan)
        if known and (view.costly[index] or not net_cost[0, index]):
            per = net_cost[:, index] / effect[:, index]
        place = np.full(len(effect), 1.0 + order.index(option))
        numbers[option] = np.stack([effect[:, index], net_cost[:, index], benefit[:, index], per, place], axis=1)
    return numbers, order


def _left_out(moments: Moments) -> Floats:
    """Return the mean over all draws, and below it the means without each stretch, array (1 + stretch, option)."""
    mean, count = pooled_mean(moments), moments.count.astype(np.float64)[:, None]
    rest = count.sum() - count
    rows = mean + (mean - moments.mean) * count / rest if len(count) > 1 else moments.mean[:0]
    return np.concatenate([mean[None], rows])


def _base(compiled: CompiledScenario, decision: Decision) -> Averages:
    walk = base_case(compiled.plan)
    nodes = (decision.effect, decision.cost, decision.spent)
    return Averages(*(decision.over_options(walk.node(node).array.reshape(-1)) for node in nodes))
