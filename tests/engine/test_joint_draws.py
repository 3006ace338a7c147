"""Plans with elements that are drawn together: the same bits for any threads, both engines, every design."""

import dataclasses

import numpy as np
import pytest

from tests.engine.engine_plans import trajectory
from tests.tiers import thorough_after
from wellbeva.distributions.spec import Distribution
from wellbeva.engine.run.block_loop import run
from wellbeva.engine.run.settings import RunSettings
from wellbeva.plan.plan import Joint
from wellbeva.plan.serialise import from_json, to_json


@pytest.fixture(scope="module")
def joined():
    """Two of each: a copula, a table of draws, a Dirichlet of shares that nobody reads as such."""
    made = trajectory(3, 6, choose="one")
    rng = np.random.default_rng(2)
    base = np.array([one.base for one in made.elements])
    rows = base[2:4] * (1 + 0.05 * rng.standard_normal((37, 2)))
    elements = list(made.elements)
    for index, args in ((4, (6.0, 4.0)), (5, (4.0, 6.0))):
        elements[index] = dataclasses.replace(elements[index], distribution=Distribution("beta", args))
    joints = (
        Joint("copula", (0, 1, 6), np.array([[1, 0, 0], [0.6, 0.8, 0], [0, 0.6, 0.8]])),
        Joint("rows", (2, 3), rows),
        Joint("dirichlet", (4, 5), np.array([6.0, 4.0])),
    )
    return dataclasses.replace(made, elements=tuple(elements), joints=joints)


def bits(result):
    kept = [one.tobytes() for one in (*result.draws.values(), *result.inputs.values())]
    return b"".join([*kept, *(one.mean.tobytes() + one.m2.tobytes() for one in result.moments.values())])


@pytest.mark.parametrize("design", thorough_after(1, ["sobol", "random", "latin"]))
def test_the_same_bits_for_any_threads_and_block(joined, design):
    first = run(joined, RunSettings(draws=2 * 8192, design=design, threads=1, block=512))
    assert first.design == design
    assert bits(run(joined, RunSettings(draws=2 * 8192, design=design, threads=2, block=1024))) == bits(first)
    assert bits(run(from_json(to_json(joined)), RunSettings(draws=2 * 8192, design=design, threads=3))) == bits(first)


def test_both_engines_agree(joined):
    fast, slow = (run(joined, RunSettings(draws=8192, engine=engine)) for engine in ("blocked", "reference"))
    for name, one in fast.moments.items():
        np.testing.assert_allclose(slow.moments[name].mean, one.mean, rtol=1e-11, atol=1e-12)


def test_what_is_drawn_together_stays_together(joined):
    result = run(joined, RunSettings(draws=8192, design="latin"))
    names = [one.name for one in joined.elements]
    kept = np.stack([result.inputs[name].ravel() for name in names])
    rows = joined.joints[1].matrix
    assert {tuple(one) for one in kept[2:4].T.tolist()} <= {tuple(one) for one in rows.tolist()}
    assert np.abs(kept[4] + kept[5] - 1).max() <= np.finfo(float).eps
    # Normal elements: the correlation of N = 8,192 draws is off by less than 5 / sqrt(N) = 0.055 in all but one of a
    # million seeds; the seed is fixed. The factor's rows give 0.6, 0 and 0.6 * 0.8 = 0.48.
    found = np.corrcoef(kept[[0, 1, 6]])
    assert found[0, 1] == pytest.approx(0.6, abs=0.055)
    assert found[0, 2] == pytest.approx(0.0, abs=0.055)
    assert found[1, 2] == pytest.approx(0.48, abs=0.055)
