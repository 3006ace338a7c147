"""Normal scores and their probabilities in plain arithmetic, for copulas: the same bits wherever it is carried out.

Scores come from the table by octaves of the standard normal. Back again, the probability of the nearer tail at a score
is a polynomial of degree 7 on each 64th of a score; its relative error is some 1e-15, tails included.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from wellbeva.core.arrays import Floats, aligned
from wellbeva.distributions.numerics import special
from wellbeva.distributions.spec import Distribution
from wellbeva.distributions.tables import fast_quantile, quantile_tables

STEPS = 64
"""Pieces of one standard deviation."""

REACH = 8.25
"""Where scores are cut: beyond, a tail is below 2**-53, the least that a uniform may be."""


@lru_cache(maxsize=1)
def score_rows() -> Floats:
    """Coefficients of the standard normal's quantile, array (2 * `ROWS`, `POWERS`), aligned, read-only."""
    form = fast_quantile.FastQuantile(Distribution("normal", (0.0, 1.0))).form
    if form is None or form.table is None or form.table.rows is None:  # pragma: no cover - tests/distributions hold it
        raise RuntimeError("the standard normal has no table: SciPy's normal score is not smooth here")
    return form.table.rows


@lru_cache(maxsize=1)
def tail_rows() -> Floats:
    """Coefficients of the tail probability, array (piece, POWERS), aligned, read-only; the last row is 0."""
    # Short binary fractions, whose squares are exact.
    nodes = np.array(quantile_tables.NODES)[:, None] / quantile_tables.UNIT
    pieces = round(REACH * STEPS)
    rows = aligned(pieces + 1, quantile_tables.POWERS)
    rows[:-1] = quantile_tables.coefficients(special.normal_tail((np.arange(pieces) + nodes) / STEPS)).T
    rows[-1] = 0.0
    rows.setflags(write=False)
    return rows


def score(u: Floats) -> Floats:
    """Return the normal scores of uniforms, array of any shape, from 2**-53 to 1 - 2**-53."""
    row, t = quantile_tables.located(u)
    return quantile_tables.horner(score_rows().take(row, axis=0), t)


def uniform(score: Floats) -> Floats:
    """Return the probability below a score, array of any shape, kept from 2**-53 to 1 - 2**-53."""
    place = np.minimum(np.abs(score), REACH) * STEPS
    row = place.astype(np.int64)
    tail = quantile_tables.horner(tail_rows().take(row, axis=0), place - row)
    np.maximum(tail, quantile_tables.LEAST, out=tail)
    return np.where(score > 0.0, 1.0 - tail, tail)
