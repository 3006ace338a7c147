"""Numbers to words: every threshold of the visual language's table, section 3."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wellbeva.report.text import numbers

N = 16_384


@pytest.mark.parametrize(
    ("p", "sentence"),
    [
        (0.0, "fewer than 1 in 1,000"),
        (0.0004, "fewer than 1 in 1,000"),
        (0.001, "about 1 in 1,000"),
        (0.024, "about 24 in 1,000"),
        (0.0499, "about 50 in 1,000"),
        (0.05, "in about 1 of 10 plausible futures"),
        (0.26, "in about 3 of 10 plausible futures"),
        (0.449, "in about 4 of 10 plausible futures"),
        (0.45, "in about half of plausible futures"),
        (0.55, "in about half of plausible futures"),
        (0.551, "in about 6 of 10 plausible futures"),
        (0.7, "in about 7 of 10 plausible futures"),
        (0.95, "in about 9 of 10 plausible futures"),
        (0.951, "in more than 19 of 20"),
        (0.999, "in more than 19 of 20"),
        (0.9991, "in all but fewer than 1 in 1,000"),
        (1.0, "in all but fewer than 1 in 1,000"),
    ],
)
def test_chance_in_a_sentence(p: float, sentence: str) -> None:
    assert numbers.chance(p, N) == sentence


def test_none_of_few_draws_is_said_of_the_draws() -> None:
    assert numbers.chance(0.0, 512) == "fewer than 1 in 512"
    assert numbers.in_thousand(0.0, 512) == "< 2"


@pytest.mark.parametrize(
    ("p", "thousand", "ten", "hundred"),
    [
        (0.0, "< 1", "< 1", "< 1"),
        (0.024, "24", "< 1", "2"),
        (0.49, "490", "about 5", "49"),
        (0.69, "690", "about 7", "69"),
        (0.96, "960", "> 9", "> 95"),
        (0.995, "995", "> 9", "> 99"),
        (1.0, "> 999", "> 9", "> 99"),
        (math.nan, "–", "–", "–"),
    ],
)
def test_chance_in_a_column(p: float, thousand: str, ten: str, hundred: str) -> None:
    assert numbers.in_thousand(p, N) == thousand
    assert numbers.in_ten(p) == ten
    assert numbers.in_hundred(p) == hundred


@given(st.floats(0, 1), st.integers(512, 10**7))
def test_chances_never_claim_what_draws_cannot_show(p: float, draws: int) -> None:
    said = " | ".join(
        [
            numbers.chance(p, draws),
            numbers.in_futures(p, draws),
            numbers.in_thousand(p, draws),
            numbers.in_ten(p),
            numbers.in_hundred(p),
        ]
    )
    assert not re.search(r"%|certain|proven|significant|about (0|10) of 10|about 0 in|\b1,?000 in 1,000", said)
    assert numbers.in_thousand(p, draws) not in {"0", "1000"}
    assert numbers.in_hundred(p) not in {"0", "100"}


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (0, "0"),
        (6.38, "6.4"),
        (0.725, "0.73"),
        (0.4, "0.40"),
        (5.0, "5.0"),
        (0.0289, "0.029"),
        (12.4, "12"),
        (225_069, "230,000"),
        (9.96, "10"),
        (0.0996, "0.10"),
        (-0.04, "−0.040"),
        (2.2e-13, "< 0.0001"),
        (-2.2e-13, "> −0.0001"),
        (math.nan, "missing"),
    ],
)
def test_two_significant_figures(x: float, text: str) -> None:
    assert numbers.number(x) == text


@pytest.mark.parametrize(
    ("x", "price", "total"),
    [
        (1314, "£1,300", "£1.3k"),
        (9949, "£9,900", "£9.9k"),
        (9960, "£10k", "£10k"),
        (16_400, "£16k", "£16k"),
        (88_300, "£88k", "£88k"),
        (140_300, "£140k", "£140k"),
        (999_600, "£1.0m", "£1.0m"),
        (1_400_000, "£1.4m", "£1.4m"),
        (2_350_000_000, "£2.4bn", "£2.4bn"),
        (14.2, "£14", "£14"),
        (-44_000, "−£44k", "−£44k"),
        (0, "0", "0"),
    ],
)
def test_money(x: float, price: str, total: str) -> None:
    assert numbers.price(x) == price
    assert numbers.total(x) == total


def test_other_currencies_and_counts() -> None:
    assert numbers.total(5200, "USD") == "$5.2k"
    assert numbers.total(5200, "SEK") == "SEK 5.2k"
    assert numbers.count(225_069) == "225,069"
    assert numbers.span("£44k", "£280k") == "£44k to £280k"


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12).filter(lambda shares: sum(shares) > 0.01))
def test_tiles_always_add_to_ten(shares: list[float]) -> None:
    found = numbers.tiles(shares)
    assert sum(found) == 10
    exact = [10 * share / sum(shares) for share in shares]
    # The largest remainder never strays a whole tile from the exact share.
    assert all(abs(one - other) < 1 + 1e-6 for one, other in zip(found, exact, strict=True))


def test_tiles_of_a_tie_are_shared() -> None:
    assert numbers.tiles([0.5, 0.5]) == (5, 5)
    assert numbers.tiles([1 / 3, 1 / 3, 1 / 3]) == (4, 3, 3)


@pytest.mark.parametrize(
    ("label", "inside"),
    [
        ("Weekly befriending visits", "weekly befriending visits"),
        ("Telephone", "telephone"),
        ("The Silver Line", "the Silver Line"),
        ("Group walks (Walking With the Wounded)", "group walks (Walking With the Wounded)"),
        ("Home visits by NHS staff", "home visits by NHS staff"),
        ("Active Row (London Youth Rowing)", "Active Row (London Youth Rowing)"),
        ("Home Start", "Home Start"),
        ("Home-Start", "Home-Start"),
        ("A", "A"),
        ("A-levels", "A-levels"),
        ("A and B", "A and B"),
        ("Half the visits", "half the visits"),
        ("One-to-one mentoring", "one-to-one mentoring"),
        ("Reading walks", "Reading walks"),
        ("GREEN gym", "GREEN gym"),
        ("parkrun", "parkrun"),
        ("Power2 Rediscover", "Power2 Rediscover"),
        ("Option A", "Option A"),
        ("(Music)", "(Music)"),
        ("", ""),
    ],
)
def test_labels_inside_a_sentence(label: str, inside: str) -> None:
    assert numbers.in_sentence(label) == inside


@given(st.text(max_size=40))
def test_labels_change_in_their_first_letter_alone(label: str) -> None:
    assert numbers.in_sentence(label)[1:] == label[1:]
    assert numbers.in_sentence(label).lower() == label.lower()
