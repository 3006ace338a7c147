"""One counter-based random stream for each name: Philox4x64-10 as NumPy has it.

The key is (seed, hash of the name), where the hash is the first 8 bytes of the SHA-256 of the name in UTF-8, read
as a little-endian integer. Draw i is word i mod 4 of counter floor(i / 4) + 1, which is what
``numpy.random.Philox(key=[seed, hash]).random_raw`` gives from its start, and u = ((word >> 12) + 1/2) / 2**52,
never 0 or 1. So adding a parameter, or changing threads, blocks or shards, changes no other draw.

References
----------
Salmon, Moraes, Dror and Shaw (2011), Parallel random numbers: as easy as 1, 2, 3, SC'11,
doi:10.1145/2063384.2063405.
"""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Words = npt.NDArray[np.uint64]

_SEEDS = 2**64


def name_hash(name: str) -> int:
    """Return the second key word of a name's stream.

    Examples
    --------
    >>> name_hash("effect[befriending]") == int.from_bytes(
    ...     hashlib.sha256(b"effect[befriending]").digest()[:8], "little"
    ... )
    True
    """
    return int.from_bytes(hashlib.sha256(name.encode("utf-8")).digest()[:8], "little")


def words(seed: int, name: str, *, start: int = 0, count: int) -> Words:
    """Return the raw 64-bit words of a stream.

    Parameters
    ----------
    seed : int
        From 0 to 2**64 - 1.
    name : str
    start, count : int
        Words ``start`` to ``start + count - 1``; any start is reached at once.

    Raises
    ------
    ValueError
        If the seed, start or count is out of range.
    """
    check_seed(seed)
    if start < 0 or count < 0:
        message = f"start and count of a stream must not be negative: start {start}, count {count}"
        raise ValueError(message)
    key = np.array([seed, name_hash(name)], dtype=np.uint64)
    skipped = start % 4
    # NumPy's counter is raised before each block of four words: counter c gives words of counter c + 1 first.
    generator = np.random.Philox(key=key, counter=start // 4)
    return generator.random_raw(skipped + count)[skipped:]


def uniforms(seed: int, name: str, *, start: int = 0, count: int) -> Floats:
    """Return the uniforms of a stream, strictly between 0 and 1.

    Parameters
    ----------
    seed : int
        From 0 to 2**64 - 1.
    name : str
        Name of the element, ``effect[befriending]``.
    start, count : int
        Draws ``start`` to ``start + count - 1``.

    Returns
    -------
    array (count,)

    Raises
    ------
    ValueError
        If the seed, start or count is out of range.
    """
    return to_unit(words(seed, name, start=start, count=count) >> np.uint64(12))


def to_unit(integers: Words) -> Floats:
    """Put 52-bit integers at the middle of their cells in (0, 1); exact in double precision."""
    return (integers.astype(np.float64) + 0.5) * 2.0**-52


def check_seed(seed: int) -> None:
    """Refuse a seed that does not fit the key.

    Raises
    ------
    ValueError
        If it is not a whole number from 0 to 2**64 - 1.
    """
    if not 0 <= seed < _SEEDS:
        message = f"the seed must be a whole number from 0 to 2**64 - 1, not {seed}"
        raise ValueError(message)
