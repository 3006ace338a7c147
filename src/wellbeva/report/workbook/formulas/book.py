"""The workbook of the base case: cover, results, inputs, and the sheets on which the equations are worked out."""

from __future__ import annotations

import datetime
import io
import math
import re
from dataclasses import dataclass, field
from typing import Any, Final

import xlsxwriter

from wellbeva.engine.run.plan_cache import base_values
from wellbeva.errors import Diagnostic, WellbevaError
from wellbeva.plan.record import CompiledScenario
from wellbeva.report.facts.names import axis_word
from wellbeva.report.workbook.formulas.blocks import INPUTS, PARAMETERS, PERIODS, RESULTS, TOTALS, Block, sheet_prefix
from wellbeva.report.workbook.formulas.inputs import FIRST_ROW, SAVED, VALUE, Inputs
from wellbeva.report.workbook.formulas.printer import CannotSayError, Printer
from wellbeva.report.workbook.formulas.results import Results
from wellbeva.report.workbook.formulas.text import HUGE, Formula, formula

COVER: Final = "Cover"
MOST_CELLS: Final = 200_000
"""Cells that are worked out; more take minutes to write and to open. Of periods 5,200 are run at most, which
fit the columns of a sheet."""
LONGEST_FORMULA: Final = 8_192
DEEPEST: Final = 60
"""Brackets within brackets; a spreadsheet takes 64 functions within functions."""
LONGEST_TEXT: Final = 32_000
STYLES: Final[dict[str, dict[str, Any]]] = {
    "plain": {},
    "wrap": {"text_wrap": True, "valign": "top"},
    "title": {"bold": True, "font_size": 16},
    "head": {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"},
    "name": {"bold": True},
    "note": {"font_color": "#414c57", "italic": True},
    "input": {"bg_color": "#dfeaf5", "font_color": "#0a2f57", "border": 1, "border_color": "#7d8791"},
    "value": {"bg_color": "#e4e6e8"},
    "figure": {"num_format": "[=0]0;[>=1000]#,##0;#,##0.0###", "align": "right", "valign": "top"},
    "unit": {"indent": 1},
    "changed": {"bg_color": "#f6d9b0"},
    "link": {"font_color": "#2f6ea8", "underline": 1},
}
HOW: Final = (
    "Every input of the base case is a cell, and every figure is a formula on these cells.",
    "1. Change a blue cell on the sheet Inputs. A share is between 0 and 1; money is in the prices named there.",
    "2. Read the sheet Results: what follows now, what wellbeva computed from the file, and the difference.",
    "3. To go back, copy the column 'As saved' of the sheet Inputs over the blue cells. A changed cell is ochre.",
    "Parameters holds each input at every label that it fills. Over time and Totals work out the equations, in order.",
    "Grey cells are values, and a note beside them says why. All other cells are formulas.",
    "The base case takes each input at its mean, or at its base. How sure the answer is, only a run can say.",
)
_NOT_A_NAME = re.compile(r"[a-z]{1,3}\d+|r\d*c\d*|r\d*|c\d*|true|false", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FormulaWorkbook:
    """A workbook of formulas.

    Parameters
    ----------
    content : bytes
        The file.
    formulas, values, inputs : int
        Cells that are worked out, that are values with a note, and that a person may change.
    notes : mapping of name to str
        Blocks that hold values, and why.
    """

    content: bytes
    formulas: int
    values: int
    inputs: int
    notes: dict[str, str]


def formula_workbook(compiled: CompiledScenario) -> FormulaWorkbook:
    """Write the base case of a scenario as a workbook of formulas.

    Parameters
    ----------
    compiled : CompiledScenario

    Raises
    ------
    WellbevaError
        WB-R220 if it would have more cells than a spreadsheet can work with.
    """
    return Book(compiled).write()


@dataclass(slots=True)
class Book:
    """The workbook while it is written.

    Parameters
    ----------
    compiled : CompiledScenario
    """

    compiled: CompiledScenario
    printer: Printer = field(init=False)
    inputs: Inputs = field(init=False)
    file: Any = field(init=False)
    styles: dict[str, Any] = field(init=False)
    sheets: dict[str, Any] = field(init=False)
    formulas: int = 0
    values: int = 0

    def __post_init__(self) -> None:
        parameters = self.compiled.record.scenario.model.parameters.values()
        choices = {one.name: one.choices for one in parameters if one.choices}
        self.inputs = Inputs(self.compiled, choices)
        self.printer = Printer(self.compiled.plan, base_values(self.compiled.plan), self.inputs.blocks, choices)

    def write(self) -> FormulaWorkbook:
        """Print all blocks, lay them out, and write the file."""
        self.printer.equations()
        results = Results(self)
        self._lay_out()
        target = io.BytesIO()
        self.file = xlsxwriter.Workbook(target, {"in_memory": True})
        # The same scenario gives the same file on every day.
        self.file.set_properties({"created": datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)})
        self.styles = {name: self.file.add_format(style) for name, style in STYLES.items()}
        names = (COVER, RESULTS, INPUTS, PARAMETERS, PERIODS, TOTALS)
        self.sheets = {name: self.file.add_worksheet(name) for name in names}
        for sheet in self.sheets.values():
            sheet.set_landscape()
            sheet.set_paper(9)  # A4
            sheet.fit_to_pages(1, 0)
        self._write_inputs()
        for block in self.printer.blocks.values():
            self._write_block(block)
        self._name_blocks()
        self._dress_sheets()
        results.write()
        notes = {block.name: block.note for block in self.printer.blocks.values() if block.note}
        self._write_cover(notes)
        self.file.close()
        return FormulaWorkbook(target.getvalue(), self.formulas, self.values, len(self.inputs.rows), notes)

    def text(self, sheet: str, row: int, column: int, text: str, style: str = "plain") -> None:
        """Write a text, which is never taken for a formula.

        Parameters
        ----------
        sheet : str
        row, column : int
            From 0.
        text, style : str
        """
        self.sheets[sheet].write_string(row, column, text[:LONGEST_TEXT], self.styles[style])

    def formula(
        self, sheet: str, row: int, column: int, cell: Formula, value: float | str, style: str = "plain"
    ) -> None:
        """Write a formula and what it gives as the file stands.

        Parameters
        ----------
        sheet : str
        row, column : int
            From 0.
        cell : Formula
        value : float or str
        style : str
        """
        shown: float | str = value
        if isinstance(value, float) and not math.isfinite(value):
            shown = "#N/A" if math.isnan(value) else -HUGE if formula(-HUGE).text in cell.text else "#DIV/0!"
        self.sheets[sheet].write_formula(row, column, f"={cell.number.text}", self.styles[style], shown)
        self.formulas += 1

    def value(self, sheet: str, row: int, column: int, value: float | str, style: str = "plain") -> None:
        """Write a value; one that is not a number as the error that it is.

        Parameters
        ----------
        sheet : str
        row, column : int
            From 0.
        value : float or str
        style : str
        """
        if isinstance(value, str):
            self.text(sheet, row, column, value, style)
        elif math.isfinite(value):
            self.sheets[sheet].write_number(row, column, value, self.styles[style])
        else:
            self.formula(sheet, row, column, Formula("NA()"), math.nan, style)

    def word(self, axis: str, index: int) -> str:
        """Return the words for a label of an axis.

        Parameters
        ----------
        axis : str
        index : int
            Of the label.
        """
        axes = self.compiled.plan.axes
        return axis_word(self.compiled.record, axis, axes[axis].labels[index]) if axis in axes else f"{axis} {index}"

    # ---- blocks

    def _lay_out(self) -> None:
        """Give each block its place: one below the other on its sheet, time in the same columns for all."""
        blocks = self.printer.blocks.values()
        labels = dict.fromkeys((PARAMETERS, PERIODS, TOTALS), 1)
        for block in blocks:
            labels[block.sheet] = max(labels[block.sheet], len(block.down))
        cells = sum(block.size for block in blocks)
        if cells > MOST_CELLS:
            raise WellbevaError([_too_large(cells, max(blocks, key=lambda block: block.size))])
        rows = dict.fromkeys(labels, FIRST_ROW)
        for block in blocks:
            block.row, block.column = rows[block.sheet] + len(_lines(block)), labels[block.sheet]
            rows[block.sheet] = block.row + block.rows + 1

    def _write_block(self, block: Block) -> None:
        """Write the cells of a block under its name, its equation as written and its note."""
        sheet = self.printer.here = block.sheet
        try:
            printed = [block.cell(at) for at, _ in block.places()] if block.cell else []
            if not all(_fits(cell) for cell in printed):
                raise CannotSayError("its formula is longer than a cell may hold")
        except CannotSayError as reason:
            printed, block.note = [], f"a value, since {reason}"
        top = block.row - len(_lines(block))
        for offset, line in enumerate(_lines(block)):
            self.text(sheet, top + offset, 0, line, "note" if offset else "name")
        for number, (at, value) in enumerate(block.places()):
            row, column = block.at(at)
            if column == block.column:
                for place, axis in enumerate(block.down):
                    self.text(sheet, row, place, self.word(axis, at[axis]))
            if not printed or (block.note and printed[number].constant is not None):
                self.value(sheet, row, column, value, "value")
                self.values += 1
            else:
                self.formula(sheet, row, column, printed[number], value)

    def _name_blocks(self) -> None:
        """Give each parameter and equation the name that the model has for it."""
        taken: set[str] = set()
        for name in self.printer.walk.values:
            defined = name
            while _NOT_A_NAME.fullmatch(defined) or defined.lower() in taken:
                defined += "_"
            taken.add(defined.lower())
            self.file.define_name(defined, self.printer.blocks[name].all_cells())

    def _dress_sheets(self) -> None:
        about = {
            PARAMETERS: "Each input at every label that it fills",
            PERIODS: "Equations and their steps that differ from period to period",
            TOTALS: "Equations and their steps without periods",
        }
        for sheet, title in about.items():
            self.text(sheet, 0, 0, title, "title")
            periods = len(self.compiled.plan.axes["time"])
            first = next((block.column for block in self.printer.blocks.values() if block.sheet == sheet), 1)
            if sheet != TOTALS:
                self.text(sheet, FIRST_ROW - 2, 0, "Period", "name")
                for index in range(periods):
                    self.text(sheet, FIRST_ROW - 2, first + index, self.word("time", index), "name")
            self.sheets[sheet].freeze_panes(FIRST_ROW - 1, first)
            self.sheets[sheet].set_column(0, first - 1, 34)
            self.sheets[sheet].set_column(first, first + periods - 1, 13)

    # ---- inputs and cover

    def _write_inputs(self) -> None:
        sheet, plan = self.sheets[INPUTS], self.compiled.plan
        self.text(INPUTS, 0, 0, "Inputs", "title")
        prices = f" of {plan.price_year} prices" if plan.price_year else ""
        note = f"Blue cells may be changed; an ochre cell has been. Money is in {plan.currency}{prices}."
        self.text(INPUTS, 1, 0, note, "note")
        heads = ("Input", "What it is", "Value", "As saved", "Unit", "As written", "Source", "Note", "Path")
        for column, head in enumerate(heads):
            self.text(INPUTS, FIRST_ROW - 1, column, head, "head")
        by_path = {row.path: row for row in self.inputs.rows}
        for one in self.inputs.rows:
            other = by_path.get(one.same_as)
            if other is not None and other.value == one.value:
                self.formula(INPUTS, one.number, VALUE, Formula(other.address), one.value)
            else:
                self.value(INPUTS, one.number, VALUE, one.value, "input")
            self.value(INPUTS, one.number, SAVED, one.value)
            if one.validation:
                sheet.data_validation(one.number, VALUE, one.number, VALUE, one.validation)
            words = {0: one.label, 1: one.doc, 4: one.unit, 5: one.written, 6: one.source, 7: one.note, 8: one.path}
            for column, text in words.items():
                self.text(INPUTS, one.number, column, text, "unit" if column > SAVED else "plain")
        last = FIRST_ROW + len(self.inputs.rows) - 1
        row = FIRST_ROW + 1
        changed = {"type": "formula", "criteria": f"=$C{row}<>$D{row}", "format": self.styles["changed"]}
        sheet.conditional_format(FIRST_ROW, VALUE, max(FIRST_ROW, last), VALUE, changed)
        sheet.freeze_panes(FIRST_ROW, VALUE + 1)
        for column, width in enumerate((60, 50, 14, 14, 16, 30, 44, 40, 30)):
            sheet.set_column(column, column, width)

    def _write_cover(self, notes: dict[str, str]) -> None:
        self.text(COVER, 0, 0, self.compiled.plan.title, "title")
        counts = f"{len(self.inputs.rows):,} inputs, {self.formulas:,} formulas, {self.values:,} other values:"
        by_note = {note: ", ".join(name for name in notes if notes[name] == note) for note in notes.values()}
        lines = [*HOW, "", counts, *(f"{names}: {note}" for note, names in by_note.items()), ""]
        for row, line in enumerate(lines, 2):
            self.text(COVER, row, 0, line)
        self.text(COVER, 2 + len(lines), 0, "Parameters and equations", "name")
        for row, name in enumerate(self.printer.walk.values, 3 + len(lines)):
            block = self.printer.blocks[name]
            place = f"internal:{sheet_prefix(block.sheet)}A{block.row + 1 - len(_lines(block))}"
            self.sheets[COVER].write_url(row, 0, place, self.styles["link"], string=name)
            self.text(COVER, row, 1, block.doc, "note")
        self.sheets[COVER].set_column(0, 0, 34)
        self.sheets[COVER].hide_gridlines(2)


def _lines(block: Block) -> list[str]:
    """Return the lines above the cells of a block."""
    unit = f" [{block.unit}]" if block.unit not in ("", "1") else ""
    head = f"{block.name}{unit}{f': {block.doc}' if block.doc else ''}"
    return [head, *filter(None, (f"= {block.text}" if block.text else "", block.note))]


def _fits(cell: Formula) -> bool:
    depth = deepest = 0
    for letter in cell.text if cell.text.count("(") >= DEEPEST else "":
        depth += (letter == "(") - (letter == ")")
        deepest = max(deepest, depth)
    return len(cell.text) < LONGEST_FORMULA and deepest < DEEPEST


def _too_large(cells: int, largest: Block) -> Diagnostic:
    size = " by ".join(f"{length:,} {axis}" for axis, length in largest.lengths.items())
    return Diagnostic(
        "WB-R220",
        f"this scenario is too large for a workbook of formulas: {cells:,} cells",
        facts=(f"at most {MOST_CELLS:,} cells fit", f"the largest block is {largest.name}: {size}"),
        remedy="use fewer or longer periods under `time`, or fewer options and groups",
    )
