"""``wellbeva analyse``: how sure a choice is, and what it is worth to know more before it is made."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from wellbeva.errors import Diagnostic, WellbevaError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd
    from rich.console import Console
    from rich.table import Table

    from wellbeva.api.analyses import Analysis

SHOWN = 10
"""Inputs that the terminal names; the CSV has all."""
MOST_THRESHOLDS = 10_001
_COMMA = re.compile(r",(?![^\[]*\])")
"""A comma between inputs, none within ``effect[visits, women]``."""


def analyse(
    run: Annotated[
        Path | None,
        typer.Argument(help="A run folder, or a scenario, which is run.", metavar="[RUN]", show_default=False),
    ] = None,
    sample: Annotated[
        Path | None,
        typer.Option(help="A folder with another model's draws: costs.csv, effects.csv, parameters.csv."),
    ] = None,
    wtp: Annotated[
        list[str] | None,
        typer.Option(help="What one unit of the effect is worth, or thresholds as for --grid; may be repeated."),
    ] = None,
    grid: Annotated[str, typer.Option(help="Further thresholds of the curves: 0:50000:100 is from, to, step.")] = "",
    comparator: Annotated[
        str, typer.Option(help="The option that others are held against; that of a run, or the cheapest.")
    ] = "",
    group: Annotated[
        list[str] | None, typer.Option(help="Inputs that are known together, as a,b or a,b,c; may be repeated.")
    ] = None,
    population: Annotated[float | None, typer.Option(help="How many such decisions there are; a run is one.")] = None,
    pairs: Annotated[bool, typer.Option("--pairs", help="Value every pair of inputs too, up to 40 inputs.")] = False,
    along: Annotated[
        list[str] | None, typer.Option(help="An input along which to say who is how likely best; may be repeated.")
    ] = None,
    sensitivity: Annotated[
        str,
        typer.Option(
            help="Vary a scenario's inputs by a design instead: sobol; by SALib morris, pawn, delta or shapley."
        ),
    ] = "",
    two_way: Annotated[
        str,
        typer.Option(help="Move a scenario's inputs together: a,b over their 95% intervals; a=low:high:7 is a range."),
    ] = "",
    points: Annotated[int, typer.Option(help="Points of the design of --sensitivity.")] = 1024,
    within: Annotated[
        float | None, typer.Option(help="Also the chance of each option to be within this percentage of the best.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="A folder for the tables as CSV files.")] = None,
    write_sample: Annotated[
        Path | None,
        typer.Option(help="A folder for the draws, as BCEA and SAVI take them, the tables and an R script."),
    ] = None,
) -> None:
    """Say who is best at which value, how sure that is, and what knowing an input for certain would be worth."""
    from wellbeva import api
    from wellbeva.api import analyses
    from wellbeva.cli import progress
    from wellbeva.cli.decision_table import make_console
    from wellbeva.cli.errors import printable
    from wellbeva.results.run_folder import open_run

    if sensitivity or two_way:
        asked = "--sensitivity" if sensitivity else "--two-way"
        if (
            sample
            or wtp
            or grid
            or group
            or write_sample
            or pairs
            or along
            or within is not None
            or population is not None
            or (sensitivity and two_way)
        ):
            remedy = f"leave out all but SCENARIO{', --points' if sensitivity else ''} and --out"
            _refuse("WB-R129", f"{asked} looks at a scenario at its own central value", remedy)
        if run is None or run.suffix not in (".yaml", ".yml"):
            remedy = "name one: analyse SCENARIO.yaml"
            _refuse("WB-R129", f"{asked} takes a scenario, whose inputs it varies", remedy)
        if sensitivity:
            _by_design(run, sensitivity, points, out)
        else:
            _combined(run, two_way, out)
        return
    ranges = [text for text in wtp or () if ":" in text]
    thresholds = [value for text in [*ranges, grid] for value in read_grid(text)]
    values, title, ran = [_value(text) for text in wtp or () if ":" not in text], "", None
    if run is not None and sample is None:
        ran = api.run(run) if run.suffix in (".yaml", ".yml") else None
        dataset = open_run(run) if ran is None else ran.dataset
        draws, title = analyses.sample_of(dataset), str(dataset.attrs["title"])
    elif sample is not None and run is None:
        draws, title = analyses.read_sample(sample), str(sample)
    else:
        _refuse("WB-R129", "analyse takes a run or a sample", "name one: wellbeva analyse RUN, or --sample FOLDER")
    kept, draws = draws.draws, draws.informed if write_sample else draws
    people = 1.0 if population is None and (run is not None or draws.values) else population
    groups = [[name.strip() for name in _COMMA.split(names)] for names in group or ()]
    with progress.bar(shown=True, task="working") as tell:
        done = analyses.analyse(
            draws,
            values,
            comparator=comparator,
            grid=thresholds,
            groups=groups,
            population=people,
            within=within,
            pairs=pairs,
            along=along or (),
            progress=tell,
        )
    if run is not None and ran is not None:
        done = replace(done, tables={**done.tables, **analyses.over_structures(run, ran, done.wtp)})
    places = [] if out is None else [done.write(out)]
    if write_sample is not None:
        places.append(done.write_sample(write_sample))
    console = make_console()
    show(console, done, title=title)
    for place in places:
        console.print(printable(f"{place}: {', '.join(f'{name}.csv' for name in done.tables)}"))
    if write_sample is not None:
        some = "" if draws.draws == kept else f" Of {kept:,} draws these are the {draws.draws:,} whose inputs are kept."
        console.print(
            printable(
                f"and costs.csv, effects.csv, parameters.csv; to check them in that folder: Rscript check.R{some}"
            )
        )


def read_grid(text: str) -> tuple[float, ...]:
    """Read thresholds: ``0:50000:100``.

    Raises
    ------
    WellbevaError
        ``WB-R126`` if it is not three numbers, the second above the first and the third above 0.

    Examples
    --------
    >>> read_grid("0:30:10"), read_grid("")
    ((0.0, 10.0, 20.0, 30.0), ())
    """
    if not text:
        return ()
    try:
        low, high, step = (float(part) for part in text.split(":"))
        steps = (high - low) / step
    except (ValueError, ZeroDivisionError):
        low, high, step, steps = 0.0, 0.0, 0.0, float("nan")
    if not (0 <= low < high and step > 0 and steps < MOST_THRESHOLDS):
        _refuse(
            "WB-R126",
            f"{text[:60]!r} is not a range of thresholds",
            "give from, to and step, none negative and the second above the first: 0:50000:100",
        )
    return tuple(low + step * index for index in range(int(steps + 1e-9) + 1))


def _combined(run: Path, inputs: str, out: Path | None) -> None:
    """Print, and write, what a scenario gives where inputs move together."""
    from wellbeva import api
    from wellbeva.api.analyses import write_tables
    from wellbeva.cli.combinations_map import CombinationsMap
    from wellbeva.cli.decision_table import make_console
    from wellbeva.cli.errors import printable
    from wellbeva.core import atomic
    from wellbeva.plot.svg import NO_ROOM, figures_fit

    model = api.model(run)
    table = api.combinations(model, _COMMA.split(inputs))
    shown = CombinationsMap(model, table)
    console = make_console()
    console.print(printable("\n".join(shown.lines())), markup=False, highlight=False)
    if out is not None:
        files = [f"{'two' if len(shown.inputs) == 2 else 'multi'}_way.csv"]
        place = write_tables(out, {files[0].removesuffix(".csv"): table})
        if len(shown.inputs) == 2 and not figures_fit():
            console.print(f"The picture is left out, {NO_ROOM}.")
        elif len(shown.inputs) == 2:
            files.append("two_way.svg")
            atomic.write(place / files[1], shown.picture().encode())
        console.print(printable(f"{place}: {', '.join(files)}"))


def _value(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        remedy = "give a number, as --wtp 20000, or a range of thresholds, as --wtp 0:50000:500"
        _refuse("WB-R126", f"{text[:60]!r} is not what a unit of the effect can be worth", remedy)


def _by_design(run: Path, method: str, points: int, out: Path | None) -> None:
    """Print, and write, the indices of a scenario by a design."""
    from wellbeva.api import model
    from wellbeva.api.analyses import write_tables
    from wellbeva.api.global_sensitivity import sensitivity
    from wellbeva.cli.decision_table import make_console
    from wellbeva.cli.errors import printable

    table = sensitivity(model(run), method, points=points)
    console = make_console()
    show_indices(console, table[table["index"] != "second"])
    if out is not None:
        console.print(printable(f"{write_tables(out, {method: table})}: {method}.csv"))


def _refuse(code: str, message: str, remedy: str) -> NoReturn:
    raise WellbevaError([Diagnostic(code, message, remedy=remedy)])


def show(console: Console, done: Analysis, *, title: str) -> None:
    """Print who is best, the incremental analysis, and the inputs that are most worth knowing.

    Parameters
    ----------
    console : Console
    done : Analysis
    title : str
    """
    from rich.text import Text

    from wellbeva.cli.decision_table import fitted
    from wellbeva.cli.errors import printable
    from wellbeva.report.text.numbers import number

    console.print(Text(printable(title), style="bold"))
    ceac, evpi = done.tables["ceac"], done.tables["evpi"].set_index("wtp")
    for wtp in done.wtp:
        best = ceac[(ceac["wtp"] == wtp) & ceac["on_frontier"]].iloc[0]
        known = evpi.loc[wtp]
        console.print(
            Text(
                printable(
                    f"At {wtp:,.10g} for each unit of the effect {best['option']} is best on average, and best in "
                    f"{number(100 * best['prob_best'])}% of {done.sample.draws:,} draws. Knowing everything for "
                    f"certain would be worth {number(known['evpi'], 3)} (± {number(known['mcse'])})."
                )
            )
        )
    console.print()
    console.print(fitted(_incremental(done.tables["incremental"]), console))
    middle = done.wtp[len(done.wtp) // 2]
    each = f"{middle:,.10g} for each unit of the effect"
    console.print()
    console.print(Text(f"What an option may cost to be as good as the best other, at {each}"))
    console.print(fitted(_prices(done.tables["value_based_price"], middle), console))
    if "evppi" in done.tables:
        known = done.tables["evppi"]
        known = known[known["wtp"] == middle].head(SHOWN)
        console.print()
        console.print(Text(f"Worth of knowing for certain, at {each}"))
        console.print(fitted(_known(known), console))
        console.print(
            Text(
                "Held out: what is gained by choosing as the fit to the other draws says, too low if anything; "
                "± is the standard error of both."
            )
        )
        low = [row.parameters for row in known.itertuples() if row.note]
        if low:
            console.print(Text(printable(f"The worth is too low of {'; '.join(low)}: what is held out is more.")))
    if "evppi_pairs" in done.tables:
        pairs = done.tables["evppi_pairs"]
        console.print()
        console.print(Text(f"Worth of knowing two inputs for certain, at {each}"))
        console.print(fitted(_pairs(pairs[pairs["wtp"] == middle].head(SHOWN)), console))
        console.print(
            Text("Beyond both alone: above 0 where one matters more beside the other, below 0 where either would do.")
        )
    if "best_along" in done.tables:
        along, changes = (
            done.tables[name][done.tables[name]["wtp"] == middle] for name in ("best_along", "best_changes")
        )
        for name in along["input"].unique():
            console.print()
            console.print(Text(printable(f"Chance in % of being best along {name}, at {each}")))
            console.print(fitted(_chances(along[along["input"] == name]), console))
            console.print(Text(printable(_best(along[along["input"] == name], changes[changes["input"] == name]))))
    if "structural" in done.tables:
        console.print()
        console.print(Text(printable(_over_structures(done.tables, middle))))
    if "indices" in done.tables:
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
    from wellbeva.cli.decision_table import make_table
    from wellbeva.cli.errors import printable

    table, cells = make_table(), [[*map(printable, row)] for row in rows]
    table.add_column(first, ratio=1, overflow="fold")
    for heading in headings:
        table.add_column(heading, justify="right", no_wrap=True)
    if cells and len(cells[0]) > len(headings) + 1:
        table.add_column("", overflow="fold")
    for row in cells:
        table.add_row(*row)
    return table


def _incremental(frame: pd.DataFrame) -> Table:
    from wellbeva.report.text.numbers import number

    rows = []
    for row in frame.itertuples():
        icer = "–" if row.icer != row.icer else number(row.icer, 4)
        status = "" if row.status == "frontier" else row.status
        rows.append((row.option, number(row.cost, 4), number(row.effect, 4), icer, status))
    return _table("Option", ("Cost", "Effect", "Cost for one more"), rows)


def _prices(frame: pd.DataFrame, wtp: float) -> Table:
    from wellbeva.cli.decision_table import make_table
    from wellbeva.cli.errors import printable
    from wellbeva.report.text.numbers import number

    table = make_table()
    table.add_column("Option", ratio=1, overflow="fold")
    for heading in ("Costs", "May cost", "95% of draws", "Against"):
        table.add_column(heading, justify="right", no_wrap=heading != "Against")
    for row in frame[frame["wtp"] == wtp].head(SHOWN).itertuples():
        interval = f"{number(row.low)} to {number(row.high)}"
        table.add_row(
            printable(row.option), number(row.cost, 4), number(row.price, 4), interval, printable(row.against)
        )
    return table


def _over_structures(tables: Mapping[str, pd.DataFrame], wtp: float) -> str:
    from wellbeva.report.text.numbers import number

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
    from wellbeva.report.text.numbers import number

    rows = (
        (row.parameters, number(row.evppi, 3), number(row.se), number(row.held_out, 3)) for row in frame.itertuples()
    )
    return _table("Input", ("Worth", "±", "Held out"), rows)


def _pairs(frame: pd.DataFrame) -> Table:
    from wellbeva.report.text.numbers import number

    rows = []
    for row in frame.itertuples():
        beyond = number(row.interaction, 3), number(row.interaction_se)
        rows.append((f"{row.first}, {row.second}", number(row.evppi, 3), number(row.se), *beyond))
    return _table("Inputs", ("Worth", "±", "Beyond both alone", "±"), rows)


def _chances(frame: pd.DataFrame) -> Table:
    """Return the chances of each option at some five values of an input."""
    from wellbeva.report.text.numbers import number

    values = frame["value"].unique()
    chosen = values[sorted({round(at * (len(values) - 1) / 4) for at in range(5)})]
    by_option = frame.pivot(index="option", columns="value", values="prob_best").loc[frame["option"].unique(), chosen]
    rows = ((option, *(number(100 * chance) for chance in chances)) for option, *chances in by_option.itertuples())
    return _table("Option", [f"at {number(value, 3)}" for value in chosen], rows)


def _best(frame: pd.DataFrame, changes: pd.DataFrame) -> str:
    """Say where the option of the highest expected net benefit changes."""
    from wellbeva.report.text.numbers import number

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
    from rich.text import Text

    from wellbeva.cli.decision_table import fitted
    from wellbeva.cli.errors import printable
    from wellbeva.report.text.numbers import number

    leads = frame[frame["quantity"] == "lead"]
    if len(leads):
        values = leads["wtp"].unique()
        frame = leads[leads["wtp"] == values[len(values) // 2]]
    of = frame.iloc[0]
    frame = frame[(frame["quantity"] == of["quantity"]) & (frame["option"] == of["option"])]
    at = f", at {of['wtp']:,.10g} for each unit of the effect" if len(leads) else ""
    console.print(Text(printable(f"What moves the {of['quantity']} {of['option']}{at}, with intervals at 95%")))
    rows = []
    for name in frame.sort_values("value", ascending=False)["parameters"].unique()[:SHOWN]:
        for row in frame[frame["parameters"] == name].to_dict("records"):
            interval = "–" if row["low"] != row["low"] else f"{number(row['low'])} to {number(row['high'])}"
            rows.append((name, row["index"], number(row["value"], 3), interval, row["note"]))
    console.print(fitted(_table("Input", ("Index", "Value", "Interval"), rows), console))
