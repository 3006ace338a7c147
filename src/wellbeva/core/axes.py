"""Axes and their one fixed order (DESIGN section 4)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

FIXED_ORDER = ("draw", "option", "group", "person", "state", "to", "node", "time", "payer")
"""Axes that every model may have, in their fixed order."""

Kind = Literal["plain", "ordered", "ladder", "time"]


@dataclass(frozen=True, slots=True)
class Axis:
    """A named axis with its labels in their fixed order.

    Parameters
    ----------
    name : str
    labels : tuple of str
        Unique. On `time` and on ladders they are numbers written as text.
    words : tuple of str
        One label each, for people; empty where the labels speak for themselves.
    kind : {"plain", "ordered", "ladder", "time"}
        `lag` and `cumsum` need one of the last three.
    rungs : tuple of float
        Numeric value of each label, for ladders and `time`; else empty.
    unit : str
        Unit of the rungs; else empty.
    """

    name: str
    labels: tuple[str, ...]
    words: tuple[str, ...] = ()
    kind: Kind = "plain"
    rungs: tuple[float, ...] = ()
    unit: str = ""

    def __len__(self) -> int:
        return len(self.labels)

    def word(self, label: str) -> str:
        """Return the words for a label, or the label itself where there are none."""
        return self.words[self.labels.index(label)] if self.words else label


def in_order(names: Iterable[str], own: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Sort axis names: the fixed ones first, then the model's own as it declares them.

    Parameters
    ----------
    names : iterable of str
    own : tuple of str
        The model's own axes in the order in which the model names them.

    Examples
    --------
    >>> in_order(["level", "time", "option"], own=("level",))
    ('option', 'time', 'level')
    """
    rank = {name: index for index, name in enumerate(FIXED_ORDER + own)}
    return tuple(sorted(set(names), key=lambda name: (rank.get(name, len(rank)), name)))
