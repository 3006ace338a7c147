"""The tree of a YAML file: every scalar is text, every node knows its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from wellbeva.core.spans import Located, Span


@dataclass(frozen=True, slots=True)
class Scalar:
    """One text. `null` is an unquoted empty text, ``~`` or ``null``, which no field takes."""

    located: Located
    null: bool = False

    @property
    def text(self) -> str:
        """The text as read."""
        return self.located.text

    @property
    def span(self) -> Span:
        """Where it stands."""
        return self.located.span()


@dataclass(frozen=True, slots=True)
class Entry:
    """A key and its value."""

    key: Scalar
    value: Node


@dataclass(frozen=True, slots=True)
class MapNode:
    """A map in the order of the file; keys are unique. `flow` if written with braces."""

    entries: tuple[Entry, ...]
    span: Span
    flow: bool = False

    def get(self, key: str) -> Node | None:
        """Return the value of a key, or None."""
        for entry in self.entries:
            if entry.key.located.text == key:
                return entry.value
        return None

    def key(self, key: str) -> Scalar | None:
        """Return the key itself, for its place."""
        return next((entry.key for entry in self.entries if entry.key.text == key), None)

    def keys(self) -> tuple[str, ...]:
        """Return the texts of all keys."""
        return tuple(entry.key.text for entry in self.entries)


@dataclass(frozen=True, slots=True)
class ListNode:
    """A list. `flow` if written with brackets."""

    items: tuple[Node, ...]
    span: Span
    flow: bool = False


Node: TypeAlias = Scalar | MapNode | ListNode


def entries(node: Node | None) -> tuple[Entry, ...]:
    """Return the entries of a map, or none for anything else (whose shape is reported elsewhere)."""
    return node.entries if isinstance(node, MapNode) else ()


def items(node: Node | None) -> tuple[Node, ...]:
    """Return the items of a list, or none for anything else."""
    return node.items if isinstance(node, ListNode) else ()


def scalars(node: Node | None) -> Iterator[Scalar]:
    """Yield the scalars of a list, or the scalar itself."""
    if isinstance(node, Scalar):
        yield node
    elif isinstance(node, ListNode):
        yield from (item for item in node.items if isinstance(item, Scalar))


def text_of(node: Node | None, key: str = "") -> str:
    """Return a scalar's text (or that of a map's key), or an empty text.

    Parameters
    ----------
    node : Node or None
    key : str
        A key of the map `node`; empty for the text of `node` itself.
    """
    if key:
        node = node.get(key) if isinstance(node, MapNode) else None
    return node.text if isinstance(node, Scalar) else ""


def whole_number(node: Node | None, most: int) -> int | None:
    """Return a whole number from 1 to `most`, which may have commas between thousands; None for anything else.

    Parameters
    ----------
    node : Node or None
    most : int
        Below 10⁹.
    """
    text = text_of(node).replace(",", "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    return number if 0 < number <= most else None


def plain(node: Node) -> object:
    """Turn a tree into dicts, lists and texts."""
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, ListNode):
        return [plain(item) for item in node.items]
    return {entry.key.text: plain(entry.value) for entry in node.entries}
