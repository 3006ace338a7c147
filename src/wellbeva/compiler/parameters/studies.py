"""Studies pooled into one value: what is drawn, and from what, in words (semantics R159, R160)."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import lru_cache
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from wellbeva.distributions.notation import percent
from wellbeva.distributions.spec import Distribution
from wellbeva.scenario.value import Amount, StudyTable, Value

if TYPE_CHECKING:
    from wellbeva.evidence.pooling.pool import Pooled
    from wellbeva.evidence.pooling.studies import Studies

FEW = 4
"""Studies below which their spread between settings is hardly known."""


def table_of(value: Value) -> StudyTable:
    """Return what a value of the form ``studies`` says of them."""
    assert value.studies is not None
    return value.studies


def studies_of(value: Value, factor: float = 1.0) -> Studies:
    """Return the studies of a value.

    Parameters
    ----------
    value : Value
        Of the form ``studies``.
    factor : float
        What turns their unit into that of a parameter.
    """
    return _studies(value.points, table_of(value), factor)


def pooled(value: Value, factor: float = 1.0) -> Pooled:
    """Pool the studies of a value as it says.

    Parameters
    ----------
    value, factor
        As `studies_of`.

    Raises
    ------
    EvidenceError
        Where the studies do not bear it.
    """
    return _pooled(value.points, table_of(value), factor)


Points = tuple[tuple[Fraction, Amount], ...]


def _studies(points: Points, table: StudyTable, factor: float) -> Studies:
    from wellbeva.evidence.pooling.studies import Studies  # imports SciPy, which no other run waits for

    # Whoever stands in no cluster is one of its own.
    names = [cluster or label for cluster, label in zip(table.clusters or table.labels, table.labels, strict=True)]
    effects = np.array([float(effect.number) for _, effect in points]) * factor
    variances = np.array([float(variance) for variance, _ in points]) * factor**2
    return Studies(table.labels, effects, variances, names if table.clusters else None)


@lru_cache(maxsize=256)
def _pooled(points: Points, table: StudyTable, factor: float) -> Pooled:
    """Pool once for all variants of a scenario."""
    from wellbeva.evidence.pooling.pool import pool

    studies = _studies(points, table, factor)
    return pool(studies, model=table.pool, between=table.between, interval=table.interval)


def law_of(found: Pooled, table: StudyTable) -> Distribution:
    """Return the distribution that is drawn: of the average, or of the effect in a setting that no study has seen.

    Of ratios it is the lognormal with the same 95% interval, for the exponential of a Student's t has no mean.

    Parameters
    ----------
    found : Pooled
    table : StudyTable
    """
    average = table.predict == "average"
    if not table.ratio:
        return found.average() if average else found.new_setting()
    high = (found.interval(0.95) if average else found.prediction(0.95))[1]
    return Distribution("lognormal", (found.mean, (high - found.mean) / NormalDist().inv_cdf(0.975)))


def sentence(found: Pooled, table: StudyTable, law: str) -> str:
    """Say what the studies come to and which part of it is drawn.

    Parameters
    ----------
    found : Pooled
    table : StudyTable
    law : str
        What is drawn, in words.
    """
    centre, *ends = (f"{math.exp(x) if table.ratio else x:.3g}" for x in (found.mean, *found.interval(0.95)))
    how = f"{table.pool} ({table.between})" if found.between != "none" else table.pool
    said = f"{found.studies} studies pooled by {how}: average {centre} (95% interval {ends[0]} to {ends[1]})"
    if found.between != "none":
        scale = " on the scale of logarithms" if table.ratio else ""
        said += f", standard deviation between settings {math.sqrt(found.tau2):.3g}{scale} (tau² {found.tau2:.3g})"
    meant = "the average over settings" if table.predict == "average" else "a setting that no study has seen"
    return f"{said}, I² {percent(round(found.i2, 2))}; drawn for {meant}: {law}"
