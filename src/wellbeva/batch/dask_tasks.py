"""Tasks answered by the workers of Dask, as `processes` has them answered here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from threading import Lock
from typing import Any

from wellbeva.batch.dask_cluster import connected
from wellbeva.batch.processes import Answers, function_of
from wellbeva.batch.sweep_folder import digest_of
from wellbeva.errors import refusal

_one_at_a_time = Lock()
"""A worker may have several threads; what answers a task need not bear that."""


@contextmanager
def answering_on(
    address: str, workers: int, function: str, keep: Callable[[Any, Any], None], files: Iterable[str]
) -> Iterator[Answers]:
    """Yield what answers tasks on a cluster, in their order.

    Parameters
    ----------
    address, workers
        As `dask_cluster.connected`.
    function, keep
        As `processes.answering`.
    files : iterable of str
        Which the tasks read, by their whole paths: every worker must see them as they are here.

    Raises
    ------
    WellbevaError
        As `dask_cluster.connected`; ``WB-R297`` if a worker does not see such a file.
    """
    digests = {name: digest_of(name) for name in files}
    with connected(address, workers) as cluster:

        def ask(tasks: Iterable[Any]) -> Iterator[Any]:
            waiting = [*enumerate(tasks)]
            flight: dict[Any, tuple[int, Any]] = {}
            answers: dict[int, Any] = {}
            for number in range(len(waiting)):
                while number not in answers:
                    # one more than a worker needs, so that none waits for us
                    while waiting and len(flight) < 2 * cluster.workers():
                        place, task = waiting.pop(0)
                        flight[cluster.submit(_answer, function, task, digests)] = place, task
                    future, (differing, answer) = cluster.first(flight)
                    place, task = flight.pop(future)
                    if differing:
                        message = f"a worker does not see {differing!r} as it is here"
                        remedy = "put it where every machine sees it under this path, as on a shared disk"
                        raise refusal("WB-R297", message, remedy)
                    keep(task, answer)
                    answers[place] = answer
                yield answers.pop(number)

        yield ask


def _answer(function: str, task: Any, digests: Mapping[str, str]) -> tuple[str, Any]:
    """On a worker: answer a task, or name the first file that is another one there."""
    with _one_at_a_time:
        differing = next((name for name, digest in digests.items() if digest_of(name) != digest), "")
        return (differing, None) if differing else ("", function_of(function)(task))
