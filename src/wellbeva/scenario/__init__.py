"""What a file may say: scenario and model files read, checked and joined into frozen specs.

The names below load on first use, so that `wellbeva.scenario.spec` stays cheap to import.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wellbeva.scenario.loader import load_scenario
    from wellbeva.scenario.model.loader import load_model
    from wellbeva.scenario.schema.migrate import migrate_text

__all__ = ["load_model", "load_scenario", "migrate_text"]

_HOMES = {"load_model": "model.loader", "load_scenario": "loader", "migrate_text": "schema.migrate"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(f"wellbeva.scenario.{_HOMES[name]}"), name)
