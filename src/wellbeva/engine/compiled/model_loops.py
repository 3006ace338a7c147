"""From nests of loops to functions that are compiled one by one, and how they are called.

A model becomes functions of at most some 40 statements each (`fusion.MOST_STATEMENTS`), which are called for each lane
of 512 draws. All pointers that such a function is given point to different memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from wellbeva.engine.compiled import llvm_printer, python_printer
from wellbeva.engine.compiled.addressing import STRIDE, TIME, WIDTH, Addressing
from wellbeva.engine.compiled.fusion import MOST_STATEMENTS, MOST_STORED, LoopNest, LoopSchedule, TimeLoop
from wellbeva.engine.compiled.loop_ir import Expression, Function, Name, Number, Run, Slice, Statement, call, repeat
from wellbeva.engine.compiled.loop_nests import NestWriter
from wellbeva.engine.compiled.unfused_loops import LAST
from wellbeva.engine.lanes import LANE
from wellbeva.engine.lowering.ssa import ProgramBuilder

FIRST: Final = ("x", "y", "data", "rows")
"""Arrays that every part is given; the stored values that it reads and writes follow."""
DRIVER: Final = "model"
"""The function that runs the parts."""
TURNS: Final = Name("turns")
"""How often draws are worked on in a lane."""
APART: Final = 8
"""Numbers between a row of scratch and the next. Rows 4,096 bytes apart share a few places of the first cache."""
_CACHE: Final = 2**20
"""Bytes of scratch: half of the second cache of a usual core."""
_FIRST_CACHE: Final = 2**15
"""Bytes that a loop along time goes through for each label: they should stay in the first cache of a core."""
_NARROWEST: Final = 64
"""Draws of a pass, below which the loops around it show."""
_NARROWEST_LOOP: Final = 32
"""The same where a loop along time gains more than that (measured for a cohort: 280 ns a draw with 32, 370 with 64)."""


@dataclass(slots=True)
class _Part:
    """A function that is being written."""

    name: str
    body: list[Statement] = field(default_factory=list)
    arrays: list[str] = field(default_factory=list)
    statements: int = 0
    repeated: bool = False

    def has_room(self, statements: int, arrays: Sequence[str]) -> bool:
        """Whether so many more statements, and what they read and write, may stand in it."""
        stored = {*self.scratch, *(array for array in arrays if array not in FIRST)}
        return self.statements + statements <= MOST_STATEMENTS and len(stored) <= MOST_STORED

    @property
    def scratch(self) -> list[str]:
        """Rows of scratch that the function reads and writes."""
        return [array for array in self.arrays if array not in FIRST]


@dataclass(frozen=True, slots=True, eq=False)
class ModelLoops:
    """A model as loops.

    Parameters
    ----------
    parts : tuple of Function
    driver : Function
        Runs the parts for each lane (`driver_of`).
    height, width : int
        Rows of scratch in all, and the draws in each: those that are worked on at once, some of a lane.
    fast : bool
        Whether the compiler may contract a multiplication and an addition into one rounding.
    """

    parts: tuple[Function, ...]
    driver: Function
    height: int
    width: int
    fast: bool = False

    @property
    def stride(self) -> int:
        """From where a row of scratch begins to where the next does [number]."""
        return self.width + APART

    @property
    def _constants(self) -> dict[str, int]:
        return {WIDTH.name: self.width, STRIDE.name: self.stride, TURNS.name: LANE // self.width}

    def python(self) -> str:
        """Return the functions as Python, for people."""
        return python_printer.module((*self.parts, self.driver), self._constants)

    def llvm(self, triple: str) -> list[str]:
        """Return the functions as modules of LLVM's for a target."""
        constants = self._constants
        return [
            llvm_printer.function_module(one, triple, constants, fast=self.fast) for one in (*self.parts, self.driver)
        ]


def generate(builder: ProgramBuilder, plan: LoopSchedule, places: Addressing, *, fast: bool = False) -> ModelLoops:
    """Return the loops of a model.

    Parameters
    ----------
    builder : ProgramBuilder
    plan : LoopSchedule
    places : Addressing
        Gathers the data that the loops read.
    fast : bool
        Allow the compiler to contract a multiplication and an addition into one rounding.
    """
    places.passing = frozenset(plan.passing)
    writer = NestWriter(builder, places, plan.stored)
    parts: list[_Part] = []
    calls: list[list[_Part]] = []
    for item in plan.items:
        repeated = isinstance(item, TimeLoop)
        if repeated or not calls or calls[-1][0].repeated:
            calls.append([])
        for nest in item.nests if isinstance(item, TimeLoop) else (item,):
            _write(writer, nest, parts, calls[-1], repeated=repeated)
    rows, height = _rows(places, calls)

    def scratch(part: _Part, time: Expression) -> Iterator[Expression]:
        for name in part.scratch:
            number = None if name == LAST else int(name[1:])
            half = places.cells(number) if number in plan.passing else 0
            first = height if number is None else rows[number] + half * (name[0] == "w")
            # what passes from label to label of time has two places, which change
            moves = half * (1 if name[0] == "v" else -1)
            yield Number(first) + call("rem", time, 2) * moves if half and time == TIME else Number(first)

    runs: list[Statement] = []
    for several in calls:
        repeated = bool(several) and several[0].repeated
        time = TIME if repeated else Number(0)
        once = [run(part.name, time, scratch(part, time)) for part in several]
        runs += [repeat("time", builder.lengths["time"], *once, start=1)] if repeated else once
    return ModelLoops(
        tuple(Function(part.name, ("time",), (*FIRST, *part.scratch), tuple(part.body)) for part in parts),
        driver_of(runs),
        height=height + 1,
        width=_width(height + 1, _looped(places, calls)),
        fast=fast,
    )


def run(part: str, time: Expression, scratch: Iterable[Expression]) -> Run:
    """Return the run of a part at a label of time.

    Parameters
    ----------
    part : str
    time : Expression
    scratch : iterable of Expression
        The rows of scratch at which the stored values begin that it is given.
    """
    lane, draw = Name("lane"), Name("turn") * WIDTH
    rows = [Slice("scratch", one * STRIDE) for one in scratch]
    x, y = (Slice(array, lane * Name(f"{array}_lane") + draw) for array in ("x", "y"))
    return Run(part, (time,), (x, y, Slice("data", Number(0)), Slice("rows", Number(0)), *rows))


def driver_of(runs: Iterable[Statement]) -> Function:
    """Return the function that repeats runs of parts for each lane, some draws at a time.

    It is given the number of lanes, from where a lane of x and of y begins to where the next does, and the arrays.
    """
    lanes = repeat("lane", Name("lanes"), repeat("turn", TURNS, *runs))
    return Function(DRIVER, ("lanes", "x_lane", "y_lane"), (*FIRST, "scratch"), (lanes,))


def _width(height: int, looped: int) -> int:
    """Return how many draws are worked on at once: what is stored for them should stay in the cache of a core.

    Parameters
    ----------
    height, looped : int
        Rows of scratch in all, and those that a loop along time reads and writes for one label.
    """
    width = LANE
    while width > _NARROWEST and height * width * 8 > _CACHE:
        width //= 2
    while width > _NARROWEST_LOOP and looped * width * 8 > _FIRST_CACHE:
        width //= 2
    return width


def _write(
    writer: NestWriter,
    nest: LoopNest,
    parts: list[_Part],
    run: list[_Part],
    *,
    repeated: bool,
) -> None:
    """Write a nest into the last function of a run of them, or into a new one where that is long enough."""
    body, arrays = writer.write(nest)
    if not run or not run[-1].has_room(nest.statements, arrays):
        parts.append(_Part(f"part_{len(parts)}", repeated=repeated))
        run.append(parts[-1])
    part = run[-1]
    part.body += body
    part.arrays += [array for array in arrays if array not in part.arrays]
    part.statements += nest.statements


def _looped(places: Addressing, calls: Sequence[Sequence[_Part]]) -> int:
    """Return the rows that a loop along time goes through for one label."""
    most = 0
    for several in calls:
        if several and several[0].repeated:
            names = {name for part in several for name in part.scratch if name != LAST}
            most = max(most, sum(places.at_hand(int(name[1:])) for name in names))
    return most


def _rows(places: Addressing, calls: Sequence[Sequence[_Part]]) -> tuple[dict[int, int], int]:
    """Give each stored value rows of scratch; rows of one that is no longer needed are given again."""
    spans: dict[int, tuple[int, int]] = {}
    place = 0
    for several in calls:
        for part in several:
            # rows that a loop along time reads must not be reused before the loop has ended
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
