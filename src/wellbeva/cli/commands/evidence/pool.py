"""``wellbeva evidence pool``: what the studies of a table come to together."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wellbeva.cli.json_output import print_json
from wellbeva.cli.options import JsonOption, argument, option
from wellbeva.cli.output import print_lines, wrapped
from wellbeva.errors import render

if TYPE_CHECKING:
    from wellbeva.api.evidence.pooling import PooledStudies

SHOWN = 5
"""Studies that are named as moving the average; --json has all."""


def pool(
    file: Annotated[Path, argument("A table with columns study, effect, and se, variance, or ci_low and ci_high.")],
    pool: Annotated[str, typer.Option(help="random effects or fixed effect.")] = "random effects",
    between: Annotated[str, typer.Option(help="REML, Paule-Mandel or DerSimonian-Laird.", show_default="REML")] = "",
    interval: Annotated[
        str, typer.Option(help="Hartung-Knapp (also 'with floor') or normal.", show_default="Hartung-Knapp")
    ] = "",
    at: Annotated[
        list[str] | None,
        option("Regress on a column, and say what holds at a value; may be repeated.", metavar="COLUMN=VALUE"),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Pool studies: the average, a new setting, single studies, and those that were not published."""
    from wellbeva.api.evidence.pooling import pool_studies

    result = pool_studies(file, at or (), pool=pool, between=between, interval=interval)
    if as_json:
        print_json(document(result))
        return
    for warning in result.warnings:
        typer.echo(render(warning), err=True)
    print_lines([*_lines(result, file)])


def document(result: PooledStudies) -> dict[str, object]:
    """Return a result as plain data; of ratios the numbers are logarithms."""
    value, estimate = result.value, result.value.estimate
    names = ("studies", "between", "interval_method", "se", "df", "tau2", "tau2_interval", "i2", "q", "q_df", "q_p")
    averages = {"": estimate, **result.without}
    without = {name: {"average": of.mean, "interval": of.interval(), "tau2": of.tau2} for name, of in averages.items()}
    return {
        **{name: getattr(estimate, name) for name in names},
        **without.pop(""),
        "measure": result.unit,
        "logarithms": value.table.ratio,
        "pool": estimate.model,
        "at": dict(value.table.setting),
        "new_setting": estimate.prediction() if estimate.random else None,
        "weights": dict(zip(value.studies.labels, estimate.weights.tolist(), strict=True)),
        "without": without,
        "publication_bias": [
            dict(zip(("average", "interval"), row.average or (None, None), strict=True))
            | {name: getattr(row, name) for name in ("method", "p", "finding", "cautions")}
            for row in result.corrections
        ],
        "not_seen": result.unseen,
    }


def _lines(result: PooledStudies, file: Path) -> Iterator[str]:
    from wellbeva.evidence.bias.correction import cautions_of_all

    value, estimate = result.value, result.value.estimate

    def shown(x: float, ends: tuple[float, float]) -> tuple[str, str]:
        return f"{value.number(x):.3g}", f"{value.number(ends[0]):.3g} to {value.number(ends[1]):.3g}"

    def row(head: str, number: str, words: str) -> str:
        return f"  {head:18}{number:9}{words}".rstrip()

    how = f" ({estimate.between}, {estimate.interval_method})" if estimate.random else ""
    title = (f"{estimate.studies} studies", estimate.model + how, value.where.removeprefix(", "), result.unit)
    yield from wrapped(", ".join(filter(None, title)), indent="")
    average, ends = shown(estimate.mean, estimate.interval())
    yield from ("", row("Average", average, f"95% interval {ends}"))
    if estimate.random:
        yield row("A new setting", average, f"95% interval {shown(estimate.mean, estimate.prediction())[1]}")
        yield row("Between settings", f"{math.sqrt(estimate.tau2):.3g}", "standard deviation of the true effects")
        profile = "95% interval {:.3g} to {:.3g}".format(*estimate.tau2_interval) if estimate.tau2_interval else ""
        yield row("tau²", f"{estimate.tau2:.3g}", profile)
    yield row("I²", f"{estimate.i2:.0%}", f"Q {estimate.q:.3g}, df {estimate.q_df}, p {estimate.q_p:.2g}")
    moves = sorted(result.without.items(), key=lambda item: -abs(item[1].mean - estimate.mean))
    if moves:
        yield from ("", f"{'Without':42}{'average':>9}{'95% interval':>18}{'tau²':>9}")
    for label, rest in moves[:SHOWN]:
        mean, ends = shown(rest.mean, rest.interval())
        yield f"  {label[:38]:40}{mean:>9}{ends:>18}{rest.tau2:>9.3g}"
    if len(moves) > SHOWN:
        yield f"  the other {len(moves) - SHOWN} move it less"
    yield from ("", "Studies that were not published")
    shared = cautions_of_all(result.corrections)
    for one in result.corrections:
        mean, ends = ("", "") if one.average is None else shown(*one.average)
        yield f"  {one.method:24}{mean:>9}{ends:>18}   {'' if one.p is None else f'p {one.p:.2g}'}".rstrip()
        for text in (one.finding, *(caution for caution in one.cautions if caution not in shared)):
            yield from wrapped(text, indent="      ")
    for text in (*shared, f"{result.unseen}." if result.unseen else ""):
        yield from wrapped(text, indent="  ")
    yield from ("", "In a scenario, with its source:")
    at = ", ".join(f"{name}: {text}" for name, text in value.table.setting)
    yield f"  {{studies: {file.name}, pool: {estimate.model}, {f'at: {{{at}}}, ' if at else ''}source: …}}"
