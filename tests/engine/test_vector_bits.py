"""The vectorised functions beside NumPy's: special values, and the same bits where no elementary function is in it."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr

from tests.engine.vector_loops import evaluate, same_bits
from wellbeva.engine.arrays import functions

INF, NAN = np.inf, np.nan
TINY, LEAST_NORMAL, LARGEST = 5e-324, 2.0**-1022, np.finfo(float).max
SMALL = [0.0, TINY, LEAST_NORMAL / 3, LEAST_NORMAL, 1e-17, 0.3, 0.5, 0.49999999999999994]
USUAL = [1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 7.0, 710.0, 745.2]
LARGE = [2.0**52 - 0.5, 2.0**52 + 1, 2.0**53 - 1, 2.0**53, 2.0**54, 1e300, LARGEST, INF, NAN]
SPECIAL = np.array([*SMALL, *USUAL, *LARGE])
SPECIAL = np.concatenate([SPECIAL, -SPECIAL])
PAIRS = np.array(list(itertools.product(SPECIAL, repeat=2))).T

quiet = np.errstate(all="ignore")


def _agree(got, expected):
    """Assert that what is 0, infinite or no number is the same, with its sign, and the rest within 4 epsilon."""
    exact = ~np.isfinite(expected) | (expected == 0)
    same_bits(got[exact], expected[exact])
    np.testing.assert_allclose(got[~exact], expected[~exact], rtol=4 * np.finfo(float).eps, atol=TINY)


@quiet
@pytest.mark.parametrize("name", ["exp", "expm1", "log", "log1p"])
def test_elementary_functions_have_numpys_special_values(name):
    _agree(evaluate(name, SPECIAL), getattr(np, name)(SPECIAL))


@quiet
def test_every_pair_of_special_values_has_numpys_power():
    _agree(evaluate("power", *PAIRS), np.power(*PAIRS))


def test_the_normal_distribution_function_has_its_special_values():
    got = evaluate("normal_cdf", SPECIAL)
    named = np.isnan(SPECIAL) | (SPECIAL == 0) | (np.abs(SPECIAL) > 39)
    same_bits(got[named], ndtr(SPECIAL[named]))
    assert np.array_equal(got[SPECIAL == 0], [0.5, 0.5])


def test_the_normal_distribution_function_is_scipys_to_the_error_of_scipys_square():
    """SciPy squares x / √2 after rounding it, so its tail is off by up to 2x² epsilon; ours is judged by mpmath."""
    x = np.random.default_rng(8).uniform(-37.5, 8.5, 20_000)
    expected = ndtr(x)
    assert (np.abs(evaluate("normal_cdf", x) - expected) <= (8 + 2 * x**2) * np.finfo(float).eps * expected).all()


@pytest.mark.parametrize("name", ["exp", "expm1"])
def test_the_largest_exponent_is_the_last_below_infinity(name):
    below, above = evaluate(name, [709.782712893384, 709.7827128933841])
    assert 1.797e308 < below < INF
    assert above == INF


def test_exp_goes_down_to_the_smallest_double():
    assert evaluate("exp", [-745.13, -745.14]).tolist() == [TINY, 0.0]


ONE = {
    "sqrt": np.sqrt,
    "absolute": np.abs,
    "floor": np.floor,
    "ceil": np.ceil,
    "round_half_away": functions.round_half_away,
    "odds_to_prob": functions.odds_to_prob,
    "prob_to_odds": functions.prob_to_odds,
}
TWO = {"remainder": np.mod, "least": np.minimum, "greatest": np.maximum}


@quiet
@pytest.mark.parametrize("name", ONE)
def test_functions_of_one_number_give_numpys_bits(name):
    values = np.concatenate([SPECIAL, np.random.default_rng(5).normal(0, 100, 5000), np.arange(-8, 8) / 2])
    same_bits(evaluate(name, values), ONE[name](values))


@quiet
@pytest.mark.parametrize("name", TWO)
def test_functions_of_two_numbers_give_numpys_bits(name):
    rng = np.random.default_rng(6)
    x = np.concatenate([PAIRS[0], rng.normal(0, 100, 5000), rng.integers(-20, 20, 5000)])
    y = np.concatenate([PAIRS[1], rng.normal(0, 3, 5000), rng.integers(-5, 5, 5000)])
    same_bits(evaluate(name, x, y), TWO[name](x, y))


doubles = st.floats(width=64)


@quiet
@settings(max_examples=200, deadline=None)
@given(x=doubles, y=doubles, z=doubles)
def test_any_doubles_give_numpys_bits(x, y, z):
    for name, function in ONE.items():
        same_bits(evaluate(name, [x]), [function(np.float64(x))])
    for name, function in TWO.items():
        same_bits(evaluate(name, [x], [y]), function(np.array([x]), np.array([y])))
    same_bits(evaluate("clip", [x], [y], [z]), functions.clip(np.array([x]), np.array([y]), np.array([z])))


@quiet
@settings(max_examples=300, deadline=None)
@given(x=doubles, y=doubles)
def test_any_doubles_have_numpys_power(x, y):
    _agree(evaluate("power", [x], [y]), np.power([x], [y]))


@quiet
@pytest.mark.parametrize("name", ["rate_to_prob", "prob_to_rate", "logit"])
def test_derived_functions_have_the_special_values_of_the_other_engines(name):
    arguments = PAIRS if name != "logit" else (SPECIAL,)
    _agree(evaluate(name, *arguments), functions.FUNCTIONS[name](*arguments))
