"""Where people stand after an offer, one by one: what the indices of a draw are worked out from."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from wellbeva.engine.inequality.indices import Choices, People

Floats = npt.NDArray[np.float64]


def people_after(before: Floats, share: Floats, moving: Floats, gain: Floats, choices: Choices | None = None) -> People:
    """Return them once a share of each group has moved, in one draw and for one option."""
    answers = np.arange(11.0)
    moved = np.clip(answers + gain[:, np.newaxis], 0.0, 10.0)
    level = np.concatenate([np.tile(answers, len(share)), moved.ravel()])
    weight = np.concatenate([((share * part)[:, np.newaxis] * before).ravel() for part in (1 - moving, moving)])
    return People(level, weight, np.tile(np.repeat(np.arange(len(share)), 11), 2), choices or Choices())
