"""Places that are similar by published margins, and how a place stands against them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import hypot, log

import numpy as np

from wellbeva.local.areas import Area, area, same_territory
from wellbeva.local.shrinkage import Gap
from wellbeva.local.wellbeing import MEASURES, published

NEAREST = 10
LEAST = 4 * NEAREST
"""Fewer peers hold no ten that are more alike than the rest."""
MARGINS = {
    "deprivation": ("Score of deprivation 2025", "{:.1f}"),
    "aged 65 and over": ("Aged 65 and over, mid-2020", "{:.0f}%"),
    "income": ("Disposable income a head", "£{:,.0f}"),
    "child poverty": ("Children in poverty after housing costs", "{:.0f}%"),
}
"""What places are compared by, each counted in its standard deviation among the peers, and how it is written."""


@dataclass(frozen=True, slots=True)
class Similar:
    """The places nearest to one.

    Parameters
    ----------
    places : tuple of (str, float)
        Code and distance [SD], the nearest first.
    candidates : int
        Peers that have all margins, the place itself not counted.
    theirs, gaps : mapping of str to Gap
        By measure, where the place and all of them were published: the average of their published means, and the
        place's less that.
    """

    places: tuple[tuple[str, float], ...]
    candidates: int
    theirs: Mapping[str, Gap]
    gaps: Mapping[str, Gap]


@cache
def held(code: str) -> Mapping[str, float | None]:
    """Return what is held of the margins of a place, the last year of each: score, %, £ and %."""
    place = area(code)
    lives, income, poverty = place.population, place.income, place.child_poverty
    values = (
        place.imd_2025.score if place.imd_2025 else None,
        100.0 * lives.aged_65_plus / lives.all if lives else None,
        float(income[max(income)]) if income else None,
        poverty[max(poverty)][1] if poverty else None,
    )
    return dict(zip(MARGINS, values, strict=True))


def margins(code: str) -> tuple[float, ...] | None:
    """Return the margins of a place in the order of `MARGINS`, income as its logarithm; None where one is not known."""
    values = [log(value) if value and name == "income" else value for name, value in held(code).items()]
    known = tuple(value for value in values if value is not None)
    return known if len(known) == len(MARGINS) else None


def peers_with_margins(place: Area, measure: str, year: str) -> tuple[str, ...]:
    """Return the codes of a place's peers, itself among them, that have a mean and all margins.

    None where the place lacks one of these, or fewer than `LEAST` have them.

    Parameters
    ----------
    place : Area
    measure, year : str
        Of the mean.
    """
    own = place.wellbeing.get((measure, year))
    if own is None or not own.peers or margins(place.code) is None:
        return ()
    codes = tuple(code for code in published(own.peers, measure, year) if margins(code) is not None)
    return codes if len(codes) >= LEAST else ()


def similar(place: Area, year: str) -> Similar | None:
    """Return the ten peers at the least distance, and how the place stands against them; None by `peers_with_margins`.

    The distance is the root of the summed squares of differences in `MARGINS`, each in its standard deviation among
    the peers.

    Parameters
    ----------
    place : Area
    year : str
        Of the wellbeing, as ``2022-23``.
    """
    codes = peers_with_margins(place, MEASURES[0], year)
    if not codes:
        return None
    others = [code for code in codes if code != place.code and not same_territory(place.code, code)]
    table = np.array([margins(code) for code in others])
    distance = np.sqrt((((table - np.array(margins(place.code))) / table.std(axis=0)) ** 2).sum(axis=1))
    nearest = np.argsort(distance, kind="stable")[:NEAREST]
    chosen = [others[at] for at in nearest]
    theirs: dict[str, Gap] = {}
    gaps: dict[str, Gap] = {}
    for measure in MEASURES:
        own = place.wellbeing[measure, year]
        known = published(own.peers, measure, year)
        means, errors = zip(*(known[code] for code in chosen), strict=True)
        theirs[measure] = Gap(sum(means) / NEAREST, hypot(*errors) / NEAREST)
        gaps[measure] = Gap(own.mean - theirs[measure].mean, hypot(own.se, theirs[measure].se))
    return Similar(tuple(zip(chosen, distance[nearest].tolist(), strict=True)), len(others), theirs, gaps)
