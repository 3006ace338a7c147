"""What is said first of a place, by rule from its facts; never a rank, and never without its doubt."""

from __future__ import annotations

from collections.abc import Mapping

from wellbeva.evidence.place_profile import PlaceProfile
from wellbeva.local.areas import name_of, why_no_wellbeing
from wellbeva.local.shrinkage import Gap, Shrunk
from wellbeva.local.tails import Tail
from wellbeva.local.wellbeing import Estimate
from wellbeva.report.text.numbers import capital, listed, of_ten, points, span_of_points

FIRST = "life_satisfaction"
LIKELY, POSSIBLE = 0.65, 0.2
"""From these chances on a place is probably, or may be, in a tenth; below them it is too close to call."""
SURE = 0.975
"""Chance to be below the average (above, less than the rest of 1) from which a 95% interval leaves the average out."""


def odds(p: float) -> str:
    """Write the chance of something that is so or not so.

    Examples
    --------
    >>> odds(0.52), odds(0.01), odds(0.99)
    ('about 5 in 10', 'under 1 in 20', 'over 19 in 20')
    """
    return f"about {of_ten(p)} in 10" if 0.05 <= p <= 0.95 else f"{'under 1' if p < 0.5 else 'over 19'} in 20"


def likelier(tail: Tail) -> tuple[float, str]:
    """Return the chance and the name of the tenth that a place is likelier in."""
    return max((tail.lowest, "lowest"), (tail.highest, "highest"))


def answer(profile: PlaceProfile) -> str:
    """Say whether life satisfaction is different here, and how surely."""
    own, name = profile.estimates.get(FIRST), profile.area.name
    if own is None:
        return f"How satisfied people in {name} were with life in {profile.year} is not known"
    if FIRST not in profile.tails:
        return f"Life satisfaction in {name} was {points(own.mean)}, and {points(profile.uk[FIRST].mean)} in the UK"
    tail = profile.tails[FIRST]
    p, side = likelier(tail)
    if p < POSSIBLE and not 1 - SURE < tail.below < SURE:
        way = "below" if tail.below >= SURE else "above"
        return f"Life satisfaction in {name} is {way} the average of {own.peers}, but probably not in the {side} tenth"
    if p < POSSIBLE:
        return f"Life satisfaction in {name} is not clearly different from that of most {own.peers}"
    how = "is probably in" if p >= LIKELY else "may be in"
    return f"Life satisfaction in {name} {how} the {side} tenth of {own.peers}, with a chance of {odds(p)}"


def lead(profile: PlaceProfile) -> str:
    """Say the mean as published, as drawn towards that of the peers, and that of the UK; first that a place ended."""
    own, now = profile.estimates.get(FIRST), [name_of(code) for code in profile.area.replaced_by]
    ended = f"{profile.area.name} has ended and is now {listed(now)}. " if now else ""
    if own is None:
        return f"{ended}{capital(why_no_wellbeing(profile.area, FIRST, profile.year))}. Below is what is held."
    said = f"{ended}The published average of April to March {profile.year} is {_with_interval(own)}"
    if own.shrunk is not None:
        said += (
            f". A small sample strays, so the best guess, drawn towards the average of {own.shrunk.pool.areas} "
            f"{own.peers}, is {_with_interval(own.shrunk)}"
        )
    uk = points(profile.uk[FIRST].mean)
    return f"{said}. The UK had {uk}. All ranges are 95% intervals, of people aged 16 and over."


def apart(gaps: Mapping[str, Gap | Shrunk], *, below: str, unsure: str, above: str) -> str:
    """Say which measures differ from 0 by their intervals, and which are too close to call.

    Parameters
    ----------
    gaps : mapping of str to Gap or Shrunk
        By measure.
    below, unsure, above : str
        Words for where the interval lies.
    """
    sides: dict[str, list[str]] = {below: [], above: [], unsure: []}
    for measure, one in gaps.items():
        sides[below if one.high < 0 else above if one.low > 0 else unsure].append(measure.replace("_", " "))
    return ". ".join(f"{side}: {listed(names)}" for side, names in sides.items() if names)


def _with_interval(one: Estimate | Shrunk) -> str:
    return f"{points(one.mean)} ({span_of_points(one.low, one.high)})"
