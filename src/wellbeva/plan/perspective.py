"""Whose costs count: the outcomes of which the own cost of one payer is made (semantics R100, R244)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

SIGNS: Final = {"payer": 1, "body": -1}
"""The axes along which a cost is borne and money is saved, and how each counts in the own cost."""


def own_cost_outcomes(money: Mapping[str, Collection[str]]) -> dict[str, tuple[str, ...]]:
    """Return the outcomes of which own costs are made, for each of `SIGNS`: none, one, or several that could be meant.

    Parameters
    ----------
    money : mapping of outcome to collection of str
        The axes of each outcome in money, without those of draws and statistics.
    """
    return {axis: tuple(name for name, axes in money.items() if {*axes} == {"option", axis}) for axis in SIGNS}
