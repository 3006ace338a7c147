"""The long forms that are not families: quantiles, empirical, mixture, dirichlet (FORMAT section 4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

from wellbeva.errors import Collector
from wellbeva.scenario.text.nodes import Entry, ListNode, MapNode, Node, Scalar
from wellbeva.scenario.value import Amount, Value
from wellbeva.scenario.values.amounts import parse_amount
from wellbeva.scenario.values.completion import as_written, complete
from wellbeva.scenario.values.families import read_argument, text_wanted, written_form

POINT_LIMIT = 1_000
"""Points of one `quantiles` or `empirical`."""
PART_LIMIT = 50
"""Parts of one mixture."""
SHARE_LIMIT = 200
"""Labels of one Dirichlet."""
MIXTURE_DEPTH = 3
"""Mixtures within mixtures."""

ReadPart = Callable[[Node, int], Value | None]
"""Reads the value of a part; the number counts the mixtures around it."""


def read_quantiles(form: Entry, *, collector: Collector) -> Value | None:
    """Read ``quantiles: {5%: 0.01, 50%: 0.18, 95%: 0.62}``; None after an error.

    Parameters
    ----------
    form : Entry
        The key ``quantiles`` and its map from probability to value.
    collector : Collector

    Returns
    -------
    Value or None
        Its points rise by probability, from above 0 to below 1; the values may not fall.
    """
    cells = _cells(form, POINT_LIMIT, "{5%: 0.01, 50%: 0.18, 95%: 0.62}", collector)
    if cells is None:
        return None
    points: list[tuple[Fraction, Amount]] = []
    for entry in cells:
        at, amount = _plain(entry.key, collector), read_argument(entry, collector)
        if at is None or amount is None:
            return None
        if not 0 < at < 1:
            collector.error(
                "WB-V030",
                "a quantile lies between 0% and 100%, both excluded",
                entry.key.span,
                facts=(f"given: {entry.key.text}",),
                remedy="write the levels the study prints, like 2.5%, 50%, 97.5%; 'truncate' sets the outer ends",
            )
            return None
        points.append((at, amount))
    value = complete(_value(form, "quantiles", points=tuple(sorted(points, key=lambda one: one[0]))), collector)
    for (low, below), (high, above) in pairwise(() if value is None else value.points):
        if low == high or below.number > above.number:
            collector.error(
                "WB-V031",
                "two quantiles stand at the same level" if low == high else "the quantiles fall",
                above.span or form.key.span,
                facts=(f"{_percent(low)}: {as_written(below)}", f"{_percent(high)}: {as_written(above)}"),
                remedy="a higher level has a value at least as high: check both against the source",
            )
            return None
    return value


def read_empirical(form: Entry, *, collector: Collector) -> Value | None:
    """Read ``empirical: [3 months, 4 months]`` or ``{3 months: 5, 4 months: 2}``, value: weight; None after an error.

    The points come back rising, each value once with its whole weight.

    Parameters
    ----------
    form : Entry
        The key ``empirical`` and its list of values, or its map from value to weight.
    collector : Collector
    """
    points: list[tuple[Fraction, Amount]] = []
    if isinstance(form.value, ListNode):
        if not _sized(form, len(form.value.items), POINT_LIMIT, "[3 months, 4 months, 7 months]", collector):
            return None
        given = [(Fraction(1), read_argument(Entry(form.key, item), collector)) for item in form.value.items]
        points = [(weight, amount) for weight, amount in given if amount is not None]
    else:
        cells = _cells(form, POINT_LIMIT, "[3 months, 4 months, 7 months]", collector)
        for entry in cells or ():
            amount, weight = parse_amount(entry.key.located, collector=collector), _weight(entry.value, collector)
            if amount is not None and weight is not None:
                points.append((weight, amount))
    size = len(form.value.items if isinstance(form.value, ListNode) else getattr(form.value, "entries", ()))
    if not points or len(points) < size:
        return None
    value = complete(_value(form, "empirical", points=tuple(points)), collector)
    if value is None:
        return None
    seen: dict[Fraction, tuple[Fraction, Amount]] = {}
    for weight, amount in value.points:
        seen[amount.number] = (seen.get(amount.number, (Fraction(0), amount))[0] + weight, amount)
    return replace(value, points=tuple(seen[number] for number in sorted(seen)))


def read_mixture(form: Entry, *, read: ReadPart, depth: int, collector: Collector) -> Value | None:
    """Read ``mixture: {70%: "0.30 (0.05 to 0.55)", 30%: 0}``, weight: value; None after an error.

    Parts of the same weight are written as a list: ``[{50%: 0.2}, {50%: 0.4}]``.

    Parameters
    ----------
    form : Entry
    read : callable
        Reads the value of a part.
    depth : int
        How many mixtures stand around this one.
    collector : Collector
    """
    if depth >= MIXTURE_DEPTH:
        collector.error(
            "WB-S051",
            "mixtures are nested too deeply",
            form.key.span,
            facts=(f"at most {MIXTURE_DEPTH} are read",),
            remedy="multiply the weights out, and write one mixture",
        )
        return None
    example = '{70%: "0.30 (0.05 to 0.55)", 30%: 0}'
    several = isinstance(form.value, ListNode)
    cells = _listed(form, example, collector) if several else _cells(form, PART_LIMIT, example, collector)
    parts: list[tuple[Fraction, Value]] = []
    for entry in cells or ():
        weight, part = _weight(entry.key, collector), read(entry.value, depth + 1)
        if weight is None or part is None or not _may_mix(part, entry, collector):
            continue
        parts.append((weight, part))
    if not cells or len(parts) < len(cells):
        return None
    total = sum((weight for weight, _ in parts), Fraction(0))
    if total != 1:
        collector.error(
            "WB-V034",
            f"the weights of a mixture add to 100%, and these add to {_percent(total)}",
            form.key.span,
            facts=(f"given: {' + '.join(entry.key.text for entry in cells)}",),
            remedy="check them against the source; a third is written 1/3",
        )
        return None
    cites = tuple(dict.fromkeys(cite for _, part in parts for cite in part.cites))
    cited = all(part.cites for _, part in parts)
    return replace(_value(form, "mixture", parts=tuple(parts)), cites=cites if cited else ())


def read_dirichlet(form: Entry, *, collector: Collector) -> Value | None:
    """Read ``dirichlet: {a: 1251, b: 350}``, label: count; its axis is found by where it stands.

    Parameters
    ----------
    form : Entry
        The key ``dirichlet`` and its map from label to count.
    collector : Collector
    """
    cells = _cells(form, SHARE_LIMIT, "{stays: 1251, leaves: 350}", collector)
    shares: list[tuple[str, Amount]] = []
    for entry in cells or ():
        amount = read_argument(entry, collector)
        if amount is None:
            continue
        if amount.number < 0 or not amount.bare:
            collector.error(
                "WB-V035",
                "a Dirichlet takes counts: bare numbers, none below zero",
                amount.span or entry.key.span,
                facts=(f"{entry.key.text}: {as_written(amount)}",),
                remedy="write how many were seen, like 1251; 0 is a share of exactly 0: add a prior if it may be more",
            )
            continue
        shares.append((entry.key.text, amount))
    return _value(form, "dirichlet", shares=tuple(shares)) if cells and len(shares) == len(cells) else None


def _value(form: Entry, kind: str, **parts: object) -> Value:
    return Value(kind, written=written_form(form), span=form.key.span, **parts)  # type: ignore[arg-type]


def _cells(form: Entry, limit: int, example: str, collector: Collector) -> tuple[Entry, ...] | None:
    """Return the entries of a form's map, at least two; None after an error."""
    node = form.value
    if not isinstance(node, MapNode):
        _wanted(form, example, collector)
        return None
    return node.entries if _sized(form, len(node.entries), limit, example, collector) else None


def _listed(form: Entry, example: str, collector: Collector) -> tuple[Entry, ...] | None:
    """Return the parts of a mixture that is written as a list of one-key maps."""
    items = form.value.items if isinstance(form.value, ListNode) else ()
    if not _sized(form, len(items), PART_LIMIT, example, collector):
        return None
    cells: list[Entry] = []
    for item in items:
        if not isinstance(item, MapNode) or len(item.entries) != 1:
            collector.error(
                "WB-S050",
                "each part of this list is one weight and its value",
                item.span,
                remedy="write it like [{50%: 0.2}, {50%: 0.4}]",
            )
            return None
        cells.append(item.entries[0])
    return tuple(cells)


def _wanted(form: Entry, example: str, collector: Collector) -> None:
    collector.error(
        "WB-S050",
        f"{form.key.text!r} cannot be written like this",
        form.value.span,
        remedy=f"write {form.key.text}: {example}",
    )


def _sized(form: Entry, size: int, limit: int, example: str, collector: Collector) -> bool:
    if size > limit:
        collector.error(
            "WB-S052",
            f"{form.key.text!r} holds too much",
            form.key.span,
            facts=(f"here: {size:,}", f"at most {limit:,} are read"),
            remedy="thin it out, or put draws into a table with 'rows: draw'",
        )
        return False
    if size < 2:
        collector.error(
            "WB-S050",
            f"{form.key.text!r} takes at least two",
            form.key.span,
            facts=(f"here: {size}",),
            remedy=f"write {form.key.text}: {example}, or a plain value",
        )
        return False
    return True


def _plain(node: Node, collector: Collector) -> Fraction | None:
    """Read a bare number or a percentage."""
    if not isinstance(node, Scalar) or node.null:
        text_wanted("weight", node, collector)
        return None
    amount = parse_amount(node.located, collector=collector)
    if amount is None:
        return None
    if amount.unit or amount.currency or amount.price_year:
        collector.error(
            "WB-V032",
            f"{node.text!r} is neither a percentage nor a bare number",
            node.span,
            remedy="write it like 5% or 0.05",
        )
        return None
    return amount.number


def _weight(node: Node, collector: Collector) -> Fraction | None:
    number = _plain(node, collector)
    if number is not None and number <= 0:
        collector.error(
            "WB-V033",
            "a weight is above zero",
            node.span,
            remedy="leave out what has no weight",
        )
        return None
    return number


def _may_mix(part: Value, entry: Entry, collector: Collector) -> bool:
    """Whether a value may be a part of a mixture."""
    if part.form not in {"same_as", "dirichlet", "label", "switch"}:
        return True
    words = {"same_as": "'same as'", "dirichlet": "a Dirichlet", "label": "a label", "switch": "true or false"}
    collector.error(
        "WB-S053",
        f"{words[part.form]} cannot be a part of a mixture",
        part.span or entry.key.span,
        remedy="a part is a number, with or without a spread, or a long form of its own",
    )
    return False


def _percent(share: Fraction) -> str:
    """Write a share as a percentage, exactly where it ends, else to six digits."""
    return f"{float(share * 100):.6g}%"
