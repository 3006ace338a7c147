"""From the lines of ``correlations`` to elements that are drawn together through a Gaussian copula (FORMAT R16)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations

import numpy as np

from wellbeva.compiler.appraisal.units_and_prices import Converter, Target
from wellbeva.compiler.parameters.cells import CellAssignment, Elements, cells_named
from wellbeva.compiler.parameters.values import ValueReader
from wellbeva.core.axes import Axis
from wellbeva.core.spans import Located
from wellbeva.core.units import Unit
from wellbeva.distributions.correlation import CorrelationError, Pair, lower_factor
from wellbeva.errors import Collector, near_miss
from wellbeva.plan.plan import Joint, PlanParameter
from wellbeva.scenario.spec import Correlation, ParameterSpec
from wellbeva.scenario.text.paths import DottedPath
from wellbeva.scenario.value import Amount

CHANGED = ("variant", "set")
"""Layers that may make a correlated number certain; its correlation then falls away."""


@dataclass(frozen=True, slots=True)
class Named:
    """The numbers that a path of `correlations` names.

    Parameters
    ----------
    elements : tuple of int
        Indices into the plan's elements, each once; none where all is certain.
    changed : bool
        Whether a variant or the command line made it certain.
    """

    elements: tuple[int, ...]
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Correlator:
    """Builds the copulas of one scenario.

    Parameters
    ----------
    drafts : mapping of parameter to CellAssignment
    parameters : mapping of parameter to PlanParameter
    owned : mapping of parameter to tuple of int
        The element of each filler, -1 where it is certain.
    by_path : mapping of DottedPath to (parameter, filler)
    elements : Elements
    taken : mapping of element to words
        Elements that are drawn together otherwise, and how.
    """

    drafts: Mapping[str, CellAssignment]
    parameters: Mapping[str, PlanParameter]
    owned: Mapping[str, tuple[int, ...]]
    by_path: Mapping[DottedPath, tuple[str, int]]
    axes: Mapping[str, Axis]
    elements: Elements
    taken: Mapping[int, str]
    collector: Collector

    def joints(self, lines: Iterable[tuple[Correlation, float]]) -> tuple[Joint, ...]:
        """Return a copula for each set of elements that lines join, directly or through others.

        Parameters
        ----------
        lines : iterable of (Correlation, float)
            Each with its number.
        """
        found = [
            (Pair(one, other, number, line.scale), line) for line, number in lines for one, other in self._pairs(line)
        ]
        # A correlation of zero joins nothing; it still counts where others join the two.
        joined = _connected((pair.first, pair.second) for pair, _ in found if pair.value != 0)
        joints = (self._copula(members, found) for members in joined)
        return tuple(joint for joint in joints if joint is not None)

    def _pairs(self, line: Correlation) -> list[tuple[int, int]]:
        """Return the elements that a line joins, two by two; none after an error."""
        sides: dict[DottedPath, Named] = {}
        for path in dict.fromkeys((line.left, line.right)):
            named = self._named(path)
            if named is None:
                return []
            sides[path] = named
        fact, paths = f"the line: {line.left} with {line.right}", self._paths()
        for path, named in sides.items():
            if not named.elements:
                say = self.collector.warn if named.changed else self.collector.error
                certain = f"`{path}` is certain here, so it cannot be correlated with anything"
                remedy = "" if named.changed else "give the number a spread, or remove the line"
                say("WB-C026", certain, path.span, facts=(fact,), remedy=remedy)
                return []
        members = sorted({element for named in sides.values() for element in named.elements})
        several = next((path for path, named in sides.items() if len(sides) > 1 and len(named.elements) > 1), None)
        taken = next((index for index in members if index in self.taken), None)
        if several is not None:
            names = [paths[index] for index in sides[several].elements]
            they_are = f"they are {', '.join(names[:6])}{' …' if len(names) > 6 else ''}"
            many = f"`{several}` is {len(names)} numbers, so it is not clear which pairs are meant"
            remedy = f"write a line for each pair, such as `{names[0]} with …`"
            return self._refused("WB-C027", many, several, they_are, remedy)
        if taken is not None:
            by_hand = f"{paths[taken]} cannot be correlated by hand: {self.taken[taken]}"
            return self._refused("WB-C029", by_hand, line.left, fact, "remove the line")
        if len(members) < 2:
            once = f"both sides are one number, {paths[members[0]]}, which is drawn once"
            return self._refused("WB-C028", once, line.left, fact, "remove the line, or write two values")
        return list(combinations(members, 2))

    def _refused(self, code: str, message: str, path: DottedPath, fact: str, remedy: str) -> list[tuple[int, int]]:
        self.collector.error(code, message, path.span, facts=(fact,), remedy=remedy)
        return []

    def _paths(self) -> dict[int, str]:
        """Return the path of each element."""
        return {
            self.owned[name][index]: str(assignment.path)
            for name, draft in self.drafts.items()
            for index, (assignment, _) in enumerate(draft.fillers)
            if assignment.value.path is None  # a number that is the same as another has the other's path
        }

    # ---- the meaning of a path

    def _named(self, path: DottedPath) -> Named | None:
        if path in self.by_path:
            name, index = self.by_path[path]
            element = self.owned[name][index]
            changed = self.drafts[name].fillers[index][0].layer in CHANGED
            return Named((element,) if element >= 0 else (), changed)
        parameter = self.parameters.get(path.name)
        where = None if parameter is None else cells_named(parameter, path.labels, self.axes)
        if parameter is None or where is None:
            self.collector.error(
                "WB-C025",
                f"`{path}` does not name a number of this scenario",
                path.span,
                facts=("correlations name numbers by their dotted paths",),
                remedy=near_miss(str(path), (*map(str, self.by_path), *self.parameters))
                or "write a path such as effect.visits",
            )
            return None
        drawn = parameter.elements[where].ravel()
        draft = self.drafts[path.name]
        owner = np.unique(draft.owner[where])
        changed = all(draft.fillers[int(index)][0].layer in CHANGED for index in owner)
        return Named(tuple(dict.fromkeys(int(one) for one in drawn if one >= 0)), changed)

    # ---- the matrix

    def _copula(self, members: tuple[int, ...], found: list[tuple[Pair, Correlation]]) -> Joint | None:
        # In the order of the dimensions, which a variant shares, so that it draws the same.
        members = tuple(sorted(members, key=lambda index: self.elements.found[index].dimension))
        place = {index: number for number, index in enumerate(members)}
        mine = [(pair, line) for pair, line in found if pair.first in place and pair.second in place]
        pairs = [replace(pair, first=place[pair.first], second=place[pair.second]) for pair, _ in mine]
        paths = self._paths()
        try:
            lower = lower_factor(pairs, size=len(members), names=[paths[index] for index in members])
        except CorrelationError as problem:
            span = mine[problem.pair][1].left.span
            self.collector.error("WB-C030", problem.message, span, facts=problem.facts, remedy=problem.remedy)
            return None
        return Joint("copula", members, lower)


def correlation_numbers(lines: Iterable[Correlation], converter: Converter) -> list[tuple[Correlation, float]]:
    """Return each line with its number: the mean where it has a spread. Anything else is noted as an error.

    Parameters
    ----------
    lines : iterable of Correlation
    converter : Converter

    Returns
    -------
    list of (Correlation, float)
        Without the lines that have an error; the numbers are from -1 to 1.
    """
    end = Amount(Fraction(1))
    spec = ParameterSpec("a correlation", Located.bare("", ""), bounds=(replace(end, number=Fraction(-1)), end))
    reader = ValueReader(spec, Target(Unit(), ""), converter)
    found = []
    for line in lines:
        cell = reader.read(line.value)
        if cell is not None:
            found.append((line, cell.base))
    return found


def _connected(pairs: Iterable[tuple[int, int]]) -> list[tuple[int, ...]]:
    """Group elements that pairs join, directly or through others; each group and the groups in rising order."""
    group: dict[int, set[int]] = {}
    for one, other in pairs:
        joined = group.get(one, {one}) | group.get(other, {other})
        group.update(dict.fromkeys(joined, joined))
    return sorted({tuple(sorted(members)) for members in group.values()})
