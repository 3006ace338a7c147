"""Parts of a run computed by the workers of Dask: they get the plan and the name of a node, and give back its part."""

from __future__ import annotations

import platform
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from wellbeva.batch.dask_cluster import Cluster, connected
from wellbeva.batch.folder import PartFolder
from wellbeva.batch.part_file import decode, encode
from wellbeva.batch.parts import Compute, first_size, paced, sound
from wellbeva.batch.tree import Node
from wellbeva.engine.run.block_loop import Progress, Work
from wellbeva.engine.run.block_loop import run as run_briefly
from wellbeva.engine.run.settings import RunSettings
from wellbeva.errors import Diagnostic, WellbevaError
from wellbeva.plan.serialise import from_json, to_json

_WARM_DRAWS: Final = 8192


@dataclass(frozen=True, slots=True)
class _Part:
    """What a worker gives back: a part, or why the run is refused."""

    data: bytes | bytearray
    refusal: tuple[Diagnostic, ...]
    host: str
    seconds: float


@contextmanager
def workers_of(address: str, threads: int) -> Iterator[Compute]:
    """Yield what computes parts on a cluster.

    Parameters
    ----------
    address, threads
        As `dask_cluster.connected`.
    """
    with connected(address, threads) as cluster:

        def compute(folder: PartFolder, leaves: range, progress: Progress | None = None) -> None:
            lacking = list(folder.tree.missing(leaves, sound(folder), folder.tree.leaves))
            # a task and not scattered data, which could not be made again where all who hold it are lost
            plan = cluster.submit(str, to_json(folder.work.plan))
            settings = replace(folder.work.settings, engine=folder.work.engine, threads=1)
            _Loop(cluster, folder, (plan, settings), lacking[::-1]).run(progress)

        yield compute


@dataclass
class _Loop:
    """The loop over the nodes that are missing; a few are in flight."""

    cluster: Cluster
    folder: PartFolder
    job: tuple[Any, RunSettings]
    waiting: list[Node]
    """Nodes that nobody computes yet, the first one last."""
    flight: dict[Any, Node] = field(default_factory=dict)

    def run(self, progress: Progress | None) -> None:
        tree = self.folder.tree
        done, total = 0, sum(map(tree.draws, self.waiting))
        left = sum(len(tree.span(node)) for node in self.waiting)
        largest = first_size(self.folder)
        refusals: dict[Node, tuple[Diagnostic, ...]] = {}
        workers = self.cluster.workers()
        self._warm()
        while True:
            while self.waiting and len(self.flight) < 2 * workers:
                # Towards the end nodes are smaller, so that workers finish together; each has a cost beside its draws.
                least = max(1, min(largest // 2, tree.leaves // (8 * workers)))
                node = self._next(min(largest, max(least, left // (4 * workers))))
                self.flight[self._submit(_part, node)] = node
                left -= len(tree.span(node))
            if not self.flight:
                break
            future, part = self.cluster.first(self.flight)
            workers = self.cluster.workers()
            node = self.flight.pop(future)
            if part.refusal:
                # One process would have been refused for the first of these: what comes after it is not waited for.
                refusals[node] = part.refusal
                self.waiting = []
                self.flight = {other: later for other, later in self.flight.items() if later < min(refusals)}
                continue
            if not self.folder.write(node, decode(part.data, self.folder.key, node.name), part.host):
                return
            largest = paced(largest, part.seconds)
            done += tree.draws(node)
            if progress is not None:
                progress(done, total)
        if refusals:
            node = min(refusals)
            # It says the same with the places in files, of which workers know nothing.
            self.folder.work.reduce(tree.tasks(node))
            raise WellbevaError(refusals[node])

    def _next(self, largest: int) -> Node:
        """Take the first node of at most so many leaves."""
        node = self.waiting.pop()
        while len(self.folder.tree.span(node)) > largest:
            node, rest = self.folder.tree.halves(node)
            self.waiting.append(rest)
        return node

    def _submit(self, function: Any, *given: object, **where: Any) -> Any:
        return self.cluster.submit(function, *self.job, *given, **where)

    def _warm(self) -> None:
        """Have kernels made by one worker of each machine, from where the others take them."""
        if self.job[1].engine != "compiled":
            return
        machines = {worker["host"]: name for name, worker in self.cluster.client.scheduler_info()["workers"].items()}
        ready = {self._submit(_warm, workers=[one], allow_other_workers=True) for one in machines.values()}
        while ready:
            ready.remove(self.cluster.first(ready)[0])


# ---- what follows runs on a worker


def _part(plan: str, settings: RunSettings, node: Node) -> _Part:
    began = time.thread_time()
    folder = _work(plan, settings)
    try:
        data = encode(folder.key, node.name, folder.work.reduce(folder.tree.tasks(node)).state())
    except WellbevaError as error:
        return _Part(b"", error.diagnostics, platform.node(), 0.0)
    return _Part(data, (), platform.node(), time.thread_time() - began)


@lru_cache(maxsize=1)
def _work(plan: str, settings: RunSettings) -> PartFolder:
    """Return the work of a run; nothing is read or written in the folder."""
    return PartFolder(Path(), Work(from_json(plan), settings))


def _warm(plan: str, settings: RunSettings) -> None:
    with suppress(WellbevaError):  # a draw that is refused is told by the part in which it lies
        run_briefly(from_json(plan), replace(settings, draws=_WARM_DRAWS, keep_draws=False))
