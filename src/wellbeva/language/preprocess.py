"""From the text of an equation to Python text of the same length, so that columns are kept (FORMAT R18).

``50%`` becomes ``50 ``, ``1 year`` becomes ``1     `` and ``x[axis=label]`` becomes ``x(axis=label)``. The
meaning of the blanks and brackets is kept by offset. Syntax that the language does not have is refused here, with its
own message, before `ast` sees a character.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from wellbeva.core.spans import Located
from wellbeva.errors import Collector
from wellbeva.language.unsupported_syntax import CHARACTERS, WORDS

MAX_LENGTH = 2000
MAX_DEPTH = 50
MAX_NUMBER = 1e300

_TOKEN = re.compile(
    r"(?P<space>[ \t\r\n]+)"
    r"|(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?P<tail>[A-Za-z0-9_.]*))"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<operator>\*\*|//|==|!=|<=|>=|<>|=<|=>|<<|>>|:=|->|&&|\|\||[-+*/<>=()\[\],])"
    r"|(?P<other>.)",
    re.DOTALL | re.ASCII,
)
_DURATION = re.compile(r"(year|quarter|month|week|day)s?\Z")


@dataclass(frozen=True, slots=True)
class Literal:
    """A number as written: its value, the text, and the word of a duration (or an empty text)."""

    value: float
    written: str
    unit: str
    end: int


@dataclass(frozen=True, slots=True)
class Rewritten:
    """Python text with the same columns.

    Parameters
    ----------
    text : str
    literals : mapping of offset to Literal
    indices : frozenset of int
        Offsets of round brackets that were square ones after a name.
    """

    text: str
    literals: Mapping[int, Literal]
    indices: frozenset[int]


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int
    end: int


def rewrite(source: Located, collector: Collector) -> Rewritten | None:
    """Return Python text of the same length, or None with diagnostics in the collector.

    Parameters
    ----------
    source : Located
        The equation as written in the file, at most `MAX_LENGTH` characters.
    collector : Collector
        Gets an error for each part that the language does not have.

    Returns
    -------
    Rewritten or None
        Character i of the new text represents character i of `source`, so that a column of the Python tree is one of
        the file.
    """
    text = source.text
    if len(text) > MAX_LENGTH:
        collector.error(
            "WB-L001",
            "the equation is too long",
            source.span(0, 1),
            facts=(f"it has {len(text):,} characters", f"at most {MAX_LENGTH:,} are read"),
            remedy="name parts of it as equations of their own",
        )
        return None
    before = len(collector.errors)
    tokens = _tokens(source, collector)
    if not tokens and len(collector.errors) == before:
        collector.error("WB-L004", "the equation is empty", source.span(0, 1), remedy="write an expression")
    if len(collector.errors) > before or not _shallow(tokens, source, collector):
        return None
    if not _joined(tokens, source, collector):
        return None
    return _assemble(tokens, source, collector)


def _tokens(source: Located, collector: Collector) -> list[_Token]:
    tokens: list[_Token] = []
    foreign = False
    for match in _TOKEN.finditer(source.text):
        kind, text = str(match.lastgroup), match.group()
        if match.group("number") is not None:
            kind = "number"
            if match.group("tail"):
                _refuse_tail(match, source, collector)
        if kind == "space":
            continue
        token = _Token(kind, text, match.start(), match.end())
        if kind == "other" and text != "%":
            _refuse_character(token, tokens, source, collector)
        elif kind == "operator" and text in CHARACTERS:
            _, message, remedy = CHARACTERS[text]
            collector.error("WB-L005", message, source.span(token.start, token.end), remedy=remedy)
        elif kind == "name" and keyword.iskeyword(text) and text not in ("and", "or", "not") and not foreign:
            foreign = True  # `if` brings `else` along, `for` brings `in`: once is enough
            message, remedy = WORDS.get(text, (f"`{text}` is not part of the language", "use another name"))
            collector.error("WB-L009", message, source.span(token.start, token.end), remedy=remedy)
        tokens.append(token)
        if text in ("'", '"'):
            break  # the inside of a string is not an equation
    return tokens


def _refuse_tail(match: re.Match[str], source: Located, collector: Collector) -> None:
    number, tail = match.group(), match.group("tail")
    bare = number[: len(number) - len(tail)]
    remedy = f"write `{bare} {tail}`" if _DURATION.match(tail) else "write digits, a point, and `e` for powers of ten"
    collector.error("WB-L010", f"`{number[:40]}` is not a number", source.span(*match.span()), remedy=remedy)


def _refuse_character(token: _Token, before: list[_Token], source: Located, collector: Collector) -> None:
    if token.text == "." and before and before[-1].kind == "name":
        message = f"`{before[-1].text}.` reads an attribute, which equations do not have"
        code, remedy = "WB-L007", "use a name of the model alone, or `x[axis=label]`"
    else:
        character = token.text if token.text.isprintable() else f"U+{ord(token.text):04X}"
        unknown = ("WB-L003", f"`{character}` cannot stand in an equation", "remove it")
        code, message, remedy = CHARACTERS.get(token.text, unknown)
    collector.error(code, message, source.span(token.start, token.end), remedy=remedy)


def _shallow(tokens: list[_Token], source: Located, collector: Collector) -> bool:
    """Refuse deep nesting, before a recursive parser meets it."""
    depth = prefixes = 0
    for token in tokens:
        if token.text in ("(", "["):
            depth += 1
        elif token.text in (")", "]"):
            depth -= 1
        prefixes = prefixes + 1 if token.text in ("-", "+", "not", "**") else 0 if token.kind != "number" else prefixes
        if depth > MAX_DEPTH or prefixes > MAX_DEPTH:
            too_deep(source, token.start, collector)
            return False
    return True


def _joined(tokens: list[_Token], source: Located, collector: Collector) -> bool:
    """Refuse two operands side by side, and `=` where it names no operand."""
    depth = 0
    for before, token in zip([None, *tokens], tokens, strict=False):
        depth += (token.text in ("(", "[")) - (token.text in (")", "]"))
        if token.text == "=" and depth == 0:
            message, remedy = "`=` cannot stand here", "write `==` to compare"
        elif before and _ends_operand(before) and _starts_operand(token) and _apart(before, token):
            message, remedy = f"an operator is missing before `{token.text[:30]}`", "put one, or a comma, between them"
        else:
            continue
        collector.error("WB-L004", message, source.span(token.start, token.end), remedy=remedy)
        return False
    return True


def _apart(before: _Token, token: _Token) -> bool:
    """Whether two neighbours are not a call, an index, a percentage or a number with its word."""
    if token.text in ("(", "[") or before.text == "%" or token.text == "not":
        return before.kind == "number" and token.text == "("
    return not (before.kind == "number" and token.kind == "name")


def too_deep(source: Located, at: int, collector: Collector) -> None:
    """Note that an equation nests too deeply.

    Parameters
    ----------
    source : Located
    at : int
        Offset of the innermost part that was read, in characters of `source`.
    collector : Collector
    """
    collector.error(
        "WB-L002",
        "the equation is nested too deeply",
        source.span(at, at + 1),
        facts=(f"operators, brackets and functions may nest {MAX_DEPTH} deep",),
        remedy="name parts of it as equations of their own",
    )


def _assemble(  # noqa: C901  (one loop over the kinds of token)
    tokens: list[_Token], source: Located, collector: Collector
) -> Rewritten | None:
    out = [" "] * len(source.text)
    literals: dict[int, Literal] = {}
    indices: set[int] = set()
    brackets: list[tuple[str, _Token]] = []
    skip, fine = False, True
    for position, token in enumerate(tokens):
        if skip:
            skip = False
            continue
        text = token.text
        following = tokens[position + 1] if position + 1 < len(tokens) else None
        if token.kind == "number":
            literal, skip = _literal(token, following, tokens[position + 2 : position + 3], source, collector)
            if literal is None:
                fine = False
                continue
            literals[token.start] = literal
        elif text == "%":
            fine = _refuse_remainder(token, source, collector)
        elif text in ("(", "["):
            is_index = text == "[" and position > 0 and _ends_operand(tokens[position - 1])
            brackets.append(("index" if is_index else text, token))
            if is_index:
                indices.add(token.start)
                text = "("
        elif text in (")", "]"):
            opened = brackets.pop()[0] if brackets else ""
            if (opened == "(") != (text == ")") or not opened:
                collector.error(
                    "WB-L004",
                    f"`{text}` closes nothing" if not opened else f"`{text}` closes `{'(' if opened == '(' else '['}`",
                    source.span(token.start, token.end),
                    remedy="close each bracket with one of its own kind",
                )
                return None
            text = ")" if opened == "index" else text
        out[token.start : token.end] = text
    if brackets:
        opened_by = brackets[-1][1]
        collector.error(
            "WB-L004", f"`{opened_by.text}` is never closed", source.span(opened_by.start, opened_by.end),
            remedy="close it",
        )  # fmt: skip
        return None
    return Rewritten("".join(out), literals, frozenset(indices)) if fine else None


def _ends_operand(token: _Token) -> bool:
    if token.kind == "name":
        return token.text not in ("and", "or", "not")
    return token.kind == "number" or token.text in (")", "]", "%")


def _starts_operand(token: _Token) -> bool:
    if token.kind == "name":
        return token.text not in ("and", "or")
    return token.kind == "number" or token.text in ("(", "[")


def _refuse_remainder(token: _Token, source: Located, collector: Collector) -> bool:
    collector.error(
        "WB-L005",
        "`%` is not a remainder here, it follows a number and means hundredths",
        source.span(token.start, token.end),
        remedy="write `mod(a, b)` for a remainder",
    )
    return False


def _literal(
    token: _Token, following: _Token | None, after: list[_Token], source: Located, collector: Collector
) -> tuple[Literal | None, bool]:
    """Read a number with the sign or the word behind it; the second value says that one was taken in."""
    percent = following is not None and following.text == "%"
    value = number_of(token.text)
    if value is None:
        _refuse_number(token, source, collector)
        return None, percent
    if following is not None and percent:
        if after and _starts_operand(after[0]):
            _refuse_remainder(following, source, collector)
            return None, True
        return Literal(float(value / 100), f"{token.text}%", "", following.end), True
    if following is None or following.kind != "name" or following.text in ("and", "or", "not"):
        return Literal(float(value), token.text, "", token.end), False
    if _DURATION.match(following.text):
        return Literal(float(value), token.text, following.text, following.end), True
    collector.error(
        "WB-L010",
        f"`{following.text}` cannot follow a number",
        source.span(following.start, following.end),
        facts=("a number in an equation carries `%`, or years, quarters, months, weeks or days",),
        remedy="put an operator between them, or make the number a parameter with a unit",
    )
    return None, True


def _refuse_number(token: _Token, source: Located, collector: Collector) -> None:
    collector.error(
        "WB-L010",
        f"`{token.text[:40]}` is not a number that is read here",
        source.span(token.start, token.end),
        facts=("numbers lie between -1e300 and 1e300 and have no leading zeros",),
        remedy="write a smaller number, or make it a parameter",
    )


def number_of(text: str) -> Fraction | None:
    """Read a plain number exactly, or None if it is too large, so small that it would be zero, or ``007``."""
    if re.match(r"0\d", text):
        return None
    exponent = re.search(r"[eE]([+-]?\d+)\Z", text)
    if exponent and (len(exponent.group(1)) > 4 or abs(int(exponent.group(1))) > 300):
        return None
    value = Fraction(text)
    if value > Fraction(MAX_NUMBER) or (value and float(value) == 0.0):
        return None
    return value
