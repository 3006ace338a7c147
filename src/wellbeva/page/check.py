"""Whether a page is what its scenario gives now: its script, its words, its data and its saved numbers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from wellbeva.errors import refusal

LARGEST: Final = 64 * 2**20
"""Bytes of a page that is read again."""
_POLICY: Final = 'http-equiv="Content-Security-Policy" content="'
_DATA: Final = '<script type="application/json" id="model">'


@dataclass(frozen=True, slots=True)
class SavedPage:
    """What a page says of itself: nothing of it is trusted, and nothing is run.

    Parameters
    ----------
    html : str
    version, plan_hash, file : str
    date : str
        Of the run; empty where it is none.
    seed : int
    settings : tuple of object
        The variant and the values set by which it was made.
    numbers : dict of str to float
        Saved numbers by their place.
    """

    html: str
    version: str
    plan_hash: str
    file: str
    date: str
    seed: int
    settings: tuple[object, object]
    numbers: dict[str, float]


def read_page(file: Path) -> SavedPage:
    """Read a page.

    Raises
    ------
    WellbevaError
        WB-R530 if the file is too large or not a living page.
    """
    remedy = "name a file that `wellbeva page` wrote"
    with file.open("rb") as opened:
        content = opened.read(LARGEST + 1)  # a device has no size
    if len(content) > LARGEST:
        raise refusal("WB-R530", f"{str(file)!r} is too large to be a living page", remedy)
    try:
        html = content.decode("utf-8")
        data = json.loads(_parts(html)["data"])
        engine = data["engine"]
        version, plan_hash, name = str(engine["version"]), str(engine["plan_hash"]), str(data.get("file", ""))
        numbers = saved_numbers(data["saved"])
        settings = data.get("variant", ""), data.get("sets", [])
        return SavedPage(html, version, plan_hash, name, _date(data), int(engine["seed"]), settings, numbers)
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError, RecursionError):
        raise refusal("WB-R530", f"{str(file)!r} is not a living page", remedy) from None


def _date(data: Mapping[str, object]) -> str:
    try:
        return datetime.fromisoformat(str(data["date"])).isoformat()
    except (KeyError, ValueError):
        return ""


def differences(html: str, made: str) -> list[str]:
    """Return what of a page is not as it is made now, one sentence each; what a page says of itself is not repeated.

    Parameters
    ----------
    html : str
        The page.
    made : str
        The page as it is made from the scenario, by this version, with the date and the file's name of the page.
    """
    theirs, ours = _parts(html), _parts(made)
    found = []
    if theirs["script"] != ours["script"]:
        found.append("Its script is not the one that this version writes.")
    if theirs["words"] != ours["words"]:
        found.append("Its words or its form are not those of the scenario's page.")
    if theirs["data"] != ours["data"]:
        names = _differing(json.loads(theirs["data"]), json.loads(ours["data"]))
        found.append(f"Its data are not the scenario's: {', '.join(names) or 'more is in them'}.")
    return found


def saved_numbers(facts: Any, place: str = "") -> dict[str, float]:
    """Return every number of encoded facts by its place.

    Parameters
    ----------
    facts : dict, list, str, int, float, bool or None
        As `page.front.rules.encoded` returns them.
    place : str
        Of the facts themselves.
    """
    if isinstance(facts, dict):
        if "number" in facts:
            return {}
        inside = facts.get("fields", {}) if isinstance(facts.get("fields", {}), dict) else {}
        return {key: x for name, one in inside.items() for key, x in saved_numbers(one, f"{place}.{name}").items()}
    if isinstance(facts, list):
        return {key: x for at, one in enumerate(facts) for key, x in saved_numbers(one, f"{place}[{at}]").items()}
    return {place.lstrip("."): facts} if isinstance(facts, int | float) and not isinstance(facts, bool) else {}


def _parts(html: str) -> dict[str, Any]:
    """Return what is data, what is script and the policy that allows it, and what is left; in time of the length."""
    before, _, rest = html.partition(_DATA)
    data, _, scripts = rest.partition("</script>")
    head, _, rest = before.partition(_POLICY)
    policy, _, body = rest.partition('"')
    return {"data": data, "script": (policy, scripts), "words": (head, body)}


def _differing(theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> list[str]:
    """Return the names of the data that differ; those of the engine one by one."""
    found = [name for name in ours if name != "engine" and theirs.get(name) != ours[name]]
    engine = [f"engine.{name}" for name, one in ours["engine"].items() if theirs["engine"].get(name) != one]
    return [*engine, *found]
