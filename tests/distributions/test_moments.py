"""Mean and sd against mpmath's quadrature of the density, cut and whole."""

import math

import mpmath
import numpy as np
import pytest
from mpmath import mp, mpf

from tests.tiers import thorough_after
from wellbeva.distributions.describe import describe, sentence
from wellbeva.distributions.moments import mean, sd
from wellbeva.distributions.notation import number
from wellbeva.distributions.quantile import ppf
from wellbeva.distributions.spec import Distribution

WHOLE = [
    (Distribution("normal", (1.0, 2.0)), 1.0, 2.0),
    (Distribution("lognormal", (0.0, 1.0)), math.exp(0.5), math.sqrt((math.e - 1) * math.e)),
    (Distribution("beta", (2.0, 2.0)), 0.5, math.sqrt(0.05)),
    (Distribution("gamma", (4.0, 2.5)), 10.0, 5.0),
    (Distribution("triangular", (0.0, 1.0, 4.0)), 5 / 3, math.sqrt(13 / 18)),
    (Distribution("pert", (3.0, 9.0, 18.0)), 9.5, math.sqrt(6.5 * 8.5 / 7)),
    (Distribution("uniform", (0.0, 12.0)), 6.0, math.sqrt(12.0)),
    (Distribution("student_t", (0.3, 2.0, 4.0)), 0.3, math.sqrt(8.0)),
]


@pytest.mark.parametrize(("distribution", "centre", "spread"), WHOLE)
def test_whole_by_hand(distribution, centre, spread):
    assert mean(distribution) == pytest.approx(centre, rel=1e-14)
    assert sd(distribution) == pytest.approx(spread, rel=1e-14)


CUT = [
    Distribution("normal", (0.66, 0.12), 0.0, 1.0),
    Distribution("normal", (0.3, 2.0), -math.inf, 1.0),
    Distribution("normal", (0.0, 1.0), 3.0),
    Distribution("normal", (0.0, 1.0), 5.5),
    Distribution("normal", (0.0, 1.0), -math.inf, -5.9),
    Distribution("normal", (0.0, 1.0), 0.5, 0.501),
    Distribution("lognormal", (1.0, 0.5), 1.0, 3.0),
    Distribution("lognormal", (7.0, 0.001), 1096.0, 1097.5),
    Distribution("gamma", (2.0, 3.0), 1.0, 5.0),
    Distribution("gamma", (2.0, 3.0), 40.0),
    Distribution("gamma", (1e6, 0.003), 2999.0, 3001.0),
    Distribution("beta", (0.5, 2.0), 0.0, 0.3),
    Distribution("beta", (31.0, 14.0), 0.5, 0.5001),
    Distribution("beta", (4e5, 1e5), 0.79, 0.8005),
    Distribution("triangular", (0.0, 1.0, 4.0), 0.5, 2.0),
    Distribution("triangular", (0.0, 0.0, 4.0), 0.5, 2.0),
    Distribution("pert", (0.0, 1.0, 4.0), 0.5, 2.0),
    Distribution("uniform", (0.0, 4.0), 1.0, 2.0),
    Distribution("student_t", (0.66, 0.12, 8.0), 0.0, 1.0),
    Distribution("student_t", (0.0, 1.0, 3.0), 2.0, 1e4),
    Distribution("student_t", (0.0, 1.0, 4.0), -1e3, -0.5),
    Distribution("student_t", (0.0, 1.0, 3.0), 1000.0, 1000.1),
    Distribution("student_t", (5.0, 1e-4, 200.0), 5.0, 5.0003),
    Distribution("student_t", (0.0, 1.0, 1e9), 5.0, 40.0),
]


def _log_density(distribution, x):
    args = [mpf(value) for value in distribution.args]
    match distribution.family:
        case "normal":
            return -(((x - args[0]) / args[1]) ** 2) / 2
        case "student_t":
            return -(args[2] + 1) / 2 * mpmath.log1p(((x - args[0]) / args[1]) ** 2 / args[2])
        case "lognormal":
            return -(((mpmath.log(x) - args[0]) / args[1]) ** 2) / 2 - mpmath.log(x)
        case "gamma":
            return (args[0] - 1) * mpmath.log(x) - x / args[1]
        case "beta":
            return (args[0] - 1) * mpmath.log(x) + (args[1] - 1) * mpmath.log1p(-x)
        case "pert":
            low, mode, high = args
            return 4 * ((mode - low) * mpmath.log(x - low) + (high - mode) * mpmath.log(high - x)) / (high - low)
        case "triangular":
            low, mode, high = args
            return mpmath.log((x - low) / (mode - low) if x < mode else (high - x) / (high - mode))
        case _:
            return mpf(0)


@pytest.mark.parametrize("distribution", thorough_after(12, CUT), ids=str)
def test_cut_against_quadrature(distribution):
    """mpmath integrates between quantiles of our own, which only places its nodes; 20 digits."""
    edges = [float(x) for x in ppf(distribution, [1e-12, 0.01, 0.2, 0.5, 0.8, 0.99, 1 - 1e-12])]
    low = distribution.low if math.isfinite(distribution.low) else edges[0] - 3 * (edges[3] - edges[0])
    high = distribution.high if math.isfinite(distribution.high) else edges[-1] + 3 * (edges[-1] - edges[3])
    kinks = [distribution.args[1]] if distribution.family == "triangular" else []
    with mp.workdps(20):
        points = [mpf(x) for x in sorted({low, *edges, *(k for k in kinks if low < k < high), high})]
        peak = max(_log_density(distribution, mpf(x)) for x in edges)

        def weight(x):
            return mpmath.exp(_log_density(distribution, x) - peak)

        total = mpmath.quad(weight, points)
        centre = mpmath.quad(lambda x: x * weight(x), points) / total
        spread = mpmath.sqrt(mpmath.quad(lambda x: (x - centre) ** 2 * weight(x), points) / total)
    # 1e-5 of the second moment is where the closed form hands over, so its variance has lost at most five digits
    # of the fifteen that the incomplete functions have; the tails left out hold 1e-12 at most.
    assert mean(distribution) == pytest.approx(float(centre), rel=1e-10)
    assert sd(distribution) == pytest.approx(float(spread), rel=1e-9)


def test_describe_and_sentence():
    assert describe(Distribution("beta", (31.0, 14.0))) == "beta(a=31, b=14)"
    assert describe(Distribution("gamma", (73.5, 163.3))) == "gamma(shape=73.5, scale=163.3)"
    assert describe(Distribution("pert", (3.0, 9.0, 18.0))) == "pert(min=3, mode=9, max=18)"
    assert describe(Distribution("normal", (850000.0, 2.0), 0.0)) == "normal(mean=850000, sd=2), truncated below 0"
    assert describe(Distribution("normal", (0.0, 2.0), -math.inf, 1.0)) == "normal(mean=0, sd=2), truncated above 1"
    # 1 of 2 sd on either side of the mean: 1.96 x 2 = 3.92.
    assert sentence(Distribution("normal", (1.0, 2.0))) == (
        "Normal: mean 1, sd 2; 95% of it lies between -2.91993 and 4.91993"
    )
    assert number(0.1 + 0.2) == "0.3"
    assert not np.isnan(float(number(1e-12)))
