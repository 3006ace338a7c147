"""Moments in one fixed tree, so that the same bits come out whoever computed which part.

The leaves are lanes of 512 draws, less those of a lane that are left out. Within a chunk of 2^16 draws of one
randomisation neighbouring lanes are joined in pairs, then pairs of pairs; chunks of a randomisation are joined
likewise. The tree depends on (randomisation, chunk, lane) alone, not on the size of a block or the number of threads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wellbeva.core.arrays import Flags, Floats
from wellbeva.engine.lanes import LARGEST


@dataclass(frozen=True, slots=True, eq=False)
class MomentNode:
    """Count, mean and sum of squared deviations of a stretch of draws.

    Parameters
    ----------
    count : int
    mean : array (cell,) [unit of the quantity]
    m2 : array (cell,) [that unit, squared]
    """

    count: int
    mean: Floats
    m2: Floats


def nonfinite(x: Floats) -> Flags:
    """Return in which draws a number is NaN, infinite or too large to be squared and added up.

    Parameters
    ----------
    x : array (cell, draw) [any unit]

    Returns
    -------
    bool array (draw,)
    """
    return np.asarray(~(np.abs(x) < LARGEST).all(axis=0))


def join(left: MomentNode, right: MomentNode) -> MomentNode:
    """Join two neighbouring stretches (Chan, Golub and LeVeque 1983, equation 2.1); either may hold no draw.

    Parameters
    ----------
    left, right : MomentNode
        Of the same cells.

    References
    ----------
    Chan, Golub and LeVeque (1983), The American Statistician 37(3), 242-247. doi:10.1080/00031305.1983.10483115
    """
    count = left.count + right.count
    apart = right.mean - left.mean
    mean = left.mean + apart * (right.count / max(count, 1))
    m2 = left.m2 + right.m2 + apart * apart * (left.count * right.count / max(count, 1))
    return MomentNode(count, mean, m2)


def join_left(nodes: Sequence[MomentNode]) -> MomentNode:
    """Join what is left when neighbours were joined as soon as both were there: pairs of pairs.

    Parameters
    ----------
    nodes : sequence of MomentNode
        Of falling numbers of leaves, each a power of two; at least one.
    """
    joined = nodes[-1]
    for node in reversed(nodes[:-1]):
        joined = join(node, joined)
    return joined
