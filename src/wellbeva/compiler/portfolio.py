"""Works out the sums of money of ``budget``, ``portfolio`` and ``thresholds``, and the bounds of what is bought."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import permutations, product

import numpy as np

from wellbeva.compiler.appraisal.units_and_prices import Converter, Target
from wellbeva.core.axes import Axis
from wellbeva.core.spans import Located
from wellbeva.errors import Collector
from wellbeva.plan.plan import Decision, PlanEquation
from wellbeva.scenario.decision.portfolio import PortfolioSpec
from wellbeva.scenario.spec import Scenario
from wellbeva.scenario.text.paths import DottedPath

TIMES = (1, 2, 5)
"""How often the scenario's budget is spent where it names no budgets of a portfolio."""

EACH = "each"
"""In the place of a label: every label of that axis has the bound."""

MOST_STEPS = 500
"""Steps of the thresholds that a scenario chooses; every draw is decided at each."""
_RANGE = re.compile(r"\s*(\S.*?) to (\S.*?) by (\S.*?)\s*")


@dataclass(frozen=True, slots=True)
class PurchaseTerms:
    """Numbers of ``budget`` and ``portfolio``; see `Record`."""

    budget: float | None
    budgets: tuple[float, ...]
    limits: Mapping[DottedPath, tuple[float, float]]


def purchase_terms(
    scenario: Scenario, equations: Mapping[str, PlanEquation], axes: Mapping[str, Axis], converter: Converter
) -> PurchaseTerms:
    """Return the numbers of ``budget`` and ``portfolio``.

    Parameters
    ----------
    scenario : Scenario
    equations : mapping of str to PlanEquation
    axes : mapping of str to Axis
    converter : Converter
    """
    spec, collector = scenario.portfolio or PortfolioSpec(), converter.collector
    bounds: dict[DottedPath, tuple[float, float]] = {}
    given = None if scenario.budget is None else scenario.budget.amounts.get("value")
    own = None if given is None else converter.exact(given, converter.money)
    if scenario.portfolio is not None and not spec.budgets and scenario.budget is None:
        collector.error(
            "WB-S351",
            "nothing says how much the portfolio may cost",
            spec.span,
            remedy="name 'budgets' in it, such as [£1m, £2m, £5m], or a 'budget' of the scenario",
        )
    budgets = [converter.read(text, converter.money) for text in spec.budgets]
    for text, one in zip(spec.budgets, budgets, strict=True):
        if one is not None and one <= 0:
            collector.error(
                "WB-S351", "a budget is a sum of money above zero", text.span(), remedy="write it like '£1m'"
            )
    for path in dict.fromkeys((*spec.at_least, *spec.at_most)):
        written = [spec.at_least.get(path), spec.at_most.get(path)]
        equation = equations.get(path.name)
        place = next(text for text in written if text is not None)
        cells = [] if equation is None else _cells(path, equation, axes, place, collector)
        if equation is None or not cells:
            continue
        target = Target(equation.expression.unit, equation.unit_text)
        low, high = (None if text is None else converter.read(text, target) for text in written)
        if low is not None and high is not None and low > high:
            collector.error(
                "WB-S356",
                f"at_least is above at_most for '{path}'",
                place.span(),
                facts=(f"at least {spec.at_least[path].text}", f"at most {spec.at_most[path].text}"),
                remedy="raise one or lower the other",
            )
        for cell in cells:
            least, most = bounds.get(cell, (-np.inf, np.inf))
            bounds[cell] = (least if low is None else max(least, low), most if high is None else min(most, high))
    known = {one for one in budgets if one is not None}
    if own is not None and scenario.choose == "several":
        known = known or {float(times * own) for times in TIMES}
    return PurchaseTerms(None if own is None else float(own), tuple(sorted(known)), bounds)


def with_thresholds(decision: Decision | None, text: Located | None, converter: Converter) -> Decision | None:
    """Return a decision with the thresholds that ``£0 to £50,000 by £500`` means, with 0 and its own values.

    Parameters
    ----------
    decision : Decision or None
    text : Located or None
        None leaves the decision as it is; so does an error.
    converter : Converter
    """
    if decision is None or text is None:
        return decision
    collector = converter.collector
    match, before = _RANGE.fullmatch(text.text), len(collector.errors)
    parts = [text.part(*match.span(group)) for group in (1, 2, 3)] if match else []
    numbers = [converter.read(part, converter.money) or 0.0 for part in parts]
    if len(collector.errors) > before:
        return decision
    low, high, step = numbers or (0.0, 0.0, 0.0)
    if not (0 <= low < high and 0 < step <= high - low <= MOST_STEPS * step):
        collector.error(
            "WB-S401",
            "thresholds rise from 0 or more, in equal steps",
            text.span(),
            remedy=f"write them like '£0 to £50,000 by £500', in up to {MOST_STEPS} steps",
        )
        return decision
    steps = int((high - low) / step + 1e-9)
    chosen = {0.0, *decision.values, *(low + step * index for index in range(steps + 1))}
    return replace(decision, thresholds=tuple(sorted(chosen)))


def _cells(
    path: DottedPath, equation: PlanEquation, axes: Mapping[str, Axis], place: Located, collector: Collector
) -> list[DottedPath]:
    """Return the numbers that a path bounds: each adds up over options; several where a label is ``each``."""
    others = [axis for axis in equation.expression.axes if axis not in {"draw", "option"}]
    rest = [axis for axis in others if len(axes[axis].labels) > 1 or len(path.labels) == len(others)]
    if equation.stage == "draw" and "option" in equation.expression.axes and len(path.labels) == len(rest):
        # An axis may have a label of that name.
        if any(
            all(label in axes[axis].labels for label, axis in zip(order, rest, strict=True))
            for order in permutations(path.labels)
        ):
            return [path]
        for order in permutations(path.labels):
            cells = [axes[axis].labels if label == EACH else (label,) for label, axis in zip(order, rest, strict=True)]
            if all(set(some) <= set(axes[axis].labels) for some, axis in zip(cells, rest, strict=True)):
                return [DottedPath(path.name, labels, path.span) for labels in product(*cells)]
    for_all = f", or '{EACH}' for all labels" if others else ""
    known = [f"{equation.name}{''.join(f'.{axes[axis].labels[0]}' for axis in others)}"]
    facts = (
        (f"{equation.name} is a ratio of averages",)
        if equation.stage == "mean"
        else (f"{equation.name} is by {', '.join(axis for axis in equation.expression.axes if axis != 'draw')}",)
        if equation.expression.axes
        else ()
    )
    collector.error(
        "WB-S355",
        f"'{path}' is not one number of each offer that adds up",
        place.span(),
        facts=facts,
        remedy=f"name an outcome by option, and a label of every other axis it has, such as {known[0]}{for_all}",
    )
    return []
