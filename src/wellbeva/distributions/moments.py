"""Mean and standard deviation of a distribution, truncation included."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from wellbeva.distributions.closed_forms import pert_shape
from wellbeva.distributions.families.discrete import steps
from wellbeva.distributions.families.quantiles import curve
from wellbeva.distributions.quantile import bounds, is_truncated, masses, resolved
from wellbeva.distributions.spec import Distribution

Floats = npt.NDArray[np.float64]

_CANCELLATION = 1e-5
"""Variance as a share of the second moment below which the closed form has lost too many digits."""


def mean(distribution: Distribution) -> float:
    """Mean, in the unit of the distribution.

    Examples
    --------
    >>> mean(Distribution("beta", (31.0, 14.0)))
    0.6888888888888889
    """
    return _moments(distribution)[0]


def sd(distribution: Distribution) -> float:
    """Standard deviation, in the unit of the distribution.

    Examples
    --------
    >>> round(sd(Distribution("uniform", (0.0, 12.0))), 12)
    3.464101615138
    """
    return _moments(distribution)[1]


def _moments(law: Distribution) -> tuple[float, float]:
    distribution = resolved(law)
    match distribution.family:
        case "point" | "empirical":
            return steps(distribution).moments()
        case "mixture":
            return _mixed(distribution)
        case "quantiles":
            return _joined(distribution)
        case "shifted_lognormal":
            return _shifted(distribution)
        case _:
            return _of_formula(distribution)


def _of_formula(distribution: Distribution) -> tuple[float, float]:
    if not is_truncated(distribution):
        return _whole(distribution)
    args = distribution.args
    low, high = bounds(distribution)
    match distribution.family:
        case "uniform":
            found = _whole(Distribution("uniform", (low, high)))
        case "normal":
            z_mean, z_sd = _cut_normal((low - args[0]) / args[1], (high - args[0]) / args[1])
            found = args[0] + args[1] * z_mean, args[1] * z_sd
        case "pert":
            start, width = args[0], args[2] - args[0]
            inner = Distribution("beta", pert_shape(args), (low - start) / width, (high - start) / width)
            inner_mean, inner_sd = _moments(inner)
            found = start + width * inner_mean, width * inner_sd
        case "triangular":
            mode = min(max(args[1], low), high)
            found = _by_quadrature(_triangular_density(args), [(low, mode), (mode, high)])
        case _:
            raw = {"lognormal": _lognormal_raw, "gamma": _gamma_raw, "beta": _beta_raw}[distribution.family]
            found = _from_raw(distribution, raw(distribution, 1), raw(distribution, 2))
    return found


def _whole(distribution: Distribution) -> tuple[float, float]:
    """Moments of the whole family.

    References
    ----------
    Johnson, Kotz and Balakrishnan (1994, 1995), Continuous Univariate Distributions, 2nd edition, chapters 13, 14, 17,
    25 and 26. PERT: a beta on [min, max].
    """
    args = distribution.args
    match distribution.family:
        case "normal":
            centre, spread = args
        case "lognormal":
            mu, sigma = args
            centre = math.exp(mu + sigma * sigma / 2.0)
            spread = centre * math.sqrt(math.expm1(sigma * sigma))
        case "beta":
            a, b = args
            total = a + b
            centre, spread = a / total, math.sqrt(a * b / (total + 1.0)) / total
        case "gamma":
            shape, scale = args
            centre, spread = shape * scale, math.sqrt(shape) * scale
        case "triangular":
            low, mode, high = args
            square = (high - low) ** 2 - (mode - low) * (high - mode)
            centre, spread = (low + mode + high) / 3.0, math.sqrt(square / 18.0)
        case "pert":
            low, mode, high = args
            a, b = pert_shape(args)
            centre, spread = (low + 4.0 * mode + high) / 6.0, (high - low) * math.sqrt(a * b / 7.0) / 6.0
        case _:
            low, high = args
            centre, spread = (low + high) / 2.0, (high - low) / math.sqrt(12.0)
    return centre, spread


def _mixed(distribution: Distribution) -> tuple[float, float]:
    """Exact from the parts: the variance is the mean of theirs and the variance of their means."""
    pairs = [(weight, *_moments(part)) for weight, part in zip(distribution.args, distribution.parts, strict=True)]
    centre = math.fsum(weight * inner for weight, inner, _ in pairs)
    square = math.fsum(weight * (spread**2 + (inner - centre) ** 2) for weight, inner, spread in pairs)
    return centre, math.sqrt(square)


def _joined(distribution: Distribution) -> tuple[float, float]:
    """Of joined quantiles, by quadrature over the normal score (see `curve.Curve.moments`)."""
    line = curve(distribution.args)
    first, last = -math.inf, math.inf
    if math.isfinite(distribution.low):
        first = float(line.score_of(np.asarray(distribution.low), reached=False))
    if math.isfinite(distribution.high):
        last = float(line.score_of(np.asarray(distribution.high), reached=True))
    return line.moments(first, last)


def _shifted(distribution: Distribution) -> tuple[float, float]:
    shift, mu, sigma, sign = distribution.args
    low, high = sorted((sign * (distribution.low - shift), sign * (distribution.high - shift)))
    centre, spread = _of_formula(Distribution("lognormal", (mu, sigma), low, high))
    return shift + sign * centre, spread


def _cut_normal(alpha: float, beta: float) -> tuple[float, float]:
    """Mean and sd of the standard normal between alpha and beta.

    Wide cuts by the closed form; narrow ones (where it cancels) by 64-point Gauss-Legendre on the density
    relative to its highest point, exact to rounding for a width of 4.

    References
    ----------
    Johnson, Kotz and Balakrishnan (1994), Continuous Univariate Distributions, volume 1, section 10.1 of chapter 13.
    """
    if beta < 0.0:
        mirrored_mean, spread = _cut_normal(-beta, -alpha)
        return -mirrored_mean, spread
    # Far out the density falls as exp(-alpha t): 40 such lengths hold all but exp(-40) of what is left.
    end = min(beta, alpha + 40.0 / alpha) if alpha > 5.0 else beta
    if end - alpha <= 4.0 or alpha > 5.0:
        peak = max(alpha, 0.0)

        def density(z: Floats) -> Floats:
            return np.exp((peak - z) * (peak + z) / 2.0)

        edges = np.linspace(alpha, end, 9)
        return _by_quadrature(density, list(pairwise(edges)))
    mass = masses(Distribution("normal", (0.0, 1.0), alpha, beta))[1]
    heights = [math.exp(-z * z / 2.0) / math.sqrt(2.0 * math.pi) for z in (alpha, beta)]
    first = (heights[0] - heights[1]) / mass
    arms = [0.0 if math.isinf(z) else z * height for z, height in zip((alpha, beta), heights, strict=True)]
    return first, math.sqrt(1.0 + (arms[0] - arms[1]) / mass - first * first)


def _lognormal_raw(distribution: Distribution, power: int) -> float:
    """E[X**k] between the bounds: a lognormal with mu + k sigma**2 (as its moment-generating form)."""
    mu, sigma = distribution.args
    shifted = Distribution("lognormal", (mu + power * sigma * sigma, sigma), distribution.low, distribution.high)
    share = masses(shifted)[1] / masses(distribution)[1]
    return math.exp(power * mu + (power * sigma) ** 2 / 2.0) * share


def _gamma_raw(distribution: Distribution, power: int) -> float:
    """E[X**k] between the bounds: x**k times the density is a gamma of shape + k (DLMF 8.8)."""
    shape, scale = distribution.args
    shifted = Distribution("gamma", (shape + power, scale), distribution.low, distribution.high)
    rising = math.prod(shape + index for index in range(power))
    return scale**power * rising * masses(shifted)[1] / masses(distribution)[1]


def _beta_raw(distribution: Distribution, power: int) -> float:
    """E[X**k] between the bounds: x**k times the density is a beta of a + k (DLMF 8.17)."""
    a, b = distribution.args
    shifted = Distribution("beta", (a + power, b), distribution.low, distribution.high)
    ratio = math.prod((a + index) / (a + b + index) for index in range(power))
    return ratio * masses(shifted)[1] / masses(distribution)[1]


def _from_raw(distribution: Distribution, first: float, second: float) -> tuple[float, float]:
    variance = second - first * first
    if variance > _CANCELLATION * second:
        return first, math.sqrt(variance)
    low, high = bounds(distribution)
    # So small a spread beside the mean: the density is smooth and far from 0, and lives within 40 sd of the mean.
    reach = 40.0 * _whole(distribution)[1]
    low, high = max(low, min(high, first) - reach), min(high, max(low, first) + reach)
    edges = np.linspace(low, high, 33)
    return _by_quadrature(_density(distribution, first), list(pairwise(edges)))


def _density(distribution: Distribution, around: float) -> Callable[[Floats], Floats]:
    """Density up to a constant factor, scaled to 1 at `around`."""
    first, second = distribution.args
    match distribution.family:
        case "lognormal":

            def log_density(x: Floats) -> Floats:
                return -((np.log(x) - first) ** 2) / (2.0 * second * second) - np.log(x)

        case "gamma":

            def log_density(x: Floats) -> Floats:
                return (first - 1.0) * np.log(x) - x / second

        case _:

            def log_density(x: Floats) -> Floats:
                return (first - 1.0) * np.log(x) + (second - 1.0) * np.log1p(-x)

    top = log_density(np.asarray(around))
    return lambda x: np.exp(log_density(x) - top)


def _triangular_density(args: tuple[float, ...]) -> Callable[[Floats], Floats]:
    low, mode, high = args

    def density(x: Floats) -> Floats:
        rising = (x - low) / (mode - low) if mode > low else np.zeros_like(x)
        falling = (high - x) / (high - mode) if high > mode else np.zeros_like(x)
        return np.where(x < mode, rising, falling)

    return density


def _by_quadrature(density: Callable[[Floats], Floats], pieces: list[tuple[float, float]]) -> tuple[float, float]:
    """Mean and sd by 64-point Gauss-Legendre on each piece; the spread is taken about the mean."""
    nodes, weights = np.polynomial.legendre.leggauss(64)
    points = np.concatenate([low + (high - low) * (nodes + 1.0) / 2.0 for low, high in pieces])
    widths = np.concatenate([(high - low) / 2.0 * weights for low, high in pieces])
    mass = widths * density(points)
    total = mass.sum()
    centre = points[0] + float(((points - points[0]) * mass).sum() / total)
    spread = float((((points - centre) ** 2) * mass).sum() / total)
    return float(centre), math.sqrt(spread)
