"""Results of surveys, made by hand, for the pages that tell them."""

from __future__ import annotations

from dataclasses import replace

from wellbeva.evidence.record import EffectRecord
from wellbeva.evidence.robust import Estimate
from wellbeva.evidence.survey.instruments import BY_KEY
from wellbeva.evidence.survey.result import (
    Attrition,
    Caution,
    Comparison,
    Count,
    MeasureResult,
    OrderedCheck,
    Step,
    SurveyResult,
    Wave,
)


def estimate(value: float, half: float) -> Estimate:
    return Estimate(value, half / 2, 47.0, value - half, value + half)


def measure(
    value: float, half: float, *, key: str = "life_satisfaction", people: int = 48, compared: bool = False
) -> MeasureResult:
    one = BY_KEY[key]
    answers = range(int(one.low), int(one.high) + 1)
    counts = tuple(Count(f"{n}", None if n == 3 else n) for n in answers)
    wave = Wave(58, 2, 0, 0)
    attrition = Attrition(people + 10, people, 10, 0, 5.3, 4.9, estimate(-0.4, 1.0))
    raw, start = estimate(value, half), one.low + 0.5 * (one.high - one.low)
    steps = [Step("raw", raw, "Two answers of the same people")]
    cautions = []
    comparison = None
    if compared:
        steps.append(Step("did", raw, ""))
        comparison = Comparison(attrition, estimate(0.1, 0.3), ())
    else:
        steps.append(Step("regression_to_the_mean", estimate(value, half), "", 0.0))
        steps.append(Step("national_trend", None, "The year is not held."))
        told = "Nobody without the activity was asked. Part of this change, or all of it, may have come anyway."
        cautions.append(Caution("no_comparison", told, "Ask people who are waiting to join, at the same two times."))
    if people < 30:
        told = f"Only {people} people answered both times; 30 are the usual least."
        cautions.append(Caution("few_people", told, "Ask enough people that 30 or more answer at the end."))
    return MeasureResult(
        one, wave, wave, attrition, counts, counts, start, start + value, tuple(steps), comparison, None,
        (20, 18, people - 38) if people > 38 else (None, None, None), OrderedCheck(1.5, 1.1, 2.0, True),
        0.52, raw, steps[min(1, len(steps) - 1)].key, f"{value} LS ({value - half:.2f} to {value + half:.2f})",
        "matched comparison" if compared else "before and after", "promising" if compared else "initial",
        "A comparison group." if compared else "Before and after only.", tuple(cautions),
    )  # fmt: skip


def result(*measures: MeasureResult, people: int = 48) -> SurveyResult:
    record = EffectRecord("our_walks", "Our walks", measures[0].value, date="2026-11-30")
    return SurveyResult("our_walks", ("b.csv", "a.csv"), 60, 50, people, measures, (), record, ())


LONELY = measure(-0.6, 0.3, key="ucla3")
RESULTS = {
    "gain": result(measure(0.42, 0.37), measure(0.3, 0.5, key="happiness"), LONELY, measure(1.2, 0.9, key="swemwbs")),
    "compared": result(measure(0.42, 0.37, compared=True), LONELY),
    "no change": result(measure(0.05, 0.4)),
    "harm": result(measure(-0.5, 0.4)),
    "harm, compared": result(measure(-0.5, 0.4, compared=True)),
    "lonelier": result(replace(measure(0.6, 0.3, key="ucla3"))),
    "less lonely": result(LONELY),
    "ten people": result(measure(1.2, 1.1, people=10), people=10),
}
