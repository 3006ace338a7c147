"""Draws of a decision: what each option costs and does in each of them, and the inputs that they follow from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from wellbeva.core.arrays import Floats, Ints
from wellbeva.core.cards import Card
from wellbeva.results.standard_errors import error_of_draws
from wellbeva.results.variables import ELEMENT_PATH

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class DecisionSample(Card):
    """Draws of costs, effects and inputs, from a run or from another model's tables.

    Parameters
    ----------
    options : tuple of str
    effect : array (draw, option) [unit of the effect]
    cost : array (draw, option) [money]
    inputs : mapping of str to array (draw,) [unit of the input]
        Of a large run only of the first draws of each randomisation, see `informed`.
    randomisations : int
        Equal and consecutive stretches of the draws, each a sample by itself; 1 where draws are independent.
    together : tuple of tuple of str, optional
        Inputs that are drawn together: by a copula, a Dirichlet, or as rows of supplied draws; None if that is not
        known.
    comparator : str
        The option that the decision holds the others against; empty if none is named.
    values : tuple of float [money/effect]
        What one unit of the effect is worth to the decision; empty if nobody says.
    """

    options: tuple[str, ...]
    effect: Floats
    cost: Floats
    inputs: Mapping[str, Floats] = field(default_factory=dict)
    randomisations: int = 1
    together: tuple[tuple[str, ...], ...] | None = None
    comparator: str = ""
    values: tuple[float, ...] = ()

    @property
    def draws(self) -> int:
        """How many draws there are."""
        return len(self.effect)

    @property
    def informed(self) -> DecisionSample:
        """The draws whose inputs are known."""
        known = len(next(iter(self.inputs.values()))) if self.inputs else 0
        if known in (0, self.draws):
            return self
        effect, cost = (
            values.reshape(self.randomisations, -1, len(self.options))[:, : known // self.randomisations]
            for values in (self.effect, self.cost)
        )
        return replace(self, effect=effect.reshape(known, -1), cost=cost.reshape(known, -1))

    def best(self, wtp: Floats) -> Ints:
        """Return the option of the highest mean net benefit, the cheaper of two that tie, int array (threshold,).

        Parameters
        ----------
        wtp : array (threshold,) [money/effect]
            Willingness to pay for one unit of the effect.
        """
        effect, cost = self.effect.mean(axis=0), self.cost.mean(axis=0)
        benefit = wtp[:, np.newaxis] * effect - cost
        # Means that are equal by construction may differ in their last bits.
        slack = 1e-12 * np.maximum(np.abs(wtp) * np.abs(effect).max(), np.abs(cost).max())
        tied = benefit >= (benefit.max(axis=1) - slack)[:, np.newaxis]
        return np.asarray(np.where(tied, cost, np.inf).argmin(axis=1))

    def error_of_mean(self, values: Floats) -> Floats:
        """Return the standard error of the mean over all draws.

        Parameters
        ----------
        values : array (draw, ...) [any unit, which the error has too]
        """
        return error_of_draws(values, self.randomisations)


def sample_of_run(dataset: xr.Dataset) -> DecisionSample | None:
    """Return the kept draws of a run, None where a decision, or draws of it, are missing.

    Parameters
    ----------
    dataset : xarray.Dataset
    """
    names = ("draws_decision_effect", "draws_decision_cost")
    if not any(name in dataset for name in names):
        return None
    effect, cost = (kept_draws(dataset, name.removeprefix("draws_")) for name in names)
    inputs: dict[str, Floats] = {}
    paths: dict[str, str] = {}
    if "inputs" in dataset:
        elements = [str(name) for name in dataset["element"].values]
        if ELEMENT_PATH in dataset.coords:
            paths = dict(zip(elements, map(str, dataset[ELEMENT_PATH].values), strict=True))
        numbers = dataset["inputs"].transpose("element", ...).values
        inputs = {paths.get(one, one): row for one, row in zip(elements, numbers, strict=True)}
    options = tuple(str(name) for name in dataset["decision_option"].values)
    together = json.loads(dataset.attrs.get("together", "null"))
    if together is not None:
        together = tuple(tuple(paths.get(one, one) for one in group) for group in together)
    own = str(dataset.attrs["comparator"])
    return DecisionSample(
        options, effect, cost, inputs, int(dataset.attrs["randomisations"]), together,
        own if own in options else "", tuple(json.loads(dataset.attrs["values"])),
    )  # fmt: skip


def fewer_rows(draws: int, randomisations: int, most: int) -> Ints:
    """Return rows of draws, the first ones of each randomisation or at equal distances, int array (row,).

    Parameters
    ----------
    draws, randomisations : int
    most : int
        Of rows; 0 for all.
    """
    rows = np.arange(draws)
    if most and randomisations > 1:
        return rows.reshape(randomisations, -1)[:, : most // randomisations].ravel()
    return rows[(np.arange(most) * draws) // most] if 0 < most < draws else rows


def kept_draws(dataset: xr.Dataset, name: str, most: int = 0) -> Floats:
    """Return kept draws of a number of the decision, array (draw, option), the mean where it never varies.

    Parameters
    ----------
    dataset : xarray.Dataset
    name : str
        ``decision_effect``, ``decision_cost`` or ``decision_net_cost``.
    most : int
        Of draws, the first ones of each randomisation or rows at equal distances; 0 for all.
    """
    rows = fewer_rows(dataset.sizes.get("draw", 0), int(dataset.attrs["randomisations"]), most)
    if f"draws_{name}" in dataset:
        return np.asarray(dataset[f"draws_{name}"].values[rows], dtype=np.float64)
    # What never varies is not kept.
    return np.tile(dataset[name].sel(statistic="mean").values, (len(rows), 1))
