"""A progress bar on standard error, on a terminal only."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Tell = Callable[..., None]


@contextmanager
def bar(*, shown: bool, task: str = "drawing") -> Iterator[Tell | None]:
    """Yield what is called with how much is done and how much there is, and words if any; None if no bar is shown.

    Parameters
    ----------
    shown : bool
    task : str
        What is being done, in a word.
    """
    if not (shown and sys.stderr.isatty()):
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"))
    # without a thread of its own: a process with several is not copied (`core.second_process`)
    here = Console(stderr=True)
    with Progress(*columns, TimeRemainingColumn(), console=here, transient=True, auto_refresh=False) as progress:
        # before the first draws of a long run its model is compiled, which takes seconds the first time
        row = progress.add_task("making ready", total=None)
        progress.refresh()

        def tell(done: int, total: int, words: str = "") -> None:
            progress.update(row, completed=done, total=total, description=words or task, refresh=True)

        yield tell
