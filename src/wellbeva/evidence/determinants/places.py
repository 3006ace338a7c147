"""Why places differ: what goes with who lives there, what goes with the determinants, and what is left of the place."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from wellbeva.core.arrays import Flags, Floats
from wellbeva.evidence.determinants.panel import EXACT, TOGETHER, Panel, codes, means
from wellbeva.evidence.errors import EvidenceError
from wellbeva.evidence.pooling.pool import pool
from wellbeva.evidence.pooling.studies import Studies
from wellbeva.evidence.robust import Indices, independent
from wellbeva.evidence.survey.people import SMALLEST_GROUP
from wellbeva.local import shrinkage

LEAST_PLACES = 5
LEAST_FOR_SHARE = 20
"""Of fewer places, a share of the variance between them is too unsure for its standard error to be believed."""


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Why places differ.

    Parameters
    ----------
    places : pandas.DataFrame
        A row each, by name, with its ``people``. In points, each with its standard error (``gap_se`` …): the ``gap``
        to the mean of all people asked, and its parts: ``who`` lives there (the columns that are held equal), the
        ``determinants`` there, and the ``rest``, of the place itself and of all that was not asked. ``mean``, ``low``
        and ``high`` are the rest drawn towards that of the other places by the share 1 - ``weight``.
    spreads : pandas.DataFrame [points]
        Standard deviation between the true means of places, ``sd``, with its 95% interval: of all people; of people
        alike; of people alike with the same determinants.
    gone : (float, float) or None [share]
        Share of the variance between places that goes away for the same people, and its standard error; None of fewer
        than `LEAST_FOR_SHARE` places, or where they may differ by chance alone.
    same : tuple of str
        Columns that are the same for all people of a place, or that others make up: they stay in the rest.
    small : int
        Places that are left out, as fewer than `SMALLEST_GROUP` people answered.
    """

    places: pd.DataFrame
    spreads: pd.DataFrame
    gone: tuple[float, float] | None
    same: tuple[str, ...]
    small: int


def why_places_differ(panel: Panel, *, together: bool = False) -> Places:
    """Part the gap of each place to the mean of all into who lives there, the determinants, and the rest.

    Each person counts once, with the mean of his or her rows. Slopes are those within places, so that the rest is the
    effect of the place, and the parts add up to the gap whatever their order. Errors of people are of one size and
    independent within a place; the composition of a place is that of a sample of its people.

    Parameters
    ----------
    panel : Panel
        With areas.
    together : bool
        Whether the product of the two determinants is one of them.

    References
    ----------
    Oaxaca (1973), doi 10.2307/2525981, and Blinder (1973), doi 10.2307/144855, with slopes that places share; Gelbach
    (2016), doi 10.1086/683668, equations 11 to 14: the parts of several groups; Jann (2008), doi
    10.1177/1536867X0800800401, section 3: errors where the composition is of a sample. Shares by the jackknife over
    places: Efron and Stein (1981), doi 10.1214/aos/1176345462.
    """
    columns = panel.columns(together=together)
    stacked, where = _one_row_each(panel, np.stack([panel.outcome, *columns.values()], axis=1))
    names, count = np.unique(where, return_counts=True)
    large = names[count >= SMALLEST_GROUP]
    if len(large) < LEAST_PLACES:
        fact = f"{len(large)} of {len(names)} places have {SMALLEST_GROUP} people or more"
        raise EvidenceError("too few places to say why they differ", (fact,), f"ask in {LEAST_PLACES} places or more")
    stacked, where = stacked[np.isin(where, large)], where[np.isin(where, large)]
    sample = _Sample(stacked, codes(where.tolist()), list(columns))
    who = np.array([name not in panel.determinants and name != TOGETHER for name in sample.used], dtype=bool)
    stages = [sample.alike(chosen) for chosen in (who & ~who, who, who | ~who)]
    gaps, errors = stages[-1]
    if errors.min() < EXACT:
        raise EvidenceError("people of a place do not differ", (), "check the columns")
    places = pd.DataFrame({"place": large, "people": sample.count})
    parts = {
        "gap": (stages[0][0], np.sqrt(sample.variance(sample.answers) * sample.sampled)),
        "who": sample.part(who),
        "determinants": sample.part(~who),
        "rest": (gaps, errors),
    }
    for name, (values, ses) in parts.items():
        places[name], places[f"{name}_se"] = values, ses
    rest = list(zip(gaps.tolist(), errors.tolist(), strict=True))
    peers = shrinkage.pool(*zip(*rest, strict=True))
    shrunk = [shrinkage.shrink(*own, peers=peers, few=True) for own in rest]
    places[["mean", "low", "high", "weight"]] = [(one.mean, one.low, one.high, one.weight) for one in shrunk]
    spreads = pd.DataFrame([_spread(*one) for one in stages], columns=["sd", "low", "high"])
    same = tuple(name for name in columns if name not in sample.used)
    return Places(places, spreads, _gone(*stages[:2]), same, len(names) - len(large))


def _one_row_each(panel: Panel, stacked: Floats) -> tuple[Floats, npt.NDArray[np.str_]]:
    """Return the mean of each person's rows in a place, and the place."""
    area = panel.group("area")
    person = np.arange(len(area)) if panel.people is None else panel.group("person")
    both = person * (int(area.max()) + 1) + area
    _, first, own = np.unique(both, return_index=True, return_inverse=True)
    return means(stacked, own.astype(np.intp)), np.array([*(panel.areas or ())])[first]


class _Sample:
    """People of places, and the slopes within them."""

    def __init__(self, stacked: Floats, place: Indices, names: list[str]) -> None:
        averages, self.count = means(stacked, place), np.bincount(place)
        within = stacked - averages[place]
        made = independent(
            dict(zip(names, within[:, 1:].T, strict=True)), dict(zip(names, stacked[:, 1:].T, strict=True))
        )
        self.used = [name for name in names if name not in made]
        at = [0, *(names.index(name) + 1 for name in self.used)]
        self.apart = (averages - stacked.mean(axis=0))[:, at]
        self.answers, self.columns = within[:, 0], within[:, at[1:]]
        self.df = len(stacked) - len(averages)
        self.sampled = 1.0 / self.count - 1.0 / len(stacked)
        self.slope = np.linalg.lstsq(self.columns, self.answers, rcond=None)[0]
        noise = self.variance(self.answers - self.columns @ self.slope, len(self.used))
        self.covariance = noise * np.linalg.inv(self.columns.T @ self.columns)

    def variance(self, left: Floats, slopes: int = 0) -> float:
        """Return the variance of people within places, of numbers whose mean there is zero."""
        return float(left @ left) / (self.df - slopes)

    def _error(self, chosen: Flags) -> Floats:
        away = self.apart[:, 1:][:, chosen]
        return np.asarray((away @ self.covariance[np.ix_(chosen, chosen)] * away).sum(axis=1))

    def part(self, chosen: Flags) -> tuple[Floats, Floats]:
        """Return what goes with some columns in each place, and its standard error."""
        slope = self.slope[chosen]
        sampling = self.variance(self.columns[:, chosen] @ slope) * self.sampled
        return self.apart[:, 1:][:, chosen] @ slope, np.sqrt(self._error(chosen) + sampling)

    def alike(self, chosen: Flags) -> tuple[Floats, Floats]:
        """Return the gap of each place for people who are alike in some columns, and its standard error."""
        slope, slopes = self.slope[chosen], len(self.used) if chosen.all() else 0
        noise = self.variance(self.answers - self.columns[:, chosen] @ slope, slopes)
        gap = self.apart[:, 0] - self.apart[:, 1:][:, chosen] @ slope
        return gap, np.sqrt(noise / self.count + self._error(chosen))


def _spread(gaps: Floats, errors: Floats) -> tuple[float, float, float]:
    studies = Studies([str(number) for number in range(len(gaps))], gaps, errors**2)
    pooled = pool(studies, between="DerSimonian-Laird", interval="normal")
    low, high = pooled.tau2_interval or (0.0, math.inf)
    return math.sqrt(pooled.tau2), math.sqrt(low), math.sqrt(high)


def _gone(before: tuple[Floats, Floats], after: tuple[Floats, Floats]) -> tuple[float, float] | None:
    """Return the share of the variance between places that is not there for the same people."""

    def share(rows: Flags) -> float:
        first, last = (shrinkage.pool(gap[rows].tolist(), se[rows].tolist()).between for gap, se in (before, after))
        return 1.0 - last / first if first > 0.0 else math.nan

    number = np.arange(len(before[0]))
    all_but_one = np.array([share(number != left) for left in number])
    if len(number) < LEAST_FOR_SHARE or not np.isfinite(all_but_one).all():
        return None
    return share(number >= 0), float(np.std(all_but_one)) * math.sqrt(len(number) - 1)
