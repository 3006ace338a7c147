"""Scenarios that extend scenarios: what is joined, what is replaced, where files may lie."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from wellbeva.errors import Collector, Diagnostic, WellbevaError
from wellbeva.scenario.extends import DEPTH_LIMIT
from wellbeva.scenario.loader import load_scenario
from wellbeva.scenario.model.loader import find_model, packaged_models
from wellbeva.scenario.spec import Scenario
from wellbeva.scenario.tables import table_reader

SMALL = Path(__file__).parent / "small"
PARENT = """schema: wellbeva/scenario/1
scenario: Parent
question: Which?
model: garden
appraisal: green-book-2026
choose: several
axes: {payer: [council, charity]}
groups: {young: {label: Young, doc: Under 30}, old: Old}
options:
  one: {label: One, doc: The first, hold: 1 year, effect: 0.1}
  two: {label: Two, people: 2, effect: 0.2}
values: {take_up: 50%, take_up.one: 60%, counted: true}
variants: {longer: {label: Longer, hold: 3 years, effect: 0.3}, other: {counted: false}}
sources: {trial: {cite: A trial}, memory: {cite: Memory}}
not_counted: [The fruit., The flowers.]
tables: [costs.csv]
published: [wellbys.one = 1 within 1]
"""
CHILD = """schema: wellbeva/scenario/1
scenario: Child
extends: parent.yaml
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(SMALL, tmp_path, dirs_exist_ok=True)
    (tmp_path / "parent.yaml").write_text(PARENT)
    (tmp_path / "costs.csv").write_text("option,cost.council\none,£7\n")
    return tmp_path


def child(folder: Path, text: str = "", *, variant: str = "") -> Scenario:
    (folder / "x.yaml").write_text(CHILD + text, "utf-8")
    return load_scenario(folder / "x.yaml", variant=variant)


def faults(path: Path) -> list[Diagnostic]:
    with pytest.raises(WellbevaError) as caught:
        load_scenario(path)
    assert all(one.span and one.remedy for one in caught.value.diagnostics)
    return list(caught.value.diagnostics)


def written(scenario: Scenario, parameter: str) -> list[tuple[list[str], str]]:
    found = [one for one in scenario.assignments if one.parameter == parameter]
    return [([selector.label for selector in one.selectors], one.value.written) for one in found]


def test_a_bare_child_is_its_parent_but_for_what_the_source_prints(folder: Path) -> None:
    scenario, parent = child(folder), load_scenario(folder / "parent.yaml")
    assert (scenario.title, scenario.question) == ("Child", "Which?")
    assert scenario.assignments == parent.assignments
    assert (scenario.options, scenario.groups, scenario.sources) == (parent.options, parent.groups, parent.sources)
    assert len(parent.published) == 1
    assert scenario.published == ()
    assert scenario.extended == ()


def test_names_are_joined_and_this_file_wins(folder: Path) -> None:
    scenario = child(
        folder,
        """options:
  one: {label: First, hold: 2 years}
  three: {label: Three, people: 3, effect: 0.5}
groups: {old: {label: Older}, young: {label: Younger}}
sources: {trial: {cite: Another trial}}
variants: {longer: {hold: 4 years}, new: {hold: 5 years}}
appraisal: {prices: 2022}
not_counted: [The trees.]
""",
    )
    assert [(one.name, one.label, one.doc) for one in scenario.options] == [
        ("one", "First", "The first"),
        ("two", "Two", ""),
        ("three", "Three", ""),
    ]
    assert written(scenario, "hold") == [(["one"], "2 years")]
    assert written(scenario, "people") == [(["two"], "2"), (["three"], "3")]
    assert scenario.groups == {"young": "Younger", "old": "Older"}
    assert [(key, one.cite) for key, one in scenario.sources.items()] == [
        ("trial", "Another trial"),
        ("memory", "Memory"),
    ]
    assert list(scenario.variants) == ["longer", "other", "new"]
    assert (scenario.appraisal.preset, scenario.appraisal.prices) == ("green-book-2026", 2022)
    assert scenario.not_counted == ("The trees.",)
    # A variant of the same name is replaced whole: its words and its effect are gone.
    longer = child_variant(folder, "longer")
    assert written(longer, "hold")[-1] == ([], "4 years")
    assert written(longer, "effect")[-1] == (["three"], "0.5")


def test_what_is_known_of_a_group_is_joined_too(folder: Path) -> None:
    text = PARENT.replace("doc: Under 30}", "doc: Under 30, people: 5, effect: 0.4}").replace("people: 2, ", "")
    (folder / "parent.yaml").write_text(text)
    scenario = child(folder, "groups: {young: {label: Younger, people: 6}}\n")
    assert (scenario.groups["young"], written(scenario, "people")) == ("Younger", [(["young"], "6")])
    assert (["young"], "0.4") in written(scenario, "effect")
    assert "`people.young` of parent.yaml is replaced" in scenario.extended


def child_variant(folder: Path, name: str) -> Scenario:
    return load_scenario(folder / "x.yaml", variant=name)


def test_a_value_for_all_wins_over_the_parents_path_into_it(folder: Path) -> None:
    assert written(child(folder, "values: {take_up: 70%}\n"), "take_up") == [(["one"], "60%"), ([], "70%")]
    assert written(child(folder, "values: {take_up.one: 70%}\n"), "take_up") == [([], "50%"), (["one"], "70%")]


def test_what_is_replaced_is_said_once_a_key(folder: Path) -> None:
    scenario = child(
        folder,
        """options: {one: {label: First, hold: 2 years}, three: {effect: 1}}
values: {take_up: 70%, shape: flat}
groups: {old: {label: Older}}
sources: {trial: {cite: Another}}
variants: {longer: {hold: 4 years}}
choose: one
""",
    )
    assert sorted(scenario.extended) == [
        "`choose` of parent.yaml is replaced",
        "`groups.old` of parent.yaml is replaced",
        "`hold.one` of parent.yaml is replaced",
        "`options.one.label` of parent.yaml is replaced",
        "`sources.trial` of parent.yaml is replaced",
        "`take_up` of parent.yaml is replaced",
        "`variants.longer` of parent.yaml is replaced",
    ]


def test_a_chain_speaks_once_of_a_key_and_digests_every_file(folder: Path) -> None:
    (folder / "middle.yaml").write_text(CHILD + "values: {take_up: 70%, counted: false}\n")
    (folder / "x.yaml").write_text(CHILD.replace("parent", "middle") + "values: {take_up: 80%}\n")
    scenario = load_scenario(folder / "x.yaml")
    assert written(scenario, "take_up")[-1] == ([], "80%")
    assert sorted(scenario.extended) == [
        "`counted` of parent.yaml is replaced",
        "`take_up` of middle.yaml is replaced",
    ]
    names = {Path(name).name for name in scenario.digests}
    assert names == {"x.yaml", "middle.yaml", "parent.yaml", "garden.yaml", "costs.csv"}


def test_a_preset_replaces_a_map_of_rules(folder: Path) -> None:
    (folder / "middle.yaml").write_text(CHILD + "appraisal: {prices: 2022}\n")
    (folder / "x.yaml").write_text(CHILD.replace("parent", "middle") + "appraisal: green-book-2022\n")
    appraisal = load_scenario(folder / "x.yaml").appraisal
    assert (appraisal.preset, appraisal.prices) == ("green-book-2022", None)


def test_tables_and_model_of_a_parent_lie_beside_the_parent(folder: Path) -> None:
    inner = folder / "inner"
    inner.mkdir()
    (inner / "costs.csv").write_text("option,cost.council\none,£9\n")
    (inner / "more.csv").write_text("option,cost.council\none,£11\n")
    (folder / "models" / "garden.yaml").rename(folder / "garden.yaml.model")
    (folder / "garden.yaml.model").rename(folder / "garden.yaml")
    (inner / "x.yaml").write_text(CHILD + "variants: {v: {tables: [more.csv]}}\n")
    scenario = load_scenario(inner / "x.yaml", variant="v")
    assert written(scenario, "cost") == [(["one", "council"], "£7"), (["one", "council"], "£11")]
    (inner / "x.yaml").write_text(CHILD + "tables: [costs.csv]\n")
    assert written(load_scenario(inner / "x.yaml"), "cost") == [(["one", "council"], "£9")]


def test_a_fault_of_a_parent_is_placed_in_the_parent(folder: Path) -> None:
    (folder / "parent.yaml").write_text(PARENT.replace("hold: 1 year", "hold: 1e999"))
    (folder / "x.yaml").write_text(CHILD + "values: {efect: 1}\n")
    found = {one.code: one.span for one in faults(folder / "x.yaml")}
    first, second = found["WB-V025"], found["WB-S020"]
    assert first is not None
    assert second is not None
    assert (first.file, first.line) == (str(folder / "parent.yaml"), 10)
    assert second.file == str(folder / "x.yaml")


def test_a_circle_is_told_as_a_path_of_names(folder: Path) -> None:
    (folder / "a.yaml").write_text(CHILD.replace("parent", "b"))
    (folder / "b.yaml").write_text(CHILD.replace("parent", "a"))
    (one,) = faults(folder / "a.yaml")
    assert one.code == "WB-S190"
    assert [Path(name).name for name in one.facts[0].split(" -> ")] == ["a.yaml", "b.yaml", "a.yaml"]
    (folder / "a.yaml").write_text(CHILD.replace("parent", "a"))
    assert [one.code for one in faults(folder / "a.yaml")] == ["WB-S190"]


def test_a_chain_has_a_limit(folder: Path) -> None:
    for number in range(DEPTH_LIMIT + 1):
        (folder / f"s{number}.yaml").write_text(
            CHILD.replace("parent", f"s{number + 1}" if number < DEPTH_LIMIT else "parent")
        )
    load_scenario(folder / "s1.yaml")
    (one,) = faults(folder / "s0.yaml")
    assert one.code == "WB-S191"
    assert "s0.yaml -> " in one.facts[0]


@pytest.mark.parametrize("name", ["../parent.yaml", "/etc/passwd", "inner/../../x.yaml", "C:\\x.yaml", "a" * 500])
def test_no_path_leaves_the_folder_above(folder: Path, name: str) -> None:
    (folder / "x.yaml").write_text(CHILD.replace("parent.yaml", f"'{name}'"))
    assert [one.code for one in faults(folder / "x.yaml")] == ["WB-F050"]


def test_a_chain_never_climbs_beyond_the_folder_above_the_first(folder: Path) -> None:
    top = folder / "top"
    inner = top / "inner"
    inner.mkdir(parents=True)
    (inner / "x.yaml").write_text(CHILD.replace("parent", "middle"))
    (top / "middle.yaml").write_text(CHILD)
    assert [one.code for one in faults(inner / "x.yaml")] == ["WB-F050"]
    assert load_scenario(top / "middle.yaml").title == "Child"


def test_tables_and_models_of_a_parent_never_climb_beyond_it_either(folder: Path) -> None:
    top = folder / "top"
    inner = top / "inner"
    inner.mkdir(parents=True)
    (inner / "x.yaml").write_text(CHILD)
    shutil.copy(folder / "parent.yaml", top / "parent.yaml")
    assert [one.code for one in faults(inner / "x.yaml")] == ["WB-S064"]
    shutil.copytree(folder / "models", top / "models")
    assert [one.code for one in faults(inner / "x.yaml")] == ["WB-F040"]
    shutil.copy(folder / "costs.csv", top / "costs.csv")
    assert load_scenario(inner / "x.yaml").title == "Child"


def test_a_link_does_not_lead_out(folder: Path) -> None:
    inner = folder / "one" / "two"
    inner.mkdir(parents=True)
    (inner / "parent.yaml").symlink_to(folder / "parent.yaml")
    (inner / "x.yaml").write_text(CHILD)
    assert [one.code for one in faults(inner / "x.yaml")] == ["WB-F050"]


def test_a_scenario_given_from_below_finds_what_lies_above(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = folder / "inner"
    (inner / "deep").mkdir(parents=True)
    (inner / "x.yaml").write_text(CHILD)
    monkeypatch.chdir(inner / "deep")
    assert "../../parent.yaml" in load_scenario("../x.yaml").digests


@pytest.mark.parametrize(
    ("parent", "code"),
    [
        ("schema: wellbeva/model/1\nmodel: parent\n", "WB-F031"),
        ("[1, 2]", "WB-F019"),
        ("a: [", "WB-F010"),
    ],
)
def test_a_parent_that_is_no_scenario(folder: Path, parent: str, code: str) -> None:
    (folder / "parent.yaml").write_text(parent)
    (folder / "x.yaml").write_text(CHILD)
    assert [one.code for one in faults(folder / "x.yaml")] == [code]


def test_a_parent_that_is_not_there(folder: Path) -> None:
    (folder / "x.yaml").write_text(CHILD.replace("parent", "nobody"))
    (one,) = faults(folder / "x.yaml")
    assert one.code == "WB-F001"
    assert one.span is not None
    assert (one.span.file, one.span.line) == (str(folder / "x.yaml"), 3)


@pytest.mark.parametrize(("extends", "code"), [("[parent.yaml]", "WB-S003"), ("", "WB-S033"), ("{a: b}", "WB-S003")])
def test_extends_is_one_text(folder: Path, extends: str, code: str) -> None:
    (folder / "x.yaml").write_text(CHILD.replace("parent.yaml", extends))
    assert code in [one.code for one in faults(folder / "x.yaml")]


def test_a_folder_reached_through_a_link_is_where_it_is_written(folder: Path, tmp_path_factory) -> None:
    """R14: its tables and parents lie beside it; what a link inside it leads to does not (WB-F040, WB-F050)."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    linked = elsewhere / "linked"
    linked.symlink_to(folder, target_is_directory=True)
    (folder / "x.yaml").write_text(CHILD)
    assert written(load_scenario(linked / "parent.yaml"), "cost") == [(["one", "council"], "£7")]
    assert written(load_scenario(linked / "x.yaml"), "cost") == [(["one", "council"], "£7")]
    # Neither the folder that really lies above nor one further up is opened by the link.
    outside = tmp_path_factory.mktemp("outside")
    (outside / "secret.csv").write_text("option,cost.council\none,£8\n")
    (outside / "other.yaml").write_text(PARENT)
    (folder / "costs.csv").unlink()
    (folder / "costs.csv").symlink_to(outside / "secret.csv")
    assert "WB-F040" in [one.code for one in faults(linked / "parent.yaml")]
    assert "WB-F040" in [one.code for one in faults(linked / "x.yaml")]
    (folder / "parent.yaml").unlink()
    (folder / "parent.yaml").symlink_to(outside / "other.yaml")
    assert [one.code for one in faults(linked / "x.yaml")] == ["WB-F050"]


def test_a_model_beside_a_folder_reached_through_a_link(folder: Path, tmp_path_factory) -> None:
    linked = tmp_path_factory.mktemp("elsewhere") / "linked"
    linked.symlink_to(folder, target_is_directory=True)
    assert load_scenario(linked / "parent.yaml").model.name == "garden"
    (folder / "models" / "garden.yaml").rename(folder / "garden.yaml")
    assert load_scenario(linked / "parent.yaml").model.name == "garden"


def test_tables_of_two_files_count_together_though_they_stand_at_one_place(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R58: the limit is on all tables of a scenario, whichever file of the chain lists them."""
    (folder / "more.csv").write_text("option,cost.council\none,£11\n")
    (folder / "parent.yaml").write_text(PARENT.replace("variants: {", "variants:  {v: {tables: [more.csv]}, "))
    (line,) = [row for row in PARENT.splitlines() if row.startswith("variants")]
    at, column = PARENT.splitlines().index(line), "variants:  {v: {tables: [".index("[")
    # On the line and in the column of the parent's variant: its place without the file.
    own = "tables:".ljust(column) + "[costs.csv]"
    (folder / "x.yaml").write_text("\n".join([*CHILD.splitlines(), *["#"] * (at - 3), own]) + "\n")
    monkeypatch.setattr(table_reader, "CELL_LIMIT", 8)
    assert load_scenario(folder / "x.yaml").title == "Child"
    monkeypatch.setattr(table_reader, "CELL_LIMIT", 7)
    (found,) = [one for one in faults(folder / "x.yaml") if one.code == "WB-F042"]
    assert found.span is not None
    assert found.span.file.endswith("more.csv")


def test_a_model_of_the_users_own_takes_the_place_of_a_shipped_one_and_says_so(folder: Path) -> None:
    """R14."""
    place, ours = folder / "models" / "befriending.yaml", packaged_models()
    assert ours is not None
    shutil.copy(ours / "befriending.yaml", place)
    scenario = folder / "x.yaml"
    for changed, codes in (("", []), ("# ours\n", ["WB-S169"])):
        place.write_text(place.read_text("utf-8") + changed, "utf-8")
        collector = Collector()
        find_model("befriending", beside=scenario.parent, span=None, collector=collector)
        assert [warning.code for warning in collector.warnings] == codes
        # the report prints it to readers elsewhere
        assert not any(str(folder) in f"{warning.message} {warning.remedy}" for warning in collector.warnings)
