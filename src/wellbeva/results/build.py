"""Plan and engine result -> xarray Dataset with registered variables (DESIGN sections 5 and 7)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from wellbeva.compiler.plan import Plan
from wellbeva.engine.means import evaluate_means
from wellbeva.engine.outcome import EngineResult, Floats, Moments, Quantiles, Tally
from wellbeva.results.merge import error_of_mean, error_of_rows, jackknife, pooled_mean, pooled_sd
from wellbeva.results.points import COST, EFFECT, Cells, evaluate_points, net_benefit, over_decision, with_decision
from wellbeva.results.variables import (
    QUANTILES,
    STATISTICS,
    Variable,
    chance_variables,
    decision_variables,
    level_dimension,
    outcome_variables,
    quantity_name,
    refuse_collisions,
)

if TYPE_CHECKING:
    import xarray as xr

Entries = dict[str, tuple[Variable, Floats]]


def build(
    plan: Plan,
    result: EngineResult,
    *,
    seconds: float | None = None,
    question: str = "",
    plan_hash: str = "",
    version: str = "",
) -> xr.Dataset:
    """Join what the engine reduced into one Dataset.

    Parameters
    ----------
    plan : Plan
    result : EngineResult
    seconds : float, optional
        Time of the whole run; the engine's own unless given.
    question, plan_hash, version : str
        For the attributes; the Plan does not know them.

    Returns
    -------
    xarray.Dataset
        Variables as registered in `results.variables`, each with attributes ``unit``, ``doc``, ``axes`` and ``kind``.

    Raises
    ------
    WellbevaError
        ``WB-R001`` if a name of the model is one of the Dataset's own.
    """
    import xarray as xr

    refuse_collisions(plan)
    base = evaluate_points(with_decision(plan))
    entries: Entries = {}
    _add_outcomes(entries, plan, result, base)
    if plan.decision is not None:
        _add_decision(entries, plan, result, base)
        if result.tally is not None:
            _add_chances(entries, plan, result, result.tally)
    _add_draws(entries, plan, result)
    used = {axis for variable, _ in entries.values() for axis in variable.axes}
    data = {name: (variable.axes, array, _attributes(variable)) for name, (variable, array) in entries.items()}
    attributes = _dataset_attributes(plan, result, seconds=result.seconds if seconds is None else seconds)
    attributes |= {"question": question, "plan_hash": plan_hash, "wellbeva_version": version}
    return xr.Dataset(data, coords=_coordinates(plan, result, used), attrs=attributes)


def _attributes(variable: Variable) -> dict[str, str]:
    return {
        "unit": variable.unit,
        "doc": variable.doc,
        "axes": " ".join(variable.axes),
        "kind": variable.kind,
        "source": variable.source,
    }


def _statistics(
    base: Floats,
    *,
    mean: Floats,
    mcse: Floats,
    sd: Floats | None = None,
    quantiles: Quantiles | None = None,
) -> Floats:
    """Stack the statistics in their fixed order; what is not known is NaN."""
    shape = np.shape(mean)
    found: dict[str, Floats] = {"mean": mean, "mcse": mcse, "base_case": np.broadcast_to(base, shape)}
    if sd is not None:
        found["sd"] = sd
    if quantiles is not None:
        found |= _quantile_rows(quantiles, quantiles.values)
    missing = np.full(shape, np.nan)
    return np.stack([np.asarray(found.get(name, missing), dtype=np.float64) for name in STATISTICS])


def _quantile_rows(quantiles: Quantiles, values: Floats) -> dict[str, Floats]:
    rows = {}
    for name, probability in QUANTILES.items():
        at = np.flatnonzero(np.isclose(quantiles.probabilities, probability, rtol=0, atol=1e-12))
        if len(at):
            rows[name] = values[at[0]]
    return rows


def _aligned(array: Floats, axes: tuple[str, ...], plan: Plan, wanted: tuple[str, ...]) -> Floats:
    """Put an array that may lack axes on the wanted ones; a repeat, never an alignment by position."""
    order = [axes.index(axis) for axis in wanted if axis in axes]
    array = np.transpose(array, order)
    shape = [len(plan.axes[axis]) for axis in wanted]
    index = tuple(slice(None) if axis in axes else np.newaxis for axis in wanted)
    return np.broadcast_to(array[index], shape)


def _add_outcomes(entries: Entries, plan: Plan, result: EngineResult, base: Mapping[str, Cells]) -> None:
    ratios = _ratios_of_means(plan, result)
    for variable in outcome_variables(plan):
        name, axes = variable.name, variable.axes[1:]
        base_axes, base_array = base[name]
        at_base = _aligned(base_array, base_axes, plan, axes)
        moments = result.moments.get(name)
        if name in ratios:
            named_axes, value, error = ratios[name]
            rows = _statistics(
                at_base,
                mean=_aligned(value, named_axes, plan, axes),
                mcse=_aligned(error, named_axes, plan, axes),
            )
        elif moments is not None:
            quantiles = result.quantiles.get(name)
            rows = _drawn(moments, quantiles, at_base)
            _add_resolution(entries, variable, quantiles)
        else:
            nought = np.zeros_like(at_base)
            quantiles = Quantiles(
                axes, np.asarray(list(QUANTILES.values())), np.stack([at_base] * len(QUANTILES)), nought
            )
            rows = _statistics(at_base, mean=at_base, mcse=nought, sd=nought, quantiles=quantiles)
        entries[name] = (variable, rows)


def _drawn(moments: Moments, quantiles: Quantiles | None, base: Floats) -> Floats:
    return _statistics(
        base, mean=pooled_mean(moments), mcse=error_of_mean(moments), sd=pooled_sd(moments), quantiles=quantiles
    )


def _add_resolution(entries: Entries, variable: Variable, quantiles: Quantiles | None) -> None:
    if quantiles is None:
        return
    rows = _quantile_rows(quantiles, quantiles.resolution)
    missing = np.full(quantiles.values.shape[1:], np.nan)
    name = f"{variable.name}_resolution"
    doc = f"width of the bin that each quantile of {variable.name} came from; 0 where it is exact"
    twin = Variable(name, ("quantile", *variable.axes[1:]), variable.unit, doc, "resolution", variable.source)
    entries[name] = (twin, np.stack([rows.get(label, missing) for label in QUANTILES]))


def _ratios_of_means(plan: Plan, result: EngineResult) -> dict[str, tuple[tuple[str, ...], Floats, Floats]]:
    """Outcomes of stage ``mean``: ratio of the pooled means, and its standard error by the jackknife."""
    wanted = [name for name in plan.outcomes if plan.equation(name).stage == "mean"]
    if not wanted:
        return {}
    axes: dict[str, tuple[str, ...]] = {}

    def evaluate(means: dict[str, Floats]) -> dict[str, Floats]:
        with np.errstate(all="ignore"):
            found = evaluate_means(plan, means)
        axes.update({name: found[name].axes for name in wanted})
        return {name: np.asarray(found[name].array, dtype=np.float64) for name in wanted}

    moments = result.moments
    counts = next(iter(moments.values())).count if moments else np.ones(1, dtype=np.int64)
    values, errors = jackknife({name: one.mean for name, one in moments.items()}, counts, evaluate)
    return {name: (axes[name], values[name], errors[name]) for name in wanted}


def _add_decision(entries: Entries, plan: Plan, result: EngineResult, base: Mapping[str, Cells]) -> None:
    effect, cost = (over_decision(plan, base[name], count=0) for name in (EFFECT, COST))
    with np.errstate(all="ignore"):
        per_1000 = np.where(cost > 0, 1000 * effect / cost, np.nan)
    at_base = {"decision.effect": effect, "decision.cost": cost, "decision.per_1000": per_1000}
    at_base["decision.net_benefit"] = net_benefit(plan, effect, cost)
    for variable in decision_variables(plan):
        moments = result.moments.get(variable.source)
        if moments is None:
            continue
        quantiles = result.quantiles.get(variable.source)
        rows = _drawn(moments, quantiles, at_base[variable.source])
        if variable.source == "decision.per_1000":
            rows[STATISTICS.index("mean")], rows[STATISTICS.index("mcse")] = _mean_per_1000(result)
        entries[variable.name] = (variable, rows)
        _add_resolution(entries, variable, quantiles)


def _mean_per_1000(result: EngineResult) -> tuple[Floats, Floats]:
    """Effect for each 1,000 of cost as a ratio of means; never the average of ratios (DESIGN section 7)."""
    effect, cost = result.moments["decision.effect"], result.moments["decision.cost"]

    def ratio(means: dict[str, Floats]) -> dict[str, Floats]:
        with np.errstate(all="ignore"):
            return {"ratio": np.where(means["cost"] > 0, 1000 * means["effect"] / means["cost"], np.nan)}

    values, errors = jackknife({"effect": effect.mean, "cost": cost.mean}, effect.count, ratio)
    return values["ratio"], errors["ratio"]


def _add_chances(entries: Entries, plan: Plan, result: EngineResult, tally: Tally) -> None:
    decision = plan.decision
    assert decision is not None
    shares = {
        "prob_no_benefit": _shares(tally.no_benefit, tally),
        "prob_worth_it": _shares(tally.worth_it, tally),
        "beats": _shares(tally.beats, tally),
    }
    if decision.choose == "one":
        # Options that tie share the draw equally.
        ways = 1.0 / np.arange(1, tally.best.shape[-1] + 1)
        shares["prob_best"] = _shares((tally.best * ways).sum(axis=-1), tally)
    weights = tally.count / tally.count.sum()
    for variable in chance_variables(plan):
        rows = shares[variable.name]
        value = np.tensordot(weights, rows, axes=(0, 0))
        _add_with_error(entries, variable, value, error_of_rows(rows))
    if decision.choose == "one":
        rows = evpi_rows(result, tally)
        variable = Variable(
            "evpi",
            ("threshold",),
            decision.cost_unit,
            "expected value of perfect information at each value of one unit of effect",
            "value_of_information",
        )
        _add_with_error(
            entries, variable, np.maximum(np.tensordot(weights, rows, axes=(0, 0)), 0.0), error_of_rows(rows)
        )


def _shares(counts: Floats | np.ndarray[tuple[int, ...], np.dtype[np.int64]], tally: Tally) -> Floats:
    return counts / tally.count.reshape((-1,) + (1,) * (counts.ndim - 1))


def _add_with_error(entries: Entries, variable: Variable, value: Floats, error: Floats) -> None:
    entries[variable.name] = (variable, value)
    name = f"{variable.name}_mcse"
    twin = Variable(
        name, variable.axes, variable.unit, f"standard error of {variable.name}", variable.kind, variable.source
    )
    entries[name] = (twin, error)


def evpi_rows(result: EngineResult, tally: Tally) -> Floats:
    """Value of perfect information in each randomisation, with the best option fixed by the pooled means.

    Fixing it keeps each row an unbiased estimate of the same quantity: mean of (highest net benefit - net benefit of
    that option). Choosing the best anew in each row would bias every row downwards.

    Returns
    -------
    array (randomisation, threshold)

    References
    ----------
    Claxton (1999), Journal of Health Economics 18(3), 341-364. doi:10.1016/S0167-6296(98)00039-3
    """
    effect, cost = result.moments["decision.effect"], result.moments["decision.cost"]
    threshold = tally.thresholds[:, np.newaxis]
    best = np.argmax(threshold * pooled_mean(effect) - pooled_mean(cost), axis=1)
    rows: Floats = tally.max_net_benefit - (tally.thresholds * effect.mean[:, best] - cost.mean[:, best])
    return rows


def _add_draws(entries: Entries, plan: Plan, result: EngineResult) -> None:
    """Kept draws and inputs, flat along ``draw``, one randomisation after the other."""
    known = {one.source: one for one in (*outcome_variables(plan), *decision_variables(plan))}
    for quantity, array in result.draws.items():
        if quantity not in known:
            continue
        variable = known[quantity]
        name = f"draws_{quantity_name(quantity)}"
        axes = ("draw", *variable.axes[1:])
        doc = f"kept draws of {variable.name}"
        entries[name] = (Variable(name, axes, variable.unit, doc, "draws", quantity), _flat(array))
    if result.inputs:
        variable = Variable("inputs", ("element", "draw"), "", "kept draws of the uncertain numbers", "draws")
        entries["inputs"] = (variable, np.stack([_flat(array) for array in result.inputs.values()]))


def _flat(array: Floats) -> Floats:
    return array.reshape((-1, *array.shape[2:]))


def _coordinates(plan: Plan, result: EngineResult, used: set[str]) -> dict[str, tuple[object, ...]]:
    decision = plan.decision
    labels: dict[str, object] = {"statistic": list(STATISTICS), "quantile": list(QUANTILES)}
    labels["element"] = list(result.inputs)
    if decision is not None:
        labels |= {"decision_option": list(decision.options), "decision_option_other": list(decision.options)}
        if result.tally is not None:
            labels["threshold"] = np.asarray(result.tally.thresholds, dtype=np.float64)
    coordinates: dict[str, tuple[object, ...]] = {}
    for name in sorted(used):
        if name in plan.axes:
            axis = plan.axes[name]
            coordinates[name] = (name, list(axis.labels), {"words": json.dumps(list(axis.words))})
        elif name in labels:
            coordinates[name] = (name, labels[name])
    if decision is not None:
        level = level_dimension(plan)
        if level in used and level not in coordinates:
            coordinates[level] = (level, list(decision.levels))
    if "draw" in used:
        each = next(iter((*result.draws.values(), *result.inputs.values()))).shape[1]
        coordinates["randomisation"] = ("draw", np.repeat(np.arange(result.randomisations), each))
    return coordinates


def _dataset_attributes(plan: Plan, result: EngineResult, *, seconds: float) -> dict[str, str | int | float]:
    attributes: dict[str, str | int | float] = {
        "title": plan.title,
        "currency": plan.currency,
        "price_year": "" if plan.price_year is None else plan.price_year,
        "seed": result.seed,
        "design": result.design,
        "engine": result.engine,
        "threads": result.threads,
        "randomisations": result.randomisations,
        "draws": result.randomisations * result.draws_each,
        "uncertain_inputs": len(plan.elements),
        "seconds": seconds,
        "choose": "",
        "comparator": "",
    }
    decision = plan.decision
    if decision is not None:
        comparator = decision.options[decision.comparator] if decision.comparator >= 0 else "nothing"
        attributes |= {
            "choose": decision.choose,
            "comparator": comparator,
            "effect_unit": decision.effect_unit,
            "cost_unit": decision.cost_unit,
            "levels": json.dumps(list(decision.levels)),
            "values": json.dumps(list(decision.values)),
            "central": decision.central,
            "level_dimension": level_dimension(plan),
        }
    return attributes
