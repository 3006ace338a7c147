"""Pooled studies in the report: a row a study, the average, a new setting, and the funnel (semantics R160)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.report.test_shipped import blocks, view
from wellbeva import api
from wellbeva.report.page.view import Block, Drawing, Table

ROOT = Path(__file__).parents[2]
STRESS = ROOT / "scenarios" / "easing-stress.yaml"


def shown(scenario: Path, variant: str = "") -> dict[str, Block]:
    return blocks(view(api.run(scenario, draws=8192, variant=variant)))


@pytest.fixture(name="stress", scope="module")
def _stress() -> dict[str, Block]:
    return shown(STRESS)


def test_the_shipped_scenario_gives_what_its_source_prints() -> None:
    assert [one.verdict for one in api.test(STRESS)] == ["met"]


def test_each_study_has_a_row_with_its_interval(stress: dict[str, Block]) -> None:
    forest = stress["es1"]
    assert isinstance(forest, Table)
    assert [row.head for row in forest.rows[-2:]] == ["Average over studies", "A setting that no study has seen"]
    assert len(forest.rows) == 20
    third = forest.rows[2]
    assert (third.head, third.cells[1].text, third.cells[1].under) == ("Danitz & Orsillo", "1.8", "1.1 to 2.5")
    weights = [float(row.under.removeprefix("weight ").removesuffix("%")) for row in forest.rows[:-2]]
    assert sum(weights) == pytest.approx(100, abs=18 * 0.5)
    assert "of a setting that no study has seen" in forest.dek


def test_the_titles_are_findings(stress: dict[str, Block]) -> None:
    assert stress["es1"].title == (
        "Eighteen studies average 0.58 (0.38 to 0.78); a new setting may gain or lose: −0.059 to 1.2"
    )
    funnel = stress["es1f"]
    assert isinstance(funnel, Drawing)
    assert funnel.title == "Five studies of 18 lie outside the funnel"
    assert "Funnel of 18 studies around 0.58; 5 of them lie outside." in funnel.svg


def test_corrections_stand_beside_the_average(stress: dict[str, Block]) -> None:
    table = stress["es1b"]
    assert isinstance(table, Table)
    assert [row.head for row in table.rows][:2] == ["As published", "Funnel (Egger's test)"]
    assert table.title == "With and without corrections for unpublished studies the average is −0.34 to 0.59"
    assert "as published" in table.dek


def test_one_study_outside_the_funnel_lies_there() -> None:
    funnel = shown(ROOT / "scenarios" / "easing-loneliness-trials.yaml")["es1f"]
    assert isinstance(funnel, Drawing)
    assert funnel.title == "One study of 6 lies outside the funnel"


@pytest.mark.thorough
def test_a_fixed_effect_has_no_new_setting() -> None:
    forest = shown(STRESS, "same")["es1"]
    assert isinstance(forest, Table)
    assert forest.title.endswith("taken to be the same everywhere")
    assert forest.rows[-1].head == "Average over studies"


@pytest.mark.thorough
def test_without_pooled_studies_there_is_no_figure_of_them() -> None:
    assert "es1" not in shown(ROOT / "scenarios" / "park-and-neighbours.yaml")
