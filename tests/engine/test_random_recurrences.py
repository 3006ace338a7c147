"""Random recurrences along time, and what is made of them: all engines against each other.

Each plan has one or two groups of equations, the second of which may read the first in any way, and outcomes that a
loop along time can add up while it runs, that need it whole, or that read two labels of it.
"""

import functools
import os

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine.engine_plans import Make, Numbers, axis, element, equation, parameter, plan, time_axis
from tests.engine.source_by_numpy import ByNumpy
from wellbeva.core.axes import in_order
from wellbeva.engine.blocked import Blocked
from wellbeva.engine.compiled.engine import Compiled
from wellbeva.engine.lanes import LANE
from wellbeva.engine.lowering.lower import Lowering
from wellbeva.engine.lowering.recurrences import LoopLowering
from wellbeva.engine.reference.interpreter import evaluate
from wellbeva.engine.targets import targets
from wellbeva.plan.plan import Check, Decision

pytestmark = pytest.mark.thorough

EPSILON = np.finfo(float).eps
MANY = int(os.environ.get("WELLBEVA_MANY_RECURRENCES", "60"))
"""Plans whose source is run by NumPy."""
COMPILED = int(os.environ.get("WELLBEVA_RECURRENCES", "4"))
"""Plans that are compiled."""
STATES = ("well", "ill", "dead")
COUNT = 12
ELEMENTS = [element(f"e{k}", k, 0.5 + 0.02 * k, 0.03) for k in range(COUNT)]
INNER = ("option", "group", "state")


def inputs(steps):
    """Return the axes and the parameters of a plan of some labels of time."""
    axes = {
        "option": axis("option", "a", "b"),
        "group": axis("group", "x", "y", "z"),
        "state": axis("state", *STATES),
        "to": axis("to", *STATES),
        "time": time_axis(steps, 0.5),
    }
    time = np.arange(steps)
    # over options they add up to 1
    shares = np.stack([one := np.array([[0.25, 0.5, 0.75], [1.0, 0.0, 0.5], [0.125, 0.25, 0.5]]), 1 - one])
    parameters = [
        parameter("t", 0.5 * time, ("time",)),
        parameter("discount", 1.03**-time, ("time",)),
        parameter("price", np.outer([1.0, 0.7], 1 + 0.1 * time), ("option", "time")),
        parameter("share", shares, ("option", "group", "state")),
        parameter("one", 0.5, (), 0),
        parameter("option_rate", [0.5, 0.4], ("option",), [1, 2]),
        parameter("group_rate", [0.5, 0.3, 0.5], ("group",), [3, -1, 3]),
        parameter("state_rate", [1.0, 0.6, 0.0], ("state",), [-1, 4, -1]),
        parameter("time_rate", np.full(steps, 0.5), ("time",), np.where(time % 2, 5, 6)),
        parameter("mixed_rate", 0.4 + 0.01 * time, ("time",), np.where(time % 2, 7, -1)),
        parameter("both_rate", np.full((2, steps), 0.4), ("option", "time"), np.stack([8 + time % 2, 9 - time % 2])),
        parameter("start", [1.0, 0.0, 0.0], ("state",)),
        parameter("group_start", [1.0, 2.0, 3.0], ("group",)),
        parameter("ill_chance", 0.2, (), 10),
        parameter("dead_chance", [0.1, 0.2], ("option",), [11, 11]),
    ]
    return axes, parameters


RATES = ("one", "option_rate", "group_rate", "state_rate", "time_rate", "mixed_rate", "both_rate")
WEIGHTS = ("discount", "price", "t", "share", *RATES)
STARTS = ("one", "start", "group_start", "option_rate", "time_rate", "discount")
MOVES = [(0, 1), (0, 2), (1, 2), (1, 0), (2, 0)]
NAMES = ("first", "second", "third")


@st.composite
def steps_of(draw, own, before, depth=2):  # noqa: C901 - one case a kind
    """Return a tree of words for one equation of a group: `own` are its names so far, and those to come.

    Parameters
    ----------
    own : tuple of (names of the group, how many of them are known at the label at hand)
    before : names of groups before
    """
    names, known = own
    kinds = ["lag", "lag", "lag of product", "rate"]
    kinds += ["now", "scan", "first", "lag of scan", "lag of first"] * (known > 0) + ["before"] * 2 * bool(before)
    if depth:
        kinds += ["add", "add", "where label", "where time", "where value", "contract", "contract", "sum", "pick"]
        kinds += ["clip", "lag of tree", "lag along option"]
    kind = draw(st.sampled_from(kinds))
    rate, start = draw(st.sampled_from(RATES)), draw(st.sampled_from(STARTS))
    index = draw(st.integers(0, 2))

    def inner():
        return draw(steps_of(own, before, depth - 1))

    match kind:
        case "rate":
            return ("ref", rate)
        case "lag":
            return ("lag", ("ref", draw(st.sampled_from(names))), start)
        case "lag of product":
            return ("lag", ("mul", ("ref", draw(st.sampled_from(names))), rate), start)
        case "lag of tree":
            return ("lag", inner(), start)
        case "now":
            return ("ref", names[draw(st.integers(0, known - 1))])
        case "scan" | "first":
            return (kind, ("ref", names[draw(st.integers(0, known - 1))]))
        case "lag of scan" | "lag of first":
            return ("lag", (kind[7:], ("ref", names[draw(st.integers(0, known - 1))])), start)
        case "before":
            how = draw(st.sampled_from(["ref", "lag", "sum over time", "scan", "first"]))
            ref = ("ref", draw(st.sampled_from(before)))
            return ref if how == "ref" else (how, ref, start) if how == "lag" else (how, ref)
        case "add":
            return ("add", inner(), inner(), rate)
        case "where label" | "where time" | "where value":
            return (kind, index, inner(), inner())
        case "contract":
            moves = draw(st.lists(st.sampled_from(MOVES), unique=True, max_size=4))
            return ("contract", inner(), tuple(moves), draw(st.booleans()))
        case "sum":
            return ("reduce", draw(st.sampled_from(["sum", "mean", "min", "max"])), inner(), index)
        case "pick":
            return ("pick", inner(), index, draw(st.integers(0, 1)))
        case _:
            return (kind, inner(), rate)


class Words:
    """Turns trees of words into nodes."""

    def __init__(self, axes, symbols):
        self.make = Make(axes, symbols)

    def times(self, node, *names):
        return self.make.mul(node, *(self.make.ref(name) for name in names))

    def at(self, label, index):
        return self.make.compare("eq", self.make.label(label), self.make.const(index))

    def moves(self, moves, closed):
        """Return a matrix of moves: some are made, and all stay who do not move, or nobody does."""
        make, matrix = self.make, self.make.const(0)
        for start, end in moves:
            chance = make.ref("ill_chance" if end == 1 else "dead_chance")
            where = make.logic("and", self.at("state", start), self.at("to", end))
            matrix = make.add(matrix, make.where(where, chance, make.const(0)))
        if closed and moves:
            left = make.sub(make.const(1), make.reduce("sum", matrix, "to"))
            for state in range(len(STATES)):
                where = make.logic("and", self.at("state", state), self.at("to", state))
                matrix = make.add(matrix, make.where(where, left, make.const(0)))
        # both axes are needed
        there = make.where(make.compare("ge", make.label("state"), make.const(0)), make.const(0.5), make.const(0))
        return make.mul(matrix, make.add(there, make.where(self.at("to", 0), make.const(0.5), make.const(0.25))))

    def node(self, tree):  # noqa: C901 - one case a word
        make = self.make
        match tree:
            case ("ref", name):
                return make.ref(name)
            case ("mul", x, name):
                return self.times(self.node(x), name)
            case ("lag", x, start):
                return make.lag(self.node(x), make.ref(start))
            case ("scan", x):
                return make.scan(self.node(x))
            case ("first", x):
                return make.pick(self.node(x), "time", 0)
            case ("sum over time", x):
                return self.times(make.reduce("sum", self.times(self.node(x), "discount"), "time"), "one")
            case ("add", x, y, rate):
                return make.add(self.times(self.node(x), rate), make.mul(self.node(y), make.const(0.25)))
            case ("where label", index, x, y):
                return make.where(self.at(INNER[index], 1), self.node(x), self.node(y))
            case ("where time", index, x, y):
                late = make.compare("gt", make.ref("t"), make.const(0.5 * index))
                return make.where(late, self.node(x), self.node(y))
            case ("where value", _, x, y):
                condition = make.compare("gt", self.node(x), make.const(0.531))
                return make.where(condition, self.node(y), make.ref("one"))
            case ("contract", x, moves, closed):
                return make.contract(self.node(x), self.moves(moves, closed))
            case ("reduce", function, x, index):
                whole = self.node(x)
                if function == "mean" or INNER[index] not in whole.axes:
                    whole = self.times(whole, ("option_rate", "group_rate", "state_rate")[index])
                return make.reduce(function, whole, INNER[index])
            case ("pick", x, index, label):
                return make.pick(self.node(x), INNER[index], label)
            case ("clip", x, rate):
                return make.call("clip", self.node(x), make.const(0.1), make.add(make.ref(rate), make.const(1)))
            case ("lag along option", x, rate):
                return make.lag(self.times(self.node(x), "option_rate"), make.ref(rate), "option")
            case _:
                raise TypeError(tree)


def equations_of(axes, known, trees):
    """Return the equations of a group, each with all axes that it comes to have through the others."""
    symbols = {**known, **dict.fromkeys(trees, ("draw", "time"))}
    while True:
        words = Words(axes, symbols)
        # every label varies with the draw, and stays of moderate size
        nodes = {
            name: words.make.add(words.times(words.make.mul(words.node(tree), words.make.const(0.5)), "one"),
                                 words.make.ref("mixed_rate"))
            for name, tree in trees.items()
        }  # fmt: skip
        grown = {name: in_order({*symbols[name], *nodes[name].axes}) for name in trees}
        if all(grown[name] == symbols[name] for name in trees):
            return nodes, symbols
        symbols |= grown


@st.composite
def outcome(draw, words, names):  # noqa: C901 - one case a kind
    """Return something that is made of one or two recurrences."""
    make = words.make
    x, y = (make.ref(draw(st.sampled_from(names))) for _ in range(2))
    inner = [one for one in x.axes if one not in ("draw", "time")]
    kinds = ["sum", "sum", "sum", "sum of all", "whole", "pick", "of two", "square", "plain sum"]
    kinds += ["trapezium", "mean", "min", "lag", "scan", "interp", "pick by", "sum of pick", "contract", "area"]
    kind = draw(st.sampled_from(kinds))
    weights = draw(st.lists(st.sampled_from(WEIGHTS), max_size=3))
    label = draw(st.integers(0, 10)) % len(make.axes["time"])
    match kind:
        case "sum":
            return make.reduce("sum", words.times(x, *weights), "time")
        case "sum of all":
            whole = words.times(x, *weights)
            own = [one for one in whole.axes if one not in ("draw", "time")]
            over = draw(st.lists(st.sampled_from(own), unique=True)) if own else []
            return make.reduce("sum", whole, *over, "time")
        case "plain sum":
            return make.reduce("sum", x, *inner[: draw(st.integers(0, 2))], "time")
        case "whole":
            return x
        case "pick":
            return make.pick(x, "time", label)
        case "of two":
            return make.reduce("sum", words.times(make.mul(x, y), *weights), "time")
        case "square":
            return make.reduce("sum", make.binary("pow", x, make.const(2)), "time")
        case "sum of pick":
            place = draw(st.sampled_from(inner)) if inner else "option"
            return make.reduce("sum", words.times(make.pick(x, place, 1), *weights), "time")
        case "trapezium" | "mean" | "min":
            return make.reduce(kind, words.times(x, *weights), "time")
        case "lag":
            return make.lag(words.times(x, *weights), make.ref("start"))
        case "scan":
            return make.scan(words.times(x, *weights))
        case "interp":
            return make.interp(x, "time", y)
        case "pick by":
            return make.pick_by(x, "time", make.call("min", y, make.const(1.2)))
        case "area":
            given = [make.pick(x, "time", label), make.ref("one"), make.const(1)]
            return make.call("area_linear", make.ref("t"), make.const(0.5), make.const(0), *given)
        case _:
            return make.contract(make.pick(x, "time", label), words.moves(((0, 1), (1, 2)), closed=True))


@st.composite
def plans(draw):
    axes, parameters = inputs(draw(st.sampled_from([1, 2, 3, 4, 6])))
    symbols = {one.name: (("draw", *one.axes) if one.uncertain else one.axes) for one in parameters}
    sizes = draw(st.sampled_from([(1,), (2,), (1, 1), (2, 1), (1, 2), (3,)]))
    equations, groups, before = [], [], []
    for number, size in enumerate(sizes):
        names = tuple(f"{name}{number}" for name in NAMES[:size])
        trees = {name: draw(steps_of((names, known), tuple(before))) for known, name in enumerate(names)}
        if size == 1:
            # a recurrence in any case
            trees = {name: ("add", ("lag", ("ref", name), "one"), tree, "one") for name, tree in trees.items()}
        nodes, symbols = equations_of(axes, symbols, trees)
        equations += [equation(name, node) for name, node in nodes.items()]
        groups.append(names)
        before += names
    words = Words(axes, symbols)
    made = draw(st.lists(outcome(words, before), min_size=1, max_size=5))
    for number, node in enumerate(made):
        equations.append(equation(f"outcome{number}", node))
        groups.append((f"outcome{number}",))
    decision = None
    if draw(st.integers(0, 2)) == 0:
        # on means, and a decision: both read recurrences too
        top, bottom, effect, cost = (draw(outcome(words, before)) for _ in range(4))
        equations.append(equation("ratio", words.make.ratio(top, bottom), "mean"))
        groups.append(("ratio",))
        decision = Decision(effect, cost, ("low",), (1.0,), 0, ("a", "b"), (0, 1), 0, "one", (0.0,))
    outcomes = draw(st.permutations([f"outcome{number}" for number in range(len(made))]))
    checks = []
    if draw(st.booleans()):
        x = words.make.ref(draw(st.sampled_from(before)))
        seen = words.make.pick(x, "time", 0) if draw(st.booleans()) else words.make.pick(x, "option", 0)
        checks = [Check("warn_if", words.make.compare("gt", seen, words.make.const(0.5)), "")]
    return plan(
        axes, parameters, equations,
        elements=ELEMENTS, groups=groups, outcomes=outcomes, checks=checks, decision=decision,
    )  # fmt: skip


@functools.cache
def draws():
    return Numbers(ELEMENTS).block(0, 0, LANE)


def blocked(made):
    wanted = targets(made)
    with np.errstate(all="ignore"):
        engine = Blocked(made, wanted)
        return engine.constant, engine.block(draws())


def close(value, expected, *, factor, over=-1):
    scale = np.abs(expected).max(axis=over, keepdims=True)
    return bool(np.all(np.abs(value - expected) <= factor * EPSILON * scale))


def alike(made):
    """Whether recurrences have the same axes in both engines.

    Where one varies along an axis at a label that the time has not got (or not until late), the loop has it anyway, and
    a sum over that axis is taken apart in another way.
    """
    with np.errstate(all="ignore"):
        both = Lowering(made), LoopLowering(made)
    label, loop = ({name: one.builder.values[number].axes for name, number in one._names.items()} for one in both)
    return label == loop


def compare(engine, made, expected):
    """Compare bits; a recurrence that turns out certain may be held as rows, all alike."""
    constant, varying = expected
    with np.errstate(all="ignore"):
        found = engine.block(draws())
    assert {*found, *engine.constant} == {*varying, *constant}
    for name, value in {**engine.constant, **found}.items():
        whole = varying[name] if name in varying else constant[name]
        if name in found and name in constant:
            whole = np.broadcast_to(whole[..., None], value.shape)
        if not np.array_equal(value, whole):
            assert not alike(made), name
            assert close(value, whole, factor=64), name


QUIET = settings(deadline=None, suppress_health_check=list(HealthCheck))


@settings(QUIET, max_examples=MANY)
@given(plans(), st.sampled_from([0, 0, 2**12]), st.sampled_from([0, 0, 3]))
def test_recurrences_by_numpy(made, cache, statements):
    _, varying = expected = blocked(made)
    compare(ByNumpy(made, targets(made), cache=cache, statements=statements), made, expected)
    few = 64
    whole = evaluate(made, draws=dict(enumerate(draws()[:, :few])), count=few)
    for name in set(varying) & set(whole):
        # some tens of additions of numbers that are mostly of one sign, over at most six labels; a step's area is a
        # difference of running totals, so its rounding is that of the largest step
        reference = np.moveaxis(whole[name].array, 0, -1)
        over = (-1, *(place - 1 for place, axis in enumerate(whole[name].axes) if axis == "time"))
        assert close(varying[name][..., :few], reference, factor=2**12, over=over), name


@settings(QUIET, max_examples=COMPILED)
@given(plans())
def test_recurrences_compiled(made):
    compare(Compiled(made, targets(made)), made, blocked(made))
