"""How many draws are enough: a scenario run at growing numbers of draws, by every design."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from wellbeva.api.runs import File, Progress, _faults_in_place, load

if TYPE_CHECKING:
    from wellbeva.analysis.convergence import Convergence
    from wellbeva.plan.plan import Plan
    from wellbeva.plan.record import CompiledScenario

CONVERGE_DRAWS = 65_536
REPEATS = 4
MOST_CONVERGE_DRAWS, MOST_REPEATS = 2**30, 64


@dataclass(frozen=True, slots=True, eq=False)
class Converged:
    """Error against draws of a scenario.

    Parameters
    ----------
    compiled : CompiledScenario
    convergence : Convergence
        `numbers` is empty where there is nothing to compare; `reason` says why.
    """

    compiled: CompiledScenario
    convergence: Convergence

    def sentences(self) -> tuple[str, ...]:
        """Say in words what was found."""
        from wellbeva.report.explain.convergence import sentences

        return sentences(self.compiled, self.convergence)

    def plot(self, *, form: Literal["html", "svg", "png"] = "html", within: float | None = None) -> str | bytes:
        """Draw the error against draws, one small figure a number.

        Parameters
        ----------
        form : {"html", "svg", "png"}
        within : float, optional
            A wanted standard error as a share of each number; drawn as a line.
        """
        from wellbeva.report.explain import convergence as report

        sheet = report.build_sheet(self.compiled, self.convergence, within=within)
        if form == "html":
            return report.sheet_html(sheet)
        return report.sheet_png(sheet) if form == "png" else report.sheet_picture(sheet)


def converge(
    path: File,
    *,
    draws: int = CONVERGE_DRAWS,
    repeats: int = REPEATS,
    latin: bool = False,
    seed: int = 1,
    threads: int = 0,
    variant: str = "",
    overrides: Sequence[str] = (),
    progress: Progress | None = None,
) -> Converged:
    """Run a scenario at growing numbers of draws, quasi-random and random, and compare the standard errors.

    Parameters
    ----------
    path : path
    draws : int
        The most, rounded up to a power of two; at least 16,384, for the smallest size run is 8,192.
    repeats : int
        Runs at each size and design, with seeds of their own: no two runs share a draw.
    latin : bool
        Compare a Latin hypercube too.
    seed : int
        Of the first run; the others follow.
    threads : int
        0: one for each core.
    progress : callable of (done, total) or None

    Returns
    -------
    Converged

    Raises
    ------
    WellbevaError
        With everything that is wrong; ``WB-R106`` for draws or repeats out of bounds.

    Examples
    --------
    >>> done = converge("scenarios/easing-loneliness.yaml", draws=16384, repeats=1)
    >>> done.convergence.sizes
    (8192, 16384)
    """
    from wellbeva.analysis.convergence import Convergence, asked_of, measure, settle, sizes_to
    from wellbeva.engine.run.block_loop import run as run_engine

    _check(draws, repeats)
    compiled = load(path, variant=variant, overrides=overrides)
    sizes, designs = sizes_to(draws), ("sobol", "random", *(("latin",) if latin else ()))
    if compiled.plan.supplied or not compiled.plan.elements:
        reason: Literal["supplied", "certain"] = "supplied" if compiled.plan.supplied else "certain"
        return Converged(compiled, Convergence(sizes, designs, repeats, (), reason, compiled.plan.supplied))
    plan = asked_of(compiled.plan)
    total = sum(sizes) * len(designs) * repeats
    engine = _engine(plan, total, threads)
    runs = {}
    done = 0
    for step, size in enumerate(sizes):
        for design in designs:
            found = []
            for repeat in range(repeats):
                before = done

                def tell(now: int, _of: int, before: int = before) -> None:
                    if progress is not None:
                        progress(before + now, total)

                with _faults_in_place(compiled):
                    result = run_engine(
                        plan,
                        draws=size,
                        seed=(seed + step * repeats + repeat) % 2**64 if seed >= 0 else seed,
                        design=design,
                        engine=engine,
                        threads=threads,
                        progress=tell,
                    )
                found.append(measure(plan, result))
                done += size
            runs[design, size] = found
    numbers = settle(runs, designs=designs, sizes=sizes)
    return Converged(compiled, Convergence(sizes, designs, repeats, numbers, "" if numbers else "certain"))


def _engine(plan: Plan, draws: int, threads: int) -> Literal["blocked", "compiled"]:
    """Choose one engine for all the runs, by the work of all of them together: a kernel is compiled once at most."""
    from wellbeva.engine.run.select_engine import compiled_is_faster

    workers = threads if threads > 0 else os.cpu_count() or 1
    return "compiled" if compiled_is_faster(plan, "all", draws=draws, threads=workers) else "blocked"


def _check(draws: int, repeats: int) -> None:
    from wellbeva.analysis.convergence import LEAST
    from wellbeva.errors import Diagnostic, WellbevaError

    wrong = []
    if not 2 * LEAST <= draws <= MOST_CONVERGE_DRAWS:
        wrong.append((f"draws is {draws}", f"give a number from {2 * LEAST:,} to {MOST_CONVERGE_DRAWS:,}"))
    if not 1 <= repeats <= MOST_REPEATS:
        wrong.append((f"repeats is {repeats}", f"give a number from 1 to {MOST_REPEATS}"))
    if wrong:
        raise WellbevaError(
            Diagnostic("WB-R106", f"error cannot be told against draws as asked: {fact}", remedy=remedy)
            for fact, remedy in wrong
        )
