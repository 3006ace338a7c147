"""Recurrences along time: the three-state cohort of Sonnenberg and Beck (1993), and others by hand."""

import numpy as np
import pytest

from tests.engine.engine_plans import Make, Numbers, axis, element, equation, parameter, plan, time_axis
from wellbeva.engine.blocked import Blocked
from wellbeva.engine.reference.interpreter import evaluate
from wellbeva.engine.targets import ReferenceBlocks, targets

MOVES = [[0.6, 0.2, 0.2], [0.0, 0.6, 0.4], [0.0, 0.0, 1.0]]


def cohort(cycles=25, *, sure=True):
    """Well, disabled, dead; utilities 1, 0.7, 0 (Med Decis Making 1993;13:322-338)."""
    axes = {
        "state": axis("state", "well", "disabled", "dead"),
        "to": axis("to", "well", "disabled", "dead"),
        "time": time_axis(cycles),
    }
    elements = [] if sure else [element("fall", 0, 0.2, 0.01)]
    fall = parameter("fall", 0.2, (), None if sure else 0)
    parameters = [
        fall,
        parameter("moves", MOVES, ("state", "to")),
        parameter("start", [1.0, 0.0, 0.0], ("state",)),
        parameter("utility", [1.0, 0.7, 0.0], ("state",)),
        parameter("t", np.arange(cycles, dtype=float), ("time",)),
    ]
    drawn = () if sure else ("draw",)
    occupied = (*drawn, "state", "time")
    make = Make(axes, {**{one.name: one.axes for one in parameters}, "fall": drawn, "occupancy": occupied})
    well_to_disabled = make.logic(
        "and",
        make.compare("eq", make.label("state"), make.const(0)),
        make.compare("eq", make.label("to"), make.const(1)),
    )
    stays = make.logic(
        "and",
        make.compare("eq", make.label("state"), make.const(0)),
        make.compare("eq", make.label("to"), make.const(0)),
    )
    rest = make.where(stays, make.sub(make.const(0.8), make.ref("fall")), make.ref("moves"))
    moves = make.where(well_to_disabled, make.ref("fall"), rest)
    occupancy = make.lag(make.contract(make.ref("occupancy"), moves), make.ref("start"))
    lived = make.mul(make.ref("occupancy"), make.ref("utility"))
    ends = make.where(
        make.compare("gt", make.ref("t"), make.const(0)), make.reduce("sum", lived, "state"), make.const(0)
    )
    equations = [
        equation("occupancy", occupancy),
        equation("qaly", make.reduce("sum", ends, "time")),
        equation("qaly_half_cycle", make.reduce("trapezium", make.reduce("sum", lived, "state"), "time")),
    ]
    return plan(axes, parameters, equations, elements=elements)


def test_sonnenberg_and_beck():
    made = cohort()
    found = evaluate(made)
    # 10,000 people after two cycles; printed whole
    np.testing.assert_allclose(10_000 * found["occupancy"].array[:, 2], [3600, 2400, 4000], atol=1e-9)
    # Both staying chances are 0.6, so at step t the well are 0.6^t and the disabled t * 0.2 * 0.6^(t - 1); the printed
    # 2.3752 adds up a table of whole people, the exact sum is 2.374949. Some 50 terms of one size: a few epsilon.
    lived = [0.6**step + 0.7 * step * 0.2 * 0.6 ** (step - 1) for step in range(25)]
    assert found["qaly"].array == pytest.approx(sum(lived[1:]), rel=1e-14)
    assert found["qaly_half_cycle"].array == pytest.approx(sum(lived) - (lived[0] + lived[-1]) / 2, rel=1e-14)
    fast = Blocked(made, targets(made)).constant
    for name in ("occupancy", "qaly", "qaly_half_cycle"):
        np.testing.assert_allclose(fast[name], found[name].array, rtol=1e-14)


def test_one_input_moves_the_answer_as_the_hand_says():
    made = cohort()
    well = evaluate(made, replace={"fall": ((), np.asarray(0.3))})["occupancy"].array
    # well: 0.5^2; disabled: 0.3 + 0.5 * 0.3 ... after two cycles 0.5 * 0.3 + 0.3 * 0.6
    np.testing.assert_allclose(well[:, 2], [0.25, 0.33, 0.42], atol=1e-15)


def test_uncertain_cohort_in_both_engines():
    made = cohort(6, sure=False)
    drawn = Numbers(made.elements).block(3, 0, 512)
    wanted = targets(made)
    fast, slow = Blocked(made, wanted).block(drawn), ReferenceBlocks(made, wanted).block(drawn)
    for name, expected in slow.items():
        # six steps of sums of three products
        np.testing.assert_allclose(fast[name], expected, rtol=64 * np.finfo(float).eps, atol=1e-300)
    np.testing.assert_allclose(slow["occupancy"].sum(axis=0), 1, atol=1e-14)


def test_a_group_of_two_that_feed_each_other():
    """Hares and foxes in three steps: each looks at the other one step back; foxes also at hares now."""
    axes = {"time": time_axis(3)}
    make = Make(axes, {"hares": ("time",), "foxes": ("time",), "grown": ("time",)})
    hares = make.sub(
        make.mul(make.const(2), make.lag(make.ref("hares"), make.const(10))), make.lag(make.ref("foxes"), make.const(1))
    )
    foxes = make.add(make.lag(make.ref("foxes"), make.const(1)), make.div(make.ref("hares"), make.const(10)))
    grown = make.lag(make.scan(make.ref("hares")), make.const(0))
    made = plan(
        axes,
        [],
        [equation("hares", hares), equation("foxes", foxes), equation("grown", grown)],
        groups=[("hares", "foxes"), ("grown",)],
    )
    found = evaluate(made)
    # at the first label lag(x, initial) is the initial itself
    h0 = 2 * 10 - 1
    f0 = 1 + h0 / 10
    h1 = 2 * h0 - f0
    f1 = f0 + h1 / 10
    h2 = 2 * h1 - f1
    f2 = f1 + h2 / 10
    np.testing.assert_allclose(found["hares"].array, [h0, h1, h2], rtol=1e-15)
    np.testing.assert_allclose(found["foxes"].array, [f0, f1, f2], rtol=1e-15)
    np.testing.assert_allclose(found["grown"].array, [0, h0, h0 + h1], rtol=1e-15)
    fast = Blocked(made, targets(made)).constant
    for name in ("hares", "foxes", "grown"):
        np.testing.assert_allclose(fast[name], found[name].array, rtol=1e-15)


def test_groups_that_begin_alike():
    """A recurrence that has no groups yet at its first label is averaged, and summed up, over them all the same."""
    axes = {"group": axis("group", "x", "y"), "time": time_axis(3)}
    rate, over = parameter("rate", [0.5, 0.25], ("group",)), ("group", "time")
    make = Make(axes, {"rate": ("group",), "mood": over, "shared": ("time",), "whole": over})
    mood = make.lag(make.add(make.mul(make.ref("mood"), make.ref("rate")), make.ref("shared")), make.const(4))
    equations = [
        equation("mood", mood),
        equation("shared", make.reduce("mean", make.ref("mood"), "group")),
        equation("whole", make.reduce("sum", make.ref("mood"), "group")),
    ]
    made = plan(axes, [rate], equations, groups=[("mood", "shared", "whole")])
    found, fast = evaluate(made), Blocked(made, targets(made)).constant
    # 4; 4 / 2 + 4 and 4 / 4 + 4; half of 6 and a quarter of 5, and their mean
    expected = {"mood": [[4, 6, 8.5], [4, 5, 6.75]], "shared": [4, 5.5, 7.625], "whole": [8, 11, 15.25]}
    for name, values in expected.items():
        np.testing.assert_array_equal(found[name].array, values)
        np.testing.assert_array_equal(fast[name], values)


def test_a_running_sum_of_itself():
    """x[t] = 1 + sum of all earlier x doubles every step."""
    axes = {"time": time_axis(6)}
    make = Make(axes, {"x": ("time",)})
    made = plan(axes, [], [equation("x", make.add(make.const(1), make.lag(make.scan(make.ref("x")), make.const(0))))])
    assert evaluate(made)["x"].array.tolist() == [1, 2, 4, 8, 16, 32]
    assert Blocked(made, targets(made)).constant["x"].tolist() == [1, 2, 4, 8, 16, 32]
