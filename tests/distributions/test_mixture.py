"""Mixtures: inverse, atoms, truncation, moments, and the table for many draws."""

import math
from itertools import pairwise

import mpmath
import numpy as np
import pytest
from mpmath import mp, mpf
from scipy import integrate, stats

from wellbeva.distributions import quantile
from wellbeva.distributions.describe import describe, sentence
from wellbeva.distributions.families import mixture
from wellbeva.distributions.families.discrete import fit_empirical
from wellbeva.distributions.families.mixture import fit_mixture
from wellbeva.distributions.families.quantiles import fit_quantiles
from wellbeva.distributions.fit import truncated
from wellbeva.distributions.fit_result import FitError
from wellbeva.distributions.moments import mean, sd
from wellbeva.distributions.quantile import below, cdf, ppf, sf
from wellbeva.distributions.spec import Distribution
from wellbeva.distributions.tables.fast_quantile import FastQuantile

NORMAL = Distribution("normal", (0.3, 0.125))
ZERO = Distribution("point", (0.0,))
JOINED = fit_quantiles([(0.05, 0.01), (0.5, 0.18), (0.95, 0.62)]).distribution
FLAT = fit_quantiles([(0.05, 0.0), (0.5, 0.0), (0.7, 0.1), (0.95, 0.62)]).distribution


def _mixed(*pairs):
    return fit_mixture([weight for weight, _ in pairs], [part for _, part in pairs]).distribution


EFFECT_OR_NONE = _mixed((0.7, NORMAL), (0.3, ZERO))
OVERLAPPING = _mixed((0.5, NORMAL), (0.3, ZERO), (0.2, Distribution("gamma", (2.0, 0.5))))
TWO_HUMPS = _mixed((0.5, Distribution("normal", (0.0, 1.0))), (0.5, Distribution("normal", (10.0, 0.5))))
WIDE = _mixed((0.4, Distribution("triangular", (0.0, 1.0, 2.0))), (0.6, Distribution("lognormal", (1.0, 1.5))))
CURVES = _mixed((0.5, FLAT), (0.5, Distribution("uniform", (0.0, 0.3))))
SHARES = _mixed((0.5, JOINED), (0.5, Distribution("beta", (0.5, 2.0))))
NESTED = truncated(_mixed((0.5, EFFECT_OR_NONE), (0.5, Distribution("normal", (0.0, 1.0), -1.0, 1.0))), 0.0, 0.5)
OBSERVED = _mixed((0.6, fit_empirical([(1, 0.1), (3, 0.4)]).distribution), (0.4, NORMAL))
LAWS = [
    EFFECT_OR_NONE,
    OVERLAPPING,
    TWO_HUMPS,
    WIDE,
    CURVES,
    SHARES,
    NESTED,
    OBSERVED,
    truncated(OVERLAPPING, 0.0, 1.0),
]
TABLED = [OVERLAPPING, TWO_HUMPS, WIDE, CURVES, SHARES, NESTED]
NEAR_HALF = 10.0 ** -np.arange(2.0, 9.0)
U = np.concatenate(
    [
        np.linspace(0.0005, 0.9995, 1200),
        2.0 ** -np.arange(10.0, 54, 4),
        1 - 2.0 ** -np.arange(10.0, 54, 4),
        0.5 - NEAR_HALF,  # where the two humps part
        0.5 + NEAR_HALF,
    ]
)


def test_effect_or_none_by_hand():
    """70% Normal(0.3, 0.125), 30% zero: below 0 lies 0.7 Phi(-2.4), and the atom holds the next 0.3."""
    under = 0.7 * stats.norm.cdf(-2.4)
    assert cdf(EFFECT_OR_NONE, [0.0]) == pytest.approx([under + 0.3], rel=1e-15)
    assert below(EFFECT_OR_NONE, [0.0]) == pytest.approx([under], rel=1e-15)
    assert ppf(EFFECT_OR_NONE, [under + 1e-12, 0.1, 0.3, under + 0.3 - 1e-12]).tolist() == [0.0] * 4
    # Elsewhere the quantile is the normal's, at what is left of u once the atom is taken off.
    assert ppf(EFFECT_OR_NONE, [0.001]) == pytest.approx(0.3 + 0.125 * stats.norm.ppf(0.001 / 0.7), rel=1e-14)
    assert ppf(EFFECT_OR_NONE, [0.65]) == pytest.approx([0.3], rel=1e-14)
    assert ppf(EFFECT_OR_NONE, [1 - 2.0**-40]) == pytest.approx(0.3 - 0.125 * stats.norm.ppf(2.0**-40 / 0.7), rel=1e-14)
    # 0.7 x 0.3; 0.7 x (0.125^2 + 0.3^2) - 0.21^2 = 0.0739375 - 0.0441 = 0.0298375.
    assert mean(EFFECT_OR_NONE) == pytest.approx(0.21, rel=1e-14)
    assert sd(EFFECT_OR_NONE) == pytest.approx(math.sqrt(0.0298375), rel=1e-14)


def _mp_mixture(law, x):
    """Lower and upper tail probability and density of normal, gamma and point parts, at 30 digits."""
    lower = upper = density = mpf(0)
    for weight, part in zip(law.args, law.parts, strict=True):
        if part.family == "point":
            lower, upper = lower + weight * (x >= 0), upper + weight * (x < 0)
            continue
        a, b = (mpf(value) for value in part.args)
        if part.family == "normal":
            z = (x - a) / b
            one = mpmath.ncdf(z), mpmath.ncdf(-z), mpmath.npdf(z) / b
        else:
            t = max(x, 0) / b
            one = (
                mpmath.gammainc(a, 0, t, regularized=True),
                mpmath.gammainc(a, t, mpmath.inf, regularized=True),
                t ** (a - 1) * mpmath.exp(-t) / mpmath.gamma(a) / b,
            )
        lower, upper, density = lower + weight * one[0], upper + weight * one[1], density + weight * one[2]
    return lower, upper, density


@pytest.mark.parametrize("law", [OVERLAPPING, TWO_HUMPS], ids=describe)
def test_against_mpmath(law):
    """The solver stops at four ulps of x; none of the probabilities tried falls on the atom (0.0041 to 0.3041).

    The distribution function it asks is good to some 1e-16 of itself, which moves x by 1e-16 / (density / tail), at
    most 1e-14 where tried (not in the gap between the humps, where the density is 1e-7).
    """
    tried = [2.0**-50, 1e-9, 1e-3, 0.003, 0.45, 0.55, 0.9, 1 - 1e-6, 1 - 2.0**-50]
    with mp.workdps(30):
        for u, exact, fast in zip(tried, ppf(law, tried), FastQuantile(law)(np.array(tried)), strict=True):
            lower, upper, density = _mp_mixture(law, mpf(float(exact)))
            step = (lower - mpf(u)) / density if u <= 0.5 else (1 - mpf(u) - upper) / density
            assert abs(step) < 1e-13 * max(1.0, abs(exact)), u
            assert abs(fast - exact) <= 2 * mixture.TOLERANCE * max(abs(exact), 0.25), u


@pytest.mark.parametrize("law", LAWS, ids=describe)
def test_the_inverse_is_the_lowest_value_that_reaches_u(law):
    """F(x-) <= u <= F(x), to rounding of F (a few 1e-16 over a kept mass above 0.4) and 1e-15 of x times a density.

    The beta(1/2, 2) has no bound on its density, but F changes by half the relative change of x at most.
    """
    x = ppf(law, U)
    assert (cdf(law, x) >= U - 1e-13).all()
    assert (below(law, x) <= U + 1e-13).all()
    assert sf(law, x) == pytest.approx(1 - cdf(law, x), abs=1e-14)
    ordered = ppf(law, np.sort(U))
    assert (np.diff(ordered) >= -1e-13 * np.maximum(1.0, np.abs(ordered[1:]))).all()


@pytest.mark.parametrize("law", LAWS, ids=describe)
def test_tables_agree_with_the_solver(law):
    """At points other than those checked a polynomial of degree 10 may be off a little more: twice is allowed."""
    spread = mixture.inverse(quantile.resolved(law)).scale
    exact, fast = ppf(law, U), FastQuantile(law)(U)
    assert (np.abs(fast - exact) <= 2 * mixture.TOLERANCE * np.maximum(np.abs(exact), spread)).all()


@pytest.mark.parametrize("law", LAWS, ids=describe)
def test_same_bits_in_any_block(law):
    u = np.random.default_rng(7).random(9000)
    full = FastQuantile(law)(u)
    other = FastQuantile(law)
    for start, count in ((0, 1), (3, 7), (512, 512), (4000, 513), (8487, 513)):
        assert np.array_equal(full[start : start + count], other(u[start : start + count]))
    exact = ppf(law, u[:1200])
    assert np.array_equal(exact[13:614], ppf(law, u[13:614]))


def test_tables_are_used_where_they_can_be():
    for law in TABLED:
        inverse = mixture.build(mixture.inverse(quantile.resolved(law)))
        scores = stats.norm.ppf(np.linspace(0.0005, 0.9995, 1000))
        # Between two humps the quantile leaps, and the solver is left to find it: a few draws in a thousand.
        assert inverse(scores)[1].mean() > 0.98, describe(law)


def test_a_leap_between_humps_keeps_both_sides():
    # Half the draws lie about 0 and half about 10: P(X < 5) = 1/2 to 1e-6 (5 sd and 10 sd away).
    u = np.random.default_rng(3).random(20_000)
    x = FastQuantile(TWO_HUMPS)(u)
    assert np.array_equal(x < 5.0, u < float(cdf(TWO_HUMPS, 5.0)))


def _moments_by_quadrature(pairs, atoms, low, high):
    """Mean and sd of what lies from low to high, of SciPy's densities and of atoms."""
    total = centre = square = 0.0
    for weight, density, points in pairs:
        edges = [low, *(p for p in points if low < p < high), high]
        for power in range(3):
            found = sum(
                integrate.quad(lambda x, p=power, f=density: x**p * f(x), a, b, epsabs=1e-13, epsrel=1e-12)[0]
                for a, b in pairwise(edges)
            )
            total, centre, square = (
                total + weight * found * (power == 0),
                centre + weight * found * (power == 1),
                square + weight * found * (power == 2),
            )
    for value, weight in atoms:
        if low <= value <= high:
            total, centre, square = total + weight, centre + weight * value, square + weight * value**2
    return centre / total, math.sqrt(square / total - (centre / total) ** 2)


def test_truncated_moments_against_quadrature():
    """Nested: 0.35 of Normal(0.3, 0.125), 0.15 of 0, 0.5 of a standard normal cut at -1 and 1; all cut at 0 and 0.5."""
    inner = stats.norm.cdf(1) - stats.norm.cdf(-1)
    pairs = [
        (0.35, stats.norm(0.3, 0.125).pdf, (0.1, 0.3)),
        (0.5, lambda x: stats.norm.pdf(x) / inner, ()),
    ]
    centre, spread = _moments_by_quadrature(pairs, [(0.0, 0.15)], 0.0, 0.5)
    assert mean(NESTED) == pytest.approx(centre, rel=1e-10)
    assert sd(NESTED) == pytest.approx(spread, rel=1e-9)


def test_truncation_by_hand_keeps_the_atom_at_the_bound():
    cut = truncated(EFFECT_OR_NONE, 0.0, math.inf)
    # Of 0.3 + 0.7 Phi(2.4), the atom is the first part.
    share = 0.3 / (0.3 + 0.7 * stats.norm.cdf(2.4))
    assert cdf(cut, [0.0]) == pytest.approx([share], rel=1e-14)
    assert ppf(cut, [0.001, share - 1e-9]).tolist() == [0.0, 0.0]
    assert ppf(cut, [share + 1e-9])[0] > 0.0
    without = truncated(EFFECT_OR_NONE, 0.1, 0.5)
    assert ppf(without, U).min() >= 0.1
    assert ppf(without, U) == pytest.approx(ppf(Distribution("normal", NORMAL.args, 0.1, 0.5), U), rel=1e-15)


def test_truncation_far_out_keeps_its_digits():
    # Beyond 5 sd only the normal part is left, and the wide part beyond that of 0 has next to none.
    cut = truncated(_mixed((0.5, Distribution("normal", (0.0, 1.0))), (0.5, ZERO)), 5.0)
    assert float(ppf(cut, 0.5)) == pytest.approx(float(ppf(Distribution("normal", (0.0, 1.0), 5.0), 0.5)), rel=1e-15)


def test_constants_only_are_observed_values():
    law = _mixed((0.25, ZERO), (0.75, Distribution("point", (2.0,))))
    assert ppf(law, [0.25, 0.25 + 1e-12]).tolist() == [0.0, 2.0]
    assert mean(law) == 1.5
    assert sd(law) == pytest.approx(math.sqrt(0.75), rel=1e-15)
    assert FastQuantile(law)(np.array([0.1, 0.9])).tolist() == [0.0, 2.0]


REFUSED = [
    (([1.0], [NORMAL]), "at least two parts", "given: 1"),
    (([0.5, 0.4], [NORMAL, ZERO]), "must add to 100%", "50% + 40% = 90%"),
    (([1.5, -0.5], [NORMAL, ZERO]), "a weight must be above 0", "-0.5"),
    (([1.0, 0.0], [NORMAL, ZERO]), "a weight must be above 0", "0"),
    (([0.5, math.nan], [NORMAL, ZERO]), "a weight must be above 0", "nan"),
    (([0.5, 0.5], [NORMAL, NORMAL]), "all parts of the mixture are the same", "normal"),
    (([0.005] * 200, [NORMAL, ZERO] * 100), "too many parts", "200"),
]


@pytest.mark.parametrize(("given", "message", "fact"), REFUSED)
def test_refusals(given, message, fact):
    with pytest.raises(FitError) as caught:
        fit_mixture(*given)
    assert message in caught.value.message
    assert fact in " ".join(caught.value.facts)
    assert caught.value.remedy


def test_words():
    assert describe(EFFECT_OR_NONE) == "mixture(70% normal(mean=0.3, sd=0.125), 30% point(value=0))"
    assert sentence(EFFECT_OR_NONE).startswith("Mixture: mean 0.21, sd 0.172735;")
    assert describe(truncated(EFFECT_OR_NONE, 0.0)).endswith("truncated below 0")
