"""The scenario's value of a WELLBY, raised to the appraisal's prices by the series it gives (semantics R35)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from fractions import Fraction

from wellbeva.appraisal.errors import AppraisalError
from wellbeva.appraisal.uprating import income_factor, usual_elasticity
from wellbeva.appraisal.vintage import Vintage
from wellbeva.compiler.appraisal.figures import is_figure
from wellbeva.compiler.appraisal.rules import Appraisal
from wellbeva.errors import Collector
from wellbeva.plan.record import Input, Rule
from wellbeva.scenario.appraisal_uprating import PATH
from wellbeva.scenario.spec import Source
from wellbeva.scenario.value import Amount, Cite, Value
from wellbeva.scenario.values.completion import amounts_in, with_amounts


def raised_values(
    appraisal: Appraisal, cites: Mapping[str, tuple[Cite, ...]], collector: Collector
) -> dict[str, Value] | None:
    """Return the scenario's own value of a WELLBY at each level, at the incomes of the appraisal's price year.

    Incomes change the numbers here; prices are changed where every sum of money is brought to the price year. Without
    ``uprate`` the values stand as written. Notes an error and returns None where a year is missing.

    Parameters
    ----------
    appraisal : Appraisal
    cites : mapping of str to tuple of Cite
        Sources of the series by path, as in `AppraisalSpec.cites`; they are added to those of each value.
    collector : Collector

    Returns
    -------
    dict of level to Value, or None
        Amounts times the factor of incomes, still in the price year in which they were written.
    """
    if appraisal.uprate is None:
        return dict(appraisal.wellby_values)
    if not appraisal.wellby_values or appraisal.prices is None:
        lacks = "appraisal.prices" if appraisal.wellby_values else "low, central or high"
        collector.error(
            "WB-A140",
            "there is nothing to raise the value of a WELLBY from, or no year to raise it to",
            appraisal.uprate.span,
            facts=(f"not given: {lacks}",),
            remedy="write `central: £13,000 in 2019 prices` beside `uprate`, and `prices` under appraisal",
        )
        return None
    found: dict[str, Value] = {}
    for level, value in appraisal.wellby_values.items():
        year = price_year(value)
        if year is None:
            collector.error(
                "WB-A141",
                f"the {level} value of a WELLBY is to be raised, and does not say from which year",
                value.span,
                facts=(f"written: {value.written}", f"wanted: {appraisal.prices} prices"),
                remedy=f"write `{value.body or value.written} in 2019 prices`, or whichever year it is of",
            )
            return None
        try:
            factor = _incomes(appraisal, year)
        except AppraisalError as error:
            collector.error("WB-A142", error.message, appraisal.uprate.span, facts=error.facts, remedy=error.remedy)
            return None
        series = (one for path in _needed(appraisal, year) for one in cites.get(path, ()))
        found[level] = _raised(value, factor, year, appraisal, tuple(dict.fromkeys(series)))
    return found


def price_year(value: Value) -> int | None:
    """Return the price year of a value, whose other amounts may leave it out; None if nothing names one, or two do."""
    years = {one.price_year for one in amounts_in(value)} - {None}
    return years.pop() if len(years) == 1 else None


def _incomes(appraisal: Appraisal, year: int) -> Fraction:
    assert appraisal.uprate is not None
    assert appraisal.prices is not None
    if year == appraisal.prices:
        return Fraction(1)
    power = appraisal.uprate.elasticity
    series = {each: float(index) for each, index in appraisal.uprate.gdp_per_head.items()}
    return Fraction(
        income_factor(
            series, from_year=year, to_year=appraisal.prices, elasticity=None if power is None else float(power)
        )
    )


def _raised(value: Value, factor: Fraction, year: int, appraisal: Appraisal, series: tuple[Cite, ...]) -> Value:
    def times(amount: Amount) -> Amount:
        return replace(amount, number=amount.number * factor, price_year=year)

    said = f"Raised from {year} to {appraisal.prices} by prices, and by incomes × {float(factor):.4f}."
    return replace(
        with_amounts(value, times, times),  # a value of a WELLBY has no rate
        cites=tuple(dict.fromkeys((*value.cites, *series))),
        note=" ".join(part for part in (value.note, said) if part),
    )


def _needed(appraisal: Appraisal, year: int) -> tuple[str, ...]:
    """Return the paths of the numbers that a value of some price year is raised by."""
    assert appraisal.uprate is not None
    if year == appraisal.prices:
        return ()
    own = () if appraisal.uprate.elasticity is None else (f"{PATH}.elasticity",)
    return (f"{PATH}.gdp_per_head.{year}", f"{PATH}.gdp_per_head.{appraisal.prices}", *own)


def raised_by(appraisal: Appraisal, inputs: Iterable[Input]) -> tuple[str, ...]:
    """Return the paths of the numbers that raise the values of a WELLBY in use, as in `AppraisalSpec.cites`.

    Parameters
    ----------
    appraisal : Appraisal
    inputs : iterable of Input
    """
    if not uses_raised(appraisal, inputs):
        return ()
    years = (price_year(value) for value in appraisal.wellby_values.values())
    return tuple(dict.fromkeys(path for year in years if year is not None for path in _needed(appraisal, year)))


def uses_raised(appraisal: Appraisal, inputs: Iterable[Input]) -> bool:
    """Whether a raised value of a WELLBY is among the inputs.

    Parameters
    ----------
    appraisal : Appraisal
    inputs : iterable of Input
    """
    return appraisal.uprate is not None and any(
        given_input.layer == "appraisal" and "WELLBY" in given_input.unit and not is_figure(given_input.parameter)
        for given_input in inputs
    )


def raised_vintages(
    appraisal: Appraisal, cites: Mapping[str, tuple[Cite, ...]], sources: Mapping[str, Source]
) -> tuple[Vintage, ...]:
    """Return the series behind a raised value, by the sources they cite.

    Parameters
    ----------
    appraisal : Appraisal
        With `uprate`.
    cites : mapping of str to tuple of Cite
        By path, as in `AppraisalSpec.cites`; those of real GDP per head are taken.
    sources : mapping of str to Source
        The scenario's, by key.
    """
    keys = dict.fromkeys(one.key for path, found in cites.items() if "gdp_per_head" in path for one in found)
    named = [sources[key] for key in keys if key in sources]
    assert appraisal.uprate is not None
    years = sorted(appraisal.uprate.gdp_per_head)
    return (
        Vintage(
            name="Real GDP per head, for the value of a WELLBY",
            version=f"given by the scenario, {years[0]} to {years[-1]}",
            source="; ".join(one.cite or one.key for one in named) or "none given",
            licence="; ".join(dict.fromkeys(one.licence for one in named if one.licence)),
            status="GIVEN",
        ),
    )


def raising_rule(appraisal: Appraisal) -> Rule:
    """Return how the value of a WELLBY was raised, with the factors."""
    assert appraisal.uprate is not None
    power = appraisal.uprate.elasticity
    shown = usual_elasticity() if power is None else float(power)
    parts = []
    for year in sorted(
        {year for wellby_value in appraisal.wellby_values.values() if (year := price_year(wellby_value)) is not None}
    ):
        prices = float(appraisal.deflator.ratio(from_year=year, to_year=appraisal.prices or year))
        parts.append(f"from {year} × {prices:.4f} by prices and × {float(_incomes(appraisal, year)):.4f} by incomes")
    return Rule(
        "uprating",
        f"The value of a WELLBY is raised to {appraisal.prices}, {'; '.join(parts)} "
        f"(real GDP per head to the power {shown:g}, on the scenario's own series).",
    )
