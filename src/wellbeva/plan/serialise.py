"""A Plan as JSON and back, and the hash that names it: Plans travel to workers, kernels never.

Every class of a plan is written by its fields and their types, so that a new field needs nothing here. A node of an
equation is a list: its class, then its fields.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from fractions import Fraction
from functools import cache, lru_cache
from types import NoneType, UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints

import numpy as np

from wellbeva.core.axes import Axis
from wellbeva.distributions.families import FAMILIES
from wellbeva.distributions.spec import Distribution
from wellbeva.errors import WellbevaError, refusal
from wellbeva.plan.plan import Decision, Element, ElementBounds, Plan, PlanParameter

SCHEMA: Final = "wellbeva/plan/1"
JOINT_SCHEMA: Final = "wellbeva/plan/2"
"""Of plans with joint draws or mixtures; whoever knows the first schema alone would run them as independent."""
PICKER_SCHEMA: Final = "wellbeva/plan/3"
"""Of plans with a picker; whoever knows the second schema alone would pick other rows."""
LIMIT_SCHEMA: Final = "wellbeva/plan/4"
"""Of plans with limits; whoever knows the third schema alone would count draws that the model does not allow."""
SCHEMAS: Final = (SCHEMA, JOINT_SCHEMA, PICKER_SCHEMA, LIMIT_SCHEMA)

_ALWAYS: Final[Mapping[type, frozenset[str]]] = {
    Axis: frozenset({"words", "kind", "rungs", "unit"}),
    Distribution: frozenset({"low", "high"}),
    PlanParameter: frozenset({"doc"}),
    Decision: frozenset({"effect_unit", "cost_unit"}),
    Plan: frozenset({"decision", "checks", "break_even", "switches", "currency", "price_year", "notes"}),
}
"""Fields that the first schema had, written even where they have their default; a later one is left out there, so that
plans without it keep their hash."""
_AMONG_ITS_OWNERS: Final = {(Element, "distribution"), (ElementBounds, "bounds")}
"""Fields whose own fields are written among those of the class that holds them."""
_WORDS: Final = {"inf": math.inf, "-inf": -math.inf, "nan": math.nan}
_POWER: Final = re.compile(r"-?\d{1,4}(/[1-9]\d{0,3})?\Z", re.ASCII)


class FormError(ValueError):
    """The data is not of the form in which plans are stored."""


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
    data = {"schema": _schema(plan), **to_data(plan, Plan)}
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


@lru_cache(maxsize=2)
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
        WB-C090 if the text is not a plan of this version.
    """
    try:
        data = json.loads(text)
        if not isinstance(data, dict) or data.get("schema") not in SCHEMAS:
            raise _refused(f"its schema is none of {', '.join(SCHEMAS)}")
        plan: Plan = from_data(data, Plan)
    except (ValueError, KeyError, TypeError, RecursionError) as problem:
        raise _refused(f"{type(problem).__name__}: {problem}") from None
    return plan


def _refused(fact: str) -> WellbevaError:
    return refusal("WB-C090", "this is not a plan that can be read", "compile the scenario again", fact)


def _schema(plan: Plan) -> str:
    if plan.limits:
        return LIMIT_SCHEMA
    if any(joint.picker for joint in plan.joints):
        return PICKER_SCHEMA
    if plan.joints or any(element.distribution.parts for element in plan.elements):
        return JOINT_SCHEMA
    return SCHEMA


# ---- by type


def to_data(value: Any, hint: Any) -> Any:
    """Return a value as plain data that JSON can hold.

    Parameters
    ----------
    value : Any
    hint : type
        Its declared type: a dataclass, a number, a text, an array, or a tuple or a union with None of these.
    """
    return _form(hint).write(value)


def from_data(data: Any, hint: Any) -> Any:
    """Return the value that `to_data` wrote.

    Parameters
    ----------
    data : Any
    hint : type
        As in `to_data`.

    Raises
    ------
    FormError
        If the data is not of that form.
    """
    return _form(hint).read(data)


@dataclass(frozen=True, slots=True)
class _Form:
    """How the values of a type are written and read."""

    write: Callable[[Any], Any]
    read: Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Field:
    """A field of a dataclass; `default` is None where there is none and the field may be None."""

    name: str
    form: _Form
    default: object
    always: bool
    among: bool


@cache
def _form(hint: Any) -> _Form:
    if hint is float:
        return _Form(_word_or_float, _float)
    if hint is Fraction:
        return _Form(str, _power)
    if hint in {int, str}:
        return _Form(hint, lambda data: _of_kind(hint, data))
    if not isinstance(hint, type) or not is_dataclass(hint):
        return _compound(get_origin(hint), get_args(hint))
    if hint.__subclasses__():
        return _Form(_write_kind, lambda data: _read_kind(hint, data))
    return _Form(_write_fields, lambda data: _read_fields(hint, data))


def _compound(kind: Any, given: tuple[Any, ...]) -> _Form:
    """Return how a type made of other types is stored.

    Parameters
    ----------
    kind : type
    given : tuple
        The types in its brackets.
    """
    if kind is Literal:
        return _Form(lambda value: value, lambda data: _choice(given, data))
    if kind in {Union, UnionType}:
        (other,) = (_form(item) for item in given if item is not NoneType)
        return _Form(
            lambda value: None if value is None else other.write(value),
            lambda data: None if data is None else other.read(data),
        )
    if kind is tuple and given[1:] != (...,):
        forms = [_form(item) for item in given]
        return _Form(
            lambda values: [form.write(value) for form, value in zip(forms, values, strict=True)],
            lambda data: tuple(form.read(item) for form, item in zip(forms, _several(data, len(forms)), strict=True)),
        )
    if kind is np.ndarray:
        dtype = get_args(given[1])[0]
        each = _form(float if np.issubdtype(dtype, np.floating) else int)
        return _Form(
            lambda values: [each.write(value) for value in values.ravel().tolist()],
            lambda data: np.array([each.read(item) for item in _of_kind(list, data)], dtype=dtype),
        )
    if kind is dict:  # of values that know their own names
        each = _form(given[1])
        return _Form(
            lambda values: [each.write(value) for value in values.values()],
            lambda data: {value.name: value for value in map(each.read, _of_kind(list, data))},
        )
    each = _form(given[0])
    return _Form(
        lambda values: [each.write(value) for value in values],
        lambda data: tuple(each.read(item) for item in _of_kind(list, data)),
    )


@cache
def _fields(kind: Any) -> tuple[_Field, ...]:
    """Return the fields of a dataclass that are part of its meaning: all those compared."""
    hints = get_type_hints(kind)
    always = _ALWAYS.get(kind, frozenset())
    return tuple(
        _Field(
            field.name,
            _form(hints[field.name]),
            None if field.default is MISSING and NoneType in get_args(hints[field.name]) else field.default,
            field.name in always,
            (kind, field.name) in _AMONG_ITS_OWNERS,
        )
        for field in fields(kind)
        if field.compare is not False
    )


def _write_fields(value: Any) -> Any:
    kind: Any = type(value)
    members = _fields(kind)
    if len(members) == 1:
        return members[0].form.write(getattr(value, members[0].name))
    data: dict[str, Any] = {}
    for field in members:
        item = getattr(value, field.name)
        if field.among:
            data |= field.form.write(item)
        elif field.always or field.default is MISSING or item != field.default:
            data[field.name] = field.form.write(item)
        if isinstance(item, np.ndarray):
            data["shape"] = list(item.shape)
    return data


def _read_fields(kind: Any, data: Any) -> Any:
    members = _fields(kind)
    if len(members) == 1:
        return kind(members[0].form.read(data))
    _of_kind(dict, data)
    values: dict[str, Any] = {}
    for field in members:
        if field.among:
            values[field.name] = field.form.read(data)
        elif field.name in data or field.default is MISSING:
            values[field.name] = field.form.read(data[field.name])
        else:
            values[field.name] = field.default
        if isinstance(values[field.name], np.ndarray):
            values[field.name] = values[field.name].reshape(tuple(data["shape"]))
    if kind is Distribution:
        _choice(FAMILIES, values["family"])
    return kind(**values)


def _write_kind(value: Any) -> list[Any]:
    kind: Any = type(value)
    return [kind.__name__, *(field.form.write(getattr(value, field.name)) for field in _fields(kind))]


def _read_kind(base: Any, data: Any) -> Any:
    name, *items = _of_kind(list, data) or [""]
    kinds = {kind.__name__: kind for kind in base.__subclasses__()}
    members = _fields(kinds[_choice(kinds, _of_kind(str, name))])
    values = {
        field.name: field.form.read(item) for field, item in zip(members, _several(items, len(members)), strict=True)
    }
    return kinds[name](**values)


def _word_or_float(x: float) -> float | str:
    return float(x) if math.isfinite(x) else str(float(x))


def _float(data: Any) -> float:
    if isinstance(data, str):
        return _WORDS[_choice(_WORDS, data)]
    if isinstance(data, bool) or not isinstance(data, int | float):
        raise FormError(f"a number was expected, not {str(data)[:60]}")
    return float(data)


def _power(data: Any) -> Fraction:
    if not isinstance(data, str) or not _POWER.match(data):
        raise FormError(f"this is not a power of a unit: {str(data)[:60]}")
    return Fraction(data)


def _choice(choices: Any, data: Any) -> Any:
    if data not in choices:
        raise FormError(f"{str(data)[:60]!r} is none of {', '.join(map(str, choices))}")
    return data


def _of_kind(kind: Any, data: Any) -> Any:
    if type(data) is not kind:
        raise FormError(f"a {kind.__name__} was expected, not {str(data)[:60]}")
    return data


def _several(data: Any, number: int) -> list[Any]:
    if type(data) is not list or len(data) != number:
        raise FormError(f"a list of {number} was expected, not {str(data)[:60]}")
    return data
