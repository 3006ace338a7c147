"""The nearest known word to one that is not known."""

from __future__ import annotations

from collections.abc import Iterable


def near_miss(word: str, known: Iterable[str], *, cutoff: float = 0.6) -> str:
    """Return ``did you mean 'x'?`` for the nearest known word, or an empty text.

    Parameters
    ----------
    word : str
        As somebody wrote it.
    known : iterable of str
        Words that could stand there.
    cutoff : float
        How alike they must be: 0 for any, 1 for the same.

    Examples
    --------
    >>> near_miss("optoins", ["options", "groups"])
    "did you mean 'options'?"
    """
    from difflib import get_close_matches

    close = get_close_matches(word, list(known), n=1, cutoff=cutoff)
    return f"did you mean {close[0]!r}?" if close else ""
