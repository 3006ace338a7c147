"""Tasks answered in processes of their own, none of which outlives whoever asked."""

from __future__ import annotations

import os
import pickle
import queue
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from threading import Lock
from typing import Any, Final

_SERVE: Final = "import sys; from wellbeva.batch.processes import serve; serve(sys.argv[1])"
ENDED: Final = object()
"""The answer to a task whose process ended before it was done."""
Answers = Callable[[Iterable[Any]], Iterator[Any]]


@contextmanager
def answering(count: int, function: str, keep: Callable[[Any, Any], None]) -> Iterator[Answers]:
    """Yield what answers tasks, in their order; whatever happens, no process is left behind.

    A process is one of Python's own, fed through pipes: those of `multiprocessing` run the script that calls us again.

    Parameters
    ----------
    count : int
        Number of processes; 1 for this one alone.
    function : str
        Answers a task: its module and its name, ``wellbeva.api.batch.sweeps:answer``.
    keep : callable of (task, answer)
        Called as soon as there is an answer, in any order and from any thread.
    """
    if count == 1:
        answer = function_of(function)

        def here(task: Any) -> Any:
            found = answer(task)
            keep(task, found)
            return found

        yield partial(map, here)
        return

    def begin() -> subprocess.Popen[bytes]:
        # In a session of its own: an interruption is ours to pass on, and stops them before they can say so.
        command = [sys.executable, "-c", _SERVE, function]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        pipe = subprocess.PIPE
        return subprocess.Popen(  # noqa: S603 - this program, on what its own user gave it
            command, stdin=pipe, stdout=pipe, env=environment, start_new_session=True
        )

    workers = [begin() for _ in range(count)]
    idle: queue.SimpleQueue[int] = queue.SimpleQueue()
    for number in range(count):
        idle.put(number)
    stopping, lock = False, Lock()

    def ask(task: Any) -> Any:
        number = idle.get()
        try:
            found = _asked(workers[number], task)
            with lock:
                if found is ENDED and not stopping:
                    workers[number].kill()
                    workers[number].communicate()
                    workers[number] = begin()
        finally:
            idle.put(number)
        keep(task, found)
        return found

    pool = ThreadPoolExecutor(count)
    try:
        yield partial(pool.map, ask)
    finally:
        with lock:
            stopping = True
            for worker in workers:
                worker.kill()
        pool.shutdown(cancel_futures=True)
        for worker in workers:
            worker.communicate()


def _asked(worker: subprocess.Popen[bytes], task: Any) -> Any:
    try:
        assert worker.stdin is not None
        assert worker.stdout is not None
        pickle.dump(task, worker.stdin)
        worker.stdin.flush()
        return pickle.load(worker.stdout)  # noqa: S301  (of our own process)
    except (OSError, EOFError, pickle.UnpicklingError):
        return ENDED


def serve(function: str) -> None:
    """Answer tasks from standard input on standard output until there are no more.

    Parameters
    ----------
    function : str
        As `answering`.
    """
    answers, sys.stdout = sys.stdout.buffer, sys.stderr  # anything that is printed goes there
    answer = function_of(function)
    while True:
        try:
            task = pickle.load(sys.stdin.buffer)  # noqa: S301  (of the process that started us)
        except EOFError:
            return
        try:
            pickle.dump(answer(task), answers)
            answers.flush()
        except BrokenPipeError:  # whoever asked is gone, and nobody is left to tell
            os._exit(1)


def function_of(function: str) -> Callable[[Any], Any]:
    """Return a function by its module and its name, as `answering` takes it."""
    module, _, name = function.partition(":")
    found: Callable[[Any], Any] = getattr(import_module(module), name)
    return found
