"""Traps in what a WELLBY is worth: hurdles sold as values, from whatever layer (R35), and values that grow (R32)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.traps.trap_files import FLOWS_SCENARIO, check, flows, option, trap, values

VALUE = "wellby_value: {by: level, low: '£2,500 in 2023 prices', central: '£15,253 in 2023 prices', high: '£18,773'}"
VARIANT = ("sources:\n", "variants:\n  low: {label: Low, wellby_value.low: '£2,500 in 2023 prices'}\nsources:\n")
DOLLARS = (
    "green-book-2026}",
    "green-book-2026, currency: USD, exchange: {GBP per USD: 0.8}, wellby_value: {LEVELS}}".replace(
        "LEVELS", "low: $3125, central: $19000, high: $23000"
    ),
)


@pytest.mark.parametrize("change", [values(VALUE), VARIANT, DOLLARS], ids=["values", "variant", "dollars"])
def test_a_hurdle_among_the_values_is_found_in_every_layer(folder: Path, change: tuple[str, str]) -> None:
    assert trap(folder, change)("WB-A117", "error", "hurdle")


def test_a_hurdle_on_the_command_line_is_found(folder: Path) -> None:
    trap(folder)
    said = check(folder / "trap.yaml", "wellby_value.low=£2,500 in 2023 prices")
    assert said.errors == ["WB-A117"]
    said = check(folder / "trap.yaml", "wellby_value=£2,500 in 2023 prices")
    assert said("WB-A118", "warning")
    assert not said.errors


@pytest.mark.parametrize(("amount", "errors"), [("-£1", ["WB-C060"]), ("£0", [])])
def test_r249_a_value_is_not_below_zero(folder: Path, amount: str, errors: list[str]) -> None:
    trap(folder)
    assert check(folder / "trap.yaml", f"wellby_value.low={amount} in 2023 prices").errors == errors


@pytest.mark.parametrize("amount", ["£1,500", "£2,500", "£3,200", "£4,900"])
def test_what_is_far_below_every_published_value_is_no_value(folder: Path, amount: str) -> None:
    said = trap(folder, values(f"wellby_value: {amount} in 2023 prices"))
    assert said("WB-A118", "warning")


def test_no_level_of_a_triple_of_hurdles_is_called_a_value(folder: Path) -> None:
    levels = "wellby_value: {low: '£2,500', central: '£2,900', high: '£3,200'}"
    said = trap(folder, ("green-book-2026}", f"green-book-2026, {levels}}}"))
    assert said("WB-A118", "warning")
    assert not said("WB-A117", "error")


def test_a_value_of_another_year_is_told_in_every_layer(folder: Path) -> None:
    assert trap(folder, values("wellby_value: £13,000 in 2019 prices"))("WB-A119", "warning", "by the deflator alone")
    assert trap(folder, values("wellby_value: £13,000"))("WB-A119", "warning", "that of 2019 prices")
    assert not trap(folder, values("wellby_value: £15,253 in 2023 prices")).found


def test_a_value_that_is_raised_is_of_no_other_year_and_one_beside_it_is(folder: Path) -> None:
    raised = (
        "green-book-2026}",
        "green-book-2026, wellby_value: {central: £13000 in 2019 prices, uprate: {gdp_per_head: SERIES}}}".replace(
            "SERIES", "{2019: 100, 2023: 100.7}"
        ),
    )
    assert not trap(folder, raised)("WB-A119", "warning")
    assert trap(folder, raised, values("wellby_value: £13,000 in 2019 prices"))("WB-A119", "warning")


def test_a_value_as_the_hurdle_is_told(folder: Path) -> None:
    said = trap(folder, values("hurdle: £13,000 in 2023 prices"), model="cost_effectiveness")
    assert said("WB-A126", "warning", "as high as a value")
    assert not trap(folder, values("hurdle: £2,500 in 2017 prices"), model="cost_effectiveness").found


def test_a_hurdle_weighs_no_decision(folder: Path) -> None:
    more = "more: wellbys - spent / hurdle in WELLBY"
    assert not flows(folder, more).errors
    model = folder / "models" / "flows.yaml"
    text = model.read_text(encoding="utf-8")
    model.write_text(text + "decision: {effect: wellbys, cost: spent, value: hurdle}\n", encoding="utf-8")
    (folder / "trap.yaml").write_text(FLOWS_SCENARIO.lstrip(), encoding="utf-8")
    assert check(folder / "trap.yaml").errors == ["WB-A127"]
    model.write_text(text + "decision: {effect: wellbys, cost: spent}\n", encoding="utf-8")
    assert not check(folder / "trap.yaml").errors


# ---- a value that grows


def growing(folder: Path, rate: str, growth: str) -> list[str]:
    rates = ("green-book-2026}", f"green-book-2026, discount: {{wellbeing: {rate}}}}}")
    return trap(folder, rates, values(f"wellby_growth: {growth}"), model="growing_value").errors


@pytest.mark.parametrize(
    ("rate", "growth"),
    [
        ("1.6%", "2%"),
        ("standard", "2.1%"),
        ("health-flat", "{uniform: {min: 0%, max: 1%}, base: 0%, source: trial}"),
        ("standard", "{normal: {mean: 2%, sd: 0.5%}, source: trial}"),
        ("standard", "{uniform: {min: 0%, max: 2.5%}, source: trial}"),
    ],
)
def test_what_is_left_after_the_growth_is_the_health_rate_at_least(folder: Path, rate: str, growth: str) -> None:
    """R32: first-year rate less growth must be 1.5% or more, in 999 of 1,000 draws."""
    assert growing(folder, rate, growth) == ["WB-A116"]


@pytest.mark.parametrize(
    ("rate", "growth"),
    [
        ("standard", "2%"),
        ("health-flat", "0%"),
        ("0%", "0%"),
        ("standard", "{normal: {mean: 1%, sd: 0.3%}, source: trial}"),
        ("standard", "{uniform: {min: 1%, max: 2%}, source: trial}"),
    ],
)
def test_growth_that_the_rate_holds_is_allowed(folder: Path, rate: str, growth: str) -> None:
    # Normal(1%, 0.3%): 99.9% quantile 1% + 3.090 x 0.3% = 1.93%, below the 2% that the standard rate holds.
    assert growing(folder, rate, growth) == []


# ---- incomes of another year


def test_an_income_of_another_year_than_the_medians_is_told(folder: Path) -> None:
    group = option("earnings: £1,000 in 2023 prices\n    others_time: 1 year\n    effect_and_earnings: apart")
    said = trap(folder, group, values("group_income: £20,000 in 2019 prices"), model="welfare_weights")
    assert said("WB-A128", "warning", "2019 prices")
    said = trap(folder, group, values("group_income: £20,000 in 2023 prices"), model="welfare_weights")
    assert not said.found
    own = values("group_income: £20,000 in 2019 prices\n  median_income: £30,000 in 2019 prices")
    assert not trap(folder, group, own, model="welfare_weights")("WB-A128", "warning")


# ---- A QALY sold as a WELLBY


def own_value(text: str, more: str = "") -> tuple[str, str]:
    return ("green-book-2026}", f"green-book-2026, wellby_value: {text}{more}}}")


@pytest.mark.parametrize(
    "text",
    [
        "£30000", "£70000", "£20000", "£70000 in 2021 prices", "£30000 in 2013 prices", "£25k in 1999 prices",
        "'£30,000 (20,000 to 40,000)'", "{low: £20000, central: £25000, high: £30000}",
        "{low: £10000, central: £13000, high: £30000}",
        "{central: £30000 in 2019 prices, uprate: {gdp_per_head: {2019: 100, 2023: 100.7}}}",
    ],
)  # fmt: skip
def test_the_value_of_a_qaly_is_no_value_of_a_wellby(folder: Path, text: str) -> None:
    said = trap(folder, own_value(text))
    assert said("WB-A154", "warning", "QALY")
    assert sum(one.code == "WB-A154" for one in said.found) == 1


@pytest.mark.parametrize(
    "text",
    [
        "{low: £11733, central: £15253, high: £18773}", "£15338", "£13000 in 2019 prices",
        "{low: £10000 in 2019 prices, central: £13000 in 2019 prices, high: £16000 in 2019 prices}",
        "{central: £13000 in 2019 prices, uprate: {gdp_per_head: {2019: 100, 2023: 190}}}",
    ],
)  # fmt: skip
def test_the_published_value_of_a_wellby_in_any_year_is_none_of_a_qaly(folder: Path, text: str) -> None:
    assert not trap(folder, own_value(text))("WB-A154", "warning")


@pytest.mark.parametrize("year", [2019, 2022, 2023, 2025])
def test_the_preset_has_no_qaly_among_its_values(folder: Path, year: int) -> None:
    prices = ("green-book-2026}", f"green-book-2026, prices: {year}, deflator: {{2025: 103}}}}")
    assert not trap(folder, prices)("WB-A154", "warning")
    dear = ("green-book-2026}", f"green-book-2026, prices: {year}, deflator: {{2025: 103}}, wellby_value: £30000}}")
    assert trap(folder, dear)("WB-A154", "warning")


def test_the_value_of_a_qaly_on_the_command_line_and_in_dollars_is_found(folder: Path) -> None:
    trap(folder)
    assert check(folder / "trap.yaml", "wellby_value=£30,000")("WB-A154", "warning")
    assert not trap(folder, DOLLARS)("WB-A154", "warning")
    (old, new) = DOLLARS
    assert trap(folder, (old, new.replace("$19000", "$40000")))("WB-A154", "warning")


# ---- Wellbeing at the rate of money


def rate(text: str) -> tuple[str, str]:
    return ("green-book-2026}", f"green-book-2026, discount: {{wellbeing: {text}}}}}")


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("3.5%", "let the value grow by 2%"), ("standard", "let the value grow"), ("1.6%", "let the value grow"),
        ("1.4%", "discount nothing at all, money neither"), ("0.5%", "discount nothing"), ("0%", "discount nothing"),
    ],
)  # fmt: skip
def test_a_constant_value_is_discounted_at_the_health_rate(folder: Path, text: str, remedy: str) -> None:
    """R32, in both directions: a lower rate counts later wellbeing for more than the value is meant for."""
    said = trap(folder, rate(text))
    assert said("WB-A155", "warning", "meant for 1.5%")
    assert said.found[0].span is not None
    assert remedy in said.found[0].remedy


@pytest.mark.parametrize("text", ["1.5%", "health-declining", "0%, money: 0%", "0%, money: 0%, health: 0%"])
def test_wellbeing_at_the_health_rate_or_nothing_discounted_is_not_told(folder: Path, text: str) -> None:
    assert not trap(folder, rate(text))("WB-A155", "warning")


def test_a_value_that_grows_or_is_not_of_sterling_has_its_own_rate(folder: Path) -> None:
    grows = values("wellby_growth: 2%")
    assert not trap(folder, rate("standard"), grows, model="growing_value")("WB-A155", "warning")
    assert trap(folder, rate("standard"), values("wellby_growth: 1%"), model="growing_value")("WB-A155", "warning")
    (old, new) = DOLLARS
    abroad = (old, new.replace("currency:", "discount: {wellbeing: 3%}, currency:"))
    assert not trap(folder, abroad)("WB-A155", "warning")
    # Nothing is valued here: a hurdle on the cost is not a value.
    assert not trap(folder, rate("standard"), model="cost_effectiveness")("WB-A155", "warning")
