"""The JSON Schemas that editors use, made of the file models."""

from __future__ import annotations

import ast
import json
from inspect import getsource
from itertools import pairwise
from pathlib import Path
from typing import Any

from tools.reference.value_docs import FORMS, VALUE, arguments_of
from wellbeva.distributions.families import LONG_FORMS
from wellbeva.scenario.schema import file_models, model_models
from wellbeva.scenario.schema.validate import KINDS as MODELS
from wellbeva.scenario.schemas import KINDS, path_of_schema
from wellbeva.scenario.text import identifiers

_TEXT = ["string", "number", "boolean"]


def json_schema(kind: str) -> dict[str, Any]:
    """Return the JSON Schema of a kind of file, as an editor reads it.

    An editor sees YAML's own types, so that ``0.30`` is a number to it and ``true`` a truth value, where the loader
    reads every scalar as text (FORMAT R27): the schema takes all of them wherever the file models take a text.

    Parameters
    ----------
    kind : {"scenario", "model"}
    """
    schema = MODELS[kind].model_json_schema(by_alias=True)
    words = words_under_keys()
    for owner, part in {MODELS[kind].__name__: schema, **schema["$defs"]}.items():
        for key, sentence in words.get(owner, {}).items():
            part["properties"][key]["description"] = sentence
    schema = _plain(schema)
    assert isinstance(schema, dict)
    if "ValueText" in schema["$defs"]:
        schema["$defs"]["ValueText"] = _value_schema()
    if kind == "scenario":
        # What a scenario leaves out may stand in the one that it extends.
        rest = [key for key in schema["required"] if key not in {"schema", "scenario"}]
        schema["required"] = ["schema", "scenario"]
        # No `anyOf`: an editor would report both halves where a key is misspelt.
        schema |= {"if": {"required": ["extends"]}, "else": {"required": rest}}
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"wellbeva/{kind}/1"}
    found: dict[str, Any] = _with_markdown(schema)
    return head | found


def words_under_keys() -> dict[str, dict[str, str]]:
    """Return the words that stand under each key in the source of the file models, by class and key.

    pydantic would read them itself (`use_attribute_docstrings`), but at every start of the program, for 16 ms.
    """
    found: dict[str, dict[str, str]] = {}
    for module in (file_models, model_models):
        for owner in ast.parse(getsource(module)).body:
            if not isinstance(owner, ast.ClassDef):
                continue
            fields = getattr(getattr(module, owner.name), "model_fields", {})
            for line, below in pairwise(owner.body):
                name = line.target.id if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name) else ""
                words = (
                    below.value.value if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant) else None
                )
                if name in fields and isinstance(words, str):
                    found.setdefault(owner.name, {})[fields[name].alias or name] = words
    return found


def _with_markdown(node: Any) -> Any:
    """Give every description twice: in Markdown, which VS Code renders, and without its back quotes for the others."""
    if isinstance(node, list):
        return [_with_markdown(one) for one in node]
    if not isinstance(node, dict):
        return node
    found: dict[str, Any] = {}
    for key, value in node.items():
        if key in {"properties", "$defs"}:
            found[key] = {name: _with_markdown(one) for name, one in value.items()}
        elif key == "description":
            found |= {key: value.replace("`", ""), "markdownDescription": value}
        else:
            found[key] = _with_markdown(value)
    return found


def _plain(node: Any) -> Any:
    """Take out what no editor needs: titles made from names, nulls (the format has none), and types of scalars."""
    if isinstance(node, list):
        return [_plain(one) for one in node]
    if not isinstance(node, dict):
        return node
    found = {
        key: {name: _plain(one) for name, one in value.items()} if key in {"properties", "$defs"} else _plain(value)
        for key, value in node.items()
        if not (key == "title" and isinstance(value, str)) and not (key == "default" and value in (None, {}, []))
    }
    choices = [one for one in found.get("anyOf", ()) if one != {"type": "null"}]
    if len(choices) == 1:
        del found["anyOf"]
        found = {**choices[0], **found}
    if "description" in found:
        found["description"] = " ".join(str(found["description"]).split())
    if found.get("type") == "string":
        words = found.get("enum", [])
        if words:
            found["enum"] = [*words, *(word == "true" for word in words if word in {"true", "false"})]
        words_only = (
            "const" in found or (words and "true" not in words) or str(found.get("pattern")).startswith("^[a-z]")
        )
        found["type"] = "string" if words_only else _TEXT
    return found


def _value_schema() -> dict[str, Any]:
    """Return the schema of a value: a text, or a map whose known keys are explained, or a list within one."""
    again = {"$ref": "#/$defs/ValueText"}
    keys: dict[str, Any] = {}
    for key, words in FORMS.items():
        keys[key] = {"description": words}
        if key in LONG_FORMS:
            keys[key]["properties"] = {
                argument: {"description": meaning} for argument, meaning in arguments_of(key).items()
            }
        elif key == "evidence":
            keys[key]["enum"] = list(identifiers.GRADES)
        elif key == "status":
            keys[key]["enum"] = list(identifiers.STATUSES)
    return {
        "description": VALUE,
        "anyOf": [
            {"type": _TEXT},
            {"type": "object", "properties": keys, "additionalProperties": again},
            {"type": "array", "items": again},
        ],
    }


def schema_text(kind: str) -> str:
    """Return the schema as it is committed."""
    return json.dumps(json_schema(kind), indent=2, ensure_ascii=False) + "\n"


def stale() -> tuple[Path, ...]:
    """Return the committed schemas that differ from what the file models generate."""
    return tuple(
        path_of_schema(kind)
        for kind in KINDS
        if not path_of_schema(kind).is_file() or path_of_schema(kind).read_text("utf-8") != schema_text(kind)
    )


def write() -> None:
    """Write both schemas."""
    for kind in KINDS:
        path_of_schema(kind).write_text(schema_text(kind), "utf-8")
