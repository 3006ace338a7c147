"""What a model's own page says, gathered from the model file: in words, in the order of the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from wellbeva.core.spans import Located
from wellbeva.errors import Collector
from wellbeva.language.ir import BUILT_INS
from wellbeva.language.parser import Expression, parse
from wellbeva.plot.graph import Point, draw_graph
from wellbeva.report.page.annex.mathml import equation_to_mathml
from wellbeva.report.text import numbers
from wellbeva.scenario.spec import EquationSpec, Model, ParameterSpec
from wellbeva.scenario.value import Amount, Value

SYMBOLS = numbers.SYMBOLS
EVERY_MODEL = {
    "option": "what can be chosen",
    "group": "groups of people",
    "time": "steps of the run",
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One row of the table of parameters."""

    name: str
    unit: str
    by: str
    default: str
    bounds: str
    doc: str


@dataclass(frozen=True, slots=True)
class Equation:
    """One equation: as written, and as MathML."""

    name: str
    unit: str
    text: str
    doc: str
    math: str
    outcome: bool


@dataclass(frozen=True, slots=True)
class Check:
    """A check in words."""

    says: str
    effect: str
    rule: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What stands on the page beside the model's own words."""

    title: str
    axes: tuple[tuple[str, str], ...]
    parameters: tuple[Parameter, ...]
    equations: tuple[Equation, ...]
    start: tuple[tuple[str, str], ...]
    transitions: tuple[tuple[str, str], ...]
    outcomes: tuple[tuple[str, str, str], ...]
    decision: tuple[tuple[str, str], ...]
    checks: tuple[Check, ...]
    graph: str


def gather(model: Model) -> Facts:
    """Gather the facts of a model, those it extends joined.

    Parameters
    ----------
    model : Model
    """
    parsed = {name: parse(equation.expression, Collector()) for name, equation in model.equations.items()}
    return Facts(
        title=model.title or model.name.replace("_", " "),
        axes=_axes(model),
        parameters=tuple(_parameter(parameter) for parameter in model.parameters.values()),
        equations=tuple(_equation(equation, parsed[name], model) for name, equation in model.equations.items()),
        start=tuple((state, _line(one)) for state, one in model.start.items()),
        transitions=tuple(
            (f"{transition.source} → {transition.target}", _line(transition.expression))
            for transition in model.transitions
        ),
        outcomes=tuple(_outcome(name, model) for name in model.outcomes),
        decision=_decision(model),
        checks=tuple(
            Check(
                says=f"{check.say.rstrip('.')}; {check.remedy}." if check.remedy else check.say,
                effect="refused, in the base case and in every draw" if check.severity == "fail_if" else "warned about",
                rule=_line(check.expression),
            )
            for check in model.checks
        ),
        graph=_graph(model, parsed),
    )


def _line(text: Located) -> str:
    return " ".join(text.text.split())


def _axes(model: Model) -> tuple[tuple[str, str], ...]:
    used = [axis for parameter in model.parameters.values() for axis in parameter.by]
    said = {axis: EVERY_MODEL[axis] for axis in EVERY_MODEL if axis in used or axis == "option"}
    for name, axis in model.axes.items():
        parts = [axis.doc]
        if axis.labels:
            parts.append(f"fixed: {', '.join(axis.labels)}")
        if axis.unit:
            parts.append(f"a ladder of rising numbers of {axis.unit}")
        said[name] = "; ".join(part for part in parts if part)
    if model.states:
        said["state"] = f"fixed: {', '.join(model.states)}"
    return tuple(said.items())


def unit_of(one: ParameterSpec) -> str:
    """Say what a parameter takes: its unit, or its labels."""
    if one.kind == "switch":
        return "true or false"
    if one.kind == "choice":
        return f"one of {', '.join(one.choices)}"
    return one.unit.text.strip()


def _parameter(one: ParameterSpec) -> Parameter:
    filled = {"appraisal": "filled by the appraisal", "budget": "filled by the scenario’s budget", "": "required"}
    return Parameter(
        name=one.name,
        unit=unit_of(one),
        by=", ".join(one.by),
        default=_default(one.default) if one.default is not None else filled[one.filled_by],
        bounds=_bounds(one),
        doc=numbers.capital(one.doc),
    )


def _default(value: Value) -> str:
    sources = "; ".join(f"{cite.key} {cite.place}".strip() for cite in value.cites)
    named = value.body not in ("", value.written)  # the sources stand behind a value in the text form
    return f"{value.written} (source: {sources})" if sources and not named else value.written


def _bounds(one: ParameterSpec) -> str:
    """Say the bounds; a share lies within 0% and 100% whatever is written (FORMAT R24)."""
    low, high = (amount_text(end) if end is not None else "" for end in one.bounds)
    if one.kind == "number" and one.unit.text.strip() == "share":
        low, high = low or "0%", high or "100%"
    if low and high:
        return f"{low} to {high}"
    return f"at least {low}" if low else f"at most {high}" if high else ""


def amount_text(one: Amount) -> str:
    """Write an amount as it would stand in a file.

    Examples
    --------
    >>> from fractions import Fraction
    >>> amount_text(Amount(Fraction(1, 2), percent=True)), amount_text(Amount(Fraction(9), unit="months"))
    ('50%', '9 months')
    """
    number = float(one.number * 100 if one.percent else one.number)
    text = f"{SYMBOLS.get(one.currency, '')}{number:,.10g}{'%' if one.percent else ''}"
    prices = f" in {one.price_year} prices" if one.price_year else ""
    return f"{text}{f' {one.unit}' if one.unit else ''}{prices}"


def _equation(one: EquationSpec, parsed: Expression | None, model: Model) -> Equation:
    return Equation(
        name=one.name,
        unit=one.unit.text.strip() if one.unit is not None else "",
        text=_line(one.expression),
        doc=numbers.capital(one.doc),
        math=equation_to_mathml(one.name, parsed.root) if parsed is not None else "",
        outcome=one.name in model.outcomes,
    )


def _outcome(name: str, model: Model) -> tuple[str, str, str]:
    one = model.equations.get(name)
    unit = one.unit.text.strip() if one is not None and one.unit is not None else ""
    return name, unit, numbers.capital(one.doc) if one is not None else ""


def _decision(model: Model) -> tuple[tuple[str, str], ...]:
    if model.decision is None:
        return ()
    parts = (
        ("Effect", model.decision.effect),
        ("Cost", model.decision.cost),
        ("Other benefits", model.decision.other_benefits),
        ("Value of one unit of effect", model.decision.value),
    )
    return tuple((name, _line(text)) for name, text in parts if text is not None)


def uses(model: Model, parsed: Mapping[str, Expression | None]) -> dict[str, frozenset[str]]:
    """Return the names that each equation of a model uses: parameters, other equations, and those that every model has.

    Parameters
    ----------
    model : Model
    parsed : mapping of str to Expression or None
        The model's equations by name; None where one cannot be parsed, which then uses nothing.

    Returns
    -------
    dict of str to frozenset of str
        By equation; ``occupancy`` is among them if the model has transitions.
    """
    known = {*model.parameters, *model.equations, *BUILT_INS, "occupancy", "flow"}
    edges = {
        name: frozenset(one for one in (found.names if found else ()) if one in known) for name, found in parsed.items()
    }
    if model.transitions:
        moves: set[str] = set()
        for arrow in model.transitions:
            found = parse(arrow.expression, Collector()) if arrow.expression.text.strip() != "else" else None
            moves |= {one for one in (found.names if found else ()) if one in known}
        edges["occupancy"] = frozenset(moves | {"occupancy"})
    return edges


def _graph(model: Model, parsed: Mapping[str, Expression | None]) -> str:
    points = {
        parameter.name: Point("input", "" if parameter.kind != "number" else unit_of(parameter))
        for parameter in model.parameters.values()
    }
    points |= {
        name: Point(
            "outcome" if name in model.outcomes else "equation",
            equation.unit.text.strip() if equation.unit is not None else "",
        )
        for name, equation in model.equations.items()
    }
    points["occupancy"] = Point("equation", "share")
    edges = uses(model, parsed)
    return draw_graph(edges, points, title=f"What depends on what in {model.name}", key="g")
