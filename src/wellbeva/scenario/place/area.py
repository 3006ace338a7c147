"""The key ``area``: baseline, population and groups of a place, or of several, from the tables of local evidence.

What the file itself says is stronger. An area's average is what life is like there; it is never the effect of anything
on anybody, so it can only become a baseline.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from wellbeva.core.spans import Span
from wellbeva.errors import Collector, Diagnostic, near_miss
from wellbeva.local import areas as local
from wellbeva.local.search import NotFound, find
from wellbeva.local.tables import Record, digest, records
from wellbeva.local.wellbeing import FIRST_YEAR, LAST_YEAR, Estimate, with_interval
from wellbeva.scenario.place.evidence import TAKEN, LocalEvidence
from wellbeva.scenario.place.groups import (
    AREAS,
    FIFTHS,
    KINDS,
    NATION,
    OWN,
    Kind,
    PlaceGroup,
    groups_of,
    overlap,
    whose,
)
from wellbeva.scenario.spec import Assignment, Model, Source
from wellbeva.scenario.text.nodes import ListNode, MapNode, Node, Scalar, scalars, text_of
from wellbeva.scenario.text.paths import Selector
from wellbeva.scenario.value import Amount, Cite, Value

NAMED = 8
MOST = 400
"""Places that are read; a longer list is refused by the file model, in one message."""
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
        Empty without the key or its places; after another error the groups alone, so that their labels are known.
    """
    given = _parts(node)
    before = len(collector.errors)
    spans: dict[str, Span] = {}
    named = tuple(scalars(given.get("code")))
    for scalar in named if len(named) <= MOST else ():
        code = find(scalar.text)
        if isinstance(code, NotFound):
            collector.error("WB-S160", code.message, scalar.span, facts=code.facts, remedy=code.remedy)
            continue
        for other in spans:
            if shared := overlap(local.area(other), local.area(code)):
                collector.error(
                    "WB-S561",
                    f"{local.name_of(other)} and {local.name_of(code)} may have people in common",
                    scalar.span,
                    facts=(shared,),
                    remedy="name each place once, all of one kind: districts, or counties and unitary authorities",
                )
                break
        spans[code] = scalar.span
    if not spans or len(collector.errors) > before:
        return LocalEvidence()
    evidence = _Reader(tuple(map(local.area, spans)), spans, model, axes, sources, collector, given["code"].span).read(
        given
    )
    return evidence if len(collector.errors) == before else LocalEvidence(groups=evidence.groups)


def _parts(node: Node | None) -> dict[str, Node]:
    """Return the parts by key; keys and shapes that may not stand there are reported by the file model."""
    if isinstance(node, Scalar):
        return {"code": node}
    return {entry.key.text: entry.value for entry in node.entries} if isinstance(node, MapNode) else {}


@dataclass(frozen=True, slots=True)
class _Reader:
    areas: tuple[local.Area, ...]
    spans: Mapping[str, Span]
    model: Model
    axes: Mapping[str, Mapping[str, str]]
    own_sources: Mapping[str, Source]
    collector: Collector
    span: Span

    def read(self, given: Mapping[str, Node]) -> LocalEvidence:
        year = self.year(given.get("year"))
        shrunk = text_of(given.get("mean")) != "published"
        kind = self.kind(given.get("groups"))
        groups = groups_of(kind, self.areas)
        if kind:
            self.check_own_groups(kind, groups, given["groups"].span)
        wanted = self.wanted(given.get("take"))
        for area in self.areas:
            self.tell_changes(area)
        own = self.own_groups()
        keys = {name: self.key(name) for name in ("wellbeing", "population", "neighbourhoods_2019")}
        made: list[Assignment] = []
        wanting: list[tuple[str, Diagnostic]] = []
        if "baseline" in wanted:
            for place in groups_of(AREAS if kind == AREAS else None, self.areas):
                estimate = place.area.wellbeing.get(("life_satisfaction", year))
                if estimate is None:
                    why = f"{year}: {local.why_no_wellbeing(place.area, 'life_satisfaction', year)}"
                    wanting.append(self.wanting("baseline", place.area, why))
                else:
                    value = self.baseline(place.area, estimate, year, keys["wellbeing"], shrunk=shrunk)
                    made.append(self.assignment("baseline", place.label, value))
        if "population" in wanted and (kind or not own):
            divided = "group" in self.model.parameters["population"].by
            for group in groups if divided else groups_of(None, self.areas):
                if group.people is None:
                    wanting.append(self.wanting("population", group.area, group.area.lacks("population")))
                else:
                    value = self.population(group.people, group, keys)
                    made.append(self.assignment("population", group.label, value))
        made += self.fifths(kind, groups, keys["neighbourhoods_2019"])
        cited = {cite.key for assignment in made for cite in assignment.value.cites}
        if kind in (NATION, OWN):
            cited.add(keys["neighbourhoods_2019"])
        used = [table for table, key in keys.items() if key in cited]
        words = whose(kind, self.areas) if kind else ""
        return LocalEvidence(
            span=self.span,
            name=_listed([local.name_of(area.code) for area in self.areas]),
            groups=self.words(groups) if kind else {},
            whose=words,
            assignments=tuple(made),
            sources={keys[table]: self.source(keys[table], records()[table], words) for table in used},
            wanting=tuple(wanting),
            shared=bool(own) and kind != AREAS,
            digests={f"wellbeva:local/{table}.csv": digest(table) for table in used},
        )

    def assignment(self, parameter: str, label: str, value: Value) -> Assignment:
        selectors = (Selector("group", label, span=self.span),) if label else ()
        return Assignment(parameter, selectors, value, "values")

    def wanting(self, parameter: str, area: local.Area, why: str) -> tuple[str, Diagnostic]:
        other = next(name for name in TAKEN if name != parameter)
        return parameter, Diagnostic(
            "WB-S162",
            f"the tables have no {parameter} of {local.name_of(area.code)}",
            self.spans[area.code],
            facts=(why,),
            remedy=f"write {parameter!r} under 'values', or say what to take: 'take: {other}'",
        )

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
        alone = len(self.areas) == 1
        takes = tuple(
            name
            for name, unit in TAKEN.items()
            if (known := self.model.parameters.get(name)) and known.unit.text == unit and (alone or "group" in known.by)
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

    def kind(self, node: Node | None) -> Kind | None:
        """Return what the groups are; None where there are none, or after an error."""
        kind = next((kind for kind in KINDS if kind == text_of(node)), None)
        area, span = self.areas[0], node.span if node is not None else self.span
        if len(self.areas) > 1 and kind != AREAS:
            self.collector.error(
                "WB-S562",
                f"{len(self.areas)} places are named, and no group for each of them",
                span,
                facts=(f"the first two are {self.areas[0].name} and {self.areas[1].name}",),
                remedy="write 'groups: areas', or name one place",
            )
        elif kind in (NATION, OWN) and not area.tenths:
            self.collector.error(
                "WB-S162",
                f"the tables have no deprivation fifths of {local.name_of(area.code)}",
                span,
                facts=(area.lacks("deprivation fifths"),),
                remedy="leave 'groups' out here and name groups of your own",
            )
        elif kind == OWN and sum(area.tenths) < len(FIFTHS):
            self.collector.error(
                "WB-S560",
                f"{local.name_of(area.code)} has too few neighbourhoods to be cut into fifths",
                span,
                facts=(f"it has {sum(area.tenths)}",),
                remedy="write 'groups: deprivation fifths' for England's fifths, or leave 'groups' out",
            )
        else:
            return kind
        return None

    def check_own_groups(self, kind: Kind, groups: Sequence[PlaceGroup], span: Span) -> None:
        """Note groups of the scenario that are not among those of the area."""
        own, labels = self.own_groups(), [group.label for group in groups]
        others = [label for label in own if label not in labels]
        if others:
            empty = [label for label in others if label.removesuffix("_fifth") in FIFTHS and kind == NATION]
            fact = f"{self.areas[0].name} has no neighbourhoods in {', '.join(empty)}"
            self.collector.error(
                "WB-S163",
                f"the scenario names groups of its own beside 'groups: {kind}' of its area",
                span,
                facts=(f"its groups are {_listed(own)}", *([fact] if empty else [])),
                remedy=f"keep one of them; those of the area may be named under 'groups' as {_listed(labels)}",
            )

    def words(self, groups: Sequence[PlaceGroup]) -> dict[str, str]:
        """Return the words of each label: the scenario's where it has any."""
        given = self.axes.get("group", {})
        return {
            group.label: group.words if given.get(group.label, group.label) == group.label else given[group.label]
            for group in groups
        }

    def tell_changes(self, area: local.Area) -> None:
        """Say that a code has ended, unless another one has the same territory."""
        if area.replaced_by and not any(local.same_territory(area.code, code) for code in area.replaced_by):
            self.collector.warn(
                "WB-S168",
                f"{local.name_of(area.code)} no longer exists; its numbers are for its old boundaries",
                self.spans[area.code],
                facts=(f"it went into {', '.join(local.name_of(code) for code in area.replaced_by)}",),
                remedy="name the new area if that is meant",
            )

    def key(self, table: str) -> str:
        """Return a key for a source that the scenario has not taken."""
        key = "area_" + {"neighbourhoods_2019": "deprivation"}.get(table, table)
        while key in self.own_sources:
            key += "_data"
        return key

    def source(self, key: str, record: Record, words: str) -> Source:
        groups = f" Groups: {words}." if record.name == "neighbourhoods_2019" else ""
        return Source(
            key,
            cite=f"{record.publisher}, {record.title}, {record.source_date}",
            link=record.link,
            design="official statistics on areas: data, no study of an effect",
            licence=record.licence,
            status="indicative" if record.name == "population" else "",
            note=f"{record.attribution} {NO_EFFECT} {' '.join(record.notes)}{groups}",
            compares="areas",
            span=self.span,
        )

    def baseline(self, area: local.Area, estimate: Estimate, year: str, key: str, *, shrunk: bool) -> Value:
        """Make the baseline: shrunk with its interval, or as published with its standard error."""
        printed = with_interval(estimate)
        cites = (Cite(key, f"{area.code} {year}", self.span, year),)
        about = f"People aged 16 and over, {area.name}, April to March {year}. {NO_EFFECT}"
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
            beside = (
                f"shrunk towards {estimate.shrunk.pool.areas} {estimate.peers} it is {with_interval(estimate.shrunk)}"
            )
        note = f"As published: {printed}; {beside}. {about}"
        return _cited(Value("se", _amounts(numbers, 4), cites=cites, note=note, body=body, span=self.span))

    def population(self, people: int, group: PlaceGroup, keys: Mapping[str, str]) -> Value:
        """Make the population of a group, or of the whole place."""
        area = group.area
        assert area.population is not None
        parts = area.population.parts
        summed = f" Sum of {len(parts)} districts." if parts else ""
        tables = ("population", "neighbourhoods_2019") if group.note else ("population",)
        note = (
            f"{group.ages}, mid-2020, {area.name}; indicative: not rebased to the Census of 2021.{summed} {group.note}"
        )
        return _cited(
            Value(
                "number",
                {"value": Amount(Fraction(people), unit="people")},
                cites=tuple(Cite(keys[table], area.code, self.span) for table in tables),
                note=note.rstrip(),
                body=f"{people} people",
                span=self.span,
            )
        )

    def fifths(self, kind: Kind | None, groups: Sequence[PlaceGroup], key: str) -> list[Assignment]:
        """Number England's fifths from 1, the most deprived, where the model asks for that."""
        if kind != NATION or "deprivation_fifth" not in self.model.parameters:
            return []
        labels = [f"{name}_fifth" for name in FIFTHS]
        made = []
        for group in groups:
            number, cites = labels.index(group.label) + 1, (Cite(key, group.area.code, self.span),)
            amounts = {"value": Amount(Fraction(number))}
            value = _cited(Value("number", amounts, cites=cites, body=str(number), span=self.span))
            made.append(self.assignment("deprivation_fifth", group.label, value))
        return made


def _amounts(numbers: Mapping[str, float], digits: int) -> dict[str, Amount]:
    return {name: Amount(Fraction(f"{number:.{digits}f}")) for name, number in numbers.items()}


def _cited(value: Value) -> Value:
    """Write a value as a person would, with its sources behind it."""
    return replace(value, written=f"{value.body} [{'; '.join(cite.key for cite in value.cites)}]")


def _listed(names: Sequence[str]) -> str:
    """Return up to eight names, and how many more there are."""
    return ", ".join(names[:NAMED]) + (f" and {len(names) - NAMED} more" if len(names) > NAMED else "")
