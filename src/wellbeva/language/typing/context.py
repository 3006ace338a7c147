"""Shared by all rules of typing: the equation at hand, and how they report faults."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from wellbeva.core.axes import Axis, in_order
from wellbeva.core.units import Unit
from wellbeva.errors import Collector, near_miss
from wellbeva.language.ir import Node, Ref
from wellbeva.language.parser import Expression
from wellbeva.language.syntax import Keyword, Name, Syntax
from wellbeva.language.typing.environment import Environment, is_mean
from wellbeva.language.typing.unit_rules import (
    Typed,
    adopt,
    first_non_zero,
    in_words,
    only_duration_differs,
    years_text,
)


class Typer(Protocol):
    """Types one node; given to the rules so that they can type operands."""

    def __call__(self, syntax: Syntax) -> Typed | None:
        """Return the typed node, or None with a diagnostic in the collector."""


@dataclass(frozen=True, slots=True)
class Context:
    """One equation being typed: the context that rules read, and how they report faults.

    Parameters
    ----------
    expression : Expression
        The equation as written.
    environment : Environment
        The meaning of its names.
    collector : Collector
        Gets the diagnostics.
    typer : Typer
        Types an operand.
    """

    expression: Expression
    environment: Environment
    collector: Collector
    typer: Typer

    def error(
        self, code: str, message: str, at: Syntax | Keyword, *, facts: Iterable[str] = (), remedy: str = ""
    ) -> None:
        """Note an error at a node.

        Parameters
        ----------
        code, message, facts, remedy
            Of the `Diagnostic`.
        at : Syntax or Keyword
            The part of the equation that is underlined.
        """
        self.collector.error(code, message, self.expression.span(at), facts=facts, remedy=remedy)

    def written(self, syntax: Syntax | Keyword) -> str:
        """Return a node as written, between backticks."""
        return f"`{self.expression.written(syntax)}`"

    def axes(self, *nodes: Node) -> tuple[str, ...]:
        """Return the axes of all nodes, in order; ``draw`` is dropped if one of them is a mean (FORMAT R23)."""
        names = {name for node in nodes for name in node.axes}
        if any(is_mean(node, self.environment) for node in nodes):
            names -= {"draw"}
        return self.order(names)

    def order(self, names: Iterable[str]) -> tuple[str, ...]:
        """Sort axis names."""
        return in_order(names, self.environment.own)

    def axis(self, name: str, at: Syntax | Keyword) -> Axis | None:
        """Look up an axis; if there is none, note an error that names a near one.

        Parameters
        ----------
        name : str
        at : Syntax or Keyword
            The place of the name.
        """
        axis = self.environment.axes.get(name)
        if axis is None and name == "draw":
            self.error(
                "WB-L024", "no equation may reach over draws", at, remedy="use `ratio(a, b)` for ratios of means"
            )
        elif axis is None:
            axes = ", ".join(self.environment.axes)
            self.error(
                "WB-L024",
                f"there is no axis `{name}`",
                at,
                facts=(f"the axes are: {axes}",),
                remedy=near_miss(name, self.environment.axes) or "name one of these axes",
            )
        return axis

    def axis_names(self, keyword: Keyword) -> tuple[Axis, ...] | None:
        """Read ``over=axis`` or ``over=[axis, axis]``."""
        axes: list[Axis] = []
        for value in keyword.values:
            if not isinstance(value, Name):
                self.error("WB-L024", "after `over=` stand names of axes", value, remedy="write `over=[group, time]`")
                return None
            axis = self.axis(value.name, value)
            if axis is None:
                return None
            if axis in axes:
                self.error("WB-L024", f"the axis `{value.name}` is named twice", value, remedy="name it once")
                return None
            axes.append(axis)
        if not axes:
            self.error("WB-L024", "`over=` names no axis", keyword, remedy="write `over=group`")
            return None
        return tuple(axes)

    def ref(self, name: str, at: Syntax) -> Ref:
        """Return a symbol as a node.

        Parameters
        ----------
        name : str
            A parameter, an equation, or a built-in such as ``t`` or ``step``, which every scenario has.
        at : Syntax
            The name, or the call that needs the built-in.
        """
        symbol = self.environment.symbols[name]
        return Ref(
            name=name, axes=self.order(symbol.axes), unit=symbol.unit, dtype=symbol.dtype, span=self.expression.span(at)
        )

    def lacks(
        self, node: Node, axis: Axis, operand: Syntax, at: Syntax | Keyword, *, verb: str = "", remedy: str
    ) -> bool:
        """Note an error and return True if an operand lacks an axis (FORMAT R21, R22).

        Parameters
        ----------
        node : Node
            The operand, typed.
        axis : Axis
        operand : Syntax
        at : Syntax or Keyword
            The part of the equation that is underlined.
        verb : str
            What the axis is needed for, after "to"; empty where an index names it.
        remedy : str
        """
        if axis.name in node.axes:
            return False
        written, others = self.written(operand), ", ".join(name for name in node.axes if name != "draw") or "no axis"
        facts = (f"it has: {others}",)
        if verb:
            self.error("WB-L025", f"{written} has no axis `{axis.name}` to {verb}", at, facts=facts, remedy=remedy)
        else:
            self.error("WB-L026", f"{written} has no axis `{axis.name}`", at, facts=facts, remedy=remedy)
        return True

    def known(self, typed: Typed, syntax: Syntax, why: str) -> bool:
        """Require a number that each draw has.

        Parameters
        ----------
        typed : Typed
        syntax : Syntax
        why : str
            As in `number`.
        """
        return self.number(typed, syntax, why) and self.drawn(typed, syntax, why)

    def number(self, typed: Typed, syntax: Syntax, why: str) -> bool:
        """Require a number, neither a truth value nor a label.

        Parameters
        ----------
        typed : Typed
        syntax : Syntax
            The same operand as written.
        why : str
            What needs it, as the message begins: ``an exponent``.

        Returns
        -------
        bool
            False with a diagnostic in the collector.
        """
        node = typed.node
        if node.dtype == "float":
            return True
        what = "true or false" if node.dtype == "bool" else "a label"
        text = self.expression.written(syntax)
        self.error(
            "WB-L028", f"{why} needs a number, and `{text}` is {what}", syntax,
            remedy=f"write `where({text}, 1, 0)`" if node.dtype == "bool" else f"compare it: `{text} == label`",
        )  # fmt: skip
        return False

    def truth(self, typed: Typed, syntax: Syntax, why: str) -> bool:
        """Require true or false.

        Parameters
        ----------
        typed, syntax, why
            As `number`.

        Returns
        -------
        bool
            False with a diagnostic in the collector.
        """
        if typed.node.dtype == "bool":
            return True
        text = self.expression.written(syntax)
        what = "a number" if typed.node.dtype == "float" else "a label"
        remedy = f"compare it, for example `{text} > 0`" if what == "a number" else f"compare it: `{text} == label`"
        self.error("WB-L028", f"{why} needs true or false, and `{text}` is {what}", syntax, remedy=remedy)
        return False

    def pure(self, typed: Typed, syntax: Syntax, why: str) -> bool:
        """Require a number without a unit.

        Parameters
        ----------
        typed, syntax, why
            As `number`.

        Returns
        -------
        bool
            False with a diagnostic in the collector.
        """
        if typed.node.unit.dimensionless:
            return True
        self.error(
            "WB-U005", f"{why} needs a number without a unit", syntax,
            facts=(f"{self.written(syntax)} is in {typed.node.unit}",),
            remedy="divide by a quantity of that unit",
        )  # fmt: skip
        return False

    def drawn(self, typed: Typed, syntax: Syntax, why: str) -> bool:
        """Refuse a ratio of means where each draw's own value is needed.

        Parameters
        ----------
        typed, syntax, why
            As `number`.

        Returns
        -------
        bool
            False with a diagnostic in the collector.
        """
        if not is_mean(typed.node, self.environment):
            return True
        self.error(
            "WB-L029", f"{why} cannot take {self.written(syntax)}, a ratio of means over draws", syntax,
            facts=("a ratio of means is known only after all draws", "it may stand alone, or under + - * /"),
            remedy="use a plain `/` for a ratio within each draw, or work on the totals before the ratio is taken",
        )  # fmt: skip
        return False

    def equal_units(
        self, operands: list[tuple[Typed, Syntax]], what: str, *, code: str = "WB-U001"
    ) -> tuple[list[Typed], Unit] | None:
        """Let bare numbers take the unit of the others, and require that all are equal.

        Parameters
        ----------
        operands : list of (Typed, Syntax)
            Each operand typed and as written.
        what : str
            The refused construct, as the message begins: ``an addition``, ``the operands of `min` are``.
        code : str
            Of the diagnostic for different units; ``WB-U007`` takes its place where durations alone differ.

        Returns
        -------
        tuple of (list of Typed, Unit), or None
            The operands and their one unit, dimensionless if all are bare; None with a diagnostic in the collector.
        """
        firm = next(((typed, syntax) for typed, syntax in operands if not typed.bare), None)
        if firm is None:
            return [typed for typed, _ in operands], Unit()
        unit, done = firm[0].node.unit, []
        for typed, syntax in operands:
            if typed.bare:
                if not self._may_adopt(typed, syntax, firm):
                    return None
                done.append(Typed(adopt(typed.node, unit)))
            elif typed.node.unit != unit:
                self._unequal(firm, (typed, syntax), what, code)
                return None
            else:
                done.append(typed)
        return done, unit

    def _may_adopt(self, typed: Typed, syntax: Syntax, firm: tuple[Typed, Syntax]) -> bool:
        unit = firm[0].node.unit
        offender = first_non_zero(typed.node)
        if offender is None or not (unit.is_money or unit.is_duration):
            return True
        kind = "money" if unit.is_money else "a duration"
        number = f"{offender.value:g}"
        remedy = (
            "make it a parameter with a unit and a source" if unit.is_money else f"write `{years_text(offender.value)}`"
        )
        self.error(
            "WB-U004", f"the bare number {number} stands beside {kind}", syntax,
            facts=(f"{self.written(firm[1])} is in {unit}", f"{number} has no unit; only 0 may be bare here"),
            remedy=remedy,
        )  # fmt: skip
        return False

    def _unequal(self, first: tuple[Typed, Syntax], other: tuple[Typed, Syntax], what: str, code: str) -> None:
        left, right = first[0].node.unit, other[0].node.unit
        facts = tuple(f"{self.written(syntax)} {in_words(typed.node.unit)}" for typed, syntax in (first, other))
        if only_duration_differs(left, right):
            code, kind = "WB-U007", "durations"
            remedy = "multiply or divide by a duration in the open; nothing is converted silently"
        else:
            kind, remedy = "units", "bring both to one unit; a factor that does so is a parameter with a unit"
        self.error(code, f"{what} of different {kind}", other[1], facts=facts, remedy=remedy)
