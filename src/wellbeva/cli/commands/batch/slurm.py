"""``wellbeva slurm``: a run as an array of Slurm jobs."""

from __future__ import annotations

import inspect
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from wellbeva.cli.commands import run as run_verb
from wellbeva.cli.errors import printable
from wellbeva.cli.options import ScenarioArgument, option
from wellbeva.cli.output import print_more_draws
from wellbeva.engine.run.settings import RunSettings

OF_RUN: Final = ("draws", "seed", "design", "engine", "override", "variant", "keep_draws", "allow_nonfinite")
"""The options of ``wellbeva run`` that each task is given."""
_RUN: Final = inspect.signature(run_verb.run, eval_str=True).parameters


def slurm(
    scenario: ScenarioArgument,
    tasks: Annotated[
        int, typer.Option(help="Shards of the run, each a task; fewer where Slurm takes no such array.")
    ] = 64,
    at_once: Annotated[int, typer.Option(help="Tasks that may run at once; 0 for no bound.")] = 0,
    threads: Annotated[int, typer.Option(help="Threads, and cores, of a task.")] = 1,
    time: Annotated[str, option("Time limit of a task, as Slurm writes it: 90, 1:30:00, 2-12.", metavar="TIME")] = "",
    memory: Annotated[str, option("Memory of a task, as 2G.", metavar="SIZE")] = "",
    partition: Annotated[str, option("The partition of the cluster.")] = "",
    account: Annotated[str, option("The account that pays.")] = "",
    out: Annotated[Path | None, option("The run folder, seen by all nodes; runs/SCENARIO if not given.")] = None,
    submit: Annotated[bool, option("Send the job, too.", "--submit")] = False,
    **of_run: Any,
) -> None:
    """Write the scripts that do a run as an array of Slurm jobs, beside the run folder; with --submit, send them."""
    from wellbeva import api
    from wellbeva.api.runs import asked
    from wellbeva.batch.parts import open_parts, refuse_results_of_another
    from wellbeva.batch.slurm import scripts
    from wellbeva.results.run_folder import PLAN, refuse_namesake, try_folder

    if submit:
        scripts.refuse_without_slurm()
    variant, override = of_run["variant"], of_run["override"] or ()
    place = out or run_verb.default_folder(scenario, variant, changed=bool(override))
    if out is None:
        refuse_namesake(place, scenario)
    job = scripts.Job(
        scenario,
        place,
        options=tuple(_words(of_run)),
        variant=variant,
        tasks=tasks,
        threads=threads,
        at_once=at_once,
        time=time,
        memory=memory,
        partition=partition,
        account=account,
    )
    job.refuse_unusable()
    # What would stop every task stops this.
    compiled = api.load(scenario, variant=variant, overrides=tuple(override))
    try_folder(place)
    given = {name: value for name, value in of_run.items() if value is not None}
    asked_of_run = {name: given[name] for name in OF_RUN if name in given.keys() - {"variant", "override"}}
    settings = RunSettings(threads=threads, **asked_of_run)
    settings.check()
    if refuse_results_of_another(place, compiled.plan, settings):
        typer.echo(f"nothing to do: the results of this run stand in {printable(str(place))}")
        return
    if (place / PLAN).is_file():
        open_parts(place, compiled.plan, settings, asked(compiled, settings))
    folder, number = scripts.write_scripts(job)
    here = Path.cwd()
    shown = folder.relative_to(here) if folder.is_relative_to(here) else folder
    typer.echo(f"written: {', '.join(scripts.SCRIPTS)} in {printable(str(shown))}")
    print_more_draws(settings.draws)
    if number < tasks:
        typer.echo(f"tasks:   {number:,}, as Slurm takes no larger array here; together they do the same run")
    if submit:
        typer.echo(scripts.submit(folder), nl=False)
        typer.echo(f"logs:    {printable(str(shown / 'logs'))}; the results will stand in {printable(str(place))}")
    else:
        typer.echo(f"to send: bash {printable(shlex.quote(str(shown / 'submit.sh')))}")


def _words(of_run: dict[str, Any]) -> Iterator[str]:
    """Yield options of ``wellbeva run`` that are not as if they were not given, as words of a command line."""
    for name, value in of_run.items():
        if value == _RUN[name].default:
            continue
        (option,) = (known for known in _RUN[name].annotation.__metadata__ if hasattr(known, "param_decls"))
        # In `Annotated` the first of the names stands where a default would.
        known = (option.default, *(option.param_decls or ()), f"--{name.replace('_', '-')}")
        declared = next(word for word in known if str(word).startswith("--"))
        for one in value if isinstance(value, list) else [value]:
            yield declared if value is True else f"{declared}={one}"


_own = [
    parameter
    for parameter in inspect.signature(slurm, eval_str=True).parameters.values()
    if parameter.kind != parameter.VAR_KEYWORD
]
slurm.__signature__ = inspect.Signature([*_own, *(_RUN[name] for name in OF_RUN)])  # type: ignore[attr-defined]
