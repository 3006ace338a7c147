"""Shares of draws from the engine's counts, and the value of perfect information (DESIGN sections 3 and 5)."""

from __future__ import annotations

import numpy as np

from wellbeva.compiler.plan import Plan
from wellbeva.engine.outcome import Counts, EngineResult, Floats, Tally
from wellbeva.results.merge import error_of_rows, pooled_mean
from wellbeva.results.variables import Entries, Variable, chance_variables


def add_chances(entries: Entries, plan: Plan, result: EngineResult, tally: Tally) -> None:
    """Add the shares of draws and, for rivals, the value of perfect information, each with its ``_mcse`` twin."""
    decision = plan.decision
    assert decision is not None
    shares = {
        "prob_no_benefit": _shares(tally.no_benefit, tally),
        "prob_worth_it": _shares(tally.worth_it, tally),
        "beats": _shares(tally.beats, tally),
    }
    if decision.choose == "one":
        # Options that tie share the draw equally.
        ways = 1.0 / np.arange(1, tally.best.shape[-1] + 1)
        shares["prob_best"] = _shares((tally.best * ways).sum(axis=-1), tally)
    weights = tally.count / tally.count.sum()
    for variable in chance_variables(plan):
        rows = shares[variable.name]
        value = np.tensordot(weights, rows, axes=(0, 0))
        _add_with_error(entries, variable, value, error_of_rows(rows))
    if decision.choose == "one":
        rows = evpi_rows(result, tally)
        variable = Variable(
            "evpi",
            ("threshold",),
            decision.cost_unit,
            "expected value of perfect information at each value of one unit of effect",
            "value_of_information",
        )
        _add_with_error(
            entries, variable, np.maximum(np.tensordot(weights, rows, axes=(0, 0)), 0.0), error_of_rows(rows)
        )


def _shares(counts: Floats | Counts, tally: Tally) -> Floats:
    return counts / tally.count.reshape((-1,) + (1,) * (counts.ndim - 1))


def _add_with_error(entries: Entries, variable: Variable, value: Floats, error: Floats) -> None:
    entries[variable.name] = (variable, value)
    name = f"{variable.name}_mcse"
    twin = Variable(
        name, variable.axes, variable.unit, f"standard error of {variable.name}", variable.kind, variable.source
    )
    entries[name] = (twin, error)


def evpi_rows(result: EngineResult, tally: Tally) -> Floats:
    """Value of perfect information in each randomisation, with the best option fixed by the pooled means.

    Fixing it keeps each row an unbiased estimate of the same quantity: mean of (highest net benefit - net benefit of
    that option). Choosing the best anew in each row would bias every row downwards.

    Returns
    -------
    array (randomisation, threshold)

    References
    ----------
    Claxton (1999), Journal of Health Economics 18(3), 341-364. doi:10.1016/S0167-6296(98)00039-3
    """
    effect, cost = result.moments["decision.effect"], result.moments["decision.cost"]
    threshold = tally.thresholds[:, np.newaxis]
    best = np.argmax(threshold * pooled_mean(effect) - pooled_mean(cost), axis=1)
    rows: Floats = tally.max_net_benefit - (tally.thresholds * effect.mean[:, best] - cost.mean[:, best])
    return rows
