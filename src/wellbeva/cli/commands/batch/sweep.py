"""``wellbeva sweep``: a grid of values, places and variants as one job, and one table of what is decided."""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import isnan
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

from wellbeva.cli.commands.local.data import find_area
from wellbeva.cli.errors import printable
from wellbeva.cli.options import (
    DesignOption,
    OnOption,
    argument,
    complete_scenario,
    count,
    option,
    read_shard,
)
from wellbeva.cli.output import print_more_draws
from wellbeva.errors import refusal
from wellbeva.report.text.numbers import NOT_APPLICABLE, SYMBOLS, number

if TYPE_CHECKING:
    import pandas as pd

INCOMPLETE: Final = 3
"""Exit status: the table stands, and some of its cells were refused."""
SHOWN: Final = 5
"""Kinds of refusal that are printed, and cells of each; the table has all."""
MOST_LETTERS: Final = 160
_NUMBER: Final = r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?"
_UNIT: Final = re.compile(rf"""{_NUMBER}(\s*(?:%|[^\W\d])[^()\[\]{{}}"',]*(?:\[[^\]]*\])?)$""")
_THOUSANDS: Final = re.compile(r"(?<![\d,])\d{1,3}(?:,\d{3})+(?![\d,])")


def sweep(
    scenarios: Annotated[
        list[Path], argument("Scenario files, all in one table.", "SCENARIO", complete=complete_scenario)
    ],
    override: Annotated[
        list[str] | None,
        option(
            "Values of a path, as 'hold.walks=3,6,9 months'; each with each of every other.",
            "--set",
            metavar="PATH=VALUES",
        ),
    ] = None,
    over: Annotated[
        list[str] | None,
        option("Areas, by code or name, or a group of them, as area=@english_districts.", metavar="area=AREAS"),
    ] = None,
    variants: Annotated[str, option("'all', or names with commas between; beside the scenario as written.")] = "",
    draws: Annotated[int, count("Plausible futures of each cell, as 20000 or 1e6.")] = 16384,
    seed: Annotated[int, typer.Option(help="The same seed gives the same draws, in every cell.")] = 1,
    design: DesignOption = "sobol",
    engine: Annotated[
        Literal["auto", "reference", "blocked", "compiled"],
        typer.Option(help="The evaluator; auto compiles where the draws repay it."),
    ] = "auto",
    out: Annotated[Path | None, option("The folder; sweeps/SCENARIO if not given.")] = None,
    parallel: Annotated[int, typer.Option(help="Processes; 0 takes one for each core.")] = 0,
    resume: Annotated[bool, option("Go on with the sweep that was stopped there.", "--resume")] = False,
    shard: Annotated[
        str, option("Run one of several shards of the cells, as 3/64; --resume then writes the table.", metavar="K/N")
    ] = "",
    on: OnOption = "",
    as_csv: Annotated[bool, option("Write sweep.csv; without pyarrow it is CSV anyway.", "--csv")] = False,
    yes: Annotated[bool, option("Run more than 10,000 cells, up to 100,000.", "--yes")] = False,
    as_json: Annotated[bool, option("Print a summary and what was refused as JSON.", "--json")] = False,
) -> None:
    """Run a grid of values, places and variants: one table, a row for each cell and option."""
    from wellbeva import api
    from wellbeva.batch.sweep_folder import read_sweep
    from wellbeva.cli import progress
    from wellbeva.cli.json_output import printed

    place = out or Path("sweeps", scenarios[0].stem if len(scenarios) == 1 else "several")
    with progress.bar(shown=not as_json, task="running") as tell:
        table = api.sweep(
            scenarios,
            _axes(override or (), over or ()),
            draws=draws,
            seed=seed,
            design=design,
            engine=engine,
            variant=_names(variants),
            parallel=parallel,
            progress=tell,
            out=place,
            resume=resume,
            shard=read_shard(shard) if shard else (),
            as_csv=as_csv,
            many=yes,
            on=on,
        )
    if shard:
        done = {"shard": shard, "folder": str(place), "cells": table["cell"].nunique()}
        words = f"shard {shard}: its {done['cells']:,} cells stand in {printable(str(place))}\n"
        typer.echo(printed(done) if as_json else words, nl=False)
        if not as_json:
            print_more_draws(draws)
        return
    manifest = read_sweep(place)
    if as_json:
        document = {"folder": str(place), "table": manifest["table"], "cells": manifest["cells"]}
        summary = _summary(table).to_dict("records")
        typer.echo(printed({**document, "refused": manifest["refused"], "options": summary}), nl=False)
    else:
        _show(table, place / manifest["table"])
        print_more_draws(draws)
    if manifest["refused"]:
        raise typer.Exit(INCOMPLETE)


def _axes(values: Sequence[str], areas: Sequence[str]) -> dict[str, list[str]]:
    """Return the axes in their order: places first, since a scenario is read again for each."""
    axes: dict[str, list[str]] = {}
    for places, texts in ((True, areas), (False, values)):
        for path, levels in map(split_values, texts):
            if path in axes:
                raise refusal("WB-R276", f"{path!r} is given values twice", "write them in one list: PATH=VALUE,VALUE")
            if places and path != "area":
                raise refusal("WB-R275", f"{path!r} has no places", "write --over area=…; values of a path go to --set")
            axes[path] = [one if one.startswith("@") else find_area(one) for one in levels] if places else levels
    return axes


def _names(text: str) -> str | list[str]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    return "all" if names == ["all"] else ["", *dict.fromkeys(names)]


def split_values(text: str) -> tuple[str, list[str]]:
    """Split ``path=a,b,c unit`` at commas outside brackets and quotes; a unit behind the last goes to bare numbers.

    Parameters
    ----------
    text : str

    Returns
    -------
    tuple of str, list of str
        The path, and its values.

    Examples
    --------
    >>> split_values("hold.walks=3, 6 (4 to 9), 9 months")
    ('hold.walks', ['3 months', '6 (4 to 9)', '9 months'])
    """
    path, _, listed = text.partition("=")
    if _THOUSANDS.search(re.sub(r"\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}|\"[^\"]*\"", "", listed)):
        remedy = "write values as 100, 200 with blanks, and thousands as 100200"
        raise refusal("WB-R277", f"{text[:60]!r} may be a list, or numbers with commas between thousands", remedy)
    pieces = [piece.strip() for piece in _pieces(listed)]
    if not path.strip() or not all(pieces):
        raise refusal("WB-R278", f"{text[:60]!r} is not a list of values", "write it like 'hold.walks=3,6,9 months'")
    unit = _UNIT.match(pieces[-1])
    behind = unit.group(1) if unit else ""
    values = [piece + behind if re.fullmatch(_NUMBER, piece) else piece for piece in pieces]
    return path.strip(), [value[1:-1] if re.fullmatch(r'"[^"]*"', value) else value for value in values]


def _pieces(text: str) -> list[str]:
    """Cut at the commas that stand outside brackets and quotes."""
    pieces, depth, quoted = [""], 0, False
    for letter in text:
        quoted ^= letter == '"'
        depth = max(0, depth + (not quoted) * ((letter in "([{") - (letter in ")]}")))
        if letter == "," and not depth and not quoted:
            pieces.append("")
        else:
            pieces[-1] += letter
    return pieces


def _summary(table: pd.DataFrame) -> pd.DataFrame:
    """Return for each option the range of what it is ranked by over the cells, and the number of those it leads.

    Parameters
    ----------
    table : pandas.DataFrame
        Of a sweep: the rows of a cell are in order, the best first.
    """
    from wellbeva.analysis.tables.decision import STATUSES

    done = table[table["option"] != ""]
    rivals = done["status"].isin(STATUSES["one"][1:]).any()
    by = next(
        name for name in (("nb_central",) if rivals else ()) + ("wellbys_per_1000", "wellbys") if done[name].any()
    )
    found = done.groupby("option", sort=False).agg(
        label=("label", "first"), cells=("cell", "size"), lowest=(by, "min"), median=(by, "median"), highest=(by, "max")
    )
    first = done.drop_duplicates("cell")["option"].value_counts()
    found = found.assign(first_in=first.reindex(found.index, fill_value=0), by=by).reset_index()
    return found.sort_values(["first_in", "median"], ascending=False, kind="stable")


def _show(table: pd.DataFrame, place: Path) -> None:
    """Print the summary, what was refused, and where the table is."""
    from wellbeva.cli.decision_table import fitted, make_console, make_table

    console = make_console()
    cells = table["cell"].nunique()
    refused = table[table["refused"] != ""]
    if len(refused) < cells:
        summary = _summary(table)
        unit, money = ("/".join(filter(None, table[name].unique())) for name in ("effect_unit", "currency"))
        sign = SYMBOLS.get(money, money)
        headings = {"nb_central": f"Net benefit, {sign}", "wellbys": f"{unit}s"}
        heading = headings.get(summary["by"].iloc[0], f"{unit}s per {sign}1,000")
        columns = make_table()
        columns.add_column(heading, ratio=1, min_width=24)
        for head in ("lowest", "median", "highest", "first in\ncells"):
            columns.add_column(head, justify="right")
        for row in summary.itertuples():
            numbers = [NOT_APPLICABLE if isnan(x) else number(x) for x in (row.lowest, row.median, row.highest)]
            columns.add_row(printable(str(row.label)), *numbers, f"{row.first_in:,}")
        console.print(fitted(columns, console))
        console.print()
    console.print(f"{cells - len(refused):,} of {cells:,} cells done, {len(refused):,} refused.")
    for code, rows in list(refused.groupby(refused["refused"].str.split(":").str[0], sort=False))[:SHOWN]:
        numbers, first = rows["cell"].tolist(), rows["refused"].iloc[0].removeprefix(f"{code}: ")
        more = f" and {len(numbers) - SHOWN:,} more" if len(numbers) > SHOWN else ""
        listed = f"cell{'s' if len(numbers) > 1 else ''} {', '.join(map(str, numbers[:SHOWN]))}{more}"
        console.print(printable(f"{code} in {listed}: {shorten(first, MOST_LETTERS, placeholder='…')}"))
    size = place.stat().st_size / 1000 / cells
    console.print(printable(f"{place}: {len(table):,} rows, {size:,.1f} kB a cell"))
