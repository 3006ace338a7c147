"""R58: a scenario with many options is compiled in one pass over them, so that refusing it takes no longer."""

from __future__ import annotations

from typing import Any

import numpy as np

from wellbeva.compiler.appraisal.units_and_prices import Target
from wellbeva.compiler.parameters import cells
from wellbeva.compiler.parameters.values import FittedValue
from wellbeva.core.axes import Axis
from wellbeva.core.spans import Located
from wellbeva.core.units import Unit
from wellbeva.errors import Collector
from wellbeva.scenario.spec import Assignment, ParameterSpec
from wellbeva.scenario.text.paths import Selector
from wellbeva.scenario.values.short_form import parse_value


class Walked(tuple[str, ...]):
    """Labels that are never searched from the front for each value."""

    def index(self, *_: Any) -> int:
        raise AssertionError("labels are searched once for each value")

    __contains__ = index  # type: ignore[assignment]


def test_labels_are_found_without_a_search_for_each_value() -> None:
    labels = Walked(f"o{number}" for number in range(50))
    time = Walked(map(str, range(4)))
    value = parse_value(Located.bare("1", "s.yaml"), collector=Collector())
    assert value is not None
    given = tuple(
        Assignment("effect", (Selector("option", label), Selector("time", steps=(1, 2))), value, "option")
        for label in reversed(labels)
    )
    whole = Assignment("effect", (), value, "default")
    spec = ParameterSpec("effect", Located.bare("", "m.yaml"), by=("option", "time"))
    collector = Collector()
    found = cells.draft(
        spec,
        Target(Unit(), ""),
        (whole, *given),
        dict.fromkeys(range(51), FittedValue(1.0)),
        {"option": Axis("option", labels), "time": Axis("time", time, kind="time")},
        ("option", "time"),
        collector,
        {},
    )
    assert collector.found == []
    assert found is not None
    filler = np.arange(50, 0, -1)
    assert found.owner[:, 1].tolist() == found.owner[:, 2].tolist() == filler.tolist()
    assert found.owner[:, 0].tolist() == found.owner[:, 3].tolist() == [0] * 50
