"""One unit in a value (R4): what shows none has the centre's, in every family and form; money below the line (R9)."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from scipy import stats

from wellbeva import api
from wellbeva.distributions.families import LONG_FORMS
from wellbeva.errors import WellbevaError
from wellbeva.plan.record import CompiledScenario
from wellbeva.scenario.values.completion import PLAIN_ARGUMENTS
from wellbeva.scenario.values.completion import RATES as RATE_ARGUMENTS

Load = Callable[..., CompiledScenario]

MODEL = """
schema: wellbeva/model/1
model: small
title: What money buys
parameters:
  lasts: {unit: year, by: option, default: 1 year, doc: how long}
  starts: {unit: share, by: option, default: 100%, doc: those who start}
  cost: {unit: money, by: option, default: £0, doc: cost}
  running: {unit: money/year, by: option, default: £0, doc: yearly cost}
  gain_each: {unit: WELLBY/money, by: option, default: 0, doc: WELLBYs of each pound}
  people_each: {unit: people/money, by: option, default: 0, doc: people for each pound}
  variance: {unit: money**2, by: option, default: 0, doc: a variance of costs}
equations:
  bought: cost * gain_each * starts in WELLBY
  reached: cost * people_each in person
  root: sqrt(variance) in money
  spent: cost + running * lasts in money
  gain_kept: gain_each in WELLBY/money
  squared: cost * cost in money**2
outcomes: [bought, reached, root, spent, gain_kept, squared]
"""
SCENARIO = """
schema: wellbeva/scenario/1
scenario: A small one
model: small
appraisal: {preset: green-book-2026, exchange: {USD per GBP: 1.25, USD per GBP in 2013: 1.6}}
comparator: nothing
choose: several
options:
  walks: {label: Walks}
"""
TO_2023 = 1.309898679223457
"""£1 of 2013 in 2023 prices, by the deflator of the preset."""


@pytest.fixture
def load(build: Callable[..., CompiledScenario]) -> Load:
    """Compile the scenario above with more lines or overrides."""

    def do(more: str = "", *overrides: str) -> CompiledScenario:
        return build(more, model=MODEL, scenario=SCENARIO, overrides=overrides)

    return do


NUMBERS = {
    "mean": 0.9, "median": 0.9, "mode": 0.9, "min": 0.3, "max": 2.4, "sd": 0.3, "se": 0.3, "scale": 0.1, "rate": 10,
    "shape": 9, "sdlog": 0.3,
}  # fmt: skip
UNITS = [
    ("lasts", "{} months", "months"),
    ("cost", "£{} in 2013 prices", "GBP[2013]"),
    ("cost", "${} in 2013 prices", "USD in 2013 prices"),
    ("cost", "${}", "USD"),
    ("running", "£{} per month in 2013 prices", "GBP per month in 2013 prices"),
    ("gain_each", "{} WELLBY per £ in 2013 prices", "WELLBY per GBP[2013]"),
    ("gain_each", "{} per $", "per $"),
]
"""Parameter, a number with all of its unit, and what `unit:` says."""
RATES = {"{} months": "{} per month", "£{} in 2013 prices": "{} per £ in 2013 prices", "${}": "{} per USD"}


def interval(family: str, centre: str) -> str:
    """Write a 95% interval that the family has with 0.9 as its mean or median."""
    laws = {
        "gamma": stats.gamma(9, scale=0.1),
        "beta": stats.gamma(9, scale=0.1),  # nearly, of months as years
        "lognormal": stats.lognorm(0.3, scale=0.9 if centre == "median" else 0.9 * math.exp(-0.045)),
    }
    law = laws.get(family.removeprefix("shifted_"), stats.norm(0.9, 0.3))
    return "ci95: [{}]".format(", ".join(f"@{end:.4f}" for end in law.ppf([0.025, 0.975])))


def templates() -> Iterator[tuple[str, int]]:
    """Give every form of a value, @ before each number in its unit, and how many of the first @ may lead."""
    for family, form in LONG_FORMS.items():
        for arguments in form.sets:
            centre = next((one for one in ("mode", "mean", "median") if one in arguments), "")
            inner = []
            for one in sorted(arguments, key=lambda one: (one != centre, one)):
                mark = "" if one in PLAIN_ARGUMENTS else "~" if one in RATE_ARGUMENTS else "@"
                inner.append(interval(family, centre) if one == "ci" else f"{one}: {mark}{NUMBERS.get(one, 3)}")
            marks = sum("@" in text or "~" in text for text in inner)
            beside = (
                "}, base: @1.1}"
                if family == "truncated_normal"
                else "}, truncate: {low: @0.45, high: @2.1}, base: @1.1}"
            )
            cut = ", low: @0.45, high: @2.1" if family == "truncated_normal" else ""
            if marks:
                yield f"{{{family}: {{{', '.join(inner)}{cut}{beside}", 1 if centre else marks
    yield "{quantiles: {5%: @0.4, 50%: @0.9, 95%: @2}, truncate: {low: @0.3, high: @9}, base: @1.1}", 3
    yield "{empirical: [@0.4, @0.9, @2], base: @1.1}", 3
    yield "{mixture: {60%: {gamma: {mean: @0.9, sd: @0.3}}, 40%: @2}, base: @1.1}", 0
    for text in ("(se @0.3)", "(sd @0.3)", "(range @0.4 to @1.7)", "(90% CI @0.4 to @1.4)"):
        yield f"{{value: @0.9 {text}, truncate: {{low: @0.3, high: @9}}, base: @1.1}}", 1


def written(template: str, unit: str, lead: int | None = None) -> str:
    """Write a value with the unit on every number, or on one alone."""
    place = iter(range(99))

    def number(found: re.Match[str]) -> str:
        like = RATES.get(unit, unit) if found[1] == "~" else unit
        return like.format(found[2]) if lead is None or next(place) == lead else found[2]

    return re.sub(r"([@~])([0-9.]+)", number, template)


def drawn(compiled: CompiledScenario) -> list[tuple[object, float]]:
    """Return what is drawn, with its base case."""
    return [(one.distribution, one.base) for one in compiled.plan.elements]


@pytest.mark.parametrize(("parameter", "unit", "key"), UNITS, ids=[unit for _, unit, _ in UNITS])
def test_r4_a_unit_at_the_centre_is_the_unit_of_every_number(
    build: Callable[..., CompiledScenario], parameter: str, unit: str, key: str
) -> None:
    """Same distribution, to the bit, however much of the unit is repeated; each way is that of an option."""
    alike: list[list[str]] = []
    for template, leads in templates():
        if ("~" in template and unit not in RATES) or ("beta" in template and parameter != "lasts"):
            continue
        if "value:" in template and "prices" in unit:
            continue  # a bracket stands behind the prices: see below
        ways = [written(template, unit), *(written(template, unit, lead) for lead in range(leads))]
        alike.append([*ways, written(template, "{}")[:-1] + f', unit: "{key}"}}'])
    every = [way for ways in alike for way in ways]
    options = "".join(f"  way_{number}: {{label: Way {number}}}\n" for number in range(len(every)))
    overrides = [f"{parameter}.way_{number}={way}" for number, way in enumerate(every)]
    found = drawn(build("", model=MODEL, scenario=SCENARIO + options, overrides=overrides))
    assert len(found) == len(every) > 60
    for ways in alike:
        this, found = found[: len(ways)], found[len(ways) :]
        assert dict(zip(ways, this, strict=True)) == dict.fromkeys(ways, this[0])


@pytest.mark.parametrize(
    ("text", "long"),
    [
        ("(se 3)", "{normal: {mean: £9 in 2013 prices, se: £3 in 2013 prices}}"),
        ("(se £3)", "{normal: {mean: £9 in 2013 prices, se: £3 in 2013 prices}}"),
        ("(4.1153 to £15.7637)", "{gamma: {mean: £9 in 2013 prices, ci95: [£4.1153, £15.7637]}}"),
        ("(range 4 to 15)", "{pert: {mode: £9 in 2013 prices, min: £4 in 2013 prices, max: 15}}"),
    ],
)
def test_r4_the_text_form_and_the_long_form_are_the_same(load: Load, text: str, long: str) -> None:
    short = load("", f"cost=£9 in 2013 prices {text}")
    assert drawn(short) == drawn(load("", f"cost={long}")) == drawn(load(f"values: {{cost: {long}}}\n"))


def test_r4_columns_of_a_table_are_completed_like_any_other_form(load: Load, tmp_path: Path) -> None:
    heads = "option,lasts.gamma.mean,lasts.gamma.sd,lasts.truncate.low,cost.uniform.min,cost.uniform.max"
    (tmp_path / "t.csv").write_text(f"{heads}\nwalks,9 months,3,2,100,£400 in 2013 prices\n", encoding="utf-8")
    lasts, cost = drawn(load("tables: [t.csv]\n"))
    assert [lasts] == drawn(load("", "lasts={gamma: {mean: 9 months, sd: 3 months}, truncate: {low: 2 months}}"))
    assert cost[0].args == pytest.approx((100 * TO_2023, 400 * TO_2023), rel=1e-14)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("override", "args", "cut"),
    [
        # Mean 9 and sd 3 months: shape (9/3)^2, scale 3^2/9 months.
        ("lasts={gamma: {mean: 9 months, sd: 3}}", (9, 1 / 12), None),
        ("lasts={normal: {mean: 9 months, sd: 3 months}, truncate: {low: 3, high: 24}}", (0.75, 0.25), (0.25, 2)),
        # Mean 1,000 and se 100, both of 2013: shape 10^2, scale £10 of 2013.
        ('cost={gamma: {mean: "£1,000 in 2013 prices", se: 100}}', (100, 10 * TO_2023), None),
        # $1,000 of 2013 at $1.60 are £625.
        ('cost={gamma: {mean: "$1,000 in 2013 prices", se: 100}}', (100, 6.25 * TO_2023), None),
        ('cost={gamma: {mean: "$1,000", se: 100}}', (100, 8), None),
        # 1 a month: a scale of one month, so 9 months on average.
        ("lasts={gamma: {shape: 9, rate: 1 per month}}", (9, 1 / 12), None),
        ("lasts={gamma: {shape: 9, rate: 1}, unit: months}", (9, 1 / 12), None),
        ("cost={gamma: {shape: 100, rate: 0.1 per £ in 2013 prices}}", (100, 10 * TO_2023), None),
        # 0.1 in a pound of 2013 of each pound's 0.01: scale 0.0001, a pound of 2023 being smaller.
        ("gain_each={gamma: {mean: 0.01 per £ in 2013 prices, sd: 0.001}}", (100, 0.0001 / TO_2023), None),
        ("gain_each={gamma: {mean: 0.01 WELLBY per $, sd: 0.001}}", (100, 0.000125), None),
    ],
)
def test_r4_by_hand(load: Load, override: str, args: tuple[float, ...], cut: tuple[float, float] | None) -> None:
    ((law, _),) = drawn(load("", override))
    assert law.args == pytest.approx(args, rel=1e-13)  # type: ignore[attr-defined]
    assert cut is None or (law.low, law.high) == pytest.approx(cut, rel=1e-15)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("override", "code", "words"),
    [
        # Nothing leads: two units are shown, and one number is bare.
        ("running={uniform: {min: £5, max: £90 per year}, truncate: {low: 1}}", "WB-V010", "different units"),
        ('cost={pert: {min: 1, mode: 2, max: "$3"}, base: £2}', "WB-V010", "different units"),
        ("cost={triangular: {min: £1, mode: £2 in 2013 prices, max: £3 in 2014 prices}}", None, ""),
        ("cost={uniform: {min: £1 in 2013 prices, max: £3 in 2014 prices}}", None, ""),
        ("cost={uniform: {min: £1 in 2013 prices, max: £3 in 2014 prices}, base: £2}", "WB-V010", "different units"),
        (
            "cost={normal: {mean: £2, sd: £1 in 2013 prices}, truncate: {high: £9 in 2014 prices}}",
            "WB-V010",
            "different",
        ),
        # % is repeated at each number.
        ("starts={normal: {mean: 60%, sd: 5}}", "WB-V010", "different units"),
        ("starts={beta: {mean: 60%, sd: 0.1}}", "WB-V010", "different units"),
        ("starts={uniform: {min: 10, max: 20%}}", "WB-V010", "different units"),
        ("starts={normal: {mean: 0.6, sd: 5%}, truncate: {low: 0%, high: 100%}}", None, ""),
        ("starts={quantiles: {5%: 0.4, 95%: 60%}}", "WB-V010", "different units"),
        ("starts={quantiles: {5%: 0.4, 95%: 0.6}, truncate: {low: 0%, high: 100%}}", None, ""),
        ("starts={value: 31 of 45, truncate: {high: 90%}, base: 0.6}", None, ""),
        # What shows its own unit is converted by itself; quantiles show one.
        ("lasts={quantiles: {5%: 4 months, 95%: 9}, truncate: {high: 2 years}}", None, ""),
        ("lasts={quantiles: {5%: 4 months, 95%: 1 year}}", "WB-V010", "different units"),
        ("cost={quantiles: {5%: £4 in 2013 prices, 95%: £5 in 2014 prices}}", "WB-V010", "different units"),
        ("lasts={gamma: {mean: 9 months, sd: £3}}", "WB-U101", "written: £3\n"),
        # A zero shows no unit.
        ("lasts={normal: {mean: 0, sd: 3}}", "WB-U101", "a duration must show its unit"),
        ("lasts={uniform: {min: 0, max: 3 months}}", None, ""),
        ("lasts={normal: {mean: 1, sd: 3}}", "WB-U101", "write it as `1 year`, `1 month` or `1 week`"),
        ("lasts={gamma: {shape: 9, rate: 1}}", "WB-U101", "a rate must show its unit"),
        ("lasts={gamma: {shape: 9, rate: 1 per £}}", "WB-U101", "money stands where"),
        ("lasts={gamma: {shape: 9, rate: 1 month}}", "WB-U101", "does not fit"),
        ("lasts={gamma: {shape: 9 months, scale: 1 month}}", "WB-S310", "'shape' of a gamma is a plain number"),
        ("lasts={lognormal: {median: 9 months, sdlog: 1 month}}", "WB-S310", "'sdlog' of a lognormal"),
        ("lasts={beta: {a: 2, b: 3}}", "WB-C070", "must show its unit"),
        ("cost=31 of 45", "WB-C070", "must show its unit"),
        ("starts=31 of 45", None, ""),
        ("running={mixture: {60%: £100 per month, 40%: £50}}", "WB-C071", "one part of the mixture shows a unit"),
        ("running={mixture: {60%: £100 per month, 40%: 0}}", None, ""),
    ],
)
def test_r4_what_contradicts_itself_is_refused(load: Load, override: str, code: str | None, words: str) -> None:
    if code is None:
        load("", override)
        return
    with pytest.raises(WellbevaError, match=re.escape(words)) as caught:
        load("", override)
    assert [one.code for one in caught.value.diagnostics if one.severity == "error"] == [code]


@pytest.mark.parametrize("cost", ["£1,000 in 2013 prices", "1,000 GBP in 2013 prices", "$1,600 in 2013 prices"])
@pytest.mark.parametrize(
    "each",
    ["0.01 per £ in 2013 prices", "0.01 WELLBY per GBP in 2013 prices", "0.01 WELLBY/£ in 2013 prices",
     "0.00625 per $ in 2013 prices"],
)  # fmt: skip
def test_r9_money_below_the_line_goes_the_other_way(load: Load, cost: str, each: str) -> None:
    """£1,000 at 0.01 WELLBYs a pound, both of 2013, buy 10, whatever the prices of the appraisal."""
    plan = load("", f"cost={cost}", f"gain_each={each}").plan
    assert plan.parameter("cost").values.tolist() == pytest.approx([1000 * TO_2023], rel=1e-14)
    assert plan.parameter("gain_each").values.tolist() == pytest.approx([0.01 / TO_2023], rel=1e-14)


def test_r9_money_to_any_power(load: Load) -> None:
    """A variance of 10,000 square pounds of 2013, and 2 people for each dollar at $1.25 a pound."""
    plan = load("", "variance=10,000 GBP*GBP in 2013 prices", "people_each=2 people per USD").plan
    assert plan.parameter("variance").values.tolist() == pytest.approx([10_000 * TO_2023**2], rel=1e-14)
    assert plan.parameter("people_each").values.tolist() == pytest.approx([2.5], rel=1e-15)


def test_r9_a_table_of_draws_and_a_column_of_units(load: Load, tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("gain_each.walks\n0.01 per £ in 2013 prices\n0.02 per £ in 2013 prices\n", "utf-8")
    (tmp_path / "t.csv").write_text("option,people_each,people_each.unit\nwalks,2,people per GBP[2013]\n", "utf-8")
    plan = load("tables: [t.csv, {file: d.csv, rows: draw}]\n").plan
    assert plan.parameter("people_each").values.tolist() == pytest.approx([2 / TO_2023], rel=1e-14)
    assert plan.joints[0].matrix[:, 0].tolist() == pytest.approx([0.01 / TO_2023, 0.02 / TO_2023], rel=1e-14)


@pytest.mark.parametrize(
    ("override", "remedy"),
    [
        ("gain_each=£0.01 in 2013 prices", "`0.01 WELLBY per GBP`"),
        ("gain_each=0.01", "`0.01 WELLBY per GBP`"),
        ("people_each=£2", "`2 person per GBP`"),
        ("variance=£100", "`100 GBP*GBP`"),
    ],
)
def test_r9_no_remedy_shows_money_on_the_wrong_side(load: Load, override: str, remedy: str) -> None:
    with pytest.raises(WellbevaError) as caught:
        load("", override)
    (error,) = [one for one in caught.value.diagnostics if one.severity == "error"]
    assert remedy in error.remedy
    assert "£" not in error.remedy
    load("", f"{override.partition('=')[0]}={remedy.strip('`')}")


def test_r9_published_lines_convert_money_by_its_power(build: Callable[..., CompiledScenario], tmp_path: Path) -> None:
    published = """
    values: {gain_each: "0.01 per £ in 2013 prices", cost: "£1,000 in 2013 prices"}
    published:
      - bought = 10 within 0.0000001
      - gain_kept.walks = 0.01 WELLBY per GBP in 2013 prices within 0.0000000001
      - gain_kept.walks = 0.00610734259595 per $ within 0.0000000001
      - squared.walks = 1,000,000 GBP*GBP in 2013 prices within 0.000001
      - squared.walks = 2,680,991.48 USD*USD within 0.01
    """
    build(published, model=MODEL, scenario=SCENARIO)
    verdicts = api.test(tmp_path / "scenario.yaml", draws=8192)
    assert [one.verdict for one in verdicts] == ["met"] * 5
    build(published + "  - gain_kept.walks = £0.01 in 2013 prices within £1\n", model=MODEL, scenario=SCENARIO)
    with pytest.raises(WellbevaError, match="money stands above the line, and in the model below the line"):
        api.check(tmp_path / "scenario.yaml")


@pytest.mark.parametrize(("each", "rests"), [("0.01 per $", True), ("0.01 per £", False)])
def test_r11_money_below_the_line_rests_on_its_rate_of_exchange(
    build: Callable[..., CompiledScenario], each: str, rests: bool
) -> None:
    more = f"sources: {{old: {{cite: An old study, status: recalled}}}}\nvalues: {{gain_each: '{each} [assumed]'}}\n"
    own = SCENARIO.replace("USD per GBP: 1.25", 'USD per GBP: "1.25 [old]"')
    assert bool(build(more, model=MODEL, scenario=own).record.provisional) is rests


@pytest.mark.parametrize(
    "value",
    [
        "{normal: {mean: £3.1 million, se: 0.1}}",
        "{normal: {mean: 3, se: £0.1m}}",
        "{uniform: {min: 1, max: £2m}}",
        "{gamma: {mean: £250k, ci95: [200, 300]}}",
        "{value: £250k (se £20k), truncate: {low: 100}}",
        "{quantiles: {5%: £100k, 50%: 250, 95%: 300}}",
        "{normal: {mean: 3.1 million, se: 0.1}, unit: GBP}",
    ],
)
def test_r4_a_bare_number_beside_millions_is_refused_in_every_form(load: Load, value: str) -> None:
    """As `£3.1 million (se 0.1)` is: whether 0.1 counts pounds or millions of them, nobody can tell."""
    with pytest.raises(WellbevaError, match=r"WB-V010.*different units"):
        load("", f"cost={value}")


def test_r4_numbers_that_each_show_a_scale_a_unit_or_nothing_to_scale_are_read(load: Load) -> None:
    cost = drawn(load("", "cost={pert: {mode: £0.5m, min: 0, max: 2 million}, base: £600k}"))[0]
    assert cost[0].args == (0, 500_000, 2_000_000)  # type: ignore[attr-defined]
    assert cost[1] == 600_000
    small = drawn(load("", "cost={normal: {mean: £1000, se: 100}, truncate: {high: £1m}}"))[0]
    assert small[0].args == (1000, 100)  # type: ignore[attr-defined]
