"""The axes of one plan: labels from the scenario, from the model, and the periods of time."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from wellbeva.core.axes import Axis, Kind, in_order
from wellbeva.errors import Collector
from wellbeva.scenario.appraisal import PERIODS_PER_YEAR
from wellbeva.scenario.spec import AxisSpec, Model, Scenario

MAX_LABELS = 10_000


@dataclass(frozen=True, slots=True)
class Periods:
    """The sequence of periods: each has a length, a start and an appraisal year (semantics R30).

    Parameters
    ----------
    step : Fraction
        Length of one period in years.
    starts : tuple of Fraction
        Start of each period in years from the start of the appraisal.
    years : tuple of int
        Whole years elapsed at the start of each period: 0 for the first year.
    """

    step: Fraction
    starts: tuple[Fraction, ...]
    years: tuple[int, ...]


def periods(scenario: Scenario, *, weeks_per_year: Fraction) -> Periods:
    """Lay out the periods of a scenario.

    Parameters
    ----------
    scenario : Scenario
    weeks_per_year : Fraction
        365.25 / 7 unless the appraisal's calendar says otherwise (FORMAT R8).
    """
    spec = scenario.time
    step = 1 / PERIODS_PER_YEAR.get(spec.step, weeks_per_year)
    starts = tuple(step * label for label in range(spec.first, spec.last + 1))
    return Periods(step, starts, tuple(int(start // 1) for start in starts))


def build_axes(scenario: Scenario, grid: Periods, collector: Collector) -> dict[str, Axis]:
    """Collect every axis with its labels, in the fixed order.

    Parameters
    ----------
    scenario : Scenario
    grid : Periods
        Their starts become the rungs of `time` [year].
    collector : Collector

    Returns
    -------
    dict of name to Axis
        Without ``draw``.
    """
    model = scenario.model
    axes = {
        "option": Axis(
            "option",
            tuple(option.name for option in scenario.options),
            tuple(option.label for option in scenario.options),
        ),
        "group": Axis("group", tuple(scenario.groups), tuple(scenario.groups.values())),
        "time": Axis(
            "time",
            tuple(str(label) for label in range(scenario.time.first, scenario.time.last + 1)),
            kind="time",
            rungs=tuple(float(start) for start in grid.starts),
            unit="year",
        ),
    }
    if model.states:
        axes["state"] = Axis("state", model.states)
        axes["to"] = Axis("to", model.states)
    for spec in model.axes.values():
        if spec.name not in axes:
            axes[spec.name] = _own_axis(scenario, spec, collector)
    return {name: axes[name] for name in in_order(axes, own_order(model))}


def own_order(model: Model) -> tuple[str, ...]:
    """Return the model's own axes in the order in which it declares them."""
    return tuple(model.axes)


def _own_axis(scenario: Scenario, spec: AxisSpec, collector: Collector) -> Axis:
    given = scenario.axes.get(spec.name, {})
    if spec.labels:
        kind: Kind = "ladder" if spec.unit else "ordered"
        labels, words = spec.labels, tuple(given.get(label, label) for label in spec.labels)
    elif spec.unit:
        kind, labels, words = "ladder", tuple(given), ()
    else:
        kind, labels = "plain", tuple(given)
        words = tuple(given.values())
    rungs = tuple(float(label) for label in labels) if kind == "ladder" else ()
    if len(labels) > MAX_LABELS:
        collector.error(
            "WB-C003",
            f"the axis {spec.name!r} has too many labels",
            scenario.spans.get(f"axes.{spec.name}") or scenario.spans.get("model"),
            facts=(f"{len(labels):,} labels", f"at most {MAX_LABELS:,} are read"),
            remedy="join labels that are alike, or put the parts into scenarios of their own",
        )
        labels = labels[:1]
    return Axis(spec.name, labels, words if len(words) == len(labels) else (), kind, rungs, spec.unit)
