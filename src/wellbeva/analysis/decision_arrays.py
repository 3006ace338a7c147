"""Reading a results Dataset: names of dimensions, numbers of the decision, tie rules shared by all analyses."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from wellbeva.engine.reductions.decision_counts import is_ahead
from wellbeva.engine.reductions.result import Floats
from wellbeva.results.standard_errors import SURE, error_of_shares, error_of_statistic

if TYPE_CHECKING:
    import xarray as xr

    from wellbeva.scenario.spec import Model

Statistic = Literal["mean", "base_case"]
Drawn = tuple[Floats, Floats]
"""Draws of cost and of effect, array (randomisation, draw, option); of several randomisations their means, one each."""

NOTHING = "nothing"


@dataclass(frozen=True, slots=True, eq=False)
class DecisionView:
    """The decision's numbers as plain arrays.

    Parameters
    ----------
    options : tuple of str
    comparator : int
        Index into `options`; -1 if that is ``nothing`` and not among them.
    choose : {"one", "several"}
    levels : tuple of str
    values : array (level,) [money per unit of effect]
    central : int
    effect : array (option,) [unit of effect]
        At one statistic, against the comparator.
    cost, net_cost : array (option,) [money]
        Likewise. Other benefits in money are taken off the cost, not off the net cost,
        which ratios and the order of offers rest on (semantics R38).
    gaining, losing : bool array (option,)
        Whether the effect is above 0, and below it, beyond the noise of the draws (semantics R38).
    costly, saving : bool array (option,)
        Whether the net cost is, likewise.
    net_benefit : array (level, option) [money]
    repaying : bool array (option,)
        Whether the net benefit at the central value is above 0, likewise; False where nothing values the effect.
    drawn : callable
        Returns kept draws of cost and effect, see `Drawn`, or None where nothing is drawn and of the base case.
    """

    options: tuple[str, ...]
    comparator: int
    choose: str
    levels: tuple[str, ...]
    values: Floats
    central: int
    effect: Floats
    cost: Floats
    net_cost: Floats
    gaining: npt.NDArray[np.bool_]
    losing: npt.NDArray[np.bool_]
    costly: npt.NDArray[np.bool_]
    saving: npt.NDArray[np.bool_]
    net_benefit: Floats
    repaying: npt.NDArray[np.bool_]
    drawn: Callable[[], Drawn | None]

    def rivals(self) -> tuple[int, ...]:
        """Indices of the options other than the comparator."""
        return tuple(index for index in range(len(self.options)) if index != self.comparator)


def decision_view(dataset: xr.Dataset, *, statistic: Statistic = "mean") -> DecisionView | None:
    """Return the decision's numbers at one statistic, or None where the run has no decision.

    Parameters
    ----------
    dataset : xarray.Dataset
    statistic : {"mean", "base_case"}
        In the base case, which has no noise, a cost of any size above 0 counts as costly.
    """
    if "decision_effect" not in dataset:
        return None
    options = tuple(str(value) for value in dataset["decision_option"].values)
    comparator = str(dataset.attrs["comparator"])
    effect = _cells(dataset, "decision_effect", statistic)
    cost = _cells(dataset, "decision_cost", statistic)
    spent = "decision_net_cost" if "decision_net_cost" in dataset else "decision_cost"
    net_cost = _cells(dataset, spent, statistic)
    values = np.asarray(json.loads(dataset.attrs["values"]), dtype=np.float64)
    central = int(dataset.attrs["central"])
    net_benefit = values[:, np.newaxis] * effect - cost

    def noise(name: str) -> Floats:
        if statistic != "mean":
            return np.zeros(len(options))
        error = _cells(dataset, name, "mcse")
        return SURE * np.nan_to_num(error[central] if error.ndim > 1 else error)  # of one draw none is known

    of_effect, of_cost = noise("decision_effect"), noise(spent)
    repaying = net_benefit[central] > noise("decision_net_benefit") if len(values) else np.zeros(len(options), bool)
    return DecisionView(
        options=options,
        comparator=options.index(comparator) if comparator in options else -1,
        choose=str(dataset.attrs["choose"]),
        levels=tuple(json.loads(dataset.attrs["levels"])),
        values=values,
        central=central,
        effect=effect,
        cost=cost,
        net_cost=net_cost,
        gaining=effect > of_effect,
        losing=effect < -of_effect,
        costly=net_cost > of_cost,
        saving=net_cost < -of_cost,
        net_benefit=net_benefit,
        repaying=repaying,
        drawn=partial(_drawn, dataset, cost, effect, statistic),
    )


def _drawn(dataset: xr.Dataset, cost: Floats, effect: Floats, statistic: Statistic) -> Drawn | None:
    names = ("draws_decision_cost", "draws_decision_effect")
    if statistic != "mean" or not any(name in dataset for name in names):
        return None
    # What never varies is not kept.
    runs = int(dataset.attrs["randomisations"])
    kept = (
        np.asarray(dataset[name].values).reshape(runs, -1, mean.size)
        if name in dataset
        else np.tile(mean, (runs, 1, 1))
        for name, mean in zip(names, (cost, effect), strict=True)
    )
    of_cost, of_effect = (draws.mean(axis=1, keepdims=True) if runs > 1 else draws for draws in kept)
    return of_cost, of_effect


def _cells(dataset: xr.Dataset, name: str, statistic: str) -> Floats:
    return np.asarray(dataset[name].sel(statistic=statistic).values, dtype=np.float64)


def own_totals(dataset: xr.Dataset, view: DecisionView) -> tuple[Floats, Floats]:
    """Return the mean effect and net cost of each option by itself, whatever it is compared with.

    Parameters
    ----------
    dataset : xarray.Dataset
    view : DecisionView

    Returns
    -------
    tuple of array (option,) [effect], array (option,) [money]
    """
    effect, cost = (own_outcome(dataset, view, name) for name in ("decision_own_effect", "decision_own_cost"))
    return view.effect if effect is None else effect, view.net_cost if cost is None else cost


def own_outcome(dataset: xr.Dataset, view: DecisionView, name: str) -> Floats | None:
    """Return the mean of an outcome for each option of the decision, array (option,); None where there is none.

    Parameters
    ----------
    dataset : xarray.Dataset
    view : DecisionView
    name : str
        Of the outcome.
    """
    if name not in dataset or dataset[name].attrs.get("kind") not in {"outcome", "decision"}:
        return None
    own = dataset[name].sel(statistic="mean")
    if not own.dims:
        return np.array([0.0 if option == NOTHING else float(own) for option in view.options])
    if own.dims != ("option",):
        return None
    known = {str(label): float(value) for label, value in zip(own["option"].values, own.values, strict=True)}
    return np.array([known.get(option, 0.0) for option in view.options])


def own_savings(dataset: xr.Dataset, view: DecisionView, model: Model | None) -> Floats:
    """Return the money that each option saves by itself, where its cost is the model's total cost less its saving.

    Parameters
    ----------
    dataset : xarray.Dataset
    view : DecisionView
    model : Model or None
        Its roles say which outcomes these are.

    Returns
    -------
    array (option,) [money]
        0 where the cost is worked out in another way.
    """
    if model is None:
        return np.zeros(len(view.options))
    paid, saving = (own_outcome(dataset, view, model.named(role)) for role in ("total_cost", "total_saving"))
    net_cost = own_totals(dataset, view)[1]
    if paid is None or saving is None or not np.allclose(paid - saving, net_cost, rtol=1e-9):
        return np.zeros(len(view.options))
    return saving


def savings(dataset: xr.Dataset, view: DecisionView, model: Model | None) -> Floats:
    """Return what each option saves, less what the comparator does, array (option,) [money].

    Parameters
    ----------
    dataset : xarray.Dataset
    view : DecisionView
    model : Model or None
        As `own_savings`.
    """
    own = own_savings(dataset, view, model)
    return own if view.comparator < 0 else own - own[view.comparator]


def share_ahead(dataset: xr.Dataset, first: int, second: int) -> tuple[float, float]:
    """Return the share of draws in which one option is ahead of another, ties shared equally, and its standard error.

    Parameters
    ----------
    dataset : xarray.Dataset
    first, second : int
        Indices on `decision_option`.

    Returns
    -------
    tuple of (share, mcse)
        The error is that of the strict share, the larger one of the pair.
    """
    ahead, behind, error = strictly_ahead(dataset, first, second)
    return ahead + max(0.0, 1.0 - ahead - behind) / 2, error


def strictly_ahead(dataset: xr.Dataset, first: int, second: int) -> tuple[float, float, float]:
    """Return the shares of draws in which one option is strictly ahead of another and behind it, and the larger error.

    Of more options than every pair of which is counted, they are shares of the kept draws (semantics R82).

    Parameters
    ----------
    dataset : xarray.Dataset
    first, second : int
        Indices on `decision_option`.

    Returns
    -------
    tuple of (ahead, behind, mcse) [share of draws]
    """
    if "beats" in dataset:
        beats, error = dataset["beats"].values, dataset["beats_mcse"].values
        larger = float(max(error[first, second], error[second, first]))
        return float(beats[first, second]), float(beats[second, first]), larger
    spent = "net_cost" if "draws_decision_net_cost" in dataset else "cost"
    effect, cost, net_cost = (
        tuple(dataset[f"draws_decision_{name}"].values[:, index] for index in (first, second))
        for name in ("effect", "cost", spent)
    )
    score = effect
    if values := json.loads(dataset.attrs["values"]):
        value = values[dataset.attrs["central"]]
        score = tuple(value * e - c for e, c in zip(effect, cost, strict=True))
    several, runs = dataset.attrs["choose"] == "several", int(dataset.attrs["randomisations"])
    # The second line asks with the pair swapped: in a tie neither is strictly ahead.
    both = (
        is_ahead(effect, net_cost, score, several=several),
        is_ahead(effect[::-1], net_cost[::-1], score[::-1], several=several),
    )
    rows = [one.astype(np.float64).reshape(runs, -1) for one in both]
    ahead, behind = (row.mean() for row in rows)
    if runs == 1:
        errors = [error_of_shares(share, share, draws=rows[0].size) for share in (ahead, behind)]
    else:
        errors = [error_of_statistic(row, lambda draws: draws.mean(axis=1)) for row in rows]
    return float(ahead), float(behind), max(map(float, errors))


def best_by_mean(effect: Floats, cost: Floats, threshold: float) -> int:
    """Return the index of the option with the highest net benefit; the cheaper one where two tie.

    Ties are told within rounding, so that two options which are one by construction do not swap places.

    Parameters
    ----------
    effect : array (option,) [unit of the effect]
    cost : array (option,) [money]
    threshold : float [money per unit of the effect]
    """
    return order_by_net_benefit(threshold * effect - cost, cost)[0]


def order_by_net_benefit(net_benefit: Floats, cost: Floats) -> tuple[int, ...]:
    """Return the indices of the options by falling net benefit; among equals the cheaper comes first, then the earlier.

    Equal is what differs by less than 1e-12 of the largest sum in play: two options that are the same by construction
    must not swap places for the rounding of their sums.

    Parameters
    ----------
    net_benefit, cost : array (option,) [money]
        Instead of a net benefit any score may be given whose higher values are better.
    """
    slack = 1e-12 * max(1e-300, float(np.max(np.abs(net_benefit), initial=0.0)), float(np.max(np.abs(cost), initial=0)))
    falling = sorted(range(len(net_benefit)), key=lambda index: -float(net_benefit[index]))
    order: list[int] = []
    ordered: set[int] = set()
    tied: list[tuple[float, int]] = []
    front = entered = 0
    while len(order) < len(falling):
        while falling[front] in ordered:
            front += 1
        top = float(net_benefit[falling[front]])
        while entered < len(falling) and (entered <= front or net_benefit[falling[entered]] >= top - slack):
            heappush(tied, (float(cost[falling[entered]]), falling[entered]))
            entered += 1
        first = heappop(tied)[1]
        order.append(first)
        ordered.add(first)
    return tuple(order)


def is_free(view: DecisionView, index: int, no_cost_given: Collection[str] = ()) -> bool:
    """Whether an offer gains and costs nothing or saves money: it has no ratio and stands before all that have one.

    Parameters
    ----------
    view : DecisionView
    index : int
        Of the option.
    no_cost_given : collection of str
        Options for which no sum of money was written down: these are not free but unpriced.
    """
    return bool(view.gaining[index] and not view.costly[index]) and view.options[index] not in no_cost_given


def best_first(view: DecisionView, no_cost_given: Collection[str] = ()) -> tuple[int, ...]:
    """Return the indices of the options, best first.

    Rivals by net benefit, or by effect where nothing values it. Offers: those that gain and cost nothing or save money,
    by net benefit; those with a cost, by effect for each pound; the others, the comparator last.

    Parameters
    ----------
    view : DecisionView
    no_cost_given : collection of str
        Options for which no sum of money was written down.
    """
    score = view.net_benefit[view.central] if view.levels else view.effect
    if view.choose == "one":
        return order_by_net_benefit(score, view.cost)
    effect, cost = view.effect, view.net_cost

    def place(index: int) -> tuple[bool, bool, bool, float, float, int]:
        free = is_free(view, index, no_cost_given)
        costly = bool(view.costly[index])
        clear = view.gaining[index] or view.losing[index]
        gain = score[index] if free else effect[index] / cost[index] if costly else effect[index] if clear else 0.0
        return (not free, not costly, index == view.comparator, -float(gain), float(cost[index]), index)

    return tuple(sorted(range(len(view.options)), key=place))
