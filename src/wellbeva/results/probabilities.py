"""Shares of draws from the engine's counts, and the value of perfect information (DESIGN sections 3 and 5)."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from wellbeva.core.arrays import Floats, Ints
from wellbeva.engine.reductions.decision_counts import shares_of_ties
from wellbeva.engine.reductions.result import EngineResult, Tally
from wellbeva.plan.plan import COST, EFFECT, Plan
from wellbeva.results.standard_errors import error_of_mean, error_of_rows, error_of_shares, pooled_mean
from wellbeva.results.variables import ERROR, Entries, Variable, beside, chance_variables, information_variables

TOGETHER = 1 << 17
"""Shares worked out at once; who beats whom among 2,000 options is 4 million in each randomisation."""


def add_chances(entries: Entries, plan: Plan, result: EngineResult, tally: Tally) -> None:
    """Add the shares of draws and, for rivals, the value of perfect information, each with its ``_mcse`` twin.

    Parameters
    ----------
    entries : dict of name to (Variable, array)
        Filled.
    plan : Plan
        With a decision.
    result : EngineResult
    tally : Tally
        Of the same run.
    """
    decision = plan.decision
    assert decision is not None
    counts: dict[str, Any] = {
        "prob_no_benefit": tally.no_benefit,
        "prob_worth_it": tally.worth_it,
        "beats": tally.beats,
    }
    squares = dict(counts)
    if decision.choose == "one":
        # Options that tie share the draw equally.
        of_draw, of_square = shares_of_ties(tally.best.shape[-1])
        counts["prob_best"] = np.stack([(rows * of_draw).sum(axis=-1) for rows in tally.best])
        squares["prob_best"] = np.stack([(rows * of_square).sum(axis=-1) for rows in tally.best])
    draws = int(tally.count.sum())
    weights = tally.count / draws

    def pooled(counted: Floats | Ints, squared: Floats | Ints) -> tuple[Floats, Floats]:
        rows = _shares(counted, tally)
        value = np.tensordot(weights, rows, axes=(0, 0))
        if not result.supplied:
            return value, error_of_rows(rows)
        mean_square = np.tensordot(weights, _shares(squared, tally), axes=(0, 0))
        return value, error_of_shares(value, mean_square, draws=draws)

    for variable in chance_variables(plan):
        counted, squared = counts[variable.name], squares[variable.name]
        some = max(1, TOGETHER // max(1, counted[0, :1].size))
        parts = [
            pooled(counted[:, start : start + some], squared[:, start : start + some])
            for start in range(0, max(1, counted.shape[1]), some)
        ]
        value, error = (np.concatenate(both) for both in zip(*parts, strict=True))
        _add_with_error(entries, variable, value, error)
    for variable in information_variables(plan):
        rows = evpi_rows(result, tally)
        error = _error_of_regret(result, tally) if result.supplied else error_of_rows(rows)
        value = np.tensordot(weights, rows, axes=(0, 0))
        none = value <= _rounding(result, tally)
        # of one draw no error is known, be its value 0 or not
        _add_with_error(entries, variable, np.where(none, 0.0, value), np.where(none & ~np.isnan(error), 0.0, error))


def _shares(counts: Floats | Ints, tally: Tally) -> Floats:
    return counts / tally.count.reshape((-1,) + (1,) * (counts.ndim - 1))


def _add_with_error(entries: Entries, variable: Variable, value: Floats, error: Floats) -> None:
    entries[variable.name] = (variable, value)
    twin = beside(variable, ERROR, "standard error of {}", variable.kind)
    entries[twin.name] = (twin, error)


def evpi_rows(result: EngineResult, tally: Tally) -> Floats:
    """Return the value of perfect information in each randomisation, with the best option fixed by the pooled means.

    Fixing it keeps each row an unbiased estimate of the same quantity: mean of (highest net benefit - net benefit of
    that option). Choosing the best anew in each row would bias every row downwards.

    Parameters
    ----------
    result : EngineResult
        With moments of effect and cost.
    tally : Tally
        Of the same run.

    Returns
    -------
    array (randomisation, threshold) [money]
        In the currency of the decision's cost.

    References
    ----------
    Claxton (1999), Journal of Health Economics 18(3), 341-364. doi:10.1016/S0167-6296(98)00039-3
    """
    effect, cost = (result.moments[name].mean for name in (EFFECT, COST))
    best = _best_on_average(result, tally)
    return np.asarray(tally.max_net_benefit - (tally.thresholds * effect[:, best] - cost[:, best]))


def _rounding(result: EngineResult, tally: Tally) -> Floats:
    """Return how large rounding alone may make a difference of two mean net benefits, array (threshold,) [money]."""
    effect, cost = (np.abs(pooled_mean(result.moments[name])).max() for name in (EFFECT, COST))
    return np.asarray(1e-12 * (tally.thresholds * effect + cost))


def _best_on_average(result: EngineResult, tally: Tally) -> npt.NDArray[np.intp]:
    """Return the option with the highest mean net benefit over all draws, at each threshold."""
    effect, cost = (pooled_mean(result.moments[name]) for name in (EFFECT, COST))
    return np.asarray(np.argmax(tally.thresholds[:, np.newaxis] * effect - cost, axis=1))


def _error_of_regret(result: EngineResult, tally: Tally) -> Floats:
    """Return the error of EVPI in one sample: sd of (highest net benefit less that of the best option) over root N."""
    error = error_of_mean(result.moments["decision.regret"], supplied=True)
    return np.take_along_axis(error, _best_on_average(result, tally)[:, np.newaxis], axis=1)[:, 0]
