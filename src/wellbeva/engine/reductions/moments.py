"""Moments in one fixed tree, so that the same bits come out whoever computed which part.

The leaves are lanes of 512 draws, less those of a lane that are left out. Within a chunk of 2^16 draws of one
randomisation neighbouring lanes are joined in pairs, then pairs of pairs; chunks of a randomisation are joined
likewise. The tree depends on (randomisation, chunk, lane) alone, not on the size of a block or the number of threads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wellbeva.engine.lanes import LANE, LARGEST

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class MomentNode:
    """Count, mean and sum of squared deviations of a stretch of draws.

    Parameters
    ----------
    count : int
    mean, m2 : array (cell,)
    """

    count: int
    mean: Floats
    m2: Floats


def nonfinite(x: Floats) -> npt.NDArray[np.bool_]:
    """Return in which draws a number is NaN, infinite or too large to be squared and added up.

    Parameters
    ----------
    x : array (cell, draw)

    Returns
    -------
    bool array (draw,)
    """
    return np.asarray(~(np.abs(x) < LARGEST).all(axis=0))


def lanes(x: Floats) -> tuple[Floats, Floats]:
    """Reduce each lane of draws to its mean and its sum of squared deviations.

    Parameters
    ----------
    x : array (cell, draw)
        The last lane may be short: at the end of supplied draws, or where draws were left out. No draw is one lane,
        with moments of 0.

    Returns
    -------
    mean, m2 : array (lane, cell)

    Notes
    -----
    A lane is added up as NumPy does a contiguous axis of 512: four runs of 128 draws, in each eight sums of every
    eighth draw, all joined in pairs. The kernels of the compiled engine repeat that (`moments_kernels`), so that
    both give the same bits. A short lane is filled up with deviations of 0. Everything is taken from the lane's first
    draw, then deviations from the lane's own mean (two passes): a large mean costs no digits, and a cell that never
    varies has no spread at all (Chan, Golub and LeVeque, Am Stat 1983;37:242-247, doi:10.1080/00031305.1983.10483115).
    """
    if not x.shape[1]:
        return np.zeros((1, x.shape[0])), np.zeros((1, x.shape[0]))
    whole = x.shape[1] // LANE * LANE
    if whole < x.shape[1]:
        parts = [_lanes(x[:, whole:], x.shape[1] - whole)]
        if whole:
            parts.insert(0, _lanes(x[:, :whole], LANE))
        return np.concatenate([mean for mean, _ in parts]), np.concatenate([m2 for _, m2 in parts])
    return _lanes(x, LANE)


def _lanes(x: Floats, width: int) -> tuple[Floats, Floats]:
    leaves = np.ascontiguousarray(x).reshape(x.shape[0], -1, width)
    first = leaves[..., 0]
    if width == LANE:
        apart = leaves - first[..., None]
    else:
        apart = np.zeros((*leaves.shape[:2], LANE))
        apart[..., :width] = leaves - first[..., None]
    shift = np.add.reduce(apart, axis=-1) / width
    apart[..., :width] -= shift[..., None]
    apart *= apart
    return np.ascontiguousarray((first + shift).T), np.ascontiguousarray(np.add.reduce(apart, axis=-1).T)


def join(left: MomentNode, right: MomentNode) -> MomentNode:
    """Join two neighbouring stretches (Chan, Golub and LeVeque 1983, equation 2.1); either may hold no draw."""
    count = left.count + right.count
    apart = right.mean - left.mean
    mean = left.mean + apart * (right.count / max(count, 1))
    m2 = left.m2 + right.m2 + apart * apart * (left.count * right.count / max(count, 1))
    return MomentNode(count, mean, m2)


def tree(nodes: Sequence[MomentNode]) -> MomentNode:
    """Join nodes in pairs of neighbours until one is left; an odd one waits for the next round.

    Parameters
    ----------
    nodes : sequence of MomentNode
        In the order of their draws; at least one.
    """
    level = list(nodes)
    while len(level) > 1:
        joined = [join(level[index], level[index + 1]) for index in range(0, len(level) - 1, 2)]
        level = joined + level[len(level) - len(level) % 2 :]
    return level[0]


def join_left(nodes: Sequence[MomentNode]) -> MomentNode:
    """Join what is left when neighbours were joined as soon as both were there: the same pairs as those of `tree`.

    Parameters
    ----------
    nodes : sequence of MomentNode
        Of falling numbers of leaves, each a power of two; at least one.
    """
    joined = nodes[-1]
    for node in reversed(nodes[:-1]):
        joined = join(node, joined)
    return joined


def lane_tree(mean: Floats, m2: Floats, counts: npt.NDArray[np.int64] | None = None) -> MomentNode:
    """Join the lanes of one chunk, as `tree` would, a whole round at once.

    Parameters
    ----------
    mean, m2 : array (lane, cell)
        0 where a lane holds no draw.
    counts : int array (lane,), optional
        Draws of each lane; all are full if left out.
    """
    count = np.full((mean.shape[0], 1), float(LANE)) if counts is None else counts[:, None].astype(np.float64)
    while mean.shape[0] > 1:
        even = mean.shape[0] // 2 * 2
        total = count[0:even:2] + count[1:even:2]
        parts = np.maximum(total, 1.0)
        apart = mean[1:even:2] - mean[0:even:2]
        joined = mean[0:even:2] + apart * (count[1:even:2] / parts)
        squares = m2[0:even:2] + m2[1:even:2] + apart * apart * (count[0:even:2] * count[1:even:2] / parts)
        mean = np.concatenate([joined, mean[even:]])
        m2 = np.concatenate([squares, m2[even:]])
        count = np.concatenate([total, count[even:]])
    return MomentNode(int(count[0, 0]), mean[0], m2[0])
