"""Registry of the variables that a results Dataset may hold: name, axes, unit, doc (DESIGN section 7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from wellbeva.core.arrays import Floats
from wellbeva.core.spans import Span
from wellbeva.engine.reductions.decision_counts import ALL_PAIRS
from wellbeva.errors import Diagnostic, WellbevaError
from wellbeva.plan.plan import COST, EFFECT, NET_COST, Plan
from wellbeva.results.ratios import NO_COST, NO_DIVISOR
from wellbeva.scenario.spec import Model

if TYPE_CHECKING:
    import xarray as xr

DIMENSIONS = (
    "statistic",
    "quantile",
    "decision_option",
    "decision_option_other",
    "threshold",
    "draw",
    "input_draw",
    "element",
    "randomisation",
    "input_randomisation",
    "element_path",
)
"""Dimensions of our own, which no axis, outcome or coordinate of a model may be called."""

BESIDE_DECISION = {
    "own.effect": "decision_own_effect",
    "own.cost": "decision_own_cost",
    "increment.bcr": "decision_bcr",
}
"""Outcomes that the compiler adds where the comparator is an option, and their names beside the decision's own."""

LEVELS = ("level", "decision_level")
"""Names of the dimension that holds `Decision.levels`; see `level_dimension`."""
INPUTS = "inputs"
"""Name of the kept draws of uncertain numbers."""
ELEMENT_PATH = "element_path"
"""Coordinate with their paths, which people name them by."""
ERROR, RESOLUTION, QUANTILE_ERROR = "{}_mcse", "{}_resolution", "{}_quantile_mcse"
"""Names of the numbers beside a variable."""
DRAWS, BREAK_EVEN = "draws_{}", "break_even_{}"
"""Names of the kept draws of a variable, and of a parameter's values at which an outcome is 0."""
PATHS = ("decision", "break_even")
"""What begins a path of `published` that names no outcome."""

Kind = Literal["outcome", "decision", "chance", "value_of_information", "resolution", "error", "draws", "break_even"]


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable of the Dataset.

    Parameters
    ----------
    name : str
    axes : tuple of str
        Dimensions in order.
    unit : str
        Text for people; empty where dimensionless.
    doc : str
    kind : str
        What it is for; readers pick variables by it.
    source : str
        Name of the engine's quantity, ``decision.effect``; empty where it is derived.
    empty : str
        Why a number is missing where one is: a ratio without a denominator (semantics R38).
    """

    name: str
    axes: tuple[str, ...]
    unit: str
    doc: str
    kind: Kind
    source: str = ""
    empty: str = ""


def beside(variable: Variable, name: str, doc: str, kind: Kind, *axes: str) -> Variable:
    """Return the variable of numbers that stand beside another's.

    Parameters
    ----------
    variable : Variable
    name, doc : str
        With its name in the place of ``{}``.
    kind : str
    *axes : str
        Its own where none is given.
    """
    whole, what = name.format(variable.name), doc.format(variable.name)
    return Variable(whole, axes or variable.axes, variable.unit, what, kind, variable.source)


Entries = dict[str, tuple[Variable, Floats]]
"""Variables of a Dataset in the making, with their arrays."""


def level_dimension(plan: Plan) -> str:
    """Return the name of the dimension that holds `Decision.levels`.

    It is ``level``, unless the model's own axis of that name has other labels (``(low, central, high)``
    while the appraisal gives one value only); nothing aligns silently, so then it is ``decision_level``.
    """
    axis = plan.axes.get(LEVELS[0])
    same = axis is None or plan.decision is None or axis.labels == plan.decision.levels
    return LEVELS[0] if same else LEVELS[1]


def outcome_variables(plan: Plan) -> tuple[Variable, ...]:
    """Return one variable an outcome, in the model's order.

    The axes of an outcome are those of its expression without ``draw``.
    """
    variables = []
    for name in plan.outcomes:
        equation = plan.equation(name)
        axes = tuple(axis for axis in equation.expression.axes if axis != "draw")
        kind: Kind = "decision" if name in BESIDE_DECISION else "outcome"
        label = BESIDE_DECISION.get(name, name)
        empty = NO_DIVISOR if equation.stage == "mean" else ""
        variables.append(Variable(label, ("statistic", *axes), equation.unit_text, equation.doc, kind, name, empty))
    return tuple(variables)


def registered(level: str = "level", effect: str = "", cost: str = "") -> tuple[Variable, ...]:
    """Return all variables but outcomes: of the decision, chances, and the value of perfect information.

    Those along `level` exist where something puts a value on the effect, those along ``threshold`` for rivals.

    Parameters
    ----------
    level : str
        Name of the dimension that holds `Decision.levels`.
    effect, cost : str
        Units.
    """
    option, valued = ("statistic", "decision_option"), ("statistic", level, "decision_option")
    effects = "effect of each option, less the comparator's"
    costs = "net cost of each option less other benefits, less the comparator's"
    paid = "net cost of each option: what is paid less savings, less the comparator's"
    ratio = f"{effect} per 1,000 {cost}"
    per_1000 = "effect for each 1,000 of cost, draw by draw; its mean is the ratio of means"
    net_benefit = "value of the effect less the cost, at each value of one unit of effect"
    no_benefit = "share of draws in which the effect, less the comparator's, is 0 or less"
    beats = (
        "share of draws in which the first is strictly ahead of the other: by net benefit at the central value "
        "for rivals, by effect for each pound for offers (as rivals where both cost nothing or save money)"
    )
    worth_it = "share of draws in which net benefit, less the comparator's, is above 0"
    best = "share of draws in which the option has the highest net benefit; options that tie share equally"
    evpi = "expected value of perfect information at each value of one unit of effect"
    return (
        Variable("decision_effect", option, effect, effects, "decision", EFFECT),
        Variable("decision_cost", option, cost, costs, "decision", COST),
        Variable("decision_net_cost", option, cost, paid, "decision", NET_COST),
        Variable("decision_per_1000", option, ratio, per_1000, "decision", "decision.per_1000", NO_COST),
        Variable("decision_net_benefit", valued, cost, net_benefit, "decision", "decision.net_benefit"),
        Variable("prob_no_benefit", ("decision_option",), "share", no_benefit, "chance"),
        Variable("beats", ("decision_option", "decision_option_other"), "share", beats, "chance"),
        Variable("prob_worth_it", (level, "decision_option"), "share", worth_it, "chance"),
        Variable("prob_best", ("threshold", "decision_option"), "share", best, "chance"),
        Variable("evpi", ("threshold",), cost, evpi, "value_of_information"),
    )


def _of_plan(plan: Plan, kind: Kind) -> tuple[Variable, ...]:
    decision = plan.decision
    if decision is None:
        return ()
    level = level_dimension(plan)
    return tuple(
        variable
        for variable in registered(level, decision.effect_unit, decision.cost_unit)
        if variable.kind == kind
        and (decision.levels or level not in variable.axes)
        and (decision.choose == "one" or "threshold" not in variable.axes)
        and (decision.net_cost is not None or variable.source != NET_COST)
        and (len(decision.options) <= ALL_PAIRS or "decision_option_other" not in variable.axes)
    )


def decision_variables(plan: Plan) -> tuple[Variable, ...]:
    """Return the variables of the decision that have statistics; none where the plan has no decision."""
    return _of_plan(plan, "decision")


def chance_variables(plan: Plan) -> tuple[Variable, ...]:
    """Return the shares of draws; each has a twin ``<name>_mcse`` in the Dataset."""
    return _of_plan(plan, "chance")


def information_variables(plan: Plan) -> tuple[Variable, ...]:
    """Return the value of perfect information, of rivals; it has a twin ``<name>_mcse`` too."""
    return _of_plan(plan, "value_of_information")


def own_names(plan: Plan) -> frozenset[str]:
    """Return the names that the Dataset may hold beside axes and outcomes, whatever is compared, drawn and kept."""
    ours = registered()
    names = {
        *DIMENSIONS,
        *LEVELS,
        *PATHS,
        INPUTS,
        *(variable.name for variable in ours),
        *(ERROR.format(variable.name) for variable in ours),
        *BESIDE_DECISION.values(),
    }
    names |= {BREAK_EVEN.format(question.parameter) for question in plan.break_even}
    for outcome_variable in (*outcome_variables(plan), *ours):
        names |= {twin.format(outcome_variable.name) for twin in (RESOLUTION, QUANTILE_ERROR, DRAWS)}
    return frozenset(names)


def refuse_collisions(plan: Plan, model: Model | None = None) -> None:
    """Refuse a model whose axes or outcomes are called as the Dataset's own dimensions or variables.

    Parameters
    ----------
    plan : Plan
    model : Model, optional
        Knows where its axes and outcomes stand.

    Raises
    ------
    WellbevaError
        ``WB-R001``, one for each name.
    """
    taken = own_names(plan)
    places: dict[str, Span | None] = {}
    if model is not None:
        places = {**{name: axis.span for name, axis in model.axes.items()}, **model.outcome_spans}
    # The levels of the value may stand along an axis of the model's own.
    wrong = [(name, "axis") for name in plan.axes if name in taken and name != LEVELS[0]]
    wrong += [(name, "outcome") for name in plan.outcomes if name in taken]
    if wrong:
        raise WellbevaError(
            Diagnostic(
                "WB-R001",
                f"the results keep the name {name!r} for themselves",
                places.get(name),
                facts=(f"the model has an {kind} called {name!r}",),
                remedy=f"give the {kind} another name in the model",
            )
            for name, kind in wrong
        )


def draws_counted(attributes: Mapping[Any, Any]) -> int:
    """Return the draws that numbers are made of: all but those that are left out because a number is not usable or
    an input outside its bounds.

    Parameters
    ----------
    attributes : mapping
        Of a Dataset that `results.dataset` made.

    Examples
    --------
    >>> draws_counted({"draws": 16384, "nonfinite_draws": 12, "outside_draws": 3})
    16369
    """
    return int(attributes["draws"]) - sum(int(attributes.get(f"{why}_draws", 0)) for why in ("nonfinite", "outside"))


def draws_of(dataset: xr.Dataset, name: str) -> Floats:
    """Return the kept draws of a variable, array (draw, …); one draw, its mean, where it never varies and none is kept.

    Parameters
    ----------
    dataset : xarray.Dataset
    name : str
    """
    drawn = dataset.get(DRAWS.format(name))
    values = dataset[name].sel(statistic="mean").values[np.newaxis] if drawn is None else drawn.values
    return np.asarray(values, dtype=np.float64)
