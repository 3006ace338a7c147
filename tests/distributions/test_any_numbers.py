"""Whatever numbers a file holds, a fit is a usable distribution or a FitError; warnings are errors here."""

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tiers import examples
from wellbeva.distributions.describe import describe, sentence
from wellbeva.distributions.families import LONG_FORMS
from wellbeva.distributions.families.discrete import fit_empirical
from wellbeva.distributions.families.mixture import fit_mixture
from wellbeva.distributions.families.quantiles import fit_quantiles
from wellbeva.distributions.fit import fit_family, truncated
from wellbeva.distributions.fit_result import FitError
from wellbeva.distributions.moments import mean, sd
from wellbeva.distributions.quantile import ppf
from wellbeva.distributions.tables.fast_quantile import FastQuantile


def fitted(family, *, level=0.95, **numbers):
    return fit_family(family, numbers, level=level)


NUMBER = st.one_of(
    st.floats(-10.0, 100.0),
    st.floats(0.0, 1.0),
    st.sampled_from([0.0, -0.0, 1.0, 1e-300, 5e-324, 1e300, -1e300, math.inf, math.nan, 1e16, 1e-9, 0.5]),
    st.floats(),
)
U = np.array([2.0**-53, 1e-9, 0.025, 0.5, 0.975, 1 - 1e-9, 1 - 2.0**-53])


def _usable(distribution):
    values = ppf(distribution, U)
    assert np.isfinite(values).all()
    assert (np.diff(values) >= -1e-11 * np.abs(values[1:])).all()
    assert np.isfinite(FastQuantile(distribution)(U)).all()
    assert math.isfinite(mean(distribution))
    assert sd(distribution) >= 0.0
    assert describe(distribution)
    assert sentence(distribution)


def _usable_or_refused(call):
    try:
        found = call()
    except FitError as caught:
        error = caught
    else:
        distribution = getattr(found, "distribution", found)
        _usable(distribution)
        return
    assert error.message
    assert error.facts
    assert error.remedy


@settings(max_examples=examples(300), deadline=None)
@given(family=st.sampled_from(["normal", "lognormal", "beta", "gamma"]), a=NUMBER, b=NUMBER, c=NUMBER)
def test_intervals(family, a, b, c):
    low, middle, high = sorted([a, b, c])
    for order in ((middle, low, high), (a, b, c)):
        _usable_or_refused(lambda order=order: fitted(family, mean=order[0], low=order[1], high=order[2]))


@settings(max_examples=examples(300), deadline=None)
@given(
    recipe=st.sampled_from([(name, names) for name, one in LONG_FORMS.items() for names in one.recipes]),
    numbers=st.lists(NUMBER, min_size=3, max_size=3),
)
def test_long_forms(recipe, numbers):
    name, names = recipe
    _usable_or_refused(lambda: fit_family(name, dict(zip(names, numbers, strict=False))))


@settings(max_examples=examples(200), deadline=None)
@given(a=NUMBER, b=NUMBER, c=NUMBER, family=st.sampled_from(["normal", "lognormal", "beta", "gamma"]))
def test_short_forms_and_truncation(a, b, c, family):
    for call in (
        lambda: fitted("beta", events=a, n=b),
        lambda: fitted("pert", min=b, mode=a, max=c),
        lambda: fitted(family, mean=a, sd=b),
        lambda: truncated(fitted(family, mean=0.3, sd=0.1).distribution, min(a, b), max(a, b)),
    ):
        _usable_or_refused(call)


@settings(max_examples=examples(200), deadline=None)
@given(points=st.lists(st.tuples(NUMBER, NUMBER), max_size=5), a=NUMBER, b=NUMBER)
def test_points_and_truncation(points, a, b):
    _usable_or_refused(lambda: fit_empirical(points))
    _usable_or_refused(lambda: fit_quantiles(points))
    ordered = list(zip(sorted(p for p, _ in points), sorted(x for _, x in points), strict=True))
    _usable_or_refused(lambda: fit_quantiles(ordered))
    _usable_or_refused(lambda: truncated(fit_quantiles(ordered).distribution, min(a, b), max(a, b)))
    _usable_or_refused(lambda: truncated(fit_empirical(points).distribution, min(a, b), max(a, b)))


@settings(max_examples=examples(60), deadline=None)
@given(first=NUMBER, second=NUMBER, weight=NUMBER, low=NUMBER, high=NUMBER)
def test_mixtures(first, second, weight, low, high):
    def mixed():
        parts = [
            fitted("normal", mean=first, sd=0.1).distribution,
            fitted("gamma", mean=second, sd=1).distribution,
        ]
        return fit_mixture([weight, 1 - weight], parts).distribution

    _usable_or_refused(mixed)
    _usable_or_refused(lambda: truncated(mixed(), min(low, high), max(low, high)))
