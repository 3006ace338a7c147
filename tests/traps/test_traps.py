"""The twelve traps of wellbeing appraisal: each is shown firing, and not firing where nothing is wrong.

A check of the model has the code WB-E002 (it fails) or WB-E003 (it warns); its sentence is looked for.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.traps.trap_files import CASH, HEAD, Said, check, flows, option, trap, values
from wellbeva import api
from wellbeva.errors import WellbevaError


def test_the_plain_scenario_springs_no_trap(folder: Path) -> None:
    assert not trap(folder).found


# ---- 1 Two discount rates in one place


@pytest.mark.parametrize(
    "more",
    [
        "more: sum(cash * step * discount(money) * discount(wellbeing), over=time) in money",
        "more: spent * sum(discount(money) * step, over=time) / 1 year in money",
        "more: sum(where(t > first, gain * step * discount(wellbeing), 0) * discount(wellbeing), over=time) in WELLBY",
        "more: sum(gain * step * discount(wellbeing) ** 2, over=time) in WELLBY",
        "more: lag(more, 1) * discount(wellbeing) in ratio",
    ],
)
def test_1_a_flow_discounted_twice_is_refused(folder: Path, more: str) -> None:
    assert flows(folder, more).errors == ["WB-A111"]


@pytest.mark.parametrize(
    "more",
    [
        "more: wellbys * wellby_value - spent in money",
        "more: ratio(spent, wellbys) in money/WELLBY",
        "more: sum(gain * step / discount(wellbeing) ** -1, over=time) in WELLBY",
        "more: lag(more, 0) + sum(gain, over=option) * step * discount(wellbeing) in WELLBY",
        "more: spent * (spent / sum(cash * step * discount(money), over=time)) in money",
    ],
)
def test_1_present_values_side_by_side_are_not(folder: Path, more: str) -> None:
    assert not flows(folder, more).found


def test_1_wellbeing_at_two_rates_is_told(folder: Path) -> None:
    more = "more: sum(gain * wellby_value * step * discount(money), over=time) in money"
    assert flows(folder, more)("WB-A113", "warning", "wellbeing is discounted at the rate for money")
    # At one rate for both there is nothing to tell.
    one = (
        "appraisal: green-book-2026",
        "appraisal: {preset: green-book-2026, discount: {money: 1.5%, wellbeing: 1.5%}}",
    )
    assert not flows(folder, more, one).found


def test_1_wellbeing_at_the_rate_for_money_alone_is_told(folder: Path) -> None:
    only = ("sum(gain * step * discount(wellbeing), over=time)", "sum(gain * step * discount(money), over=time)")
    said = flows(folder, "more: spent in money", model_changes=(only,))
    assert said("WB-A113", "warning", "wellbeing is discounted at the rate for money in wellbys")
    told = next(one for one in said.found if one.code == "WB-A113")
    assert told.facts[0] == "the appraisal discounts wellbeing by the schedule health-flat"


def test_1_money_at_the_rate_for_wellbeing_is_told(folder: Path) -> None:
    more = "more: sum(cash * step * discount(wellbeing), over=time) in money"
    assert flows(folder, more)("WB-A113", "warning", "money is discounted at the rate for wellbeing")


def test_1_health_and_wellbeing_have_one_rate(folder: Path) -> None:
    more = "more: sum(discount(health), over=time) in ratio"
    two = ("appraisal: green-book-2026", "appraisal: {preset: green-book-2026, discount: {health: 3.5%}}")
    assert flows(folder, more, two)("WB-A114", "warning", "two rates")
    assert not flows(folder, more).found


def test_1_a_rate_cannot_be_written_twice(folder: Path) -> None:
    said = trap(folder, ("green-book-2026}", "green-book-2026, discount: {money: 3%, money: 3.5%}}"))
    assert said.errors


# ---- 2 A value that grows, beside a health rate


@pytest.mark.parametrize("rate", ["health-flat", "health-declining", "1.5%", "0%"])
def test_2_growth_beside_a_health_rate_is_refused(folder: Path, rate: str) -> None:
    said = trap(
        folder, ("green-book-2026}", f"green-book-2026, discount: {{wellbeing: {rate}}}}}"),
        values("wellby_growth: 2%"), model="growing_value",
    )  # fmt: skip
    assert said.errors == ["WB-A116"]


@pytest.mark.parametrize(("rate", "growth"), [("standard", "2%"), ("3.5%", "2%"), ("health-flat", "0%")])
def test_2_growth_beside_the_standard_rate_is_not(folder: Path, rate: str, growth: str) -> None:
    said = trap(
        folder, ("green-book-2026}", f"green-book-2026, discount: {{wellbeing: {rate}}}}}"),
        values(f"wellby_growth: {growth}"), model="growing_value",
    )  # fmt: skip
    assert not said.found


# ---- 3 The value and the hurdle in one ratio


def test_3_a_hurdle_among_the_levels_is_refused(folder: Path) -> None:
    levels = "wellby_value: {low: '£2,500', central: '£15,253', high: '£18,773'}"
    assert trap(folder, ("green-book-2026}", f"green-book-2026, {levels}}}")).errors == ["WB-A117"]


def test_3_a_hurdle_as_the_value_is_told(folder: Path) -> None:
    said = trap(folder, ("green-book-2026}", "green-book-2026, wellby_value: '£2,500 in 2023 prices'}"))
    assert said("WB-A118", "warning")
    said = trap(folder, ("green-book-2026}", "green-book-2026, wellby_value: '£14,000 in 2023 prices'}"))
    assert not said.found


def test_3_one_outcome_with_both_is_refused(folder: Path) -> None:
    more = "more: ratio(wellbys * wellby_value, wellbys * hurdle) in ratio"
    assert flows(folder, more).errors == ["WB-A115"]
    assert flows(folder, "more: (wellbys * hurdle - spent) in money").errors == []


def test_3_the_model_of_the_hurdle_has_no_value(folder: Path) -> None:
    said = trap(folder, model="cost_effectiveness")
    assert not said.found
    assert trap(folder, values("wellby_value: £13,000 in 2023 prices"), model="cost_effectiveness").errors


# ---- 4 Deadweight twice


@pytest.mark.parametrize(
    ("model", "lines"),
    [
        ("wellbeing_trajectory", ("controlled: true", "deadweight: 20%")),
        ("wellbeing_trajectory", ("participation_deadweight: 10%", "deadweight: 20%")),
        ("additionality", ("reference: 30%", "deadweight: 20%")),
        ("additionality", ("reference: 30%", "participation_deadweight: 20%")),
        ("additionality", ("reference: 30%", "controlled: true")),
    ],
)
def test_4_deadweight_twice_is_refused(folder: Path, model: str, lines: tuple[str, ...]) -> None:
    said = trap(folder, *map(option, lines), *_study_for(lines), model=model)
    assert said("WB-E002", "error", "twice")


@pytest.mark.parametrize(
    ("model", "lines"),
    [
        ("wellbeing_trajectory", ("deadweight: 20%",)),
        ("wellbeing_trajectory", ("controlled: true", "participation_deadweight: 20%")),
        ("additionality", ("reference: 30%", "leakage: 10%")),
    ],
)
def test_4_deadweight_once_is_not(folder: Path, model: str, lines: tuple[str, ...]) -> None:
    assert not trap(folder, *map(option, lines), *_study_for(lines), model=model).found


BEFORE_AND_AFTER = ("design: randomised trial,", "design: before and after,")


def _study_for(lines: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Give the effect a study of which the lines may take deadweight off."""
    return () if "controlled: true" in lines else (BEFORE_AND_AFTER,)


@pytest.mark.parametrize("kind", ["before and after", "before and after; 548 people"])
def test_4_before_and_after_is_not_controlled(folder: Path, kind: str) -> None:
    study = ("design: randomised trial,", f"design: {kind},")
    assert trap(folder, study, option("controlled: true")).errors == ["WB-A151"]
    assert trap(folder, option("controlled: true")).found == ()
    # Prose decides nothing, and a link in a survey may be adjusted for much.
    for other in ("survey link; before and after", "matched comparison, before and after"):
        study = ("design: randomised trial,", f'design: "{other}",')
        assert not trap(folder, study, option("controlled: true")).found


def test_4_before_and_after_asks_for_deadweight(folder: Path) -> None:
    said = trap(folder, BEFORE_AND_AFTER)
    assert said("WB-A152", "warning", "effect.offer")
    assert not said.errors
    for line in ("deadweight: 40%", "deadweight: 0%"):
        assert not trap(folder, BEFORE_AND_AFTER, option(line)).found
    assert not trap(folder, BEFORE_AND_AFTER, option("reference: 30%"), model="additionality").found


@pytest.mark.parametrize("kind", ["trial", "randomised trial", "natural experiment", "matched comparison"])
def test_4_a_study_with_a_comparison_group_has_no_deadweight(folder: Path, kind: str) -> None:
    study = ("design: randomised trial,", f"design: {kind},")
    assert trap(folder, study, option("deadweight: 20%")).errors == ["WB-A153"]
    assert trap(folder, study, option("reference: 20%"), model="additionality").errors == ["WB-A153"]
    for line in ("deadweight: 0%", "participation_deadweight: 20%"):
        assert not trap(folder, study, option(line)).found
    # Who took one arm of it alone says so.
    assert not trap(folder, study, option("deadweight: 20%"), option("controlled: false")).found


TWIN = ("axes:\n", "  twin: {label: Twin, people: same as people.offer, effect: same as effect.offer, MORE}\naxes:\n")


def twin(more: str) -> tuple[str, str]:
    """Add an option whose numbers are those of the other."""
    return TWIN[0], TWIN[1].replace("MORE", more)


@pytest.mark.parametrize(
    ("study", "more", "code"),
    [
        ("before and after", "hold: same as hold.offer, controlled: true", "WB-A151"),
        ("before and after", "hold: same as hold.offer", "WB-A152"),
        ("trial", "hold: same as hold.offer, deadweight: 20%", "WB-A153"),
    ],
)
def test_r16a_what_is_the_same_as_another_has_its_study(folder: Path, study: str, more: str, code: str) -> None:
    kind = ("design: randomised trial, covers: all", f"design: {study}")
    said = trap(folder, kind, twin(more))
    assert any(one.code == code and "effect.twin" in one.message for one in said.found)
    # A source of its own is another study.
    own = twin(more)[1].replace("same as effect.offer", '"same as effect.offer [areas]"')
    assert not any(
        one.code == code and "effect.twin" in one.message for one in trap(folder, kind, (TWIN[0], own)).found
    )


def test_r16a_what_is_the_same_as_another_is_told_once(folder: Path) -> None:
    said = trap(folder, ("0.3 [trial]", '"0.3 (sd 2) [trial]"'), twin("hold: same as hold.offer"))
    assert [one.message.split()[0] for one in said.found if one.code == "WB-A158"] == ["effect.offer"]


def test_r16a_a_length_has_the_source_of_the_one_that_it_is_the_same_as(folder: Path) -> None:
    year = ("hold: 9 months [trial]", "hold: 1 year [trial]")
    assert not trap(folder, year, twin("hold: same as hold.offer"))("WB-A120", "warning")
    said = trap(folder, ("hold: 9 months [trial]", "hold: 1 year"), twin("hold: same as hold.offer"))
    assert said("WB-A120", "warning", "taken to last 1 year")


# ---- Discounting by hand

RATE = (CASH, f"{CASH}  rate: {{unit: share, default: 3.5%, doc: yearly rate}}\n")


@pytest.mark.parametrize(
    "more",
    [
        "sum(cash * step / (1 + rate) ** (t / 1 year), over=time) in money",
        "sum(cash * step * (1 + rate) ** (-t / 1 year), over=time) in money",
        "sum(cash * step * (1 + 3.5%) ** -(t / 1 year), over=time) in money",
        "sum(cash * step / 1.035 ** floor(t / 1 year), over=time) in money",
        "sum(cash * step * (1 / (1 + rate)) ** (t / 1 year), over=time) in money",
        "sum(cash * step * exp(-rate * t / 1 year), over=time) in money",
        "sum(cash * step / exp(rate * t / 1 year), over=time) in money",
        "sum(cash * step / compound, over=time) in money",
    ],
)
def test_a_factor_written_by_hand_is_told_beside_discount(folder: Path, more: str) -> None:
    said = flows(folder, f"more: {more}\n  compound: (1 + rate) ** (t / 1 year)", model_changes=(RATE,))
    assert said("WB-A156", "warning", "by hand")
    assert not said.errors
    assert said.found[0].span is not None


@pytest.mark.parametrize(
    "more",
    [
        "sum(cash * step * (1 + rate) ** (t / 1 year), over=time) in money",  # what grows
        "sum(cash * step * 0.8 ** (t / 1 year), over=time) in money",  # what is kept
        "sum(cash * step * (1 - rate) ** (t / 1 year), over=time) in money",
        "sum(cash * step * exp(-0.3 * t / 1 year), over=time) in money",  # what fades
        "sum(cash * step / (1 + rate) ** 2, over=time) in money",
        "sum(cash * step / 1.5 ** (t / 1 year), over=time) in money",
    ],
)
def test_growth_and_decay_are_no_discounting(folder: Path, more: str) -> None:
    assert not flows(folder, f"more: {more}", model_changes=(RATE,))("WB-A156", "warning")


def test_an_analysis_that_does_without_discount_has_its_own_factor(folder: Path) -> None:
    flows(folder, "more: sum(cash * step / (1 + rate) ** (t / 1 year), over=time) in money", model_changes=(RATE,))
    model = folder / "models" / "flows.yaml"
    model.write_text(re.sub(r" [*] discount\(\w+\)", "", model.read_text("utf-8")), "utf-8")
    assert not check(folder / "trap.yaml")("WB-A156", "warning")


# ---- Members of a household


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (("household_share: 20%",), "household_size"),
        (("household_size: 1.4",), "household_share"),
        (("household_share: 20%", "household_size: 2.4"), "included"),
        (("household_share: 20%", "household_size: 1.4", "places_for: bystander", "gain_of: bystander"), "twice"),
    ],
)
def test_members_of_a_household_are_counted_once(folder: Path, lines: tuple[str, ...], words: str) -> None:
    said = trap(folder, *map(option, lines))
    assert said("WB-E003", "warning", words)
    assert not said.errors


def test_more_members_than_the_group_has_are_told(folder: Path) -> None:
    household = [option(line) for line in ("household_share: 20%", "household_size: 1.4")]
    assert trap(folder, *household, values("population: 200 people"))("WB-E003", "warning", "more than the group has")
    assert not trap(folder, *household, values("population: 240 people")).found
    assert not trap(folder, *household, values("population: 200 people\n  count_household: false")).found


def test_a_household_in_some_groups_only_is_not_told(folder: Path) -> None:
    groups = ("axes:\n", "groups: {alone: Alone, family: With a family}\naxes:\n")
    lines = ("household_share: 20%", "household_size: {by: group, alone: 0, family: 2}")
    assert not trap(folder, groups, *map(option, lines)).found


# ---- 5 A volunteer's gain sold as the recipient's


@pytest.mark.parametrize("lines", [("gain_of: volunteer",), ("places_for: volunteer",), ("gain_of: bystander",)])
def test_5_another_s_gain_is_refused(folder: Path, lines: tuple[str, ...]) -> None:
    said = trap(folder, *map(option, lines))
    assert said.errors == ["WB-A125"]
    assert said.found[0].span is not None
    assert said.found[0].span.file.endswith("trap.yaml")


def test_5_a_volunteer_s_gain_of_volunteers_is_not(folder: Path) -> None:
    assert not trap(folder, option("gain_of: volunteer"), option("places_for: volunteer")).found


WHOSE = """schema: wellbeva/model/1
model: whose
title: Whose gain
parameters:
  effect: {{unit: LS, by: option}}
  years: {{unit: year, by: option}}
  people: {{unit: person, by: option}}
  price: {{unit: money, by: option}}
  gain_of: {gain_of}
  places_for: {places_for}
equations: {{wellbys: people * effect * years in WELLBY, cost: price in money}}
decision: {{effect: wellbys, cost: cost}}
"""
YOUNG = "{by: group, young: volunteer, old: participant}"
WHO = "choice: [participant, volunteer], default: participant"


@pytest.mark.parametrize(
    ("gain_of", "places_for", "given", "faults"),
    [
        (f"{{{WHO}, by: [group, option]}}", f"{{{WHO}}}", YOUNG, ["of a"]),
        (
            f"{{{WHO}, by: group}}",
            f"{{{WHO}, by: option}}",
            YOUNG,
            ["of a"],
        ),
        (f"{{{WHO}, by: [option, group]}}", f"{{{WHO}, by: group}}", "participant", []),
        (f"{{{WHO}}}", f"{{{WHO}}}", "volunteer", [""]),
        (f"{{{WHO}}}", "{choice: [volunteer, participant], default: volunteer}", "volunteer", []),
        ("{unit: LS, default: 0}", f"{{{WHO}}}", "2", []),
    ],
)
def test_5_another_s_gain_is_told_along_any_axes(
    tmp_path: Path, gain_of: str, places_for: str, given: str, faults: list[str]
) -> None:
    (tmp_path / "whose.yaml").write_text(WHOSE.format(gain_of=gain_of, places_for=places_for))
    (tmp_path / "s.yaml").write_text(
        "schema: wellbeva/scenario/1\nscenario: S\nmodel: whose\nappraisal: green-book-2026\n"
        "time: {step: year, from: 0, to: 0}\ncomparator: nothing\nchoose: several\n"
        "groups: {young: Young, old: Old}\n"
        'options: {a: {people: 1 person, effect: 0.1, years: 1 year, price: "£1 in 2023 prices"}}\n'
        f"values: {{gain_of: {given}}}\n"
    )
    try:
        api.check(tmp_path / "s.yaml")
        found = []
    except WellbevaError as error:
        found = [one for one in error.diagnostics if one.severity == "error"]
    assert [one.message.partition(" was measured")[0] for one in found] == [f"the gain {of}".rstrip() for of in faults]
    assert all(one.code == "WB-A125" and one.span is not None for one in found)


def test_5_a_study_of_volunteers_asks_whose_gain_it_is(folder: Path) -> None:
    study = ("design: randomised trial,", "design: natural experiment, compares: volunteers,")
    said = trap(folder, study)
    assert said("WB-A124", "warning", "effect.offer")
    assert not said.errors
    assert trap(folder, study, option("gain_of: volunteer")).errors == ["WB-A125"]
    assert not trap(folder, study, option("gain_of: volunteer"), option("places_for: volunteer")).found


def test_5_the_source_of_all_numbers_is_looked_at(folder: Path) -> None:
    study = ("design: randomised trial,", "design: survey link, compares: volunteers,")
    assert trap(folder, study, ("0.3 [trial]", "0.3"))("WB-A124", "warning", "effect.offer")


def test_5_the_demonstration_declares_the_volunteers() -> None:
    codes = [one.code for one in api.check(Path(__file__).parents[2] / "scenarios" / "uk-community-offers.yaml")]
    assert "WB-A124" not in codes


# ---- 6 An effect at one point taken to last a year


@pytest.mark.parametrize("hold", ["1 year [assumed]", "12 months [assumed]", "2 years [assumed]"])
def test_6_a_year_out_of_nowhere_is_told(folder: Path, hold: str) -> None:
    assert trap(folder, ("9 months [trial]", hold))("WB-A120", "warning")


@pytest.mark.parametrize("hold", ["1 year [trial]", "6 months [assumed]", "14 months (range 6 to 24) [assumed]"])
def test_6_a_length_with_a_source_or_a_range_is_not(folder: Path, hold: str) -> None:
    assert not trap(folder, ("9 months [trial]", hold))("WB-A120", "warning")


def test_6_a_source_of_all_numbers_says_nothing_of_the_length(folder: Path) -> None:
    assert trap(folder, ("9 months [trial]", "1 year"))("WB-A120", "warning", "1 year, and no study")


def test_6_a_source_that_only_assumes_is_named(folder: Path) -> None:
    guess = ("covers: all}", "covers: all}\n  guess: {cite: G, evidence: assumed}")
    said = trap(folder, ("9 months [trial]", "1 year [guess]"), guess)
    told = next(one for one in said.found if one.code == "WB-A120")
    assert "names guess" in told.facts[1]
    assert "without a source" not in told.facts[1]


def test_6_years_of_the_smallest_model_are_asked_for(folder: Path) -> None:
    path = folder / "trap.yaml"
    text = (
        "schema: wellbeva/scenario/1\nscenario: Small\nmodel: cost_per_wellby\nappraisal: green-book-2026\n"
        "comparator: nothing\nchoose: several\noptions:\n"
        "  a: {label: A, people: 10 people, effect: 0.5, cost_each: £100 in 2023 prices}\n"
        "  b: {label: B, people: 10 people, effect: 0.5, cost_each: £100 in 2023 prices}\n"
        "sources:\n  trial: {cite: A trial, evidence: strong, covers: all}\n"
    )
    path.write_text(text, encoding="utf-8")
    said = check(path)
    assert [one.code for one in said.found] == ["WB-A120"]
    assert "the model's own" in said.found[0].facts[1]
    path.write_text(text.replace("effect: 0.5,", "effect: 0.5, years: 2 years,"), encoding="utf-8")
    said = check(path)
    # One message for both options.
    assert [one.code for one in said.found] == ["WB-A120"]
    assert "years.b" in said.found[0].facts[2]
    path.write_text(text.replace("effect: 0.5,", 'effect: 0.5, years: "2 years [trial]",'), encoding="utf-8")
    assert not check(path).found


# ---- 7 Life satisfaction counted again as earnings, QALYs or crime

OTHERS = {
    "earnings": "earnings: £1,000 in 2023 prices",
    "health": "health_gain: 0.1",
    "crime": "crime_saving: £50 in 2023 prices",
}
LOSSES = {
    "earnings": "earnings: -£1,000 in 2023 prices",
    "health": "health_gain: -0.1",
    "crime": "crime_saving: -£50 in 2023 prices",
}


@pytest.mark.parametrize("sign", [OTHERS, LOSSES], ids=["gain", "loss"])
@pytest.mark.parametrize("kind", OTHERS)
@pytest.mark.parametrize(
    ("declared", "code", "severity"),
    [("within", "WB-E002", "error"), ("unknown", "WB-E003", "warning"), ("apart", "", "")],
)
def test_7_counted_again(
    folder: Path, sign: dict[str, str], kind: str, declared: str, code: str, severity: str
) -> None:
    said = trap(
        folder, option(sign[kind]), option("others_time: 1 year"), option(f"effect_and_{kind}: {declared}"),
        values("qaly_value: £70,000 in 2023 prices"), model="other_benefits",
    )  # fmt: skip
    if code:
        assert said(code, severity, "count")
    else:
        assert not said.found


@pytest.mark.parametrize("sign", [OTHERS, LOSSES], ids=["gain", "loss"])
@pytest.mark.parametrize("kind", OTHERS)
def test_7_a_gain_or_loss_that_lasts_no_time_is_refused(folder: Path, sign: dict[str, str], kind: str) -> None:
    said = trap(
        folder, option(sign[kind]), option(f"effect_and_{kind}: apart"),
        values("qaly_value: £70,000 in 2023 prices"), model="other_benefits",
    )  # fmt: skip
    assert said("WB-E002", "error", "Say how long")


@pytest.mark.parametrize("amount", ["0.1", "-0.1"])
def test_7_qalys_without_a_value_are_refused(folder: Path, amount: str) -> None:
    said = trap(
        folder, option(f"health_gain: {amount}"), option("others_time: 1 year"), option("effect_and_health: apart"),
        model="other_benefits",
    )  # fmt: skip
    assert said("WB-E002", "error", "QALYs are counted")


@pytest.mark.parametrize("amount", ["£1,000", "-£1,000"])
def test_7_earnings_are_not_weighted_without_an_income(folder: Path, amount: str) -> None:
    said = trap(
        folder, option(f"earnings: {amount} in 2023 prices"), option("others_time: 1 year"),
        option("effect_and_earnings: apart"), model="welfare_weights",
    )  # fmt: skip
    assert said("WB-E002", "error", "needs the income of the group")


# ---- 8 Two ways to convert a scale


def scale(folder: Path, *lines: str) -> Said:
    (folder / "models" / "scales.yaml").write_text(
        "schema: wellbeva/model/1\nmodel: scales\nunits: {mark: one point of the survey's own scale}\nparameters:\n"
        "  slope: {unit: mark, by: option, doc: difference}\n"
        "  first_scale: {unit: LS/mark, doc: conversion}\n"
        "  second_scale: {unit: LS/mark, default: 1, doc: conversion}\n"
        "equations:\n  gain: slope * first_scale * second_scale / second_scale in LS\noutcomes: [gain]\n",
        encoding="utf-8",
    )
    path = folder / "trap.yaml"
    path.write_text(
        "schema: wellbeva/scenario/1\nscenario: Scales\nmodel: scales\nappraisal: green-book-2026\n"
        "comparator: nothing\nchoose: one\noptions:\n  offer: {label: Offer, slope: 0.1}\nvalues:\n"
        + "".join(f"  {line}\n" for line in lines)
        + "sources:\n  hmt2021: {cite: Guidance, evidence: strong}\n  panel: {cite: Panel, evidence: initial}\n",
        encoding="utf-8",
    )
    return check(path)


def test_8_both_ways_in_one_run_are_refused(folder: Path) -> None:
    said = scale(folder, "first_scale: 11/7 [hmt2021]", "second_scale: 10/6 [panel]")
    assert said.errors == ["WB-A122"]


def test_8_a_way_without_a_name_is_told(folder: Path) -> None:
    assert scale(folder, "first_scale: 10/6 [assumed]")("WB-A123", "warning", "10/6")
    assert scale(folder, "first_scale: 11/7")("WB-A123", "warning", "11/7")
    assert not scale(folder, "first_scale: 11/7 [hmt2021]")("WB-A123", "warning")
    assert not scale(folder, "first_scale: {value: 10/6, source: assumed, note: as State of Life does}")(
        "WB-A123", "warning"
    )


# ---- 10 Costs of one price year against a value of another


def test_10_money_of_two_years_meets_in_one(folder: Path) -> None:
    """A sum is brought to the price year, so the years cannot mix; a model that names a year of its own is refused."""
    text = HEAD.replace("MODEL", "wellbeing_trajectory").lstrip()
    path = folder / "trap.yaml"
    path.write_text(text.replace("£10,000 in 2023", "£10,000 in 2019"), encoding="utf-8")
    amount = next(one for one in api.load(path).record.inputs if one.parameter == "cost_once" and one.layer == "option")
    assert amount.base == pytest.approx(10_000 * 96.2507 / 81.1085, rel=1e-12)
    more = "more: spent + 0 * spent in GBP[2019]"
    assert flows(folder, more).errors


def test_10_a_value_of_another_year_is_told(folder: Path) -> None:
    said = trap(folder, ("green-book-2026}", "green-book-2026, wellby_value: '£13,000'}"))
    assert said("WB-A119", "warning", "2019 prices, and money is in 2023 prices")
    said = trap(folder, ("green-book-2026}", "green-book-2026, wellby_value: '£13,000 in 2019 prices'}"))
    assert said("WB-A119", "warning", "by the deflator alone")
    said = trap(folder, ("green-book-2026}", "green-book-2026, prices: 2019, wellby_value: '£13,000'}"))
    assert not said("WB-A119", "warning")


# ---- 11 A standard error read from an asymmetric interval


def test_11_an_asymmetric_interval_is_no_normal(folder: Path) -> None:
    """Healthy Minds, 0.182 (0.001 to 0.735): R6."""
    assert trap(folder, ("0.3 [trial]", "0.182 (0.001 to 0.735) [trial]"))("WB-D101", "error")
    assert not trap(folder, ("0.3 [trial]", "0.2092 (0.067 to 0.3514) [trial]")).found


# ---- 12 Mean of ratios


def test_12_a_mean_of_ratios_is_told(folder: Path) -> None:
    uncertain = ('gain: 10, cash: "£100 in 2023 prices"', 'gain: 10 (se 2), cash: "£100 in 2023 prices (£80 to £120)"')
    assert flows(folder, "more: spent / wellbys in money/WELLBY", uncertain)("WB-C048", "warning")
    assert not flows(folder, "more: ratio(spent, wellbys) in money/WELLBY", uncertain)("WB-C048", "warning")
