"""Which cases `make test` tries, and which are left to `make test-all` and `.ci/run`."""

from collections.abc import Iterable

import pytest

everyday = False
"""Whether this run is `make test`: set before any test is read."""

EVERYDAY_SHARE = 3
"""`make test` tries one in so many examples of a property."""


def examples(number: int) -> int:
    """Return how many examples of a property are tried: all, or a share of them in `make test`."""
    return -(-number // EVERYDAY_SHARE) if everyday else number


def thorough_after(everyday: int, cases: Iterable[object]) -> list[object]:
    """Return cases of a test, all but the first few of which are thorough.

    Parameters
    ----------
    everyday : int
        How many stay in `make test`.
    cases : iterable
        Of which a tuple gives several arguments.
    """
    marked = [pytest.param(*(case if isinstance(case, tuple) else (case,))) for case in cases]
    return [*marked[:everyday], *(case._replace(marks=[pytest.mark.thorough]) for case in marked[everyday:])]
