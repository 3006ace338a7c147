"""Self-checks of time: what comes after the last period is not counted, what comes later is discounted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from wellbeva.analysis.self_checks.probe import Change, Probe, Totals, differ, times
from wellbeva.analysis.self_checks.registry import DoesNotApply, self_check
from wellbeva.language.ir import DISCOUNTS, Reduce
from wellbeva.language.traversal import walk
from wellbeva.plan.plan import PlanParameter


@self_check
def shortest_horizon(probe: Probe) -> str:
    """Nothing is gained after the horizon."""
    time, before = probe.plan.axes["time"], probe.base.effect
    if len(time) < 2:
        raise DoesNotApply("the horizon has one period only")
    lasting, values = probe.having("gain_lasts"), probe.values({})
    lasts = [probe.by_option(values[name], np.max) > time.rungs[1] for name in lasting]
    asked = np.any(lasts, axis=0) & (before != 0)
    if not asked.any():
        raise DoesNotApply(f"no gain lasts longer than the first period ({', '.join(lasting)})")
    first = _until(probe, 1, {}).effect
    message = f"of {{}} {probe.units[0]} the first period alone has {{}}, and {', '.join(lasting)} lasts longer"
    return probe.judged(asked & ~differ(first, before), message, before, first)


@self_check
def zero_rate(probe: Probe) -> str:
    """At a discount rate of 0 the total is the sum of its periods."""
    roles = probe.model.roles
    level = times(roles.get("value_growth", ()), 0.0)
    flat = _factors(len(probe.plan.axes["time"])) | level
    values = probe.values(flat)
    name = next((name for name in roles.get("gain_by_period", ()) if name in values), "")
    if not name:
        raise DoesNotApply("nothing in the model has the role 'gain_by_period'")
    total, summed = probe.totals(flat).effect, probe.by_option(values[name], np.sum)
    message = f"undiscounted, {{}} {probe.units[0]} are gained, and {name} adds up to {{}}"
    return probe.judged(differ(total, summed), message, total, summed)


@self_check
def endless_rate(probe: Probe) -> str:
    """At an endless discount rate the first year alone counts."""
    plan = probe.plan
    year = sum(start < 1 for start in plan.axes["time"].rungs)
    if not 0 < year < len(plan.axes["time"]):
        raise DoesNotApply("the horizon does not go beyond the first year")
    if not DISCOUNTS.keys() & {parameter.name for parameter in plan.parameters}:
        raise DoesNotApply("the appraisal discounts nothing")
    nodes = (node for equation in plan.equations for node in walk(equation.expression))
    halved = any(isinstance(node, Reduce) and node.function == "trapezium" for node in nodes)
    # Half a cycle reads the point at the end of the year, too.
    least, most = (_until(probe, year + more, _factors(year + more)) for more in (0, int(halved)))
    lines = []
    for unit, left, low, high in zip(probe.units, probe.totals(_factors(year)), least, most, strict=True):
        first = np.clip(left, np.minimum(low, high), np.maximum(low, high))
        message = f"{{}} {unit} are left, and the first year alone has {{}}"
        lines.append(probe.judged(differ(left, first), message, left, first))
    return "; ".join(lines)


def _factors(counted: int) -> dict[str, Change]:
    """Return discount factors of 1 in some first periods and of 0 after."""
    return dict.fromkeys(DISCOUNTS, lambda value: (np.arange(len(value.array)) < counted).astype(np.float64))


def _until(probe: Probe, periods: int, changes: dict[str, Change]) -> Totals:
    """Return the totals where the horizon ends after some periods."""
    plan = probe.plan
    time = plan.axes["time"]
    left = replace(time, labels=time.labels[:periods], words=time.words[:periods], rungs=time.rungs[:periods])

    def cut(parameter: PlanParameter) -> PlanParameter:
        if parameter.name == "last":
            return replace(parameter, values=np.array(left.rungs[-1]))
        if "time" not in parameter.axes:
            return parameter
        index = (*(slice(None),) * parameter.axes.index("time"), slice(periods))
        return replace(parameter, values=parameter.values[index], elements=parameter.elements[index])

    shorter = replace(plan, axes=plan.axes | {"time": left}, parameters=tuple(map(cut, plan.parameters)))
    try:
        return probe.totals(changes, plan=shorter)
    except IndexError:
        raise DoesNotApply("an equation names a period that a shorter horizon does not have") from None
