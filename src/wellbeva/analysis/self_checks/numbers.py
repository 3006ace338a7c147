"""Self-checks of the numbers: finite, within their bounds, all of use, and the same on average as in the base case."""

from __future__ import annotations

import numpy as np

from wellbeva.analysis.self_checks.probe import DRAWS, SLACK, Probe, above, differ
from wellbeva.analysis.self_checks.registry import DoesNotApply, Fails, self_check
from wellbeva.distributions.moments import mean
from wellbeva.results.deterministic import evaluate_points

MOVES = (2.0, 0.5, 1.1, 0.9)
"""Factors that show whether an input moves anything; an input of 0 takes these values."""
ROWS = 8
"""Rows in which it is looked for."""
ERRORS = 4
"""Standard errors beyond which a difference is not noise (R38)."""


@self_check
def finite(probe: Probe) -> str:
    """Every outcome is finite, and no draw is refused."""
    if probe.refused is not None:
        first = probe.refused.diagnostics[0]
        raise Fails(f"a run is refused: {'; '.join(map(str, (first.message, *first.facts[:1])))}")
    return f"{len(probe.plan.outcomes)} outcomes, in the base case{f' and {DRAWS:,} draws' * bool(probe.plan.elements)}"


@self_check
def shares(probe: Probe) -> str:
    """A share is between 0 and 1."""
    values = probe.values({})
    names = [one.name for one in probe.plan.equations if one.unit_text == "share" and one.name in values]
    if not names:
        raise DoesNotApply("no equation has the unit 'share'")
    for name in names:
        low, high = (probe.by_option(values[name], function) for function in (np.min, np.max))
        message = f"{name} goes from {{}} to {{}}; if it is not part of a whole, its unit is 'ratio'"
        probe.judged((low < -SLACK) | (high > 1 + SLACK), message, low, high)
    return ", ".join(names)


@self_check
def unused_inputs(probe: Probe) -> str:
    """Every input moves something."""
    plan = probe.plan
    wanted = [*plan.outcomes, *(plan.decision.parts if plan.decision else ())]
    checked = frozenset[str]().union(*(plan.upstream(check.expression) for check in plan.checks))
    written = {one.parameter for one in probe.record.inputs if one.layer not in ("default", "appraisal")}
    asked = [one.name for one in plan.parameters if one.name in written - checked and one.dtype == "float"]
    values = probe.values({})
    # A factor may be 0 in the base case alone, so that some draws are looked at, too.
    rows = {
        one.name: (values[one.name].axes, values[one.name].array[:ROWS]) for one in plan.parameters if one.uncertain
    }
    before = evaluate_points(plan, changes=rows)

    def moves(name: str, factor: float) -> bool:
        axes, array = rows.get(name, (values[name].axes, values[name].array))
        moved = np.where(array == 0, factor, factor * array)
        after = evaluate_points(plan, changes=rows | {name: (axes, moved)})
        return any(not np.array_equal(after[one][1], before[one][1], equal_nan=True) for one in wanted)

    idle = [name for name in asked if not any(moves(name, factor) for factor in MOVES)]
    if idle:
        raise Fails(f"no outcome changes with {', '.join(idle)}: use it, or leave it out")
    rest = f"; {len(written & checked)} more are read by checks of the model and were not asked" * bool(
        written & checked
    )
    return f"{len(asked)} parameters of the scenario, multiplied by 0.5 to 2{rest}"


@self_check
def mean_and_base(probe: Probe) -> str:
    """The mean of the draws is near the base case, or the model is not linear."""
    if not probe.plan.elements or probe.refused is not None:
        raise DoesNotApply("nothing is drawn" if probe.refused is None else "a run is refused")
    means = np.array([[mean(element.distribution)] for element in probe.plan.elements])
    moved = differ(means[:, 0], probe.draws[:, 0])
    apart = [element.name for element, own in zip(probe.plan.elements, moved, strict=True) if own]
    based = f"; the base of {', '.join(apart[:3])} is not its mean" * bool(apart)
    lines = []
    for unit, array, centre in zip(probe.units, probe.base, probe.totals({}, draws=means), strict=True):
        base, average = array[:1], array[1:].mean(axis=0, keepdims=True)
        error = array[1:].std(axis=0, keepdims=True) / np.sqrt(len(array) - 1)
        far = above(np.abs(average - base), ERRORS * error)
        elsewhere = np.abs(centre - base) > np.abs(average - centre)
        message = f"{{}} {unit} in the base case, {{}} ± {{}} on average, {{}} at the means of the inputs"
        why = based or "; the model is not linear" * bool(far.any())
        lines.append(probe.judged(far & elsewhere, message + why, base, average, error, centre))
    return "; ".join(lines)
