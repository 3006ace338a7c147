"""The page of a place: two sheets of A4 with what is held of it, its map, and what evidence says."""

from __future__ import annotations

from collections.abc import Mapping

from wellbeva.evidence.place_profile import PlaceProfile
from wellbeva.local.areas import title as name_of
from wellbeva.local.tables import ATTRIBUTION, records, rows
from wellbeva.local.tails import Tail, tails
from wellbeva.local.wellbeing import peers_of
from wellbeva.plot.theme import HEX_SHADES
from wellbeva.report.page.templates import fill
from wellbeva.report.page.view import Drawing
from wellbeva.report.place.answer import FIRST, SURE, answer, lead
from wellbeva.report.place.tables import moved, not_held, tables

PROBABLE = 0.8
"""Chance to be below the average that is worth a colour."""
Placed = Mapping[str, tuple[int, int, int]]
"""Column, row and shade of each place in the map, by code."""


def place_report(profile: PlaceProfile) -> str:
    """Write the page of a place, one self-contained HTML document.

    Parameters
    ----------
    profile : PlaceProfile
    """
    placed = _placed(profile)
    return fill(
        "place.html.j2",
        profile=profile,
        answer=answer(profile),
        lead=lead(profile),
        tables={table.key: table for table in (*tables(profile), moved(profile))},
        similar=[name_of(code) for code, _ in profile.similar.places] if profile.similar else [],
        map=_map(profile, placed),
        shades=[
            (*shade, [name_of(code) for code, (*_, its) in placed.items() if its == at])
            for at, shade in enumerate(HEX_SHADES)
        ],
        not_held=not_held(profile),
        attribution=f"{ATTRIBUTION} {records()['hexes'].attribution}",
    )


def _placed(profile: PlaceProfile) -> Placed:
    """Place the peers in the map; none where nothing tells them apart."""
    if FIRST not in profile.tails:
        return {}
    peers = profile.estimates[FIRST].peers
    chances = tails(peers, FIRST, profile.year)
    listed = {row["code"]: (int(row["q"]), int(row["r"])) for row in rows("hexes") if peers_of(row["code"]) == peers}
    return {code: (*at, _shade(chances.get(code))) for code, at in listed.items()}


def _shade(tail: Tail | None) -> int:
    """Return the number of a place's shade in `HEX_SHADES`."""
    return (
        sum(tail.below <= limit for limit in (SURE, PROBABLE, 1 - PROBABLE, 1 - SURE)) if tail else len(HEX_SHADES) - 1
    )


def _map(profile: PlaceProfile, placed: Placed) -> Drawing | None:
    from wellbeva.plot.svg import figures_fit

    if not placed or not figures_fit():
        return None
    from wellbeva.plot.hex_map import hex_map

    outlined = list(placed).index(profile.estimates[FIRST].code)
    shades = [shade for *_, shade in placed.values()]
    below, *_, above, unknown = (shades.count(at) for at in range(len(HEX_SHADES)))
    title = f"{len(placed) - below - above - unknown} of {len(placed) - unknown} places cannot be told from the average"
    desc = (
        "Map of hexagons, one a place, by how surely life satisfaction is below or above that of its peers: "
        f"{below} below, {above} above. {profile.area.name} is outlined: {HEX_SHADES[shades[outlined]][0]}."
    )
    svg = hex_map("mp", title, desc, places=list(placed.values()), outlined=outlined)
    return Drawing("mp", "", title, "", svg)
