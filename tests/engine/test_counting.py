"""Counts and moments take memory by the spread of the draws: not by their number, nor by that of the workers."""

from __future__ import annotations

import gc
import mmap
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from engine_plans import Given
from packed_plans import collect, direct, tree

from wellbeva.engine.lanes import LANE
from wellbeva.engine.reductions import histogram as counting
from wellbeva.engine.reductions.histogram import PAGE, Histogram, bins
from wellbeva.engine.reductions.leaves import histogram_buffers
from wellbeva.engine.reductions.leaves.comparison_kernels import rank as rank_by_kernel
from wellbeva.engine.reductions.leaves.numpy_leaves import rank as rank_by_numpy
from wellbeva.engine.reductions.moments import MomentNode, join_left
from wellbeva.engine.reductions.replicates import Layout

CHANCES = np.array([0.0, 0.001, 0.025, 0.5, 0.9, 1.0])


def plain(number, cells):
    """Return the counts of bins by cell and bin."""
    return [dict(zip(*np.unique(row, return_counts=True), strict=True)) for row in number[:cells]]


def held(histogram):
    """Return what a histogram holds, in the same form."""
    found = [{} for _ in range(histogram.cells)]
    cell, page = np.nonzero(histogram._table != counting._NONE)
    for one, first, counts in zip(
        cell, (page + histogram._first) * PAGE, histogram._pages(histogram._table[cell, page]), strict=True
    ):
        found[one] |= {first + place: counts[place] for place in np.flatnonzero(counts)}
    return found


@pytest.mark.parametrize("draws", [1, 200, 255, 256, 5000])
def test_pages_in_bytes_hold_what_pages_in_words_hold(draws):
    rng = np.random.default_rng(draws)
    x = np.stack([rng.normal(size=4 * draws), rng.lognormal(0, 3, 4 * draws), np.full(4 * draws, 0.3)])
    number = bins(x.view(np.int64))
    mine, other = Histogram(3), Histogram(3)
    cell = np.repeat(np.arange(3), draws)
    mine.add_at(cell, number[:, :draws].ravel())
    mine.add(number[:, draws : 2 * draws])
    mine.add_at(cell, number[:, 2 * draws : 3 * draws].ravel())
    other.add_at(cell, number[:, 3 * draws :].ravel())
    mine.merge(other)
    whole = Histogram(3)
    whole.add(number)
    assert held(mine) == held(whole) == plain(number, 3)
    assert mine.total == whole.total == 12 * draws
    for one, two in zip(mine.quantiles(CHANCES), whole.quantiles(CHANCES), strict=True):
        assert one.tobytes() == two.tobytes()


def test_tails_are_counted_in_bytes_and_the_rest_in_half_words():
    rng = np.random.default_rng(1)
    mine = Histogram(20)
    for _ in range(50):
        mine.add_at(np.repeat(np.arange(20), 1000), bins(rng.normal(size=20_000).view(np.int64)))
    assert mine._bytes_used > mine._used > 0
    assert mine._bytes[: mine._bytes_used].sum(axis=1).max() <= 255
    assert mine._counts.dtype == np.uint32


def test_counts_that_half_words_cannot_hold_move_to_words():
    mine = Histogram(1)
    counts = np.zeros((1, PAGE), dtype=np.uint32)
    counts[0, 3] = 2**32 - 2
    for _ in range(3):
        mine.add_pages(np.array([0]), np.array([9]), counts)
    mine.add(np.array([[9 * PAGE + 3]]))
    assert mine._counts.dtype == np.int64
    assert held(mine) == [{9 * PAGE + 3: 3 * (2**32 - 2) + 1}]


@pytest.mark.parametrize("cells", [1, 5, 63, 300])
def test_workers_that_share_windows_count_each_draw_once(cells, monkeypatch):
    monkeypatch.setattr(histogram_buffers, "STRAYS", 1024)
    rows, whole = np.arange(0, 2 * cells, 2), Histogram(cells)
    mine = histogram_buffers.HistogramSet(rows)
    packs = [np.random.default_rng(one).normal(0.5, 1 + one, (2, 2 * cells, LANE)) for one in range(12)]
    sizes, still = np.array([LANE, 100]), np.zeros((2, 2 * cells), dtype=bool)
    still[:, 0] = True
    for y in packs:
        y[:, 0] = y[:1, 0, :1]

    def work(mine_now):
        turn = mine.turn()
        for y in mine_now:
            turn.add(y.view(np.int64), sizes, still)
        return turn

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, (packs[one::6] for one in range(6))))
    assert len(mine._windows) == (2 if cells == 300 else 6)
    for y in packs:
        for lane, size in enumerate(sizes):
            whole.add(bins(y[lane, rows, :size].view(np.int64)))
    for one, two in zip(mine.quantiles(CHANCES), whole.quantiles(CHANCES), strict=True):
        assert one.tobytes() == two.tobytes()
    assert sum(total.total for total in mine._totals) == whole.total


def test_a_busy_group_waits_until_the_others_are_counted():
    rows = np.arange(2 * histogram_buffers.GROUP)
    mine = histogram_buffers.HistogramSet(rows)
    turn = mine.turn()
    first, last = turn._groups
    y = np.random.default_rng(1).normal(size=(1, len(rows), LANE))
    sizes, still = np.array([LANE]), np.zeros((1, len(rows)), dtype=bool)
    with first._busy, ThreadPoolExecutor(1) as pool:
        done = pool.submit(turn.add, y.view(np.int64), sizes, still)
        while not last._seen:
            assert not done.done()
        assert first._seen == 0
        first._busy.release()
        done.result()
        first._busy.acquire()
    assert first._seen == last._seen == LANE


def test_a_window_that_is_widened_takes_its_counts_along(monkeypatch):
    monkeypatch.setattr(histogram_buffers, "STRAYS", 1024)
    mine = histogram_buffers.HistogramSet(np.array([0]))
    turn = mine.turn()
    sizes, still = np.array([LANE]), np.zeros((1, 1), dtype=bool)
    rng, whole = np.random.default_rng(2), Histogram(1)
    for mean in (3.0, *[1e4] * 9):
        y = rng.normal(mean, mean / 30, (1, 1, LANE))
        turn.add(y.view(np.int64), sizes, still)
        whole.add(bins(y[0].view(np.int64)))
    (own,) = mine._windows[0]
    # the first slot counts what lay outside, which is written down as well
    assert own._seen == 10 * LANE
    assert int(own._pool[1:].sum()) + int(own._bytes[1:].sum()) + mine._totals[0].total + own._strays == 10 * LANE
    assert mine._totals[0].total < 5 * LANE
    assert mine.quantiles(CHANCES)[0].tobytes() == whole.quantiles(CHANCES)[0].tobytes()


def test_bytes_that_run_over_are_carried():
    mine = histogram_buffers.HistogramSet(np.array([0, 1]))
    turn = mine.turn()
    rng, whole = np.random.default_rng(6), Histogram(2)
    for _ in range(6):
        # a few bins, each in more than 256 of the draws
        y = np.stack([rng.choice([3.0, 5.0, -4.0], (2, LANE)), np.full((2, LANE), 0.3)], axis=1)
        turn.add(y.view(np.int64), np.array([LANE, LANE]), np.array([[False, False], [False, True]]))
        for one in y:
            whole.add(bins(one.view(np.int64)))
    (own,) = mine._windows[0]
    assert 0 < int(own._pool.sum()) < 12 * LANE * 2
    assert int(own._pool.sum()) + int(own._bytes.sum()) == 12 * LANE * 2
    assert mine.quantiles(CHANCES)[0].tobytes() == whole.quantiles(CHANCES)[0].tobytes()
    assert [held(one) for one in mine._totals] == [held(whole)]


def test_memory_that_cannot_be_had_is_told_as_such(monkeypatch):
    def full(*_, **__):
        raise OSError(12, "Cannot allocate memory")

    monkeypatch.setattr(mmap, "mmap", full)
    with pytest.raises(MemoryError):
        counting.zeros_mmap(2**20, np.uint32)


@pytest.mark.parametrize("count", range(1, 40))
def test_neighbours_joined_as_they_come_make_the_same_tree(count):
    rng = np.random.default_rng(count)
    nodes = [MomentNode(int(rng.integers(0, 600)), rng.normal(size=5), rng.random(5)) for _ in range(count)]
    stack = []
    for number, node in enumerate(nodes, start=1):
        stack.append(node)
        while number % 2 == 0:
            last = stack.pop()
            stack[-1] = tree([stack[-1], last])
            number //= 2  # noqa: PLW2901
    one, two = join_left(stack), tree(nodes)
    assert one.count == two.count
    assert (one.mean.tobytes(), one.m2.tobytes()) == (two.mean.tobytes(), two.m2.tobytes())
    assert len(stack) == count.bit_count()


@pytest.mark.parametrize("packed", [True, False])
def test_of_many_chunks_few_parts_are_held(packed, monkeypatch):
    monkeypatch.setattr("wellbeva.engine.reductions.chunk.CHUNK", LANE)
    layout = Layout.design(LANE)
    found = collect(direct(1), Given(np.ones((16, 3, LANE))), layout, packed=packed)
    part = found._parts[0][0]
    for _ in range(12):
        found._join(found.chunk(part.stretch, 0, threading.Event()))
    assert len(found._parts[0]) == 3
    assert sum(one.count for one in found._parts[0]) == 13 * LANE
    assert found.moments()["gain"].count[0] == 13 * LANE


def test_the_counts_of_a_run_go_with_it():
    found = collect(direct(1), Given(np.ones((16, 3, LANE))), Layout.design(LANE), packed=True)
    gc.disable()
    try:
        gone = weakref.ref(found.reducer)
        del found
        assert gone() is None
    finally:
        gc.enable()


def ranks(effect, cost, score, *, compiled, several):
    """Return in how many draws each option is ahead of each other."""
    beats = np.zeros((len(effect), len(effect)), dtype=np.int32)
    if compiled:
        rank_by_kernel(effect, cost, score, effect.shape[1], several, beats)
    else:
        rank_by_numpy(effect, cost, score, beats, several=several)
    return beats


@pytest.mark.parametrize("choose", ["one", "several"])
@pytest.mark.parametrize("compiled", [False, True])
def test_options_that_lie_still_are_compared_once_and_counted_in_every_draw(choose, compiled):
    """Of 2,000 certain options each pair was compared in each draw: 100 s. 80 go in several steps and tiles."""
    random = np.random.default_rng(5)
    effect, cost = (random.integers(1, 5, (80, 300)).astype(float) for _ in range(2))
    effect[:70], cost[1:75] = effect[:70, :1], cost[1:75, :1]
    net = 2.0 * effect - cost
    if choose == "several":
        ahead = effect[:, None] * cost[None] > effect[None] * cost[:, None]
    else:
        ahead = net[:, None] > net[None]
    beats = ranks(effect, cost, net, compiled=compiled, several=choose == "several")
    assert (beats == ahead.sum(axis=2)).all()


@pytest.mark.parametrize("compiled", [False, True])
def test_an_offer_that_saves_money_is_ahead_of_one_with_a_cost_where_it_gains(compiled):
    """Draws: saver gains, other gains; saver gains, other loses more; saver loses, other gains."""
    effect, cost = np.array([[5.0, 5, -5], [6, -30, 6]]), np.array([[-2.0, -2, -2], [1, 1, 1]])
    beats = ranks(effect, cost, effect - cost, compiled=compiled, several=True)
    assert beats.tolist() == [[0, 2], [1, 0]]
