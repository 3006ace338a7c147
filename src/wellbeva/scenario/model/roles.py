"""What parameters and equations stand for, as checks and reports ask: declared under `roles`, else by name (R90).

Checks and reports never ask for a name. A file that gives a role to none of its names gives it to those that have the
role's usual name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from wellbeva.errors import Collector, near_miss
from wellbeva.scenario.model.sections import Section
from wellbeva.scenario.spec import Model

Taker = Literal["switch", "choice", "equation", "number"]


@dataclass(frozen=True, slots=True)
class Role:
    """What can have a role.

    Parameters
    ----------
    taker : {"switch", "choice", "equation", "number"}
        ``number``: a parameter that is a number, or an equation.
    usual : str
        Names that have it where their file gives it to none, as a regular expression.
    single : bool
        Whether one name alone has it.
    """

    taker: Taker
    usual: str
    single: bool = False


ROLES: dict[str, Role] = {
    "gain": Role("number", "effect"),
    "gain_lasts": Role("number", "hold|duration|years|lasts"),
    "gain_believed": Role("number", "believed", single=True),
    "gain_of": Role("choice", "gain_of", single=True),
    "counted": Role("choice", "places_for", single=True),
    "gain_of_volunteer": Role("number", "volunteer.*"),
    "change_of_measure": Role("number", "change_of_measure"),
    "slope_of_measure": Role("number", "slope_of_measure", single=True),
    "level": Role("number", "baseline.*"),
    "neutral_level": Role("number", "neutral"),
    "controlled": Role("switch", "controlled", single=True),
    "deadweight": Role("number", "deadweight|reference"),
    "deadweight_of_places": Role("number", "participation_deadweight", single=True),
    "cost": Role("number", "(?!(?:.*_)?net(?:_|$))(?:.*_)?cost(?:_.*)?"),
    "saving": Role("number", "saving.*"),
    "value_growth": Role("number", "wellby_growth", single=True),
    "group_income": Role("number", "group_income", single=True),
    "hurdle": Role("number", "(?:.*_)?hurdle(?:_.*)?"),
    "total_cost": Role("equation", "cost", single=True),
    "total_saving": Role("equation", "saving", single=True),
    "benefit_cost_ratio": Role("equation", "bcr", single=True),
    "below_hurdle": Role("equation", "below_hurdle", single=True),
    "beyond_hurdle": Role("equation", "wellbys_net", single=True),
    "cost_of_place": Role("equation", "cost_of_place", single=True),
    "cost_per_person": Role("equation", "cost_per_reached", single=True),
    "public_cost": Role("equation", "public_cost", single=True),
    "volunteers": Role("number", "volunteers", single=True),
    "volunteer_cost": Role("equation", "volunteer_cost", single=True),
    "cash_by_period": Role("equation", "cash_by_period", single=True),
    "saving_by_period": Role("equation", "saving_by_period", single=True),
    "gain_by_period": Role("equation", "wellbys_by_period", single=True),
    "gain_per_person_by_group": Role("equation", "wellbys_per_person_by_group", single=True),
    "compensating_surplus": Role("equation", "benefit_by_surplus", single=True),
    "group_share": Role("equation", "group_share", single=True),
    "low_line": Role("number", "low_line", single=True),
    "answers_before": Role("equation", "answers_before", single=True),
    "share_gaining": Role("equation", "share_gaining", single=True),
    "gain_each": Role("equation", "gain_each", single=True),
    "gain_realised": Role("equation", "gain_realised", single=True),
    "level_before": Role("equation", "level_before", single=True),
    "level_after": Role("equation", "level_after", single=True),
    "level_net": Role("equation", "level_net", single=True),
    "ede_gain": Role("equation", "ede_gain_(atkinson|kolm)"),
    "equity_impact": Role("equation", "equity_(atkinson|kolm)"),
    "quadrant": Role("equation", "quadrant_(atkinson|kolm)"),
}
"""By their keys under `roles`, which `schema.model_models` explains."""
_WORDS = {
    "switch": "a switch",
    "choice": "a choice",
    "equation": "an equation",
    "number": "a number",
}


def roles_in(part: Section) -> dict[str, tuple[str, ...]]:
    """Return the names that have each role in one file: those it declares, else its own that have the usual name."""
    kinds, roles = _kinds(part), {}
    for key, role in ROLES.items():
        if key in part.roles:
            roles[key] = tuple(name.text for name in part.roles[key])
        else:
            usual = re.compile(role.usual)
            roles[key] = tuple(name for name, kind in kinds.items() if _takes(role, kind) and usual.fullmatch(name))
    return {key: names for key, names in roles.items() if names}


def _kinds(part: Section) -> dict[str, str]:
    return {name: spec.kind for name, spec in part.parameters.items()} | dict.fromkeys(part.equations, "equation")


def roles_by_name(model: Model) -> dict[str, frozenset[str]]:
    """Return the roles of each parameter and equation that has any."""
    roles: dict[str, frozenset[str]] = {}
    for role, names in model.roles.items():
        roles |= {name: roles.get(name, frozenset()) | {role} for name in names}
    return roles


def _takes(role: Role, kind: str) -> bool:
    return kind == role.taker or (role.taker == "number" and kind == "equation")


def check_roles(parts: list[Section], *, collector: Collector) -> None:
    """Check that each role is given to a name that is there and can have it, and to one alone where one alone can.

    A name that another model drops was there when the role was given to it.

    Parameters
    ----------
    parts : list of Section
        One a file: the models that are extended, then the model itself.
    collector : Collector
    """
    kinds = {name: kind for part in parts for name, kind in _kinds(part).items()}
    for key, names in (entry for part in parts for entry in part.roles.items()):
        if key not in ROLES:
            continue  # the key is refused already
        role = ROLES[key]
        wanted = _WORDS[role.taker]
        for name in names:
            if name.text not in kinds:
                collector.error(
                    "WB-M001",
                    f"the role {key!r} is given to {name.text!r}, which is not a name of the model",
                    name.span,
                    remedy=near_miss(name.text, kinds) or "name a parameter or an equation",
                )
            elif not _takes(role, kinds[name.text]):
                collector.error(
                    "WB-M002",
                    f"the role {key!r} is that of {wanted}, and {name.text!r} is {_WORDS[kinds[name.text]]}",
                    name.span,
                    remedy=f"name {wanted}, or leave the role out",
                )
        if role.single and len(names) > 1:
            collector.error(
                "WB-M003",
                f"the role {key!r} is given to {len(names)} names, and only one can have it",
                names[1].span,
                facts=(f"given to {' and to '.join(name.text for name in names[:2])}",),
                remedy="keep the name that checks and reports should take",
            )
