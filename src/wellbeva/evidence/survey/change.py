"""From matched scores to what the activity changed: each correction is a step that is shown (semantics R177, R178)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from wellbeva.core.arrays import Floats
from wellbeva.evidence.robust import Estimate, Indices, estimate, fit, independent, mean, ordered_logit
from wellbeva.evidence.survey.balance import effective_people, entropy_weights
from wellbeva.evidence.survey.instruments import Instrument
from wellbeva.evidence.survey.people import SMALLEST_GROUP
from wellbeva.evidence.survey.result import OrderedCheck, Step
from wellbeva.local.areas import UK, area
from wellbeva.local.shrinkage import Z95
from wellbeva.local.wellbeing import FIRST_YEAR, LAST_YEAR

ORDERED_PEOPLE = 5_000
"""Of more people no ordered logit is fitted: it would take long, and means of so many need no check by it."""
ORDERED_CLASSES = 12


@dataclass(frozen=True, slots=True)
class Matched:
    """The people of one survey with a score at both times.

    Parameters
    ----------
    before, after : array (person,) [points of the measure]
    sites : array (person,) or None
        Number of each person's site, from 0; None where no column names it.
    traits : array (person, characteristic)
        What else is known of them before the start.
    """

    before: Floats
    after: Floats
    sites: Indices | None
    traits: Floats

    @property
    def change(self) -> Floats:
        """What each person's score rose by."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the survey besides its answers.

    Parameters
    ----------
    entered_low : bool
        Whether people were taken because their score was low.
    reliability : (float, float) or None
        Correlation of two answers of the same people without any activity between, and its standard error.
    population_mean : float or None [points of the measure]
        Of the people among whom they were chosen; None: the UK's, where it is held.
    year_before, year_after : str
        From April to March, ``2022-23``; empty where not told.
    months : int or None
        Between the two; None where not told.
    randomised : bool
        Whether chance alone decided who was in the group.
    """

    entered_low: bool = False
    reliability: tuple[float, float] | None = None
    population_mean: float | None = None
    year_before: str = ""
    year_after: str = ""
    months: int | None = None
    randomised: bool = False


def regression_to_the_mean(group: Matched, instrument: Instrument, known: Known) -> Step:
    """Take off what people this far from the mean regain by themselves: (1 - r) (m - mean before).

    Given a person's first score x, the second is expected at m + r (x - m), where m is the mean of those among whom
    people were chosen and r the correlation of two answers, however x was used to choose them. So each person's
    change is counted from there. Errors of r and of m are carried; that of the mean of the first scores is in the
    spread between persons.

    Parameters
    ----------
    group : Matched
    instrument : Instrument
    known : Known

    References
    ----------
    Davis (1976), doi 10.1093/oxfordjournals.aje.a112321; Barnett, van der Pols and Dobson (2005), doi
    10.1093/ije/dyh299.
    """

    def left_out(why: str) -> Step:
        return Step("regression_to_the_mean", None, f"Not taken off: {why}.")

    if not known.entered_low:
        return left_out("nobody said that people were taken because of a low score")
    reliability, told = known.reliability, "given by you"
    if reliability is None:
        reliability, told = instrument.reliability, instrument.reliability_source
    if reliability is None:
        return left_out("how far two answers of one person go together is not known for this measure")
    population = _population(instrument, known)
    if population is None:
        return left_out("the mean of those among whom people were chosen is not known")
    (r, r_se), (centre, centre_se, whose) = reliability, population
    expected = centre + r * (group.before - centre)
    own = mean(group.after - expected, group.sites)
    gap = centre - float(group.before.mean())
    se = math.sqrt(own.se**2 + (gap * r_se) ** 2 + ((1.0 - r) * centre_se) ** 2)
    side = "below" if gap > 0 else "above"
    note = (
        f"People started {abs(gap):.2f} points {side} {whose} ({centre:.2f}); two answers of one person go together by "
        f"{r:.2f} (standard error {r_se:.2f}), {told}."
    )
    return Step("regression_to_the_mean", estimate(own.value, se, own.df), note, (1.0 - r) * gap)


def _population(instrument: Instrument, known: Known) -> tuple[float, float, str] | None:
    if known.population_mean is not None:
        return known.population_mean, 0.0, "the mean that you gave"
    year = known.year_before if FIRST_YEAR <= known.year_before <= LAST_YEAR else LAST_YEAR
    held = area(UK).wellbeing.get((instrument.key, year))
    return None if held is None else (held.mean, held.se, f"the UK's mean of {year}")


def national_trend(before: Estimate, instrument: Instrument, known: Known) -> Step:
    """Take off what the whole country's mean changed by between the two years.

    Parameters
    ----------
    before : Estimate
        The change so far.
    instrument : Instrument
    known : Known

    References
    ----------
    Office for National Statistics, personal well-being of the UK by year (Open Government Licence v3.0).
    """
    held = {when: one for (key, when), one in area(UK).wellbeing.items() if key == instrument.key}
    years = (known.year_before, known.year_after)
    if not held:
        why = "ONS publishes no yearly mean of this measure"
    elif not all(years):
        why = "nobody said when people were asked"
    elif lacking := sorted(set(years) - set(held)):
        why = f"the table here has the years {FIRST_YEAR} to {LAST_YEAR}, and not {lacking[0]}"
    else:
        first, last = (held[year] for year in years)
        shift = last.mean - first.mean
        error = math.hypot(first.se, last.se) if years[0] != years[1] else 0.0
        went = f"The UK's mean went from {first.mean:.2f} ({years[0]}) to {last.mean:.2f} ({years[1]})."
        note = (
            f"{went if shift else f'Both were in {years[0]}.'} ONS has it by year here; quarter and age are not held."
        )
        result = estimate(before.value - shift, math.hypot(before.se, error), before.df)
        return Step("national_trend", result, note, shift)
    return Step("national_trend", None, f"Not taken off: {why}.")


def joint(group: Matched, other: Matched) -> tuple[Floats, Indices | None]:
    """Return who is in the group, as 1 and 0, and the sites of all; people of a group that names none stand alone.

    Parameters
    ----------
    group, other : Matched
    """
    inside = np.r_[np.ones(len(group.before)), np.zeros(len(other.before))]
    if group.sites is None and other.sites is None:
        return inside, None
    taken = 1 + max(int(one.sites.max()) for one in (group, other) if one.sites is not None)
    sites = [one.sites if one.sites is not None else taken + np.arange(len(one.before)) for one in (group, other)]
    return inside, np.concatenate(sites)


def compared(group: Matched, other: Matched) -> tuple[tuple[Step, ...], Floats | None]:
    """Return the estimates against a comparison, and its weights if any balance it on people enough.

    Parameters
    ----------
    group, other : Matched

    Notes
    -----
    Weights that rest on fewer than ten people are left out: their error comes out a tenth too small.

    References
    ----------
    Card and Krueger (1994), https://www.jstor.org/stable/2118030; Vickers and Altman (2001), doi
    10.1136/bmj.323.7321.1123; Hainmueller (2012), doi 10.1093/pan/mpr025.
    """
    inside, sites = joint(group, other)
    ones, change = np.ones(len(inside)), np.r_[group.change, other.change]
    traits = np.vstack([np.column_stack([one.before, one.traits]) for one in (group, other)])
    # What is the same for all of a group, or follows from those before it, tells nothing.
    columns = {"": ones, "inside": inside} | {f"{place}": one for place, one in enumerate((traits - traits.mean(0)).T)}
    made = independent(columns, columns)
    traits = traits[:, [f"{place}" not in made for place in range(traits.shape[1])]]
    adjusted = np.column_stack([ones, inside, traits - traits[inside == 1].mean(axis=0)])
    differences = fit(change, np.column_stack([ones, inside]), 1, sites)
    # The change for the same answer before differs by as much as the answer after does.
    ancova = fit(change, adjusted, 1, sites)
    weights = entropy_weights(traits[inside == 0], traits[inside == 1].mean(axis=0))
    balanced, why = None, "no weights make the comparison start as the group did"
    if weights is not None and (left := effective_people(weights)) < SMALLEST_GROUP:
        weights, why = None, f"the comparison has too few like the group, and weights would rest on {left:.0f} of it"
    if weights is not None:
        share = np.r_[np.ones(len(group.before)), weights * len(group.before)]
        balanced = fit(change, adjusted, 1, sites, np.maximum(share, 1e-300))
    beyond = "Assumes as ANCOVA does, and that nothing else tells the two apart. Balanced in means before the start."
    alike = "Assumes that both would have changed alike. It is misled where one of them started lower."
    equal = "Assumes that people with the same answers before would have answered alike after."
    return (
        Step("did", differences, alike),
        Step("ancova", ancova, equal),
        Step("balanced", balanced, beyond if balanced else f"Could not be made: {why}."),
    ), weights


def ordered_check(group: Matched, other: Matched | None, checked: Estimate) -> OrderedCheck | None:
    """Fit an ordered logit, for which no step of the scale has a length; None of many people, or without a fit.

    Parameters
    ----------
    group : Matched
    other : Matched or None
    checked : Estimate
        Whose side the odds ratio should be on.

    References
    ----------
    McCullagh (1980), Journal of the Royal Statistical Society B 42(2): 109-142. Errors allow for the two answers of a
    person, or for sites.
    """
    people = len(group.before) + (len(other.before) if other else 0)
    if people > ORDERED_PEOPLE:
        return None
    if other is None:
        scores = np.r_[group.before, group.after]
        regressors = np.repeat([0.0, 1.0], len(group.before))[:, None]
        own = group.sites if group.sites is not None else np.arange(len(group.before))
        clusters = np.r_[own, own]
    else:
        inside, sites = joint(group, other)
        scores = np.r_[group.after, other.after]
        before = np.r_[group.before, other.before]
        regressors = np.column_stack([inside, (before - before.mean()) / (before.std() or 1.0)])
        clusters = sites if sites is not None else np.arange(people)
    fitted = _ordered_logit(scores, regressors, clusters)
    if fitted is None:
        return None
    slope, se = fitted
    ratio, low, high = (math.exp(slope + z * se) for z in (0.0, -Z95, Z95))
    return OrderedCheck(ratio, low, high, (slope > 0) == (checked.value > 0))


def _ordered_logit(scores: Floats, regressors: Floats, clusters: Indices) -> tuple[float, float] | None:
    """Return the first slope and its standard error; None where the fit does not settle."""
    classes = np.unique(scores, return_inverse=True)[1]
    if classes.max() >= ORDERED_CLASSES:  # proportional odds are the same for any cuts
        cuts = np.unique(np.quantile(scores, np.linspace(0, 1, ORDERED_CLASSES + 1)[1:-1], method="inverted_cdf"))
        classes = np.unique(np.searchsorted(cuts, scores), return_inverse=True)[1]
    if classes.max() == 0:
        return None
    try:
        found = ordered_logit(classes, regressors, clusters)[1]
    except (ValueError, np.linalg.LinAlgError):
        return None
    slope, se = float(found.params[0]), float(found.bse[0])
    settled = found.mle_retvals["converged"] and math.isfinite(se) and se > 0 and abs(slope) + 2 * se < 20
    return (slope, se) if settled else None
