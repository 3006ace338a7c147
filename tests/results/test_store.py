"""The run folder: whole or not at all."""

import csv
import errno
import hashlib
import io
import json
import os
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tiers import examples
from wellbeva.cli import main
from wellbeva.core import atomic
from wellbeva.errors import WellbevaError
from wellbeva.results import run_folder
from wellbeva.results.csv_file import csv_text
from wellbeva.results.dataset import build
from wellbeva.results.netcdf import write_netcdf
from wellbeva.results.run_folder import open_run, write_run

pytestmark = pytest.mark.extras

TABLES = {"decision": pd.DataFrame({"option": ["visits"], "cost": [0.1]})}


def tiny():
    return xr.Dataset({"x": (("a",), np.arange(3.0))}, coords={"a": ["p", "q", "r"]}, attrs={"seed": 1})


def manifest(seed):
    return {"schema": "wellbeva/manifest/1", "seed": seed}


def seed_of(folder):
    return json.loads((folder / "manifest.json").read_text())["seed"]


def write(folder, **changes):
    given = {"dataset": tiny(), "manifest": manifest(1), "tables": lambda: TABLES, "report": lambda: "<p>é</p>"}
    return write_run(folder, **given | changes)


def everything(folder):
    return sorted(one.name for one in Path(folder).iterdir())


def test_the_file_holds_what_that_of_xarray_holds(one, tmp_path):
    dataset = build(one.plan, one.result)
    dataset.to_netcdf(tmp_path / "theirs.nc", engine="h5netcdf")
    digest = write_netcdf(tmp_path / "ours.nc", dataset)
    assert digest == hashlib.sha256((tmp_path / "ours.nc").read_bytes()).hexdigest()
    ours, theirs = (xr.load_dataset(tmp_path / f"{name}.nc", engine="h5netcdf") for name in ("ours", "theirs"))
    xr.testing.assert_identical(ours, theirs)
    assert ours.sizes == theirs.sizes
    for name, variable in theirs.variables.items():
        assert ours.variables[name].dtype == variable.dtype
        assert [*ours.variables[name].attrs] == [*variable.attrs]
        assert ("_FillValue" in ours.variables[name].encoding) == ("_FillValue" in variable.encoding)


def test_a_run_comes_back_as_it_was(one, tmp_path):
    dataset = build(one.plan, one.result)
    folder = write(tmp_path / "deep" / "run", dataset=dataset)
    assert everything(folder) == ["decision.csv", "manifest.json", "report.html", "results.nc"]
    xr.testing.assert_identical(open_run(folder), dataset)
    digest = hashlib.sha256((folder / "results.nc").read_bytes()).hexdigest()
    written = {"tables": ["decision.csv"], "results_sha256": digest}
    assert json.loads((folder / "manifest.json").read_text()) == manifest(1) | written
    assert (folder / "decision.csv").read_bytes() == (
        b"\xef\xbb\xbfoption,cost,currency,price_year,effect_unit\nvisits,0.1,GBP,2025,WELLBY\n"
    )
    assert (folder / "report.html").read_text(encoding="utf-8") == "<p>é</p>"
    assert everything(tmp_path / "deep") == ["run"]


def test_a_run_folder_is_replaced_and_an_empty_one_filled(tmp_path):
    (tmp_path / "run").mkdir()
    write(tmp_path / "run")
    write(tmp_path / "run", manifest=manifest(2), report=None)
    assert everything(tmp_path) == ["run"]
    assert everything(tmp_path / "run") == ["decision.csv", "manifest.json", "results.nc"]
    assert seed_of(tmp_path / "run") == 2


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_what_is_no_run_folder_is_left_alone(tmp_path, kind):
    target = tmp_path / "precious"
    if kind == "folder":
        target.mkdir()
        (target / "thesis.txt").write_text("years of work")
    else:
        target.write_text("years of work")
    with pytest.raises(WellbevaError) as caught:
        write(target)
    assert caught.value.diagnostics[0].code == "WB-R010"
    assert everything(tmp_path) == ["precious"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"manifest.json": '{"schema": "wellbeva/manifest/1"}', "thesis.txt": "years"}, "'thesis.txt'"),
        (
            {"manifest.json": '{"schema": "wellbeva/manifest/1", "tables": ["thesis.txt", 1]}', "thesis.txt": "years"},
            "'thesis.txt'",
        ),
        ({"manifest.json": '{"schema": "wellbeva/manifest/1", "tables": []}', "costs.csv": "1"}, "'costs.csv'"),
        ({"manifest.json": '{"name": "a web app"}'}, "no manifest.json that a run wrote"),
        ({"manifest.json": '["wellbeva/manifest/1"]'}, "no manifest.json that a run wrote"),
        ({"manifest.json": "{"}, "no manifest.json that a run wrote"),
        ({"manifest.json": "[" * 100_000}, "no manifest.json that a run wrote"),
        ({"decision.csv": "mine"}, "no manifest.json that a run wrote"),
        ({f"{n}.txt": "" for n in range(7)}, "'0.txt', '1.txt', '2.txt', '3.txt', '4.txt' and 2 more"),
    ],
    ids=["a file more", "no table", "a table more", "another's", "a list", "no JSON", "deep", "no manifest", "many"],
)
def test_a_folder_with_anything_of_others_is_left_alone(tmp_path, content, said):
    target = tmp_path / "precious"
    target.mkdir()
    for name, text in content.items():
        (target / name).write_text(text)
    for act in (write, run_folder.refuse_foreign):
        with pytest.raises(WellbevaError) as caught:
            act(target)
        (diagnostic,) = caught.value.diagnostics
        assert diagnostic.code == "WB-R010"
        assert said in " ".join(diagnostic.facts)
        assert "--out" in diagnostic.remedy
    assert {one.name: one.read_text() for one in target.iterdir()} == content


def test_a_folder_with_the_name_of_a_file_of_ours_is_left_alone(tmp_path):
    target = write(tmp_path / "run")
    (target / "league.csv").mkdir()
    with pytest.raises(WellbevaError, match="league"):
        write(target)


def test_text_that_a_spreadsheet_would_run_is_text(tmp_path):
    cells = ["=1+1", "+a", "-a", "@a", "\ta", "plain", None]
    numbers = [-1.5, -2.0, 0.0, 1.0, 2.0, 3.0, 4.0]
    frame = pd.DataFrame({"=head": cells, "cost": numbers})
    folder = write(tmp_path / "run", tables=lambda: {"decision": frame, "summary": frame.astype({"=head": "category"})})
    expected = "'=head,cost\n'=1+1,-1.5\n'+a,-2\n'-a,0\n'@a,1\n'\ta,2\nplain,3\n,4\n"
    assert (folder / "decision.csv").read_text("utf-8-sig") == expected
    assert (folder / "summary.csv").read_text("utf-8-sig") == expected
    assert frame["=head"].dropna().tolist() == cells[:-1]
    write(folder, tables=lambda: {"decision": pd.DataFrame({"a": ["\r=1"]})})
    assert b"'\r'=1" in (folder / "decision.csv").read_bytes()


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("＝1+3", "'＝1+3"),
        ("＠SUM(1)", "'＠SUM(1)"),
        ("﹣1", "'﹣1"),
        (" =1+2", "' =1+2"),
        ("\u00a0=1", "'\u00a0=1"),
        ("\u200b=1", "'\u200b=1"),
        ("x;=1+4", "x;'=1+4"),
        ("x; @a;y", "x;' @a;y"),
        ("x\n=1", "x\n'=1"),
        ('x;"=1;y', "x;'\"=1;y"),
        ('x\t""=1', 'x\t\'""=1'),
        ('"=1', "'\"=1"),
        ("x;\x01=1", "x;'\x01=1"),
        ("a - b = c", "a - b = c"),
        ("£1; 2", "£1; 2"),
        ("Walks, =1", "Walks, =1"),
    ],
)
def test_formulas_in_disguise_are_text_too(tmp_path, cell, written):
    folder = write(tmp_path / "run", tables=lambda: {"decision": pd.DataFrame({"a": [cell], "b": ["end"]})})
    assert pd.read_csv(folder / "decision.csv")["a"].tolist() == [written]


@given(st.lists(st.tuples(*[st.text(';,\t\r\n" =-@a', max_size=8)] * 2), min_size=1, max_size=3))
@settings(max_examples=examples(300), deadline=None)
def test_no_separator_shows_a_formula_first(rows):
    text = csv_text(pd.DataFrame(rows, columns=["a", "b"]))
    for separator in ",;\t":
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            assert not [cell for cell in row if cell.lstrip(' "').startswith(("=", "-", "@"))], separator


def test_bytes_that_are_no_text_do_not_stop_a_run(tmp_path):
    folder = write(tmp_path / "o\udcff", manifest=manifest(1) | {"command": "--out o\udcff"})
    assert json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["command"] == "--out o\ufffd"
    (folder / "thesis\udcff").write_text("")
    with pytest.raises(WellbevaError) as caught:
        write(folder)
    assert "thesis\ufffd" in str(caught.value)
    str(caught.value).encode()


def test_what_a_killed_run_left_is_swept_after_an_hour(tmp_path, monkeypatch):
    left = [".run.0123456789ab.part", ".run.0123456789ab.old"]
    kept = [".run.mine.part", ".runs.0123456789ab.part", "run.0123456789ab.part"]
    for name in left + kept:
        (tmp_path / name).mkdir()
    write(tmp_path / "run")
    assert everything(tmp_path) == sorted([*left, *kept, "run"])
    now = run_folder.time.time()
    monkeypatch.setattr(run_folder.time, "time", lambda: now + 3700)
    write(tmp_path / "run")
    assert everything(tmp_path) == sorted([*kept, "run"])


@pytest.mark.parametrize("before", [False, True], ids=["new", "replacing"])
@pytest.mark.parametrize("name", ["results.nc", "decision.csv", "report.html", "manifest.json"])
@pytest.mark.parametrize(
    ("failure", "expected"),
    [(OSError(errno.ENOSPC, "No space left on device"), WellbevaError), (KeyboardInterrupt(), KeyboardInterrupt)],
    ids=["full disk", "Ctrl-C"],
)
def test_a_failure_leaves_nothing_half_made(tmp_path, monkeypatch, before, name, failure, expected):
    target = tmp_path / "a" / "run"
    if before:
        write(target, manifest=manifest(1))
    true_fsync = os.fsync

    def failing(number):
        if Path(f"/proc/self/fd/{number}").readlink().name == name:
            raise failure
        true_fsync(number)

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(expected):
        write(target, manifest=manifest(2))
    if before:
        assert everything(tmp_path / "a") == ["run"]
        assert seed_of(target) == 1
    else:
        assert everything(tmp_path) == []


def test_a_run_folder_is_replaced_in_one_step(tmp_path):
    """Who is killed while writing, at whatever moment, leaves a whole run folder there."""
    target = write(tmp_path / "run")
    script = """
import sys
import numpy as np, xarray as xr
from wellbeva.results.run_folder import write_run
data = xr.Dataset({"x": (("a",), np.arange(3.0))})
while True:
    write_run(sys.argv[1], dataset=data, manifest={"schema": "wellbeva/manifest/1"}, tables=dict, report=None)
    print("written", flush=True)
"""
    with subprocess.Popen([sys.executable, "-c", script, str(target)], stdout=subprocess.PIPE) as running:
        running.stdout.readline()
        for _ in range(20_000):
            assert (target / "manifest.json").is_file()
        running.kill()


@pytest.fixture
def no_exchange(monkeypatch):
    """Let the system be one that cannot let two folders change places."""
    monkeypatch.setattr(atomic, "_exchange", lambda one, other: False)


def test_without_an_exchange_it_is_replaced_too(tmp_path, no_exchange):
    write(tmp_path / "run")
    write(tmp_path / "run", manifest=manifest(2))
    assert everything(tmp_path) == ["run"]
    assert seed_of(tmp_path / "run") == 2


@pytest.mark.parametrize("step", [2, 3])
def test_an_interrupted_rename_puts_the_former_run_back(tmp_path, monkeypatch, no_exchange, step):
    target = write(tmp_path / "run", manifest=manifest(1))
    calls = []
    true_rename = Path.rename

    def failing(self, other):
        calls.append(self)
        if len(calls) == step:
            raise KeyboardInterrupt
        return true_rename(self, other)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(KeyboardInterrupt):
        write(tmp_path / "run", manifest=manifest(2))
    assert everything(tmp_path) == ["run"]
    assert seed_of(target) == 1


def test_what_was_killed_between_two_renames_comes_back_at_the_next_start(tmp_path):
    write(tmp_path / "run").rename(tmp_path / ".run.0123456789ab.old")
    run_folder.try_folder(tmp_path / "run")
    assert everything(tmp_path) == ["run"]
    assert seed_of(tmp_path / "run") == 1


@pytest.mark.thorough
@pytest.mark.parametrize("exchange", [True, False])
def test_of_runs_into_one_folder_at_once_the_last_stays(tmp_path, monkeypatch, exchange):
    if not exchange:
        monkeypatch.setattr(atomic, "_exchange", lambda one, other: False)
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda seed: write(tmp_path / "deep" / "run", manifest=manifest(seed)), range(100)))
    assert len(done) == 100
    assert everything(tmp_path / "deep") == ["run"]
    assert everything(tmp_path / "deep" / "run") == ["decision.csv", "manifest.json", "report.html", "results.nc"]


def test_a_run_that_another_replaces_at_the_last_moment_is_no_error(tmp_path, monkeypatch):
    write(tmp_path / "run")
    (tmp_path / "fresh.part").mkdir()
    (tmp_path / "fresh.part" / "manifest.json").touch()
    monkeypatch.setattr(atomic, "_exchange", lambda one, other: False)
    monkeypatch.setattr(Path, "exists", lambda self: self.suffix == ".old")
    atomic.put_folder(tmp_path / "fresh.part", tmp_path / "run")
    assert [one.name for one in tmp_path.iterdir()] == ["run"]


@pytest.mark.parametrize("fault", ["a file above", "a long name", "a mount"])
def test_a_place_that_cannot_be_used_is_told_before_the_draws(tmp_path, monkeypatch, capsys, fault):
    (tmp_path / "file").touch()
    place = {"a file above": tmp_path / "file" / "run", "a long name": tmp_path / ("x" * 250), "a mount": tmp_path}
    if fault == "a mount":
        (tmp_path / "file").unlink()
        monkeypatch.setattr("os.path.ismount", lambda path: path == tmp_path)
    monkeypatch.setattr("wellbeva.api.run", lambda *_, **__: pytest.fail("it draws"))
    assert main.main(["run", "scenarios/uk-community-offers.yaml", "--out", str(place[fault])]) == 2
    told = capsys.readouterr().err
    assert "error[WB-R012]" in told
    reason = {"a file above": "Not a directory", "a long name": "File name too long", "a mount": "is mounted there"}
    assert reason[fault] in told
    assert ("name a folder in it with --out" in told) == (fault == "a mount")
    assert everything(tmp_path) == ([] if fault == "a mount" else ["file"])


def test_a_place_that_can_be_used_is_left_as_it_was(tmp_path):
    run_folder.try_folder(tmp_path / "deep" / "er" / "run")
    assert everything(tmp_path) == []


@pytest.mark.thorough
def test_a_real_limit_on_file_size_speaks_in_words(tmp_path):
    script = """
import resource, signal, sys
import numpy as np, xarray as xr
from wellbeva.cli import main
from wellbeva.core import atomic
from wellbeva.errors import WellbevaError
from wellbeva.results.run_folder import write_run
data = xr.Dataset({"x": (("a",), np.random.default_rng(1).random(50_000))})
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    write_run(sys.argv[1], dataset=data, manifest={}, tables=dict, report=None)
except WellbevaError as error:
    print(error.diagnostics[0].code)
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "run")], capture_output=True, text=True, check=True
    )
    assert done.stdout == "WB-R011\n"
    assert everything(tmp_path) == []


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(WellbevaError) as caught:
        write(tmp_path / "file" / "run")
    assert caught.value.diagnostics[0].code == "WB-R012"
    assert "file/run" in str(caught.value)


@pytest.mark.parametrize("content", [None, b"", b"no netCDF"])
def test_results_that_cannot_be_read_are_told_in_words(tmp_path, content):
    if content is not None:
        (tmp_path / "results.nc").write_bytes(content)
    with pytest.raises(WellbevaError) as caught:
        open_run(tmp_path)
    assert caught.value.diagnostics[0].code == "WB-R013"


@pytest.mark.parametrize("beside", [True, False], ids=["with its manifest", "alone"])
def test_damaged_results_are_told_in_words(tmp_path, beside):
    """None is read: HDF5 may loop for ever over a damaged file. Without a manifest nothing says that it is whole."""
    folder = write(tmp_path / "run")
    whole = (folder / "results.nc").read_bytes()
    if not beside:
        (folder / "manifest.json").unlink()
    chance = random.Random(1)
    told = []
    for cut in [False, True] * 60:
        damaged = bytearray(whole)
        for _ in range(chance.choice([1, 50])):
            damaged[chance.randrange(len(whole))] ^= chance.randrange(1, 256)
        (folder / "results.nc").write_bytes(damaged[: chance.randrange(len(whole))] if cut else damaged)
        try:
            open_run(folder)
        except WellbevaError as error:
            told += [one.code for one in error.diagnostics]
    assert told == ["WB-R013"] * 120


@pytest.mark.parametrize("way", ["external", "virtual", "link"])
def test_results_whose_numbers_lie_in_another_file_are_refused(tmp_path, way):
    """HDF5 would read any file that a folder from somebody else names."""
    place, secret = tmp_path / "results.nc", tmp_path / "secret.nc"
    with h5py.File(secret, "w") as file:
        file["s"] = np.arange(8)
    with h5py.File(place, "w") as file:
        if way == "external":
            file.create_dataset("s", (8,), "u1", external=[(secret, 0, 8)])
        elif way == "virtual":
            layout = h5py.VirtualLayout((8,), "i8")
            layout[:] = h5py.VirtualSource(secret, "s", (8,))
            file.create_virtual_dataset("s", layout)
        else:
            file["s"] = h5py.ExternalLink(secret, "s")
    written = {"schema": "wellbeva/manifest/1", "results_sha256": hashlib.sha256(place.read_bytes()).hexdigest()}
    (tmp_path / "manifest.json").write_text(json.dumps(written))
    with pytest.raises(WellbevaError, match="'s' lie in another file"):
        open_run(tmp_path)


def test_a_run_folder_that_is_moved_away_while_it_is_looked_at_is_no_fault(tmp_path, monkeypatch):
    """Another run exchanges it between two looks; Path.is_mount of Python 3.11 fails there."""
    monkeypatch.setattr(Path, "exists", lambda self, **_: True)
    monkeypatch.setattr(Path, "is_dir", lambda self, **_: True)
    with run_folder._beside(tmp_path / "run") as fresh:
        assert fresh.parent == tmp_path
