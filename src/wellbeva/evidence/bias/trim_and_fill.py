"""Trim and fill: as many studies as one side of the funnel has too many are mirrored to the other."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from wellbeva.core.arrays import Floats
from wellbeva.evidence.bias.correction import check
from wellbeva.evidence.bias.funnel import egger
from wellbeva.evidence.errors import EvidenceError
from wellbeva.evidence.pooling.pool import Pooled, pool
from wellbeva.evidence.pooling.studies import Studies

ESTIMATORS = ("L0", "R0")


@dataclass(frozen=True, slots=True, eq=False)
class TrimAndFill:
    """Studies filled in, and the average with them.

    Parameters
    ----------
    missing : int
        Studies filled in.
    missing_se : float
        Standard error of that number.
    p : float, or None
        Of ``R0``: chance of at least as many if none were missing.
    side : {"low", "high"}
        Where they were filled in.
    pooled : Pooled
        Of the studies and those filled in.
    """

    missing: int
    missing_se: float
    p: float | None
    side: str
    pooled: Pooled


def trim_and_fill(studies: Studies, *, estimator: str = "L0", side: str = "", **pooling: str) -> TrimAndFill:
    """Fill in studies until the funnel is even.

    Parameters
    ----------
    studies : Studies
    estimator : {"L0", "R0"}
        Of the number of missing studies: from the sum of ranks on one side, or from the run of the farthest.
    side : {"low", "high"}
        Where studies are missing; if not given, where `egger` says that small studies are: low if its slope is up.
    **pooling
        As `pool` takes it: the same model trims and fills.

    Raises
    ------
    EvidenceError
        If there are fewer than three studies, the trimming goes to and fro, or nothing is left.

    Notes
    -----
    It supposes that those with the lowest (or highest) effects are missing, whatever their p-value. Where true effects
    differ much between settings it may fill in studies although none is missing, and where studies are missing by their
    p-values it corrects too little. It shows how sensitive the average is, and is not a better average.

    References
    ----------
    Duval & Tweedie (2000a), doi:10.1111/j.0006-341X.2000.00455.x; (2000b), doi:10.1080/01621459.2000.10473905.
    """
    check(studies)
    side = side or ("low" if egger(studies).slope > 0.0 else "high")
    sign = 1.0 if side == "low" else -1.0
    # the farthest on the side that has too many come last
    ranked = studies.take(np.argsort(sign * studies.effects, kind="stable"))
    count, missing, tried = len(studies), 0, [-1]
    while missing != tried[-1]:
        if missing in tried:
            raise EvidenceError(
                "Trim and fill does not settle on a number of missing studies",
                (f"it goes to and fro between {tried[-1]} and {missing}",),
                f"Take estimator {ESTIMATORS[estimator == 'L0']}, or the selection model.",
            )
        tried.append(missing)
        centre = pool(ranked.take(range(count - missing)), **pooling).mean
        distances = sign * (ranked.effects - centre)
        raw = _missing(distances, estimator)
        missing = min(max(0, round(raw)), count - 2)
    filled = studies
    if missing:
        mirrored = ranked.take(range(count - missing, count))
        filled = Studies(
            [*studies.labels, *(f"filled in, as {label}" for label in mirrored.labels)],
            np.concatenate([studies.effects, 2.0 * centre - mirrored.effects]),
            np.concatenate([studies.variances, mirrored.variances]),
        )
    p = 0.5 ** (missing + 1) if estimator == "R0" else None
    return TrimAndFill(missing, _missing_se(raw, count, estimator), p, side, pool(filled, **pooling))


def _missing(distances: Floats, estimator: str) -> float:
    """Estimate how many are missing, from distances to the centre, positive on the side that has too many."""
    count = len(distances)
    ranks = np.argsort(np.argsort(np.abs(distances), kind="stable")) + 1
    if estimator == "R0":
        return float(count - ranks[distances < 0.0].max(initial=0) - 1)
    return float((4 * ranks[distances > 0.0].sum() - count * (count + 1)) / (2 * count - 1))


def _missing_se(missing: float, count: int, estimator: str) -> float:
    """Return the standard error of that number: Duval & Tweedie (2000b), section 3."""
    if estimator == "R0":
        return math.sqrt(2.0 * max(0.0, missing) + 2.0)
    k, n = missing, count
    ranks = n * (n + 1) * (2 * n + 1) + 10 * k**3 + 27 * k**2 + 17 * k - 18 * n * k**2 - 18 * n * k + 6 * n**2 * k
    return 4.0 * math.sqrt(max(0.0, ranks / 24.0)) / (2 * n - 1)
