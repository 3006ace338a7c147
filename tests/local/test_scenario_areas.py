"""The key ``area`` of a scenario: what it fills, what is stronger, and what it is never used for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from wellbeva import api
from wellbeva.errors import Collector, WellbevaError, render
from wellbeva.local import tables
from wellbeva.local.areas import area
from wellbeva.local.tables import records
from wellbeva.scenario.loader import load_scenario
from wellbeva.scenario.spec import Assignment, Scenario

CASES = Path(__file__).parent / "cases"
NAMES = sorted(path.name for path in CASES.glob("*.yaml"))

PLAIN = """\
schema: wellbeva/scenario/1
scenario: Visits
model: {model}
appraisal: green-book-2026
choose: one
time: {{step: year, from: 0, to: 2}}
options:
  visits:
    people: {people}
    effect: {effect}
    hold: 12 months (range 3 to 18) [assumed]
{more}"""


def load(
    folder: Path, more: str, *, model: str = "wellbeing_trajectory", collector: Collector | None = None
) -> Scenario:
    return load_scenario(written(folder, more, model=model), collector=collector)


def written(
    folder: Path, more: str, *, model: str = "wellbeing_trajectory", effect: str = "", people: str = "100 [assumed]"
) -> Path:
    path = folder / "visits.yaml"
    effect = effect or "0.30 (0.05 to 0.55) [assumed]"
    path.write_text(PLAIN.format(more=more, model=model, effect=effect, people=people), encoding="utf-8")
    return path


def given(scenario: Scenario, parameter: str) -> list[Assignment]:
    return [one for one in scenario.assignments if one.parameter == parameter]


@pytest.mark.parametrize("name", NAMES)
def test_message_is_exact(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CASES)
    try:
        found = api.check(name)
    except WellbevaError as error:
        found = error.diagnostics
    said = "\n\n".join(render(one) for one in found) + "\n"
    assert said == (CASES / name).with_suffix(".txt").read_text(encoding="utf-8")


def test_every_case_has_an_expected_message() -> None:
    assert {path.stem for path in CASES.glob("*.txt")} == {Path(name).stem for name in NAMES}


def test_a_code_gives_the_shrunk_baseline_and_the_population(tmp_path: Path) -> None:
    """7.304 (7.100 to 7.508) beside the published 7.10 (6.81 to 7.40); 500,474 people."""
    scenario = load(tmp_path, "area: E08000012")
    assert scenario.groups == {"everyone": "Everyone"}
    (baseline,) = given(scenario, "baseline")
    assert (baseline.layer, baseline.selectors, baseline.value.form) == ("values", (), "interval")
    shrunk = area("E08000012").wellbeing["life_satisfaction", "2022-23"].shrunk
    assert shrunk is not None
    for name, number in (("centre", shrunk.mean), ("low", shrunk.low), ("high", shrunk.high)):
        assert float(baseline.value.amounts[name].number) == pytest.approx(number, abs=0.0005001)
    assert "published 7.10 (6.81 to 7.40)" in baseline.value.note
    assert "not an effect on one person" in baseline.value.note
    (population,) = given(scenario, "population")
    assert population.value.amounts["value"].number == 500474
    assert "indicative" in population.value.note


def test_every_number_has_a_source_with_licence_link_and_a_warning_about_averages(tmp_path: Path) -> None:
    scenario = load(tmp_path, "area: {code: E08000012, groups: deprivation fifths}")
    assert set(scenario.sources) == {"area_wellbeing", "area_population", "area_deprivation"}
    cited = {cite.key for one in scenario.assignments for cite in one.value.cites} - {"assumed"}
    assert cited == set(scenario.sources)
    for source in scenario.sources.values():
        assert source.licence == "Open Government Licence v3.0"
        assert source.link.startswith("https://")
        assert "Contains public sector information" in source.note
        assert "not an effect on one person" in source.note
        assert "data, no study of an effect" in source.design
        assert source.evidence == ""  # a grade is that of a study of an effect
    assert scenario.sources["area_population"].status == "indicative"


def test_fifths_share_the_population_as_the_neighbourhoods_are(tmp_path: Path) -> None:
    """187, 45, 31, 31 and 4 of 298 neighbourhoods; each within half a person."""
    scenario = load(tmp_path, "area: {code: Liverpool, groups: deprivation fifths}")
    labels = ["most_deprived_fifth", "second_fifth", "middle_fifth", "fourth_fifth", "least_deprived_fifth"]
    assert list(scenario.groups) == labels
    found = {one.selectors[0].label: one.value.amounts["value"].number for one in given(scenario, "population")}
    for label, count in zip(labels, (187, 45, 31, 31, 4), strict=True):
        assert abs(found[label] - 500474 * count / 298) <= 0.5
    assert len(given(scenario, "baseline")) == 1  # one draw, shared
    assert not given(scenario, "deprivation_fifth")  # this model has none
    note = given(scenario, "population")[1].value.note
    assert note.count("45 of its 298 neighbourhoods") == 1


def test_a_model_that_asks_for_fifths_of_england_is_given_them(tmp_path: Path) -> None:
    """A place's own fifths are not England's, so that nothing says which of those they are."""
    national, own = (
        given(load(tmp_path, f"area: {{code: Liverpool, groups: {kind}}}", model="distributional"), "deprivation_fifth")
        for kind in ("deprivation fifths", "own fifths")
    )
    assert [one.value.amounts["value"].number for one in national] == [1, 2, 3, 4, 5]
    assert not own


def test_a_fifth_without_neighbourhoods_is_no_group(tmp_path: Path) -> None:
    """The Isles of Scilly are one neighbourhood, in the seventh tenth."""
    more = "values: {baseline: '8 (7 to 9) [assumed]'}\narea: {code: E06000053, groups: deprivation fifths}"
    scenario = load(tmp_path, more)
    assert list(scenario.groups) == ["fourth_fifth"]
    named = "groups: {second_fifth: Some}\n" + more
    with pytest.raises(WellbevaError, match="WB-S163"):
        load(tmp_path, named)


def test_a_scenario_may_name_the_fifths_in_its_own_words(tmp_path: Path) -> None:
    more = """\
groups:
  most_deprived_fifth: {label: The poorest streets, baseline: "6.9 (6.5 to 7.3) [assumed]"}
area: {code: E08000012, groups: deprivation fifths}
"""
    scenario = load(tmp_path, more)
    assert scenario.groups["most_deprived_fifth"] == "The poorest streets"
    assert scenario.groups["second_fifth"] == "Second most deprived fifth in England"
    weak, strong = given(scenario, "baseline")  # later wins
    assert (weak.selectors, strong.selectors[0].label) == ((), "most_deprived_fifth")


def test_groups_of_the_scenarios_own_are_not_given_the_areas_population(tmp_path: Path) -> None:
    """The people of a whole area are not those of each group in it."""
    scenario = load(tmp_path, "area: E08000012\ngroups: {lonely: Lonely, other: Others}")
    assert not given(scenario, "population")
    assert len(given(scenario, "baseline")) == 1
    assert set(scenario.sources) == {"area_wellbeing"}


def test_an_average_of_an_area_is_no_effect_in_a_variant_that_is_not_chosen(tmp_path: Path) -> None:
    with pytest.raises(WellbevaError, match="WB-S166"):
        load(tmp_path, "area: E08000012\nvariants: {bold: {effect: same as baseline}}")


def test_joint_draws_take_the_place_of_the_areas_number(tmp_path: Path) -> None:
    """R10 of the format: a column of draws is the number."""
    (tmp_path / "draws.csv").write_text("baseline\n7.1\n7.2\n7.3\n", encoding="utf-8")
    scenario = load(tmp_path, "area: E08000012\ntables: [{file: draws.csv, rows: draw}]")
    assert not given(scenario, "baseline")
    assert given(scenario, "population")


def test_year_and_published_mean(tmp_path: Path) -> None:
    """2018-19: 7.50 (7.36 to 7.64), standard error 0.28/3.92; the shrunk mean stands in the note."""
    scenario = load(tmp_path, "area: {code: E08000012, year: 2018-19, mean: published, take: baseline}")
    (baseline,) = given(scenario, "baseline")
    assert baseline.value.form == "se"
    assert baseline.value.amounts["centre"].number == 7.5
    assert float(baseline.value.amounts["se"].number) == pytest.approx(0.28 / 3.92, abs=0.00005)
    assert "304 English districts it is 7.5" in baseline.value.note
    assert not given(scenario, "population")


def test_a_region_is_not_shrunk(tmp_path: Path) -> None:
    scenario = load(tmp_path, "area: {code: North West, take: baseline}")
    (baseline,) = given(scenario, "baseline")
    assert (baseline.value.form, float(baseline.value.amounts["centre"].number)) == ("se", 7.4)
    assert "no peers" in baseline.value.note


def test_own_numbers_win_and_make_up_for_what_is_wanting(tmp_path: Path) -> None:
    """R1: the area is the weakest layer."""
    collector = Collector()
    more = "area: S12000033\nvalues: {population: '1000 people [assumed]'}"
    scenario = load(tmp_path, more, collector=collector)
    (population,) = given(scenario, "population")
    assert population.value.amounts["value"].number == 1000
    assert not [one for one in collector.found if one.code == "WB-S164"]
    own = load(tmp_path, "area: E08000012\nvalues: {population: '1000 people [assumed]'}", collector=collector)
    assert [one.value.amounts["value"].number for one in given(own, "population")] == [500474, 1000]
    assert [one.severity for one in collector.found if one.code == "WB-S164"] == ["warning"]


def test_a_key_of_the_scenario_is_not_taken_over(tmp_path: Path) -> None:
    scenario = load(tmp_path, "area: E08000012\nsources: {area_wellbeing: {cite: Our own survey}}")
    assert scenario.sources["area_wellbeing"].cite == "Our own survey"
    assert given(scenario, "baseline")[0].value.cites[0].key == "area_wellbeing_data"


@pytest.mark.parametrize(
    "override",
    ["effect=same as baseline", "effect.visits=0.2 (0 to 0.4) [area_wellbeing]", "household_size=2 [area_wellbeing]"],
)
def test_an_average_of_an_area_is_no_effect_on_the_command_line_either(tmp_path: Path, override: str) -> None:
    """Trap 9 of the field's notes."""
    path = written(tmp_path, "area: E08000012")
    with pytest.raises(WellbevaError) as caught:
        load_scenario(path, overrides=[override])
    assert [one.code for one in caught.value.diagnostics if one.severity == "error"] == ["WB-S166"]


def test_a_model_without_these_parameters_takes_nothing(tmp_path: Path) -> None:
    (tmp_path / "bare.yaml").write_text(
        "schema: wellbeva/model/1\nmodel: bare\nparameters:\n"
        "  people: {unit: person, by: option}\n  effect: {unit: LS, by: option}\n  hold: {unit: year, by: option}\n"
        "  baseline: {unit: share, default: 50%}\n"
        "equations:\n  gain: people * effect * hold in WELLBY\noutcomes: [gain]\n",
        encoding="utf-8",
    )
    collector = Collector()
    scenario = load(tmp_path, "area: E08000012", model="bare", collector=collector)
    assert not given(scenario, "baseline")
    assert scenario.sources == {}
    assert "WB-S167" in {one.code for one in collector.warnings}


@pytest.mark.parametrize(
    "text",
    [
        "[E08000012]",
        "{}",
        "{code: [E08000012, [a]]}",
        "{code: []}",
        "{code: [" + "x, " * 500 + "x]}",
        "{code: {a: b}}",
        "{code: E08000012, groups: [deprivation fifths]}",
        "{code: E08000012, groups: {}}",
        "{code: E08000012, take: [baseline, {a: b}]}",
        "{code: E08000012, year: [2022-23]}",
        "{code: E08000012, boundaries: 2023}",
        "'../../../etc/passwd'",
        "'" + "E0800001" * 500 + "'",
        "E0800001２",
        "",
        "~",
    ],
)
def test_hostile_areas_are_refused_with_a_place(tmp_path: Path, text: str) -> None:
    with pytest.raises(WellbevaError) as caught:
        load(tmp_path, f"area: {text}")
    errors = [one for one in caught.value.diagnostics if one.severity == "error"]
    assert len(errors) <= 2
    assert all(re.fullmatch(r"WB-[SF][0-9]{3}", one.code) and one.span and one.span.line == 12 for one in errors)


@pytest.mark.thorough
def test_it_runs_end_to_end(tmp_path: Path) -> None:
    """The baseline is the shrunk mean, the population that of the fifth, and the report names both means."""
    path = written(
        tmp_path,
        "area: {code: E08000012, groups: deprivation fifths}",
        people="{by: group, most_deprived_fifth: 100, else: 0, source: assumed}",
    )
    done = api.run(path, draws=8192, threads=1)
    inputs = {(one.parameter, dict(one.labels).get("group", "")): one for one in done.compiled.record.inputs}
    assert inputs["baseline", ""].base == pytest.approx(7.304, abs=1e-9)
    assert inputs["population", "most_deprived_fifth"].base == pytest.approx(314056, abs=1e-6)
    manifest = str(done.manifest())
    assert "area_wellbeing" in manifest
    assert "Open Government Licence v3.0" in manifest
    folder = done.write(tmp_path / "run")
    digests = done.manifest()["scenario"]["files_sha256"]
    assert digests["wellbeva:local/wellbeing.csv"] == records()["wellbeing"].sha256
    report = (folder / "report.html").read_text(encoding="utf-8")
    assert "Annual Population Survey" in report
    assert "published 7.10 (6.81 to 7.40)" in report


def test_the_manifest_has_the_hash_of_the_local_data_that_was_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = tables.read_text
    monkeypatch.setattr(tables, "read_text", lambda name: read(name) + ("\n" if name == "wellbeing" else ""))
    monkeypatch.setattr("wellbeva.scenario.place.area.digest", tables.digest.__wrapped__)
    digests = load(tmp_path, "area: E08000012").digests
    assert digests["wellbeva:local/wellbeing.csv"] != records()["wellbeing"].sha256
    assert digests["wellbeva:local/population.csv"] == records()["population"].sha256


@pytest.mark.parametrize("own", ["", "area: Leeds", "area: {code: Leeds, year: 2021-22, take: baseline}"])
def test_r140_another_area_is_read_as_the_files_own(tmp_path: Path, own: str) -> None:
    path = written(tmp_path, own)
    swapped = load_scenario(path, overrides=("hold=6 months", "area=Leeds", "area = Liverpool "))
    path = written(tmp_path, own.replace("Leeds", "Liverpool") or "area: Liverpool")
    assert given(swapped, "baseline")[0].value.body == given(load_scenario(path), "baseline")[0].value.body
    assert len(given(swapped, "population")) == (0 if "take" in own else 1)
    assert "wellbeva:local/wellbeing.csv" in swapped.digests


def test_r140_another_area_changes_no_draw_of_what_it_does_not_bring(tmp_path: Path) -> None:
    path = written(tmp_path, "")
    inputs = [
        api.run(path, draws=512, overrides=overrides).dataset["inputs"].sel(element="effect[visits]").values
        for overrides in ((), ("area=Liverpool",))
    ]
    assert (inputs[0] == inputs[1]).all()


@pytest.mark.parametrize(("override", "told"), [("area=Liverpol", "--set:1:6: error[WB-S160]"), ("area=", "WB-S131")])
def test_r140_an_area_that_there_is_not_is_told_where_it_stands(tmp_path: Path, override: str, told: str) -> None:
    with pytest.raises(WellbevaError, match=re.escape(told)) as refused:
        load_scenario(written(tmp_path, ""), overrides=(override,))
    assert len(refused.value.diagnostics) == 1
