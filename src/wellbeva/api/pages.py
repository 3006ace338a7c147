"""The living page of a scenario, and whether a page still belongs to it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from wellbeva.api.checks import compiled_and_loaded
from wellbeva.api.runs import DEFAULT_DRAWS, Run, run_compiled, variants_of
from wellbeva.api.saved.scenario_of_run import load_run
from wellbeva.api.sources import File, Overrides, Source
from wellbeva.api.views.documents import Document
from wellbeva.engine.run.settings import RunSettings
from wellbeva.errors import Collector, WellbevaError
from wellbeva.plan.perspective import SIGNS
from wellbeva.scenario.decision.perspective import EVERYONE, PATH

if TYPE_CHECKING:
    from wellbeva.plan.record import CompiledScenario
    from wellbeva.scenario.loader import Loaded


@dataclass(frozen=True, slots=True)
class PageCheck:
    """Whether a page belongs to a scenario.

    Parameters
    ----------
    differs : tuple of str
        What is not as the scenario, this version or a run has it, one sentence each; empty where all is the same.
    numbers : int
        Saved numbers that were worked out again.
    """

    differs: tuple[str, ...]
    numbers: int


def page(path: Source, *, variant: str = "", overrides: Overrides = (), base: File = "", seed: int = 1) -> Document:
    """Return the living page of a scenario: one file in which every input can be moved, without a server or a network.

    Parameters
    ----------
    path : path, str or dict
        As `run` takes it; or a folder that a run has written.
    variant : str
    overrides : mapping or sequence of str
    base : path or str
    seed : int

    Raises
    ------
    WellbevaError
        With everything that is wrong; ``WB-R531`` where a page cannot show the scenario, with the reason.
    """
    return page_of(*_run(path, variant, overrides, base, seed))


def page_of(
    run: Run,
    variants: Mapping[str, CompiledScenario],
    views: Mapping[str, CompiledScenario] | None = None,
    *,
    command: str = "",
    date: str = "",
) -> Document:
    """Return the living page of a run with the draws of a page.

    Parameters
    ----------
    run : Run
    variants : mapping of name to CompiledScenario
    views : mapping of name to CompiledScenario, optional
        The scenario in other perspectives.
    command : str
        Name of the scenario in the commands that the page prints; its file if not given.
    date : str
        Of the run, by ISO 8601; its own if not given.
    """
    from wellbeva.page.data import engine_data
    from wellbeva.page.front.page import living_page

    engine = engine_data(run.compiled, variants, views, seed=int(run.dataset.attrs["seed"]))
    file, manifest = command or _file(run), run.manifest() | ({"date": date} if date else {})
    made = living_page(engine, run.compiled, run.dataset, run.tables, facts=run.facts, manifest=manifest, file=file)
    return Document(made, "page")


def check_page(file: File, path: Source, *, variant: str = "", overrides: Overrides = (), base: File = "") -> PageCheck:
    """Say whether a page is the one that this version makes of a scenario, and work out its saved numbers again (R239).

    Parameters
    ----------
    file : path or str
        The page.
    path : path, str or dict
    variant : str
    overrides : mapping or sequence of str
    base : path or str
        As for `page`.

    Raises
    ------
    WellbevaError
        ``WB-R530`` if the file is not a living page.
    """
    from wellbeva.page.check import differences, read_page, saved_numbers
    from wellbeva.page.front.rules import encoded
    from wellbeva.plan.serialise import plan_hash

    known = read_page(Path(file))
    run, *others = _run(path, variant, overrides, base, known.seed)
    same_version = known.version == version("wellbeva")
    same_plan = known.plan_hash == plan_hash(run.compiled.plan)
    differs = []
    if not same_version:
        differs.append(f"The page was made by version {known.version[:20]}; this is {version('wellbeva')}.")
    scenario = run.compiled.record.scenario
    if known.settings != (scenario.variant, list(scenario.overrides)):
        differs.append("The page was made with other settings: give the --variant and --set that it was made with.")
    elif not same_plan:
        differs.append("The scenario or its model is not the one of the page.")
    now = saved_numbers(encoded(run.facts))
    moved = [name for name in now if known.numbers.get(name) != now[name]]
    if moved:
        differs.append(f"{len(moved):,} of {len(now):,} saved numbers are others now, the first {moved[0]}.")
    if same_version and same_plan:  # its path may be another here, but not its name
        name = known.file if Path(known.file).name == Path(_file(run)).name else ""
        differs += differences(known.html, page_of(run, *others, command=name, date=known.date))
    return PageCheck(tuple(differs), len(now))


def _file(run: Run) -> str:
    return run.compiled.record.scenario.file


def _run(
    path: Source, variant: str, overrides: Overrides, base: File, seed: int
) -> tuple[Run, Mapping[str, CompiledScenario], Mapping[str, CompiledScenario]]:
    """Run a scenario, or that of a run folder, at the draws of a page; with its variants and other perspectives."""
    if isinstance(path, str | Path) and Path(path).is_dir():
        compiled, variants = load_run(str(path))[0], {}
        views = {}
    else:
        compiled, file = compiled_and_loaded(path, variant, overrides, base, Collector())
        variants = variants_of(file, compiled)
        views = views_of(file, compiled)
    settings = RunSettings(draws=DEFAULT_DRAWS, seed=seed)
    plans = {name: varied.plan for name, varied in variants.items()}
    return run_compiled(compiled, settings, variants=plans), variants, views


def views_of(loaded: Loaded, compiled: CompiledScenario) -> dict[str, CompiledScenario]:
    """Return the scenario in each other perspective that its model knows the own cost of, on its own dimensions.

    Parameters
    ----------
    loaded : Loaded
    compiled : CompiledScenario
        Made of it.
    """
    from wellbeva.compiler.compile import compile_scenario, dimensions

    scenario = compiled.record.scenario
    found: dict[str, CompiledScenario] = {}
    for name in dict.fromkeys([EVERYONE, *(label for axis in SIGNS for label in scenario.axes.get(axis, ()))]):
        if name != scenario.whose:
            with suppress(WellbevaError):
                seen = loaded.scenario(scenario.variant, (*scenario.overrides, f"{PATH}={name}"))
                found[name] = compile_scenario(seen, known=dimensions(compiled.plan))
    return found
