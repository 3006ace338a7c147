"""A run folder read again: what its report needs, without a draw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from wellbeva.analysis.registry import RunTables
from wellbeva.api.saved.scenario_of_run import load_run
from wellbeva.api.sources import File
from wellbeva.errors import Diagnostic, refusal

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from wellbeva.plan.record import CompiledScenario
    from wellbeva.report.page.view import Page


@dataclass(frozen=True, slots=True, eq=False)
class SavedRun:
    """What a run folder holds, with its scenario compiled again.

    Parameters
    ----------
    folder : Path
    compiled : CompiledScenario
        With the warnings of the run.
    dataset : xarray.Dataset
    tables : mapping of name to pandas.DataFrame
        As `analysis.registry.RunTables` makes them.
    manifest : mapping
    """

    folder: Path
    compiled: CompiledScenario
    dataset: xr.Dataset
    tables: Mapping[str, pd.DataFrame]
    manifest: Mapping[str, object]

    def page(self) -> Page:
        """Return the view of ``report.html``."""
        from wellbeva.report.page.render import build_page

        compiled = self.compiled
        return build_page(self.dataset, compiled.record, compiled.plan, self.tables, manifest=self.manifest)


def open_saved(folder: File) -> SavedRun:
    """Read a run folder whose scenario is as it was.

    Parameters
    ----------
    folder : path

    Raises
    ------
    WellbevaError
        ``WB-R013`` if there are no results; ``WB-R180`` and ``WB-R181`` as `load_run`; ``WB-R529`` if this version of
        wellbeva makes another plan of the scenario.
    """
    from wellbeva.api.runs import variants_of
    from wellbeva.plan.serialise import plan_hash
    from wellbeva.results.run_folder import MANIFEST, open_run, read_manifest

    place = Path(folder)
    dataset, manifest = open_run(place), read_manifest(place / MANIFEST)
    compiled, loaded = load_run(str(folder))
    if plan_hash(compiled.plan) != dataset.attrs["plan_hash"]:
        message = f"the run in {str(folder)!r} was made by another version of wellbeva, whose plan differs"
        raise refusal("WB-R529", message, "run the scenario again", f"made by {dataset.attrs['wellbeva_version']}")
    plans = {name: varied.plan for name, varied in variants_of(loaded, compiled).items()}
    compiled = replace(compiled, record=replace(compiled.record, warnings=_warnings(manifest)))
    return SavedRun(place, compiled, dataset, RunTables(dataset, compiled, plans), manifest)


def _warnings(manifest: Mapping[str, object]) -> tuple[Diagnostic, ...]:
    """Return the warnings of a manifest; none where somebody has put something else in their place."""
    try:
        return tuple(
            Diagnostic(
                str(one["code"]), str(one["message"]), facts=tuple(map(str, one["facts"])), severity="warning",
                variant=str(one["variant"]),
            )
            for one in cast("list[dict[str, Any]]", manifest["warnings"])
        )  # fmt: skip
    except (KeyError, TypeError):
        return ()
