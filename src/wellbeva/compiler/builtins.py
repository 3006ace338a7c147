"""Parameters that every plan has: the clock and the discount factors."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping

import numpy as np

from wellbeva.appraisal.errors import AppraisalError
from wellbeva.compiler.appraisal.units_and_prices import Converter
from wellbeva.compiler.axes import Periods
from wellbeva.core.arrays import Floats
from wellbeva.core.axes import Axis
from wellbeva.core.units import YEAR, Unit, UnitError
from wellbeva.language.ir import DISCOUNTS
from wellbeva.plan.plan import PlanParameter
from wellbeva.scenario.spec import Scenario


def builtin_parameters(
    scenario: Scenario, grid: Periods, axes: Mapping[str, Axis], converter: Converter
) -> tuple[PlanParameter, ...]:
    """Return ``t``, ``step``, ``first``, ``last`` [year], a factor for each period and kind of flow, and ladders.

    A model may discount ``money``, ``wellbeing`` and ``health``; only those for which the appraisal has a rate exist.

    Parameters
    ----------
    scenario : Scenario
    grid : Periods
    axes : mapping of str to Axis
        With `time`, one label a period.
    converter : Converter
        Reads the unit of a ladder; its appraisal has the rates.

    Returns
    -------
    tuple of PlanParameter
        ``t`` and the factors ``discount.money`` … (time) [no unit]; each ladder's own values, by its name (the ladder)
        [its unit]; the others have no axes. All are certain.
    """
    appraisal, span = converter.appraisal, scenario.time.span
    starts = np.array([float(start) for start in grid.starts])
    found = [
        _constant("t", ("time",), YEAR, starts, "start of the period"),
        _constant("step", (), YEAR, np.array(float(grid.step)), "length of a period"),
        _constant("first", (), YEAR, starts[0], "start of the first period"),
        _constant("last", (), YEAR, starts[-1], "start of the last period"),
    ]
    assert len(axes["time"]) == len(starts)
    for name, kind in DISCOUNTS.items():
        if kind not in appraisal.discount:
            continue
        try:
            factors = np.array(appraisal.factors(kind, grid))
        except AppraisalError as error:
            converter.collector.error("WB-A110", error.message, span, facts=error.facts, remedy=error.remedy)
            factors = np.ones(len(starts))  # so that no equation is blamed for it
        found.append(_constant(name, ("time",), Unit(), factors, f"discount factor for {kind}"))
    for axis in axes.values():
        if axis.kind == "ladder" and axis.name in scenario.model.axes:
            with contextlib.suppress(UnitError):  # told where the axis is used
                unit = converter.parse_unit(axis.unit)
                found.append(_constant(axis.name, (axis.name,), unit, np.array(axis.rungs), "value of each rung"))
    return tuple(found)


def _constant(name: str, axes: tuple[str, ...], unit: Unit, values: Floats, doc: str) -> PlanParameter:
    array = np.asarray(values, dtype=np.float64)
    return PlanParameter(name, axes, unit, "float", array, np.full(array.shape, -1, dtype=np.int32), doc)
