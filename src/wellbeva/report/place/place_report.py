"""The page of a place: two sheets of A4 with what is held of it, its map, and what evidence says."""

from __future__ import annotations

from collections.abc import Mapping

from wellbeva.evidence.place_profile import PlaceProfile
from wellbeva.local.areas import title as name_of
from wellbeva.local.tables import ATTRIBUTION, records, rows
from wellbeva.local.tails import Tail, tails
from wellbeva.local.wellbeing import peers_of
from wellbeva.plot.svg import figures_fit
from wellbeva.plot.theme import HEX_SHADES
from wellbeva.report.page.templates import fill
from wellbeva.report.page.view import Drawing
from wellbeva.report.place.answer import FIRST, SURE, answer, lead
from wellbeva.report.place.tables import moved, not_held, tables

PROBABLE = 0.8
"""Chance to be below the average that is worth a colour."""
HEXES, OUTLINES = "hexes", "outlines"
"""Tables of the maps."""
Placed = Mapping[str, tuple[Mapping[str, str], int]]
"""Row of the map's table, and shade, of each place in the map, by code."""


def place_report(profile: PlaceProfile, *, boundaries: bool = False) -> str:
    """Write the page of a place, one self-contained HTML document.

    Parameters
    ----------
    profile : PlaceProfile
    boundaries : bool
        Draw the map by boundaries in place of hexagons, where they are held.
    """
    drawn = _placed(profile, OUTLINES) if boundaries else {}
    table, placed = (OUTLINES, drawn) if drawn else (HEXES, _placed(profile, HEXES))
    lacking = "Boundaries are held of England and Wales alone." if boundaries and not drawn else ""
    return fill(
        "place.html.j2",
        profile=profile,
        answer=answer(profile),
        lead=lead(profile),
        tables={table.key: table for table in (*tables(profile), moved(profile))},
        similar=[name_of(code) for code, _ in profile.similar.places] if profile.similar else [],
        map=_map(profile, placed, table, lacking),
        shades=[
            (*shade, [name_of(code) for code, (_, its) in placed.items() if its == at])
            for at, shade in enumerate(HEX_SHADES)
        ],
        not_held=not_held(profile),
        attribution=f"{ATTRIBUTION} {records()[table].attribution}",
    )


def _placed(profile: PlaceProfile, table: str) -> Placed:
    """Place the peers in the map; none where nothing tells them apart, or the table has none of them."""
    if FIRST not in profile.tails:
        return {}
    peers = profile.estimates[FIRST].peers
    chances = tails(peers, FIRST, profile.year)
    return {
        row["code"]: (row, _shade(chances.get(row["code"]))) for row in rows(table) if peers_of(row["code"]) == peers
    }


def _shade(tail: Tail | None) -> int:
    """Return the number of a place's shade in `HEX_SHADES`."""
    return (
        sum(tail.below <= limit for limit in (SURE, PROBABLE, 1 - PROBABLE, 1 - SURE)) if tail else len(HEX_SHADES) - 1
    )


def _map(profile: PlaceProfile, placed: Placed, table: str, dek: str) -> Drawing | None:
    if not placed or not figures_fit():
        return None
    from wellbeva.plot.boundary_map import boundary_map
    from wellbeva.plot.hex_map import hex_map

    outlined = list(placed).index(profile.estimates[FIRST].code)
    shades = [shade for _, shade in placed.values()]
    below, *_, above, unknown = (shades.count(at) for at in range(len(HEX_SHADES)))
    title = f"{len(placed) - below - above - unknown} of {len(placed) - unknown} places cannot be told from the average"
    kind = "hexagons, one a place" if table == HEXES else "boundaries"
    desc = (
        f"Map of {kind}, by how surely life satisfaction is below or above that of its peers: "
        f"{below} below, {above} above. {profile.area.name} is outlined: {HEX_SHADES[shades[outlined]][0]}."
    )
    if table == HEXES:
        hexagons = [(int(row["q"]), int(row["r"]), shade) for row, shade in placed.values()]
        svg = hex_map("mp", title, desc, places=hexagons, outlined=outlined)
    else:
        shapes = [(row["outline"], shade) for row, shade in placed.values()]
        svg = boundary_map("mp", title, desc, places=shapes, outlined=outlined)
    return Drawing("mp", "", title, dek, svg)
