"""Flows through a model's equations: how each is discounted, and which values of a WELLBY meet.

Each equation is read as a set of flows. A flow is of one class (wellbeing, health, money, or neither) and has been
multiplied by none, one or several discount factors. Adding joins sets; multiplying joins the factors of two flows.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Literal

from wellbeva.compiler.appraisal.figures import is_value_of_a_wellby
from wellbeva.compiler.appraisal.rules import Appraisal, first_rate
from wellbeva.compiler.checks.unchecked_plan import UncheckedPlan
from wellbeva.core.spans import Span
from wellbeva.core.units import Unit
from wellbeva.language import ir
from wellbeva.language.traversal import names, operands
from wellbeva.plan.plan import PlanEquation, PlanParameter

Class = Literal["", "money", "health", "wellbeing"]
RANKS: tuple[Class, ...] = ("", "money", "health", "wellbeing")
ROUNDS = 8
"""Most rounds of reading; a recurrence through several equations needs one more for each of them."""


@dataclass(frozen=True, slots=True)
class Flow:
    """One kind of thing that is added up, and the discount factors it has been multiplied by."""

    kind: Class = ""
    rates: frozenset[str] = frozenset()


Flows = frozenset[Flow]
NEUTRAL: Flows = frozenset({Flow()})


@dataclass(slots=True)
class DiscountFlows:
    """The flows of every equation, each after those that it names.

    Parameters
    ----------
    flows : dict of name to Flows
    twice : list of (equation, Span, factors)
        Products whose both sides had been discounted already.
    """

    flows: dict[str, Flows]
    twice: list[tuple[str, Span | None, tuple[str, ...]]]


def read_flows(plan: UncheckedPlan) -> DiscountFlows:
    """Read the flows of every equation, in rounds until those of a recurrence no longer change.

    The unit of each parameter says what kind of flow it is.
    """
    found: dict[str, Flows] = {
        parameter.name: frozenset({Flow(_class(parameter.unit))})
        for parameter in plan.parameters
        if not parameter.builtin
    }
    reading = DiscountFlows({}, [])
    for _ in range(ROUNDS):
        before = dict(reading.flows)
        for name, equation in plan.equations.items():
            found[name] = reading.flows[name] = _flows(equation.expression, found, name, reading)
        if reading.flows == before:
            break
    return reading


def _class(unit: Unit) -> Class:
    powers = dict(unit.powers)
    if powers.get("LS", 0) > 0:
        return "wellbeing"
    if powers.get("QALY", 0) > 0:
        return "health"
    price = powers.get("LS", 0) < 0 or powers.get("QALY", 0) < 0
    return "money" if unit.is_money and not price else ""


def _flows(  # noqa: C901, PLR0911 - one case a node kind
    node: ir.Node, found: Mapping[str, Flows], name: str, reading: DiscountFlows
) -> Flows:
    match node:
        case ir.Ref(name=other) if other in ir.DISCOUNTS:
            return frozenset({Flow("", frozenset({ir.DISCOUNTS[other]}))})
        case ir.Ref(name=other):
            return found.get(other, NEUTRAL)
        case ir.Ratio() | ir.Compare() | ir.Logic():
            return NEUTRAL
        case ir.Select(yes=yes, no=no):
            return _flows(yes, found, name, reading) | _flows(no, found, name, reading)
        case ir.PickBy(x=x):
            return _flows(x, found, name, reading)
        case ir.Binary(op="mul", left=left, right=right):
            return _times(node, _flows(left, found, name, reading), _flows(right, found, name, reading), name, reading)
        case ir.Binary(op="div", left=left, right=right):
            return _over(_flows(left, found, name, reading), _flows(right, found, name, reading))
        case (
            ir.Binary(op="add" | "sub", left=ir.Const(), right=x)
            | ir.Binary(op="add" | "sub", left=x, right=ir.Const())
        ):
            return _flows(x, found, name, reading)
        case ir.Binary(op="pow", left=left, right=right):
            base = _flows(left, found, name, reading)
            # A discount factor squared is one that is taken twice; that of a present value is another matter.
            if not (isinstance(right, ir.Const) and right.value <= 1):
                _note_twice(node, [one.rates for one in base if one.kind == "" and one.rates], name, reading)
            return base
        case ir.Call() if _touches_wellbeing(node, found):
            # A surplus, M (1 - exp(-change / slope)), is money in unit and wellbeing in kind.
            below = [_flows(operand, found, name, reading) for operand in operands(node)]
            return frozenset(Flow("wellbeing", flow.rates) for flows in below for flow in flows)
        case _:
            below = [_flows(operand, found, name, reading) for operand in operands(node)]
            return frozenset().union(*below) or NEUTRAL


def _touches_wellbeing(node: ir.Node, found: Mapping[str, Flows]) -> bool:
    return any(one.kind == "wellbeing" for name in names(node) for one in found.get(name, ()))


def _times(node: ir.Node, left: Flows, right: Flows, name: str, reading: DiscountFlows) -> Flows:
    result = set()
    for a, b in product(left, right):
        if a.rates and b.rates:
            _note_twice(node, [a.rates | b.rates], name, reading)
        # A gain times its price is still that gain: wellbeing outranks health, and both outrank money.
        result.add(Flow(max(a.kind, b.kind, key=RANKS.index), a.rates | b.rates))
    return frozenset(result)


def _note_twice(node: ir.Node, rates: Iterable[frozenset[str]], name: str, reading: DiscountFlows) -> None:
    """Note a product once, however many rounds it is read in."""
    for rate in rates:
        if all((name, node.span) != noted[:2] for noted in reading.twice):
            reading.twice.append((name, node.span, tuple(sorted(rate))))


def _over(left: Flows, right: Flows) -> Flows:
    """Divide: a share of two discounted totals is no longer discounted."""
    kinds, discounted = {one.kind for one in right}, any(one.rates for one in right)
    return frozenset(
        Flow("" if one.kind in kinds else one.kind, frozenset() if discounted else one.rates) for one in left
    )


def fail_if_a_flow_is_discounted_twice(plan: UncheckedPlan, reading: DiscountFlows) -> None:
    """Note an error where two discount factors are multiplied: a present value of a present value.

    Parameters
    ----------
    plan : UncheckedPlan
    reading : DiscountFlows
    """
    for name, span, rates in reading.twice:
        factors = " and ".join(f"discount({rate})" for rate in rates)
        plan.collector.error(
            "WB-A111",
            f"{name} is discounted twice",
            span,
            facts=(f"a discount factor is multiplied by a discount factor here: {factors}",),
            remedy="discount each flow once, at the rate for what it is: money, wellbeing or health",
        )


def warn_if_a_kind_has_two_rates(plan: UncheckedPlan, reading: DiscountFlows) -> None:
    """Warn of one kind of gain at two rates in one appraisal: its analyses cannot be read side by side.

    Parameters
    ----------
    plan : UncheckedPlan
    reading : DiscountFlows
    """
    seen: dict[tuple[Class, str], str] = {}
    for name, flows in reading.flows.items():
        for flow in flows:
            # The rule above reports two factors on one flow.
            for rate in flow.rates if len(flow.rates) == 1 else ():
                seen.setdefault((flow.kind, rate), name)
    for kind in ("wellbeing", "health", "money"):
        used = {rate: name for (own, rate), name in seen.items() if own == kind}
        other = next(
            (rate for rate in used if plan.appraisal.discount.get(rate) != plan.appraisal.discount.get(kind)), ""
        )
        if not other or kind not in plan.appraisal.discount:
            continue
        node = plan.equations[used[other]].expression
        plan.collector.warn(
            "WB-A113",
            f"{kind} is discounted at the rate for {other} in {used[other]}",
            node.span,
            facts=(
                f"{used.get(kind, 'the appraisal')} discounts {kind} {_rate(plan.appraisal, kind)}",
                f"{used[other]} discounts it {_rate(plan.appraisal, other)}",
            ),
            remedy=f"discount {kind} by discount({kind}) everywhere, or say why this analysis has another rate",
        )


def _rate(appraisal: Appraisal, kind: str) -> str:
    rate = appraisal.discount.get(kind)
    return f"at {rate * 100:g}% a year" if isinstance(rate, float) else f"by the schedule {rate}"


def warn_if_life_has_two_rates(plan: UncheckedPlan, reading: DiscountFlows) -> None:
    """Warn if health and wellbeing have different rates: the Green Book has one rate for effects on life.

    Parameters
    ----------
    plan : UncheckedPlan
    reading : DiscountFlows
        A rate counts where a flow is multiplied by its factor.
    span : Span or None
        Where the scenario gives its rates.
    """
    used = {rate for flows in reading.flows.values() for flow in flows for rate in flow.rates}
    if {"wellbeing", "health"} <= used and plan.appraisal.discount["wellbeing"] != plan.appraisal.discount["health"]:
        plan.collector.warn(
            "WB-A114",
            "wellbeing and health are discounted at two rates in one appraisal",
            plan.scenario.appraisal.spans.get("discount"),
            facts=(f"wellbeing {_rate(plan.appraisal, 'wellbeing')}", f"health {_rate(plan.appraisal, 'health')}"),
            remedy="give both the same rate under `appraisal.discount`",
        )


HIGHEST = 0.12
"""Yearly rate above which a falling factor is not taken for a discount factor; rates in use lie far below."""


def warn_if_a_discount_factor_is_written_by_hand(plan: UncheckedPlan) -> None:
    """Warn of a division by (1 + r) ** t beside `discount()`: a second rate, or a flow that is discounted twice.

    A rate r [1 / year] is read from the base case, if it is the same in every cell.

    Multiplying by it is growth: no warning. exp(-r t) is a warning only where r is a rate of the appraisal.
    """
    if not any(name in ir.DISCOUNTS for equation in plan.equations.values() for name in names(equation.expression)):
        return
    hand = _ByHand({parameter.name: parameter for parameter in plan.parameters}, plan.equations, plan.appraisal)
    for name, equation in plan.equations.items():
        for node in hand.factors(equation.expression, falls=False):
            plan.collector.warn(
                "WB-A156",
                f"{name} discounts by hand, beside discount()",
                node.span,
                facts=(
                    "a factor here falls as time goes on, by a rate that the appraisal does not know",
                    ", ".join(f"discount({kind}): {_rate(plan.appraisal, kind)}" for kind in plan.appraisal.discount),
                ),
                remedy="multiply by discount(money), discount(wellbeing) or discount(health) instead",
            )


@dataclass(slots=True)
class _ByHand:
    """Finds factors such as 1 / (1 + r) ** t and exp(-r t) in a tree, through the equations that it names."""

    parameters: Mapping[str, PlanParameter]
    equations: Mapping[str, PlanEquation]
    appraisal: Appraisal
    seen: set[int] = field(default_factory=set)

    def factors(self, node: ir.Node, *, falls: bool, depth: int = 0) -> Iterator[ir.Node]:
        """Yield each such factor once; `falls` where the node is divided by."""
        parts: tuple[tuple[ir.Node, bool], ...] = ()
        match node:
            case ir.Binary(op="mul", left=left, right=right):
                parts = ((left, falls), (right, falls))
            case ir.Binary(op="div", left=left, right=right):
                parts = ((left, falls), (right, not falls))
            case ir.Binary(op="pow", left=base, right=power) if "t" in names(power):
                upside = isinstance(base, ir.Binary) and base.op == "div" and self._number(base.left) == 1
                rate = self._rate(base.right if upside and isinstance(base, ir.Binary) else base)
                if (falls ^ upside ^ (_sign(power) < 0)) and rate is not None and 0 < rate <= HIGHEST:
                    yield from self._once(node)
            case ir.Call(function="exp", args=(power,)) if "t" in names(power):
                if (falls ^ (_sign(power) < 0)) and self._is_a_rate(power):
                    yield from self._once(node)
            case ir.Ref(name=name) if falls and name in self.equations and depth < ROUNDS:
                parts = ((self.equations[name].expression, True),)
                depth += 1
            case _:
                parts = tuple((operand, False) for operand in operands(node))
        for part, down in parts:
            yield from self.factors(part, falls=down, depth=depth)

    def _once(self, node: ir.Node) -> Iterator[ir.Node]:
        if id(node) not in self.seen:
            self.seen.add(id(node))
            yield node

    def _rate(self, base: ir.Node) -> float | None:
        """Return r of 1 + r."""
        if isinstance(base, ir.Binary) and base.op == "add":
            for one, other in ((base.left, base.right), (base.right, base.left)):
                if self._number(one) == 1 and isinstance(one, ir.Const):
                    return self._number(other)
        whole = self._number(base) if isinstance(base, ir.Const) else None
        return None if whole is None else whole - 1

    def _is_a_rate(self, power: ir.Node) -> bool:
        """Whether the factor of time in an exponent is a rate at which the appraisal discounts in the first year."""
        size, waiting = 1.0, [(power, 1)]
        while waiting:
            node, sign = waiting.pop()
            match node:
                case ir.Unary(op="neg", x=x):
                    waiting.append((x, sign))
                case ir.Binary(op="mul" | "div" as op, left=left, right=right):
                    waiting += [(left, sign), (right, sign if op == "mul" else -sign)]
                case _ if "t" not in names(node):
                    number = self._number(node)
                    if not number:
                        return False
                    size *= abs(number) ** sign
        rates = (first_rate(one) for one in self.appraisal.discount.values())
        # r of exp(-r t) is the yearly rate itself, or its continuous twin log(1 + rate) rounded to some digits.
        return any(rate > 0 and min(abs(size - rate), abs(size - math.log1p(rate))) < 1e-6 for rate in rates)

    def _number(self, node: ir.Node) -> float | None:
        """Return a number that is the same in every cell of the base case."""
        if isinstance(node, ir.Const):
            return node.value
        one = self.parameters.get(node.name) if isinstance(node, ir.Ref) else None
        if one is None or not one.values.size or one.values.min() != one.values.max():
            return None
        return float(one.values.flat[0])


def _sign(node: ir.Node) -> int:
    match node:
        case ir.Unary(op="neg", x=x):
            return -_sign(x)
        case ir.Const(value=value):
            return -1 if value < 0 else 1
        case ir.Binary(op="mul" | "div", left=left, right=right):
            return _sign(left) * _sign(right)
        case _:
            return 1


def fail_if_two_values_of_a_wellby_meet(plan: UncheckedPlan) -> None:
    """Note an error for an outcome that depends on two values of a WELLBY, or on a value and a hurdle on its cost.

    Parameters in money per WELLBY are the values and hurdles.
    """
    own = {
        parameter.name: frozenset({parameter.name})
        for parameter in plan.parameters
        if is_value_of_a_wellby(parameter.unit)
    }
    met: dict[str, frozenset[str]] = dict(own)
    for name, equation in plan.equations.items():
        below = [met[other] for other in names(equation.expression) if other in met]
        met[name] = frozenset().union(*below)
    for name in plan.outcomes:
        values = sorted(met.get(name, ()))
        if len(values) > 1:
            plan.collector.error(
                "WB-A115",
                f"the outcome {name} mixes two values of a WELLBY",
                plan.equations[name].expression.span,
                facts=(f"it rests on {' and on '.join(values)}",),
                remedy="use one: a value weighs benefits, a hurdle is compared with the cost of a WELLBY",
            )
