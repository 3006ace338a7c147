"""``wellbeva run``: a scenario file in, a run folder and the decision table out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from wellbeva.cli.options import LeaveOutOption
from wellbeva.errors import WellbevaError

if TYPE_CHECKING:
    from wellbeva.api import Run


def run(
    scenario: Annotated[Path, typer.Argument(help="The scenario file.", metavar="SCENARIO", show_default=False)],
    draws: Annotated[int, typer.Option(help="Plausible futures to draw; rounded up to what the design takes.")] = 16384,
    seed: Annotated[int, typer.Option(help="The same seed gives the same draws.")] = 1,
    design: Annotated[
        Literal["sobol", "random", "latin"],
        typer.Option(help="How draws are spread: quasi-random, random, or a Latin hypercube."),
    ] = "sobol",
    engine: Annotated[
        Literal["auto", "reference", "blocked", "compiled"],
        typer.Option(help="Which evaluator; all mean the same, auto takes the one that is done first."),
    ] = "auto",
    threads: Annotated[int, typer.Option(help="Threads; 0 takes one for each core.")] = 0,
    override: Annotated[
        list[str] | None,
        typer.Option("--set", help="Put another value in place, as 'hold.visits=18 months'; may be repeated."),
    ] = None,
    variant: Annotated[str, typer.Option(help="A variant that the scenario names.")] = "",
    out: Annotated[
        Path | None, typer.Option(help="The run folder; runs/NAME-OF-THE-SCENARIO if not given.", show_default=False)
    ] = None,
    keep_draws: Annotated[
        bool,
        typer.Option(
            "--keep-draws",
            help="Keep all draws in results.nc. Without it results have 64 MiB for theirs, and inputs keep 16,384: "
            "where all fit, it changes nothing.",
        ),
    ] = False,
    draws_workbook: Annotated[
        bool, typer.Option("--draws-workbook", help="Also write the kept draws as draws.xlsx, a row a draw.")
    ] = False,
    fast: Annotated[
        bool, typer.Option("--fast", help="Let compiled code round less often; says by how much numbers change.")
    ] = False,
    allow_nonfinite: LeaveOutOption = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the decision and the manifest as JSON.")] = False,
) -> None:
    """Run a scenario: print the decision table, write the run folder and its report."""
    from wellbeva import api
    from wellbeva.analysis.unseen import CODES
    from wellbeva.cli import errors, progress
    from wellbeva.jit.cache_folder import pop_cache_warnings
    from wellbeva.results.run_folder import refuse_namesake, try_folder

    if draws_workbook:
        from wellbeva.report.workbook.draws import refuse_more_than_a_sheet

        refuse_more_than_a_sheet(draws)
    place = out if out is not None else default_folder(scenario, variant, changed=bool(override))
    if out is None:
        refuse_namesake(place, scenario)
    try_folder(place)
    with progress.bar(shown=not (quiet or as_json)) as tell:
        done = api.run(
            scenario,
            draws=draws,
            seed=seed,
            design=design,
            engine=engine,
            threads=threads,
            variant=variant,
            overrides=tuple(override or ()),
            keep_draws=keep_draws,
            fast=fast,
            allow_nonfinite=allow_nonfinite,
            progress=tell,
        )
    folder = done.write(place, draws_workbook=draws_workbook)
    try:
        if as_json:
            from wellbeva.cli import json_output

            sys.stdout.write(json_output.run_to_json(done, folder))
        elif not quiet:
            _tell(done, folder, fast=fast)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        complete = f"the run folder is complete at {errors.printable(str(folder))!r}"
        raise WellbevaError([errors.not_printed(error, complete)]) from error
    errors.show(pop_cache_warnings())
    if not (as_json or quiet):
        warnings = done.compiled.record.warnings
        # `check` draws nothing, and reads the file as written.
        printed = tuple(warning for warning in warnings if variant or override or warning.code in CODES)
        errors.show(printed)
        warnings = tuple(warning for warning in warnings if warning not in printed)
        if warnings:
            typer.echo(
                f"{errors.tally(warnings)}; to read them: wellbeva check {errors.printable(str(scenario))}",
                err=True,
            )


def default_folder(scenario: Path, variant: str, *, changed: bool = False) -> Path:
    """Return the run folder for a scenario and a variant; values put in place by ``--set`` have a folder of their own.

    Parameters
    ----------
    scenario : Path
    variant : str
        Empty for none.
    changed : bool
        Whether there are values put in place by ``--set``.

    Examples
    --------
    >>> default_folder(Path("scenarios/parks.yaml"), "long_hold").as_posix()
    'runs/parks-long_hold'
    >>> default_folder(Path("scenarios/parks.yaml"), "", changed=True).as_posix()
    'runs/parks-set'
    """
    stem = "scenario" if scenario.stem in {"", ".", ".."} else scenario.stem
    return Path("runs") / (stem + (f"-{variant}" if variant else "") + ("-set" if changed else ""))


def _tell(done: Run, folder: Path, *, fast: bool) -> None:
    from wellbeva.cli import decision_table, errors
    from wellbeva.plot.svg import NO_ROOM, figures_fit

    decision_table.print_decision(done, fast=fast)
    typer.echo(f"report:  {errors.printable(str(folder / 'report.html'))}")
    portfolio = done.tables.get("portfolio")
    more = "" if portfolio is None else ", portfolio.csv"
    typer.echo(f"numbers: decision.csv, summary.csv{more} and results.nc beside it")
    for why in () if portfolio is None else dict.fromkeys(portfolio["reason"]):
        if why.startswith("no purchase"):
            typer.echo(f"budget:  {errors.printable(why)}")
    if not figures_fit() and done.compiled.plan.decision is not None and done.compiled.plan.decision.choose == "one":
        typer.echo(f"figures: left out of the report, {NO_ROOM}")
