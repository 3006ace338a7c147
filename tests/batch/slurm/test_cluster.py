"""The scripts on a real Slurm, whose nodes fail: the results are those of one run, to the last bit."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from tests.batch.slurm.cluster import Cluster, can_be_apart, lacking
from wellbeva.batch.slurm import scripts

pytestmark = [
    pytest.mark.thorough,
    pytest.mark.skipif(os.environ.get("WELLBEVA_SLURM") != "1", reason="asked for by WELLBEVA_SLURM=1"),
]
DEMO = Path(__file__).parents[3] / "scenarios" / "uk-community-offers.yaml"
DRAWS = 2**20
TASKS = 6
LOOKS = 8
"""Seconds after which a held task is looked for; the scripts say minutes."""


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    if reason := lacking():
        pytest.skip(reason)
    apart = can_be_apart()
    if not apart:
        print("nodes may not have networks and processes of their own here: one node, and none that fails")
    with tempfile.TemporaryDirectory(prefix="wb", ignore_cleanup_errors=True) as folder:
        made = Cluster(Path(folder), 4 if apart else 1)
        try:
            made.start()
            yield made
        finally:
            made.stop()


def send(cluster: Cluster, out: Path) -> Path:
    """Send the demo to the cluster; return the folder of scripts."""
    job = scripts.Job(DEMO, out, options=(f"--draws={DRAWS}",), tasks=TASKS, time="10")
    folder, _ = scripts.write_scripts(job)
    watch = folder / "watch.sh"
    watch.write_text(watch.read_text("utf-8").replace("now+600", f"now+{LOOKS}"), "utf-8")
    # Where a task is held before all is sent, the watch that is begun there cancels it and says so at once.
    print(cluster.do("bash", "-c", 'bash "$0/submit.sh" 2>>"$0/logs/watch.log"', str(folder)))
    return folder


def watched(folder: Path) -> bool:
    """Whether the watch has cancelled a task that is held."""
    log = folder / "logs/watch.log"
    return log.exists() and "cancelled, as Slurm holds it" in log.read_text("utf-8")


def alone(out: Path) -> subprocess.Popen[bytes]:
    words = [sys.executable, "-P", "-m", "wellbeva", "run", str(DEMO), f"--draws={DRAWS}", f"--out={out}", "--quiet"]
    return subprocess.Popen(words)


def assert_same(folder: Path, expected: Path) -> None:
    tables = sorted(path.name for path in expected.glob("*.csv"))
    assert tables
    assert {path.name for path in folder.iterdir()} == {path.name for path in expected.iterdir()}
    for name in tables:
        assert (folder / name).read_bytes() == (expected / name).read_bytes(), name
    with xr.open_dataset(folder / "results.nc") as ours, xr.open_dataset(expected / "results.nc") as theirs:
        assert set(ours.variables) == set(theirs.variables)
        for name, variable in theirs.variables.items():
            assert np.asarray(ours[name]).tobytes() == np.asarray(variable).tobytes(), name


def test_nodes_that_die_and_are_cut_off_and_a_task_that_is_held(cluster: Cluster, tmp_path: Path) -> None:
    out = tmp_path / "it's 100%j $(touch oops)" / "run"
    out.parent.mkdir()
    if cluster.apart:
        (cluster.folder / "broken-n4").touch()  # so the first task there fails before it begins
    folder = send(cluster, out)
    run_alone = alone(tmp_path / "alone")
    if cluster.apart:
        cluster.until(lambda: watched(folder) or any("requeued held" in job[3] for job in cluster.jobs()), 30)
        fail(cluster)
    cluster.until((out / "manifest.json").exists, 200)
    cluster.until(lambda: not cluster.jobs(), 30)
    assert run_alone.wait(200) == 0
    assert_same(out, tmp_path / "alone")
    logs = {path.name for path in (folder / "logs").iterdir()}
    assert logs >= {*(f"{number}.log" for number in range(1, TASKS + 1)), "merge.log"}
    assert not list(tmp_path.rglob("oops"))
    if cluster.apart:
        assert watched(folder)
        assert "the shards 1,4 are missing: sent again, 1 of 3" in (folder / "logs/merge.log").read_text("utf-8")
    # A shard that comes when all is done changes nothing.
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*")}
    subprocess.run(["bash", str(folder / "array.sh")], env={**os.environ, "SLURM_ARRAY_TASK_ID": "3"}, check=True)
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*")} == before


def waits(process: int, sent: signal.Signals) -> bool:
    """Whether a signal waits for a process that is stopped."""
    lines = Path(f"/proc/{process}/status").read_text("ascii").splitlines()
    pending = next(line.split()[1] for line in lines if line.startswith("ShdPnd"))
    return bool(int(pending, 16) >> (sent - 1) & 1)


def fail(cluster: Cluster) -> None:
    """Let one node die whole, cut another off, whose task comes late, and mend the one where a task was held.

    Task 1 is told to end, as Slurm does before its time is up.
    """

    def running() -> dict[str, str]:
        """Return the task that runs on each node."""
        return {job[2]: job[0] for job in cluster.jobs("--states=RUNNING")}

    def shard(node: str) -> int:
        return next(cluster.processes(node, "--shard="), 0)

    stopped: dict[str, int] = {}

    def all_stopped() -> bool:
        """Stop the first shard of each node, so that none is done before its node fails."""
        for node in {"n1", "n2", "n3"} - {*stopped}:
            if process := shard(node):
                os.kill(process, signal.SIGSTOP)
                stopped[node] = process
        return len(stopped) == 3

    cluster.until(all_stopped, 60)
    # It asks whether the task has ended, for a minute and a half, and a task that is stopped has not.
    words = ["scancel", "--batch", "--signal=TERM", running()["n1"]]
    with subprocess.Popen(words, env=cluster.environment):
        cluster.until(lambda: waits(stopped["n1"], signal.SIGTERM), 30)
        os.kill(stopped["n1"], signal.SIGCONT)
    late = stopped["n3"]
    cluster.link("n3", "down")
    lost = running()["n2"], running()["n3"]
    cluster.kill_node("n2")
    failed = time.monotonic()
    (cluster.folder / "broken-n4").unlink()
    cluster.do("scontrol", "update", "nodename=n4", "state=resume")
    begun: dict[str, float] = {}
    while len(begun) < 2:
        cluster.until(lambda: {running().get("n1"), running().get("n4")} & {*lost} - {*begun}, 90)
        for task in {running().get("n1"), running().get("n4")} & {*lost} - {*begun}:
            begun[task] = time.monotonic() - failed
    print(
        f"begun again: of the dead node after {begun[lost[0]]:.0f} s, of the one cut off after {begun[lost[1]]:.0f} s"
    )
    # It writes late, while its shard is done elsewhere; then the link comes back.
    os.kill(late, signal.SIGCONT)
    cluster.until(lambda: not Path(f"/proc/{late}/cmdline").exists(), 60)
    cluster.link("n3", "up")
    print(f"the task that was cut off has ended after {time.monotonic() - failed:.0f} s, and its node is back")
