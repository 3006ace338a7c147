"""A budget that must hold in a share of draws: kept, and bounded by what trying every purchase gives."""

from __future__ import annotations

import numpy as np
import pytest

from tests.tiers import thorough_after
from wellbeva.analysis.portfolio.choices import SLACK, Choices
from wellbeva.analysis.portfolio.offers import Offers
from wellbeva.analysis.portfolio.purchases import frontier_table, most_worth, portfolio_table, purchase, within_budget
from wellbeva.analysis.uncertainty.sample import DecisionSample


def drawn(number: int, *, chance: float, spread: float = 0.3, draws: int = 320) -> Offers:
    random = np.random.default_rng(number)
    n = int(random.integers(2, 10))
    charges = random.lognormal(10, 1, n) * random.lognormal(-(spread**2) / 2, spread, (draws, n))
    charge = charges.mean(axis=0)
    effects = charges.mean(axis=0) / 10_000 * random.lognormal(0.5, 0.5, (draws, n))
    ones = np.ones(n, dtype=np.int64)
    names = tuple("abcdefghi"[:n])
    return Offers(
        Choices(names, ones, ones),
        np.zeros(n, dtype=bool),
        effects.mean(axis=0),
        charge,
        charge,
        13_000.0,
        DecisionSample(names, effects, charges, {}, 16),
        charges,
        {},
        chance,
    )


def by_trial(offers: Offers, budget: float) -> float:
    n = len(offers.charge)
    sets = (np.arange(1 << n)[:, np.newaxis] >> np.arange(n)) & 1
    within = (sets @ offers.charges.T <= budget * (1 + SLACK)).mean(axis=1) >= offers.chance
    return float((sets @ offers.worth)[within & (sets @ offers.charge <= budget * (1 + SLACK))].max())


@pytest.mark.parametrize("number", thorough_after(14, range(60)))
def test_the_chance_is_kept_and_the_bound_holds(number: int) -> None:
    offers = drawn(number, chance=0.9)
    budget = float(offers.charge.sum()) * (0.2 + 0.6 * (number % 7) / 6)
    best = purchase(offers, budget)
    assert not best.conflict
    assert within_budget(offers, best.units, budget).mean() >= 0.9
    wanted = by_trial(offers, budget)
    slack = 1e-6 * float(offers.worth.max())
    assert best.units @ offers.worth <= wanted + slack
    assert wanted <= most_worth(offers, budget) + slack


def test_what_is_held_back_is_mostly_the_best_that_keeps_the_chance() -> None:
    found = [drawn(number, chance=0.9) for number in range(60)]
    best = [purchase(one, float(one.charge.sum()) / 2).units @ one.worth for one in found]
    wanted = [by_trial(one, float(one.charge.sum()) / 2) for one in found]
    assert np.mean(np.isclose(best, wanted)) > 0.7
    assert np.sum(best) / np.sum(wanted) > 0.97


def test_certain_costs_hold_nothing_back() -> None:
    offers = drawn(3, chance=0.9, spread=0.0)
    budget = float(offers.charge.sum()) / 2
    assert purchase(offers, budget).units @ offers.worth == pytest.approx(by_trial(offers, budget))
    assert most_worth(offers, budget) == pytest.approx(by_trial(offers, budget))


def test_tables_keep_the_chance_and_have_its_error() -> None:
    offers = drawn(5, chance=0.9)
    budgets = [float(offers.charge.sum()) / 3]
    frontier = frontier_table(offers, budgets)
    assert (frontier["within_budget"] >= 0.9).all()
    assert (frontier["within_budget_mcse"] >= 0).all()
    assert (frontier["net_benefit"] <= frontier["most_worth"] * (1 + 1e-6)).all()
    row = frontier.set_index("budget").loc[budgets[0]]
    assert portfolio_table(offers, budgets)["net_benefit"].sum() == pytest.approx(row["net_benefit"])
    assert frontier_table(drawn(5, chance=0.0), budgets)["most_worth"].isna().all()
