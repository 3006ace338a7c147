"""Errors about a draw that goes wrong: which equation, which draw, and the inputs that were drawn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from wellbeva.distributions.describe import describe
from wellbeva.engine.arrays.named import NamedArray
from wellbeva.engine.reference.interpreter import Interpreter
from wellbeva.engine.refusal import LIMIT, RefusedDraw
from wellbeva.engine.targets import targets
from wellbeva.errors import DOUBTED, Diagnostic, Subject, WellbevaError, refusal
from wellbeva.language.ir import Binary, Call, Compare, Const, Lag, Logic, Node, Ref, Scan, Select
from wellbeva.language.to_text import to_text
from wellbeva.language.traversal import names, operands
from wellbeva.language.traversal import walk as nodes
from wellbeva.plan.plan import Bounds, Plan, PlanParameter
from wellbeva.plan.remedies import LEAVE_OUT, remedy_of

_SHOWN = 8
"""Inputs listed in a message."""
_LONGEST = 60
"""Characters of an expression that are shown in a message."""


def explain(plan: Plan, stopped: RefusedDraw) -> WellbevaError:
    """Turn a draw that stopped the run into an error for people.

    Parameters
    ----------
    plan : Plan
    stopped : RefusedDraw

    Returns
    -------
    WellbevaError
        WB-E009 for an input outside its bounds, WB-E002 for a check, WB-E001 for a number that is not finite.
    """
    if stopped.target.startswith(LIMIT):
        return outside(plan, int(stopped.target.removeprefix(LIMIT)), stopped)
    target = next(one for one in targets(plan) if one.name == stopped.target)
    if target.role == "check":
        return check_failed(plan, int(target.name.removeprefix("check.")), _at(plan, stopped), stopped)
    name = target.name.split(".")[1] if target.role == "mean" else target.name
    return not_finite(plan, name, target.node, _at(plan, stopped), stopped)


def not_finite(
    plan: Plan, name: str, node: Node, walk: Interpreter, stopped: RefusedDraw | None = None
) -> WellbevaError:
    """Say where a number that is not finite came from.

    Parameters
    ----------
    plan : Plan
    name : str
        The outcome, or part of the decision, that is not finite.
    node : Node
        Its expression.
    walk : Interpreter
        The draw, or the base case, evaluated.
    stopped : RefusedDraw or None
        The draw; None in the base case.
    """
    value = walk.node(node)
    where = _draw(stopped)
    equation = next(_first_bad(plan, node, walk), None)
    own = name if equation is None else equation
    reached = node if equation is None else plan.equation(equation).expression
    bad = walk.values[equation] if equation is not None else value
    cell = _cell(bad)
    facts = [f"'{own}'{_at_labels(plan, cell)} is {_bad(bad)}"]
    facts += _operation(plan, reached, walk, cell)
    facts += _often(stopped, "a number is not finite, or too large,")
    spoken = name.removeprefix("decision.")
    message = f"'{spoken}' is not a finite number in {where}"
    if np.isfinite(value.array).all():
        most = np.max(np.abs(value.array))
        facts[0] = f"'{spoken}' reaches {most:g}, too large to square and add up"
        message = f"'{spoken}' grows beyond what can be summed up in {where}"
    remedy = "look for a division by zero, a logarithm of zero or a power that runs away; truncate the inputs"
    if stopped is not None:
        remedy += f"; {_replay(stopped)}; {LEAVE_OUT}"
    span = plan.equation(equation).expression.span if equation is not None else node.span
    inputs = _inputs(plan, reached, stopped, cell)
    return refusal("WB-E001", message, remedy, *facts, *inputs, span=span)


def check_failed(plan: Plan, index: int, walk: Interpreter, stopped: RefusedDraw | None = None) -> WellbevaError:
    """Say which check failed, in which draw, and with which inputs.

    Parameters
    ----------
    plan : Plan
    index : int
        Of the check.
    walk : Interpreter
        The draw, or the base case, evaluated.
    stopped : RefusedDraw or None
        The draw; None in the base case.
    """
    check = plan.checks[index]
    value = walk.node(check.expression)
    cell = _cell(value, true=True)
    facts = [f"the check is true in {_draw(stopped)}{_at_labels(plan, cell)}"]
    facts += _often(stopped, "it is true")
    facts += _compared(plan, check.expression, walk, cell)
    subjects = _inputs(plan, check.expression, stopped, cell)
    if check.change == "time":
        subjects = (_periods(plan), *subjects)
    remedy = check.remedy
    if not remedy:
        remedy = "change the inputs named"
        remedy += "" if stopped is None else f", or truncate their distributions; {_replay(stopped)}"
    return refusal("WB-E002", check.say.rstrip("."), remedy, *facts, *subjects, span=check.expression.span)


def outside(plan: Plan, number: int, stopped: RefusedDraw) -> WellbevaError:
    """Return an error that says which input was drawn outside the bounds of its parameter.

    Parameters
    ----------
    plan : Plan
    number : int
        Of the limit.
    stopped : RefusedDraw
    """
    limit = plan.limits[number]
    element = plan.elements[limit.element]
    value = float(stopped.drawn[limit.element])
    facts = [f"the draw is {_shown(value, limit.bounds, _unit(plan.parameter(limit.parameter)))}"]
    facts.append(f"the model allows {limit.bounds.words}")
    facts += _often(stopped, "it is outside")
    if element.distribution.family != "empirical":
        facts.append(f"drawn as {describe(element.distribution)}")
    facts += _row(plan, limit.element, stopped)
    remedy = f"{remedy_of(element.distribution, limit.bounds)}; {_replay(stopped)}; {LEAVE_OUT}"
    message = f"{limit.name} is outside its bounds in {_draw(stopped)}"
    return refusal("WB-E009", message, remedy, *facts, span=limit.span)


def _row(plan: Plan, element: int, stopped: RefusedDraw) -> list[str]:
    """Name the row of a table of draws that an element's number is of, where the draw is not called by its row."""
    if stopped.randomisation is None:
        return []
    for joint in plan.joints:
        if joint.kind == "rows" and element in joint.elements:
            same = (joint.matrix == stopped.drawn[list(joint.elements)]).all(axis=1)
            return [f"it is row {int(np.argmax(same)) + 1:,} of the table of draws"] if same.any() else []
    return []


def _shown(value: float, bounds: Bounds, unit: str) -> str:
    """Write a number with as many digits as show that it is outside; a share as its bounds are written."""
    percent = "%" in bounds.words
    for text in (f"{value * 100:g}%" if percent else f"{value:g}", f"{value!r}"):
        read = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
        if (bounds.low is not None and read < bounds.low) or (bounds.high is not None and read > bounds.high):
            break
    return f"{text}{unit}"


def none_left(nonfinite: int, outside: int) -> WellbevaError:
    """Return an error that says that no draw is left to be counted.

    Parameters
    ----------
    nonfinite, outside : int
        Draws in which a number is not finite, and others in which an input is outside its bounds.
    """
    remedy = "leave out --allow-nonfinite: the first draw is then named, with its inputs"
    facts = [f"an input is outside its bounds in {outside:,} draws"] if outside else []
    if not nonfinite:
        within = "no draw has all inputs within their bounds: nothing is left to count"
        return refusal("WB-E009", within, remedy, *facts)
    others = " others" if outside else " draws"
    facts.append(f"a number is not finite, or too large, in {nonfinite:,}{others}")
    finite = "no draw is finite: nothing is left to count"
    return refusal("WB-E001", finite, remedy, *facts)


def _often(stopped: RefusedDraw | None, what: str) -> list[str]:
    """Say in how many draws something is so, as far as draws were looked at."""
    if stopped is None or not stopped.looked:
        return []
    rows = "rows" if stopped.randomisation is None else "draws looked at"
    return [f"{what} in {stopped.times:,} of {stopped.looked:,} {rows}"]


def _replay(stopped: RefusedDraw) -> str:
    """Write the command that shows all of a draw."""
    where = "" if stopped.randomisation is None else f" --randomisation {stopped.randomisation}{stopped.run}"
    return f"`wellbeva explain` with{stopped.changes} --draw {stopped.index}{where} shows all of it"


def _operation(plan: Plan, node: Node, walk: Interpreter, cell: dict[str, int]) -> list[str]:
    """Write the operation that gave a number that is not finite from numbers that are.

    Empty where no single one did: in a recurrence, or where something of several cells grew too large.
    """
    if any(isinstance(one, Lag | Scan) for one in nodes(node)):
        return []
    while (below := _bad_operand(node, walk, cell)) is not None:
        node, cell = below
    values = [_at_cell(walk.node(operand), cell).array for operand in operands(node)]
    text = _as_text(plan, node)
    if not 0 < len(text) <= _LONGEST or not values or any(value.size != 1 for value in values):
        return []
    numbers = [float(value.item()) for value in values]
    said = f"was made of {' and '.join(f'{number:g}' for number in numbers)}"
    match node:
        case Binary(op="div") if numbers[1] == 0:
            said = f"divides {numbers[0]:g} by zero"
        case Binary(op="pow"):
            said = f"is {numbers[0]:g} to the power {numbers[1]:g}"
        case Call(function=function):
            said = f"is {function}({', '.join(f'{number:g}' for number in numbers)})"
    return [f"`{text}` {said}"]


def _bad_operand(node: Node, walk: Interpreter, cell: dict[str, int]) -> tuple[Node, dict[str, int]] | None:
    """Return an operand that is not finite itself where a cell of a node is made of it, and its cell."""
    below = operands(node)
    if isinstance(node, Select):
        condition = _at_cell(walk.node(node.condition), cell).array
        below = (node.yes,) if (condition != 0).all() else (node.no,) if (condition == 0).all() else ()
    for one in below:
        if isinstance(one, Ref):
            continue
        value = walk.node(one)
        if not np.isfinite(_at_cell(value, cell).array).all():
            here = {axis: place for axis, place in cell.items() if axis in value.axes}
            return one, here | _cell(_at_cell(value, cell))
    return None


def _at_cell(value: NamedArray, cell: dict[str, int]) -> NamedArray:
    for axis, place in cell.items():
        value = value.pick(axis, place)
    return value


def _compared(plan: Plan, node: Node, walk: Interpreter, cell: dict[str, int]) -> list[str]:
    """Write what a comparison compares, where the left side is more than a name that is listed among the inputs."""
    while isinstance(node, Logic):
        node = node.right
    if not isinstance(node, Compare) or isinstance(node.left, Ref) or node.left.dtype == "label":
        return []
    value = _at_cell(walk.node(node.left), cell)
    if value.array.size != 1 or not names(node.left):
        return []
    text = _as_text(plan, node.left)
    shown = f"`{text}`" if 0 < len(text) <= _LONGEST else "the left side of the comparison"
    return [f"{shown} is {value.array.item():g}"]


def _as_text(plan: Plan, node: Node) -> str:
    """Write a node; with the label of a choice, which a plan holds as a number, as it stands in the file, or empty."""
    if not any(isinstance(one, Const) and one.dtype == "label" for one in nodes(node)):
        return to_text(node, axes=plan.axes)
    if node.span is None:
        return ""
    start = node.span.column - 1
    text = node.span.text[start : start + node.span.length]
    # Of an expression on several lines the span holds the first alone.
    return text if text.count("(") == text.count(")") and text.count("[") == text.count("]") else ""


def doubts(plan: Plan, walk: Interpreter) -> tuple[Diagnostic, ...]:
    """Return a warning for each ``warn_if`` that is true in the base case.

    Parameters
    ----------
    plan : Plan
    walk : Interpreter
        The base case, evaluated.
    """
    found = []
    for index, check in enumerate(plan.checks):
        if check.severity == "warn_if" and (walk.node(check.expression).array != 0).any():
            (said,) = check_failed(plan, index, walk).diagnostics
            general = "check the inputs named against their sources; if they are right, nothing need be done"
            found.append(replace(said, code=DOUBTED, severity="warning", remedy=check.remedy or general))
    return tuple(found)


def _at(plan: Plan, stopped: RefusedDraw) -> Interpreter:
    """Evaluate one draw by the reference engine."""
    walk = Interpreter(plan, draws={i: np.array([x]) for i, x in enumerate(stopped.drawn)}, count=1, replace={})
    walk.run()
    return walk


def _draw(stopped: RefusedDraw | None) -> str:
    if stopped is None:
        return "the base case"
    if stopped.randomisation is None:
        return f"row {stopped.index + 1} of the table of draws"
    return f"draw {stopped.index} of randomisation {stopped.randomisation}"


def _first_bad(plan: Plan, node: Node, walk: Interpreter) -> Iterator[str]:
    """Yield the equations that a node depends on, in order, that are not finite."""
    needed = plan.upstream(node)
    for group in plan.groups:
        for name in group:
            if name in needed and name in walk.values and not np.isfinite(walk.values[name].array).all():
                yield name


def _cell(value: NamedArray, *, true: bool = False) -> dict[str, int]:
    """Return the place of the first cell that is bad (or true), by axis; empty where none is, or it has no axes."""
    bad = np.argwhere(value.array != 0 if true else ~np.isfinite(value.array))
    if not len(bad):
        return {}
    return {axis: int(place) for axis, place in zip(value.axes, bad[0], strict=True) if axis != "draw"}


def _at_labels(plan: Plan, cell: dict[str, int]) -> str:
    labels = [f"{axis}={plan.axes[axis].labels[place]}" for axis, place in cell.items()]
    return f" at {', '.join(labels)}" if labels else ""


def _bad(value: NamedArray) -> str:
    found = value.array[~np.isfinite(value.array)]
    if not found.size:
        return "finite"
    return "not a number (0/0 or the like)" if np.isnan(found[0]) else "infinite"


def _inputs(plan: Plan, node: Node, stopped: RefusedDraw | None, cell: dict[str, int]) -> tuple[Subject, ...]:
    """Write the inputs that a cell of a node depends on: drawn ones first, those nearest to zero first among them.

    Of a parameter that shares axes with the cell only what stands at its labels is written. Choices are left out: an
    engine knows them as numbers, which nobody wrote.
    """
    needed = plan.upstream(node)
    drawn: dict[str, tuple[float, Subject]] = {}
    fixed: dict[str, tuple[float, Subject]] = {}
    switches: list[Subject] = []
    for parameter in plan.parameters:
        if parameter.name not in needed or parameter.builtin or parameter.dtype == "label":
            continue
        here = tuple(cell.get(axis, slice(None)) for axis in parameter.axes)
        elements, values = np.atleast_1d(parameter.elements[here]), np.atleast_1d(parameter.values[here])
        for index in sorted({int(one) for one in elements.ravel() if one >= 0}):
            element = plan.elements[index]
            number = element.base if stopped is None else float(stopped.drawn[index])
            drawn[element.name] = (number, plan.subject(index, f"{number:g}{_unit(parameter)}"))
        certain = values[elements < 0]
        if certain.size and (certain == certain.flat[0]).all():
            named = [plan.axes[axis].labels[cell[axis]] for axis in parameter.axes if axis in cell]
            name = ".".join((parameter.name, *named))
            number = float(certain.flat[0])
            if parameter.dtype == "bool":
                switches.append(Subject(name, "true" if number else "false", parameter.name, frozenset(named)))
            else:
                said = f"{number:g}{_unit(parameter)}"
                fixed[name] = (number, Subject(name, said, parameter.name, frozenset(named)))
    near = [
        subject
        for group in (drawn, fixed)
        for _, (_, subject) in sorted(group.items(), key=lambda one: (abs(one[1][0]), one[0]))
    ]
    return tuple([*near, *switches][:_SHOWN])


def _periods(plan: Plan) -> Subject:
    labels = plan.axes["time"].labels
    return Subject("time", f"{labels[0]} to {labels[-1]}", "time", frozenset())


def _unit(parameter: PlanParameter) -> str:
    return "" if parameter.unit.dimensionless else f" {parameter.unit}"
