"""How a number comes about, as text: equations with units and axes, the base case, the sources, the graph."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable, Iterator, Mapping
from itertools import product
from typing import TYPE_CHECKING, Literal

from wellbeva.core.units import DURATIONS
from wellbeva.engine.reference.interpreter import evaluate
from wellbeva.errors import near_miss, refusal
from wellbeva.language.ir import Ref
from wellbeva.language.to_dot import to_dot, to_tree
from wellbeva.language.to_latex import to_latex
from wellbeva.language.traversal import names
from wellbeva.plan.plan import Plan, PlanEquation, PlanParameter
from wellbeva.plan.record import CompiledScenario, Input, Record
from wellbeva.report.facts.input_source import Key, area_words, group_of
from wellbeva.report.facts.names import portable_path
from wellbeva.report.page.annex.joint_inputs import pairs, tables_of_draws
from wellbeva.report.text.distributions import trimmed
from wellbeva.report.text.wrap import WIDTH
from wellbeva.scenario.values.completion import amounts_in

if TYPE_CHECKING:
    from wellbeva.engine.arrays.named import NamedArray

MOST_CELLS = 12
BRANCH = 4
"""Columns that one level of a tree takes."""
GLUE = "\u00a0"
"""Holds a label and its number together where a line is broken."""


def explain_compiled(
    compiled: CompiledScenario,
    name: str = "",
    *,
    format: Literal["text", "latex", "dot", "svg"] = "text",  # noqa: A002
    width: int = WIDTH,
) -> str:
    """Explain a whole scenario, or one name of it.

    Parameters
    ----------
    compiled : CompiledScenario
    name : str
        A parameter or an equation; empty for all.
    format : {"text", "latex", "dot", "svg"}
    width : int
        Columns that a line of text may take; a word that is longer stands whole.

    Raises
    ------
    WellbevaError
        If there is no such name.
    """
    plan = compiled.plan
    edges = graph(plan)
    wanted = needed_by(plan, name)
    if format == "dot":
        return to_dot({edge: edges[edge] for edge in edges if edge in wanted}, outcomes=set(plan.outcomes) & wanted)
    if format == "svg":
        return _picture(plan, edges, wanted, name)
    if format == "latex":
        choices = {
            parameter.name: parameter.choices
            for parameter in compiled.record.scenario.model.parameters.values()
            if parameter.choices
        }
        return "\n".join(_latex(plan, equation, choices) for equation in plan.equations if equation.name in wanted)
    return "\n".join(part for line in _text(compiled, name, wanted, edges, width) for part in _folded(line, width))


def needed_by(plan: Plan, name: str) -> set[str]:
    """Return a name and all it needs; everything if the name is empty.

    Parameters
    ----------
    plan : Plan
    name : str
        A parameter or an equation, or empty.

    Raises
    ------
    WellbevaError
        If there is no such name.
    """
    edges = graph(plan)
    known = [*edges, *(parameter.name for parameter in plan.parameters)]
    if name and name not in known:
        raise refusal(
            "WB-R101",
            f"there is no parameter or equation {name!r}",
            near_miss(name, known) or "'wellbeva explain' without a name lists them all",
            f"outcomes: {', '.join(plan.outcomes[:8])}",
        )
    return set(plan.upstream(Ref(name=name)) if name else known)


def _picture(plan: Plan, edges: Mapping[str, frozenset[str]], wanted: set[str], name: str) -> str:
    from wellbeva.plot.graph import Point, draw_graph

    points = {
        parameter.name: Point(
            "uncertain" if parameter.uncertain else "input", "" if parameter.unit.dimensionless else str(parameter.unit)
        )
        for parameter in plan.parameters
    }
    points |= {
        equation.name: Point("outcome" if equation.name in plan.outcomes else "equation", equation.unit_text)
        for equation in plan.equations
    }
    shown = {one: used for one, used in edges.items() if one in wanted} or {name: frozenset[str]()}
    what = f"What {name} needs" if name else "What depends on what"
    return draw_graph(shown, points, title=f"{what}: {plan.title}")


def graph(plan: Plan) -> dict[str, frozenset[str]]:
    """Return for each equation what it uses."""
    return {equation.name: names(equation.expression) for equation in plan.equations}


def _text(
    compiled: CompiledScenario, name: str, wanted: set[str], edges: Mapping[str, frozenset[str]], width: int
) -> Iterator[str]:
    plan, record = compiled.plan, compiled.record
    cells = evaluate(plan)
    if not name:
        yield plan.title
        yield from (f"  {rule.words}" for rule in record.rules)
        yield from (f"  {one}" for one in record.scenario.extended)
        yield ""
        yield "Axes"
        for axis in plan.axes.values():
            yield f"  {axis.name} ({len(axis)}): {_shortened(axis.labels)}"
        yield ""
    shown = [equation for equation in plan.equations if equation.name in wanted]
    roots = [name] if name in edges else [outcome for outcome in plan.outcomes if outcome in wanted] if not name else []
    words = {equation.name: f"[{equation.unit_text}]" for equation in plan.equations if equation.unit_text}
    parts: tuple[tuple[str, list[str]], ...] = (
        ("Equations, with the base case", [line for one in shown for line in _equation(plan, one, cells)]),
        (
            "Inputs",
            [
                line
                for parameter in plan.parameters
                if parameter.name in wanted
                for line in _parameter(record, parameter, plan.currency)
            ],
        ),
        ("Drawn together", _together(record, wanted, supplied=plan.supplied)),
        (
            "What uses what",
            [
                f"  {line}"
                for root in roots
                for line in to_tree(edges, root, words=words, deepest=_deepest(width)).splitlines()
            ],
        ),
        ("Sources", list(_sources(record, wanted))),
    )
    first = True
    for title, lines in parts:
        if lines:
            yield from (title, *lines) if first else ("", title, *lines)
            first = False


def _deepest(width: int) -> int:
    """Return how many levels of a tree leave half of the line to the names."""
    return max(1, width // 2 // BRANCH - 1)


def _folded(line: str, width: int) -> Iterator[str]:
    """Break a line at blanks, what follows four columns deeper; a line that begins very deep is left."""
    lead = len(line) - len(line.lstrip(" │├└─"))
    if len(line) <= width or lead > width // 2:
        yield line.replace(GLUE, " ")
        return
    body = textwrap.wrap(
        line[lead:],
        width,
        initial_indent=line[:lead],
        subsequent_indent=" " * (lead + 4),
        break_long_words=False,
        break_on_hyphens=False,
    )
    yield from (part.replace(GLUE, " ") for part in body)


def _equation(plan: Plan, equation: PlanEquation, values: Mapping[str, NamedArray]) -> Iterator[str]:
    axes = [axis for axis in equation.expression.axes if axis != "draw"]
    over = f" by {', '.join(axes)}" if axes else ""
    uncertain = "draw" in equation.expression.axes or equation.stage == "mean"
    mark = "" if uncertain else ", the same in every draw"
    unit = equation.unit_text or str(equation.expression.unit)
    yield f"  {equation.name} [{unit}]{over}{mark}"
    yield f"      = {' '.join(equation.text.split())}"
    if equation.doc:
        yield f"      {equation.doc}"
    yield f"      base case: {cells_text(plan, values[equation.name], _number, MOST_CELLS)}"


def cells_text(plan: Plan, value: NamedArray, write: Callable[[float], str], most: int) -> str:
    """Write a value cell by cell, each label held to its number; of many cells the first and the last.

    Parameters
    ----------
    plan : Plan
    value : NamedArray
        Along axes of the plan.
    write : callable of float to str
    most : int
        Cells that are written.
    """
    cells = value.array.ravel().tolist()
    if len(cells) == 1:
        return write(cells[0])
    labels = map(".".join, product(*(plan.axes[axis].labels for axis in value.axes)))
    parts = [f"{label}{GLUE}{write(x)}" for label, x in zip(labels, cells, strict=True)]
    more = len(cells) - most
    return "; ".join(parts if more <= 0 else [*parts[: most - 1], f"… {more:,} more …", parts[-1]])


def _number(x: float) -> str:
    if not math.isfinite(x):
        return "none"
    return f"{x:,.0f}" if abs(x) >= 1e5 and x == round(x) else f"{x:.6g}"


def _parameter(record: Record, parameter: PlanParameter, currency: str) -> Iterator[str]:
    found = [given_input for given_input in record.inputs if given_input.parameter == parameter.name]
    over = f" by {', '.join(parameter.axes)}" if parameter.axes else ""
    if not found:
        if parameter.builtin:
            yield f"  {parameter.name} [{parameter.unit}]{over}: {parameter.doc}"
        return
    unit = found[0].unit or "word"
    yield f"  {parameter.name} [{unit}]{over}: {parameter.doc}"
    told: set[Key] = set()
    for one in found:
        if one.value.form != "dirichlet":
            yield f"      {_input(one, area_words(one.value, record), currency)}"
        elif group_of(one) not in told:
            told.add(group_of(one))
            yield from _shares([other for other in found if group_of(other) == group_of(one)])


def _shares(some: list[Input]) -> Iterator[str]:
    """Write one Dirichlet: as it stands in the file, then each share below it."""
    first = some[0]
    place = ".".join(label for _, label in first.labels[:-1]) or "everywhere"
    yield f"      {'; '.join([f'{place}: {first.written}', 'shares that add to 1', *_from(first)])}"
    for one in some:
        yield f"        {one.labels[-1][1]}: drawn from {one.fitted}, base {_number(one.base)}"


def _input(one: Input, area: str, currency: str) -> str:
    place = ".".join(label for _, label in one.labels) or "everywhere"
    parts = [f"{place}: {one.written}"]
    if one.fitted:
        parts.append(f"drawn from {one.fitted}, {_base(one, currency)}")
    elif not math.isnan(one.base):
        parts.append(_base(one, currency))
    return "; ".join([*parts, *_from(one), *([f"from {area}"] if area else [])])


def _base(one: Input, currency: str) -> str:
    """Write the base case in the unit of the model, and in months where it was written in a shorter unit."""
    said = f"base {_number(one.base)}"
    shorter = any(amount.unit.removesuffix("s") in DURATIONS[1:] for amount in amounts_in(one.value))
    if one.unit != "year" or not shorter:
        return said
    return f"{said} year{'' if one.base == 1 else 's'}, which is {trimmed(one.base, one.unit, currency)}"


def _from(one: Input) -> Iterator[str]:
    keys = [f"{cite.key} {cite.place}".strip() for cite in one.cites]
    if keys:
        yield f"source {'; '.join(keys)}"
    if one.evidence:
        yield one.evidence
    if one.layer in ("default", "appraisal", "variant", "set"):
        yield {"default": "the model's default", "set": "set on the command line"}.get(one.layer, one.layer)
    if one.note:
        yield one.note.removesuffix(".")


def _together(record: Record, wanted: set[str], *, supplied: int) -> list[str]:
    """Write what is drawn together, of the names that are explained."""
    lines = []
    for pair in pairs(record):
        if pair.parameters & wanted:
            parts = [f"  {pair.written}: {pair.number}, {pair.scale}"]
            cites = [f"{cite.key} {cite.place}".strip() for cite in pair.cites if cite.key != "assumed"]
            cites += [one.key for one in pair.covering]
            parts += [f"source {'; '.join(cites)}"] * bool(cites)
            parts += [pair.evidence] * bool(pair.evidence)
            parts += ["not in force: certain here"] * (not pair.holds)
            lines.append("; ".join(parts))
    for table, filled in tables_of_draws(record):
        shown = [one.path for one in filled if one.parameter in wanted]
        if shown:
            file, digest = portable_path(table.file, record.scenario.file), record.scenario.digests.get(table.file)
            lines.append(f"  {file}, {table.rows:,} rows, SHA-256 {digest or 'not known'}: {', '.join(shown)}")
    if supplied and any(record.scenario.joint):
        lines.append(f"  Nothing else is uncertain: the run is these {supplied:,} rows, each used once and in order.")
    return lines


def _sources(record: Record, wanted: set[str]) -> Iterator[str]:
    cited = {cite.key for given_input in record.inputs if given_input.parameter in wanted for cite in given_input.cites}
    cited |= {cite.key for pair in pairs(record) if pair.parameters & wanted for cite in pair.cites}
    for key, source in record.scenario.sources.items():
        if key in cited or source.covers == "all":
            facts = [source.cite, source.design, source.grade, source.licence, source.link]
            yield f"  {key}: {'; '.join(fact for fact in facts if fact)}"
    if "assumed" in cited:
        yield "  assumed: judgement, no study"
    for vintage in record.vintages:
        yield f"  {vintage.name}: {vintage.version}; {vintage.source}; {vintage.licence}"


def _shortened(labels: tuple[str, ...]) -> str:
    return ", ".join(labels) if len(labels) <= MOST_CELLS else f"{labels[0]}, {labels[1]}, … {labels[-1]}"


def _latex(plan: Plan, equation: PlanEquation, choices: Mapping[str, tuple[str, ...]]) -> str:
    name = to_latex(Ref(name=equation.name))
    return f"{name} &= {to_latex(equation.expression, axes=plan.axes, choices=choices)} \\\\"
