"""A model without a scenario: parsed, put in order and unit-checked with stand-ins for whatever a scenario gives.

The stand-ins make the smallest scenario that the model can have: the labels that its own text names (one a plain axis,
two rungs a ladder), and zeros, or the lowest value that the bounds let in. So every rule of the compiler's front end
holds for a model as it holds for a scenario, and nothing is checked twice in two ways.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from wellbeva.compiler.axes import MAX_LABELS
from wellbeva.compiler.compile import compile_scenario
from wellbeva.core.spans import Located, Span
from wellbeva.errors import Collector, WellbevaError
from wellbeva.language.ir import KINDS_OF_DISCOUNT
from wellbeva.language.parser import parse
from wellbeva.language.syntax import CompareSyntax, IndexSyntax, Name, Number, Syntax
from wellbeva.plan.plan import Plan
from wellbeva.scenario.spec import AppraisalSpec, Assignment, AxisSpec, Model, Option, ParameterSpec, Scenario, TimeSpec
from wellbeva.scenario.value import Amount, Value

OPEN = ("option", "group")
"""Axes of every model whose labels the scenario gives."""
TOLD = ("WB-C048",)
"""Warnings about the equations themselves; the others speak of numbers, which a model does not have."""
ROUNDS = 8
"""Of handing labels from axis to axis; a longer chain of axes that pick from each other is not written by people."""

Labels = dict[str, tuple[str, ...]]


def check_model_alone(model: Model, collector: Collector) -> Plan:
    """Check a model as far as it can be checked without a scenario, and return the plan it has with stand-ins.

    Parameters
    ----------
    model : Model
        With those it extends already joined.
    collector : Collector
        With what its file was refused for; takes the warnings about equations.

    Raises
    ------
    WellbevaError
        With everything that is wrong with its equations, units, defaults, checks and decision.
    """
    inner = Collector(list(collector.errors))
    try:
        compiled = compile_scenario(_smallest(model), collector=inner)
    except WellbevaError as error:
        told = [
            diagnostic for diagnostic in error.diagnostics if diagnostic.severity == "error" or diagnostic.code in TOLD
        ]
        raise WellbevaError(dict.fromkeys([*collector.found, *told])) from None
    collector.found += [warning for warning in inner.warnings if warning.code in TOLD]
    return compiled.plan


def _smallest(model: Model) -> Scenario:
    mentioned, times = _mentioned(model)
    options = tuple(dict.fromkeys((*mentioned.pop("option", ()), "option_1", "option_2")))
    groups = mentioned.pop("group", ()) or ("everyone",)
    zero = Value("number", {"value": Amount(Fraction(0))}, written="0")
    return Scenario(
        file=model.file,
        title=model.title,
        question="",
        model=model,
        appraisal=AppraisalSpec(
            preset="green-book-2026",
            discount=dict.fromkeys(KINDS_OF_DISCOUNT, zero),
            wellby_value={"central": zero},
        ),
        time=TimeSpec("year", min(times), max(times)),
        # `x[option=comparator]` must have an option to stand for, and another to be compared with.
        comparator=options[0],
        choose="several" if any(parameter.filled_by == "budget" for parameter in model.parameters.values()) else "one",
        options=tuple(Option(name, name) for name in options),
        shown=options,
        groups={label: label for label in groups},
        axes={name: {label: label for label in labels} for name, labels in mentioned.items()},
        assignments=tuple(
            Assignment(parameter.name, (), _stand_in(parameter), "values")
            for parameter in model.parameters.values()
            if parameter.default is None and not parameter.filled_by
        ),
        sources={},
        variants={},
        not_counted=(),
        published=(),
        budget=zero,
        spans={"model": Span(model.file, 1, 1)},
        unread=model.unread,
    )


def _stand_in(one: ParameterSpec) -> Value:
    if one.kind == "switch":
        return Value("switch", word="false", written="false", span=one.span)
    if one.kind == "choice":
        word = one.choices[0] if one.choices else ""
        return Value("label", word=word, written=word, span=one.span)
    low, high = one.bounds
    amount = Amount(Fraction(0))
    if low is not None and low.number > 0:
        amount = low
    elif high is not None and high.number < 0:
        amount = high
    return Value("number", {"value": amount}, written=f"{float(amount.number):g}", span=one.span)


def _mentioned(model: Model) -> tuple[Labels, tuple[int, ...]]:
    """Return the labels of each axis that the model leaves open, and the steps of time that it names."""
    open_axes = {name: spec for name, spec in model.axes.items() if not spec.labels}
    fixed: dict[str, tuple[str, ...]] = {name: spec.labels for name, spec in model.axes.items() if spec.labels}
    fixed |= {"state": model.states, "to": model.states} if model.states else {}
    fixed |= {
        parameter.name: parameter.choices for parameter in model.parameters.values() if parameter.kind == "choice"
    }
    found: dict[str, list[str]] = {name: list(model.needs.get(name, ())) for name in (*OPEN, *open_axes)}
    numbers: dict[str, set[Fraction]] = {name: set() for name, spec in open_axes.items() if spec.unit}
    steps: set[int] = {0, 1}
    alike: list[tuple[str, str]] = []
    taken = {*model.parameters, *model.equations}
    for axis, value in _pairs(model):
        if isinstance(value, Number) and not value.unit:
            _note_number(axis, value, numbers, steps)
        elif isinstance(value, Name) and (value.name in fixed or value.name in found):
            alike.append((axis, value.name))
        elif isinstance(value, Name) and axis in found and value.name not in {*taken, "comparator"}:
            found[axis].append(value.name)
    plain = {axis: tuple(dict.fromkeys(labels)) for axis, labels in found.items() if axis not in numbers}
    _let_agree(plain, fixed, alike)
    ladders = {axis: _rungs(open_axes[axis], rungs, found[axis]) for axis, rungs in numbers.items()}
    named = {axis: labels or ((f"{axis}_1",) if axis in open_axes else ()) for axis, labels in plain.items()}
    return {**named, **ladders}, tuple(steps)


def _note_number(axis: str, value: Number, numbers: Mapping[str, set[Fraction]], steps: set[int]) -> None:
    number = Fraction(value.value)
    if axis in numbers:
        numbers[axis].add(number)
    elif axis == "time" and number.denominator == 1 and number < MAX_LABELS:
        steps.add(int(number))


def _let_agree(plain: Labels, fixed: Mapping[str, tuple[str, ...]], alike: list[tuple[str, str]]) -> None:
    """Give two axes the same labels where one picks from the other, as the scenario would have to."""
    pairs = tuple(dict.fromkeys(alike))
    for _ in range(ROUNDS):
        for one, other in pairs:
            for axis, model in ((one, other), (other, one)):
                if axis in plain:
                    plain[axis] = fixed.get(model) or tuple(dict.fromkeys((*plain.get(model, ()), *plain[axis])))
                    if not plain[axis]:
                        plain[axis] = (f"{min(one, other)}_1",)


def _rungs(spec: AxisSpec, numbers: set[Fraction], needed: list[str]) -> tuple[str, ...]:
    for label in needed:
        try:
            numbers.add(Fraction(label))
        except ValueError:
            continue
    assert spec.unit
    return tuple(_digits(number) for number in sorted({Fraction(0), Fraction(1), *numbers}))


def _digits(number: Fraction) -> str:
    return str(number.numerator) if number.denominator == 1 else repr(float(number))


def _pairs(model: Model) -> Iterator[tuple[str, Syntax]]:
    """Yield each axis and what picks from it or stands against it: ``x[axis=value]``, ``axis == value``."""
    for text in _texts(model):
        expression = parse(text, Collector())
        waiting: list[Syntax] = [] if expression is None else [expression.root]
        while waiting:
            node = waiting.pop()
            waiting += node.children()
            if isinstance(node, IndexSyntax):
                yield from ((item.name, value) for item in node.items for value in item.values)
            elif isinstance(node, CompareSyntax):
                sides = ((node.left, node.right), (node.right, node.left))
                yield from ((one.name, other) for one, other in sides if isinstance(one, Name))


def _texts(model: Model) -> Iterator[Located]:
    yield from (equation.expression for equation in model.equations.values())
    yield from (
        transition.expression for transition in model.transitions if transition.expression.text.strip() != "else"
    )
    yield from (text for text in model.start.values() if text.text.strip() != "else")
    yield from (check.expression for check in model.checks)
    if model.decision is not None:
        spec = model.decision
        yield from (text for text in (spec.effect, spec.cost, spec.value, spec.other_benefits) if text)
