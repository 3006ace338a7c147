"""The triangular, and the base that it shares with the PERT."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from wellbeva.core.arrays import Floats
from wellbeva.distributions.admissible import check_finite, check_width
from wellbeva.distributions.families.uniform import RangeFamily
from wellbeva.distributions.family import Example, Given, Recipe, register
from wellbeva.distributions.fit import span
from wellbeva.distributions.fit_result import Fit, FitError
from wellbeva.distributions.moments import by_quadrature
from wellbeva.distributions.spec import Distribution


class ThreePoints(RangeFamily):
    """A family given by its lowest, most likely and highest value."""

    arguments = in_unit = ("min", "mode", "max")
    needs = "min, mode and max"

    @property
    def recipes(self) -> Mapping[tuple[str, ...], Recipe]:
        return {("min", "mode", "max"): self._of_points}

    def _of_points(self, given: Given) -> Fit:
        low, mode, high, show = given["min"], given["mode"], given["max"], given.notation.shown
        check_finite({"min": low, "mode": mode, "max": high})
        interval = span(low, high, given.notation)
        if low > high:
            raise FitError("the range runs backwards", (f"from {interval}",), "write the lowest first")
        check_width(low, high, "range")
        if not low <= mode <= high:
            raise FitError(
                "the most likely value lies outside its range",
                (f"most likely {show(mode)}", f"range {interval}"),
                "write the most likely value first, then the lowest and the highest: `9 (range 3 to 18)`",
            )
        return Fit(Distribution(self.name, (low, mode, high)))


@register
class Triangular(ThreePoints):
    """A triangular: min, mode, max."""

    name = "triangular"
    title = "Triangular"
    kernel = "triangular"
    doc = "Triangular, from lowest, most likely and highest: `triangular: {min: 3, mode: 9, max: 18}`."
    example = Example(
        "a judgement in a study that used this family", "ratio",
        "{triangular: {min: 2, mode: 5, max: 11}, source: assumed}", 6, 2.822, 9.838,
    )  # fmt: skip

    def ppf(self, law: Distribution, lower: Floats, upper: Floats) -> Floats:
        # Each value comes from the tail on its side of the mode.
        low, mode, high = law.args
        width = high - low
        left = low + np.sqrt(lower * width * (mode - low))
        right = high - np.sqrt(upper * width * (high - mode))
        return np.where(lower <= (mode - low) / width, left, right)

    def cdf(self, law: Distribution, x: Floats) -> Floats:
        low, mode, high = law.args
        x = np.clip(x, low, high)
        width = high - low
        # each side is worked out for its own values: beside a side of no width the others would overflow
        rise, fall = np.minimum(x, mode) - low, high - np.maximum(x, mode)
        left = rise**2 / (width * (mode - low)) if mode > low else np.zeros_like(x)
        right = 1.0 - fall**2 / (width * (high - mode)) if high > mode else np.ones_like(x)
        return np.where(x < mode, left, right)

    def kinks(self, law: Distribution) -> tuple[float, ...]:
        return (law.args[1],)

    def moments(self, law: Distribution) -> tuple[float, float]:
        low, mode, high = law.args
        square = (high - low) ** 2 - (mode - low) * (high - mode)
        return (low + mode + high) / 3.0, math.sqrt(square / 18.0)

    def moments_between(self, law: Distribution) -> tuple[float, float]:
        """By quadrature on each side of the mode."""
        low, high = max(law.args[0], law.low), min(law.args[2], law.high)
        mode = min(max(law.args[1], low), high)
        return by_quadrature(lambda x: _density(law.args, x), [(low, mode), (mode, high)])


def _density(args: tuple[float, ...], x: Floats) -> Floats:
    low, mode, high = args
    rising = (x - low) / (mode - low) if mode > low else np.zeros_like(x)
    falling = (high - x) / (high - mode) if high > mode else np.zeros_like(x)
    return np.where(x < mode, rising, falling)
