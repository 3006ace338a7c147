"""Values of the forms quantiles, empirical, mixture and shifted lognormal: cells, base cases (R7), units."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from wellbeva.distributions.quantile import ppf
from wellbeva.errors import WellbevaError
from wellbeva.plan.record import CompiledScenario

Build = Callable[..., CompiledScenario]


def test_quantiles_in_months_are_joined_in_years(build: Build) -> None:
    plan = build("values: {lasts: {quantiles: {5%: 3 months, 50%: 6 months, 95%: 18 months}}}\n").plan
    (element,) = [one for one in plan.elements if one.name == "lasts"]
    assert element.distribution.family == "quantiles"
    assert element.distribution.args == pytest.approx((0.05, 0.25, 0.5, 0.5, 0.95, 1.5), rel=1e-15)
    # R7: the base case is the mean; by another road, the midpoint rule on 2^17 equal slices of probability. What it
    # cuts off of either tail (4e-6 of the draws, beyond 4.5 sd) is below 1e-4 here.
    u = (np.arange(2**17) + 0.5) / 2**17
    assert element.base == pytest.approx(float(ppf(element.distribution, u).mean()), abs=1e-4)
    assert plan.parameter("lasts").values.tolist() == [element.base, element.base]


def test_observed_values_keep_their_weights(build: Build) -> None:
    plan = build("values: {lasts: {empirical: {3 months: 5, 6 months: 2, 12 months: 3}}}\n").plan
    (element,) = [one for one in plan.elements if one.name == "lasts"]
    assert element.distribution.family == "empirical"
    assert element.distribution.args == pytest.approx((0.25, 0.5, 0.5, 0.2, 1.0, 0.3), rel=1e-15)
    assert element.base == pytest.approx(0.25 * 0.5 + 0.5 * 0.2 + 1.0 * 0.3, rel=1e-15)


def test_a_mixture_takes_parts_with_and_without_spread(build: Build) -> None:
    """70% Normal(0.3, 0.25 / 1.96), 30% nothing: mean 0.21."""
    more = 'values: {factor: {mixture: {70%: "0.30 (se 0.1)", 30%: 0}}}\n'
    plan = build(more).plan
    (element,) = [one for one in plan.elements if one.name == "factor"]
    normal, nothing = element.distribution.parts
    assert (element.distribution.family, element.distribution.args) == ("mixture", (0.7, 0.3))
    assert (normal.family, normal.args) == ("normal", (0.3, 0.1))
    assert (nothing.family, nothing.args) == ("point", (0.0,))
    assert element.base == pytest.approx(0.21, rel=1e-14)


def test_the_parts_of_a_mixture_show_their_own_units(build: Build) -> None:
    more = 'values: {lasts: {mixture: {60%: "6 months (range 3 to 9)", 40%: 2 years}}}\n'
    (element,) = [one for one in build(more).plan.elements if one.name == "lasts"]
    pert, constant = element.distribution.parts
    assert pert.args == pytest.approx((0.25, 0.5, 0.75), rel=1e-15)
    assert constant.args == (2.0,)
    assert element.base == pytest.approx(0.6 * 0.5 + 0.4 * 2, rel=1e-14)
    with pytest.raises(WellbevaError, match="a duration must show its unit"):
        build("values: {lasts: {mixture: {60%: 6 months, 40%: 2}}}\n")


def test_a_mixture_within_a_mixture(build: Build) -> None:
    more = "values: {factor: {mixture: {50%: {mixture: {50%: 1, 25%: 2, 1/4: 4}}, 1/2: 8}}}\n"
    (element,) = [one for one in build(more).plan.elements if one.name == "factor"]
    # 0.5 (0.5 * 1 + 0.25 * 2 + 0.25 * 4) + 0.5 * 8 = 5
    assert element.base == pytest.approx(5.0, rel=1e-14)


def test_a_wrong_part_of_a_mixture_is_told_once(build: Build) -> None:
    with pytest.raises(WellbevaError) as caught:
        build('values: {factor: {mixture: {60%: "0.3 (0.29 to 0.9)", 40%: 0}}}\n')
    errors = [one for one in caught.value.diagnostics if one.severity == "error"]
    assert [one.code for one in errors] == ["WB-D101"]


def test_a_base_case_may_be_given_for_any_form(build: Build) -> None:
    more = "values: {factor: {quantiles: {5%: 0.5, 50%: 1, 95%: 3}, base: 1}}\n"
    assert float(build(more).plan.parameter("factor").values) == 1.0


def test_the_shifted_lognormal_keeps_three_numbers(build: Build) -> None:
    """0.182 (0.001 to 0.735), which no beta or gamma has (R6): mean and both ends, each to 1e-9."""
    built = build("values: {factor: {shifted_lognormal: {mean: 0.182, ci95: [0.001, 0.735]}}}\n")
    (element,) = [one for one in built.plan.elements if one.name == "factor"]
    assert element.distribution.family == "shifted_lognormal"
    assert element.base == pytest.approx(0.182, abs=1e-9)
    assert ppf(element.distribution, np.array([0.025, 0.975])) == pytest.approx([0.001, 0.735], abs=1e-9)
    shift, mu, sigma, sign = element.distribution.args
    assert shift + sign * math.exp(mu + sigma**2 / 2) == pytest.approx(0.182, abs=1e-9)
    (line,) = [one for one in built.record.inputs if one.path == "factor"]
    assert line.interval == (0.001, 0.735)
    assert line.fitted


def test_money_in_a_form_says_whose_it_is(build: Build) -> None:
    """R63: a sum for several payers given without `by` would be borne by each, whatever its form."""
    with pytest.raises(WellbevaError, match="does not say which payer"):
        build(
            "axes: {payer: [council, nhs]}\nvalues: {cost: {quantiles: {5%: £1, 95%: £3}}}\n",
            scenario=SCENARIO,
        )


SCENARIO = """
schema: wellbeva/scenario/1
scenario: A small one
model: small
appraisal: green-book-2026
time: {step: year, from: 0, to: 2}
comparator: nothing
choose: several
options:
  walks: {label: Walks, people: 100 people, effect: 0.2}
"""


def test_r5_a_share_with_a_standard_error_is_a_beta(build: Build) -> None:
    """Mean 0.95 and sd 0.1 by moments: a + b = 0.95 x 0.05 / 0.01 - 1 = 3.75, so a = 3.5625 and b = 0.1875."""
    for written in ("95% (se 10%)", "95% (sd 10%)"):
        (element,) = [one for one in build(f"values: {{take_up: {written}}}\n").plan.elements if one.name == "take_up"]
        assert element.distribution.family == "beta"
        assert element.distribution.args == pytest.approx((3.5625, 0.1875), rel=1e-12)
        assert element.base == pytest.approx(0.95, rel=1e-14)


@pytest.mark.parametrize(
    ("change", "value"),
    [
        ("unit: share, by: [option, group], default: 100%, bounds: [0, 3]", "120% (se 10%)"),
        ("unit: share, by: [option, group], default: 100%, spread: normal", "60% (se 10%)"),
        ("unit: ratio, by: [option, group], default: 1", "0.6 (se 0.1)"),
    ],
)
def test_r5_a_standard_error_is_normal_elsewhere(build: Build, small_model: str, change: str, value: str) -> None:
    model = small_model.replace("unit: share, by: [option, group], default: 100%", change)
    elements = build(f"values: {{take_up: {value}}}\n", model=model).plan.elements
    assert next(one.distribution.family for one in elements if one.name == "take_up") == "normal"


@pytest.mark.parametrize(
    ("value", "told"),
    [
        # P(normal > 1): z = 2 is 2.3%, z = 0.5 is 30.9%, z = 2.5 is 0.6%, z = 5 is 3e-7
        ("{normal: {mean: 0.9, sd: 0.05}}", ("warning", "2% of the draws of take_up")),
        ("{normal: {mean: 0.95, sd: 0.1}}", ("error", "31% of the draws of take_up")),
        ("{normal: {mean: 0.9, sd: 0.04}}", ("warning", "0.6% of the draws of take_up")),
        ("{normal: {mean: 0.9, sd: 0.02}}", None),
        ("{normal: {mean: 0.95, sd: 0.1}, truncate: {high: 1}}", None),
        ("{empirical: {0.5: 3, 1: 7}}", None),  # an atom at a bound is inside
        ("{empirical: {0: 7, 0.5: 3}}", None),
        ("{empirical: {0.5: 9, 1.1: 1}}", ("warning", "10% of the draws of take_up")),
    ],
)
def test_r5_draws_outside_the_bounds_are_told(build: Build, value: str, told: tuple[str, str] | None) -> None:
    try:
        found = build(f"values: {{take_up: {value}}}\n").record.warnings
    except WellbevaError as error:
        found = error.diagnostics
    said = [(one.severity, one.message) for one in found if one.code == "WB-V106"]
    assert [one[0] for one in said] == ([told[0]] if told else [])
    assert not told or told[1] in said[0][1]


def test_r5_rows_of_a_table_outside_the_bounds_are_told(build: Build, tmp_path: Path) -> None:
    (tmp_path / "draws.csv").write_text("take_up\n" + "0.5\n" * 9 + "1.2\n")
    found = build("tables: [{file: draws.csv, rows: draw}]\n").record.warnings
    assert [one.severity for one in found if one.code == "WB-V106"] == ["warning"]


def test_r67_two_equal_quantiles_are_an_atom(build: Build) -> None:
    """Half of all is 0: the lower half of the draws is 0 exactly."""
    more = "values: {factor: {quantiles: {5%: 0, 50%: 0, 95%: 2}}}\n"
    (element,) = [one for one in build(more).plan.elements if one.name == "factor"]
    assert ppf(element.distribution, [0.05, 0.2, 0.5, 0.95]).tolist() == pytest.approx([0, 0, 0, 2], abs=1e-15)
