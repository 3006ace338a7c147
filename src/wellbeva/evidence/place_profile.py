"""What is held of one place and what evidence says: the facts of its dashboard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from wellbeva.evidence.determinants.composition import Composition, composition
from wellbeva.evidence.library.table import shipped
from wellbeva.evidence.record import EffectRecord
from wellbeva.local.areas import UK, Area, area
from wellbeva.local.change import Change, change
from wellbeva.local.similar import Similar, similar
from wellbeva.local.tails import Tail, tails
from wellbeva.local.wellbeing import MEASURES, Estimate

LIBRARY = {"life_satisfaction": "life_satisfaction"} | {f"ons_{name}": name for name in MEASURES[1:]}
"""Measures of the evidence library to those of places."""


@dataclass(frozen=True, slots=True)
class PlaceProfile:
    """One place in one year; mappings are by measure, and lack those that are not known.

    Parameters
    ----------
    area : Area
    year : str
    estimates, uk : mapping of str to Estimate
        Of the place and of the United Kingdom.
    tails : mapping of str to Tail
    changes : mapping of str to Change
    similar : Similar or None
    composition : Composition or None
        Of life satisfaction.
    effects : mapping of str to tuple of EffectRecord
        Those of the evidence library that have a size.
    """

    area: Area
    year: str
    estimates: Mapping[str, Estimate]
    uk: Mapping[str, Estimate]
    tails: Mapping[str, Tail]
    changes: Mapping[str, Change]
    similar: Similar | None
    composition: Composition | None
    effects: Mapping[str, tuple[EffectRecord, ...]]


def place_profile(code: str, year: str) -> PlaceProfile:
    """Return what is held of a place.

    Parameters
    ----------
    code : str
        As `local.search.find` gives it.
    year : str
        Of the wellbeing, as ``2022-23``.

    Raises
    ------
    KeyError
        If there is no such code.
    """
    place, uk = area(code), area(UK)
    own, of_uk = (
        {str(what): of.wellbeing[what, year] for what in MEASURES if (what, year) in of.wellbeing} for of in (place, uk)
    )
    changes = {what: change(place, what) for what in MEASURES}
    sized = [record for record in shipped().values() if record.value]
    return PlaceProfile(
        place,
        year,
        own,
        of_uk,
        {what: tails(one.peers, what, year)[one.code] for what, one in own.items() if one.peers},
        {what: one for what, one in changes.items() if one},
        similar(place, year),
        composition(place, MEASURES[0], year),
        {what: tuple(one for one in sized if LIBRARY.get(one.measure) == what) for what in MEASURES},
    )
