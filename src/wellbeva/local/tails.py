"""How likely a place is among the lowest or the highest tenth of its peers; never a rank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import sqrt

import numpy as np

from wellbeva.core.arrays import Floats
from wellbeva.local.shrinkage import Pool
from wellbeva.local.wellbeing import peer_pool, published

DRAWS = 16_384
"""Joint draws of all peers."""
SE = 0.5 / sqrt(DRAWS)
"""Largest standard error of a probability: 0.4 of 100."""
BLOCK = 1_024
"""Draws held at once: 299 places take 2.4 MB."""


@dataclass(frozen=True, slots=True)
class Tail:
    """How likely the true mean of a place is among the lowest, or the highest, tenth of its peers.

    Parameters
    ----------
    lowest, highest : float [probability]
    below : float [probability]
        That it is below the mean of the peers.
    peers : int
        How many they are, the place among them.
    """

    lowest: float
    highest: float
    below: float
    peers: int


@cache
def tails(peers: str, measure: str, year: str) -> Mapping[str, Tail]:
    """Return the tails of each of the peers, by code.

    Parameters
    ----------
    peers, measure, year : str
        As `wellbeing.published` takes them.
    """
    known, together = published(peers, measure, year), peer_pool(peers, measure, year)
    chances = tail_chances([mean for mean, _ in known.values()], [se for _, se in known.values()], peers=together)
    rows = zip(known, chances.tolist(), strict=True)
    return {code: Tail(low, high, below, len(known)) for code, (low, high, below) in rows}


def tenth_of(places: int) -> int:
    """Return how many of some places are a tenth, halves up.

    Examples
    --------
    >>> tenth_of(299), tenth_of(22), tenth_of(11)
    (30, 2, 1)
    """
    return (places + 5) // 10


def tail_chances(means: Sequence[float], errors: Sequence[float], *, peers: Pool) -> Floats:
    """Return the shares of joint draws with each place among the lowest tenth, the highest, and below the mean.

    A draw takes the mean m of the peers from N(m̂, se²), then the true mean of each place from its posterior given m,
    N((1 - B) y + B m, (1 - B) se²) with B = se² / (se² + between): the model of `shrinkage.shrink`, whose variance
    between places is taken as known. The draws are those of one Philox stream, whatever place is asked for.

    Parameters
    ----------
    means, errors : sequence of float, one a place [points]
        Published means and their standard errors, all above 0.
    peers : Pool

    Returns
    -------
    array (place, 3) [probability]

    References
    ----------
    Laird and Louis (1989), Empirical Bayes ranking methods, doi:10.3102/10769986014001029: probabilities of ranks from
    the joint posterior, not ranks of means. Normand, Glickman and Gatsonis (1997), Statistical methods for profiling
    providers, doi:10.1080/01621459.1997.10474036.
    """
    y, variance = np.array(means), np.square(errors)
    pull = variance / (variance + peers.between)
    spread = np.sqrt((1.0 - pull) * variance)
    random = np.random.Generator(np.random.Philox(0))
    tenth = tenth_of(len(y))
    counts = np.zeros((len(y), 3))
    for _ in range(DRAWS // BLOCK):
        m = peers.mean + peers.se * random.standard_normal((BLOCK, 1))
        true = (1.0 - pull) * y + pull * m + spread * random.standard_normal((BLOCK, len(y)))
        ordered = np.argpartition(true, [tenth - 1, len(y) - tenth], axis=1)
        for at, part in enumerate((ordered[:, :tenth], ordered[:, -tenth:])):
            counts[:, at] += np.bincount(part.ravel(), minlength=len(y))
        counts[:, 2] += (true < m).sum(axis=0)
    return np.asarray(counts / DRAWS)
