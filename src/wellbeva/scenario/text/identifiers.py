"""Names of the format: what a label may look like, and words that are taken."""

from __future__ import annotations

import re

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
"""Labels and names (FORMAT R3)."""
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


GRADES = ("strong", "promising", "initial", "assumed")
STATUSES = ("recalled",)
"""What a source or a value may say of how its numbers were come by."""
CURRENCIES = {"£": "GBP", "$": "USD", "€": "EUR"}

RESERVED = frozenset(
    {"t", "step", "first", "last", "occupancy", "flow", "reach", "comparator", "option", "group", "state", "to", "node"}
    | {"time", "person", "draw", "else", "nothing", "assumed", "everyone", "true", "false", "time_in"}
)
"""Names of the format itself (FORMAT R20)."""

BUILT_IN_AXES = ("option", "group", "person", "state", "to", "node", "time")
"""Axes a model may use without declaring them; `payer` and the rest are its own."""

INHERITED_KEYS = ("source", "evidence", "licence", "note")
"""Keys that hold for everything below them in a nested value."""
CELL_KEYS = ("base", "truncate", "unit", *INHERITED_KEYS, "status")
"""What may stand beside a value in the long form."""

_SPREADS = ({"sd"}, {"se"}, {"ci"})
FAMILIES: dict[str, tuple[frozenset[str], ...]] = {
    "normal": tuple(frozenset({"mean"} | spread) for spread in _SPREADS),
    "truncated_normal": tuple(frozenset({"mean"} | spread) for spread in _SPREADS),
    "lognormal": tuple(frozenset({centre} | one) for centre in ("median", "mean") for one in ({"sdlog"}, *_SPREADS)),
    "shifted_lognormal": (frozenset({"mean", "ci"}), frozenset({"median", "ci"})),
    "beta": (
        frozenset({"a", "b"}),
        frozenset({"events", "n"}),
        *(frozenset({"mean"} | spread) for spread in _SPREADS),
    ),
    "gamma": (
        *(frozenset({"shape", one}) for one in ("scale", "rate", "mean")),
        *(frozenset({"mean"} | spread) for spread in _SPREADS),
    ),
    "uniform": (frozenset({"min", "max"}),),
    "triangular": (frozenset({"min", "mode", "max"}),),
    "pert": (frozenset({"min", "mode", "max"}),),
}
"""Families of the long form and the sets of arguments that define each (`ci` stands for ``ciNN``)."""

FAMILY_WORDS = {
    "normal": "mean, and one of sd, se, ciNN",
    "truncated_normal": "mean, one of sd, se, ciNN, and low or high or both",
    "lognormal": "median or mean, and one of sdlog, sd, se, ciNN",
    "shifted_lognormal": "median or mean, and ciNN",
    "beta": "a and b; or events and n; or mean and one of sd, se, ciNN",
    "gamma": "shape and one of scale, rate, mean; or mean and one of sd, se, ciNN",
    "uniform": "min and max",
    "triangular": "min, mode and max",
    "pert": "min, mode and max",
}

SHAPES = ("quantiles", "empirical", "mixture", "dirichlet")
"""Forms of the long form that are no family: printed quantiles, seen values, parts with weights, counts of shares."""

LATER_FORMS = {"studies": "it comes with evidence pooling"}
"""Forms of the format that this version recognises and refuses, and what they come with."""

LONG_KEYS = frozenset({"value", *FAMILIES, *SHAPES, *LATER_FORMS, *CELL_KEYS})


def is_name(text: str) -> bool:
    """Whether a text may be a label or a name."""
    return NAME.fullmatch(text) is not None
