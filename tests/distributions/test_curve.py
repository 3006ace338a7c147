"""Quantiles joined by a monotone cubic in normal scores."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp
from scipy import stats
from scipy.interpolate import CubicHermiteSpline, PchipInterpolator

from tests.tiers import examples
from wellbeva.distributions.describe import describe
from wellbeva.distributions.families.quantiles import Curve, fit_quantiles
from wellbeva.distributions.fit import truncated
from wellbeva.distributions.fit_result import FitError
from wellbeva.distributions.moments import mean, sd
from wellbeva.distributions.quantile import below, cdf, ppf, sf
from wellbeva.distributions.spec import Distribution
from wellbeva.distributions.tables.fast_quantile import FastQuantile

POINTS = [(0.05, 0.01), (0.25, 0.11), (0.5, 0.18), (0.8, 0.30), (0.95, 0.62)]
FLAT = [(0.05, 0.0), (0.4, 0.0), (0.7, 0.1), (0.9, 0.5), (0.95, 0.5)]


def _of(points):
    return fit_quantiles(points).distribution


def test_given_quantiles_are_kept():
    p, x = zip(*POINTS, strict=True)
    # The score of p and back costs an ulp or two of p; slopes in p are below 5 here.
    assert ppf(_of(POINTS), p) == pytest.approx(x, abs=1e-14)
    assert cdf(_of(POINTS), x) == pytest.approx(p, abs=1e-14)
    assert sf(_of(POINTS), x) == pytest.approx([1 - one for one in p], abs=1e-14)


def test_two_quantiles_are_a_normal():
    # 1.96 sd on either side: mean 1, sd 2, everywhere, tails included.
    z = 1.9599639845400545
    joined = _of([(0.025, 1 - 2 * z), (0.975, 1 + 2 * z)])
    normal = Distribution("normal", (1.0, 2.0))
    u = np.array([2.0**-53, 1e-9, 0.01, 0.3, 0.5, 0.9, 1 - 1e-12])
    assert ppf(joined, u) == pytest.approx(ppf(normal, u), rel=1e-13)
    assert mean(joined) == pytest.approx(1.0, rel=1e-14)
    assert sd(joined) == pytest.approx(2.0, rel=1e-14)


def test_between_the_points_it_is_scipys_hermite_spline():
    """Inner slopes are those of SciPy's PCHIP; the outermost are those of the end intervals, as the tails go on."""
    p, x = (np.array(one) for one in zip(*POINTS, strict=True))
    z = stats.norm.ppf(p)
    slopes = PchipInterpolator(z, x).derivative()(z)
    slopes[0], slopes[-1] = (x[1] - x[0]) / (z[1] - z[0]), (x[-1] - x[-2]) / (z[-1] - z[-2])
    at = np.linspace(z[0], z[-1], 501)
    expected = CubicHermiteSpline(z, x, slopes)(at)
    assert Curve(_of(POINTS).args).at_score(at) == pytest.approx(expected, abs=1e-15)
    assert ppf(_of(POINTS), stats.norm.cdf(at)) == pytest.approx(expected, abs=1e-13)


def test_beyond_the_points_it_is_a_straight_line_in_the_score():
    p, x = zip(*POINTS, strict=True)
    z = stats.norm.ppf(p)
    for end, inner, far in ((0, 1, -5.0), (-1, -2, 5.0)):
        slope = (x[inner] - x[end]) / (z[inner] - z[end])
        expected = x[end] + slope * (far - z[end])
        assert ppf(_of(POINTS), [stats.norm.cdf(far)])[0] == pytest.approx(expected, rel=1e-9)  # 1 - Phi(5): 9 digits


POINT_SETS = st.lists(
    st.tuples(st.floats(0.0, 1.0), st.floats(0.0, 1.0)).map(lambda pair: (pair[0], round(pair[1], 2))),
    min_size=2,
    max_size=8,
    unique_by=lambda point: round(point[0], 3),
)


@settings(max_examples=examples(150), deadline=None)
@given(points=POINT_SETS)
def test_never_falls_tails_included(points):
    probabilities = sorted(round(0.001 + 0.998 * p, 3) for p, _ in points)
    values = sorted(x for _, x in points)
    try:
        joined = _of(zip(probabilities, values, strict=True))
    except FitError:
        return
    z = np.concatenate([np.linspace(-8.2, 8.2, 2001), stats.norm.ppf(probabilities)])
    x = Curve(joined.args).at_score(np.sort(z))
    assert (np.diff(x) >= -4e-16 * np.maximum(1.0, np.abs(x[1:]))).all()
    u = np.array([0.001, 0.2, 0.5, 0.77, 0.999])
    at = ppf(joined, u)
    assert (cdf(joined, at) >= u - 1e-12).all()
    assert (below(joined, at) <= u + 1e-12).all()


def test_equal_quantiles_are_an_atom():
    joined = _of(FLAT)
    # Below 40% everything is 0, the tail included; from 90% on everything is 0.5.
    assert ppf(joined, [1e-6, 0.05, 0.3, 0.4]).tolist() == [0.0] * 4
    assert ppf(joined, [0.9, 0.93, 1 - 1e-6]) == pytest.approx([0.5] * 3, abs=1e-15)
    assert cdf(joined, [-0.1, 0.0, 0.5, 0.6]) == pytest.approx([0.0, 0.4, 1.0, 1.0], abs=1e-14)
    assert below(joined, [-0.1, 0.0, 0.5, 0.6]) == pytest.approx([0.0, 0.0, 0.9, 1.0], abs=1e-14)
    # The same elsewhere than at zero, where the curve leaves the atom too flat to be looked up.
    moved = _of([(p, x + 0.3) for p, x in FLAT])
    assert cdf(moved, [0.3, 0.8]) == pytest.approx([0.4, 1.0], abs=1e-14)
    assert below(moved, [0.3, 0.8]) == pytest.approx([0.0, 0.9], abs=1e-14)


def test_an_atom_at_the_lower_bound_stays_in():
    # Nine in ten lie below 0.5; what is left from there on is the atom.
    assert ppf(truncated(_of(FLAT), 0.5, 2.0), [0.001, 0.999]).tolist() == [0.5, 0.5]


LAWS = [
    _of(POINTS),
    _of(FLAT),
    truncated(_of(POINTS), 0.0, 1.0),
    truncated(_of(POINTS), 0.7),
    truncated(_of(POINTS), -math.inf, 0.005),
    truncated(_of(FLAT), 0.0, 0.3),
    truncated(_of(FLAT), 0.05, 0.5),
]


@pytest.mark.parametrize("law", LAWS, ids=describe)
def test_moments_against_quadrature(law):
    """mpmath integrates the quantile function (values at 16 digits) over u, split where the curve is not smooth.

    The integrand's own rounding, 1e-16 of a value below 3 divided by a spread of 0.02 and more, allows 1e-12.
    """
    line = Curve(law.args)
    low = -math.inf if math.isinf(law.low) else float(line.score_of(np.array(law.low), reached=False))
    high = math.inf if math.isinf(law.high) else float(line.score_of(np.array(law.high), reached=True))
    low, high = max(low, -12.0), min(high, 12.0)
    edges = sorted(
        {
            low,
            high,
            *(float(z) for z in line.scores if low < z < high),
            *np.arange(-11, 12)[(np.arange(-11, 12) > low) & (np.arange(-11, 12) < high)].tolist(),
        }
    )
    with mp.workdps(20):

        def at(z):
            return mpmath.mpf(float(line.at_score(np.array(float(z)))))

        total = mpmath.quad(mpmath.npdf, edges)
        centre = mpmath.quad(lambda z: at(z) * mpmath.npdf(z), edges, maxdegree=4) / total
        spread = mpmath.sqrt(mpmath.quad(lambda z: (at(z) - centre) ** 2 * mpmath.npdf(z), edges, maxdegree=4) / total)
    assert mean(law) == pytest.approx(float(centre), rel=1e-11)
    assert sd(law) == pytest.approx(float(spread), rel=1e-11)


@pytest.mark.parametrize("law", LAWS, ids=describe)
def test_truncation_goes_through_the_inverse(law):
    """P(X <= x | bounds) by hand from the untruncated law, atoms at the bounds kept."""
    whole = Distribution("quantiles", law.args)
    u = np.linspace(0.003, 0.997, 101)
    x = ppf(law, u)
    assert (x >= law.low).all()
    assert (x <= law.high).all()
    under = 0.0 if math.isinf(law.low) else float(below(whole, law.low))
    upto = 1.0 if math.isinf(law.high) else float(cdf(whole, law.high))
    # Least mass kept here: 0.05, so 1e-16 of rounding is 2e-15 after the division.
    assert x == pytest.approx(ppf(whole, under + u * (upto - under)), abs=1e-12)
    assert cdf(law, x) == pytest.approx((cdf(whole, x) - under) / (upto - under), abs=1e-13)
    assert sf(law, x) == pytest.approx((upto - cdf(whole, x)) / (upto - under), abs=1e-13)
    assert np.array_equal(FastQuantile(law)(u), x)


REFUSED = [
    ([], "at least two", "none"),
    ([(0.5, 1.0)], "at least two", "50%: 1"),
    ([(0.0, 1.0), (0.5, 2.0)], "between 0% and 100%", "0%: 1"),
    ([(0.5, 1.0), (1.0, 2.0)], "between 0% and 100%", "100%: 2"),
    ([(0.5, 1.0), (0.5, 2.0)], "same probability", "50%: 2"),
    ([(0.05, 3.0), (0.5, 2.0)], "the quantiles fall", "5%: 3"),
    ([(0.05, 3.0), (0.5, 3.0)], "has no width", "3"),
    ([(0.05, math.nan), (0.5, 3.0)], "missing or infinite", "nan"),
    ([(0.05, 1.0), (0.5, 1e300)], "too large", "1e+300"),
    ([(i / 2000, float(i)) for i in range(1, 1500)], "too many quantiles", "1,499"),
]


@pytest.mark.parametrize(("points", "message", "fact"), REFUSED)
def test_refusals(points, message, fact):
    with pytest.raises(FitError) as caught:
        fit_quantiles(points)
    assert message in caught.value.message
    assert fact in " ".join(caught.value.facts)
    assert caught.value.remedy


def test_next_to_nothing_between_the_bounds():
    with pytest.raises(FitError, match="next to nothing"):
        truncated(_of(POINTS), 9.0, 10.0)


def test_words():
    assert describe(_of(POINTS[1:4])) == "quantiles(25%=0.11, 50%=0.18, 80%=0.3)"
    many = _of([(i / 100, float(i)) for i in range(1, 21)])
    assert describe(many).endswith("8%=8, and 12 more)")
