"""Mistakes of wellbeing appraisals that are possible though every number is right: one function for each rule."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from wellbeva.compiler.checks.discounting import (
    fail_if_a_flow_is_discounted_twice,
    fail_if_two_values_of_a_wellby_meet,
    read_flows,
    warn_if_a_discount_factor_is_written_by_hand,
    warn_if_a_kind_has_two_rates,
    warn_if_life_has_two_rates,
)
from wellbeva.compiler.checks.measures import check_the_measures
from wellbeva.compiler.checks.study_design import check_the_studies, effects, option_of, options_of_lives_saved, paths
from wellbeva.compiler.checks.unchecked_plan import UncheckedPlan
from wellbeva.compiler.checks.wellby_value import (
    fail_if_a_hurdle_stands_among_values,
    fail_if_a_hurdle_weighs_the_decision,
    fail_if_a_value_is_below_zero,
    fail_if_the_value_grows_beside_a_health_rate,
    read_worths,
    warn_if_a_hurdle_stands_for_the_value,
    warn_if_a_qaly_stands_for_the_value,
    warn_if_a_value_stands_for_the_hurdle,
    warn_if_an_income_is_of_another_year,
    warn_if_the_value_of_a_wellby_is_of_another_year,
    warn_if_wellbeing_has_another_rate_than_its_value,
)
from wellbeva.distributions.moments import mean, sd
from wellbeva.distributions.quantile import bounds, cdf, ppf
from wellbeva.language import ir
from wellbeva.language.traversal import operands
from wellbeva.plan.record import Input

OF_PEOPLE = {"LS": 1.0, "SD": 0.5}
"""Spreads from which on they are those of people's scores: 1.6 to 2.1 points, of changes in them not much below."""
FEW_BELOW = 0.001
"""Share of draws of a cost that may be below zero."""
CONVERSIONS = {(11, 7): "11/7", (5, 3): "10/6"}
"""By numerator and denominator: fractions compare slowly, and every number is looked at."""


def look_for_traps(plan: UncheckedPlan) -> None:
    """Run every rule on appraisals: of discounting, of the value of a WELLBY, of costs, gains and studies."""
    reading = read_flows(plan)
    fail_if_a_flow_is_discounted_twice(plan, reading)
    warn_if_a_kind_has_two_rates(plan, reading)
    warn_if_life_has_two_rates(plan, reading)
    warn_if_a_discount_factor_is_written_by_hand(plan)
    fail_if_two_values_of_a_wellby_meet(plan)
    fail_if_the_value_grows_beside_a_health_rate(plan)
    worths = read_worths(plan)
    fail_if_a_value_is_below_zero(plan, worths)
    fail_if_a_hurdle_weighs_the_decision(plan)
    fail_if_a_hurdle_stands_among_values(plan, worths)
    warn_if_a_hurdle_stands_for_the_value(plan, worths)
    warn_if_a_qaly_stands_for_the_value(plan, worths)
    warn_if_a_value_stands_for_the_hurdle(plan, worths)
    warn_if_wellbeing_has_another_rate_than_its_value(plan, worths)
    warn_if_the_value_of_a_wellby_is_of_another_year(plan, worths)
    warn_if_an_income_is_of_another_year(plan)
    warn_if_a_gain_lasts_a_year_unasked(plan)
    costs = _costs(plan)
    warn_if_a_cost_is_below_zero(plan, costs)
    warn_if_draws_of_a_cost_are_below_zero(plan, costs, _behind_the_cost(plan))
    gains = effects(plan)
    warn_if_a_gain_has_the_spread_of_people(plan, gains)
    check_the_studies(plan, gains)
    check_the_measures(plan)
    conversions = _conversions(plan.inputs)
    fail_if_scales_are_converted_in_two_ways(plan, conversions)
    warn_if_a_conversion_of_scales_is_not_named(plan, conversions)


def warn_if_a_gain_lasts_a_year_unasked(plan: UncheckedPlan) -> None:
    """Warn of a gain that is taken to last a year or longer, where no study says so.

    A length of time [year] is judged where it is certain and its base case is a year or more.

    An effect measured at one point says nothing of how long it lasts; a full year is the commonest guess. A source that
    covers all numbers says it of none: the length must name a source of its own. Years left to somebody whose life is
    saved are another matter.
    """
    saved = options_of_lives_saved(plan.scenario, plan.inputs)
    found: dict[tuple[str, str], list[Input]] = {}
    for given_input in plan.inputs:
        if (
            "gain_lasts" not in given_input.roles
            or given_input.distribution is not None
            or given_input.unit.strip() != "year"
        ):
            continue
        why = _why_unasked(given_input)
        if why and given_input.base >= 1 and option_of(given_input) not in saved:
            found.setdefault((given_input.parameter, why), []).append(given_input)
    for (_, why), (one, *others) in found.items():
        more = paths(others)
        plan.collector.warn(
            "WB-A120",
            f"the gain is taken to last {one.original.value.body}, and no study says so",
            (plan.scenario.spans.get("model") if one.layer == "default" else None) or plan.place_of(one),
            facts=(f"{one.path}: {one.doc}", f"a certain length, {why}", *((f"and so are {more}",) if more else ())),
            remedy="cite how long the gain was followed, or write a range such as `12 months (range 3 to 18)`",
        )


def _why_unasked(one: Input) -> str:
    cited = [cite.key for cite in one.cites if cite.key != "assumed"]
    if one.layer == "default":
        return "the model's own where the scenario gives none"
    if not cited:
        return "without a source of its own"
    return f"graded assumed though it names {' and '.join(cited)}" if one.evidence == "assumed" else ""


def warn_if_a_cost_is_below_zero(plan: UncheckedPlan, costs: Iterable[Input]) -> None:
    """Warn of a cost below zero in the base case: it is a saving, and belongs among the benefits.

    Taken off the costs it leaves the net benefit right and every ratio to cost wrong.

    Parameters
    ----------
    plan : UncheckedPlan
    costs : iterable of Input
        Those in money that say what is paid, without net costs.
    """
    saving = next((name for name in plan.model.roles.get("saving", ()) if name in plan.model.parameters), "")
    for ones in _by_parameter(cost for cost in costs if cost.base < 0):
        plan.collector.warn(
            "WB-A157",
            f"a cost is below zero: {paths(ones)}",
            plan.place_of(ones[0]),
            facts=(f"written: {ones[0].written}", "ratios to cost (bcr, return) take a saving for less money spent"),
            remedy=f"write what is saved under `{saving}`, above zero"
            if saving
            else "give what is paid; what is saved is a benefit, and needs a parameter of its own in the model",
        )


def warn_if_draws_of_a_cost_are_below_zero(
    plan: UncheckedPlan, costs: Sequence[Input], behind: Iterable[Input]
) -> None:
    """Warn of a cost that is drawn below zero, as a wide normal may be; a bound in the model would tell it (R5).

    So does a draw below zero of hours, or people, that a cost is multiplied by.

    Parameters
    ----------
    plan : UncheckedPlan
    costs : sequence of Input
        Those in money that say what is paid; a base case below zero is left to the rule above.
    behind : iterable of Input
        Other numbers that the cost is worked out from, and that would make it smaller below zero.
    """
    bounded = {parameter.name for parameter in plan.model.parameters.values() if parameter.bounds[0] is not None}
    paid = {cost.path for cost in costs}
    below = {
        cost.original.path: (cost.original, float(cdf(cost.distribution, 0.0)))
        for cost in (*costs, *behind)
        if cost.distribution is not None
        and cost.base >= 0
        and cost.parameter not in bounded
        and bounds(cost.distribution)[0] < 0
    }
    for ones in _by_parameter(one for one, share in below.values() if share >= FEW_BELOW):
        one, share = ones[0], max(below[one.path][1] for one in ones)
        assert one.distribution is not None
        before, after = (mean(each) for each in (one.distribution, replace(one.distribution, low=0.0)))
        moved = " to ".join(f"{x:,.0f}" if x >= 100 else f"{x:.3g}" for x in (before, after))
        family = "`beta`" if one.unit == "share" else "`gamma` or `lognormal`"
        plan.collector.warn(
            "WB-A170",
            f"a {'cost' if one.path in paid else 'number that a cost is worked out from'} is drawn below zero in "
            f"{_frequency(share)} draws: {paths(ones)}",
            plan.place_of(one),
            facts=(f"written: {one.written}", f"drawn as {one.fitted}"),
            remedy=f"give a {family} with the same mean and sd, which stays above zero; or cut it in the open with "
            f"`truncate: {{low: 0}}`, which moves its mean from {moved}",
        )


def _behind_the_cost(plan: UncheckedPlan) -> list[Input]:
    """Return the numbers, costs aside, that would make the decision's cost negative: its terms and their factors."""
    found: set[str] = set()
    waiting: list[ir.Node] = [] if plan.decision is None else [plan.decision.spent]
    while waiting:
        node = waiting.pop()
        match node:
            case ir.Ref(name=name) if name not in found:
                found.add(name)
                waiting += [plan.equations[name].expression] if name in plan.equations else []
            case ir.Binary(op="sub" | "pow", left=left):
                waiting.append(left)  # what is taken off, or an exponent, makes it no smaller
            case ir.Select(yes=yes, no=no):
                waiting += [yes, no]
            case ir.PickBy(x=x) | ir.Interp(x=x):
                waiting.append(x)
            case ir.Binary() | ir.Pick() | ir.Reduce() | ir.Scan() | ir.Lag() | ir.Contract():
                waiting += operands(node)
            case ir.Call(function="min" | "floor" | "ceil" | "round"):
                waiting += operands(node)
    # A net cost may be below zero.
    found -= {parameter.name for parameter in plan.parameters if parameter.unit.is_money}
    return [given_input for given_input in plan.inputs if given_input.parameter in found]


def _frequency(share: float) -> str:
    return f"{share * 100:.0f} of 100" if share >= 0.01 else f"{share * 1000:.0f} of 1,000"


def _costs(plan: UncheckedPlan) -> list[Input]:
    """Return the numbers that say what is paid; a net cost may be below zero."""
    money = {parameter.name for parameter in plan.parameters if parameter.unit.is_money}
    return [
        given_input for given_input in plan.inputs if "cost" in given_input.roles and given_input.parameter in money
    ]


def _by_parameter(inputs: Iterable[Input]) -> Iterable[list[Input]]:
    found: dict[str, list[Input]] = {}
    for given_input in inputs:
        found.setdefault(given_input.parameter, []).append(given_input)
    return found.values()


def warn_if_a_gain_has_the_spread_of_people(plan: UncheckedPlan, gains: Mapping[str, list[Input]]) -> None:
    """Warn of a standard deviation between people in the place of the standard error of their mean.

    People's scores differ by some two points; the error of their mean is that over the root of their number. A gain is
    told where its spread is that of people (`OF_PEOPLE`) and it is below zero, or above it, in a quarter of the draws.

    Parameters
    ----------
    plan : UncheckedPlan
    gains : mapping of str to list of Input
        By source, as from `study_design.effects`; in points of life satisfaction [LS] or in standard deviations [SD].
    """
    originals = (one.original for ones in gains.values() for one in ones)
    for one in {gain.path: gain for gain in originals}.values():
        if one.distribution is None:
            continue
        # A truncation hides the draws below zero; the spread is still that of people.
        whole = replace(one.distribution, low=-math.inf, high=math.inf)
        unit, spread = one.unit.strip(), sd(whole)
        if spread < OF_PEOPLE.get(unit, math.inf) or not ppf(whole, 0.25) < 0 < ppf(whole, 0.75):
            continue
        below = f"below zero in {float(cdf(whole, 0.0)) * 100:.0f} of 100 draws"
        cut = whole != one.distribution
        plan.collector.warn(
            "WB-A158",
            f"{one.path} {'would be' if cut else 'is'} {below}{' without its truncation' if cut else ''}: "
            "its spread is that between people",
            plan.place_of(one),
            facts=(
                f"written: {one.written}",
                f"standard deviation {spread:.3g} {unit}; people's scores differ by as much",
            ),
            remedy=f"write the standard error of the mean, `{mean(whole):.3g} (se …)`: the standard deviation "
            "over the square root of the number of people",
        )


def fail_if_scales_are_converted_in_two_ways(plan: UncheckedPlan, conversions: Iterable[tuple[str, Input]]) -> None:
    """Note an error if 11/7 and 10/6 are both used: effects would differ by 6% through arithmetic alone.

    Parameters
    ----------
    plan : UncheckedPlan
    conversions : iterable of (str, Input)
        Factors between scales [no unit] with the names of their rules, known by how they are written.
    """
    found: dict[str, Input] = {}
    for name, one in conversions:
        found.setdefault(name, one)
    if len(found) == len(CONVERSIONS):
        hmt, ends = found["11/7"], found["10/6"]
        plan.collector.error(
            "WB-A122",
            "two ways to convert a scale of 1 to 7 stand in one appraisal",
            plan.place_of(ends),
            facts=(f"{hmt.path}: 11/7, numbers of answers (HM Treasury)", f"{ends.path}: 10/6, ends of the scales"),
            remedy="use one of them throughout, and show the other in a variant",
        )


def warn_if_a_conversion_of_scales_is_not_named(plan: UncheckedPlan, conversions: Iterable[tuple[str, Input]]) -> None:
    """Warn of a factor between scales without a source: two rules are in use, and a reader must know which it is.

    Parameters
    ----------
    plan : UncheckedPlan
    conversions : iterable of (str, Input)
        Factors between scales [no unit] with the names of their rules, known by how they are written.
    """
    for name, one in conversions:
        if not one.note and not [cite for cite in one.cites if cite.key != "assumed"]:
            plan.collector.warn(
                "WB-A123",
                f"{one.parameter} converts a scale by {name} without saying whose rule that is",
                plan.place_of(one),
                facts=(
                    "11/7: numbers of answers (HM Treasury, 2021)",
                    "10/6: ends of the scales (State of Life), 6% more",
                ),
                remedy="cite the source of the rule, or say it in a note",
            )


def _conversions(inputs: Iterable[Input]) -> list[tuple[str, Input]]:
    """Find the numbers written as one of the two fractions, or asked of the appraisal by name."""
    leads = ((next(iter(written.value.amounts.values()), None), written) for written in inputs)
    named = ((CONVERSIONS.get(lead.number.as_integer_ratio()), written) for lead, written in leads if lead)
    return [(name, written) for name, written in named if name]
