"""Checklists of the field for reports and models: filled where the run knows, marked where a person must say.

They stand in the report, closed: it needs no second file beside it, and who opens them prints them.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from importlib import resources
from itertools import groupby
from string import Formatter
from typing import TYPE_CHECKING

from wellbeva.report.facts.answer import noun
from wellbeva.report.facts.names import axis_word
from wellbeva.report.page.view import Cell, Column, OnRequest, Row, Table
from wellbeva.report.text import numbers

if TYPE_CHECKING:
    from wellbeva.plan.plan import Plan
    from wellbeva.plan.record import Record
    from wellbeva.report.facts.result import Result
    from wellbeva.report.facts.sensitivity import Changes

SOURCES = {
    "CHEERS 2022": "Husereau and others (2022), 10.1186/s12916-021-02204-0.",
    "CHEERS-VOI": "After Kunst and others (2023), 10.1016/j.jval.2023.06.014, in our words and numbers; it has more.",
    "AdViSHE": "Vemer and others (2016), 10.1007/s40273-015-0327-2.",
}
PERSON = "a person must say"


def checklists(record: Record, plan: Plan, result: Result, changes: Changes) -> OnRequest:
    """Fill the tables.

    Parameters
    ----------
    record : Record
    plan : Plan
    result : Result
    changes : Changes
    """
    facts = _facts(record, plan, result, changes)
    text = (resources.files("wellbeva.report") / "templates" / "checklists.csv").read_text(encoding="utf-8")
    tables: list[Table] = []
    for name, found in groupby(csv.DictReader(text.splitlines()), key=lambda line: line["list"]):
        lines = [(line["number"], line["item"], _filled(line["fact"], facts)) for line in found]
        known = sum(said != PERSON for _, _, said in lines)
        rows = tuple(Row(number, (Cell(item), Cell(said))) for number, item, said in lines)
        title = f"{name}: {known} of {len(lines)} items are filled from the run"
        heads = tuple(map(Column, ("Item", "Asks for", "This run")))
        tables.append(Table(f"aK{len(tables)}", "", title, SOURCES[name], heads, rows, css="refs", linked=True))
    return OnRequest("aK", f"J. Checklists: {', '.join(SOURCES)}", "open it on a screen to print it.", tuple(tables))


def _filled(fact: str, facts: Mapping[str, str]) -> str:
    """Fill the places of a sentence; where one of them has nothing to say, nor has the sentence."""
    wanted = {name for _, name, _, _ in Formatter().parse(fact) if name}
    known = fact and all(facts[name] for name in wanted)
    return fact.format_map(facts) if known else PERSON


def _facts(record: Record, plan: Plan, result: Result, changes: Changes) -> dict[str, str]:
    """Say what the run knows, in the places of `checklists.csv`."""
    scenario, time = record.scenario, record.scenario.time

    def labels(axis: str) -> str:
        named = plan.axes[axis].labels if axis in plan.axes else ()
        return numbers.listed([axis_word(record, axis, label) for label in named]) if len(named) > 1 else ""

    published = len(scenario.published)
    return {
        "title": scenario.title,
        "question": scenario.question,
        "groups": labels("group"),
        "options": numbers.capital(numbers.counted(len(result.real), noun(result))) if result.real else "",
        "comparator": numbers.in_sentence(result.comparator),
        "payers": axis_word(record, "payer", scenario.perspective.text) if scenario.perspective else labels("payer"),
        "steps": numbers.capital(numbers.counted(time.last - time.first + 1, time.step)) if "time" in plan.axes else "",
        "rates": " ".join(rule.words for rule in record.rules if rule.about == "rate"),
        "unit": numbers.capital(result.unit) if result.real else "",
        "values": numbers.listed([numbers.price(value, result.currency) for value in result.values]),
        "effect_unit": result.effect_unit,
        "currency": result.currency,
        "price_year": str(result.price_year or ""),
        "model": scenario.model.name,
        "draws": numbers.count(result.draws) if result.uncertain else "",
        "elements": numbers.counted(len(plan.elements), "input"),
        "order": changes.order,
        "not_counted": " ".join(scenario.not_counted),
        "published": numbers.counted(published, "printed result") if published else "",
        "variants": numbers.listed([variant.label or name for name, variant in scenario.variants.items()]),
    }
