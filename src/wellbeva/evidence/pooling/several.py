"""Several effects of one study: a three-level model, and errors that hold whatever its effects share.

The model gives each study a true effect and each of its effects a deviation from that. Sampling errors of one study
are correlated as well, since the same people answered, by an amount that papers do not print. So the model only sets
weights and the two variances; the standard error is the cluster-robust CR2 with Satterthwaite's degrees of freedom,
which holds if the model is wrong (Pustejovsky & Tipton 2022, doi:10.1007/s11121-021-01246-3).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from wellbeva.core.arrays import Flags, Floats
from wellbeva.evidence.errors import EvidenceError

if TYPE_CHECKING:
    from wellbeva.evidence.robust import Estimate

Integers = npt.NDArray[np.intp]


def three_level(
    effects: Floats, variances: Floats, design: Floats, clusters: Sequence[str]
) -> tuple[Estimate, tuple[float, float], Floats]:
    """Fit a three-level model by REML, with CR2 errors.

    Parameters
    ----------
    effects, variances : array (effect,)
    design : array (effect, coefficient)
    clusters : sequence of str
        The study that each effect comes from.

    Returns
    -------
    Estimate
        The first coefficient, by least squares on effects that the model makes independent and of one variance.
    tuple of float
        The variances between studies, and between effects of one study.
    array (effect,)
        Weights of the coefficient; their sum is 1 where the first column of the design is of ones and the others are
        centred.

    References
    ----------
    Konstantopoulos (2011), doi:10.1002/jrsm.35; Bell & McCaffrey (2002) and Pustejovsky & Tipton (2018),
    doi:10.1080/07350015.2016.1247004, for CR2 and its degrees of freedom.
    """
    from wellbeva.evidence.robust import fit

    _, groups = np.unique(np.asarray(clusters), return_inverse=True)
    between, within = _highest(effects, variances, design, groups)
    root = np.linalg.cholesky(np.diag(variances + within) + between * (groups[:, None] == groups))
    outcome, columns = (np.linalg.solve(root, one).astype(np.float64) for one in (effects, design))
    maker = np.linalg.pinv(columns)
    check_spread(effects - design @ (maker @ outcome), variances)
    return fit(outcome, columns, 0, groups), (between, within), np.linalg.solve(root.T, maker[0])


def check_spread(residuals: Floats, variances: Floats) -> None:
    """Refuse an error that rests on residuals which are all zero.

    Parameters
    ----------
    residuals, variances : array (effect,)
    """
    if np.all(residuals**2 < 1e-20 * variances):
        raise EvidenceError(
            "All effects are what the model predicts, so that their spread says nothing about the error",
            (f"the {len(residuals)} effects differ from it by nothing",),
            "Check that no study stands in for another; of independent studies take interval: Hartung-Knapp with "
            "floor.",
        )


def _highest(effects: Floats, variances: Floats, design: Floats, groups: Integers) -> tuple[float, float]:
    """Return the two variances of the highest restricted likelihood: between studies, and within."""
    from scipy import optimize  # slow to import

    scale = max(float((effects - design @ np.linalg.lstsq(design, effects)[0]).var()), float(variances.min()))

    def loss(shares: Floats) -> tuple[float, Floats]:
        value, score = _restricted(scale * shares, effects, variances, design, groups)
        return -value, -scale * score

    starts = ((0.5, 0.5), (1.0, 0.0), (0.0, 1.0), (0.0, 0.0))
    climbs = [optimize.minimize(loss, start, jac=True, bounds=[(0, None)] * 2, method="TNC") for start in starts]
    best = min(climbs, key=lambda climb: float(climb.fun)).x
    free = best > 1e-7
    if free.any():
        # The climb stops early; the root of the score is exact. On its way it may try variances below zero.
        exact = optimize.root(lambda some: loss(_put(some, free))[1][free], best[free], tol=1e-14).x
        if loss(_put(exact, free))[0] <= loss(best)[0] + 1e-9:
            best = _put(exact, free)
    return float(scale * best[0]), float(scale * best[1])


def _put(some: Floats, free: Flags) -> Floats:
    shares = np.zeros(2)
    shares[free] = np.abs(some)
    return shares


def _restricted(
    spread: Floats, effects: Floats, variances: Floats, design: Floats, groups: Integers
) -> tuple[float, Floats]:
    """Return twice the restricted log likelihood, and its score.

    The variance of a study's effects is a diagonal plus a constant, so that its inverse is a diagonal less a square
    (Sherman & Morrison), and all traces are sums over effects and studies.
    """
    weights = 1.0 / (variances + spread[1])
    sums = np.bincount(groups, weights)
    shrink = 1.0 / (1.0 + spread[0] * sums)

    def solved(columns: Floats) -> tuple[Floats, Floats]:
        """Return the inverse times columns (effect, column), and its sums over each study."""
        by_study = np.zeros((len(sums), columns.shape[1]))
        np.add.at(by_study, groups, weights[:, None] * columns)
        by_study *= shrink[:, None]
        return weights[:, None] * (columns - spread[0] * by_study[groups]), by_study

    scaled, scaled_sums = solved(design)
    inner = design.T @ scaled
    residuals = effects - design @ np.linalg.solve(inner, scaled.T @ effects)
    pulled, pulled_sums = (part[:, 0] for part in solved(residuals[:, None]))
    value = np.log(weights).sum() + np.log(shrink).sum() - np.linalg.slogdet(inner)[1] - residuals @ pulled
    traces = (
        (sums * shrink).sum() - np.trace(np.linalg.solve(inner, scaled_sums.T @ scaled_sums)),
        weights.sum()
        - spread[0] * (shrink * np.bincount(groups, weights**2)).sum()
        - np.trace(np.linalg.solve(inner, scaled.T @ scaled)),
    )
    return float(value), np.array([pulled_sums @ pulled_sums - traces[0], pulled @ pulled - traces[1]])
