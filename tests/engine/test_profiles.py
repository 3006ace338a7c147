"""Profile areas against numerical integration of the profile itself, and the two ways of writing them."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from tests.tiers import examples
from wellbeva.engine.arrays import profiles

EPSILON = np.finfo(float).eps
PLAIN = {
    "linear": profiles.plain_linear,
    "exponential": profiles.plain_exponential,
    "geometric": profiles.plain_geometric,
}
RUN_UP = {
    "linear": profiles.run_up_linear,
    "exponential": profiles.run_up_exponential,
    "geometric": profiles.run_up_geometric,
}


def height(kind, x, onset, rise, hold, last, until=np.inf):
    """The profile, as its sentence says."""
    if x < onset or x >= until:
        return 0.0
    if x < onset + rise:
        return (x - onset) / rise
    if x < onset + rise + hold:
        return 1.0
    since = x - onset - rise - hold
    if kind == "linear":
        return max(0.0, 1 - since / last) if last > 0 else 0.0
    if kind == "exponential":
        return last**since if last > 0 else 0.0
    return last ** np.floor(since)


SHAPES = [
    ("linear", 0.3, 0.5, 1.2, 0.7),
    ("linear", 0.0, 0.0, 0.8, 0.0),
    ("linear", 0.25, 0.0, 0.0, 2.0),
    ("linear", 0.0, 0.5, 0.0, 0.0),
    ("linear", -0.5, 1.0, 0.5, 1.0),
    ("exponential", 0.3, 0.5, 1.2, 0.4),
    ("exponential", 0.0, 0.0, 0.0, 0.9999999),
    ("exponential", 0.0, 0.0, 0.6, 0.0),
    ("exponential", 0.0, 0.2, 0.6, 1.0),
    ("geometric", 0.1, 0.0, 0.4, 0.6),
    ("geometric", 0.0, 0.3, 0.4, 0.0),
    ("geometric", 0.0, 0.0, 0.4, 1.0),
]


@pytest.mark.parametrize("until", [np.inf, 1.9])
@pytest.mark.parametrize(("kind", "onset", "rise", "hold", "last"), SHAPES)
def test_area_is_the_integral_of_the_profile(kind, onset, rise, hold, last, until):
    step = 0.75
    steps = np.arange(6) * step
    shape = [np.asarray(x) for x in (onset, rise, hold, last)]
    found = PLAIN[kind](steps, np.asarray(step), *shape, np.asarray(until))
    ends = onset + rise + hold
    for t, area in zip(steps, found, strict=True):
        kinks = [onset, onset + rise, ends, ends + last, until, *(ends + k for k in range(1, 6))]
        inside = sorted({k for k in kinks if t < k < t + step})
        edges = [t, *inside, t + step]
        # between kinks the profile is smooth, so that quad is good to far below the tolerance
        whole = sum(
            quad(lambda x: height(kind, x, onset, rise, hold, last, until), low, high)[0]
            for low, high in pairwise(edges)
        )
        assert area == pytest.approx(whole, abs=1e-10)


@pytest.mark.parametrize(("kind", "onset", "rise", "hold", "last"), SHAPES)
def test_everything_under_a_profile_is_found_however_it_is_cut_into_steps(kind, onset, rise, hold, last):
    shape = [np.asarray(x) for x in (onset, rise, hold, last)]
    whole = PLAIN[kind](np.asarray(0.0), np.asarray(7.0), *shape)
    for parts in (7, 84):
        steps = np.arange(parts) * 7 / parts
        # each of `parts` terms is at most 1 and is rounded a few times
        assert PLAIN[kind](steps, np.asarray(7 / parts), *shape).sum() == pytest.approx(whole, abs=8 * parts * EPSILON)


def test_worked_by_hand():
    def area(kind, t, step, *shape):
        return float(PLAIN[kind](np.asarray(t), np.asarray(step), *map(np.asarray, shape)))

    # full for 9 months, then straight down over 6: of the year, 0.75 whole and 0.25 from 1 down to 1/2
    assert area("linear", 0.0, 1.0, 0.0, 0.0, 0.75, 0.5) == pytest.approx(0.75 + 0.25 * 0.75, abs=4 * EPSILON)
    assert area("linear", 1.0, 1.0, 0.0, 0.0, 0.75, 0.5) == pytest.approx(0.25 * 0.25, abs=4 * EPSILON)
    # half is left after a year: the integral of 2^-s over a year is (1 - 1/2) / ln 2
    assert area("exponential", 0.0, 1.0, 0.0, 0.0, 0.0, 0.5) == pytest.approx(0.5 / np.log(2), abs=4 * EPSILON)
    # steps of 1, then 0.5, then 0.25
    assert area("geometric", 0.0, 3.0, 0.0, 0.0, 0.0, 0.5) == pytest.approx(1.75, abs=4 * EPSILON)


def test_negative_lengths_are_not_a_number():
    for kind, plain in PLAIN.items():
        for bad in range(1, 4):
            shape = [np.asarray(0.5)] * 4
            shape[bad] = np.asarray(-0.1)
            assert np.isnan(plain(np.arange(2.0), np.asarray(1.0), *shape)).all()
            with np.errstate(all="ignore"):
                up = RUN_UP[kind](np.arange(3.0), *shape)
            assert np.isnan(np.diff(up)).any()


lengths = st.one_of(st.just(0.0), st.floats(0.001, 6.0))
shares = st.one_of(st.sampled_from([0.0, 1.0, 1 - 1e-12, 1 - 1e-7, 0.5]), st.floats(1e-6, 1.0))


@settings(max_examples=examples(150), deadline=None)
@given(
    st.sampled_from(sorted(PLAIN)), st.floats(-2, 3), lengths, lengths, lengths, shares, st.sampled_from([1, 1 / 12])
)
def test_the_antiderivative_gives_the_areas(kind, onset, rise, hold, fade, share, step):
    steps = np.arange(20) * step
    shape = [np.asarray(x) for x in (onset, rise, hold, fade if kind == "linear" else share)]
    plain = PLAIN[kind](steps, np.asarray(step), *shape)
    up = RUN_UP[kind](np.append(steps, steps[-1] + step), *shape)
    # the antiderivative grows to at most some 30 years and is rounded a handful of times; its differences, and
    # the ends of the pieces (up to 20 years) over a piece's slope, lose that much absolutely, not relatively
    slope = 1 / max(0.001, min([x for x in (rise, fade) if x > 0], default=1.0))
    assert np.abs(np.diff(up) - plain).max() <= 64 * 30 * EPSILON * max(1.0, step * slope)
