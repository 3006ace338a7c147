"""The scenarios that come with wellbeva, and those that between them hold whatever any of them holds."""

from __future__ import annotations

from pathlib import Path

from wellbeva.language.traversal import walk
from wellbeva.plan.plan import Plan

SCENARIOS = Path(__file__).parents[1] / "scenarios"
SHIPPED = sorted(SCENARIOS.rglob("*.yaml"))
COVERING = [
    SCENARIOS / f"{name}.yaml"
    for name in (
        "park-and-neighbours", "uk-community-offers", "easing-loneliness", "easing-stress", "appraisal/distributional",
        "appraisal/growing_value", "appraisal/who_gains", "published/pbe-swemwbs", "published/sonnenberg-beck-3state",
        "published/stateoflife2023-london-youth-rowing",
    )
]  # fmt: skip
"""For what is long and depends on a scenario's equations, inputs and options alone, not on its words."""


def kinds(plan: Plan) -> set[object]:
    """Return the nodes of a plan with their functions, its families, and whether it has joint inputs and a decision."""
    nodes = {
        (type(node).__name__, str(getattr(node, "function", "") or getattr(node, "op", "")))
        for equation in plan.equations
        for node in walk(equation.expression)
    }
    families = {element.distribution.family for element in plan.elements}
    return nodes | families | {("joints", bool(plan.joints)), ("decision", plan.decision is not None)}
