"""Correlations: rank to normal score, definiteness with the pair to blame, the lower factor (FORMAT R16)."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp
from scipy import stats

from tests.tiers import examples
from wellbeva.distributions.correlation import (
    CorrelationError,
    Pair,
    lower_factor,
    matrix_of,
    normal_of_rank,
    possible,
    rank_of_normal,
)

NAMES = ("take_up", "completion", "effect", "cost")


def test_r16_rank_correlation_against_quadrature():
    """Spearman's correlation of two normals is 12 E[Phi(X) Phi(Y)] - 3, integrated by mpmath for r of rank 0.3."""
    r = normal_of_rank(0.3)
    with mp.workdps(15):
        # Y = r X + sqrt(1 - r^2) W, and E[Phi(Y) | X] = Phi(r X / sqrt(2 - r^2)): one integral is left.
        found = 12 * mpmath.quad(
            lambda x: mpmath.ncdf(x) * mpmath.ncdf(r * x / mpmath.sqrt(2 - r * r)) * mpmath.npdf(x), [-10, -3, 0, 3, 10]
        )
    assert float(found) - 3 == pytest.approx(0.3, abs=1e-12)


@pytest.mark.parametrize("rank", [-1.0, -0.5, 0.0, 1e-9, 0.3, 0.999, 1.0])
def test_rank_and_back(rank):
    assert rank_of_normal(normal_of_rank(rank)) == pytest.approx(rank, abs=1e-15)


def test_known_values():
    # 2 sin(pi / 12) = 0.517638; the ends and zero stay what they are, exactly.
    assert normal_of_rank(0.5) == pytest.approx((math.sqrt(6) - math.sqrt(2)) / 2, rel=1e-15)
    assert [normal_of_rank(x) for x in (-1.0, 0.0, 1.0)] == [-1.0, 0.0, 1.0]


def test_two_by_hand():
    factor = lower_factor([Pair(0, 1, 0.6, "normal")], size=2)
    assert factor == pytest.approx(np.array([[1.0, 0.0], [0.6, 0.8]]), rel=1e-15)
    ranks = lower_factor([Pair(1, 0, 0.6)], size=2)
    assert ranks[1, 0] == pytest.approx(2 * math.sin(math.pi / 10), rel=1e-15)


def test_pairs_that_are_not_named_are_uncorrelated():
    matrix = matrix_of([Pair(2, 0, 0.5, "normal")], size=4)
    assert matrix.tolist() == [[1, 0, 0.5, 0], [0, 1, 0, 0], [0.5, 0, 1, 0], [0, 0, 0, 1]]
    assert lower_factor([], size=3).tolist() == np.eye(3).tolist()


@settings(max_examples=examples(60), deadline=None)
@given(size=st.integers(2, 7), seed=st.integers(0, 2**32 - 1))
def test_the_factor_gives_back_any_possible_matrix(size, seed):
    rows = np.random.default_rng(seed).standard_normal((size, size + 1))
    wanted = np.corrcoef(rows)
    pairs = [Pair(i, j, float(wanted[i, j]), "normal") for i in range(size) for j in range(i)]
    factor = lower_factor(pairs, size=size)
    assert (np.triu(factor, 1) == 0.0).all()
    # Cholesky is backward stable: size x 1e-16; the rows are brought to length 1.
    assert factor @ factor.T == pytest.approx(wanted, abs=1e-13)


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_two_numbers_may_be_one(sign):
    """Correlation 1 or -1: the second takes no part of its own draw, the third is tied to both alike."""
    factor = lower_factor([Pair(0, 1, sign), Pair(0, 2, 0.3), Pair(1, 2, 0.3 * sign)], size=3)
    assert factor[1].tolist() == [sign, 0.0, 0.0]
    assert factor[2, 0] == pytest.approx(normal_of_rank(0.3), rel=1e-15)
    assert factor[2, 1] == 0.0


def test_a_sum_of_others_is_possible():
    # The third is (first + second) / sqrt(2): singular, and to rounding semidefinite.
    half = math.sqrt(0.5)
    factor = lower_factor([Pair(0, 2, half, "normal"), Pair(1, 2, half, "normal")], size=3)
    assert factor[2] == pytest.approx([half, half, 0.0], abs=1e-7)
    assert float((factor[2] ** 2).sum()) == pytest.approx(1.0, rel=1e-15)
    # So near to it that what is left of the third's variance, 3e-14, is not drawn: the row has length 1 all the same.
    near = lower_factor([Pair(0, 2, half - 1e-14, "normal"), Pair(1, 2, half - 1e-14, "normal")], size=3)
    assert near[2, 2] == 0.0
    assert float((near[2] ** 2).sum()) == pytest.approx(1.0, rel=1e-15, abs=0.0)
    with pytest.raises(CorrelationError):
        lower_factor([Pair(0, 2, half + 1e-6, "normal"), Pair(1, 2, half, "normal")], size=3)


def test_the_range_of_one_pair_by_hand():
    # r12 = r13 = 0.8: r23 from 0.64 - 0.36 to 0.64 + 0.36.
    matrix = matrix_of([Pair(0, 1, 0.8, "normal"), Pair(0, 2, 0.8, "normal")], size=3)
    assert possible(matrix, 1, 2) == (pytest.approx(0.28, rel=1e-14), pytest.approx(1.0, rel=1e-14))
    assert possible(np.eye(2), 0, 1) == (-1.0, 1.0)
    # With one that is the same as another, r23 can only be r13.
    tied = matrix_of([Pair(0, 1, 1.0, "normal"), Pair(0, 2, 0.4, "normal")], size=3)
    assert possible(tied, 1, 2) == (pytest.approx(0.4, abs=1e-7), pytest.approx(0.4, abs=1e-7))


def test_r16_the_pair_to_blame_and_what_it_could_be():
    pairs = [
        Pair(0, 1, 0.8, "normal"),
        Pair(0, 2, 0.8, "normal"),
        Pair(1, 2, 0.2, "normal"),
        Pair(2, 3, 0.1, "normal"),
    ]
    with pytest.raises(CorrelationError) as caught:
        lower_factor(pairs, size=4, names=NAMES)
    # take_up with effect, the others as they are: 0.8 x 0.2 -+ sqrt((1 - 0.64) (1 - 0.04 - 0.01)) = 0.16 -+ 0.584808,
    # so 0.0552 is too much; take_up with completion is 0.0559 off, completion with effect 0.08 and more.
    assert caught.value.pair == 1
    assert caught.value.message == "these correlations contradict each other"
    assert caught.value.facts == (
        "take_up with effect: 0.8",
        "with the others as they are, 0 where none is given, it could be from -0.4248 to 0.7448",
    )
    ends = caught.value.low, caught.value.high
    assert ends == pytest.approx((0.16 - 0.6 * math.sqrt(0.95), 0.16 + 0.6 * math.sqrt(0.95)), rel=1e-13)
    # The ends are possible, and next to nothing beyond them is.
    for end, step in ((ends[0], -1e-6), (ends[1], 1e-6)):
        assert lower_factor([pairs[0], Pair(0, 2, end, "normal"), *pairs[2:]], size=4).shape == (4, 4)
        with pytest.raises(CorrelationError):
            lower_factor([pairs[0], Pair(0, 2, end + step, "normal"), *pairs[2:]], size=4)


def test_the_range_is_told_on_the_scale_of_the_pair():
    pairs = [Pair(0, 1, 0.9), Pair(1, 2, 0.9), Pair(0, 2, 0.0)]
    with pytest.raises(CorrelationError) as caught:
        lower_factor(pairs, size=3, names=NAMES)
    r = normal_of_rank(0.9)
    # r = 0.908; the first pair could be up to sqrt(1 - r^2) = 0.419, which is 0.489 less; the last would need
    # 2 r^2 - 1 = 0.649 more.
    assert caught.value.pair == 0
    assert caught.value.high == pytest.approx(rank_of_normal(math.sqrt(1 - r * r)), rel=1e-12)


def test_several_faults_blame_one_without_a_range():
    one = [Pair(0, 1, 0.9), Pair(1, 2, 0.9), Pair(0, 2, -0.9)]
    two = [Pair(a.first + 3, a.second + 3, a.value) for a in one]
    with pytest.raises(CorrelationError) as caught:
        lower_factor(one + two, size=6)
    assert caught.value.low is None
    assert "no change of one pair alone" in caught.value.facts[1]


@settings(max_examples=examples(40), deadline=None)
@given(size=st.integers(3, 5), seed=st.integers(0, 2**32 - 1))
def test_whatever_is_blamed_is_mended_by_its_range(size, seed):
    random = np.random.default_rng(seed)
    pairs = [Pair(i, j, float(random.uniform(-1, 1)), "normal") for i in range(size) for j in range(i)]
    try:
        factor = lower_factor(pairs, size=size)
    except CorrelationError as caught:
        if caught.low is None:
            return
        middle = (caught.low + caught.high) / 2
        pairs[caught.pair] = Pair(pairs[caught.pair].first, pairs[caught.pair].second, middle, "normal")
        factor = lower_factor(pairs, size=size)
    assert (factor**2).sum(axis=1) == pytest.approx(np.ones(size), rel=1e-14)


@pytest.mark.parametrize(
    ("pairs", "message", "fact"),
    [
        ([Pair(0, 1, 1.2)], "between -1 and 1", "take_up with completion: 1.2"),
        ([Pair(0, 1, math.nan)], "between -1 and 1", "nan"),
        ([Pair(0, 0, 0.5)], "with itself", "take_up with take_up"),
        ([Pair(0, 1, 0.5), Pair(1, 0, 0.4)], "two correlations", "completion with take_up: 0.4"),
    ],
)
def test_refusals(pairs, message, fact):
    with pytest.raises(CorrelationError) as caught:
        lower_factor(pairs, size=4, names=NAMES)
    assert message in caught.value.message
    assert fact in " ".join(caught.value.facts)
    assert caught.value.remedy


def test_spearman_of_many_draws():
    """Rank correlation of 40,000 pairs: its standard error is below 1 / 200, and 5 of them are beyond chance 6e-7."""
    factor = lower_factor([Pair(0, 1, 0.7)], size=2)
    z = factor @ np.random.default_rng(5).standard_normal((2, 40_000))
    assert stats.spearmanr(z[0], z[1]).statistic == pytest.approx(0.7, abs=0.025)


def test_the_one_pair_at_fault_among_many_is_found():
    """Forty numbers, 0.5 between any two, but -0.9 between two of them: 780 pairs, and that one is to blame."""
    pairs = [Pair(i, j, -0.9 if (i, j) == (30, 7) else 0.5, "normal") for i in range(40) for j in range(i)]
    with pytest.raises(CorrelationError) as caught:
        lower_factor(pairs, size=40)
    assert (pairs[caught.value.pair].first, pairs[caught.value.pair].second) == (30, 7)
    # a' K^-1 a of 38 numbers with 0.5 among them and 0.5 with the pair: 0.25 x 38 / (1 + 37 / 2) = 19 / 39.
    share = 19 / 39
    assert caught.value.low == pytest.approx(share - (1 - share), rel=1e-12)
    assert caught.value.high == pytest.approx(1.0, rel=1e-12)


def test_too_many_numbers_are_refused():
    with pytest.raises(CorrelationError, match="too many numbers"):
        lower_factor([Pair(0, 1, 0.5)], size=501)
