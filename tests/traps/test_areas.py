"""Trap 9: a source that compares areas is not a source of what one person gains."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.traps.trap_files import check, trap, values
from wellbeva import api

MAP = "average of local authorities"


def study(design: str, more: str = "") -> tuple[str, str]:
    """Give the source of areas another design, and more keys."""
    return (f'design: "{MAP}"', f'design: "{design}"{more}')


def test_9_an_effect_from_areas_is_refused(folder: Path) -> None:
    said = trap(folder, ("0.3 [trial]", "0.3 [areas]"), study(MAP, ", compares: areas"))
    assert said.errors == ["WB-A121"]
    # What is declared decides, whatever the design is called.
    assert trap(folder, ("0.3 [trial]", "0.3 [areas]"), study("panel", ", compares: areas")).errors == ["WB-A121"]
    assert not trap(folder, ("0.3 [trial]", "0.3 [areas]"), study(MAP, ", compares: people")).found


def test_9_published_averages_of_areas_say_that_they_compare_areas(folder: Path) -> None:
    place = ("comparator: nothing\n", "comparator: nothing\narea: E08000012\n")
    trap(folder, place)
    sources = api.load(folder / "trap.yaml").record.scenario.sources
    assert {key: one.compares for key, one in sources.items() if key.startswith("area_")} == {
        "area_wellbeing": "areas",
        "area_population": "areas",
    }


def test_9_a_word_of_another_kind_is_not_taken(folder: Path) -> None:
    assert trap(folder, study(MAP, ", compares: towns")).errors


def test_9_a_baseline_from_areas_is_not(folder: Path) -> None:
    assert not trap(folder, study(MAP, ", compares: areas"), values("baseline: 7.3 [areas]")).found


@pytest.mark.parametrize("design", ["ecological study", MAP, "trials, of wards", "before-and-after", "RCT; 40 people"])
def test_9_a_gain_whose_kind_of_study_is_not_declared_is_asked_about(folder: Path, design: str) -> None:
    said = trap(folder, ("0.3 [trial]", "0.3 [areas]"), study(design))
    assert said("WB-A150", "warning", "behind effect.offer")
    assert not said.errors
    assert not trap(folder, ("0.3 [trial]", "0.3 [areas]"), study(design, ", compares: people")).found


@pytest.mark.parametrize(
    "design",
    [
        "randomised trial; people in three local authorities", "Trial (clusters), averages of neighbourhoods",
        "natural experiment, across 309 English districts", "survey link; panel of people in many areas",
        "matched comparison", "judgement",
    ],
)  # fmt: skip
def test_9_what_follows_a_declared_kind_is_prose(folder: Path, design: str) -> None:
    assert not trap(folder, ("0.3 [trial]", "0.3 [areas]"), study(design)).found


def test_9_the_source_of_all_numbers_is_looked_at(folder: Path) -> None:
    areas = ("design: randomised trial,", "design: panel, compares: areas,")
    assert trap(folder, ("0.3 [trial]", "0.3"), areas).errors == ["WB-A121"]
    # What is only assumed has no study behind it.
    assert not trap(folder, ("0.3 [trial]", "0.3 [assumed]"), areas).errors


@pytest.mark.parametrize(("neutral", "codes"), [("", ["WB-A121"]), ("neutral: 2", []), ("neutral: 0", [])])
def test_9_a_life_saved_is_lived_at_the_mean_of_an_area(folder: Path, neutral: str, codes: list[str]) -> None:
    path = folder / "trap.yaml"
    path.write_text(
        "schema: wellbeva/scenario/1\nscenario: Lives\nmodel: cost_per_wellby\nappraisal: green-book-2026\n"
        "comparator: nothing\nchoose: several\noptions:\n  boats:\n    label: Boats\n    people: 10 people [map]\n"
        f"    effect: 7.3 [map]\n    years: 30 years\n    cost_total: £1m in 2023 prices\n    {neutral}\n"
        "sources:\n  map: {cite: A map, compares: areas, evidence: strong, covers: all}\n",
        encoding="utf-8",
    )
    said = check(path)
    assert said.errors == codes
    # Years that are left to somebody who is saved are no gain that fades.
    assert said("WB-A120", "warning") == (not neutral)
