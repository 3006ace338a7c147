"""The best purchase under a budget: equal to trying every one, monotone in the budget, infeasible limits named."""

from __future__ import annotations

import itertools
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tiers import examples, thorough_after
from wellbeva.analysis.portfolio import purchase
from wellbeva.analysis.portfolio.choices import Choices, Limit
from wellbeva.analysis.portfolio.purchase import best_purchase, best_purchases, conflict, marginal_value


def whole(n: int, **rules) -> Choices:
    ones = np.ones(n, dtype=np.int64)
    return Choices(tuple(f"o{index}" for index in range(n)), ones, ones, **rules)


def by_trial(choices: Choices, value, cost, budget):
    """The highest value of any purchase, None where there is none."""
    numbers = [(0, *range(least, most + 1)) for least, most in zip(choices.least, choices.most, strict=True)]
    tried = np.array([*itertools.product(*numbers)])
    fit = tried[tried @ cost <= budget * (1 + 1e-12)]
    values = [float(units @ value) for units in fit if choices.allows(units)]
    return max(values, default=None)


def table(rng, n):
    """Random costs and values, many of them round, so that there are ties and exact fits; some free, some harmful."""
    cost = rng.lognormal(10, 1, n) * (rng.random(n) > 0.05)
    value = rng.normal(1, 1, n) * np.maximum(cost, 1000)
    if rng.random() < 0.4:
        cost, value = np.round(cost, -4), np.round(value, -4)
    return value, cost, float(np.round(cost.sum() * rng.random(), -4))


@pytest.mark.parametrize("number", thorough_after(30, range(150)))
def test_a_budget_alone_is_spent_as_if_every_set_were_tried(number):
    rng = np.random.default_rng(number)
    n = int(rng.integers(1, 13))
    value, cost, budget = table(rng, n)
    wanted = by_trial(whole(n), value, cost, budget)
    near = pytest.approx(wanted, abs=1e-6 * np.abs(value).max(initial=1))
    assert best_purchase(whole(n), value, cost, budget) @ value == near
    largest = np.abs(value).max(initial=1)
    assert purchase._by_list(value, cost, budget) @ value == near
    assert purchase._by_programme(whole(n), value / largest, Limit("budget", cost, most=budget)) @ value == near


@pytest.mark.parametrize("number", thorough_after(30, range(150)))
def test_every_rule_is_kept_as_if_every_set_were_tried(number):
    rng = np.random.default_rng(1000 + number)
    n = int(rng.integers(4, 11))
    value, cost, budget = table(rng, n)
    people, paid = rng.random(n), cost * rng.random(n)
    choices = whole(
        n,
        exclusive=((0, 1), (1, 2, 3)),
        needs=((2, 0), (3, 2)),
        limits=(Limit("people", people, least=people.sum() * 0.15), Limit("council", paid, most=budget * 0.4)),
    )
    wanted = by_trial(choices, value, cost, budget)
    found = best_purchase(choices, value, cost, budget)
    if wanted is None:
        assert found is None
        assert 1 <= len(conflict(choices, cost, budget)) <= 3
    else:
        assert choices.allows(found)
        assert found @ value == pytest.approx(wanted, abs=1e-6 * np.abs(value).max(initial=1))


@pytest.mark.parametrize("number", thorough_after(15, range(60)))
def test_bundles_are_bought_as_if_every_set_were_tried_and_as_a_programme_would(number):
    rng = np.random.default_rng(3000 + number)
    n = 9
    choices = Choices(
        tuple("abcdefghi"),
        least=np.array([1, 1, 1, 1, 1, 1, 1, 2, 1]),
        most=np.array([1, 1, 1, 1, 1, 1, 1, 5, 1]),
        exclusive=((0, 1), (1, 2, 3)),
        needs=((4, 0), (4, 1), (5, 7)),  # so that the fifth offer can never be bought
    )
    value, cost, budget = table(rng, n)
    wanted = by_trial(choices, value, cost, budget)
    found = best_purchase(choices, value, cost, budget)
    assert choices.listed
    assert choices.allows(found)
    scale = np.abs(value * choices.most).max(initial=1)
    assert found @ value == pytest.approx(wanted, abs=1e-6 * scale)
    assert purchase._by_programme(choices, value / scale, Limit("budget", cost, most=budget)) @ value == pytest.approx(
        wanted, abs=1e-6 * scale
    )


@pytest.mark.parametrize("number", thorough_after(10, range(40)))
def test_places_are_whole_and_within_their_scale(number):
    rng = np.random.default_rng(2000 + number)
    least, most = rng.integers(1, 5, 4), rng.integers(5, 9, 4)
    choices = Choices(tuple("abcd"), least, most, exclusive=((0, 1),))
    value, cost, budget = table(rng, 4)
    found = best_purchase(choices, value, cost, budget * 4)
    assert choices.allows(found)
    wanted = by_trial(choices, value, cost, budget * 4)
    assert found @ value == pytest.approx(wanted, abs=1e-6 * np.abs(value * most).max(initial=1))


@settings(deadline=None, max_examples=examples(60))
@given(st.integers(0, 10_000))
def test_more_budget_never_gains_less_and_its_marginal_value_falls(seed):
    rng = np.random.default_rng(seed)
    value, cost, budget = table(rng, 8)
    budgets = budget * np.linspace(0, 2, 9)
    gained = [best_purchase(whole(8), value, cost, one) @ value for one in budgets]
    assert (np.diff(gained) >= -1e-6 * np.abs(value).max()).all()
    marginal = [marginal_value(whole(8), value, cost, one) for one in budgets]
    assert (np.diff(marginal) <= 1e-9 * max(marginal)).all()
    assert min(marginal) >= 0


def test_the_marginal_value_is_that_of_the_next_offer_in_part():
    value, cost = np.array([30.0, 10.0, -1.0]), np.array([10.0, 10.0, 10.0])
    found = [marginal_value(whole(3), value, cost, budget) for budget in (0.0, 5.0, 10.0, 19.0, 20.0)]
    assert found == pytest.approx([3, 3, 1, 1, 0])


@pytest.mark.parametrize("seed", range(8))
def test_the_marginal_value_has_the_bits_of_the_programme(seed):
    rng = np.random.default_rng(seed)
    value, cost, budget = table(rng, 8)
    lax = whole(8, limits=(Limit("all", np.ones(8), most=9.0),))
    for one in budget * np.linspace(0, 2, 9):
        assert marginal_value(whole(8), value, cost, one) == marginal_value(lax, value, cost, one)


def test_ties_go_by_the_order_of_the_file():
    same = np.full(6, 5.0)
    assert best_purchase(whole(6), same, np.full(6, 2.0), 6.0).tolist() == [1, 1, 1, 0, 0, 0]
    late = whole(6, exclusive=((3, 4),))
    assert best_purchase(late, same, np.full(6, 2.0), 10.0).tolist() == [1, 1, 1, 1, 0, 1]


def test_a_budget_below_the_cheapest_buys_nothing_and_one_that_just_fits_buys_it():
    value, cost = np.array([5.0, 4.0]), np.array([0.3, 0.1 + 0.2])
    assert best_purchase(whole(2), value, cost, 0.29).tolist() == [0, 0]
    assert best_purchase(whole(2), value, cost, 0.3).tolist() == [1, 0]
    assert best_purchase(whole(2), value, cost, 0.6).tolist() == [1, 1]
    assert best_purchase(whole(2), value, np.zeros(2), 0.0).tolist() == [1, 1]


def test_what_is_needed_is_bought_although_it_gains_nothing():
    value, cost = np.array([-1.0, 5.0]), np.array([1.0, 1.0])
    choices = whole(2, needs=((1, 0),))
    assert best_purchase(choices, value, cost, 2.0).tolist() == [1, 1]
    assert best_purchase(choices, value, cost, 1.0).tolist() == [0, 0]


def test_the_two_limits_that_disagree_are_named():
    cost = np.array([3.0, 4.0])
    served, paid = Limit("served", np.array([10.0, 12.0]), least=20.0), Limit("paid", np.zeros(2), most=1.0)
    choices = whole(2, limits=(paid, served))
    assert [one.name for one in conflict(choices, cost, 5.0)] == ["budget", "served"]
    alone = whole(2, limits=(Limit("served", np.array([10.0, 12.0]), least=30.0),))
    assert [one.name for one in conflict(alone, cost, 50.0)] == ["served"]
    assert best_purchase(choices, cost, cost, 7.0).tolist() == [1, 1]


def test_what_is_listed_and_what_is_left_to_a_programme():
    assert whole(40).listed
    assert whole(40, exclusive=((0, 1, 2),), needs=((3, 4), (5, 6))).listed
    assert not whole(40, needs=tuple((offer, 0) for offer in range(1, 20))).listed
    assert not whole(3, limits=(Limit("people", np.ones(3), least=1),)).listed
    many = np.array([200, 200, 1])
    assert not Choices(tuple("abc"), np.ones(3, dtype=np.int64), many).listed


NOISY = """
import numpy as np
from wellbeva.analysis.portfolio.choices import Choices
from wellbeva.analysis.portfolio.purchase import best_purchases
random, n = np.random.default_rng(1), 40
mean, ones = random.lognormal(11, 1, n), np.ones(n, dtype=np.int64)
cost = mean * random.lognormal(0, 0.2, (60, n))
effect = mean / 1e4 * random.lognormal(0.3, 0.6, n) * random.lognormal(0, 0.5, (60, n))
pairs = tuple((offer, offer + 1) for offer in range(10, 30, 2))
choices = Choices(tuple(map(str, range(n))), ones, ones, exclusive=((0, 1), (2, 3, 4), *pairs), needs=((5, 6),))
print("before")
best_purchases(choices, 13000 * effect - cost, cost, mean.sum() * 0.3)
print("after")
"""


@pytest.mark.thorough
def test_the_solver_prints_nothing():
    done = subprocess.run([sys.executable, "-c", NOISY], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["before", "after"]


def test_draws_are_bought_one_by_one_and_long_lists_go_to_a_programme(monkeypatch):
    rng = np.random.default_rng(7)
    cost = rng.lognormal(10, 1, (20, 12))
    value = cost * rng.lognormal(0, 0.4, (20, 12))
    budget = float(cost.sum() * 0.02)
    listed = best_purchases(whole(12), value, cost, budget)
    monkeypatch.setattr(purchase, "_LISTED", 1)
    for units, again, worth in zip(listed, best_purchases(whole(12), value, cost, budget), value, strict=True):
        assert units @ worth == pytest.approx(again @ worth)
