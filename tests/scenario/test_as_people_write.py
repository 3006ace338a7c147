"""Numbers as people write them, in every place a value may stand, and price years that are said once (R126 to R128)."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from tests.scenario.tables.kit import sheet_of, values
from tests.scenario.test_grammar import fault, read
from wellbeva import api
from wellbeva.api.files.new_scenario import read_offers, write_scenario
from wellbeva.core.units import base, parse_unit
from wellbeva.errors import Diagnostic, Span, WellbevaError, grouped
from wellbeva.scenario.loader import load_scenario
from wellbeva.scenario.value import Amount, Value

PARK = Path(__file__).parents[2] / "scenarios" / "park-and-neighbours.yaml"


@pytest.mark.parametrize(
    ("text", "number", "unit", "currency"),
    [
        ("£3.1 million", 3_100_000, "", "GBP"),
        ("£3.1M", 3_100_000, "", "GBP"),
        ("£250 thousand per year", 250_000, "per year", "GBP"),
        ("2 bn", 2_000_000_000, "", ""),
        ("90 GBP", 90, "", "GBP"),
        ("GBP 90 per person", 90, "per person", "GBP"),
        ("£ 90", 90, "", "GBP"),
        ("EUR -5", -5, "", "EUR"),
        ("1e6", 1_000_000, "", ""),
        ("2.5e-3", Fraction(1, 400), "", ""),
        ("−1.5E3 people", -1500, "people", ""),
        ("1e-3%", Fraction(1, 100_000), "", ""),
    ],
)
def test_r126_one_number(text: str, number: Fraction, unit: str, currency: str) -> None:
    expected = Amount(Fraction(number), unit, text.endswith("%"), currency)
    assert read(text).amounts == {"value": expected}


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("0.25 ± 0.02 (se)", "0.25 (se 0.02)"),
        ("0.25 ± 0.02 SD", "0.25 (sd 0.02)"),
        ("30% +/- 5% (95% CI)", "30% (25% to 35%)"),
        ("£3 million (90% CI ± £1 million)", "£3m (90% CI £2m to £4m)"),
        ("9 months (se ± 2)", "9 months (se 2)"),
        ("0.3 (95% interval ± 0.05)", "0.3 (0.25 to 0.35)"),
        ("0.3 ± 0.05 (95% confidence interval)", "0.3 (0.25 to 0.35)"),
        ("0.3 (90% interval 0.25 to 0.35)", "0.3 (90% CI 0.25 to 0.35)"),
        ("9 ± 2 months (sd)", "9 months (sd 2 months)"),
        ("£90 ± £10 in 2023 prices (se)", "£90 in 2023 prices (se £10 in 2023 prices)"),
    ],
)
def test_r126_plus_or_minus_with_its_meaning(text: str, same: str) -> None:
    one, other = read(text), read(same)
    assert (one.form, one.amounts, one.level) == (other.form, other.amounts, other.level)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("0.25 ± 0.02", "WB-V017"),
        ("0.25 ± 0.02 (se) (sd)", "WB-V017"),
        ("0.25 ± 0.02 (iqr)", "WB-V017"),
        ("30% ± 5 (se)", "WB-V010"),
        ("0.25 ± 0 (sd)", "WB-V009"),
        ("0.25 ± 0 (95% CI)", "WB-V012"),
        ("0.25 ± 0.02 (0% CI)", "WB-V011"),
        ("1e31", "WB-V025"),
        ("1e6k", "WB-V029"),
        ("GBP £5", "WB-V029"),
        ("£3.1 millon", "WB-V023"),
        ("£3 m", "WB-V023"),
    ],
)
def test_r126_what_stays_refused(text: str, code: str) -> None:
    assert fault(text).code == code


def test_r126_a_bare_plus_or_minus_is_told_its_three_spellings_with_its_own_numbers() -> None:
    remedy = (
        "write `{0} (se)` for a standard error, or `{0} (sd)` for a standard deviation, "
        "or `{0} (95% CI)` for half a 95% interval"
    )
    for text, own in (
        ("0.3 ± 0.05", "0.3 ± 0.05"),
        ("£95 +/- £10 [x]", "£95 ± £10"),
        ("9 ± 2 months (iqr)", "9 ± 2 months"),
        ("0.3 (± 0.05)", "0.3 ± 0.05"),
        ("some ± 0.05", "0.25 ± 0.2"),
    ):
        assert fault(text).remedy == remedy.format(own)
        for meaning in ("se", "sd", "95% CI"):
            assert f"`{own} ({meaning})`" in remedy.format(own)
            read(f"{own} ({meaning})")


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("0.3 (95% interval ± 0.05)", "{normal: {mean: 0.3, ci95: [0.25, 0.35]}}"),
        ("0.3 (95% CI ± 0.05)", "{normal: {mean: 0.3, ci95: [0.25, 0.35]}}"),
        ("0.3 ± 0.05 (95% CI)", "{normal: {mean: 0.3, ci95: [0.25, 0.35]}}"),
        ("0.3 ± 0.05 (se)", "{normal: {mean: 0.3, se: 0.05}}"),
        ("0.3 ± 0.05 (sd)", "{normal: {mean: 0.3, sd: 0.05}}"),
    ],
)
def test_r126_every_place_draws_what_the_long_form_draws(short: str, long: str, tmp_path: Path) -> None:
    text = PARK.read_text("utf-8")
    at, below = text.index("  slope:\n"), text.index("  together:")
    trust = "trust: 0.18 (0.10 to 0.26)"
    (tmp_path / "short.yaml").write_text(text.replace(trust, f'trust: "{short}"'), "utf-8")
    (tmp_path / "long.yaml").write_text(text.replace(trust, f"trust: {long}"), "utf-8")
    tables = text[:at] + text[below:] + "\ntables: [slope.csv]\n"
    (tmp_path / "table.yaml").write_text(tables, "utf-8")
    (tmp_path / "slope.csv").write_text(
        f"determinant,slope\naccess,0.05 (0.02 to 0.08) [assumed]\ntrust,{short} [assumed]\n", "utf-8"
    )
    (tmp_path / "offers.csv").write_text(f"name,people,cost,effect\na,10,£5,{short}\n", "utf-8")
    write_scenario(tmp_path / "new.yaml", read_offers(tmp_path / "offers.csv")[0])
    wanted = element(tmp_path / "long.yaml", "slope[trust]")
    assert wanted == element(tmp_path / "short.yaml", "slope[trust]")
    assert wanted == element(tmp_path / "table.yaml", "slope[trust]")
    assert wanted == element(PARK, "slope[trust]", f"slope.trust={short} [assumed]")
    assert wanted == element(tmp_path / "new.yaml", "effect[a]")


def element(scenario: Path, name: str, *overrides: str) -> object:
    plan = api.load(scenario, overrides=overrides).plan
    return next(one.distribution for one in plan.elements if one.name == name)


def test_r126_a_comma_may_follow_the_key_of_a_source() -> None:
    places = [(cite.key, cite.place) for cite in read("0.3 [krekel2024, Table 3; hmt2021,p5; ons p. 2, 3]").cites]
    assert places == [("krekel2024", "Table 3"), ("hmt2021", "p5"), ("ons", "p. 2, 3")]


def test_r126_nouns_for_people_are_people_unless_a_model_says_otherwise() -> None:
    assert parse_unit("pupils", money=base("GBP")) == base("person")
    assert parse_unit("GBP per child", money=base("GBP")) == base("GBP") / base("person")
    assert parse_unit("pupils", money=base("GBP"), extra=("pupil",)) == base("pupil")
    with pytest.raises(ValueError, match="did you mean 'pupils'"):
        parse_unit("pupls", money=base("GBP"))
    with pytest.raises(ValueError, match="'households' is not a unit"):
        parse_unit("households", money=base("GBP"))


def test_r126_tables_and_the_command_line_read_the_same(tmp_path: Path, scenario: Path) -> None:
    (tmp_path / "t.csv").write_text("option,people,effect\nvisits,146 pupils,2.5e-1 ± 0.1 (se)\ncalls,1e3,0.1\n")
    rows: list[list[object]] = [["option", "people", "effect"], ["visits", "146 pupils", "2.5e-1 ± 0.1 (se)"]]
    (tmp_path / "t.xlsx").write_bytes(sheet_of(rows))
    for name in ("t.csv", "t.xlsx"):
        found, collector = values(tmp_path, name)
        assert collector.errors == ()
        assert [one.value.form for one in found[:2]] == ["number", "se"]
        assert found[0].value.amounts["value"] == Amount(Fraction(146), "pupils")
    varied = load_scenario(str(scenario), overrides=("cost.walks=£3.1 million [trial, Table 3]",))
    assert money(varied.assignments[-1].value) == (3_100_000, 2021)


SCENARIO = """\
schema: wellbeva/scenario/1
scenario: Walks in the park
model: plain
appraisal: green-book-2026
comparator: nothing
choose: several
PRICES
options:
  walks: {label: Walks, people: 20, effect: 0.2 (se 0.1), cost: "£90 WALKS", years: 1 year (0.5 to 1.6)}
  talks: {label: Talks, people: 20, effect: 0.2 (se 0.1), cost: £80 (£60 to £100), years: 1 year (0.5 to 1.6)}
variants:
  dear: {label: Dear, cost.talks: £85}
  cheap: {label: Cheap, cost.talks: £75 in 2020 prices}
sources:
  trial: {cite: Smith, design: trial, evidence: initial, prices: 2021}
  other: {cite: Jones, design: trial, evidence: initial, prices: 2022}
  review: {cite: Hall, design: trial, evidence: initial}
"""
MODELS = Path(__file__).parents[1] / "diagnostics" / "cases" / "models"


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    return write(tmp_path)


def write(folder: Path, prices: str = "", walks: str = "[trial]") -> Path:
    (folder / "models").mkdir(exist_ok=True)
    (folder / "models/plain.yaml").write_text((MODELS / "plain.yaml").read_text("utf-8"), "utf-8")
    path = folder / "s.yaml"
    path.write_text(SCENARIO.replace("PRICES\n", prices).replace("WALKS", walks), "utf-8")
    return path


def money(value: Value) -> tuple[Fraction, int | None]:
    amount = value.amounts.get("value") or value.amounts["centre"]
    return amount.number, amount.price_year


@pytest.mark.parametrize(
    ("prices", "walks", "years"),
    [
        ("", "[trial]", [2021, None]),
        ("prices: 2019\n", "[trial]", [2021, 2019]),
        ("prices: 2019\n", "[review]", [2019, 2019]),
        ("prices: 2019\n", "in 2023 prices [trial]", [2023, 2019]),
        ("", "in 2023 prices [trial; other]", [2023, None]),
        ("", "[trial; review]", [2021, None]),
    ],
)
def test_r127_the_year_of_the_value_then_of_its_source_then_of_the_scenario(
    tmp_path: Path, prices: str, walks: str, years: list[int | None]
) -> None:
    loaded = load_scenario(str(write(tmp_path, prices, walks)))
    costs = [one.value for one in loaded.assignments if one.parameter == "cost"]
    assert [money(value)[1] for value in costs] == years
    ends = [amount.price_year for amount in costs[1].amounts.values()]
    assert ends == [years[1]] * 3


def test_r127_two_sources_with_two_years_are_refused(tmp_path: Path) -> None:
    with pytest.raises(WellbevaError) as refused:
        load_scenario(str(write(tmp_path, walks="[trial; other]")))
    assert [one.code for one in refused.value.diagnostics] == ["WB-S431"]


def test_r127_a_year_said_once_ends_the_warning_and_is_used(tmp_path: Path) -> None:
    def told(path: Path) -> list[str]:
        return [one.message for one in api.check(path) if one.code == "WB-S303"]

    assert told(write(tmp_path)) == ["2 sums are taken to be in 2023 prices"]
    path = write(tmp_path, "prices: 2019\n", "[review]")
    assert told(path) == []
    once = api.run(path, draws=64).dataset["decision_cost"].to_numpy()
    each = write(tmp_path, walks="in 2019 prices [review]")
    text = each.read_text("utf-8").replace("£80 (", "£80 in 2019 prices (")
    each.write_text(text.replace("cost.talks: £85", "cost.talks: £85 in 2019 prices"), "utf-8")
    assert np.array_equal(once, api.run(each, draws=64).dataset["decision_cost"].to_numpy())


def test_r128_warnings_of_one_kind_are_one_in_order_of_lines() -> None:
    def told(line: int, variant: str = "", remedy: str = "mend it") -> Diagnostic:
        where = Span("s.yaml", line, 1)
        return Diagnostic("WB-S1", f"x{line}", where, ("y",), remedy, "warning", variant, "{count} things")

    other = Diagnostic("WB-S2", "alone", severity="warning")
    found = grouped([told(9), other, told(3), told(9), told(5, "dear"), told(7, remedy="or mend all")])
    assert [(one.message, one.remedy) for one in found] == [("4 things", "mend it"), ("alone", "")]
    assert found[0].span == Span("s.yaml", 3, 1)
    assert found[0].facts == ("lines 3, 5 (variant dear), 7, 9",)
    assert grouped(found) == found
    (many,) = grouped(told(line) for line in range(30))
    assert str(many.facts[0]).endswith("18, 19 and 10 more")


def test_r128_what_a_model_doubts_is_told_once_whatever_its_numbers_in_variants() -> None:
    def told(number: int, variant: str = "", message: str = "much") -> Diagnostic:
        facts = (f"x = {number}", "the model's rule: m.yaml:1:2")
        return Diagnostic("WB-E003", message, Span("s.yaml", number, 1), facts, "", "warning", variant)

    (one,) = grouped([told(3, "long"), told(2), told(4, "dear")])
    assert one.span == Span("s.yaml", 2, 1)
    assert one.lines == ("x = 2", "the model's rule: m.yaml:1:2", "also in the variants long, dear, with other numbers")
    (alone,) = grouped([told(3, "long"), told(4, "dear")])
    assert alone.lines[-2:] == ("in the variant long", "also in the variant dear, with other numbers")
    assert len(grouped([told(2), told(3, "long", "little")])) == 2
    shown = [one.message for one in api.check(PARK.with_name("easing-loneliness.yaml")) if one.code == "WB-E003"]
    assert len(shown) == len({*shown}) == 1
