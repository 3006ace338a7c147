"""A law times a factor, of families whose own arguments cannot say so: a beta that ends at 1.25."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from wellbeva.distributions.family import Family, Floats, Scored, bare, family_of, register
from wellbeva.distributions.moments import moments
from wellbeva.distributions.spec import Distribution


@register
class Scaled(Family):
    """A factor, and the law that it multiplies, which is the only part; bounds are those of the product."""

    name = "scaled"
    title = "Scaled"
    arguments = ("factor",)
    in_unit = ("factor",)

    def support(self, law: Distribution) -> tuple[float, float]:
        part, factor = _inside(law)
        low, high = family_of(part).support(part)
        return low * factor, high * factor

    def ppf(self, law: Distribution, lower: Floats, upper: Floats) -> Floats:
        part, factor = _inside(law)
        return factor * family_of(part).ppf(part, lower, upper)

    def cdf(self, law: Distribution, x: Floats) -> Floats:
        part, factor = _inside(law)
        return family_of(part).cdf(part, x / factor)

    def sf(self, law: Distribution, x: Floats) -> Floats:
        part, factor = _inside(law)
        return family_of(part).sf(part, x / factor)

    def kinks(self, law: Distribution) -> tuple[float, ...]:
        part, factor = _inside(law)
        return tuple(factor * kink for kink in family_of(part).kinks(part))

    def moments(self, law: Distribution) -> tuple[float, float]:
        part, factor = _inside(law)
        centre, spread = family_of(part).moments(part)
        return centre * factor, spread * factor

    def moments_between(self, law: Distribution) -> tuple[float, float]:
        part, factor = _inside(law)
        centre, spread = moments(replace(part, low=law.low / factor, high=law.high / factor))
        return centre * factor, spread * factor

    def standard(self, law: Distribution) -> tuple[Distribution, tuple[float, float]]:
        """The table of the part serves."""
        part, factor = _inside(law)
        core, (shift, scale) = family_of(part).standard(part)
        return core, (shift * factor, scale * factor)

    def scored(self, law: Distribution) -> tuple[Scored, tuple[float, float]] | None:
        part, factor = _inside(law)
        found = family_of(part).scored(part)
        return None if found is None else (found[0], (found[1][0] * factor, found[1][1] * factor))

    def at_score(self, law: Distribution, score: Floats) -> Floats | None:
        part, factor = _inside(law)
        value = family_of(part).at_score(part, score)
        return None if value is None else factor * value

    def drawn(self, law: Distribution) -> Distribution:
        part, factor = _inside(law)
        faster = family_of(part).drawn(part)
        return law if faster is part else replace(family_of(faster).times(faster, factor), low=law.low, high=law.high)

    def error_size(self, law: Distribution) -> Callable[[Floats], Floats] | None:
        part, factor = _inside(law)
        size = family_of(part).error_size(part)
        return None if size is None else lambda x: factor * size(x / factor)

    def items(self, law: Distribution) -> list[str]:
        part, factor = _inside(law)
        return [f"{bare(factor)} × {part.family}({', '.join(family_of(part).items(part))})"]


def _inside(law: Distribution) -> tuple[Distribution, float]:
    return law.parts[0], law.args[0]
