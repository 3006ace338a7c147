"""The shifted lognormal: three numbers, three arguments, exactly (R6)."""

import math

import mpmath
import numpy as np
import pytest
from mpmath import mp, mpf

from wellbeva.distributions.describe import describe, sentence
from wellbeva.distributions.fit import fit_family, truncated
from wellbeva.distributions.fit_result import FitError
from wellbeva.distributions.moments import mean, sd
from wellbeva.distributions.quantile import cdf, ppf, sf
from wellbeva.distributions.spec import Distribution
from wellbeva.distributions.tables.fast_quantile import TOLERANCE, FastQuantile


def fit_shifted(value, *, centre, low, high):
    return fit_family("shifted_lognormal", {centre: value, "low": low, "high": high})


EXACT = 1e-12
"""Of the interval's width. The shift is a difference of numbers up to 1,000 widths (a skew of 1e-4 of the width is
the least that is fitted), so that 1e-16 of rounding becomes 1e-13; the root is found to 1e-14 of sigma."""

PRINTED = [
    (0.182, 0.001, 0.735, 0.95),
    (0.553, 0.0, 0.734, 0.95),
    (-0.4, -1.0, 0.5, 0.95),
    (9.0, 3.0, 18.0, 0.95),
    (1e6, 0.7e6, 1.5e6, 0.99),
    (0.30, 0.05, 0.5502, 0.95),
    (0.30, 0.05, 0.70, 0.90),
    (0.30, 0.20, 0.38, 0.50),
    (0.30, 0.20, 0.45, 0.50),
]


def _by_mpmath(distribution, level):
    """Mean, median and ends from the definition, at 30 digits."""
    shift, mu, sigma, sign = (mpf(x) for x in distribution.args)
    z = mpmath.sqrt(2) * mpmath.erfinv(mpf(level))
    ends = sorted(shift + sign * mpmath.exp(mu + side * z * sigma) for side in (-1, 1))
    return shift + sign * mpmath.exp(mu + sigma**2 / 2), shift + sign * mpmath.exp(mu), *ends


@pytest.mark.parametrize(("value", "low", "high", "level"), PRINTED)
@pytest.mark.parametrize("centre", ["mean", "median"])
def test_r6_all_three_numbers_are_kept(centre, value, low, high, level):
    fit = fit_family("shifted_lognormal", {centre: value, "low": low, "high": high}, level=level)
    with mp.workdps(30):
        found_mean, found_median, start, end = (float(x) for x in _by_mpmath(fit.distribution, level))
    width = high - low
    assert (found_mean if centre == "mean" else found_median) == pytest.approx(value, abs=EXACT * width)
    assert (start, end) == pytest.approx((low, high), abs=EXACT * width)
    assert fit.misses == 0.0
    assert fit.fitted == (low, high)


def test_r6_healthy_minds_by_hand():
    """0.182 (0.001 to 0.735): the mean lies 0.186 / 0.734 = 0.2534 of the width below the middle.

    k(0.8385) = (cosh(1.6434) - exp(0.35155)) / (2 sinh(1.6434)) = (2.6832 - 1.4213) / 4.9797 = 0.2534. Then
    A = 0.734 / 4.9797 = 0.14740; the shift is 0.001 - 0.14740 x exp(-1.6434) = 0.001 - 0.02849 = -0.02749.
    Rounding of the hand figures: half a unit of the last digit, 5e-5, a little more where they are multiplied.
    """
    shift, mu, sigma, sign = fit_shifted(0.182, centre="mean", low=0.001, high=0.735).distribution.args
    assert sigma == pytest.approx(0.8385, abs=5e-5)
    assert math.exp(mu) == pytest.approx(0.14740, abs=1e-5)
    assert shift == pytest.approx(-0.02749, abs=1e-5)
    assert sign == 1.0
    assert mean(Distribution("shifted_lognormal", (shift, mu, sigma, sign))) == pytest.approx(0.182, abs=EXACT)


def test_median_by_hand():
    # (4 - 2) / (2 - 1) = 2 = exp(1.96 sigma): a plain lognormal with median 2, so no shift.
    shift, mu, sigma, sign = fit_shifted(2.0, centre="median", low=1.0, high=4.0).distribution.args
    assert shift == pytest.approx(0.0, abs=1e-15)
    assert (mu, sigma, sign) == (
        pytest.approx(math.log(2.0), rel=1e-14),
        pytest.approx(math.log(2.0) / 1.9599639845400545, rel=1e-14),
        1.0,
    )


def test_the_long_tail_may_be_to_the_left():
    right = fit_shifted(0.182, centre="mean", low=0.001, high=0.735).distribution
    left = fit_shifted(-0.182, centre="mean", low=-0.735, high=-0.001).distribution
    assert left.args == (-right.args[0], right.args[1], right.args[2], -1.0)
    u = np.array([2.0**-30, 2.0**-6, 0.5, 1 - 2.0**-6, 1 - 2.0**-30])
    assert np.array_equal(ppf(left, u), -ppf(right, 1 - u))


MIRRORED = [
    Distribution("shifted_lognormal", (-0.5, -1.0, 0.7, 1.0)),
    Distribution("shifted_lognormal", (2.0, -1.0, 0.7, -1.0)),
    Distribution("shifted_lognormal", (-0.5, -1.0, 0.7, 1.0), 0.0, 0.4),
    Distribution("shifted_lognormal", (2.0, -1.0, 0.7, -1.0), 0.9, 1.8),
    Distribution("shifted_lognormal", (2.0, -1.0, 0.7, -1.0), 1.9),
]


@pytest.mark.parametrize("distribution", MIRRORED, ids=str)
def test_quantiles_go_back_and_tails_agree(distribution):
    u = np.concatenate([2.0 ** -np.arange(1.0, 50, 7), np.linspace(0.001, 0.999, 99)])
    x = ppf(distribution, u)
    # Rounding of x (1e-16 of its size, at most 2) times a density of at most 5, over the mass kept (above 0.05).
    assert cdf(distribution, x) == pytest.approx(u, abs=1e-13)
    assert sf(distribution, x) == pytest.approx(1 - u, abs=1e-13)
    # Draws come from a table, whose errors are a share of the value or of the distance between its sixths.
    spread = float(np.diff(ppf(distribution, [0.16, 0.84]))[0])
    assert (np.abs(FastQuantile(distribution)(u) - x) <= TOLERANCE * np.maximum(np.abs(x), spread)).all()


@pytest.mark.parametrize("distribution", MIRRORED, ids=str)
def test_moments_against_quadrature(distribution):
    """mpmath integrates the quantile function's own definition over the normal score between the bounds."""
    shift, mu, sigma, sign = distribution.args
    with mp.workdps(25):

        def value(z):
            return shift + sign * mpmath.exp(mu + sigma * z)

        scores = [
            (math.log(sign * (end - shift)) - mu) / sigma if math.isfinite(end) and sign * (end - shift) > 0 else None
            for end in (distribution.low, distribution.high)
        ]
        scores = scores if sign > 0 else scores[::-1]
        low, high = -14.0 if scores[0] is None else scores[0], 14.0 if scores[1] is None else scores[1]
        points = mpmath.linspace(low, high, 12)
        total = mpmath.quad(mpmath.npdf, points)
        centre = mpmath.quad(lambda z: value(z) * mpmath.npdf(z), points) / total
        spread = mpmath.sqrt(mpmath.quad(lambda z: (value(z) - centre) ** 2 * mpmath.npdf(z), points) / total)
    # A cut lognormal's variance is a difference of raw moments and may lose five digits of fifteen (moments.py).
    assert mean(distribution) == pytest.approx(float(centre), rel=1e-10)
    assert sd(distribution) == pytest.approx(float(spread), rel=1e-9)


REFUSED = [
    ("mean", (0.3, 0.05, 0.55), "symmetric about its mean", "`{normal: {mean: 0.3, ci95: [0.05, 0.55]}}`"),
    ("median", (0.3, 0.05, 0.55), "symmetric about its median", "`{normal: {median: 0.3, ci95: [0.05, 0.55]}}`"),
    # The mean of 95% intervals lies at most 0.354 of the width from the middle: 0.5 - 0.354 = 0.146 from an end.
    ("mean", (0.1, 0.0, 1.0), "no shifted lognormal has this mean", "{2.5%: 0, 50%: 0.1, 97.5%: 1}"),
    ("median", (1e-12, 0.0, 1.0), "so near one end", "quantiles"),
    ("mean", (2.0, 0.0, 1.0), "the mean lies outside its interval", "check"),
    ("median", (0.5, 1.0, 0.0), "the interval runs backwards", "lower end first"),
]


@pytest.mark.parametrize(("centre", "numbers", "message", "remedy"), REFUSED)
def test_refusals(centre, numbers, message, remedy):
    with pytest.raises(FitError) as caught:
        fit_shifted(numbers[0], centre=centre, low=numbers[1], high=numbers[2])
    assert message in caught.value.message
    assert remedy in caught.value.remedy
    assert caught.value.facts


def test_the_greatest_skew_is_told():
    with pytest.raises(FitError) as caught:
        fit_shifted(0.1, centre="mean", low=0.0, high=1.0)
    assert caught.value.facts[1] == "with this interval its mean lies between 0.146098 and 0.853902"
    # k at its greatest by another road: a fine grid of its definition.
    sigma = np.linspace(1.5, 2.5, 100_001)
    k = (np.cosh(1.9599639845400545 * sigma) - np.exp(sigma**2 / 2)) / (2 * np.sinh(1.9599639845400545 * sigma))
    assert 0.5 - k.max() == pytest.approx(0.146098, abs=5e-7)
    assert fit_shifted(0.1461, centre="mean", low=0.0, high=1.0)


def test_r6_the_refusal_of_a_normal_offers_what_fits():
    with pytest.raises(FitError) as caught:
        fit_family("normal", {"mean": 0.182, "low": 0.001, "high": 0.735})
    assert "`{shifted_lognormal: {mean: 0.182, ci95: [0.001, 0.735]}}`" in caught.value.remedy
    assert "`{quantiles: {2.5%: 0.001, 50%: 0.182, 97.5%: 0.735}}`" in caught.value.remedy
    with pytest.raises(FitError) as caught:
        fit_family("normal", {"mean": 0.22, "low": 0.001, "high": 0.735}, level=0.9)
    assert "ci90: [0.001, 0.735]" in caught.value.remedy
    assert "{5%: 0.001, 50%: 0.22, 95%: 0.735}" in caught.value.remedy


def test_r6_nothing_is_offered_that_cannot_be():
    # 0.10 is 0.4 of the width below the middle, beyond 0.354: no shifted lognormal, so none is offered.
    with pytest.raises(FitError) as caught:
        fit_family("normal", {"mean": 0.1, "low": 0.0, "high": 1.0})
    assert "shifted_lognormal" not in caught.value.remedy
    # A share: the skewed law through these three has draws above 1, so it is not offered either.
    skewed = fit_shifted(0.25, centre="mean", low=0.15, high=0.8).distribution
    assert ppf(skewed, 0.999) > 1.0
    with pytest.raises(FitError) as caught:
        fit_family("beta", {"mean": 0.25, "low": 0.15, "high": 0.8})
    assert "quantiles" in caught.value.remedy
    assert "shifted_lognormal" not in caught.value.remedy
    with pytest.raises(FitError) as caught:
        fit_family("normal", {"median": 0.2, "low": 0.05, "high": 0.8})
    assert "{shifted_lognormal: {median: 0.2, ci95: [0.05, 0.8]}}" in caught.value.remedy
    assert "median and not a mean" in caught.value.remedy


def test_words():
    found = fit_shifted(0.182, centre="mean", low=0.001, high=0.735).distribution
    assert describe(found) == "shifted_lognormal(shift=-0.0274942, mu=-1.91461, sigma=0.838509, sign=1)"
    assert sentence(found).startswith("Shifted lognormal: mean 0.182,")
    assert sentence(found).endswith("95% of it lies between 0.001 and 0.735")
    assert describe(truncated(found, 0.0)).endswith("truncated below 0")
