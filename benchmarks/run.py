"""``make bench``: time every benchmark, print a table, write benchmarks/results.json.

``python -m benchmarks.run [NAME …] [--repeat N] [--threads K] [--tiny] [--out FILE]``
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.benchmark import Benchmark, Task
from benchmarks.registry import benchmarks

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Timing:
    """One benchmark at one size: the fastest of several, in seconds, and ours divided by theirs."""

    name: str
    against: str
    asked: float
    ours_s: float
    theirs_s: float
    ratio: float
    size: int
    counts: str
    threads: int
    machine: str


def measure(benchmark: Benchmark, size: int, *, threads: int, repeat: int) -> Timing:
    """Time both sides in turns, so that what else the machine does falls on both, and compare their answers."""
    ours, theirs = benchmark.ours(size, threads), benchmark.theirs(size, threads)
    benchmark.agree(ours(), theirs())
    taken = [(_seconds(ours), _seconds(theirs)) for _ in range(repeat)]
    best_ours, best_theirs = (min(side) for side in zip(*taken, strict=True))
    return Timing(
        benchmark.name,
        benchmark.against,
        benchmark.ask,
        round(best_ours, 6),
        round(best_theirs, 6),
        round(best_ours / best_theirs, 4),
        size,
        benchmark.counts,
        threads,
        machine(),
    )


def machine() -> str:
    """Name the processor, its cores and the interpreter; nothing that names a person's machine."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.is_file():
        lines = info.read_text(encoding="utf-8", errors="replace").splitlines()
        model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), model)
    return f"{model}, {os.cpu_count()} cores, Python {platform.python_version()}"


def table(timings: list[Timing]) -> str:
    """Lay out timings for a terminal."""
    rows = [("benchmark", "size", "ours s", "theirs s", "ratio", "asked", "")]
    for one in timings:
        verdict = "met" if one.ratio <= one.asked else "missed"
        size = f"{one.size:,} {one.counts}"
        row = (one.name, size, f"{one.ours_s:.4f}", f"{one.theirs_s:.4f}", f"{one.ratio:.2f}", f"<= {one.asked:g}")
        rows.append((*row, verdict))
    widths = [max(len(row[column]) for row in rows) for column in range(7)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def main(arguments: list[str] | None = None) -> int:
    """Run what is asked for; the status is 0 even where a ratio is missed, for a busy machine is no fault."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    parser.add_argument("names", nargs="*", help="benchmarks to run; all if none is named")
    parser.add_argument("--repeat", type=int, default=5, help="times each side is run; the fastest counts")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--tiny", action="store_true", help="the size of the tests only")
    parser.add_argument("--out", type=Path, default=HERE / "results.json")
    asked = parser.parse_args(arguments)
    known = {one.name: one for one in benchmarks()}
    unknown = [name for name in asked.names if name not in known]
    if unknown:
        parser.error(f"no benchmark {unknown[0]!r}; there are {', '.join(known)}")
    timings = []
    for benchmark in (known[name] for name in asked.names or known):
        for size in (benchmark.tiny,) if asked.tiny else benchmark.sizes:
            print(f"{benchmark.name}, {size:,} {benchmark.counts} …", file=sys.stderr)
            timings.append(measure(benchmark, size, threads=asked.threads, repeat=asked.repeat))
    asked.out.write_text(json.dumps([asdict(one) for one in timings], indent=2) + "\n", encoding="utf-8")
    print(table(timings))
    return 0


def _seconds(task: Task) -> float:
    start = time.perf_counter()
    task()
    return time.perf_counter() - start


if __name__ == "__main__":
    raise SystemExit(main())
