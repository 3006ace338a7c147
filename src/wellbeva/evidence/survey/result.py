"""What a survey says, measure by measure: all that is printed, reported or handed to a scenario. Data alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from wellbeva.errors import Diagnostic
from wellbeva.evidence.record import EffectRecord
from wellbeva.evidence.robust import Estimate
from wellbeva.evidence.survey.instruments import Instrument

Design = Literal["trial", "matched comparison", "before and after"]
StepKey = Literal["raw", "regression_to_the_mean", "national_trend", "did", "ancova", "balanced"]
STEPS: Final[Mapping[StepKey, str]] = {
    "raw": "Change as measured",
    "regression_to_the_mean": "Less what people who start low regain anyway",
    "national_trend": "Less what changed in the whole country",
    "did": "Less the change of people who did not take part",
    "ancova": "Less that of those with equal first answers (ANCOVA)",
    "balanced": "Less that of those weighted to start alike",
}
"""Titles of the estimates, as all pages name them."""


@dataclass(frozen=True, slots=True)
class Count:
    """How many people gave an answer or lie in a band of scores.

    Parameters
    ----------
    label : str
        ``7``, ``10 - completely``, or a band of scores: ``20 to 21``.
    people : int or None
        None where the number is suppressed.
    """

    label: str
    people: int | None


@dataclass(frozen=True, slots=True)
class Wave:
    """How many people answered a measure at one time, of all who were asked, matched or not.

    Parameters
    ----------
    answered, missing, refused, impossible : int
        People with a score; who left a question of the measure empty; who wrote "don't know" or "prefer not to say";
        with an answer that the question does not offer.
    """

    answered: int
    missing: int
    refused: int
    impossible: int


@dataclass(frozen=True, slots=True)
class Attrition:
    """Who answered before and not after, against those who stayed, on one measure.

    Parameters
    ----------
    before, matched : int
        People with a score before; at both times.
    dropped, joined : int
        With a score before alone; after alone.
    stayed_mean, dropped_mean : float or None [points of the measure]
        Scores before of those who stayed and of those who did not; None where too few are in a group.
    difference : Estimate or None
        ``dropped_mean - stayed_mean``.
    """

    before: int
    matched: int
    dropped: int
    joined: int
    stayed_mean: float | None
    dropped_mean: float | None
    difference: Estimate | None

    @property
    def share(self) -> float:
        """The share of those who answered before that has no answer after."""
        return self.dropped / self.before if self.before else 0.0


@dataclass(frozen=True, slots=True)
class Step:
    """One estimate of what the activity changed; each of them is shown, and the last that is used is the result.

    Parameters
    ----------
    key : str
        Of `STEPS`.
    estimate : Estimate or None
        The change after this step; None where the step could not be made.
    note : str
        What the step assumes; or why it could not be made.
    taken_off : float or None [points of the measure]
        What a correction took off the estimate before it; None for an estimate of its own.
    """

    key: StepKey
    estimate: Estimate | None
    note: str
    taken_off: float | None = None


@dataclass(frozen=True, slots=True)
class BalanceRow:
    """One characteristic before the start, in the group and in the comparison.

    Parameters
    ----------
    characteristic : str
        ``Life satisfaction before``, ``age``, ``gender: woman``.
    group, comparison, weighted : float
        Means; of the comparison as it is, and as weighted.
    gap, weighted_gap : float [standard deviations of the group]
        Standardised differences; beyond 0.1 is commonly called unbalanced.
    """

    characteristic: str
    group: float
    comparison: float
    weighted: float
    gap: float
    weighted_gap: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """The comparison survey on one measure.

    Parameters
    ----------
    attrition : Attrition
    raw : Estimate
        Its own change.
    balance : tuple of BalanceRow
    """

    attrition: Attrition
    raw: Estimate
    balance: tuple[BalanceRow, ...]


@dataclass(frozen=True, slots=True)
class OrderedCheck:
    """The same question without taking a step from 2 to 3 to be as long as one from 7 to 8: an ordered logit.

    Parameters
    ----------
    odds_ratio, low, high : float
        Odds of a higher answer, with the 95% interval: after against before, or the group against the comparison for
        the same score before.
    agrees : bool
        Whether it points to the same side as the estimate that it checks.
    """

    odds_ratio: float
    low: float
    high: float
    agrees: bool


@dataclass(frozen=True, slots=True)
class Caution:
    """Something that a reader must know before they use the result.

    Parameters
    ----------
    key : str
        Of its kind: ``few_people``, ``not_balanced`` …
    text : str
        One or two plain sentences, with the figures in them.
    next_time : str
        What to do next time; may be empty.
    """

    key: str
    text: str
    next_time: str = ""


@dataclass(frozen=True, slots=True)
class MeasureResult:
    """All that the survey says on one measure.

    Parameters
    ----------
    instrument : Instrument
        Its questions, range and direction; ``instrument.higher_is_better`` says which way is good.
    before, after : Wave
    attrition : Attrition
    matched_before, matched_after : tuple of Count
        Distributions of the matched people alone.
    mean_before, mean_after : float [points of the measure]
        Of the matched people.
    steps : tuple of Step
        ``steps[0]`` is the raw change.
    comparison : Comparison or None
    sites : int or None
        From which matched people came, those of the comparison included; None where none are told apart.
    moved : tuple of int or None
        Matched people of the group whose score rose, stayed and fell; None where suppressed.
    ordered : OrderedCheck or None
        None where it could not be made.
    smallest_detectable : float [points of the measure]
        The smallest true effect that this survey would have told from zero in 8 of 10 repetitions (two-sided, 5%).
    final : Estimate
        In the measure's own direction.
    final_key : str
        The key of the step it is from.
    value : str
        As a scenario writes it: ``0.42 LS (0.05 to 0.79)``, ``1.3 point (0.2 to 2.4)``.
    design : {"trial", "matched comparison", "before and after"}
    grade, grade_reason : str
        By R170: ``strong``, ``promising`` or ``initial``, and the sentence that says why.
    cautions : tuple of Caution
        The gravest first.
    """

    instrument: Instrument
    before: Wave
    after: Wave
    attrition: Attrition
    matched_before: tuple[Count, ...]
    matched_after: tuple[Count, ...]
    mean_before: float
    mean_after: float
    steps: tuple[Step, ...]
    comparison: Comparison | None
    sites: int | None
    moved: tuple[int | None, ...]
    ordered: OrderedCheck | None
    smallest_detectable: float
    final: Estimate
    final_key: StepKey
    value: str
    design: Design
    grade: str
    grade_reason: str
    cautions: tuple[Caution, ...]

    @property
    def improved(self) -> bool | None:
        """Whether the interval lies on the good side of zero; None where zero is inside it."""
        if self.final.low <= 0 <= self.final.high:
            return None
        return (self.final.value > 0) == self.instrument.higher_is_better


@dataclass(frozen=True, slots=True)
class SurveyResult:
    """What `wellbeva.api.evidence.surveys.survey` returns.

    Parameters
    ----------
    name : str
        ``[survey:NAME]`` names it in a scenario, and ``NAME.survey.json`` holds it.
    files : tuple of str
        As the user wrote them: before, after, and those of the comparison.
    people_before, people_after, people_matched : int
        Different ids in the group's two files, and in both of them, whatever they answered.
    measures : tuple of MeasureResult
        Life satisfaction first, if it was asked.
    refused : tuple of str
        Titles of measures that were asked and give no number; the diagnostics say why.
    record : EffectRecord
        Of the first measure: what ``[survey:NAME]`` stands for.
    warnings : tuple of Diagnostic
        At row and column; each shows its own cell alone.
    """

    name: str
    files: tuple[str, ...]
    people_before: int
    people_after: int
    people_matched: int
    measures: tuple[MeasureResult, ...]
    refused: tuple[str, ...]
    record: EffectRecord
    warnings: tuple[Diagnostic, ...]
