"""Studies pooled into one value: what is drawn, and from what, in words (semantics R159 to R161)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from wellbeva.distributions.notation import percent
from wellbeva.distributions.spec import Distribution
from wellbeva.scenario.value import Amount, StudyTable, Value

if TYPE_CHECKING:
    from wellbeva.core.arrays import Floats
    from wellbeva.evidence.pooling.pool import Pooled
    from wellbeva.evidence.pooling.studies import Studies
    from wellbeva.evidence.shrinkage import Shrunk

FEW = 4
"""Studies below which their spread between settings is hardly known."""
NEW = "a setting that no study has seen"


@dataclass(frozen=True, slots=True, eq=False)
class PooledValue:
    """The studies of one value, and what they come to.

    Parameters
    ----------
    table : StudyTable
        How they are pooled; where its measure is a ratio, all numbers are logarithms.
    studies : Studies
    plain : Pooled
        As published.
    estimate : Pooled
        With the correction that the value asks for.
    local : Shrunk, or None
        The local study drawn towards the others, where one is named.
    """

    table: StudyTable
    studies: Studies
    plain: Pooled
    estimate: Pooled
    local: Shrunk | None

    @property
    def drawn_for(self) -> str:
        """What is drawn: the average, the effect in a new setting, or that of a local study."""
        if self.local:
            return f"the setting of {self.table.local}"
        return ("the average over settings" if self.table.predict == "average" else NEW) + self.where

    @property
    def where(self) -> str:
        """The setting that effects are regressed to, in words; empty where they are not."""
        setting = " and ".join(f"{name} {text}" for name, text in self.table.setting)
        return setting and f", with {setting}"

    def number(self, x: float) -> float:
        """Return a number as it is shown: a ratio, not its logarithm."""
        return math.exp(x) if self.table.ratio else x

    def law(self) -> Distribution:
        """Return what is drawn.

        Of ratios it is the lognormal with the same 95% interval, for the exponential of a Student's t has no mean.

        Raises
        ------
        EvidenceError
            If there are too few studies to draw from.
        """
        estimate, average = self.estimate, self.table.predict == "average"
        if self.local:
            law = self.local.law
            parts = tuple(Distribution("lognormal", part.args) for part in law.parts)
            return replace(law, parts=parts) if self.table.ratio else law
        if not self.table.ratio:
            return estimate.average() if average else estimate.new_setting()
        high = (estimate.interval() if average else estimate.prediction())[1]
        return Distribution("lognormal", (estimate.mean, (high - estimate.mean) / NormalDist().inv_cdf(0.975)))

    def sentence(self, law: str) -> str:
        """Say what the studies come to and which part of it is drawn.

        Parameters
        ----------
        law : str
            What is drawn, in words.
        """
        table, estimate = self.table, self.estimate
        centre, *ends = (f"{self.number(x):.3g}" for x in (estimate.mean, *estimate.interval()))
        how = f"{table.pool} ({table.between})" if estimate.random else table.pool
        if table.setting:
            how += f", regressed on {' and '.join(name for name, _ in table.setting)}"
        if estimate.moderators_p is not None:
            how += f" (p {estimate.moderators_p:.2g})"
        said = f"{estimate.studies} studies pooled by {how}: average {centre} (95% interval {ends[0]} to {ends[1]})"
        if table.correct != "none":
            said += f", corrected by {table.correct} from {self.number(self.plain.mean):.3g}"
        if estimate.random:
            scale = " on the scale of logarithms" if table.ratio else ""
            sd = f"{math.sqrt(estimate.tau2):.3g}{scale} (tau² {estimate.tau2:.3g})"
            said += f", standard deviation between settings {sd}"
        meant = self.drawn_for
        if self.local:
            meant += f", which keeps {percent(round(self.local.weight, 2))} of the weight"
            law = f"average {self.local.mean:.3g}, standard deviation {self.local.sd:.3g}"
        return f"{said}, I² {percent(round(estimate.i2, 2))}; drawn for {meant}: {law}"


def pooled(value: Value, factor: float = 1.0) -> PooledValue:
    """Pool the studies of a value as it says; once for all variants of a scenario.

    Parameters
    ----------
    value : Value
        Of the form ``studies``.
    factor : float
        What turns their unit into that of a parameter.

    Raises
    ------
    EvidenceError
        Where the studies do not bear it.
    """
    assert value.studies is not None
    return _pooled(value.points, value.studies, factor)


@lru_cache(maxsize=256)
def _pooled(points: tuple[tuple[Fraction, Amount], ...], table: StudyTable, factor: float) -> PooledValue:
    # They import SciPy, which no other run waits for.
    from wellbeva.evidence.pooling.pool import pool
    from wellbeva.evidence.pooling.studies import Studies
    from wellbeva.evidence.shrinkage import shrink

    # Whoever stands in no cluster is one of its own.
    names = [cluster or label for cluster, label in zip(table.clusters, table.labels, strict=False)]
    effects = np.array([float(effect.number) for _, effect in points]) * factor
    variances = np.array([float(variance) for variance, _ in points]) * factor**2
    asked = zip(table.setting, table.moderators, strict=True)
    pairs = {name: _moderator(column, value) for (name, value), column in asked}
    studies = Studies(
        table.labels,
        effects,
        variances,
        names,
        {name: column for name, (column, _) in pairs.items()},
        {name: value for name, (_, value) in pairs.items()},
    )
    plain, local = pool(studies, **table.how), None
    if table.local:
        place = table.labels.index(table.local)
        others = studies.take(row for row in range(len(studies)) if row != place)
        local = shrink(others, float(effects[place]), math.sqrt(float(variances[place])))
    return PooledValue(table, studies, plain, _corrected(studies, plain, table.correct), local)


def _moderator(column: Sequence[str], value: str) -> tuple[Sequence[str] | Floats, str | float]:
    """Return a moderator with its value in the setting: numbers where all of them are, else names of subgroups."""
    try:
        numbers = np.array([float(text) for text in (*column, value)])
    except ValueError:
        return column, value
    return (numbers[:-1], float(numbers[-1])) if np.isfinite(numbers).all() else (column, value)


def _corrected(studies: Studies, estimate: Pooled, method: str) -> Pooled:
    """Put a corrected average in the place of the average; PET-PEESE leaves the spread between settings as it is."""
    if method == "none":
        return estimate
    from wellbeva.evidence.bias.funnel import pet_peese
    from wellbeva.evidence.bias.selection import selection_model

    direction, tau2 = 1 if estimate.mean >= 0 else -1, estimate.tau2
    if method == "PET-PEESE":
        law = pet_peese(studies, direction=direction)[0].law
    else:
        model = selection_model(studies, direction=direction)
        law, tau2 = model.law, model.tau2 if estimate.random else 0.0
    mean, se, *df = law.args
    return replace(estimate, mean=mean, se=se, df=df[0] if df else math.inf, tau2=tau2)
