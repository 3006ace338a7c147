"""The folder of a sweep: a manifest, a part for each cell until all are done, then one table in their place."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from wellbeva.core import atomic
from wellbeva.core.cards import cut
from wellbeva.errors import WellbevaError, refusal
from wellbeva.results.csv_file import csv_bytes, utf8
from wellbeva.results.run_folder import MANIFEST, PARTS, read_manifest, shown_path

if TYPE_CHECKING:
    import pandas as pd

SCHEMA: Final = "wellbeva/sweep/1"
TABLES: Final = {".parquet": "sweep.parquet", ".csv": "sweep.csv"}


@dataclass(frozen=True, slots=True)
class SweepFolder:
    """A folder that holds one sweep and no other.

    Parameters
    ----------
    path : Path
    asked : mapping
        All that its numbers rest on, files apart; as JSON holds it.
    """

    path: Path
    asked: Mapping[str, Any]

    def begin(self, *, resume: bool, shard: bool = False) -> dict[int, dict[str, Any]] | None:
        """Take the place, or go on where a sweep was stopped.

        Parameters
        ----------
        resume : bool
            Whether a sweep must stand there, which must be this one.
        shard : bool
            Whether it may.

        Returns
        -------
        dict of int to answer, or None
            The answers that stand, by number of the cell; None where the table stands.

        Raises
        ------
        WellbevaError
            ``WB-R270`` if something stands there, or nothing to go on with, ``WB-R271`` if it is not the sweep that is
            asked for, ``WB-R272`` if files have changed since it was begun, ``WB-R273`` if the system refuses.
        """
        try:
            standing = sorted(entry.name for entry in self.path.iterdir()) if self.path.exists() else []
            manifest = read_sweep(self.path)
            if standing and not ((resume or shard) and manifest):
                self._refuse_taken(standing, manifest)
            if manifest:
                self._refuse_another(manifest)
            elif resume:
                message = f"there is no sweep in {shown_path(self.path)!r} to go on with"
                raise refusal("WB-R270", message, "leave out --resume to begin it, or name its folder with --out")
            else:
                self.path.mkdir(parents=True, exist_ok=True)
                self._write(MANIFEST, _json({"schema": SCHEMA, "asked": self.asked, "done": False}, indent=2))
            atomic.begin(self.path)
            found = {} if manifest.get("done") else self._standing()
            self._refuse_changed(found.values() or [{"files": manifest.get("files_sha256", {})}])
            return None if manifest.get("done") else found
        except OSError as error:
            raise self._refusal(error) from error

    def keep(self, cell: int, answer: Mapping[str, Any]) -> None:
        """Write the answer of a cell, which a sweep that is gone on with reads.

        Parameters
        ----------
        cell : int
        answer : mapping
            As JSON holds it.
        """
        text = _json({"cell": cell, "sweep": self._key, **answer})
        self._write(f"{PARTS}/{cell:06}.json", f"{hashlib.sha256(utf8(text)).hexdigest()}\n{text}")

    def finish(self, table: pd.DataFrame, manifest: Mapping[str, Any], *, as_csv: bool) -> Path:
        """Write the table and the manifest, remove the parts, and return the table's place.

        Parameters
        ----------
        table : pandas.DataFrame
        manifest : mapping
            What is to be told beside what was asked; as JSON holds it.
        as_csv : bool
            Rather than Parquet, which needs pyarrow.
        """
        if as_csv or importlib.util.find_spec("pyarrow") is None:
            name, data = TABLES[".csv"], csv_bytes(table)
        else:
            packed = BytesIO()
            table.to_parquet(packed, engine="pyarrow", compression="zstd", index=False)
            name, data = TABLES[".parquet"], packed.getvalue()
        self._write(name, data)
        told = {"schema": SCHEMA, "asked": self.asked, "done": True, "table": name, **manifest}
        self._write(MANIFEST, _json({**told, "table_sha256": hashlib.sha256(data).hexdigest()}, indent=2))
        shutil.rmtree(self.path / PARTS, ignore_errors=True)
        atomic.end(self.path)
        return self.path / name

    def table(self) -> pd.DataFrame:
        """Return the table of a sweep that is done."""
        import pandas as pd

        place = self.path / str(read_sweep(self.path)["table"])
        if place.suffix == ".parquet":
            return pd.read_parquet(place, engine="pyarrow")
        table = pd.read_csv(place, encoding="utf-8-sig")
        words = ("variant", "option", "label", "status", "currency", "effect_unit", "refused")
        return table.assign(**{name: table[name].astype(object).fillna("") for name in words})

    @property
    def _key(self) -> str:
        return hashlib.sha256(utf8(_json(self.asked))).hexdigest()

    def _refuse_another(self, manifest: Mapping[str, Any]) -> None:
        asked = manifest.get("asked")
        former = asked if isinstance(asked, dict) else {}
        new = json.loads(_json(self.asked))
        other = [name for name in new.keys() | former.keys() if new.get(name) != former.get(name)]
        if other:
            facts = [f"{name} was {_told(former.get(name))}, and is {_told(new.get(name))}" for name in sorted(other)]
            message = f"{shown_path(self.path)!r} holds another sweep, so it is left as it is"
            raise refusal("WB-R271", message, "ask as it was begun, or name another place with --out", *facts)

    def _standing(self) -> dict[int, dict[str, Any]]:
        """Return the answers of the parts that are whole and of this sweep."""
        (self.path / PARTS).mkdir(exist_ok=True)
        found: dict[int, dict[str, Any]] = {}
        for place in sorted((self.path / PARTS).glob("*.json")):
            digest, _, text = place.read_text("utf-8", "replace").partition("\n")
            # What is cut off or is not of this sweep is done again.
            if hashlib.sha256(utf8(text)).hexdigest() == digest:
                part = json.loads(text)
                if part.pop("sweep") == self._key:
                    found[part.pop("cell")] = part
        return found

    def _refuse_changed(self, parts: Iterable[Mapping[str, Any]]) -> None:
        digests = {name: digest for part in parts for name, digest in part.get("files", {}).items()}
        # Data that come with wellbeva go with its version, which is part of what is asked.
        own = {name: digest for name, digest in sorted(digests.items()) if not name.startswith("wellbeva:")}
        changed = [name for name, digest in own.items() if digest_of(name) != digest]
        if changed:
            message = f"files have changed since the sweep in {shown_path(self.path)!r} was begun"
            facts = [f"changed: {', '.join(map(shown_path, changed[:5]))}"]
            raise refusal("WB-R272", message, "bring them back, or begin anew in another place with --out", *facts)

    def _refuse_taken(self, standing: Sequence[str], manifest: Mapping[str, Any]) -> None:
        shown = shown_path(self.path)
        if manifest:
            state = "is done" if manifest.get("done") else "was stopped before it was done"
            remedy = "go on with it by --resume, or name another place with --out"
            raise refusal("WB-R270", f"{shown!r} holds a sweep already, so it is left as it is", remedy, f"it {state}")
        facts = [f"it holds {', '.join(repr(shown_path(name)) for name in standing[:5])}"]
        message = f"{shown!r} exists and is not the folder of a sweep, so it is left as it is"
        raise refusal("WB-R270", message, "name another place with --out", *facts)

    def _write(self, name: str, content: str | bytes) -> None:
        try:
            atomic.write(self.path / name, utf8(content) if isinstance(content, str) else content)
        except OSError as error:
            raise self._refusal(error) from error

    def _refusal(self, error: OSError) -> WellbevaError:
        message = f"the folder of the sweep {shown_path(self.path)!r} cannot be used"
        remedy = "give it room and permission, or name another place with --out; what is done there goes on by --resume"
        facts = (error.strerror or type(error).__name__,)
        return refusal("WB-R273", message, remedy, *facts)


def read_sweep(folder: Path) -> dict[str, Any]:
    """Return the manifest of a sweep; nothing if the folder holds none."""
    return read_manifest(folder / MANIFEST, SCHEMA)


def digest_of(name: str) -> str:
    """Return the SHA-256 of a file; empty where it cannot be read."""
    try:
        return hashlib.sha256(Path(name).read_bytes()).hexdigest()
    except OSError:
        return ""


def _json(content: object, indent: int | None = None) -> str:
    return json.dumps(content, indent=indent, ensure_ascii=False, sort_keys=indent is None) + "\n"


def _told(value: object) -> str:
    return cut(json.dumps(value, ensure_ascii=False), 120)
