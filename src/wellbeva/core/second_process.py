"""Work in a copy of this process, beside what this one does meanwhile: Python runs on one processor at a time."""

from __future__ import annotations

import contextlib
import gc
import mmap
import os
import pickle
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

Result = TypeVar("Result")
Begin = Callable[..., Callable[[], Result]]
_TASKS: Final = Path("/proc/self/task")
_ours: Final[list[int]] = []


def allow_copies() -> None:
    """Say that this process is the command line's own, so that it may be copied.

    Somebody else's, a notebook's or a script's, may hold locks, devices and connections that a copy would share.
    """
    _ours.append(os.getpid())


@contextmanager
def second_process(work: Callable[[], Result]) -> Iterator[Callable[[], Result]]:
    """Begin some work in a copy of this process, and end the copy with the block.

    Where there is no copy, because nobody allowed it or the system has none to give, and where a copy fails, the work
    is done here when its result is asked for: so whatever is wrong is raised here, and as if there were no copies.

    Parameters
    ----------
    work : callable
        Its result can be pickled.

    Yields
    ------
    callable
        Waits for the result and returns it.
    """
    with _copy(work) as copied:
        yield work if copied is None else partial(copied.result, work)


@contextmanager
def waiting_process(prepare: Callable[[], object], work: Callable[..., Result]) -> Iterator[Begin[Result]]:
    """Begin a copy of this process that prepares for some work, whose arguments it is given later.

    Parameters
    ----------
    prepare : callable
        It is not called where there is no copy.
    work : callable
        As of `second_process`; of arguments that can be pickled.

    Yields
    ------
    callable
        Takes the arguments, and returns what `second_process` yields.
    """
    source, sink = os.pipe()

    def prepared() -> Result:
        os.close(sink)
        prepare()
        with os.fdopen(source, "rb") as pipe:
            return work(*pickle.load(pipe))  # noqa: S301  (of our own process)

    with _copy(prepared) as copied, os.fdopen(sink, "wb") as pipe:
        os.close(source)

        def begin(*given: object) -> Callable[[], Result]:
            here = partial(work, *given)
            if copied is None:
                return here
            with contextlib.suppress(BrokenPipeError), pipe:  # broken where it has failed
                pickle.dump(given, pipe, protocol=5)
            return partial(copied.result, here)

        yield begin


@contextmanager
def serving_process(prepare: Callable[[], object], work: Callable[..., Result]) -> Iterator[Callable[..., Result]]:
    """Begin a copy of this process that prepares for some work, and does it each time that it is called.

    Parameters
    ----------
    prepare : callable
        It is not called where there is no copy.
    work : callable
        As of `waiting_process`.

    Yields
    ------
    callable
        Takes arguments, waits and returns what the work makes of them.
    """
    (asked, asking), (said, saying) = os.pipe(), os.pipe()

    def served() -> None:
        os.close(asking)
        prepare()
        with os.fdopen(asked, "rb") as given, os.fdopen(saying, "wb") as results:
            while True:
                pickle.dump(work(*pickle.load(given)), results, protocol=5)  # noqa: S301  (of our own process)
                results.flush()

    with _copy(served) as copied, os.fdopen(said, "rb") as results:
        os.close(asked)
        os.close(saying)
        given = os.fdopen(asking, "wb")

        def call(*arguments: object) -> Result:
            with contextlib.suppress(OSError, EOFError, pickle.UnpicklingError):  # where it has failed
                if copied is not None:
                    pickle.dump(arguments, given, protocol=5)
                    given.flush()
                    result: Result = pickle.load(results)  # noqa: S301  (of our own copy)
                    return result
            return work(*arguments)

        try:
            yield call
        finally:
            with contextlib.suppress(BrokenPipeError):  # likewise
                given.close()


@dataclass(frozen=True)
class _Copy:
    """A copy of this process: its number, the pipe that says that it is done, and the memory that its result is in."""

    process: int
    source: int
    memory: int

    def result(self, work: Callable[[], Result]) -> Result:
        """Wait for the result; if the copy has failed, do the work here."""
        if not os.read(self.source, 1):
            return work()
        with mmap.mmap(self.memory, 0, access=mmap.ACCESS_READ) as said:
            answer: Result = pickle.loads(said)  # noqa: S301  (of our own copy)
        return answer


@contextmanager
def _copy(work: Callable[[], object]) -> Iterator[_Copy | None]:
    """Begin some work in a copy of this process, where there is one to be had, and end it with the block."""
    if os.getpid() not in _ours or not _is_alone():
        yield None
        return
    mask, copied = signal.pthread_sigmask(signal.SIG_BLOCK, ()), None
    try:
        signal.pthread_sigmask(signal.SIG_BLOCK, _stops())  # a stop must find what it has to end
        copied = _copied(work, mask)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        yield copied
    finally:
        if copied is not None:
            os.close(copied.source)
            os.close(copied.memory)
            os.kill(copied.process, signal.SIGKILL)
            os.waitpid(copied.process, 0)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _copied(work: Callable[[], object], mask: Iterable[int]) -> _Copy | None:
    memory, (source, sink) = os.memfd_create("result"), os.pipe()
    try:
        process = os.fork()
    except OSError:  # no room for another
        for file in (memory, source, sink):
            os.close(file)
        return None
    if process:
        os.close(sink)
        return _Copy(process, source, memory)
    try:
        _work(work, sink, memory, mask)
    finally:
        os._exit(0)


def _work(work: Callable[[], object], sink: int, memory: int, mask: Iterable[int]) -> None:
    for number in _stops():
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    gc.disable()  # a collection would write to every page that the two share
    with contextlib.suppress(BaseException):
        with open(memory, "wb") as file:
            pickle.dump(work(), file, protocol=5)
        os.write(sink, b"1")


def _stops() -> tuple[signal.Signals, ...]:
    return signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM


def _is_alone() -> bool:
    """Whether this process has one thread and several processors: in a copy the locks of other threads stay shut."""
    try:
        return len(os.sched_getaffinity(0)) > 1 and len(list(_TASKS.iterdir())) == 1
    except (AttributeError, OSError):  # not Linux
        return False
