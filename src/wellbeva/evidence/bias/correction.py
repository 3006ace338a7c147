"""What every correction gives: an average with its interval, and what stands against believing it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wellbeva.distributions.fit import ends
from wellbeva.distributions.spec import Distribution
from wellbeva.evidence.errors import EvidenceError
from wellbeva.evidence.pooling.studies import Studies

LEAST = 3
"""Studies: two always lie on a line."""
FEW = 10
"""Below, a funnel shows nothing: Sterne et al. (2011), doi:10.1136/bmj.d4002, recommendation 3."""


@dataclass(frozen=True, slots=True)
class Correction:
    """An average corrected for studies that are missing.

    Parameters
    ----------
    method : str
        For people: ``trim and fill (L0)``.
    law : Distribution, or None
        Normal or Student's t, in the unit of the effects; None where the method gives no answer. A t of fewer than 3
        degrees of freedom is for its interval alone: it is not drawn.
    finding : str
        A sentence on what it saw, or why it gives no answer.
    p : float, or None
        Chance of a sign of bias at least as strong if no study were missing.
    cautions : tuple of str
        Sentences.
    """

    method: str
    law: Distribution | None
    finding: str
    p: float | None = None
    cautions: tuple[str, ...] = ()

    @property
    def average(self) -> tuple[float, tuple[float, float]] | None:
        """The average and its 95% interval, in the unit of the effects."""
        return None if self.law is None else (self.law.args[0], ends(self.law, 0.95))


def cautions_of_all(rows: Sequence[Correction]) -> list[str]:
    """Return what stands against believing any of the corrections, to be said once."""
    return sorted(set.intersection(*(set(row.cautions) for row in rows))) if rows else []


def check(studies: Studies, *, funnel: bool = False) -> None:
    """Refuse studies that cannot show whether others are missing.

    Parameters
    ----------
    studies : Studies
    funnel : bool
        Whether standard errors must differ.
    """
    if len(studies) < LEAST:
        raise EvidenceError(
            f"{len(studies)} studies cannot show whether others are missing",
            (f"{LEAST} are the least, and below {FEW} there are too few to tell",),
            "Say that publication bias could not be looked at.",
        )
    check_independent(studies)
    low, high = (float(np.sqrt(end)) for end in (studies.variances.min(), studies.variances.max()))
    if funnel and high - low < 1e-3 * high:
        raise EvidenceError(
            "Studies that are equally precise have no funnel",
            (f"all standard errors lie between {low:.4g} and {high:.4g}",),
            "Take the selection model, which looks at p-values instead.",
        )


def check_independent(studies: Studies) -> None:
    """Refuse studies of which one has several effects, or whose effects are regressed on moderators."""
    if studies.several:
        raise EvidenceError(
            "A study with several effects cannot be looked at as if they were independent",
            (f"{len(studies)} effects come from {len(set(studies.clusters))} studies",),
            "Keep one effect of each study.",
        )
    if studies.setting:
        raise EvidenceError(
            "Effects that are regressed on moderators are not looked at as if settings differed by chance",
            (f"moderators: {', '.join(studies.setting)}",),
            "Leave the moderators out.",
        )
