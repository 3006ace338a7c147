"""A scenario that a person can copy and fill in: every key that a model asks for, and the others as comments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wellbeva.report.explain.model_facts import unit_of
from wellbeva.scenario.spec import Model, ParameterSpec

OPTIONS = ("first_option", "second_option")
OWN = ("option", "group", "time", "state", "to", "node", "person")
"""Axes whose labels do not stand under `axes`."""


def skeleton(model: Model) -> str:
    """Write a scenario for a model: it loads as it stands, with numbers that stand in for yours.

    Parameters
    ----------
    model : Model
    """
    return "\n".join(_lines(model)) + "\n"


def _lines(model: Model) -> Iterator[str]:
    at_budget = any(parameter.filled_by == "budget" for parameter in model.parameters.values())
    yield "schema: wellbeva/scenario/1"
    yield "scenario: Say what is compared"
    yield "question: Which should be chosen?"
    yield f"model: {model.name}"
    yield "appraisal: green-book-2026"
    yield "time: {step: year, from: 0, to: 9, starts: 2026}"
    yield from ("choose: several", "budget: £50k") if at_budget else ("comparator: nothing", "choose: one")
    yield from _axes(model)
    asked = [parameter for parameter in model.parameters.values() if _asked(parameter, at_budget=at_budget)]
    optional = [
        parameter for parameter in model.parameters.values() if parameter.default is not None and parameter not in asked
    ]
    yield from ("", "options:", *_options(model, asked, optional))
    yield from _values(
        [one for one in asked if "option" not in one.by], [one for one in optional if "option" not in one.by]
    )
    yield from ("", "not_counted: [Say what these numbers leave out.]")


def _options(model: Model, asked: Sequence[ParameterSpec], optional: Sequence[ParameterSpec]) -> Iterator[str]:
    """Write the options; the first explains each number and lists what may be added."""
    for number, option in enumerate(model.needs.get("option", OPTIONS)):
        yield f"  {option}:"
        yield f"    label: {option.replace('_', ' ').capitalize()}"
        for one in asked:
            if "option" in one.by:
                yield f"    {one.name}: {_value(one)}{'' if number else _said(one)}"
        for one in () if number else optional:
            if "option" in one.by:
                yield f"    # {one.name}: {_written(one)}{_said(one)}"


def _values(shared: Sequence[ParameterSpec], others: Sequence[ParameterSpec]) -> Iterator[str]:
    if shared or others:
        yield from ("", "values:" if shared else "# values:")
    for one in shared:
        yield f"  {one.name}: {_value(one)}{_said(one)}"
    for one in others:
        yield f"{'  # ' if shared else '#   '}{one.name}: {_written(one)}{_said(one)}"


def _asked(one: ParameterSpec, *, at_budget: bool) -> bool:
    """Whether the scenario must give it; an offer that is bought at a budget must have a price."""
    if one.default is None:
        return not one.filled_by
    free = all(amount.number == 0 for amount in one.default.amounts.values())
    return at_budget and free and one.unit.text.strip() == "money/person" and "option" in one.by


def _axes(model: Model) -> Iterator[str]:
    said = [one for name, one in model.axes.items() if not one.labels and name not in OWN]
    for axis in ("group",):
        for label in model.needs.get(axis, ()):
            yield f"# the model needs the group {label}"
    if not said:
        return
    yield ""
    yield "axes:"
    for one in said:
        labels = model.needs.get(one.name, ())
        if one.unit:
            yield f"  {one.name}: [0, 1]{_remark(one.doc)}"
        elif labels:
            yield f"  {one.name}: {{{', '.join(f'{label}: {label}' for label in labels)}}}"
        else:
            yield f"  {one.name}: {{first_{one.name}: Words for people}}{_remark(one.doc)}"


def _said(one: ParameterSpec) -> str:
    by = f" by {', '.join(one.by)}" if one.by else ""
    return _remark(f"{unit_of(one)}{by}{': ' + one.doc if one.doc else ''}")


def _remark(text: str) -> str:
    """Write a remark behind a line; words of a model must not begin a line of their own."""
    words = " ".join(text.split())
    return f"  # {words}" if words else ""


def _written(one: ParameterSpec) -> str:
    return " ".join(one.default.written.split()) if one.default is not None else ""


def _value(one: ParameterSpec) -> str:  # noqa: PLR0911  (one a kind of unit)
    """Write a number that stands in: of the right unit, inside the bounds, and honestly assumed."""
    if one.kind == "switch":
        return "false"
    if one.kind == "choice":
        return one.choices[0]
    number = _inside(one)
    unit = one.unit.text.strip()
    head = unit.partition("/")[0].partition("[")[0].strip()
    if head in ("money", "GBP", "USD", "EUR"):
        return f"£{number or 100:g} in 2023 prices [assumed]"
    if unit == "share":
        return f"{100 * number:g}% [assumed]"
    if unit in ("year", "quarter", "month", "week", "day"):
        return f"{number or 1:g} {unit}{'' if number == 1 else 's'} [assumed]"
    if unit == "person":
        return f"{number if number > 1 else 100:g} people [assumed]"
    return f"{number:g} [assumed]"


def _inside(one: ParameterSpec) -> float:
    # A share over one label of an axis is the whole; other shares stand for part of something.
    part = one.unit.text.strip() == "share" and (not one.by or set(one.by) & set(OWN))
    start = 0.1 if part else 1.0
    low, high = one.bounds
    if low is not None and start < float(low.number):
        start = float(low.number)
    if high is not None and start > float(high.number):
        start = float(high.number)
    return start
