"""Nodes as plain lists that JSON can hold, and back; the Plan is hashed and stored through this.

A node is ``[kind, axes, unit, dtype, fields…]`` with a nested list for each operand. Numbers are written as
Python's shortest exact text (`float.hex` is not needed: `json` keeps every bit of a finite float); spans are left
out, for they are no part of what a node means.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields
from fractions import Fraction
from typing import TypeAlias

from wellbeva.core.units import Unit
from wellbeva.language import ir

Data: TypeAlias = "str | int | float | list[Data]"

_POWER = re.compile(r"-?\d{1,4}(/[1-9]\d{0,3})?\Z", re.ASCII)
_SHARED = ("axes", "unit", "dtype", "span")
_KINDS: Mapping[str, type[ir.Node]] = {
    one.__name__: one
    for one in (
        ir.Const, ir.Ref, ir.Label, ir.Unary, ir.Binary, ir.Compare, ir.Logic, ir.Select, ir.Call, ir.Reduce,
        ir.Pick, ir.PickBy, ir.Interp, ir.Lag, ir.Scan, ir.Contract, ir.Ratio,
    )
}  # fmt: skip

_FIELDS: Mapping[str, tuple[str, ...]] = {
    name: tuple(field.name for field in fields(kind) if field.name not in _SHARED) for name, kind in _KINDS.items()
}


class CodecError(ValueError):
    """The data is no node as `to_data` writes it."""


def unit_to_data(unit: Unit) -> list[Data]:
    """Return ``[[token, power], …]``; powers as text, ``1/2``."""
    return [[token, str(power)] for token, power in unit.powers]


def unit_from_data(data: Data) -> Unit:
    """Return the unit that `unit_to_data` wrote.

    Raises
    ------
    CodecError
    """
    powers: list[tuple[str, Fraction]] = []
    for item in _list(data):
        match _list(item):
            case [str(token), str(power)] if _POWER.match(power):
                powers.append((token, Fraction(power)))
            case _:
                raise CodecError(f"this is no power of a unit: {str(item)[:60]}")
    return Unit(tuple(powers))


def to_data(node: ir.Node) -> list[Data]:
    """Return a node as nested lists of texts and numbers."""
    data: list[Data] = [type(node).__name__, list(node.axes), unit_to_data(node.unit), node.dtype]
    for name in _own_fields(type(node)):
        value: object = getattr(node, name)
        if isinstance(value, ir.Node):
            data.append(to_data(value))
        elif isinstance(value, tuple):
            data.append([to_data(item) if isinstance(item, ir.Node) else str(item) for item in value])
        elif isinstance(value, str | int | float):
            data.append(value)
        else:
            raise TypeError(f"{type(node).__name__}.{name} is {type(value).__name__}")
    return data


def from_data(data: Data) -> ir.Node:
    """Return the node that `to_data` wrote.

    Raises
    ------
    CodecError
        If the data is not of that form.
    """
    items = _list(data)
    kind = _KINDS.get(_text(items[0])) if items else None
    if kind is None or len(items) != 4 + len(_own_fields(kind)):
        raise CodecError(f"this is no node: {str(data)[:60]}")
    values: dict[str, object] = {
        "axes": tuple(_text(item) for item in _list(items[1])),
        "unit": unit_from_data(items[2]),
        "dtype": _text(items[3]),
    }
    for name, value in zip(_own_fields(kind), items[4:], strict=True):
        values[name] = _value(kind, name, value)
    return kind(**values)  # type: ignore[arg-type]


def _own_fields(kind: type[ir.Node]) -> tuple[str, ...]:
    return _FIELDS[kind.__name__]


def _value(kind: type[ir.Node], name: str, value: Data) -> object:
    if name == "args":
        return tuple(from_data(item) for item in _list(value))
    if name == "over" and kind is ir.Reduce:
        return tuple(_text(item) for item in _list(value))
    if name in ("value", "index"):
        if isinstance(value, str | list):
            raise CodecError(f"a number was expected, not {str(value)[:60]}")
        return float(value) if name == "value" else int(value)
    return _text(value) if name in ("name", "axis", "op", "function", "over") else from_data(value)


def _list(data: Data) -> list[Data]:
    if not isinstance(data, list):
        raise CodecError(f"a list was expected, not {str(data)[:60]}")
    return data


def _text(data: Data) -> str:
    if not isinstance(data, str):
        raise CodecError(f"a text was expected, not {str(data)[:60]}")
    return data
