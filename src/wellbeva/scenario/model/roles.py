"""What parameters and equations stand for, as checks and reports ask: declared under `roles`, else by name (R90).

Checks and reports never ask for a name. A file that gives a role to none of its names gives it to those that have the
role's usual name.
"""

from __future__ import annotations

import re

from wellbeva.errors import Collector, near_miss
from wellbeva.scenario.model.sections import Section
from wellbeva.scenario.schema.model_models import Role, RolesFile
from wellbeva.scenario.spec import Model

ROLES: dict[str, Role] = {
    key: next(part for part in field.metadata if isinstance(part, Role))
    for key, field in RolesFile.model_fields.items()
}
"""By their keys under `roles`, in the order in which these stand there."""
_WORDS = {"switch": "a switch", "choice": "a choice", "equation": "an equation", "number": "a number"}


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
