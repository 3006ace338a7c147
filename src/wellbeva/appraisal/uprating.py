"""Bringing the value of a WELLBY to later prices and incomes, on series the user gives."""

from __future__ import annotations

from collections.abc import Mapping

from wellbeva.appraisal.errors import AppraisalError
from wellbeva.appraisal.figures import load_figure


def uprated(
    value: float,
    *,
    deflator: Mapping[int, float],
    gdp_per_head: Mapping[int, float],
    from_year: int,
    to_year: int,
    elasticity: float | None = None,
) -> float:
    """Return a value of one WELLBY in prices, and at the incomes, of another year.

    Both terms are needed: a value that is only brought to later prices leaves out that people's incomes have changed.
    Nothing is shipped to do it with, since the income series that could be checked is partly recalled; give the
    outturn of your own, and write the result under ``appraisal.wellby_value``.

    Parameters
    ----------
    value : float
        Money of `from_year`.
    deflator : mapping of year to float
        Price index (ONS series MNF2), any base.
    gdp_per_head : mapping of year to float
        *Real* gross domestic product per head (ONS series IHXW), any base.
    from_year, to_year : int
        Years of both series.
    elasticity : float or None
        Of the value with respect to income; 1.3 unless said.

    Returns
    -------
    float
        Money of `to_year`.

    Raises
    ------
    AppraisalError
        If a series lacks a year, or an index is not above 0.

    References
    ----------
    HM Treasury, Wellbeing guidance for appraisal (2021):
    ``W_t = W_b (deflator_t / deflator_b) (GDP per head_t / GDP per head_b) ** 1.3``.

    Examples
    --------
    >>> prices, incomes = {2019: 100.0, 2024: 125.0}, {2019: 100.0, 2024: 101.0}
    >>> round(uprated(13_000, deflator=prices, gdp_per_head=incomes, from_year=2019, to_year=2024))
    16462
    """
    power = float(load_figure("welfare_elasticity").figure().value) if elasticity is None else elasticity
    prices = _ratio(deflator, "the deflator", from_year, to_year)
    incomes = _ratio(gdp_per_head, "real GDP per head", from_year, to_year)
    return float(value * prices * incomes**power)


def _ratio(series: Mapping[int, float], name: str, from_year: int, to_year: int) -> float:
    for year in (from_year, to_year):
        if year not in series:
            raise AppraisalError(
                f"{name} has no figure for {year}",
                facts=(f"wanted: {from_year} to {to_year}", f"given: {', '.join(map(str, sorted(series))) or 'none'}"),
                remedy="give outturn for both years; no year is extrapolated",
            )
        if not series[year] > 0.0:
            raise AppraisalError(
                f"{name} must be above nought",
                facts=(f"{year}: {series[year]:g}",),
                remedy="give the index, or the level in real terms, not a growth rate",
            )
    return series[to_year] / series[from_year]
