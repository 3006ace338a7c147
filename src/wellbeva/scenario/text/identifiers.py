"""Names of the format: what a label may look like, and words that are taken."""

from __future__ import annotations

import re

from wellbeva.distributions.families import LONG_FORMS
from wellbeva.evidence.grading import grade

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
"""Labels and names (FORMAT R3)."""
REFERENCE = re.compile(r"[a-z]{1,20}:[a-z][a-z0-9_]{0,39}")
"""A source that lies elsewhere, by its kind and its key: ``library:exploring_what_matters``."""
NUMBER_LABEL = re.compile(r"-?[0-9]{1,9}(?:\.[0-9]{1,6})?")
"""Labels of `time` and of ladders."""
PRESET = re.compile(r"[a-z][a-z0-9-]{0,59}")
"""Presets and discount schedules."""
STEPS = re.compile(r"([0-9]{1,6}) to ([0-9]{1,6})")
"""A range of steps, both ends included (FORMAT R13)."""
PATH = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_-]+)*")
"""A dotted path (FORMAT R15)."""

BEFORE_AND_AFTER = "before and after"
STUDY_KINDS = {
    "trial": True,
    "natural experiment": True,
    "matched comparison": True,
    BEFORE_AND_AFTER: False,
    "survey link": False,
    "judgement": False,
}
"""Kinds of study that a source may declare, and whether such a study has a comparison group (R56)."""


def study_kind(design: str) -> str:
    """Return the kind of study that a source's ``design`` begins with, before any detail; empty for prose."""
    words = re.split("[;,(]", design, maxsplit=1)[0].strip().lower().removeprefix("randomised ")
    return words if words in STUDY_KINDS else ""


GRADES = grade.GRADES
STATUSES = ("recalled",)
"""Words for how the numbers of a source or a value were obtained."""
CURRENCIES = {"£": "GBP", "$": "USD", "€": "EUR"}
SIGNS = {code: sign for sign, code in CURRENCIES.items()}

RESERVED = frozenset(
    {"t", "step", "first", "last", "occupancy", "flow", "reach", "comparator", "option", "group", "state", "to", "node"}
    | {"time", "person", "draw", "else", "nothing", "assumed", "everyone", "true", "false", "time_in"}
)
"""Names of the format itself (FORMAT R20)."""
MOVES = "move_chance"
"""What equations of a cohort call its chances of a move (R62); another model may have the name."""
TEXTS = frozenset({"label", "short", "doc", "note"})
"""Texts of an option, group, variant or table where parameters stand too: in one of these a parameter is not read."""

BUILT_IN_AXES = ("option", "group", "person", "state", "to", "node", "time")
"""Axes a model may use without declaring them; `payer` and the rest are its own."""

INHERITED_KEYS = ("source", "evidence", "licence", "note")
"""Keys that hold for everything below them in a nested value."""
CELL_KEYS = ("base", "truncate", "unit", *INHERITED_KEYS, "status")
"""What may stand beside a value in the long form."""

SHAPES = ("quantiles", "empirical", "mixture", "dirichlet", "studies")
"""Forms of the long form that name no family: printed quantiles, seen values, parts with weights, counts, studies."""

LONG_KEYS = frozenset({"value", *LONG_FORMS, *SHAPES, *CELL_KEYS})


def is_name(text: str) -> bool:
    """Whether a text may be a label or a name."""
    return NAME.fullmatch(text) is not None
