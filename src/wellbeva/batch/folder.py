"""The folder of a run in parts: what run it is, and the parts that stand. Whoever sees the folder can work on it.

Each file comes to its place whole, under a name that says what it holds. Two who compute one part write the same bytes,
so that nobody has to be asked; what is missing is to be seen from the names.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import platform
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from wellbeva.batch.part_file import ForeignPartError, PartError, decode, encode
from wellbeva.batch.tree import Node, Tree
from wellbeva.core import atomic
from wellbeva.core.did_you_mean import near_file
from wellbeva.engine.reductions.state import State
from wellbeva.engine.run.block_loop import Work
from wellbeva.engine.run.settings import RunSettings
from wellbeva.errors import refusal
from wellbeva.plan.serialise import plan_hash
from wellbeva.results.run_folder import MANIFEST, PARTS, PLAN, read_manifest, refuse_foreign
from wellbeva.results.run_folder import PARTS_SCHEMA as SCHEMA

_MADE: Final = ".made"
"""Ending of the file that says who made a part."""
_LONGEST_MADE: Final = 1000
_SETTINGS: Final = ("seed", "design", "keep_draws", "allow_nonfinite", "outputs")
"""Settings on which the bits of a run depend, beside its draws and its engine."""
_USUAL: Final = RunSettings()
_WORDS: Final = {
    "version": "wellbeva",
    "plan_sha256": "the model and its inputs",
    "draws": "draws",
    "allow_nonfinite": "--allow-nonfinite",
    "keep_draws": "--keep-draws",
    "precision": "--precision",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What made the plan of a run in parts, so that whoever joins them can make it again.

    Parameters
    ----------
    scenario : str
        Its file, as a whole path.
    variant : str
    overrides : tuple of str
    settings : RunSettings
    """

    scenario: str
    variant: str
    overrides: tuple[str, ...]
    settings: RunSettings


def identity(work: Work) -> dict[str, Any]:
    """Return all on which the bits of a run depend."""
    settings = work.settings
    return {
        "version": version("wellbeva"),
        "plan_sha256": plan_hash(work.plan),
        "draws": work.layout.total,
        "stretches": len(work.layout.sizes),
        "engine": work.engine,
        **{name: getattr(settings, name) for name in _SETTINGS},
    }


class PartFolder:
    """A run in parts, or one length of a run that grows.

    Parameters
    ----------
    folder : Path
    work : Work
        Of the run, or of one that grows at this length.
    tree : Tree, optional
        Over draws that are added at this length.
    aim : mapping, optional
        On what a run that grows depends as a whole: its ``precision``, and settings as asked for. Each of its lengths
        has a folder of parts.

    Attributes
    ----------
    tree : Tree
    run : str
        Hash of the run.
    key : str
        Hash that its parts name: of the run, or of the draws that are added.
    """

    def __init__(
        self, folder: Path, work: Work, *, tree: Tree | None = None, aim: Mapping[str, Any] | None = None
    ) -> None:
        self.folder, self.work, self.tree = folder, work, tree or Tree(work.layout.sizes)
        self.identity, self._parts = identity(work), folder / PARTS
        self.key = self.run = _hash(self.identity)
        if aim is not None:
            new = self.tree.draws(self.tree.root)
            name = f"{work.layout.total - new}+{new}.{work.engine}"
            self.key, self._parts = _hash(self.identity | {"grows": name}), self._parts / name
            self.identity |= aim
            self.run = _hash(self.identity)

    def begin(self, asked: Asked) -> None:
        """Say in the folder what run it is, unless it says so already.

        Parameters
        ----------
        asked : Asked

        Raises
        ------
        WellbevaError
            ``WB-R300`` if it is the folder of another run; ``WB-R010`` if it is not a run folder; ``WB-R301`` if the
            system refuses.
        """
        refuse_foreign(self.folder)
        plan = self.folder / PLAN
        content = {"schema": SCHEMA, "run": self.run, "identity": self.identity, "asked": asdict(asked)}
        with self._writing():
            # the plan first: without it a folder of parts belongs to nobody, and is refused
            self.folder.mkdir(parents=True, exist_ok=True)
            if not plan.is_file():
                atomic.write(plan, (json.dumps(content, indent=2) + "\n").encode(), new=True)
            self._parts.mkdir(parents=True, exist_ok=True)
        self._refuse_another(read_plan(self.folder)["identity"])
        atomic.begin(self.folder)

    def _refuse_another(self, there: Mapping[str, Any]) -> None:
        facts = []
        for name in dict.fromkeys((*self.identity, "precision")):
            stands, asked = there.get(name, "none"), self.identity.get(name, "none")
            if stands != asked:
                said = "not the same" if name == "plan_sha256" else f"there {stands}, asked for {asked}"
                facts.append(f"{_WORDS.get(name, name)}: {said}")
        if not facts:
            return
        remedy = "name another place with --out; or ask for the same, with the same version of wellbeva on every node"
        raise refusal(
            "WB-R300", f"{str(self.folder)!r} holds the parts of another run, and is left as it is", remedy, *facts
        )

    def finished(self) -> bool:
        """Whether the results of this very run stand in the folder, in the place of its parts."""
        # beside a plan they are those of a former run of the same, which is run again
        return not (self.folder / PLAN).exists() and read_manifest(self.folder / MANIFEST).get("run_sha256") == self.run

    def present(self, leaves: range | None = None) -> tuple[set[Node], dict[str, PartError]]:
        """Return the nodes whose parts stand and are sound, and of other files of parts what is wrong with them.

        Parameters
        ----------
        leaves : range, optional
            Only parts that hold some of these leaves are read, and not all that the shards of others have written.
        """
        nodes: set[Node] = set()
        faults: dict[str, PartError] = {}
        with self._reading():
            names = sorted(entry.name for entry in os.scandir(self._parts) if entry.name.endswith(".part"))
        known = {node.name: node for node in self._nodes()} if names else {}
        for name in names:
            node = known.get(name.removesuffix(".part"))
            try:
                if node is None:
                    raise ForeignPartError("the run has no part of this name")
                span = self.tree.span(node)
                if leaves is not None and (span.stop <= leaves.start or leaves.stop <= span.start):
                    continue
                self.read(node)
                nodes.add(node)
            except PartError as error:
                faults[name] = error
        return nodes, faults

    def _nodes(self) -> Iterator[Node]:
        waiting = [self.tree.root]
        while waiting:
            node = waiting.pop()
            yield node
            if len(self.tree.span(node)) > 1:
                waiting += self.tree.halves(node)

    def read(self, node: Node) -> State:
        """Return what a part holds.

        Raises
        ------
        PartError
            If it is damaged, or part of another run.
        """
        with self._reading():
            data = self._place(node).read_bytes()
        return decode(data, self.key, node.name)

    def write(self, node: Node, state: State, maker: str = "") -> bool:
        """Put a part in its place; return whether it is still of use: not so where another has finished the run.

        Beside it stands who made it, for a part has the same bytes whoever that is.

        Parameters
        ----------
        node : Node
        state : State
        maker : str
            Name of the machine; this one if left out.

        Raises
        ------
        WellbevaError
            ``WB-R301`` if the system refuses.
        """
        data = encode(self.key, node.name, state)
        made = {"host": maker or platform.node(), "date": datetime.now(UTC).isoformat(timespec="seconds")}
        with self._writing():
            try:
                atomic.write(self._place(node).with_suffix(_MADE), json.dumps(made).encode(), private=True)
                atomic.write(self._place(node), data)
            except OSError:  # on a file system of a network not always that there is no such folder
                if not self.finished():
                    raise
                return False
        return True

    def makers(self) -> list[dict[str, str]]:
        """Return of every part that stands its name, the machine that made it and when; what is not known is empty."""
        makers, parts = [], self.folder / PARTS
        for part in sorted(parts.rglob("*.part")):
            made: object = None
            with contextlib.suppress(OSError, ValueError, RecursionError):
                made = json.loads(part.with_suffix(_MADE).read_bytes()[:_LONGEST_MADE])
            known = made if isinstance(made, dict) else {}
            name = part.relative_to(parts).with_suffix("").as_posix()
            makers.append({"part": name, **{key: str(known.get(key, "")) for key in ("host", "date")}})
        return makers

    def _place(self, node: Node) -> Path:
        return self._parts / f"{node.name}.part"

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            full = error.errno in {errno.ENOSPC, errno.EDQUOT}
            remedy = (
                "free some space, then go on with --resume" if full else "name a place with --out where you may write"
            )
            message = f"a part of the run cannot be written to {str(self.folder)!r}; those that stand there stay"
            raise refusal("WB-R301", message, remedy, error.strerror or str(error)) from error

    @contextlib.contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            message = f"the parts of a run cannot be read from {str(self.folder)!r}"
            raise refusal(
                "WB-R302", message, "look whether the folder is still there", error.strerror or str(error)
            ) from error


def _hash(identity: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()


def read_plan(folder: Path) -> dict[str, Any]:
    """Return what a folder says its run is.

    Raises
    ------
    WellbevaError
        ``WB-R302`` if it says nothing of the kind.
    """
    message, remedy = f"{str(folder)!r} holds no run in parts", "name the folder that `wellbeva run --shard` wrote to"
    try:
        content = json.loads((folder / PLAN).read_bytes())
    except OSError as error:
        remedy = near_file(folder, lambda one: (one / PLAN).is_file()) or remedy
        raise refusal("WB-R302", message, remedy, error.strerror or str(error)) from error
    except (ValueError, RecursionError) as error:
        raise refusal("WB-R302", message, remedy, f"its {PLAN} cannot be read") from error
    if (
        not isinstance(content, dict)
        or content.get("schema") != SCHEMA
        or not isinstance(content.get("identity"), dict)
    ):
        raise refusal("WB-R302", message, remedy, f"its {PLAN} is not of the form {SCHEMA}")
    return content


def asked_for(folder: Path) -> Asked:
    """Return what made the plan of the run in a folder, whose parts are known beforehand.

    Raises
    ------
    WellbevaError
        As `read_plan`; ``WB-R309`` of a run that grows until its errors are met.
    """
    plan = read_plan(folder)
    if aim := plan["identity"].get("precision"):
        raise refusal(
            "WB-R309",
            f"it is not known which parts the run in {str(folder)!r} has before its errors are met",
            f"go on with it: wellbeva run SCENARIO --precision {str(aim)[:200]} --resume --out {folder}",
        )
    try:
        content = plan["asked"]
        settings = {field.name: content["settings"][field.name] for field in fields(RunSettings)}
        if any(type(value) is not type(getattr(_USUAL, name)) for name, value in settings.items() if name != "block"):
            raise TypeError(settings)
        overrides = tuple(str(text) for text in content["overrides"])
        wanted = Asked(str(content["scenario"]), str(content["variant"]), overrides, RunSettings(**settings))
    except (KeyError, TypeError) as error:
        fact = f"its {PLAN} is not of the form {SCHEMA}"
        raise refusal("WB-R302", f"{str(folder)!r} holds no run in parts", "run its shards again", fact) from error
    if not Path(wanted.scenario).is_file():
        message = f"the scenario of the run in {str(folder)!r} is not where it was"
        raise refusal("WB-R302", message, "put it back there", f"{PLAN} names {wanted.scenario!r}")
    return wanted
