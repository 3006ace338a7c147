"""The report for the group itself: two pages of A4 on what was found, how sure, and what it cannot show."""

from __future__ import annotations

from wellbeva.evidence.survey.result import STEPS, Count, MeasureResult, SurveyResult
from wellbeva.report.facts.result import Spread
from wellbeva.report.page import row_plots
from wellbeva.report.page.templates import fill
from wellbeva.report.page.view import Cell, Column, Mark, Picture, Row, Table
from wellbeva.report.survey import findings
from wellbeva.report.survey.findings import name_of, people
from wellbeva.report.text.numbers import capital, count, points, span_of_points, tick_of_points

BAR = 7  # pixels


def group_report(result: SurveyResult) -> str:
    """Write the report of a survey, one self-contained HTML document.

    Parameters
    ----------
    result : SurveyResult
    """
    first = result.measures[0]
    return fill(
        "group.html.j2",
        title=capital(result.name.replace("_", " ")),
        result=result,
        first=first,
        findings=findings,
        averages=_averages(result.measures),
        answers=_answers(first),
        steps=_steps(first),
        who=_who(result),
    )


def _averages(measures: tuple[MeasureResult, ...]) -> Table:
    """Show the average before and after of each measure on its own scale, with the interval of the change."""
    scale = row_plots.PlotAxis(0.0, 1.0, "linear", ((0.0, "lowest"), (0.5, "middle"), (1.0, "highest")))
    rows = []
    for one in measures:
        low, reach = one.instrument.low, one.instrument.high - one.instrument.low
        raw, better = one.steps[0].estimate, "more is better" if one.instrument.higher_is_better else "less is better"
        marks: list[Mark] = []
        places = [scale.place((x - low) / reach) for x in (one.mean_before, one.mean_after)]
        if raw is not None:
            ends = [scale.place((one.mean_before + x - low) / reach) for x in (raw.low, raw.high)]
            marks.append(Mark("line", ends[0], row_plots.ROW / 2, ends[1], row_plots.ROW / 2, css="thin"))
        marks += [Mark("dot", x, row_plots.ROW / 2, css=css) for x, css in zip(places, ("pt h", "pt"), strict=True)]
        change = points(one.mean_after - one.mean_before, sign=True)
        ends_said = f"{points(one.mean_before)} to {points(one.mean_after)}"
        cells = Cell(picture=row_plots.row(scale, marks)), Cell(change, under=ends_said)
        rows.append(Row(name_of(one), cells, under=f"{low:g} to {low + reach:g}, {better}"))
    columns = (
        Column("What was asked", css="c-name"),
        Column("Average answer, from lowest to highest possible", css="plot", picture=row_plots.head(scale)),
        Column("Change as measured", "before to after", css="n"),
    )
    return _table("av", "Average answers before and after", columns, rows)


def _answers(measure: MeasureResult) -> Table:
    """Show how many people gave each answer before and after, of those who answered both times."""
    pairs = list(zip(measure.matched_before, measure.matched_after, strict=True))
    most = max([shown.people or 0 for pair in pairs for shown in pair] or [0]) or 1
    rows = []
    for before, after in pairs:
        bars = Cell(picture=_bars(before, after, most))
        rows.append(Row(before.label, (bars, Cell(f"{people(before.people)}, {people(after.people)}"))))
    columns = (
        Column("Answer", css="c-name"),
        Column("People, before and after", css="plot"),
        Column("Before, after", css="n"),
    )
    return _table("an", f"{name_of(measure)}: how many people gave each answer", columns, rows)


def _bars(before: Count, after: Count, most: int) -> Picture:
    marks = [Mark("grid", 1.0, css="g0")]
    for shown, top, css in ((before, 3, "second"), (after, 4 + BAR, "get")):
        if shown.people:
            marks.append(Mark("box", 1.0, top, 1.0 + 95.0 * shown.people / most, top + BAR, css=css))
    return Picture(2 * BAR + 7, tuple(marks))


def _steps(measure: MeasureResult) -> Table:
    """Show what each step leaves of the change as measured, the one that counts marked by its line."""
    ends = [x for step in measure.steps if step.estimate for x in (step.estimate.low, step.estimate.high)]
    axis = row_plots.linear_axis(ends, tick_of_points)
    rows = []
    for step in measure.steps:
        used, title = step.key == measure.final_key, STEPS[step.key]
        if step.estimate is None:
            rows.append(Row(title, (Cell(picture=row_plots.row(axis)), Cell("–")), under=step.note))
            continue
        value, low, high = step.estimate.value, step.estimate.low, step.estimate.high
        picture = row_plots.spread(axis, Spread(value, low, value, value, high), css="" if used else "h")
        cells = Cell(picture=picture), Cell(points(value, sign=True), under=span_of_points(low, high, sign=True))
        rows.append(Row(title, cells, under="this is the result" if used else ""))
    columns = (
        Column("Step", css="c-name"),
        Column("Change in points", css="plot", picture=row_plots.head(axis)),
        Column("Change", "95% interval", css="n"),
    )
    return _table("st", f"{name_of(measure)}: from what was measured to what counts", columns, rows)


def _who(result: SurveyResult) -> list[tuple[str, str]]:
    """Count sheets, and answers to the first measure."""
    return [
        ("Filled in the first sheet", count(result.people_before)),
        ("Filled in the second sheet", count(result.people_after)),
        ("Filled in both", count(result.people_matched)),
        *findings.who_answered(result.measures[0]),
    ]


def _table(key: str, title: str, columns: tuple[Column, ...], rows: list[Row]) -> Table:
    return Table(key, "", title, "", columns, tuple(rows), layout="league", css="sg")
