"""Means, standard errors and spreads over all draws, from the moments of stretches (DESIGN section 5)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping

import numpy as np

from wellbeva.core.arrays import Floats, Ints
from wellbeva.engine.reductions.replicates import RANDOMISATIONS
from wellbeva.engine.reductions.result import Moments

_CELLS = 1 << 22
"""Numbers of left-out means held at once, about."""
_SIXTEENTHS = 16
"""Key of the permutation that deals out one sample into sixteenths: the same in every run."""

SURE = 4
"""A mean this many standard errors of 16 randomisations from 0 is chance once in 1,700 runs (t, 15 degrees)."""


def _weights(count: Ints, cells: int) -> Floats:
    """Return the share of all draws in each stretch, ready to multiply an array of `cells` further axes."""
    return (count / float(count.sum())).reshape((-1,) + (1,) * cells)


def pooled_mean(moments: Moments) -> Floats:
    """Return the mean over all draws, array `moments.axes`."""
    result: Floats = (_weights(moments.count, moments.mean.ndim - 1) * moments.mean).sum(axis=0)
    # A cell that is the same in every stretch stays so: weights of 1/16 add up to 1 only within rounding.
    same = (moments.mean == moments.mean[:1]).all(axis=0)
    return np.where(same, moments.mean[0], result)


def pooled_sd(moments: Moments) -> Floats:
    """Return the standard deviation of the draws (divisor N - 1), array `moments.axes`.

    Sums of squared deviations are merged by the parallel-axis formula.

    References
    ----------
    Chan, Golub, LeVeque (1983), The American Statistician 37(3), 242-247. doi:10.1080/00031305.1983.10483115
    """
    total = int(moments.count.sum())
    if total < 2:
        return np.zeros_like(moments.mean[0])
    count = moments.count.astype(np.float64).reshape((-1,) + (1,) * (moments.mean.ndim - 1))
    between = (count * (moments.mean - pooled_mean(moments)) ** 2).sum(axis=0)
    variance: Floats = (moments.m2.sum(axis=0) + between) / (total - 1)
    return np.sqrt(variance)


def error_of_rows(rows: Floats) -> Floats:
    """Return the standard error of a mean of randomisations: their sd (divisor R - 1) over the root of R.

    Parameters
    ----------
    rows : array (randomisation, ...) [any unit, which the error has too]

    References
    ----------
    Owen (2023), Practical Quasi-Monte Carlo Integration, section 6.5 (random replicates); the interval is t with R - 1
    degrees of freedom.
    """
    count = rows.shape[0]
    if count < 2:
        return np.full(rows.shape[1:], np.nan)
    spread = rows - rows.mean(axis=0)
    # Equal rows have no spread, though their mean may differ from them in the last bit.
    same = (rows == rows[:1]).all(axis=0)
    return np.where(same, 0.0, np.sqrt((spread**2).sum(axis=0) / (count - 1) / count))


def error_of_draws(values: Floats, randomisations: int) -> Floats:
    """Return the standard error of the mean over all draws.

    Parameters
    ----------
    values : array (draw, ...) [any unit, which the error has too]
        One randomisation after the other.
    randomisations : int
        One is a sample of independent draws, which gets its i.i.d. error; NaN for one draw.
    """
    if randomisations > 1:
        return error_of_rows(values.reshape(randomisations, -1, *values.shape[1:]).mean(axis=1))
    if len(values) < 2:
        return np.full(values.shape[1:], np.nan)
    return np.asarray(values.std(axis=0, ddof=1) / np.sqrt(len(values)))


def error_of_mean(moments: Moments, *, supplied: bool = False) -> Floats:
    """Return the standard error of the pooled mean, array `moments.axes`.

    Parameters
    ----------
    moments : Moments
    supplied : bool
        Whether the draws come from a table: one sample, which gets its i.i.d. error, sd / sqrt(N); NaN for one draw.
    """
    if len(moments.count) > 1 and not supplied:
        return error_of_rows(moments.mean)
    total = int(moments.count.sum())
    if total < 2:
        return np.full(moments.mean.shape[1:], np.nan)
    return pooled_sd(moments) / math.sqrt(total)


def error_of_shares(share: Floats, square: Floats, *, draws: int) -> Floats:
    """Return the standard error of a mean of weights from 0 to 1 over independent draws.

    Where the weights are 0 or 1 it is sqrt(p (1 - p) / (N - 1)); NaN for one draw.

    Parameters
    ----------
    share : array (...)
        Mean of the weights.
    square : array (...)
        Mean of their squares.
    draws : int
        Number of draws, N.

    Returns
    -------
    array (...)
    """
    if draws < 2:
        return np.full(np.shape(share), np.nan)
    return np.asarray(np.sqrt(np.maximum(square - share**2, 0.0) / (draws - 1)))


def error_of_quantiles(draws: Floats, probabilities: Floats) -> Floats:
    """Return the error of quantiles of independent draws: half the distance between two neighbouring quantiles.

    They lie one standard error of a share, sqrt(q (1 - q) / N), below and above; NaN where the sample does not reach
    so far.

    Parameters
    ----------
    draws : array (draw, ...) [any unit, which the error has too]
    probabilities : array (q,) [share]

    Returns
    -------
    array (q, ...)

    References
    ----------
    Woodruff (1952), Journal of the American Statistical Association 47(260), 635-646.
    doi:10.1080/01621459.1952.10483443
    """
    distance = np.sqrt(probabilities * (1 - probabilities) / len(draws))
    below, above = probabilities - distance, probabilities + distance
    reached = (below >= 0) & (above <= 1)
    lower, upper = (np.quantile(draws, np.clip(chances, 0, 1), axis=0) for chances in (below, above))
    error: Floats = (upper - lower) / 2
    return np.where(reached.reshape((-1,) + (1,) * (error.ndim - 1)), error, np.nan)


def error_of_statistic(draws: Floats, statistic: Callable[[Floats], Floats]) -> Floats:
    """Return the standard error of any statistic of kept draws.

    Parameters
    ----------
    draws : array (randomisation, draw) [any unit]
        One randomisation is a sample of independent draws.
    statistic : callable
        From array (row, draw) to array (row,).

    Notes
    -----
    Several randomisations: the spread of their own statistics. One: the jackknife that leaves out a sixteenth of the
    draws at a time, which serves quantiles too; the sixteenths are made by chance from the sorted draws, so that their
    order plays no part (Shao and Wu 1989, Annals of Statistics 17(3), 1176-1197,
    doi:10.1214/aos/1176347263).
    """
    if draws.shape[0] > 1:
        return error_of_rows(np.asarray(statistic(draws), dtype=np.float64))
    mixed = np.random.Generator(np.random.PCG64(_SIXTEENTHS)).permutation(np.sort(draws[0]))
    parts = np.array_split(mixed, min(RANDOMISATIONS, draws.shape[1]))
    if len(parts) < 2:
        return np.asarray(np.nan)
    left = [np.concatenate([*parts[:index], *parts[index + 1 :]])[np.newaxis] for index in range(len(parts))]
    partial = np.stack([np.asarray(statistic(sample), dtype=np.float64)[0] for sample in left])
    return jackknife_error(partial)


def jackknife(
    rows: dict[str, Floats], counts: Ints, evaluate: Callable[[dict[str, Floats]], dict[str, Floats]]
) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Return a function of pooled means, and its standard error by leaving out one stretch of draws at a time.

    Parameters
    ----------
    rows : mapping of quantity to array (stretch, ...)
        Means of each stretch.
    counts : int array (stretch,)
        Of the randomisations.
    evaluate : callable
        From means to results, by name; an axis more in front of all means leads the results that depend on them.

    Returns
    -------
    tuple of (values, errors)
        By name of result. Errors are NaN for a single stretch; a result that is not finite (a ratio to zero)
        is NaN, and so is its error.

    References
    ----------
    Miller (1974), The jackknife: a review. Biometrika 61(1), 1-15. doi:10.1093/biomet/61.1.1
    """

    def without(left_out: int | None) -> dict[str, Floats]:
        keep = counts.copy()
        if left_out is not None:
            keep[left_out] = 0
        return {name: (_weights(keep, array.ndim - 1) * array).sum(axis=0) for name, array in rows.items()}

    values = {name: np.where(np.isfinite(value), value, np.nan) for name, value in evaluate(without(None)).items()}
    number = len(counts)
    if number < 2:
        return values, {name: np.full(np.shape(value), np.nan) for name, value in values.items()}
    each = max(1, _CELLS // max(1, sum(array[0].size for array in rows.values())))
    partial: dict[str, list[Floats]] = {name: [] for name in values}
    for begin in range(0, number, each):
        means = [without(index) for index in range(begin, min(begin + each, number))]
        results = evaluate({name: np.stack([mean[name] for mean in means]) for name in rows})
        for name, value in values.items():
            partial[name].append(np.broadcast_to(results[name], (len(means), *np.shape(value))))
    errors = {}
    for name, parts in partial.items():
        stack = np.concatenate(parts)
        errors[name] = jackknife_error(np.where(np.isfinite(stack), stack, np.nan))
    return values, errors


def error_of_left_out(
    values: Mapping[str, Floats],
    left_out: Iterable[Mapping[str, Floats]],
    evaluate: Callable[[dict[str, Floats]], Mapping[str, Floats]],
) -> dict[str, Floats]:
    """Return the standard error of functions of means of one sample: the jackknife over single draws.

    The order of the draws plays no part.

    Parameters
    ----------
    values : mapping of result to array
        From the means over all draws.
    left_out : iterable of mapping of quantity to array (draw, ...)
        Means over all draws but one, some draws at a time (`engine.run.jackknife`).
    evaluate : callable
        From such means to results, array (draw, ...) each.

    Returns
    -------
    dict of result to array
        NaN where a result is not finite, or for fewer than two draws.

    References
    ----------
    Miller (1974), The jackknife: a review. Biometrika 61(1), 1-15. doi:10.1093/biomet/61.1.1
    """
    count = 0
    total = {name: np.zeros(np.shape(value)) for name, value in values.items()}
    square = {name: np.zeros(np.shape(value)) for name, value in values.items()}
    for means in left_out:
        count += len(next(iter(means.values()), ()))
        partial = evaluate(dict(means))
        for name, value in values.items():
            deviation = np.where(np.isfinite(partial[name]), partial[name], np.nan) - value
            total[name] += deviation.sum(axis=0)
            square[name] += (deviation**2).sum(axis=0)
    if count < 2:
        return {name: np.full(np.shape(value), np.nan) for name, value in values.items()}
    return {
        name: np.sqrt(np.maximum(square[name] - total[name] ** 2 / count, 0.0) * (count - 1) / count) for name in values
    }


def jackknife_error(partial: Floats) -> Floats:
    """Return the standard error from values with one part left out, array (part, ...); see `jackknife`."""
    number = len(partial)
    spread = ((partial - partial.mean(axis=0)) ** 2).sum(axis=0)
    same = (partial == partial[:1]).all(axis=0)
    return np.where(same, 0.0, np.sqrt((number - 1) / number * spread))
