"""The functions of the language: a file in this folder registers one or several, and nothing else lists them."""

from wellbeva.core.plugins import import_modules
from wellbeva.language.functions.own_nodes import LATER
from wellbeva.language.functions.registry import FUNCTIONS, Elementwise, Function, Operations

__all__ = ["ELEMENTWISE", "FUNCTIONS", "LATER", "Elementwise", "Function", "Operations"]

import_modules(__name__)

ELEMENTWISE = {name: function for name, function in FUNCTIONS.items() if isinstance(function, Elementwise)}
"""Those that work value by value, by name."""
