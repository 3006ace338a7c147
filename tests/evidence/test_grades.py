"""Grades by printed rules, and what each adjustment does to one number, by hand arithmetic (semantics R170, R172)."""

from __future__ import annotations

import math

import pytest

from wellbeva.evidence.grading.adjustment import WORDS, figures, line
from wellbeva.evidence.grading.grade import EXAMPLES, GRADES, StudyFeatures, declared, grade, rules
from wellbeva.scenario.text.identifiers import STUDY_KINDS

WELL_DONE = {"n": 400, "attrition": 0.2, "blinded": True, "consistent": True, "direct": True}


@pytest.mark.parametrize(
    ("design", "more", "word"),
    [
        ("trial", {}, "strong"),
        ("trial", WELL_DONE, "strong"),
        ("natural experiment", {}, "strong"),
        ("matched comparison", {}, "promising"),
        ("before and after", {}, "initial"),
        ("survey link", {}, "initial"),
        ("judgement", {"n": 4}, "assumed"),
        ("trial", {**WELL_DONE, "n": 399}, "promising"),
        ("trial", {**WELL_DONE, "attrition": 0.201}, "promising"),
        ("trial", {"blinded": False}, "promising"),
        ("trial", {"consistent": False, "direct": False}, "initial"),
        ("trial", {"n": 60, "attrition": 0.4, "blinded": False}, "initial"),
        ("matched comparison", {"direct": False}, "initial"),
        ("", {"n": 60}, ""),
    ],
)
def test_r170_a_grade_starts_at_its_design_and_falls_by_steps(
    design: str, more: dict[str, float | bool], word: str
) -> None:
    assert grade(StudyFeatures(design, **more)).word == word  # type: ignore[arg-type]


def test_r170_a_grade_says_why() -> None:
    assert grade(StudyFeatures("trial", n=60, attrition=0.4, blinded=False)).reasons == (
        "trial: starts at strong",
        "60 people in the study: one step down",
        "40% of people lost before the end: one step down",
        "not blinded: one step down",
        "no lower than initial",
        "not declared, so not counted against it: consistent, direct",
    )
    assert grade(StudyFeatures("trial", **WELL_DONE)).reasons == ("trial: starts at strong",)  # type: ignore[arg-type]


def test_r170_every_kind_of_study_and_every_feature_has_a_rule_with_its_source() -> None:
    assert [rule.condition.removeprefix("is ") for rule in rules() if rule.feature == "design"] == list(STUDY_KINDS)
    assert {rule.feature for rule in rules()} == {"design", *EXAMPLES}
    assert all(rule.source and rule.dated and rule.status in {"recalled", "ours"} for rule in rules())
    assert all(declared(feature, example) is not None for feature, (_, example) in EXAMPLES.items())


@pytest.mark.parametrize(
    ("feature", "text"),
    [("n", "0"), ("n", "-5"), ("n", "12.5"), ("n", "1e3"), ("n", "146 people"), ("attrition", "101%"),
     ("attrition", "0.2"), ("attrition", "-3%"), ("attrition", "nan%"), ("blinded", "yes"), ("direct", "")],
)  # fmt: skip
def test_r170_what_is_not_a_declaration_is_not_read(feature: str, text: str) -> None:
    assert declared(feature, text) is None


def test_r172_every_adjustment_has_a_figure_for_every_grade_and_a_weaker_grade_never_fares_better() -> None:
    for adjustment in WORDS:
        rows = figures(adjustment)
        assert tuple(rows) == GRADES
        numbers = [row.number for row in rows.values()]
        assert numbers == sorted(numbers, reverse=adjustment == "shrink")
        assert all(row.source and row.note and row.status in {"recalled", "seen"} for row in rows.values())


@pytest.mark.parametrize(
    ("adjustment", "grade", "roles", "mean", "expected"),
    [
        ("widen", "promising", {"gain"}, 0.5, (0.5 - 0.5 * 1.8, 1.8)),
        ("widen", "strong", {"gain"}, 0.5, (0.0, 1.0)),
        ("shrink", "promising", {"gain"}, 0.5, (0.0, 16 / 23)),
        ("shrink", "initial", {"change_of_measure"}, 0.5, (0.0, 47 / 76)),
        ("optimism", "initial", {"gain"}, 0.5, (0.0, 0.75)),
        ("optimism", "initial", {"gain"}, -0.5, (0.0, 1.25)),
        ("optimism", "promising", {"saving"}, 50.0, (0.0, 0.9)),
        ("optimism", "assumed", {"cost"}, 50.0, (0.0, 1.4)),
        ("optimism", "assumed", {"cost"}, -50.0, (0.0, 0.6)),
        ("shrink", "initial", {"cost"}, 50.0, (0.0, 1.0)),
        ("widen", "initial", {"level"}, 7.0, (0.0, 1.0)),
        ("optimism", "assumed", frozenset(), 120.0, (0.0, 1.0)),
    ],
)
def test_r172_what_each_adjustment_does_to_a_number(
    adjustment: str, grade: str, roles: set[str], mean: float, expected: tuple[float, float]
) -> None:
    found = line(adjustment, grade, roles, mean)
    assert all(math.isclose(one, other, abs_tol=1e-15) for one, other in zip(found, expected, strict=True))
