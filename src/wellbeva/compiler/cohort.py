"""Cohorts: states, start and arrows written as equations (FORMAT section 6).

``move_chance`` is the matrix of chances (state, to) of one step, with whoever is left staying or taking the ``else``
arrow; ``occupancy`` is ``lag(contract(occupancy, move_chance), start)``. Both are ordinary equations of the plan.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from wellbeva.compiler.equations import Parsed
from wellbeva.core.axes import in_order
from wellbeva.core.spans import Located, Span
from wellbeva.core.units import Unit
from wellbeva.errors import Collector
from wellbeva.language import ir
from wellbeva.language.parser import Expression, parse
from wellbeva.language.typing.typing import Environment, type_expression
from wellbeva.plan.plan import Check
from wellbeva.scenario.spec import Model, TransitionSpec
from wellbeva.scenario.text.identifiers import MOVES

OCCUPANCY = "occupancy"
ROUNDING = 1e-12
"""A chance below zero by less than this is rounding of a sum of shares, not a fault."""


def cohort_equations(model: Model, collector: Collector) -> dict[str, Parsed]:
    """Return the equations `move_chance` (state, to) and `occupancy` (state) of a cohort, as shares of 1.

    Parameters
    ----------
    model : Model
        One that is not a cohort has none.
    collector : Collector
    """
    if model.kind != "cohort":
        return {}
    arrows: list[tuple[TransitionSpec, Expression]] = []
    rest: dict[str, str] = {}
    for arrow in model.transitions:
        if arrow.expression.text.strip() == "else":
            if arrow.source in rest:
                collector.error(
                    "WB-C032",
                    f"two arrows from {arrow.source} take what is left",
                    arrow.span,
                    facts=(f"{arrow.source} -> {rest[arrow.source]}: else", f"{arrow.source} -> {arrow.target}: else"),
                    remedy="keep one `else`",
                )
            rest[arrow.source] = arrow.target
        else:
            expression = parse(arrow.expression, collector)
            if expression is not None:
                arrows.append((arrow, expression))
    start = {state: parse(text, collector) for state, text in model.start.items() if text.text.strip() != "else"}
    left = next((state for state, text in model.start.items() if text.text.strip() == "else"), None)
    names = frozenset[str]().union(*(one.names for _, one in arrows))
    begun = frozenset[str]().union(*(one.names for one in start.values() if one))
    return {
        MOVES: Parsed(
            MOVES,
            names,
            frozenset(),
            Unit(),
            "share",
            "chance of each move in one step, stays among them",
            "; ".join(
                f"{transition.source} -> {transition.target}: {transition.expression.text.strip()}"
                for transition in model.transitions
            ),
            next((transition.span for transition in model.transitions), None),
            _moves(model, arrows, rest),
        ),
        OCCUPANCY: Parsed(
            OCCUPANCY,
            begun | {OCCUPANCY, MOVES},
            frozenset((OCCUPANCY,)),
            Unit(),
            "share",
            "share of the cohort in each state at the start of each period",
            "lag(contract(occupancy, move_chance), start)",
            next((text.span() for text in model.start.values()), None),
            _occupancy(model, start, left),
        ),
    }


def _is(axis: str, index: int) -> ir.Node:
    label = ir.Label(axis=axis, axes=(axis,), dtype="label")
    return ir.Compare(
        op="eq", left=label, right=ir.Const(value=float(index), dtype="label"), axes=(axis,), dtype="bool"
    )


def _both(one: ir.Node, other: ir.Node) -> ir.Node:
    return ir.Logic(op="and", left=one, right=other, axes=in_order((*one.axes, *other.axes)), dtype="bool")


def _binary(op: str, left: ir.Node, right: ir.Node, own: tuple[str, ...]) -> ir.Node:
    return ir.Binary(op=op, left=left, right=right, axes=in_order((*left.axes, *right.axes), own))  # type: ignore[arg-type]


def _where(condition: ir.Node, yes: ir.Node, no: ir.Node, own: tuple[str, ...]) -> ir.Node:
    axes = in_order((*condition.axes, *yes.axes, *no.axes), own)
    return ir.Select(condition=condition, yes=yes, no=no, axes=axes)


def _moves(
    model: Model, arrows: list[tuple[TransitionSpec, Expression]], rest: Mapping[str, str]
) -> Callable[[Environment, Collector], ir.Node | None]:
    def build(environment: Environment, collector: Collector) -> ir.Node | None:
        own, zero = environment.own, ir.Const(value=0.0)
        explicit: ir.Node = zero
        for arrow, expression in arrows:
            node = _share(expression, environment, collector, arrow.expression)
            if node is None:
                return None
            here = _both(_is("state", model.states.index(arrow.source)), _is("to", model.states.index(arrow.target)))
            explicit = _binary("add", explicit, _where(here, node, zero, own), own)
        # Where every arrow is an `else`, nothing so far has the axis `to`; a sum of zeros gives it to what is reduced.
        if "to" not in explicit.axes:
            stays = _both(_is("state", 0), _is("to", 0))
            explicit = _where(stays, zero, zero, own)
        gone = ir.Reduce(function="sum", x=explicit, over=("to",), axes=tuple(a for a in explicit.axes if a != "to"))
        staying = _binary("sub", ir.Const(value=1.0), gone, own)
        full = explicit
        for index, state in enumerate(model.states):
            target = model.states.index(rest.get(state, state))
            here = _both(_is("state", index), _is("to", target))
            full = _binary("add", full, _where(here, staying, zero, own), own)
        return full

    return build


def _occupancy(
    model: Model, start: Mapping[str, Expression | None], left: str | None
) -> Callable[[Environment, Collector], ir.Node | None]:
    def build(environment: Environment, collector: Collector) -> ir.Node | None:
        own, zero = environment.own, ir.Const(value=0.0)
        initial: ir.Node = zero
        total: ir.Node = zero
        for state, expression in start.items():
            node = _share(expression, environment, collector, model.start[state])
            if node is None:
                return None
            total = _binary("add", total, node, own)
            initial = _binary("add", initial, _where(_is("state", model.states.index(state)), node, zero, own), own)
        if left is not None:
            others = _binary("sub", ir.Const(value=1.0), total, own)
            initial = _binary("add", initial, _where(_is("state", model.states.index(left)), others, zero, own), own)
        symbol, moves = environment.symbols[OCCUPANCY], environment.symbols[MOVES]
        here = ir.Ref(name=OCCUPANCY, axes=in_order((*symbol.axes, "state"), own))
        matrix = ir.Ref(name=MOVES, axes=moves.axes)
        after = in_order((*here.axes, *(axis for axis in matrix.axes if axis != "to"), "state"), own)
        moved = ir.Contract(x=here, moves=matrix, axes=after)
        axes = in_order((*after, *initial.axes, "time"), own)
        return ir.Lag(x=moved, initial=initial, over="time", axes=axes)

    return build


def _share(
    expression: Expression | None, environment: Environment, collector: Collector, text: Located
) -> ir.Node | None:
    if expression is None:
        return None
    node = type_expression(expression, environment, collector)
    if node is not None and not node.unit.dimensionless:
        collector.error(
            "WB-U103",
            "the chance of a move is a share",
            text.span(),
            facts=(f"unit of the expression: {node.unit}",),
            remedy="turn a rate into a chance with rate_to_prob(rate, step)",
        )
        return None
    return node


def stay_check(moves: ir.Node, span: Span | None) -> Check:
    """Return the check that refuses a chance below zero, where the arrows that leave a state add to more than one.

    Parameters
    ----------
    moves : Node
        The expression of `move_chance`.
    span : Span or None
        Where the arrows begin, for the place of the message.
    """
    here = ir.Ref(name=MOVES, axes=moves.axes)
    # The share that stays is 1 less a sum of shares, so that rounding alone may put it just below zero.
    below = ir.Compare(op="lt", left=here, right=ir.Const(value=-ROUNDING), axes=moves.axes, dtype="bool", span=span)
    return Check("fail_if", below, "The arrows that leave a state add to more than 100%, or one is below 0%.")
