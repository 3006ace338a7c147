"""YAML read from libyaml's events into nodes with places, without recursion.

Working from events, which libyaml hands out one by one, is what bounds hostile files: depth and number of nodes are
counted as they come, and anchors, aliases and tags are refused before anything is built.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import yaml
from yaml.error import MarkedYAMLError, YAMLError
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from wellbeva.core.spans import Located, Piece, Span
from wellbeva.errors import Collector, Diagnostic
from wellbeva.scenario.text.files import FORBIDDEN_VALUE, LINE_BREAK
from wellbeva.scenario.text.nodes import Entry, ListNode, MapNode, Node, Scalar, text_of
from wellbeva.scenario.text.yaml_errors import SyntaxFault, escaped, explain, number_trap, refused_name

if not yaml.__with_libyaml__:
    # PyYAML's own scanner would do, but it takes minutes over a hostile file that libyaml refuses in milliseconds.
    raise ImportError(
        "wellbeva reads YAML through libyaml, and this PyYAML was built without it; install a wheel of PyYAML: "
        "pip install --force-reinstall --only-binary :all: PyYAML"
    )

DEPTH_LIMIT = 32
NODE_LIMIT = 50_000
LINE_LIMIT = 50_000
SCALAR_LIMIT = 20_000
"""Characters of a text."""

_ESCAPE = re.compile(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.?)")
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_GLUED = re.compile(r"[ \t]+#(?=[^\s#])")


class _RefusedError(Exception):
    """Reading stops here; the diagnostic is already noted."""


@dataclass(slots=True)
class _Open:
    """A map or list that is being filled."""

    span: Span
    flow: bool
    mapping: bool
    entries: list[Entry] = field(default_factory=list)
    items: list[Node] = field(default_factory=list)
    key: Scalar | None = None
    seen: dict[str, Scalar] = field(default_factory=dict)
    cut: dict[int, Scalar] = field(default_factory=dict)
    """Values that a comma had cut in two, by their place among the entries, with the key that their end became."""


def read_tree(text: str, shown: str, *, collector: Collector) -> MapNode | None:
    """Read the one document of a YAML text; on a fault that ends reading, return None.

    Parameters
    ----------
    text : str
    shown : str
        The path as messages show it.
    collector : Collector
        Takes every fault, with its place.
    """
    root, found = _read(text, shown)
    collector.found += found
    return root


def read_part(text: str, begin: int, shown: str, *, collector: Collector) -> Node | None:
    """Read what follows the first `begin` characters of a text as YAML, under the same limits; None on a fault.

    Parameters
    ----------
    text : str
        Messages show it whole, and point into it.
    begin : int
        Characters on its first line that are passed over.
    shown : str
        Where the text stands, as messages say it.
    collector : Collector
        Takes every fault, with its place.
    """
    reader = _Reader(" " * begin + text[begin:], shown, collector)
    reader.lines = LINE_BREAK.split(text)
    try:
        return reader.read()
    except _RefusedError:
        return None


@lru_cache(maxsize=8)
def _read(text: str, shown: str) -> tuple[MapNode | None, tuple[Diagnostic, ...]]:
    """Read a text once: a scenario and its variants are loaded again and again, and a tree never changes."""
    collector = Collector()
    reader = _Reader(text, shown, collector)
    try:
        root = reader.read()
    except _RefusedError:
        return None, tuple(collector.found)
    if isinstance(root, MapNode):
        return root, tuple(collector.found)
    place = root.span if root is not None else reader.span(0, 0)
    what = "the file is empty" if root is None else "the file is not a map of keys"
    collector.error(
        "WB-F019", what, place, remedy="start it with 'schema: wellbeva/scenario/1' or 'schema: wellbeva/model/1'"
    )
    return None, tuple(collector.found)


def read_top(text: str, key: str) -> str:
    """Return the text under a key of the top level, reading no further than that; empty if there is none.

    Parameters
    ----------
    text : str
        The whole file.
    key : str
        Such as ``schema``.
    """
    reader = _Reader(text, "", Collector())
    wanted, is_key = False, True
    try:
        for event in reader.events():
            if reader.depth == 1 and isinstance(event, (ScalarEvent, MappingEndEvent, SequenceEndEvent)):
                if wanted:
                    return str(event.value) if isinstance(event, ScalarEvent) else ""
                wanted = is_key and isinstance(event, ScalarEvent) and event.value == key
                is_key = not is_key
    except _RefusedError:
        return ""
    return ""


@dataclass(frozen=True, slots=True)
class Token:
    """A scalar with its quotes: line and column, from 0, of its begin and its end, its style, and whether in brackets.

    ``style`` is empty for plain text, a quote, or ``|`` or ``>``.
    """

    begin: tuple[int, int]
    end: tuple[int, int]
    style: str
    flow: bool


def scalar_tokens(text: str, shown: str) -> dict[tuple[int, int], Token]:
    """Return every scalar of a text that `read_tree` reads, by the line and column, from 1, that its span has.

    Parameters
    ----------
    text, shown
        As `read_tree` takes them.
    """
    reader = _Reader(text, shown, Collector())
    found: dict[tuple[int, int], Token] = {}
    flow: list[bool] = []
    for event in reader.events():
        if isinstance(event, (MappingStartEvent, SequenceStartEvent)):
            flow.append(bool(event.flow_style))
        elif isinstance(event, (MappingEndEvent, SequenceEndEvent)):
            flow.pop()
        elif isinstance(event, ScalarEvent):
            span, end = reader.scalar(event).span, event.end_mark
            found[span.line, span.column] = Token(_place(event), (end.line, end.column), event.style or "", flow[-1])
    return found


def reads_as(written: str, text: str, *, flow: bool) -> bool:
    """Whether a written scalar, behind a key, is read as a text, and not as nothing.

    Parameters
    ----------
    written : str
        With its quotes, if it has any.
    text : str
    flow : bool
        Whether it stands in brackets.
    """
    collector = Collector()
    node = read_part(f"{{k: {written}}}" if flow else f"k: {written}", 0, "", collector=collector)
    value = node.get("k") if isinstance(node, MapNode) and len(node.entries) == 1 else None
    return isinstance(value, Scalar) and value.text == text and not value.null and not collector.found


class _Reader:
    def __init__(self, text: str, shown: str, collector: Collector) -> None:
        self.text, self.shown, self.collector = text, shown, collector
        self.lines = LINE_BREAK.split(text)
        self.count = self.depth = 0
        self.documents = 0
        self.last: Any = None  # the event read last

    def span(self, line: int, column: int, length: int = 1) -> Span:
        """Make a span from the parser's counts, which start at 0."""
        line = min(line, len(self.lines) - 1)
        source = self.lines[line]
        return Span(self.shown, line + 1, min(column, len(source)) + 1, max(1, length), source)

    def refuse(self, code: str, message: str, span: Span, *, remedy: str, facts: tuple[str, ...] = ()) -> _RefusedError:
        self.collector.error(code, message, span, facts=facts, remedy=remedy)
        return _RefusedError()

    def screen(self) -> None:
        """Refuse lines beyond the limit, and directives, which libyaml would obey."""
        if len(self.lines) > LINE_LIMIT:
            raise self.refuse(
                "WB-F016",
                "the file has too many lines",
                self.span(LINE_LIMIT, 0),
                facts=(f"at most {LINE_LIMIT:,} are read",),
                remedy="put long lists into a CSV table",
            )
        for number, line in enumerate(self.lines):
            if line.startswith("%"):
                raise self.refuse(
                    "WB-F018", "a line may not start with '%'", self.span(number, 0), remedy="quote the text"
                )

    def events(self) -> Iterator[Any]:
        self.screen()
        try:
            for event in yaml.parse(self.text, Loader=yaml.CSafeLoader):
                if isinstance(event, (MappingStartEvent, SequenceStartEvent)):
                    self.deepen(event)
                elif isinstance(event, (MappingEndEvent, SequenceEndEvent)):
                    self.depth -= 1
                if isinstance(event, (ScalarEvent, MappingStartEvent, SequenceStartEvent)):
                    self.number(event)
                yield event
        except MarkedYAMLError as failure:
            if "nesting depth" in str(failure.problem):  # a bound of libyaml's own, as it looks ahead for a key's ':'
                raise self.too_deep(self.span(failure.problem_mark.line, failure.problem_mark.column)) from None
            raise self.fault(explain(failure, self.lines)) from None
        except (YAMLError, UnicodeError):  # a text of no file, with characters that no file may hold
            raise self.refuse(
                "WB-F010",
                "this is not YAML from here on",
                self.span(0, 0) if self.last is None else self.mark(self.last),
                remedy="check brackets, quotes and escapes on this line and the next",
            ) from None

    def read(self) -> Node | None:
        stack: list[_Open] = []
        root: Node | None = None
        for event in self.events():
            done: Node | None = None
            if isinstance(event, DocumentStartEvent):
                self.begin_document(event)
            elif isinstance(event, AliasEvent):
                raise self.fault(refused_name("alias", f"*{event.anchor}", *_place(event)))
            elif isinstance(event, ScalarEvent):
                self.admit(event)
                done = self.scalar(event)
            elif isinstance(event, (MappingStartEvent, SequenceStartEvent)):
                self.admit(event)
                stack.append(_Open(self.mark(event), bool(event.flow_style), isinstance(event, MappingStartEvent)))
            elif isinstance(event, (MappingEndEvent, SequenceEndEvent)):
                done = self.closed(stack.pop())
            if done is not None and stack:
                self.put(stack[-1], done)
            elif done is not None:
                root = done
        return None if isinstance(root, Scalar) and root.null else root

    def closed(self, one: _Open) -> Node:
        for index, key in one.cut.items():
            number_trap(key.located, self.collector, whole=text_of(one.entries[index].value))
        if one.mapping:
            return MapNode(tuple(one.entries), one.span, one.flow)
        return ListNode(tuple(one.items), one.span, one.flow)

    def begin_document(self, event: DocumentStartEvent) -> None:
        self.documents += 1
        if self.documents > 1:
            raise self.refuse(
                "WB-F017", "a second document starts here", self.mark(event), remedy="keep one document a file"
            )

    def deepen(self, event: MappingStartEvent | SequenceStartEvent) -> None:
        self.depth += 1
        if self.depth > DEPTH_LIMIT:
            raise self.too_deep(self.mark(event))

    def too_deep(self, span: Span) -> _RefusedError:
        return self.refuse(
            "WB-F015",
            "brackets or indentation go too deep here",
            span,
            facts=(f"at most {DEPTH_LIMIT} levels are read",),
            remedy="flatten the file; nothing in the format needs more than a dozen levels",
        )

    def mark(self, event: Any) -> Span:
        return self.span(*_place(event))

    def fault(self, fault: SyntaxFault) -> _RefusedError:
        place = self.span(fault.line, fault.column)
        return self.refuse(fault.code, fault.message, place, facts=fault.facts, remedy=fault.remedy)

    def number(self, event: Any) -> None:
        self.count += 1
        self.last = event
        if self.count > NODE_LIMIT:
            raise self.refuse(
                "WB-F016",
                "the file holds too many values",
                self.mark(event),
                facts=(f"at most {NODE_LIMIT:,} are read",),
                remedy="put long lists into a CSV table",
            )

    def admit(self, event: Any) -> None:
        if event.anchor is not None:
            raise self.fault(refused_name("anchor", f"&{event.anchor}", *_place(event)))
        if event.tag:
            raise self.fault(refused_name("tag", event.tag, *_place(event)))

    def put(self, parent: _Open, node: Node) -> None:
        if not parent.mapping:
            parent.items.append(node)
            return
        if parent.key is None:
            if not isinstance(node, Scalar):
                raise self.refuse(
                    "WB-F022", "a key must be text", node.span, remedy="quote a text that starts with a bracket"
                )
            if node.text == "<<":
                raise self.refuse("WB-F014", "the merge key '<<' is refused", node.span, remedy="write the keys out")
            parent.key = node
            return
        key, parent.key = parent.key, None
        if parent.entries and (value := _uncut(parent.entries[-1].value, key, node)):
            parent.entries[-1] = Entry(parent.entries[-1].key, value)
            parent.cut.setdefault(len(parent.entries) - 1, key)
            return
        earlier = parent.seen.get(key.text)
        if earlier is not None:
            self.collector.error(
                "WB-F011",
                f"the key {key.text!r} is given twice",
                key.span,
                facts=(f"first on line {earlier.span.line}", f"again on line {key.span.line}"),
                remedy="write the parts of equal weight as a list: [{50%: 0.2}, {50%: 0.4}]"
                if key.text.endswith("%")
                else "keep one of them",
            )
            return
        parent.seen[key.text] = key
        parent.entries.append(Entry(key, node))

    def scalar(self, event: ScalarEvent) -> Scalar:
        value = str(event.value)
        style = event.style or ""
        if len(value) > SCALAR_LIMIT:
            raise self.refuse(
                "WB-F016",
                "this text is too long",
                self.mark(event),
                remedy=f"keep it under {SCALAR_LIMIT:,} characters",
            )
        bad = FORBIDDEN_VALUE.search(value)
        if bad:  # only an escape can have brought it in: the file itself holds none
            raise self.fault(escaped(f"{ord(bad.group()):x}", *_place(event)))
        located = Located(value, self.shown, self.pieces(event, value, style))
        if not style and event.end_mark.line < len(self.lines):
            self.warn_glued(event)
        return Scalar(located, null=not style and value in _NULLS)

    def warn_glued(self, event: ScalarEvent) -> None:
        line, column = event.end_mark.line, event.end_mark.column
        glued = _GLUED.match(self.lines[line], column)
        if glued and event.value:
            self.collector.warn(
                "WB-F021",
                "the text is cut here: what follows ' #' is a comment",
                self.span(line, glued.end() - 1),
                remedy="quote the text if '#' belongs to it; else put a blank after '#'",
            )

    def pieces(self, event: ScalarEvent, value: str, style: str) -> tuple[Piece, ...]:
        """Find where each stretch of the value stands: one piece a line, more where escapes shorten it."""
        start, end = event.start_mark, event.end_mark
        if value and not style and start.line == end.line:
            source = self.lines[start.line]
            if source[start.column : end.column] == value == value.strip():  # nearly all texts of a scenario
                return (Piece(0, start.line + 1, start.column + 1, source),)
        last = min(end.line, len(self.lines) - 1)
        quotes = 1 if style in {"'", '"'} else 0
        first_column = start.column + quotes
        first_line = start.line + (1 if style in {"|", ">"} else 0)
        found: list[Piece] = []
        cursor = 0
        for number in range(first_line, last + 1):
            source = self.lines[number]
            begin = first_column if number == start.line else 0
            stop = end.column - quotes if number == end.line and style not in {"|", ">"} else len(source)
            for column, chunk in _chunks(source, begin, stop, style):
                where = value.find(chunk, cursor)
                if where < 0:
                    continue
                found.append(Piece(where, number + 1, column + 1, source))
                cursor = where + len(chunk)
        if not found or found[0].offset > 0:
            line = min(start.line, len(self.lines) - 1)
            found.insert(0, Piece(0, line + 1, first_column + 1, self.lines[line]))
        return tuple(found)


def _place(event: Any) -> tuple[int, int]:
    """Return the line and column at which an event begins, counted from 0."""
    return event.start_mark.line, event.start_mark.column


def _uncut(value: Node, key: Scalar, behind: Node) -> Scalar | None:
    """Return the value that was meant where a comma between two digits made the end of ``{cost: £1,314}`` a key."""
    if not (isinstance(value, Scalar) and isinstance(behind, Scalar) and behind.null):
        return None
    whole, begin = f"{value.text},{key.text}", value.span.column - 1
    if not (re.match("[0-9]", key.text) and re.search("[0-9]$", value.text) and key.span.line == value.span.line):
        return None
    if key.span.text[begin : begin + len(whole)] != whole:
        return None
    digits = re.search(r"[0-9]+(?:,[0-9]+)+", whole)
    if digits and re.fullmatch(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+", digits[0]) is None:
        whole = whole.replace(",", ".", 1)  # a decimal comma, so that the number itself gives no second message
    return Scalar(Located(whole, value.span.file, (Piece(0, value.span.line, begin + 1, key.span.text),)))


def _chunks(source: str, begin: int, stop: int, style: str) -> Iterator[tuple[int, str]]:
    """Yield the stretches of a source line that stand unchanged in the value, with their columns."""
    cuts = [begin]
    if style == '"':
        for escape in _ESCAPE.finditer(source, begin, stop):
            cuts += [escape.start(), escape.end()]
    elif style == "'":
        for quote in re.finditer("''", source[begin:stop]):
            cuts += [begin + quote.start() + 1, begin + quote.end()]
    cuts.append(stop)
    for left, right in zip(cuts[::2], cuts[1::2], strict=True):
        chunk = source[left:right]
        stripped = chunk.strip()
        if stripped:
            yield left + len(chunk) - len(chunk.lstrip()), stripped
