"""The blocked engine against the reference: on whole plans, and on random typed trees."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from tests.engine.engine_plans import Make, Numbers, axis, element, equation, parameter, plan, trajectory
from tests.engine.random_trees import AXES, ELEMENTS, PARAMETERS, SYMBOLS, trees
from tests.tiers import examples
from wellbeva.engine.blocked import Blocked
from wellbeva.engine.reference.interpreter import evaluate
from wellbeva.engine.targets import ReferenceBlocks, targets

EPSILON = np.finfo(float).eps
DRAWS = 512


def compare(made, factor):
    """Both engines over the same draws; gaps in multiples of epsilon of the size of what is added up."""
    drawn = Numbers(made.elements).block(0, 0, DRAWS)
    wanted = targets(made)
    with np.errstate(all="ignore"):
        fast, slow = Blocked(made, wanted), ReferenceBlocks(made, wanted)
        found, expected = fast.block(drawn), slow.block(drawn)
    for one in wanted:
        a = found[one.name] if one.name in found else fast.constant[one.name][..., None]
        b = expected[one.name] if one.name in expected else slow.constant[one.name][..., None]
        # The blocked engine takes an area as a difference of running totals, so its rounding is that of the total: the
        # size of what is added up is that over all periods, not that of a late period's small rest.
        over = (-1, *(place for place, name in enumerate(one.axes) if name == "time"))
        size = np.abs(b).max(axis=over, keepdims=True, initial=0) if np.isfinite(b).all() else np.abs(b)
        with np.errstate(invalid="ignore"):
            close = np.abs(a - b) <= factor * EPSILON * np.maximum(size, 1e-300)
        same = close | (a == b) | (np.isnan(a) & np.isnan(b))
        assert same.all(), (one.name, np.abs(a - b).max() / np.max(size))


def test_trajectory():
    # sums of 24 periods of products of 6 factors; antiderivatives up to some 3 years for a step of a month
    compare(trajectory(3, 24), factor=2000)
    compare(trajectory(2, 5, choose="one"), factor=2000)


def test_writing_over_a_slice_leaves_the_whole_alone():
    axes = {"option": axis("option", "a", "b")}
    make = Make(axes, {"x": ("draw", "option"), "y": ("draw", "option")})
    y = equation("y", make.call("exp", make.ref("x")))
    tripled = equation("tripled", make.mul(make.pick(make.ref("y"), "option", 0), make.const(3)))
    whole = equation("whole", make.reduce("sum", make.ref("y"), "option"))
    x = parameter("x", [1.0, 1.0], ("option",), [0, 1])
    elements = [element("x[a]", 0, 1.0), element("x[b]", 1, 1.0)]
    compare(plan(axes, [x], [y, tripled, whole], elements=elements, outcomes=["tripled", "whole"]), factor=8)


@pytest.mark.parametrize("size", [1, 3])
def test_shares_that_add_up_to_one_are_summed_over_all_their_axes(size):
    """Summed over options they are the same for every payer, who counts all the same."""
    axes = {"option": axis("option", "a", "b", "c"), "group": axis("group", "x", "y"), "payer": axis("payer", "p", "q")}
    shares = np.array([[[0.25, 0.5], [0.125, 0.0]], [[0.75, 0.25], [0.125, 0.5]], [[0.0, 0.25], [0.75, 0.5]]])
    parameters = [
        parameter("share", shares * [[1], [size]], ("option", "group", "payer")),
        parameter("x", [1.0, 2.0], ("group",), [0, 1]),
    ]
    make = Make(axes, {"share": ("option", "group", "payer"), "x": ("draw", "group")})
    total = make.reduce("sum", make.mul(make.ref("share"), make.ref("x")), "option", "group", "payer")
    elements = [element("x", 0, 1.0, 0.1), element("y", 1, 2.0, 0.1)]
    made = plan(axes, parameters, [equation("total", total)], elements=elements)
    drawn = Numbers(elements).block(0, 0, DRAWS)
    found = Blocked(made, targets(made)).block(drawn)["total"]
    # a few additions and as many products
    np.testing.assert_allclose(found, 2 * (drawn[0] + size * drawn[1]), rtol=8 * EPSILON)


@settings(max_examples=examples(150), deadline=None, suppress_health_check=list(HealthCheck))
@given(trees, trees)
def test_random_trees(first, second):
    make = Make(AXES, {**SYMBOLS, "first": first.axes})
    again = make.add(make.ref("first"), second)
    made = plan(AXES, PARAMETERS, [equation("first", first), equation("second", again)], elements=ELEMENTS)
    # values are positive; a tree has at most some 40 nodes, each with a few roundings that the next may
    # scale up by its own slope; a sum of 24 cells in another order adds at most 24. Comparison with 0.7 and
    # rungs jump, but no value can come that close to a jump by more than chance (2^-40)
    compare(made, factor=2**12)


def test_the_comparison_can_fail():
    made = trajectory(2, 3)
    drawn = Numbers(made.elements).block(0, 0, DRAWS)
    good = Blocked(made, targets(made)).block(drawn)["wellbys"]
    reference = evaluate(made, draws=dict(enumerate(drawn)), count=DRAWS)["wellbys"].array
    assert np.abs(good - (1 + 2**-30) * reference.T).max() > 2000 * EPSILON * np.abs(reference).max()
