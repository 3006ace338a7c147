"""The committed JSON Schemas are what the file models generate, and say what the loader says."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from tests.tiers import thorough_after
from tools.reference.file_schemas import json_schema, stale
from tools.reference.value_docs import FORMS
from wellbeva.distributions.families import LONG_FORMS
from wellbeva.errors import Collector
from wellbeva.scenario.schemas import path_of_schema
from wellbeva.scenario.text import identifiers
from wellbeva.scenario.text.yaml_parser import read_tree
from wellbeva.scenario.value import STUDY_KEYS, Value
from wellbeva.scenario.values.long_form import Inherited, read_cell

ROOT = Path(__file__).parents[2]
SMALL = Path(__file__).parent / "small"


def test_the_committed_schemas_are_fresh() -> None:
    assert stale() == ()
    assert json.loads(path_of_schema("scenario").read_text("utf-8")) == json_schema("scenario")


def test_required_keys_and_closed_maps() -> None:
    scenario, model = json_schema("scenario"), json_schema("model")
    assert set(scenario["required"]) == {"schema", "scenario"}
    assert scenario["if"] == {"required": ["extends"]}
    assert scenario["else"] == {"required": ["model", "appraisal", "choose"]}
    assert scenario["additionalProperties"] is False
    assert set(model["required"]) == {"schema", "model"}
    assert scenario["properties"]["schema"]["const"] == "wellbeva/scenario/1"


def test_every_key_is_explained_by_a_sentence_with_an_example() -> None:
    for kind in ("scenario", "model"):
        schema = json_schema(kind)
        for owner, part in {"": schema, **schema["$defs"]}.items():
            assert owner == "" or "description" in part, owner
            for name, key in part.get("properties", {}).items():
                words = key.get("markdownDescription", "")
                assert re.search(r"`[^`]+`", words), f"{kind} {owner} {name}: {words!r} has no example"
                assert key["description"] == words.replace("`", "")  # a plain hover would show the quotes


def test_a_misspelt_key_brings_no_word_of_extends() -> None:
    """Neither of the key that is missing for it alone: an editor tells these two faults."""
    given = {"schema": "wellbeva/scenario/1", "scenario": "T", "model": "m", "appraisal": "p", "chose": "one"}
    found = [one.message for one in jsonschema.Draft202012Validator(json_schema("scenario")).iter_errors(given)]
    assert sorted(found) == [
        "'choose' is a required property",
        "Additional properties are not allowed ('chose' was unexpected)",
    ]


def test_every_form_and_family_is_explained() -> None:
    keys = json_schema("scenario")["$defs"]["ValueText"]["anyOf"][1]["properties"]
    assert set(keys) == {*identifiers.LONG_KEYS, *STUDY_KEYS, "by", "else"}
    for family in LONG_FORMS:
        assert keys[family]["properties"], family
        assert all(one["description"] for one in keys[family]["properties"].values()), family


@pytest.mark.parametrize("form", [*LONG_FORMS, *identifiers.SHAPES])
def test_the_example_of_a_form_is_read_as_that_form(form: str) -> None:
    examples = re.findall(r"`([^`]+)`", FORMS[form])
    assert examples
    for example in examples:
        root = read_tree(example, "example", collector=Collector())
        assert root is not None
        collector = Collector()
        value = read_cell(
            root, inherited=Inherited(), sources=None, collector=collector, studies=lambda _: Value("studies")
        )
        assert not collector.found, [one.message for one in collector.found]
        assert value is not None
        assert form in {value.form, value.family}


@pytest.mark.parametrize(
    "path",
    [
        *sorted((ROOT / "models").glob("*.yaml")),
        *sorted((ROOT / "scenarios").glob("*.yaml")),
        *thorough_after(0, [*sorted((ROOT / "scenarios").glob("*/*.yaml")), *SMALL.rglob("*.yaml")]),
    ],
    ids=lambda path: path.name,
)
def test_an_editor_finds_no_fault_in_a_good_file(path: Path) -> None:
    # An editor reads YAML's own types, where the loader reads texts (R27).
    data = json.loads(json.dumps(YAML(typ="safe", pure=True).load(path.read_text("utf-8")), default=str))
    kind = "model" if path.parent.name == "models" else "scenario"
    faults = [one.message for one in jsonschema.Draft202012Validator(json_schema(kind)).iter_errors(data)]
    assert faults == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("chose: one", "'chose' was unexpected"),
        ("time: {from: 0}", "'to' is a required property"),
        ("choose: all", "'all' is not one of"),
        ("time: {from: 0, to: 4, starts: 26}", "does not match"),
        ("values: {effect: {value: 1, evidence: weak}}", "is not valid under any of the given schemas"),
    ],
)
def test_an_editor_finds_these_faults(text: str, said: str) -> None:
    base = {"schema": "wellbeva/scenario/1", "scenario": "T", "extends": "base.yaml"}
    # Numbers are given as texts here, so that a pattern speaks.
    more = json.loads(json.dumps(YAML(typ="safe", pure=True).load(text)).replace("26", '"26"'))
    found = [one.message for one in jsonschema.Draft202012Validator(json_schema("scenario")).iter_errors(base | more)]
    assert any(said in one for one in found), found
