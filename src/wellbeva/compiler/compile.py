"""The compiler: joins scenario, model, appraisal and families into a Plan and a Record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

import numpy as np

from wellbeva.compiler.adjustment import adjusted
from wellbeva.compiler.appraisal.perspective import in_perspective
from wellbeva.compiler.appraisal.rules import Appraisal, resolve, rules_in_force, vintages
from wellbeva.compiler.appraisal.units_and_prices import Converter, UnitParser
from wellbeva.compiler.appraisal.wellby_uprating import raised_vintages, raising_rule, uses_raised
from wellbeva.compiler.axes import build_axes, own_order, periods
from wellbeva.compiler.builtins import builtin_parameters
from wellbeva.compiler.checks.appraisal import look_for_traps
from wellbeva.compiler.checks.ladder_bounds import rung_checks
from wellbeva.compiler.checks.measures import with_conflicts
from wellbeva.compiler.checks.names import (
    fail_if_a_choice_has_a_models_name,
    fail_if_a_name_is_a_functions,
    fail_if_a_name_is_a_units,
    fail_if_an_equation_has_two_axes_with_one_label,
    warn_if_two_options_have_one_label,
)
from wellbeva.compiler.checks.size import fail_if_too_large
from wellbeva.compiler.checks.sources import (
    fail_if_a_source_is_unknown,
    provisional_reasons,
    warn_if_a_number_has_no_source,
    warn_if_an_outcome_is_a_plain_quotient,
    warn_if_money_has_no_year,
)
from wellbeva.compiler.checks.unchecked_plan import UncheckedPlan
from wellbeva.compiler.cohort import cohort_equations, stay_check
from wellbeva.compiler.decision import (
    against_comparator,
    build_break_even,
    build_checks,
    build_decision,
)
from wellbeva.compiler.equations import order, parse_equation, type_all
from wellbeva.compiler.parameters.cells import DTYPES
from wellbeva.compiler.parameters.fill import FilledParameters, ParameterFiller
from wellbeva.compiler.parameters.first_inputs import first_inputs
from wellbeva.compiler.parameters.variant_cache import EquationMemo, VariantMemo, kept_for
from wellbeva.compiler.portfolio import purchase_terms, with_thresholds
from wellbeva.compiler.research import research_terms
from wellbeva.compiler.sources_in_use import cites_in_use
from wellbeva.core.axes import Axis, in_order
from wellbeva.core.units import Unit, UnitError, base, parse_unit
from wellbeva.errors import Collector
from wellbeva.language.ir import DISCOUNTS, Ref
from wellbeva.language.traversal import mentions, walk
from wellbeva.language.typing.typing import Environment, Symbol
from wellbeva.plan.plan import Check, Decision, Plan, PlanEquation, PlanParameter
from wellbeva.plan.record import CompiledScenario, Record
from wellbeva.scenario.spec import Model, Scenario
from wellbeva.scenario.text.identifiers import MOVES

Groups = tuple[tuple[str, ...], ...]
Typed = tuple[dict[str, PlanEquation], Groups, Environment]


def compile_scenario(
    scenario: Scenario, *, known: Mapping[str, int] | None = None, collector: Collector | None = None
) -> CompiledScenario:
    """Compile a scenario.

    Parameters
    ----------
    scenario : Scenario
    known : mapping of element to dimension, optional
        Of the scenario without variant and overrides (`dimensions`), which this one shares, so that both are compared
        on the same draws (DESIGN section 5).
    collector : Collector or None
        With what the loader noted; warnings end up in the record.

    Raises
    ------
    WellbevaError
        With everything that is wrong.
    """
    collector = collector or Collector()
    appraisal, scenario = _resolved(scenario, collector)
    known_faults = len(collector.errors)
    money = base(appraisal.money_token)
    units = _unit_parser(tuple(scenario.model.units), appraisal.prices, money)
    grid = periods(scenario, weeks_per_year=appraisal.weeks)
    axes = build_axes(scenario, grid, collector)
    for check in (
        fail_if_a_name_is_a_functions,
        fail_if_a_name_is_a_units,
        fail_if_a_choice_has_a_models_name,
        warn_if_two_options_have_one_label,
    ):
        check(scenario, collector)
    if len(collector.errors) > known_faults:
        collector.stop_if_errors("numbers and equations")
    if not known_faults:
        fail_if_a_source_is_unknown(scenario, collector)

    converter = Converter(appraisal, units, collector, prices=scenario.prices)
    filled = ParameterFiller(scenario, axes, converter).fill(known or {})
    research = research_terms(scenario, filled, axes, converter)
    first = first_inputs(scenario, filled, axes, converter)
    builtins = builtin_parameters(scenario, grid, axes, converter)
    # After an error equations are still checked against what the model declares: all faults are reported at once.
    filled, doubtful = _with_stand_ins(filled, scenario, axes, units) if collector.errors else (filled, frozenset())
    numbers = _environment(scenario, axes, converter, builtins, filled, doubtful)
    scenario, sight, (equations, groups, environment) = _in_view(
        scenario, kept_for(scenario.model, appraisal, axes, scenario.sources), numbers, filled.overridden, collector
    )
    model = scenario.model
    sight.once(
        "labels",
        lambda: fail_if_an_equation_has_two_axes_with_one_label(equations.values(), axes, scenario, collector),
        collector,
    )
    # An outcome whose equation has an error of its own is left out in silence.
    outcomes = tuple(name for name in model.outcomes if name in equations)
    decision = with_thresholds(
        build_decision(scenario, environment, filled, equations, collector), scenario.thresholds, converter
    )
    checks = sight.once("checks", lambda: build_checks(model, environment, collector), collector)
    sight.once(
        ("size", outcomes),
        lambda: fail_if_too_large(equations, outcomes, checks, axes, scenario.spans.get("model"), collector),
        collector,
    )
    purchase = purchase_terms(scenario, equations, axes, converter)
    if not known_faults:
        # Doubtful numbers are reported only where all were read.
        unchecked = UncheckedPlan(
            scenario, appraisal, filled.inputs, filled.parameters, equations, outcomes, decision, collector
        )
        look_for_traps(unchecked)
        warn_if_an_outcome_is_a_plain_quotient(outcomes, equations, decision, collector)
        warn_if_a_number_has_no_source(scenario, collector)
        warn_if_money_has_no_year(scenario, appraisal.prices, collector)
    collector.stop_if_errors("the base case")
    if MOVES in equations and model.transitions:
        checks += (stay_check(equations[MOVES].expression, model.transitions[0].span),)
    if decision is not None:
        decision, totals = against_comparator(decision, model, equations)
        equations, groups, outcomes = _with_totals(totals, equations, groups, outcomes)
    checks += sight.once("rungs", lambda: rung_checks(equations.values(), axes, own_order(model)), collector)
    plan = Plan(
        title=scenario.title,
        axes=axes,
        parameters=_builtins_read(builtins, axes, equations, checks, decision) + filled.parameters,
        elements=filled.elements,
        equations=tuple(equations[name] for group in groups for name in group),
        groups=groups,
        outcomes=outcomes,
        decision=decision,
        checks=checks,
        break_even=build_break_even(model, equations, filled),
        switches=tuple(name for name in model.show_on_and_off if name in model.parameters),
        currency=appraisal.currency,
        price_year=appraisal.prices,
        joints=filled.joints,
        limits=filled.limits,
    )
    plan = adjusted(plan, scenario, appraisal, filled, collector)
    dated = vintages(appraisal, wellby_used=filled.wellby_used, inputs=filled.inputs)
    kinds = sight.once("kinds", lambda: _kinds_used(equations), collector)
    rules = rules_in_force(appraisal, kinds, inputs=filled.inputs, whose_costs=scenario.whose_costs)
    if uses_raised(appraisal, filled.inputs):
        dated += raised_vintages(appraisal, scenario.appraisal.cites, scenario.sources)
        rules += (raising_rule(appraisal),)
    beside = cites_in_use(
        scenario, appraisal, filled.inputs, filled.parameters, kinds=kinds, published=filled.wellby_used
    )
    return CompiledScenario(
        plan,
        Record(
            scenario=scenario,
            inputs=with_conflicts(scenario, filled.inputs),
            vintages=dated,
            rules=rules,
            warnings=collector.warnings,
            provisional=provisional_reasons(scenario.sources, filled.inputs, beside, dated),
            budget=purchase.budget,
            budgets=purchase.budgets,
            purchase_limits=purchase.limits,
            research=research,
            first_inputs=first,
            costs=_costs(plan, scenario),
        ),
    )


def _with_totals(
    totals: tuple[PlanEquation, ...], equations: Mapping[str, PlanEquation], groups: Groups, outcomes: tuple[str, ...]
) -> tuple[dict[str, PlanEquation], Groups, tuple[str, ...]]:
    """Add the own totals of options to equations and outcomes; those of means stay last."""
    found = {**equations, **{total.name: total for total in totals}}
    names = tuple(total.name for total in totals)
    last = sorted((*groups, *((name,) for name in names)), key=lambda group: found[group[0]].stage == "mean")
    return found, tuple(last), outcomes + names


def _resolved(scenario: Scenario, collector: Collector) -> tuple[Appraisal, Scenario]:
    """Return the rules in force, and the scenario; after an error, what depends on the rules counts as unread."""
    before = len(collector.errors)
    appraisal = resolve(scenario.appraisal, collector)
    if len(collector.errors) > before:
        scenario = replace(scenario, unread=scenario.unread | scenario.model.rests_on_the_appraisal)
    return appraisal, scenario


def _costs(plan: Plan, scenario: Scenario) -> frozenset[str]:
    """Return what the decision's cost depends on; in a perspective all costs, for what others pay is known, too."""
    used = plan.upstream(plan.decision.spent) if plan.decision is not None else frozenset[str]()
    return used | {*(scenario.model.roles.get("cost", ()) if scenario.perspective is not None else ())}


def dimensions(plan: Plan) -> dict[str, int]:
    """Return the dimension of each uncertain element, for the variants of a scenario."""
    return {element.name: element.dimension for element in plan.elements}


@lru_cache(maxsize=8)
def _unit_parser(extra: tuple[str, ...], prices: int | None, money: Unit) -> UnitParser:
    """Return the parser of one model's units under one price year, which reads each text once for all variants."""

    @lru_cache(maxsize=512)
    def parse(text: str) -> Unit:
        return parse_unit(text, money=money, prices=prices, extra=extra)

    return parse


def _environment(
    scenario: Scenario,
    axes: Mapping[str, Axis],
    converter: Converter,
    builtins: tuple[PlanParameter, ...],
    filled: FilledParameters,
    doubtful: frozenset[str],
) -> Environment:
    own = own_order(scenario.model)
    symbols = {builtin.name: Symbol(axes=builtin.axes, unit=builtin.unit, dtype=builtin.dtype) for builtin in builtins}
    for parameter in filled.parameters:
        spec = scenario.model.parameters.get(parameter.name)
        symbols[parameter.name] = Symbol(
            axes=in_order((*parameter.axes, "draw") if parameter.uncertain else parameter.axes, own),
            unit=parameter.unit,
            dtype=parameter.dtype,
            choices=spec.choices if spec else (),
        )
    symbols |= {name: Symbol() for name in doubtful if name not in symbols and name not in scenario.model.equations}
    names = [option.name for option in scenario.options]
    return Environment(
        symbols=symbols,
        axes=dict(axes),
        own=own,
        money=converter.money.unit,
        comparator=names.index(scenario.comparator) if scenario.comparator in names else None,
        parse_unit=converter.parse_unit,
        years_in=converter.appraisal.years_in,
        doubtful=doubtful,
    )


def _builtins_read(
    builtins: tuple[PlanParameter, ...],
    axes: Mapping[str, Axis],
    equations: Mapping[str, PlanEquation],
    checks: tuple[Check, ...],
    decision: Decision | None,
) -> tuple[PlanParameter, ...]:
    """Leave out the ladders' own values that nothing reads; the other built-ins stand in every plan."""
    trees = [equation.expression for equation in equations.values()] + [check.expression for check in checks]
    trees += decision.parts.values() if decision is not None else ()
    return tuple(one for one in builtins if one.name not in axes or any(mentions(tree, {one.name}) for tree in trees))


def _with_stand_ins(
    filled: FilledParameters, scenario: Scenario, axes: Mapping[str, Axis], units: UnitParser
) -> tuple[FilledParameters, frozenset[str]]:
    """Add the parameters that could not be filled, as zeros, for the checks that follow an error.

    Returns
    -------
    Filled, and the names of which not even axes and unit are known
    """
    model = scenario.model

    have = {parameter.name for parameter in filled.parameters}
    doubtful = set(scenario.unread - model.parameters.keys())
    missing = []
    for spec in model.parameters.values():
        if spec.name in have:
            continue
        own = in_order((axis for axis in spec.by if axis in axes), own_order(model))
        shape = tuple(len(axes[axis]) for axis in own)
        try:
            unit = units(spec.unit.text) if spec.kind == "number" else Unit()
        except UnitError:
            unit = Unit()
            doubtful.add(spec.name)
        if len(own) < len(spec.by):
            doubtful.add(spec.name)
        zero, certain = np.zeros(shape), np.full(shape, -1, dtype=np.int32)
        missing.append(PlanParameter(spec.name, own, unit, DTYPES[spec.kind], zero, certain))
    return replace(filled, parameters=filled.parameters + tuple(missing)), frozenset(doubtful)


def _in_view(
    scenario: Scenario, memory: VariantMemo, numbers: Environment, overridden: frozenset[str], collector: Collector
) -> tuple[Scenario, EquationMemo, Typed]:
    """Type the equations; in a perspective twice, for only their types say which of them is what each payer bears."""
    model, sight = scenario.model, memory.sight(numbers, overridden)
    typed = sight.once("equations", lambda: _equations(model, numbers, overridden, collector), collector)
    if scenario.perspective is None or collector.errors:
        return scenario, sight, typed
    own = in_perspective(scenario, typed[0], overridden, numbers.money, collector)
    sight = memory.sight(numbers, overridden, scenario.perspective)
    typed = sight.once("equations", lambda: _equations(own, numbers, overridden, collector), collector)
    return replace(scenario, model=own, whole=scenario.whole or model), sight, typed


def _equations(model: Model, environment: Environment, overridden: frozenset[str], collector: Collector) -> Typed:
    parsed = cohort_equations(model, collector)
    unread: dict[str, Symbol] = {}
    for spec in model.equations.values():
        if spec.name not in overridden:
            one = parse_equation(spec, environment, collector)
            if one is not None:
                parsed[spec.name] = one
            else:
                unread[spec.name] = Symbol()
    if unread:
        environment = replace(
            environment,
            symbols={**environment.symbols, **unread},
            doubtful=environment.doubtful | unread.keys(),
        )
    groups = order(parsed, collector)
    done, environment = type_all(parsed, groups, environment, collector)
    kept = tuple(group for group in groups if all(name in done for name in group))
    early = tuple(group for group in kept if done[group[0]].stage == "draw")
    late = tuple(group for group in kept if done[group[0]].stage == "mean")
    return done, early + late, environment


def _kinds_used(equations: Mapping[str, PlanEquation]) -> tuple[str, ...]:
    used = {node.name for equation in equations.values() for node in walk(equation.expression) if isinstance(node, Ref)}
    return tuple(kind for name, kind in DISCOUNTS.items() if name in used)
