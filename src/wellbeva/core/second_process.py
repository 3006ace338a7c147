"""Work in a copy of this process, beside what this one does meanwhile: Python runs on one processor at a time."""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
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
    if os.getpid() not in _ours or not _is_alone():
        yield work
        return
    mask, copied = signal.pthread_sigmask(signal.SIG_BLOCK, ()), None
    try:
        signal.pthread_sigmask(signal.SIG_BLOCK, _stops())  # a stop must find what it has to end
        copied = _copied(work, mask)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        yield work if copied is None else partial(_result, copied[1], work)
    finally:
        if copied is not None:
            process, source = copied
            os.close(source)
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


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

    with second_process(prepared) as result, os.fdopen(sink, "wb") as pipe:
        os.close(source)

        def begin(*given: object) -> Callable[[], Result]:
            here = partial(work, *given)
            if not isinstance(result, partial):  # there is no copy
                return here
            with contextlib.suppress(BrokenPipeError), pipe:  # broken where it has failed
                pickle.dump(given, pipe, protocol=5)
            return partial(_result, result.args[0], here)

        yield begin


def _copied(work: Callable[[], object], mask: Iterable[int]) -> tuple[int, int] | None:
    """Return the copy of this process that does some work and the pipe that its result comes from, if there is one."""
    source, sink = os.pipe()
    try:
        process = os.fork()
    except OSError:  # no room for another
        os.close(source)
        os.close(sink)
        return None
    if process:
        os.close(sink)
        return process, source
    try:
        _work(work, sink, mask)
    finally:
        os._exit(0)


def _work(work: Callable[[], object], sink: int, mask: Iterable[int]) -> None:
    for number in _stops():
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    gc.disable()  # a collection would write to every page that the two share
    with contextlib.suppress(BaseException):
        said = pickle.dumps(work(), protocol=5)
        with open(sink, "wb") as pipe:
            pipe.write(said)


def _result(source: int, work: Callable[[], Result]) -> Result:
    with open(source, "rb", closefd=False) as pipe:
        said = pipe.read()
    try:
        answer: Result = pickle.loads(said)  # noqa: S301  (of our own copy)
    except (EOFError, pickle.UnpicklingError):
        return work()
    return answer


def _stops() -> tuple[signal.Signals, ...]:
    return signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM


def _is_alone() -> bool:
    """Whether this process has one thread and several processors: in a copy the locks of other threads stay shut."""
    try:
        return len(os.sched_getaffinity(0)) > 1 and len(list(_TASKS.iterdir())) == 1
    except (AttributeError, OSError):  # not Linux
        return False
