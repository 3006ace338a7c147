"""A cluster of Dask, an extra: found or started here, what is lost of it, and what is refused.

All that is known of the work stays with the caller: what is done, what is under way. Workers get a task and give back
its result; whatever is lost with one of them is computed again by another.
"""

from __future__ import annotations

import asyncio
import logging
import re
import signal
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from multiprocessing import resource_tracker
from typing import Any, Final

from wellbeva.core.cards import few
from wellbeva.errors import WellbevaError, refusal

HERE: Final = "dask"
_ADDRESS: Final = re.compile(r"(tcp|tls)://\S+:\d{1,5}", re.ASCII)
_ANSWERS_S: Final = 5.0
"""A scheduler that does not answer within so many seconds is not there."""
_LOOKS_S: Final = 5.0
"""How often it is looked whether there are workers, where nothing is finished."""
_WORKERLESS_S: Final = 60.0
"""So long it may take until a worker comes, or another takes the place of the last that was lost."""
_RETRIES: Final = 5
_PACKAGES: Final = ("wellbeva", "numpy", "scipy", "numba", "llvmlite")
"""What the last digits of a result may depend on, beside Python."""
_RESUME: Final = ", then go on with --resume"
_START: Final = "start workers: dask worker ADDRESS --nthreads 1"


@dataclass
class Cluster:
    """Workers of Dask.

    Parameters
    ----------
    client : distributed.Client
    address : str
        As the user gave it.
    """

    client: Any
    address: str
    _known: frozenset[str] = field(default=frozenset(), init=False)

    def submit(self, function: Any, *given: object, **where: Any) -> Any:
        """Have a function called by some worker, again where one is lost; return its future."""
        return self.client.submit(function, *given, pure=False, retries=_RETRIES, **where)

    def first(self, futures: Iterable[Any]) -> tuple[Any, Any]:
        """Return something that is finished and its result, waiting for it as long as there may be workers."""
        from distributed import CancelledError, KilledWorker, wait

        deadline = time.monotonic() + _WORKERLESS_S
        while True:
            try:
                future = next(iter(wait(list(futures), timeout=_LOOKS_S, return_when="FIRST_COMPLETED").done))
                # Not for ever: the result may be lost with its worker, and nobody be there to compute it again.
                return future, future.result(timeout=_WORKERLESS_S)
            except TimeoutError:
                if self.client.nthreads():
                    deadline = time.monotonic() + _WORKERLESS_S
                elif time.monotonic() > deadline:
                    raise self._nobody("no worker is left") from None
            except CancelledError:
                fact = f"the connection to {self.address} was lost"
                raise refusal("WB-R296", "the scheduler of Dask is gone", f"start it again{_RESUME}", fact) from None
            except KilledWorker as lost:
                fact = f"{lost.allowed_failures + 1} workers ended while they computed the same part"
                raise self._nobody(fact) from None
            except (ImportError, RuntimeError) as error:
                cause = error.__cause__ if isinstance(error, RuntimeError) else error  # the scheduler's are wrapped
                if not isinstance(cause, ImportError):
                    raise
                remedy = "install the same on every machine; `python -c 'import wellbeva'` there says what is missing"
                raise refusal("WB-R294", "a worker cannot load wellbeva", remedy, str(cause)) from None

    def workers(self) -> int:
        """Return how many tasks can be computed at once, having looked at the workers that are new."""
        threads: Mapping[str, int] = self.client.nthreads()
        if not self._known.issuperset(threads):
            _refuse_other_versions(self.client)
            self._known |= frozenset(threads)
        return max(1, sum(threads.values()))

    def _nobody(self, fact: str) -> WellbevaError:
        remedy = "look whether memory is short" if self.address == HERE else _START
        return refusal("WB-R295", "the run has lost its workers", remedy + _RESUME, fact)


@contextmanager
def connected(address: str, workers: int) -> Iterator[Cluster]:
    """Connect with a cluster, or start one whose processes end with this one.

    Parameters
    ----------
    address : str
        Of its scheduler; ``dask`` starts workers here.
    workers : int
        How many are started here; 0: one for each core.

    Raises
    ------
    WellbevaError
        ``WB-R290`` to ``WB-R296`` for what is wrong with the cluster, before anything is computed or while it is.
    """
    if address != HERE and not _ADDRESS.fullmatch(address):
        remedy = f"write --on {HERE} for workers on this machine, or the address of a scheduler: --on tcp://HOST:8786"
        raise refusal("WB-R290", f"{address[:60]!r} is not the address of a scheduler", remedy)
    try:
        dask: Any = import_module("distributed")
    except ModuleNotFoundError as missing:
        remedy = "pip install 'wellbeva[dask]'"
        raise refusal("WB-R291", "Dask cannot be used", remedy, f"{missing.name} is not installed") from None
    with ExitStack() as stack:
        for logger in map(logging.getLogger, ("distributed", "asyncio")):  # they tell at length what we say in words
            stack.callback(logger.setLevel, logger.level)
            logger.setLevel(logging.CRITICAL)
        place: Any = address
        if address == HERE:
            place = stack.enter_context(_cluster_here(dask, workers))
        else:
            _refuse_unless_a_scheduler(dask, address)
        client = stack.enter_context(dask.Client(place, timeout=_ANSWERS_S))
        try:
            client.wait_for_workers(1, timeout=_WORKERLESS_S)
        except TimeoutError:
            fact = f"none has come to {address} in {_WORKERLESS_S:g} seconds"
            raise refusal("WB-R295", "there is no worker", _START, fact) from None
        _refuse_other_versions(client)
        yield Cluster(client, address)


def _cluster_here(dask: Any, workers: int) -> Any:
    """Start workers whose processes end with this one; Ctrl-C, which a terminal sends to all, is for this one alone."""
    resource_tracker.ensure_running()  # else a worker's start does it, and lets its thread take Ctrl-C again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        # Dask has workers hand back memory at once; asked for again, it costs as much time as half of the draws
        keep = {"distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_": None}
        options = {"dashboard_address": "127.0.0.1:0", "memory_limit": 0, "silence_logs": logging.CRITICAL}
        with import_module("dask").config.set(keep):
            return dask.LocalCluster(n_workers=workers or None, threads_per_worker=1, **options)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _refuse_unless_a_scheduler(dask: Any, address: str) -> None:
    """Ask who answers at an address: Dask's own client would wait for ever for a server that says nothing."""

    async def kind() -> object:
        ours = dask.Security().get_connection_args("client")
        async with asyncio.timeout(_ANSWERS_S), dask.rpc(address, connection_args=ours) as server:
            return (await server.identity()).get("type")

    try:
        with ThreadPoolExecutor(1) as aside:  # a notebook has a loop in its main thread already
            answer = aside.submit(asyncio.run, kind()).result()
        fact = "" if answer == "Scheduler" else f"a {str(answer)[:30].lower()} of Dask answers there"
    except TimeoutError:
        fact = f"nobody answered within {_ANSWERS_S:g} seconds"
    except Exception as error:  # Dask makes anything of other servers, from OSError to MemoryError
        fact = f"what answered there is not one ({type(error).__name__})"
    if fact:
        remedy = "look at the address that `dask scheduler` printed, and whether this machine can reach it"
        raise refusal("WB-R292", f"there is no scheduler of Dask at {address}", remedy, fact)


def _refuse_other_versions(client: Any) -> None:
    versions = client.get_versions(packages=list(_PACKAGES))
    ours = _versions(versions["client"])
    facts = []
    # the scheduler loads what it hands on
    for machine, theirs in {"the scheduler": versions["scheduler"], **versions["workers"]}.items():
        differing = {name: other for name, other in _versions(theirs).items() if other != ours[name]}
        facts += [f"{machine}: {name} {other or 'is not installed'}" for name, other in differing.items()]
    if facts:
        here = ", ".join(f"{name} {number}" for name, number in ours.items())
        remedy = "install the same on every machine, then go on with --resume"
        raise refusal("WB-R293", "a worker has other versions", remedy, *few(facts, 5), f"here: {here}")


def _versions(of: Mapping[str, Any]) -> dict[str, str | None]:
    packages = of["packages"]
    return {"python": ".".join(packages["python"].split(".")[:2]), **{name: packages[name] for name in _PACKAGES}}
