"""The tables of equity: equally distributed equivalents in closed form, and the aversion at which the choice turns."""

from __future__ import annotations

from math import cosh, exp, log
from pathlib import Path

import numpy as np
import pytest

from wellbeva import api
from wellbeva.analysis.tables.groups.equity import INDICES, QUADRANTS, equally_distributed

SCENARIO = Path(__file__).parents[2] / "scenarios/appraisal/distributional.yaml"
TWO = """
schema: wellbeva/scenario/1
scenario: Half a point for the worse off, or somewhat less in all for everybody
model: distributional
appraisal: green-book-2026
time: {step: year, from: 0, to: 0}
comparator: nothing
choose: one
groups:
  low: {label: Low, answers: {by: answer, 4: 80%, 5: 20%, else: 0%}}
  high: {label: High, answers: {by: answer, 7: 60%, 8: 40%, else: 0%}}
options:
  worse_off: {label: Worse off, people: 100 people, effect: {by: group, low: 0.5, high: 0}, hold: 1 year}
  everybody: {label: Everybody, people: 100 people, effect: GAIN, hold: 1 year}
values: {population: 100 people, controlled: true}
axes: {payer: {council: Council}, body: {nobody: Nobody}}
sources: {assumed_here: {cite: Made up, evidence: assumed, covers: all}}
"""


def two_groups(folder: Path, gain: float, **changes: str) -> api.Run:
    """Return the run of two groups at 4.2 and 7.4."""
    text = TWO.replace("GAIN", f"{gain:.15g}")
    for old, new in changes.items():
        text = text.replace(f"{old}: one", f"{old}: {new}")
    (folder / "two.yaml").write_text(text.lstrip(), encoding="utf-8")
    return api.run(folder / "two.yaml", draws=512)


@pytest.mark.parametrize("aversion", [0.0, 1e-9, 0.5, 1.0, 1 + 1e-9, 2.0, 10.95, 50.0])
def test_of_a_lognormal_and_of_a_normal_in_closed_form(aversion: float) -> None:
    """R198: Atkinson's of a lognormal is exp(mu + (1 - e) s^2 / 2) and Kolm's of a normal is mean - k s^2 / 2.

    As groups: the nodes of Gauss and Hermite's rule with 80 points, exact to rounding as long as the exponent
    (1 - e) s and k s stays below some 5 standard deviations.
    """
    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    shares, spread = weights / weights.sum(), 0.1
    atkinson = equally_distributed(np.exp(2 + spread * nodes), shares, np.asarray(aversion), index="Atkinson")
    assert float(atkinson) == pytest.approx(exp(2 + (1 - aversion) * spread**2 / 2), rel=1e-13)
    kolm = equally_distributed(7 + spread * nodes, shares, np.asarray(aversion), index="Kolm")
    assert float(kolm) == pytest.approx(7 - aversion * spread**2 / 2, rel=1e-13)


def test_levels_far_apart_at_the_greatest_aversion_neither_overflow_nor_vanish() -> None:
    """R198: at 50 the worst off of two is all that counts, but for its share."""
    levels, shares = np.array([0.5, 10.0]), np.array([0.5, 0.5])
    assert float(equally_distributed(levels, shares, np.asarray(50.0), index="Kolm")) == pytest.approx(
        0.5 + log(2) / 50, rel=1e-12
    )
    assert float(equally_distributed(levels, shares, np.asarray(50.0), index="Atkinson")) == pytest.approx(
        0.5 * 2 ** (1 / 49), rel=1e-12
    )


def test_the_choice_turns_where_the_closed_form_says(tmp_path: Path) -> None:
    """R199: of two groups d apart, Kolm's falls short of the mean by log cosh(k d / 2) / k; here k is 1."""
    apart, gain = 3.2, 0.25 + log(cosh(3.2 / 2)) - log(cosh(2.7 / 2))
    found = two_groups(tmp_path, gain).tables["equity_turning"].set_index(["index", "option"])
    assert set(found["against"]) == {"everybody"}
    assert found["aversion"]["Kolm", "worse_off"] == pytest.approx(1, rel=1e-9)
    assert found["reason"]["Kolm", "nothing"] == "never"
    assert gain < apart


def test_of_a_larger_gain_no_aversion_turns_the_choice(tmp_path: Path) -> None:
    """R199: half a point for everybody is as good for the worse off, and more for the others."""
    found = two_groups(tmp_path, 0.5).tables["equity_turning"]
    assert found["aversion"].isna().all()
    assert set(found["reason"]) == {"never"}


def test_of_offers_each_is_held_against_the_comparator(tmp_path: Path) -> None:
    """R199."""
    found = two_groups(tmp_path, 0.3, choose="several\nbudget: £1,000 in 2023 prices").tables["equity_turning"]
    assert set(found["against"]) == {"nothing"}
    assert set(found["reason"]) == {"always"}


def test_the_tables_of_the_shipped_scenario_agree_with_each_other() -> None:
    """R199: chances add up to 1, and the choice turns between the two aversions whose means say so."""
    run = api.run(SCENARIO, draws=8192)
    table, turning = run.tables["equity"], run.tables["equity_turning"].set_index(["index", "option"])
    averse = table[table["aversion"] > 0]
    assert averse[list(QUADRANTS)].sum(axis=1).to_numpy() == pytest.approx(1, rel=1e-12)
    assert table[table["aversion"] == 0][list(QUADRANTS)].isna().all(axis=None)
    assert (averse["ede_gain_mcse"] > 0).all()
    np.testing.assert_allclose(table["equity"], table["ede_gain"] - table["wellbys_net"], atol=1e-7)
    for index in INDICES.values():
        gains = table[table["index"] == index].pivot(index="aversion", columns="option", values="ede_gain")
        ahead = gains["help"] > gains["walks"]
        turn = turning["aversion"][index, "help"]
        assert list(ahead) == [aversion > turn for aversion in gains.index]
        assert 0 < turn < gains.index.max()
