"""Technical results: of rivals the incremental table, acceptability, plane, value of information; whether it settled.

What draws curves and clouds is imported here and only when one is drawn; a run of offers never pays for it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from wellbeva.plot.svg import NO_ROOM, figures_fit
from wellbeva.report.facts.answer import has_ratio, measure, ranked
from wellbeva.report.facts.difference import running_mean
from wellbeva.report.facts.names import spoken_name
from wellbeva.report.facts.result import OptionFacts, Result, Spread
from wellbeva.report.facts.sampling import sentences
from wellbeva.report.page import row_plots
from wellbeva.report.page.cells import money_tick, tick
from wellbeva.report.page.registry import TECHNICAL, ReportInputs, block
from wellbeva.report.page.view import Block, Cell, Column, Drawing, Note, Row, Table
from wellbeva.report.text import numbers
from wellbeva.results.standard_errors import SURE

if TYPE_CHECKING:
    import xarray as xr

MOST_DRAWN = 6
"""Options of a figure, which dashes and marks can tell apart, and names of a title (R82)."""
ELLIPSES = "Each option's ellipse would hold 95% of its futures if effect and cost were normal together."
STANDING = {
    "frontier": "on the frontier",
    "dominated": "dominated: costs no less and gains no more",
    "extendedly dominated": "extendedly dominated",
    "tied": "the same as another option",
}


@block(10, section=TECHNICAL)
def _technical(report: ReportInputs) -> list[Block]:
    dataset, result = report.dataset, report.result
    blocks: list[Block] = []
    if result.choose == "one" and len(result.options) > 1:
        if "incremental" in report.tables and len(report.tables["incremental"]):
            blocks.append(_incremental(result, report.tables["incremental"].to_dict("records")))
        if "prob_best" in dataset and result.uncertain and result.levels:
            blocks += _drawings(dataset, result)
    blocks += _settling(dataset, result, f"Figure T{1 + sum(isinstance(one, Drawing) for one in blocks)}")
    return [*blocks, _how_drawn(dataset, result)] if blocks else []


def _how_drawn(dataset: xr.Dataset, result: Result) -> Note:
    """Say how the draws were made, and what the standard errors are."""
    lines: tuple[str, ...] = ("Nothing is drawn: every input is fixed.",)
    if result.uncertain:
        design, randomisations = str(dataset.attrs["design"]), int(dataset.attrs["randomisations"])
        lines = sentences(design, result.drawn, randomisations, result.left_out, result.outside)
    return Note("th", "How the draws were made", lines)


def _incremental(result: Result, lines: list[dict[Any, Any]]) -> Table:
    digits = _digits([float(line["icer"]) for line in lines])
    table_rows = []
    for line in lines:
        status = str(line["status"])
        said = STANDING.get(status, status)
        against = str(line.get("against") or "")
        if status not in {"frontier", "comparator"} and against:
            said += f" (against {spoken_name(result, against)})"
        table_rows.append(
            Row(
                result.option(str(line["option"])).head,
                (
                    Cell(numbers.total(_balance(line, ""), result.currency)),
                    Cell(numbers.number(float(line["wellbys"]))),
                    Cell(_blank(_balance(line, "inc_"), lambda x: numbers.total(x, result.currency))),
                    Cell(_blank(line["inc_wellbys"], numbers.number)),
                    Cell(_blank(line["icer"], lambda x: numbers.price(x, result.currency, digits))),
                    Cell(said),
                ),
            )
        )
    unit = result.unit
    return Table(
        "ti",
        "Table T1",
        _incremental_title(result, lines),
        f"Options in order of cost {result.cost_words}. "
        f"{f'Averages of {numbers.count(result.draws)} draws.' if result.uncertain else 'Fixed inputs.'}",
        (
            Column("Option"),
            Column(f"Cost {result.cost_words}", css="n"),
            Column(unit, css="n"),
            Column("More cost", css="n"),
            Column(f"More {unit}", css="n"),
            Column(f"For each further {result.effect_unit}", css="n"),
            Column("Standing"),
        ),
        tuple(table_rows),
        note="Three figures are printed because two do not tell the options apart." if digits == 3 else "",
    )


def _balance(line: Mapping[Any, Any], which: str) -> float:
    """Net cost less other benefits: what options are ordered by, and what the ratios divide."""
    return float(line[f"{which}net_cost"]) - float(line[f"{which}other_benefits"])


def _digits(ratios: list[float]) -> int:
    shown = [numbers.price(ratio) for ratio in ratios if math.isfinite(ratio)]
    return 3 if len(set(shown)) < len(shown) else 2


def _incremental_title(result: Result, lines: list[dict[Any, Any]]) -> str:
    off = [line for line in lines if line["status"] in {"dominated", "extendedly dominated"}]
    if not off:
        return "No option is ruled out by dominance"
    if len(off) > MOST_DRAWN:
        return f"{numbers.capital(numbers.counted(len(off), 'option'))} of {len(lines):,} are ruled out by dominance"
    return f"Ruled out by dominance: {'; '.join(spoken_name(result, str(one['option'])) for one in off)}"


def _blank(x: Any, write: Any) -> str:
    value = float(x)
    return write(value) if math.isfinite(value) else ""


def _drawings(dataset: xr.Dataset, result: Result) -> list[Block]:
    from wellbeva.analysis.acceptability import acceptability, plane

    if not figures_fit():
        return [Note("ac", "Figures left out", (f"Acceptability, plane and EVPI are not drawn, {NO_ROOM}.",))]
    from wellbeva.plot import technical as plot

    symbol = numbers.symbol(result.currency)
    curves = acceptability(dataset)
    thresholds = np.asarray(curves["threshold"].values, dtype=np.float64)
    shares = np.asarray(curves["prob_best"].transpose("threshold", "decision_option").values, dtype=np.float64)
    best = [[option.name for option in result.options].index(str(name)) for name in curves["best_by_mean"].values]
    drawn = most_often_best(shares, best)
    left = len(result.options) - len(drawn)
    rest = f" Drawn are the {len(drawn)} most often best; the other {left:,} are in decision.csv." if left else ""
    across = f"value of a {result.effect_unit}"
    found: list[Block] = []

    title = _best_title(result, thresholds, best)
    errors = np.asarray(curves["prob_best_mcse"].transpose("threshold", "decision_option").values, dtype=np.float64)
    most = _at_values(result, thresholds, best, shares=shares, errors=errors)
    desc = f"Curves of the probability of being most cost-effective over the value of a {result.effect_unit}. {most}"
    svg = plot.acceptability(
        plot.Words("ac", title, desc, across, "best, of 10 futures"),
        thresholds=thresholds, shares=shares[:, drawn], labels=[result.options[index].brief for index in drawn],
        frontier=shares[np.arange(len(thresholds)), best], best=best, value=result.value, symbol=symbol,
    )  # fmt: skip
    dek = (
        "Probability of being most cost-effective: futures of 10 in which each option is best. Pale band: the best "
        f"option on average (the frontier).{rest}"
    )
    found.append(Drawing("ac", "Figure T1", title, f"{dek} {most}", svg))

    cloud = plane(dataset)
    if "inc_effect" in cloud:
        shown = [result.options[index] for index in drawn if result.options[index].name != result.reference]
        found.append(_cloud(cloud, result, shown, symbol, rest))

    evpi = np.asarray(curves["evpi"].values, dtype=np.float64)
    error = float(np.interp(result.value, thresholds, np.asarray(curves["evpi_mcse"].values, dtype=np.float64)))
    worth = float(np.interp(result.value, thresholds, evpi))
    title = _evpi_title(worth, error, result)
    desc = (
        f"Line over the value of a {result.effect_unit}: {numbers.total(worth, result.currency)} at the value used, "
        f"highest {numbers.total(float(evpi.max()), result.currency)} at "
        f"{numbers.price(float(thresholds[int(evpi.argmax())]), result.currency)}."
    )
    svg = plot.information(
        plot.Words("vi", title, desc, across, "most that knowing more is worth"),
        thresholds=thresholds, evpi=evpi, value=result.value, symbol=symbol,
    )  # fmt: skip
    dek = "Expected value of perfect information for one decision of this size. Dashed: the value used."
    found.append(Drawing("vi", "Figure T3", title, dek, svg))
    return found


def _settling(dataset: xr.Dataset, result: Result, label: str) -> list[Block]:
    """Show whether the difference of the two best had settled before the last draw."""
    best = [one for one in ranked(result) if not one.nothing and (result.choose == "one" or has_ratio(one))][:2]
    known = len(best) == 2 and result.uncertain and "draws_decision_effect" in dataset
    means = running_mean(dataset, result, best) if known else None
    if means is None:
        return []
    title = "The difference had not settled: the luck of the draw still moves it"
    if means.settled:
        title = f"The difference had settled by {numbers.count(means.settled)} draws"
    what, write = measure(result), numbers.number
    if result.choose == "one":
        what = "net benefit" if result.levels else result.unit
        write = partial(numbers.total, currency=result.currency) if result.levels else write
    spreads = [
        Spread(mean, mean - 2 * error, mean - error, mean + error, mean + 2 * error)
        for mean, error in zip(means.mean, means.error, strict=True)
    ]
    valued = result.choose == "one" and bool(result.levels)
    ticks = partial(money_tick, currency=result.currency) if valued else tick
    axis = row_plots.linear_axis([end for one in spreads for end in (one.q05, one.q95)], ticks)
    shown = [*zip(means.draws, spreads, means.error, strict=True)][::-2][::-1]
    rows = [
        Row(
            numbers.count(draws),
            (Cell(picture=row_plots.spread(axis, one)), Cell(write(one.mean), under=f"± {write(error)}")),
        )
        for draws, one, error in shown
    ]
    dek = (
        f"{best[0].opening} less {numbers.in_sentence(best[1].short)}: {what}, averaged over the first draws. "
        "Thick bar: one standard error on either side; thin bar: two."
    )
    columns = (
        Column("Draws", css="c-name"),
        Column("Difference", css="plot", picture=row_plots.head(axis)),
        Column(numbers.capital(what), "± standard error", css="n c-wide"),
    )
    return [Table("rm", label, title, dek, columns, tuple(rows), layout="league", css="half")]


def most_often_best(shares: np.ndarray, best: list[int]) -> list[int]:
    """Pick the options that are drawn: all if they are few, else those most often best at any value.

    Parameters
    ----------
    shares : array (threshold, option)
    best : list of int
        The best on average at each threshold; they come before others.

    Returns
    -------
    list of int
        In the order of the options.
    """
    order = sorted(range(shares.shape[1]), key=lambda index: (index not in best, -shares[:, index].max(), index))
    return sorted(order[:MOST_DRAWN])


def _cloud(cloud: xr.Dataset, result: Result, shown: list[OptionFacts], symbol: str, rest: str) -> Drawing:
    from wellbeva.plot import technical as plot

    names = [one.name for one in shown]
    effect = cloud["inc_effect"].transpose("draw", "decision_option").sel(decision_option=names).values
    cost = cloud["inc_cost"].transpose("draw", "decision_option").sel(decision_option=names).values
    title = _plane_title(shown)
    right = "; ".join(f"{numbers.in_sentence(one.short)} {numbers.in_ten(one.worth_it)}" for one in shown)
    comparator = numbers.in_sentence(result.comparator)
    dek = (
        f"Cost {result.cost_words} against {result.unit}, both against {comparator}. "
        f"Right of the dashed line an option is worth its cost, of 10 futures: {right}. "
        f"{ELLIPSES}{rest}"
    )
    means = "; ".join(
        f"{one.opening} {numbers.number(one.effect.mean)} {result.unit} "
        f"for {numbers.total(one.cost.mean, result.currency)}"
        for one in shown
    )
    svg = plot.plane(
        plot.Words("pl", title, f"Cloud of points. {ELLIPSES} Averages: {means}.", f"more {result.unit}", "more cost"),
        across=np.asarray(effect, dtype=np.float64),
        up=np.asarray(cost, dtype=np.float64),
        labels=[one.brief for one in shown],
        means=[(one.effect.mean, one.cost.mean) for one in shown],
        value=result.value,
        symbol=symbol,
    )
    return Drawing("pl", "Figure T2", title, dek, svg)


def _best_title(result: Result, thresholds: np.ndarray, best: list[int]) -> str:
    """Say which option is best on average over which values, and where that changes.

    Between two values of the grid the change comes where both have the same mean net benefit: at their ratio of
    differences in mean cost and effect.
    """
    parts: list[tuple[float, int]] = []
    last = 0.0
    for threshold, index in zip(thresholds.tolist(), best, strict=True):
        if not parts:
            parts.append((threshold, index))
        elif parts[-1][1] != index:
            before, after = result.options[parts[-1][1]], result.options[index]
            more = after.effect.mean - before.effect.mean
            exact = (after.cost.mean - before.cost.mean) / more if more else threshold
            # Of two that are equal within the noise, all differences are those of the draws.
            parts.append((exact if last <= exact <= threshold else threshold, index))
        last = threshold
    names = [numbers.in_sentence(result.options[index].short) for _, index in parts]
    if len(parts) == 1:
        top = numbers.price(float(thresholds[-1]), result.currency)
        return f"Best on average at every value up to {top} a {result.effect_unit}: {names[0]}"
    change = numbers.price(parts[1][0], result.currency)
    said = f"Best on average below about {change} a {result.effect_unit}: {names[0]}; above it: {names[1]}"
    for (start, _), name in zip(parts[2:], names[2:], strict=True):
        said += f"; above {numbers.price(start, result.currency)}: {name}"
    return said


def _at_values(
    result: Result, thresholds: np.ndarray, best: Sequence[int], *, shares: np.ndarray, errors: np.ndarray
) -> str:
    """Name the option most often best at some values: of those equal within the noise the best on average."""
    said = []
    for value in sorted({0.0, *result.values, float(thresholds[-1])}):
        at = int(np.abs(thresholds - value).argmin())
        top = int(shares[at].argmax())
        equal = shares[at, top] - shares[at] <= SURE * np.nan_to_num(errors[at, top] + errors[at])
        first = best[at] if equal[best[at]] else int(np.argmax(equal))
        price = "0" if value == 0 else numbers.price(value, result.currency)
        name = numbers.in_sentence(result.options[first].short)
        said.append(f"at {price} {name} {numbers.in_ten(float(shares[at, first]))}")
    return f"Most often best, of 10 futures: {'; '.join(said)}."


def _plane_title(shown: list[OptionFacts]) -> str:
    doubtful = [numbers.in_sentence(one.short) for one in shown if 0.05 <= one.worth_it <= 0.95]
    if not doubtful:
        return "Nearly all futures lie on one side of the line for every option"
    return f"On both sides of the line: {'; '.join(doubtful)}"


def _evpi_title(worth: float, error: float, result: Result) -> str:
    if worth <= error or worth <= 0:
        return "Knowing more would hardly change this decision"
    tail = f" (± {numbers.total(error, result.currency)})" if error > 0.05 * worth else ""
    return f"Knowing everything is worth at most {numbers.total(worth, result.currency)}{tail} to this decision"
