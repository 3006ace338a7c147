"""Least squares with errors that stay honest where people resemble each other and sites are few."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import sparse, special
from scipy.special import expit

from wellbeva.core.arrays import Floats

Indices: TypeAlias = npt.NDArray[np.intp]

LEVEL = 0.95
_ROUNDING = 1e-8
"""A column whose spread shrinks to this share of its own has none left."""
_ALONE = 1e-8
"""With less of its variance left to it, a cluster alone decides a coefficient, and says nothing of its error."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean or a difference, with its error.

    Parameters
    ----------
    value, se, low, high : float [points of the measure]
        ``low`` and ``high`` end the 95% interval, from Student's t with `df` degrees of freedom.
    df : float
    """

    value: float
    se: float
    df: float
    low: float
    high: float


def estimate(value: float, se: float, df: float) -> Estimate:
    """Return an estimate with its interval from Student's t.

    Parameters
    ----------
    value, se : float
    df : float
        Degrees of freedom.
    """
    reach = float(special.stdtrit(df, 0.5 + LEVEL / 2)) * se if df else math.inf
    return Estimate(value, se, df, value - reach, value + reach)


def mean(values: Floats, clusters: Indices | None = None) -> Estimate:
    """Return the mean of numbers that people add, as `fit` does.

    Parameters
    ----------
    values : array (person,)
    clusters : array (person,), optional
    """
    return fit(values, np.ones((len(values), 1)), 0, clusters)


def fit(
    outcome: Floats, design: Floats, coefficient: int, clusters: Indices | None = None, weights: Floats | None = None
) -> Estimate:
    """Return one coefficient of a least squares fit, as `fit_several` does.

    Parameters
    ----------
    outcome, design, clusters, weights
        As `fit_several`.
    coefficient : int
        Its column.
    """
    return fit_several(outcome, design, [coefficient], clusters, weights)[0][0]


def fit_several(
    outcome: Floats,
    design: Floats,
    coefficients: Sequence[int],
    clusters: Indices | None = None,
    weights: Floats | None = None,
) -> tuple[tuple[Estimate, ...], Floats]:
    """Return coefficients of a least squares fit, with the error CR2 (HC2 where nobody resembles anybody).

    Degrees of freedom are those of Satterthwaite under independent errors of one size, so that a mean gets n - 1, a
    difference of two groups those of Welch, and few or unequal clusters few.

    Parameters
    ----------
    outcome : array (person,)
    design : array (person, column)
        Of full rank.
    coefficients : sequence of int
        Their columns.
    clusters : array (person,), optional
        The number of each person's cluster, from 0.
    weights : array (person,), optional
        Above 0.

    Returns
    -------
    (tuple of Estimate, array (coefficient, coefficient))
        The estimates and their covariance; with no degrees of freedom and an endless interval where no cluster is left
        to tell the error.

    References
    ----------
    Bell and McCaffrey (2002), Survey Methodology 28(2): 169-181; Pustejovsky and Tipton (2018), doi
    10.1080/07350015.2016.1247004; Imbens and Kolesár (2016), doi 10.1162/REST_a_00552.
    """
    if weights is not None:
        outcome, design = outcome * np.sqrt(weights), design * np.sqrt(weights)[:, None]
    size, turn = np.linalg.eigh(design.T @ design)
    half = turn * size**-0.5 @ turn.T
    whitened = design @ half  # its columns are orthonormal, and the hat matrix is its square
    beta = whitened.T @ outcome
    residual = outcome - whitened @ beta
    if clusters is None:
        adjust = _inverse_root(1.0 - np.einsum("ij,ij->i", whitened, whitened))
    else:
        count = int(clusters.max()) + 1
        people = np.arange(len(outcome))
        members = sparse.csr_array((np.ones(len(outcome)), (clusters, people)), shape=(count, len(outcome)))
        sums = members @ (whitened * residual[:, None])
        products = np.einsum("pi,pj->pij", whitened, whitened)
        squares = (members @ products.reshape(len(outcome), -1)).reshape(count, *size.shape, -1)
        root, vectors = np.linalg.eigh(squares)
    estimates, scores = [], []
    for contrast in half[list(coefficients)]:
        if clusters is None:
            pull = whitened @ contrast * adjust
            score, own, shared = pull * residual, pull * pull, whitened * pull[:, None]
        else:
            pull = np.einsum("gij,gj,gkj,k->gi", vectors, _inverse_root(1.0 - root), vectors, contrast)
            score, shared = np.einsum("gi,gi->g", pull, sums), np.einsum("gij,gj->gi", squares, pull)
            own = np.einsum("gi,gi->g", pull, shared)
        # Of p_g'p_h, by which the variance estimate is a quadratic form: own where g = h, less what the fit shares.
        common = np.einsum("gi,gi->g", shared, shared)
        trace = float((own - common).sum())
        squared = float((own * own - 2.0 * own * common).sum() + ((shared.T @ shared) ** 2).sum())
        known = trace > 0.0 and squared > 0.0
        error, df = (math.sqrt(float(score @ score)), trace * trace / squared) if known else (math.inf, 0.0)
        estimates.append(estimate(float(contrast @ beta), error, df))
        scores.append(score)
    return tuple(estimates), np.array(scores) @ np.array(scores).T


def ordered_logit(answers: Indices, regressors: Floats, clusters: Indices | None = None) -> tuple[Any, Any]:
    """Fit an ordered logit; whether it settled, and on numbers that can be, is for the caller to see.

    Parameters
    ----------
    answers : array (row,)
        Numbers of the classes, from 0.
    regressors : array (row, column)
    clusters : array (row,), optional
        Within which errors may resemble each other.

    Returns
    -------
    (OrderedModel, its results)
    """
    from statsmodels.miscmodels.ordinal_model import OrderedModel

    errors = {} if clusters is None else {"cov_type": "cluster", "cov_kwds": {"groups": clusters}}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what they would say is looked at afterwards
        model = OrderedModel(answers, regressors, distr="logit")
        model.cdf = expit  # as scipy.stats.logistic computes it, without looking at each argument first
        return model, model.fit(method="bfgs", disp=False, maxiter=500, **errors)


def _inverse_root(left: Floats) -> Floats:
    known = left > _ALONE
    return np.where(known, np.where(known, left, 1.0) ** -0.5, 0.0)


def independent(columns: Mapping[str, Floats], started: Mapping[str, Floats]) -> dict[str, str]:
    """Say of each column that the others before it make up, by which: empty where it is the same in every row.

    Parameters
    ----------
    columns : mapping of str to array (row,)
        After what is taken off them.
    started : mapping of str to array (row,)
        Before it, by which the spread is judged.
    """
    kept: dict[str, Floats] = {}
    made: dict[str, str] = {}
    for name, column in columns.items():
        unit = column / (float(np.linalg.norm(started.get(name, column))) or 1.0)
        basis = np.stack([*kept.values()], axis=1) if kept else np.zeros((len(unit), 0))
        weights = np.linalg.lstsq(basis, unit, rcond=None)[0]
        if np.linalg.norm(unit - basis @ weights) < _ROUNDING:
            made[name] = " and ".join(one for one, by in zip(kept, weights, strict=True) if abs(by) > _ROUNDING)
        else:
            kept[name] = unit
    return made
