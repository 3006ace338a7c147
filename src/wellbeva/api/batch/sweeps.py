"""Scenarios run at every combination of some values, places and variants; one table of what is decided."""

from __future__ import annotations

import os
import pickle
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from importlib.metadata import version
from itertools import product
from math import prod
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np

from wellbeva.analysis.registry import RunTables
from wellbeva.api.checks import base_case_doubts
from wellbeva.api.runs import DEFAULT_DRAWS, Design, EngineName, Progress, command_line, draw, lay_out
from wellbeva.api.sources import File, Overrides, Source, is_file, load_source, override_texts, paths_of
from wellbeva.engine.run.settings import RunSettings
from wellbeva.errors import Collector, WellbevaError, grouped, near_miss, refusal
from wellbeva.local.areas import GROUPS, group, title
from wellbeva.results.csv_file import UNITS, units_of_plan

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from wellbeva.batch.sweep_folder import SweepFolder
    from wellbeva.plan.record import CompiledScenario
    from wellbeva.scenario.loader import Loaded

MOST: Final = 10_000
"""Cells of one sweep, unless more are asked for."""
MOST_OF_ALL: Final = 100_000
REPAID: Final = 1 << 18
"""Draws of one model at which its machine code has repaid its making."""
ALL: Final = "all"
AREA: Final = "area"
ERRORS: Final = {
    "net_cost": ("decision_net_cost", "decision_cost"),
    "wellbys": ("decision_effect",),
    "wellbys_per_1000": ("decision_per_1000",),
    "nb_central": ("decision_net_benefit",),
    "prob_no_benefit": ("prob_no_benefit",),
    "prob_worth_it": ("prob_worth_it",),
}
"""Columns of the decision table that get their standard error, and those of draws their 95% interval."""
WORDS: Final = ("option", "label", "status", "evidence", "note", *UNITS, "warnings")
Task = dict[str, Any]
Answer = dict[str, Any]


def sweep(
    path: Source | Sequence[File],
    values: Mapping[str, Sequence[object]],
    *,
    draws: int = DEFAULT_DRAWS,
    seed: int = 1,
    design: Design = "sobol",
    engine: EngineName = "auto",
    variant: str | Sequence[str] = "",
    overrides: Overrides = (),
    parallel: int = 0,
    progress: Progress | None = None,
    base: File = "",
    out: File = "",
    resume: bool = False,
    shard: Sequence[int] = (),
    as_csv: bool = False,
    many: bool = False,
    on: str = "",
) -> pd.DataFrame:
    """Run scenarios at every combination of some values, all of them with the same draws.

    Parameters
    ----------
    path : path, str or mapping, or sequence of path
        As `run`; or several files.
    values : mapping of path to sequence
        ``{"hold.walks": ["3 months", "6 months"]}``: what each path is set to, as in `overrides`. ``area`` also takes
        groups of areas, ``{"area": "@english_districts"}`` (`wellbeva.local.areas.GROUPS`).
    draws, seed, design, engine, base
        As `run`, for each combination. ``auto`` is the compiled engine where the draws of a model repay its making.
    variant : str or sequence of str
        A variant, or several; ``"all"`` for the scenario as written and each of its variants.
    overrides : mapping of path to value, or sequence of str
        Applied before `values`.
    parallel : int
        Number of parallel processes: 0 for one on each core, 1 for this process alone. No number depends on it.
    progress : callable of (done, total) or None
    out : path, optional
        A folder that keeps each cell as soon as it is done, and in the end the table as ``sweep.parquet`` (without
        pyarrow ``sweep.csv``) with its manifest. A combination that is refused is a row then, and stops no other.
    resume : bool
        Go on with the sweep that stands in `out`.
    shard : (int, int), optional
        Answer every n-th combination alone, from the k-th on, and write no table; `resume` writes it when all shards
        are done. Shards may run at once, on any machines that see the folder.
    as_csv : bool
        Write ``sweep.csv``.
    many : bool
        Whether there may be more than 10,000 combinations, up to 100,000.
    on : str
        Who runs them, if not processes of ours: as `run`. Workers must see the files under the same paths; `parallel`
        is how many are started here.

    Returns
    -------
    pandas.DataFrame
        A row for each combination and option: ``cell``, ``scenario`` and ``variant``, a column for each path with the
        value given, then those of ``decision.csv``, their standard errors (``…_mcse``) and 95% intervals (``…_q025``,
        ``…_q975``), the codes of warnings, and why a combination was refused. A path that is called as one of these, as
        ``cost``, has the column ``set.cost``.

    Raises
    ------
    WellbevaError
        With what is wrong at the first combination that is refused, which is named, unless there is an `out`;
        ``WB-R233`` for values that cannot be combined, ``WB-R234`` if a process ended before it was done, ``WB-R270``
        to ``WB-R273`` if the folder cannot be used, ``WB-R274`` for a group of areas that there is not, ``WB-R290``
        to ``WB-R297`` for what is wrong with the cluster.

    Examples
    --------
    >>> offers = "scenarios/uk-community-offers.yaml"
    >>> table = sweep(offers, {"hold.parkrun": ["3 months", "1 year"]}, draws=8192, parallel=1)
    >>> table.loc[table["option"] == "parkrun", "wellbys"].is_monotonic_increasing
    True
    """
    from wellbeva.batch.sweep_folder import SweepFolder
    from wellbeva.results.manifest import versions

    begun, name = time.perf_counter(), token_hex(8)
    _read_anew(name)
    grid = _Grid.of(path, values, variant, base, override_texts(overrides))
    grid.check(most=MOST_OF_ALL if many else MOST, in_folder=bool(out))
    if out:
        grid = grid.in_words()
    if engine == "auto":
        engine = "compiled" if draws * grid.each >= REPAID else "blocked"
    settings = {"draws": draws, "seed": seed, "design": design, "engine": engine}
    workers = min(grid.count, parallel if parallel > 0 else os.cpu_count() or 1)
    threads = 1 if on else max(1, (os.cpu_count() or 1) // workers)
    tasks = [task | {"sweep": name} for task in grid.tasks({**settings, "threads": threads})]
    if shard and not (out and len(shard) == 2 and 1 <= shard[0] <= shard[1]):
        message = f"there is no shard {' of '.join(map(str, shard))} here"
        raise refusal("WB-R306", message, "name a folder, and count shards from 1: 1/64 to 64/64")
    if not out:
        answers = _answers(tasks, {}, workers, progress, on=on)
        return _table(tasks, answers)
    folder = SweepFolder(Path(out), {**grid.asked, **settings, "wellbeva": version("wellbeva")})
    standing = folder.begin(resume=resume, shard=bool(shard))
    if standing is None:
        return folder.table()
    if shard:
        tasks = tasks[shard[0] - 1 :: shard[1]]
        standing = {task["cell"]: standing[task["cell"]] for task in tasks if task["cell"] in standing}
    answers = _answers(tasks, standing, workers, progress, folder, on)
    table = _table(tasks, answers)
    if shard:
        return table
    refused = [{"cell": cell, "reason": one["reason"]} for cell, one in sorted(answers.items()) if one["reason"]]
    files = {name: digest for one in answers.values() for name, digest in one["files"].items()}
    manifest = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": command_line(),
        "cells": grid.count,
        "refused": refused,
        "files_sha256": files,
        "processes": workers,
        "seconds": round(time.perf_counter() - begun, 3),
        "versions": versions(files, engine),
    }
    folder.finish(table, manifest, as_csv=as_csv)
    return table


@dataclass(frozen=True, slots=True)
class _Grid:
    """What a sweep is asked for: files, the variants of each, the values of each path, and what comes before them."""

    sources: Sequence[Source]
    variants: Sequence[Sequence[str]]
    axes: Mapping[str, Sequence[object]]
    base: File
    before: tuple[str, ...]

    @classmethod
    def of(
        cls,
        path: Source | Sequence[File],
        values: Mapping[str, object],
        variant: str | Sequence[str],
        base: File,
        before: tuple[str, ...],
    ) -> _Grid:
        """Read a grid as it is asked for."""
        listed: Sequence[Source] = [path] if isinstance(path, str | os.PathLike | Mapping) else [*path]
        sources = [_sendable(source) for source in listed]
        variants = [_variants(source, variant, base, before) for source in sources]
        return cls(sources, variants, {name: _levels(given) for name, given in values.items()}, base, before)

    @property
    def each(self) -> int:
        """Cells of one file and variant."""
        return prod(map(len, self.axes.values()))

    @property
    def count(self) -> int:
        """All cells."""
        return self.each * sum(map(len, self.variants))

    @property
    def asked(self) -> dict[str, object]:
        """The grid as JSON holds it."""
        listed = [
            {"file": _told(source), "variants": names}
            for source, names in zip(self.sources, self.variants, strict=True)
        ]
        return {"scenarios": listed, "values": dict(self.axes), "set": [*self.before]}

    def in_words(self) -> _Grid:
        """Return the same grid with values as ``--set`` takes them, which a file can hold."""
        words = {
            path: [override_texts({path: level})[0].partition("=")[2] for level in levels]
            for path, levels in self.axes.items()
        }
        return replace(self, axes=words)

    def tasks(self, settings: Mapping[str, object]) -> list[Task]:
        """Return the cells in their order: files, then the axes as they are given, then variants."""
        shared = {"base": self.base, "before": self.before, "settings": settings}
        cells = (
            (source, dict(zip(self.axes, levels, strict=True)), name)
            for source, names in zip(self.sources, self.variants, strict=True)
            for levels in product(*self.axes.values())
            for name in names
        )
        return [
            {"cell": number, "path": source, "values": given, "variant": name, **shared}
            for number, (source, given, name) in enumerate(cells, 1)
        ]

    def check(self, *, most: int, in_folder: bool) -> None:
        """Refuse a grid of nothing or too much, and a variant or a path that no file takes, before anything is run.

        Where only some values, or some files, are wrong, their cells are refused and the others run.
        """
        if in_folder and not all(map(is_file, self.sources)):
            raise refusal(
                "WB-R233", "a sweep with a folder is one of files", "leave out 'out', or write the file first"
            )
        if not 0 < self.count <= most or (not self.axes and self.count == 1):
            fact = f"they make {self.count:,} combinations"
            remedy = (
                f'give at least one value for each path, {{"hold.walks": ["3 months"]}}, up to {most:,} combinations'
            )
            raise refusal("WB-R233", "these values cannot be combined", remedy, fact)
        wrong: list[WellbevaError] = []
        for source, names in zip(self.sources, self.variants, strict=True):
            tries = [[(name, self.before)] for name in names]
            for path, levels in self.axes.items():
                tries.append([("", (*self.before, *override_texts({path: level}))) for level in levels])
            faults = [fault for options in tries if (fault := self._first_fault(source, options)) is not None]
            if not faults:
                return
            wrong += faults
        raise wrong[0]

    def _first_fault(self, path: Source, options: Iterable[tuple[str, tuple[str, ...]]]) -> WellbevaError | None:
        """Return what is wrong with the first of some variants and overrides, unless one of them can be read."""
        first = None
        for variant, overrides in options:
            try:
                with _reading(path, self.base, overrides) as (loaded, _, _):
                    loaded.scenario(variant, overrides)
            except WellbevaError as error:
                first = first or error
            else:
                return None
        return first


def _answers(
    tasks: Sequence[Task],
    standing: Mapping[int, Answer],
    workers: int,
    progress: Progress | None,
    folder: SweepFolder | None = None,
    on: str = "",
) -> dict[int, Answer]:
    """Answer the tasks of which no answer stands; with a folder each is kept as soon as it is there."""
    from wellbeva.batch.processes import ENDED, answering

    def keep(task: Task, found: Answer) -> None:
        if folder is not None and found is not ENDED:
            folder.keep(task["cell"], {name: part for name, part in found.items() if name != "refused"})

    answers = dict(standing)
    missing = [task for task in tasks if task["cell"] not in standing]
    asked = workers, "wellbeva.api.batch.sweeps:answer", keep
    if on:
        from wellbeva.batch.dask_tasks import answering_on

        # workers may stand in another folder
        missing = [task | {name: _whole(task[name]) for name in ("path", "base")} for task in missing]
        files = sorted({str(task["path"]) for task in missing if is_file(task["path"])})
    with answering_on(on, *asked, files) if on else answering(*asked) as ask:
        for task, found in zip(missing, ask(missing), strict=True):
            if found is ENDED:
                message, remedy = "a process of the sweep ended before it was done", "there may be too little memory"
                raise _named(refusal("WB-R234", message, f"{remedy}: ask for fewer in 'parallel'"), task)
            if "refused" in found and folder is None:
                raise _named(WellbevaError(*found["refused"]), task)
            answers[task["cell"]] = found
            if progress is not None:
                progress(len(answers), len(tasks))
    return answers


def cell_of(asked: Mapping[str, Any], number: str) -> tuple[str, str, tuple[str, ...]] | None:
    """Return file, variant and overrides of a cell of a sweep; None if it has none of that number.

    Parameters
    ----------
    asked : mapping
        The part of its manifest.
    number : str
    """
    files, variants = zip(*((one["file"], one["variants"]) for one in asked["scenarios"]), strict=True)
    tasks = _Grid(files, variants, asked["values"], "", tuple(asked["set"])).tasks({})
    if not (number.isascii() and number.isdigit() and 0 < int(number[:9]) <= len(tasks)):
        return None
    task = tasks[int(number[:9]) - 1]
    return str(task["path"]), task["variant"], (*task["before"], *override_texts(task["values"]))


def _levels(given: object) -> list[object]:
    """Return the values of an axis, each once; groups of areas are spelt out."""
    levels: list[object] = []
    for level in [given] if isinstance(given, str) or not isinstance(given, Sequence) else given:
        if not (isinstance(level, str) and level.startswith("@")):
            levels.append(level)
        elif level[1:] in GROUPS:
            levels += group(level[1:])
        else:
            known = [f"@{name}" for name in GROUPS]
            remedy = near_miss(level[:60], known) or f"groups are {', '.join(known)}"
            raise refusal("WB-R274", f"there is no group of areas {level[:60]!r}", remedy)
    return [level for place, level in enumerate(levels) if level not in levels[:place]]


def _variants(source: Source, variant: str | Sequence[str], base: File, before: tuple[str, ...]) -> list[str]:
    """Return the variants that are run of a scenario; of one that cannot be read, itself, which will be refused."""
    if variant != ALL:
        return [variant] if isinstance(variant, str) else [*variant]
    try:
        with _reading(source, base, before) as (loaded, _, _):
            return ["", *loaded.known]
    except WellbevaError:
        return [""]


def _sendable(source: Source) -> Source:
    """Return a scenario as it goes to another process."""
    if not isinstance(source, Mapping):
        return source
    from wellbeva.scenario.text.from_python import plain

    return cast("Mapping[str, object]", plain(source))


def _whole(path: Source) -> Source:
    return Path(path).absolute() if path and is_file(path) else path


def _named(error: WellbevaError, task: Task) -> WellbevaError:
    """Say at which combination something is wrong."""
    given = {**task["values"], **({"variant": task["variant"]} if task["variant"] else {})}
    at = ", ".join(f"{path} = {str(value)[:60]}" for path, value in given.items())
    facts = (f"at {at[:400]}",) if at else ()
    return WellbevaError([replace(one, facts=(*one.facts, *facts)) for one in error.diagnostics], error.unchecked)


def answer(task: Task) -> Answer:
    """Return the rows of one combination with the files behind them, or what is wrong with it.

    Parameters
    ----------
    task : dict
        With ``path``, ``base``, ``variant``, ``before`` and ``values``, which are put in place, ``settings``, and the
        name of its ``sweep``.
    """
    _read_anew(task["sweep"])
    try:
        compiled, table = _decided(task)
    except WellbevaError as error:
        told = ["; ".join((f"{one.code}: {one.message}", *one.lines)) for one in error.diagnostics[:3]]
        return {
            "rows": [],
            "files": {},
            "reason": " | ".join(told)[:1000],
            "refused": (error.diagnostics, error.unchecked),
        }
    return {
        "rows": table.to_numpy(dtype=object).tolist(),
        "files": dict(compiled.record.scenario.digests),
        "reason": "",
    }


def _decided(task: Task) -> tuple[CompiledScenario, pd.DataFrame]:
    """Run one combination and return its decision table with standard errors and the codes of its warnings."""
    from wellbeva.compiler.compile import compile_scenario
    from wellbeva.results.variables import refuse_collisions

    variant, overrides = task["variant"], (*task["before"], *override_texts(task["values"]))
    with paths_of(task["path"]), _reading(task["path"], task["base"], overrides) as (loaded, collector, known):
        scenario = loaded.judged(variant, overrides)
        changed = known if variant or overrides else None
        compiled = compile_scenario(scenario, known=changed, collector=collector)
        refuse_collisions(compiled.plan, scenario.model)
    doubts, decision = base_case_doubts(compiled), compiled.plan.decision
    if decision is None:
        raise refusal("WB-R233", "this scenario decides nothing", "sweep one that compares options")
    dataset, drawn = lay_out(compiled, draw(compiled, RunSettings(**task["settings"])))
    codes = sorted(one.code for one in dict.fromkeys((*grouped((*compiled.record.warnings, *drawn)), *doubts)))
    table = with_errors(RunTables(dataset, compiled)["decision"], dataset, decision.central)
    units = {name: str(text) for name, text in units_of_plan(compiled.plan).items()}
    return compiled, table.assign(**units, warnings=" ".join(codes))


@contextmanager
def _reading(
    path: Source, base: File, overrides: tuple[str, ...]
) -> Iterator[tuple[Loaded, Collector, Mapping[str, int]]]:
    """Yield a scenario as it is read once for many cells; what one of them notes is not told of the next."""
    areas = tuple(text for text in overrides if text.partition("=")[0].strip() == AREA)
    loaded, collector, known = _read(pickle.dumps((path, base, areas)))
    noted = len(collector.found)
    try:
        yield loaded, collector, known
    finally:
        del collector.found[noted:]


@lru_cache(maxsize=1)
def _read_anew(sweep: str) -> None:  # noqa: ARG001  (once for each)
    """Read files again: since another sweep, which a worker may have served, they may have changed."""
    _read.cache_clear()


@lru_cache(maxsize=4)
def _read(asked: bytes) -> tuple[Loaded, Collector, Mapping[str, int]]:
    """Read a scenario about an area, and the dimensions of the draws of the scenario as written."""
    from wellbeva.compiler.compile import compile_scenario, dimensions

    path, base, areas = pickle.loads(asked)  # noqa: S301  (our own)
    collector = Collector()
    loaded = load_source(path, base, collector, overrides=areas)
    if collector.errors:
        return loaded, collector, {}
    if loaded.base.areas:
        return loaded, collector, _read(pickle.dumps((path, base, ())))[2]
    return loaded, collector, dimensions(compile_scenario(loaded.scenario()).plan)


def _table(tasks: Sequence[Task], answers: Mapping[int, Answer]) -> pd.DataFrame:
    """Put the rows of all cells under each other, each with what makes its cell; a refused one has a row of its own."""
    import pandas as pd

    from wellbeva.analysis.dictionary.columns import dictionary

    columns = [
        *dictionary()["decision"].columns,
        *(name for column in ERRORS for name in _error_columns(column)),
        *UNITS,
        "warnings",
    ]
    rows: list[list[object]] = []
    front: list[str] = []
    for task in tasks:
        given = dict(task["values"])
        if AREA in given:
            given["area_name"] = title(str(given[AREA]))
        at = {"cell": task["cell"], "scenario": _told(task["path"]), "variant": task["variant"]}
        at |= {f"set.{name}" if name in (*at, *columns, "refused") else name: value for name, value in given.items()}
        front, found = [*at], answers[task["cell"]]
        empty = ["" if name in WORDS else None for name in columns]
        rows += [[*at.values(), *row, found["reason"]] for row in found["rows"] or [empty]]
    table = pd.DataFrame(rows, columns=[*front, *columns, "refused"])
    return table.astype({name: float for name in columns if name not in WORDS})


def _told(path: Source) -> str:
    return os.fsencode(path).decode("utf-8", "replace") if is_file(path) else ""


def _error_columns(column: str) -> dict[str, str]:
    """Return the columns beside one of the decision table, and the statistic in each."""
    statistics = ("mcse",) if column.startswith("prob") else ("mcse", "q025", "q975")
    return {f"{column}_{statistic}": statistic for statistic in statistics}


def with_errors(decision: pd.DataFrame, dataset: xr.Dataset, central: int) -> pd.DataFrame:
    """Return a decision table with standard errors and the ends of 95 of 100 draws.

    Parameters
    ----------
    decision : pandas.DataFrame
    dataset : xarray.Dataset
    central : int
        Index of the central level.
    """
    order = {str(name): place for place, name in enumerate(dataset["decision_option"].values)}
    rows = [order[name] for name in decision["option"]]
    new = {}
    for column, names in ERRORS.items():
        for head, statistic in _error_columns(column).items():
            name = next((name for name in names if name in dataset), "")
            found = dataset.get(f"{name}_mcse" if column.startswith("prob") else name)
            if found is None:
                new[head] = np.full(len(rows), np.nan)
                continue
            at = {"statistic": statistic} if "statistic" in found.dims else {}
            numbers = found.sel(at).isel({"level": central} if "level" in found.dims else {}).values[rows]
            new[head] = np.where(decision[column].isna(), np.nan, numbers + 0.0)
    return decision.assign(**new)
