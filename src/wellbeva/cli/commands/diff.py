"""``wellbeva diff``: what changed between two versions, and what each change did to the decision."""

from __future__ import annotations

from collections.abc import Callable
from math import isnan
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Annotated

from wellbeva.cli.errors import printable
from wellbeva.cli.options import SeedOption, argument, complete_scenario, count, option
from wellbeva.core.cards import cut
from wellbeva.engine.run.settings import asked_for
from wellbeva.report.text.numbers import NOT_APPLICABLE, SYMBOLS, number

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from wellbeva.api.differences import Difference, Group
    from wellbeva.core.spans import Span

SHOWN = 3
"""Options with a column of their own; the table has all. Likewise changes named of those put together."""
MOST_RANKED = 12
"""Options that are listed in their order."""
MOST_LETTERS = 70
HEADINGS = {"cost_per_wellby": "Cost of a {unit}", "net_benefit": "Net benefit", "wellbys": "{unit}s"}
"""Quantities that describe options; the first one available is used."""


def diff(
    old: Annotated[
        str,
        argument(
            "A scenario, file.yaml:variant, a run folder, or FOLDER:CELL of a sweep.", "OLD", complete=complete_scenario
        ),
    ],
    new: Annotated[str, argument("Likewise.", "NEW", complete=complete_scenario)],
    draws: Annotated[int, count("Draws of each run, the same on both sides.")] = 16384,
    seed: SeedOption = 1,
    out: Annotated[Path | None, option("A folder for the whole table, diff.csv.")] = None,
    as_json: Annotated[bool, option("Print JSON.", "--json")] = False,
) -> None:
    """Say what changed from one version to another, and what each change did to cost, effect and ranking."""
    from wellbeva.api.analyses import write_tables
    from wellbeva.api.differences import diff as compare
    from wellbeva.cli import progress
    from wellbeva.cli.decision_table import make_console
    from wellbeva.cli.json_output import print_json
    from wellbeva.results.csv_file import units_of_plan

    with progress.bar(shown=not as_json) as tell:
        done = compare(old, new, draws=draws, seed=seed, progress=tell)
    units = units_of_plan(done.compiled[1].plan)
    place = None if out is None else write_tables(out, {"diff": done.table}, units=units)
    if as_json:
        print_json(as_data(done))
        return
    console = make_console()
    show(console, done, asked=draws)
    if place is not None:
        console.print(printable(f"{place}: diff.csv"))


def as_data(done: Difference) -> dict[str, object]:
    """Return a comparison as plain data: what changed, the table, the ranking."""
    from wellbeva.api.differences import name_of

    changes = [
        {
            "change": name_of(group),
            "parts": [
                {"name": one.name, "old": one.old, "new": one.new, "old_at": _at(one.old_at), "new_at": _at(one.new_at)}
                for one in group
            ],
        }
        for group in done.groups
    ]
    sides = {"old": done.old, "new": done.new, "draws": done.draws, "changes": changes, "beside": list(done.beside)}
    ranking = {"old": list(done.ranking[0]), "new": list(done.ranking[1])}
    return {**sides, "ranking": ranking, "table": done.table.to_dict("records")}


def _at(span: Span | None) -> str:
    return f"{span.file}:{span.line}" if span else ""


def show(console: Console, done: Difference, *, asked: int) -> None:
    """Print what changed and what that did.

    Parameters
    ----------
    console : Console
    done : Difference
    asked : int
        Draws that were asked for.
    """
    from wellbeva.cli.decision_table import fitted

    def say(text: str, style: str = "") -> None:
        console.print(printable(text), style=style)

    say(f"From {done.old} to {done.new}", "bold")
    if done.groups:
        console.print()
        console.print(fitted(_table(done, console), console))
        console.print()
        more = "" if done.compiled[0].plan.supplied else asked_for(asked, done.draws)
        say(
            f"{done.draws:,} draws{more}, the same on both sides; ± is one standard error. A change has its average "
            "effect over all orders in which the changes can be made, so that they add up to the whole difference."
        )
        _say_ranking(done, say)
    else:
        say("Nothing changed that a number rests on.")
    if done.beside:
        more = f" and {len(done.beside) - SHOWN} more" if len(done.beside) > SHOWN else ""
        say(f"Also changed, without effect on these numbers: {', '.join(done.beside[:SHOWN])}{more}.")


def _table(done: Difference, console: Console) -> Table:
    """Lay out what each change did to the first of `HEADINGS` that there is, for the options that it matters to."""
    from wellbeva.api.differences import name_of
    from wellbeva.cli.decision_table import make_table

    plan = done.compiled[0].plan
    assert plan.decision is not None
    known = done.table.dropna(subset=["before", "after"])
    quantity = next((one for one in HEADINGS if (known["quantity"] == one).any()), "wellbys")
    known = known[known["quantity"] == quantity]
    ends = known.drop_duplicates("option").set_index("option")
    moved = (ends["after"] - ends["before"]).abs().sort_values(ascending=False, kind="stable").index
    first = [next((name for name in order if name in ends.index), "") for order in done.ranking]
    options = [*dict.fromkeys(filter(None, (*first, *moved)))][:SHOWN]
    unit = plan.decision.effect_unit
    sign = "" if quantity == "wellbys" else f", {SYMBOLS.get(plan.currency, plan.currency)}"
    table = make_table()
    table.add_column(f"{HEADINGS[quantity].format(unit=unit)}{sign}", ratio=1, min_width=30, overflow="fold")
    for name in options:
        table.add_column(printable(name), justify="right", max_width=15, overflow="fold")
    room = max(30, console.width - sum(1 + min(15, max(9, len(name))) for name in options))
    table.add_row("Before", *(_amount(ends.loc[name, "before"]) for name in options))
    for group in done.groups:
        rows = known[known["change"] == name_of(group)].set_index("option")
        table.add_row(printable(_words(group, room)), *(_share(*rows.loc[name, ["share", "se"]]) for name in options))
    table.add_row("After", *(_amount(ends.loc[name, "after"]) for name in options))
    return table


def _words(group: Group, width: int) -> str:
    """Name what changed, from what to what, and where both stand."""
    from wellbeva.api.differences import name_of

    lines, inside = [name_of(group)] * (len(group) > 1), "  " * (len(group) > 1)
    for one in group[:SHOWN]:
        places = [_at(one.old_at), _at(one.new_at)]
        if one.old_at and one.new_at and one.old_at.file == one.new_at.file:
            places[1] = str(one.new_at.line)
        told = [f"{cut(one.old, MOST_LETTERS)} → {cut(one.new, MOST_LETTERS)}", " → ".join(filter(None, places))]
        lines.append(inside + one.name)
        lines += [fill(text, width, initial_indent=f"{inside}  ", subsequent_indent=f"{inside}    ") for text in told]
    return "\n".join([*filter(None, lines), *([f"  and {len(group) - SHOWN} more"] if len(group) > SHOWN else [])])


def _amount(x: float) -> str:
    return NOT_APPLICABLE if isnan(x) else number(x, 4 if abs(x) >= 1 else 2)


def _share(share: float, error: float) -> str:
    text = f"{'+' if share > 0 else ''}{_amount(share)}"
    return f"{text}\n± {number(error)}" if error > 0 else text


def _say_ranking(done: Difference, say: Callable[[str], None]) -> None:
    """Print the options, best first, and which changes moved those that moved."""
    orders = [", ".join([*order[:MOST_RANKED], *["…"] * (len(order) > MOST_RANKED)]) for order in done.ranking]
    if done.ranking[0] == done.ranking[1]:
        say(f"Best first, before and after: {orders[0]}.")
        return
    say(f"Best first before: {orders[0]}.")
    say(f"Best first after: {orders[1]}.")
    ranks = done.table[(done.table["quantity"] == "rank") & (done.table["before"] != done.table["after"])]
    moved = list(ranks.sort_values("after", kind="stable").groupby("option", sort=False))
    for name, rows in moved[:SHOWN]:
        by = [f"{row.change} {'+' * (row.share > 0)}{number(row.share)}" for row in rows.itertuples() if row.share]
        before, after = rows.iloc[0][["before", "after"]]
        say(f"{name} goes from place {before:.0f} to {after:.0f}: {', '.join(by[:SHOWN])}.")
    if len(moved) > SHOWN:
        say(f"Other places that changed: {len(moved) - SHOWN}.")
