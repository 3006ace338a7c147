"""What is said of numbers that went in: without a source, without a price year (semantics R2, R9), in every form."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from wellbeva.compiler.record import Compiled
from wellbeva.errors import WellbevaError

Build = Callable[..., Compiled]


def said(compiled: Compiled, code: str) -> list[str]:
    return [one.message for one in compiled.record.warnings if one.code == code]


FORMS = {
    "interval": "0.2 (0.1 to 0.3)",
    "quantiles": "{quantiles: {5%: 0.1, 50%: 0.2, 95%: 0.3}}",
    "observed values": "{empirical: [0.1, 0.2, 0.25]}",
    "a mixture": '{mixture: {70%: "0.2 (0.1 to 0.3)", 30%: 0}}',
    "a skewed family": "{shifted_lognormal: {mean: 0.18, ci95: [0.01, 0.7]}}",
}


@pytest.mark.parametrize("form", FORMS)
def test_r2_a_number_of_any_form_without_a_source_is_told(build: Build, small_scenario: str, form: str) -> None:
    bare = small_scenario.replace("effect: 0.2 (0.1 to 0.3) [assumed]", f"effect: {FORMS[form]}")
    assert said(build(scenario=bare), "WB-S302") == ["effect has no source"]
    assert said(build(), "WB-S302") == []


MONEY = {
    "interval": "£5,000 (£4,000 to £6,500) [assumed]",
    "quantiles": '{quantiles: {5%: "£4,000", 50%: "£5,000", 95%: "£6,500"}, source: assumed}',
    "observed values": '{empirical: ["£4,000", "£5,500"], source: assumed}',
    "a mixture": '{mixture: {70%: "£4,000", 30%: "£9,000"}, source: assumed}',
}


@pytest.mark.parametrize("form", MONEY)
def test_r9_money_of_any_form_without_a_year_is_told(build: Build, small_scenario: str, form: str) -> None:
    bare = small_scenario.replace("£5,000 in 2023 prices [assumed]", MONEY[form])
    assert said(build(scenario=bare), "WB-S303") == ["cost is taken to be in 2023 prices"]
    assert said(build(), "WB-S303") == []


def test_r2_a_correlation_and_a_table_of_draws_need_a_source_too(
    build: Build, small_scenario: str, tmp_path: Path
) -> None:
    lines = small_scenario + "correlations:\n  effect.walks with effect.swims: 0.4 HERE\n"
    assert said(build(scenario=lines.replace("HERE", "")), "WB-S302") == [
        "the correlation of effect.walks with effect.swims has no source"
    ]
    assert said(build(scenario=lines.replace("HERE", "[assumed]")), "WB-S302") == []
    (tmp_path / "draws.csv").write_text("lasts.walks\n1.5\n2\n")
    table = "tables: [{file: draws.csv, rows: drawHERE}]\n"
    assert said(build(scenario=small_scenario + table.replace("HERE", "")), "WB-S302") == [
        "the draws of draws.csv have no source"
    ]
    assert said(build(scenario=small_scenario + table.replace("HERE", ", source: assumed")), "WB-S302") == []


# ---- R11: what is known from memory makes what rests on it provisional

RECALLED = "sources:\n  old: {cite: An old study, evidence: strong, status: recalled}\n"
COVERING = "sources:\n  old: {cite: An old study, covers: all, status: recalled}\n"
REASON = "An old study is known from memory and was not checked."


@pytest.mark.parametrize(
    "more",
    [
        RECALLED + 'values:\n  factor: {mixture: {60%: "0.9 (se 0.1) [old]", 40%: 1.2}}\n',
        RECALLED + "values:\n  factor: {mixture: {60%: {mixture: {50%: '1 [old]', 1/2: 2}}, 40%: 3}}\n",
        RECALLED + "correlations:\n  effect.walks with effect.swims: 0.4 [old]\n",
        RECALLED + "budget: £1m [old]\n",
        COVERING + "values: {lasts: 2 years}\n",
        COVERING + "correlations:\n  effect.walks with effect.swims: 0.4\n",
    ],
)
def test_r11_whatever_rests_on_memory_is_provisional(build: Build, more: str) -> None:
    assert build(more).record.provisional == (REASON,)


@pytest.mark.parametrize(
    "part",
    [
        'discount: {wellbeing: "2% [old]"}',
        'exchange: {GBP per USD: "0.8 [old]"}',
        'deflator: {2025: "103 [old]"}',
        'wellby_value: "£13,000 [old]"',
        'wellby_value: {low: "£9,000 [assumed]", central: "£13,000 [old]", high: "£17,000 [assumed]"}',
    ],
)
def test_r11_a_part_of_the_appraisal_known_from_memory(build: Build, small_scenario: str, part: str) -> None:
    own = small_scenario.replace("green-book-2026", f"{{preset: green-book-2026, {part}}}")
    assert build(RECALLED, scenario=own).record.provisional == (REASON,)
    with pytest.raises(WellbevaError, match="there is no source 'old'"):
        build(scenario=own)


def test_r11_joint_draws_known_from_memory(build: Build, tmp_path: Path) -> None:
    (tmp_path / "draws.csv").write_text("lasts.walks\n1.5\n2\n")
    table = "tables: [{file: draws.csv, rows: drawHERE}]\n"
    assert build(RECALLED + table.replace("HERE", ", source: old")).record.provisional == (REASON,)
    covered = COVERING
    assert build(covered + table.replace("HERE", "")).record.provisional == (REASON,)


def test_r11_a_value_may_say_of_itself_that_it_is_known_from_memory(build: Build) -> None:
    more = "values: {lasts: {value: 2 years, status: recalled, source: assumed}}\n"
    assert build(more).record.provisional == ("lasts (2 years) is known from memory and was not checked.",)


@pytest.mark.parametrize(
    "more",
    [
        RECALLED,
        # every number of the small scenario names a source, if only [assumed]; what the preset fills names its own
        COVERING,
        RECALLED + 'values: {lasts: "2 years [old]"}\nvariants: {other: {lasts: "3 years [assumed]"}}\n',
    ],
)
def test_r11_what_does_not_rest_on_memory_is_not_provisional(build: Build, more: str) -> None:
    assert build(more, variant="other" if "variants" in more else "").record.provisional == ()


@pytest.mark.parametrize(
    ("mixture", "grade"),
    [
        ('{60%: "1 (0.9 to 1.1) [trial]", 40%: "2 [survey]"}', "initial"),
        ('{60%: "1 (0.9 to 1.1) [trial]", 40%: "2 [assumed]"}', "assumed"),
        ('{60%: "1 (0.9 to 1.1) [trial]", 40%: "2 [trial]"}', "strong"),
        ('{60%: "1 (0.9 to 1.1) [trial]", 40%: 2}', ""),
    ],
)
def test_r11_a_mixture_is_as_strong_as_its_weakest_part(build: Build, mixture: str, grade: str) -> None:
    sources = "sources:\n  trial: {cite: T, evidence: strong}\n  survey: {cite: S, evidence: initial}\n"
    record = build(f"{sources}values: {{factor: {{mixture: {mixture}}}}}\n").record
    (one,) = [one for one in record.inputs if one.parameter == "factor"]
    assert one.evidence == grade
    assert one.cites[0].key == "trial"
