"""Machine code of Numba's kernels kept on disk, so that a second process need not compile.

Numba has a cache of its own, ``cache=True``. It writes into the installed package (or fails to be imported where it
cannot), raises what `pickle` makes of a damaged file, ends a run when the disk is full, forgets that a constant or a
function of another module has changed, and its index can name another process's code when two add signatures at once.
Here each function, signature and processor has one file, whose name is a hash of all that the code depends on and whose
content is checked before it is loaded. Numba's own settings and other people's functions are not touched.

This file alone uses what Numba does not call public: the hook, and the form, of its own cache.
"""

from __future__ import annotations

import hashlib
import pickle
import platform
import re
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import llvmlite
import numba
import numpy as np
from numba.core import compiler, serialize
from numba.core.caching import _Cache

from wellbeva.jit import cache_folder as files

__all__ = ["keep"]

_OPTIONS: Final = ("OPT", "LOOP_VECTORIZE", "SLP_VECTORIZE", "BOUNDSCHECK", "DEBUGINFO_DEFAULT", "DISABLE_INTEL_SVML")
"""Settings of Numba that change the code it makes; the processor is in the key anyway."""


def keep(namespace: Mapping[str, object]) -> None:
    """Keep the kernels of a module: ``keep(globals())`` on its last line.

    The functions are decorated without ``cache=True``, and use nothing but numbers, and what the module imports by
    ``from … import …`` from its own package.

    Parameters
    ----------
    namespace : mapping
        The module's globals; functions that it has imported are left to their own module.
    """
    module = str(namespace["__name__"])
    # at once, while the files are those that have been imported: somebody may be editing them
    stamp = _stamp(module, Path(str(namespace["__file__"])))
    plain = re.sub(r"[^a-z0-9_.]", "_", module.removeprefix("wellbeva.").lower())
    for one in namespace.values():
        function = getattr(one, "py_func", None)
        if function is not None and function.__module__ == module:
            dispatcher: Any = one
            dispatcher._cache = _Kept(function.__name__, f"{plain}-{stamp[:32]}")


class _Kept(_Cache):
    """Where a function's machine code is looked for before it is compiled, and put afterwards.

    It stands in a dispatcher's `_cache`, whose methods Numba calls under its one lock for compiling.
    """

    def __init__(self, function: str, entry: str) -> None:
        self._function, self._entry = function, entry
        self._enabled = True

    @property
    def cache_path(self) -> str | None:
        folder = files.place()
        return None if folder is None else str(folder / self._entry)

    def enable(self) -> None:
        self._enabled = True

    def disable(self) -> None:
        self._enabled = False

    def flush(self) -> None:
        """Remove what is kept of the whole module."""
        folder = files.place()
        if folder is not None:
            files.remove(folder, self._entry)

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return machine code for a signature, or None if there is none that is whole and of this version."""
        target_context.refresh()
        key = self._key(sig, target_context.codegen())
        path = self._path(key)
        payload = None if path is None else files.read_signed(path, key)
        if path is None or payload is None:
            return None
        files.touch(path.parent)
        rebuild: Any = compiler.CompileResult._rebuild
        return rebuild(target_context, *pickle.loads(payload))  # noqa: S301 - signed by this user

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep machine code; where the system refuses, note it and go on."""
        # Addresses of this process must not be kept.
        if any(not one.can_cache for one in data.lifted) or data.library.has_dynamic_globals:
            return
        key = self._key(sig, data.library.codegen)
        path = self._path(key)
        if path is not None:
            dumps: Any = serialize.dumps
            files.write_signed(path, key, dumps(data._reduce()))

    def _path(self, key: str) -> Path | None:
        folder = files.place() if self._enabled else None
        return None if folder is None else folder / self._entry / f"{self._function}-{key[:32]}.kernel"

    def _key(self, signature: Any, codegen: Any) -> str:
        options = [f"{option}={getattr(numba.config, option, None)}" for option in _OPTIONS]
        return _hash(self._entry, self._function, str(signature), *map(str, codegen.magic_tuple()), *options)


def _stamp(module: str, file: Path) -> str:
    """Return a hash of the versions of the tools, and of a module and all that it imports from its package."""
    versions = (platform.python_version(), numba.__version__, llvmlite.__version__, np.__version__)
    root = file.parents[module.count(".")]
    texts: dict[Path, str] = {}
    waiting = [file]
    while waiting:
        path = waiting.pop()
        if path not in texts and path.is_file():
            texts[path] = _text(path, path.stat().st_mtime_ns)
            waiting += [root / one for one in _imported(texts[path], module.partition(".")[0])]
    files_told = (text for path in sorted(texts) for text in (str(path.relative_to(root)), texts[path]))
    return _hash(sys.implementation.cache_tag or "", *versions, module, *files_told)


@cache
def _text(path: Path, _written: int) -> str:
    return path.read_text(encoding="utf-8")


def _imported(text: str, package: str) -> list[str]:
    """Return the files that may hold what a text imports from a package."""
    found: list[str] = []
    for module, names in re.findall(rf"^\s*from ({package}[\w.]*) import (\([^)]*\)|[^\n]*)", text, re.MULTILINE):
        place = module.replace(".", "/")
        found += [f"{place}.py", f"{place}/__init__.py", *(f"{place}/{one}.py" for one in re.findall(r"\w+", names))]
    return found


def _hash(*texts: str) -> str:
    whole = hashlib.sha256()
    for text in texts:
        data = text.encode("utf-8", "surrogatepass")
        whole.update(len(data).to_bytes(8, "little") + data)
    return whole.hexdigest()
