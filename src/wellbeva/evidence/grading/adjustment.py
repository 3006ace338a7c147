"""What a grade can do to the arithmetic: a wider spread, a smaller effect, or the published optimism corrections.

Each is one line through a number x: shift + scale · x.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from wellbeva.evidence.shipped import rows

WORDS = {
    "widen": "the wider spread of gains by the grade of their evidence",
    "shrink": "the shrinkage of gains by the design of their studies",
    "optimism": "the optimism correction of gains, savings and costs by the grade of their evidence",
}
"""The adjustments, as a sentence names them."""
GAINS = frozenset({"gain", "change_of_measure"})
"""Roles of the number that a study measured (semantics R90)."""
_RULES = {
    "widen": "The spread of a gain is multiplied by a figure for the grade of its evidence, and its mean stays",
    "shrink": "A gain is multiplied by a figure for the grade at which the design of its study starts",
    "optimism": "Gains and savings are lowered, and costs raised, by a share for the grade of their evidence",
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of ``adjustments.csv``: the figure of a grade, as its source prints it, and where that is."""

    adjustment: str
    grade: str
    figure: str
    source: str
    status: str
    note: str

    @property
    def number(self) -> float:
        """The figure, or the quotient of the two that are printed."""
        top, _, bottom = self.figure.partition("/")
        return float(Fraction(top) / Fraction(bottom or "1"))


@cache
def figures(adjustment: str) -> dict[str, Figure]:
    """Return the figures of an adjustment, by grade."""
    return {row["grade"]: Figure(**row) for row in rows("grading", "adjustments") if row["adjustment"] == adjustment}


def rule_sentence(adjustment: str) -> str:
    """Say what an adjustment does, with its figures."""
    said = (f"{grade} {row.figure.replace('/100', '%')}" for grade, row in figures(adjustment).items())
    return f"{_RULES[adjustment]}: {', '.join(said)}."


def provenance(adjustment: str) -> tuple[str, str]:
    """Return where the figures of an adjustment come from, and ``RECALLED`` if any is from memory, else ``SEEN``."""
    every = figures(adjustment).values()
    status = "RECALLED" if any(one.status == "recalled" for one in every) else "SEEN"
    return "; ".join(dict.fromkeys(one.source for one in every)), status


def line(adjustment: str, grade: str, roles: Collection[str], mean: float) -> tuple[float, float]:
    """Return shift and scale of one number; (0, 1) where the adjustment leaves it as it is.

    ``widen`` keeps the mean m of a gain and multiplies its spread by the figure k: m + k (x - m). ``shrink`` multiplies
    a gain by the figure, Kelley's regression towards a mean of no effect. ``optimism`` takes the figure off gains and
    savings and adds it to costs; a loss grows by it.

    Parameters
    ----------
    adjustment : {"widen", "shrink", "optimism"}
    grade : str
        One of `grade.GRADES`.
    roles : collection of str
        Of the parameter: one of `GAINS`, ``saving`` or ``cost``; no other number is touched.
    mean : float [unit of the number]
        A certain number is its own mean.

    References
    ----------
    Kelley (1947) Fundamentals of Statistics, chapter 10; `adjustments.csv` has the source of each figure.
    """
    gains, figure = not GAINS.isdisjoint(roles), figures(adjustment)[grade].number
    if adjustment == "optimism" and (gains or "saving" in roles or "cost" in roles):
        worse = 1 if "cost" in roles else -1
        return 0.0, 1 + figure * (worse if mean >= 0 else -worse)
    if not gains:
        return 0.0, 1.0
    return (mean * (1 - figure), figure) if adjustment == "widen" else (0.0, figure)
