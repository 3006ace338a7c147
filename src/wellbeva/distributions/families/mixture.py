"""Laws made of others: a mixture, by the inverse of its distribution function; and a law times a factor.

An atom holds a whole stretch of probabilities, so comparing finds it. Between two atoms only the continuous
parts count: the rest of u is a probability of theirs. One such part is inverted by its own quantile function;
several by a bracketed solver, since their joint quantile lies between the lowest and the highest of theirs. For many
draws that solver is asked once, for a table of polynomials in the normal score; the pieces that resist (about a gap
between two humps, or next to a kink) are left to it.

References
----------
Chandrupatla (1997), A new hybrid quadratic/bisection algorithm for finding the zero of a nonlinear function without
using derivatives, Advances in Engineering Software 28(3), doi:10.1016/s0965-9978(96)00051-8 (as SciPy has it).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import cast

import numpy as np

from wellbeva.core.arrays import Flags, Floats
from wellbeva.distributions import quantile
from wellbeva.distributions.admissible import check_many, check_weight
from wellbeva.distributions.describe import describe
from wellbeva.distributions.families.discrete import steps
from wellbeva.distributions.family import Family, Scored, bare, family_of, register
from wellbeva.distributions.fit_result import Fit, FitError
from wellbeva.distributions.moments import moments
from wellbeva.distributions.notation import percent
from wellbeva.distributions.numerics import polynomials, special
from wellbeva.distributions.quantile import masses, resolved
from wellbeva.distributions.spec import Distribution

TOLERANCE = 1e-10
"""Greatest error of a table at the points where it is checked, as a share of the value or, where that is more, of the
distance from the 16% to the 84% quantile of the narrowest part."""

_UNSEEN = 1e-18
"""Weight of a part of a mixture, after truncation, below which no draw of 52 bits ever falls on it."""

_EXACT = 1e-20
"""Where the solver stops, as a share of that distance; or at four units in the last place of the value."""

_REACH = 8.25
"""Normal score beyond those of 2**-53 and 1 - 2**-53 (8.21)."""

_STEP = 0.5
_SPLITS = 9
"""How often a piece is halved before the solver takes it: to a width of 0.001."""

MOST_PARTS = 100

_SUM = 1e-9
"""How far weights may be from adding to 1."""


@dataclass(frozen=True, slots=True)
class Component:
    """A continuous part of a mixture.

    Parameters
    ----------
    weight : float
    law : Distribution
    at_tails : callable
        Quantile of the law from the probabilities below and above.
    kinks : tuple of float
        Values at which its distribution function is not smooth.
    flats : tuple of float
        Values at which it jumps after all (`quantiles` with two equal values).
    """

    weight: float
    law: Distribution
    at_tails: Callable[[Floats, Floats], Floats]
    kinks: tuple[float, ...]
    flats: tuple[float, ...]


class Inverse:
    """Quantiles of a mixture.

    Parameters
    ----------
    parts : tuple of Component
        At least one.
    atoms : tuple of (float, float)
        Value and probability, values rising.
    table : Table or None
        Of the continuous parts.
    """

    __slots__ = ("_above", "_before", "_ends", "_levels", "_share", "_values", "atoms", "parts", "scale", "table")

    def __init__(
        self, parts: tuple[Component, ...], atoms: tuple[tuple[float, float], ...], *, table: Table | None = None
    ) -> None:
        self.parts = parts
        self.atoms = atoms
        self.table = table
        flats = {x: 0.0 for part in parts for x in part.flats}
        jumps = sorted((flats | dict(atoms)).items())
        self._values = np.array([x for x, _ in jumps])
        weights = np.array([weight for _, weight in jumps])
        # Probability of the atoms alone: below and above each stretch between two of them.
        self._before = np.concatenate([[0.0], np.cumsum(weights)])
        self._above = np.concatenate([np.cumsum(weights[::-1])[::-1], [0.0]])
        under = np.zeros(weights.size) + sum(part.weight * quantile.below(part.law, self._values) for part in parts)
        upto = np.zeros(weights.size) + sum(part.weight * quantile.cdf(part.law, self._values) for part in parts)
        self._levels = np.stack([self._before[:-1] + under, self._before[1:] + upto], axis=1).ravel()
        self._ends = np.concatenate([[-np.inf], self._values, [np.inf]])
        self._share = sum(part.weight for part in parts)
        low, high = (np.array([float(part.at_tails(p, 1.0 - p)[0]) for part in parts]) for p in _SIXTHS)
        self.scale = float((high - low).min())

    def at_tails(self, lower: Floats, upper: Floats) -> Floats:
        """Quantile from the probabilities below and above; each value depends on its own alone.

        Parameters
        ----------
        lower, upper : array, any shape
            They add to 1; the smaller one counts.

        Returns
        -------
        array, shape of `lower` [unit of the mixture]
        """
        place = np.searchsorted(self._levels, lower, side="left")
        stretch = place // 2
        result = np.empty(np.shape(lower))
        on_atom = place % 2 == 1
        if on_atom.any():
            result[on_atom] = self._values[stretch[on_atom]]
        rest = ~on_atom
        if rest.any():
            between = stretch[rest]
            below = np.clip((lower[rest] - self._before[between]) / self._share, _LEAST, 1.0)
            above = np.clip((upper[rest] - self._above[between]) / self._share, _LEAST, 1.0)
            quantiles = self._continuous(below, above)
            result[rest] = np.clip(quantiles, self._ends[between], self._ends[between + 1])
        return result

    def tabled(self) -> Inverse:
        """Return the same inverse with a table of its continuous parts."""
        return Inverse(self.parts, self.atoms, table=build(self))

    def _continuous(self, lower: Floats, upper: Floats) -> Floats:
        if len(self.parts) == 1:
            return self.parts[0].at_tails(lower, upper)
        if self.table is None:
            return self.solved(lower, upper)
        value, in_table = self.table(special.nearer_score(lower, upper))
        if not in_table.all():
            value[~in_table] = self.solved(lower[~in_table], upper[~in_table])
        return value

    def solved(self, lower: Floats, upper: Floats) -> Floats:
        """Quantile of the continuous parts by a bracketed solver, each tail counted from its own side.

        Parameters
        ----------
        lower, upper : array, any shape
            Probabilities below and above among the continuous parts alone, the atoms left out; the smaller one counts.

        Returns
        -------
        array, shape of `lower` [unit of the mixture]
        """
        from scipy.optimize import elementwise

        quantiles = np.stack([part.at_tails(lower, upper) for part in self.parts])
        low, high = quantiles.min(axis=0), quantiles.max(axis=0)
        result = low.copy()
        at_low, at_high = self._gap(low, lower, upper), self._gap(high, lower, upper)
        # Where rounding has put an end of the bracket on the wrong side, that end is the quantile.
        open_ = (at_low < 0.0) & (at_high > 0.0)
        result[(at_low < 0.0) & ~open_] = high[(at_low < 0.0) & ~open_]
        if open_.any():
            roots = elementwise.find_root(
                self._gap,
                (low[open_], high[open_]),
                args=(lower[open_], upper[open_]),
                tolerances={"xatol": _EXACT * self.scale, "xrtol": 4.0 * np.finfo(float).eps},
            )
            result[open_] = roots.x
        return cast("Floats", result)

    def _gap(self, x: Floats, lower: Floats, upper: Floats) -> Floats:
        """How far the probability at x is above the one asked for, from the nearer tail."""
        below = sum(part.weight * quantile.cdf(part.law, x) for part in self.parts) / self._share
        above = sum(part.weight * quantile.sf(part.law, x) for part in self.parts) / self._share
        return cast("Floats", np.where(lower <= 0.5, below - lower, upper - above))


class Table:
    """Polynomials in the normal score on pieces of unequal width.

    Parameters
    ----------
    edges : array (piece + 1,)
    coefficients : array (power, piece)
        In t from -1 to 1.
    usable : bool array (piece,)
        False where the solver is to be asked.
    """

    __slots__ = ("_coefficients", "_edges", "_usable")

    def __init__(self, edges: Floats, coefficients: Floats, usable: Flags) -> None:
        self._edges = edges
        self._coefficients = coefficients
        self._usable = usable

    def __call__(self, z: Floats) -> tuple[Floats, Flags]:
        """Return values, and where they may be used."""
        piece = np.searchsorted(self._edges, z, side="right") - 1
        inside = (piece >= 0) & (piece < self._usable.size)
        index = np.clip(piece, 0, self._usable.size - 1)
        left, right = self._edges[index], self._edges[index + 1]
        t = np.clip(2.0 * (z - left) / (right - left) - 1.0, -1.0, 1.0)
        return polynomials.horner(self._coefficients, index, t), inside & self._usable[index]


def build(mixture: Inverse) -> Table:
    """Build a table: pieces between kinks, halved until they agree with the solver to `TOLERANCE`."""
    kinks = np.array(sorted({x for part in mixture.parts for x in (*part.kinks, *part.flats)}))
    share = sum(part.weight for part in mixture.parts)
    scores = [np.arange(-_REACH, _REACH + _STEP / 2.0, _STEP)]
    lower, upto, upper = (
        np.zeros(kinks.size) + sum(part.weight * side(part.law, kinks) for part in mixture.parts) / share
        for side in (quantile.below, quantile.cdf, quantile.sf)
    )
    scores += [special.nearer_score(lower, 1.0 - lower), special.nearer_score(upto, upper)]
    joined = np.concatenate(scores)
    edges = np.unique(joined[np.abs(joined) <= _REACH])
    left, width = edges[:-1], np.diff(edges)
    done: list[tuple[Floats, Floats, Flags]] = []
    for split in range(_SPLITS + 1):
        rows, good = _tried(mixture, left, width)
        last = split == _SPLITS
        final = good | last
        done.append((left[final], rows[:, final], good[final]))
        if final.all():
            break
        half = width[~final] / 2.0
        left = np.concatenate([left[~final], left[~final] + half])
        width = np.concatenate([half, half])
    starts = np.concatenate([piece[0] for piece in done])
    order = np.argsort(starts)
    return Table(
        np.concatenate([starts[order], [edges[-1]]]),
        np.ascontiguousarray(np.concatenate([piece[1] for piece in done], axis=1)[:, order]),
        np.concatenate([piece[2] for piece in done])[order],
    )


def _tried(mixture: Inverse, left: Floats, width: Floats) -> tuple[Floats, Flags]:
    """Coefficients of the polynomials on some pieces, and which of them are near enough."""
    shares = np.concatenate([polynomials.nodes() / 2.0, polynomials.CHECKS])[:, None]
    z = left + width * shares
    tail = special.normal_cdf(-np.abs(z.ravel()))
    negative = z.ravel() < 0.0
    exact = mixture.solved(np.where(negative, tail, 1.0 - tail), np.where(negative, 1.0 - tail, tail)).reshape(z.shape)
    count = polynomials.DEGREE + 1
    rows = polynomials.coefficients(exact[:count])
    t = 2.0 * shares[count:] - 1.0
    value = np.broadcast_to(rows[-1], (t.size, left.size))
    for row in rows[-2::-1]:
        value = value * t + row
    allowed = TOLERANCE * np.maximum(np.abs(exact[count:]), mixture.scale)
    return rows, np.asarray((np.abs(value - exact[count:]) <= allowed).all(axis=0))


_LEAST = 1e-300
"""Least probability a part is asked for; rounding may leave zero or less next to an atom."""

_SIXTHS = (np.array([0.16]), np.array([0.84]))


@register
class Mixture(Family):
    """One of several distributions, each with its chance: the weights of `parts`."""

    name = "mixture"
    title = "Mixture"
    kernel = None
    has_atoms = True

    def support(self, law: Distribution) -> tuple[float, float]:
        """Lowest and highest value of all parts."""
        ends = [quantile.bounds(part) for part in law.parts]
        return min(low for low, _ in ends), max(high for _, high in ends)

    def times(self, law: Distribution, factor: float) -> Distribution:
        parts = tuple(family_of(part).times(part, factor) for part in law.parts)
        return replace(law, parts=parts, low=law.low * factor, high=law.high * factor)

    def ppf(self, law: Distribution, lower: Floats, upper: Floats) -> Floats:
        return inverse(law).at_tails(lower, upper)

    def cdf(self, law: Distribution, x: Floats) -> Floats:
        return cast("Floats", sum(weight * quantile.cdf(part, x) for weight, part in _pairs(law)))

    def below(self, law: Distribution, x: Floats) -> Floats:
        return cast("Floats", sum(weight * quantile.below(part, x) for weight, part in _pairs(law)))

    def sf(self, law: Distribution, x: Floats) -> Floats:
        return cast("Floats", sum(weight * quantile.sf(part, x) for weight, part in _pairs(law)))

    def resolved(self, law: Distribution) -> Distribution:
        """Make of mixtures within mixtures one, and of all constants one part, the last; bounds go to the parts."""
        smooth: list[tuple[float, Distribution]] = []
        atoms: dict[float, float] = {}
        for weight, part in _leaves(law, 1.0):
            cut = replace(part, low=max(part.low, law.low), high=min(part.high, law.high))
            left = masses(cut)[1] / masses(part)[1] if cut.low <= cut.high else 0.0
            if weight * left <= 0.0:
                continue
            if cut.family in ("point", "empirical"):
                stepped = steps(resolved(cut))
                for value, share in zip(stepped.values.tolist(), stepped.weights.tolist(), strict=True):
                    atoms[value] = atoms.get(value, 0.0) + weight * left * share
            else:
                smooth.append((weight * left, cut))
        total = math.fsum([*(weight for weight, _ in smooth), *atoms.values()])
        smooth = [(weight / total, part) for weight, part in smooth if weight > _UNSEEN * total]
        certain = math.fsum(atoms.values())
        if atoms and certain > _UNSEEN * total:
            numbers = tuple(n for value in sorted(atoms) for n in (value, atoms[value] / certain))
            smooth.append((certain / total, Distribution("empirical", numbers)))
        if len(smooth) == 1:
            return smooth[0][1]
        return Distribution("mixture", tuple(weight for weight, _ in smooth), parts=tuple(part for _, part in smooth))

    def moments(self, law: Distribution) -> tuple[float, float]:
        """Exact from the parts: the variance is the mean of theirs and the variance of their means."""
        triples = [(weight, *moments(part)) for weight, part in _pairs(law)]
        centre = math.fsum(weight * inner for weight, inner, _ in triples)
        square = math.fsum(weight * (spread**2 + (inner - centre) ** 2) for weight, inner, spread in triples)
        return centre, math.sqrt(square)

    moments_between = moments
    """The parts have the bounds: see `resolved`."""

    def items(self, law: Distribution) -> list[str]:
        return [f"{bare(100.0 * weight)}% {describe(part)}" for weight, part in _pairs(law)]


def _pairs(law: Distribution) -> Iterator[tuple[float, Distribution]]:
    return zip(law.args, law.parts, strict=True)


def _leaves(distribution: Distribution, weight: float) -> list[tuple[float, Distribution]]:
    """Parts of a mixture, the parts of its parts among them."""
    leaves: list[tuple[float, Distribution]] = []
    for share, part in _pairs(distribution):
        law = resolved(part)
        leaves += _leaves(law, weight * share) if law.family == "mixture" else [(weight * share, law)]
    return leaves


@lru_cache(maxsize=256)
def inverse(distribution: Distribution) -> Inverse:
    """Prepare the inverse of a resolved mixture, kept for the next time."""
    atoms: list[tuple[float, float]] = []
    parts: list[Component] = []
    for weight, part in _pairs(distribution):
        if part.family == "empirical":
            law = steps(part)
            atoms = [(float(x), weight * float(share)) for x, share in zip(law.values, law.weights, strict=True)]
        else:
            parts.append(_part(weight, part))
    return Inverse(tuple(parts), tuple(atoms))


def _part(weight: float, law: Distribution) -> Component:
    low, high = quantile.bounds(law)
    family = family_of(law)
    return Component(
        weight,
        law,
        at_tails=lambda lower, upper: quantile.at_tails(law, lower, upper),
        kinks=tuple(sorted(x for x in {low, high, *family.kinks(law)} if math.isfinite(x) and low <= x <= high)),
        flats=tuple(x for x in family.flats(law) if low <= x <= high),
    )


def fit_mixture(weights: Sequence[float], parts: Sequence[Distribution]) -> Fit:
    """One of several distributions, each with its chance; a constant is a `point`.

    Parameters
    ----------
    weights : sequence of float
        They add to 1.
    parts : sequence of Distribution
        In one unit.

    Raises
    ------
    FitError
        If there are fewer than two parts, or the weights are not above 0 or do not add to 1.

    Examples
    --------
    >>> from wellbeva.distributions.moments import mean
    >>> found = fit_mixture([0.7, 0.3], [Distribution("normal", (0.3, 0.1)), Distribution("point", (0.0,))])
    >>> round(mean(found.distribution), 12)
    0.21
    """
    check_many(len(parts), MOST_PARTS, "parts of a mixture")
    given = [float(weight) for weight in weights]
    for weight, part in zip(given, parts, strict=True):
        check_weight(weight, f"a part ({part.family})")
    if len(parts) < 2:
        raise FitError(
            "a mixture needs at least two parts",
            (f"given: {len(parts)}",),
            "write two or more with their chances, for example `{mixture: {70%: 0.30 (0.05 to 0.55), 30%: 0}}`",
        )
    total = math.fsum(given)
    if abs(total - 1.0) > _SUM:
        raise FitError(
            "the chances of a mixture must add to 100%",
            (f"{' + '.join(percent(weight) for weight in given)} = {percent(total)}",),
            "correct them; what is left over may be a part of its own",
        )
    if all(part == parts[0] for part in parts):
        raise FitError(
            "all parts of the mixture are the same",
            (f"{len(parts)} times the same {parts[0].family}",),
            "write it once",
        )
    return Fit(Distribution("mixture", tuple(weight / total for weight in given), parts=tuple(parts)))


@register
class Scaled(Family):
    """A factor, and the law that it multiplies: for families whose own arguments cannot say so, as a beta to 1.25.

    The law is the only part, and has no bounds; those of the product stand beside it.
    """

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
