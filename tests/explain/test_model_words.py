"""Words of a model, which may be hostile, on its page and in the scenario to start from."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from wellbeva import api
from wellbeva.report.explain.model_page import plain
from wellbeva.report.explain.skeleton import skeleton
from wellbeva.scenario.loader import load_model_file

HOSTILE = """\
schema: wellbeva/model/1
model: walks
title: Walks
doc: What walks bring.
axes:
  kind:
    doc: |
      kinds

      injected_axis: 1
  height: {unit: ratio, doc: "how\\n\\ninjected_line: 1"}
parameters:
  people:
    unit: person
    by: option
    doc: |
      those who walk

      injected: 1
      ```
      <script>alert(1)</script>
  portion: {unit: share, default: 10%, doc: "part\\n    ````\\ninjected_too: 1"}
equations:
  reached: people * portion in person
outcomes: [reached]
"""


@pytest.fixture
def model(tmp_path: Path) -> Path:
    place = tmp_path / "walks.yaml"
    place.write_text(HOSTILE, encoding="utf-8")
    return place


def test_words_begin_no_line_of_the_starter_scenario(model: Path) -> None:
    start = skeleton(load_model_file(model))
    assert start.count("injected") == 4
    for line in start.splitlines():
        assert "injected" not in line.partition("#")[0]
        assert not line.lstrip().startswith("`")


def test_the_block_of_the_starter_scenario_ends_at_its_end(model: Path) -> None:
    """CommonMark section 4.5: a fence is closed by a run of back quotes at least as long as its own."""
    text = api.docs(model, form="md")
    (fence,) = re.findall(r"^(`{3,})yaml$", text, re.MULTILINE)
    _, _, inside = text.partition(f"{fence}yaml\n")
    assert len(fence) > max(len(run) for run in re.findall("`+", inside[: -len(fence) - 1]))
    assert inside.endswith(f"\n{fence}\n")
    assert "<script>" not in text.partition("## A scenario to start from")[0]
    assert "<script>" not in api.docs(model)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# a", "\\# a"),
        ("1. a <b>", "1\\. a &lt;b>"),
        ("~~~ a", "\\~\\~\\~ a"),
        ("0.5 to 1", "0.5 to 1"),
        ("> a", "\\> a"),
    ],
)
def test_words_are_no_markdown(text: str, said: str) -> None:
    assert plain(text) == said


def test_counts_bounds_and_units_of_the_page(tmp_path: Path) -> None:
    """One of a thing is not a plural; a share is within 0% and 100% (R24); units break at strokes, paths at dots."""
    text = """\
schema: wellbeva/model/1
model: walks
parameters:
  take_up: {unit: share, by: option, doc: those who start}
  rest: {unit: share, bounds: [10%, none], doc: the rest}
  price: {unit: money/person/year, bounds: [0, none], doc: a year}
equations: {cost: take_up * rest * price in money/person/year}
outcomes: [cost]
"""
    place = tmp_path / "walks.yaml"
    place.write_text(text, encoding="utf-8")
    page = api.docs(place)
    assert "3 inputs, 1 equation, 1 outcome." in page
    assert "<td>0% to 100%</td>" in page
    assert "<td>10% to 100%</td>" in page
    assert "<td>at least 0</td>" in page
    assert "<td>money/<wbr>person/<wbr>year</td>" in page
