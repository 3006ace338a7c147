"""Joint draws in Parquet files, as statistical programs write them; pyarrow, the extra `parquet`, reads them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from wellbeva.core.spans import Located, Piece, Span
from wellbeva.errors import Collector
from wellbeva.scenario.files import FORBIDDEN_VALUE
from wellbeva.scenario.table_csv import COLUMN_LIMIT, too_big
from wellbeva.scenario.table_grid import Cell, Grid, Trouble, cell_text

UNPACKED_LIMIT = 1 << 27
"""Bytes of all columns, unpacked."""


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
    try:
        from pyarrow import parquet, types
    except ImportError:
        collector.error(
            "WB-F048",
            f"{shown!r} is a Parquet file, and the package that reads those is not installed",
            listed,
            remedy="install it: pip install 'wellbeva[parquet]'; or save the draws as CSV",
        )
        return None
    try:
        source = parquet.ParquetFile(io.BytesIO(data))
        about = source.metadata
        size = sum(about.row_group(index).total_byte_size for index in range(about.num_row_groups))
        if about.num_rows * about.num_columns > cell_limit or about.num_columns > COLUMN_LIMIT or size > UNPACKED_LIMIT:
            too_big(Span(shown, 1, 1), cell_limit, collector)
            return None
        schema = source.schema_arrow
        names = tuple(schema.names)
        plain = [one.name for one in schema if types.is_floating(one.type) or types.is_integer(one.type)]
        # Only numbers are unpacked: a text that stands once in the file could fill a million cells.
        content = source.read(columns=plain) if plain else None
        columns = tuple(
            _numbers(content.column(one.name))
            if content is not None and one.name in plain
            else [_no_numbers(str(one.type))] * about.num_rows
            for one in schema
        )
    except Exception as failure:  # whatever pyarrow makes of broken bytes
        collector.error(
            "WB-F049",
            f"{shown!r} cannot be read as Parquet: {_words(failure)}",
            listed,
            remedy="write it anew, with one plain column of numbers for each parameter; or save the draws as CSV",
        )
        return None
    if not names or FORBIDDEN_VALUE.search("".join(names)):
        collector.error("WB-F049", f"{shown!r} has no headings that can be read", listed, remedy="name its columns")
        return None

    def place(row: int, column: int) -> Located:
        text = names[column] if row == 0 else cell_text(columns[column][row - 1])
        return Located(text, f"{shown}:{names[column]}", (Piece(0, max(row, 1), 1, text),))

    return Grid(shown, names, columns, place)


def _numbers(column: Any) -> Sequence[Cell]:
    return ["" if one is None else float(one) for one in column.to_pylist()]


def _no_numbers(kind: str) -> Trouble:
    return Trouble("WB-S128", f"this column holds {kind[:40]}, not numbers", (), "write it as numbers (double)", "")


def _words(failure: Exception) -> str:
    return (str(failure).splitlines() or ["it is broken"])[0][:120]
