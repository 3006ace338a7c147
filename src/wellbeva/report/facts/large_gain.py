"""What the guidance asks for where a gain is large: a sentence for the appraisal's rules, not a warning."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wellbeva.report.facts.names import label_of

if TYPE_CHECKING:
    from wellbeva.core.arrays import Floats
    from wellbeva.engine.arrays.named import NamedArray
    from wellbeva.plan.plan import Plan
    from wellbeva.plan.record import Record

LARGE_CHANGE = 0.5
"""Points of life satisfaction a person and year beyond which the guidance asks for the compensating surplus."""


def large_gain(plan: Plan, record: Record) -> tuple[str, ...]:
    """Say that compensating surplus is asked for, where a gain of the base case is above half a point; else nothing.

    A sentence rather than a warning: the guidance asks for it as a test of the high value, so that nothing is wrong
    without it.

    Parameters
    ----------
    plan : Plan
    record : Record
        The roles of its model name the gain, and how much of it is believed.

    Returns
    -------
    tuple of str
        One sentence, or none.

    References
    ----------
    HM Treasury, Wellbeing guidance for appraisal (2021): compensating surplus for changes above about 0.5 points.
    """
    from wellbeva.engine.reference.interpreter import evaluate

    model = record.scenario.model
    names = model.named("gain"), model.named("gain_believed")
    valued = any("WELLBY" in str(parameter.unit) and parameter.unit.is_money for parameter in plan.parameters)
    if not all(names) or not valued or model.named("compensating_surplus") in plan.outcomes:
        return ()
    values = evaluate(plan)
    gain, believed = (values[name] for name in names)
    change = np.abs(gain.array * _along(believed, gain.axes))
    largest = float(change.max())
    if not largest > LARGE_CHANGE:
        return ()
    whose = ""
    if "option" in gain.axes:
        at = np.unravel_index(int(change.argmax()), change.shape)[gain.axes.index("option")]
        whose = f" ({label_of(record, plan.axes['option'].labels[int(at)])})"
    said = (
        f"The largest gain of one person is {largest:.2f} points{whose}. Above {LARGE_CHANGE:g} points HM Treasury "
        "asks for the compensating surplus too, as a test of the high value: the model compensating_surplus works it "
        "out from the incomes of those who gain."
    )
    return (said,)


def _along(value: NamedArray, axes: tuple[str, ...]) -> Floats:
    """Lay a value out along the axes of another; it has some of them."""
    shape = [value.array.shape[value.axes.index(axis)] if axis in value.axes else 1 for axis in axes]
    return value.array.reshape(shape)
