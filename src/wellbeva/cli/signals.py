"""Ctrl-C, and the signals that mean the same: the person reads one line, and no traceback."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from types import TracebackType

STOPPED = 130
"""Exit status, that of a program which Ctrl-C has ended."""
SENTENCE = "stopped; nothing was written"
AGAIN = 0.1
"""Seconds after which an interrupt that came to nothing is raised once more."""


def leave_at_once_when_interrupted() -> None:
    """Let Ctrl-C end the process with a sentence, for the time in which there is nothing to tidy up.

    While modules are imported an interrupt would come out as a traceback of Python's own, or as whatever else a library
    makes of it. `stoppable` takes over from here.
    """
    # Behind a shell's `&` the signal is ignored, and stays so.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _leave)


def _leave(*_: object) -> NoReturn:
    try:
        os.write(2, f"{SENTENCE}\n".encode())
    finally:
        os._exit(STOPPED)


class Stop:
    """Whether a stop was asked for.

    An interrupt is an exception, and an exception may be lost: code that cannot raise prints it and goes on, as parts
    of SciPy do; a library may drop it while it is imported, or fail in some other way because of it. So what was asked
    for is remembered; until the stop is under way it is raised again, and what fails from then on is the stop.
    """

    def __init__(self) -> None:
        self.asked = False
        self.repeats = False
        self._over = False

    def ask(self, *_: object) -> NoReturn:
        """Handle a signal that the person or the system sent.

        Raises
        ------
        KeyboardInterrupt
            Always.
        """
        self.asked = True
        if self.repeats:
            signal.setitimer(signal.ITIMER_REAL, AGAIN, AGAIN)
        raise KeyboardInterrupt

    def ask_again(self, *_: object) -> None:
        """Handle the signal of the timer.

        Raises
        ------
        KeyboardInterrupt
            Again, unless the stop is under way.
        """
        if not self._over and not _is_under_way():
            raise KeyboardInterrupt

    def over(self) -> None:
        """Ask no more."""
        self._over = True
        if self.repeats:
            signal.setitimer(signal.ITIMER_REAL, 0)


def _is_under_way() -> bool:
    """Whether the code that is running is what an interrupt has brought about: it tidies up, and is left alone."""
    error = sys.exc_info()[1]
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__context__
    return error is not None


@contextmanager
def stoppable() -> Iterator[Stop]:
    """Let Ctrl-C, SIGTERM and SIGHUP stop what is within, so that nothing half-written stays.

    Yields
    ------
    Stop
        Which knows whether one of them came.
    """
    stop = Stop()
    if threading.current_thread() is not threading.main_thread():
        yield stop  # a signal reaches the main thread only
        return
    after = _take_signals(stop)
    printed, unraisable = sys.excepthook, sys.unraisablehook

    def print_exception(kind: type[BaseException], value: BaseException, traceback: TracebackType | None) -> None:
        if not stop.asked:  # else it is the stop, and what comes of it
            printed(kind, value, traceback)

    def note_unraisable(args: sys.UnraisableHookArgs) -> None:
        if not stop.asked:
            unraisable(args)

    sys.excepthook, sys.unraisablehook = print_exception, note_unraisable
    try:
        yield stop
    finally:
        stop.over()
        sys.excepthook, sys.unraisablehook = printed, unraisable
        for number, handler in after.items():
            signal.signal(number, handler)


def _take_signals(stop: Stop) -> dict[int, signal.Handlers | Callable[..., object]]:
    """Let the signals that nobody handles be handled by a stop; returns what handles them afterwards."""
    after: dict[int, signal.Handlers | Callable[..., object]] = {}
    if _is_free("SIGALRM") and signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0):
        signal.signal(signal.SIGALRM, stop.ask_again)
        stop.repeats = True
        after[signal.SIGALRM] = signal.SIG_DFL
    known = signal.getsignal(signal.SIGINT)
    if known is _leave or known is signal.default_int_handler:
        signal.signal(signal.SIGINT, stop.ask)
        # A process of ours has nothing left to do afterwards but to end, and then ends as the system ends it.
        after[signal.SIGINT] = signal.SIG_DFL if known is _leave else signal.default_int_handler
    for name in ("SIGTERM", "SIGHUP"):
        if _is_free(name):
            signal.signal(getattr(signal, name), stop.ask)
            after[getattr(signal, name)] = signal.SIG_DFL
    return after


def _is_free(name: str) -> bool:
    """Whether there is such a signal and nobody handles it: Windows has no SIGHUP, and `nohup` has it ignored."""
    number = getattr(signal, name, None)
    return number is not None and signal.getsignal(number) is signal.SIG_DFL
