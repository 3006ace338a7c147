"""What generated source calls besides the elementary functions: profile areas, and which rung a value reaches.

The areas are those of `engine.arrays.profiles`, written for one value: the same operations in the same order, with
selects where NumPy has ``where``, so that they give the same bits wherever the elementary functions do.
All are written in the words of `llvm_emitter`, which takes their annotations for types.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, isfinite, isnan, nan

from numba import njit

from wellbeva.engine.compiled.vector import choose, expm1, floor, greatest, least, log
from wellbeva.jit.kernel_cache import keep

__all__ = [
    "area_exponential", "area_geometric", "area_linear", "label", "lower_rung", "run_up_exponential",
    "run_up_geometric", "run_up_linear", "rung", "way",
]  # fmt: skip

Numbers = Sequence[float]
"""A pointer to numbers, in compiled code."""
_TINY = 2.0**-1000
_inline = njit(nogil=True, error_model="numpy", forceinline=True)


@_inline
def _length(x: float) -> float:
    return choose(x >= 0.0, x, nan)


@_inline
def _body(x: float, onset: float, rise: float, hold: float) -> float:
    """Return the area under rise and hold up to `x`."""
    rise, hold = _length(rise), _length(hold)
    full = onset + rise
    area = least(greatest(x - full, 0.0), hold)
    risen = least(greatest(x - onset, 0.0), rise)
    return area + (risen * risen) / choose(rise > 0.0, 2.0 * rise, 1.0)


@_inline
def _since(x: float, onset: float, rise: float, hold: float) -> float:
    """Return how long ago the hold ended."""
    return greatest(x - (onset + _length(rise) + _length(hold)), 0.0)


@_inline
def run_up_linear(x: float, onset: float, rise: float, hold: float, fade: float) -> float:
    """Integrate the profile with a linear fade from the far past to `x` [year]."""
    fade = _length(fade)
    since = least(_since(x, onset, rise, hold), fade)
    area = _body(x, onset, rise, hold) + since
    return area - (since * since) / choose(fade > 0.0, 2.0 * fade, 1.0)


@_inline
def run_up_exponential(x: float, onset: float, rise: float, hold: float, retention: float) -> float:
    """Integrate the profile with an exponential fade from the far past to `x` [year]."""
    area, since = _body(x, onset, rise, hold), _since(x, onset, rise, hold)
    retention = _length(retention)
    stays = retention == 1.0
    rate = log(choose(stays | (retention == 0.0), 0.5, retention))
    faded = expm1(since * rate) * choose(retention > 0.0, 1.0 / rate, retention)
    return area + choose(stays, since, faded)


@_inline
def run_up_geometric(x: float, onset: float, rise: float, hold: float, retention: float) -> float:
    """Integrate the profile with a fade in yearly drops from the far past to `x` [year]."""
    area, since = _body(x, onset, rise, hold), _since(x, onset, rise, hold)
    retention = _length(retention)
    stays = retention == 1.0
    whole = floor(since)
    lost = -expm1(whole * log(greatest(retention, _TINY)))
    years = choose(stays, whole, lost / choose(stays, 1.0, 1.0 - retention))
    return area + years + (1.0 - lost) * (since - whole)


@_inline
def area_linear(
    t: float, step: float, onset: float, rise: float, hold: float, fade: float, until: float = inf
) -> float:
    """Integrate the profile with a linear fade over [t, t + step] [year]."""
    end = run_up_linear(least(t + step, until), onset, rise, hold, fade)
    return end - run_up_linear(least(t, until), onset, rise, hold, fade)


@_inline
def area_exponential(
    t: float, step: float, onset: float, rise: float, hold: float, retention: float, until: float = inf
) -> float:
    """Integrate the profile with an exponential fade over [t, t + step] [year]."""
    end = run_up_exponential(least(t + step, until), onset, rise, hold, retention)
    return end - run_up_exponential(least(t, until), onset, rise, hold, retention)


@_inline
def area_geometric(
    t: float, step: float, onset: float, rise: float, hold: float, retention: float, until: float = inf
) -> float:
    """Integrate the profile with a fade in yearly drops over [t, t + step] [year]."""
    end = run_up_geometric(least(t + step, until), onset, rise, hold, retention)
    return end - run_up_geometric(least(t, until), onset, rise, hold, retention)


@njit(nogil=True, error_model="numpy")
def rung(by: float, data: Numbers, start: int, length: int) -> int:
    """Return the highest rung that a value reaches; -1 for none, or a value that is not finite (`pick.lookup`)."""
    if not isfinite(by):
        return -1
    found = -1
    for index in range(length):
        if data[start + index] <= by:
            found = index
    return found


@njit(nogil=True, error_model="numpy")
def label(by: float, length: int) -> int:
    """Return the label whose index a value is; -1 where there is none."""
    if not isfinite(by) or by <= -1.0 or by >= length:
        return -1
    return int(by)


@njit(nogil=True, error_model="numpy")
def lower_rung(by: float, data: Numbers, start: int, length: int) -> int:
    """Return the lower of the two rungs that a value lies between (`pick.between`)."""
    if length == 1:
        return 0
    if isnan(by):
        return length - 2
    found = 0
    for index in range(1, length - 1):
        if data[start + index] <= by:
            found = index
    return found


@njit(nogil=True, error_model="numpy")
def way(by: float, data: Numbers, start: int, index: int, length: int) -> float:
    """Return how far a value is on the way from a rung to the next, between 0 and 1; NaN where it is."""
    if isnan(by):
        return nan
    if length == 1:
        return 0.0
    share = (by - data[start + index]) / (data[start + index + 1] - data[start + index])
    return min(max(share, 0.0), 1.0)


keep(globals())
