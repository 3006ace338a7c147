"""Ratios of means: their operands, and the equations evaluated on means."""

import dataclasses

import numpy as np
import pytest

from tests.engine.engine_plans import Make, axis, element, equation, parameter, plan
from tests.engine.packed_plans import direct
from wellbeva.engine.reference.ratios_of_means import evaluate_means, mean_operands
from wellbeva.engine.run.jackknife import left_out_means

AXES = {"option": axis("option", "a", "b")}
MAKE = Make(
    AXES, {"x": ("draw", "option"), "y": ("draw",), "k": (), "r": ("option",), "s": ("option",), "z": ("draw",)}
)
ref = MAKE.ref


def made():
    return plan(
        AXES,
        [
            parameter("x", [1.0, 2.0], ("option",), [0, 1]),
            parameter("y", 4.0, (), 2),
            parameter("k", 10.0),
        ],
        [
            equation("z", MAKE.mul(ref("y"), ref("y"))),
            equation("r", MAKE.ratio(ref("x"), MAKE.add(ref("y"), ref("k"))), "mean"),
            # an equation on another, with an uncertain part that stands for its mean, and a certain one
            equation("s", MAKE.add(MAKE.mul(ref("r"), ref("z")), ref("k")), "mean"),
        ],
        elements=[element("x[a]", 0), element("x[b]", 1), element("y", 2)],
    )


def test_operands_are_the_largest_uncertain_parts():
    found = mean_operands(made())
    assert [name for name, _ in found] == ["mean.r.0", "mean.r.1", "mean.s.0"]
    assert [node.axes for _, node in found] == [("draw", "option"), ("draw",), ("draw",)]
    assert found[2][1] == ref("z")


def test_an_operand_that_stands_twice_is_averaged_once():
    twice = MAKE.add(MAKE.ratio(ref("y"), ref("z")), MAKE.ratio(ref("z"), ref("y")))
    found = mean_operands(dataclasses.replace(made(), equations=(equation("r", twice, "mean"),)))
    assert [name for name, _ in found] == ["mean.r.0", "mean.r.1"]
    assert [node for _, node in found] == [ref("y"), ref("z")]


def test_equations_on_means_and_on_each_other():
    means = {"mean.r.0": np.array([3.0, 5.0]), "mean.r.1": np.asarray(20.0), "mean.s.0": np.asarray(100.0)}
    found = evaluate_means(made(), means)
    assert sorted(found) == ["r", "s"]
    assert found["r"].axes == ("option",)
    np.testing.assert_allclose(found["r"].array, [0.15, 0.25], rtol=1e-15)
    np.testing.assert_allclose(found["s"].array, [25, 35], rtol=1e-15)


def test_leave_one_out_means_go_through_at_once():
    rows = np.arange(1.0, 4.0)
    means = {
        "mean.r.0": np.stack([3 * rows, 5 * rows], axis=1),
        "mean.r.1": 20 * rows,
        "mean.s.0": 100 * rows,
    }
    found = evaluate_means(made(), means)["s"]
    assert found.axes == ("draw", "option")
    np.testing.assert_allclose(found.array, [[0.15 * 100 * k + 10, 0.25 * 100 * k + 10] for k in rows], rtol=1e-15)


def test_a_mean_of_nought_below_gives_infinity_not_a_traceback():
    means = {"mean.r.0": np.array([3.0, 0.0]), "mean.r.1": np.asarray(0.0), "mean.s.0": np.asarray(1.0)}
    found = evaluate_means(made(), means)["r"].array
    assert np.isinf(found[0])
    assert np.isnan(found[1])


@pytest.mark.parametrize("numbers", [1, 2**20])
def test_rows_that_a_run_left_out_are_left_out_one_by_one_too(numbers, monkeypatch):
    monkeypatch.setattr("wellbeva.engine.run.jackknife._NUMBERS", numbers)
    rng = np.random.default_rng(1)
    made, draws = direct(2), rng.normal(size=(5, 1200))
    draws[4] = 1.0
    draws[4, [0, 5, 700]] = -1.0  # whose logarithm is an outcome
    draws[4, 512:1024] = np.nan
    good = draws[:, draws[4] > 0]
    means = {"decision.effect": np.append(good[:2].mean(axis=1), 0.0)}
    several = list(left_out_means(made, draws, means, without=1200 - good.shape[1]))
    found = np.concatenate([one["decision.effect"] for one in several])
    assert len(several) == (2 if numbers == 1 else 1)
    expected = [np.delete(good[:2], row, axis=1).mean(axis=1) for row in range(good.shape[1])]
    np.testing.assert_allclose(found[:, :2], expected, rtol=1e-12)
    assert (found[:, 2] == 0).all()
