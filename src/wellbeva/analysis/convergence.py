"""Error against draws: how fast each reported number settles by each design, and what a quasi-random draw is worth.

A design is run at growing numbers of draws, several times at each with seeds of their own, so that no two runs share a
draw. Standard errors come from the spread between the 16 randomisations of a run (semantics R44); the squares of the
repeated runs are averaged, which leaves 15 degrees of freedom for each run.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
from scipy.special import fdtri

from wellbeva.engine.lanes import LANE
from wellbeva.engine.reductions.replicates import RANDOMISATIONS
from wellbeva.engine.reductions.result import EngineResult, Floats
from wellbeva.engine.run.block_loop import MOST_DRAWS
from wellbeva.plan.plan import Plan
from wellbeva.results.deterministic import COST, EFFECT, NET_COST, ratio_per_1000
from wellbeva.results.probabilities import evpi_rows
from wellbeva.results.standard_errors import error_of_rows, jackknife

LEAST: Final = RANDOMISATIONS * LANE
"""Draws of the smallest run: 16 randomisations of 512."""
NINE_OF_TEN: Final = 0.95
"""What lies above with a chance of 5%, and below its reciprocal too: the middle 9 of 10."""
MOST_OUTCOMES: Final = 24
"""Cells of outcomes that are looked at where nothing is decided."""
FEWEST: Final = 5 / LANE
"""Chances nearer to 0 or 1 are left out: of 512 draws fewer than five would tell them from it, and the spread of such
counts is too far from normal for the errors to be compared."""

Kind = Literal["net_benefit", "effect", "per_1000", "evpi", "best", "worth_it", "no_benefit", "outcome"]
CHANCES: Final = ("best", "worth_it", "no_benefit")


@dataclass(frozen=True, slots=True)
class Quantity:
    """One reported number.

    Parameters
    ----------
    kind : str
        ``net_benefit`` and ``evpi`` are at the central value of one unit of effect, and so are ``best`` and
        ``worth_it``; ``per_1000`` is effect for each 1,000 of cost as a ratio of means.
    name : str
        Option of the decision, or outcome of a model that decides nothing; empty for ``evpi``.
    labels : tuple of (axis, label)
        The cell of an outcome.
    """

    kind: Kind
    name: str = ""
    labels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number of one run with its standard error."""

    value: float
    error: float


@dataclass(frozen=True, slots=True)
class Gain:
    """How many random draws one draw of a design is worth, and the middle 9 of 10 of what that may be."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Rate:
    """Slope of the logarithm of the standard error over that of the draws, with its own standard error."""

    slope: float
    error: float


@dataclass(frozen=True, slots=True)
class Needed:
    """Draws that a wanted error asks for.

    Parameters
    ----------
    draws : int
    beyond : bool
        Whether that is more than was drawn, so that the line was followed past where it is known.
    """

    draws: int
    beyond: bool


@dataclass(frozen=True, slots=True, eq=False)
class Settling:
    """How one number settles.

    Parameters
    ----------
    quantity : Quantity
    value : float
        Average of the first design's runs of the most draws.
    sizes : tuple of int
        Draws, rising by twos.
    errors : mapping of design to array (size,)
        Standard error of one run, in the unit of the number; the root mean square over repeats.
    repeats : int
    """

    quantity: Quantity
    value: float
    sizes: tuple[int, ...]
    errors: Mapping[str, Floats]
    repeats: int

    @property
    def freedom(self) -> int:
        """Degrees of freedom of each squared error."""
        return (RANDOMISATIONS - 1) * self.repeats

    def target(self, within: float) -> float:
        """Return the standard error that is a share of the number, or of all futures if it is a chance."""
        return within if self.quantity.kind in CHANCES else within * abs(self.value)

    def gain(self, at: int = -1, *, design: str = "sobol") -> Gain:
        """How many random draws one draw of a design is worth: the ratio of the two squared errors.

        Each squared error is that of a variance of near-normal means, so the ratio over the true one has an F
        distribution; its middle 9 of 10 is given.

        Parameters
        ----------
        at : int
            Index into `sizes`.
        design : str
        """
        ours, theirs = float(self.errors[design][at]), float(self.errors["random"][at])
        value = (theirs / ours) ** 2 if ours > 0 and theirs > 0 else math.nan
        factor = gain_factor(self.repeats)
        return Gain(value, value / factor, value * factor)

    def rate(self, design: str) -> Rate:
        """Slope of log error over log draws by least squares: about -0.5 for random draws.

        Its standard error is that of the fit if all squared errors are chi-square about a straight line: the logarithm
        of a standard error has variance 1 / (2 df).
        """
        error = self.errors[design]
        known = error > 0
        if known.sum() < 2:
            return Rate(math.nan, math.nan)
        x = np.log(np.asarray(self.sizes, dtype=np.float64)[known])
        x = x - x.mean()
        spread = float((x**2).sum())
        return Rate(float((x * np.log(error[known])).sum()) / spread, rate_error(x, self.freedom))

    def needed(self, design: str, within: float) -> Needed | None:
        """Draws at which the standard error is a share of the number itself, or of all futures if it is a chance.

        Of random draws the error is sd / sqrt(N). Other designs follow the line that was fitted, but no flatter than
        random draws, for in the long run a scrambled net does no worse; they take powers of two.

        Parameters
        ----------
        within : float
            Wanted standard error, as a share of the absolute value; of a chance, the wanted error itself.

        Returns
        -------
        Needed or None
            None where the number is 0 or no error is known, or where more draws would be needed than a run takes.

        References
        ----------
        Owen (1997), Scrambled net variance for integrals of smooth functions. Annals of Statistics 25(4), 1541-1562.
        doi:10.1214/aos/1031594731
        """
        error, sizes = self.errors[design], np.asarray(self.sizes, dtype=np.float64)
        target, known = self.target(within), error > 0
        if not (target > 0 and known.any()):
            return None
        if design == "random":
            exact = float((error[known] ** 2 * sizes[known]).mean()) / target**2
            draws = exact if exact > MOST_DRAWS else math.ceil(exact / LEAST) * LEAST
        else:
            slope = self.rate(design).slope
            slope = -0.5 if math.isnan(slope) else min(slope, -0.5)
            power = np.log2(sizes[known]).mean() + (math.log2(target) - np.log2(error[known]).mean()) / slope
            draws = 2.0 ** math.ceil(min(power - 1e-9, 60.0))
        if draws > MOST_DRAWS:
            return None
        return Needed(max(LEAST, int(draws)), draws > self.sizes[-1])


@dataclass(frozen=True, slots=True, eq=False)
class Convergence:
    """How all numbers settle.

    Parameters
    ----------
    sizes : tuple of int
    designs : tuple of str
        The quasi-random one first.
    repeats : int
        Runs at each size.
    numbers : tuple of Settling
        Those that are uncertain.
    reason : {"", "supplied", "certain"}
        Why there is none: the draws are rows of a table, or no number is uncertain.
    rows : int
        Of supplied draws.
    """

    sizes: tuple[int, ...]
    designs: tuple[str, ...]
    repeats: int
    numbers: tuple[Settling, ...]
    reason: Literal["", "supplied", "certain"] = ""
    rows: int = 0


def gain_factor(repeats: int) -> float:
    """Factor by which a gain may be off, up or down, in 9 of 10 comparisons.

    Examples
    --------
    >>> round(gain_factor(1), 1), round(gain_factor(4), 1)
    (2.4, 1.5)
    """
    freedom = (RANDOMISATIONS - 1) * repeats
    return float(fdtri(freedom, freedom, NINE_OF_TEN))


def error_of_error(repeats: int) -> float:
    """Relative standard error of a standard error, 1 / sqrt(2 df): of one run of 16 randomisations about 18%.

    Examples
    --------
    >>> round(error_of_error(1), 2), round(error_of_error(4), 2)
    (0.18, 0.09)
    """
    return 1 / math.sqrt(2 * (RANDOMISATIONS - 1) * repeats)


def rate_error(logs: Floats, freedom: int) -> float:
    """Standard error of a slope over centred logarithms of draws, each error with so many degrees of freedom."""
    return 1 / math.sqrt(2 * freedom * float((logs**2).sum()))


def sizes_to(draws: int) -> tuple[int, ...]:
    """Powers of two from 8,192 to the first that is not below `draws`, two at least.

    Examples
    --------
    >>> sizes_to(30_000)
    (8192, 16384, 32768)
    """
    last = max(LEAST.bit_length(), (max(1, draws) - 1).bit_length())
    return tuple(2**power for power in range(LEAST.bit_length() - 1, last + 1))


def asked_of(plan: Plan) -> Plan:
    """Return the plan reduced to what is looked at here: the decision at its own values, or some outcomes.

    Every number has the same draws as in a run of the whole plan.
    """
    drawn = tuple(equation for equation in plan.equations if equation.stage == "draw")
    kept = {one.name for one in drawn}
    outcomes: tuple[str, ...] = ()
    decision = plan.decision
    if decision is None:
        outcomes = tuple(
            name for name in plan.outcomes if name in kept and "time" not in plan.equation(name).expression.axes
        )
    else:
        decision = replace(decision, thresholds=tuple(sorted(set(decision.values))))
    groups = tuple(group for group in plan.groups if kept.issuperset(group))
    return replace(
        plan, equations=drawn, groups=groups, outcomes=outcomes, decision=decision, break_even=(), checks=plan.checks
    )


def measure(plan: Plan, result: EngineResult) -> dict[Quantity, Estimate]:
    """Take the numbers that matter from one run, each with its standard error.

    Parameters
    ----------
    plan : Plan
    result : EngineResult
        Of a design, not of supplied draws.

    Returns
    -------
    dict of Quantity to Estimate
        Of rivals: net benefit of each option, the value of perfect information, the chance of being best. Of offers:
        effect for each 1,000 of cost, the chance of being worth it. Without a decision: the mean of each outcome.
    """
    decision = plan.decision
    if decision is None:
        return _outcomes(plan, result)
    found: dict[Quantity, Estimate] = {}
    if decision.choose == "several":
        found |= _per_1000(decision.options, result)
    elif decision.levels:
        found |= _means(
            "net_benefit", decision.options, result.moments["decision.net_benefit"].mean[:, decision.central]
        )
    if not found:
        found |= _means("effect", decision.options, result.moments["decision.effect"].mean)
    tally = result.tally
    if tally is None:
        return found
    if decision.choose == "one":
        if decision.levels:
            at = int(np.flatnonzero(tally.thresholds == decision.values[decision.central])[0])
            found |= _means("evpi", ("",), evpi_rows(result, tally)[:, at : at + 1])
            ways = 1.0 / np.arange(1, tally.best.shape[-1] + 1)
            shares = (tally.best[:, at] * ways).sum(axis=-1) / tally.count[:, np.newaxis]
            found |= _means("best", decision.options, shares)
    elif decision.levels:
        found |= _means("worth_it", decision.options, tally.worth_it[:, decision.central] / tally.count[:, np.newaxis])
    else:
        found |= _means("no_benefit", decision.options, tally.no_benefit / tally.count[:, np.newaxis])
    return found


def settle(
    runs: Mapping[tuple[str, int], Sequence[Mapping[Quantity, Estimate]]],
    *,
    designs: Sequence[str],
    sizes: Sequence[int],
) -> tuple[Settling, ...]:
    """Join what the runs measured; a number without spread, and a chance too near to 0 or 1, is left out.

    Parameters
    ----------
    runs : mapping of (design, draws) to sequence of what `measure` gave
        One a repeat.
    designs : sequence of str
    sizes : sequence of int
    """
    first = runs[designs[0], sizes[-1]]
    found = []
    for quantity in first[0]:
        errors = {design: np.asarray([_pooled(runs[design, size], quantity) for size in sizes]) for design in designs}
        value = float(np.mean([one[quantity].value for one in first]))
        if quantity.kind in CHANCES and not FEWEST <= value <= 1 - FEWEST:
            continue
        if all(np.isfinite(error).all() and error.any() for error in errors.values()):
            found.append(Settling(quantity, value, tuple(sizes), errors, len(first)))
    return tuple(found)


def _pooled(repeats: Sequence[Mapping[Quantity, Estimate]], quantity: Quantity) -> float:
    return math.sqrt(sum(repeat[quantity].error ** 2 for repeat in repeats) / len(repeats))


def _means(kind: Kind, names: Sequence[str], rows: Floats) -> dict[Quantity, Estimate]:
    """Estimates from means of randomisations, array (randomisation, name)."""
    error = error_of_rows(rows)
    return {
        Quantity(kind, name): Estimate(float(rows[:, index].mean()), float(error[index]))
        for index, name in enumerate(names)
    }


def _per_1000(options: Sequence[str], result: EngineResult) -> dict[Quantity, Estimate]:
    """Effect for each 1,000 of cost, where there is a cost."""
    moments = {name: result.moments[name] for name in (EFFECT, COST, NET_COST) if name in result.moments}
    means = {name: moment.mean for name, moment in moments.items()}
    counts = moments[COST].count
    values, errors = jackknife(means, counts, lambda means: {"ratio": ratio_per_1000(means)})
    return {
        Quantity("per_1000", name): Estimate(float(value), float(error))
        for name, value, error in zip(options, values["ratio"], errors["ratio"], strict=True)
        if math.isfinite(value)
    }


def _outcomes(plan: Plan, result: EngineResult) -> dict[Quantity, Estimate]:
    found: dict[Quantity, Estimate] = {}
    for name in plan.outcomes:
        moments = result.moments.get(name)
        if moments is None:
            continue
        error = error_of_rows(moments.mean)
        for place in np.ndindex(error.shape):
            labels = tuple((axis, plan.axes[axis].labels[at]) for axis, at in zip(moments.axes, place, strict=True))
            rows = moments.mean[(slice(None), *place)]
            found[Quantity("outcome", name, labels)] = Estimate(float(rows.mean()), float(error[place]))
    return dict(list(found.items())[:MOST_OUTCOMES])
