"""What the choice itself is worth beside better knowledge: that all follow it, make it by group, and for everybody.

References
----------
Fenwick, Claxton, Sculpher (2008), Medical Decision Making 28(1), 21-32. doi:10.1177/0272989X07312480
Espinoza, Manca, Claxton, Sculpher (2014), Medical Decision Making 34(8), 951-964. doi:10.1177/0272989X14538705
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain, combinations
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from wellbeva.analysis.decision_arrays import outcomes
from wellbeva.analysis.uncertainty.sample import DecisionSample
from wellbeva.core.arrays import Floats
from wellbeva.plan.perspective import SIGNS, own_cost_outcomes

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

MOST_OPTIONS: Final = 12
"""Most options for which every set is tried, where groups may have different ones."""

WHOLE: Final = "; costs whole"
"""Behind the options by group where an option costs as much for one group as for all."""


class DecisionValue(NamedTuple):
    """What one way to choose is worth against another, per decision.

    Parameters
    ----------
    kind : str
        ``implementation``, ``heterogeneity`` or ``perspective``.
    detail : str
        The option that is best; the option of each group; the payer and the option that it would choose.
    wtp : float [money/effect]
    value, se : float [money]
        Of a perspective what its choice loses.
    """

    kind: str
    detail: str
    wtp: float
    value: float
    se: float


class Parts(NamedTuple):
    """A run's effect and cost by group, of each option by itself.

    Parameters
    ----------
    groups : tuple of str
    effect : array (draw, option, group) [unit of the effect]
    cost : array (draw, option, group) [money]
        0 where the run does not say it by group.
    shared : array (draw, option) [money]
        What an option costs for however many groups it is chosen: all of it where the run does not say it by group.
    """

    groups: tuple[str, ...]
    effect: Floats
    cost: Floats
    shared: Floats


def value_of_implementation(
    sample: DecisionSample, wtp: Floats, uptake: Mapping[str, float], comparator: int
) -> list[DecisionValue]:
    """Return what it would add to choose the best option in every decision, instead of today's mix.

    Parameters
    ----------
    sample : DecisionSample
    wtp : array (threshold,) [money/effect]
    uptake : mapping of option to float
        Share of decisions in which it is chosen today; what is left is the comparator's.
    comparator : int
        Index of the option.
    """
    shares = np.array([uptake.get(option, 0.0) for option in sample.options])
    shares[comparator] += 1 - shares.sum()
    found = []
    for value, best in zip(wtp, sample.best(wtp), strict=True):
        benefit = value * sample.effect - sample.cost
        found.append(_row(sample, "implementation", sample.options[best], value, benefit[:, best] - benefit @ shares))
    return found


def value_of_heterogeneity(sample: DecisionSample, wtp: Floats, parts: Parts) -> list[DecisionValue]:
    """Return what it would add to choose for each group by itself, instead of one option for all.

    An option whose cost is not known by group costs as much for one group as for all, so that the value is the least
    that it can be.

    Parameters
    ----------
    sample : DecisionSample
    wtp : array (threshold,) [money/effect]
    parts : Parts
    """
    options = range(len(sample.options))
    sets = [list(some) for some in chain.from_iterable(combinations(options, size + 1) for size in options)]
    found = []
    for value, best in zip(wtp, sample.best(wtp), strict=True):
        benefit = value * parts.effect - parts.cost
        mean, shared = benefit.mean(axis=0), parts.shared.mean(axis=0)
        worth = [mean[some].max(axis=0).sum() - shared[some].sum() for some in sets]
        some = sets[int(np.argmax(worth))]
        chosen = [best] * len(parts.groups)
        if max(worth) > (alone := mean[best].sum() - shared[best]) + 1e-9 * abs(alone):
            chosen = [some[int(mean[some, group].argmax())] for group in range(len(parts.groups))]
        gain = benefit[:, chosen, range(len(chosen))].sum(axis=1) - benefit[:, best].sum(axis=1)
        gain -= parts.shared[:, sorted(set(chosen))].sum(axis=1) - parts.shared[:, best]
        pairs = zip(parts.groups, chosen, strict=True)
        detail = ", ".join(f"{group}: {sample.options[option]}" for group, option in pairs)
        detail += WHOLE if shared.any() else ""
        found.append(_row(sample, "heterogeneity", detail, value, gain))
    return found


def loss_of_perspective(
    sample: DecisionSample, wtp: Floats, paid: Mapping[str, Floats], other: Floats | float = 0.0
) -> list[DecisionValue]:
    """Return what is lost by choosing as each payer would, to whom the effect is worth as much as to all.

    Parameters
    ----------
    sample : DecisionSample
    wtp : array (threshold,) [money/effect]
    paid : mapping of str to array (option,) [money]
        Mean cost to each payer, less its savings; a payer who pays and saves nothing is left out.
    other : array (option,) or float [money]
        Mean of the other benefits, which count as much for each payer, too.
    """
    found = []
    for payer, cost in paid.items():
        if not cost.any():
            continue
        for value, best in zip(wtp, sample.best(wtp), strict=True):
            own = value * sample.effect.mean(axis=0) + other - cost
            choice = best if own[best] >= own.max() else int(own.argmax())
            benefit = value * sample.effect - sample.cost
            detail = f"{payer}: {sample.options[choice]}"
            found.append(_row(sample, "perspective", detail, value, benefit[:, best] - benefit[:, choice]))
    return found


def decision_value_table(
    sample: DecisionSample,
    wtp: Floats,
    *,
    uptake: Mapping[str, float],
    comparator: int,
    dataset: xr.Dataset | None = None,
) -> pd.DataFrame | None:
    """Return what the choice is worth, made otherwise: ``kind, detail, wtp, value, se``; None where nothing is known.

    Parameters
    ----------
    sample : DecisionSample
    wtp : array (threshold,) [money/effect]
    uptake : mapping of option to float
        See `value_of_implementation`; empty if today's mix is not known.
    comparator : int
        Index of the option.
    dataset : xarray.Dataset, optional
        The run whose draws they are, for groups and payers.
    """
    import pandas as pd

    found = value_of_implementation(sample, wtp, uptake, comparator) if uptake else []
    if dataset is not None:
        parts = parts_of_run(dataset, sample)
        found += value_of_heterogeneity(sample, wtp, parts) if parts is not None else []
        other: Floats | float = 0.0
        if "decision_net_cost" in dataset:
            both = (dataset[name].sel(statistic="mean") for name in ("decision_net_cost", "decision_cost"))
            other = np.subtract(*(one.sel(decision_option=list(sample.options)).values for one in both))
        found += loss_of_perspective(sample, wtp, paid_of_run(dataset, sample.options), other)
    return pd.DataFrame(found, columns=DecisionValue._fields) if found else None


def parts_of_run(dataset: xr.Dataset, sample: DecisionSample) -> Parts | None:
    """Return effect and cost by group, None of more than `MOST_OPTIONS`, or where they do not add up to the decision's.

    Parameters
    ----------
    dataset : xarray.Dataset
    sample : DecisionSample
        Its kept draws.
    """
    if len(sample.options) > MOST_OPTIONS or dataset.sizes.get("group", 1) < 2:
        return None
    sums: list[Floats] = []
    parts: list[Floats | None] = []
    for total, less_comparator in (("effect", sample.effect), ("cost", sample.cost)):
        own = f"decision_own_{total}"
        sums.append(_drawn(dataset, own, sample.options) if own in dataset else less_comparator)
        if own in dataset:  # without other benefits, which the decision's cost has taken off
            against = sums[-1][:, [sample.options.index(dataset.attrs["comparator"])]]
            if not np.allclose(sums[-1] - against, less_comparator):
                return None
        every = (_drawn(dataset, name, sample.options) for name in outcomes(dataset, "option", "group"))
        near = 1e-9 * float(np.abs(sums[-1]).max())
        parts.append(next((one for one in every if np.allclose(one.sum(axis=2), sums[-1], 1e-9, near)), None))
    (effect, cost), groups = parts, tuple(str(name) for name in dataset["group"].values)
    if effect is None:
        return None
    if cost is None:
        return Parts(groups, effect, np.zeros_like(effect), sums[1])
    return Parts(groups, effect, cost, np.zeros_like(sums[1]))


def paid_of_run(dataset: xr.Dataset, options: tuple[str, ...]) -> dict[str, Floats]:
    """Return the mean cost of each option to each payer, less what a body of the same name saves.

    Nothing where several outcomes could be meant: one may hold another.

    Parameters
    ----------
    dataset : xarray.Dataset
    options : tuple of str
    """
    known, units = outcomes(dataset).items(), {"money", dataset.attrs["currency"]}
    money = {name: {*map(str, one.dims)} - {"statistic"} for name, one in known if one.attrs["unit"] in units}
    paid: dict[str, Floats] = {}
    for axis, named in own_cost_outcomes(money).items():
        if len(named) > 1:
            return {}
        for name in named:
            means = dataset[name].sel(statistic="mean").reindex(option=list(options), fill_value=0.0)
            for label in map(str, dataset[axis].values):
                if axis == "payer" or label in paid:
                    paid[label] = paid.get(label, 0.0) + SIGNS[axis] * means.sel({axis: label}).values
    return paid


def _drawn(dataset: xr.Dataset, name: str, options: tuple[str, ...]) -> Floats:
    """Return draws in the order of the decision's options, 0 for ``nothing``; the mean of what never varies."""
    if f"draws_{name}" in dataset:
        draws = dataset[f"draws_{name}"]
    else:
        draws = dataset[name].sel(statistic="mean").expand_dims(draw=dataset.sizes["draw"])
    return np.asarray(draws.reindex(option=list(options), fill_value=0.0).values)


def _row(sample: DecisionSample, kind: str, detail: str, wtp: float, gain: Floats) -> DecisionValue:
    return DecisionValue(kind, detail, float(wtp), float(gain.mean()), float(sample.error_of_mean(gain)))
