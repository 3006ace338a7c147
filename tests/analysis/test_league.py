"""League at one budget, bands, and the form of the answer."""

import numpy as np
import pytest

from wellbeva.analysis.answer import answer
from wellbeva.analysis.league import league
from wellbeva.results import build


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


@pytest.mark.parametrize(
    ("effect", "price", "reason"),
    [(-0.4, 2000, "gain not above 0"), (0.4, 0, "no cost"), (0.4, -10, "saves money")],
)
def test_who_has_no_ratio_stands_apart(small, effect, price, reason):
    case = small.small_case(
        choose="several", effect=np.asarray([effect, 0.1]), price=np.asarray([float(price), 1800.0])
    )
    found = league(build(case.plan, case.result), budget=1e6)
    assert list(found.rows["option"]) == ["calls"]
    assert list(found.apart[["option", "reason"]].iloc[0]) == ["visits", reason]


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
    found = answer(dataset, grades={"visits": grade})
    assert (found.form, found.best, found.second) == (form, "visits", "nothing" if choose == "rivals" else "calls")
    assert found.share == pytest.approx(share)
    assert (found.level, found.value) == ("central", 16_000)
    assert found.not_repaying == ("calls",)


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
    verdict = answer(found, grades={"visits": "strong"})
    assert (verdict.form, verdict.share) == ("tie", 0.5)
