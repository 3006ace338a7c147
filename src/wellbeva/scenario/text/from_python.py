"""A scenario that a program holds as a dict, written as the YAML text that a file would have."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import yaml

from wellbeva.errors import WellbevaError, refusal
from wellbeva.scenario.text.files import printable
from wellbeva.scenario.text.yaml_parser import DEPTH_LIMIT, NODE_LIMIT

_LARGEST = 10**300
_KEY = re.compile(r"(?P<indent>(?:- |[ ])*)(?P<key>[^\s:'\"][^:]*|'[^']*'|\"[^\"]*\"):(?: |$)")


class _Writer(yaml.CSafeDumper):  # type: ignore[misc]
    """Writes a number as a scenario reads it, without an exponent."""


_Writer.add_representer(
    float, lambda writer, number: writer.represent_scalar("tag:yaml.org,2002:float", _digits(number))
)


def yaml_text(scenario: Mapping[str, object]) -> str:
    """Write a scenario as YAML, by the same limits as those of a file.

    Raises
    ------
    WellbevaError
        ``WB-R230`` for what no file can say, with the path at which it stands.

    Examples
    --------
    >>> print(yaml_text({"options": {"walks": {"people": 500, "effect": 0.25}}}), end="")
    options:
      walks:
        people: 500
        effect: 0.25
    """
    text: str = yaml.dump(plain(scenario), Dumper=_Writer, sort_keys=False, allow_unicode=True, width=1 << 30)
    return text


def plain(scenario: Mapping[str, object]) -> object:
    """Copy a scenario into maps, lists, texts and numbers of Python's own.

    Raises
    ------
    WellbevaError
        As `yaml_text`.
    """
    return _Plain().of(scenario, ())


def plain_text(text: str) -> str:
    """Return a text as it is written, of whatever class: a member of an enumeration says its name to `str`."""
    return str.__str__(text)


class _Plain:
    """Copies maps, lists, texts and numbers, and refuses the rest."""

    def __init__(self) -> None:
        self.count = 0

    def of(self, value: Any, path: tuple[str, ...]) -> object:
        self.count += 1
        if len(path) > DEPTH_LIMIT or self.count > NODE_LIMIT:
            limits = f"at most {DEPTH_LIMIT} levels and {NODE_LIMIT:,} values are read"
            raise _refused(
                path, "this scenario goes too deep or is too long", "put long lists into a CSV table", limits
            )
        value = value.item() if type(value).__module__ == "numpy" and getattr(value, "ndim", 1) == 0 else value
        if isinstance(value, Mapping):
            wrong = next((key for key in value if not isinstance(key, str | int) or isinstance(key, bool)), None)
            if wrong is not None:
                raise _refused(
                    path, f"a key of the type {type(wrong).__name__[:60]!r} is not a text", "write keys as texts"
                )
            texts = (
                (self.text(key, path) if isinstance(key, str) else str(key), below) for key, below in value.items()
            )
            return {key: self.of(below, (*path, key)) for key, below in texts}
        if isinstance(value, list | tuple):
            return [self.of(below, (*path, str(place))) for place, below in enumerate(value)]
        if isinstance(value, float) and not math.isfinite(value):
            raise _refused(path, f"{value} is not a number that a scenario can hold", "give a finite number")
        if isinstance(value, str):
            return self.text(value, path)
        if isinstance(value, int) and abs(value) >= _LARGEST:
            raise _refused(path, "this number has too many digits", "give one of at most 300")
        if value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(value, date):  # as YAML readers make of 2026-04-01
            return value.isoformat()
        message = f"a value of the type {type(value).__name__[:60]!r} cannot stand in a scenario"
        raise _refused(path, message, "give a text, a number, a list or a dict")

    def text(self, value: str, path: tuple[str, ...]) -> str:
        text = plain_text(value)
        if any("\ud800" <= letter <= "\udfff" for letter in text):
            raise _refused(path, f"{text[:60]!r} is not a text that a file can hold", "give whole characters")
        return text


def _refused(path: tuple[str, ...], message: str, remedy: str, *facts: str) -> WellbevaError:
    at = f"at {printable('.'.join(path))[:200]}" if path else "at the top"
    return refusal("WB-R230", message, remedy, at, *facts)


def _digits(number: float) -> str:
    import numpy as np

    return np.format_float_positional(number, trim="0")


def path_at(text: str, line: int) -> str:
    r"""Return the dotted path of the key on a line, counted from 1, of what `yaml_text` wrote; empty if there is none.

    Parameters
    ----------
    text : str
    line : int

    Examples
    --------
    >>> path_at("options:\n  walks:\n    people: 500\n", 3)
    'options.walks.people'
    """
    keys: list[str] = []
    above = math.inf
    for row in reversed(text.splitlines()[:line]):
        match = _KEY.match(row)
        if match and len(match["indent"]) < above:
            above = len(match["indent"])
            keys.insert(0, match["key"].strip("'\""))
    return ".".join(keys)
