"""From nests of loops to Python source that is compiled (`straight`, `pipeline`).

A model becomes functions of at most some 40 statements each (`schedule.MOST_STATEMENTS`), which `driver` calls for each
lane of 512 draws. All pointers that such a function is given point to different memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from wellbeva.engine.compiled.addressing import Addressing
from wellbeva.engine.compiled.fusion import MOST_STATEMENTS, MOST_STORED, LoopNest, LoopSchedule, TimeLoop
from wellbeva.engine.compiled.loop_nests import NestWriter
from wellbeva.engine.lowering.ssa import ProgramBuilder

HEADER = """\
from math import inf, nan

from numba import njit

from wellbeva.engine.compiled.runtime import *
from wellbeva.engine.compiled.jit import LlvmJit
from wellbeva.engine.compiled.vector import *

"""
LAST = "last"
"""A row in which an area is kept from step to step."""
FIRST = ("time", "x", "y", "data", "rows")
"""What every part is given first; the stored values that it reads and writes follow. All are pointers but ``time``."""


@dataclass(slots=True)
class _GeneratedFunction:
    """One generated function."""

    name: str
    lines: list[str] = field(default_factory=list)
    arrays: list[str] = field(default_factory=list)
    statements: int = 0
    repeated: bool = False

    def has_room(self, statements: int, arrays: Sequence[str]) -> bool:
        """Whether so many more statements, and what they read and write, may stand in it."""
        stored = {*self.scratch, *(array for array in arrays if array not in FIRST)}
        return self.statements + statements <= MOST_STATEMENTS and len(stored) <= MOST_STORED

    @property
    def arguments(self) -> str:
        return ", ".join([*FIRST, *self.scratch])

    @property
    def scratch(self) -> list[str]:
        """Rows of scratch that the function reads and writes."""
        return [array for array in self.arrays if array not in FIRST]


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows of scratch that a value takes, and the parts between which it is needed."""

    value: int
    cells: int
    first: int
    last: int


@dataclass(frozen=True, slots=True, eq=False)
class ModuleSource:
    """The source of a model, and how its parts are called.

    Parameters
    ----------
    text : str
        A module with ``PARTS``: functions, and how many stored values each is given.
    calls : tuple of (int, int, int, int)
        In order: the first part, the one after the last, and from which label of time to which they are repeated.
    starts : tuple of tuple of (int, int)
        For each part the rows of scratch at which the stored values begin that it is given, at the labels of time of an
        even and of an odd number: what passes from label to label changes places.
    height, width, stride : int
        Rows of scratch in all, the draws in each, and from where one begins to where the next does.
    looped : int
        Rows that a loop along time reads and writes for one label, of the loop with most.
    """

    text: str
    calls: tuple[tuple[int, int, int, int], ...]
    starts: tuple[tuple[tuple[int, int], ...], ...]
    height: int
    width: int
    stride: int
    looped: int


def generate(builder: ProgramBuilder, plan: LoopSchedule, places: Addressing, *, fast: bool = False) -> ModuleSource:
    """Return the source of a model.

    Parameters
    ----------
    builder : ProgramBuilder
    plan : LoopSchedule
    places : Addressing
        Gathers the data that the source reads.
    fast : bool
        Allow the compiler to contract a multiplication and an addition into one rounding.
    """
    places.passing = frozenset(plan.passing)
    writer = NestWriter(builder, places, plan.stored)
    parts: list[_GeneratedFunction] = []
    calls: list[list[_GeneratedFunction]] = []
    for item in plan.items:
        repeated = isinstance(item, TimeLoop)
        if repeated or not calls or calls[-1][0].repeated:
            calls.append([])
        for nest in item.nests if isinstance(item, TimeLoop) else (item,):
            _write(writer, nest, parts, calls[-1], repeated=repeated)
    options = 'pipeline_class=LlvmJit, nogil=True, no_cpython_wrapper=True, error_model="numpy"'
    if fast:
        options += ', fastmath={"contract"}'
    text = [HEADER]
    for part in parts:
        text += [f"\n@njit({options})", f"def {part.name}({part.arguments}):", *part.lines, ""]
    listed = ", ".join(f"({part.name}, {len(part.scratch)})" for part in parts)
    text.append(f"\nPARTS = ({listed}{',' if parts else ''})\n")
    rows, height = _rows(places, calls)

    def places_of(name: str) -> tuple[int, int]:
        if name == LAST:
            return height, height
        number = int(name[1:])
        start, after = rows[number], rows[number] + places.cells(number) * (number in plan.passing)
        return (start, after) if name[0] == "v" else (after, start)

    starts = tuple(tuple(places_of(one) for one in part.scratch) for part in parts)
    size = (height + 1, places.width, places.stride)
    return ModuleSource("\n".join(text), tuple(_ranges(builder, calls)), starts, *size, _looped(places, calls))


def _ranges(
    builder: ProgramBuilder, calls: Sequence[Sequence[_GeneratedFunction]]
) -> Iterator[tuple[int, int, int, int]]:
    first = 0
    for several in calls:
        times = (1, builder.lengths["time"]) if several and several[0].repeated else (0, 1)
        yield first, first + len(several), *times
        first += len(several)


def _write(
    writer: NestWriter,
    nest: LoopNest,
    parts: list[_GeneratedFunction],
    run: list[_GeneratedFunction],
    *,
    repeated: bool,
) -> None:
    """Write a nest into the last function of a run of them, or into a new one where that is long enough."""
    lines, arrays = writer.write(nest)
    if not run or not run[-1].has_room(nest.statements, arrays):
        parts.append(_GeneratedFunction(f"part_{len(parts)}", repeated=repeated))
        run.append(parts[-1])
    part = run[-1]
    part.lines += lines
    part.arrays += [array for array in arrays if array not in part.arrays]
    part.statements += nest.statements


def _looped(places: Addressing, calls: Sequence[Sequence[_GeneratedFunction]]) -> int:
    """Return the rows that a loop along time goes through for one label."""
    most = 0
    for several in calls:
        if several and several[0].repeated:
            names = {name for part in several for name in part.scratch if name != LAST}
            most = max(most, sum(places.at_hand(int(name[1:])) for name in names))
    return most


def _rows(places: Addressing, calls: Sequence[Sequence[_GeneratedFunction]]) -> tuple[dict[int, int], int]:
    """Give each stored value rows of scratch; rows of one that is no longer needed are given again."""
    spans: dict[int, tuple[int, int]] = {}
    place = 0
    for several in calls:
        for part in several:
            # what a loop along time reads must not be given away before the loop has ended
            place += 0 if part.repeated else 1
            for array in part.scratch:
                if array != LAST:
                    first, _ = spans.get(int(array[1:]), (place, place))
                    spans[int(array[1:])] = (first, place)
        place += 1
    free: list[tuple[int, int]] = []
    height = 0
    found: dict[int, int] = {}
    ending: list[tuple[int, int, int]] = []
    for number, (first, last) in sorted(spans.items(), key=lambda one: one[1]):
        for end, start, cells in list(ending):
            if end < first:
                free = _joined([*free, (start, cells)])
                ending.remove((end, start, cells))
        need = places.cells(number) * (2 if number in places.passing else 1)
        fitting = [one for one in free if one[1] >= need]
        if fitting:
            start, cells = min(fitting, key=lambda one: one[1])
            free.remove((start, cells))
            if cells > need:
                free.append((start + need, cells - need))
        else:
            start, height = height, height + need
        found[number] = start
        ending.append((last, start, need))
    return found, height


def _joined(free: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join neighbouring stretches of free rows."""
    found: list[tuple[int, int]] = []
    for start, cells in sorted(free):
        if found and found[-1][0] + found[-1][1] == start:
            found[-1] = (found[-1][0], found[-1][1] + cells)
        else:
            found.append((start, cells))
    return found
