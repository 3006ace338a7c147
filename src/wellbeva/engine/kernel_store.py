"""From a generated source text to a module whose kernels are kept on disk.

The source lies beside its machine code to be read, by a person, a profiler or a traceback. It is never run from there:
what runs is the text that was handed in.
"""

from __future__ import annotations

import hashlib
import linecache
import threading
import types
from pathlib import Path
from typing import Final
from weakref import WeakValueDictionary

from wellbeva.sampling import kernel_files as files
from wellbeva.sampling.kernel_files import take_warnings
from wellbeva.sampling.kernels import keep, keep_module, stamp

__all__ = ["keep", "kept", "load", "take_warnings"]

_MODULES: Final = "wellbeva.engine._kernel_"
_lock = threading.Lock()
_living: WeakValueDictionary[str, types.ModuleType] = WeakValueDictionary()


def load(source: str) -> types.ModuleType:
    """Return a module made of a generated source; its kernels are compiled when called, or come from the disk.

    Parameters
    ----------
    source : str
        A module in Python. Functions are decorated by Numba without ``cache``: where they are kept is said here. Lines
        of comment at its head (the first is shown by ``wellbeva cache``) change neither name nor meaning, so that two
        scenarios of the same shape share their kernels.

    Returns
    -------
    module
        The same one as long as somebody holds it or a kernel of it.
    """
    name = _name(source)
    with _lock:
        module = _living.get(name)
        if module is None:
            module = _living[name] = _make(source, name)
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
    if path is None:
        # Numba's messages quote lines.
        linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    module = types.ModuleType(_MODULES + name.removeprefix("model-"))
    module.__file__ = file
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
        if not path.is_file() or _body(path.read_text(encoding="utf-8", errors="replace")) != _body(source):
            files.write(path, source.encode())
            files.trim(folder, len(source))
    except OSError as error:
        files.note(files.not_kept(error, folder))
        return None
    files.touch(path.parent)
    return path


def _body(source: str) -> str:
    """Return a source without the lines of comment at its head."""
    lines = source.splitlines(keepends=True)
    first = next((number for number, line in enumerate(lines) if not line.startswith("#")), len(lines))
    return "".join(lines[first:])
