"""Outcomes, decision, break-even and the model's checks, typed and laid out for the plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from wellbeva.compiler.parameters.fill import FilledParameters
from wellbeva.core.arrays import Floats
from wellbeva.core.spans import Located
from wellbeva.errors import Collector
from wellbeva.language.ir import Binary, Call, Compare, Const, Node, Pick, Ratio, Ref, Select
from wellbeva.language.parser import parse
from wellbeva.language.typing.typing import Environment, stage_of, type_expression
from wellbeva.plan.plan import BreakEven, Check, Decision, PlanEquation, PlanParameter
from wellbeva.scenario.spec import Model, Scenario

GRID = 40
"""Steps of the grid of thresholds between nothing and twice the highest value of one unit of effect."""
DEFAULT_TOP = 50_000.0
"""Highest threshold where nothing puts a value on the effect."""
NOTHING = "nothing"
ROUNDING = 2.0**-41
"""Two options differ by nothing if by less than so much of the sum of both, or rounding would be taken for a cost."""
_ARITHMETIC: dict[str, Callable[[Floats, Floats], Floats]] = {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.divide,
}  # fmt: skip


def build_decision(
    scenario: Scenario,
    environment: Environment,
    filled: FilledParameters,
    equations: Mapping[str, PlanEquation],
    collector: Collector,
) -> Decision | None:
    """Type the decision and lay out what is compared (DESIGN section 3).

    Parameters
    ----------
    scenario : Scenario
    environment : Environment
        Knows the types of all parameters and equations.
    filled : FilledParameters
        Among them the value of one unit of effect, or what it is worked out from, which must be certain.
    equations : mapping of str to PlanEquation
        Those that could be typed.
    collector : Collector

    Returns
    -------
    Decision or None
        Effect and cost are each option's own totals, not yet less the comparator's (`against_comparator`). None if the
        model has no decision, or after an error.
    """
    spec = scenario.model.decision
    if spec is None:
        return None
    effect = _quantity("effect", spec.effect, environment, collector)
    net_cost = _quantity("cost", spec.cost, environment, collector)
    cost = _less_benefits(net_cost, spec.other_benefits, environment, collector)
    levels, values = _value(spec.value, effect, net_cost, environment, filled, equations, collector)
    if effect is None or cost is None:
        return None
    names = [option.name for option in scenario.options]
    shown = frozenset(scenario.shown)
    rows = [row for row, name in enumerate(names) if name in shown]
    options = [names[row] for row in rows]
    if scenario.comparator == NOTHING and scenario.choose == "one":
        options.append(NOTHING)
        rows.append(-1)
    if scenario.comparator in options:
        comparator = options.index(scenario.comparator)
    elif scenario.comparator == NOTHING:
        comparator = -1
    else:
        collector.error(
            "WB-C042",
            f"the comparator {scenario.comparator!r} is not among the options that are kept",
            scenario.spans.get("comparator"),
            facts=(f"options kept: {', '.join(options)}",),
            remedy="keep the comparator in the variant, or compare with nothing",
        )
        return None
    if len(options) == 1 and comparator == 0:
        collector.error(
            "WB-S345",
            f"the comparator {scenario.comparator!r} is the only option, so nothing is compared with it",
            scenario.spans.get("comparator"),
            facts=(f"options kept: {options[0]}",),
            remedy="write 'comparator: nothing', or keep another option",
        )
        return None
    central = levels.index("central") if "central" in levels else 0
    return Decision(
        effect=effect,
        cost=cost,
        levels=levels,
        values=values,
        central=central,
        options=tuple(options),
        rows=tuple(rows),
        comparator=comparator,
        choose=scenario.choose,
        thresholds=_thresholds(values),
        effect_unit=str(effect.unit),
        cost_unit=str(cost.unit),
        net_cost=None if net_cost is cost else net_cost,
    )


def against_comparator(
    decision: Decision, model: Model, equations: Mapping[str, PlanEquation]
) -> tuple[Decision, tuple[PlanEquation, ...]]:
    """Take effect and cost against the comparator, where that is an option of its own (semantics R49).

    Parameters
    ----------
    decision : Decision
        With each option's own totals.
    model : Model
    equations : mapping of str to PlanEquation
        By name; a `bcr` among them gets a twin of increments.

    Returns
    -------
    tuple of (Decision, tuple of PlanEquation)
        The equations are outcomes to stand beside it: ``own.effect`` and ``own.cost``, the totals of each option, and
        ``increment.bcr``, the model's benefit-cost ratio of what comes on top of the comparator. None against
        ``nothing``.
    """
    row = decision.rows[decision.comparator] if decision.comparator >= 0 else -1
    spec = model.decision
    if row < 0 or spec is None:
        return decision, ()
    effect, cost = _increment(decision.effect, row), _increment(decision.cost, row)
    net_cost = None if decision.net_cost is None else _increment(decision.net_cost, row)
    beside = [
        PlanEquation(
            "own.effect", decision.effect, "draw", decision.effect_unit, "effect of each option by itself",
            spec.effect.text,
        ),
        PlanEquation(
            "own.cost", decision.spent, "draw", decision.cost_unit, "net cost of each option by itself", spec.cost.text
        ),
    ]  # fmt: skip
    bcr = equations.get(model.named("benefit_cost_ratio"))
    if bcr is not None and isinstance(bcr.expression, Ratio):
        old = bcr.expression
        new = replace(old, top=_increment(old.top, row), bottom=_increment(old.bottom, row))
        # None where nothing more is spent: less benefit for less cost would look like a good ratio.
        zero = Const(value=0.0, unit=new.bottom.unit)
        spends = Compare(op="gt", left=new.bottom, right=zero, axes=new.bottom.axes, dtype="bool")
        none = Binary(op="div", left=zero, right=zero, unit=new.unit)
        ratio = Select(condition=spends, yes=new, no=none, axes=new.axes, unit=new.unit)
        doc = f"{bcr.doc}, both less the comparator's" if bcr.doc else "benefits over costs, both less the comparator's"
        beside.append(replace(bcr, name="increment.bcr", expression=ratio, doc=doc))
    return replace(decision, effect=effect, cost=cost, net_cost=net_cost), tuple(beside)


def _increment(node: Node, row: int) -> Node:
    """Return each option's number less that of the option at `row`."""
    there = node
    if "option" in node.axes:
        left = tuple(axis for axis in node.axes if axis != "option")
        there = Pick(x=node, axis="option", index=row, axes=left, unit=node.unit, span=node.span)
    less = Binary(op="sub", left=node, right=there, axes=node.axes, unit=node.unit, span=node.span)
    both = Binary(op="add", left=_size(node), right=_size(there), axes=node.axes, unit=node.unit)
    least = Binary(op="mul", left=Const(value=ROUNDING), right=both, axes=node.axes, unit=node.unit)
    equal = Compare(op="le", left=_size(less), right=least, axes=node.axes, dtype="bool")
    return Select(condition=equal, yes=Const(value=0.0, unit=node.unit), no=less, axes=node.axes, unit=node.unit)


def _size(node: Node) -> Node:
    return Call(function="abs", args=(node,), axes=node.axes, unit=node.unit)


def _thresholds(values: tuple[float, ...]) -> tuple[float, ...]:
    top = 2.0 * max(values) if values else DEFAULT_TOP
    # The levels are among the thresholds exactly as they are: chances at a level are looked up there.
    return tuple(sorted({top * step / GRID for step in range(GRID + 1)} | set(values)))


def _typed(text: Located, environment: Environment, collector: Collector) -> Node | None:
    expression = parse(text, collector)
    if expression is None or not environment.doubtful.isdisjoint(expression.names):
        return None
    return type_expression(expression, environment, collector)


def _quantity(what: str, text: Located, environment: Environment, collector: Collector) -> Node | None:
    node = _typed(text, environment, collector)
    if node is None:
        return None
    if extra := [axis for axis in node.axes if axis not in ("draw", "option")]:
        collector.error(
            "WB-C043",
            f"the decision's {what} must be one number for each option",
            text.span(),
            facts=(f"it still varies by {', '.join(extra)}",),
            remedy=f"sum over {', '.join(extra)}",
        )
        return None
    if stage_of(node, environment) == "mean":
        collector.error(
            "WB-C044",
            f"the decision's {what} must be a total, not a ratio of means",
            text.span(),
            facts=("it contains ratio(…)",),
            remedy="name the totals; ratios are taken afterwards",
        )
        return None
    return node


def _less_benefits(
    cost: Node | None, text: Located | None, environment: Environment, collector: Collector
) -> Node | None:
    """Take other benefits in money off the cost; None where either is faulty."""
    if cost is None or text is None:
        return cost
    other = _quantity("other benefits", text, environment, collector)
    if other is None:
        return None
    if other.unit != cost.unit:
        collector.error(
            "WB-A159",
            "the decision's other benefits are not in the unit of the cost",
            text.span(),
            facts=(f"other benefits: {other.unit}", f"cost: {cost.unit}"),
            remedy="give them in money; what is counted in the effect stands there",
        )
        return None
    axes = tuple(axis for axis in ("draw", "option") if axis in {*cost.axes, *other.axes})
    return Binary(op="sub", left=cost, right=other, axes=axes, unit=cost.unit)


def _value(
    text: Located | None,
    effect: Node | None,
    cost: Node | None,
    environment: Environment,
    filled: FilledParameters,
    equations: Mapping[str, PlanEquation],
    collector: Collector,
) -> tuple[tuple[str, ...], tuple[float, ...]]:
    if text is None:
        return (), ()
    node = _typed(text, environment, collector)
    if node is None:
        return (), ()
    known: dict[str, Floats | None] = {
        one.name: one.values for one in filled.parameters if _is_level(one) and not one.uncertain
    }
    for name, equation in equations.items():  # in the order of need
        if _is_level(equation.expression):
            known.setdefault(name, _worked_out(equation.expression, known))
    found = _worked_out(node, known) if _is_level(node) else None
    if found is None:
        collector.error(
            "WB-C045",
            "the decision's value must be certain, at one level or several",
            text.span(),
            facts=(f"written: {text.text}",),
            remedy="name a parameter without spread, with low, central and high values along an axis; or an equation "
            "of such parameters, with + - * / alone",
        )
        return (), ()
    if effect is not None and cost is not None and node.unit * effect.unit != cost.unit:
        collector.error(
            "WB-U105",
            "value times effect is not in the unit of the cost",
            text.span(),
            facts=(f"value * effect: {node.unit * effect.unit}", f"cost: {cost.unit}"),
            remedy="give the value for one unit of the effect",
        )
    labels = environment.axes[node.axes[0]].labels if node.axes else ("central",)
    return tuple(labels), tuple(float(value) for value in found.reshape(-1))


def _worked_out(node: Node, known: Mapping[str, Floats | None]) -> Floats | None:
    """Work out sums, differences, products and quotients of known numbers; None for anything else (semantics R129).

    Parameters
    ----------
    node : Node
    known : mapping of str to array (level,) or () [its own unit] or None
        By parameter or equation.
    """
    match node:
        case Const():
            return np.asarray(node.value)
        case Ref():
            return known.get(node.name)
        case Binary(op=("add" | "sub" | "mul" | "div") as op):
            left, right = _worked_out(node.left, known), _worked_out(node.right, known)
            if left is not None and right is not None:
                # defaults that nothing replaces may divide 0 by 0, which is not a number and not a fault
                with np.errstate(all="ignore"):
                    return _ARITHMETIC[op](left, right)
    return None


def _is_level(node: Node | PlanParameter) -> bool:
    """Whether a number is one, or one for each label of an axis along which a value may have levels."""
    return len(node.axes) < 2 and not {"option", "group", "time", "draw"} & set(node.axes)


def build_checks(model: Model, environment: Environment, collector: Collector) -> tuple[Check, ...]:
    """Type the model's ``fail_if`` and ``warn_if``; those with an error are noted and left out.

    Parameters
    ----------
    model : Model
    environment : Environment
        Knows the types of all parameters and equations.
    collector : Collector
    """
    checks = []
    for spec in model.checks:
        node = _typed(spec.expression, environment, collector)
        if node is None:
            continue
        if node.dtype != "bool":
            collector.error(
                "WB-C046",
                f"{spec.severity} needs a condition",
                spec.expression.span(),
                facts=("the expression is a number",),
                remedy="compare it with something: `effect > 2`",
            )
            continue
        checks.append(Check(spec.severity, node, spec.say, spec.remedy, spec.change))
    return tuple(checks)


def build_break_even(
    model: Model, equations: Mapping[str, PlanEquation], filled: FilledParameters
) -> tuple[BreakEven, ...]:
    """Pair each parameter of ``break_even`` with the outcome that it should bring to zero.

    A pair is left out in silence where an equation has replaced the parameter, or a name in it has a fault of its own.

    Parameters
    ----------
    model : Model
    equations : mapping of str to PlanEquation
        Those that could be typed.
    filled : FilledParameters
    """
    parameters = {one.name for one in filled.parameters} - model.equations.keys() - filled.overridden
    return tuple(
        BreakEven(parameter, outcome)
        for parameter, outcome in model.break_even.items()
        if parameter in parameters and outcome in equations
    )
