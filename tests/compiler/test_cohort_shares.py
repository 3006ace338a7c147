"""A cohort whose yearly chances are counts of a study: Chancellor et al. (1997), four states of HIV."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from wellbeva import api
from wellbeva.analysis.tables.break_even import break_even_table

MODEL = """
schema: wellbeva/model/1
model: four_states
title: Four states, yearly
states: [a, b, c, dead]
start: {a: 1}
kind: cohort
parameters:
  move: {unit: share, by: [state, to], default: 0, doc: yearly chances}
  cost: {unit: money, by: option, default: £0, doc: cost}
transitions:
  a -> b: move[state=a, to=b]
  a -> c: move[state=a, to=c]
  a -> dead: move[state=a, to=dead]
  b -> c: move[state=b, to=c]
  b -> dead: move[state=b, to=dead]
  c -> dead: move[state=c, to=dead]
equations:
  life_years: sum(where(t > first and state != dead, occupancy, 0) * step, over=[state, time]) in year
  leave_a: sum(move[state=a], over=to) in share
  spent: cost * 1 in money
outcomes: [life_years, leave_a, spent]
"""

SCENARIO = """
schema: wellbeva/scenario/1
scenario: Zidovudine alone
model: four_states
appraisal: {prices: 1996, currency: GBP}
time: {step: year, from: 0, to: 20}
comparator: nothing
choose: several
options:
  mono: {label: One drug}
values:
  move:
    by: state
    a: {dirichlet: {a: 1251, b: 350, c: 116, dead: 17}}
    b: {dirichlet: {b: 731, c: 512, dead: 15}}
    c: {dirichlet: {c: 1312, dead: 437}}
    dead: {dead: 1}
    source: assumed
"""

COUNTS = {"a": [1251, 350, 116, 17], "b": [0, 731, 512, 15], "c": [0, 0, 1312, 437], "dead": [0, 0, 0, 1]}


def life_years(chances: np.ndarray) -> np.ndarray:
    """Years alive, by powers of the matrix, array (…, 4, 4) to (…)."""
    here = np.zeros((*chances.shape[:-2], 1, 4))
    here[..., 0] = 1
    total = np.zeros(chances.shape[:-2])
    for _ in range(20):
        here = here @ chances
        total = total + here[..., 0, :3].sum(axis=-1)
    return total


def test_dirichlet_rows_of_a_cohort(write: Callable[..., Path]) -> None:
    """Base case 7.991207 years: Briggs, Claxton and Sculpher (2006), exercise 2.5, as recomputed by heemod.

    All rows add to 1 in every draw, and each draw's years are those of its own matrix (tolerance: some hundreds of
    epsilons for 20 products of 4 terms). Averages of shares within 6 standard errors of the counts' own.
    """
    done = api.run(write(model=MODEL, scenario=SCENARIO, name="four_states"), draws=8192)
    plan = done.compiled.plan
    assert [one.kind for one in plan.joints] == ["dirichlet"] * 3
    assert [one.matrix.tolist() for one in plan.joints] == [[1251, 350, 116, 17], [731, 512, 15], [1312, 437]]
    exact = np.array([np.array(row) / sum(row) for row in COUNTS.values()])
    assert plan.parameter("move").values == pytest.approx(exact, rel=1e-15)
    years = done.dataset["life_years"]
    assert float(years.sel(statistic="base_case").squeeze()) == pytest.approx(7.991207, abs=5e-7)
    assert float(years.sel(statistic="base_case").squeeze()) == pytest.approx(float(life_years(exact)), rel=1e-13)
    drawn = np.zeros((8192, 4, 4))
    drawn[:, 3, 3] = 1
    for name, column in zip(done.dataset["element"].values, done.dataset["inputs"].values, strict=True):
        state, to = str(name).removeprefix("move[").rstrip("]").split(", ")
        drawn[:, list(COUNTS).index(state), list(COUNTS).index(to)] = column
    assert np.abs(drawn.sum(axis=-1) - 1).max() <= 4 * np.finfo(float).eps
    assert done.dataset["draws_life_years"].values.ravel() == pytest.approx(life_years(drawn), rel=1e-12)
    each = drawn.reshape(16, 512, 4, 4).mean(axis=1)
    error = each.std(axis=0, ddof=1) / 4
    assert (np.abs(each.mean(axis=0) - exact) <= 6 * error + 1e-15).all()
    # The spread of a beta: sqrt(p (1 - p) / (A + 1)); an sd of 8,192 draws is within 5%, some 6 of its errors.
    spread = np.sqrt(exact[0] * (1 - exact[0]) / (1734 + 1))
    assert drawn[:, 0].std(axis=0) == pytest.approx(spread, rel=0.05)


def test_r66_a_count_of_nought_is_a_share_of_zero(write: Callable[..., Path]) -> None:
    """Nobody was seen to die in the first state: as if the label were left out, which the default of 0 allows."""
    nought = SCENARIO.replace("c: 116, dead: 17}", "c: 116, dead: 0}")
    left_out = SCENARIO.replace("c: 116, dead: 17}", "c: 116}")
    plans = [api.load(write(model=MODEL, scenario=one, name="four_states")).plan for one in (nought, left_out)]
    assert plans[0].joints[0].matrix.tolist() == [1251, 350, 116]
    assert plans[0].parameter("move").values.tolist() == plans[1].parameter("move").values.tolist()
    assert plans[0].parameter("move").values[0, 3] == 0
    years = [api.run(write(model=MODEL, scenario=one, name="four_states"), draws=8192) for one in (nought, left_out)]
    assert np.array_equal(years[0].dataset["life_years"], years[1].dataset["life_years"])


def test_r55_no_break_even_is_looked_for_among_shares_that_add_to_1(write: Callable[..., Path]) -> None:
    model = MODEL.replace("outcomes:", "  net: life_years * value - spent in money\noutcomes:").replace(
        "spent]", "spent, net]\nbreak_even: {move: net}"
    )
    model = model.replace("transitions:", "  value: {unit: money/year, default: £1000, doc: of a year}\ntransitions:")
    table = break_even_table(api.load(write(model=model, scenario=SCENARIO, name="four_states")).plan)
    assert table["reason"].tolist() == ["shares"]
    assert table["value"].isna().all()
