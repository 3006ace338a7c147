"""Curves over the willingness to pay, exact in every draw: who is best, what a wrong choice loses.

In each draw an option's net benefit is a straight line over the willingness to pay. The thresholds at which two lines
cross bound the stretch on which an option is best; sums over draws of these stretches give every curve at once.

References
----------
Fenwick, Claxton, Sculpher (2001), Health Economics 10(8), 779-787. doi:10.1002/hec.635
Alarid-Escudero and others (2019), Value in Health 22(5), 611-618. doi:10.1016/j.jval.2019.02.008
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wellbeva.analysis.uncertainty.sample import DecisionSample
from wellbeva.core.arrays import Floats, Ints
from wellbeva.results.standard_errors import error_of_rows, error_of_shares

_AT_ONCE = 1 << 22
"""Net benefits that are worked out one by one at a time, for draws in which options tie."""


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """Curves over the willingness to pay.

    Parameters
    ----------
    wtp : array (threshold,) [money/effect]
    prob_best : array (threshold, option) [share]
        Chance of being most cost-effective; options that tie share it.
    prob_best_mcse : array (threshold, option) [share]
    best : int array (threshold,)
        The option of the highest mean net benefit: the frontier.
    evpi, evpi_mcse : array (threshold,) [money]
        Value of perfect information.
    loss : array (threshold, option) [money]
        Mean of what choosing the option loses against the best of each draw.
    """

    wtp: Floats
    prob_best: Floats
    prob_best_mcse: Floats
    best: Ints
    evpi: Floats
    evpi_mcse: Floats
    loss: Floats


def curves(sample: DecisionSample, wtp: Floats) -> Curves:
    """Return the curves at thresholds.

    Parameters
    ----------
    sample : DecisionSample
    wtp : array (threshold,) [money/effect]
        Rising, none negative.
    """
    runs, options, grid = sample.randomisations, len(sample.options), len(wtp)
    first, last = _stretches(sample, wtp)
    tied = np.maximum(last - first + 1, 0).sum(axis=1) != grid  # or none is best where three lines cross, for rounding
    run = np.arange(sample.draws) * runs // sample.draws
    effect, cost = sample.effect, sample.cost
    best = sample.best(wtp)
    counts, regret, squares = np.zeros((runs, grid, options)), np.zeros((runs, grid)), np.zeros(grid)
    for option in range(options):
        draws = np.flatnonzero((first[:, option] <= last[:, option]) & ~tied)
        stretch = _Stretches(run[draws], first[draws, option], last[draws, option], runs, grid)
        counts[:, :, option] = stretch.sums()
        for against in set(best) - {option}:
            at = best == against
            more, dearer = (one[draws, option] - one[draws, against] for one in (effect, cost))
            regret[:, at] += wtp[at] * stretch.sums(more)[:, at] - stretch.sums(dearer)[:, at]
            if runs == 1:
                of_more, of_both, of_dearer = (stretch.sums(one)[0, at] for one in (more**2, more * dearer, dearer**2))
                squares[at] += wtp[at] ** 2 * of_more - 2 * wtp[at] * of_both + of_dearer
    share_squares = counts.sum(axis=0)
    rows = np.flatnonzero(tied)
    step = max(1, _AT_ONCE // (options * grid))
    for some in (rows[start : start + step] for start in range(0, len(rows), step)):
        benefit = wtp[:, np.newaxis] * effect[some, np.newaxis] - cost[some, np.newaxis]
        highest = benefit.max(axis=-1, keepdims=True)
        share = (benefit == highest) / (benefit == highest).sum(axis=-1, keepdims=True)
        lost = highest[..., 0] - benefit[:, np.arange(grid), best]
        np.add.at(counts, run[some], share)
        np.add.at(regret, run[some], lost)
        share_squares += (share**2).sum(axis=0)
        squares += (lost**2).sum(axis=0)
    each = sample.draws / runs
    prob_best, evpi = counts.sum(axis=0) / sample.draws, regret.sum(axis=0) / sample.draws
    if runs > 1:
        errors = error_of_rows(counts / each), error_of_rows(regret / each)
    else:
        left = np.maximum(squares / sample.draws - evpi**2, 0) / max(sample.draws - 1, 1)
        errors = error_of_shares(prob_best, share_squares / sample.draws, draws=sample.draws), np.sqrt(left)
    benefit = wtp[:, np.newaxis] * effect.mean(axis=0) - cost.mean(axis=0)
    loss = benefit[np.arange(grid), best][:, np.newaxis] - benefit + evpi[:, np.newaxis]
    return Curves(wtp, prob_best, errors[0], best, evpi, errors[1], loss)


class _Stretches:
    """Stretches of thresholds, one a draw, over which sums are taken."""

    def __init__(self, run: Ints, first: Ints, last: Ints, runs: int, grid: int) -> None:
        self._shape = (runs, grid + 1)
        self._begin, self._end = (run * (grid + 1) + one for one in (first, last + 1))

    def sums(self, weight: Floats | None = None) -> Floats:
        """Return the sums of a weight, or the counts, array (randomisation, threshold)."""
        begin, end = (
            np.bincount(one, weight, minlength=self._shape[0] * self._shape[1]) for one in (self._begin, self._end)
        )
        found: Floats = (begin - end).reshape(self._shape)[:, :-1].cumsum(axis=1)
        return found


def _stretches(sample: DecisionSample, wtp: Floats) -> tuple[Ints, Ints]:
    """Return the first and the last threshold at which each option is best in each draw, int array (draw, option)."""
    options = len(sample.options)
    first = np.zeros((sample.draws, options), dtype=np.int64)
    last = np.full((sample.draws, options), len(wtp) - 1)
    for option in range(options):
        low, high = np.zeros(sample.draws), np.full(sample.draws, np.inf)
        for other in set(range(options)) - {option}:
            more = sample.effect[:, option] - sample.effect[:, other]
            dearer = sample.cost[:, option] - sample.cost[:, other]
            with np.errstate(divide="ignore", invalid="ignore"):
                crossing = dearer / more
            low = np.where(more > 0, np.maximum(low, crossing), low)
            high = np.where(more < 0, np.minimum(high, crossing), high)
            high = np.where((more == 0) & (dearer > 0), -1.0, high)
        first[:, option] = np.searchsorted(wtp, low, side="left")
        last[:, option] = np.searchsorted(wtp, high, side="right") - 1
    return first, last
