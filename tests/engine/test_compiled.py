"""The compiled engine against the blocked one: random trees, recurrences, and every shipped scenario.

Both are lowered from one program, so what is added, multiplied, divided or compared comes out in the same bits.
"""

import os
from pathlib import Path

import numpy as np
import pytest
from engine_plans import Make, Numbers, axis, element, equation, parameter, plan, time_axis, trajectory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from random_trees import AXES, ELEMENTS, PARAMETERS, trees

from wellbeva import api
from wellbeva.engine.blocked import Blocked
from wellbeva.engine.compiled import Compiled
from wellbeva.engine.reduce import LANE
from wellbeva.engine.run import sampler_of
from wellbeva.engine.targets import targets

EPSILON = np.finfo(float).eps
ROOT = Path(__file__).resolve().parents[2]
SHIPPED = sorted(
    path for path in (ROOT / "scenarios").rglob("*.yaml") if "schema: wellbeva/scenario" in path.read_text()
)
GRAPHS = int(os.environ.get("WELLBEVA_GRAPHS", "120"))
"""Random trees in all; each plan holds a few dozen, since compiling takes longer than running."""
TOGETHER = 40


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
    assert "tree" not in Compiled(made, targets(made)).source
    compare(made, Numbers(ELEMENTS).block(0, 0, LANE), factor=2**12)


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


def test_a_recurrence_is_one_loop_however_many_labels():
    source = {steps: Compiled(stepped(steps), targets(stepped(steps))).source for steps in (5, 50)}
    assert source[5].replace("range(1, 5)", "range(1, 50)").count("\n") == source[50].count("\n")


# ---- what is shipped


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_scenarios(path):
    made = api.load(path).plan
    if not made.elements:
        assert not Compiled(made, targets(made)).rows
        return
    drawn = sampler_of(made, design="random", seed=3, draws_each=LANE).block(0, 0, LANE)
    # exp, log and pow of both are good to 2 units in the last place, met in a product of a few factors; an area is a
    # difference of running totals, so its last period may hold a hundredth of what is rounded
    compare(made, drawn, factor=2**10)
