"""Inputs that no study measures, from totals that were observed: a scenario's own draws, weighed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd
import xarray as xr
from scipy.stats import qmc

from wellbeva.api.evidence.estimates import read_estimate
from wellbeva.api.scenario_model import ScenarioModel, model
from wellbeva.api.sources import Overrides, Source
from wellbeva.compiler.appraisal.published_amounts import number_reader
from wellbeva.core.arrays import Floats
from wellbeva.errors import near_miss, refusal
from wellbeva.evidence.calibration import effective, resampled, weights
from wellbeva.evidence.errors import EvidenceError
from wellbeva.scenario.value import Amount

DRAWS: Final = 2**16
ROWS: Final = 2_048
_TRIED: Final = 64
"""Draws in which an input is moved, to see which totals move with it."""
_NOT_SUMMED: Final = ("share", "ratio", "year", "LS")
"""Units of which the numbers of several groups do not add up."""


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """What totals that were observed say of the inputs behind them.

    Parameters
    ----------
    totals, inputs : pandas.DataFrame
        A row each: mean and the ends of the 95% interval, before and after. Totals have what was observed, too.
    draws : pandas.DataFrame
        Joint draws of the inputs, which a scenario takes as a table with ``rows: draw``.
    effective : float
        How many equal draws the weighed ones are worth.
    """

    totals: pd.DataFrame
    inputs: pd.DataFrame
    draws: pd.DataFrame
    effective: float


def calibrate(
    path: Source,
    observed: Sequence[str],
    *,
    draws: int = DRAWS,
    seed: int = 1,
    variant: str = "",
    overrides: Overrides = (),
) -> Calibration:
    """Return joint draws of the inputs behind totals that were observed, as likely as these make them.

    Parameters
    ----------
    path, variant, overrides
        As `wellbeva.load`.
    observed : sequence of str
        An equation of the model with its labels, and what was seen: ``started.walks=520 (480 to 560)``, in the unit of
        the equation. Labels of people and money that are left out are summed over.
    draws : int
        From what the scenario says, to be weighed.
    seed : int

    Raises
    ------
    WellbevaError
        ``WB-R473`` for a text that cannot be read or names no such total, ``WB-R474`` if what was observed is too far
        from what the scenario says, ``WB-R475`` if it depends on nothing uncertain or on draws from a table.
    """
    scenario = model(path, variant=variant, overrides=overrides)
    wanted = [_Observed.read(text, scenario) for text in observed]
    compiled, names = scenario.compiled, tuple(dict.fromkeys(one.name for one in wanted))
    # nothing else is computed, so that many draws are few numbers
    totals_alone = replace(compiled.plan, outcomes=names, decision=None, break_even=())
    scenario = replace(scenario, compiled=replace(compiled, plan=totals_alone))
    uniforms = qmc.Sobol(len(scenario.problem["names"]), rng=seed).random(draws)
    values = scenario.ppf(np.clip(uniforms, 2.0**-32, 1 - 2.0**-32))
    columns = _behind(scenario, wanted, values)
    outcomes = _totals(scenario, wanted, values)
    centre, error = (np.array([getattr(one, key) for one in wanted]) for key in ("centre", "error"))
    try:
        weight = weights(outcomes, centre, error)
    except EvidenceError as fault:
        message = "what was observed does not fit what the scenario says"
        raise refusal("WB-R474", message, fault.remedy, fault.message, *fault.facts) from None
    picked = resampled(weight, ROWS, seed=seed)
    inputs = [scenario.inputs[column] for column in columns]
    before, after = values[:, columns], values[picked][:, columns]
    totals = _summary([one.path for one in wanted], outcomes, outcomes[picked])
    totals.insert(1, "observed", centre)
    table = pd.DataFrame(after, columns=inputs).map(lambda number: float(f"{number:.6g}"))
    return Calibration(totals, _summary(inputs, before, after), table, effective(weight))


@dataclass(frozen=True, slots=True)
class _Observed:
    """One total that was observed."""

    path: str
    name: str
    labels: tuple[str, ...]
    centre: float
    error: float

    @classmethod
    def read(cls, text: str, scenario: ScenarioModel) -> _Observed:
        plan, spec = scenario.plan, scenario.compiled.record.scenario
        path, _, value = text.partition("=")
        name, *labels = path.strip().split(".")
        equations = {equation.name: equation for equation in plan.equations if equation.stage == "draw"}
        if name not in equations:
            remedy = near_miss(name, equations) or "name an equation of the model: started.walks=520 (480 to 560)"
            raise refusal("WB-R473", f"{name[:40]!r} is not a total that the model computes in every draw", remedy)
        axes = [axis for axis in equations[name].expression.axes if axis != "draw"]
        known = {label for axis in axes for label in plan.axes[axis].labels}
        for label in labels:
            if label not in known:
                remedy = near_miss(label, known) or f"{name} has {', '.join(sorted(known)[:8]) or 'no labels'}"
                raise refusal("WB-R473", f"{label[:40]!r} is not a label of {name}", remedy)
        unit = equations[name].unit_text.strip()
        if len(labels) < sum(len(plan.axes[axis]) > 1 for axis in axes) and unit in _NOT_SUMMED:
            remedy = f"name a label of each of its axes: {', '.join(axes)}"
            raise refusal("WB-R473", f"{name} is a {unit}, of which several do not add up", remedy)
        money = number_reader(spec)

        def number(amount: Amount) -> float:
            dated = amount.currency and amount.price_year is None
            return money(replace(amount, price_year=spec.prices) if dated else amount, unit)

        try:
            estimate = read_estimate(value, number)
        except ValueError as fault:
            remedy = f"write it in the unit of the equation, {unit or 'a plain number'}; money with its price year"
            raise refusal("WB-R473", f"{text[:60]!r} does not fit {name}: {fault}", remedy) from None
        if estimate is None:
            remedy = "write what was seen with its interval or standard error: started.walks=520 (480 to 560)"
            raise refusal("WB-R473", f"{text[:60]!r} does not say what was observed, and how surely", remedy)
        return cls(path.strip(), name, tuple(labels), *estimate)

    def total(self, by_row: xr.Dataset) -> Floats:
        """Return the total of each row, array (row,)."""
        numbers = by_row[self.name]
        for label in self.labels:
            axis = next(axis for axis in numbers.dims if axis != "row" and label in numbers[axis].values.astype(str))
            numbers = numbers.isel({axis: numbers[axis].values.astype(str).tolist().index(label)})
        return np.asarray(numbers.sum([axis for axis in numbers.dims if axis != "row"]).values, dtype=np.float64)


def _totals(scenario: ScenarioModel, wanted: Sequence[_Observed], values: Floats) -> Floats:
    """Return the totals of rows of inputs, array (row, total)."""
    by_row = scenario(values)
    return np.stack([one.total(by_row) for one in wanted], axis=1)


def _behind(scenario: ScenarioModel, wanted: Sequence[_Observed], values: Floats) -> list[int]:
    """Return the uncertain inputs that totals move with in any of some draws, and those drawn together with them."""
    plan = scenario.plan
    parameters = {name for one in wanted for name in plan.upstream(plan.equation(one.name).expression)}
    columns = {index for index, element in enumerate(plan.elements) if element.parameter in parameters}
    together = [joint for joint in plan.joints if columns & {*joint.elements}]
    some = values[:_TRIED]
    still = _totals(scenario, wanted, some)
    for column in columns - {element for joint in together for element in joint.elements}:
        moved = some.copy()
        moved[:, column] = np.roll(moved[:, column], 1)
        if (_totals(scenario, wanted, moved) == still).all():
            columns = columns - {column}
    for joint in together:
        columns = columns | {*joint.elements}
        if joint.kind == "rows":
            message = "what was observed depends on draws from a table, which stay as they are"
            raise refusal("WB-R475", message, "weigh them where they come from")
    if not columns:
        message = "what was observed depends on nothing uncertain"
        raise refusal("WB-R475", message, "give the inputs behind it ranges")
    return sorted(columns)


def _summary(names: Sequence[str], before: Floats, after: Floats) -> pd.DataFrame:
    table: dict[str, object] = {"name": list(names)}
    for when, draws in (("before", before), ("after", after)):
        low, high = np.quantile(draws, [0.025, 0.975], axis=0)
        table |= {when: draws.mean(axis=0), f"{when}_low": low, f"{when}_high": high}
    return pd.DataFrame(table)
