"""Reads ``appraisal.wellby_value.uprate``: the series that raise the value of a WELLBY to the appraisal's prices."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from wellbeva.errors import Collector, near_miss
from wellbeva.scenario.spec import Source, Uprate
from wellbeva.scenario.text.identifiers import INHERITED_KEYS
from wellbeva.scenario.text.nodes import Entry, MapNode, Scalar, entries, text_of
from wellbeva.scenario.value import Amount, Cite
from wellbeva.scenario.values.long_form import Inherited, check_cites
from wellbeva.scenario.values.short_form import parse_sourced

Cites = dict[str, tuple[Cite, ...]]
"""Sources of numbers of the appraisal, by the path of each."""
KEYS = ("gdp_per_head", "elasticity")
EXAMPLE = "uprate: {gdp_per_head: {2019: 100, 2023: 100.7}}"
ELASTICITY_LIMIT = 10
"""Of incomes twice as high, ten times the power makes a thousand times the value: nobody means more."""
PATH = "wellby_value.uprate"


def read_uprate(entry: Entry, sources: dict[str, Source], kept: Cites, *, collector: Collector) -> Uprate | None:
    """Read the map under ``uprate``; None after an error.

    Parameters
    ----------
    entry : Entry
        The key and the map under it.
    sources : dict of str to Source
        That may be cited.
    kept : dict of path to tuple of Cite
        Where the sources of each number are put.
    collector : Collector
    """
    node = entry.value
    if not isinstance(node, MapNode):
        collector.error(
            "WB-S136", "'uprate' takes the series that the value is raised by", node.span, remedy=f"write {EXAMPLE}"
        )
        return None
    numbers = _Numbers(Inherited().with_keys(node, sources, collector).cites, sources, kept, collector)
    series: dict[int, Fraction] = {}
    elasticity: Fraction | None = None
    before = len(collector.errors)
    for one in entries(node):
        if one.key.text == "gdp_per_head":
            series = numbers.series(one)
        elif one.key.text == "elasticity":
            amount = numbers.read(one, "elasticity")
            if amount is not None and not 0 <= amount.number <= ELASTICITY_LIMIT:
                numbers.bad(one, f"is not an elasticity from 0 to {ELASTICITY_LIMIT}", "write a bare number like 1.3")
            elif amount is not None:
                elasticity = amount.number
        elif one.key.text not in INHERITED_KEYS:
            collector.error(
                "WB-S136",
                f"{one.key.text!r} is not part of 'uprate'",
                one.key.span,
                remedy=near_miss(one.key.text, KEYS) or f"write {EXAMPLE}; prices are raised by the deflator",
            )
    if not series and len(collector.errors) == before:
        collector.error(
            "WB-S136",
            "'uprate' needs real GDP per head",
            entry.key.span,
            facts=("the value of a WELLBY rises with prices and with incomes",),
            remedy=f"write {EXAMPLE}, for the year of the value and for the appraisal's",
        )
    if not series:
        return None
    return Uprate(series, elasticity, entry.key.span)


@dataclass(frozen=True, slots=True)
class _Numbers:
    """Reads the numbers under ``uprate``; one that names no source takes those of the map around it."""

    around: tuple[Cite, ...]
    sources: Mapping[str, Source]
    kept: Cites
    collector: Collector

    def series(self, entry: Entry) -> dict[int, Fraction]:
        """Read ``{2019: 100, 2023: 100.7}``."""
        found: dict[int, Fraction] = {}
        for one in entries(entry.value):
            year = one.key.text
            if re.fullmatch("(19|20)[0-9]{2}", year) is None:
                message = f"{year!r} is not a year of real GDP per head"
                self.collector.error("WB-S136", message, one.key.span, remedy="write '2023: 100.7'")
                continue
            amount = self.read(one, f"gdp_per_head.{year}")
            if amount is not None and amount.number <= 0:
                self.bad(one, "is not a level of real GDP per head", "write the index or the level, above zero")
            elif amount is not None:
                found[int(year)] = amount.number
        return found

    def read(self, entry: Entry, name: str) -> Amount | None:
        """Read a bare number; None after an error."""
        if not isinstance(entry.value, Scalar):
            message = f"{entry.key.text!r} takes one number"
            self.collector.error("WB-S136", message, entry.value.span, remedy=f"write {EXAMPLE}")
            return None
        read = parse_sourced(entry.value.located, collector=self.collector)
        if read is None:
            return None
        amount, cites = read
        check_cites(cites, self.sources, self.collector)
        self.kept[f"{PATH}.{name}"] = cites or self.around
        if not amount.bare:
            self.bad(entry, "is not a bare number", "write the index, or the level without its sign")
            return None
        return amount

    def bad(self, entry: Entry, what: str, remedy: str) -> None:
        """Note a number that cannot stand where it does."""
        self.collector.error("WB-S136", f"{text_of(entry.value)[:40]!r} {what}", entry.value.span, remedy=remedy)
