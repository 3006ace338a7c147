"""What a scenario may be given as: a path, its text, or a dict; and values that are put in place of its own."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeGuard

from wellbeva.errors import Diagnostic, WellbevaError

if TYPE_CHECKING:
    from wellbeva.errors import Collector
    from wellbeva.scenario.loader import Loaded
    from wellbeva.scenario.text.files import Files

File = str | os.PathLike[str]
Source = File | Mapping[str, object]
"""A path; the text of a scenario, which has more than one line; or a dict with the keys of a file."""
Overrides = Mapping[str, object] | Sequence[str]
"""Values by path, ``{"hold.walks": "6 months"}``, or texts as ``--set`` takes them, ``"hold.walks=6 months"``."""

DICT, TEXT = "<dict>", "<text>"


def is_file(source: Source) -> TypeGuard[File]:
    """Whether a scenario is given by the path of its file."""
    return not isinstance(source, Mapping) and "\n" not in os.fspath(source)


def load_source(source: Source, base: File, collector: Collector, files: Files | None = None) -> Loaded:
    """Read a scenario, however it is given.

    Parameters
    ----------
    source : path, str or mapping
    base : path or str
        Where to look for tables and models if the scenario is not a file.
    collector : Collector
    files : Files, optional
        Reads a scenario's files; it may hold some that are not written yet.

    Raises
    ------
    WellbevaError
        With everything that is wrong; ``WB-R230`` for what no scenario can hold.
    """
    from wellbeva.scenario.loader import load_once
    from wellbeva.scenario.text.files import Files

    if is_file(source):
        return load_once(os.fspath(source), collector=collector, files=files)
    name, text = (DICT, _yaml_text(source)) if isinstance(source, Mapping) else (TEXT, os.fspath(source))
    path = Path(base) / name
    return load_once(path, collector=collector, files=Files(given={str(path): text.encode("utf-8", "surrogatepass")}))


def _yaml_text(source: Mapping[str, object]) -> str:
    from wellbeva.scenario.text.from_python import yaml_text

    return yaml_text(source)


@contextmanager
def paths_of(source: Source) -> Iterator[None]:
    """Let errors say at which path of a dict they stand, whose lines nobody has seen."""
    try:
        yield
    except WellbevaError as error:
        if not isinstance(source, Mapping):
            raise
        from wellbeva.scenario.text.from_python import path_at

        def named(one: Diagnostic) -> Diagnostic:
            here = one.span is not None and Path(one.span.file).name == DICT
            path = path_at(_yaml_text(source), one.span.line) if here and one.span else ""
            return replace(one, facts=(f"at {path}", *one.facts)) if path else one

        raise WellbevaError(map(named, error.diagnostics), error.unchecked) from None


def override_texts(overrides: Overrides) -> tuple[str, ...]:
    """Return values to be put in place as ``--set`` takes them.

    Parameters
    ----------
    overrides : mapping of path to value, or sequence of str

    Raises
    ------
    WellbevaError
        ``WB-R231`` if a value is neither a text, a number nor a dict.

    Examples
    --------
    >>> override_texts({"hold.walks": "6 months", "uptake": 0.5})
    ('hold.walks=6 months', 'uptake=0.5')
    """
    if isinstance(overrides, str):
        return (overrides,)
    if not isinstance(overrides, Mapping):
        return tuple(overrides)
    values = {path: _value(path, value) for path, value in overrides.items()}
    return tuple(f"{path}={text}" for path, text in values.items())


def _value(path: str, value: object) -> str:
    from wellbeva.scenario.text.from_python import plain_text

    try:
        if isinstance(path, str) and isinstance(value, str):
            return plain_text(value)
        if isinstance(path, str) and "=" not in path:
            return json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        pass
    remedy = 'write it like overrides={"effect.visits": "0.3 (0.1 to 0.5)"}: paths, and texts, numbers or dicts'
    named = repr(plain_text(path)[:60]) if isinstance(path, str) else f"a path of the type {type(path).__name__!r}"
    raise WellbevaError([Diagnostic("WB-R231", f"{named} is given no value that can be set", remedy=remedy)])
