"""Value-based price: the cost at which an option would do no more than pay, all else as it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import numpy as np

from wellbeva.analysis.deterministic.combinations import decision_at
from wellbeva.analysis.registry import RunTables, table
from wellbeva.analysis.uncertainty.sample import DecisionSample, sample_of_run
from wellbeva.core.arrays import Floats
from wellbeva.engine.run.plan_cache import base_decision
from wellbeva.plan.plan import COST, EFFECT

if TYPE_CHECKING:
    import pandas as pd

Case = tuple[Floats, Floats, float]
"""Effect and cost of each option, and the value of one unit of effect."""
INTERVAL: Final = (0.025, 0.975)
MOST_INPUTS: Final = 40
"""Inputs tried at both ends: those that move a net benefit most."""


def price_table(
    sample: DecisionSample, value: float, *, comparator: str, rivals: bool, cases: Mapping[tuple[str, str], Case]
) -> pd.DataFrame:
    """Return the price at which each option just pays: over the draws, with its 95% interval, and in other cases.

    Parameters
    ----------
    sample : DecisionSample
        Without draws there is no such case.
    value : float [money/effect]
        At which the draws are looked at.
    comparator : str
        The option that has no price here, for all costs are less its own; empty for none.
    rivals : bool
        Whether one is chosen: an option then pays where the best of the others does no better on average; else where
        its net benefit is not below 0.
    cases : mapping of (case, name) to `Case`

    Returns
    -------
    DataFrame
        ``case, name, option, against, wtp, price, low, high, cost, times``: ``price`` is what the option may cost,
        ``cost`` what it costs, both more than the comparator where that is an option; ``times`` the first over the
        second, where that is above 0 and there is no such comparator.
    """
    import pandas as pd

    drawn = {("draws", ""): (sample.effect.mean(axis=0), sample.cost.mean(axis=0), value)} if sample.draws else {}
    every = [*drawn, *cases]
    effect, cost, wtp = (np.stack(arrays) for arrays in zip(*(drawn | dict(cases)).values(), strict=True))
    worth, places = wtp[:, np.newaxis] * effect, np.arange(len(sample.options))
    benefit = worth - cost
    order = np.argsort(-benefit, axis=1, kind="stable")
    other = np.where(places == order[:, :1], order[:, 1:2], order[:, :1]) if rivals else np.zeros_like(order)
    theirs = np.take_along_axis(benefit, other, axis=1) if rivals else 0.0
    ends = np.full((2, *benefit.shape), np.nan)
    if drawn:
        # One option at a time: of 2,000 all at once would take 130 MB.
        for option, rival in enumerate(other[0]):
            off = value * sample.effect[:, rival] - sample.cost[:, rival] if rivals else 0.0
            ends[:, 0, option] = np.quantile(value * sample.effect[:, option] - off, INTERVAL)
    with np.errstate(all="ignore"):
        # Costs less another option's say nothing of the share of what the option itself costs.
        times = np.where((cost > 0) & (comparator in ("", "nothing")), (worth - theirs) / cost, np.nan)
    numbers = {"price": worth - theirs, "low": ends[0], "high": ends[1], "cost": cost, "times": times}
    words = np.repeat(np.array(every, dtype=object), len(places), axis=0)
    against = np.array(sample.options, dtype=object)[other] if rivals else np.full(other.shape, comparator or "nothing")
    about = {"case": words[:, 0], "name": words[:, 1], "option": np.tile(np.array(sample.options), len(every))}
    about |= {"against": against.ravel(), "wtp": np.repeat(wtp, len(places))}
    made = pd.DataFrame(about | {name: array.ravel() for name, array in numbers.items()})
    return made[made["option"] != comparator].reset_index(drop=True)


@table("value_based_price", csv=True, evaluates=True)
def _value_based_price(run: RunTables) -> pd.DataFrame | None:
    plan, decision, sweeps = run.plan, run.plan.decision, run.table("oneway")
    if decision is None or not decision.values or sweeps is None or len(decision.options) < 2:
        return None
    value, rivals = decision.values[decision.central], decision.choose == "one"
    parts = base_decision(plan)
    cases = {("base case", ""): (parts[EFFECT], parts[COST], value)}
    width = (sweeps["high_result"] - sweeps["low_result"]).abs().sort_values(ascending=False, kind="stable")
    widest = sweeps.loc[width[width > 0].index].drop_duplicates("element")[:MOST_INPUTS]
    names = [element.name for element in plan.elements]
    if len(widest):
        elements = np.array([[names.index(name) for name in widest["element"]] * 2])
        moved = decision_at(plan, elements, widest[["low_value", "high_value"]].to_numpy().T.reshape(1, -1))
        ends = [(end, str(name)) for end in ("low", "high") for name in widest["path"]]
        cases |= dict(zip(ends, zip(moved[EFFECT], moved[COST], [value] * len(ends), strict=True), strict=True))
    for name, varied in run.variants.items():
        money = (varied.currency, varied.price_year) == (plan.currency, plan.price_year)
        if money and varied.decision and varied.decision.values and varied.decision.options == decision.options:
            parts = base_decision(varied)
            cases["variant", name] = parts[EFFECT], parts[COST], varied.decision.values[varied.decision.central]
    none = np.empty((0, len(decision.options)))
    sample = sample_of_run(run.dataset) or DecisionSample(decision.options, none, none)
    comparator = decision.options[decision.comparator] if decision.comparator >= 0 else ""
    made = price_table(sample, value, comparator=comparator, rivals=rivals, cases=cases)
    base = made[made["case"] == "base case"].set_index("option")
    still = made["case"].isin(["low", "high"])
    for name in ("price", "cost"):
        still &= made[name].to_numpy() == made["option"].map(base[name]).to_numpy()
    return made[~still].reset_index(drop=True)
