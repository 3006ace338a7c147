"""The JSON Schemas that editors use, generated from the file models and committed beside this file.

``python -m wellbeva.scenario.schemas`` checks that they are fresh; with ``--write`` it writes them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

KINDS = ("scenario", "model")
FOLDER = Path(__file__).parent


def json_schema(kind: str) -> dict[str, Any]:
    """Return the JSON Schema of a kind of file.

    Parameters
    ----------
    kind : {"scenario", "model"}
    """
    from wellbeva.scenario.shape import KINDS as MODELS

    schema = MODELS[kind].model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"wellbeva/{kind}/1", **schema}


def schema_text(kind: str) -> str:
    """Return the schema as it is committed."""
    return json.dumps(json_schema(kind), indent=2, ensure_ascii=False) + "\n"


def path_of_schema(kind: str) -> Path:
    """Return where the committed schema lies."""
    return FOLDER / f"{kind}-1.json"


def stale() -> tuple[Path, ...]:
    """Return the committed schemas that differ from what the file models generate."""
    return tuple(
        path_of_schema(kind)
        for kind in KINDS
        if not path_of_schema(kind).is_file() or path_of_schema(kind).read_text("utf-8") != schema_text(kind)
    )


def write() -> None:
    """Write both schemas."""
    for kind in KINDS:
        path_of_schema(kind).write_text(schema_text(kind), "utf-8")
