"""How much of the gaps between places goes with published margins: weaker than a survey, and no effect on anybody."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from wellbeva.core.arrays import Floats
from wellbeva.evidence.pooling.between import ESTIMATORS, at
from wellbeva.evidence.pooling.pool import hartung_knapp
from wellbeva.local.areas import Area
from wellbeva.local.shrinkage import Gap
from wellbeva.local.similar import MARGINS, margins, peers_with_margins
from wellbeva.local.wellbeing import published


@dataclass(frozen=True, slots=True)
class Composition:
    """The gap of a place to the average of its peers [points], in what goes with margins and what is left.

    Parameters
    ----------
    gap : Gap
        Published mean less the average of the peers with average margins; its error is that of the sample.
    parts : mapping of str to Gap
        What goes with each of `MARGINS`. They go together, so that their sum is surer than each.
    together, rest : Gap
        The sum of the parts; what is left of the gap.
    share : Gap [share]
        Of the variance between peers, in so far as it is not error: what goes with the margins.
    places : int
    """

    gap: Gap
    parts: Mapping[str, Gap]
    together: Gap
    rest: Gap
    share: Gap
    places: int


def composition(place: Area, measure: str, year: str) -> Composition | None:
    """Regress the means of a place's peers on margins, weighed by 1 / (se² + what the margins leave).

    None by `peers_with_margins`.

    Parameters
    ----------
    place : Area
    measure, year : str
        Of the means.

    References
    ----------
    Fay and Herriot (1979), doi:10.1080/01621459.1979.10482505, for the model; Robinson (1950), doi:10.2307/2087176:
    that places go together says nothing of persons. The share's error is by the jackknife over places: Efron and Stein
    (1981), doi:10.1214/aos/1176345462.
    """
    codes = peers_with_margins(place, measure, year)
    if not codes:
        return None
    own = place.wellbeing[measure, year]
    known = published(own.peers, measure, year)
    table = np.array([margins(code) for code in codes])
    centre, spread = table.mean(axis=0), table.std(axis=0)
    scores, here = (table - centre) / spread, (np.array(margins(place.code)) - centre) / spread
    means, variances = np.array([[known[code][0], known[code][1] ** 2] for code in codes]).T
    columns = means, variances, scores
    all_but_one = [_share(*(np.delete(one, row, axis=0) for one in columns)) for row in range(len(codes))]
    share = Gap(_share(*columns), math.sqrt(len(codes) - 1) * float(np.std(all_but_one)))
    design = _design(scores)
    fit = at(_between(means, variances, design), means, variances, design)
    parts, covariance = fit.coefficients[1:] * here, hartung_knapp(fit) * fit.covariance[1:, 1:]
    part_errors = np.sqrt(np.diag(covariance)) * abs(here)
    together = Gap(float(parts.sum()), float(np.sqrt(here @ covariance @ here)))
    gap = Gap(own.mean - float(fit.coefficients[0]), own.se)
    return Composition(
        gap,
        {name: Gap(*pair) for name, *pair in zip(MARGINS, parts.tolist(), part_errors.tolist(), strict=True)},
        together,
        Gap(gap.mean - together.mean, math.hypot(own.se, together.se)),
        share,
        len(codes),
    )


def _share(means: Floats, variances: Floats, scores: Floats) -> float:
    """Return the share of the variance between places that goes with columns, array (place, column)."""
    left, whole = (float(_between(means, variances, _design(columns))) for columns in (scores, scores[:, :0]))
    return 1.0 - left / whole if whole > 0 else 0.0


def _design(columns: Floats) -> Floats:
    return np.column_stack([np.ones(len(columns)), columns])


_between = ESTIMATORS["DerSimonian-Laird"]
