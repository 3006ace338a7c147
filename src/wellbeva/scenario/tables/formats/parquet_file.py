"""Joint draws in Parquet files, as statistical programs write them; pyarrow, the extra `parquet`, reads them."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import json
import subprocess
import sys
from typing import Any

from wellbeva.core.spans import Located, Piece, Span
from wellbeva.errors import Collector
from wellbeva.scenario.tables.formats.csv_file import COLUMN_LIMIT, too_big
from wellbeva.scenario.tables.grid import Cell, CellFault, Grid, cell_text
from wellbeva.scenario.text.files import FORBIDDEN_VALUE

UNPACKED_LIMIT = 1 << 27
"""Bytes of all columns, unpacked."""
TIME_LIMIT = 60.0
"""Seconds that reading a file may take."""
MEMORY_LIMIT = 1 << 32
"""Bytes that reading a file may take."""
BATCH = 10_000
"""Rows that are unpacked at a time: what a file says of itself need not be so."""


def read_parquet(data: bytes, shown: str, *, listed: Span, cell_limit: int, collector: Collector) -> Grid | None:
    """Read a Parquet file's columns; on any fault note a diagnostic and return None.

    Parameters
    ----------
    data : bytes
    shown : str
        The file as messages show it.
    listed : Span
        Where the table is named.
    cell_limit : int
        Cells that may still be read.
    collector : Collector
    """
    if importlib.util.find_spec("pyarrow") is None:
        collector.error(
            "WB-F048",
            f"{shown!r} is a Parquet file, and the package that reads those is not installed",
            listed,
            remedy="install it: pip install 'wellbeva[parquet]'; or save the draws as CSV",
        )
        return None
    found = _in_a_child(data, cell_limit)
    if found.get("too_big"):
        too_big(Span(shown, 1, 1), cell_limit, collector)
        return None
    if "fault" in found:
        collector.error(
            "WB-F049",
            f"{shown!r} cannot be read as Parquet: {found['fault']}",
            listed,
            remedy="save it again, with one plain column of numbers for each parameter; or save the draws as CSV",
        )
        return None
    names, height = tuple(found["names"]), found["height"]
    columns = tuple(
        cells if cells is not None else [_no_numbers(kind)] * height
        for kind, cells in zip(found["kinds"], found["columns"], strict=True)
    )
    if not names or FORBIDDEN_VALUE.search("".join(names)):
        collector.error("WB-F049", f"{shown!r} has no headings that can be read", listed, remedy="name its columns")
        return None

    def place(row: int, column: int) -> Located:
        text = names[column] if row == 0 else cell_text(columns[column][row - 1])
        return Located(text, f"{shown}:{names[column]}", (Piece(0, max(row, 1), 1, text),))

    return Grid(shown, names, columns, place)


def _in_a_child(data: bytes, cell_limit: int) -> dict[str, Any]:
    """Read in a process of its own, because some broken files make pyarrow end the process that it runs in."""
    code = f"from {__name__} import answer; answer({cell_limit})"
    try:
        child = subprocess.run(  # noqa: S603 - this program, on bytes that it reads as data
            [sys.executable, "-P", "-c", code], input=data, capture_output=True, timeout=TIME_LIMIT, check=False
        )
        found: dict[str, Any] = json.loads(child.stdout)
    except subprocess.TimeoutExpired:
        return {"fault": f"its reader was not done after {TIME_LIMIT:.0f} seconds"}
    except (OSError, ValueError):
        return {"fault": "it is damaged, and its reader gave up"}
    return found


def answer(cell_limit: int) -> None:
    """Read a Parquet file from the standard input and write what it holds to the standard output, as JSON."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_LIMIT, MEMORY_LIMIT))
    sys.stdout.write(json.dumps(_read(sys.stdin.buffer.read(), cell_limit)))


def _read(data: bytes, cell_limit: int) -> dict[str, Any]:
    from pyarrow import parquet, types

    try:
        # Without buffers a column is read page by page, so that no more is unpacked than the batches ask for.
        source = parquet.ParquetFile(io.BytesIO(data), pre_buffer=False)
        schema = source.schema_arrow
        plain = [one.name for one in schema if types.is_floating(one.type) or types.is_integer(one.type)]
        rows = _most_rows(source.metadata, cell_limit)
        numbers = _numbers(source, plain, cell_limit) if rows is not None else None
    except Exception as failure:  # whatever pyarrow makes of broken bytes
        return {"fault": _words(failure)}
    if rows is None or numbers is None:
        return {"too_big": True}
    return {
        "names": schema.names,
        "kinds": [str(one.type) for one in schema],
        "height": len(numbers[plain[0]]) if plain else rows,
        "columns": [numbers.get(one.name) or None for one in schema],
    }


def _most_rows(about: Any, cell_limit: int) -> int | None:
    """Return the rows that the file says it has, wherever it says so; None if that is more than is read."""
    groups = [about.row_group(index) for index in range(about.num_row_groups)]
    held = [group.column(index) for group in groups for index in range(min(group.num_columns, COLUMN_LIMIT))]
    rows = max(about.num_rows, sum(group.num_rows for group in groups))
    values = max(rows * about.num_columns, sum(column.num_values for column in held))
    size = max(sum(group.total_byte_size for group in groups), sum(column.total_uncompressed_size for column in held))
    too_much = values > cell_limit or about.num_columns > COLUMN_LIMIT or size > UNPACKED_LIMIT
    return None if too_much else rows


def _numbers(source: Any, plain: list[str], cell_limit: int) -> dict[str, list[Cell]] | None:
    """Read the columns of numbers, batch by batch; None as soon as there are more than the limit.

    Only numbers are unpacked: a text that stands once in the file could fill a million cells.
    """
    found: dict[str, list[Cell]] = {name: [] for name in plain}
    batches = source.iter_batches(batch_size=BATCH, columns=plain) if plain else ()
    for batch in batches:
        for name, cells in found.items():
            cells.extend("" if one is None else float(one) for one in batch.column(name).to_pylist())
        if sum(map(len, found.values())) > cell_limit:
            return None
    return found


def _no_numbers(kind: str) -> CellFault:
    return CellFault("WB-S128", f"this column holds {kind[:40]}, not numbers", (), "write it as numbers (double)", "")


def _words(failure: Exception) -> str:
    return (str(failure).splitlines() or ["it is broken"])[0][:120]
