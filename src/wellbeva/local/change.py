"""How wellbeing changed between the first and the last five years, beside the country and with its error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from math import fsum, sqrt

from wellbeva.local.areas import Area
from wellbeva.local.shrinkage import Gap, Shrunk, shrink
from wellbeva.local.tables import rows
from wellbeva.local.wellbeing import pooled, published

SPAN = 5
LEAST = 3
"""Years of a span that must have been published."""

Series = Mapping[str, tuple[float, float]]
Years = tuple[tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Change:
    """Change of a mean from the first to the last span of years.

    Parameters
    ----------
    own : Gap
        Average of the published means of the last span, less that of the first.
    uk : float [points]
        That of the United Kingdom over the same years.
    shrunk : Shrunk or None
        The change drawn towards that of its peers; `pool` is of what goes beyond the change of the UK.
    years : tuple of (tuple of str)
        The years of either span that were published.
    """

    own: Gap
    uk: float
    shrunk: Shrunk | None
    years: Years


def spans() -> Years:
    """Return the first and the last five years.

    Examples
    --------
    >>> [(span[0], span[-1]) for span in spans()]
    [('2011-12', '2015-16'), ('2018-19', '2022-23')]
    """
    years = tuple(row["year"] for row in rows("wellbeing_uk"))
    return years[:SPAN], years[-SPAN:]


def change(area: Area, measure: str) -> Change | None:
    """Return the change of an area's mean; None where fewer than three years of a span were published.

    The samples of years are taken as independent. Part of the people are asked again a year later, for up to four years
    running. Among English districts errors of neighbouring years correlate by some 0.09 (means of the four measures,
    beyond what lasts and drifts), further years hardly, so that the averages of five years have errors of √(1 + 1.6 ·
    0.09), some 7% more, than is said.

    Parameters
    ----------
    area : Area
    measure : {"life_satisfaction", "worthwhile", "happiness", "anxiety"}
    """
    listed = {year: one for (what, year), one in area.wellbeing.items() if what == measure}
    series = {year: (one.mean, one.se) for year, one in listed.items()}
    years = _years(series)
    if years is None:
        return None
    own, uk = Gap(*_difference(series, years)), _uk(measure, years)
    peers = next(iter(listed.values())).peers
    shrunk = None
    if peers:
        beyond = shrink(own.mean - uk, own.se, peers=pooled(peers, lambda name: beyond_uk(name, measure)))
        shrunk = replace(beyond, mean=beyond.mean + uk, low=beyond.low + uk, high=beyond.high + uk)
    return Change(own, uk, shrunk, years)


@cache
def beyond_uk(peers: str, measure: str) -> Mapping[str, tuple[float, float]]:
    """Return the change of each of the peers beyond that of the UK in the same years, with its standard error.

    Parameters
    ----------
    peers : str
        A key of `wellbeing.PEERS`.
    measure : str
    """
    series: dict[str, dict[str, tuple[float, float]]] = {}
    for year in (year for span in spans() for year in span):
        for code, pair in published(peers, measure, year).items():
            series.setdefault(code, {})[year] = pair
    changes: dict[str, tuple[float, float]] = {}
    for code, of_code in series.items():
        years = _years(of_code)
        if years is not None:
            value, se = _difference(of_code, years)
            changes[code] = value - _uk(measure, years), se
    return changes


def _years(series: Series) -> Years | None:
    first, last = (tuple(year for year in span if year in series) for span in spans())
    return (first, last) if min(len(first), len(last)) >= LEAST else None


def _difference(series: Series, years: Years) -> tuple[float, float]:
    """Return the average of the last span less that of the first, and its standard error."""
    before, after = (fsum(series[year][0] for year in span) / len(span) for span in years)
    return after - before, sqrt(fsum((series[year][1] / len(span)) ** 2 for span in years for year in span))


def _uk(measure: str, years: Years) -> float:
    series = {row["year"]: (float(row[measure]), 0.0) for row in rows("wellbeing_uk")}
    return _difference(series, years)[0]
