"""Scores and their probabilities in plain arithmetic, against mpmath at 40 digits.

The bound. The values at the nodes are good to two ulps or so, the polynomial between them is off by less than one, and
its additions round once or twice: 1e-15 is held. SciPy's own tail is off by up to 1.2e-14 far out.
"""

import mpmath
import numpy as np
import pytest
from mpmath import mp, mpf
from scipy.special import ndtri

from wellbeva.distributions.numerics import special
from wellbeva.distributions.tables import normal_scores

SCORES = np.concatenate([np.random.default_rng(5).random(800) * 8.2, np.arange(0.0, 8.2, 0.125), [1e-300, 1e-9]])


def test_tails_against_mpmath():
    tails = normal_scores.uniform(-SCORES)
    with mp.workdps(40):
        for score, tail in zip(SCORES, tails, strict=True):
            exact = mpmath.ncdf(-mpf(float(score)))
            assert float(abs(mpf(float(tail)) - exact) / exact) < 1e-15, score


def test_tails_beside_scipy():
    found, exact = normal_scores.uniform(-SCORES), special.normal_cdf(-SCORES)
    assert found == pytest.approx(exact, rel=2e-14, abs=0.0)


def test_the_upper_side_is_the_rest():
    assert np.array_equal(normal_scores.uniform(SCORES[SCORES > 0.0]), 1.0 - normal_scores.uniform(-SCORES[SCORES > 0]))


def test_ends_are_kept_inside():
    found = normal_scores.uniform(np.array([-200.0, -9.0, -8.25, 8.25, 9.0, 200.0, -np.inf, np.inf, 0.0, -0.0]))
    least, most = 2.0**-53, 1.0 - 2.0**-53
    assert found.tolist() == [least, least, least, most, most, most, least, most, 0.5, 0.5]


def test_there_and_back():
    u = np.random.default_rng(6).random(5000) * 0.5 + 2.0**-53
    assert normal_scores.uniform(normal_scores.score(u)) == pytest.approx(u, rel=1e-14)
    assert normal_scores.score(u) == pytest.approx(special.normal_score(u), rel=4e-15)


@pytest.mark.parametrize("level", [0.9, 0.95, 0.5])
def test_the_scores_of_usual_intervals_have_the_bits_of_the_others(level):
    tail = (1.0 - level) / 2.0
    for p in (tail, [tail], [tail, 1.0 - (1.0 - tail)], np.full(3, tail), [], [tail, 0.3]):
        assert np.array_equal(special.normal_score(np.array(p)), ndtri(p))
