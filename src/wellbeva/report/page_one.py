"""Page one: the answer, the table that carries it, what would change it, what it leaves out."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from wellbeva.report import rows, words
from wellbeva.report.answer import answer, bands, has_ratio, noun, ranked
from wellbeva.report.changes import Changes, change_sentences
from wellbeva.report.facts import OptionFacts, Result, Spread
from wellbeva.report.view import Box, Cell, Column, PageOne, Row, Table, Tile

if TYPE_CHECKING:
    from wellbeva.report.difference import Difference

PRINTED_OFFERS = 15  # past this many, page one prints only the top and the last band
KEPT_ON_PAPER = 12
POINTS = 3
DETAIL = 44  # characters of an option's own words that fit under its name

RULE = (
    "Evidence: strong, trial or natural experiment of this offer; promising, matched comparison group; "
    "initial, before and after only, or a survey link; assumed, judgement, no study."
)
WELLBY = (
    "One WELLBY is one point of life satisfaction, on a scale from 0 to 10, for one person for one year."
)


def page_one(
    result: Result, changes: Changes, *, difference: Difference | None, discounting: tuple[str, ...]
) -> PageOne:
    """Build the summary.

    Parameters
    ----------
    result : Result
    changes : Changes
        What can turn the answer.
    difference : Difference, optional
        The best option less the second, draw by draw.
    discounting : tuple of str
        The appraisal's rules on discounting, one sentence each.
    """
    said = answer(result)
    several = result.choose == "several"
    table = _league(result) if several else _rivals(result, difference)
    tiles = () if several or len(result.real) < 2 or not result.uncertain else _tiles(result)
    return PageOne(
        answer=said.sentence,
        lead=said.lead,
        table=table,
        tiles_title=_tiles_title(tiles) if tiles else "",
        tiles=tiles,
        boxes=(_change_box(result, changes), _before_box(result), left_out_box(result)),
        small=(RULE, *discounting[:1]),
    )


def measure(result: Result) -> str:
    """Name the ratio that offers are ranked by: ``WELLBYs per £1,000``."""
    return f"{result.unit} per {words.SYMBOLS.get(result.currency, result.currency + ' ')}1,000"


def per_1000_axis(result: Result) -> rows.Axis:
    """Make the axis of effect for each 1,000 of money, with the line at which an offer repays its cost."""
    spreads = [one.per_1000 for one in result.real if has_ratio(one)]
    means = [one.mean for one in spreads]
    highs = [one.q95 for one in spreads if one.has_range]
    if rows.wants_log(means):
        axis = rows.log_axis(means, highs, lambda x: f"{x:,g}")
    else:
        lows = [one.q05 for one in spreads if one.has_range]
        axis = rows.linear_axis([*means, *highs, *lows, 0.0], _tick)
    repays = 1000 / result.value if math.isfinite(result.value) and result.value > 0 else math.nan
    if math.isfinite(repays) and axis.low <= repays <= axis.high:
        axis = rows.Axis(
            axis.low, axis.high, axis.kind, axis.ticks, lines=((repays, "repays its cost"),), gutter=axis.gutter
        )
    return axis


def _league(result: Result) -> Table:
    axis = per_1000_axis(result)
    parts = bands(result)
    order = ranked(result)
    on_paper = _on_paper(order, parts)
    table_rows: list[Row] = []
    for index, band in enumerate(parts):
        if len(parts) > 1:
            kept = any(one.name in on_paper for one in band)
            table_rows.append(
                Row(_band_title(index, len(parts), result), under=_band_note(band, result), kind="band",
                    media="" if kept else "screen")
            )  # fmt: skip
        table_rows += [_offer(one, axis, result, media="" if one.name in on_paper else "screen") for one in band]
    table_rows += [_offer(one, axis, result, media="") for one in order if not has_ratio(one)]
    hidden = len(order) - len(on_paper | {one.name for one in order if not has_ratio(one)})
    if hidden:
        table_rows.append(Row(f"{hidden} more on page 2", kind="band", media="print"))
    places = any(math.isfinite(one.place_cost) for one in order)
    return Table(
        key="f1",
        label="Figure 1",
        title=_league_title(result, parts),
        dek=_explain(result),
        columns=(
            Column(
                words.capital(noun(result)),
                "and cost for each person" if places and not math.isnan(result.budget) else "and cost",
                css="c-name",
            ),
            Column("Evidence", css="c-ev"),
            Column(f"{measure(result)}.{_scale(axis)}", css="plot", picture=rows.head(axis)),
            Column(measure(result), "9 of 10 futures" if result.uncertain else "fixed inputs", css="n c-num"),
            Column("Chance of no benefit", "in 1,000 futures", css="n c-p"),
        ),
        rows=tuple(table_rows),
        note=_note(result, parts),
        layout="league",
        keys=_keys(result, [one.per_1000 for one in order], axis),
    )


def _scale(axis: rows.Axis) -> str:
    if axis.kind != "log":
        return ""
    times = round(axis.ticks[1][0] / axis.ticks[0][0]) if len(axis.ticks) > 1 else 10
    return f" Each line is {'ten' if times == 10 else words.count(times)} times the last"


def _offer(one: OptionFacts, axis: rows.Axis, result: Result, *, media: str) -> Row:
    shown = has_ratio(one)
    picture = (
        rows.spread(axis, one.per_1000.mean, half=_half(one.per_1000), nine=_nine(one.per_1000), css=one.hollow)
        if shown
        else rows.empty(axis)
    )
    return Row(
        one.label,
        (
            Cell(evidence=one.evidence or "assumed", under=one.evidence_note),
            Cell(picture=picture),
            Cell(
                words.number(one.per_1000.mean) if shown else words.NOT_APPLICABLE,
                under=_range(one.per_1000, words.number, result) if shown else "no cost given",
            ),
            _chance_cell(one, result),
        ),
        under=_detail(one, result),
        media=media,
    )


def _rivals(result: Result, difference: Difference | None) -> Table:
    order = ranked(result)
    money = bool(result.levels)
    spreads = [_main(one, result) for one in order]
    write: Callable[[float], str] = (lambda x: words.total(x, result.currency)) if money else words.number
    extra = [difference.spread] if difference else []
    axis = rows.linear_axis(
        [end for one in [*spreads, *extra] for end in (one.mean, one.q05, one.q95)],
        lambda x: _money_tick(x, result.currency) if money else _tick(x),
    )
    table_rows = [_rival(one, axis, result, write) for one in order]
    if difference:
        picture = rows.spread(
            axis, difference.spread.mean, half=_half(difference.spread), nine=_nine(difference.spread)
        )
        table_rows.append(
            Row(
                f"{difference.first.label} less {difference.second.label}",
                (
                    Cell(),
                    Cell(picture=picture),
                    Cell(write(difference.spread.mean), under=_range(difference.spread, write, result)),
                    Cell(),
                    Cell(),
                ),
                under=f"ahead {words.chance(result.ahead(difference.first, difference.second), result.draws)}",
                kind="dif",
            )
        )
    main = "Net benefit" if money else result.unit
    return Table(
        key="f1",
        label="Figure 1",
        title=f"Options by {main[:1].lower() + main[1:] if money else main}, best on average first",
        dek=_explain(result),
        columns=(
            Column("Option", "and its cost", css="c-name"),
            Column("Evidence", css="c-ev"),
            Column(
                f"{main} against nought",
                css="plot",
                picture=rows.head(axis, sides=("costs more", "gains more than it costs") if money else ("loses", "gains")),
            ),
            Column(main, "9 of 10 futures" if result.uncertain else "fixed inputs", css="n c-num"),
            Column(measure(result), "9 of 10 futures" if result.uncertain else "fixed inputs", css="n c-x"),
            Column("Chance of no benefit", "in 1,000 futures", css="n c-p"),
        ),
        rows=tuple(table_rows),
        note=_note(result, ()),
        layout="league",
        css="one",
        keys=_keys(result, spreads, axis),
    )


def _rival(one: OptionFacts, axis: rows.Axis, result: Result, write: Callable[[float], str]) -> Row:
    if one.nothing:
        marks = rows.grid(axis)
        at = axis.place(0)
        nought = rows.Picture(rows.ROW, (*marks, rows.Mark("square", at, rows.ROW / 2, css="pt")))
        return Row(
            one.label,
            (Cell(), Cell(picture=nought), Cell("0"), Cell(), Cell()),
            under="the comparison, by definition 0",
        )
    spread = _main(one, result)
    ratio = has_ratio(one)
    return Row(
        one.label,
        (
            Cell(evidence=one.evidence or "assumed", under=one.evidence_note),
            Cell(picture=rows.spread(axis, spread.mean, half=_half(spread), nine=_nine(spread), css=one.hollow)),
            Cell(write(spread.mean), under=_range(spread, write, result)),
            Cell(
                words.number(one.per_1000.mean) if ratio else words.NOT_APPLICABLE,
                under=_range(one.per_1000, words.number, result) if ratio else "no cost given",
                before=f"{measure(result)}: ",
            ),
            _chance_cell(one, result) if one.name != result.reference else Cell(),
        ),
        under=_detail(one, result),
    )


def _main(one: OptionFacts, result: Result) -> Spread:
    return Spread(0.0) if one.nothing else one.net if result.levels else one.effect


def _chance_cell(one: OptionFacts, result: Result) -> Cell:
    if not result.uncertain or not one.effect.has_range:
        return Cell(words.NOT_APPLICABLE, before="no benefit: ")
    return Cell(
        words.in_thousand(one.no_benefit, result.draws),
        before="no benefit: ",
        after=" in 1,000",
        dagger=one.uncontrolled,
    )


def _detail(one: OptionFacts, result: Result) -> str:
    """Say what it costs: for one person where offers share a budget, in all where they do not."""
    if math.isfinite(one.place_cost) and not math.isnan(result.budget):
        cost = f"{words.price(one.place_cost, result.currency)} each"
    elif one.cost.mean:
        cost = f"costs {words.total(one.cost.mean, result.currency)}"
    else:
        cost = "no cost given"
    return f"{one.doc}, {cost}" if one.doc and len(one.doc) <= DETAIL - len(cost) else cost


def _range(spread: Spread, write: Callable[[float], str], result: Result) -> str:
    if result.provisional:
        tail = " provisional"
    else:
        tail = ""
    if not spread.has_range:
        return f"no interval{tail}"
    return words.span(write(spread.q05), write(spread.q95)) + tail


def _half(spread: Spread) -> tuple[float, float]:
    return (spread.q25, spread.q75)


def _nine(spread: Spread) -> tuple[float, float]:
    return (spread.q05, spread.q95)


def _keys(result: Result, spreads: list[Spread], axis: rows.Axis) -> tuple[str, ...]:
    keys = ["spread"] if any(one.has_range for one in spreads) else ["dot"]
    grades = {one.hollow for one in result.real if one.evidence}
    keys += ["hollow"] if "h" in grades else []
    keys += ["ring"] if "a" in grades else []
    if axis.kind == "log" and any(one.mean <= 0 for one in spreads):
        keys.append("square")
    if any(axis.below(one.q05) or axis.above(one.q95) for one in spreads if one.has_range):
        keys.append("arrow")
    return tuple(keys)


def _on_paper(order: tuple[OptionFacts, ...], parts: tuple[tuple[OptionFacts, ...], ...]) -> set[str]:
    """Which rows page one prints: all up to 15; past that the top band and the last band, so far as they fit."""
    if len(order) <= PRINTED_OFFERS or not parts:
        return {one.name for one in order}
    last = [] if len(parts) == 1 else list(parts[-1])
    room_last = min(len(last), KEPT_ON_PAPER // 3)
    top = list(parts[0])[: KEPT_ON_PAPER - room_last]
    return {one.name for one in top + (last[-room_last:] if room_last else [])}


def _league_title(result: Result, parts: tuple[tuple[OptionFacts, ...], ...]) -> str:
    where = f", in {words.counted(len(parts), 'band')}" if len(parts) > 1 else ""
    return f"{words.capital(noun(result, 2))} ranked by {measure(result)}{where}"


def _band_title(index: int, n: int, result: Result) -> str:
    if index == 0:
        return f"Most {'wellbeing' if result.effect_unit == 'WELLBY' else result.unit} for each pound:"
    if index == n - 1:
        return "Least:"
    return "Middle:" if n == 3 else f"Band {words.word_for(index + 1)}:"


def _band_note(band: tuple[OptionFacts, ...], result: Result) -> str:
    doubtful = [one for one in band if math.isfinite(one.worth_it) and one.worth_it < 0.95]
    if len(band) > 1 and len(doubtful) == len(band):
        return "may not repay the cost"
    return "order not settled" if len(band) > 1 else "ahead of the next in at least 9 of 10 futures" if band is not bands(result)[-1] else ""


def _explain(result: Result) -> str:
    parts = [WELLBY] if result.effect_unit == "WELLBY" else []
    if result.levels and result.choose == "one":
        parts.append(
            f"Net benefit is the gain, at {words.price(result.value, result.currency)} a {result.effect_unit}, "
            "plus savings, less cost."
        )
    if result.choose == "several" and not math.isnan(result.budget):
        parts.append(f"Each offer gets {words.round_total(result.budget, result.currency)}.")
    return " ".join(parts)


def _note(result: Result, parts: tuple[tuple[OptionFacts, ...], ...]) -> str:
    said = []
    if len(parts) > 1:
        said.append("A new band starts where the upper offer beats the next one in at least 9 of 10 futures.")
    if result.uncertain and any(one.uncontrolled for one in result.real):
        said.append("† No comparison group: the gain may not be due to the offer, so the true chance is higher.")
    if not result.uncertain:
        said.append(f"Fixed inputs: {result.fixed}. Nothing was drawn, so there is no range and no chance.")
    return " ".join(said)


def _tiles(result: Result) -> tuple[Tile, ...]:
    known = [one for one in ranked(result) if math.isfinite(one.best)]
    if len(known) < 2 or sum(one.best for one in known) <= 0:
        return ()
    numbers = words.tiles([one.best for one in known])
    looks = ("full", "open", "dash")
    letters: list[str] = []
    for one in known:
        letter = "0" if one.nothing else next((c.upper() for c in one.label if c.isalnum()), "?")
        letters.append(letter if letter not in letters else str(len(letters) + 1))
    return tuple(
        Tile(letter, f"{one.label} best in {n}", n, "dash" if one.nothing else looks[min(index, 1)])
        for index, (one, n, letter) in enumerate(zip(known, numbers, letters, strict=True))
    )


def _tiles_title(tiles: tuple[Tile, ...]) -> str:
    names = sorted(tiles, key=lambda one: -one.number)
    shown = [f"{one.label.removesuffix(f' best in {one.number}')} in {one.number}" for one in names[:2]]
    if names[0].number >= 9:
        return f"One option is best in most futures: {shown[0]} of 10"
    return f"No option is best in nearly all futures: {shown[0]} of 10, {shown[1].rsplit(' in ', 1)[0]} in {names[1].number}"


def _change_box(result: Result, found: Changes) -> Box:
    sentences = change_sentences(result, found)
    points = sentences[:POINTS]
    if not points:
        points = ("No single input we tried turns the answer.",) if found.turns else ("Single inputs were not tried.",)
    more = len(sentences) - POINTS
    return Box(
        "c1", "What would change this", points,
        more=f"and {more} more" if more > 0 else "", more_link="#s2",
    )  # fmt: skip


def _before_box(result: Result) -> Box:
    several = result.choose == "several"
    points = []
    without = sum(one.uncontrolled for one in result.real)
    if without:
        whom = "The only option was" if len(result.real) == 1 else (
            f"{words.capital(words.word_for(without))} of {words.counted(len(result.real), noun(result))} "
            f"{'was' if without == 1 else 'were'}"
        )  # fmt: skip
        points.append(f"{whom} studied without a comparison group.")
    if several and not math.isnan(result.budget):
        points.append(
            f"That {words.round_total(result.budget, result.currency)} buys as much for the last person as for the first is assumed."
        )
    if not several and len(result.real) > 1:
        points += _other_order(result)
    points.append(
        "This ranks offers; it doesn’t choose for you." if several else "This shows the balance; it doesn’t choose for you."
    )
    return Box("c2", "Before you decide", tuple(points[:POINTS]))


def _other_order(result: Result) -> list[str]:
    """Say it where another option gives more for each pound than the one that is best on average."""
    with_ratio = [one for one in result.real if has_ratio(one) and one.effect.mean > 0]
    if len(with_ratio) < 2:
        return []
    most = max(with_ratio, key=lambda one: one.per_1000.mean)
    best = next((one for one in ranked(result) if one in with_ratio), most)
    if most is best:
        return []
    return [
        f"If money is what’s short, {most.label} gives more for each pound: {words.number(most.per_1000.mean)} "
        f"{measure(result)} against {words.number(best.per_1000.mean)}."
    ]


def left_out_box(result: Result) -> Box:
    """Say what the ranges leave out; never leave the box away."""
    points = tuple(result.not_counted[:POINTS]) or ("The authors name nothing left out. Ask them.",)
    more = len(result.not_counted) - POINTS
    return Box(
        "c3",
        "Not in these ranges" if result.uncertain else "Not counted",
        points,
        out=True,
        more=f"and {more} more" if more > 0 else "",
        more_link="#aLt",
    )


def _tick(x: float) -> str:
    return "0" if x == 0 else f"{x:,.10g}".replace("-", words.MINUS)


def _money_tick(x: float, currency: str) -> str:
    return "0" if x == 0 else words.total(x, currency).replace(".0k", "k").replace(".0m", "m")
