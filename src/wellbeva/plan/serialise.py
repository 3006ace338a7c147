"""A Plan as JSON and back, and the hash that names it: Plans travel to workers, kernels never."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any, Final, TypeVar

import numpy as np

from wellbeva.core.axes import Axis
from wellbeva.core.units import Unit
from wellbeva.distributions.spec import Distribution
from wellbeva.errors import Diagnostic, WellbevaError
from wellbeva.language.ir_json import from_data, to_data
from wellbeva.plan.plan import (
    Bounds,
    BreakEven,
    Check,
    Decision,
    Element,
    ElementBounds,
    Joint,
    Plan,
    PlanEquation,
    PlanParameter,
    RowSelector,
)

SCHEMA: Final = "wellbeva/plan/1"
JOINT_SCHEMA: Final = "wellbeva/plan/2"
"""Of plans with joint draws or mixtures; whoever knows the first schema alone would run them as independent."""
PICKER_SCHEMA: Final = "wellbeva/plan/3"
"""Of plans with a picker; whoever knows the second schema alone would pick other rows."""
LIMIT_SCHEMA: Final = "wellbeva/plan/4"
"""Of plans with limits; whoever knows the third schema alone would count draws that the model does not allow."""
SCHEMAS: Final = (SCHEMA, JOINT_SCHEMA, PICKER_SCHEMA, LIMIT_SCHEMA)
_WORDS: Final = {"inf": math.inf, "-inf": -math.inf, "nan": math.nan}

Data = dict[str, Any]
T = TypeVar("T")


def to_json(plan: Plan) -> str:
    """Write a plan as canonical JSON: keys sorted, no blanks, floats as their shortest exact decimal.

    Parameters
    ----------
    plan : Plan

    Returns
    -------
    str
        The same text for the same plan on every machine.
    """
    return json.dumps(_plan(plan), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def plan_hash(plan: Plan) -> str:
    """Return the SHA-256 of a plan's canonical JSON, in hexadecimal."""
    return hashlib.sha256(to_json(plan).encode()).hexdigest()


def from_json(text: str) -> Plan:
    """Read a plan that `to_json` wrote.

    Parameters
    ----------
    text : str

    Returns
    -------
    Plan

    Raises
    ------
    WellbevaError
        WB-C090 if the text is no plan of this version.
    """
    try:
        data = json.loads(text)
        if not isinstance(data, dict) or data.get("schema") not in SCHEMAS:
            raise _refused(f"its schema is none of {', '.join(SCHEMAS)}")
        return _read_plan(data)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as problem:
        raise _refused(f"{type(problem).__name__}: {problem}") from None


def _refused(fact: str) -> WellbevaError:
    return WellbevaError(
        [Diagnostic("WB-C090", "this is no plan that can be read", facts=(fact,), remedy="compile the scenario again")]
    )


# ---- writing


def _float(x: float) -> float | str:
    return float(x) if math.isfinite(x) else str(float(x))


def _unit(unit: Unit) -> list[list[str]]:
    return [[token, str(power)] for token, power in unit.powers]


def _parameter(one: PlanParameter) -> Data:
    return {
        "name": one.name,
        "axes": list(one.axes),
        "unit": _unit(one.unit),
        "dtype": one.dtype,
        "shape": list(one.values.shape),
        "values": [_float(x) for x in one.values.ravel().tolist()],
        "elements": [int(x) for x in one.elements.ravel().tolist()],
        "doc": one.doc,
    }


def _distribution(one: Distribution) -> Data:
    data: Data = {
        "family": one.family,
        "args": [_float(x) for x in one.args],
        "low": _float(one.low),
        "high": _float(one.high),
    }
    return data | {"parts": [_distribution(part) for part in one.parts]} if one.parts else data


def _element(one: Element) -> Data:
    named = {"name": one.name, "dimension": one.dimension, "base": _float(one.base)}
    apart = {"stream": one.stream} if one.stream else {}
    return named | apart | _distribution(one.distribution)


def _joint(one: Joint) -> Data:
    data: Data = {
        "kind": one.kind,
        "elements": list(one.elements),
        "shape": list(one.matrix.shape),
        "matrix": [_float(x) for x in one.matrix.ravel().tolist()],
    }
    if one.picker is not None:
        data["picker"] = {"name": one.picker.name, "dimension": one.picker.dimension}
    return data


def _limit(one: ElementBounds) -> Data:
    ends = {"low": one.bounds.low, "high": one.bounds.high}
    named: Data = {"name": one.name, "element": one.element, "words": one.bounds.words}
    return named | {end: _float(x) for end, x in ends.items() if x is not None}


def _decision(one: Decision) -> Data:
    data: Data = {
        "effect": to_data(one.effect),
        "cost": to_data(one.cost),
        "levels": list(one.levels),
        "values": [_float(x) for x in one.values],
        "central": one.central,
        "options": list(one.options),
        "rows": list(one.rows),
        "comparator": one.comparator,
        "choose": one.choose,
        "thresholds": [_float(x) for x in one.thresholds],
        "effect_unit": one.effect_unit,
        "cost_unit": one.cost_unit,
    }
    return data if one.net_cost is None else data | {"net_cost": to_data(one.net_cost)}


def _plan(plan: Plan) -> Data:
    data = _without_joints(plan)
    if plan.joints:
        data["joints"] = [_joint(joint) for joint in plan.joints]
    if plan.joints or any(element.distribution.parts for element in plan.elements):
        data["schema"] = JOINT_SCHEMA
    if any(joint.picker for joint in plan.joints):
        data["schema"] = PICKER_SCHEMA
    if plan.limits:
        data |= {"schema": LIMIT_SCHEMA, "limits": [_limit(limit) for limit in plan.limits]}
    return data


def _without_joints(plan: Plan) -> Data:
    return {
        "schema": SCHEMA,
        "title": plan.title,
        "axes": [
            {
                "name": axis.name,
                "labels": list(axis.labels),
                "words": list(axis.words),
                "kind": axis.kind,
                "rungs": [_float(x) for x in axis.rungs],
                "unit": axis.unit,
            }
            for axis in plan.axes.values()
        ],
        "parameters": [_parameter(parameter) for parameter in plan.parameters],
        "elements": [_element(element) for element in plan.elements],
        "equations": [
            {
                "name": equation.name,
                "expression": to_data(equation.expression),
                "stage": equation.stage,
                "unit_text": equation.unit_text,
                "doc": equation.doc,
                "text": equation.text,
            }
            for equation in plan.equations
        ],
        "groups": [list(group) for group in plan.groups],
        "outcomes": list(plan.outcomes),
        "decision": None if plan.decision is None else _decision(plan.decision),
        "checks": [
            {"severity": check.severity, "expression": to_data(check.expression), "say": check.say}
            for check in plan.checks
        ],
        "break_even": [{"parameter": one.parameter, "outcome": one.outcome} for one in plan.break_even],
        "switches": list(plan.switches),
        "currency": plan.currency,
        "price_year": plan.price_year,
        "notes": list(plan.notes),
    }


# ---- reading


def _number(x: float | str) -> float:
    return _WORDS[x] if isinstance(x, str) else float(x)


def _numbers(several: list[float | str]) -> tuple[float, ...]:
    return tuple(_number(x) for x in several)


def _read_unit(data: list[list[str]]) -> Unit:
    return Unit(tuple((token, Fraction(power)) for token, power in data))


def _read_parameter(data: Data) -> PlanParameter:
    shape = tuple(data["shape"])
    return PlanParameter(
        name=data["name"],
        axes=tuple(data["axes"]),
        unit=_read_unit(data["unit"]),
        dtype=data["dtype"],
        values=np.array(_numbers(data["values"]), dtype=np.float64).reshape(shape),
        elements=np.array(data["elements"], dtype=np.int32).reshape(shape),
        doc=data["doc"],
    )


def _read_distribution(data: Data) -> Distribution:
    parts = _several(data.get("parts", []), _read_distribution)
    return Distribution(data["family"], _numbers(data["args"]), _number(data["low"]), _number(data["high"]), parts)


def _read_element(data: Data) -> Element:
    return Element(
        data["name"],
        int(data["dimension"]),
        _read_distribution(data),
        _number(data["base"]),
        data.get("stream", ""),
    )


def _read_joint(data: Data) -> Joint:
    matrix = np.array(_numbers(data["matrix"]), dtype=np.float64).reshape(tuple(data["shape"]))
    picker = data.get("picker")
    return Joint(
        data["kind"],
        tuple(int(x) for x in data["elements"]),
        matrix,
        None if picker is None else RowSelector(picker["name"], int(picker["dimension"])),
    )


def _read_limit(data: Data) -> ElementBounds:
    low, high = (_number(data[end]) if end in data else None for end in ("low", "high"))
    return ElementBounds(data["name"], int(data["element"]), Bounds(low, high, data["words"]))


def _read_decision(data: Data) -> Decision:
    return Decision(
        effect=from_data(data["effect"]),
        cost=from_data(data["cost"]),
        levels=tuple(data["levels"]),
        values=_numbers(data["values"]),
        central=int(data["central"]),
        options=tuple(data["options"]),
        rows=tuple(data["rows"]),
        comparator=int(data["comparator"]),
        choose=data["choose"],
        thresholds=_numbers(data["thresholds"]),
        effect_unit=data["effect_unit"],
        cost_unit=data["cost_unit"],
        net_cost=from_data(data["net_cost"]) if "net_cost" in data else None,
    )


def _several(data: list[Data], read: Callable[[Data], T]) -> tuple[T, ...]:
    return tuple(read(one) for one in data)


def _read_axis(data: Data) -> Axis:
    return Axis(
        data["name"],
        tuple(data["labels"]),
        tuple(data["words"]),
        data["kind"],
        _numbers(data["rungs"]),
        data["unit"],
    )


def _read_equation(data: Data) -> PlanEquation:
    return PlanEquation(
        name=data["name"],
        expression=from_data(data["expression"]),
        stage=data["stage"],
        unit_text=data["unit_text"],
        doc=data["doc"],
        text=data["text"],
    )


def _read_plan(data: Data) -> Plan:
    return Plan(
        title=data["title"],
        axes={axis.name: axis for axis in _several(data["axes"], _read_axis)},
        parameters=_several(data["parameters"], _read_parameter),
        elements=_several(data["elements"], _read_element),
        equations=_several(data["equations"], _read_equation),
        groups=tuple(tuple(one) for one in data["groups"]),
        outcomes=tuple(data["outcomes"]),
        decision=None if data["decision"] is None else _read_decision(data["decision"]),
        checks=_several(data["checks"], lambda one: Check(one["severity"], from_data(one["expression"]), one["say"])),
        break_even=_several(data["break_even"], lambda one: BreakEven(one["parameter"], one["outcome"])),
        switches=tuple(data["switches"]),
        currency=data["currency"],
        price_year=data["price_year"],
        notes=tuple(data["notes"]),
        joints=_several(data.get("joints", []), _read_joint),
        limits=_several(data.get("limits", []), _read_limit),
    )
