"""What a reader should know before deciding: each line is worked out from the run, or it is not there."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from wellbeva.analysis.evidence import effect_inputs, inputs_by_option
from wellbeva.compiler.checks.study_design import studies_behind
from wellbeva.report.facts.answer import bands, has_ratio, measure, noun, ranked
from wellbeva.report.facts.research import worth_knowing
from wellbeva.report.facts.result import OptionFacts, Result
from wellbeva.report.text import numbers

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from wellbeva.plan.record import Record

MUCH = 0.25  # share of the cost, or of the inputs, from which it is worth a line
TIMES = 2.0  # as many people as were studied, from which a larger number is worth a line
STUDIED = re.compile(
    r"\b(\d[\d,]*) ((?:young )?people|pupils|volunteers|participants|adults|children|patients|residents|answers)\b"
)


def before_deciding(
    dataset: xr.Dataset, record: Record, result: Result, tables: Mapping[str, pd.DataFrame]
) -> tuple[str, ...]:
    """Return the lines that hold of this run, those that matter most first; the last one always holds.

    Parameters
    ----------
    dataset : xarray.Dataset
    record : Record
    result : Result
    tables : mapping of str to DataFrame
        ``evppi``, where there is one.
    """
    if not result.real:
        return ()
    lines = (
        _public_money(dataset, record, result),
        _volunteers(dataset, record, result),
        _uncontrolled(result) if result.choose == "several" else "",
        _scale(record, result),
        _measure(record, result, tables),
        _uncontrolled(result) if result.choose == "one" else "",
        _to_the_last(result),
        _assumed(record),
        f"This {'ranks offers' if result.choose == 'several' else 'shows the balance'}; it doesn’t choose for you.",
    )
    return tuple(filter(None, lines))


def _public_money(dataset: xr.Dataset, record: Record, result: Result) -> str:
    """Say which option gives most for each pound of public money; of all money, where the model has no public cost."""
    good = [one for one in ranked(result) if one in result.real and one.gains]
    if result.choose != "one" or len(good) < 2:
        return ""
    spent = mean_by_option(dataset, record, result, "public_cost")
    if not all(spent.get(one.name, 0.0) > 0 for one in good):
        return _other_order(result)
    ratios = {one.name: 1000 * one.effect.mean / spent[one.name] for one in good}
    most = max(good, key=lambda one: ratios[one.name])
    first = good[0] if most is not good[0] else max(good[1:], key=lambda one: ratios[one.name])
    more, less = (numbers.number(ratios[one.name]) for one in (most, first))
    if more == less:
        return ""
    if most is good[0]:
        return f"{most.opening} would also give most for the public money: {more} {measure(result)} of it, next {less}."
    return (
        f"If public money is short, {numbers.in_sentence(most.short)} would give more for it: "
        f"{more} {measure(result)} against {less}."
    )


def _other_order(result: Result) -> str:
    """Say it where another option gives more for each pound than the one that is best on average."""
    if not result.found.for_money:
        return ""
    most = result.option(result.found.for_money)
    best = next(one for one in ranked(result) if one in result.real and has_ratio(one) and one.gains)
    money = numbers.MONEY[result.currency]
    more, less = numbers.number(most.per_1000.mean), numbers.number(best.per_1000.mean)
    ratio = f"{more} {measure(result)} against {less}"
    return f"If money is short, {numbers.in_sentence(most.short)} would give more for each {money}: {ratio}."


def _volunteers(dataset: xr.Dataset, record: Record, result: Result) -> str:
    """Ask whether volunteers can be found, of the best option whose cost is their time in good part."""
    time = mean_by_option(dataset, record, result, "volunteer_cost")
    for one in ranked(result) if result.choose == "one" else ():
        share = time.get(one.name, 0.0) / one.own_cost if one in result.real and one.own_cost > 0 else 0.0
        if share >= MUCH and not result.against:
            counts = [
                given.base
                for given in record.inputs
                if "volunteers" in given.roles and ("option", one.name) in given.labels
            ]
            who = f"{numbers.count(sum(counts))} volunteers" if sum(counts) > 0 else "volunteers"
            part = numbers.share_words(share)
            return f"{one.opening}: can {who} be found? Their time is {part} of the cost."
    return ""


def _uncontrolled(result: Result) -> str:
    """Count the options whose effect rests on a study without a comparison group."""
    without, n, what = sum(one.uncontrolled for one in result.real), len(result.real), noun(result)
    if not without:
        return ""
    whom = numbers.capital(f"{numbers.word_for(without)} of {numbers.counted(n, what)}")
    if without == n:
        whom = {1: f"The only {what}", 2: f"Both {what}s"}.get(n, f"All {numbers.counted(n, what)}")
    part = "" if result.choose == "several" else ", at least in part,"
    return f"{whom} {'rests' if without == 1 else 'rest'}{part} on evidence without a comparison group."


def _scale(record: Record, result: Result) -> str:
    """Say of the best band's offer that would grow most beyond its study how many places the budget buys."""
    if result.choose != "several" or math.isnan(result.budget) or not result.place_words.endswith("place"):
        return ""
    inputs = inputs_by_option(record)
    found: list[tuple[float, OptionFacts, float, str]] = []
    for one in (bands(result) or ((),))[0]:
        for given in effect_inputs(inputs.get(one.name, ())):
            for source in studies_behind(record.scenario, given):
                known = STUDIED.search(source.design)
                if known and one.place_cost > 0:
                    many, places = float(known[1].replace(",", "")), result.budget / one.place_cost
                    if many > 0:
                        found.append((places / many, one, places, known[0]))
    if not found or max(found, key=lambda x: x[0])[0] < TIMES:
        return ""
    _, one, places, studied = max(found, key=lambda x: x[0])
    money = numbers.round_total(result.budget, result.currency)
    return f"{numbers.capital(one.head)}: {money} buys {numbers.number(places)} places; {studied} were studied."


def _measure(record: Record, result: Result, tables: Mapping[str, pd.DataFrame]) -> str:
    """Name the input that it is worth most to know."""
    known = worth_knowing(tables.get("evppi"), record)
    if not known:
        return ""
    _, what, where = known[0].words
    worth = numbers.total(known[0].worth, result.currency)
    whose = f" ({where})" if where else ""
    return f"Measure {what}{whose}: knowing it is worth at most {worth} to this choice."


def _to_the_last(result: Result) -> str:
    if result.choose != "several" or math.isnan(result.budget):
        return ""
    money = numbers.round_total(result.budget, result.currency)
    return f"This assumes that {money} buys as much for the last person as for the first."


def _assumed(record: Record) -> str:
    """Count the numbers behind which no study stands."""
    given = [one for one in record.inputs if one.layer not in {"default", "appraisal"} and math.isfinite(one.base)]
    assumed = sum(one.evidence == "assumed" for one in given)
    if not given or assumed < MUCH * len(given):
        return ""
    verb = "is" if assumed == 1 else "are"
    return f"{assumed} of the {len(given)} numbers given {verb} assumed: judgement, no study."


def mean_by_option(dataset: xr.Dataset, record: Record, result: Result, role: str) -> dict[str, float]:
    """Return the average of the outcome that has a role, for each option, less the comparator's; empty without one.

    Parameters
    ----------
    dataset : xarray.Dataset
    record : Record
        Its model names the outcome, by option alone, in any unit.
    result : Result
    role : str
        ``public_cost``, ``volunteer_cost``.
    """
    name = record.scenario.model.named(role)
    if name not in dataset or set(dataset[name].dims) != {"statistic", "option"}:
        return {}
    values = {
        str(at): float(x)
        for at, x in zip(dataset["option"].values, dataset[name].sel(statistic="mean").values, strict=True)
    }
    less = values.get(result.reference, 0.0)
    return {name: value - less for name, value in values.items()}
