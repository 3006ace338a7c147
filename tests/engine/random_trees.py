"""Random typed trees over a small set of parameters, for comparing engines."""

import numpy as np
from hypothesis import strategies as st

from tests.engine.engine_plans import Make, axis, element, parameter, time_axis
from wellbeva.language.functions import ELEMENTWISE

AXES = {
    "option": axis("option", "a", "b"),
    "group": axis("group", "x", "y", "z"),
    "state": axis("state", "well", "ill"),
    "to": axis("to", "well", "ill"),
    "time": time_axis(4, 0.5),
    "age": axis("age", "0", "1", "3", kind="ladder", rungs=(0.0, 1.0, 3.0)),
}
ELEMENTS = [element(f"e{k}", k, 0.6 + 0.1 * k, 0.05) for k in range(7)]
PARAMETERS = [
    parameter("t", np.arange(4) * 0.5, ("time",)),
    parameter("step", 0.5),
    parameter("one", 0.7, (), 0),
    parameter("by_option", [0.7, 0.9], ("option",), [0, 1]),
    parameter("half_sure", [0.8, 2.0, 0.8], ("group",), [2, -1, 2]),
    parameter("both", np.full((2, 3), 0.9), ("option", "group"), np.full((2, 3), 3)),
    parameter("in_time", [0.5, 0.6, 0.7, 0.8], ("time",), [4, 4, -1, 5]),
    parameter("sure", [[1.0, 2.0, 3.0], [1.0, 2.0, 3.0]], ("option", "group")),
    parameter("zero", np.zeros((2, 4)), ("option", "time")),
    parameter("switch", [1.0, 0.0], ("option",), dtype="bool"),
    parameter("on", 1.0, (), dtype="bool"),
    parameter("by_state", [0.6, 0.4], ("state",), [6, -1]),
    parameter("moves", [[0.9, 0.1], [0.2, 0.8]], ("state", "to"), [[-1, 0], [1, -1]]),
    parameter("ladder", [0.1, 0.2, 0.4], ("age",), [-1, 5, 5]),
]
SYMBOLS = {one.name: (("draw", *one.axes) if one.uncertain else one.axes) for one in PARAMETERS}
MAKE = Make(AXES, SYMBOLS)
SMOOTH = [one for one in ELEMENTWISE.values() if not one.jumps]
LEAVES = [MAKE.ref(name) for name in SYMBOLS if name not in ("moves", "ladder", "switch", "on")]


def size(node):
    return int(np.prod([len(AXES[one]) for one in node.axes if one != "draw"]))


@st.composite
def condition(draw, x):
    kind = draw(st.sampled_from(["compare", "switch", "not", "and", "label"]))
    compared = MAKE.compare(draw(st.sampled_from(["lt", "le", "gt", "ge"])), x, MAKE.const(0.7))
    if kind == "switch":
        return MAKE.ref(draw(st.sampled_from(["switch", "on"])))
    if kind == "not":
        return MAKE.unary("not", compared)
    if kind == "and":
        return MAKE.logic(draw(st.sampled_from(["and", "or"])), compared, MAKE.ref("switch"))
    if kind == "label":
        return MAKE.compare("ne", MAKE.label("group"), MAKE.const(1))
    return compared


@st.composite
def wrapped(draw, children):
    """One more node on top; every value stays positive and of moderate size, so that no step loses digits."""
    x, y = draw(children), draw(children)
    kinds = ["add", "mul", "where", "clip", "mean", "exp", "min", "sum", "square", "function"]
    own = [one for one in x.axes if one != "draw"]
    if own:
        kinds += ["reduce", "sum of product", "pick", "reduce"]
    if "time" in own:
        kinds += ["lag", "cumsum", "trapezium", "pick by", "interp"]
    if "state" in own and "to" not in own:
        kinds += ["contract"] * 3
    if "time" not in x.axes:
        kinds += ["area_linear", "area_exponential", "area_geometric", "ladder"]
    kind = draw(st.sampled_from(kinds))
    made = _wrap(draw, kind, x, y, own)
    return made if size(made) <= 400 else x


def _wrap(draw, kind, x, y, own):  # noqa: C901
    over = draw(st.sampled_from(own)) if own else ""
    match kind:
        case "add" | "mul":
            return MAKE.binary(kind, x, y)
        case "square":
            return MAKE.call("sqrt", MAKE.binary("pow", x, MAKE.const(2)))
        case "where":
            return MAKE.where(draw(condition(x)), x, y)
        case "clip":
            return MAKE.call("clip", x, MAKE.const(0.25), y)
        case "min":
            return MAKE.call(draw(st.sampled_from(["min", "max"])), x, y)
        case "exp":
            return MAKE.call("rate_to_prob", x, MAKE.ref("step"))
        case "reduce" | "mean" | "sum":
            function = draw(st.sampled_from(["sum", "mean", "min", "max"]))
            return MAKE.reduce(function, x, over) if own else MAKE.call("sqrt", x)
        case "sum of product":
            return MAKE.reduce("sum", MAKE.mul(MAKE.ref("by_option"), x, y), *own[:2])
        case "pick":
            return MAKE.pick(x, over, draw(st.integers(0, len(AXES[over]) - 1)))
        case "function":
            function = draw(st.sampled_from(SMOOTH))
            operands = zip((x, y, x), function.domain, strict=False)
            clipped = [MAKE.call("clip", one, MAKE.const(low), MAKE.const(high)) for one, (low, high) in operands]
            return MAKE.add(MAKE.const(0.1), MAKE.call("abs", MAKE.call(function.name, *clipped)))
        case "interp":
            return MAKE.interp(x, "time", y)
        case "pick by":
            return MAKE.pick_by(x, "time", MAKE.call("min", y, MAKE.const(1.2)))
        case "ladder":
            return MAKE.pick_by(MAKE.ref("ladder"), "age", x)
        case "lag":
            return MAKE.lag(x, MAKE.pick(y, "time", 0) if "time" in y.axes else y)
        case "cumsum":
            return MAKE.scan(x)
        case "trapezium":
            return MAKE.reduce("trapezium", x, "time")
        case "contract":
            return MAKE.contract(x, MAKE.ref("moves"))
        case "area_linear":
            hold = MAKE.call("abs", y)
            return MAKE.call(kind, MAKE.ref("t"), MAKE.ref("step"), MAKE.const(0), x, hold, MAKE.ref("one"))
        case _:
            share = MAKE.call("clip", MAKE.ref("half_sure"), MAKE.const(0), MAKE.const(1))
            args = [MAKE.ref("t"), MAKE.ref("step"), x, MAKE.const(0), MAKE.ref("by_option"), share]
            return MAKE.call(kind, *args, *([MAKE.ref("one")] if draw(st.booleans()) else []))


trees = st.recursive(st.sampled_from(LEAVES), wrapped, max_leaves=12)
