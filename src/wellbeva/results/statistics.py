"""Statistics of outcomes and of the decision: mean, standard error, spread, quantiles, base case (DESIGN section 5)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from wellbeva.core.arrays import Floats, Ints
from wellbeva.core.statistics import QUANTILES, STATISTICS
from wellbeva.engine.arrays.named import drop
from wellbeva.engine.reductions.result import EngineResult, Moments
from wellbeva.engine.reference.ratios_of_means import evaluate_means
from wellbeva.engine.run.block_loop import supplied_draws
from wellbeva.engine.run.jackknife import left_out_means
from wellbeva.plan.plan import COST, EFFECT, NET_COST, Plan
from wellbeva.results.deterministic import Cells, net_benefit, ratio_per_1000
from wellbeva.results.ratios import PriceRatio, operands, price_ratios, why_empty, written
from wellbeva.results.standard_errors import (
    SURE,
    error_of_left_out,
    error_of_mean,
    error_of_quantiles,
    error_of_rows,
    jackknife,
    pooled_mean,
    pooled_sd,
)
from wellbeva.results.variables import (
    QUANTILE_ERROR,
    RESOLUTION,
    Entries,
    Variable,
    beside,
    decision_variables,
    outcome_variables,
)


def _statistics(
    base: Floats,
    *,
    mean: Floats,
    mcse: Floats,
    sd: Floats | None = None,
    quantiles: Floats | None = None,
) -> Floats:
    """Stack the statistics in their fixed order; what is not known is NaN."""
    shape = np.shape(mean)
    rows: dict[str, Floats] = {"mean": mean, "mcse": mcse, "base_case": np.broadcast_to(base, shape)}
    if sd is not None:
        rows["sd"] = sd
    if quantiles is not None:
        rows |= dict(zip(QUANTILES, quantiles, strict=True))
    missing = np.full(shape, np.nan)
    return np.stack([np.asarray(rows.get(name, missing), dtype=np.float64) for name in STATISTICS])


def _aligned(array: Floats, axes: tuple[str, ...], plan: Plan, wanted: tuple[str, ...]) -> Floats:
    """Put an array that may lack axes on the wanted ones; a repeat, never an alignment by position."""
    order = [axes.index(axis) for axis in wanted if axis in axes]
    array = np.transpose(array, order)
    shape = [len(plan.axes[axis]) for axis in wanted]
    index = tuple(slice(None) if axis in axes else np.newaxis for axis in wanted)
    return np.broadcast_to(array[index], shape)


def add_outcomes(entries: Entries, plan: Plan, result: EngineResult, base: Mapping[str, Cells]) -> None:
    """Add each outcome over (statistic, *axes), and the resolution of its quantiles.

    Ratios of means have no spread: their ``sd`` and quantiles are NaN.

    Parameters
    ----------
    entries : dict of name to (Variable, array)
        Filled; arrays are in the unit of their outcome.
    plan : Plan
    result : EngineResult
    base : mapping of equation to (axes, array over them)
        The base case, as `evaluate_points` gives it.
    """
    ratios = _ratios_of_means(plan, result)
    priced = {one.name: one for one in price_ratios(plan)}
    for variable in outcome_variables(plan):
        name, axes = variable.source, variable.axes[1:]
        base_axes, base_array = base[name]
        at_base = _aligned(base_array, base_axes, plan, axes)
        if name in ratios:
            named_axes, value, error = ratios[name]
            rows = _statistics(
                np.where(np.isfinite(at_base), at_base, np.nan),
                mean=_aligned(value, named_axes, plan, axes),
                mcse=_aligned(error, named_axes, plan, axes),
            )
        elif name in result.moments:
            rows = _drawn(result, name, at_base)
        else:
            zeros = np.zeros_like(at_base)
            same = np.stack([at_base] * len(QUANTILES))
            rows = _statistics(at_base, mean=at_base, mcse=zeros, sd=zeros, quantiles=same)
        told = _emptied(rows, variable, priced[name], plan, ratios, base) if name in priced else variable
        entries[variable.name] = (told, rows)
        if name in result.moments:
            _add_beside_quantiles(entries, variable, result)


def _drawn(result: EngineResult, name: str, base: Floats) -> Floats:
    moments, quantiles = result.moments[name], result.quantiles.get(name)
    error = error_of_mean(moments, supplied=result.supplied)
    values = None if quantiles is None else quantiles.values
    return _statistics(base, mean=pooled_mean(moments), mcse=error, sd=pooled_sd(moments), quantiles=values)


def _add_beside_quantiles(entries: Entries, variable: Variable, result: EngineResult) -> None:
    """Add each quantile's resolution, and its error from the spread of the randomisations' own (semantics R44).

    Of supplied draws the error is that of independent draws. Where every draw that counts is kept; not of outcomes by
    time, of which sorting every cell would take longer than the run.
    """
    quantiles = result.quantiles.get(variable.source)
    if quantiles is not None:
        doc = "width of the bin that each quantile of {} came from; 0 where it is exact"
        twin = beside(variable, RESOLUTION, doc, "resolution", "quantile", *variable.axes[1:])
        entries[twin.name] = (twin, quantiles.resolution)
    draws = result.draws.get(variable.source)
    if draws is None or not _every_draw_kept(result, result.moments[variable.source].count) or "time" in variable.axes:
        return
    chances = np.asarray(list(QUANTILES.values()))
    if result.supplied:
        errors = error_of_quantiles(draws[0], chances)
    else:
        ordered = np.sort(draws, axis=1)  # by vector instructions, which leaves `quantile` little to select
        errors = np.stack([error_of_rows(rows) for rows in np.quantile(ordered, chances, axis=1)])
    doc = "standard error of each quantile of {}"
    twin = beside(variable, QUANTILE_ERROR, doc, "error", "quantile", *variable.axes[1:])
    entries[twin.name] = (twin, errors)


def _every_draw_kept(result: EngineResult, count: Ints) -> bool:
    """Whether every draw that counts is kept, by how many of each stretch count.

    Where draws are left out of some randomisations more than of others, as many of each are kept as count in the one
    that lost most: errors made from them are those of slightly fewer draws, never too small.
    """
    if result.supplied:
        return result.kept_each == int(count.sum())
    return len(count) == result.randomisations and result.kept_each == int(count.min())


def _ratios_of_means(plan: Plan, result: EngineResult) -> dict[str, tuple[tuple[str, ...], Floats, Floats]]:
    """Return outcomes of stage ``mean``: ratio of the pooled means, and its standard error by the jackknife."""
    wanted = [name for name in plan.outcomes if plan.equation(name).stage == "mean"]
    if not wanted:
        return {}
    parts = operands(plan)
    wanted += parts
    axes: dict[str, tuple[str, ...]] = {}

    def evaluate(means: dict[str, Floats]) -> dict[str, Floats]:
        with np.errstate(all="ignore"):
            found = evaluate_means(plan, means, parts)
        axes.update({name: drop(found[name].axes, "draw") for name in wanted})
        return {name: np.asarray(found[name].array, dtype=np.float64) for name in wanted}

    moments = {name: moment for name, moment in result.moments.items() if name.startswith("mean.")}
    values, errors = _function_of_means(plan, result, moments, evaluate)
    return {name: (axes[name], values[name], errors[name]) for name in wanted}


def _emptied(
    rows: Floats,
    variable: Variable,
    one: PriceRatio,
    plan: Plan,
    ratios: Mapping[str, tuple[tuple[str, ...], Floats, Floats]],
    base: Mapping[str, Cells],
) -> Variable:
    """Blank the cells of a price ratio that mean nothing, on average or in the base case; return why they are empty."""
    axes = variable.axes[1:]
    means, noise, at_base = [], [], []
    for part in one.parts if not one.of_effect else reversed(one.parts):  # the effect, then the money
        named_axes, value, error = ratios[part]
        means.append(_aligned(value, named_axes, plan, axes))
        noise.append(SURE * np.nan_to_num(_aligned(error, named_axes, plan, axes)))
        at_base.append(_aligned(base[part][1], base[part][0], plan, axes))
    empty = why_empty(*means, of_effect=one.of_effect, noise=(noise[0], noise[1]))
    for statistic in ("mean", "mcse"):
        rows[STATISTICS.index(statistic)][empty != ""] = np.nan
    rows[STATISTICS.index("base_case")][why_empty(*at_base, of_effect=one.of_effect) != ""] = np.nan
    return replace(variable, empty=written(empty))


def _function_of_means(
    plan: Plan,
    result: EngineResult,
    moments: Mapping[str, Moments],
    evaluate: Callable[[dict[str, Floats]], dict[str, Floats]],
) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Return what pooled means come to, and its standard error: over randomisations, or over supplied rows (R44)."""
    if not moments:
        values = {name: np.where(np.isfinite(value), value, np.nan) for name, value in evaluate({}).items()}
        return values, {name: np.where(np.isnan(value), np.nan, 0.0) for name, value in values.items()}
    if not result.supplied:
        counts = next(iter(moments.values())).count
        return jackknife({name: moment.mean for name, moment in moments.items()}, counts, evaluate)
    means = {name: pooled_mean(moment) for name, moment in moments.items()}
    values = {name: np.where(np.isfinite(value), value, np.nan) for name, value in evaluate(means).items()}
    rows = supplied_draws(plan)
    several = rows.shape[1] - result.left_out > 1
    left_out = left_out_means(plan, rows, means, without=result.left_out) if several else ()
    return values, error_of_left_out(values, left_out, evaluate)


def add_decision(entries: Entries, plan: Plan, result: EngineResult, base: Mapping[str, Cells]) -> None:
    """Add effect, cost, net benefit and effect per 1,000 of cost over the options of the decision.

    Parameters
    ----------
    entries : dict of name to (Variable, array)
        Filled; arrays (statistic, decision option), of net benefit (statistic, level, decision option).
    plan : Plan
        With a decision.
    result : EngineResult
    base : mapping of equation to (axes, array over them)
        The base case, as `evaluate_points` gives it.
    """
    at_base = _decision_at_base(plan, base)
    for variable in decision_variables(plan):
        if variable.source not in result.moments:
            continue
        rows = _drawn(result, variable.source, at_base[variable.source])
        if variable.source == "decision.per_1000":
            rows[STATISTICS.index("mean")], rows[STATISTICS.index("mcse")] = _mean_per_1000(plan, result)
        entries[variable.name] = (variable, rows)
        _add_beside_quantiles(entries, variable, result)


def _decision_at_base(plan: Plan, base: Mapping[str, Cells]) -> dict[str, Floats]:
    decision = {name: base[name][1] for name in (EFFECT, COST, NET_COST) if name in base}
    net = net_benefit(plan, decision[EFFECT], decision[COST])
    return decision | {"decision.per_1000": ratio_per_1000(decision), "decision.net_benefit": net}


def add_base_case(entries: Entries, plan: Plan, base: Mapping[str, Cells]) -> None:
    """Add outcomes and the decision as if nothing were drawn: every statistic is that of the base case.

    Parameters
    ----------
    entries : dict of name to (Variable, array)
        Filled, as `add_outcomes` and `add_decision` do.
    plan : Plan
    base : mapping of equation to (axes, array over them)
        The base case, as `evaluate_points` gives it.
    """
    decision = {} if plan.decision is None else _decision_at_base(plan, base)
    for variable in (*outcome_variables(plan), *decision_variables(plan)):
        array = decision.get(variable.source)
        if array is None:
            base_axes, base_array = base[variable.source]
            array = _aligned(base_array, base_axes, plan, variable.axes[1:])
        zeros = np.zeros_like(array)
        entries[variable.name] = (variable, _statistics(array, mean=array, mcse=zeros, sd=zeros))


def _mean_per_1000(plan: Plan, result: EngineResult) -> tuple[Floats, Floats]:
    """Return the effect for each 1,000 of cost as a ratio of means; never the average of ratios (DESIGN section 7).

    There is none where the mean cost is less than `SURE` standard errors above 0: its sign would be one of the draws
    (semantics R38).
    """
    moments = {name: result.moments[name] for name in (EFFECT, COST, NET_COST) if name in result.moments}

    def evaluate(means: dict[str, Floats]) -> dict[str, Floats]:
        return {"ratio": ratio_per_1000(means), "spent": means.get(NET_COST, means[COST])}

    values, errors = _function_of_means(plan, result, moments, evaluate)
    noise = values["spent"] <= SURE * errors["spent"]
    return np.where(noise, np.nan, values["ratio"]), np.where(noise, np.nan, errors["ratio"])
