"""Parameters that the appraisal fills (`from: appraisal`): registered figures, by the parameter's name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from wellbeva.appraisal.errors import AppraisalError
from wellbeva.appraisal.registered_values import Figure, figure_names, load_figure
from wellbeva.appraisal.vintage import Vintage
from wellbeva.core.axes import Axis
from wellbeva.core.units import WELLBY, Unit
from wellbeva.errors import Collector, near_miss
from wellbeva.plan.record import Input
from wellbeva.scenario.spec import Assignment, ParameterSpec
from wellbeva.scenario.text.identifiers import SIGNS
from wellbeva.scenario.text.paths import Selector
from wellbeva.scenario.value import Amount, Value


def is_figure(name: str) -> bool:
    """Whether the appraisal has a registered figure of that name."""
    return name in figure_names()


def is_value_of_a_wellby(unit: Unit) -> bool:
    """Whether a unit is money for one WELLBY."""
    left = unit * WELLBY
    return len(left.powers) == 1 and left.is_money and left.powers[0][1] == 1


def fail_if_the_appraisal_has_no_such_figure(spec: ParameterSpec, unit: Unit, collector: Collector) -> bool:
    """Note an error for a parameter `from: appraisal` that is neither a registered figure nor the value of a WELLBY.

    Parameters
    ----------
    spec : ParameterSpec
    unit : Unit
        Of the parameter; money for one WELLBY makes it a value of a WELLBY, whatever its name.
    collector : Collector

    Returns
    -------
    bool
        Whether it is neither.
    """
    if is_figure(spec.name) or is_value_of_a_wellby(unit):
        return False
    names = (*figure_names(), "wellby_value")
    collector.error(
        "WB-A112",
        f"the appraisal has no figure {spec.name!r}",
        spec.span,
        facts=(f"figures: {', '.join(names)}",),
        remedy=near_miss(spec.name, names) or "name one of these, or let the scenario give the number",
    )
    return True


def figure_assignments(
    spec: ParameterSpec, axes: Mapping[str, Axis], collector: Collector
) -> tuple[Assignment, ...] | None:
    """Fill a parameter by the registered figure of its name, label by label if it has an axis; None after an error.

    Parameters
    ----------
    spec : ParameterSpec
        Of the name of a registered figure; only its first axis is looked at.
    axes : mapping of str to Axis
        Every axis of the plan.
    collector : Collector

    Returns
    -------
    tuple of Assignment or None
        Amounts as registered, each with its own unit, currency and price year.
    """
    known = load_figure(spec.name)
    try:
        if not spec.by:
            return (Assignment(spec.name, (), _value(known.figure()), "appraisal"),)
        axis = spec.by[0]
        return tuple(
            Assignment(spec.name, (Selector(axis, label),), _value(known.figure(label)), "appraisal")
            for label in axes[axis].labels
        )
    except AppraisalError as error:
        collector.error("WB-A112", error.message, spec.span, facts=error.facts, remedy=error.remedy)
        return None


def _value(figure: Figure) -> Value:
    vintage = figure.vintage
    number = f"{float(figure.value):,.10g}"
    year = f" in {figure.price_year} prices" if figure.price_year else ""
    return Value(
        "number",
        {"value": Amount(figure.value, figure.unit, currency=figure.currency, price_year=figure.price_year)},
        evidence="strong" if vintage.status == "SEEN" else "assumed",
        licence=vintage.licence,
        written=f"{SIGNS.get(figure.currency, '')}{number} {figure.unit}".strip() + year,
        note=". ".join(part for part in (f"{vintage.name}: {vintage.source}", figure.note) if part),
    )


def figure_vintages(inputs: Iterable[Input]) -> tuple[Vintage, ...]:
    """Return the dated data behind the figures in use; one that the scenario replaced is not among them."""
    found = []
    for given_input in inputs:
        if given_input.layer == "appraisal" and is_figure(given_input.parameter):
            label = given_input.labels[0][1] if given_input.labels else ""
            found.append(load_figure(given_input.parameter).figure(label).vintage)
    return tuple(dict.fromkeys(found))
