"""The sheet of results: the decision and the outcomes, as they are now and as wellbeva computed them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from xlsxwriter.utility import xl_rowcol_to_cell

from wellbeva.analysis.decision_arrays import NOTHING
from wellbeva.analysis.tables.decision import NOT_GIVEN, options_with_a_cost
from wellbeva.engine.arrays.named import expand
from wellbeva.plan.plan import Decision
from wellbeva.report.facts.names import label_of, outcome_words
from wellbeva.report.text.numbers import NOT_APPLICABLE, SYMBOLS
from wellbeva.report.workbook.formulas.blocks import INPUTS, RESULTS, Block
from wellbeva.report.workbook.formulas.inputs import FIRST_ROW
from wellbeva.report.workbook.formulas.text import Formula, call, choose, formula, quoted
from wellbeva.results.ratios import NO_GAIN, SAVED

if TYPE_CHECKING:
    from wellbeva.report.workbook.formulas.book import Book

NONE: Final = "none"
"""What stands where a figure has no value."""
DIGITS: Final = 6
"""Decimals of a difference; beyond them two ways to add the same numbers differ."""


class Measure(NamedTuple):
    """A column of the decision, a cell and what it was for each option; words where there is no number."""

    title: str
    cells: list[Formula]
    saved: list[float | str]


class Results:
    """Prints the decision and the model's checks, and writes them once all blocks have their places.

    Parameters
    ----------
    book : Book
    """

    def __init__(self, book: Book) -> None:
        self.book, self.plan, self.printer = book, book.compiled.plan, book.printer
        self.record = book.compiled.record
        extra = self.printer.extra
        self.checks = [
            (check, extra(f"check {number}", check.expression, "", f"1 where it holds: {check.say}"))
            for number, check in enumerate(self.plan.checks, 1)
        ]
        self.parts: dict[str, Block] = {}
        if (decision := self.plan.decision) is not None:
            unit, money = decision.effect_unit, decision.cost_unit
            self.parts = {
                "spent": extra("decision.net_cost", decision.spent, money, "against the comparator"),
                "effect": extra("decision.effect", decision.effect, unit, "against the comparator"),
                "cost": extra("decision.cost", decision.cost, money, "net cost less other benefits"),
            }
        self.money = SYMBOLS.get(self.plan.currency, self.plan.currency)
        self.row = 0

    def write(self) -> None:
        """Write the sheet."""
        self.printer.here = RESULTS
        self._line(self.plan.title, "title")
        first, last = FIRST_ROW + 1, FIRST_ROW + len(self.book.inputs.rows)
        changed = call("SUMPRODUCT", f"({INPUTS}!C{first}:C{last}<>{INPUTS}!D{first}:D{last})*1")
        self.book.formula(RESULTS, self.row, 1, changed, 0.0)
        self._line("Inputs that have been changed")
        if self.plan.decision is not None:
            self._decision(self.plan.decision)
        self._outcomes()
        self._checks()
        self.book.sheets[RESULTS].set_column(0, 0, 70)
        self.book.sheets[RESULTS].set_column(1, 12, 18)

    def _line(self, text: str, style: str = "name") -> None:
        self.book.text(RESULTS, self.row, 0, text, style)
        self.row += 1

    def _heads(self, *heads: str) -> None:
        for column, head in enumerate(heads):
            self.book.text(RESULTS, self.row, column, head, "head")
        self.row += 1

    # ---- decision

    def _decision(self, decision: Decision) -> None:
        """Write three tables: now, as wellbeva computed it, and the difference."""
        names = [label_of(self.record, name) for name in decision.options]
        option = decision.options[decision.comparator] if decision.comparator >= 0 else NOTHING
        against = "doing nothing" if option == NOTHING else label_of(self.record, option)
        prices = f", money in {self.plan.price_year} prices" if self.plan.price_year else ""
        first = self.row + 3 + bool(decision.values)
        measures = list(self._measures(decision, first))
        tables: list[int] = []
        for title in (f"Now, against {against}{prices}", "As wellbeva computed it", "Difference"):
            self.row += 1
            self._line(title)
            self._heads("Option", *(measure.title for measure in measures))
            if not tables and decision.values:
                self._values(decision, 1 + len(measures) - len(decision.values))
            tables.append(self.row)
            for index, name in enumerate(names):
                self.book.text(RESULTS, self.row, 0, name)
                for column, measure in enumerate(measures, 1):
                    self._cell(measure, index, column, tables)
                self.row += 1

    def _cell(self, measure: Measure, index: int, column: int, tables: list[int]) -> None:
        saved = measure.saved[index]
        match len(tables):
            case 1:
                self.book.formula(RESULTS, self.row, column, measure.cells[index], saved, "figure")
            case 2:
                self.book.value(RESULTS, self.row, column, saved, "figure")
            case _:
                now, then = (_at(first + index, column) for first in tables[:2])
                self._difference(column, now, then, saved)

    def _difference(self, column: int, now: Formula, then: Formula, saved: float | str) -> None:
        difference = call("IFERROR", call("ROUND", now - then, float(DIGITS)), quoted(NOT_APPLICABLE))
        shown = NOT_APPLICABLE if isinstance(saved, str) else 0.0
        self.book.formula(RESULTS, self.row, column, difference, shown, "figure")

    def _values(self, decision: Decision, column: int) -> None:
        """Write the value of one unit of effect at each level, above the net benefits."""
        spec = self.record.scenario.model.decision
        assert spec is not None
        assert spec.value is not None
        block = self.printer.blocks[spec.value.text.strip("() \n")]
        for index, value in enumerate(decision.values):
            cell = self.printer.ref(block, dict.fromkeys(block.axes, index))
            self.book.formula(RESULTS, self.row, column + index, cell, value, "figure")
        self._line(f"Value of one {decision.effect_unit}", "plain")

    def _measures(self, decision: Decision, first: int) -> Iterator[Measure]:
        """Yield the columns of the decision; those that follow from others refer to their cells.

        Parameters
        ----------
        decision : Decision
        first : int
            Row of the first option, from 0.
        """
        saved = {
            name: decision.over_options(expand(block.value, ("option",))).tolist() for name, block in self.parts.items()
        }
        cells = {
            name: [self.printer.ref(block, {"option": row}) if row >= 0 else formula(0.0) for row in decision.rows]
            for name, block in self.parts.items()
        }
        unit, rows = decision.effect_unit, range(first, first + len(decision.options))
        yield Measure(f"Net cost, {self.money}", cells["spent"], saved["spent"])
        yield Measure(f"Effect, {unit}", cells["effect"], saved["effect"])
        costs = zip(decision.options, rows, saved["spent"], saved["effect"], strict=True)
        prices = [self._price(decision, *one) for one in costs]
        yield Measure(f"{self.money} per {unit}", [price for price, _ in prices], [number for _, number in prices])
        beside = decision.net_cost is not None
        if beside:
            other = [a - b for a, b in zip(saved["spent"], saved["cost"], strict=True)]
            apart = [a - b for a, b in zip(cells["spent"], cells["cost"], strict=True)]
            yield Measure(f"Other benefits, {self.money}", apart, other)
        for level, (name, value) in enumerate(zip(decision.levels, decision.values, strict=True), 4 + beside):
            worth = Formula(xl_rowcol_to_cell(first - 1, level, row_abs=True))
            net = [
                worth * _at(row, 2) + _at(row, 4) - _at(row, 1) if beside else worth * _at(row, 2) - _at(row, 1)
                for row in rows
            ]
            numbers = [value * effect - cost for effect, cost in zip(saved["effect"], saved["cost"], strict=True)]
            yield Measure(f"Net benefit at the {name} value, {self.money}", net, numbers)

    def _price(
        self, decision: Decision, option: str, row: int, spent: float, effect: float
    ) -> tuple[Formula, float | str]:
        """Return the cost of one unit of effect, or why there is none (R38)."""
        cost, gain = _at(row, 1), _at(row, 2)
        price = choose(cost >= 0.0, cost / gain, Formula(quoted(SAVED)))
        cell = choose(gain > 0.0, price, Formula(quoted(NO_GAIN)))
        saved: float | str = NO_GAIN if effect <= 0 else SAVED if spent < 0 else spent / effect
        if decision.comparator >= 0 and option == decision.options[decision.comparator]:
            return Formula(quoted("the comparator")), "the comparator"
        if option in options_with_a_cost(self.record, self.plan.currency):
            return cell, saved
        return choose(
            Formula(f"{cost.text}=0", logical=True), Formula(quoted(NOT_GIVEN)), cell
        ), saved if spent else NOT_GIVEN

    # ---- outcomes and checks

    def _outcomes(self) -> None:
        self.row += 1
        self._line("Outcomes of the model")
        self._heads("Outcome", "Now", "As wellbeva computed it", "Difference", "Unit")
        for name in self.plan.outcomes:
            block = self.printer.blocks[name]
            words = outcome_words(name, block.doc)
            if block.periods:
                self.book.text(RESULTS, self.row, 1, f"by period: on the sheet {block.sheet}", "note")
                self._line(words, "plain")
                continue
            for at, value in block.places():
                saved = value if math.isfinite(value) else NONE
                now = call("IFERROR", self.printer.ref(block, at), quoted(NONE))
                self.book.formula(RESULTS, self.row, 1, now, saved, "figure")
                self.book.value(RESULTS, self.row, 2, saved, "figure")
                self._difference(3, _at(self.row, 1), _at(self.row, 2), saved)
                self.book.text(RESULTS, self.row, 4, block.unit.replace("money", self.money), "unit")
                of = ", ".join(self.book.word(axis, index) for axis, index in at.items())
                self._line(f"{words}: {of}" if of else words, "wrap")

    def _checks(self) -> None:
        if not self.checks:
            return
        self.row += 1
        self._line("Checks of the model")
        for check, block in self.checks:
            everything = {axis: range(length) for axis, length in block.lengths.items()}
            holds = call("MAX", *self.printer.cells(block, {}, everything)) > 0.0
            word = "wellbeva would refuse this" if check.severity == "fail_if" else "wellbeva would warn of this"
            shown = word if bool(block.value.array.any()) else "passed"
            cell = choose(holds, Formula(quoted(word)), Formula(quoted("passed")))
            self.book.formula(RESULTS, self.row, 1, cell, shown)
            self._line(check.say, "wrap")


def _at(row: int, column: int) -> Formula:
    return Formula(xl_rowcol_to_cell(row, column))
