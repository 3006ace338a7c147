"""Global sensitivity: a design drives a scenario, and its indices are made of the outcomes.

Sobol's are ours, the same as SALib's; all others are SALib's, which is the extra ``sensitivity``. Herman, Usher (2017),
Journal of Open Source Software 2(9), 97, doi:10.21105/joss.00097.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from wellbeva.core.cards import card, words
from wellbeva.errors import refusal

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from wellbeva.analysis.uncertainty.indices import Quantity
    from wellbeva.analysis.uncertainty.sample import DecisionSample
    from wellbeva.api.scenario_model import ScenarioModel
    from wellbeva.core.arrays import Floats


MOST_ROWS: Final = 2**22
"""Rows of one study."""
SCREENED: Final = (0.005, 0.995)
"""Uniforms between which inputs are moved from end to end: beyond lies what hardly ever happens."""
_AT_ONCE: Final = 2**15
"""Rows that are evaluated at a time, so that outcomes nobody asked for take little room."""


@dataclass(frozen=True, slots=True)
class Method:
    """A method, by SALib unless it is Sobol's.

    Parameters
    ----------
    sampler, analyser : str
        Modules of ``SALib.sample`` and ``SALib.analyze``; empty where the method is ours.
    indices : mapping of str to (str, str)
        Our names, and SALib's of the values and of half the width of their intervals, empty where it has none.
    groups : bool
        Whether it takes inputs that are drawn together as one.
    """

    sampler: str
    analyser: str
    indices: Mapping[str, tuple[str, str]]
    groups: bool = False


METHODS: Final = {
    "sobol": Method("", "", {}, groups=True),
    "morris": Method("morris", "morris", {"mu_star": ("mu_star", "mu_star_conf"), "sigma": ("sigma", "")}, groups=True),
    "pawn": Method("latin", "pawn", {"median": ("median", ""), "maximum": ("maximum", "")}),
    "delta": Method("latin", "delta", {"delta": ("delta_balanced", "delta_balanced_conf"), "first": ("S1", "S1_conf")}),
    "shapley": Method("shapley", "shapley", {"shapley": ("shapley_normalized", "shapley_normalized_conf")}),
}


class SalibData(NamedTuple):
    """What SALib's analysers of given draws take.

    Parameters
    ----------
    problem : dict
        Names, bounds and, where inputs are drawn together, groups of the columns.
    x : array (draw, input) [unit of each input]
    y : mapping of str to array (draw,)
        ``effect visits``, ``net benefit visits``, ``lead visits over phone``.
    """

    problem: dict[str, Any]
    x: Floats
    y: dict[str, Floats]

    def __repr__(self) -> str:
        return card(["SalibData", *(f"  {name}: {words(value)}" for name, value in self._asdict().items())])


def given_data(dataset: xr.Dataset) -> SalibData:
    """Return the kept draws of a run as SALib's analysers of given draws take them: delta, PAWN, RBD-FAST, HDMR.

    Raises
    ------
    WellbevaError
        ``WB-R125`` if the run has no draws of a choice between rivals, ``WB-R145`` if no input varies.
    """
    from wellbeva.api.analyses import sample_of

    sample = sample_of(dataset)
    inputs = {name: values for name, values in sample.inputs.items() if np.ptp(values) > 0}
    if not inputs:
        raise refusal("WB-R145", "no draws of an input are kept", "run it again with --keep-draws")
    problem: dict[str, Any] = {"num_vars": len(inputs), "names": [*inputs]}
    problem["bounds"] = [[float(values.min()), float(values.max())] for values in inputs.values()]
    groups = {name: ", ".join(names) for names in sample.together or () for name in names}
    if groups:
        problem["groups"] = [groups.get(name, name) for name in inputs]
    central = json.loads(dataset.attrs["values"])[int(dataset.attrs["central"]) :][:1]
    single = _single(sample, central, rivals=True)
    y = {f"{quantity.name} {quantity.option}": quantity.parts[:, 0] for quantity in single}
    return SalibData(problem, np.stack([*inputs.values()], axis=1), y)


def _single(sample: DecisionSample, wtp: Sequence[float], *, rivals: bool) -> list[Quantity]:
    """Return the quantities that are one number in each row; of offers no lead, which would mean nothing."""
    from wellbeva.analysis.uncertainty.indices import quantities

    made = quantities(sample, np.asarray(wtp, dtype=np.float64))
    return [quantity for quantity in made if quantity.parts.shape[1] == 1 and (rivals or quantity.name != "lead")]


def sensitivity(model: ScenarioModel, method: str = "sobol", *, points: int = 1024, seed: int = 1) -> pd.DataFrame:
    """Vary the inputs of a scenario by a design, and measure how much each moves outcomes and decision.

    Parameters
    ----------
    model : ScenarioModel
        With a decision.
    method : {"sobol", "morris", "pawn", "delta", "shapley"}
        Sobol's first, second-order and total indices; Morris's screening between the quantiles `SCREENED`; PAWN and
        delta, which do not rest on variances; Shapley effects.
    points : int
        Base points of the design: for Sobol's a power of 2, with 2 evaluations per point for each input and 2 more;
        trajectories of Morris and Shapley, of one evaluation for each input and 1 more.
    seed : int

    Returns
    -------
    DataFrame
        ``parameters, quantity, option, wtp, index, value, low, high, note``; intervals at 95% by bootstrap.

    Raises
    ------
    WellbevaError
        ``WB-R144`` if SALib is needed and not installed, ``WB-R145`` if there is nothing to vary or no decision,
        ``WB-R146`` if the method cannot be used so.

    References
    ----------
    Saltelli and others (2010), Computer Physics Communications 181(2), 259-270. doi:10.1016/j.cpc.2009.09.018
    """
    import pandas as pd

    problem = model.problem
    groups = [*dict.fromkeys(problem.get("groups", problem["names"]))]
    chosen = _checked(method, points, len(groups), joint="groups" in problem)
    if method == "sobol":
        rows = _by_sobol(model, problem, groups, points, seed)
    else:
        rows = _by_salib(model, problem, groups, chosen, points, seed)
    if not rows:
        raise refusal("WB-R145", "no uncertain input moves the decision", "see which inputs it needs: wellbeva explain")
    return pd.concat(rows, ignore_index=True)


def _by_sobol(
    model: ScenarioModel, problem: Mapping[str, Any], groups: Sequence[str], points: int, seed: int
) -> list[pd.DataFrame]:
    """Return the rows of each quantity by Sobol's design and indices."""
    from wellbeva.analysis.uncertainty.sobol import saltelli_design, sobol_indices

    columns = np.array([[of == group for of in problem.get("groups", problem["names"])] for group in groups])
    low, high = np.transpose(problem["bounds"])
    x = saltelli_design(columns, points, seed) * (high - low) + low
    pairs = [f"{left} with {right}" for left, right in combinations(groups, 2)]
    return [
        _rows(pairs if name == "second" else groups, quantity, name, index.value, index.half)
        for quantity in _decision(model, x)
        for name, index in sobol_indices(quantity.parts[:, 0], len(groups), seed).items()
    ]


def _by_salib(
    model: ScenarioModel, problem: dict[str, Any], groups: Sequence[str], chosen: Method, points: int, seed: int
) -> list[pd.DataFrame]:
    """Return the rows of each quantity by a design and an analyser of SALib."""
    sampler, analyser = _salib(f"sample.{chosen.sampler}"), _salib(f"analyze.{chosen.analyser}")
    if chosen.sampler == "morris":
        problem["bounds"] = [list(SCREENED) for _ in problem["names"]]
    x = sampler.sample(problem, points, seed=seed)
    taken = inspect.signature(analyser.analyze).parameters
    rows = []
    for quantity in _decision(model, x):
        given = {"problem": problem, "X": x, "Y": quantity.parts[:, 0], "seed": seed}
        result = analyser.analyze(**{name: value for name, value in given.items() if name in taken})
        for index, (value, half) in chosen.indices.items():
            rows.append(_rows(groups, quantity, index, result[value], result[half] if half else np.nan))
    return rows


def _checked(method: str, points: int, groups: int, *, joint: bool) -> Method:
    """Return a method, unless it cannot be used so."""
    if method not in METHODS:
        message, remedy = f"{method[:60]!r} is not a method of sensitivity", f"choose {', '.join(METHODS)}"
        raise refusal("WB-R146", message, remedy)
    if joint and not METHODS[method].groups:
        fact = "some inputs of this scenario are drawn together, and it can vary them one by one only"
        able = " or ".join(name for name, known in METHODS.items() if known.groups)
        raise refusal("WB-R146", f"{method} cannot be used here", f"use {able}, which vary them as one", fact)
    rows = points * (2 * groups + 2)
    if not (points >= 2 and rows <= MOST_ROWS and (method != "sobol" or points & (points - 1) == 0)):
        message = f"{points:,} points do not make a design"
        fact = f"at most {MOST_ROWS:,} evaluations are done, and these would take up to {max(rows, 0):,}"
        raise refusal("WB-R146", message, "give a power of 2, such as 1024", fact)
    return METHODS[method]


def _salib(name: str) -> Any:
    """Import a module of SALib."""
    try:
        return import_module(f"SALib.{name}")
    except ModuleNotFoundError as missing:
        fact = f"{missing.name} is not installed"
        remedy = "pip install 'wellbeva[sensitivity]'"
        raise refusal("WB-R144", f"SALib's {name.partition('.')[2]} cannot be used", remedy, fact) from None


def _decision(model: ScenarioModel, x: Floats) -> list[Quantity]:
    """Evaluate rows of uniforms, and return what is looked at."""
    from wellbeva.analysis.uncertainty.sample import DecisionSample

    decision = model.plan.decision
    if decision is None:
        raise refusal("WB-R145", "this scenario has no decision", "drive SALib with 'wellbeva.model' yourself")
    made = [model(model.ppf(x[start : start + _AT_ONCE])) for start in range(0, len(x), _AT_ONCE)]
    effect, cost = (np.concatenate([rows[f"decision_{part}"] for rows in made]) for part in ("effect", "cost"))
    sample = DecisionSample(decision.options, effect, cost)
    return _single(sample, decision.values[decision.central :][:1], rivals=decision.choose == "one")


def _rows(names: Sequence[str], quantity: Quantity, index: str, value: Floats, half: Floats | float) -> pd.DataFrame:
    import pandas as pd

    from wellbeva.analysis.uncertainty.indices import NOT_DISTINCT

    value = np.asarray(value, dtype=np.float64)
    of = {"quantity": quantity.name, "option": quantity.option, "wtp": quantity.wtp}
    table = pd.DataFrame({"parameters": names, **of, "index": index, "value": value})
    table = table.assign(low=value - half, high=value + half)
    return table.assign(note=np.where((table["low"] <= 0) & (table["low"] < table["high"]), NOT_DISTINCT, ""))
