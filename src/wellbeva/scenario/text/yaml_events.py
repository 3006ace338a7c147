"""ruamel.yaml's scanner and parser of YAML 1.2, with the same events, marks and faults, in half the time.

Nearly all of a scenario is plain text on one line, without anchors or tags. ruamel reads it letter by letter; here a
whole run of letters is found by one regular expression, and everything rarer is left to ruamel.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import StringMark
from ruamel.yaml.events import ScalarEvent
from ruamel.yaml.parser import Parser
from ruamel.yaml.reader import Reader
from ruamel.yaml.scanner import Scanner
from ruamel.yaml.tokens import ScalarToken

_BLANK_OR_END = r" \t\n\r\0\x85\u2028\u2029"
_RUN = re.compile(rf"(?:[^{_BLANK_OR_END}:]|:(?![{_BLANK_OR_END}]))+")
_RUN_IN_BRACKETS = re.compile(rf"(?:[^{_BLANK_OR_END}:,\[\]{{}}]|:(?![{_BLANK_OR_END}]))+")
_BLANKS = re.compile(r" *")
_GAP = re.compile(r" *(?:#[^\n\r\0\x85\u2028\u2029]*)?")
_LINE_FEED = re.compile("\r\n?|\n")
_LINE_FEEDS = re.compile("[\r\n]+")
_GAP_IN_BRACKETS = re.compile(r"[ \t]*(?:#[^\n\r\0\x85\u2028\u2029]*)?")
_MOVES_ODDLY = re.compile(r"[\n\r\ufeff]")
_BREAKS = "\r\n\x85\u2028\u2029"

SCALAR_LIMIT = 20_000
"""Characters of a text; no more of a plain one are gone through."""


class TooLongError(Exception):
    """A plain text is longer than `SCALAR_LIMIT`; holds the mark of its start."""


def parse_events(text: str) -> Iterator[Any]:
    """Yield the events of a YAML text, as ``YAML(typ="safe", pure=True).parse`` does.

    Parameters
    ----------
    text : str

    Raises
    ------
    MarkedYAMLError
        As ruamel does, and whatever else it lets out.
    TooLongError
    """
    yaml = YAML(typ="safe", pure=True)
    yaml.Reader, yaml.Scanner, yaml.Parser = _Reader, _Scanner, _Parser
    yield from yaml.parse(text)


class _Mark(StringMark):
    __slots__ = ()

    def __init__(self, name: Any, index: int, line: int, column: int, buffer: Any, pointer: int) -> None:
        # One call instead of two, for some four marks a line.
        self.name, self.index, self.line, self.column = name, index, line, column
        self.buffer, self.pointer = buffer, pointer


class _Reader(Reader):
    def forward(self, length: int = 1) -> None:
        # The end of the text is left to ruamel, which looks for more there.
        plain = min(length, len(self.buffer) - 2 - self.pointer)
        if plain <= 0 or _MOVES_ODDLY.search(self.buffer, self.pointer, self.pointer + plain):
            super().forward(length)
            return
        self.pointer += plain
        self.index += plain
        self.column += plain
        if plain < length:
            super().forward(length - plain)

    def get_mark(self) -> Any:
        return _Mark(self.name, self.index, self.line, self.column, self.buffer, self.pointer)

    def line_feeds(self) -> bool:
        """Move past ends of lines, and say whether any stands here."""
        found = _LINE_FEEDS.match(self.buffer, self.pointer)
        if found is None:
            return False
        number = found.end() - self.pointer
        self.pointer += number
        self.index += number
        self.line += len(_LINE_FEED.findall(found.group()))
        self.column = 0
        return True

    def line_feed(self) -> None:
        """Move past a line feed, which stands here."""
        self.pointer += 1
        self.index += 1
        self.line += 1
        self.column = 0

    def past(self, pattern: re.Pattern[str]) -> str:
        """Move past what a pattern matches here, and return it."""
        found = pattern.match(self.buffer, self.pointer)
        text = found.group() if found is not None else ""
        if text:
            self.forward(len(text))
        return text


class _Scanner(Scanner):
    reader: Any = None

    def __init__(self, loader: Any) -> None:
        self.reader = loader.reader
        super().__init__(loader=loader)

    def need_more_tokens(self) -> bool:
        if self.done:
            return False
        if not self.tokens:
            return True
        if not self.possible_simple_keys:
            return False
        self.stale_possible_simple_keys()
        return bool(self.next_possible_simple_key() == self.tokens_taken)

    def check_token(self, *choices: Any) -> bool:
        while self.need_more_tokens():
            self.fetch_more_tokens()
        return bool(self.tokens) and (not choices or isinstance(self.tokens[0], choices))

    def scan_to_next_token(self) -> None:
        reader, in_brackets = self.reader, bool(self.flow_context)
        if reader.index == 0 and reader.peek() == "\ufeff":
            reader.forward()
        gap = _GAP_IN_BRACKETS if in_brackets else _GAP
        while True:
            reader.past(gap)
            if not reader.line_feeds() and not self.scan_line_break():
                return
            if not in_brackets:
                self.allow_simple_key = True

    def scan_line_break(self) -> Any:
        if self.reader.peek() != "\n":
            return super().scan_line_break()
        self.reader.line_feed()
        return "\n"

    def scan_plain(self) -> Any:
        reader, in_brackets = self.reader, bool(self.flow_context)
        run = _RUN_IN_BRACKETS if in_brackets else _RUN
        chunks: list[str] = []
        spaces: list[str] = []
        start = end = reader.get_mark()
        indent, size = self.indent + 1, 0
        while reader.peek() != "#":
            chunk = reader.past(run)
            if not chunk:
                break
            self.allow_simple_key = False
            chunks += [*spaces, chunk]
            size += len(chunk) + sum(map(len, spaces))
            end = reader.get_mark()
            spaces = self.scan_plain_spaces(indent, start)
            if size > SCALAR_LIMIT:
                raise TooLongError(start)
            if not spaces or (not in_brackets and reader.column < indent):
                break
        return ScalarToken("".join(chunks), True, start, end)

    def scan_plain_spaces(self, indent: Any, start_mark: Any) -> Any:
        reader = self.reader
        blanks = _BLANKS.match(reader.buffer, reader.pointer)
        if blanks is None or reader.buffer[blanks.end()] in _BREAKS:
            return super().scan_plain_spaces(indent, start_mark)
        passed = reader.past(_BLANKS)
        return [passed] if passed else []


class _Parser(Parser):
    scanner: Any = None

    def __init__(self, loader: Any) -> None:
        self.scanner = loader.scanner
        super().__init__(loader=loader)

    def parse_node(self, block: bool = False, indentless_sequence: bool = False) -> Any:
        token = self.scanner.peek_token()
        if not isinstance(token, ScalarToken):
            return super().parse_node(block, indentless_sequence)
        self.scanner.get_token()
        self.state = self.states.pop()
        implicit = (True, False) if token.plain else (False, True)
        return ScalarEvent(None, None, implicit, token.value, token.start_mark, token.end_mark, style=token.style)
