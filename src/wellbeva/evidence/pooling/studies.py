"""The studies that are pooled: an effect and its variance each, checked once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from wellbeva.evidence.errors import EvidenceError

Floats = npt.NDArray[np.float64]
Moderator = Floats | tuple[str, ...]

WIDEST_RATIO = 1e4
"""Standard errors that differ by more are in different units; beyond it weights cancel to half of their digits."""


@dataclass(frozen=True, slots=True, eq=False)
class Studies:
    """Effects on one scale with their sampling variances.

    Parameters
    ----------
    labels : sequence of str
        Name of each study; unique unless `clusters` are given.
    effects : array (study,)
        In the unit of the effect (logarithms of ratios).
    variances : array (study,)
        Squares of the standard errors, in the unit of the effect squared; above 0.
    clusters : sequence of str, optional
        Name of the study that each effect comes from, where a study has several.
    moderators : mapping of str to array (study,) or sequence of str
        Numbers, or names of subgroups.

    Raises
    ------
    EvidenceError
        If the columns differ in length, a number is not finite, a variance is not above 0, an effect stands twice, or
        standard errors differ by more than `WIDEST_RATIO`.
    """

    labels: Sequence[str]
    effects: Floats
    variances: Floats
    clusters: Sequence[str] | None = None
    moderators: Mapping[str, Moderator] = field(default_factory=dict)

    def __post_init__(self) -> None:
        put = object.__setattr__
        put(self, "labels", tuple(self.labels))
        put(self, "effects", _numbers("effect", self.effects, self.labels))
        put(self, "variances", _numbers("variance", self.variances, self.labels))
        put(self, "clusters", None if self.clusters is None else tuple(self.clusters))
        put(self, "moderators", {name: _moderator(name, x, self.labels) for name, x in self.moderators.items()})
        if self.clusters is not None:
            _check_length("cluster", self.clusters, self.labels)
        self._check_variances()
        self._check_twice()

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def several(self) -> bool:
        """Whether a study has more than one effect."""
        return self.clusters is not None and len(set(self.clusters)) < len(self.clusters)

    def take(self, rows: Iterable[int]) -> Studies:
        """Return some of the studies, in the order of `rows`."""
        at = list(rows)
        return Studies(
            [self.labels[row] for row in at],
            self.effects[at],
            self.variances[at],
            None if self.clusters is None else [self.clusters[row] for row in at],
            {name: _rows(column, at) for name, column in self.moderators.items()},
        )

    def _check_variances(self) -> None:
        if not len(self):
            raise EvidenceError("There are no studies to pool", (), "Give a row for each study.")
        for label, variance in zip(self.labels, self.variances, strict=True):
            if variance <= 0:
                raise EvidenceError(
                    f"The variance of study '{label}' is not above 0",
                    (f"it is {variance:g}", "a study without error would outweigh all others"),
                    "Give the square of its standard error; a study that gives none cannot be pooled.",
                )
        low, high = int(np.argmin(self.variances)), int(np.argmax(self.variances))
        ratio = float(np.sqrt(self.variances[high] / self.variances[low]))
        if ratio > WIDEST_RATIO:
            raise EvidenceError(
                "The standard errors cannot be of one unit",
                (
                    f"study '{self.labels[high]}' has {np.sqrt(self.variances[high]):g}",
                    f"study '{self.labels[low]}' has {np.sqrt(self.variances[low]):g}",
                ),
                f"Give all of them in the unit of the effect; they may differ {WIDEST_RATIO:,.0f}-fold at most.",
            )

    def _check_twice(self) -> None:
        keys: Sequence[object] = self.labels
        if self.clusters is not None:
            keys = list(zip(self.clusters, self.labels, self.effects.tolist(), self.variances.tolist(), strict=True))
        twice = [row for row, key in enumerate(keys) if Counter(keys)[key] > 1]
        if twice:
            raise EvidenceError(
                f"Study '{self.labels[twice[0]]}' stands in the table twice",
                (f"rows {', '.join(str(row + 1) for row in twice if keys[row] == keys[twice[0]])}",),
                "Take one of the rows out; if a study has several effects, name it in a column `cluster`.",
            )


def _check_length(name: str, column: Sequence[object] | Floats, labels: Sequence[str]) -> None:
    if len(column) != len(labels):
        raise EvidenceError(
            f"The column '{name}' is not as long as the list of studies",
            (f"its rows: {len(column)}", f"studies: {len(labels)}"),
            "Give one row for each study.",
        )


def _numbers(name: str, column: Iterable[float], labels: Sequence[str]) -> Floats:
    numbers = np.array(column, dtype=float).reshape(-1)
    _check_length(name, numbers, labels)
    for label, number in zip(labels, numbers, strict=True):
        if not np.isfinite(number):
            raise EvidenceError(
                f"The {name} of study '{label}' is missing or not a finite number",
                (f"it is {number:g}",),
                "Give the number, or leave the study out and say so.",
            )
    numbers.flags.writeable = False
    return numbers


def _moderator(name: str, column: Moderator, labels: Sequence[str]) -> Moderator:
    if all(isinstance(value, str) for value in column):
        _check_length(name, column, labels)
        return tuple(str(value) for value in column)
    return _numbers(name, np.asarray(column, dtype=float), labels)


def _rows(column: Moderator, at: list[int]) -> Moderator:
    return tuple(column[row] for row in at) if isinstance(column, tuple) else column[at]
