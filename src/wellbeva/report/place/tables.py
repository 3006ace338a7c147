"""The tables of a place: the page draws them, the terminal prints them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from wellbeva.evidence.determinants.composition import Composition
from wellbeva.evidence.grading.grade import GRADES
from wellbeva.evidence.place_profile import PlaceProfile
from wellbeva.local.areas import UK
from wellbeva.local.shrinkage import Gap, Shrunk
from wellbeva.local.similar import MARGINS, held
from wellbeva.local.tails import SE, tenth_of
from wellbeva.local.wellbeing import Estimate
from wellbeva.report.facts.result import Spread
from wellbeva.report.page import row_plots
from wellbeva.report.page.view import Cell, Column, Mark, Row, Table
from wellbeva.report.place.answer import FIRST, POSSIBLE, apart, likelier, odds
from wellbeva.report.text.numbers import MINUS, NOT_APPLICABLE, capital, points, span_of_points, tick_of_points

MOST_EFFECTS = 5
ASKED = "Asked from 0 to 10"


def tables(profile: PlaceProfile) -> Iterator[Table]:
    """Yield the tables that there is something for, in the order of the page."""
    makers = ((standing, profile.estimates), (different, profile.tails), (changed, profile.changes))
    yield from (make(profile) for make, known in makers if known)
    yield people(profile)
    if profile.composition:
        yield gap(profile.composition)


def standing(profile: PlaceProfile) -> Table:
    """Show each measure as published and as the best guess, in points from the UK's average."""
    guesses = {what: one.shrunk or one for what, one in profile.estimates.items()}
    gaps = {what: Gap(one.mean - profile.uk[what].mean, one.se) for what, one in guesses.items()}
    published = {what: one.mean - profile.uk[what].mean for what, one in profile.estimates.items()}
    axis = _axis(gaps.values(), published.values())
    rows = []
    for what, one in gaps.items():
        hollow = Mark("dot", axis.place(published[what]), row_plots.ROW / 2, css="pt h")
        cells = _drawn(axis, one, hollow), _points(profile.estimates[what]), _points(guesses[what])
        rows.append(Row(_named(what), cells, under=f"UK {points(profile.uk[what].mean)}"))
    title = apart(gaps, below="Below the UK", unsure="Too close to the UK to call", above="Above the UK")
    head = Column("Points from the UK's average", css="plot", picture=row_plots.head(axis, sides=("below", "above")))
    columns = (Column(ASKED, css="c-name"), head, Column("Published", css="n"), Column("Best guess", css="n"))
    return Table("st", "", title, "", columns, tuple(rows), layout="league", css="vr")


def different(profile: PlaceProfile) -> Table:
    """Show how likely each measure is in a tenth of the peers, and the gap to the similar places."""
    alike, peers = profile.similar, next(iter(profile.estimates.values())).peers
    rows = []
    for what, tail in profile.tails.items():
        p, side = likelier(tail)
        cells = [Cell(f"{side}: {odds(p)}" if p >= POSSIBLE else "neither is likely")]
        if alike:
            known = what in alike.gaps
            cells.append(Cell(points(alike.theirs[what].mean) if known else NOT_APPLICABLE))
            cells.append(_points(alike.gaps[what], sign=True) if known else Cell(NOT_APPLICABLE))
        rows.append((_named(what), cells))
    number = next(iter(profile.tails.values())).peers
    dek = (
        f"In a tenth: the chance to be among the lowest or the highest {tenth_of(number)} of {number} {peers}, with a "
        f"standard error of at most {SE:.1%}; never a rank."
    )
    if alike is None:
        return _table("df", f"How it stands among {peers}", dek, (ASKED, "In a tenth?"), rows)
    unsure = "Too close to similar places to call"
    title = apart(alike.gaps, below="Below similar places", unsure=unsure, above="Above similar places")
    return _table("df", title, dek, (ASKED, "In a tenth?", "Similar", "Less theirs"), rows)


def changed(profile: PlaceProfile) -> Table:
    """Show the change of each measure over the years, beside that of the UK."""
    rows = []
    for what, one in profile.changes.items():
        guess = _points(one.shrunk, sign=True) if one.shrunk else Cell(NOT_APPLICABLE)
        rows.append((_named(what), (_points(one.own, sign=True), guess, Cell(points(one.uk, sign=True)))))
    dek = (
        "Averages of 2018-19 to 2022-23 less those of 2011-12 to 2015-16; the best guess is drawn towards the change "
        "of the peers. Samples of years are taken as independent; people who are asked again make intervals some "
        "7% too narrow."
    )
    guesses = {what: one.shrunk or one.own for what, one in profile.changes.items()}
    title = apart(guesses, below="Fell", unsure="No clear change", above="Rose")
    return _table("ch", title, dek, (ASKED, "Change", "Best guess", "UK"), rows)


def people(profile: PlaceProfile) -> Table:
    """Show the margins of the place, beside the average of the similar places and the UK."""
    alike = [held(code) for code, _ in profile.similar.places] if profile.similar else []
    here, uk, lives = held(profile.area.code), held(UK), profile.area.population
    rows = []
    for name, (words, write) in MARGINS.items():
        theirs = [value for one in alike if (value := one[name]) is not None]
        values = here[name], *([sum(theirs) / len(theirs)] if theirs else []), uk[name]
        rows.append((words, [Cell(NOT_APPLICABLE if x is None else write.format(x)) for x in values]))
    title = f"{lives.all:,} people lived there in mid-2020" if lives else "How many people live there is not held"
    return _table("pe", title, "", ("Margin", "Here", *["Similar"] * bool(alike), "UK"), rows)


def gap(found: Composition) -> Table:
    """Show what goes with the gap in life satisfaction to an average place."""
    named = {capital(name): part for name, part in found.parts.items()}
    parts = named | {"All four together": found.together, "What is left": found.rest}
    axis = _axis(parts.values())
    rows = [Row(name, (_drawn(axis, one), _points(one, sign=True))) for name, one in parts.items()]
    head = Column("Points", css="plot", picture=row_plots.head(axis, sides=("lower", "higher")))
    whole, some = points(found.gap.mean, sign=True), points(found.together.mean, sign=True)
    title = f"Of the gap of {whole} to an average place, {some} goes with these four"
    dek = (
        f"Life satisfaction of {found.places} places on four published margins. {found.share.mean:.0%} (standard error "
        f"{found.share.se:.0%}) of what truly differs between places goes with them. Weaker than a survey of people, "
        "and of places, not of persons: no effect on anybody. The four go together, so their sum is surer than each."
    )
    columns = (Column("What goes with", css="c-name"), head, Column("Points", css="n"))
    return Table("gp", "", title, dek, columns, tuple(rows), layout="league", css="sg")


def moved(profile: PlaceProfile) -> Table:
    """Show published effects and links by measure, the best graded first; the keys of rows are those of the library."""
    rows = []
    for what, effects in profile.effects.items():
        ordered = sorted(effects, key=lambda record: (*GRADES, "").index(record.evidence))
        for record in ordered[: MOST_EFFECTS if what == FIRST else 1]:
            size, _, spread = record.value.replace("-", MINUS).partition(" (")
            cells = Cell(_named(what)), Cell(size, under=spread.rstrip(")")), Cell(evidence=record.evidence)
            rows.append(Row(record.title, cells, key=record.key))
    columns = Column("What was studied"), Column("Measure"), Column("Gain", "as published", css="n"), Column("Evidence")
    sized = sum(map(len, profile.effects.values()))
    title = f"{sized} effects and links with a size are known, few of them from strong studies"
    return Table("ev", "", title, "", columns, tuple(rows))


def not_held(profile: PlaceProfile) -> list[str]:
    """Say what is not known of the place, and why."""
    lines = [f"{capital(one.what)}: {one.why}." for one in profile.area.missing]
    alike = "Similar places: the place lacks what they are found by, or has fewer than 40 peers that have it."
    return [*lines, *[alike] * (not profile.similar), "Loneliness: no figures of local authorities are in the tables."]


def _table(key: str, title: str, dek: str, heads: Sequence[str], rows: Iterable[tuple[str, Sequence[Cell]]]) -> Table:
    columns = (Column(heads[0]), *(Column(head, css="n") for head in heads[1:]))
    return Table(key, "", title, dek, columns, tuple(Row(head, tuple(cells)) for head, cells in rows))


def _axis(gaps: Iterable[Gap], others: Iterable[float] = ()) -> row_plots.PlotAxis:
    ends = [end for one in gaps for end in (one.low, one.high)]
    return row_plots.linear_axis([*ends, *others], tick_of_points)


def _drawn(axis: row_plots.PlotAxis, one: Gap, *more: Mark) -> Cell:
    picture = row_plots.spread(axis, Spread(one.mean, one.low, one.mean, one.mean, one.high))
    return Cell(picture=replace(picture, marks=(*picture.marks, *more)))


def _points(one: Estimate | Shrunk | Gap, *, sign: bool = False) -> Cell:
    return Cell(points(one.mean, sign=sign), under=span_of_points(one.low, one.high, sign=sign))


def _named(measure: str) -> str:
    return capital(measure.replace("_", " "))
