"""What the public functions take: a scenario as a path, its text or a dict, values by path; all else in words, too."""

from __future__ import annotations

import ast
import functools
import inspect
import json
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from numbers import Real
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, ParamSpec, TypeGuard, TypeVar

from wellbeva.errors import Diagnostic, WellbevaError, refusal
from wellbeva.scenario.text.files import Files

if TYPE_CHECKING:
    from wellbeva.errors import Collector
    from wellbeva.scenario.loader import Loaded

File = str | os.PathLike[str]
Source = File | Mapping[str, object]
"""A path; the text of a scenario, which has more than one line; or a dict with the keys of a file."""
Overrides = Mapping[str, object] | Sequence[str]
"""Values by path, ``{"hold.walks": "6 months"}``, or texts as ``--set`` takes them, ``"hold.walks=6 months"``."""

DICT, TEXT = "<dict>", "<text>"
P = ParamSpec("P")
R = TypeVar("R")


def is_file(source: Source) -> TypeGuard[File]:
    """Whether a scenario is given by the path of its file."""
    return not isinstance(source, Mapping) and "\n" not in os.fspath(source)


def load_source(
    source: Source, base: File, collector: Collector, files: Files | None = None, overrides: Sequence[str] = ()
) -> Loaded:
    """Read a scenario, however it is given.

    Parameters
    ----------
    source : path, str or mapping
    base : path or str
        Where to look for tables and models if the scenario is not a file.
    collector : Collector
    files : Files, optional
        Reads a scenario's files; it may hold some that are not written yet.
    overrides : sequence of str
        Of which those on the area are read with the file.

    Raises
    ------
    WellbevaError
        With everything that is wrong; ``WB-R230`` for what no scenario can hold.
    """
    from wellbeva.scenario.loader import load_once

    if is_file(source):
        return load_once(os.fspath(source), collector=collector, files=files, overrides=overrides)
    name, text = (DICT, _yaml_text(source)) if isinstance(source, Mapping) else (TEXT, os.fspath(source))
    path = Path(base) / name
    files = Files(given={str(path): text.encode("utf-8", "surrogatepass")})
    return load_once(path, collector=collector, files=files, overrides=overrides)


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
    raise refusal("WB-R231", f"{named} is given no value that can be set", remedy)


class Kind(NamedTuple):
    """What an argument takes, in words; an example; and whether a value is of it."""

    means: str
    example: str
    fits: Callable[[Any], bool]


def _texts(value: object) -> bool:
    return isinstance(value, Collection) and all(isinstance(item, str) for item in value)


def _whole(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and float(value).is_integer()


def _source(value: object) -> bool:
    return isinstance(value, str | os.PathLike | Mapping)


_TEXT = Kind("a text", "'long_hold'", lambda value: isinstance(value, str))
KINDS: Final = {
    "int": Kind("a whole number", "1", _whole),
    "int | None": Kind("a whole number", "1", lambda value: value is None or _whole(value)),
    "bool": Kind("True or False", "True", lambda value: type(value).__name__ in {"bool", "bool_"}),
    "str": _TEXT,
    "Design": _TEXT,
    "EngineName": _TEXT,
    "File | None": Kind(
        "a path", "'scenario.yaml'", lambda value: value is None or isinstance(value, str | os.PathLike)
    ),
    "File": Kind("a path", "'scenario.yaml'", lambda value: isinstance(value, str | os.PathLike)),
    "Source": Kind("a path, the text of a scenario, or a dict", "'scenario.yaml'", _source),
    "Source | Sequence[File]": Kind(
        "a path, the text of a scenario, a dict, or a list of paths",
        "'scenario.yaml'",
        lambda value: _source(value) or (isinstance(value, Sequence) and all(map(_source, value))),
    ),
    "Sequence[int]": Kind(
        "two whole numbers", "(3, 64)", lambda value: isinstance(value, Sequence) and all(map(_whole, value))
    ),
    "str | Sequence[str]": Kind("a text or a list of texts", "'long_hold'", _texts),
    "Overrides": Kind(
        "a dict of values by path, or texts as --set takes them",
        "{'effect.visits': '0.3 (0.1 to 0.5)'}",
        lambda value: isinstance(value, Mapping) or _texts(value),
    ),
    "Mapping[str, Sequence[object]]": Kind(
        "a dict of values by path", "{'hold.walks': ['3 months', '6 months']}", lambda value: isinstance(value, Mapping)
    ),
    "Sequence[str]": Kind("a list of texts", "['effect.visits']", _texts),
    "ScenarioModel": Kind(
        "what wellbeva.model() returns",
        "wellbeva.model('scenario.yaml')",
        lambda value: type(value).__name__ == "ScenarioModel",
    ),
    "Progress | None": Kind("a function of (done, total)", "print", lambda value: value is None or callable(value)),
}
"""By the text of an annotation."""


@functools.cache
def checked(function: Callable[P, R]) -> Callable[P, R]:
    """Return a function that refuses arguments of another type than its signature says.

    A whole number may come as any type of number: ``2048.0``, ``numpy.int64(2048)``.

    Raises
    ------
    WellbevaError
        ``WB-R250``, one for each argument.
    """
    signature = inspect.signature(function)

    @functools.wraps(function)
    def call(*args: P.args, **named: P.kwargs) -> R:
        try:
            given = signature.bind(*args, **named)
        except TypeError:
            return function(*args, **named)  # Python says which argument lacks or is unknown
        faults = []
        for name, value in given.arguments.items():
            parameter = signature.parameters[name]
            kind = kind_of(parameter.annotation)
            if kind is None:
                continue
            if not kind.fits(value):
                faults.append(_fault(function.__name__, parameter, kind, value))
            elif parameter.annotation.startswith("int") and value is not None:
                given.arguments[name] = int(value)
        if faults:
            raise WellbevaError(faults)
        return function(*given.args, **given.kwargs)

    return call


def kind_of(annotation: str) -> Kind | None:
    """Return what an annotation takes; None for what nobody but wellbeva itself gives."""
    if not annotation.startswith("Literal"):
        return KINDS.get(annotation)
    words = ast.literal_eval(annotation.removeprefix("Literal"))
    return Kind(f"one of {', '.join(words)}", repr(words[0]), lambda value: isinstance(value, str) and value in words)


def _fault(function: str, parameter: inspect.Parameter, kind: Kind, value: object) -> Diagnostic:
    name, kinds = parameter.name, type(value).__name__
    said = f"{value!r:.60}, of the type {kinds}" if isinstance(value, str | Real | None) else f"of the type {kinds}"
    usual = repr(parameter.default) if parameter.default not in {parameter.empty, None, "", ()} else kind.example
    message = f"{function}() cannot use what is given as {name!r}"
    return Diagnostic("WB-R250", message, None, (f"it takes {kind.means}", f"it is {said}"), f"write {name}={usual}")
