"""What a reader sees of each input: its name, its number as saved, who says so, and where the answer turns."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from wellbeva.compiler.appraisal.published_amounts import number_reader
from wellbeva.report.facts.sensitivity import words_of
from wellbeva.report.text import numbers
from wellbeva.report.text.units import amount
from wellbeva.scenario.value import Amount

if TYPE_CHECKING:
    import pandas as pd

    from wellbeva.page.horizon import Choice
    from wellbeva.plan.record import Input, Record
    from wellbeva.report.facts.result import Result

TURNING, SHARED = 6, 4
"""Inputs that a page shows first: those that could turn the choice, and those that move all options."""
TIMES: Final = ("days", "weeks", "months", "years")


def groups(record: Record, result: Result, tables: Mapping[str, pd.DataFrame]) -> list[dict[str, Any]]:
    """Return the inputs that a reader meets first: as the scenario chooses, else by what they do to the answer.

    Parameters
    ----------
    record : Record
    result : Result
    tables : mapping of str to DataFrame
        ``oneway``, where there is one.

    Returns
    -------
    list of dict
        ``title`` and ``paths``.
    """
    if record.first_inputs:
        return [{"title": group.title, "paths": [*group.sliders]} for group in record.first_inputs]
    sweeps = tables["oneway"].to_dict("records") if "oneway" in tables else []
    pair = [(row["option"], row["less"]) for row in sweeps if row["option"]][-1:]
    if result.choose == "one":
        sweeps = [row for row in sweeps if (row["option"], row["less"]) in pair]
    wide = sorted(sweeps, key=lambda row: -abs(row["high_result"] - row["low_result"]))
    turning = list(dict.fromkeys(row["path"] for row in wide if row["can_turn"]))[:TURNING]
    own = {one.path for one in record.inputs if "option" in dict(one.labels)}
    shared = [path for path in dict.fromkeys(row["path"] for row in wide) if path not in own and path not in turning]
    several = result.choose == "several"
    found = [
        ("Could make an offer not worth its cost" if several else "Could turn the choice", turning),
        (f"Move all {'offers' if several else 'options'} together", shared[:SHARED]),
    ]
    if not turning:
        found.insert(
            0,
            (
                "Move the answer most",
                [path for path in dict.fromkeys(row["path"] for row in wide) if path in own][:TURNING],
            ),
        )
    return [{"title": title, "paths": paths} for title, paths in found if paths]


def knobs(
    record: Record, result: Result, tables: Mapping[str, pd.DataFrame], choices: Sequence[Choice]
) -> dict[str, dict[str, Any]]:
    """Return what stands beside each input, by its path.

    Parameters
    ----------
    record : Record
    result : Result
    tables : mapping of str to DataFrame
        ``oneway``, where there is one.
    choices : sequence of DiscountRate or Horizon

    Returns
    -------
    dict of str to dict
        ``name``, ``where``, ``saved``, ``evidence``, ``source``, ``options`` and ``roles`` in words; ``turns`` in the
        unit of the parameter, None where it does not; ``slider`` from where to where it goes, likewise; ``units``: how
        much of the parameter's unit each other unit is; ``words``: what people call a word, where that is another.
    """
    turns = {}
    for row in tables["oneway"].to_dict("records") if "oneway" in tables else []:
        if row["can_turn"] and math.isfinite(row["switching_value"]):
            turns[row["path"]] = row["switching_value"]  # the pair's difference comes last
    sliders = {path: ends for group in record.first_inputs for path, ends in group.sliders.items()}
    read = number_reader(record.scenario)
    found = {}
    for one in record.inputs:
        name, _, where = words_of(one.path, record)
        cites = [
            f"{_source(cite.key, record)} {cite.place}".strip()
            for cite in one.original.cites
            if cite.key != one.evidence
        ]
        found[one.path] = {
            "name": numbers.capital(name),
            "where": where,
            "saved": _saved(one, result),
            "evidence": one.evidence,
            "source": "; ".join(cites),
            "options": [label for axis, label in one.labels if axis == "option"],
            "turns": turns.get(one.path),
            "slider": sliders.get(one.path),
            "units": {word: read(Amount(Fraction(1), unit=word), "year") for word in TIMES}
            if one.unit == "year"
            else {},
        }
    for choice in choices:
        found[choice.path] = {
            "name": choice.name, "where": choice.where, "saved": choice.words[choice.word],
            "evidence": "", "source": choice.source, "options": [], "turns": None, "slider": None, "units": {},
            "words": choice.words,
        }  # fmt: skip
    return found


def _source(key: str, record: Record) -> str:
    source = record.scenario.sources.get(key)
    return source.cite if source is not None and source.cite else key


def _saved(one: Input, result: Result) -> str:
    """Write the number and its interval as people say them; words as they are."""
    if math.isnan(one.base):
        return one.written
    said = amount(one.base, one.unit, result.currency)
    if one.interval is not None:
        ends = numbers.span(*(amount(end, one.unit, result.currency) for end in one.interval))
        said += f" ({one.interval_name} {ends})" if one.interval_name else f" ({ends})"
    years = {each.price_year for each in one.original.value.amounts.values()} - {None, result.price_year}
    return said + "".join(f" in {result.price_year} prices; above in {year} prices" for year in years)
