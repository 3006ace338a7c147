"""The compiled engine: a model's loops as machine code (an `engine.targets.Evaluator`)."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cached_property

import numpy as np

from wellbeva.core.arrays import Floats, aligned
from wellbeva.engine.compiled import module_cache
from wellbeva.engine.compiled.plan_loops import Generated
from wellbeva.engine.lanes import LANE
from wellbeva.engine.reductions.replicates import Rows
from wellbeva.engine.targets import CopiedDraws, PackSampler, Sampler, Target
from wellbeva.plan.plan import Plan
from wellbeva.sampling.kernel_sampler import CompiledSampler
from wellbeva.sampling.sampler import Sampler as DesignSampler


class Compiled:
    """Evaluates the targets of a plan over lanes of draws.

    Threads may share it. The loops are written at once, and compiled, or loaded from the disk, at the first use.

    Parameters
    ----------
    plan : Plan
    wanted : sequence of Target
    fast : bool
        Allow the compiler to contract a multiplication and an addition into one rounding.
    generated : Generated, optional
        Its loops, if they are there already.

    Attributes
    ----------
    constant, rows, height
        As of `generated.Generated`.
    width : int
        Cells that are held for a whole pack.
    """

    def __init__(
        self, plan: Plan, wanted: Sequence[Target], *, fast: bool = False, generated: Generated | None = None
    ) -> None:
        self.generated = generated or Generated(plan, wanted, fast=fast)
        self._title = plan.title
        self.constant = self.generated.constant
        self.rows, self.height = self.generated.rows, self.generated.height
        self.width = self.height + len(plan.elements)
        self._code: module_cache.ModelCode | None = None
        self._lock = threading.Lock()

    @cached_property
    def _modules(self) -> module_cache.Modules:
        return module_cache.Modules(self.generated.loops)

    @property
    def name(self) -> str:
        """The name of the machine code, which that of another model of the same shape has too."""
        return self._modules.name

    @property
    def kept(self) -> bool:
        """Whether the machine code is on the disk."""
        return module_cache.kept(self._modules)

    def prepare(self) -> module_cache.ModelCode:
        """Compile the machine code, or load it from the disk; later calls return at once."""
        with self._lock:
            if self._code is None:
                self._code = module_cache.load(self._modules, self.generated.loops, title=self._title)
            return self._code

    def fill(self, x: Floats, y: Floats) -> None:
        """Evaluate the targets that vary.

        Parameters
        ----------
        x : array (lane, element, 512) [unit of each element]
        y : array (lane, row, 512) [unit of each target]
            Filled.
        """
        code, made = self._code or self.prepare(), self.generated
        scratch = aligned(made.loops.height * made.loops.stride)
        arrays = (x, y, made.data, made.element_rows, scratch)
        code.run(len(x), x.strides[0] // 8, y.strides[0] // 8, *(one.ctypes.data for one in arrays))

    def block(self, draws: Floats) -> dict[str, Floats]:
        """Evaluate the targets that vary, see `Blocked.block`.

        Parameters
        ----------
        draws : array (element, draw) [unit of each element]
            A multiple of 512.
        """
        elements, count = draws.shape
        x = np.ascontiguousarray(draws.reshape(elements, count // LANE, LANE).swapaxes(0, 1))
        y = np.empty((count // LANE, self.height, LANE))
        self.fill(x, y)
        found = y.swapaxes(0, 1).reshape(self.height, count)
        shapes = self.generated.shapes
        return {
            name: np.ascontiguousarray(found[first:stop].reshape(*shapes[name], count))
            for name, (first, stop) in self.rows.items()
        }


def contraction_gap(plan: Plan, wanted: Sequence[Target], draws: Floats) -> float:
    """Return the largest change that contraction makes to some draws, as a share of the largest value of its cell.

    Parameters
    ----------
    plan : Plan
    wanted : sequence of Target
    draws : array (element, draw) [unit of each element]
        A multiple of 512.
    """
    strict, fast = (Compiled(plan, wanted, fast=one).block(draws) for one in (False, True))
    gap = 0.0
    for name, exact in strict.items():
        finite = np.isfinite(exact) & np.isfinite(fast[name])
        held, other = np.where(finite, exact, 0.0), np.where(finite, fast[name], 0.0)
        size = np.abs(held).max(axis=-1, keepdims=True)
        gap = max(gap, float((np.abs(other - held) / np.where(size > 0, size, 1.0)).max(initial=0.0)))
    return gap


def filler(sampler: Sampler) -> PackSampler:
    """Return what fills packs with the draws of a sampler: by kernels those of a design, by itself supplied rows."""
    if isinstance(sampler, DesignSampler):
        return CompiledSampler(sampler)
    if isinstance(sampler, Rows):
        return sampler
    return CopiedDraws(sampler)
