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
        ("appraisal.wellby_value={central: 1}", "WB-S131", 24),
        ("appraisal.wellby_value.uprate=3", "WB-S136", 31),
        ("appraisal.wellby_value.uprate={gdp_per_head: 3}", "WB-S136", 24),
        ("appraisal.wellby_value.uprate={gdp_per_head: {2019: {a: b}}}", "WB-S136", 53),
        ("appraisal.wellby_value.uprate={gdp_per_head: {2019: }}", "WB-S025", 47),
        ("appraisal.wellby_value.uprate={a: " + "[" * 40 + "1" + "]" * 40 + "}", "WB-F015", 66),
        ("appraisal.wellby_value.uprate.gdp_per_head.2019=100", "WB-S102", 1),
    ],
)
def test_a_broken_one_points_into_what_was_given(scenario: Path, text: str, code: str, column: int) -> None:
    with pytest.raises(WellbevaError) as caught:
        api.load(scenario, overrides=[text])
    (one,) = caught.value.diagnostics
    assert one.span is not None
    assert (one.code, one.span.file, one.span.line, one.span.column) == (code, "--set", 1, column)
    assert one.span.text == text


VALUED = {
    "m.yaml": MODEL.replace(
        "  shape:", "  wellby_value: {unit: money/WELLBY, from: appraisal, doc: its value}\n  shape:"
    ),
    "s.yaml": SCENARIO.replace(
        "appraisal: green-book-2026",
        "appraisal: {preset: green-book-2026, prices: 2023, wellby_value: {central: £10000 in 2022 prices}}",
    ),
}


def value_of_a_wellby(scenario: Path, *overrides: str) -> float:
    return float(api.load(scenario, overrides=list(overrides)).plan.parameter("wellby_value").values)


def test_the_series_that_raise_the_value_of_a_wellby_are_given_whole(scenario: Path) -> None:
    """Semantics R35, by hand: (102/100)^1.3 more than by the deflator alone; ^1 with an elasticity of 1."""
    for name, text in VALUED.items():
        scenario.with_name(name).write_text(text, encoding="utf-8")
    plain = value_of_a_wellby(scenario)
    series = "gdp_per_head: {2022: 100, 2023: 102}"
    raised = value_of_a_wellby(scenario, f"appraisal.wellby_value.uprate={{{series}}}")
    assert raised == pytest.approx(plain * 1.02**1.3, rel=1e-12)
    one = value_of_a_wellby(scenario, f"appraisal.wellby_value.uprate={{{series}, elasticity: 1}}")
    assert one == pytest.approx(plain * 1.02, rel=1e-12)


@pytest.mark.parametrize(
    ("path", "remedy"),
    [
        (
            "appraisal.wellby_value.uprate.elasticity",
            "give the whole of it, as {gdp_per_head: {2019: 100, 2023: 100.7}} behind 'appraisal.wellby_value.uprate'",
        ),
        ("appraisal.exchange.GBP.x", "name a part of 'exchange' by one word, as in 'appraisal.discount.money'"),
        ("appraisal.discuont.money", "did you mean 'discount'?"),
    ],
)
def test_a_path_that_is_no_part_says_what_is(scenario: Path, path: str, remedy: str) -> None:
    with pytest.raises(WellbevaError) as caught:
        api.load(scenario, overrides=[f"{path.lower()}=1"])
    (one,) = caught.value.diagnostics
    assert (one.code, one.remedy) == ("WB-S102", remedy)


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
