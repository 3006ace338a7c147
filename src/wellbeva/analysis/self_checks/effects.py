"""Self-checks of effects and costs: nothing from nothing, more from more, whatever an option is called."""

from __future__ import annotations

import numpy as np

from wellbeva.analysis.self_checks.probe import SLACK, Probe, above, amount, differ, times
from wellbeva.analysis.self_checks.registry import DoesNotApply, Fails, self_check
from wellbeva.core.arrays import Floats
from wellbeva.core.units import base
from wellbeva.engine.arrays.named import NamedArray

GAINS = ("gain", "gain_of_volunteer")
VALUES = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0)
"""Factors of the value of the effect."""


@self_check
def zero_effect(probe: Probe) -> str:
    """Without an effect, nothing is gained."""
    # A gain may be a level of life satisfaction, less the neutral level.
    gains, before = probe.having(*GAINS, "neutral_level"), probe.base.effect
    left = probe.totals(times(gains, 0.0)).effect
    message = f"with {', '.join(gains)} at 0, {{}} {probe.units[0]} become {{}}"
    return probe.judged(np.abs(left) > SLACK * np.abs(before).max(), message, before, left)


@self_check
def larger_effect(probe: Probe) -> str:
    """A larger effect gains no less."""
    gains, before = probe.having(*GAINS), probe.base.effect
    larger, values = probe.totals(times(gains, 2.0)).effect, probe.values({})
    good = np.all([probe.by_option(values[name], np.min) >= 0 for name in gains], axis=0)
    message = f"with {', '.join(gains)} doubled, {{}} {probe.units[0]} become {{}}"
    return probe.judged(good & above(before, larger), message, before, larger)


@self_check
def people(probe: Probe) -> str:
    """Twice the people gain twice as much."""
    used, before = probe.plan.upstream(probe.decision.effect), probe.base.effect
    counts = [one.name for one in probe.plan.parameters if one.unit == base("person") and one.name in used]
    if not counts:
        raise DoesNotApply("the effect depends on no input that counts people")
    twice, thrice = (probe.totals(times(counts, factor)).effect for factor in (2.0, 3.0))
    if differ(thrice - twice, twice - before).any():
        raise DoesNotApply(f"the effect is not linear in {', '.join(counts)}")
    message = f"with {', '.join(counts)} doubled, {{}} {probe.units[0]} become {{}}"
    return probe.judged(differ(twice, 2 * before), message, before, twice)


@self_check
def swapped_options(probe: Probe) -> str:
    """Options that swap their inputs swap their results."""
    decision, order = probe.decision, np.arange(len(probe.options))
    moved = order[order != (decision.rows[decision.comparator] if decision.comparator >= 0 else -1)]
    if len(moved) < 2:
        raise DoesNotApply("there is only one option beside the comparator")
    order[moved] = moved[::-1]

    def swap(value: NamedArray) -> Floats:
        return np.take(value.array, order, axis=value.axes.index("option"))

    swapped = probe.totals({one.name: swap for one in probe.plan.parameters if "option" in one.axes})
    for unit, after, before in zip(probe.units, swapped, probe.base, strict=True):
        message = f"with the inputs of another option it has {{}} {unit}, and that option had {{}}"
        text = probe.judged(differ(after, before[:, order]), message, after, before[:, order])
    return text


@self_check
def dearer_option(probe: Probe) -> str:
    """At a thousand times its costs an option does not get better."""
    return _at_costs(probe, 1000.0, "times 1,000")


@self_check
def free_option(probe: Probe) -> str:
    """At no cost an option does not get worse."""
    return _at_costs(probe, 0.0, "at 0")


def _at_costs(probe: Probe, factor: float, words: str) -> str:
    written = {parameter.name for parameter in probe.plan.parameters}
    costs = [name for name in probe.having("cost") if name in written]
    if not costs:
        raise DoesNotApply("the decision depends on no input with the role 'cost'")
    after = probe.totals(times(costs, factor), draws=probe.draws[:, :1])
    effects, paid = (probe.base.effect[:1], after.effect), (probe.base.cost[:1], after.cost)
    step = 1 if factor > 1 else -1
    wrong = above(*paid[::step]) | above(*np.abs(effects[::-step]))
    message = f"with {', '.join(costs)} {words}, {{}} {probe.units[1]} become {{}}, and {{}} {probe.units[0]} {{}}"
    return probe.judged(wrong, message, *paid, *effects)


@self_check
def willingness_to_pay(probe: Probe) -> str:
    """A higher value of the effect never chooses less of it."""
    decision, spec = probe.decision, probe.model.decision
    if not decision.levels or spec is None or spec.value is None:
        raise DoesNotApply("nothing puts a value on the effect")
    values, chosen = decision.values[decision.central] * np.array(VALUES), []
    if spec.value.text not in {parameter.name for parameter in probe.plan.parameters}:
        raise DoesNotApply("the value is worked out by an equation")
    used = spec.value.text in probe.plan.upstream(decision.effect) | probe.plan.upstream(decision.cost)
    for value, factor in zip(values, VALUES, strict=True):
        valued = probe.totals(times([spec.value.text], factor)) if used else probe.base
        effect, cost = (decision.over_options(array.mean(axis=0)) for array in valued)
        benefit = value * effect - cost
        chosen.append(effect[benefit.argmax()] if decision.choose == "one" else effect[benefit > 0].sum())
    pairs = ", ".join(f"{amount(one)} at {amount(value)}" for one, value in zip(chosen, values, strict=True))
    text = f"it chooses {pairs} ({probe.units[0]}, and {probe.units[1]} for each)"
    if above(np.array(chosen[:-1]), np.array(chosen[1:])).any():
        raise Fails(text)
    return text
