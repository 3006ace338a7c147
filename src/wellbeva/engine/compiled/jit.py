"""From generated source to machine code that Numba holds and the driver calls by its address.

Numba's part is LLVM's passes, with the settings that all kernels have, and the keeping of machine code on the disk
(`jit.kernel_cache`). What it would do before is done by `llvm_emitter`.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import FunctionType
from typing import Any, Final

from llvmlite import ir
from numba import types
from numba.core import compiler, compiler_machinery, environment, funcdesc

from wellbeva.engine.compiled.llvm_emitter import LlvmEmitter, definition
from wellbeva.engine.compiled.module_source import FIRST
from wellbeva.engine.compiled.vector.values import DOUBLE, WORD

_REALS: Final = DOUBLE.as_pointer()
_WHOLES: Final = WORD.as_pointer()
ENTRY: Final = ir.FunctionType(ir.VoidType(), [WORD, _REALS, _REALS, _REALS, _WHOLES, _REALS, _WHOLES, WORD])
"""What stands at a function's address: time, x, y, data, rows; scratch, which rows of it, and how long a row is."""
WIDE: Final = '"prefer-vector-width"="512"'
"""LLVM keeps to vectors of four on processors whose first generation slowed down for eight; see `jit.noalias`."""


_described: Any = funcdesc.FunctionDescriptor
_environment: Any = environment.Environment.from_fndesc
_result: Any = compiler.compile_result


class LlvmJit(compiler.CompilerBase):
    """A Numba pipeline of this front end: ``@njit(pipeline_class=LlvmJit)``.

    The function is given a whole number, four pointers and then rows of scratch, as many as it likes, and returns
    nothing; all pointers are ``noalias``. What stands at its address is of type `ENTRY`, the same for all: it finds
    the rows. So the driver has one call for all functions, and no compiled code can call one in another way.
    """

    def define_pipelines(self) -> list[object]:
        """Return the one pass there is."""
        make: Any = compiler_machinery.PassManager
        passes = make("straight")
        passes.add_pass(_Written, "from source to machine code")
        passes.finalize()
        return [passes]


class _Written(compiler_machinery.AnalysisPass):
    _name = "wellbeva_written"

    def __init__(self) -> None:
        """Do nothing: Numba's own is abstract."""

    def run_pass(self, state: Any) -> bool:
        function, context = state.func_id.func, state.targetctx
        library = context.codegen().create_library(state.func_id.func_qualname)
        library.enable_object_caching()
        described = _described(
            native=True,
            modname=state.func_id.modname,
            qualname=state.func_id.func_qualname,
            unique_name=state.func_id.unique_name,
            doc=None,
            typemap=None,
            restype=types.none,
            calltypes=None,
            args=state.func_id.arg_names,
            kws=(),
            mangler=context.mangler,
            argtypes=tuple(state.args),
            noalias=True,
            uid=state.func_id.unique_id,
        )
        module = library.create_ir_module(described.unique_name)
        flags = tuple(state.flags.fastmath.flags) if state.flags.fastmath else ()
        _write_entry(module, described.llvm_func_name, _written(module, function, flags))
        # Numba writes the address of a function's environment into it, and would write to nowhere
        context.declare_env_global(module, context.get_env_name(described))
        library.add_ir_module(module)
        held = _environment(described)
        state.cr = _result(
            typing_context=state.typingctx,
            target_context=context,
            entry_point=context.get_executable(library, described, held),
            typing_error=None,
            type_annotation=None,
            library=library,
            call_helper=None,
            signature=types.void(*described.argtypes),
            objectmode=False,
            lifted=(),
            fndesc=described,
            environment=held,
            metadata=state.metadata,
            reload_init=[],
        )
        return True


_register: Any = compiler_machinery.register_pass
_register(mutates_CFG=False, analysis_only=True)(_Written)


def _written(module: ir.Module, function: FunctionType, flags: Sequence[str]) -> ir.Function:
    """Write the function itself."""
    tree = definition(function)
    rows = len(tree.args.args) - len(FIRST)
    kind = ir.FunctionType(ir.VoidType(), [*ENTRY.args[: len(FIRST)], *[DOUBLE.as_pointer()] * rows])
    written = ir.Function(module, kind, function.__name__)
    written.linkage = "internal"
    # not a part of its entry, where its pointers would no more be parameters of which LLVM knows that they are apart
    written.attributes.add("noinline")
    written.attributes.add("nounwind")
    # llvmlite knows no attributes with values, and writes what stands in the set
    set.add(written.attributes, WIDE)
    for one in written.args[1:]:
        one.add_attribute("noalias")

    def leave(builder: ir.IRBuilder, _value: ir.Value | None) -> None:
        builder.ret_void()

    LlvmEmitter(written, tree, function.__globals__, given=written.args, flags=flags, leave=leave)
    return written


def _write_entry(module: ir.Module, name: str, written: ir.Function) -> None:
    """Write what the driver calls."""
    entry = ir.Function(module, ENTRY, name)
    builder = ir.IRBuilder(entry.append_basic_block())
    *first, scratch, starts, stride = entry.args
    given = list(first)
    for number in range(len(written.args) - len(FIRST)):
        row = builder.load(builder.gep(starts, [ir.Constant(WORD, number)]))
        given.append(builder.gep(scratch, [builder.mul(row, stride)]))
    builder.call(written, given)
    builder.ret_void()
