"""Indices of inequality: closed forms, published numbers, what each leaves unchanged, and the kernel (R192 to R195)."""

from __future__ import annotations

from dataclasses import replace
from math import erf, exp, log, sqrt

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.people_after import people_after
from wellbeva.engine.inequality.before_and_after import indices_after
from wellbeva.engine.inequality.indices import INDICES, Choices, People

Floats = npt.NDArray[np.float64]
ANSWERS = np.arange(11.0)
UNEQUAL = ("standard_deviation", "mean_pair_distance", "half_gap", "gini", "atkinson", "kolm")
"""Those that never rise where somebody better off gives to somebody worse off."""


def people(level: npt.ArrayLike, weight: npt.ArrayLike | None = None, group: npt.ArrayLike | None = None) -> People:
    found = np.asarray(level, dtype=np.float64)
    share = np.ones(len(found)) if weight is None else np.asarray(weight, dtype=np.float64)
    return People(found, share / share.sum(), np.zeros(len(found), np.int64) if group is None else np.asarray(group))


def value(name: str, of: People, **choices: float) -> float:
    return INDICES[name].compute(replace(of, choices=Choices(**choices)))  # type: ignore[arg-type]


def close(number: float) -> object:
    return pytest.approx(number, rel=1e-12)


def test_two_points() -> None:
    of, p, a, b = people([2.0, 8.0], [0.3, 0.7]), 0.3, 2.0, 8.0
    mean = p * a + (1 - p) * b
    distance = 2 * p * (1 - p) * (b - a)
    assert value("standard_deviation", of) == close((b - a) * sqrt(p * (1 - p)))
    assert value("mean_pair_distance", of) == close(distance)
    assert value("gini", of) == close(distance / 2 / mean)
    assert value("half_gap", of) == close(b - (0.6 * a + 0.4 * b))
    assert value("kolm", of, kolm=0.5) == close(mean + 2 * log(p * exp(-a / 2) + (1 - p) * exp(-b / 2)))
    assert value("atkinson", of, atkinson=1.0) == close(1 - a**p * b ** (1 - p) / mean)
    assert value("percentile_difference", of) == close((7.5 + 6 / 7) - (1.5 + 1 / 3))


def test_all_answers_alike() -> None:
    of = people(ANSWERS)
    assert value("standard_deviation", of) == close(sqrt(10))
    assert value("mean_pair_distance", of) == close(120 / 33)
    assert value("half_gap", of) == close(10 - 2 * 12.5 / 5.5)
    assert value("percentile_difference", of) == close(0.8 * 11)
    assert value("percentile_ratio", of) == close(9.4 / 0.6)
    assert value("share_at_0_to_4", of) == close(5 / 11)
    assert value("share_below_line", of, line=7) == close(7 / 11)


def test_published_values() -> None:
    """The documented examples of R's ineq, seven figures, and of Inequality.jl, weighted too, to the last digits."""
    incomes = people([541, 1463, 2445, 3438, 4437, 5401, 6392, 8304, 11904, 22261])
    assert value("gini", incomes) == pytest.approx(0.4620911, abs=5e-8)
    assert value("atkinson", incomes, atkinson=0.5) == pytest.approx(0.1796591, abs=5e-8)
    assert value("atkinson", incomes, atkinson=1.0) == pytest.approx(0.3518251, abs=5e-8)
    nine = [8, 5, 1, 3, 5, 6, 7, 6, 3]
    assert value("gini", people(nine)) == close(0.2373737373737374)
    assert value("gini", people(nine, np.arange(1, 10))) == close(0.20652395514780775)
    assert value("atkinson", people(nine), atkinson=1.2) == close(0.1631765870035865)
    assert value("atkinson", people([8, 5, 1, 3], [0.1, 0.5, 0.3, 0.8]), atkinson=1.2) == close(0.1681319821792493)


@pytest.mark.parametrize("aversion", [0.5, 1.0, 2.0])
def test_lognormal_levels(aversion: float) -> None:
    """Atkinson's index by Gauss and Hermite's quadrature; of the Gini 2,000 quantiles miss the tails, below 1/2,000."""
    x, weight = np.polynomial.hermite_e.hermegauss(60)
    assert value("atkinson", people(np.exp(0.6 * x), weight), atkinson=aversion) == close(1 - exp(-aversion * 0.18))
    from scipy.special import ndtri

    quantiles = np.exp(0.6 * ndtri((np.arange(2000) + 0.5) / 2000))
    assert value("gini", people(quantiles)) == pytest.approx(erf(0.3), abs=1 / 2000)


def test_published_slope() -> None:
    """Healthy life expectancy of fifths in dceasimR's documented example of ``calc_sii``, a weighted regression."""
    of = people([60, 63, 66, 69, 72], group=np.arange(5))
    assert value("slope_index", of) == close(15)
    assert value("relative_index", of) == pytest.approx(0.2272727, abs=5e-8)


def test_groups_by_rank() -> None:
    """Means of English districts by fifth of deprivation, 2022-23, against a weighted fit of NumPy's."""
    mean, share = np.array([7.33, 7.42, 7.54, 7.47, 7.63]), np.array([0.3, 0.1, 0.2, 0.15, 0.25])
    of = people(mean, share, np.arange(5))
    slope = np.polyfit(np.cumsum(share) - share / 2, mean, 1, w=np.sqrt(share))[0]
    assert value("slope_index", of) == pytest.approx(slope, rel=1e-11)
    assert value("relative_index", of) == pytest.approx(slope / (mean @ share), rel=1e-11)
    assert value("group_gap", of) == close(0.3)


LEVELS = st.lists(st.floats(1, 5), min_size=3, max_size=8)


@given(LEVELS, st.floats(0.01, 0.5))
def test_a_gift_to_somebody_worse_off_never_widens(levels: list[float], part: float) -> None:
    """Pigou and Dalton's principle of transfers."""
    level = np.sort(levels)
    after = level.copy()
    gift = part * (level[-1] - level[0])
    after[[0, -1]] += [gift, -gift]
    for name in UNEQUAL:
        assert value(name, people(after)) <= value(name, people(level)) + 1e-14


@given(LEVELS, st.floats(0, 4))
def test_what_a_shift_and_a_stretch_leave_unchanged(levels: list[float], shift: float) -> None:
    group = np.arange(len(levels)) % 3
    of, shifted, stretched = (people(one, group=group) for one in
                              (levels, np.add(levels, shift), np.multiply(levels, 1 + shift / 4)))  # fmt: skip
    for name, index in INDICES.items():
        if index.absolute and index.purpose != "suffering":
            assert value(name, shifted) == pytest.approx(value(name, of), rel=1e-9, abs=1e-12)
    for name in ("gini", "atkinson", "relative_index"):
        assert value(name, stretched) == pytest.approx(value(name, of), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("name", INDICES)
def test_the_mirror(name: str) -> None:
    """R192: each does under the scale read from its other end what it says; line 5 is above the middle."""
    level, group = np.array([1.0, 1.5, 3.5, 4.0, 8.0, 9.25]), [0, 0, 0, 1, 1, 2]
    before, after = value(name, people(level, group=group)), value(name, people(10 - level, group=group))
    if INDICES[name].mirror == "changes":
        assert after != pytest.approx(before, rel=0.01)
    else:
        assert after == pytest.approx(before if INDICES[name].mirror == "same" else -before, rel=1e-12)


@st.composite
def moves(draw: st.DrawFn) -> tuple[Floats, Floats, Floats, Floats]:
    """Answers before, shares of groups, shares that move and gains; no cell has less than 1e-5 of all people."""
    groups = draw(st.integers(1, 4))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    counts = random.integers(0, 10, (2, groups, 11)) * (random.random((2, groups, 11)) < 0.6)
    counts[..., 7] += 1
    share = random.uniform(0.2, 1, (2, groups))
    moving = np.where(random.random((2, 3, groups)) < 0.3, random.integers(0, 2, (2, 3, groups)),
                      random.uniform(0.05, 0.95, (2, 3, groups)))  # fmt: skip
    gain = draw(st.sampled_from([random.normal(0.4, 1, (2, 3, groups)), random.integers(-12, 12, (2, 3, groups)) * 0.5,
                                 np.full((2, 3, groups), -1e-20)]))  # fmt: skip
    return counts / counts.sum(axis=-1, keepdims=True), share / share.sum(axis=1, keepdims=True), moving, gain


@given(moves(), st.sampled_from([Choices(), Choices(5, 1.0, 2.0), Choices(10, 2.5, 0.001), Choices(1, 5.0, 50.0)]))
def test_the_kernel_is_the_reference(given_: tuple[Floats, Floats, Floats, Floats], choices: Choices) -> None:
    """R195: sums of some 100 terms up to 100; a percentile divides by a density of 1e-5 or more, so it has 1e-9."""
    found = indices_after(*given_, choices, threads=2)
    for draw, option in np.ndindex(2, 3):
        before, share, moving, gain = given_
        of = people_after(before[draw], share[draw], moving[draw, option], gain[draw, option], choices)
        for place, (name, index) in enumerate(INDICES.items()):
            wanted, got = index.compute(of), found[draw, option, place]
            if name == "percentile_ratio":  # the 10th percentile may be 0, or the noise of it
                wanted, got = np.nan_to_num([1 / wanted, 1 / got])
            # Kolm's index divides an error of the logarithm by its aversion
            least = 1e-9 if name.startswith("percentile") else 1e-13 / min(1, choices.kolm)
            assert got == pytest.approx(wanted, rel=1e-11, abs=least, nan_ok=True), name


def test_indices_without_a_value() -> None:
    """R192: empty where everybody is at 0, where somebody is and the aversion is 1, and of one group."""

    def empty(level: float, aversion: float, groups: int = 2) -> set[str]:
        before = np.zeros((1, groups, 11))
        before[..., 10], before[..., 0] = level, 1 - level
        share, nobody = np.full((1, groups), 1 / groups), np.zeros((1, 1, groups))
        found = indices_after(before, share, nobody, nobody, Choices(atkinson=aversion))[0, 0]
        return {name for name, number in zip(INDICES, found, strict=True) if np.isnan(number)}

    assert empty(1.0, 1.0) == set()
    assert empty(0.95, 0.5) == set()
    assert empty(0.95, 1.0) == {"atkinson"}
    assert {"gini", "atkinson", "percentile_ratio", "relative_index"} == empty(0.0, 0.5)
    assert {"slope_index", "relative_index"} == empty(1.0, 0.5, groups=1)
