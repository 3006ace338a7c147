"""Registry of the variables that a results Dataset may hold: name, axes, unit, doc (DESIGN section 7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from wellbeva.compiler.plan import Plan
from wellbeva.engine.outcome import Floats
from wellbeva.errors import Diagnostic, WellbevaError

STATISTICS = ("mean", "mcse", "sd", "q025", "q05", "q25", "q50", "q75", "q95", "q975", "base_case")
"""Labels of the dimension `statistic`, and columns of ``summary.csv``."""

QUANTILES = {"q025": 0.025, "q05": 0.05, "q25": 0.25, "q50": 0.5, "q75": 0.75, "q95": 0.95, "q975": 0.975}
"""Labels of the dimension `quantile` and their probabilities."""

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
)
"""Dimensions of our own, which no axis, outcome or coordinate of a model may be called."""

BESIDE_DECISION = {
    "own.effect": "decision_own_effect",
    "own.cost": "decision_own_cost",
    "increment.bcr": "decision_bcr",
}
"""Outcomes that the compiler adds where the comparator is an option, and their names beside the decision's own."""

NO_COST = "the cost is not above 0"
"""Why there is no effect for each 1,000 of cost."""

Kind = Literal["outcome", "decision", "chance", "value_of_information", "resolution", "error", "draws"]


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


Entries = dict[str, tuple[Variable, Floats]]
"""Variables of a Dataset in the making, with their arrays."""


def level_dimension(plan: Plan) -> str:
    """Name of the dimension that holds `Decision.levels`.

    It is ``level``, unless the model's own axis of that name has other labels (``(low, central, high)``
    while the appraisal gives one value only); nothing aligns silently, so then it is ``decision_level``.
    """
    axis = plan.axes.get("level")
    same = axis is None or plan.decision is None or axis.labels == plan.decision.levels
    return "level" if same else "decision_level"


def outcome_variables(plan: Plan) -> tuple[Variable, ...]:
    """One variable an outcome, in the model's order.

    The axes of an outcome are those of its expression without ``draw``.
    """
    found = []
    for name in plan.outcomes:
        equation = plan.equation(name)
        axes = tuple(axis for axis in equation.expression.axes if axis != "draw")
        kind: Kind = "decision" if name in BESIDE_DECISION else "outcome"
        label = BESIDE_DECISION.get(name, name)
        empty = "it would divide by 0" if equation.stage == "mean" else ""
        if label == "decision_bcr":
            empty = "costs no more than the comparator"
        found.append(Variable(label, ("statistic", *axes), equation.unit_text, equation.doc, kind, name, empty))
    return tuple(found)


def decision_variables(plan: Plan) -> tuple[Variable, ...]:
    """Variables of the decision that have statistics; none where the plan has no decision."""
    decision = plan.decision
    if decision is None:
        return ()
    level = level_dimension(plan)
    effect, cost = decision.effect_unit, decision.cost_unit
    option = ("statistic", "decision_option")
    found = [
        Variable(
            "decision_effect",
            option,
            effect,
            "effect of each option, less the comparator's",
            "decision",
            "decision.effect",
        ),
        Variable(
            "decision_cost", option, cost, "cost of each option, less the comparator's", "decision", "decision.cost"
        ),
        Variable(
            "decision_per_1000",
            option,
            f"{effect} per 1,000 {cost}",
            "effect for each 1,000 of cost, draw by draw; its mean is the ratio of means",
            "decision",
            "decision.per_1000",
            NO_COST,
        ),
    ]
    if decision.levels:
        found.append(
            Variable(
                "decision_net_benefit",
                ("statistic", level, "decision_option"),
                cost,
                "value of the effect less the cost, at each value of one unit of effect",
                "decision",
                "decision.net_benefit",
            )
        )
    return tuple(found)


def chance_variables(plan: Plan) -> tuple[Variable, ...]:
    """Shares of draws; each has a twin ``<name>_mcse`` in the Dataset."""
    decision = plan.decision
    if decision is None:
        return ()
    found = [
        Variable(
            "prob_no_benefit",
            ("decision_option",),
            "share",
            "share of draws in which the effect, less the comparator's, is 0 or less",
            "chance",
        ),
        Variable(
            "beats",
            ("decision_option", "decision_option_other"),
            "share",
            "share of draws in which the first is strictly ahead of the other: by net benefit at the central value "
            "for rivals, by effect for each pound for offers (as rivals where both cost nothing or save money)",
            "chance",
        ),
    ]
    if decision.levels:
        found.append(
            Variable(
                "prob_worth_it",
                (level_dimension(plan), "decision_option"),
                "share",
                "share of draws in which net benefit, less the comparator's, is above 0",
                "chance",
            )
        )
    if decision.choose == "one":
        found.append(
            Variable(
                "prob_best",
                ("threshold", "decision_option"),
                "share",
                "share of draws in which the option has the highest net benefit; options that tie share equally",
                "chance",
            )
        )
    return tuple(found)


def refuse_collisions(plan: Plan) -> None:
    """Refuse a model whose axes or outcomes are called as the Dataset's own dimensions or variables.

    Raises
    ------
    WellbevaError
        ``WB-R001``, one for each name.
    """
    variables = (*decision_variables(plan), *chance_variables(plan))
    taken = {*DIMENSIONS, *(one.name for one in variables), "decision_level", "inputs", "evpi", "evpi_mcse"}
    taken |= set(BESIDE_DECISION.values())
    wrong = [name for name in (*plan.axes, *plan.outcomes) if name in taken]
    if wrong:
        raise WellbevaError(
            Diagnostic(
                "WB-R001",
                f"the results keep the name {name!r} for themselves",
                facts=(f"the model has an {'axis' if name in plan.axes else 'outcome'} called {name!r}",),
                remedy="give it another name in the model",
            )
            for name in wrong
        )
