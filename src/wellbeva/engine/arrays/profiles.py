"""Areas under a gain that waits, rises, holds and fades: exact integrals over each step, never samples.

The profile is 0 until `onset`, rises in a straight line to 1 over `rise`, is 1 for `hold`, and then

- linear: falls in a straight line to 0 over `fade`;
- exponential: is ``retention ** s``, `s` years after the hold has ended;
- geometric: is ``retention ** floor(s)``, so it keeps its full height for the first year after the
  hold, drops once a year and is flat between.

All times are in years. ``until`` cuts the profile off at that time, counted from 0. Lengths of zero
are allowed. A negative length or retention has no meaning and gives NaN, which the run then refuses.

Each area is written twice. The ``plain_`` functions add up the overlap of the step with each piece, as
the definition reads; they are the specification. The ``run_up_`` functions are the integral from the
far past to a point (an antiderivative), so that T steps need T + 1 points and one difference.
"""

from __future__ import annotations

import math

import numpy as np

from wellbeva.core.arrays import Floats

_TINY = 2.0**-1000
"""Stands for a retention of 0 where only its logarithm is needed: its first power is zero beside 1."""
_NEVER = np.asarray(np.inf)
"""When a profile is cut off that is not."""


def length(x: Floats) -> Floats:
    """Return a duration or share as it is, NaN where it is below 0."""
    return np.where(x >= 0, x, np.nan)


# ---- as the definition reads


def _overlap(t: Floats, step: Floats, start: Floats, end: Floats) -> tuple[Floats, Floats]:
    """Return the ends of the stretch that [t, t + step] and [start, end] share; of length 0 if they share none."""
    low = np.maximum(t, start)
    return low, np.maximum(low, np.minimum(t + step, end))


def _straight(t: Floats, step: Floats, start: Floats, long: Floats, end: Floats, *, rising: bool) -> Floats:
    """Integrate a straight line between 0 and 1 that takes `long` from `start`: mean height times length."""
    low, high = _overlap(t, step, start, np.minimum(start + long, end))
    share = ((low + high) / 2 - start) / np.where(long > 0, long, 1.0)
    return (high - low) * (share if rising else 1 - share)


def _plain_body(
    t: Floats, step: Floats, onset: Floats, rise: Floats, hold: Floats, until: Floats
) -> tuple[Floats, Floats]:
    """Return the area under rise and hold, and when the hold ends."""
    rise, hold = length(rise), length(hold)
    full = onset + rise
    low, high = _overlap(t, step, full, np.minimum(full + hold, until))
    return _straight(t, step, onset, rise, until, rising=True) + (high - low), full + hold


def plain_linear(
    t: Floats, step: Floats, onset: Floats, rise: Floats, hold: Floats, fade: Floats, until: Floats = _NEVER
) -> Floats:
    """Integrate the profile with a linear fade over [t, t + step].

    Parameters
    ----------
    t, step, onset, rise, hold, fade, until : arrays that broadcast together [year]

    Returns
    -------
    array [year]
        Between 0 and `step`.
    """
    body, ended = _plain_body(t, step, onset, rise, hold, until)
    return body + _straight(t, step, ended, length(fade), until, rising=False)


def plain_exponential(
    t: Floats, step: Floats, onset: Floats, rise: Floats, hold: Floats, retention: Floats, until: Floats = _NEVER
) -> Floats:
    """Integrate the profile with an exponential fade over [t, t + step].

    Parameters
    ----------
    t, step, onset, rise, hold, until : arrays that broadcast together [year]
    retention : array [share left after a year of fading]
        0 drops to nothing at once, 1 stays.

    Returns
    -------
    array [year]
    """
    body, ended = _plain_body(t, step, onset, rise, hold, until)
    retention = length(retention)
    low, high = _overlap(t, step, ended, until)
    # Retentions of 0 and 1 have formulas of their own below; 0.5 stands in, so that no logarithm is infinite or 0.
    log = np.log(np.where((retention == 0) | (retention == 1), 0.5, retention))
    # height at the start of the stretch, times the integral of the decay from there
    faded = retention ** np.maximum(low - ended, 0) * np.expm1((high - low) * log) / log
    return body + np.where(retention == 1, high - low, np.where(retention == 0, 0.0, faded))


def plain_geometric(
    t: Floats, step: Floats, onset: Floats, rise: Floats, hold: Floats, retention: Floats, until: Floats = _NEVER
) -> Floats:
    """Integrate the profile with a fade in yearly drops over [t, t + step].

    Parameters
    ----------
    t, step, onset, rise, hold, until : arrays that broadcast together [year]
    retention : array [share left after a year of fading]
        0 drops to nothing at once, 1 stays.

    Returns
    -------
    array [year]
    """
    body, ended = _plain_body(t, step, onset, rise, hold, until)
    retention = length(retention)
    # Of the shape of both, and NaN where the retention is.
    area = body + 0 * retention
    gap = np.min(ended, initial=np.inf, where=np.isfinite(ended))
    years = math.ceil(max(0.0, float(np.max(t + step)) - float(gap))) if np.isfinite(gap) else 0
    for year in range(years):
        low, high = _overlap(t, step, ended + year, np.minimum(ended + year + 1, until))
        area = area + retention**year * (high - low)
    return area


# ---- from the far past to a point


def _body(x: Floats, onset: Floats, rise: Floats, hold: Floats) -> tuple[Floats, Floats]:
    """Return the area under rise and hold up to `x`, and when the hold ends."""
    rise, hold = length(rise), length(hold)
    full = onset + rise
    area = np.minimum(np.maximum(x - full, 0.0), hold)
    if rise.any():
        risen = np.minimum(np.maximum(x - onset, 0.0), rise)
        risen *= risen
        area = area + risen / np.where(rise > 0, 2 * rise, 1.0)
    return area, full + hold


def run_up_linear(x: Floats, onset: Floats, rise: Floats, hold: Floats, fade: Floats) -> Floats:
    """Integrate the profile with a linear fade from minus infinity to `x`.

    Parameters
    ----------
    x, onset, rise, hold, fade : arrays that broadcast together [year]

    Returns
    -------
    array [year]
    """
    area, ended = _body(x, onset, rise, hold)
    fade = length(fade)
    if not fade.any():
        return area
    # in one array: of a block of draws each takes longer to come by than to fill
    since = np.subtract(x, ended, out=np.empty(np.broadcast_shapes(np.shape(x), ended.shape, fade.shape)))
    np.maximum(since, 0.0, out=since)
    np.minimum(since, fade, out=since)
    area = area + since
    since *= since
    since /= np.where(fade > 0, 2 * fade, 1.0)
    area -= since
    return np.asarray(area)


def run_up_exponential(x: Floats, onset: Floats, rise: Floats, hold: Floats, retention: Floats) -> Floats:
    """Integrate the profile with an exponential fade from minus infinity to `x`.

    Parameters
    ----------
    x, onset, rise, hold : arrays that broadcast together [year]
    retention : array [share left after a year of fading]

    Returns
    -------
    array [year]
    """
    area, ended = _body(x, onset, rise, hold)
    since = np.maximum(x - ended, 0.0)
    retention = length(retention)
    stays = retention == 1
    log = np.log(np.where(stays | (retention == 0), 0.5, retention))
    # A retention of 0 leaves nothing, and one of NaN fails the comparison and comes through as it is.
    faded = np.expm1(since * log) * np.where(retention > 0, 1 / log, retention)
    return area + (np.where(stays, since, faded) if stays.any() else faded)


def run_up_geometric(x: Floats, onset: Floats, rise: Floats, hold: Floats, retention: Floats) -> Floats:
    """Integrate the profile with a fade in yearly drops from minus infinity to `x`.

    Parameters
    ----------
    x, onset, rise, hold : arrays that broadcast together [year]
    retention : array [share left after a year of fading]

    Returns
    -------
    array [year]
    """
    area, ended = _body(x, onset, rise, hold)
    since = np.maximum(x - ended, 0.0)
    retention = length(retention)
    stays = retention == 1
    full_years = np.floor(since)
    # 1 - retention ** whole, without cancellation where the retention is close to 1
    lost = -np.expm1(full_years * np.log(np.maximum(retention, _TINY)))
    years = lost / np.where(stays, 1.0, 1 - retention)
    if stays.any():
        years = np.where(stays, full_years, years)
    return np.asarray(area + years + (1 - lost) * (since - full_years))
