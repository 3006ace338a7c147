"""Short words for large objects: a notebook prints each on one card."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any, Final

LINES: Final = 10
COLUMNS: Final = 80
_NAMES = 6


def card(lines: Iterable[str]) -> str:
    """Return lines as at most ten of 80 columns, without characters that drive a terminal.

    Examples
    --------
    >>> print(card(["a" * 100, "b" + chr(27) + "[31mb"]))
    aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
      aaaaaaaaaaaaaaaaaaaa
    b [31mb
    """
    wrapped: list[str] = []
    for line in lines:
        # A wide character, as of Chinese or an emoji, takes two columns: room is left for them.
        plain = "".join(char if char.isprintable() else " " for char in line[: LINES * COLUMNS])
        wide = sum(unicodedata.east_asian_width(char) in "WF" for char in plain)
        wrapped += textwrap.wrap(plain, COLUMNS // 2 if wide else COLUMNS, subsequent_indent="  ") or [""]
    return "\n".join(wrapped if len(wrapped) <= LINES else [*wrapped[: LINES - 1], "…"])


class Card:
    """The printed form of a dataclass with many numbers: its name, and a few words for each field."""

    __slots__ = ()

    def __repr__(self) -> str:
        instance: Any = self
        parts = (
            (field.name, getattr(self, field.name)) for field in fields(instance) if not field.name.startswith("_")
        )
        lines = [
            cut(f"  {name}: {words(value)}", COLUMNS) for name, value in parts if not isinstance(value, str) or value
        ]
        more = [f"  and {len(lines) - LINES + 2} more"] if len(lines) >= LINES else []
        return card([type(self).__name__, *lines[: LINES - 1 - len(more)], *more])


def words(value: object) -> str:
    """Describe a value in a few words, without looking at all of it.

    Examples
    --------
    >>> words({"a": 1, "b": 2}), words((1, 2, 3)), words("text")
    ('2: a, b', 'tuple of 3', 'text')
    """
    if isinstance(value, str | int | float | None):
        return str(value)
    shape = getattr(value, "shape", None)
    if isinstance(shape, tuple):
        return f"{type(value).__name__} of {' × '.join(map(str, shape)) or 'one number'}"
    if isinstance(value, Mapping):
        names = [str(name)[:COLUMNS] for name, _ in zip(value, range(_NAMES), strict=False)]
        return f"{len(value)}: {', '.join(names)}{', …' if len(value) > _NAMES else ''}"
    if isinstance(value, tuple | list | frozenset | set):
        short = ", ".join(map(str, value)) if all(isinstance(item, str) for item in value) else ""
        return short if 0 < len(short) <= COLUMNS // 2 else f"{type(value).__name__} of {len(value)}"
    return type(value).__name__


def cut(text: str, most: int) -> str:
    """Return a text cut to its room, the last character an ellipsis.

    Parameters
    ----------
    text : str
    most : int
        Characters.
    """
    return text if len(text) <= most else f"{text[: most - 1]}…"


def few(items: Sequence[str], most: int) -> tuple[str, ...]:
    """Return the first of some texts and, where there are more, how many.

    Parameters
    ----------
    items : sequence of str
    most : int

    Examples
    --------
    >>> few(["a", "b", "c"], 2), few(["a", "b"], 2)
    (('a', 'b', 'and 1 more'), ('a', 'b'))
    """
    more = len(items) - most
    return (*items[:most], *((f"and {more:,} more",) if more > 0 else ()))
