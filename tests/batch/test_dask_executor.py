"""Parts computed by workers of Dask, an extra: the same bits whoever is lost, and what is refused."""

from __future__ import annotations

import os
import platform
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import wellbeva
from wellbeva.batch import dask_cluster, dask_executor
from wellbeva.cli import main
from wellbeva.errors import WellbevaError

pytestmark = pytest.mark.extras

FORMS = Path(__file__).parents[1] / "analysis/uncertainty/closed_forms"
SCENARIO = FORMS / "together.yaml"
DASK = {"draws": 16_384, "engine": "blocked"}


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0") as cluster:
        yield cluster


def refused(address: str, folder: Path, **settings: Any) -> tuple[str, str]:
    with pytest.raises(WellbevaError) as error:
        wellbeva.run(SCENARIO, parts=folder / "run", on=address, **{**DASK, **settings})
    (found,) = error.value.diagnostics
    assert found.remedy
    return found.code, str(error.value)


def test_the_same_numbers_with_a_worker_killed_in_mid_run(cluster: Any, tmp_path: Path) -> None:
    told = []

    def tell(done: int, total: int) -> None:
        if not told:
            os.kill(next(iter(cluster.workers.values())).pid, signal.SIGKILL)
        told.append((done, total))

    done = wellbeva.run(SCENARIO, parts=tmp_path / "run", on=cluster.scheduler_address, progress=tell, **DASK)
    assert done.dataset.identical(wellbeva.run(SCENARIO, **DASK).dataset)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1] == (16_384, 16_384)
    assert len(told) >= 8
    parts = done.manifest()["parts"]
    assert len(parts) == len(told)
    assert {part["host"] for part in parts} == {platform.node()}
    assert not {part["date"] for part in parts} & {""}


SWEPT = {"gain.walks": ["0.1", "0.2", "3 (no number)", "0.4"]}
"""The third is refused, and stops no other."""


def test_a_sweep_has_the_bytes_of_one_here_with_a_worker_killed(cluster: Any, tmp_path: Path) -> None:
    """R218."""
    asked = {"draws": 8192, "variant": "all", "as_csv": True}
    wellbeva.sweep(SCENARIO, SWEPT, out=tmp_path / "here", parallel=1, **asked)
    told: list[int] = []

    def tell(done: int, total: int) -> None:
        if not told:
            os.kill(next(iter(cluster.workers.values())).pid, signal.SIGKILL)
        told.append(done)

    wellbeva.sweep(SCENARIO, SWEPT, out=tmp_path / "there", on=cluster.scheduler_address, progress=tell, **asked)
    assert told == [*range(1, 9)]
    assert (tmp_path / "there/sweep.csv").read_bytes() == (tmp_path / "here/sweep.csv").read_bytes()


def test_a_worker_reads_a_scenario_again_for_each_sweep_and_as_it_is_here(
    cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R218: workers outlive a sweep, and one that sees another file is refused."""
    scenario = tmp_path / "s.yaml"
    shutil.copytree(FORMS, tmp_path, dirs_exist_ok=True)
    answers = []
    for lasts in ("2 years", "3 years"):
        scenario.write_text(SCENARIO.read_text("utf-8").replace("2 years", lasts), "utf-8")
        monkeypatch.chdir(tmp_path)
        asked = {"draws": 8192, "variant": ["", "long"], "on": cluster.scheduler_address}
        answers.append(wellbeva.sweep("s.yaml", {}, **asked)["wellbys"].tolist())
    assert answers[0][:2] == answers[1][:2]
    assert answers[0][2:] != answers[1][2:]
    monkeypatch.setattr("wellbeva.batch.dask_tasks.digest_of", lambda _: "another")
    with pytest.raises(WellbevaError, match="WB-R297"):
        wellbeva.sweep(scenario, SWEPT, on=cluster.scheduler_address)


def test_what_stands_is_not_computed_again(cluster: Any, tmp_path: Path) -> None:
    class StopError(Exception):
        pass

    counts: list[int] = []

    def stop(done: int, total: int) -> None:
        counts.append(total)
        if len(counts) == 5:
            raise StopError

    with pytest.raises(StopError):
        wellbeva.run(SCENARIO, parts=tmp_path / "run", on=cluster.scheduler_address, progress=stop, **DASK)
    # 1,024 draws of each randomisation
    stood = sum(int(part.name.split("+")[1].partition(".")[0]) for part in (tmp_path / "run/parts").glob("*.part"))
    done = wellbeva.run(SCENARIO, parts=tmp_path / "run", progress=lambda _, total: counts.append(total), **DASK)
    assert counts[-1] == 16_384 - stood * 1024
    assert done.dataset.identical(wellbeva.run(SCENARIO, **DASK).dataset)


def test_a_refused_draw_is_told_as_by_one_process(cluster: Any, tmp_path: Path) -> None:
    """The first of all, however many workers come to one, and without trying it five times."""
    model = "schema: wellbeva/model/1\nmodel: often\nparameters: {x: {unit: ratio, by: option, doc: a number}}\n"
    model += "equations: {y: 'where(x > 2.2, 1 / (x - x), x) in ratio'}\noutcomes: [y]\n"
    (tmp_path / "often.yaml").write_text(model, "utf-8")
    scenario = "schema: wellbeva/scenario/1\nscenario: Refused\nmodel: often\nappraisal: green-book-2026\n"
    scenario += "choose: one\noptions: {a: {label: A, x: '0 (se 1) [assumed]'}}\n"
    (tmp_path / "s.yaml").write_text(scenario, "utf-8")
    said = []
    for where in ({}, {"parts": tmp_path / "run", "on": cluster.scheduler_address}):
        with pytest.raises(WellbevaError) as error:
            wellbeva.run(tmp_path / "s.yaml", **DASK, **where)
        said.append(str(error.value))
    assert "WB-E001" in said[0]
    looked = re.compile(r"in [\d,]+ of [\d,]+ draws looked at")
    assert looked.sub("", said[0]) == looked.sub("", said[1])


def test_another_version_is_refused_before_anything_is_written(
    cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import distributed

    real = distributed.Client.get_versions

    def other(self: Any, **given: Any) -> Any:
        versions = real(self, **given)
        one, two = versions["workers"].values()
        one["packages"] |= {"wellbeva": "0.0.9", "numpy": "2.0.0"}
        two["packages"]["wellbeva"] = None
        return versions

    monkeypatch.setattr(distributed.Client, "get_versions", other)
    code, said = refused(cluster.scheduler_address, tmp_path)
    assert code == "WB-R293"
    assert "wellbeva 0.0.9" in said
    assert "wellbeva is not installed" in said
    assert not (tmp_path / "run").exists()


def test_a_worker_that_cannot_load_it_is_refused(cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask_executor, "_part", _Unloadable())
    assert refused(cluster.scheduler_address, tmp_path)[0] == "WB-R294"


class _Unloadable:
    def __reduce__(self) -> Any:
        return __import__, ("wellbeva.not_there",)

    def __call__(self) -> None:
        """Never called."""


def test_where_all_workers_or_the_scheduler_are_lost_the_run_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    distributed = pytest.importorskip("distributed")
    monkeypatch.setattr(dask_cluster, "_WORKERLESS_S", 0.5)
    monkeypatch.setattr(dask_cluster, "_LOOKS_S", 0.1)
    with distributed.LocalCluster(
        n_workers=0, processes=False, protocol="tcp://", threads_per_worker=1, dashboard_address="127.0.0.1:0"
    ) as empty:
        code, said = refused(empty.scheduler_address, tmp_path)
        assert (code, "no worker" in said) == ("WB-R295", True)
        empty.scale(1)
        empty.wait_for_workers(1)

        def leave(done: int, total: int) -> None:
            empty.scale(0)

        monkeypatch.setattr(dask_cluster, "_WORKERLESS_S", 5)
        code, said = refused(empty.scheduler_address, tmp_path, progress=leave)
        assert (code, "--resume" in said) == ("WB-R295", True)
        empty.scale(1)
        empty.wait_for_workers(1)
        assert refused(empty.scheduler_address, tmp_path, progress=lambda *_: empty.close())[0] == "WB-R296"


def test_where_nobody_or_somebody_else_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr(dask_cluster, "_ANSWERS_S", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        for address in (f"tcp://127.0.0.1:{silent.getsockname()[1]}", "tcp://127.0.0.1:1", "tls://127.0.0.1:1"):
            assert refused(address, tmp_path)[0] == "WB-R292"
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("address", ["slurm", "tcp://", "http://host:8786", "127.0.0.1:8786", "tcp://host"])
def test_what_is_no_address_is_refused(address: str, tmp_path: Path) -> None:
    assert refused(address, tmp_path)[0] == "WB-R290"
    with pytest.raises(WellbevaError, match="WB-R290"):
        wellbeva.run(SCENARIO, on="dask")


def test_without_dask_the_extra_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing(name: str) -> None:
        raise ModuleNotFoundError(name=name)

    monkeypatch.setattr(dask_cluster, "import_module", missing)
    assert main.main(["run", str(SCENARIO), "--on", "dask", "--out", str(tmp_path / "run")]) == 2
    said = capsys.readouterr().err
    assert "WB-R291" in said
    assert "wellbeva[dask]" in said


def test_ctrl_c_leaves_no_process(tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    command = [sys.executable, "-m", "wellbeva", "run", str(SCENARIO), "--on", "dask", "--threads", "2"]
    command += ["--draws", "1e8", "--engine", "blocked", "--out", str(tmp_path / "run")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True) as child:
        deadline = time.monotonic() + 300
        while not (tmp_path / "run/plan.json").exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        time.sleep(1)  # the workers have begun their first parts, which take some twenty seconds
        os.killpg(child.pid, signal.SIGINT)  # as a terminal does: the workers get it too
        _, said = child.communicate(timeout=180)
    assert (child.returncode, said.count("\n"), said[:9]) == (130, 1, "stopped; ")
    deadline = time.monotonic() + 10
    while _session(child.pid) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not _session(child.pid)


def _session(leader: int) -> list[str]:
    """Return the processes of a session."""
    found = subprocess.run(
        ["ps", "-s", str(leader), "-o", "pid=,stat=,args="], capture_output=True, text=True, check=False
    )
    return [line for line in found.stdout.splitlines() if " Z" not in line]
