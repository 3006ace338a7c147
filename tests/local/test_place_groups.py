"""Groups that places give a scenario: whose fifths they are, ages, and several places (semantics R201 to R204)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.local.test_scenario_areas import given as assigned
from tests.local.test_scenario_areas import load, written
from wellbeva import api
from wellbeva.cli import main
from wellbeva.local.areas import area, codes
from wellbeva.local.tables import by_code
from wellbeva.scenario.loader import load_scenario
from wellbeva.scenario.place.groups import KINDS, Kind, fifths, label_of, overlap, whose
from wellbeva.scenario.spec import Scenario

PLACES = "area: {code: [Liverpool, Leeds, York], groups: areas}"


def people(scenario: Scenario) -> dict[str, int]:
    return {one.selectors[0].label: int(one.value.amounts["value"].number) for one in assigned(scenario, "population")}


@given(st.lists(st.integers(0, 30), min_size=10, max_size=10))
def test_r201_own_fifths_are_equal_in_number_and_englands_are_pairs_of_tenths(tenths: list[int]) -> None:
    own, nation = fifths(tenths, own=True), fifths(tenths, own=False)
    assert max(map(len, own)) - min(map(len, own)) <= 1
    assert [tenth for fifth in own for tenth in fifth] == [tenth for fifth in nation for tenth in fifth]
    assert [len(fifth) for fifth in nation] == [tenths[k] + tenths[k + 1] for k in range(0, 10, 2)]


def test_r201_own_fifths_of_liverpool_are_not_englands(tmp_path: Path) -> None:
    """298 neighbourhoods: 60, 59, 60, 59 and 60 where England's have 187, 45, 31, 31 and 4; 145 are in tenth 1."""
    scenario = load(tmp_path, "area: {code: Liverpool, groups: own fifths}")
    assert list(scenario.groups.values())[:2] == [
        "Most deprived fifth of neighbourhoods in Liverpool",
        "Second most deprived fifth in Liverpool",
    ]
    found = people(scenario)
    for (label, count), neighbours in zip(found.items(), (60, 59, 60, 59, 60), strict=True):
        assert label.endswith("_own_fifth")  # a file written for England's cannot pass for one of these
        assert abs(count - 500474 * neighbours / 298) <= 0.5
    notes = [one.value.note for one in assigned(scenario, "population")]
    assert "59 of its 298 neighbourhoods are in its own fifth (England's tenth 1," in notes[1]
    assert "England's tenths 1 to 2," in notes[2]
    assert "the 298 neighbourhoods of Liverpool itself" in scenario.sources["area_deprivation"].note


def test_r202_ages_leave_out_children(tmp_path: Path) -> None:
    found = people(load(tmp_path, "area: {code: Liverpool, groups: age}"))
    row = by_code("population")["E08000012"][0]
    assert found == {"aged_16_64": int(row["aged_16_64"]), "aged_65_plus": int(row["aged_65_plus"])}
    assert sum(found.values()) == int(row["all"]) - int(row["aged_0_15"])


def test_r203_each_place_has_its_own_shrunk_baseline_and_population(tmp_path: Path) -> None:
    scenario = load(tmp_path, PLACES)
    assert scenario.groups == {"liverpool": "Liverpool", "leeds": "Leeds", "york": "York"}
    assert people(scenario) == {"liverpool": 500474, "leeds": 798786, "york": 211012}
    for one, code in zip(assigned(scenario, "baseline"), ("E08000012", "E08000035", "E06000014"), strict=True):
        shrunk = area(code).wellbeing["life_satisfaction", "2022-23"].shrunk
        assert shrunk is not None
        for name, number in (("centre", shrunk.mean), ("low", shrunk.low), ("high", shrunk.high)):
            assert float(one.value.amounts[name].number) == pytest.approx(number, abs=0.0005001)


def test_r203_places_are_drawn_separately(tmp_path: Path) -> None:
    """8,192 scrambled points of several dimensions: a correlation of 0 comes out below 0.05."""
    inputs = api.run(written(tmp_path, PLACES), draws=8192).dataset["inputs"]
    names = [f"baseline[{label}]" for label in ("liverpool", "leeds", "york")]
    correlation = np.corrcoef(inputs.sel(element=names).transpose("element", ...).values.reshape(3, -1))
    assert abs(correlation[np.triu_indices(3, 1)]).max() < 0.05


@pytest.mark.parametrize(("peers", "most"), [("English districts", 0.008), ("Welsh authorities", 0.051)])
def test_r203_the_shared_error_of_the_peers_mean_is_small(peers: str, most: float) -> None:
    """The covariance of two shrunk means is B B' var(m), of the two that are drawn to it most."""
    shrunk = [
        estimate.shrunk
        for code in codes()
        if (estimate := area(code).wellbeing.get(("life_satisfaction", "2022-23"))) and estimate.peers == peers
    ]
    shares = sorted((1 - one.weight) * one.pool.se / one.se for one in shrunk if one is not None)
    assert 0.9 * most < shares[-1] * shares[-2] < most


def test_r203_another_area_takes_the_place_of_the_list(tmp_path: Path) -> None:
    scenario = load_scenario(written(tmp_path, PLACES), overrides=["area=Hartlepool"])
    assert scenario.groups == {"hartlepool": "Hartlepool"}


def test_r203_areas_of_one_name_are_never_told_apart_by_it() -> None:
    """Labels are made from names: two that are equal belong to areas that may not stand in one list."""
    by_label: dict[str, list[str]] = {}
    for code in codes():
        by_label.setdefault(label_of(area(code).name), []).append(code)
    alike = [(one, other) for group in by_label.values() for one in group for other in group if one < other]
    assert len(alike) == 8
    assert all(overlap(area(one), area(other)) for one, other in alike)


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("E08000012", "E06000014", True),  # two unitary authorities
        ("E10000020", "E08000012", True),  # a county and a metropolitan district
        ("E07000148", "W06000015", True),  # a district and a Welsh authority
        ("E12000002", "E12000003", True),  # two regions
        ("E10000020", "E07000148", False),  # a county and a district in it
        ("E11000002", "E08000012", False),  # a metropolitan county and a district in it
        ("K03000001", "K04000001", False),  # Great Britain; England and Wales
        ("E10000023", "E06000065", False),  # one territory, two codes
    ],
)
def test_r203_places_that_may_share_people_are_refused(one: str, other: str, apart: bool) -> None:
    assert bool(overlap(area(one), area(other))) is not apart
    assert bool(overlap(area(other), area(one))) is not apart


@pytest.mark.parametrize("kind", KINDS)
def test_r204_check_prints_whose_groups_they_are(
    kind: Kind, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.main(["check", str(written(tmp_path, f"area: {{code: Liverpool, groups: {kind}}}"))]) == 0
    assert f"Groups: {whose(kind, [area('E08000012')])}." in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("kind", KINDS)
def test_r204_no_group_of_a_place_has_an_income_fifth(kind: Kind, tmp_path: Path) -> None:
    """Fifths of deprivation are of neighbourhoods; welfare weights are for incomes of households."""
    scenario = load(tmp_path, f"area: {{code: Liverpool, groups: {kind}}}")
    assert not assigned(scenario, "income_fifth")
    assert {one.parameter for one in scenario.assignments} == {"baseline", "population", "people", "effect", "hold"}
