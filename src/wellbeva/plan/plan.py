"""The Plan: all an engine needs, frozen, serialisable and hashed. Data only; nothing of YAML, units' text or pydantic.

Built by `compiler`, read by `sampling` (elements), `engine` (everything) and `results` (names, units, docs).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from wellbeva.core.arrays import Floats
from wellbeva.core.axes import Axis
from wellbeva.core.cards import Card
from wellbeva.core.spans import Span
from wellbeva.core.units import Unit
from wellbeva.distributions.spec import Distribution
from wellbeva.errors import Subject
from wellbeva.language.ir import BUILT_INS, DType, Node
from wellbeva.language.traversal import names, upstream

EFFECT: Final = "decision.effect"
COST: Final = "decision.cost"
NET_COST: Final = "decision.net_cost"
"""Only where other benefits are taken off the cost (`Decision.net_cost`)."""


@dataclass(frozen=True, slots=True)
class Element:
    """One uncertain number: one stream, one dimension of the design.

    Parameters
    ----------
    name : str
        ``effect[befriending]``; its hash names the random stream, unless `stream` is given.
    dimension : int
        Order of first appearance; the dimension of the quasi-random design.
    distribution : Distribution
        In the unit of the parameter.
    base : float
        Value in the base case: the distribution's mean, or what ``base:`` says.
    stream : str
        What names the random stream where a `RowSelector` has the stream of `name`; else empty.
    """

    name: str
    dimension: int
    distribution: Distribution
    base: float
    stream: str = ""

    @property
    def parameter(self) -> str:
        """The parameter's name alone."""
        return self.name.partition("[")[0]


@dataclass(frozen=True, slots=True)
class RowSelector:
    """What picks rows of supplied draws where its own column is not among them: a uniform that no parameter reads.

    Parameters
    ----------
    name : str
        Of the element that picks the row where its column is there; its hash names the random stream.
    dimension : int
        Of that element.
    """

    name: str
    dimension: int


@dataclass(frozen=True, slots=True, eq=False)
class Joint:
    """Elements that are drawn together; each belongs to one joint at most.

    Parameters
    ----------
    kind : {"copula", "dirichlet", "rows"}
        ``copula``: the elements' normal scores are correlated, their distributions stay as they are.
        ``dirichlet``: shares that add to 1, made by breaking a stick: element i takes a Beta share of the rest,
        by its own uniform; the last takes the rest, and its own uniform is not used.
        ``rows``: one uniform picks a row of the matrix, and every element takes its column of that row.
    elements : tuple of int
        Indices into `Plan.elements`.
    matrix : array
        copula: (k, k), lower Cholesky factor of the correlation of the normal scores. dirichlet: (k,), the counts.
        rows: (row, k), the supplied draws, in the units of the elements.
    picker : RowSelector or None
        rows: whose uniform picks the row; None: the first element's.
    """

    kind: Literal["copula", "dirichlet", "rows"]
    elements: tuple[int, ...]
    matrix: Floats
    picker: RowSelector | None = None


@dataclass(frozen=True, slots=True)
class Bounds:
    """The values that a parameter may have, as far as its draws can have others.

    Parameters
    ----------
    low, high : float or None
        Lowest and highest number that is inside, in the parameter's unit; None where no draw can lie beyond.
    least, most : str
        All that the model allows, as it is written: ``0%`` and ``100%``; empty where an end is open.
    """

    low: float | None
    high: float | None
    least: str
    most: str

    @property
    def words(self) -> str:
        """The bounds in words: ``0% to 100%``, ``0 years and above``."""
        if self.least and self.most:
            return f"{self.least} to {self.most}"
        return f"{self.least} and above" if self.least else f"{self.most} and below"


@dataclass(frozen=True, slots=True)
class ElementBounds:
    """An element that can be drawn where one of its parameters cannot be (semantics R5, R76).

    Parameters
    ----------
    name : str
        The parameter with the labels of the value: ``effect[befriending]``. It is another than the element's where
        the value is the ``same as`` another.
    element : int
        Index into `Plan.elements`.
    bounds : Bounds
    span : Span or None
        The place of the value; not part of the plan's meaning.
    """

    name: str
    element: int
    bounds: Bounds
    span: Span | None = field(default=None, compare=False)

    @property
    def parameter(self) -> str:
        """The parameter's name alone."""
        return self.name.partition("[")[0]


@dataclass(frozen=True, slots=True, eq=False)
class PlanParameter:
    """One parameter as arrays over its axes.

    Parameters
    ----------
    name : str
        A parameter's name, or a built-in: ``t``, ``step``, ``first``, ``last``, ``discount.money`` …
    axes : tuple of str
        Without ``draw``.
    values : array over `axes`
        Base-case values; certain cells have no others. Truth values 0 / 1, choices as indices.
    elements : int array over `axes`
        Index into `Plan.elements`, -1 where the cell is certain. Cells that share an element share its draws.
    """

    name: str
    axes: tuple[str, ...]
    unit: Unit
    dtype: DType
    values: Floats
    elements: npt.NDArray[np.int32]
    doc: str = ""

    @property
    def builtin(self) -> bool:
        """Whether nobody wrote it: the clock, the discount factors, a ladder's own values."""
        return self.name in BUILT_INS or self.axes == (self.name,)

    @property
    def uncertain(self) -> bool:
        """Whether any cell is drawn."""
        return bool((self.elements >= 0).any())


@dataclass(frozen=True, slots=True)
class PlanEquation:
    """One equation, typed.

    Parameters
    ----------
    name : str
    expression : Node
    stage : {"draw", "mean"}
        ``mean``: contains a ratio of means (its own or another's), so it is evaluated after the draws, on means.
        In such an expression a `Ratio` operand, and any other node with ``draw`` among its axes, stands for its mean.
    unit_text : str
        The unit as the model writes it, for people.
    text : str
        The expression as written.
    """

    name: str
    expression: Node
    stage: Literal["draw", "mean"]
    unit_text: str
    doc: str
    text: str


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcomes to compare, and the values of an effect.

    Parameters
    ----------
    effect, cost : Node
        Axes a subset of ``(draw, option)``; less the comparator's where that is an option of its own (semantics R49).
        Other benefits in money are taken off the cost.
    levels : tuple of str
        ``("low", "central", "high")``, or ``("central",)``; empty if nothing puts a value on the effect.
    values : tuple of float
        Value of one unit of effect at each level, in the currency of the cost.
    central : int
        Index into `levels` used where one value is needed.
    options : tuple of str
        Labels in the decision, in the order of the scenario; ``nothing`` among them for ``choose: one`` with that
        comparator.
    rows : tuple of int
        Index on the option axis; -1 for ``nothing``, whose effect and cost are 0.
    comparator : int
        Index into `options`; -1 if the comparator is ``nothing`` and that is not among them (``choose: several``).
    thresholds : tuple of float
        Values of one unit of effect at which acceptability and EVPI are computed (rising; levels among them).
    net_cost : Node, optional
        The cost before other benefits are taken off; None where the model has none.
    """

    effect: Node
    cost: Node
    levels: tuple[str, ...]
    values: tuple[float, ...]
    central: int
    options: tuple[str, ...]
    rows: tuple[int, ...]
    comparator: int
    choose: Literal["one", "several"]
    thresholds: tuple[float, ...]
    effect_unit: str = "WELLBY"
    cost_unit: str = "GBP"
    net_cost: Node | None = None

    @property
    def spent(self) -> Node:
        """The cost behind the ratios (semantics R38): without other benefits taken off."""
        return self.cost if self.net_cost is None else self.net_cost

    @property
    def parts(self) -> dict[str, Node]:
        """`EFFECT`, `COST` and, where there is one, `NET_COST`."""
        parts = {EFFECT: self.effect, COST: self.cost, NET_COST: self.net_cost}
        return {name: node for name, node in parts.items() if node is not None}

    def over_options(self, numbers: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return the number of each of `options`; that of ``nothing`` is 0.

        Parameters
        ----------
        numbers : array (..., label of the axis option) [any unit]
            The last axis may have length 1: the number is then the same for all.

        Returns
        -------
        array (..., option of the decision) [unit of `numbers`]
        """
        rows = np.minimum(self.rows, numbers.shape[-1] - 1)
        return np.where(rows >= 0, numbers[..., rows], numbers.dtype.type(0))


@dataclass(frozen=True, slots=True)
class Check:
    """A ``fail_if`` or ``warn_if``, looked at in the base case and in every draw.

    ``remedy`` is empty where the model gives none; ``change`` is ``time`` where it asks for other periods.
    """

    severity: Literal["fail_if", "warn_if"]
    expression: Node
    say: str
    remedy: str = ""
    change: str = ""


@dataclass(frozen=True, slots=True)
class BreakEven:
    """Find the value of `parameter`, for each option, at which `outcome` is 0 in the base case."""

    parameter: str
    outcome: str


@dataclass(frozen=True, slots=True, eq=False, repr=False, weakref_slot=True)
class Plan(Card):
    """A run is a pure function of a Plan, a seed and a number of draws.

    Parameters
    ----------
    axes : mapping of name to Axis
        All axes in the fixed order, without ``draw``.
    parameters : tuple of PlanParameter
        Built-ins among them.
    elements : tuple of Element
    equations : tuple of PlanEquation
        In an order in which each may be evaluated; see `groups`.
    groups : tuple of tuple of str
        Names of equations in the order of evaluation. A group of several names, or of one that names itself, is a
        recurrence: evaluated label by label along ``time``, `Lag` reading the label before. ``mean`` equations come
        last.
    outcomes : tuple of str
        Equations that are kept and reported, in the model's order.
    decision : Decision or None
    limits : tuple of ElementBounds
        Of the elements that can be drawn outside the bounds of their parameter; nothing of the others.
    """

    title: str
    axes: dict[str, Axis]
    parameters: tuple[PlanParameter, ...]
    elements: tuple[Element, ...]
    equations: tuple[PlanEquation, ...]
    groups: tuple[tuple[str, ...], ...]
    outcomes: tuple[str, ...]
    decision: Decision | None
    checks: tuple[Check, ...] = ()
    break_even: tuple[BreakEven, ...] = ()
    switches: tuple[str, ...] = ()
    currency: str = "GBP"
    price_year: int | None = None
    notes: tuple[str, ...] = field(default=())
    joints: tuple[Joint, ...] = ()
    limits: tuple[ElementBounds, ...] = ()

    @property
    def supplied(self) -> int:
        """Number of supplied draws where nothing else is uncertain: the run is then these rows, each once (R10)."""
        if len(self.joints) != 1 or self.joints[0].kind != "rows" or len(self.joints[0].elements) < len(self.elements):
            return 0
        return len(self.joints[0].matrix)

    def parameter(self, name: str) -> PlanParameter:
        """Return a parameter by name."""
        return next(parameter for parameter in self.parameters if parameter.name == name)

    def subject(self, element: int, number: str) -> Subject:
        """Return the subject of a fact about an uncertain number, with the labels of the first cell that it fills.

        Parameters
        ----------
        element : int
            Index in `elements`.
        number : str
            As the fact tells it: a value with its unit, ``0.3 LS``, or a distribution in words.
        """
        uncertain = self.elements[element]
        parameter = self.parameter(uncertain.parameter)
        cells = np.argwhere(parameter.elements == element)[:1].ravel()
        labels = frozenset(self.axes[axis].labels[at] for axis, at in zip(parameter.axes, cells, strict=False))
        return Subject(uncertain.name, number, uncertain.parameter, labels)

    def upstream(self, node: Node) -> frozenset[str]:
        """Return the names of all parameters and equations that a node depends on, directly or through equations."""
        return upstream(names(node), {equation.name: equation.expression for equation in self.equations})

    def equation(self, name: str) -> PlanEquation:
        """Return an equation by name."""
        return next(equation for equation in self.equations if equation.name == name)
