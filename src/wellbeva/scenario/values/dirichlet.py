"""The shares of a Dirichlet, on the axis that they fill (FORMAT section 4: ``a: {dirichlet: {a: 1251, b: 350}}``)."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from wellbeva.core.spans import Located
from wellbeva.errors import Collector
from wellbeva.scenario.spec import Assignment, Layer, ParameterSpec
from wellbeva.scenario.text.nodes import MapNode, Node, entries
from wellbeva.scenario.text.paths import Selector
from wellbeva.scenario.value import Amount, Value
from wellbeva.scenario.values.labels import ValueScope, in_order_of, unknown_label


def shares_wanted(name: str, world: ValueScope) -> bool:
    """Whether a name is a parameter whose unit is ``share``, the only kind that a Dirichlet may fill.

    Parameters
    ----------
    name : str
        A parameter or an equation; an equation takes no shares.
    world : ValueScope
    """
    parameter = world.model.parameters.get(name)
    return parameter is not None and parameter.unit.text.strip() == "share"


def free_axis(name: str, selectors: tuple[Selector, ...], world: ValueScope) -> tuple[str, ...]:
    """Return the last axis of a parameter that no selector fixes, as a tuple of one; empty if none is left.

    Parameters
    ----------
    name : str
        A parameter or an equation.
    selectors : tuple of Selector
        The labels that are fixed.
    world : ValueScope
    """
    taken = {selector.axis for selector in selectors}
    return tuple(axis for axis in world.axes_of(name) if axis not in taken)[-1:]


def fill_shares(
    name: str,
    value: Value,
    selectors: tuple[Selector, ...],
    node: Node,
    world: ValueScope,
    *,
    layer: Layer,
    collector: Collector,
) -> list[Assignment]:
    """Return the assignment of a Dirichlet, and a zero for each label of its axis that it leaves out.

    Parameters
    ----------
    name : str
    value : Value
        Of form ``dirichlet``, its axis not yet known.
    selectors : tuple of Selector
        Where it stands.
    node : Node
        As written, for places.
    world : ValueScope
    layer : str
    collector : Collector
    """
    parameter = world.model.parameters.get(name)
    axes = free_axis(name, selectors, world)
    if parameter is None or not shares_wanted(name, world) or not axes:
        where = f"{parameter.unit.text or 'no unit'}, by {', '.join(parameter.by) or 'nothing'}" if parameter else ""
        collector.error(
            "WB-S055",
            f"a Dirichlet cannot fill {name!r} here",
            value.span,
            facts=(
                f"{name!r} is in {where}" if where else f"{name!r} is calculated by the model",
                "a Dirichlet fills one axis of a parameter in shares",
            ),
            remedy="leave one axis of a share free of labels, or write a beta",
        )
        return []
    axis = axes[0]
    labels = world.labels_of(axis)
    keys = (
        {entry.key.text: entry.key.located for entry in entries(node.get("dirichlet"))}
        if isinstance(node, MapNode)
        else {}
    )
    strange = [label for label, _ in value.shares if label not in labels]
    for label in strange:
        key = keys.get(label, Located.bare(label, ""))
        unknown_label(label, key.span(), {axis: labels}, collector)
    given = {label for label, _ in value.shares}
    missing = tuple(label for label in labels if label not in given)
    if strange or not _may_miss(parameter, missing, value, collector):
        return []
    filled = [Assignment(name, in_order_of(name, selectors, world), replace(value, axis=axis), layer, node)]
    for label in missing:
        place = in_order_of(name, (*selectors, Selector(axis, label, span=value.span)), world)
        filled.append(Assignment(name, place, _zero(value), layer))
    return filled


def _may_miss(parameter: ParameterSpec, missing: tuple[str, ...], value: Value, collector: Collector) -> bool:
    """Whether labels may be left out: only where the model itself says that nobody is there."""
    default = parameter.default
    zero = default is not None and default.form == "number" and default.amounts["value"].number == 0
    if not missing or zero:
        return True
    said = "gives it no default" if default is None else f"has {default.written} as default"
    collector.error(
        "WB-S056",
        f"this Dirichlet does not mention {', '.join(missing[:8])}",
        value.span,
        facts=(f"the model {said}", "the shares of a Dirichlet add to 1, so a label left out has none"),
        remedy="give every label a count; only a parameter whose default is 0 may leave labels out",
    )
    return False


def _zero(value: Value) -> Value:
    """Return a certain share of 0, with the sources of the Dirichlet that leaves its label out."""
    return Value(
        "number",
        amounts={"value": Amount(Fraction(0), span=value.span)},
        cites=value.cites,
        evidence=value.evidence,
        licence=value.licence,
        note=value.note,
        written="0",
        span=value.span,
    )
