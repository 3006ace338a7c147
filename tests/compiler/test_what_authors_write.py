"""What authors of models and scenarios expect to be able to write (semantics R129 to R133)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from wellbeva import api
from wellbeva.errors import WellbevaError

MODEL = """\
schema: wellbeva/model/1
model: ages
title: People by age
axes:
  age: {unit: year, doc: age}
  since: {unit: year, doc: time since the start}
  level: {labels: [low, central, high], doc: which value is used}
parameters:
  people: {unit: person, by: [option, age], doc: people reached}
  effect: {unit: LS, by: option, doc: gain of each}
  left: {unit: share, by: since, doc: share of the gain that is left}
  cost: {unit: money, by: option, default: £0, doc: cost in all}
  wellby_value: {unit: money/WELLBY, by: level, from: appraisal, doc: value}
  growth: {unit: ratio, default: 1, doc: growth of the value}
equations:
  mean_age: {unit: year, is: "ratio(sum(people * age, over=age), sum(people, over=age))"}
  old: {unit: person, is: "sum(where(age >= 40 years, people, 0), over=age)"}
  forty: {unit: person, is: "sum(where(age == 40, people, 0), over=age)"}
  stepped: {unit: LS*year, is: "effect * sum(left[since=t] * step, over=time)"}
  straight: {unit: LS*year, is: "effect * integrate(interp(left, since=t), over=time)"}
  wellbys: sum(people, over=age) * stepped in WELLBY
  worth: {unit: money/WELLBY, is: wellby_value * growth}
  worth_twice: {unit: money/WELLBY, is: 2 * worth}
outcomes: [wellbys, mean_age, old, forty, stepped, straight]
decision: {effect: wellbys, cost: cost, value: "VALUE"}
"""
SCENARIO = """\
schema: wellbeva/scenario/1
scenario: Walks in the park
model: ages
appraisal: {preset: green-book-2026, exchange: {GBP per USD: 0.8}}
time: {step: month, from: 0, to: 35}
comparator: nothing
choose: several
axes: {age: [20, 40, 60], since: [0, 0.5, 1.5]}
options:
  walks:
    label: Walks
    people: {by: age, 20: 10, 40: 10, 60: 30}
    effect: 0.2 (0.1 to 0.3)
    cost: $100 in 2023 prices
values:
  left: {by: since, 0: 100%, 0.5: 60%, 1.5: 0%}
  growth: 1.5
published:
  - mean_age.walks = 48 years within 0.001
  - old.walks = 40 within 0.001
  - forty.walks = 10 within 0.001
  - effect.walks = 0.2 within 0.001
  - cost.walks = $100 within $0.1
  - cost.walks = £80 within £0.1
  - people.walks.60 = 30 people within 0
"""
UNITS = {"WELLBY": "WELLBYS"}


def written(folder: Path, *, value: str = "worth_twice", old: str = "", new: str = "") -> Path:
    """Write model and scenario, one text in either replaced."""
    (folder / "models").mkdir(exist_ok=True)
    (folder / "models/ages.yaml").write_text(MODEL.replace("VALUE", value).replace(old, new), "utf-8")
    path = folder / "s.yaml"
    path.write_text(SCENARIO.replace(old, new), "utf-8")
    return path


def refused(path: Path) -> list[str]:
    with pytest.raises(WellbevaError) as fault:
        api.check(path)
    return [one.code for one in fault.value.diagnostics if one.severity == "error"]


@pytest.mark.parametrize("engine", ["reference", "blocked", "compiled"])
def test_r131_a_ladder_has_its_own_value_and_profiles_have_steps(tmp_path: Path, engine: str) -> None:
    means = api.run(written(tmp_path), draws=64, engine=engine).dataset.sel(statistic="base_case")
    found = {name: means[name].item() for name in ("mean_age", "old", "forty", "stepped", "straight")}
    # By steps: 0.2 for half a year, then 60% of it for a year; straight lines: 0.8 * 0.5 + 0.3 * 1, less the corners.
    expected = {"mean_age": 48, "old": 40, "forty": 10, "stepped": 0.2 * (0.5 + 0.6), "straight": 0.2 * (0.4 + 0.3)}
    assert found == pytest.approx(expected, rel=1e-12)


def test_r131_a_model_that_reads_no_ladder_has_no_parameter_of_that_name(tmp_path: Path) -> None:
    names = [one.name for one in api.load(written(tmp_path)).plan.parameters if one.builtin]
    assert "age" in names
    assert "since" not in names


def test_r129_the_value_of_the_effect_may_be_worked_out(tmp_path: Path) -> None:
    plain = api.load(written(tmp_path, value="wellby_value")).plan.decision
    twice = api.load(written(tmp_path)).plan.decision
    direct = api.load(written(tmp_path, value="wellby_value * growth / 2")).plan.decision
    assert plain
    assert twice
    assert direct
    assert twice.levels == ("low", "central", "high")
    assert np.allclose(twice.values, 3 * np.array(plain.values), rtol=1e-15)
    assert np.allclose(direct.values, 0.75 * np.array(plain.values), rtol=1e-15)


@pytest.mark.parametrize(
    ("value", "old", "new"),
    [
        ("worth", "growth: 1.5", "growth: 1.5 (1.4 to 1.6)"),
        ("max(wellby_value, worth)", "", ""),
        ("wellby_value * effect / 1 year", "", ""),
    ],
)
def test_r129_what_is_uncertain_or_more_than_arithmetic_is_refused(
    tmp_path: Path, value: str, old: str, new: str
) -> None:
    assert refused(written(tmp_path, value=value, old=old, new=new))[0] in ("WB-C045", "WB-U004", "WB-U001")


def test_r130_a_published_line_may_print_an_input(tmp_path: Path) -> None:
    assert {one.verdict for one in api.test(written(tmp_path), draws=64)} == {"met"}
    missed = written(tmp_path, old="effect.walks = 0.2", new="effect.walks = 0.21")
    assert [one.path for one in api.test(missed, draws=64, seed=2) if one.verdict == "missed"] == ["effect.walks"]
    assert refused(written(tmp_path, old="effect.walks =", new="effect.walks on average =")) == ["WB-S330"]
    assert refused(written(tmp_path, old="people.walks.60", new="people.walks")) == ["WB-S330"]


def test_the_draws_behind_published_lines_follow_the_seed(tmp_path: Path) -> None:
    path = written(tmp_path, old="  - forty", new="  - stepped.walks on average = 0.22 within 0.01\n  - forty")
    ours = {api.test(path, draws=64, seed=seed)[2].ours for seed in (1, 1, 2)}
    assert len(ours) == 2


def test_r132_a_rate_of_exchange_on_the_command_line(tmp_path: Path) -> None:
    changed = ("appraisal.exchange.GBP per USD=0.9",)
    assert api.run(written(tmp_path), draws=64, overrides=changed).dataset["decision_cost"].sel(
        statistic="base_case", decision_option="walks"
    ).item() == pytest.approx(90)
    for wrong in ("appraisal.exchange.GBP per USDD=0.9", "appraisal.exchange.GBP per GBP=1", "effect.a b=1"):
        with pytest.raises(WellbevaError):
            api.load(written(tmp_path), overrides=(wrong,))


def test_r133_an_unknown_unit_is_told_once(tmp_path: Path) -> None:
    path = written(tmp_path, old="unit: LS,", new="unit: LS/visit,")
    path.write_text(path.read_text("utf-8").replace("0.2 (0.1 to 0.3)", "0.2 per visit"), "utf-8")
    text = (tmp_path / "models/ages.yaml").read_text("utf-8")
    (tmp_path / "models/ages.yaml").write_text(
        text.replace("  growth:", "  visits: {unit: visits, by: option, default: 2, doc: visits}\n  growth:"), "utf-8"
    )
    with pytest.raises(WellbevaError) as fault:
        api.check(path)
    (said,) = [one for one in fault.value.diagnostics if one.severity == "error"]
    assert said.code == "WB-U104"
    assert "`units: {visit: …}`" in said.remedy
