"""Errors of the vectorised functions against mpmath, in units in the last place of the exact result."""

import mpmath
import numpy as np
import pytest
from mpmath import mpf

from tests.engine.vector_loops import evaluate
from wellbeva.engine.compiled.vector import exponential, logarithm, normal, powers

COUNT = 400
LN2 = np.log(2.0)


@pytest.fixture(autouse=True)
def _fifty_digits():
    with mpmath.workdps(50):
        yield


def _rng():
    return np.random.default_rng(20240611)


def _near(centre, count=COUNT):
    """Points around `centre`, most of them very near."""
    rng = _rng()
    return centre * (1 + rng.standard_normal(count) * 10.0 ** rng.uniform(-16, -1, count))


def _by_size(low, high, count=COUNT):
    """Points of both signs whose logarithms to base 10 are uniform."""
    rng = _rng()
    return rng.choice([-1.0, 1.0], count) * 10.0 ** rng.uniform(low, high, count)


def _any_positive(high=0x7FF << 52, count=COUNT):
    """Positive doubles of every exponent, or below that with the bits `high`."""
    return _rng().integers(1, high, count).view(np.float64)


SUBNORMAL = 1 << 52
HALFWAY = (np.arange(-1000, 1000, 5) + 0.5) * LN2  # where the reduction's r is largest


def _exponents():
    rng = _rng()
    parts = [rng.uniform(-1, 1, COUNT), rng.uniform(-708, 709.78, COUNT), rng.uniform(-745.13, -708, COUNT)]
    return np.concatenate([*parts, _by_size(-17, 0), HALFWAY])


def _small_exponents():
    rng = _rng()
    parts = [rng.uniform(-1, 1, COUNT), rng.uniform(-5, 5, COUNT), rng.uniform(-45, 709.78, COUNT)]
    return np.concatenate([*parts, _by_size(-300, 0), (np.arange(-3, 4) + 0.5) * LN2, [38.407169376343845]])


def _positive():
    rng = _rng()
    parts = [rng.uniform(0.5, 2, COUNT), _near(1.0), _near(2**0.5), _near(0.5**0.5), _any_positive()]
    return np.concatenate([*parts, _any_positive(SUBNORMAL)])


def _above_minus_one():
    rng = _rng()
    parts = [rng.uniform(-0.9, 2, COUNT), -1 + 10.0 ** rng.uniform(-15.9, -0.1, COUNT), _near(2**0.5) - 1]
    return np.concatenate([*parts, _near(0.5**0.5) - 1, _by_size(-300, -1), np.abs(_by_size(-1, 300))])


def _normal_scores():
    rng = _rng()
    parts = [rng.uniform(-1, 1, COUNT), rng.uniform(-8, 8, COUNT), rng.uniform(-37.5, 0, COUNT)]
    return np.concatenate([*parts, rng.uniform(-38.4, -37.5, COUNT), _by_size(-17, 1), _near(-0.0005)])


def _powers():
    """Bases of every kind, with exponents that take them anywhere between the smallest and the largest double."""
    rng = _rng()
    base = np.concatenate([_any_positive(), _near(1.0), _any_positive(SUBNORMAL), np.abs(_by_size(-3, 3))])
    base = base[base != 1]
    far = rng.uniform(-744, 709.7, base.size) / np.log(base)
    usual = rng.uniform(0.01, 10, COUNT)
    whole = rng.uniform(-10, 10, COUNT)
    exponents = [far, rng.uniform(-5, 5, COUNT), rng.integers(-6, 7, COUNT)]
    return np.concatenate([base, usual, whole]), np.concatenate(exponents)


CASES = {
    "exp": (mpmath.exp, 1.0, lambda: (_exponents(),)),
    "expm1": (mpmath.expm1, 1.5, lambda: (_small_exponents(),)),
    "log": (mpmath.log, 1.0, lambda: (_positive(),)),
    "log1p": (mpmath.log1p, 1.0, lambda: (_above_minus_one(),)),
    "power": (mpmath.power, 1.0, _powers),
    "normal_cdf": (lambda x: mpmath.erfc(-x / mpmath.sqrt(2)) / 2, 4.0, lambda: (_normal_scores(),)),
}


def _in_last_places(got, exact):
    unit = np.spacing(abs(float(exact)))
    return abs(float((mpf(float(got)) - exact) / mpf(float(unit))))


@pytest.mark.parametrize("name", CASES)
def test_the_error_is_within_what_is_stated(name):
    exact, bound, points = CASES[name]
    arguments = points()
    got = evaluate(name, *arguments)
    assert np.isfinite(got).all()
    errors = [
        _in_last_places(value, exact(*(mpf(float(x)) for x in at))) for value, *at in zip(got, *arguments, strict=True)
    ]
    assert len(errors) > 1_600
    assert max(errors) <= bound


def test_whole_powers_of_whole_numbers_are_exact():
    base, exponent = np.meshgrid(np.arange(-60.0, 61.0), np.arange(0.0, 9.0))
    exact = np.array([float(int(b) ** int(e)) for b, e in zip(base.ravel(), exponent.ravel(), strict=True)])
    assert np.abs(exact).max() < 2.0**53
    assert np.array_equal(evaluate("power", base, exponent).ravel(), exact)


def test_powers_of_two_are_exact_down_to_the_smallest_double():
    exponent = np.arange(-1080.0, 1030.0)
    exact = np.ldexp(1.0, exponent[exponent < 1024].astype(int))
    got = evaluate("power", 2.0, exponent)
    assert np.array_equal(got[exponent < 1024], exact)
    assert np.isinf(got[exponent >= 1024]).all()


def _value(coefficients, x):
    total = mpf(0)
    for coefficient in reversed(coefficients):
        total = total * x + mpf(coefficient)
    return total


def _artanh(s):
    return mpmath.atanh(s) / s


POLYNOMIALS = {
    "exp": (-57.2, lambda r: _value(exponential.EXP, r) / mpmath.exp(r), lambda t: t * mpmath.log(2) / 2),
    "expm1": (
        -59.1,
        lambda r: (r + r * r * _value(exponential.EXPM1, r)) / mpmath.expm1(r),
        lambda t: t * mpmath.log(2) / 2,
    ),
    "log": (
        -58.9,
        lambda s: (1 + s * s * _value(logarithm.P, s * s) / 2) / _artanh(s),
        lambda t: t * (mpmath.sqrt(2) - 1) / (mpmath.sqrt(2) + 1),
    ),
    "power": (
        -65.4,
        lambda s: (1 + s * s / 3 + s**4 * _value(powers.Q, s * s)) / _artanh(s),
        lambda t: t * (mpmath.sqrt(2) - 1) / (mpmath.sqrt(2) + 1),
    ),
    "normal_cdf": (
        -54.5,
        lambda a: (
            2
            * mpmath.exp(-a * a / 2)
            * _value(normal.G, (a - normal.MIDDLE) / (a + normal.MIDDLE))
            / ((a + mpf(normal.NEAR)) * mpmath.erfc(a / mpmath.sqrt(2)))
        ),
        lambda t: (t + 1) * mpf("19.3"),
    ),
}


@pytest.mark.parametrize("name", POLYNOMIALS)
def test_the_polynomials_are_as_near_as_their_modules_say(name):
    """The share of the error that is not rounding, over an odd number of points from end to end, 0 left out."""
    bound, ratio, place = POLYNOMIALS[name]
    worst = max(abs(ratio(place(mpf(i) / 500)) - 1) for i in range(-499, 501, 2))
    assert mpmath.log(worst, 2) <= bound


def test_derived_functions_lose_no_more_than_their_formulas():
    rng = _rng()
    p, t = rng.uniform(0, 1, 2000), rng.uniform(0.1, 3, 2000)
    exact = {
        "rate_to_prob": [-mpmath.expm1(-mpf(a) * mpf(b)) for a, b in zip(p, t, strict=True)],
        "prob_to_rate": [-mpmath.log1p(-mpf(a)) / mpf(b) for a, b in zip(p, t, strict=True)],
    }
    for name, values in exact.items():
        got = evaluate(name, p, t)
        assert max(_in_last_places(a, b) for a, b in zip(got, values, strict=True)) <= 3.0
    terms = np.abs(np.log(p)) + np.abs(np.log1p(-p))
    errors = [
        abs(float(mpf(a) - mpmath.log(mpf(b) / (1 - mpf(b))))) for a, b in zip(evaluate("logit", p), p, strict=True)
    ]
    assert (np.array(errors) <= 2 * np.finfo(float).eps * terms).all()
