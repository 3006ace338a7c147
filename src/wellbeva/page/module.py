"""A model's loops as a WebAssembly module, without a linker.

What LLVM emits for `wasm32` is a module that imports its memory and exports nothing. While its code refers to nothing
outside itself (one function, everything inlined, no tables) it needs no linker: its custom sections are dropped and one
that exports the function is put in.

WebAssembly has no fused multiplication and addition. Elementary functions use them, so that a page takes a product and
a sum instead, and its numbers may differ from a run's by some units in the last place.

References
----------
WebAssembly Core Specification 2.0 (W3C, 2022), section 5.5 (modules in binary).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Final

import llvmlite.binding as llvm

from wellbeva.engine.compiled.model_loops import DRIVER, ModelLoops
from wellbeva.jit import cache_folder
from wellbeva.jit.object_code import optimise, version

TRIPLE: Final = "wasm32-unknown-unknown"
VECTORS: Final = "+simd128"
_CUSTOM, _IMPORT, _EXPORT = 0, 2, 7
_RELOCATED: Final = b"reloc.CODE"
_FUSED: Final = "llvm.fma.f64"
_UNFUSED: Final = """define double @unfused(double %a, double %b, double %c) alwaysinline nounwind {
%product = fmul double %a, %b
%sum = fadd double %product, %c
ret double %sum
}
"""


class NotAModuleError(Exception):
    """The loops need what a module of one function does not have; the message is a part of a sentence."""


def module_bytes(loops: ModelLoops, features: str = VECTORS) -> bytes:
    """Return a module that exports ``model`` (`model_loops.driver_of`) and imports ``env.__linear_memory``.

    It is kept on disk, beside the kernels and signed like these.

    Parameters
    ----------
    loops : ModelLoops
    features : str
        Of the target, in LLVM's words; empty for a browser without vectors.

    Raises
    ------
    NotAModuleError
    """
    texts = loops.llvm(TRIPLE)
    made_of = hashlib.sha256(repr((version(), Path(__file__).read_bytes(), features, texts)).encode()).hexdigest()
    return cache_folder.kept(f"page-{made_of[:32]}", "module.wasm", made_of, lambda: _compiled(texts, features))


def _compiled(texts: Sequence[str], features: str) -> bytes:
    _initialise()
    machine = llvm.Target.from_triple(TRIPLE).create_target_machine(features=features, opt=3)
    whole = llvm.parse_assembly(f'target triple = "{TRIPLE}"\n{_UNFUSED}')
    for text in texts:
        whole.link_in(llvm.parse_assembly(_alone(text)))
    return _exporting(machine.emit_object(optimise(_inlined(whole), machine)))


def _alone(text: str) -> str:
    """Let a function be a part of its caller, and call nothing of C's library: neither fused operations nor copies."""
    text = text.replace(f'"{_FUSED}"', "unfused").replace(_FUSED, "unfused")
    text = re.sub(r"^(define void @part.*\)) nounwind", r"\1 alwaysinline nounwind", text, flags=re.MULTILINE)
    return text.replace(" nounwind", ' nounwind "no-builtins"')


def _inlined(whole: llvm.ModuleRef) -> str:
    """Make every function but the driver one that nobody else calls, so that it is dropped once it is inlined."""
    return re.sub(r"^define (?=void @part|double @unfused)", "define internal ", str(whole), flags=re.MULTILINE)


def _exporting(emitted: bytes) -> bytes:
    """Return the emitted module with its function exported and its custom sections left out."""
    if _RELOCATED in emitted:
        raise NotAModuleError("its equations need a function that a page does not have")
    kept = [(kind, body) for kind, body in _sections(emitted) if kind != _CUSTOM]
    if next(body for kind, body in kept if kind == _IMPORT)[0] != 1:
        raise NotAModuleError("its equations need a function that a page does not have")
    name = DRIVER.encode()
    export = bytes([1, len(name)]) + name + b"\0\0"  # one export, a function, the first: none is imported
    at = next(place for place, (kind, _) in enumerate(kept) if kind > _EXPORT)
    kept.insert(at, (_EXPORT, export))
    return emitted[:8] + b"".join(bytes([kind]) + _leb128(len(body)) + body for kind, body in kept)


def _sections(module: bytes) -> Iterator[tuple[int, bytes]]:
    place = 8
    while place < len(module):
        kind = module[place]
        size, place = _number(module, place + 1)
        yield kind, module[place : place + size]
        place += size


def _number(data: bytes, place: int) -> tuple[int, int]:
    """Read an unsigned number (LEB128), and where it ends."""
    value = shift = 0
    while True:
        byte = data[place]
        value |= (byte & 0x7F) << shift
        place, shift = place + 1, shift + 7
        if byte < 0x80:
            return value, place


def _leb128(value: int) -> bytes:
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


@cache
def _initialise() -> None:
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
