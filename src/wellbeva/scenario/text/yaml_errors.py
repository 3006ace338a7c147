"""Says in our words what libyaml stumbled over, and points at where the fault began."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from yaml.error import MarkedYAMLError

from wellbeva.core.spans import Located
from wellbeva.errors import Collector

_EXPECTED = re.compile(r"did not find (?:the )?expected (.*)")
_WORDS = {
    "key": "a key",
    "node content": "a value",
    "<document start>": "the end of the file",
    "hexdecimal number": "a hexadecimal digit",
    "'-' indicator": "'- '",
    "comment or line break": "a comment or a line break",
}
"""What libyaml expects, where its own words would puzzle."""
_BLOCK_START = re.compile(r"[-?](?: |$)|[^#]*?:(?: |$)")
_TAB = re.compile(r" *\t")
_TOKEN = re.compile(r"[\[\]{},]|[^\s\[\]{},]+")
_NAME = re.compile(r"[^\s\[\]{}]*")
_SURROGATE = re.compile(r"0*(d[89a-f][0-9a-f]{2})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SyntaxFault:
    """A fault of syntax: what to say, and its place, counted from 0."""

    code: str
    message: str
    line: int
    column: int
    remedy: str
    facts: tuple[str, ...] = ()


def explain(failure: MarkedYAMLError, lines: Sequence[str]) -> SyntaxFault:
    """Explain a fault of syntax.

    Parameters
    ----------
    failure : MarkedYAMLError
    lines : sequence of str
        The lines of the file.
    """
    mark = failure.problem_mark
    # The end of a file is on a line of its own for libyaml, even where the last line has no end.
    line, column = (mark.line, mark.column) if mark.line < len(lines) else (len(lines) - 1, len(lines[-1]))
    problem, context = failure.problem or "", failure.context or ""
    begun = failure.context_mark
    known = (
        _tabbed(begun.line if "could not find expected ':'" in problem else line, context, lines)
        or _begun_earlier(failure, problem, context, lines)
        or _here(problem, line, column, lines)
    )
    if known is not None:
        return known
    facts = (f"{context}, begun on line {begun.line + 1}",) if begun and begun.index < mark.index else ()
    problem = _in_words(problem, lines[line][column:], last=line == len(lines) - 1)
    return SyntaxFault("WB-F010", f"this is not YAML: {problem}", line, column, _remedy(problem), facts)


def refused_name(kind: str, written: str, line: int, column: int) -> SyntaxFault:
    """Refuse an anchor, an alias or a tag.

    Parameters
    ----------
    kind : {"anchor", "alias", "tag"}
    written : str
    line, column : int
        Where it stands, counted from 0.
    """
    written = written if len(written) <= 60 else f"{written[:59]}…"
    if kind == "tag":
        remedy = "quote a text that starts with '!'"
        return SyntaxFault("WB-F013", f"the tag {written!r} is refused", line, column, remedy)
    message = f"the alias '{written}' is refused" if kind == "alias" else f"the anchor '{written}' is refused"
    remedy = "write the value again, or quote a text that starts with & or *"
    return SyntaxFault("WB-F012", message, line, column, remedy)


def _tabbed(line: int, context: str, lines: Sequence[str]) -> SyntaxFault | None:
    """Explain a fault on a line that is indented with a tab, which YAML takes for no indentation."""
    tab = _TAB.match(lines[line])
    if tab is None or "quoted scalar" in context:
        return None
    return SyntaxFault(
        "WB-F010", "a tab (→) stands before this line's text", line, tab.end() - 1, "indent with blanks, not tabs (→)"
    )


def _begun_earlier(failure: MarkedYAMLError, problem: str, context: str, lines: Sequence[str]) -> SyntaxFault | None:
    """Explain a fault that is noticed only behind where it began."""
    begun = failure.context_mark
    if begun is None:
        return None
    if "quoted scalar" in context and "unexpected" in problem:
        return SyntaxFault(
            "WB-F010",
            "this quote is not closed",
            begun.line,
            begun.column,
            "write the same quote at the end of the text; a ' inside '…' is written ''",
        )
    if "could not find expected ':'" in problem:
        return _no_colon(begun.line, begun.column)
    kind = context.rpartition(" ")[2]
    if kind in {"anchor", "alias", "tag"} or "tag handle" in problem:
        written = _NAME.match(lines[begun.line], begun.column)
        return refused_name(kind if kind != "node" else "tag", written[0] if written else "", begun.line, begun.column)
    if "Unicode character escape" in problem:
        surrogate = _SURROGATE.match(lines[failure.problem_mark.line], failure.problem_mark.column)
        return escaped(surrogate[1], begun.line, begun.column) if surrogate else None
    return None


def escaped(number: str, line: int, column: int) -> SyntaxFault:
    """Refuse a character that only an escape can have brought in.

    Parameters
    ----------
    number : str
        Of the character, in hexadecimal.
    line, column : int
        Where the text begins, counted from 0.
    """
    message = f"the character U+{number.upper():0>4} may not stand in a text"
    return SyntaxFault("WB-F006", message, line, column, "leave the escape out, or write '\\\\' for a backslash")


def _here(problem: str, line: int, column: int, lines: Sequence[str]) -> SyntaxFault | None:
    """Explain a fault from the line it stands on and the line above."""
    source = lines[line]
    expected = _EXPECTED.match(problem)
    quote = source[column - 1 : column] if column else ""
    if expected and quote in {"'", '"'} and source[column : column + 1] not in {"", *" #,:[]{}"}:
        written = "''" if quote == "'" else '\\"'
        return SyntaxFault(
            "WB-F010",
            f"the text ends at this {quote}, and more follows",
            line,
            column - 1,
            f"a {quote} inside {quote}…{quote} is written {written}",
        )
    above = next((number for number in range(line - 1, -1, -1) if _says(lines[number])), None)
    if above is None:
        return None
    here, there = _indent(source), _indent(lines[above])
    misplaced = bool(expected) and here == column and here != there and _BLOCK_START.match(source, column) is not None
    if "mapping values" in problem and source.find(":") == column:
        misplaced = here > there
        if not misplaced and ": " not in lines[above] and not lines[above].rstrip().endswith(":"):
            return _no_colon(above, there)
    return _indentation(line, above, lines) if misplaced else None


def _in_words(problem: str, rest: str, *, last: bool) -> str:
    """Say what is wrong, with what was found: libyaml does not say that."""
    token = _TOKEN.search(rest)
    found = f"got {_shortened(token[0])!r}" if token else "the file ends" if last else "the line ends"
    expected = _EXPECTED.match(problem)
    if expected:
        return f"expected {_WORDS.get(expected[1], expected[1])}, but {found}"
    if "cannot start any token" in problem:
        return f"found character {rest[:1]!r} that cannot start any token"
    if "unknown escape" in problem:
        return f"found unknown escape character {rest[1:2]!r}"
    return problem.removeprefix("block ").replace("in this context", "here")


def _shortened(text: str) -> str:
    return text if len(text) <= 20 else f"{text[:19]}…"


def _remedy(problem: str) -> str:
    if "mapping values" in problem:
        return "quote a text that holds ': ', or write it under '>-'"
    if "expected ',' or" in problem or "found character" in problem:
        return "inside { } and [ ] quote any value with a comma or a bracket; quote a text starting with @ or `"
    return "check indentation, brackets and quotes near here"


def _no_colon(line: int, column: int) -> SyntaxFault:
    return SyntaxFault(
        "WB-F010",
        "this line has no ': ' (a colon and a blank)",
        line,
        column,
        "write it as 'key: value', with the blank",
    )


def _indentation(line: int, above: int, lines: Sequence[str]) -> SyntaxFault:
    here, there = _indent(lines[line]), _indent(lines[above])
    return SyntaxFault(
        "WB-F010",
        "this line is not indented like its neighbours",
        line,
        here,
        "keys of one map begin in one column: give the line the indentation of its neighbours, "
        "or quote the text above if it runs on",
        (f"blanks before this line: {here}", f"blanks before line {above + 1}: {there}"),
    )


def _says(line: str) -> bool:
    text = line.strip()
    return bool(text) and not text.startswith("#")


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def number_trap(key: Located, collector: Collector, *, whole: str = "") -> None:
    """Explain how YAML read ``{cost: £1,314}``: the part after the comma became a key (FORMAT section 10).

    Parameters
    ----------
    key : Located
        The key that is a part of a number.
    collector : Collector
    whole : str
        The value as its author meant it, ``£1,314 in 2023 prices``, where the file shows it.
    """
    quoted = f'quote the whole value: "{whole}"' if "," in whole else f"write a point before decimals: {whole}"
    collector.error(
        "WB-S025",
        f"{key.text!r} became a key of its own here",
        key.span(),
        facts=("inside { } and [ ] a comma ends a value, so '{cost: £1,314}' is read as two keys",),
        remedy=quoted if whole else 'quote a value that holds a comma or a bracket: {cost: "£1,314"}',
    )
