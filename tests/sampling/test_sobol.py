"""Sobol points, bit for bit against SciPy; nets, addressing, independence of dimensions."""

import numpy as np
import pytest
from scipy import stats
from scipy.stats import qmc

from wellbeva.sampling import sobol, sobol_directions
from wellbeva.sampling.sobol_directions import BITS, direction_numbers


def _randomisation(dimensions, *, seed, index, only=None):
    return sobol.randomisations(dimensions, seed=seed, indices=(index,), only=only)[0]


def _plain(dimensions):
    return sobol.Scrambled(direction_numbers(dimensions), np.zeros(dimensions, dtype=np.uint64))


@pytest.mark.parametrize("dimensions", [1, 2, 3, 40, 1111])
def test_unscrambled_bits_are_scipys(dimensions):
    theirs = qmc.Sobol(dimensions, scramble=False, bits=BITS).random(4096) * 2.0**BITS
    ours = _plain(dimensions).integers(start=0, count=4096)
    assert np.array_equal(ours, theirs.T.astype(np.uint64))


def test_direction_numbers_beyond_those_read():
    # Point 2**17 of SciPy rests on direction number 17 of each dimension; 8 dimensions read only the first 6.
    generator = qmc.Sobol(8, scramble=False, bits=30)
    generator.fast_forward(2**17)
    theirs = (generator.random(512) * 2.0**30).astype(np.uint64)
    ours = _plain(8).integers(start=2**17, count=512) >> np.uint64(BITS - 30)
    assert np.array_equal(ours, theirs.T)


def test_direction_numbers_are_odd_and_below_their_power():
    numbers = direction_numbers(300)
    odd = numbers >> np.arange(BITS - 1, -1, -1, dtype=np.uint64)
    assert (odd % 2 == 1).all()
    assert (odd < 2 ** np.arange(1, BITS + 1, dtype=np.uint64)).all()


def test_more_dimensions_leave_the_first_alone():
    assert np.array_equal(direction_numbers(500)[:37], direction_numbers(37))


@pytest.mark.parametrize("seed", [0, 20240917])
def test_with_scipys_own_matrices_the_scramble_has_scipys_bits(seed):
    dimensions = 12
    theirs = qmc.Sobol(dimensions, scramble=True, bits=BITS, rng=np.random.default_rng(seed)).random(2048)
    # SciPy spawns a generator, draws the bits of the shift, lowest first, then the matrices, highest bit first.
    rng = np.random.default_rng(seed).spawn(1)[0]
    shift = rng.integers(2, size=(dimensions, BITS), dtype=np.uint64) @ (
        np.uint64(1) << np.arange(BITS, dtype=np.uint64)
    )
    matrices = np.tril(rng.integers(2, size=(dimensions, BITS, BITS), dtype=np.uint64))
    matrices |= np.eye(BITS, dtype=np.uint64)
    rows = matrices @ (np.uint64(1) << np.arange(BITS - 1, -1, -1, dtype=np.uint64))
    ours = sobol.Scrambled(sobol.scramble(direction_numbers(dimensions), rows), shift)
    assert np.array_equal(ours.integers(start=0, count=2048), (theirs.T * 2.0**BITS).astype(np.uint64))


def test_any_start_gives_the_same_points():
    ours = _randomisation(9, seed=5, index=3)
    whole = ours.uniforms(start=0, count=16_384)
    for start, count in ((0, 512), (512, 512), (1536, 1024), (15_872, 512), (4096, 8192)):
        assert np.array_equal(ours.uniforms(start=start, count=count), whole[:, start : start + count])


def test_far_blocks_by_the_definition():
    # Point n is the shift and the direction numbers at the bits of n's Gray code, one by one.
    ours = _randomisation(4, seed=5, index=0)
    start = (2**31 + 12_345) * 512
    block = ours.integers(start=start, count=512)
    for offset in (0, 1, 255, 256, 511):
        gray = (start + offset) ^ ((start + offset) >> 1)
        expected = ours.shift.copy()
        for k in range(BITS):
            if gray >> k & 1:
                expected ^= ours.directions[:, k]
        assert np.array_equal(block[:, offset], expected)


@pytest.mark.parametrize("start", [0, 512, 7 * 512])
def test_every_aligned_block_is_stratified(start):
    # Any aligned 512 points of one dimension have one in each 512th; of the first two together (a net with
    # t = 0) one in each cell of 2**j by 2**(9 - j).
    points = _randomisation(50, seed=3, index=7).uniforms(start=start, count=512)
    for row in points:
        assert np.array_equal(np.sort((row * 512).astype(int)), np.arange(512))
    for j in range(10):
        cells = (points[0] * 2**j).astype(int) * 2 ** (9 - j) + (points[1] * 2 ** (9 - j)).astype(int)
        assert np.array_equal(np.sort(cells), np.arange(512))


def test_appending_dimensions_changes_no_other():
    few, many = (_randomisation(d, seed=11, index=2).uniforms(start=512, count=512) for d in (5, 90))
    assert np.array_equal(few, many[:5])


def test_only_picks_dimensions():
    wanted = np.array([40, 2])
    all_of_them = _randomisation(41, seed=11, index=2).uniforms(start=0, count=512)
    picked = _randomisation(41, seed=11, index=2, only=wanted).uniforms(start=0, count=512)
    assert np.array_equal(picked, all_of_them[wanted])


def test_randomisations_dimensions_and_seeds_differ():
    scrambles = [_randomisation(40, seed=s, index=i) for s in (1, 2) for i in (0, 1)]
    # 160 shifts of 52 bits: two alike by chance with 160**2 / 2**53 = 3e-12.
    assert np.unique(np.concatenate([one.shift for one in scrambles])).size == 160
    # The second direction number of dimension 1 is scrambled in all but its two highest bits: 4 of 50 bits.
    assert len({int(one.directions[0, 1]) for one in scrambles}) == 4


@pytest.mark.thorough
def test_standard_error_from_randomisations_is_honest():
    """Over 150 seeds (mean - true) / error is t with 15 degrees of freedom; false alarm 1e-6."""
    wave = np.array([3.1, 2.3, 1.7, 0.9])[:, None]
    true = np.prod(np.sin(wave) / wave)
    scores = []
    for seed in range(150):
        points = [_randomisation(4, seed=seed, index=i).uniforms(start=0, count=512) for i in range(16)]
        means = [np.prod(np.cos(wave * (2 * u - 1)), axis=0).mean() for u in points]
        scores.append((np.mean(means) - true) / (np.std(means, ddof=1) / 4))
    assert stats.kstest(scores, stats.t(15).cdf).pvalue > 1e-6
    # Random points would give some 0.25 / sqrt(512) = 0.011.
    assert np.std(means) < 0.005


def test_shift_is_uniform():
    # 16 randomisations x 60 dimensions of point 0: mean within 5.3 sd of 1/2, false alarm 1.2e-7.
    points = np.concatenate([_randomisation(60, seed=9, index=i).shift for i in range(16)]) / 2.0**BITS
    assert abs(points.mean() - 0.5) < 5.3 * np.sqrt(1 / 12 / points.size)


def test_too_many_dimensions():
    with pytest.raises(ValueError, match=r"21,201 dimensions and 21,202 uncertain numbers.*`random`"):
        sobol_directions.direction_numbers(21_202)
    with pytest.raises(ValueError, match="at least one dimension"):
        sobol_directions.direction_numbers(0)


def test_degrees_follow_the_count_of_primitive_polynomials():
    # 1, 1, 2, 2, 6, 6, 18, 16, 48 primitive polynomials of degree 1 to 9 (OEIS A011260).
    degrees = sobol_directions._degrees(101)
    assert np.bincount(degrees).tolist() == [1, 1, 1, 2, 2, 6, 6, 18, 16, 48]


@pytest.mark.parametrize(("start", "count"), [(100, 512), (0, 500), (-512, 512), (0, -512)])
def test_ragged_blocks_are_refused(start, count):
    with pytest.raises(ValueError, match="multiples of 512"):
        _plain(2).integers(start=start, count=count)


def test_beyond_the_last_point_is_refused():
    with pytest.raises(ValueError, match=r"2\*\*52 points"):
        _plain(2).integers(start=2**52, count=512)
