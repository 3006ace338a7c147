"""The key ``correlations``: pairs of values that move together (FORMAT R16)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Literal, TypeAlias

from wellbeva.core.spans import Located
from wellbeva.errors import Collector
from wellbeva.scenario.joint_draws import meet
from wellbeva.scenario.spec import Correlation, JointDraws
from wellbeva.scenario.text import identifiers
from wellbeva.scenario.text.nodes import Entry, MapNode, Node, Scalar, entries
from wellbeva.scenario.text.paths import DottedPath, Selector
from wellbeva.scenario.value import Value
from wellbeva.scenario.values.labels import ValueScope, resolve_path
from wellbeva.scenario.values.long_form import Inherited, read_cell

CORRELATION_LIMIT = 1_000
"""Lines of one `correlations`."""

Place: TypeAlias = tuple[str, tuple[Selector, ...]]
"""A name and its labels in the order of the model's axes, so that one place has one key."""
Pair: TypeAlias = tuple[Place, Place]

_WITH = re.compile(r"\s+with\s+")
_SCALES: tuple[Literal["rank", "normal"], ...] = ("rank", "normal")


def read_correlations(node: Node | None, world: ValueScope, *, collector: Collector) -> dict[Pair, Correlation]:
    """Read ``take_up.visits with completion.visits: 0.3 [assumed]`` and its like.

    Parameters
    ----------
    node : Node or None
        The value of the key.
    world : ValueScope
    collector : Collector

    Returns
    -------
    dict of Pair to Correlation
        By the two places, in a fixed order, so that a variant's line finds the one it overrides.
    """
    cells = entries(node)
    if len(cells) > CORRELATION_LIMIT:
        collector.error(
            "WB-S185",
            "there are too many correlations",
            cells[CORRELATION_LIMIT].key.span,
            facts=(f"at most {CORRELATION_LIMIT:,} are read",),
            remedy="put draws that move together into a table with 'rows: draw'",
        )
        return {}
    correlations: dict[Pair, Correlation] = {}
    for entry in cells:
        read = _line(entry, world, collector)
        if read is None:
            continue
        pair, correlation = read
        if pair in correlations:
            collector.error(
                "WB-S184",
                "this pair already has a correlation",
                entry.key.span,
                facts=(f"first at {correlations[pair].span}", f"again at {entry.key.span}"),
                remedy="keep one of them",
            )
            continue
        correlations[pair] = correlation
    return correlations


def check_not_drawn(
    correlations: Mapping[Pair, Correlation], joint: Iterable[JointDraws], world: ValueScope, *, collector: Collector
) -> None:
    """Note a correlation of what joint draws hold, which have their own already (R10).

    Parameters
    ----------
    correlations : mapping of Pair to Correlation
    joint : iterable of JointDraws
        Without the cells that stronger layers fill.
    world : ValueScope
    collector : Collector
    """
    tables = list(joint)
    for pair, correlation in correlations.items():
        table = next((table for table in tables if touches(pair, table, world)), None)
        if table is not None:
            collector.error(
                "WB-S186",
                "a correlation names what comes from joint draws, which say themselves how it moves with others",
                correlation.span,
                facts=(f"the draws are in {table.file}", f"here: {correlation.value.written}"),
                remedy="leave the correlation out, or the column",
            )


def touches(pair: Pair, draws: JointDraws, world: ValueScope) -> bool:
    """Whether a pair names a cell that joint draws fill.

    Parameters
    ----------
    pair : Pair
    draws : JointDraws
    world : ValueScope
    """
    return any(
        column.parameter == name and meet(selectors, column.selectors, world)
        for name, selectors in pair
        for column in draws.columns
    )


def _line(entry: Entry, world: ValueScope, collector: Collector) -> tuple[Pair, Correlation] | None:
    key = entry.key.located
    cut = _WITH.search(key.text)
    sides = (key.part(0, cut.start()), key.part(cut.end())) if cut else ()
    if len(sides) != 2 or any(identifiers.PATH.fullmatch(side.text) is None for side in sides):
        collector.error(
            "WB-S181",
            f"{key.text[:60]!r} does not name two values",
            key.span(),
            remedy="write it like 'take_up.visits with completion.visits: 0.3 [assumed]'",
        )
        return None
    places = [_place(side, world, collector) for side in sides]
    read = _value(entry.value, world, collector)
    left, right = places
    if left is None or right is None or read is None:
        return None
    value, scale = read
    first, second = sorted((left, right), key=_order)
    one, other = map(DottedPath.read, sides)
    return (first, second), Correlation(one, other, value, scale, key.span())


def _place(path: Located, world: ValueScope, collector: Collector) -> Place | None:
    place = resolve_path(path, world, collector=collector)
    if place is None:
        return None
    parameter = world.model.parameters.get(place[0])
    if parameter is not None and parameter.kind != "number":
        collector.error(
            "WB-S182",
            f"{place[0]!r} is a {parameter.kind}, and only numbers move together",
            path.span(),
            remedy="name a parameter that has a spread",
        )
        return None
    return place


def _order(place: Place) -> tuple[str, ...]:
    return (place[0], *(selector.label for selector in place[1]))


def _value(node: Node, world: ValueScope, collector: Collector) -> tuple[Value, Literal["rank", "normal"]] | None:
    """Read the number, and on which scale it is."""
    inherited, scale, given = Inherited(), _SCALES[0], node
    if isinstance(node, MapNode):
        scales = [entry for entry in node.entries if entry.key.text in {*_SCALES, "value"}]
        other = [
            entry for entry in node.entries if entry.key.text not in {*_SCALES, "value", *identifiers.INHERITED_KEYS}
        ]
        if len(scales) != 1 or other or not isinstance(scales[0].value, Scalar):
            collector.error(
                "WB-S183",
                "a correlation is one number",
                (other or scales)[0].key.span if other or scales else node.span,
                remedy="write {rank: 0.3, source: …} for Spearman's, {normal: 0.3, source: …} for one of normal scores",
            )
            return None
        inherited = inherited.with_keys(node, world.sources, collector)
        scale, given = ("normal" if scales[0].key.text == "normal" else "rank"), scales[0].value
    value = read_cell(given, inherited=inherited, sources=world.sources, collector=collector)
    if value is None:
        return None
    fine = all(abs(amount.number) <= 1 and not amount.unit and not amount.currency for amount in value.amounts.values())
    if value.form not in {"number", "interval", "se", "sd"} or not fine:
        collector.error(
            "WB-S183",
            "a correlation is a number from -1 to 1",
            value.span,
            facts=(f"given: {value.written}",),
            remedy="write it like 0.3, -0.2 or 30%",
        )
        return None
    return value, scale
