"""A scenario that extends another: files read along the chain and joined by key (FORMAT section 2, `extends`)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from wellbeva.core.spans import Span
from wellbeva.errors import Collector
from wellbeva.scenario.schema.validate import check_nulls, check_version
from wellbeva.scenario.text.files import YAML_LIMIT, Files, beside, home_folders, inside, resolved
from wellbeva.scenario.text.nodes import Entry, MapNode, Node, Scalar
from wellbeva.scenario.text.yaml_parser import read_tree

DEPTH_LIMIT = 10
"""Scenarios that may extend each other, the first not counted."""

JOINED = ("values", "options", "sources", "variants", "axes", "groups", "appraisal")
"""Keys whose names are joined; any other is replaced whole."""
OWN = ("published", "extends")
"""Keys that are about one file only: what its source prints, and what it builds on."""
QUIET = ("schema", "scenario", "question")
"""Keys that every file gives anew, so that nothing is said of them."""


@dataclass(frozen=True, slots=True)
class Chain:
    """A scenario with those it extends, joined.

    Parameters
    ----------
    root : MapNode
        The joined tree; every node keeps its place in its own file.
    sentences : tuple of str
        The keys that are replaced, with their scenario; each key once.
    files : tuple of str
        The files as shown, the scenario itself first.
    """

    root: MapNode
    sentences: tuple[str, ...]
    files: tuple[str, ...]


def read_chain(path: Path, shown: str, *, files: Files, collector: Collector) -> Chain | None:
    """Read a scenario file and those it extends; None where one of them cannot be read.

    Parameters
    ----------
    path : Path
    shown : str
        The path as messages show it.
    files : Files
        Takes the digest of every file.
    collector : Collector
    """
    reader = _ChainReader(files, collector, roots=home_folders(path))
    roots = reader.read(path, shown)
    if roots is None:
        return None
    joiner = _Joiner()
    root = roots[-1]
    for child in reversed(roots[:-1]):
        root = joiner.join(child, root)
    return Chain(root, tuple(joiner.told.values()), tuple(reader.shown))


@dataclass(slots=True)
class _ChainReader:
    files: Files
    collector: Collector
    roots: tuple[Path, ...]
    """The scenario's own folder and the one above, which no file of the chain may leave."""
    shown: list[str] = field(default_factory=list)
    seen: list[Path] = field(default_factory=list)

    def read(self, path: Path, shown: str) -> list[MapNode] | None:
        roots: list[MapNode] = []
        span: Span | None = None
        while True:
            root = self.one(path, shown, span)
            if root is None:
                return None
            roots.append(root)
            name = root.get("extends")
            if not isinstance(name, Scalar) or name.null:
                return roots  # a wrong shape is reported for the whole file
            parent = self.next(name, shown, len(roots))
            if parent is None:
                return None
            (path, shown), span = parent, name.span

    def one(self, path: Path, shown: str, span: Span | None) -> MapNode | None:
        self.shown.append(shown)
        self.seen.append(resolved(path))
        text = self.files.read(path, shown, limit=YAML_LIMIT, collector=self.collector, span=span)
        root = read_tree(text, shown, collector=self.collector) if text is not None else None
        if root is None or not check_version(root, "scenario", collector=self.collector):
            return None
        check_nulls(root, collector=self.collector)
        return root

    def next(self, name: Scalar, shown: str, depth: int) -> tuple[Path, str] | None:
        """Find the file that is extended."""
        folder = Path(shown).parent
        parent = beside(folder, str(folder), name.text)
        if parent is None or not inside(parent[0], self.roots):
            self.collector.error(
                "WB-F050",
                f"the scenario {name.text[:80]!r} lies outside the folder of this one",
                name.span,
                facts=("a scenario may extend one beside it, or one in the folder above",),
                remedy="copy it there, and name it without '..' and without a leading '/'",
            )
            return None
        path, label = parent
        if resolved(path) in self.seen:
            begin = self.seen.index(resolved(path))
            self.collector.error(
                "WB-S190",
                "scenarios extend each other in a circle",
                name.span,
                facts=(" -> ".join([*self.shown[begin:], self.shown[begin]]),),
                remedy="cut the circle",
            )
            return None
        if depth > DEPTH_LIMIT:
            self.collector.error(
                "WB-S191",
                "too many scenarios extend each other",
                name.span,
                facts=(" -> ".join([*self.shown, label]), f"at most {DEPTH_LIMIT} are followed"),
                remedy="join some of them into one file",
            )
            return None
        return parent


@dataclass(slots=True)
class _Joiner:
    """Joins two files, and keeps one sentence for each key that is replaced."""

    told: dict[str, str] = field(default_factory=dict)

    def join(self, child: MapNode, parent: MapNode) -> MapNode:
        """Return the parent's tree with the child's keys over it."""
        joined = {entry.key.text: entry for entry in parent.entries if entry.key.text not in OWN}
        for entry in child.entries:
            key, old = entry.key.text, joined.get(entry.key.text)
            if old is not None and key in JOINED:
                joined[key] = self.names(key, entry, old)
            else:
                if old is not None and key not in QUIET:
                    self.tell(key, old)
                joined[key] = entry
        return MapNode(tuple(joined.values()), child.span, child.flow)

    def names(self, key: str, entry: Entry, old: Entry) -> Entry:
        """Join the names under one key."""
        below = _as_map(old) if key == "appraisal" else old.value
        if not isinstance(entry.value, MapNode) or not isinstance(below, MapNode):
            self.tell(key, old)
            return entry
        joined = {own.key.text: own for own in below.entries}
        for own in entry.value.entries:
            name, earlier = own.key.text, joined.get(own.key.text)
            if earlier is None:
                joined[name] = own
            elif key in {"options", "groups"} and isinstance(own.value, MapNode) and isinstance(earlier.value, MapNode):
                joined[name] = self.own_keys(key, own, earlier.value)
            else:
                self.tell(name if key == "values" else f"{key}.{name}", earlier)
                if key == "values":
                    del joined[name]  # what is written later wins over paths into it
                joined[name] = own
        return Entry(entry.key, MapNode(tuple(joined.values()), entry.value.span, entry.value.flow))

    def own_keys(self, key: str, entry: Entry, below: MapNode) -> Entry:
        """Join the own keys of one option or group."""
        assert isinstance(entry.value, MapNode)
        joined = {line.key.text: line for line in below.entries}
        for line in entry.value.entries:
            earlier = joined.pop(line.key.text, None)
            if earlier is not None:
                own = line.key.text in {"label", "short", "doc"}
                self.tell(
                    f"{key}.{entry.key.text}.{line.key.text}" if own else f"{line.key.text}.{entry.key.text}", earlier
                )
            joined[line.key.text] = line
        return Entry(entry.key, MapNode(tuple(joined.values()), entry.value.span, entry.value.flow))

    def tell(self, path: str, old: Entry) -> None:
        """Note the key that is replaced, and its file; the nearest file to the scenario is the last to speak."""
        self.told[path] = f"`{path}` of {Path(old.key.span.file).name} is replaced"


def _as_map(entry: Entry) -> Node:
    """Return ``appraisal: green-book-2026`` as the map it is short for."""
    if not isinstance(entry.value, Scalar):
        return entry.value
    key = Scalar(replace(entry.value.located, text="preset", pieces=entry.value.located.pieces[:1]))
    return MapNode((Entry(key, entry.value),), entry.value.span)
