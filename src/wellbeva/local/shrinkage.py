"""Draws the mean of an area towards that of its peers, the more the less is known of it.

Most of the spread between small areas is the error of the survey: among English districts in 2022-23 the mean squared
standard error is 64% of the variance between their means. A published mean that stands out is therefore more likely to
be a lucky or unlucky sample than an unusual place, and the shrunk mean is the better guess of the two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

Z95 = 1.96
"""Half the width of a published 95% interval in standard errors, as statistical offices round it."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Mean of a set of peers, and the variance between them.

    Parameters
    ----------
    mean : float [points, 0 to 10]
        Mean of the peers' true means, each peer weighed by 1 / (se² + between).
    se : float [points]
        Its standard error.
    between : float [points²]
        Variance between the peers' true means, 0 where the errors alone explain the spread.
    areas : int
        Peers with a published mean.
    """

    mean: float
    se: float
    between: float
    areas: int


@dataclass(frozen=True, slots=True)
class Shrunk:
    """A mean drawn towards its peers'.

    Parameters
    ----------
    mean, low, high, se : float [points, 0 to 10]
        With its 95% interval.
    weight : float [share]
        Of the area's own mean; the rest is that of its peers.
    pool : Pool
    """

    mean: float
    low: float
    high: float
    se: float
    weight: float
    pool: Pool


@dataclass(frozen=True, slots=True)
class Gap:
    """A difference between means [points], its standard error and 95% interval."""

    mean: float
    se: float

    @property
    def low(self) -> float:
        """Lower end of the interval."""
        return self.mean - Z95 * self.se

    @property
    def high(self) -> float:
        """Upper end of the interval."""
        return self.mean + Z95 * self.se


def pool(means: Sequence[float], errors: Sequence[float], *, at_least: float = 0.0) -> Pool:
    """Find the mean of peers and the variance between them by the method of moments.

    With weights w = 1/se², their weighted mean m and Q = Σ w (y - m)², the variance between k areas is
    max(0, (Q - (k - 1)) / (Σw - Σw²/Σw)) [1]_.

    Parameters
    ----------
    means : sequence of float, one an area [points]
    errors : sequence of float, one an area [points]
        Standard errors, all above 0.
    at_least : float, optional [points²]
        Lowest variance between areas that is believed. A few peers often show none by chance, and areas would then be
        given the mean of their peers with an interval far too narrow.

    Returns
    -------
    Pool

    Raises
    ------
    ValueError
        With fewer than two areas, or an error that is not above 0.

    References
    ----------
    .. [1] R. DerSimonian, N. Laird, Meta-analysis in clinical trials, 1986, doi:10.1016/0197-2456(86)90046-2.

    Examples
    --------
    Two areas, 7 and 8, each with a standard error of 0.5: w = 4, Q = 2, so between = (2 - 1) / (8 - 32/8) = 0.25.

    >>> pool([7.0, 8.0], [0.5, 0.5])
    Pool(mean=7.5, se=0.5, between=0.25, areas=2)
    """
    if len(means) != len(errors) or len(means) < 2:
        raise ValueError("shrinkage needs at least two areas, each with a standard error")
    if not all(error > 0 for error in errors):
        raise ValueError("every standard error is above 0")
    weights = [1 / error**2 for error in errors]
    total = sum(weights)
    fixed = sum(w * y for w, y in zip(weights, means, strict=True)) / total
    spread = sum(w * (y - fixed) ** 2 for w, y in zip(weights, means, strict=True))
    between = max(at_least, (spread - (len(means) - 1)) / (total - sum(w * w for w in weights) / total))
    weights = [1 / (error**2 + between) for error in errors]
    total = sum(weights)
    mean = sum(w * y for w, y in zip(weights, means, strict=True)) / total
    return Pool(mean, sqrt(1 / total), between, len(means))


def shrink(mean: float, error: float, *, peers: Pool, few: bool = False) -> Shrunk:
    """Draw one mean towards that of its peers.

    With B = se² / (se² + between) the shrunk mean is (1 - B) y + B m [1]_ [2]_, and its variance
    (1 - B) se² + B² var(m), which takes the variance between areas as known. Where few areas tell it, B is multiplied
    by (k - 3) / (k - 1), and 2 B² (y - m)² / (k - 3) is added to the variance [2]_.

    Parameters
    ----------
    mean, error : float [points]
        Of the area: published mean and its standard error.
    peers : Pool
    few : bool, optional
        Whether to allow for the error of the variance between areas; there are four areas or more.

    Returns
    -------
    Shrunk

    References
    ----------
    .. [1] R. E. Fay, R. A. Herriot, Estimates of income for small places, 1979, doi:10.1080/01621459.1979.10482505.
    .. [2] C. N. Morris, Parametric empirical Bayes inference, 1983, doi:10.1080/01621459.1983.10477920.

    Examples
    --------
    >>> one = shrink(8.0, 0.5, peers=Pool(7.5, 0.0, 0.25, 300))
    >>> one.mean, one.weight
    (7.75, 0.5)

    Of seven areas B is 1/2 · 4/6 = 1/3, and the variance 2/3 · 0.25 + 2 · (1/3 · 0.5)² / 4.

    >>> one = shrink(8.0, 0.5, peers=Pool(7.5, 0.0, 0.25, 7), few=True)
    >>> round(one.mean, 4), round(one.se**2, 6)
    (7.8333, 0.180556)
    """
    pull = error**2 / (error**2 + peers.between)
    pull *= (peers.areas - 3) / (peers.areas - 1) if few else 1
    shrunk = (1 - pull) * mean + pull * peers.mean
    unsure = 2 * (pull * (mean - peers.mean)) ** 2 / (peers.areas - 3) if few else 0
    se = sqrt((1 - pull) * error**2 + (pull * peers.se) ** 2 + unsure)
    return Shrunk(shrunk, shrunk - Z95 * se, shrunk + Z95 * se, se, 1 - pull, peers)
