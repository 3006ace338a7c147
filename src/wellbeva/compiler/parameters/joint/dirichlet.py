"""A Dirichlet as the shares it fills: each a beta of its own, all drawn together (FORMAT section 4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from wellbeva.compiler.parameters.cells import CellAssignment, Elements
from wellbeva.compiler.parameters.values import FittedValue
from wellbeva.core.arrays import Flags
from wellbeva.core.axes import Axis
from wellbeva.errors import Collector
from wellbeva.plan.plan import Joint
from wellbeva.scenario.spec import Assignment
from wellbeva.scenario.text.paths import Selector


@dataclass(slots=True)
class Shares:
    """Splits every Dirichlet into one assignment for each label, and remembers which belong together.

    What is written once stays one draw (FORMAT R16a): an assignment that leaves other axes open fills all of them with
    the same shares.
    """

    _groups: list[tuple[Assignment, ...]] = field(default_factory=list)

    def apart(self, assignments: Iterable[Assignment]) -> tuple[Assignment, ...]:
        """Return the assignments, each Dirichlet replaced by its shares; the order stays.

        The value of a share is the Dirichlet as written, with its label as `Value.word`.
        """
        done: list[Assignment] = []
        for assignment in assignments:
            if assignment.value.form != "dirichlet":
                done.append(assignment)
                continue
            group = tuple(
                replace(
                    assignment,
                    selectors=(*assignment.selectors, Selector(assignment.value.axis, label, span=amount.span)),
                    value=replace(assignment.value, word=label),
                )
                for label, amount in assignment.value.shares
            )
            self._groups.append(group)
            done.extend(group)
        return tuple(done)

    def fail_if_they_no_longer_add_to_one(
        self, drafts: Mapping[str, CellAssignment], axes: Mapping[str, Axis], collector: Collector
    ) -> None:
        """Note an error for each Dirichlet where a later layer replaced a few shares: it may replace all, or none.

        Parameters
        ----------
        drafts : mapping of parameter to CellAssignment
        axes : mapping of name to Axis
        collector : Collector
        """
        for group in self._groups:
            one = drafts.get(group[0].parameter)
            if one is not None:
                _refuse_partly_replaced(one, group, axes[group[0].value.axis], collector)

    def joints(self, drafts: Mapping[str, CellAssignment], elements: Elements) -> tuple[Joint, ...]:
        """Return one joint for each Dirichlet that still fills cells.

        Parameters
        ----------
        drafts : mapping of parameter to CellAssignment
        elements : Elements
            Those of the shares among them.
        """
        found = []
        for group in self._groups:
            one = drafts.get(group[0].parameter)
            if one is None:
                continue
            cells = _cells(one, group)
            names = [
                (share.element, float(dict(share.value.shares)[share.value.word].number))
                for share in group
                if (cell := cells.get(id(share))) is not None and cell.distribution is not None
            ]
            if names:
                indices = tuple(elements.index(name) for name, _ in names)
                found.append(Joint("dirichlet", indices, np.array([count for _, count in names])))
        return tuple(found)


def _cells(one: CellAssignment, group: tuple[Assignment, ...]) -> dict[int, FittedValue]:
    own = {id(share) for share in group}
    return {id(assignment): cell for assignment, cell in one.fillers if id(assignment) in own}


def _refuse_partly_replaced(
    one: CellAssignment, group: tuple[Assignment, ...], axis: Axis, collector: Collector
) -> None:
    place = one.axes.index(axis.name)
    number = {id(assignment): index for index, (assignment, _) in enumerate(one.fillers)}
    owner = np.moveaxis(one.owner, place, -1).reshape(-1, len(axis))
    wanted = np.full(len(axis), -1)
    for share in group:
        wanted[axis.labels.index(share.value.word)] = number.get(id(share), -2)
    mine = wanted != -1
    rows = owner[(owner[:, mine] == wanted[mine]).any(axis=1)]
    if not rows.size:
        return
    stray = _stray(one, rows, wanted, mine)
    if stray is None:
        return
    other = one.fillers[stray][0]
    path = group[0].path
    collector.error(
        "WB-C023",
        f"the shares of {replace(path, labels=path.labels[:-1])} would no longer add to 1",
        other.value.span or group[0].value.span,
        facts=(f"they are one Dirichlet: {group[0].value.written}", f"{other.path}: {other.value.written}"),
        remedy="replace all of its shares together, or give the Dirichlet other counts",
    )


def _stray(one: CellAssignment, rows: npt.NDArray[np.int32], wanted: npt.NDArray[np.int_], mine: Flags) -> int | None:
    """Return the filler that stands where a share should, or that gives a share to a label without a count."""
    for row in rows:
        for label, filler in enumerate(row):
            cell = one.fillers[filler][1]
            if mine[label] and filler != wanted[label]:
                return int(filler)
            if not mine[label] and (cell.distribution is not None or cell.base != 0):
                return int(filler)
    return None
