"""Small files that spring traps, and what a check says of them."""

from __future__ import annotations

from pathlib import Path

from wellbeva import api
from wellbeva.errors import Diagnostic, WellbevaError

HEAD = """
schema: wellbeva/scenario/1
scenario: A trap
model: MODEL
appraisal: {preset: green-book-2026}
time: {step: year, from: 0, to: 2}
comparator: nothing
choose: one
options:
  offer:
    label: Offer
    people: 100 people
    effect: 0.3 [trial]
    hold: 9 months [trial]
    cost_once: {by: payer, council: "£10,000 in 2023 prices", source: trial}
axes:
  payer: {council: Council}
  body: {nobody: No public body}
sources:
  trial: {cite: A trial, design: randomised trial, covers: all}
  areas: {cite: A map, design: "average of local authorities"}
"""

FLOWS = """
schema: wellbeva/model/1
model: flows
title: Two kinds of flow
parameters:
  gain: {unit: LS*person, by: option, doc: points of all people}
  cash: {unit: money/year, by: option, doc: money a year}
  wellby_value: {unit: money/WELLBY, from: appraisal, doc: value of a WELLBY}
  hurdle: {unit: money/WELLBY, from: appraisal, doc: cost of a WELLBY elsewhere}
equations:
  wellbys: sum(gain * step * discount(wellbeing), over=time) in WELLBY
  spent: sum(cash * step * discount(money), over=time) in money
  MORE
outcomes: [wellbys, spent, more]
"""

FLOWS_SCENARIO = """
schema: wellbeva/scenario/1
scenario: Two kinds of flow
model: flows
appraisal: green-book-2026
time: {step: year, from: 0, to: 2}
comparator: nothing
choose: one
options:
  offer: {label: Offer, gain: 10, cash: "£100 in 2023 prices"}
sources:
  trial: {cite: A trial, evidence: strong, covers: all}
"""
CASH = "  cash: {unit: money/year, by: option, doc: money a year}\n"
NET = (CASH, f"{CASH}  net_cost: {{unit: money/year, by: option, default: -£5, doc: less what is saved}}\n")


class Said:
    """What a check says."""

    def __init__(self, found: tuple[Diagnostic, ...]) -> None:
        self.found = found

    def __call__(self, code: str, severity: str, words: str = "") -> bool:
        return any(one.code == code and one.severity == severity and words in one.message for one in self.found)

    @property
    def errors(self) -> list[str]:
        return [one.code for one in self.found if one.severity == "error"]


def check(path: Path, *overrides: str) -> Said:
    try:
        if overrides:
            return Said(api.load(path, overrides=overrides).record.warnings)
        return Said(api.check(path))
    except WellbevaError as error:
        return Said(error.diagnostics)


def trap(folder: Path, *changes: tuple[str, str], model: str = "wellbeing_trajectory") -> Said:
    """Check the plain scenario with texts replaced."""
    text = HEAD.replace("MODEL", model)
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = folder / "trap.yaml"
    path.write_text(text.lstrip(), encoding="utf-8")
    return check(path)


def option(more: str) -> tuple[str, str]:
    """Add a line to the option."""
    return ("    people: 100 people\n", f"    people: 100 people\n    {more}\n")


def values(more: str) -> tuple[str, str]:
    """Add a line to the values."""
    return ("sources:\n", f"values:\n  {more}\nsources:\n")


def flows(folder: Path, more: str, *changes: tuple[str, str], model_changes: tuple[tuple[str, str], ...] = ()) -> Said:
    """Check the scenario of two flows with an equation more, and texts replaced."""
    model = FLOWS.lstrip().replace("MORE", more)
    for old, new in model_changes:
        assert old in model
        model = model.replace(old, new)
    (folder / "models" / "flows.yaml").write_text(model, encoding="utf-8")
    text = FLOWS_SCENARIO
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = folder / "trap.yaml"
    path.write_text(text.lstrip(), encoding="utf-8")
    return check(path)
