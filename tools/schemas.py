"""Check that the committed JSON Schemas are fresh, or write them with ``--write``."""

from __future__ import annotations

import sys

from tools.json_documents import texts
from wellbeva.cli.schemas import FOLDER
from wellbeva.scenario.schemas import stale, write


def stale_documents() -> list[str]:
    """Return the names of committed schemas of documents that differ from what the types say."""
    there = {path: path.read_text("utf-8") for path in FOLDER.glob("*.json")}
    wanted = texts()
    return sorted(path.name for path in {*there, *wanted} if there.get(path) != wanted.get(path))


def main() -> int:
    """Return 0 if the schemas are fresh or have been written, else 1."""
    if "--write" in sys.argv[1:]:
        write()
        for path, text in texts().items():
            path.write_text(text, "utf-8")
        return 0
    old = [*(path.name for path in stale()), *stale_documents()]
    for name in old:
        print(f"{name} is not what the code generates: run python -m tools.schemas --write")
    return 1 if old else 0


if __name__ == "__main__":
    sys.exit(main())
