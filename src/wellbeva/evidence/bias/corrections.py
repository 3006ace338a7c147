"""All corrections beside the average without one, as a report shows them."""

from __future__ import annotations

from collections.abc import Callable

from wellbeva.distributions.spec import Distribution
from wellbeva.evidence.bias.correction import FEW, Correction, check
from wellbeva.evidence.bias.funnel import egger, pet_peese
from wellbeva.evidence.bias.selection import selection_model
from wellbeva.evidence.bias.trim_and_fill import trim_and_fill
from wellbeva.evidence.errors import EvidenceError
from wellbeva.evidence.pooling.pool import pool
from wellbeva.evidence.pooling.studies import Studies

PET_PEESE_TAKES = (20, 0.8)
"""Least studies and most I2 with which it is to be relied upon: Stanley (2017), doi:10.1177/1948550617693062."""
Answer = tuple[Distribution | None, str, float | None]
"""Law, finding and p of a `Correction`."""


def corrections(studies: Studies, **pooling: str) -> tuple[Correction, ...]:
    """Return the average as it stands, the test of the funnel, and each correction.

    Studies with effects on the average's side of 0 are supposed to be the more readily published.

    Parameters
    ----------
    studies : Studies
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
    count, plain = len(studies), pool(studies, **pooling)
    direction = 1 if plain.mean >= 0.0 else -1

    def filled(estimator: str) -> Answer:
        result = trim_and_fill(studies, estimator=estimator, **pooling)
        where = f"Studies filled in on the {result.side} side: {result.missing}"
        return result.pooled.law, f"{where} (standard error {result.missing_se:.1f}).", result.p

    methods: dict[str, Callable[[], Answer]] = {
        "as published": lambda: (plain.law, f"{count} studies, I² {plain.i2:.0%}.", None),
        "funnel (Egger's test)": lambda: _egger(studies),
        "trim and fill (L0)": lambda: filled("L0"),
        "trim and fill (R0)": lambda: filled("R0"),
        "PET-PEESE": lambda: _pet_peese(studies, direction),
        "selection model": lambda: _selection(studies, direction),
    }
    rows = []
    least, most = PET_PEESE_TAKES
    for name, method in methods.items():
        cautions: tuple[str, ...] = ()
        try:
            law, finding, p = method()
        except EvidenceError as error:
            law, finding, p = None, f"{error.message}: {'; '.join(error.facts)}.", None
        if name == "PET-PEESE" and law is not None and (count < least or plain.i2 > most):
            cautions = (f"Not to be relied upon with fewer than {least} studies or an I² above {most:.0%}.",)
        if count < FEW:
            cautions = (*cautions, f"{count} studies are too few to tell: {FEW} are the least.")
        rows.append(Correction(name, law, finding, p, cautions))
    return tuple(rows)


def _egger(studies: Studies) -> Answer:
    line = egger(studies)
    return (
        None,
        f"Small studies give {'higher' if line.slope > 0.0 else 'lower'} effects: slope {line.slope:.2g}.",
        line.p,
    )


def _pet_peese(studies: Studies, direction: int) -> Answer:
    line, finding = pet_peese(studies, direction=direction)
    return line.law, finding, None


def _selection(studies: Studies, direction: int) -> Answer:
    result = selection_model(studies, direction=direction)
    finding = (
        f"Studies with a one-sided p above {result.steps[0]:g} are published {result.weights[1]:.2g} times as often "
        f"as those below; {result.counts[0]} lie below, {result.counts[1]} above."
    )
    return result.law, finding, result.p
