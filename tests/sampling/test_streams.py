"""Streams, bit for bit against NumPy and against the published known answers of Philox."""

import hashlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tiers import examples
from wellbeva.sampling import streams


def _key(seed, name):
    return np.array([seed, int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little")], dtype=np.uint64)


def _round(counter, key):
    high0, low0 = divmod(0xD2E7470EE14C6C93 * counter[0], 2**64)
    high1, low1 = divmod(0xCA5A826395121157 * counter[2], 2**64)
    return [high1 ^ counter[1] ^ key[0], low1, high0 ^ counter[3] ^ key[1], low0]


def _philox(counter, key):
    """Philox4x64-10 written out from the paper, for whole numbers of any size."""
    for turn in range(10):
        if turn:
            key = [(key[0] + 0x9E3779B97F4A7C15) % 2**64, (key[1] + 0xBB67AE8584CAA73B) % 2**64]
        counter = _round(counter, key)
    return counter


def test_own_philox_gives_the_known_answers():
    # Known-answer test of the authors' Random123 library (philox4x64 10, all zero).
    assert _philox([0, 0, 0, 0], [0, 0]) == [
        0x16554D9ECA36314C,
        0xDB20FE9D672D0FDC,
        0xD7E772CEE186176B,
        0x7E68B68AEC7BA23B,
    ]


@pytest.mark.parametrize("index", [0, 1, 3, 4, 7, 8, 1_000_003, 2**40 + 5])
def test_draw_is_word_of_its_counter(index):
    # Draw i is word i mod 4 of counter floor(i / 4) + 1 (DESIGN section 5).
    key = [int(word) for word in _key(1, "effect[befriending]")]
    expected = _philox([index // 4 + 1, 0, 0, 0], key)[index % 4]
    assert int(streams.words(1, "effect[befriending]", start=index, count=1)[0]) == expected


@settings(max_examples=examples(60), deadline=None)
@given(seed=st.integers(0, 2**64 - 1), start=st.integers(0, 5000), count=st.integers(0, 700), name=st.text(max_size=30))
def test_any_start_has_the_bits_of_numpy(seed, start, count, name):
    try:
        key = _key(seed, name)
    except UnicodeEncodeError:
        return
    whole = np.random.Philox(key=key).random_raw(start + count)
    assert np.array_equal(streams.words(seed, name, start=start, count=count), whole[start:])


def test_uniforms_reproduced_with_numpy_alone():
    raw = np.random.Philox(key=_key(7, "cost")).random_raw(1000)
    expected = ((raw >> np.uint64(12)).astype(float) + 0.5) / 2**52
    assert np.array_equal(streams.uniforms(7, "cost", count=1000), expected)


def test_unit_interval_is_open_and_exact():
    ends = streams.to_unit(np.array([0, 2**52 - 1], dtype=np.uint64))
    assert ends.tolist() == [2.0**-53, 1.0 - 2.0**-53]


def test_names_and_seeds_have_streams_of_their_own():
    first = streams.words(1, "a", count=100)
    assert not np.intersect1d(first, streams.words(1, "b", count=100)).size
    assert not np.intersect1d(first, streams.words(2, "a", count=100)).size


@pytest.mark.parametrize("seed", [-1, 2**64])
def test_seed_out_of_range_is_refused(seed):
    with pytest.raises(ValueError, match="seed must be a whole number from 0"):
        streams.words(seed, "a", count=1)


def test_negative_start_is_refused():
    with pytest.raises(ValueError, match="must not be negative"):
        streams.uniforms(1, "a", start=-1, count=1)


def test_many_streams_at_once_are_each_one_by_itself():
    names = ["effect[befriending]", "sobol:3:17", "", "a" * 300]
    for count in (1, 4, 53):
        together = streams.first_words(2**64 - 1, names, count)
        for row, name in enumerate(names):
            np.testing.assert_array_equal(together[row], streams.words(2**64 - 1, name, count=count))
