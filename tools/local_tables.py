"""Makes the tables of this package from the publishers' files: ``python -m tools.local_tables SOURCE_FOLDER``.

Values are copied as printed; only columns are chosen, and neighbourhoods counted. The same sources give the same bytes.
``--names FILE`` makes the table of districts by neighbourhood anew, from a list of the official names of all LSOAs of
2011 (columns ``LSOA11CD``, ``LSOA11NM``); without it the table in the package is used.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import io
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tools.district_mergers import MERGERS, RENAMED

DATA = Path(__file__).parents[1] / "src" / "wellbeva" / "local" / "data"
NAMES = "lsoa11_districts"
HEXES = "hexes"
OUTLINES = "outlines"
KEPT = (NAMES, HEXES, OUTLINES)
"""Tables whose sources are files of others, of which the package has its own reading."""
WELLBEING = "ons_personal_wellbeing_by_area_2011-12_to_2022-23.csv"
WELLBEING_UK = "ons_personal_wellbeing_uk_series.csv"
INCOME = "ons_gdhi_per_head_by_area_1997_2023.csv"
CHILDREN = "children_in_relative_poverty_by_area.csv"
IMD_2019 = "imd2019_england_la_2019boundaries.csv"
IMD_2019_AGAIN = "imd2019_england_la_2023boundaries.csv"
IMD_2019_LSOA = "imd2019_england_lsoa11.csv"
IMD_2025 = "imd2025_england_la_2024boundaries.csv"
POPULATION = "population_mid2020_england_wales_la_2021boundaries.csv"

Row = dict[str, str]
Rows = Iterable[Sequence[object]]


@dataclass(slots=True)
class Builder:
    """Reads sources and writes tables, keeping the hash of each."""

    source: Path
    target: Path
    hashes: dict[str, str] = field(default_factory=dict)
    manifest: dict[str, dict[str, object]] = field(default_factory=dict)

    def read(self, name: str) -> list[Row]:
        """Read a source and note its hash."""
        content = (self.source / name).read_bytes()
        self.hashes[name] = hashlib.sha256(content).hexdigest()
        return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))

    def write(self, table: str, header: Sequence[str], rows: Rows, sources: Iterable[str]) -> None:
        """Write a compressed CSV without the time of day in it, and its line of the manifest."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(header)
        listed = [list(row) for row in rows]
        writer.writerows(listed)
        plain = text.getvalue().encode()
        content = gzip.compress(plain, compresslevel=9, mtime=0)
        (self.target / f"{table}.csv.gz").write_bytes(content)
        self.manifest[table] = {
            "rows": len(listed),
            # Of the text inside: compressors differ between machines, the text does not.
            "sha256": hashlib.sha256(plain).hexdigest(),
            "sources": {name: self.hashes[name] for name in sources},
        }

    def finish(self) -> None:
        """Write the manifest."""
        text = json.dumps(self.manifest, indent=1, sort_keys=True) + "\n"
        (self.target / "manifest.json").write_text(text, encoding="utf-8")


def build(source: Path, target: Path, *, names: Path | None = None) -> None:
    """Make every table.

    Parameters
    ----------
    source : Path
        Folder with the publishers' files.
    target : Path
        Folder for the tables; holds those of `KEPT` already, but for `lsoa11_districts` where `names` is given.
    names : Path, optional
        List of the names of all neighbourhoods of 2011.
    """
    builder = Builder(source, target)
    named = keep(builder, NAMES) if names is None else districts_2011(builder, names)
    keep(builder, HEXES)
    keep(builder, OUTLINES)
    wellbeing = builder.read(WELLBEING)
    write_wellbeing(builder, wellbeing)
    write_imd(builder)
    populations = builder.read(POPULATION)
    bands = ("total_population", "pop_0_15", "pop_16_plus", "pop_16_64", "pop_65_plus")
    builder.write(
        "population",
        ("code", "all", "aged_0_15", "aged_16_plus", "aged_16_64", "aged_65_plus"),
        sorted([row["ltla21_code"], *(whole(row[band]) for band in bands)] for row in populations),
        [POPULATION],
    )
    income = builder.read(INCOME)
    builder.write(
        "income",
        ("code", "year", "pounds"),
        sorted((row["areacd"], row["year"], whole(row["gdhi_per_head_gbp"])) for row in income),
        [INCOME],
    )
    children = builder.read(CHILDREN)
    write_child_poverty(builder, children)
    codes = write_areas(builder, wellbeing, [*income, *children], populations)
    write_neighbourhoods(builder, codes, named)
    builder.finish()


def whole(text: str) -> int:
    """Return a whole number that the source prints with a point and a zero."""
    number = float(text)
    if number != int(number):
        raise ValueError(f"{text!r} is not a whole number")
    return int(number)


def keep(builder: Builder, name: str) -> list[str]:
    """Write a table of the package anew from itself; return its sources."""
    rows = read_packed(builder.target / f"{name}.csv.gz")
    sources = json.loads((builder.target / "manifest.json").read_text(encoding="utf-8"))[name]["sources"]
    builder.hashes |= sources
    builder.write(name, tuple(rows[0]), (list(row.values()) for row in rows), sources)
    return list(sources)


def districts_2011(builder: Builder, names: Path) -> list[str]:
    """Write the runs of neighbourhood codes that lie in one district; return sources."""
    content = names.read_bytes()
    builder.hashes[names.name] = hashlib.sha256(content).hexdigest()
    runs: list[list[str]] = []
    listed = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
    for code, name in sorted((row["LSOA11CD"], row["LSOA11NM"]) for row in listed):
        match = re.fullmatch(r"(.+) [0-9]{3}[A-Z]", name)
        if match is None:
            raise ValueError(f"{name!r} is not a name of a neighbourhood")
        if not code.startswith("E"):
            continue
        if runs and runs[-1][2] == match[1]:
            runs[-1][1] = code
        else:
            runs.append([code, code, match[1]])
    builder.write(NAMES, ("first", "last", "district"), runs, [names.name])
    return [names.name]


def read_packed(path: Path) -> list[Row]:
    """Read one of our own tables."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def write_wellbeing(builder: Builder, rows: list[Row]) -> None:
    """Keep mean, interval and status of every area, measure and year; and the series of the United Kingdom."""
    columns = ("areacd", "measure_id", "period_label", "mean_0_10", "lci_95", "uci_95", "status")
    builder.write(
        "wellbeing",
        ("code", "measure", "year", "mean", "low", "high", "status"),
        sorted(tuple(one[column] for column in columns) for one in rows),
        [WELLBEING],
    )
    series = builder.read(WELLBEING_UK)
    measures = ("life_satisfaction", "worthwhile", "happiness", "anxiety")
    lines = ([row["period_label"], *(row[one] for one in measures)] for row in series)
    builder.write("wellbeing_uk", ("year", *measures), lines, [WELLBEING_UK])


def write_imd(builder: Builder) -> None:
    """Keep average score, ranks and the share in the most deprived tenth."""
    found: dict[str, list[str]] = {}
    for name, column, boundaries in ((IMD_2019, "ltla19_code", "2019"), (IMD_2019_AGAIN, "ltla23_code", "2023")):
        for row in builder.read(name):
            numbers = [f"{float(row[one]):.4f}" for one in ("Score", "Proportion", "Extent")]
            found.setdefault(row[column], [boundaries, *numbers])
    builder.write(
        "imd_2019",
        ("code", "boundaries", "score", "worst_tenth", "extent"),
        ((code, *found[code]) for code in sorted(found)),
        [IMD_2019, IMD_2019_AGAIN],
    )
    worst = "imd_proportion_of_lso_as_in_most_deprived_10_percent_nationally"
    kept = {
        "score": "imd_average_score",
        "score_rank": "imd_rank_of_average_score",
        "rank_rank": "imd_rank_of_average_rank",
        "worst_tenth": worst,
        "extent": "imd25_extent",
        "income_score": "income_average_score",
        "employment_score": "employment_average_score",
    }
    rows = builder.read(IMD_2025)
    builder.write(
        "imd_2025",
        ("code", *kept),
        sorted([row["ltla24_code"], *(row[theirs].removesuffix(".0") for theirs in kept.values())] for row in rows),
        [IMD_2025],
    )


def write_child_poverty(builder: Builder, rows: list[Row]) -> None:
    """Put both measures of one area and year beside each other."""
    cells: dict[tuple[str, str], dict[str, str]] = {}
    for row in rows:
        kind = "before" if "before" in row["indicator"] else "after"
        cell = cells.setdefault((row["areacd"], row["period_start"]), {})
        if kind in cell:
            raise ValueError(f"{row['areacd']} {row['period_start']} is given twice")
        cell[kind] = f"{float(row['percent']):.2f}"
    builder.write(
        "child_poverty",
        ("code", "year", "before_housing_costs", "after_housing_costs"),
        ((*key, cells[key].get("before", ""), cells[key].get("after", "")) for key in sorted(cells)),
        [CHILDREN],
    )


def write_areas(builder: Builder, wellbeing: list[Row], others: list[Row], populations: list[Row]) -> dict[str, str]:
    """List every code with its name and what became of it; return names by code."""
    names = {one["areacd"]: one["areanm"] for one in [*wellbeing, *others]}
    names |= {one["ltla21_code"]: one["ltla21_name"] for one in populations}
    after: dict[str, tuple[str, ...]] = {}
    for one in [*wellbeing, *others]:
        if one.get("notes"):
            after[one["areacd"]] = tuple(re.findall(r"E[0-9]{8}", one["notes"]))
    for merged, parts in MERGERS.items():
        for code, name in parts.items():
            names.setdefault(code, name)
            after.setdefault(code, (merged,))
    before: dict[str, list[str]] = {}
    for code, successors in after.items():
        for successor in successors:
            before.setdefault(successor, []).append(code)
    same: dict[str, str] = {}
    for code, successors in after.items():
        # A county that went into one authority whole, or a code that was merely renewed.
        if len(successors) == 1 and (code.startswith("E10") or before[successors[0]] == [code]):
            same[code], same[successors[0]] = successors[0], code
    builder.write(
        "areas",
        ("code", "name", "replaced_by", "same_as"),
        ((code, names[code], " ".join(after.get(code, ())), same.get(code, "")) for code in sorted(names)),
        [WELLBEING, INCOME, CHILDREN, POPULATION],
    )
    return names


def write_neighbourhoods(builder: Builder, names: dict[str, str], named: list[str]) -> None:
    """Count neighbourhoods by tenth of deprivation, for districts and for what they merged into."""
    merged = {part: code for code, parts in MERGERS.items() for part in parts}
    after = {row["code"]: row["replaced_by"] for row in read_packed(builder.target / "areas.csv.gz")}
    coded: dict[str, str] = {}
    for code in sorted(names):  # a code that was renewed comes after the old one, from which the chain leads to it
        if code[:3] in {"E06", "E07", "E08", "E09"}:
            coded.setdefault(names[code], code)
    runs = read_packed(builder.target / f"{NAMES}.csv.gz")
    counts: Counter[tuple[str, int]] = Counter()
    position = 0
    for row in sorted(builder.read(IMD_2019_LSOA), key=lambda one: one["lsoa11_code"]):
        while row["lsoa11_code"] > runs[position]["last"]:
            position += 1
        if row["lsoa11_code"] < runs[position]["first"]:
            raise ValueError(f"{row['lsoa11_code']} lies in no district")
        district = runs[position]["district"]
        code = coded[RENAMED.get(district, district)]
        tenth = whole(row["IMD_decile"])
        # Up the chain of mergers: Taunton Deane, Somerset West and Taunton, Somerset.
        while code:
            counts[code, tenth] += 1
            code = merged.get(code) or after.get(code, "")
    codes = sorted({code for code, _ in counts})
    builder.write(
        "neighbourhoods_2019",
        ("code", *(f"tenth_{tenth}" for tenth in range(1, 11))),
        ([code, *(counts[code, tenth] for tenth in range(1, 11))] for code in codes),
        [IMD_2019_LSOA, *named],
    )


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.local_tables", description="Make the tables of local data.")
    parser.add_argument("source", type=Path, help="folder with the publishers' files")
    parser.add_argument("--names", type=Path, help="CSV with LSOA11CD and LSOA11NM of all neighbourhoods of 2011")
    parser.add_argument("--target", type=Path, default=DATA, help="folder for the tables")
    given = parser.parse_args(arguments)
    build(given.source, given.target, names=given.names)
    return 0


if __name__ == "__main__":
    sys.exit(main())
