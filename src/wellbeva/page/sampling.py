"""What a page draws from: scrambled points, and as much of each quantile table as its draws touch.

The script makes the same bits as `sampling.sampler`: points are combinations of direction numbers, and tables are read
by plain additions and multiplications. A piece of a table that fewer than eight draws touch takes more room than these
draws, so they are given themselves; so are all draws of a law without a table.
"""

from __future__ import annotations

import base64
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from wellbeva.distributions.tables import normal_scores
from wellbeva.distributions.tables.quantile_tables import POWERS, ROWS, located
from wellbeva.sampling import dependence, sobol
from wellbeva.sampling.sampler import Sampler

Floats = npt.NDArray[np.float64]
Data = dict[str, Any]

SIDES: Final = 2 * ROWS
"""Rows of a table, both sides of the median."""


class Numbers:
    """Arrays of a page that its script reads as one: each is told by where it begins."""

    def __init__(self) -> None:
        self._parts: list[Floats] = []
        self._size = 0

    def put(self, numbers: npt.ArrayLike) -> int:
        """Add numbers of any shape, in C order, and return the place of the first."""
        flat = np.ascontiguousarray(numbers, dtype=np.float64).ravel()
        self._parts.append(flat)
        self._size += flat.size
        return self._size - flat.size

    def text(self) -> str:
        """All of them, as base64."""
        return encoded(np.concatenate([*self._parts, np.zeros(0)]).astype("<f8"))


def encoded(array: npt.NDArray[Any]) -> str:
    """Return the bytes of an array as base64."""
    return base64.b64encode(array.tobytes()).decode("ascii")


def sampling_data(sampler: Sampler, numbers: Numbers) -> tuple[Data, Floats]:
    """Return what the script draws from, and the draws.

    Parameters
    ----------
    sampler : Sampler
        Of the design ``sobol``.
    numbers : Numbers
        Added to.

    Returns
    -------
    tuple of (dict, array (element, draw) [unit of each element])
        One randomisation after the other.
    """
    blocks = range(sampler.randomisations)
    uniforms = np.concatenate([sampler.uniforms(index, 0, sampler.draws_each) for index in blocks], axis=1)
    for rows, factor in sampler.copulas:
        uniforms[rows] = dependence.correlated(factor)(uniforms[rows])
    parts = uniforms.copy()
    sampler.inverses(parts)
    data: Data = {
        "streams": len(sampler.streams),
        "points": _points(sampler),
        "tables": [],
        "laws": _laws(sampler, uniforms, parts, numbers),
        "copulas": [{"rows": rows.tolist(), "factor": factor.tolist()} for rows, factor in sampler.copulas],
        "sticks": [{"rows": rows.tolist(), "kinds": sticks.kinds.tolist()} for rows, sticks in sampler.sticks],
        "picks": [
            {"picker": picker, "rows": rows.tolist(), "columns": numbers.put(draws.T), "number": len(draws)}
            for picker, rows, draws in sampler.picks
        ],
    }
    data["tables"] = data["laws"].pop("tables")
    data["laws"] = data["laws"].pop("rows")
    if sampler.copulas:
        data["scores"] = numbers.put(normal_scores.score_rows())
        data["tails"] = numbers.put(normal_scores.tail_rows())
    return data, np.concatenate([sampler.block(index, 0, sampler.draws_each) for index in blocks], axis=1)


def _points(sampler: Sampler) -> str:
    """Return direction numbers and shift, uint32 array (randomisation, stream, bits + 1, low and high half)."""
    if not sampler.dimensions.size:
        return ""
    made = sobol.randomisations(
        int(sampler.dimensions.max()) + 1,
        seed=sampler.seed,
        indices=range(sampler.randomisations),
        only=sampler.dimensions,
        points=sampler.draws_each,
    )
    words = np.stack([np.concatenate([one.directions, one.shift[:, None]], axis=1) for one in made])
    return encoded(words.astype("<u8"))


def _laws(sampler: Sampler, uniforms: Floats, parts: Floats, numbers: Numbers) -> Data:
    """Return the law of each element, and the tables that they share."""
    inverses = sampler.inverses
    found: list[Data] = [{"kind": "left"} for _ in sampler.names]
    row, _ = located(uniforms[inverses.rows])
    tables: list[Data] = []
    for place in np.unique(inverses.place):
        users = np.flatnonzero(inverses.place == place)
        touched = np.bincount(row[users].ravel(), minlength=SIDES)
        kept = np.flatnonzero(touched >= POWERS)
        shipped = np.isin(np.arange(SIDES), kept)
        for user in users:
            element = int(inverses.rows[user])
            shift, scale, low, high = inverses.args[:, user]
            apart = parts[element][~shipped[row[user]]]
            law = numbers.put([low, high, shift, scale])
            found[element] = {"kind": "table", "table": len(tables), "numbers": law, "apart": numbers.put(apart)}
        tables.append({"rows": kept.tolist(), "numbers": numbers.put(inverses.tables[place + kept])})
    for element, quantile in inverses.others:
        form = quantile.form
        if form is None or form.kind == "octaves":
            found[element] = {"kind": "draws", "numbers": numbers.put(parts[element])}
        else:
            found[element] = {"kind": form.kind, "numbers": numbers.put([*form.bounds, *form.tails, *form.args])}
    return {"rows": found, "tables": tables}
