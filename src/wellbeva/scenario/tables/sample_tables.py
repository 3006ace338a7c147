"""Draws of another model: costs, effects and parameters in one file each, a row a draw, as BCEA and SAVI lay them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from pydantic import BaseModel, ConfigDict, NonNegativeFloat, PositiveInt, ValidationError

from wellbeva.core.arrays import Floats
from wellbeva.core.spans import Span
from wellbeva.core.spreadsheet import unguarded
from wellbeva.errors import Collector
from wellbeva.scenario.tables.formats.csv_file import read_csv
from wellbeva.scenario.tables.grid import Grid
from wellbeva.scenario.tables.joint_draws import cell_faults, column_numbers
from wellbeva.scenario.text.files import YAML_LIMIT, Files

LARGEST: Final = 1 << 28
"""Bytes of a file."""
MOST_NUMBERS: Final = 20_000_000
"""Of a file."""
FARTHEST: Final = 1e100
"""From 0 that a number may lie."""
DESIGN: Final = "sample.json"
"""Says of a sample that a run wrote what no table of draws can."""
_LAST_WORD: Final = re.compile(r"(.+)[\W_]+([^\W_]+)")


class SampleDesign(BaseModel):
    """What a decision and its draws are besides numbers: the fields of `DecisionSample` of these names."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    comparator: str = ""
    values: tuple[NonNegativeFloat, ...] = ()
    randomisations: PositiveInt = 1
    together: tuple[tuple[str, ...], ...] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class SampleTables:
    """Draws as the files hold them.

    Parameters
    ----------
    options : tuple of str
    effects : array (draw, option) [unit of the effect]
    costs : array (draw, option) [money]
    parameters : mapping of str to array (draw,)
        Empty where there is no such file.
    design : SampleDesign
        Of independent draws where there is no such file.
    """

    options: tuple[str, ...]
    effects: Floats
    costs: Floats
    parameters: dict[str, Floats]
    design: SampleDesign


@dataclass(frozen=True, slots=True, eq=False)
class _Draws:
    shown: str
    heads: tuple[str, ...]
    numbers: Floats
    place: Span


def read_sample(folder: Path, shown: str, collector: Collector) -> SampleTables | None:
    """Read ``costs``, ``effects`` and, where there are any, ``parameters``; each a CSV or a Parquet file.

    Parameters
    ----------
    folder : Path
    shown : str
        The folder as messages show it.
    collector : Collector
        Takes every fault with its place.

    Returns
    -------
    SampleTables or None
        Options in the order of the costs. None after an error.
    """
    files = Files()
    read = {name: _read(folder, shown, name, files, collector) for name in ("costs", "effects", "parameters")}
    costs, effects, parameters = read.values()
    if costs is None or effects is None or collector.errors:
        return None
    for other in (effects, parameters):
        if other is not None and len(other.numbers) != len(costs.numbers):
            collector.error(
                "WB-R121",
                "the files do not hold the same draws",
                other.place,
                facts=tuple(f"{one.shown} has {len(one.numbers):,} rows of numbers" for one in (costs, other)),
                remedy="give each draw one row in every file, in the same order",
            )
    options = _options(costs, effects, collector)
    if options is None or collector.errors:
        return None
    named, order = options
    columns = {} if parameters is None else dict(zip(parameters.heads, parameters.numbers.T, strict=True))
    # A row of a draw after the other, as the draws of a run lie: sums of rows have the same last bits.
    effect, cost = np.ascontiguousarray(effects.numbers[:, order]), np.ascontiguousarray(costs.numbers)
    draws = SampleTables(named, effect, cost, columns, SampleDesign())
    return _designed(folder / DESIGN, f"{shown}/{DESIGN}", draws, files, collector)


def _designed(place: Path, shown: str, draws: SampleTables, files: Files, collector: Collector) -> SampleTables | None:
    """Add what the file of the design says, if there is one; None where it does not fit the draws."""
    if not place.exists():
        return draws
    data = files.read_bytes(place, shown, limit=YAML_LIMIT, collector=collector)
    if data is None:
        return None
    try:
        design = SampleDesign.model_validate_json(data)
        names = {name for group in design.together or () for name in group}
        if design.comparator not in ("", *draws.options):
            fact = f"its comparator, {design.comparator[:60]!r}, is not an option"
        elif len(draws.costs) % design.randomisations:
            fact = f"{len(draws.costs):,} draws are not {design.randomisations:,} equal parts"
        elif missing := sorted(names - set(draws.parameters)):
            fact = f"{missing[0][:60]!r} is not an input"
        else:
            return replace(draws, design=design)
    except ValidationError as failure:
        fault = failure.errors()[0]
        fact = f"{'.'.join(map(str, fault['loc']))[:60]}: {fault['msg']}"[:200]
    collector.error(
        "WB-R192",
        f"{shown} does not fit the draws beside it",
        Span(shown, 1, 1),
        facts=(fact,),
        remedy="write the sample again, or leave this file out: the draws then count as independent",
    )
    return None


def _read(folder: Path, shown: str, name: str, files: Files, collector: Collector) -> _Draws | None:
    endings = [ending for ending in (".csv", ".parquet") if (folder / f"{name}{ending}").exists()]
    if not endings and name == "parameters":
        return None
    ending = endings[0] if endings else ".csv"
    seen = f"{shown}/{name}{ending}"
    data = files.read_bytes(folder / f"{name}{ending}", seen, limit=LARGEST, collector=collector)
    if data is None:
        return None
    place = Span(seen, 1, 1)
    if ending == ".parquet":
        from wellbeva.scenario.tables.formats.parquet_file import read_parquet

        grid = read_parquet(data, seen, listed=place, cell_limit=MOST_NUMBERS, collector=collector)
    else:
        grid = read_csv(data, seen, cell_limit=MOST_NUMBERS, collector=collector)
    return None if grid is None else _draws(grid, place, collector)


def _draws(grid: Grid, place: Span, collector: Collector) -> _Draws | None:
    heads = tuple(unguarded(head.strip()) for head in grid.heads)
    if grid.height < 2:
        collector.error(
            "WB-R122",
            f"{grid.shown} holds {'one draw' if grid.height else 'no draws'} below its headings",
            place,
            facts=("how sure a mean is shows in how far draws lie apart",),
            remedy="give at least two rows below the headings; some 10,000 are usual",
        )
        return None
    if len(set(heads)) < len(heads):
        twice = next(index for index, head in enumerate(heads) if head in heads[:index])
        collector.error(
            "WB-R123",
            f"two columns are headed {heads[twice][:60]!r}",
            grid.place(0, twice).span(),
            remedy="give each column a heading of its own",
        )
        return None
    if "" in heads:
        collector.error(
            "WB-R200",
            "a column has no heading",
            grid.place(0, heads.index("")).span(),
            facts=("row numbers that R or pandas wrote look like this, and are neither an option nor an input",),
            remedy="leave row numbers out (row.names = FALSE in R, index=False in pandas), or head the column",
        )
        return None
    faults = cell_faults(grid, collector)
    columns = [column_numbers(cells, index, faults) for index, cells in enumerate(grid.columns)]
    faults.close()
    if any(column is None for column in columns):
        return None
    numbers = np.array([column[0] for column in columns if column], dtype=np.float64).T
    if (np.abs(numbers) > FARTHEST).any():
        row, at = np.unravel_index(np.abs(numbers).argmax(), numbers.shape)
        collector.error(
            "WB-R201",
            f"{numbers[row, at]:.3g} is too large a number",
            grid.place(int(row) + 1, int(at)).span(),
            facts=(f"beyond {FARTHEST:g} the squares of numbers are lost, and errors with them",),
            remedy="give the column in a larger unit",
        )
        return None
    return _Draws(grid.shown, heads, numbers, place)


def _options(costs: _Draws, effects: _Draws, collector: Collector) -> tuple[tuple[str, ...], list[int]] | None:
    """Return the options, and the column of each among the effects: by their names, which may end in ``_Cost``."""
    for ours, theirs in ((costs.heads, effects.heads), (_stems(costs.heads), _stems(effects.heads))):
        if set(ours) == set(theirs) and len(set(ours)) == len(ours) > 1:
            return ours, [theirs.index(name) for name in ours]
    if len(costs.heads) == len(effects.heads) == 1:
        message, facts = "there is only one option", ["a decision is between two or more"]
    else:
        message = "costs and effects are not of the same options"
        facts = [
            f"only in {one.shown}: {', '.join(missing[:5])}"
            for one, other in ((costs, effects), (effects, costs))
            if (missing := [head for head in one.heads if head not in other.heads])
        ]
    collector.error(
        "WB-R124", message, effects.place, facts=tuple(facts), remedy="head each option's column alike in both files"
    )
    return None


def _stems(heads: Sequence[str]) -> tuple[str, ...]:
    """Return headings without the last word where all share it: ``Radio`` of ``Radio_Cost``."""
    matches = [_LAST_WORD.fullmatch(head) for head in heads]
    ends = {match[2] for match in matches if match}
    return tuple(match[1] for match in matches if match) if None not in matches and len(ends) == 1 else tuple(heads)
