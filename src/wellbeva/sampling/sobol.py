"""Scrambled Sobol points, addressed by index, in independent randomisations.

Each (seed, randomisation, dimension) has its own random linear matrix scramble and digital shift, whose bits come
from a Philox stream of its own: appending dimensions changes no other one, and the points of one randomisation are
independent of another's. Points are in Gray-code order, as SciPy's are.

References
----------
Matousek (1998), On the L2-discrepancy for anchored boxes, J. Complexity 14, doi:10.1006/jcom.1998.0489 (scramble).
Owen (1995), Randomly permuted (t,m,s)-nets and (t,s)-sequences, doi:10.1007/978-1-4612-2552-2_19.
Antonov and Saleev (1979), doi:10.1016/0041-5553(79)90085-5 (Gray-code order).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wellbeva.core.arrays import Floats, Words
from wellbeva.sampling import streams
from wellbeva.sampling.sobol_directions import BITS, direction_numbers

BLOCK_BITS = 9
BLOCK = 2**BLOCK_BITS
"""Points come in aligned blocks of 512."""

_TOGETHER = 128


@dataclass(frozen=True, slots=True, eq=False)
class Scrambled:
    """One randomisation of the sequence.

    Parameters
    ----------
    directions : uint64 array (dimension, bit)
        Scrambled direction numbers, as many as its points need: 2**bit points.
    shift : uint64 array (dimension,)
        Digital shift; the point of index 0.
    """

    directions: Words
    shift: Words

    def integers(self, *, start: int, count: int) -> Words:
        """Return the points as integers of `BITS` bits.

        Parameters
        ----------
        start, count : int
            Multiples of 512.

        Returns
        -------
        uint64 array (dimension, count)

        Raises
        ------
        ValueError
            If start or count is not a multiple of 512, or the block goes beyond the points of the direction numbers.
        """
        check_block(start, count)
        bits = self.directions.shape[1]
        if start + count > 2**bits:
            raise ValueError(f"a Sobol sequence of {bits} bits has 2**{bits} points; asked for up to {start + count}")
        points = np.empty((self.shift.size, count), dtype=np.uint64)
        table = self._first_block()
        for block in range(count // BLOCK):
            head = self._head((start // BLOCK) + block)
            np.bitwise_xor(table, head[:, None], out=points[:, block * BLOCK : (block + 1) * BLOCK])
        return points

    def uniforms(self, *, start: int, count: int) -> Floats:
        """Return the points in (0, 1), each at the middle of its cell of width 2**-52.

        Parameters
        ----------
        start, count : int
            Multiples of 512.

        Returns
        -------
        array (dimension, count)

        Raises
        ------
        ValueError
            As `integers`.
        """
        return streams.to_unit(self.integers(start=start, count=count))

    def _first_block(self) -> Words:
        """Return points 0 to 511 unshifted: Gray-code order mirrors the points so far and adds one direction number."""
        table = np.zeros((self.shift.size, BLOCK), dtype=np.uint64)
        for k in range(BLOCK_BITS):
            half = 2**k
            np.bitwise_xor(table[:, half - 1 :: -1], self.directions[:, k, None], out=table[:, half : 2 * half])
        return table

    def _head(self, block: int) -> Words:
        """Combine what all points of a block share: shift, the block's own Gray code, and the carry into bit 8."""
        head = self.shift.copy()
        gray = block ^ (block >> 1)
        k = BLOCK_BITS
        while gray:
            if gray & 1:
                head ^= self.directions[:, k]
            gray >>= 1
            k += 1
        if block & 1:
            head ^= self.directions[:, BLOCK_BITS - 1]
        return head


def randomisations(
    dimensions: int,
    *,
    seed: int,
    indices: Sequence[int],
    only: npt.NDArray[np.intp] | None = None,
    points: int = 2**BITS,
) -> tuple[Scrambled, ...]:
    """Return several randomisations of the sequence.

    Parameters
    ----------
    dimensions : int
        From 1 to 21,201.
    seed : int
        From 0 to 2**64 - 1.
    indices : sequence of int
        Numbers of the randomisations, from 0.
    only : int array, or None
        Dimensions wanted, in the order wanted; None for all.
    points : int
        As many will be asked for at most: fewer points need fewer direction numbers, whose making takes most of the
        time. Points are the same.

    Raises
    ------
    ValueError
        If the seed or the number of dimensions is out of range.

    Notes
    -----
    Dimension d of randomisation r takes words 0 to 52 of the stream named ``sobol:r:d`` (see `streams`), a name no
    element can have. The top p bits of word p fill row p of its matrix left of the diagonal (row 0, of the highest
    bit, has none); the top 52 bits of word 52 are the shift.
    """
    wanted = np.arange(dimensions) if only is None else only
    directions = np.tile(direction_numbers(dimensions)[wanted, : bits_for(points)], (len(indices), 1))
    diagonal = np.uint64(1) << np.arange(BITS - 1, -1, -1, dtype=np.uint64)
    left = ~((diagonal << np.uint64(1)) - np.uint64(1)) & np.uint64(2**BITS - 1)
    names = [stream(index, dimension) for index in indices for dimension in wanted]
    words = streams.first_words(seed, names, BITS + 1) >> np.uint64(64 - BITS)
    scrambled = scramble(directions, (words[:, :BITS] & left) | diagonal).reshape(len(indices), wanted.size, -1)
    shifts = np.ascontiguousarray(words[:, BITS]).reshape(len(indices), wanted.size)
    return tuple(Scrambled(matrix, shift) for matrix, shift in zip(scrambled, shifts, strict=True))


def stream(index: int, dimension: int) -> str:
    """Return the name of the random stream that scrambles a dimension of a randomisation.

    Parameters
    ----------
    index : int
        Number of the randomisation, from 0.
    dimension : int
        From 0.
    """
    return f"sobol:{index}:{dimension}"


def bits_for(points: int) -> int:
    """Return the number of direction numbers that so many points need, at least as many as a block."""
    return max(BLOCK_BITS, (points - 1).bit_length())


def scramble(directions: Words, rows: Words) -> Words:
    """Multiply direction numbers by a lower triangular matrix over GF(2).

    Parameters
    ----------
    directions : uint64 array (dimension, bit)
    rows : uint64 array (dimension, BITS)
        Row p of the matrix as an integer, highest bit first; it yields bit p (from the highest) of the result.

    Returns
    -------
    uint64 array (dimension, bit)
    """
    result = np.zeros_like(directions)
    # some dimensions at a time, so that intermediate results stay in the cache
    for start in range(0, len(directions), _TOGETHER):
        part, product = directions[start : start + _TOGETHER], result[start : start + _TOGETHER]
        for p in range(BITS):
            parity = (np.bitwise_count(part & rows[start : start + _TOGETHER, p, None]) & 1).astype(np.uint64)
            parity <<= np.uint64(BITS - 1 - p)
            product |= parity
    return result


def check_block(start: int, count: int) -> None:
    """Refuse a block that is not made of whole 512s.

    Parameters
    ----------
    start, count : int
        First draw of the block within its randomisation, and its number of draws.

    Raises
    ------
    ValueError
        If either is negative, or not a multiple of 512.
    """
    if start < 0 or count < 0 or start % BLOCK or count % BLOCK:
        raise ValueError(f"blocks start at, and hold, multiples of {BLOCK} draws: start {start}, count {count}")
