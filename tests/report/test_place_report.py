"""The page and the words of a place: by rule from its facts, never a rank, two sheets of A4 (R209, R210)."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.report.test_group_report import pages, words
from wellbeva.evidence.place_profile import PlaceProfile, place_profile
from wellbeva.local.tables import ATTRIBUTION, records
from wellbeva.local.tails import Tail
from wellbeva.local.wellbeing import LAST_YEAR
from wellbeva.plot.hex_map import hex_map
from wellbeva.plot.theme import HEX_SHADES
from wellbeva.report.place.answer import FIRST, answer
from wellbeva.report.place.place_report import place_report

LIVERPOOL, CARDIFF, BELFAST, CUMBERLAND, NORTH_WEST = "E08000012", "W06000015", "N09000003", "E06000063", "E12000002"
BOURNEMOUTH, CRAVEN, NORTH_YORKSHIRE, GLASGOW = "E06000058", "E07000163", "E06000065", "S12000049"
SHOWN = (LIVERPOOL, CARDIFF, BELFAST, CUMBERLAND, NORTH_WEST, BOURNEMOUTH, CRAVEN, NORTH_YORKSHIRE, GLASGOW)


@pytest.fixture(scope="module")
def liverpool() -> PlaceProfile:
    return place_profile(LIVERPOOL, LAST_YEAR)


@pytest.mark.parametrize(
    ("lowest", "highest", "below", "said"),
    [
        (0.52, 0.0, 0.9, "may be in the lowest tenth of English districts, with a chance of about 5 in 10"),
        (0.97, 0.0, 1.0, "is probably in the lowest tenth of English districts, with a chance of over 19 in 20"),
        (0.01, 0.66, 0.1, "is probably in the highest tenth of English districts, with a chance of about 7 in 10"),
        (0.19, 0.19, 0.5, "is not clearly different from that of most English districts"),
        # As of 19 of 3,653 districts and years: an interval that leaves out the average, and a chance below 0.2.
        (0.19, 0.0, 0.98, "is below the average of English districts, but probably not in the lowest tenth"),
        (0.0, 0.19, 0.02, "is above the average of English districts, but probably not in the highest tenth"),
    ],
)
def test_r209_the_answer_follows_from_the_chances(
    lowest: float, highest: float, below: float, said: str, liverpool: PlaceProfile
) -> None:
    tails = {FIRST: Tail(lowest, highest, below, 299)}
    assert answer(replace(liverpool, tails=tails)) == f"Life satisfaction in Liverpool {said}"


@pytest.mark.parametrize("code", SHOWN)
def test_r209_a_page_says_only_what_is_held(code: str) -> None:
    profile = place_profile(code, LAST_YEAR)
    page = words(place_report(profile))
    assert profile.area.name in page
    assert f"{ATTRIBUTION} {records()['hexes'].attribution}" in page
    assert ("is not known" in answer(profile)) == (not profile.estimates)
    assert ("In a tenth?" in page) == bool(profile.tails)
    assert ("goes with these four" in page) == (profile.composition is not None)
    assert ("Similar places: the place lacks" in page) == (profile.similar is None)
    assert not re.search(r"\bnan\b|None|certain|proven|significant|\branked\b", page)
    for gap in profile.area.missing:
        assert gap.why in page


def test_r210_the_map_and_its_table_hold_each_place_once(liverpool: PlaceProfile) -> None:
    page = place_report(liverpool)
    listed = re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)</dd>", page)
    assert [shade for shade, _ in listed] == [shade[0] for shade in HEX_SHADES]
    counts = {shade: len(names.split("; ")) for shade, names in listed}
    assert sum(counts.values()) == 309
    keys = re.findall(r"</svg>([a-z ]+): (\d+)</span>", page)
    assert {shade: int(number) for shade, number in keys} == counts
    svg = page[page.index('aria-labelledby="mp-title') :].split("</svg>")[0]
    for shade, fill, *_ in HEX_SHADES:
        assert len(re.findall(f'fill="{fill}"[^>]*stroke="#7d8791"', svg)) == counts[shade]
    assert "Liverpool is outlined: perhaps below." in svg


@pytest.mark.thorough
def test_r210_boundaries_have_the_shades_of_the_hexagons(liverpool: PlaceProfile) -> None:
    """Elsewhere the hexagons stay, and the page says why."""
    hexagons, boundaries = (place_report(liverpool, boundaries=one) for one in (False, True))
    assert records()["outlines"].attribution in boundaries
    for shade, fill, *_ in HEX_SHADES:
        asked, held = (len(re.findall(f'fill="{fill}"[^>]*stroke="#7d8791"', page)) for page in (hexagons, boundaries))
        assert asked == held, shade
    glasgow = place_report(place_profile(GLASGOW, LAST_YEAR), boundaries=True)
    assert "Boundaries are held of England and Wales alone." in glasgow
    assert records()["hexes"].attribution in glasgow


def test_r210_a_hexagon_touches_its_neighbours() -> None:
    """Columns are one width apart, rows 3/4 of the height, odd rows half a width further east."""
    svg = hex_map("m", "t", "d", places=[(0, 0, 0), (1, 0, 2), (0, 1, 4)], outlined=0)
    at = [tuple(map(float, pair)) for pair in re.findall(r'translate\(([\d.]+),([\d.]+)\)" d="M0,-', svg)][:3]
    outline = re.search(r'd="M0,(-[\d.]+)L([\d.]+)', svg)
    assert outline is not None
    radius, half = -float(outline[1]), float(outline[2])
    assert at[1][0] - at[0][0] == pytest.approx(2 * half, abs=0.01)
    assert at[2][0] - at[0][0] == pytest.approx(half, abs=0.01)
    assert at[0][1] - at[2][1] == pytest.approx(1.5 * radius, abs=0.01)


@pytest.mark.thorough
@pytest.mark.parametrize("code", [BOURNEMOUTH, CUMBERLAND])
def test_r209_the_page_is_two_sheets(code: str, tmp_path: Path) -> None:
    """Of the places, that with most on its page and that with least."""
    assert pages(place_report(place_profile(code, LAST_YEAR)), tmp_path) == 2
