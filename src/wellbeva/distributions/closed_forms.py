"""Quantile and distribution functions of the families that have a formula, before truncation.

Each tail is counted from its own side: a quantile takes the probability of both tails and goes by the smaller one.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import cast

import numpy as np
import numpy.typing as npt

from wellbeva.distributions import _special
from wellbeva.distributions.spec import Distribution

Floats = npt.NDArray[np.float64]


def support(distribution: Distribution) -> tuple[float, float]:
    """Lowest and highest value, before truncation."""
    args = distribution.args
    match distribution.family:
        case "normal":
            ends = -math.inf, math.inf
        case "lognormal" | "gamma":
            ends = 0.0, math.inf
        case "shifted_lognormal":
            ends = (args[0], math.inf) if args[3] > 0.0 else (-math.inf, args[0])
        case "beta":
            ends = 0.0, 1.0
        case _:
            ends = args[0], args[-1]
    return ends


def from_tails(distribution: Distribution, lower: Floats, upper: Floats) -> Floats:
    """Quantile from both tail probabilities; the smaller one counts.

    Parameters
    ----------
    distribution : Distribution
        Of a family with a formula.
    lower, upper : array, any shape
        Probability below and above.

    References
    ----------
    Vose (2008), Risk Analysis, 3rd edition, appendix III: PERT as a beta on [min, max] with
    a = 1 + 4 (mode - min) / (max - min), b = 6 - a.
    """
    args = distribution.args
    from_below = lower <= 0.5
    match distribution.family:
        case "normal" | "lognormal":
            score = _special.normal_score(np.where(from_below, lower, upper))
            score = np.where(from_below, score, -score)
            found = from_score(distribution, score)
        case "shifted_lognormal":
            inner = _inner_lognormal(args)
            both = (lower, upper) if args[3] > 0.0 else (upper, lower)
            found = args[0] + args[3] * from_tails(inner, *both)
        case "beta":
            found = _beta(args[0], args[1], lower, upper)
        case "gamma":
            shape, scale = args
            parts = _split(
                from_below,
                lambda: _special.gamma_lower(shape, lower[from_below]),
                lambda: _special.gamma_upper(shape, upper[~from_below]),
            )
            found = scale * parts
        case "triangular":
            found = _triangular(args, lower, upper)
        case "pert":
            low, _, high = args
            a, b = pert_shape(args)
            found = np.where(
                from_below,
                low + (high - low) * _beta(a, b, lower, upper),
                high - (high - low) * _beta(b, a, upper, lower),
            )
        case "uniform":
            low, high = args
            found = np.where(from_below, low + (high - low) * lower, high - (high - low) * upper)
        case _:
            raise _no_formula(distribution)
    return found


def from_score(distribution: Distribution, score: Floats) -> Floats:
    """Value of a normal or lognormal at a normal score."""
    centre, spread = distribution.args
    value = centre + spread * score
    return np.exp(value) if distribution.family == "lognormal" else value


def pert_shape(args: tuple[float, ...]) -> tuple[float, float]:
    """Return a and b of the beta behind a PERT with min, mode, max (lambda 4)."""
    low, mode, high = args
    a = 1.0 + 4.0 * (mode - low) / (high - low)
    return a, 1.0 + 4.0 * (high - mode) / (high - low)


def cdf(distribution: Distribution, x: Floats | float) -> Floats:
    """Probability at or below x."""
    args = distribution.args
    values = np.asarray(x, dtype=np.float64)
    match distribution.family:
        case "normal":
            found = _special.normal_cdf(_units(values - args[0], args[1]))
        case "lognormal":
            found = _special.normal_cdf(_log_score(args, values))
        case "shifted_lognormal":
            distance = args[3] * (values - args[0])
            found = (cdf if args[3] > 0.0 else sf)(_inner_lognormal(args), distance)
        case "beta":
            found = _special.beta_cdf(args[0], args[1], np.clip(values, 0.0, 1.0))
        case "gamma":
            found = _special.gamma_cdf(args[0], _units(np.maximum(values, 0.0), args[1]))
        case "triangular":
            found = _triangular_cdf(args, values)
        case "pert":
            found = _special.beta_cdf(*pert_shape(args), _scaled(args, values))
        case "uniform":
            found = _scaled(args, values)
        case _:
            raise _no_formula(distribution)
    return found


def _units(distance: Floats, unit: float) -> Floats:
    """Divide; what overflows is infinitely far out, of which the formulas know the probability."""
    with np.errstate(over="ignore"):
        return np.asarray(distance / unit, dtype=np.float64)


def sf(distribution: Distribution, x: Floats | float) -> Floats:
    """Probability above x; mirrored rather than subtracted wherever the family can be mirrored."""
    args = distribution.args
    values = np.asarray(x, dtype=np.float64)
    match distribution.family:
        case "normal":
            return _special.normal_cdf(_units(args[0] - values, args[1]))
        case "lognormal":
            return _special.normal_cdf(-_log_score(args, values))
        case "shifted_lognormal":
            distance = args[3] * (values - args[0])
            return (sf if args[3] > 0.0 else cdf)(_inner_lognormal(args), distance)
        case "beta":
            return _special.beta_sf(args[0], args[1], np.clip(values, 0.0, 1.0))
        case "gamma":
            return _special.gamma_sf(args[0], _units(np.maximum(values, 0.0), args[1]))
        case _:
            mirrored = tuple(-value for value in reversed(args))
            return cdf(Distribution(distribution.family, mirrored), -values)


def _inner_lognormal(args: tuple[float, ...]) -> Distribution:
    return Distribution("lognormal", (args[1], args[2]))


def _no_formula(distribution: Distribution) -> ValueError:
    return ValueError(f"{distribution.family} has no formula of its own")


def _log_score(args: tuple[float, ...], values: Floats) -> Floats:
    with np.errstate(divide="ignore"):
        return (np.log(np.maximum(values, 0.0)) - args[0]) / args[1]


def _scaled(args: tuple[float, ...], values: Floats) -> Floats:
    low, high = args[0], args[-1]
    return (np.clip(values, low, high) - low) / (high - low)


def _beta(a: float, b: float, lower: Floats, upper: Floats) -> Floats:
    if a == 1.0 and b == 1.0:
        return lower
    from_below = lower <= 0.5
    if b == 1.0:
        return np.where(from_below, lower, 1.0 - upper) ** (1.0 / a)
    if a == 1.0:
        logs = np.where(from_below, np.log1p(-np.minimum(lower, 0.5)), np.log(upper))
        return cast("Floats", -np.expm1(logs / b))
    return _split(
        from_below,
        lambda: _special.beta_lower(a, b, lower[from_below]),
        lambda: _special.beta_upper(a, b, upper[~from_below]),
    )


def _split(from_below: npt.NDArray[np.bool_], below: Callable[[], Floats], above: Callable[[], Floats]) -> Floats:
    """Fill each value from the side of its own tail."""
    result = np.empty(from_below.shape)
    result[from_below] = below()
    result[~from_below] = above()
    return result


def _triangular(args: tuple[float, ...], lower: Floats, upper: Floats) -> Floats:
    low, mode, high = args
    width = high - low
    left = low + np.sqrt(lower * width * (mode - low))
    right = high - np.sqrt(upper * width * (high - mode))
    return np.where(lower <= (mode - low) / width, left, right)


def _triangular_cdf(args: tuple[float, ...], values: Floats) -> Floats:
    low, mode, high = args
    x = np.clip(values, low, high)
    width = high - low
    # each side is worked out for its own values: beside a side of no width the others would overflow
    rise, fall = np.minimum(x, mode) - low, high - np.maximum(x, mode)
    left = rise**2 / (width * (mode - low)) if mode > low else np.zeros_like(x)
    right = 1.0 - fall**2 / (width * (high - mode)) if high > mode else np.ones_like(x)
    return np.where(x < mode, left, right)
