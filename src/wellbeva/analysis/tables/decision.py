"""The decision table: one row an option, as ``decision.csv`` holds it."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Literal, cast

import numpy as np

from wellbeva.analysis.decision_arrays import (
    NOTHING,
    DecisionView,
    best_first,
    decision_view,
    own_outcome,
    own_savings,
    own_totals,
    savings,
)
from wellbeva.analysis.dictionary.columns import table_of
from wellbeva.analysis.evidence import Evidence, counts, evidence_of, inputs_by_option
from wellbeva.analysis.registry import RunTables, table
from wellbeva.analysis.tables.incremental import frontier
from wellbeva.core.arrays import Floats
from wellbeva.errors import Diagnostic
from wellbeva.plan.plan import Plan
from wellbeva.plan.record import CompiledScenario, Input, Record
from wellbeva.results.ratios import NO_COST, NO_COSTS, NO_GAIN, SAVED, over_money, price_ratios, reason, written
from wellbeva.scenario.spec import Model

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

NO_COST_GIVEN = "no_cost_given"
"""Attribute of a dataset: the options for which nobody gave a cost."""
NOT_GIVEN = "no cost given"
"""Status of an offer, and why ratios of it are empty, where nobody wrote a sum of money down for it."""


def decision_table(dataset: xr.Dataset, record: Record, *, turning: Collection[str] | None = None) -> pd.DataFrame:
    """Return one row for each option, best first: rivals by net benefit, offers as the league has them.

    Parameters
    ----------
    dataset : xarray.Dataset
    record : Record
    turning : collection of str, optional
        Elements that can turn the choice between rivals; only these give the grade.

    Returns
    -------
    pandas.DataFrame
        Columns as in the dictionary. All means, ratios, chances and the status are against the comparator, but for
        ``own_cost`` and ``own_wellbys``, the totals of the option by itself, which differ where the comparator is an
        option too. ``…_q05`` and ``…_q95`` are the ends of 9 of 10 draws; ``net_cost`` is ``cost`` less ``savings``.
        ``cost`` is what is paid; what is saved (the model's total saving) and the money benefits
        weighed beside the WELLBYs stand apart: net benefit is value * wellbys + other_benefits + savings - cost. Both
        ratios in WELLBYs, and the order of offers, rest on cost less savings. Empty (NaN), and ``note`` says why: £ per
        WELLBY where the gain is 0 or less or money is saved, ratios to the cost where cost less savings is 0 or less,
        all of them where no cost is given. Empty, too: ``prob_best`` unless one option is chosen, chances of the
        comparator against itself, of what does not vary and of being worth a cost that nobody gave, ``nb_*`` of a level
        that the appraisal lacks, ``prob_below_hurdle`` unless the model holds the cost of a WELLBY against a hurdle.
        ``attrs`` has the `Evidence` of each option behind the column ``evidence``, and behind ``note`` the names of
        options that do not gain (``no_gain``) and of those without a cost (``no_cost_given``).
    """
    view, model = decision_view(dataset), record.scenario.model
    if view is None:
        return table_of("decision", [])
    own_saving, other = own_savings(dataset, view, model), view.net_cost - view.cost
    saving = savings(dataset, view, model)
    own_effect, own_cost = own_totals(dataset, view)
    net_cost = "decision_net_cost" if "decision_net_cost" in dataset else "decision_cost"
    varies = {name: _varies(dataset, name) for name in ("decision_effect", "decision_net_benefit")}
    # Against another offer the chance of passing the hurdle would be that of the difference, which nobody worked out.
    below = None if "decision_own_cost" in dataset else own_outcome(dataset, view, model.named("below_hurdle"))
    no_cost_given = unpriced(dataset, record)
    status = _held_against_a_hurdle(dataset, view, model, statuses(view, no_cost_given))
    choose = cast("Literal['one', 'several']", view.choose)
    inputs = inputs_by_option(record)
    evidence = {
        option: _evidence(option, inputs.get(option, ()), choose=choose, turning=turning) for option in view.options
    }
    cost_ends = _nine_of_ten(dataset, net_cost, "net_cost")
    effect_ends = _nine_of_ten(dataset, "decision_effect", "wellbys")
    per_1000_ends = _nine_of_ten(dataset, "decision_per_1000", "wellbys_per_1000")
    net_benefit_ends = _nine_of_ten(dataset, "decision_net_benefit", "nb_central", view.central)
    rows: list[dict[str, object]] = []
    for index, option in enumerate(view.options):
        compared = index != view.comparator
        gain, spent, given = float(view.effect[index]), float(view.net_cost[index]), option not in no_cost_given
        known = compared and given
        ratios = {
            "cost_per_wellby": spent / gain
            if known and view.gaining[index] and (view.costly[index] or not spent)
            else np.nan,
            "wellbys_per_1000": 1000 * gain / spent if known and view.costly[index] else np.nan,
            "bcr": _benefit_cost_ratio(dataset, view, index, model, paid=spent + saving[index]) if known else np.nan,
        }
        rows.append(
            {
                "option": option,
                "label": record.scenario.option_labels.get(option, "Doing nothing" if option == NOTHING else option),
                "cost": spent + saving[index],
                "savings": saving[index],
                "net_cost": spent,
                **cost_ends[index],
                "wellbys": gain,
                **effect_ends[index],
                **ratios,
                **(per_1000_ends[index] if known else dict.fromkeys(per_1000_ends[index], np.nan)),
                "other_benefits": other[index],
                "own_cost": own_cost[index] + own_saving[index],
                "own_wellbys": own_effect[index],
                "nb_low": _net_benefit(view, "low", index),
                "nb_central": _net_benefit(view, "central", index),
                **net_benefit_ends[index],
                "nb_high": _net_benefit(view, "high", index),
                "prob_best": _prob_best(dataset, view, index) if any(varies["decision_net_benefit"]) else np.nan,
                "prob_no_benefit": float(dataset["prob_no_benefit"].values[index])
                if compared and varies["decision_effect"][index]
                else np.nan,
                "prob_worth_it": _prob_worth_it(dataset, view, index)
                if known and varies["decision_net_benefit"][index]
                else np.nan,
                "prob_below_hurdle": below[index]
                if compared and below is not None and any(varies["decision_effect"])
                else np.nan,
                "status": status[index],
                "evidence": "; ".join(filter(None, (evidence[option].grade, evidence[option].note))),
                "note": _why_empty(ratios, view, index, given=given) if compared else "",
            }
        )
    table = table_of("decision", [rows[index] for index in best_first(view, no_cost_given)])
    others = [(name, index) for index, name in enumerate(view.options) if index != view.comparator]
    table.attrs["evidence"] = evidence
    table.attrs["no_gain"] = tuple(name for name, index in others if not view.gaining[index])
    table.attrs["no_cost_given"] = tuple(name for name, _ in others if name in no_cost_given)
    return table


@table("decision", csv=True)
def _decision(run: RunTables) -> pd.DataFrame:
    sweeps = run.table("oneway") if run.choose == "one" else None
    turning = None if sweeps is None else frozenset(sweeps.loc[sweeps["can_turn"], "element"])
    return decision_table(run.dataset, run.record, turning=turning)


STATUSES = {
    "one": ("comparator", "frontier", "dominated", "extendedly dominated", "tied"),
    "several": (
        *("comparator", "harmful", "no benefit", "no clear benefit", "gains less", "gains no more"),
        *("not clearly more", "no cost given", "not valued"),
        *("repays its cost", "does not repay its cost"),
    ),
}
"""What `statuses` may give, by what is chosen."""


def statuses(view: DecisionView, no_cost_given: Collection[str]) -> tuple[str, ...]:
    """Return the status of each option.

    Parameters
    ----------
    view : DecisionView
    no_cost_given : collection of str
        See `unpriced`.

    Returns
    -------
    tuple of str
        Rivals: ``comparator`` (if on the frontier), ``frontier``, ``dominated``, ``extendedly dominated``, ``tied``.
        Offers: ``comparator``, ``harmful`` (mean effect below 0), ``no benefit`` (0) and ``no clear benefit`` (within
        the noise of the draws), ``gains less``, ``gains no more`` and ``not clearly more`` in their place where the
        comparator is an option of its own, ``no cost given``, ``repays its cost``, ``does not repay its cost``; ``not
        valued`` where nothing puts a value on the effect. The table says ``below the hurdle`` or ``above the hurdle``
        in its place where the model has a hurdle.
    """
    if view.choose == "one":
        found: list[str] = list(frontier(view.cost, view.effect, view.left_out()).status)
        if view.comparator >= 0 and found[view.comparator] == "frontier":
            found[view.comparator] = "comparator"
        return tuple(found)
    return tuple(
        "comparator" if index == view.comparator else _offer_status(view, index, given=option not in no_cost_given)
        for index, option in enumerate(view.options)
    )


def unpriced(dataset: xr.Dataset, record: Record | None = None) -> frozenset[str]:
    """Return the options that cost nothing although no sum of money was written down for them, not even 0.

    Doing nothing is not among them where one option is chosen.

    Parameters
    ----------
    dataset : xarray.Dataset
    record : Record or None
        The inputs in money; without them, the options as the run noted them in the attributes of its dataset.
    """
    if record is None and NO_COST_GIVEN in dataset.attrs:
        return frozenset(json.loads(dataset.attrs[NO_COST_GIVEN]))
    view = decision_view(dataset)
    if view is None:
        return frozenset()
    given = options_with_a_cost(record, str(dataset.attrs["currency"])) if record else frozenset()
    cost = own_totals(dataset, view)[1]
    unknown = {option for option, x in zip(view.options, cost, strict=True) if x == 0 and option not in given}
    return frozenset(unknown - ({NOTHING} if view.choose == "one" else set()))


def say_what_ratios_lack(dataset: xr.Dataset, plan: Plan, model: Model, no_cost_given: Collection[str]) -> None:
    """Empty ratios of money and effect where nobody wrote a cost down, and say of all why they are empty as R38 has it.

    Parameters
    ----------
    dataset : xarray.Dataset
        Changed in place.
    plan : Plan
    model : Model
        Its roles say which ratio is that of benefits and costs.
    no_cost_given : collection of str
        See `unpriced`.
    """
    if plan.decision is None:
        return
    emptied = [*(one.name for one in price_ratios(plan)), "decision_per_1000"]
    of_costs = {model.named("benefit_cost_ratio"), "decision_bcr"}
    for name in dict.fromkeys((*emptied, *over_money(plan), "decision_bcr")):
        if name not in dataset:
            continue
        variable = dataset[name]
        axis = next((axis for axis in ("option", "decision_option") if axis in variable.dims), None)
        if axis is None:
            continue
        means = variable.sel(statistic="mean")
        words = np.array([reason(variable.attrs, cell) for cell in range(means.size)], dtype=object)
        words = np.where(np.isnan(means.values), words.reshape(means.shape), "")
        if name in of_costs:
            words[words != ""] = NO_COSTS
        without = means[axis].isin(sorted(no_cost_given)).broadcast_like(means).transpose(*means.dims).values
        if name in emptied:
            words[without & (words != NO_GAIN)] = NOT_GIVEN
            variable.values[:, without] = np.nan
        else:
            words[without & (words != "")] = NOT_GIVEN
        variable.attrs["empty"] = written(words)


def options_with_a_cost(record: Record, currency: str) -> frozenset[str]:
    """Options for which somebody wrote down a sum of money that their cost depends on, be it £0.

    Parameters
    ----------
    record : Record
    currency : str
        As units write it: ``GBP``; ``money`` is taken too.

    Returns
    -------
    frozenset of str
        Names of options.
    """
    return frozenset(
        option
        for option, inputs in inputs_by_option(record).items()
        for entry in inputs
        if entry.layer not in {"default", "appraisal"} and entry.parameter in record.costs
        # a wage is not a cost before there are hours
        if any(counts(entry.unit, token) for token in ("money", currency)) and "/hour" not in entry.unit
    )


def rivals_without_a_cost(compiled: CompiledScenario, own_cost: Floats) -> Diagnostic | None:
    """Refuse rivals that would be ranked as if they were free, beside options that cost something (semantics R52).

    Parameters
    ----------
    compiled : CompiledScenario
    own_cost : array (decision option,) [money]
        Net cost of each option by itself in the base case.
    """
    decision, record = compiled.plan.decision, compiled.record
    if decision is None or decision.choose != "one":
        return None
    given = options_with_a_cost(record, compiled.plan.currency)
    real = [index for index, row in enumerate(decision.rows) if row >= 0]
    without = [index for index in real if not own_cost[index] and decision.options[index] not in given]
    unknown = [decision.options[index] for index in without if index != decision.comparator]
    priced = [decision.options[index] for index in real if index not in without]
    if not unknown or not priced:
        return None
    spans = {option.name: option.span for option in record.scenario.options}
    has = "has" if len(unknown) == 1 else "have"
    by = "ranked by net benefit" if decision.levels else "compared by cost and effect"
    return Diagnostic(
        "WB-A171",
        f"{', '.join(unknown)} {has} no cost, and rivals are {by}",
        spans.get(unknown[0]),
        facts=(f"a cost is given for {', '.join(priced)}", "what has none would be ranked as if it were free"),
        remedy="write what it costs, `£0` where it is free",
    )


def _varies(dataset: xr.Dataset, name: str) -> list[bool]:
    """Whether a number of each option differs between draws, at any level; else nothing can be said of its chances."""
    if name not in dataset:
        return [False] * dataset.sizes["decision_option"]
    mean, sd = (abs(dataset[name].sel(statistic=one)) for one in ("mean", "sd"))
    over = [axis for axis in mean.dims if axis != "decision_option"]
    # The standard deviation of equal numbers is not exactly 0: their mean is rounded.
    return [bool(value) for value in (sd > 1e-12 * mean).any(over).values]


def _held_against_a_hurdle(
    dataset: xr.Dataset, view: DecisionView, model: Model, found: tuple[str, ...]
) -> tuple[str, ...]:
    """Say more than ``not valued`` where an outcome of the model holds the cost against a hurdle."""
    net = own_outcome(dataset, view, model.named("beyond_hurdle"))
    if net is None:
        return found
    gained = net - net[view.comparator] if view.comparator >= 0 else net
    words = ["below the hurdle" if one > 0 else "above the hurdle" for one in gained]
    return tuple(word if status == "not valued" else status for status, word in zip(found, words, strict=True))


def _offer_status(view: DecisionView, index: int, *, given: bool) -> str:
    alone = view.comparator < 0
    if view.losing[index]:
        return "harmful" if alone else "gains less"
    if not view.gaining[index]:
        if view.effect[index] != 0:
            return "no clear benefit" if alone else "not clearly more"
        return "no benefit" if alone else "gains no more"
    if not given:
        return NOT_GIVEN
    if not view.levels:
        return "not valued"
    return "repays its cost" if view.repaying[index] else "does not repay its cost"


def _net_benefit(view: DecisionView, level: str, index: int) -> float:
    if level == "central" and view.levels:
        return float(view.net_benefit[view.central, index])
    return float(view.net_benefit[view.levels.index(level), index]) if level in view.levels else np.nan


def _nine_of_ten(dataset: xr.Dataset, name: str, column: str, level: int = 0) -> list[dict[str, float]]:
    """Return the two columns with the ends of 9 of 10 draws of each option; NaN where the run has no such number."""
    columns = (f"{column}_q05", f"{column}_q95")
    if name not in dataset:
        return [dict.fromkeys(columns, np.nan)] * dataset.sizes["decision_option"]
    ends = dataset[name].sel(statistic=["q05", "q95"]).transpose("decision_option", "statistic", ...)
    pairs = ends.isel(dict.fromkeys(ends.dims[2:], level)).values.tolist()
    return [dict(zip(columns, pair, strict=True)) for pair in pairs]


def _why_empty(ratios: Mapping[str, float], view: DecisionView, index: int, *, given: bool) -> str:
    """Say of each ratio that is empty what it lacks (semantics R38)."""
    saved = SAVED if view.saving[index] else NO_COST
    lacks = {"cost_per_wellby": saved, "wellbys_per_1000": NO_COST, "bcr": NO_COSTS}
    if not given:
        lacks = dict.fromkeys(lacks, NOT_GIVEN)
    if not view.gaining[index]:
        lacks["cost_per_wellby"] = NO_GAIN
    if not view.levels:
        lacks["bcr"] = "nothing values the gain"
    return "; ".join(f"no {name}: {lacks[name]}" for name, value in ratios.items() if np.isnan(value))


def _prob_best(dataset: xr.Dataset, view: DecisionView, index: int) -> float:
    """Return the chance of being best at the central value; the thresholds hold the levels."""
    if "prob_best" not in dataset or not view.levels:
        return np.nan
    thresholds = dataset["threshold"].values
    at = np.flatnonzero(np.isclose(thresholds, view.values[view.central], rtol=1e-12, atol=0))
    return float(dataset["prob_best"].values[at[0], index]) if len(at) else np.nan


def _prob_worth_it(dataset: xr.Dataset, view: DecisionView, index: int) -> float:
    return float(dataset["prob_worth_it"].values[view.central, index]) if "prob_worth_it" in dataset else np.nan


def _benefit_cost_ratio(dataset: xr.Dataset, view: DecisionView, index: int, model: Model, *, paid: float) -> float:
    """Return the benefit-cost ratio at the central value: the model's ratio ``bcr``, else value * effect / cost.

    Against another option the model's ratio is that of the increments, so far as it is one of means.
    """
    name = "decision_bcr" if "decision_own_cost" in dataset else model.named("benefit_cost_ratio")
    if name in dataset and dataset[name].attrs.get("kind") in {"outcome", "decision"}:
        own = dataset[name].sel(statistic="mean")
        if "level" in own.dims and view.levels and view.levels[view.central] in own["level"].values:
            own = own.sel(level=view.levels[view.central])
        if "option" in own.dims:
            if view.options[index] not in own["option"].values:
                return np.nan
            own = own.sel(option=view.options[index])
        if own.size == 1:
            value = float(own.values.reshape(()))
            return value if np.isfinite(value) and paid > 0 else np.nan
    if not view.levels or view.net_cost[index] <= 0:
        return np.nan
    benefit = view.values[view.central] * view.effect[index] + (view.net_cost[index] - view.cost[index])
    return float(benefit / view.net_cost[index])


def _evidence(
    option: str, mine: Sequence[Input], *, choose: Literal["one", "several"], turning: Collection[str] | None
) -> Evidence:
    """Return the grade of an option; inputs that are assumed are counted beside it for rivals alone."""
    if option == NOTHING:
        return Evidence()
    found = evidence_of(mine, choose=choose, turning=turning)
    return found if choose == "one" else replace(found, assumed=0)
