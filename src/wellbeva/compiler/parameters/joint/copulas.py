"""From the lines of ``correlations`` to elements that are drawn together through a Gaussian copula (FORMAT R16)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations

import numpy as np

from wellbeva.compiler.appraisal.units_and_prices import Converter, Target
from wellbeva.compiler.parameters.cells import CellAssignment, Elements
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


def cells_named(
    parameter: PlanParameter, labels: Iterable[str], axes: Mapping[str, Axis]
) -> tuple[int | slice, ...] | None:
    """Pick the cells of labels; each label belongs to one axis (FORMAT R15). None if one does not.

    Parameters
    ----------
    parameter : PlanParameter
    labels : iterable of str
    axes : mapping of str to Axis

    Returns
    -------
    tuple of int or slice, or None
        An index for the arrays of the parameter.
    """
    where: list[int | slice] = [slice(None)] * len(parameter.axes)
    for label in labels:
        place = next(
            (
                place
                for place, axis in enumerate(parameter.axes)
                if isinstance(where[place], slice) and label in axes[axis].labels
            ),
            None,
        )
        if place is None:
            return None
        where[place] = axes[parameter.axes[place]].labels.index(label)
    return tuple(where)


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

    def __init__(
        self,
        drafts: Mapping[str, CellAssignment],
        parameters: Mapping[str, PlanParameter],
        owned: Mapping[str, tuple[int, ...]],
        by_path: Mapping[DottedPath, tuple[str, int]],
        *,
        axes: Mapping[str, Axis],
        elements: Elements,
        taken: Mapping[int, str],
        collector: Collector,
    ) -> None:
        self._drafts, self._parameters, self._owned, self._by_path = drafts, parameters, owned, by_path
        self._axes, self._elements, self._taken, self._collector = axes, elements, taken, collector
        self._paths = {
            owned[name][index]: str(assignment.path)
            for name, draft in drafts.items()
            for index, (assignment, _) in enumerate(draft.fillers)
            if assignment.value.path is None  # a number that is the same as another has the other's path
        }

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
        itself = line.left == line.right
        left = self._named(line.left)
        right = left if itself else self._named(line.right)
        if left is None or right is None:
            return []
        for path, one in ((line.left, left), (line.right, right)):
            if not one.elements:
                self._certain(path, line, changed=one.changed)
                return []
        if not itself and (len(left.elements) > 1 or len(right.elements) > 1):
            self._several(line, left, right)
            return []
        members = sorted({*left.elements, *right.elements})
        refused = next((index for index in members if index in self._taken), None)
        if refused is not None:
            self._already_joint(line, refused)
            return []
        if len(members) < 2:
            self._one_number(line, members[0])
        return list(combinations(members, 2))

    # ---- the meaning of a path

    def _named(self, path: DottedPath) -> Named | None:
        if path in self._by_path:
            name, index = self._by_path[path]
            element = self._owned[name][index]
            changed = self._drafts[name].fillers[index][0].layer in CHANGED
            return Named((element,) if element >= 0 else (), changed)
        parameter = self._parameters.get(path.name)
        where = None if parameter is None else cells_named(parameter, path.labels, self._axes)
        if parameter is None or where is None:
            self._collector.error(
                "WB-C025",
                f"`{path}` does not name a number of this scenario",
                path.span,
                facts=("correlations name numbers by their dotted paths",),
                remedy=near_miss(str(path), (*map(str, self._by_path), *self._parameters))
                or "write a path such as effect.visits",
            )
            return None
        drawn = parameter.elements[where].ravel()
        draft = self._drafts[path.name]
        owner = np.unique(draft.owner[where])
        changed = all(draft.fillers[int(index)][0].layer in CHANGED for index in owner)
        return Named(tuple(dict.fromkeys(int(one) for one in drawn if one >= 0)), changed)

    # ---- the matrix

    def _copula(self, members: tuple[int, ...], found: list[tuple[Pair, Correlation]]) -> Joint | None:
        # In the order of the dimensions, which a variant shares, so that it draws the same.
        members = tuple(sorted(members, key=lambda index: self._elements.found[index].dimension))
        place = {index: number for number, index in enumerate(members)}
        mine = [(pair, line) for pair, line in found if pair.first in place and pair.second in place]
        pairs = [replace(pair, first=place[pair.first], second=place[pair.second]) for pair, _ in mine]
        names = [self._paths[index] for index in members]
        try:
            lower = lower_factor(pairs, size=len(members), names=names)
        except CorrelationError as problem:
            self._collector.error(
                "WB-C030",
                problem.message,
                mine[problem.pair][1].left.span,
                facts=problem.facts,
                remedy=problem.remedy,
            )
            return None
        return Joint("copula", members, lower)

    # ---- refusals

    def _certain(self, path: DottedPath, line: Correlation, *, changed: bool) -> None:
        say = self._collector.warn if changed else self._collector.error
        say(
            "WB-C026",
            f"`{path}` is certain here, so it cannot be correlated with anything",
            path.span,
            facts=(f"the line: {line.left} with {line.right}",),
            remedy="" if changed else "give the number a spread, or remove the line",
        )

    def _several(self, line: Correlation, left: Named, right: Named) -> None:
        path, several = (line.left, left) if len(left.elements) > 1 else (line.right, right)
        names = [self._paths[index] for index in several.elements]
        shown = ", ".join(names[:6]) + (" …" if len(names) > 6 else "")
        self._collector.error(
            "WB-C027",
            f"`{path}` is {len(names)} numbers, so it is not clear which pairs are meant",
            path.span,
            facts=(f"they are {shown}",),
            remedy=f"write a line for each pair, such as `{names[0]} with …`",
        )

    def _one_number(self, line: Correlation, index: int) -> None:
        self._collector.error(
            "WB-C028",
            f"both sides are one number, {self._paths[index]}, which is drawn once",
            line.left.span,
            facts=(f"the line: {line.left} with {line.right}",),
            remedy="remove the line, or write two values",
        )

    def _already_joint(self, line: Correlation, index: int) -> None:
        self._collector.error(
            "WB-C029",
            f"{self._paths[index]} cannot be correlated by hand: {self._taken[index]}",
            line.left.span,
            facts=(f"the line: {line.left} with {line.right}",),
            remedy="remove the line",
        )


def correlation_numbers(
    lines: Iterable[Correlation], converter: Converter, collector: Collector
) -> list[tuple[Correlation, float]]:
    """Return each line with its number: the mean where it has a spread. Anything else is noted as an error.

    Parameters
    ----------
    lines : iterable of Correlation
    converter : Converter
    collector : Collector

    Returns
    -------
    list of (Correlation, float)
        Without the lines that have an error; the numbers are from -1 to 1.
    """
    end = Amount(Fraction(1))
    spec = ParameterSpec("a correlation", Located.bare("", ""), bounds=(replace(end, number=Fraction(-1)), end))
    reader = ValueReader(spec, Target(Unit(), ""), converter, collector)
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
