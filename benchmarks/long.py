"""A hundred million draws of the demo: memory does not grow with draws, and time grows no faster than they do.

Each run is a process of its own, once. Memory is the most that process ever held (``VmHWM`` of Linux): what
`getrusage` says of a child begins at what its parent held. Time is that of `api.run`, from the file to the tables.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from benchmarks.benchmark import Asked, Benchmark, Measured, Task, answer

DEMO = Path(__file__).parents[1] / "scenarios" / "uk-community-offers.yaml"
TENTH = 10
RUN = """
import json, re, sys, time
from pathlib import Path
from wellbeva import api
start = time.perf_counter()
done = api.run(sys.argv[1], draws=int(sys.argv[2]), threads=int(sys.argv[3]))
seconds = time.perf_counter() - start
most = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text("utf-8"))
means = done.dataset["wellbys"].sel(statistic="mean").values.ravel().tolist()
print(json.dumps({"seconds": seconds, "kilobytes": int(most[1]), "means": means, "engine": done.result.engine}))
"""


@dataclass(frozen=True, slots=True)
class Ran:
    """One run in a process of its own."""

    seconds: float
    megabytes: float
    means: tuple[float, ...]
    engine: str


@cache
def ran(draws: int, threads: int) -> Ran:
    """Run the demo with so many draws, once; the second who asks is told the same."""
    command = [sys.executable, "-c", RUN, str(DEMO), str(draws), str(threads)]
    said = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
    return Ran(said["seconds"], said["kilobytes"] * 1024 / 1e6, tuple(said["means"]), said["engine"])


def _time(size: int, threads: int) -> Task:
    return lambda: _measured(ran(size, threads), "seconds")


def _time_of_a_tenth(size: int, threads: int) -> Task:
    return lambda: _measured(ran(size // TENTH, threads), "seconds")


def _memory(size: int, threads: int) -> Task:
    return lambda: _measured(ran(size, threads), "megabytes")


def _measured(one: Ran, what: str) -> Measured:
    return Measured(one.means, amount=getattr(one, what), note=f"engine {one.engine}, {one.megabytes:.0f} MB")


def near(mine: object, other: object) -> None:
    """Means are those of the demo: none differs by more than 5% between the two runs, and something is gained."""
    one, two = answer(mine), answer(other)
    assert isinstance(one, tuple)
    assert any(found > 0 for found in one), one
    if two is None:
        return
    assert isinstance(two, tuple)
    for found, wanted in zip(one, two, strict=True):
        assert abs(found - wanted) <= 0.05 * abs(wanted), (found, wanted)


BENCHMARKS = (
    Benchmark(
        name="demo-memory",
        against="a bound on memory",
        ask=400.0,
        asked=Asked.MEGABYTES,
        ours=_memory,
        theirs=None,
        agree=near,
        sizes=(10**8,),
        tiny=2_000,
        counts="draws",
        repeats=1,
        long=True,
    ),
    Benchmark(
        name="demo-tenfold",
        against="our own run with a tenth of the draws",
        ask=10.5,
        ours=_time,
        theirs=_time_of_a_tenth,
        agree=near,
        sizes=(10**8,),
        tiny=20_000,
        counts="draws",
        repeats=1,
        long=True,
    ),
)
