"""Dominance and ICERs against published frontiers.

Figures: DARTH-git/dampack @ 0430fee, tests/testthat/test_calculate_icers.R and vignettes/basic_cea.Rmd, which take
the first from the VA Health Economics Resource Center's teaching example and the second from Paltiel et al.,
Ann Intern Med 2006;145:797-806.
"""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tiers import examples
from wellbeva.analysis.decision_arrays import Averages, order_by_net_benefit
from wellbeva.analysis.tables.incremental import frontier, incremental_table

HERC = {"E": (55000, 5), "D": (35000, 4), "C": (25000, 3), "B": (10000, 2), "A": (12000, 1.5), "UC": (5000, 1)}
HIV = {
    "status quo": (26000, 277.25),
    "one time": (27000, 277.57),
    "5yr": (28020, 277.78),
    "3yr": (28440, 277.83),
    "annual": (29440, 277.76),
}
TIE = {"No Treat": (163771.0, 6.48273), "Treat all": (164848.7, 6.52861), "Test & treat": (163765.1, 6.52861)}


def solve(table):
    names = list(table)
    cost, effect = np.asarray(list(table.values()), dtype=float).T
    return names, frontier(cost, effect)


def test_herc_six_strategies():
    names, found = solve(HERC)
    assert [names[one] for one in found.frontier] == ["UC", "B", "D", "E"]
    assert [found.icer[one] for one in found.frontier[1:]] == [5000, 12500, 20000]
    assert found.status[names.index("C")] == "extendedly dominated"
    assert found.status[names.index("A")] == "dominated"
    assert names[found.against[names.index("D")]] == "B"
    assert np.isnan(found.icer[names.index("UC")])


def test_of_two_with_equal_cost_the_greater_effect_stands_first():
    found = frontier(np.asarray([1.0, 1.0]), np.asarray([1.0, 2.0]))
    assert found.order == (1, 0)
    assert found.status == ("dominated", "frontier")


def test_best_of_two_with_equal_net_benefit_is_the_cheaper():
    effect, cost = np.asarray([2.0, 1.0]), np.asarray([200.0, 100.0])
    assert order_by_net_benefit(100 * effect - cost, cost) == (1, 0)
    assert order_by_net_benefit(101 * effect - cost, cost) == (0, 1)


def test_the_cheapest_of_those_that_dominate_is_named():
    found = frontier(np.asarray([3.0, 2.0, 1.0, 9.0]), np.asarray([1.0, 2.0, 3.0, 0.5]))
    assert (found.status[3], found.against[3]) == ("dominated", 2)


def test_paltiel_hiv_screening_in_quality_adjusted_months():
    names, found = solve(HIV)
    assert found.status[names.index("annual")] == "dominated"
    # £ per month times 12; the article prints 36,000 from unrounded inputs, 37,500 follows from the printed table
    assert 12 * found.icer[names.index("one time")] == pytest.approx(37_500, abs=1)


def test_of_two_with_equal_effect_the_cheaper_stands():
    names, found = solve(TIE)
    assert names[found.order[0]] == "Test & treat"
    assert [names[one] for one in found.frontier] == ["Test & treat"]
    assert found.status[names.index("Treat all")] == "dominated"


def test_equal_options_tie_and_the_first_stands():
    found = frontier(np.asarray([1.0, 2.0, 2.0]), np.asarray([0.0, 3.0, 3.0]))
    assert found.status == ("frontier", "frontier", "tied")
    assert found.against[2] == 1


def test_an_option_equal_to_a_dominated_one_is_dominated():
    """R52."""
    found = frontier(np.asarray([1.0, 5.0, 5.0]), np.asarray([10.0, 3.0, 3.0]))
    assert found.status == ("frontier", "dominated", "dominated")
    assert found.against == (-1, 0, 0)
    extended = frontier(np.asarray([0.0, 5.0, 5.0, 8.0]), np.asarray([0.0, 3.0, 3.0, 10.0]))
    assert extended.status == ("frontier", "extendedly dominated", "extendedly dominated", "frontier")
    assert extended.against == (-1, 3, 3, 0)


def test_a_difference_of_rounding_is_a_tie_not_dominance():
    found = frontier(np.asarray([0.1 + 0.2, 0.3]), np.asarray([5.0, 5.0]))
    assert found.status == ("frontier", "tied")


def test_options_on_one_line_stay():
    found = frontier(np.asarray([0.0, 100.0, 200.0]), np.asarray([0.0, 1.0, 2.0]))
    assert found.status == ("frontier",) * 3
    assert list(found.icer[1:]) == [100, 100]


def drawn(cost, effect, noise, seed, runs=16, each=64):
    """Return draws of options that are drawn apart, array (randomisation, draw, option), with an sd for each effect."""
    random = np.random.default_rng(seed)
    effects = np.asarray(effect) + np.asarray(noise) * random.standard_normal((runs, each, len(effect)))
    return np.broadcast_to(np.asarray(cost, dtype=float), effects.shape), effects


def of_draws(costs, effects):
    """Return the frontier of draws; the parts left out are randomisations, or the draws of one sample."""
    rows = [one.mean(axis=1) if len(one) > 1 else one[0] for one in (costs, effects)]
    (cost, effect), parts = (one.mean(axis=0) for one in rows), len(rows[0])
    of_cost, of_effect = ((one.sum(axis=0) - one) / (parts - 1) for one in rows)
    return frontier(cost, effect, Averages(of_effect, of_cost, of_cost))


@pytest.mark.parametrize("runs", [1, 16])
@pytest.mark.parametrize("seed", range(5))
def test_a_difference_within_the_noise_of_the_draws_is_a_tie_of_effects(seed, runs):
    """R52: of two that gain the same the cheaper stands; of two that cost the same, too, the first."""
    found = of_draws(*drawn([10, 20, 20], [5, 5, 5], [1, 1, 1], seed, runs))
    assert found.status == ("frontier", "dominated", "dominated")
    assert found.against == (-1, 0, 0)
    tied = of_draws(*drawn([10, 10], [5, 5], [1, 1], seed, runs))
    assert tied.status == ("frontier", "tied")


@pytest.mark.parametrize("runs", [1, 16])
def test_a_difference_that_every_draw_shows_is_one_however_wide_the_draws(runs):
    costs, effects = drawn([10, 20], [5, 5], [1, 1], 1, runs)
    effects[..., 1] = effects[..., 0] + 0.001
    found = of_draws(costs, effects)
    assert found.status == ("frontier", "frontier")
    assert found.icer[1] == pytest.approx(10_000)


@pytest.mark.parametrize("seed", range(5))
def test_an_option_within_the_noise_of_a_line_between_two_others_stays(seed):
    assert of_draws(*drawn([0, 100, 200], [0, 1, 2], [0, 0.1, 0.1], seed)).status == ("frontier",) * 3
    below = of_draws(*drawn([0, 100, 200], [0, 0.5, 2], [0, 0.1, 0.1], seed))
    assert below.status == ("frontier", "extendedly dominated", "frontier")


numbers = st.integers(-50, 50)


@given(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=9))
def test_the_frontier_is_what_some_threshold_would_choose(pairs):
    cost, effect = np.asarray(pairs, dtype=float).T
    found = frontier(cost, effect)
    kept = list(found.frontier)
    icers = found.icer[kept[1:]]
    assert (np.diff(icers) >= 0).all()
    assert (icers > 0).all()
    # Between two ICERs, below the first and above the last, the frontier option is best of all options; exactly so.
    edges = [-1.0, *icers, *(icers[-1:] + 100 if len(icers) else [100.0])]
    for index, (low, high) in zip(kept, pairwise(edges), strict=True):
        middle = max((low + high) / 2, 0.0) if index != kept[0] else max(min(high, 100.0) / 2, 0.0)
        net = middle * effect - cost
        assert net[index] >= net.max() - 1e-9


def by_trial(pairs):
    """Hold each option against every other, and against every mixture of two; sums of whole numbers are exact."""
    status = []
    for at, (cost, effect) in enumerate(pairs):
        beaten = any(c <= cost and e >= effect and (c, e) != (cost, effect) for c, e in pairs)
        mixed = any(
            less < effect < more and (cost - cheap) * (more - less) > (effect - less) * (dear - cheap)
            for cheap, less in pairs
            for dear, more in pairs
        )
        same = (cost, effect) in pairs[:at]
        status.append("dominated" if beaten else "extendedly dominated" if mixed else "tied" if same else "frontier")
    return tuple(status)


@settings(max_examples=examples(1_000))
@given(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=9))
def test_the_frontier_of_a_thousand_tables_is_that_of_trial(pairs):
    assert frontier(*np.asarray(pairs, dtype=float).T).status == by_trial(pairs)


def test_table_of_a_run(rivals):
    table = incremental_table(rivals, statistic="base_case").set_index("option")
    assert list(table.index) == ["nothing", "calls", "visits"]
    assert table.loc["calls", "status"] == "extendedly dominated"
    # 200,000 for 20 WELLBYs against nothing
    assert table.loc["visits", "icer"] == pytest.approx(10_000)
    assert table.loc["visits", "against"] == "nothing"
