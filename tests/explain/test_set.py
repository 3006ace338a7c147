"""``--set`` with a value in its long form, read as the file is read (R1, FORMAT section 4)."""

from __future__ import annotations

from pathlib import Path

import pytest

from wellbeva import api
from wellbeva.errors import WellbevaError

MODEL = """\
schema: wellbeva/model/1
model: m
parameters:
  x: {unit: LS, by: option, doc: gain}
  shape: {choice: [linear, flat], doc: how it fades}
equations:
  the_gain: where(shape == linear, x, x / 2) in LS
outcomes: [the_gain]
checks:
  - {fail_if: "where(shape == linear, x, 0) * 2 > 0.5", say: Too much.}
"""
SCENARIO = """\
schema: wellbeva/scenario/1
scenario: One
model: m
appraisal: green-book-2026
choose: one
options:
  a: {label: A, x: "0.2 [s]"}
values: {shape: linear}
sources: {s: {cite: A study, evidence: initial}}
"""


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    (tmp_path / "m.yaml").write_text(MODEL, encoding="utf-8")
    (tmp_path / "s.yaml").write_text(SCENARIO, encoding="utf-8")
    return tmp_path / "s.yaml"


@pytest.mark.parametrize(
    ("text", "base"),
    [
        ("x={empirical: [0.1, 0.2]}", 0.15),
        (" x =  {empirical: {0.1: 3, 0.2: 1}, source: s}", 0.125),
        ("x={normal: {mean: 0.1, sd: 0.2}, source: s}", 0.1),
        ('x.a={mixture: {50%: 0.3, 50%: "0.1 (0.0 to 0.2)"}}', None),
    ],
)
def test_the_long_form_is_taken(scenario: Path, text: str, base: float | None) -> None:
    """By hand: means of the values given, weighted."""
    if base is None:
        with pytest.raises(WellbevaError) as caught:
            api.load(scenario, overrides=[text])
        assert [one.code for one in caught.value.diagnostics] == ["WB-F011"]
        return
    (one,) = api.load(scenario, overrides=[text]).plan.elements
    assert one.base == pytest.approx(base, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "code", "column"),
    [
        ("x={empirical: [0.1, 0.2}", "WB-F010", 24),
        ("x={empirical: }", "WB-S033", 4),
        ("x={&a b: 1}", "WB-F012", 4),
        ("x={quantiles: [[1]]}", "WB-S050", 15),
        ("x={a: " + "[" * 40 + "1" + "]" * 40 + "}", "WB-F015", 38),
        ("appraisal={pricess: 2020}", "WB-S131", 11),
        ("appraisal.discount={money: 1%}", "WB-S131", 20),
    ],
)
def test_a_broken_one_points_into_what_was_given(scenario: Path, text: str, code: str, column: int) -> None:
    with pytest.raises(WellbevaError) as caught:
        api.load(scenario, overrides=[text])
    (one,) = caught.value.diagnostics
    assert one.span is not None
    assert (one.code, one.span.file, one.span.line, one.span.column) == (code, "--set", 1, column)
    assert one.span.text == text


def test_choices_and_names_in_latex(scenario: Path) -> None:
    assert api.explain(scenario, format="latex") == (
        r"\mathit{the\_gain} &= \begin{cases}\mathit{x} & \text{if } \mathit{shape} = \text{linear}\\ "
        r"\frac{\mathit{x}}{2} & \text{otherwise}\end{cases} \\"
    )


def test_a_failed_check_names_the_choice(scenario: Path) -> None:
    scenario.write_text(SCENARIO.replace("0.2 [s]", "0.3 [s]"), encoding="utf-8")
    with pytest.raises(WellbevaError) as caught:
        api.check(scenario)
    (one,) = caught.value.diagnostics
    assert "`where(shape == linear, x, 0) * 2` is 0.6" in one.facts
