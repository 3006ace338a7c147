"""Choice of the engine of a run: blocked, unless machine code would repay the time that it takes to come by.

The blocked engine starts at once. The compiled one needs LLVM, the kernels that all models share, and the model's own,
compiled or from the disk; then it is several times faster. Predicted seconds decide, never a clock: the same command on
the same cache takes the same engine. Both draw the same numbers and mean the same, so the choice changes the last
digits of functions like exp at most.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from wellbeva.engine.blocked import Blocked
from wellbeva.plan.plan import Decision

BLOCKED_NS_A_CELL: Final = 2.2
"""Nanoseconds that the blocked engine takes for one cell of one operation (measured: 1.4 to 3.1 on five scenarios)."""
BLOCKED_NS_AN_INPUT: Final = 25.0
"""For one draw of one uncertain input."""
BLOCKED_NS_A_ROW: Final = 25.0
"""For reducing one cell of what is reported: moments, histogram, counts."""
BLOCKED_NS_A_PAIR: Final = {"one": 1.1, "several": 10.0}
"""For comparing one option with another, by how many are chosen (measured: 1.1 to 1.5 and 9.8 to 12.5)."""
FASTER: Final = 5.0
"""How many times as fast the compiled engine is, all told (measured: 4.5 to 9)."""
LOADED_S: Final = 0.2
"""Seconds that it takes to load LLVM, and kernels from the disk (measured: 0.19 to 0.22 of a processor)."""
COMPILED_S: Final = 7.0
"""Seconds to compile the kernels that all models share, the first time on a machine."""
COMPILED_S_A_STATEMENT: Final = 0.006
"""Seconds to compile one statement of a model."""
REPAYS: Final = 1.5
"""Compiling must save so many times what it costs: a prediction may be wrong, and nobody likes to wait."""


@dataclass(frozen=True, slots=True)
class Work:
    """Size of a run, from which its time is predicted.

    Parameters
    ----------
    cells : int
        Cells of all operations on one draw.
    inputs, rows : int
        Uncertain inputs; cells of what is reported.
    draws, threads : int
    pairs_ns : float
        Nanoseconds to compare all options of the decision with one another in one draw.
    """

    cells: int
    inputs: int
    rows: int
    draws: int
    threads: int
    pairs_ns: float = 0.0

    @property
    def blocked_s(self) -> float:
        """Seconds that the blocked engine will take."""
        each = self.cells * BLOCKED_NS_A_CELL + self.inputs * BLOCKED_NS_AN_INPUT + self.rows * BLOCKED_NS_A_ROW
        each += self.pairs_ns
        return each * self.draws / self.threads * 1e-9


def work(blocked: Blocked, *, inputs: int, draws: int, threads: int, decision: Decision | None = None) -> Work:
    """Return the size of a run.

    Parameters
    ----------
    blocked : Blocked
        The same model, lowered.
    inputs, draws, threads : int
    decision : Decision, optional
        Its options are compared in pairs.
    """
    pairs_ns = BLOCKED_NS_A_PAIR[decision.choose] * len(decision.options) ** 2 if decision else 0.0
    return Work(blocked.work, inputs, blocked.cells, draws, threads, pairs_ns)


def compiling_pays(done: Work, *, statements: Callable[[], int], kept: Callable[[], bool]) -> bool:
    """Whether the compiled engine will be done first.

    Parameters
    ----------
    done : Work
    statements : callable
        Statements of the model's loops: of a recurrence one label's, however many labels it has.
    kept : callable
        Whether the model's machine code is on the disk. Both are asked only where they decide.
    """
    saved = done.blocked_s * (1 - 1 / FASTER)
    if saved < LOADED_S:
        return False
    compiling = LOADED_S + COMPILED_S + statements() * COMPILED_S_A_STATEMENT
    return saved > REPAYS * compiling or kept()
