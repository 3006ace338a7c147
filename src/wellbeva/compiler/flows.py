"""What flows through a model's equations: how it is discounted, and which values of a WELLBY it meets.

Each equation is read as a set of flows. A flow is of one class (wellbeing, health, money, or neither) and has been
multiplied by none, one or several discount factors. Adding joins sets; multiplying joins the factors of two flows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Literal

from wellbeva.compiler.appraise import Appraisal
from wellbeva.compiler.figures import is_value_of_a_wellby
from wellbeva.compiler.plan import PlanEquation, PlanParameter
from wellbeva.core.spans import Span
from wellbeva.core.units import Unit
from wellbeva.errors import Collector
from wellbeva.language.ir import Binary, Call, Compare, Const, Logic, Node, PickBy, Ratio, Ref, Select
from wellbeva.language.tree import names, operands

Class = Literal["", "money", "health", "wellbeing"]
RANKS: tuple[Class, ...] = ("", "money", "health", "wellbeing")
DISCOUNT = "discount."
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
class Reading:
    """The flows of every equation, in the order of need.

    Parameters
    ----------
    flows : dict of name to Flows
    twice : list of (equation, Span, factors)
        Products whose both sides had been discounted already.
    """

    flows: dict[str, Flows]
    twice: list[tuple[str, Span | None, tuple[str, ...]]]


def read_flows(parameters: Iterable[PlanParameter], equations: Mapping[str, PlanEquation]) -> Reading:
    """Read every equation; again while what one that refers to an earlier step of itself was read as still changes."""
    found: dict[str, Flows] = {one.name: frozenset({Flow(_class(one.unit))}) for one in parameters if not one.builtin}
    reading = Reading({}, [])
    for _ in range(ROUNDS):
        before = dict(reading.flows)
        for name, one in equations.items():
            found[name] = reading.flows[name] = _flows(one.expression, found, name, reading)
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
    node: Node, found: Mapping[str, Flows], name: str, reading: Reading
) -> Flows:
    match node:
        case Ref(name=other) if other.startswith(DISCOUNT):
            return frozenset({Flow("", frozenset({other.removeprefix(DISCOUNT)}))})
        case Ref(name=other):
            return found.get(other, NEUTRAL)
        case Ratio() | Compare() | Logic():
            return NEUTRAL
        case Select(yes=yes, no=no):
            return _flows(yes, found, name, reading) | _flows(no, found, name, reading)
        case PickBy(x=x):
            return _flows(x, found, name, reading)
        case Binary(op="mul", left=left, right=right):
            return _times(node, _flows(left, found, name, reading), _flows(right, found, name, reading), name, reading)
        case Binary(op="div", left=left, right=right):
            return _over(_flows(left, found, name, reading), _flows(right, found, name, reading))
        case Binary(op="add" | "sub", left=Const(), right=x) | Binary(op="add" | "sub", left=x, right=Const()):
            return _flows(x, found, name, reading)
        case Binary(op="pow", left=left, right=right):
            base = _flows(left, found, name, reading)
            # A discount factor squared is one that is taken twice; that of a present value is another matter.
            if not (isinstance(right, Const) and right.value <= 1):
                _note_twice(node, [one.rates for one in base if one.kind == "" and one.rates], name, reading)
            return base
        case Call() if _touches_wellbeing(node, found):
            # A surplus, M (1 - exp(-change / slope)), is money in unit and wellbeing in kind.
            below = [_flows(one, found, name, reading) for one in operands(node)]
            return frozenset(Flow("wellbeing", one.rates) for flows in below for one in flows)
        case _:
            below = [_flows(one, found, name, reading) for one in operands(node)]
            return frozenset().union(*below) or NEUTRAL


def _touches_wellbeing(node: Node, found: Mapping[str, Flows]) -> bool:
    return any(one.kind == "wellbeing" for name in names(node) for one in found.get(name, ()))


def _times(node: Node, left: Flows, right: Flows, name: str, reading: Reading) -> Flows:
    result = set()
    for a, b in product(left, right):
        if a.rates and b.rates:
            _note_twice(node, [a.rates | b.rates], name, reading)
        result.add(Flow(max(a.kind, b.kind, key=RANKS.index), a.rates | b.rates))
    return frozenset(result)


def _note_twice(node: Node, rates: Iterable[frozenset[str]], name: str, reading: Reading) -> None:
    """Note a product once, however many rounds it is read in."""
    for one in rates:
        if all((name, node.span) != noted[:2] for noted in reading.twice):
            reading.twice.append((name, node.span, tuple(sorted(one))))


def _over(left: Flows, right: Flows) -> Flows:
    """Divide: a share of two discounted totals is no longer discounted."""
    kinds, discounted = {one.kind for one in right}, any(one.rates for one in right)
    return frozenset(
        Flow("" if one.kind in kinds else one.kind, frozenset() if discounted else one.rates) for one in left
    )


def fail_if_a_flow_is_discounted_twice(reading: Reading, collector: Collector) -> None:
    """Two discount rates in one place make a present value of a present value."""
    for name, span, rates in reading.twice:
        factors = " and ".join(f"discount({rate})" for rate in rates)
        collector.error(
            "WB-A111",
            f"{name} is discounted twice",
            span,
            facts=(f"a discount factor is multiplied by a discount factor here: {factors}",),
            remedy="discount each flow once, by the rate of what it is: money, wellbeing or health",
        )


def warn_if_a_kind_has_two_rates(
    reading: Reading, equations: Mapping[str, PlanEquation], appraisal: Appraisal, collector: Collector
) -> None:
    """The same kind of gain at two rates in one appraisal: the analyses cannot be read side by side."""
    seen: dict[tuple[Class, str], str] = {}
    for name, flows in reading.flows.items():
        for one in flows:
            # Two factors on one flow are told by the rule above.
            for rate in one.rates if len(one.rates) == 1 else ():
                seen.setdefault((one.kind, rate), name)
    words = {"wellbeing": "wellbeing", "health": "health", "money": "money"}
    for kind, word in words.items():
        used = {rate: name for (own, rate), name in seen.items() if own == kind}
        other = next((rate for rate in used if appraisal.discount.get(rate) != appraisal.discount.get(kind)), "")
        if not other or kind not in appraisal.discount:
            continue
        node = equations[used[other]].expression
        collector.warn(
            "WB-A113",
            f"{word} is discounted at the rate for {other} in {used[other]}",
            node.span,
            facts=(
                f"{used.get(kind, 'the appraisal')} discounts {word} {_rate(appraisal, kind)}",
                f"{used[other]} discounts it {_rate(appraisal, other)}",
            ),
            remedy=f"discount {word} by discount({kind}) everywhere, or say why this analysis has another rate",
        )


def _rate(appraisal: Appraisal, kind: str) -> str:
    rate = appraisal.discount.get(kind)
    return f"at {rate * 100:g}% a year" if isinstance(rate, float) else f"by the schedule {rate}"


def warn_if_life_has_two_rates(reading: Reading, appraisal: Appraisal, span: Span | None, collector: Collector) -> None:
    """The Green Book has one rate for effects on life: health and wellbeing share it."""
    used = {rate for flows in reading.flows.values() for one in flows for rate in one.rates}
    if {"wellbeing", "health"} <= used and appraisal.discount["wellbeing"] != appraisal.discount["health"]:
        collector.warn(
            "WB-A114",
            "wellbeing and health are discounted at two rates in one appraisal",
            span,
            facts=(f"wellbeing {_rate(appraisal, 'wellbeing')}", f"health {_rate(appraisal, 'health')}"),
            remedy="give both the same rate under `appraisal.discount`",
        )


def fail_if_two_values_of_a_wellby_meet(
    parameters: Iterable[PlanParameter],
    equations: Mapping[str, PlanEquation],
    outcomes: Iterable[str],
    collector: Collector,
) -> None:
    """A value of a WELLBY and a hurdle on its cost (or two values) must not stand in one total or ratio."""
    own = {one.name: frozenset({one.name}) for one in parameters if is_value_of_a_wellby(one.unit)}
    met: dict[str, frozenset[str]] = dict(own)
    for name, one in equations.items():
        below = [met[other] for other in names(one.expression) if other in met]
        met[name] = frozenset().union(*below)
    for name in outcomes:
        values = sorted(met.get(name, ()))
        if len(values) > 1:
            collector.error(
                "WB-A115",
                f"the outcome {name} mixes two values of a WELLBY",
                equations[name].expression.span,
                facts=(f"it rests on {' and on '.join(values)}",),
                remedy="use one: a value weighs benefits, a hurdle is held against the cost of a WELLBY",
            )
