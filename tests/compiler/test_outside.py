"""Which inputs can be drawn outside the bounds of their parameter, and what a check says of it (R5)."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.tiers import examples
from wellbeva.compiler.parameters.bounds import share_outside, within_reach
from wellbeva.distributions.quantile import at_tails, ppf
from wellbeva.distributions.spec import Distribution
from wellbeva.errors import WellbevaError
from wellbeva.plan.plan import Bounds, ElementBounds
from wellbeva.plan.record import CompiledScenario
from wellbeva.plan.serialise import from_json, plan_hash, to_json

Build = Callable[..., CompiledScenario]


def limits(compiled: CompiledScenario) -> dict[str, tuple[float | None, float | None]]:
    return {one.name: (one.bounds.low, one.bounds.high) for one in compiled.plan.limits}


def test_only_the_end_that_draws_can_cross_is_a_limit(build: Build) -> None:
    compiled = build("values: {take_up: {normal: {mean: 0.9, sd: 0.03}}, factor: 0.9 (se 0.3)}\n")
    (limit,) = compiled.plan.limits
    assert (limit.name, limit.parameter) == ("take_up", "take_up")
    assert compiled.plan.elements[limit.element].name == "take_up"
    assert limit.bounds.low is None  # 30 standard deviations away: no uniform is so near to 0
    assert limit.bounds.high == pytest.approx(1, rel=1e-14)
    assert limit.bounds.high is not None
    assert limit.bounds.high > 1
    assert limit.bounds.words == "0% to 100%"
    assert limit.span is not None
    assert "normal" in limit.span.text
    cut = "values: {take_up: {normal: {mean: 0.9, sd: 0.03}, truncate: {low: 0}}}\n"
    assert limits(build(cut)) == {"take_up": (None, limit.bounds.high)}


@pytest.mark.parametrize(
    "value",
    [
        "60% (50% to 70%)",
        "31 of 45",
        "60% (se 10%)",
        "{uniform: {min: 0%, max: 100%}}",
        "{triangular: {min: 0%, mode: 50%, max: 100%}}",
        "60% (range 0% to 100%)",
        "{normal: {mean: 0.95, sd: 0.1}, truncate: {low: 0, high: 1}}",
        "{empirical: {0: 3, 1: 7}}",
        "{mixture: {70%: {beta: {a: 2, b: 3}}, 30%: 1}}",
    ],
)
def test_what_lies_within_the_bounds_has_no_limits(build: Build, value: str) -> None:
    compiled = build(f"values: {{take_up: {value}}}\n")
    assert "take_up" in [one.name for one in compiled.plan.elements]
    assert limits(compiled) == {}


@settings(max_examples=examples(60), deadline=None)
@given(
    st.floats(-1e6, 1e6),
    st.floats(1e-6, 1e6),
    st.floats(0, 1),
    st.sampled_from(["uniform", "triangular", "pert", "normal", "beta", "gamma"]),
)
@example(low=0.0, width=1.0, at=2.225073858507e-311, family="triangular")
def test_no_draw_of_a_law_that_ends_at_the_bounds_is_outside(low: float, width: float, at: float, family: str) -> None:
    """A law that reaches from bound to bound: none of its draws, the outermost among them, is beyond a limit."""
    high = low + width
    mode = min(high, low + at * width)
    law = {
        "uniform": Distribution("uniform", (low, high)),
        "triangular": Distribution("triangular", (low, mode, high)),
        "pert": Distribution("pert", (low, mode, high)),
        "normal": Distribution("normal", (mode, width), low, high),
        "beta": Distribution("beta", (0.5 + at, 2.0)),
        "gamma": Distribution("gamma", (0.5 + at, width)),
    }[family]
    ends = {"beta": (0.0, 1.0), "gamma": (0.0, None)}.get(family, (low, high))
    bounds = within_reach(law, Bounds(*ends, "", ""))
    outermost = at_tails(law, np.array([2.0**-64, 1.0]), np.array([1.0, 2.0**-64]))
    if bounds is not None:
        assert bounds.low is None or bounds.low <= outermost[0]
        assert bounds.high is None or outermost[1] <= bounds.high
    assert sum(share_outside(law, *ends)) < 1e-12


@settings(max_examples=examples(100), deadline=None)
@given(st.floats(-1, 1), st.floats(6, 11), st.sampled_from(["normal", "lognormal", "gamma"]))
def test_an_end_that_no_uniform_reaches_is_no_limit(mean: float, away: float, family: str) -> None:
    """The uniforms of every design keep 2^-53 away from 0 and 1: between 8 and 9 standard deviations of a normal."""
    law = {
        "normal": Distribution("normal", (mean, 1.0)),
        "lognormal": Distribution("lognormal", (mean, 1.0)),
        "gamma": Distribution("gamma", (2.0, 1.0)),
    }[family]
    high = {"normal": mean + away, "lognormal": math.exp(mean + away), "gamma": 4.0 * away}[family]
    outermost = float(at_tails(law, np.array([1 - 2.0**-53]), np.array([2.0**-53]))[0])
    bounds = within_reach(law, Bounds(None, high, "", ""))
    assert outermost <= high if bounds is None else bounds.high is not None
    if outermost > high * (1 + 1e-9):
        assert bounds is not None


@pytest.mark.parametrize(
    ("before", "after", "column", "cells", "rounds"),
    [
        # 35 x 0.01 is above 0.35; 7 x 1/12 is below 7/12
        (
            "default: 100%",
            "default: 35%, bounds: [0%, 35%]",
            "take_up",
            ("35%", "3%", "35.0000000001%"),
            35 * 0.01 > 0.35,
        ),
        (
            "default: 1 year",
            "default: 1 year, bounds: [7 months, none]",
            "lasts.walks",
            ("7 months", "9 months", "6.9999999999 months"),
            7 * (1 / 12) < 7 / 12,
        ),
    ],
)
def test_a_draw_at_a_bound_is_inside_whatever_its_unit(
    build: Build, small_model: str, tmp_path: Path, before: str, after: str, column: str, cells: list[str], rounds: bool
) -> None:
    """The draws of a table are converted by a rounded factor, bounds exactly."""
    assert rounds
    at, inside, beyond = cells
    (tmp_path / "draws.csv").write_text("\n".join([column, at, at, inside, beyond, ""]), encoding="utf-8")
    compiled = build("tables: [{file: draws.csv, rows: draw}]\n", model=small_model.replace(before, after))
    ((low, high),) = limits(compiled).values()
    (joint,) = compiled.plan.joints
    outside = [(low is not None and x < low) or (high is not None and x > high) for x in joint.matrix[:, 0]]
    assert outside == [False, False, False, True]


def test_same_as_is_held_against_the_bounds_of_the_parameter_it_fills(build: Build) -> None:
    more = "values: {factor: '1 (0.6 to 1.4)', take_up.walks: same as factor, take_up.swims: 0.4}\n"
    with pytest.raises(WellbevaError, match=r"WB-V106.*% of the draws of take_up are outside") as caught:
        build(more.replace("'1 (0.6 to 1.4)'", "{normal: {mean: 0.9, sd: 0.2}}"))
    assert "same as factor" in str(caught.value)
    with pytest.raises(WellbevaError, match=r"WB-V104.*take_up is outside its bounds"):
        build(more.replace("'1 (0.6 to 1.4)'", "1.5"))
    compiled = build(more.replace("'1 (0.6 to 1.4)'", "{normal: {mean: 0.9, sd: 0.05}}"))
    (limit,) = compiled.plan.limits
    assert (limit.name, compiled.plan.elements[limit.element].name) == ("take_up[walks]", "factor")


@pytest.mark.parametrize(
    ("sd", "told"),
    [
        # P(Z > z): 2.28e-2, 1.35e-3, 3.4e-6 and 2.9e-7 at z = 2, 3, 4.5 and 5
        (0.05, ("2% of the draws of take_up", "some 373 of 16,384")),
        (0.1 / 3, ("0.1% of the draws of take_up", "some 22 of 16,384")),
        (0.1 / 4.5, ("0.0003% of the draws of take_up", "one of some 300,000")),
        (0.02, None),
    ],
)
def test_a_check_foretells_what_a_run_will_refuse(build: Build, sd: float, told: tuple[str, str] | None) -> None:
    compiled = build(f"values: {{take_up: {{normal: {{mean: 0.9, sd: {sd}}}}}}}\n")
    assert set(limits(compiled)) == {"take_up"}
    said = [one for one in compiled.record.warnings if one.code == "WB-V106"]
    assert len(said) == (told is not None)
    if told is not None:
        assert said[0].message.startswith(told[0])
        assert said[0].facts[-1] == f"such a draw, {told[1]}, refuses a run"
        leave = "`wellbeva run` and `wellbeva test` with --allow-nonfinite leave such draws out"
        assert said[0].remedy.endswith(f"; {leave}")


@pytest.mark.parametrize(
    ("path", "bounds", "law", "way"),
    [
        ("take_up.walks", "", "{mean: 0.9, sd: 0.05}", "interval"),
        ("lasts.walks", ", bounds: [0 years, none]", "{mean: 6 months, sd: 3 months}", "interval"),
        ("people.walks", ", bounds: [none, 2000 people]", "{mean: 1900 people, sd: 60 people}", "range"),
        ("factor", ", bounds: [0.5, none]", "{mean: 1, sd: 0.2}", "range"),
        ("effect.walks", ", bounds: [-10, 10]", "{mean: 5, sd: 2}", "range"),
        ("cost.walks", ", bounds: [£0, £20000]", "{mean: £9000 in 2023 prices, sd: £4000}", "range"),
    ],
)
def test_the_remedy_for_a_spread_can_be_written_as_it_stands(
    build: Build, small_model: str, path: str, bounds: str, law: str, way: str
) -> None:
    """An interval keeps within its bounds only where the family that follows from the unit does (R5)."""
    start = f"  {path.partition('.')[0]}: {{unit: "
    before, _, after = small_model.partition(start)
    unit, _, rest = after.partition(",")
    model = f"{before}{start}{unit}{bounds},{rest}"
    more = f"variants: {{wide: {{{path}: {{normal: {law}, CUT source: assumed}}}}}}\n"
    (told,) = [
        one
        for one in build(more.replace("CUT", ""), model=model, variant="wide").record.warnings
        if one.code == "WB-V106"
    ]
    assert told.remedy.startswith(f"give an {way}" if way == "interval" else f"give a {way}")
    cut = told.remedy.partition("with `")[2].partition("`")[0]
    mended = build(more.replace("CUT", f"{cut},"), model=model, variant="wide")
    assert [one.code for one in mended.record.warnings if one.code == "WB-V106"] == []
    assert limits(mended) == {}


def test_the_remedy_for_a_mixture_cuts_its_part(build: Build) -> None:
    """Beside a mixture `truncate` is refused (R7)."""
    more = "values: {take_up: {mixture: {30%: {normal: {mean: 0.92, sd: 0.04}CUT}, 70%: 0.8}}}\n"
    (told,) = [one for one in build(more.replace("CUT", "")).record.warnings if one.code == "WB-V106"]
    cut = told.remedy.partition("cut the part that goes beyond in the open with `")[2].partition("`")[0]
    assert limits(build(more.replace("CUT", f", {cut}"))) == {}


@pytest.mark.parametrize(
    ("mean", "where"), [(0.5, "as many below as above"), (0.6, "most of them above"), (0.9, "all of them above")]
)
def test_a_check_says_on_which_side_draws_are_outside(build: Build, mean: float, where: str) -> None:
    sd = 0.05 if mean > 0.8 else 0.25
    compiled = build(f"values: {{take_up: {{normal: {{mean: {mean}, sd: {sd}}}}}}}\n")
    (told,) = [one for one in compiled.record.warnings if one.code == "WB-V106"]
    assert told.message.endswith(f"outside its bounds, {where}")


def test_limits_are_part_of_what_a_plan_means_and_their_place_is_not(build: Build) -> None:
    plan = build("values: {take_up: {normal: {mean: 0.9, sd: 0.05}}}\n").plan
    again = from_json(to_json(plan))
    assert again.limits == plan.limits
    assert again.limits[0].span is None
    assert plan_hash(again) == plan_hash(plan)
    (limit,) = plan.limits
    for other in (
        (),
        (replace(limit, bounds=replace(limit.bounds, high=2.0)),),
        (replace(limit, bounds=replace(limit.bounds, low=0.0)),),
        (replace(limit, name="factor"),),
        (ElementBounds(limit.name, limit.element + 1, limit.bounds),),
    ):
        assert plan_hash(replace(plan, limits=other)) != plan_hash(plan)
    assert '"limits"' not in to_json(replace(plan, limits=()))


def test_a_variant_has_its_own_limits(build: Build) -> None:
    more = "variants: {wide: {take_up: {normal: {mean: 0.9, sd: 0.05}}}}\n"
    assert limits(build(more)) == {}
    assert set(limits(build(more, variant="wide"))) == {"take_up"}


def test_a_bound_is_where_the_normal_says(build: Build) -> None:
    low, high = share_outside(Distribution("normal", (0.9, 0.05)), 0.0, 1.0)
    assert high == pytest.approx(0.5 * math.erfc(2 / math.sqrt(2)), rel=1e-9)
    assert ppf(Distribution("normal", (0.9, 0.05)), [1 - high])[0] == pytest.approx(1.0, rel=1e-9)
    assert low < 1e-60
