"""The figure of page one where one option is chosen: net benefit, the difference, ten tiles."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from wellbeva.report.facts.answer import has_ratio, measure, ranked
from wellbeva.report.facts.result import OptionFacts, Result
from wellbeva.report.page import cells, row_plots
from wellbeva.report.page.view import Cell, Column, Mark, Row, Table, Tile
from wellbeva.report.text import numbers as words

if TYPE_CHECKING:
    from wellbeva.report.facts.difference import Difference

ARTICLES = frozenset({"a", "an", "the"})


def rivals_table(result: Result, difference: Difference | None) -> Table:
    """Build the table of rivals, with the row of the difference.

    Parameters
    ----------
    result : Result
    difference : Difference or None
        The best option less the second, draw by draw.
    """
    order = ranked(result)
    money = bool(result.levels)
    spreads = [cells.main_spread(one, result) for one in order]
    write: Callable[[float], str] = (lambda x: words.total(x, result.currency)) if money else words.number
    axis = rivals_axis(result, difference)
    table_rows = [_rival(one, axis, result, write) for one in order]
    blank = (Cell(),) * (3 if money else 2)
    if difference:
        table_rows.append(
            Row(
                f"{difference.first.opening} less {words.in_sentence(difference.second.short)}",
                (
                    Cell(),
                    Cell(picture=row_plots.spread(axis, difference.spread)),
                    Cell(write(difference.spread.mean), under=cells.interval(difference.spread, write)),
                    *blank,
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
        dek=cells.explain(result),
        columns=(
            Column("Option", "and its cost", css="c-name"),
            Column("Evidence", css="c-ev"),
            Column(
                f"{main} against {words.in_sentence(result.against or 'doing nothing')}",
                css="plot",
                picture=row_plots.head(
                    axis, sides=("costs more", "gains more than it costs") if money else ("loses", "gains")
                ),
            ),
            Column(main, cells.range_words(result), css="n c-num"),
            Column(measure(result), cells.range_words(result), css="n c-x"),
            *cells.chance_columns(result),
        ),
        rows=tuple(table_rows),
        note=cells.note_under(result, ()),
        layout="league",
        css="one",
        keys=cells.keys(result, spreads, axis),
    )


def rivals_axis(result: Result, difference: Difference | None) -> row_plots.PlotAxis:
    """Make the axis of what rivals are ranked by, with room for their difference.

    Parameters
    ----------
    result : Result
    difference : Difference or None
        As for `rivals_table`.
    """
    spreads = [cells.main_spread(one, result) for one in ranked(result)] + ([difference.spread] if difference else [])
    return row_plots.linear_axis(
        [end for spread in spreads for end in (spread.mean, spread.q05, spread.q95)],
        lambda x: cells.money_tick(x, result.currency) if result.levels else cells.tick(x),
    )


def _rival(one: OptionFacts, axis: row_plots.PlotAxis, result: Result, write: Callable[[float], str]) -> Row:
    blank = (Cell(),) * (3 if result.levels else 2)
    # Page one is one page; the tables behind it have every name whole.
    if one.nothing or one.name == result.reference:
        zero = row_plots.row(axis, [Mark("square", axis.place(0), row_plots.ROW / 2, css="pt")])
        return Row(
            one.brief,
            (Cell(), Cell(picture=zero), Cell("0"), *blank),
            under="the comparison, by definition 0" if one.nothing else f"the comparison, {cells.detail(one, result)}",
        )
    spread = cells.main_spread(one, result)
    ratio = has_ratio(one)
    return Row(
        one.brief,
        (
            Cell(evidence=one.evidence or "assumed", under=one.evidence_note),
            Cell(picture=row_plots.spread(axis, spread, css=one.hollow)),
            Cell(cells.settled_number(spread, write), under=cells.interval(spread, write)),
            Cell(
                words.number(one.per_1000.mean) if ratio else words.NOT_APPLICABLE,
                under=cells.interval(one.per_1000, words.number) if ratio else cells.no_ratio(one),
                before=f"{measure(result)}: ",
            ),
            *[cells.chance_cell(one, result), cells.worth_cell(one)][: len(blank) - 1],
        ),
        under=cells.detail(one, result),
    )


def best_tiles(result: Result) -> tuple[Tile, ...]:
    """Share ten tiles among the options by how often each is best."""
    known = [one for one in ranked(result) if math.isfinite(one.best)]
    if len(known) < 2 or sum(one.best for one in known) <= 0:
        return ()
    numbers = words.tiles([one.best for one in known])
    letters = iter(telling_letters([one.short for one in known if not one.nothing]))
    return tuple(
        Tile(
            "0" if one.nothing else next(letters),
            one.brief,
            n,
            "dash" if one.nothing else "open" if index else "full",
        )
        for index, (one, n) in enumerate(zip(known, numbers, strict=True))
    )


def telling_letters(names: Sequence[str]) -> list[str]:
    """Return a letter for each name, all different: that with which the first word begins that tells it from others.

    Articles tell nothing, nor do words that another name has too. Where all its letters are taken, a number stands.

    Examples
    --------
    >>> telling_letters(["a link worker", "Weekly visits", "Weekly walks", "Option A"])
    ['L', 'V', 'W', 'O']
    >>> telling_letters(["Option A", "Option B", "Option 3", "🌳"])
    ['A', 'B', '3', '4']
    """
    every = [re.findall(r"[^\W_]+", name.casefold()) for name in names]
    used = Counter(word for words_of_name in every for word in set(words_of_name))
    letters: list[str] = []
    for number, words_of_name in enumerate(every, start=1):
        telling = [word for word in words_of_name if used[word] == 1]
        plain = [word for word in telling if word not in ARTICLES or word == words_of_name[-1]]
        candidates = [word[0].upper()[0] for word in plain] + [c.upper()[0] for word in telling for c in word]
        candidates += [str(other) for other in range(number, number + len(names) + 1)]
        letters.append(next(one for one in candidates if one not in {*letters, "0"}))
    return letters


def tiles_title(tiles: tuple[Tile, ...]) -> str:
    """Say what the tiles show."""
    names = sorted(tiles, key=lambda one: -one.number)
    first, second = names[0], names[1]
    if first.number == sum(tile.number for tile in tiles):
        return f"Best in nearly every future: {words.in_sentence(first.name)}"
    if first.number == sum(tile.number for tile in tiles) - 1:
        return f"Best in about {first.number} of 10 futures: {words.in_sentence(first.name)}"
    shares = (
        f"{words.in_sentence(first.name)} in {first.number} of 10 futures, "
        f"{words.in_sentence(second.name)} in {second.number}"
    )
    return f"No option is clearly best: {shares}"
