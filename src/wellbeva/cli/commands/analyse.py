"""``wellbeva analyse``: how sure a choice is, and what it is worth to know more before it is made."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple, TypedDict

import typer

from wellbeva.cli.analysis_tables import show_indices
from wellbeva.cli.errors import printable
from wellbeva.cli.options import JsonOption, argument, complete_scenario, option
from wellbeva.core import atomic
from wellbeva.errors import refusal
from wellbeva.plot.svg import NO_ROOM, figures_fit

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from wellbeva.analysis.uncertainty.sample import DecisionSample
    from wellbeva.api.runs import Run
    from wellbeva.cli.json_output import Rows

MOST_THRESHOLDS = 10_001
_COMMA = re.compile(r",(?![^\[]*\])")
"""A comma between inputs, none within ``effect[visits, women]``."""


class AnalysisDocument(TypedDict):
    """Tables by the names of their files, and sentences on them."""

    title: str
    sentences: list[str]
    tables: dict[str, Rows]


def analyse(
    run: Annotated[
        Path | None, argument("A run folder, or a scenario, which is run.", "RUN", complete=complete_scenario)
    ] = None,
    sample: Annotated[
        Path | None, option("A folder with another model's draws: costs.csv, effects.csv, parameters.csv.")
    ] = None,
    wtp: Annotated[
        list[str] | None,
        option("What one unit of the effect is worth, or thresholds as for --grid; may be repeated.", metavar="VALUE"),
    ] = None,
    grid: Annotated[str, option("Further thresholds of the curves: 0:50000:100 is from, to, step.")] = "",
    comparator: Annotated[str, option("The option that others are held against; that of a run, or the cheapest.")] = "",
    group: Annotated[
        list[str] | None, option("Inputs that are known together, as a,b or a,b,c; may be repeated.", metavar="INPUTS")
    ] = None,
    population: Annotated[float | None, option("How many such decisions there are; a run is one.")] = None,
    uptake: Annotated[
        str, option("Shares of today's decisions, as visits=0.3,phone=0.2; the rest is the comparator's.")
    ] = "",
    pairs: Annotated[bool, option("Value every pair of inputs too, up to 40 inputs.", "--pairs")] = False,
    along: Annotated[
        list[str] | None,
        option("An input along which to say who is how likely best; may be repeated.", metavar="INPUT"),
    ] = None,
    sensitivity: Annotated[
        str, option("Vary a scenario's inputs by a design instead: sobol; by SALib morris, pawn, delta or shapley.")
    ] = "",
    two_way: Annotated[
        str, option("Move a scenario's inputs together: a,b over their 95% intervals; a=low:high:7 is a range.")
    ] = "",
    points: Annotated[int, typer.Option(help="Points of the design of --sensitivity.")] = 1024,
    within: Annotated[
        float | None, option("Also the chance of each option to be within this percentage of the best.")
    ] = None,
    out: Annotated[Path | None, option("A folder for the tables as CSV files.")] = None,
    write_sample: Annotated[
        Path | None, option("A folder for the draws, as BCEA and SAVI take them, the tables and an R script.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Say who is best at which value, how sure that is, and what knowing an input for certain would be worth."""
    from wellbeva.api import analyses
    from wellbeva.cli import progress
    from wellbeva.cli.analysis_tables import sentences, show
    from wellbeva.cli.decision_table import make_console

    for folder in (out, write_sample):
        if folder is not None:
            analyses.refuse_folder(folder)
    if sensitivity or two_way:
        others = (sample, wtp, grid, comparator, group, uptake, write_sample, pairs, along, sensitivity and two_way)
        scenario = _scenario(
            run, "--sensitivity" if sensitivity else "--two-way", alone=not any(others) and within is population is None
        )
        _vary(scenario, sensitivity, two_way, points, out, as_json=as_json)
        return
    ranges = [text for text in wtp or () if ":" in text]
    asked = _asked(run, sample)
    draws = asked.draws.informed if write_sample else asked.draws
    people = 1.0 if population is None and asked.dataset is None and draws.values else population
    with progress.bar(shown=True, task="working") as tell:
        done = analyses.analyse(
            draws,
            [_value(text) for text in wtp or () if ":" not in text],
            comparator=comparator,
            grid=[value for text in [*ranges, grid] for value in read_grid(text)],
            groups=[[name.strip() for name in _COMMA.split(names)] for names in group or ()],
            population=people,
            uptake=read_uptake(uptake) if uptake else None,
            dataset=asked.dataset,
            within=within,
            pairs=pairs,
            along=along or (),
            progress=tell,
        )
    if run is not None and asked.run is not None:
        done = replace(done, tables={**done.tables, **analyses.over_structures(run, asked.run, done.wtp)})
    places = [] if out is None else [done.write(out)]
    if write_sample is not None:
        places.append(done.write_sample(write_sample))
    if as_json:
        _print_tables(asked.title, done.tables, sentences(done, asked.dataset))
        return
    console = make_console()
    show(console, done, title=asked.title)
    if said := sentences(done, asked.dataset):
        console.print(printable("\n" + "\n".join(said)))
    for place in places:
        console.print(printable(f"{place}: {', '.join(f'{name}.csv' for name in done.tables)}"))
    if write_sample is not None:
        kept = asked.draws.draws
        some = "" if draws.draws == kept else f" Of {kept:,} draws these are the {draws.draws:,} whose inputs are kept."
        console.print(
            printable(
                f"and costs.csv, effects.csv, parameters.csv; to check them in that folder: Rscript check.R{some}"
            )
        )


def _vary(scenario: Path, method: str, inputs: str, points: int, out: Path | None, *, as_json: bool) -> None:
    """Vary the inputs of a scenario by a design, or some of them together: print, and write, what that gives."""
    from wellbeva import api
    from wellbeva.api.analyses import write_tables
    from wellbeva.cli.combinations_map import CombinationsMap
    from wellbeva.cli.decision_table import make_console
    from wellbeva.results.csv_file import units_of_plan

    drawn: CombinationsMap | None = None
    with contextlib.redirect_stdout(io.StringIO()) if as_json else contextlib.nullcontext():
        model, console = api.model(scenario), make_console()
        if method:
            name, table = method, api.sensitivity(model, method, points=points)
            show_indices(console, table[table["index"] != "second"])
        else:
            table = api.combinations(model, _COMMA.split(inputs))
            shown = CombinationsMap(model, table)
            drawn = shown if len(shown.inputs) == 2 else None
            name = "two_way" if drawn else "multi_way"
            console.print(printable("\n".join(shown.lines())))
        if out is not None:
            files, place = [f"{name}.csv"], write_tables(out, {name: table}, units=units_of_plan(model.plan))
            if drawn is not None and not figures_fit():
                console.print(f"The picture is left out, {NO_ROOM}.")
            elif drawn is not None:
                files.append("two_way.svg")
                atomic.write(place / "two_way.svg", drawn.picture().encode())
            console.print(printable(f"{place}: {', '.join(files)}"))
    if as_json:
        _print_tables(str(scenario), {name: table})


def _print_tables(title: str, tables: Mapping[str, pd.DataFrame], said: Sequence[str] = ()) -> None:
    from wellbeva.cli.json_output import print_json

    rows = {name: table.to_dict("records") for name, table in tables.items()}
    print_json(AnalysisDocument(title=title, sentences=list(said), tables=rows))


class _Asked(NamedTuple):
    """What is analysed: draws, what they are called, and the run that they come from, if any."""

    draws: DecisionSample
    title: str
    dataset: xr.Dataset | None = None
    run: Run | None = None


def _asked(run: Path | None, sample: Path | None) -> _Asked:
    from wellbeva import api
    from wellbeva.api import analyses
    from wellbeva.results.run_folder import open_run

    if sample is not None and run is None:
        return _Asked(analyses.read_sample(sample), str(sample))
    if run is None or sample is not None:
        raise refusal(
            "WB-R129", "analyse takes a run or a sample", "name one: wellbeva analyse RUN, or --sample FOLDER"
        )
    done = api.run(run) if run.suffix in (".yaml", ".yml") else None
    dataset = open_run(run) if done is None else done.dataset
    return _Asked(analyses.sample_of(dataset), str(dataset.attrs["title"]), dataset, done)


def _scenario(run: Path | None, asked: str, *, alone: bool) -> Path:
    """Return the scenario whose inputs are varied; refuse what cannot stand beside that."""
    if not alone:
        remedy = f"leave out all but SCENARIO{', --points' if asked == '--sensitivity' else ''} and --out"
        raise refusal("WB-R129", f"{asked} looks at a scenario at its own central value", remedy)
    if run is None or run.suffix not in (".yaml", ".yml"):
        remedy = "name one: analyse SCENARIO.yaml"
        raise refusal("WB-R129", f"{asked} takes a scenario, whose inputs it varies", remedy)
    return run


def read_uptake(text: str) -> dict[str, float]:
    """Read shares of options: ``visits=0.3,phone=0.2``.

    Raises
    ------
    WellbevaError
        ``WB-R161`` if it is not options with a number each.

    Examples
    --------
    >>> read_uptake("visits=0.3, phone=0.2")
    {'visits': 0.3, 'phone': 0.2}
    """
    try:
        pairs = [(name.strip(), float(share)) for name, _, share in (part.rpartition("=") for part in text.split(","))]
    except ValueError:
        pairs = []
    if not pairs or len(dict(pairs)) < len(pairs):
        remedy = "name options with their shares: --uptake visits=0.3,phone=0.2"
        raise refusal("WB-R161", f"--uptake is {text[:60]!r}, which is not a share for each of some options", remedy)
    return dict(pairs)


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
        raise refusal(
            "WB-R126",
            f"{text[:60]!r} is not a range of thresholds",
            "give from, to and step, none negative and the second above the first: 0:50000:100",
        )
    return tuple(low + step * index for index in range(int(steps + 1e-9) + 1))


def _value(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        remedy = "give a number, as --wtp 20000, or a range of thresholds, as --wtp 0:50000:500"
        raise refusal("WB-R126", f"{text[:60]!r} is not what a unit of the effect can be worth", remedy) from None
