"""Sobol direction numbers (Joe and Kuo), recovered from the points of SciPy's public generator.

The numbers of the first `KEPT` dimensions are kept in a file of 28 kB: importing `scipy.stats` to read it anew
takes longer, and more memory, than many a run.

In each dimension the direction numbers m_1, m_2, … follow a linear recurrence over GF(2) given by a primitive
polynomial of degree s; point 2**k of the unscrambled sequence in Gray-code order differs from the point before it by
direction number k alone. So s + 1 of them, read off the points, give the polynomial (one triangular system) and
with it all the others. Dimensions are in the order of the degrees of their polynomials.

References
----------
Joe and Kuo (2008), Constructing Sobol sequences with better two-dimensional projections, SIAM J. Sci. Comput. 30,
doi:10.1137/070709359. Bratley and Fox (1988), Algorithm 659, doi:10.1145/42288.214372 (the recurrence).
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from wellbeva.core.arrays import Ints, Words

if TYPE_CHECKING:
    from scipy.stats import qmc


BITS = 52
"""Bits of a point: as many as a double can hold strictly inside (0, 1) with a half added."""

MAX_DIMENSIONS = 21_201
"""Dimensions for which Joe and Kuo give direction numbers."""

KEPT = 1024
"""Dimensions whose first direction numbers are kept in `FILE`; for more SciPy is asked."""
FILE = Path(__file__).with_name("directions.npy")
"""uint16 array (KEPT, 14): `read_from_points` of so many, which a test compares with SciPy's."""

_READ_BITS = 30
"""Bits of SciPy's default generator, more than the 19 that are read (fast_forward wants them below 33)."""


def direction_numbers(dimensions: int) -> Words:
    """Return the direction numbers, highest bit first, as integers of `BITS` bits.

    Parameters
    ----------
    dimensions : int
        From 1 to 21,201.

    Returns
    -------
    uint64 array (dimensions, BITS), read-only
        Entry k belongs to bit k of the Gray code of a point's index.

    Raises
    ------
    ValueError
        If there are more dimensions than direction numbers.
    """
    check_dimensions(dimensions)
    return _directions(dimensions)


def check_dimensions(dimensions: int) -> None:
    """Refuse a number of dimensions for which there are no direction numbers.

    Raises
    ------
    ValueError
    """
    if dimensions > MAX_DIMENSIONS:
        message = (
            f"the Sobol design has {MAX_DIMENSIONS:,} dimensions and {dimensions:,} uncertain numbers need one each: "
            "use the design `random`"
        )
        raise ValueError(message)
    if dimensions < 1:
        raise ValueError(f"a Sobol design needs at least one dimension, not {dimensions}")


@lru_cache(maxsize=8)
def _directions(dimensions: int) -> Words:
    degrees = _degrees(dimensions)
    count = int(degrees.max()) + 1
    if dimensions <= KEPT:
        read = np.load(FILE, allow_pickle=False)[:dimensions, :count].astype(np.uint64)
    else:
        read = read_from_points(dimensions, count)
    odd = np.zeros((dimensions, BITS), dtype=np.uint64)
    odd[:, : read.shape[1]] = read
    for degree in np.unique(degrees):
        _continue(odd, np.flatnonzero(degrees == degree), int(degree))
    shifts = np.arange(BITS - 1, -1, -1, dtype=np.uint64)
    numbers: Words = odd << shifts
    numbers.setflags(write=False)
    return numbers


def _degrees(dimensions: int) -> Ints:
    """Return the degree of each dimension's polynomial: 0 for the first, then phi(2**s - 1) / s of degree s."""
    degrees = [0]
    degree = 1
    while len(degrees) < dimensions:
        degrees += [degree] * (_totient(2**degree - 1) // degree)
        degree += 1
    return np.array(degrees[:dimensions], dtype=np.int64)


def _totient(number: int) -> int:
    result, rest, factor = number, number, 2
    while factor * factor <= rest:
        if rest % factor == 0:
            result -= result // factor
            while rest % factor == 0:
                rest //= factor
        factor += 1
    return result - result // rest if rest > 1 else result


def read_from_points(dimensions: int, count: int) -> Words:
    """Read m_1 … m_count of each dimension from points 2**k - 1 and 2**k.

    Parameters
    ----------
    dimensions : int
        From 1 to 21,201.
    count : int
        At most 30, the bits of a point of SciPy.

    Returns
    -------
    uint64 array (dimensions, count)
        Odd numbers; m_k is below 2**k.
    """
    from scipy.stats import qmc

    generator = qmc.Sobol(dimensions, scramble=False, bits=_READ_BITS)
    odd = np.zeros((dimensions, count), dtype=np.uint64)
    last = _next(generator)
    for k in range(count):
        skip = 2**k - 1 - int(generator.num_generated)
        if skip > 0:
            generator.fast_forward(skip)
        before = last if skip < 0 else _next(generator)
        last = _next(generator)
        odd[:, k] = (before ^ last) >> np.uint64(_READ_BITS - 1 - k)
    return odd


def _next(generator: qmc.Sobol) -> Words:
    point: Words = (generator.random(1)[0] * 2.0**_READ_BITS).astype(np.uint64)
    return point


def _continue(odd: Words, rows: Ints, degree: int) -> None:
    """Solve for the polynomials of these rows and carry their recurrence on to all bits."""
    one = np.uint64(1)
    if degree == 0:
        odd[rows] = one
        return
    # m_{s+1} = XOR_i 2**i a_i m_{s+1-i} XOR 2**s m_1 XOR m_1: bit i knows a_i once a_1 … a_{i-1} are known.
    last = odd[rows, degree] ^ odd[rows, 0] ^ (odd[rows, 0] << np.uint64(degree))
    switches = np.zeros((rows.size, degree), dtype=np.uint64)
    for i in range(1, degree):
        switches[:, i] = (last >> np.uint64(i)) & one
        last ^= switches[:, i] * (odd[rows, degree - i] << np.uint64(i))
    if last.any():
        raise RuntimeError("the points of SciPy's Sobol generator do not follow the recurrence of Joe and Kuo")
    for k in range(degree + 1, BITS):
        value = odd[rows, k - degree] ^ (odd[rows, k - degree] << np.uint64(degree))
        for i in range(1, degree):
            value ^= switches[:, i] * (odd[rows, k - i] << np.uint64(i))
        odd[rows, k] = value
