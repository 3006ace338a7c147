"""``wellbeva evidence calibrate``: inputs from totals that were observed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypedDict

import typer

from wellbeva.cli.json_output import Rows, print_json
from wellbeva.cli.options import JsonOption, ScenarioArgument, SeedOption, SetOption, VariantOption, option
from wellbeva.cli.output import print_lines, put, refuse

if TYPE_CHECKING:
    import pandas as pd


class CalibrationDocument(TypedDict):
    """What was observed, the inputs behind it, and how many equal draws the weighed ones are worth."""

    totals: Rows
    inputs: Rows
    effective: float


def calibrate(
    scenario: ScenarioArgument,
    observed: Annotated[
        list[str], option("What was seen: 'started.walks=520 (480 to 560)'; may be repeated.", metavar="TOTAL=VALUE")
    ],
    out: Annotated[Path | None, option("The table of joint draws that a scenario takes.", "-o")] = None,
    draws: Annotated[int, typer.Option(help="Draws that are weighed.", min=512, max=2**22)] = 2**16,
    seed: SeedOption = 1,
    variant: VariantOption = "",
    override: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Weigh a scenario's draws by totals that were observed, and keep those that agree as joint draws."""
    from wellbeva.api.evidence import calibrations
    from wellbeva.results.csv_file import csv_text

    refuse(out, inputs=lambda: [str(scenario)])
    done = calibrations.calibrate(
        scenario, observed, draws=draws, seed=seed, variant=variant, overrides=tuple(override or ())
    )
    if out is not None:
        put(csv_text(done.draws), out)
    if as_json:
        totals, inputs = done.totals.to_dict("records"), done.inputs.to_dict("records")
        print_json(CalibrationDocument(totals=totals, inputs=inputs, effective=done.effective))
        return
    lines = [f"{'':30}{'before':>24}{'after':>24}", *_lines(done.totals), "", *_lines(done.inputs), ""]
    lines.append(f"{draws:,} draws, weighed, are worth {done.effective:,.0f}.")
    if out is not None:
        table = f"{{file: {out.name}, rows: draw, source: KEY}}"
        lines += ["The scenario takes them as a variant:", "  as_observed:"]
        lines += ["    label: As observed", f"    tables: [{table}]"]
    print_lines(lines)


def _lines(table: pd.DataFrame) -> list[str]:
    def spread(row: dict[str, float], when: str) -> str:
        return f"{row[when]:.3g} ({row[f'{when}_low']:.3g} to {row[f'{when}_high']:.3g})"

    rows = table.to_dict("records")
    return [f"{row['name'][:30]:30}{spread(row, 'before'):>24}{spread(row, 'after'):>24}" for row in rows]
