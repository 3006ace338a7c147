"""Outcomes of the base case of a scenario, picked by labels."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from wellbeva import api
from wellbeva.engine.reference.interpreter import evaluate
from wellbeva.plan.record import CompiledScenario

SCENARIOS = Path(__file__).parents[2] / "scenarios"


class Answers:
    """Outcomes of the base case in the reference engine."""

    def __init__(self, path: Path, overrides: Sequence[str] = (), *, variant: str = "") -> None:
        self.compiled: CompiledScenario = api.load(path, variant=variant, overrides=tuple(overrides))
        self._values = evaluate(self.compiled.plan)

    def __call__(self, name: str, **labels: str) -> float:
        value, axes = self._values[name], self.compiled.plan.axes
        index = tuple(axes[axis].labels.index(labels[axis]) if axis in labels else 0 for axis in value.axes)
        assert all(axis in labels or len(axes[axis]) == 1 for axis in value.axes), value.axes
        return float(np.asarray(value.array)[index])

    @property
    def codes(self) -> list[str]:
        """Codes of the warnings."""
        return [one.code for one in self.compiled.record.warnings]


def shipped(name: str, *overrides: str, variant: str = "") -> Answers:
    """Return the answers of a scenario of ``scenarios/``."""
    return Answers(SCENARIOS / f"{name}.yaml", overrides, variant=variant)
