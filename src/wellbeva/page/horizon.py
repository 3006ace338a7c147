"""The horizons that a reader may choose: sums count a period once, or not at all (semantics R247).

A number of a page is that of a run with `--set time.to` where later periods reach it by sums over time alone: then each
period's share is multiplied by 1 up to the horizon and by 0 after it. All other ways from period to period go forwards
in time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from itertools import chain
from typing import Final, TypeAlias

import numpy as np

from wellbeva.core.units import Unit
from wellbeva.engine.arrays.named import own_axes, union
from wellbeva.language.ir import Binary, Compare, Const, Interp, Lag, Logic, Node, Pick, PickBy, Reduce, Ref, Unary
from wellbeva.language.traversal import rewritten, walk
from wellbeva.page.discounting import DiscountRate, discount_rates
from wellbeva.plan.plan import Plan, PlanParameter
from wellbeva.plan.record import CompiledScenario, Record
from wellbeva.report.page.blocks.timing import years_of
from wellbeva.report.page.render import period
from wellbeva.report.text.numbers import counted
from wellbeva.scenario.appraisal import HORIZON, PERIODS_PER_YEAR

COUNTED = "time.counted"
"""The parameter (time) that is 1 up to the horizon; no name of a model has a dot."""
MOST_ENDS = 40
"""Ends that are offered: each makes a row of draws."""


@dataclass(frozen=True, slots=True)
class Horizon:
    """Where time may end: after each appraisal year, or every second, third … where there are many.

    Parameters
    ----------
    words : mapping of str to str
        By last period, as ``time.to`` takes it, for people; the longest first, which is the scenario's own.
    spans : mapping of str to str
        The calendar years of each, as the head of the page has them.
    factors : dict of word to tuple of float (time,)
    """

    words: dict[str, str]
    spans: dict[str, str]
    factors: dict[str, tuple[float, ...]]
    path: str = HORIZON
    parameter: str = COUNTED
    name: str = "Time counted"
    where: str = ""
    source: str = ""

    @property
    def word(self) -> str:
        """The scenario's own last period."""
        return next(iter(self.words))


Choice: TypeAlias = DiscountRate | Horizon


def choices_of(compiled: CompiledScenario) -> list[Choice]:
    """Return what a page offers beside inputs: other discount rates, and a horizon where sums can be cut short.

    Parameters
    ----------
    compiled : CompiledScenario
        As `countable` returns it, where it has a horizon.
    """
    plan = compiled.plan
    cut = any(one.name == COUNTED for one in plan.parameters)
    return [*discount_rates(compiled.record), *([horizon(plan, compiled.record)] if cut else [])]


def horizon(plan: Plan, record: Record) -> Horizon:
    """Return where the time of a scenario may end.

    Parameters
    ----------
    plan : Plan
    record : Record
    """
    years, labels = years_of(plan), plan.axes["time"].labels
    ends = [at for at, year in enumerate(years) if years[at + 1 : at + 2] != (year,)]
    every = -(-len(ends) // MOST_ENDS)
    chosen = sorted({*ends[every - 1 :: every], ends[-1]}, reverse=True)
    step, starts = record.scenario.time.step, record.scenario.time.starts
    words, spans = {}, {}
    for at in chosen:
        length = (at + 1) / PERIODS_PER_YEAR[step] if step in PERIODS_PER_YEAR else Fraction(1, 2)
        said = counted(int(length), "year") if length.denominator == 1 else counted(at + 1, step)
        span = period(years[: at + 1], starts)
        words[labels[at]] = said if starts is None else f"{said}, {span}"
        spans[labels[at]] = span or f"over {said}"
    factors = {labels[at]: tuple(float(one <= at) for one in range(len(labels))) for at in chosen}
    return Horizon(words, spans, factors)


def whole_time(compiled: CompiledScenario, wanted: Sequence[Node]) -> str | None:
    """Return why all of time counts, the end of a sentence, empty where it is one year; None where a page can end it.

    Parameters
    ----------
    compiled : CompiledScenario
    wanted : sequence of Node
        What the page shows; its checks come beside.
    """
    plan = compiled.plan
    if len(horizon(plan, compiled.record).words) < 2:
        return ""
    trees = [("the decision", node) for node in wanted]
    trees += [("a check", one.expression) for one in plan.checks if one.severity == "fail_if"]
    reached = frozenset[str]().union(*(plan.upstream(node) for _, node in trees))
    trees += [(f"`{one.name}`", one.expression) for one in plan.equations if one.name in reached]
    asked = (f"{name} {asks}" for name, tree in trees for node in walk(tree) if (asks := _asks(node)))
    together = {element for one in plan.joints if one.kind == "copula" for element in one.elements}
    parted = (
        f"`{one.name}` has a number of a later period that moves with others"
        for one in plan.parameters
        if one.name in reached and "time" in one.axes
        and together & ({*one.elements.flat} - {*np.take(one.elements, 0, axis=one.axes.index("time")).flat})
    )  # fmt: skip
    return next(chain(asked, parted), None)


def _asks(node: Node) -> str:
    """Return what a part of an equation asks of later periods but their sum; empty if nothing."""
    match node:
        case Reduce(function=function, over=over) if "time" in over and function not in ("sum", "trapezium"):
            return f"takes the {function} over time"
        case Pick(axis="time", index=index) if index:
            return "names a period"
        case PickBy(axis="time") | Interp(axis="time"):
            return "looks a period up"
        case Ref(name="last"):
            return "asks which period is the last"
    return ""


def countable(compiled: CompiledScenario) -> CompiledScenario:
    """Return a scenario whose sums over time count each period as often as `COUNTED` says: once, as it is.

    Parameters
    ----------
    compiled : CompiledScenario
    """
    plan = compiled.plan
    length = len(plan.axes["time"])
    ones = PlanParameter(COUNTED, ("time",), Unit(), "float", np.ones(length), np.full(length, -1, dtype=np.int32))
    change = partial(_counting, own=own_axes(plan.axes))
    decision = plan.decision
    if decision is not None:
        effect, cost = rewritten(decision.effect, change), rewritten(decision.cost, change)
        net_cost = decision.net_cost and rewritten(decision.net_cost, change)
        decision = replace(decision, effect=effect, cost=cost, net_cost=net_cost)
    return replace(
        compiled,
        plan=replace(
            plan,
            parameters=(*plan.parameters, ones),
            equations=tuple(replace(one, expression=rewritten(one.expression, change)) for one in plan.equations),
            decision=decision,
            checks=tuple(replace(one, expression=_counted_check(one.expression, change)) for one in plan.checks),
        ),
    )


_ONES: Final = Ref(name=COUNTED, axes=("time",))


def _counting(node: Node, own: tuple[str, ...]) -> Node:
    """Multiply what is summed over time; a trapezium's panels are means of neighbouring points, none at the first."""
    if not isinstance(node, Reduce) or "time" not in node.over:
        return node
    x, axes = node.x, union(own, node.x.axes, ("time",))
    if node.function == "trapezium":
        before = Lag(x=x, initial=Unary(op="neg", x=x, axes=x.axes, unit=x.unit), over="time", axes=axes, unit=x.unit)
        x = Binary(op="add", left=x, right=before, axes=axes, unit=x.unit)
        x = Binary(op="div", left=x, right=Const(value=2.0), axes=axes, unit=x.unit)
    return replace(node, function="sum", x=Binary(op="mul", left=x, right=_ONES, axes=axes, unit=x.unit))


def _counted_check(node: Node, change: Callable[[Node], Node]) -> Node:
    """Let a check look at the periods that count alone."""
    check = rewritten(node, change)
    if "time" not in check.axes:
        return check
    counts = Compare(op="gt", left=_ONES, right=Const(value=0.0), axes=("time",), dtype="bool")
    return Logic(op="and", left=check, right=counts, axes=check.axes, dtype="bool")
