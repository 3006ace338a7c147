"""From one row a randomisation to means, standard errors and spreads over all draws (DESIGN section 5)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from wellbeva.engine.outcome import Counts, Floats, Moments


def _weights(count: Counts, cells: int) -> Floats:
    """Share of all draws in each randomisation, ready to multiply an array of `cells` further axes."""
    share: Floats = (count / float(count.sum())).reshape((-1,) + (1,) * cells)
    return share


def pooled_mean(moments: Moments) -> Floats:
    """Mean over all draws, array `moments.axes`."""
    result: Floats = (_weights(moments.count, moments.mean.ndim - 1) * moments.mean).sum(axis=0)
    # A cell that is the same in every randomisation stays so: weights of 1/16 add up to 1 only within rounding.
    same = (moments.mean == moments.mean[:1]).all(axis=0)
    return np.where(same, moments.mean[0], result)


def pooled_sd(moments: Moments) -> Floats:
    """Standard deviation of the draws (divisor N - 1), array `moments.axes`.

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
    """Standard error of a mean of randomisations: their sd (divisor R - 1) over the root of R.

    Parameters
    ----------
    rows : array (randomisation, ...)

    References
    ----------
    Owen (2023), Practical Quasi-Monte Carlo Integration, section 6.5 (random replicates); the interval is t with R - 1
    degrees of freedom.
    """
    count = rows.shape[0]
    if count < 2:
        return np.full(rows.shape[1:], np.nan)
    spread = rows - rows.mean(axis=0)
    same = (rows == rows[:1]).all(axis=0)
    return np.where(same, 0.0, np.sqrt((spread**2).sum(axis=0) / (count - 1) / count))


def error_of_mean(moments: Moments) -> Floats:
    """Standard error of the pooled mean, array `moments.axes`.

    A single randomisation is a foreign sample and gets its i.i.d. error.
    """
    if len(moments.count) > 1:
        return error_of_rows(moments.mean)
    root: float = float(moments.count.sum()) ** 0.5
    return pooled_sd(moments) / root


def jackknife(
    rows: dict[str, Floats], counts: Counts, evaluate: Callable[[dict[str, Floats]], dict[str, Floats]]
) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Function of pooled means, and its standard error by leaving out one randomisation at a time.

    Parameters
    ----------
    rows : mapping of quantity to array (randomisation, ...)
        Means of each randomisation.
    counts : int array (randomisation,)
    evaluate : callable
        From means to results, by name.

    Returns
    -------
    tuple of (values, errors)
        By name of result. Errors are NaN for a single randomisation; a result that is not finite (a ratio to nought)
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
    partial = [evaluate(without(index)) for index in range(number)]
    errors = {}
    for name in values:
        stack = np.stack([one[name] for one in partial])
        stack = np.where(np.isfinite(stack), stack, np.nan)
        spread = ((stack - stack.mean(axis=0)) ** 2).sum(axis=0)
        same = (stack == stack[:1]).all(axis=0)
        errors[name] = np.where(same, 0.0, np.sqrt((number - 1) / number * spread))
    return values, errors
