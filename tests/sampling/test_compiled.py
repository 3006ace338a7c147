"""Draws by machine code are those of `Sampler.block`, bit for bit; and both are what streams and tables say."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pytest

from wellbeva.distributions.correlation import Pair, lower_factor
from wellbeva.distributions.spec import Distribution
from wellbeva.plan.plan import Joint, RowSelector
from wellbeva.sampling import inverse_cdf
from wellbeva.sampling.kernel_sampler import CompiledSampler
from wellbeva.sampling.sampler import Sampler
from wellbeva.sampling.streams import name_hash

DESIGNS = ["sobol", "random", "latin"]


@dataclass(frozen=True)
class Element:
    name: str
    dimension: int
    distribution: Distribution
    stream: str = ""


LAWS = [
    Distribution("normal", (0.3, 0.13)),
    Distribution("normal", (-7.0, 2.0)),
    Distribution("lognormal", (1.0, 0.5)),
    Distribution("shifted_lognormal", (2.0, -1.0, 0.7, -1.0)),
    Distribution("beta", (24.1, 10.3)),
    Distribution("beta", (1.0, 5.0)),
    Distribution("gamma", (9.0, 0.08)),
    Distribution("gamma", (0.2, 2.0)),
    Distribution("pert", (3.0, 9.0, 18.0)),
    Distribution("normal", (0.66, 0.12), 0.0, 1.0),
    Distribution("normal", (0.0, 1.0), 5.0),
    Distribution("gamma", (4.0, 3.0), 1.0, 20.0),
    Distribution("uniform", (-1.0, 4.0)),
    Distribution("uniform", (0.0, 4.0), 1.0, 2.0),
    Distribution("beta", (1.0, 1.0)),
    Distribution("beta", (1.0, 1.0), 0.2, 0.6),
    Distribution("triangular", (0.0, 1.0, 4.0)),
    Distribution("triangular", (0.0, 0.0, 4.0)),
    Distribution("triangular", (0.0, 4.0, 4.0)),
    Distribution("triangular", (0.0, 1.0, 4.0), 0.5, 2.0),
    # Left to NumPy: no table, no formula.
    Distribution("beta", (0.1, 0.9)),
    Distribution("point", (3.0,)),
    Distribution("empirical", (1.0, 0.5, 2.0, 0.5)),
    Distribution("quantiles", (0.1, 1.0, 0.5, 2.0, 0.9, 5.0)),
    Distribution("mixture", (0.3, 0.7), parts=(Distribution("point", (0.0,)), Distribution("beta", (3.0, 4.0)))),
    Distribution("student_t", (0.3, 0.1, 3.0)),
    Distribution("student_t", (0.3, 0.1, 8.0), 0.0, 1.0),
]
ELEMENTS = [Element(f"x{i}", i, law) for i, law in enumerate(LAWS)]

SHARES = [Element(f"share{i}", 30 + i, Distribution("beta", (1.0, 1.0))) for i in range(9)]
SUPPLIED = [Element(f"row{i}", 40 + i, Distribution("point", (0.0,))) for i in range(4)]
TOGETHER = [*ELEMENTS, *SHARES, *SUPPLIED]
FIRST = len(ELEMENTS)
ROWS = np.random.default_rng(1).standard_normal((700, 3))
FACTOR = lower_factor([Pair(0, 1, 0.6), Pair(1, 2, -0.4), Pair(0, 2, 0.1), Pair(2, 3, 0.7)], size=5)
JOINTS = [
    # Of a table, of formulas, of a law left to NumPy; the last is correlated with none.
    Joint("copula", (4, 0, 16, 20, 12), FACTOR),
    Joint("copula", (1, 2), lower_factor([Pair(0, 1, -1.0)], size=2)),
    Joint("dirichlet", tuple(range(FIRST, FIRST + 4)), np.array([12.0, 0.0, 5.0, 3.0])),
    # A part that resists, one that is the uniform itself, and nothing after the last that has a count.
    Joint("dirichlet", tuple(range(FIRST + 4, FIRST + 9)), np.array([0.0, 0.02, 1.0, 1.0, 0.0])),
    Joint("rows", (FIRST + 9, FIRST + 10), ROWS[:, :2]),
    Joint("rows", (FIRST + 11,), ROWS[:, 2:], RowSelector("picker", 60)),
    Joint("rows", (FIRST + 12,), ROWS[:7, 2:], RowSelector("other picker", 61)),
]


def _sampler(design, *, elements=ELEMENTS, joints=(), draws=4096, randomisations=3, seed=11):
    return Sampler(elements, joints, design=design, seed=seed, draws_each=draws, randomisations=randomisations)


def _filled(sampler, randomisation, start, lanes):
    x = np.full((lanes, len(sampler.names), 512), np.nan)
    CompiledSampler(sampler).fill(randomisation, start, x)
    return x


def _agree(sampler, randomisation, start, lanes):
    x = _filled(sampler, randomisation, start, lanes)
    block = sampler.block(randomisation, start, 512 * lanes)
    for row, name in enumerate(sampler.names):
        assert x[:, row].tobytes() == block[row].tobytes(), name


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("joints", [False, True], ids=["alone", "joined"])
@pytest.mark.parametrize(("start", "lanes"), [(0, 4), (512, 1), (1536, 3), (3584, 1)])
def test_bits_are_those_of_numpy(design, joints, start, lanes):
    sampler = _sampler(design, elements=TOGETHER, joints=JOINTS) if joints else _sampler(design)
    _agree(sampler, 2, start, lanes)


@pytest.mark.parametrize(
    ("design", "draws", "starts"),
    [
        ("sobol", 2**47, [2**47 - 1024, 2**31, 2**46 + 512 * 12345]),
        ("random", 2**45, [2**45 - 1024, 2**31, 512 * 12345]),
        ("latin", 2**40, [2**40 - 1024, 2**31]),
        # Not a power of two: the permutation walks on until it comes back below.
        ("latin", 512 * 3001, [0, 512 * 2999]),
        ("latin", 512, [0]),
    ],
)
def test_bits_far_out(design, draws, starts):
    sampler = _sampler(design, elements=TOGETHER, joints=JOINTS, draws=draws, seed=2**64 - 1)
    for start in starts:
        _agree(sampler, 1, start, min(2, draws // 512))


def test_random_draws_are_the_words_of_numpys_philox():
    elements = [Element("effect[befriending]", 0, Distribution("uniform", (0.0, 1.0)))]
    sampler = _sampler("random", elements=elements, draws=2048, seed=42)
    key = np.array([42, name_hash("effect[befriending]")], dtype=np.uint64)
    raw = np.random.Philox(key=key).random_raw(2 * 2048 + 512 + 1024)[2 * 2048 + 512 :]
    u = ((raw >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52
    # The uniform from 0 to 1 gives u back, bit for bit.
    assert np.array_equal(_filled(sampler, 2, 512, 2)[:, 0].ravel(), u)


def test_elements_beyond_those_whose_tables_are_kept_have_the_same_bits(monkeypatch):
    whole = _sampler("sobol", elements=TOGETHER, joints=JOINTS).block(1, 512, 1024)
    monkeypatch.setattr(inverse_cdf, "MOST_TABLES", 6)
    monkeypatch.setattr("wellbeva.sampling.sampler._inverses", inverse_cdf.InverseCdfs)  # none that is kept from before
    sampler = _sampler("sobol", elements=TOGETHER, joints=JOINTS)
    # six laws, one of them of two elements
    assert sampler.inverses.rows.size == 7
    assert sampler.block(1, 512, 1024).tobytes() == whole.tobytes()
    _agree(sampler, 1, 512, 2)


@pytest.mark.parametrize("design", DESIGNS)
def test_threads_share_a_sampler(design):
    sampler = _sampler(design, elements=TOGETHER, joints=JOINTS)
    compiled = CompiledSampler(sampler)
    places = [(r, start) for r in range(3) for start in range(0, 4096, 512)] * 3

    def filled(place):
        x = np.empty((1, len(TOGETHER), 512))
        compiled.fill(*place, x)
        return x

    alone = [filled(place) for place in places]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(filled, places))
    assert all(one.tobytes() == other.tobytes() for one, other in zip(alone, together, strict=True))


def test_nothing_uncertain():
    sampler = _sampler("sobol", elements=[])
    assert _filled(sampler, 0, 0, 2).shape == (2, 0, 512)


@pytest.mark.parametrize(
    ("place", "words"), [((3, 0), "3 randomisations"), ((0, 3584), "4096 draws"), ((0, 100), "512")]
)
def test_draws_that_are_not_there_are_refused(place, words):
    sampler = _sampler("sobol")
    with pytest.raises(ValueError, match=words):
        CompiledSampler(sampler).fill(*place, np.empty((2, len(ELEMENTS), 512)))


@pytest.mark.parametrize(
    "x",
    [np.empty((2, len(ELEMENTS) + 1, 512)), np.empty((2, len(ELEMENTS), 256)), np.empty((512, len(ELEMENTS), 2)).T],
    ids=["elements", "lanes", "order"],
)
def test_other_arrays_are_refused(x):
    with pytest.raises(ValueError, match="in one piece"):
        CompiledSampler(_sampler("sobol")).fill(0, 0, x)


def test_the_numpy_path_imports_no_numba():
    code = "import sys; from wellbeva.sampling import sampler; raise SystemExit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
