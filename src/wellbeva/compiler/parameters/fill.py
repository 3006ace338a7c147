"""All parameters of a plan, filled; and every number that went in, written down for people."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import numpy.typing as npt

from wellbeva.compiler.appraisal.figures import fail_if_the_appraisal_has_no_such_figure, figure_assignments, is_figure
from wellbeva.compiler.appraisal.rules import published_wellby
from wellbeva.compiler.appraisal.units_and_prices import Converter, Target
from wellbeva.compiler.appraisal.wellby_uprating import raised_values
from wellbeva.compiler.parameters.cells import (
    CellAssignment,
    Elements,
    draft,
    finish,
    limits_of,
)
from wellbeva.compiler.parameters.evidence_grade import grade_of, recalled
from wellbeva.compiler.parameters.joint.joints import JointBuilder
from wellbeva.compiler.parameters.values import FittedValue, ValueReader, cites_of
from wellbeva.compiler.parameters.variant_cache import kept_for
from wellbeva.core.axes import Axis, in_order
from wellbeva.core.spans import Located
from wellbeva.core.units import Unit, UnitError
from wellbeva.distributions.describe import describe
from wellbeva.errors import near_miss
from wellbeva.language.typing.unit_rules import refuse_unit
from wellbeva.plan.limits import MOST_CELLS
from wellbeva.plan.plan import Element, ElementBounds, Joint, PlanParameter
from wellbeva.plan.record import Input
from wellbeva.scenario.model.roles import roles_by_name
from wellbeva.scenario.spec import Assignment, ParameterSpec, Scenario
from wellbeva.scenario.text.paths import DottedPath, Selector
from wellbeva.scenario.value import Amount, Value
from wellbeva.scenario.values.completion import amounts_in


@dataclass(frozen=True, slots=True)
class FilledParameters:
    """The parameters as arrays, and what stands behind them.

    Parameters
    ----------
    parameters : tuple of PlanParameter
    elements : tuple of Element
    inputs : tuple of Input
    overridden : frozenset of str
        Equations that a value stands in for (FORMAT R17).
    wellby_used : bool
        Whether a parameter was filled by the preset's value of a WELLBY.
    joints : tuple of Joint
        Elements that are drawn together.
    limits : tuple of ElementBounds
        Of elements that can be drawn outside the bounds of their parameter.
    cells : mapping of str to (int array over the parameter's axes, tuple of Input)
        The inputs of each parameter, and which of them fills each cell.
    """

    parameters: tuple[PlanParameter, ...]
    elements: tuple[Element, ...]
    inputs: tuple[Input, ...]
    overridden: frozenset[str]
    wellby_used: bool
    joints: tuple[Joint, ...] = ()
    limits: tuple[ElementBounds, ...] = ()
    cells: Mapping[str, tuple[npt.NDArray[np.int32], tuple[Input, ...]]] = field(default_factory=dict)


class ParameterFiller:
    """Fills the parameters of one scenario."""

    def __init__(self, scenario: Scenario, axes: Mapping[str, Axis], converter: Converter) -> None:
        self._scenario = scenario
        self._model = scenario.model
        self._roles = roles_by_name(scenario.model)
        self._appraisal = converter.appraisal
        self._axes = axes
        self._converter = converter
        self._collector = converter.collector
        self._wellby_used = False
        self._together = JointBuilder(scenario)
        self._kept = kept_for(scenario.model, converter.appraisal, axes, scenario.sources)

    def fill(self, known: Mapping[str, int]) -> FilledParameters:
        """Fill every parameter; notes all that is wrong.

        Parameters
        ----------
        known : mapping of element to dimension
            Of the scenario without variant and overrides.
        """
        drafts = self._drafts()
        elements = Elements(self._together.columns.dimensions(drafts, known))
        by_path = {
            assignment.path: (name, index)
            for name, one in drafts.items()
            for index, (assignment, _) in enumerate(one.fillers)
        }
        # Elements are numbered in the order of the file, not of the model, so that a reordered model draws the same.
        for assignment in self._together.in_order_of_the_file:
            if found := by_path.get(assignment.path):
                filler, cell = drafts[found[0]].fillers[found[1]]
                if cell.distribution is not None and filler is assignment:
                    elements.add(assignment.element, cell)
        shared = {name: self._same_as(one, by_path, drafts, elements) for name, one in drafts.items()}
        parameters: dict[str, PlanParameter] = {}
        owned: dict[str, tuple[int, ...]] = {}
        inputs: list[Input] = []
        limits: list[ElementBounds] = []
        cells = {}
        for name, one in drafts.items():
            parameters[name], owned[name] = finish(one, elements, shared[name])
            limits += limits_of(one, owned[name], self._bounded(one, drafts, by_path, shared[name]))
            for index, element in enumerate(owned[name]):
                label = elements.found[element].name if element >= 0 else ""
                written = self._input(one, index, label)
                if index in shared[name]:
                    value = one.fillers[index][0].value
                    assert value.path is not None
                    other, place = by_path[value.path]
                    written = _same(written, value, self._input(drafts[other], place, label))
                inputs.append(written)
            cells[name] = (one.owner, tuple(inputs[len(inputs) - len(owned[name]) :]))
        joints = self._together.joints(
            drafts,
            parameters,
            owned,
            by_path,
            axes=self._axes,
            elements=elements,
            converter=self._converter,
        )
        overridden = frozenset(name for name in drafts if name in self._model.equations)
        return FilledParameters(
            tuple(parameters.values()),
            self._together.columns.apart(elements.found),
            tuple(inputs),
            overridden,
            self._wellby_used,
            joints,
            tuple(limits),
            cells,
        )

    def _drafts(self) -> dict[str, CellAssignment]:
        given: dict[str, list[Assignment]] = {}
        for assignment in self._together.assignments:
            given.setdefault(assignment.parameter, []).append(assignment)
        drafts: dict[str, CellAssignment] = {}
        for name, spec in self._specs(given).items():
            target = self._target(spec)
            if target is None:
                continue
            defaults = self._defaults(spec, target)
            if defaults is None:
                continue
            one = self._kept_draft(spec, target, (*self._together.shares.apart(defaults), *given.get(name, ())))
            if one is not None:
                drafts[name] = one
        return drafts

    def _specs(self, given: Mapping[str, list[Assignment]]) -> dict[str, ParameterSpec]:
        specs = dict(self._model.parameters)
        for name, assignments in given.items():
            if name in self._model.equations:
                specs[name] = self._stand_in(name, assignments)
        return {name: spec for name, spec in specs.items() if name not in self._scenario.unread}

    def _kept_draft(
        self, spec: ParameterSpec, target: Target, assignments: tuple[Assignment, ...]
    ) -> CellAssignment | None:
        """Draft a parameter, once for all variants of a scenario that hold the same values."""
        if any(self._together.columns.table_of(assignment) is not None for assignment in assignments):
            return self._draft(spec, target, assignments)  # columns of draws leave their numbers behind when read
        make = partial(self._draft, spec, target, assignments)
        return self._kept.once(("draft", spec.name), make, self._collector, of=(spec, *assignments))

    def _draft(self, spec: ParameterSpec, target: Target, assignments: tuple[Assignment, ...]) -> CellAssignment | None:
        self._refuse_whole_payers(spec, target, assignments)
        reader = ValueReader(spec, target, self._converter)
        columns = self._together.columns
        cells: dict[int, FittedValue] = {}
        for index, assignment in enumerate(assignments):
            # The draws of `same as` come from the other value; its cell is completed in `_same_as`.
            cell: FittedValue | None = FittedValue(0.0)
            if columns.table_of(assignment) is not None:
                cell = columns.read(assignment, reader)
            elif assignment.value.form != "same_as":
                key, read = ("cell", id(assignment.value), spec.name), partial(reader.read, assignment.value)
                cell = self._kept.once(key, read, self._collector, of=(assignment.value, spec))
            if cell is not None:
                cells[index] = cell
        own = in_order(spec.by, tuple(self._model.axes))
        if (size := math.prod(len(self._axes[axis]) for axis in own)) > MOST_CELLS:
            self._collector.error(
                "WB-C061",
                f"{spec.name} needs {size:,} numbers; at most {MOST_CELLS:,} fit",
                self._scenario.spans.get("model"),
                facts=(f"axes: {', '.join(f'{axis} {len(self._axes[axis]):,}' for axis in own)}",),
                remedy="use fewer options, groups or longer periods",
            )
            return None
        listed = self._scenario.spans.get("tables")
        places = {option.name: option.span or listed for option in self._scenario.options}
        watched = {index for index, assignment in enumerate(assignments) if columns.table_of(assignment) is not None}
        one = draft(spec, target, assignments, cells, self._axes, own, self._collector, places, watched)
        return None if one is None else columns.with_bases(one, self._collector)

    def _defaults(self, spec: ParameterSpec, target: Target) -> tuple[Assignment, ...] | None:
        """Return what fills the parameter where the scenario does not; None after noting an error."""
        if spec.filled_by == "budget":
            if self._scenario.budget is None:
                self._collector.error(
                    "WB-C016",
                    f"the model needs a budget for {spec.name}",
                    self._scenario.spans.get("model") or spec.span,
                    facts=("the scenario has no `budget`",),
                    remedy="add `budget: £1m` to the scenario",
                )
                return None
            return (Assignment(spec.name, (), self._scenario.budget, "appraisal"),)
        if spec.filled_by == "appraisal":
            if fail_if_the_appraisal_has_no_such_figure(spec, target.unit, self._collector):
                return None
            return figure_assignments(spec, self._axes, self._collector) if is_figure(spec.name) else self._wellby(spec)
        return (Assignment(spec.name, (), spec.default, "default"),) if spec.default is not None else ()

    def _wellby(self, spec: ParameterSpec) -> tuple[Assignment, ...] | None:
        """Fill the value of a WELLBY by the scenario's own words, or by what is published for the price year."""
        own = self._appraisal.wellby_values
        axis = next((name for name in spec.by if self._axes.get(name)), "")
        labels = self._axes[axis].labels if axis else ("central",)
        if own or self._appraisal.uprate is not None:
            raised = raised_values(self._appraisal, self._scenario.appraisal.cites, self._collector)
            if raised is None:
                return None
            values = raised
        else:
            published = published_wellby(self._appraisal, self._scenario.appraisal, self._collector)
            if not published:
                return None
            self._wellby_used = True
            values = {
                level: Value(
                    "number",
                    {"value": Amount(number, currency=self._appraisal.currency)},
                    evidence="strong",
                    written=f"£{float(number):,.0f}",
                    note="published for the price year",
                )
                for level, number in published.items()
            }
        if set(values) == {"central"} and axis:
            values = dict.fromkeys(labels, values["central"])
        return tuple(
            Assignment(spec.name, (Selector(axis, level),) if axis else (), value, "appraisal")
            for level, value in values.items()
            if axis or level == "central"
        )

    def _stand_in(self, name: str, assignments: list[Assignment]) -> ParameterSpec:
        """A value that stands in the place of an equation has the value's axes (FORMAT R17)."""
        equation = self._model.equations[name]
        by = tuple(dict.fromkeys(s.axis for assignment in assignments for s in assignment.selectors))
        unit = equation.unit or Located.bare("", "model")
        self._collector.warn(
            "WB-C017",
            f"a value stands in the place of the equation {name}",
            assignments[0].value.span,
            facts=(f"the equation: {equation.expression.text.strip()}",),
            remedy="leave it out to let the equation count; while it stands, the inputs of the equation do not",
        )
        return ParameterSpec(
            name=name,
            unit=unit,
            by=by,
            doc=equation.doc or "stands in the place of an equation",
            span=assignments[0].value.span,
        )

    def _target(self, spec: ParameterSpec) -> Target | None:
        if spec.kind != "number":
            return Target(Unit(), "")
        text = spec.unit.text.strip()
        try:
            return Target(self._converter.parse_unit(text), text)
        except UnitError as error:
            message = f"the unit of {spec.name} is not understood"
            refuse_unit("WB-U104", message, spec.unit, error, self._collector)
            return None

    def _refuse_whole_payers(self, spec: ParameterSpec, target: Target, assignments: tuple[Assignment, ...]) -> None:
        """Money given without saying who pays would be counted once for every payer."""
        for axis in ("payer", "body"):
            count = len(self._axes[axis]) if axis in spec.by and axis in self._axes else 1
            if count < 2 or not target.unit.is_money:
                continue
            for assignment in assignments:
                amounts = tuple(amounts_in(assignment.value))
                zero = self._together.columns.table_of(assignment) is None and all(
                    amount.number == 0 for amount in amounts
                )
                if zero or any(s.axis == axis for s in assignment.selectors):
                    continue
                self._collector.error(
                    "WB-C019",
                    f"{spec.name} does not say which {axis} it belongs to",
                    assignment.value.span,
                    facts=(f"there are {count}: {', '.join(self._axes[axis].labels)}", "each would bear the whole sum"),
                    remedy=f"write `by: {axis}` and a sum for each",
                )

    def _same_as(
        self,
        one: CellAssignment,
        by_path: Mapping[DottedPath, tuple[str, int]],
        drafts: Mapping[str, CellAssignment],
        elements: Elements,
    ) -> dict[int, tuple[int, float]]:
        """Find the element (or constant) each ``same as`` stands for."""
        shared: dict[int, tuple[int, float]] = {}
        for index, (assignment, _) in enumerate(one.fillers):
            path = assignment.value.path
            if path is None:
                continue
            found = by_path.get(path)
            if found is None and path.name in self._model.parameters.keys() - drafts.keys():
                continue  # its target has a fault of its own
            other = drafts[found[0]].fillers[found[1]] if found else None
            if other is None or other[0].value.form == "same_as":
                self._collector.error(
                    "WB-C020",
                    f"`same as {path}` does not name a value of this scenario"
                    if other is None
                    else f"`same as {path}` points at a value that points further",
                    assignment.value.span,
                    facts=(f"written: {assignment.value.written}",)
                    if other is None
                    else (f"{path}: {other[0].value.written}",),
                    remedy="name a value that is a number of its own"
                    if other is not None
                    else near_miss(str(path), map(str, by_path)) or "name a value by its dotted path",
                )
                continue
            cell = other[1]
            element = -1 if cell.distribution is None else elements.add(other[0].element, cell)
            shared[index] = (element, cell.base)
        return shared

    def _bounded(
        self,
        one: CellAssignment,
        drafts: Mapping[str, CellAssignment],
        by_path: Mapping[DottedPath, tuple[str, int]],
        shared: Mapping[int, tuple[int, float]],
    ) -> dict[int, FittedValue]:
        """Hold what each ``same as`` stands for against the unit and the bounds of the parameter that it fills."""
        reader = ValueReader(one.spec, one.target, self._converter)
        found = {}
        for index in shared:
            value = one.fillers[index][0].value
            assert value.path is not None
            name, place = by_path[value.path]
            other = drafts[name]
            if not _may_fill(other, one):
                self._collector.error(
                    "WB-C198",
                    f"`same as {value.path}` fills {one.spec.name}, which is of another kind",
                    value.span,
                    facts=(f"{value.path}: {_takes(other)}", f"{one.spec.name}: {_takes(one)}"),
                    remedy=f"write the number itself, or name another value of {one.spec.name}",
                )
                continue
            cell: FittedValue | None = other.fillers[place][1]
            if cell is not None and name != one.spec.name:  # else its bounds were looked at where it is written
                cell = reader.within_bounds(cell, value)
            if cell is not None:
                found[index] = cell
        return found

    def _input(self, one: CellAssignment, index: int, element: str) -> Input:
        assignment, cell = one.fillers[index]
        make = partial(self._new_input, one, index, element)
        return self._kept.once(
            ("input", id(assignment), element), make, self._collector, of=(assignment, cell, one.spec)
        )

    def _new_input(self, one: CellAssignment, index: int, element: str) -> Input:
        assignment, cell = one.fillers[index]
        value = assignment.value
        sources = [self._scenario.sources[cite.key] for cite in cites_of(value) if cite.key in self._scenario.sources]
        licence = value.licence or next((source.licence for source in sources if source.licence), "")
        number = one.spec.kind == "number"
        return Input(
            path=str(assignment.path),
            parameter=one.spec.name,
            doc=one.spec.doc,
            unit=one.target.text,
            selectors=assignment.selectors,
            value=value,
            fitted=cell.drawn or (describe(cell.distribution) if cell.distribution else ""),
            base=cell.base if number else math.nan,
            element=element,
            distribution=cell.distribution,
            interval=cell.interval,
            interval_name=cell.interval_name,
            cites=cites_of(value),
            evidence=grade_of(value, assignment.layer, self._scenario.sources),
            licence=licence,
            note=value.note,
            layer=assignment.layer,
            recalled=recalled(assignment, self._scenario.sources) if number else (),
            table=self._together.columns.table_of(assignment),
            roles=self._roles.get(one.spec.name, frozenset()),
        )


def _takes(one: CellAssignment) -> str:
    """Say what a parameter takes: numbers of a unit, true or false, or one of its words."""
    if one.spec.kind == "number":
        return one.target.words
    return " or ".join(one.spec.choices) if one.spec.kind == "choice" else "true or false"


def _may_fill(one: CellAssignment, filled: CellAssignment) -> bool:
    """Whether a value of one parameter may fill another: of equal unit, or a plain number where one may stand (R24)."""
    if one.spec.kind != "number" or filled.spec.kind != "number":
        return _takes(one) == _takes(filled)
    own, goal = one.target.unit, filled.target
    return own == goal.unit or (own.dimensionless and not (goal.is_duration or goal.currency))


def _same(one: Input, value: Value, other: Input) -> Input:
    """Give what is written ``same as`` another the other's number, and its source unless it names its own."""
    own = one if value.cites or value.evidence else other
    return replace(
        one,
        fitted=other.fitted,
        base=other.base,
        distribution=other.distribution,
        interval=other.interval,
        interval_name=other.interval_name,
        cites=own.cites,
        evidence=own.evidence,
        licence=own.licence,
        note=one.note or other.note,
        recalled=(*one.recalled, *other.recalled),
        same_as=other,
    )
