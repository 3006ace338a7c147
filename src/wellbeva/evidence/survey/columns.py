"""What each column of a survey's file holds: who answered, at which site, to which question; told by its heading."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Final

from wellbeva.core.spans import Located, Span
from wellbeva.errors import Collector, near_miss
from wellbeva.evidence.survey.instruments import INSTRUMENTS, Instrument

ID_WORDS: Final = ("id", "person", "participant", "respondent", "client", "member", "code", "unique code", "number")
SITE_WORDS: Final = ("site", "group", "venue", "session", "cluster", "class", "club")
WAVE_WORDS: Final = ("wave", "when", "time point", "timepoint")
_PERSONAL = re.compile(
    r"\b(name|surname|forename|e ?mail|phone|telephone|mobile|address|postcode|birth|dob|nhs|comments?|notes?)\b"
)
_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+|[^\W\d_]{2,}(?:\s+[^\W\d_]{2,})+")
PROSE = 4
"""Words of a text that is prose, in which anybody may have been named."""
LONGEST_NAME = 100
"""Characters of an id that are looked at."""
SHOWN: Final = 20
"""Cells of one column that are pointed at one by one; the rest are counted."""
NEAR = 0.8
"""How alike a heading and a wording must be for the heading to be asked about."""

Note = Callable[..., None]


@dataclass(frozen=True, slots=True)
class AnswerTable:
    """A survey's file as texts.

    Parameters
    ----------
    shown : str
        The file as the user wrote it.
    heads : tuple of str
    columns : tuple of sequence of str
        The cells under each heading.
    place : callable (row, column) -> Located
        Where a cell stands; row 0 holds the headings.
    broken : sequence of mapping of int to str
        Of each column, the rows from 0 whose cell a spreadsheet holds neither as text nor as number, and what it is.
    """

    shown: str
    heads: tuple[str, ...]
    columns: tuple[Sequence[str], ...]
    place: Callable[[int, int], Located]
    broken: Sequence[Mapping[int, str]]

    def cell(self, row: int, column: int) -> Span:
        """Return the place of a cell, with nothing on its line but itself: its neighbours may name people.

        Parameters
        ----------
        row : int
            From 1; 0 for the headings.
        column : int
        """
        located = self.place(row, column)
        span = located.span()
        return replace(span, text=" " * (span.column - 1) + (span.written if located.text else ""))

    def named(self, name: str, collector: Collector) -> int | None:
        """Return the column under a heading; None, with an error, where there is not one.

        Parameters
        ----------
        name : str
            As in the file, but for case, marks and blanks.
        collector : Collector
        """
        found = [index for index, head in enumerate(self.heads) if plain(head) == plain(name)]
        if len(found) == 1:
            return found[0]
        message, remedy = f"several columns are called {name[:40]!r}", "rename all but one"
        if not found:
            message = f"no column is called {name[:40]!r}"
            known = ", ".join(head[:40] for head in self.heads[:12])
            remedy = near_miss(name, self.heads) or f"the headings are {known}"
        collector.error("WB-R402", message, self.cell(0, 0), remedy=remedy)
        return None

    def report(
        self, note: Note, code: str, message: str, column: int, faults: Mapping[int, str], *, remedy: str
    ) -> None:
        """Note the first cells of a column with one kind of fault, and how many more there are.

        Parameters
        ----------
        note : callable
            `Collector.error` or `Collector.warn`.
        code, message, remedy : str
        column : int
        faults : mapping of int to str
            Rows from 0, and the fact that each disagrees with; may be empty.
        """
        rows = list(faults)
        for row in rows[:SHOWN]:
            facts = (faults[row],) if faults[row] else ()
            note(code, message, self.cell(row + 1, column), facts=facts, remedy=remedy)
        if len(rows) > SHOWN:
            more = f"and {len(rows) - SHOWN:,} more cells like it"
            note(code, more, self.cell(rows[SHOWN] + 1, column), remedy="fix the first ones, then run it again")


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a file by what they hold.

    Parameters
    ----------
    person : int
    site, wave : int or None
    questions : mapping of str to int
        By the plain heading of the question.
    others : mapping of str to int
        By their headings: age, gender and the like; neither personal data nor prose.
    """

    person: int
    site: int | None
    wave: int | None
    questions: Mapping[str, int]
    others: Mapping[str, int]

    def of(self, instrument: Instrument) -> tuple[int, ...] | None:
        """Return the columns of a measure's questions; None where one of them lacks."""
        found = [self.questions.get(question.heading) for question in instrument.questions]
        return tuple(one for one in found if one is not None) if None not in found else None


def plain(text: str) -> str:
    """Return a heading without case, marks and doubled blanks.

    Examples
    --------
    >>> plain("I’m not  sure. "), plain("life_satisfaction")
    ('i m not sure', 'life satisfaction')
    """
    return " ".join(re.sub(r"[\W_]+", " ", text.casefold()).split())


_WORDINGS: Final = {
    plain(words): question.heading
    for instrument in INSTRUMENTS
    for question in instrument.questions
    for words in (question.heading, question.wording)
    if words
}

_LONGEST_WORDING: Final = max(map(len, _WORDINGS))


def find_columns(table: AnswerTable, collector: Collector, *, person: str = "", site: str = "") -> Columns | None:
    """Say what each column holds; None after an error.

    Parameters
    ----------
    table : AnswerTable
    collector : Collector
    person, site : str
        Headings of the columns that say who answered and where, if the user names them.
    """
    heads = [plain(head) for head in table.heads]
    taken: dict[str, int] = {}
    twice: set[int] = set()
    for index, head in enumerate(heads):
        heading = _question(head)
        if heading in taken:
            collector.error(
                "WB-R401",
                f"two columns ask for {heading}",
                table.cell(0, index),
                facts=(f"the other is {table.heads[taken[heading]]!r}",),
                remedy="delete one of them",
            )
            twice.add(index)
        elif heading:
            taken[heading] = index
    who = table.named(person, collector) if person else _by_word(heads, ID_WORDS)
    if who is None and not person:
        collector.error(
            "WB-R400",
            "no column says who answered, so that nobody can be matched",
            table.cell(0, 0),
            facts=(f"headings that do: {', '.join(ID_WORDS[:5])}",),
            remedy="give each person a number of their own, the same before and after, under the heading 'id'",
        )
    where = table.named(site, collector) if site else _by_word(heads, SITE_WORDS)
    wave = _by_word(heads, WAVE_WORDS)
    used = {*taken.values(), *twice, who, where, wave}
    others = {}
    for index in range(len(heads)):
        if index not in used and not _personal(table, heads, index, collector) and not _near(table, index, collector):
            others[table.heads[index].strip()] = index
    if who is None or collector.errors:
        return None
    _warn_of_half_asked(table, taken, collector)
    return Columns(who, where, wave, taken, others)


def _question(head: str) -> str:
    if head in _WORDINGS:
        return _WORDINGS[head]
    longer = [heading for words, heading in _WORDINGS.items() if len(words) > 20 and words in head]
    return longer[0] if longer else ""


def _by_word(heads: Sequence[str], words: Sequence[str]) -> int | None:
    for word in words:
        for index, head in enumerate(heads):
            if head == word or (word != "number" and head in {f"{word} id", f"{word} code", f"{word} number"}):
                return index
    return None


def _personal(table: AnswerTable, heads: Sequence[str], index: int, collector: Collector) -> bool:
    """Note a column that may say who people are, and leave it unread; no cell of it is ever shown."""
    texts = {text for text in table.columns[index][:1000] if text.strip()}
    prose = sum(len(text.split()) >= PROSE for text in texts)
    named = _PERSONAL.search(heads[index]) is not None
    if not named and 2 * prose <= len(texts):
        return False
    collector.warn(
        "WB-R403",
        f"the column {table.heads[index][:40]!r} holds personal data, and is not read"
        if named
        else f"the column {table.heads[index][:40]!r} holds free text, in which people may be named; it is not read",
        table.cell(0, index),
        remedy="keep it in a file of its own, so that no answer can be traced to a person",
    )
    return True


def names_people(texts: Sequence[str]) -> bool:
    """Whether most of some ids are names or addresses of people."""
    return 2 * sum(_ADDRESS.fullmatch(text.strip()[:LONGEST_NAME]) is not None for text in texts) > len(texts)


def _near(table: AnswerTable, index: int, collector: Collector) -> bool:
    """Note a heading that is nearly a question's, whose answers cannot be taken for those to the question."""
    head = plain(table.heads[index])
    if len(head) > 2 * _LONGEST_WORDING:
        return False
    alike = get_close_matches(head, _WORDINGS, 1, NEAR)
    if not alike:
        return False
    heading = _WORDINGS[alike[0]]
    wording = next(one.wording for each in INSTRUMENTS for one in each.questions if one.heading == heading)
    collector.warn(
        "WB-R404",
        f"the column {table.heads[index][:60]!r} is not read: its words are not those of the question",
        table.cell(0, index),
        facts=(f"the question is {wording or heading!r}",),
        remedy=f"if it was asked in these words, write {heading} as the heading; other words are another measure",
    )
    return True


def _warn_of_half_asked(table: AnswerTable, taken: Mapping[str, int], collector: Collector) -> None:
    for instrument in INSTRUMENTS:
        asked = [one.heading for one in instrument.questions]
        lacking = [heading for heading in asked if heading not in taken]
        if 0 < len(lacking) < len(asked):
            collector.warn(
                "WB-R405",
                f"{instrument.title} gets no score: there is no column {', '.join(lacking)}",
                table.cell(0, min(taken[heading] for heading in asked if heading in taken)),
                facts=(f"it is scored from all of its {len(asked)} questions",),
                remedy=f"add the column {lacking[0]!r}, or ask all questions next time",
            )
