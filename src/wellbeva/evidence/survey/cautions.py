"""What a reader must know before they use the result of a survey; each with what to do next time."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files

import numpy as np

from wellbeva.core.cards import few
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


@cache
def _wordings() -> dict[str, dict[str, str]]:
    return tomllib.loads(files("wellbeva.evidence.survey").joinpath("cautions.toml").read_text("utf-8"))


def _caution(wording: str, **figures: object) -> Caution:
    """Return a caution in its words of ``cautions.toml``."""
    said = _wordings()[wording]
    text, next_time = (said.get(part, "").format(**figures) for part in ("text", "next_time"))
    return Caution(said.get("kind", wording), text, next_time)


def _of_before_and_after(result: MeasureResult, known: Known) -> Iterator[Caution]:
    instrument = result.instrument
    yield _caution("no_comparison")
    country = area(UK).wellbeing["life_satisfaction", LAST_YEAR] if instrument.unit == "LS" else None
    if country is not None and not known.entered_low and result.mean_before < country.mean - LOW:
        together, _ = instrument.reliability or (1.0, 0.0)
        back = (1 - together) * (country.mean - result.mean_before)
        yield _caution("low_at_the_start", started=result.mean_before, mean=country.mean, back=back)
    weeks = instrument.reliability_weeks
    if known.entered_low and known.reliability is None and weeks and (known.months is None or 4 * known.months > weeks):
        apart = "The times of asking are not given" if known.months is None else f"Here they are {known.months} months"
        yield _caution("reliability_of_weeks", weeks=weeks, apart=apart)
    missed = next((one for one in result.steps if one.key == "national_trend" and one.estimate is None), None)
    if missed is not None and known.year_before and known.year_after:
        yield _caution("year_not_held", note=missed.note)


def _of_comparison(result: MeasureResult, compared: Comparison, unused: Sequence[str]) -> Iterator[Caution]:
    final, trial = result.final, result.design == "trial"
    gaps = [row.gap if trial else row.weighted_gap for row in compared.balance]
    if not trial:
        yield _caution("chose_themselves")
    if not trial and result.final_key != "balanced":
        yield _caution("too_far")
    elif any(abs(gap) > UNBALANCED for gap in gaps):
        yield _caution("gaps")
    if unused:
        yield _caution("unused", named=", ".join(few(unused, MOST_NAMED)))
    changes = next((step.estimate for step in result.steps if step.key == "did"), None)
    if changes is not None and abs(changes.value - final.value) > (final.high - final.low) / 2:
        yield _caution("estimates_disagree", changes=changes.value, final=final.value)


def _of_sites(result: MeasureResult) -> Iterator[Caution]:
    if result.sites is None:
        yield _caution("clusters_not_named")
    elif result.sites < FEW_CLUSTERS:
        yield _caution("few_clusters", sites=result.sites)


def _of_people(result: MeasureResult, ours: Matched, theirs: Matched | None) -> Iterator[Caution]:
    groups = [("", result.attrition, ours)]
    if theirs is not None and result.comparison is not None:
        groups.append((" of the comparison", result.comparison.attrition, theirs))
    for whose, lost, matched in groups:
        if len(matched.before) < FEW_PEOPLE:
            yield _caution("few_people", people=len(matched.before), whose=whose, least=FEW_PEOPLE)
        if lost.share > MANY_LOST:
            yield _caution("many_dropped_out", share=lost.share, whose=whose)
        gap = lost.difference
        if gap is not None and not gap.low <= 0 <= gap.high:
            side = "higher" if gap.value > 0 else "lower"
            yield _caution("drop_outs_differ", whose=whose, points=abs(gap.value), side=side)


def _of_answers(result: MeasureResult, ours: Matched) -> Iterator[Caution]:
    instrument, final = result.instrument, result.final
    ends = (instrument.high, instrument.low)
    best_first = ends if instrument.higher_is_better else reversed(ends)
    for wording, end in zip(("ceiling", "floor"), best_first, strict=True):
        if (share := float((ours.before == end).mean())) > AT_THE_END:
            yield _caution(wording, share=share)
    common = np.unique(ours.before, return_counts=True)[1].max() / len(ours.before)
    if common >= MOSTLY_EQUAL:
        yield _caution("equal_answers", share=common)
    if result.ordered and not result.ordered.agrees:
        yield _caution("ordered_disagrees")
    if final.low <= 0 <= final.high:
        yield _caution("too_small_to_see", least=result.smallest_detectable)
