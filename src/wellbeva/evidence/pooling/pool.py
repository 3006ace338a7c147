"""Fixed and random effects: the average over studies, its error, and what a new setting may give."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import special

from wellbeva.core.arrays import Floats
from wellbeva.distributions.spec import Distribution
from wellbeva.evidence.errors import EvidenceError
from wellbeva.evidence.pooling.between import ESTIMATORS, WeightedFit, at, q_root
from wellbeva.evidence.pooling.moderators import design_of
from wellbeva.evidence.pooling.several import check_spread, three_level
from wellbeva.evidence.pooling.studies import Studies

LEAST_DF = 3
"""Student's t has a variance from 3 degrees of freedom on, and draws of the mean need one."""


@dataclass(frozen=True, slots=True, eq=False)
class Pooled:
    """An average over studies, or of settings in which moderators have given values.

    Parameters
    ----------
    mean, se : float
        In the unit of the effects.
    df : float
        Degrees of freedom of its t; infinite of a normal.
    studies : int
        Independent ones: several effects of one study count once.
    tau2 : float
        Variance of the true effects between settings, in the unit of the effects squared, moderators apart; 0 of a
        fixed effect.
    tau2_interval : tuple of float, or None
        95% Q-profile interval; None where studies have several effects, for Q then has no chi-squared distribution.
    q, q_df : float
        Cochran's Q and its degrees of freedom.
    typical : float
        Sampling variance of a typical study (Higgins & Thompson 2002, equation 9): degrees of freedom / trace of P.
    weights : array (effect,)
        Their sum is 1.
    model, between, interval_method : str
    moderators_p : float, or None
        Chance that moderators explain as much if they change nothing; None without, and of several effects a study.
    """

    mean: float
    se: float
    df: float
    studies: int
    tau2: float
    tau2_interval: tuple[float, float] | None
    q: float
    q_df: int
    typical: float
    weights: Floats
    model: str
    between: str
    interval_method: str
    moderators_p: float | None

    @property
    def random(self) -> bool:
        """Whether the true effect differs between settings; else there is none to predict."""
        return self.model == "random effects"

    @property
    def q_p(self) -> float:
        """Chance of a Q at least as large if all studies had the same true effect."""
        return float(special.chdtrc(self.q_df, self.q))

    @property
    def i2(self) -> float:
        """Share of the variance of a typical study's effect that lies between settings.

        tau2 / (tau2 + typical); of a fixed effect with DerSimonian and Laird's tau2, which makes it (Q - df) / Q.
        """
        moments = max(0.0, (self.q - self.q_df) * self.typical / self.q_df)
        tau2 = self.tau2 if self.random else moments
        return tau2 / (tau2 + self.typical)

    def interval(self) -> tuple[float, float]:
        """Return the 95% confidence interval of the average."""
        return _around(self.mean, self.se, self.df)

    def prediction(self) -> tuple[float, float]:
        """Return the 95% interval for the true effect in a new setting: a t of the degrees of freedom of studies."""
        return _around(self.mean, self._spread, self._left)

    @property
    def law(self) -> Distribution:
        """Distribution of the average, for its interval; `average` refuses to draw a t of too few degrees."""
        if math.isinf(self.df):
            return Distribution("normal", (self.mean, self.se))
        return Distribution("student_t", (self.mean, self.se, self.df))

    def average(self) -> Distribution:
        """Return the distribution of the average: normal, or Student's t."""
        return self._drawn(self.law, "the average")

    def new_setting(self) -> Distribution:
        """Return the distribution of the true effect in a new setting, as `prediction` has it."""
        return self._drawn(Distribution("student_t", (self.mean, self._spread, float(self._left))), "a new setting")

    @property
    def _left(self) -> int:
        return self.studies - len(self.weights) + self.q_df

    def _drawn(self, law: Distribution, drawn: str) -> Distribution:
        if law.family == "normal" or law.args[2] >= LEAST_DF:
            return law
        remedy = "Pool more studies, or write a value with your own interval and say that it is assumed."
        if "Hartung" in self.interval_method:
            remedy += " The average alone can be drawn with interval: normal."
        left = f"{self.studies} studies leave {law.args[2]:.3g} degrees of freedom"
        facts = (left, "fewer than 3 have no finite variance")
        raise EvidenceError(f"There are too few studies to draw {drawn}", facts, remedy)

    @property
    def _spread(self) -> float:
        return math.sqrt(self.se**2 + self.tau2)


def pool(
    studies: Studies, *, model: str = "random effects", between: str = "REML", interval: str = "Hartung-Knapp"
) -> Pooled:
    """Pool studies; where they have moderators, by a regression on these, for the setting asked for.

    Where a study has several effects, a three-level model by REML gives the average, and its error is cluster-robust
    whatever `interval` says.

    Parameters
    ----------
    studies : Studies
    model : str
        ``random effects``: the true effect differs between settings; ``fixed effect``: it is the same everywhere.
        A fixed effect has no variance between studies and a normal interval.
    between : str
        Estimator of the variance between studies, one of `ESTIMATORS`.
    interval : str
        ``Hartung-Knapp``: the squared error is multiplied by Q(tau2) / df, with a t of df degrees of freedom, which are
        studies less coefficients; ``Hartung-Knapp with floor``: by 1 at least, so that it is never narrower than the
        normal one; ``normal``.

    Raises
    ------
    EvidenceError
        If there are fewer than two studies, a study has several effects and anything but REML is asked for, all effects
        are what the model predicts, so that Hartung and Knapp's interval would have no width, or as `design_of` says.

    References
    ----------
    Hartung & Knapp (2001), doi:10.1002/sim.1009; the floor, and moderators: Knapp & Hartung (2003),
    doi:10.1002/sim.1482.

    Examples
    --------
    >>> import numpy as np
    >>> pooled = pool(Studies(["A", "B", "C"], np.array([0.1, 0.3, 0.8]), np.array([0.01, 0.02, 0.03])))
    >>> round(pooled.mean, 3), round(pooled.tau2, 3)
    (0.381, 0.105)
    """
    names = list(dict.fromkeys(studies.names))
    if len(names) < 2:
        raise EvidenceError(
            "One study cannot be pooled",
            (f"'{names[0]}' is the only one", "how much settings differ cannot be seen from one"),
            "Write its effect as a value with its interval, or add studies.",
        )
    y, v, design = studies.effects, studies.variances, design_of(studies)
    q_df, random = design.shape[0] - design.shape[1], model == "random effects"
    fixed = at(0.0, y, v, design)
    profile: tuple[float, float] | None = None
    p: float | None = None
    if studies.several:
        if not random or between != "REML":
            raise EvidenceError(
                "A study with several effects needs a three-level model",
                (
                    f"{len(studies)} effects come from {len(names)} studies",
                    f"{between if random else 'a fixed effect'} supposes that they are independent",
                ),
                "Pool with random effects and between: REML, or keep one effect of each study.",
            )
        average, levels, weights = three_level(y, v, design, studies.names)
        mean, se, df, tau2, interval = average.value, average.se, average.df, sum(levels), "cluster-robust"
    else:
        tau2 = float(ESTIMATORS[between](y, v, design)) if random else 0.0
        interval = interval if random else "normal"
        line = at(tau2, y, v, design)
        scale = 1.0 if interval == "normal" else hartung_knapp(line, floor=interval.endswith("floor"))
        df = math.inf if interval == "normal" else float(q_df)
        mean, se = float(line.coefficients[0]), math.sqrt(float(line.covariance[0, 0]) * scale)
        weights = line.covariance[0] @ design.T * line.weights
        low, high = (q_root(y, v, design, float(end)) for end in special.chdtri(q_df, np.array([0.025, 0.975])))
        profile = float(low), float(high)
        p = _joint_test(line.coefficients[1:], scale * line.covariance[1:, 1:], df) if studies.setting else None
    return Pooled(
        mean=mean,
        se=se,
        df=df,
        studies=len(names),
        tau2=tau2,
        tau2_interval=profile,
        q=float(fixed.q),
        q_df=q_df,
        typical=q_df / float(fixed.trace()),
        weights=weights,
        model=model,
        between=between if random else "none",
        interval_method=interval,
        moderators_p=p,
    )


def leave_one_out(studies: Studies, **how: str) -> Mapping[str, Pooled]:
    """Pool without each study in turn, with all its effects; without what then cannot be pooled.

    Parameters
    ----------
    studies : Studies
    **how : str
        As `pool` takes it.
    """
    without = {}
    for left in dict.fromkeys(studies.names):
        with contextlib.suppress(EvidenceError):
            without[left] = pool(studies.take(row for row, name in enumerate(studies.names) if name != left), **how)
    return without


def hartung_knapp(line: WeightedFit, *, floor: bool = False) -> float:
    """Return the factor of the squared errors of a fit.

    Parameters
    ----------
    line : WeightedFit
    floor : bool
        Whether it is 1 at least.
    """
    studies, coefficients = line.design.shape
    if not floor:
        check_spread(line.residuals, 1.0 / line.weights)
    scale: float = float(line.q) / (studies - coefficients)
    return max(1.0, scale) if floor else scale


def _joint_test(coefficients: Floats, covariance: Floats, df: float) -> float:
    """Return the chance of such coefficients if all were 0: an F test, or a chi-squared one of infinite degrees."""
    value = float(coefficients @ np.linalg.solve(covariance, coefficients))
    count = len(coefficients)
    return float(special.chdtrc(count, value) if math.isinf(df) else special.fdtrc(count, df, value / count))


def _around(centre: float, scale: float, df: float) -> tuple[float, float]:
    score = float(special.ndtri(0.975) if math.isinf(df) else special.stdtrit(df, 0.975))
    return centre - score * scale, centre + score * scale
