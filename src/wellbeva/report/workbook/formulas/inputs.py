"""The inputs, a row each, and the parameters that they fill as blocks; rates of discounting are inputs too."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from wellbeva.appraisal.schedules import Band, load_schedule
from wellbeva.compiler.appraisal.published_amounts import number_reader
from wellbeva.compiler.appraisal.rules import Appraisal, resolve
from wellbeva.compiler.axes import Periods, periods
from wellbeva.engine.arrays.named import NamedArray
from wellbeva.errors import Collector
from wellbeva.language.ir import DISCOUNTS
from wellbeva.plan.plan import PlanParameter
from wellbeva.plan.record import CompiledScenario, Input
from wellbeva.report.explain.inputs_page import name_in_words
from wellbeva.report.facts.input_source import covering_of
from wellbeva.report.facts.names import axis_word
from wellbeva.report.page.annex.inputs import sources_of
from wellbeva.report.workbook.formulas.blocks import INPUTS, PARAMETERS, At, Block
from wellbeva.report.workbook.formulas.text import EXCEL, Formula, call, choose, compare, formula, quoted
from wellbeva.scenario.spec import ParameterSpec
from wellbeva.scenario.value import Amount

FIRST_ROW, VALUE, SAVED = 3, 2, 3
"""Where rows begin, and the columns of the values of inputs and of what they were, from 0."""
GRID = "the periods are part of the workbook's structure: run wellbeva for others"
FILLED = "worked out from the appraisal: run wellbeva for another"
SWITCH = ("no", "yes")
LONGEST_LIST = 255
"""Characters of a list that a cell may offer."""


@dataclass(eq=False)
class Row:
    """One input.

    Parameters
    ----------
    label, path, doc, unit, written, source, note : str
    value : float or str
        A number, or one of `words`.
    words : tuple of str
        What may stand there, of a switch or a choice.
    same_as : str
        Path of the input whose value it has.
    least, most : float or None
        What the model allows, in its unit; None where an end is open.
    number : int
        Of its row in the sheet, from 0.
    """

    label: str
    path: str
    value: float | str
    unit: str = ""
    doc: str = ""
    written: str = ""
    source: str = ""
    note: str = ""
    words: tuple[str, ...] = ()
    same_as: str = ""
    least: float | None = None
    most: float | None = None
    number: int = 0

    @property
    def validation(self) -> dict[str, object] | None:
        """What a spreadsheet holds its cell to: one of its words, or the bounds of the model; None if all goes."""
        if self.words:
            short = len(",".join(self.words)) <= LONGEST_LIST
            return {"validate": "list", "source": list(self.words)} if short else None
        ends = [end for end in (self.least, self.most) if end is not None]
        if not ends:
            return None
        allowed = " to ".join(f"{end:g}" for end in ends)
        open_end = " and above" if self.most is None else " and below" if self.least is None else ""
        return {
            "validate": "decimal",
            "criteria": "between" if len(ends) == 2 else "<=" if self.least is None else ">=",
            **({"minimum": ends[0], "maximum": ends[1]} if len(ends) == 2 else {"value": ends[0]}),
            "error_title": "Outside the model's bounds",
            "error_message": f"{self.path}: the model allows {allowed}{open_end} (unit: {self.unit})."[:255],
        }

    @property
    def address(self) -> str:
        """Its cell, from any sheet."""
        return f"{INPUTS}!${chr(ord('A') + VALUE)}${self.number + 1}"

    @property
    def cell(self) -> Formula:
        """Its value as the model takes it: of a word, the place among those that may stand there."""
        if not self.words:
            return Formula(self.address)
        words = ",".join(map(quoted, self.words))
        return call("MATCH", self.address, f"{{{words}}}", 0.0) - 1.0


@dataclass(slots=True)
class Inputs:
    """All inputs of a scenario, and the blocks of the parameters that they fill.

    Parameters
    ----------
    compiled : CompiledScenario
    choices : mapping of parameter to its words
    """

    compiled: CompiledScenario
    choices: Mapping[str, tuple[str, ...]]
    rows: list[Row] = field(default_factory=list)
    blocks: dict[str, Block] = field(default_factory=dict)

    def __post_init__(self) -> None:
        record, plan = self.compiled.record, self.compiled.plan
        given: dict[str, list[tuple[Input, Row]]] = {}
        words = {parameter.name: self._words(parameter) for parameter in plan.parameters}
        read = number_reader(record.scenario)
        allowed = {name: bounds_in(spec, read) for name, spec in record.scenario.model.parameters.items()}
        for one in record.inputs:
            row = self._add(self._row(one, words[one.parameter]))
            row.least, row.most = allowed.get(one.parameter, (None, None))
            given.setdefault(one.parameter, []).append((one, row))
        appraisal = resolve(record.scenario.appraisal, Collector())
        grid = periods(record.scenario, weeks_per_year=appraisal.weeks)
        for parameter in plan.parameters:
            kind = DISCOUNTS.get(parameter.name)
            block = self._discounted(parameter, kind, appraisal, grid) if kind else None
            self._place(block or self._block(parameter, given.get(parameter.name, [])))

    def _place(self, block: Block) -> Block:
        self.blocks[block.name] = block
        return block

    def _add(self, row: Row) -> Row:
        row.number = FIRST_ROW + len(self.rows)
        self.rows.append(row)
        return row

    def _words(self, parameter: PlanParameter) -> tuple[str, ...]:
        return SWITCH if parameter.dtype == "bool" else self.choices.get(parameter.name, ())

    def _row(self, one: Input, words: tuple[str, ...]) -> Row:
        record = self.compiled.record
        places = [axis_word(record, selector.axis, selector.words) for selector in one.selectors]
        notes = [f"the same as {one.same_as.path}"] if one.same_as else []
        if one.interval:
            notes.append(f"{one.interval_name or 'range'} {one.interval[0]:g} to {one.interval[1]:g}")
        return Row(
            ", ".join([name_in_words(one.parameter, one.unit), *places]),
            one.path,
            one.base if math.isfinite(one.base) else "",
            one.unit,
            one.doc,
            one.written,
            sources_of(record, one.cites, covering_of(one.value, one.layer, record)),
            "; ".join([*notes, *filter(None, (one.evidence, one.note))]),
            words if math.isnan(one.base) else (),
            one.same_as.path if one.same_as else "",
        )

    def _block(self, parameter: PlanParameter, given: list[tuple[Input, Row]]) -> Block:
        """Return the cells of a parameter; each refers to the input that fills it: the last that does."""
        owner = np.full(parameter.values.shape, -1)
        for index, (one, _) in enumerate(given):
            owner[one.cells(parameter, self.compiled.plan)] = index
        for index, (_, row) in enumerate(given):
            cells = owner == index
            if row.words:
                row.value = row.words[int(parameter.values[cells][0])]
            else:
                owner[cells & (parameter.values != row.value)] = -1
        block = Block(
            parameter.name, NamedArray(parameter.axes, parameter.values), PARAMETERS, str(parameter.unit), parameter.doc
        )
        if (owner < 0).all():
            block.note = GRID if parameter.name in ("t", "step", "first", "last") else FILLED
            return block

        def cell(at: At) -> Formula:
            place = tuple(at[axis] for axis in parameter.axes)
            index = owner[place]
            return given[index][1].cell if index >= 0 else formula(float(parameter.values[place]))

        block.cell = cell
        block.note = FILLED if (owner < 0).any() else ""
        return block

    # ---- discounting (R30)

    def _discounted(self, parameter: PlanParameter, kind: str, appraisal: Appraisal, grid: Periods) -> Block:
        """Return the factor of each period, from that of each year, from the rates, which are inputs."""
        rate = appraisal.discount[kind]
        bands = load_schedule(rate).bands if isinstance(rate, str) else (Band(0, 9_999, rate),)
        years = math.ceil(grid.starts[-1] + grid.step) if appraisal.continuous else grid.years[-1]
        rows = dict(self._rates(kind, bands, years, schedule=rate if isinstance(rate, str) else ""))
        by_year = [next(row for band, row in rows.items() if year <= band.last) for year in range(years + 1)]
        rates = np.array([float(row.value) for row in by_year])
        yearly = Block(
            f"{parameter.name} rate", NamedArray(("year",), rates), PARAMETERS, "1/year",
            f"yearly rate for {kind} of the step that ends in each year", cell=lambda at: by_year[at["year"]].cell,
        )  # fmt: skip
        self._place(yearly)
        falling = NamedArray(("year",), np.cumprod([1.0, *(1 / (1 + rates[1:]))]))
        factors = Block(
            f"{parameter.name} by year", falling, PARAMETERS, doc=f"discount factor for {kind} of each year"
        )
        self._place(factors)

        def by_year_cell(at: At) -> Formula:
            year = at["year"]
            if year == 0:
                return Formula("1")
            before, rate = factors.ref({"year": year - 1}, here=PARAMETERS), yearly.ref(at, here=PARAMETERS)
            return before / (1.0 + rate)

        factors.cell = by_year_cell

        def period_cell(at: At) -> Formula:
            if not appraisal.continuous:
                return factors.ref({"year": grid.years[at["time"]]}, here=PARAMETERS)
            start = grid.starts[at["time"]]
            stop = start + grid.step
            parts = []
            for year in range(int(start), math.ceil(stop)):
                left, right = max(0.0, float(start - year)), min(1.0, float(stop - year))
                rate = yearly.ref({"year": year + 1}, here=PARAMETERS)
                parts.append(factors.ref({"year": year}, here=PARAMETERS) * _area(rate, left, right))
            return sum(parts[1:], parts[0]) / float(grid.step)

        value = NamedArray(parameter.axes, parameter.values)
        return Block(parameter.name, value, PARAMETERS, doc=parameter.doc, cell=period_cell)

    def _rates(self, kind: str, bands: tuple[Band, ...], years: int, *, schedule: str) -> Iterator[tuple[Band, Row]]:
        for band in bands:
            if band.first <= years:
                first = max(1, band.first)
                within = f", years {first} to {band.last}" if len(bands) > 1 and band.last >= first else ""
                doc = f"yearly rate at which {kind} is discounted"
                written = f"schedule {schedule}" if schedule else f"{band.rate:g}"
                label, path = f"Discount rate for {kind}{within}", f"appraisal.discount.{kind}"
                yield band, self._add(Row(label, path, band.rate, "1/year", doc, written))


def bounds_in(spec: ParameterSpec, read: Callable[[Amount, str], float]) -> tuple[float | None, float | None]:
    """Return the bounds of a parameter in its unit; a share lies between 0 and 1.

    Parameters
    ----------
    spec : ParameterSpec
    read : callable
        Returns the number of an amount in a unit, given by its text.
    """
    text = spec.unit.text.strip()
    implied = (0.0, 1.0) if text == "share" else (None, None)

    def end(given: Amount | None, otherwise: float | None) -> float | None:
        if given is None:
            return otherwise
        return read(given, text) if given.unit or given.currency else float(given.number)

    return end(spec.bounds[0], implied[0]), end(spec.bounds[1], implied[1])


def _area(rate: Formula, left: float, right: float) -> Formula:
    """Integrate (1 + rate) ** -x from left to right."""
    grown = 1.0 + rate
    faded = EXCEL.power(grown, -left) - EXCEL.power(grown, -right)
    return choose(compare("eq", rate, 0.0), right - left, faded / call("LN", grown))
