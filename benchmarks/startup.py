"""How soon the command answers: `--help`, and the demo from the command to its report, against bare imports."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.benchmark import Benchmark, Task

DEMO = Path(__file__).parents[1] / "scenarios" / "uk-community-offers.yaml"
BARE = "import numpy, pandas"
STACK = "import numpy, scipy.stats, pandas, xarray, h5netcdf, jinja2, pydantic, ruamel.yaml"


def _run(*arguments: str) -> Task:
    def task() -> int:
        return subprocess.run([sys.executable, *arguments], check=True, capture_output=True).returncode

    return task


def _help(_size: int, _threads: int) -> Task:
    return _run("-m", "wellbeva", "--help")


def _bare(_size: int, _threads: int) -> Task:
    return _run("-c", BARE)


def _demo(size: int, threads: int) -> Task:
    folder = Path(tempfile.mkdtemp()) / "run"
    command = ["-m", "wellbeva", "run", str(DEMO), "--draws", str(size), "--threads", str(threads)]
    return _run(*command, "--out", str(folder), "--quiet")


def _stack(_size: int, _threads: int) -> Task:
    return _run("-c", STACK)


def _both_ended_well(ours: object, theirs: object) -> None:
    assert ours == theirs == 0


HELP = Benchmark(
    name="startup-help",
    against=f"python -c '{BARE}'",
    ask=2.5,  # half a second where the bare imports take 0.2 s
    ours=_help,
    theirs=_bare,
    agree=_both_ended_well,
    sizes=(1,),
    tiny=1,
    counts="command",
)
DEMO_COMMAND = Benchmark(
    name="demo-command",
    against=f"python -c '{STACK}', that is, importing what the demo stands on and doing nothing",
    ask=7.0,  # six seconds where the bare imports take 0.85 s
    ours=_demo,
    theirs=_stack,
    agree=_both_ended_well,
    sizes=(2**14,),
    tiny=2**13,
    counts="draws",
)
