"""A scenario's model as self-checks see it: its totals as it stands, and with some of its numbers changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np

from wellbeva.analysis.root_crossings import CELLS
from wellbeva.analysis.self_checks.registry import DoesNotApply, Fails
from wellbeva.core.arrays import Flags, Floats
from wellbeva.engine.arrays.named import NamedArray, drop, expand
from wellbeva.engine.lanes import LANE
from wellbeva.engine.reference.interpreter import Interpreter
from wellbeva.engine.run.block_loop import run, sampler_of
from wellbeva.engine.run.plan_cache import base_case
from wellbeva.engine.run.settings import RunSettings
from wellbeva.errors import WellbevaError
from wellbeva.language.ir import Binary, Node, Select
from wellbeva.plan.plan import Decision, Plan
from wellbeva.plan.record import CompiledScenario

Change = Callable[[NamedArray], Floats]
"""Returns the array that stands in place of a value."""
DRAWS: Final = 8_192
"""Draws of the run that must not be refused: the fewest that a run has."""
SLACK: Final = 1e-9
"""How far two totals may differ, as a share of the larger: each sums in an order of its own."""


class Totals(NamedTuple):
    """Effect and cost of each option by itself, whatever the comparator gains and costs, array (row, option)."""

    effect: Floats
    cost: Floats


class Probe:
    """A model and some rows of its inputs: the base case first, then draws.

    Parameters
    ----------
    compiled : CompiledScenario
        Its base case is not refused.

    Attributes
    ----------
    refused : WellbevaError or None
        Why a run is refused; there is then no row but the base case.
    """

    def __init__(self, compiled: CompiledScenario) -> None:
        self.plan, self.record, self.model = compiled.plan, compiled.record, compiled.record.scenario.model
        self.options = self.plan.axes["option"].labels
        self.refused: WellbevaError | None = None
        self.draws = np.array([element.base for element in self.plan.elements]).reshape(-1, 1)
        try:
            run(self.plan, RunSettings(draws=DRAWS))
        except WellbevaError as error:
            self.refused = error
            return
        if self.plan.elements:
            cells = sum(value.array.size for value in base_case(self.plan).values.values())
            drawn = sampler_of(self.plan, design="random", seed=1, draws_each=LANE).block(0, 0, LANE)
            self.draws = np.hstack([self.draws, drawn[:, : max(2, CELLS // (4 * cells + 1))]])

    @property
    def decision(self) -> Decision:
        """The decision, without which most checks do not apply."""
        if self.plan.decision is None:
            raise DoesNotApply("the model compares nothing: it has no decision")
        return self.plan.decision

    @property
    def units(self) -> tuple[str, str]:
        """Units of effect and cost, for people."""
        unit = self.decision.effect_unit
        return f"{unit}s" if unit in ("WELLBY", "QALY", "DALY") else unit, self.plan.currency

    @cached_property
    def base(self) -> Totals:
        """The totals of the model as it stands."""
        return self.totals({})

    def values(self, changes: Mapping[str, Change]) -> Mapping[str, NamedArray]:
        """Return parameters and equations of the model with some of them changed."""
        return _Changed(self.plan, self.draws, changes).run()

    def totals(self, changes: Mapping[str, Change], *, plan: Plan | None = None, draws: Floats | None = None) -> Totals:
        """Return the totals of the model with some parameters and equations changed as soon as they are known.

        Parameters
        ----------
        changes : mapping of name to callable
        plan : Plan, optional
            Another plan of the same options.
        draws : array (element, row), optional [unit of each element]
            Other rows.

        Raises
        ------
        DoesNotApply
            Where they are not finite.
        """
        walk = _Changed(plan or self.plan, self.draws if draws is None else draws, changes)
        walk.run()
        nodes = (self._own(node) for node in (self.decision.effect, self.decision.cost))
        found = Totals(*(self.by_option(walk.node(node), np.sum, rows=walk.count) for node in nodes))
        if not np.isfinite(found).all():
            raise DoesNotApply(f"with {', '.join(changes) or 'inputs'} changed, effect or cost is not finite")
        return found

    def _own(self, node: Node) -> Node:
        """Return what an option has by itself: from the decision's number the comparator's is taken off (R49)."""
        against = self.decision.comparator >= 0 and self.decision.rows[self.decision.comparator] >= 0
        match node:
            case Select(no=Binary(left=own)) if against:
                return own
        return node

    def by_option(self, value: NamedArray, over: Callable[..., Any], *, rows: int = 0) -> Floats:
        """Return one number for each row and option, array (row, option).

        Parameters
        ----------
        value : NamedArray
        over : callable
            As ``numpy.max``: joins what differs along other axes.
        rows : int
            Those of the model unless given.
        """
        others = tuple(value.axes.index(axis) for axis in drop(value.axes, "draw", "option"))
        left = NamedArray(drop(value.axes, *drop(value.axes, "draw", "option")), over(value.array, axis=others))
        return np.broadcast_to(expand(left, ("draw", "option")), (rows or self.draws.shape[1], len(self.options)))

    def having(self, *roles: str) -> list[str]:
        """Return the names that have one of these roles and that the decision depends on.

        Raises
        ------
        DoesNotApply
            Where there is none.
        """
        used = self.plan.upstream(self.decision.effect) | self.plan.upstream(self.decision.cost)
        names = [name for role in roles for name in self.model.roles.get(role, ()) if name in used]
        if not names:
            raise DoesNotApply(f"nothing that the decision depends on has the role '{roles[0]}'")
        return names

    def judged(self, wrong: Flags, message: str, *numbers: Floats) -> str:
        """Return the numbers of the option where the first of them is largest, of the base case.

        Parameters
        ----------
        wrong : array (row, option)
        message : str
            With ``{}`` for each of `numbers`.
        numbers : arrays (row, option)

        Raises
        ------
        Fails
            With those of the first place where something is wrong, if there is one.
        """
        row, option = divmod(int(np.argmax(wrong if wrong.any() else np.abs(numbers[0][:1]))), len(self.options))
        cells = (amount(float(array[row, option])) for array in numbers)
        text = f"{self.options[option]}{f', in draw {row}' * bool(row)}: {message.format(*cells)}"
        if wrong.any():
            raise Fails(text)
        return text


class _Changed(Interpreter):
    """The reference engine, with some values changed as soon as they are known."""

    def __init__(self, plan: Plan, draws: Floats, changes: Mapping[str, Change]) -> None:
        super().__init__(plan, draws=dict(enumerate(draws)), count=draws.shape[1], replace={})
        self._changes = changes
        self._change(self.values)

    def evaluate_group(self, group: tuple[str, ...]) -> None:
        """Evaluate one equation, or a recurrence, and change it."""
        super().evaluate_group(group)
        self._change(group)

    def _change(self, names: Iterable[str]) -> None:
        for name in self._changes.keys() & set(names):
            value = self.values[name]
            self.values[name] = NamedArray(value.axes, self._changes[name](value))


def times(names: Iterable[str], factor: float) -> dict[str, Change]:
    """Return the changes that multiply parameters and equations.

    Parameters
    ----------
    names : iterable of str
    factor : float
    """
    return dict.fromkeys(names, lambda value: value.array * factor)


def above(left: Floats, right: Floats) -> Flags:
    """Return where one array is greater than another, by more than rounding.

    Parameters
    ----------
    left, right : arrays [the same unit]

    Examples
    --------
    >>> above(np.array([1.0, 1.1]), np.array([1.0 - 1e-15, 1.0])).tolist()
    [False, True]
    """
    return left - right > SLACK * np.maximum(np.abs(left), np.abs(right))


def differ(left: Floats, right: Floats) -> Flags:
    """Return where two arrays differ by more than rounding.

    Parameters
    ----------
    left, right : arrays [the same unit]
    """
    return above(left, right) | above(right, left)


def amount(number: float) -> str:
    """Write a number in four figures.

    Examples
    --------
    >>> amount(0.123456), amount(123456.0), amount(-0.0)
    ('0.1235', '123,456', '0')
    """
    return f"{number:,.0f}" if abs(number) >= 1000 else f"{number + 0.0:.4g}"
