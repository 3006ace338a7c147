"""How much the average rests on single studies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from wellbeva.evidence.errors import EvidenceError
from wellbeva.evidence.pooling.between import ESTIMATORS, at
from wellbeva.evidence.pooling.moderators import design_of, too_few
from wellbeva.evidence.pooling.pool import Pooled, check_choice, pool
from wellbeva.evidence.pooling.studies import Floats, Studies


@dataclass(frozen=True, slots=True, eq=False)
class Influence:
    """Diagnostics of each study; all arrays are (study,).

    Parameters
    ----------
    hat : array
        Leverage on its own prediction; of an average its weight.
    residual : array
        Studentised, deleted: distance from what the others predict, over its standard error.
    dffits : array
        Change of its prediction with and without it, in standard errors.
    cook : array
        Squared change of all coefficients, by their covariance.
    covariance_ratio : array
        Below 1: the estimate would be more precise without it.
    tau2, q : array
        Without it.
    """

    hat: Floats
    residual: Floats
    dffits: Floats
    cook: Floats
    covariance_ratio: Floats
    tau2: Floats
    q: Floats


def leave_one_out(studies: Studies, **how: str) -> Mapping[str, Pooled]:
    """Pool without each study in turn, with all its effects.

    Parameters
    ----------
    studies : Studies
    **how : str
        As `pool` takes it.
    """
    names = studies.labels if studies.clusters is None else studies.clusters
    return {
        left: pool(studies.take(row for row, name in enumerate(names) if name != left), **how)
        for left in dict.fromkeys(names)
    }


def influence(studies: Studies, names: Sequence[str] = (), *, between: str = "REML") -> Influence:
    """Compare the fit with the fits without each study.

    Parameters
    ----------
    studies : Studies
        One effect each.
    names : sequence of str
        Moderators, as `regress` takes them.
    between : str

    Raises
    ------
    EvidenceError
        If a study has several effects, or without one of the studies too few are left for the coefficients.

    References
    ----------
    Viechtbauer & Cheung (2010), doi:10.1002/jrsm.11.
    """
    check_choice("between", between, tuple(ESTIMATORS))
    if studies.several:
        raise EvidenceError(
            "Influence is defined for studies of one effect", (), "Leave out whole studies instead: `leave_one_out`."
        )
    design, columns = design_of(studies, names)
    if len(studies) <= len(columns) + 2:
        raise too_few(len(studies) - 1, len(columns) + 1)
    design = np.linalg.qr(design)[0]
    estimate = ESTIMATORS[between]
    y, v = studies.effects, studies.variances
    full = at(float(estimate(y, v, design)), y, v, design)
    rows = []
    for row, label in enumerate(studies.labels):
        rest = np.delete(np.arange(len(studies)), row)
        x = design[rest]
        if np.linalg.matrix_rank(x, tol=1e-9) < x.shape[1]:
            raise EvidenceError(
                f"Without study '{label}' the moderators cannot be told apart",
                ("it alone has its value of one of them",),
                "Leave that moderator out, or join its subgroups.",
            )
        tau2 = float(estimate(y[rest], v[rest], x))
        line = at(tau2, y[rest], v[rest], x)
        change = full.coefficients - line.coefficients
        own = design[row]
        rows.append(
            (
                full.leverage[row],
                (y[row] - own @ line.coefficients) / np.sqrt(v[row] + tau2 + own @ line.covariance @ own),
                own @ change / np.sqrt(full.leverage[row] * (v[row] + tau2)),
                change @ np.linalg.solve(full.covariance, change),
                np.linalg.det(line.covariance) / np.linalg.det(full.covariance),
                tau2,
                at(0.0, y[rest], v[rest], x).q,
            )
        )
    return Influence(*np.array(rows).T)
