"""Moments, histograms, and the counts of the decision, against NumPy and brute force."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.packed_plans import tree
from wellbeva.engine.lanes import LANE
from wellbeva.engine.reductions.accumulator import PROBABILITIES, exact_quantiles
from wellbeva.engine.reductions.decision_counts import PARTS, SQUARES, TIES, DecisionCounts, shares_of_ties
from wellbeva.engine.reductions.histogram import Histogram, bins, ends
from wellbeva.engine.reductions.leaves import kernel_leaves, numpy_leaves
from wellbeva.engine.reductions.moments import MomentNode
from wellbeva.engine.targets import copy_rows
from wellbeva.language import ir
from wellbeva.plan.plan import Decision

CHANCES = np.array(PROBABILITIES)


LEAVES = pytest.mark.parametrize("leaves", [numpy_leaves, kernel_leaves], ids=["numpy", "kernels"])


def packed(leaves, x):
    """Lay out draws, array (row, draw), as whole lanes; say how many of each count."""
    lanes = -(-x.shape[1] // LANE)
    pack, whole = leaves.pack(lanes, len(x)), np.zeros((len(x), lanes * LANE))
    whole[:, : x.shape[1]] = x
    copy_rows(whole, pack)
    return pack, np.minimum(LANE, x.shape[1] - LANE * np.arange(lanes))


def lanes(leaves, x):
    y, sizes = packed(leaves, x)
    mean, m2 = np.zeros((2, len(sizes), len(x)))
    leaves.moments(y, np.arange(len(x)), sizes, mean, m2, np.zeros(y.shape[:2], bool), np.zeros(len(sizes), bool))
    return mean, m2, sizes


def moments(leaves, x):
    mean, m2, sizes = lanes(leaves, x)
    return MomentNode(leaves.join_lanes(mean, m2, sizes), mean[0], m2[0])


@LEAVES
@pytest.mark.parametrize("count", [1, 2, 3, 7, 128])
def test_moments_are_those_of_numpy(leaves, count):
    x = np.random.default_rng(count).normal(1000.0, 1.0, (3, count * LANE))
    found = moments(leaves, x)
    assert found.count == count * LANE
    # mean of n numbers near 1000: the pairwise tree rounds log2(n) times
    np.testing.assert_allclose(found.mean, x.mean(axis=1), rtol=32 * np.finfo(float).eps)
    np.testing.assert_allclose(found.m2, ((x - x.mean(axis=1, keepdims=True)) ** 2).sum(axis=1), rtol=1e-12)


def test_lanes_are_added_up_in_the_order_that_is_written_down():
    """One number after the other: four runs of 128, in each eight sums of every eighth, joined in pairs."""
    x = np.random.default_rng(3).normal(size=LANE)
    sums = [0.0] * 32
    for place, one in enumerate(x.tolist()):
        run, column = place // 128, place % 8
        sums[8 * run + column] = one if place % 128 < 8 else sums[8 * run + column] + one
    while len(sums) > 1:
        sums = [left + right for left, right in zip(sums[::2], sums[1::2], strict=True)]
    assert numpy_leaves.total(x[None])[0] == sums[0]


@LEAVES
def test_a_large_mean_costs_no_digits_of_the_spread(leaves):
    x = 1e9 + np.tile([0.0, 1.0], 4 * LANE // 2)[None]
    assert moments(leaves, x).m2[0] == pytest.approx(4 * LANE / 4, rel=1e-12)


@LEAVES
def test_what_never_varies_has_no_spread_at_all(leaves):
    found = moments(leaves, np.full((1, 5 * LANE), 0.1))
    assert found.mean[0] == 0.1
    assert found.m2[0] == 0


@LEAVES
def test_the_tree_is_the_same_however_lanes_were_gathered(leaves):
    x = np.random.default_rng(0).normal(size=(2, 11 * LANE))
    whole = moments(leaves, x)
    for size in (1, 2, 5, 11):
        pairs = [lanes(leaves, x[:, start : start + size * LANE]) for start in range(0, x.shape[1], size * LANE)]
        nodes = [MomentNode(LANE, *one) for mean, m2, _ in pairs for one in zip(mean, m2, strict=True)]
        joined = tree(nodes)
        assert joined.mean.tobytes() == whole.mean.tobytes()
        assert joined.m2.tobytes() == whole.m2.tobytes()


finite = st.floats(allow_nan=False, allow_infinity=False)


@settings(deadline=None)
@given(st.lists(finite, min_size=1, max_size=50))
def test_a_bin_holds_its_values_and_bins_rise(values):
    x = np.array(values)
    number = bins(x.view(np.int64))
    low, high = ends(number)
    assert ((low <= x) & (x <= high)).all()
    near = np.abs(x) >= 2.0**-100
    width = (high - low)[near] if np.isfinite(high - low).all() else np.zeros(near.sum())
    assert (width <= np.abs(x)[near] / 1024 * (1 + 1e-12)).all()
    order = np.argsort(x)
    assert (np.diff(number[order]) >= 0).all()


@pytest.mark.parametrize("seed", range(4))
def test_quantiles_agree_with_numpy_within_their_resolution(seed):
    rng = np.random.default_rng(seed)
    x = np.stack(
        [
            rng.normal(0.3, 1.0, 3000),
            rng.lognormal(5, 2, 3000),
            np.where(rng.random(3000) < 0.4, 0.0, rng.normal(size=3000)),
            np.round(rng.normal(size=3000)),
        ]
    )
    held = Histogram(4)
    for start in range(0, 3000, 1000):
        held.add(bins(x[:, start : start + 1000].view(np.int64)))
    values, resolution = held.quantiles(CHANCES)
    exact = np.quantile(x, CHANCES, axis=1)
    assert (np.abs(values - exact) <= resolution / 2 + 1e-15).all()
    assert (resolution <= np.maximum(np.abs(exact), np.abs(values)) * 1.001 / 1000 + 2.0**-98).all()
    np.testing.assert_allclose(exact_quantiles(x, CHANCES), exact, rtol=1e-14, atol=1e-15)


def decision(choose, *, options=4, comparator=0):
    zero = ir.Const(value=0.0)
    return Decision(
        effect=zero,
        cost=zero,
        levels=("low", "high"),
        values=(1.0, 3.0),
        central=1,
        options=tuple("abcdef"[:options]),
        rows=tuple(range(options)),
        comparator=comparator,
        choose=choose,
        thresholds=(0.0, 1.0, 3.0),
    )


def count(leaves, made, effect, cost):
    """Return the counts of draws, arrays (option, draw), and the mean of the highest net benefit of each lane."""
    (e, sizes), (c, _) = packed(leaves, effect), packed(leaves, cost)
    counts, height = DecisionCounts(made), (len(made.values) + 1) * len(effect)
    mean, m2 = np.zeros((2, len(sizes), height + 3))
    derived = leaves.pack(len(sizes), height)
    leaves.compare(e, c, c, sizes, made, counts, derived, mean, m2, 0, np.zeros(derived.shape[:2], bool))
    if made.choose == "one":
        leaves.decide(e, c, sizes, np.array(made.thresholds), counts, mean, height)
    return counts, mean[:, height:]


@LEAVES
@pytest.mark.parametrize(("choose", "comparator"), [("one", 0), ("one", 2), ("several", -1)])
def test_counts_are_those_of_brute_force(leaves, choose, comparator):
    rng = np.random.default_rng(1)
    # small whole numbers, so that ties of two, three and four options happen
    effect, cost = rng.integers(0, 3, (4, 400)).astype(float), rng.integers(0, 3, (4, 400)).astype(float)
    made = decision(choose, comparator=comparator)
    counts, first = count(leaves, made, effect[:, :100], cost[:, :100])
    other, second = count(leaves, made, effect[:, 100:], cost[:, 100:])
    counts.merge(other)
    highest = np.array(made.thresholds)[:, None, None] * effect - cost
    if choose == "one":
        expected = [some.max(axis=1).mean(axis=1) for some in (highest[..., :100], highest[..., 100:])]
        np.testing.assert_allclose([first[0], second[0]], expected, rtol=1e-14)
    best = np.zeros((3, 4, 4), dtype=int)
    no_benefit, worth, beats = np.zeros(4, int), np.zeros((2, 4), int), np.zeros((4, 4), int)
    for draw in range(400):
        e, c = effect[:, draw], cost[:, draw]
        e0, c0 = (e[comparator], c[comparator]) if comparator >= 0 else (0, 0)
        for row, threshold in enumerate(made.thresholds):
            benefit = threshold * e - c
            winners = [k for k in range(4) if benefit[k] == max(benefit)]
            for k in winners:
                best[row, k, len(winners) - 1] += 1
        for k in range(4):
            no_benefit[k] += e[k] - e0 <= 0
            for level, value in enumerate(made.values):
                worth[level, k] += (value * e[k] - c[k]) - (value * e0 - c0) > 0
            for j in range(4):
                if choose == "one" or max(c[k], c[j]) <= 0:  # R53: of two that cost nothing the net benefit decides
                    beats[k, j] += 3 * e[k] - c[k] > 3 * e[j] - c[j]
                else:
                    beats[k, j] += e[k] * c[j] > e[j] * c[k]
    if choose == "one":
        assert best[:, :, 1:].sum() > 0
        assert (counts.best == best).all()
        # shares of ties add up to one draw each
        assert (counts.best / np.arange(1, 5)).sum(axis=(1, 2)) == pytest.approx([400] * 3)
    else:
        assert counts.best.shape == (0, 4, 1)
    assert (counts.no_benefit == no_benefit).all()
    assert (counts.worth_it == worth).all()
    assert (counts.beats == beats).all()


@LEAVES
@pytest.mark.parametrize("options", [TIES, TIES + 1, 40])
def test_ties_of_many_are_shared_in_any_order(leaves, options):
    """All options tie in 300 draws, three of them in the others; each has its share, however the draws are cut."""
    made = replace(
        decision("one"), options=tuple(map(str, range(options))), rows=tuple(range(options)), thresholds=(1.0,)
    )
    effect = np.zeros((options, 512))
    effect[:3, 300:] = 1.0
    whole, halves = count(leaves, made, effect, np.zeros_like(effect))[0], DecisionCounts(made)
    for part in (slice(0, 100), slice(100, 512)):
        halves.merge(count(leaves, made, effect[:, part], np.zeros_like(effect[:, part]))[0])
    assert np.array_equal(whole.best, halves.best)
    assert whole.best.shape[-1] == (options if options <= TIES else TIES + 2)
    shares, squares = shares_of_ties(whole.best.shape[-1])
    expected = np.where(np.arange(options) < 3, 300 / options + 212 / 3, 300 / options)
    np.testing.assert_allclose((whole.best[0] * shares).sum(axis=-1), expected, rtol=options / PARTS + 1e-15)
    expected = np.where(np.arange(options) < 3, 300 / options**2 + 212 / 9, 300 / options**2)
    np.testing.assert_allclose((whole.best[0] * squares).sum(axis=-1), expected, rtol=options**2 / SQUARES + 1e-15)
