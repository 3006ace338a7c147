"""Discount schedules: yearly rates by band of years, and the factors that follow from them.

Rule R30 of docs/design/semantics.md: year 0 is undiscounted; the factor of year n is that of year n - 1 divided by one
plus the rate of the band that holds n, so the step from year 30 to 31 is the first at the rate of 31 to 75.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import exp, expm1, log1p

from wellbeva.appraisal.errors import AppraisalError, named
from wellbeva.appraisal.vintage import Vintage, read_rows, vintage_of


@dataclass(frozen=True, slots=True)
class Band:
    """A yearly rate for the steps that end in years `first` to `last`."""

    first: int
    last: int
    rate: float


@dataclass(frozen=True, slots=True)
class Schedule:
    """A named discount schedule.

    Parameters
    ----------
    name : str
    bands : tuple of Band
        Without gaps, from year 0.
    vintage : Vintage
    """

    name: str
    bands: tuple[Band, ...]
    vintage: Vintage

    def rate(self, year: int) -> float:
        """Return the yearly rate of the step that ends in `year` (of year 0: the first rate).

        Raises
        ------
        AppraisalError
            If the schedule ends before `year`.
        """
        for band in self.bands:
            if band.first <= year <= band.last:
                return band.rate
        last = self.bands[-1].last
        raise AppraisalError(
            f"the discount schedule {self.name} has no rate for year {year}",
            facts=(f"year asked for: {year}", f"the schedule covers years 0 to {last}"),
            remedy="shorten `time`, or give a flat rate under `appraisal.discount`",
        )


@cache
def _schedules() -> dict[str, Schedule]:
    rows: dict[str, list[dict[str, str]]] = {}
    for row in read_rows("discount_schedules.csv"):
        rows.setdefault(row["schedule"], []).append(row)
    return {
        name: Schedule(
            name=name,
            bands=tuple(Band(int(row["year_from"]), int(row["year_to"]), float(row["rate"])) for row in bands),
            vintage=vintage_of(f"Discount schedule {name}", bands[0]),
        )
        for name, bands in rows.items()
    }


ALIASES = {"standard": "green-book-standard"}
"""Short names of schedules."""


def schedule_names() -> tuple[str, ...]:
    """Return the names of all schedules."""
    return tuple(_schedules())


def load_schedule(name: str) -> Schedule:
    """Return a schedule by name; ``standard`` is short for ``green-book-standard``.

    Raises
    ------
    AppraisalError
        If there is none, with the nearest name.
    """
    name = ALIASES.get(name, name)
    message, otherwise = f"there is no discount schedule {name!r}", ", or give a flat yearly rate such as 3.5%"
    return named(_schedules(), name, message, listed="schedules:", otherwise=otherwise)


def _rate(schedule_or_rate: str | float, year: int) -> float:
    if isinstance(schedule_or_rate, str):
        return load_schedule(schedule_or_rate).rate(year)
    if not schedule_or_rate > -1.0:
        raise AppraisalError(
            "a discount rate must be above -100%",
            facts=(f"rate given: {schedule_or_rate:.4g}",),
            remedy="give a yearly rate such as 3.5% under `appraisal.discount`",
        )
    return schedule_or_rate


@cache
def factor(schedule_or_rate: str | float, years: int) -> float:
    """Return the discount factor after whole years.

    Parameters
    ----------
    schedule_or_rate : str or float
        Name of a schedule, or a flat yearly rate as a share (0.015).
    years : int
        Whole years elapsed; 0 gives 1.

    Returns
    -------
    float
        Present value of one unit in that year.

    Raises
    ------
    AppraisalError
        Unknown schedule, years it does not cover, negative years.

    References
    ----------
    HM Treasury, The Green Book (2026), Table 8.

    Examples
    --------
    >>> [round(factor("green-book-standard", year), 4) for year in (0, 1, 5)]
    [1.0, 0.9662, 0.842]
    >>> round(factor("health-declining", 75), 4), round(factor("health-flat", 75), 4)
    (0.3594, 0.3274)
    """
    if years < 0:
        raise AppraisalError(
            "a year before year 0 cannot be discounted",
            facts=(f"years elapsed: {years}",),
            remedy="start `time` at 0",
        )
    result = 1.0
    for year in range(1, years + 1):
        result /= 1.0 + _rate(schedule_or_rate, year)
    return result


def mean_factor(schedule_or_rate: str | float, start: float, stop: float) -> float:
    """Return the mean discount factor over a stretch of time, falling continuously at each year's rate.

    The factor at x years, n <= x < n + 1, is ``factor(n) * (1 + rate(n + 1)) ** -(x - n)``; its integral over
    the stretch is exact. Used for ``discount_within_year: continuous`` only.

    Parameters
    ----------
    schedule_or_rate : str or float
    start, stop : float
        Years elapsed, 0 <= start < stop.

    Raises
    ------
    AppraisalError
        As `factor`; and if the stretch is empty or starts before 0.
    """
    if not 0.0 <= start < stop:
        raise AppraisalError(
            "a stretch of time to discount must begin at or after 0 and end later",
            facts=(f"from {start:g} to {stop:g} years",),
            remedy="start `time` at 0",
        )
    total = 0.0
    year = int(start)
    while year < stop:
        left, right = max(start, year) - year, min(stop, year + 1) - year
        force = log1p(_rate(schedule_or_rate, year + 1))
        share = right - left if force == 0.0 else _area(force, left, right)
        total += factor(schedule_or_rate, year) * share
        year += 1
    return total / (stop - start)


def population_served(a_year: float, years: float, *, delay: float = 0.0, rate: str | float = 0.035) -> float:
    """Return how many decisions a study serves, each discounted to today.

    Parameters
    ----------
    a_year : float [decisions/year]
    years : float [year]
        How long the decision stays open, from today.
    delay : float [year]
        Until the study reports.
    rate : str or float [1/year]
        Name of a schedule, or a flat rate; decisions are spread evenly over each year.

    Raises
    ------
    AppraisalError
        As `factor`.

    Examples
    --------
    >>> population_served(10, 5, rate=0.0), round(population_served(10, 5, delay=1.5), 3)
    (50.0, 31.317)
    """
    return 0.0 if years <= delay else a_year * (years - delay) * mean_factor(rate, delay, years)


def _area(force: float, left: float, right: float) -> float:
    """Integrate exp(-force x) from left to right without cancellation for small rates."""
    return exp(-force * left) * -expm1(-force * (right - left)) / force
