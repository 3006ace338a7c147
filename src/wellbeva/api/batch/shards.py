"""Runs in parts, on any number of machines that see one folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from wellbeva.api.checks import faults_in_place, load
from wellbeva.api.runs import Progress, Run, asked, changes, run
from wellbeva.api.sources import File, Overrides
from wellbeva.errors import refusal

if TYPE_CHECKING:
    from wellbeva.engine.run.settings import RunSettings


def run_shard(
    path: File,
    index: int,
    count: int,
    folder: File,
    settings: RunSettings,
    *,
    variant: str = "",
    overrides: Overrides = (),
    progress: Progress | None = None,
) -> bool:
    """Compute one of several shards of a run: its parts stand in the folder afterwards.

    Parameters
    ----------
    path : path
        The scenario file.
    index, count : int
        Which shard, from 1, of how many; parts that stand already are not computed again, whatever shards they were
        computed for.
    folder : path
        The run folder, the same for all shards.
    settings : RunSettings
    variant, overrides
        As `run`.
    progress : callable of (done, total) or None

    Returns
    -------
    bool
        Whether there was anything to do: not so where the run is finished already.

    Raises
    ------
    WellbevaError
        With everything that is wrong; ``WB-R306`` for a shard that cannot be.
    """
    from wellbeva.batch.parts import compute_here, open_parts, refuse_results_of_another

    if not 1 <= index <= count:
        message = f"there is no shard {index} of {count}"
        raise refusal("WB-R306", message, "count shards from 1: --shard 1/64 to --shard 64/64")
    compiled = load(path, variant=variant, overrides=overrides)
    settings = replace(settings, changes=changes(compiled.record.scenario))
    with faults_in_place(compiled):
        if refuse_results_of_another(Path(folder), compiled.plan, settings):
            return False
        parts = open_parts(Path(folder), compiled.plan, settings, asked(compiled, settings))
        compute_here(parts, parts.tree.shard(index, count), progress)
    return True


def is_finished(folder: File) -> bool:
    """Whether the results of a run in parts stand in its folder, in the place of the parts."""
    from wellbeva.results.run_folder import MANIFEST, PLAN, read_manifest

    place = Path(folder)
    return not (place / PLAN).exists() and bool(read_manifest(place / MANIFEST).get("run_sha256"))


def merge(folder: File) -> Run:
    """Join the parts of a run; nothing is drawn.

    Parameters
    ----------
    folder : path
        In which shards put their parts.

    Returns
    -------
    Run
        As if it had been run at once. `Run.write` to the same folder puts the results in the place of the parts.

    Raises
    ------
    PartsMissingError
        Which names what is missing, and what of the files is damaged or of another run.
    WellbevaError
        If the folder holds no run in parts, or its scenario is not what it was.
    """
    from wellbeva.batch.folder import asked_for
    from wellbeva.batch.parts import InParts

    wanted = asked_for(Path(folder))
    settings = wanted.settings
    return run(
        wanted.scenario,
        draws=settings.draws,
        seed=settings.seed,
        design=settings.design,
        engine=settings.engine,
        threads=settings.threads,
        variant=wanted.variant,
        overrides=wanted.overrides,
        keep_draws=settings.keep_draws,
        allow_nonfinite=settings.allow_nonfinite,
        execute=InParts(Path(folder), wanted, None),
    )


def shards_missing(folder: File, count: int) -> str:
    """Return which of so many shards lack a part, as Slurm writes an array of tasks: ``3,17-19``, or nothing.

    Parameters
    ----------
    folder : path
    count : int

    Raises
    ------
    WellbevaError
        As `merge`.
    """
    from wellbeva.batch.folder import asked_for
    from wellbeva.batch.parts import neighbours, open_parts, sound

    wanted = asked_for(Path(folder))
    compiled = load(wanted.scenario, variant=wanted.variant, overrides=wanted.overrides)
    parts = open_parts(Path(folder), compiled.plan, wanted.settings, wanted)
    present = sound(parts)
    lacking = [
        range(index, index + 1)
        for index in range(1, count + 1)
        if next(parts.tree.missing(parts.tree.shard(index, count), present, 1), None) is not None
    ]
    return ",".join(f"{one[0]}-{one[-1]}" if len(one) > 1 else f"{one[0]}" for one in neighbours(lacking))
