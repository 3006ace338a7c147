"""Structural uncertainty: several models, one of them right, each with a weight.

References
----------
Bojke, Claxton, Sculpher, Palmer (2009), Value in Health 12(5), 739-749. doi:10.1111/j.1524-4733.2008.00502.x
Strong, Oakley (2014), SIAM/ASA Journal on Uncertainty Quantification 2(1), 106-125. doi:10.1137/120889563
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from wellbeva.analysis.uncertainty.sample import DecisionSample
from wellbeva.core.arrays import Floats

if TYPE_CHECKING:
    import pandas as pd

AVERAGED = "averaged"
_ALIKE = 1e-12


def structural_tables(
    samples: Mapping[str, DecisionSample], weights: Mapping[str, float], wtp: Floats
) -> dict[str, pd.DataFrame]:
    """Average a decision over structures, and say what it would be worth to know which is right.

    Parameters
    ----------
    samples : mapping of structure to DecisionSample
        Of the same options, and with the same draws of what they share.
    weights : mapping of structure to float
        That it is right; they add to 1.
    wtp : array (threshold,) [money/effect]

    Returns
    -------
    dict of DataFrame
        ``structural``: ``structure, weight, wtp, option, net_benefit, se, prob_best, best``; the rows ``averaged`` are
        means over the structures, as if each draw had first drawn its structure. ``structural_information``: ``wtp,
        best, evpi, evppi, se, share_of_variance``: what knowing everything, and the structure alone, is worth; and its
        share of the variance of how much the best option leads the next.
    """
    import pandas as pd

    names, first = [*samples], next(iter(samples.values()))
    weight = np.array([weights[name] for name in names])
    rows, known = [], []
    for value in wtp:
        benefit = np.stack([value * one.effect - one.cost for one in samples.values()])
        top = benefit.max(axis=2, keepdims=True)
        ahead = benefit >= top - _ALIKE * np.abs(benefit).max(axis=2, keepdims=True)
        chance = (ahead / ahead.sum(axis=2, keepdims=True)).mean(axis=1)
        mean, averaged = benefit.mean(axis=1), np.tensordot(weight, benefit, 1)
        for name, each, draws, prob in zip(
            [*names, AVERAGED],
            [*weight, 1.0],
            [*benefit, averaged],
            [*chance, weight @ chance],
            strict=True,
        ):
            net, se = draws.mean(axis=0), first.error_of_mean(draws)
            about = {"structure": name, "weight": each, "wtp": value, "option": first.options}
            columns = {"net_benefit": net, "se": se, "prob_best": prob, "best": net == net.max()}
            rows.append(pd.DataFrame(about | columns))
        best, second = np.argsort(-averaged.mean(axis=0), kind="stable")[:2]
        own = benefit[np.arange(len(names)), :, mean.argmax(axis=1)]
        gain = weight @ (own - benefit[:, :, best])
        lead = benefit[:, :, best] - benefit[:, :, second]
        of_means = weight @ (lead.mean(axis=1) - weight @ lead.mean(axis=1)) ** 2
        variance = of_means + weight @ lead.var(axis=1)
        known.append(
            {
                "wtp": value,
                "best": first.options[best],
                "evpi": float((weight @ (top[:, :, 0] - benefit[:, :, best])).mean()),
                "evppi": float(gain.mean()),
                "se": float(first.error_of_mean(gain)),
                "share_of_variance": of_means / variance if variance > 0 else np.nan,
            }
        )
    return {"structural": pd.concat(rows, ignore_index=True), "structural_information": pd.DataFrame(known)}
