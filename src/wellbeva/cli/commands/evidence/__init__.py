"""``wellbeva evidence``: effects that were published, and what studies together say; one file for each kind of verb."""

from __future__ import annotations

from importlib import import_module
from typing import Final

import typer

VERBS: Final = {
    "list": ("library", "list_effects"),
    "show": ("library", "show"),
    "add": ("library", "add"),
    "measures": ("measures", "measures"),
    "pool": ("pool", "pool"),
    "persistence": ("persistence", "persistence"),
    "calibrate": ("calibrate", "calibrate"),
    "grade": ("grade", "grade"),
    "regress": ("regress", "regress"),
}
"""As help lists them: the file in this folder, and the function in it."""

app = typer.Typer(help="Effects that were published, and what studies together say.", no_args_is_help=True)
for _name, (_file, _function) in VERBS.items():
    _run = getattr(import_module(f"{__name__}.{_file}"), _function)
    app.command(_name, no_args_is_help=_name not in ("list", "measures", "grade"))(_run)
