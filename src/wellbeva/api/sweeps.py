"""A scenario run at every combination of some values, in processes of their own; one table of what is decided."""

from __future__ import annotations

import os
import pickle
import queue
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any, Final, cast

from wellbeva.api.runs import DEFAULT_DRAWS, Design, EngineName, run
from wellbeva.api.scenario_model import refusal
from wellbeva.api.sources import File, Overrides, Source, override_texts
from wellbeva.errors import WellbevaError

if TYPE_CHECKING:
    import pandas as pd

    from wellbeva.errors import Diagnostic

MOST: Final = 10_000
"""Combinations of one sweep."""
_SERVE: Final = "from wellbeva.api.sweeps import serve; serve()"


def sweep(
    path: Source,
    values: Mapping[str, Sequence[object]],
    *,
    draws: int = DEFAULT_DRAWS,
    seed: int = 1,
    design: Design = "sobol",
    engine: EngineName = "auto",
    variant: str = "",
    overrides: Overrides = (),
    parallel: int = 0,
    progress: Callable[[int, int], None] | None = None,
    base: File = "",
) -> pd.DataFrame:
    """Run a scenario at every combination of some values, all of them with the same draws.

    Parameters
    ----------
    path : path, str or mapping
        As `run`.
    values : mapping of path to sequence
        ``{"hold.walks": ["3 months", "6 months"]}``: what each path is set to, as in `overrides`.
    draws, seed, design, engine, variant, base
        As `run`, for each combination.
    overrides : mapping of path to value, or sequence of str
        Applied before `values`.
    parallel : int
        Number of parallel processes: 0 for one on each core, 1 for this process alone. No number depends on it.
    progress : callable of (done, total) or None

    Returns
    -------
    pandas.DataFrame
        A row for each combination and option: a column for each path with the value given, then those of
        ``decision.csv``. A path that is called as one of these, as ``cost``, has the column ``set.cost``.

    Raises
    ------
    WellbevaError
        With what is wrong at the first combination that is refused, which is named; ``WB-R233`` for values that
        cannot be combined, ``WB-R234`` if a process ended before it was done.

    Examples
    --------
    >>> offers = "scenarios/uk-community-offers.yaml"
    >>> table = sweep(offers, {"hold.parkrun": ["3 months", "1 year"]}, draws=8192, parallel=1)
    >>> table.loc[table["option"] == "parkrun", "wellbys"].is_monotonic_increasing
    True
    """
    import pandas as pd

    paths = [*values]
    levels = [
        [given] if isinstance(given, str) or not isinstance(given, Sequence) else given for given in values.values()
    ]
    count = prod(map(len, levels))
    if not 0 < count <= MOST or not paths:
        fact = f"they make {count:,} combinations"
        remedy = f'give at least one value for each path, {{"hold.walks": ["3 months"]}}, up to {MOST:,} combinations'
        raise refusal("WB-R233", "these values cannot be combined", remedy, fact)
    workers = min(count, parallel if parallel > 0 else os.cpu_count() or 1)
    threads = max(1, (os.cpu_count() or 1) // workers)
    asked = {"draws": draws, "seed": seed, "design": design, "engine": engine, "variant": variant, "base": base}
    if isinstance(path, Mapping):
        from wellbeva.scenario.text.from_python import plain

        path = cast("Mapping[str, object]", plain(path))  # as it goes to another process
    combinations = [dict(zip(paths, combination, strict=True)) for combination in product(*levels)]
    before = override_texts(overrides)
    tasks = [
        {"path": path, **asked, "threads": threads, "overrides": (*before, *override_texts(one))}
        for one in combinations
    ]
    tables = []
    with _runners(workers) as answers:
        for combination, answer in zip(combinations, answers(tasks), strict=True):
            if not isinstance(answer, pd.DataFrame):
                raise _named(answer, combination)
            given = {f"set.{name}" if name in answer else name: value for name, value in combination.items()}
            tables.append(pd.concat([pd.DataFrame(given, index=answer.index), answer], axis=1))
            if progress is not None:
                progress(len(tables), count)
    return pd.concat(tables, ignore_index=True)


def _named(said: tuple[Sequence[Diagnostic], str], combination: Mapping[str, object]) -> WellbevaError:
    """Say at which combination something is wrong."""
    at = ", ".join(f"{path} = {str(value)[:60]}" for path, value in combination.items())
    return WellbevaError([replace(one, facts=(*one.facts, f"at {at[:400]}")) for one in said[0]], said[1])


def _answer(task: Mapping[str, Any]) -> Any:
    """Return the decision table of one combination, or what is wrong with it: diagnostics, and what is unchecked."""
    try:
        table = run(**task).decision
        if not len(table):
            raise refusal("WB-R233", "this scenario decides nothing", "sweep one that compares options")
    except WellbevaError as error:
        return error.diagnostics, error.unchecked
    table.attrs.clear()  # words for the report
    return table


@contextmanager
def _runners(count: int) -> Iterator[Callable[[Sequence[Mapping[str, Any]]], Iterator[Any]]]:
    """Yield what answers tasks, in their order; whatever happens, no process is left behind.

    A process is one of Python's own, fed through pipes: those of `multiprocessing` run the script that calls us again.
    """
    if count == 1:
        yield lambda tasks: map(_answer, tasks)
        return
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-c", _SERVE]
    # In a session of their own: an interruption is ours to pass on, and stops them before they can say so.
    workers = [
        subprocess.Popen(  # noqa: S603 - this program, on what its own user gave it
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, start_new_session=True
        )
        for _ in range(count)
    ]
    idle: queue.SimpleQueue[subprocess.Popen[bytes]] = queue.SimpleQueue()
    for worker in workers:
        idle.put(worker)

    def ask(task: Mapping[str, Any]) -> Any:
        worker = idle.get()
        try:
            assert worker.stdin is not None
            assert worker.stdout is not None
            pickle.dump(task, worker.stdin)
            worker.stdin.flush()
            return pickle.load(worker.stdout)  # noqa: S301  (of our own process)
        except (OSError, EOFError, pickle.UnpicklingError):
            remedy = "there may be too little memory: ask for fewer in 'parallel'"
            return refusal("WB-R234", "a process of the sweep ended before it was done", remedy).diagnostics, ""
        finally:
            idle.put(worker)

    pool = ThreadPoolExecutor(count)
    try:
        yield lambda tasks: pool.map(ask, tasks)
    finally:
        for worker in workers:
            worker.kill()
        pool.shutdown(cancel_futures=True)
        for worker in workers:
            worker.communicate()


def serve() -> None:
    """Answer tasks from standard input on standard output until there are no more."""
    answers, sys.stdout = sys.stdout.buffer, sys.stderr  # anything that is printed goes there
    while True:
        try:
            task = pickle.load(sys.stdin.buffer)  # noqa: S301  (of the process that started us)
        except EOFError:
            return
        pickle.dump(_answer(task), answers)
        answers.flush()
