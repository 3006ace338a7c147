"""The price base: the GDP deflator of calendar years."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache

from wellbeva.appraisal.errors import AppraisalError
from wellbeva.appraisal.vintage import Vintage, read_rows, read_toml, vintage_of


@dataclass(frozen=True, slots=True)
class Deflator:
    """A price index by calendar year.

    Parameters
    ----------
    index : mapping of int to Fraction
        Any base; only ratios are used.
    vintage : Vintage
    """

    index: Mapping[int, Fraction]
    vintage: Vintage

    def ratio(self, *, from_year: int, to_year: int) -> Fraction:
        """Return how much one unit of money of `from_year` is in prices of `to_year`.

        Parameters
        ----------
        from_year, to_year : int
            Calendar years.

        Returns
        -------
        Fraction [money of `to_year` / money of `from_year`]
            Index of `to_year` over that of `from_year`.

        Raises
        ------
        AppraisalError
            If either year is missing (and the years differ).
        """
        if from_year == to_year:
            return Fraction(1)
        for year in (from_year, to_year):
            if year not in self.index:
                raise self._missing(year, from_year, to_year)
        return self.index[to_year] / self.index[from_year]

    def extended(self, index: Mapping[int, Fraction]) -> Deflator:
        """Return the deflator with years added or replaced; all on one base."""
        vintage = replace(self.vintage, version=f"{self.vintage.version}, with years given by the scenario")
        return Deflator(index={**self.index, **index}, vintage=vintage)

    def _missing(self, year: int, from_year: int, to_year: int) -> AppraisalError:
        return AppraisalError(
            f"price year missing: deflator {year}",
            facts=(
                f"money in {from_year} prices is wanted in {to_year} prices",
                f"the deflator ({self.vintage.version}) has {min(self.index)} to {max(self.index)}",
            ),
            remedy=(
                f"give the amount in {to_year} prices, choose another year under `appraisal.prices`, "
                f"or give the index for {year} under `appraisal.deflator`"
            ),
        )


@cache
def load_deflator() -> Deflator:
    """Return the UK deflator of calendar years, 1990 to 2024, 2024 = 100.

    References
    ----------
    HM Treasury, GDP deflators at market prices, Quarterly National Accounts, December 2025.
    """
    about = read_toml("presets.toml")["deflator"]
    index = {int(row["year"]): Fraction(row["index"]) for row in read_rows(about["file"])}
    return Deflator(index=index, vintage=vintage_of(about["title"], about))
