"""Run a scenario; each stage called once, in order."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from wellbeva.analysis.registry import RunTables, kinds
from wellbeva.api.checks import all_warnings, compiled_and_loaded, faults_in_place, warned_only_in
from wellbeva.api.sources import File, Overrides, Source
from wellbeva.api.views.run_views import RunViews
from wellbeva.core.second_process import second_process, waiting_process
from wellbeva.distributions.quantile import know_nine_in_ten, nine_in_ten
from wellbeva.engine.run.settings import REACHABLE_DRAWS, RunSettings
from wellbeva.errors import Collector, WellbevaError, grouped, refusal
from wellbeva.jit.cache_folder import has_models

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from wellbeva.api.views.documents import Document
    from wellbeva.batch.folder import Asked
    from wellbeva.batch.parts import InParts
    from wellbeva.core.arrays import Floats
    from wellbeva.distributions.spec import Distribution
    from wellbeva.engine.reductions.result import EngineResult
    from wellbeva.errors import Diagnostic
    from wellbeva.plan.plan import Plan
    from wellbeva.plan.record import CompiledScenario
    from wellbeva.report.facts.result import Result
    from wellbeva.results.variables import Entries
    from wellbeva.scenario.loader import Loaded
    from wellbeva.scenario.spec import Scenario

Progress = Callable[[int, int], None]
Execute = Callable[["Plan", "RunSettings", Progress | None], "EngineResult"]
Drawn = tuple["EngineResult", "Entries", Mapping["Distribution", "Floats"]]
"""A result, its `statistics_of`, and the ranges of laws that `know_nine_in_ten` takes."""
Design = Literal["sobol", "random", "latin"]
EngineName = Literal["auto", "reference", "blocked", "compiled"]

DEFAULT_DRAWS = 16_384
FEW_DRAWS = 2**20
"""Of more, figures are the smaller part by far: nothing need wait in memory to draw them."""
SOON_S = 1.0
"""A run that is predicted to take no longer is over before much else is: nobody misses a bar meanwhile."""


@dataclass(frozen=True, eq=False, repr=False)
class Run(RunViews):
    """A finished run, with the tables, charts and analyses of `RunViews`.

    Parameters
    ----------
    compiled : CompiledScenario
        The plan, and the record of what went in.
    dataset : xarray.Dataset
        Every reported number with its standard error (DESIGN section 7).
    tables : mapping of name to pandas.DataFrame
        Each is made when it is first asked for: `analysis.registry.RunTables`.
    result : EngineResult
    seconds : mapping of stage to float
    draws_asked : int
        Draws that were asked for; a design may take more.
    facts : report.facts.result.Result
        The facts behind the sentences of the report.
    date : str
        When the run ended, in universal time.
    described : mapping of str to object
        What the manifest says of its settings, and of a run in parts.
    """

    compiled: CompiledScenario
    dataset: xr.Dataset
    tables: Mapping[str, pd.DataFrame]
    result: EngineResult
    seconds: Mapping[str, float]
    draws_asked: int
    facts: Result
    date: str
    described: Mapping[str, object] = field(default_factory=dict)

    def report(self) -> Document:
        """Return ``report.html`` as text; a notebook shows the page in a frame of its own."""
        from wellbeva.api.views.documents import Document
        from wellbeva.report.page.render import render_report

        page = render_report(
            self.dataset,
            self.compiled.record,
            self.compiled.plan,
            self.tables,
            manifest=self.manifest(),
            facts=self.facts,
        )
        return Document(page, "html")

    def page(self) -> Document:
        """Return the living page, at 16,384 draws; a notebook shows it in a frame of its own, in which it works."""
        from wellbeva.api.pages import page_of

        told = self.dataset.attrs
        as_drawn = (int(told["draws"]), told["design"]) == (DEFAULT_DRAWS, "sobol")
        settings = RunSettings(draws=DEFAULT_DRAWS, seed=int(told["seed"]))
        return page_of(self if as_drawn else run_compiled(self.compiled, settings), {})

    def workbook(self) -> bytes:
        """Return ``results.xlsx``."""
        from wellbeva.report.workbook.results import results_workbook

        compiled = self.compiled
        return results_workbook(
            self.dataset, compiled.record, compiled.plan, self.tables, facts=self.facts, manifest=self.manifest()
        )

    def manifest(self) -> dict[str, object]:
        """Return the settings, versions and files needed to run the same again."""
        from wellbeva.results.manifest import build_manifest

        asked = {"answer": self.answer, "date": self.date, "command": command_line(), "draws_asked": self.draws_asked}
        beside = {**asked, **self.described}
        return build_manifest(self.compiled, self.result, seconds=self.seconds, beside=beside)

    def write(self, folder: File, *, draws: bool = True, report: bool = True, draws_workbook: bool = False) -> Path:
        """Write the run folder, whole or not at all, and return it.

        Parameters
        ----------
        folder : path or str
        draws : bool
            Whether ``results.nc`` holds the draws that were kept.
        report : bool
            Whether there is a ``report.html`` and a ``results.xlsx``.
        draws_workbook : bool
            Whether it has the kept draws as ``draws.xlsx``, too.

        Raises
        ------
        WellbevaError
            If something other than a run folder stands there, or the system refuses.
        """
        from wellbeva.results.run_folder import write_run

        workbooks = {"results": self.workbook} if report else {}
        if draws_workbook:
            from wellbeva.report.workbook.draws import draws_workbook as with_draws

            drawn = with_draws(self.dataset, created=datetime.fromisoformat(self.date[:10]))
            workbooks["draws"] = lambda: drawn

        def tables() -> dict[str, pd.DataFrame]:
            return {name: table for name, table in self.tables.items() if kinds()[name].csv and len(table)}

        return write_run(
            folder,
            dataset=self.dataset if draws else self.dataset.drop_dims(("draw", "input_draw"), errors="ignore"),
            manifest=self.manifest(),
            tables=tables,
            report=self.report if report else None,
            workbooks=workbooks,
        )


def command_line() -> str:
    """Return the command as it was given, without the folder the program stands in."""
    words = [Path(sys.argv[0]).name, *sys.argv[1:]]
    # Names of files need not be UTF-8; what is recorded must be.
    return " ".join(os.fsencode(word).decode("utf-8", "replace") for word in words)


def variants_of(loaded: Loaded, compiled: CompiledScenario) -> dict[str, CompiledScenario]:
    """Compile every variant of a scenario as written, on the scenario's own dimensions.

    Parameters
    ----------
    loaded : Loaded
    compiled : CompiledScenario
    """
    from wellbeva.compiler.compile import compile_scenario, dimensions

    scenario = compiled.record.scenario
    if scenario.variant or scenario.overrides or not scenario.variants:
        return {}
    known = dimensions(compiled.plan)
    said, found = loaded.base.collector.found, {}
    for name in loaded.known:
        begun = len(said)
        varied = loaded.scenario(name)
        found[name] = compile_scenario(varied, known=known, collector=Collector(said[begun:]))
    return found


def _warned_in(variants: Mapping[str, CompiledScenario], compiled: CompiledScenario) -> list[Diagnostic]:
    more = []
    for name, varied in variants.items():
        with contextlib.suppress(WellbevaError):  # a variant that is refused has no numbers here
            more += warned_only_in(name, all_warnings(varied, keep=False), compiled.record.warnings)
    return more


def changes(scenario: Scenario) -> str:
    """Return the options that choose the variant and set values."""
    words = ["--variant", scenario.variant] if scenario.variant else []
    words += [word for override in scenario.overrides for word in ("--set", override)]
    return f" {shlex.join(words)}" if words else ""


def run(
    path: Source,
    *,
    draws: int | None = None,
    precision: str = "",
    seed: int = 1,
    design: Design = "sobol",
    engine: EngineName = "auto",
    threads: int = 0,
    variant: str = "",
    overrides: Overrides = (),
    keep_draws: bool = False,
    fast: bool = False,
    allow_nonfinite: bool = False,
    progress: Progress | None = None,
    base: File = "",
    parts: File | None = None,
    on: str = "",
    execute: Execute | None = None,
    answered: Callable[[Run], None] | None = None,
    beside: contextlib.ExitStack | None = None,
) -> Run:
    """Run a scenario.

    Parameters
    ----------
    path : path, str or mapping
        The scenario file; or its text, or a dict with the keys of a file.
    draws : int, optional
        In all, 16,384 if not given; rounded up to 16 randomisations of a multiple of 512 each. With `precision` the
        most, 2^30 if not given.
    precision : str
        Draw until these standard errors are met, as ``nb=0.1%,evpi=1%`` (`api.precision.aims.Aim`).
    seed : int
        The same seed gives the same draws, on any machine and any number of threads.
    design : {"sobol", "random", "latin"}
        Scrambled Sobol points, random draws, or a Latin hypercube.
    engine : {"auto", "reference", "blocked", "compiled"}
        ``auto`` picks the one predicted to finish first; draws have the same bits in all.
    threads : int
        0: one for each core.
    variant : str
        A variant that the scenario names; empty for none.
    overrides : mapping of path to value, or sequence of str
        ``{"effect.visits": "0.3 (0.1 to 0.5)"}``, or as ``--set`` takes them: ``"effect.visits=0.3 (0.1 to 0.5)"``.
    keep_draws : bool
        Keep every draw of outcomes, decision and inputs.
    fast : bool
        Let the compiled engine fuse a multiplication and an addition; the result says how much that changed.
    allow_nonfinite : bool
        Leave out and count draws in which a number is not finite or an input is outside its bounds, instead of
        refusing the run.
    progress : callable of (done, total) or None
    base : path or str
        Where to look for tables and models if the scenario is not a file.
    parts : path or str, optional
        A folder in which a run that takes minutes keeps its parts; one that was stopped goes on from them.
    on : str
        Who computes the parts, if not this process: ``dask`` for workers that are started here, or the address of a
        scheduler of Dask, ``tcp://HOST:8786``.
    execute : callable, optional
        What runs the plan, if not this process: it takes the plan, `RunSettings` and `progress`.
    answered : callable of Run, optional
        Called once the answer is known, before it is known what variants warn of.
    beside : ExitStack, optional
        Closed when the run is written; until then a second process waits to draw its figures.

    Raises
    ------
    WellbevaError
        With everything that is wrong.

    Examples
    --------
    >>> done = run("scenarios/uk-community-offers.yaml", draws=8192)
    >>> done.dataset["wellbys"].sel(statistic="mean", option="parkrun").item() > 0
    True
    """
    started = time.perf_counter()
    from wellbeva.api.precision.aims import Aim

    if precision and on:
        raise refusal("WB-R241", "'precision' contradicts 'on'", "leave out one of the two")
    if precision:
        execute = Aim(precision)
    settings = RunSettings(
        draws=(REACHABLE_DRAWS if precision else DEFAULT_DRAWS) if draws is None else draws,
        seed=seed,
        design=design,
        engine=engine,
        threads=threads,
        keep_draws=keep_draws,
        fast=fast,
        allow_nonfinite=allow_nonfinite,
    )
    drawn: Callable[[], Drawn | None] | None = None
    with contextlib.ExitStack() as stack:
        if parts is not None and execute is None:
            begin = stack.enter_context(waiting_process(_import_engine, partial(_drawn, progress)))
        compiled, file = compiled_and_loaded(path, variant, overrides, base, Collector())
        if on and parts is None:
            raise refusal("WB-R290", "a cluster needs a folder for parts", "name one: parts=…")
        if parts is not None and isinstance(execute, Aim):
            execute.keep_parts(Path(parts), asked(compiled, settings))
        elif parts is not None and execute is None:
            from wellbeva.batch.parts import InParts, compute_here

            execute = InParts(Path(parts), asked(compiled, settings), compute_here, on)
            drawn = begin(execute, compiled.plan, replace(settings, changes=changes(compiled.record.scenario)))
            _import_report()
            if beside is not None and settings.draws <= FEW_DRAWS and _has_figures(compiled.plan):
                from wellbeva.plot.vega import second_converter

                beside.enter_context(second_converter())
        compiled = replace(compiled, record=replace(compiled.record, warnings=all_warnings(compiled)))
        variants = variants_of(file, compiled)  # what is refused in one is not to be told after a long run
        warned: Callable[[], Sequence[Diagnostic]] = partial(_warned_in, variants, compiled)
        if variants:
            warned = stack.enter_context(second_process(warned))
        loaded = time.perf_counter()
        return run_compiled(
            compiled,
            settings,
            progress=progress,
            variants={name: varied.plan for name, varied in variants.items()},
            warned=warned,
            seconds={"load": loaded - started},
            execute=execute,
            drawn=drawn,
            answered=answered,
        )


def _import_engine() -> None:
    """Import what draws need beside their plan, which takes half of the time until they begin."""
    names = ["wellbeva.batch.parts", "wellbeva.results.dataset", "wellbeva.sampling.sampler", "scipy.special"]
    if has_models():
        names += ["wellbeva.engine.compiled.engine", "wellbeva.engine.reductions.leaves.kernel_leaves"]
    for name in names:
        import_module(name)


def _import_report() -> None:
    """Import what results are laid out and told with, which takes as long as to draw them."""
    for name in ("xarray", "wellbeva.report.facts.answer", "rich.console", "rich.table"):
        import_module(name)  # the last two print the answer
    kinds()


def _has_figures(plan: Plan) -> bool:
    from wellbeva.plot.svg import figures_fit

    return plan.decision is not None and plan.decision.choose == "one" and bool(plan.elements) and figures_fit()


def _drawn(progress: Progress | None, parts: InParts, plan: Plan, settings: RunSettings) -> Drawn | None:
    """Draw what is soon drawn; return nothing if it will take longer."""
    from wellbeva.results.dataset import statistics_of

    work = parts.at_once(plan, settings)
    if work is None or not work.is_over_in(SOON_S):
        return None
    laws = {element.distribution for element in plan.elements}
    result = work.result(work.reduce(work.tasks(), progress))
    return result, statistics_of(plan, result), {law: nine_in_ten(law) for law in laws}


def asked(compiled: CompiledScenario, settings: RunSettings) -> Asked:
    """Return what made a plan, so that another process can make it again.

    Parameters
    ----------
    compiled : CompiledScenario
    settings : RunSettings
    """
    from wellbeva.batch.folder import Asked

    scenario = compiled.record.scenario
    # not through links: tables are sought beside the name that was given
    return Asked(str(Path(scenario.file).absolute()), scenario.variant, tuple(scenario.overrides), settings)


def run_compiled(
    compiled: CompiledScenario,
    settings: RunSettings | None = None,
    *,
    progress: Progress | None = None,
    variants: Mapping[str, Plan] | None = None,
    warned: Callable[[], Sequence[Diagnostic]] = tuple,
    seconds: Mapping[str, float] | None = None,
    execute: Execute | None = None,
    drawn: Callable[[], Drawn | None] | None = None,
    answered: Callable[[Run], None] | None = None,
) -> Run:
    """Run what `load` gave.

    Parameters
    ----------
    compiled : CompiledScenario
    settings : RunSettings, optional
    progress : callable of (done, total) or None
    variants : mapping of name to Plan, optional
    warned : callable
        Returns what variants warn of and the scenario itself does not.
    seconds : mapping of stage to float, optional
        What was spent before.
    execute, answered : callable, optional
        As `run`.
    drawn : callable, optional
        Returns what another process has drawn; nothing if that would have taken long.
    """
    from wellbeva.report.facts.result import gather

    settings, begun = settings or RunSettings(), time.perf_counter()
    with faults_in_place(compiled):
        at_once = drawn and drawn()
    if at_once is None:
        result, statistics = draw(compiled, settings, progress, execute), None
    else:
        result, statistics, ranges = at_once
        know_nine_in_ten(ranges)
    reduced = time.perf_counter()
    dataset, doubts = lay_out(compiled, result, statistics)
    tables = RunTables(dataset, compiled, variants or {})
    facts = gather(dataset, compiled.record, plan=compiled.plan, tables=tables)
    timings = {**(seconds or {}), "engine": reduced - begun, "analysis": time.perf_counter() - reduced}
    ended = datetime.now(UTC).isoformat(timespec="seconds")
    kept = {"keep_draws": settings.keep_draws, "allow_nonfinite": settings.allow_nonfinite}
    described = {**kept, **getattr(execute, "described", {})}
    done = Run(compiled, dataset, tables, result, timings, settings.draws, facts, ended, described)
    if answered is not None:
        answered(done)
    warnings = grouped((*compiled.record.warnings, *warned(), *doubts))
    return replace(done, compiled=replace(compiled, record=replace(compiled.record, warnings=warnings)))


def draw(
    compiled: CompiledScenario,
    settings: RunSettings,
    progress: Progress | None = None,
    execute: Execute | None = None,
) -> EngineResult:
    """Run the engine.

    Parameters
    ----------
    compiled : CompiledScenario
    settings : RunSettings
    progress : callable of (done, total) or None
    execute : callable, optional
        As `run`.
    """
    from wellbeva.engine.run.block_loop import run as run_engine

    settings = replace(settings, changes=changes(compiled.record.scenario))
    with faults_in_place(compiled):
        if execute is None:
            return run_engine(compiled.plan, settings, progress=progress)
        return execute(compiled.plan, settings, progress)


def lay_out(
    compiled: CompiledScenario, result: EngineResult, statistics: Entries | None = None
) -> tuple[xr.Dataset, tuple[Diagnostic, ...]]:
    """Return the dataset of a run, and what the draws warn of.

    Parameters
    ----------
    compiled : CompiledScenario
    result : EngineResult
    statistics : Entries, optional
        As `build`.
    """
    from wellbeva.analysis.tables.decision import NO_COST_GIVEN, say_what_ratios_lack, unpriced
    from wellbeva.analysis.unseen import unseen
    from wellbeva.compiler.diagnostic_spans import with_places
    from wellbeva.plan.research import RESEARCH
    from wellbeva.plan.serialise import plan_hash
    from wellbeva.results.dataset import build
    from wellbeva.results.variables import ELEMENT_PATH

    dataset = build(
        compiled.plan,
        result,
        statistics=statistics,
        question=compiled.record.scenario.question,
        plan_hash=plan_hash(compiled.plan),
        version=version("wellbeva"),
    )
    if "element" in dataset.dims:
        paths, names = compiled.paths, map(str, dataset["element"].values)
        dataset = dataset.assign_coords({ELEMENT_PATH: ("element", [paths.get(name, name) for name in names])})
    if compiled.record.scenario.research is not None:
        dataset.attrs[RESEARCH] = compiled.record.research.to_json()
    no_cost_given = unpriced(dataset, compiled.record)
    dataset.attrs[NO_COST_GIVEN] = json.dumps(sorted(no_cost_given))
    say_what_ratios_lack(dataset, compiled.plan, compiled.record.scenario.model, no_cost_given)
    return dataset, tuple(with_places(unseen(compiled.plan, result, dataset), compiled))
