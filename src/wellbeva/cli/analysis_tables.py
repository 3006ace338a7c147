"""Tables and sentences of an analysis of a decision's uncertainty, as a terminal shows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from wellbeva.cli.errors import printable
from wellbeva.report.text.numbers import number

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from rich.console import Console
    from rich.table import Table

    from wellbeva.api.analyses import Analysis

SHOWN = 10
"""Inputs that the terminal names; the CSV has all."""


def show(console: Console, done: Analysis, *, title: str) -> None:
    """Print who is best, the incremental analysis, and the inputs that are most worth knowing.

    Parameters
    ----------
    console : Console
    done : Analysis
    title : str
    """
    from wellbeva.cli.decision_table import fitted

    def part(words: str, table: Table) -> None:
        console.print(f"\n{printable(words)}")
        console.print(fitted(table, console))

    console.print(printable(title), style="bold")
    ceac, evpi = done.tables["ceac"], done.tables["evpi"].set_index("wtp")
    for wtp in done.wtp:
        best, known = ceac[(ceac["wtp"] == wtp) & ceac["on_frontier"]].iloc[0], evpi.loc[wtp]
        console.print(
            printable(
                f"At {wtp:,.10g} for each unit of the effect {best['option']} is best on average, and best in "
                f"{number(100 * best['prob_best'])}% of {done.sample.draws:,} draws. Knowing everything for "
                f"certain would be worth {number(known['evpi'], 3)} (± {number(known['mcse'])})."
            )
        )
    console.print()
    console.print(fitted(_incremental(done.tables["incremental"]), console))
    middle = done.wtp[len(done.wtp) // 2]
    each = f"{middle:,.10g} for each unit of the effect"
    tables = {name: table[table["wtp"] == middle] for name, table in done.tables.items() if "wtp" in table}
    own = done.sample.comparator
    more = "" if own in ("", "nothing") else f" more than {own}"
    part(
        f"What an option may cost{more} to be as good as the best other, at {each}",
        _prices(tables["value_based_price"]),
    )
    if "evppi" in tables:
        known = tables["evppi"].head(SHOWN)
        part(f"Worth of knowing for certain, at {each}", _known(known))
        console.print(
            "Held out: what is gained by choosing as the fit to the other draws says, too low if anything; "
            "± is the standard error of both."
        )
        if low := [row.parameters for row in known.itertuples() if row.note]:
            console.print(printable(f"The worth is too low of {'; '.join(low)}: what is held out is more."))
    if "evppi_pairs" in tables:
        part(f"Worth of knowing two inputs for certain, at {each}", _pairs(tables["evppi_pairs"].head(SHOWN)))
        console.print(
            "Beyond both alone: above 0 where one matters more beside the other, below 0 where either would do."
        )
    if "best_along" in tables:
        along, changes = tables["best_along"], tables["best_changes"]
        for name in along["input"].unique():
            mine = along[along["input"] == name]
            part(f"Chance in % of being best along {name}, at {each}", _chances(mine))
            console.print(printable(_best(mine, changes[changes["input"] == name])))
    if "structural" in tables:
        console.print(f"\n{printable(_over_structures(done.tables, middle))}")
    if "indices" in tables:
        console.print()
        show_indices(console, done.tables["indices"])


def _table(first: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """Return a table of names and numbers, and of what is said of them where rows have one column more.

    Parameters
    ----------
    first : str
        Heading of the names.
    headings : sequence of str
        Of the numbers.
    rows : iterable of sequence of str
    """
    from wellbeva.cli.decision_table import NARROWEST, make_table

    table, cells = make_table(first, headings), [[*map(printable, row)] for row in rows]
    if len(cells[0]) > len(headings) + 1:
        table.add_column("", min_width=NARROWEST, overflow="fold")
    for row in cells:
        table.add_row(*row)
    return table


def _incremental(frame: pd.DataFrame) -> Table:
    rows = []
    for row in frame.itertuples():
        icer = "–" if row.icer != row.icer else number(row.icer, 4)
        status = "" if row.status == "frontier" else row.status
        rows.append((row.option, number(row.cost, 4), number(row.effect, 4), icer, status))
    return _table("Option", ("Cost", "Effect", "Cost for one more"), rows)


def _prices(frame: pd.DataFrame) -> Table:
    from wellbeva.cli.decision_table import NARROWEST, make_table

    table = make_table("Option", ("Costs", "May cost", "95% of draws"))
    table.add_column("Against", justify="right", min_width=NARROWEST, overflow="fold")
    for row in frame.head(SHOWN).itertuples():
        interval = f"{number(row.low)} to {number(row.high)}"
        table.add_row(
            printable(row.option), number(row.cost, 4), number(row.price, 4), interval, printable(row.against)
        )
    return table


def _over_structures(tables: Mapping[str, pd.DataFrame], wtp: float) -> str:
    known, every = tables["structural_information"].set_index("wtp").loc[wtp], tables["structural"]
    every = every[(every["wtp"] == wtp) & every["best"]]
    which = ", ".join(f"{row.option} ({row.structure}, {number(100 * row.weight)}%)" for row in every[:-1].itertuples())
    return (
        f"Best at {wtp:,.10g} in each structure: {which}. Weighted, {known['best']} is best on average, and in "
        f"{number(100 * every['prob_best'].iloc[-1])}% of draws. Knowing which structure is right would be worth "
        f"{number(known['evppi'], 3)} (± {number(known['se'])}) of {number(known['evpi'], 3)} for knowing everything; "
        f"it explains {number(100 * known['share_of_variance'])}% of the variance of the lead."
    )


def _known(frame: pd.DataFrame) -> Table:
    rows = (
        (row.parameters, number(row.evppi, 3), number(row.se), number(row.held_out, 3)) for row in frame.itertuples()
    )
    return _table("Input", ("Worth", "±", "Held out"), rows)


def _pairs(frame: pd.DataFrame) -> Table:
    rows = []
    for row in frame.itertuples():
        beyond = number(row.interaction, 3), number(row.interaction_se)
        rows.append((f"{row.first}, {row.second}", number(row.evppi, 3), number(row.se), *beyond))
    return _table("Inputs", ("Worth", "±", "Beyond both alone", "±"), rows)


def _chances(frame: pd.DataFrame) -> Table:
    """Return the chances of each option at some five values of an input."""
    values = frame["value"].unique()
    # From the 10% to the 90% quantile: farther out chances are smoothed too much.
    chosen = values[sorted({round(at * (len(values) - 1) / 10) for at in (1, 3, 5, 7, 9)})]
    by_option = frame.pivot(index="option", columns="value", values="prob_best").loc[frame["option"].unique(), chosen]
    rows = ((option, *(number(100 * chance) for chance in chances)) for option, *chances in by_option.itertuples())
    return _table("Option", [f"at {number(value, 3)}" for value in chosen], rows)


def _best(frame: pd.DataFrame, changes: pd.DataFrame) -> str:
    """Say where the option of the highest expected net benefit changes."""
    if changes.empty:
        first, last = (number(frame["value"].iloc[at], 3) for at in (0, -1))
        return f"Best on average is {frame[frame['best']]['option'].iloc[0]} from {first} to {last}."
    stretches = []
    for row in changes.itertuples():
        error = "" if row.se != row.se else f" (± {number(row.se)})"
        stretches.append(f"{row.below} up to {number(row.value, 3)}{error}")
    return f"Best on average is {', then '.join(stretches)}, then {changes['above'].iloc[-1]}."


def show_indices(console: Console, frame: pd.DataFrame) -> None:
    """Print indices of the lead of the best option, or of the first quantity there is, the greatest first.

    Parameters
    ----------
    console : Console
    frame : DataFrame
        As `analysis.uncertainty.indices` and `api.global_sensitivity` make it.
    """
    from wellbeva.cli.decision_table import fitted

    leads = frame[frame["quantity"] == "lead"]
    if len(leads):
        values = leads["wtp"].unique()
        frame = leads[leads["wtp"] == values[len(values) // 2]]
    of = frame.iloc[0]
    frame = frame[(frame["quantity"] == of["quantity"]) & (frame["option"] == of["option"])]
    at = f", at {of['wtp']:,.10g} for each unit of the effect" if len(leads) else ""
    console.print(printable(f"What moves the {of['quantity']} {of['option']}{at}, with intervals at 95%"))
    rows = []
    for name in frame.sort_values("value", ascending=False)["parameters"].unique()[:SHOWN]:
        for row in frame[frame["parameters"] == name].to_dict("records"):
            interval = "–" if row["low"] != row["low"] else f"{number(row['low'])} to {number(row['high'])}"
            rows.append((name, row["index"], number(row["value"], 3), interval, row["note"]))
    console.print(fitted(_table("Input", ("Index", "Value", "Interval"), rows), console))


def sentences(done: Analysis, dataset: xr.Dataset | None) -> list[str]:
    """Return what studies, and a choice made otherwise, would be worth, at the value in the middle.

    Parameters
    ----------
    done : Analysis
    dataset : xarray.Dataset or None
        The run whose draws they are.
    """
    from wellbeva.api.analyses import research_of
    from wellbeva.report.facts.research import choice_sentences, study_sentences

    middle, currency = done.wtp[len(done.wtp) // 2], "" if dataset is None else str(dataset.attrs["currency"])
    studies, choices = done.tables.get("evsi"), done.tables.get("decision_values")
    said = [] if studies is None else study_sentences(studies, research_of(dataset), middle, currency)
    return said + ([] if choices is None else choice_sentences(choices, middle, currency))
