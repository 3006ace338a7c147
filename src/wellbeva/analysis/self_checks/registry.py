"""Registry of self-checks: what must hold in any model of a decision, whatever its equations are.

Büyükkaramikli, Rutten-van Mölken, Severens, Al (2019), TECH-VER, PharmacoEconomics 37, 1391-1408,
doi:10.1007/s40273-019-00844-y: its tests that need no look into the model.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

import numpy as np

from wellbeva.core.cards import Card
from wellbeva.core.plugins import import_modules

if TYPE_CHECKING:
    from wellbeva.analysis.self_checks.probe import Probe
    from wellbeva.plan.record import CompiledScenario

Status = Literal["pass", "fail", "does not apply"]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, repr=False)
class SelfCheck(Card):
    """What became of one self-check, in words for people.

    Parameters
    ----------
    name : str
    expects : str
        What must hold, in a sentence without its full stop.
    status : {"pass", "fail", "does not apply"}
    why : str
        The numbers that were compared, or what is missing.
    """

    name: str
    expects: str
    status: Status
    why: str


class Fails(Exception):  # noqa: N818 - no fault of the program: `run_self_checks` makes a status of it
    """A check fails, with the numbers that show it."""


class DoesNotApply(Exception):  # noqa: N818 - as `Fails`
    """The scenario or its model has nothing that could be checked so."""


_CHECKS: dict[str, Callable[[Probe], str]] = {}


def self_check(check: Callable[[Probe], str]) -> None:
    """Register a self-check; its docstring says what must hold.

    Parameters
    ----------
    check : callable
        Returns why the model passes, or raises `Fails` or `DoesNotApply`.
    """
    _CHECKS[check.__name__.replace("_", " ")] = check


@cache
def checks() -> Mapping[str, Callable[[Probe], str]]:
    """Return every self-check by its name."""
    import_modules("wellbeva.analysis.self_checks")
    return _CHECKS


def run_self_checks(compiled: CompiledScenario, *, progress: Progress | None = None) -> tuple[SelfCheck, ...]:
    """Check a scenario's model against all that must hold.

    Parameters
    ----------
    compiled : CompiledScenario
        Its base case is not refused.
    progress : callable, optional
        Called with the checks done and the checks in all.
    """
    from wellbeva.analysis.self_checks.probe import Probe

    probe, done = Probe(compiled), []
    status: Status
    for name, check in checks().items():
        try:
            with np.errstate(all="ignore"):
                status, why = "pass", check(probe)
        except Fails as fault:
            status, why = "fail", str(fault)
        except DoesNotApply as reason:
            status, why = "does not apply", str(reason)
        done.append(SelfCheck(name, (check.__doc__ or name).rstrip("."), status, why))
        if progress is not None:
            progress(len(done), len(checks()))
    return tuple(done)
