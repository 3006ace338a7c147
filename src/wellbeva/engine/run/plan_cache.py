"""Cache of what a plan alone determines, for the next run of the same plan: base case, targets, lowered model.

A run of 16,384 draws takes some milliseconds; lowering its model and walking through its base case takes as long
again (measured: 12 of 14 ms for one of 15 equations, 29 of 33 ms for a cohort of 75 cycles). So the last few are kept:
a run repeated with other draws or another seed, a study of convergence, a notebook. Nothing here depends on draws,
seed, design or threads; a base case that is asked for more remembers it, and changes nothing that was there.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

import numpy as np

from wellbeva.engine.reference.interpreter import Interpreter
from wellbeva.engine.run import failures
from wellbeva.engine.targets import Target, targets
from wellbeva.plan.plan import Plan

if TYPE_CHECKING:
    from wellbeva.core.arrays import Floats
    from wellbeva.engine.blocked import Blocked
    from wellbeva.engine.compiled.engine import Compiled
    from wellbeva.engine.compiled.plan_loops import Generated
    from wellbeva.engine.run.settings import Outputs

_KEPT: Final = 2
"""Plans whose base case and lowered model are kept: a plan may hold a million numbers, so not many."""
_decisions: Final[WeakKeyDictionary[Plan, Mapping[str, Floats]]] = WeakKeyDictionary()


def evaluate_base(plan: Plan) -> Interpreter:
    """Evaluate the base case.

    Returns
    -------
    Interpreter
        Its `values` are those of parameters and equations, and not to be changed. Whatever divides by zero is infinite
        or NaN.
    """
    walk = Interpreter(plan, draws={}, count=0, replace={})
    walk.run()
    _decisions[plan] = {name: part.array for name, part in walk.decision().items()}
    return walk


base_values = lru_cache(maxsize=_KEPT)(evaluate_base)
"""The same, once for a run: what it refuses, what it reports and what it compares begin with one evaluation."""


def base_decision(plan: Plan) -> Mapping[str, Floats]:
    """Return `Decision.parts` in the base case: a few numbers, kept for as long as the plan is, a variant's too.

    Returns
    -------
    mapping of name to array (decision option)
        Not to be changed.
    """
    if plan not in _decisions:
        evaluate_base(plan)
    return _decisions[plan]


@lru_cache(maxsize=_KEPT)
def base_case(plan: Plan) -> Interpreter:
    """Return the base case as it is kept, unless it is refused."""
    return fail_if_refused(plan, base_values(plan))


def fail_if_refused(plan: Plan, walk: Interpreter) -> Interpreter:
    """Refuse a base case that fails, else return it.

    Equations on means may be infinite or NaN there (a ratio to a mean of zero); outcomes of the draws and the decision
    may not.

    Parameters
    ----------
    plan : Plan
    walk : Interpreter
        Its base case, evaluated.

    Raises
    ------
    WellbevaError
        WB-E001 for a number that is not finite, WB-E002 for a ``fail_if``.
    """
    for index, check in enumerate(plan.checks):
        if check.severity == "fail_if" and (walk.node(check.expression).array != 0).any():
            raise failures.check_failed(plan, index, walk)
    for target in targets(plan):
        if target.role in ("outcome", "decision") and not np.isfinite(walk.node(target.node).array).all():
            raise failures.not_finite(plan, target.name, target.node, walk)
    return walk


@lru_cache(maxsize=2 * _KEPT)
def output_targets(plan: Plan, outputs: Outputs) -> tuple[Target, ...]:
    """Return the targets of a run: all, or those of the decision and the checks that refuse a draw.

    Parameters
    ----------
    plan : Plan
    outputs : {"all", "decision"}
    """
    found = targets(plan)
    if outputs == "decision":
        fails = {f"check.{index}" for index, check in enumerate(plan.checks) if check.severity == "fail_if"}
        found = [one for one in found if one.role == "decision" or one.name in fails]
    return tuple(found)


@lru_cache(maxsize=2 * _KEPT)
def blocked(plan: Plan, outputs: Outputs) -> Blocked:
    """Return the blocked engine of a plan.

    Parameters
    ----------
    plan : Plan
    outputs : {"all", "decision"}
        As `output_targets`.
    """
    # imported late: `check` does without it
    from wellbeva.engine.blocked import Blocked

    with np.errstate(all="ignore"):
        return Blocked(plan, output_targets(plan, outputs))


@lru_cache(maxsize=2 * _KEPT)
def generated(plan: Plan, outputs: Outputs, *, fast: bool) -> Generated:
    """Return the loops of a plan's model for the compiled engine.

    Parameters
    ----------
    plan : Plan
    outputs : {"all", "decision"}
        As `output_targets`.
    fast : bool
        Whether a multiplication and an addition may be contracted into one rounding.
    """
    # imported late: most runs do without it
    from wellbeva.engine.compiled.plan_loops import Generated

    return Generated(plan, output_targets(plan, outputs), fast=fast)


@lru_cache(maxsize=2 * _KEPT)
def compiled(plan: Plan, outputs: Outputs, *, fast: bool) -> Compiled:
    """Return the compiled engine of a plan; it is compiled, or loaded from the disk, at its first use.

    Parameters
    ----------
    plan : Plan
    outputs : {"all", "decision"}
        As `output_targets`.
    fast : bool
        Whether a multiplication and an addition may be contracted into one rounding.
    """
    # imported late: most runs do without machine code
    from wellbeva.engine.compiled.engine import Compiled

    return Compiled(plan, output_targets(plan, outputs), generated=generated(plan, outputs, fast=fast))
