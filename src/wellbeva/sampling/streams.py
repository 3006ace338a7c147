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
from collections.abc import Sequence

import numpy as np

from wellbeva.core.arrays import Floats, Words

_SEEDS = 2**64
_ROUNDS = 10
_MULTIPLIERS = (0xD2E7470EE14C6C93, 0xCA5A826395121157)
_WEYL = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBB67AE8584CAA73B))
"""Constants of Philox4x64 (Salmon and others 2011, table 2)."""


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
        raise ValueError(f"start and count of a stream must not be negative: start {start}, count {count}")
    key = np.array([seed, name_hash(name)], dtype=np.uint64)
    skipped = start % 4
    # NumPy's counter is raised before each block of four words: counter c gives words of counter c + 1 first.
    generator = np.random.Philox(key=key, counter=start // 4)
    return generator.random_raw(skipped + count)[skipped:]


def first_words(seed: int, names: Sequence[str], count: int) -> Words:
    """Return the first words of many streams, as `words` does of one.

    NumPy's generator takes ten microseconds to be made, which for a few words of each of hundreds of streams is most of
    the time; here the rounds of Philox run over all streams at once.

    Parameters
    ----------
    seed : int
        From 0 to 2**64 - 1.
    names : sequence of str
    count : int

    Returns
    -------
    uint64 array (name, count)

    Raises
    ------
    ValueError
        If the seed is out of range.
    """
    check_seed(seed)
    first, second = np.uint64(seed), np.array([name_hash(name) for name in names], dtype=np.uint64)[:, None]
    counter = np.arange(1, -(-count // 4) + 1, dtype=np.uint64)
    shape = (len(names), counter.size)
    block = [np.array(np.broadcast_to(counter, shape)), *(np.zeros(shape, dtype=np.uint64) for _ in range(3))]
    with np.errstate(over="ignore"):
        for _ in range(_ROUNDS):
            high, low = _product(_MULTIPLIERS[0], block[0])
            other, new = _product(_MULTIPLIERS[1], block[2])
            block = [other ^ block[1] ^ first, new, high ^ block[3] ^ second, low]
            first, second = first + _WEYL[0], second + _WEYL[1]
    return np.stack(block, axis=-1).reshape(len(names), -1)[:, :count]


def _product(factor: int, x: Words) -> tuple[Words, Words]:
    """Return the high and the low word of a product, by halves of 32 bits."""
    half, mask = np.uint64(32), np.uint64(2**32 - 1)
    high, low = np.uint64(factor >> 32), np.uint64(factor & (2**32 - 1))
    x_high, x_low = x >> half, x & mask
    lowest, crossed, other = low * x_low, low * x_high, high * x_low
    carry = (lowest >> half) + (crossed & mask) + (other & mask)
    return high * x_high + (crossed >> half) + (other >> half) + (carry >> half), np.uint64(factor) * x


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
        raise ValueError(f"the seed must be a whole number from 0 to 2**64 - 1, not {seed}")
