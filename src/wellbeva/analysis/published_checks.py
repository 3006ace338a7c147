"""Judging what a source prints against what the run gives (FORMAT section 9)."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from wellbeva.analysis.draw_by_draw import find_gap, find_parameter
from wellbeva.analysis.output_paths import RIVALS_AT, Found, NoNumberError, NotFoundError, find
from wellbeva.core.statistics import QUANTILES
from wellbeva.core.units import base, parse_unit
from wellbeva.engine.reductions.replicates import SUPPLIED
from wellbeva.engine.run.settings import DRAWS_STEP, REACHABLE_DRAWS
from wellbeva.errors import Collector, near_miss
from wellbeva.results.dataset import outline
from wellbeva.scenario.spec import Published
from wellbeva.scenario.value import Amount

if TYPE_CHECKING:
    import xarray as xr

    from wellbeva.plan.plan import Plan

ERRORS_WITHIN = 3.0
"""A line over draws is judged once this many standard errors of ours fit into its tolerance."""

EXACT = 1e-9
"""Relative tolerance of a line without ``within``."""

SPARE = 2.0
"""How many times the draws that would just do are named: the error itself is known from 16 rows, within a quarter."""

NEED_EVERY_DRAW = ("share", "draw by draw")
"""Comparisons that can be calculated from kept draws alone."""

ToNumber = Callable[[Amount, str], float]
"""From an amount as written and the text of a unit to a number in that unit; ValueError with a sentence if it does
not fit."""

Rate = Callable[[str, str], float]
"""How many units of the second currency one unit of the first is; ValueError with a sentence if nobody says."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement of one published line.

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
    """

    line: Published
    outcome: Literal["met", "missed", "undecided", "unreadable"]
    ours: float | str
    printed: float | str
    tolerance: float
    mcse: float
    unit: str
    reason: str = ""


def judge(
    lines: Iterable[Published],
    evaluate_variant: Callable[[str], tuple[xr.Dataset, Plan]],
    *,
    to_number: ToNumber,
    rate: Rate,
) -> list[Verdict]:
    """Judge every line.

    A line over draws is judged once three standard errors of ours are below its tolerance (FORMAT section 9). Draws
    that a table supplies are not ours: what they give has no error, and is judged as it stands.

    Parameters
    ----------
    lines : iterable of Published
    evaluate_variant : callable
        From a variant's name, empty for the scenario as written, to the Dataset of its run, with break-even values
        (`analysis.tables.break_even.with_break_even`) where lines ask for them, and its Plan. Called once a variant.
    to_number : callable
    rate : callable
        Asked where a line prints another currency than the run's.

    Returns
    -------
    list of Verdict
        In the order of the lines.
    """
    runs: dict[str, tuple[xr.Dataset, Plan]] = {}
    verdicts = []
    for line in lines:
        if line.variant not in runs:
            runs[line.variant] = evaluate_variant(line.variant)
        try:
            verdicts.append(_compared(line, *runs[line.variant], to_number, rate))
        except (NotFoundError, ValueError) as failure:
            printed: float | str = line.label or str(line.other) if line.value is None else float(line.value.number)
            verdicts.append(Verdict(line, "unreadable", math.nan, printed, math.nan, math.nan, "", str(failure)))
    return verdicts


def needs_every_draw(lines: Iterable[Published], variant: str) -> bool:
    """Whether a line on a variant can be calculated from kept draws alone, so that the run has to keep them all.

    Parameters
    ----------
    lines : iterable of Published
    variant : str
        Empty: the scenario as written.
    """
    return any(line.variant == variant and (line.over in NEED_EVERY_DRAW or _unusual(line)) for line in lines)


def _unusual(line: Published) -> bool:
    """Whether a quantile, or a value of the effect, is none of those that every run reports."""
    if line.path.name == "decision" and line.path.labels[:1] and line.path.labels[0] in RIVALS_AT:
        return True
    if line.over != "quantile" or line.argument is None:
        return False
    q = float(line.argument.number)
    return not any(math.isclose(q, kept, abs_tol=1e-12) for kept in QUANTILES.values())


def _compared(line: Published, dataset: xr.Dataset, plan: Plan, to_number: ToNumber, rate: Rate) -> Verdict:
    if line.over == "draw by draw":
        return _gap(line, find_gap(line, dataset, plan), dataset, to_number)
    parameter = find_parameter(line, plan)
    if parameter is not None and line.value is not None:
        return _number(line, parameter, dataset, to_number, rate)
    found = find(line, dataset, to_number=lambda amount, unit: _in_unit(amount, unit, dataset, to_number, rate))
    if dataset.attrs["design"] == SUPPLIED:
        found = replace(found, mcse=0.0)
    if isinstance(found.value, str) or line.value is None:
        return _label(line, found, dataset)
    return _number(line, found, dataset, to_number, rate)


def fail_if_a_line_cannot_be_judged(
    lines: Iterable[Published],
    plan_of: Callable[[str], Plan],
    *,
    to_number: ToNumber,
    rate: Rate,
    collector: Collector,
) -> None:
    """Note each line whose path, labels or unit no run could match, without a draw.

    Parameters
    ----------
    lines : iterable of Published
    plan_of : callable
        From a variant's name, empty for the scenario as written, to its Plan.
    to_number, rate : callable
        As for `judge`.
    collector : Collector
    """
    outlines: dict[str, xr.Dataset] = {}
    for line in lines:
        plan = plan_of(line.variant)
        if line.variant not in outlines:
            outlines[line.variant] = outline(plan)
        try:
            _compared(line, outlines[line.variant], plan, to_number, rate)
        except NoNumberError:
            continue  # the run may have it
        except NotFoundError as fault:
            begin = max(0, line.written.text.find(fault.word or str(line.path)))
            collector.error(
                "WB-S330",
                f"no run can answer this line: {fault.message}",
                line.written.span(begin, begin + len(fault.word or str(line.path))),
                facts=(f"written: {line.written.text.strip()[:100]}",),
                remedy=fault.remedy or "correct the path, or what it is compared with",
            )
        except ValueError as fault:
            collector.error(
                "WB-S331",
                f"this line cannot be compared with ours: {fault}",
                line.written.span(),
                remedy="give the number in the unit of the output",
            )


def _gap(line: Published, found: Found, dataset: xr.Dataset, to_number: ToNumber) -> Verdict:
    assert line.within is not None
    assert not isinstance(found.value, str)
    ours = str(dataset.attrs["currency"])
    unit = re.sub(r"\bmoney\b", ours, found.unit)
    tolerance = to_number(line.within, unit)
    # As for a number: a gap as large as the tolerance is met whatever its last bits are.
    met = found.value <= tolerance * (1 + 1e-9)
    reason = "" if met else found.where
    return Verdict(line, "met" if met else "missed", found.value, str(line.other), tolerance, 0.0, unit, reason)


def _label(line: Published, found: Found, dataset: xr.Dataset) -> Verdict:
    if not isinstance(found.value, str):
        message = f"{line.path} is a number, and the line gives the label {line.label!r}"
        raise NotFoundError(message)
    if line.value is not None:
        message = f"{line.path} is a label, {found.value!r}, and the line gives a number"
        raise NotFoundError(message)
    given = line.label.replace("_", " ")
    if found.labels and given not in (known := [label.replace("_", " ") for label in found.labels]):
        message = f"{line.path} is never {line.label!r}"
        remedy = near_miss(given, known) or f"it is one of {', '.join(found.labels[:9])}"
        raise NotFoundError(message, line.label, remedy)
    if found.mcse > 0 and ERRORS_WITHIN * found.mcse >= found.lead:
        reason = _more_draws(found.mcse, found.lead, dataset, "its lead over the next")
        return Verdict(line, "undecided", found.value, line.label, 0.0, found.mcse, "", reason)
    met = found.value.replace("_", " ") == given
    return Verdict(line, "met" if met else "missed", found.value, line.label, 0.0, found.mcse, "")


def _number(line: Published, found: Found, dataset: xr.Dataset, to_number: ToNumber, rate: Rate) -> Verdict:
    assert line.value is not None
    assert not isinstance(found.value, str)
    factor, unit = _exchange(line.value, found.unit, dataset, rate)
    ours, mcse = factor * found.value, abs(factor) * found.mcse
    printed = to_number(line.value, unit)
    tolerance = EXACT * abs(printed) if line.within is None else to_number(_like(line.within, line.value), unit)
    if math.isnan(ours):
        return Verdict(line, "missed", ours, printed, tolerance, mcse, unit, f"{line.path} has no value here")
    if not mcse < tolerance / ERRORS_WITHIN and mcse != 0:  # an unknown error is not a small one
        reason = _more_draws(mcse, tolerance, dataset, "the tolerance")
        return Verdict(line, "undecided", ours, printed, tolerance, mcse, unit, reason)
    # A printed bound belongs to the tolerance: the last bit of 3.105 - 3.10 must not decide.
    met = abs(ours - printed) <= tolerance * (1 + 1e-9) + 1e-15 * abs(printed)
    return Verdict(line, "met" if met else "missed", ours, printed, tolerance, mcse, unit)


def _more_draws(mcse: float, room: float, dataset: xr.Dataset, what: str) -> str:
    """Say why a line is undecided, and how many draws would do: an error falls with the root of their number."""
    if not math.isfinite(mcse):
        return "how far the draws may mislead is not known; give more of them with --draws"
    reason = f"three standard errors of ours, {ERRORS_WITHIN * mcse:.3g}, are not below {what}, {room:.3g}"
    wanted = int(dataset.attrs["draws"]) * SPARE * (ERRORS_WITHIN * mcse / room) ** 2 if room > 0 else math.inf
    if wanted > REACHABLE_DRAWS:
        return f"{reason}; more draws than anybody runs would be needed"
    needed = DRAWS_STEP * math.ceil(wanted / DRAWS_STEP)
    return f"{reason}; {needed:,} draws would do: --draws {needed}"


def _like(within: Amount, value: Amount) -> Amount:
    """Give a bare tolerance the unit of the value: ``2 months within 0.5``."""
    bare = not (within.unit or within.percent or within.currency)
    year = within.price_year if within.price_year is not None else value.price_year
    if bare:
        return replace(within, unit=value.unit, currency=value.currency, price_year=year)
    return replace(within, price_year=year)


def _exchange(value: Amount, unit: str, dataset: xr.Dataset, rate: Rate) -> tuple[float, str]:
    """Return the factor from the run's currency into the line's, to the power it has in the unit, and the unit then."""
    ours = str(dataset.attrs["currency"])
    # A model may write `money` for the appraisal's currency (FORMAT R24).
    unit = re.sub(r"\bmoney\b", ours, unit)
    theirs = next((currency for currency in value.currencies if currency != ours), ours)
    if theirs == ours or ours not in unit:
        return 1.0, unit
    words = re.findall(r"[A-Za-z]\w*", unit)  # units of the model's own are not money
    powers = parse_unit(unit, money=base(ours), extra=words).powers
    power = sum(power for token, power in powers if token.startswith(ours))
    return float(rate(ours, theirs) ** power), unit.replace(ours, theirs)


def _in_unit(amount: Amount, unit: str, dataset: xr.Dataset, to_number: ToNumber, rate: Rate) -> float:
    """Return an amount of the line (``at $60000``) in the run's own unit."""
    factor, theirs = _exchange(amount, unit, dataset, rate)
    return to_number(amount, theirs) / factor
