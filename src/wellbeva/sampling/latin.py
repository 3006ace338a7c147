"""Latin hypercube points, addressed by index: in each randomisation of n draws each stratum of width 1 / n is met once.

Draw i of an element falls in stratum P(i), at a place within it that the element's own stream gives. P is a
permutation of 0 to n - 1 of the element's and the randomisation's own: a Feistel network on the smallest power of two
that holds n, walked on until it comes back below n. It is computed for the indices that are asked for and no others,
so that the size of a block changes nothing and no list of n numbers is kept.

References
----------
McKay, Beckman and Conover (1979), A comparison of three methods for selecting values of input variables,
Technometrics 21(2), doi:10.1080/00401706.1979.10489755 (the design).
Black and Rogaway (2002), Ciphers with arbitrary finite domains, CT-RSA, doi:10.1007/3-540-45760-7_9 (Feistel network
and cycle walking). Steele, Lea and Flood (2014), doi:10.1145/2660193.2660195 (the mixing of 64-bit words).
"""

from __future__ import annotations

import numpy as np

from wellbeva.core.arrays import Floats, Words
from wellbeva.sampling import streams

ROUNDS = 12
MOST_DRAWS = 2**40
"""Draws of a randomisation: stratum and place within it fill 48 bits, so that their sum is exact in a double."""

BITS = 48


def uniforms(seed: int, name: str, *, randomisation: int, draws: int, start: int, count: int) -> Floats:
    """Return points of one element, strictly between 0 and 1 and strictly inside their strata.

    Parameters
    ----------
    seed : int
        From 0 to 2**64 - 1.
    name : str
        Name of the element.
    randomisation : int
    draws : int
        Draws of the randomisation, which are the strata.
    start, count : int
        Draws within the randomisation.

    Returns
    -------
    array (count,)

    Raises
    ------
    ValueError
        If there are more draws than distinct strata.
    """
    if not 1 <= draws <= MOST_DRAWS:
        raise ValueError(f"a Latin hypercube takes 1 to 2**40 draws in a randomisation, not {draws:,}")
    strata = permuted(np.arange(start, start + count, dtype=np.uint64), draws, keys(seed, name, randomisation))
    words = streams.words(seed, name, start=randomisation * draws + start, count=count)
    return placed(strata, words, draws)


def keys(seed: int, name: str, randomisation: int) -> Words:
    """Return the keys of an element's permutation in a randomisation.

    Parameters
    ----------
    seed : int
        From 0 to 2**64 - 1.
    name : str
        Name of the element's stream.
    randomisation : int

    Returns
    -------
    uint64 array (ROUNDS,)
    """
    return streams.words(seed, f"latin:{randomisation}:{name}", count=ROUNDS)


def placed(strata: Words, words: Words, draws: int) -> Floats:
    """Put each point at a place within its stratum, given by the highest bits of a word; strictly inside it.

    As many bits as 48 leave beside the stratum: nearest to an edge it is 2**-49 of its size away, which the rounding of
    the division cannot cross.

    Parameters
    ----------
    strata : uint64 array (point,)
        Stratum of each point, from 0 to `draws` - 1.
    words : uint64 array (point,)
        A random word for each point.
    draws : int
        Draws of the randomisation, which are the strata.

    Returns
    -------
    array (point,)
        Strictly between 0 and 1.
    """
    bits = BITS - max(draws - 1, 1).bit_length()
    place = ((words >> np.uint64(64 - bits)).astype(np.float64) + 0.5) * 2.0**-bits
    return (strata.astype(np.float64) + place) / draws


def permuted(indices: Words, size: int, keys: Words) -> Words:
    """Return the images of indices under a keyed permutation of 0 to size - 1.

    Parameters
    ----------
    indices : uint64 array, each below `size`
    size : int
    keys : uint64 array (ROUNDS,)

    Returns
    -------
    uint64 array, shape of `indices`
    """
    bits = max(size - 1, 1).bit_length()
    low_bits = max(bits // 2, 1)
    high_bits = max(bits - low_bits, 1)
    result = _feistel(indices, low_bits, high_bits, keys)
    limit = np.uint64(size)
    outside = np.flatnonzero(result >= limit)
    while outside.size:
        result[outside] = _feistel(result[outside], low_bits, high_bits, keys)
        outside = outside[result[outside] >= limit]
    return result


def _feistel(indices: Words, low_bits: int, high_bits: int, keys: Words) -> Words:
    """Change one half by a keyed mixture of the other, in turn: each round can be undone, so none collides."""
    shift, mask_low, mask_high = np.uint64(low_bits), np.uint64(2**low_bits - 1), np.uint64(2**high_bits - 1)
    low, high = indices & mask_low, indices >> shift
    for turn, key in enumerate(keys):
        if turn % 2:
            high = high ^ (_mixed(low + key) & mask_high)
        else:
            low = low ^ (_mixed(high + key) & mask_low)
    return (high << shift) | low


def _mixed(words: Words) -> Words:
    """Mix 64-bit words: the finaliser of SplitMix64; the top half of the product is the better one."""
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return words ^ (words >> np.uint64(31))
