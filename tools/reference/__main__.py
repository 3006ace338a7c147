"""Writes docs/reference from the code: ``python -m tools.reference --write``; without it says what is stale."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import typer
from typer.models import ArgumentInfo, OptionInfo

from tools.json_documents import DOCUMENTS
from tools.json_schema import json_schemas
from tools.reference import pages as reference
from wellbeva.report.explain.model_page import plain, table

FOLDER = Path(__file__).parents[2] / "docs" / "reference"
INDEX = {
    "commands.md": "the commands and their options",
    "scenario-keys.md": "what a scenario file may hold",
    "model-keys.md": "what a model file may hold",
    "functions.md": "what equations may use",
    "distributions.md": "the ways to write an uncertain number",
    "appraisal.md": "the presets and the data behind them",
    "evidence-library.md": "the effects that come with wellbeva",
    "columns.md": "every column of every file",
    "json.md": "what each command writes with `--json`",
    "messages.md": "every message by its code",
}


def pages() -> dict[str, str]:
    """Return every page of the reference by file name."""
    found = {**reference.pages(), "commands.md": commands_page(), "json.md": json_page()}
    listed = [f"- [{name.removesuffix('.md')}]({name}): {INDEX[name]}" for name in INDEX if name in found]
    listed.append("- [glossary](../glossary.md): one word for one thing, and what other tools call it")
    return {**found, "README.md": reference.page("Reference", *listed)}


def commands_page() -> str:
    """List the commands, from the functions behind them."""
    from wellbeva.cli.main import application

    app = application()

    parts = [
        plain(str(app.info.help)),
        "",
        "Exit status: 0 done; 1 a published line missed; 2 something you can mend; 3 parts of a run are missing;",
        "70 a fault of wellbeva; 130 stopped; 141 the words had no reader.",
    ]
    for name, function in verbs(app):
        arguments, options = _parameters(function)
        parts += ["", f"## `wellbeva {' '.join([name, *(one[0] for one in arguments)])}`", ""]
        parts += [plain((inspect.getdoc(function) or "").partition("\n\n")[0])]
        if arguments:
            parts += ["", *(f"- `{metavar}`: {plain(words)}" for metavar, words in arguments)]
        if options:
            parts += ["", *table(("Option", "What it does", "If not given"), options)]
    return reference.page("Commands", *parts)


def json_page() -> str:
    """List what each verb writes as JSON, from the committed schemas."""
    parts = [
        "`wellbeva schema VERB` prints the JSON Schema (draft 2020-12) of what a command writes with `--json`, and",
        "`wellbeva schema evidence pool` that of a command of several words. A document has these keys and no others.",
        "A number that does not apply is `null`. Of several files the document is a list, in which one that is refused",
        "has its `errors`. A command that refuses writes `errors`. `text` is what a command without a document of its",
        "own says, and `written` the file or folder that it wrote; `wellbeva schema` prints the schema itself.",
        "",
    ]
    schemas = json_schemas(DOCUMENTS)
    rows = [(f"`{verb}`", " or ".join(_keys(root, schemas["$defs"]))) for verb, root in schemas["properties"].items()]
    return reference.page("Documents", *parts, *table(("Command", "Keys"), rows))


def _keys(part: Mapping[str, Any], parts: Mapping[str, Any]) -> list[str]:
    """Return the keys of each of the alternatives, a list told as one."""
    if "$ref" in part:
        return _keys(parts[part["$ref"].rpartition("/")[2]], parts)
    if "anyOf" in part:
        return [words for one in part["anyOf"] if one.get("type") != "array" for words in _keys(one, parts)]
    if part["type"] == "array":
        return [f"a list of {words}" for words in _keys(part["items"], parts)]
    return [", ".join(f"`{key}`" for key in part["properties"])]


def verbs(app: typer.Typer, before: str = "") -> Iterator[tuple[str, Callable[..., object]]]:
    """Yield every verb with all its words, and the function behind it."""
    for command in app.registered_commands:
        if command.callback is not None and not command.hidden:
            yield before + (command.name or command.callback.__name__.replace("_", "-")), command.callback
    for group in app.registered_groups:
        if group.typer_instance is not None:
            yield from verbs(group.typer_instance, f"{before}{group.name} ")


def _parameters(function: Callable[..., object]) -> tuple[list[tuple[str, str]], list[tuple[str, str, str]]]:
    """Read arguments (name, help) and options (name, help, default) from a verb's signature."""
    hints = get_type_hints(function, include_extras=True)
    arguments: list[tuple[str, str]] = []
    options: list[tuple[str, str, str]] = []
    for name, parameter in inspect.signature(function).parameters.items():
        kind, *notes = get_args(hints[name]) if get_origin(hints[name]) is Annotated else (hints[name],)
        info = next((one for one in notes if isinstance(one, ArgumentInfo | OptionInfo)), None)
        words = (info.help if info is not None else None) or ""
        if isinstance(info, ArgumentInfo):
            several = "..." if get_origin(kind) is list else ""
            arguments.append((f"{info.metavar or name.upper()}{several}", words))
            continue
        # Inside `Annotated` the first name stands where else the default would.
        declared = [one for one in (info.default, *(info.param_decls or ())) if isinstance(one, str)] if info else []
        flags = declared or [f"--{name.replace('_', '-')}"]
        default = parameter.default
        given = isinstance(default, str | int | float) and not isinstance(default, bool) and default != ""
        options.append((f"`{', '.join(flags)}{_takes(kind)}`", words, f"`{default}`" if given else ""))
    return arguments, options


def _takes(kind: Any) -> str:
    """Say what an option takes: nothing, one of several words, a number or a text."""
    inner = (
        [one for one in get_args(kind) if one is not type(None)] if get_origin(kind) in (Union, UnionType) else [kind]
    )
    kind = inner[0]
    if kind is bool:
        return ""
    if get_origin(kind) is Literal:
        return f" {'|'.join(get_args(kind))}"
    return {int: " NUMBER", float: " NUMBER", Path: " FILE"}.get(kind, " TEXT")


def stale() -> tuple[str, ...]:
    """Return the names of pages that differ from what the code says."""
    return tuple(
        name
        for name, text in pages().items()
        if not (FOLDER / name).is_file() or (FOLDER / name).read_text(encoding="utf-8") != text
    )


def write() -> None:
    """Write all pages."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


def main() -> int:
    """Return 0 if all is fresh or has been written, else 1."""
    if "--write" in sys.argv[1:]:
        write()
        return 0
    old = stale()
    for name in old:
        print(f"docs/reference/{name} is not what the code says: run python -m tools.reference --write")
    return 1 if old else 0


if __name__ == "__main__":
    sys.exit(main())
