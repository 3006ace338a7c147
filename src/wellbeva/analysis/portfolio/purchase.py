"""The purchase of the greatest value that a budget allows, exactly.

A list of the purchases that no other dominates (Nemhauser and Ullmann) solves a budget alone, in a tenth of the time
that a mixed-integer programme takes, once for each bundle of offers linked by rules that could be part of the best;
HiGHS solves what has further limits or too many bundles.

References
----------
Nemhauser, Ullmann (1969), Management Science 15(9), 494-505. doi:10.1287/mnsc.15.9.494
Huangfu, Hall (2018), Mathematical Programming Computation 10(1), 119-142. doi:10.1007/s12532-017-0130-5
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import combinations

import numpy as np

from wellbeva.analysis.portfolio.choices import Choices, Limit
from wellbeva.core.arrays import Flags, Floats, Ints

BUDGET = "budget"
_TIE = 1e-7
"""Least difference between two purchases, as a share of the largest value; nearer ones go by the order of the file."""
_ROUNDING = 1e-12
"""How far a sum of costs may pass the budget, as a share of it."""
_SETTLED = 1e-11
"""How much better than the best a purchase could still be, as a share of its worth: less than ties differ by."""
_LISTED = 50_000
"""Purchases in a list; a programme takes over from a longer one."""
_BITS = 62
_SCALE = 1e5
"""Of values in a programme, whose absolute tolerance of 1e-6 must be finer than a tie."""


def best_purchase(choices: Choices, value: Floats, cost: Floats, budget: float) -> Ints | None:
    """Return how many units of each offer are bought, int array (offer,); None where no purchase keeps the limits.

    Parameters
    ----------
    choices : Choices
    value : array (offer,) [any unit]
        Of one unit of each offer.
    cost : array (offer,) [money]
        Of one unit, none negative.
    budget : float [money]
        0 or more.
    """
    return best_purchases(choices, value[np.newaxis], cost[np.newaxis], budget)[0]


def best_purchases(choices: Choices, value: Floats, cost: Floats, budget: float) -> list[Ints | None]:
    """Return the best purchase in each draw.

    Parameters
    ----------
    choices : Choices
    value, cost : array (draw, offer)
    budget : float
        As in `best_purchase`.
    """
    offers = len(choices.names)
    largest = np.max(np.abs(value) * choices.most, axis=1, initial=0.0, keepdims=True)
    # Fewer offers, and earlier ones, among purchases of one value.
    score = value - _TIE * largest * (1 + np.arange(offers) / max(1, offers)) / choices.most
    bought: list[Ints | None] = [None] * len(value)
    if (choices.most == 1).all():
        bought = _by_value_for_money(score, cost, budget)
    bundles = choices.bundles() if offers <= _BITS else None
    for draw, units in enumerate(bought):
        if bundles is not None and (units is None or not choices.follows_rules(units)):
            bought[draw] = _by_bundles(choices.linked, bundles, score[draw], cost[draw], budget)
    for draw, units in enumerate(bought):
        # The best purchase under the budget alone is the best under further limits that it keeps.
        if units is None or not choices.allows(units):
            limit = Limit(BUDGET, cost[draw], most=budget)
            bought[draw] = _by_programme(choices, score[draw] / (largest[draw] or 1.0), limit)
    return bought


def marginal_value(choices: Choices, value: Floats, cost: Floats, budget: float) -> float:
    """Return what a little more budget would add, were offers bought in part: the shadow price of the budget.

    Parameters
    ----------
    choices, value, cost, budget
        As in `best_purchase`.

    Returns
    -------
    float [unit of value per money]
        NaN where no purchase keeps the limits. At a budget where it changes, that of more and not of less.
    """
    more = budget + 1e-6 * float(cost @ choices.most)
    if not (choices.limits or choices.exclusive or choices.needs):
        return _value_of_the_next(choices, value, cost, more)
    return float(marginal_values(choices, value, cost, more)[0])


def marginal_values(choices: Choices, value: Floats, cost: Floats, budget: float) -> Floats:
    """Return the shadow prices of budget and limits, were offers bought in part, array (1 + limit,).

    Parameters
    ----------
    choices, value, cost, budget
        As in `best_purchase`.

    Returns
    -------
    array [unit of value per unit of the limit]
        What one unit more of an upper bound, or one less of a lower bound, adds to the best purchase; 0 where the bound
        is kept without trying, NaN where no purchase keeps all.
    """
    # imported late: it takes longer than all of a frontier that the budget alone limits
    from scipy.optimize import linprog

    limits = (Limit(BUDGET, cost, most=budget), *choices.limits)
    rows, low, high = _rows(choices, limits[0])
    most = np.concatenate([choices.most, np.ones(len(value))])
    upper, lower = np.isfinite(high), np.isfinite(low)
    found = linprog(
        np.concatenate([-value, np.zeros(len(value))]),
        A_ub=np.concatenate([rows[upper], -rows[lower]]),
        b_ub=np.concatenate([high[upper], -low[lower]]),
        bounds=np.stack([np.zeros(len(most)), most], axis=1),
        method="highs",
    )
    if not found.success:
        return np.full(len(limits), np.nan)
    prices = np.zeros(len(rows))
    np.add.at(prices, np.concatenate([np.flatnonzero(upper), np.flatnonzero(lower)]), -found.ineqlin.marginals)
    return prices[: len(limits)] / [_row_scale(limit) for limit in limits] + 0.0


def _value_of_the_next(choices: Choices, value: Floats, cost: Floats, budget: float) -> float:
    """Return the value for money of the first offer that the budget does not buy wholly, in the programme's bits."""
    gains = np.flatnonzero(value > 0)
    ratio = np.divide(value, cost, out=np.full(len(value), np.inf), where=cost > 0)[gains]
    order = gains[np.argsort(-ratio, kind="stable")]
    beyond = order[np.cumsum((cost * choices.most)[order]) > budget]
    scale = _scale(cost, budget)
    return float(value[beyond[0]] / (cost[beyond[0]] / scale) / scale) if len(beyond) else 0.0


def conflict(choices: Choices, cost: Floats, budget: float) -> tuple[Limit, ...]:
    """Return the limits that no purchase keeps together: one or two where these suffice, else all.

    Parameters
    ----------
    choices, cost, budget
        As in `best_purchase`.
    """
    limits = (Limit(BUDGET, cost, most=budget), *choices.limits)
    nothing = np.zeros(len(cost))
    for some in (*combinations(limits, 1), *combinations(limits, 2)):
        if _by_programme(replace(choices, limits=some[1:]), nothing, some[0]) is None:
            return some
    return limits


def _by_value_for_money(score: Floats, cost: Floats, budget: float) -> list[Ints | None]:
    """Return the purchases of all that fits by falling value for money; None where another might be better."""
    ceiling = budget * (1 + _ROUNDING)
    gains = score > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(gains, score / cost, -np.inf)
    order = np.argsort(-ratio, axis=1, kind="stable")
    score, cost = (np.take_along_axis(np.where(gains, one, 0.0), order, axis=1) for one in (score, cost))
    spent = np.cumsum(cost, axis=1)
    fits = spent <= ceiling
    worth = (score * fits).sum(axis=1)
    first = np.minimum(fits.sum(axis=1), score.shape[1] - 1)[:, np.newaxis]
    left = ceiling - (cost * fits).sum(axis=1)
    next_score, next_cost = (np.take_along_axis(one, first, axis=1)[:, 0] for one in (score, cost))
    part = np.divide(left, next_cost, out=np.zeros_like(left), where=next_cost > 0)
    settled = fits.all(axis=1) | (part * next_score <= _SETTLED * worth)
    units = np.zeros(score.shape, dtype=np.int64)
    np.put_along_axis(units, order, (fits & (score > 0)).astype(np.int64), axis=1)
    return [row if sure else None for row, sure in zip(units, settled, strict=True)]


def _by_bundles(linked: Flags, bundles: Ints, score: Floats, cost: Floats, budget: float) -> Ints | None:
    """Return the best purchase of a bundle and of free offers, None where a list gets too long.

    Bundles come in by the most that they and parts of the free offers could be worth, until none left could be the
    best.
    """
    free = ~linked & (score > 0)
    ratio = np.divide(score, cost, out=np.full_like(score, np.inf), where=cost > 0)
    order = np.flatnonzero(free)[np.argsort(-ratio[free], kind="stable")]
    costs, scores = (np.concatenate([[0.0], one[order].cumsum()]) for one in (cost, score))
    left, worth = budget * (1 + _ROUNDING) - bundles @ cost, bundles @ score
    bound = np.where(left < 0, -np.inf, worth + np.interp(left, costs, scores))
    best, known = None, -np.inf
    for index in np.argsort(-bound, kind="stable"):
        if bound[index] <= known + _SETTLED * abs(known):
            break
        added = _by_list(np.where(free, score, 0.0), cost, left[index])
        if added is None:
            return None
        if worth[index] + added @ score > known:
            best, known = bundles[index] + added, worth[index] + added @ score
    return best


def _by_list(score: Floats, cost: Floats, budget: float) -> Ints | None:
    """Return the best purchase of whole offers, None where the list gets too long.

    Offers come in by falling value for money. A purchase leaves the list where another costs no more and is worth no
    less, or where the rest of the budget, spent on parts of the offers to come, could not make it the best.
    """
    ceiling = budget * (1 + _ROUNDING)
    bought = ((score > 0) & (cost <= 0)).astype(np.int64)
    open_ = np.flatnonzero((score > 0) & (cost > 0) & (cost <= ceiling))
    order = open_[np.argsort(-score[open_] / cost[open_], kind="stable")]
    cost, score = cost[order], score[order]
    spent, worth, sets = np.zeros(1), np.zeros(1), np.zeros(1, dtype=np.int64)
    known, chosen, tail = 0.0, 0, 0  # the best purchase so far: a set of the first offers, and all from there to `tail`
    all_costs, all_scores = np.concatenate([[0.0], cost.cumsum()]), np.concatenate([[0.0], score.cumsum()])
    begin = 0
    for index in range(len(order) + 1):
        to_come, worth_to_come = all_costs[index:] - all_costs[index], all_scores[index:] - all_scores[index]
        filled = np.searchsorted(to_come, ceiling - spent, side="right") - 1
        reached = worth + worth_to_come[filled]
        top = int(reached.argmax())
        if reached[top] > known:
            known, chosen, begin, tail = float(reached[top]), int(sets[top]), index, index + int(filled[top])
        bound = worth + np.interp(ceiling - spent, to_come, worth_to_come)
        open_states = bound > known * (1 + _SETTLED)
        if index == len(order) or not open_states.any():
            break
        spent, worth, sets = spent[open_states], worth[open_states], sets[open_states]
        fits = spent + cost[index] <= ceiling
        spent = np.concatenate([spent, spent[fits] + cost[index]])
        worth = np.concatenate([worth, worth[fits] + score[index]])
        sets = np.concatenate([sets, sets[fits] | (1 << index)])
        by_cost = np.lexsort((-worth, spent))
        worth = worth[by_cost]
        better = worth > np.concatenate([[-np.inf], np.maximum.accumulate(worth)[:-1]])
        spent, worth, sets = spent[by_cost][better], worth[better], sets[by_cost][better]
        if len(spent) > _LISTED:
            return None
    bought[order] = (chosen >> np.arange(len(order))) & 1
    bought[order[begin:tail]] = 1
    return bought


def _by_programme(choices: Choices, score: Floats, budget: Limit) -> Ints | None:
    from scipy.optimize import Bounds, LinearConstraint, milp

    offers = len(score)
    rows, low, high = _rows(choices, budget)
    with _silent():
        found = milp(
            np.concatenate([-_SCALE * score, np.zeros(offers)]),
            integrality=np.ones(2 * offers),
            bounds=Bounds(0, np.concatenate([choices.most, np.ones(offers)])),
            constraints=LinearConstraint(rows, low, high),
            # Presolving, as SciPy 1.17 has it, has let infeasible points through.
            options={"presolve": False, "mip_rel_gap": 0.0},
        )
    if found.status == 2:
        return None
    units: Ints = np.rint(found.x[:offers]).astype(np.int64)
    assert choices.allows(units)
    assert budget.holds(units)
    return units


@contextmanager
def _silent() -> Iterator[None]:
    """Silence HiGHS, which in SciPy 1.17 prints to the terminal whatever its options say."""
    library = ctypes.cdll.ucrtbase if sys.platform == "win32" else ctypes.CDLL(None)
    try:
        terminal = os.dup(1)
    except OSError:  # there is none
        yield
        return
    library.fflush(None)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        yield
    finally:
        library.fflush(None)
        os.dup2(terminal, 1)
        os.close(nowhere)
        os.close(terminal)


def _rows(choices: Choices, budget: Limit) -> tuple[Floats, Floats, Floats]:
    """Return the rows of a programme and their bounds; its columns are the units of each offer, then whether any."""
    offers = len(choices.names)
    eye, none = np.eye(offers), np.zeros(offers)
    rows, low, high = [], [], []
    for limit in (budget, *choices.limits):
        scale = _row_scale(limit)
        rows.append(np.concatenate([limit.each, none]) / scale)
        low.append(limit.least / scale)
        high.append(limit.most / scale)
    for index in range(offers):
        rows.append(np.concatenate([eye[index], -choices.most[index] * eye[index]]))
        rows.append(np.concatenate([-eye[index], choices.least[index] * eye[index]]))
    rows += [np.concatenate([none, eye[list(one)].sum(axis=0)]) for one in choices.exclusive]
    rows += [np.concatenate([none, eye[offer] - eye[needed]]) for offer, needed in choices.needs]
    rules = len(rows) - len(low)
    low += [-np.inf] * rules
    high += [0.0] * (2 * offers) + [1.0] * len(choices.exclusive) + [0.0] * len(choices.needs)
    return np.array(rows), np.array(low), np.array(high)


def _row_scale(limit: Limit) -> float:
    return _scale(limit.each, limit.most if np.isfinite(limit.most) else limit.least)


def _scale(each: Floats, bound: float) -> float:
    """Return the divisor of a row that makes the solver's absolute tolerance a billionth of its bound."""
    return max(abs(bound), float(np.abs(each).max(initial=0.0)), 1e-300) / 1e3
