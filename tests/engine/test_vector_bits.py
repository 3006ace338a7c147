"""The vectorised functions beside NumPy's: special values, and the same bits where no elementary function is in it."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr

from tests.engine.vector_loops import evaluate, same_bits
from tests.tiers import examples
from wellbeva.engine.arrays.functions import OPERATIONS
from wellbeva.language.functions import ELEMENTWISE, Operations

INF, NAN = np.inf, np.nan
EPSILON, TINY, LEAST_NORMAL, LARGEST = np.finfo(float).eps, 5e-324, 2.0**-1022, np.finfo(float).max
SMALL = [0.0, TINY, LEAST_NORMAL / 3, LEAST_NORMAL, 1e-17, 0.3, 0.5, 0.49999999999999994]
USUAL = [1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 7.0, 710.0, 745.2]
LARGE = [2.0**52 - 0.5, 2.0**52 + 1, 2.0**53 - 1, 2.0**53, 2.0**54, 1e300, LARGEST, INF, NAN]
SPECIAL = np.array([*SMALL, *USUAL, *LARGE])
SPECIAL = np.concatenate([SPECIAL, -SPECIAL])
PAIRS = np.array(list(itertools.product(SPECIAL, repeat=2))).T

quiet = np.errstate(all="ignore")


def _agree(got, expected, atol=TINY):
    """Assert that what is 0, infinite or no number is the same, with its sign, and the rest within 4 epsilon."""
    exact = ~np.isfinite(expected) | (expected == 0)
    same_bits(got[exact], expected[exact])
    np.testing.assert_allclose(got[~exact], expected[~exact], rtol=4 * EPSILON, atol=atol)


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
    assert (np.abs(evaluate("normal_cdf", x) - expected) <= (8 + 2 * x**2) * EPSILON * expected).all()


@pytest.mark.parametrize("name", ["exp", "expm1"])
def test_the_largest_exponent_is_the_last_below_infinity(name):
    below, above = evaluate(name, [709.782712893384, 709.7827128933841])
    assert 1.797e308 < below < INF
    assert above == INF


def test_exp_goes_down_to_the_smallest_double():
    assert evaluate("exp", [-745.13, -745.14]).tolist() == [TINY, 0.0]


def _rounds_alike(function):
    """Whether it is made of operations alone whose bits are NumPy's."""
    used = set()

    def noting(name):
        def operation(*operands):
            used.add(name)
            return getattr(OPERATIONS, name)(*operands)

        return operation

    values = [np.array([low, high]) for low, high in function.domain]
    function.by(Operations(*(noting(name) for name in Operations._fields)))(*values)
    return used.isdisjoint({"exp", "expm1", "log", "log1p", "normal_cdf", "power"})


ALIKE = {name for name, function in ELEMENTWISE.items() if _rounds_alike(function)}


def _same(function, *values, atol=TINY):
    got, expected = evaluate(function.code, *values), function.by(OPERATIONS)(*values)
    if function.name in ALIKE:
        same_bits(got, expected)
    else:
        _agree(got, expected, atol)


@quiet
@pytest.mark.parametrize("function", ELEMENTWISE.values(), ids=lambda function: function.name)
def test_functions_give_what_numpy_gives(function):
    rng = np.random.default_rng(5)
    _same(function, *(rng.uniform(low, high, 5000) for low, high in function.domain), atol=4 * EPSILON)
    if function.name == "normal_cdf":  # far out it is judged above
        return
    count = len(function.operands)
    _same(function, *np.array(list(itertools.product(SPECIAL, repeat=count))).T)
    if function.name in ALIKE:
        _same(function, *rng.normal(0, 100, (count, 5000)))
        _same(function, *rng.integers(-20, 20, (count, 5000)) / 2)


doubles = st.floats(width=64)


@quiet
@settings(max_examples=examples(200), deadline=None)
@given(st.lists(doubles, min_size=3, max_size=3))
def test_any_doubles_give_numpys_bits(values):
    for name in ALIKE:
        function = ELEMENTWISE[name]
        _same(function, *(np.array([value]) for value in values[: len(function.operands)]))


@quiet
@settings(max_examples=examples(300), deadline=None)
@given(x=doubles, y=doubles)
def test_any_doubles_have_numpys_power(x, y):
    _agree(evaluate("power", [x], [y]), np.power([x], [y]))
