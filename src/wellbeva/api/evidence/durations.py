"""How long a gain lasts: follow-ups as a person writes them, and what a scenario takes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from wellbeva.api.analyses import write_tables
from wellbeva.api.evidence.estimates import read_estimate
from wellbeva.core.spans import Located
from wellbeva.core.units import years_in
from wellbeva.errors import Collector, refusal
from wellbeva.evidence import persistence as evidence
from wellbeva.evidence.errors import EvidenceError
from wellbeva.evidence.persistence import SHAPES, Persistence
from wellbeva.scenario.text.identifiers import NAME
from wellbeva.scenario.value import Amount
from wellbeva.scenario.values.amounts import parse_amount

HORIZON: Final = "10 years"
LEAST: Final = 0.01
"""Weight below which a shape is left out of a scenario."""


def persistence(
    follow_ups: Sequence[str], *, horizon: str = HORIZON, correlation: float = 0.5
) -> tuple[Persistence, ...]:
    """Weigh the shapes in which a gain may fade, by what follow-ups show.

    Parameters
    ----------
    follow_ups : sequence of str
        A time after the activity and the gain then: ``3 months: 0.40 (0.20 to 0.60)``, with an interval or a ``se``.
    horizon : str
        Until when gains count, ``10 years``.
    correlation : float
        Between the errors of two follow-ups of the same people.

    Returns
    -------
    tuple of Persistence
        The likeliest shape first.

    Raises
    ------
    WellbevaError
        ``WB-R470`` for follow-ups that cannot say it, ``WB-R471`` for one that cannot be read.
    """
    units: dict[str, None] = {}

    def number(amount: Amount) -> float:
        unit = f"{amount.currency} {amount.unit}".strip()
        units.update({unit: None} if unit else {})
        return float(amount.number)

    times, estimates = [], []
    for text in follow_ups:
        time, _, gain = text.partition(":")
        estimate = read_estimate(gain, number)
        if estimate is None:
            raise _unreadable(text, "a gain needs its interval or its standard error")
        if len(units) > 1:
            first, second = units
            raise _unreadable(text, f"it is in {second!r}, and one before it in {first!r}", "write all in one unit")
        times.append(_years(time, text))
        estimates.append(estimate)
    gains, errors = zip(*estimates, strict=True) if estimates else ((), ())
    try:
        return evidence.persistence(times, gains, errors, horizon=_years(horizon, horizon), correlation=correlation)
    except EvidenceError as fault:
        message = "these follow-ups cannot say how long the gain lasts"
        raise refusal("WB-R470", message, fault.remedy, *fault.facts) from None


def _years(written: str, text: str) -> float:
    amount = parse_amount(Located.bare(written.strip(), "time"), collector=Collector())
    if amount is not None and amount.number == 0:
        return 0.0
    length = years_in(amount.unit) if amount is not None else None
    if amount is None or length is None:
        raise _unreadable(text, f"{written.strip()[:40]!r} is not a length of time")
    return float(amount.number * length)


def _unreadable(
    text: str, fact: str, remedy: str = "write a time and the gain then, as '3 months: 0.40 (0.20 to 0.60)'"
) -> Exception:
    return refusal("WB-R471", f"{text[:60]!r} is not a follow-up", remedy, fact)


def write_part(weighed: Sequence[Persistence], option: str, folder: Path, *, horizon: str = HORIZON) -> str:
    """Write the tables of joint draws that a scenario takes into a folder, and return the text to paste.

    The likeliest shape is the scenario as written; each other one that is not out of the question is a variant, and
    `structures` weighs them.

    Parameters
    ----------
    weighed : sequence of Persistence
        From `persistence`.
    option : str
        Key of the option.
    folder : Path
    horizon : str
        As `persistence`.

    Raises
    ------
    WellbevaError
        ``WB-R472`` for a key that no option can have, ``WB-R205`` if it is the folder of a run.
    OSError
        If the system refuses.
    """
    if not NAME.fullmatch(option):
        remedy = "use small letters, digits and '_': walks"
        raise refusal("WB-R472", f"{option[:40]!r} cannot be the key of an option", remedy)
    shapes = [one for one in weighed if one.weight >= LEAST]
    thousandths = [round(1000 * one.weight / sum(shape.weight for shape in shapes)) for one in shapes]
    thousandths[0] += 1000 - sum(thousandths)
    lines, weights = [], []
    for one, weight in zip(shapes, thousandths, strict=True):
        hold, shape = (f'"{horizon} [assumed]"', "linear") if one.shape == "none" else ("0 months", one.shape)
        values = f"hold.{option}: {hold}, fade_shape.{option}: {shape}"
        table = f"tables: [{{file: {option}-{one.shape}.csv, rows: draw, source: follow_ups}}]"
        if one is shapes[0]:
            lines += [f"values: {{{values}}}", table]
        else:
            values += f", fade.{option}: 0 years" if one.shape == "none" else ""
            lines.append(f"  fade_{one.shape}: {{label: The gain {SHAPES[one.shape].words}, {values}, {table}}}")
        weights.append(f"{'as_written' if one is shapes[0] else f'fade_{one.shape}'}: {weight / 10:g}%")
    if len(shapes) > 1:
        lines = [*lines[:2], "variants:", *lines[2:], f"structures: {{{', '.join(weights)}}}"]
    write_tables(folder, {f"{option}-{one.shape}": _table(one, option) for one in shapes}, bare=True)
    return "\n".join(lines) + "\n"


def _table(one: Persistence, option: str) -> pd.DataFrame:
    columns = {f"effect.{option}": one.gain}
    if one.shape == "linear":
        columns[f"fade.{option}"] = 2 * one.half_life
    elif one.shape != "none":
        columns[f"retention.{option}"] = np.exp2(-1 / one.half_life)
    return pd.DataFrame(columns).map(lambda number: float(f"{number:.6g}"))
