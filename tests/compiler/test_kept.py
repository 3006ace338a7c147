"""Variants compiled one after another come to what each comes to alone, though they share what is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tiers import thorough_after
from wellbeva.compiler.compile import compile_scenario, dimensions
from wellbeva.compiler.parameters import variant_cache
from wellbeva.errors import Collector
from wellbeva.plan.record import CompiledScenario
from wellbeva.plan.serialise import plan_hash
from wellbeva.scenario.loader import load_once

SCENARIOS = Path(__file__).parents[2] / "scenarios"
BODY = """schema: wellbeva/scenario/1
scenario: Kept
question: Which?
model: wellbeing_trajectory
appraisal: green-book-2026
time: {step: year, from: 0, to: 2, starts: 2026}
choose: several
groups: {young: Under 25, old: Over 65}
axes: {payer: {council: Council, nhs: NHS}, body: {nhs_saves: NHS}}
options:
  visits:
    {label: Visits, people: 100 people, take_up: 70% (60% to 80%), effect: "0.3 (0.1 to 0.5) [trial]", hold: 9 months,
    cost_per_person: {by: payer, council: "£95 in 2022 prices (£80 to £110)", nhs: £10}}
  talks: {label: Talks, people: same as people.visits, take_up: 70% (60% to 80%), effect: 0.2 (se 0.05), hold: 1 year}
sources: {trial: {cite: A trial, evidence: strong}}
variants:
  longer: {label: Longer, hold.visits: 18 months (range 9 to 24)}
  prices: {label: Other prices, appraisal.prices: 2022}
  again: {label: Longer again, from: longer, effect.talks: 0.1 (se 0.05)}
  same: {label: The same words at another place, effect.visits: "0.3 (0.1 to 0.5) [trial]"}
"""


def _parts(one: CompiledScenario) -> tuple[object, ...]:
    # inputs as text: a number that is not there is NaN, which is equal to nothing
    return plan_hash(one.plan), repr(one.record.inputs), one.record.warnings, one.record.provisional


def _compiled_all(path: Path, *, alone: bool) -> dict[str, tuple[object, ...]]:
    loaded = load_once(path)
    base = compile_scenario(loaded.scenario())
    found = {"": _parts(base)}
    # Twice, and the other way round, so that each follows each.
    variants = [(name, loaded.scenario(name)) for name in loaded.known]
    for name, scenario in [*variants, *reversed(variants)]:
        if alone:
            variant_cache._last.clear()  # as in a process of its own
        made = _parts(compile_scenario(scenario, known=dimensions(base.plan), collector=Collector()))
        assert found.setdefault(name, made) == made, name
    return found


@pytest.mark.parametrize("name", thorough_after(1, ["park-and-neighbours", "uk-community-offers", "easing-loneliness"]))
def test_shipped_variants(name: str) -> None:
    together = _compiled_all(SCENARIOS / f"{name}.yaml", alone=False)
    assert together == _compiled_all(SCENARIOS / f"{name}.yaml", alone=True)
    assert len(together) > 1


def test_what_a_variant_changes_is_read_and_what_was_said_is_said_again(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text(BODY)
    together = _compiled_all(tmp_path / "x.yaml", alone=False)
    assert together == _compiled_all(tmp_path / "x.yaml", alone=True)
    told = {name: {one.code for one in parts[2]} for name, parts in together.items()}  # type: ignore[attr-defined]
    assert all("WB-D102" in codes for codes in told.values()), "the fit of take_up is doubted in each"
    assert len({parts[0] for parts in together.values()}) == len(together), "each differs from the others"


def test_a_scenario_read_anew_shares_nothing(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text(BODY)
    first = compile_scenario(load_once(tmp_path / "x.yaml").scenario())
    (tmp_path / "x.yaml").write_text(BODY.replace("hold: 9 months", "hold: 10 months"))
    second = compile_scenario(load_once(tmp_path / "x.yaml").scenario())
    assert plan_hash(first.plan) != plan_hash(second.plan)
