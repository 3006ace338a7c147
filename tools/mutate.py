"""Change files of ours by chance, check and run each, and keep what goes wrong: `python -m tools.mutate --help`.

The same seed and number give the same mutant; a second call with the same `--out` goes on where the first one stopped.
Each mutant that passes `check` is held against what must be true of any: see `judge`.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import gc
import html
import importlib
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
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import cache
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pandas as pd
from ruamel.yaml import YAML

from tools import mutants
from wellbeva import api
from wellbeva.cli import json_output
from wellbeva.cli.decision_table import print_decision
from wellbeva.errors import Diagnostic, WellbevaError
from wellbeva.report.facts.answer import answer
from wellbeva.scenario.spec import Model

ROOT = Path(__file__).resolve().parents[1]
SCENARIOS = sorted(path for path in (ROOT / "scenarios").rglob("*.yaml"))
SMALL = [1 / path.stat().st_size for path in SCENARIOS]
"""How often each is changed: two small ones take the time of a large one."""
KINDS = {
    "scenario": 60,
    "variants": 10,
    "cells": 8,
    "model": 6,
    "renamed": 4,
    "words": 8,
    "lines": 8,
    "xlsx": 2,
    "parquet": 2,
}
"""How often each kind of mutant is made."""
VARIANTS = 100
"""Mutants in one file of the kind `variants`: what they share is read once, so that each takes a fifth of the time."""
FINE = ("refused", "passed", "run", "refused late", "refused variants")
DRAWN = """schema: wellbeva/scenario/1
scenario: Drawn elsewhere
model: cost_per_wellby
appraisal: green-book-2026
comparator: nothing
choose: one
options: {a: {cost_total: "£100"}, b: {cost_total: "£300"}}
tables: [{file: draws.parquet, rows: draw}]
"""
LINEAR = ("cost_per_wellby", "wellbeing_trajectory", "befriending", "determinants")
"""Models whose cost is doubled by twice the money, and whose effect is doubled by twice the people."""
RUN_AS_FORMULA = re.compile(r"\s*[=+@\-](?![\d.,]*(e[+\-]?\d+)?%?\s*$|inf$)", re.IGNORECASE)
"""What a spreadsheet takes for a formula; a number below zero is none."""
BATCH = 20
"""Mutants judged by one process before a fresh one is begun."""
Files = dict[str, bytes]
Outcome = tuple[str, str]
"""What happened, and a signature that equal faults share."""


# Mutants


@cache
def base(path: Path) -> tuple[Files, str, mutants.Parameters]:
    """Return a scenario as `s.yaml` with the tables and the model that it names, its tree, and its parameters."""
    text = path.read_text(encoding="utf-8")
    files = {"s.yaml": text.encode()}
    for name in re.findall(r"tables/[\w.]+|(?<=^extends: )\S+", text, re.MULTILINE):
        files[name] = (path.parent / name).read_bytes()
    found = re.search(r"^model: (\w+)", b"\n".join(files.values()).decode(), re.MULTILINE)
    if found and (ROOT / "models" / f"{found[1]}.yaml").is_file():
        files[f"models/{found[1]}.yaml"] = (ROOT / "models" / f"{found[1]}.yaml").read_bytes()
    return files, json.dumps(tree(files["s.yaml"])), parameters(api.load(path).record.scenario.model)


def parameters(model: Model) -> mutants.Parameters:
    """Return the parameters of a model that a scenario gives."""
    return {
        name: mutants.Parameter(of.unit.text, of.kind, of.choices, of.default is not None)
        for name, of in model.parameters.items()
        if not of.filled_by
    }


def tree(data: bytes) -> dict[str, Any]:
    """Return what a YAML file holds."""
    held: dict[str, Any] = YAML(typ="safe", pure=True).load(data.decode())
    return held


@cache
def workbook() -> dict[str, bytes]:
    """Return the parts of a workbook that holds the table of the demo."""
    out = io.BytesIO()
    with pd.ExcelWriter(out, engine="xlsxwriter") as writer:
        pd.read_csv(ROOT / "scenarios/tables/uk_offers.csv").to_excel(writer, index=False)
        writer.book.set_properties({"created": datetime(2026, 1, 1, tzinfo=UTC)})
    with zipfile.ZipFile(out) as book:
        return {name: book.read(name) for name in sorted(book.namelist())}


@cache
def draws() -> bytes:
    """Return draws as a Parquet file."""
    numbers = np.random.default_rng(1)
    table = pd.DataFrame({f"effect.{one}": numbers.normal(0.3, 0.1, 1024) for one in "ab"})
    data: bytes = table.to_parquet()
    return data


def size(files: Files) -> int:
    """Return how many mutants stand in one file."""
    return VARIANTS if b"\n  m0:\n" in files["s.yaml"] else 1


def mutant(seed: int, number: int, kinds: list[str]) -> tuple[str, Files]:
    """Return the kind and the files of a mutant."""
    rng = Random(f"{seed}:{number}")
    kind = rng.choices(kinds, [KINDS[one] for one in kinds])[0]
    (path,) = rng.choices(SCENARIOS, SMALL)
    match kind:
        case "parquet":
            return kind, {"s.yaml": DRAWN.encode(), "draws.parquet": mutants.raw(rng, draws())}
        case "xlsx":
            path = ROOT / "scenarios/uk-community-offers.yaml"
        case "cells":
            path = rng.choice([one for one in SCENARIOS if any("tables/" in name for name in base(one)[0])])
    given, held, known = base(path)
    files = dict(given)
    if kind == "xlsx":
        parts = dict(workbook())
        name = rng.choice(list(parts))
        parts[name] = mutants.raw(rng, parts[name])
        again = io.BytesIO()
        with zipfile.ZipFile(again, "w") as book:
            for one, data in parts.items():
                book.writestr(zipfile.ZipInfo(one), data, zipfile.ZIP_DEFLATED)
        del files["tables/uk_offers.csv"]
        files["tables/uk_offers.xlsx"] = again.getvalue() if rng.random() < 0.7 else mutants.raw(rng, again.getvalue())
        files["s.yaml"] = files["s.yaml"].replace(b"uk_offers.csv", b"uk_offers.xlsx")
    elif kind in mutants.HOSTILE:
        name = "s.yaml" if rng.random() < 0.7 else rng.choice(list(files))
        changed = mutants.HOSTILE[kind](rng, files[name].decode())
        files[name] = changed.encode("utf-8", "surrogatepass")
    else:
        scenario = json.loads(held)
        whole = kind == "scenario" or (kind == "variants" and rng.random() < 0.3)
        mutants.scenario(rng, scenario, known) if whole else mutants.smaller(rng, scenario)
        if kind == "variants":
            mutants.variants(rng, scenario, known, VARIANTS)
        if kind == "cells":
            name = rng.choice([one for one in files if one.endswith(".csv")])
            scenario.pop("variants", None)
            files[name] = mutants.cells(rng, files[name].decode(), known).encode()
        for name in [one for one in files if one.startswith("models/")] if kind == "model" else ():
            model = tree(files[name])
            mutants.model(rng, model)
            files[name] = mutants.dump(model).encode()
        files["s.yaml"] = mutants.dump(scenario).encode()
    return kind, files


# What must be true of each


def misplaced(told: Iterable[Diagnostic], folder: Path) -> Iterator[Outcome]:
    """Yield each diagnostic without a place in a file of the scenario, or an error without a remedy."""
    for one in told if (folder / "s.yaml").is_file() else ():
        if one.severity == "error" and not one.remedy:
            yield "no remedy", one.code
        if one.span is None:
            yield "no place", one.code
        elif (file := Path(one.span.file)).is_relative_to(folder):
            there = file.read_text(encoding="utf-8", errors="replace").split("\n") if file.is_file() else []
            line = there[one.span.line - 1].rstrip("\r") if 0 < one.span.line <= len(there) else None
            if file.suffix == ".yaml" and (line is None or not 0 < one.span.column <= len(line) + 1):
                yield "place outside", one.code


def doubtful(name: str, table: pd.DataFrame) -> Iterator[Outcome]:
    """Yield the columns of a table that hold an infinity or a negative zero."""
    for column in table.select_dtypes("number"):
        values = table[column].to_numpy(dtype=float)
        if np.isinf(values).any():
            yield "infinite", f"{name}.{column}"
        if ((values == 0) & np.signbit(values)).any():
            yield "-0", f"{name}.{column}"


def differences(done: api.Run, other: api.Run, what: str, *, near: float, only: str = "") -> Iterator[Outcome]:
    """Yield the results in which two runs differ by more than a part `near` of the largest; 0 asks for equal bits."""
    for name, held in done.dataset.data_vars.items():
        # A quantile's error moves with its bin.
        if held.dtype.kind != "f" or (near and str(name).endswith("quantile_mcse")):
            continue
        if only and only not in held.coords.get("statistic", ()):
            continue
        if name not in other.dataset:
            yield what, f"{name} is missing"
            continue
        ours, theirs = (one.sel(statistic=only) if only else one for one in (held, other.dataset[name]))
        theirs = theirs.reindex_like(ours) if near else theirs
        # An evpi of 0 is what rounding leaves of sums of net benefits.
        scale = other.dataset.get("decision_net_benefit", theirs) if str(name).startswith("evpi") else theirs
        spread = near * np.nanmax(np.abs(scale.values), initial=0.1)
        if ours.shape != theirs.shape or not np.allclose(ours, theirs, rtol=0, atol=spread, equal_nan=True):
            yield what, str(name)


def related(folder: Path, done: api.Run, settings: dict[str, Any], rng: Random) -> Iterator[Outcome]:
    """Yield where a scenario that is written otherwise, or all of whose money or people are doubled, gives it away."""
    scenario, way = tree((folder / "s.yaml").read_bytes()), rng.choice(list(mutants.RELATED))
    twofold = {"money": "decision_cost", "person": "decision_effect"}.get(way, "")
    if twofold and (done.compiled.plan.decision is None or scenario.get("model") not in LINEAR or "tables" in scenario):
        return
    mutants.RELATED[way](rng, scenario, parameters(done.compiled.record.scenario.model))
    (folder / "again.yaml").write_text(mutants.dump(scenario), encoding="utf-8")
    try:
        again = api.run(folder / "again.yaml", **settings)
    except WellbevaError as error:
        codes = [one.code for one in error.diagnostics if one.severity == "error"]
        yield f"refused after {way}", codes[0] if codes else ""
        return
    if twofold:
        ours, theirs = (one.dataset[twofold].sel(statistic="base_case").values for one in (done, again))
        if not np.allclose(2 * ours, theirs, rtol=1e-9, atol=1e-9 * np.abs(theirs).max()):
            yield "not doubled", f"{twofold} by {way}"
        return
    near, only = (1e-9, "base_case") if way == "order" else (0, "")
    yield from differences(done, again, f"other by {way}", near=near, only=only)


def cells(file: Path) -> Iterator[str]:
    """Yield what a spreadsheet shows in each cell of a CSV, whichever of three separators its country has."""
    for separator in ",;\t":
        with file.open(encoding="utf-8-sig", newline="") as text:
            for row in csv.reader(text, delimiter=separator):
                yield from row


def printed(folder: Path, done: api.Run) -> Iterator[Outcome]:
    """Yield what is wrong with the files that a run writes."""
    place = done.write(folder / "run")
    page = (place / "report.html").read_text(encoding="utf-8")
    for where, text in (
        ("page", html.unescape(page)),
        ("json", json_output.printed(json_output.run_document(done, place))),
    ):
        said = json.loads(text)["answer"] if where == "json" else text
        if done.compiled.plan.decision is not None and done.answer not in said:
            yield "another answer", where
    if json.loads((place / "manifest.json").read_text(encoding="utf-8"))["answer"] != done.answer:
        yield "another answer", "manifest"
    for file in place.glob("*.csv"):
        yield from doubtful(file.name, pd.read_csv(file))
        yield from (("formula", file.name) for cell in cells(file) if RUN_AS_FORMULA.match(cell))
    for file in place.iterdir():
        # the manifest says where the files lay; a path is told from words by the folder that nobody else names
        if file.name != "manifest.json" and folder.name.encode() in file.read_bytes():
            yield "path of the machine", file.name
    words = re.sub(r"<(script|style|svg).*?</\1>|<[^>]*>", " ", page, flags=re.DOTALL)
    with contextlib.redirect_stdout(io.StringIO()) as terminal:
        print_decision(done)
    for where, text in (("report", words), ("terminal", terminal.getvalue())):
        for word in set(re.findall(r"(?<![\w.-])(?:nan|inf|[-−]0(?![\d.,]))(?![\w-])", text)):
            yield f"in the {where}", word


def judge(folder: Path, given: argparse.Namespace, number: int) -> Iterator[Outcome]:
    """Yield what is to be said of the files in a folder: all of them checked, some run, some of these looked into.

    Every run: no infinity, no `-0`, an answer without what must not stand in it. Some: two engines agree, the same
    numbers if it is written otherwise, the same answer in all that is written, and no infinity, no cell that a
    spreadsheet would run and no path of this machine there, the same bytes of the results on two threads.
    """
    begun, mutants_in = time.process_time(), size({"s.yaml": (folder / "s.yaml").read_bytes()})
    try:
        told = api.check(folder / "s.yaml")
    finally:
        if time.process_time() - begun > max(5, mutants_in / 4):
            yield "slow check", ""
    yield from misplaced(told, folder)
    yield "passed", ""
    if given.run and number % given.run == 0:
        compiled = given.compiled and number % given.compiled == 0
        yield from run(folder, Random(f"judge:{given.seed}:{number}"), given.deep, compiled=compiled)


def run(folder: Path, rng: Random, deep: int, *, compiled: bool) -> Iterator[Outcome]:
    """Yield what is to be said of a scenario that passed when it is run in some way."""
    named = list(tree((folder / "s.yaml").read_bytes()).get("variants") or ())
    settings: dict[str, Any] = {"draws": 8192, "threads": 1, "engine": "compiled" if compiled else "blocked"}
    settings |= {"seed": rng.randrange(1, 9), "design": rng.choice(("sobol", "sobol", "random", "latin"))}
    settings |= {"variant": rng.choice(named)} if named and rng.random() < 0.3 else {}
    settings |= {"allow_nonfinite": rng.random() < 0.2, "keep_draws": rng.random() < 0.1}
    try:
        done = api.run(folder / "s.yaml", **settings)
    except WellbevaError as error:
        yield "refused late", next((one.code for one in error.diagnostics if one.severity == "error"), "")
        yield from misplaced(error.diagnostics, folder)
        return
    yield "run", ""
    for name, table in done.tables.items():
        yield from doubtful(name, table)
    yield from misplaced(done.compiled.record.warnings, folder)
    if done.compiled.plan.decision is not None:
        for word in dict.fromkeys(sentence_faults()(answer(done.facts), done.facts)):
            yield "in the answer", re.sub(r"\W+", " ", word)[:40]
    match rng.randrange(deep):
        case 0:
            other = api.run(folder / "s.yaml", **{**settings, "engine": "reference"})
            yield from differences(done, other, "engines differ", near=1e-9)
        case 1:
            yield from related(folder, done, settings, rng)
        case 2:
            yield from printed(folder, done)
        case 3:
            other = api.run(folder / "s.yaml", **{**settings, "threads": 2})
            bits = [(one.write(folder / name) / "results.nc").read_bytes() for name, one in (("1", done), ("2", other))]
            if bits[0] != bits[1]:
                yield "threads differ", "results.nc"


@cache
def sentence_faults() -> Any:
    """Return what finds the words that must not occur in an answer, from the tests of the answer."""
    sys.path.append(str(ROOT / "tests/report"))
    return importlib.import_module("test_answer").faults


def guarded(files: Files, given: argparse.Namespace, number: int) -> list[Outcome]:
    """Return what `judge` says, an exception included."""
    said: list[Outcome] = []
    folder = Path(tempfile.mkdtemp(prefix="mutant-"))
    try:
        for name, data in files.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_bytes(data)
        for one in judge(folder, given, number):
            said.append(one)  # noqa: PERF402 - what was said before an exception counts
    except WellbevaError as error:
        refused = {one.variant: one.code for one in reversed(error.diagnostics) if one.severity == "error"}
        alone = str(len(refused)) if "" not in refused and size(files) > 1 else ""
        said.append(("refused variants", alone) if alone else ("refused", next(iter(refused.values()), "")))
        said += misplaced(error.diagnostics, folder)
    except MemoryError:
        said.append(("memory", ""))
    except BaseException as error:
        frames = [one for one in traceback.extract_tb(error.__traceback__) if "wellbeva/" in one.filename]
        place = f"{frames[-1].filename.split('wellbeva/')[-1]}:{frames[-1].name}" if frames else repr(error)[:60]
        said.append(("internal", f"{type(error).__name__} in {place}"))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return list(dict.fromkeys(said))


# Many at once


def child(jobs: Iterable[tuple[int, Files]], given: argparse.Namespace, theirs: Connection) -> None:
    """Judge mutants in a process of their own and send what is said of each; never return."""
    with contextlib.suppress(BaseException):
        resource.setrlimit(resource.RLIMIT_DATA, (given.memory << 20, given.memory << 20))
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(nothing, stream)
        for number, files in jobs:
            signal.setitimer(signal.ITIMER_PROF, given.seconds)
            theirs.send((number, guarded(files, given, number)))
    os._exit(0)


def judged(jobs: dict[int, Files], given: argparse.Namespace) -> Iterator[tuple[int, list[Outcome]]]:
    """Judge mutants one after the other; one that hangs or ends its process costs no other."""
    while jobs:
        ours, theirs = Pipe(duplex=False)
        pid = os.fork()
        if not pid:
            child(jobs.items(), given, theirs)
        theirs.close()
        slow = False
        while jobs:
            slow = not ours.poll(100 * given.seconds)  # by the clock, on a machine that may be busy
            try:
                number, said = ours.recv() if not slow else (-1, [])
            except EOFError:
                break
            if slow:
                os.kill(pid, signal.SIGKILL)
                break
            del jobs[number]
            yield number, said
        _, status = os.waitpid(pid, 0)
        ours.close()
        if jobs:
            number = next(iter(jobs))
            del jobs[number]
            ended = signal.Signals(os.WTERMSIG(status)).name if os.WIFSIGNALED(status) else str(status)
            yield number, [("timeout", "") if slow or ended == "SIGPROF" else ("aborted", ended)]


def smaller(files: Files, fault: Outcome, number: int, given: argparse.Namespace) -> Files:
    """Return files from which blocks of lines are left out as long as the fault stays."""
    left = given.tries
    for name in sorted(files, key=lambda one: one != "s.yaml"):
        at = 0
        while name.endswith((".yaml", ".csv")) and left > 0 and at < len(lines := files[name].splitlines(True)):
            deep = len(lines[at]) - len(lines[at].lstrip())
            end = at + 1
            while end < len(lines) and len(lines[end]) - len(lines[end].lstrip()) > deep:
                end += 1
            tried = {**files, name: b"".join(lines[:at] + lines[end:])}
            ((_, said),) = judged({number: tried}, given)
            left -= 1
            if fault in said:
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
    for name, data in (smaller(files, fault, number, given) if first else files).items():
        (place / str(number) / name).parent.mkdir(parents=True, exist_ok=True)
        (place / str(number) / name).write_bytes(data)


def show(stand: dict[str, Any]) -> None:
    """Print the share of each kind that passed `check`, and how often each fault came."""
    counts: Counter[str] = Counter(stand["counts"])
    made = sum(count for name, count in counts.items() if name.startswith("made: "))
    print(f"\n{made:,} mutants, {stand['cpu']:,.0f} s of a processor")
    for kind in KINDS:
        made, passed, run = (counts[f"{one}: {kind}"] for one in ("made", "passed", "run"))
        if made:
            print(f"{made:9,}  {kind:9} {passed:9,} passed ({passed / made:4.0%}) {run:9,} run")
    for name, count in counts.most_common():
        if name.partition(":")[0] not in (*FINE, "made") and count and not name.startswith("why refused: "):
            print(f"{count:9,}  {name}")


def options(words: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--count", type=int, default=1000, help="mutants to make in this call")
    ask.add_argument("--for", dest="limit", type=float, default=1e9, help="seconds after which no batch is begun")
    ask.add_argument("--seed", type=int, default=1)
    ask.add_argument("--kinds", nargs="+", choices=KINDS, default=[one for one in KINDS if one != "parquet"])
    ask.add_argument("--run", type=int, default=1, help="one in so many is run; 0: none, all are checked alone")
    ask.add_argument("--deep", type=int, default=12, help="4 in so many are looked into")
    ask.add_argument("--compiled", type=int, default=0, help="one in so many is run by the compiled engine; 0: none")
    ask.add_argument("--seconds", type=float, default=60, help="limit for one mutant, of a processor's time")
    ask.add_argument("--memory", type=int, default=3000, help="limit for a batch [MiB]")
    ask.add_argument("--keep", type=int, default=2, help="files kept of each fault; the first is made smaller")
    ask.add_argument("--tries", type=int, default=60, help="trials to make it smaller")
    ask.add_argument("--out", type=Path, default=Path("mutants"))
    return ask.parse_args(words)


def main(words: list[str] | None = None) -> int:
    """Make mutants, judge them, and return 1 if one of them shows a fault."""
    given = options(words)
    given.out.mkdir(parents=True, exist_ok=True)
    file = given.out / "counts.json"
    stand = json.loads(file.read_text()) if file.is_file() else {"seed": given.seed, "next": 0, "cpu": 0, "counts": {}}
    if stand["seed"] != given.seed:
        sys.exit(f"{file} counts mutants of the seed {stand['seed']}")
    counts, begun, spent = Counter(stand["counts"]), time.monotonic(), stand["cpu"]
    scratch = tempfile.TemporaryDirectory(prefix="mutants-")
    tempfile.tempdir = scratch.name  # what a process that was ended has left goes with it
    sentence_faults()
    api.run(SCENARIOS[0], draws=8192, threads=1)  # all is imported, and every kernel loaded, before the first fork
    gc.freeze()
    gc.set_threshold(50_000)
    for number in range(stand["next"], end := stand["next"] + given.count, BATCH):
        if time.monotonic() - begun > given.limit:
            break
        made = {one: mutant(given.seed, one, given.kinds) for one in range(number, min(number + BATCH, end))}
        for one, said in judged({one: files for one, (_, files) in made.items()}, given):
            kind, files = made[one]
            counts[f"made: {kind}"] += (many := size(files))
            for fault in said:
                fine = fault[0] in FINE
                if fault[0] == "refused variants":
                    counts[f"passed: {kind}"] += many - int(fault[1])
                    counts[f"refused: {kind}"] += int(fault[1])
                    continue
                whole = fault[0] in ("passed", "refused")
                counts[f"{fault[0]}: {kind}" if fine else ": ".join(fault)] += many if whole else 1
                counts[f"why {fault[0]}: {fault[1]}"] += bool(fine and fault[1])
                if not fine:
                    keep(files, fault, one, given)
        used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        stand |= {"next": number + len(made), "cpu": spent + sum(one.ru_utime + one.ru_stime for one in used)}
        file.write_text(json.dumps({**stand, "counts": counts}))
    scratch.cleanup()
    stand["counts"] = counts
    show(stand)
    return int(any(name.partition(":")[0] not in (*FINE, "made") and name[:4] != "why " for name in counts))


if __name__ == "__main__":
    sys.exit(main())
