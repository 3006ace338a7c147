"""The workbook of formulas, worked out by LibreOffice from wrong values: the reference engine's own numbers (R116)."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import hypothesis
import numpy as np
import pytest
import xlsxwriter

from tests.engine import random_trees, test_random_recurrences
from tests.engine.engine_plans import equation, plan
from tests.report.libreoffice import SOFFICE, WRONG, Cells, cells_of, recalculated, spoiled
from tests.shipped import SHIPPED
from wellbeva import api
from wellbeva.engine.arrays.functions import FUNCTIONS
from wellbeva.engine.arrays.named import NamedArray
from wellbeva.engine.reference.interpreter import Interpreter
from wellbeva.language.functions import ELEMENTWISE
from wellbeva.language.traversal import walk
from wellbeva.report.workbook.formulas.blocks import PARAMETERS, PERIODS, TOTALS, Block
from wellbeva.report.workbook.formulas.book import FormulaWorkbook, formula_workbook
from wellbeva.report.workbook.formulas.printer import Printer
from wellbeva.report.workbook.formulas.text import EXCEL, Formula, formula

pytestmark = [
    pytest.mark.thorough,
    pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed"),
]
CLOSE = 1e-9
TREES, RECURRENCES = 300, 100

CHANGES: dict[str, tuple[tuple[str, str, str], ...]] = {
    # file: path of the input, what `--set` is given, what is typed into the cell
    "uk-community-offers": (
        ("effect.parkrun", "0.31 LS", "0.31"),
        ("hold.fisp", "2 years", "2"),
        ("budget", "£750,000", "750000"),
        ("fade_shape", "exponential", "exponential"),
        ("count_household", "false", "no"),
        ("appraisal.discount.money", "2%", "0.02"),
    ),
    "easing-loneliness": (
        ("take_up.visits", "61%", "0.61"),
        ("fade_shape", "geometric", "geometric"),
        ("retention", "45%", "0.45"),
        ("appraisal.discount.wellbeing", "3%", "0.03"),
    ),
    "park-and-neighbours": (
        ("shift.parks.access", "0.5 SD", "0.5"),  # two others are `same as` it
        ("interaction", "false", "no"),
        ("onset.parks", "18 months", "1.5"),
    ),
    "sonnenberg-beck-3state": (
        ("p_die_well.cohort_of_1993", "12%", "0.12"),
        ("appraisal.discount.health", "4%", "0.04"),
    ),
    "hli2021-strongminds": (("retention", "60%", "0.6"), ("cost_per_person.peer", "$90 per person", "90")),
}

GRIDS = {"t", "step", "first", "last", "answer", "trial", "relative_aversion", "absolute_aversion", "quadrant"} | {
    "fifth from"
}
"""What is a value with a note in any workbook: the numbers along an axis, which are its structure."""


def near(x: float, y: float) -> bool:
    # Beside sums of many thousands zero has digits of rounding.
    return math.isclose(x, y, rel_tol=CLOSE, abs_tol=1e-9)


def same(x: float | str | None, y: float | str | None) -> bool:
    if isinstance(x, float) and isinstance(y, float):
        return near(x, y)
    return (x or "") == (y or "") or (str(x).startswith("#") and str(y).startswith("#"))


def differences(mine: dict[str, Cells], theirs: dict[str, Cells]) -> list[tuple[str, str, object, object]]:
    return [
        (sheet, cell, value, theirs[sheet].get(cell))
        for sheet, cells in mine.items()
        for cell, value in cells.items()
        if not same(value, theirs[sheet].get(cell))
    ]


WITHIN_YEAR = "discounted within the year"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, FormulaWorkbook]:
    text = next(path for path in SHIPPED if path.stem == "easing-loneliness").read_text("utf-8")
    rates = "{preset: green-book-2026, discount_within_year: continuous, discount: {wellbeing: 0%}}"
    within = tmp_path_factory.mktemp("within") / "within.yaml"
    within.write_text(text.replace("appraisal: green-book-2026", f"appraisal: {rates}"), "utf-8")
    files = {path.stem: path for path in SHIPPED} | {WITHIN_YEAR: within}
    return {name: formula_workbook(api.load(path)) for name, path in files.items()}


@pytest.fixture(scope="module")
def shipped(written: dict[str, FormulaWorkbook]) -> dict[str, bytes]:
    return {name: one.content for name, one in written.items()}


@pytest.fixture(scope="module")
def worked_out(shipped: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Cells]]:
    folder = tmp_path_factory.mktemp("spoiled")
    files = [spoiled(content, folder / f"{name}.xlsx") for name, content in shipped.items()]
    for name, changes in CHANGES.items():
        edits = {cell: typed for path, _, typed in changes for cell in cells_of_input(shipped[name], path)}
        files.append(spoiled(shipped[name], folder / f"{name} changed.xlsx", edits))
    return recalculated(files, tmp_path_factory.mktemp("worked-out"))


def cells_of_input(content: bytes, path: str) -> list[str]:
    """Return where an input stands; a schedule of discount rates has several."""
    inputs = cells_of(content)["Inputs"]
    found = [f"C{cell[1:]}" for cell, text in inputs.items() if cell[0] == "I" and text == path]
    assert found, path
    return found


def test_the_judge_can_find_against_us(shipped: dict[str, bytes], tmp_path: Path) -> None:
    file = spoiled(shipped["park-and-neighbours"], tmp_path / "park.xlsx")
    shown = recalculated([file], tmp_path / "as-they-stand", always=False)["park"]
    formulas = cells_of(shipped["park-and-neighbours"], formulas=True)
    assert {shown["Totals"][cell] for cell in formulas["Totals"]} == {WRONG}


@pytest.mark.parametrize("name", [*(path.stem for path in SHIPPED), WITHIN_YEAR])
def test_r116_every_cell_is_the_reference_engine_s(
    name: str, shipped: dict[str, bytes], worked_out: dict[str, dict[str, Cells]]
) -> None:
    formulas = cells_of(shipped[name], formulas=True)
    assert sum(map(len, formulas.values())) > 90
    assert differences(formulas, worked_out[name]) == []


def test_r116_values_stand_for_the_axes_alone(written: dict[str, FormulaWorkbook]) -> None:
    assert {name for one in written.values() for name in one.notes} == GRIDS
    assert all(one.formulas > 4 * one.values for one in written.values())


@pytest.mark.parametrize("name", CHANGES)
def test_r116_a_changed_input_gives_what_the_engine_gives(name: str, worked_out: dict[str, dict[str, Cells]]) -> None:
    path = next(path for path in SHIPPED if path.stem == name)
    sets = [f"{input_}={value}" for input_, value, _ in CHANGES[name]]
    run = cells_of(api.formula_workbook(path, overrides=sets), formulas=True)
    changed = worked_out[f"{name} changed"]
    assert changed["Results"]["B2"] >= len(CHANGES[name])
    # A value that --set gives has its own place among the inputs; what is computed stands where it stood.
    outcomes = {sheet: run[sheet] for sheet in (PERIODS, TOTALS)}
    assert differences(outcomes, changed) == []
    assert len(outcomes[TOTALS]) > 3


# ---- every kind of node, by trees that are drawn at random


class Writer:
    """Writes the blocks of a plan, and nothing else."""

    def __init__(self, path: Path) -> None:
        self.file = xlsxwriter.Workbook(str(path))
        self.sheets = {name: self.file.add_worksheet(name) for name in (PARAMETERS, PERIODS, TOTALS)}
        self.rows = dict.fromkeys(self.sheets, 0)
        self.expected: list[tuple[str, str, float, str]] = []

    def write(self, printer: Printer, new: list[Block]) -> None:
        for block in new:
            block.row = self.rows[block.sheet]
            self.rows[block.sheet] += block.rows
        for block in new:
            printer.here = block.sheet
            for at, value in block.places():
                row, column = block.at(at)
                if block.cell is None:
                    self.sheets[block.sheet].write_number(row, column, value)
                    continue
                text = block.cell(at).number.text
                self.sheets[block.sheet].write_formula(row, column, f"={text}", None, WRONG)
                self.expected.append((block.sheet, xlsxwriter.utility.xl_rowcol_to_cell(row, column), value, text))


def drawn(strategy: Any, count: int) -> list[Any]:
    found: list[Any] = []

    @hypothesis.settings(
        max_examples=count,
        database=None,
        derandomize=True,
        deadline=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(strategy)
    def gather(one: Any) -> None:
        found.append(one)

    gather()
    return found


def test_r116_every_kind_of_node_and_recurrence(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "plans.xlsx")
    known = {"elements": random_trees.ELEMENTS}
    plans = [
        plan(random_trees.AXES, random_trees.PARAMETERS, [equation("y", tree)], **known)
        for tree in drawn(random_trees.trees, TREES)
    ] + drawn(test_random_recurrences.plans(), RECURRENCES)
    for one in plans:
        values = Interpreter(one, draws={}, count=0, replace={})
        values.run()
        blocks = {x.name: Block(x.name, NamedArray(x.axes, x.values), PARAMETERS) for x in one.parameters}
        printer = Printer(one, values, blocks, {})
        printer.equations()
        writer.write(printer, list(printer.blocks.values()))
    writer.file.close()
    found = recalculated([tmp_path / "plans.xlsx"], tmp_path / "judge")["plans"]
    wrong = [
        (cell, value, found[sheet].get(cell), text)
        for sheet, cell, value, text in writer.expected
        if math.isfinite(value) and not same(value, found[sheet].get(cell))
    ]
    assert wrong == []
    assert len(writer.expected) > 10_000
    kinds = {type(node).__name__ for made in plans for one in made.equations for node in walk(one.expression)}
    assert kinds >= {
        "PickBy",
        "Interp",
        "Scan",
        "Lag",
        "Contract",
        "Reduce",
        "Select",
        "Logic",
        "Call",
        "Label",
        "Pick",
    }


def test_r117_every_function_is_the_engine_s(tmp_path: Path) -> None:
    file = xlsxwriter.Workbook(str(tmp_path / "functions.xlsx"))
    sheet = file.add_worksheet("F")
    rng = np.random.default_rng(1)
    expected = []
    for row, (name, function) in enumerate(ELEMENTWISE.items()):
        for column in range(20):
            at = [rng.uniform(*interval) for interval in function.domain]
            if column == 0:
                at = [1e-9 if low <= 1e-9 <= high else low for low, high in function.domain]
            cells = [Formula(xlsxwriter.utility.xl_rowcol_to_cell(row, 100 + 4 * column + k)) for k in range(len(at))]
            for k, x in enumerate(at):
                sheet.write_number(row, 100 + 4 * column + k, x)
            sheet.write_formula(row, column, f"={formula(function.by(EXCEL)(*cells)).number.text}", None, WRONG)
            expected.append((name, at, xlsxwriter.utility.xl_rowcol_to_cell(row, column), float(FUNCTIONS[name](*at))))
    file.close()
    found = recalculated([tmp_path / "functions.xlsx"], tmp_path / "judge")["functions"]["F"]
    assert [
        (name, at, value, found[cell]) for name, at, cell, value in expected if not near(value, float(found[cell]))
    ] == []
