"""Raises older files to this version of the format, keeping every comment and blank.

Version 0 is the draft that files were first written in. What has changed since:

==============================  ==================================
``wellbeva/scenario/0``         ``wellbeva/scenario/1``
==============================  ==================================
``title: …``                    ``scenario: …``
``years: {from: 0, to: 5}``     ``time: {step: year, from: 0, to: 5}``
``perspective: …``              gone: a comment is left in its place
==============================  ==================================

==============================  ==================================
``wellbeva/model/0``            ``wellbeva/model/1``
==============================  ==================================
``inputs: …``                   ``parameters: …``
``report: [...]``               ``outcomes: [...]``
==============================  ==================================

Files are edited as text, at the places of the keys, so that nothing else moves.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from wellbeva.core import atomic
from wellbeva.core.spans import Span
from wellbeva.errors import Collector
from wellbeva.scenario.text.edits import Edit, applied
from wellbeva.scenario.text.files import YAML_LIMIT, Files, decoded
from wellbeva.scenario.text.nodes import MapNode, Scalar
from wellbeva.scenario.text.yaml_parser import read_tree


def migrate_text(text: str, *, file: str = "file") -> tuple[str, tuple[str, ...]]:
    """Raise a scenario or model file to this version.

    Parameters
    ----------
    text : str
    file : str, optional
        The path as messages show it.

    Returns
    -------
    (str, tuple of str)
        The new text, and one sentence for each change; none if the file is already of this version.

    Raises
    ------
    WellbevaError
        If the file cannot be read, or follows no version that is known.
    """
    collector = Collector()
    changes: list[str] = []
    while True:
        root = read_tree(text, file, collector=collector)
        collector.stop_if_errors()
        assert root is not None  # read_tree returns None only after an error
        schema = root.get("schema")
        version = schema.text if isinstance(schema, Scalar) else ""
        if version in CURRENT:
            return text, tuple(changes)
        step = STEPS.get(version)
        if step is None:
            span = schema.span if schema is not None else Span(file, 1, 1)
            collector.error(
                "WB-F032",
                f"{version!r} is not a version of the format that can be raised"
                if version
                else "the file does not say which version of the format it follows",
                span,
                facts=(f"known: {', '.join((*STEPS, *sorted(CURRENT)))}",),
                remedy="begin the file with the version it was written for",
            )
            collector.stop_if_errors()
        else:
            target, rules = step
            edits, said = rules(root, target)
            text = applied(text, edits)
            changes += said


@dataclass(frozen=True, slots=True)
class Migrated:
    """A file raised to this version: its text, and one sentence for each change."""

    text: str
    steps: tuple[str, ...]


def migrate_file(path: Path | str, *, write: bool = False) -> Migrated:
    """Raise a file to this version of the format.

    Parameters
    ----------
    path : Path or str
    write : bool
        Whether to put the new text in the file's place, in one step; else the file stays as it is.

    Raises
    ------
    WellbevaError
        If the file cannot be read or written, or follows no version that is known.
    """
    file, shown = Path(path), str(path)
    collector = Collector()
    data = Files().read_bytes(file, shown, limit=YAML_LIMIT, collector=collector)
    text = None if data is None else decoded(data, shown, collector)
    collector.stop_if_errors()
    assert data is not None
    assert text is not None  # either is None only after an error
    raised, steps = migrate_text(text, file=shown)
    if write and steps:
        mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
        try:
            atomic.write(file, mark + raised.encode())
        except OSError as failure:
            reason = (failure.strerror or "the disk refused it").lower()
            collector.error(
                "WB-F033", f"{shown!r} cannot be written: {reason}", Span(shown, 1, 1), remedy="nothing was changed"
            )
    collector.stop_if_errors()
    return Migrated(raised, steps)


def _scenario_0(root: MapNode, target: str) -> tuple[list[Edit], list[str]]:
    edits, said = _version(root, target)
    _rename(root, "title", "scenario", edits, said)
    years, key = root.get("years"), root.key("years")
    if isinstance(years, MapNode) and key is not None:
        _rename(root, "years", "time", edits, said)
        if years.get("step") is None:
            line, column = years.span.line - 1, years.span.column - 1
            if years.flow:
                edits.append(Edit(line, column + 1, 0, "step: year, "))
            else:
                edits.append(Edit(line, column, 0, "step: year\n" + " " * column))
            said.append("'time' says that its step is a year")
    perspective = root.key("perspective")
    if perspective is not None and isinstance(root.get("perspective"), Scalar):
        edits.append(Edit(perspective.span.line - 1, perspective.span.column - 1, 0, "# "))
        said.append("'perspective' is gone; it is left as a comment")
    return edits, said


def _model_0(root: MapNode, target: str) -> tuple[list[Edit], list[str]]:
    edits, said = _version(root, target)
    _rename(root, "inputs", "parameters", edits, said)
    _rename(root, "report", "outcomes", edits, said)
    return edits, said


CURRENT = frozenset({"wellbeva/scenario/1", "wellbeva/model/1"})
STEPS: dict[str, tuple[str, Callable[[MapNode, str], tuple[list[Edit], list[str]]]]] = {
    "wellbeva/scenario/0": ("wellbeva/scenario/1", _scenario_0),
    "wellbeva/model/0": ("wellbeva/model/1", _model_0),
}
"""Each version that can be raised: the next one, and the rules that lead there."""


def _version(root: MapNode, target: str) -> tuple[list[Edit], list[str]]:
    schema = root.get("schema")
    assert isinstance(schema, Scalar)  # the version was read from it
    span = schema.span
    return [Edit(span.line - 1, span.column - 1, len(schema.text), target)], [f"the version is {target}"]


def _rename(root: MapNode, old: str, new: str, edits: list[Edit], said: list[str]) -> None:
    key = root.key(old)
    if key is not None and root.get(new) is None:
        edits.append(Edit(key.span.line - 1, key.span.column - 1, len(old), new))
        said.append(f"{old!r} is now {new!r}")
