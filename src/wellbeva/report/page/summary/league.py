"""The figure of page one where any set of offers may be bought: a league by what a pound buys, in bands."""

from __future__ import annotations

import math
from collections.abc import Sequence

from wellbeva.report.facts.answer import bands, free, has_ratio, measure, noun, ranked, what
from wellbeva.report.facts.result import OptionFacts, Result
from wellbeva.report.page import cells, row_plots
from wellbeva.report.page.view import Cell, Column, Row, Table
from wellbeva.report.text import numbers

PRINTED_OFFERS = 15  # past this many, page one prints only the top and the last band
PAPER = 520  # pixels of height that the rows may take on paper, beside everything else on page one
WARNING = 45  # pixels of that height that a warning above or under the answer takes from them
LABEL_LINE = 34  # characters of a label that stand on one line on paper


def league_table(result: Result) -> Table:
    """Build the league: offers by what a pound buys, in bands."""
    axis = per_1000_axis(result)
    parts = bands(result)
    order = ranked(result)
    warnings = bool(result.left_out) + bool(result.provisional)
    on_paper = _on_paper(order, parts, PAPER - WARNING * warnings)
    top = free(result)
    head = "At no further cost:" if result.against else "At no cost:"
    table_rows = (
        [Row(head, (Cell(picture=row_plots.row(axis, height=row_plots.BAND)),), kind="band")] if top and parts else []
    )
    table_rows += [_offer(one, axis, result, media="") for one in top]
    for index, band in enumerate(parts):
        if len(parts) > 1:
            kept = any(one.name in on_paper for one in band)
            title, said = _band_title(index, len(parts), result), _band_note(band, result)
            table_rows.append(
                Row(
                    f"{title}:" if said else title,
                    (Cell(picture=row_plots.row(axis, height=row_plots.BAND)),),
                    under=said,
                    kind="band",
                    media="" if kept else "screen",
                )
            )
        table_rows += [_offer(one, axis, result, media="" if one.name in on_paper else "screen") for one in band]
    rest = [one for one in order if one not in top and not any(one in band for band in parts)]
    table_rows += [_offer(one, axis, result, media="") for one in rest]
    hidden = len(order) - len(on_paper | {one.name for one in (*top, *rest)})
    if hidden:
        table_rows.append(Row(f"{hidden} more on page 2", kind="band", media="print"))
    places = not result.against and any(math.isfinite(one.place_cost) for one in order)
    return Table(
        key="f1",
        label="Figure 1",
        title=_league_title(result, parts),
        dek=cells.explain(result),
        columns=(
            Column(
                numbers.capital(noun(result)),
                f"and cost {result.place_words}" if places and not math.isnan(result.budget) else "and cost",
                css="c-name",
            ),
            Column("Evidence", css="c-ev"),
            Column(f"{measure(result)}.{_scale(axis)}", css="plot", picture=row_plots.head(axis)),
            Column(measure(result), cells.range_words(result), css="n c-num"),
            *cells.chance_columns(result),
        ),
        rows=tuple(table_rows),
        note=cells.note_under(result, parts),
        layout="league",
        keys=cells.keys(result, [one.per_1000 for one in order], axis),
    )


def per_1000_axis(result: Result) -> row_plots.PlotAxis:
    """Make the axis of effect for each 1,000 of money, with the line at which an offer repays its cost."""
    spreads = [one.per_1000 for one in result.real if has_ratio(one)]
    means = [spread.mean for spread in spreads]
    highs = [spread.q95 for spread in spreads if spread.has_range]
    if row_plots.wants_log(means):
        axis = row_plots.log_axis(means, highs, lambda x: f"{x:,g}")
    else:
        lows = [spread.q05 for spread in spreads if spread.has_range]
        axis = row_plots.linear_axis([*means, *highs, *lows, 0.0], cells.tick)
    # Where other benefits count beside the effect, no one ratio repays the cost.
    alike = math.isfinite(result.value) and result.value > 0 and not any(one.other for one in result.real)
    repays = 1000 / result.value if alike else math.nan
    if math.isfinite(repays) and axis.low <= repays <= axis.high:
        axis = row_plots.PlotAxis(
            axis.low, axis.high, axis.kind, axis.ticks, lines=((repays, "repays its cost"),), gutter=axis.gutter
        )
    return axis


def _scale(axis: row_plots.PlotAxis) -> str:
    if axis.kind != "log":
        return ""
    times = round(axis.ticks[1][0] / axis.ticks[0][0]) if len(axis.ticks) > 1 else 10
    return f" Each line is {'ten' if times == 10 else numbers.count(times)} times the last"


def _offer(one: OptionFacts, axis: row_plots.PlotAxis, result: Result, *, media: str) -> Row:
    shown = has_ratio(one)
    picture = row_plots.spread(axis, one.per_1000, css=one.hollow) if shown else row_plots.row(axis)
    return Row(
        one.head,
        (
            Cell(evidence=one.evidence or "assumed", under=one.evidence_note),
            Cell(picture=picture),
            Cell(
                cells.settled_number(one.per_1000, numbers.number) if shown else numbers.NOT_APPLICABLE,
                under=cells.interval(one.per_1000, numbers.number) if shown else cells.no_ratio(one),
            ),
            cells.chance_cell(one, result),
            *([cells.worth_cell(one)] if result.levels else []),
        ),
        under=cells.detail(one, result),
        media=media,
    )


def _on_paper(order: tuple[OptionFacts, ...], parts: tuple[tuple[OptionFacts, ...], ...], paper: int) -> set[str]:
    """Return the names of the options that page one prints: all if they fit, else some of the top and the last band."""
    if not parts or (len(order) <= PRINTED_OFFERS and _height(order, parts) <= paper):
        return {one.name for one in order}
    last = list(parts[-1]) if len(parts) > 1 else []
    while last and _height(last, parts) > paper / 3:
        last.pop(0)
    kept: list[OptionFacts] = []
    for one in (option for part in parts for option in part if option not in last):
        if kept and (len(kept) + len(last) >= PRINTED_OFFERS or _height([*kept, one, *last], parts) > paper):
            break
        kept.append(one)
    return {one.name for one in (*kept, *last)}


def _height(options: Sequence[OptionFacts], parts: tuple[tuple[OptionFacts, ...], ...]) -> int:
    """Estimate how many pixels the rows take on paper: 29 each, 13 for each further line of a label, 24 for a band."""
    lines = sum(max(0, math.ceil(len(option.head) / LABEL_LINE) - 1) for option in options)
    headed = sum(any(option in part for option in options) for part in parts)
    return 29 * len(options) + 13 * lines + 24 * headed


def _league_title(result: Result, parts: tuple[tuple[OptionFacts, ...], ...]) -> str:
    where = f", in {numbers.counted(len(parts), 'band')}" if len(parts) > 1 else ""
    return f"{numbers.capital(noun(result, 2))} ranked by {measure(result)}{where}"


def _band_title(index: int, n: int, result: Result) -> str:
    if index == 0:
        return f"Most {what(result)}"
    if index == n - 1:
        return "Least"
    return "Middle" if n == 3 else f"Band {numbers.word_for(index + 1)}"


def _band_note(band: tuple[OptionFacts, ...], result: Result) -> str:
    doubtful = [one for one in band if math.isfinite(one.worth_it) and one.worth_it < 0.95]
    if len(band) > 1 and len(doubtful) == len(band):
        return "may not repay the cost"
    if len(band) > 1:
        return "order not settled"
    return "" if band == bands(result)[-1] else "ahead of the next in at least 9 of 10 futures"
