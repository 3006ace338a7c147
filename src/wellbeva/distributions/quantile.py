"""Quantile and distribution functions of all families, truncation included.

`ppf` is the exact path: closed forms, and SciPy's inverses where the tail they count from is the nearer one.
Relative error against mpmath: below 1e-12 for u from 2**-53 to 1 - 2**-53 (tests/distributions/test_quantile.py says
how the bound comes about); a mixture of several continuous parts is inverted to the rounding of their distribution
functions, divided by its density. `tables` holds the fast path that the sampler uses.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import lru_cache
from typing import cast

import numpy as np
import numpy.typing as npt

from wellbeva.distributions import _special, closed_forms
from wellbeva.distributions.families.discrete import between, steps
from wellbeva.distributions.families.mixture import Component, Inverse
from wellbeva.distributions.families.quantiles import curve
from wellbeva.distributions.spec import Distribution

Floats = npt.NDArray[np.float64]

_UNSEEN = 1e-18
"""Weight of a part of a mixture, after truncation, below which no draw of 52 bits ever falls on it."""


def ppf(distribution: Distribution, u: npt.ArrayLike) -> Floats:
    """Quantile function.

    Parameters
    ----------
    distribution : Distribution
    u : array, any shape
        Probabilities strictly between 0 and 1.

    Returns
    -------
    array, shape of `u` [unit of the distribution]
        Each value depends on its own `u` alone: the same bits in a block of any size.

    Raises
    ------
    ValueError
        If a probability is outside (0, 1), or not a number.
    """
    probabilities = np.asarray(u, dtype=np.float64, order="C")
    if not bool(np.all((probabilities > 0.0) & (probabilities < 1.0))):
        message = "probabilities must lie strictly between 0 and 1"
        raise ValueError(message)
    return at_tails(distribution, probabilities, 1.0 - probabilities)


def at_tails(distribution: Distribution, lower: Floats, upper: Floats) -> Floats:
    """Quantile from the probabilities below and above, truncation included; the smaller one counts."""
    law = resolved(distribution)
    return clipped(law, from_tails(law, *tails(law, lower, upper)))


def tails(distribution: Distribution, lower: Floats, upper: Floats) -> tuple[Floats, Floats]:
    """Map both tail probabilities to those of the untruncated family, each exact where it is the smaller one.

    Truncation sends u into [F(low), F(high)]; the survival side is computed by itself, so that a distribution
    cut far in its upper tail keeps its digits.
    """
    if not is_truncated(distribution):
        return lower, upper
    below, mass, above = masses(distribution)
    return below + lower * mass, above + upper * mass


@lru_cache(maxsize=4096)
def masses(distribution: Distribution) -> tuple[float, float, float]:
    """Probability, before truncation, below the lower bound, from one bound to the other, and above the upper one."""
    low, high = distribution.low, distribution.high
    below = float(_whole_below(distribution, low))
    above = float(_whole_sf(distribution, high))
    if below > 0.5:
        mass = float(_whole_sf(distribution, low)) - above
        # An atom at the bound stays in.
        mass += float(_whole_cdf(distribution, low)) - below if _stepped(distribution) else 0.0
    elif above > 0.5:
        mass = float(_whole_cdf(distribution, high)) - below
    else:
        mass = 1.0 - below - above
    return below, mass, above


def is_truncated(distribution: Distribution) -> bool:
    """Whether a bound cuts anything off."""
    low, high = support(distribution)
    return distribution.low > low or distribution.high < high


def support(distribution: Distribution) -> tuple[float, float]:
    """Lowest and highest value before truncation."""
    match distribution.family:
        case "quantiles":
            return curve(distribution.args).support()
        case "empirical":
            return distribution.args[0], distribution.args[-2]
        case "mixture":
            ends = [bounds(part) for part in distribution.parts]
            return min(low for low, _ in ends), max(high for _, high in ends)
        case _:
            return closed_forms.support(distribution)


def bounds(distribution: Distribution) -> tuple[float, float]:
    """Lowest and highest value, truncation included."""
    low, high = support(distribution)
    return max(low, distribution.low), min(high, distribution.high)


def clipped(distribution: Distribution, x: Floats) -> Floats:
    """Keep values inside bounds that rounding may have crossed by the last digit."""
    low, high = bounds(distribution)
    if math.isinf(low) and math.isinf(high):
        return x
    return cast("Floats", np.clip(x, low, high))


def from_tails(distribution: Distribution, lower: Floats, upper: Floats) -> Floats:
    """Quantile before truncation from both tail probabilities; the smaller one counts."""
    match distribution.family:
        case "point" | "empirical":
            return steps(distribution).at(lower)
        case "quantiles":
            return curve(distribution.args).at_tails(lower, upper)
        case "mixture":
            return inverse(distribution).at_tails(lower, upper)
        case _:
            return closed_forms.from_tails(distribution, lower, upper)


def cdf(distribution: Distribution, x: npt.ArrayLike) -> Floats:
    """Probability that the distribution is at or below x, truncation included.

    Parameters
    ----------
    distribution : Distribution
    x : array, any shape [unit of the distribution]

    Returns
    -------
    array, shape of `x`
    """
    values = np.asarray(x, dtype=np.float64)
    law = resolved(distribution)
    if not is_truncated(law):
        return _whole_cdf(law, values)
    inside = np.clip(values, law.low, law.high)
    below, mass, above = masses(law)
    rest = (_whole_sf(law, inside) - above) / mass
    share = 1.0 - rest if below > 0.5 else (_whole_cdf(law, inside) - below) / mass
    share = np.where(values < law.low, 0.0, np.where(values >= law.high, 1.0, share))
    return cast("Floats", np.clip(share, 0.0, 1.0))


def sf(distribution: Distribution, x: npt.ArrayLike) -> Floats:
    """Probability that the distribution is above x, truncation included; counted from above, as `cdf` from below."""
    values = np.asarray(x, dtype=np.float64)
    law = resolved(distribution)
    if not is_truncated(law):
        return _whole_sf(law, values)
    inside = np.clip(values, law.low, law.high)
    below, mass, above = masses(law)
    rest = (_whole_cdf(law, inside) - below) / mass
    share = 1.0 - rest if above > 0.5 else (_whole_sf(law, inside) - above) / mass
    share = np.where(values < law.low, 1.0, np.where(values >= law.high, 0.0, share))
    return cast("Floats", np.clip(share, 0.0, 1.0))


def below(distribution: Distribution, x: npt.ArrayLike) -> Floats:
    """Probability that the distribution is below x, an atom at x left out, truncation included."""
    values = np.asarray(x, dtype=np.float64)
    law = resolved(distribution)
    if not _stepped(law):
        return cdf(law, values)
    if not is_truncated(law):
        return _whole_below(law, values)
    under, mass, _ = masses(law)
    share = (_whole_below(law, np.clip(values, law.low, law.high)) - under) / mass
    share = np.where(values <= law.low, 0.0, np.where(values > law.high, 1.0, share))
    return cast("Floats", np.clip(share, 0.0, 1.0))


@lru_cache(maxsize=1024)
def resolved(distribution: Distribution) -> Distribution:
    """Return the same law in the form that is drawn from.

    The bounds of an empirical distribution leave out values; those of a mixture become bounds of its parts, whose
    weights change to what each keeps. That is what truncation through the inverse gives, with the digits of each
    part's own tails. Mixtures of mixtures become one, their constants and values with weights one part, the last.
    """
    match distribution.family:
        case "point":
            return replace(distribution, low=-math.inf, high=math.inf)
        case "empirical":
            return between(distribution)
        case "mixture":
            return _one_mixture(distribution)
        case _:
            return distribution


def _one_mixture(distribution: Distribution) -> Distribution:
    smooth: list[tuple[float, Distribution]] = []
    atoms: dict[float, float] = {}
    for weight, part in _leaves(distribution, 1.0):
        cut = replace(part, low=max(part.low, distribution.low), high=min(part.high, distribution.high))
        kept = masses(cut)[1] / masses(part)[1] if cut.low <= cut.high else 0.0
        if weight * kept <= 0.0:
            continue
        if cut.family in ("point", "empirical"):
            law = steps(resolved(cut))
            for value, share in zip(law.values.tolist(), law.weights.tolist(), strict=True):
                atoms[value] = atoms.get(value, 0.0) + weight * kept * share
        else:
            smooth.append((weight * kept, cut))
    total = math.fsum([*(weight for weight, _ in smooth), *atoms.values()])
    smooth = [(weight / total, part) for weight, part in smooth if weight > _UNSEEN * total]
    stepped = math.fsum(atoms.values())
    if atoms and stepped > _UNSEEN * total:
        numbers = tuple(n for value in sorted(atoms) for n in (value, atoms[value] / stepped))
        smooth.append((stepped / total, Distribution("empirical", numbers)))
    if len(smooth) == 1:
        return smooth[0][1]
    return Distribution("mixture", tuple(weight for weight, _ in smooth), parts=tuple(part for _, part in smooth))


def _leaves(distribution: Distribution, weight: float) -> list[tuple[float, Distribution]]:
    """Parts of a mixture, the parts of its parts among them."""
    found: list[tuple[float, Distribution]] = []
    for share, part in zip(distribution.args, distribution.parts, strict=True):
        law = resolved(part)
        found += _leaves(law, weight * share) if law.family == "mixture" else [(weight * share, law)]
    return found


@lru_cache(maxsize=256)
def inverse(distribution: Distribution) -> Inverse:
    """Prepare the inverse of a resolved mixture, kept for the next time."""
    atoms: list[tuple[float, float]] = []
    parts: list[Component] = []
    for weight, part in zip(distribution.args, distribution.parts, strict=True):
        if part.family == "empirical":
            law = steps(part)
            atoms = [(float(x), weight * float(share)) for x, share in zip(law.values, law.weights, strict=True)]
        else:
            parts.append(_part(weight, part))
    return Inverse(tuple(parts), tuple(atoms))


def _part(weight: float, law: Distribution) -> Component:
    low, high = bounds(law)
    kinks = {low, high}
    flats: list[float] = []
    if law.family == "triangular":
        kinks.add(law.args[1])
    if law.family == "quantiles":
        kinks.update(law.args[1::2])
        flats = curve(law.args).atoms()
    return Component(
        weight,
        cdf=lambda x: cdf(law, x),
        below=lambda x: below(law, x),
        sf=lambda x: sf(law, x),
        at_tails=lambda lower, upper: at_tails(law, lower, upper),
        kinks=tuple(sorted(x for x in kinks if math.isfinite(x) and low <= x <= high)),
        flats=tuple(x for x in flats if low <= x <= high),
    )


def _stepped(distribution: Distribution) -> bool:
    """Whether the distribution may have atoms."""
    return distribution.family in ("point", "empirical", "quantiles", "mixture")


def _whole_cdf(distribution: Distribution, x: Floats | float) -> Floats:
    match distribution.family:
        case "point" | "empirical":
            return steps(_without_bounds(distribution)).cdf(x)
        case "quantiles":
            return _special.normal_cdf(curve(distribution.args).score_of(np.asarray(x), reached=True))
        case "mixture":
            pairs = zip(distribution.args, distribution.parts, strict=True)
            return cast("Floats", sum(weight * cdf(part, x) for weight, part in pairs))
        case _:
            return closed_forms.cdf(distribution, x)


def _whole_below(distribution: Distribution, x: Floats | float) -> Floats:
    match distribution.family:
        case "point" | "empirical":
            return steps(_without_bounds(distribution)).below(x)
        case "quantiles":
            return _special.normal_cdf(curve(distribution.args).score_of(np.asarray(x), reached=False))
        case "mixture":
            pairs = zip(distribution.args, distribution.parts, strict=True)
            return cast("Floats", sum(weight * below(part, x) for weight, part in pairs))
        case _:
            return closed_forms.cdf(distribution, x)


def _whole_sf(distribution: Distribution, x: Floats | float) -> Floats:
    match distribution.family:
        case "point" | "empirical":
            return steps(_without_bounds(distribution)).sf(x)
        case "quantiles":
            return _special.normal_cdf(-curve(distribution.args).score_of(np.asarray(x), reached=True))
        case "mixture":
            pairs = zip(distribution.args, distribution.parts, strict=True)
            return cast("Floats", sum(weight * sf(part, x) for weight, part in pairs))
        case _:
            return closed_forms.sf(distribution, x)


def _without_bounds(distribution: Distribution) -> Distribution:
    if math.isinf(distribution.low) and math.isinf(distribution.high):
        return distribution
    return replace(distribution, low=-math.inf, high=math.inf)
