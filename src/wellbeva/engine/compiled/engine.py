"""The compiled engine: generated source turned into machine code by Numba (an `engine.targets.Evaluator`)."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np

from wellbeva.engine.arrays.named import Floats
from wellbeva.engine.compiled import module_cache
from wellbeva.engine.compiled.driver import CompiledModel
from wellbeva.engine.compiled.plan_source import Generated
from wellbeva.engine.lanes import LANE
from wellbeva.engine.reductions.replicates import Rows
from wellbeva.engine.targets import CopiedDraws, PackSampler, Sampler, Target, targets
from wellbeva.plan.plan import Plan
from wellbeva.sampling.kernel_sampler import CompiledSampler
from wellbeva.sampling.sampler import Sampler as DesignSampler


class Compiled:
    """Evaluates the targets of a plan over lanes of draws.

    Threads may share it. The source is generated at once, and compiled, or loaded from the disk, at the first use.

    Parameters
    ----------
    plan : Plan
    wanted : sequence of Target
    fast : bool
        Allow the compiler to contract a multiplication and an addition into one rounding.
    generated : Generated, optional
        Its source, if that is there already.

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
        self._parts: CompiledModel | None = None
        self._lock = threading.Lock()

    @property
    def source(self) -> str:
        """The source of the model."""
        return self.generated.source.text

    @property
    def kept(self) -> bool:
        """Whether the machine code is on the disk."""
        return module_cache.kept(self.source)

    def prepare(self) -> CompiledModel:
        """Compile the machine code, or load it from the disk; later calls return at once."""
        with self._lock:
            if self._parts is None:
                module = module_cache.load(self.source, title=self._title)
                self._parts = CompiledModel(module.PARTS, self.generated.source)
            return self._parts

    def fill(self, x: Floats, y: Floats) -> None:
        """Evaluate the targets that vary.

        Parameters
        ----------
        x : array (lane, element, 512)
        y : array (lane, row, 512)
            Filled.
        """
        parts = self._parts or self.prepare()
        parts.run(x, y, self.generated.data, self.generated.element_rows)

    def block(self, draws: Floats) -> dict[str, Floats]:
        """Evaluate the targets that vary, see `Blocked.block`.

        Parameters
        ----------
        draws : array (element, draw)
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
    draws : array (element, draw)
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


def warm(plan: Plan) -> None:
    """Compile the model of a plan, or load it from the disk, so that later runs need not wait."""
    evaluator = Compiled(plan, targets(plan))
    evaluator.fill(np.zeros((1, len(plan.elements), LANE)), np.empty((1, evaluator.height, LANE)))
