"""Check a scenario's model against what must hold in any model."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from wellbeva.api.runs import Progress
from wellbeva.api.scenario_model import model
from wellbeva.api.sources import Overrides, Source, is_file
from wellbeva.errors import refusal

if TYPE_CHECKING:
    from wellbeva.analysis.self_checks.registry import SelfCheck


def self_checks(
    path: Source, *, variant: str = "", overrides: Overrides = (), progress: Progress | None = None
) -> tuple[SelfCheck, ...]:
    """Check a scenario's model against what must hold in any model (R106).

    Parameters
    ----------
    path, variant, overrides
        As `load`.
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

    if is_file(path) and is_model(os.fspath(path)):
        fact = "a model has no numbers of its own to change"
        raise refusal("WB-A180", "self-checks need a scenario", "name a scenario that uses the model", fact)
    return run_self_checks(model(path, variant=variant, overrides=overrides).compiled, progress=progress)
