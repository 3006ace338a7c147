"""Sobol indices by a design: first, total and second order with a bootstrap, all by sums over weighted rows.

A bootstrap draws base points with replacement, so that each index of each resample is a ratio of sums in which a point
counts as often as it was drawn: a product of matrices, where SALib gathers rows. Design, estimators and resamples are
SALib's, and so are the numbers.

References
----------
Saltelli and others (2010), Computer Physics Communications 181(2), 259-270. doi:10.1016/j.cpc.2009.09.018
Saltelli (2002), Computer Physics Communications 145(2), 280-297. doi:10.1016/S0010-4655(02)00280-1
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from scipy.stats import norm, qmc

from wellbeva.core.arrays import Flags, Floats

COVERAGE: Final = 0.95
"""Chance with which an interval holds the index."""
RESAMPLES: Final = 100
_STILL: Final = float(np.finfo(np.float64).eps)
"""Share of the variance of all rows below which those of a resample do not vary."""


class SobolIndex(NamedTuple):
    """Indices of one kind.

    Parameters
    ----------
    value : array (factor,) or (pair,) [share of variance]
    half : array of the same shape [share of variance]
        Half the width of the interval.
    """

    value: Floats
    half: Floats


def saltelli_design(columns: Flags, points: int, seed: int) -> Floats:
    """Return base points A and B of a scrambled Sobol sequence, and each with the columns of a factor of the other.

    Parameters
    ----------
    columns : bool array (factor, column)
        Columns of each factor.
    points : int
        A power of 2.
    seed : int

    Returns
    -------
    array (row, column)
        Uniforms. For each point A; A with each factor of B; B with each factor of A; B.
    """
    width = columns.shape[1]
    base = qmc.Sobol(2 * width, scramble=True, seed=seed).random(points)  # `rng` would give other points than SALib's
    ends = np.zeros((1, width), dtype=bool)
    of_b = np.concatenate([ends, columns, ~columns, ~ends])
    rows: Floats = np.where(of_b, base[:, np.newaxis, width:], base[:, np.newaxis, :width])
    return rows.reshape(-1, width)


def sobol_indices(outcome: Floats, factors: int, seed: int) -> dict[str, SobolIndex]:
    """Return the indices ``first``, ``total`` and ``second``, pairs in the order of ``np.triu_indices``.

    Parameters
    ----------
    outcome : array (row,) [any unit]
        Of the rows of `saltelli_design`; it must vary.
    factors : int
    seed : int
        Of the bootstrap.
    """
    rows = ((outcome - outcome.mean()) / outcome.std()).reshape(-1, 2 * factors + 2)
    points = len(rows)
    a, of_b, of_a, b = rows[:, :1], rows[:, 1 : factors + 1], rows[:, factors + 1 : -1], rows[:, -1:]
    drawn = np.random.default_rng(seed).integers(points, size=(points, RESAMPLES))
    counts = np.bincount((drawn + points * np.arange(RESAMPLES)).ravel(), minlength=points * RESAMPLES)
    weights = np.concatenate([np.ones((1, points)), counts.reshape(RESAMPLES, points)]) / points
    variance = weights @ (a**2 + b**2) / 2 - (weights @ (a + b) / 2) ** 2
    varies = variance > _STILL

    def shares(terms: Floats) -> Floats:
        """Return mean over variance, array (resample, index), the first of all rows as they are."""
        out = np.zeros((len(weights), terms.shape[1]))
        return np.asarray(np.divide(weights @ terms, variance, out=out, where=varies))

    first = shares(b * (of_b - a))
    second = [
        shares(of_a[:, [left]] * of_b[:, left + 1 :] - a * b) - first[:, [left]] - first[:, left + 1 :]
        for left in range(factors)
    ]
    width = float(norm.ppf((1 + COVERAGE) / 2))
    return {
        name: SobolIndex(index[0], width * index[1:].std(axis=0, ddof=1))
        for name, index in (
            ("first", first),
            ("total", shares((a - of_b) ** 2 / 2)),
            ("second", np.concatenate(second, axis=1)),
        )
    }
