"""Check that the committed JSON Schemas are fresh, or write them with ``--write``."""

from __future__ import annotations

import sys

from wellbeva.scenario.schemas import stale, write


def main() -> int:
    """Return 0 if the schemas are fresh or have been written, else 1."""
    if "--write" in sys.argv[1:]:
        write()
        return 0
    old = stale()
    for path in old:
        print(f"{path.name} is not what the file models generate: run python -m tools.schemas --write")
    return 1 if old else 0


if __name__ == "__main__":
    sys.exit(main())
