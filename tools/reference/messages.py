"""The messages of the code by their codes, read from the source; what depends on a file is written as ``…``."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib import resources
from itertools import pairwise
from pathlib import Path

__all__ = ["messages"]

_CODE = re.compile(r"WB-[A-Z][0-9]+")
_OPEN = re.compile(r"[… ]+(?:is …)?")
"""A message of which nothing is known but that it depends on the file."""

PASSED_ON = {
    "WB-A101": "price year missing: deflator …",
    "WB-A104": "there is no appraisal preset …",
    "WB-A106": "there is no discount schedule …",
    "WB-A109": "price year missing: no published value of a WELLBY for …",
    "WB-A110": "the discount schedule … has no rate for year …",
    "WB-A112": "the figure … has no value for …",
    "WB-A142": "the series of real GDP per head lacks a year",
    "WB-C030": "these correlations cannot all hold",
    "WB-D101": "no … has this mean and this interval; or: a Beta lies between 0 and 1; or another sentence of a fit",
    "WB-E002": "what the model says under `checks` of a rule that fails",
    "WB-F002": "… is a folder, or another thing that is not a file",
    "WB-F90": "… cannot be read or written: …",
    "WB-L005": "`…` is not an operator of the language",
    "WB-L009": "`…` is not part of the language",
    "WB-R230": "a value of the type … cannot stand in a scenario; or: a key …; or: it goes too deep or is too long",
    "WB-S103": "… is not a currency; or: … is not a year; or another part of the appraisal",
    "WB-S120": "… cannot be a heading; or: a column has cells and no heading",
    "WB-S136": "… is not an elasticity from 0 to …",
    "WB-S160": "there is no area … in the tables; or: … may be several areas",
}
"""What a message says that comes from elsewhere: from the data, a fit, the YAML reader or the model."""


@lru_cache(maxsize=1)
def messages() -> dict[str, tuple[str, ...]]:
    """Return the messages of each code that stands in the source, codes in their order."""
    folder = Path(str(resources.files("wellbeva")))
    found: dict[str, dict[str, None]] = {}
    for file in sorted(folder.rglob("*.py")):
        for code, text in _read(ast.parse(file.read_text(encoding="utf-8")), {}):
            told = PASSED_ON.get(code, text) if _OPEN.fullmatch(text) else text
            found.setdefault(code, {})[told] = None
    return {code: tuple(found[code]) for code in sorted(found, key=lambda one: (one[3], int(one[4:])))}


def _read(node: ast.AST, names: Mapping[str, list[ast.expr]]) -> Iterator[tuple[str, str]]:
    """Yield codes and messages of a tree; a message may be a variable of the function around it."""
    if isinstance(node, ast.FunctionDef):
        names = _assigned(node)
    if isinstance(node, ast.Call):
        yield from _said(node, names)
    for child in ast.iter_child_nodes(node):
        yield from _read(child, names)


def _assigned(function: ast.FunctionDef) -> dict[str, list[ast.expr]]:
    """Return what each variable of a function is given."""
    found: dict[str, list[ast.expr]] = {}
    for node in ast.walk(function):
        if not isinstance(node, ast.Assign):
            continue
        for target in node.targets:
            pairs = [(target, node.value)]
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                pairs = list(zip(target.elts, node.value.elts, strict=False))
            for one, value in pairs:
                if isinstance(one, ast.Name):
                    found.setdefault(one.id, []).append(value)
    return found


def _said(call: ast.Call, names: Mapping[str, list[ast.expr]] | None = None) -> Iterator[tuple[str, str]]:
    """Yield a code and the messages that follow it among the arguments of a call."""
    arguments = [*call.args, *(one.value for one in call.keywords if one.arg in ("code", "message"))]
    for code, text in pairwise(arguments):
        if isinstance(code, ast.Constant) and isinstance(code.value, str) and _CODE.fullmatch(code.value):
            yield from ((code.value, words) for words in _templates(text, names or {}) if words)


def _templates(node: ast.expr, names: Mapping[str, list[ast.expr]]) -> list[str]:
    """Return each text that an expression may be."""
    match node:
        case ast.IfExp(body=body, orelse=other):
            return [*_templates(body, names), *_templates(other, names)]
        case ast.Name(id=name) if name in names:
            # What a variable is made of is not followed further: it may be itself.
            return [text for value in names[name] for text in _templates(value, {})]
        case _:
            return [_template(node)]


def _template(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(
                part.value if isinstance(part, ast.Constant) and isinstance(part.value, str) else "…" for part in parts
            )
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            return (_template(left) or "…") + (_template(right) or "…")
    return "…"
