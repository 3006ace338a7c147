"""Joints: copula, shares, rows. Statistical tests state their false-alarm rate; seeds are fixed."""

import hashlib
import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pytest
from scipy import stats

from wellbeva.distributions import quantile
from wellbeva.distributions.correlation import Pair, lower_factor
from wellbeva.distributions.families.beta import fit_dirichlet
from wellbeva.distributions.families.discrete import fit_empirical
from wellbeva.distributions.spec import Distribution
from wellbeva.plan.plan import Element as PlanElement
from wellbeva.plan.plan import Joint, RowSelector
from wellbeva.sampling.dependence import correlated, sticks
from wellbeva.sampling.sampler import Sampler

DESIGNS = ["sobol", "random", "latin"]


@dataclass(frozen=True)
class Element:
    name: str
    dimension: int
    distribution: Distribution
    stream: str = ""


LAWS = [
    Distribution("normal", (1.0, 2.0)),
    Distribution("beta", (31.0, 14.0)),
    Distribution("gamma", (4.0, 3.0)),
    Distribution("uniform", (2.0, 3.0)),
    Distribution("pert", (3.0, 9.0, 18.0)),
    Distribution("point", (0.0,)),
    *fit_dirichlet([12, 0, 5, 3]),
    Distribution("normal", (0.0, 1.0)),
    Distribution("normal", (0.0, 1.0)),
]
ELEMENTS = [Element(f"x{i}", i, law) for i, law in enumerate(LAWS)]
ROWS = np.random.default_rng(1).standard_normal((700, 2))
FACTOR = lower_factor([Pair(0, 1, 0.6), Pair(1, 2, -0.4), Pair(0, 2, 0.1)], size=3)
JOINTS = [
    Joint("copula", (2, 0, 4), FACTOR),
    Joint("dirichlet", (6, 7, 8, 9), np.array([12.0, 0.0, 5.0, 3.0])),
    Joint("rows", (10, 11), ROWS),
]


def _sampler(design, *, joints=(), elements=ELEMENTS, draws=2048, randomisations=3, seed=11):
    return Sampler(elements, joints, design=design, seed=seed, draws_each=draws, randomisations=randomisations)


def _all(sampler):
    blocks = [sampler.block(r, 0, sampler.draws_each) for r in range(sampler.randomisations)]
    return np.concatenate(blocks, axis=1)


GOLDEN_ELEMENTS = [
    PlanElement("effect[befriending]", 0, Distribution("uniform", (2.0, 3.0)), 2.5),
    PlanElement("cost", 1, Distribution("triangular", (0.0, 1.0, 4.0)), 5 / 3),
    PlanElement("hold", 4, Distribution("beta", (1.0, 1.0)), 0.5),
    PlanElement("n", 2, Distribution("normal", (1.0, 2.0)), 1.0),
]
GOLDEN = {
    "sobol": (
        "1b46bc30ae95d48e4976c168253c3a452edfb36a608b1ec71bd588a15bf7e687",
        "bedf20f1e15739f5240c0d6fa85bfa1daabf00e0c79971849e77c68c16570eb7",
        "0x1.6737b071305e4p+2",
    ),
    "random": (
        "9927be71440bf2b2b3b23210885d3875d32670ea5b8bffed967cfcf7bc81f08f",
        "4d4773e821e44d4c19f670f7579ed980c5251d9525a2b362a3cacc8f15e0f247",
        "-0x1.c3cc8f3070ceap+0",
    ),
}


def _digest(numbers):
    return hashlib.sha256(np.ascontiguousarray(numbers, dtype="<f8").tobytes()).hexdigest()


@pytest.mark.parametrize("design", ["sobol", "random"])
def test_draws_without_joints_are_those_of_the_first_version(design):
    """Digests taken before joints existed, of what arithmetic alone decides (uniforms; laws without exp or log)."""
    sampler = Sampler(GOLDEN_ELEMENTS, design=design, seed=7, draws_each=2048, randomisations=2)
    uniforms, draws, normal = GOLDEN[design]
    assert _digest(sampler.uniforms(1, 512, 1024)) == uniforms
    block = sampler.block(1, 512, 1024)
    assert _digest(block[:3]) == draws
    # The normal score is a library's, good to the last digit or two on any machine.
    assert block[3, 100] == pytest.approx(float.fromhex(normal), rel=1e-14)


@pytest.mark.parametrize("design", DESIGNS)
def test_blocks_have_the_same_bits_however_cut(design):
    sampler = _sampler(design, joints=JOINTS)
    whole = sampler.block(2, 0, 2048)
    assert whole.flags.c_contiguous
    for start, count in ((0, 512), (512, 512), (512, 1536), (1024, 1024)):
        assert np.array_equal(sampler.block(2, start, count), whole[:, start : start + count])
    places = [(r, start) for r in range(3) for start in range(0, 2048, 512)]
    alone = [sampler.block(r, start, 512) for r, start in places]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda place: sampler.block(*place, 512), places))
    assert all(np.array_equal(a, b) for a, b in zip(alone, together, strict=True))


@pytest.mark.parametrize("design", DESIGNS)
def test_a_joint_changes_no_other_element(design):
    with_joints, without = _sampler(design, joints=JOINTS).block(1, 0, 512), _sampler(design).block(1, 0, 512)
    for index in (1, 3, 5):
        assert np.array_equal(with_joints[index], without[index])
    # The first of a copula keeps its own draws too, bit for bit; the others do not.
    assert np.array_equal(with_joints[2], without[2])
    assert not np.array_equal(with_joints[0], without[0])


@pytest.mark.parametrize("design", DESIGNS)
def test_r16_the_copula_keeps_each_law_and_has_the_rank_correlations(design):
    """Kolmogorov-Smirnov at 1e-6 for 3 laws; Spearman's error is below 1 / sqrt(n), 5 of them 6e-7 each: 5e-6 in all.

    Quasi-random points are more even than random ones, so that for them chance is smaller still.
    """
    draws = _all(_sampler(design, joints=JOINTS, draws=4096, randomisations=4))[[2, 0, 4]]
    for row, law in zip(draws, (LAWS[2], LAWS[0], LAWS[4]), strict=True):
        assert stats.kstest(quantile.cdf(law, row), "uniform").pvalue > 1e-6
    for (i, j), rank in {(0, 1): 0.6, (1, 2): -0.4, (0, 2): 0.1}.items():
        assert stats.spearmanr(draws[i], draws[j]).statistic == pytest.approx(rank, abs=5 / 128)


def test_scores_by_hand():
    u = np.array([[0.1, 0.5, 1 - 2.0**-53], [0.7, 0.5, 1 - 2.0**-53]])
    found = correlated(np.array([[1.0, 0.0], [0.6, 0.8]]))(u)
    assert np.array_equal(found[0], u[0])
    expected = stats.norm.cdf(0.6 * stats.norm.ppf(0.1) + 0.8 * stats.norm.ppf(0.7))
    assert found[1, 0] == pytest.approx(expected, rel=1e-14)
    assert found[1, 1] == 0.5
    # 1.4 times a score of 8.2 would round to 1: it stays inside.
    assert found[1, 2] == 1 - 2.0**-53


def test_correlation_of_one_gives_the_same_uniforms():
    u = np.random.default_rng(2).random((2, 1000))
    same, mirrored = (correlated(lower_factor([Pair(0, 1, r)], size=2))(u) for r in (1.0, -1.0))
    # Phi of a score and back: an ulp or two of the nearer tail.
    assert same[1] == pytest.approx(u[0], rel=1e-14)
    assert mirrored[1] == pytest.approx(1 - u[0], rel=1e-13)


@pytest.mark.parametrize("design", DESIGNS)
def test_shares_add_to_one_and_have_their_laws(design):
    """Marginals are Beta(a, total - a): KS at 1e-6 for three; covariances -a b / (n^2 (n + 1)) within 5 errors."""
    draws = _all(_sampler(design, joints=JOINTS, draws=4096, randomisations=4))[6:10]
    assert np.abs(draws.sum(axis=0) - 1.0).max() < 4 * 2.0**-52
    assert (draws >= 0.0).all()
    assert (draws[1] == 0.0).all()
    counts = np.array([12.0, 0.0, 5.0, 3.0])
    for row in (0, 2, 3):
        assert stats.kstest(draws[row], stats.beta(counts[row], 20 - counts[row]).cdf).pvalue > 1e-6
    for i, j in ((0, 2), (2, 3)):
        products = (draws[i] - counts[i] / 20) * (draws[j] - counts[j] / 20)
        error = products.std() / math.sqrt(products.size)
        assert products.mean() == pytest.approx(-counts[i] * counts[j] / (400 * 21), abs=5 * error)


def _shares(counts, u):
    prepared = sticks(np.array(counts))
    laws = [(row, law) for row, law in enumerate(prepared.parts) if law is not None]
    parts = u.copy()
    for row, law in laws:
        parts[row] = quantile.ppf(law, u[row])
    return prepared.broken(parts)


def test_sticks_by_hand():
    # Beta(1, 1) is the uniform itself: shares u, then (1 - u) v with Beta(1, 0) taking all that is left.
    found = _shares([1.0, 1.0], np.array([[0.25, 0.8], [0.5, 0.9]]))
    assert found == pytest.approx(np.array([[0.25, 0.8], [0.75, 0.2]]), rel=1e-15)
    # A label without observations has exactly nothing, wherever it stands; a lone one has all.
    u = np.random.default_rng(1).random((4, 50))
    ends = _shares([0.0, 2.0, 3.0, 0.0], u)
    assert (ends[[0, 3]] == 0.0).all()
    assert np.array_equal(ends[1] + ends[2], np.ones(50))
    lone = _shares([0.0, 2.0, 0.0, 0.0], u)
    assert np.array_equal(lone[1], np.ones(50))


@pytest.mark.parametrize("design", DESIGNS)
def test_r10_a_row_is_picked_by_the_first_uniform(design):
    sampler = _sampler(design, joints=JOINTS)
    u, draws = sampler.uniforms(1, 512, 512)[10], sampler.block(1, 512, 512)[10:12]
    assert np.array_equal(draws.T, ROWS[np.floor(u * 700).astype(int)])


@pytest.mark.parametrize("design", DESIGNS)
def test_r10_a_picker_picks_the_rows_that_its_element_picked(design):
    joints = [Joint("rows", (10, 11), ROWS), Joint("rows", (0, 1), ROWS[:300])]
    whole = _sampler(design, joints=joints).block(1, 512, 1024)
    # Without x10, the first of its joint: x11 takes its place among the elements.
    joints[0] = Joint("rows", (10,), ROWS[:, 1:], RowSelector("x10", 10))
    sampler = _sampler(design, joints=joints, elements=[*ELEMENTS[:10], ELEMENTS[11]])
    found = sampler.block(1, 512, 1024)
    assert found.flags.c_contiguous
    assert np.array_equal(found, np.delete(whole, 10, axis=0))
    assert sampler.uniforms(1, 512, 1024).shape == (11, 1024)
    # Without x0 too: each joint picks by its own.
    joints = [
        Joint("rows", (9,), ROWS[:, 1:], RowSelector("x10", 10)),
        Joint("rows", (0,), ROWS[:300, 1:], RowSelector("x0", 0)),
    ]
    found = _sampler(design, joints=joints, elements=[*ELEMENTS[1:10], ELEMENTS[11]]).block(1, 512, 1024)
    assert np.array_equal(found, np.delete(whole, [0, 10], axis=0))


@pytest.mark.parametrize("design", DESIGNS)
def test_a_stream_names_the_draws_in_place_of_the_name(design):
    elements = [Element("x0", 40, LAWS[0], "x0 apart"), *ELEMENTS[1:3]]
    found = _sampler(design, elements=elements).block(1, 0, 512)
    named = _sampler(design, elements=[Element("x0 apart", 40, LAWS[0]), *ELEMENTS[1:3]]).block(1, 0, 512)
    assert np.array_equal(found, named)
    assert not np.array_equal(found[0], _sampler(design).block(1, 0, 512)[0])


def test_rows_are_equally_likely():
    """Chi-squared of 16,384 random picks over 700 rows, 699 degrees: beyond its quantile by chance 1e-6."""
    draws = _all(_sampler("random", joints=JOINTS, draws=4096, randomisations=4))[10]
    counts = np.unique(draws, return_counts=True)[1]
    assert counts.size == 700
    assert stats.chisquare(counts).pvalue > 1e-6


def test_the_last_uniform_picks_the_last_row():
    law = fit_empirical([(1, float(i)) for i in range(3)]).distribution
    sampler = _sampler("random", joints=[Joint("rows", (0,), np.arange(3.0)[:, None])], elements=[Element("a", 0, law)])
    u, draws = sampler.uniforms(0, 0, 2048)[0], sampler.block(0, 0, 2048)[0]
    assert np.array_equal(draws, np.minimum(np.floor(3 * u), 2))


REFUSED = [
    ([Joint("copula", (0, 12), np.eye(2))], "names element 12"),
    ([Joint("copula", (0, 1), np.eye(2)), Joint("rows", (1,), np.zeros((4, 1)))], "already in a joint"),
    ([Joint("copula", (0, 0), np.eye(2))], "already in a joint"),
    ([Joint("copula", (0, 1), np.eye(3))], "has shape"),
    ([Joint("copula", (0, 1), np.array([[1.0, 0.0], [0.6, 0.9]]))], "rows of length 1"),
    ([Joint("copula", (0, 1), np.array([[0.8, 0.6], [0.0, 1.0]]))], "lower factor"),
    ([Joint("dirichlet", (0, 1), np.array([1.0, -1.0]))], "must not be negative"),
    ([Joint("dirichlet", (0, 1), np.array([0.0, 0.0]))], "nor all 0"),
    ([Joint("dirichlet", (0, 1), np.ones(3))], "has shape"),
    ([Joint("rows", (0, 1), np.zeros((0, 2)))], "has shape"),
    ([Joint("rows", (0, 1), np.full((3, 2), np.nan))], "not all numbers"),
    ([Joint("copula", (0, 1), FACTOR[:2, :2], RowSelector("p", 50))], "only rows are picked"),
    ([Joint("rows", (0, 1), ROWS, RowSelector("x3", 50))], "two elements have the stream 'x3'"),
    ([Joint("other", (0, 1), np.eye(2))], "no joint 'other'"),
]


@pytest.mark.parametrize(("joints", "words"), REFUSED)
def test_refusals(joints, words):
    with pytest.raises(ValueError, match=words):
        _sampler("random", joints=joints)
