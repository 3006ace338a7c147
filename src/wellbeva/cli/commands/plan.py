"""``wellbeva plan``: what a run will take, before it is run."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from time import process_time
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import typer

from wellbeva.cli.errors import printable
from wellbeva.cli.options import (
    DesignOption,
    PrecisionOption,
    ScenarioArgument,
    SeedOption,
    SetOption,
    VariantOption,
    count,
    option,
)
from wellbeva.engine.run.settings import asked_for
from wellbeva.jit import cache_folder
from wellbeva.report.text.numbers import SMALLEST, counted, number

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

    from wellbeva.api import Run
    from wellbeva.api.precision.run_plans import RunPlan
    from wellbeva.core.arrays import Floats

NUMBERS: Final = {
    "decision_net_benefit": "Net benefit",
    "decision_per_1000": "Effect for each 1,000 of cost",
    "decision_effect": "Effect",
    "decision_cost": "Cost",
    "decision_net_cost": "Cost less other benefits",
    "evpi": "Value of perfect information",
    "prob_best": "Chance of being best",
    "prob_worth_it": "Chance of being worth its cost",
    "prob_no_benefit": "Chance of no gain",
}


def plan(
    scenario: ScenarioArgument,
    draws: Annotated[int | None, count("Draws of the run, 16,384 if not given; with --precision the most.")] = None,
    precision: PrecisionOption = "",
    nodes: Annotated[int, typer.Option(min=1, max=100_000, help="Machines, each with a shard of the run.")] = 1,
    design: DesignOption = "sobol",
    engine: Annotated[
        Literal["auto", "reference", "blocked", "compiled"], typer.Option(help="The evaluator of the run.")
    ] = "auto",
    seed: SeedOption = 1,
    threads: Annotated[int, typer.Option(help="Threads of the run; 0 takes one for each core.")] = 0,
    override: SetOption = None,
    variant: VariantOption = "",
    as_json: Annotated[bool, option("Print JSON.", "--json")] = False,
) -> None:
    """Say what a run will take: time, memory and disk, the errors to expect, and the draws that wanted errors take."""
    from wellbeva.api.precision.run_plans import plan_run
    from wellbeva.cli import errors, progress
    from wellbeva.cli.decision_table import make_console
    from wellbeva.cli.json_output import print_json

    started = process_time()  # Python and the command itself, which a run starts, too
    with progress.bar(shown=not as_json, task="measuring") as tell:
        made = plan_run(
            scenario,
            draws=draws,
            precision=precision,
            nodes=nodes,
            design=design,
            engine=engine,
            seed=seed,
            threads=threads,
            variant=variant,
            overrides=tuple(override or ()),
            progress=tell,
        )
    made = replace(made, start=made.start + started)
    if as_json:
        print_json(document(made))
    else:
        show(make_console(), made, asked=draws or made.draws, aimed=bool(precision))
    errors.show(cache_folder.pop_cache_warnings())


def document(made: RunPlan) -> dict[str, object]:
    """Return a plan as JSON can hold it; times are seconds on the clock and of all processors, sizes bytes."""

    def seconds(pair: Floats) -> dict[str, float]:
        return dict(zip(("clock", "processor"), pair.tolist(), strict=True))

    plain = ("draws", "design", "engine", "threads", "measured", "memory", "disk")
    shards = None
    if made.shards is not None:
        join = seconds(made.shards.join)
        shards = {**asdict(made.shards), "join": join, "seconds": made.seconds_of_shards}
    return {
        **{name: getattr(made, name) for name in plain},
        "seconds": seconds(made.times),
        "of_which": {name: seconds(getattr(made, name)) for name in ("start", "draw", "files")},
        "shards": shards,
        "errors": made.errors.to_dict("records"),
    }


def show(console: Console, made: RunPlan, *, asked: int, aimed: bool) -> None:
    """Print a plan.

    Parameters
    ----------
    console : Console
    made : RunPlan
    asked : int
        Draws that were asked for.
    aimed : bool
        Whether errors are wanted.
    """
    clock, processor = made.times
    each = number(made.draw[1] * 1e6)
    threads = counted(made.threads, "thread")
    lines = [
        f"{made.draws:,} draws ({made.design}), {made.engine} engine, {threads}",
        *([f"{made.draws:,} draws{more}"] if (more := asked_for(asked, made.draws)) else []),
        "",
        f"Time    {duration(clock)}, {duration(processor)} of processor time:",
        f"        {duration(made.start[1])} to start, {each} µs a draw, {duration(made.files[1])} for tables and files",
        f"Memory  {'not known here' if math.isnan(made.memory) else amount_of_bytes(made.memory)}",
        f"Disk    {amount_of_bytes(made.disk)}",
        "",
    ]
    if made.shards is not None:
        shards = made.shards
        parts = f"{counted(shards.parts, 'part')}, {amount_of_bytes(shards.disk)} in all,"
        lines[-1] = (
            f"On {shards.count:,} machines as fast as this one {duration(made.seconds_of_shards)}: the largest shard "
            f"draws {shards.slowest:,}, then {parts} are merged.\n"
        )
    console.print(printable(made.title), style="bold")
    console.print("\n".join(lines))
    columns = {"mcse": "± now", "expected": "± then"} | ({"wanted": "± wanted", "draws": "Draws"} if aimed else {})
    notes = [f"Measured here and now with {made.measured:,} draws; ± is one standard error, itself known to some 18%."]
    notes += ["Of a chance, a share is of all futures."] if aimed else []
    print_errors(console, made.errors, made.labels, columns, notes)


def print_errors(
    console: Console, errors: pd.DataFrame, labels: Mapping[str, str], columns: Mapping[str, str], notes: Sequence[str]
) -> None:
    """Print standard errors, a row a number.

    Parameters
    ----------
    console : Console
    errors : pandas.DataFrame
        Columns ``number, of, value`` and those that are shown.
    labels : mapping of option to str
    columns : mapping of column to heading
        Those after the average.
    notes : sequence of str
        Printed below.
    """
    import pandas as pd
    from rich.padding import Padding

    from wellbeva.cli.decision_table import LONGEST_LABEL, fitted, make_table

    if not len(errors):
        console.print("Nothing that is reported is uncertain.")
        return
    table = make_table("", ("Average", *columns.values()))
    for name, rows in errors.groupby("number", sort=False):
        heading = NUMBERS.get(str(name), str(name))
        single = len(rows) == 1 and not rows["of"].iloc[0]
        if not single:
            table.add_row(printable(heading))
        for row in rows.to_dict("records"):
            label = heading if single else Padding(printable(labels[row["of"]], LONGEST_LABEL), (0, 0, 0, 2))
            cells = ["–" if pd.isna(row[c]) else f"{row[c]:,}" if c == "draws" else _error(row[c]) for c in columns]
            table.add_row(label, number(row["value"], 3), *cells)
    console.print(fitted(table, console))
    console.print(" ".join(notes))


def _error(x: float) -> str:
    return number(x) if x >= SMALLEST or not x > 0 else f"{x:.1e}"


def print_reached(run: Run) -> None:
    """Print the errors that were wanted and those that are reached, if any were wanted."""
    import pandas as pd

    if "precision" not in run.described:
        return
    from wellbeva.cli.decision_table import make_console
    from wellbeva.report.facts.names import label_of

    console = make_console()
    console.print()
    columns = {"mcse": "±", "wanted": "± wanted"} | ({"draws": "Draws for it"} if missed(run) else {})
    notes = [f"± is one standard error at {run.facts.drawn:,} draws, itself known to some 18%."]
    if missed(run):
        notes += ["Not every error that was wanted is reached, and twice as many draws are more than --draws allows."]
    reached = pd.DataFrame(run.described["precision"])
    labels = {of: label_of(run.compiled.record, of) for of in reached.get("of", ())}
    print_errors(console, reached, labels, columns, notes)


def missed(run: Run) -> bool:
    """Say whether a standard error that was wanted is not reached."""
    errors: Any = run.described.get("precision", ())
    return any(one["mcse"] > one["wanted"] for one in errors)


def duration(seconds: float) -> str:
    """Write a time in its two largest units.

    Examples
    --------
    >>> duration(0.24), duration(75), duration(7_500), duration(200_000)
    ('0.24 s', '1 min 15 s', '2 h 5 min', '2 d 8 h')
    """
    if seconds < 60:
        return f"{number(seconds)} s"
    units = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))
    large = next(index for index, (size, _) in enumerate(units) if seconds >= size)
    (size, word), (part, small) = units[large : large + 2]
    whole, rest = divmod(round(seconds / part), size // part)
    return f"{whole} {word} {rest} {small}" if rest else f"{whole} {word}"


def amount_of_bytes(size: float) -> str:
    """Write a number of bytes.

    Examples
    --------
    >>> amount_of_bytes(17_300_000), amount_of_bytes(4.2e9)
    ('17 MB', '4.2 GB')
    """
    return f"{number(size / 1e9)} GB" if size >= 1e9 else f"{number(size / 1e6)} MB"
