"""The families of the long form: arguments named as studies print them (FORMAT section 4)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction

from wellbeva.core.spans import Span
from wellbeva.distributions.families import LONG_FORMS
from wellbeva.errors import Collector, near_miss
from wellbeva.scenario.text.nodes import Entry, ListNode, MapNode, Node, Scalar, scalars
from wellbeva.scenario.value import Amount, Value
from wellbeva.scenario.values.amounts import parse_amount
from wellbeva.scenario.values.completion import PLAIN_ARGUMENTS, as_written
from wellbeva.scenario.values.short_form import parse_range

_CI = re.compile(r"ci([0-9]{1,2}(?:_[0-9]{1,2})?)")


@dataclass(slots=True)
class _Arguments:
    """The arguments of a family as read; `names` has ``ci`` for an interval of any level."""

    amounts: dict[str, Amount] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    level: Fraction = Fraction(95, 100)
    low: Amount | None = None
    high: Amount | None = None


def read_family(form: Entry, *, collector: Collector) -> Value | None:
    """Read ``family: {argument: amount, …}``; None after an error.

    Parameters
    ----------
    form : Entry
        The name of a family and the map of its arguments.
    collector : Collector

    Returns
    -------
    Value or None
        Amounts as written, by argument; an interval of any level is ``low`` and ``high`` with `level`.
    """
    family = form.key.text
    if not isinstance(form.value, MapNode):
        collector.error(
            "WB-S037",
            f"{family!r} takes named arguments",
            form.value.span,
            remedy=f"write {{{family}: {{…}}}} with {LONG_FORMS[family].needs}",
        )
        return None
    given = _Arguments()
    read = [_argument(family, entry, given, collector) for entry in form.value.entries]
    if not all(read):
        return None
    bounded = not LONG_FORMS[family].takes_bounds or given.low is not None or given.high is not None
    if frozenset(given.names) not in LONG_FORMS[family].sets or not bounded:
        collector.error(
            "WB-S039",
            f"these arguments do not define a {family}",
            form.key.span,
            facts=(f"given: {', '.join(form.value.keys()) or 'none'}", f"needed: {LONG_FORMS[family].needs}"),
            remedy="give exactly what is needed",
        )
        return None
    return Value(
        "family",
        amounts=given.amounts,
        family=family,
        level=given.level,
        truncate=(given.low, given.high),
        arguments=tuple(
            (entry.key.text, tuple(scalar.text for scalar in scalars(entry.value))) for entry in form.value.entries
        ),
        written=written_form(form),
        span=form.key.span,
    )


def _argument(family: str, entry: Entry, given: _Arguments, collector: Collector) -> bool:
    """Read one argument; False after an error."""
    key = entry.key.text
    allowed = set().union(*LONG_FORMS[family].sets)
    interval = _CI.fullmatch(key)
    if interval and "ci" in allowed:
        ends = _interval(entry, collector)
        given.level = Fraction(interval[1].replace("_", ".")) / 100
        if not 0 < given.level < 1 or ends is None:
            if ends is not None:
                collector.error(
                    "WB-V011", "the level of an interval lies between 0% and 100%", entry.key.span, remedy="write ci95"
                )
            return False
        given.amounts["low"], given.amounts["high"] = ends
        given.names.add("ci")
        return True
    if LONG_FORMS[family].takes_bounds and key in {"low", "high"}:
        end = read_argument(entry, collector)
        setattr(given, key, end)
        return end is not None
    if key in allowed - {"ci"}:
        amount = read_argument(entry, collector)
        if amount is not None and key in PLAIN_ARGUMENTS and (amount.unit or amount.currency or amount.price_year):
            collector.error(
                "WB-S310",
                f"{key!r} of a {family} is a plain number",
                amount.span or entry.key.span,
                facts=(f"given: {as_written(amount)}", f"{family} takes {LONG_FORMS[family].needs}"),
                remedy="leave its unit out, or give the argument that has one",
            )
            return False
        if amount is not None:
            given.amounts[key] = amount
            given.names.add(key)
        return amount is not None
    collector.error(
        "WB-S038",
        f"{family!r} has no argument {key!r}",
        entry.key.span,
        facts=(f"{family} takes {LONG_FORMS[family].needs}",),
        remedy=near_miss(key, allowed - {"ci"} | ({"ci95", "ci90"} if "ci" in allowed else set()))
        or "name arguments as the table of families does",
    )
    return False


def _interval(entry: Entry, collector: Collector) -> tuple[Amount, Amount] | None:
    node = entry.value
    if isinstance(node, ListNode) and len(node.items) == 2 and all(isinstance(item, Scalar) for item in node.items):
        low, high = (read_argument(Entry(entry.key, item), collector) for item in node.items)
        found = (low, high) if low and high else None
    elif isinstance(node, Scalar) and not node.null:
        found = parse_range(node.located, collector=collector)
    else:
        text_wanted(entry.key.text, node, collector)
        return None
    if found and found[0].number >= found[1].number:
        collector.error(
            "WB-V012", "the lower end is not below the upper end", node.span, remedy="write the lower end first"
        )
        return None
    return found


def read_argument(entry: Entry, collector: Collector) -> Amount | None:
    """Read one argument as an amount; None after an error.

    Parameters
    ----------
    entry : Entry
        The argument's name and its number.
    collector : Collector
    """
    if not isinstance(entry.value, Scalar) or entry.value.null:
        text_wanted(entry.key.text, entry.value, collector)
        return None
    return parse_amount(entry.value.located, collector=collector)


def written_form(form: Entry) -> str:
    """Return a form and what it holds on one line, for `explain` and the report."""

    def words(node: Node) -> str:
        if isinstance(node, Scalar):
            return node.text
        if isinstance(node, ListNode):
            return "[" + ", ".join(words(item) for item in node.items) + "]"
        return "{" + ", ".join(f"{entry.key.text}: {words(entry.value)}" for entry in node.entries) + "}"

    return f"{form.key.text}: {words(form.value)}"


def text_wanted(key: str, node: Node, collector: Collector) -> None:
    """Note that a key takes one text; a value that is missing has already been noted for the whole file.

    Parameters
    ----------
    key : str
        For the message.
    node : Node
        The value found under the key.
    collector : Collector
    """
    if not isinstance(node, Scalar):
        collector.error("WB-S041", f"{key!r} takes one text", node.span, remedy="write it on one line")


def later(what: str, span: Span, collector: Collector) -> None:
    """Refuse a part of the format that this version does not have yet.

    Parameters
    ----------
    what : str
        The part, as the message names it.
    span : Span
    collector : Collector
    """
    collector.error(
        "WB-S090",
        f"{what} belongs to the format, but this version does not have it yet",
        span,
        remedy="leave it out, or write the value another way",
    )
