"""Draws that fall where the parameter cannot be: a share below 0% or above 100% (semantics R5)."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Final

import numpy as np

from wellbeva.compiler.appraisal.units_and_prices import Converter, Target, written_amount
from wellbeva.core.arrays import Floats
from wellbeva.core.spans import Span
from wellbeva.distributions.family import family_of
from wellbeva.distributions.quantile import bounds as ends
from wellbeva.distributions.quantile import cdf, is_truncated, resolved, sf
from wellbeva.distributions.spec import Distribution
from wellbeva.errors import Collector
from wellbeva.plan.limits import USUAL
from wellbeva.plan.plan import Bounds
from wellbeva.plan.remedies import LEAVE_OUT, remedy_of
from wellbeva.scenario.spec import ParameterSpec

WARNED_FROM: Final = 1e-6
"""Chance of a draw outside from which it is said. A run refuses the first such draw, which nobody should meet without
having been told: at this chance 2 of 100 runs of the usual length hold one, at ten times of it 15 would. A normal is
told of if its mean lies within 4.8 standard deviations of a bound."""
NEVER: Final = 2.0**-54
"""Chance up to which nothing is drawn outside: the uniforms of all designs keep 2^-53 away from 0 and 1."""
_OUT: Final = 9.0
"""Normal score beyond which a tail, of 1e-19, is smaller than `NEVER`."""
REFUSED_FROM: Final = 0.25
"""Chance from which it is refused: every fourth draw is not a number that the parameter can have."""
ROUNDING: Final = 4
"""How far beyond a bound, in units in the last place, a draw still counts as at it: draws of a table are
converted by one rounded factor, bounds exactly, which parts equal numbers by at most that much."""


def bounds_of(spec: ParameterSpec, target: Target, converter: Converter) -> Bounds:
    """Return the bounds of a parameter in its unit, and as its model writes them; a share lies in 0 to 1 (FORMAT R24).

    Parameters
    ----------
    spec : ParameterSpec
    target : Target
        The unit of the parameter.
    converter : Converter
    """
    share = target.text == "share"
    ends, words = list[float | None](), []
    for amount, otherwise in zip(spec.bounds, (0.0, 1.0) if share else (None, None), strict=True):
        exact = None if amount is None else converter.exact(amount, target, lenient=True)
        end = otherwise if exact is None else float(exact)
        ends.append(end)
        words.append("" if end is None else f"{end * 100:g}%" if share or amount is None else written_amount(amount))
    return Bounds(ends[0], ends[1], *words)


@lru_cache(maxsize=4096)
def share_outside(distribution: Distribution, low: float | None, high: float | None) -> tuple[float, float]:
    """Return the shares of draws below and above the bounds; a draw at a bound is inside.

    Parameters
    ----------
    distribution : Distribution
        In the unit of the parameter.
    low, high : float or None [unit of the parameter]
        The bounds; None where there is none.

    Returns
    -------
    below, above : float
        Each from 0 to 1.

    Examples
    --------
    >>> below, above = share_outside(Distribution("normal", (0.95, 0.1)), 0.0, 1.0)
    >>> round(above, 4)
    0.3085
    """
    lowest, highest = _widened(low, high)
    least, most = _reach(distribution)
    below = 0.0 if lowest is None or lowest <= least else float(cdf(distribution, math.nextafter(lowest, -math.inf)))
    return below, 0.0 if highest is None or most <= highest else float(sf(distribution, highest))


def _reach(distribution: Distribution) -> tuple[float, float]:
    """Return the numbers beyond which a law has nothing, or next to nothing; of many that is known without SciPy."""
    law = resolved(distribution)
    with np.errstate(over="ignore"):
        scored = None if is_truncated(law) else family_of(law).at_score(law, np.array([-_OUT, _OUT]))
    least, most = ends(law)
    return (least, most) if scored is None else (max(least, float(scored.min())), min(most, float(scored.max())))


def within_reach(distribution: Distribution, bounds: Bounds) -> Bounds | None:
    """Return the bounds that draws can cross, as the numbers beyond which a draw is outside; None if they cross none.

    Parameters
    ----------
    distribution : Distribution
        In the unit of the parameter.
    bounds : Bounds
        Those of the parameter.

    Examples
    --------
    >>> within_reach(Distribution("gamma", (2.0, 1.0)), Bounds(0.0, 20.0, "0", "20"))
    Bounds(low=None, high=20.000000000000014, least='0', most='20')
    >>> within_reach(Distribution("beta", (2.0, 1.0)), Bounds(0.0, 1.0, "0%", "100%")) is None
    True
    """
    crossed = [share > NEVER for share in share_outside(distribution, bounds.low, bounds.high)]
    if not any(crossed):
        return None
    low, high = _widened(bounds.low, bounds.high)
    return Bounds(low if crossed[0] else None, high if crossed[1] else None, bounds.least, bounds.most)


def ends_of(bounds: Bounds) -> tuple[float, float]:
    """Return what a model declares of the numbers beyond which a draw is outside, infinite where draws cross no end.

    Examples
    --------
    >>> ends_of(Bounds(None, 1 + 4 * math.ulp(1.0), "0%", "100%"))
    (-inf, 1.0)
    """
    low, high = bounds.low, bounds.high
    lowest = -math.inf if low is None else low + ROUNDING * math.ulp(low)
    return lowest, math.inf if high is None else high - ROUNDING * math.ulp(high)


def _widened(low: float | None, high: float | None) -> tuple[float | None, float | None]:
    lowest = None if low is None else low - ROUNDING * math.ulp(low)
    return lowest, None if high is None else high + ROUNDING * math.ulp(high)


def fail_if_draws_lie_outside(
    name: str,
    distribution: Distribution,
    bounds: Bounds,
    *,
    drawn: str,
    rows: Floats | None = None,
    span: Span | None,
    collector: Collector,
) -> bool:
    """Warn of a spread that goes beyond the parameter's bounds, and refuse it where it does so in many draws.

    Parameters
    ----------
    distribution : Distribution
    bounds : Bounds
        Of the parameter, in its unit.
    drawn : str
        How it is drawn, in words.
    rows : array (row,) [unit of the parameter] or None
        The numbers of the column of a table of draws, if it is drawn from one.

    Returns
    -------
    bool
        Whether it is refused.
    """
    below, above = share_outside(distribution, bounds.low, bounds.high)
    if below + above < WARNED_FROM:
        return False
    refused = below + above > REFUSED_FROM
    say = collector.error if refused else collector.warn
    facts = [f"the model allows {bounds.words}", f"drawn as {drawn}"]
    if rows is not None:
        facts.append(_rows_outside(rows, bounds))
    if not refused:
        facts.append(f"such a {f'draw, {_often(below + above)},' if rows is None else 'row'} refuses a run")
    say(
        "WB-V106",
        f"{_percent(below + above)} of the draws of {name} are outside its bounds, {_side(below, above)}",
        span,
        facts=tuple(facts),
        remedy=remedy_of(distribution, bounds) + ("" if refused else f"; {LEAVE_OUT}"),
    )
    return refused


def _rows_outside(rows: Floats, bounds: Bounds) -> str:
    """Name the first row that is outside, counted from 1 as a run does, and say how many are.

    Examples
    --------
    >>> _rows_outside(np.array([0.5, 1.0, 1.2, -0.1]), Bounds(0.0, 1.0, "0%", "100%"))
    'row 3 is outside, the first of 2'
    """
    low, high = _widened(bounds.low, bounds.high)
    outside = np.zeros(rows.shape, dtype=bool) if low is None else rows < low
    if high is not None:
        outside |= rows > high
    several = int(outside.sum())
    return f"row {int(outside.argmax()) + 1:,} is outside{f', the first of {several:,}' if several > 1 else ''}"


def _side(below: float, above: float) -> str:
    """Say where draws are outside.

    Examples
    --------
    >>> _side(0.0, 0.02), _side(0.02, 0.01), _side(0.01, 0.01)
    ('all of them above', 'most of them below', 'as many below as above')
    """
    less, more = sorted((below, above))
    where = "below" if below > above else "above"
    if less > 0.99 * more:
        return "as many below as above"
    return f"{'all' if less <= NEVER else 'most'} of them {where}"


def _percent(share: float) -> str:
    """Write a share, small ones with one digit.

    Examples
    --------
    >>> _percent(0.0228), _percent(0.0038), _percent(1.3e-6)
    ('2%', '0.4%', '0.0001%')
    """
    if share >= 0.01:
        return f"{share * 100:.0f}%"
    return f"{share * 100:.{-math.floor(math.log10(share * 100))}f}%"


def _often(share: float) -> str:
    """Say how many draws of a run of the usual length are outside.

    Examples
    --------
    >>> _often(0.0228), _often(1e-5)
    ('some 374 of 16,384', 'one of some 100,000')
    """
    expected = share * USUAL
    if expected >= 2:
        return f"some {expected:,.0f} of {USUAL:,}"
    return f"one of some {float(f'{1 / share:.1g}'):,.0f}"
