"""Groups that places give a scenario: fifths of deprivation, the nation's or their own; ages; the places themselves."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Final, Literal

from wellbeva.local.areas import Area, same_territory

Kind = Literal["deprivation fifths", "own fifths", "age", "areas"]
KINDS: Final[tuple[Kind, ...]] = ("deprivation fifths", "own fifths", "age", "areas")
NATION, OWN, AGE, AREAS = KINDS
FIFTHS: Final = {
    "most_deprived": "Most deprived fifth of neighbourhoods",
    "second": "Second most deprived fifth",
    "middle": "Middle fifth",
    "fourth": "Second least deprived fifth",
    "least_deprived": "Least deprived fifth",
}
"""Beginning of a label, and of its words, which end with whose fifths they are."""


@dataclass(frozen=True, slots=True)
class PlaceGroup:
    """One group of a place, or a place that is one of several groups.

    Parameters
    ----------
    label, words : str
        Empty where the place is not divided.
    area : Area
    people : int or None
        None where the table has no population of the area.
    ages, note : str
        Which ages are counted, and how.
    """

    label: str
    words: str
    area: Area
    people: int | None
    ages: str = "All ages"
    note: str = ""


def groups_of(kind: Kind | None, areas: Sequence[Area]) -> tuple[PlaceGroup, ...]:
    """Return the groups that the key ``groups`` asks for, in order; a fifth without neighbourhoods is left out.

    Parameters
    ----------
    kind : {"deprivation fifths", "own fifths", "age", "areas"} or None
        None for each place as a whole.
    areas : sequence of Area
        One, if it is divided.
    """
    if kind is None or kind == AREAS:
        counts = [area.population.all if area.population else None for area in areas]
        labels = [label_of(area.name) if kind else "" for area in areas]
        return tuple(
            PlaceGroup(label, area.name, area, count) for label, area, count in zip(labels, areas, counts, strict=True)
        )
    (area,) = areas
    people = area.population
    if kind == AGE:
        younger, older = "Aged 16 to 64", "Aged 65 and over"
        return (
            PlaceGroup("aged_16_64", younger, area, people.aged_16_64 if people else None, younger),
            PlaceGroup("aged_65_plus", older, area, people.aged_65_plus if people else None, older),
        )
    own, total = kind == OWN, sum(area.tenths)
    made: list[PlaceGroup] = []
    for (name, words), tenths in zip(FIFTHS.items(), fifths(area.tenths, own=own), strict=True):
        if not tenths:
            continue
        some = round(Fraction(people.all * len(tenths), total)) if people else None
        span = f"tenth {tenths[0]}" if tenths[0] == tenths[-1] else f"tenths {tenths[0]} to {tenths[-1]}"
        here = f"its own fifth (England's {span}, of which 1 is the most deprived)" if own else "this fifth of England"
        note = f"{len(tenths)} of its {total} neighbourhoods are in {here}; shared out as if all had as many people."
        label, where = (f"{name}_own_fifth", area.name) if own else (f"{name}_fifth", "England")
        made.append(PlaceGroup(label, f"{words} in {where}", area, some, note=note))
    return tuple(made)


def fifths(tenths: Sequence[int], *, own: bool) -> tuple[tuple[int, ...], ...]:
    """Sort the neighbourhoods of a place into fifths: England's, or its own, as equal in number as can be.

    Which neighbourhood is which within a tenth is not known, and not needed to count them.

    Parameters
    ----------
    tenths : sequence of int
        Neighbourhoods by England's tenth, most deprived first.
    own : bool
        Whether the place's own are meant.

    Returns
    -------
    tuple of tuple of int
        For each fifth, most deprived first, the tenth of England that each of its neighbourhoods is in.

    Examples
    --------
    >>> fifths((4, 0, 0, 0, 0, 0, 0, 0, 2, 1), own=False)
    ((1, 1, 1, 1), (), (), (), (9, 9, 10))
    >>> fifths((4, 0, 0, 0, 0, 0, 0, 0, 2, 1), own=True)
    ((1,), (1, 1), (1,), (9, 9), (10,))
    """
    ranked = [tenth for tenth, count in enumerate(tenths, 1) for _ in range(count)]
    if own:
        ends = [round(Fraction(len(ranked) * fifth, len(FIFTHS))) for fifth in range(len(FIFTHS) + 1)]
    else:
        ends = [sum(tenths[: 2 * fifth]) for fifth in range(len(FIFTHS) + 1)]
    return tuple(tuple(ranked[begin:end]) for begin, end in pairwise(ends))


def whose(kind: Kind, areas: Sequence[Area]) -> str:
    """Say whose groups these are: the nation's fifths, the place's own, or others.

    Parameters
    ----------
    kind : {"deprivation fifths", "own fifths", "age", "areas"}
    areas : sequence of Area
        As for `groups_of`.
    """
    place, tenths = areas[0].name, areas[0].tenths
    counts = ", ".join(str(len(fifth)) for fifth in fifths(tenths, own=False))
    return {
        NATION: f"fifths of all England's neighbourhoods by deprivation (2019); {place} has {counts} in them",
        OWN: f"fifths of the {sum(tenths)} neighbourhoods of {place} itself by deprivation (2019), not of England's",
        AGE: f"people of {place} aged 16 and over, by age",
        AREAS: f"{len(areas)} places, each with its own average and population"
        if len(areas) > 1
        else "one place, with its own average and population",
    }[kind]


def label_of(name: str) -> str:
    """Return the label of a place among groups.

    Examples
    --------
    >>> label_of("Kingston upon Hull, City of"), label_of("Ynys Môn / Isle of Anglesey")
    ('kingston_upon_hull_city_of', 'ynys_mon_isle_of_anglesey')
    """
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    return "_".join(re.findall("[a-z0-9]+", plain))[:40]


def overlap(one: Area, other: Area) -> str:
    """Say why two places share people, or may; empty where they do not.

    Local authorities of one tier, and areas of one kind, share none. Where tiers differ, the tables do not say which
    area lies in which.

    Parameters
    ----------
    one, other : Area
    """
    if one.code == other.code or same_territory(one.code, other.code) or same_territory(other.code, one.code):
        return "they are one place"
    for old, new in ((one, other), (other, one)):
        if new.code in old.replaced_by:
            return f"{old.name} went into {new.name}"
    tiers = {one.tier, other.tier}
    if one.kind == other.kind != "group of countries" or (
        "" not in tiers and tiers != {"upper", "lower"} and "metropolitan county" not in {one.kind, other.kind}
    ):
        return ""
    return f"one is a {one.kind}, one a {other.kind}, and the tables do not say which lies in which"
