"""Targets, the values that a run evaluates in each draw, and the interfaces of evaluators and samplers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from wellbeva.core.arrays import Floats
from wellbeva.engine.arrays.named import NamedArray, drop, spread
from wellbeva.engine.reference.interpreter import Interpreter
from wellbeva.engine.reference.ratios_of_means import mean_operands
from wellbeva.engine.reference.stages import mean_names, on_means
from wellbeva.language.ir import Node, Ref
from wellbeva.plan.plan import Plan

Number = TypeVar("Number", bound=np.generic)


@dataclass(frozen=True, slots=True)
class Target:
    """One thing that is evaluated in each draw.

    Parameters
    ----------
    name : str
        An outcome, ``decision.effect``, ``decision.cost``, ``decision.net_cost``, ``mean.<equation>.<k>`` or
        ``check.<k>``.
    node : Node
    axes : tuple of str
        Without ``draw``.
    role : {"outcome", "decision", "mean", "check"}
    """

    name: str
    node: Node
    axes: tuple[str, ...]
    role: Literal["outcome", "decision", "mean", "check"]


class Evaluator(Protocol):
    """Evaluates all targets of a plan, over packs of lanes.

    Attributes
    ----------
    constant : mapping of target to array over its axes
        Those that no uncertain input reaches.
    rows : mapping of target to (int, int)
        First row of each of the others, and the one after its last; its cells in order. Two may have the same rows.
    height : int
        Rows in all.
    width : int
        Cells of the widest thing that is held while a pack is evaluated.
    """

    constant: dict[str, Floats]
    rows: dict[str, tuple[int, int]]
    height: int
    width: int

    def fill(self, x: Floats, y: Floats) -> None:
        """Evaluate the draws of some lanes.

        Parameters
        ----------
        x : array (lane, element, 512) [unit of each element]
            The draws.
        y : array (lane, row, 512) [unit of each target]
            Filled; `rows` says which are whose.
        """
        ...


class Sampler(Protocol):
    """Gives draws by index; safe to call from several threads."""

    def block(self, randomisation: int, start: int, count: int) -> Floats:
        """Return draws `start` to `start + count - 1` of a randomisation.

        Parameters
        ----------
        randomisation : int
            From 0.
        start, count : int
            Draws within the randomisation; multiples of 512.

        Returns
        -------
        array (element, draw) [unit of each element]
        """
        ...


class PackSampler(Protocol):
    """A sampler that fills packs; safe to call from several threads."""

    def fill(self, randomisation: int, start: int, x: Floats) -> None:
        """Fill lanes with the draws of a randomisation.

        Parameters
        ----------
        randomisation : int
            From 0.
        start : int
            Draw within the randomisation with which the first lane begins, a multiple of 512.
        x : array (lane, element, 512) [unit of each element]
            Filled.
        """
        ...


class CopiedDraws:
    """The draws of any sampler, copied into packs.

    Parameters
    ----------
    sampler : Sampler
    """

    def __init__(self, sampler: Sampler) -> None:
        self._sampler = sampler

    def fill(self, randomisation: int, start: int, x: Floats) -> None:
        """Fill lanes with the draws of a randomisation.

        Parameters
        ----------
        randomisation, start, x
            As `PackSampler.fill`.
        """
        copy_rows(self._sampler.block(randomisation, start, x.shape[0] * x.shape[2]), x)


def copy_rows(values: Floats, pack: Floats) -> None:
    """Copy values of neighbouring draws into rows of a pack.

    Parameters
    ----------
    values : array (*axes, draw) [any unit]
    pack : array (lane, row, 512) [unit of the values]
        Filled; as many rows as the axes have cells.
    """
    lanes, rows, width = pack.shape
    pack[...] = values.reshape(rows, lanes, width).swapaxes(0, 1)


def row_draws(pack: npt.NDArray[Number]) -> npt.NDArray[Number]:
    """Return the draws of a pack (lane, row, 512) as array (row, draw); no copy where lanes of a row are neighbours."""
    lanes, rows, width = pack.shape
    return pack.swapaxes(0, 1).reshape(rows, lanes * width)


def targets(plan: Plan) -> list[Target]:
    """Return what a run of the plan evaluates in each draw, each once."""
    means = mean_names(plan)
    found: list[Target] = []
    for name in plan.outcomes:
        if name not in means:
            node = plan.equation(name).expression
            axes = drop(node.axes, "draw")
            found.append(Target(name, Ref(name=name, axes=node.axes, unit=node.unit), axes, "outcome"))
    if plan.decision is not None:
        found += [Target(name, node, drop(node.axes, "draw"), "decision") for name, node in plan.decision.parts.items()]
    found += [Target(name, node, drop(node.axes, "draw"), "mean") for name, node in mean_operands(plan)]
    for index, check in enumerate(plan.checks):
        if not on_means(check.expression, means):
            axes = drop(check.expression.axes, "draw")
            found.append(Target(f"check.{index}", check.expression, axes, "check"))
    return found


class ReferenceBlocks:
    """The reference engine as an `Evaluator`: the whole tree walk for every block.

    Parameters
    ----------
    plan : Plan
    wanted : sequence of Target
    """

    def __init__(self, plan: Plan, wanted: Sequence[Target]) -> None:
        self.plan = plan
        self.wanted = wanted
        self.width = max((parameter.values.size for parameter in plan.parameters), default=1)
        base = self._walk({}, 1)
        self.constant = {
            name: value.array for name, value in base.items() if "draw" not in value.axes or not plan.elements
        }
        self.rows: dict[str, tuple[int, int]] = {}
        self.height = 0
        for one in wanted:
            if one.name not in self.constant:
                first, self.height = self.height, self.height + math.prod(len(plan.axes[axis]) for axis in one.axes)
                self.rows[one.name] = (first, self.height)

    def _walk(self, draws: Mapping[int, Floats], count: int) -> dict[str, NamedArray]:
        drawn = draws or {index: np.array([element.base]) for index, element in enumerate(self.plan.elements)}
        walk = Interpreter(self.plan, draws=drawn, count=count, replace={})
        walk.run()
        return {one.name: self._whole(walk.node(one.node), one.axes) for one in self.wanted}

    def _whole(self, value: NamedArray, axes: tuple[str, ...]) -> NamedArray:
        wanted = ("draw", *axes) if "draw" in value.axes else axes
        lengths = {name: len(axis) for name, axis in self.plan.axes.items()}
        if "draw" in value.axes:
            lengths["draw"] = value.array.shape[0]
        return spread(value, wanted, lengths)

    def fill(self, x: Floats, y: Floats) -> None:
        """Evaluate the targets that vary.

        Parameters
        ----------
        x, y
            As `Evaluator.fill`.
        """
        for name, values in self.block(row_draws(x)).items():
            copy_rows(values, y[:, slice(*self.rows[name])])

    def block(self, draws: Floats) -> dict[str, Floats]:
        """Evaluate the targets that vary.

        Parameters
        ----------
        draws : array (element, draw) [unit of each element]

        Returns
        -------
        dict of target to array (*axes, draw) [unit of each target]
            C-contiguous.
        """
        values = self._walk(dict(enumerate(draws)), draws.shape[1])
        return {
            name: np.ascontiguousarray(np.moveaxis(value.array, 0, -1))
            for name, value in values.items()
            if name not in self.constant
        }
