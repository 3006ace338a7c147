"""From LLVM's instructions to machine code for a processor, by llvmlite's public interface."""

from __future__ import annotations

import ctypes
import os
import platform
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, Final, NamedTuple

import llvmlite
import llvmlite.binding as llvm

_SPEED: Final = 3
_LIBRARY: Final = ("sqrt",)
"""Functions of C that LLVM calls on some processors, and finds in every process."""
_X86: Final = ("x86_64", "amd64", "i386", "i686")


class Processor(NamedTuple):
    """What machine code is made for, in LLVM's words.

    Parameters
    ----------
    triple, name, features : str
    """

    triple: str
    name: str
    features: str

    @property
    def has_fma(self) -> bool:
        """Whether machine code may use a fused multiply-add of the processor.

        Without one the elementary functions give the same bits, but call a library routine for each step.
        """
        if platform.machine().lower() in _X86:
            return "+fma" in self.features.split(",")
        return platform.machine().lower() in ("aarch64", "arm64", "ppc64le")


def processor() -> Processor:
    """Return this processor, or the one that Numba's settings name (NUMBA_CPU_NAME, NUMBA_CPU_FEATURES)."""
    return _processor(os.environ.get("NUMBA_CPU_NAME", ""), os.environ.get("NUMBA_CPU_FEATURES"))


@cache
def _processor(name: str, features: str | None) -> Processor:
    if features is None and name.lower() != "generic":
        features = llvm.get_host_cpu_features().flatten()
    return Processor(llvm.get_process_triple(), name or llvm.get_host_cpu_name(), features or "")


def version() -> str:
    """Return what machine code depends on besides the instructions and the processor."""
    return f"{llvmlite.__version__} {llvm.llvm_version_info} {_SPEED}"


def optimise(text: str, machine: llvm.TargetMachine) -> llvm.ModuleRef:
    """Return a module of LLVM's after all its passes.

    Parameters
    ----------
    text : str
        The module in LLVM's assembly language.
    machine : llvmlite.binding.TargetMachine
        The passes tune for it.

    Raises
    ------
    RuntimeError
        If LLVM cannot read the module, or finds it wrong.
    """
    module = llvm.parse_assembly(text)
    module.data_layout = str(machine.target_data)
    module.verify()
    tuning = llvm.create_pipeline_tuning_options(speed_level=_SPEED)
    tuning.loop_vectorization, tuning.slp_vectorization = True, False
    builder = llvm.create_pass_builder(machine, tuning)
    builder.getModulePassManager().run(module, builder)
    return module


def compile_module(text: str, target: Processor, *, complete: bool = False) -> bytes:
    """Compile a module of LLVM's and return its object code.

    Parameters
    ----------
    text : str
        It contains the target's triple.
    target : Processor
    complete : bool
        Whether it must contain all that it needs, except for C's library.

    Raises
    ------
    RuntimeError
        If it needs more: LLVM would end the process that loads it.
    """
    machine = target_machine(target)
    module = optimise(text, machine)
    needed = [each.name for each in (*module.functions, *module.global_variables) if each.is_declaration]
    outside = [name for name in needed if not name.startswith("llvm.") and name not in _LIBRARY]
    if complete and outside:
        raise RuntimeError(f"machine code that needs {', '.join(outside)}")
    code: bytes = machine.emit_object(module)
    return code


class LoadedCode:
    """Object code in memory, for as long as this lives.

    Parameters
    ----------
    objects : sequence of bytes
        They may call each other.
    target : Processor
    """

    def __init__(self, objects: Iterable[bytes], target: Processor) -> None:
        self._engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), target_machine(target))
        for code in objects:
            self._engine.add_object_file(llvm.ObjectFileRef.from_data(code))
        self._engine.finalize_object()

    def function(self, name: str, arguments: Sequence[type], result: type | None = None) -> Any:
        """Return a function that Python can call.

        Other threads of Python run meanwhile.

        Parameters
        ----------
        name : str
            Of a function in the object code.
        arguments : sequence of type
            Types of `ctypes`, in the order of the function's arguments.
        result : type, optional
            Likewise; a function that gives nothing has none.
        """
        return ctypes.CFUNCTYPE(result, *arguments)(self._engine.get_function_address(name))


def target_machine(target: Processor) -> llvm.TargetMachine:
    """Return what LLVM compiles for a processor with."""
    _initialise()
    return llvm.Target.from_triple(target.triple).create_target_machine(
        cpu=target.name,
        features=target.features,
        opt=_SPEED,
        reloc="static" if platform.machine().lower() in _X86 else "default",
        codemodel="jitdefault",
        jit=True,
    )


@cache
def _initialise() -> None:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
