"""Latin hypercube: one point in each stratum, addressed by index, independent between elements."""

import math
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tests.tiers import examples
from wellbeva.distributions.spec import Distribution
from wellbeva.sampling import latin, streams
from wellbeva.sampling.sampler import Sampler


@dataclass(frozen=True)
class Element:
    name: str
    dimension: int
    distribution: Distribution
    stream: str = ""


def _elements(count, law=Distribution("uniform", (0.0, 1.0))):  # noqa: B008 - frozen
    return [Element(f"x{i}", i, law) for i in range(count)]


def _uniforms(count, draws, *, seed=3, randomisation=0):
    sampler = Sampler(_elements(count), design="latin", seed=seed, draws_each=draws, randomisations=randomisation + 1)
    return sampler.uniforms(randomisation, 0, draws)


@pytest.mark.parametrize("draws", [512, 1024, 1536, 8192 + 512])
def test_exactly_one_point_in_each_stratum(draws):
    for randomisation in (0, 2):
        for u in _uniforms(3, draws, randomisation=randomisation):
            assert np.array_equal(np.sort(np.floor(u * draws)), np.arange(draws))
            assert u.min() > 0.0
            assert u.max() < 1.0


@settings(max_examples=examples(60), deadline=None)
@given(size=st.integers(1, 3000), seed=st.integers(0, 2**64 - 1))
def test_the_permutation_is_one_for_any_size_and_key(size, seed):
    keys = streams.words(seed, "keys", count=latin.ROUNDS)
    found = latin.permuted(np.arange(size, dtype=np.uint64), size, keys)
    assert np.array_equal(np.sort(found), np.arange(size))


def test_indices_alone_decide():
    keys = streams.words(1, "keys", count=latin.ROUNDS)
    whole = latin.permuted(np.arange(1000, dtype=np.uint64), 1000, keys)
    some = np.array([999, 3, 500, 3], dtype=np.uint64)
    assert np.array_equal(latin.permuted(some, 1000, keys), whole[some.astype(int)])


@pytest.mark.parametrize("draws", [2048, 2560])
def test_same_bits_for_any_block(draws):
    sampler = Sampler(_elements(4), design="latin", seed=9, draws_each=draws, randomisations=3)
    whole = sampler.block(2, 0, draws)
    for start, count in ((0, 512), (512, 1024), (1536, 512)):
        assert np.array_equal(sampler.block(2, start, count), whole[:, start : start + count])


def test_adding_or_leaving_out_an_element_changes_no_other():
    many, few = _elements(6), [_elements(6)[4], _elements(6)[1]]
    all_of_them, some = (
        Sampler(one, design="latin", seed=1, draws_each=512, randomisations=2).block(1, 0, 512) for one in (many, few)
    )
    assert np.array_equal(some, all_of_them[[4, 1]])


def test_seeds_randomisations_and_names_have_permutations_of_their_own():
    """Two random permutations of 512 agree in 1 place on average (Poisson); in 12 or more by chance 8e-10."""
    orders = [
        np.floor(512 * one)
        for one in (_uniforms(2, 512)[0], _uniforms(2, 512)[1], _uniforms(1, 512, seed=4)[0],
                    _uniforms(1, 512, randomisation=1)[0])
    ]  # fmt: skip
    for i, one in enumerate(orders):
        for other in orders[:i]:
            assert (one == other).sum() < 12


@pytest.mark.parametrize("draws", [512, 1536])
def test_elements_are_independent(draws):
    """Correlations of 45 x 44 / 2 = 990 pairs, times sqrt(n - 1), against the standard normal.

    The largest is beyond 6 by chance 2e-6; their mean square is a chi-squared over 990, beyond 0.79 or 1.24 by
    chance 1e-6 (taking the pairs as independent, which they nearly are).
    """
    found = np.corrcoef(np.floor(draws * _uniforms(45, draws)))[np.triu_indices(45, 1)] * math.sqrt(draws - 1)
    assert np.abs(found).max() < 6.0
    assert 0.79 < (found**2).mean() < 1.24


def test_pairs_fill_the_square():
    """8 x 8 cells of the plane for 20 pairs: chi-squared with 49 degrees (both margins are even by design), at 1e-7."""
    u = _uniforms(40, 8192)
    for first, second in zip(u[:20], u[20:], strict=True):
        counts = np.histogram2d(first, second, bins=8, range=[[0, 1], [0, 1]])[0]
        assert counts.sum(axis=0).tolist() == [1024.0] * 8
        assert stats.chi2.sf(((counts - 128) ** 2 / 128).sum(), 49) > 1e-7


def test_order_of_the_draws_is_random():
    """Correlation of stratum and index, and of neighbours, for 60 elements: beyond 6 / sqrt(n) by chance 2e-7."""
    draws = 1024
    index = np.arange(draws)
    for u in _uniforms(60, draws):
        assert abs(np.corrcoef(u, index)[0, 1]) * math.sqrt(draws - 1) < 6.0
        assert abs(np.corrcoef(u[:-1], u[1:])[0, 1]) * math.sqrt(draws - 1) < 6.0


def test_places_within_the_strata_are_even():
    """Kolmogorov-Smirnov of 8,192 places, at 1e-6."""
    u = _uniforms(1, 8192)[0] * 8192
    assert stats.kstest(u - np.floor(u), "uniform").pvalue > 1e-6


def test_a_sum_varies_far_less_than_at_random():
    """Sum of ten normals: a Latin hypercube takes the error out of each number alone.

    Means of 32 randomisations of 512 draws. The variance is below a hundredth of that of random draws, 10 / 512; the
    ratio of two sample variances with 31 degrees is beyond 8 times its true value by chance 5e-8, and the true
    ratio is above 1,000 (Stein 1987, doi:10.1080/00401706.1987.10488205: what is additive errs by a smaller order).
    """
    spread = {}
    for design in ("latin", "random"):
        elements = _elements(10, Distribution("normal", (0.0, 1.0)))
        sampler = Sampler(elements, design=design, seed=1, draws_each=512, randomisations=32)
        spread[design] = np.var([sampler.block(r, 0, 512).sum(axis=0).mean() for r in range(32)], ddof=1)
    assert spread["random"] / spread["latin"] > 100


def test_too_many_strata_are_refused():
    with pytest.raises(ValueError, match="2\\*\\*40 draws"):
        latin.uniforms(1, "x", randomisation=0, draws=2**40 + 512, start=0, count=512)


def test_the_largest_design_stays_inside():
    u = latin.uniforms(1, "x", randomisation=3, draws=2**40, start=2**40 - 512, count=512)
    assert ((u > 0.0) & (u < 1.0)).all()
    assert np.unique(np.floor(u * 2.0**40)).size == 512


@pytest.mark.parametrize("draws", [512, 1536, 3 * 2**18 + 512, 2**39 + 512, 2**40])
def test_the_edges_of_a_stratum_are_not_crossed(draws):
    strata = np.array([0, 1, 2, draws // 3, draws // 2, draws - 2, draws - 1], dtype=np.uint64)
    for word in (0, 2**64 - 1):
        u = latin.placed(strata, np.full(strata.shape, word, dtype=np.uint64), draws)
        assert np.array_equal(np.floor(u * draws), strata)
        assert ((u > 0.0) & (u < 1.0)).all()
