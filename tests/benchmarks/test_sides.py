"""The sides written by hand do the same model: for the same draws, and in the long run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from benchmarks import cohort, compiling, convergence, expert, fading, precision
from benchmarks.asking import HERE, levels_alone, plan_of, run_plan
from wellbeva import api
from wellbeva.engine.blocked import Blocked
from wellbeva.engine.run.block_loop import sampler_of
from wellbeva.engine.targets import targets
from wellbeva.plan.plan import Plan

pytestmark = pytest.mark.thorough

Floats = npt.NDArray[np.float64]
EPSILON = np.finfo(float).eps


def _drawn(plan: Plan, count: int) -> Floats:
    return sampler_of(plan, design="random", seed=1, draws_each=count).block(0, 0, count)


def test_the_kernel_written_by_hand_is_the_model() -> None:
    """Forty exponentials within an ulp, weighted and added: 16 epsilon."""
    from benchmarks import limit

    plan = levels_alone(plan_of(fading.HEADLINE))
    draws = _drawn(plan, 2048)
    ours = Blocked(plan, targets(plan)).block(draws)
    x = np.ascontiguousarray(draws.reshape(len(draws), 4, 512).swapaxes(0, 1))
    y = np.empty((4, 8, 512))
    limit.kernel(x, y, *limit.certain(plan))
    rows = y.swapaxes(0, 1).reshape(8, 2048)
    np.testing.assert_allclose(rows[:4], ours["decision.effect"], rtol=16 * EPSILON)
    np.testing.assert_allclose(rows[4:], ours["decision.cost"], rtol=16 * EPSILON)


def test_the_kernel_written_by_hand_refuses_another_model() -> None:
    from benchmarks import limit

    with pytest.raises(AssertionError):
        limit.certain(plan_of(fading.SEPARABLE))


@pytest.mark.parametrize("lanes", [1, 5, 9])
@pytest.mark.parametrize("threads", [1, 2, 3])
def test_packs_cover_every_lane_once(lanes: int, threads: int) -> None:
    x, y = np.ones((lanes, 1, 512)), np.zeros((lanes, 1, 512))

    def fill(some: Floats, found: Floats) -> None:
        assert len(some) == len(found) <= fading.PACK
        found += some

    fading.in_packs(fill, x, y, threads)
    np.testing.assert_array_equal(y, x)


@pytest.mark.parametrize("rows", [slice(None), slice(None, None, 2)])
def test_the_cohort_by_hand_is_the_model(rows: slice) -> None:
    """76 multiplications in a row, and chances by expm1 here, by exp there: 64 epsilon."""
    plan = cohort.plan()
    draws = _drawn(plan, 512)
    ours = Blocked(plan, targets(plan)).block(draws)
    by_name = {one.name: draws[row] for row, one in enumerate(plan.elements)}
    qalys, cost = cohort.cohort(by_name, rows)
    np.testing.assert_allclose(qalys, ours["decision.effect"], rtol=64 * EPSILON)
    np.testing.assert_allclose(cost, ours["decision.cost"], rtol=64 * EPSILON)


def test_the_cohort_is_the_published_one() -> None:
    verdicts = api.test(HERE / f"{cohort.SCENARIO}.yaml")
    assert len(verdicts) == 14
    assert {one.verdict for one in verdicts} == {"met"}, verdicts


@pytest.mark.parametrize(("name", "kind"), [(fading.HEADLINE, expert.Expert), (fading.SEPARABLE, expert.Factored)])
def test_the_expert_draws_the_same_model(name: str, kind: type[expert.Fading]) -> None:
    """Means and spreads of effect and cost: 2^17 draws, six standard errors at most (spread: of a heavier tail, 3%)."""
    plan = levels_alone(plan_of(name))
    ours = run_plan(plan, draws=2**14, threads=1, design="sobol", engine="blocked")
    one = kind(plan, chunk=8192)
    drawn = []
    for _ in range(16):
        one.draw()
        drawn.append(np.stack([one.effect, one.cost]))
    effect, cost = np.concatenate(drawn, axis=-1)
    for moments, found in ((ours.moments["decision.effect"], effect), (ours.moments["decision.cost"], cost)):
        mean, sd = moments.mean.mean(axis=0), np.sqrt((moments.m2.sum(axis=0)) / moments.count.sum())
        np.testing.assert_array_less(np.abs(found.mean(axis=1) - mean), 6 * sd / np.sqrt(2**17))
        np.testing.assert_allclose(found.std(axis=1), sd, rtol=0.03)


def test_means_alone_are_those_of_the_decision() -> None:
    first, second = (expert.Expert(plan_of(fading.HEADLINE), chunk=512, seed=3) for _ in range(2))
    means, told = first.means(2048), second.decide(2048, (1,))
    np.testing.assert_array_equal(means.effect, told.effect)
    np.testing.assert_array_equal(means.cost, told.cost)


def test_the_inputs_are_thirty_three_of_five_families() -> None:
    families = ["beta", "gamma", "lognormal", "normal", "triangular"]
    for name, normal, lognormal in ((fading.HEADLINE, 4, 16), (fading.SEPARABLE, 16, 4)):
        found = [one.distribution.family for one in plan_of(name).elements]
        counts = {"normal": normal, "lognormal": lognormal, "beta": 5, "gamma": 4, "triangular": 4}
        assert {family: found.count(family) for family in families} == counts
        assert len(found) == 33


def test_errors_are_those_of_the_randomisations() -> None:
    rows = np.array([[1.0, 10.0], [3.0, 10.0]])
    found = precision.known(rows)
    np.testing.assert_array_equal(found.value, [2.0, 10.0])
    np.testing.assert_allclose(found.error, [1.0, 0.0])


@pytest.mark.parametrize("equations", [15, 60, 240])
def test_generated_models_have_as_many_equations(equations: int, tmp_path: Path) -> None:
    plan = api.load(compiling.written(equations, tmp_path)).plan
    assert len(plan.equations) == equations
    assert len(plan.elements) == 28 * equations // 15


def test_a_quasi_random_draw_is_worth_several_random_ones() -> None:
    found = convergence.errors(HERE.parent / "scenarios" / "easing-loneliness.yaml", [8192, 16384], repeats=1)
    told = convergence.summary(found, repeats=1)
    assert (told.loc["decision_net_benefit", "low"] > 1).all()
    assert (found["random"].iloc[:, -1] / found["random"].iloc[:, 0]).median() < 1
