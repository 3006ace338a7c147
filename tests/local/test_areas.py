"""What is said of single areas, against the publishers' files read by eye."""

from __future__ import annotations

import pytest

from wellbeva.local.areas import Population, area, codes, why_no_wellbeing
from wellbeva.local.search import NotFound, find
from wellbeva.local.wellbeing import MEASURES

LS = "life_satisfaction"


def test_liverpool() -> None:
    """Metropolitan district; every figure from the source's row of E08000012."""
    one = area("E08000012")
    assert (one.name, one.kind, one.tier) == ("Liverpool", "metropolitan district", "single")
    estimate = one.wellbeing[LS, "2022-23"]
    assert (estimate.mean, estimate.low, estimate.high) == (7.10, 6.81, 7.40)
    assert estimate.se == pytest.approx(0.59 / 3.92, rel=1e-12)
    assert one.population == Population(500474, 87542, 412932, 339133, 73799)
    assert one.imd_2019 is not None
    assert (one.imd_2019.score, one.imd_2019.worst_tenth, one.imd_2019.official) == (42.412, 0.4866, True)
    assert one.imd_2025 is not None
    assert (one.imd_2025.score, one.imd_2025.rank, one.imd_2025.areas) == (37.11, 9, 296)
    assert one.tenths == (145, 42, 29, 16, 18, 13, 13, 18, 3, 1)
    assert one.fifths == (187, 45, 31, 31, 4)
    assert one.income[2023] == 18976
    assert one.child_poverty[2024] == (29.61, 34.21)
    assert one.child_poverty[2021][1] is None
    assert one.missing == ()


def test_a_welsh_authority_has_no_english_index() -> None:
    cardiff = area("W06000015")
    estimate = cardiff.wellbeing[LS, "2022-23"]
    assert (estimate.mean, estimate.low, estimate.high, estimate.peers) == (7.15, 6.77, 7.53, "Welsh authorities")
    assert cardiff.population is not None
    assert (cardiff.population.all, cardiff.population.aged_16_plus) == (369202, 301207)
    assert cardiff.income[2023] == 20020
    assert cardiff.lacks("deprivation fifths") == "the English index covers England only"
    assert cardiff.lacks("population") == ""


def test_what_is_withheld_says_so() -> None:
    """E06000053 is marked x, S12000023 u in 2022-23."""
    scilly, orkney = area("E06000053"), area("S12000023")
    assert (LS, "2022-23") not in scilly.wellbeing
    assert "marked x" in scilly.lacks("wellbeing")
    assert "marked u" in orkney.lacks("wellbeing")
    assert orkney.lacks("population") == "the table of mid-2020 has England and Wales only"
    assert why_no_wellbeing(scilly, LS, "2011-12") != ""


def test_the_authorities_of_2023() -> None:
    """A new authority is the sum of the districts that the publisher says went into it; wellbeing is not added."""
    cumberland = area("E06000063")
    assert cumberland.formed_from == ("E07000026", "E07000028", "E07000029", "E10000006")
    assert cumberland.wellbeing == {}
    assert "Allerdale (E07000026)" in cumberland.lacks("wellbeing")
    assert cumberland.population is not None
    parts = ("E07000026", "E07000028", "E07000029")
    assert cumberland.population.parts == parts
    of_parts = [area(code).population for code in parts]
    assert cumberland.population.all == sum(one.all for one in of_parts if one) == 274396
    assert cumberland.tenths == tuple(map(sum, zip(*(area(code).tenths for code in parts), strict=True)))
    allerdale = area("E07000026")
    assert allerdale.replaced_by == ("E06000063",)
    assert "Cumberland (E06000063)" in allerdale.lacks("deprivation 2025")
    assert area("E10000006").replaced_by == ("E06000063", "E06000064")  # Cumbria was divided


def test_a_county_that_became_an_authority_keeps_its_wellbeing() -> None:
    """North Yorkshire and Somerset: the publisher replaces the county by one authority, so it is the same territory."""
    for new, old, districts in (("E06000065", "E10000023", 7), ("E06000066", "E10000027", 4)):
        assert area(new).wellbeing == area(old).wellbeing
        assert area(new).wellbeing[LS, "2022-23"].code == old
        people = area(new).population
        assert people is not None
        assert len(people.parts) == districts
        assert area(old).population == people


def test_a_renewed_code_is_the_same_area() -> None:
    old, new = area("E08000016"), area("E08000038")
    assert (old.wellbeing, old.population, old.tenths) == (new.wellbeing, new.population, new.tenths)
    assert old.replaced_by == ("E08000038",)


def test_populations_add_up() -> None:
    """59,719,724 people in England and Wales (mid-2020)."""
    england, wales = area("E92000001").population, area("W92000004").population
    assert england is not None
    assert wales is not None
    assert england.all + wales.all == 59_719_724
    for one in (england, wales):
        assert one.aged_0_15 + one.aged_16_plus == one.all == one.aged_0_15 + one.aged_16_64 + one.aged_65_plus


def test_every_area_can_be_shown_and_gives_a_reason_for_what_it_lacks() -> None:
    for code in codes():
        one = area(code)
        has = {
            "wellbeing": (LS, "2022-23") in one.wellbeing,
            "population": one.population is not None,
            "deprivation 2019": one.imd_2019 is not None,
            "deprivation 2025": one.imd_2025 is not None,
            "deprivation fifths": bool(one.tenths),
            "income": bool(one.income),
            "child poverty": bool(one.child_poverty),
        }
        for what, there in has.items():
            assert bool(one.lacks(what)) != there, (code, what)
        # Whoever was asked one of the four questions of a year was asked all.
        assert one.wellbeing.keys() == {(measure, year) for _, year in one.wellbeing for measure in MEASURES}, code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("E08000012", "E08000012"),
        ("e08000012", "E08000012"),
        ("  Liverpool ", "E08000012"),
        ("liverpool", "E08000012"),
        ("Cheshire West", "E06000050"),
        ("of Wight", "E06000046"),
        ("York", "E06000014"),
        ("United Kingdom", "K02000001"),
        ("Barnsley", "E08000016"),
        ("North Yorkshire", "E10000023"),
    ],
)
def test_areas_are_found(text: str, code: str) -> None:
    assert find(text) == code


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("Liverpol", "did you mean 'Liverpool' (E08000012)?"),
        ("E0800012", "did you mean E08000012 (Liverpool)?"),
        ("Cheshire", "write the code"),
        ("Newcastle", "write the code"),
    ],
)
def test_near_misses_are_offered_and_never_taken(text: str, remedy: str) -> None:
    found = find(text)
    assert isinstance(found, NotFound)
    assert found.remedy == remedy


@pytest.mark.parametrize(
    ("text", "first", "other"),
    [
        # A combined authority without figures must not stand in for the city that people mean.
        ("Hull", "Kingston upon Hull, City of (E06000010)", "Hull and East Yorkshire (E47000016), without figures"),
        ("South Yorkshire", "South Yorkshire (Met County) (E11000003)", "South Yorkshire (E47000002), without figures"),
    ],
)
def test_a_word_of_several_names_is_asked_about_those_with_figures_first(text: str, first: str, other: str) -> None:
    found = find(text)
    assert isinstance(found, NotFound)
    assert first in found.facts[0]
    assert any(other in fact for fact in found.facts)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\x00",
        "E08000012\x1b[31m",
        "a" * 10_000,
        "../../etc/passwd",
        "E0800001２",
        "'; --",
        "{}",
        "%s",
        "e" * 121,
    ],
)
def test_hostile_texts_find_nothing(text: str) -> None:
    found = find(text)
    assert isinstance(found, NotFound)
    assert "\x1b" not in found.message + found.remedy
    assert found.remedy
    assert len(found.message) < 200
