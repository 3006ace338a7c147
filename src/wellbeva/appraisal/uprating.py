"""Bringing the value of a WELLBY to later incomes, on a series the user gives.

None is shipped: the one that could be checked is partly recalled.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import log

from wellbeva.appraisal.errors import AppraisalError
from wellbeva.appraisal.registered_values import load_figure

FACTOR_LIMIT = 1_000.0
"""Beyond it a series mixes two bases, or money and an index."""


def income_factor(
    gdp_per_head: Mapping[int, float], *, from_year: int, to_year: int, elasticity: float | None = None
) -> float:
    """Return the rise of the value of a WELLBY with incomes, without prices.

    Parameters
    ----------
    gdp_per_head : mapping of year to float
        *Real* gross domestic product per head (ONS series IHXW), any base.
    from_year, to_year : int
        Years of the series.
    elasticity : float or None
        Of the value with respect to income; 1.3 unless said.

    Raises
    ------
    AppraisalError
        If the series lacks a year, an index is not above 0, or the factor is outside 1/1,000 to 1,000, where a series
        must be wrong.

    References
    ----------
    HM Treasury, Wellbeing guidance for appraisal (2021):
    ``W_t = W_b (deflator_t / deflator_b) (GDP per head_t / GDP per head_b) ** 1.3``.

    Examples
    --------
    >>> round(income_factor({2019: 100.0, 2024: 101.0}, from_year=2019, to_year=2024), 5)
    1.01302
    """
    power = usual_elasticity() if elasticity is None else elasticity
    ratio = _ratio(gdp_per_head, from_year, to_year)
    if abs(power * log(ratio)) > log(FACTOR_LIMIT):
        raise AppraisalError(
            "incomes would change the value of a WELLBY more than a thousandfold",
            facts=(f"real GDP per head: × {ratio:g}", f"elasticity: {power:g}"),
            remedy="give both years on one base, in real terms",
        )
    return float(ratio**power)


def usual_elasticity() -> float:
    """Return the elasticity of the value with respect to income in the guidance: 1.3."""
    return float(load_figure("welfare_elasticity").figure().value)


def _ratio(series: Mapping[int, float], from_year: int, to_year: int) -> float:
    for year in (from_year, to_year):
        if year not in series:
            raise AppraisalError(
                f"real GDP per head has no figure for {year}",
                facts=(f"wanted: {from_year} to {to_year}", f"given: {', '.join(map(str, sorted(series))) or 'none'}"),
                remedy="give outturn for both years; no year is extrapolated",
            )
        if not series[year] > 0.0:
            raise AppraisalError(
                "real GDP per head must be above zero",
                facts=(f"{year}: {series[year]:g}",),
                remedy="give the index, or the level in real terms, not a growth rate",
            )
    return series[to_year] / series[from_year]
