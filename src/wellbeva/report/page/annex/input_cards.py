"""One card an input: as its source prints it, what is drawn from it, where it comes from and who may use it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from wellbeva.report.facts.input_source import Key, area_words, covering_of, given_by, group_of
from wellbeva.report.facts.names import axis_word
from wellbeva.report.page.annex import input_pictures
from wellbeva.report.page.view import Card, Cards, Cell, Column, Picture, Row, Table
from wellbeva.report.text import numbers
from wellbeva.report.text.distributions import percent, printed, trimmed, used

if TYPE_CHECKING:
    from wellbeva.distributions.spec import Distribution
    from wellbeva.plan.record import Input, Record
    from wellbeva.scenario.spec import Source
    from wellbeva.scenario.value import Cite

EXACT = 4  # significant figures of a base case


def input_cards(record: Record, *, currency: str) -> Cards:
    """List every input that somebody gave; what is left at its default or at 0 stands in `plain_inputs`.

    The shares of one Dirichlet are one card.

    Parameters
    ----------
    record : Record
    currency : str
        For inputs in money.
    """
    uncertain = sum(bool(given_input.element) for given_input in record.inputs)
    return Cards(
        "aI",
        f"A. Inputs: {len(record.inputs)}, of which {uncertain} {'is' if uncertain == 1 else 'are'} uncertain",
        "As the source prints them, then as used. Pictures show what is drawn: dot, the average; thick bar, the middle "
        "half; thin bar, 9 of 10 draws; stems, single values. Upright dashes stand at the numbers that the source "
        "prints.",
        tuple(
            _card(some[0], index, record, currency) if len(some) == 1 else _shares_card(some, index, record, currency)
            for index, some in enumerate(_gathered(record))
        ),
    )


def _gathered(record: Record) -> Iterable[list[Input]]:
    """Return the inputs that have a card, the shares of one Dirichlet together."""
    groups: dict[Key | str, list[Input]] = {}
    for given_input in record.inputs:
        if given_input.value.form == "dirichlet":
            groups.setdefault(group_of(given_input), []).append(given_input)
        elif not _plain(given_input):
            groups[given_input.path] = [given_input]
    return groups.values()


def plain_inputs(record: Record) -> list[Table]:
    """List in one line each the fixed inputs at 0, or at the model's default."""
    plain = [given_input for given_input in record.inputs if _plain(given_input)]
    if not plain:
        return []
    return [
        Table(
            "aD",
            "Table",
            f"Inputs left at 0 or at the model’s default: {len(plain)}",
            "",
            (Column("Input"), Column("Where"), Column("Value", css="n"), Column("Given by"), Column("Name")),
            tuple(
                Row(
                    _title(one),
                    (
                        Cell(", ".join(axis_word(record, axis, label) for axis, label in one.labels) or "all"),
                        Cell(one.written),
                        Cell(given_by(one, record)),
                        Cell(one.path),
                    ),
                )
                for one in plain
            ),
        )
    ]


def cite_words(record: Record, key: str, place: str) -> str:
    """Write a source with the place in it.

    Parameters
    ----------
    record : Record
        Its scenario lists the sources.
    key : str
        Of the source, or ``assumed``; one that is not listed is written as it is.
    place : str
        In the source: ``Table 2``; may be empty.
    """
    if key == "assumed":
        return f"assumed, no source{': ' + place if place else ''}"
    source = record.scenario.sources.get(key)
    text = (source.cite or key) if source else key
    return f"{text}, {place}" if place else text


def sources_of(record: Record, cites: Iterable[Cite], covering: Iterable[Source] = ()) -> str:
    """Write the sources of a value; a source that is cited with a place is not repeated without one.

    Parameters
    ----------
    record : Record
    cites : iterable of Cite
    covering : iterable of Source
        As `covering_of` gives them.
    """
    given = list(cites)
    placed = {one.key for one in given if one.place}
    found = [cite_words(record, one.key, one.place) for one in given if one.place or one.key not in placed]
    found += [f"{one.cite or one.key} (covers what names no source)" for one in covering]
    return "; ".join(dict.fromkeys(found)) or "none given"


def _card(one: Input, index: int, record: Record, currency: str) -> Card:
    where = ", ".join(axis_word(record, axis, label) for axis, label in one.labels)
    facts: list[tuple[str, str]] = [("Name", one.path)]
    if one.interval and one.interval_name:
        ends = numbers.span(*(trimmed(end, one.unit, currency) for end in one.interval))
        facts.append((f"Printed {one.interval_name}", ends))
    if one.distribution is not None:
        facts.append(("Drawn", _drawn_words(one.distribution, one.unit, currency)))
        facts.append(("Used as", used(one.distribution, one.fitted, one.unit, currency)))
    facts.append(("Base case", _base_words(one, currency)))
    value = one.original.value
    heading = printed(value, one.written, one.distribution, one.unit, currency)
    if area_words(value, record):
        # Nobody wrote this value, so no key of a source says anything to a reader.
        heading = re.sub(r"^\d{5,}", lambda found: f"{int(found[0]):,}", one.original.value.body)
    return Card(
        key=f"i{index}",
        title=_title(one),
        under=" · ".join(part for part in (where or "all", one.unit) if part),
        printed=numbers.capital(heading) if heading != one.written else heading,
        printed_under="" if one.element else "fixed",
        evidence=one.evidence,
        facts=(*facts, *_origin(one, record, heading)),
        picture=_picture(one, currency),
    )


def _shares_card(some: Sequence[Input], index: int, record: Record, currency: str) -> Card:
    """Show the shares of one Dirichlet together, as they were printed and as they are drawn."""
    first = some[0]
    named = [(axis_word(record, *one.labels[-1]), one) for one in some]
    where = ", ".join(axis_word(record, axis, label) for axis, label in first.labels[:-1])
    counts = dict(first.value.shares)
    heading = ", ".join(
        f"{float(counts[one.labels[-1][1]].number):,g} {label}" for label, one in named if one.labels[-1][1] in counts
    )
    facts = [("Name", ".".join([first.parameter, *(label for _, label in first.labels[:-1])]))]
    facts += [
        (numbers.capital(label), _drawn_words(one.distribution, one.unit, currency))
        for label, one in named
        if one.distribution is not None
    ]
    base = ", ".join(f"{label} {trimmed(one.base, one.unit, currency, EXACT)}" for label, one in named)
    facts += [("Used as", "shares that add to 1, drawn together (Dirichlet)"), ("Base case", base)]
    drawn = [(label, input_pictures.drawn_at(one.distribution)) for label, one in named if one.distribution is not None]
    return Card(
        key=f"i{index}",
        title=_title(first),
        under=" · ".join(part for part in (where, first.unit) if part),
        printed=heading,
        printed_under="counted",
        evidence=first.evidence,
        facts=(*facts, *_origin(first, record, heading)),
        picture=input_pictures.shares(drawn) if drawn else None,
    )


def _origin(one: Input, record: Record, heading: str) -> Iterator[tuple[str, str]]:
    covering = covering_of(one.original.value, one.original.layer, record)
    yield "Source", sources_of(record, one.cites, covering)
    named = [record.scenario.sources[cite.key] for cite in one.cites if cite.key in record.scenario.sources]
    designs = {each.design for each in (*named, *covering)}
    if any(designs):
        yield "Design", "; ".join(sorted(design for design in designs if design))
    # What nobody published needs no licence; where a source is named, its licence or the want of one is said.
    if one.licence or covering or any(cite.key != "assumed" for cite in one.cites):
        yield "Licence", one.licence or next((each.licence for each in covering if each.licence), "not stated")
    if one.note:
        yield "Note", one.note
    yield "Given by", given_by(one, record)
    if heading != one.written and not area_words(one.original.value, record):
        yield "In the file", one.written


def _plain(one: Input) -> bool:
    return not one.element and (one.layer == "default" or one.base == 0) and not one.note


def _base_words(one: Input, currency: str) -> str:
    if not math.isfinite(one.base):
        return one.written
    if one.unit == "person" and one.base == round(one.base):
        return f"{numbers.count(one.base)} {'person' if one.base == 1 else 'people'}"
    return trimmed(one.base, one.unit, currency, EXACT)


def _title(one: Input) -> str:
    return numbers.capital(one.doc or one.parameter.replace("_", " "))


def _drawn_words(distribution: Distribution, unit: str, currency: str) -> str:
    """Say average and 9 of 10 draws; of a part that is a single value, how often it comes."""
    from wellbeva.plot.point_masses import atoms

    drawn = input_pictures.drawn_at(distribution)
    mean, low, high = (trimmed(x, unit, currency) for x in (drawn[0], drawn[1], drawn[-1]))
    said = f"average {mean}; 9 of 10 from {numbers.span(low, high)}"
    # Single values alone are told by the heading and the stems.
    found = atoms(distribution) if distribution.family == "mixture" else {}
    if found and sum(found.values()) < 1 - 1e-9:
        said += "".join(f"; exactly {trimmed(at, unit, currency)} in {percent(p)}" for at, p in found.items())
    return said


def _picture(one: Input, currency: str) -> Picture | None:
    from wellbeva.plot.point_masses import atoms

    distribution = one.distribution
    if distribution is None:
        return None
    found = atoms(distribution)
    if 1 < len(found) <= input_pictures.MOST_STEMS and sum(found.values()) > 1 - 1e-9:
        return input_pictures.stems(found, one.unit, currency)
    marks: Sequence[float] = one.interval or ()
    if distribution.family == "quantiles":
        marks = distribution.args[1::2]
    return input_pictures.bar(input_pictures.drawn_at(distribution), marks, one.unit, currency)
