"""``make bench``: time every benchmark, print a table, write benchmarks/results.json.

``python -m benchmarks.run [NAME …] [--long] [--repeat N] [--threads K] [--tiny] [--out FILE]``

Both sides take turns in one process and the fastest of several counts. What is measured stands in the terms of what
was asked: *at least so many times faster* is theirs / ours, *at most so many times as long* is ours / theirs, and a
bound in seconds or megabytes is held against ours alone. ``ratio`` in results.json is that number, ``asked`` its bound
and ``ratio_is`` says which of them it is.
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

from benchmarks.benchmark import Asked, Benchmark, Measured, Task
from benchmarks.registry import benchmarks

HERE = Path(__file__).parent
TURN = 0.15
"""Seconds of a turn at least, which tasks of milliseconds fill by being run again."""


@dataclass(frozen=True, slots=True)
class Timing:
    """One benchmark at one size: the fastest of several, and what that is of what was asked.

    Parameters
    ----------
    ours_s, theirs_s : float or None
        Seconds. None: there is no such side, or it is not a time that is measured.
    ratio : float
        In the terms of `asked`; `ratio_is` names them.
    note : str
        What was chosen or extrapolated on the way.
    """

    name: str
    against: str
    asked: float
    ours_s: float | None
    theirs_s: float | None
    ratio: float
    size: int
    counts: str
    threads: int
    machine: str
    ratio_is: str
    met: bool
    note: str


def measure(benchmark: Benchmark, size: int, *, threads: int, repeat: int) -> Timing:
    """Measure both sides in turns, so that what else the machine does falls on both, and compare their answers."""
    ours = benchmark.ours(size, threads)
    theirs = benchmark.theirs(size, threads) if benchmark.theirs else None
    if benchmark.repeats > 1:  # once to warm up
        ours()
        if theirs:
            theirs()
    mine: list[float] = []
    other: list[float] = []
    notes: dict[str, None] = {}
    long = TURN if benchmark.repeats > 1 else 0.0
    for _ in range(min(repeat, benchmark.repeats)):
        amount, result, note = _amount(ours, long=long)
        mine.append(amount)
        notes[note] = None
        against: object = None
        if theirs:
            amount, against, note = _amount(theirs, long=long)
            other.append(amount)
            notes[note] = None
        benchmark.agree(result, against)
    found, beside = min(mine), min(other, default=None)
    ratio = benchmark.asked.measured(found, beside)
    return Timing(
        name=benchmark.name,
        against=benchmark.against,
        asked=benchmark.ask,
        ours_s=None if benchmark.asked is Asked.MEGABYTES else round(found, 6),
        theirs_s=None if beside is None else round(beside, 6),
        ratio=float(f"{ratio:.5g}"),
        size=size,
        counts=benchmark.counts,
        threads=threads,
        machine=machine(),
        ratio_is=benchmark.asked.value,
        met=benchmark.asked.met(ratio, benchmark.ask),
        note="; ".join(note for note in notes if note),
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
    """Lay out timings for a terminal: asked and measured in the same terms, the notes below."""
    rows = [("benchmark", "size", "ours s", "theirs s", "asked", "measured", "")]
    for one in timings:
        size = f"{one.size:,} {one.counts}"
        seconds = ("-" if side is None else f"{side:.4f}" for side in (one.ours_s, one.theirs_s))
        asked = Asked(one.ratio_is)
        bound, measured = asked.words(one.asked, bound=True), asked.words(one.ratio)
        rows.append((one.name, size, *seconds, bound, measured, "met" if one.met else "missed"))
    widths = [max(len(row[column]) for row in rows) for column in range(7)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    lines += [
        "",
        ">= : theirs / ours, so many times faster.  <= x: ours / theirs, so many times as long.  <= s, MB: ours alone.",
        *(f"{one.name}: {one.note}" for one in timings if one.note),
    ]
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Run what is asked for; the status is 0 even where a ratio is missed, for a busy machine is not a fault."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    parser.add_argument("names", nargs="*", help="benchmarks to run; all but the long ones if none is named")
    parser.add_argument("--long", action="store_true", help="run the long ones too, which take minutes each")
    parser.add_argument("--repeat", type=int, default=5, help="times each side is run; the fastest counts")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--tiny", action="store_true", help="the size of the tests only")
    parser.add_argument("--out", type=Path, default=HERE / "results.json")
    asked = parser.parse_args(arguments)
    known = {one.name: one for one in benchmarks()}
    unknown = [name for name in asked.names if name not in known]
    if unknown:
        parser.error(f"no benchmark {unknown[0]!r}; there are {', '.join(known)}")
    chosen = asked.names or [name for name, one in known.items() if asked.long or not one.long]
    timings = []
    for benchmark in (known[name] for name in chosen):
        for size in (benchmark.tiny,) if asked.tiny else benchmark.sizes:
            print(f"{benchmark.name}, {size:,} {benchmark.counts} …", file=sys.stderr)
            timings.append(measure(benchmark, size, threads=asked.threads, repeat=asked.repeat))
    asked.out.write_text(json.dumps([asdict(one) for one in timings], indent=2) + "\n", encoding="utf-8")
    print(table(timings))
    return 0


def _amount(task: Task, *, long: float = 0.0) -> tuple[float, object, str]:
    """Run a task: its seconds (or what it measured itself), its result and its note.

    One of milliseconds is run again until so `long` has passed, and its fastest run counts: after the seconds of the
    other side's turn the first run pays for memory and a second core that the machine had put to rest (measured: 49
    and 12 ms).
    """
    amounts: list[float] = []
    begun = time.perf_counter()
    while True:
        start = time.perf_counter()
        result = task()
        now = time.perf_counter()
        told = result if isinstance(result, Measured) else Measured(result)
        amounts.append(now - start if told.amount is None else told.amount)
        if told.amount is not None or now - begun >= long:
            return min(amounts), result, told.note


if __name__ == "__main__":
    raise SystemExit(main())
