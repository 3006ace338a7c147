"""The JSON Schemas that editors read are committed, fresh, and what the command prints."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from tools.reference.file_schemas import stale
from wellbeva.cli import main
from wellbeva.scenario import schemas


def test_the_committed_schemas_are_fresh() -> None:
    assert stale() == (), "run: python -m tools.schemas --write"


@pytest.mark.parametrize("kind", schemas.KINDS)
def test_the_command_prints_what_is_committed(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["schema", kind]) == 0
    assert capsys.readouterr().out == schemas.path_of_schema(kind).read_text("utf-8")


@pytest.mark.parametrize("kind", schemas.KINDS)
def test_they_are_valid_schemas(kind: str) -> None:
    Draft202012Validator.check_schema(json.loads(schemas.path_of_schema(kind).read_text("utf-8")))
