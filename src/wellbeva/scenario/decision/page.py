"""Reads ``page``: the inputs that a reader of the living page meets first."""

from __future__ import annotations

from dataclasses import dataclass

from wellbeva.core.spans import Located
from wellbeva.scenario.text.nodes import MapNode, Scalar, entries, items
from wellbeva.scenario.text.paths import DottedPath


@dataclass(frozen=True, slots=True)
class FirstInput:
    """A path as `--set` takes it, and the range of its slider as written; None leaves the range to the page."""

    path: DottedPath
    slider: Located | None = None


FirstInputs = dict[str, tuple[FirstInput, ...]]
"""By the title of a group."""


def read_first_inputs(root: MapNode) -> FirstInputs:
    """Return what ``page`` names first; `compiler.parameters.first_inputs` judges it.

    Parameters
    ----------
    root : MapNode
        The whole scenario.
    """
    page = root.get("page")
    first = page.get("first") if isinstance(page, MapNode) else None
    found: FirstInputs = {}
    for group in entries(first):
        named: list[FirstInput] = []
        for item in items(group.value):
            if isinstance(item, Scalar):
                named.append(FirstInput(DottedPath.read(item.located)))
            for one in entries(item):
                slider = one.value.located if isinstance(one.value, Scalar) else None
                named.append(FirstInput(DottedPath.read(one.key.located), slider))
        found[group.key.text] = tuple(named)
    return found
