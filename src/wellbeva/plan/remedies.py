"""What to do about a draw that cannot be used, in the words of a message; the compiler and the engine say the same."""

from __future__ import annotations

import re
from typing import Final

from wellbeva.distributions.spec import Distribution

LEAVE_OUT: Final = "`wellbeva run` and `wellbeva test` with --allow-nonfinite leave such draws out"
"""What can be done about draws that are not usable beside mending them; no other command can."""


def remedy_of(distribution: Distribution, words: str) -> str:
    """Say how a spread that goes beyond the bounds is written otherwise.

    Parameters
    ----------
    distribution : Distribution
    words : str
        The bounds, as `Bounds.words`.

    Examples
    --------
    >>> remedy_of(Distribution("normal", (9.0, 4.0)), "0 years and above")
    'give an interval, or another family that keeps within; or cut it in the open with `truncate: {low: 0 years}`'
    >>> remedy_of(Distribution("normal", (5.0, 2.0)), "9 and below")
    'give a range, `a (range b to c)`, or a narrower spread; or cut it in the open with `truncate: {high: 9}`'
    """
    if distribution.family == "empirical":
        return "correct the values that are outside, or the model's bounds"
    # a comma would end the number in the map
    low, _, high = words.replace(",", "").partition(" to ")
    cut = f"{{low: {low}, high: {high}}}"
    side = ""
    if not high:
        low, _, side = low.rpartition(" and ")
        cut = f"{{{'low' if side == 'above' else 'high'}: {low}}}"
    way = "give a range, `a (range b to c)`, or a narrower spread"
    if words == "0% to 100%":
        way = "give an interval, `31 of 45`, or another family that keeps within"
    elif side == "above" and re.fullmatch(r"\D?0\b(?!\.).*", low):
        way = "give an interval, or another family that keeps within"
    what = "the part that goes beyond" if distribution.family == "mixture" else "it"
    return f"{way}; or cut {what} in the open with `truncate: {cut}`"
