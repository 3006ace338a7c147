"""A whole run: the same bits for any block and any number of threads, and every number against brute force."""

import dataclasses
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from tests.engine.engine_plans import (
    Given,
    Make,
    Numbers,
    axis,
    element,
    equation,
    parameter,
    plan,
    run_with,
    trajectory,
)
from wellbeva.engine.reductions import kept_draws as keeping
from wellbeva.engine.reductions.accumulator import PROBABILITIES
from wellbeva.engine.reductions.replicates import Layout
from wellbeva.engine.reductions.result import EngineResult
from wellbeva.engine.reference.interpreter import evaluate
from wellbeva.engine.run.block_loop import RANDOMISATIONS, run
from wellbeva.engine.run.plan_cache import base_case
from wellbeva.engine.run.settings import RunSettings
from wellbeva.errors import WellbevaError
from wellbeva.plan.plan import Check

EACH = 1536
HANG = 300
"""Seconds after which a test that waits gives up: many times what the busiest machine takes."""


@pytest.fixture(scope="module")
def rivals():
    return trajectory(2, 6, choose="one")


@pytest.fixture(scope="module")
def drawn(rivals):
    one = Numbers(rivals.elements)
    return Given(np.stack([one.block(r, 0, EACH) for r in range(RANDOMISATIONS)]))


def everything(result: EngineResult) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for kind in ("moments", "quantiles"):
        for name, one in getattr(result, kind).items():
            for field in dataclasses.fields(one):
                value = getattr(one, field.name)
                if isinstance(value, np.ndarray):
                    found[f"{kind}.{name}.{field.name}"] = value.tobytes()
    for field in dataclasses.fields(result.tally):
        found[f"tally.{field.name}"] = getattr(result.tally, field.name).tobytes()
    for kind in ("draws", "inputs"):
        for name, value in getattr(result, kind).items():
            found[f"{kind}.{name}"] = value.tobytes()
    found["warnings"] = repr(result.warnings).encode()
    return found


@pytest.fixture(scope="module")
def first(rivals, drawn):
    return run_with(rivals, drawn, RunSettings(threads=1, block=512), draws_each=EACH)


@pytest.mark.parametrize(("threads", "block"), [(2, 512), (1, 1024), (3, 1536), (2, None)])
def test_the_same_bits_for_any_threads_and_block(rivals, drawn, first, threads, block):
    again = run_with(rivals, drawn, RunSettings(threads=threads, block=block), draws_each=EACH)
    assert everything(again) == everything(first)


def test_the_same_bits_across_chunks_and_from_histograms(rivals, monkeypatch):
    monkeypatch.setattr(keeping, "ROOM", 2**16)
    monkeypatch.setattr(keeping, "LEAST", 512 * RANDOMISATIONS)
    monkeypatch.setattr("wellbeva.engine.reductions.chunk.CHUNK", 1024)
    monkeypatch.setattr("wellbeva.engine.run.block_loop.CHUNK", 1024)
    sampler = Numbers(rivals.elements)
    results = [
        run_with(rivals, sampler, RunSettings(threads=k, block=b), draws_each=2560) for k, b in ((1, 512), (2, 2048))
    ]
    assert everything(results[0]) == everything(results[1])
    assert results[0].kept_each == 512
    assert results[0].quantiles["wellbys"].resolution.max() > 0
    whole = np.concatenate([sampler.block(r, 0, 2560) for r in range(RANDOMISATIONS)], axis=1)
    expected = evaluate(rivals, draws=dict(enumerate(whole)), count=whole.shape[1])["wellbys"].array
    exact = np.quantile(expected, PROBABILITIES, axis=0)
    found = results[0].quantiles["wellbys"]
    assert (np.abs(found.values - exact) <= found.resolution / 2 * (1 + 1e-9) + 1e-12).all()


def test_every_number_against_brute_force(rivals, drawn, first):
    whole = drawn.draws.transpose(1, 0, 2).reshape(len(rivals.elements), -1)
    values = evaluate(rivals, draws=dict(enumerate(whole)), count=whole.shape[1])
    for name in ("wellbys", "cost", "npsv", "cost_by_payer", "wellbys_by_period"):
        x = values[name].array.reshape(RANDOMISATIONS, EACH, *values[name].array.shape[1:])
        np.testing.assert_allclose(first.moments[name].mean, x.mean(axis=1), rtol=1e-12)
        np.testing.assert_allclose(first.moments[name].m2, x.var(axis=1) * EACH, rtol=1e-9, atol=1e-18)
        np.testing.assert_allclose(
            first.quantiles[name].values, np.quantile(values[name].array, PROBABILITIES, axis=0), rtol=1e-12
        )
        np.testing.assert_allclose(first.draws[name], x, rtol=1e-12)
        assert first.moments[name].axes == tuple(one for one in values[name].axes if one != "draw")
    effect = np.concatenate([values["wellbys"].array, np.zeros((len(whole[0]), 1))], axis=1)
    cost = np.concatenate([values["cost"].array, np.zeros((len(whole[0]), 1))], axis=1)
    benefit = np.array(rivals.decision.values)[:, None, None] * effect - cost
    per = benefit.reshape(3, RANDOMISATIONS, EACH, 3).mean(axis=2).transpose(1, 0, 2)
    np.testing.assert_allclose(first.moments["decision.net_benefit"].mean, per, rtol=1e-9)
    thousand = first.moments["decision.per_1000"]
    expected = 1000 * values["wellbys"].array / values["cost"].array
    np.testing.assert_allclose(thousand.mean[:, :2].mean(axis=0), expected.mean(axis=0), rtol=1e-9)
    # doing nothing costs nothing, so it has no effect for each pound
    assert np.isnan(thousand.mean[:, 2]).all()
    assert np.isnan(first.quantiles["decision.per_1000"].values[:, 2]).all()
    for row, threshold in enumerate(rivals.decision.thresholds):
        top = (threshold * effect - cost).max(axis=1).reshape(RANDOMISATIONS, EACH).mean(axis=1)
        np.testing.assert_allclose(first.tally.max_net_benefit[:, row], top, rtol=1e-9, atol=1e-9)
    # the value of perfect information is what the best of each draw adds to the best on average, never below 0
    central = rivals.decision.thresholds.index(13_000.0)
    gain = first.tally.max_net_benefit[:, central].mean() - benefit[1].mean(axis=0).max()
    assert gain == pytest.approx((benefit[1].max(axis=1)).mean() - benefit[1].mean(axis=0).max(), rel=1e-11)
    assert gain > 0
    assert (first.tally.no_benefit.sum(axis=0) == (effect <= 0).sum(axis=0)).all()
    assert (first.tally.count == EACH).all()


def test_reference_engine_gives_the_same_run(rivals, drawn, first):
    slow = run_with(rivals, drawn, RunSettings(engine="reference", threads=2), draws_each=EACH)
    assert (slow.engine, first.engine) == ("reference", "blocked")
    for name, one in first.moments.items():
        np.testing.assert_allclose(slow.moments[name].mean, one.mean, rtol=1e-11, atol=1e-12)
    assert (slow.tally.no_benefit == first.tally.no_benefit).all()


def test_operands_of_ratios_of_means_are_averaged(rivals, first):
    assert first.moments["mean.cost_per_wellby.0"].mean.tobytes() == first.moments["cost"].mean.tobytes()
    assert first.moments["mean.cost_per_wellby.1"].mean.tobytes() == first.moments["wellbys"].mean.tobytes()
    assert "mean.cost_per_wellby.0" not in first.quantiles
    assert "cost_per_wellby" not in first.moments
    base = base_case(rivals).values
    assert base["cost_per_wellby"].axes == ("option",)
    ratio = base["cost"].array / base["wellbys"].array
    np.testing.assert_allclose(base["cost_per_wellby"].array, ratio, rtol=1e-15)


def test_draws_are_rounded_up_and_told(rivals):
    told = []
    result = run(
        rivals, RunSettings(draws=9000, seed=3, threads=2), progress=lambda done, total: told.append((done, total))
    )
    assert (result.randomisations, result.draws_each) == (16, 1024)
    assert told == [(1024 * (k + 1), 16384) for k in range(16)]
    assert set(result.inputs) == {one.name for one in rivals.elements}
    assert all(one.shape == (16, 1024) for one in result.inputs.values())
    again = run(rivals, RunSettings(draws=9000, seed=3, threads=1, design="sobol"))
    assert everything(result) == everything(again)
    other = run(rivals, RunSettings(draws=9000, seed=3, threads=1, design="random"))
    assert (other.moments["wellbys"].mean != result.moments["wellbys"].mean).all()


def test_all_draws_are_kept_on_request(rivals, monkeypatch):
    # room for 24 cells of 512 draws of 16 randomisations; there are 20, and 12 more along time
    monkeypatch.setattr(keeping, "ROOM", 24 * 512 * 16 * 8)
    sampler = Numbers(rivals.elements)
    few = run_with(rivals, sampler, draws_each=2048)
    all_of_them = run_with(rivals, sampler, RunSettings(keep_draws=True), draws_each=2048)
    assert (few.kept_each, all_of_them.kept_each) == (512, 2048)
    # what goes along time is left out first
    assert "wellbys_by_period" not in few.draws
    assert all_of_them.draws["wellbys_by_period"].shape == (16, 2048, 2, 6)
    assert few.draws["wellbys"].tobytes() == all_of_them.draws["wellbys"][:, :512].tobytes()
    assert few.inputs["hold[offer0]"].shape == (16, 512)
    assert all_of_them.inputs["hold[offer0]"].shape == (16, 2048)


def certain():
    axes = {"option": axis("option", "a", "b")}
    make = Make(axes, {"x": ("option",)})
    x = parameter("x", [0.1, 0.3], ("option",))
    return plan(axes, [x], [equation("y", make.mul(make.ref("x"), make.const(3)))])


def test_a_plan_without_uncertainty_runs():
    result = run(certain(), RunSettings(draws=1))
    assert (result.draws_each, result.inputs) == (512, {})
    assert (result.moments["y"].mean == [0.1 * 3, 0.3 * 3]).all()
    assert (result.moments["y"].m2 == 0).all()
    assert (result.quantiles["y"].values == [0.1 * 3, 0.3 * 3]).all()
    assert "y" not in result.draws  # what does not vary is in the moments
    slow = run(certain(), RunSettings(draws=1, engine="reference"))
    assert (slow.moments["y"].mean == result.moments["y"].mean).all()
    assert slow.tally is None


def broken(*, base=2.0, function="log", checks=()):
    axes = {"option": axis("option", "a", "b")}
    symbols = {"x": ("draw", "option"), "y": ("draw", "option"), "z": ("draw",)}
    make = Make(axes, symbols)
    x = parameter("x", [base, base], ("option",), [0, 1])
    y = make.call(function, make.ref("x"))
    z = make.reduce("sum", make.ref("y"), "option")
    elements = [element("x[a]", 0, base), element("x[b]", 1, base)]
    made = plan(axes, [x], [equation("y", y), equation("z", z)], elements=elements, outcomes=["z"])
    return dataclasses.replace(made, checks=tuple(checks)), make


def flat(draws_each=1024):
    return np.full((16, 2, draws_each), 2.0)


@pytest.mark.parametrize("engine", ["reference", "blocked"])
@pytest.mark.parametrize("threads", [1, 2])
def test_a_draw_that_is_not_finite_is_refused_with_its_inputs(engine, threads):
    made, _ = broken()
    draws = flat()
    draws[5, 1, 700] = -1.5
    draws[5, 0, 800] = -2.5
    draws[9, 1, 3] = -3.5
    with pytest.raises(WellbevaError) as caught:
        run_with(made, Given(draws), RunSettings(engine=engine, threads=threads), draws_each=1024)
    text = str(caught.value)
    assert "WB-E001" in text
    assert "'z' is not a finite number in draw 700 of randomisation 5" in text
    assert "'y' at option=b is not a number" in text
    assert "`log(x)` is log(-1.5)" in text
    assert "a number is not finite, or too large, in 3 of 16,384 draws looked at" in text
    assert "x[b] = -1.5" in text
    assert "--draw 700 --randomisation 5" in text
    assert "--allow-nonfinite" in text


def parts():
    """Operations on x that are not finite where x is `at`, and what is said of them."""
    make = Make({"option": axis("option", "a", "b")}, {"x": ("draw", "option")})
    x, one = make.ref("x"), make.const(1.0)
    power = make.binary("pow", make.sub(x, make.const(3)), make.const(0.5))
    large = make.call("exp", make.mul(make.const(300), x))
    inside = make.where(make.compare("gt", x, one), make.call("log", make.sub(x, make.const(3))), make.call("log", x))
    return {
        "division": (make.div(one, make.sub(x, make.const(3))), 3.0, "`1 / (x - 3)` divides 1 by zero"),
        "power": (power, 1.0, "`(x - 3) ** 0.5` is -2 to the power 0.5"),
        "product": (
            make.mul(large, large),
            2.25,
            f"`exp(300 * x) * exp(300 * x)` was made of {np.exp(675):g} and {np.exp(675):g}",
        ),
        "branch": (inside, 1.5, "`log(x - 3)` is log(-1.5)"),
        "other branch": (inside, -1.0, "`log(x)` is log(-1)"),
        "sum": (make.reduce("sum", make.add(one, make.call("log", x)), "option"), -1.0, "`log(x)` is log(-1)"),
    }


@pytest.mark.parametrize("what", parts())
def test_the_operation_that_failed_is_named_with_its_operands(what):
    node, at, said = parts()[what]
    axes = {"option": axis("option", "a", "b")}
    x = parameter("x", [4.0, 4.0] if what != "product" else [0.1, 0.1], ("option",), [0, 1])
    made = plan(axes, [x], [equation("y", node)], elements=[element("x[a]", 0, 4.0), element("x[b]", 1, 4.0)])
    draws = np.full((16, 2, 512), 4.0 if what != "product" else 0.1)
    draws[0, 1, 9] = at
    with pytest.raises(WellbevaError) as caught:
        run_with(made, Given(draws), draws_each=512)
    assert said in str(caught.value)
    assert "a number is not finite, or too large, in 1 of 8,192 draws looked at" in str(caught.value)


def test_the_earliest_draw_of_a_block_is_named():
    _, make = broken()
    made, _ = broken(checks=[check(make, "fail_if", 3.0)])
    draws = flat()
    draws[0, 0, 10] = 4.0
    draws[0, 1, 5] = -1.0
    with pytest.raises(WellbevaError, match="is not a finite number in draw 5 of randomisation 0"):
        run_with(made, Given(draws), draws_each=1024)
    draws[0, 0, 4] = 4.0
    with pytest.raises(WellbevaError, match="Too much of x"):
        run_with(made, Given(draws), draws_each=1024)


def test_a_base_case_that_is_not_finite_is_refused():
    made, _ = broken(base=0.0)
    with pytest.raises(WellbevaError, match="the base case") as caught:
        run(made)
    assert "'y' at option=a is infinite" in str(caught.value)


def test_numbers_too_large_to_sum_up_are_refused():
    made, _ = broken(function="exp")
    draws = flat()
    draws[2, 0, 5] = 600.0
    with pytest.raises(WellbevaError, match="grows beyond what can be summed up in draw 5 of randomisation 2"):
        run_with(made, Given(draws), draws_each=1024)


def check(make, severity, limit):
    return Check(severity, make.compare("gt", make.ref("x"), make.const(limit)), "Too much of x.")


def test_fail_if_in_a_draw_and_in_the_base_case():
    _, make = broken()
    made, _ = broken(checks=[check(make, "fail_if", 3.0)])
    draws = flat()
    run_with(made, Given(draws), draws_each=1024)
    draws[1, 0, 513] = 3.5
    with pytest.raises(WellbevaError) as caught:
        run_with(made, Given(draws), draws_each=1024)
    text = str(caught.value)
    assert "WB-E002" in text
    assert "Too much of x" in text
    assert "draw 513 of randomisation 1 at option=a" in text
    assert "it is true in 1 of 16,384 draws looked at" in text
    assert "x[a] = 3.5" in text
    made, _ = broken(checks=[check(make, "fail_if", 1.0)])
    with pytest.raises(WellbevaError, match="the check is true in the base case"):
        run(made)


@pytest.mark.parametrize(
    ("own", "remedy"), [("take fewer", "take fewer"), ("", "change the inputs named")], ids=["its own", "the general"]
)
def test_a_check_gives_its_own_remedy_and_no_part_of_its_sentence_is_taken_for_one(own, remedy):
    _, make = broken()
    said = dataclasses.replace(check(make, "fail_if", 1.0), say="Too much of x; give less.", remedy=own)
    made, _ = broken(checks=[said])
    with pytest.raises(WellbevaError) as caught:
        run(made)
    (found,) = caught.value.diagnostics
    assert (found.message, found.remedy) == ("Too much of x; give less", remedy)


def test_warn_if_says_in_which_share_of_draws():
    _, make = broken()
    made, _ = broken(checks=[check(make, "warn_if", 3.0), check(make, "warn_if", 9.0)])
    draws = flat()
    draws[:, 0, :256] = 4.0
    result = run_with(made, Given(draws), RunSettings(threads=2), draws_each=1024)
    # a quarter of the draws in one cell of two
    assert result.warnings == (("Too much of x.", 0.125),)


def test_more_uncertain_numbers_than_the_design_has_dimensions_is_said():
    axes = {"option": axis("option", *(f"o{k}" for k in range(30_000)))}
    make = Make(axes, {"x": ("draw", "option")})
    elements = [element(f"x[o{k}]", k) for k in range(30_000)]
    x = parameter("x", np.zeros(30_000), ("option",), np.arange(30_000))
    made = plan(axes, [x], [equation("y", make.reduce("sum", make.ref("x"), "option"))], elements=elements)
    with pytest.raises(WellbevaError, match="WB-E005") as caught:
        run(made, RunSettings(draws=1))
    assert "choose the design random" in str(caught.value)


class Exhausted:
    def block(self, randomisation, start, count):
        raise MemoryError


@pytest.mark.parametrize("threads", [1, 2])
def test_too_little_memory_is_said(rivals, threads):
    with pytest.raises(WellbevaError, match="WB-E006"):
        run_with(rivals, Exhausted(), RunSettings(threads=threads), draws_each=512)


class Waiting:
    """The first chunk comes at once; blocks of later ones wait until the run has been stopped."""

    def __init__(self, elements):
        self.inner = Numbers(elements)
        self.asked = threading.Semaphore(0)
        self.stopped = threading.Event()
        self.after = []

    def block(self, randomisation, start, count):
        if randomisation > 0:
            self.asked.release()
            assert self.stopped.wait(HANG)
            self.after.append((randomisation, start))
        return self.inner.block(randomisation, start, count)


def test_ctrl_c_stops_workers_at_their_next_block_and_leaves_none(rivals, monkeypatch):
    sampler = Waiting(rivals.elements)
    shutdown = ThreadPoolExecutor.shutdown

    def stopping(pool, **options):
        sampler.stopped.set()
        shutdown(pool, **options)

    def progress(done, total):
        assert all(sampler.asked.acquire(timeout=HANG) for _ in range(2))  # both workers are inside a block
        raise KeyboardInterrupt

    monkeypatch.setattr(ThreadPoolExecutor, "shutdown", stopping)
    with pytest.raises(KeyboardInterrupt):
        run_with(rivals, sampler, RunSettings(threads=2, block=512), draws_each=64 * 512, progress=progress)
    assert sorted(sampler.after) == [(1, 0), (2, 0)]  # of 64 blocks that each had before it
    assert not [one for one in threading.enumerate() if one.name.startswith("wellbeva")]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"draws": 0}, "draws is 0"),
        ({"seed": -1}, "seed is -1"),
        ({"engine": "quick"}, "engine is 'quick'"),
        ({"design": "halton"}, "design is 'halton'"),
        ({"threads": -2}, "threads is -2"),
        ({"block": 100}, "block is 100"),
    ],
)
def test_arguments_out_of_bounds_are_named(wrong, said):
    with pytest.raises(WellbevaError, match=said):
        run(certain(), RunSettings(**wrong))


def test_keeping_more_draws_than_fit_is_refused_before_memory_is_taken(rivals):
    with pytest.raises(WellbevaError, match="keeping every draw would take"):
        run(rivals, RunSettings(draws=2**30, keep_draws=True))


def test_kept_draws_of_many_options_fit_their_room():
    """R82: of 2,000 options with two uncertain numbers each, draws and inputs take 64 MB each, not 260."""
    layout = Layout.design(1024)
    each = keeping._choose({"decision.effect": 2000, "decision.cost": 2000}, set(), layout, everything=False)[1]
    assert keeping.LEAST <= 16 * each <= keeping.ROOM / (8 * 4000)
    assert keeping._fits(4000, layout) == each
    assert keeping._fits(512, layout) == keeping.INPUTS // 16
    assert 16 * keeping._fits(10**6, layout) == keeping.LEAST
