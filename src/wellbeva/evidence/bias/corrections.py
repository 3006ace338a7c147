"""All corrections beside the average without one, as a report shows them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from wellbeva.distributions.spec import Distribution
from wellbeva.evidence.bias.correction import FEW, Correction, check
from wellbeva.evidence.bias.funnel import PetPeese, egger, pet_peese
from wellbeva.evidence.bias.selection import Selection, selection_model
from wellbeva.evidence.bias.trim_and_fill import TrimAndFill, trim_and_fill
from wellbeva.evidence.errors import EvidenceError
from wellbeva.evidence.pooling.pool import Pooled, pool
from wellbeva.evidence.pooling.studies import Studies

PET_PEESE_TAKES = (20, 0.8)
"""Least studies and most I2 with which it is to be relied upon: Stanley (2017), doi:10.1177/1948550617693062."""
SIGNIFICANT = 0.025
"""One-sided p-value at which the selection model has its step: 5% of a two-sided test, in one direction."""


def corrections(studies: Studies, *, direction: int = 0, **pooling: str) -> tuple[Correction, ...]:
    """Return the average as it stands, the test of the funnel, and each correction.

    Parameters
    ----------
    studies : Studies
    direction : {0, 1, -1}
        Whether studies with higher or with lower effects are the more readily published; 0 for that of the average.
    **pooling
        As `pool` takes it.

    Raises
    ------
    EvidenceError
        If there are fewer than three studies, or one has several effects. A method that finds no answer says so in
        its row.

    Examples
    --------
    >>> import numpy as np
    >>> variances = np.array([0.01, 0.02, 0.03, 0.06, 0.09])
    >>> rows = corrections(Studies(list("ABCDE"), np.array([0.1, 0.2, 0.3, 0.4, 0.7]), variances))
    >>> rows[1].finding
    'Small studies give higher effects: slope 2.6.'
    """
    check(studies)
    plain = pool(studies, **pooling)
    way = direction or (1 if plain.mean >= 0.0 else -1)
    methods: dict[str, Callable[[str], Correction]] = {
        "as published": lambda name: Correction(name, _law(plain), f"{len(studies)} studies, I² {plain.i2:.0%}."),
        "funnel (Egger's test)": lambda name: _egger(name, studies),
        "trim and fill (L0)": lambda name: _trimmed(name, trim_and_fill(studies, estimator="L0", **pooling)),
        "trim and fill (R0)": lambda name: _trimmed(name, trim_and_fill(studies, estimator="R0", **pooling)),
        "PET-PEESE": lambda name: _pet_peese(name, pet_peese(studies, direction=way), plain),
        "selection model": lambda name: _selection(name, selection_model(studies, steps=(SIGNIFICANT,), direction=way)),
    }
    return tuple(_row(name, method, len(studies)) for name, method in methods.items())


def _row(name: str, method: Callable[[str], Correction], count: int) -> Correction:
    few = f"{count} studies are too few to tell: {FEW} are the least."
    try:
        row = method(name)
    except EvidenceError as error:
        row = Correction(name, None, f"{error.message}: {'; '.join(error.facts)}.")
    return replace(row, cautions=(*row.cautions, few)) if count < FEW else row


def _law(pooled: Pooled) -> Distribution:
    if math.isinf(pooled.df):
        return Distribution("normal", (pooled.mean, pooled.se))
    return Distribution("student_t", (pooled.mean, pooled.se, pooled.df))


def _egger(name: str, studies: Studies) -> Correction:
    line = egger(studies)
    finding = f"Small studies give {'higher' if line.slope > 0.0 else 'lower'} effects: slope {line.slope:.2g}."
    return Correction(name, None, finding, line.p)


def _trimmed(name: str, result: TrimAndFill) -> Correction:
    finding = f"Studies filled in on the {result.side} side: {result.missing} (standard error {result.missing_se:.1f})."
    return Correction(name, _law(result.pooled), finding, result.p)


def _pet_peese(name: str, result: PetPeese, plain: Pooled) -> Correction:
    least, most = PET_PEESE_TAKES
    cautions: tuple[str, ...] = ()
    if plain.studies < least or plain.i2 > most:
        cautions = (f"Not to be relied upon with fewer than {least} studies or an I² above {most:.0%}.",)
    finding = f"By {result.chosen}, for PET's one-sided p is {result.p:.2g}."
    return Correction(name, result.line.law, finding, None, cautions)


def _selection(name: str, result: Selection) -> Correction:
    finding = (
        f"Studies with a one-sided p above {result.steps[0]:g} are published {result.weights[1]:.2g} times as often "
        f"as those below; {result.counts[0]} lie below, {result.counts[1]} above."
    )
    return Correction(name, result.law, finding, result.p)
