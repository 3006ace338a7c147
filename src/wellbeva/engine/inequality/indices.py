"""Indices of the inequality of wellbeing, each by its definition in plain NumPy: the specification of `kernel`.

People stand at numbers from 0 to 10. Where an index counts answers (shares, percentiles), a person between two answers
is spread evenly over one point around where he or she stands, as in tables of grouped data: 4.3 is the answer 4 for
seven people in ten (semantics R193).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np

from wellbeva.core.arrays import Floats, Ints

Purpose = Literal["dispersion", "suffering", "weighted universalism"]
Mirror = Literal["same", "reversed sign", "changes"]

TOP: Final = 10
"""The highest answer."""
SURE: Final = 1e-12
"""A percentile is reached within this share of people, so that rounding of a sum does not decide across a gap."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What somebody has to choose for some of the indices.

    Parameters
    ----------
    line : int [LS]
        Answers below it count as low, 1 to 10; by default those below 7, which the Office for National Statistics
        calls low and medium.
    atkinson : float
        Aversion to inequality of Atkinson's index, above 0, at most 5.
    kolm : float [1/LS]
        Aversion to inequality of Kolm's index, above 0, at most 50; by default that of the English public for health.

    References
    ----------
    Robson et al. (2017), Health Economics 26(10), 1328-1334. doi:10.1002/hec.3430
    """

    line: int = 7
    atkinson: float = 0.5
    kolm: float = 0.15


@dataclass(frozen=True, slots=True)
class People:
    """Where people stand.

    Parameters
    ----------
    level : array (person,) [LS]
        From 0 to 10.
    weight : array (person,) [share]
        They add to 1.
    group : int array (person,)
        Groups are numbered from 0 in the order of their rank; each has people.
    choices : Choices
    """

    level: Floats
    weight: Floats
    group: Ints
    choices: Choices = field(default_factory=Choices)

    @property
    def mean(self) -> float:
        """The mean level [LS]."""
        return float(self.weight @ self.level)

    def by_group(self, values: Floats) -> tuple[Floats, Floats]:
        """Return the share of each group, and the mean of some values within it, arrays (group,)."""
        share, total = (np.bincount(self.group, one).astype(np.float64) for one in (self.weight, self.weight * values))
        return share, total / share

    def below(self, line: float) -> float:
        """Return the share of people below a number, each spread over one point around his or her level."""
        return float(self.weight @ np.clip(line - self.level + 0.5, 0.0, 1.0))

    def percentile(self, share: float) -> float:
        """Return the number below which a share of people is, spread as in `below` [LS]."""
        ends = np.unique(np.concatenate([self.level - 0.5, self.level + 0.5]))
        reached = np.array([self.below(end) for end in ends])
        place = int(np.argmax(reached >= share - SURE))
        low, high, below, above = ends[place - 1], ends[place], reached[place - 1], reached[place]
        found = high if above - below <= SURE else low + (high - low) * (share - below) / (above - below)
        return float(np.clip(found, 0.0, TOP))


@dataclass(frozen=True, slots=True)
class Index:
    """An index of inequality.

    Parameters
    ----------
    name, unit : str
    purpose : {"dispersion", "suffering", "weighted universalism"}
        What it answers to.
    absolute : bool
        Whether it rests on distances or counts answers, so that it keeps its meaning on a bounded scale whose zero is
        only the lowest answer; a ratio to the mean does not.
    mirror : {"same", "reversed sign", "changes"}
        What becomes of it when the scale is read from its other end (10 - level).
    undefined : str
        Where it has no value; empty where it always has one.
    compute : callable
        From people to its value, NaN where that is undefined.
    """

    name: str
    unit: str
    purpose: Purpose
    absolute: bool
    mirror: Mirror
    undefined: str
    compute: Callable[[People], float]


INDICES: dict[str, Index] = {}
"""By name, in the order of their registration, which is that of the kernel's results."""
Function = Callable[[People], float]


def index(
    unit: str, purpose: Purpose, mirror: Mirror, *, absolute: bool = True, undefined: str = ""
) -> Callable[[Function], Function]:
    """Register a function as an index under its name: a decorator.

    Parameters
    ----------
    unit, purpose, mirror, absolute, undefined
        As of `Index`.
    """

    def register(function: Function) -> Function:
        name = function.__name__
        INDICES[name] = Index(name, unit, purpose, absolute, mirror, undefined, function)
        return function

    return register


@index("LS", "dispersion", "same")
def standard_deviation(people: People) -> float:
    """Return the root of the mean squared distance from the mean."""
    return float(np.sqrt(people.weight @ (people.level - people.mean) ** 2))


@index("LS", "dispersion", "same")
def mean_pair_distance(people: People) -> float:
    """Return the mean distance of two people chosen by chance, the same one twice included.

    References
    ----------
    Kalmijn and Veenhoven (2005), Journal of Happiness Studies 6(4), 357-396. doi:10.1007/s10902-005-8855-7
    """
    return float(people.weight @ np.abs(people.level[:, np.newaxis] - people.level) @ people.weight)


@index("LS", "dispersion", "same")
def half_gap(people: People) -> float:
    """Return the mean level of the happier half of people less that of the less happy half."""
    order = np.argsort(people.level, kind="stable")
    reached = np.minimum(np.cumsum(people.weight[order]), 0.5)
    lower = np.diff(reached, prepend=0.0) @ people.level[order]
    return float(2 * (people.mean - 2 * lower))


@index("LS", "dispersion", "same")
def percentile_difference(people: People) -> float:
    """Return the 90th percentile less the 10th."""
    return people.percentile(0.9) - people.percentile(0.1)


@index("ratio", "dispersion", "changes", absolute=False, undefined="a tenth of people are at 0")
def percentile_ratio(people: People) -> float:
    """Return the 90th percentile over the 10th."""
    low = people.percentile(0.1)
    return people.percentile(0.9) / low if low > 0 else float("nan")


@index("ratio", "dispersion", "changes", absolute=False, undefined="everybody is at 0")
def gini(people: People) -> float:
    """Return the mean pair distance over twice the mean.

    References
    ----------
    Sen (1973), On Economic Inequality, section 2.6. Oxford: Clarendon Press.
    """
    return mean_pair_distance(people) / (2 * people.mean) if people.mean > 0 else float("nan")


@index(
    "ratio", "weighted universalism", "changes", absolute=False,
    undefined="everybody is at 0, or somebody is and the aversion is 1 or more",
)  # fmt: skip
def atkinson(people: People) -> float:
    """Return the share of the mean that could be given up if all were equal.

    References
    ----------
    Atkinson (1970), Journal of Economic Theory 2(3), 244-263. doi:10.1016/0022-0531(70)90039-6
    """
    power, mean = 1 - people.choices.atkinson, people.mean
    there = people.weight > 0
    weight, level = people.weight[there], people.level[there]
    if mean <= 0 or (power <= 0 and level.min() <= 0):
        return float("nan")
    if power == 0:
        return float(1 - np.exp(weight @ np.log(level)) / mean)
    return float(1 - (weight @ level**power) ** (1 / power) / mean)


@index("LS", "weighted universalism", "changes")
def kolm(people: People) -> float:
    """Return how many points of the mean could be given up if all were equal.

    References
    ----------
    Kolm (1976), Journal of Economic Theory 12(3), 416-442. doi:10.1016/0022-0531(76)90037-5
    """
    return float(people.mean - _equivalent(people.weight, people.level, people.choices.kolm))


@index("share", "suffering", "changes")
def share_at_0_to_4(people: People) -> float:
    """Return the share of people whose answer is 4 or less."""
    return people.below(4.5)


@index("share", "suffering", "changes")
def share_below_line(people: People) -> float:
    """Return the share of people whose answer is below the line."""
    return people.below(people.choices.line - 0.5)


@index("LS", "dispersion", "same")
def group_gap(people: People) -> float:
    """Return the largest distance between the means of two groups."""
    return float(np.ptp(people.by_group(people.level)[1]))


@index("LS", "dispersion", "reversed sign", undefined="there is one group")
def slope_index(people: People) -> float:
    """Return the distance between the ends of a straight line through the groups' means.

    Groups lie one after the other, each as wide as its share of people, its mean in its middle; the line is that of
    least squares, groups weighed by their shares.

    References
    ----------
    Mackenbach and Kunst (1997), Social Science & Medicine 44(6), 757-771. doi:10.1016/S0277-9536(96)00073-1
    """
    share, mean = people.by_group(people.level)
    rank = np.cumsum(share) - share / 2 - 0.5
    spread = share @ rank**2
    return float(share @ (rank * (mean - people.mean)) / spread) if len(share) > 1 else float("nan")


@index("ratio", "dispersion", "changes", absolute=False, undefined="everybody is at 0, or there is one group")
def relative_index(people: People) -> float:
    """Return the slope index over the mean, the relative index of inequality.

    References
    ----------
    Pamuk (1985), Population Studies 39(1), 17-31. doi:10.1080/0032472031000141256
    """
    return slope_index(people) / people.mean if people.mean > 0 else float("nan")


@index("LS²", "dispersion", "same")
def variance_between(people: People) -> float:
    """Return the variance of the groups' means; with that within, it adds up to the variance."""
    share, mean = people.by_group(people.level)
    return float(share @ (mean - people.mean) ** 2)


@index("LS²", "dispersion", "same")
def variance_within(people: People) -> float:
    """Return the mean of the groups' variances."""
    mean = people.by_group(people.level)[1]
    return float(people.weight @ (people.level - mean[people.group]) ** 2)


@index("LS", "weighted universalism", "changes")
def kolm_between(people: People) -> float:
    """Return Kolm's index of the groups' equally-distributed equivalents; with that within, it adds up to the index.

    References
    ----------
    Blackorby, Donaldson and Auersperg (1981), Canadian Journal of Economics 14(4), 665-685.
    """
    share, equivalent = _equivalents(people)
    return float(share @ equivalent - _equivalent(share, equivalent, people.choices.kolm))


@index("LS", "weighted universalism", "changes")
def kolm_within(people: People) -> float:
    """Return the mean of Kolm's index of each group."""
    share, equivalent = _equivalents(people)
    return float(people.mean - share @ equivalent)


def _equivalent(weight: Floats, level: Floats, aversion: float) -> float:
    """Return the level that would be as good if all had it, by Kolm."""
    lowest = float(level.min())
    return float(lowest - np.log(weight @ np.exp(-aversion * (level - lowest))) / aversion)


def _equivalents(people: People) -> tuple[Floats, Floats]:
    share, loss = people.by_group(np.exp(-people.choices.kolm * people.level))
    return share, -np.log(loss) / people.choices.kolm
