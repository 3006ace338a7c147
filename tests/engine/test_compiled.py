"""The compiled engine against the blocked one: random trees, recurrences, and every shipped scenario.

Both are lowered from one program, so what is added, multiplied, divided or compared comes out in the same bits.
"""

import os
from functools import reduce

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine.engine_plans import Make, Numbers, axis, element, equation, parameter, plan, time_axis, trajectory
from tests.engine.random_trees import AXES, ELEMENTS, PARAMETERS, trees
from tests.engine.source_by_numpy import ByNumpy
from tests.shipped import COVERING
from tests.tiers import thorough_after
from wellbeva import api
from wellbeva.engine.blocked import Blocked
from wellbeva.engine.compiled.engine import Compiled
from wellbeva.engine.lanes import LANE
from wellbeva.engine.run.block_loop import sampler_of
from wellbeva.engine.targets import targets

EPSILON = np.finfo(float).eps
GRAPHS = int(os.environ.get("WELLBEVA_GRAPHS", "80"))
"""Random trees that are compiled; each plan holds a few dozen, since compiling takes longer than running."""
TOGETHER = 40
MANY = int(os.environ.get("WELLBEVA_MANY_GRAPHS", "2000"))
"""Random trees whose source is run by NumPy."""


def both(made, drawn):
    """Return what both engines say of the same draws."""
    wanted = targets(made)
    with np.errstate(all="ignore"):
        blocked, compiled = Blocked(made, wanted), Compiled(made, wanted)
        assert set(compiled.constant) == set(blocked.constant)
        return compiled.block(drawn), blocked.block(drawn)


def compare(made, drawn, factor=0):
    """Compare cell by cell; the gap is at most `factor` epsilons of the largest value of the cell."""
    found, expected = both(made, drawn)
    assert set(found) == set(expected)
    for name, b in expected.items():
        a = found[name]
        scale = np.abs(b).max(axis=-1, keepdims=True, initial=0, where=np.isfinite(b))
        with np.errstate(invalid="ignore"):
            same = (a == b) | (np.isnan(a) & np.isnan(b)) | (np.abs(a - b) <= factor * EPSILON * scale)
        assert same.all(), (name, np.nanmax(np.abs(a - b) / np.maximum(scale, 1e-300)) / EPSILON)


def test_trajectory():
    for made in (trajectory(3, 24), trajectory(2, 5, choose="one")):
        compare(made, Numbers(made.elements).block(0, 0, 2 * LANE), factor=256)


@settings(max_examples=max(1, GRAPHS // TOGETHER), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(trees, min_size=TOGETHER, max_size=TOGETHER))
def test_random_trees(many):
    made = plan(
        AXES, PARAMETERS, [equation(f"tree{number}", tree) for number, tree in enumerate(many)], elements=ELEMENTS
    )
    # exp, log and pow of both are good to 2 units in the last place; some 40 nodes may scale that up by their slopes,
    # and where a value is near a jump (comparison, rung) it can only be so by a chance of 2^-40
    assert "tree" not in Compiled(made, targets(made)).generated.loops.python()
    compare(made, Numbers(ELEMENTS).block(0, 0, LANE), factor=2**12)


@pytest.mark.thorough
@settings(max_examples=MANY // TOGETHER, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(trees, min_size=TOGETHER, max_size=TOGETHER), st.sampled_from([0, 2**16, 2**18]))
def test_thousands_of_random_trees_by_numpy(many, cache):
    made = plan(
        AXES, PARAMETERS, [equation(f"tree{number}", tree) for number, tree in enumerate(many)], elements=ELEMENTS
    )
    same_by_numpy(made, cache)


def same_by_numpy(made, cache=0):
    """The generated source, run by the functions of the blocked engine, gives its bits."""
    wanted = targets(made)
    drawn = Numbers(made.elements).block(0, 0, LANE)
    with np.errstate(all="ignore"):
        found, expected = ByNumpy(made, wanted, cache=cache).block(drawn), Blocked(made, wanted).block(drawn)
    assert set(found) == set(expected)
    for name, values in expected.items():
        np.testing.assert_array_equal(found[name], values, err_msg=name)


# ---- recurrences


def recurrence(groups, equations, symbols, axes, parameters, count):
    elements = [element(f"e{k}", k, 0.6 + 0.1 * k, 0.05) for k in range(count)]
    return plan(axes, parameters, equations, elements=elements, groups=groups, outcomes=list(symbols))


def stepped(steps):
    """Things that feed each other along time: lags of names and of expressions, running sums, a label by name."""
    axes = {"option": axis("option", "a", "b"), "time": time_axis(steps)}
    parameters = [
        parameter("t", np.arange(steps) * 1.0, ("time",)),
        parameter("grows", [0.6, 0.7], ("option",), [0, 1]),
        parameter("eats", 0.2, (), 2),
        parameter("weather", np.linspace(0.5, 1.0, steps), ("time",), np.where(np.arange(steps) % 2, 0, -1)),
    ]
    over = ("draw", "option", "time")
    symbols = {"hares": over, "foxes": over, "seen": over}
    known = {one.name: (("draw", *one.axes) if one.uncertain else one.axes) for one in parameters}
    make = Make(axes, {**known, **symbols})
    hares, foxes, weather = make.ref("hares"), make.ref("foxes"), make.ref("weather")
    fed = make.add(make.mul(make.ref("grows"), make.lag(hares, make.const(10))), weather)
    rest = make.sub(fed, make.mul(make.ref("eats"), make.lag(make.mul(foxes, weather), make.ref("eats"))))
    hunting = make.add(make.lag(foxes, make.const(1)), make.div(hares, make.add(make.pick(hares, "time", 0), hares)))
    cloudy = make.where(
        make.compare("gt", make.lag(weather, make.const(2)), make.const(0.7)), hunting, make.ref("eats")
    )
    seen = make.add(make.scan(hares), make.lag(make.scan(foxes), make.const(0)))
    equations = [
        equation("hares", rest),
        equation("foxes", make.add(cloudy, make.lag(make.ref("seen"), make.ref("t")))),
        equation("seen", seen),
    ]
    return recurrence([("hares", "foxes", "seen")], equations, symbols, axes, parameters, 3)


@pytest.mark.parametrize("steps", [1, 2, 3, 17])
def test_recurrences(steps):
    made = stepped(steps)
    compare(made, Numbers(made.elements).block(1, 0, 2 * LANE))


@pytest.mark.parametrize("steps", [1, 2, 5])
@pytest.mark.parametrize("cache", [0, 2**15])
def test_recurrences_by_numpy(steps, cache):
    same_by_numpy(stepped(steps), cache)


def looked_into(steps):
    """Two recurrences read at other cells than the reader's own: a label, a contraction, a value as an index."""
    axes = {
        "option": axis("option", "a", "b", "c"),
        "state": axis("state", "well", "ill"),
        "to": axis("to", "well", "ill"),
        "time": time_axis(steps),
    }
    parameters = [
        parameter("grows", [0.6, 0.7, 0.8], ("option",), [0, 1, 2]),
        parameter("start", [0.5, 0.4], ("state",), [3, 4]),
        parameter("moves", [[0.9, 0.1], [0.2, 0.8]], ("state", "to"), [[-1, 0], [1, -1]]),
    ]
    symbols = {"stock": ("draw", "option", "time"), "people": ("draw", "state", "time")}
    make = Make(axes, {**{one.name: ("draw", *one.axes) for one in parameters}, **symbols})
    grows, start, moves = make.ref("grows"), make.ref("start"), make.ref("moves")
    stock, people = make.ref("stock"), make.ref("people")
    by = make.add(make.mul(grows, make.const(0.01)), make.const(2))
    equations = [
        equation("stock", make.add(make.mul(grows, make.lag(stock, make.const(10))), grows)),
        equation("people", make.add(make.contract(make.lag(people, start), moves), start)),
        equation("last", make.add(make.pick(make.pick(stock, "time", steps - 1), "option", 2), grows)),
        equation("moved", make.contract(make.pick(people, "time", 0), moves)),
        equation("picked", make.pick_by(make.pick(stock, "time", 0), "option", by)),
    ]
    elements = [element(f"e{k}", k, 0.6 + 0.1 * k, 0.05) for k in range(5)]
    groups = [(one.name,) for one in equations]
    return plan(axes, parameters, equations, elements=elements, groups=groups)


@pytest.mark.parametrize("steps", [1, 4])
def test_a_recurrence_may_be_read_at_other_cells(steps):
    same_by_numpy(looked_into(steps))
    compare(looked_into(steps), Numbers(looked_into(steps).elements).block(0, 0, LANE))


def test_a_recurrence_has_no_axes_but_those_it_varies_along():
    """With one group and payers that only weigh, sums are taken apart as in the blocked engine."""
    axes = {
        "option": axis("option", "a", "b"),
        "group": axis("group", "everyone"),
        "payer": axis("payer", "council", "trust", "nobody"),
        "time": time_axis(4),
    }
    parameters = [
        parameter("grows", [0.6, 0.7], ("option",), [0, 1]),
        parameter("size", [1.5], ("group",)),
        parameter("weight", [0.2, 0.3, 0.4], ("payer",), [2, 3, 4]),
    ]
    known = {one.name: (("draw", *one.axes) if one.uncertain else one.axes) for one in parameters}
    make = Make(axes, {**known, "stock": ("draw", "option", "group", "time")})
    stock = make.add(make.mul(make.ref("grows"), make.lag(make.ref("stock"), make.ref("size"))), make.ref("size"))
    total = make.reduce("sum", make.mul(make.ref("stock"), make.ref("weight")), "group", "payer")
    elements = [element(f"e{k}", k, 0.6 + 0.1 * k, 0.05) for k in range(5)]
    equations = [equation("stock", stock), equation("total", total)]
    same_by_numpy(plan(axes, parameters, equations, elements=elements, groups=[("stock",), ("total",)]))


@pytest.mark.thorough
def test_any_number_of_operands():
    """More than a part may be given stored values."""
    axes = {"option": axis("option", "a", "b")}
    count = 80
    parameters = [parameter(f"p{k}", [1.0, 1.0], ("option",), [k, -1]) for k in range(count)]
    make = Make(axes, {one.name: ("draw", "option") for one in parameters})
    least = reduce(lambda left, right: make.call("min", left, right), [make.ref(one.name) for one in parameters])
    elements = [element(f"e{k}", k, 1.0, 0.1) for k in range(count)]
    made = plan(axes, parameters, [equation("least", least)], elements=elements)
    same_by_numpy(made)
    compare(made, Numbers(elements).block(0, 0, LANE))


def test_a_recurrence_is_one_loop_however_many_labels():
    text = {steps: Compiled(stepped(steps), targets(stepped(steps))).generated.loops.python() for steps in (5, 50)}
    assert text[5].count("\n") == text[50].count("\n")


# ---- what is shipped


@pytest.mark.parametrize("path", thorough_after(5, COVERING), ids=lambda path: path.stem)
def test_shipped_scenarios(path):
    made = api.load(path).plan
    if not made.elements:
        assert not Compiled(made, targets(made)).rows
        return
    drawn = sampler_of(made, design="random", seed=3, draws_each=LANE).block(0, 0, LANE)
    # exp, log and pow of both are good to 2 units in the last place, met in a product of a few factors; an area is a
    # difference of running totals, so its last period may hold a hundredth of what is rounded
    compare(made, drawn, factor=2**10)
