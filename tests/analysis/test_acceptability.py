"""Acceptability, its frontier, the value of perfect information, the plane."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from wellbeva.analysis.acceptability import acceptability, plane
from wellbeva.results.dataset import build


def test_evpi_of_a_normal_increment_is_the_closed_form(small):
    """Worked example of the voi package (chjackson/voi @ b43b895, docs/articles/voi.html): N(1, sd sqrt(5))."""
    mean, sd = 1.0, np.sqrt(5.0)
    exact = sd * norm.pdf(mean / sd) + mean * norm.cdf(mean / sd) - mean
    assert exact == pytest.approx(0.4798107, abs=5e-8)

    plan = small.small_plan()
    decision = replace(
        plan.decision,
        options=("visits", "nothing"),
        rows=(0, -1),
        comparator=1,
        values=(1.0, 1.0, 1.0),
        thresholds=(1.0,),
    )
    plan = replace(plan, decision=decision)
    generator = np.random.default_rng(11)
    gain = mean + sd * generator.standard_normal((16, 4096))
    effect = np.stack([gain, np.zeros_like(gain)], axis=-1)
    cost = np.zeros_like(effect)
    result = small.reduce(small.small_plan(), np.zeros((16, 4096, 2)), keep=False)
    moments = dict(result.moments)
    moments["decision.effect"] = small.moments(("option",), effect)
    moments["decision.cost"] = small.moments(("option",), cost)
    for name in ("decision.net_benefit",):
        moments[name] = small.moments(("level", "option"), np.repeat(effect[:, :, None], 3, axis=2))
    result = replace(result, moments=moments, quantiles={}, tally=small.tally(plan, effect, cost))
    found = acceptability(build(plan, result)).sel(threshold=1.0)
    # t with 15 degrees of freedom: beyond 4.07 errors once in a thousand seeds; this seed is fixed
    assert abs(found["evpi"].item() - exact) < 4.07 * found["evpi_mcse"].item()
    # and the error itself: sd of max(INB, 0) - INB = max(-INB, 0), over the root of 65,536 draws, from 15 degrees
    # of freedom (its 0.1% and 99.9% points are 0.48 and 1.59 times the truth)
    true = np.maximum(-gain, 0).std() / np.sqrt(gain.size)
    assert 0.48 * true < found["evpi_mcse"].item() < 1.59 * true


def test_frontier_follows_the_mean_not_the_most_often_best(rivals):
    found = acceptability(rivals)
    assert list(found["best_by_mean"].values) == ["nothing", "visits", "visits", "visits"]
    at = found.sel(threshold=16_000)
    assert at["prob_frontier"].item() == at["prob_best"].sel(decision_option="visits").item()
    assert found["prob_frontier"].sel(threshold=0).item() == 1


def test_plane_is_against_the_comparator(small, rivals):
    case = small.small_case()
    found = plane(rivals)
    assert found["inc_effect"].sel(decision_option="visits").values[:3] == pytest.approx(50 * case.effects[0, :3, 0])
    assert (found["inc_cost"].sel(decision_option="calls").values == 180_000).all()


def test_offers_have_no_curve(offers):
    assert len(acceptability(offers)) == 0


def test_without_kept_draws_there_is_no_plane(small):
    case = small.small_case(keep=False)
    assert len(plane(build(case.plan, case.result))) == 0
