"""R10: supplied draws are run as they are, each row once and in order, with the errors of independent draws."""

import dataclasses

import numpy as np
import pytest

import wellbeva.engine.reductions.kept_draws as keeping
from tests.engine.engine_plans import Make, axis, element, equation, parameter, plan, trajectory
from wellbeva.core.statistics import QUANTILES
from wellbeva.engine.reductions.accumulator import PROBABILITIES
from wellbeva.engine.reductions.replicates import Layout
from wellbeva.engine.reference.interpreter import evaluate
from wellbeva.engine.run.block_loop import run
from wellbeva.engine.run.settings import RunSettings
from wellbeva.errors import WellbevaError
from wellbeva.plan.plan import Check, Joint
from wellbeva.results.dataset import build


def supplied(rows, *, options=2):
    """The trajectory with draws from a table: correlated, each parameter near its base."""
    made = trajectory(options, 12, choose="one")
    rng = np.random.default_rng(rows)
    common = rng.standard_normal((rows, 1))
    base = np.array([one.base for one in made.elements])
    matrix = base * (1 + 0.1 * (0.6 * common + 0.8 * rng.standard_normal((rows, len(base)))))
    return dataclasses.replace(made, joints=(Joint("rows", tuple(range(len(base))), matrix),))


def everything(result):
    found = [one.mean.tobytes() + one.m2.tobytes() for one in result.moments.values()]
    found += [one.values.tobytes() + one.resolution.tobytes() for one in result.quantiles.values()]
    found += [getattr(result.tally, name).tobytes() for name in ("best", "no_benefit", "beats", "count")]
    return b"".join([*found, *(one.tobytes() for one in result.draws.values())])


@pytest.mark.parametrize("rows", [20_000, 1000, 777, 5])
def test_every_number_is_over_exactly_the_rows(rows):
    """Tolerances: 1e-12 and 1e-9 relative are some 1e4 and 1e7 epsilons, for sums of 1,000 terms and their squares."""
    made = supplied(rows)
    result = run(made, RunSettings(draws=20_000, design="random"))
    assert (result.design, result.randomisations, result.draws_each) == ("supplied", 1, rows)
    matrix = made.joints[0].matrix
    values = evaluate(made, draws=dict(enumerate(matrix.T)), count=rows)
    for name in ("wellbys", "cost", "npsv", "wellbys_by_period"):
        x = values[name].array
        one = result.moments[name]
        assert one.count.sum() == rows
        np.testing.assert_allclose(np.average(one.mean, axis=0, weights=one.count), x.mean(axis=0), rtol=1e-12)
        np.testing.assert_allclose(
            result.quantiles[name].values, np.quantile(x, PROBABILITIES, axis=0), rtol=1e-12, atol=1e-12
        )
        np.testing.assert_allclose(result.draws[name][0], x, rtol=1e-12)
    for index, one in enumerate(made.elements):
        # each row once and in order; inputs are kept up to 16,384 draws
        assert result.inputs[one.name].tolist() == [matrix[:16_384, index].tolist()]


@pytest.mark.parametrize("rows", [1000, 777, 5])
def test_errors_are_those_of_independent_draws(rows):
    made = supplied(rows)
    dataset = build(made, run(made))
    values = evaluate(made, draws=dict(enumerate(made.joints[0].matrix.T)), count=rows)
    root = np.sqrt(rows)
    for name in ("wellbys", "cost", "npsv"):
        x = values[name].array
        np.testing.assert_allclose(dataset[name].sel(statistic="mean"), x.mean(axis=0), rtol=1e-12)
        np.testing.assert_allclose(dataset[name].sel(statistic="sd"), x.std(axis=0, ddof=1), rtol=1e-9)
        np.testing.assert_allclose(dataset[name].sel(statistic="mcse"), x.std(axis=0, ddof=1) / root, rtol=1e-9)
        q = np.array(list(QUANTILES.values()))
        apart = np.sqrt(q * (1 - q) / rows)
        for place, label in enumerate(QUANTILES):
            found = dataset[f"{name}_quantile_mcse"].sel(quantile=label)
            ends = q[place] - apart[place], q[place] + apart[place]
            if ends[0] < 0 or ends[1] > 1:
                assert np.isnan(found).all()
            else:
                low, high = np.quantile(x, ends, axis=0)
                np.testing.assert_allclose(found, (high - low) / 2, rtol=1e-9, atol=1e-9)
    effect = np.concatenate([values["wellbys"].array, np.zeros((rows, 1))], axis=1)
    cost = np.concatenate([values["cost"].array, np.zeros((rows, 1))], axis=1)
    for place, threshold in enumerate(made.decision.thresholds):
        net = threshold * effect - cost
        gain = net.max(axis=1) - net[:, int(np.argmax(net.mean(axis=0)))]
        np.testing.assert_allclose(dataset["evpi"][place], gain.mean(), rtol=1e-9, atol=1e-8)
        np.testing.assert_allclose(dataset["evpi_mcse"][place], gain.std(ddof=1) / root, rtol=1e-9, atol=1e-8)
        best = net == net.max(axis=1, keepdims=True)
        weight = best / best.sum(axis=1, keepdims=True)
        np.testing.assert_allclose(dataset["prob_best"][place], weight.mean(axis=0), rtol=1e-12)
        np.testing.assert_allclose(dataset["prob_best_mcse"][place], weight.std(axis=0, ddof=1) / root, atol=1e-12)
    worth = made.decision.values[1] * effect - cost > 0
    np.testing.assert_allclose(dataset["prob_worth_it"][1], worth.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(dataset["prob_worth_it_mcse"][1], worth.std(axis=0, ddof=1) / root, atol=1e-12)
    assert (dataset.attrs["draws"], dataset.attrs["design"], dataset.attrs["randomisations"]) == (rows, "supplied", 1)


@pytest.mark.parametrize("rows", [1000, 777, 5])
def test_r44_the_error_of_a_ratio_leaves_out_one_row_at_a_time(rows):
    """By leaving rows out one by one; tolerance 1e-6, as partial ratios differ in some 1e-4 of themselves."""
    made = supplied(rows)
    dataset = build(made, run(made))
    values = evaluate(made, draws=dict(enumerate(made.joints[0].matrix.T)), count=rows)
    cost, gain = values["cost"].array, values["wellbys"].array
    found = dataset["cost_per_wellby"]
    np.testing.assert_allclose(found.sel(statistic="mean"), cost.mean(axis=0) / gain.mean(axis=0), rtol=1e-12)
    left = [np.arange(rows) != row for row in range(rows)]
    ratios = np.array([cost[keep].mean(axis=0) / gain[keep].mean(axis=0) for keep in left])
    expected = np.sqrt((rows - 1) / rows * ((ratios - ratios.mean(axis=0)) ** 2).sum(axis=0))
    np.testing.assert_allclose(found.sel(statistic="mcse"), expected, rtol=1e-6)
    each = np.array([1000 * gain[keep].mean(axis=0) / cost[keep].mean(axis=0) for keep in left])
    expected = np.sqrt((rows - 1) / rows * ((each - each.mean(axis=0)) ** 2).sum(axis=0))
    np.testing.assert_allclose(dataset["decision_per_1000"].sel(statistic="mcse")[:2], expected, rtol=1e-6)
    if rows >= 777:
        # The delta method, by another road; the two part in the curvature, some 1 / rows of the error
        rest = cost - cost.mean(axis=0) / gain.mean(axis=0) * gain
        delta = rest.std(axis=0, ddof=1) / np.sqrt(rows) / gain.mean(axis=0)
        np.testing.assert_allclose(found.sel(statistic="mcse"), delta, rtol=0.01)


def test_r44_errors_do_not_hang_on_the_order_of_the_rows(monkeypatch):
    """Rows sorted by their cost-effectiveness had five times the error of the same rows unsorted."""
    made = supplied(2000)
    (joint,) = made.joints
    values = evaluate(made, draws=dict(enumerate(joint.matrix.T)), count=2000)
    order = np.argsort((values["cost"].array / values["wellbys"].array)[:, 0])
    ordered = dataclasses.replace(made, joints=(dataclasses.replace(joint, matrix=joint.matrix[order]),))
    found = [build(one, run(one)) for one in (made, ordered)]
    monkeypatch.setattr("wellbeva.engine.run.jackknife._NUMBERS", 1)  # 512 rows at a time
    found.append(build(made, run(made)))
    for other in found[1:]:
        for name in ("cost_per_wellby", "decision_per_1000", "wellbys", "decision_net_benefit"):
            np.testing.assert_allclose(
                other[name].sel(statistic="mcse"), found[0][name].sel(statistic="mcse"), rtol=1e-9, atol=1e-12
            )


@pytest.mark.parametrize("rows", [777, 20_000])
def test_the_same_bits_for_any_threads_block_and_request(rows, monkeypatch):
    made = supplied(rows)
    first = run(made, RunSettings(threads=1, block=512))
    for threads, block, draws in ((2, 1024, 1), (3, None, 50_000), (1, 4096, 777)):
        assert everything(run(made, RunSettings(threads=threads, block=block, draws=draws, seed=draws))) == everything(
            first
        )
    monkeypatch.setattr("wellbeva.engine.reductions.chunk.CHUNK", 1024)
    monkeypatch.setattr("wellbeva.engine.run.block_loop.CHUNK", 1024)
    shorter = run(made, RunSettings(threads=2))
    assert (shorter.tally.best == first.tally.best).all()


def test_histograms_count_the_rows_and_nothing_else(monkeypatch):
    made = supplied(9_000)
    exact = run(made)
    monkeypatch.setattr(keeping, "ROOM", 2**16)
    binned = run(made)
    assert binned.kept_each < 9_000
    found, true = binned.quantiles["wellbys"], exact.quantiles["wellbys"]
    assert (found.resolution > 0).all()
    assert (np.abs(found.values - true.values) <= found.resolution / 2 * (1 + 1e-9)).all()


def test_no_more_draws_are_kept_than_there_are_rows(monkeypatch):
    monkeypatch.setattr(keeping, "ROOM", 2**10)
    result = run(supplied(100))
    assert result.kept_each == 100
    assert {one.shape[:2] for one in (*result.draws.values(), *result.inputs.values())} == {(1, 100)}


def test_a_single_row_has_no_error():
    made = supplied(1)
    dataset = build(made, run(made))
    assert np.isnan(dataset["wellbys"].sel(statistic="mcse")).all()
    assert np.isnan(dataset["cost_per_wellby"].sel(statistic="mcse")).all()
    assert np.isnan(dataset["evpi_mcse"]).all()


def test_stretches_differ_by_one_draw_at_most():
    for rows in (1, 5, 16, 17, 777, 1000, 123_457):
        layout = Layout.rows(rows)
        assert layout.total == rows
        assert len(layout.sizes) == min(16, rows)
        assert max(layout.sizes) - min(layout.sizes) <= 1
        assert [layout.place(k, 0)[1] for k in range(len(layout.sizes))] == [
            sum(layout.sizes[:k]) for k in range(len(layout.sizes))
        ]


def test_what_fills_a_lane_up_is_looked_at_nowhere():
    """A check that is true in the last row alone, which fills up its lane, is counted once."""
    axes = {"option": axis("option", "only")}
    make = Make(axes, {"x": ("draw",)})
    x = parameter("x", 0.0, (), 0)
    high = make.compare("gt", make.ref("x"), make.const(39.5))
    rows = np.arange(41.0)[:, None]
    base = plan(
        axes, [x], [equation("y", make.ref("x"))], elements=[element("x", 0)], checks=[Check("warn_if", high, "high")]
    )
    made = dataclasses.replace(base, joints=(Joint("rows", (0,), rows),))
    assert run(made).warnings == (("high", 1 / 41),)
    refused = dataclasses.replace(made, checks=(Check("fail_if", high, "too high"),))
    with pytest.raises(WellbevaError, match="row 41 of the table of draws"):
        run(refused)


def test_something_else_that_is_uncertain_makes_it_an_ordinary_run():
    made = supplied(50)
    fewer = dataclasses.replace(
        made, joints=(Joint("rows", tuple(range(len(made.elements) - 1)), made.joints[0].matrix[:, :-1]),)
    )
    assert fewer.supplied == 0
    assert made.supplied == 50
