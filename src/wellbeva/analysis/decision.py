"""The decision table: one row an option, as ``decision.csv`` holds it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Literal, cast

import numpy as np

from wellbeva.analysis.evidence import evidence_of, inputs_by_option
from wellbeva.analysis.incremental import frontier
from wellbeva.analysis.view import DecisionView, decision_view
from wellbeva.compiler.record import Input, Record
from wellbeva.engine.outcome import Floats

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

NOTHING = "nothing"
COLUMNS = (
    "option",
    "label",
    "cost",
    "wellbys",
    "cost_per_wellby",
    "wellbys_per_1000",
    "other_benefits",
    "nb_low",
    "nb_central",
    "nb_high",
    "bcr",
    "prob_best",
    "prob_no_benefit",
    "prob_worth_it",
    "prob_below_hurdle",
    "status",
    "evidence",
)


def decision_table(dataset: xr.Dataset, record: Record, *, turning: Collection[str] | None = None) -> pd.DataFrame:
    """One row an option, in the order of the scenario.

    Parameters
    ----------
    dataset : xarray.Dataset
    record : Record
    turning : collection of str, optional
        Elements that can turn the choice between rivals; only these give the grade.

    Returns
    -------
    pandas.DataFrame
        Columns as in `COLUMNS`. ``cost``, ``wellbys``, ``other_benefits`` and ``nb_*`` are the option's own means;
        ratios, chances and status are against the comparator. ``cost`` is net cost, on which both ratios in WELLBYs
        rest. Money benefits that a model weighs beside the WELLBYs (its outcome ``other_benefit``) stand apart: net
        benefit is value * wellbys + other_benefits - cost. Empty (NaN): £ per WELLBY where the gain is 0 or less,
        ratios to the cost where that is 0 or less, ``prob_best`` unless one option is chosen, chances of the comparator
        against itself, ``nb_*`` of a level that the appraisal lacks, ``prob_below_hurdle`` unless the model holds the
        cost of a WELLBY against a hurdle (its outcome ``below_hurdle``).
    """
    import pandas as pd

    view = decision_view(dataset)
    if view is None:
        return pd.DataFrame(columns=list(COLUMNS))
    other = _own_outcome(dataset, view, "other_benefit")
    other = np.zeros(len(view.options)) if other is None else other
    effect, cost = replace(view, cost=view.cost + other).increments()
    # Against another offer the chance of passing the hurdle would be that of the difference, which nobody worked out.
    alone = view.comparator < 0 or view.options[view.comparator] == NOTHING
    below = _own_outcome(dataset, view, "below_hurdle") if alone else None
    status = _held_against_a_hurdle(dataset, view, statuses(view))
    words = {one.name: one.label for one in record.scenario.options}
    choose = cast("Literal['one', 'several']", view.choose)
    inputs = inputs_by_option(record)
    rows: list[tuple[object, ...]] = []
    for index, option in enumerate(view.options):
        compared = index != view.comparator
        gain, spent = float(effect[index]), float(cost[index])
        rows.append(
            (
                option,
                words.get(option, "Nothing" if option == NOTHING else option),
                view.cost[index] + other[index],
                view.effect[index],
                spent / gain if compared and gain > 0 else np.nan,
                1000 * gain / spent if compared and spent > 0 else np.nan,
                other[index],
                *(_net_benefit(view, level, index) for level in ("low", "central", "high")),
                _benefit_cost_ratio(dataset, view, index) if compared else np.nan,
                _prob_best(dataset, view, index),
                float(dataset["prob_no_benefit"].values[index]) if compared else np.nan,
                _prob_worth_it(dataset, view, index) if compared else np.nan,
                below[index] if compared and below is not None else np.nan,
                status[index],
                _evidence_text(record, option, inputs.get(option, ()), choose=choose, turning=turning),
            )
        )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def statuses(view: DecisionView) -> tuple[str, ...]:
    """Status of each option.

    Returns
    -------
    tuple of str
        Rivals: ``comparator`` (if on the frontier), ``frontier``, ``dominated``, ``extendedly dominated``, ``tied``.
        Offers: ``comparator``, ``harmful`` (mean effect below 0), ``no benefit`` (mean effect 0), ``no cost given``,
        ``repays its cost``, ``does not repay its cost``; ``not valued`` where nothing puts a value on the effect. The
        table says ``below the hurdle`` or ``above the hurdle`` in its place where the model has a hurdle.
    """
    if view.choose == "one":
        found: list[str] = list(frontier(view.cost, view.effect).status)
        if view.comparator >= 0 and found[view.comparator] == "frontier":
            found[view.comparator] = "comparator"
        return tuple(found)
    effect, cost = view.increments()
    return tuple(
        "comparator" if index == view.comparator else _offer_status(view, float(effect[index]), float(cost[index]))
        for index in range(len(view.options))
    )


def _own_outcome(dataset: xr.Dataset, view: DecisionView, name: str) -> Floats | None:
    """Return the mean of a model's own outcome for each option of the decision; None where it is none by option."""
    if name not in dataset or dataset[name].attrs.get("kind") != "outcome":
        return None
    own = dataset[name].sel(statistic="mean")
    if own.dims != ("option",):
        return None
    known = {str(label): float(value) for label, value in zip(own["option"].values, own.values, strict=True)}
    return np.array([known.get(option, 0.0) for option in view.options])


def _held_against_a_hurdle(dataset: xr.Dataset, view: DecisionView, found: tuple[str, ...]) -> tuple[str, ...]:
    """Say more than ``not valued`` where the model's outcome ``wellbys_net`` holds the cost against a hurdle."""
    net = _own_outcome(dataset, view, "wellbys_net")
    if net is None:
        return found
    gained = net - net[view.comparator] if view.comparator >= 0 else net
    words = ["below the hurdle" if one > 0 else "above the hurdle" for one in gained]
    return tuple(word if status == "not valued" else status for status, word in zip(found, words, strict=True))


def _offer_status(view: DecisionView, effect: float, cost: float) -> str:
    if effect < 0:
        return "harmful"
    if effect == 0:
        return "no benefit"
    if cost == 0:
        return "no cost given"
    if not view.levels:
        return "not valued"
    repays = float(view.values[view.central]) * effect > cost
    return "repays its cost" if repays else "does not repay its cost"


def _net_benefit(view: DecisionView, level: str, index: int) -> float:
    if level == "central" and view.levels:
        return float(view.net_benefit[view.central, index])
    return float(view.net_benefit[view.levels.index(level), index]) if level in view.levels else np.nan


def _prob_best(dataset: xr.Dataset, view: DecisionView, index: int) -> float:
    """Chance of being best at the central value; the thresholds hold the levels."""
    if "prob_best" not in dataset or not view.levels:
        return np.nan
    thresholds = dataset["threshold"].values
    at = np.flatnonzero(np.isclose(thresholds, view.values[view.central], rtol=1e-12, atol=0))
    return float(dataset["prob_best"].values[at[0], index]) if len(at) else np.nan


def _prob_worth_it(dataset: xr.Dataset, view: DecisionView, index: int) -> float:
    return float(dataset["prob_worth_it"].values[view.central, index]) if "prob_worth_it" in dataset else np.nan


def _benefit_cost_ratio(dataset: xr.Dataset, view: DecisionView, index: int) -> float:
    """Benefit-cost ratio at the central value: the model's own outcome ``bcr``, else value * effect / cost."""
    if "bcr" in dataset and dataset["bcr"].attrs.get("kind") == "outcome":
        own = dataset["bcr"].sel(statistic="mean")
        if "level" in own.dims and view.levels and view.levels[view.central] in own["level"].values:
            own = own.sel(level=view.levels[view.central])
        if "option" in own.dims:
            if view.options[index] not in own["option"].values:
                return np.nan
            own = own.sel(option=view.options[index])
        if own.size == 1:
            value = float(own.values.reshape(()))
            return value if np.isfinite(value) else np.nan
    effect, cost = view.increments()
    if not view.levels or cost[index] <= 0:
        return np.nan
    return float(view.values[view.central] * effect[index] / cost[index])


def _evidence_text(
    record: Record,
    option: str,
    mine: Sequence[Input],
    *,
    choose: Literal["one", "several"],
    turning: Collection[str] | None,
) -> str:
    if option == NOTHING:
        return ""
    found = evidence_of(record, option, choose=choose, turning=turning, inputs=mine)
    if choose == "several" or not found.assumed:
        return found.grade
    inputs = "input" if found.assumed == 1 else "inputs"
    return f"{found.grade}; {found.assumed} {inputs} assumed"
