"""``wellbeva evidence pool``: what the studies of a table come to together."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wellbeva.cli.json_output import print_json
from wellbeva.cli.options import JsonOption
from wellbeva.cli.output import print_lines, wrapped

if TYPE_CHECKING:
    from wellbeva.api.evidence.pooling import PooledStudies

SHOWN = 5
"""Studies that are named as moving the average; --json has all."""
Ends = tuple[float, float]


def pool(
    file: Annotated[
        Path,
        typer.Argument(
            help="A table with columns study, effect, and se, variance, or ci_low and ci_high.", show_default=False
        ),
    ],
    pool: Annotated[str, typer.Option(help="random effects or fixed effect.")] = "random effects",
    between: Annotated[str, typer.Option(help="REML, Paule-Mandel or DerSimonian-Laird.", show_default="REML")] = "",
    interval: Annotated[
        str, typer.Option(help="Hartung-Knapp (also 'with floor') or normal.", show_default="Hartung-Knapp")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Pool studies: the average, a new setting, single studies, and those that were not published."""
    from wellbeva.api.evidence.pooling import pool_studies
    from wellbeva.errors import render

    result = pool_studies(file, pool=pool, between=between, interval=interval)
    if as_json:
        print_json(document(result))
        return
    for warning in result.warnings:
        typer.echo(render(warning), err=True)
    print_lines([*_lines(result, file)])


def document(result: PooledStudies) -> dict[str, object]:
    """Return a result as plain data; of ratios the numbers are logarithms."""
    estimate = result.pooled
    return {
        "studies": estimate.studies,
        "measure": result.table.measure or result.unit,
        "logarithms": result.table.ratio,
        "pool": estimate.model,
        "between": estimate.between,
        "interval_method": estimate.interval_method,
        "average": estimate.mean,
        "se": estimate.se,
        "df": estimate.df,
        "interval": estimate.interval(),
        "new_setting": _prediction(result),
        "tau2": estimate.tau2,
        "tau2_interval": estimate.tau2_interval,
        "i2": estimate.i2,
        "q": estimate.q,
        "q_df": estimate.q_df,
        "q_p": estimate.q_p,
        "weights": dict(zip(result.studies.labels, estimate.weights.tolist(), strict=True)),
        "without": {
            label: {"average": rest.mean, "interval": rest.interval(), "tau2": rest.tau2}
            for label, rest in result.without.items()
        },
        "publication_bias": [
            {
                "method": row.method,
                "average": row.mean,
                "interval": row.interval(),
                "p": row.p,
                "finding": row.finding,
            }
            | {"cautions": row.cautions}
            for row in result.corrections
        ],
        "not_seen": result.unseen,
    }


def _prediction(result: PooledStudies) -> Ends | None:
    return None if result.pooled.between == "none" else result.pooled.prediction()


def _lines(result: PooledStudies, file: Path) -> Iterator[str]:
    estimate, scale = result.pooled, math.exp if result.table.ratio else float

    def ends(of: Ends | None) -> str:
        return "–" if of is None else f"{scale(of[0]):.3g} to {scale(of[1]):.3g}"

    unit = result.table.measure or result.unit
    how = (
        estimate.model
        if estimate.between == "none"
        else f"{estimate.model} ({estimate.between}, {estimate.interval_method})"
    )
    yield from wrapped(f"{estimate.studies} studies, {how}{f', {unit}' if unit else ''}", indent="")
    yield ""
    yield f"  {'Average':18}{scale(estimate.mean):<9.3g}95% interval {ends(estimate.interval())}"
    if estimate.between != "none":
        yield f"  {'A new setting':18}{scale(estimate.mean):<9.3g}95% interval {ends(estimate.prediction())}"
        profile = estimate.tau2_interval
        within = f"95% interval {profile[0]:.3g} to {profile[1]:.3g}" if profile else ""
        yield f"  {'Between settings':18}{math.sqrt(estimate.tau2):<9.3g}standard deviation of the true effects"
        yield f"  {'tau²':18}{estimate.tau2:<9.3g}{within}".rstrip()
    yield f"  {'I²':18}{f'{estimate.i2:.0%}':9}Q {estimate.q:.3g}, df {estimate.q_df}, p {estimate.q_p:.2g}"
    moves = sorted(result.without.items(), key=lambda item: -abs(item[1].mean - estimate.mean))
    if moves:
        yield from ("", f"{'Without':42}{'average':>9}{'95% interval':>18}{'tau²':>9}")
        for label, rest in moves[:SHOWN]:
            yield f"  {label[:38]:40}{scale(rest.mean):>9.3g}{ends(rest.interval()):>18}{rest.tau2:>9.3g}"
        if len(moves) > SHOWN:
            yield f"  the other {len(moves) - SHOWN} move it less"
    yield from ("", "Studies that were not published")
    shared = set.intersection(*(set(row.cautions) for row in result.corrections)) if result.corrections else set()
    for row in result.corrections:
        mean = "" if row.mean is None else f"{scale(row.mean):.3g}"
        chance = "" if row.p is None else f"p {row.p:.2g}"
        yield f"  {row.method:24}{mean:>9}{'' if row.law is None else ends(row.interval()):>18}   {chance}".rstrip()
        for text in (row.finding, *(caution for caution in row.cautions if caution not in shared)):
            yield from wrapped(text, indent="      ")
    for text in (*sorted(shared), *([f"{result.unseen}."] if result.unseen else [])):
        yield from wrapped(text, indent="  ")
    yield from ("", "In a scenario, with its source:")
    yield f"  {{studies: {file.name}, pool: {estimate.model}, source: …}}"
