"""The living page of a scenario, and whether a page still belongs to it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from wellbeva.api.checks import compiled_and_loaded
from wellbeva.api.runs import DEFAULT_DRAWS, Run, run_compiled, variants_of
from wellbeva.api.saved.scenario_of_run import load_run
from wellbeva.api.sources import File, Overrides, Source
from wellbeva.api.views.documents import Document
from wellbeva.errors import Collector, refusal

if TYPE_CHECKING:
    from wellbeva.plan.record import CompiledScenario

LARGEST: Final = 64 * 2**20
"""Bytes of a page that is read again."""
_DATA: Final = re.compile(r'<script type="application/json" id="model">(.*?)</script>', re.DOTALL)


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


def page(
    path: Source, *, variant: str = "", overrides: Overrides = (), base: File = "", seed: int = 1, command: str = ""
) -> Document:
    """Return the living page of a scenario: one file in which every input can be moved, without a server or a network.

    Parameters
    ----------
    path : path, str or dict
        As `run` takes it; or a folder that a run has written.
    variant : str
    overrides : mapping or sequence of str
    base : path or str
    seed : int
    command : str
        Name of the scenario in the commands that the page prints; its file if not given.

    Raises
    ------
    WellbevaError
        With everything that is wrong; ``WB-R531`` where a page cannot show the scenario, with the reason.
    """
    return page_of(*_run(path, variant, overrides, base, seed), command=command)


def page_of(run: Run, variants: Mapping[str, CompiledScenario], *, command: str = "") -> Document:
    """Return the living page of a run with the draws of a page.

    Parameters
    ----------
    run : Run
    variants : mapping of name to CompiledScenario
    command : str
        As for `page`.
    """
    from wellbeva.page.data import engine_data
    from wellbeva.page.front.page import living_page

    compiled = run.compiled
    engine = engine_data(compiled, variants, seed=int(run.dataset.attrs["seed"]))
    file = command or compiled.record.scenario.file
    manifest = run.manifest()
    made = living_page(engine, compiled, run.dataset, run.tables, facts=run.facts, manifest=manifest, file=file)
    return Document(made, "page")


def check_page(file: File, path: Source, *, variant: str = "", overrides: Overrides = (), base: File = "") -> PageCheck:
    """Say whether a page belongs to a scenario and to this version, and work out its saved numbers again.

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
    from importlib.metadata import version

    from wellbeva.page.front.rules import encoded
    from wellbeva.plan.serialise import plan_hash

    data = _read(Path(file))
    engine = data["engine"]
    run, _ = _run(path, variant, overrides, base, int(engine["seed"]))
    differs = []
    if engine["version"] != version("wellbeva"):
        differs.append(f"The page was made by version {str(engine['version'])[:20]}; this is {version('wellbeva')}.")
    if engine["plan_hash"] != plan_hash(run.compiled.plan):
        differs.append("The scenario or its model is not the one of the page.")
    known, now = _numbers(data["saved"]), _numbers(encoded(run.facts))
    moved = [name for name in now if known.get(name) != now[name]]
    if moved:
        differs.append(f"{len(moved):,} of {len(now):,} saved numbers are others now, the first {moved[0]}.")
    return PageCheck(tuple(differs), len(now))


def _run(
    path: Source, variant: str, overrides: Overrides, base: File, seed: int
) -> tuple[Run, Mapping[str, CompiledScenario]]:
    """Run a scenario, or that of a run folder, at the draws of a page."""
    from wellbeva.engine.run.settings import RunSettings

    if isinstance(path, str | Path) and Path(path).is_dir():
        compiled, variants = load_run(str(path))[0], {}
    else:
        compiled, file = compiled_and_loaded(path, variant, overrides, base, Collector())
        variants = {} if variant or overrides else variants_of(file, compiled)
    settings = RunSettings(draws=DEFAULT_DRAWS, seed=seed)
    return run_compiled(compiled, settings, variants=variants), variants


def _read(file: Path) -> dict[str, Any]:
    """Read what a page holds; it is data, and nothing in it is run."""
    remedy = "name a file that `wellbeva page` wrote"
    with file.open("rb") as opened:
        content = opened.read(LARGEST + 1)  # a device has no size
    if len(content) > LARGEST:
        raise refusal("WB-R530", f"{str(file)!r} is too large to be a living page", remedy)
    found = _DATA.search(content.decode("utf-8", errors="replace"))
    try:
        data = json.loads(found[1]) if found else {}
        int(data["engine"]["seed"]), str(data["engine"]["version"]), str(data["engine"]["plan_hash"]), data["saved"]
    except (KeyError, TypeError, ValueError, OverflowError, RecursionError):
        raise refusal("WB-R530", f"{str(file)!r} is not a living page", remedy) from None
    return dict(data)


def _numbers(facts: Any, place: str = "") -> dict[str, float]:
    """Return every number of encoded facts by its place."""
    if isinstance(facts, dict):
        if "number" in facts:
            return {}
        inside = facts.get("fields", {}) if isinstance(facts.get("fields", {}), dict) else {}
        return {key: x for name, one in inside.items() for key, x in _numbers(one, f"{place}.{name}").items()}
    if isinstance(facts, list):
        return {key: x for at, one in enumerate(facts) for key, x in _numbers(one, f"{place}[{at}]").items()}
    return {place.lstrip("."): facts} if isinstance(facts, int | float) and not isinstance(facts, bool) else {}
