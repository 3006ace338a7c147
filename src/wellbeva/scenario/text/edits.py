"""Texts of a file put in the place of others, and nothing else moved."""

from __future__ import annotations

import csv
import io
import json
import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from wellbeva.core.spans import Span
from wellbeva.scenario.text.files import LINE_BREAK
from wellbeva.scenario.text.yaml_parser import Token, reads_as, scalar_tokens

_CELL = re.compile(r'"(?:[^"]|"")*"|[^,\r\n]*')


@dataclass(frozen=True, slots=True)
class Edit:
    """Characters of a file taken out, and a text put in their place.

    Parameters
    ----------
    line, column : int
        Where they begin, from 0.
    length : int
        Characters that go; they may lie on several lines.
    new : str
    """

    line: int
    column: int
    length: int
    new: str


def applied(text: str, edits: Iterable[Edit]) -> str:
    """Return a text with its edits made, which do not overlap.

    Parameters
    ----------
    text : str
        A whole file, with or without a byte order mark.
    edits : iterable of Edit
    """
    places = Places(text)
    for edit in sorted(edits, key=lambda edit: (edit.line, edit.column), reverse=True):
        at = places.offset(edit.line, edit.column)
        text = text[:at] + edit.new + text[at + edit.length :]
    return text


class Places:
    """Lines and columns of a text, and its characters counted from its beginning."""

    def __init__(self, text: str) -> None:
        first = 1 if text.startswith("\ufeff") else 0
        self.starts = (first, *(match.end() for match in LINE_BREAK.finditer(text)))

    def offset(self, line: int, column: int) -> int:
        """Return how many characters stand before a place.

        Parameters
        ----------
        line, column : int
            From 0.
        """
        return self.starts[line] + column

    def place(self, offset: int) -> tuple[int, int]:
        """Return the line and the column, from 0, of the character after so many others."""
        line = bisect_right(self.starts, offset) - 1
        return line, offset - self.starts[line]


@dataclass(frozen=True, slots=True)
class TextEditor:
    """Writes new values into a YAML or a CSV file, as the file quotes them.

    Parameters
    ----------
    text : str
    places : Places
    tokens : dict of (int, int) to Token, or None
        Of YAML, by the place of the text inside its quotes; None for CSV.
    """

    text: str
    places: Places
    tokens: dict[tuple[int, int], Token] | None

    @classmethod
    def of(cls, text: str, shown: str) -> TextEditor:
        """Take a file.

        Parameters
        ----------
        text : str
        shown : str
            Its path, whose ending says what it is.
        """
        tokens = None if shown.lower().endswith(".csv") else scalar_tokens(text, shown)
        return cls(text, Places(text), tokens)

    def edit(self, at: Span, new: str) -> Edit:
        """Return the edit that puts a value in the place of another.

        Parameters
        ----------
        at : Span
            The text that stands there.
        new : str
            What is to be read there.
        """
        begin = self.places.offset(at.line - 1, at.column - 1)
        if self.tokens is None:
            return self._cell(begin, new)
        token = self.tokens[at.line, at.column]
        begin = self.places.offset(*token.begin)
        length = len(self.text[begin : self.places.offset(*token.end)].rstrip())
        return Edit(*token.begin, length, _quoted(new, token))

    def _cell(self, begin: int, new: str) -> Edit:
        """Replace the whole of a cell, and the blanks in front of it."""
        while self.text[begin - 1 : begin] in {" ", "\t"}:
            begin -= 1
        quoted = self.text[begin - 1 : begin] == '"'
        begin -= quoted
        cell = _CELL.match(self.text, begin)
        assert cell is not None  # it matches an empty text, too
        line = io.StringIO()
        csv.writer(line, quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL, lineterminator="").writerow([new])
        return Edit(*self.places.place(begin), len(cell[0]), line.getvalue())


def _quoted(new: str, token: Token) -> str:
    """Write a text as a YAML scalar, in the style that stood there if that can hold it."""
    single = "'" + new.replace("'", "''") + "'"
    styles = {"'": (single,), '"': ()}.get(token.style, (new, single))
    return next(
        (style for style in styles if reads_as(style, new, flow=token.flow)), json.dumps(new, ensure_ascii=False)
    )
