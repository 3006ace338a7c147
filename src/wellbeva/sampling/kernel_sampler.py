"""Draws made by machine code: the bits of `Sampler.block`, without Python's lock.

Only laws that have no table of octaves and no formula (steps, mixtures, joined quantiles, extreme shapes) are left to
NumPy, row by row.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from wellbeva.core.arrays import Floats, Words
from wellbeva.distributions.tables import normal_scores
from wellbeva.distributions.tables.fast_quantile import FastQuantile
from wellbeva.sampling import design_kernels, latin, quantile_kernels, sobol, streams
from wellbeva.sampling.sampler import Sampler
from wellbeva.sampling.sobol_directions import direction_numbers

LANE = design_kernels.LANE


@lru_cache(maxsize=2**15)
def _key(randomisation: int, dimension: int) -> int:
    """Return the key of the stream that scrambles a dimension; kept, for a thousandth of a second a run is in them."""
    return streams.name_hash(sobol.stream(randomisation, dimension))


class CompiledSampler:
    """Fills packs of lanes of 512 draws. Threads may share it.

    Parameters
    ----------
    sampler : Sampler
        Whose draws are made.
    """

    def __init__(self, sampler: Sampler) -> None:
        self.sampler = sampler
        self._names = np.array([streams.name_hash(stream) for stream in sampler.streams], dtype=np.uint64)
        self._pickers = len(sampler.streams) - len(sampler.names)
        self._keys = self._latin_keys() if sampler.design == "latin" else ()
        self._scrambled: dict[int, sobol.Scrambled] = {}
        if sampler.design == "sobol" and sampler.dimensions.size:
            numbers = direction_numbers(int(sampler.dimensions.max()) + 1)
            self._directions = numbers[sampler.dimensions, : sobol.bits_for(sampler.draws_each)]
        self._laws()
        self._scores = normal_scores.score_rows().ravel()
        self._tails = normal_scores.tail_rows().ravel()
        self._copulas = tuple((rows, np.array(factor, dtype=np.float64)) for rows, factor in sampler.copulas)
        self._picks = tuple(
            (picker, rows, np.ascontiguousarray(np.asarray(draws, dtype=np.float64).T))
            for picker, rows, draws in sampler.picks
        )

    def fill(self, randomisation: int, start: int, x: Floats) -> None:
        """Fill lanes with draws.

        Parameters
        ----------
        randomisation : int
            From 0.
        start : int
            Draw within the randomisation that the first lane begins with, a multiple of 512.
        x : array (lane, element, 512), C-contiguous [unit of each element]
            Draw 512 l + d from `start` on is in ``x[l, :, d]``: the same bits as those of `Sampler.block`.

        Raises
        ------
        ValueError
            If the draws reach beyond those of the randomisation, or the array has another shape.
        """
        sampler, lanes = self.sampler, x.shape[0]
        sampler.check_block(randomisation, start, lanes * LANE)
        if x.shape != (lanes, len(sampler.names), LANE) or not x.flags.c_contiguous:
            raise ValueError(f"draws go into an array (lane, {len(sampler.names)}, {LANE}) in one piece, not {x.shape}")
        if not x.size:
            return
        extra = np.empty((lanes, self._pickers, LANE))
        self._uniforms(randomisation, start, x, extra)
        for rows, factor in self._copulas:
            score = np.empty((len(rows), LANE))
            quantile_kernels.correlate(x, rows, factor, self._scores, self._tails, score)
        quantile_kernels.invert(x, self._kinds, self._places, self._numbers, self._tables)
        for row, quantile in self._others:
            x[:, row] = quantile(x[:, row].ravel()).reshape(lanes, LANE)
        for rows, sticks in sampler.sticks:
            quantile_kernels.share_out(x, rows, sticks.kinds)
        for picker, rows, columns in self._picks:
            quantile_kernels.pick(x, extra, picker, rows, columns)

    def _uniforms(self, randomisation: int, start: int, x: Floats, extra: Floats) -> None:
        sampler = self.sampler
        if sampler.design == "sobol":
            points = self._points(randomisation)
            design_kernels.sobol(x, extra, points.directions, points.shift, start // LANE)
            return
        seed, first = np.uint64(sampler.seed), np.uint64(randomisation * sampler.draws_each + start)
        if sampler.design == "random":
            design_kernels.random(x, extra, seed, self._names, first, design_kernels.AFTER_TWO)
            return
        design_kernels.latin_hypercube(
            x,
            extra,
            seed,
            self._names,
            self._keys[randomisation],
            sampler.draws_each,
            first,
            np.uint64(start),
            design_kernels.AFTER_TWO,
        )

    def _points(self, randomisation: int) -> sobol.Scrambled:
        """Return a randomisation, scrambled at its first use; two threads at once make the same."""
        points = self._scrambled.get(randomisation)
        if points is None:
            sampler, base = self.sampler, self._directions
            names = [_key(randomisation, dimension) for dimension in sampler.dimensions.tolist()]
            points = sobol.Scrambled(np.empty_like(base), np.empty(len(base), dtype=np.uint64))
            seed, keys = np.uint64(sampler.seed), np.array(names, dtype=np.uint64)
            design_kernels.scramble(base, seed, keys, design_kernels.AFTER_TWO, points.directions, points.shift)
            self._scrambled[randomisation] = points
        return points

    def _latin_keys(self) -> tuple[Words, ...]:
        """Keys of the permutations, array (stream, round) of each randomisation."""
        sampler = self.sampler
        return tuple(
            np.array([latin.keys(sampler.seed, name, randomisation) for name in sampler.streams])
            for randomisation in range(sampler.randomisations)
        )

    def _laws(self) -> None:
        """Write the laws as the kernel reads them."""
        inverses, elements = self.sampler.inverses, len(self.sampler.names)
        self._kinds = np.full(elements, quantile_kernels.LEFT, dtype=np.int64)
        self._places = np.zeros(elements, dtype=np.uint64)
        self._numbers = np.zeros((elements, quantile_kernels.NUMBERS))
        self._tables = inverses.tables.ravel()
        self._kinds[inverses.rows] = quantile_kernels.TABLE
        self._places[inverses.rows] = inverses.place
        shift, scale, low, high = inverses.args
        self._numbers[inverses.rows, :4] = np.stack([low, high, shift, scale], axis=1)
        others: list[tuple[int, FastQuantile]] = []
        for row, quantile in inverses.others:
            form = quantile.form
            if form is None or form.kind == "octaves":
                others.append((row, quantile))
                continue
            kind = quantile_kernels.UNIFORM if form.kind == "uniform" else quantile_kernels.TRIANGULAR
            self._kinds[row] = kind
            numbers = (*form.bounds, *form.tails, *form.args)
            self._numbers[row, : len(numbers)] = numbers
        self._others = tuple(others)
