"""The JSON Schemas that editors use, committed beside this file.

``python -m tools.schemas`` checks that they are what the file models give; with ``--write`` it writes them.
"""

from __future__ import annotations

from pathlib import Path

KINDS = ("scenario", "model")


def path_of_schema(kind: str) -> Path:
    """Return where the schema of a kind of file lies."""
    return Path(__file__).parent / f"{kind}-1.json"
