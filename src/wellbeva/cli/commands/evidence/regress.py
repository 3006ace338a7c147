"""``wellbeva evidence regress``: what goes with life satisfaction in a survey, and why places differ."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wellbeva.cli.errors import show
from wellbeva.cli.json_output import print_json
from wellbeva.cli.options import JsonOption, argument, option
from wellbeva.cli.output import print_lines, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wellbeva.api.evidence.determinants import Determinants
    from wellbeva.evidence.determinants.places import Places

NO_CAUSE = "A slope says what goes with a determinant among those asked, not what follows from moving it."


def regress(
    survey: Annotated[Path, argument("A CSV file or workbook, a row for each person and time.")],
    on: Annotated[
        list[str],
        option(
            "A determinant; 'trust=Trust in neighbours' gives it a label. May be repeated.", metavar="[LABEL=]HEADING"
        ),
    ],
    outcome: Annotated[str, typer.Option(help="The answers, from 0 to 10.", metavar="HEADING")] = "life_satisfaction",
    also: Annotated[list[str] | None, option("Numbers to hold equal, as age.", metavar="HEADING")] = None,
    kind: Annotated[list[str] | None, option("Words to hold equal, as gender.", metavar="HEADING")] = None,
    person: Annotated[str, option("Who answered.", metavar="HEADING")] = "",
    wave: Annotated[str, option("When; held equal.", metavar="HEADING")] = "",
    area: Annotated[str, option("Where they live.", metavar="HEADING")] = "",
    effects: Annotated[
        str, option("Compare each 'person' at several times, people of one 'area', or all: 'none'.")
    ] = "",
    cluster: Annotated[str, option("Answers of one 'person' or 'area' may resemble each other.")] = "",
    together: Annotated[bool, option("Two determinants may act together.", "--together")] = False,
    ordered: Annotated[bool, option("Check by an ordered logit.", "--ordered")] = False,
    places: Annotated[bool, option("Say why places differ.", "--places")] = False,
    source: Annotated[str, typer.Option(help="Key of the source in the scenario.", metavar="KEY")] = "our_survey",
    as_json: JsonOption = False,
) -> None:
    """Say how many points of life satisfaction go with each determinant, alone and together."""
    from wellbeva.api.evidence import determinants as api

    columns = api.Columns(outcome, also or (), kind or (), person, wave, area)
    options = {"together": together, "ordered": ordered, "places": places}
    result = api.regress(survey, on, columns, effects=effects, cluster=cluster, **options)
    part = api.scenario_part(result, source)
    show(result.warnings)
    if as_json:
        slopes, why = result.slopes, result.places
        document = {"slopes": asdict(slopes), "normal_sds": slopes.spreads, "correlations": slopes.correlations}
        tables = {"places": why.places.to_dict("records"), "spreads": why.spreads.to_dict("records")} if why else {}
        print_json(document | {"ordered": result.ordered, "places": why and asdict(why) | tables})
        return
    lines = [*_slopes(result), *(_places(result.places) if result.places else []), ""]
    print_lines([*lines, "A scenario on models/determinants.yaml takes the slopes:", "", *part.splitlines()])


def _slopes(result: Determinants) -> Iterator[str]:
    from wellbeva.evidence.determinants.panel import TOGETHER
    from wellbeva.evidence.determinants.slopes import EFFECTS

    found = result.slopes
    among = (
        f" Answers of one {found.clusters} may resemble each other ({found.cluster_count:,})." if found.clusters else ""
    )
    yield from wrapped(
        f"{found.rows:,} answers of {found.people:,} people. Compared: {EFFECTS[found.effects]}.{among}", indent=""
    )
    yield ""
    yield "Points of life satisfaction (0 to 10) that go with one SD more"
    yield f"  {'':28}{'slope':>7}{'95% interval':>18}{'df':>7}{'   ordered' * bool(result.ordered)}"
    checks = result.ordered or ("",) * len(found.names)
    for name, one, check in zip(found.names, found.estimates, checks, strict=True):
        title = "both, beyond the sum of each" if name == TOGETHER else name
        ordered = f"{check:>10.3f}" if check != "" else ""
        yield f"  {title[:28]:28}{one.value:>7.3f}{_interval(one.low, one.high):>18}{one.df:>7.1f}{ordered}"
    yield ""
    sds = ", ".join(f"{sd:.3g} of {name}" for name, sd in zip(found.names, found.sds, strict=False))
    held = f" Held equal: {', '.join(found.held)}." if found.held else ""
    left = f" Not held, as it does not vary on its own: {', '.join(found.left_out)}." if found.left_out else ""
    yield from wrapped(f"One SD is {sds}.{held}{left}", indent="")
    yield from wrapped(NO_CAUSE, indent="")


def _places(why: Places) -> Iterator[str]:
    from wellbeva.evidence.survey.people import SMALLEST_GROUP

    left = f"; {why.small:,} with fewer than {SMALLEST_GROUP} people are left out" if why.small else ""
    yield from ("", f"Why {len(why.places)} places differ{left}", f"  {'':44}{'SD':>7}{'95% interval':>18}")
    titles = ("Their people as they are", "People alike", "… and with like determinants")
    for title, spread in zip(titles, why.spreads.itertuples(), strict=True):
        yield f"  {title:44}{spread.sd:>7.2f}{_interval(spread.low, spread.high):>18}"
    if why.gone:
        yield from wrapped(
            f"{why.gone[0]:.0%} (se {why.gone[1]:.0%}) of the variance between places goes away for the same people."
        )
    yield from ("", "  Gap of each place to the mean of all, in points, with standard errors;")
    yield "  what is left is drawn towards that of the others, with its 95% interval"
    yield f"  {'':12}{'n':>5}{'gap':>13}{'who':>13}{'determinants':>13}{'left':>22}"
    for one in why.places.to_dict("records"):
        parts = (f"{_points(one[part])} ({one[f'{part}_se']:.2f})" for part in ("gap", "who", "determinants"))
        own = f"{_points(one['mean'])} ({_interval(one['low'], one['high'])})"
        yield f"  {one['place'][:12]:12}{one['people']:>5}{''.join(f'{part:>13}' for part in parts)}{own:>22}"


def _interval(low: float, high: float) -> str:
    return f"{_points(low)} to {_points(high)}"


def _points(value: float) -> str:
    return f"{round(value, 2) + 0.0:.2f}"  # no -0.00
