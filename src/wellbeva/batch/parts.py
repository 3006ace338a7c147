"""A run in parts: what is missing is computed, and what stands is joined."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final, cast

from wellbeva.batch.folder import Asked, PartFolder, read_plan
from wellbeva.batch.part_file import ForeignPartError
from wellbeva.batch.tree import Node, Tree
from wellbeva.core.cards import few
from wellbeva.engine.reductions.accumulator import Accumulator
from wellbeva.engine.reductions.result import EngineResult
from wellbeva.engine.run.block_loop import Progress, Work
from wellbeva.engine.run.extension import reduce_here
from wellbeva.engine.run.settings import Engine, RunSettings
from wellbeva.errors import Diagnostic, WellbevaError, refusal
from wellbeva.plan.plan import Plan
from wellbeva.results.run_folder import MANIFEST, PLAN, read_manifest

Compute = Callable[[PartFolder, range, Progress | None], None]

LONG_S: Final = 60.0
"""A run that is predicted to take longer keeps its parts without being asked."""
_SHORT_S: Final = 20.0
_LONG_PART_S: Final = 80.0
"""A part takes between so many seconds of each processor: to write and to join it takes one, and who is killed loses
one at most."""
_NAMED: Final = 5


class PartsMissingError(WellbevaError):
    """Parts of a run are missing."""

    status = 3
    """Exit status of a command that it ends."""


class InParts:
    """Runs a plan in parts that stand in a folder: goes on with those that stand, or begins if it will take long.

    Parameters
    ----------
    folder : Path
    asked : Asked
    compute : callable
        Computes what is missing; None joins what stands and computes nothing.
    on : str, optional
        A cluster that computes it instead (`dask_executor.workers_of`).
    """

    def __init__(self, folder: Path, asked: Asked, compute: Compute | None, on: str = "") -> None:
        self._folder, self._asked, self._compute, self._on = folder, asked, compute, on
        self.described: dict[str, object] = {}

    def at_once(self, plan: Plan, settings: RunSettings) -> Work | None:
        """Return the work of a run that needs no parts; None where they stand, or are worth the keeping.

        Parameters
        ----------
        plan : Plan
        settings : RunSettings

        Raises
        ------
        WellbevaError
            As the engine, of the base case.
        """
        if self._on or (self._folder / PLAN).is_file() or self._compute is None:
            return None
        work = Work(plan, settings)
        return work if settings.fast or work.is_over_in(LONG_S) else None

    def __call__(self, plan: Plan, settings: RunSettings, progress: Progress | None) -> EngineResult:
        """Run a plan.

        Parameters
        ----------
        plan : Plan
        settings : RunSettings
        progress : callable or None

        Raises
        ------
        WellbevaError
            As the engine; `PartsMissingError` if nothing may be computed and parts are missing.
        """
        work = self.at_once(plan, settings)
        if work is not None:
            return work.result(work.reduce(work.tasks(), progress))
        with ExitStack() as stack:
            if self._on:
                from wellbeva.batch.dask_executor import workers_of

                self._compute = stack.enter_context(workers_of(self._on, settings.threads))
            folder = open_parts(self._folder, plan, settings, self._asked)
            if self._compute is not None:
                self._compute(folder, range(folder.tree.leaves), progress)
        result = joined(folder)
        self.described = {"run_sha256": folder.run, "parts": folder.makers()}
        return result


class GrowingParts:
    """Reduces the draws of a run that grows, with parts that stand in a folder from the length on that takes long.

    Parameters
    ----------
    folder : Path
    asked : Asked
        With the most draws.
    precision : str
        What ends it, as it was asked for.

    Attributes
    ----------
    described : dict of str to object
        What the manifest says of the parts.
    """

    def __init__(self, folder: Path, asked: Asked, precision: str) -> None:
        settings = asked.settings
        self._folder, self._asked = folder, asked
        self._aim = {name: getattr(settings, name) for name in ("draws", "engine", "fast")} | {"precision": precision}
        self.described: dict[str, object] = {}

    def __call__(self, work: Work, shorter: Accumulator | None, progress: Progress | None) -> Accumulator:
        """Reduce draws as `engine.run.extension.reduce_here`.

        Raises
        ------
        WellbevaError
            As the engine, and as `PartFolder.begin`.
        """
        tree = None if shorter is None else Tree(*work.added())
        folder = PartFolder(self._folder, work, tree=tree, aim=self._aim)
        long = work.predicted_s >= LONG_S and not work.settings.fast
        if not long and not (self._folder / PLAN).is_file():
            return reduce_here(work, shorter, progress)
        folder.begin(self._asked)
        if long:
            compute_here(folder, range(folder.tree.leaves), progress)
        collect = join_parts(folder, shorter) if long else reduce_here(work, shorter, progress)
        self.described = {"run_sha256": folder.run, "parts": folder.makers()}
        return collect


def open_parts(place: Path, plan: Plan, settings: RunSettings, asked: Asked) -> PartFolder:
    """Return the folder of a run in parts, which says what run it is from then on.

    Parameters
    ----------
    place : Path
    plan : Plan
    settings : RunSettings
        Where any engine will do, that of the parts which stand already is taken: others differ in last digits.
    asked : Asked

    Raises
    ------
    WellbevaError
        ``WB-R303`` for what cannot be run in parts; else as `PartFolder.begin`.
    """
    if settings.fast:
        fact = "with --fast the last digits depend on the processor"
        raise refusal("WB-R303", "this run cannot be done in parts", "leave out --fast", fact)
    begins = settings.engine == "auto" and not (place / PLAN).is_file()
    if settings.engine == "auto" and not begins:
        # one that there is not is refused with the settings
        settings = replace(settings, engine=read_plan(place)["identity"].get("engine"))
    folder = PartFolder(place, Work(plan, settings))
    try:
        folder.begin(replace(asked, settings=replace(settings, engine=folder.work.engine)))
    except WellbevaError:
        if begins and (place / PLAN).is_file():  # another machine, which prefers another engine, was first
            return open_parts(place, plan, settings, asked)
        raise
    return folder


def refuse_results_of_another(place: Path, plan: Plan, settings: RunSettings) -> bool:
    """Say whether the results of a run stand in its folder already, and refuse a folder with those of another.

    Parameters
    ----------
    place : Path
    plan : Plan
    settings : RunSettings

    Raises
    ------
    WellbevaError
        ``WB-R300``.
    """
    manifest = read_manifest(place / MANIFEST)
    if not manifest or (place / PLAN).is_file():
        return False
    if settings.engine == "auto":
        settings = replace(settings, engine=cast("Engine", manifest["engine"]))
    if manifest.get("run_sha256") == PartFolder(place, Work(plan, settings)).run:
        return True
    message = f"{str(place)!r} holds the results of another run, and is left as it is"
    raise refusal("WB-R300", message, "name another place with --out, or take the results away")


def compute_here(folder: PartFolder, leaves: range, progress: Progress | None = None) -> None:
    """Compute the parts that are missing among some leaves, in this process.

    Parameters
    ----------
    folder : PartFolder
    leaves : range
    progress : callable or None
        Called with the draws done and the draws of these leaves.
    """
    tree, work = folder.tree, folder.work
    present = sound(folder, leaves)
    total = sum(tree.draws(leaf) for leaf in tree.missing(leaves, present, 1))
    done, largest = 0, first_size(folder)

    def tell(node_done: int, _: int) -> None:
        if progress is not None:
            progress(done + node_done, total)

    while (node := next(tree.missing(leaves, present, largest), None)) is not None:
        # on the clock of the processor: a busy machine shall not make many small parts, each with its cost
        started = time.process_time()
        if not folder.write(node, work.reduce(tree.tasks(node), tell).state()):
            return
        present.add(node)
        done += tree.draws(node)
        largest = paced(largest, (time.process_time() - started) / work.threads)


def first_size(folder: PartFolder) -> int:
    """Return of how many leaves the first part is: as many as are predicted to take some twenty seconds."""
    each = folder.work.predicted_s / len(folder.work.tasks())
    return 1 << int(_SHORT_S / max(each, 1e-6)).bit_length() >> 1 or 1


def paced(largest: int, seconds: float) -> int:
    """Return how many leaves the next part has at most, by the seconds that one of the largest took.

    Parameters
    ----------
    largest : int
    seconds : float
        Of each processor.
    """
    return 2 * largest if seconds < _SHORT_S else max(1, largest // 2) if seconds > _LONG_PART_S else largest


def sound(folder: PartFolder, leaves: range | None = None) -> set[Node]:
    """Return the nodes whose parts stand and are sound; those that are damaged are computed again.

    Parameters
    ----------
    folder : PartFolder
    leaves : range, optional
        As `PartFolder.present`.

    Raises
    ------
    WellbevaError
        ``WB-R304`` if there are parts of another run.
    """
    present, faults = folder.present(leaves)
    foreign = [f"{name}: {fault}" for name, fault in faults.items() if isinstance(fault, ForeignPartError)]
    if foreign:
        message = f"{str(folder.folder)!r} holds parts of another run, and is left as it is"
        raise refusal("WB-R304", message, "take them out of the folder", *few(foreign, _NAMED))
    return present


def joined(folder: PartFolder) -> EngineResult:
    """Join all parts of a run, as `join_parts`, to its result."""
    with _fitting(folder):
        return folder.work.result(join_parts(folder))


def join_parts(folder: PartFolder, shorter: Accumulator | None = None) -> Accumulator:
    """Join all parts of a folder.

    Parameters
    ----------
    folder : PartFolder
    shorter : Accumulator, optional
        To which its draws are added.

    Raises
    ------
    PartsMissingError
        ``WB-R305``, which names them, and whatever else is wrong with a file.
    WellbevaError
        ``WB-R308`` if another process has finished the run; ``WB-R304`` for parts that do not fit each other.
    """
    if folder.finished():
        message = f"another process has finished this run; its results stand in {str(folder.folder)!r}"
        raise refusal("WB-R308", message, "look at them, or name another place with --out")
    present, faults = folder.present()
    used, lacking = folder.tree.cover(present)
    if lacking:
        facts = [*missing_words(folder.tree, lacking), *(f"{name}: {fault}" for name, fault in faults.items())]
        remedy = f"run what is missing: wellbeva run SCENARIO --resume --out {folder.folder}"
        said = Diagnostic("WB-R305", "parts of the run are missing", facts=few(facts, _NAMED), remedy=remedy)
        raise PartsMissingError([said])
    with _fitting(folder):
        return folder.work.join((folder.read(node) for node in used), shorter)


@contextmanager
def _fitting(folder: PartFolder) -> Iterator[None]:
    try:
        yield
    except (ValueError, LookupError, TypeError) as error:
        message = f"the parts in {str(folder.folder)!r} do not fit each other"
        raise refusal("WB-R304", message, "take the folder away and run again", str(error)) from error


def missing_words(tree: Tree, lacking: Sequence[Node]) -> list[str]:
    """Say which chunks are missing, neighbours together.

    Parameters
    ----------
    tree : Tree
    lacking : sequence of Node
        In their order.
    """
    spans = neighbours(map(tree.span, lacking))
    chunks = (f"{one.start + 1:,}" + (f" to {one.stop:,}" if len(one) > 1 else "") for one in spans)
    return [f"missing of {tree.leaves:,} chunks: {chunk}" for chunk in chunks]


def neighbours(spans: Iterable[range]) -> list[range]:
    """Join ranges of which one ends where the next begins.

    Examples
    --------
    >>> neighbours([range(3, 4), range(17, 18), range(18, 20)])
    [range(3, 4), range(17, 20)]
    """
    joined: list[range] = []
    for span in spans:
        follows = joined and joined[-1].stop == span.start
        joined.append(range(joined.pop().start, span.stop) if follows else span)
    return joined
