"""Registry of the blocks behind page one: each file of `report/page/blocks` registers its blocks with `block`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from wellbeva.core.plugins import import_modules
from wellbeva.report.facts.result import Result
from wellbeva.report.facts.sensitivity import Changes
from wellbeva.report.page.view import Block, Drawing, OnRequest, Section, Table

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from wellbeva.plan.plan import Plan
    from wellbeva.plan.record import Record

BEHIND, TECHNICAL = "s2", "s3"
SECTIONS = {
    BEHIND: ("Tables and figures", "The numbers behind the summary, for whoever must defend it."),
    TECHNICAL: ("Technical results", "For analysts. None of it is needed to read the summary."),
}
"""Sections by their anchor: title and introduction."""


@dataclass(frozen=True, slots=True, eq=False)
class ReportInputs:
    """The facts of a run that a block may show.

    Parameters
    ----------
    dataset : xarray.Dataset
    record : Record
    plan : Plan
    tables : mapping of name to DataFrame
        As `analysis.registry.RunTables` makes them.
    result : Result
        The same run in plain facts, with words for each option.
    changes : Changes
        What would change the answer.
    """

    dataset: xr.Dataset
    record: Record
    plan: Plan
    tables: Mapping[str, pd.DataFrame]
    result: Result
    changes: Changes


Make = Callable[[ReportInputs], list[Block]]
_BLOCKS: dict[tuple[str, int], Make] = {}


def block(place: int, *, section: str = BEHIND) -> Callable[[Make], Make]:
    """Register a function that makes blocks; see `docs/how-to/extend/table.md`.

    Parameters
    ----------
    place : int
        Where in the section they stand: by rising place.
    section : str
        Anchor of the section.
    """

    def register(make: Make) -> Make:
        _BLOCKS[section, place] = make
        return make

    return register


def sections(report: ReportInputs, figures: int = 1) -> list[Section]:
    """Build every section that has blocks; the tables and figures behind page one are numbered as they come.

    Parameters
    ----------
    report : ReportInputs
    figures : int
        How many page one has.
    """
    import_modules("wellbeva.report.page.blocks")
    found = []
    for key, (title, intro) in SECTIONS.items():
        blocks = [made for place in sorted(_BLOCKS) if place[0] == key for made in _BLOCKS[place](report)]
        if blocks:
            found.append(Section(key, title, intro, tuple(numbered(blocks, figures))))
    return found


def numbered(blocks: list[Block], figures: int) -> list[Block]:
    """Number tables and figures in the order in which they stand, behind the figures of page one.

    Parameters
    ----------
    blocks : list of Block
    figures : int
        How many page one has.
    """
    next_number = {"Table": 1, "Figure": figures + 1}

    def number(made: Block) -> Block:
        if isinstance(made, OnRequest):
            return replace(made, blocks=tuple(map(number, made.blocks)))
        if not isinstance(made, Table | Drawing) or made.label not in next_number:
            return made
        next_number[made.label] += 1
        return replace(made, label=f"{made.label} {next_number[made.label] - 1}")

    return [number(made) for made in blocks]
