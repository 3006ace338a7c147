"""Error against draws in words and small figures (``wellbeva converge``)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import PurePath

import numpy as np
from markupsafe import Markup
from scipy.special import chdtri

from wellbeva.analysis.convergence import (
    CHANCES,
    FEWEST,
    Convergence,
    Gain,
    Kind,
    Quantity,
    Settling,
    error_of_error,
    gain_factor,
    rate_error,
)
from wellbeva.plan.record import CompiledScenario
from wellbeva.plot.convergence import Line, Panel, key_svg, panel_svg, sheet_svg
from wellbeva.plot.distributions import to_png
from wellbeva.report.facts.names import axis_word, label_of, outcome_words
from wellbeva.report.page.templates import fill
from wellbeva.report.text import numbers

DEFAULT = 16_384
"""Draws of a run that is not told how many; the sentences are about them where they are among those compared."""
MANY = 1000
"""Chances are written in 1,000 futures."""
DESIGNS = {"sobol": "quasi-random", "random": "random", "latin": "Latin"}


@dataclass(frozen=True, slots=True)
class Row:
    """One number in words.

    Parameters
    ----------
    settling : Settling
    group, name : str
        What is counted; of what. The name is empty where the group says it all.
    value : str
    errors : mapping of design to tuple of str
        One a size.
    gains : tuple of str
        One a size: how many random draws a quasi-random one is worth.
    rates : mapping of design to str
    """

    settling: Settling
    group: str
    name: str
    value: str
    errors: Mapping[str, tuple[str, ...]]
    gains: tuple[str, ...]
    rates: Mapping[str, str]

    @property
    def subject(self) -> str:
        """The number inside a sentence."""
        return subject(self.settling.quantity.kind, self.group, self.name)


@dataclass(frozen=True, slots=True)
class Drawn:
    """One number on the page: its row and its figure."""

    row: Row
    panel: Panel

    @property
    def svg(self) -> Markup:
        """The figure."""
        return Markup(panel_svg(self.panel))  # noqa: S704 - built and escaped by us


@dataclass(frozen=True, slots=True)
class Sheet:
    """The page."""

    title: str
    file: str
    answer: str
    lead: str
    notes: tuple[str, ...]
    designs: tuple[str, ...]
    sizes: tuple[str, ...]
    panels: tuple[Drawn, ...]

    @property
    def keys(self) -> tuple[tuple[Markup, str], ...]:
        """Line and name of each design."""
        return tuple((Markup(key_svg(design)), f"{DESIGNS[design]} draws") for design in self.designs)  # noqa: S704 - ours


def rows(compiled: CompiledScenario, found: Convergence) -> tuple[Row, ...]:
    """Put every number into words, in the order in which they are compared.

    Parameters
    ----------
    compiled : CompiledScenario
    found : Convergence
    """
    return tuple(_row(compiled, number) for number in found.numbers)


def headlines(found: Convergence) -> tuple[int, ...]:
    """Return indices of the numbers to look at first: the best option's of each kind, and one of each other kind."""
    kinds = list(dict.fromkeys(number.quantity.kind for number in found.numbers))
    if not kinds:
        return ()
    first = [index for index, number in enumerate(found.numbers) if number.quantity.kind == kinds[0]]
    best = max(first, key=lambda index: found.numbers[index].value)
    name = found.numbers[best].quantity.name
    chosen = [best]
    for kind in kinds[1:]:
        of_kind = [index for index, number in enumerate(found.numbers) if number.quantity.kind == kind]
        same = [index for index in of_kind if found.numbers[index].quantity.name == name]
        chosen.append((same or of_kind)[0])
    return tuple(chosen)


def sentences(compiled: CompiledScenario, found: Convergence) -> tuple[str, ...]:
    """Say what was found, or why there is nothing to compare.

    Parameters
    ----------
    compiled : CompiledScenario
    found : Convergence
    """
    if found.reason == "supplied":
        files = numbers.listed([PurePath(one.file).name for one in compiled.record.scenario.joint])
        first = f"There is no design to compare: the draws are the {numbers.count(found.rows)} rows of {files}."
        return (first, "Their standard errors are those of independent draws; only more rows make them smaller.")
    if found.reason == "certain":
        return ("Nothing that is reported is uncertain, so any number of draws gives the same numbers.",)
    at = found.sizes.index(DEFAULT) if DEFAULT in found.sizes else -1
    every = rows(compiled, found)
    return tuple(_sentence(every[index], at, found) for index in headlines(found))


def notes(found: Convergence) -> tuple[str, ...]:
    """Say how sure the comparison itself is.

    Parameters
    ----------
    found : Convergence
    """
    if not found.numbers:
        return ()
    runs = numbers.counted(found.repeats, "run", "runs")
    made = f"Each error comes from {runs} of 16 randomisations, so it is itself known to about "
    made += f"{100 * error_of_error(found.repeats):.0f}%; a gain is known to within a factor of "
    made += f"{gain_factor(found.repeats):.1f} in 9 of 10 comparisons."
    logs = [math.log(size) for size in found.sizes]
    middle = sum(logs) / len(logs)
    slack = rate_error(np.asarray([log - middle for log in logs]), found.numbers[0].freedom)
    rate = "Rate is the slope of log error over log draws: −0.50 means four times the draws for half the error, −1.00 "
    rate += f"twice the draws. It is known to about ± {slack:.2f}."
    told = [made, rate]
    if any(number.quantity.kind in CHANCES for number in found.numbers):
        least = math.ceil(FEWEST * MANY)
        told.append(
            f"Chances below {least} or above {MANY - least} of 1,000 futures are left out: "
            "too few draws fall on the other side."
        )
    return tuple(told)


def needed_words(settling: Settling, design: str, within: float) -> str:
    """Write the draws that an error asks for: ``131,072``, ``≤ 8,192``, ``~ 1,800,000`` where it was not seen.

    Parameters
    ----------
    settling : Settling
    design : str
    within : float
        Share of the number, or of all futures if it is a chance.
    """
    needed = settling.needed(design, within)
    if needed is None:
        return numbers.NOT_APPLICABLE
    if needed.draws <= settling.sizes[0]:
        return f"≤ {settling.sizes[0]:,}"
    if not needed.beyond:
        return f"{needed.draws:,}"
    return f"~ {needed.draws:,}" if design != "random" else f"~ {numbers.number(needed.draws)}"


def share_words(share: float) -> str:
    """Write a share as the command line takes it.

    Examples
    --------
    >>> share_words(0.001), share_words(0.05)
    ('0.1%', '5%')
    """
    return f"{100 * share:.6g}%"


def build_sheet(compiled: CompiledScenario, found: Convergence, *, within: float | None = None) -> Sheet:
    """Gather the page.

    Parameters
    ----------
    compiled : CompiledScenario
    found : Convergence
    within : float, optional
        A wanted standard error as a share of each number; drawn as a line.
    """
    told = sentences(compiled, found)
    record = compiled.record
    if found.reason:
        answer, lead = told[0], " ".join(told[1:])
    else:
        answer, lead = _answer(found), " ".join(told)
    drawn = tuple(Drawn(row, _panel(compiled, row, index, within)) for index, row in enumerate(rows(compiled, found)))
    return Sheet(
        title=record.scenario.title,
        file=PurePath(record.scenario.file).name,
        answer=answer,
        lead=lead,
        notes=notes(found),
        designs=found.designs if drawn else (),
        sizes=tuple(f"{size:,}" for size in found.sizes),
        panels=drawn,
    )


def sheet_html(sheet: Sheet) -> str:
    """Write the page, one self-contained document."""
    return fill("convergence.html.j2", page=sheet, designs=DESIGNS)


def sheet_picture(sheet: Sheet) -> str:
    """Write all figures as one SVG."""
    note = ("Solid, filled: quasi-random. Dashed, hollow: random." if sheet.panels else sheet.lead,)
    if "latin" in sheet.designs:
        note = (f"{note[0]} Dotted, diamonds: Latin hypercube.",)
    bars = ("Thin bars: where 9 of 10 such errors lie. Both axes go by factors.",) if sheet.panels else ()
    return sheet_svg(
        [panel.panel for panel in sheet.panels],
        title=f"{sheet.title}. {sheet.answer}",
        desc=" ".join([sheet.lead, *(f"{panel.panel.title}." for panel in sheet.panels)]).strip(),
        notes=(" ".join((*note, *bars)), *sheet.notes),
    )


def sheet_png(sheet: Sheet) -> bytes:
    """Write all figures as one PNG."""
    return to_png(sheet_picture(sheet))


def group_words(compiled: CompiledScenario, quantity: Quantity) -> str:
    """Name what is counted, with its unit where that is not money."""
    plan = compiled.plan
    money = numbers.SYMBOLS.get(plan.currency, f"{plan.currency} ")
    effect = "" if plan.decision is None else plan.decision.effect_unit
    if quantity.kind == "outcome":
        return outcome_words(quantity.name, plan.equation(quantity.name).doc)
    return {
        "net_benefit": "Net benefit",
        "evpi": "Value of perfect information",
        "best": "Best, in 1,000 futures",
        "worth_it": "Worth its cost, in 1,000 futures",
        "no_benefit": "No gain, in 1,000 futures",
        "effect": f"Effect, {effect}",
        "per_1000": f"{effect}s per {money}1,000",
    }[quantity.kind]


def subject(kind: Kind, group: str, name: str) -> str:
    """Name a number inside a sentence.

    Examples
    --------
    >>> subject("net_benefit", "Net benefit", "Weekly visits"), subject("evpi", "Value of perfect information", "")
    ('mean net benefit of weekly visits', 'value of perfect information')
    >>> subject("best", "", "Weekly visits"), subject("per_1000", "WELLBYs per £1,000", "Weekly visits")
    ('chance of first place for weekly visits', 'average of weekly visits in WELLBYs per £1,000')
    """
    of = numbers.in_sentence(name)
    said = {
        "net_benefit": f"mean net benefit of {of}",
        "best": f"chance of first place for {of}",
        "worth_it": f"chance of being worth the cost for {of}",
        "no_benefit": f"chance of no gain from {of}",
        "effect": f"mean effect of {of}",
        "per_1000": f"average of {of} in {group}",
    }
    if kind in said:
        return said[kind]
    start = group if group[:2].isupper() else numbers.in_sentence(group)
    if kind == "evpi":
        return group[:1].lower() + group[1:]
    return f"average of {start}, {name}" if name else f"average of {start}"


def amount(compiled: CompiledScenario, quantity: Quantity, x: float, digits: int = 2) -> str:
    """Write a value or an error of a number with two figures; a chance in 1,000 futures."""
    if quantity.kind in ("net_benefit", "evpi"):
        return numbers.total(x, compiled.plan.currency, digits)
    return plain_number(MANY * x if quantity.kind in CHANCES else x, digits)


def plain_number(x: float, digits: int = 2) -> str:
    """Write a number with two figures, however small.

    Examples
    --------
    >>> plain_number(5.8), plain_number(0.0000849), plain_number(3e-9)
    ('5.8', '0.000085', '3.0e−9')
    """
    if x == 0 or not math.isfinite(x) or abs(x) >= numbers.SMALLEST:
        return numbers.number(x, digits)
    if abs(x) >= 1e-6:
        return f"{numbers.MINUS if x < 0 else ''}{numbers.figures(abs(x), digits):f}"
    mantissa, _, power = f"{x:.{digits - 1}e}".partition("e")
    return f"{mantissa}e{int(power)}".replace("-", numbers.MINUS)


def gain_words(gain: Gain) -> str:
    """Write a gain with two figures; a dash where an error is 0."""
    return numbers.NOT_APPLICABLE if math.isnan(gain.value) else numbers.number(gain.value)


def _name(compiled: CompiledScenario, quantity: Quantity) -> str:
    if quantity.labels:
        return ", ".join(axis_word(compiled.record, axis, label) for axis, label in quantity.labels)
    if quantity.kind in ("evpi", "outcome"):
        return ""
    return "Doing nothing" if quantity.name == "nothing" else label_of(compiled.record, quantity.name)


def _row(compiled: CompiledScenario, one: Settling) -> Row:
    quantity = one.quantity
    write = partial(amount, compiled, quantity)
    rates = {design: one.rate(design).slope for design in one.errors}
    return Row(
        settling=one,
        group=group_words(compiled, quantity),
        name=_name(compiled, quantity),
        value=write(one.value),
        errors={
            design: tuple(write(float(x)) if x > 0 else numbers.NOT_APPLICABLE for x in errors)
            for design, errors in one.errors.items()
        },
        gains=tuple(gain_words(one.gain(at)) for at in range(len(one.sizes))),
        rates={
            design: numbers.NOT_APPLICABLE if math.isnan(rate) else f"{rate:.2f}".replace("-", numbers.MINUS)
            for design, rate in rates.items()
        },
    )


def _sentence(row: Row, at: int, found: Convergence) -> str:
    """Say how well one number is known at some draws, and what that would take of random ones."""
    error, gain = row.errors["sobol"][at], row.settling.gain(at)
    which = f"the {row.subject}"
    if row.settling.quantity.kind in CHANCES:
        error = f"{error} in 1,000"
    known = f"At {found.sizes[at]:,} draws {which} is known to ± {error} (one standard error)"
    if math.isnan(gain.value):
        return f"{known}."
    if gain.low <= 1 <= gain.high:
        return f"{known}; random draws do as well, as far as this can tell."
    if gain.value < 1:
        worth = numbers.number(1 / gain.value)
        return f"{known}; random draws do better: {worth} quasi-random ones are worth one of them."
    span = numbers.span(numbers.number(gain.low), numbers.number(gain.high))
    return f"{known}; random draws would need about {numbers.number(gain.value)} times as many (9 of 10: {span})."


def _answer(found: Convergence) -> str:
    """Say in one sentence what a quasi-random draw is worth, over the numbers of the first kind at the most draws."""
    kind = found.numbers[0].quantity.kind
    gains = [number.gain().value for number in found.numbers if number.quantity.kind == kind]
    known = sorted(gain for gain in gains if not math.isnan(gain))
    if not known:
        return "No gain can be told."
    low, high = numbers.number(known[0]), numbers.number(known[-1])
    worth = low if low == high else numbers.span(low, high)
    ones = "random one" if worth == "1.0" else "random ones"
    return f"At {found.sizes[-1]:,} draws one quasi-random draw is worth {worth} {ones} for the averages."


def _panel(compiled: CompiledScenario, row: Row, index: int, within: float | None) -> Panel:
    one = row.settling
    gain, quantity = one.gain(), one.quantity
    worth = (
        "no gain can be told" if math.isnan(gain.value) else f"one quasi-random draw is worth {row.gains[-1]} random"
    )
    title = f"{numbers.capital(row.subject)}: {worth}"
    ends = "; ".join(
        f"{DESIGNS[design]} from {errors[0]} at {one.sizes[0]:,} draws to {errors[-1]} at {one.sizes[-1]:,}"
        for design, errors in row.errors.items()
    )
    money = numbers.SYMBOLS.get(compiled.plan.currency, compiled.plan.currency)
    unit = (
        money if quantity.kind in ("net_benefit", "evpi") else ("in 1,000 futures" if quantity.kind in CHANCES else "")
    )
    target = None if within is None else one.target(within)
    return Panel(
        key=f"c{index}",
        title=title,
        desc=f"Lines of the standard error against draws, both on log scales: {ends}.",
        up=f"Standard error{f', {unit}' if unit else ''}",
        draws=one.sizes,
        lines=tuple(Line(design, DESIGNS[design], tuple(map(float, error))) for design, error in one.errors.items()),
        spread=_spread(one.freedom),
        tick=lambda x: amount(compiled, quantity, x, 1),
        target=target,
        target_label="" if within is None else f"{share_words(within)} wanted",
    )


def _spread(freedom: int) -> tuple[float, float]:
    """Return factors from an estimated standard error to the 5% and 95% ends of the true one (chi-square)."""
    return math.sqrt(freedom / float(chdtri(freedom, 0.05))), math.sqrt(freedom / float(chdtri(freedom, 0.95)))
