"""What of the gaps between places goes with published margins (R208)."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from wellbeva.evidence.determinants.composition import composition
from wellbeva.local.areas import area
from wellbeva.local.similar import MARGINS, margins
from wellbeva.local.wellbeing import LAST_YEAR, MEASURES, published

LIVERPOOL = "E08000012"


@pytest.mark.parametrize("measure", MEASURES)
def test_r208_parts_are_those_of_a_regression_weighed_by_precision(measure: str) -> None:
    """Against statsmodels' weighted least squares, with the variance that solves its equation of moments."""
    one = composition(area(LIVERPOOL), measure, LAST_YEAR)
    assert one is not None
    known = {c: pair for c, pair in published("English districts", measure, LAST_YEAR).items() if margins(c)}
    y, se = np.array(list(known.values())).T
    x = np.array([margins(code) for code in known])
    scores = (x - x.mean(axis=0)) / x.std(axis=0)
    design = sm.add_constant(scores)
    fixed = sm.WLS(y, design, weights=se**-2).fit()
    q = float((fixed.wresid**2).sum())
    w = np.diag(se**-2)
    projected = w - w @ design @ np.linalg.inv(design.T @ w @ design) @ design.T @ w
    between = max(0.0, (q - fixed.df_resid) / np.trace(projected))
    fitted = sm.WLS(y, design, weights=1 / (se**2 + between)).fit()
    at = scores[list(known).index(LIVERPOOL)]
    assert list(one.parts) == list(MARGINS)
    assert [part.mean for part in one.parts.values()] == pytest.approx(fitted.params[1:] * at, rel=1e-9)
    # Hartung and Knapp's scale is the variance of weighted residuals, which is that of weighted least squares.
    assert [part.se for part in one.parts.values()] == pytest.approx(fitted.bse[1:] * abs(at), rel=1e-9)
    assert one.together.mean == pytest.approx(sum(part.mean for part in one.parts.values()))
    assert one.gap.mean == pytest.approx(one.together.mean + one.rest.mean)
    assert one.gap.mean == pytest.approx(known[LIVERPOOL][0] - fitted.params[0])


def test_r208_a_share_of_what_differs_has_its_error() -> None:
    one = composition(area(LIVERPOOL), "life_satisfaction", LAST_YEAR)
    assert one is not None
    assert (one.places, round(one.share.mean, 2), round(one.share.se, 2)) == (283, 0.71, 0.12)


def test_r208_a_place_without_margins_has_no_parts() -> None:
    assert composition(area("W06000015"), "life_satisfaction", LAST_YEAR) is None
