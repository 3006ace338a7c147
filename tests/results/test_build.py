"""The Dataset against the draws it was reduced from."""

from dataclasses import replace

import numpy as np
import pytest

from wellbeva.core.axes import Axis
from wellbeva.errors import WellbevaError
from wellbeva.results.dataset import build

pytestmark = pytest.mark.extras


@pytest.fixture(scope="module")
def dataset(one):
    return build(one.plan, one.result, question="Which?", plan_hash="abc")


def test_base_case_is_hand_arithmetic(dataset):
    base = dataset.sel(statistic="base_case")
    # 100 people * 0.4 LS * 0.5 years = 20; 100 * 0.1 * 0.5 = 5; costs 100 * 2,000 and 100 * 1,800
    assert base["wellbys"].values == pytest.approx([20, 5])
    assert base["cost"].values == pytest.approx([200_000, 180_000])
    assert base["npsv"].sel(option="visits", level="central").item() == pytest.approx(20 * 16_000 - 200_000)
    assert base["cost_per_wellby"].values == pytest.approx([10_000, 36_000])
    assert base["decision_effect"].values == pytest.approx([20, 5, 0])
    assert base["decision_net_benefit"].sel(level="high").values == pytest.approx([200_000, -80_000, 0])


def test_statistics_are_those_of_the_draws(one, dataset):
    wellbys = 50 * one.effects.reshape(-1, 2)
    found = dataset["wellbys"]
    assert found.sel(statistic="mean").values == pytest.approx(wellbys.mean(axis=0), rel=1e-13)
    assert found.sel(statistic="sd").values == pytest.approx(wellbys.std(axis=0, ddof=1), rel=1e-13)
    assert found.sel(statistic="q25").values == pytest.approx(np.quantile(wellbys, 0.25, axis=0), rel=1e-13)
    rows = 50 * one.effects.mean(axis=1)
    assert found.sel(statistic="mcse").values == pytest.approx(rows.std(axis=0, ddof=1) / 4, rel=1e-12)


def test_quantiles_carry_the_spread_of_the_randomisations_own(one, dataset):
    rows = np.quantile(50 * one.effects, 0.25, axis=1)
    found = dataset["decision_effect_quantile_mcse"].sel(quantile="q25").values[:2]
    assert found == pytest.approx(rows.std(axis=0, ddof=1) / 4, rel=1e-12)
    assert (found > 0).all()


def test_ratio_of_means_is_never_a_mean_of_ratios(one, dataset):
    wellbys = 50 * one.effects.reshape(-1, 2)
    found = dataset["cost_per_wellby"]
    assert found.sel(statistic="mean").values == pytest.approx([200_000, 180_000] / wellbys.mean(axis=0), rel=1e-12)
    means = 50 * one.effects.mean(axis=1)
    slope = np.asarray([200_000, 180_000]) / wellbys.mean(axis=0) ** 2
    linear = slope * means.std(axis=0, ddof=1) / 4
    # the jackknife differs from the linear error by the curvature: some (mcse / mean) of it
    assert found.sel(statistic="mcse").values == pytest.approx(linear, rel=0.02)
    assert np.isnan(found.sel(statistic=["sd", "q05", "q975"]).values).all()


def test_certain_outcomes_have_no_error(dataset):
    found = dataset["cost"]
    assert found.sel(statistic="mean").values == pytest.approx([200_000, 180_000])
    assert (found.sel(statistic=["mcse", "sd"]).values == 0).all()
    assert found.sel(statistic="q975").values == pytest.approx([200_000, 180_000])


def test_certain_outcomes_need_no_moments(one):
    fewer = {name: value for name, value in one.result.moments.items() if name != "cost"}
    found = build(one.plan, replace(one.result, moments=fewer))["cost"]
    assert found.sel(option="calls").values == pytest.approx([180_000, 0, 0, *[180_000] * 8])


def test_chances_are_shares_of_draws(one, dataset):
    wellbys = 50 * one.effects
    assert dataset["prob_no_benefit"].values[:2] == pytest.approx((wellbys <= 0).mean(axis=(0, 1)))
    assert dataset["prob_no_benefit"].sel(decision_option="nothing").item() == 1
    worth = 16_000 * wellbys - np.asarray([200_000, 180_000]) > 0
    assert dataset["prob_worth_it"].sel(level="central").values[:2] == pytest.approx(worth.mean(axis=(0, 1)))
    rows = worth.mean(axis=1)
    assert dataset["prob_worth_it_mcse"].sel(level="central").values[:2] == pytest.approx(rows.std(axis=0, ddof=1) / 4)
    assert dataset["prob_best"].sum("decision_option").values == pytest.approx(np.ones(4))


def test_ties_are_shared(one):
    counts = np.zeros((16, 4, 3, 3), dtype=np.int64)
    counts[:, :, 0, 0] = 112  # alone in 112 of 512 draws
    counts[:, :, :2, 1] = 200  # two tie in 200
    counts[:, :, :, 2] = 200  # all three tie in 200
    tally = replace(one.result.tally, best=counts)
    found = build(one.plan, replace(one.result, tally=tally))["prob_best"]
    expected = np.asarray([112 + 100 + 200 / 3, 100 + 200 / 3, 200 / 3]) / 512
    assert found.values == pytest.approx(np.tile(expected, (4, 1)))


@pytest.mark.parametrize("effects", [(0.4, 0.1), (0.1, 0.4)])
def test_evpi_is_that_of_the_draws_with_the_best_fixed(small, effects):
    one = small.small_case(effect=np.asarray(effects))
    dataset = build(one.plan, one.result)
    effect = np.concatenate([50 * one.effects, np.zeros((16, 512, 1))], axis=-1)
    net = 16_000 * effect - np.asarray([200_000, 180_000, 0])
    best = net.mean(axis=(0, 1)).argmax()
    rows = (net.max(axis=-1) - net[..., best]).mean(axis=1)
    at = dataset.sel(threshold=16_000)
    assert at["evpi"].item() == pytest.approx(rows.mean(), rel=1e-9)
    assert at["evpi_mcse"].item() == pytest.approx(rows.std(ddof=1) / 4, rel=1e-9)
    assert dataset["evpi"].sel(threshold=0).item() == 0


def test_kept_draws_lie_one_randomisation_after_the_other(one, dataset):
    assert dataset["draws_decision_effect"].dims == ("draw", "decision_option")
    assert dataset["draws_decision_effect"].values[512 + 3, 0] == 50 * one.effects[1, 3, 0]
    assert dataset["randomisation"].values[512 + 3] == 1
    assert dataset["inputs"].sel(element="effect[calls]").values[5] == one.effects[0, 5, 1]


def test_fewer_inputs_than_results_may_be_kept(one):
    inputs = {name: array[:, :100] for name, array in one.result.inputs.items()}
    dataset = build(one.plan, replace(one.result, inputs=inputs))
    assert dataset["inputs"].dims == ("element", "input_draw")
    assert dataset["inputs"].values[1, 103] == one.effects[1, 3, 1]
    assert dataset["input_randomisation"].values[103] == 1
    assert dataset.sizes["draw"] == 16 * 512


def test_offers_have_no_chance_of_being_best(small):
    case = small.small_case(choose="several")
    dataset = build(case.plan, case.result)
    assert "prob_best" not in dataset
    assert "evpi" not in dataset
    per_pound = case.effects / small.PRICE
    ahead = (per_pound[..., 0] > per_pound[..., 1]).mean()
    assert dataset["beats"].values[0, 1] == pytest.approx(ahead)
    assert dataset.attrs["comparator"] == "nothing"


def test_effect_for_each_1000_is_a_ratio_of_means(small):
    case = small.small_case(choose="several")
    found = build(case.plan, case.result)["decision_per_1000"]
    mean = 50 * case.effects.mean(axis=(0, 1))
    assert found.sel(statistic="mean").values == pytest.approx(1000 * mean / (100 * small.PRICE), rel=1e-12)
    assert found.sel(statistic="base_case").values == pytest.approx([1000 * 20 / 200_000, 1000 * 5 / 180_000])
    draws = 500 * case.effects.reshape(-1, 2) / small.PRICE
    assert found.sel(statistic="q95").values == pytest.approx(np.quantile(draws, 0.95, axis=0), rel=1e-12)


def test_without_a_value_there_is_no_net_benefit(small):
    case = small.small_case(levels=False)
    dataset = build(case.plan, case.result)
    assert "decision_net_benefit" not in dataset
    assert "prob_worth_it" not in dataset
    assert dataset["prob_best"].dims == ("threshold", "decision_option")


def test_every_variable_says_what_it_is(dataset):
    for name in dataset.data_vars:
        attributes = dataset[name].attrs
        assert attributes["doc"], name
        assert attributes["axes"].split() == list(dataset[name].dims), name
        assert {"unit", "kind"} <= set(attributes), name
    assert dataset.attrs["draws"] == 16 * 512
    assert dataset.attrs["question"] == "Which?"


def test_levels_that_the_models_axis_lacks_get_their_own_dimension(one):
    axes = one.plan.axes | {"level": Axis("level", ("low", "central", "high", "highest"))}
    parameters = tuple(
        replace(each, values=np.append(each.values, 3e4), elements=np.full(4, -1, dtype=np.int32))
        if each.name == "wellby_value"
        else each
        for each in one.plan.parameters
    )
    plan = replace(one.plan, axes=axes, parameters=parameters, outcomes=("wellbys",))
    dataset = build(plan, one.result)
    assert dataset["decision_net_benefit"].dims[1] == "decision_level"
    assert list(dataset["decision_level"].values) == ["low", "central", "high"]


def test_names_of_the_results_own_are_refused(one):
    plan = replace(one.plan, axes=one.plan.axes | {"element": Axis("element", ("a",))})
    with pytest.raises(WellbevaError) as caught:
        build(plan, one.result)
    (found,) = caught.value.diagnostics
    assert (found.code, found.message) == ("WB-R001", "the results keep the name 'element' for themselves")
