"""``wellbeva converge``: how many draws a wanted standard error takes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from wellbeva.cli.options import complete_scenario, read_count
from wellbeva.errors import Diagnostic, WellbevaError

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

    from wellbeva.api import Run

NUMBERS = {
    "decision_net_benefit": "Net benefit",
    "decision_per_1000": "Effect for each 1,000 of cost",
    "decision_effect": "Effect",
    "evpi": "Value of perfect information",
    "prob_best": "Chance of being best",
    "prob_worth_it": "Chance of being worth its cost",
    "prob_no_benefit": "Chance of no gain",
}
_SHARE = re.compile(r"\s*(\d+(?:\.\d*)?|\.\d+)\s*(%?)\s*")


def converge(
    scenario: Annotated[
        Path,
        typer.Argument(
            help="The scenario file.", metavar="SCENARIO", show_default=False, autocompletion=complete_scenario
        ),
    ],
    within: Annotated[
        str, typer.Option(help="The standard error wanted, as a share of each number; of a chance, the error itself.")
    ] = "1%",
    draws: Annotated[
        int, typer.Option(help="Draws of the run from which the errors are taken.", parser=read_count, metavar="NUMBER")
    ] = 16384,
    design: Annotated[
        Literal["sobol", "random", "latin"],
        typer.Option(help="How draws are spread: quasi-random, random, or a Latin hypercube."),
    ] = "sobol",
    seed: Annotated[int, typer.Option(help="The same seed gives the same draws.")] = 1,
    threads: Annotated[int, typer.Option(help="Threads; 0 takes one for each core.")] = 0,
    override: Annotated[
        list[str] | None, typer.Option("--set", help="Use another value; may be repeated.", metavar="PATH=VALUE")
    ] = None,
    variant: Annotated[str, typer.Option(help="A variant that the scenario names.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say how many draws give each number of the decision the standard error that is wanted."""
    from wellbeva import api
    from wellbeva.cli import errors, progress
    from wellbeva.cli.decision_table import make_console
    from wellbeva.cli.json_output import printed
    from wellbeva.jit.cache_folder import pop_cache_warnings

    share = read_share(within)
    with progress.bar(shown=not as_json) as tell:
        run = api.run(
            scenario,
            draws=draws,
            design=design,
            seed=seed,
            threads=threads,
            overrides=tuple(override or ()),
            variant=variant,
            progress=tell,
        )
    table = run.draws_for(share)
    if as_json:
        typer.echo(printed(table.to_dict("records")), nl=False)
    else:
        show(make_console(), run, table, within=f"{100 * share:g}%")
    errors.show(pop_cache_warnings())


def show(console: Console, run: Run, numbers: pd.DataFrame, *, within: str) -> None:
    """Print how many draws each number takes.

    Parameters
    ----------
    console : Console
    run : Run
    numbers : pandas.DataFrame
        What `Run.draws_for` returns.
    within : str
        The wanted error in words.
    """
    import pandas as pd
    from rich.padding import Padding
    from rich.text import Text

    from wellbeva.cli.decision_table import LONGEST_LABEL, make_table
    from wellbeva.cli.errors import printable
    from wellbeva.report.facts.names import label_of
    from wellbeva.report.text.numbers import number

    console.print(Text(printable(run.compiled.plan.title), style="bold"))
    if run.compiled.plan.supplied:
        console.print(
            Text(f"The draws are the {run.compiled.plan.supplied:,} rows of a table: there is nothing to choose.")
        )
        return
    if not len(numbers):
        console.print(Text("Nothing that is reported is uncertain."))
        return
    table = make_table()
    table.add_column("", ratio=1, overflow="fold")
    for heading in ("Average", "±", f"Draws for ± {within}"):
        table.add_column(heading, justify="right", no_wrap=True)
    for name, rows in numbers.groupby("number", sort=False):
        heading = NUMBERS.get(str(name), str(name))
        single = len(rows) == 1 and not rows["of"].iloc[0]
        if not single:
            table.add_row(printable(heading))
        for row in rows.itertuples():
            label = (
                heading
                if single
                else Padding(printable(label_of(run.compiled.record, row.of), LONGEST_LABEL), (0, 0, 0, 2))
            )
            draws = "–" if pd.isna(row.draws) else f"{row.draws:,}"
            table.add_row(label, number(row.value, 3), number(row.mcse), draws)
    console.print(table)
    notes = [f"± is one standard error at {run.dataset.attrs['draws']:,} draws, itself known to some 18%."]
    notes += [f"Of a chance, ± {within} is of all futures."]
    if run.result.design == "sobol":
        notes += ["Quasi-random draws need no more than this, and for averages far fewer."]
    console.print(Text(" ".join(notes)))


def read_share(text: str) -> float:
    """Read a share: ``0.1%`` or ``0.001``.

    Raises
    ------
    WellbevaError
        ``WB-R107`` unless it lies between 0 and 1.

    Examples
    --------
    >>> read_share("0.1%"), read_share("0.05")
    (0.001, 0.05)
    """
    match = _SHARE.fullmatch(text)
    share = float(match[1]) / (100 if match[2] else 1) if match else 0.0
    if not 0 < share < 1:
        raise WellbevaError(
            [
                Diagnostic(
                    "WB-R107",
                    f"--within is {text!r}, which is not a share of a number",
                    remedy="give a percentage above 0 and below 100, as --within 0.1%",
                )
            ]
        )
    return share
