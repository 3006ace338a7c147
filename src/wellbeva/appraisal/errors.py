"""The error of an appraisal rule, with the parts of a diagnostic, and what is looked up by its name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from wellbeva.errors import PlacelessError, near_miss

Item = TypeVar("Item")


class AppraisalError(PlacelessError):
    """A rule does not have the number asked for; the facts name the request and the numbers that there are."""


def named(items: Mapping[str, Item], name: str, message: str, *, listed: str, otherwise: str = "") -> Item:
    """Return the item of a name.

    Parameters
    ----------
    items : mapping of str to item
    name : str
    message : str
        Said where there is none.
    listed : str
        Stands before the names that there are: ``presets:``.
    otherwise : str
        What to do where the right name is not among them, after a comma.

    Raises
    ------
    AppraisalError
        If there is none, with the nearest name.
    """
    if name in items:
        return items[name]
    remedy = near_miss(name, items) or f"name one of these{otherwise}"
    raise AppraisalError(message, (f"{listed} {', '.join(items)}",), remedy)
