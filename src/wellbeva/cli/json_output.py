"""What a verb says, as JSON on standard output, for scripts."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from wellbeva.api import Run


def run_document(run: Run, folder: Path) -> dict[str, object]:
    """Return folder, answer, decision table and manifest.

    Parameters
    ----------
    run : Run
    folder : Path
        The run folder, whose manifest is read.

    Returns
    -------
    dict
        With the keys ``folder``, ``answer``, ``decision`` and ``manifest``.
    """
    from wellbeva.results.run_folder import MANIFEST

    decision = run.tables["decision"].to_dict(orient="records") if "decision" in run.tables else []
    manifest = json.loads((folder / MANIFEST).read_bytes())
    return {"folder": str(folder), "answer": run.answer, "decision": decision, "manifest": manifest}


def printed(output: object) -> str:
    """Write an object as JSON for standard output, and a line break; a number that does not apply is null."""
    # What standard output cannot encode must leave as JSON writes it, not as Python would.
    ascii_only = not (sys.stdout.encoding or "").lower().startswith("utf")
    return json.dumps(_plain(output), ensure_ascii=ascii_only, indent=2, allow_nan=False) + "\n"


def print_json(output: object) -> None:
    """Print an object as a JSON document."""
    typer.echo(printed(output), nl=False)


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if hasattr(value, "tolist"):  # an array, or one of its numbers
        return _plain(value.tolist())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, str | int):
        return value
    return str(value)
