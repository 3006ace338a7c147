"""Tables by octaves: against mpmath at 40 digits and against the exact path, in every octave and next to the median.

The bounds. A table is checked to 2.5e-13 of the value when it is built, and a polynomial of degree 7 between its nodes
is nowhere further off than about where it is checked. What it is made of is good to 7.5e-13 (tests of `FastQuantile`).
For the normal both are far better: the polynomial is off by 66**-8 of the value, 3e-15, and SciPy's score by an ulp or
two; 4e-15 is held, next to the median too.
"""

import math

import mpmath
import numpy as np
import pytest
from mpmath import mp, mpf

from wellbeva.distributions.quantile import ppf
from wellbeva.distributions.spec import Distribution
from wellbeva.distributions.tables import fast_quantile, quantile_tables
from wellbeva.distributions.tables.fast_quantile import TOLERANCE, FastQuantile

INF = math.inf
NORMAL = Distribution("normal", (0.0, 1.0))
TABLED = [
    NORMAL,
    Distribution("normal", (0.3, 0.13)),
    Distribution("normal", (0.66, 0.12), 0.0, 1.0),
    Distribution("normal", (0.0, 1.0), -1.0, 2.0),
    Distribution("normal", (0.0, 1.0), 5.0, INF),
    Distribution("normal", (0.0, 1.0), 20.0, 20.5),
    Distribution("lognormal", (1.0, 0.5)),
    Distribution("lognormal", (1.0, 3.0)),
    Distribution("lognormal", (1.0, 0.5), 1.0, 3.0),
    Distribution("shifted_lognormal", (-0.5, -1.0, 0.7, 1.0)),
    Distribution("shifted_lognormal", (2.0, -1.0, 0.7, -1.0)),
    Distribution("beta", (24.1, 10.3)),
    Distribution("beta", (0.3, 0.3)),
    Distribution("beta", (1.0, 5.0)),
    Distribution("beta", (6.0, 1.0)),
    Distribution("beta", (0.5, 2.0), 0.1, 0.3),
    Distribution("student_t", (0.3, 0.1, 3.0)),
    Distribution("student_t", (0.3, 0.1, 12.0), 0.0, 1.0),
    Distribution("gamma", (9.0, 0.08)),
    Distribution("gamma", (0.2, 2.0)),
    Distribution("gamma", (1e15, 0.08)),
    Distribution("gamma", (4.0, 3.0), 1.0, 20.0),
    Distribution("pert", (-3.0, -3.0, 18.0)),
    Distribution("pert", (0.0, 1.0, 4.0), 0.5, 2.0),
]
RESISTING = [
    Distribution("beta", (0.05, 0.9)),
    Distribution("gamma", (0.05, 1.0)),
    Distribution("lognormal", (0.0, 8.0)),
    Distribution("normal", (0.0, 1.0), -1e-10, 1e-10),
]
OTHER = [
    Distribution("point", (3.0,)),
    Distribution("empirical", (1.0, 0.5, 2.0, 0.5)),
    Distribution("quantiles", (0.1, 1.0, 0.5, 2.0, 0.9, 5.0)),
    Distribution("mixture", (0.3, 0.7), parts=(Distribution("point", (0.0,)), Distribution("beta", (3.0, 4.0)))),
]


SIGNED = ("normal", "pert", "shifted_lognormal", "student_t")


def _everywhere():
    """Uniforms as a design gives them: random, in every octave of both tails, at the ends of pieces, at the median."""
    chance = np.random.default_rng(11)
    odd = 2.0 * chance.integers(0, 2**52, 3000) + 1.0
    tails = np.ldexp(1.0 + chance.random(2000), chance.integers(-53, -1, 2000))
    ends = np.ldexp(1.0 + np.arange(16)[:, None] / 16, np.arange(-53, -1)).ravel()
    centre = 0.5 + 2.0**-53 * np.arange(-40.0, 41.0)
    u = np.concatenate([odd * 2.0**-53, tails, 1.0 - tails, ends, 1.0 - ends, centre])
    return u[(u >= 2.0**-53) & (u < 1.0)]


U = _everywhere()


def test_the_normal_against_mpmath():
    chosen = np.concatenate([U[::23], U[-81:]])
    values = FastQuantile(NORMAL)(chosen)
    with mp.workdps(40):
        for u, value in zip(chosen, values, strict=True):
            x = mpf(float(value))
            if u == 0.5:
                assert value == 0.0
                continue
            # One Newton step from the nearer tail, which 1 - u gives exactly; next to the median, from the middle.
            p = mpf(float(min(u, 1.0 - u)))
            step = (mpmath.ncdf(-abs(x)) - p) / mpmath.npdf(x)
            assert float(abs(step / x)) < 4e-15, u
            assert (value > 0.0) == (u > 0.5)


@pytest.mark.parametrize("law", TABLED, ids=str)
def test_against_the_exact_path_in_every_octave(law):
    quantile = FastQuantile(law)
    assert quantile.form is not None
    assert quantile.form.table is not None
    exact, found = ppf(law, U), quantile(U)
    spread = float(np.diff(ppf(law, [0.16, 0.84]))[0]) if law.family in SIGNED else 0.0
    assert (np.abs(found - exact) <= TOLERANCE * np.maximum(np.abs(exact), spread)).all()


@pytest.mark.parametrize("law", TABLED, ids=str)
def test_pieces_worked_out_alone_have_the_bits_of_the_whole_table(law):
    whole, alone = FastQuantile(law), FastQuantile(law)
    alone.forget_table()
    assert alone.form.table.rows is None
    assert np.array_equal(whole(U), alone(U))
    for start, count in ((0, 1), (5, 7), (100, 513)):
        assert np.array_equal(whole(U)[start : start + count], alone(U[start : start + count]))


def test_a_beta_keeps_its_distance_from_one():
    law = Distribution("beta", (40.0, 0.5))
    upper = U[U > 0.5]
    exact, found = 1.0 - ppf(law, upper), 1.0 - FastQuantile(law)(upper)
    # Two ulps of 1 besides, for so are the doubles spaced that hold the value.
    assert (np.abs(found - exact) <= TOLERANCE * exact + 2.0**-52).all()


@pytest.mark.parametrize("law", RESISTING + OTHER, ids=str)
def test_what_resists_has_no_table(law):
    quantile = FastQuantile(law)
    assert quantile.form is None
    u = U[:500]
    exact = ppf(law, u)
    assert quantile(u) == pytest.approx(exact, rel=TOLERANCE, abs=1e-300)


def test_a_kink_or_no_number_is_refused():
    def kinked(lower, upper, score):
        return np.maximum(score, -0.7) + 3.0

    assert quantile_tables.build(kinked, np.abs) is None
    assert quantile_tables.build(lambda lower, upper, score: np.where(score > 8.0, np.nan, score), np.abs) is None
    assert quantile_tables.build(lambda lower, upper, score: score, np.abs) is not None


def test_a_jump_between_the_pieces_of_two_octaves_is_refused():
    """Nodes and checks inside the pieces fit; only their common end tells."""
    assert quantile_tables.build(lambda lower, upper, score: 1.0 + (lower <= 0.125), np.abs) is None


@pytest.mark.parametrize("law", [NORMAL, Distribution("gamma", (9.0, 0.08)), TABLED[2]], ids=str)
def test_below_the_least_uniform_of_a_design(law):
    u = np.array([1e-300, 2.0**-54, 2.0**-53, 0.3])
    assert FastQuantile(law)(u) == pytest.approx(ppf(law, u), rel=TOLERANCE)


def test_the_median_itself():
    for law, median in (
        (NORMAL, 0.0),
        (Distribution("normal", (1.5, 2.0)), 1.5),
        (Distribution("beta", (1.0, 1.0)), 0.5),
    ):
        assert FastQuantile(law)(np.array([0.5]))[0] == median


def test_laws_of_one_shape_share_a_table():
    first, second = (FastQuantile(Distribution("normal", args)).form for args in ((0.3, 0.13), (7.0, 2.0)))
    assert first.table is second.table
    first, second = (FastQuantile(Distribution("gamma", args)).form for args in ((9.0, 0.08), (9.0, 1e4)))
    assert first.table is second.table


def test_a_row_of_a_table_is_a_line_of_the_cache():
    rows = FastQuantile(NORMAL).form.table.rows
    assert rows.shape == (2 * quantile_tables.ROWS, quantile_tables.POWERS)
    assert rows.ctypes.data % 64 == 0
    assert rows.strides == (64, 8)
    assert not rows.flags.writeable


def test_rounding_does_not_cross_a_bound():
    for law in (Distribution("beta", (0.3, 0.3)), Distribution("normal", (0.66, 0.12), 0.0, 1.0), TABLED[-1]):
        low, high = fast_quantile.FastQuantile(law).form.bounds
        values = FastQuantile(law)(U)
        assert values.min() >= low
        assert values.max() <= high
