"""What the tests of tables share: a world, a reader of ``tables``, and workbooks made on the spot."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import xlsxwriter

from wellbeva.core.spans import Located
from wellbeva.errors import Collector, Diagnostic
from wellbeva.scenario.spec import Assignment, AxisSpec, JointDraws, Model, ParameterSpec, Source, TimeSpec
from wellbeva.scenario.tables.joint_draws import read_draws
from wellbeva.scenario.tables.table_reader import Table, TableReader
from wellbeva.scenario.tables.tidy import read_table
from wellbeva.scenario.text.files import Files
from wellbeva.scenario.text.yaml_parser import read_tree
from wellbeva.scenario.values.labels import ValueScope
from wellbeva.scenario.values.sources import Sources


def world() -> ValueScope:
    """Two options, three payers, a ladder of ages, and parameters by them."""
    units = {"people": "person", "effect": "LS", "cost": "GBP/person", "rate_die": "1/year", "take_up": "share"}
    by = {"people": ("option",), "effect": ("option",), "cost": ("option", "payer"), "rate_die": ("age",)}
    parameters = {
        name: ParameterSpec(name, Located.bare(unit, "model.yaml"), by=by.get(name, ())) for name, unit in units.items()
    }
    parameters["counted"] = ParameterSpec("counted", Located.bare("", "model.yaml"), kind="switch", by=("option",))
    axes = {"payer": AxisSpec("payer"), "age": AxisSpec("age", unit="year")}
    model = Model("garden", "Gardens", "", "equations", "model.yaml", axes, {}, parameters, {})
    labels = {
        "option": ("visits", "calls"),
        "group": ("everyone",),
        "payer": ("council", "nhs"),
        "age": ("65", "66", "67"),
    }
    axes_of = {axis: {one: one for one in names} for axis, names in labels.items()}
    return ValueScope(model, axes_of, TimeSpec(first=0, last=2), Sources({"ucl2023": Source("ucl2023")}))


def listed(folder: Path, entry: str) -> tuple[list[Table], Collector]:
    """Read one entry of ``tables`` as the loader does."""
    collector = Collector()
    root = read_tree(f"tables:\n  - {entry}\n", "s.yaml", collector=collector)
    assert root is not None, collector.found
    return TableReader(folder, "", Files(), collector, model=world().model).read_all(root.get("tables")), collector


def values(folder: Path, entry: str) -> tuple[list[Assignment], Collector]:
    """Read the values of a table."""
    tables, collector = listed(folder, entry)
    found = [one for table in tables for one in read_table(table, world(), layer="table", collector=collector)]
    return found, collector


def draws(folder: Path, entry: str) -> tuple[JointDraws | None, Collector]:
    """Read a table of joint draws."""
    tables, collector = listed(folder, entry)
    return (read_draws(tables[0], world(), collector) if tables else None), collector


def cells(table: Table) -> list[list[str]]:
    """Return the texts of a table, headings first."""
    return [[column.head for column in table.columns], *([cell.text for cell in row] for row in table.rows)]


def faults(collector: Collector) -> list[tuple[str, str]]:
    """Return the code and place of each error."""
    return [(one.code, str(one.span)) for one in collector.errors]


def one_error(collector: Collector) -> Diagnostic:
    """Return the only error."""
    (error,) = collector.errors
    assert error.span is not None
    assert error.remedy
    return error


def workbook(fill: Callable[[Any], None]) -> bytes:
    """Make a workbook in memory."""
    held = io.BytesIO()
    book = xlsxwriter.Workbook(held, {"in_memory": True})
    fill(book)
    book.close()
    return held.getvalue()


def sheet_of(rows: list[list[object]], *, top: int = 0, left: int = 0) -> bytes:
    """Make a workbook of one sheet, `Offers`, with these rows."""

    def fill(book: Any) -> None:
        sheet = book.add_worksheet("Offers")
        for number, row in enumerate(rows):
            sheet.write_row(top + number, left, row)

    return workbook(fill)


SHEET = "xl/worksheets/sheet1.xml"


def repacked(data: bytes, change: Any, *, part: str = SHEET, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a workbook with one part changed."""
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(held, "w", method) as new:
        for name in old.namelist():
            text = old.read(name).decode()
            new.writestr(name, change(text) if name == part else text)
    return held.getvalue()
