"""Pooled studies: each with its interval, the average over them, and what a new setting may give (semantics R160)."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from wellbeva.compiler.parameters.studies import pooled, studies_of, table_of
from wellbeva.report.page import row_plots
from wellbeva.report.page.annex.inputs import title_of
from wellbeva.report.page.cells import tick
from wellbeva.report.page.registry import ReportInputs, block
from wellbeva.report.page.view import Block, Cell, Column, Drawing, Note, Row, Table
from wellbeva.report.text import numbers

if TYPE_CHECKING:
    from wellbeva.evidence.pooling.pool import Pooled
    from wellbeva.evidence.pooling.studies import Studies
    from wellbeva.plan.record import Input
    from wellbeva.scenario.value import StudyTable

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
    studies: Studies
    estimate: Pooled
    table: StudyTable

    @staticmethod
    def of(given_input: Input, number: int) -> _Evidence:
        value = given_input.original.value
        table, own = table_of(value), value.points[0][1].unit
        unit = table.measure if table.ratio else own or given_input.unit
        return _Evidence(f"es{number}", title_of(given_input), unit, studies_of(value), pooled(value), table)

    def number(self, x: float) -> float:
        """Return a number as it is shown: a ratio, not its logarithm."""
        return math.exp(x) if self.table.ratio else x

    def words(self, ends: Ends) -> str:
        return numbers.span(*(numbers.number(self.number(end)) for end in ends))

    @property
    def prediction(self) -> Ends | None:
        """The 95% interval of a setting that no study has seen; None of a fixed effect, which knows none."""
        return self.estimate.prediction() if self.estimate.between != "none" else None

    @property
    def corrected(self) -> str:
        """How the average is corrected, in words; empty if it is not."""
        return f", corrected by {self.table.correct}" if self.table.correct != "none" else ""

    def blocks(self) -> list[Block]:
        """Return forest, funnel and corrections."""
        return [self.forest(), self.funnel(), *self.unpublished()]

    def title(self) -> str:
        count = numbers.capital(numbers.counted(self.estimate.studies, "study", "studies"))
        average = f"{numbers.number(self.number(self.estimate.mean))} ({self.words(self.estimate.interval())})"
        said = f"{count} average {average}{self.corrected}"
        if self.prediction is None:
            return f"{said}, taken to be the same everywhere"
        apart = self.prediction[0] < 0 < self.prediction[1]
        return f"{said}; a new setting may {'gain or lose' if apart else 'get'}: {self.words(self.prediction)}"

    def forest(self) -> Table:
        """Draw each study with its 95% interval, then the average and a new setting."""
        spreads = SCORE * np.sqrt(self.studies.variances)
        each = [(float(x), (float(x - s), float(x + s))) for x, s in zip(self.studies.effects, spreads, strict=True)]
        average, prediction = self.estimate.interval(), self.prediction
        every = [self.number(end) for _, ends in each for end in ends]
        every += map(self.number, (*average, *(prediction or ())))
        axis = row_plots.linear_axis(every, tick)
        if self.table.ratio:
            axis = replace(axis, lines=((1.0, "no difference"),))

        def row(head: str, mean: float, half: Ends, nine: Ends, *, under: str = "", kind: str = "") -> Row:
            at, *ends = map(self.number, (mean, *half, *nine))
            picture = row_plots.spread(axis, at, half=(ends[0], ends[1]), nine=(ends[2], ends[3]))
            cells = Cell(picture=picture), Cell(numbers.number(at), under=self.words(nine))
            return Row(head, cells, under=under, kind=kind)

        rows = [
            row(label, mean, (mean, mean), ends, under=f"weight {100 * weight:.0f}%")
            for label, (mean, ends), weight in zip(self.studies.labels, each, self.estimate.weights, strict=True)
        ]
        more = len(rows) - MOST_STUDIES
        rows = rows[:MOST_STUDIES]
        rows.append(row("Average over studies", self.estimate.mean, average, average, kind="total"))
        if prediction is not None:
            rows.append(row("A setting that no study has seen", self.estimate.mean, average, prediction, kind="total"))
        drawn = "the average" if self.table.predict == "average" else "a setting that no study has seen"
        drawn = f"the setting of {self.table.local}, drawn towards the others" if self.table.local else drawn
        spread = (
            f"Standard deviation between settings {numbers.number(math.sqrt(self.estimate.tau2))}; "
            if prediction
            else ""
        )
        note = f"{spread}I² {100 * self.estimate.i2:.0f}%, the share of their differences that chance does not explain."
        return Table(
            self.key, "Figure", self.title(),
            f"{self.name}. Thin bars: 95% intervals. Thick bar: 95% interval of the average. Draws are of {drawn}.",
            (
                Column("Study", css="c-name"),
                Column("Effect", css="plot", picture=row_plots.head(axis)),
                Column(numbers.capital(self.unit), "95% interval", css="n"),
            ),
            tuple(rows),
            note=note + (f" {more:,} more studies stand in {self.table.file}." if more > 0 else ""),
            layout="league", css="sg",
        )  # fmt: skip

    def unpublished(self) -> list[Block]:
        """Set the corrections for studies that were not published beside the average."""
        from wellbeva.evidence.bias.corrections import corrections
        from wellbeva.evidence.errors import EvidenceError

        table = self.table
        try:
            results = corrections(self.studies, model=table.pool, between=table.between, interval=table.interval)
        except EvidenceError as error:
            return [Note(f"{self.key}b", "Unpublished studies cannot be looked for", (f"{error.message}.",))]
        shared = set.intersection(*(set(row.cautions) for row in results))
        rows = []
        for row in results:
            mean, ends = row.mean, row.interval()
            cells = (
                Cell(numbers.NOT_APPLICABLE if mean is None else numbers.number(self.number(mean))),
                Cell(numbers.NOT_APPLICABLE if ends is None else self.words(ends)),
                Cell(" ".join((row.finding, *(said for said in row.cautions if said not in shared)))),
            )
            rows.append(Row(numbers.capital(row.method), cells))
        means = [self.number(row.mean) for row in results if row.mean is not None]
        across = numbers.span(numbers.number(min(means)), numbers.number(max(means)))
        title = f"With and without corrections for unpublished studies the average is {across}"
        used = (
            f"Used here: the average{self.corrected or ' as published'}. No correction proves that studies are missing."
        )
        heads = (Column("Method"), Column("Average", css="n"), Column("95% interval", css="n"), Column("What it sees"))
        return [Table(f"{self.key}b", "Table", title, used, heads, tuple(rows), note=" ".join(sorted(shared)))]

    def funnel(self) -> Block:
        """Draw effects over their standard errors, in the funnel that chance alone would give."""
        from markupsafe import Markup

        from wellbeva.plot.svg import NO_ROOM, figures_fit

        errors = np.sqrt(self.studies.variances)
        outside = int(np.sum(np.abs(self.studies.effects - self.estimate.mean) > SCORE * errors))
        count = len(self.studies)
        title = f"{numbers.capital(numbers.counted(outside, 'study', 'studies'))} of {count} lie outside the funnel"
        dek = (
            "Each dot is a study: its effect across, its standard error down. Dashed: where 19 of 20 would lie if "
            "chance alone parted them. Small studies on one side only would suggest that others were not published."
        )
        key = f"{self.key}f"
        if not figures_fit():
            return Note(key, title, (f"The funnel is not drawn, {NO_ROOM}.",))
        from wellbeva.plot.technical import Words, funnel

        scale = f"logarithm of the {self.unit}" if self.table.ratio else self.unit
        desc = f"Funnel of {count} studies around {numbers.number(self.estimate.mean)}; {outside} of them lie outside."
        svg = funnel(
            Words(key, title, desc, f"effect, {scale}", "standard error"),
            effects=self.studies.effects, errors=errors, mean=self.estimate.mean,
        )  # fmt: skip
        return Drawing(key, "Figure", title, dek, Markup(svg))  # noqa: S704 - escaped by the renderer
