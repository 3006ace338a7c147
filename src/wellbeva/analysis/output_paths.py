"""From the path of a published output to our number: ``npsv.visits.central``, ``decision.icer.b``."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wellbeva.analysis.decision_arrays import DecisionView, Statistic, decision_view, order_by_net_benefit, outcomes
from wellbeva.analysis.tables.decision import STATUSES, statuses, unpriced
from wellbeva.analysis.tables.incremental import frontier
from wellbeva.analysis.uncertainty.sample import sample_of_run
from wellbeva.core.arrays import Floats
from wellbeva.core.statistics import QUANTILES
from wellbeva.errors import near_miss
from wellbeva.results.standard_errors import error_of_statistic
from wellbeva.results.variables import BREAK_EVEN, DRAWS, draws_counted
from wellbeva.scenario.spec import Published
from wellbeva.scenario.text.paths import DottedPath
from wellbeva.scenario.value import Amount

if TYPE_CHECKING:
    import xarray as xr

InUnit = Callable[[Amount, str], float]

NOT_KEPT = "this needs every draw, and the run has not kept them all: run with --keep-draws"
WITH_STATISTICS = ("effect", "cost", "net_cost", "net_benefit", "per_1000", "own_effect", "own_cost", "bcr")
INCREMENTAL = ("inc_cost", "inc_effect", "icer")
RIVALS_AT = ("prob_best", "expected_loss", "evpi")
"""Of rivals at a value of one unit of effect, from every draw."""


class NotFoundError(Exception):
    """A path that leads nowhere, in one sentence.

    Parameters
    ----------
    message : str
    word : str
        The part of the path that is wrong; empty: the whole.
    remedy : str
    """

    def __init__(self, message: str, word: str = "", remedy: str = "") -> None:
        super().__init__(f"{message}; {remedy}" if remedy else message)
        self.message, self.word, self.remedy = message, word, remedy


class NoNumberError(NotFoundError):
    """A path that leads to a number which this run does not have."""


@dataclass(frozen=True, slots=True)
class Found:
    """Our value, its standard error (0 in the base case) and its unit.

    Parameters
    ----------
    value : float or str
    mcse : float
        Of a label: of the lead over the next best.
    unit : str
    lead : float
        Of a label that draws decide: by how much it leads, in money; infinite where nothing is drawn.
    where : str
        Of a widest gap: the draw in which it is found, in words.
    labels : tuple of str
        The form of a label.
    """

    value: float | str
    mcse: float
    unit: str
    lead: float = math.inf
    where: str = ""
    labels: tuple[str, ...] = ()


def find(line: Published, dataset: xr.Dataset, *, to_number: InUnit) -> Found:
    """Look up the output that a line speaks of.

    Parameters
    ----------
    line : Published
        Labels after the name may stand in any order; each belongs to one axis. An axis with one label may be left out.
    dataset : xarray.Dataset
    to_number : callable
        Turns the line's own amounts (``at £20000``) into numbers of a unit.

    Raises
    ------
    NotFoundError
        If there is no such output, or a label is unknown or missing.
    """
    head, labels = line.path.name, line.path.labels
    if line.at is not None and (head != "decision" or not {*labels[:1]} & {*RIVALS_AT, "best", "net_benefit"}):
        raise NotFoundError(f"{line.path} is the same whatever a unit of the effect is worth", "", "leave out 'at …'")
    if head == "decision":
        return _of_decision(line, dataset, labels, to_number)
    if head == "break_even":
        if not labels:
            message = "break_even needs the name of a parameter after it"
            raise NotFoundError(message)
        name, labels = BREAK_EVEN.format(labels[0]), labels[1:]
        if name not in dataset:
            asked = line.path.labels[0]
            begin = BREAK_EVEN.format("")
            known = [str(one).removeprefix(begin) for one in dataset.data_vars if str(one).startswith(begin)]
            raise NotFoundError(f"the model asks for no break-even of {asked!r}", asked, near_miss(asked, known))
        return Found(float(find_cell(dataset[name], labels, line.path).values), 0.0, str(dataset[name].attrs["unit"]))
    if head not in outcomes(dataset):
        raise NotFoundError(f"{head!r} is not an outcome of the model", head, near_miss(head, outcomes(dataset)))
    return _of_variable(line, dataset, head, labels, to_number)


def find_cell(variable: xr.DataArray, labels: Sequence[str], path: DottedPath) -> xr.DataArray:
    """Pick one cell: each label on the axis that has it, axes of one label filled in.

    Parameters
    ----------
    variable : xarray.DataArray
        `statistic`, `draw` and `quantile` are left as they are.
    labels : sequence of str
        In any order.
    path : DottedPath
        As written, for messages.

    Returns
    -------
    xarray.DataArray
        Over the axes that are left as they are.

    Raises
    ------
    NotFoundError
        If no free axis has a label, or an axis of several labels is not named.
    """
    picked: dict[str, str] = {}
    free = [str(axis) for axis in variable.dims if axis not in {"statistic", "draw", "quantile"}]
    for label in labels:
        owners = [axis for axis in free if axis not in picked and label in variable[axis].values.astype(str)]
        if not owners:
            known = [str(value) for axis in free for value in variable[axis].values]
            raise NotFoundError(f"{label!r} in '{path}' is not a label of this output", label, near_miss(label, known))
        picked[owners[0]] = label
    for axis in free:
        if axis not in picked:
            if variable.sizes[axis] != 1:
                raise NotFoundError(f"'{path}' does not say which {axis.removeprefix('decision_')} is meant")
            picked[axis] = str(variable[axis].values[0])
    positions = {axis: [str(value) for value in variable[axis].values].index(label) for axis, label in picked.items()}
    return variable.isel(positions)


def _of_variable(line: Published, dataset: xr.Dataset, name: str, labels: Sequence[str], to_number: InUnit) -> Found:
    cell = find_cell(dataset[name], labels, line.path)
    unit = unit_of(dataset, name)

    def at(statistic: str) -> float:
        return float(cell.sel(statistic=statistic).values)

    if not line.over:
        return Found(at("base_case"), 0.0, unit)
    if line.over == "on average":
        return Found(at("mean"), at("mcse"), unit)
    draws = kept_draws(dataset, name, labels, line.path)
    if line.over == "sd of draws":
        # Of a normal sample; heavier tails have a larger one, which kept draws show.
        error = at("sd") / math.sqrt(2 * max(1, draws_counted(dataset.attrs) - 1))
        return Found(at("sd"), error if draws is None else _error(draws, lambda rows: rows.std(axis=1, ddof=1)), unit)
    assert line.argument is not None  # which no line on a quantile or a share is read without
    if line.over == "quantile":
        return _quantile(cell, float(line.argument.number), draws, dataset, unit)
    if draws is None:
        raise NoNumberError(NOT_KEPT)
    threshold = to_number(line.argument, unit)
    share = float((draws > threshold).mean())
    return Found(share, _error((draws > threshold).astype(np.float64), lambda rows: rows.mean(axis=1)), "share")


def unit_of(dataset: xr.Dataset, name: str) -> str:
    """Return the unit in which a line gives a variable; one for each 1,000 of cost is written as a bare number.

    Parameters
    ----------
    dataset : xarray.Dataset
    name : str
        Of the variable.
    """
    return "" if name == "decision_per_1000" else str(dataset[name].attrs["unit"])


def kept_draws(dataset: xr.Dataset, name: str, labels: Sequence[str], path: DottedPath) -> Floats | None:
    """Return the kept draws of one cell, array (randomisation, draw) [unit of the variable]; None if not all are kept.

    Parameters
    ----------
    dataset : xarray.Dataset
    name : str
        Of the variable.
    labels : sequence of str
        Of the cell, in any order.
    path : DottedPath
        As written, for messages.

    Raises
    ------
    NotFoundError
        As for `find_cell`.
    """
    kept = DRAWS.format(name)
    cell = find_cell(dataset[name], labels, path)
    if float(cell.sel(statistic="sd").values) == 0.0:
        # What no draw changes is not kept draw by draw.
        runs = int(dataset.attrs["randomisations"])
        same = float(cell.sel(statistic="mean").values)
        return np.full((runs, draws_counted(dataset.attrs) // runs), same)
    whole = dataset[kept] if kept in dataset else _derived_draws(dataset, name)
    if whole is None or whole.sizes["draw"] < draws_counted(dataset.attrs):
        return None
    cell = find_cell(whole, labels, path)
    return np.asarray(cell.values, dtype=np.float64).reshape(int(dataset.attrs["randomisations"]), -1)


def _derived_draws(dataset: xr.Dataset, name: str) -> xr.DataArray | None:
    """Return the draws of net benefit and of the effect for each 1,000 of cost, from those of effect and cost."""
    if "draws_decision_effect" not in dataset or name not in ("decision_net_benefit", "decision_per_1000"):
        return None
    effect, cost = dataset["draws_decision_effect"], dataset["draws_decision_cost"]
    if name == "decision_per_1000":
        return 1000 * effect / (dataset["draws_decision_net_cost"] if "decision_net_cost" in dataset else cost)
    level = dataset["decision_net_benefit"][str(dataset.attrs["level_dimension"])]
    return effect * level.copy(data=json.loads(dataset.attrs["values"])) - cost


def _error(draws: Floats, statistic: Callable[[Floats], Floats]) -> float:
    return float(error_of_statistic(draws, statistic))


def _quantile(cell: xr.DataArray, q: float, draws: Floats | None, dataset: xr.Dataset, unit: str) -> Found:
    if draws is not None:
        value = float(np.quantile(draws, q))
        return Found(value, _error(draws, lambda rows: np.quantile(rows, q, axis=1)), unit)
    names = list(QUANTILES)
    at = [index for index, name in enumerate(names) if math.isclose(QUANTILES[name], q, abs_tol=1e-12)]
    if not at:
        raise NoNumberError(f"the quantile {q:g} is not kept: run with --keep-draws")
    values = [float(cell.sel(statistic=name).values) for name in names]
    low, high = max(0, at[0] - 1), min(len(names) - 1, at[0] + 1)
    # Asymptotic error sqrt(q(1-q)/N) / density, the density from the neighbouring quantiles.
    slope = (values[high] - values[low]) / (QUANTILES[names[high]] - QUANTILES[names[low]])
    error = math.sqrt(q * (1 - q) / draws_counted(dataset.attrs)) * slope
    return Found(values[at[0]], error, unit)


def _of_decision(line: Published, dataset: xr.Dataset, parts: Sequence[str], to_number: InUnit) -> Found:
    """Outputs called ``decision.…``: frontier and best are taken at the base case or at the means."""
    statistic: Statistic = "mean" if line.over == "on average" else "base_case"
    view = decision_view(dataset, statistic=statistic)
    if view is None or not parts:
        needs = "the model names no decision" if view is None else "decision needs a word after it: best, icer, evpi …"
        raise NotFoundError(needs)
    what, labels = parts[0], parts[1:]
    effect_unit, cost_unit = str(dataset.attrs["effect_unit"]), str(dataset.attrs["cost_unit"])
    value_unit = f"{cost_unit}/{effect_unit}"
    if what in WITH_STATISTICS and f"decision_{what}" in dataset and line.at is None:
        return _of_variable(line, dataset, f"decision_{what}", labels, to_number)
    if line.over not in {"", "on average"}:
        raise NotFoundError(f"decision.{what} is known in the base case and on average only")
    at = _value_of_effect(line, what, lambda amount: to_number(amount, value_unit))
    if what in RIVALS_AT and at is not None:
        return _of_rivals(what, -1 if what == "evpi" else _option(view, labels, line.path), dataset, at, cost_unit)
    if what == "net_benefit" and at is not None:
        return _net_benefit(view, _option(view, labels, line.path), line, dataset, at, cost_unit)
    if what == "best":
        return _best(view, line, dataset, at)
    if what == "status":
        option = _option(view, labels, line.path)
        return Found(statuses(view, unpriced(dataset))[option], 0.0, "", labels=STATUSES[view.choose])
    if what not in INCREMENTAL:
        known = [*WITH_STATISTICS, *INCREMENTAL, *RIVALS_AT, "best", "status"]
        raise NotFoundError(f"decision.{what} is not known", what, near_miss(what, known))
    units = {"inc_cost": cost_unit, "inc_effect": effect_unit, "icer": value_unit}
    errors = _errors(dataset) if line.over else None
    return _increment(view, _option(view, labels, line.path), what, units[what], errors)


def _value_of_effect(line: Published, what: str, to_number: Callable[[Amount], float]) -> float | None:
    at = None if line.at is None else to_number(line.at)
    if at is None and what in RIVALS_AT:
        raise NotFoundError(f"decision.{what} needs the value of one unit of effect: at £20000")
    if at is not None and not at >= 0:
        raise NotFoundError(f"{at:g} is not what a unit of the effect can be worth", "", "give 0 or more")
    return at


def _errors(dataset: xr.Dataset) -> tuple[Floats, Floats]:
    """Return the standard errors of the mean cost and of the mean effect, each array (option,)."""
    cost, effect = (
        np.asarray(dataset[name].sel(statistic="mcse").values, dtype=np.float64)
        for name in ("decision_cost", "decision_effect")
    )
    return cost, effect


def _option(view: DecisionView, labels: Sequence[str], path: DottedPath) -> int:
    if len(labels) != 1 or labels[0] not in view.options:
        wrong = next((label for label in labels if label not in view.options), "")
        options = ", ".join(view.options)
        raise NotFoundError(f"'{path}' must end in one option: {options}", wrong, near_miss(wrong, view.options))
    return view.options.index(labels[0])


def _best(view: DecisionView, line: Published, dataset: xr.Dataset, at: float | None) -> Found:
    """Name the option with the highest net benefit; on average, with its lead over the next and the lead's error."""
    if at is None and not view.levels:
        raise NotFoundError("nothing puts a value on the effect; say decision.best at …")
    value = float(view.values[view.central]) if at is None else at
    first, *others = order_by_net_benefit(value * view.effect - view.cost, view.cost)
    label = view.options[first]
    if not line.over or not others:
        return Found(label, 0.0, "", labels=view.options)
    net = value * view.effect - view.cost
    cost_error, effect_error = _errors(dataset)
    bound = cost_error + abs(value) * effect_error
    kept = _net_benefits(dataset, value)
    leads = []
    for other in others:
        error = bound[first] + bound[other] if kept is None else _error(kept[first] - kept[other], _row_means)
        leads.append((float(net[first] - net[other]), float(error)))
    # The rival that three errors of ours could bring level first.
    lead, error = min(leads, key=lambda one: one[0] - 3 * one[1])
    return Found(label, error, "", lead=lead, labels=view.options)


def _net_benefits(dataset: xr.Dataset, value: float) -> Floats | None:
    """Return the net benefit in every draw, array (option, randomisation, draw); None where draws are not all kept."""
    sample = sample_of_run(dataset)
    if sample is None or sample.draws < draws_counted(dataset.attrs):
        return None
    net = np.moveaxis(value * sample.effect - sample.cost, -1, 0)
    return net.reshape(net.shape[0], sample.randomisations, -1)


def _row_means(rows: Floats) -> Floats:
    return np.asarray(rows.mean(axis=1))


def _increment(view: DecisionView, option: int, what: str, unit: str, errors: tuple[Floats, ...] | None) -> Found:
    """Return the increment against the option before on the frontier; where there is none, against the comparator."""
    found = frontier(view.cost, view.effect, view.left_out())
    before = found.against[option] if np.isfinite(found.inc_cost[option]) else view.comparator
    if before == option:
        raise NoNumberError(
            f"{view.options[option]!r} is the first on the frontier; there is nothing to compare it with"
        )
    nothing = before < 0
    cost = float(view.cost[option] - (0.0 if nothing else view.cost[before]))
    effect = float(view.effect[option] - (0.0 if nothing else view.effect[before]))
    # Without the covariance between options: the sum of the errors bounds that of their difference.
    cost_error, effect_error = (
        (0.0, 0.0)
        if errors is None
        else tuple(float(error[option] + (0.0 if nothing else error[before])) for error in errors)
    )
    if what == "inc_cost":
        return Found(cost, cost_error, unit)
    if what == "inc_effect":
        return Found(effect, effect_error, unit)
    if effect == 0:
        raise NoNumberError(f"{view.options[option]!r} adds no effect, so there is no ratio")
    icer = cost / effect
    return Found(icer, (cost_error + abs(icer) * effect_error) / abs(effect), unit)


def _net_benefit(view: DecisionView, option: int, line: Published, dataset: xr.Dataset, at: float, unit: str) -> Found:
    value = float(at * view.effect[option] - view.cost[option])
    if not line.over:
        return Found(value, 0.0, unit)
    kept, (cost_error, effect_error) = _net_benefits(dataset, at), _errors(dataset)
    bound = float(cost_error[option] + at * effect_error[option])
    return Found(value, bound if kept is None else _error(kept[option], _row_means), unit)


def _of_rivals(what: str, option: int, dataset: xr.Dataset, at: float, unit: str) -> Found:
    """Return the chance of being best, the expected loss, or the value of perfect information, at a value."""
    if "evpi" not in dataset:
        remedy = "of offers (choose: several) any set may be bought; ask for decision.net_benefit"
        raise NotFoundError(f"decision.{what} is of rivals, of which one is chosen", what, remedy)
    unit = "share" if what == "prob_best" else unit
    # The same value of the effect, except for the rounding of its exchange.
    rows = np.flatnonzero(np.isclose(dataset["threshold"].values, at, rtol=1e-9, atol=0))
    if len(rows) and what in dataset:
        cells = dataset[[what, f"{what}_mcse"]].isel(threshold=rows[0])
        cells = cells if option < 0 else cells.isel(decision_option=option)
        return Found(float(cells[what]), float(cells[f"{what}_mcse"]), unit)
    net = _net_benefits(dataset, at)
    if net is None:
        raise NoNumberError(NOT_KEPT)
    highest = net.max(axis=0)
    if what == "prob_best":
        best = net == highest
        draws = best[option] / best.sum(axis=0)
    else:
        draws = highest - net[int(net.mean(axis=(1, 2)).argmax()) if option < 0 else option]
    return Found(float(draws.mean()), _error(draws, _row_means), unit)
