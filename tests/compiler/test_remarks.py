"""What is said of numbers that went in: without a source, without a price year (semantics R2, R9), in every form."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from wellbeva.compiler.record import Compiled

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
