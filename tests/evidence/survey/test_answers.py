"""Texts as people and spreadsheets write them, and what may be shown of people."""

from __future__ import annotations

import math

import numpy as np
import pytest

from wellbeva.evidence.survey.answers import ANSWERED, IMPOSSIBLE, MISSING, REFUSED, person_id, read_answer
from wellbeva.evidence.survey.columns import names_people
from wellbeva.evidence.survey.instruments import BY_KEY, INSTRUMENTS
from wellbeva.evidence.survey.people import suppressed


@pytest.mark.parametrize(
    ("key", "text", "number"),
    [
        ("life_satisfaction", "7", 7),
        ("life_satisfaction", " 7 ", 7),
        ("life_satisfaction", "7.0", 7),
        ("life_satisfaction", "10 - completely", 10),
        ("life_satisfaction", "10 – Completely satisfied", 10),
        ("life_satisfaction", "0 (not at all)", 0),
        ("anxiety", "Not at all", 0),
        ("ucla3", "Often", 3),
        ("ucla3", "hardly ever", 1),
        ("ucla3", "2. Some of the time", 2),
        ("swemwbs", "All of the time", 5),
        ("swemwbs", "Often", 4),
        ("swemwbs", "1 = None of the time", 1),
    ],
)
def test_r175_an_answer_is_read_as_people_write_it(key: str, text: str, number: float) -> None:
    assert read_answer(text, BY_KEY[key]).number == number
    assert read_answer(text, BY_KEY[key]).kind == ANSWERED


@pytest.mark.parametrize(
    ("key", "text", "kind", "why"),
    [
        ("life_satisfaction", "", MISSING, ""),
        ("life_satisfaction", " n/a", MISSING, ""),
        ("life_satisfaction", "Don’t know", REFUSED, ""),
        ("life_satisfaction", "Prefer not to say", REFUSED, ""),
        ("life_satisfaction", "11", IMPOSSIBLE, "0 to 10"),
        ("life_satisfaction", "-1", IMPOSSIBLE, "0 to 10"),
        ("life_satisfaction", "7.5", IMPOSSIBLE, "0 to 10"),
        ("life_satisfaction", "7 or 8", IMPOSSIBLE, "0 to 10"),
        ("life_satisfaction", "10-Feb", IMPOSSIBLE, "a date"),
        ("life_satisfaction", "2024-10-07 00:00:00", IMPOSSIBLE, "a date"),
        ("life_satisfaction", "#REF!", IMPOSSIBLE, "an error"),
        ("life_satisfaction", "10 - not at all", IMPOSSIBLE, "has the number 0"),
        ("ucla3", "4", IMPOSSIBLE, "1 to 3"),
        ("swemwbs", "time", IMPOSSIBLE, "1 to 5"),
        ("swemwbs", "sometimes", IMPOSSIBLE, "1 to 5"),
    ],
)
def test_r175_what_is_no_answer_says_why(key: str, text: str, kind: int, why: str) -> None:
    found = read_answer(text, BY_KEY[key])
    assert found.kind == kind
    assert why in found.why
    assert math.isnan(found.number)


def test_r175_scores_are_the_published_ones() -> None:
    """SWEMWBS: the ends of its table, and the median of England, 23.2 (Ng Fat et al. 2017), which is a sum of 26."""
    items = np.array([[1.0] * 7, [5.0] * 7, [4.0] * 5 + [3.0] * 2, [3.0] * 6 + [math.nan]])
    assert BY_KEY["swemwbs"].score(items)[:3].tolist() == [7.0, 35.0, 23.21]
    assert math.isnan(BY_KEY["swemwbs"].score(items)[3])
    assert len(BY_KEY["swemwbs"].scores) == 29
    assert (np.diff(BY_KEY["swemwbs"].scores) > 0).all()
    assert BY_KEY["ucla3"].score(np.array([[1.0, 2.0, 3.0]])).tolist() == [6.0]
    assert {one.key: (one.low, one.high) for one in INSTRUMENTS}["ucla3"] == (3.0, 9.0)
    assert [one.key for one in INSTRUMENTS if not one.higher_is_better] == ["anxiety", "ucla3"]


def test_r175_ids_are_those_that_spreadsheets_leave() -> None:
    assert [person_id(text) for text in ("A7 ", "a7", "007", "7.0", "0", "00")] == ["a7", "a7", "7", "7", "0", "0"]
    assert names_people(["Ann Lee", "Bo Chan", "P3"])
    assert names_people(["ann@example.org"])
    assert not names_people(["P1", "client 7", "Leeds-3"])


def test_r180_no_hidden_count_can_be_told_from_the_others() -> None:
    rng = np.random.default_rng(180)
    for _ in range(300):
        counts = rng.integers(0, 12, size=rng.integers(2, 12)).tolist()
        shown = suppressed(counts)
        hidden = [count for count, cell in zip(counts, shown, strict=True) if cell is None]
        assert all(cell is None or cell == 0 or cell >= 5 for cell in shown)
        others = sum(1 for count in counts if count)
        assert len(hidden) != 1 or others == 1
        assert not hidden or sum(hidden) >= 5 or len(hidden) == others
