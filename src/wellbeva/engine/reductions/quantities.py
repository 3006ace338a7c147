"""The quantities that a run reduces: their names and axes, and which draws of each are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from wellbeva.core.arrays import Floats
from wellbeva.engine.reductions.bounds import InputBounds
from wellbeva.engine.reductions.kept_draws import DrawStore
from wellbeva.engine.reductions.replicates import Layout
from wellbeva.engine.reference.interpreter import Interpreter
from wellbeva.engine.targets import Target
from wellbeva.plan.plan import COST, EFFECT, NET_COST, Decision, Plan

MOST_TIMED_CELLS: Final = 2_000
"""Cells of an outcome by time of which histograms are kept; a histogram takes some 150 kB, and few read so many."""
PER_1000: Final = "decision.per_1000"
NET_BENEFIT: Final = "decision.net_benefit"
HIGHEST: Final = "decision.highest"
"""Not handed on: its means are in the counts of the decision."""
REGRET: Final = "decision.regret"


class Quantities:
    """The quantities of a run (names: `result`).

    Parameters
    ----------
    plan : Plan
    wanted : sequence of Target
    constant : mapping of target to array
        Those that are the same in every draw.
    keep : DrawStore
    layout : Layout
    base : Interpreter
        The base case, evaluated.
    grows : bool
        Draws may be added until not all can be kept: all that would then need a histogram has one from the start.

    Attributes
    ----------
    axes : dict of name to tuple of str
    parts : tuple of str
        `EFFECT`, `COST` and, where there is one, `NET_COST`.
    spent : str
        The cost that the effect for each 1,000 rests on.
    binned : tuple of str
        Those that need a histogram: they vary, and not all of their draws are kept.
    finite : tuple of Target
        Those that vary and must be usable numbers for a draw to count, in the order they are looked at.
    fails, warns : tuple of Target
        The checks that vary.
    watch : InputBounds
        The inputs that must lie within bounds for a draw to count.
    """

    def __init__(
        self,
        plan: Plan,
        wanted: Sequence[Target],
        constant: Mapping[str, Floats],
        keep: DrawStore,
        *,
        layout: Layout,
        base: Interpreter,
        grows: bool = False,
    ) -> None:
        self.plan, self.constant, self.keep = plan, constant, keep
        self.watch = InputBounds(plan, wanted, base)
        decision = plan.decision
        self.parts = tuple(one.name for one in wanted if one.role == "decision")
        self.spent = NET_COST if NET_COST in self.parts else COST
        self.axes = {one.name: one.axes for one in wanted if one.role in ("outcome", "mean")}
        if decision is not None:
            self.axes |= dict.fromkeys((*self.parts, PER_1000), ("option",))
            if decision.levels:
                self.axes[NET_BENEFIT] = ("level", "option")
        self.binned = tuple(
            name
            for name in self.axes
            if keep.names and (grows or not self.exact(name)) and name not in constant and not name.startswith("mean.")
            if "time" not in self.axes[name] or self.cells(name) <= MOST_TIMED_CELLS
        )
        self.regret = layout.supplied and decision is not None and decision.choose == "one"
        if self.regret:
            self.axes[REGRET] = ("threshold", "option")
        varies = [one for one in wanted if one.name not in constant]
        self.finite = tuple(vary for vary in varies if vary.role != "check")
        checks = {f"check.{index}": check.severity for index, check in enumerate(plan.checks)}
        self.fails = tuple(vary for vary in varies if checks.get(vary.name) == "fail_if")
        self.warns = tuple(vary for vary in varies if checks.get(vary.name) == "warn_if")

    def shape(self, name: str) -> tuple[int, ...]:
        """Return the lengths of a quantity's axes."""
        decision = self.plan.decision
        if name.startswith("decision.") and decision is not None:
            lengths = {"option": len(decision.options), "level": len(decision.levels)}
            lengths["threshold"] = len(decision.thresholds)
            return tuple(lengths[axis] for axis in self.axes[name])
        return tuple(len(self.plan.axes[axis]) for axis in self.axes[name])

    def cells(self, name: str) -> int:
        """Return the number of cells of a quantity."""
        return int(np.prod(self.shape(name)))

    def exact(self, name: str) -> bool:
        """Whether every draw of a quantity is kept, or of what it is made of."""
        if name in (PER_1000, NET_BENEFIT):
            return self.keep.exact(EFFECT) and self.keep.exact(self.spent if name == PER_1000 else COST)
        return self.keep.exact(name)

    def kept(self, name: str) -> Floats:
        """Return the kept draws of a quantity, array (cell, draw)."""
        decision = self.plan.decision
        if decision is not None and name in (PER_1000, NET_BENEFIT):
            effect, cost = self.keep.cells(EFFECT), self.keep.cells(self.spent if name == PER_1000 else COST)
            return per_1000(effect, cost) if name == PER_1000 else net_benefit(decision, effect, cost)
        return self.keep.cells(name)


def per_1000(effect: Floats, cost: Floats) -> Floats:
    """Return effect for each 1,000 of cost; 0 where the cost is not above 0.

    Parameters
    ----------
    effect : array (..., option, draw) [unit of effect]
    cost : array (..., option, draw) [currency]

    Returns
    -------
    array (..., option, draw) [unit of effect for 1,000 of the currency]
    """
    paid = cost > 0
    return np.where(paid, 1000 * effect / np.where(paid, cost, 1.0), 0.0)


def net_benefit(decision: Decision, effect: Floats, cost: Floats) -> Floats:
    """Return net benefit at each level.

    Parameters
    ----------
    decision : Decision
    effect : array (option, draw) [unit of effect]
    cost : array (option, draw) [currency]

    Returns
    -------
    array (level and option, draw) [currency]
    """
    values = np.array(decision.values)[:, None, None]
    return (values * effect - cost).reshape(len(values) * effect.shape[0], effect.shape[1])
