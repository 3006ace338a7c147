"""The reference engine, node by node, against arithmetic done by hand."""

import numpy as np
import pytest

from tests.engine.engine_plans import Make, axis, element, equation, parameter, plan, time_axis
from wellbeva.engine.blocked import Blocked
from wellbeva.engine.reference.interpreter import Interpreter, evaluate
from wellbeva.engine.run.block_loop import run
from wellbeva.engine.run.settings import RunSettings
from wellbeva.engine.targets import targets
from wellbeva.errors import WellbevaError
from wellbeva.plan.plan import Decision

AXES = {
    "option": axis("option", "a", "b"),
    "group": axis("group", "x", "y", "z"),
    "state": axis("state", "well", "ill"),
    "to": axis("to", "well", "ill"),
    "time": time_axis(3),
    "age": axis("age", "20", "40", "65", kind="ladder", rungs=(20.0, 40.0, 65.0)),
    "point": axis("point", "a", "b", "c", "d", "e"),
}
PARAMETERS = [
    parameter("p", [2.0, -3.0], ("option",)),
    parameter("q", [1.0, 10.0, 100.0], ("group",)),
    parameter("m", [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], ("option", "group")),
    parameter("yes", [1.0, 0.0], ("option",), dtype="bool"),
    parameter("flow", [1.0, 2.0, 4.0], ("time",)),
    parameter("rate", [0.1, 0.2, 0.4], ("age",)),
    parameter("ages", [19.0, 30.0, 45.0, 65.0, 90.0], ("point",)),
    parameter("choice", [2.0, 0.0], ("option",), dtype="label"),
    parameter("start", [0.5, 0.5], ("state",)),
    parameter("moves", [[0.6, 0.4], [0.1, 0.9]], ("state", "to")),
]
MAKE = Make(AXES, {one.name: one.axes for one in PARAMETERS})
ref, const = MAKE.ref, MAKE.const


def both(node):
    """Evaluate by both engines; the numbers must be the same, then they are held against the hand."""
    made = plan(AXES, PARAMETERS, [equation("x", node)])
    reference = evaluate(made)["x"]
    blocked = Blocked(made, targets(made)).constant["x"]
    assert reference.axes == node.axes
    np.testing.assert_allclose(blocked, reference.array, rtol=4e-16, atol=0)
    return reference.array


AGES = ref("ages")
SUM_OF_UNLIKE = MAKE.reduce("sum", MAKE.mul(ref("p"), ref("q"), ref("flow")), "group", "time")

CASES = {
    "const": (const(2.5), 2.5),
    "label": (MAKE.label("group"), [0, 1, 2]),
    "neg": (MAKE.unary("neg", ref("p")), [-2, 3]),
    "not": (MAKE.unary("not", ref("yes")), [0, 1]),
    "add aligns by name": (MAKE.add(ref("q"), ref("p")), [[3, 12, 102], [-2, 7, 97]]),
    "sub": (MAKE.sub(ref("p"), ref("q")), [[1, -8, -98], [-4, -13, -103]]),
    "mul": (MAKE.mul(ref("m"), ref("p")), [[2, 4, 6], [-12, -15, -18]]),
    "div": (MAKE.div(ref("m"), ref("q")), [[1, 0.2, 0.03], [4, 0.5, 0.06]]),
    "pow": (MAKE.binary("pow", ref("p"), const(3)), [8, -27]),
    "square": (MAKE.binary("pow", ref("p"), const(2)), [4, 9]),
    "eq": (MAKE.compare("eq", MAKE.label("group"), const(1)), [0, 1, 0]),
    "ne": (MAKE.compare("ne", MAKE.label("group"), const(1)), [1, 0, 1]),
    "lt": (MAKE.compare("lt", ref("q"), const(10)), [1, 0, 0]),
    "le": (MAKE.compare("le", ref("q"), const(10)), [1, 1, 0]),
    "gt": (MAKE.compare("gt", ref("q"), const(10)), [0, 0, 1]),
    "ge": (MAKE.compare("ge", ref("q"), const(10)), [0, 1, 1]),
    "and": (MAKE.logic("and", ref("yes"), MAKE.compare("gt", ref("q"), const(1))), [[0, 1, 1], [0, 0, 0]]),
    "or": (MAKE.logic("or", ref("yes"), MAKE.compare("gt", ref("q"), const(1))), [[1, 1, 1], [0, 1, 1]]),
    "where": (MAKE.where(ref("yes"), ref("q"), const(7)), [[1, 10, 100], [7, 7, 7]]),
    "min": (MAKE.call("min", ref("p"), const(0)), [0, -3]),
    "max of three": (MAKE.call("max", MAKE.call("max", ref("p"), const(0)), const(1)), [2, 1]),
    "clip": (MAKE.call("clip", ref("q"), const(2), const(50)), [2, 10, 50]),
    "mod takes the sign of b": (MAKE.call("mod", ref("p"), const(2)), [0, 1]),
    "floor": (MAKE.call("floor", MAKE.div(ref("p"), const(2))), [1, -2]),
    "ceil": (MAKE.call("ceil", MAKE.div(ref("p"), const(2))), [1, -1]),
    "round halves away": (MAKE.call("round", MAKE.div(ref("p"), const(2))), [1, -2]),
    "abs": (MAKE.call("abs", ref("p")), [2, 3]),
    "exp": (MAKE.call("exp", const(1)), np.e),
    "log": (MAKE.call("log", const(np.e**2)), 2),
    "sqrt": (MAKE.call("sqrt", ref("q")), [1, np.sqrt(10), 10]),
    "normal_cdf": (MAKE.call("normal_cdf", const(0)), 0.5),
    "logit": (MAKE.call("logit", const(0.75)), np.log(3)),
    "rate_to_prob": (MAKE.call("rate_to_prob", const(2), const(0.5)), 1 - np.exp(-1)),
    "prob_to_rate": (MAKE.call("prob_to_rate", const(0.5), const(2)), np.log(2) / 2),
    "odds_to_prob": (MAKE.call("odds_to_prob", const(3)), 0.75),
    "sum over one": (MAKE.reduce("sum", ref("m"), "group"), [6, 15]),
    "sum over two": (MAKE.reduce("sum", ref("m"), "option", "group"), 21),
    "sum of a product": (MAKE.reduce("sum", MAKE.mul(ref("p"), ref("m"), ref("q")), "group"), [642, -1962]),
    "sum of unlike factors": (SUM_OF_UNLIKE, [1554, -2331]),
    "mean": (MAKE.reduce("mean", ref("m"), "option"), [2.5, 3.5, 4.5]),
    "min over": (MAKE.reduce("min", ref("m"), "option"), [1, 2, 3]),
    "max over": (MAKE.reduce("max", ref("m"), "group"), [3, 6]),
    "product": (MAKE.reduce("product", ref("m"), "group"), [6, 120]),
    "trapezium": (MAKE.reduce("trapezium", ref("flow"), "time"), 1.5 + 3.0),
    "pick": (MAKE.pick(ref("m"), "group", 1), [2, 5]),
    "pick by label": (MAKE.pick_by(ref("q"), "group", ref("choice")), [100, 1]),
    "pick by rung": (MAKE.pick_by(ref("rate"), "age", MAKE.add(const(38), ref("flow"))), [0.1, 0.2, 0.2]),
    # rungs 20, 40, 65 with 0.1, 0.2, 0.4; at 19, 30, 45, 65 and 90
    "interp": (MAKE.interp(ref("rate"), "age", AGES), [0.1, 0.15, 0.24, 0.4, 0.4]),
    "interp of time": (MAKE.interp(ref("flow"), "time", ref("p")), [4, 1]),
    "interp between points of time": (MAKE.interp(ref("flow"), "time", const(1.25)), 2.5),
    "lag": (MAKE.lag(ref("flow"), const(9)), [9, 1, 2]),
    "lag of an initial by option": (MAKE.lag(ref("flow"), ref("p")), [[2, 1, 2], [-3, 1, 2]]),
    "cumsum": (MAKE.scan(ref("flow")), [1, 3, 7]),
    "contract": (MAKE.contract(ref("start"), ref("moves")), [0.35, 0.65]),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_node_is_what_the_hand_gives(name):
    node, expected = CASES[name]
    # a handful of roundings at most
    np.testing.assert_allclose(both(node), expected, rtol=1e-15, atol=1e-15)


def test_a_product_over_an_axis_along_which_nothing_varies_counts_its_labels():
    same = parameter("same", np.full((2, 3), 3.0), ("option", "group"))
    make = Make(AXES, {"same": same.axes})
    node = make.reduce("product", make.ref("same"), "group")
    total = make.reduce("sum", make.ref("same"), "option", "group")
    made = plan(AXES, [same], [equation("x", node), equation("s", total)])
    assert evaluate(made)["x"].array.tolist() == [27, 27]
    assert Blocked(made, targets(made)).constant["x"].tolist() == [27, 27]
    assert Blocked(made, targets(made)).constant["s"] == 18


def test_below_the_lowest_rung_is_not_a_number():
    node = MAKE.pick_by(ref("rate"), "age", const(19))
    assert np.isnan(both(node)).all()


def test_a_rung_is_reached_whatever_the_last_bits():
    # 0.1 added ten times is 0.9999999999999999
    axes = {"age": axis("age", "0", "1", kind="ladder", rungs=(0.0, 1.0))}
    rate = parameter("rate", [5.0, 6.0], ("age",))
    make = Make(axes, {"rate": ("age",)})
    node = make.pick_by(make.ref("rate"), "age", make.const(sum([0.1] * 10)))
    assert evaluate(plan(axes, [rate], [equation("x", node)]))["x"].array == 6


def test_draws_lead_the_axes_and_cells_that_share_an_element_share_its_draws():
    axes = {"option": axis("option", "a", "b", "c")}
    shared = parameter("x", [1.0, 1.0, 5.0], ("option",), [0, 0, -1])
    make = Make(axes, {"x": ("draw", "option")})
    made = plan(
        axes, [shared], [equation("y", make.mul(make.ref("x"), make.const(2)))], elements=[element("x", 0, 1.0)]
    )
    drawn = evaluate(made, draws={0: np.array([7.0, 8.0])}, count=2)["y"]
    assert drawn.axes == ("draw", "option")
    assert drawn.array.tolist() == [[14, 14, 10], [16, 16, 10]]
    assert evaluate(made)["y"].array.tolist() == [2, 2, 10]


def test_replaced_parameters_may_be_virtual_draws_of_the_base_case():
    axes = {"option": axis("option", "a", "b")}
    make = Make(axes, {"x": ("draw", "option"), "y": ("draw", "option")})
    made = plan(
        axes,
        [parameter("x", [1.0, 2.0], ("option",), [0, 1])],
        [
            equation("y", make.add(make.ref("x"), make.const(1))),
            equation("r", make.ratio(make.ref("y"), make.ref("x")), "mean"),
        ],
        elements=[element("x[a]", 0, 1.0), element("x[b]", 1, 2.0)],
    )
    found = evaluate(made, replace={"x": (("draw", "option"), np.array([[1.0, 2.0], [4.0, 5.0], [10.0, 20.0]]))})
    assert found["y"].array.tolist() == [[2, 3], [5, 6], [11, 21]]
    np.testing.assert_allclose(found["r"].array, [[2, 1.5], [1.25, 1.2], [1.1, 1.05]], rtol=1e-15)


def test_a_recurrence_may_not_look_ahead():
    make = Make(AXES, {"x": ("time",)})
    node = make.add(make.ref("x"), make.const(1))
    with pytest.raises(WellbevaError, match="WB-E007"):
        evaluate(plan(AXES, [], [equation("x", node)]))


def test_effect_and_cost_stand_over_the_options_of_the_decision():
    """Some options of the axis, in another order, and ``nothing``, which has neither; one cost that holds for all."""
    axes = {"option": axis("option", "a", "b", "c")}
    parameters = [parameter("gain", [1.0, 2.0, 4.0], ("option",), [-1, 0, -1]), parameter("price", 3.0, ())]
    make = Make(axes, {"gain": ("draw", "option"), "price": ()})
    options = ("c", "b", "nothing")
    decision = Decision(make.ref("gain"), make.ref("price"), (), (), 0, options, (2, 1, -1), 2, "one", (0.0,))
    made = plan(axes, parameters, [], elements=[element("gain[b]", 0, 2.0)], decision=decision)
    drawn = Interpreter(made, draws={0: np.array([7.0, 8.0])}, count=2, replace={}).decision()
    assert drawn["decision.effect"].axes == ("draw", "decision_option")
    assert drawn["decision.effect"].array.tolist() == [[4, 7, 0], [4, 8, 0]]
    assert drawn["decision.cost"].axes == ("decision_option",)
    assert drawn["decision.cost"].array.tolist() == [3, 3, 0]
    for engine in ("reference", "blocked"):
        moments = run(made, RunSettings(draws=16 * 512, engine=engine)).moments
        assert (moments["decision.cost"].mean == [3, 3, 0]).all()
        np.testing.assert_allclose(moments["decision.effect"].mean.mean(axis=0), [4, 2, 0], atol=0.1)
