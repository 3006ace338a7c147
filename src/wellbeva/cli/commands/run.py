"""``wellbeva run``: a scenario file in, a run folder and the decision table out."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypedDict

import typer

from wellbeva.cli.options import (
    DesignOption,
    LeaveOutOption,
    OnOption,
    PrecisionOption,
    SeedOption,
    VariantOption,
    argument,
    complete_scenario,
    count,
    option,
    read_shard,
)
from wellbeva.cli.verbs import over
from wellbeva.errors import refusal

if TYPE_CHECKING:
    from wellbeva.api import Run
    from wellbeva.engine.run.settings import RunSettings


class ShardDocument(TypedDict):
    """A shard, and whether the whole run was finished already."""

    shard: int
    of: int
    folder: str
    finished_before: bool


def run(
    scenarios: Annotated[
        list[Path],
        argument("Scenario files, each with a run folder of its own.", "SCENARIO", complete=complete_scenario),
    ],
    draws: Annotated[
        int | None,
        count(
            "Plausible futures to draw, as 20000 or 1e6, rounded up to what the design takes; 16,384 if not "
            "given. With --precision the most."
        ),
    ] = None,
    precision: PrecisionOption = "",
    seed: SeedOption = 1,
    design: DesignOption = "sobol",
    engine: Annotated[
        Literal["auto", "reference", "blocked", "compiled"],
        typer.Option(help="The evaluator; all give the same results, and auto takes the fastest."),
    ] = "auto",
    threads: Annotated[int, typer.Option(help="Threads; 0 takes one for each core.")] = 0,
    override: Annotated[
        list[str] | None,
        option("Use another value, as 'hold.visits=18 months'; may be repeated.", "--set", metavar="PATH=VALUE"),
    ] = None,
    variant: VariantOption = "",
    out: Annotated[
        Path | None,
        option("The run folder; runs/SCENARIO if not given. With several scenarios, the folder that holds theirs."),
    ] = None,
    keep_draws: Annotated[
        bool,
        option("Keep all draws in results.nc, not only 64 MiB of outcomes and 16,384 draws of inputs.", "--keep-draws"),
    ] = False,
    draws_workbook: Annotated[
        bool, option("Also write the kept draws as draws.xlsx, a row a draw.", "--draws-workbook")
    ] = False,
    fast: Annotated[
        bool, option("Let compiled code round less often; the run says how much that changes.", "--fast")
    ] = False,
    allow_nonfinite: LeaveOutOption = False,
    no_draws: Annotated[bool, option("Write results.nc without its draws.", "--no-draws")] = False,
    no_report: Annotated[bool, option("Write neither report.html nor results.xlsx.", "--no-report")] = False,
    open_report: Annotated[bool, option("Open the report when it is written.", "--open")] = False,
    shard: Annotated[
        str,
        option(
            "Compute one of several shards, as 3/64, into the folder of --out; `wellbeva merge` joins them.",
            metavar="K/N",
        ),
    ] = "",
    resume: Annotated[
        bool, option("Go on with a run that was stopped, from the parts that it left.", "--resume")
    ] = False,
    on: OnOption = "",
    as_json: Annotated[bool, option("Print the decision and the manifest as JSON.", "--json")] = False,
) -> None:
    """Run scenarios: print the decision table, write the run folder and its report."""
    from wellbeva import api
    from wellbeva.cli import errors, progress
    from wellbeva.cli.commands.plan import missed
    from wellbeva.engine.run.settings import RunSettings
    from wellbeva.results.run_folder import refuse_namesake, refuse_unfinished, try_folder

    _refuse_both(
        {
            "--keep-draws": keep_draws and no_draws,
            "--draws-workbook": draws_workbook and no_draws,
            "--open": open_report and no_report,
            "--precision": bool(precision) and (bool(shard) or bool(on)),
            "--shard": bool(shard) and (bool(on) or no_draws or no_report or draws_workbook or open_report),
        }
    )
    asked: dict[str, Any] = {"seed": seed, "design": design, "engine": engine, "threads": threads}
    asked |= {"keep_draws": keep_draws, "fast": fast, "allow_nonfinite": allow_nonfinite}
    if shard:
        settings = RunSettings(draws=api.DEFAULT_DRAWS if draws is None else draws, **asked)
        _run_shard(scenarios, shard, out, settings, variant, tuple(override or ()), as_json=as_json)
        return
    if draws_workbook:
        from wellbeva.report.workbook.draws import refuse_more_than_a_sheet

        refuse_more_than_a_sheet(draws or 0)
    places = {file: _place(file, out, variant, bool(override), several=len(scenarios) > 1) for file in scenarios}
    if len(set(places.values())) < len(scenarios):
        raise refusal(
            "WB-R241", "two of these scenarios have the same run folder", "run them one by one, each with --out"
        )

    def do(scenario: Path) -> tuple[object, int]:
        place = places[scenario]
        if out is None:
            refuse_namesake(place, scenario)
        try_folder(place)
        if not resume:
            refuse_unfinished(place)
        with ExitStack() as beside, ExitStack() as stack:
            tell = stack.enter_context(progress.bar(shown=not as_json))
            unread: list[OSError | None] = []

            def answered(done: Run) -> None:
                stack.close()
                unread.append(None if as_json else print_answer(done, fast=fast))

            done = api.run(
                scenario,
                draws=draws,
                precision=precision,
                variant=variant,
                overrides=tuple(override or ()),
                progress=tell,
                parts=place,
                on=on,
                answered=answered,
                beside=None if no_report else beside,
                **asked,
            )
            document = write(
                done,
                place,
                *unread,
                draws=not no_draws,
                report=not no_report,
                draws_workbook=draws_workbook,
                as_json=as_json,
            )
        if not as_json:
            tell_warnings(done, scenario, changed=bool(variant or override))
        if open_report:
            from wellbeva.cli.output import open_page

            open_page(place / "report.html")
        return document, errors.MISSED if missed(done) else 0

    over(scenarios, do, as_json=as_json)


def print_answer(done: Run, *, fast: bool = False) -> OSError | None:
    """Print the decision; return what kept it from being printed.

    Parameters
    ----------
    done : Run
    fast : bool
        Whether to say by how much fewer roundings changed the result.
    """
    from wellbeva.cli.commands.plan import print_reached
    from wellbeva.cli.decision_table import print_decision

    return _unread(lambda: print_decision(done, fast=fast)) or _unread(lambda: print_reached(done))


def write(
    done: Run,
    place: Path,
    unread: OSError | None,
    *,
    draws: bool,
    report: bool,
    draws_workbook: bool = False,
    as_json: bool,
) -> object:
    """Write the run folder and say so; return the document instead of printing, where one is wanted.

    Parameters
    ----------
    done : Run
    place : Path
        The run folder.
    unread : OSError or None
        What kept the answer from being printed.
    draws, report, draws_workbook : bool
        As `Run.write`.
    as_json : bool
    """
    from wellbeva.cli import errors
    from wellbeva.cli.json_output import run_document

    folder = done.write(place, draws=draws, report=report, draws_workbook=draws_workbook)
    if as_json:
        return run_document(done, folder)
    if unread is None:
        unread = _unread(lambda: _tell(done, folder, draws=draws, report=report))
    if unread is not None:
        raise errors.unread(unread)
    return None


def _run_shard(
    scenarios: list[Path],
    shard: str,
    out: Path | None,
    settings: RunSettings,
    variant: str,
    overrides: tuple[str, ...],
    *,
    as_json: bool,
) -> None:
    from wellbeva.api.batch.shards import run_shard
    from wellbeva.cli import errors, progress
    from wellbeva.cli.json_output import print_json

    index, count = read_shard(shard)
    if out is None or len(scenarios) > 1:
        raise refusal("WB-R306", "a shard needs one scenario and a folder", "name the folder of all shards with --out")
    with progress.bar(shown=not as_json) as tell:
        computed = run_shard(
            scenarios[0], index, count, out, settings, variant=variant, overrides=overrides, progress=tell
        )
    if as_json:
        print_json(ShardDocument(shard=index, of=count, folder=str(out), finished_before=not computed))
    elif computed:
        typer.echo(f"shard {index} of {count}: its parts stand in {errors.printable(str(out))}")
    else:
        typer.echo(f"shard {index} of {count}: the run is finished already, in {errors.printable(str(out))}")


def _refuse_both(contradicted: dict[str, bool]) -> None:
    for name in (name for name, given in contradicted.items() if given):
        raise refusal("WB-R241", f"{name} contradicts another option", "leave out one of the two")


def _place(file: Path, out: Path | None, variant: str, changed: bool, *, several: bool) -> Path:
    own = default_folder(file, variant, changed=changed)
    return own if out is None else out / own.name if several else out


def _unread(say: Callable[[], None]) -> OSError | None:
    """Print; return what kept the words from being written."""
    try:
        say()
        sys.stdout.flush()
    except OSError as error:
        return error
    except SystemExit:  # what rich makes of a reader that has left
        return BrokenPipeError()
    return None


def tell_warnings(done: Run, scenario: Path, *, changed: bool) -> None:
    """Print what `check` does not say, and how many other warnings there are.

    Parameters
    ----------
    done : Run
    scenario : Path
    changed : bool
        Whether it was run with a variant, or with values put in place.
    """
    from wellbeva.analysis.unseen import CODES
    from wellbeva.cli import errors
    from wellbeva.jit.cache_folder import pop_cache_warnings

    errors.show(pop_cache_warnings())
    warnings = done.compiled.record.warnings
    # `check` draws nothing, and reads the file as written.
    printed = tuple(warning for warning in warnings if changed or warning.code in CODES)
    errors.show(printed)
    warnings = tuple(warning for warning in warnings if warning not in printed)
    if warnings:
        typer.echo(
            f"{errors.tally(warnings)}; to read them: wellbeva check {errors.printable(str(scenario))}", err=True
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


def _tell(done: Run, folder: Path, *, draws: bool, report: bool) -> None:
    from wellbeva.cli import errors
    from wellbeva.plot.svg import NO_ROOM, figures_fit

    if report:
        typer.echo(f"report:  {errors.printable(str(folder / 'report.html'))}")
    portfolio = done.tables.get("portfolio")
    files = [*["results.xlsx"] * report, "decision.csv", *["portfolio.csv"] * (portfolio is not None)]
    place = "beside it" if report else f"in {errors.printable(str(folder))}"
    typer.echo(f"numbers: {', '.join(files)} and results.nc {place}{'' if draws else ', without draws'}")
    for why in () if portfolio is None else dict.fromkeys(portfolio["reason"]):
        if why.startswith("no purchase"):
            typer.echo(f"budget:  {errors.printable(why)}")
    choose_one = done.compiled.plan.decision is not None and done.compiled.plan.decision.choose == "one"
    if report and choose_one and not figures_fit():
        typer.echo(f"figures: left out of the report, {NO_ROOM}")
