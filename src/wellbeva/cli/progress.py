"""A progress bar on standard error, on a terminal only."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Tell = Callable[[int, int], None]


@contextmanager
def bar(*, shown: bool) -> Iterator[Tell | None]:
    """Yield what the engine calls with (draws done, draws in all), or None where no bar is shown."""
    if not (shown and sys.stderr.isatty()):
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"))
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True) as progress:
        # before the first draws of a long run its model is compiled, which takes seconds the first time
        task = progress.add_task("making ready", total=None)

        def tell(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total, description="drawing")

        yield tell
