"""The moments and counts of a chunk of draws, and which of its draws are left out.

A draw in which a number of an outcome, of the decision or under a ratio of means is not usable (NaN, infinite or beyond
`LARGEST`), or an input that these depend on is outside its bounds, is left out of everything, so that all tables speak
of the same draws. It is counted, and the first is named.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from wellbeva.core.arrays import Flags, Floats
from wellbeva.engine.lanes import CHUNK
from wellbeva.engine.reductions.bounds import InputBounds
from wellbeva.engine.reductions.decision_counts import DecisionCounts
from wellbeva.engine.reductions.moments import MomentNode, join, nonfinite
from wellbeva.engine.reductions.quantities import Quantities
from wellbeva.engine.reductions.replicates import Layout
from wellbeva.engine.refusal import LIMIT, RefusedDraw


@dataclass(slots=True, eq=False)
class ChunkPart:
    """The moments and counts of one chunk of a stretch of draws, or of several in a row.

    Parameters
    ----------
    stretch : int
    start : int
        Draw of the stretch with which it begins.
    count : int
        Draws.
    nodes : dict of quantity to MomentNode
        Over the draws that are not left out.
    counts : DecisionCounts or None
    true : dict of check to int
        Cells in which a ``warn_if`` is true, over draws.
    outside : int
        Draws that are left out because an input is outside its bounds.
    nonfinite : int
        Other draws that are left out.
    failed : dict of check or limit to int
        Draws in which a ``fail_if`` is true, those left out among them; or an input outside a limit (`failures.LIMIT`).
    stopped : RefusedDraw or None
        The first draw that refuses the run.
    """

    stretch: int
    start: int
    count: int
    nodes: dict[str, MomentNode] = field(default_factory=dict)
    counts: DecisionCounts | None = None
    true: dict[str, int] = field(default_factory=dict)
    outside: int = 0
    nonfinite: int = 0
    failed: dict[str, int] = field(default_factory=dict)
    stopped: RefusedDraw | None = None

    @property
    def left(self) -> int:
        """Draws that count."""
        return self.count - self.outside - self.nonfinite

    def stop_at(self, stopped: RefusedDraw) -> None:
        """Note a draw that refuses the run; the first is kept, of one draw what was noted first."""
        if self.stopped is None or stopped.index < self.stopped.index:
            self.stopped = stopped

    def join(self, after: ChunkPart) -> None:
        """Add the moments and counts of the chunks right after these."""
        self.count += after.count
        self.outside += after.outside
        self.nonfinite += after.nonfinite
        self.nodes = {name: join(node, after.nodes[name]) for name, node in self.nodes.items()}
        if self.counts is not None and after.counts is not None:
            self.counts.merge(after.counts)
        for name, count in after.true.items():
            self.true[name] = self.true.get(name, 0) + count


def empty_part(quantities: Quantities, layout: Layout, stretch: int, start: int) -> ChunkPart:
    """Return a part without counts, to be filled by a chunk.

    Parameters
    ----------
    quantities : Quantities
    layout : Layout
    stretch : int
    start : int
        Draw of the stretch with which the chunk begins, a multiple of 2^16.
    """
    part = ChunkPart(stretch, start, min(CHUNK, layout.sizes[stretch] - start))
    if quantities.plan.decision is not None:
        part.counts = DecisionCounts(quantities.plan.decision)
    return part


def leave_out(
    part: ChunkPart,
    values: Mapping[str, Floats],
    at: tuple[int, int],
    drawn: Floats,
    *,
    layout: Layout,
    allowed: bool,
    watch: InputBounds,
) -> Flags:
    """Find the draws that are not usable, count them and note the first.

    A draw in which an input is outside its bounds is counted as that, whatever numbers it leads to.

    Parameters
    ----------
    part : ChunkPart
        Its counts are added to.
    values : mapping of target to array (cell, draw) [unit of the target]
    at : (int, int)
        Randomisation and draw of the first.
    drawn : array (element, draw) [unit of each element]
    layout : Layout
    allowed : bool
        The first does not refuse the run.
    watch : InputBounds

    Returns
    -------
    bool array (draw,)
    """
    outside = np.zeros(drawn.shape[1], dtype=bool)
    strays = watch.strays(drawn)
    if strays is not None:
        for number, wrong in zip(watch.numbers, strays, strict=True):
            name = f"{LIMIT}{number}"
            if wrong.any() and not allowed:
                part.stop_at(stopped(name, layout, at, int(np.argmax(wrong)), drawn))
            part.failed[name] = part.failed.get(name, 0) + int(np.count_nonzero(wrong))
            outside |= wrong
    bad = outside.copy()
    for name, x in values.items():
        wrong = nonfinite(x) & ~outside
        if wrong.any() and not allowed:
            part.stop_at(stopped(name, layout, at, int(np.argmax(wrong)), drawn))
        bad |= wrong
    part.outside += int(np.count_nonzero(outside))
    part.nonfinite += int(np.count_nonzero(bad)) - int(np.count_nonzero(outside))
    return bad


def stopped(name: str, layout: Layout, at: tuple[int, int], place: int, drawn: Floats) -> RefusedDraw:
    """Note a draw that refuses the run.

    Parameters
    ----------
    name : str
        The target that is not usable, the check that is true or the limit that is crossed.
    layout : Layout
    at : (int, int)
        Randomisation of a block, and the draw with which it begins.
    place : int
        Of the draw in the block.
    drawn : array (element, draw) [unit of each element]
        The block.
    """
    return RefusedDraw(name, None if layout.supplied else at[0], at[1] + place, drawn[:, place].copy())
