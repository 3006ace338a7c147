"""League at one budget, bands, and the form of the answer."""

import numpy as np
import pytest

from tests.tiers import thorough_after
from wellbeva.analysis.decision_arrays import share_ahead
from wellbeva.analysis.headline import answer
from wellbeva.analysis.tables.league import league
from wellbeva.engine.reductions.leaves.numpy_leaves import rank
from wellbeva.engine.run.block_loop import run
from wellbeva.engine.run.settings import RunSettings
from wellbeva.results.dataset import build


def beaten(dataset, share):
    """The same run with the first ahead of the second in another share of draws."""
    found = dataset.copy(deep=True)
    found["beats"].values[0, 1], found["beats"].values[1, 0] = share, 1 - share
    return found


def test_budget_buys_at_constant_returns(offers):
    found = league(offers, budget=1_000_000)
    first = found.rows.iloc[0]
    mean = offers["decision_effect"].sel(statistic="mean", decision_option="visits").item()
    assert first["option"] == "visits"
    assert first["times_bought"] == pytest.approx(5)
    assert first["wellbys_at_budget"] == pytest.approx(5 * mean)
    assert first["net_benefit_at_budget"] == pytest.approx(5 * mean * 16_000 - 1_000_000)
    assert np.isnan(found.rows.iloc[1]["beats_next"])


@pytest.mark.parametrize(("share", "bands"), [(0.899, 1), (0.9, 2)])
def test_a_band_starts_at_nine_of_ten(offers, share, bands):
    assert len(league(beaten(offers, share)).bands) == bands


def test_ties_between_neighbours_count_half(offers):
    found = beaten(offers, 0.85)
    found["beats"].values[1, 0] = 0.05  # a tie in one draw of ten: 0.85 + 0.05
    assert league(found).rows.iloc[0]["beats_next"] == pytest.approx(0.9)


def test_an_offer_that_gains_nothing_stands_apart(small):
    case = small.small_case(choose="several", effect=np.asarray([-0.4, 0.1]))
    found = league(build(case.plan, case.result), budget=1e6)
    assert list(found.rows["option"]) == ["calls"]
    assert list(found.apart[["option", "reason"]].iloc[0]) == ["visits", "gain not clearly above 0"]


@pytest.mark.parametrize(("price", "reason"), [(0.0, "no cost"), (-10.0, "saves money")])
@pytest.mark.parametrize("last", [0.1, 4.0])
def test_an_offer_that_gains_and_costs_nothing_stands_first(small, price, reason, last):
    """R53: however much the other gains for each pound; its ratio is empty and says why (R38)."""
    case = small.small_case(choose="several", effect=np.asarray([last, 0.4]), price=np.asarray([1800.0, price]))
    dataset = build(case.plan, case.result)
    found = league(dataset, budget=1e6)
    assert list(found.rows["option"]) == ["calls", "visits"]
    assert found.rows["reason"].tolist() == [reason, ""]
    assert np.isnan(found.rows.loc[0, ["wellbys_per_1000", "times_bought"]].astype(float)).all()
    assert found.rows.loc[0, "beats_next"] > 0.9
    assert answer(dataset).free == ("calls",)
    unknown = league(dataset, no_cost_given=["calls"])
    assert unknown.apart[["option", "reason"]].to_numpy().tolist() == [["calls", "no cost given"]]


def test_of_two_that_save_money_the_one_with_the_higher_net_benefit_is_ahead(small):
    """R53: by a ratio the smaller gain for the same saving would come first."""
    case = small.small_case(choose="several", effect=np.asarray([0.1, 4.0]), price=np.asarray([-10.0, -10.0]))
    plan, beats = case.plan, np.zeros((2, 2), dtype=np.int32)
    effect, cost = np.array([[1.0], [2.0]]), np.array([[-10.0], [-10.0]])
    rank(effect, cost, effect - cost, beats, several=True)
    assert beats.tolist() == [[0, 0], [1, 0]]
    compiled, blocked = (run(plan, RunSettings(draws=8192, engine=engine)) for engine in ("compiled", "blocked"))
    assert (compiled.tally.beats == blocked.tally.beats).all()
    assert list(league(build(plan, blocked)).rows["option"]) == ["calls", "visits"]
    assert league(build(plan, blocked)).rows.loc[0, "beats_next"] > 0.99


@pytest.mark.parametrize(
    ("share", "grade", "form"),
    [
        (0.69, "strong", "too close"),
        (0.7, "strong", "leading"),
        (0.9, "promising", "clear"),
        (0.95, "initial", "leading"),
    ],
)
@pytest.mark.parametrize("choose", ["rivals", "offers"])
def test_form_of_the_answer(request, choose, share, grade, form):
    dataset = beaten(request.getfixturevalue(choose), share)
    if choose == "rivals":
        # visits is best on average; the second is doing nothing, third in the order of options
        dataset["beats"].values[0, 2], dataset["beats"].values[2, 0] = share, 1 - share
    assert answer(dataset, grades={"visits": grade}).form == form


def test_a_share_within_two_errors_of_an_edge_is_not_settled(offers):
    found = beaten(offers, 0.895)
    found["beats_mcse"].values[:] = 0.003
    assert not answer(found).settled
    found["beats_mcse"].values[:] = 0.002
    assert answer(found).settled


@pytest.mark.parametrize("choose", ["one", "several"])
@pytest.mark.parametrize(
    ("effect", "form"), [((-0.4, -0.1), "harmful"), ((0.04, 0.01), "nothing pays"), ((0.04, -0.3), "nothing pays")]
)
def test_when_nothing_is_worth_it(small, choose, effect, form):
    case = small.small_case(choose=choose, effect=np.asarray(effect))
    assert answer(build(case.plan, case.result)).form == form


def test_equal_in_every_draw_is_a_tie(offers):
    found = beaten(offers, 0.0)
    found["beats"].values[1, 0] = 0.0
    assert answer(found, grades={"visits": "strong"}).form == "tie"
    assert share_ahead(found, 0, 1)[0] == 0.5


@pytest.mark.parametrize("choose", ["one", "several"])
@pytest.mark.parametrize("engine", thorough_after(1, ["blocked", "compiled"]))
@pytest.mark.parametrize("levels", [True, False])
def test_of_many_options_the_kept_draws_tell_who_is_ahead(small, monkeypatch, choose, engine, levels):
    """R82: pairs are counted of some 500 options at most; where all draws are kept, both ways give the same numbers."""
    plan = small.small_case(choose=choose, effect=np.asarray([0.4, 0.1]), levels=levels).plan
    every = build(plan, run(plan, RunSettings(draws=8192, engine=engine)))
    for module in ("wellbeva.engine.reductions.decision_counts", "wellbeva.results.variables"):
        monkeypatch.setattr(f"{module}.ALL_PAIRS", 1)
    result = run(plan, RunSettings(draws=8192, engine=engine))
    assert result.tally.beats.size == 0
    kept = build(plan, result)
    assert "beats" not in kept
    options = range(kept.sizes["decision_option"])
    for first, second in ((a, b) for a in options for b in options):
        expected = share_ahead(every, first, second)
        assert share_ahead(kept, first, second) == pytest.approx(expected, rel=1e-12, abs=1e-15)
    assert answer(every) == answer(kept)
