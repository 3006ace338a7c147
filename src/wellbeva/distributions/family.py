"""The declaration of a family of distributions: one class in one file of `families`; all else reads the registry."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar, Literal, TypeVar

import numpy as np

from wellbeva.core.arrays import Floats
from wellbeva.distributions.fit_result import Fit, FitError
from wellbeva.distributions.notation import PLAIN, Notation, number
from wellbeva.distributions.spec import Distribution

Kind = Literal["octaves", "uniform", "triangular"]
Centre = Literal["mean", "median"]


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of the long form.

    Parameters
    ----------
    name : str
    doc : str
        For editors.
    unit : {"value", "none", "inverse"}
        That of the value, none (a count, a shape), or one over that of the value (a rate).
    """

    name: str
    doc: str
    unit: Literal["value", "none", "inverse"] = "value"


ARGUMENTS = (
    Argument("mean", "Mean."),
    Argument("median", "Median."),
    Argument("sd", "Standard deviation."),
    Argument("se", "Standard error of the mean, taken as its standard deviation."),
    Argument("min", "Lowest."),
    Argument("mode", "Most likely."),
    Argument("max", "Highest."),
)
"""Arguments that mean the same in every family; those of one family are in its class."""


@dataclass(frozen=True, slots=True)
class Given:
    """Named arguments as a person gave them; an interval is ``low`` and ``high``.

    Parameters
    ----------
    numbers : mapping of str to float [unit of the parameter]
    level : float
        Level of the interval, from 0 to 1.
    notation : Notation
        How the numbers are written, for an error's words.
    """

    numbers: Mapping[str, float]
    level: float = 0.95
    notation: Notation = field(default=PLAIN)

    def __getitem__(self, name: str) -> float:
        return self.numbers[name]

    def positive(self, *names: str) -> tuple[float, ...]:
        """Return some of the numbers, each above 0.

        Raises
        ------
        FitError
        """
        for name in names:
            if self[name] <= 0.0:
                raise FitError(
                    f"{name} must be above 0",
                    (f"{name} is {number(self[name])}",),
                    "check the number against the source",
                )
        return tuple(self[name] for name in names)


Recipe = Callable[[Given], Fit]


@dataclass(frozen=True, slots=True)
class Example:
    """An example of the long form; the reference prints it and the tests run it.

    Parameters
    ----------
    when : str
        When to use the family: "use it where …".
    unit : str
        Of the parameter in the example.
    written : str
        As written in a scenario, after the parameter's name.
    mean : float
        Of what is drawn, in the parameter's unit, to the figures given.
    low, high : float
        Quantiles at 2.5% and 97.5%.
    """

    when: str
    unit: str
    written: str
    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Odds:
    """A quantity above 0 whose logarithm is a smooth function of the normal score, tails and all.

    Parameters
    ----------
    below, above : callable
        The quantity at the probability below, or above; asked where that is the smaller one.
    value : callable
        From the quantity to the value.
    """

    below: Callable[[Floats], Floats]
    above: Callable[[Floats], Floats]
    value: Callable[[Floats], Floats]


@dataclass(frozen=True, slots=True)
class Scored:
    """An untruncated law and its odds, which follow from it."""

    law: Distribution
    odds: Odds = field(compare=False)


class Family(ABC):
    """A family of distributions.

    A subclass says how it is named and written, its law before truncation, and what it is made from. `law` is a
    distribution of this family; its bounds matter only to `moments_between` and `resolved`.
    `TailFamily` has `ppf` from two tails, `moments.DensityFamily` has `moments_between` from a density.
    """

    name: ClassVar[str]
    """As `Distribution.family` and files name it."""
    title: ClassVar[str]
    """For people."""
    arguments: ClassVar[tuple[str, ...]] = ()
    """Names of `Distribution.args`, in their order; empty where there may be any number of them."""
    in_unit: ClassVar[tuple[str, ...]] = ()
    """Those of `arguments` that have the unit of the value, where the law times a factor is of the same family."""
    within: ClassVar[tuple[float, float]] = (-math.inf, math.inf)
    """Range of every law of the family."""
    kernel: ClassVar[Kind | None] = "octaves"
    """How it is drawn: by a table of octaves, by a kernel of its own in `sampling`, or, None, by its quantiles."""
    has_atoms: ClassVar[bool] = False
    """Whether a value may have a probability above 0."""

    needs: ClassVar[str] = ""
    """Arguments of the long form, in words; empty for a family without one. ``ciNN`` is an interval."""
    doc: ClassVar[str] = ""
    """One sentence and an example in back quotes, for editors."""
    example: ClassVar[Example]
    own_arguments: ClassVar[tuple[Argument, ...]] = ()
    """Arguments of the long form that are not among `ARGUMENTS`, or mean something else here."""
    takes_bounds: ClassVar[bool] = False
    """Whether ``low`` and ``high`` are arguments of the long form, to cut the law."""
    limits: ClassVar[str] = ""
    """Which arguments are taken, in words; see `extreme`."""

    # ---- the law before truncation

    def support(self, law: Distribution) -> tuple[float, float]:
        """Lowest and highest value."""
        return self.within

    @abstractmethod
    def ppf(self, law: Distribution, lower: Floats, upper: Floats) -> Floats:
        """Quantile from the probabilities below and above; the smaller one counts.

        Parameters
        ----------
        law : Distribution
        lower, upper : array, any shape

        Returns
        -------
        array, shape of `lower` [unit of the law]
        """

    @abstractmethod
    def cdf(self, law: Distribution, x: Floats) -> Floats:
        """Probability at or below x.

        Parameters
        ----------
        law : Distribution
        x : array, any shape [unit of the law]

        Returns
        -------
        array, shape of `x`
        """

    @abstractmethod
    def sf(self, law: Distribution, x: Floats) -> Floats:
        """Probability above x, counted from above: no `1 - cdf`, which loses the digits of the tail.

        Parameters
        ----------
        law : Distribution
        x : array, any shape [unit of the law]

        Returns
        -------
        array, shape of `x`
        """

    def below(self, law: Distribution, x: Floats) -> Floats:
        """Probability below x, an atom at x left out.

        Parameters
        ----------
        law : Distribution
        x : array, any shape [unit of the law]

        Returns
        -------
        array, shape of `x`
        """
        return self.cdf(law, x)

    def kinks(self, law: Distribution) -> tuple[float, ...]:
        """Values at which the distribution function is not smooth, other than the ends of the support."""
        return ()

    def flats(self, law: Distribution) -> tuple[float, ...]:
        """Values at which a law that is continuous elsewhere jumps."""
        return ()

    def resolved(self, law: Distribution) -> Distribution:
        """Return the same law in the form that is drawn from."""
        return law

    def times(self, law: Distribution, factor: float) -> Distribution:
        """Return the law of the value times a factor, its bounds moved with it (semantics R228).

        Parameters
        ----------
        law : Distribution
        factor : float
            Above 0.
        """
        low, high = law.low * factor, law.high * factor
        if not self.in_unit:
            return Distribution("scaled", (factor,), low, high, parts=(replace(law, low=-math.inf, high=math.inf),))
        args = (x * factor if name in self.in_unit else x for name, x in zip(self.arguments, law.args, strict=True))
        return replace(law, args=tuple(args), low=low, high=high)

    # ---- moments

    @abstractmethod
    def moments(self, law: Distribution) -> tuple[float, float]:
        """Mean and standard deviation before truncation."""

    @abstractmethod
    def moments_between(self, law: Distribution) -> tuple[float, float]:
        """Mean and standard deviation between the law's bounds."""

    # ---- draws

    def standard(self, law: Distribution) -> tuple[Distribution, tuple[float, float]]:
        """Return the untruncated law whose table serves, with the shift and scale from its values to this law's."""
        return Distribution(self.name, law.args), (0.0, 1.0)

    def scored(self, law: Distribution) -> tuple[Scored, tuple[float, float]] | None:
        """As `standard`, of a law whose inverse is so slow that a table in the normal score is made of its odds."""
        return None

    def at_score(self, law: Distribution, score: Floats) -> Floats | None:
        """Quantile from the normal score, where that is the shortest way; None elsewhere.

        Parameters
        ----------
        law : Distribution
        score : array, any shape
            In standard deviations.

        Returns
        -------
        array, shape of `score` [unit of the law], or None
        """
        return None

    def drawn(self, law: Distribution) -> Distribution:
        """Return the same law as the family that is drawn fastest."""
        return law

    def error_size(self, law: Distribution) -> Callable[[Floats], Floats] | None:
        """From values to the size that the error of a table is a share of; None for the larger of value and spread."""
        low, high = self.within
        if (low, high) == (0.0, 1.0):
            return lambda x: np.minimum(np.abs(x), 1.0 - x)
        return np.abs if low == 0.0 else None

    # ---- fits

    @property
    def recipes(self) -> Mapping[tuple[str, ...], Recipe]:
        """Sets of arguments from which a law can be made; an interval is ``low`` and ``high``."""
        return {}

    @property
    def sets(self) -> tuple[frozenset[str], ...]:
        """Sets of arguments as a file names them: ``ci`` for an interval."""
        ends = frozenset({"low", "high"})
        return tuple(
            frozenset(names) - ends | {"ci"} if ends <= set(names) else frozenset(names) for names in self.recipes
        )

    def extreme(self, law: Distribution) -> Literal["", "uneven", "certain"]:
        """Whether nearly all draws would be at one end, or would hardly vary: such laws are not taken."""
        return ""

    # ---- words

    def items(self, law: Distribution) -> list[str]:
        """Write the arguments, for `explain`."""
        return [f"{name}={bare(x)}" for name, x in zip(self.arguments, law.args, strict=True)]

    def formula(self, law: Distribution) -> str:
        """Write the law for the report where another form than `items` reads better; else empty."""
        return ""


class TailFamily(Family):
    """A family whose quantiles are written from below and from above, so that neither tail loses digits."""

    def ppf(self, law: Distribution, lower: Floats, upper: Floats) -> Floats:
        """Quantile from the smaller of the probabilities below and above.

        Parameters
        ----------
        law, lower, upper
            As in `Family.ppf`.
        """
        from_below = lower <= 0.5
        value = np.empty(from_below.shape)
        value[from_below] = self.from_below(law, lower[from_below])
        value[~from_below] = self.from_above(law, upper[~from_below])
        return value

    @abstractmethod
    def from_below(self, law: Distribution, p: Floats) -> Floats:
        """Quantile from the probability below, at most one half.

        Parameters
        ----------
        law : Distribution
        p : array, any shape

        Returns
        -------
        array, shape of `p` [unit of the law]
        """

    @abstractmethod
    def from_above(self, law: Distribution, p: Floats) -> Floats:
        """Quantile from the probability above, below one half.

        Parameters
        ----------
        law : Distribution
        p : array, any shape

        Returns
        -------
        array, shape of `p` [unit of the law]
        """


def bare(value: float) -> str:
    """Write a number without commas."""
    return number(value).replace(",", "")


FAMILIES: dict[str, Family] = {}
"""All families by name, filled as the files of `families` are imported: whenever `wellbeva.distributions` is."""

Kin = TypeVar("Kin", bound=type[Family])


def register(kind: Kin) -> Kin:
    """Register a family; for the head of its class.

    Raises
    ------
    TypeError
        If the class lacks something that every family has.
    """
    lacks = sorted(kind.__abstractmethods__) + [name for name in ("name", "title") if not hasattr(kind, name)]
    lacks += [name for name in ("doc", "example", "recipes") if kind.needs and name not in _written(kind)]
    if lacks:
        ways = "; TailFamily writes `ppf` from two tails, DensityFamily `moments_between` from a density"
        raise TypeError(f"the family {kind.__name__} does not write {', '.join(f'`{name}`' for name in lacks)}{ways}")
    FAMILIES[kind.name] = kind()
    return kind


def _written(kind: type[Family]) -> set[str]:
    """Return the attributes that a family's class and those between it and `Family` write."""
    return {name for part in kind.__mro__ if part not in Family.__mro__ for name in vars(part)}


def family_of(law: Distribution) -> Family:
    """Return the family of a distribution."""
    return FAMILIES[law.family]
