"""How many people a survey must ask to notice a gain, and how small a gain some number of people can show.

A gain is noticed where the interval of the estimate lies beside 0, so the chance of it is that of a t test, from the
noncentral t distribution: Chow, Shao and Wang (2008) Sample Size Calculations in Clinical Research, 2nd ed., chapter 3.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import optimize, special

from wellbeva.errors import refusal
from wellbeva.evidence.robust import LEVEL

MOST: Final = 10**9
"""People, more than which no survey asks."""
_SHARE = "a share from 0 to below 1"
_POSSIBLE: Final = {
    "sd": (1e-9, math.inf, "how far answers spread", "a number of points above 0"),
    "correlation": (0.0, 1.0, "how far a person's two answers go together", _SHARE),
    "attrition": (0.0, 1.0, "the share that leaves", _SHARE),
    "icc": (0.0, 1.0, "how alike the people of one cluster are", _SHARE),
    "cluster_size": (1.0, math.inf, "the size of a cluster", "a number of people of at least 1"),
    "cluster_spread": (0.0, math.inf, "how far sizes of clusters spread", "a share of their mean of 0 or more"),
    "power": (0.5, 1.0, "the chance of noticing a gain", "a share from 0.5 to below 1"),
}


@dataclass(frozen=True, slots=True)
class SurveyDesign:
    """A way to learn a gain from answers.

    Parameters
    ----------
    title : str
    arms : int
        1, or 2 of one size where a comparison group is asked too.
    fitted : int
        Numbers that are fitted to the answers.
    variance : callable of float to float
        From the correlation of a person's two answers to the variance of the number that a person adds, over that of
        one answer.
    """

    title: str
    arms: int
    fitted: int
    variance: Callable[[float], float]


DESIGNS: Final[Mapping[str, SurveyDesign]] = {
    "before_after": SurveyDesign("Before and after, no comparison", 1, 1, lambda r: 2.0 * (1.0 - r)),
    "after": SurveyDesign("After only, with a comparison group", 2, 2, lambda _: 1.0),
    "differences": SurveyDesign("Before and after, with a comparison group", 2, 2, lambda r: 2.0 * (1.0 - r)),
    "ancova": SurveyDesign("The same, adjusted for the first answer", 2, 3, lambda r: 1.0 - r * r),
}
"""By key. Changes and adjusted answers: Frison and Pocock (1992), doi 10.1002/sim.4780111304; Borm, Fransen and Lemmens
(2007), doi 10.1016/j.jclinepi.2007.02.006."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What is taken to be so of a survey that is yet to come.

    Parameters
    ----------
    sd : float [point]
        Standard deviation of the answers at one time, above 0.
    correlation : float
        Of a person's two answers, 0 to below 1.
    attrition : float [share]
        Of the people asked at the start, those who do not answer at the end, 0 to below 1.
    icc : float
        Correlation of the numbers that two people of one cluster add, 0 to 1; with 0 people are independent.
    cluster_size : float [person]
        Mean number of people asked in a cluster at the start.
    cluster_spread : float
        Standard deviation of these numbers over their mean.
    power : float
        Chance of noticing the gain, 0.5 to below 1.
    """

    sd: float = 1.8
    correlation: float = 0.59
    attrition: float = 0.3
    icc: float = 0.0
    cluster_size: float = 12.0
    cluster_spread: float = 0.0
    power: float = 0.8

    def __post_init__(self) -> None:
        """Refuse what no survey can have.

        Raises
        ------
        WellbevaError
            ``WB-R450``.
        """
        for name, (low, high, words, range_words) in _POSSIBLE.items():
            if not low <= getattr(self, name) < high:
                raise refusal("WB-R450", f"{getattr(self, name):g} cannot be {words}", f"give {range_words}")

    @property
    def design_effect(self) -> float:
        """Times that clusters multiply the variance of a mean.

        1 + ((1 + cv²) m - 1) icc of the people left: Eldridge, Ashby and Kerry (2006), doi 10.1093/ije/dyl129. Where
        each of M people stays with chance p, m = p M, and cv² = cv(M)² + (1 - p) / m.
        """
        size = self.cluster_size * (1.0 - self.attrition)
        return 1.0 + (size * (1.0 + self.cluster_spread**2) + self.attrition - 1.0) * self.icc

    def chance(self, design: SurveyDesign, effect: float, people: float) -> float:
        """Return the chance of noticing a gain.

        Parameters
        ----------
        design : SurveyDesign
        effect : float [point]
        people : float [person]
            Asked at the start in each arm.
        """
        error, df = self._error(design, people)
        if df < 1.0:
            return 0.0
        edge, shift = special.stdtrit(df, (1.0 + LEVEL) / 2.0), effect / error
        # SciPy gives NaN where either is below 1e-16.
        below, beyond = np.nan_to_num(special.nctdtr(df, shift, np.array([edge, -edge])))
        return float(1.0 - below + beyond)

    def people(self, design: SurveyDesign, effect: float) -> int | None:
        """Return the fewest people to ask at the start in each arm, whole clusters; None if more than anyone asks.

        Parameters
        ----------
        design : SurveyDesign
        effect : float [point]
            Above 0.
        """
        step = math.ceil(self.cluster_size) if self.icc else 1

        def enough(steps: int) -> bool:
            return self.chance(design, effect, steps * step) >= self.power

        most = MOST // step
        steps = 1 + bisect_left(range(1, most + 1), True, key=enough)
        return steps * step if steps <= most else None

    def detectable(self, design: SurveyDesign, people: float) -> float:
        """Return the smallest gain that is noticed with the chance asked for; infinite with too few people.

        Parameters
        ----------
        design : SurveyDesign
        people : float [person]
            Asked at the start in each arm.

        Returns
        -------
        float [point]
        """
        error, df = self._error(design, people)
        if df < 1.0:
            return math.inf
        high = error
        while self.chance(design, high, people) < self.power:
            high *= 2.0
        return float(optimize.brentq(lambda x: self.chance(design, x, people) - self.power, 0.0, high, xtol=1e-12))

    def _error(self, design: SurveyDesign, people: float) -> tuple[float, float]:
        """Return the standard error of the effect [point] and its degrees of freedom, those of clusters if any."""
        answers = people * (1.0 - self.attrition)
        variance = design.arms * design.variance(self.correlation) * self.sd**2 * self.design_effect / answers
        df = design.arms * (people / self.cluster_size - 1.0) if self.icc else design.arms * answers - design.fitted
        return math.sqrt(variance), df


@dataclass(frozen=True, slots=True)
class PlannedDesign:
    """What a design asks for, and what it shows.

    Parameters
    ----------
    key, title : str
    people : int or None
        To ask at the start in all arms together; None if more than anyone asks, or if no gain was named.
    detectable : float or None [point]
        Smallest gain that the people named would show; None if too few to show any, or if none were named.
    """

    key: str
    title: str
    people: int | None
    detectable: float | None


def plan(survey: Survey, effect: float | None = None, people: int | None = None) -> tuple[PlannedDesign, ...]:
    """Return what every design asks for and shows.

    Parameters
    ----------
    survey : Survey
    effect : float [point], optional
        The gain that is to be noticed, above 0.
    people : int [person], optional
        Asked at the start, in all arms together.

    Raises
    ------
    WellbevaError
        ``WB-R451`` without a gain above 0 and without people.
    """
    if (
        (effect is None and people is None)
        or (effect is not None and not 0.0 < effect < math.inf)
        or (people is not None and people < 1)
    ):
        remedy = "give a gain, as --effect 0.3, or the people whom you can ask, as --people 60, or both; each above 0"
        raise refusal("WB-R451", "nothing to plan for", remedy)
    rows = []
    for key, design in DESIGNS.items():
        each = None if effect is None else survey.people(design, effect)
        least = math.inf if people is None else survey.detectable(design, people / design.arms)
        total = None if each is None else each * design.arms
        rows.append(PlannedDesign(key, design.title, total, least if math.isfinite(least) else None))
    return tuple(rows)
