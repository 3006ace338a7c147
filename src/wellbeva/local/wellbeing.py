"""Wellbeing of an area as published, and shrunk towards its peers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

from wellbeva.local.shrinkage import Z95, Pool, Shrunk, pool, shrink
from wellbeva.local.tables import by_code

Measure = Literal["life_satisfaction", "worthwhile", "happiness", "anxiety"]
MEASURES: tuple[Measure, ...] = get_args(Measure)
FIRST_YEAR, LAST_YEAR = "2011-12", "2022-23"

PEERS = {
    "English districts": ("E06", "E07", "E08", "E09"),
    "English counties": ("E10",),
    "Welsh authorities": ("W06",),
    "Scottish council areas": ("S12",),
    "districts of Northern Ireland": ("N09",),
}
"""Areas of one kind in one country, towards whose mean each is shrunk. Other areas are not shrunk."""

MAIN_PEERS = "English districts"
FEW_PEERS = 50
"""Fewer peers than these do not show how much they differ: the variance between English districts is then the least."""

WHY = {"x": "not available (marked x by ONS)", "u": "withheld by ONS as unreliable (marked u)"}


@dataclass(frozen=True, slots=True)
class Estimate:
    """Wellbeing of one area, measure and year.

    Parameters
    ----------
    mean, low, high : float [points, 0 to 10]
        As published, with the 95% interval.
    se : float [points]
        (high - low) / 3.92.
    peers : str
        Those it is compared with; empty for regions, countries and the UK, which are not shrunk.
    shrunk : Shrunk or None
        Always shown beside the published mean; `shrunk.pool.areas` is the number of areas in the comparison.
    code : str
        Under which it was published.
    """

    mean: float
    low: float
    high: float
    se: float
    peers: str
    shrunk: Shrunk | None
    code: str


def with_interval(one: Estimate | Shrunk) -> str:
    """Write a mean with its 95% interval, ``7.10 (6.98 to 7.22)``."""
    return f"{one.mean:.2f} ({one.low:.2f} to {one.high:.2f})"


def estimates(rows: Iterable[Mapping[str, str]]) -> dict[tuple[str, str], Estimate]:
    """Return the published means among rows of the table `wellbeing`, by measure and year."""
    published: dict[tuple[str, str], Estimate] = {}
    for row in rows:
        if not row["mean"]:
            continue
        mean, low, high = float(row["mean"]), float(row["low"]), float(row["high"])
        se = standard_error(low, high)
        peers = peers_of(row["code"])
        shrunk = shrink(mean, se, peers=peer_pool(peers, row["measure"], row["year"])) if peers else None
        published[row["measure"], row["year"]] = Estimate(mean, low, high, se, peers, shrunk, row["code"])
    return published


def standard_error(low: float, high: float) -> float:
    """Return the standard error behind a published 95% interval.

    Parameters
    ----------
    low, high : float [points, 0 to 10]
        Ends of the interval.

    Returns
    -------
    float [points]
    """
    return (high - low) / (2 * Z95)


def peers_of(code: str) -> str:
    """Return the peers of an area, or an empty text."""
    return next((name for name, prefixes in PEERS.items() if code[:3] in prefixes), "")


@cache
def published(peers: str, measure: str, year: str) -> Mapping[str, tuple[float, float]]:
    """Return the published means of peers with their standard errors, by code.

    Parameters
    ----------
    peers : str
        A key of `PEERS`.
    measure : {"life_satisfaction", "worthwhile", "happiness", "anxiety"}
    year : str
        Such as ``2022-23``.

    Returns
    -------
    mapping of str to (float, float) [points, 0 to 10]

    Raises
    ------
    KeyError
        If there are no such peers.
    """
    means: dict[str, tuple[float, float]] = {}
    for code, listed in by_code("wellbeing").items():
        if code[:3] not in PEERS[peers]:
            continue
        for row in listed:
            if row["measure"] == measure and row["year"] == year and row["mean"]:
                means[code] = float(row["mean"]), standard_error(float(row["low"]), float(row["high"]))
    return means


@cache
def peer_pool(peers: str, measure: str, year: str) -> Pool:
    """Return what peers have in common in a year in which their means were published.

    Parameters
    ----------
    peers, measure, year : str
        As `published` takes them.

    Returns
    -------
    Pool
        Mean and variance between areas in points from 0 to 10, and their squares.
    """
    return pooled(peers, lambda name: published(name, measure, year))


def pooled(peers: str, values: Callable[[str], Mapping[str, tuple[float, float]]]) -> Pool:
    """Pool what is known of peers; fewer than `FEW_PEERS` are taken to differ at least as English districts do.

    Parameters
    ----------
    peers : str
        A key of `PEERS`.
    values : callable of str to mapping of str to (float, float)
        Gives the values of peers with their standard errors, by code.
    """
    means, errors = [[pair[at] for pair in values(peers).values()] for at in (0, 1)]
    main = pooled(MAIN_PEERS, values) if len(means) < FEW_PEERS and peers != MAIN_PEERS else None
    return pool(means, errors, at_least=main.between if main else 0.0)
