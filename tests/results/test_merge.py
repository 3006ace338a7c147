"""Means, spreads and errors over randomisations, against plain NumPy and hand arithmetic."""

import numpy as np
import pytest

from wellbeva.engine.reductions.result import Moments
from wellbeva.results.standard_errors import error_of_mean, error_of_rows, jackknife, pooled_mean, pooled_sd


def by_row(rows):
    count = np.asarray([len(row) for row in rows])
    mean = np.asarray([np.mean(row) for row in rows])
    m2 = np.asarray([np.sum((np.asarray(row) - np.mean(row)) ** 2) for row in rows])
    return Moments((), count, mean, m2)


def test_pooled_moments_are_those_of_all_draws_together():
    rows = [[1.0, 2.0, 6.0], [4.0], [5.0, 5.0]]
    everything = [one for row in rows for one in row]
    found = by_row(rows)
    assert pooled_mean(found) == pytest.approx(np.mean(everything), rel=1e-15)
    assert pooled_sd(found) == pytest.approx(np.std(everything, ddof=1), rel=1e-15)


def test_error_is_the_sd_of_the_row_means_over_the_root_of_their_number():
    # means 1, 2, 3, 6: mean 3, squares 4 + 1 + 0 + 9 = 14, sd = sqrt(14/3), error = sqrt(14/3)/2
    found = by_row([[1.0, 1.0], [2.0, 2.0], [3.0, 3.0], [5.0, 7.0]])
    assert error_of_mean(found) == pytest.approx(np.sqrt(14 / 3) / 2, rel=1e-15)


def test_one_randomisation_is_a_foreign_sample():
    # 1, 2, 3, 6: sd = sqrt(14/3), over the root of four draws
    assert error_of_mean(by_row([[1.0, 2.0, 3.0, 6.0]])) == pytest.approx(np.sqrt(14 / 3) / 2, rel=1e-15)
    assert np.isnan(error_of_rows(np.asarray([1.0])))


def test_what_does_not_vary_has_neither_spread_nor_error():
    found = by_row([[0.1] * 7] * 16)
    assert pooled_mean(found) == found.mean[0]
    assert error_of_mean(found) == 0.0


def test_jackknife_of_a_mean_is_its_ordinary_error():
    rows = np.asarray([1.0, 2.0, 3.0, 6.0])
    values, errors = jackknife({"x": rows}, np.full(4, 5), lambda means: {"y": means["x"]})
    assert values["y"] == pytest.approx(3.0)
    assert errors["y"] == pytest.approx(np.sqrt(14 / 3) / 2, rel=1e-14)


def test_jackknife_of_a_ratio_agrees_with_the_delta_method():
    generator = np.random.default_rng(1)
    top = 10 + 0.01 * generator.standard_normal(16)
    bottom = 4 + 0.01 * generator.standard_normal(16)
    values, errors = jackknife(
        {"top": top, "bottom": bottom}, np.full(16, 9), lambda means: {"r": means["top"] / means["bottom"]}
    )
    ratio = top.mean() / bottom.mean()
    linear = (top - ratio * bottom) / bottom.mean()
    assert values["r"] == pytest.approx(ratio, rel=1e-14)
    # second-order terms are of the relative size of the inputs' own scatter, 0.0025
    assert errors["r"] == pytest.approx(linear.std(ddof=1) / 4, rel=0.01)


def test_a_ratio_to_nought_is_nan_and_so_is_its_error():
    rows = {"top": np.ones(16), "bottom": np.zeros(16)}

    def divide(means):
        with np.errstate(divide="ignore"):
            return {"r": means["top"] / means["bottom"]}

    values, errors = jackknife(rows, np.full(16, 9), divide)
    assert np.isnan(values["r"])
    assert np.isnan(errors["r"])
