"""Registries are filled by the modules of a package: a new file there registers itself, and no list names it."""

from __future__ import annotations

import importlib
import pkgutil


def import_modules(package: str) -> None:
    """Import every module of a package and of the packages in it.

    Parameters
    ----------
    package : str
        Its dotted name.

    Examples
    --------
    >>> import_modules("wellbeva.analysis.tables")
    """
    for module in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
        importlib.import_module(module.name)
