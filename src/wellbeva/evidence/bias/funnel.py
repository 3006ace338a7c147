"""The funnel: whether small studies give larger effects, and what a study without error would give."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import special

from wellbeva.core.arrays import Floats
from wellbeva.distributions.spec import Distribution
from wellbeva.evidence.bias.correction import check
from wellbeva.evidence.pooling.several import check_spread
from wellbeva.evidence.pooling.studies import Studies

SIGNIFICANT = 0.05
"""One-sided p-value of PET below which PEESE is taken."""


@dataclass(frozen=True, slots=True)
class Line:
    """A weighted regression of effects on standard errors, or on their squares.

    Parameters
    ----------
    limit, limit_se : float
        The effect where the standard error is 0, and its own standard error, in the unit of the effects.
    slope, slope_se : float
        Effect for one unit of the predictor.
    df : int
        Degrees of freedom of both: two less than there are studies.
    """

    limit: float
    limit_se: float
    slope: float
    slope_se: float
    df: int

    @property
    def p(self) -> float:
        """Chance of a slope at least as steep, up or down, if the funnel were even."""
        return 2.0 * float(special.stdtr(self.df, -abs(self.slope / self.slope_se)))

    @property
    def law(self) -> Distribution:
        """Distribution of the limit."""
        return Distribution("student_t", (self.limit, self.limit_se, float(self.df)))


def egger(studies: Studies) -> Line:
    """Regress effects on their standard errors, weighted by precision: a slope means an uneven funnel.

    Parameters
    ----------
    studies : Studies

    Raises
    ------
    EvidenceError
        If there are fewer than three studies, all are equally precise, or they lie on the line.

    Notes
    -----
    Effects whose standard error follows from their size (odds ratios, standardised differences) give a slope of their
    own, and so do true effects that are larger where studies are small. A slope is not proof of missing studies.

    References
    ----------
    Egger, Davey Smith, Schneider & Minder (1997), doi:10.1136/bmj.315.7109.629; as a regression of effects on standard
    errors: Sterne & Egger (2005), in Publication Bias in Meta-Analysis, chapter 6.
    """
    return weighted_line(studies, np.sqrt(studies.variances))


def weighted_line(studies: Studies, predictor: Floats) -> Line:
    """Regress effects on a predictor, weighted by precision; the errors are those of the scatter about the line.

    Parameters
    ----------
    studies : Studies
    predictor : array (study,)
    """
    check(studies, funnel=True)
    errors = np.sqrt(studies.variances)
    (slope, limit), covariance = np.polyfit(predictor, studies.effects, 1, w=1.0 / errors, cov=True)
    check_spread(studies.effects - limit - slope * predictor, studies.variances)
    slope_se, limit_se = np.sqrt(np.diag(covariance))
    return Line(float(limit), float(limit_se), float(slope), float(slope_se), len(studies) - 2)


def pet_peese(studies: Studies, *, direction: int = 1) -> tuple[Line, str]:
    """Extrapolate to a study without error: PEESE where PET's limit is significant, else PET.

    Parameters
    ----------
    studies : Studies
    direction : {1, -1}
        Whether studies with higher or with lower effects are the more readily published.

    Returns
    -------
    Line
        PET, of effects on standard errors, is about right where there is no effect and too low where there is one;
        PEESE, of effects on their squares, is too high where there is none.
    str
        Which of the two, and why.

    Raises
    ------
    EvidenceError
        As `egger` does.

    Notes
    -----
    The rule makes the estimate jump where the test turns, and its interval does not know of the test. It is not to be
    relied upon with fewer than 20 studies or an I2 above 80% (Stanley 2017), nor where all studies are small.

    References
    ----------
    Stanley & Doucouliagos (2014), doi:10.1002/jrsm.1095; Stanley (2017), doi:10.1177/1948550617693062.
    """
    pet = egger(studies)
    p = float(special.stdtr(pet.df, -math.copysign(1.0, direction) * pet.limit / pet.limit_se))
    peese = p < SIGNIFICANT
    finding = f"By {'PEESE' if peese else 'PET'}, for PET's one-sided p is {p:.2g}."
    return weighted_line(studies, studies.variances) if peese else pet, finding
