"""The studies that are pooled: an effect and its variance each, as a table of studies was read and checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from wellbeva.core.arrays import Floats
from wellbeva.evidence.errors import EvidenceError

WIDEST_RATIO = 1e4
"""Standard errors that differ by more are in different units; beyond it weights cancel to half of their digits."""


@dataclass(frozen=True, slots=True, eq=False)
class Studies:
    """Effects on one scale with their sampling variances.

    Parameters
    ----------
    labels : sequence of str
        Name of each study.
    effects : array (effect,)
        In the unit of the effect (logarithms of ratios).
    variances : array (effect,)
        Squares of the standard errors, in the unit of the effect squared; above 0.
    clusters : sequence of str
        Name of the study that each effect comes from, where a study has several; empty where none has.
    moderators : mapping of str to sequence of str or array (effect,)
        What may explain why effects differ: numbers, or names of subgroups.
    setting : mapping of str to str or float
        The value of each moderator in the setting that is asked for.

    Raises
    ------
    EvidenceError
        If standard errors differ by more than `WIDEST_RATIO`.
    """

    labels: Sequence[str]
    effects: Floats
    variances: Floats
    clusters: Sequence[str] = ()
    moderators: Mapping[str, Sequence[str] | Floats] = field(default_factory=dict)
    setting: Mapping[str, str | float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        low, high = (int(place) for place in (np.argmin(self.variances), np.argmax(self.variances)))
        if self.variances[high] > WIDEST_RATIO**2 * self.variances[low]:
            raise EvidenceError(
                "The standard errors cannot be of one unit",
                tuple(f"study '{self.labels[row]}' has {np.sqrt(self.variances[row]):g}" for row in (high, low)),
                f"Give all of them in the unit of the effect; they may differ {WIDEST_RATIO:,.0f}-fold at most.",
            )

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def names(self) -> Sequence[str]:
        """The study that each effect comes from."""
        return self.clusters or self.labels

    @property
    def several(self) -> bool:
        """Whether a study has more than one effect."""
        return len(set(self.names)) < len(self)

    def take(self, rows: Iterable[int]) -> Studies:
        """Return some of the effects, in the order of `rows`."""
        some = list(rows)
        return Studies(
            [self.labels[row] for row in some],
            self.effects[some],
            self.variances[some],
            [self.clusters[row] for row in some] if self.clusters else (),
            {name: np.asarray(column)[some] for name, column in self.moderators.items()},
            self.setting,
        )
