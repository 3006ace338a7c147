"""A bundle runs again to the same bits; one from anybody is looked at before anything of it is used."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.tiers import thorough_after
from wellbeva import api
from wellbeva.api.saved import bundle as bundles
from wellbeva.api.saved.bundle import bundle
from wellbeva.api.saved.crate import METADATA
from wellbeva.api.saved.reproduce import Reproduction, reproduce
from wellbeva.cli import main
from wellbeva.errors import WellbevaError
from wellbeva.results.run_folder import DIGEST

ROOT = Path(__file__).parents[2]
Parts = dict[str, bytes]
MANIFEST = "run/manifest.json"
TERMS = {
    *("conformsTo", "about", "name", "description", "datePublished", "license", "hasPart", "mainEntity", "creator"),
    *("softwareVersion", "contentSize", "encodingFormat"),
}
"""Of the context of RO-Crate 1.1, those that a bundle uses."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a scenario that has a table beside it, a variant, and a model above it."""
    folder = tmp_path_factory.mktemp("work")
    for part in ("scenarios/tables", "models"):
        shutil.copytree(ROOT / part, folder / part)
    for name in ("uk-community-offers.yaml", "park-and-neighbours.yaml"):
        shutil.copy(ROOT / "scenarios" / name, folder / "scenarios")
    return folder


@pytest.fixture(scope="module")
def content(place: Path) -> bytes:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        api.run("scenarios/uk-community-offers.yaml", draws=8192).write("runs/uk", report=False, draws=False)
        return bundle("runs/uk")


def again(content: bytes, folder: Path) -> Reproduction:
    (folder / "b.zip").write_bytes(content)
    return reproduce(folder / "b.zip")


def parts_of(folder: Path, content: bytes) -> Parts:
    (folder / "old.zip").write_bytes(content)
    with zipfile.ZipFile(folder / "old.zip") as old:
        return {name: old.read(name) for name in old.namelist()}


def packed(parts: Parts, folder: Path, *, listed: bool = True) -> bytes:
    """Pack a bundle anew; `listed`: with the sizes and hashes of what it holds."""
    if listed:
        crate = json.loads(parts[METADATA])
        for one in crate["@graph"]:
            if one["@type"] == "File":
                part = parts[one["@id"]]
                one |= {"contentSize": str(len(part)), "sha256": hashlib.sha256(part).hexdigest()}
        parts = {**parts, METADATA: json.dumps(crate).encode()}
    with zipfile.ZipFile(folder / "new.zip", "w", zipfile.ZIP_DEFLATED) as new:
        for name, part in parts.items():
            new.writestr(name, part)
    return (folder / "new.zip").read_bytes()


def changed(parts: Parts, change: Callable[[dict], object]) -> Parts:
    manifest = json.loads(parts[MANIFEST])
    change(manifest)
    return {**parts, MANIFEST: json.dumps(manifest).encode()}


def code_of(make: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(WellbevaError) as refused:
        make()
    (one,) = refused.value.diagnostics
    assert one.remedy
    return one.code, " ".join(one.lines)


@pytest.mark.thorough
def test_r225_equal_runs_have_equal_bundles(content: bytes, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place)
    assert bundle("runs/uk") == content


def test_r225_a_bundle_lists_what_it_holds_as_ro_crate_does(content: bytes, tmp_path: Path) -> None:
    parts = parts_of(tmp_path, content)
    crate = json.loads(parts.pop(METADATA))
    graph = {one["@id"]: one for one in crate["@graph"]}
    assert graph[METADATA]["about"] == {"@id": "./"}
    assert graph[METADATA]["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.1"}
    assert {"name", "description", "datePublished", "license"} <= set(graph["./"])
    assert [one["@id"] for one in graph["./"]["hasPart"]] == sorted(parts)
    assert all(graph[name]["sha256"] == hashlib.sha256(part).hexdigest() for name, part in parts.items())
    assert {"inputs/scenarios/uk-community-offers.yaml", "inputs/scenarios/tables/uk_offers.csv"} <= set(parts)
    assert b"numpy==" in parts["requirements.txt"]
    assert {key for one in graph.values() for key in one} - {"@id", "@type"} == TERMS | {"sha256"}
    assert crate["@context"] == ["https://w3id.org/ro/crate/1.1/context", {"sha256": "http://schema.org/sha256"}]
    licences = graph[graph["./"]["license"]["@id"]]
    assert licences["@type"] == "CreativeWork"
    assert "OGL v3" in licences["description"]
    assert all(one["encodingFormat"] for one in graph.values() if one["@type"] == "File")


@pytest.mark.parametrize(
    ("name", "written"),
    [("our parks", "our%20parks"), ("pärks #1 50%25 [x]", "p%C3%A4rks%20%231%2050%2525%20%5Bx%5D")],
)
def test_r225_names_are_written_as_addresses_have_them(
    name: str, written: str, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader of RO-Crate takes `%25` for `%`, and a blank, `#` or `[` for what no address has."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(place / "scenarios" / "park-and-neighbours.yaml", f"{name}.yaml")
    api.run(f"{name}.yaml", draws=8192).write("run", report=False, draws=False)
    content = bundle("run")
    crate = json.loads(parts_of(tmp_path, content)[METADATA])
    (root,) = (one for one in crate["@graph"] if one["@id"] == "./")
    assert root["mainEntity"] == {"@id": f"inputs/{written}.yaml"}
    assert root["mainEntity"] in root["hasPart"]
    assert again(content, tmp_path).deviations == ()


@pytest.mark.parametrize(
    "asked",
    thorough_after(
        1,
        [
            {"draws": 8192, "variant": "short", "overrides": {"hold.trust_only": "1 year"}},
            {"draws": 20_000, "seed": 7, "design": "random", "keep_draws": True, "engine": "reference"},
            {"precision": "nb=20%"},
            {"draws": 8192, "parts": "parts"},
        ],
    ),
    ids=["variant and values put in place", "random", "precision", "parts"],
)
def test_r226_a_run_is_reproduced_to_the_bit(
    asked: dict, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(place)
    folder = f"runs/{tmp_path.name}"
    asked = asked | ({"parts": folder} if "parts" in asked else {})
    api.run("scenarios/park-and-neighbours.yaml", **asked).write(folder, report=False, draws="seed" in asked)
    made = bundle(folder)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    done = again(made, tmp_path)
    assert not done.deviations
    assert {"results.nc", "decision.csv", "summary.csv"} <= set(done.compared)
    assert not list((tmp_path / "elsewhere").iterdir())


@pytest.mark.thorough
def test_r226_what_differs_is_named(content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parts = changed(parts_of(tmp_path, content), lambda manifest: manifest.update(seed=2))
    (tmp_path / "b.zip").write_bytes(packed(parts, tmp_path))
    assert main.main(["reproduce", str(tmp_path / "b.zip"), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert not found["bit_equal"]
    differing = {(one["file"], one["column"]): one for one in found["deviations"]}
    assert differing["results.nc", "wellbys"]["largest"] > 0
    assert ("decision.csv", "wellbys") in differing
    assert ("decision.csv", "option") not in differing


@pytest.mark.thorough
def test_r226_another_version_and_the_largest_difference_are_said(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    parts = parts_of(tmp_path, content)
    head, first, *rest = parts["run/decision.csv"].decode("utf-8-sig").splitlines()
    cells = next(csv.reader([first]))
    at = head.split(",").index("cost")
    cells[at] = str(float(cells[at]) + 12.5)
    quoted = ",".join(f'"{cell}"' for cell in cells)
    parts["run/decision.csv"] = "\n".join([head, quoted, *rest]).encode()
    parts = changed(parts, lambda manifest: manifest["versions"].update(wellbeva="0.0.1"))
    (tmp_path / "b.zip").write_bytes(packed(parts, tmp_path))
    assert main.main(["reproduce", str(tmp_path / "b.zip")]) == 1
    told = capsys.readouterr().out
    assert "another version of wellbeva" in told
    assert "not bit-equal: one column differs" in told
    assert "decision.csv: cost, 1 differ, by at most 12.5" in told


@pytest.mark.parametrize("damaged", [b"", b"\xff\xfe\x00,,", None], ids=["empty", "of no text", "missing"])
def test_r226_a_table_that_cannot_be_read_differs(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str], damaged: bytes | None
) -> None:
    parts = parts_of(tmp_path, content)
    crate = json.loads(parts[METADATA])
    if damaged is None:
        del parts["run/decision.csv"]
        crate["@graph"] = [one for one in crate["@graph"] if one["@id"] != "run/decision.csv"]
        (root,) = (one for one in crate["@graph"] if one["@id"] == "./")
        root["hasPart"].remove({"@id": "run/decision.csv"})
        parts[METADATA] = json.dumps(crate).encode()
    else:
        parts["run/decision.csv"] = damaged
    (tmp_path / "b.zip").write_bytes(packed(parts, tmp_path))
    assert main.main(["reproduce", str(tmp_path / "b.zip")]) == 1
    assert "decision.csv: the whole table, not there, damaged or of another shape" in capsys.readouterr().out


def test_r227_results_that_cannot_be_read_are_those_of_no_bundle(content: bytes, tmp_path: Path) -> None:
    parts = parts_of(tmp_path, content)
    parts["run/results.nc"] = parts["run/results.nc"][:3000] + bytes(3000) + parts["run/results.nc"][6000:]
    digest = hashlib.sha256(parts["run/results.nc"]).hexdigest()
    parts = changed(parts, lambda manifest: manifest.update({DIGEST: digest}))
    code, told = code_of(lambda: again(packed(parts, tmp_path), tmp_path))
    assert (code, told) == ("WB-R528", "its results.nc cannot be read")


def test_r225_a_changed_file_is_not_bundled(
    content: bytes, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(place, tmp_path / "work")
    monkeypatch.chdir(tmp_path / "work")
    table = Path("scenarios/tables/uk_offers.csv")
    table.write_bytes(table.read_bytes() + b"\n")
    code, told = code_of(lambda: bundle("runs/uk"))
    assert (code, told) == ("WB-R527", "scenarios/tables/uk_offers.csv has changed since")
    table.unlink()
    assert "no such file" in code_of(lambda: bundle("runs/uk"))[1]
    assert code_of(lambda: bundle("runs"))[0] == "WB-R527"


def test_r225_a_run_of_a_text_is_not_bundled(place: Path, tmp_path: Path) -> None:
    text = (place / "scenarios/park-and-neighbours.yaml").read_text("utf-8")
    api.run(text, draws=8192, base=place / "scenarios").write(tmp_path / "run", report=False)
    assert code_of(lambda: bundle(tmp_path / "run"))[0] == "WB-R527"


def test_r225_a_run_folder_from_anybody_takes_no_file_along(
    content: bytes, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(place)
    folder = shutil.copytree(place / "runs/uk", tmp_path / "uk")
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    manifest["tables"].append("../secret.csv")
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    (tmp_path / "secret.csv").write_text("secret", "utf-8")
    with zipfile.ZipFile(_put(tmp_path / "b.zip", bundle(folder))) as made:
        assert not [name for name in made.namelist() if "secret" in name]


def _put(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def _link(parts: Parts, folder: Path) -> bytes:
    path = _put(folder / "link.zip", packed(parts, folder))
    info = zipfile.ZipInfo("run/link.csv")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "a") as made:
        made.writestr(info, "/etc/passwd")
    return path.read_bytes()


def _twice(parts: Parts, folder: Path) -> bytes:
    return packed({**parts, "RUN/manifest.json": b"{}"}, folder)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda parts, folder: b"PK", "not a zip"),
        (lambda parts, folder: packed({**parts, "../out": b""}, folder), "leads out"),
        (lambda parts, folder: packed({**parts, "/etc/out": b""}, folder), "leads out"),
        (lambda parts, folder: packed({**parts, "run\\out": b""}, folder), "leads out"),
        (_link, "a link"),
        (_twice, "twice"),
        (lambda parts, folder: packed(parts | {f"run/{n}": b"" for n in range(2_001)}, folder), "more than 2,000"),
        (lambda parts, folder: packed({**parts, "run/more.csv": b""}, folder), "not those that it lists"),
        (
            lambda parts, folder: packed({k: v for k, v in parts.items() if k != METADATA}, folder, listed=False),
            "has no",
        ),
        (lambda parts, folder: packed({**parts, METADATA: b"[]"}, folder, listed=False), "not that of a bundle"),
        (lambda parts, folder: packed({**parts, MANIFEST: b"{}"}, folder, listed=False), "by its SHA-256"),
        (lambda parts, folder: packed({**parts, MANIFEST: b"{}"}, folder), "not that of a run"),
        (lambda parts, folder: packed(changed(parts, lambda m: m.update(draws="many")), folder), "not that of a run"),
        (lambda parts, folder: packed({**parts, "run/results.nc": b"else"}, folder), "not the file that its manifest"),
    ],
)
def test_r227_a_bundle_that_is_not_sound_is_refused(
    content: bytes, tmp_path: Path, make: Callable[[Parts, Path], bytes], said: str
) -> None:
    made = make(parts_of(tmp_path, content), tmp_path)
    code, told = code_of(lambda: again(made, tmp_path))
    assert code == "WB-R528"
    assert said in told
    assert {one.name for one in tmp_path.iterdir()} <= {"old.zip", "new.zip", "b.zip", "link.zip"}


def test_r227_a_bomb_is_refused_before_it_is_unpacked(
    content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundles, "UNPACKED_LIMIT", 1_000)
    code, told = code_of(lambda: again(content, tmp_path))
    assert (code, told) == ("WB-R528", "unpacked it has more than 1,000 bytes")
