"""The JSON Schemas of what verbs write with ``--json``, committed beside this file.

``python -m tools.schemas`` checks that they are fresh; with ``--write`` it writes them.
"""

from __future__ import annotations

from pathlib import Path

from wellbeva.errors import near_miss, refusal

FOLDER = Path(__file__).parent


def path_of_schema(verb: str) -> Path:
    """Return where the schema of a verb's document lies, also of ``text`` and ``errors``.

    Parameters
    ----------
    verb : str
        All its words: ``evidence pool``.

    Raises
    ------
    WellbevaError
        ``WB-R540`` if it has none.
    """
    known = [one.stem.replace("-", " ") for one in FOLDER.glob("*.json")]
    if verb not in known:
        message = f"there is no schema of {verb[:60]!r}"
        raise refusal("WB-R540", message, near_miss(verb, known) or "verbs without their own write: text")
    return FOLDER / f"{verb.replace(' ', '-')}.json"
