"""The inputs of a page: how each is written, what it may be, and which changes it takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from typing import Any, Final

import numpy as np

from wellbeva.compiler.appraisal.figures import is_value_of_a_wellby
from wellbeva.compiler.appraisal.published_amounts import number_reader
from wellbeva.compiler.appraisal.rules import first_rate, resolve
from wellbeva.compiler.checks.wellby_value import LEAST, MOST, growth_left, growth_of_value, pounds_in
from wellbeva.core.arrays import Floats
from wellbeva.errors import Collector
from wellbeva.language.ir import Ref
from wellbeva.page.discounting import DiscountRate
from wellbeva.page.horizon import Choice
from wellbeva.page.page_plan import Drive, Source
from wellbeva.page.sampling import MOST_TOGETHER
from wellbeva.plan.plan import Joint, Plan
from wellbeva.plan.record import CompiledScenario, Input
from wellbeva.report.text import numbers
from wellbeva.report.workbook.formulas.inputs import bounds_in
from wellbeva.scenario.text.identifiers import SIGNS
from wellbeva.scenario.value import Amount
from wellbeva.scenario.values.completion import NO_NUMBERS, PLAIN_ARGUMENTS, amounts_in

Read = Callable[[Amount, str], float]

QUANTILES: Final = {"q05": 0.05, "q25": 0.25, "q75": 0.75, "q95": 0.95}
SWITCH: Final = ("false", "true")


@dataclass(frozen=True, slots=True)
class Display:
    """How a number is written: a sign, the number and its unit; the model's number is `per` times the written one."""

    before: str = ""
    after: str = ""
    per: float = 1.0


def inputs_of(
    compiled: CompiledScenario, drives: Sequence[Drive], sources: Sequence[Source], draws: Floats
) -> list[dict[str, Any]]:
    """Return what a page says of each input of one of its scenarios.

    Parameters
    ----------
    compiled : CompiledScenario
    drives : sequence of Drive
    sources : sequence of Source
        Of the rows of the page's plan.
    draws : array (element, draw) [unit of each element]
        Of the scenario's own plan.
    """
    scenario = compiled.record.scenario
    read = number_reader(scenario)
    value = value_name(compiled)
    counts = compiled.plan.upstream(value) if value is not None else frozenset()
    levels = value_levels(compiled)
    together = {index: joint for joint in compiled.plan.joints for index in joint.elements}
    wellbeing = resolve(scenario.appraisal, Collector()).discount.get("wellbeing")
    found: list[dict[str, Any]] = []
    more: dict[str, Any]
    for drive in drives:
        one = drive.input
        spec = scenario.model.parameters.get(one.parameter)
        refused = "" if all(selector.label for selector in one.selectors) else "its place has no name after --set"
        if one.parameter in counts and one.path not in levels:
            refused = "the value of a unit of effect is worked out from it before the draws are made"
        element = sources[drive.owned[0]].element if drive.owned else -1
        if spec is not None and spec.kind != "number":
            words = SWITCH if spec.kind == "switch" else spec.choices
            moved, more = "it is a word", {"kind": "word", "words": list(words), "word": one.value.word}
            refused = refused or ("" if words is SWITCH else "another word is another calculation: run it")
        else:
            display, unread = _display(one, read)
            joint = together.get(element)
            moved = refused or unread or _unmoved(one, joint, element)
            refused = refused or unread or _unfixed(joint)
            bounds = (None, None) if spec is None else bounds_in(spec, read)
            more = {"kind": "number", **_numbers(one, display, bounds, draws[element] if element >= 0 else None)}
        found.append(
            {
                "path": one.path,
                "unit": one.unit,
                "written": one.written,
                "uncertain": element >= 0,
                **more,
                "fixes": not refused,
                "moves": not moved,
                "why": refused or moved,
                "same_as": one.same_as.path if one.same_as else "",
                "owned": list(drive.owned),
                "covered": list(drive.covered),
                "level": levels.get(one.path, -1),
            }
        )
        growth = growth_of_value(one)
        if growth is not None and wellbeing is not None:
            found[-1] |= {"growth": growth, "growth_left": growth_left(first_rate(wellbeing))}
    return found


def words_of(choices: Sequence[Choice], page: Plan) -> list[dict[str, Any]]:
    """Return the discount rates and the horizon of one of its scenarios, as inputs that are words.

    Parameters
    ----------
    choices : sequence of DiscountRate or Horizon
    page : Plan
        Of the page; each word has a factor for each element that it fills.
    """
    found = []
    for choice in choices:
        rows = page.parameter(choice.parameter).elements
        periods = {int(element): period for period, element in enumerate(rows) if element >= 0}
        factors = {word: [some[period] for period in periods.values()] for word, some in choice.factors.items()}
        found.append(
            {
                "path": choice.path, "unit": "", "written": choice.word, "uncertain": False,
                "kind": "word", "words": [*choice.factors], "word": choice.word, "factors": factors,
                "fixes": True, "moves": False, "why": "it is a word", "same_as": "",
                "owned": [], "covered": [*periods], "level": -1,
            }
        )  # fmt: skip
        if isinstance(choice, DiscountRate) and choice.kind == "wellbeing":
            found[-1]["growth_left"] = {word: growth_left(choice.first(word)) for word in choice.factors}
    return found


def _numbers(
    one: Input, display: Display, bounds: tuple[float | None, float | None], draws: Floats | None
) -> dict[str, Any]:
    """Return the numbers of an input as they are written."""
    base = one.base / display.per
    low, high = (end if end is None else end / display.per for end in bounds)
    found = {"display": asdict(display), "base": base, "mean": base, "low": low, "high": high}
    if draws is None:
        return found | dict.fromkeys(QUANTILES)
    row = draws / display.per
    return found | {"mean": row.mean()} | {name: np.quantile(row, chance) for name, chance in QUANTILES.items()}


def value_name(compiled: CompiledScenario) -> Ref | None:
    """Return the name of the value of a unit of effect; None where nothing values it, or an expression does."""
    spec = compiled.record.scenario.model.decision
    if spec is None or spec.value is None:
        return None
    name = spec.value.text.strip()
    known = {*(one.name for one in compiled.plan.parameters), *(one.name for one in compiled.plan.equations)}
    return Ref(name=name) if name in known else None


def value_levels(compiled: CompiledScenario) -> dict[str, int]:
    """Return the inputs that are the value of a unit of effect, with their level; none where it is worked out."""
    node, decision = value_name(compiled), compiled.plan.decision
    found: dict[str, int] = {}
    for one in compiled.record.inputs:
        if node is not None and decision is not None and one.parameter == node.name:
            labels = [selector.label for selector in one.selectors]
            level = labels[0] if labels else "central"
            if level in decision.levels:
                found[one.path] = decision.levels.index(level)
    return found


def hurdle(compiled: CompiledScenario) -> dict[str, float | str] | None:
    """Return between which sums what should be a value of a WELLBY is a hurdle on its cost, and why it may not be.

    Parameters
    ----------
    compiled : CompiledScenario
        None where its decision values another effect, or no rate brings its money to pounds.
    """
    name, appraisal = value_name(compiled), resolve(compiled.record.scenario.appraisal, Collector())
    rate = pounds_in(appraisal)
    unit = next((one.unit for one in compiled.plan.parameters if name is not None and one.name == name.name), None)
    if unit is None or rate is None or not is_value_of_a_wellby(unit):
        return None
    least, most = LEAST / float(rate), MOST / float(rate)
    ends = [numbers.price(end, appraisal.currency) for end in (least, most)]
    why = f"{ends[0]} to {ends[1]} is what a WELLBY costs elsewhere in the public sector, not what one is worth; "
    return {"least": least, "most": most, "why": f"{why}the value must be below that or above it"}


def _unfixed(joint: Joint | None) -> str:
    """Return why a number that is drawn with others cannot be made certain."""
    if joint is None:
        return ""
    if joint.kind == "dirichlet":
        return "it is a share of a whole that adds to 1"
    if joint.kind == "copula" and len(joint.elements) > MOST_TOGETHER:
        return f"it is correlated with {len(joint.elements) - 1} others, and without it all of them are drawn anew"
    return ""


def _unmoved(one: Input, joint: Joint | None, element: int) -> str:
    """Return why a number cannot be multiplied."""
    if one.same_as:
        return f"it is the same as {one.same_as.path}: move that"
    if one.value.form in NO_NUMBERS or one.layer == "appraisal":
        return "it comes from the appraisal: set a value"
    if joint is not None and joint.kind == "rows":
        return "its draws are a column of a table"
    return "" if element >= 0 or one.base else "it is 0, and 0 times anything is 0"


def _display(one: Input, read: Read) -> tuple[Display, str]:
    """Return how a number is written, and why it cannot be, if it cannot."""
    if one.same_as:
        return _display(one.same_as, read)
    amounts = [amount for name, amount in one.value.amounts.items() if name not in PLAIN_ARGUMENTS]
    amounts = amounts or ([] if one.value.amounts else list(amounts_in(one.value)))
    lead = next((each for each in amounts if each.unit or each.currency or each.percent), Amount(Fraction(1)))
    unit = replace(lead, number=Fraction(1, 100 if lead.percent else 1), span=None)
    prices = f" in {lead.price_year} prices" if lead.price_year is not None else ""
    after = ("%" if lead.percent else "") + (f" {lead.unit}" if lead.unit else "") + prices
    try:
        return Display(SIGNS.get(lead.currency, ""), after, read(unit, one.unit)), ""
    except ValueError as error:
        return Display(), str(error)
