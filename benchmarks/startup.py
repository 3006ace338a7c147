"""How soon the command answers: `--help`, and the demo from the command to its report, on a fresh machine too."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.benchmark import Asked, Benchmark, Measured, Task, answer, clean_environment

DEMO = Path(__file__).parents[1] / "scenarios" / "uk-community-offers.yaml"
BARE = "import numpy, pandas"
STACK = "import numpy, scipy.stats, pandas, xarray, h5netcdf, jinja2, pydantic, yaml"
COLD = """
import sys
from wellbeva.cli.main import main
from wellbeva.core.second_process import allow_copies
allow_copies()
code = main()
assert not code, code
print("numba" if "numba" in sys.modules else "no numba")
"""


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


def _cold(size: int, threads: int) -> Task:
    """Run the demo, from the command to its report, where no cache holds anything; say whether Numba was touched."""
    command = [sys.executable, "-c", COLD, "run", str(DEMO), "--draws", str(size), "--threads", str(threads)]

    def task() -> Measured:
        folder = Path(tempfile.mkdtemp())
        environment = clean_environment(folder / "cache")
        command_here = [*command, "--out", str(folder / "run"), "--quiet"]
        start = time.perf_counter()
        done = subprocess.run(command_here, check=True, stdout=subprocess.PIPE, text=True, env=environment)
        seconds = time.perf_counter() - start
        return Measured(done.stdout.strip().splitlines()[-1], amount=seconds)

    return task


def _nothing_compiled(ours: object, _theirs: object) -> None:
    assert answer(ours) == "no numba", ours


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
COLD_START = Benchmark(
    name="cold-start",
    against="a bound in seconds; nothing compiled, every cache but Python's own bytecode empty",
    ask=4.0,
    asked=Asked.SECONDS,
    ours=_cold,
    theirs=None,
    agree=_nothing_compiled,
    sizes=(2**14,),
    tiny=2**13,
    counts="draws",
    repeats=3,
)
