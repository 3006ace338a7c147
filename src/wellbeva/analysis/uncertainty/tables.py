"""Tables of a decision's uncertainty: what a colleague checks with another package."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import pandas as pd

from wellbeva.analysis.tables.incremental import frontier
from wellbeva.analysis.uncertainty.comparisons import cost_effective, near_best, ranks
from wellbeva.analysis.uncertainty.curves import Curves
from wellbeva.analysis.uncertainty.risk import risk
from wellbeva.analysis.uncertainty.sample import DecisionSample
from wellbeva.core.arrays import Floats

ESTIMATOR: Final = "cubic splines, cross-fitted"
TOO_LOW: Final = "too low: held_out is more"


def incremental_table(sample: DecisionSample) -> pd.DataFrame:
    """Return the incremental analysis of the mean costs and effects, cheapest first.

    Returns
    -------
    DataFrame
        ``option, cost, effect, inc_cost, inc_effect, icer, status``; increments against the option before on the
        frontier, empty for the first and off it.
    """
    cost, effect = sample.cost.mean(axis=0), sample.effect.mean(axis=0)
    found = frontier(cost, effect)
    columns = {"cost": cost, "effect": effect, "inc_cost": found.inc_cost, "inc_effect": found.inc_effect}
    table = pd.DataFrame({"option": sample.options, **columns, "icer": found.icer, "status": found.status})
    return table.iloc[list(found.order)].reset_index(drop=True)


def acceptability_table(sample: DecisionSample, found: Curves) -> pd.DataFrame:
    """Return the acceptability curves: ``wtp, option, prob_best, mcse, on_frontier``.

    Parameters
    ----------
    sample : DecisionSample
    found : Curves
    """
    table = _by_option(sample.options, found.wtp, prob_best=found.prob_best, mcse=found.prob_best_mcse)
    return table.assign(on_frontier=(np.arange(len(sample.options)) == found.best[:, np.newaxis]).ravel())


def comparator_table(sample: DecisionSample, comparator: int, wtp: Floats) -> pd.DataFrame:
    """Return the chances of being worth the cost against the comparator: ``wtp, option, prob_cost_effective, mcse``.

    Parameters
    ----------
    sample : DecisionSample
    comparator : int
        Index of the option that the others are compared with.
    wtp : array (threshold,) [money/effect]
    """
    found = cost_effective(sample, comparator, wtp)
    table = _by_option(sample.options, wtp, prob_cost_effective=found.share, mcse=found.mcse)
    return table[table["option"] != sample.options[comparator]].reset_index(drop=True)


def rank_table(sample: DecisionSample, wtp: Floats) -> pd.DataFrame:
    """Return the chances of each rank: ``wtp, option, rank, prob, mcse``.

    Parameters
    ----------
    sample : DecisionSample
    wtp : array (threshold,) [money/effect]
    """
    found, number = ranks(sample, wtp), len(sample.options)
    table = _by_option(
        [name for name in sample.options for _ in sample.options], wtp, prob=found.share, mcse=found.mcse
    )
    table.insert(2, "rank", np.tile(np.arange(1, number + 1), len(wtp) * number))
    return table


def within_table(sample: DecisionSample, wtp: Floats, percent: float) -> pd.DataFrame:
    """Return the chances of being within some percent of the best: ``wtp, option, percent, prob_within, mcse``.

    Parameters
    ----------
    sample : DecisionSample
    wtp : array (threshold,) [money/effect]
    percent : float
    """
    found = near_best(sample, wtp, percent)
    table = _by_option(sample.options, wtp, prob_within=found.share, mcse=found.mcse)
    table.insert(2, "percent", percent)
    return table


def loss_table(sample: DecisionSample, found: Curves) -> pd.DataFrame:
    """Return the expected-loss curves: ``wtp, option, expected_loss``.

    Parameters
    ----------
    sample : DecisionSample
    found : Curves
    """
    return _by_option(sample.options, found.wtp, expected_loss=found.loss)


def perfect_information_table(found: Curves) -> pd.DataFrame:
    """Return the value of perfect information: ``wtp, evpi, mcse``."""
    return pd.DataFrame({"wtp": found.wtp, "evpi": found.evpi, "mcse": found.evpi_mcse})


def partial_information_table(
    sample: DecisionSample,
    wtp: Floats,
    groups: Sequence[Sequence[str]],
    *,
    alone: Sequence[str] | None = None,
    population: float | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> pd.DataFrame:
    """Return the value of knowing each input for certain, and each group of inputs, the most valuable first.

    Parameters
    ----------
    sample : DecisionSample
    wtp : array (threshold,) [money/effect]
    groups : sequence of sequence of str
        Inputs that are known together.
    alone : sequence of str, optional
        Inputs that are valued by themselves; all unless said.
    population : float, optional
        How many such decisions there are.
    progress : callable, optional
        Called with how many are done, and how many there are.

    Returns
    -------
    DataFrame
        ``parameters, wtp, evppi, se, held_out, population_evppi, estimator, note``, see
        `information.evppi.Information`.
    """
    from wellbeva.analysis.uncertainty.information.evppi import InformationValues  # takes long to import

    values = InformationValues(sample, wtp)
    wanted = [*([name] for name in (sample.inputs if alone is None else alone)), *groups]
    found = []
    for done, names in enumerate(wanted):
        found.append(values.of(names))
        if progress is not None:
            progress(done + 1, len(wanted))
    found.sort(key=lambda one: -one.evppi[len(wtp) // 2])
    table = pd.DataFrame(
        {
            "parameters": [", ".join(one.names) for one in found for _ in wtp],
            "wtp": np.tile(wtp, len(found)),
            "evppi": [value for one in found for value in one.evppi],
            "se": [value for one in found for value in one.mcse],
            "held_out": [value for one in found for value in one.held_out],
        }
    )
    return table.assign(
        population_evppi=np.nan if population is None else population * table["evppi"],
        estimator=ESTIMATOR,
        note=[TOO_LOW if too_low else "" for one in found for too_low in one.too_low],
    )


def risk_table(sample: DecisionSample, wtp: Floats, *, comparator: int | None) -> pd.DataFrame:
    """Return the risk of every option at each threshold.

    Parameters
    ----------
    sample : DecisionSample
    wtp : array (threshold,) [money/effect]
    comparator : int or None
        Index of the option that rivals are compared with. None for offers: none of them is behind another, and their
        harm is against doing nothing.

    Returns
    -------
    DataFrame
        ``wtp, option, against, prob_harm, prob_harm_mcse, net_benefit, cvar_5, cvar_5_mcse``, and of rivals ``regret,
        regret_mcse, on_frontier, first_order, second_order``. ``cvar_5`` is the mean net benefit of the worst 5% of
        draws; ``on_frontier`` says that no rival has more of it and of the mean; the last two name the rivals that
        dominate the option.
    """
    parts = []
    for value in wtp:
        at = risk(sample, float(value), -1 if comparator is None else comparator)
        columns = {
            "wtp": value,
            "option": sample.options,
            "against": "nothing" if comparator is None else sample.options[comparator],
            "prob_harm": at.prob_harm,
            "prob_harm_mcse": at.prob_harm_mcse,
            "net_benefit": at.net_benefit,
            "cvar_5": at.cvar,
            "cvar_5_mcse": at.cvar_mcse,
        }
        if comparator is not None:
            columns |= {"regret": at.regret, "regret_mcse": at.regret_mcse, "on_frontier": at.efficient}
            for name, dominates in (("first_order", at.first_order), ("second_order", at.second_order)):
                columns[name] = [
                    ", ".join(name for name, does in zip(sample.options, row, strict=True) if does)
                    for row in dominates.T
                ]
        parts.append(pd.DataFrame(columns))
    return pd.concat(parts, ignore_index=True)


def _by_option(options: Sequence[str], wtp: Floats, **columns: Floats) -> pd.DataFrame:
    at = {"wtp": np.repeat(wtp, len(options)), "option": np.tile(np.asarray(options, dtype=object), len(wtp))}
    return pd.DataFrame(at | {name: values.ravel() for name, values in columns.items()})
