"""Student's t: its tails, its moments with one end open, and what it is made from."""

import math

import mpmath
import numpy as np
import pytest
from mpmath import mp, mpf
from scipy import stats

from wellbeva.distributions.fit import fit_family
from wellbeva.distributions.fit_result import FitError
from wellbeva.distributions.moments import moments
from wellbeva.distributions.quantile import cdf, ppf, sf
from wellbeva.distributions.spec import Distribution

DEGREES = [3.0, 4.0, 12.0, 200.0]


def law(df: float, low: float = -math.inf, high: float = math.inf) -> Distribution:
    return Distribution("student_t", (0.0, 1.0, df), low, high)


@pytest.mark.parametrize("df", [*DEGREES, 1e9])
def test_both_tails_of_the_distribution_function(df):
    """The rounding of t**2 moves the tail of a normal by 40**2 epsilons, 4e-13."""
    far = np.array([0.3, 1.0, 2.5, 7.0, 35.0])
    with mp.workdps(40):
        exact = [float(mpmath.betainc(mpf(df) / 2, 0.5, 0, df / (df + mpf(t) ** 2), regularized=True) / 2) for t in far]
    assert cdf(law(df), -far) == pytest.approx(exact, rel=4e-13, abs=0.0)
    assert sf(law(df), far) == pytest.approx(exact, rel=4e-13, abs=0.0)
    assert cdf(law(df), 1.7e308) == 1.0


@pytest.mark.parametrize("df", DEGREES)
def test_next_to_the_median_t_keeps_its_digits(df):
    """There F(t) = 1/2 + t f(0): SciPy's own inverse is off by all of t."""
    step = np.array([2.0**-40, 2.0**-53])
    height = math.exp(math.lgamma((df + 1.0) / 2.0) - math.lgamma(df / 2.0)) / math.sqrt(math.pi * df)
    assert ppf(law(df), 0.5 + step[:1]) == pytest.approx(step[:1] / height, rel=1e-13)
    assert ppf(law(df), 0.5 - step) == pytest.approx(-step / height, rel=1e-13)
    assert float(ppf(law(df), 0.5)) == 0.0


@pytest.mark.parametrize("df", DEGREES)
def test_against_scipy(df):
    p = np.array([1e-10, 0.001, 0.1, 0.6, 0.975])
    assert ppf(Distribution("student_t", (0.3, 2.0, df)), p) == pytest.approx(stats.t(df, 0.3, 2.0).ppf(p), rel=1e-12)


@pytest.mark.parametrize("df", [*DEGREES, 1e4])
@pytest.mark.parametrize("alpha", [-3.0, 0.0, 2.5, 30.0])
def test_moments_with_one_end_open_are_the_closed_ones(df, alpha):
    """By parts: z f is the derivative of -(df + z**2) f / (df - 1); 1e-11 for what cancels of the closed variance."""
    with mp.workdps(60):
        nu, a = mpf(df), mpf(alpha)
        tail = mpmath.betainc(nu / 2, 0.5, 0, nu / (nu + a * a), regularized=True) / 2
        mass = tail if a > 0 else 1 - tail
        density = mpmath.exp(mpmath.loggamma((nu + 1) / 2) - mpmath.loggamma(nu / 2)) / mpmath.sqrt(mpmath.pi * nu)
        edge = (nu + a * a) * density * (1 + a * a / nu) ** (-(nu + 1) / 2) / mass
        centre = edge / (nu - 1)
        spread = mpmath.sqrt((nu + a * edge) / (nu - 2) - centre**2)
    assert moments(law(df, low=alpha)) == pytest.approx((float(centre), float(spread)), rel=1e-12)
    assert moments(law(df, high=-alpha)) == pytest.approx((-float(centre), float(spread)), rel=1e-12)


def test_what_it_is_made_from():
    by_scale = fit_family("student_t", {"mean": 0.3, "scale": 0.1, "df": 8.0}).distribution
    assert by_scale == Distribution("student_t", (0.3, 0.1, 8.0))
    assert fit_family("student_t", {"mean": 0.3, "se": 0.1, "df": 8.0}).distribution == by_scale
    # t(8) at 97.5% is 2.306004135204166
    by_ends = fit_family("student_t", {"mean": 0.3, "low": 0.0693995864795834, "high": 0.5306004135204166, "df": 8.0})
    assert by_ends.distribution.args == pytest.approx((0.3, 0.1, 8.0), rel=1e-12)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"mean": 0.3, "se": 0.1, "df": 2.9}, "at least 3 degrees of freedom: df is 2.9"),
        ({"mean": 0.3, "se": 0.1, "df": 2e9}, "no more than a billion"),
        ({"mean": 0.3, "se": 0.0, "df": 8.0}, "se must be above 0"),
        ({"mean": 0.3, "low": 0.1, "high": 0.5, "df": -1.0}, "at least 3"),
        ({"mean": 0.2, "low": 0.1, "high": 0.5, "df": 8.0}, "no Student's t has this mean and this interval"),
    ],
)
def test_what_is_refused(given, words):
    with pytest.raises(FitError, match=words):
        fit_family("student_t", given)
