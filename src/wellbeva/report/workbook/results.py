"""``results.xlsx``: the tables of a run, one a sheet, with how to read each column."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from wellbeva.analysis.dictionary.columns import Column, WrittenTable, dictionary
from wellbeva.report.facts.input_source import covering_of, given_by
from wellbeva.report.facts.names import axis_word, portable_path, unit_words
from wellbeva.report.page.annex.annexes import warning_words
from wellbeva.report.page.annex.inputs import sources_of
from wellbeva.report.page.blocks.timing import years_of
from wellbeva.report.text import numbers
from wellbeva.report.workbook.layout import Sheet, SheetColumn, write_workbook
from wellbeva.report.workbook.words import Words

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from wellbeva.plan.plan import Plan
    from wellbeva.plan.record import Record
    from wellbeva.report.facts.result import Result

MOST_ROWS: Final = 5_000
"""Rows of a table that its sheet shows; the CSV file has all."""
KINDS: Final = {"money": "money", "money/effect": "money", "share": "share", "count": "count", "year": "count"}


def results_workbook(
    dataset: xr.Dataset,
    record: Record,
    plan: Plan,
    tables: Mapping[str, pd.DataFrame],
    *,
    facts: Result,
    manifest: Mapping[str, Any],
) -> bytes:
    """Return the workbook of a run.

    Parameters
    ----------
    dataset : xarray.Dataset
    record : Record
    plan : Plan
    tables : mapping of name to DataFrame
        As `analysis.registry` makes them.
    facts : Result
        The same run in words.
    manifest : mapping
        As `results.manifest.build_manifest` makes it; the file bears its day alone (R46).
    """
    import pandas as pd

    made = {
        **tables,
        "summary": _that_varies(tables["summary"]),
        "cash_flow": pd.DataFrame(_cash_flow(dataset, record, plan), columns=["option", "flow", "who", "year", "mean"]),
        "inputs": pd.DataFrame(list(_inputs(record))),
        "sources": pd.DataFrame(manifest["sources"]).replace({"true": True, "false": False}),
    }
    if "prob_best" in dataset and tables:
        made["ceac"] = _acceptability(dataset)
    words = Words(dataset, record)
    shown = [words.beside(one, made[name]) for name, one in dictionary().items() if name in made and len(made[name])]
    sheets = [_sheet(listed, table, facts) for listed, table in shown]
    return write_workbook(
        [_notes(facts, record), *sheets, _meanings(shown, facts)],
        list(_cover(facts, record, manifest)),
        created=datetime.fromisoformat(manifest["date"][:10]),
    )


def _sheet(listed: WrittenTable, table: pd.DataFrame, facts: Result) -> Sheet:
    """Lay a table out; columns without a single value are left out."""
    about = _plain(listed.about)
    if len(table) > MOST_ROWS:
        about += f" These are the first {MOST_ROWS:,} of {len(table):,} rows; {listed.file}.csv has all."
    columns = []
    for name, column in listed.columns.items():
        every = table[name].tolist()
        cells = every[:MOST_ROWS]
        if any(cell not in ("", None) and not (isinstance(cell, float) and math.isnan(cell)) for cell in every):
            columns.append(SheetColumn(_heading(column, facts), cells, KINDS.get(column.unit, "")))
    return Sheet(listed.name, listed.title, about, columns, mixed="unit" in table)


def _plain(text: str) -> str:
    """Write a sentence of the dictionary without the marks around names."""
    return text.replace("`", "")


def _heading(column: Column, facts: Result) -> str:
    """Head a column, with its unit in the symbols of the run; the cover says in which prices money is."""
    money = numbers.SYMBOLS.get(facts.currency, facts.currency)
    units = {
        "money": money,
        "effect": facts.unit,
        "money/effect": f"{money} per {facts.effect_unit}",
        "effect/1000 money": f"{facts.unit} per {money}1,000",
    }
    return f"{column.heading} ({units[column.unit]})" if column.unit in units else column.heading


def _cover(facts: Result, record: Record, manifest: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of the cover."""
    yield facts.title
    if facts.question:
        yield facts.question
    yield manifest["answer"]
    yield from (f"Provisional, not for decisions: {why}" for why in facts.provisional)
    if facts.options:
        yield f"Compared with: {facts.comparator}"
    yield from (words for words in (facts.perspective,) if words)
    yield f"Money: {unit_words('money', facts)}"
    drawn = f"{numbers.count(facts.draws)} draws, seed {manifest['seed']}" if facts.uncertain else "nothing is drawn"
    yield f"Made on {manifest['date'][:10]} with wellbeva {manifest['versions']['wellbeva']}: {drawn}"
    yield f"Scenario: {portable_path(record.scenario.file, record.scenario.file)}"
    yield "The next sheet lists the contents. The last says how to read each column."


def _that_varies(summary: pd.DataFrame) -> pd.DataFrame:
    """Leave out rows that are 0 in every draw: most, where outcomes are by payer and period."""
    return summary[(summary[["mean", "sd", "base_case"]] != 0).any(axis=1)]


def _notes(facts: Result, record: Record) -> Sheet:
    lines = [
        "An average is over all draws. The columns “5% below” and “95% below” are the ends of 9 of 10 futures.",
        "The base case has every input at its central value; it need not equal the average.",
        "An empty cell has no value. Where a column says why, it is called “Note” or “Why”.",
        "Numbers are exact in the cell and rounded in print. No cell holds a formula.",
        "To try another number in a sheet, write the base case as formulas: wellbeva explain SCENARIO --format xlsx",
        *(rule.words for rule in record.rules),
        *facts.provisional,
        *(f"Not counted: {numbers.in_sentence(what)}" for what in facts.not_counted),
        *map(warning_words, record.warnings),
    ]
    return Sheet("notes", "Notes", "How to read this workbook, and what to bear in mind.", [SheetColumn("Note", lines)])


def _meanings(shown: list[tuple[WrittenTable, pd.DataFrame]], facts: Result) -> Sheet:
    rows = [
        (table.title, _heading(column, facts), *_in_file(table, column), _plain(column.meaning))
        for table, _ in shown
        for column in table.columns.values()
    ]
    heads = ("Sheet", "Heading", "File", "Column of the file", "Meaning")
    columns = [SheetColumn(head, cells) for head, cells in zip(heads, zip(*rows, strict=True), strict=True)]
    return Sheet("columns", "How to read each column", "Every column of every table of this workbook.", columns)


def _in_file(table: WrittenTable, column: Column) -> tuple[str, str]:
    """Return where a file has a column; words that stand in the workbook alone are in none."""
    return (
        (table.by and f"{table.file}.csv", column.name) if column.name in dictionary()[table.name].columns else ("", "")
    )


def _inputs(record: Record) -> Iterator[dict[str, object]]:
    for one in record.inputs:
        low, high = one.interval or (np.nan, np.nan)
        yield {
            "path": one.path,
            "doc": numbers.capital(one.doc or one.parameter.replace("_", " ")),
            "where": ", ".join(axis_word(record, axis, label) for axis, label in one.labels) or "all",
            "unit": one.unit,
            "written": one.written,
            "base": one.base,
            "low": low,
            "high": high,
            "interval": one.interval_name,
            "drawn": one.fitted if one.element else "",
            "evidence": one.evidence,
            "source": sources_of(record, one.cites, covering_of(one.original.value, one.original.layer, record)),
            "licence": one.licence,
            "given_by": given_by(one, record),
            "note": one.note,
        }


def _cash_flow(dataset: xr.Dataset, record: Record, plan: Plan) -> Iterator[tuple[object, ...]]:
    """Yield option, flow, who, year and average; years in which nothing flows are left out."""
    years = years_of(plan)
    for flow, role, axis in (("pays", "cash_by_period", "payer"), ("saves", "saving_by_period", "body")):
        name = record.scenario.model.named(role)
        if name not in dataset or set(dataset[name].dims) != {"statistic", "option", "time", axis}:
            continue
        means = dataset[name].sel(statistic="mean").transpose("option", axis, "time")
        for option, of_option in zip(means["option"].values, means.values, strict=True):
            for who, line in zip(means[axis].values, of_option, strict=True):
                by_year = {year: line[np.equal(years, year)].sum() for year in dict.fromkeys(years)}
                words = (str(option), flow, axis_word(record, axis, str(who)))
                yield from ((*words, year, float(x)) for year, x in by_year.items() if x)


def _acceptability(dataset: xr.Dataset) -> pd.DataFrame:
    frame = dataset[["prob_best", "prob_best_mcse"]].to_dataframe().reset_index()
    names = {"threshold": "wtp", "decision_option": "option", "prob_best_mcse": "mcse"}
    return frame.rename(columns=names)[["wtp", "option", "prob_best", "mcse"]]
