"""Indices of inequality before and after each option, for many draws (semantics R192 to R195)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Final

import numpy as np

from wellbeva.engine.inequality.indices import INDICES, TOP, Choices, Floats
from wellbeva.engine.inequality.kernel import STRETCHES, TERMS, WIDTH, all_indices
from wellbeva.errors import refusal

_LIMITS: Final = {"line": (1, TOP), "atkinson": (0.01, 5.0), "kolm": (0.001, 50.0)}


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

    Raises
    ------
    WellbevaError
        WB-R520 where a choice has no meaning.
    """
    choices = choices or Choices()
    _check(choices)
    before, share, moving, gain = (
        np.ascontiguousarray(array, dtype=np.float64) for array in (before, share, moving, gain)
    )
    draws = max(len(array) for array in (before, share, moving, gain))
    out = np.empty((draws, moving.shape[1], len(INDICES)))
    power = 1.0 - choices.atkinson
    aversions = np.array([power, choices.kolm])
    columns = np.arange(float(WIDTH))
    powers = np.append(0.0, np.log(columns[1:]) if power == 0 else columns[1:] ** power)
    loss, (series, terms) = np.exp(-choices.kolm * columns), _series(power)

    def stretch(start: int, stop: int) -> None:
        all_indices(
            before, share, moving, gain, start, stop, int(choices.line), aversions, loss, powers, series, terms, out
        )

    ends = [draws * step // threads for step in range(threads + 1)]
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(stretch, ends[:-1], ends[1:]))
    return out


def _check(choices: Choices) -> None:
    for name, (low, high) in _LIMITS.items():
        value = getattr(choices, name)
        if not low <= value <= high or (name == "line" and value != int(value)):
            raise refusal(
                "WB-R520",
                f"{name} cannot be {value:g}",
                "choose another; beyond, whoever is worst off alone decides, or rounding does",
                f"it lies between {low:g} and {high:g}",
                "a line is one of the answers",
            )


def _series(power: float) -> tuple[Floats, Floats]:
    """Return the series for powers of `kernel.all_indices`, and its terms: (1 + r)^power, of power 0 log(1 + r)."""
    middle = np.arange(WIDTH) + (np.arange(STRETCHES)[:, np.newaxis] + 0.5) / STRETCHES
    n = np.arange(1.0, TERMS)
    if power == 0:
        return np.stack([np.log(middle), np.ones_like(middle)], axis=1), np.append(0.0, -((-1.0) ** n) / n)
    return (
        np.stack([np.zeros_like(middle), middle**power], axis=1),
        np.append(1.0, np.cumprod((power - n + 1) / n)),
    )
