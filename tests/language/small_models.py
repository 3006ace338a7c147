"""A scenario and a model of a few lines, from files, through the loader and the compiler, into both engines."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from textwrap import indent

import numpy as np
import numpy.typing as npt

from wellbeva import api
from wellbeva.engine.blocked import Blocked
from wellbeva.engine.reference.interpreter import evaluate
from wellbeva.engine.targets import Target
from wellbeva.errors import WellbevaError, render
from wellbeva.plan.plan import Plan

Floats = npt.NDArray[np.float64]

EPSILON = float(np.finfo(float).eps)
ROUNDINGS = 64
"""A test's equation takes fewer roundings than this, in whatever order an engine works."""


@dataclass(frozen=True)
class Small:
    """A model and a scenario as text; each argument is the body of one key, indented here."""

    parameters: str
    equations: str
    axes: str = ""
    model: str = ""
    values: str = ""
    options: str = "a: {label: A}"
    labels: str = ""
    time: str = "{step: year, from: 0, to: 2}"
    scenario: str = ""
    comparator: str = "nothing"
    decision: str = ""

    def write(self, folder: Path) -> Path:
        """Write both files and return the scenario's."""
        (folder / "models").mkdir(exist_ok=True)
        outcomes = [line.split(":")[0] for line in self.equations.splitlines() if line and line[0] not in " #"]
        model = ["schema: wellbeva/model/1", "model: small", "title: A small model"]
        for key, body in (("axes", self.axes), ("parameters", self.parameters), ("equations", self.equations)):
            if body:
                model += [f"{key}:", indent(body.strip("\n"), "  ")]
        model += [self.model.strip("\n")] if self.model else []
        model += [
            f"outcomes: [{', '.join(outcomes)}]",
            f"decision: {self.decision}" if self.decision else "",
            "",
        ]
        (folder / "models" / "small.yaml").write_text("\n".join(model), encoding="utf-8")
        scenario = [
            "schema: wellbeva/scenario/1", "scenario: A small scenario", "question: What does one rule mean?",
            "model: small", "appraisal: {prices: 2023, discount: {money: 3.5%, wellbeing: 1.5%}}",
            f"time: {self.time}", f"comparator: {self.comparator}", "choose: one",
            "options:", indent(self.options.strip("\n"), "  "),
        ]  # fmt: skip
        for key, body in (("axes", self.labels), ("values", self.values)):
            if body:
                scenario += [f"{key}:", indent(body.strip("\n"), "  ")]
        scenario += [self.scenario.strip("\n")] if self.scenario else []
        scenario += ["sources:", "  book: {cite: A book, evidence: strong, licence: none, covers: all}", ""]
        path = folder / "small.yaml"
        path.write_text("\n".join(scenario), encoding="utf-8")
        return path

    def plan(self, folder: Path) -> Plan:
        """Compile it."""
        return api.load(self.write(folder)).plan

    def faults(self, folder: Path) -> str:
        """Return all that is said against it, in plain text."""
        try:
            api.load(self.write(folder))
        except WellbevaError as error:
            return "\n".join(render(one) for one in error.diagnostics)
        return ""

    def value(self, folder: Path, name: str) -> Floats:
        """Return the base case of one equation, the same by both engines."""
        return both(self.plan(folder), name)

    def drawn(self, folder: Path, name: str, *rows: list[float]) -> Floats:
        """Return one equation over given draws, an array for each uncertain element; the draw comes last."""
        plan = self.plan(folder)
        return over_draws(plan, name, np.array(rows, dtype=np.float64))


def _target(plan: Plan, name: str) -> Target:
    node = plan.equation(name).expression
    return Target(name, node, tuple(axis for axis in node.axes if axis != "draw"), "outcome")


def both(plan: Plan, name: str) -> Floats:
    """Return the base case by the reference engine, after the blocked engine gave the same."""
    base = np.array([[one.base] for one in plan.elements]).reshape(len(plan.elements), 1)
    over_draws(plan, name, base)
    return evaluate(plan)[name].array


def over_draws(plan: Plan, name: str, drawn: Floats) -> Floats:
    """Return draws by the reference engine, array (axes of the equation, draw), the blocked engine's being the same."""
    target = _target(plan, name)
    with np.errstate(all="ignore"):
        blocked = Blocked(plan, [target])
        found = blocked.block(drawn).get(name)
    fast = blocked.constant[name][..., None] if found is None else found
    count = drawn.shape[1]
    slow = evaluate(plan, draws=dict(enumerate(drawn)), count=count)[name]
    array = np.moveaxis(slow.array, 0, -1) if "draw" in slow.axes else slow.array[..., None]
    size = np.nanmax(np.abs(array), initial=1.0)
    np.testing.assert_allclose(
        np.broadcast_to(fast, array.shape), array, rtol=0, atol=ROUNDINGS * EPSILON * float(size), equal_nan=True
    )
    return array
