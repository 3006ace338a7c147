"""SciPy's special functions with types, in one place.

Quantile functions take the probability of the nearer tail: ``lower`` functions count from below, ``upper`` ones
from above, so that neither tail loses digits to 1 - p.

SciPy is imported by the first function that is asked for: it takes a tenth of a second, and a model, or a scenario of
numbers that are all certain, is checked without it.
"""

from __future__ import annotations

import math
from typing import cast

import numpy as np

from wellbeva.core.arrays import Floats

_GAMMA_EXPANSION_FROM = 1e6
"""Shape from which the gamma quantile is expanded: SciPy's own loses digits in the lower tail from some 5e6."""

_USUAL_SCORES = {(1.0 - 0.9) / 2.0: -1.6448536269514729, (1.0 - 0.95) / 2.0: -1.959963984540054}
"""Normal scores of the lower tails of usual intervals, with SciPy's bits."""

_POWER_LAW_BELOW = 1e-9
"""Where the first two terms of the beta's lower-tail series are exact to double precision (third: x**2)."""


def _scipy(name: str, *arguments: Floats | float) -> Floats:
    """Return what a function of `scipy.special` gives, imported as late as this."""
    from scipy import special

    return np.asarray(getattr(special, name)(*arguments), dtype=np.float64)


def normal_score(p: Floats | float) -> Floats:
    """Quantile of the standard normal at the lower tail probability p."""
    tails = np.ravel(p)[:3].tolist()
    if len(tails) < 3 and _USUAL_SCORES.keys() >= set(tails):
        return np.reshape([_USUAL_SCORES[tail] for tail in tails], np.shape(p))
    return _scipy("ndtri", p)


def nearer_score(lower: Floats, upper: Floats) -> Floats:
    """Normal score from both tails, by the smaller one.

    Parameters
    ----------
    lower, upper : array, any shape
        Probabilities below and above.

    Returns
    -------
    array, shape of `lower`
        In standard deviations.
    """
    from_below = lower <= 0.5
    score = normal_score(np.where(from_below, lower, upper))
    return np.where(from_below, score, -score)


def normal_cdf(z: Floats | float) -> Floats:
    """Probability that a standard normal is below z."""
    return _scipy("ndtr", z)


def normal_tail(z: Floats) -> Floats:
    """Probability that a standard normal is above z, from 0 on, to an ulp or two where z squared is exact.

    The scaled complementary error function keeps the rounding error of z squared separate: far out it costs digits.
    """
    return np.asarray(0.5 * _scipy("erfcx", z * math.sqrt(0.5)) * np.exp(-0.5 * (z * z)))


def beta_cdf(a: float, b: float, x: Floats | float) -> Floats:
    """Regularised incomplete beta function I_x(a, b).

    Parameters
    ----------
    a, b : float
        Above 0.
    x : float or array, any shape
        From 0 to 1.

    Returns
    -------
    array, shape of `x`
        Probability that a beta is at or below x.

    References
    ----------
    NIST Digital Library of Mathematical Functions, 8.17.2.
    """
    return _scipy("betainc", a, b, x)


def beta_sf(a: float, b: float, x: Floats | float) -> Floats:
    """1 - I_x(a, b), without cancellation.

    Parameters
    ----------
    a, b, x
        As in `beta_cdf`.

    Returns
    -------
    array, shape of `x`
        Probability that a beta is above x.
    """
    return _scipy("betaincc", a, b, x)


def student_cdf(df: float, t: Floats) -> Floats:
    """Probability that a Student's t is at or below t, from the function that keeps the tail's digits.

    Parameters
    ----------
    df : float
        Degrees of freedom, above 0.
    t : array, any shape

    Returns
    -------
    array, shape of `t`

    References
    ----------
    NIST Digital Library of Mathematical Functions, 8.17.4; Johnson, Kotz and Balakrishnan (1995), Continuous Univariate
    Distributions, volume 2, 2nd edition, chapter 28.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        square = t * t
        middle = square < df
        inside, rest = np.where(middle, square, 0.0), df / (df + np.where(middle, df, square))
        tail = np.where(middle, beta_sf(0.5, df / 2.0, inside / (df + inside)), beta_cdf(df / 2.0, 0.5, rest))
    return np.asarray(np.where(t < 0.0, 0.5 * tail, 1.0 - 0.5 * tail))


def student_score(df: float, p: Floats) -> Floats:
    """Quantile of Student's t at the lower tail probability p.

    t**2 / (df + t**2) is a beta of 1/2 and df / 2. It and its distance from 1 are both taken from the nearer tail:
    SciPy's own inverse of Student's t loses all digits next to the median.

    Parameters
    ----------
    df : float
        Degrees of freedom, above 0.
    p : array, any shape
        Probability below the quantile, at most one half.

    Returns
    -------
    array, shape of `p`
        At most 0.

    References
    ----------
    NIST Digital Library of Mathematical Functions, 8.17.4.
    """
    both, half = 2.0 * p, df / 2.0
    middle = p > 0.25
    # where the other branch counts, any probability will do
    tail, centre = np.where(middle, 0.5, both), np.where(middle, 1.0 - both, 0.5)
    with np.errstate(divide="ignore"):  # the logarithm of 0, at the median itself
        share = np.where(middle, beta_lower(0.5, half, centre), beta_upper(0.5, half, tail))
    rest = np.where(middle, beta_upper(half, 0.5, centre), beta_lower(half, 0.5, tail))
    return cast("Floats", -np.sqrt(df * share / rest))


def gamma_cdf(shape: float, x: Floats | float) -> Floats:
    """Regularised lower incomplete gamma function P(shape, x).

    Parameters
    ----------
    shape : float
        Above 0.
    x : float or array, any shape
        From 0, at scale 1.

    Returns
    -------
    array, shape of `x`
        Probability that a gamma is at or below x.

    References
    ----------
    NIST Digital Library of Mathematical Functions, 8.2.4.
    """
    return _scipy("gammainc", shape, x)


def gamma_sf(shape: float, x: Floats | float) -> Floats:
    """Regularised upper incomplete gamma function Q(shape, x).

    Parameters
    ----------
    shape, x
        As in `gamma_cdf`.

    Returns
    -------
    array, shape of `x`
        Probability that a gamma is above x.

    References
    ----------
    NIST Digital Library of Mathematical Functions, 8.2.4.
    """
    return _scipy("gammaincc", shape, x)


def beta_lower(a: float, b: float, p: Floats) -> Floats:
    """Quantile of Beta(a, b) at the lower tail probability p.

    Far down, F(x) = x**a / (a B(a, b)) * (1 + a (1 - b) / (a + 1) x + O(x**2)), whose inverse is closed to second
    order; SciPy stops at the smallest normal number there.

    Parameters
    ----------
    a, b : float
        Above 0.
    p : array, any shape
        Probability below the quantile.

    Returns
    -------
    array, shape of `p`
        From 0 to 1.

    References
    ----------
    NIST Digital Library of Mathematical Functions, 8.17.7 (series of the incomplete beta function).
    """
    log_constant = np.log(a) + float(_scipy("betaln", a, b))
    with np.errstate(under="ignore"):
        first = np.exp((np.log(p) + log_constant) / a)
        small = first * max(1.0, abs(b - 1.0)) < _POWER_LAW_BELOW
        if small.all():
            return cast("Floats", first * (1.0 - (1.0 - b) / (a + 1.0) * first))
        series = first * (1.0 - (1.0 - b) / (a + 1.0) * first)
    body = _scipy("betaincinv", a, b, np.where(small, 0.5, p))
    return np.where(small, series, body)


def beta_upper(a: float, b: float, q: Floats) -> Floats:
    """Quantile of Beta(a, b) at the upper tail probability q.

    Parameters
    ----------
    a, b : float
        Above 0.
    q : array, any shape
        Probability above the quantile.

    Returns
    -------
    array, shape of `q`
        From 0 to 1.
    """
    return _scipy("betainccinv", a, b, q)


def gamma_lower(shape: float, p: Floats) -> Floats:
    """Quantile of Gamma(shape, 1) at the lower tail probability p.

    Parameters
    ----------
    shape : float
        Above 0.
    p : array, any shape
        Probability below the quantile.

    Returns
    -------
    array, shape of `p`
        At scale 1.
    """
    if shape > _GAMMA_EXPANSION_FROM:
        return _gamma_expansion(shape, normal_score(p))
    return _scipy("gammaincinv", shape, p)


def gamma_upper(shape: float, q: Floats) -> Floats:
    """Quantile of Gamma(shape, 1) at the upper tail probability q.

    Parameters
    ----------
    shape : float
        Above 0.
    q : array, any shape
        Probability above the quantile.

    Returns
    -------
    array, shape of `q`
        At scale 1.
    """
    if shape > _GAMMA_EXPANSION_FROM:
        return _gamma_expansion(shape, -normal_score(q))
    return _scipy("gammainccinv", shape, q)


def _gamma_expansion(shape: float, z: Floats) -> Floats:
    """Cornish-Fisher expansion of the gamma quantile in the normal score z.

    The first term left out is below 1e-3 z**6 / shape**3 of the mean: under 1e-15 for shape >= 1e6, abs(z) <= 8.3.

    References
    ----------
    Abramowitz and Stegun, Handbook of Mathematical Functions, 26.2.49 to 26.2.51, for chi-squared with 2 shape degrees.
    """
    root = np.sqrt(shape)
    square = z * z
    terms = (
        z / root
        + (square - 1.0) / (3.0 * shape)
        + z * (square - 7.0) / (36.0 * shape * root)
        - ((3.0 * square + 7.0) * square - 16.0) / (810.0 * shape**2)
        + z * ((9.0 * square + 256.0) * square - 433.0) / (38880.0 * shape**2 * root)
    )
    return cast("Floats", shape * (1.0 + terms))
