"""Value of knowing two inputs for certain, for each pair: what is worth little alone may be worth much together.

The interaction of a pair is its value less the sum of the values of both alone, all of them held out: fitted values are
too high by more for two inputs than for one. It is above 0 where one input matters only beside the other, as the
factors of a product do, and below 0 where either would settle the choice.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from typing import TYPE_CHECKING, Final

import numpy as np

from wellbeva.analysis.uncertainty.information.evppi import Gains, InformationValues
from wellbeva.analysis.uncertainty.sample import DecisionSample
from wellbeva.core.arrays import Floats

if TYPE_CHECKING:
    import pandas as pd

MOST: Final = 40
"""Most inputs whose pairs are all valued: 780 pairs, each of some 20 ms at 10^5 draws."""
_THREADS: Final = 2
"""Pairs that are fitted at a time; Python's own share lets more gain nothing."""


def paired(sample: DecisionSample) -> tuple[str, ...]:
    """Return the inputs whose pairs are valued: those that vary."""
    return tuple(name for name, values in sample.informed.inputs.items() if np.ptp(values) > 0)


def pair_table(
    sample: DecisionSample, wtp: Floats, *, progress: Callable[[int, int], None] | None = None
) -> pd.DataFrame:
    """Return the value of knowing each two inputs for certain, the most valuable first; the same on any threads.

    Parameters
    ----------
    sample : DecisionSample
    wtp : array (threshold,) [money/effect]
    progress : callable, optional
        Called with how many pairs are done, and how many there are.

    Returns
    -------
    DataFrame
        ``first, second, wtp, evppi, se, held_out, first_evppi, second_evppi, interaction, interaction_se``, see
        `information.evppi.Information`; the last is the standard error of the interaction by the noise of the draws.
    """
    import pandas as pd

    values, names = InformationValues(sample, wtp), paired(sample)

    def gains(*known: str) -> Gains:
        return values.gains(values.means_given([values.regressors[name] for name in known]))

    alone = {name: gains(name) for name in names}

    def row(pair: tuple[str, str]) -> pd.DataFrame:
        both, (first, second) = gains(*pair), (alone[name] for name in pair)
        apart = both.held_out - first.held_out - second.held_out
        evppi, *singles = (gain.fitted.mean(axis=1) for gain in (both, first, second))
        return pd.DataFrame({
            "first": pair[0], "second": pair[1], "wtp": wtp,
            "evppi": evppi, "se": values.sample.error_of_mean(both.held_out.T), "held_out": both.held_out.mean(axis=1),
            "first_evppi": singles[0], "second_evppi": singles[1], "interaction": apart.mean(axis=1),
            "interaction_se": values.sample.error_of_mean(apart.T),
        })  # fmt: skip

    pairs, rows = list(combinations(names, 2)), []
    with ThreadPoolExecutor(_THREADS) as threads:
        for made in threads.map(row, pairs):
            rows.append(made)
            if progress is not None:
                progress(len(rows), len(pairs))
    rows.sort(key=lambda one: -one["evppi"].iloc[len(wtp) // 2])
    return pd.concat(rows, ignore_index=True)
