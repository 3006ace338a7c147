"""Fits against hand arithmetic, and every refusal with the facts it names (FORMAT R5 to R7a)."""

import math

import pytest

from wellbeva.distributions.fit import ends, fit_family, truncated
from wellbeva.distributions.fit_result import FitError
from wellbeva.distributions.moments import mean, sd
from wellbeva.distributions.spec import Distribution

Z95 = 1.9599639845400545  # Phi^-1(0.975), to double precision
CLOSE = 1e-9
"""brentq stops at 1e-13 in the logarithm of the spread; an interval's end moves by at most some ten times that."""


def fitted(family, *, level=0.95, **numbers):
    return fit_family(family, numbers, level=level)


def test_normal_interval_by_hand():
    fit = fitted("normal", mean=0.30, low=0.05, high=0.55)
    assert fit.distribution.family == "normal"
    assert fit.distribution.args == pytest.approx((0.30, 0.5 / (2 * Z95)), rel=1e-14)
    assert fit.misses == pytest.approx(0.0, abs=1e-12)


def test_another_level_gives_another_spread():
    # 90%: z = 1.644853626951; same ends, larger sd.
    fit = fitted("normal", mean=0.30, low=0.09, high=0.51, level=0.90)
    assert fit.distribution.args[1] == pytest.approx(0.42 / (2 * 1.6448536269514722), rel=1e-13)


@pytest.mark.parametrize(
    ("family", "centre", "low", "high"),
    [
        ("beta", 0.70, 0.55, 0.85),
        ("beta", 0.15, 0.0, 0.40),
        ("beta", 0.85, 0.70, 1.00),
        ("beta", 0.95, 0.85, 1.00),
        ("beta", 0.02, 0.0, 0.05),
        ("beta", 0.0001, 0.00005, 0.00016),
        ("beta", 0.5, 0.4999, 0.5001),
        ("gamma", 9.0, 3.0, 18.0),
        ("gamma", 1314.0, 1313.0, 1315.0),
        ("gamma", 1e9, 0.8e9, 1.22e9),
        ("gamma", 1e-4, 0.5e-4, 1.7e-4),
        ("lognormal", 2.0, 1.0, 4.0),
        ("lognormal", 1.05, 1.04, 1.06),
    ],
)
def test_interval_keeps_mean_and_width(family, centre, low, high):
    fit = fitted(family, mean=centre, low=low, high=high)
    assert mean(fit.distribution) == pytest.approx(centre, rel=1e-12)
    start, end = ends(fit.distribution, 0.95)
    assert end - start == pytest.approx(high - low, rel=CLOSE)
    assert fit.fitted == (start, end)
    assert fit.misses == pytest.approx(max(abs(start - low), abs(end - high)) / (high - low), rel=1e-12)


def test_lognormal_interval_by_hand():
    # Built forwards: sigma 0.2, mean 3, so the ends are known and must come back without a miss.
    mu = math.log(3.0) - 0.02
    low, high = math.exp(mu - Z95 * 0.2), math.exp(mu + Z95 * 0.2)
    fit = fitted("lognormal", mean=3.0, low=low, high=high)
    assert fit.distribution.args == pytest.approx((mu, 0.2), rel=CLOSE)
    assert fit.misses < 1e-9


def test_a_miss_is_reported():
    # A symmetric interval around a skewed mean: the beta's ends lie lower.
    fit = fitted("beta", mean=0.70, low=0.55, high=0.85)
    assert 0.02 < fit.misses < 0.10


def test_healthy_minds_is_refused():
    with pytest.raises(FitError) as caught:
        fitted("normal", mean=0.182, low=0.001, high=0.735)
    # Half the width is 0.367: the fitted ends are 0.182 -+ 0.367, off by 0.186 of 0.734, 25%.
    assert caught.value.message == "no Normal has this mean and this interval"
    assert caught.value.facts == (
        "printed: 95% interval 0.001 to 0.735",
        "fitted with the same mean and width: -0.185 to 0.549",
        "the ends are off by 25% of the width",
    )
    assert "gamma or lognormal" in caught.value.remedy
    assert "quantiles" in caught.value.remedy


REFUSED = [
    (lambda: fitted("beta", mean=1.2, low=0.5, high=1.5), "a Beta lies between 0 and 1", "mean 1.2"),
    (lambda: fitted("beta", mean=0.2, low=-0.1, high=0.5), "a Beta lies between 0 and 1", "-0.1"),
    (lambda: fitted("beta", mean=0.5, low=0.0, high=1.0), "says nothing about a share", "0 to 1"),
    (lambda: fitted("gamma", mean=1.0, low=-1.0, high=3.0), "a Gamma lies above 0", "-1 to 3"),
    (lambda: fitted("lognormal", mean=-1.0, low=-2.0, high=3.0), "a Lognormal lies above 0", "mean -1"),
    (
        lambda: fitted("normal", mean=5.0, low=1.0, high=3.0),
        "the mean lies outside its interval",
        "1 to 3",
    ),
    (
        lambda: fitted("normal", mean=2.0, low=3.0, high=1.0),
        "the interval runs backwards",
        "from 3 to 1",
    ),
    (lambda: fitted("normal", mean=2.0, low=2.0, high=2.0), "the interval has no width", "2"),
    (lambda: fitted("normal", mean=2.0, low=1.0, high=3.0, level=1.0), "level of an interval", "100%"),
    (lambda: fitted("normal", mean=math.nan, low=1.0, high=3.0), "missing or infinite", "mean is nan"),
    (lambda: fitted("lognormal", mean=2.0, low=1.0, high=400.0), "that uncertain", "1 to 400"),
    (lambda: fitted("gamma", mean=9.0, low=0.0, high=18.0), "no Gamma has this mean", "0 to 18"),
    (
        lambda: fitted("pert", mean=2.0, low=1.0, high=3.0),
        "pert cannot be made from these",
        "min and mode and max",
    ),
    (lambda: fitted("beta", mean=1.2, sd=0.1), "a Beta lies between 0 and 1", "mean 1.2"),
    (lambda: fitted("beta", mean=0.5, sd=0.5), "a beta cannot be that uncertain", "below 0.5"),
    (lambda: fitted("gamma", mean=-2.0, sd=0.5), "a Gamma lies above 0", "mean -2"),
    (lambda: fitted("normal", mean=2.0, sd=0.0), "must be above 0", "0"),
    (lambda: fitted("uniform", mean=2.0, sd=1.0), "uniform cannot be made from these", "min and max"),
    (lambda: fitted("beta", events=0, n=45), "0 of 45 has no Beta", "events 0"),
    (lambda: fitted("beta", events=45, n=45), "45 of 45 has no Beta", "non-events 0"),
    (lambda: fitted("beta", events=46, n=45), "between 0 and the number observed", "n 45"),
    (lambda: fitted("pert", min=3.0, mode=2.0, max=9.0), "most likely value lies outside", "3 to 9"),
    (lambda: fitted("pert", min=3.0, mode=3.0, max=3.0), "the range has no width", "3"),
    (lambda: fitted("normal", mean=1.0), "cannot be made from these", "given: mean"),
    (lambda: fitted("weibull", mean=1.0), "there is no family 'weibull'", "known: normal"),
    (lambda: fit_family("gamma", {"shape": -1.0, "scale": 2.0}), "shape must be above 0", "-1"),
    (lambda: fitted("uniform", min=2.0, max=1.0), "must rise", "min 2"),
    (lambda: fitted("triangular", min=2.0, mode=1.0, max=3.0), "lies outside", "2 to 3"),
    (lambda: fit_family("lognormal", {"median": 5.0, "low": 1.0, "high": 6.0}), "this median", "1 to 6"),
    (lambda: truncated(Distribution("normal", (0.0, 1.0)), 9.0, 10.0), "next to nothing", "9 to 10"),
    (lambda: truncated(Distribution("normal", (0.0, 1.0)), 1.0, 1.0), "must be below", "upper bound 1"),
    (lambda: truncated(Distribution("beta", (2.0, 3.0)), 1.0, 2.0), "next to nothing", "bounds 1 to 2"),
]


@pytest.mark.parametrize(("call", "sentence", "fact"), REFUSED)
def test_refusals_name_the_facts_and_a_remedy(call, sentence, fact):
    with pytest.raises(FitError) as caught:
        call()
    assert sentence in caught.value.message
    assert fact in " ".join(caught.value.facts)
    assert caught.value.remedy
    assert not caught.value.message.endswith(".")


def test_a_count_without_events_offers_jeffreys_prior():
    with pytest.raises(FitError) as caught:
        fitted("beta", events=0, n=45)
    assert "{beta: {a: 0.5, b: 45.5}}" in caught.value.remedy


def test_count():
    assert fitted("beta", events=31, n=45).distribution == Distribution("beta", (31, 14))


def test_range_is_a_pert_with_lambda_four():
    # (3 + 4 x 9 + 18) / 6 = 9.5: a most likely value is not a mean (FORMAT R7).
    fit = fitted("pert", min=3.0, mode=9.0, max=18.0)
    assert fit.distribution == Distribution("pert", (3.0, 9.0, 18.0))
    assert mean(fit.distribution) == 9.5


@pytest.mark.parametrize(
    ("family", "centre", "spread"),
    [("normal", -1.0, 2.0), ("beta", 0.9, 0.01), ("beta", 0.5, 0.49), ("gamma", 12.0, 30.0), ("lognormal", 3.0, 0.2)],
)
def test_spread_gives_back_its_moments(family, centre, spread):
    found = fitted(family, mean=centre, sd=spread).distribution
    assert mean(found) == pytest.approx(centre, rel=1e-12)
    assert sd(found) == pytest.approx(spread, rel=1e-10)


LONG = [
    ("normal", {"mean": 1.04, "se": 0.30}, ("normal", (1.04, 0.30))),
    ("normal", {"mean": 1.04, "sd": 0.30}, ("normal", (1.04, 0.30))),
    ("normal", {"median": 0.3, "low": 0.05, "high": 0.55}, ("normal", (0.3, 0.5 / (2 * Z95)))),
    ("lognormal", {"median": 3.0, "sdlog": 0.01}, ("lognormal", (math.log(3.0), 0.01))),
    ("lognormal", {"mean": 3.0, "sdlog": 0.2}, ("lognormal", (math.log(3.0) - 0.02, 0.2))),
    ("lognormal", {"median": 2.0, "low": 1.0, "high": 4.0}, ("lognormal", (math.log(2.0), math.log(4.0) / (2 * Z95)))),
    # sd of a lognormal with median 1, sigma 0.5: sqrt(w (w - 1)), w = exp(0.25).
    (
        "lognormal",
        {"median": 1.0, "sd": math.sqrt(math.exp(0.25) * math.expm1(0.25))},
        ("lognormal", (0.0, 0.5)),
    ),
    ("lognormal", {"mean": 1.0, "se": math.sqrt(math.expm1(0.25))}, ("lognormal", (-0.125, 0.5))),
    ("beta", {"a": 31.0, "b": 14.0}, ("beta", (31.0, 14.0))),
    ("beta", {"events": 31.0, "n": 45.0}, ("beta", (31.0, 14.0))),
    # a + b = m (1 - m) / sd**2 - 1 = 0.25 / 0.05 - 1 = 4.
    ("beta", {"mean": 0.5, "sd": math.sqrt(0.05)}, ("beta", (2.0, 2.0))),
    ("gamma", {"shape": 73.5, "scale": 163.3}, ("gamma", (73.5, 163.3))),
    ("gamma", {"shape": 2.0, "rate": 4.0}, ("gamma", (2.0, 0.25))),
    ("gamma", {"shape": 2.0, "mean": 10.0}, ("gamma", (2.0, 5.0))),
    ("gamma", {"mean": 10.0, "se": 5.0}, ("gamma", (4.0, 2.5))),
    ("uniform", {"min": 1.0, "max": 2.0}, ("uniform", (1.0, 2.0))),
    ("triangular", {"min": 1.0, "mode": 1.5, "max": 2.0}, ("triangular", (1.0, 1.5, 2.0))),
    ("pert", {"min": 1.0, "mode": 1.5, "max": 2.0}, ("pert", (1.0, 1.5, 2.0))),
]


@pytest.mark.parametrize(("name", "numbers", "expected"), LONG)
def test_long_form(name, numbers, expected):
    found = fit_family(name, numbers).distribution
    assert found.family == expected[0]
    assert found.args == pytest.approx(expected[1], rel=1e-12, abs=1e-14)


def test_truncation_narrows_and_never_widens():
    once = truncated(Distribution("normal", (0.0, 1.0)), -1.0, 2.0)
    assert truncated(once, 0.0, 5.0) == Distribution("normal", (0.0, 1.0), 0.0, 2.0)
