"""Text in a cell that a spreadsheet would run (OWASP, CSV Injection)."""

from __future__ import annotations

import re
from typing import overload

_UNSEEN = r"(?:[^\S\t\r\n]|[\"\x00-\x08\x0e-\x1f\x7f\u200b-\u200d\u2060\ufeff])*"
# Also in full width and small. A semicolon, a tab or a line end begins a cell too, where a spreadsheet is set to other
# separators than the comma, and quotes before a formula may then be taken for those around a cell; a comma always
# stands inside quotes.
_FORMULA = re.compile(rf"^(?=[\t\r\n])|(?:^|(?<=[;\t\r\n]))(?={_UNSEEN}[=+\-@＝＋－＠﹦﹢﹣﹫])")


@overload
def guarded(cell: str) -> str: ...
@overload
def guarded(cell: object) -> object: ...
def guarded(cell: object) -> object:
    """Return a cell, with an apostrophe before text that a spreadsheet would run."""
    return _FORMULA.sub("'", cell) if isinstance(cell, str) else cell


def unguarded(text: str) -> str:
    """Return a text without the apostrophe that `guarded` has put before it.

    Examples
    --------
    >>> unguarded("'=price"), unguarded("'s-Hertogenbosch")
    ('=price', "'s-Hertogenbosch")
    """
    plain = text.removeprefix("'")
    return plain if guarded(plain) == text else text
