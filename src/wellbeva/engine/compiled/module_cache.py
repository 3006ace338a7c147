"""From a generated source text to a module whose kernels are kept on disk.

The source lies beside its machine code to be read, by a person, a profiler or a traceback. It is never run from there:
what runs is the text that was handed in.
"""

from __future__ import annotations

import contextlib
import hashlib
import linecache
import os
import threading
import types
from pathlib import Path
from typing import Final
from weakref import WeakValueDictionary, finalize

from wellbeva.jit import cache_folder as files
from wellbeva.jit.cache_folder import pop_cache_warnings
from wellbeva.jit.kernel_cache import keep, keep_module, stamp

__all__ = ["keep", "kept", "load", "pop_cache_warnings"]

_MODULES: Final = "wellbeva.engine._kernel_"
_lock = threading.Lock()
_living: WeakValueDictionary[str, types.ModuleType] = WeakValueDictionary()


def load(source: str, *, title: str = "") -> types.ModuleType:
    """Return a module made of a generated source; its kernels are compiled when called, or come from the disk.

    Parameters
    ----------
    source : str
        A module in Python. Functions are decorated by Numba without ``cache``: where they are kept is said here.
    title : str
        What it is made for, shown by ``wellbeva cache``; any text. It changes neither name nor meaning, and nor do
        lines of comment at the head of the source, so that two scenarios of the same shape share their kernels.

    Returns
    -------
    module
        The same one as long as somebody holds it or a kernel of it.
    """
    name = _name(source)
    with _lock:
        module = _living.get(name)
        if module is None:
            module = _living[name] = _make(_headed(source, title), name)
    return module


def kept(source: str) -> bool:
    """Whether machine code of a generated source is on the disk."""
    folder = files.place()
    entry = folder / _name(source) if folder is not None else None
    return entry is not None and entry.is_dir() and any(path.name != files.SOURCE for path in entry.iterdir())


def _name(source: str) -> str:
    return f"model-{hashlib.sha256((stamp() + _body(source)).encode()).hexdigest()[:32]}"


def _make(source: str, name: str) -> types.ModuleType:
    path = _written(source, name)
    file = f"<wellbeva {name}>" if path is None else str(path)
    module = types.ModuleType(_MODULES + name.removeprefix("model-"))
    module.__file__ = file
    vars(module)["__source__"] = source  # for `straight`
    _quotable(module, source, file)
    exec(compile(source, file, "exec"), vars(module))  # noqa: S102 - our generator's text, no user's
    keep_module(module, name)
    return module


def _written(source: str, name: str) -> Path | None:
    """Write the source for people to read; None where nothing is kept."""
    folder = files.place()
    if folder is None:
        return None
    path = folder / name / files.SOURCE
    try:
        there = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
        # A head that is not ours may name an encoding, which whoever opens the file would obey.
        if not there.startswith(files.HEAD) or _body(there) != _body(source):
            files.write(path, source.encode())
            files.trim(folder, len(source))
    except OSError as error:
        files.note(files.not_kept(error, folder))
        return None
    files.touch(path.parent)
    return path


def _headed(source: str, title: str) -> str:
    """Return a source under a head whose first two lines are always the same.

    Python looks there for the encoding of a file, and a title may read like one: "After-school coding: hex boards".
    """
    told = "".join(one if one.isprintable() else "�" for one in " ".join(title.split()))
    return files.HEAD + (f"# {told}\n" if told else "") + source


def _quotable(module: types.ModuleType, source: str, file: str) -> None:
    """Let whoever quotes lines of a module quote those that run, as long as the module lives.

    Numba asks for them by the path from the working folder, and while it compiles even where nothing is wrong.
    """
    names = {file}
    with contextlib.suppress(OSError, ValueError):
        names.add(os.path.relpath(file))
    for name in names:
        linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
        finalize(module, linecache.cache.pop, name, None).atexit = False


def _body(source: str) -> str:
    """Return a source without the lines of comment at its head."""
    lines = source.splitlines(keepends=True)
    first = next((number for number, line in enumerate(lines) if not line.startswith("#")), len(lines))
    return "".join(lines[first:])
