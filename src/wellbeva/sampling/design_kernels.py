"""Kernels that fill packs of 512 draws with uniforms: the designs `sobol`, `random` and `latin`.

The operations of the NumPy path, in the same order, so that the bits are the same. Scratch is made inside, so that
threads share nothing. Loops over the draws of a lane are innermost and free of branches, for LLVM to vectorise.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from wellbeva.core.arrays import Floats, Words
from wellbeva.jit.kernel import kernel, ones, part, product, scratch
from wellbeva.sampling import latin
from wellbeva.sampling.sobol_directions import BITS

LANE = 512
AFTER_TWO = 8
"""Rounds of Philox after the second."""


_ONE = np.uint64(1)
_TWELVE = np.uint64(12)
_UNIT = 2.0**-52

# Salmon and others (2011), doi:10.1145/2063384.2063405, table 2: multipliers, and increments of the key in a round.
_M0, _M1 = np.uint64(0xD2E7470EE14C6C93), np.uint64(0xCA5A826395121157)
_W0, _W1 = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBB67AE8584CAA73B)

_TURNS, _LATIN_BITS = latin.ROUNDS, latin.BITS

_WORDS = -(-(BITS + 1) // 4) * 4


@part
def _unit(word: Any) -> Any:
    """Put a 52-bit integer at the middle of its cell in (0, 1): `streams.to_unit`."""
    return (np.float64(np.int64(word)) + 0.5) * _UNIT


@part
def row_of(x: Floats, extra: Floats, lane: int, stream: int) -> Any:
    """Return where a stream's uniforms go: pickers come below the elements.

    Parameters
    ----------
    x : array (lane, element, 512) [uniform]
    extra : array (lane, picker, 512) [uniform]
    lane : int
    stream : int
        Number of the stream: the elements first, then the pickers.

    Returns
    -------
    array (512,)
        A view, to be filled.
    """
    elements = x.shape[1]
    return x[lane, stream] if stream < elements else extra[lane, stream - elements]


@kernel
def sobol(x: Floats, extra: Floats, directions: Words, shift: Words, block: int) -> None:
    """Fill with points of one randomisation of the sequence (`sobol.Scrambled.uniforms`).

    Parameters
    ----------
    x : array (lane, element, 512) [uniform]
    extra : array (lane, picker, 512) [uniform]
    directions : uint64 array (stream, bit)
    shift : uint64 array (stream,)
    block : int
        Number of the first lane within the randomisation.
    """
    table = scratch(LANE, np.uint64)
    for stream in range(shift.size):
        numbers = directions[stream]
        table[0] = 0
        half = 1
        for k in range(9):
            for d in range(half):
                table[2 * half - 1 - d] = table[d] ^ numbers[k]
            half *= 2
        for lane in range(x.shape[0]):
            number = block + lane
            head = shift[stream]
            gray = number ^ (number >> 1)
            k = 9
            while gray:
                if gray & 1:
                    head ^= numbers[k]
                gray >>= 1
                k += 1
            if number & 1:
                head ^= numbers[8]
            row = row_of(x, extra, lane, stream)
            for d in range(LANE):
                row[d] = _unit(table[d] ^ head)


@part
def _philox(words: Words, key: Any, name: Any, counter: Any, rounds: int) -> None:
    """Fill with the words of counters from `counter` on; `rounds` is those after the second."""
    for c in range(words.size // 4):
        # Round 1 of (counter, 0, 0, 0): only one product is not 0. In round 2 the first word is the key's.
        high, low = product(_M0, counter + np.uint64(c))
        key0, key1 = key + _W0, name + _W1
        third = high ^ name
        high, last = product(_M0, key)
        other, second = product(_M1, third)
        first = other ^ key0
        third = high ^ low ^ key1
        # A number of rounds that LLVM does not know keeps this loop one, and the counters out of vectors, in which
        # a product of 128 bits takes longer.
        for _ in range(rounds):
            key0 += _W0
            key1 += _W1
            high, low = product(_M0, first)
            other, new = product(_M1, third)
            first = other ^ second ^ key0
            third = high ^ last ^ key1
            second, last = new, low
        words[4 * c] = first
        words[4 * c + 1] = second
        words[4 * c + 2] = third
        words[4 * c + 3] = last


@kernel
def scramble(base: Words, seed: Any, names: Words, rounds: int, directions: Words, shift: Words) -> None:
    """Scramble direction numbers (`sobol.randomisations`, `sobol.scramble`).

    Parameters
    ----------
    base : uint64 array (stream, bit)
        Direction numbers.
    seed : uint64
    names : uint64 array (stream,)
        Second words of the keys: of the stream that scrambles each.
    rounds : int
        `AFTER_TWO`.
    directions, shift : uint64 array (stream, bit), (stream,)
        Filled.
    """
    words = scratch(_WORDS, np.uint64)
    for stream in range(names.size):
        _philox(words, seed, names[stream], _ONE, rounds)
        shift[stream] = words[BITS] >> _TWELVE
        numbers, scrambled = base[stream], directions[stream]
        for bit in range(numbers.size):
            scrambled[bit] = 0
        for p in range(BITS):
            place = np.uint64(BITS - 1 - p)
            diagonal = _ONE << place
            row = ((words[p] >> _TWELVE) & ~((diagonal << _ONE) - _ONE)) | diagonal
            for bit in range(numbers.size):
                scrambled[bit] |= (ones(numbers[bit] & row) & _ONE) << place


@kernel
def random(x: Floats, extra: Floats, seed: Any, names: Words, first: Any, rounds: int) -> None:
    """Fill with the elements' own streams (`streams.uniforms`).

    Parameters
    ----------
    x : array (lane, element, 512) [uniform]
    extra : array (lane, picker, 512) [uniform]
    seed : uint64
    names : uint64 array (stream,)
        Second words of the keys.
    first : uint64
        Draw of each stream that the first lane begins with, a multiple of 4.
    rounds : int
        `AFTER_TWO`.
    """
    words = scratch(LANE, np.uint64)
    for stream in range(names.size):
        for lane in range(x.shape[0]):
            counter = (first + np.uint64(LANE * lane)) // np.uint64(4) + _ONE
            _philox(words, seed, names[stream], counter, rounds)
            row = row_of(x, extra, lane, stream)
            for d in range(LANE):
                row[d] = _unit(words[d] >> _TWELVE)


@part
def _feistel(index: Any, low_bits: Any, high_bits: Any, keys: Words) -> Any:
    mask_low, mask_high = (_ONE << low_bits) - _ONE, (_ONE << high_bits) - _ONE
    low, high = index & mask_low, index >> low_bits
    for turn in range(_TURNS // 2):
        low ^= _mixed(high + keys[2 * turn]) & mask_low
        high ^= _mixed(low + keys[2 * turn + 1]) & mask_high
    return (high << low_bits) | low


@part
def _mixed(word: Any) -> Any:
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return word ^ (word >> np.uint64(31))


@kernel
def latin_hypercube(
    x: Floats, extra: Floats, seed: Any, names: Words, keys: Words, draws: int, first: Any, start: Any, rounds: int
) -> None:
    """Fill with the points of a Latin hypercube (`latin.uniforms`).

    Parameters
    ----------
    x : array (lane, element, 512) [uniform]
    extra : array (lane, picker, 512) [uniform]
    seed, names, first, rounds
        As `random`.
    keys : uint64 array (stream, latin.ROUNDS)
        Keys of the permutations of this randomisation.
    draws : int
        Draws of the randomisation.
    start : uint64
        Draw within the randomisation that the first lane begins with.
    """
    words, strata = scratch(LANE, np.uint64), scratch(LANE, np.uint64)
    size = np.uint64(draws)
    bits = 1
    while (draws - 1) >> bits:
        bits += 1
    low_bits = np.uint64(max(bits // 2, 1))
    high_bits = np.uint64(max(bits - max(bits // 2, 1), 1))
    spare = _LATIN_BITS - bits
    shift, unit = np.uint64(64 - spare), 2.0**-spare
    for stream in range(names.size):
        key = keys[stream]
        for lane in range(x.shape[0]):
            counter = (first + np.uint64(LANE * lane)) // np.uint64(4) + _ONE
            _philox(words, seed, names[stream], counter, rounds)
            begin = start + np.uint64(LANE * lane)
            for d in range(LANE):
                strata[d] = _feistel(begin + np.uint64(d), low_bits, high_bits, key)
            for d in range(LANE):
                while strata[d] >= size:
                    strata[d] = _feistel(strata[d], low_bits, high_bits, key)
            row = row_of(x, extra, lane, stream)
            for d in range(LANE):
                place = (np.float64(np.int64(words[d] >> shift)) + 0.5) * unit
                row[d] = (np.float64(np.int64(strata[d])) + place) / draws
