"""``wellbeva place``: what is held of one place, how surely, and what goes with it in studies."""

from __future__ import annotations

import textwrap
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from wellbeva.cli.commands.local.data import area_to_plain, find_area, year_of
from wellbeva.cli.json_output import print_json
from wellbeva.cli.options import JsonOption, argument, option
from wellbeva.cli.output import WIDTH, print_lines, put, refuse, wrapped
from wellbeva.local.tables import ATTRIBUTION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wellbeva.report.page.view import Cell, Table


def place(
    name: Annotated[str, argument("Code or name of a place.", "PLACE")],
    year: Annotated[str, option("Year of the wellbeing, as 2018-19; the last one if not given.")] = "",
    out: Annotated[Path | None, option("Write the page of two sheets, as place.html.", "--out", "-o")] = None,
    boundaries: Annotated[
        bool, option("Draw the page's map by boundaries in place of hexagons; England and Wales.", "--boundaries")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Say whether a place is different and how surely, how it changed, and what goes with it in studies."""
    refuse(out, inputs=lambda: ())
    code, chosen = find_area(name), year_of(year)
    from wellbeva.evidence.place_profile import place_profile
    from wellbeva.report.place.answer import answer, lead
    from wellbeva.report.place.place_report import place_report
    from wellbeva.report.place.tables import moved, not_held, tables

    profile = place_profile(code, chosen)
    if out is not None:
        put(place_report(profile, boundaries=boundaries), out)
    if as_json:
        print_json({**asdict(profile), "area": area_to_plain(profile.area, chosen)})
        return
    lines = [f"{profile.area.name} ({code}), {profile.area.kind}", "", *wrapped(f"{answer(profile)}.", indent="")]
    lines += ["", *wrapped(lead(profile), indent="")]
    for table in tables(profile):
        lines += ["", *_printed(table)]
    lines += ["", "Published effects and links; graded initial, they need not be causes"]
    for row in moved(profile).rows:
        lines.append(f"  {row.key:36}{row.cells[0].text:19}{row.cells[1].text:13}{row.cells[2].evidence}")
    lines += wrapped("More: wellbeva evidence list --outcome happiness, and evidence show KEY.")
    lines += ["", "Not held", *(line for text in not_held(profile) for line in wrapped(text, hang="    "))]
    lines += ["", *wrapped(ATTRIBUTION, indent="")]
    print_lines(lines)


def _printed(table: Table) -> Iterator[str]:
    """Lay out a table of the page in columns, pictures left out."""
    shown = [at for at, column in enumerate(table.columns) if at and column.picture is None]
    rows = [["", *(table.columns[at].head for at in shown)]]
    rows += [[row.head, *(_said(row.cells[at - 1]) for at in shown)] for row in table.rows]
    wide = [max(map(len, column)) for column in zip(*rows, strict=True)]
    yield from textwrap.wrap(table.title, WIDTH)
    for row in rows:
        yield "  " + "  ".join(f"{text:{width}}" for text, width in zip(row, wide, strict=True)).rstrip()
    yield from wrapped(table.dek)


def _said(cell: Cell) -> str:
    return f"{cell.text} ({cell.under})" if cell.under else cell.text
