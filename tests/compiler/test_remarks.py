"""What is said of numbers that went in: without a source, without a price year (semantics R2, R9), in every form."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from wellbeva.errors import WellbevaError
from wellbeva.plan.record import CompiledScenario

Build = Callable[..., CompiledScenario]


def said(compiled: CompiledScenario, code: str) -> list[str]:
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


IN_2023 = "£5,000 in 2023 prices"
"""A cost that nothing need be done to."""
RAISED = 'wellby_value: {central: "£13,000 in 2019 prices [assumed]", uprate: {gdp_per_head: '


@pytest.mark.parametrize(
    ("part", "cost"),
    [
        ('discount: {money: "2% [old]"}', IN_2023),
        ('exchange: {GBP per USD: "0.8 [old]"}', "$5,000 in 2023 prices"),
        ('exchange: {USD per GBP: "1.25 [old]", GBP per EUR: 0.9}', "$5,000 ($4,000 to $6,500)"),
        ('exchange: {GBP per USD: 0.8, GBP per USD in 2022: "0.7 [old]"}', "$5,000 in 2022 prices"),
        ('deflator: {2025: "103 [old]"}', "£5,000 in 2025 prices"),
        ('deflator: {2021: 90, 2023: "103 [old]"}', "£5,000 in 2021 prices (£4,000 to £6,500)"),
        ('wellby_value: "£13,000 [old]"', IN_2023),
        ('wellby_value: {low: "£9,000 [assumed]", central: "£13,000 [old]", high: "£17,000 [assumed]"}', IN_2023),
        (RAISED + '{2019: 100, 2023: "102 [old]"}}}', IN_2023),
        (RAISED + "{2019: 100, 2023: 102}, source: old}}", IN_2023),
        (RAISED + '{2019: 100, 2023: 102}, elasticity: "1.2 [old]"}}', IN_2023),
        ('deflator: {2019: "80 [old]"}, ' + RAISED + "{2019: 100, 2023: 102}}}", IN_2023),
    ],
)
def test_r11_a_part_of_the_appraisal_known_from_memory(build: Build, small_scenario: str, part: str, cost: str) -> None:
    own = small_scenario.replace("green-book-2026", f"{{preset: green-book-2026, {part}}}").replace(IN_2023, cost)
    assert build(RECALLED, scenario=own).record.provisional == (REASON,)
    with pytest.raises(WellbevaError, match="there is no source 'old'"):
        build(scenario=own)


@pytest.mark.parametrize(
    ("part", "cost"),
    [
        ('discount: {wellbeing: "2% [old]"}', IN_2023),  # the small model discounts money alone
        ('exchange: {GBP per USD: "0.8 [old]"}', IN_2023),
        ('exchange: {GBP per USD: "0.8 [old]"}', "$0"),
        ('exchange: {GBP per USD: "0.8 [old]", GBP per USD in 2023: 0.7}', "$5,000 in 2023 prices"),
        ('exchange: {GBP per USD: 0.8, GBP per USD in 2022: "0.7 [old]"}', "$5,000 in 2023 prices"),
        ('exchange: {GBP per USD: 0.8, USD per GBP: "1.2 [old]"}', "$5,000 in 2023 prices"),
        ('deflator: {2025: "103 [old]"}', IN_2023),
        ('deflator: {2023: "103 [old]"}', IN_2023),
        ('deflator: {2021: "90 [old]"}', "£5,000 in 2022 prices"),
        (RAISED + '{2019: 100, 2022: "101 [old]", 2023: 102}}}', IN_2023),
        (RAISED.replace("2019 prices", "2023 prices") + '{2019: 100, 2023: "102 [old]"}}}', IN_2023),
    ],
)
def test_r11_a_part_of_the_appraisal_that_nothing_needs_makes_nothing_provisional(
    build: Build, small_scenario: str, part: str, cost: str
) -> None:
    own = small_scenario.replace("green-book-2026", f"{{preset: green-book-2026, {part}}}").replace(IN_2023, cost)
    assert build(RECALLED, scenario=own).record.provisional == ()


def test_r11_the_rate_at_which_the_published_value_of_a_wellby_is_exchanged(
    build: Build, small_model: str, small_scenario: str
) -> None:
    """Of an appraisal in dollars; the model that knows no such value needs no rate."""
    part = '{preset: green-book-2026, currency: USD, exchange: {GBP per USD: "0.8 [old]"}}'
    own = small_scenario.replace("green-book-2026", part).replace("£", "$")
    assert build(RECALLED, scenario=own).record.provisional == (REASON,)
    plain = small_model.replace("wellby_value: {unit: money/WELLBY, by: level, from: appraisal", "spare: {unit: share")
    plain = plain.replace("doc: value}", "default: 1, doc: spare}").replace(", value: wellby_value", "")
    assert build(RECALLED, model=plain, scenario=own).record.provisional == ()


def test_r11_a_variant_that_no_longer_needs_a_rate(build: Build, small_scenario: str) -> None:
    part = '{preset: green-book-2026, exchange: {GBP per USD: "0.8 [old]"}}'
    own = small_scenario.replace("green-book-2026", part).replace(IN_2023, "$5,000 in 2023 prices")
    more = f"{RECALLED}variants:\n  home: {{cost.walks: '{IN_2023} [assumed]'}}\n"
    assert build(more, scenario=own).record.provisional == (REASON,)
    assert build(more, scenario=own, variant="home").record.provisional == ()


def test_r11_a_rate_that_a_column_of_draws_needs(build: Build, small_scenario: str, tmp_path: Path) -> None:
    part = '{preset: green-book-2026, exchange: {GBP per USD: "0.8 [old]"}}'
    own = small_scenario.replace("green-book-2026", part).replace(f"\n    cost: {IN_2023} [assumed]", "", 1)
    (tmp_path / "draws.csv").write_text("cost.walks\n$1\n$2\n", encoding="utf-8")
    more = RECALLED + "tables: [{file: draws.csv, rows: draw, source: assumed}]\n"
    assert build(more, scenario=own).record.provisional == (REASON,)
    assert build(more, scenario=own, overrides=("cost.walks=£3 in 2023 prices",)).record.provisional == ()


def test_r11_a_correlation_that_is_not_in_force_makes_nothing_provisional(build: Build) -> None:
    more = RECALLED + "correlations:\n  effect.walks with effect.swims: 0.4 [old]\n"
    assert build(more).record.provisional == (REASON,)
    assert build(more, overrides=("effect.walks=0.2 [assumed]",)).record.provisional == ()
    pairs = RECALLED + "correlations:\n  effect with effect: 0.4 [old]\n"
    assert build(pairs).record.provisional == (REASON,)


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
