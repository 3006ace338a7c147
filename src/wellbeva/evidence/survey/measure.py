"""One measure of a survey from answers to its result: who is counted, which estimate stands, and what to beware of."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from scipy import special

from wellbeva.core.arrays import Floats
from wellbeva.errors import Collector
from wellbeva.evidence.grading.grade import StudyFeatures, grade
from wellbeva.evidence.robust import Estimate, Indices, mean
from wellbeva.evidence.survey import people
from wellbeva.evidence.survey.answers import Answers
from wellbeva.evidence.survey.balance import balance_table, shared_traits
from wellbeva.evidence.survey.cautions import cautions
from wellbeva.evidence.survey.change import (
    Known,
    Matched,
    compared,
    joint,
    national_trend,
    ordered_check,
    regression_to_the_mean,
)
from wellbeva.evidence.survey.instruments import Instrument
from wellbeva.evidence.survey.people import SMALLEST_GROUP, suppressed
from wellbeva.evidence.survey.result import (
    Attrition,
    BalanceRow,
    Comparison,
    Design,
    MeasureResult,
    Step,
)

POWER = 0.8


@dataclass(frozen=True)
class Waves:
    """The answers of one group of people before and after."""

    before: Answers
    after: Answers

    @cached_property
    def pairs(self) -> tuple[Indices, Indices]:
        """Places of the people who are in both files, in the order of the first."""
        found = pd.Index(self.after.people).get_indexer(pd.Index(self.before.people))
        ours = np.flatnonzero(found >= 0)
        return ours, found[ours]

    def without(self, instrument: Instrument) -> list[Answers]:
        """Return which of the two do not ask a measure."""
        return [one for one in (self.before, self.after) if instrument.key not in one.scores]


def analyse(
    instrument: Instrument, group: Waves, other: Waves | None, known: Known, collector: Collector
) -> MeasureResult | None:
    """Return what a survey says on a measure; None, with a diagnostic, where no number can stand.

    Parameters
    ----------
    instrument : Instrument
    group : Waves
    other : Waves or None
        The comparison.
    known : Known
    collector : Collector
    """
    count = len(group.before.people)
    traits, unused = shared_traits(group.before, other.before) if other else (pd.DataFrame(index=range(count)), [])
    numbers: dict[str, int] = {}
    held = traits.to_numpy(dtype=np.float64)
    ours, lost = _matched(instrument, group, held[:count], numbers)
    theirs, lost_there = _matched(instrument, other, held[count:], numbers) if other else (None, None)
    for waves, matched in ((group, ours), (other, theirs)):
        if matched is not None and waves is not None and _refused(instrument, waves, matched, collector):
            return None
    ours, theirs = _same_sites(ours, theirs)
    steps, final, weights = _steps(instrument, ours, theirs, known)
    assert final.estimate is not None
    comparison = None
    if other is not None and theirs is not None and lost_there is not None:
        comparison = Comparison(
            lost_there,
            mean(theirs.change, theirs.sites),
            _balance([f"{instrument.title} before", *traits], ours, theirs, weights),
        )
    sites = ours.sites if theirs is None else joint(ours, theirs)[1]
    moved = suppressed([int((np.sign(ours.change) == sign).sum()) for sign in (1, 0, -1)])
    design: Design = "before and after"
    if theirs is not None:
        design = "trial" if known.randomised else "matched comparison"
    word, reason = _grade(design, final, [lost, *([lost_there] if lost_there else [])])
    result = MeasureResult(
        instrument,
        people.wave(group.before, instrument),
        people.wave(group.after, instrument),
        lost,
        people.distribution(ours.before, instrument),
        people.distribution(ours.after, instrument),
        float(ours.before.mean()),
        float(ours.after.mean()),
        steps,
        comparison,
        None if sites is None else len(np.unique(sites)),
        moved,
        # Without a comparison it holds the two answers side by side, and corrects neither.
        ordered_check(ours, theirs, final.estimate if theirs else steps[0].estimate or final.estimate),
        smallest_detectable(final.estimate),
        final.estimate,
        final.key,
        value_text(final.estimate, instrument.unit),
        design,
        word,
        reason,
        (),
    )
    return replace(result, cautions=cautions(result, ours, theirs, known, unused))


def _matched(instrument: Instrument, waves: Waves, traits: Floats, sites: dict[str, int]) -> tuple[Matched, Attrition]:
    """Return the matched people and who is not; `sites` gives each site its number, the same for both groups."""
    ours, theirs = waves.pairs
    before, after = (one.scores[instrument.key] for one in (waves.before, waves.after))
    lost, both = people.attrition(before, after, ours, theirs)
    places = ours[both]
    column = waves.before.columns.site
    numbers = None
    if column is not None:
        texts = [str(text).strip().casefold() for text in waves.before.texts(column)[places]]
        # Who names no site stands alone.
        named = [text or f"{waves.before.table.shown}\0{place}" for place, text in enumerate(texts)]
        numbers = np.asarray([sites.setdefault(text, len(sites)) for text in named], dtype=np.intp)
    return Matched(before[places], after[theirs[both]], numbers, traits[places]), lost


def _same_sites(ours: Matched, theirs: Matched | None) -> tuple[Matched, Matched | None]:
    """Leave the sites of a group out that is all of one: nothing is known of how sites differ."""
    groups = [one for one in (ours, theirs) if one is not None]
    if all(one.sites is None or np.ptp(one.sites) > 0 for one in groups):
        return ours, theirs
    return replace(ours, sites=None), theirs and replace(theirs, sites=None)


def _refused(instrument: Instrument, waves: Waves, matched: Matched, collector: Collector) -> bool:
    """Note a measure of which no number can stand: too few people, or changes that are all equal."""
    count = len(matched.before)
    if count < SMALLEST_GROUP:
        collector.error(
            "WB-R411",
            f"too few people answered both times to say anything of {instrument.title}",
            waves.after.place(instrument),
            facts=(
                f"{count} people; at least {SMALLEST_GROUP} are asked for",
                f"{len(waves.before.people)} ids before, {len(waves.after.people)} after",
            ),
            remedy="check that people have the same id in both files; else say in words what people told you",
        )
        return True
    change = matched.change
    if float(np.ptp(change)) < 1e-12:
        equal = float(np.ptp(matched.before)) < 1e-12
        collector.error(
            "WB-R412",
            f"{instrument.title}: all {'answers are equal' if equal else 'people changed by the same'}, which people "
            "never do",
            (waves.before if equal else waves.after).place(instrument),
            facts=(f"{count:,} people answered both times", f"each changed by {change[0]:g}"),
            remedy="look whether one answer was copied down the column, or one file given twice",
        )
        return True
    return False


def _steps(
    instrument: Instrument, ours: Matched, theirs: Matched | None, known: Known
) -> tuple[tuple[Step, ...], Step, Floats | None]:
    """Return all estimates, the one that stands, and the weights of the comparison if any balance it."""
    raw_change = mean(ours.change, ours.sites)
    raw = Step("raw", raw_change, "Whatever else happened meanwhile is in it.")
    if theirs is None:
        back = regression_to_the_mean(ours, instrument, known)
        trend = national_trend(back.estimate or raw_change, instrument, known)
        steps = (raw, back, trend)
        return steps, next(one for one in reversed(steps) if one.estimate), None
    more, weights = compared(ours, theirs)
    # Without weights the same assumption stands, and not the difference of changes, which flatters those who start low.
    wanted = ("ancova",) if known.randomised else ("balanced", "ancova")
    final = next(one for key in wanted for one in more if one.key == key and one.estimate)
    return (raw, *more), final, weights


def _balance(titles: list[str], ours: Matched, theirs: Matched, weights: Floats | None) -> tuple[BalanceRow, ...]:
    group, comparison = (np.column_stack([one.before, one.traits]) for one in (ours, theirs))
    equal = np.full(len(comparison), 1 / len(comparison))
    return balance_table(titles, group, comparison, equal if weights is None else weights)


def _grade(design: Design, final: Step, parts: Sequence[Attrition]) -> tuple[str, str]:
    """Grade by R170, from the kind of study, its people and those it lost; an unlike comparison counts as none."""
    unlike = design == "matched comparison" and final.key != "balanced"
    people, began = sum(part.matched for part in parts), sum(part.before for part in parts)
    lost = sum(part.dropped for part in parts) / began
    found = grade(StudyFeatures("before and after" if unlike else design, n=people, attrition=round(lost, 3)))
    why = {
        "trial": "Chance alone decided who was in the group.",
        "before and after": "Nobody without the activity was asked, so the change may have come anyway.",
        "matched comparison": "People without the activity were asked too, and weighted to start as the group did.",
    }[design]
    if unlike:
        why = "People without the activity were asked, but they start too far from the group to be compared."
    steps = [reason for reason in found.reasons if reason.endswith("step down")]
    if steps and not found.reasons[0].endswith("initial"):
        why += f" As evidence this {found.reasons[0].partition(': ')[2]}; {'; '.join(steps)}."
    return found.word, why


def smallest_detectable(estimated: Estimate) -> float:
    """Return the smallest true effect that surveys like this tell from zero in 8 of 10 (two-sided, 5%).

    References
    ----------
    Bloom (1995), Evaluation Review 19(5): 547-556, doi 10.1177/0193841X9501900504: (t_0.975 + t_0.80) se.
    """
    if estimated.df <= 0:
        return math.inf
    return float(special.stdtrit(estimated.df, 0.975) + special.stdtrit(estimated.df, POWER)) * estimated.se


def value_text(estimated: Estimate, unit: str) -> str:
    """Write an estimate as a scenario does, with two figures of its standard error at least.

    Parameters
    ----------
    estimated : Estimate
    unit : str

    Examples
    --------
    >>> value_text(Estimate(0.4187, 0.19, 50.0, 0.0421, 0.7953), "LS")
    '0.42 LS (0.04 to 0.80)'
    """
    digits = max(2, 1 - math.floor(math.log10(estimated.se))) if estimated.se > 0 else 2
    value, low, high = (f"{one:.{digits}f}" for one in (estimated.value, estimated.low, estimated.high))
    return f"{value} {unit} ({low} to {high})"
