"""``wellbeva survey plan``: how many people to ask, before anybody is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, TypedDict

import typer

from wellbeva.cli.json_output import print_json
from wellbeva.cli.options import JsonOption, count, option, read_share
from wellbeva.cli.output import print_lines, wrapped
from wellbeva.report.text.numbers import number, of_ten

if TYPE_CHECKING:
    from wellbeva.evidence.survey.power import PlannedDesign, Survey

MANY, FEW = "over a billion", "too few to tell"
SEEN = 0.59
"""Of life satisfaction in 229 women two weeks apart: Krueger and Schkade (2008), doi 10.1016/j.jpubeco.2007.12.015."""


class SurveyPlanDocument(TypedDict):
    """The gain asked for, the people to ask, what each design shows, and what is taken to be so."""

    effect: float | None
    people: int | None
    designs: tuple[PlannedDesign, ...]
    taken: Survey


def _share(words: str) -> Any:
    return typer.Option(help=words, parser=read_share, metavar="SHARE")


def plan(
    effect: Annotated[float | None, option("The gain to notice, in points.")] = None,
    people: Annotated[int | None, count("People whom you can ask.")] = None,
    icc: Annotated[
        float, _share("How alike the gains at one site, or in one group, are; 0 if people come singly.")
    ] = 0.0,
    cluster_size: Annotated[float, typer.Option(help="People at one site at the start.")] = 12.0,
    cluster_spread: Annotated[float, _share("How far these numbers differ: standard deviation over mean.")] = 0.0,
    sd: Annotated[float, typer.Option(help="How far answers differ: their standard deviation, in points.")] = 1.8,
    correlation: Annotated[float, _share("How far a person's two answers go together.")] = 0.59,
    attrition: Annotated[float, _share("Those asked at the start who will not answer at the end.")] = 0.3,
    power: Annotated[float, _share("The chance that a survey notices the gain.")] = 0.8,
    as_json: JsonOption = False,
) -> None:
    """Say how many people to ask, or how small a gain so many people can show.

    A point is one point of life satisfaction from 0 to 10; with another measure give its own --sd.
    """
    from wellbeva.evidence.survey.power import Survey
    from wellbeva.evidence.survey.power import plan as plan_survey

    survey = Survey(sd, correlation, attrition, icc, cluster_size, cluster_spread, power)
    designs = plan_survey(survey, effect, people)
    if as_json:
        print_json(SurveyPlanDocument(effect=effect, people=people, designs=designs, taken=survey))
    else:
        print_lines(lines(survey, designs, effect, people))


def lines(survey: Survey, designs: tuple[PlannedDesign, ...], effect: float | None, people: int | None) -> list[str]:
    """Write a plan in plain words, at most 80 columns wide.

    Parameters
    ----------
    survey : Survey
    designs : tuple of PlannedDesign
    effect : float or None [point]
        The gain asked for.
    people : int or None
        Whom one can ask.
    """
    columns = []
    if effect is not None:
        columns.append(["People", "to ask", *(f"{one.people:,}" if one.people else MANY for one in designs)])
    if people is not None:
        least = (FEW if one.detectable is None else f"{number(one.detectable)} points" for one in designs)
        columns.append(["Smallest gain", f"{people:,} people show", *least])
    titles = ["", "", *(one.title for one in designs)]
    rows = [
        f"{title:41}" + "".join(f"{cell:>18}" for cell in row) for title, *row in zip(titles, *columns, strict=True)
    ]
    gain = "a gain of that size" if effect is None else f"a gain of {effect:g} points"
    apart = f"answers differ by {survey.sd:g} points (standard deviation; 1.6 to 2.1 in samples of adults)"
    together = f"a person's two answers go together by {survey.correlation:g}"
    if survey.correlation == SEEN:
        together += " (Krueger and Schkade 2008, two weeks apart; less after months)"
    leave = f"{survey.attrition:.0%} of those asked at the start do not answer at the end"
    sites = "people come singly (if they meet at sites or in groups more are needed: --icc)"
    if survey.icc:
        sites = f"people meet at sites of {survey.cluster_size:g}, where gains go together by {survey.icc:g}, so that "
        sites += f"100 people tell as much as {number(100 / survey.design_effect)}"
    asked = "People are those asked before the start, half of them in the comparison group if there is one."
    seen = f"{gain} would be noticed: its 95% interval would leave out 0."
    anyway = (
        "Without a comparison group nobody can tell your gain from one that would have come anyway: people often "
        "join when they feel low, and feel better later whatever they do."
    )
    taken = f"Taken to be so: {apart}; {together}; {leave}; {sites}."
    notes = (f"{asked} In about {of_ten(survey.power)} of 10 surveys like this {seen}", anyway, taken)
    return [row.rstrip() for row in rows] + [line for note in notes for line in ("", *wrapped(note, indent=""))]
