"""What to do about a draw that cannot be used, in the words of a message; the compiler and the engine say the same."""

from __future__ import annotations

from typing import Final

from wellbeva.distributions.spec import Distribution
from wellbeva.plan.plan import Bounds

LEAVE_OUT: Final = "`wellbeva run` and `wellbeva test` with --allow-nonfinite leave such draws out"
"""What can be done about draws that are not usable beside mending them; no other command can."""
_NOTHING: Final = 1e-300
"""A number nearer to 0 is 0 and the rounding that bounds allow."""


def remedy_of(distribution: Distribution, bounds: Bounds) -> str:
    """Say how a spread that goes beyond the bounds is written otherwise.

    Parameters
    ----------
    distribution : Distribution
    bounds : Bounds

    Examples
    --------
    >>> remedy_of(Distribution("normal", (9.0, 4.0)), Bounds(0.0, None, "0 years", ""))
    'give an interval, or another family that keeps within; or cut it in the open with `truncate: {low: 0 years}`'
    >>> remedy_of(Distribution("normal", (5.0, 2.0)), Bounds(None, 9.0, "", "9"))
    'give a range, `a (range b to c)`, or a narrower spread; or cut it in the open with `truncate: {high: 9}`'
    """
    if distribution.family == "empirical":
        return "correct the values that are outside, or the model's bounds"
    # a comma would end the number in the map
    ends = {"low": bounds.least.replace(",", ""), "high": bounds.most.replace(",", "")}
    cut = ", ".join(f"{name}: {end}" for name, end in ends.items() if end)
    way = "give a range, `a (range b to c)`, or a narrower spread"
    if (bounds.least, bounds.most) == ("0%", "100%"):
        way = "give an interval, `31 of 45`, or another family that keeps within"
    elif not bounds.most and bounds.low is not None and abs(bounds.low) < _NOTHING:
        way = "give an interval, or another family that keeps within"
    what = "the part that goes beyond" if distribution.family == "mixture" else "it"
    return f"{way}; or cut {what} in the open with `truncate: {{{cut}}}`"
