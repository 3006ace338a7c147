"""Observed values, constants, and the laws of Dirichlet shares."""

import math

import numpy as np
import pytest

from wellbeva.distributions.describe import describe, sentence
from wellbeva.distributions.families.beta import fit_dirichlet
from wellbeva.distributions.families.discrete import fit_empirical
from wellbeva.distributions.fit import truncated
from wellbeva.distributions.fit_result import FitError
from wellbeva.distributions.moments import mean, sd
from wellbeva.distributions.quantile import below, cdf, ppf, sf
from wellbeva.distributions.spec import Distribution
from wellbeva.distributions.tables.fast_quantile import FastQuantile

MONTHS = fit_empirical([(2, 4.0), (5, 3.0), (1, 7.0)]).distribution


def test_weights_and_order():
    assert Distribution("empirical", (3.0, 0.625, 4.0, 0.25, 7.0, 0.125)) == MONTHS
    joined = fit_empirical([(1, 3.0), (1, 4.0), (1, 3.0), (1, -0.0), (1, 0.0)]).distribution
    assert joined.args == (0.0, 0.4, 3.0, 0.4, 4.0, 0.2)


def test_the_inverse_of_the_steps():
    # Cumulative weights 5/8, 7/8, 1: a probability that is just reached takes the lower value.
    u = np.array([2.0**-53, 0.3, 0.625, 0.625 + 2.0**-53, 0.875, 0.876, 1 - 2.0**-53])
    expected = [3.0, 3.0, 3.0, 4.0, 4.0, 7.0, 7.0]
    assert ppf(MONTHS, u).tolist() == expected
    assert FastQuantile(MONTHS)(u).tolist() == expected
    assert cdf(MONTHS, [2.9, 3.0, 3.5, 4.0, 7.0, 8.0]).tolist() == [0.0, 0.625, 0.625, 0.875, 1.0, 1.0]
    assert below(MONTHS, [2.9, 3.0, 3.5, 4.0, 7.0, 8.0]).tolist() == [0.0, 0.0, 0.625, 0.625, 0.875, 1.0]
    assert sf(MONTHS, [2.9, 3.0, 3.5, 4.0, 7.0, 8.0]).tolist() == [1.0, 0.375, 0.375, 0.125, 0.0, 0.0]


def test_moments_by_hand():
    # (5 x 3 + 2 x 4 + 7) / 8 = 3.75; (5 x 9 + 2 x 16 + 49) / 8 - 3.75^2 = 15.75 - 14.0625 = 1.6875.
    assert mean(MONTHS) == 3.75
    assert sd(MONTHS) == pytest.approx(math.sqrt(1.6875), rel=1e-15)


def test_truncation_leaves_values_out():
    cut = truncated(MONTHS, 4.0, 7.0)
    # What is kept, both bounds included: 2/8 and 1/8, so two in three are 4.
    assert ppf(cut, [0.001, 2 / 3 - 1e-9, 2 / 3 + 1e-9]).tolist() == [4.0, 4.0, 7.0]
    assert mean(cut) == pytest.approx(5.0, rel=1e-15)
    assert cdf(cut, [3.0, 4.0, 7.0]) == pytest.approx([0.0, 2 / 3, 1.0], rel=1e-15)
    assert FastQuantile(truncated(MONTHS, 3.5, 6.0))(np.array([2.0**-53, 1 - 2.0**-53])).tolist() == [4.0, 4.0]
    # The last value alone, at the lower bound, with most of the weight below it.
    assert ppf(truncated(MONTHS, 7.0, 8.0), [0.5]).tolist() == [7.0]
    with pytest.raises(FitError, match="next to nothing"):
        truncated(MONTHS, 5.0, 6.0)


def test_a_hundred_thousand_values_by_frequency():
    """Each of n equally likely values takes its own n-th of the probabilities."""
    n = 100_000
    law = fit_empirical([(1, float(i)) for i in range(n)]).distribution
    # The middle of each n-th is 5e-6 from its ends; cumulated rounding is below 1e-11.
    assert np.array_equal(FastQuantile(law)((np.arange(n) + 0.5) / n), np.arange(n))


def test_a_constant():
    law = Distribution("point", (3.0,))
    assert ppf(law, [2.0**-53, 0.5, 1 - 2.0**-53]).tolist() == [3.0] * 3
    assert (mean(law), sd(law)) == (3.0, 0.0)
    assert cdf(law, [2.0, 3.0]).tolist() == [0.0, 1.0]
    assert ppf(truncated(law, 3.0, 5.0), [0.5]).tolist() == [3.0]
    assert mean(truncated(law, 3.0, 5.0)) == 3.0
    assert describe(law) == "point(value=3)"
    assert sentence(law) == "Constant: always 3"
    with pytest.raises(FitError, match="next to nothing"):
        truncated(law, 4.0, 5.0)


REFUSED = [
    ([], "at least two that differ", "none"),
    ([(1, 3.0), (4, 3.0)], "at least two that differ", "3"),
    ([(1, 3.0), (0, 4.0)], "a weight must be above 0", "4 has the weight 0"),
    ([(1, 3.0), (-1, 4.0)], "a weight must be above 0", "-1"),
    ([(1, 3.0), (math.inf, 4.0)], "a weight must be above 0", "inf"),
    ([(1, 3.0), (1, math.nan)], "missing or infinite", "nan"),
    ([(1, float(i)) for i in range(100_001)], "too many values", "100,001"),
]


@pytest.mark.parametrize(("points", "message", "fact"), REFUSED)
def test_refusals(points, message, fact):
    with pytest.raises(FitError) as caught:
        fit_empirical(points)
    assert message in caught.value.message
    assert fact in " ".join(caught.value.facts)
    assert caught.value.remedy


def test_words():
    assert describe(MONTHS) == "empirical(62.5% 3, 25% 4, 12.5% 7)"
    assert sentence(MONTHS) == "Observed values: mean 3.75, sd 1.29904; 95% of it lies between 3 and 7"


def test_dirichlet_shares():
    """The lamivudine model's first row: 1251, 350, 116 and 17 of 1734 (mean of the first 0.7215)."""
    laws = fit_dirichlet([1251, 350, 116, 17])
    assert laws == tuple(Distribution("beta", (float(a), 1734.0 - a)) for a in (1251, 350, 116, 17))
    assert math.fsum(mean(law) for law in laws) == pytest.approx(1.0, rel=1e-15)
    # Variance m (1 - m) / (n + 1).
    m = 1251 / 1734
    assert sd(laws[0]) == pytest.approx(math.sqrt(m * (1 - m) / 1735), rel=1e-14)
    assert fit_dirichlet([0, 3, 5])[0] == Distribution("point", (0.0,))
    assert fit_dirichlet([0, 3])[1] == Distribution("point", (1.0,))


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        ([5], "at least two labels"),
        ([0, 0], "add to more than 0"),
        ([-1, 5], "a count must be 0, or at least 0.01"),
        ([0.001, 5], "a count must be 0, or at least 0.01"),
        ([1e9, 1e9], "no uncertainty"),
        ([math.nan, 1.0], "missing or infinite"),
    ],
)
def test_dirichlet_refusals(counts, message):
    with pytest.raises(FitError) as caught:
        fit_dirichlet(counts)
    assert message in caught.value.message
    assert caught.value.remedy
