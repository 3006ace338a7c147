"""How a share of draws is printed: a count of zero does not show a chance of zero (DESIGN section 5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal


def draws_counted(attributes: Mapping[Any, Any]) -> int:
    """Return the draws that numbers are made of: all but those that are left out because a number is not usable or
    an input outside its bounds.

    Parameters
    ----------
    attributes : mapping
        Of a Dataset that `results.dataset` made.

    Examples
    --------
    >>> draws_counted({"draws": 16384, "nonfinite_draws": 12, "outside_draws": 3})
    16369
    """
    return int(attributes["draws"]) - sum(int(attributes.get(f"{why}_draws", 0)) for why in ("nonfinite", "outside"))


@dataclass(frozen=True, slots=True)
class PrintedShare:
    """A number to print, with the sign that stands before it.

    Parameters
    ----------
    sign : {"", "<", ">"}
        ``<``: below `value`; ``>``: above it.
    value : float
    """

    sign: Literal["", "<", ">"]
    value: float


def share_to_print(share: float, *, draws: int) -> PrintedShare:
    """Return a share of draws as it may be printed: never 0 and never 1.

    Parameters
    ----------
    share : float
        Share of draws, 0 to 1.
    draws : int
        Draws that count, N.

    Returns
    -------
    PrintedShare
        ``< 1/N`` where no draw counted, ``> 1 - 1/N`` where every draw did.

    Examples
    --------
    >>> share_to_print(0.0, draws=1000)
    PrintedShare(sign='<', value=0.001)
    >>> share_to_print(0.25, draws=1000)
    PrintedShare(sign='', value=0.25)
    """
    least = 1 / draws
    if share < least / 2:
        return PrintedShare("<", least)
    if share > 1 - least / 2:
        return PrintedShare(">", 1 - least)
    return PrintedShare("", share)


def error_to_print(mcse: float, *, draws: int) -> PrintedShare:
    """Return the standard error of a share of draws as it may be printed: ``< 1/N`` where the spread is zero.

    Draws that all count the same, or randomisations that do, show that the error is small, not that it is zero.

    Parameters
    ----------
    mcse : float
        Standard error of the share, 0 to 1.
    draws : int
        Draws that count, N.

    Examples
    --------
    >>> error_to_print(0.0, draws=1000)
    PrintedShare(sign='<', value=0.001)
    """
    return PrintedShare("<", 1 / draws) if mcse == 0 else PrintedShare("", mcse)
