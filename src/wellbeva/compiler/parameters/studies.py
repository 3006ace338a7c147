"""Studies pooled into one value: what is drawn, and from what, in words (semantics R159, R160)."""

from __future__ import annotations

import math
from dataclasses import replace
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
    from wellbeva.evidence.shrinkage import Shrunk

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
    return Studies(table.labels, effects, variances, names if table.clusters else ())


@lru_cache(maxsize=256)
def _pooled(points: Points, table: StudyTable, factor: float) -> Pooled:
    """Pool once for all variants of a scenario."""
    from wellbeva.evidence.pooling.pool import pool

    studies = _studies(points, table, factor)
    estimate = pool(studies, model=table.pool, between=table.between, interval=table.interval)
    return estimate if table.correct == "none" else _corrected(studies, estimate, table.correct)


def _corrected(studies: Studies, estimate: Pooled, method: str) -> Pooled:
    """Put a corrected average in the place of the average; PET-PEESE leaves the spread between settings as it is."""
    from wellbeva.evidence.bias.funnel import pet_peese
    from wellbeva.evidence.bias.selection import selection_model

    way = 1 if estimate.mean >= 0 else -1
    if method == "PET-PEESE":
        law, tau2 = pet_peese(studies, direction=way)[0].law, estimate.tau2
    else:
        model = selection_model(studies, direction=way)
        law, tau2 = model.law, model.tau2 if estimate.between != "none" else 0.0
    mean, se, *df = law.args
    return replace(estimate, mean=mean, se=se, df=df[0] if df else math.inf, tau2=tau2)


@lru_cache(maxsize=256)
def _shrunk(points: Points, table: StudyTable, factor: float) -> Shrunk:
    """Draw the local study towards the others."""
    from wellbeva.evidence.shrinkage import shrink

    studies, at = _studies(points, table, factor), table.labels.index(table.local)
    others = studies.take(row for row in range(len(studies)) if row != at)
    return shrink(others, float(studies.effects[at]), math.sqrt(float(studies.variances[at])))


def law_of(value: Value, factor: float = 1.0) -> Distribution:
    """Return what is drawn: the average, the effect in a setting that no study has seen, or that of a local study.

    Of ratios it is the lognormal with the same 95% interval, for the exponential of a Student's t has no mean.

    Parameters
    ----------
    value, factor
        As `studies_of`.

    Raises
    ------
    EvidenceError
        Where the studies do not bear it.
    """
    table, estimate = table_of(value), pooled(value, factor)
    average = table.predict == "average"
    if table.local:
        law = _shrunk(value.points, table, factor).law
        parts = tuple(Distribution("lognormal", part.args) for part in law.parts)
        return replace(law, parts=parts) if table.ratio else law
    if not table.ratio:
        return estimate.average() if average else estimate.new_setting()
    high = (estimate.interval() if average else estimate.prediction())[1]
    return Distribution("lognormal", (estimate.mean, (high - estimate.mean) / NormalDist().inv_cdf(0.975)))


def sentence(value: Value, factor: float, law: str) -> str:
    """Say what the studies come to and which part of it is drawn.

    Parameters
    ----------
    value, factor
        As `studies_of`.
    law : str
        What is drawn, in words.
    """
    table, estimate = table_of(value), pooled(value, factor)
    centre, *ends = (f"{math.exp(x) if table.ratio else x:.3g}" for x in (estimate.mean, *estimate.interval()))
    how = f"{table.pool} ({table.between})" if estimate.between != "none" else table.pool
    said = f"{estimate.studies} studies pooled by {how}: average {centre} (95% interval {ends[0]} to {ends[1]})"
    if table.correct != "none":
        plain = _pooled(value.points, replace(table, correct="none"), factor).mean
        said += f", corrected by {table.correct} from {math.exp(plain) if table.ratio else plain:.3g}"
    if estimate.between != "none":
        scale = " on the scale of logarithms" if table.ratio else ""
        said += (
            f", standard deviation between settings {math.sqrt(estimate.tau2):.3g}{scale} (tau² {estimate.tau2:.3g})"
        )
    meant = "the average over settings" if table.predict == "average" else "a setting that no study has seen"
    if table.local:
        shrunk = _shrunk(value.points, table, factor)
        meant = f"the setting of {table.local}, which keeps {percent(round(shrunk.weight, 2))} of the weight"
        law = f"average {shrunk.mean:.3g}, standard deviation {shrunk.sd:.3g}"
    return f"{said}, I² {percent(round(estimate.i2, 2))}; drawn for {meant}: {law}"
