"""Data of one area: wellbeing, population, deprivation, income; and missing data, with the reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from wellbeva.local.tables import by_code
from wellbeva.local.wellbeing import LAST_YEAR, WHY, Estimate, estimates

UK = "K02000001"

KINDS = {
    "K02": ("UK", ""),
    "K03": ("group of countries", ""),
    "K04": ("group of countries", ""),
    "E92": ("country", ""),
    "W92": ("country", ""),
    "S92": ("country", ""),
    "N92": ("country", ""),
    "E12": ("region", ""),
    "E47": ("combined authority", ""),
    "E13": ("part of London", ""),
    "E11": ("metropolitan county", "upper"),
    "E10": ("county", "upper"),
    "E07": ("district", "lower"),
    "E06": ("unitary authority", "single"),
    "E08": ("metropolitan district", "single"),
    "E09": ("London borough", "single"),
    "W06": ("unitary authority", "single"),
    "S12": ("council area", "single"),
    "N09": ("district", "single"),
}
"""The first three characters of a code: kind of area, and tier of a local authority."""


_ENGLISH = ("E06", "E08", "E09")
GROUPS = {
    "english_districts": (*_ENGLISH, "E07"),
    "english_upper_tier": (*_ENGLISH, "E10"),
    "english_regions": ("E12",),
    "english_combined_authorities": ("E47",),
    "welsh_authorities": ("W06",),
    "scottish_council_areas": ("S12",),
    "northern_irish_districts": ("N09",),
    "countries": ("E92", "W92", "S92", "N92"),
}
"""Areas that stand today, named together: the first three characters of their codes."""


@dataclass(frozen=True, slots=True)
class Population:
    """People living in the area in mid-2020, by age; indicative (not rebased to the Census of 2021).

    `parts` are the codes whose populations were added; empty where the area is in the table itself.
    """

    all: int
    aged_0_15: int
    aged_16_plus: int
    aged_16_64: int
    aged_65_plus: int
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Deprivation:
    """Indices of Multiple Deprivation of a local authority.

    Parameters
    ----------
    score : float
        Average score, higher is more deprived.
    worst_tenth : float [share]
        Neighbourhoods in the most deprived tenth of England.
    rank, areas : int or None
        Rank of the score (1 is most deprived) where the publisher prints it, and among how many.
    boundaries : str
        Year.
    official : bool
        False where the table was made from MHCLG's by somebody else.
    """

    score: float
    worst_tenth: float
    rank: int | None
    areas: int | None
    boundaries: str
    official: bool


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that is not known of an area, and why."""

    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Area:
    """One area.

    Parameters
    ----------
    code, name, kind : str
    tier : {"", "upper", "lower", "single"}
    replaced_by : tuple of str
        Codes that took its place, where it has ended.
    formed_from : tuple of str
        Codes it was made of.
    wellbeing : mapping of (measure, year) to Estimate
        Years such as ``2022-23``.
    population : Population or None
    imd_2019, imd_2025 : Deprivation or None
    tenths : tuple of int
        Neighbourhoods (LSOAs of 2011) by tenth of deprivation 2019, most deprived first; empty if not known.
    income : mapping of int to int [£ per head]
        By year, in the prices of each year.
    child_poverty : mapping of int to (float or None, float or None) [%]
        By the year the period starts: before and after housing costs.
    missing : tuple of Missing
    """

    code: str
    name: str
    kind: str
    tier: str
    replaced_by: tuple[str, ...]
    formed_from: tuple[str, ...]
    wellbeing: Mapping[tuple[str, str], Estimate]
    population: Population | None
    imd_2019: Deprivation | None
    imd_2025: Deprivation | None
    tenths: tuple[int, ...]
    income: Mapping[int, int]
    child_poverty: Mapping[int, tuple[float | None, float | None]]
    missing: tuple[Missing, ...]

    @property
    def fifths(self) -> tuple[int, ...]:
        """Neighbourhoods by fifth of deprivation 2019, most deprived first."""
        return tuple(self.tenths[k] + self.tenths[k + 1] for k in range(0, len(self.tenths), 2))

    def lacks(self, what: str) -> str:
        """Return why something is missing, or an empty text."""
        return next((entry.why for entry in self.missing if entry.what == what), "")


def codes() -> tuple[str, ...]:
    """Return every code there is."""
    return tuple(by_code("areas"))


def group(name: str) -> tuple[str, ...]:
    """Return the codes of the areas of a group, in their order; those that have ended are not among them.

    Parameters
    ----------
    name : str
        One of `GROUPS`.

    Examples
    --------
    >>> len(group("english_districts")), group("english_regions")[0]
    (296, 'E12000001')
    """
    table = by_code("areas")
    return tuple(code for code in sorted(table) if code[:3] in GROUPS[name] and not table[code][0]["replaced_by"])


def name_of(code: str) -> str:
    """Return the name of an area and its code, ``Liverpool (E08000012)``."""
    return f"{title(code)} ({code})"


def title(code: str) -> str:
    """Return the name of an area; empty where there is no such code."""
    return by_code("areas")[code][0]["name"] if code in by_code("areas") else ""


def same_territory(code: str, other: str) -> bool:
    """Whether two codes name one territory: a renewed code, or a county that became a unitary authority.

    Parameters
    ----------
    code, other : str
        Of nine characters, as the statistical offices give them.

    Raises
    ------
    KeyError
        If there is no `code`.
    """
    return by_code("areas")[code][0]["same_as"] == other


@cache
def area(code: str) -> Area:
    """Return the data of the area with a code.

    Two codes of one territory (an authority whose code was renewed, a county that became a unitary authority) share
    their data.

    Parameters
    ----------
    code : str
        Of nine characters, as the statistical offices give it. Names: see `search.find`.

    Raises
    ------
    KeyError
        If there is no such code.

    Examples
    --------
    >>> liverpool = area("E08000012")
    >>> liverpool.name, liverpool.wellbeing["life_satisfaction", "2022-23"].mean, sum(liverpool.tenths)
    ('Liverpool', 7.1, 298)
    """
    row = by_code("areas")[code][0]
    kind, tier = KINDS[code[:3]]
    territory = (code, row["same_as"]) if row["same_as"] else (code,)
    formed_from = _formed_from(code)
    result = Area(
        code=code,
        name=row["name"],
        kind=kind,
        tier=tier,
        replaced_by=tuple(row["replaced_by"].split()),
        formed_from=formed_from,
        wellbeing=estimates(_rows("wellbeing", territory)),
        population=_population(territory, formed_from),
        imd_2019=_imd_2019(territory),
        imd_2025=_imd_2025(territory),
        tenths=_tenths(territory),
        income={int(entry["year"]): int(entry["pounds"]) for entry in _rows("income", territory)},
        child_poverty={
            int(entry["year"]): (_number(entry["before_housing_costs"]), _number(entry["after_housing_costs"]))
            for entry in _rows("child_poverty", territory)
        },
        missing=(),
    )
    return replace(result, missing=tuple(_missing(result)))


def why_no_wellbeing(area: Area, measure: str, year: str) -> str:
    """Return why an area has no wellbeing of a measure and year; empty where it has.

    Parameters
    ----------
    area : Area
    measure : {"life_satisfaction", "worthwhile", "happiness", "anxiety"}
    year : str
        Such as ``2022-23``.
    """
    if (measure, year) in area.wellbeing:
        return ""
    row = by_code("areas")[area.code][0]
    for code in (area.code, row["same_as"]):
        for published in by_code("wellbeing").get(code, ()):
            if published["measure"] == measure and published["year"] == year:
                return WHY[published["status"]]
    return _elsewhere(area, "wellbeing") or "not published for this kind of area"


def _missing(area: Area) -> list[Missing]:
    missing: list[Missing] = []
    reason = why_no_wellbeing(area, "life_satisfaction", LAST_YEAR)
    if reason:
        missing.append(Missing("wellbeing", reason))
    single = "the table has single local authorities only"
    of_people = single if area.code[0] in "EW" else "the table of mid-2020 has England and Wales only"
    of_index = single if area.code[0] == "E" else "the English index covers England only"
    none = "the table has no such area"
    for what, table, here, reason in (
        ("population", "population", area.population, of_people),
        ("deprivation 2019", "imd_2019", area.imd_2019, of_index),
        ("deprivation 2025", "imd_2025", area.imd_2025, of_index),
        ("deprivation fifths", "neighbourhoods_2019", area.tenths, of_index),
        ("income", "income", area.income, none),
        ("child poverty", "child_poverty", area.child_poverty, none),
    ):
        if not here:
            missing.append(Missing(what, _elsewhere(area, table) or reason))
    return missing


def _elsewhere(area: Area, table: str) -> str:
    """Say under which codes a table has the territory, where an area has changed."""
    ended, new = "it has ended; the table has what took its place", "it is new; the table has what it was made of"
    for words, codes in ((ended, area.replaced_by), (new, area.formed_from)):
        if there := [name_of(code) for code in codes if code in by_code(table)]:
            return f"{words}: {', '.join(there)}"
    return ""


def _formed_from(code: str) -> tuple[str, ...]:
    return tuple(record["code"] for (record,) in by_code("areas").values() if code in record["replaced_by"].split())


def _rows(table: str, territory: tuple[str, ...]) -> tuple[Mapping[str, str], ...]:
    """Return the rows of the first code of a territory that a table has."""
    return next((by_code(table)[code] for code in territory if code in by_code(table)), ())


def _number(text: str) -> float | None:
    return float(text) if text else None


def _population(territory: tuple[str, ...], formed_from: tuple[str, ...]) -> Population | None:
    if own := _rows("population", territory):
        return _people(own)
    table = by_code("population")
    country = {"E92": "E", "W92": "W"}.get(territory[0][:3])
    if country:
        parts = tuple(district for district in table if district.startswith(country))
    else:
        # A county of the same name would count its districts twice.
        before = {old for code in territory for old in (*formed_from, *_formed_from(code)) if not old.startswith("E10")}
        parts = tuple(sorted(before))
    if not parts or not all(part in table for part in parts):
        return None
    return _people([table[part][0] for part in parts], parts)


def _people(rows: Sequence[Mapping[str, str]], parts: tuple[str, ...] = ()) -> Population:
    """Add up the people of some rows, each age by itself."""
    ages = ("all", "aged_0_15", "aged_16_plus", "aged_16_64", "aged_65_plus")
    return Population(**{age: sum(int(row[age]) for row in rows) for age in ages}, parts=parts)


def _imd_2019(territory: tuple[str, ...]) -> Deprivation | None:
    for row in _rows("imd_2019", territory):
        official = row["boundaries"] == "2019"
        return Deprivation(float(row["score"]), float(row["worst_tenth"]), None, None, row["boundaries"], official)
    return None


def _imd_2025(territory: tuple[str, ...]) -> Deprivation | None:
    for row in _rows("imd_2025", territory):
        rank = int(row["score_rank"])
        return Deprivation(float(row["score"]), float(row["worst_tenth"]), rank, len(by_code("imd_2025")), "2024", True)
    return None


def _tenths(territory: tuple[str, ...]) -> tuple[int, ...]:
    for row in _rows("neighbourhoods_2019", territory):
        return tuple(int(row[f"tenth_{tenth}"]) for tenth in range(1, 11))
    return ()
