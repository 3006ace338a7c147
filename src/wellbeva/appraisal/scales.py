"""Conversion between scales of life satisfaction. Two rules are in use, 6% apart, so each conversion names its own."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

from wellbeva.appraisal.errors import AppraisalError

Rule = Literal["hmt", "minmax"]


def scale_factor(*, points: int, to_points: int = 11, rule: Rule) -> Fraction:
    """Return the points of the new scale for one point of the old.

    Parameters
    ----------
    points : int
        Answers the old scale has: 7 for 1 to 7.
    to_points : int
        Answers the new scale has: 11 for 0 to 10.
    rule : {"hmt", "minmax"}
        ``hmt``: numbers of answers, 11/7. ``minmax``: distances between the ends, 10/6 (State of Life, SimPaths).

    Raises
    ------
    AppraisalError
        If a scale has fewer than two answers, or the rule is unknown.

    References
    ----------
    HM Treasury, Wellbeing guidance for appraisal (2021), conversion of effects: beta_l = beta_k l / k.

    Examples
    --------
    >>> scale_factor(points=7, rule="hmt"), scale_factor(points=7, rule="minmax")
    (Fraction(11, 7), Fraction(5, 3))
    """
    if points < 2 or to_points < 2:
        raise AppraisalError(
            "a scale has at least two answers",
            facts=(f"from {points} to {to_points}",),
            remedy="count the answers a person may give: 7 for 1 to 7, 11 for 0 to 10",
        )
    if rule == "hmt":
        return Fraction(to_points, points)
    if rule == "minmax":
        return Fraction(to_points - 1, points - 1)
    raise AppraisalError(
        f"there is no rule {rule!r} for converting scales",
        facts=("rules: hmt (11/7), minmax (10/6)",),
        remedy="name the rule your source used",
    )


def convert_score(score: float, *, points: int, to_points: int = 11, rule: Rule) -> float:
    """Return the score on a scale that starts at 0 for a score on one that starts at 1.

    Parameters
    ----------
    score : float
        1 to `points`.
    points, to_points, rule
        As `scale_factor`. ``hmt`` keeps the middles of the answers: ``lmax / 2 - l (k - 2 i + 1) / (2 k)``; ``minmax``
        lays end upon end: ``(i - 1) lmax / (k - 1)``.

    Raises
    ------
    AppraisalError
        As `scale_factor`; and if the score is not on the old scale.

    References
    ----------
    HM Treasury, Wellbeing guidance for appraisal (2021), conversion of scores.

    Examples
    --------
    >>> [round(convert_score(score, points=7, rule="hmt"), 4) for score in (1, 4, 7)]
    [0.2857, 5.0, 9.7143]
    """
    factor = float(scale_factor(points=points, to_points=to_points, rule=rule))
    if not 1 <= score <= points:
        raise AppraisalError(
            "the score is not on its scale",
            facts=(f"score: {score:g}", f"scale: 1 to {points}"),
            remedy="a difference is multiplied by scale_factor",
        )
    # Both rules send the middle of one scale to the middle of the other.
    return (to_points - 1) / 2 + factor * (score - (points + 1) / 2)
