"""Value of knowing some inputs for certain before one option is chosen (EVPPI).

References
----------
Strong, Oakley, Brennan (2014), Medical Decision Making 34(3), 311-326. doi:10.1177/0272989X13505910
Brennan, Kharroubi, O'Hagan, Chilcott (2007), Medical Decision Making 27(4), 448-470. doi:10.1177/0272989X07302555
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import compress
from typing import NamedTuple

import numpy as np

from wellbeva.analysis.uncertainty.regression import ConditionalMeans, Regressor, conditional_means
from wellbeva.analysis.uncertainty.sample import DecisionSample
from wellbeva.core.arrays import Flags, Floats
from wellbeva.results.standard_errors import SURE


class Gains(NamedTuple):
    """What is gained, in each draw, by choosing when some inputs are known instead of the best option on average.

    Parameters
    ----------
    fitted : array (threshold, draw) [money]
        As the fit to all draws promises.
    held_out : array (threshold, draw) [money]
        By what the fit to the other draws recommends: what the draw itself then gives.
    """

    fitted: Floats
    held_out: Floats


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
    too_low : bool array (threshold,)
        Whether `held_out` is more than `evppi` by `SURE` standard errors of the difference, so that `evppi` must be too
        low.
    terms : float
        Effective number of coefficients of the most flexible fit.
    """

    names: tuple[str, ...]
    wtp: Floats
    evppi: Floats
    held_out: Floats
    mcse: Floats
    too_low: Flags
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
        self.sample, self.wtp = _contenders(sample.informed, wtp), wtp

    @cached_property
    def _outcomes(self) -> Floats:
        """Effects and costs less those of the first option, array (outcome, draw); the first has none."""
        more = (one[:, 1:] - one[:, :1] for one in (self.sample.effect, self.sample.cost))
        return np.ascontiguousarray(np.concatenate(list(more), axis=1).T)

    @cached_property
    def regressors(self) -> dict[str, Regressor]:
        """The inputs of the sample."""
        return {name: Regressor(values) for name, values in self.sample.inputs.items()}

    def of(self, names: Sequence[str]) -> Information:
        """Return the value of knowing some inputs.

        Parameters
        ----------
        names : sequence of str
            Inputs of the sample, at most `plan.limits.MOST_TOGETHER`; those that never vary tell nothing.
        """
        means = self.means_given([self.regressors[name] for name in names])
        gains = self.gains(means)
        # As few draws as have no error of their own tell nothing here either.
        apart = SURE * self.sample.error_of_mean((gains.held_out - gains.fitted).T)
        worth = self._worth(gains)
        # Less than the error of the value itself is of no consequence, however sure it is.
        too_low = (gains.held_out - gains.fitted).mean(axis=1) > np.fmax(apart, worth[2])
        return Information(tuple(names), self.wtp, *worth, too_low, float(means.terms.max(initial=0.0)))

    def means_given(self, inputs: Sequence[Regressor]) -> ConditionalMeans:
        """Return mean effects and costs, each less that of the first option, given some inputs.

        Parameters
        ----------
        inputs : sequence of Regressor
            Those that never vary tell nothing.
        """
        together = [one for one in inputs if one.varies]
        if together and len(self.sample.options) > 1:
            return conditional_means(together, self._outcomes)
        means = np.broadcast_to(self._outcomes.mean(axis=1, keepdims=True), self._outcomes.shape)
        return ConditionalMeans(means, means, np.zeros(len(self._outcomes)))

    def worth(self, means: ConditionalMeans) -> tuple[Floats, Floats, Floats]:
        """Return what it is worth to know such means: `evppi`, `held_out` and `mcse` of `Information`."""
        return self._worth(self.gains(means))

    def _worth(self, gains: Gains) -> tuple[Floats, Floats, Floats]:
        error = self.sample.error_of_mean(gains.held_out.T)
        return gains.fitted.mean(axis=1), gains.held_out.mean(axis=1), error

    def gains(self, means: ConditionalMeans) -> Gains:
        """Return what is gained, in each draw, by such means."""
        gains = Gains(*np.zeros((2, len(self.wtp), self.sample.draws)))
        for wtp, best, fitted, held_out in zip(self.wtp, self.sample.best(self.wtp), *gains, strict=True):
            outcomes = (self._outcomes, means.fitted, means.held_out)
            highest = np.zeros(self.sample.draws)
            # Of options that are equal the best on average is kept: knowing nothing changes nothing.
            leads = (self._leads(float(wtp), each, int(best)) for each in outcomes)
            for benefit, learnt, advised in zip(*leads, strict=True):
                np.maximum(fitted, learnt, out=fitted)
                np.copyto(held_out, benefit, where=advised > highest)
                np.maximum(highest, advised, out=highest)
        return gains

    def _leads(self, wtp: float, outcomes: Floats, best: int) -> Iterator[Floats]:
        """Yield the net benefit of each option less that of the best on average, array (draw,): all are too many."""
        rivals = len(self.sample.options) - 1

        def benefit(option: int) -> Floats | float:
            return wtp * outcomes[option - 1] - outcomes[rivals + option - 1] if option else 0.0

        of_best = benefit(best)
        for option in range(rivals + 1):
            yield np.broadcast_to(benefit(option) - of_best, self.sample.draws)


def _contenders(sample: DecisionSample, wtp: Floats) -> DecisionSample:
    """Leave out options that no draw puts above the best on average, at no threshold: nothing learnt makes them best.

    The first option stays, from which the others are told.
    """
    ahead = np.zeros(len(sample.options), dtype=np.bool_)
    ahead[:1] = True
    for value, best in zip(wtp, sample.best(wtp), strict=True):
        of_best = value * sample.effect[:, best] - sample.cost[:, best]
        ahead[best] = True
        for option in np.flatnonzero(~ahead):
            ahead[option] = not (value * sample.effect[:, option] - sample.cost[:, option] <= of_best).all()
    if ahead.all():
        return sample
    options = tuple(compress(sample.options, ahead))
    return replace(sample, options=options, effect=sample.effect[:, ahead], cost=sample.cost[:, ahead])
