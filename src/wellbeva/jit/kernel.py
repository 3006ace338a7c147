"""Kernels: functions written in Python that run as machine code, compiled when first called and kept on disk.

Each function, each set of types of its arguments and each processor has one file, whose name is a hash of all that the
code depends on and whose content is signed. Numba reads the functions (`numba_llvm`), but only where the disk has
nothing: a process that finds its kernels there never imports it. While a kernel runs, so do Python's other threads.
"""

from __future__ import annotations

import ctypes
import hashlib
import platform
import re
import struct
import sys
import threading
from collections.abc import Callable, Sequence
from functools import cache
from importlib.metadata import version as version_of
from pathlib import Path
from types import FunctionType
from typing import Any, Final, NamedTuple, TypeVar

import numpy as np

from wellbeva.jit import cache_folder as files
from wellbeva.jit.object_code import LoadedCode, compile_module, processor, version

ENTRY: Final = "kernel"
"""Name of the function in the machine code."""
_NUMBERS: Final[dict[type, str]] = {int: "q", bool: "?", np.uint64: "Q"}
_MAKERS: Final = ("numba", "numpy")
_STAMPED: Final = "__kernels__"
"""Where a module keeps the stamp of its kernels, with its loader: to make one takes longer than to load their code."""
_lock = threading.Lock()
Function = TypeVar("Function", bound=Callable[..., Any])


class Array(ctypes.Structure):
    """How an array lies in memory, as NumPy's C-API says (``PyArrayObject``); to ask for its address takes longer."""

    _fields_ = (
        ("head", ctypes.c_char * object.__basicsize__),
        ("data", ctypes.c_void_p),
        ("axes", ctypes.c_int),
        ("dimensions", ctypes.c_void_p),
        ("strides", ctypes.c_void_p),
        ("base", ctypes.c_void_p),
        ("dtype", ctypes.c_void_p),
        ("flags", ctypes.c_int),
    )


class Instruction(NamedTuple):
    """Something that Numba gives to kernels alone: `numba_llvm` has it under this name."""

    name: str


scratch: Final[Any] = Instruction("scratch")
"""``scratch(n, number)``: an array (n,) of numbers of a type, unwritten, in memory that ends with the kernel."""
product: Final[Any] = Instruction("product")
"""Both halves of the product of two words, high and low."""
ones: Final[Any] = Instruction("ones")
"""How many bits of a word are set."""
bits: Final[Any] = Instruction("bits")
"""The bits of a float as a word."""
float_of: Final[Any] = Instruction("float_of")
"""The float that has these bits."""
fma: Final[Any] = Instruction("fma")
"""A product and a sum, rounded once."""


class Part:
    """A function that kernels call; of `part`, it is written into each of them."""

    inline = True

    def __init__(self, function: Any) -> None:
        self.function: FunctionType = function


class Kernel(Part):
    """A function that Python calls, and other kernels.

    Its arguments are C-contiguous arrays (one that is written overlaps no other); numbers of Python and of
    type `np.uint64`; and tuples, which are constants of the code. It allocates nothing, raises nothing and returns
    nothing or an integer. What it uses is its module's own, or stands there by ``from … import …`` from the same
    package.

    Parameters
    ----------
    function : function
    """

    inline = False

    def __init__(self, function: Any) -> None:
        super().__init__(function)
        # at once, while the files are those that have been imported: somebody may be editing them
        module = function.__globals__
        if module.get(_STAMPED, (None, ""))[0] is not module["__loader__"]:  # each import of a module has its own
            module[_STAMPED] = module["__loader__"], _stamp(function.__module__, Path(function.__code__.co_filename))
        self._stamp: str = module[_STAMPED][1]
        self._loaded: dict[tuple[object, ...], tuple[Callable[..., bytes], Any, LoadedCode]] = {}

    def __call__(self, *arguments: Any) -> Any:
        """Run on arguments."""
        key: list[object] = []
        frame: list[int] = []
        for argument in arguments:
            if isinstance(argument, np.ndarray):
                key += argument.dtype.char, argument.ndim
                frame.append(id(argument))
            elif isinstance(argument, tuple):
                key.append(argument)
            else:
                key.append(type(argument))
                frame.append(argument)
        loaded = self._loaded.get(tuple(key))
        if loaded is None:
            with _lock:
                loaded = self._loaded.get(tuple(key)) or self._load(arguments)
                self._loaded[tuple(key)] = loaded
        pack, function, _ = loaded
        result = function(pack(*frame))
        if result < 0:
            raise ValueError(f"{self.function.__name__}() takes arrays that are C-contiguous")
        return result

    def _load(self, arguments: Sequence[Any]) -> tuple[Callable[..., bytes], Any, LoadedCode]:
        for argument in arguments:
            if isinstance(argument, np.ndarray) and Array.from_address(id(argument)).data != argument.ctypes.data:
                raise RuntimeError("arrays of NumPy are laid out in another way than its C-API says")
        kinds = [_kind(argument) for argument in arguments]
        pack = struct.Struct("".join("Q" if kind == "Q" else "q" for kind in kinds if kind[0] != "(")).pack
        code = LoadedCode([self._code(kinds)], processor())
        return pack, code.function(ENTRY, (ctypes.c_char_p,), ctypes.c_int64), code

    def _code(self, kinds: Sequence[str]) -> bytes:
        """Return the object code for arguments of these kinds, compiled or from the disk."""
        target = processor()
        key = _hash(self._stamp, self.function.__name__, *kinds, repr(target), version())
        module = re.sub(r"[^a-z0-9_.]", "_", self.function.__module__.removeprefix("wellbeva.").lower())

        def compiled() -> bytes:
            from wellbeva.jit import numba_llvm

            return compile_module(numba_llvm.llvm_of(self, kinds), target, complete=True)

        file = f"{self.function.__name__}-{key[:32]}.kernel"
        return files.kept(f"{module}-{self._stamp[:32]}", file, key, compiled)


def kernel(function: Function) -> Function:
    """Make a function a kernel: a decorator."""
    return Kernel(function)  # type: ignore[return-value]


def part(function: Function) -> Function:
    """Make a function a part of kernels: a decorator."""
    return Part(function)  # type: ignore[return-value]


def _kind(argument: Any) -> str:
    if isinstance(argument, np.ndarray):
        return f"{argument.dtype.char}{argument.ndim}"
    return repr(argument) if isinstance(argument, tuple) else _NUMBERS[type(argument)]


def _stamp(module: str, file: Path) -> str:
    """Return a hash of the versions of the tools, and of a module and all that it imports from its package."""
    root = file.parents[module.count(".")]
    texts: dict[str, str] = {}
    waiting, known = [file.relative_to(root).as_posix()], set[str]()
    while waiting:
        name = waiting.pop()
        path = root / name
        if path.is_file():
            texts[name], imported = _text(path, path.stat().st_mtime_ns, module.partition(".")[0])
            waiting += imported - known
            known |= imported
    contents = (text for name in sorted(texts) for text in (name, texts[name]))
    return _hash(platform.python_version(), sys.implementation.cache_tag or "", *_versions(), module, *contents)


@cache
def _versions() -> tuple[str, ...]:
    return tuple(version_of(maker) for maker in _MAKERS)


@cache
def _text(path: Path, _written: int, package: str) -> tuple[str, set[str]]:
    """Return the text of a file, and the files that may hold its imports from its package."""
    text = path.read_text(encoding="utf-8")
    imported: set[str] = set()
    for module, names in re.findall(rf"^\s*from ({package}[\w.]*) import (\([^)]*\)|[^\n]*)", text, re.MULTILINE):
        place = module.replace(".", "/")
        imported |= {f"{place}.py", f"{place}/__init__.py"}
        imported |= {f"{place}/{name}.py" for name in re.findall(r"\w+", names)}
    return text, imported


def _hash(*texts: str) -> str:
    digest = hashlib.sha256()
    for text in texts:
        data = text.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "little") + data)
    return digest.hexdigest()
