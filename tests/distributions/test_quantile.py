"""Quantiles against mpmath at 40 digits, tails and truncation included.

The bound. A quantile x computed in double precision answers for a tail probability that is off by a few units in the
last place: the double next to p is within 1.2e-16 of it, and the incomplete beta or gamma function is good to some
hundred times that. That moves x by dx / x = (dp / p) / (d ln p / d ln x). In the lower tail d ln p / d ln x tends to
the shape a, so the smallest shape tried (0.05) multiplies by 20, the steepest divide: 100 x 1.2e-16 x 20 = 2.4e-13.
We hold 1e-12 everywhere, body and tails.
"""

import math

import mpmath
import numpy as np
import pytest
from mpmath import mp, mpf

from tests.tiers import thorough_after
from wellbeva.distributions.quantile import cdf, know_nine_in_ten, nine_in_ten, ppf, sf
from wellbeva.distributions.spec import Distribution
from wellbeva.distributions.tables.fast_quantile import FastQuantile

BOUND = 1e-12
PROBABILITIES = [2.0**-53, 1e-12, 1e-8, 1e-4, 0.03, 0.5, 0.9, 1 - 1e-4, 1 - 1e-8, 1 - 2.0**-53]

FAMILIES = [
    Distribution("normal", (0.0, 1.0)),
    Distribution("lognormal", (1.0, 0.5)),
    Distribution("beta", (0.5, 2.0)),
    Distribution("beta", (31.0, 14.0)),
    Distribution("beta", (0.9, 12.0)),
    Distribution("beta", (1.0, 5.0)),
    Distribution("beta", (6.0, 1.0)),
    Distribution("beta", (0.3, 0.3)),
    Distribution("beta", (0.05, 0.9)),
    Distribution("beta", (200.0, 3.0)),
    Distribution("gamma", (0.05, 1.0)),
    Distribution("gamma", (0.5, 1.0)),
    Distribution("gamma", (2.0, 1.0)),
    Distribution("gamma", (50.0, 1.0)),
    Distribution("gamma", (1000.0, 1.0)),
    Distribution("pert", (0.0, 1.0, 4.0)),
    *(Distribution("student_t", (0.0, 1.0, df)) for df in (3.0, 4.0, 12.0, 200.0, 1e9)),
]


def _mp_tails(distribution, x):
    """Lower and upper tail probability and density of x, at 40 digits."""
    args = [mpf(value) for value in distribution.args]
    if distribution.family == "student_t":
        # t**2 / (df + t**2) is a beta; half of its upper tail lies on each side
        df = args[2]
        far = mpmath.betainc(df / 2, mpf(1) / 2, 0, df / (df + x * x), regularized=True) / 2
        log_density = mpmath.loggamma((df + 1) / 2) - mpmath.loggamma(df / 2) - (df + 1) / 2 * mpmath.log1p(x * x / df)
        tails = (far, 1 - far) if x < 0 else (1 - far, far)
        return *tails, mpmath.exp(log_density) / mpmath.sqrt(mpmath.pi * df)
    if distribution.family == "pert":
        low, mode, high = args
        args = [1 + 4 * (mode - low) / (high - low), 1 + 4 * (high - mode) / (high - low)]
        lower, upper, density = _mp_beta(*args, (x - low) / (high - low))
        return lower, upper, density / (high - low)
    if distribution.family == "beta":
        return _mp_beta(*args, x)
    if distribution.family == "gamma":
        shape, scale = args
        t = x / scale
        lower = mpmath.gammainc(shape, 0, t, regularized=True)
        density = mpmath.exp((shape - 1) * mpmath.log(t) - t - mpmath.loggamma(shape)) / scale
        return lower, mpmath.gammainc(shape, t, mpmath.inf, regularized=True), density
    centre, spread = args
    z = (x - centre) / spread if distribution.family == "normal" else (mpmath.log(x) - centre) / spread
    density = mpmath.npdf(z) / spread / (x if distribution.family == "lognormal" else 1)
    return mpmath.ncdf(z), mpmath.ncdf(-z), density


def _mp_beta(a, b, x):
    density = x ** (a - 1) * (1 - x) ** (b - 1) / mpmath.beta(a, b)
    lower = mpmath.betainc(a, b, 0, x, regularized=True)
    return lower, mpmath.betainc(a, b, x, 1, regularized=True), density


@pytest.mark.parametrize("distribution", FAMILIES, ids=str)
@pytest.mark.parametrize("path", ["exact", "table"])
def test_against_mpmath(distribution, path):
    probabilities = np.array(PROBABILITIES)
    found = ppf(distribution, probabilities) if path == "exact" else FastQuantile(distribution)(probabilities)
    bounded = distribution.family == "beta"
    with mp.workdps(40):
        for u, value in zip(PROBABILITIES, found, strict=True):
            if bounded and value >= 1.0 - 2.0**-52:
                # The true quantile is nearer to 1 than the spacing of doubles.
                assert _mp_tails(distribution, mpf(1) - mpf(2) ** -52)[1] >= mpf(1) - mpf(u)
                continue
            if distribution.family not in ("normal", "student_t") and value < 1e-290:
                # Among the subnormal numbers only digits that exist are asked for.
                assert _mp_tails(distribution, mpf(1e-290))[0] > mpf(u)
                continue
            x = mpf(float(value))
            lower, upper, density = _mp_tails(distribution, x)
            # One Newton step from the nearer tail is the error of x, to second order.
            step = (lower - mpf(u)) / density if u <= 0.5 else (1 - mpf(u) - upper) / density
            size = abs(x) if abs(x) > 1e-300 else mpf(1)
            assert float(abs(step) / size) < BOUND, (u, value)


@pytest.mark.parametrize("shape", [1.1e6, 4.7e7])
def test_large_gamma_against_mpmath(shape):
    # The cdf of so large a shape is the integral of its density, here by mpmath's quadrature in the normal score.
    distribution = Distribution("gamma", (shape, 1.0))
    for u in (1e-10, 0.2, 0.5, 1 - 1e-10):
        with mp.workdps(30):
            x = mpf(float(ppf(distribution, u)))
            root = mpmath.sqrt(mpf(shape))

            def density(z, root=root):
                t = mpf(shape) + root * z
                log = (mpf(shape) - 1) * mpmath.log(t) - t - mpmath.loggamma(mpf(shape))
                return mpmath.exp(log) * root

            z = (x - shape) / root
            lower = mpmath.quad(density, mpmath.linspace(-14, z, 12))
            assert float(abs(lower - mpf(u)) / density(z) * root / x) < BOUND


def test_uniform_and_triangular_by_hand():
    assert ppf(Distribution("uniform", (2.0, 6.0)), [0.25])[0] == 3.0
    triangular = Distribution("triangular", (0.0, 1.0, 4.0))
    # F(x) = x**2 / 4 up to the mode, 1 - (4 - x)**2 / 12 beyond.
    assert ppf(triangular, [0.0625, 0.25, 0.8125]) == pytest.approx([0.5, 1.0, 4 - 1.5], rel=1e-14)
    right = Distribution("triangular", (0.0, 4.0, 4.0))
    assert ppf(right, [0.25])[0] == pytest.approx(2.0, rel=1e-14)


TRUNCATED = [
    Distribution("normal", (0.66, 0.12), 0.0, 1.0),
    Distribution("normal", (0.0, 1.0), 5.0),
    Distribution("normal", (0.0, 1.0), -math.inf, -5.0),
    Distribution("normal", (0.0, 1.0), 0.5, 0.51),
    Distribution("lognormal", (1.0, 0.5), 1.0, 3.0),
    Distribution("beta", (0.5, 2.0), 0.1, 0.3),
    Distribution("gamma", (2.0, 3.0), 10.0),
    Distribution("triangular", (0.0, 1.0, 4.0), 0.5, 2.0),
    Distribution("pert", (0.0, 1.0, 4.0), 0.5, 2.0),
    Distribution("uniform", (0.0, 4.0), 1.0, 2.0),
    Distribution("student_t", (0.66, 0.12, 3.0), 0.0, 1.0),
    Distribution("student_t", (0.0, 1.0, 12.0), 5.0),
]


@pytest.mark.parametrize("distribution", TRUNCATED, ids=str)
def test_truncation_stays_inside_and_goes_back(distribution):
    u = np.concatenate([PROBABILITIES, np.linspace(0.001, 0.999, 200)])
    for x in (ppf(distribution, u), FastQuantile(distribution)(u)):
        assert (x >= distribution.low).all()
        assert (x <= distribution.high).all()
        # Narrow cuts divide the rounding of the cdf (1e-16) by the mass between the bounds, at least 1e-7 here but
        # far better from the nearer tail.
        assert cdf(distribution, x) == pytest.approx(u, abs=1e-11)


def test_far_truncation_against_the_conditional_law():
    # P(Z > x | Z > 5) = 1/2 at the x with upper tail Q(5) / 2.
    x = float(ppf(Distribution("normal", (0.0, 1.0), 5.0), 0.5))
    with mp.workdps(30):
        assert float(mpmath.ncdf(-x) / mpmath.ncdf(-5)) == pytest.approx(0.5, rel=1e-13)


@pytest.mark.parametrize("distribution", thorough_after(12, FAMILIES + TRUNCATED), ids=str)
def test_same_bits_in_any_block(distribution):
    u = np.random.default_rng(7).random(65_536)
    for whole, part in ((FastQuantile(distribution), FastQuantile(distribution)), (None, None)):
        function = whole or (lambda v: ppf(distribution, v))
        again = part or function
        full = function(u)
        for start, count in ((0, 1), (3, 7), (512, 512), (4000, 513), (65_023, 513)):
            assert np.array_equal(full[start : start + count], again(u[start : start + count]))


@pytest.mark.parametrize("distribution", FAMILIES, ids=str)
def test_tables_agree_with_the_exact_path(distribution):
    u = np.concatenate(
        [np.random.default_rng(3).random(4000), 2.0 ** -np.arange(1.0, 54), 1 - 2.0 ** -np.arange(2.0, 54)]
    )
    exact, fast = ppf(distribution, u), FastQuantile(distribution)(u)
    kept = np.abs(exact) > 1e-290
    assert fast[kept] == pytest.approx(exact[kept], rel=BOUND, abs=0.0)


def test_which_families_use_tables():
    assert FastQuantile(Distribution("beta", (31.0, 14.0))).tabled
    assert FastQuantile(Distribution("gamma", (0.5, 2.0))).tabled
    assert FastQuantile(Distribution("pert", (3.0, 9.0, 18.0))).tabled
    assert FastQuantile(Distribution("normal", (0.0, 1.0))).tabled
    assert FastQuantile(Distribution("normal", (0.66, 0.12), 0.0, 1.0)).tabled
    assert not FastQuantile(Distribution("gamma", (0.01, 2.0))).tabled
    assert not FastQuantile(Distribution("triangular", (0.0, 1.0, 4.0))).tabled


@pytest.mark.parametrize("u", [0.0, 1.0, -0.1, math.nan])
def test_probabilities_outside_are_refused(u):
    with pytest.raises(ValueError, match="strictly between 0 and 1"):
        ppf(Distribution("normal", (0.0, 1.0)), [0.5, u])


def test_cdf_outside_the_bounds():
    cut = Distribution("normal", (0.0, 1.0), -1.0, 2.0)
    assert cdf(cut, [-3.0, -1.0, 2.0, 9.0]).tolist() == [0.0, 0.0, 1.0, 1.0]
    assert cdf(Distribution("gamma", (2.0, 1.0)), [-1.0]).tolist() == [0.0]
    assert cdf(Distribution("beta", (2.0, 1.0)), [-1.0, 2.0]).tolist() == [0.0, 1.0]


@pytest.mark.parametrize(("family", "args"), [("normal", (0.0, 1e-3)), ("gamma", (2.0, 1e-3))])
def test_a_bound_beyond_all_numbers_cuts_nothing_off(family, args):
    """A distance in standard deviations may be no number of the machine; the probability beyond it is zero."""
    law = Distribution(family, args)
    assert sf(law, 1.7e308) == 0.0
    assert cdf(law, 1.7e308) == 1.0
    if family == "normal":
        assert cdf(law, -1.7e308) == 0.0


def test_the_ends_of_nine_in_ten_may_be_known():
    law, other = Distribution("normal", (1.0, 2.0)), Distribution("uniform", (0.0, 1.0))
    worked_out = nine_in_ten(law)
    assert worked_out.tolist() == ppf(law, [0.05, 0.95]).tolist()
    known = np.array([3.0, 4.0])
    know_nine_in_ten({law: known})
    assert nine_in_ten(Distribution("normal", (1.0, 2.0))) is known
    assert nine_in_ten(other).tolist() == [0.05, 0.95]
    know_nine_in_ten({})
    assert nine_in_ten(law).tolist() == worked_out.tolist()
