"""EVPPI by regression against nested Monte Carlo, in which the engine itself evaluates every inner draw.

An inner mean of few draws makes the best of several too high, by a part that falls with their number, so that twice
the value of all inner draws less the mean value of either half is free of it to the next order. Four standard errors:
a right estimate lies beyond once in 16,000 (normal), here of four comparisons; seeds are fixed.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import wellbeva
from wellbeva.analysis.uncertainty.information.evppi import InformationValues
from wellbeva.api.analyses import sample_of

SCENARIO = Path(__file__).parents[2] / "scenarios" / "easing-loneliness.yaml"
OUTER, INNER, WORTH, SURE = 512, 128, 15_000.0, 4


@pytest.fixture(scope="module")
def values() -> InformationValues:
    return InformationValues(sample_of(wellbeva.run(SCENARIO, seed=5).dataset), np.array([WORTH]))


@pytest.fixture(scope="module")
def ranked(values: InformationValues) -> list[str]:
    """Inputs by what each is worth alone."""
    return sorted(wellbeva.model(SCENARIO).inputs, key=lambda name: -values.of([name]).evppi[0])


@pytest.mark.thorough
@pytest.mark.parametrize("number", [1, 4])
def test_groups_of_inputs_are_worth_what_nested_draws_say(
    number: int, values: InformationValues, ranked: list[str]
) -> None:
    model, names = wellbeva.model(SCENARIO), ranked[:number]
    random = np.random.default_rng(11)
    rows = model.ppf(random.uniform(size=(OUTER * INNER, len(model.inputs)))).reshape(OUTER, INNER, -1)
    known = [model.inputs.index(name) for name in names]
    rows[..., known] = rows[:, :1, known]
    parts = []
    for some in np.split(rows, 4):
        outcomes = model(some.reshape(-1, len(model.inputs)))
        benefit = WORTH * outcomes["decision_effect"].values - outcomes["decision_cost"].values
        parts.append(benefit.reshape(len(some), INNER, -1))
    benefit = np.concatenate(parts)

    def highest(inner: np.ndarray) -> np.ndarray:
        return inner.mean(axis=1).max(axis=1)

    halves = (highest(benefit[:, : INNER // 2]) + highest(benefit[:, INNER // 2 :])) / 2
    best = benefit.mean(axis=(0, 1)).argmax()
    worth = 2 * highest(benefit) - halves - benefit[..., best].mean(axis=1)
    fitted = values.of(names)
    error = np.hypot(worth.std(ddof=1) / np.sqrt(OUTER), fitted.mcse[0])
    assert abs(worth.mean() - fitted.evppi[0]) < SURE * error
    assert abs(worth.mean() - fitted.held_out[0]) < SURE * error
    assert error < 0.1 * worth.mean()
