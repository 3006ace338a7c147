"""``wellbeva converge``: how the standard error falls with draws, and how many draws are enough."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from wellbeva.errors import Diagnostic, WellbevaError
from wellbeva.report.text import numbers as words

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table

    from wellbeva.api import Converged
    from wellbeva.report.explain.convergence import Row

SHORT = {"sobol": "quasi", "random": "random", "latin": "Latin"}
_SHARE = re.compile(r"\s*(\d+(?:\.\d*)?|\.\d+)\s*(%?)\s*")


def converge(
    scenario: Annotated[Path, typer.Argument(help="The scenario file.", metavar="SCENARIO", show_default=False)],
    draws: Annotated[
        int,
        typer.Option(
            help="The most draws, 16,384 or more; rounded up to a power of two. The smallest size run is 8,192."
        ),
    ] = 65536,
    within: Annotated[
        str,
        typer.Option(help="Say how many draws give this standard error, as 0.1% of each number.", show_default=False),
    ] = "",
    repeats: Annotated[int, typer.Option(help="Runs at each size: more tell the errors better apart.")] = 4,
    latin: Annotated[bool, typer.Option("--latin", help="Compare a Latin hypercube too.")] = False,
    every: Annotated[bool, typer.Option("--all", help="Print every number at every size, not the main ones.")] = False,
    seed: Annotated[int, typer.Option(help="Seed of the first run; the others follow.")] = 1,
    threads: Annotated[int, typer.Option(help="Threads; 0 takes one for each core.")] = 0,
    override: Annotated[
        list[str] | None, typer.Option("--set", help="Put another value in place; may be repeated.")
    ] = None,
    variant: Annotated[str, typer.Option(help="A variant that the scenario names.")] = "",
    plot: Annotated[
        bool, typer.Option("--plot", help="Draw error against draws: HTML, SVG or PNG by the name of -o.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Write a file: the picture with --plot, else the words.", show_default=False),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Compare designs: how the standard error of each number falls with draws, and how many are enough."""
    from wellbeva import api
    from wellbeva.cli import errors as failures
    from wellbeva.cli import progress
    from wellbeva.cli.output import put, refuse
    from wellbeva.jit.cache_folder import pop_cache_warnings

    wanted = _share(within) if within else None
    overrides = tuple(override or ())
    if plot and out is None:
        out = Path(f"{scenario.stem or 'scenario'}-convergence.html")
    form = _picture(out) if plot else "html"
    refuse(out, inputs=lambda: api.files_read(scenario, variant=variant, overrides=overrides))
    with progress.bar(shown=not as_json) as tell:
        done = api.converge(
            scenario,
            draws=draws,
            repeats=repeats,
            latin=latin,
            seed=seed,
            threads=threads,
            variant=variant,
            overrides=overrides,
            progress=tell,
        )
    if as_json:
        put(to_json(done, wanted), None if plot else out)
    elif plot or out is None:
        from wellbeva.cli.decision_table import make_console

        show(make_console(), done, wanted, every=every)
    else:
        put(to_text(done, wanted, every=every), out)
    if plot:
        put(done.plot(form=form, within=wanted), out)
    failures.show(pop_cache_warnings())


def to_text(done: Converged, within: float | None, *, every: bool = False) -> str:
    """Write tables and sentences for a file of 80 columns; parameters as for `show`."""
    from rich.console import Console

    from wellbeva.cli.decision_table import WIDTH

    page = io.StringIO()
    console = Console(
        file=page, width=WIDTH, force_terminal=False, highlight=False, markup=False, emoji=False, color_system=None
    )
    show(console, done, within, every=every)
    return "".join(f"{line.rstrip()}\n" for line in page.getvalue().splitlines())


def show(console: Console, done: Converged, within: float | None, *, every: bool = False) -> None:
    """Print tables and sentences.

    Parameters
    ----------
    console : Console
    done : Converged
    within : float or None
        A wanted standard error as a share of each number.
    every : bool
        Every number at every size.
    """
    from rich.text import Text

    from wellbeva.cli.errors import printable
    from wellbeva.report.explain import convergence as report

    found = done.convergence
    console.print(Text(printable(done.compiled.plan.title), style="bold"))
    rows = report.rows(done.compiled, found)
    if rows:
        said = f"± is one standard error, at {found.sizes[-1]:,} draws; quasi-random (quasi) and random draws"
        console.print(Text(said))
        console.print()
        console.print(_summary(rows, found.designs))
        chosen = range(len(rows)) if every else report.headlines(found)
        console.print()
        console.print(_by_draws([rows[index] for index in chosen], found.designs, found.sizes))
        if within is not None:
            console.print()
            console.print(_needed(rows, found.designs, within))
            console.print(Text("Of each number, or of all futures if it is a chance; ~ is beyond what was drawn."))
        console.print()
    for sentence in (*done.sentences(), *report.notes(found)):
        console.print(Text(printable(sentence)))


def to_json(done: Converged, within: float | None) -> str:
    """Write everything as JSON; what does not apply is null."""
    import json
    from dataclasses import asdict

    from wellbeva.analysis.convergence import error_of_error, gain_factor
    from wellbeva.cli.json_output import _plain

    found = done.convergence
    numbers = []
    for number in found.numbers:
        told: dict[str, object] = {
            "number": number.quantity.kind,
            "of": number.quantity.name or None,
            "labels": dict(number.quantity.labels),
            "value": number.value,
            "standard_error": {design: errors.tolist() for design, errors in number.errors.items()},
            "gain": {
                design: [asdict(number.gain(at, design=design)) for at in range(len(number.sizes))]
                for design in found.designs
                if design != "random"
            },
            "rate": {design: asdict(number.rate(design)) for design in number.errors},
        }
        if within is not None:
            needed = {design: number.needed(design, within) for design in number.errors}
            told["draws_needed"] = {
                design: None if each is None else {"draws": each.draws, "beyond_what_was_drawn": each.beyond}
                for design, each in needed.items()
            }
        numbers.append(told)
    whole = {
        "scenario": done.compiled.plan.title,
        "draws": list(found.sizes),
        "designs": list(found.designs),
        "repeats": found.repeats,
        "nothing_to_compare": found.reason or None,
        "relative_error_of_a_standard_error": error_of_error(found.repeats),
        "gain_known_to_a_factor_of": gain_factor(found.repeats),
        "within": within,
        "numbers": numbers,
        "sentences": list(done.sentences()),
    }
    ascii_only = not (sys.stdout.encoding or "").lower().startswith("utf")
    return json.dumps(_plain(whole), ensure_ascii=ascii_only, indent=2, allow_nan=False) + "\n"


def _summary(rows: Sequence[Row], designs: Sequence[str]) -> Table:
    table = _table("At the most draws", designs)
    shown = designs if len(designs) < 3 else designs[:1]
    for design in shown:
        table.add_column(f"Rate,\n{SHORT[design]}", justify="right", no_wrap=True)
    for row, label in _grouped(table, rows):
        errors = (row.errors[design][-1] for design in designs)
        table.add_row(label, row.value, *errors, row.gains[-1], *(row.rates[design] for design in shown))
    return table


def _by_draws(rows: Sequence[Row], designs: Sequence[str], sizes: Sequence[int]) -> Table:
    from wellbeva.cli.errors import printable

    table = _table("By draws", designs, second="Draws")
    for index, row in enumerate(rows):
        if index:
            table.add_row()
        errors = ("\n".join(row.errors[design]) for design in designs)
        label = printable("\n".join(filter(None, (row.group, row.name))))
        table.add_row(label, "\n".join(f"{size:,}" for size in sizes), *errors, "\n".join(row.gains))
    return table


def _needed(rows: Sequence[Row], designs: Sequence[str], within: float) -> Table:
    from wellbeva.cli.decision_table import make_table
    from wellbeva.report.explain.convergence import DESIGNS, needed_words, share_words

    table = make_table()
    table.add_column(f"Draws for a standard error of {share_words(within)}", ratio=1, overflow="fold")
    for design in designs:
        table.add_column(words.capital(DESIGNS[design]), justify="right", no_wrap=True)
    for row, label in _grouped(table, rows):
        table.add_row(label, *(needed_words(row.settling, design, within) for design in designs))
    return table


def _table(first: str, designs: Sequence[str], *, second: str = "Average") -> Table:
    """Return a table with the columns that two have: name, average or draws, errors, gain."""
    from wellbeva.cli.decision_table import make_table

    table = make_table()
    table.add_column(first, ratio=1, min_width=18, overflow="fold")
    table.add_column(second, justify="right", no_wrap=True)
    for design in designs:
        table.add_column(f"± {SHORT[design]}", justify="right", no_wrap=True)
    table.add_column("One is worth\nrandom ones", justify="right", no_wrap=True)
    return table


def _grouped(table: Table, rows: Sequence[Row]) -> Iterator[tuple[Row, RenderableType]]:
    """Yield rows with their labels, set in under a head for each kind of number."""
    from rich.padding import Padding

    from wellbeva.cli.errors import printable

    group = ""
    for row in rows:
        if row.group != group and row.name:
            table.add_row(printable(row.group))
        group = row.group
        yield row, Padding(printable(row.name), (0, 0, 0, 2)) if row.name else printable(row.group)


def _share(text: str) -> float:
    """Read a share: ``0.1%`` or ``0.001``.

    Examples
    --------
    >>> _share("0.1%"), _share("0.05")
    (0.001, 0.05)
    """
    match = _SHARE.fullmatch(text)
    share = float(match[1]) / (100 if match[2] else 1) if match else 0.0
    if not 0 < share < 1:
        raise WellbevaError(
            [
                Diagnostic(
                    "WB-R107",
                    f"--within is {text!r}, which is no share of a number",
                    remedy="give a percentage above 0 and below 100, as --within 0.1%",
                )
            ]
        )
    return share


def _picture(out: Path | None) -> Literal["html", "svg", "png"]:
    from wellbeva.cli.explain import _picture as picture

    return picture(out)
