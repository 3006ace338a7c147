"""Value of a study of a stated size before one option is chosen (EVSI), and what is left of it after its cost (ENBS).

A study is simulated once in each draw: what it would print, were the input what it is in that draw. The value of
information of that summary is the value of the study, by the same regression as that of an input.

References
----------
Strong, Oakley, Brennan, Breeze (2015), Medical Decision Making 35(5), 570-583. doi:10.1177/0272989X15575286
Heath, Manolopoulou, Baio (2019), Medical Decision Making 39(4), 346-358. doi:10.1177/0272989X19837983
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from wellbeva.analysis.uncertainty.information import InformationValues
from wellbeva.analysis.uncertainty.regression import Regressor, conditional_means
from wellbeva.analysis.uncertainty.sample import DecisionSample
from wellbeva.engine.reductions.result import Floats


@dataclass(frozen=True, slots=True)
class Study:
    """A study that could be done before the choice.

    Parameters
    ----------
    measures : str
        The input that it measures.
    design : {"trial", "survey", "share"}
        Two arms of equal size, whose means differ by the input; a mean in one group; how many of one group.
    sd : float [unit of the input]
        Spread between people; a share needs none.
    cost, cost_each : float [money]
        Of the study, and of each person in it: both arms count.
    """

    measures: str
    design: Literal["trial", "survey", "share"]
    sd: float = 0.0
    cost: float = 0.0
    cost_each: float = 0.0

    @property
    def arms(self) -> int:
        """How many groups of people there are."""
        return 2 if self.design == "trial" else 1

    def summaries(self, values: Floats, people: int, seed: int) -> Floats:
        """Return what the study would print in each draw, array (draw,) [unit of the input].

        Parameters
        ----------
        values : array (draw,) [unit of the input]
        people : int
            In each arm.
        seed : int
        """
        # The same noise at every size: values of information of two sizes differ by their sizes alone.
        random = np.random.Generator(np.random.Philox(seed))
        if self.design == "share":
            return np.asarray(random.binomial(people, np.clip(values, 0, 1)) / people)
        return np.asarray(values + self.sd * np.sqrt(self.arms / people) * random.standard_normal(len(values)))


class StudyValue(NamedTuple):
    """Value of a study of one size at one willingness to pay.

    Parameters
    ----------
    people : int
        In each arm.
    wtp : float [money/effect]
    evsi, held_out, mcse : float [money]
        As `information.Information` says of an EVPPI.
    matched : float [money]
        By moment matching: fitted means of the input itself drawn together as far as the study leaves doubt.
    population_evsi, enbs : float [money]
        For all decisions that it may serve, and less its cost.
    """

    people: int
    wtp: float
    evsi: float
    held_out: float
    mcse: float
    matched: float
    population_evsi: float
    enbs: float


def study_values(
    sample: DecisionSample, wtp: Floats, study: Study, sizes: Sequence[int], *, population: float = 1.0, seed: int = 1
) -> list[StudyValue]:
    """Return the value of a study at each size and willingness to pay.

    Parameters
    ----------
    sample : DecisionSample
    wtp : array (threshold,) [money/effect]
    study : Study
    sizes : sequence of int
        People in each arm.
    population : float
        Decisions that it may serve, later ones discounted: see `population_served`.
    seed : int
        Of what the study would print.
    """
    values = sample.informed.inputs[study.measures]
    measured = Regressor(values)
    known = InformationValues(sample, wtp)
    perfect = known.means_given([measured])
    centre = perfect.fitted.mean(axis=1, keepdims=True)
    found: list[StudyValue] = []
    for people in sizes:
        summaries = Regressor(study.summaries(values, people, seed))
        evsi, held_out, mcse = known.worth(known.means_given([summaries]))
        learnt = conditional_means([summaries], values[np.newaxis]).fitted
        doubt = np.sqrt(learnt.var() / values.var()) if measured.varies else 0.0
        matched, _, _ = known.worth(perfect._replace(fitted=centre + doubt * (perfect.fitted - centre)))
        served, cost = population * evsi, study.cost + study.cost_each * study.arms * people
        rows = zip(wtp, evsi, held_out, mcse, matched, served, served - cost, strict=True)
        found += [StudyValue(people, *map(float, row)) for row in rows]
    return found


def population_served(a_year: float, years: float, *, delay: float = 0.0, rate: float = 0.035) -> float:
    """Return how many decisions a study serves, each discounted to today.

    Parameters
    ----------
    a_year : float [decisions/year]
    years : float [year]
        How long the decision stays open, from today.
    delay : float [year]
        Until the study reports.
    rate : float [1/year]
        Discount rate; decisions are spread evenly over each year.

    Examples
    --------
    >>> population_served(10, 5, rate=0.0), round(population_served(10, 5, delay=1.5), 3)
    (50.0, 31.317)
    """
    if years <= delay:
        return 0.0
    force = np.log1p(rate)
    return float(a_year * (years - delay if rate == 0 else (np.exp(-force * delay) - np.exp(-force * years)) / force))
