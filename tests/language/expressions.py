"""Random well-typed equations, for testing engines against each other and the language against itself.

`expressions(environment)` is a Hypothesis strategy of `(text, node)`; `typed_nodes(environment)` of the nodes alone.
`sample_environment()` has something of everything, and `sample_arrays(…)` tame numbers for it. Denominators stay away
from 0 and operands of functions within their domains, so that values stay tame whatever is combined.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from wellbeva.core.axes import Axis
from wellbeva.core.spans import Located
from wellbeva.core.units import YEAR, Unit, base, currency, parse_unit, years_in
from wellbeva.errors import Collector, render
from wellbeva.language.functions import ELEMENTWISE, Elementwise
from wellbeva.language.ir import Node
from wellbeva.language.parser import parse
from wellbeva.language.typing.environment import Environment, Symbol
from wellbeva.language.typing.typing import type_expression

Floats = npt.NDArray[np.float64]
Draw = Callable[[st.SearchStrategy[object]], object]
Built = tuple[str, Node]

NONE = Unit()
LS, PERSON, MONEY = base("LS"), base("person"), currency("GBP", 2025)


def sample_environment(*, comparator: int | None = 1) -> Environment:
    """Three options, two groups, three years, three states, two payers, a ladder of ages, an ordered own axis."""
    axes = {
        "option": Axis("option", ("visits", "calls", "usual")),
        "group": Axis("group", ("older", "younger")),
        "state": Axis("state", ("well", "sick", "dead")),
        "to": Axis("to", ("well", "sick", "dead")),
        "time": Axis("time", ("0", "1", "2"), kind="time", rungs=(0.0, 1.0, 2.0), unit="year"),
        "payer": Axis("payer", ("council", "nhs")),
        "level": Axis("level", ("low", "central", "high"), kind="ordered"),
        "age": Axis("age", ("60", "65", "70", "75"), kind="ladder", rungs=(60.0, 65.0, 70.0, 75.0), unit="year"),
    }
    symbols = {
        "take_up": Symbol(("draw", "option")),
        "completion": Symbol(("draw", "group")),
        "weight": Symbol(("option", "group", "time")),
        "mark_up": Symbol(("payer",)),
        "scale": Symbol(("draw",)),
        "occupancy": Symbol(("draw", "state", "time")),
        "moves": Symbol(("draw", "state", "to")),
        "gain": Symbol(("draw", "option", "group"), LS),
        "gain_in_time": Symbol(("draw", "option", "time"), LS),
        "utility": Symbol(("state",), LS),
        "people": Symbol(("option", "group"), PERSON),
        "cost": Symbol(("option", "payer"), MONEY),
        "cost_in_time": Symbol(("draw", "option", "time"), MONEY),
        "value_at": Symbol(("level",), MONEY),
        "hold": Symbol(("draw", "option"), YEAR),
        "fade": Symbol(("group",), YEAR),
        "start_age": Symbol(("group",), YEAR),
        "retention": Symbol(("option",), NONE / YEAR),
        "rate_die": Symbol(("draw", "age"), NONE / YEAR),
        "counted": Symbol(("option",), dtype="bool"),
        "early": Symbol(("time",), dtype="bool"),
        "shape": Symbol(("option",), dtype="label", choices=("linear", "exponential")),
        "band": Symbol(("group",), dtype="label", choices=("low", "central", "high")),
        "t": Symbol(("time",), YEAR),
        "step": Symbol((), YEAR),
        "first": Symbol((), YEAR),
        "last": Symbol((), YEAR),
        "discount.money": Symbol(("time",)),
        "discount.wellbeing": Symbol(("time",)),
    }
    units = partial(parse_unit, money=MONEY)
    return Environment(symbols, axes, ("level", "age"), MONEY, comparator, units, years_in)


def sample_arrays(environment: Environment, *, draws: int, seed: int) -> dict[str, tuple[tuple[str, ...], Floats]]:
    """Return tame values for every symbol of `sample_environment`: its axes in order, and the array over them."""
    random = np.random.default_rng(seed)
    found: dict[str, tuple[tuple[str, ...], Floats]] = {}
    for name, symbol in environment.symbols.items():
        shape = tuple(draws if axis == "draw" else len(environment.axes[axis]) for axis in symbol.axes)
        if symbol.dtype == "bool":
            values = random.integers(0, 2, shape).astype(np.float64)
        elif symbol.dtype == "label":
            values = random.integers(0, len(symbol.choices), shape).astype(np.float64)
        else:
            low, high = {LS: (-1.0, 2.0), MONEY: (0.0, 90.0), PERSON: (1.0, 40.0), YEAR: (0.0, 3.0)}.get(
                symbol.unit, (0.02, 0.98)
            )
            values = random.uniform(low, high, shape)
        found[name] = (symbol.axes, values)
    for name in ("occupancy", "moves"):
        held, values = found[name]
        along = held.index("to" if name == "moves" else "state")
        found[name] = (held, values / values.sum(axis=along, keepdims=True))
    years = np.array(environment.axes["time"].rungs)
    found["t"] = (("time",), years)
    found["step"], found["first"], found["last"] = ((), np.array(1.0)), ((), years[0]), ((), years[-1])
    found["discount.money"] = (("time",), 1.035**-years)
    found["discount.wellbeing"] = (("time",), 1.015**-years)
    found["start_age"] = (("group",), random.uniform(60.0, 74.0, len(environment.axes["group"])))
    return found


def typed(text: str, environment: Environment) -> Node:
    """Type a text, or fail with what the language says about it."""
    collector = Collector()
    expression = parse(Located.bare(text, "random"), collector)
    node = type_expression(expression, environment, collector) if expression is not None else None
    assert node is not None, f"{text}\n" + "\n".join(render(one) for one in collector.found)
    return node


class _Builder:
    """Builds one random equation."""

    def __init__(self, draw: Draw, environment: Environment, *, steps: bool) -> None:
        self.draw, self.environment, self.steps = draw, environment, steps
        self.units = sorted({one.unit for one in environment.symbols.values() if one.dtype == "float"}, key=str)

    def one_of(self, items: list[str]) -> str:
        return str(self.draw(st.sampled_from(items)))

    def build(self, text: str) -> Built:
        return text, typed(text, self.environment)

    def leaf(self, unit: Unit) -> Built:
        names = [
            f"discount({name.removeprefix('discount.')})" if name.startswith("discount.") else name
            for name, symbol in self.environment.symbols.items()
            if symbol.unit == unit and symbol.dtype == "float"
        ]
        if unit == NONE:
            names += ["0.5", "25%", "3", "1/3"]
        if unit == YEAR:
            names += ["1 year", "9 months", "10 weeks"]
        return self.build(self.one_of(names))

    def number(self, unit: Unit, depth: int) -> Built:
        if depth <= 0:
            return self.leaf(unit)
        kinds = [
            "leaf",
            "add",
            "sub",
            "neg",
            "mul",
            "div",
            "where",
            "extreme",
            "clip",
            "reduce",
            "along",
            "pick",
            "function",
        ]
        kind = self.one_of(kinds)
        if kind == "leaf":
            return self.leaf(unit)
        if kind == "function":
            return self.function(unit, depth)
        x = self.number(unit, depth - 1)
        if kind == "reduce":
            return self.reduced(x)
        if kind == "along":
            return self.along(x, unit)
        if kind == "pick":
            return self.picked(x)
        return self.build(self.combined(kind, x[0], unit, depth - 1))

    def combined(self, kind: str, x: str, unit: Unit, depth: int) -> str:
        if kind == "neg":
            return f"(-{x})"
        if kind in ("mul", "div"):
            factor = self.number(NONE, depth)[0]
            return f"({x} * {factor})" if kind == "mul" else f"({x} / (1.5 + abs({factor})))"
        if kind == "clip":
            low, high = self.leaf(unit)[0], self.leaf(unit)[0]
            return f"clip({x}, min({low}, {high}), max({low}, {high}))"
        y = self.number(unit, depth)[0]
        if kind == "where":
            return f"where({self.truth(depth)[0]}, {x}, {y})"
        if kind == "extreme":
            return f"{self.one_of(['min', 'max'])}({x}, {y})"
        return f"({x} {'+' if kind == 'add' else '-'} {y})"

    def reduced(self, x: Built) -> Built:
        axes = [name for name in x[1].axes if name != "draw"]
        if not axes:
            return x
        chosen = [self.one_of(axes)]
        if len(axes) > 1 and self.draw(st.booleans()):
            chosen.append(self.one_of([name for name in axes if name != chosen[0]]))
        over = chosen[0] if len(chosen) == 1 else f"[{', '.join(chosen)}]"
        return self.build(f"{self.one_of(['sum', 'mean', 'min', 'max'])}({x[0]}, over={over})")

    def along(self, x: Built, unit: Unit) -> Built:
        if self.draw(st.booleans()):
            initial = "0" if self.draw(st.booleans()) else self.leaf(unit)[0]
            return self.build(f"lag({x[0]}, {initial})")
        ordered = [one for one in x[1].axes if one != "draw" and self.environment.axes[one].kind != "plain"]
        return self.build(f"cumsum({x[0]}, over={self.one_of(ordered)})") if ordered else x

    def picked(self, x: Built) -> Built:
        axes = [name for name in x[1].axes if name != "draw"]
        if not axes:
            return x
        axis = self.environment.axes[self.one_of(axes)]
        by = [*axis.labels]
        if axis.name == "option":
            by.append("comparator")
        if axis.kind == "ladder" and axis.unit == "year":
            by += ["start_age + t", "62 years"]
        by += [
            name
            for name, one in self.environment.symbols.items()
            if one.dtype == "label" and one.choices == axis.labels
        ]
        return self.build(f"({x[0]})[{axis.name}={self.one_of(by)}]")

    def function(self, unit: Unit, depth: int) -> Built:
        symbols = self.environment.symbols
        if unit == YEAR and {"hold", "fade", "retention"} <= symbols.keys():
            hold = f"max(0 years, {self.number(YEAR, depth - 1)[0]})"
            return self.build(
                self.one_of(
                    [
                        f"area_linear(3 months, 6 months, {hold}, fade)",
                        f"area_exponential(0, 3 months, {hold}, retention)",
                        f"area_exponential(0, 0, {hold}, 40%, until=hold)",
                        f"area_geometric(1 month, 0, {hold}, retention)",
                    ]
                )
            )
        if unit != NONE:
            return self.build(f"({self.leaf(unit)[0]} * {self.function(NONE, depth)[0]})")
        x = self.number(NONE, depth - 1)
        smooth = [
            f"(1 + abs({x[0]})) ** 2",
            f"(0.5 + abs({x[0]})) ** -{self.one_of(['1', '0.5', '3'])}",
        ]
        if "time" in x[1].axes:
            smooth.append(f"interp({x[0]}, time={self.leaf(YEAR)[0]})")
            smooth.append(f"integrate({x[0]}, over=time) / (1 year)")
            smooth.append(f"share_after(abs({x[0]}), 18 months)")
        if "rate_die" in symbols:
            smooth += ["rate_die[age=start_age + t] * step", "rate_die[age=62 years + hold] * step"]
            smooth += [
                "interp(rate_die, age=start_age + 2 * t) * step",
                "interp(rate_die, age=50 years + 9 * hold) * step",
            ]
            smooth += ["rate_to_prob(rate_die, step)", f"prob_to_rate(clip({x[0]}, 0, 0.9), step) * step"]
        if "moves" in symbols and "state" in x[1].axes and "to" not in x[1].axes:
            smooth += [f"contract({x[0]}, moves)", "moves[to=state]"] * 3
        registered = [one for one in ELEMENTWISE.values() if self.steps or not one.jumps]
        return self.build(self.one_of([*smooth, *(self.within_domain(one, x[0]) for one in registered)]))

    def within_domain(self, function: Elementwise, x: str) -> str:
        operands = [x, *(self.leaf(NONE)[0] for _ in function.operands[1:])]
        clipped = (f"clip({one}, {low}, {high})" for one, (low, high) in zip(operands, function.domain, strict=True))
        return f"{function.name}({', '.join(clipped)})"

    def truth(self, depth: int) -> Built:
        symbols, axes = self.environment.symbols, self.environment.axes
        leaves = [name for name, one in symbols.items() if one.dtype == "bool"]
        leaves += [
            f"{name} {sign} {one.choices[0]}" for name, one in symbols.items() if one.choices for sign in ("==", "!=")
        ]
        leaves += [f"{name} == {axis.labels[-1]}" for name, axis in axes.items() if axis.kind == "plain"]
        leaves += ["t > first", "t < 18 months", "true"]
        if depth <= 0 or self.draw(st.booleans()):
            return self.build(self.one_of(leaves))
        kind = self.one_of(["not", "and", "or", *(["compare"] if self.steps else [])])
        if kind == "not":
            return self.build(f"(not {self.truth(depth - 1)[0]})")
        if kind == "compare":
            unit = self.draw(st.sampled_from(self.units))
            assert isinstance(unit, Unit)
            sign = self.one_of(["<", "<=", ">", ">="])
            return self.build(f"({self.number(unit, depth - 1)[0]} {sign} {self.number(unit, depth - 1)[0]})")
        return self.build(f"({self.truth(depth - 1)[0]} {kind} {self.truth(depth - 1)[0]})")


def random_expressions(draw: Draw, environment: Environment, *, depth: int = 3, steps: bool = True) -> Built:
    """Draw one equation as `(text, node)`; `steps` allows what jumps (comparison, `floor`, `mod` …)."""
    builder = _Builder(draw, environment, steps=steps)
    unit = draw(st.sampled_from([NONE, NONE, *builder.units]))
    assert isinstance(unit, Unit)
    return builder.number(unit, depth)


def expressions(environment: Environment, *, depth: int = 3, steps: bool = True) -> st.SearchStrategy[Built]:
    """Return a strategy of `(text, node)`."""

    @st.composite
    def one(draw: Draw) -> Built:
        return random_expressions(draw, environment, depth=depth, steps=steps)

    return one()


def typed_nodes(environment: Environment, *, depth: int = 3, steps: bool = True) -> st.SearchStrategy[Node]:
    """Return a strategy of well-typed nodes."""
    return expressions(environment, depth=depth, steps=steps).map(lambda built: built[1])
