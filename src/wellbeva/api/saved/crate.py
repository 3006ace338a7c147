"""What a bundle says of itself: the metadata of RO-Crate 1.1 (https://w3id.org/ro/crate/1.1), written and read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, unquote

METADATA: Final = "ro-crate-metadata.json"
_PROFILE: Final = "https://w3id.org/ro/crate/1.1"
_CONTEXT: Final = (f"{_PROFILE}/context", {"sha256": "http://schema.org/sha256"})  # a term that 1.1 does not have
_KINDS: Final = {
    ".html": "text/html",
    ".json": "application/json",
    ".csv": "text/csv",
    ".yaml": "application/yaml",
    ".txt": "text/plain",
    ".nc": "application/x-netcdf",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True)
class Member:
    """A file of a bundle: what it was called where it was read, its SHA-256, and its bytes."""

    was: str
    digest: str
    size: int


@dataclass(frozen=True, slots=True)
class Crate:
    """A bundle's contents.

    Parameters
    ----------
    scenario : str
        Its file among `members`.
    members : mapping of str to Member
        By their names in the bundle.
    """

    scenario: str
    members: Mapping[str, Member]


def written(crate: Crate, manifest: Mapping[str, Any]) -> bytes:
    """Return the metadata of a bundle.

    Parameters
    ----------
    crate : Crate
    manifest : mapping
        Of the run.
    """
    licences = sorted({str(one["licence"]) for one in (*manifest["data"], *manifest["sources"]) if one["licence"]})
    files = [
        {
            "@id": quote(name),
            "@type": "File",
            "name": member.was,
            "contentSize": str(member.size),
            "sha256": member.digest,
            **({"encodingFormat": kind} if (kind := _KINDS.get(name[name.rfind(".") :])) else {}),
        }
        for name, member in crate.members.items()
    ]
    version = str(manifest["versions"]["wellbeva"])
    graph = [
        {"@id": METADATA, "@type": "CreativeWork", "conformsTo": {"@id": _PROFILE}, "about": {"@id": "./"}},
        {
            "@id": "./",
            "@type": "Dataset",
            "name": manifest["scenario"]["title"],
            "description": f"{manifest['answer']} To run it again: wellbeva reproduce BUNDLE.zip",
            "datePublished": manifest["date"],
            "license": {"@id": "#licences"},
            "hasPart": [{"@id": quote(name)} for name in crate.members],
            "mainEntity": {"@id": quote(crate.scenario)},
            "creator": {"@id": "#wellbeva"},
        },
        {"@id": "#wellbeva", "@type": "SoftwareApplication", "name": "wellbeva", "softwareVersion": version},
        {
            "@id": "#licences",
            "@type": "CreativeWork",
            "name": "Licences of the sources",
            "description": "; ".join(licences) or "The sources name no licence.",
        },
        *files,
    ]
    content = {"@context": _CONTEXT, "@graph": graph}
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()


def read(text: bytes) -> Crate:
    """Return what a bundle says of itself.

    Raises
    ------
    ValueError
        If it is not the metadata of a bundle of wellbeva.
    """
    try:
        graph = {str(one["@id"]): one for one in json.loads(text)["@graph"]}
        root = graph["./"]
        members = {}
        for part in root["hasPart"]:
            one = graph[part["@id"]]
            members[unquote(part["@id"])] = Member(str(one["name"]), str(one["sha256"]), int(one["contentSize"]))
        crate = Crate(unquote(str(root["mainEntity"]["@id"])), members)
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"its {METADATA} is not that of a bundle of wellbeva") from error
    if crate.scenario not in crate.members:
        raise ValueError(f"its {METADATA} names no scenario in it")
    return crate
