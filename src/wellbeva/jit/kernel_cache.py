"""Machine code of kernels kept on disk, so that a second process need not compile.

Numba has a cache of its own, ``cache=True``. It writes into the installed package (or fails to be imported where it
cannot), raises what `pickle` makes of a damaged file, ends a run when the disk is full, forgets that a constant or a
function of another module has changed, and its index can name another process's code when two add signatures at once.
Here each function, signature and processor has one file, whose name is a hash of all that the code depends on and whose
content is checked before it is loaded. Numba's own settings and other people's functions are not touched.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import pickle
import platform
import re
import sys
import threading
import types
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Final

import llvmlite
import numba
import numpy as np
from numba.core import compiler, config, serialize, sigutils
from numba.core.caching import _Cache
from numba.core.dispatcher import Dispatcher

from wellbeva.jit import cache_folder as files

__all__ = ["keep", "keep_module", "stamp"]

FORMAT: Final = b"wellbeva kernel 2\n"
_OPTIONS: Final = ("OPT", "LOOP_VECTORIZE", "SLP_VECTORIZE", "BOUNDSCHECK", "DEBUGINFO_DEFAULT", "DISABLE_INTEL_SVML")
"""Settings of Numba that change the code it makes; the processor is in the key anyway."""
_HANDS: Final = ("numba.core", "numba.extending", "llvmlite")
"""What a file imports that has a hand in compiling: intrinsics and pipelines, which no kernel's own code shows."""
_IMPORT: Final = re.compile(r"^\s*from (wellbeva[\w.]*) import (\([^)]*\)|[^\n]*)", re.MULTILINE)
_PLAIN: Final = (bool, int, float, complex, str, bytes, type(None), np.generic)

_AT_MOST: Final = 64
_importable: Final[OrderedDict[str, types.ModuleType]] = OrderedDict()
_lock: Final = threading.Lock()


def keep(namespace: Mapping[str, object]) -> None:
    """Keep the kernels of a module of wellbeva: ``keep(globals())`` on its last line.

    The functions are decorated without ``cache=True``.

    Parameters
    ----------
    namespace : mapping
        The module's globals; functions that it has imported are left to their own module.
    """
    module = str(namespace["__name__"])
    plain = re.sub(r"[^a-z0-9_.]", "_", module.removeprefix("wellbeva.").lower())
    name = f"{plain}-{_hash(stamp(), module)[:32]}"
    for one in namespace.values():
        _keep(one, module, _Entry(name))


def keep_module(module: types.ModuleType, name: str) -> None:
    """Keep the kernels of a generated module that Python could not import again.

    Parameters
    ----------
    module : module
    name : str
        Of its entry in the folder of kernels.
    """
    for one in vars(module).values():
        _keep(one, module.__name__, _Entry(name, module))


def _keep(value: Any, module: str, entry: _Entry) -> None:
    if isinstance(value, Dispatcher) and value.py_func.__module__ == module:
        dispatcher: Any = value
        dispatcher._cache = _Kept(value, entry)


@lru_cache(maxsize=1)
def stamp() -> str:
    """Return a hash of the versions of the tools and of the files of wellbeva that have a hand in compiling."""
    told = [sys.implementation.cache_tag or "", platform.python_version()]
    told += [numba.__version__, llvmlite.__version__, np.__version__]
    for file, text in sorted(_compiler_sources().items()):
        told += [str(file), text]
    return _hash(*told)


def _compiler_sources() -> dict[Path, str]:
    """Return the files of wellbeva that have a hand in compiling, and those that they import."""
    root = Path(__file__).parents[2]
    found: dict[Path, str] = {}
    for folder in ("engine", "jit", "sampling"):
        for file in (root / "wellbeva" / folder).rglob("*.py"):
            text = file.read_text(encoding="utf-8")
            if any(hand in text for hand in _HANDS):
                found[file.relative_to(root)] = text
    waiting = list(found.values())
    while waiting:
        for module, names in _IMPORT.findall(waiting.pop()):
            place = Path(*module.split("."))
            inside = [place / f"{one}.py" for one in re.findall(r"\w+", names)]
            for file in (place.with_suffix(".py"), place / "__init__.py", *inside):
                if file not in found and (root / file).is_file():
                    found[file] = (root / file).read_text(encoding="utf-8")
                    waiting.append(found[file])
    return found


@dataclass(frozen=True, slots=True)
class _Entry:
    """Where a module's kernels lie, and the module itself if Python could not import it."""

    name: str
    module: types.ModuleType | None = None

    def import_it(self) -> None:
        """Let Numba find a generated module by its name, where it looks for the globals of a function.

        Only the last ones stay there, or a process that meets many models would never let one go.
        """
        if self.module is None:
            return
        name = self.module.__name__
        with _lock:
            _importable.pop(name, None)
            _importable[name] = sys.modules[name] = self.module
            while len(_importable) > _AT_MOST:
                sys.modules.pop(_importable.popitem(last=False)[0], None)


class _Kept(_Cache):
    """Where a function's machine code is looked for before it is compiled, and put afterwards.

    It stands in a dispatcher's `_cache`, whose methods Numba calls under its one lock for compiling.
    """

    def __init__(self, dispatcher: Any, entry: _Entry) -> None:
        self._dispatcher = dispatcher
        self._entry = entry
        self._enabled = True

    @property
    def cache_path(self) -> str | None:
        folder = files.place()
        return None if folder is None else str(folder / self._entry.name)

    def enable(self) -> None:
        self._enabled = True

    def disable(self) -> None:
        self._enabled = False

    def flush(self) -> None:
        """Remove what is kept of the whole module."""
        folder = files.place()
        if folder is not None:
            files.remove(folder, self._entry.name)

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return machine code for a signature, or None if there is none that is whole and of this version."""
        target_context.refresh()
        self._entry.import_it()  # for compiling too, which follows if there is nothing to load
        key = self._key(sig, target_context.codegen())
        path = self._path(key)
        payload = None if path is None else _read(path, key)
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
        if path is None:
            return
        dumps: Any = serialize.dumps
        payload: bytes = dumps(data._reduce())
        try:
            files.write(path, FORMAT + _digest(key, payload) + payload)
            files.touch(path.parent)
            files.trim(path.parents[1], len(payload))
        except OSError as error:
            files.note(files.not_kept(error, path.parents[1]))

    def _path(self, key: str) -> Path | None:
        folder = files.place() if self._enabled else None
        if folder is None:
            return None
        plain = re.sub(r"[^A-Za-z0-9_]", "_", self._dispatcher.py_func.__name__)[:60]
        return folder / self._entry.name / f"{plain}-{key[:32]}.kernel"

    def _key(self, sig: Any, codegen: Any) -> str:
        normalize: Any = sigutils.normalize_signature
        arguments, returned = normalize(sig)
        options = [f"{option}={getattr(config, option, None)}" for option in _OPTIONS]
        types_told = [str(argument) for argument in (*arguments, returned)]
        return _hash(stamp(), self._meaning, *types_told, *map(str, codegen.magic_tuple()), *options)

    @cached_property
    def _meaning(self) -> str:
        return _hash(*_meanings(self._dispatcher, set()))


def _meanings(dispatcher: Any, seen: set[int]) -> Iterator[str]:
    """Yield all that a function's machine code follows from: its own, and that of the functions it calls."""
    if id(dispatcher) in seen:
        return
    seen.add(id(dispatcher))
    function = dispatcher.py_func
    yield f"{function.__module__}.{function.__qualname__} {dispatcher._compiler.pipeline_class.__qualname__}"
    for option, value in sorted(dispatcher.targetoptions.items()):
        yield f"{option}={sorted(value) if isinstance(value, set) else value}"
    # in kernels of `engine.compiled.llvm_emitter` annotations are types
    yield from (f"{name}: {kind}" for name, kind in function.__annotations__.items() if isinstance(kind, str))
    yield from _key_of_global(function.__defaults__, seen)
    for cell in function.__closure__ or ():
        yield from _key_of_global(cell.cell_contents, seen)
    yield from _code(function.__code__, function.__globals__, seen)


def _code(code: types.CodeType, names: Mapping[str, object], seen: set[int]) -> Iterator[str]:
    yield code.co_code.hex()
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _code(constant, names, seen)
        else:
            yield from _key_of_global(constant, seen)
    for name in code.co_names:
        yield name
        value = names.get(name)
        yield from _key_of_global(value, seen)
        if isinstance(value, types.ModuleType) and value.__name__.startswith("wellbeva."):
            # `module.NAME`: the attribute stands among the names too.
            for other in code.co_names:
                yield from _key_of_global(vars(value).get(other), seen)


def _key_of_global(value: object, seen: set[int]) -> Iterator[str]:
    """Yield what a name stands for: a function, or a constant that is frozen into the code."""
    if isinstance(value, Dispatcher):
        yield from _meanings(value, seen)
    elif isinstance(value, np.ndarray):
        yield f"{value.dtype} {value.shape} {hashlib.sha256(value.tobytes()).hexdigest()}"
    elif isinstance(value, tuple):
        for one in value:
            yield from _key_of_global(one, seen)
    elif isinstance(value, _PLAIN):
        yield repr(value)


def _read(path: Path, key: str) -> bytes | None:
    """Return what a file holds; None if it is not there, not signed by this user, or not whole."""
    try:
        with path.open("rb") as file:
            mine = files.is_mine(os.fstat(file.fileno()))
            text = file.read() if mine else b""
    except OSError:
        return None
    start = len(FORMAT) + 32
    payload = text[start:]
    mine = text.startswith(FORMAT) and hmac.compare_digest(text[len(FORMAT) : start], _digest(key, payload))
    return payload if mine else None


def _digest(key: str, payload: bytes) -> bytes:
    """Return what only this user can have written before a payload: it is run as code."""
    return hashlib.blake2b(key.encode() + payload, key=files.secret(), digest_size=32).digest()


def _hash(*texts: str) -> str:
    whole = hashlib.sha256()
    for text in texts:
        data = text.encode("utf-8", "surrogatepass")
        whole.update(len(data).to_bytes(8, "little") + data)
    return whole.hexdigest()
