"""Presets, registered figures, exchange by date, uprating, and the models that use them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.appraisal.appraisal_answers import Answers, shipped
from wellbeva import api
from wellbeva.appraisal.errors import AppraisalError
from wellbeva.appraisal.presets import load_preset
from wellbeva.appraisal.registered_values import figure_names, load_figure
from wellbeva.appraisal.scales import convert_score, scale_factor
from wellbeva.appraisal.schedules import factor, load_schedule
from wellbeva.appraisal.uprating import income_factor
from wellbeva.errors import WellbevaError

PLAIN = """
schema: wellbeva/scenario/1
scenario: Plain
model: wellbeing_trajectory
appraisal: {preset: green-book-2026}
time: {step: year, from: 0, to: 0}
comparator: nothing
choose: one
options:
  offer:
    label: Offer
    people: 100 people
    effect: 0.3
    hold: 9 months
    cost_once: {by: payer, council: "COST"}
axes:
  payer: {council: Council}
  body: {nobody: No public body}
sources:
  trial: {cite: A trial, evidence: strong, covers: all}
"""

ASKS = """
schema: wellbeva/model/1
model: asks
title: Asks the appraisal for figures
axes:
  kind: {labels: [standard_civil, equipment], doc: type of project}
parameters:
  elasticity: {unit: ratio, default: 1, doc: unused}
  FIGURE
equations:
  answer: elasticity * 1 in ratio
outcomes: [answer]
"""

ASKS_SCENARIO = """
schema: wellbeva/scenario/1
scenario: Asks
model: asks
appraisal: green-book-2026
comparator: nothing
choose: one
options:
  offer: {label: Offer}
sources:
  trial: {cite: A trial, evidence: strong, covers: all}
"""


def close(value: float) -> object:
    return pytest.approx(value, rel=1e-12)


def plain(folder: Path, cost: str, appraisal: str = "") -> Answers:
    text = PLAIN.replace("COST", cost).replace("green-book-2026}", f"green-book-2026{appraisal}}}")
    path = folder / "plain.yaml"
    path.write_text(text.lstrip(), encoding="utf-8")
    return Answers(path)


def errors(folder: Path, cost: str, appraisal: str = "") -> list[tuple[str, str]]:
    with pytest.raises(WellbevaError) as caught:
        plain(folder, cost, appraisal)
    return [(one.code, one.remedy) for one in caught.value.diagnostics if one.severity == "error"]


def asks(folder: Path, parameter: str, values: str = "") -> Answers:
    (folder / "models").mkdir(exist_ok=True)
    (folder / "models" / "asks.yaml").write_text(ASKS.lstrip().replace("FIGURE", parameter), encoding="utf-8")
    path = folder / "asks.yaml"
    path.write_text(ASKS_SCENARIO.lstrip() + values, encoding="utf-8")
    return Answers(path)


# ---- presets (R32)


def test_the_three_vintages_part_after_year_30_in_wellbeing_alone() -> None:
    names = ("green-book-2022", "green-book-2026", "hmt-wellbeing-2021")
    older, newer, guidance = (load_preset(name) for name in names)
    for kind in ("money", "wellbeing", "health"):
        assert factor(older.discount[kind], 30) == factor(newer.discount[kind], 30)
    assert factor(older.discount["money"], 60) == factor(newer.discount["money"], 60)
    assert factor(older.discount["wellbeing"], 75) == pytest.approx(0.3594, abs=5e-5)
    assert factor(guidance.discount["wellbeing"], 75) == pytest.approx(0.3594, abs=5e-5)
    assert factor(newer.discount["wellbeing"], 75) == pytest.approx(0.3274, abs=5e-5)


def test_the_guidance_of_2021_is_in_its_own_prices(tmp_path: Path) -> None:
    preset = load_preset("hmt-wellbeing-2021")
    value = preset.wellby[preset.prices]
    assert (preset.prices, value.low, value.central, value.high) == (2019, 10_000, 13_000, 16_000)
    text = PLAIN.replace("COST", "£100 in 2019 prices").replace("{preset: green-book-2026}", "hmt-wellbeing-2021")
    path = tmp_path / "plain.yaml"
    path.write_text(text.lstrip(), encoding="utf-8")
    found = Answers(path)
    assert found("benefit", level="central") == close(100 * 0.3 * 0.75 * 13_000)
    assert not found.compiled.record.provisional


def test_what_is_told_of_the_green_book_of_2022_is_recalled_and_says_so(tmp_path: Path) -> None:
    assert load_preset("green-book-2022").vintage.status == "RECALLED"
    found = Answers(_written(tmp_path, PLAIN.replace("COST", "£100 in 2023 prices").replace("2026", "2022")))
    (reason,) = found.compiled.record.provisional
    assert "Green Book 2022" in reason
    assert not plain(tmp_path, "£100 in 2023 prices").compiled.record.provisional


def _written(folder: Path, text: str) -> Path:
    path = folder / "written.yaml"
    path.write_text(text.lstrip(), encoding="utf-8")
    return path


def test_schedules_by_their_short_names() -> None:
    assert load_schedule("standard") is load_schedule("green-book-standard")
    assert [factor(name, 1) for name in ("standard", "health-declining", "health-flat", "reduced")] == [
        close(1 / rate) for rate in (1.035, 1.015, 1.015, 1.03)
    ]
    assert factor("reduced", 31) == close(1.03**-30 / 1.0257)


# ---- registered figures


def test_every_figure_has_source_vintage_and_status() -> None:
    assert len(figure_names()) >= 12
    for name in figure_names():
        for figure in load_figure(name).labels.values():
            assert figure.vintage.status in {"SEEN", "RECALLED"}
            assert figure.vintage.source not in {"", "same"}
            assert figure.vintage.licence
            assert figure.vintage.version


@pytest.mark.parametrize(
    ("name", "label", "value", "status"),
    [
        ("welfare_elasticity", "", 1.3, "SEEN"),
        ("log_income_effect", "", 1.96, "SEEN"),
        ("hurdle", "", 2_500, "RECALLED"),  # the year of its prices is not printed
        ("qaly_wellby", "seven", 7, "SEEN"),
        ("qaly_wellby", "six", 6, "RECALLED"),
        ("qaly_wellby", "ten", 10, "SEEN"),
        ("optimism_bias_upper", "nonstandard_civil", 0.66, "SEEN"),
        ("optimism_bias_lower", "outsourcing", 0, "SEEN"),
        ("duration_bias_upper", "equipment", 0.54, "SEEN"),
        ("median_income", "", 36_700, "SEEN"),
        ("lowest_fifth_income", "", 16_800, "SEEN"),
        ("highest_fifth_income", "", 71_100, "SEEN"),
        ("welfare_weight_lowest_fifth_2021", "", 2.4, "SEEN"),
        ("scale_factor", "hmt", 11 / 7, "SEEN"),
        ("scale_factor", "minmax", 10 / 6, "SEEN"),
    ],
)
def test_figures_as_printed(name: str, label: str, value: float, status: str) -> None:
    figure = load_figure(name).figure(label)
    assert float(figure.value) == close(value)
    assert figure.vintage.status == status


def test_a_model_asks_for_a_figure_by_name(tmp_path: Path) -> None:
    found = asks(tmp_path, "log_income_effect: {unit: LS, from: appraisal, doc: slope}")
    (one,) = [one for one in found.compiled.record.inputs if one.parameter == "log_income_effect"]
    assert (one.base, one.layer, one.evidence) == (1.96, "appraisal", "strong")
    assert "Fujiwara" in one.note
    assert any("log income" in vintage.name for vintage in found.compiled.record.vintages)


def test_a_model_asks_for_a_table(tmp_path: Path) -> None:
    found = asks(tmp_path, "optimism_bias_upper: {unit: ratio, by: kind, from: appraisal, doc: bias}")
    assert [one.base for one in found.compiled.record.inputs if one.parameter == "optimism_bias_upper"] == [0.44, 2.0]


def test_a_figure_that_the_scenario_gives_leaves_no_trace(tmp_path: Path) -> None:
    parameter = "hurdle: {unit: money/WELLBY, from: appraisal, doc: hurdle}"
    assert asks(tmp_path, parameter).compiled.record.provisional
    found = asks(tmp_path, parameter, "values:\n  hurdle: £3,000 in 2023 prices [trial]\n")
    assert not found.compiled.record.provisional
    assert not any("Hurdle" in vintage.name for vintage in found.compiled.record.vintages)


@pytest.mark.parametrize(
    ("parameter", "code", "words"),
    [
        ("log_income_efect: {unit: LS, from: appraisal}", "WB-A112", "did you mean 'log_income_effect'?"),
        ("log_income_effect: {unit: year, from: appraisal}", "WB-U101", ""),
        ("optimism_bias_upper: {unit: ratio, from: appraisal}", "WB-A112", "name one of these"),
        ("qaly_wellby: {unit: WELLBY/QALY, by: kind, from: appraisal}", "WB-A112", "name one of these"),
    ],
)
def test_what_the_appraisal_does_not_have_is_an_error(tmp_path: Path, parameter: str, code: str, words: str) -> None:
    with pytest.raises(WellbevaError) as caught:
        asks(tmp_path, parameter)
    assert any(one.code == code and words in one.remedy for one in caught.value.diagnostics)


def test_unknown_figures_and_labels() -> None:
    for asked in (lambda: load_figure("hurdel"), lambda: load_figure("qaly_wellby").figure("eight"),
                  lambda: load_figure("optimism_bias_upper").figure()):  # fmt: skip
        with pytest.raises(AppraisalError):
            asked()


# ---- exchange by date


def test_an_exchange_rate_of_the_year_of_the_prices_then_the_deflator(tmp_path: Path) -> None:
    """Exchanged at the rate of the money's own year, then brought to 2023 by the sterling deflator."""
    rates = ", exchange: {GBP per USD in 2019: 0.78, GBP per USD: 0.9}"
    assert plain(tmp_path, "$1,000 in 2019 prices", rates)("cost") == close(1_000 * 0.78 * 96.2507 / 81.1085)
    # Money of the appraisal's own year takes the rate of that year, or the one without a year.
    assert plain(tmp_path, "$1,000 in 2023 prices", rates)("cost") == close(900)
    dated = ", exchange: {GBP per USD in 2023: 0.8, GBP per USD: 0.9}"
    assert plain(tmp_path, "$1,000 in 2023 prices", dated)("cost") == close(800)
    assert plain(tmp_path, "$1,000", dated)("cost") == close(800)


def test_a_dated_rate_serves_in_either_direction(tmp_path: Path) -> None:
    rates = ", exchange: {USD per GBP in 2019: 1.25}"
    assert plain(tmp_path, "$1,000 in 2019 prices", rates)("cost") == close(800 * 96.2507 / 81.1085)


def test_sterling_is_brought_to_the_price_year_before_it_is_exchanged(tmp_path: Path) -> None:
    rates = ", currency: USD, exchange: {USD per GBP in 2023: 1.25, USD per GBP in 2019: 1.5}"
    found = plain(tmp_path, "£1,000 in 2019 prices", rates)
    assert found("cost") == close(1_000 * 96.2507 / 81.1085 * 1.25)
    assert found("benefit", level="central") == close(100 * 0.3 * 0.75 * 15_253 * 1.25)


@pytest.mark.parametrize(
    ("cost", "rates", "code", "remedy"),
    [
        ("$1 in 2019 prices", ", exchange: {GBP per USD: 0.8}", "WB-A102", "GBP per USD in 2019"),
        ("$1 in 2019 prices", ", exchange: {GBP per USD in 2020: 0.8}", "WB-A102", "GBP per USD in 2019"),
        ("$1 in 2023 prices", ", exchange: {GBP per EUR: 0.8}", "WB-A102", "GBP per USD"),
        ("$1 in 2019 prices", ", currency: EUR, exchange: {EUR per USD in 2019: 0.9}", "WB-A103", "in 2023 prices"),
        ("$1 in 2023 prices", ", exchange: {GBP per USD in 23: 0.8}", "WB-S106", "GBP per USD in 2024"),
    ],
)
def test_a_rate_that_is_missing(tmp_path: Path, cost: str, rates: str, code: str, remedy: str) -> None:
    assert any(found == code and remedy in said for found, said in errors(tmp_path, cost, rates))


def test_a_figure_of_the_preset_without_a_rate_points_at_the_line_that_chose_the_currency(tmp_path: Path) -> None:
    asks(tmp_path, "median_income: {unit: money/year, from: appraisal, doc: registered}")
    path = tmp_path / "asks.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("green-book-2026", "{preset: green-book-2026, currency: USD}"), encoding="utf-8")
    with pytest.raises(WellbevaError) as caught:
        api.check(path)
    ((code, span),) = [(one.code, one.span) for one in caught.value.diagnostics if one.severity == "error"]
    assert code == "WB-A102"
    assert span is not None
    assert (span.line, span.written) == (4, "currency")


# ---- uprating


def test_incomes_by_formula_on_a_series_of_the_user_s() -> None:
    incomes = {2019: 50.0, 2026: 52.0}
    assert income_factor(incomes, from_year=2019, to_year=2026) == close((52 / 50) ** 1.3)
    assert income_factor(incomes, from_year=2026, to_year=2019) == close((50 / 52) ** 1.3)
    assert income_factor(incomes, from_year=2019, to_year=2026, elasticity=1.0) == close(52 / 50)


@pytest.mark.parametrize("incomes", [{}, {2019: 1.0}, {2019: 0.0, 2026: 1.0}])
def test_nothing_is_uprated_without_both_years(incomes: dict[int, float]) -> None:
    with pytest.raises(AppraisalError):
        income_factor(incomes, from_year=2019, to_year=2026)


def test_an_uprated_value_goes_into_the_scenario(tmp_path: Path) -> None:
    found = plain(tmp_path, "£100 in 2023 prices", ", wellby_value: {central: '£15,437 in 2023 prices [trial]'}")
    assert found("benefit", level="central") == close(100 * 0.3 * 0.75 * 15_437)


# ---- models


def test_the_model_of_additionality_is_the_formula() -> None:
    found = shipped("appraisal/additionality")
    per_gain = 0.9 * 0.75 * 0.8 * 1.1 - 0.25 * 0.9
    assert found("additional") == close(per_gain)
    assert found("wellbys") == close(200 * 0.5 * 0.5 * per_gain)
    changed = shipped(
        "appraisal/additionality", "reference_displacement.walks=50%", "reference_multiplier.walks=1.2",
        "reference_substitution.walks=30%",
    )  # fmt: skip
    assert changed("additional") == close(0.9 * 0.75 * 0.8 * 1.1 - 0.25 * 0.9 * 0.5 * 0.7 * 1.2)


def test_the_model_of_optimism_bias_marks_up_projects_alone() -> None:
    found = shipped("appraisal/optimism_bias")
    assert [found("cost", option=option) for option in ("hub", "pool", "lunches")] == [
        close(1_321_000), close(1_040_800), close(1_000_000),
    ]  # fmt: skip
    assert found("optimism_bias_least", option="hub") == close(0.3 * 0.04 + 0.7 * 0.02)


def test_the_model_of_optimism_bias_checks_its_shares() -> None:
    path = "scenarios/appraisal/optimism_bias.yaml"
    root = Path(__file__).parents[2]
    with pytest.raises(WellbevaError, match="must add to 100%"):
        api.run(root / path, draws=512, overrides=("project_share.hub.standard_buildings=60%",))


# ---- what the functions refuse


def test_functions_refuse_what_has_no_meaning() -> None:
    refused = [
        lambda: scale_factor(points=1, rule="hmt"),
        lambda: scale_factor(points=7, rule="other"),  # type: ignore[arg-type]
        lambda: convert_score(8, points=7, rule="hmt"),
    ]
    for call in refused:
        with pytest.raises(AppraisalError):
            call()


def test_both_rules_keep_the_middle_and_only_one_the_ends() -> None:
    assert convert_score(4, points=7, rule="minmax") == close(5)
    assert [convert_score(score, points=7, rule="minmax") for score in (1, 7)] == [
        pytest.approx(0, abs=1e-12),
        close(10),
    ]
    assert float(scale_factor(points=7, rule="minmax") / scale_factor(points=7, rule="hmt")) == close(70 / 66)
