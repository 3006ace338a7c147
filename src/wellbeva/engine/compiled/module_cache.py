"""Machine code of models: compiled, or taken from the disk, and shared as long as somebody holds it.

Its key is a hash of all that it depends on: LLVM's instructions, the processor and the version of LLVM. The loops lie
beside it as Python, to be read.
"""

from __future__ import annotations

import ctypes
import hashlib
import struct
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final
from weakref import WeakValueDictionary

from wellbeva.engine.compiled.model_loops import DRIVER, ModelLoops
from wellbeva.jit import cache_folder as files
from wellbeva.jit.object_code import LoadedCode, Processor, compile_module, processor, version

_CODE: Final = "code.kernel"
_LENGTH: Final = struct.Struct("<Q")
_ARGUMENTS: Final = (ctypes.c_int64,) * 3 + (ctypes.c_void_p,) * 5
_lock = threading.Lock()
_living: WeakValueDictionary[str, ModelCode] = WeakValueDictionary()


class Modules:
    """A model as modules of LLVM's for this processor.

    Parameters
    ----------
    loops : ModelLoops

    Attributes
    ----------
    target : Processor
    texts : list of str
    name : str
        Of its entry in the folder of kernels.
    """

    def __init__(self, loops: ModelLoops) -> None:
        self.target = processor()
        self.texts = loops.llvm(self.target.triple)
        whole = hashlib.sha256(repr((version(), self.target, self.texts)).encode())
        self.name = f"{files.MODEL}{whole.hexdigest()[:32]}"


class ModelCode:
    """Machine code of a model.

    Parameters
    ----------
    objects : sequence of bytes
    target : Processor

    Attributes
    ----------
    run : callable
        `model_loops.driver_of`, given addresses for arrays.
    """

    def __init__(self, objects: Sequence[bytes], target: Processor) -> None:
        self._loaded = LoadedCode(objects, target)
        self.run: Any = self._loaded.function(DRIVER, _ARGUMENTS)


def load(modules: Modules, loops: ModelLoops, *, title: str = "") -> ModelCode:
    """Return the machine code of a model.

    Parameters
    ----------
    modules : Modules
    loops : ModelLoops
        What the modules were made of.
    title : str
        What it is made for, shown by ``wellbeva cache``; any text. It changes nothing else, so that two scenarios of
        the same shape share their kernels.

    Returns
    -------
    ModelCode
        The same one as long as somebody holds it.
    """
    with _lock:
        code = _living.get(modules.name)
        if code is None:
            code = _living[modules.name] = ModelCode(_objects(modules, loops, title), modules.target)
    return code


def kept(modules: Modules) -> bool:
    """Whether machine code of a model is on the disk."""
    folder = files.place()
    return folder is not None and (folder / modules.name / _CODE).is_file()


def _objects(modules: Modules, loops: ModelLoops, title: str) -> list[bytes]:
    def compiled() -> bytes:
        objects = [compile_module(one, modules.target) for one in modules.texts]
        return b"".join(_LENGTH.pack(len(one)) + one for one in objects)

    payload = files.kept(modules.name, _CODE, modules.name, compiled)
    if (folder := files.place()) is not None:
        _show(folder / modules.name, loops, title)
    return _parted(payload)


def _parted(payload: bytes) -> list[bytes]:
    objects: list[bytes] = []
    place = 0
    while place < len(payload):
        (length,) = _LENGTH.unpack_from(payload, place)
        place += _LENGTH.size + length
        objects.append(payload[place - length : place])
    return objects


def _show(entry: Path, loops: ModelLoops, title: str) -> None:
    """Write the loops for people to read, unless they are there; they are never run from there."""
    told = "".join(one if one.isprintable() else "�" for one in " ".join(title.split()))
    source = loops.python()
    path = entry / files.SOURCE
    try:
        there = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        there = ""
    # A head that is not ours may name an encoding, which whoever opens the file would obey.
    if not there.startswith(files.HEAD) or not there.endswith(f"\n{source}"):
        files.keep(path, (files.HEAD + (f"# {told}\n" if told else "") + source).encode())
