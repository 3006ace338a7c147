"""What a reader must know before they use the result of a survey; each with what to do next time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from wellbeva.evidence.survey.change import Known, Matched
from wellbeva.evidence.survey.result import Caution, Comparison, MeasureResult
from wellbeva.local.areas import UK, area
from wellbeva.local.wellbeing import LAST_YEAR

FEW_PEOPLE = 30
"""At two times, or in each of two groups, at least: Warwick Medical School, Collect, score, analyse WEMWBS,
https://warwick.ac.uk/fac/sci/med/research/platform/wemwbs/using/howto"""
MANY_LOST = 0.2
"""Beyond this a study's validity is in doubt: Schulz and Grimes (2002), doi 10.1016/S0140-6736(02)07750-4."""
AT_THE_END = 0.15
"""Share of people at one end of a scale beyond which it cannot show change: Terwee et al. (2007), doi
10.1016/j.jclinepi.2006.03.012."""
FEW_CLUSTERS = 10
UNBALANCED = 0.1
LOW = 0.5
"""Points below the country's mean at which people may have joined because they felt low."""
MOSTLY_EQUAL = 0.9
MOST_NAMED = 4
"""Columns that cannot be made alike and are named."""


def cautions(
    result: MeasureResult, ours: Matched, theirs: Matched | None, known: Known, unused: Sequence[str] = ()
) -> tuple[Caution, ...]:
    """Return what to beware of, the gravest first.

    Parameters
    ----------
    result : MeasureResult
        Without its cautions.
    ours, theirs : Matched
        The group, and the comparison if there is one.
    known : Known
    unused : sequence of str
        What both files tell and cannot be made alike, with why.
    """
    compared = result.comparison
    design = _of_comparison(result, compared, unused) if compared else _of_before_and_after(result, known)
    return (*design, *_of_sites(result), *_of_people(result, ours, theirs), *_of_answers(result, ours))


def _of_before_and_after(result: MeasureResult, known: Known) -> Iterator[Caution]:
    instrument = result.instrument
    yield Caution(
        "no_comparison",
        "Nobody without the activity was asked. Part of this change, or all of it, may have come anyway.",
        "Ask people who are waiting to join, or a similar group nearby, at the same two times.",
    )
    country = area(UK).wellbeing["life_satisfaction", LAST_YEAR] if instrument.unit == "LS" else None
    if country is not None and not known.entered_low and result.mean_before < country.mean - LOW:
        together, _ = instrument.reliability or (1.0, 0.0)
        back = (1 - together) * (country.mean - result.mean_before)
        yield Caution(
            "low_at_the_start",
            f"People started at {result.mean_before:.1f}, and the UK's mean is {country.mean:.1f}. If they came "
            f"because they felt low, some {back:.1f} points would come back by themselves.",
            "Say with --entered-low if people joined because they felt low; then it is taken off.",
        )
    weeks = instrument.reliability_weeks
    if known.entered_low and known.reliability is None and weeks and (known.months is None or 4 * known.months > weeks):
        apart = "The times of asking are not given" if known.months is None else f"Here they are {known.months} months"
        yield Caution(
            "reliability_of_weeks",
            f"How far two answers of one person go together was measured {weeks} weeks apart. {apart}: over longer "
            "times they go together less, and more than was taken off may have come back by itself.",
            "Give --reliability from answers that are as far apart as yours.",
        )
    missed = next((one for one in result.steps if one.key == "national_trend" and one.estimate is None), None)
    if missed is not None and known.year_before and known.year_after:
        yield Caution("year_not_held", f"The country's own change is still in the result. {missed.note}")


def _of_comparison(result: MeasureResult, compared: Comparison, unused: Sequence[str]) -> Iterator[Caution]:
    final, trial = result.final, result.design == "trial"
    gaps = [row.gap if trial else row.weighted_gap for row in compared.balance]
    if not trial:
        yield Caution(
            "chose_themselves",
            "Chance did not decide who took part. Whatever else tells the two groups apart, such as wanting to change, "
            "is in the result.",
            "If more people want to join than can, draw lots, and ask those who wait.",
        )
    if not trial and result.final_key != "balanced":
        yield Caution(
            "not_balanced",
            "The comparison starts too far from the group to be weighted alike. The result goes by a straight line "
            "from people who started elsewhere, and holds only if that line goes on.",
            "Ask a comparison of people more like your own.",
        )
    elif any(abs(gap) > UNBALANCED for gap in gaps):
        yield Caution("not_balanced", "The group and the comparison differ at the start; see the table of balance.")
    if unused:
        named = [*unused[:MOST_NAMED], *([f"and {more:,} more"] if (more := len(unused) - MOST_NAMED) > 0 else [])]
        yield Caution("not_balanced", f"Not made alike between the group and the comparison: {', '.join(named)}.")
    changes = next((step.estimate for step in result.steps if step.key == "did"), None)
    if changes is not None and abs(changes.value - final.value) > (final.high - final.low) / 2:
        yield Caution(
            "estimates_disagree",
            f"Ways to compare disagree: the difference of changes is {changes.value:.2f}, and the result is "
            f"{final.value:.2f}. The groups started apart, and which is right cannot be told from these answers.",
        )


def _of_sites(result: MeasureResult) -> Iterator[Caution]:
    if result.sites is None:
        yield Caution(
            "clusters_not_named",
            "It is taken that people answered singly. If they met in groups, the interval is too narrow.",
            "Say in a column 'site' where, or in which group, each person took part. One site alone says nothing of "
            "how sites differ.",
        )
    elif result.sites < FEW_CLUSTERS:
        yield Caution(
            "few_clusters",
            f"People came from {result.sites} sites. So few say little of how sites differ, and the interval "
            "is wide for that.",
            "Ask at more sites rather than more people at each.",
        )


def _of_people(result: MeasureResult, ours: Matched, theirs: Matched | None) -> Iterator[Caution]:
    groups = [("", result.attrition, ours)]
    if theirs is not None and result.comparison is not None:
        groups.append((" of the comparison", result.comparison.attrition, theirs))
    for whose, lost, matched in groups:
        if len(matched.before) < FEW_PEOPLE:
            yield Caution(
                "few_people",
                f"Only {len(matched.before)} people{whose} answered both times; {FEW_PEOPLE} are the usual least. So "
                "few can by chance be unlike all others.",
                f"Ask enough people that {FEW_PEOPLE} or more answer at the end; `wellbeva survey plan` says how many.",
            )
        if lost.share > MANY_LOST:
            yield Caution(
                "many_dropped_out",
                f"{lost.share:.0%} of those{whose} who answered before have no answer after. Those who stayed may have "
                "gained more than those who left.",
                "Ask everybody who started, also those who stopped coming.",
            )
        if lost.difference is not None and not lost.difference.low <= 0 <= lost.difference.high:
            side = "higher" if lost.difference.value > 0 else "lower"
            yield Caution(
                "drop_outs_differ",
                f"Those{whose} who dropped out had scored {abs(lost.difference.value):.1f} points {side} at the start "
                "than those who stayed.",
            )


def _of_answers(result: MeasureResult, ours: Matched) -> Iterator[Caution]:
    instrument, final = result.instrument, result.final
    ends = (instrument.low, instrument.high)
    worst, best = ends if instrument.higher_is_better else reversed(ends)
    at_best, at_worst = (float((ours.before == end).mean()) for end in (best, worst))
    if at_best > AT_THE_END:
        yield Caution("ceiling", f"{at_best:.0%} of people started at the best score, and could not gain.")
    if at_worst > AT_THE_END:
        yield Caution("floor", f"{at_worst:.0%} of people started at the worst score, and could not lose.")
    common = np.unique(ours.before, return_counts=True)[1].max() / len(ours.before)
    if common >= MOSTLY_EQUAL:
        yield Caution("equal_answers", f"{common:.0%} of people gave the same answers at the start. Was one copied?")
    if result.ordered and not result.ordered.agrees:
        yield Caution(
            "ordered_disagrees",
            "A check that takes no step of the scale to be as long as another points to the other side.",
        )
    if final.low <= 0 <= final.high:
        yield Caution(
            "too_small_to_see",
            f"The interval reaches from a loss to a gain. A survey like this would have seen a true change of "
            f"{result.smallest_detectable:.1f} points or more in 8 of 10 times.",
            "Plan the number of people before the start: `wellbeva survey plan`.",
        )
