"""From the texts of a survey's file to checked answers: each is a number, missing, refused, or impossible with why."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from wellbeva.core.arrays import Floats
from wellbeva.core.spans import Span
from wellbeva.errors import Collector
from wellbeva.evidence.survey.columns import SHOWN, AnswerTable, Columns, names_people, plain
from wellbeva.evidence.survey.instruments import INSTRUMENTS, Instrument

Kinds = npt.NDArray[np.int8]
ANSWERED, MISSING, REFUSED, IMPOSSIBLE = range(4)
LONGEST: Final = 200
"""Characters of an answer that is read, so that none takes long."""
_MISSING = re.compile(r"(?:n ?a|missing|blank|no answer|not answered|nan|null)?")
_REFUSED = re.compile(r"don ?t know|do not know|dk|not sure|refused|rather not say|prefer not to (?:say|answer)")
_NUMBER = re.compile(r"([-−+]?\d{1,9})(?:[.,]0+)?")
_NUMBER_AND_WORDS = re.compile(r"(\d{1,2})\W+(\D+)")
_DATE = re.compile(
    r"\d{1,4}[-/ ](?:\d{1,2}|[a-z]{3,9})(?:[-/ ]\d{1,4})?(?: \d\d:\d\d.*)?"
    r"|\d{1,2}\.\d{1,2}\.\d{2,4}|[a-z]{3,9}[-/ ]\d{1,4}"
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What one text says.

    Parameters
    ----------
    number : float
        NaN unless `kind` is answered.
    kind : int
    why : str
        Of an impossible one.
    """

    number: float
    kind: int
    why: str = ""


@dataclass(frozen=True, slots=True)
class Answers:
    """What the people of one file answered.

    Parameters
    ----------
    table : AnswerTable
    columns : Columns
    people : list of str
        Their ids, each once, in the order of `rows`.
    rows : array (person,)
        Their rows in the table, from 0.
    scores : mapping of str to array (person,) [points of the measure]
        By key of the measure; NaN where there is no score.
    kinds : mapping of str to array (person,)
        Why there is none: the gravest among the measure's questions.
    """

    table: AnswerTable
    columns: Columns
    people: list[str]
    rows: npt.NDArray[np.intp]
    scores: Mapping[str, Floats]
    kinds: Mapping[str, Kinds]

    def texts(self, column: int) -> npt.NDArray[np.object_]:
        """Return the texts of a column, one a person."""
        return np.asarray(self.table.columns[column], dtype=object)[self.rows]

    def place(self, instrument: Instrument) -> Span:
        """Return the place of the heading of a measure's first question."""
        return self.table.cell(0, (self.columns.of(instrument) or (0,))[0])


def unanswered(text: str) -> int:
    """Return `MISSING` or `REFUSED` for a text that answers no question, 0 for any other.

    Examples
    --------
    >>> [unanswered(text) for text in ("n/a", "-", "Don't know", "0", "#N/A")]
    [1, 1, 2, 0, 0]
    """
    if len(text) > LONGEST or text.lstrip().startswith("#"):
        return 0
    words = plain(text)
    return REFUSED if _REFUSED.fullmatch(words) else MISSING if _MISSING.fullmatch(words) else 0


def read_answer(text: str, instrument: Instrument) -> Answer:
    """Read an answer as people and spreadsheets write it.

    Parameters
    ----------
    text : str
    instrument : Instrument

    Examples
    --------
    >>> from wellbeva.evidence.survey.instruments import BY_KEY
    >>> [read_answer(text, BY_KEY["life_satisfaction"]).number for text in ("7 ", "7.0", "10 - completely", "12")]
    [7.0, 7.0, 10.0, nan]
    >>> read_answer("Often", BY_KEY["ucla3"]).number, read_answer("3 - Rarely", BY_KEY["swemwbs"]).why
    (3.0, 'the answer Rarely has the number 2')
    """
    if len(text) > LONGEST:
        return Answer(math.nan, IMPOSSIBLE, _offers(instrument))
    if kind := unanswered(text):
        return Answer(math.nan, kind)
    words = plain(text)
    offered = {number: plain(label) for number, label in instrument.answers}
    written = text.strip().casefold()
    alone, both = _NUMBER.fullmatch(written), _NUMBER_AND_WORDS.fullmatch(written)
    said = float((alone or both)[1].replace("−", "-")) if alone or both else None  # type: ignore[index]
    meant = said if alone else _meant(plain(both[2]) if both else words, offered)
    if meant in offered and said in (None, meant):
        return Answer(meant, ANSWERED)
    why = _offers(instrument)
    if meant in offered:
        label = next(label for number, label in instrument.answers if number == meant)
        why = f"the answer {label} has the number {meant:g}"
    elif written.startswith("#"):
        why = "an error of the spreadsheet, not an answer"
    elif _DATE.fullmatch(written):
        why = "this looks like a date"
    return Answer(math.nan, IMPOSSIBLE, why)


def _meant(words: str, offered: Mapping[float, str]) -> float | None:
    """Return the answer whose words these are, or are the beginning of, or begin with."""
    fits = [
        number
        for number, label in offered.items()
        if label
        and (
            words == label or words.startswith(f"{label} ") or (len(words) > 3 and f"{label} ".startswith(f"{words} "))
        )
    ]
    return fits[0] if len(fits) == 1 else None


def _offers(instrument: Instrument) -> str:
    (low, first), *_, (high, last) = instrument.answers
    return f"answers are {low:g} to {high:g}, {first} to {last}"


def read_answers(table: AnswerTable, columns: Columns, collector: Collector, rows: Sequence[int] = ()) -> Answers:
    """Read and check all answers of a file.

    Parameters
    ----------
    table : AnswerTable
    columns : Columns
    collector : Collector
    rows : sequence of int
        Those that are read, counted from 0; all of them if none is given.
    """
    chosen = np.asarray(rows if len(rows) else range(len(table.columns[0])), dtype=np.intp)
    people, chosen = _people(table, columns.person, chosen, collector)
    scores: dict[str, Floats] = {}
    kinds: dict[str, Kinds] = {}
    for instrument in INSTRUMENTS:
        questions = columns.of(instrument)
        if questions is not None:
            read = [_read_column(table, columns, column, chosen, instrument, collector) for column in questions]
            scores[instrument.key] = instrument.score(np.column_stack([numbers for numbers, _ in read]))
            kinds[instrument.key] = np.column_stack([kind for _, kind in read]).max(axis=1)
    return Answers(table, columns, people, chosen, scores, kinds)


def _people(
    table: AnswerTable, column: int, rows: npt.NDArray[np.intp], collector: Collector
) -> tuple[list[str], npt.NDArray[np.intp]]:
    """Return ids and rows of the people; a row without an id is left out, an id that stands twice is an error."""
    cells = table.columns[column]
    ids = pd.Series([person_id(cells[row]) for row in rows.tolist()], index=rows, dtype=object)
    faults = table.broken[column]
    unnamed = ids.index[(ids == "") | ids.index.isin(list(faults))]
    for row in unnamed[:SHOWN]:
        collector.warn(
            "WB-R406",
            "this row does not say who answered, and is left out",
            table.cell(row + 1, column),
            facts=(faults[row],) if row in faults else (),
            remedy="write the person's id; if the row is empty, delete it",
            several="{count} rows do not say who answered, and are left out",
        )
    ids = ids.drop(unnamed)
    twice = ids.index[ids.duplicated()]
    first = {who: row for row, who in ids[ids.isin(ids[twice])].drop_duplicates().items()}
    table.report(
        collector.error,
        "WB-R407",
        "this id stands twice in one file",
        column,
        {row: f"first on line {table.place(first[ids[row]] + 1, column).span().line}" for row in twice},
        remedy="give each person an id of their own; if somebody answered twice, keep the first answer",
    )
    if len(ids) and names_people([cells[row] for row in ids.index[:1000]]):
        collector.warn(
            "WB-R408",
            "the ids are names or addresses: personal data",
            table.cell(0, column),
            remedy="give each person a number, and keep the list of names elsewhere",
        )
    return ids.tolist(), ids.index.to_numpy(dtype=np.intp)


def check_sites(answers: Answers, collector: Collector) -> None:
    """Refuse a column of sites that most people leave empty, as merged cells do; note those who name none.

    Parameters
    ----------
    answers : Answers
        Before the start.
    collector : Collector
    """
    table, column = answers.table, answers.columns.site
    if column is None:
        return
    cells, rows = table.columns[column], answers.rows.tolist()
    broken = table.broken[column]
    without = [row for row in rows if row in broken or not cells[row].strip()]
    if not without:
        return
    first = next((row for row in without if row in broken), without[0])
    refused = first in broken or 2 * len(without) > len(rows)
    note = collector.error if refused else collector.warn
    note(
        "WB-R427",
        "too many cells do not say at which site somebody took part"
        if refused
        else "some people name no site, and are taken to have come alone",
        table.cell(first + 1, column),
        facts=(broken.get(first, f"{len(without):,} of {len(rows):,} cells are empty"),),
        remedy="write the site into each row, in a cell of its own; if people came alone, leave the column out",
    )


def person_id(text: str) -> str:
    """Return an id as it is compared: without case, outer blanks, and what spreadsheets do to numbers.

    Examples
    --------
    >>> person_id(" A12 "), person_id("007"), person_id("7.0")
    ('a12', '7', '7')
    """
    who = text.strip().casefold()
    who = who[:-2] if who.endswith(".0") and who[:-2].isdecimal() else who
    return who.lstrip("0") or "0" if who[:1] == "0" and who.isdecimal() else who


def _read_column(
    table: AnswerTable,
    columns: Columns,
    column: int,
    rows: npt.NDArray[np.intp],
    instrument: Instrument,
    collector: Collector,
) -> tuple[Floats, Kinds]:
    """Return number and kind of each answer; each text is read once. Refuse a column that holds few answers."""
    codes, texts = pd.factorize(np.asarray(table.columns[column], dtype=object)[rows])
    read = [read_answer(str(text), instrument) for text in texts]
    numbers = np.asarray([one.number for one in read], dtype=np.float64)[codes]
    kinds = np.asarray([one.kind for one in read], dtype=np.int8)[codes]
    hurt = np.isin(rows, list(table.broken[column]))
    numbers[hurt], kinds[hurt] = math.nan, IMPOSSIBLE
    bad, given = rows[kinds == IMPOSSIBLE].tolist(), int((kinds != MISSING).sum())
    why = {row: _why(table, columns, row, column, instrument) for row in bad[: SHOWN + 1]}
    head = table.heads[column][:60]
    if 2 * len(bad) > given:
        collector.error(
            "WB-R410",
            f"most cells under {head!r} are not answers to it",
            table.cell(bad[0] + 1, column),
            facts=(f"{len(bad):,} of {given:,} cells that are not empty", why[bad[0]]),
            remedy="look whether the headings stand over their own columns, and whether another scale was used",
        )
    else:
        table.report(
            collector.warn,
            "WB-R409",
            f"this is not an answer to {head!r}, and is left out",
            column,
            {row: why.get(row, "") for row in bad},
            remedy="look at the paper, and correct the cell or leave it empty",
        )
    return numbers, kinds


def _why(table: AnswerTable, columns: Columns, row: int, column: int, instrument: Instrument) -> str:
    """Return why a cell is not an answer."""
    if row in table.broken[column]:
        return table.broken[column][row]
    if _shifted(table, columns, row):
        return "the cells of this row stand one column aside"
    return read_answer(table.columns[column][row], instrument).why


def _shifted(table: AnswerTable, columns: Columns, row: int) -> bool:
    """Return whether a row's answers would all be possible if its cells stood one column to either side."""
    asked = [(column, each) for each in INSTRUMENTS for column in (columns.of(each) or ())]

    def fits(by: int) -> bool:
        return all(
            0 <= column + by < len(table.columns)
            and read_answer(table.columns[column + by][row], each).kind == ANSWERED
            for column, each in asked
        )

    return len(asked) > 1 and (fits(1) or fits(-1))
