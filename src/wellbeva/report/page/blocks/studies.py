"""Pooled studies: each with its interval, the average over them, and what a new setting may give (semantics R160)."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from wellbeva.compiler.parameters.studies import NEW, PooledValue, pooled
from wellbeva.evidence.errors import EvidenceError
from wellbeva.plot.svg import NO_ROOM, figures_fit
from wellbeva.report.facts.result import Spread
from wellbeva.report.page import row_plots
from wellbeva.report.page.annex.inputs import title_of
from wellbeva.report.page.cells import tick
from wellbeva.report.page.registry import ReportInputs, block
from wellbeva.report.page.view import Block, Cell, Column, Drawing, Note, Row, Table
from wellbeva.report.text import numbers

if TYPE_CHECKING:
    from wellbeva.evidence.pooling.pool import Pooled
    from wellbeva.plan.record import Input

MOST_STUDIES = 40
"""Rows of one figure; a longer table is read where it lies."""
MOST_FIGURES = 4
SCORE = 1.959963984540054
"""Standard errors from a number to the end of its 95% interval."""
Ends = tuple[float, float]


@block(55)
def _pooled_studies(report: ReportInputs) -> list[Block]:
    inputs: dict[tuple[object, ...], Input] = {}
    for given_input in report.record.inputs:
        value = given_input.original.value
        if value.form == "studies":
            inputs.setdefault((value.points, value.studies), given_input)
    evidence = [_Evidence.of(given_input, number) for number, given_input in enumerate(inputs.values(), start=1)]
    return [made for part in evidence[:MOST_FIGURES] for made in part.blocks()]


@dataclass(frozen=True, slots=True)
class _Evidence:
    """The studies behind one input, in the unit in which they are written."""

    key: str
    name: str
    unit: str
    value: PooledValue

    @staticmethod
    def of(given_input: Input, number: int) -> _Evidence:
        value = given_input.original.value
        found = pooled(value)
        unit = found.table.measure if found.table.ratio else value.points[0][1].unit or given_input.unit
        return _Evidence(f"es{number}", title_of(given_input), unit, found)

    @property
    def estimate(self) -> Pooled:
        return self.value.estimate

    def shown(self, x: float) -> str:
        """Write a number: a ratio, not its logarithm."""
        return numbers.number(self.value.number(x))

    def words(self, ends: Ends) -> str:
        return numbers.span(*map(self.shown, ends))

    @property
    def prediction(self) -> Ends | None:
        """The 95% interval of a setting that no study has seen; None of a fixed effect, which knows none."""
        return self.estimate.prediction() if self.estimate.random else None

    @property
    def corrected(self) -> str:
        """How the average is corrected, in words; empty if it is not."""
        correct = self.value.table.correct
        return f", corrected by {correct}" if correct != "none" else ""

    def blocks(self) -> list[Block]:
        """Return forest, funnel and corrections; of effects that are regressed on moderators the forest alone."""
        return [self.forest()] if self.value.where else [self.forest(), self.funnel(), self.unpublished()]

    def title(self) -> str:
        count = numbers.capital(numbers.counted(self.estimate.studies, "study", "studies"))
        average = f"{self.shown(self.estimate.mean)} ({self.words(self.estimate.interval())})"
        said = f"{count} average {average}{self.corrected}"
        if self.prediction is None:
            return f"{said}, taken to be the same everywhere"
        apart = self.prediction[0] < 0 < self.prediction[1]
        return f"{said}; a new setting may {'gain or lose' if apart else 'get'}: {self.words(self.prediction)}"

    def forest(self) -> Table:
        """Draw each study with its 95% interval, then the average and a new setting."""
        value, studies, estimate, prediction = self.value, self.value.studies, self.estimate, self.prediction
        spreads, average = SCORE * np.sqrt(studies.variances), estimate.interval()
        lows, highs = (studies.effects + side * spreads for side in (-1, 1))
        ends = (*lows.tolist(), *highs.tolist(), *average, *(prediction or ()))
        axis = row_plots.linear_axis([value.number(end) for end in ends], tick)
        if value.table.ratio:
            axis = replace(axis, lines=((1.0, "no difference"),))

        def row(head: str, mean: float, half: Ends, nine: Ends, *, under: str = "", kind: str = "") -> Row:
            picture = row_plots.spread(axis, Spread(*map(value.number, (mean, nine[0], *half, nine[1]))))
            cells = Cell(picture=picture), Cell(self.shown(mean), under=self.words(nine))
            return Row(head, cells, under=under, kind=kind)

        columns = (studies.labels, studies.effects.tolist(), lows.tolist(), highs.tolist(), estimate.weights)
        rows = [
            row(label, mean, (mean, mean), (low, high), under=f"weight {round(100 * weight)}%")
            for label, mean, low, high, weight in islice(zip(*columns, strict=True), MOST_STUDIES)
        ]
        rows.append(row(f"Average over studies{value.where}", estimate.mean, average, average, kind="total"))
        note = f"I² {100 * estimate.i2:.0f}%, the share of their differences that chance does not explain."
        if prediction is not None:
            rows.append(row(f"{numbers.capital(NEW)}{value.where}", estimate.mean, average, prediction, kind="total"))
            note = f"Standard deviation between settings {numbers.number(math.sqrt(estimate.tau2))}; {note}"
        if (more := len(studies) - MOST_STUDIES) > 0:
            note += f" {more:,} more studies stand in {value.table.file}."
        drawn = f"{value.drawn_for}{', drawn towards the others' if value.local else ''}"
        return Table(
            self.key, "Figure", self.title(),
            f"{self.name}. Thin bars: 95% intervals. Thick bar: 95% interval of the average. Draws are of {drawn}.",
            (
                Column("Study", css="c-name"),
                Column("Effect", css="plot", picture=row_plots.head(axis)),
                Column(numbers.capital(self.unit), "95% interval", css="n"),
            ),
            tuple(rows), note=note, layout="league", css="sg",
        )  # fmt: skip

    def unpublished(self) -> Block:
        """Set the corrections for studies that were not published beside the average."""
        from wellbeva.evidence.bias.correction import cautions_of_all
        from wellbeva.evidence.bias.corrections import corrections

        key = f"{self.key}b"
        try:
            results = corrections(self.value.studies, **self.value.table.how)
        except EvidenceError as error:
            return Note(key, "Unpublished studies cannot be looked for", (f"{error.message}.",))
        shared, means, rows = cautions_of_all(results), [], []
        for row in results:
            answer = (Cell(numbers.NOT_APPLICABLE),) * 2
            if row.average is not None:
                mean, ends = row.average
                means.append(mean)
                answer = Cell(self.shown(mean)), Cell(self.words(ends))
            said = " ".join((row.finding, *(caution for caution in row.cautions if caution not in shared)))
            rows.append(Row(numbers.capital(row.method), (*answer, Cell(said))))
        across = self.words((min(means), max(means)))
        title = f"With and without corrections for unpublished studies the average is {across}"
        used = (
            f"Used here: the average{self.corrected or ' as published'}. No correction proves that studies are missing."
        )
        heads = (Column("Method"), Column("Average", css="n"), Column("95% interval", css="n"), Column("What it sees"))
        return Table(key, "Table", title, used, heads, tuple(rows), note=" ".join(shared))

    def funnel(self) -> Block:
        """Draw effects over their standard errors, in the funnel that chance alone would give."""
        effects, errors = self.value.studies.effects, np.sqrt(self.value.studies.variances)
        outside, count = int(np.sum(np.abs(effects - self.estimate.mean) > SCORE * errors)), len(effects)
        which = numbers.capital(numbers.counted(outside, "study", "studies"))
        lie = "lies" if outside == 1 else "lie"
        title = f"{which} of {count} {lie} outside the funnel"
        dek = (
            "Each dot is a study: its effect across, its standard error down. Dashed: where 19 of 20 would lie if "
            "chance alone parted them. Small studies on one side only would suggest that others were not published."
        )
        key = f"{self.key}f"
        if not figures_fit():
            return Note(key, title, (f"The funnel is not drawn, {NO_ROOM}.",))
        from wellbeva.plot.technical import Words, funnel

        scale = f"logarithm of the {self.unit}" if self.value.table.ratio else self.unit
        around = numbers.number(self.estimate.mean)
        desc = f"Funnel of {count} studies around {around}; {outside} of them {lie} outside."
        svg = funnel(
            Words(key, title, desc, f"effect, {scale}", "standard error"),
            effects=effects, errors=errors, mean=self.estimate.mean,
        )  # fmt: skip
        return Drawing(key, "Figure", title, dek, svg)
