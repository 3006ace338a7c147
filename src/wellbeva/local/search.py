"""Finds an area by its code or by its name; never guesses between two."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches

from wellbeva.core.cards import few
from wellbeva.local.areas import name_of
from wellbeva.local.tables import by_code

LONGEST = 120
"""Characters of a text that is searched for; no name is half as long."""
SHOWN = 6


@dataclass(frozen=True, slots=True)
class NotFound:
    """Why no single area answers to a text: sentence, facts, remedy."""

    message: str
    facts: tuple[str, ...]
    remedy: str


def find(text: str) -> str | NotFound:
    """Return the code of the area that a text names.

    A code is taken in large or small letters; a name whole, or by words of it that no other name has, or by a part that
    no other name has. A whole name without figures of wellbeing is not taken either where another name holds its
    words and has figures: South Yorkshire is a combined authority and a metropolitan county. Two codes of one
    territory count once (the older one, which has the longer series).

    Parameters
    ----------
    text : str

    Returns
    -------
    str or NotFound

    Examples
    --------
    >>> find("E08000012"), find("Cheshire West")
    ('E08000012', 'E06000050')
    >>> find("Liverpol").remedy
    "did you mean 'Liverpool' (E08000012)?"
    """
    wanted = " ".join(text[: LONGEST + 1].split())
    if len(wanted) > LONGEST or not wanted or not wanted.isprintable():
        return NotFound(
            "this is not the code or name of an area", (), "write a code like E08000012, or a name like Liverpool"
        )
    table = by_code("areas")
    if wanted.upper() in table:
        return wanted.upper()
    names = {code: listed[0]["name"].casefold() for code, listed in table.items()}
    matching = _named(wanted, names)
    if not matching:
        return NotFound(f"there is no area {wanted!r} in the tables", (), _near(wanted, names))
    return matching[0] if len(matching) == 1 else _several(wanted, matching)


def _named(wanted: str, names: dict[str, str]) -> list[str]:
    """Return the codes that a name may mean."""
    folded = wanted.casefold()
    exact = _once([code for code, name in names.items() if name == folded])
    if len(exact) == 1 and has_figures(exact[0]):
        return exact
    word = re.compile(rf"(?<!\w){re.escape(folded)}(?!\w)")
    matches = [code for code, name in names.items() if word.search(name)]
    single = _once(matches or [code for code, name in names.items() if folded in name])
    others = any(has_figures(code) for code in single if code not in exact)
    return exact if len(exact) == 1 and not others else single


def has_figures(code: str) -> bool:
    """Whether the wellbeing of an area is published."""
    return code in by_code("wellbeing")


def _several(wanted: str, codes: list[str]) -> NotFound:
    """Ask which area is meant; those with figures come first."""
    ordered = sorted(codes, key=lambda code: not has_figures(code))
    listed = [name_of(code) + ("" if has_figures(code) else ", without figures of wellbeing") for code in ordered]
    return NotFound(f"{wanted!r} may be several areas", few(listed, SHOWN), "write the code")


def _once(matches: list[str]) -> list[str]:
    """Drop the newer of two codes of one territory, since wellbeing is published under the older one."""
    table = by_code("areas")
    return [code for code in matches if table[code][0]["replaced_by"] or table[code][0]["same_as"] not in matches]


def _near(wanted: str, names: dict[str, str]) -> str:
    if wanted[:1].isalpha() and wanted[1:].isdigit():
        close = get_close_matches(wanted.upper(), list(names), n=1, cutoff=0.8)
        if close:
            return f"did you mean {close[0]} ({by_code('areas')[close[0]][0]['name']})?"
        return "codes have a letter and eight digits, like E08000012; 'wellbeva data show NAME' finds them"
    close = get_close_matches(wanted.casefold(), list(names.values()), n=1, cutoff=0.6)
    if close:
        code = next(code for code, name in names.items() if name == close[0])
        return f"did you mean {by_code('areas')[code][0]['name']!r} ({code})?"
    return "write a code like E08000012, or the name of a local authority, a county, a region or a country"
