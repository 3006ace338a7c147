"""Registry of a run's tables: each file of `analysis/tables` registers its own with `table`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from wellbeva.core.cards import card
from wellbeva.core.plugins import import_modules
from wellbeva.core.second_process import second_process

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from wellbeva.plan.plan import Plan
    from wellbeva.plan.record import CompiledScenario, Record

_KINDS: dict[str, TableKind] = {}


@dataclass(frozen=True, slots=True)
class TableKind:
    """A kind of table.

    Parameters
    ----------
    make : callable of RunTables to DataFrame or None
        None where the scenario does not call for the table.
    csv, evaluates : bool
        As `table`.
    """

    make: Callable[[RunTables], pd.DataFrame | None]
    csv: bool
    evaluates: bool


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RunTables(Mapping[str, "pd.DataFrame"]):
    """The tables of one run that the scenario calls for, each made when it is first asked for.

    ``summary``, ``break_even`` and ``decision`` always; with a decision also ``oneway`` and ``assumptions``, and
    ``incremental`` where one option is chosen, ``league`` and ``league_apart`` where several may be bought.

    Parameters
    ----------
    dataset : xarray.Dataset
    compiled : CompiledScenario
    variants : mapping of name to Plan
        For tables of other assumptions.
    """

    dataset: xr.Dataset
    compiled: CompiledScenario
    variants: Mapping[str, Plan] = field(default_factory=dict)
    _made: dict[str, pd.DataFrame | None] = field(default_factory=dict, init=False)

    def __repr__(self) -> str:
        names = "those of: " + ", ".join(sorted(kinds()))
        return card([f"Tables of the run: {self.plan.title}", f"  {names}", "  that the scenario calls for"])

    @property
    def plan(self) -> Plan:
        """The plan that was run."""
        return self.compiled.plan

    @property
    def record(self) -> Record:
        """The record of what went in."""
        return self.compiled.record

    @property
    def choose(self) -> str:
        """How the decision chooses, ``one`` or ``several``; empty where there is none."""
        return self.plan.decision.choose if self.plan.decision else ""

    def table(self, name: str) -> pd.DataFrame | None:
        """Return a table by its name, None where the scenario does not call for it."""
        if name not in self._made:
            made = kinds()[name].make(self)
            if made is not None:  # −0 is written as 0
                made = made.assign(**{str(column): made[column] + 0.0 for column in made.select_dtypes("float")})
            self._made[name] = made
        return self._made[name]

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in kinds() or (made := self.table(name)) is None:
            raise KeyError(name)
        return made

    def __iter__(self) -> Iterator[str]:
        apart = [name for name, kind in kinds().items() if kind.evaluates and name not in self._made]

        def evaluated() -> dict[str, pd.DataFrame | None]:
            return {name: self.table(name) for name in apart}

        if apart:
            with second_process(evaluated) as made:
                for name in kinds().keys() - apart:
                    self.table(name)
                self._made.update(made())
        return (name for name in sorted(kinds()) if self.table(name) is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def table(
    name: str, *, csv: bool = False, evaluates: bool = False
) -> Callable[[Callable[[RunTables], pd.DataFrame | None]], None]:
    """Register a function that makes a table; see `docs/how-to/extend/table.md`.

    Parameters
    ----------
    name : str
        Of the table in `Run.tables`, and of its CSV.
    csv : bool
        Whether the run folder holds it beside the report.
    evaluates : bool
        Whether the model is evaluated for it, which is done beside the tables that are made from draws.
    """

    def register(make: Callable[[RunTables], pd.DataFrame | None]) -> None:
        _KINDS[name] = TableKind(make, csv, evaluates)

    return register


@cache
def kinds() -> Mapping[str, TableKind]:
    """Return every kind of table by its name."""
    import_modules("wellbeva.analysis.tables")
    return _KINDS
