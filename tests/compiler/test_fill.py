"""Which value fills which cell, what is drawn once, and what units and prices come to."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tests.compiler.conftest import SCENARIO
from wellbeva.errors import WellbevaError
from wellbeva.plan.record import CompiledScenario

Build = Callable[..., CompiledScenario]


def test_order_of_precedence(build: Build) -> None:
    # FORMAT R1: model default -> values -> option -> variant -> --set.
    more = """
        values:
          lasts: 2 years [assumed]
        variants:
          long: {label: Long, lasts: 5 years}
          swims_only: {label: One, lasts.swims: 7 years}
    """
    given = SCENARIO_WITH_OPTION_VALUE
    assert list(build().plan.parameter("lasts").values) == [1.0, 1.0]
    assert list(build(more).plan.parameter("lasts").values) == [2.0, 2.0]
    assert list(build(more, scenario=given).plan.parameter("lasts").values) == [3.0, 2.0]
    assert list(build(more, scenario=given, variant="long").plan.parameter("lasts").values) == [5.0, 5.0]
    assert list(build(more, scenario=given, variant="swims_only").plan.parameter("lasts").values) == [3.0, 7.0]
    last = build(more, scenario=given, variant="long", overrides=("lasts.walks=9 years",))
    assert list(last.plan.parameter("lasts").values) == [9.0, 5.0]


SCENARIO_WITH_OPTION_VALUE = """
schema: wellbeva/scenario/1
scenario: A small one
model: small
appraisal: green-book-2026
time: {step: year, from: 0, to: 2}
comparator: nothing
choose: several
options:
  walks: {label: Walks, people: 100 people, effect: 0.2, lasts: 3 years}
  swims: {label: Swims, people: 50 people, effect: 0.4}
"""


def test_what_is_written_once_is_drawn_once(build: Build) -> None:
    # FORMAT R16a: one value for two groups is one element; the same words twice are two.
    more = """
        groups:
          young: Young
          old: Old
        values:
          take_up: 50% (40% to 60%) [assumed]
    """
    plan = build(more).plan
    assert len({int(index) for index in plan.parameter("take_up").elements.reshape(-1)}) == 1
    assert [one.name for one in plan.elements] == ["take_up", "effect[walks]", "effect[swims]"]


def test_same_as_shares_draws(build: Build) -> None:
    plan = build(overrides=("effect.swims=same as effect.walks",)).plan
    elements = plan.parameter("effect").elements
    assert elements[0] == elements[1] >= 0
    assert [one.name for one in plan.elements] == ["effect[walks]"]


def test_same_as_has_the_source_and_the_grade_of_the_other(build: Build, small_scenario: str) -> None:
    sources = "sources: {trial: {cite: A trial, evidence: strong}, other: {cite: Another, evidence: initial}}\n"
    scenario = small_scenario.replace("0.2 (0.1 to 0.3) [assumed]", "0.2 (0.1 to 0.3) [trial]")
    for text, grade, key in (
        ("same as effect.walks", "strong", "trial"),
        ("same as effect.walks [other]", "initial", "other"),
    ):
        inputs = build(sources, scenario=scenario, overrides=(f"effect.swims={text}",)).record.inputs
        walks, swims = (next(one for one in inputs if one.path == f"effect.{name}") for name in ("walks", "swims"))
        assert (swims.evidence, [cite.key for cite in swims.cites]) == (grade, [key])
        assert (swims.original, swims.distribution, swims.interval) == (walks, walks.distribution, walks.interval)


@pytest.mark.parametrize(
    ("override", "fits"),
    [
        ("effect.swims=same as people.walks", False),
        ("lasts.swims=same as factor", False),
        ("cost.swims=same as people.walks", False),
        ("people.swims=same as people.walks", True),
        ("take_up.swims=same as factor", True),
        ("effect.swims=same as factor", True),
    ],
)
def test_same_as_has_the_unit_of_what_it_fills(build: Build, override: str, fits: bool) -> None:
    # R16a; a plain number fills what a bare number may (R24), which is no money and no length of time.
    if fits:
        assert build(overrides=(override,))
        return
    with pytest.raises(WellbevaError, match=r"WB-C198.*of another kind"):
        build(overrides=(override,))


def test_a_variant_keeps_the_dimensions_of_the_scenario(build: Build) -> None:
    # DESIGN section 5: variants share the base scenario's assignment, new elements are appended.
    more = """
        variants:
          sure: {label: Sure, effect.walks: 0.2}
          doubtful: {label: Doubtful, factor: 1 (0.5 to 1.8)}
    """
    base = {one.name: one.dimension for one in build(more).plan.elements}
    assert base == {"effect[walks]": 0, "effect[swims]": 1}
    sure = {one.name: one.dimension for one in build(more, variant="sure").plan.elements}
    assert sure == {"effect[swims]": 1}
    doubtful = {one.name: one.dimension for one in build(more, variant="doubtful").plan.elements}
    assert doubtful == {"effect[walks]": 0, "effect[swims]": 1, "factor": 2}


def test_else_fills_what_its_neighbours_leave(build: Build) -> None:
    more = """
        values:
          running:
            by: time
            1: £500 in 2023 prices
            else: £20 in 2023 prices
    """
    values = build(more).plan.parameter("running").values
    assert values.tolist() == [[20.0, 500.0, 20.0], [20.0, 500.0, 20.0]]


def test_ranges_of_steps(build: Build) -> None:
    values = (
        build("values: {running: {by: time, 0 to 1: £7 in 2023 prices, else: £0}}\n").plan.parameter("running").values
    )
    assert values[0].tolist() == [7.0, 7.0, 0.0]


@pytest.mark.parametrize(
    ("written", "years"),
    [
        ("6 months", 0.5),
        ("26 weeks", 26 * 7 / 365.25),
        ("1461 days", 4.0),
        ("2 years", 2.0),
        ("1/2 years", 0.5),
    ],
)
def test_durations_become_years(build: Build, written: str, years: float) -> None:
    # FORMAT R8: a year is 12 months and 365.25 days, a week 7 days.
    value = build(overrides=(f"lasts.walks={written}",)).plan.parameter("lasts").values[0]
    assert value == pytest.approx(years, rel=4e-16)


def test_the_calendar_may_say_otherwise(build: Build) -> None:
    scenario = SCENARIO_WITH_OPTION_VALUE.replace(
        "appraisal: green-book-2026", "appraisal: {preset: green-book-2026, calendar: {weeks_per_year: 52}}"
    )
    assert build(scenario=scenario, overrides=("lasts.walks=13 weeks",)).plan.parameter("lasts").values[0] == 0.25


def test_prices_are_brought_to_the_appraisal_year(build: Build) -> None:
    # HM Treasury deflators, December 2025: 2019 = 81.1085, 2023 = 96.2507 (2024 = 100).
    plan = build(overrides=("cost.walks=£1,000 in 2019 prices",)).plan
    assert plan.parameter("cost").values[0, 0] == pytest.approx(1000 * 96.2507 / 81.1085, rel=4e-16)


def test_a_deflator_may_be_given(build: Build) -> None:
    scenario = SCENARIO_WITH_OPTION_VALUE.replace(
        "appraisal: green-book-2026", "appraisal: {preset: green-book-2026, prices: 2025, deflator: {2025: 104}}"
    )
    plan = build(scenario=scenario, overrides=("cost.walks=£1,000 in 2024 prices",)).plan
    assert plan.parameter("cost").values[0, 0] == pytest.approx(1040.0, rel=4e-16)


@pytest.mark.parametrize("rate", ["GBP per USD: 0.8", "USD per GBP: 1.25"])
def test_exchange_in_either_direction(build: Build, rate: str) -> None:
    scenario = SCENARIO_WITH_OPTION_VALUE.replace(
        "appraisal: green-book-2026", f"appraisal: {{preset: green-book-2026, exchange: {{{rate}}}}}"
    )
    plan = build(scenario=scenario, overrides=("cost.walks=$1,000 in 2023 prices",)).plan
    assert plan.parameter("cost").values[0, 0] == pytest.approx(800.0, rel=4e-16)


@pytest.mark.parametrize("zero", ["$0", "0 USD", "$0 in 2015 prices", "€0", "£0 in 1901 prices"])
def test_r9_zero_of_any_currency_needs_neither_rate_nor_index(build: Build, zero: str) -> None:
    values = build(overrides=(f"cost.walks={zero}", "cost.swims=£5 in 2023 prices")).plan.parameter("cost").values
    assert values[:, 0].tolist() == [0.0, 5.0]
    with pytest.raises(WellbevaError, match=r"WB-A10[123]"):
        build(overrides=(f"cost.walks={zero.replace('0', '7', 1)}",))
    # The end of a spread that is 0 lends its factor to no other end.
    with pytest.raises(WellbevaError, match=r"WB-A10[123]"):
        build(overrides=("cost.walks={uniform: {min: $0, max: $9}}",))


def test_a_value_may_stand_in_the_place_of_an_equation(build: Build) -> None:
    # FORMAT R17.
    built = build(overrides=("spent=£100 in 2023 prices",))
    assert built.plan.parameter("spent").values == pytest.approx(100.0)
    assert "spent" not in {one.name for one in built.plan.equations}
    assert "stands in the place of the equation spent" in built.record.warnings[0].message


def test_base_case_is_the_mean_unless_said_otherwise(build: Build) -> None:
    # FORMAT R7: a most likely value is not a mean; PERT (3, 9, 18) has mean (3 + 4 * 9 + 18) / 6.
    plan = build(overrides=("lasts.walks=9 months (range 3 to 18)",)).plan
    assert plan.parameter("lasts").values[0] == pytest.approx(9.5 / 12, rel=1e-15)
    said = build("values: {factor: {base: 3, lognormal: {median: 3, sdlog: 0.5}}}\n").plan
    assert float(said.parameter("factor").values) == 3.0


def test_discount_factors_step_by_year(build: Build) -> None:
    plan = build().plan
    assert plan.parameter("discount.money").values == pytest.approx([1, 1 / 1.035, 1 / 1.035**2], rel=1e-15)
    assert plan.parameter("discount.wellbeing").values == pytest.approx([1, 1 / 1.015, 1 / 1.015**2], rel=1e-15)


def test_months_take_the_factor_of_their_year(build: Build) -> None:
    scenario = SCENARIO_WITH_OPTION_VALUE.replace("{step: year, from: 0, to: 2}", "{step: month, from: 0, to: 24}")
    factors = build(scenario=scenario).plan.parameter("discount.money").values
    assert np.array_equal(factors[:12], np.ones(12))
    assert factors[12:24] == pytest.approx(np.full(12, 1 / 1.035), rel=1e-15)
    assert factors[24] == pytest.approx(1 / 1.035**2, rel=1e-15)


def test_money_for_several_payers_must_say_whose(build: Build) -> None:
    with pytest.raises(WellbevaError, match="does not say which payer"):
        build("axes: {payer: [council, nhs]}\n")


def test_wellby_value_is_the_published_one(build: Build) -> None:
    # Pro Bono Economics on Football Beyond Borders: £11,733, £15,253, £18,773 in 2023 prices.
    assert build().plan.parameter("wellby_value").values.tolist() == [11733.0, 15253.0, 18773.0]


def test_groups_carry_what_is_known_of_them(build: Build) -> None:
    more = """
        groups:
          young: {label: Young people, people: 30 people, take_up: 50%}
          old: {label: Older people, people: 70 people}
    """
    scenario = SCENARIO_WITH_OPTION_VALUE.replace("people: 100 people, ", "").replace("people: 50 people, ", "")
    plan = build(more, scenario=scenario).plan
    assert plan.parameter("people").values.tolist() == [[30.0, 70.0], [30.0, 70.0]]
    assert plan.parameter("take_up").values.tolist() == [[0.5, 1.0], [0.5, 1.0]]
    assert plan.axes["group"].words == ("Young people", "Older people")


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("people.walks=1.200 people", True),
        ("people.walks=1.200 (1.100 to 1.300)", True),
        ("people.walks={gamma: {mean: 1.200 people, sd: 30}}", True),
        ("cost.walks=£12.500 in 2023 prices", True),
        ("cost.walks=12.500 GBP", True),
        ("people.walks={gamma: {mean: 1.200 people, sd: 0.1}}", False),
        ("people.walks=1,200 people", False),
        ("effect.walks=0.200 (0.100 to 0.300)", False),
    ],
)
def test_r14a_a_point_that_groups_thousands_is_told_in_every_form(build: Build, written: str, told: bool) -> None:
    name, _, text = written.partition("=")
    for more, sets in (
        ("", {"overrides": (written,)}),
        (f"variants:\n  v: {{label: V, {name}: NEW}}\n", {"variant": "v"}),
    ):
        try:
            found = build(more.replace("NEW", text if text[0] == "{" else f"'{text}'"), **sets).record.warnings
        except WellbevaError as error:  # no gamma has a mean of 1.2 and an sd of 30
            found = error.diagnostics
        assert any(one.code == "WB-S196" for one in found) is told


def test_r235_a_path_of_the_page_covers_the_inputs_of_its_parameter(build: Build) -> None:
    """Not the model's default where the file writes more closely, and nothing that a variant or `--set` takes away."""
    page = """
    page:
      first:
        Reach: [people, take_up.walks: 40% to 65%]
        Costs: [cost.swims]
    """
    written = "    people: 100 people [assumed]\n"
    scenario = SCENARIO.replace(written, f"{written}    take_up: 60% (50% to 70%) [assumed]\n")
    first = build(page, scenario=scenario).record.first_inputs
    assert [(one.title, one.sliders) for one in first] == [
        ("Reach", {"people.walks": None, "people.swims": None, "take_up.walks": (0.4, 0.65)}),
        ("Costs", {"cost.swims": None}),
    ]
    one_number = build(page, scenario=scenario, overrides=("take_up=5%",)).record.first_inputs
    assert [*one_number[0].sliders] == ["people.walks", "people.swims"]
    build(page, scenario=scenario, overrides=("take_up.walks=as written × 1.2",))  # beyond its slider
