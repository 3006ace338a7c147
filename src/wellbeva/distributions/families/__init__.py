"""The families of distributions, one class a file: a new file in this folder is a new family."""

from importlib import import_module
from pkgutil import iter_modules

from wellbeva.distributions.family import ARGUMENTS, FAMILIES, Argument, Family
from wellbeva.distributions.fit import MeanFamily

__all__ = ["ARGUMENTS", "FAMILIES", "LONG_FORMS", "MEAN_FAMILIES", "Argument", "Family"]

_FIRST = ("normal", "lognormal", "shifted_lognormal", "beta", "gamma", "uniform", "triangular", "pert")
"""Files whose families come first in lists, where a reader looks for them; others follow by name."""

for _file in (*_FIRST, *sorted(module.name for module in iter_modules(__path__))):
    import_module(f"{__name__}.{_file}")

LONG_FORMS: dict[str, Family] = {name: family for name, family in FAMILIES.items() if family.needs}
"""Families that a file may name."""

MEAN_FAMILIES = tuple(
    name for name, family in LONG_FORMS.items() if isinstance(family, MeanFamily) and not family.takes_bounds
)
"""Families that a mean and an interval fit: what ``a (b to c)`` may be."""
