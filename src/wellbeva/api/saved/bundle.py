"""A run with all that it was made of, as one file: written, and read where nobody vouches for it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from wellbeva.api.saved.crate import METADATA, Crate, Member, read, written
from wellbeva.api.sources import File
from wellbeva.core.archive import ArchiveError, archive, entries, pieces
from wellbeva.core.did_you_mean import near_file
from wellbeva.errors import WellbevaError, refusal
from wellbeva.results.run_folder import DIGEST, MANIFEST, REPORT, RESULTS, TABLES, read_manifest, tables_of
from wellbeva.scenario.text.files import absolute, packaged_models

INPUTS, RUN, LOCK, PAGE = "inputs", "run", "requirements.txt", "page.html"
SHIPPED: Final = "wellbeva:"
"""Begins the path of a file that comes with wellbeva."""
MOST_FILES: Final = 2_000
UNPACKED_LIMIT: Final = 4 << 30
METADATA_LIMIT: Final = 4 << 20
Manifest = dict[str, Any]


def bundle(folder: File) -> bytes:
    """Return a run folder, the files that it was made from and the versions that made it as one zip (semantics R225).

    Parameters
    ----------
    folder : path
        That `wellbeva run` wrote.

    Returns
    -------
    bytes
        Equal folders and files have equal bytes.

    Raises
    ------
    WellbevaError
        ``WB-R527`` if the folder holds no finished run, or a file is missing or not what it was when it was run.
    """
    place = Path(folder)
    manifest: Manifest = read_manifest(place / MANIFEST)
    remedy = "go to the folder in which it was run, or run it again"
    if not manifest or DIGEST not in manifest:
        near = near_file(place, lambda one: (one / MANIFEST).is_file())
        raise refusal("WB-R527", f"{str(folder)!r} holds no run", near or "name a folder that `wellbeva run` wrote")
    paths, scenario = _inputs(manifest)
    optional = [name for name in (REPORT, PAGE) if (place / name).is_file()]
    for name in sorted({MANIFEST, RESULTS, *optional, *tables_of(manifest)}):
        paths[f"{RUN}/{name}"] = (place / name, name, manifest[DIGEST] if name == RESULTS else "")
    versions = {name: version for name, version in manifest["versions"].items() if name != "python"}
    lock = f"# Python {manifest['versions']['python']}\n" + "".join(f"{k}=={v}\n" for k, v in versions.items())
    contents, members, faults = {LOCK: lock.encode()}, {LOCK: (LOCK, "")}, []
    room = UNPACKED_LIMIT
    for name, (path, was, digest) in paths.items():
        try:
            room -= path.stat().st_size
            contents[name], members[name] = path.read_bytes() if room >= 0 else b"", (was, digest)
        except OSError as error:
            faults.append(f"{was}: {(error.strerror or str(error)).lower()}")
            continue
        if room < 0:
            faults.append(f"{was}: in all there are more than {UNPACKED_LIMIT:,} bytes")
        elif digest and hashlib.sha256(contents[name]).hexdigest() != digest:
            faults.append(f"{was} has changed since")
    if faults:
        raise refusal("WB-R527", f"the run in {str(folder)!r} cannot be bundled", remedy, *faults[:20])
    found = {
        name: Member(members[name][0], hashlib.sha256(content).hexdigest(), len(content))
        for name, content in sorted(contents.items())
    }
    return archive({METADATA: written(Crate(scenario, found), manifest), **{name: contents[name] for name in found}})


def _inputs(manifest: Manifest) -> tuple[dict[str, tuple[Path, str, str]], str]:
    """Return the files that were read by their names in the bundle, with their digests, and the scenario's name.

    They lie there as they lay beside each other; models that came with wellbeva lie beside the scenario, where they are
    looked for first.
    """
    digests = dict(manifest["scenario"]["files_sha256"])
    file = str(manifest["scenario"]["file"])
    if file not in digests:
        raise refusal("WB-R527", "the scenario of this run is not a file", "write it to a file, and run that")
    own = {was: absolute(Path(was)) for was in digests if not was.startswith(SHIPPED)}
    top = Path(os.path.commonpath([path.parent for path in own.values()]))
    names = {was: f"{INPUTS}/{path.relative_to(top).as_posix()}" for was, path in own.items()}
    found = {names[was]: (path, was, digests[was]) for was, path in own.items()}
    home = names[file].rpartition("/")[0]
    for was, digest in digests.items():
        name = was.removeprefix(f"{SHIPPED}models/")
        if name != was:
            found.setdefault(f"{home}/models/{name}", ((packaged_models() or Path()) / name, was, digest))
    return found, names[file]


def unpack(file: File, into: Path) -> tuple[Crate, Manifest]:
    """Unpack a bundle whose files are those that it lists; nothing is written outside a folder.

    Parameters
    ----------
    file : path
    into : Path
        An empty folder.

    Raises
    ------
    WellbevaError
        ``WB-R528`` if it is not such a bundle, or larger than is read.
    """
    try:
        with Path(file).open("rb") as opened:
            made, found = entries(opened, most=MOST_FILES, limit=UNPACKED_LIMIT)
            if METADATA not in found or found[METADATA].file_size > METADATA_LIMIT:
                raise ArchiveError(f"it has no {METADATA}, or one that is too large")
            crate = read(b"".join(pieces(made, found[METADATA])))
            if strange := sorted(set(found) ^ {METADATA, *crate.members}):
                raise ArchiveError(f"its files are not those that it lists: {strange[0][:60]!r}")
            for name, member in crate.members.items():
                place, digest = into / name, hashlib.sha256()
                place.parent.mkdir(parents=True, exist_ok=True)
                with place.open("xb") as target:
                    for piece in pieces(made, found[name]):
                        digest.update(piece)
                        target.write(piece)
                if digest.hexdigest() != member.digest:
                    raise ArchiveError(f"{name[:60]!r} is not the file that it lists, by its SHA-256")
        manifest: Manifest = read_manifest(into / RUN / MANIFEST)
        _refuse_unlike(manifest)
        held = crate.members.get(f"{RUN}/{RESULTS}")
        if held is None or held.digest != manifest[DIGEST]:
            raise ArchiveError(f"its {RESULTS} is not the file that its {MANIFEST} names, by its SHA-256")
    except (ArchiveError, ValueError, OSError) as error:
        why = (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
        near = near_file(file) if isinstance(error, FileNotFoundError) else ""
        raise unusable(file, why, near) from error
    return crate, manifest


def unusable(file: File, why: str, near: str = "") -> WellbevaError:
    """Return the refusal of a file that is not a sound bundle, ``WB-R528``.

    Parameters
    ----------
    file : path
    why : str
        As a clause.
    near : str
        What may be meant instead, if there is something.
    """
    remedy = near or "ask for the bundle again, as `wellbeva bundle` wrote it"
    return refusal("WB-R528", f"{str(file)[-60:]!r} cannot be used as a bundle", remedy, why)


def _refuse_unlike(manifest: Mapping[str, Any]) -> None:
    """Refuse a manifest that lacks what running again needs."""
    try:
        scenario = manifest["scenario"]
        texts = [scenario["variant"], scenario["title"], *scenario["set"], *manifest[TABLES]]
        texts += [manifest[key] for key in ("design", "engine", "date", DIGEST)] + [manifest["versions"]["wellbeva"]]
        whole = [manifest[key] for key in ("seed", "draws")]
    except (KeyError, TypeError) as error:
        raise ValueError(f"its {MANIFEST} is not that of a run") from error
    if {*map(type, texts)} != {str} or {*map(type, whole)} != {int}:
        raise ValueError(f"its {MANIFEST} is not that of a run")
