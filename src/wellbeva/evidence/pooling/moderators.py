"""What makes settings differ: regression of effects on moderators, and subgroups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from wellbeva.evidence.errors import EvidenceError
from wellbeva.evidence.pooling.between import ESTIMATORS, at
from wellbeva.evidence.pooling.pool import INTERVALS, Pooled, check_choice, hartung_knapp, pool
from wellbeva.evidence.pooling.several import three_level
from wellbeva.evidence.pooling.studies import Floats, Studies

Column = tuple[str, str | None]
"""A moderator, and the subgroup that the column stands for; None of numbers."""


@dataclass(frozen=True, slots=True)
class JointTest:
    """F test that all moderators together change nothing: its value, degrees of freedom, chance."""

    value: float
    df: tuple[float, float]
    p: float


@dataclass(frozen=True, slots=True, eq=False)
class Moderated:
    """A regression of effects on moderators.

    Parameters
    ----------
    columns : tuple of Column
        Of the coefficients after the first, which is the average where all numbers are 0 and all subgroups the first.
    coefficients : array (coefficient,)
    covariance : array (coefficient, coefficient)
    df : array (coefficient,)
        Degrees of freedom of their t; infinite of a normal.
    tau2 : float
        What the moderators leave.
    explained : float
        Share of the variance between settings that they explain; 0 where there is none.
    q, q_df : float
        Q of the residuals.
    joint : JointTest, or None
        None where studies have several effects.
    """

    columns: tuple[Column, ...]
    coefficients: Floats
    covariance: Floats
    df: Floats
    tau2: float
    explained: float
    q: float
    q_df: int
    joint: JointTest | None

    def interval(self, level: float = 0.95) -> Floats:
        """Return the intervals of the coefficients: array (coefficient, 2)."""
        p = 0.5 + level / 2
        score = np.where(np.isinf(self.df), special.ndtri(p), special.stdtrit(np.minimum(self.df, 1e10), p))
        half = score * np.sqrt(np.diag(self.covariance))
        return np.stack([self.coefficients - half, self.coefficients + half], axis=1)

    def average_at(self, values: Mapping[str, float | str]) -> tuple[float, float]:
        """Return the average where moderators have given values, and its standard error."""
        row = np.array([1.0, *(_cell(values[name], group) for name, group in self.columns)])
        return float(row @ self.coefficients), float(np.sqrt(row @ self.covariance @ row))


@dataclass(frozen=True, slots=True, eq=False)
class Subgroups:
    """Studies pooled by subgroup, each with its own variance between settings, and whether the subgroups differ.

    Parameters
    ----------
    groups : mapping of str to Pooled
    difference : Moderated
        The regression on the subgroup, with one variance for all.
    """

    groups: Mapping[str, Pooled]
    difference: Moderated


def regress(
    studies: Studies, names: Sequence[str], *, between: str = "REML", interval: str = "Hartung-Knapp"
) -> Moderated:
    """Regress effects on moderators.

    Parameters
    ----------
    studies : Studies
    names : sequence of str
        Columns of ``studies.moderators``; of subgroups the first by the alphabet is what the others are compared with.
    between, interval : str
        As `pool` takes them; where studies have several effects the model is three-level and its errors robust.

    Raises
    ------
    EvidenceError
        If a moderator is unknown, constant or a combination of others, or there are not more studies than
        coefficients.

    References
    ----------
    Knapp & Hartung (2003), doi:10.1002/sim.1482; Raudenbush (2009), ch. 16 of the Handbook of Research Synthesis, for
    the share explained.
    """
    check_choice("between", between, tuple(ESTIMATORS))
    check_choice("interval", interval, INTERVALS)
    design, columns = design_of(studies, names)
    y, v = studies.effects, studies.variances
    # Orthonormal columns: a year of 1976 beside a column of ones would cost half of the digits.
    orthonormal, triangle = np.linalg.qr(design)
    back = np.linalg.inv(triangle)
    fixed = at(0.0, y, v, orthonormal)
    rest = len(studies) - len(columns) - 1
    ones = np.ones((len(studies), 1))
    joint = None
    if studies.several:
        levels = three_level(y, v, orthonormal, studies.clusters or (), back)
        coefficients, covariance, df = levels.coefficients, levels.covariance, levels.df
        tau2, alone = sum(levels.variances), sum(three_level(y, v, ones, studies.clusters or ()).variances)
    else:
        tau2, alone = (float(ESTIMATORS[between](y, v, x)) for x in (orthonormal, ones))
        line = at(tau2, y, v, orthonormal)
        scale = 1.0 if interval == "normal" else hartung_knapp(line, floor=interval.endswith("floor"))
        coefficients, covariance = back @ line.coefficients, scale * back @ line.covariance @ back.T
        df = np.full(len(coefficients), np.inf if interval == "normal" else float(rest))
        joint = _joint(coefficients[1:], covariance[1:, 1:], float(df[0]))
    return Moderated(
        columns,
        coefficients,
        covariance,
        df,
        tau2,
        max(0.0, 1.0 - tau2 / alone) if alone > 0 else 0.0,
        float(fixed.q),
        rest,
        joint,
    )


def subgroups(studies: Studies, by: str, *, between: str = "REML", interval: str = "Hartung-Knapp") -> Subgroups:
    """Pool each subgroup, and test whether they differ.

    Parameters
    ----------
    studies : Studies
    by : str
        Column of ``studies.moderators`` that names subgroups.
    between, interval : str
        As `pool` takes them.
    """
    difference = regress(studies, [by], between=between, interval=interval)
    column = studies.moderators[by]
    if not isinstance(column, tuple):
        raise EvidenceError(
            f"The moderator '{by}' has numbers, not names of subgroups", (), "Regress on it, or name its ranges."
        )
    rows = {group: [row for row, name in enumerate(column) if name == group] for group in sorted(set(column))}
    for group, at_rows in rows.items():
        if len(at_rows) < 2:
            raise EvidenceError(
                f"The subgroup '{group}' has one study",
                (f"'{studies.labels[at_rows[0]]}'", "how much settings differ cannot be seen from one"),
                "Join it with another subgroup, or regress on the moderator, with one variance for all.",
            )
    groups = {group: pool(studies.take(some), between=between, interval=interval) for group, some in rows.items()}
    return Subgroups(groups, difference)


def design_of(studies: Studies, names: Sequence[str]) -> tuple[Floats, tuple[Column, ...]]:
    """Return the design, array (study, coefficient), and its columns after that of ones.

    Parameters
    ----------
    studies : Studies
    names : sequence of str
    """
    columns: list[Column] = []
    for name in names:
        if name not in studies.moderators:
            known = ", ".join(studies.moderators) or "none"
            raise EvidenceError(f"There is not a moderator '{name}'", (f"there are: {known}",), "Name one of these.")
        values = studies.moderators[name]
        if len(set(values)) < 2:
            raise EvidenceError(
                f"The moderator '{name}' is the same in all studies",
                (f"it is {values[0]}",),
                "Leave it out: it cannot tell settings apart.",
            )
        groups = sorted(set(values))[1:] if isinstance(values, tuple) else [None]
        columns += [(name, group) for group in groups]
    independent = len(set(studies.clusters or studies.labels))
    if independent <= len(columns) + 1:
        raise too_few(independent, len(columns) + 1)
    design = np.ones((len(studies), 1))
    for name, group in columns:
        column = np.array([_cell(value, group) for value in studies.moderators[name]])
        design = np.column_stack([design, column])
        centred = (design[:, 1:] - design[:, 1:].mean(0)) / design[:, 1:].std(0)
        if np.linalg.matrix_rank(centred, tol=1e-9 * len(studies)) < centred.shape[1]:
            words = f"'{name}'" if group is None else f"'{name}: {group}'"
            raise EvidenceError(
                f"The moderator {words} follows from the others",
                ("its column is a combination of theirs",),
                "Leave one of them out: their effects cannot be told apart.",
            )
    return design, tuple(columns)


def too_few(studies: int, coefficients: int) -> EvidenceError:
    """Return the refusal of more coefficients than studies can bear.

    Parameters
    ----------
    studies, coefficients : int
    """
    return EvidenceError(
        "There are too few studies for the coefficients",
        (f"studies: {studies}", f"coefficients, the average among them: {coefficients}"),
        "Add studies, or take fewer moderators: ten studies for each is a common rule.",
    )


def _cell(value: float | str, group: str | None) -> float:
    return float(value) if group is None else float(value == group)


def _joint(coefficients: Floats, covariance: Floats, df: float) -> JointTest:
    count = len(coefficients)
    value = float(coefficients @ np.linalg.solve(covariance, coefficients)) / count
    p = special.chdtrc(count, value * count) if np.isinf(df) else special.fdtrc(count, df, value)
    return JointTest(value, (count, df), float(p))
