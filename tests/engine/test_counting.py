"""Counts and moments take memory by the spread of the draws: not by their number, nor by that of the workers."""

from __future__ import annotations

import gc
import mmap
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from tests.engine.engine_plans import Given
from tests.engine.packed_plans import collect, direct, nasty, tree
from tests.tiers import thorough_after
from wellbeva.core.arrays import zeros_mmap
from wellbeva.engine.lanes import LANE
from wellbeva.engine.reductions import histogram as counting
from wellbeva.engine.reductions.histogram import PAGE, Histogram, bins
from wellbeva.engine.reductions.leaves import histogram_buffers
from wellbeva.engine.reductions.leaves.comparison_kernels import rank as rank_by_kernel
from wellbeva.engine.reductions.leaves.histogram_buffers import HistogramSet, RowHistogram, WorkerTurn
from wellbeva.engine.reductions.leaves.numpy_leaves import rank as rank_by_numpy
from wellbeva.engine.reductions.moments import MomentNode, join_left
from wellbeva.engine.reductions.replicates import Layout

CHANCES = np.array([0.0, 0.001, 0.025, 0.5, 0.9, 1.0])


def counted(number, dtype=np.uint32):
    """Return a histogram of draws by their bins, array (cell, draw)."""
    found = Histogram(len(number), dtype)
    found.add(number)
    return found


def alike(mine, other):
    """Whether two counts are the same, bin by bin, and have the same quantiles."""
    assert mine.total == other.total
    if mine.total:
        both = (map(np.concatenate, zip(*one.entries(), strict=True)) for one in (mine, other))
        for one, two in zip(*both, strict=True):
            np.testing.assert_array_equal(one, two)
    for one, two in zip(mine.quantiles(CHANCES), other.quantiles(CHANCES), strict=True):
        assert one.tobytes() == two.tobytes()


def upper_halves(y):
    """Return the halves of floats that tell their bins."""
    return (np.ascontiguousarray(y).view(np.int64) >> 32).astype(np.int32)


class Counter:
    """Packs counted by kernels, and the same draws counted by NumPy."""

    def __init__(self, cells):
        self.cells, self.mine, self.numbers = cells, RowHistogram(np.arange(cells)), []

    def add(self, y, sizes=None, still=None):
        sizes = np.full(len(y), LANE) if sizes is None else np.array(sizes)
        still = np.zeros(y.shape[:2], dtype=bool) if still is None else still
        self.mine.count(upper_halves(y), sizes, still)
        self.numbers += [bins(y[lane, :, :size].view(np.int64)) for lane, size in enumerate(sizes)]

    def check(self):
        alike(self.mine, counted(np.concatenate(self.numbers, axis=1)))


def filled(draws):
    return {
        "narrow": lambda rng: rng.normal(3, 0.5, draws),
        "across zero": lambda rng: rng.normal(0.3, 1, draws),
        "below": lambda rng: -rng.lognormal(0, 1, draws),
        "many zeros": lambda rng: np.where(rng.random(draws) < 0.5, 0.0, rng.normal(size=draws)),
        "zeros": lambda rng: np.zeros(draws),
        "few values": lambda rng: rng.choice([3.0, 5.0, -4.0], draws),
        "wide": lambda rng: rng.lognormal(0, 30, draws) * rng.choice([-1, 1], draws),
        "nasty": lambda rng: nasty(rng, draws),
    }


@pytest.mark.parametrize("short", [LANE, 300, 0])
@pytest.mark.parametrize("what", filled(1))
def test_kernels_count_what_numpy_counts(what, short):
    """In windows and beyond them, wherever the first draws fell, and where bytes run over."""
    rng, counter = np.random.default_rng(3), Counter(2)
    for scale in (1, 1, 1e-9, 1e3, 0, 1, 1e30, -1):
        counter.add(filled((2, 2, LANE))[what](rng) * scale, (LANE, short))
    counter.check()


def test_draws_that_are_all_the_same_are_counted_at_once():
    rng, counter = np.random.default_rng(6), Counter(3)
    for value in (0.3, 0.3, -0.0, 1e9):
        y = rng.choice([3.0, 5.0, -4.0], (2, 3, LANE))
        y[:, 1] = value
        counter.add(y, still=np.array([[False, True, False], [False, False, False]]))
    counter.check()


def test_windows_without_room_cost_no_count(monkeypatch):
    monkeypatch.setattr(histogram_buffers, "ROOM", 2)
    rng, counter = np.random.default_rng(9), Counter(1)
    for _ in range(50):
        counter.add(10.0 ** rng.uniform(-9, 9, (1, 1, LANE)))
    counter.check()


@pytest.mark.parametrize("draws", [1, 200, 255, 256, 5000])
def test_histograms_in_bytes_merge_exactly(draws):
    rng = np.random.default_rng(draws)
    x = np.stack([rng.normal(size=4 * draws), rng.lognormal(0, 3, 4 * draws), np.full(4 * draws, 0.3)])
    counters = [Counter(3), Counter(3)]
    for first in range(0, 4 * draws, LANE):
        some = np.zeros((1, 3, LANE))
        here = x[:, first : first + LANE]
        some[0, :, : here.shape[1]] = here
        counters[first // LANE % 2].add(some, (here.shape[1],))
    whole, other = (counter.mine for counter in counters)
    whole.merge(other)
    alike(whole, counted(bins(x.view(np.int64))))
    empty = RowHistogram(np.arange(3))
    empty.merge(whole)
    alike(empty, whole)


def test_counts_that_half_words_cannot_hold_move_to_words(monkeypatch):
    monkeypatch.setattr(counting, "_MOST", 1000)
    number = np.array([[9 * PAGE + 3] * 600])
    mine = counted(number)
    mine.counts[mine.counts > 0] = 2**32 - 2
    for _ in range(2):
        mine.add(number)
    assert mine.total == 2**32 - 2 + 1200


@pytest.mark.thorough
def test_memory_is_that_of_the_pages_in_which_draws_fall():
    """Draws of a cell across zero, a million: most pages lie in the tails and are held in bytes alone."""
    rng, counter = np.random.default_rng(1), Counter(1)
    for _ in range(60):
        counter.add(rng.normal(size=(32, 1, LANE)))
    held = int((counter.mine.counts.reshape(-1, PAGE).any(axis=1)).sum())
    assert 64 < held < 200
    assert counter.mine.used[1] < held / 2
    counter.check()


@pytest.mark.parametrize("cells", [1, 5, 63, 300])
def test_workers_that_share_histograms_count_each_draw_once(cells, monkeypatch):
    monkeypatch.setattr(histogram_buffers, "GROUP", 32)
    rows = np.arange(0, 2 * cells, 2)
    mine = HistogramSet(rows)
    packs = [np.random.default_rng(one).normal(0.5, 1 + one, (2, 2 * cells, LANE)) for one in range(12)]
    sizes, still = np.array([LANE, 100]), np.zeros((2, 2 * cells), dtype=bool)
    still[:, 0] = True
    for y in packs:
        y[:, 0] = y[:1, 0, :1]

    def work(mine_now):
        turn = mine.turn()
        for y in mine_now:
            turn.add(y.view(np.int64), sizes, still)
        turn.flush()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, (packs[one::6] for one in range(6))))
    numbers = [bins(y[lane, rows, :size].view(np.int64)) for y in packs for lane, size in enumerate(sizes)]
    whole = counted(np.concatenate(numbers, axis=1))
    for one, two in zip(mine.quantiles(CHANCES), whole.quantiles(CHANCES), strict=True):
        assert one.tobytes() == two.tobytes()


@pytest.mark.parametrize("waiting", [0, 3 * 4 * 7 * LANE, 2**25])
def test_draws_that_wait_are_counted_once_whatever_the_packs(waiting, monkeypatch):
    """Packs of other heights, of which some fill what waits to the brim and others run over it."""
    monkeypatch.setattr(histogram_buffers, "WAITING", waiting)
    rng, rows = np.random.default_rng(2), np.arange(7)
    mine, numbers = HistogramSet(rows), []
    turn = mine.turn()
    for lanes in (1, 1, 1, 2, 2, 5, 1, 3, 1):
        y, sizes = rng.normal(size=(lanes, 7, LANE)), rng.integers(0, LANE + 1, lanes)
        y[:, 3], still = 0.25, np.zeros((lanes, 7), dtype=bool)
        still[:, 3] = True
        numbers += [bins(one[:, :size].view(np.int64)) for one, size in zip(y.copy(), sizes, strict=True)]
        turn.add(y.view(np.int64), sizes, still)
        y[...] = np.nan  # the next pack is written over this one
    for _ in range(2):
        turn.flush()
    whole = counted(np.concatenate(numbers, axis=1))
    for one, two in zip(mine.quantiles(CHANCES), whole.quantiles(CHANCES), strict=True):
        assert one.tobytes() == two.tobytes()


def test_a_busy_group_waits_until_the_others_are_counted():
    rows = np.arange(128)
    groups = [RowHistogram(some) for some in np.array_split(rows, 2)]
    turn = WorkerTurn(groups)
    y = np.random.default_rng(1).normal(size=(1, len(rows), LANE))
    sizes, still = np.array([LANE]), np.zeros((1, len(rows)), dtype=bool)
    turn.add(y.view(np.int64), sizes, still)
    with groups[0].busy, ThreadPoolExecutor(1) as pool:
        done = pool.submit(turn.flush)
        while not groups[1].used[0]:
            assert not done.done()
        with groups[1].busy:
            assert groups[1].total == LANE * len(groups[1].rows)
        assert groups[0].total == 0
        groups[0].busy.release()
        done.result()
        groups[0].busy.acquire()
    assert groups[0].total == LANE * len(groups[0].rows)


def test_memory_that_cannot_be_had_is_told_as_such(monkeypatch):
    def full(*_, **__):
        raise OSError(12, "Cannot allocate memory")

    monkeypatch.setattr(mmap, "mmap", full)
    with pytest.raises(MemoryError):
        zeros_mmap(2**20, np.uint32)


@pytest.mark.parametrize("count", thorough_after(12, range(1, 40)))
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


@pytest.mark.thorough
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
