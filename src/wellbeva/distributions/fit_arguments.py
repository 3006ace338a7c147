"""The long form: a family by name, its arguments named as studies print them (FORMAT section 4)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from wellbeva.distributions import fit
from wellbeva.distributions.admissible import accepted, check_finite, check_interval, check_width, score_of
from wellbeva.distributions.alternatives import Centre, other_families
from wellbeva.distributions.describe import number
from wellbeva.distributions.families import shifted_lognormal as shifted
from wellbeva.distributions.fit_result import Fit, FitError
from wellbeva.distributions.notation import PLAIN, Notation
from wellbeva.distributions.spec import Distribution, Family

Numbers = Mapping[str, float]
Recipe = Callable[[Numbers, float], Fit]


def fit_family(name: str, numbers: Numbers, *, level: float = 0.95) -> Fit:
    """Fit a family from named arguments.

    Parameters
    ----------
    name : str
        ``normal``, ``truncated_normal``, ``lognormal``, ``shifted_lognormal``, ``beta``, ``gamma``, ``uniform``,
        ``triangular`` or ``pert``.
    numbers : mapping of str to float [unit of the parameter]
        As in FORMAT section 4; an interval is ``low`` and ``high``, with its `level`.
    level : float
        Level of the interval.

    Raises
    ------
    FitError
        If the family is unknown, the arguments are none of its sets, or they contradict each other.
    """
    given = {key: float(value) for key, value in numbers.items()}
    if name == "truncated_normal":
        return _truncated_normal(given, level)
    recipes = RECIPES.get(name)
    if recipes is None:
        raise FitError(f"there is no family {name!r}", (f"known: {', '.join(RECIPES)}",), "use one of these")
    check_finite(given)
    for arguments, recipe in recipes.items():
        if set(arguments) == set(given):
            return recipe(given, level)
    raise FitError(
        f"{name} cannot be made from these arguments",
        (
            f"given: {', '.join(sorted(given)) or 'nothing'}",
            f"it takes {'; or '.join(' and '.join(one) for one in recipes)}",
        ),
        "give one of these sets; an interval is `ci95: [low, high]`",
    )


def _truncated_normal(given: dict[str, float], level: float) -> Fit:
    """Where a spread is given, low and high are bounds; else they are the interval."""
    has_spread = bool({"sd", "se"} & set(given))
    low = given.pop("low", -math.inf) if has_spread else -math.inf
    high = given.pop("high", math.inf) if has_spread else math.inf
    found = fit_family("normal", given, level=level)
    return Fit(fit.truncated(found.distribution, low, high), found.misses, found.fitted)


def _positive(given: Numbers, *names: str) -> tuple[float, ...]:
    for name in names:
        if given[name] <= 0.0:
            raise FitError(
                f"{name} must be above 0", (f"{name} is {number(given[name])}",), "check the number against the source"
            )
    return tuple(given[name] for name in names)


def _spread(family: Family, spread: str) -> Recipe:
    return lambda given, _: fit.fit_spread(family, mean=given["mean"], sd=given[spread])


def _interval(family: Family) -> Recipe:
    return lambda given, level: fit.fit_interval(
        family, mean=given["mean"], low=given["low"], high=given["high"], level=level
    )


def _normal_median(given: Numbers, level: float) -> Fit:
    median, low, high = given["median"], given["low"], given["high"]
    check_interval(median, low, high, level, centre="median")
    symmetric = Distribution("normal", (median, (high - low) / (2.0 * score_of(level))))
    return fit.judged(symmetric, median, low, high, level, centre="median")


def _shifted(centre: Centre) -> Recipe:
    return lambda given, level: shifted.fit_shifted(
        given[centre], centre=centre, low=given["low"], high=given["high"], level=level
    )


def _lognormal_median_sdlog(given: Numbers, _: float) -> Fit:
    median, sigma = _positive(given, "median", "sdlog")
    return Fit(accepted(Distribution("lognormal", (math.log(median), sigma))))


def _lognormal_mean_sdlog(given: Numbers, _: float) -> Fit:
    mean, sigma = _positive(given, "mean", "sdlog")
    return Fit(accepted(Distribution("lognormal", (math.log(mean) - sigma * sigma / 2.0, sigma))))


def _lognormal_median_spread(spread: str) -> Recipe:
    """With w = exp(sigma**2): variance = median**2 w (w - 1), a quadratic in w."""

    def recipe(given: Numbers, _: float) -> Fit:
        median, sd = _positive(given, "median", spread)
        ratio = (sd / median) ** 2
        # w - 1 = (sqrt(1 + 4 ratio) - 1) / 2, written so that a small ratio keeps its digits.
        excess = 2.0 * ratio / (1.0 + math.sqrt(1.0 + 4.0 * ratio))
        return Fit(accepted(Distribution("lognormal", (math.log(median), math.sqrt(math.log1p(excess))))))

    return recipe


def _lognormal_median_interval(given: Numbers, level: float) -> Fit:
    return fit_lognormal_median(given["median"], given["low"], given["high"], level)


def fit_lognormal_median(median: float, low: float, high: float, level: float, notation: Notation = PLAIN) -> Fit:
    """Keep the median and the interval's width on the log scale, on which such intervals are made.

    Raises
    ------
    FitError
        If the numbers are not above 0 in rising order, or no lognormal has the three of them.
    """
    check_interval(median, low, high, level, centre="median", notation=notation)
    _positive({"median": median, "low": low, "high": high}, "median", "low", "high")
    z = score_of(level)
    sigma = math.log(high / low) / (2.0 * z)
    fitted = (median * math.exp(-z * sigma), median * math.exp(z * sigma))
    misses = abs(math.log(fitted[0] / low)) / math.log(high / low)
    if misses > fit.REFUSED_FROM:
        first, last = (notation.shown(end) for end in fitted)
        raise FitError(
            "no Lognormal has this median and this interval",
            (
                f"printed: {notation.shown(low)} to {notation.shown(high)}",
                f"fitted with the same median and ratio of the ends: {first} to {last}",
                f"the ends are off by {misses:.0%} of the width on the log scale",
            ),
            other_families("lognormal", median, low, high, level, centre="median", notation=notation),
        )
    return Fit(accepted(Distribution("lognormal", (math.log(median), sigma))), misses, fitted)


def _beta_ab(given: Numbers, _: float) -> Fit:
    return Fit(accepted(Distribution("beta", _positive(given, "a", "b"))))


def _beta_count(given: Numbers, _: float) -> Fit:
    return fit.fit_count(events=given["events"], n=given["n"])


def _gamma_scale(given: Numbers, _: float) -> Fit:
    return Fit(accepted(Distribution("gamma", _positive(given, "shape", "scale"))))


def _gamma_rate(given: Numbers, _: float) -> Fit:
    shape, rate = _positive(given, "shape", "rate")
    return Fit(accepted(Distribution("gamma", (shape, 1.0 / rate))))


def _gamma_mean(given: Numbers, _: float) -> Fit:
    shape, mean = _positive(given, "shape", "mean")
    return Fit(accepted(Distribution("gamma", (shape, mean / shape))))


def _uniform(given: Numbers, _: float) -> Fit:
    low, high = given["min"], given["max"]
    if not low < high:
        raise FitError(
            "the range of a uniform must rise",
            (f"min {number(low)}", f"max {number(high)}"),
            "write the lower end as min, or a constant",
        )
    check_width(low, high, "range")
    return Fit(Distribution("uniform", (low, high)))


def _triangular(given: Numbers, _: float) -> Fit:
    return Fit(fit.three_points("triangular", low=given["min"], mode=given["mode"], high=given["max"]))


def _pert(given: Numbers, _: float) -> Fit:
    return fit.fit_range(mode=given["mode"], low=given["min"], high=given["max"])


_ENDS = ("low", "high")
RECIPES: dict[str, dict[tuple[str, ...], Recipe]] = {
    "normal": {
        ("mean", "sd"): _spread("normal", "sd"),
        ("mean", "se"): _spread("normal", "se"),
        ("mean", *_ENDS): _interval("normal"),
        ("median", *_ENDS): _normal_median,
    },
    "lognormal": {
        ("median", "sdlog"): _lognormal_median_sdlog,
        ("mean", "sdlog"): _lognormal_mean_sdlog,
        ("median", "sd"): _lognormal_median_spread("sd"),
        ("median", "se"): _lognormal_median_spread("se"),
        ("mean", "sd"): _spread("lognormal", "sd"),
        ("mean", "se"): _spread("lognormal", "se"),
        ("median", *_ENDS): _lognormal_median_interval,
        ("mean", *_ENDS): _interval("lognormal"),
    },
    "shifted_lognormal": {
        ("mean", *_ENDS): _shifted("mean"),
        ("median", *_ENDS): _shifted("median"),
    },
    "beta": {
        ("a", "b"): _beta_ab,
        ("events", "n"): _beta_count,
        ("mean", "sd"): _spread("beta", "sd"),
        ("mean", "se"): _spread("beta", "se"),
        ("mean", *_ENDS): _interval("beta"),
    },
    "gamma": {
        ("shape", "scale"): _gamma_scale,
        ("shape", "rate"): _gamma_rate,
        ("shape", "mean"): _gamma_mean,
        ("mean", "sd"): _spread("gamma", "sd"),
        ("mean", "se"): _spread("gamma", "se"),
        ("mean", *_ENDS): _interval("gamma"),
    },
    "uniform": {("min", "max"): _uniform},
    "triangular": {("min", "mode", "max"): _triangular},
    "pert": {("min", "mode", "max"): _pert},
}
"""Family to the sets of arguments it can be made from."""
