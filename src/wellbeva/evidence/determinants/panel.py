"""Answers of people, row by row, and the columns that a regression takes from them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from wellbeva.core.arrays import Floats
from wellbeva.evidence.errors import EvidenceError
from wellbeva.evidence.robust import Indices

TOGETHER = "together"
LEAST_PEOPLE = 20
ROWS_A_COLUMN = 5
MOST_COLUMNS = 60
EXACT = 1e-9
"""A standard error below it [points] is rounding."""


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """Answers, one row for each person and time.

    Parameters
    ----------
    outcome : array (row,) [points]
    determinants : mapping of str to array (row,)
        Each in its own unit.
    controls : mapping of str to array (row,)
        Numbers that are held equal, such as age.
    kinds : mapping of str to sequence of str (row,)
        Words that are held equal, such as gender or the time of asking.
    people, areas : sequence of str (row,), optional
        Who answered, and where they live.
    """

    outcome: Floats
    determinants: Mapping[str, Floats]
    controls: Mapping[str, Floats] = field(default_factory=dict)
    kinds: Mapping[str, Sequence[str]] = field(default_factory=dict)
    people: Sequence[str] | None = None
    areas: Sequence[str] | None = None

    def __post_init__(self) -> None:
        people = len(set(self.people or range(len(self.outcome))))
        columns = (
            len(self.determinants) + len(self.controls) + sum(len(set(texts)) - 1 for texts in self.kinds.values())
        )
        if columns > MOST_COLUMNS:
            fact = f"{columns:,} columns, one for each kind of word but one"
            raise EvidenceError("too much is held equal", (fact,), f"have at most {MOST_COLUMNS}, and no free text")
        if people < LEAST_PEOPLE or len(self.outcome) < ROWS_A_COLUMN * columns:
            facts = (f"{people:,} people, {len(self.outcome):,} rows, {columns} columns",)
            remedy = f"ask {LEAST_PEOPLE} people or more, and have {ROWS_A_COLUMN} rows for each column"
            raise EvidenceError("too few answers for a slope", facts, remedy)
        if np.ptp(self.outcome) == 0.0:
            fact = f"each is {self.outcome[0]:g}"
            raise EvidenceError("all answers are equal, so that nothing goes with them", (fact,), "check the column")
        for name, values in self.determinants.items():
            if np.ptp(values) == 0.0:
                fact = f"{name} is {values[0]:g} in every row"
                raise EvidenceError(
                    f"{name} is the same for all, so that nothing goes with it", (fact,), "leave it out"
                )

    def group(self, whose: str) -> Indices:
        """Return the number of each row's ``person`` or ``area``, from 0."""
        texts = self.people if whose == "person" else self.areas
        if texts is None:
            raise EvidenceError(f"no column says the {whose}", (), f"name it by --{whose}")
        return codes(texts)

    def columns(self, *, together: bool) -> dict[str, Floats]:
        """Return the columns: determinants in standard deviations from their mean, their product, and what is held.

        The product is taken of columns from their means, so that the slope of each determinant is that where the other
        is at its mean, which is where a programme starts in models/determinants.yaml.

        Parameters
        ----------
        together : bool
            Whether to take the product of the two determinants.
        """
        columns = {name: (x - x.mean()) / x.std(ddof=1) for name, x in self.determinants.items()}
        if together:
            if len(columns) != 2:
                raise EvidenceError(
                    "two determinants act together", (f"given: {len(columns)}",), "name two, each after --on"
                )
            first, second = columns.values()
            columns[TOGETHER] = first * second
        columns |= {name: x - x.mean() for name, x in self.controls.items()}
        for name, texts in self.kinds.items():
            labels, code = np.unique(np.array([*texts], dtype=np.str_), return_inverse=True)
            columns |= {f"{name}: {label}": (code == at) * 1.0 for at, label in enumerate(labels) if at}
        return columns


def codes(texts: Collection[str]) -> Indices:
    """Return the number of each text among those that differ, from 0."""
    return np.unique(np.array([*texts], dtype=np.str_), return_inverse=True)[1].astype(np.intp)


def means(values: Floats, group: Indices) -> Floats:
    """Return the mean of each column in each group, array (group, column).

    Parameters
    ----------
    values : array (row, column)
    group : array (row,)
        From 0.
    """
    sums = np.stack([np.bincount(group, column) for column in values.T], axis=1)
    return np.asarray(sums / np.bincount(group)[:, None])
