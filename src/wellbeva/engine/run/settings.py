"""Settings of a run, beside its plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from wellbeva.engine.lanes import LANE
from wellbeva.errors import Diagnostic, WellbevaError
from wellbeva.plan.limits import USUAL

Design = Literal["sobol", "random", "latin"]
Engine = Literal["auto", "reference", "blocked", "compiled"]
Outputs = Literal["all", "decision"]

MOST_DRAWS: Final = 2**34
"""Who is ahead of whom is counted in 32 bits, in each of 16 randomisations (`decision_counts`)."""
REACHABLE_DRAWS: Final = 2**30
"""Nobody runs more; a run that aims at an error ends there, unless it is given another bound."""
DRAWS_STEP: Final = 16 * LANE
"""Draws come in multiples of this."""
MOST_THREADS: Final = 1024


def rounded_up(draws: int) -> int:
    """Return how many draws are made where so many are asked for."""
    return -(-draws // DRAWS_STEP) * DRAWS_STEP


def asked_for(draws: int, drawn: int) -> str:
    """Say, in brackets, that more draws are made than were asked for; say nothing where they are not.

    Parameters
    ----------
    draws : int
        That were asked for.
    drawn : int
        That are made.

    Examples
    --------
    >>> asked_for(16384, 16384), asked_for(4096, rounded_up(4096))
    ('', ' (4,096 asked for; draws come in multiples of 8,192)')
    """
    return f" ({draws:,} asked for; draws come in multiples of {DRAWS_STEP:,})" if drawn > draws else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSettings:
    """Draws, design and engine of a run, and what is kept of it.

    Parameters
    ----------
    draws : int
        In all; rounded up to 16 randomisations of a multiple of 512 each.
    seed : int
        The same seed gives the same draws, on any machine and any number of threads.
    design : {"sobol", "random", "latin"}
    engine : {"auto", "reference", "blocked", "compiled"}
        ``auto``: blocked, unless compiled is predicted to be done first (`cost_model`). Draws have the same bits in
        all.
    threads : int
        0: as many as there are processors for this process.
    fast : bool
        Let the compiled engine contract a multiplication and an addition into one rounding: last digits may change.
    keep_draws : bool
        Keep all draws of outcomes, decision and inputs, however much memory that takes.
    allow_nonfinite : bool
        Leave out draws in which a number is not usable or an input outside its bounds, and count them, instead of
        refusing the run.
    outputs : {"all", "decision"}
        ``decision``: moments and counts of effect, cost and net benefit alone; no quantiles, no kept draws.
    block : int, optional
        Draws evaluated at once, a multiple of 512; chosen by the width of the plan if left out.
        It changes no bit of the result.
    changes : str
        Options that made the plan of the scenario, by which a refused draw is seen again: `` --variant long``.
    """

    draws: int = USUAL
    seed: int = 1
    design: Design = "sobol"
    engine: Engine = "auto"
    threads: int = 0
    fast: bool = False
    keep_draws: bool = False
    allow_nonfinite: bool = False
    outputs: Outputs = "all"
    block: int | None = None
    changes: str = ""

    def check(self) -> None:
        """Refuse what is out of bounds.

        Raises
        ------
        WellbevaError
            WB-E004, one for each setting.
        """
        wrong: list[tuple[str, str]] = []
        if not 1 <= self.draws <= MOST_DRAWS:
            wrong.append((f"draws is {self.draws}", f"give a number from 1 to {MOST_DRAWS:,}"))
        if self.engine not in ("auto", "reference", "blocked", "compiled"):
            wrong.append((f"engine is '{self.engine}'", "choose auto, reference, blocked or compiled"))
        if self.design not in ("sobol", "random", "latin"):
            wrong.append((f"design is '{self.design}'", "choose sobol, random or latin"))
        if not 0 <= self.seed < 2**64:
            wrong.append((f"seed is {self.seed}", "give a whole number from 0 to 2**64 - 1"))
        if not 0 <= self.threads <= MOST_THREADS:
            wrong.append((f"threads is {self.threads}", f"give a number from 0 (all processors) to {MOST_THREADS}"))
        if self.block is not None and (self.block < LANE or self.block % LANE):
            wrong.append((f"block is {self.block}", f"give a multiple of {LANE}"))
        if wrong:
            raise WellbevaError(
                Diagnostic("WB-E004", f"the run cannot be done as asked: {fact}", remedy=remedy)
                for fact, remedy in wrong
            )

    def words(self, draws: int, design: str) -> str:
        """Write the options of a run on which its draws depend, without those that have their usual value.

        Parameters
        ----------
        draws : int
            That were drawn in all.
        design : str
            By which; ``supplied`` where they are rows of a table.

        Examples
        --------
        >>> RunSettings().words(16384, "sobol"), RunSettings(seed=7).words(8192, "random")
        ('', ' --draws 8192 --seed 7 --design random')
        """
        given = ("draws", draws, USUAL), ("seed", self.seed, 1), ("design", design, "sobol")
        return "".join(f" --{name} {value}" for name, value, usual in given if value != usual)
