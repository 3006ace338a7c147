"""Outcomes that are money for each unit of effect, or effect for money, and where they mean nothing (semantics R38)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from wellbeva.core.arrays import Floats
from wellbeva.language.ir import Node, Ratio
from wellbeva.plan.plan import Plan

Words = npt.NDArray[np.str_]

NO_COST = "the cost is not clearly above 0"
"""Why there is no effect for each 1,000 of cost."""
NO_COSTS = "the costs are not clearly above 0"
"""Why there is no ratio of benefits and costs."""
NO_GAIN = "the gain is not clearly above 0"
SAVED = "money is saved"
"""Why there is no cost of a unit of effect."""
NO_DIVISOR = "it would divide by 0"
"""Why there is no other ratio of averages."""


@dataclass(frozen=True, slots=True)
class PriceRatio:
    """An outcome ``ratio(a, b)`` of money and effect, as its unit tells.

    Parameters
    ----------
    name : str
    ratio : Ratio
    of_effect : bool
        Whether it is money for each unit of effect; else effect for money.
    """

    name: str
    ratio: Ratio
    of_effect: bool

    @property
    def parts(self) -> tuple[str, str]:
        """Names under which its two operands are evaluated; no name of a model has a point."""
        return f"{self.name}.top", f"{self.name}.bottom"


def price_ratios(plan: Plan) -> tuple[PriceRatio, ...]:
    """Find the outcomes that are a ratio of the decision's money and effect, either way up."""
    if plan.decision is None:
        return ()
    effect, money = plan.decision.effect.unit, plan.decision.cost.unit
    found = []
    for name in plan.outcomes:
        ratio = plan.equation(name).expression
        if isinstance(ratio, Ratio) and (ratio.unit * effect == money or ratio.unit * money == effect):
            found.append(PriceRatio(name, ratio, of_effect=ratio.unit * effect == money))
    return tuple(found)


def over_money(plan: Plan) -> tuple[str, ...]:
    """Find the outcomes that are a ratio to money of the decision, of whatever."""
    if plan.decision is None:
        return ()
    ratios = ((name, plan.equation(name).expression) for name in plan.outcomes)
    return tuple(
        name for name, ratio in ratios if isinstance(ratio, Ratio) and ratio.bottom.unit == plan.decision.cost.unit
    )


def operands(plan: Plan) -> dict[str, Node]:
    """Return numerators and denominators of a plan's price ratios, by the names of `PriceRatio.parts`."""
    return {
        name: node
        for one in price_ratios(plan)
        for name, node in zip(one.parts, (one.ratio.top, one.ratio.bottom), strict=True)
    }


def why_empty(
    effect: Floats, cost: Floats, *, of_effect: bool, noise: tuple[Floats | float, Floats | float] = (0.0, 0.0)
) -> Words:
    """Say of each cell why its ratio means nothing; empty where it means something.

    Parameters
    ----------
    effect : array (cell, ...) [unit of effect]
    cost : array (cell, ...) [money]
        Averages, or the base case.
    of_effect : bool
        Whether money is divided by the effect; else the effect by money.
    noise : pair of array (cell, ...) or float, in the units of `effect` and of `cost`
        Within it of 0 the sign of the effect, and of the cost, is one of the draws and decides nothing.
    """
    of_gain, of_cost = noise
    if not of_effect:
        return np.where(cost > of_cost, "", NO_COST)
    unclear = (cost != 0) & (cost <= of_cost)
    words = np.where(cost < -np.asarray(of_cost), SAVED, np.where(unclear, NO_COST, ""))
    return np.where(effect > of_gain, words, NO_GAIN)


def written(words: Words) -> str:
    """Write the reasons of all cells as an attribute: one text where it is one, else a list in JSON."""
    told = sorted(set(words.reshape(-1).tolist()) - {""})
    return told[0] if len(told) == 1 else json.dumps(words.reshape(-1).tolist()) if told else ""


def same_reason(attributes: Mapping[Any, Any]) -> str | None:
    """Read from a variable's attributes why all of its cells are empty; None where they are so for several reasons.

    Parameters
    ----------
    attributes : mapping
        Its ``empty`` is text as `written` makes it.
    """
    text = str(attributes.get("empty", ""))
    return None if text.startswith("[") else text


def reason(attributes: Mapping[Any, Any], cell: int) -> str:
    """Read from a variable's attributes why one of its cells is empty.

    Parameters
    ----------
    attributes : mapping
        As in `same_reason`.
    cell : int
        Index among the variable's cells without ``statistic``, the last axis running fastest.

    Returns
    -------
    str
        Empty where no reason is kept.
    """
    same = same_reason(attributes)
    return str(json.loads(attributes["empty"])[cell]) if same is None else same
