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
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wellbeva.analysis.uncertainty.information.evppi import InformationValues
from wellbeva.analysis.uncertainty.regression import Regressor, conditional_means
from wellbeva.analysis.uncertainty.sample import DecisionSample
from wellbeva.core.arrays import Floats
from wellbeva.plan.research import Study

if TYPE_CHECKING:
    import pandas as pd


class StudyValue(NamedTuple):
    """Value of a study of one size at one willingness to pay.

    Parameters
    ----------
    people : int
        In each arm.
    wtp : float [money/effect]
    evsi, se, held_out : float [money]
        As `information.evppi.Information` says of an EVPPI.
    matched : float [money]
        By moment matching: fitted means of the input itself drawn together as far as the study leaves doubt.
    population_evsi, cost, enbs : float [money]
        For all decisions that it may serve, what it costs, and the first less the second.
    """

    people: int
    wtp: float
    evsi: float
    se: float
    held_out: float
    matched: float
    population_evsi: float
    cost: float
    enbs: float


def study_values(sample: DecisionSample, wtp: Floats, study: Study) -> list[StudyValue]:
    """Return the value of a study at each size and willingness to pay.

    Parameters
    ----------
    sample : DecisionSample
    wtp : array (threshold,) [money/effect]
    study : Study
    """
    values = sample.informed.inputs[study.measures]
    measured = Regressor(values)
    known = InformationValues(sample, wtp)
    perfect = known.means_given([measured])
    centre = perfect.fitted.mean(axis=1, keepdims=True)
    found: list[StudyValue] = []
    for people in study.people:
        printed = Regressor(summaries(study, values, people))
        evsi, held_out, se = known.worth(known.means_given([printed]))
        learnt = conditional_means([printed], values[np.newaxis]).fitted
        doubt = np.sqrt(learnt.var() / values.var()) if measured.varies else 0.0
        matched, _, _ = known.worth(perfect._replace(fitted=centre + doubt * (perfect.fitted - centre)))
        served, cost = study.population * evsi, study.cost + study.cost_each * study.arms * people
        rows = zip(wtp, evsi, se, held_out, matched, served, np.full(len(wtp), cost), served - cost, strict=True)
        found += [StudyValue(people, *map(float, row)) for row in rows]
    return found


def summaries(study: Study, values: Floats, people: int) -> Floats:
    """Return what a study would print in each draw, array (draw,) [unit of the input].

    Parameters
    ----------
    study : Study
    values : array (draw,) [unit of the input]
    people : int
        In each arm.
    """
    # The same noise at every size: values of information of two sizes differ by their sizes alone.
    random = np.random.Generator(np.random.Philox(1))
    if study.design == "share":
        return np.asarray(random.binomial(people, np.clip(values, 0, 1)) / people)
    return np.asarray(values + study.sd * np.sqrt(study.arms / people) * random.standard_normal(len(values)))


def study_table(sample: DecisionSample, wtp: Floats, studies: Sequence[Study]) -> pd.DataFrame | None:
    """Return the value of each study at each size, None where no study measures an input of the sample.

    Parameters
    ----------
    sample : DecisionSample
    wtp : array (threshold,) [money/effect]
    studies : sequence of Study

    Returns
    -------
    DataFrame or None
        ``study`` and the names of `StudyValue`; ``best`` is the size with the greatest ENBS of its study at that
        willingness to pay, if that is above 0.
    """
    import pandas as pd

    rows = [
        {"study": study.name, **value._asdict()}
        for study in studies
        if study.measures in sample.inputs
        for value in study_values(sample, wtp, study)
    ]
    if not rows:
        return None
    table = pd.DataFrame(rows)
    most = table.groupby(["study", "wtp"])["enbs"].transform("idxmax")
    return table.assign(best=(most == table.index) & (table["enbs"] > 0))
