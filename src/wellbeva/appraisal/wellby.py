"""The value of one WELLBY as published, by price year. No value is uprated here: a year has a printed one or none."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from wellbeva.appraisal.errors import AppraisalError
from wellbeva.appraisal.vintage import Vintage, read_rows, vintage_of

LEVELS = ("low", "central", "high")


@dataclass(frozen=True, slots=True)
class WellbyValue:
    """Value of one WELLBY in pounds of the price year.

    Parameters
    ----------
    price_year : int
    low, central, high : Fraction
        GBP of `price_year` per WELLBY.
    vintage : Vintage
    """

    price_year: int
    low: Fraction
    central: Fraction
    high: Fraction
    vintage: Vintage

    def level(self, name: str) -> Fraction:
        """Return the value of one of `LEVELS`."""
        return {"low": self.low, "central": self.central, "high": self.high}[name]


@cache
def _published() -> tuple[dict[int, WellbyValue], dict[int, str]]:
    """Read the complete triples, and the printed values of the other years."""
    complete: dict[int, WellbyValue] = {}
    partial: dict[int, str] = {}
    for row in read_rows("wellby_values.csv"):
        year = int(row["price_year"])
        if all(row[level] for level in LEVELS):
            vintage = vintage_of(f"Value of a WELLBY, {year} prices", row)
            low, central, high = (Fraction(row[level]) for level in LEVELS)
            complete[year] = WellbyValue(year, low, central, high, vintage)
        elif row["use"] == "published":
            partial[year] = (
                f"for {year} only a central value of £{int(row['central']):,} is published ({row['source']})"
            )
    return complete, partial


def published_years() -> tuple[int, ...]:
    """Return the price years with a published low, central and high value."""
    return tuple(sorted(_published()[0]))


def wellby_value(price_year: int) -> WellbyValue:
    """Return the published value of one WELLBY for a price year.

    Raises
    ------
    AppraisalError
        If no low, central and high value is published for that year; names the override.

    References
    ----------
    HM Treasury, Wellbeing guidance for appraisal (July 2021): £13,000 (£10,000 to £16,000) in 2019 prices; later years
    as uprated and printed by the sources in ``data/wellby_values.csv``.

    Examples
    --------
    >>> value = wellby_value(2023)
    >>> [int(value.level(name)) for name in LEVELS]
    [11733, 15253, 18773]
    """
    complete, partial = _published()
    if price_year in complete:
        return complete[price_year]
    have = f"low, central and high are published for {', '.join(map(str, published_years()))}"
    raise AppraisalError(
        f"price year missing: no published value of a WELLBY for {price_year}",
        facts=(have, partial[price_year]) if price_year in partial else (have,),
        remedy=(
            "choose one of these years under `appraisal.prices`, or give "
            "`appraisal.wellby_value: {low: …, central: …, high: …}`"
        ),
    )
