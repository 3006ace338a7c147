"""The decision table in a terminal of 80 columns."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import PurePath
from typing import TYPE_CHECKING

from wellbeva.cli.errors import printable
from wellbeva.engine.run.settings import asked_for
from wellbeva.report.facts.answer import against, beside_the_order
from wellbeva.report.text import numbers

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from wellbeva.analysis.evidence import Evidence
    from wellbeva.api import Run

MARKS = {"strong": "■■■", "promising": "■■□", "initial": "■□□", "assumed": "□□□"}
WIDTH = 80
LONGEST_LABEL = 120
NARROWEST = 12
"""Columns of names; where a table has no room for them it is laid out in blocks."""
Write = Callable[[float], str]
Columns = dict[str, tuple[str, Write]]
"""Heading of each column of `decision.csv` that is shown, and what writes its numbers."""


def print_decision(run: Run, *, fast: bool = False) -> None:
    """Print title, decision table and how to read it on standard output.

    Parameters
    ----------
    run : Run
    fast : bool
        Whether ``--fast`` was given, which not every engine can use.
    """
    plan = run.compiled.plan
    console = make_console()
    console.print(printable(plan.title), style="bold")
    if run.compiled.record.scenario.question:
        console.print(printable(run.compiled.record.scenario.question))
    if plan.decision is None:
        console.print("This model compares nothing, so there is no decision table; see summary.csv.")
        _print_remarks(run, console, fast=fast)
        return
    heads = {option.name: option.head for option in run.facts.options}
    frame = run.tables["decision"].assign(label=lambda table: table["option"].map(heads))
    money = plan.currency
    if plan.decision.choose == "several":
        table, note = several(frame, currency=money, draws=run.facts.draws, unit=plan.decision.effect_unit)
    else:
        central = plan.decision.values[plan.decision.central] if plan.decision.values else None
        table, note = one(frame, currency=money, unit=plan.decision.effect_unit, value=central)
    console.print()
    console.print(printable(run.answer), style="bold")
    console.print()
    console.print(fitted(table, console))
    year = f", {plan.price_year} prices" if plan.price_year else ""
    console.print(f"\n{_drawn(run)}{year}{_rows(run)}. {note}")
    for line in (run.facts.perspective, against(run.facts) if run.facts.against else ""):
        if line:
            console.print(printable(line))
    for sentence in run.compiled.record.provisional:
        console.print(f"Provisional: {printable(sentence)}", style="bold")
    _print_remarks(run, console, fast=fast)


def _print_remarks(run: Run, console: Console, *, fast: bool) -> None:
    """Print what options of the command did to the numbers."""
    result = run.result
    if result.left_out:
        total = int(run.dataset.attrs["draws"])
        console.print(numbers.left_out(result.left_out, total, "draw", result.outside), style="bold")
    if result.fast_gap is not None:
        console.print(f"--fast: {numbers.rounded_less(result.fast_gap)}")
    elif fast:
        ran = f"the {result.engine} engine ran, and only compiled code rounds less often."
        console.print(f"--fast changed nothing: {ran}")


def _drawn(run: Run) -> str:
    """Count the futures, and say so where a design takes more draws than were asked for."""
    if not run.facts.uncertain:
        return "Fixed inputs (nothing was drawn)"
    futures = f"{run.facts.draws:,} plausible futures"
    return futures if run.result.supplied else f"{futures}{asked_for(run.draws_asked, run.facts.drawn)}"


def _rows(run: Run) -> str:
    """Say that the futures are the rows of a table, whatever was asked for."""
    if not run.result.supplied:
        return ""
    files = ", ".join(printable(PurePath(draws.file).name) for draws in run.compiled.record.scenario.joint)
    return f": the rows of {files}, each used once and in order"


def make_console() -> Console:
    """Return a console that is 80 columns wide where nobody says otherwise and has colour only on a terminal."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else WIDTH
    return Console(file=sys.stdout, width=width, highlight=False, markup=False, emoji=False)


def several(frame: pd.DataFrame, *, currency: str, draws: int, unit: str) -> tuple[Table, str]:
    """Lay out offers; any set of them may be bought.

    Parameters
    ----------
    frame : DataFrame
        The table ``decision``.
    currency, unit : str
        Code of the money; name of one unit of effect.
    draws : int
        Draws behind the chances.

    Returns
    -------
    tuple of (Table, str)
        The table and the sentence that stands under it.
    """
    sign, money = numbers.SYMBOLS.get(currency, currency), partial(numbers.total, currency=currency)
    frame = frame[frame["status"] != "comparator"]
    price: Write = lambda x: numbers.price(x, currency) if x > 0 else numbers.NOT_APPLICABLE  # noqa: E731
    columns: Columns = {
        "wellbys_per_1000": (f"{unit}s\nper\n{sign}1,000", numbers.number),
        "cost_per_wellby": (f"Cost\nof a\n{unit}", price),
        "other_benefits": ("Other\nbenefits", money),
        "prob_no_benefit": (
            f"No gain in\n{'wellbeing' if unit == 'WELLBY' else unit + 's'},\nin 1,000",
            partial(numbers.in_thousand, draws=draws),
        ),
        "prob_worth_it": ("Worth its\ncost,\nof 10", numbers.in_ten),
    }
    note = "Any set of offers may be bought: this ranks them, it does not choose."
    if frame["other_benefits"].any():
        note += f" {beside_the_order(f'{unit}s per {sign}1,000')}"
    no_gain = frame["option"].isin(frame.attrs["no_gain"])
    if no_gain.any():
        note += f" {numbers.NOT_APPLICABLE} where the average gain is not clearly above 0."
    if (~no_gain & ~(frame["cost"] > frame["savings"]) & ~_unpriced(frame)).any():
        note += f" {numbers.NOT_APPLICABLE} where an offer costs nothing or saves money."
    return _laid_out("Offer", frame, columns), note + _no_cost_given(frame)


def one(frame: pd.DataFrame, *, currency: str, unit: str, value: float | None) -> tuple[Table, str]:
    """Lay out rivals; one of them will be chosen.

    Parameters
    ----------
    frame : DataFrame
        The table ``decision``.
    currency, unit : str
        Code of the money; name of one unit of effect.
    value : float or None
        Money for one unit of effect at the central value; None if nothing puts a value on it.

    Returns
    -------
    tuple of (Table, str)
        The table and the sentence that stands under it.
    """
    money = partial(numbers.total, currency=currency)
    columns: Columns = {
        "cost": ("Cost", money),
        "savings": ("Savings", money),
        "other_benefits": ("Other\nbenefits", money),
        "wellbys": (f"{unit}s", numbers.number),
        "nb_central": ("Net\nbenefit", money),
        "prob_best": ("Best,\nof 100", numbers.in_hundred),
        "prob_worth_it": ("Worth its\ncost,\nof 10", numbers.in_ten),
    }
    if len(frame) <= 2:  # of two, it is that of being worth the cost
        del columns["prob_best"]
    at = "" if value is None else f"; net benefit at {numbers.price(value, currency)} a {unit}"
    note = f"One option will be chosen{at}.{_no_cost_given(frame)}"
    return _laid_out("Option", frame.assign(cost=frame["cost"].mask(_unpriced(frame))), columns), note


def _laid_out(first: str, frame: pd.DataFrame, columns: Columns) -> Table:
    """Lay out options, a row each: name, numbers, evidence; savings, benefits and chances where there are any."""

    def known(name: str) -> bool:
        chances, sums = name.startswith("prob_"), name in {"savings", "other_benefits"}
        return bool(frame[name].notna().any() if chances else not sums or frame[name].any())

    table, shown = make_table(first), {name: column for name, column in columns.items() if known(name)}
    for name, (heading, _) in shown.items():
        table.add_column(heading, justify="right", no_wrap=name != "prob_no_benefit")  # which names any unit
    table.add_column("Evidence", no_wrap=True)
    for row in frame.to_dict("records"):
        cells = (_shown(row[name], write) for name, (_, write) in shown.items())
        table.add_row(printable(row["label"], LONGEST_LABEL), *cells, _evidence(frame.attrs["evidence"][row["option"]]))
    return table


def _unpriced(frame: pd.DataFrame) -> pd.Series[bool]:
    """Whether nobody wrote a sum of money down for each option."""
    return frame["option"].isin(frame.attrs["no_cost_given"])


def _no_cost_given(frame: pd.DataFrame) -> str:
    return f" {numbers.NOT_APPLICABLE} where no cost is given." if _unpriced(frame).any() else ""


def fitted(table: Table, console: Console) -> Table | Text:
    """Return a table that fits the console, else the same in blocks: a row's name, then a line for each number.

    Parameters
    ----------
    table : rich.table.Table
    console : rich.console.Console
        Its width decides.
    """
    from rich.cells import cell_len
    from rich.measure import Measurement
    from rich.text import Text

    for column in table.columns:
        if column.no_wrap:  # it is laid out whole, and measured by its longest word
            words = [line for cell in (column.header, *column.cells) for line in str(cell).splitlines()]
            column.min_width = max(map(cell_len, words), default=0)
    # Names go over lines even within a word, so that their longest word takes no room.
    table.columns[0].max_width = table.columns[0].min_width
    needed = Measurement.get(console, console.options.update_width(1000), table).minimum
    table.columns[0].max_width = None
    if needed <= console.width:
        return table
    heads = [str(column.header).replace("\n", " ") for column in table.columns]
    lines: list[str] = []
    for name, *cells in zip(*(column.cells for column in table.columns), strict=True):
        pairs = [(head, str(cell).replace("\n", ", ")) for head, cell in zip(heads[1:], cells, strict=True)]
        lines += [
            str(getattr(name, "renderable", name)),
            *(
                f"  {head}: {cell}" if head else f"  {cell}"
                for head, cell in pairs
                if cell not in {"", numbers.NOT_APPLICABLE}
            ),
        ]
    return Text("\n".join(lines))


def make_table(names: str | None = None, headings: Iterable[str] = ()) -> Table:
    """Return an empty table in the house's look: one rule under the head, no frame, no stripes.

    Parameters
    ----------
    names : str, optional
        Heading of the first column, whose long names go over several lines.
    headings : iterable of str
        Of columns of numbers, which stay whole.
    """
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, expand=True, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    if names is not None:
        table.add_column(names, ratio=1, min_width=NARROWEST, overflow="fold")
    for heading in headings:
        table.add_column(heading, justify="right", no_wrap=True)
    return table


def _evidence(one: Evidence) -> str:
    """Write shape and word; how many inputs are assumed goes into a second line."""
    lines = (f"{MARKS[one.grade]} {one.grade}" if one.grade else "", f"{one.assumed} assumed" if one.assumed else "")
    return "\n".join(filter(None, lines))


def _shown(cell: float, write: Write) -> str:
    """Write a number; the dash where there is none."""
    return write(float(cell)) if math.isfinite(cell) else numbers.NOT_APPLICABLE
