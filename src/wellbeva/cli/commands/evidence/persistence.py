"""``wellbeva evidence persistence``: how long a gain lasts, by its follow-ups."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NotRequired, TypedDict

import typer

from wellbeva.cli.json_output import print_json
from wellbeva.cli.options import JsonOption, argument, option
from wellbeva.cli.output import print_lines

if TYPE_CHECKING:
    from wellbeva.evidence.persistence import Persistence


class ShapeDocument(TypedDict):
    """A way in which a gain may fade; the half-life is its median with the ends of the 95% interval [years]."""

    shape: str
    weight: float
    gain: float
    beyond: float
    half_life: NotRequired[list[float]]


class PersistenceDocument(TypedDict):
    """How a gain fades, and what a scenario takes."""

    shapes: list[ShapeDocument]
    scenario: str


def persistence(
    follow_ups: Annotated[
        list[str], argument("Two or more, each a time and the gain then: '3 months: 0.40 (0.20 to 0.60)'.", "FOLLOW-UP")
    ],
    option: Annotated[
        str, option("Key of the option: also write its tables of draws, and print what a scenario takes.")
    ] = "",
    out: Annotated[Path, typer.Option(help="The folder for these tables; the one you are in if not given.")] = Path(),
    horizon: Annotated[str, typer.Option(help="Until when gains count.")] = "10 years",
    correlation: Annotated[float, typer.Option(help="Between errors of two follow-ups of the same people.")] = 0.5,
    as_json: JsonOption = False,
) -> None:
    """Say how a gain fades, and how much of it nobody saw: by follow-ups of the same people."""
    from wellbeva.api.evidence import durations

    weighed = durations.persistence(follow_ups, horizon=horizon, correlation=correlation)
    part = durations.write_part(weighed, option, out, horizon=horizon) if option else ""
    if as_json:
        print_json(PersistenceDocument(shapes=[_document(one) for one in weighed], scenario=part))
        return
    lines = [f"{'The gain …':32}{'likely':>7}{'first gain':>12}{'half-life, years':>22}", ""]
    lines += [_line(one) for one in weighed]
    beyond = sum(one.weight * one.beyond for one in weighed)
    lines += ["", f"{beyond:.0%} of the gain of {horizon} would come after the last follow-up: nobody saw it."]
    print_lines([*lines, *(["", *part.splitlines()] if part else [])])


def _line(one: Persistence) -> str:
    from wellbeva.evidence.persistence import SHAPES

    low, middle, high = _half_life(one)
    half = "–" if one.shape == "none" else f"{middle:.2g} ({low:.2g} to {high:.2g})"
    return f"{SHAPES[one.shape].words:32}{one.weight:>7.0%}{one.gain.mean():>12.2f}{half:>22}"


def _half_life(one: Persistence) -> list[float]:
    import numpy as np

    return [float(value) for value in np.quantile(one.half_life, [0.025, 0.5, 0.975])]


def _document(one: Persistence) -> ShapeDocument:
    known = ShapeDocument(shape=one.shape, weight=one.weight, gain=float(one.gain.mean()), beyond=one.beyond)
    return known if one.shape == "none" else {**known, "half_life": _half_life(one)}
