"""``wellbeva evidence measures``: other measures of wellbeing, and what a point is worth in life satisfaction."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

from wellbeva.cli.json_output import print_json
from wellbeva.cli.options import JsonOption, argument
from wellbeva.cli.output import print_lines, wrapped
from wellbeva.errors import near_miss, refusal

if TYPE_CHECKING:
    from wellbeva.evidence.measures.register import Measure

DIRECTIONS = {1: "better", -1: "worse"}


def measures(
    key: Annotated[str, argument("A measure, as swemwbs; all of them if not given.")] = "",
    as_json: JsonOption = False,
) -> None:
    """List the measures with their scales and published slopes, or show one with the text to paste."""
    from wellbeva.evidence.measures import register

    known = register.measures()
    if key and key not in known:
        remedy = near_miss(key, known) or "list the keys: wellbeva evidence measures"
        raise refusal("WB-S524", f"there is no measure {key[:40]!r} in the register", remedy)
    asked = [known[key]] if key else list(known.values())
    if as_json:
        print_json([{**asdict(measure), "value": measure.value, "caution": measure.caution} for measure in asked])
    elif key:
        print_lines(card(asked[0]))
    else:
        print_lines(_listed(asked))


def _listed(asked: list[Measure]) -> list[str]:
    lines = ["Life satisfaction (0 to 10) that goes with one point of a measure, as published.", ""]
    lines.append(f"{'measure':19}  {'scale':11}  {'more is':7}  one point")
    for measure in asked:
        scale = f"{measure.low:g} to {measure.high:g}"
        slopes = ", ".join(slope.slope for slope in measure.published) or "none found"
        mark = ", in conflict" if measure.conflict else ""
        lines.append(f"{measure.key:19}  {scale:11}  {DIRECTIONS[measure.direction]:7}  {slopes}{mark}")
    return [*lines, "", "Sources, and the text to paste: wellbeva evidence measures swemwbs"]


def card(measure: Measure) -> list[str]:
    """Write a measure with every slope that is known of, at most 80 columns wide."""
    questions = f", {measure.items} question{'s' * (measure.items > 1)}" if measure.items else ""
    lines = [
        measure.key,
        *wrapped(measure.name, indent=""),
        *wrapped(f"{measure.low:g} to {measure.high:g}{questions}; more is {DIRECTIONS[measure.direction]}."),
        *wrapped(f"{measure.source} ({measure.status}, {measure.date})"),
    ]
    if measure.reliability:
        lines += wrapped(f"Reliability {measure.reliability}. {measure.reliability_source}.")
    lines += ["", "Life satisfaction (0 to 10) that goes with one point"]
    for slope in measure.slopes:
        spread = f" ({slope.low} to {slope.high})" if slope.low else ""
        words = [word for word in (slope.population, slope.kind, slope.data) if word]
        lines.append(f"  {slope.slope or 'none found'}{spread}{' (not drawn from)' * (slope.use == 'alternative')}")
        for text in ("; ".join(words), f"{slope.source} ({slope.status}, {slope.date})", slope.note):
            lines += wrapped(text, indent="    ") if text else []
        if slope.link:
            lines.append(f"    {slope.link}")
    if len(measure.published) > 1:
        lines += ["", *wrapped(measure.caution, indent="")]
    if measure.published:
        lines += ["", "In a scenario of the model measured_change, under values"]
        if measure.key == "standard_deviation":
            lines.append(f'  ls_per_sd: "[measure:{measure.key}]"')
        else:
            lines += ["  ls_per_point:", "    by: measure", f'    {measure.key}: "[measure:{measure.key}]"']
    return lines
