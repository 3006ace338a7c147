"""What `engine.run` would give for a finished run, read from its dataset: the words are tested without the module."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from wellbeva.api import Run


def engine_result(run: Run) -> dict[str, Any]:
    """Return the numbers of a run in the form of the page's engine."""
    data, decision = run.dataset, run.compiled.plan.decision
    assert decision is not None
    rows = run.tables["decision"].set_index("option")
    names = [str(name) for name in data["decision_option"].values]

    def column(name: str) -> list[Any]:
        return [_plain(rows[name].get(option, math.nan)) if name in rows else None for option in names]

    def spread(name: str) -> dict[str, Any]:
        array = data[name].transpose("statistic", ...)
        found = {str(key): array.sel(statistic=key).values for key in data["statistic"].values}
        found["varies"] = 1.0 * (found["sd"] > 1e-12 * np.abs(found["mean"]))
        return {key: _plain(values) for key, values in found.items()}

    means = {name: f"decision_{name}" for name in ("effect", "cost", "net_cost") if f"decision_{name}" in data}

    def blocks(name: str) -> Any:
        if f"draws_{name}" in data:
            return np.asarray(data[f"draws_{name}"].values).reshape(16, -1, len(names)).mean(axis=1).T
        return np.repeat(data[name].sel(statistic="mean").values[:, np.newaxis], 16, axis=1)

    beats = data["beats"].values
    outcomes = [str(name) for name, one in data.data_vars.items() if one.attrs.get("kind") == "outcome"]
    return {
        "options": names, "comparator": decision.comparator, "choose": str(data.attrs["choose"]),
        "levels": list(decision.levels), "values": list(decision.values), "central": decision.central,
        **{name: spread(variable) for name, variable in means.items()},
        "net_benefit": spread("decision_net_benefit"), "per_1000": spread("decision_per_1000"),
        "base": {name: spread(variable)["base_case"] for name, variable in means.items()},
        "rows": {name: _plain(blocks(variable)) for name, variable in means.items()}, "randomisations": 16,
        "strict": _plain(beats), "beats": _plain(beats + (1 - beats - beats.T) / 2),
        "beats_mcse": _plain(data["beats_mcse"].values),
        "prob_worth_it": _plain(data["prob_worth_it"].values),
        "prob_worth_it_mcse": _plain(data["prob_worth_it_mcse"].values),
        "prob_best": column("prob_best") if "prob_best" in rows else None,
        "prob_no_benefit": column("prob_no_benefit"),
        "paid": column("cost"), "saved": column("savings"), "other": column("other_benefits"),
        "own_effect": column("own_wellbys"), "own_cost": column("own_cost"),
        "place_cost": [_plain(run.facts.option(name).place_cost) for name in names],
        "outcomes": {name: {"mean": _plain(data[name].sel(statistic="mean").values.reshape(-1))} for name in outcomes},
        "refused": None,
    }  # fmt: skip


def _plain(x: Any) -> Any:
    """Return numbers as JSON can hold them: what is not finite is null."""
    if isinstance(x, np.ndarray):
        return [_plain(one) for one in x]
    return float(x) if isinstance(x, int | float | np.floating | np.integer) and math.isfinite(x) else None
