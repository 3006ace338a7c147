"""The scenario behind a run folder, if its files are as they were."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wellbeva.api.checks import compiled_and_loaded
from wellbeva.errors import Collector, refusal

if TYPE_CHECKING:
    from wellbeva.plan.record import CompiledScenario
    from wellbeva.scenario.loader import Loaded


def load_run(folder: str) -> tuple[CompiledScenario, Loaded]:
    """Load the scenario of a run, if its files are as they were.

    Raises
    ------
    WellbevaError
        ``WB-R180`` if no run wrote the folder; as `load_as_it_was`.
    """
    from wellbeva.results.run_folder import MANIFEST, read_manifest

    manifest: dict[str, Any] = read_manifest(Path(folder) / MANIFEST)
    try:
        said = manifest["scenario"]
        file, variant, overrides = str(said["file"]), str(said["variant"]), [str(one) for one in said["set"]]
        digests = dict(said["files_sha256"])
    except (KeyError, TypeError, ValueError):
        remedy = "name a scenario, file.yaml:variant, or a folder that `wellbeva run` wrote"
        raise refusal("WB-R180", f"{folder!r} holds no run", remedy) from None
    return load_as_it_was(folder, file, variant, overrides, digests)


def load_as_it_was(
    folder: str, file: str, variant: str, overrides: Sequence[str], digests: Mapping[str, str]
) -> tuple[CompiledScenario, Loaded]:
    """Load what was run, if its files are as they were.

    Parameters
    ----------
    folder : str
        Of the run or the sweep, as messages show it.
    file, variant, overrides
        As they were run.
    digests : mapping of str to str
        SHA-256 of each file that was read, by path as shown; it may name more files than the scenario has.

    Raises
    ------
    WellbevaError
        ``WB-R181`` if the scenario is not where it was, or one of its files has changed.
    """
    again = "go to the folder in which it was run, or name the scenario as it was: git show COMMIT:FILE > old.yaml"
    if not Path(file).is_file():
        raise refusal("WB-R181", f"the scenario of {folder!r} is not where it was", again, f"it was {file}")
    compiled, loaded = compiled_and_loaded(file, variant, overrides, "", Collector())
    now = compiled.record.scenario.digests
    changed = sorted(name for name, digest in now.items() if digests.get(name) != digest)
    if changed:
        message = f"the files of {folder!r} have changed since it was run, and it keeps no copy of them"
        raise refusal("WB-R181", message, again, f"changed: {', '.join(changed[:5])}")
    return compiled, loaded
