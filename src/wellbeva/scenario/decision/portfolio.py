"""Reads ``portfolio``: how offers may be bought together, which no model can derive."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from wellbeva.core.spans import Located, Span
from wellbeva.errors import Collector, near_miss
from wellbeva.scenario.decision.perspective import check_choose
from wellbeva.scenario.text.nodes import Entry, MapNode, Node, Scalar, entries, items, scalars, text_of, whole_number
from wellbeva.scenario.text.paths import DottedPath

MOST_PLACES = 1_000_000
MOST_BUDGETS = 12
MOST_CHANCE = 99.0
"""In per cent."""
_PERCENT = re.compile(r"([0-9]{1,2}(?:\.[0-9]{1,6})?)\s?%")


@dataclass(frozen=True, slots=True)
class Scale:
    """The places of an offer: as the scenario describes it, and the least and the most that may be bought."""

    places: int
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class PortfolioSpec:
    """What a scenario says of buying several offers.

    Parameters
    ----------
    budgets : tuple of Located
        Sums of money as written.
    offers : mapping of option to Scale
        Offers that are bought by the place; any other is bought whole.
    not_together : tuple of (tuple of str)
        At most one of these offers is bought.
    needs : mapping of option to options
        Without which it is not bought.
    at_least, at_most : mapping of DottedPath to Located
        Bounds of an outcome's sum over all that is bought, as written.
    within_budget : float
        Share of draws in which what is bought must cost no more than the budget; 0 if only its mean cost must.
    """

    budgets: tuple[Located, ...] = ()
    offers: Mapping[str, Scale] = field(default_factory=dict)
    not_together: tuple[tuple[str, ...], ...] = ()
    needs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    at_least: Mapping[DottedPath, Located] = field(default_factory=dict)
    at_most: Mapping[DottedPath, Located] = field(default_factory=dict)
    within_budget: float = 0.0
    span: Span | None = field(default=None, compare=False)


def read_portfolio(
    root: MapNode, *, options: Collection[str], outcomes: Collection[str], choose: str, collector: Collector
) -> PortfolioSpec | None:
    """Read ``portfolio``; None where there is none or it cannot be used.

    Parameters
    ----------
    root : MapNode
        The whole scenario.
    options, outcomes : collection of str
        Names that may stand in it.
    choose : str
        A portfolio is for ``several``.
    collector : Collector
    """
    node, key = root.get("portfolio"), root.key("portfolio")
    if node is None or key is None:
        return None
    before = len(collector.errors)
    message = "a portfolio is for offers, not for rivals"
    check_choose("one", choose, key.span, "WB-S350", message, "the portfolio", collector)
    known = _Names(options, outcomes, collector)
    parts = {entry.key.text: entry.value for entry in entries(node)}
    budgets = tuple(scalar.located for scalar in scalars(parts.get("budgets")))
    if len(budgets) > MOST_BUDGETS:
        collector.error(
            "WB-S351",
            f"{len(budgets)} budgets are too many",
            budgets[MOST_BUDGETS].span(),
            remedy=f"name up to {MOST_BUDGETS}; portfolio_frontier.csv has the budgets between them",
        )
    offers: dict[str, Scale] = {}
    for entry in entries(parts.get("offers")):
        scale = _scale(entry, collector)
        if known.option(entry.key) and scale is not None:
            offers[entry.key.text] = scale
    apart = tuple(known.options(one) for one in items(parts.get("not_together")))
    needs = {
        entry.key.text: known.options(entry.value) for entry in entries(parts.get("needs")) if known.option(entry.key)
    }
    for entry in entries(parts.get("needs")):
        for other in needs.get(entry.key.text, ()):
            if any({entry.key.text, other} <= set(one) for one in apart if entry.key.text != other):
                collector.error(
                    "WB-S357",
                    f"{entry.key.text!r} can never be bought",
                    entry.key.span,
                    facts=(f"it needs {other!r}", f"not_together has both {entry.key.text!r} and {other!r}"),
                    remedy="withdraw one of the two rules",
                )
    at_least, at_most = (
        {
            path: entry.value.located
            for entry in entries(parts.get(side))
            if known.outcome(path := DottedPath.read(entry.key.located)) and isinstance(entry.value, Scalar)
        }
        for side in ("at_least", "at_most")
    )
    chance = _chance(parts.get("within_budget"), collector)
    if len(collector.errors) > before:
        return None
    return PortfolioSpec(budgets, offers, apart, needs, at_least, at_most, chance, key.span)


@dataclass(frozen=True, slots=True)
class _Names:
    known: Collection[str]
    outcomes: Collection[str]
    collector: Collector

    def option(self, name: Scalar) -> bool:
        return self._is(name.text, name.span, self.known, "WB-S352", "an option")

    def options(self, node: Node) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name.text for name in scalars(node) if self.option(name)))

    def outcome(self, path: DottedPath) -> bool:
        return self._is(path.name, path.span, self.outcomes, "WB-S353", "an outcome of the model")

    def _is(self, name: str, span: Span | None, known: Collection[str], code: str, kind: str) -> bool:
        if name in known:
            return True
        remedy = near_miss(name, known) or f"name one of: {', '.join([*known][:20])}"
        self.collector.error(code, f"{name!r} is not {kind}", span, remedy=remedy)
        return False


def _scale(entry: Entry, collector: Collector) -> Scale | None:
    """Read ``{places: 200, least: 50, most: 500}``."""
    numbers: dict[str, int] = {}
    for key, scalar in ((one.key.text, one.value) for one in entries(entry.value)):
        if isinstance(scalar, Scalar) and scalar.null:
            return None  # a missing key is already reported
        number = whole_number(scalar, MOST_PLACES)
        if number is None:
            collector.error(
                "WB-S354",
                f"{text_of(scalar)[:40]!r} is not a whole number of places",
                scalar.span,
                remedy=f"write a number from 1 to {MOST_PLACES:,}",
            )
            return None
        numbers[key] = number
    if "places" not in numbers:
        return None
    scale = Scale(numbers["places"], numbers.get("least", 1), numbers.get("most", numbers["places"]))
    if scale.least > scale.most:
        collector.error(
            "WB-S354",
            "the least number of places is above the most",
            entry.key.span,
            facts=(f"least {scale.least:,}", f"most {scale.most:,}"),
            remedy="an offer is bought with none of its places, or with a number from the least to the most",
        )
        return None
    return scale


def _chance(node: Node | None, collector: Collector) -> float:
    """Read a share such as ``90%``."""
    if not isinstance(node, Scalar) or node.null:
        return 0.0
    share = _PERCENT.fullmatch(node.text)
    if share is None or not 0 < float(share[1]) <= MOST_CHANCE:
        collector.error(
            "WB-S358",
            f"{node.text[:40]!r} is not a chance to stay within the budget",
            node.span,
            facts=(f"1,000 draws do not tell chances above {MOST_CHANCE:g}% apart",),
            remedy="write it like '90%'",
        )
        return 0.0
    return float(share[1]) / 100
