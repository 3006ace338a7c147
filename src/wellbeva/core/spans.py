"""Places in a file, so that every message can point at the text that caused it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text on one line of one file.

    Parameters
    ----------
    file : str
        Path as the user gave it.
    line, column : int
        Where it starts, both counted from 1.
    length : int
        Number of characters; at least 1.
    text : str
        The whole source line, without its line break.
    """

    file: str
    line: int
    column: int
    length: int = 1
    text: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"

    @property
    def written(self) -> str:
        """The text at the place."""
        return self.text[self.column - 1 : self.column - 1 + self.length]

    @property
    def in_table(self) -> bool:
        """Whether it is in a CSV file or a workbook, after whose name a sheet may follow."""
        return re.search(r"\.(?:csv|xlsx|xlsm)\b", self.file) is not None


@dataclass(frozen=True, slots=True)
class Piece:
    """The place in its file of a run of characters of a `Located` text."""

    offset: int
    line: int
    column: int
    source: str


@dataclass(frozen=True, slots=True)
class Located:
    """A text that knows where each of its characters stood in the file.

    A scalar on one line has one piece; a folded block has one piece a line.

    Parameters
    ----------
    text : str
        The text as the loader read it.
    file : str
        Path as the user gave it.
    pieces : tuple of Piece
        Ordered by offset; the first has offset 0. May be empty for texts that
        are not in a file (`--set`, defaults written in code); then `file` says so.
    """

    text: str
    file: str
    pieces: tuple[Piece, ...] = ()

    def span(self, start: int = 0, end: int | None = None) -> Span:
        """Return the span of ``text[start:end]``, cut at the end of its line.

        Parameters
        ----------
        start : int
            Offset in `text`, from 0.
        end : int or None
            Offset behind the last character; None: the end of `text`.
        """
        end = len(self.text) if end is None else end
        pieces = self._pieces
        index, last = 0, len(pieces) - 1
        while index < last and pieces[index + 1].offset <= start:
            index += 1
        piece = pieces[index]
        following = pieces[index + 1].offset if index < last else len(self.text)
        length = max(1, min(end, following) - start)
        return Span(self.file, piece.line, piece.column + start - piece.offset, length, piece.source)

    def part(self, start: int, end: int | None = None) -> Self:
        """Return ``text[start:end]`` as a `Located` of its own.

        Parameters
        ----------
        start, end
            As `span`.
        """
        end = len(self.text) if end is None else end
        whole, pieces = self._pieces, list[Piece]()
        for index, piece in enumerate(whole):
            stop = whole[index + 1].offset if index + 1 < len(whole) else len(self.text)
            if stop <= start or piece.offset >= end:
                continue
            shift = max(0, start - piece.offset)
            pieces.append(Piece(max(0, piece.offset - start), piece.line, piece.column + shift, piece.source))
        if not pieces:  # an empty text has a place too
            at = self.span(start)
            pieces.append(Piece(0, at.line, at.column, at.text))
        return type(self)(self.text[start:end], self.file, tuple(pieces))

    def stripped(self) -> Self:
        """Return the text without the blanks at both ends."""
        begin = len(self.text) - len(self.text.lstrip())
        return self.part(begin, max(begin, len(self.text.rstrip())))

    @property
    def _pieces(self) -> tuple[Piece, ...]:
        return self.pieces or (Piece(0, 1, 1, self.text),)

    @classmethod
    def bare(cls, text: str, file: str) -> Self:
        """Return a text that is not in a file.

        Parameters
        ----------
        text : str
        file : str
            Where it came from, for messages: ``--set``.
        """
        return cls(text, file)
