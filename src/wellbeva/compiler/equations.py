"""Equations: parsed, put in order, typed; recurrences found and settled."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

import numpy as np

from wellbeva.core.spans import Span
from wellbeva.core.units import Unit, UnitError
from wellbeva.errors import Collector, Diagnostic
from wellbeva.language.ir import Node
from wellbeva.language.parser import parse
from wellbeva.language.typing.typing import Environment, Symbol, check_declared, stage_of, type_expression
from wellbeva.language.typing.unit_rules import refuse_unit
from wellbeva.plan.plan import PlanEquation
from wellbeva.scenario.spec import EquationSpec

SETTLING_ROUNDS = 8
"""Axes of a recurrence only grow, and there are fewer than eight kinds; more rounds cannot be needed."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """One equation before typing: an expression, or a tree made by the compiler (a cohort's)."""

    name: str
    names: frozenset[str]
    lagged: frozenset[str]
    unit: Unit
    unit_text: str
    doc: str
    text: str
    span: Span | None
    """Its place; for a tree made by the compiler, the place of the first line that it stands for."""
    build: Callable[[Environment, Collector], Node | None]
    """Types it; None after an error."""


def parse_equation(spec: EquationSpec, environment: Environment, collector: Collector) -> Parsed | None:
    """Parse one equation and its unit; None after an error.

    Parameters
    ----------
    spec : EquationSpec
    environment : Environment
        Reads the unit.
    collector : Collector
    """
    expression = parse(spec.expression, collector)
    if spec.unit is None:
        unit, text = Unit(), ""
    else:
        text = spec.unit.text.strip()
        try:
            unit = environment.parse_unit(text)
        except UnitError as error:
            message = f"the unit of {spec.name} is not understood"
            refuse_unit("WB-U102", message, spec.unit, error, collector)
            return None
    if expression is None:
        return None
    return Parsed(
        spec.name,
        expression.names,
        expression.lagged,
        unit,
        text,
        spec.doc,
        spec.expression.text.strip(),
        spec.expression.span(),
        partial(type_expression, expression),
    )


def order(parsed: Mapping[str, Parsed], collector: Collector) -> tuple[tuple[str, ...], ...]:
    """Put equations in an order in which each may be evaluated (FORMAT R19).

    Parameters
    ----------
    parsed : mapping of str to Parsed
        By name, in the order of the model.
    collector : Collector

    Returns
    -------
    tuple of tuple of str
        A group of one is plain; a group of several, or one that names itself, is a recurrence through `lag`. Those in a
        circle, and those that need them, are not among them.
    """
    direct = {name: sorted((one.names - one.lagged) & parsed.keys()) for name, one in parsed.items()}
    try:
        tuple(TopologicalSorter(direct).static_order())
    except CycleError as error:
        path = list(reversed(error.args[1]))
        first, rest = parsed[path[0]], _needing_none_of(parsed, path)
        collector.error(
            "WB-C021",
            f"equations depend on each other in a circle: {' -> '.join(path)}",
            first.span,
            facts=tuple(f"{one} needs {other}" for one, other in pairwise(path)),
            remedy="break the circle, or use lag() for the value one period earlier",
        )
        return order(rest, collector)
    components = _components({name: sorted(one.names & parsed.keys()) for name, one in parsed.items()})
    member = {name: index for index, names in enumerate(components) for name in names}
    between = {
        index: {member[other] for name in names for other in parsed[name].names & parsed.keys()} - {index}
        for index, names in enumerate(components)
    }
    inner = {name: rank for rank, name in enumerate(TopologicalSorter(direct).static_order())}
    return tuple(
        tuple(sorted(components[index], key=inner.__getitem__)) for index in TopologicalSorter(between).static_order()
    )


def _needing_none_of(parsed: Mapping[str, Parsed], circle: list[str]) -> dict[str, Parsed]:
    """Return the equations that need none of those in a circle."""
    lost, grown = set(circle), True
    while grown:
        more = {name for name, one in parsed.items() if one.names & lost} - lost
        lost |= more
        grown = bool(more)
    return {name: one for name, one in parsed.items() if name not in lost}


def _components(edges: Mapping[str, list[str]]) -> list[list[str]]:
    """Strongly connected components, in the order of the file."""
    try:
        tuple(TopologicalSorter(edges).static_order())
    except CycleError:
        pass
    else:
        return [[name] for name in edges]  # no recurrence: most models, and they spare themselves the import below
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    names = list(edges)
    position = {name: index for index, name in enumerate(names)}
    pairs = [(position[name], position[other]) for name in names for other in edges[name]]
    rows, columns = zip(*pairs, strict=True) if pairs else ((), ())
    graph = coo_array((np.ones(len(pairs)), (rows, columns)), shape=(len(names), len(names)))
    count, labels = connected_components(graph, directed=True, connection="strong")
    found: list[list[str]] = [[] for _ in range(count)]
    for name, label in zip(names, labels, strict=True):
        found[label].append(name)
    return found


def type_all(
    parsed: Mapping[str, Parsed],
    groups: tuple[tuple[str, ...], ...],
    environment: Environment,
    collector: Collector,
) -> tuple[dict[str, PlanEquation], Environment]:
    """Type every equation, each after those that it names.

    Messages about an equation that names a doubtful one may follow from the same fault, and are left out; only unknown
    names are reported.

    Parameters
    ----------
    parsed : mapping of str to Parsed
    groups : tuple of tuple of str
        As from `order`; an equation in none of them counts as doubtful.
    environment : Environment
        Knows the parameters.
    collector : Collector

    Returns
    -------
    dict of str to PlanEquation
        Those that could be typed, in the order of the groups.
    Environment
        The one given, with a symbol for every equation; those with an error are among its doubtful names.
    """
    ordered = {name for group in groups for name in group}
    doubtful = set(environment.doubtful) | (parsed.keys() - ordered)
    symbols = dict(environment.symbols)
    symbols |= {name: Symbol(unit=parsed[name].unit) for name in parsed.keys() - ordered}
    done: dict[str, PlanEquation] = {}
    for group in groups:
        recursive = len(group) > 1 or group[0] in parsed[group[0]].names
        if recursive:
            _settle(group, parsed, symbols, environment)
        for name in group:
            one = parsed[name]
            current = replace(environment, symbols=symbols)
            heard = Collector()
            node = one.build(current, heard)
            if node is None and recursive and not one.unit_text:
                heard = _without_a_unit(one)
            elif node is not None and recursive and "time" not in node.axes:
                _fail_outside_time(one, heard)
            if node is not None and one.unit_text:
                check_declared(node, one.unit, one.span, heard, name)
            collector.found += heard.found if doubtful.isdisjoint(one.names) else _unknown_names(heard)
            if node is None or heard.errors:
                doubtful.add(name)
            if node is None:
                # Others that use it get a symbol of the declared unit, so that one fault is reported once.
                symbols[name] = Symbol(axes=(), unit=one.unit)
                continue
            stage = stage_of(node, current)
            symbols[name] = Symbol(axes=node.axes, unit=node.unit, dtype=node.dtype, stage=stage)
            done[name] = PlanEquation(name, node, stage, one.unit_text, one.doc, one.text)
    return done, replace(environment, symbols=symbols, doubtful=frozenset(doubtful))


def _without_a_unit(one: Parsed) -> Collector:
    """Return the one error of a recurrence without a unit: typed as a bare number it would give others."""
    heard = Collector()
    heard.error(
        "WB-C055",
        f"{one.name} refers to itself, and its unit is not written",
        one.span,
        facts=(f"written: {one.text}",),
        remedy="write the unit after the expression, such as `in person`",
    )
    return heard


def _fail_outside_time(one: Parsed, collector: Collector) -> None:
    collector.error(
        "WB-C022",
        f"{one.name} refers to itself, but does not vary over time",
        one.span,
        facts=("a recurrence runs along time",),
        remedy="use lag() along time",
    )


def _unknown_names(heard: Collector) -> list[Diagnostic]:
    """Return the errors of an equation that do not depend on the doubtful ones that it names: unknown names."""
    return [one for one in heard.found if one.code == "WB-L020"]


def _settle(
    group: tuple[str, ...], parsed: Mapping[str, Parsed], symbols: dict[str, Symbol], environment: Environment
) -> None:
    """Find the axes of a recurrence: start with time alone and type until nothing grows."""
    for name in group:
        symbols[name] = Symbol(axes=("time",), unit=parsed[name].unit)
    for _ in range(SETTLING_ROUNDS):
        before = {name: symbols[name].axes for name in group}
        for name in group:
            # The last pass reports faults, not these.
            node = parsed[name].build(replace(environment, symbols=symbols), Collector())
            if node is not None:
                symbols[name] = Symbol(axes=node.axes, unit=parsed[name].unit, dtype=node.dtype)
        if all(symbols[name].axes == before[name] for name in group):
            return
