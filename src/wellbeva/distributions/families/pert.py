"""The PERT: a beta on a range."""

from __future__ import annotations

import math

import numpy as np

from wellbeva.core.arrays import Floats
from wellbeva.distributions.families.beta import scored_beta
from wellbeva.distributions.families.triangular import ThreePoints
from wellbeva.distributions.families.uniform import scaled
from wellbeva.distributions.family import Example, Scored, family_of, register
from wellbeva.distributions.moments import moments
from wellbeva.distributions.numerics import special
from wellbeva.distributions.spec import Distribution


@register
class Pert(ThreePoints):
    """A PERT (lambda 4): min, mode, max.

    References
    ----------
    Malcolm et al. (1959), Application of a technique for research and development program evaluation,
    Operations Research 7(5), doi:10.1287/opre.7.5.646.
    Vose (2008), Risk Analysis, 3rd edition, appendix III: a beta on [min, max] with
    a = 1 + 4 (mode - min) / (max - min), b = 6 - a.
    """

    name = "pert"
    title = "PERT"
    doc = (
        "PERT, as triangular but smooth and with more weight near the most likely: `pert: {min: 3, mode: 9, max: 18}`."
    )
    example = Example(
        "a judgement: smoother than a triangle, and surer of its middle", "ratio",
        "{pert: {min: 2, mode: 5, max: 11}, source: assumed}", 5.5, 2.714, 8.905,
    )  # fmt: skip

    def ppf(self, law: Distribution, lower: Floats, upper: Floats) -> Floats:
        # Each tail is measured from its own end.
        low, _, high = law.args
        a, b = _shapes(law)
        beta, mirrored = Distribution("beta", (a, b)), Distribution("beta", (b, a))
        return np.where(
            lower <= 0.5,
            low + (high - low) * family_of(beta).ppf(beta, lower, upper),
            high - (high - low) * family_of(beta).ppf(mirrored, upper, lower),
        )

    def cdf(self, law: Distribution, x: Floats) -> Floats:
        return special.beta_cdf(*_shapes(law), scaled(law, x))

    def moments(self, law: Distribution) -> tuple[float, float]:
        low, mode, high = law.args
        a, b = _shapes(law)
        return (low + 4.0 * mode + high) / 6.0, (high - low) * math.sqrt(a * b / 7.0) / 6.0

    def moments_between(self, law: Distribution) -> tuple[float, float]:
        """Those of the beta behind it."""
        start, width = law.args[0], law.args[2] - law.args[0]
        low, high = max(start, law.low), min(law.args[2], law.high)
        centre, spread = moments(Distribution("beta", _shapes(law), (low - start) / width, (high - start) / width))
        return start + width * centre, width * spread

    def standard(self, law: Distribution) -> tuple[Distribution, tuple[float, float]]:
        """The beta behind it."""
        return Distribution("beta", _shapes(law)), (law.args[0], law.args[2] - law.args[0])

    def scored(self, law: Distribution) -> tuple[Scored, tuple[float, float]]:
        """As slow as the beta behind it."""
        core, place = self.standard(law)
        return scored_beta(*core.args), place


def _shapes(law: Distribution) -> tuple[float, float]:
    low, mode, high = law.args
    return 1.0 + 4.0 * (mode - low) / (high - low), 1.0 + 4.0 * (high - mode) / (high - low)
