"""Who gains after opportunity cost: equally distributed equivalents by aversion, and the equity-efficiency plane."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wellbeva.analysis.tables.groups.equity import INDICES, QUADRANTS, outcomes_by_ladder
from wellbeva.plot.svg import figures_fit
from wellbeva.report.facts.answer import ranked
from wellbeva.report.facts.names import spoken_name
from wellbeva.report.facts.result import OptionFacts, Result, Spread
from wellbeva.report.page.blocks.technical import ELLIPSES, MOST_DRAWN
from wellbeva.report.page.cells import interval, settled_number
from wellbeva.report.page.registry import ReportInputs, block
from wellbeva.report.page.view import Block, Cell, Column, Drawing, Row, Table
from wellbeva.report.text import numbers
from wellbeva.results.standard_errors import SURE
from wellbeva.results.variables import DRAWS

if TYPE_CHECKING:
    import pandas as pd

ABREAST = 4
"""Options of a table that needs no scrolling."""
WORDS = (
    "more wellbeing, narrower gaps",
    "more wellbeing, gaps no narrower",
    "no more wellbeing, narrower gaps",
    "no more wellbeing, gaps no narrower",
)
"""Words for each quadrant, in the order of `QUADRANTS`."""
ASIDE = "Beside the decision and no part of it: the Treasury sets no weight for the inequality of wellbeing."


@block(42)
def _equity(report: ReportInputs) -> list[Block]:
    table, turning = report.tables.get("equity"), report.tables.get("equity_turning")
    if table is None or turning is None:
        return []
    shown = [one for one in ranked(report.result) if one.name in set(table["option"])][:MOST_DRAWN]
    return [_equivalents(table, turning, shown, report), *_plane(table, shown, report)]


def _equivalents(table: pd.DataFrame, turning: pd.DataFrame, shown: list[OptionFacts], report: ReportInputs) -> Table:
    rows: list[Row] = []
    result, axes, least = report.result, report.record.scenario.model.axes, _least(table)
    for ladder, index in INDICES.items():
        rows.append(Row(numbers.capital(axes[ladder].doc), kind="band"))
        for aversion, part in table[table["index"] == index].groupby("aversion"):
            cells = [_cell(part[part["option"] == one.name].iloc[0]) for one in shown]
            rows.append(Row(f"{aversion:g}" if aversion else "0, the plain mean", tuple(cells)))
    rows.append(Row(f"Futures of 10, by Kolm at {least['aversion'].iloc[0]:g}", kind="band"))
    for name, words in zip(QUADRANTS, WORDS, strict=True):
        chances = least.set_index("option")[name]
        rows.append(Row(numbers.capital(words), tuple(Cell(numbers.in_ten(chances[one.name])) for one in shown)))
    against = f", against {numbers.in_sentence(result.against)}" if result.against else ""
    return Table(
        "eq",
        "Table",
        _title(turning, least, result),
        f"Gain in the equally distributed equivalent after opportunity cost{against}, in WELLBYs: the gain that would "
        "be as good if everybody had the same. Average of all futures; below it, 9 of 10 futures.",
        (Column("Aversion"), *(Column(one.brief, css="n") for one in shown)),
        tuple(rows),
        note=ASIDE,
        wide=len(shown) > ABREAST,
    )


def _cell(row: pd.Series) -> Cell:
    spread = Spread(row["ede_gain"], q05=row["ede_gain_q05"], q95=row["ede_gain_q95"], mcse=row["ede_gain_mcse"])

    def write(x: float) -> str:
        return numbers.number(x, digits=3)

    return Cell(settled_number(spread, write), under=interval(spread, write))


def _least(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of Kolm's smallest aversion above 0: where zero lies on the scale makes no difference to it."""
    part = table[(table["index"] == "Kolm") & (table["aversion"] > 0)]
    return part[part["aversion"] == part["aversion"].min()]


def _title(turning: pd.DataFrame, least: pd.DataFrame, result: Result) -> str:
    """Say where the choice turns, or of offers which of them narrow gaps."""
    if result.choose != "one":
        noise = SURE * least["equity_mcse"].fillna(0)
        narrow, widen = (int((way * least["equity"] > noise).sum()) for way in (1, -1))
        return f"Gaps between groups: {narrow} of {len(least)} offers narrow them, {widen} widen them"
    best = spoken_name(result, turning["against"].iloc[0])
    turns = turning.dropna(subset="aversion").sort_values("aversion").drop_duplicates("index")
    if not len(turns):
        return f"However averse to inequality, most is gained after opportunity cost by {best}"
    said = []
    for name, part in turns.groupby("option", sort=False):
        ends = zip(part["aversion"], part["index"], strict=True)
        from_on = " or ".join(f"{numbers.number(at)} ({index})" for at, index in ends)
        said.append(f"by {spoken_name(result, str(name))} from an aversion of {from_on}")
    return f"Most is gained after opportunity cost by {best}, and {' and '.join(said)}"


def _plane(table: pd.DataFrame, shown: list[OptionFacts], report: ReportInputs) -> list[Block]:
    dataset, model = report.dataset, report.record.scenario.model
    axis = next(one for one, index in INDICES.items() if index == "Kolm")
    impact = outcomes_by_ladder(model, dataset)[axis][1]
    names = [DRAWS.format(one) for one in (model.named("beyond_hurdle"), impact)]
    if not all(one in dataset for one in names) or not figures_fit():
        return []
    from wellbeva.plot import technical as plot

    least = _least(table).set_index("option").loc[[one.name for one in shown]]
    net, equity = (dataset[one].sel(option=list(least.index)).transpose("draw", "option", ...) for one in names)
    rung = [float(one) for one in dataset[axis].values].index(least["aversion"].iloc[0])
    narrow = least["more_narrower"] + least["less_narrower"]
    title = "Gaps narrow, by option: " + "; ".join(
        f"{numbers.in_sentence(one.short)} {numbers.in_futures(narrow[one.name], report.result.draws)}" for one in shown
    )
    means = "; ".join(
        f"{one.head} {numbers.number(least['wellbys_net'][one.name])} WELLBYs, of equity "
        f"{numbers.number(least['equity'][one.name])}"
        for one in shown
    )
    svg = plot.plane(
        plot.Words(
            "ep", title, f"Cloud of points. Averages: {means}.",
            "more WELLBYs after opportunity cost", "equity impact, in WELLBYs",
        ),
        across=np.asarray(net.values), up=np.asarray(equity.isel({axis: rung}).values),
        labels=[one.brief for one in shown],
        means=list(zip(least["wellbys_net"], least["equity"], strict=True)), quadrants=WORDS,
    )  # fmt: skip
    dek = (
        f"Across, what all gain together; up, what that is worth more because gaps narrow (Kolm, aversion "
        f"{least['aversion'].iloc[0]:g}). {ELLIPSES.replace('effect and cost', 'both')}"
    )
    return [Drawing("ep", "Figure", title, dek, svg)]
