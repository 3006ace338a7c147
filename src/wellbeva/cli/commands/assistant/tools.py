"""What an assistant may call: verbs with some of their options, what these take, and the command line that does it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import UnionType
from typing import Any, Final, Literal, get_args, get_origin

from typer.models import ArgumentInfo, OptionInfo

from wellbeva.cli.commands.analyse import analyse
from wellbeva.cli.commands.check import check
from wellbeva.cli.commands.evidence import library
from wellbeva.cli.commands.explain import explain
from wellbeva.cli.commands.local import data
from wellbeva.cli.commands.run import default_folder, run
from wellbeva.cli.schemas import schema_of
from wellbeva.errors import refusal
from wellbeva.scenario.text.files import beside, inside

MOST_DRAWS: Final = 1 << 20
MOST_VALUES: Final = 100
WORDS: Final = {"type": "string", "maxLength": 1000, "pattern": "^[^\\u0000]*$"}
TYPES: Final = {bool: "boolean", int: "integer", float: "number"}


@dataclass(frozen=True, slots=True)
class Tool:
    """A verb that an assistant may call.

    Parameters
    ----------
    verb : str
        All its words.
    function : callable
        Whose parameters its options are.
    options : str
        Names of those that an assistant may give.
    part : str
        Which of the alternatives that the verb may write, if not all.
    """

    verb: str
    function: Callable[..., None]
    options: str
    part: str = ""

    @property
    def description(self) -> str:
        """What it does, in the words of its help."""
        return (inspect.getdoc(self.function) or "").partition("\n\n")[0]

    @property
    def output_schema(self) -> dict[str, Any]:
        """The published schema; a list stands under ``items``, since a tool answers with an object."""
        schema = schema_of(self.verb)
        if self.part:
            schema |= {"anyOf": [{"$ref": f"#/$defs/{self.part}"}]}
        if items := schema.pop("items", None):
            listed = {"items": {"type": "array", "items": items}}
            schema |= {"properties": listed, "required": ["items"], "additionalProperties": False}
        return schema | {"type": "object"}

    @property
    def input_schema(self) -> dict[str, Any]:
        """The options with the words of their help."""
        properties, needed = {}, []
        for name, kind, info, default in self._options():
            properties[name] = _type(kind) | {"description": info.help}
            if name == "draws":
                properties[name] |= {"minimum": 1, "maximum": MOST_DRAWS}
            if default is inspect.Parameter.empty:
                needed.append(name)
        return {"type": "object", "properties": properties, "required": needed, "additionalProperties": False}

    def command(self, given: Mapping[str, Any], folder: Path) -> list[str]:
        """Return the words of the command line.

        Parameters
        ----------
        given : mapping of option to value
            As the input's schema says.
        folder : Path
            In which all files lie.

        Raises
        ------
        WellbevaError
            ``WB-R541`` for a file that lies elsewhere.
        """
        words, files = [*self.verb.split(), "--json"], []
        for name, kind, info, _ in self._options():
            values = given.get(name)
            if values is None or values is False:
                continue
            if kind is Path:
                refuse_outside(values, folder)
            if isinstance(info, ArgumentInfo):
                files.append(values)
                continue
            # Inside `Annotated` an option's own name stands where else its default would.
            flag = info.default if isinstance(info.default, str) else f"--{name}"
            values = values if isinstance(values, list) else [values]
            words += [flag if value is True else f"{flag}={value}" for value in values]
        if self.function is run:
            out = default_folder(Path(files[0]), given.get("variant", ""), changed=bool(given.get("override")))
            refuse_outside(str(out), folder, within="runs")
            words.append(f"--out={out}")
        return [*words, "--", *files]

    def _options(self) -> Iterator[tuple[str, Any, ArgumentInfo | OptionInfo, object]]:
        """Yield name, type, what typer knows, and default; of several files an assistant gives one."""
        known = inspect.signature(self.function, eval_str=True).parameters
        for name in self.options.split():
            kind, info = get_args(known[name].annotation)[:2]
            kind = get_args(kind)[0] if isinstance(kind, UnionType) else kind
            yield name, Path if kind == list[Path] else kind, info, known[name].default


TOOLS: Final = {
    one.verb.replace(" ", "_"): one
    for one in (
        Tool("check", check, "files deep", part="CheckDocument"),
        Tool("run", run, "scenarios draws seed variant override resume", part="RunDocument"),
        Tool("explain", explain, "scenario name trace draw variant override"),
        Tool("analyse", analyse, "run wtp comparator group population uptake pairs along"),
        Tool("data list", data.list_tables, ""),
        Tool("data show", data.show, "what year"),
        Tool("evidence list", library.list_effects, "activity outcome group"),
        Tool("evidence show", library.show, "key"),
    )
}


def refuse_outside(name: str, folder: Path, *, within: str = "") -> None:
    """Refuse a path that is absolute, goes up, or leads out of a folder through a link.

    Parameters
    ----------
    name : str
    folder : Path
    within : str
        Of the folder, the only folder that may hold it; any if empty.

    Raises
    ------
    WellbevaError
        ``WB-R541``.
    """
    found = beside(folder, "", name)
    files = () if found is None else (found[0], *found[0].rglob("*"))
    if not files or not all(inside(file, (folder / within,)) and inside(file, (folder,)) for file in files):
        remedy = f"name a file in {str(folder)!r} by its path from there"
        raise refusal(
            "WB-R541", f"{name[:80]!r} lies outside the folder that is served, or has links out of it", remedy
        )


def _type(kind: Any) -> dict[str, Any]:
    if get_origin(kind) is Literal:
        return {"enum": list(get_args(kind))}
    if get_origin(kind) is list:
        return {"type": "array", "items": _type(get_args(kind)[0]), "maxItems": MOST_VALUES}
    return {"type": TYPES[kind]} if kind in TYPES else {**WORDS}
