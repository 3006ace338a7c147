"""The kernels reduce packs to the bits that NumPy reduces blocks to."""

import dataclasses
import threading

import numpy as np
import pytest

from tests.engine.engine_plans import Given, Numbers, trajectory
from tests.engine.packed_plans import collect, direct, everything, nasty
from tests.tiers import thorough_after
from wellbeva.engine.lanes import LANE
from wellbeva.engine.reductions import chunk as chunks
from wellbeva.engine.reductions import kept_draws as keeping
from wellbeva.engine.reductions.decision_counts import TIES, shares_of_ties
from wellbeva.engine.reductions.leaves import moments_kernels, numpy_leaves
from wellbeva.engine.reductions.replicates import RANDOMISATIONS, Layout, Rows
from wellbeva.engine.refusal import NothingLeft, RefusedDraw

CHANCES = np.linspace(0, 1, 101)


def sizes_of(*sizes):
    return np.array(sizes, dtype=np.int64)


def alike(ours, theirs):
    assert ours.keys() == theirs.keys()
    assert [name for name, value in ours.items() if value != theirs[name]] == []


@pytest.mark.parametrize("size", [512, 511, 129, 8, 7, 1])
def test_moments_have_the_bits_of_numpy(size):
    rng = np.random.default_rng(size)
    y = np.stack([np.stack([nasty(rng, LANE), rng.normal(1e6, 1, LANE), np.full(LANE, 0.1)]) for _ in range(2)])
    rows, mean, m2 = np.array([0, 1, 2, 0]), np.zeros((2, 4)), np.zeros((2, 4))
    still, doubt = np.zeros((2, 3), dtype=bool), np.zeros(2, dtype=bool)
    assert not moments_kernels.moments(y, rows, sizes_of(size, LANE), mean, m2, still, doubt)
    for lane, counted in enumerate((size, LANE)):
        expected = numpy_leaves.lane_moments(y[lane : lane + 1, rows, :counted])
        assert (mean[lane : lane + 1].tobytes(), m2[lane : lane + 1].tobytes()) == tuple(x.tobytes() for x in expected)
    assert (m2[:, 2] == 0).all()
    assert (mean[:, 2] == 0.1).all()
    assert still.tolist() == [[size == 1, size == 1, True], [False, False, True]]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 2.0**400, -1e200])
@pytest.mark.parametrize("place", [0, 1, 255, 511])
def test_a_number_that_is_not_usable_raises_doubt(bad, place):
    y = np.random.default_rng(1).normal(size=(3, 2, LANE))
    y[1, 1, place] = bad
    mean, m2 = np.zeros((3, 2)), np.zeros((3, 2))
    still, doubt = np.zeros((3, 2), dtype=bool), np.zeros(3, dtype=bool)
    assert moments_kernels.moments(y, np.array([0, 1]), sizes_of(LANE, LANE, LANE), mean, m2, still, doubt)
    assert doubt.tolist() == [False, True, False]
    # it is past the draws that count
    assert not moments_kernels.moments(y, np.array([0, 1]), sizes_of(LANE, place, LANE), mean, m2, still, doubt)


def test_every_draw_in_one_direction_raises_doubt():
    y = np.full((1, 1, LANE), 2.0**400)
    mean, m2 = np.zeros((1, 1)), np.zeros((1, 1))
    still, doubt = np.zeros((1, 1), dtype=bool), np.zeros(1, dtype=bool)
    assert moments_kernels.moments(y, np.array([0]), sizes_of(LANE), mean, m2, still, doubt)


@pytest.mark.parametrize("count", [1, 2, 3, 7, 12, 128])
def test_lanes_of_a_chunk_are_joined_as_numpy_joins_them(count):
    rng = np.random.default_rng(count)
    mean, m2 = rng.normal(1e3, 1, (count, 5)), rng.random((count, 5))
    counts = rng.choice([LANE, LANE, 17, 0], count)
    mean[counts == 0], m2[counts == 0] = 0, 0
    total, theirs = counts.sum(), (mean.copy(), m2.copy(), counts.copy())
    assert moments_kernels.join_lanes(mean, m2, counts) == numpy_leaves.join_lanes(*theirs) == total
    assert (mean[0].tobytes(), m2[0].tobytes()) == (theirs[0][0].tobytes(), theirs[1][0].tobytes())


@pytest.fixture
def small(monkeypatch):
    """Several chunks a randomisation, and not all draws kept, so that histograms are used."""
    monkeypatch.setattr(chunks, "CHUNK", 1024)
    monkeypatch.setattr(keeping, "ROOM", 2**16)


@pytest.mark.parametrize(("block", "threads"), [(512, 1), (2048, 1), (1536, 3)])
def test_a_run_has_the_same_bits_from_packs_and_blocks(small, block, threads):
    made, layout = trajectory(3, 6, choose="one"), Layout.design(2560)
    sampler = Numbers(made.elements)
    theirs = everything(collect(made, sampler, layout, packed=False))
    alike(everything(collect(made, sampler, layout, packed=True, block=block, threads=threads)), theirs)
    assert b"".join(theirs.values())


@pytest.mark.parametrize("options", thorough_after(3, [1, 2, 6, 5, 9]))
@pytest.mark.parametrize(
    ("choose", "comparator", "levels"), [("one", 0, True), ("one", -1, False), ("several", -1, True)]
)
def test_ties_and_noughts_have_the_same_bits(small, options, choose, comparator, levels):
    made = direct(options, choose=choose, comparator=comparator, levels=levels, checks=[("warn_if", "gain", 1.5)])
    drawn = nasty(np.random.default_rng(options), (RANDOMISATIONS, 2 * options + 1, 1024))
    drawn[:, -1] = 1 + np.abs(drawn[:, -1])
    layout = Layout.design(1024)
    theirs = collect(made, Given(drawn), layout, packed=False)
    alike(everything(collect(made, Given(drawn), layout, packed=True)), everything(theirs))
    if choose == "one":
        assert theirs.tally().best[..., 1:].sum() > 0


@pytest.mark.parametrize("certain", ["cost", "effect", "one cost", "both"])
def test_what_is_certain_in_the_decision_has_the_same_bits(small, certain):
    made = direct(3)
    parameters = []
    for one in made.parameters:
        elements = one.elements.copy()
        if (one.name, certain) in (("c", "cost"), ("e", "effect"), ("c", "both"), ("e", "both")):
            elements[:] = -1
        elif (one.name, certain) == ("c", "one cost"):
            elements[1] = -1
        parameters.append(dataclasses.replace(one, elements=elements))
    made = dataclasses.replace(made, parameters=tuple(parameters))
    drawn = nasty(np.random.default_rng(9), (RANDOMISATIONS, 7, 1024))
    drawn[:, -1] = 1.0
    layout = Layout.design(1024)
    runs = [collect(made, Given(drawn), layout, packed=packed) for packed in (True, False)]
    alike(*(everything(one) for one in runs))


@pytest.mark.parametrize("options", thorough_after(1, [9, 4]))
def test_counts_have_room_for_ties_of_as_many_as_tie(small, options):
    made, layout = direct(options), Layout.design(2048)
    drawn = np.random.default_rng(4).normal(size=(RANDOMISATIONS, 2 * options + 1, 2048))
    drawn[:, -1] = 1.0

    def run(ties):
        runs = [collect(made, Given(drawn), layout, packed=packed) for packed in (True, False)]
        alike(*(everything(one) for one in runs))
        best = runs[0].tally().best
        assert best.shape == (RANDOMISATIONS, 4, options + 1, ties)
        assert (best / np.arange(1, ties + 1)).sum(axis=(2, 3)) == pytest.approx(np.full((RANDOMISATIONS, 4), 2048))

    run(1)
    for row, draw, ties in ((3, 1700, 2), (5, 9, 3), (5, 1030, 2)):
        drawn[row, :ties, draw], drawn[row, options : options + ties, draw] = 100.0, -100.0
    run(3)


def test_ties_of_many_have_the_same_bits(small):
    """Where nothing is paid for the effect 40 options of one cost tie in every other draw; then six of them do."""
    made, layout = direct(40), Layout.design(1024)
    drawn = np.random.default_rng(6).normal(size=(RANDOMISATIONS, 81, 1024))
    drawn[:, -1] = 1.0
    drawn[:, 40:80, ::2] = -1.0
    drawn[:, 40:46, 1::2] = -9.0
    runs = [collect(made, Given(drawn), layout, packed=packed) for packed in (True, False)]
    alike(*(everything(one) for one in runs))
    best = runs[0].tally().best
    assert best.shape[-1] == TIES + 2
    shares = (best * shares_of_ties(TIES + 2)[0]).sum(axis=-1)[:, 0]
    assert shares[:, :6] == pytest.approx(np.full((RANDOMISATIONS, 6), 512 / 40 + 512 / 6), rel=1e-8)
    assert shares[:, 6:40] == pytest.approx(np.full((RANDOMISATIONS, 34), 512 / 40), rel=1e-8)


def test_a_plan_without_a_decision_has_the_same_bits(small):
    made, layout = dataclasses.replace(direct(2), decision=None), Layout.design(1024)
    drawn = np.exp(np.random.default_rng(2).normal(size=(RANDOMISATIONS, 5, 1024)))
    runs = [collect(made, Given(drawn), layout, packed=packed) for packed in (True, False)]
    alike(*(everything(one) for one in runs))
    assert runs[0].tally() is None


def spoilt(rng, shape, options):
    """Draws some of which are not usable, here and there, a whole lane, and nearly a whole lane."""
    drawn = nasty(rng, shape)
    drawn[:, -1] = 1 + np.abs(drawn[:, -1])
    bad = rng.random((shape[0], shape[2])) < 0.01
    bad[1] = False
    bad[2, 512:1024] = True
    bad[3, 1:511] = True
    drawn[:, -1][bad] = rng.choice([0.0, -1.0, np.inf], bad.sum())
    drawn[4, 0, 5], drawn[5, options, 600] = np.inf, 1e150
    bad[4, 5] = bad[5, 600] = True
    return drawn, bad


@pytest.mark.parametrize("everywhere", [False, True])
def test_draws_left_out_are_in_nothing(small, everywhere):
    made = direct(2, checks=[("warn_if", "gain", 1.5), ("warn_if", "log_x", 0.5)])
    drawn, bad = spoilt(np.random.default_rng(0), (RANDOMISATIONS, 5, 1024), 2)
    layout = Layout.design(1024)
    theirs = collect(made, Given(drawn), layout, packed=False, everything=everywhere, allow_nonfinite=True)
    for block, threads in ((512, 1), (2048, 2)):
        ours = collect(
            made, Given(drawn), layout, packed=True, block=block, threads=threads, everything=everywhere,
            allow_nonfinite=True,
        )  # fmt: skip
        alike(everything(ours), everything(theirs))
    assert theirs.nonfinite == bad.sum()
    moments = theirs.moments()
    assert moments["gain"].count.tolist() == (~bad).sum(axis=1).tolist()
    kept = theirs.keep
    good = [drawn[r][:, ~bad[r]] for r in range(RANDOMISATIONS)]
    for r in range(RANDOMISATIONS):
        scale = np.abs(good[r][:2]).max(axis=1)
        assert (np.abs(moments["gain"].mean[r] - good[r][:2].mean(axis=1)) <= 1e-13 * scale).all()
        assert theirs.tally().no_benefit[r, 1] == (good[r][1] - good[r][0] <= 0).sum()
        assert kept.inputs()["x"][r].tolist() == good[r][4][: kept.each].tolist()
    assert kept.draws()["decision.effect"].shape == (RANDOMISATIONS, kept.each, 3)
    if everywhere:
        assert kept.each == min(one.shape[1] for one in good)
        whole = np.concatenate(good, axis=1)
        assert (
            theirs.quantiles()["gain"].values.tolist()
            == np.quantile(whole[:2], theirs.quantiles()["gain"].probabilities, axis=1).tolist()
        )
    else:
        assert theirs.reducer.quantiles("gain", CHANCES)[0].shape == (101, 2)
    shares = dict(enumerate(one[1] for one in theirs.warnings()))
    total = sum(one.shape[1] for one in good)
    assert shares[0] == sum((one[:2] > 1.5).sum() for one in good) / (2 * total)
    assert shares[1] == sum((np.log(one[4]) > 0.5).sum() for one in good) / total


@pytest.mark.parametrize(("packed", "threads"), thorough_after(2, [(True, 3), (False, 1), (True, 1), (False, 3)]))
def test_the_first_draw_is_named_and_all_are_counted(small, packed, threads):
    made = direct(2, checks=[("fail_if", "gain", 5.0), ("fail_if", "price", 5.0)])
    drawn, bad = spoilt(np.random.default_rng(2), (RANDOMISATIONS, 5, 2048), 2)
    bad[0, :700] = False
    drawn[0, -1, :700] = 1.0
    drawn[np.abs(drawn) > 5] = 1.0
    drawn[5, 2, 600] = 1.0
    bad = ~(drawn[:, -1] > 0)
    layout = Layout.design(2048)
    first = int(np.argmax(bad[0]))

    def stopped():
        with pytest.raises(RefusedDraw) as caught:
            collect(made, Given(drawn), layout, packed=packed, threads=threads)
        return caught.value

    told = stopped()
    assert (told.target, told.randomisation, told.index) == ("log_x", 0, first)
    assert (told.times, told.looked) == (bad.sum(), 16 * 2048)
    assert told.drawn.tolist() == drawn[0, :, first].tolist()
    # a check comes before what is not finite, in the same draw and in an earlier one
    drawn[0, 2, first] = drawn[0, 3, first] = 6.0
    told = stopped()
    assert (told.target, told.index, told.times) == ("check.1", first, 1)
    drawn[0, 1, 3] = drawn[0, 0, 3] = drawn[7, 1, 9] = 6.0
    told = stopped()
    assert (told.target, told.index, told.times) == ("check.0", 3, 2)
    # checks look at every draw, at those that are left out too
    with pytest.raises(RefusedDraw) as caught:
        collect(made, Given(drawn), layout, packed=packed, threads=threads, allow_nonfinite=True)
    assert (caught.value.target, caught.value.index) == ("check.0", 3)


@pytest.mark.parametrize("packed", [False, True])
def test_counting_ends_once_enough_draws_were_looked_at(small, packed, monkeypatch):
    monkeypatch.setattr("wellbeva.engine.reductions.accumulator.COUNTED", 3 * 2048)
    made, drawn = direct(1), np.ones((RANDOMISATIONS, 3, 2048))
    drawn[1:, 2, 7] = 0.0
    with pytest.raises(RefusedDraw) as caught:
        collect(made, Given(drawn), Layout.design(2048), packed=packed)
    assert (caught.value.randomisation, caught.value.times, caught.value.looked) == (1, 2, 3 * 2048)


@pytest.mark.parametrize("packed", [False, True])
def test_a_run_of_which_nothing_is_left_is_refused(small, packed):
    drawn = np.zeros((RANDOMISATIONS, 3, 512))
    with pytest.raises(NothingLeft) as caught:
        collect(direct(1), Given(drawn), Layout.design(512), packed=packed, allow_nonfinite=True)
    assert (caught.value.nonfinite, caught.value.outside) == (8192, 0)


@pytest.mark.parametrize("rows", [3, 1000, 9001])
@pytest.mark.parametrize("bad", [False, True])
def test_supplied_rows_have_the_same_bits(rows, bad, monkeypatch):
    monkeypatch.setattr(keeping, "ROOM", 2**12)
    made, layout = direct(2, checks=[("warn_if", "gain", 1.5)]), Layout.rows(rows)
    rng = np.random.default_rng(rows)
    draws = nasty(rng, (5, rows))
    draws[4] = 1.0
    if bad:
        draws[4, 0] = draws[4, rows // 2] = 0.0
    runs = [
        collect(made, Rows(draws, layout), layout, packed=packed, threads=2, allow_nonfinite=bad)
        for packed in (True, False)
    ]
    alike(*(everything(one) for one in runs))
    count = runs[0].moments()["gain"].count
    assert count.sum() == runs[0].tally().count.sum() == rows - 2 * bad
    assert (count > 0).all()
    assert runs[0].moments()["decision.regret"].mean.shape == (len(count), 4, 3)


def test_the_same_expression_is_reduced_once(small):
    made = direct(3)
    found = collect(made, Given(np.ones((16, 7, 512))), Layout.design(512), packed=True)
    # gain and effect, price and cost, each over three options; their sums; the logarithm
    assert len(found.reducer.rows) == 10


@pytest.mark.parametrize("packed", [True, False])
def test_a_worker_soon_ends(packed):
    made, layout, looked = direct(1), Layout.design(2048), []

    class Looked(Given):
        def block(self, *place):
            looked.append(place)
            return super().block(*place)

    found = collect(made, Looked(np.ones((16, 3, 2048))), layout, packed=packed)
    stop, before = threading.Event(), len(looked)
    stop.set()
    found.chunk(0, 0, stop)
    assert len(looked) == before > 0
