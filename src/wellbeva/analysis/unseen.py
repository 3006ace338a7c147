"""Facts that the draws of a run cannot show: a chance too small for their number, a base case far from them all."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import numpy as np

from wellbeva.core.arrays import Flags, Floats
from wellbeva.distributions.describe import describe
from wellbeva.distributions.spec import Distribution
from wellbeva.engine.reductions.result import EngineResult
from wellbeva.engine.run.settings import DRAWS_STEP, REACHABLE_DRAWS
from wellbeva.errors import Diagnostic
from wellbeva.plan.plan import Plan
from wellbeva.results.variables import draws_counted

if TYPE_CHECKING:
    import xarray as xr

LEAST: Final = 10
"""Draws that should meet a case of an input, so that its effect is more than luck."""
CODES: Final = ("WB-E030", "WB-E031")
"""Codes of these warnings, which depend on the run, so that a check cannot give them."""
_SHOWN = 3
"""Numbers that are listed."""
_BY_CASES = "take its cases one by one, with --set or as variants, and weigh their results by their chances"


def unseen(plan: Plan, result: EngineResult, dataset: xr.Dataset) -> list[Diagnostic]:
    """Warn of what the draws cannot show (semantics R78).

    Parameters
    ----------
    plan : Plan
    result : EngineResult
    dataset : xarray.Dataset
        As `results.dataset` makes it.

    Returns
    -------
    list of Diagnostic
        ``WB-E030`` for each input with a case that fewer than some ten draws meet; ``WB-E031`` where the base case lies
        far outside all draws.
    """
    return [*_rare(plan, result, draws_counted(dataset.attrs)), *_far(plan, result, dataset)]


def _rare(plan: Plan, result: EngineResult, draws: int) -> Iterator[Diagnostic]:
    if result.supplied:
        return
    for index, element in enumerate(plan.elements):
        # Many rare values together, such as those of a large sample, are met; one that stands alone is not.
        chance = sum(one for one in _chances(element.distribution) if one * draws < LEAST)
        if not 0 < chance * draws < LEAST:
            continue
        wanted = DRAWS_STEP * math.ceil(LEAST / chance / DRAWS_STEP)
        yield Diagnostic(
            "WB-E030",
            f"a case of {element.name} with a chance of 1 in {1 / chance:,.0f} is hardly ever drawn",
            facts=(
                plan.subject(index, describe(element.distribution)),
                f"of {draws:,} draws about {chance * draws:.2g} meet it; {LEAST} should",
            ),
            remedy=f"run it with --draws {wanted}, or {_BY_CASES}" if wanted < REACHABLE_DRAWS else _BY_CASES,
            severity="warning",
        )


def _chances(distribution: Distribution) -> Iterator[float]:
    """Chance of each part of a mixture and of each observed value."""
    if distribution.family == "empirical":
        yield from distribution.args[1::2]
    elif distribution.family == "mixture":
        for weight, part in zip(distribution.args, distribution.parts, strict=True):
            yield from (weight * chance for chance in _chances(part))
    else:
        yield 1.0


def _far(plan: Plan, result: EngineResult, dataset: xr.Dataset) -> Iterator[Diagnostic]:
    found = [cell for name in dataset.data_vars for cell in _far_cells(dataset, str(name))]
    if not found:
        return
    blamed = []
    for index, element in enumerate(plan.elements):
        drawn = result.inputs.get(element.name, np.zeros(0))
        if drawn.size and _beyond(np.asarray(element.base), drawn.min(), drawn.max()).any():
            blamed.append(
                plan.subject(index, f"{element.base:.6g} in the base case, {_span(drawn.min(), drawn.max())}")
            )
    source = str(dataset[found[0][0]].attrs["source"])
    equation = next((one for one in plan.equations if one.name == source), None)
    more = len(found) - _SHOWN
    yield Diagnostic(
        "WB-E031",
        "the base case lies far outside all draws, so that the draws miss what may happen",
        None if equation is None or blamed else equation.expression.span,
        facts=(
            *(said for _, said in found[:_SHOWN]),
            *((f"and {more} more",) if more > 0 else ()),
            *blamed[:_SHOWN],
        ),
        remedy=f"look for an input with a rare case: give more --draws, or {_BY_CASES}; check any `base` too",
        severity="warning",
    )


def _far_cells(dataset: xr.Dataset, name: str) -> Iterator[tuple[str, str]]:
    """Yield the cells of a variable whose base case lies further from the draws than these lie from one another."""
    variable = dataset[name]
    if variable.attrs.get("kind") not in {"outcome", "decision"}:
        return
    values = variable.transpose("statistic", ...).values
    base, mean, sd = (values[variable.get_index("statistic").get_loc(one)] for one in ("base_case", "mean", "sd"))
    draws, kept = draws_counted(dataset.attrs), f"draws_{name}"
    if kept in dataset and dataset.sizes["draw"] == draws:
        drawn = dataset[kept].transpose("draw", ...).values
        low, high = np.fmin.reduce(drawn), np.fmax.reduce(drawn)
        width = high - low
    else:
        # No draw is further from the mean than this (Samuelson 1968, How deviant can you be?).
        low, high, width = mean - sd * math.sqrt(draws), mean + sd * math.sqrt(draws), 0 * sd
    axes = [axis for axis in variable.dims if axis != "statistic"]
    for place in np.argwhere(_beyond(base, low - width, high + width)):
        labels = ".".join(str(variable[axis].values[at]) for axis, at in zip(axes, place, strict=True))
        at = tuple(place)
        said = f"{base[at]:,.6g} in the base case, {_span(low[at], high[at])}"
        yield name, f"{name.replace('decision_', 'decision.')}{f'.{labels}' if labels else ''}: {said}"


def _beyond(base: Floats, low: Floats, high: Floats) -> Flags:
    """Whether a number lies beyond an interval, by more than rounding."""
    slack = 1e-9 * np.maximum(np.abs(low), np.abs(high))
    found: Flags = (base < low - slack) | (base > high + slack)
    return found


def _span(low: float, high: float) -> str:
    return f"{low:,.6g} in every draw" if low == high else f"{low:,.6g} to {high:,.6g} in the draws"
