"""Checks a tree against a file model and turns what pydantic finds into diagnostics with places."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from wellbeva.core.did_you_mean import nearest
from wellbeva.core.spans import Span
from wellbeva.errors import Collector, near_miss
from wellbeva.scenario.schema.file_models import ScenarioFile
from wellbeva.scenario.schema.model_models import ModelFile
from wellbeva.scenario.text.identifiers import NUMBER_LABEL
from wellbeva.scenario.text.nodes import ListNode, MapNode, Node, Scalar, plain
from wellbeva.scenario.text.yaml_errors import number_trap

KINDS: dict[str, type[BaseModel]] = {"scenario": ScenarioFile, "model": ModelFile}
_LIMIT = 200
_VERSION = {"scenario": "wellbeva/scenario/1", "model": "wellbeva/model/1"}


def check_version(root: MapNode, kind: str, *, collector: Collector) -> bool:
    """Check ``schema:``; an older one is pointed to `wellbeva migrate`.

    Parameters
    ----------
    root : MapNode
        The whole file.
    kind : {"scenario", "model"}
    collector : Collector

    Returns
    -------
    bool
        Whether the file follows this version; if not, the collector has the reason.
    """
    wanted = _VERSION[kind]
    given = root.get("schema")
    if given is None:
        collector.error(
            "WB-F030",
            "the file does not say which version of the format it follows",
            root.span,
            remedy=f"begin it with 'schema: {wanted}'",
        )
        return False
    if isinstance(given, Scalar) and given.text == wanted:
        return True
    text = given.text if isinstance(given, Scalar) else "a map or list"
    other = next((name for name, version in _VERSION.items() if version == text), "")
    if other:
        message, remedy = (
            f"this is a {other} file, not a {kind} file",
            f"name a file that begins with 'schema: {wanted}'",
        )
    else:
        message = f"this version does not read {text!r}"
        remedy = f"run 'wellbeva migrate' on an older file; a new one begins with 'schema: {wanted}'"
    collector.error("WB-F031", message, given.span, facts=(f"this version reads {wanted}",), remedy=remedy)
    return False


def check_nulls(node: Node, *, collector: Collector) -> None:
    """Note every missing value; in braces with a number as key, it is the comma trap of FORMAT section 10.

    Parameters
    ----------
    node : Node
        Searched with all below it.
    collector : Collector
    """
    stack: list[Node] = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, ListNode):
            stack += current.items
        elif isinstance(current, MapNode):
            for entry in current.entries:
                if isinstance(entry.value, Scalar) and entry.value.null:
                    if current.flow and NUMBER_LABEL.fullmatch(entry.key.text):
                        number_trap(entry.key.located, collector)
                    else:
                        collector.error(
                            "WB-S033",
                            f"the key {entry.key.text!r} has no value",
                            entry.key.span,
                            remedy="write the value, or delete the key; quote a text that holds a comma",
                        )
                else:
                    stack.append(entry.value)
        elif current.null:
            collector.error(
                "WB-S033", "a value is missing here", current.span, remedy="write the value, or delete the item"
            )


def check_shape(root: MapNode, kind: str, *, collector: Collector) -> None:
    """Check keys and kinds of a whole file.

    Parameters
    ----------
    root : MapNode
    kind : {"scenario", "model"}
    collector : Collector
    """
    try:
        KINDS[kind].model_validate(plain(root))
    except ValidationError as failure:
        # One fault may fail several branches of a union; one message a place is enough.
        seen: set[tuple[object, ...]] = set()
        errors = failure.errors(include_url=False, include_context=True)[:_LIMIT]
        unknown = [error["loc"] for error in errors if error["type"] == "extra_forbidden"]
        meant = {(*above, nearest(str(key), _known(KINDS[kind], tuple(above)))) for *above, key in unknown}
        for error in errors:
            if error["type"] == "missing" and error["loc"] in meant:
                continue
            node, key, path = _find(root, error["loc"])
            place = (path, error["loc"][-1] if error["type"] in {"missing", "extra_forbidden"} else "")
            if place not in seen and not (isinstance(node, Scalar) and node.null):
                seen.add(place)
                _report(error, node, key, KINDS[kind], collector)


def _find(root: MapNode, loc: tuple[int | str, ...]) -> tuple[Node, Scalar | None, tuple[int | str, ...]]:
    """Walk to the node an error is about, passing over the tags of unions, and to its key."""
    node: Node = root
    key: Scalar | None = None
    path: list[int | str] = []
    for part in loc:
        if isinstance(node, MapNode) and isinstance(part, str) and node.get(part) is not None:
            key, node = node.key(part), node.get(part) or node
        elif isinstance(node, ListNode) and isinstance(part, int) and part < len(node.items):
            node, key = node.items[part], None
        else:
            continue
        path.append(part)
    return node, key, tuple(path)


def _report(error: ErrorDetails, node: Node, key: Scalar | None, model: type[BaseModel], collector: Collector) -> None:
    kind, last = error["type"], str(error["loc"][-1])
    span = _span(node, key)
    where = f" under {key.text!r}" if key is not None and kind in {"missing"} else ""
    if kind == "extra_forbidden":
        known = _known(model, error["loc"][:-1])
        collector.error(
            "WB-S001",
            f"unknown key {last!r}",
            key.span if key else span,
            remedy=near_miss(last, known) or f"keys here are {', '.join(known)}",
        )
    elif kind == "missing":
        collector.error("WB-S002", f"the key {last!r} is missing{where}", span, remedy=f"add '{last}: …'" + _hint(last))
    elif last == "[key]" and kind == "literal_error":
        return  # who reads such a key names those that may stand there
    elif kind == "string_pattern_mismatch" and key is not None and key.text == "model":
        return  # who looks for the model says how it is named
    elif last == "[key]":
        collector.error(
            "WB-S004",
            f"{key.text if key else ''!r} cannot be a key here",
            key.span if key else span,
            remedy="names are small letters, digits and _, beginning with a letter, at most 40 characters",
        )
    elif kind == "literal_error":
        expected = str((error.get("ctx") or {}).get("expected", ""))
        given = node.text if isinstance(node, Scalar) else ""
        choices = [word.strip(" '") for word in expected.replace(" or ", ",").split(",")]
        collector.error(
            "WB-S005",
            f"{given!r} is not one of the words that may stand here",
            span,
            facts=(f"allowed: {expected}",),
            remedy=near_miss(given, choices) or _other_word(choices),
        )
    elif kind == "string_pattern_mismatch":
        collector.error(
            "WB-S006",
            f"{node.text if isinstance(node, Scalar) else ''!r} does not have the form needed here",
            span,
            remedy=_pattern_remedy(error),
        )
    elif kind in {"too_long", "too_short"}:
        limits = error.get("ctx") or {}
        limit, remedy = f"at least {limits.get('min_length')}", "add some"
        if kind == "too_long":
            limit, remedy = f"at most {limits.get('max_length')}", "leave some out"
        collector.error("WB-S370", f"{limits.get('actual_length')} cannot stand here, but {limit}", span, remedy=remedy)
    else:
        collector.error(
            "WB-S003",
            f"{_what(node)} cannot stand here",
            span,
            facts=(_expected(error),),
            remedy=_shape_remedy(error, node, key),
        )


def _shape_remedy(error: ErrorDetails, node: Node, key: Scalar | None) -> str:
    """Say how to write what is expected in place of a text, a list or a map."""
    kind, name = error["type"], key.text if key is not None else ""
    first = (
        next((item.text for item in node.items if isinstance(item, Scalar)), "") if isinstance(node, ListNode) else ""
    )
    if name == "area" and first:
        return f"write `area: {first}`, or `area: {{code: [{first}, …], groups: areas}}` for places as groups"
    if kind in {"dict_type", "model_type", "model_attributes_type"}:
        return f"write keys below '{name}:', one a line, further to the right" if name else "write `key: value`"
    if kind == "list_type":
        return f"write `{name}: [{node.text}]`" if name and isinstance(node, Scalar) else "write it in [ ]"
    if first:
        return f"write one: `{name}: {first}`" if name else f"write `{first}`, without [ ]"
    return "the reference of the keys says what it holds, with an example"


def _other_word(choices: list[str]) -> str:
    """Say what to do about a word that resembles none of those that may stand."""
    return "use one of the allowed words" if len(choices) > 1 else f"write {choices[0]!r}, or leave the key out"


_PATTERNS = {
    "^[a-z][a-z0-9_]{0,39}$": "write small letters, digits and _, beginning with a letter, at most 40 characters",
    "^(19|20)[0-9]{2}$": "write a year like 2025",
    "^[0-9]{1,5}$": "write a whole number like 0 or 59",
}


def _pattern_remedy(error: ErrorDetails) -> str:
    pattern = str((error.get("ctx") or {}).get("pattern", ""))
    return _PATTERNS.get(pattern, "labels are small letters, digits and _, or numbers where the axis is a ladder")


def _expected(error: ErrorDetails) -> str:
    kind = error["type"]
    if kind in {"string_type", "string_too_short"}:
        return "a text is expected"
    if kind == "list_type":
        return "a list is expected, like [first, second]"
    if kind in {"dict_type", "model_type", "model_attributes_type"}:
        return "a map of keys is expected"
    if kind in {"union_tag_invalid", "union_tag_not_found"}:
        tags = str((error.get("ctx") or {}).get("expected_tags", ""))
        return f"one of these is expected: {tags}"
    message = error["msg"]
    return message[:1].lower() + message[1:]


def _what(node: Node) -> str:
    return "a text" if isinstance(node, Scalar) else "a map" if isinstance(node, MapNode) else "a list"


def _span(node: Node, key: Scalar | None) -> Span:
    if isinstance(node, Scalar):
        return node.span
    return key.span if key is not None else node.span


def _hint(key: str) -> str:
    return {
        "choose": "; 'choose: one' for rivals, 'choose: several' for offers",
        "appraisal": "; for instance 'appraisal: green-book-2026'",
    }.get(key, "")


def _known(model: type[BaseModel], loc: tuple[int | str, ...]) -> list[str]:
    """Return the keys that may stand where an unknown one was found."""
    for part in loc:
        fields = {field.alias or name: field for name, field in model.model_fields.items()}
        if part in fields:
            model = next(_models(fields[str(part)].annotation), model)
    return [field.alias or name for name, field in model.model_fields.items()]


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    """Yield the models in a type: of the values of a map, of the items of a list, of an optional one."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)
