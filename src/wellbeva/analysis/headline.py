"""Which form the answer takes: picked by rule, not by taste (VISUAL section 4). No words, only facts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from wellbeva.analysis.decision_arrays import (
    DecisionView,
    best_first,
    decision_view,
    more_for_money,
    share_ahead,
    strictly_ahead,
)
from wellbeva.analysis.tables.league import BAND_SHARE, league

if TYPE_CHECKING:
    import xarray as xr

Form = Literal["clear", "leading", "too close", "tie", "nothing pays", "harmful", "single", "bands", "no decision"]

CLOSE_SHARE = 0.7
"""Below this share of draws two options are too close to call."""

FIRM_GRADES = ("strong", "promising")


@dataclass(frozen=True, slots=True)
class Headline:
    """The answer as facts.

    Parameters
    ----------
    form : str
        ``clear``, ``leading``, ``too close``, ``tie`` (the two are equal in every draw), ``nothing pays``,
        ``harmful``, ``single`` (nothing else was compared), ``bands`` (several offers share the top band),
        ``no decision``.
    settled : bool
        Whether the share of draws in which the best is ahead of the second (for ``single`` the chance that the option
        is worth its cost) keeps its side of 0.7 and 0.9 within two standard errors.
    bands : tuple of tuple of str
        For offers: options of each band, from the top.
    free : tuple of str
        For offers: those that gain and cost nothing or save money, best first.
    for_money : str
        For rivals: the option that gives more for each pound than the best that has a cost, beyond the noise; or empty.
    """

    form: Form
    settled: bool = True
    bands: tuple[tuple[str, ...], ...] = ()
    free: tuple[str, ...] = ()
    for_money: str = ""


def answer(
    dataset: xr.Dataset, *, grades: Mapping[str, str] | None = None, no_cost_given: Collection[str] = ()
) -> Headline:
    """Pick the form of the answer.

    Parameters
    ----------
    dataset : xarray.Dataset
    grades : mapping of option to grade, optional
        From `analysis.evidence`; an option without one counts as weak.
    no_cost_given : collection of str
        Offers that have no place in the league.

    Returns
    -------
    Headline
    """
    view = decision_view(dataset)
    if view is None or not view.rivals():
        return Headline("no decision")
    known = grades or {}
    valued = len(view.levels) > 0
    form: Form | None = None
    # Less good than another option may be worth the money that it saves.
    several = view.choose == "several" and len(view.rivals()) > 1
    against = view.comparator >= 0 and valued and "nothing" not in view.options
    outweighed = against and not several and any(view.repaying)
    if not outweighed and not any(view.gaining[rival] for rival in view.rivals()):
        form = "harmful"
    elif valued and not any(view.repaying[rival] for rival in view.rivals()):
        form = "nothing pays"
    if view.choose == "several":
        return _of_offers(dataset, view, known, form, no_cost_given)
    more = more_for_money(view, no_cost_given)
    return replace(_of_rivals(dataset, view, known, form), for_money=view.options[more] if more >= 0 else "")


def _of_rivals(dataset: xr.Dataset, view: DecisionView, grades: Mapping[str, str], form: Form | None) -> Headline:
    if not view.levels:
        return Headline(form or "no decision")
    order = best_first(view)
    best = order[0]
    if len(view.rivals()) == 1:
        if form is None:
            return Headline("single", _settled(*_worth_it(dataset, view, view.rivals()[0])))
        if form == "harmful" or len(order) == 1 or share_ahead(dataset, best, order[1])[0] >= CLOSE_SHARE:
            return Headline(form)
    share, error = share_ahead(dataset, best, order[1])
    if form is None or (form == "nothing pays" and share < CLOSE_SHARE):
        form = _form(dataset, best, order[1], share, grades.get(view.options[best], ""))
    return Headline(form, _settled(share, error))


def _of_offers(
    dataset: xr.Dataset,
    view: DecisionView,
    grades: Mapping[str, str],
    form: Form | None,
    no_cost_given: Collection[str],
) -> Headline:
    found = league(dataset, no_cost_given=no_cost_given)
    bands, free = found.bands, found.free
    only = view.rivals()[0]
    if not bands and (form or len(view.rivals()) > 1 or view.gaining[only]):
        return Headline(form or "no decision")
    if len(view.rivals()) == 1:
        return Headline(form or "single", _settled(*_worth_it(dataset, view, only)), bands, free)
    order = [view.options.index(option) for band in bands for option in band]
    grade = grades.get(view.options[order[0]], "")
    share, error = float("nan"), float("nan")
    if len(order) > 1:
        share, error = share_ahead(dataset, order[0], order[1])
    if form is None:
        if len(order) == 1 or (len(bands) > 1 and len(bands[0]) == 1):
            form = "clear" if grade in FIRM_GRADES else "leading"
        elif len(bands) > 1:
            form = "bands"
        else:
            form = _form(dataset, order[0], order[1], share, grade) if len(order) == 2 else "too close"
    return Headline(form, _settled(share, error), bands, free)


def _form(dataset: xr.Dataset, best: int, second: int, share: float, grade: str) -> Form:
    if strictly_ahead(dataset, best, second)[:2] == (0, 0):
        return "tie"
    if share < CLOSE_SHARE:
        return "too close"
    return "clear" if share >= BAND_SHARE and grade in FIRM_GRADES else "leading"


def _worth_it(dataset: xr.Dataset, view: DecisionView, index: int) -> tuple[float, float]:
    if "prob_worth_it" not in dataset:
        return float("nan"), float("nan")
    at = (view.central, index)
    return float(dataset["prob_worth_it"].values[at]), float(dataset["prob_worth_it_mcse"].values[at])


def _settled(share: float, error: float) -> bool:
    return not any(abs(share - edge) <= 2 * error for edge in (CLOSE_SHARE, BAND_SHARE))
