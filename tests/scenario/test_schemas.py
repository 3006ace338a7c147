"""The committed JSON Schemas are what the file models generate, and say what the loader says."""

from __future__ import annotations

import json

from wellbeva.scenario.schemas import json_schema, path_of_schema, stale


def test_the_committed_schemas_are_fresh() -> None:
    assert stale() == ()
    assert json.loads(path_of_schema("scenario").read_text("utf-8")) == json_schema("scenario")


def test_required_keys_and_closed_maps() -> None:
    scenario, model = json_schema("scenario"), json_schema("model")
    assert set(scenario["required"]) == {"schema", "scenario", "model", "appraisal", "choose"}
    assert scenario["additionalProperties"] is False
    assert set(model["required"]) == {"schema", "model"}
    assert scenario["properties"]["schema"]["const"] == "wellbeva/scenario/1"


def test_every_key_is_explained() -> None:
    for schema in (json_schema("scenario"), json_schema("model")):
        for name, key in schema["properties"].items():
            assert "description" in key or name in {"scenario", "model"}, name
