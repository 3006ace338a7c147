"""Parameters in published lines: ``hold.visits = 9 months``, ``npsv.visits draw by draw = npsv_printed.visits``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wellbeva.analysis.decision_arrays import outcomes
from wellbeva.analysis.output_paths import (
    NOT_KEPT,
    WITH_STATISTICS,
    Found,
    NoNumberError,
    NotFoundError,
    kept_draws,
    unit_of,
)
from wellbeva.core.arrays import Floats
from wellbeva.errors import near_miss
from wellbeva.results.variables import draws_counted
from wellbeva.scenario.spec import Published
from wellbeva.scenario.text.paths import DottedPath

if TYPE_CHECKING:
    import xarray as xr

    from wellbeva.plan.plan import Plan, PlanParameter


def find_gap(line: Published, dataset: xr.Dataset, plan: Plan) -> Found:
    """Return the widest gap, over all draws, between an outcome and the parameter at `Published.other`.

    Both were drawn together, so the gap has no error of ours: it is what the two numbers are in every draw.

    Parameters
    ----------
    line : Published
    dataset : xarray.Dataset
        Of a run that kept every draw.
    plan : Plan
        Of that run; knows which cells of the parameter are drawn.

    Returns
    -------
    Found
        The widest absolute difference in the unit of the outcome, and in `where` its draw.

    Raises
    ------
    NotFoundError
        If a path leads nowhere.
    NoNumberError
        If not every draw is kept.
    """
    head, labels = line.path.name, line.path.labels
    if head == "decision" and labels and labels[0] in WITH_STATISTICS:
        head, labels = f"decision_{labels[0]}", labels[1:]
    if head not in dataset or "statistic" not in dataset[head].dims:
        remedy = near_miss(head, outcomes(dataset))
        raise NotFoundError(f"{head!r} is not an outcome of the model", head, remedy)
    draws = kept_draws(dataset, head, labels, line.path)
    if draws is None:
        raise NoNumberError(NOT_KEPT)
    ours = draws.ravel()
    assert line.other is not None
    theirs = np.broadcast_to(_parameter_draws(line.other, dataset, plan), ours.shape)
    gaps = np.abs(ours - theirs)
    at = int(np.argmax(gaps))
    each = draws.shape[1]
    # Kept draws that count are not numbered as draws are where some are left out.
    numbered = draws_counted(dataset.attrs) == int(dataset.attrs["draws"])
    place = f"in draw {at % each} of randomisation {at // each}" if numbered else "among the draws that count"
    where = f"the widest gap is {place}: {ours[at]:g} and {theirs[at]:g}"
    return Found(float(gaps[at]), 0.0, unit_of(dataset, head), where=where)


def find_parameter(line: Published, plan: Plan) -> Found | None:
    """Return the base case of the parameter that a line speaks of; None if it speaks of something else (R130).

    Parameters
    ----------
    line : Published
    plan : Plan

    Raises
    ------
    NotFoundError
        If a label is unknown or missing, or the line speaks of draws, or the parameter is not a number.
    """
    name = line.path.name
    results = {"decision", "break_even", *plan.outcomes}  # whose names stand first (R20)
    if name in results or not any(one.name == name and not one.builtin for one in plan.parameters):
        return None
    if line.over or line.at is not None:
        raise NotFoundError(f"{name!r} is an input, of which a line can print the base case alone", name)
    parameter, place = _cell(line.path, plan)
    if parameter.dtype != "float":
        raise NotFoundError(f"{name!r} is a switch or a choice, and has no number", name)
    return Found(float(parameter.values[place]), 0.0, str(parameter.unit))


def _parameter_draws(path: DottedPath, dataset: xr.Dataset, plan: Plan) -> Floats:
    """Return the draws of one cell of a parameter, array (draw,) or a single number where it is certain."""
    parameter, place = _cell(path, plan)
    element = int(parameter.elements[place])
    if element < 0:
        return np.asarray(parameter.values[place])
    kept = dataset["inputs"].sel(element=plan.elements[element].name) if "inputs" in dataset else None
    if kept is None or kept.size < draws_counted(dataset.attrs):
        raise NoNumberError(NOT_KEPT)
    return np.asarray(kept.values, dtype=np.float64)


def _cell(path: DottedPath, plan: Plan) -> tuple[PlanParameter, tuple[int, ...]]:
    """Return the parameter that a path names, and the place of its cell."""
    name, labels = path.name, path.labels
    parameter = next((one for one in plan.parameters if one.name == name), None)
    if parameter is None:
        raise NotFoundError(f"{name!r} is not a parameter of the model")
    known = [label for axis in parameter.axes for label in plan.axes[axis].labels]
    if unknown := [label for label in labels if label not in known]:
        raise NotFoundError(f"{unknown[0]!r} is not a label of {name}", unknown[0], near_miss(unknown[0], known))
    place = []
    for axis in parameter.axes:
        own = plan.axes[axis].labels
        chosen = [own.index(label) for label in labels if label in own]
        if not chosen and len(own) > 1:
            raise NotFoundError(f"'{path}' does not say which {axis} is meant")
        place.append(chosen[0] if chosen else 0)
    return parameter, tuple(place)
