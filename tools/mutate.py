"""Change files of ours by chance, check and run each, and keep what goes wrong: `python -m tools.mutate --help`.

Each mutant is judged in a process of its own, with a limit on time and memory. The same seed and number give the same
mutant; a second call with the same `--out` goes on where the first one stopped.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import re
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from multiprocessing.connection import Connection, Pipe, wait
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pandas as pd

from tools import mutants
from wellbeva import api
from wellbeva.errors import WellbevaError
from wellbeva.results.store import open_run

ROOT = Path(__file__).resolve().parents[1]
SCENARIOS = sorted(path for path in (ROOT / "scenarios").rglob("*.yaml"))
KINDS = {"typed": 12, "renamed": 3, "text": 3, "cells": 3, "xlsx": 1, "parquet": 1, "results": 1}
"""How often each kind of mutant is made."""
FINE = ("clean", "warned", "refused", "read")
DEEP = ("engines differ", "in the report")
DRAWN = """schema: wellbeva/scenario/1
scenario: Drawn elsewhere
model: cost_per_wellby
appraisal: green-book-2026
comparator: nothing
choose: one
options: {a: {cost: "£100"}, b: {cost: "£300"}}
tables: [{file: draws.parquet, rows: draw}]
"""
Files = dict[str, bytes]
Outcome = tuple[str, str]
"""What happened, and a signature that equal faults share."""


def tree_of(scenario: Path) -> Files:
    """Return a scenario as `s.yaml`, with the tables and the model that it names."""
    text = scenario.read_text(encoding="utf-8")
    files = {"s.yaml": text.encode()}
    for name in re.findall(r"tables/[\w.]+", text):
        files[name] = (scenario.parent / name).read_bytes()
    model = re.search(r"^model: (\w+)", text, re.MULTILINE)
    if model and (path := ROOT / "models" / f"{model[1]}.yaml").is_file():
        files[f"models/{path.name}"] = path.read_bytes()
    return files


def workbook(rng: Random) -> Files:
    """Return the demo with its table as a workbook, one of whose parts is damaged."""
    files = tree_of(ROOT / "scenarios" / "uk-community-offers.yaml")
    out = io.BytesIO()
    with pd.ExcelWriter(out, engine="xlsxwriter") as writer:
        pd.read_csv(io.BytesIO(files.pop("tables/uk_offers.csv"))).to_excel(writer, index=False)
        writer.book.set_properties({"created": datetime(2026, 1, 1, tzinfo=UTC)})
    with zipfile.ZipFile(out) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    name = rng.choice(sorted(parts))
    parts[name] = mutants.raw(rng, parts[name])
    again = io.BytesIO()
    with zipfile.ZipFile(again, "w") as book:
        for one, data in parts.items():
            book.writestr(zipfile.ZipInfo(one), data, zipfile.ZIP_DEFLATED)
    data = again.getvalue()
    files["tables/uk_offers.xlsx"] = data if rng.random() < 0.7 else mutants.raw(rng, data)
    files["s.yaml"] = files["s.yaml"].replace(b"uk_offers.csv", b"uk_offers.xlsx")
    return files


def drawn(rng: Random) -> Files:
    """Return a scenario whose draws lie in a damaged Parquet file."""
    numbers = np.random.default_rng(1)
    table = pd.DataFrame({f"effect.{one}": numbers.normal(0.3, 0.1, 1024) for one in "ab"})
    return {"s.yaml": DRAWN.encode(), "draws.parquet": mutants.raw(rng, table.to_parquet())}


def mutant(seed: int, number: int, kinds: list[str], results: bytes) -> tuple[str, Files]:
    """Return the kind and the files of a mutant."""
    rng = Random(f"{seed}:{number}")
    kind = rng.choices(kinds, [KINDS[one] for one in kinds])[0]
    if kind == "results":
        return kind, {"results.nc": mutants.raw(rng, results)}
    if kind in ("xlsx", "parquet"):
        return kind, workbook(rng) if kind == "xlsx" else drawn(rng)
    files = tree_of(rng.choice(SCENARIOS))
    tables = [name for name in files if name.endswith(".csv")]
    if kind == "cells" and not tables:
        kind = "typed"
    several = tables if kind == "cells" else [name for name in files if name.endswith(".yaml")]
    name = several[0] if rng.random() < 0.7 else rng.choice(several)
    given = files[name].decode()
    changed = given
    for _ in range(20):
        if changed != given:
            break
        changed = mutants.TEXT[kind](rng, given)
    return kind, {**files, name: changed.encode("utf-8", "surrogatepass")}


def refusal(error: WellbevaError) -> Iterator[Outcome]:
    """Yield what a refusal is, and each of its errors that has no place."""
    errors = [one for one in error.diagnostics if one.severity == "error"]
    yield "refused", errors[0].code if errors else ""
    for one in errors:
        if one.span is None:
            yield "no place", one.code
        if not one.remedy:
            yield "no remedy", one.code


def doubtful(done: api.Run) -> Iterator[Outcome]:
    """Yield the columns of tables that hold an infinity or a negative zero."""
    for name, table in done.tables.items():
        for column in table.select_dtypes("number"):
            values = table[column].to_numpy(dtype=float)
            if np.isinf(values).any():
                yield "infinite", f"{name}.{column}"
            if ((values == 0) & np.signbit(values)).any():
                yield "-0", f"{name}.{column}"


def differences(done: api.Run, other: api.Run) -> Iterator[Outcome]:
    """Yield the results that two engines do not agree on; a quantile's error moves with its bin."""
    for name, ours in done.dataset.data_vars.items():
        theirs = other.dataset[name]
        if ours.dtype.kind != "f" or str(name).endswith("quantile_mcse"):
            continue
        near = 1e-9 * np.nanmax(np.abs(theirs.values), initial=0.1)  # an evpi of 0 is what rounding leaves
        if not np.allclose(ours, theirs, rtol=0, atol=near, equal_nan=True):
            yield "engines differ", str(name)


def judge(folder: Path, draws: int, *, deep: bool) -> Iterator[Outcome]:
    """Yield all that is to be said of the files in a folder."""
    if (folder / "results.nc").is_file():
        open_run(folder / "results.nc").load()
        yield "read", ""
        return
    warnings = api.check(folder / "s.yaml")
    settings: dict[str, Any] = {"draws": draws, "threads": 1, "engine": "blocked"}
    try:
        done = api.run(folder / "s.yaml", **settings)
    except WellbevaError as error:
        yield "refused late", next((one.code for one in error.diagnostics if one.severity == "error"), "")
        raise
    yield ("warned" if warnings else "clean"), ""
    yield from doubtful(done)
    if not deep:
        return
    yield from differences(done, api.run(folder / "s.yaml", **{**settings, "engine": "reference"}))
    words = re.sub(r"<(script|style|svg).*?</\1>|<[^>]*>", " ", done.report(), flags=re.DOTALL)
    for word in set(re.findall(r"(?<![\w.-])(?:nan|inf|[-−]0(?![\d.,]))(?![\w-])", words)):
        yield "in the report", word


def guarded(folder: Path, draws: int, *, deep: bool) -> list[Outcome]:
    """Return what `judge` says, an exception included."""
    told: list[Outcome] = []
    try:
        for one in judge(folder, draws, deep=deep):
            told.append(one)  # noqa: PERF402 - what was said before an exception counts
    except WellbevaError as error:
        told += refusal(error)
    except MemoryError:
        told.append(("memory", ""))
    except BaseException as error:
        frames = [one for one in traceback.extract_tb(error.__traceback__) if "wellbeva/" in one.filename]
        place = f"{frames[-1].filename.split('wellbeva/')[-1]}:{frames[-1].name}" if frames else ""
        told.append(("internal", f"{type(error).__name__} in {place}"))
    return list(dict.fromkeys(told))


class Trial:
    """A process that judges one mutant."""

    def __init__(self, files: Files, given: argparse.Namespace, *, deep: bool) -> None:
        self.files = files
        self.folder = Path(tempfile.mkdtemp(prefix="mutant-"))
        for name, data in files.items():
            (self.folder / name).parent.mkdir(exist_ok=True)
            (self.folder / name).write_bytes(data)
        self.until = time.monotonic() + given.seconds
        self.told, theirs = Pipe(duplex=False)
        self.pid = os.fork()
        if not self.pid:
            self._child(theirs, given, deep)
        theirs.close()

    def _child(self, theirs: Connection, given: argparse.Namespace, deep: bool) -> None:
        with contextlib.suppress(BaseException):
            resource.setrlimit(resource.RLIMIT_DATA, (given.memory << 20, given.memory << 20))
            nothing = os.open(os.devnull, os.O_RDWR)
            for stream in range(3):
                os.dup2(nothing, stream)
            theirs.send(guarded(self.folder, given.draws, deep=deep))
        os._exit(0)

    def end(self) -> list[Outcome]:
        """Return what happened; a process that still runs is ended."""
        slow = not self.told.poll()
        outcomes: list[Outcome] = [("timeout", "")]
        if slow:
            os.kill(self.pid, signal.SIGKILL)
        else:
            with contextlib.suppress(EOFError):
                outcomes = self.told.recv()
        _, status = os.waitpid(self.pid, 0)
        if not slow and os.WIFSIGNALED(status):
            outcomes = [("aborted", signal.Signals(os.WTERMSIG(status)).name)]
        self.told.close()
        shutil.rmtree(self.folder, ignore_errors=True)
        return outcomes


def trials(
    jobs: Iterator[Any], start: Callable[[Any], Trial], workers: int
) -> Iterator[tuple[Any, Trial, list[Outcome]]]:
    """Judge several at once; each is given when it is done."""
    live: dict[Connection, tuple[Any, Trial]] = {}
    more = True
    while more or live:
        while more and len(live) < workers:
            job = next(jobs, None)
            more = job is not None
            if more:
                trial = start(job)
                live[trial.told] = (job, trial)
        if live:
            ready = wait(list(live), timeout=0.2)
        for told in [one for one in live if one in ready or time.monotonic() > live[one][1].until]:
            job, trial = live.pop(told)
            yield job, trial, trial.end()


def smaller(files: Files, fault: Outcome, given: argparse.Namespace) -> Files:
    """Return files from which blocks of lines are left out as long as the fault stays."""
    left = given.tries
    for name in sorted(files, key=lambda one: one != "s.yaml"):
        if not name.endswith((".yaml", ".csv")):
            continue
        at = 0
        while left > 0 and at < len(lines := files[name].splitlines(keepends=True)):
            deep = len(lines[at]) - len(lines[at].lstrip())
            end = at + 1
            while end < len(lines) and len(lines[end]) - len(lines[end].lstrip()) > deep:
                end += 1
            tried = {**files, name: b"".join(lines[:at] + lines[end:])}
            ((_, _, outcomes),) = trials(iter([0]), lambda _, t=tried: Trial(t, given, deep=fault[0] in DEEP), 1)
            left -= 1
            if fault in outcomes:
                files = tried
            else:
                at += 1
    return files


def keep(files: Files, fault: Outcome, number: int, given: argparse.Namespace) -> None:
    """Write a mutant with a fault, made smaller, where few of its like are kept."""
    place = given.out / re.sub(r"[^\w.-]+", "_", "-".join(fault)).strip("_-")
    if place.is_dir() and len(list(place.iterdir())) >= given.keep:
        return
    first = not place.is_dir()
    for name, data in (smaller(files, fault, given) if first else files).items():
        (place / str(number) / name).parent.mkdir(parents=True, exist_ok=True)
        (place / str(number) / name).write_bytes(data)


def show(counts: Counter[str], last: int, seconds: float) -> None:
    """Print how often each outcome came."""
    print(f"\n{last:,} mutants, {seconds:.0f} s in this call")
    for name, count in sorted(counts.items(), key=lambda one: (one[0].partition(":")[0] not in FINE, -one[1])):
        print(f"{count:9,}  {name}")


def options(words: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--count", type=int, default=1000, help="mutants to make in this call")
    ask.add_argument("--for", dest="limit", type=float, default=1e9, help="seconds after which no new one is begun")
    ask.add_argument("--seed", type=int, default=1)
    ask.add_argument("--kinds", nargs="+", choices=KINDS, default=[one for one in KINDS if one != "parquet"])
    ask.add_argument("--workers", type=int, default=2)
    ask.add_argument("--draws", type=int, default=8192)
    ask.add_argument("--deep", type=int, default=8, help="two engines and the report are looked at for one in so many")
    ask.add_argument("--seconds", type=float, default=60, help="limit for one mutant, by the clock")
    ask.add_argument("--memory", type=int, default=3000, help="limit for one mutant [MiB]")
    ask.add_argument("--keep", type=int, default=2, help="files kept of each fault; the first is made smaller")
    ask.add_argument("--tries", type=int, default=60, help="trials to make it smaller")
    ask.add_argument("--out", type=Path, default=Path("mutants"))
    return ask.parse_args(words)


def main(words: list[str] | None = None) -> int:
    """Make mutants, judge them, and return 1 if one of them shows a fault."""
    given = options(words)
    given.out.mkdir(parents=True, exist_ok=True)
    stand = given.out / "counts.json"
    before = json.loads(stand.read_text()) if stand.is_file() else {"seed": given.seed, "next": 0, "counts": {}}
    if before["seed"] != given.seed:
        sys.exit(f"{stand} counts mutants of the seed {before['seed']}")
    first, counts, begun = before["next"], Counter(before["counts"]), time.monotonic()
    with tempfile.TemporaryDirectory() as folder:  # all is imported, and every kernel loaded, before the first fork
        api.check(SCENARIOS[0])
        done = api.run(ROOT / "scenarios" / "uk-community-offers.yaml", draws=8192, threads=1, engine="blocked")
        results = (done.write(Path(folder) / "run") / "results.nc").read_bytes()
    last = first

    def jobs() -> Iterator[tuple[int, str, Files]]:
        for number in range(first, first + given.count):
            if time.monotonic() - begun > given.limit:
                return
            yield number, *mutant(given.seed, number, given.kinds, results)

    def start(job: tuple[int, str, Files]) -> Trial:
        return Trial(job[2], given, deep=job[0] % given.deep == 0)

    for (number, kind, files), _, outcomes in trials(jobs(), start, given.workers):
        last = max(last, number + 1)
        for fault in outcomes:
            fine = fault[0] in FINE
            counts[f"{fault[0]}: {kind}" if fine else ": ".join(fault)] += 1
            if not fine and fault[0] != "refused late":
                keep(files, fault, number, given)
        stand.write_text(json.dumps({"seed": given.seed, "next": last, "counts": counts}))
    show(counts, last, time.monotonic() - begun)
    return int(any(name.partition(":")[0] not in (*FINE, "refused late") for name in counts))


if __name__ == "__main__":
    sys.exit(main())
