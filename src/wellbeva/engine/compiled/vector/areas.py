"""Areas under profiles that rise, hold and fade.

They are those of `engine.arrays.profiles`, written for one value: the same operations in the same order, with selects
where NumPy has ``where``, so that they give the same bits wherever the elementary functions do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from wellbeva.engine.compiled.vector.elementwise import greatest, least
from wellbeva.engine.compiled.vector.exponential import expm1
from wellbeva.engine.compiled.vector.logarithm import NAN, log
from wellbeva.engine.compiled.vector.values import Real, pick

_TINY: Final = 2.0**-1000


def _length(x: Real) -> Real:
    return pick(x >= 0.0, x, NAN)


def _body(x: Real, onset: Real, rise: Real, hold: Real) -> Real:
    """Return the area under rise and hold up to `x`."""
    rise, hold = _length(rise), _length(hold)
    full = onset + rise
    zero = x.like(0.0)
    area = least(greatest(x - full, zero), hold)
    risen = least(greatest(x - onset, zero), rise)
    return area + (risen * risen) / pick(rise > 0.0, 2.0 * rise, 1.0)


def _since(x: Real, onset: Real, rise: Real, hold: Real) -> Real:
    """Return how long ago the hold ended."""
    return greatest(x - (onset + _length(rise) + _length(hold)), x.like(0.0))


def run_up_linear(x: Real, onset: Real, rise: Real, hold: Real, fade: Real) -> Real:
    """Integrate the profile with a linear fade from the far past to `x`.

    Parameters
    ----------
    x, onset, rise, hold, fade : Real [year]

    Returns
    -------
    Real [year]
        NaN where a length is below 0 (`engine.arrays.profiles.run_up_linear`).
    """
    fade = _length(fade)
    since = least(_since(x, onset, rise, hold), fade)
    area = _body(x, onset, rise, hold) + since
    return area - (since * since) / pick(fade > 0.0, 2.0 * fade, 1.0)


def run_up_exponential(x: Real, onset: Real, rise: Real, hold: Real, retention: Real) -> Real:
    """Integrate the profile with an exponential fade from the far past to `x`.

    Parameters
    ----------
    x, onset, rise, hold : Real [year]
    retention : Real [share left after a year of fading]

    Returns
    -------
    Real [year]
        NaN where a length or the retention is below 0 (`engine.arrays.profiles.run_up_exponential`).
    """
    area, since = _body(x, onset, rise, hold), _since(x, onset, rise, hold)
    retention = _length(retention)
    stays = retention.equals(1.0)
    rate = log(pick(stays | retention.equals(0.0), 0.5, retention))
    faded = expm1(since * rate) * pick(retention > 0.0, 1.0 / rate, retention)
    return area + pick(stays, since, faded)


def run_up_geometric(x: Real, onset: Real, rise: Real, hold: Real, retention: Real) -> Real:
    """Integrate the profile with a fade in yearly drops from the far past to `x`.

    Parameters
    ----------
    x, onset, rise, hold : Real [year]
    retention : Real [share left after a year of fading]

    Returns
    -------
    Real [year]
        NaN where a length or the retention is below 0 (`engine.arrays.profiles.run_up_geometric`).
    """
    area, since = _body(x, onset, rise, hold), _since(x, onset, rise, hold)
    retention = _length(retention)
    stays = retention.equals(1.0)
    whole = since.calls("floor")
    lost = -expm1(whole * log(greatest(retention, x.like(_TINY))))
    years = pick(stays, whole, lost / pick(stays, 1.0, 1.0 - retention))
    return area + years + (1.0 - lost) * (since - whole)


def over_step(run_up: Callable[..., Real]) -> Callable[..., Real]:
    """Return what integrates a profile over [t, t + step].

    Parameters
    ----------
    run_up : callable
        Integrates it from the far past to a point.

    Returns
    -------
    callable
        Of t and step, of the profile as `run_up` takes it, and of when it is cut off [year]: infinite for never.
    """

    def area(t: Real, step: Real, *profile: Real) -> Real:
        *shape, until = profile
        end = run_up(least(t + step, until), *shape)
        return end - run_up(least(t, until), *shape)

    return area
