"""Which cases `make test` tries, and which are left to `make test-all` and `.ci/run`."""

from collections.abc import Iterable

import pytest


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
