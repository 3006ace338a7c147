"""A scenario as a function: the numbers of a run from the inputs of a run, and what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import wellbeva
from tests.tiers import thorough_after
from wellbeva.api.scenario_model import ScenarioModel
from wellbeva.errors import WellbevaError
from wellbeva.sampling.streams import uniforms

ROOT = Path(__file__).parents[2]
TOGETHER = ROOT / "tests" / "analysis" / "uncertainty" / "closed_forms" / "together.yaml"
SCENARIOS = [*sorted((ROOT / "scenarios").glob("*.yaml")), TOGETHER]
DRAWS = 8192


@pytest.fixture(scope="module")
def together() -> ScenarioModel:
    return wellbeva.model(TOGETHER, engine="blocked")


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(WellbevaError) as error:
        call()
    (found,) = error.value.diagnostics
    assert found.remedy
    return f"{found.code} {found.message}"


@pytest.mark.parametrize("path", thorough_after(1, SCENARIOS), ids=lambda path: path.stem)
def test_the_inputs_of_a_run_give_its_draws_to_the_last_bit(path: Path) -> None:
    run = wellbeva.run(path, engine="blocked", draws=DRAWS, keep_draws=True).dataset
    made = wellbeva.model(path, engine="blocked")(run["inputs"].values.T)
    kept = [name for name in made if f"draws_{name}" in run]
    assert {"decision_effect", "decision_cost"} <= set(kept)
    for name in made:
        if name in kept:
            assert made[name].dims[1:] == run[f"draws_{name}"].dims[1:]
            np.testing.assert_array_equal(made[name], run[f"draws_{name}"])
        else:
            mean = run[name].sel(statistic="mean")
            np.testing.assert_allclose(made[name].mean("row"), mean, rtol=1e-12, atol=1e-9)


@pytest.mark.parametrize("variant", ["", "long"])
def test_uniforms_give_what_a_run_draws_from_them(variant: str) -> None:
    run = wellbeva.run(TOGETHER, variant=variant, design="random", draws=DRAWS, seed=3, keep_draws=True).dataset
    made = wellbeva.model(TOGETHER, variant=variant)
    streams = {path: name for name, path in made.compiled.paths.items()}  # type: ignore[attr-defined]
    points = [uniforms(3, streams.get(name, name), count=DRAWS) for name in made.problem["names"]]  # type: ignore[attr-defined]
    np.testing.assert_array_equal(made.ppf(np.transpose(points)), run["inputs"].values.T)


def test_what_is_drawn_together_is_one_group(together: ScenarioModel) -> None:
    assert together.problem["names"] == [
        "lives.home", "lives.care", "gain.walks", "cost.walks", "gain.swims", "cost.swims", "lasts",
    ]  # fmt: skip
    shares, gains = "lives.home, lives.care, lives.away", "gain.walks, gain.swims"
    assert together.problem["groups"] == [
        shares, shares, gains, "cost.walks", gains, "cost.swims", "lasts, uptake",
    ]  # fmt: skip
    assert "groups" not in wellbeva.model(SCENARIOS[1]).problem


def test_any_number_of_rows_and_a_mapping(together: ScenarioModel) -> None:
    values = together.ppf(np.random.default_rng(1).random((1000, 7)))
    all_rows = together(values)
    for rows in (slice(0, 1), slice(7, 600)):
        np.testing.assert_array_equal(together(values[rows])["effect"], all_rows["effect"][rows])
    by_name = together(dict(zip(together.inputs, values.T, strict=True)))
    assert by_name.equals(all_rows)
    some = together({"lasts": [1.0, 2.0], "uptake": 0.5})
    base = np.array([[element.base for element in together.plan.elements]] * 2)
    base[:, -2:] = [[1.0, 0.5], [2.0, 0.5]]
    np.testing.assert_array_equal(some["effect"], together(base)["effect"])


def test_net_benefit_is_that_of_effect_and_cost(together: ScenarioModel) -> None:
    made = together(together.ppf(np.full((2, 7), 0.4)))
    for level, value in zip(made["level"].values, together.plan.decision.values, strict=True):  # type: ignore[union-attr]
        wanted = value * made["decision_effect"] - made["decision_cost"]
        np.testing.assert_array_equal(made["decision_net_benefit"].sel(level=level), wanted)


BASE = {"lives.home": 0.6, "lives.care": 0.3, "lives.away": 0.1}


def test_inputs_that_do_not_fit_are_refused(together: ScenarioModel) -> None:
    columns = len(together.inputs)
    for wrong in (np.zeros(columns), np.zeros((2, columns + 1)), np.zeros((0, columns)), {"last": 1.0}):
        assert refused(lambda wrong=wrong: together(wrong)).startswith("WB-R140")  # type: ignore[misc]
    assert refused(lambda: together({"lasts": [1, 2], "uptake": [1, 2, 3]})).startswith("WB-R140")
    assert refused(lambda: together({"lasts": ["long"]})).startswith("WB-R141")
    assert refused(lambda: together({"lasts": [1.0, np.nan]})) == "WB-R141 row 2 holds what is not a finite number"


def test_shares_that_do_not_add_to_1_are_refused_with_their_group(together: ScenarioModel) -> None:
    together(BASE)
    assert refused(lambda: together(BASE | {"lives.away": [0.1, 0.2]})) == (
        "WB-R142 the shares lives.home, lives.care, lives.away do not add to 1 in row 2"
    )


@pytest.mark.parametrize("u", [0.0, 1.0, -0.5])
def test_uniforms_at_the_ends_are_refused(together: ScenarioModel, u: float) -> None:
    assert refused(lambda: together.ppf(np.full((1, 7), u))).startswith("WB-R143")


def test_a_row_that_the_engine_refuses_is_named(together: ScenarioModel) -> None:
    assert refused(lambda: together({"lasts": [1.0, 1e308]})).startswith("WB-E001")


def test_a_scenario_without_uncertainty_has_nothing_to_vary() -> None:
    sure = [f"{name}=1" for name in ("x1", "x2", "x3")]
    certain = wellbeva.model(TOGETHER.with_name("ishigami.yaml"), overrides=sure)
    assert certain.inputs == ()
    assert refused(lambda: certain.problem).startswith("WB-R145")
