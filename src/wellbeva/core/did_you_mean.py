"""The nearest known word to one that is not known."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from itertools import islice
from pathlib import Path


def nearest(word: str, words: Iterable[str], *, cutoff: float = 0.6) -> str:
    """Return the known word that is most like another, or an empty text.

    Parameters
    ----------
    word : str
        As somebody wrote it.
    words : iterable of str
        Words that are possible there.
    cutoff : float
        How alike they must be: 0 for any, 1 for the same.
    """
    return next(iter(get_close_matches(word, list(words), n=1, cutoff=cutoff)), "")


def near_miss(word: str, words: Iterable[str], *, cutoff: float = 0.6) -> str:
    """Return ``did you mean 'x'?`` for the nearest known word, or an empty text.

    Parameters
    ----------
    word, words, cutoff
        As for `nearest`.

    Examples
    --------
    >>> near_miss("optoins", ["options", "groups"])
    "did you mean 'options'?"
    """
    close = nearest(word, words, cutoff=cutoff)
    return f"did you mean {close!r}?" if close else ""


MOST_FILES = 2_000
"""Names in a folder that are looked at."""


def near_file(path: str | os.PathLike[str], takes: Callable[[Path], bool] = Path.is_file) -> str:
    """Return ``'good.yaml' lies beside it: did you mean that?`` for a place where nothing is, or an empty text.

    Parameters
    ----------
    path : path
        As somebody wrote it.
    takes : callable of Path to bool
        Whether the file there could have been meant.
    """
    wanted = Path(path)
    while wanted.name and not wanted.parent.is_dir():  # the folder may be the one that is misspelt
        wanted, takes = wanted.parent, Path.is_dir
    names: list[str] = []
    with contextlib.suppress(OSError, ValueError):
        names = sorted(entry.name for entry in islice(wanted.parent.iterdir(), MOST_FILES) if takes(entry))
    close = get_close_matches(wanted.name, names, n=1, cutoff=0.75)
    close += [name for name in names if Path(name).stem.casefold() == wanted.stem.casefold()]
    where = "beside it" if wanted == Path(path) else f"in {str(wanted.parent)!r}"
    return f"{close[0]!r} lies {where}: did you mean that?" if close else ""
