"""Check a scenario's model against what must hold in any model."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from wellbeva.api.runs import File, Progress
from wellbeva.api.scenario_model import model, refusal

if TYPE_CHECKING:
    from wellbeva.analysis.self_checks.registry import SelfCheck


def self_checks(
    path: File, *, variant: str = "", overrides: Sequence[str] = (), progress: Progress | None = None
) -> tuple[SelfCheck, ...]:
    """Check a scenario's model against what must hold in any model (R106).

    Parameters
    ----------
    path : path or str
        The scenario file.
    variant : str
        A variant that the scenario names; empty for none.
    overrides : sequence of str
        As ``--set`` takes them.
    progress : callable, optional
        Called with the checks done and the checks in all.

    Raises
    ------
    WellbevaError
        ``WB-A180`` for a model file; else with everything that is wrong.

    Examples
    --------
    >>> [one.name for one in self_checks("scenarios/uk-community-offers.yaml") if one.status == "fail"]
    []
    """
    from wellbeva.analysis.self_checks.registry import run_self_checks
    from wellbeva.scenario.loader import is_model

    if is_model(os.fspath(path)):
        fact = "a model has no numbers of its own to change"
        raise refusal("WB-A180", "self-checks need a scenario", "name a scenario that uses the model", fact)
    return run_self_checks(model(path, variant=variant, overrides=overrides).compiled, progress=progress)
