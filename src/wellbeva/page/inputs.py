"""The inputs of a page: how each is written, what it may be, and which changes it takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from wellbeva.compiler.appraisal.published_amounts import number_reader
from wellbeva.compiler.appraisal.units_and_prices import SIGNS
from wellbeva.language.ir import Ref
from wellbeva.page.page_plan import Drive
from wellbeva.plan.record import CompiledScenario, Input
from wellbeva.report.workbook.formulas.inputs import bounds_in
from wellbeva.scenario.value import Amount
from wellbeva.scenario.values.completion import PLAIN_ARGUMENTS, amounts_in

Floats = npt.NDArray[np.float64]
Read = Callable[[Amount, str], float]

QUANTILES: Final = {"q05": 0.05, "q50": 0.5, "q95": 0.95}


@dataclass(frozen=True, slots=True)
class Display:
    """How a number is written: a sign, the number and its unit; the model's number is `per` times the written one."""

    before: str = ""
    after: str = ""
    per: float = 1.0


def input_data(
    compiled: CompiledScenario, drives: tuple[Drive, ...], draws: Floats, *, valued: dict[str, int]
) -> list[dict[str, Any]]:
    """Return what a page says of each input.

    Parameters
    ----------
    compiled : CompiledScenario
    drives : tuple of Drive
    draws : array (element, draw) [unit of each element]
        Of the run's plan.
    valued : mapping of path to int
        The inputs that are the value of one unit of effect, and their level.
    """
    scenario = compiled.record.scenario
    read = number_reader(scenario)
    value = scenario_value(compiled)
    counts = compiled.plan.upstream(value) if value is not None else frozenset()
    together = {index: joint.kind for joint in compiled.plan.joints for index in joint.elements}
    found = []
    for drive in drives:
        one = drive.input
        spec = scenario.model.parameters.get(one.parameter)
        display, refused = (Display(), "it is a word") if drive.element < 0 else _display(one, read)
        if one.parameter in counts and one.path not in valued:
            refused = "the value of a unit of effect is worked out from it before the draws are made"
        kind = together.get(drive.source, "")
        if kind == "dirichlet":
            refused = "it is a share of a whole that adds to 1"
        low, high = bounds_in(spec, read) if spec is not None and drive.element >= 0 else (None, None)
        moved = refused or _unmoved(one, kind, drive.source)
        written = {
            "base": one.base / display.per,
            "mean": one.base / display.per,
            **dict.fromkeys(QUANTILES),
            "low": None if low is None else low / display.per,
            "high": None if high is None else high / display.per,
        }
        if drive.source >= 0:
            row = draws[drive.source] / display.per
            written["mean"] = float(row.mean())
            written |= {name: float(np.quantile(row, chance)) for name, chance in QUANTILES.items()}
        found.append(
            {
                "path": one.path,
                "parameter": one.parameter,
                "doc": one.doc,
                "unit": one.unit,
                "kind": "number" if drive.element >= 0 else "word",
                "written": one.written,
                "display": {"before": display.before, "after": display.after, "per": display.per},
                **({} if drive.element < 0 else written),
                "uncertain": drive.source >= 0,
                "fixes": not refused,
                "moves": not moved,
                "why": refused or moved,
                "cites": [cite.key for cite in one.cites],
                "evidence": one.evidence,
                "same_as": one.same_as.path if one.same_as else "",
                "layer": one.layer,
                "element": drive.element,
                "covered": list(drive.covered),
                "level": valued.get(one.path, -1),
            }
        )
    return found


def scenario_value(compiled: CompiledScenario) -> Ref | None:
    """Return the name of the value of a unit of effect; None where nothing values it, or an expression does."""
    spec = compiled.record.scenario.model.decision
    if spec is None or spec.value is None:
        return None
    name = spec.value.text.strip()
    known = {one.name for one in (*compiled.plan.parameters, *compiled.plan.equations)}
    return Ref(name=name) if name in known else None


def value_paths(compiled: CompiledScenario) -> dict[str, int]:
    """Return the inputs that are the value of a unit of effect, with their level; none where it is worked out."""
    node = scenario_value(compiled)
    decision = compiled.plan.decision
    if node is None or decision is None:
        return {}
    found = {}
    for one in compiled.record.inputs:
        if one.parameter == node.name:
            labels = [selector.label for selector in one.selectors]
            level = labels[0] if labels else "central"
            if level in decision.levels:
                found[one.path] = decision.levels.index(level)
    return found


def _unmoved(one: Input, kind: str, source: int) -> str:
    if one.same_as:
        return f"it is the same as {one.same_as.path}: move that"
    if kind == "rows":
        return "its draws are a column of a table"
    return "" if source >= 0 or one.base else "it is 0, and 0 times anything is 0"


def _display(one: Input, read: Read) -> tuple[Display, str]:
    """Return how a number is written, and why it cannot be, if it cannot."""
    amounts = [amount for name, amount in one.value.amounts.items() if name not in PLAIN_ARGUMENTS]
    amounts = amounts or ([] if one.value.amounts else list(amounts_in(one.value)))
    if one.same_as and not amounts:
        return _display(one.same_as, read)
    lead = next((each for each in amounts if each.unit or each.currency or each.percent), None)
    if lead is None:
        lead = Amount(Fraction(1))
    unit = replace(lead, number=Fraction(1, 100 if lead.percent else 1), span=None)
    prices = f" in {lead.price_year} prices" if lead.price_year is not None else ""
    after = ("%" if lead.percent else "") + (f" {lead.unit}" if lead.unit else "") + prices
    try:
        return Display(SIGNS.get(lead.currency, ""), after, read(unit, one.unit)), ""
    except ValueError as error:
        return Display(), str(error)
