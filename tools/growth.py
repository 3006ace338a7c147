"""Draw how time and memory grow with the size of a scenario: `python -m tools.growth --help`.

Each size is checked and run in a process of its own. The exponent is the power of the size with which the seconds of
the processor grow between the last two sizes: 1 is linear, 2 a square.
"""

from __future__ import annotations

import argparse
import math
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from wellbeva import api
from wellbeva.errors import WellbevaError

HEAD = "schema: wellbeva/scenario/1\nscenario: Growth\nappraisal: green-book-2026\ncomparator: nothing\n"
SIZES = {"options": 256, "certain": 512, "rivals": 256, "groups": 64, "years": 256, "inputs": 256, "rows": 16384}
"""The largest size of each curve, unless another is asked for."""
SIZES |= {"columns": 64, "variants": 64, "sources": 4096, "brackets": 65536, "comments": 65536}
Files = dict[str, str]


def offers(count: int, spread: str = "", choose: str = "several") -> str:
    """Return a scenario of so many options, each with an effect and a cost."""
    each = [f"  o{k}: {{effect: {0.1 + k % 7 / 10:.1f}{spread}, cost_each: £{k + 100}}}" for k in range(count)]
    return "\n".join([HEAD + f"model: cost_per_wellby\nchoose: {choose}\noptions:", *each, ""])


def inputs(count: int) -> Files:
    """Return a scenario and a model of so many uncertain inputs."""
    model = """schema: wellbeva/model/1
model: many
parameters: {cost: {unit: money, by: option}, x: {unit: WELLBY, by: group}, size: {unit: ratio, by: option}}
equations: {wellbys: "sum(x, over=group) * size in WELLBY"}
outcomes: [wellbys]
decision: {effect: wellbys, cost: cost}
"""
    start = HEAD + "model: many\nchoose: one\noptions: {a: {cost: £100, size: 1}, b: {cost: £200, size: 2}}\ngroups:"
    labels = [f"  g{k}: Group {k}" for k in range(count)]
    each = [f"    g{k}: 0.{k % 8 + 1} (se 0.1)" for k in range(count)]
    return {"s.yaml": "\n".join([start, *labels, "values:", "  x:", "    by: group", *each]), "many.yaml": model}


def drawn(rows: int, columns: int) -> Files:
    """Return a scenario with a table of draws."""
    numbers = np.random.default_rng(1).normal(0.3, 0.1, (rows, columns))
    table = [",".join(f"effect.o{k}" for k in range(columns))]
    table += [",".join(f"{one:.6f}" for one in row) for row in numbers]
    each = [f"  o{k}: {{cost_each: £{k + 100}}}" for k in range(columns)]
    start = HEAD + "model: cost_per_wellby\nchoose: one\ntables: [{file: draws.csv, rows: draw}]\noptions:"
    return {"s.yaml": "\n".join([start, *each]), "draws.csv": "\n".join(table)}


def trajectory(years: int, groups: int) -> Files:
    """Return a scenario of the wellbeing trajectory with so many years and groups."""
    labels = ", ".join(f"g{k}: Group {k}" for k in range(groups))
    return {
        "s.yaml": f"{HEAD}model: wellbeing_trajectory\nchoose: one\ngroups: {{{labels}}}\n"
        f"time: {{step: year, from: 0, to: {years - 1}, starts: 2026}}\n"
        "axes: {payer: {us: Us}, body: {nobody: Nobody}}\n"
        "values: {controlled: true, hold: 1 year, people: 100 people, cost_per_person: £90}\n"
        "options: {a: {effect: 0.3 (se 0.1)}}\n"
    }


CURVES: dict[str, Callable[[int], Files]] = {
    "options": lambda size: {"s.yaml": offers(size, " (se 0.05)")},
    "certain": lambda size: {"s.yaml": offers(size)},
    "rivals": lambda size: {"s.yaml": offers(size, " (se 0.05)", "one")},
    "groups": lambda size: trajectory(10, size),
    "years": lambda size: trajectory(size, 2),
    "inputs": inputs,
    "rows": lambda size: drawn(size, 4),
    "columns": lambda size: drawn(1024, size),
    "variants": lambda size: {
        "s.yaml": offers(4, " (se 0.05)")
        + "variants:\n"
        + "".join(f"  v{k}: {{years: {k + 1} years}}\n" for k in range(size))
    },
    "sources": lambda size: {
        "s.yaml": offers(4) + "sources:\n" + "".join(f"  s{k}: {{cite: Paper {k}}}\n" for k in range(size))
    },
    "brackets": lambda size: {"s.yaml": HEAD + "options: " + "[" * size},
    "comments": lambda size: {"s.yaml": offers(4) + "# a line\n" * size},
}


def measure(files: Files, draws: int) -> tuple[float, float, float, str]:
    """Check and run a scenario in a process of its own.

    Returns
    -------
    check, run : float
        Of the processor [s]; the run with its report.
    memory : float
        At its peak, above that of this process [MB].
    end : str
        Empty, or what a refusal or fault is.
    """
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            (Path(folder) / name).write_text(text, encoding="utf-8")
        told, theirs = os.pipe()
        if not (child := os.fork()):
            before, seconds, end = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, [0.0, 0.0], ""
            for step, verb in enumerate((api.check, lambda path: api.run(path, draws=draws, threads=1).report())):
                begun = time.process_time()
                try:
                    verb(Path(folder) / "s.yaml")
                except WellbevaError as error:
                    end = error.diagnostics[0].code
                except BaseException as error:
                    end = type(error).__name__
                seconds[step] = time.process_time() - begun
                if end:
                    break
            peak = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
            os.write(theirs, f"{seconds[0]} {seconds[1]} {peak} {end}".encode())
            os._exit(0)
        os.close(theirs)
        os.waitpid(child, 0)
        with os.fdopen(told) as words:
            check, run, memory, *end = words.read().split() or ("nan", "nan", "nan", "killed")
    return float(check), float(run), float(memory), "".join(end)


def main(words: list[str] | None = None) -> int:
    """Print a line for each size of each curve."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("curves", nargs="*", metavar="CURVE", help=", ".join(CURVES))
    ask.add_argument("--largest", type=int, default=0, help="the largest size; four are tried, each half the next")
    ask.add_argument("--draws", type=int, default=8192)
    given = ask.parse_args(words)
    with tempfile.TemporaryDirectory() as folder:  # all is imported, and every kernel loaded, before the first fork
        (Path(folder) / "s.yaml").write_text(offers(2, " (se 0.05)"), encoding="utf-8")
        api.run(Path(folder) / "s.yaml", draws=given.draws, threads=1).report()
    print(f"{'curve':10} {'size':>7} {'check s':>8} {'run s':>8} {'power':>6} {'MB':>6}")
    for curve in given.curves or CURVES:
        before = 0.0
        for halvings in (3, 2, 1, 0):
            size = max(1, (given.largest or SIZES[curve]) >> halvings)
            check, run, memory, end = measure(CURVES[curve](size), given.draws)
            power = math.log2((check + run) / before) if before and check + run else math.nan
            before = check + run
            bar = "#" * round(4 * math.log2(1 + 10 * before))
            print(f"{curve:10} {size:7,} {check:8.2f} {run:8.2f} {power:6.2f} {memory:6.0f}  {bar} {end}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
