"""Turn uniforms into draws, all elements of a block together: a call of NumPy costs more than 512 values of one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from wellbeva.core.arrays import Floats, aligned
from wellbeva.distributions.spec import Distribution
from wellbeva.distributions.tables.fast_quantile import FastQuantile
from wellbeva.distributions.tables.quantile_tables import POWERS, ROWS, horner, located

MOST_TABLES = 500
"""Tables of a model that are kept, 107 kB each; those of its other laws are worked out piece by piece."""

_CHUNK = 8192
"""Values handled at a time, so that intermediate results stay in the cache."""


class InverseCdfs:
    """The quantile functions of a block's rows. Nothing changes after it is built, so threads may share it.

    Parameters
    ----------
    laws : sequence of (int, Distribution)
        Rows, and the law of each.

    Attributes
    ----------
    rows : int array (element,)
        Rows that have a table by octaves.
    place : int array (element,)
        First row of the element's table in `tables`.
    tables : array (table * 2 * ROWS, POWERS), aligned
        Each once, however many elements use it.
    args : array (4, element)
        Shift, scale, lowest and highest value.
    others : tuple of (int, FastQuantile)
        Rows without such a table.
    """

    __slots__ = ("args", "others", "place", "rows", "tables")

    def __init__(self, laws: Sequence[tuple[int, Distribution]]) -> None:
        rows: list[int] = []
        place: list[int] = []
        args: list[tuple[float, ...]] = []
        others: list[tuple[int, FastQuantile]] = []
        tables: dict[int, Floats] = {}
        first: dict[int, int] = {}
        for row, law in laws:
            quantile = FastQuantile(law)
            form = quantile.form
            table = form.table.rows if form and form.table else None
            if form is None or table is None or (id(table) not in tables and len(tables) == MOST_TABLES):
                quantile.forget_table()
                others.append((row, quantile))
                continue
            tables[id(table)] = table
            rows.append(row)
            place.append(first.setdefault(id(table), 2 * ROWS * len(first)))
            args.append((*form.args, *form.bounds))
        self.rows = np.array(rows, dtype=np.int64)
        self.place = np.array(place, dtype=np.int64)
        self.args = np.ascontiguousarray(np.array(args, dtype=np.float64).reshape(-1, 4).T)
        self.tables = aligned(2 * ROWS * len(tables), POWERS)
        for key, table in tables.items():
            self.tables[first[key] : first[key] + 2 * ROWS] = table
        self.others = tuple(others)

    def __call__(self, block: Floats) -> None:
        """Put draws in the place of uniforms.

        Parameters
        ----------
        block : array (row, count)
            Uniforms from 2**-53 to 1 - 2**-53.
        """
        count = block.shape[1]
        together = max(1, _CHUNK // max(count, 1))
        for first in range(0, self.rows.size, together):
            part = slice(first, first + together)
            for start in range(0, count, _CHUNK):
                self._fill(block[:, start : start + _CHUNK], part)
        for row, quantile in self.others:
            block[row] = quantile(block[row])

    def _fill(self, block: Floats, part: slice) -> None:
        rows = self.rows[part]
        row, t = located(block[rows])
        row += self.place[part, None]
        value = horner(self.tables.take(row, axis=0), t)
        shift, scale, low, high = self.args[:, part, None]
        value *= scale
        value += shift
        np.maximum(value, low, out=value)
        block[rows] = np.minimum(value, high, out=value)
