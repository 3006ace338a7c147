"""JSON Schemas from types: of dataclasses, of typed dictionaries, and of documents that are put together of both."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, Literal, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict

from wellbeva.cli.schemas import DIALECT

WORDS = {"type": "string"}
NUMBER = {"type": ["number", "null"]}
CELL = {"$ref": "#/$defs/Cell"}
PLAIN = {
    str: WORDS,
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: NUMBER,
    None: {"type": "null"},
    NoneType: {"type": "null"},
    object: {},
    Any: {},
}
"""Of a number, null says that the number does not apply: JSON has neither NaN nor infinity."""


@dataclass(frozen=True)
class Of:
    """A document whose keys are those of a type, but for some that are left out and some of another type."""

    base: type
    without: tuple[str, ...]
    keys: dict[str, Any]
    name: str


@dataclass(frozen=True)
class Columns:
    """Rows of a table."""

    words: Mapping[str, str]
    more: bool = False


@dataclass(frozen=True)
class Maybe:
    """What a key holds that may be left out."""

    kind: Any


def of(base: type, *without: str, **keys: Any) -> Of:
    """Return a type with other keys."""
    return Of(base, without, keys, base.__name__)


def some(kind: type, names: str) -> dict[str, Any]:
    """Return some fields and properties of a type."""
    known = {name: member.fget for name, member in vars(kind).items() if isinstance(member, property)}
    hints = get_type_hints(kind, localns=_for_typing(kind))
    return {name: hints[name] if name in hints else get_type_hints(known[name])["return"] for name in names.split()}


def json_schemas(documents: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schemas of documents by their names, and the parts that they share.

    Parameters
    ----------
    documents : mapping of name to kind
        A kind is a type, `Of`, `Columns`, a dict of the keys, a list of its one kind of item, or a tuple of
        alternatives.
    """
    parts: dict[str, Any] = {"Cell": {"type": ["string", "number", "boolean", "null"]}}
    properties = {name: _schema(kind, parts) for name, kind in documents.items()}
    return {"$schema": DIALECT, "properties": properties, "$defs": dict(sorted(parts.items()))}


def _schema(kind: Any, parts: dict[str, Any]) -> dict[str, Any]:  # noqa: PLR0911  (one a sort of kind)
    """Return the schema of a kind of value; what has a name of its own goes to the parts."""
    origin, inner = get_origin(kind), get_args(kind)
    if isinstance(kind, Columns):
        rows = {name: CELL | ({"description": words} if words else {}) for name, words in kind.words.items()}
        return {"type": "array", "items": _object(rows, [], CELL if kind.more else False)}
    if isinstance(kind, tuple) or origin in (Union, UnionType):
        return _any_of([_schema(way, parts) for way in (kind if isinstance(kind, tuple) else inner)])
    if isinstance(kind, list) or origin in (list, Sequence) or inner[1:] == (...,):
        return {"type": "array", "items": _schema((kind if isinstance(kind, list) else inner)[0], parts)}
    if origin is tuple:
        items = [_schema(part, parts) for part in inner]
        return {"type": "array", "prefixItems": items, "minItems": len(items), "maxItems": len(items)}
    if origin in (dict, Mapping):
        return {"type": "object", "additionalProperties": _schema(inner[1], parts)}
    if origin is Literal:
        return {"enum": list(inner)}
    if isinstance(kind, dict):
        return _keys(kind, parts)
    if isinstance(kind, Of) or is_dataclass(kind) or is_typeddict(kind):
        return _named(kind if isinstance(kind, Of) else of(kind), parts)
    return PLAIN[kind]


def _named(kind: Of, parts: dict[str, Any]) -> dict[str, Any]:
    if kind.base is dict:
        return _keys(kind.keys, parts)
    hints = get_type_hints(kind.base, localns=_for_typing(kind.base), include_extras=True)
    wanted = [field.name for field in fields(kind.base)] if is_dataclass(kind.base) else [*hints]
    keys = {key: hints[key] for key in wanted if key not in kind.without}
    made = {"description": inspect.getdoc(kind.base).partition("\n")[0]} | _keys(keys | kind.keys, parts)
    assert parts.setdefault(kind.name, made) == made, f"two kinds of {kind.name}"
    return {"$ref": f"#/$defs/{kind.name}"}


def _keys(keys: Mapping[str, Any], parts: dict[str, Any]) -> dict[str, Any]:
    optional = {name: held.kind for name, held in keys.items() if isinstance(held, Maybe)}
    optional |= {name: get_args(held)[0] for name, held in keys.items() if get_origin(held) is NotRequired}
    properties = {name: _schema(optional.get(name, held), parts) for name, held in keys.items()}
    return _object(properties, [name for name in keys if name not in optional], False)


def _object(properties: dict[str, Any], required: list[str], more: Any) -> dict[str, Any]:
    needed = {"required": required} if required else {}
    return {"type": "object", "properties": properties, **needed, "additionalProperties": more}


def _any_of(ways: list[dict[str, Any]]) -> dict[str, Any]:
    """Return several alternatives as a single schema; a number may be null already."""
    distinct = [way for at, way in enumerate(ways) if way not in ways[:at]]
    if NUMBER in distinct:
        distinct = [way for way in distinct if way != PLAIN[None]]
    return distinct[0] if len(distinct) == 1 else {"anyOf": distinct}


def _for_typing(kind: type) -> dict[str, Any]:
    """Return the names of a module, with those that it has only where types are checked."""
    module = sys.modules[kind.__module__]
    tree = ast.parse(inspect.getsource(module))
    guarded = [line for line in tree.body if isinstance(line, ast.If) and ast.unparse(line.test) == "TYPE_CHECKING"]
    lines = ast.Module([line for block in guarded for line in block.body], [])
    names = dict(vars(module))
    exec(compile(lines, "<TYPE_CHECKING>", "exec"), names)
    return names
