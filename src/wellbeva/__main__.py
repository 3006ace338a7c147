"""The command ``wellbeva``, which is ``python -m wellbeva`` too.

Ctrl-C is taken care of here, before the command line is imported, which takes most of the time until it can answer.
"""

from __future__ import annotations

import gc
import os

from wellbeva.cli.signals import leave_at_once_when_interrupted


def _open_standard_streams() -> None:
    """Open what the caller has closed (``<&-``): the first file opened later would stand in its place."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free


def entry() -> None:
    """Run the command line of this process, and end it."""
    leave_at_once_when_interrupted()
    # A run makes some 250,000 objects that stay, through which the collector would walk again and again, and 5,000 that
    # lie in circles, none of them an array.
    gc.set_threshold(500_000, 20, 20)
    _open_standard_streams()
    # Our matrices are small: where a processor is busy, threads that share one wait for each other twenty times as long
    # as one thread takes. Set before NumPy is first imported.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Else pydantic looks for plugins in the metadata of every package that is installed.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    from wellbeva.cli.main import entry as run

    run()


if __name__ == "__main__":
    entry()
