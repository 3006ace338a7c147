"""Rules of typing that are more than a message: what the nodes are."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from tests.language.expressions import LS, MONEY, NONE, sample_arrays, sample_environment, typed
from tests.language.golden_cases import cases
from wellbeva.core.spans import Located
from wellbeva.core.units import WELLBY, YEAR, Unit, base, years_in
from wellbeva.errors import Collector
from wellbeva.language import ir
from wellbeva.language.functions import ELEMENTWISE, FUNCTIONS, LATER, Function
from wellbeva.language.parser import parse
from wellbeva.language.traversal import walk
from wellbeva.language.typing.environment import stage_of
from wellbeva.language.typing.typing import check_declared, type_expression

ENVIRONMENT = sample_environment()


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("1 year", 1.0),
        ("9 months", 0.75),
        ("1 month", float(Fraction(1, 12))),
        ("10 weeks", float(Fraction(280, 1461))),
        ("365.25 days", 1.0),
        ("-18 months", -1.5),
    ],
)
def test_durations_are_constants_in_years(text: str, years: float) -> None:
    node = typed(text, ENVIRONMENT)
    assert isinstance(node, ir.Const)
    assert (node.value, node.unit) == (years, YEAR)


def test_durations_follow_the_calendar() -> None:
    calendar = replace(ENVIRONMENT, years_in=lambda word: years_in(word, weeks_per_year=Fraction(52)))
    node = typed("26 weeks", calendar)
    assert isinstance(node, ir.Const)
    assert node.value == 0.5


@pytest.mark.parametrize(("text", "value"), [("1/3", 1 / 3), ("2 ** 3 - 1", 7.0), ("-(1 - 20%) * 5", -4.0)])
def test_bare_arithmetic_is_folded(text: str, value: float) -> None:
    assert typed(text, ENVIRONMENT) == ir.Const(value=value)


def test_the_comparator_is_a_slice_and_nothing_is_zero() -> None:
    picked = typed("gain[option=comparator]", ENVIRONMENT)
    assert isinstance(picked, ir.Pick)
    assert (picked.axis, picked.index, picked.axes) == ("option", 1, ("draw", "group"))
    nothing = sample_environment(comparator=None)
    nought = typed("gain[option=comparator]", nothing)
    assert isinstance(nought, ir.Select)
    assert (nought.axes, nought.unit) == (("draw", "group"), LS)
    assert nought.condition == ir.Const(value=0.0, dtype="bool")
    assert nought.no == ir.Const(value=0.0, unit=LS)
    assert typed("sum(gain[option=comparator], over=group)", nothing).axes == ("draw",)
    assert typed("counted[option=comparator]", nothing) == ir.Const(value=0.0, dtype="bool")
    against = typed("option == comparator", nothing)
    assert isinstance(against, ir.Compare)
    assert against.right == ir.Const(value=-1.0, dtype="label")


def test_a_nought_for_nothing_keeps_its_unit_and_takes_no_other() -> None:
    nothing = sample_environment(comparator=None)
    collector = Collector()
    expression = parse(Located.bare("gain + take_up[option=comparator]", "model.yaml"), collector)
    assert expression is not None
    assert type_expression(expression, nothing, collector) is None
    assert [one.code for one in collector.errors] == ["WB-U001"]


def test_bare_numbers_take_the_unit_at_every_leaf() -> None:
    node = typed("gain + where(counted, 1, clip(2, 0, 3))", ENVIRONMENT)
    constants = [one for one in walk(node) if isinstance(one, ir.Const)]
    assert len(constants) == 4
    assert {one.unit for one in constants} == {LS}


def test_an_index_by_value_takes_the_axes_of_the_value() -> None:
    node = typed("rate_die[age=start_age + t]", ENVIRONMENT)
    assert isinstance(node, ir.PickBy)
    assert node.axes == ("draw", "group", "time")
    shifted = typed("weight[time=t - step]", ENVIRONMENT)
    assert isinstance(shifted, ir.PickBy)
    assert shifted.axes == ("option", "group", "time")
    fixed = typed("rate_die[age=62]", ENVIRONMENT)
    assert isinstance(fixed, ir.PickBy)
    assert fixed.by == ir.Const(value=62.0, unit=YEAR)
    assert isinstance(typed("rate_die[age=65]", ENVIRONMENT), ir.Pick)


def test_profiles_have_the_step_and_time_before_their_operands() -> None:
    node = typed("area_exponential(0, 0, hold, retention)", ENVIRONMENT)
    assert isinstance(node, ir.Call)
    assert len(node.args) == 6
    assert [one.name for one in node.args[:2] if isinstance(one, ir.Ref)] == ["t", "step"]
    until = typed("area_exponential(0, 0, hold, retention, until=fade)", ENVIRONMENT)
    assert isinstance(until, ir.Call)
    assert len(until.args) == 7
    assert until.axes == ("draw", "option", "group", "time")


def test_integrate_is_a_trapezium_times_the_step() -> None:
    node = typed("integrate(occupancy * discount(money), over=time)", ENVIRONMENT)
    assert isinstance(node, ir.Binary)
    assert isinstance(node.left, ir.Reduce)
    assert (node.left.function, node.left.over, node.axes, node.unit) == (
        "trapezium",
        ("time",),
        ("draw", "state"),
        YEAR,
    )


def test_a_ratio_of_means_has_no_draws_and_neither_has_what_is_built_on_it() -> None:
    symbols = {**ENVIRONMENT.symbols, "value_at": replace(ENVIRONMENT.symbols["value_at"], unit=MONEY / LS)}
    node = typed("ratio(cost * scale, gain) / take_up + value_at / 1", replace(ENVIRONMENT, symbols=symbols))
    assert "draw" not in node.axes
    assert stage_of(node, ENVIRONMENT) == "mean"
    inner = next(one for one in walk(node) if isinstance(one, ir.Ratio))
    assert "draw" in inner.top.axes
    assert "draw" not in inner.axes
    assert stage_of(inner.top, ENVIRONMENT) == "draw"


@pytest.mark.parametrize(
    ("text", "unit", "facts"),
    [
        ("people * gain * hold", WELLBY, ()),
        ("counted", NONE, ()),
        ("1", LS, ()),
        ("0", MONEY, ()),
        ("1", MONEY, ("the expression has no unit (a share, a ratio, a count)", "`x`, as declared, is in GBP[2025]")),
        ("gain", LS / YEAR, ("the expression is in LS", "`x`, as declared, is in LS/year")),
        ("hold", base("month"), ("the expression is in year", "`x`, as declared, is in month")),
        ("take_up * 2", LS, ("the expression has no unit (a share, a ratio, a count)", "`x`, as declared, is in LS")),
    ],
)
def test_the_declared_unit_is_checked(text: str, unit: Unit, facts: tuple[str, ...]) -> None:
    node, collector = typed(text, ENVIRONMENT), Collector()
    check_declared(node, unit, node.span, collector, "x")
    assert tuple(fact for one in collector.errors for fact in one.facts) == facts
    assert all(one.message == "the unit of `x` is not the declared one" for one in collector.errors)


def test_every_function_with_a_rule_of_its_own_and_every_code_stands_in_the_golden_texts() -> None:
    texts = [one for name in ("syntax.txt", "typing.txt") for one in cases(name)]
    used = {word for expression, _ in texts for word in re.findall(r"([a-z_]+)\(", expression)}
    assert FUNCTIONS.keys() - ELEMENTWISE.keys() <= used
    assert used & set(LATER)
    folder = Path(ir.__file__).parent
    codes = {code for path in folder.rglob("*.py") for code in re.findall(r'"(WB-[A-Z]\d+)"', path.read_text("utf-8"))}
    said = {code for _, expected in texts for code in re.findall(r"WB-[A-Z]\d+", expected)}
    elsewhere = {"WB-L001", "WB-L002", "WB-U006"}  # too long to print; of declared units: tested by themselves
    assert codes - said == elsewhere


@pytest.mark.parametrize(
    "function", [one for one in FUNCTIONS.values() if one.value is not None], ids=lambda one: one.name
)
def test_examples_of_numbers_are_well_typed(function: Function) -> None:
    assert typed(function.example, ENVIRONMENT).axes == ()


def test_sample_arrays_fit_the_sample_environment() -> None:
    arrays = sample_arrays(ENVIRONMENT, draws=4, seed=1)
    assert arrays.keys() == ENVIRONMENT.symbols.keys()
    for name, (axes, values) in arrays.items():
        assert axes == ENVIRONMENT.symbols[name].axes
        assert values.shape == tuple(4 if axis == "draw" else len(ENVIRONMENT.axes[axis]) for axis in axes)
