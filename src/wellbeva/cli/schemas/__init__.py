"""The JSON Schemas of what verbs write with ``--json``, committed in ``documents.json`` beside this file.

``python -m tools.schemas`` checks that they are fresh; with ``--write`` it writes them.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

from wellbeva.errors import near_miss, refusal
from wellbeva.scenario.schemas import KINDS

DOCUMENTS: Final = Path(__file__).parent / "documents.json"
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def schema_of(verb: str) -> dict[str, Any]:
    """Return the schema of a verb's document, also of ``errors``, with the shared parts that it refers to.

    Parameters
    ----------
    verb : str
        All its words: ``evidence pool``.

    Raises
    ------
    WellbevaError
        ``WB-R540`` if it has none.
    """
    documents = json.loads(DOCUMENTS.read_text("utf-8"))
    known, shared = documents["properties"], documents["$defs"]
    if verb not in known:
        message = f"there is no schema of {verb[:60]!r}"
        raise refusal("WB-R540", message, near_miss(verb, (*known, *KINDS)) or "name a verb, as 'evidence pool'")
    parts: dict[str, Any] = {}
    waiting = [known[verb]]
    while waiting:
        for name in re.findall(r'"#/\$defs/(\w+)"', json.dumps(waiting.pop())):
            if name not in parts:
                parts[name] = shared[name]
                waiting.append(shared[name])
    head = {"$schema": DIALECT, "$id": f"wellbeva/json/{verb.replace(' ', '-')}/1"}
    return {**head, **known[verb], **({"$defs": dict(sorted(parts.items()))} if parts else {})}
