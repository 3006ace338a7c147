"""Presets: named sets of appraisal rules. A scenario may override any part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from wellbeva.appraisal.deflator import Deflator, load_deflator
from wellbeva.appraisal.errors import named
from wellbeva.appraisal.schedules import load_schedule
from wellbeva.appraisal.vintage import Vintage, read_toml, vintage_of
from wellbeva.appraisal.wellby import WellbyValue, published_years, wellby_value


@dataclass(frozen=True, slots=True)
class Preset:
    """A set of appraisal rules.

    Parameters
    ----------
    name, title : str
    prices : int
        Price year, unless the scenario says otherwise.
    currency : str
    discount : mapping of str to str
        Kind of flow (``money``, ``wellbeing``, ``health``) to the name of a schedule.
    wellby : mapping of int to WellbyValue
        Published values by price year; ask `wellby_value` for a year, which explains missing values.
    calendar : mapping of str to Fraction
        ``days_per_year``.
    deflator : Deflator
    sentences : mapping of str to str
        The preset in words: part (``discount.money``, ``prices``, ``wellby_value`` …) to one sentence.
    vintage : Vintage
        Of the rules themselves.
    """

    name: str
    title: str
    prices: int
    currency: str
    discount: Mapping[str, str]
    wellby: Mapping[int, WellbyValue]
    calendar: Mapping[str, Fraction]
    deflator: Deflator
    sentences: Mapping[str, str]
    vintage: Vintage

    @property
    def rules(self) -> tuple[str, ...]:
        """The preset in words, a sentence each."""
        return tuple(self.sentences.values())

    def vintages(self, *, price_year: int) -> tuple[Vintage, ...]:
        """Return the dated data in use at a price year, each once: rules, schedules, deflator, value of a WELLBY."""
        schedules = tuple(load_schedule(name).vintage for name in dict.fromkeys(self.discount.values()))
        value = (self.wellby[price_year].vintage,) if price_year in self.wellby else ()
        return (self.vintage, *schedules, self.deflator.vintage, *value)


@cache
def _presets() -> dict[str, Preset]:
    return {
        name: Preset(
            name=name,
            title=part["title"],
            prices=part["prices"],
            currency=part["currency"],
            discount=dict(part["discount"]),
            wellby={year: wellby_value(year) for year in published_years()},
            calendar={"days_per_year": Fraction(part["days_per_year"])},
            deflator=load_deflator(),
            sentences=dict(part["rules"]),
            vintage=vintage_of(part["title"], part),
        )
        for name, part in read_toml("presets.toml")["presets"].items()
    }


def preset_names() -> tuple[str, ...]:
    """Return the names of all presets."""
    return tuple(_presets())


def load_preset(name: str) -> Preset:
    """Return a preset by name.

    Raises
    ------
    AppraisalError
        If there is none, with the nearest name.

    Examples
    --------
    >>> load_preset("green-book-2026").discount["money"]
    'green-book-standard'
    """
    message, otherwise = f"there is no appraisal preset {name!r}", ", or give the parts under `appraisal`"
    return named(_presets(), name, message, listed="presets:", otherwise=otherwise)
