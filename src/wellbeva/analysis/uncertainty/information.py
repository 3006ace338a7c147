"""Value of knowing some inputs for certain before one option is chosen (EVPPI).

References
----------
Strong, Oakley, Brennan (2014), Medical Decision Making 34(3), 311-326. doi:10.1177/0272989X13505910
Brennan, Kharroubi, O'Hagan, Chilcott (2007), Medical Decision Making 27(4), 448-470. doi:10.1177/0272989X07302555
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from wellbeva.analysis.uncertainty.regression import ConditionalMeans, conditional_means
from wellbeva.analysis.uncertainty.sample import DecisionSample
from wellbeva.engine.reductions.result import Floats

MOST_TOGETHER: Final = 12
"""Inputs that are known together: of more, pairs alone have thousands of coefficients."""


@dataclass(frozen=True, slots=True, eq=False)
class Information:
    """Value of partial perfect information, one decision.

    Parameters
    ----------
    names : tuple of str
        Of the inputs that are known.
    wtp : array (threshold,) [money/effect]
    evppi : array (threshold,) [money]
        Mean of the highest fitted net benefit less the highest mean net benefit; too high by what is over-fitted, too
        low where a jump is rounded off.
    held_out : array (threshold,) [money]
        What is gained by choosing, in each draw, what the fit to the other draws recommends; too low in expectation.
    mcse : array (threshold,) [money]
        Standard error of either by the noise of the draws: of the gain from draw to draw. What a spline cannot follow
        is not in it.
    terms : float
        Effective number of coefficients of the most flexible fit.
    """

    names: tuple[str, ...]
    wtp: Floats
    evppi: Floats
    held_out: Floats
    mcse: Floats
    terms: float


class InformationValues:
    """Values of information of one sample.

    Parameters
    ----------
    sample : DecisionSample
    wtp : array (threshold,) [money/effect]
        Rising, none negative.
    """

    def __init__(self, sample: DecisionSample, wtp: Floats) -> None:
        self.sample, self.wtp = sample.informed, wtp

    @cached_property
    def _outcomes(self) -> Floats:
        """Effects and costs less those of the first option, array (draw, outcome); the first has none."""
        more = (one[:, 1:] - one[:, :1] for one in (self.sample.effect, self.sample.cost))
        return np.ascontiguousarray(np.concatenate(list(more), axis=1))

    def of(self, names: Sequence[str]) -> Information:
        """Return the value of knowing some inputs.

        Parameters
        ----------
        names : sequence of str
            Inputs of the sample, at most `MOST_TOGETHER`; those that never vary tell nothing.
        """
        means = self.means_given([self.sample.inputs[name] for name in names])
        return Information(tuple(names), self.wtp, *self.worth(means), float(means.terms.max(initial=0.0)))

    def means_given(self, inputs: Sequence[Floats]) -> ConditionalMeans:
        """Return mean effects and costs, each less that of the first option, given some inputs.

        Parameters
        ----------
        inputs : sequence of array (draw,) [any unit]
            Those that never vary tell nothing.
        """
        together = [values for values in inputs if np.ptp(values) > 0]
        if together and len(self.sample.options) > 1:
            return conditional_means(together, self._outcomes)
        means = np.broadcast_to(self._outcomes.mean(axis=0), self._outcomes.shape)
        return ConditionalMeans(means, means, np.zeros(self._outcomes.shape[1]))

    def worth(self, means: ConditionalMeans) -> tuple[Floats, Floats, Floats]:
        """Return what it is worth to know such means: `evppi`, `held_out` and `mcse` of `Information`."""
        found = []
        for wtp, best in zip(self.wtp, self.sample.best(self.wtp), strict=True):
            outcomes = (self._outcomes, means.fitted, means.held_out)
            benefit, learnt, advised = (self._benefit(float(wtp), one) for one in outcomes)
            choice = advised.argmax(axis=1)
            # Of options that are equal the best on average is kept: knowing nothing changes nothing.
            choice[advised[:, best] >= advised.max(axis=1)] = best
            gain = np.take_along_axis(benefit, choice[:, np.newaxis], axis=1)[:, 0] - benefit[:, best]
            evppi = (learnt.max(axis=1) - learnt[:, best]).mean()
            found.append((evppi, gain.mean(), self.sample.error_of_mean(gain)))
        evppi, held_out, mcse = np.asarray(found).reshape(-1, 3).T
        return evppi, held_out, mcse

    def _benefit(self, wtp: float, outcomes: Floats) -> Floats:
        """Return net benefits less that of the first option, array (draw, option)."""
        rivals = len(self.sample.options) - 1
        benefit = np.zeros((len(outcomes), rivals + 1))
        benefit[:, 1:] = wtp * outcomes[:, :rivals] - outcomes[:, rivals:]
        return benefit
