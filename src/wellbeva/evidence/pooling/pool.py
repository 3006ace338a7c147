"""Fixed and random effects: the average over studies, its error, and what a new setting may give."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from scipy import special

from wellbeva.distributions.spec import Distribution
from wellbeva.evidence.errors import EvidenceError
from wellbeva.evidence.pooling.between import ESTIMATORS, WeightedFit, at, q_root
from wellbeva.evidence.pooling.several import check_spread, three_level
from wellbeva.evidence.pooling.studies import Floats, Studies

MODELS = ("random effects", "fixed effect")
INTERVALS = ("Hartung-Knapp", "Hartung-Knapp with floor", "normal")
LEAST_DF = 3
"""Student's t has a variance from 3 degrees of freedom on, and draws of the mean need one."""


@dataclass(frozen=True, slots=True, eq=False)
class Pooled:
    """An average over studies.

    Parameters
    ----------
    mean, se : float
        In the unit of the effects.
    df : float
        Degrees of freedom of its t; infinite of a normal.
    studies : int
        Independent ones: several effects of one study count once.
    tau2 : float
        Variance of the true effects between settings, in the unit of the effects squared; 0 of a fixed effect.
    within : float
        The part of `tau2` that lies between effects of one study; 0 where each has one effect.
    tau2_interval : tuple of float, or None
        95% Q-profile interval; None where studies have several effects, for Q then has no chi-squared distribution.
    q, q_df : float
        Cochran's Q and its degrees of freedom.
    typical : float
        Sampling variance of a typical study (Higgins & Thompson 2002, equation 9): (k - 1) / trace of P.
    weights : array (effect,)
        Their sum is 1.
    scale : float
        Hartung and Knapp's factor of the squared error; below 1 the interval is narrower than a normal one's.
    model, between, interval_method : str
    """

    mean: float
    se: float
    df: float
    studies: int
    tau2: float
    within: float
    tau2_interval: tuple[float, float] | None
    q: float
    q_df: int
    typical: float
    weights: Floats
    scale: float
    model: str
    between: str
    interval_method: str

    @property
    def q_p(self) -> float:
        """Chance of a Q at least as large if all studies had the same true effect."""
        return float(special.chdtrc(self.q_df, self.q))

    @property
    def i2(self) -> float:
        """Share of the variance of a typical study's effect that lies between settings.

        tau2 / (tau2 + typical); of a fixed effect with DerSimonian and Laird's tau2, which makes it (Q - df) / Q.
        """
        moments = (self.q - self.q_df) * self.typical / self.q_df
        return self._share(moments if self.model == "fixed effect" else self.tau2)

    @property
    def i2_interval(self) -> tuple[float, float] | None:
        """`i2` at the ends of the Q-profile interval."""
        ends = self.tau2_interval
        return None if ends is None else (self._share(ends[0]), self._share(ends[1]))

    @property
    def h(self) -> float:
        """Ratio of the spread of effects to that of sampling error alone, 1 / sqrt(1 - i2)."""
        return 1.0 / math.sqrt(1.0 - self.i2)

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Return the confidence interval of the average."""
        return _around(self.mean, self.se, self.df, level)

    def prediction(self, level: float = 0.95, *, df: float | None = None) -> tuple[float, float]:
        """Return the interval for the true effect in a new setting.

        Parameters
        ----------
        level : float
        df : float, optional
            Degrees of freedom of its t, the number of studies less 1 unless given; Higgins, Thompson & Spiegelhalter
            (2009, doi:10.1111/j.1467-985X.2008.00552.x) take one less.
        """
        return _around(self.mean, self._spread(), self.studies - 1 if df is None else df, level)

    def average(self) -> Distribution:
        """Return the distribution of the average: normal, or Student's t."""
        if math.isinf(self.df):
            return Distribution("normal", (self.mean, self.se))
        return self._student(self.se, self.df, "the average")

    def new_setting(self) -> Distribution:
        """Return the distribution of the true effect in a new setting, as `prediction` has it."""
        return self._student(self._spread(), self.studies - 1, "a new setting")

    def _student(self, scale: float, df: float, what: str) -> Distribution:
        if df < LEAST_DF:
            raise EvidenceError(
                f"There are too few studies to draw {what}",
                (f"{self.studies} studies leave {df:.3g} degrees of freedom", "fewer than 3 have no finite variance"),
                "Pool more studies, or write a value with your own interval and say that it is assumed."
                + (
                    " The average alone can be drawn with interval: normal."
                    if "Hartung" in self.interval_method
                    else ""
                ),
            )
        return Distribution("student_t", (self.mean, scale, float(df)))

    def _spread(self) -> float:
        if self.model == "fixed effect":
            raise EvidenceError(
                "A fixed effect says nothing about a new setting",
                ("it supposes that the true effect is the same everywhere",),
                "Pool with random effects to predict a new setting.",
            )
        return math.sqrt(self.se**2 + self.tau2)

    def _share(self, tau2: float) -> float:
        return max(0.0, tau2) / (max(0.0, tau2) + self.typical)


def pool(
    studies: Studies,
    *,
    model: str = "random effects",
    between: str = "REML",
    interval: str = "Hartung-Knapp",
) -> Pooled:
    """Pool studies.

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
        ``Hartung-Knapp``: the squared error is multiplied by Q(tau2) / (k - 1), with a t of k - 1 degrees of freedom;
        ``Hartung-Knapp with floor``: by 1 at least, so that it is never narrower than the normal one; ``normal``.

    Raises
    ------
    EvidenceError
        If a name is not one of these, there are fewer than two studies, a study has several effects and anything but
        REML is asked for, or all effects are equal, so that Hartung and Knapp's interval would have no width.

    References
    ----------
    Hartung & Knapp (2001), doi:10.1002/sim.1009; the floor: Knapp & Hartung (2003), doi:10.1002/sim.1482.

    Examples
    --------
    >>> import numpy as np
    >>> pooled = pool(Studies(["A", "B", "C"], np.array([0.1, 0.3, 0.8]), np.array([0.01, 0.02, 0.03])))
    >>> round(pooled.mean, 3), round(pooled.tau2, 3)
    (0.381, 0.105)
    """
    check_choice("model", model, MODELS)
    check_choice("between", between, tuple(ESTIMATORS))
    check_choice("interval", interval, INTERVALS)
    if len(studies) < 2:
        raise one_study(studies.labels[0])
    y, v, design = studies.effects, studies.variances, np.ones((len(studies), 1))
    df = len(studies) - 1
    fixed = at(0.0, y, v, design)
    independent = model == "random effects" and not studies.several
    tau2 = float(ESTIMATORS[between](y, v, design)) if independent else 0.0
    line = at(tau2, y, v, design)
    knapp = independent and interval != "normal"
    scale = hartung_knapp(line, floor=interval.endswith("floor")) if knapp else 1.0
    pooled = Pooled(
        mean=float(line.coefficients[0]),
        se=math.sqrt(float(line.covariance[0, 0]) * scale),
        df=float(df) if knapp else math.inf,
        studies=len(studies),
        tau2=tau2,
        within=0.0,
        tau2_interval=None if studies.several else _q_profile(studies, design),
        q=float(fixed.q),
        q_df=df,
        typical=df / float(fixed.trace()),
        weights=line.weights / line.weights.sum(),
        scale=scale,
        model=model,
        between=between if model == "random effects" else "none",
        interval_method=interval if knapp else "normal",
    )
    return _several(pooled, studies, design) if studies.several else pooled


def _q_profile(studies: Studies, design: Floats) -> tuple[float, float]:
    ends = special.chdtri(len(studies) - 1, np.array([0.025, 0.975]))
    low, high = (q_root(studies.effects, studies.variances, design, float(end)) for end in ends)
    return float(low), float(high)


def _several(pooled: Pooled, studies: Studies, design: Floats) -> Pooled:
    clusters = studies.clusters or ()
    asked = "a fixed effect" if pooled.between == "none" else pooled.between
    if pooled.between != "REML":
        raise EvidenceError(
            "A study with several effects needs a three-level model",
            (
                f"{len(studies)} effects come from {len(set(clusters))} studies",
                f"{asked} supposes that they are independent",
            ),
            "Pool with random effects and between: REML, or keep one effect of each study.",
        )
    if len(set(clusters)) < 2:
        raise one_study(clusters[0])
    levels = three_level(studies.effects, studies.variances, design, clusters)
    return replace(
        pooled,
        mean=float(levels.coefficients[0]),
        se=math.sqrt(float(levels.covariance[0, 0])),
        df=float(levels.df[0]),
        studies=len(set(clusters)),
        tau2=sum(levels.variances),
        within=levels.variances[1],
        weights=levels.weights,
        interval_method="cluster-robust",
    )


def one_study(label: str) -> EvidenceError:
    """Return the refusal of a single study."""
    return EvidenceError(
        "One study cannot be pooled",
        (f"'{label}' is the only one", "how much settings differ cannot be seen from one"),
        "Write its effect as a value with its interval, or add studies.",
    )


def hartung_knapp(line: WeightedFit, *, floor: bool) -> float:
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


def pool_many(effects: Floats, variances: Floats, *, between: str = "REML") -> tuple[Floats, Floats, Floats, Floats]:
    """Pool many meta-analyses of equally many studies by random effects.

    Parameters
    ----------
    effects, variances : array (meta-analysis, study)
    between : str
        As `pool` takes it.

    Returns
    -------
    mean, se, tau2, q : array (meta-analysis,)
        `se` for a normal interval.
    """
    check_choice("between", between, tuple(ESTIMATORS))
    parts = []
    for rows in range(0, len(effects), TOGETHER):
        y, v = effects[rows : rows + TOGETHER], variances[rows : rows + TOGETHER]
        design = np.ones((y.shape[1], 1))
        tau2 = ESTIMATORS[between](y, v, design)
        line = at(tau2, y, v, design)
        parts.append((line.coefficients[:, 0], np.sqrt(line.covariance[:, 0, 0]), tau2, at(0.0, y, v, design).q))
    mean, se, tau2, q = (np.concatenate(column) for column in zip(*parts, strict=True))
    return mean, se, tau2, q


TOGETHER = 512
"""Meta-analyses that are pooled at a time: their arrays stay in the processor's cache."""


def check_choice(name: str, given: str, choices: tuple[str, ...]) -> None:
    """Refuse a word that is not one of the choices.

    Parameters
    ----------
    name, given : str
    choices : tuple of str
    """
    if given not in choices:
        raise EvidenceError(f"'{given}' is not a choice of {name}", (), f"Choose one of: {', '.join(choices)}.")


def _around(centre: float, scale: float, df: float, level: float) -> tuple[float, float]:
    if not 0.0 < level < 1.0:
        raise EvidenceError("The level of an interval lies between 0 and 1", (f"{level:g} was given",), "Write 0.95.")
    p = 0.5 + level / 2
    score = float(special.ndtri(p) if math.isinf(df) else special.stdtrit(df, p))
    return centre - score * scale, centre + score * scale
