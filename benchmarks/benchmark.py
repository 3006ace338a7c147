"""What a benchmark is, and what is asked of it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum


class Asked(Enum):
    """What a benchmark is judged by, and which way: measured and asked are always put in the same terms.

    ``AT_LEAST`` and ``AT_MOST`` are ratios of two times; `SECONDS` and `MEGABYTES` judge our side alone, and what the
    other side took, if anything, stands beside it.
    """

    AT_LEAST = "theirs / ours, at least"
    AT_MOST = "ours / theirs, at most"
    SECONDS = "seconds of ours, at most"
    MEGABYTES = "megabytes of ours, at most"

    def measured(self, ours: float, theirs: float | None) -> float:
        """Return what is held against the number asked for."""
        if self in (Asked.SECONDS, Asked.MEGABYTES):
            return ours
        if theirs is None:
            raise ValueError(f"a benchmark that asks for {self.value} needs another side")
        return theirs / ours if self is Asked.AT_LEAST else ours / theirs

    def met(self, measured: float, asked: float) -> bool:
        """Whether as much was reached as was asked."""
        return measured >= asked if self is Asked.AT_LEAST else measured <= asked

    def words(self, amount: float, *, bound: bool = False) -> str:
        """Write an amount for the table, with the sign of a bound before it if it is one."""
        unit = {Asked.SECONDS: " s", Asked.MEGABYTES: " MB"}.get(self, "x")
        sign = (">= " if self is Asked.AT_LEAST else "<= ") if bound else ""
        return f"{sign}{amount:,.4g}{unit}" if amount < 1000 else f"{sign}{amount:,.0f}{unit}"


@dataclass(frozen=True, slots=True)
class Measured:
    """What a task returns where its answer is not all there is to say.

    Parameters
    ----------
    answer : object
        Compared with the other side's.
    amount : float, optional
        Seconds (megabytes) the task found itself: measured in another process, or extrapolated. Else it is timed.
    note : str
        Printed below the table and kept with the result.
    """

    answer: object
    amount: float | None = None
    note: str = ""


Task = Callable[[], object]


def answer(result: object) -> object:
    """Return what a task came to, without what it says about it."""
    return result.answer if isinstance(result, Measured) else result


@dataclass(frozen=True, slots=True)
class Benchmark:
    """One piece of work done twice: by wellbeva, and by what it is measured against.

    Parameters
    ----------
    name : str
    against : str
        What the other side is, in words.
    ask : float
        The most that our seconds divided by theirs may be, or what `asked` says.
    ours, theirs : callable
        Take a size and the number of threads, prepare, and return the task that is timed. Preparing is not timed.
        `theirs` is None where our side is held against a number alone.
    agree : callable
        Takes both results and raises if they are not the same answer: a fast wrong answer is not a benchmark.
    sizes : tuple of int
        Sizes of a full run, rising; what a size counts stands in `counts`.
    tiny : int
        The size at which the tests run the same code once.
    counts : str
        ``draws``, ``points`` …
    asked : Asked
    repeats : int
        Times each side is run at most. 1: the first run counts, and is not done once before to warm up.
    long : bool
        Takes minutes: run only with ``--long``, or by name.
    """

    name: str
    against: str
    ask: float
    ours: Callable[[int, int], Task]
    theirs: Callable[[int, int], Task] | None
    agree: Callable[[object, object], None]
    sizes: tuple[int, ...]
    tiny: int
    counts: str
    asked: Asked = field(default=Asked.AT_MOST)
    repeats: int = 100
    long: bool = False


def clean_environment(cache: str | os.PathLike[str]) -> dict[str, str]:
    """Return the environment for a process of our own, whose caches of compiled code are in one folder.

    Where a user's caches would be is that folder too, and a place of Numba's own that the caller may have is dropped.
    """
    kept = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"}
    return {**kept, "WELLBEVA_CACHE": os.fspath(cache), "XDG_CACHE_HOME": os.fspath(cache)}
