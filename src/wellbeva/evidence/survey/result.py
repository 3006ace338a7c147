"""What a survey says, measure by measure: all that is printed, reported or handed to a scenario. Data alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from wellbeva.errors import Diagnostic
from wellbeva.evidence.record import EffectRecord
from wellbeva.evidence.survey.instruments import Instrument

Design = Literal["trial", "matched comparison", "before and after"]
StepKey = Literal["raw", "regression_to_the_mean", "national_trend", "did", "ancova", "balanced"]
CautionKey = Literal[
    "few_people",
    "many_dropped_out",
    "drop_outs_differ",
    "no_comparison",
    "chose_themselves",
    "low_at_the_start",
    "year_not_held",
    "few_clusters",
    "clusters_not_named",
    "floor",
    "ceiling",
    "ordered_disagrees",
    "estimates_disagree",
    "not_balanced",
    "too_small_to_see",
    "equal_answers",
]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean or a difference, with its error.

    Parameters
    ----------
    value, se, low, high : float [points of the measure]
        ``low`` and ``high`` end the 95% interval, from Student's t with `df` degrees of freedom.
    df : float
    """

    value: float
    se: float
    df: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Count:
    """How many people gave an answer or lie in a band of scores.

    Parameters
    ----------
    label : str
        ``7``, ``10 - completely``, or a band of scores: ``20 to 21``.
    low : float
        The lowest score of the band; for an answer, its number.
    people : int or None
        None where the number is suppressed.
    """

    label: str
    low: float
    people: int | None


@dataclass(frozen=True, slots=True)
class Wave:
    """The answers to one measure at one time, of all who were asked, matched or not.

    Parameters
    ----------
    file : str
        As the user wrote it.
    asked : int
        Rows of the file.
    answered, missing, refused, impossible : int
        People with a score; who left a question of the measure empty; who wrote "don't know" or "prefer not to say";
        with an answer that the question does not offer. They sum to `asked`.
    mean, sd : float or None [points of the measure]
        Of those who answered; None below the smallest group that is shown.
    distribution : tuple of Count
    floor_share, ceiling_share : float or None [share]
        At the lowest and the highest possible score; None where the count behind it is suppressed.
    """

    file: str
    asked: int
    answered: int
    missing: int
    refused: int
    impossible: int
    mean: float | None
    sd: float | None
    distribution: tuple[Count, ...]
    floor_share: float | None
    ceiling_share: float | None


@dataclass(frozen=True, slots=True)
class Attrition:
    """Who answered before and not after, against those who stayed, on one measure.

    Parameters
    ----------
    before, after, matched : int
        People with a score before; after; at both times.
    dropped, joined : int
        With a score before alone; after alone.
    stayed_mean, dropped_mean : float or None [points of the measure]
        Scores before of those who stayed and of those who did not; None where too few are in a group.
    difference : Estimate or None
        ``dropped_mean - stayed_mean``.
    """

    before: int
    after: int
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
    key : {"raw", "regression_to_the_mean", "national_trend", "did", "ancova", "balanced"}
    title : str
        In words: ``Change as measured``, ``Less what people who start low regain anyway`` …
    estimate : Estimate or None
        The change after this step; None where the step could not be made.
    taken_off : float or None [points of the measure]
        What a correction took off the estimate before it; None for an estimate of its own.
    note : str
        What the step assumes; or why it could not be made.
    source : str
        Of the formula and of the figures in it.
    """

    key: StepKey
    title: str
    estimate: Estimate | None
    taken_off: float | None
    note: str
    source: str


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
    before, after : Wave
    attrition : Attrition
    raw : Estimate
        Its own change.
    balance : tuple of BalanceRow
    effective_people : float or None
        Of the weighted comparison (Kish); None where no weights balance the groups.
    """

    before: Wave
    after: Wave
    attrition: Attrition
    raw: Estimate
    balance: tuple[BalanceRow, ...]
    effective_people: float | None


@dataclass(frozen=True, slots=True)
class Clusters:
    """People who answered in groups or at sites, whose answers resemble each other.

    Parameters
    ----------
    column : str
        The heading.
    count : int
        Groups or sites with matched people, those of the comparison included.
    se_without : float [points of the measure]
        The standard error of the final estimate if nobody resembled anybody.
    df : float
        Degrees of freedom that are left; never above ``count - 1``.
    """

    column: str
    count: int
    se_without: float
    df: float


@dataclass(frozen=True, slots=True)
class OrderedCheck:
    """The same question without taking a step from 2 to 3 to be as long as one from 7 to 8: an ordered logit.

    Parameters
    ----------
    odds_ratio, low, high : float or None
        Odds of a higher answer, with the 95% interval: after against before, or the group against the comparison for
        the same score before. None where it could not be made.
    up, same, down : int or None
        Matched people of the group whose score rose, stayed or fell; None where suppressed.
    agrees : bool or None
        Whether it points to the same side as the estimate that it checks.
    note : str
        What is compared; or why it could not be made.
    """

    odds_ratio: float | None
    low: float | None
    high: float | None
    up: int | None
    same: int | None
    down: int | None
    agrees: bool | None
    note: str


@dataclass(frozen=True, slots=True)
class Caution:
    """Something that a reader must know before they use the result.

    Parameters
    ----------
    key : str
        One of `CautionKey`.
    text : str
        One or two plain sentences, with the figures in them.
    next_time : str
        What to do next time; may be empty.
    """

    key: CautionKey
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
    clusters : Clusters or None
    ordered : OrderedCheck
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
    clusters: Clusters | None
    ordered: OrderedCheck
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
    suppressed_below : int
        Counts of people with an answer below this, zero apart, are not shown; nor means of fewer people than ten.
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
    suppressed_below: int
    record: EffectRecord
    warnings: tuple[Diagnostic, ...]
