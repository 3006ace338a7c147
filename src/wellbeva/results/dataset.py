"""Plan and engine result -> xarray Dataset with registered variables (DESIGN sections 5 and 7)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

from wellbeva.core.arrays import Floats
from wellbeva.core.statistics import QUANTILES, STATISTICS
from wellbeva.engine.reductions.quantities import NET_BENEFIT
from wellbeva.engine.reductions.result import EngineResult
from wellbeva.plan.plan import COST, EFFECT, Decision, Plan
from wellbeva.results.deterministic import evaluate_points, net_benefit
from wellbeva.results.probabilities import add_chances
from wellbeva.results.statistics import add_base_case, add_decision, add_outcomes
from wellbeva.results.variables import (
    BREAK_EVEN,
    DRAWS,
    ERROR,
    INPUTS,
    Entries,
    Variable,
    beside,
    decision_variables,
    information_variables,
    level_dimension,
    outcome_variables,
    refuse_collisions,
)

if TYPE_CHECKING:
    import xarray as xr


def statistics_of(plan: Plan, result: EngineResult) -> Entries:
    """Return the statistics of outcomes and of the decision, which `build` puts beside the draws.

    Parameters
    ----------
    plan : Plan
    result : EngineResult

    Raises
    ------
    WellbevaError
        As `build`.
    """
    refuse_collisions(plan)
    base = evaluate_points(plan)
    entries: Entries = {}
    add_outcomes(entries, plan, result, base)
    if plan.decision is not None:
        add_decision(entries, plan, result, base)
        if result.tally is not None:
            add_chances(entries, plan, result, result.tally)
    return entries


def build(
    plan: Plan,
    result: EngineResult,
    *,
    statistics: Entries | None = None,
    question: str = "",
    plan_hash: str = "",
    version: str = "",
) -> xr.Dataset:
    """Join what the engine reduced into one Dataset.

    Parameters
    ----------
    plan : Plan
    result : EngineResult
    statistics : Entries, optional
        Those of `statistics_of`, where they are known already.
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

    entries = dict(statistics or statistics_of(plan, result))
    _add_draws(entries, plan, result)
    used = {axis for variable, _ in entries.values() for axis in variable.axes}
    data = {
        name: (variable.axes, _unsigned(array), _attributes(variable)) for name, (variable, array) in entries.items()
    }
    attributes = _dataset_attributes(plan, result)
    attributes |= {"question": question, "plan_hash": plan_hash, "wellbeva_version": version}
    return xr.Dataset(data, coords=_coordinates(plan, result, used), attrs=attributes)


def _unsigned(array: Floats) -> Floats:
    """Write −0 as 0, which nobody tells from it but by its sign."""
    return array + 0.0 if (np.signbit(array) & (array == 0)).any() else array


def outline(plan: Plan) -> xr.Dataset:
    """Join what a run of the plan would give, without draws, so that names, labels and units can be looked up.

    Parameters
    ----------
    plan : Plan

    Returns
    -------
    xarray.Dataset
        Outcomes and decision at the base case; EVPI of 0 and break-evens of NaN.
    """
    import xarray as xr

    base = evaluate_points(plan)
    entries: Entries = {}
    add_base_case(entries, plan, base)
    for variable in information_variables(plan):
        entries |= {name: (variable, np.zeros(1)) for name in (variable.name, ERROR.format(variable.name))}
    for question in plan.break_even:
        axes, array = base[question.outcome]
        name, unit = BREAK_EVEN.format(question.parameter), str(plan.parameter(question.parameter).unit)
        entries[name] = (Variable(name, axes, unit, "", "break_even", question.outcome), np.full(array.shape, np.nan))
    labels: dict[str, list[object]] = {"statistic": [*STATISTICS], "threshold": [0.0]}
    labels |= {name: [*axis.labels] for name, axis in plan.axes.items()}
    attributes: dict[str, str | int | float] = {"draws": 1, "randomisations": 1, "design": ""}
    attributes["currency"] = plan.currency
    if plan.decision is not None:
        labels |= {"decision_option": [*plan.decision.options], level_dimension(plan): [*plan.decision.levels]}
        attributes |= _decision_attributes(plan, plan.decision)
    used = {axis for variable, _ in entries.values() for axis in variable.axes}
    data = {name: (variable.axes, array, _attributes(variable)) for name, (variable, array) in entries.items()}
    return xr.Dataset(data, coords={axis: labels[axis] for axis in sorted(used)}, attrs=attributes)


def values_by_row(plan: Plan, result: EngineResult) -> xr.Dataset:
    """Join the kept draws of a run of given rows, with what does not vary and net benefit beside them.

    Parameters
    ----------
    plan : Plan
    result : EngineResult
        Of `engine.run.block_loop.run_rows`, every draw kept.

    Returns
    -------
    xarray.Dataset
        Outcomes and decision along ``row``; none of those that are made from means over all draws.
    """
    import xarray as xr

    layout = outline(plan)
    data: dict[str, tuple[tuple[str, ...], Floats, dict[str, str]]] = {}
    for variable in (*outcome_variables(plan), *decision_variables(plan)):
        axes = variable.axes[1:]
        if variable.source in result.draws:
            array = result.draws[variable.source][0]
        elif variable.source == NET_BENEFIT:
            array = net_benefit(plan, result.draws[EFFECT][0], result.draws[COST][0])
        elif variable.source in plan.outcomes and plan.equation(variable.source).stage == "draw":
            constant = layout[variable.name].sel(statistic="base_case").values
            array = np.broadcast_to(constant, (result.draws_each, *constant.shape))
        else:
            continue
        data[variable.name] = (("row", *axes), _unsigned(array), _attributes(variable) | {"axes": " ".join(axes)})
    used = {axis for axes, _, _ in data.values() for axis in axes} - {"row"}
    return xr.Dataset(data, coords={axis: layout.coords[axis] for axis in sorted(used)})


def _attributes(variable: Variable) -> dict[str, str]:
    attributes = {
        "unit": variable.unit,
        "doc": variable.doc,
        "axes": " ".join(variable.axes),
        "kind": variable.kind,
        "source": variable.source,
    }
    return attributes | ({"empty": variable.empty} if variable.empty else {})


def _add_draws(entries: Entries, plan: Plan, result: EngineResult) -> None:
    """Add kept draws and inputs, flat along ``draw``: one randomisation after the other, or the rows as supplied.

    None where a randomisation has no draw that counts.
    """
    known = {one.source: one for one in (*outcome_variables(plan), *decision_variables(plan))}
    for quantity, array in result.draws.items():
        if quantity not in known or not array.shape[1]:
            continue
        twin = beside(known[quantity], DRAWS, "kept draws of {}", "draws", "draw", *known[quantity].axes[1:])
        entries[twin.name] = (twin, _flat(array))
    if any(array.shape[1] for array in result.inputs.values()):
        variable = Variable(
            INPUTS, ("element", _input_dimension(result)), "", "kept draws of uncertain numbers", "draws"
        )
        entries[INPUTS] = (variable, _stacked([_flat(array) for array in result.inputs.values()]))


def _input_dimension(result: EngineResult) -> str:
    """Return ``draw``, or ``input_draw`` where fewer draws of the inputs are kept than of the results."""
    counts = {array.shape[1] for array in (*result.draws.values(), *result.inputs.values())}
    return "draw" if len(counts) == 1 else "input_draw"


def _stacked(rows: list[Floats]) -> Floats:
    """Stack the kept inputs (there may be 64 MB); where they are the rows of an array already, take that."""
    base = rows[0].base
    if isinstance(base, np.ndarray) and base.flags.c_contiguous and base.size == sum(row.size for row in rows):
        stacked: Floats = base.reshape(len(rows), -1)
        if all(
            np.shares_memory(mine, row) and row.flags.c_contiguous and mine.ctypes.data == row.ctypes.data
            for mine, row in zip(stacked, rows, strict=True)
        ):
            return stacked
    return np.stack(rows)


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
    for name, arrays in (("draw", result.draws), (_input_dimension(result), result.inputs)):
        if name in used and arrays:
            each = next(iter(arrays.values())).shape[1]
            label = "randomisation" if name == "draw" else "input_randomisation"
            coordinates[label] = (name, np.repeat(np.arange(result.randomisations), each))
    return coordinates


def _dataset_attributes(plan: Plan, result: EngineResult) -> dict[str, str | int | float]:
    """Return what the numbers follow from; what made them how fast is for the manifest, or equal runs would differ."""
    attributes: dict[str, str | int | float] = {
        "title": plan.title,
        "currency": plan.currency,
        "price_year": "" if plan.price_year is None else plan.price_year,
        "seed": result.seed,
        "design": result.design,
        "randomisations": result.randomisations,
        "draws": result.randomisations * result.draws_each,
        "nonfinite_draws": result.nonfinite,
        "outside_draws": result.outside,
        "fast": int(result.fast_gap is not None),
        "fast_gap": "" if result.fast_gap is None else result.fast_gap,
        "uncertain_inputs": len(plan.elements),
        "together": json.dumps([[plan.elements[index].name for index in joint.elements] for joint in plan.joints]),
        "choose": "",
        "comparator": "",
    }
    return attributes if plan.decision is None else attributes | _decision_attributes(plan, plan.decision)


def _decision_attributes(plan: Plan, decision: Decision) -> dict[str, str | int | float]:
    return {
        "choose": decision.choose,
        "comparator": decision.options[decision.comparator] if decision.comparator >= 0 else "nothing",
        "effect_unit": decision.effect_unit,
        "cost_unit": decision.cost_unit,
        "levels": json.dumps(list(decision.levels)),
        "values": json.dumps(list(decision.values)),
        "central": decision.central,
        "level_dimension": level_dimension(plan),
    }
