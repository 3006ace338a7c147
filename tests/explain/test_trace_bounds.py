"""A trace is bounded in depth and in lines, and says where what every model has comes from."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from wellbeva import api
from wellbeva.report.explain import trace as tracing
from wellbeva.report.explain.trace import trace, trace_text

LONG = 490
SCENARIO = """\
schema: wellbeva/scenario/1
scenario: Chain
model: chain
appraisal: {preset: green-book-2026, discount: {money: 10%}}
choose: one
time: {step: year, from: 0, to: 1, starts: 2026}
options:
  a: {label: A, people: 10 people}
"""


def _chain(folder: Path, extra: str = "") -> Path:
    links = "\n".join(f"  e{index}: e{index + 1} + people in person" for index in range(LONG - 1))
    model = f"""\
schema: wellbeva/model/1
model: chain
parameters:
  people: {{unit: person, by: option, doc: people}}
equations:
{links}
  e{LONG - 1}: people * 1 in person
{extra}outcomes: [e0]
"""
    (folder / "chain.yaml").write_text(model, encoding="utf-8")
    place = folder / "s.yaml"
    place.write_text(SCENARIO, encoding="utf-8")
    return place


def test_a_long_chain_is_cut_and_says_what_to_trace(tmp_path: Path) -> None:
    """By hand: e0 is 490 times 10 people; below e16 stand the 473 others of the chain and `people`."""
    text = api.explain(_chain(tmp_path), "e0.a", format="trace")
    assert text.startswith("e0.a [person] = 4900\n")
    assert max(map(len, text.splitlines())) <= 80
    flat = re.sub(r"[\s│├└─]+", " ", text)
    assert f"… and {LONG - 16} more names; trace e16.a for the rest" in flat
    assert "e17.a" not in text
    rest = api.explain(tmp_path / "s.yaml", "e16.a", format="trace")
    assert "e17.a [person]" in rest


@pytest.mark.thorough
def test_explain_of_a_long_chain_ends_too(tmp_path: Path) -> None:
    place = _chain(tmp_path)
    assert "e489" in api.explain(place, "e0")
    assert "e489" in api.explain(place, "e0", format="svg")


def test_lines_beyond_the_cap_are_counted_and_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    branch = trace(api.load(_chain(tmp_path)), "e480.a")
    whole = trace_text(branch).splitlines()
    monkeypatch.setattr(tracing, "MOST_LINES", 10)
    cut = trace_text(branch).splitlines()
    assert cut[:10] == whole[:10]
    (said,) = cut[10:]
    name = next(line for line in reversed(whole[:11]) if "[person]" in line).split("─ ")[1].split(" ")[0]
    assert said == f"… and {len(whole) - 10} more lines; trace {name} for the rest"


def test_what_every_model_has_shows_value_and_source(tmp_path: Path) -> None:
    """By hand: 10% a year from year 0 to year 1 is 1 to 1/1.1; a step is a year."""
    extra = "  late: sum(people * discount(money) * t / step, over=time) in person\n"
    text = api.explain(_chain(tmp_path, extra), "late", format="trace")
    flat = re.sub(r"[\s│├└─]+", " ", text)
    assert "discount factor for money: 1 in the first period to 0.909091 in the last" in flat
    assert re.search(r"s\.yaml:4; Costs and money benefits: discounted at 10% in every year\.", flat)
    assert "length of a period: 1 " in flat
    assert re.search(r"start of the period: 0 in the first period to 1 in the last \S*s\.yaml:6; time: ", flat)
