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
    best, second : str
        Options; empty where there is none. `second` may be the comparator.
    share : float
        Share of draws in which the best is ahead of the second, ties shared equally; for ``single`` the chance that the
        option is worth its cost; NaN where there is none.
    settled : bool
        Whether the share keeps its side of 0.7 and 0.9 within two standard errors.
    grade : str
        Grade of the best.
    level : str
        Level of the value of one unit of effect that was used.
    value : float
    bands : tuple of tuple of str
        For offers: options of each band, from the top.
    not_repaying : tuple of str
        Options whose mean net benefit against the comparator is not above 0 beyond the noise of the draws.
    harmful : tuple of str
        Options whose mean effect against the comparator is not, likewise.
    free : tuple of str
        For offers: those that gain and cost nothing or save money, best first.
    for_money : str
        For rivals: the option that gives more for each pound than the best that has a cost, beyond the noise; or empty.
    apart : tuple of (str, str)
        For offers without a place in the league: option and reason.
    """

    form: Form
    best: str = ""
    second: str = ""
    share: float = float("nan")
    settled: bool = True
    grade: str = ""
    level: str = ""
    value: float = float("nan")
    bands: tuple[tuple[str, ...], ...] = ()
    not_repaying: tuple[str, ...] = ()
    harmful: tuple[str, ...] = ()
    free: tuple[str, ...] = ()
    for_money: str = ""
    apart: tuple[tuple[str, str], ...] = ()


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
    not_repaying = tuple(view.options[rival] for rival in view.rivals() if valued and not view.repaying[rival])
    harmful = tuple(view.options[rival] for rival in view.rivals() if not view.gaining[rival])
    form: Form | None = None
    # Less good than another option may be worth the money that it saves.
    several = view.choose == "several" and len(view.rivals()) > 1
    against = view.comparator >= 0 and valued and "nothing" not in view.options
    outweighed = against and not several and any(view.repaying)
    if len(harmful) == len(view.rivals()) and not outweighed:
        form = "harmful"
    elif len(not_repaying) == len(view.rivals()):
        form = "nothing pays"
    if view.choose == "several":
        found = _of_offers(dataset, view, known, form, no_cost_given)
    else:
        more = more_for_money(view, no_cost_given)
        found = replace(_of_rivals(dataset, view, known, form), for_money=view.options[more] if more >= 0 else "")
    return replace(
        found,
        not_repaying=not_repaying,
        harmful=harmful,
        level=view.levels[view.central] if valued else "",
        value=float(view.values[view.central]) if valued else float("nan"),
    )


def _of_rivals(dataset: xr.Dataset, view: DecisionView, grades: Mapping[str, str], form: Form | None) -> Headline:
    if not view.levels:
        return Headline(form or "no decision")
    order = best_first(view)
    best = order[0]
    name = view.options[best]
    if len(view.rivals()) == 1:
        only = view.rivals()[0]
        if form is None:
            share, error = _worth_it(dataset, view, only)
            grade = grades.get(view.options[only], "")
            return Headline("single", view.options[only], "", share, _settled(share, error), grade)
        if form == "harmful" or len(order) == 1 or share_ahead(dataset, best, order[1])[0] >= CLOSE_SHARE:
            return Headline(form, view.options[only], grade=grades.get(view.options[only], ""))
    second = order[1]
    share, error = share_ahead(dataset, best, second)
    if form is None or (form == "nothing pays" and share < CLOSE_SHARE):
        form = _form(dataset, best, second, share, grades.get(name, ""))
    return Headline(form, name, view.options[second], share, _settled(share, error), grades.get(name, ""))


def _of_offers(
    dataset: xr.Dataset,
    view: DecisionView,
    grades: Mapping[str, str],
    form: Form | None,
    no_cost_given: Collection[str],
) -> Headline:
    found = league(dataset, no_cost_given=no_cost_given)
    bands = found.bands
    apart, free = found.without_place, found.free
    only = view.rivals()[0]
    if not bands and (form or len(view.rivals()) > 1 or view.gaining[only]):
        return Headline(form or "no decision", apart=apart)
    if len(view.rivals()) == 1:
        share, error = _worth_it(dataset, view, only)
        grade = grades.get(view.options[only], "")
        settled = _settled(share, error)
        return Headline(form or "single", view.options[only], "", share, settled, grade, bands=bands, free=free)
    order = [option for band in bands for option in band]
    best = order[0]
    top = tuple(grades.get(option, "") for option in bands[0])
    second = order[1] if len(order) > 1 else ""
    share, error = float("nan"), float("nan")
    if second:
        share, error = share_ahead(dataset, view.options.index(best), view.options.index(second))
    if form is None:
        if not second:
            form = "clear" if top[0] in FIRM_GRADES else "leading"
        elif len(bands) == 1 and len(order) == 2:
            form = _form(dataset, view.options.index(best), view.options.index(second), share, top[0])
        elif len(bands) == 1:
            form = "too close"
        elif len(bands[0]) > 1:
            form = "bands"
        else:
            form = "clear" if top[0] in FIRM_GRADES else "leading"
    settled = _settled(share, error)
    return Headline(form, best, second, share, settled, top[0], bands=bands, free=free, apart=apart)


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
