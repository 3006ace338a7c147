"""What changed from one scenario to another, and what each change did to the decision."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from wellbeva.api.checks import base_case_doubts, faults_in_place, load
from wellbeva.api.runs import DEFAULT_DRAWS, EngineName, Progress
from wellbeva.api.saved.scenario_of_run import load_as_it_was, load_run
from wellbeva.api.sources import File
from wellbeva.core.cards import Card
from wellbeva.engine.run.settings import RunSettings
from wellbeva.errors import WellbevaError, refusal

if TYPE_CHECKING:
    import pandas as pd

    from wellbeva.core.arrays import Floats
    from wellbeva.plan.record import CompiledScenario
    from wellbeva.scenario.differences import Change, Comparison


MOST: Final = 10
"""Changes whose every subset is run; more are put together."""
_FEW: Final = 4
"""Changes up to which machine code would not repay its making."""
Group = tuple["Change", ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Difference(Card):
    """The changes between two scenarios and the effect of each; `diff` makes one.

    Parameters
    ----------
    old, new : str
        As they were named.
    compiled : pair of CompiledScenario
    groups : tuple of tuple of Change
        Each change; changes that are looked at together in one (`name_of`).
    beside : tuple of str
        Differences that move no number here: sources, published lines.
    table : DataFrame
        A row for each group, option and quantity (`analysis.differences.QUANTITIES`): ``change``, of one change alone
        what is written on either side (``old``, ``new``), ``option``, ``quantity``, ``before``, ``after``, ``share``
        of the change in the difference, its standard error ``se``, and what the change does ``alone`` and as the
        ``last``. Of one quantity of one option shares add up to ``after`` less ``before``. Empty where nothing changed.
    ranking : pair of tuple of str
        The options, best first, before and after.
    draws : int
    """

    old: str
    new: str
    compiled: tuple[CompiledScenario, CompiledScenario]
    groups: tuple[Group, ...]
    beside: tuple[str, ...]
    table: pd.DataFrame
    ranking: tuple[tuple[str, ...], tuple[str, ...]]
    draws: int


def diff(
    old: File,
    new: File,
    *,
    draws: int = DEFAULT_DRAWS,
    seed: int = 1,
    progress: Progress | None = None,
) -> Difference:
    """Compare two scenarios on the same draws, and share the difference out among the changes.

    Parameters
    ----------
    old, new : path or str
        A scenario file, ``file.yaml:variant``, a run folder whose files are as they were, or a cell of a sweep as
        ``sweeps/offers:12``, by its number in the table.
    draws : int
        Of each run; there is one for every subset of the changes.
    seed : int
    progress : callable, optional
        Called with the number of runs done and in all.

    Raises
    ------
    WellbevaError
        With everything that is wrong; ``WB-R180`` to ``WB-R185`` if the two cannot be compared.
    """
    from wellbeva.scenario.differences import compare

    sides = (_load(old), _load(new))
    options = _comparable(*sides)
    comparison = compare(sides[0].record.scenario, sides[1].record.scenario)
    # Where the same numbers are drawn on both sides, one machine code serves all subsets of the changes.
    alike = [[one.uncertain for one in side.plan.parameters] for side in sides]
    engine: EngineName = "compiled" if len(comparison.changes) > _FEW and alike[0] == alike[1] else "auto"
    settings = RunSettings(draws=draws, seed=seed, engine=engine, outputs="decision")
    runs = _Runs(comparison, _dimensions(*sides), options, settings)
    ranking = []
    for made, compiled in zip(((), comparison.changes), sides, strict=True):
        base_case_doubts(compiled, keep=False)
        with faults_in_place(compiled):
            ranking.append(runs.at(frozenset(made))[1])
    groups = _groups(comparison.changes, runs)
    try:
        shares = _shares(groups, runs, progress)
    except (WellbevaError, LookupError):
        groups = (_joined(groups),)
        shares = _shares(groups, runs, progress)
    table = _table(groups, shares, runs)
    return Difference(
        os.fspath(old), os.fspath(new), sides, groups, comparison.beside, table, (ranking[0], ranking[1]), runs.drawn
    )


def _load(side: File) -> CompiledScenario:
    """Load a scenario, a variant of one, what a run folder says was run, or a cell of a sweep."""
    text = os.fspath(side)
    path, colon, variant = text.rpartition(":")
    if Path(text).is_dir():
        return load_run(text)[0]
    if path and Path(path).is_dir():
        return _load_cell(path, variant)
    if colon and path.endswith((".yaml", ".yml")) and not Path(text).exists():
        try:
            return load(path, variant=variant or ":")  # what no variant is called
        except WellbevaError as error:
            (unknown, *_) = error.diagnostics
            if unknown.code != "WB-S132":
                raise
            remedy = "name a variant behind the colon, or leave the colon out" if not variant else unknown.remedy
            raise refusal("WB-R186", f"{variant!r} is not a variant of {path}", remedy) from None
    return load(text)


def _load_cell(folder: str, number: str) -> CompiledScenario:
    """Load the scenario of a cell of a sweep, if its files are as they were."""
    from wellbeva.api.batch.sweeps import cell_of
    from wellbeva.batch.sweep_folder import read_sweep

    manifest, cell = read_sweep(Path(folder)), None
    with contextlib.suppress(KeyError, TypeError, ValueError):
        cell = cell_of(manifest["asked"], number) if manifest["done"] else None
        digests = dict(manifest["files_sha256"])
    if cell is None:
        remedy = "name FOLDER:CELL, a folder that `wellbeva sweep` has finished and a number from the column `cell`"
        raise refusal("WB-R279", f"{folder!r} has no cell {number[:20]!r} of a sweep", remedy)
    return load_as_it_was(folder, *cell, digests)[0]


def _comparable(old: CompiledScenario, new: CompiledScenario) -> tuple[str, ...]:
    """Return the options that both have; refuse what cannot be compared."""
    one, other = old.plan.decision, new.plan.decision
    if one is None or other is None:
        raise refusal(
            "WB-R185", "nothing is decided on one of the sides", "compare scenarios whose model has a decision"
        )
    money = [
        f"{side.plan.currency}{f' in {side.plan.price_year} prices' if side.plan.price_year else ''}, "
        f"and {decision.effect_unit}"
        for side, decision in ((old, one), (new, other))
    ]
    if money[0] != money[1]:
        remedy = (
            "write the same `currency` and `prices` under `appraisal` on both sides, and compare one kind of effect"
        )
        raise refusal(
            "WB-R182", "the two sides count in different units", remedy, f"old: {money[0]}", f"new: {money[1]}"
        )
    if one.choose != other.choose:
        facts = (f"old: choose: {one.choose}", f"new: choose: {other.choose}")
        raise refusal("WB-R183", "offers cannot be compared with rivals", "give both the same 'choose'", *facts)
    common = tuple(name for name in one.options if name in other.options and name != "nothing")
    if not common:
        facts = (f"old: {', '.join(one.options[:20])}", f"new: {', '.join(other.options[:20])}")
        raise refusal("WB-R184", "no option is on both sides", "give an option the same name on both sides", *facts)
    return common


def _dimensions(old: CompiledScenario, new: CompiledScenario) -> dict[str, int]:
    """Give each uncertain input the same dimension of the design in all mixtures, those of the old side first."""
    from wellbeva.compiler.compile import compile_scenario, dimensions

    known = dimensions(old.plan)
    return dimensions(compile_scenario(new.record.scenario, known=known).plan) | known


@dataclass(slots=True)
class _Runs:
    """Runs of the old scenario with some of the changes made."""

    comparison: Comparison
    known: Mapping[str, int]
    options: Sequence[str]
    settings: RunSettings
    drawn: int = 0
    kept: dict[frozenset[Change], tuple[Floats, tuple[str, ...]]] = field(default_factory=dict)

    def at(self, made: frozenset[Change], *, keep: bool = True) -> tuple[Floats, tuple[str, ...]]:
        """Return numbers, array (1 + stretch, option, quantity), NaN beyond the stretches there are; and the order."""
        from wellbeva.analysis.differences import QUANTITIES, decision_numbers
        from wellbeva.compiler.compile import compile_scenario
        from wellbeva.engine.reductions.replicates import RANDOMISATIONS
        from wellbeva.engine.run.block_loop import run

        if made in self.kept:
            return self.kept[made]
        compiled = compile_scenario(self.comparison.mixed(made), known=self.known)
        result = run(compiled.plan, self.settings)
        self.drawn = self.drawn or result.randomisations * result.draws_each
        numbers, order = decision_numbers(compiled, result)
        found = np.full((1 + RANDOMISATIONS, len(self.options), len(QUANTITIES)), np.nan)
        for index, option in enumerate(self.options):
            found[: len(numbers[option]), index] = numbers[option]
        if keep:
            self.kept[made] = (found, order)
        return found, order

    def possible(self, made: frozenset[Change]) -> bool:
        """Whether there is such a scenario, and it runs; a mixture of two files is not checked as a file is."""
        with contextlib.suppress(WellbevaError, LookupError):
            self.at(made)
        return made in self.kept


def _groups(changes: Group, runs: _Runs) -> tuple[Group, ...]:
    """Join changes that cannot be made separately and, of more than `MOST`, those of a parameter, then the least."""
    groups: list[Group] = [(change,) for change in changes]
    if len(groups) > MOST:
        heads = dict.fromkeys(map(_head, changes))
        groups = [tuple(change for change in changes if _head(change) == head) for head in heads]
    every = frozenset(changes)
    bound = [one for one in groups if not (runs.possible(frozenset(one)) and runs.possible(every - {*one}))]
    groups = [one for one in groups if one not in bound] + ([_joined(bound)] if bound else [])
    if len(groups) > MOST:
        before = runs.at(frozenset())[0][0, :, :2]

        def moved(group: Group) -> float:
            moves = np.abs(runs.at(frozenset(group))[0][0, :, :2] - before)
            return float((moves / np.maximum(np.abs(before), 1e-9)).sum())

        groups.sort(key=moved, reverse=True)
        groups = [*groups[: MOST - 1], _joined(groups[MOST - 1 :])]
    return tuple(groups)


def _head(change: Change) -> str:
    return change.name.partition(".")[0]


def _joined(groups: Iterable[Group]) -> Group:
    return tuple(change for group in groups for change in group)


def _shares(groups: tuple[Group, ...], runs: _Runs, progress: Progress | None) -> Floats:
    """Share the difference out among groups, array (group, 1 + stretch, option, quantity)."""
    from wellbeva.analysis.differences import shapley

    done = count(1)

    def value(made: frozenset[Group]) -> Floats:
        numbers = runs.at(frozenset(_joined(made)), keep=False)[0]
        if progress is not None:
            progress(next(done), 2 ** len(groups))
        return numbers

    return shapley(groups, value)


def _table(groups: tuple[Group, ...], shares: Floats, runs: _Runs) -> pd.DataFrame:
    """Lay out shares, array (group, 1 + stretch, option, quantity), as `Difference` has them."""
    import pandas as pd

    from wellbeva.analysis.differences import QUANTITIES
    from wellbeva.results.standard_errors import jackknife_error

    every = frozenset(_joined(groups))
    before, after = runs.at(frozenset())[0][0], runs.at(every)[0][0]
    # A change that does nothing leaves the rounding of its sums, and nothing else.
    noise = 1e-12 * np.fmax(np.abs(before), np.abs(after))
    rows = []
    for group, share in zip(groups, shares, strict=True):
        words = (group[0].old, group[0].new) if len(group) == 1 else ("", "")
        error = jackknife_error(share[1:][~np.isnan(share[1:]).all(axis=(1, 2))])
        alone = runs.at(frozenset(group))[0][0] - before
        last = after - runs.at(every - {*group})[0][0]
        columns = [np.where(np.abs(one) <= noise, 0.0, one) for one in (share[0], error, alone, last)]
        for (option, quantity), start in np.ndenumerate(before):
            numbers = (start, after[option, quantity], *(column[option, quantity] for column in columns))
            rows.append((name_of(group), *words, runs.options[option], QUANTITIES[quantity], *numbers))
    names = ("change", "old", "new", "option", "quantity", "before", "after", "share", "se", "alone", "last")
    table = pd.DataFrame(rows, columns=list(names))
    table.loc[table["quantity"] == "rank", "se"] = np.nan
    return table


def name_of(group: Group) -> str:
    """Name a change, or changes that are looked at together."""
    names = [change.name for change in group]
    if len(names) > 1 and len({*map(_head, group)}) == 1:
        return f"{_head(group[0])} ({len(names)} changes)"
    return " with ".join(names) if len(names) < 4 else f"{' with '.join(names[:2])} and {len(names) - 2} more"
