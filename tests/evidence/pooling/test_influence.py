"""Influence of single studies: metafor's figures of the BCG trials, a mean by hand, bad input."""

from __future__ import annotations

import numpy as np
import pytest

from tests.evidence.pooling.data import bcg, schools
from wellbeva.evidence.errors import EvidenceError
from wellbeva.evidence.pooling.influence import influence, leave_one_out
from wellbeva.evidence.pooling.pool import pool
from wellbeva.evidence.pooling.studies import Studies


def test_the_first_trial() -> None:
    """influence() of metafor, whose REML stops at 0.313243326 where the root is 0.313243258: some 1e-6 of each."""
    of = influence(bcg())
    printed = {
        "hat": 0.0505948307931551,
        "residual": -0.218142474344442,
        "dffits": -0.0407075604868486,
        "cook": 0.00171654236729195,
        "covariance_ratio": 1.11644891104804,
        "tau2": 0.336156745300306,
        "q": 151.582572747109,
    }
    for name, value in printed.items():
        assert getattr(of, name)[0] == pytest.approx(value, rel=2e-6), name
    assert of.hat == pytest.approx(pool(bcg()).weights)


def test_with_latitude() -> None:
    """hatvalues() and cooks.distance() of rma.mv, printed to four digits in metafor's tests."""
    of = influence(bcg(), ["latitude"])
    np.testing.assert_allclose(
        of.hat,
        [0.049, 0.1493, 0.0351, 0.3481, 0.2248, 0.2367, 0.064, 0.357, 0.0926, 0.1157, 0.2309, 0.0189, 0.0778],
        atol=5e-5,
    )
    np.testing.assert_allclose(
        of.cook,
        [0.0048, 0.0489, 0.0104, 0.2495, 0.0072, 0.2883, 0.3643, 0.2719, 0.02, 0.1645, 0.0009, 0.0404, 0.1434],
        atol=5e-5,
    )


def test_deleted_residuals_of_six_trials() -> None:
    """rstudent() of metafor, printed to four digits; its tau2 stops early, by 1e-5 of it."""
    np.testing.assert_allclose(
        influence(bcg().take(range(6))).residual, [0.1426, -0.9957, -0.4591, -1.1949, 2.0949, 0.4330], atol=1e-4
    )


def test_leave_one_out() -> None:
    without = leave_one_out(bcg())
    first = without["Aronson 1948"]
    # leave1out() of metafor, with a normal interval.
    assert (first.mean, first.tau2) == pytest.approx((-0.707083788031436, 0.336156745300306), rel=1e-6)
    assert first.q == pytest.approx(151.582572747109, rel=1e-12)
    assert [pooled.studies for pooled in without.values()] == [12] * 13
    districts = leave_one_out(schools().take(range(15)))
    assert {name: (pooled.studies, len(pooled.weights)) for name, pooled in districts.items()} == {
        "11": (3, 11),
        "12": (3, 11),
        "18": (3, 12),
        "27": (3, 11),
    }


def test_by_hand() -> None:
    """Effects 0, 0, 3 of variance 1 with tau2 = 2, the mean 1.

    Without the third both are 0 with tau2 = 0, so that its residual is 3 / sqrt(1 + 1 / 2) and Cook's distance 1 over
    the variance of the mean, (1 + 2) / 3.
    """
    of = influence(Studies(list("abc"), np.array([0.0, 0, 3]), np.ones(3)))
    assert of.residual[2] == pytest.approx(3 / np.sqrt(1.5))
    assert (of.hat[2], of.cook[2], of.tau2[2]) == pytest.approx((1 / 3, 1, 0))


def test_refusals() -> None:
    alone = Studies(list("abcd"), np.arange(4.0), np.ones(4), moderators={"who": ("old", "old", "old", "young")})
    with pytest.raises(EvidenceError, match="Without study 'd' the moderators cannot be told apart"):
        influence(alone, ["who"])
    with pytest.raises(EvidenceError, match="Influence is defined for studies of one effect"):
        influence(schools())
    with pytest.raises(EvidenceError, match="One study cannot be pooled: 'b' is the only one"):
        leave_one_out(Studies(["a", "b"], np.zeros(2), np.ones(2)))
    with pytest.raises(
        EvidenceError, match="too few studies for the coefficients: studies: 1; coefficients, the average among them: 1"
    ):
        influence(Studies(["a", "b"], np.zeros(2), np.ones(2)))
