"""The tables of local evidence are what their records say, and what the publishers' files say."""

from __future__ import annotations

import csv
import hashlib
import itertools
import tarfile
from pathlib import Path

import numpy as np
import pytest

from tools import local_tables
from wellbeva.local.areas import area
from wellbeva.local.tables import by_code, read_text, records, rows
from wellbeva.local.wellbeing import MEASURES, PEERS

PACKED = Path(__file__).parent / "publishers-files.tar.xz"
"""The files as published, for these tests alone; PUBLISHERS-FILES.md beside it says whose they are."""
DATA = local_tables.DATA


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Unpack the publishers' files."""
    folder = tmp_path_factory.mktemp("published")
    with tarfile.open(PACKED) as packed:
        packed.extractall(folder, filter="data")
    return folder


@pytest.mark.parametrize("name", sorted(records()))
def test_a_record_is_of_the_table_beside_it(name: str) -> None:
    record = records()[name]
    assert hashlib.sha256(read_text(name).encode()).hexdigest() == record.sha256
    assert len(rows(name)) == record.rows
    assert record.licence == ("MIT licence" if name == local_tables.HEXES else "Open Government Licence v3.0")
    assert record.licence in record.attribution
    for text in (record.title, record.publisher, record.source_date, record.vintage, record.boundaries, record.link):
        assert text
    assert record.notes
    assert record.sources or name == local_tables.HEXES


def test_every_published_mean_has_an_interval_and_every_gap_its_reason() -> None:
    for row in rows("wellbeing"):
        if row["mean"]:
            assert float(row["low"]) < float(row["high"]), row
        else:
            assert row["status"] in {"x", "u"}, row


def test_every_table_has_a_record_and_all_are_small() -> None:
    packed = list(DATA.glob("*.csv.gz"))
    assert {path.name.removesuffix(".csv.gz") for path in packed} == set(records())
    assert sum(path.stat().st_size for path in DATA.iterdir()) < 1_500_000


def test_records_name_the_sources_they_were_made_from(source: Path) -> None:
    named = {name: digest for record in records().values() for name, digest in record.sources.items()}
    kept = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in source.iterdir()}
    # Neighbourhoods' names and boundaries come from a package of others; what is read of them are tables of our own.
    assert named.keys() - kept.keys() == {"lsoa_ambo_lookup.csv", "LSOA.geojson"}
    assert kept == {name: digest for name, digest in named.items() if name in kept}


def test_the_script_makes_the_same_bytes_again(tmp_path: Path, source: Path) -> None:
    for name in (*(f"{table}.csv.gz" for table in local_tables.KEPT), "manifest.json"):
        (tmp_path / name).write_bytes((DATA / name).read_bytes())
    assert local_tables.main([str(source), "--target", str(tmp_path)]) == 0
    for path in DATA.glob("*.csv.gz"):
        # The text inside: another machine's zlib may pack it otherwise.
        assert local_tables.read_packed(tmp_path / path.name) == local_tables.read_packed(path), path.name
    assert (tmp_path / "manifest.json").read_text() == (DATA / "manifest.json").read_text()


def test_the_table_of_neighbourhoods_is_made_from_their_names(tmp_path: Path) -> None:
    lines = ["LSOA11CD,LSOA11NM", "E01000003,Dorset Hills 002A", "E01000001,Barset 001A", "E01000002,Barset 001B"]
    listed = "\n".join([*lines, "W01000001,Gwent 001A"])
    names = tmp_path / "names.csv"
    names.write_text(listed)
    builder = local_tables.Builder(tmp_path, tmp_path)
    assert local_tables.districts_2011(builder, names) == ["names.csv"]
    assert [tuple(row.values()) for row in local_tables.read_packed(tmp_path / f"{local_tables.NAMES}.csv.gz")] == [
        ("E01000001", "E01000002", "Barset"),
        ("E01000003", "E01000003", "Dorset Hills"),
    ]
    names.write_text("LSOA11CD,LSOA11NM\nE01000001,Barset\n")
    with pytest.raises(ValueError, match="not a name of a neighbourhood"):
        local_tables.districts_2011(builder, names)


def test_a_number_that_should_be_whole_is_not_rounded() -> None:
    assert local_tables.whole("500474.0") == 500474
    with pytest.raises(ValueError, match="not a whole number"):
        local_tables.whole("3.5")


def test_every_value_of_wellbeing_is_as_published(source: Path) -> None:
    """20,112 cells, 496 of them withheld."""
    with (source / local_tables.WELLBEING).open(encoding="utf-8", newline="") as stream:
        published = list(csv.DictReader(stream))
    assert len(published) == 20_112
    ours = {(row["code"], row["measure"], row["year"]): row for row in rows("wellbeing")}
    for row in published:
        one = ours[row["areacd"], row["measure_id"], row["period_label"]]
        assert (one["mean"], one["low"], one["high"]) == (row["mean_0_10"], row["lci_95"], row["uci_95"])
        assert bool(one["mean"]) == (one["status"] == "")
    assert sum(not row["mean"] for row in rows("wellbeing")) == 496


def test_the_uk_series() -> None:
    """As SEEN in the field's notes, 2011-12 to 2022-23."""
    printed = [7.42, 7.46, 7.51, 7.61, 7.65, 7.68, 7.69, 7.71, 7.66, 7.39, 7.54, 7.45]
    assert [float(row["life_satisfaction"]) for row in rows("wellbeing_uk")] == printed
    uk = area("K02000001").wellbeing
    for row in rows("wellbeing_uk"):
        assert [uk[measure, row["year"]].mean for measure in MEASURES] == [float(row[one]) for one in MEASURES]


def test_counted_neighbourhoods_give_the_share_that_is_printed() -> None:
    """MHCLG prints the share in the worst tenth for 317 authorities of 2019, to four digits; 7 more were made again."""
    counted = {row["code"]: [int(row[f"tenth_{k}"]) for k in range(1, 11)] for row in rows("neighbourhoods_2019")}
    printed = rows("imd_2019")
    assert len(printed) == 317 + 7
    for row in printed:
        tenths = counted[row["code"]]
        assert tenths[0] / sum(tenths) == pytest.approx(float(row["worst_tenth"]), abs=0.5001e-4), row["code"]


def test_neighbourhoods_add_up_to_england() -> None:
    """32,844 in all, each tenth 3,284 or 3,285, over the districts of 2021."""
    of_2021 = {row["code"] for row in rows("population") if row["code"].startswith("E")}
    tenths = [
        sum(int(row[f"tenth_{k}"]) for row in rows("neighbourhoods_2019") if row["code"] in of_2021)
        for k in range(1, 11)
    ]
    assert sum(tenths) == 32_844
    assert set(tenths) <= {3284, 3285}


def test_every_district_with_figures_has_a_hexagon_of_its_own() -> None:
    kinds = {kind for prefixes in PEERS.values() for kind in prefixes if kind != "E10"}  # counties lie over districts
    placed = {row["code"]: (int(row["q"]), int(row["r"])) for row in rows("hexes")}
    assert placed.keys() == {code for code in by_code("wellbeing") if code[:3] in kinds}
    assert len(set(placed.values())) == len(placed) == 374


def test_outlines_share_their_borders_and_leave_no_gap() -> None:
    """Each district of England and Wales; their areas add up to the 15,1 million hectares of both."""
    outlines = {row["code"]: row["outline"].split(";") for row in rows("outlines")}
    assert outlines.keys() == {row["code"] for row in rows("hexes") if row["code"][0] in "EW"}
    edges, area = set[tuple[str, str]](), 0.0
    for ring in (ring for outline in outlines.values() for ring in outline):
        points = ring.split(",")
        assert points[0] == points[-1]
        edges |= {(start, end) for start, end in itertools.pairwise(points)}
        x, y = np.array([point.split() for point in points], dtype=np.float64).T
        area += float(x[1:] @ y[:-1] - x[:-1] @ y[1:]) / 2
    inland = sum((end, start) in edges for start, end in edges)
    assert inland > len(edges) / 2
    assert area == pytest.approx(15.1e6, rel=0.01)
