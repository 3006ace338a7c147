"""Lines of text that fit a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

WIDTH = 80


def folded(text: str, *, indent: int = 0, width: int = WIDTH) -> Iterator[str]:
    """Break a text into lines of at most `width` characters; the second and later ones stand two deeper.

    Parameters
    ----------
    text : str
    indent : int
        Spaces before each line.
    width : int
        Characters of a line.

    Examples
    --------
    >>> list(folded("one two three", indent=2, width=10))
    ['  one two', '    three']
    """
    first = " " * indent
    lines = textwrap.wrap(text, width, initial_indent=first, subsequent_indent=f"{first}  ", break_on_hyphens=False)
    yield from lines or [""]
