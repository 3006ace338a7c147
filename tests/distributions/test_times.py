"""A law times a factor is what its draws are, times that factor (R228)."""

import math

import numpy as np
import pytest

from wellbeva.distributions.families import LONG_FORMS
from wellbeva.distributions.family import family_of
from wellbeva.distributions.moments import moments
from wellbeva.distributions.quantile import cdf, sf
from wellbeva.distributions.spec import Distribution
from wellbeva.distributions.tables.fast_quantile import TOLERANCE, FastQuantile

LAWS = [
    Distribution("normal", (0.3, 0.1)),
    Distribution("normal", (0.66, 0.12), 0.0, 1.0),
    Distribution("lognormal", (0.1, 0.5)),
    Distribution("lognormal", (0.1, 0.5), 0.5, 2.0),
    Distribution("shifted_lognormal", (-0.1, -1.0, 0.4, 1.0)),
    Distribution("beta", (31.0, 14.0)),
    Distribution("beta", (1.0, 1.0)),
    Distribution("beta", (2.0, 8.0), 0.1, math.inf),
    Distribution("gamma", (9.0, 11.0)),
    Distribution("uniform", (0.4, 0.8)),
    Distribution("triangular", (1.0, 2.0, 5.0)),
    Distribution("pert", (2.0, 5.0, 11.0)),
    Distribution("student_t", (0.3, 0.1, 7.0)),
    Distribution("quantiles", (0.1, 0.2, 0.5, 0.4, 0.9, 1.0)),
    Distribution("empirical", (3.0, 0.8, 4.0, 0.2)),
    Distribution("mixture", (0.7, 0.3), parts=(Distribution("beta", (2.0, 8.0)), Distribution("point", (0.0,)))),
]


def test_every_family_that_a_file_may_name_is_tried() -> None:
    assert {law.family for law in LAWS} | {"truncated_normal"} >= LONG_FORMS.keys()


@pytest.mark.parametrize("law", LAWS, ids=lambda law: f"{law.family}{law.args}"[:40])
@pytest.mark.parametrize("factor", [0.9, 1.25])
def test_draws_and_moments(law: Distribution, factor: float) -> None:
    times = family_of(law).times(law, factor)
    u = (np.arange(4096) + 0.5) / 4096
    x = FastQuantile(law)(u)
    size = np.maximum(np.abs(x), np.ptp(x))
    assert (np.abs(FastQuantile(times)(u) - factor * x) <= 4 * TOLERANCE * factor * size).all()
    np.testing.assert_allclose(moments(times), np.multiply(moments(law), factor), rtol=1e-9)
    if not family_of(law).has_atoms:
        for share in (cdf, sf):
            np.testing.assert_allclose(share(times, factor * x), share(law, x), rtol=1e-9, atol=1e-12)


def test_a_law_times_two_factors_is_the_law_times_their_product() -> None:
    law = Distribution("beta", (31.0, 14.0))
    once = family_of(law).times(law, 1.25)
    family = family_of(once)
    twice = family.times(once, 0.8)
    assert (family.items(twice), family.support(twice)) == (["1 × beta(a=31, b=14)"], (0.0, 1.0))
