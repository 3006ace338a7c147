"""Reads `golden/*.txt`: an expression after ``>>> ``, and what is said about it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from wellbeva.core.spans import Located
from wellbeva.errors import Collector, render
from wellbeva.language.parser import parse
from wellbeva.language.typing.environment import Environment, stage_of
from wellbeva.language.typing.typing import type_expression

FOLDER = Path(__file__).parent / "golden"
MARK = ">>> "


def cases(name: str) -> list[tuple[str, str]]:
    """Return `(expression, expected)` of one golden file, each once."""
    return list(_blocks(name))


def _blocks(name: str) -> Iterator[tuple[str, str]]:
    for block in (FOLDER / name).read_text(encoding="utf-8").split(MARK)[1:]:
        expression, _, expected = block.partition("\n")
        yield expression.replace("⏎", "\n"), expected.strip("\n")


def said(text: str, environment: Environment) -> str:
    """Return what the language says about a text: every diagnostic, or axes, unit, kind of value and stage."""
    collector = Collector()
    expression = parse(Located.bare(text, "model.yaml"), collector)
    node = type_expression(expression, environment, collector) if expression is not None else None
    if node is None:
        return "\n".join(line.rstrip() for one in collector.found for line in render(one).splitlines())
    assert not collector.found
    axes = ", ".join(node.axes)
    return f"({axes}) [{node.unit}] {node.dtype} {stage_of(node, environment)}"
