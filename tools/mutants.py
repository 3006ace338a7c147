"""Mutators: a file of ours, changed a little, by chance, so that the same seed gives the same file.

Typed ones change values within their type, so that most of what they make gets past `check`; the others change text,
cells or bytes.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, MutableMapping, MutableSequence
from random import Random
from typing import Any

from ruamel.yaml import YAML, YAMLError

NUMBER = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?(?![\w.])")
SCALES = (0, -1, 1e-9, 0.01, 0.1, 0.5, 0.9, 1.1, 2, 10, 100, 1e6, 1e15, 1e300)
SWAPS = (
    ("years", "months", "weeks", "days", "hours"),
    ("year", "month", "week", "day", "hour"),
    ("£", "$", "€"),
    ("2010", "2015", "2020", "2023", "2026"),
    ("range", "90% CI", "se", "sd", ""),
    ("WELLBY", "LS", "QALY", "person", "people"),
    ("money", "share", "ratio", "year", "person"),
    ("true", "false"),
    (" + ", " - ", " * ", " / ", " ** "),
    (" < ", " <= ", " > ", " >= ", " == "),
    ("exp(", "log(", "sqrt(", "abs(", "floor(", "mean(", "sum(", "cumsum(", "max(", "min(", "integrate(", "any("),
    ("wellbeing", "money", "health"),
    ("mean", "median", "mode", "value", "low", "high", "sd", "se", "rate", "scale", "shape"),
    ("normal", "lognormal", "gamma", "beta", "uniform", "triangular", "pert", "betapert", "discrete"),
)
"""Words of which one stands for another of the same kind."""
SPREADS = (
    "{0}", "{0} (range {1} to {2})", "{0} ({1} to {2})", "{0} (90% CI {1} to {2})", "{0} (se {3})", "{0} (sd {3})",
    "{3} of {0}", "{0}%", "£{0}", "£{0} in 2013 prices", "{0} months", "1/{0}", "-{0}",
)  # fmt: skip
FAMILIES = ("gamma", "lognormal", "normal", "beta", "uniform", "triangular", "pert", "poisson", "weibull")
NAMES = (
    "time", "option", "group", "inputs", "evpi", "threshold", "mean", "nothing", "statistic", "level", "draws_x", "x",
    "break_even_x", "decision", "effect", "cost", "wellbys", "net_benefit", "dominated", "nb_mean", "per_1000", "year",
    "people", "discount", "step", "t", "first", "last", "draw", "quantile", "label",
)  # fmt: skip
SETTINGS: dict[str, tuple[Any, ...]] = {
    "choose": ("one", "several"),
    "comparator": ("nothing",),
    "appraisal": ("green-book-2026", "none", {"prices": 2013, "currency": "USD"}),
    "time": ({"step": "year", "from": 0, "to": 0}, {"step": "week", "from": 0, "to": 9}, {"from": 1, "to": 99}),
    "budget": ("£0", "£1", "£1bn", "£1m in 2013 prices"),
}
TOKENS = (
    "\0",
    "\t",
    "[" * 40,
    "{",
    "&a",
    "*a",
    "!!python",
    "%",
    "\ufeff",
    "\u202e",
    "1e999",
    ".nan",
    "-.inf",
    "'",
    '"',
    ": ",
    "- ",
)


def yaml() -> YAML:
    """Return a reader and writer that keeps the order and the quotes of a file."""
    reader = YAML()
    reader.width, reader.preserve_quotes, reader.allow_duplicate_keys = 10_000, True, True
    return reader


def scalars(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each place of a scalar, as what holds it and its key."""
    pairs = tree.items() if isinstance(tree, MutableMapping) else enumerate(tree)
    for key, value in list(pairs):
        if isinstance(value, MutableMapping | MutableSequence):
            yield from scalars(value)
        else:
            yield tree, key


def holders(tree: Any) -> Iterator[Any]:
    """Yield each map and list that holds something."""
    if isinstance(tree, MutableMapping | MutableSequence) and tree:
        yield tree
        for value in tree.values() if isinstance(tree, MutableMapping) else tree:
            yield from holders(value)


def scaled(rng: Random, text: str) -> str:
    """Return a text with one of its numbers multiplied, or all."""
    every, factor, found = rng.random() < 0.3, rng.choice(SCALES), list(NUMBER.finditer(text))
    chosen = found if every else [rng.choice(found)] if found else []
    for one in reversed(chosen):
        text = f"{text[: one.start()]}{float(one.group().replace(',', '')) * factor:.12g}{text[one.end() :]}"
    return text


def swapped(rng: Random, text: str) -> str:
    """Return a text with a word put in another's place."""
    there = [(old, family) for family in SWAPS for old in family if old and old in text]
    if not there:
        return scaled(rng, text)
    old, family = rng.choice(there)
    at = rng.choice([one.start() for one in re.finditer(re.escape(old), text)])
    return text[:at] + rng.choice([one for one in family if one != old]) + text[at + len(old) :]


def spread(rng: Random, text: str) -> Any:
    """Return a value with another spread, or in the long form of a family."""
    found = NUMBER.search(text)
    value = float(found.group().replace(",", "")) if found else rng.choice([0.0, 0.5, 1.0, 12.0])
    if rng.random() < 0.3:
        width: dict[str, Any] = rng.choice(
            [{"se": value / 4}, {"sd": value}, {"sd": 0}, {"ci95": [value / 2, value * 2]}]
        )
        return {rng.choice(FAMILIES): {"mean": value, **width}}
    numbers = [
        f"{one:.6g}" for one in (value, value * rng.choice([0.5, 0.9, 1]), value * rng.choice([1, 1.1, 3]), value / 3)
    ]
    return rng.choice(SPREADS).format(*numbers) + (text[text.index(" [") :] if " [" in text else "")


def change_scalar(rng: Random, tree: Any) -> None:
    """Change one number, word or form."""
    places = [
        (at, key) for at, key in scalars(tree) if key not in ("schema", "note", "cite", "link", "doc", "model", "label")
    ]
    if places:
        at, key = rng.choice(places)
        at[key] = rng.choice((scaled, scaled, swapped, swapped, spread))(rng, str(at[key]))


def change_shape(rng: Random, tree: Any) -> None:
    """Drop, repeat, exchange or move what a map or list holds."""
    inside = list(holders(tree))
    if not inside:
        return
    at = rng.choice(inside)
    keys = list(at) if isinstance(at, MutableMapping) else list(range(len(at)))
    one, other = rng.choice(keys), rng.choice(keys)
    match rng.randrange(3):
        case 0 if at is not tree:
            del at[one]
        case 1 if isinstance(at, MutableMapping):
            at[f"{one}_2" if rng.random() < 0.8 else rng.choice(NAMES)] = at[one]
        case 1:
            at.insert(one, at[other])
        case _:
            at[one], at[other] = at[other], at[one]


def change_setting(rng: Random, tree: Any) -> None:
    """Change the comparator, the choice, the appraisal, the budget or the time."""
    key = rng.choice(list(SETTINGS))
    options = list(tree.get("options", ())) if isinstance(tree.get("options"), MutableMapping) else []
    tree[key] = rng.choice([*SETTINGS[key], *options]) if key == "comparator" else rng.choice(SETTINGS[key])


def typed(rng: Random, text: str) -> str:
    """Return a scenario or model with one to three values changed within their type."""
    try:
        tree = yaml().load(text)
    except (YAMLError, ValueError):
        return text
    if not isinstance(tree, MutableMapping):
        return text
    ways = [change_scalar] * 4 + [change_shape] + [change_setting] * ("scenario" in tree)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        rng.choice(ways)(rng, tree)
    out = io.StringIO()
    yaml().dump(tree, out)
    return out.getvalue()


def renamed(rng: Random, text: str) -> str:
    """Return a file in which a name is another one throughout."""
    names = sorted(set(re.findall(r"^ *([a-z][a-z0-9_]*):", text, re.MULTILINE)))
    return re.sub(rf"\b{rng.choice(names)}\b", rng.choice((*NAMES, *names)), text) if names else text


def text(rng: Random, given: str) -> str:
    """Return a text with lines dropped, repeated or moved, or with a hostile token put in."""
    lines = given.splitlines(keepends=True) or [""]
    at = rng.randrange(len(lines))
    match rng.randrange(5):
        case 0:
            del lines[at]
        case 1:
            lines.insert(at, rng.choice(lines))
        case 2:
            lines[at] = " " * rng.randrange(6) + lines[at].lstrip()
        case 3:
            column = rng.randrange(len(lines[at]) + 1)
            lines[at] = lines[at][:column] + rng.choice(TOKENS) + lines[at][column:]
        case _:
            lines[at] = scaled(rng, lines[at])
    return "".join(lines)


def cells(rng: Random, given: str) -> str:
    """Return a table with a cell, a row or its separators changed."""
    lines = given.splitlines()
    at = rng.randrange(len(lines))
    row = lines[at].split(",")
    column = rng.randrange(len(row))
    match rng.randrange(6):
        case 0:
            row[column] = rng.choice(("", " ", "0", "-0", "nan", "inf", "1e400", "=1+1", '"', "1,5", "x" * 300))
        case 1 | 2:
            row[column] = rng.choice((scaled, swapped))(rng, row[column])
        case 3:
            lines.insert(at, rng.choice(lines))
        case 4:
            row[column] = rng.choice(rng.choice(lines).split(","))
        case _:
            return given.replace(",", rng.choice((";", "\t", " ,"))) if rng.random() < 0.3 else renamed_head(rng, given)
    lines[at] = ",".join(row)
    return "\n".join(lines) + "\n"


def renamed_head(rng: Random, given: str) -> str:
    """Return a table with a column named otherwise."""
    head, _, rest = given.partition("\n")
    names = head.split(",")
    names[rng.randrange(len(names))] = rng.choice(NAMES)
    return ",".join(names) + "\n" + rest


def raw(rng: Random, given: bytes) -> bytes:
    """Return bytes of which some are flipped, cut out, repeated or zeroed."""
    data = bytearray(given)
    for _ in range(rng.choice((1, 1, 2, 8))):
        at, size = rng.randrange(len(data)), rng.choice((1, 1, 4, 64))
        match rng.randrange(4):
            case 0:
                data[at] ^= 1 << rng.randrange(8)
            case 1 if len(data) > 2 * size:
                del data[at : at + size]
            case 2:
                data[at:at] = data[at : at + size]
            case _:
                data[at : at + size] = bytes(len(data[at : at + size]))
    return bytes(data) if rng.random() < 0.9 else bytes(data[: rng.randrange(len(data) + 1)])


TEXT: dict[str, Callable[[Random, str], str]] = {"typed": typed, "renamed": renamed, "text": text, "cells": cells}
