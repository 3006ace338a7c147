"""What a verb says, as JSON on standard output, for scripts."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

import typer

if TYPE_CHECKING:
    from wellbeva.api import Run

Rows = list[dict[Any, Any]]
"""Of a table."""


class RunDocument(TypedDict):
    """A run: its folder, the answer in words, a row for each option, and how it was made."""

    folder: str
    answer: str
    decision: Rows
    manifest: dict[str, Any]


def run_document(run: Run, folder: Path) -> RunDocument:
    """Return folder, answer, decision table and manifest.

    Parameters
    ----------
    run : Run
    folder : Path
        The run folder, whose manifest is read.
    """
    from wellbeva.results.run_folder import MANIFEST

    decision = run.tables["decision"].to_dict(orient="records") if "decision" in run.tables else []
    manifest = json.loads((folder / MANIFEST).read_bytes())
    return {"folder": str(folder), "answer": run.answer, "decision": decision, "manifest": manifest}


def printed(output: object) -> str:
    """Write an object, dataclasses in it too, as JSON and a line break; a number that does not apply is null."""
    # What standard output cannot encode must leave as JSON writes it, not as Python would.
    ascii_only = not (sys.stdout.encoding or "").lower().startswith("utf")
    return json.dumps(_plain(output), ensure_ascii=ascii_only, indent=2, allow_nan=False) + "\n"


def print_json(output: object) -> None:
    """Print an object as a JSON document."""
    typer.echo(printed(output), nl=False)


def _plain(value: object) -> object:
    if is_dataclass(value):
        value = {one.name: getattr(value, one.name) for one in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if hasattr(value, "tolist"):  # an array, or one of its numbers
        return _plain(value.tolist())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value
