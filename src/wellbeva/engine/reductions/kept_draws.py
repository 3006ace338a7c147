"""Draws that are kept: the first of each randomisation, as many as the memory allowed for them holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from wellbeva.core.arrays import Flags, Floats, zeros_mmap
from wellbeva.engine.lanes import LANE
from wellbeva.engine.reductions.replicates import Layout
from wellbeva.engine.targets import Target
from wellbeva.errors import refusal
from wellbeva.plan.plan import Plan

ROOM: Final = 64 * 2**20
"""Bytes for the kept draws of outcomes and decision."""
INPUTS: Final = 16384
"""Draws in all for which inputs are kept, as far as they fit the same room."""
LEAST: Final = 1024
"""Draws in all that are kept of a wide decision, however much room that takes: shares of a thousand can be told."""
LIMIT: Final = 2 * 2**30
"""Bytes of draws that are kept on demand; nobody can use a larger run folder."""


class DrawStore:
    """Arrays for kept draws, filled by the workers, each its own stretch.

    Decision and narrow outcomes come first: if all draws of everything are too much, outcomes by time
    are left out before fewer draws are kept, then the widest.

    Parameters
    ----------
    plan : Plan
    wanted : sequence of Target
    constant : mapping of target to array
        Those that do not vary take no room.
    layout : Layout
    everything : bool
        Keep all, however much room that takes.
    nothing : bool
        Keep none.
    """

    def __init__(
        self,
        plan: Plan,
        wanted: Sequence[Target],
        constant: Mapping[str, Floats],
        *,
        layout: Layout,
        everything: bool,
        nothing: bool = False,
    ) -> None:
        self.plan = plan
        self._randomisations = layout.randomisations
        self._shapes = {
            one.name: tuple(len(plan.axes[axis]) for axis in one.axes) for one in wanted if one.role == "outcome"
        }
        if plan.decision is not None:
            several = (one.name for one in wanted if one.role == "decision")
            self._shapes |= dict.fromkeys(several, (len(plan.decision.options),))
        # What does not vary is in the moments; repeated for every draw it would fill the run folder.
        for name in [name for name in constant if not name.startswith("decision.")]:
            self._shapes.pop(name, None)
        cells = {name: int(np.prod(shape)) for name, shape in self._shapes.items()}
        late = {one.name for one in wanted if "time" in one.axes}
        self.names, self._each = _choose(cells, late, layout, everything=everything) if not nothing else ((), 0)
        if everything:
            _refuse_beyond_limit(sum(cells.values()) + len(plan.elements), layout.total)
        few = min(INPUTS // self._randomisations, _fits(len(plan.elements), layout))
        self._inputs_each = self._each if everything else min(self._each, few)
        self._held = {name: self._zeros(cells[name], self._each) for name in self.names}
        self._inputs = self._zeros(len(plan.elements), self._inputs_each)
        self._used = np.ones((self._randomisations, self._each), dtype=bool)
        self.complete = self._each == layout.draws_each

    def _zeros(self, cells: int, each: int) -> Floats:
        shape = (cells, self._randomisations, each)
        return zeros_mmap(int(np.prod(shape)), np.float64).reshape(shape)

    @property
    def each(self) -> int:
        """Draws of each randomisation that are kept: the first ones that count, the same number of each."""
        return int(self._used.sum(axis=1).min())

    def store(self, name: str, randomisation: int, start: int, values: Floats) -> None:
        """Keep the values that fall into the kept stretch.

        Parameters
        ----------
        name : str
            Of the quantity; nothing is done if it is not kept.
        randomisation : int
        start : int
            Draw of the randomisation that the first value belongs to.
        values : array (cell, draw) [unit of the quantity]
        """
        stop = min(self._each, start + values.shape[1])
        if name in self._held and stop > start:
            self._held[name][:, randomisation, start:stop] = values[:, : stop - start]

    def store_inputs(self, randomisation: int, start: int, drawn: Floats) -> None:
        """Keep the inputs that fall into the kept stretch of inputs.

        Parameters
        ----------
        randomisation : int
        start : int
            Draw of the randomisation that is the first of these.
        drawn : array (element, draw) [unit of each element]
        """
        stop = min(self._inputs_each, start + drawn.shape[1])
        if stop > start:
            self._inputs[:, randomisation, start:stop] = drawn[:, : stop - start]

    def views(self, randomisation: int, start: int, stop: int) -> dict[str, npt.NDArray[Any]]:
        """Return what is kept of some draws, to be read or filled: arrays (cell, draw), and whether each draw counts.

        Parameters
        ----------
        randomisation : int
        start, stop : int
            Draws of the randomisation, those that are not kept among them.
        """
        views: dict[str, npt.NDArray[Any]] = {
            f"draws {name}": held[:, randomisation, start : min(stop, self._each)] for name, held in self._held.items()
        }
        views["inputs"] = self._inputs[:, randomisation, start : min(stop, self._inputs_each)]
        views["counts"] = self._used[None, randomisation, start : min(stop, self._each)]
        return views

    def wants(self, start: int) -> bool:
        """Whether a draw is kept, or any after it."""
        return start < self._each

    def leave_out(self, randomisation: int, start: int, bad: Flags) -> None:
        """Do not count draws among those kept.

        Parameters
        ----------
        randomisation : int
        start : int
            Draw of the randomisation that is the first of these.
        bad : bool array (draw,)
            Whether each is left out.
        """
        stop = min(self._each, start + len(bad))
        if stop > start:
            self._used[randomisation, start:stop] &= ~bad[: stop - start]

    def exact(self, name: str) -> bool:
        """Whether every draw of a quantity is kept."""
        return self.complete and name in self._held

    def cells(self, name: str) -> Floats:
        """Return all kept draws that count as array (cell, draw), randomisation by randomisation."""
        held = self._held[name]
        return held.reshape(held.shape[0], -1) if self._used.all() else held[:, self._used]

    def draws(self) -> dict[str, Floats]:
        """Return kept draws by quantity, array (randomisation, draw, *axes); what does not vary is not among them."""
        kept: dict[str, Floats] = {}
        for name, shape in self._shapes.items():
            if name in self._held:
                held = self._counted(self._held[name])
                kept[name] = np.moveaxis(held, 0, -1).reshape(*held.shape[1:], *shape)
        return kept

    def inputs(self) -> dict[str, Floats]:
        """Return kept inputs by element, array (randomisation, draw)."""
        inputs = self._counted(self._inputs)
        return {element.name: inputs[index] for index, element in enumerate(self.plan.elements)}

    def _counted(self, held: Floats) -> Floats:
        """Return the kept draws that count, as many of each randomisation, array (cell, randomisation, draw)."""
        used = self._used[:, : held.shape[2]]
        if used.all():
            return held
        each = int(used.sum(axis=1).min())
        return np.stack([held[:, row, used[row]][:, :each] for row in range(len(used))], axis=1)


def _refuse_beyond_limit(width: int, draws: int) -> None:
    """Refuse to keep more draws than a run folder can sensibly hold, before any memory is taken."""
    needed = 8 * draws * width
    if needed > LIMIT:
        raise refusal(
            "WB-E008",
            f"keeping every draw would take {needed / 2**30:,.1f} GiB",
            "ask for fewer draws, or leave out --keep-draws: the first draws are kept anyway",
            f"{width:,} numbers in each of {draws:,} draws",
            f"at most {LIMIT / 2**30:.0f} GiB are kept",
        )


def _choose(cells: dict[str, int], late: set[str], layout: Layout, *, everything: bool) -> tuple[tuple[str, ...], int]:
    """Choose which quantities are kept and how many draws of each randomisation."""
    names, draws_each = tuple(cells), layout.draws_each

    def room(chosen: tuple[str, ...]) -> int:
        return min(draws_each, _fits(sum(cells[name] for name in chosen), layout) // LANE * LANE)

    if everything or room(names) == draws_each:
        return names, draws_each
    names = tuple(name for name in names if name not in late)
    while room(names) < LANE and any(not name.startswith("decision.") for name in names):
        widest = max((name for name in names if not name.startswith("decision.")), key=lambda name: cells[name])
        names = tuple(name for name in names if name != widest)
    return names, room(names) or min(draws_each, _fits(sum(cells[name] for name in names), layout))


def _fits(width: int, layout: Layout) -> int:
    """Return of how many draws of each randomisation so many numbers fit the room, or are kept at least."""
    fits = ROOM // (8 * layout.randomisations * max(1, width))
    return max(fits, LEAST // layout.randomisations)
