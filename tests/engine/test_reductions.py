"""Moments, histograms, and the counts of the decision, against NumPy and brute force."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wellbeva.engine.lanes import LANE
from wellbeva.engine.reductions.accumulator import PROBABILITIES, exact_quantiles
from wellbeva.engine.reductions.decision_counts import PARTS, SQUARES, TIES, DecisionCounts, shares_of_ties
from wellbeva.engine.reductions.histogram import Histogram, bins, ends
from wellbeva.engine.reductions.moments import MomentNode, lane_tree, lanes, tree
from wellbeva.language import ir
from wellbeva.plan.plan import Decision

CHANCES = np.array(PROBABILITIES)


def moments(x):
    return lane_tree(*lanes(x))


@pytest.mark.parametrize("count", [1, 2, 3, 7, 128])
def test_moments_are_those_of_numpy(count):
    x = np.random.default_rng(count).normal(1000.0, 1.0, (3, count * LANE))
    found = moments(x)
    assert found.count == count * LANE
    # mean of n numbers near 1000: the pairwise tree rounds log2(n) times
    np.testing.assert_allclose(found.mean, x.mean(axis=1), rtol=32 * np.finfo(float).eps)
    np.testing.assert_allclose(found.m2, ((x - x.mean(axis=1, keepdims=True)) ** 2).sum(axis=1), rtol=1e-12)


def test_a_large_mean_costs_no_digits_of_the_spread():
    x = 1e9 + np.tile([0.0, 1.0], 4 * LANE // 2)[None]
    assert moments(x).m2[0] == pytest.approx(4 * LANE / 4, rel=1e-12)


def test_what_never_varies_has_no_spread_at_all():
    found = moments(np.full((1, 5 * LANE), 0.1))
    assert found.mean[0] == 0.1
    assert found.m2[0] == 0


def test_the_tree_is_the_same_however_lanes_were_gathered():
    x = np.random.default_rng(0).normal(size=(2, 11 * LANE))
    whole = moments(x)
    for size in (1, 2, 5):
        pairs = [lanes(x[:, start : start + size * LANE]) for start in range(0, x.shape[1], size * LANE)]
        parts = lane_tree(np.concatenate([mean for mean, _ in pairs]), np.concatenate([m2 for _, m2 in pairs]))
        assert whole.mean.tobytes() == parts.mean.tobytes()
        assert whole.m2.tobytes() == parts.m2.tobytes()
    means, squares = lanes(x)
    joined = tree([MomentNode(LANE, mean, m2) for mean, m2 in zip(means, squares, strict=True)])
    assert joined.mean.tobytes() == whole.mean.tobytes()
    assert joined.m2.tobytes() == whole.m2.tobytes()


finite = st.floats(allow_nan=False, allow_infinity=False)


@settings(deadline=None)
@given(st.lists(finite, min_size=1, max_size=50))
def test_a_bin_holds_its_values_and_bins_rise(values):
    x = np.array(values)
    number = bins(x)
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
        held.add(bins(x[:, start : start + 1000]))
    values, resolution = held.quantiles(CHANCES)
    exact = np.quantile(x, CHANCES, axis=1)
    assert (np.abs(values - exact) <= resolution / 2 + 1e-15).all()
    assert (resolution <= np.maximum(np.abs(exact), np.abs(values)) * 1.001 / 1000 + 2.0**-98).all()
    np.testing.assert_allclose(exact_quantiles(x, CHANCES), exact, rtol=1e-14, atol=1e-15)


def test_histograms_merge_exactly():
    x = np.random.default_rng(5).normal(size=(2, 4000)) * [[1], [1e6]]
    whole, left, right = Histogram(2), Histogram(2), Histogram(2)
    whole.add(bins(x))
    left.add(bins(x[:, :1500]))
    right.add(bins(x[:, 1500:]))
    left.merge(right)
    assert left.total == whole.total == 8000
    assert (left.quantiles(CHANCES)[0] == whole.quantiles(CHANCES)[0]).all()
    empty = Histogram(2)
    empty.merge(left)
    assert (empty.quantiles(CHANCES)[0] == whole.quantiles(CHANCES)[0]).all()


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


@pytest.mark.parametrize(("choose", "comparator"), [("one", 0), ("one", 2), ("several", -1)])
def test_counts_are_those_of_brute_force(choose, comparator):
    rng = np.random.default_rng(1)
    # small whole numbers, so that ties of two, three and four options happen
    effect, cost = rng.integers(0, 3, (4, 400)).astype(float), rng.integers(0, 3, (4, 400)).astype(float)
    made = decision(choose, comparator=comparator)
    counts = DecisionCounts(made)
    first = counts.add(effect[:, :100], cost[:, :100])
    other = DecisionCounts(made)
    second = other.add(effect[:, 100:], cost[:, 100:])
    counts.merge(other)
    highest = np.concatenate([first, second], axis=1)
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
            if choose == "one":
                assert highest[row, draw] == max(benefit)
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


@pytest.mark.parametrize("options", [TIES, TIES + 1, 40])
def test_ties_of_many_are_shared_in_any_order(options):
    """All options tie in 300 draws, three of them in the others; each has its share, however the draws are cut."""
    made = replace(
        decision("one"), options=tuple(map(str, range(options))), rows=tuple(range(options)), thresholds=(1.0,)
    )
    effect = np.zeros((options, 512))
    effect[:3, 300:] = 1.0
    whole, halves = DecisionCounts(made), DecisionCounts(made)
    whole.add(effect, np.zeros_like(effect))
    for part in (slice(0, 100), slice(100, 512)):
        other = DecisionCounts(made)
        other.add(effect[:, part], np.zeros_like(effect[:, part]))
        halves.merge(other)
    assert np.array_equal(whole.best, halves.best)
    assert whole.best.shape[-1] == (options if options <= TIES else TIES + 2)
    shares, squares = shares_of_ties(whole.best.shape[-1])
    expected = np.where(np.arange(options) < 3, 300 / options + 212 / 3, 300 / options)
    np.testing.assert_allclose((whole.best[0] * shares).sum(axis=-1), expected, rtol=options / PARTS + 1e-15)
    expected = np.where(np.arange(options) < 3, 300 / options**2 + 212 / 9, 300 / options**2)
    np.testing.assert_allclose((whole.best[0] * squares).sum(axis=-1), expected, rtol=options**2 / SQUARES + 1e-15)
