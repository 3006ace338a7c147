"""Telling LLVM that the arrays a kernel is given never overlap, so that it need not check before it vectorises."""

from __future__ import annotations

from typing import Any

from numba.core.compiler import CompilerBase, DefaultPassBuilder


class Apart(CompilerBase):
    """A Numba pipeline whose array arguments are ``noalias``: ``@njit(pipeline_class=Apart)``.

    A loop over some ten rows is left scalar without it: LLVM would have to compare each written row with each other
    one and gives up. Only for kernels whose arguments are different memory, whatever they are called with.
    """

    def define_pipelines(self) -> list[object]:
        """Return Numba's own pipeline, told what the class says."""
        builder: Any = DefaultPassBuilder
        self.state.flags.noalias = True
        return [builder.define_nopython_pipeline(self.state)]
