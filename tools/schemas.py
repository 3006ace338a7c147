"""Check that the committed JSON Schemas are fresh, or write them with ``--write``."""

from __future__ import annotations

import json
import sys
from typing import Any

from tools.json_documents import DOCUMENTS
from tools.json_schema import json_schemas
from tools.reference.file_schemas import stale, write
from wellbeva.cli import schemas

WIDTH = 110


def documents() -> str:
    """Return the schemas of what verbs write as they are committed."""
    return _text(json_schemas(DOCUMENTS), "") + "\n"


def _text(node: Any, indent: str) -> str:
    """Write JSON, with on a line of its own what has room there: a column and its words, say."""
    line = json.dumps(node, ensure_ascii=False)
    if len(indent) + len(line) <= WIDTH or not isinstance(node, dict | list):
        return line
    deeper = indent + "  "
    if isinstance(node, list):
        return "[\n" + ",\n".join(deeper + _text(item, deeper) for item in node) + f"\n{indent}]"
    rows = [f"{deeper}{json.dumps(key)}: {_text(value, deeper)}" for key, value in node.items()]
    return "{\n" + ",\n".join(rows) + f"\n{indent}}}"


def main() -> int:
    """Return 0 if the schemas are fresh or have been written, else 1."""
    if "--write" in sys.argv[1:]:
        write()
        schemas.DOCUMENTS.write_text(documents(), "utf-8")
        return 0
    old = [*stale(), *([schemas.DOCUMENTS] if schemas.DOCUMENTS.read_text("utf-8") != documents() else [])]
    for path in old:
        print(f"{path.name} is not what the code generates: run python -m tools.schemas --write")
    return 1 if old else 0


if __name__ == "__main__":
    sys.exit(main())
