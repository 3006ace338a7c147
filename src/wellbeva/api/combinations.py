"""Several inputs of a scenario moved together: what each combination of their values gives."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from wellbeva.errors import refusal

if TYPE_CHECKING:
    import pandas as pd

    from wellbeva.api.scenario_model import ScenarioModel
    from wellbeva.core.arrays import Floats


INTERVAL: Final = (0.025, 0.975)
"""Probabilities of the quantiles between which an input moves unless a range is given."""
STEPS: Final = 9
"""Values of each of two inputs; of more inputs there are 3: low, base and high."""
MOST_STEPS: Final = 31
MOST_COMBINATIONS: Final = 10_000


def combinations(model: ScenarioModel, inputs: Sequence[str]) -> pd.DataFrame:
    """Evaluate the base case at every combination of values of two or more inputs.

    Parameters
    ----------
    model : ScenarioModel
        With a decision whose effect has a value.
    inputs : sequence of str
        Names of uncertain inputs, each alone (its 95% interval) or with a range in its own unit:
        ``"effect.walks=0.1:0.4:7"`` is low, high and, if wanted, how many values, both ends included.

    Returns
    -------
    DataFrame
        A column for each input, then ``option, effect, cost, net_benefit, cost_per_effect, chosen``; see
        `analysis.deterministic.combinations.combinations_table`.

    Raises
    ------
    WellbevaError
        ``WB-R140`` for an unknown input, ``WB-R170`` for a range that cannot be used, ``WB-R171`` for inputs that
        cannot be combined, ``WB-R172`` if the scenario values nothing.
    """
    from wellbeva.analysis.deterministic.combinations import combinations_table

    spans = {name.strip(): span for name, _, span in (text.partition("=") for text in inputs)}
    model.refuse_unknown(spans)
    plan = model.plan
    numbers = {model.inputs.index(name) for name in spans}
    wholes = [joint for joint in plan.joints if joint.kind == "dirichlet" and len(numbers & {*joint.elements}) > 1]
    if len(numbers) < max(2, len(inputs)) or wholes:
        remedy = "name two or more, each once, and of shares that add to 1 only one: --two-way 'hold.a,effect.a'"
        raise refusal("WB-R171", f"{', '.join(inputs)[:60]!r} cannot be moved together", remedy)
    if plan.decision is None or not plan.decision.values:
        remedy = "compare options, and give the appraisal a 'wellby_value'"
        raise refusal("WB-R172", "nothing values the effect, so no combination can be judged", remedy)
    levels = {name: _levels(model, name, span, 3 if len(spans) > 2 else STEPS) for name, span in spans.items()}
    count = math.prod(map(len, levels.values()))
    if count > MOST_COMBINATIONS:
        remedy = f"name fewer inputs, or fewer values of each: at most {MOST_COMBINATIONS:,} combinations"
        raise refusal("WB-R171", f"{count:,} combinations are too many", remedy)
    return combinations_table(plan, levels, names=model.inputs)


def _levels(model: ScenarioModel, name: str, span: str, steps: int) -> Floats:
    """Return the values of an input, rising, array (level,) [unit of the input]."""
    from wellbeva.analysis.tables.break_even import bounds_of, support_of
    from wellbeva.analysis.tables.oneway import bounds_of_elements, sweep
    from wellbeva.distributions.quantile import ppf
    from wellbeva.scenario.tables.sample_tables import FARTHEST

    place = model.inputs.index(name)
    element = model.plan.elements[place]
    if not span:
        values = sweep(ppf(element.distribution, INTERVAL), bounds_of_elements(model.plan)[place], steps)
        low, high = float(values[0]), float(values[-1])
        if steps == 3:
            values = np.unique([low, element.base, high])
    else:
        try:
            low, high, *given = map(float, span.split(":"))
            (count,) = given or (steps,)
        except ValueError:
            low = high = count = math.nan
        sound = math.isfinite(high - low) and count in range(2, MOST_STEPS + 1)
        values = np.linspace(low, high, int(count)) if sound else np.zeros(1)
    known = bounds_of(model.compiled.record).get(element.parameter)
    lowest, highest = known or support_of(model.plan, model.plan.parameter(element.parameter))
    within = max(lowest, -FARTHEST) <= low < high <= min(highest, FARTHEST)
    if not (within and len(values) > 1):
        unit = next((given.unit for given in model.compiled.record.inputs if given.path == name), "")
        ends = [f"{word} {end:.6g}" for word, end in (("from", lowest), ("to", highest)) if abs(end) < FARTHEST]
        say = " ".join([f"give low, high and 2 to {MOST_STEPS} values in {unit or 'its own unit'}", *ends])
        remedy = f"{say}: '{name}=0.1:0.4:7'"
        raise refusal("WB-R170", f"{span[:60] or 'its 95% interval'!r} is not a range of {name}", remedy)
    return values
