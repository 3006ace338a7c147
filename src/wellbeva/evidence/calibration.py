"""Draws weighed by totals that were observed: importance sampling from the scenario's own distributions."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from wellbeva.core.arrays import Floats
from wellbeva.evidence.errors import EvidenceError

LEAST: Final = 100.0
"""Draws that the weighed ones must be worth: with fewer a mean has an error of a tenth of its spread."""


def weights(outcomes: Floats, observed: Floats, errors: Floats) -> Floats:
    """Return the weight of each draw, by how well its outcomes agree with what was observed.

    Parameters
    ----------
    outcomes : array (draw, total) [unit of each total]
        Of draws from what was thought before.
    observed, errors : array (total,) [unit of each total]
        What was observed, and the standard error of that: errors are normal and independent of each other.

    Returns
    -------
    array (draw,)
        They add to 1 (Robert and Casella 2004, Monte Carlo Statistical Methods, section 3.3).

    Raises
    ------
    EvidenceError
        If the weighed draws are worth fewer than `LEAST`.
    """
    logs = -0.5 * (((outcomes - observed) / errors) ** 2).sum(axis=1)
    relative = np.exp(logs - logs.max())
    weight: Floats = relative / relative.sum()
    if (worth := effective(weight)) < LEAST:
        far = np.abs(np.median(outcomes, axis=0) - observed) / np.hypot(outcomes.std(axis=0), errors)
        raise EvidenceError(
            f"{len(weight):,} draws, weighed by what was observed, are worth {worth:.0f}",
            (f"at least {LEAST:.0f} are needed", f"the furthest total lies {far.max():.1f} standard deviations off"),
            "ask for more draws, or widen the ranges that make what was observed all but impossible",
        )
    return weight


def effective(weight: Floats) -> float:
    """Return how many equal draws weighed ones are worth, 1 / Σ w² (Kong 1992).

    Parameters
    ----------
    weight : array (draw,)
        Adding to 1.
    """
    return float(1 / (weight**2).sum())


def resampled(weight: Floats, rows: int, *, seed: int) -> npt.NDArray[np.intp]:
    """Return draws as often as their weights say: systematic resampling of draws in random order.

    In their own order the steps would fall in with those of a Sobol sequence: every eighth of its points lies in the
    same eighth of an axis.

    Parameters
    ----------
    weight : array (draw,)
        Adding to 1.
    rows : int
    seed : int

    Returns
    -------
    int array (row,)
        Indices of draws; each stands as often as its weight times `rows`, rounded up or down.
    """
    order = np.random.Generator(np.random.Philox(seed)).permutation(len(weight))
    even = (np.arange(rows) + 0.5) / rows
    return order[np.minimum(np.searchsorted(np.cumsum(weight[order]), even), len(weight) - 1)]
