"""The offers of a run as they are bought: in units, with what a unit costs, does and is worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wellbeva.analysis.decision_arrays import decision_view
from wellbeva.analysis.output_paths import find_cell
from wellbeva.analysis.portfolio.choices import Choices, Limit
from wellbeva.analysis.tables.decision import unpriced
from wellbeva.analysis.uncertainty.sample import DecisionSample, kept_draws
from wellbeva.core.arrays import Floats, Ints

if TYPE_CHECKING:
    import xarray as xr

    from wellbeva.plan.record import Record
    from wellbeva.scenario.text.paths import DottedPath

MOST_DRAWS = 1_000
"""In which the best purchase is looked for, one by one, and a budget must hold."""


@dataclass(frozen=True, slots=True, eq=False)
class Offers:
    """What may be bought, and what one unit of each offer comes to.

    A unit is a place where the scenario says how many the offer has, and the whole offer otherwise.

    Parameters
    ----------
    choices : Choices
    places : bool array (offer,)
        Whether it is bought by the place.
    effect, charge, cost : array (offer,) [unit of the effect; money; money]
        Means against the comparator. The charge is what the budget pays, the net cost, and 0 of an offer that saves;
        other benefits in money are taken off the cost.
    value : float [money/effect]
        NaN where nothing values the effect.
    sample : DecisionSample
        Draws of effect and cost of a unit; none where nothing is drawn.
    charges : array (draw, offer) [money]
    left_out : mapping of offer to str
        Offers that cannot be bought, and why.
    chance : float
        Share of draws in which a purchase must cost no more than the budget; 0: on average.
    """

    choices: Choices
    places: Ints
    effect: Floats
    charge: Floats
    cost: Floats
    value: float
    sample: DecisionSample
    charges: Floats
    left_out: Mapping[str, str]
    chance: float = 0.0

    @property
    def worth(self) -> Floats:
        """What a unit is worth, array (offer,): its mean net benefit [money], its effect where nothing values it."""
        return self._worth(self.effect, self.cost)

    @property
    def drawn_worth(self) -> Floats:
        """The same in each draw, array (draw, offer)."""
        return self._worth(self.sample.effect, self.sample.cost)

    def _worth(self, effect: Floats, cost: Floats) -> Floats:
        return effect if np.isnan(self.value) else self.value * effect - cost


def offers_of_run(dataset: xr.Dataset, record: Record) -> Offers | None:
    """Return the offers of a run that can be bought, None where there are none or one option is chosen.

    Parameters
    ----------
    dataset : xarray.Dataset
    record : Record
    """
    view = decision_view(dataset)
    if view is None or view.choose != "several":
        return None
    spec = record.scenario.portfolio
    left_out = dict.fromkeys(unpriced(dataset, record), "no cost given")
    for _ in view.options:  # an offer that is left out may be needed by another, and that one by a third
        for name, others in ({} if spec is None else spec.needs).items():
            lacking = [other for other in others if other in left_out or other not in view.options]
            if lacking and name not in left_out:
                left_out[name] = f"needs {lacking[0]}, which cannot be bought"
    which = [index for index in view.rivals() if view.options[index] not in left_out]
    names = tuple(view.options[index] for index in which)
    if not names:
        return None
    scales = {} if spec is None else spec.offers
    places = np.array([scales[name].places if name in scales else 1 for name in names], dtype=np.int64)
    choices = Choices(
        names,
        least=np.array([scales[name].least if name in scales else 1 for name in names], dtype=np.int64),
        most=np.array([scales[name].most if name in scales else 1 for name in names], dtype=np.int64),
        exclusive=() if spec is None else _indices(spec.not_together, names),
        needs=() if spec is None else _pairs(spec.needs, names),
        limits=tuple(
            Limit(str(path), _each(dataset, path, names) / places, least, most)
            for path, (least, most) in record.purchase_limits.items()
        ),
    )
    spent = "decision_net_cost" if "decision_net_cost" in dataset else "decision_cost"
    effect, cost, charges = (
        kept_draws(dataset, name, MOST_DRAWS)[:, which] / places for name in ("decision_effect", "decision_cost", spent)
    )
    if not any((one != one[:1]).any() for one in (effect, cost, charges)):  # certain numbers have no chance
        effect, cost, charges = effect[:0], cost[:0], charges[:0]
    return Offers(
        choices,
        np.array([name in scales for name in names]),
        view.effect[which] / places,
        np.maximum(view.net_cost[which], 0.0) / places,
        view.cost[which] / places,
        float(view.values[view.central]) if len(view.values) else np.nan,
        DecisionSample(names, effect, cost, randomisations=int(dataset.attrs["randomisations"])),
        np.maximum(charges, 0.0),
        {name: left_out[name] for name in view.options if name in left_out},
        0.0 if spec is None else spec.within_budget,
    )


def _each(dataset: xr.Dataset, path: DottedPath, names: tuple[str, ...]) -> Floats:
    outcome = dataset[path.name].sel(statistic="mean")
    return np.array([float(find_cell(outcome, [name, *path.labels], path).values) for name in names])


def _indices(sets: tuple[tuple[str, ...], ...], names: tuple[str, ...]) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(names.index(name) for name in one if name in names) for one in sets)


def _pairs(needs: Mapping[str, tuple[str, ...]], names: tuple[str, ...]) -> tuple[tuple[int, int], ...]:
    return tuple(
        (names.index(name), names.index(other))
        for name, others in needs.items()
        for other in others
        if name in names and other in names
    )
