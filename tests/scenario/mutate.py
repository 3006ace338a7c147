"""Mutations of text files for fuzzing: deterministic by seed, from single bytes to whole hostile lines."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

HOSTILE = (
    "!!python/object/apply:os.system ['echo pwned']",
    "__import__('os').system('echo pwned')",
    "().__class__.__mro__[1].__subclasses__()",
    "[" * 300,
    "{" * 300,
    "(" * 300 + ")" * 300,
    "- " * 200 + "x",
    "&a [*a, *a]",
    "*a",
    "<<: {a: 1}",
    "{cost: £1,314}",
    "null",
    "~",
    "",
    "NaN",
    "1e999",
    "9" * 400,
    "1/0",
    "0 to 99999999",
    "\x00",
    "\u202e",
    "£",
    "%",
    "'",
    '"',
    "|",
    ">-",
    "# x",
    "---",
    "...",
    "%YAML 1.1",
    "../../../../etc/passwd",
    "/dev/zero",
    "same as same.as",
    "by: [option, option]",
    "{mixture: {50%: {mixture: {50%: {mixture: {50%: {mixture: {50%: 1}}}}}}}}",
    "{quantiles: {5%: 3, 5.0%: 2, 1/0: 4, 95%: 1e9}}",
    "{empirical: [1, [2], {3: 4}, , 5%]}",
    "{dirichlet: {dirichlet: 3}}",
    "a with a with a",
    "extends: forms.yaml",
    "𝟙𝟚",
    "١٢",
    "\ufeff",
    "a" * 3000,
)


def mutants(data: bytes, *, seed: int, count: int) -> Iterator[bytes]:
    """Yield `count` mutants of a file; the same for the same seed, data and count."""
    chance = random.Random(seed)
    for _ in range(count):
        mutant = data
        for _ in range(chance.choice((1, 1, 1, 2, 4))):
            mutant = chance.choice(MUTATIONS)(mutant, chance)
        yield mutant


def _bytes(data: bytes, chance: random.Random) -> bytes:
    """Replace, insert or delete one byte."""
    at = chance.randrange(len(data) + 1)
    new = bytes([chance.randrange(256)])
    return chance.choice((data[:at] + new + data[at + 1 :], data[:at] + new + data[at:], data[:at] + data[at + 1 :]))


def _cut(data: bytes, chance: random.Random) -> bytes:
    """Keep only the beginning, or lose a stretch."""
    if len(data) < 2:
        return data
    low, high = sorted((chance.randrange(len(data)), chance.randrange(len(data))))
    return data[:low] if chance.random() < 0.3 else data[:low] + data[high:]


def _lines(data: bytes, chance: random.Random) -> bytes:
    """Delete, double, swap or move a line."""
    lines = data.split(b"\n")
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    what = chance.randrange(3)
    if what == 0:
        del lines[one]
    elif what == 1:
        lines.insert(other, lines[one])
    else:
        lines[one], lines[other] = lines[other], lines[one]
    return b"\n".join(lines)


def _indent(data: bytes, chance: random.Random) -> bytes:
    """Change the indentation of a line, with blanks or a tab."""
    lines = data.split(b"\n")
    at = chance.randrange(len(lines))
    lines[at] = (
        chance.choice((b" ", b"  ", b"\t", b"    " * 40)) + lines[at] if chance.random() < 0.6 else lines[at].lstrip()
    )
    return b"\n".join(lines)


def _token(data: bytes, chance: random.Random) -> bytes:
    """Replace a word by another word of the file, or by something hostile."""
    words = data.split(b" ")
    at = chance.randrange(len(words))
    words[at] = chance.choice(words) if chance.random() < 0.5 else _hostile(chance)
    return b" ".join(words)


def _value(data: bytes, chance: random.Random) -> bytes:
    """Put something hostile behind a colon, a bracket or a comma."""
    places = [index for index, byte in enumerate(data) if byte in b":,[{(=\n"]
    at = chance.choice(places) + 1 if places else len(data)
    end = data.find(b"\n", at) if chance.random() < 0.5 else at
    return data[:at] + b" " + _hostile(chance) + data[end if end >= at else at :]


def _number(data: bytes, chance: random.Random) -> bytes:
    """Replace a digit by many, by a sign or by nothing."""
    places = [index for index, byte in enumerate(data) if byte in b"0123456789"]
    if not places:
        return data
    at = chance.choice(places)
    return data[:at] + chance.choice((b"", b"-", b".", b"000000000", b"%", b"e9", b"/0", b",")) + data[at + 1 :]


def _hostile(chance: random.Random) -> bytes:
    return chance.choice(HOSTILE).encode()


MUTATIONS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _bytes,
    _cut,
    _lines,
    _indent,
    _token,
    _value,
    _number,
)
