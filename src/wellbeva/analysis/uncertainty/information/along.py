"""How sure the choice is along one input: the chance of each option to be best at a value of it, all else drawn.

The shares of draws in which an option is best, and its net benefit, are regressed on the input by the splines of the
EVPPI, in one regression for all options, so that the chances at a value add up to 1. Standard errors are those of a
jackknife: the fit without each eighth of the draws (Efron, Stein 1981). A regression may leave the range from 0 to 1
where nearly all draws agree: a chance below 0 is then 0, and the others share what is left in proportion; what the
regression gave stands beside it.

References
----------
Efron, Stein (1981), Annals of Statistics 9(3), 586-596. doi:10.1214/aos/1176345462
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from wellbeva.analysis.uncertainty.regression import FOLDS, Regressor, means_along
from wellbeva.analysis.uncertainty.sample import DecisionSample
from wellbeva.core.arrays import Floats

LEVELS: Final = np.array([0.01, *np.arange(0.05, 0.96, 0.05), 0.99])
"""Quantiles of the input at which chances are given; beyond them few draws speak."""
_STEPS: Final = 20
"""Parts of the range between two such quantiles in which a change of the best option is looked for."""


def best_along(sample: DecisionSample, names: Sequence[str], wtp: Floats) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the chances to be best along some inputs, each by itself, and where the best option changes.

    Parameters
    ----------
    sample : DecisionSample
    names : sequence of str
        Inputs of the sample; each of them varies.
    wtp : array (threshold,) [money/effect]

    Returns
    -------
    along : DataFrame
        ``input, quantile, value, wtp, option, prob_best, se, fitted, net_benefit, net_benefit_se, best``: `fitted` is
        the chance as the regression gave it; `best` says who has the highest expected net benefit there.
    changes : DataFrame
        ``input, wtp, value, se, below, above``: the value at which expected net benefits cross, its standard error, and
        the best option on either side; none where one option is best from the first quantile to the last. Of an input
        of few values it is the first at which the other option is best, without an error.
    """
    sample = sample.informed
    made = [_along(sample, name, float(value)) for name in names for value in wtp]
    columns = ["input", "wtp", "value", "se", "below", "above"]
    changes = pd.DataFrame([row for _, rows in made for row in rows], columns=columns)
    return pd.concat([frame for frame, _ in made], ignore_index=True), changes


def _along(sample: DecisionSample, name: str, wtp: float) -> tuple[pd.DataFrame, list[tuple[object, ...]]]:
    one = Regressor(sample.inputs[name])
    levels = np.interp(np.arange((len(LEVELS) - 1) * _STEPS + 1) / _STEPS, np.arange(len(LEVELS)), LEVELS)
    places = np.rint(levels * (sample.draws - 1)).astype(np.int64)
    benefit = np.ascontiguousarray((wtp * sample.effect - sample.cost).T)
    highest = benefit == benefit.max(axis=0)
    shares = means_along(one, highest / highest.sum(axis=0), one.ordered[places[::_STEPS]])
    benefits = means_along(one, benefit, one.ordered[places])
    chance = np.maximum(shares[0], 0.0)
    best = benefits[0].argmax(axis=0)
    frame = pd.DataFrame({
        "input": name,
        "quantile": np.repeat(LEVELS, len(benefit)),
        "value": np.repeat(one.ordered[places[::_STEPS]], len(benefit)),
        "wtp": wtp,
        "option": np.tile(np.asarray(sample.options, dtype=object), len(LEVELS)),
        "prob_best": (chance / chance.sum(axis=0)).T.ravel(),
        "se": _error(shares[1:]).T.ravel(),
        "fitted": shares[0].T.ravel(),
        "net_benefit": benefits[0, :, ::_STEPS].T.ravel(),
        "net_benefit_se": _error(benefits[1:, :, ::_STEPS]).T.ravel(),
        "best": (np.arange(len(benefit)) == best[::_STEPS, np.newaxis]).ravel(),
    })  # fmt: skip
    # Of an input of few values some quantiles are the same.
    return frame.drop_duplicates(["value", "option"]), _changes(sample, name, wtp, one.ordered[places], benefits)


def _changes(
    sample: DecisionSample, name: str, wtp: float, values: Floats, benefits: Floats
) -> list[tuple[object, ...]]:
    """Return where the option of the highest expected net benefit changes, rows of `best_along`."""
    best, few = benefits[0].argmax(axis=0), len(np.unique(values)) <= len(LEVELS)
    rows: list[tuple[object, ...]] = []
    for at in np.flatnonzero(best[1:] != best[:-1]):
        below, above = int(best[at]), int(best[at + 1])
        lead = benefits[:, above, at : at + 2] - benefits[:, below, at : at + 2]
        step = values[at + 1] - values[at]
        slope = (lead[0, 1] - lead[0, 0]) / step
        crossing = values[at + 1] if few else values[at] - lead[0, 0] / slope
        error = np.nan if few else _error(lead[1:]).mean() / slope
        rows.append((name, wtp, float(crossing), float(error), sample.options[below], sample.options[above]))
    return rows


def _error(others: Floats) -> Floats:
    """Return the standard error of fits from those without a fold each, array (fold, ...)."""
    return np.asarray(np.sqrt((FOLDS - 1) * np.square(others - others.mean(axis=0)).mean(axis=0)))
