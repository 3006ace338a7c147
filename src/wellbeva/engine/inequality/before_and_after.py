"""Indices of inequality before and after each option, for many draws (semantics R192 to R195)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from wellbeva.core.arrays import Floats
from wellbeva.engine.inequality.indices import INDICES, Choices
from wellbeva.engine.inequality.kernel import WIDTH, all_indices


def indices_after(
    before: Floats, share: Floats, moving: Floats, gain: Floats, choices: Choices | None = None, *, threads: int = 1
) -> Floats:
    """Return all indices after each option; where nobody moves, they are those before.

    Parameters
    ----------
    before : array (draw, group, answer) [share]
        Arrays may have one draw that stands for all.
    share : array (draw, group) [share]
    moving : array (draw, option, group) [share]
    gain : array (draw, option, group) [LS]
    choices : Choices, optional
    threads : int

    Returns
    -------
    array (draw, option, index)
        In the order of `INDICES`; NaN where one is undefined.
    """
    choices = choices or Choices()
    before, share, moving, gain = (
        np.ascontiguousarray(array, dtype=np.float64) for array in (before, share, moving, gain)
    )
    draws = max(len(array) for array in (before, share, moving, gain))
    out = np.empty((draws, moving.shape[1], len(INDICES)))
    aversions = np.array([1.0 - choices.atkinson, choices.kolm])
    answers = np.arange(float(WIDTH))
    loss = np.exp(-choices.kolm * answers)

    def stretch(start: int, stop: int) -> None:
        all_indices(before, share, moving, gain, start, stop, choices.line, aversions, answers, loss, out)

    ends = [draws * step // threads for step in range(threads + 1)]
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(stretch, ends[:-1], ends[1:]))
    return out
