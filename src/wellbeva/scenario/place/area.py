"""The key ``area``: baseline, population and groups of a place, from the tables of local evidence.

What the file itself says is stronger. An area's average is what life is like there; it is never the effect of anything
on anybody, so it can only become a baseline.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from wellbeva.core.spans import Span
from wellbeva.errors import Collector, near_miss
from wellbeva.local import areas as local
from wellbeva.local.search import NotFound, find
from wellbeva.local.tables import Record, digest, records
from wellbeva.local.wellbeing import FIRST_YEAR, LAST_YEAR, Estimate
from wellbeva.scenario.place.evidence import TAKEN, LocalEvidence
from wellbeva.scenario.spec import Assignment, Model, Source
from wellbeva.scenario.text.nodes import ListNode, MapNode, Node, Scalar, scalars, text_of
from wellbeva.scenario.text.paths import Selector
from wellbeva.scenario.value import Amount, Cite, Value

FIFTHS = "deprivation fifths"
LABELS = {
    "most_deprived_fifth": "Most deprived fifth of neighbourhoods in England",
    "second_fifth": "Second most deprived fifth",
    "middle_fifth": "Middle fifth",
    "fourth_fifth": "Second least deprived fifth",
    "least_deprived_fifth": "Least deprived fifth",
}
NO_EFFECT = "It is an average of an area, not an effect on one person."

_YEAR = re.compile(r"20[0-9]{2}-[0-9]{2}")


def read_area(
    node: Node | None,
    model: Model,
    axes: Mapping[str, Mapping[str, str]],
    sources: Mapping[str, Source],
    *,
    collector: Collector,
) -> LocalEvidence:
    """Read ``area``: a code or a name, or a map that says which year, groups and numbers.

    Parameters
    ----------
    node : Node or None
    model : Model
        Takes ``baseline`` if it has one in LS, ``population`` if it has one in persons.
    axes : mapping of axis to (mapping of label to words)
        What the scenario and its tables name.
    sources : mapping of str to Source
        The scenario's own, whose keys stay as they are.
    collector : Collector

    Returns
    -------
    LocalEvidence
        Empty without the key, or after an error.
    """
    given = _parts(node)
    code_node = given.get("code")
    if not isinstance(code_node, Scalar) or code_node.null:
        return LocalEvidence()
    before = len(collector.errors)
    code = find(code_node.text)
    if isinstance(code, NotFound):
        collector.error("WB-S160", code.message, code_node.span, facts=code.facts, remedy=code.remedy)
        return LocalEvidence()
    area = local.area(code)
    reader = _Reader(area, model, axes, sources, collector, code_node.span)
    evidence = reader.read(given)
    return evidence if len(collector.errors) == before else LocalEvidence()


def _parts(node: Node | None) -> dict[str, Node]:
    """Return the parts by key; keys and shapes that may not stand there are reported by the file model."""
    if isinstance(node, Scalar):
        return {"code": node}
    return {entry.key.text: entry.value for entry in node.entries} if isinstance(node, MapNode) else {}


@dataclass(frozen=True, slots=True)
class _Reader:
    area: local.Area
    model: Model
    axes: Mapping[str, Mapping[str, str]]
    own_sources: Mapping[str, Source]
    collector: Collector
    span: Span

    @property
    def name(self) -> str:
        return f"{self.area.name} ({self.area.code})"

    def read(self, given: Mapping[str, Node]) -> LocalEvidence:
        year = self.year(given.get("year"))
        shrunk = text_of(given.get("mean")) != "published"
        fifths = text_of(given.get("groups")) == FIFTHS and self.fifths(given["groups"])
        wanted = self.wanted(given.get("take"))
        self.tell_changes()
        own = self.own_groups()
        groups = self.groups() if fifths else {}
        keys = {name: self.key(name) for name in ("wellbeing", "population", "neighbourhoods_2019")}
        made: list[Assignment] = []
        used: list[str] = []
        wanting: dict[str, str] = {}
        if "baseline" in wanted:
            estimate = self.area.wellbeing.get(("life_satisfaction", year))
            if estimate is None:
                wanting["baseline"] = f"{year}: {local.why_no_wellbeing(self.area, 'life_satisfaction', year)}"
            else:
                value = self.baseline(estimate, year, keys["wellbeing"], shrunk=shrunk)
                made.append(Assignment("baseline", (), value, "values"))
                used.append("wellbeing")
        if "population" in wanted and (fifths or not own):
            if self.area.population is None:
                wanting["population"] = self.area.lacks("population")
            else:
                made += self.population(groups, keys)
                used.append("population")
        if fifths:
            used.append("neighbourhoods_2019")
        sources = {keys[name]: self.source(keys[name], records()[name]) for name in used}
        digests = {f"wellbeva:local/{name}.csv": digest(name) for name in used}
        return LocalEvidence(self.span, self.name, groups, tuple(made), sources, wanting, bool(own), digests)

    def year(self, node: Node | None) -> str:
        if not isinstance(node, Scalar) or node.null:
            return LAST_YEAR
        first, last = FIRST_YEAR, LAST_YEAR
        following = _YEAR.fullmatch(node.text) and (int(node.text[2:4]) + 1) % 100 == int(node.text[5:])
        if following and first <= node.text <= last:
            return node.text
        self.collector.error(
            "WB-S161",
            f"there is no wellbeing of the year {node.text[:40]!r}",
            node.span,
            facts=(f"years are {first} to {last}, each from April to March",),
            remedy=f"write a year like {last}, or leave it out for the last one",
        )
        return last

    def wanted(self, node: Node | None) -> tuple[str, ...]:
        """Return the parameters to fill: those asked for, else those of the two that the model has."""
        takes = tuple(
            name
            for name, unit in TAKEN.items()
            if name in self.model.parameters and self.model.parameters[name].unit.text == unit
        )
        if not isinstance(node, Scalar | ListNode):
            if not takes:
                self.collector.warn(
                    "WB-S167",
                    f"the model {self.model.name!r} takes no number from an area",
                    self.span,
                    facts=("an area gives 'baseline' in LS and 'population' in persons",),
                    remedy="leave 'area' out, or use a model with these parameters",
                )
            return takes
        for scalar in scalars(node):
            if scalar.text not in takes:
                self.collector.error(
                    "WB-S161",
                    f"the model {self.model.name!r} takes no {scalar.text[:40]!r} from an area",
                    scalar.span,
                    facts=(f"it takes {' and '.join(takes) or 'nothing'}",),
                    remedy=near_miss(scalar.text[:40], takes) or "leave 'take' out to take what it can",
                )
        return tuple(name for name in takes if name in {scalar.text for scalar in scalars(node)})

    def own_groups(self) -> tuple[str, ...]:
        return tuple(label for label in self.axes.get("group", {}) if label != "everyone")

    def fifths(self, node: Node) -> bool:
        """Whether the fifths can be the groups."""
        if not self.area.tenths:
            self.collector.error(
                "WB-S162",
                f"the tables have no deprivation fifths of {self.name}",
                node.span,
                facts=(self.area.lacks("deprivation fifths"),),
                remedy="leave 'groups' out here and name groups of your own",
            )
            return False
        own = self.own_groups()
        others = [label for label in own if label not in self.groups()]
        if others:
            empty = [label for label in others if label in LABELS]
            fact = f"{self.name} has no neighbourhoods in {', '.join(empty)}" if empty else ""
            self.collector.error(
                "WB-S163",
                "the scenario names groups of its own and asks for deprivation fifths too",
                node.span,
                facts=(f"its groups are {', '.join(own[:8])}", *([fact] if fact else [])),
                remedy=f"keep one of them; a fifth may be named under 'groups' as {' or '.join(self.groups())}",
            )
            return False
        return True

    def groups(self) -> dict[str, str]:
        """Return the fifths that have neighbourhoods here, in order, in the scenario's words where it has any."""
        given = self.axes.get("group", {})
        counted = zip(LABELS.items(), self.area.fifths, strict=True)
        return {
            label: given[label] if given.get(label, label) != label else words for (label, words), n in counted if n
        }

    def tell_changes(self) -> None:
        """Say that a code has ended, unless another one has the same territory."""
        if self.area.replaced_by and not any(
            local.same_territory(self.area.code, code) for code in self.area.replaced_by
        ):
            self.collector.warn(
                "WB-S168",
                f"{self.name} no longer exists; its numbers are for its old boundaries",
                self.span,
                facts=(f"it went into {', '.join(local.name_of(code) for code in self.area.replaced_by)}",),
                remedy="name the new area if that is meant",
            )

    def key(self, table: str) -> str:
        """Return a key for a source that the scenario has not taken."""
        key = "area_" + {"neighbourhoods_2019": "deprivation"}.get(table, table)
        while key in self.own_sources:
            key += "_data"
        return key

    def source(self, key: str, record: Record) -> Source:
        return Source(
            key,
            cite=f"{record.publisher}, {record.title}, {record.source_date}",
            link=record.link,
            design="official statistics on areas: data, no study of an effect",
            licence=record.licence,
            status="indicative" if record.name == "population" else "",
            note=f"{record.attribution} {NO_EFFECT} {' '.join(record.notes)}",
            compares="areas",
            span=self.span,
        )

    def baseline(self, estimate: Estimate, year: str, key: str, *, shrunk: bool) -> Value:
        """Make the baseline: shrunk with its interval, or as published with its standard error."""
        printed = f"{estimate.mean:.2f} ({estimate.low:.2f} to {estimate.high:.2f})"
        cites = (Cite(key, f"{self.area.code} {year}", self.span, year),)
        about = f"People aged 16 and over, {self.area.name}, April to March {year}. {NO_EFFECT}"
        if shrunk and estimate.shrunk is not None:
            one = estimate.shrunk
            numbers = {"centre": one.mean, "low": one.low, "high": one.high}
            body = f"{one.mean:.3f} ({one.low:.3f} to {one.high:.3f})"
            note = (
                f"Shrunk towards the mean {one.pool.mean:.2f} of {one.pool.areas} {estimate.peers}; "
                f"published {printed}, which has {one.weight:.0%} of the weight. {about}"
            )
            return _cited(Value("interval", _amounts(numbers, 3), cites=cites, note=note, body=body, span=self.span))
        numbers = {"centre": estimate.mean, "se": estimate.se}
        body = f"{estimate.mean:.2f} (se {estimate.se:.4f})"
        beside = "an area of this kind has no peers to be shrunk towards"
        if estimate.shrunk is not None:
            one = estimate.shrunk
            interval = f"{one.mean:.2f} ({one.low:.2f} to {one.high:.2f})"
            beside = f"shrunk towards {one.pool.areas} {estimate.peers} it is {interval}"
        note = f"As published: {printed}; {beside}. {about}"
        return _cited(Value("se", _amounts(numbers, 4), cites=cites, note=note, body=body, span=self.span))

    def population(self, groups: Mapping[str, str], keys: Mapping[str, str]) -> list[Assignment]:
        """Make the population, shared among the fifths as the neighbourhoods are."""
        people = self.area.population
        assert people is not None
        summed = f" Sum of {len(people.parts)} districts." if people.parts else ""
        note = f"All ages, mid-2020, {self.area.name}; indicative: not rebased to the Census of 2021.{summed}"
        cites: tuple[Cite, ...] = (Cite(keys["population"], self.area.code, self.span),)
        if not groups or "group" not in self.model.parameters["population"].by:
            value = _count(people.all, cites, note, self.span)
            return [Assignment("population", (), value, "values")]
        counts = dict(zip(LABELS, self.area.fifths, strict=True))
        total = sum(counts.values())
        cites = (*cites, Cite(keys["neighbourhoods_2019"], self.area.code, self.span))
        return [
            Assignment(
                "population",
                (Selector("group", label, span=self.span),),
                _count(
                    round(Fraction(people.all * counts[label], total)),
                    cites,
                    f"{note} Shared out by neighbourhoods ({counts[label]} of {total}), as if all had as many people.",
                    self.span,
                ),
                "values",
            )
            for label in groups
        ]


def _amounts(numbers: Mapping[str, float], digits: int) -> dict[str, Amount]:
    return {name: Amount(Fraction(f"{number:.{digits}f}")) for name, number in numbers.items()}


def _count(people: int, cites: tuple[Cite, ...], note: str, span: Span) -> Value:
    amounts = {"value": Amount(Fraction(people), unit="people")}
    return _cited(Value("number", amounts, cites=cites, note=note, body=f"{people} people", span=span))


def _cited(value: Value) -> Value:
    """Write a value as a person would, with its sources behind it."""
    return replace(value, written=f"{value.body} [{'; '.join(cite.key for cite in value.cites)}]")
