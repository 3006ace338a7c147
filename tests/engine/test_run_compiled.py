"""Whole runs by the compiled engine: the same bits as by the blocked one, on any threads and blocks; the choice."""

import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.engine.test_compiled import stepped
from tests.tiers import thorough_after
from wellbeva import api
from wellbeva.engine.blocked import Blocked
from wellbeva.engine.compiled.engine import Compiled, contraction_gap
from wellbeva.engine.compiled.plan_loops import Generated
from wellbeva.engine.run.block_loop import run, sampler_of
from wellbeva.engine.run.cost_model import Work, compiling_pays, work
from wellbeva.engine.run.select_engine import compiled_is_faster
from wellbeva.engine.run.settings import RunSettings
from wellbeva.engine.targets import targets
from wellbeva.language.ir import Ref
from wellbeva.plan.plan import Decision
from wellbeva.sampling.kernel_sampler import CompiledSampler

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "scenarios" / "uk-community-offers.yaml"
CHECKED = ROOT / "scenarios" / "park-and-neighbours.yaml"


@pytest.fixture(scope="module")
def demo():
    return api.load(DEMO).plan


def same(a, b):
    """All that comes out of two runs, bit for bit."""
    assert set(a.moments) == set(b.moments)
    for name, one in a.moments.items():
        np.testing.assert_array_equal(one.mean, b.moments[name].mean, err_msg=name)
        np.testing.assert_array_equal(one.m2, b.moments[name].m2, err_msg=name)
    assert set(a.quantiles) == set(b.quantiles)
    for name, one in a.quantiles.items():
        np.testing.assert_array_equal(one.values, b.quantiles[name].values, err_msg=name)
        np.testing.assert_array_equal(one.resolution, b.quantiles[name].resolution, err_msg=name)
    for field in ("best", "max_net_benefit", "no_benefit", "worth_it", "beats"):
        np.testing.assert_array_equal(getattr(a.tally, field), getattr(b.tally, field), err_msg=field)
    for name, one in a.draws.items():
        np.testing.assert_array_equal(one, b.draws[name], err_msg=name)
    for name, one in a.inputs.items():
        np.testing.assert_array_equal(one, b.inputs[name], err_msg=name)
    assert a.warnings == b.warnings


@pytest.mark.parametrize("design", thorough_after(1, ["sobol", "random", "latin"]))
def test_the_demo_has_the_same_bits_in_both_engines(demo, design):
    # it has no exponential, so not even the last digits differ
    blocked = run(demo, RunSettings(draws=16_384, design=design, engine="blocked"))
    compiled = run(demo, RunSettings(draws=16_384, design=design, engine="compiled"))
    assert (blocked.engine, compiled.engine) == ("blocked", "compiled")
    same(blocked, compiled)


def test_threads_and_blocks_change_no_bit(demo):
    whole = run(demo, RunSettings(draws=2**16, engine="compiled", threads=1))
    for threads, block in ((1, 512), (2, 1024), (3, None), (5, 4096)):
        same(whole, run(demo, RunSettings(draws=2**16, engine="compiled", threads=threads, block=block)))


def test_a_change_of_one_input_is_seen(demo):
    one = run(demo, RunSettings(draws=8192, engine="compiled"))
    other = run(demo, RunSettings(draws=8192, engine="compiled", seed=2))
    assert not np.array_equal(one.moments["wellbys"].mean, other.moments["wellbys"].mean)


def test_a_short_run_is_not_compiled(demo):
    assert run(demo, RunSettings(draws=8_192)).engine == "blocked"


def test_a_run_in_which_nothing_is_drawn_is_never_compiled():
    certain = api.load(ROOT / "scenarios" / "published" / "sonnenberg-beck-3state.yaml").plan
    assert run(certain, RunSettings(draws=8192, engine="compiled")).engine == "blocked"


def test_the_choice_weighs_saving_against_waiting(demo):
    with np.errstate(all="ignore"):
        blocked = Blocked(demo, targets(demo))
    usual = work(blocked, inputs=len(demo.elements), draws=16_384, threads=2)
    assert compiling_pays(usual, statements=lambda: 100, kept=lambda: True)
    assert not compiling_pays(usual, statements=lambda: 100, kept=lambda: False)
    short = replace(usual, draws=8_192)
    assert not compiling_pays(short, statements=lambda: 100, kept=lambda: True)
    middle = replace(short, draws=2**19)
    assert not compiling_pays(middle, statements=lambda: 100, kept=lambda: False)
    assert compiling_pays(middle, statements=lambda: 100, kept=lambda: True)
    assert compiling_pays(replace(short, draws=2**24), statements=lambda: 100, kept=lambda: False)


def test_a_longer_horizon_makes_compiling_pay_sooner():
    """A recurrence is compiled once, however many labels it has."""
    pays_from = {}
    for steps in (5, 100):
        made = stepped(steps)
        with np.errstate(all="ignore"):
            blocked = Blocked(made, targets(made))
        statements = Generated(made, targets(made)).schedule.statements
        done = work(blocked, inputs=3, draws=1, threads=1)
        sizes = (2**k for k in range(40))
        pays_from[steps] = next(
            size
            for size in sizes
            if compiling_pays(replace(done, draws=size), statements=lambda found=statements: found, kept=lambda: False)
        )
    assert pays_from[100] < pays_from[5]


@pytest.mark.parametrize("choose", ["one", "several"])
def test_pairs_of_many_options_count_as_work(choose):
    """Of 2,000 offers the blocked engine compares pairs for 10 minutes: it was taken all the same."""
    plan = stepped(5)
    decision = Decision(
        Ref(name="e"), Ref(name="c"), ("central",), (1.0,), 0, ("a",) * 2000, (0,) * 2000, -1, choose, ()
    )
    with np.errstate(all="ignore"):
        blocked = Blocked(plan, targets(plan))
    few, many = (work(blocked, inputs=3, draws=2**14, threads=2, decision=one) for one in (None, decision))
    assert not compiling_pays(few, statements=lambda: 10, kept=lambda: True)
    assert compiling_pays(many, statements=lambda: 10, kept=lambda: False)


def test_a_model_without_work_is_never_compiled():
    assert not compiling_pays(Work(0, 0, 0, 2**36, 1), statements=lambda: 0, kept=lambda: True)


def test_fast_says_by_how_much_it_changes_numbers():
    plan = api.load(ROOT / "benchmarks" / "trajectory_4x4x10.yaml").plan
    strict = run(plan, RunSettings(draws=8192, engine="compiled"))
    fast = run(plan, RunSettings(draws=8192, engine="compiled", fast=True))
    assert strict.fast_gap is None
    # a few roundings in a sum of ten products
    assert 0 <= fast.fast_gap < 64 * np.finfo(float).eps
    np.testing.assert_allclose(fast.moments["wellbys"].mean, strict.moments["wellbys"].mean, rtol=1e-13)


def test_the_gap_of_fast_is_a_share_where_a_draw_is_not_finite():
    plan = api.load(ROOT / "benchmarks" / "trajectory_4x4x10.yaml").plan
    drawn = sampler_of(plan, design="random", seed=1, draws_each=512).block(0, 0, 512)
    whole = contraction_gap(plan, targets(plan), drawn)
    drawn[:, 3] = np.nan
    assert contraction_gap(plan, targets(plan), drawn) <= whole


def test_what_is_compiled_is_compiled_in_the_calling_thread(monkeypatch):
    """A stop is answered there; a worker that compiles would be waited for."""
    threads = []
    prepare = Compiled.prepare

    def noted(self):
        threads.append(threading.current_thread())
        return prepare(self)

    monkeypatch.setattr(Compiled, "prepare", noted)
    monkeypatch.setattr("wellbeva.engine.run.select_engine._ready", set())
    fill, filled = CompiledSampler.fill, []

    def drawn(self, *given):
        filled.append((self.sampler.design, threading.current_thread()))
        return fill(self, *given)

    monkeypatch.setattr(CompiledSampler, "fill", drawn)
    for design in ("sobol", "random"):
        run(stepped(7), RunSettings(draws=2**16, engine="compiled", threads=2, design=design))
    assert threads
    assert threads[0] is threading.main_thread()
    # each design has kernels of its own
    for design in ("sobol", "random"):
        first = next(thread for name, thread in filled if name == design)
        assert first is threading.main_thread()


def test_auto_stays_blocked_where_the_processor_multiplies_and_adds_apart(demo, monkeypatch):
    monkeypatch.setenv("NUMBA_CPU_NAME", "generic")
    for features in ("+avx,+fma", "+avx"):
        monkeypatch.setenv("NUMBA_CPU_FEATURES", features)
        assert compiled_is_faster(demo, "all", draws=2**30, threads=1) is ("fma" in features)
