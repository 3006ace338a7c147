"""Recurrences in generated source: what runs along with the loop, what is held, and moves that nobody makes."""

import re

import numpy as np
import pytest

from tests.engine.engine_plans import Make, Numbers, axis, element, equation, parameter, plan, time_axis
from tests.engine.source_by_numpy import ByNumpy
from wellbeva.engine.blocked import Blocked
from wellbeva.engine.compiled.engine import Compiled
from wellbeva.engine.compiled.fusion import MOST_STORED
from wellbeva.engine.compiled.plan_loops import Generated
from wellbeva.engine.lanes import LANE
from wellbeva.engine.lowering.structural_zeros import StructuralZeros
from wellbeva.engine.reference.interpreter import evaluate
from wellbeva.engine.targets import targets

STATES, CYCLES = ("well", "ill", "dead"), 9


def cohort(*, outcomes=("life", "care"), moves=((0, 1), (0, 2), (1, 2)), cycles=CYCLES):
    """A cohort of three states and two options; only some moves are made, with uncertain probabilities.

    Each outcome sums the states over time with weights of its own; ``stock`` is the states themselves.
    """
    axes = {
        "option": axis("option", "a", "b"),
        "state": axis("state", *STATES),
        "to": axis("to", *STATES),
        "time": time_axis(cycles),
    }
    elements = [element(f"p{k}", k, 0.1 + 0.02 * k, 0.005) for k in range(2 * len(moves) + 1)]
    probabilities = [
        parameter(f"p_{start}_{end}", [0.1, 0.1], ("option",), [2 * k, 2 * k + 1])
        for k, (start, end) in enumerate(moves)
    ]
    parameters = [
        *probabilities,
        parameter("start", [1.0, 0.0, 0.0], ("state",)),
        parameter("quality", [1.0, 0.6, 0.0], ("state",), [-1, len(elements) - 1, -1]),
        parameter("weight", 1.03 ** -np.arange(cycles), ("time",)),
        parameter("price", [10.0, 250.0, 0.0], ("state",)),
        parameter("drawn", np.ones(cycles), ("time",), np.where(np.arange(cycles) % 2, 0, -1).tolist()),
    ]
    drawn = {one.name: ("draw", "option") for one in probabilities}
    stock = ("draw", "option", "state", "time")
    make = Make(
        axes,
        {
            **{one.name: one.axes for one in parameters},
            **drawn,
            "quality": ("draw", "state"),
            "drawn": ("draw", "time"),
            "stock": stock,
        },
    )

    def at(start, end):
        return make.logic(
            "and",
            make.compare("eq", make.label("state"), make.const(start)),
            make.compare("eq", make.label("to"), make.const(end)),
        )

    matrix = make.const(0)
    for start, end in moves:
        matrix = make.add(matrix, make.where(at(start, end), make.ref(f"p_{start}_{end}"), make.const(0)))
    left = make.sub(make.const(1), make.reduce("sum", matrix, "to"))
    for state in range(len(STATES)):
        matrix = make.add(matrix, make.where(at(state, state), left, make.const(0)))
    states = make.lag(make.contract(make.ref("stock"), matrix), make.ref("start"))

    def total(*weights):
        return make.reduce("sum", make.mul(*(make.ref(one) for one in ("stock", *weights))), "state", "time")

    equations = {
        "stock": states,
        "life": total("quality", "weight"),
        "care": total("price", "weight"),
        "drawn_care": total("price", "weight", "drawn"),
        "years": make.reduce("sum", make.ref("stock"), "time"),
        "last": make.pick(make.ref("stock"), "time", cycles - 1),
    }
    named = [equation(name, equations[name]) for name in dict.fromkeys(("stock", *outcomes))]
    groups = [(one.name,) for one in named]
    return plan(axes, parameters, named, elements=elements, groups=groups, outcomes=outcomes)


def in_all_engines(made):
    """Evaluate a lane; source run by NumPy over rubbish scratch, in passes of any width, and by Numba."""
    wanted = targets(made)
    drawn = Numbers(made.elements).block(2, 0, LANE)
    expected = Blocked(made, wanted).block(drawn)
    for cache in (0, 2**14):
        for name, value in ByNumpy(made, wanted, cache=cache).block(drawn).items():
            np.testing.assert_array_equal(value, expected[name], err_msg=name)
    for name, value in Compiled(made, wanted).block(drawn).items():
        np.testing.assert_array_equal(value, expected[name], err_msg=name)
    whole = evaluate(made, draws=dict(enumerate(drawn)), count=LANE)
    for name, value in expected.items():
        # some 30 products of four factors and their sum
        reference = np.moveaxis(whole[name].array, 0, -1)
        np.testing.assert_allclose(value, reference, rtol=256 * np.finfo(float).eps, atol=1e-15, err_msg=name)
    return expected


def rows(made):
    return Generated(made, targets(made)).loops.height


def test_sums_over_time_run_along_and_two_labels_are_held():
    made = cohort()
    found = in_all_engines(made)
    assert set(found) == {"life", "care"}
    generated = Generated(made, targets(made))
    assert len(generated.schedule.passing) == 1
    # however many labels there are
    assert rows(made) == rows(cohort(cycles=40))


def test_a_sum_with_drawn_weights_runs_along():
    made = cohort(outcomes=("life", "drawn_care"))
    in_all_engines(made)
    assert len(Generated(made, targets(made)).schedule.passing) == 1


@pytest.mark.parametrize("outcome", ["stock", "last"])
def test_what_somebody_reads_later_is_held_whole(outcome):
    made = cohort(outcomes=("life", outcome))
    found = in_all_engines(made)
    assert outcome in found
    assert not Generated(made, targets(made)).schedule.passing
    assert rows(made) > 2 * 3 * CYCLES


def test_a_sum_without_weights_runs_along():
    made = cohort(outcomes=("years",))
    found = in_all_engines(made)
    np.testing.assert_allclose(found["years"].sum(axis=1), CYCLES, rtol=1e-14)
    assert Generated(made, targets(made)).schedule.passing


@pytest.mark.parametrize("cycles", [2, 3])
def test_a_loop_of_one_or_two_labels(cycles):
    in_all_engines(cohort(cycles=cycles))


def products(made):
    """Return the products of the part that reads the label before."""
    text = Generated(made, targets(made)).loops.python()
    (part,) = [one for one in re.split(r"\n(?=def )", text) if re.search(r"def part_\d+\(.*\bw\d", one)]
    return sum(line.count(" * a") for line in part.splitlines() if re.match(r" +s\d+_\d = ", line))


def test_moves_that_nobody_makes_are_left_out():
    """Three states: nine products, but only six are moves; whoever is dead stays so."""
    assert products(cohort()) == 6
    assert products(cohort(moves=((0, 1), (1, 0), (0, 2), (1, 2)))) == 7
    assert products(cohort(moves=((0, 1),))) == 4


def test_a_state_that_nobody_can_reach():
    """Nobody moves into the third state and, by its own chance of staying, nobody is held in it."""
    in_all_engines(cohort(moves=((0, 1), (1, 0), (2, 0))))


def test_noughts_are_those_of_every_option_and_draw():
    made = cohort(moves=((0, 1), (0, 2)))
    generated = Generated(made, targets(made))
    moves = next(one.operands[1] for nest in generated.schedule.nests() for one in nest.operations
                 if one.step.kind == "contract")  # fmt: skip
    found = StructuralZeros(generated.builder).moves(moves)
    assert found.tolist() == [[False, False, False], [True, False, True], [True, True, False]]
    drawn = Numbers(made.elements).block(0, 0, LANE)
    assert np.all(drawn > 0)


@pytest.mark.parametrize("inner", ["product", "line"])
def test_the_label_before_of_what_the_same_part_writes(inner):
    """LLVM is told that pointers of a part are apart: outside a loop along time there is one for all labels."""
    axes = {"time": time_axis(4)}
    elements = [element(f"e{k}", k, 1.0, 0.3) for k in range(8)]
    parameters = [
        parameter("x", np.ones(4), ("time",), [0, 1, 2, 3]),
        parameter("by", np.ones(4), ("time",), [4, 5, 6, 7]),
    ]
    make = Make(axes, {"x": ("draw", "time"), "by": ("draw", "time")})
    x, by = make.ref("x"), make.ref("by")
    earlier = make.lag(make.mul(x, by) if inner == "product" else make.interp(x, "time", by), make.const(1))
    made = plan(axes, parameters, [equation("earlier", earlier)], elements=elements)
    in_all_engines(made)
    assert "w" not in re.findall(r"[a-z]+", " ".join(re.findall(r"def part_\d+\((.*)\)", source(made))))


def source(made):
    return Generated(made, targets(made)).loops.python()


def test_both_names_of_a_value_count_among_those_that_a_part_is_given():
    """Forty things in a ring, each of which is what the next one was: forty rows written, and forty read."""
    count = 40
    assert count < MOST_STORED < 2 * count
    names = [f"ring{k}" for k in range(count)]
    elements = [element(f"e{k}", k, 1.0, 0.3) for k in range(count)]
    parameters = [parameter(f"start{k}", 1.0, (), k) for k in range(count)]
    known = {one.name: ("draw",) for one in parameters}
    make = Make({"time": time_axis(3)}, {**known, **dict.fromkeys(names, ("draw", "time"))})
    equations = [
        equation(name, make.lag(make.ref(names[(k + 1) % count]), make.ref(f"start{k}")))
        for k, name in enumerate(names)
    ]
    made = plan(make.axes, parameters, equations, elements=elements, groups=[tuple(names)], outcomes=["ring0"])
    found = in_all_engines(made)
    np.testing.assert_array_equal(found["ring0"], Numbers(elements).block(2, 0, LANE)[:3])
