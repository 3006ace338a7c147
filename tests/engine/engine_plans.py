"""Plans built by hand, and samplers that need no streams."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from wellbeva.core.axes import FIXED_ORDER, Axis, in_order
from wellbeva.core.units import Unit
from wellbeva.distributions.spec import Distribution
from wellbeva.engine.reductions.replicates import Layout
from wellbeva.engine.reductions.result import EngineResult
from wellbeva.engine.run.block_loop import Work
from wellbeva.engine.run.settings import RunSettings
from wellbeva.engine.targets import Sampler
from wellbeva.language import ir
from wellbeva.plan.plan import Check, Decision, Element, Plan, PlanEquation, PlanParameter

Floats = npt.NDArray[np.float64]


def run_with(
    plan: Plan,
    sampler: Sampler,
    settings: RunSettings | None = None,
    *,
    draws_each: int,
    progress: Callable[[int, int], None] | None = None,
) -> EngineResult:
    """Run a plan on draws from any sampler, of whose settings seed and design are only noted."""
    work = Work(plan, settings or RunSettings(), sampler=sampler, layout=Layout.design(draws_each))
    return work.result(work.reduce(work.tasks(), progress))


def axis(name: str, *labels: str, kind: Any = "plain", rungs: Sequence[float] = ()) -> Axis:
    return Axis(name, labels, kind=kind, rungs=tuple(rungs))


def time_axis(steps: int, step: float = 1.0) -> Axis:
    return Axis("time", tuple(str(k) for k in range(steps)), kind="time", rungs=tuple(k * step for k in range(steps)))


class Make:
    """Writes typed nodes with the axes that the language would give them."""

    def __init__(self, axes: Mapping[str, Axis], symbols: Mapping[str, tuple[str, ...]]) -> None:
        self.axes = dict(axes)
        self.symbols = dict(symbols)
        self.own = tuple(name for name in axes if name not in FIXED_ORDER)

    def _over(self, *nodes: ir.Node) -> tuple[str, ...]:
        return in_order((name for node in nodes for name in node.axes), self.own)

    def const(self, value: float) -> ir.Node:
        return ir.Const(value=float(value))

    def ref(self, name: str) -> ir.Node:
        return ir.Ref(name=name, axes=self.symbols[name])

    def binary(self, op: Any, left: ir.Node, right: ir.Node) -> ir.Node:
        return ir.Binary(op=op, left=left, right=right, axes=self._over(left, right))

    def add(self, left: ir.Node, right: ir.Node) -> ir.Node:
        return self.binary("add", left, right)

    def sub(self, left: ir.Node, right: ir.Node) -> ir.Node:
        return self.binary("sub", left, right)

    def mul(self, *nodes: ir.Node) -> ir.Node:
        total = nodes[0]
        for node in nodes[1:]:
            total = self.binary("mul", total, node)
        return total

    def div(self, left: ir.Node, right: ir.Node) -> ir.Node:
        return self.binary("div", left, right)

    def unary(self, op: Any, x: ir.Node) -> ir.Node:
        return ir.Unary(op=op, x=x, axes=x.axes, dtype="bool" if op == "not" else "float")

    def compare(self, op: Any, left: ir.Node, right: ir.Node) -> ir.Node:
        return ir.Compare(op=op, left=left, right=right, axes=self._over(left, right), dtype="bool")

    def logic(self, op: Any, left: ir.Node, right: ir.Node) -> ir.Node:
        return ir.Logic(op=op, left=left, right=right, axes=self._over(left, right), dtype="bool")

    def where(self, condition: ir.Node, yes: ir.Node, no: ir.Node) -> ir.Node:
        return ir.Select(condition=condition, yes=yes, no=no, axes=self._over(condition, yes, no))

    def call(self, function: str, *args: ir.Node) -> ir.Node:
        return ir.Call(function=function, args=args, axes=self._over(*args))

    def reduce(self, function: Any, x: ir.Node, *over: str) -> ir.Node:
        return ir.Reduce(function=function, x=x, over=over, axes=tuple(one for one in x.axes if one not in over))

    def pick(self, x: ir.Node, name: str, index: int) -> ir.Node:
        return ir.Pick(x=x, axis=name, index=index, axes=tuple(one for one in x.axes if one != name))

    def pick_by(self, x: ir.Node, name: str, by: ir.Node) -> ir.Node:
        rest = [one for one in x.axes if one != name]
        return ir.PickBy(x=x, axis=name, by=by, axes=in_order([*rest, *by.axes], self.own))

    def interp(self, x: ir.Node, name: str, by: ir.Node) -> ir.Node:
        rest = [one for one in x.axes if one != name]
        return ir.Interp(x=x, axis=name, by=by, axes=in_order([*rest, *by.axes], self.own))

    def lag(self, x: ir.Node, initial: ir.Node, over: str = "time") -> ir.Node:
        axes = in_order([*x.axes, *initial.axes, over], self.own)
        return ir.Lag(x=x, initial=initial, over=over, axes=axes)

    def scan(self, x: ir.Node, over: str = "time") -> ir.Node:
        return ir.Scan(x=x, over=over, axes=x.axes)

    def label(self, name: str) -> ir.Node:
        return ir.Label(axis=name, axes=(name,), dtype="label")

    def contract(self, x: ir.Node, moves: ir.Node) -> ir.Node:
        axes = in_order([*x.axes, *moves.axes, "state"], self.own)
        return ir.Contract(x=x, moves=moves, axes=tuple(one for one in axes if one != "to"))

    def ratio(self, top: ir.Node, bottom: ir.Node) -> ir.Node:
        axes = tuple(one for one in self._over(top, bottom) if one != "draw")
        return ir.Ratio(top=top, bottom=bottom, axes=axes)


def parameter(
    name: str, values: Any, axes: tuple[str, ...] = (), elements: Any = None, dtype: Any = "float"
) -> PlanParameter:
    values = np.asarray(values, dtype=np.float64)
    elements = np.full(values.shape, -1) if elements is None else np.asarray(elements)
    return PlanParameter(name, axes, Unit(), dtype, values, elements.astype(np.int32))


def element(name: str, dimension: int, base: float = 0.0, sd: float = 1.0) -> Element:
    return Element(name, dimension, Distribution("normal", (base, sd)), base)


def equation(name: str, node: ir.Node, stage: Any = "draw") -> PlanEquation:
    return PlanEquation(name, node, stage, "", "", name)


def plan(
    axes: Mapping[str, Axis],
    parameters: Sequence[PlanParameter],
    equations: Sequence[PlanEquation],
    *,
    elements: Sequence[Element] = (),
    groups: Sequence[tuple[str, ...]] | None = None,
    outcomes: Sequence[str] | None = None,
    decision: Decision | None = None,
    checks: Sequence[Check] = (),
) -> Plan:
    return Plan(
        title="a plan",
        axes=dict(axes),
        parameters=tuple(parameters),
        elements=tuple(elements),
        equations=tuple(equations),
        groups=tuple(groups) if groups is not None else tuple((one.name,) for one in equations),
        outcomes=tuple(outcomes) if outcomes is not None else tuple(one.name for one in equations),
        decision=decision,
        checks=tuple(checks),
    )


class Numbers:
    """Normal draws that depend on randomisation, element and index alone."""

    def __init__(self, elements: Sequence[Element], seed: int = 1) -> None:
        self.elements = elements
        self.seed = seed

    def block(self, randomisation: int, start: int, count: int) -> Floats:
        rows = []
        for number, one in enumerate(self.elements):
            bits = np.random.Philox(key=[self.seed, 1000 * randomisation + number]).random_raw(start + count)[start:]
            u = ((bits >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52
            mean, sd = one.distribution.args
            rows.append(mean + sd * (np.log(u) - np.log1p(-u)) * 0.55)  # about normal; its law does not matter here
        return np.array(rows).reshape(len(self.elements), count)


class Given:
    """Draws that are given: array (randomisation, element, draw)."""

    def __init__(self, draws: Floats) -> None:
        self.draws = draws

    def block(self, randomisation: int, start: int, count: int) -> Floats:
        return self.draws[randomisation, :, start : start + count]


def trajectory(options: int = 3, months: int = 24, *, choose: Any = "several") -> Plan:
    """A small wellbeing trajectory: reach, effect, hold and fade, costs; uncertain in every option."""
    names = [f"offer{k}" for k in range(options)]
    axes = {
        "option": axis("option", *names),
        "group": axis("group", "everyone"),
        "time": time_axis(months, 1 / 12),
        "payer": axis("payer", "council", "nhs"),
        "level": axis("level", "low", "central", "high"),
    }
    elements: list[Element] = []

    def drawn(count: int, name: str, base: float, sd: float) -> list[int]:
        first = len(elements)
        elements.extend(element(f"{name}[{names[k]}]", first + k, base * (1 + 0.1 * k), sd) for k in range(count))
        return list(range(first, first + count))

    per_option = {
        "take_up": (0.7, 0.05), "completion": (0.8, 0.04), "effect": (0.4, 0.2), "hold": (0.8, 0.05),
        "fade": (0.9, 0.05), "household": (0.2, 0.02),
    }  # fmt: skip
    parameters = [
        parameter("t", np.arange(months) / 12, ("time",)),
        parameter("step", 1 / 12),
        parameter("discount.wellbeing", 1.015 ** -(np.arange(months) // 12), ("time",)),
        parameter("people", np.full((options, 1), 250.0), ("option", "group")),
        parameter("onset", 0.0),
        parameter("rise", 0.0),
        parameter("value", [10_000.0, 13_000.0, 16_000.0], ("level",)),
        parameter("wait_shape", np.arange(options) % 2, ("option",), dtype="label"),
        parameter("retention", np.full(options, 0.5), ("option",)),
    ]
    symbols: dict[str, tuple[str, ...]] = {one.name: one.axes for one in parameters}
    for name, (base, sd) in per_option.items():
        rows = drawn(options, name, base, sd)
        values = [elements[row].base for row in rows]
        if name in ("take_up", "completion", "effect"):
            parameters.append(
                parameter(name, np.reshape(values, (options, 1)), ("option", "group"), [[r] for r in rows])
            )
            symbols[name] = ("draw", "option", "group")
        else:
            parameters.append(parameter(name, values, ("option",), rows))
            symbols[name] = ("draw", "option")
    rows = drawn(options, "cost", 300.0, 30.0)
    cells = np.array([[row, -1] for row in rows])
    costs = np.array([[elements[row].base, 20.0] for row in rows])
    parameters.append(parameter("cost_per_person", costs, ("option", "payer"), cells))
    symbols["cost_per_person"] = ("draw", "option", "payer")
    make = Make(axes, symbols)
    ref = make.ref
    started = make.mul(ref("people"), ref("take_up"))
    linear = make.call("area_linear", ref("t"), ref("step"), ref("onset"), ref("rise"), ref("hold"), ref("fade"))
    decay = make.call(
        "area_exponential", ref("t"), ref("step"), ref("onset"), ref("rise"), ref("hold"), ref("retention")
    )
    equations = [equation("started", started)]
    make.symbols["started"] = started.axes
    years = make.where(make.compare("eq", ref("wait_shape"), make.const(0)), linear, decay)
    equations.append(equation("years_at_full", years))
    make.symbols["years_at_full"] = years.axes
    flow = make.mul(
        ref("started"),
        ref("completion"),
        ref("effect"),
        make.add(make.const(1), ref("household")),
        ref("years_at_full"),
        ref("discount.wellbeing"),
    )
    equations.append(equation("wellbys_by_period", make.reduce("sum", flow, "group")))
    equations.append(equation("wellbys", make.reduce("sum", flow, "group", "time")))
    by_payer = make.mul(ref("cost_per_person"), make.reduce("sum", ref("started"), "group"))
    equations.append(equation("cost_by_payer", by_payer))
    make.symbols |= {one.name: one.expression.axes for one in equations}
    equations.append(equation("cost", make.reduce("sum", ref("cost_by_payer"), "payer")))
    make.symbols["cost"] = equations[-1].expression.axes
    equations.append(equation("npsv", make.sub(make.mul(ref("wellbys"), ref("value")), ref("cost"))))
    make.symbols["npsv"] = equations[-1].expression.axes
    equations.append(equation("cost_per_wellby", make.ratio(ref("cost"), ref("wellbys")), "mean"))
    one = choose == "one"
    decision = Decision(
        effect=ref("wellbys"),
        cost=ref("cost"),
        levels=("low", "central", "high"),
        values=(10_000.0, 13_000.0, 16_000.0),
        central=1,
        options=(*names, "nothing") if one else tuple(names),
        rows=(*range(options), -1) if one else tuple(range(options)),
        comparator=options if one else -1,
        choose=choose,
        thresholds=(0.0, 2_000.0, 10_000.0, 13_000.0, 16_000.0),
    )
    outcomes = ("wellbys", "wellbys_by_period", "cost", "cost_by_payer", "npsv", "cost_per_wellby")
    return plan(axes, parameters, equations, elements=elements, outcomes=outcomes, decision=decision)
