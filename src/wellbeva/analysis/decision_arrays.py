"""Reading a results Dataset: names of dimensions, numbers of the decision, tie rules shared by all analyses."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cache, partial
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, Literal

import numpy as np

from wellbeva.core.arrays import Flags, Floats, Ints
from wellbeva.engine.reductions.decision_counts import is_ahead
from wellbeva.results.standard_errors import SURE, error_of_shares, error_of_statistic
from wellbeva.results.variables import draws_counted

if TYPE_CHECKING:
    import xarray as xr

    from wellbeva.scenario.spec import Model

Statistic = Literal["mean", "base_case"]

NOTHING = "nothing"


@dataclass(frozen=True, slots=True, eq=False)
class Averages:
    """Averages of each option against the comparator.

    Parameters
    ----------
    effect : array (..., option) [unit of effect]
    cost, net_cost : array (..., option) [money]
        As of `DecisionView`.
    """

    effect: Floats
    cost: Floats
    net_cost: Floats


Score = Callable[[Averages], Floats]
"""From averages to a number of each option, the higher the better, array (..., option)."""
Clear = Callable[[int], Flags]


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
    base : Averages
        Of the base case, which the draws do not move.
    left_out : callable
        Returns averages over all draws but those of a sixteenth, one row each (of one sample, all but one draw), whose
        spread tells their errors (`standard_errors.jackknife_error`); None of one draw, where nothing is drawn, and of
        the base case.
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
    gaining: Flags
    losing: Flags
    costly: Flags
    saving: Flags
    net_benefit: Floats
    repaying: Flags
    base: Averages
    left_out: Callable[[], Averages | None]

    @property
    def averages(self) -> Averages:
        """At the statistic of the view."""
        return Averages(self.effect, self.cost, self.net_cost)

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
    names = ("decision_effect", "decision_cost", spent)
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
        base=Averages(*(_cells(dataset, name, "base_case") for name in names)),
        left_out=cache(partial(_left_out, dataset, names, statistic)),
    )


def _left_out(dataset: xr.Dataset, names: tuple[str, ...], statistic: Statistic) -> Averages | None:
    """Return averages with a part of the draws left out; None of the base case, and where no draws are kept."""
    if statistic != "mean" or "draws_decision_effect" not in dataset:
        return None
    runs, kept = int(dataset.attrs["randomisations"]), dataset.sizes["draw"]
    parts = runs if runs > 1 else kept
    if parts < 2:
        return None
    # Where only the first draws are kept, their averages spread more than those of all.
    scale = np.sqrt(kept / draws_counted(dataset.attrs)) / (parts - 1)

    def averages(name: str) -> Floats:
        mean = _cells(dataset, name, "mean")
        rows = np.asarray(dataset[f"draws_{name}"].values).reshape(parts, -1, mean.size).mean(axis=1)
        left_out: Floats = mean + scale * (rows.mean(axis=0) - rows)
        return left_out

    return Averages(*map(averages, names))


def _cells(dataset: xr.Dataset, name: str, statistic: str) -> Floats:
    # Of variables alone: a DataArray brings all coordinates along, which takes ten times as long.
    place = dataset.variables["statistic"].values.tolist().index(statistic)
    return np.asarray(dataset.variables[name].isel(statistic=place).values, dtype=np.float64)


def outcomes(dataset: xr.Dataset, *axes: str) -> dict[str, xr.DataArray]:
    """Return the outcomes of the model by their names.

    Parameters
    ----------
    dataset : xarray.Dataset
    *axes : str
        Where there are any, of those outcomes alone that are along these axes and no others.
    """
    every = {str(name): one for name, one in dataset.data_vars.items() if one.attrs.get("kind") == "outcome"}
    return {name: one for name, one in every.items() if not axes or {*one.dims} == {"statistic", *axes}}


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

    Where there are too many options to count every pair, they are shares of the kept draws (semantics R82).

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


def in_order(
    view: DecisionView, score: Score, among: Sequence[int] | None = None, *, money: bool = True
) -> tuple[int, ...]:
    """Return the indices of options, best first; a lead within the noise of the draws decides nothing (semantics R51).

    An option stands after all that are ahead of it beyond the noise of their difference. Of those that may stand next,
    the first is that of the base case, as `order_by_net_benefit` has it, which is the same whatever is drawn.

    Parameters
    ----------
    view : DecisionView
    score : callable
    among : sequence of int, optional
        The options to order; all unless given.
    money : bool
        As for `order_by_net_benefit`.
    """
    picked = np.arange(len(view.options)) if among is None else np.asarray(among, dtype=np.int64)
    if view.left_out() is None:
        found = order_by_net_benefit(score(view.averages)[picked], view.cost[picked], money=money)
        return tuple(picked[list(found)].tolist())
    place, ahead_of, _ = _leads(view, score, picked, money=money)
    waits = np.zeros(len(picked), dtype=np.int64)
    for index in range(len(picked)):
        waits += ahead_of(index)
    ready = [(place[index], index) for index in np.flatnonzero(waits == 0).tolist()]
    heapify(ready)
    order = []
    while ready:
        first = heappop(ready)[1]
        order.append(int(picked[first]))
        behind = ahead_of(first)
        waits -= behind
        for index in np.flatnonzero(behind & (waits == 0)).tolist():
            heappush(ready, (place[index], index))
    return tuple(order)


def best_at(view: DecisionView, value: float) -> int:
    """Return the option with the highest mean net benefit: the first that `in_order` would have.

    Parameters
    ----------
    view : DecisionView
    value : float [money per unit of effect]
    """
    net_benefit = partial(_net_benefit, value=value)
    place, _, behind = _leads(view, net_benefit, np.arange(len(view.options)), money=True)
    return next(int(index) for index in np.argsort(place) if not behind(index).any())


def _net_benefit(averages: Averages, value: float) -> Floats:
    return value * averages.effect - averages.cost


def more_for_money(view: DecisionView, no_cost_given: Collection[str] = ()) -> int:
    """Return the rival that gives more for each pound than the best one does, beyond the noise of the draws; else -1.

    Parameters
    ----------
    view : DecisionView
    no_cost_given : collection of str
        Options for which no sum of money was written down.
    """
    priced = np.asarray(
        [
            index
            for index in best_first(view, no_cost_given)
            if index != view.comparator
            and view.gaining[index]
            and view.costly[index]
            and view.options[index] not in no_cost_given
        ],
        dtype=np.int64,
    )
    if len(priced) < 2:
        return -1
    place, _, behind = _leads(view, _per_cost, priced, money=False)
    ahead = np.flatnonzero(behind(0))
    return int(priced[min(ahead, key=place.__getitem__)]) if len(ahead) else -1


def _per_cost(averages: Averages) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return averages.effect / averages.net_cost


def _leads(view: DecisionView, score: Score, picked: Ints, *, money: bool) -> tuple[list[int], Clear, Clear]:
    """Return the place of each option in the base case, and whom one of them is clearly ahead of, and behind."""
    left_out = view.left_out()
    mean = score(view.averages)[picked]
    base = mean if left_out is None else np.nan_to_num(score(view.base)[picked])
    parts = np.zeros((1, len(picked))) if left_out is None else score(left_out)[:, picked]
    spread = SURE * np.sqrt((len(parts) - 1) / len(parts)) * (parts - parts.mean(axis=0))
    slack = _slack(mean, view.cost[picked], money=money)
    by_base = order_by_net_benefit(base, (view if left_out is None else view.base).cost[picked], money=money)

    own = np.sqrt((spread**2).sum(axis=0))

    def clear(index: int, sign: int) -> Flags:
        gap = sign * (mean[index] - mean)
        lead: Flags = gap > slack
        # The noise of a difference, as the jackknife has it, is at most the sum of both.
        close = np.flatnonzero(lead & ~(gap > own[index] + own))
        lead[close] = gap[close] > np.sqrt(((spread[:, [index]] - spread[:, close]) ** 2).sum(axis=0))
        return lead

    return np.argsort(by_base).tolist(), partial(clear, sign=1), partial(clear, sign=-1)


def order_by_net_benefit(net_benefit: Floats, cost: Floats, *, money: bool = True) -> tuple[int, ...]:
    """Return the indices of the options by falling net benefit; among equals the cheaper comes first, then the earlier.

    Equal is what differs by less than 1e-12 of the largest sum in play: two options that are the same by construction
    must not swap places for the rounding of their sums.

    Parameters
    ----------
    net_benefit, cost : array (option,) [money]
        Instead of a net benefit any score may be given whose higher values are better.
    money : bool
        Whether the score is in money, so that costs are among the sums in play.
    """
    slack = _slack(net_benefit, cost, money=money)
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


def _slack(score: Floats, cost: Floats, *, money: bool) -> float:
    sums = (score, cost) if money else (score,)
    return 1e-12 * max(1e-300, *(float(np.max(np.abs(one), initial=0.0)) for one in sums))


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

    def valued(averages: Averages) -> Floats:
        return _net_benefit(averages, view.values[view.central]) if view.levels else averages.effect

    if view.choose == "one":
        return in_order(view, valued, money=bool(view.levels))

    def gain(averages: Averages) -> Floats:
        return np.where(view.gaining | view.losing, averages.effect, 0.0)

    offers = view.rivals()
    free = [index for index in offers if is_free(view, index, no_cost_given)]
    costly = [index for index in offers if view.costly[index]]
    others = sorted({*offers} - {*free, *costly})
    ordered = (
        *in_order(view, valued, free, money=bool(view.levels)),
        *in_order(view, _per_cost, costly, money=False),
        *in_order(view, gain, others, money=False),
    )
    return ordered if view.comparator < 0 else (*ordered, view.comparator)
