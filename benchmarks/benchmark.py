"""What a benchmark is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Task = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Benchmark:
    """One piece of work done twice: by wellbeva, and by what it is measured against.

    Parameters
    ----------
    name : str
    against : str
        What the other side is, in words.
    ask : float
        The most that our seconds divided by theirs may be.
    ours, theirs : callable
        Take a size and the number of threads, prepare, and return the task that is timed. Preparing is not timed.
    agree : callable
        Takes both results and raises if they are not the same answer: a fast wrong answer is no benchmark.
    sizes : tuple of int
        Sizes of a full run, rising; what a size counts stands in `counts`.
    tiny : int
        The size at which the tests run the same code once.
    counts : str
        ``draws``, ``points`` …
    """

    name: str
    against: str
    ask: float
    ours: Callable[[int, int], Task]
    theirs: Callable[[int, int], Task]
    agree: Callable[[object, object], None]
    sizes: tuple[int, ...]
    tiny: int
    counts: str
