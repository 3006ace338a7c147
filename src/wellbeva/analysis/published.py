"""Judging what a source prints against what the run gives (FORMAT section 9)."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from wellbeva.analysis.lookup import Found, NotFoundError, find
from wellbeva.scenario.spec import Amount, Published

if TYPE_CHECKING:
    import xarray as xr

ERRORS_WITHIN = 3.0
"""A line over draws is judged once this many standard errors of ours fit into its tolerance."""

EXACT = 1e-9
"""Relative tolerance of a line without ``within``."""

BLOCK = 16 * 512
"""Draws come in multiples of this."""

ToNumber = Callable[[Amount, str], float]
"""From an amount as written and the text of a unit to a number in that unit; ValueError with a sentence if it does
not fit."""

Rate = Callable[[str, str], float]
"""How many units of the second currency one unit of the first is; ValueError with a sentence if nobody says."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one line.

    Parameters
    ----------
    line : Published
    outcome : {"met", "missed", "undecided", "unreadable"}
    ours : float or str
        Our number in the line's currency, or our label; NaN where there is none.
    printed : float or str
    tolerance : float
        0 for labels.
    mcse : float
        Standard error of ours; 0 for the base case.
    unit : str
    reason : str
        One sentence for ``undecided`` and ``unreadable``; else empty.
    draws_needed : int
        For ``undecided``: draws that would do, error falling with the root of their number; 0 where more would not
        help.
    """

    line: Published
    outcome: Literal["met", "missed", "undecided", "unreadable"]
    ours: float | str
    printed: float | str
    tolerance: float
    mcse: float
    unit: str
    reason: str = ""
    draws_needed: int = 0


def judge(
    lines: Iterable[Published],
    evaluate_variant: Callable[[str], xr.Dataset],
    *,
    to_number: ToNumber,
    rate: Rate | None = None,
) -> list[Verdict]:
    """Judge every line.

    Parameters
    ----------
    lines : iterable of Published
    evaluate_variant : callable
        From a variant's name, empty for the scenario as written, to the Dataset of its run, with break-even values
        (`analysis.break_even.with_break_even`) where lines ask for them. Called once a variant.
    to_number : callable
    rate : callable, optional
        Needed where a line prints another currency than the run's.

    Returns
    -------
    list of Verdict
        In the order of the lines.
    """
    runs: dict[str, xr.Dataset] = {}
    verdicts = []
    for line in lines:
        if line.variant not in runs:
            runs[line.variant] = evaluate_variant(line.variant)
        verdicts.append(_judge(line, runs[line.variant], to_number, rate))
    return verdicts


def _judge(line: Published, dataset: xr.Dataset, to_number: ToNumber, rate: Rate | None) -> Verdict:
    try:
        found = find(line, dataset, to_number=lambda amount, unit: _in_unit(amount, unit, dataset, to_number, rate))
        if isinstance(found.value, str) or line.value is None:
            return _label(line, found)
        return _number(line, found, dataset, to_number, rate)
    except (NotFoundError, ValueError) as failure:
        printed: float | str = line.label if line.value is None else float(line.value.number)
        return Verdict(line, "unreadable", math.nan, printed, math.nan, math.nan, "", str(failure))


def _label(line: Published, found: Found) -> Verdict:
    if not isinstance(found.value, str):
        message = f"{line.path} is a number, and the line gives the label {line.label!r}"
        raise NotFoundError(message)
    if line.value is not None:
        message = f"{line.path} is a label, {found.value!r}, and the line gives a number"
        raise NotFoundError(message)
    met = found.value.replace(" ", "_") == line.label.replace(" ", "_")
    return Verdict(line, "met" if met else "missed", found.value, line.label, 0.0, 0.0, "")


def _number(line: Published, found: Found, dataset: xr.Dataset, to_number: ToNumber, rate: Rate | None) -> Verdict:
    assert line.value is not None
    assert not isinstance(found.value, str)
    factor, unit = _exchange(line.value, found.unit, dataset, rate)
    ours, mcse = factor * found.value, abs(factor) * found.mcse
    printed = to_number(line.value, unit)
    tolerance = EXACT * abs(printed) if line.within is None else to_number(_like(line.within, line.value), unit)
    if math.isnan(ours):
        return Verdict(line, "missed", ours, printed, tolerance, mcse, unit, f"{line.path} has no value here")
    if ERRORS_WITHIN * mcse >= tolerance and mcse > 0:
        return _undecided(line, dataset, ours, printed, tolerance, mcse, unit)
    # A printed bound belongs to the tolerance: the last bit of 3.105 - 3.10 must not decide.
    met = abs(ours - printed) <= tolerance * (1 + 1e-9) + 1e-15 * abs(printed)
    return Verdict(line, "met" if met else "missed", ours, printed, tolerance, mcse, unit)


def _undecided(
    line: Published, dataset: xr.Dataset, ours: float, printed: float, tolerance: float, mcse: float, unit: str
) -> Verdict:
    drawn = int(dataset.attrs["draws"])
    needed = 0
    if tolerance > 0 and math.isfinite(mcse):
        needed = BLOCK * math.ceil(drawn * (ERRORS_WITHIN * mcse / tolerance) ** 2 * (1 + 1e-9) / BLOCK)
    reason = f"three standard errors of ours, {ERRORS_WITHIN * mcse:.3g}, are not below the tolerance {tolerance:.3g}"
    return Verdict(line, "undecided", ours, printed, tolerance, mcse, unit, reason, needed)


def _like(within: Amount, value: Amount) -> Amount:
    """Give a bare tolerance the unit of the value: ``2 months within 0.5``."""
    bare = not (within.unit or within.percent or within.currency)
    year = within.price_year if within.price_year is not None else value.price_year
    if bare:
        return replace(within, unit=value.unit, currency=value.currency, price_year=year)
    return replace(within, price_year=year)


def _exchange(value: Amount, unit: str, dataset: xr.Dataset, rate: Rate | None) -> tuple[float, str]:
    """Factor from the run's currency into the line's, and the unit then."""
    ours = str(dataset.attrs["currency"])
    # A model may write `money` for the appraisal's currency (FORMAT R24).
    unit = re.sub(r"\bmoney\b", ours, unit)
    if not value.currency or value.currency == ours or ours not in unit:
        return 1.0, unit
    if rate is None:
        message = f"the line prints {value.currency} and the run counts {ours}; no rate of exchange is given"
        raise NotFoundError(message)
    return rate(ours, value.currency), unit.replace(ours, value.currency)


def _in_unit(amount: Amount, unit: str, dataset: xr.Dataset, to_number: ToNumber, rate: Rate | None) -> float:
    """An amount of the line (``at $60000``) in the run's own unit."""
    factor, theirs = _exchange(amount, unit, dataset, rate)
    return to_number(amount, theirs) / factor
