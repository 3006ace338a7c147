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

from wellbeva.analysis.uncertainty.regression import conditional_means
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
        Mean of the highest fitted net benefit less the highest mean net benefit; too high by what is over-fitted.
    held_out : array (threshold,) [money]
        What is gained by choosing, in each draw, what the fit to the other draws recommends; too low in expectation.
    mcse : array (threshold,) [money]
        Standard error of either: of the gain from draw to draw, to which the error of the fit adds in second order
        only.
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
        together = [values for name in names if np.ptp(values := self.sample.inputs[name]) > 0]
        nothing = np.zeros(len(self.wtp))
        if not together or len(self.sample.options) < 2:
            return Information(tuple(names), self.wtp, nothing, nothing, nothing, 0.0)
        means = conditional_means(together, self._outcomes)
        found = [self._at(float(wtp), int(best), means.fitted, means.held_out) for wtp, best in self._bests]
        evppi, held_out, mcse = (np.asarray(one) for one in zip(*found, strict=True))
        return Information(tuple(names), self.wtp, evppi, held_out, mcse, float(means.terms.max()))

    @property
    def _bests(self) -> zip[tuple[float, int]]:
        return zip(self.wtp, self.sample.best(self.wtp), strict=True)

    def _at(self, wtp: float, best: int, fitted: Floats, held_out: Floats) -> tuple[float, float, float]:
        benefit, learnt, advised = (self._benefit(wtp, one) for one in (self._outcomes, fitted, held_out))
        evppi = (learnt.max(axis=1) - learnt[:, best]).mean()
        gain = np.take_along_axis(benefit, advised.argmax(axis=1)[:, np.newaxis], axis=1)[:, 0] - benefit[:, best]
        return float(evppi), float(gain.mean()), float(self.sample.error_of_mean(gain))

    def _benefit(self, wtp: float, outcomes: Floats) -> Floats:
        """Return net benefits less that of the first option, array (draw, option)."""
        rivals = len(self.sample.options) - 1
        benefit = np.zeros((len(outcomes), rivals + 1))
        benefit[:, 1:] = wtp * outcomes[:, :rivals] - outcomes[:, rivals:]
        return benefit
