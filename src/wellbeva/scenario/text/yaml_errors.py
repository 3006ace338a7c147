"""Says in our words what the YAML parser stumbled over, and points at where the fault began."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ruamel.yaml.error import MarkedYAMLError

_NOT_BLOCK_END = ("expected <block end>", "expected '<document start>'")


@dataclass(frozen=True, slots=True)
class SyntaxFault:
    """A fault of syntax: what to say, and its place, counted from 0."""

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
    mark = failure.problem_mark or failure.context_mark
    line, column = (mark.line, mark.column) if mark is not None else (0, 0)
    problem = _first_line(failure.problem or failure.context or "it cannot be read")
    context = _first_line(failure.context or "")
    known = _begun_earlier(failure, problem, context) or _here(problem, line, column, lines)
    if known is not None:
        return known
    begun = failure.context_mark
    facts = (f"{context}, begun on line {begun.line + 1}",) if context and begun is not None else ()
    return SyntaxFault(f"this is not YAML: {problem}", line, column, _remedy(problem), facts)


def _begun_earlier(failure: MarkedYAMLError, problem: str, context: str) -> SyntaxFault | None:
    """Explain a fault that the parser notes only where the file or the next line shows it."""
    begun = failure.context_mark
    if begun is None:
        return None
    if "quoted scalar" in context and "unexpected" in problem:
        return SyntaxFault(
            "this quote is not closed",
            begun.line,
            begun.column,
            "write the same quote at the end of the text; a ' inside '…' is written ''",
        )
    if "could not find expected ':'" in problem:
        return _no_colon(begun.line, begun.column)
    return None


def _here(problem: str, line: int, column: int, lines: Sequence[str]) -> SyntaxFault | None:
    """Explain a fault from the line it stands on and the line above."""
    source = lines[line] if line < len(lines) else ""
    if "'\\t'" in problem:
        return SyntaxFault("a tab (→) stands before this line's text", line, column, "indent with blanks, not tabs (→)")
    quote = source[column - 1 : column] if column else ""
    if "'<scalar>'" in problem and quote in {"'", '"'}:
        written = "''" if quote == "'" else '\\"'
        return SyntaxFault(
            f"the text ends at this {quote}, and more follows",
            line,
            column - 1,
            f"a {quote} inside {quote}…{quote} is written {written}",
        )
    above = next((number for number in range(line - 1, -1, -1) if _says(lines[number])), None)
    if above is None:
        return None
    misplaced = problem.startswith(_NOT_BLOCK_END) and " start>'" in problem.partition("found")[2]
    if "mapping values" in problem and source.find(":") == column:
        misplaced = _indent(source) > _indent(lines[above])
        if not misplaced and ": " not in lines[above] and not lines[above].rstrip().endswith(":"):
            return _no_colon(above, _indent(lines[above]))
    return _indentation(line, above, lines) if misplaced else None


def _remedy(problem: str) -> str:
    if "mapping values" in problem:
        return "quote a text that holds ': ', or write it under '>-'"
    if "expected ',' or" in problem or "found character" in problem:
        return "inside { } and [ ] quote any value with a comma or a bracket; quote a text starting with @ or `"
    return "check indentation, brackets and quotes near here"


def _no_colon(line: int, column: int) -> SyntaxFault:
    return SyntaxFault(
        "this line has no ': ' (a colon and a blank)", line, column, "write it as 'key: value', with the blank"
    )


def _indentation(line: int, above: int, lines: Sequence[str]) -> SyntaxFault:
    here, there = _indent(lines[line]), _indent(lines[above])
    return SyntaxFault(
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


def _first_line(text: object) -> str:
    return str(text).strip().splitlines()[0] if str(text).strip() else ""
