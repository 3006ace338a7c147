"""A survey before and after, with or without a comparison: files in, an effect with its doubt out."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Final

import pandas as pd

from wellbeva.api.evidence.estimates import read_estimate
from wellbeva.api.sources import File
from wellbeva.core.spans import Span
from wellbeva.errors import Collector, WellbevaError, refusal
from wellbeva.evidence.record import EffectRecord, to_json
from wellbeva.evidence.survey.answers import Answers, check_sites, read_answers
from wellbeva.evidence.survey.change import Known
from wellbeva.evidence.survey.columns import AnswerTable, find_columns, plain
from wellbeva.evidence.survey.instruments import INSTRUMENTS
from wellbeva.evidence.survey.measure import Waves, analyse
from wellbeva.evidence.survey.result import STEPS, MeasureResult, SurveyResult
from wellbeva.scenario.tables.formats.csv_file import read_csv
from wellbeva.scenario.tables.formats.xlsx_file import read_xlsx
from wellbeva.scenario.tables.grid import CellFault, cell_text
from wellbeva.scenario.text.files import Files
from wellbeva.scenario.text.identifiers import NAME

CELL_LIMIT: Final = 16_000_000
"""Cells of one file."""
FILE_LIMIT: Final = 1 << 26
"""Bytes of one file."""
_ENDINGS: Final = (".csv", ".xlsx", ".xlsm")
_WAVES: Final = {
    **dict.fromkeys(["before", "1", "baseline", "start", "pre", "first", "entry"], "before"),
    **dict.fromkeys(["after", "2", "end", "follow up", "followup", "post", "second", "exit"], "after"),
}
_DATES: Final = {"date", "date asked", "asked on", "date of survey", "timestamp"}
_MONTH: Final = re.compile(r"(?:19|20)\d\d-(?:0[1-9]|1[0-2])", re.ASCII)
_SHARE: Final = re.compile(r"0?\.\d+", re.ASCII)


def survey(
    before: File,
    after: File,
    comparison: Sequence[File] = (),
    *,
    name: str = "",
    person: str = "",
    site: str = "",
    asked_before: str = "",
    asked_after: str = "",
    entered_low: bool = False,
    reliability: str = "",
    population_mean: float | None = None,
    randomised: bool = False,
) -> SurveyResult:
    """Return what a survey says, measure by measure.

    Parameters
    ----------
    before, after : path
        CSV files or workbooks with a row for each person who answered.
    comparison : sequence of path
        Of people without the activity: two files, before and after, or one with a column ``wave``.
    name : str
        ``[survey:NAME]`` names the effect in a scenario; taken from the files if not given.
    person, site : str
        Headings of the columns that say who answered, and where; found by their usual words if not given.
    asked_before, asked_after : str
        Months in which people were asked, ``2022-10``: the country's own change between them is taken off.
    entered_low : bool
        Whether people were taken because their score was low; without a comparison what they regain by themselves is
        taken off.
    reliability : str
        Correlation of two answers of the same people without any activity, ``0.59`` or ``0.59 (0.51 to 0.67)``.
        Of the first measure that was asked, as `population_mean` is.
    population_mean : float, optional [points of the measure]
        Of those among whom people were chosen; the UK's if not given.
    randomised : bool
        Whether chance alone decided who was in the group and who in the comparison.

    Raises
    ------
    WellbevaError
        With everything that is wrong; no line of a file is shown but the cell in question.
    """
    spread = _reliability(reliability)
    if len(comparison) > 2:
        remedy = "give two files, before and after, or one with a column 'wave'"
        raise refusal("WB-R419", f"a comparison is one or two files, not {len(comparison)}", remedy)
    if randomised and not comparison:
        message = "where chance decided who took part, those who did not are needed too"
        raise refusal("WB-R422", message, "add the comparison")
    first, last = _month(asked_before), _month(asked_after)
    months = None if first is None or last is None else (last - first).n
    if months is not None and months < 0:
        fact = f"the first answers are of {asked_before}, the last of {asked_after}"
        raise refusal("WB-R418", "people were asked after before they were asked before", "swap the months", fact)
    collector = Collector()
    files = [os.fspath(one) for one in (before, after, *comparison)]
    every = _read_all(files, person, site, collector)
    for answers in every[::2]:
        check_sites(answers, collector)
    collector.stop_if_errors()
    group = Waves(*every[:2])
    if _middle(group.before) > _middle(group.after):
        collector.warn(
            "WB-R418",
            "by its dates, most of the second file was answered before the first",
            group.after.table.cell(0, 0),
            remedy="give the answers before the activity first",
        )
    other = Waves(*every[2:]) if len(every) > 2 else None
    known = Known(entered_low, spread, population_mean, _year(first), _year(last), months, randomised)
    measures, refused = _measures(group, other, known, collector)
    key = name or _name(files[1])
    if not NAME.fullmatch(key):
        remedy = "use small letters, digits and '_', beginning with a letter, at most 40 of them: our_walks"
        raise refusal("WB-R420", f"{key[:60]!r} cannot name a survey", remedy)
    record = _record(key, files, measures[0], asked_after)
    if months:
        record = replace(record, follow_up=f"{months} months")
    return SurveyResult(
        key,
        tuple(map(_shown, files)),
        len(group.before.people),
        len(group.after.people),
        len(group.pairs[0]),
        measures,
        refused,
        record,
        collector.warnings,
    )


def to_plain(result: SurveyResult) -> dict[str, object]:
    """Return a result as JSON can hold it: all that is shown, and nothing that is suppressed."""
    shown = asdict(result)
    del shown["record"], shown["warnings"]
    for one, document in zip(result.measures, shown["measures"], strict=True):
        document |= {"instrument": {"key": one.instrument.key, "title": one.instrument.title}, "improved": one.improved}
    plain_document: dict[str, object] = json.loads(json.dumps(shown), parse_constant=lambda _: None)
    return plain_document


def to_file(result: SurveyResult) -> str:
    """Return the text of ``NAME.survey.json``, which a scenario reads for ``[survey:NAME]``."""
    return to_json(result.record, to_plain(result))


def _reliability(text: str) -> tuple[float, float] | None:
    """Return a correlation and its standard error; None where none is told."""
    if not text:
        return None
    bare = _SHARE.fullmatch(text.strip())
    told = (float(bare[0]), 0.0) if bare else read_estimate(text)
    if told is None or not 0 < told[0] < 1:
        remedy = "write it like 0.59, or with its interval: 0.59 (0.51 to 0.67)"
        raise refusal("WB-R417", f"{text[:40]!r} is not a correlation between 0 and 1", remedy)
    return told


def _month(text: str) -> pd.Period | None:
    """Return a month; None where none is told."""
    if not text:
        return None
    if not _MONTH.fullmatch(text.strip()):
        raise refusal("WB-R418", f"{text[:40]!r} is not a month", "write it like 2022-10")
    return pd.Period(text.strip(), "M")


def _year(month: pd.Period | None) -> str:
    """Return the year from April to March that a month lies in, as ONS writes it."""
    if month is None:
        return ""
    last = month.asfreq("Y-MAR").year
    return f"{last - 1}-{last % 100:02d}"


def _read_all(files: Sequence[str], person: str, site: str, collector: Collector) -> list[Answers]:
    """Return the answers of each file, of one that holds both waves before and after."""
    every: list[Answers] = []
    for number, file in enumerate(files):
        table = answer_table(file, collector)
        columns = find_columns(table, collector, person=person, site=site) if table else None
        if table is None or columns is None:
            continue
        both = number == 2 and len(files) == 3
        parts = _rows_by_wave(table, columns.wave, collector) if both else ((),)
        every += [read_answers(table, columns, collector, rows) for rows in parts]
    return every


def answer_table(file: str, collector: Collector) -> AnswerTable | None:
    """Read a survey's file within limits; None after an error.

    Parameters
    ----------
    file : str
        A CSV file or a workbook.
    collector : Collector
    """
    ending, start, own = Path(file).suffix.lower(), Span(file, 1, 1), Collector()
    if ending not in _ENDINGS:
        remedy = "save it as CSV UTF-8 or as .xlsx"
        collector.error("WB-R423", f"{file!r} is neither a CSV file nor an Excel workbook", start, remedy=remedy)
        return None
    data = Files().read_bytes(Path(file), file, limit=FILE_LIMIT, collector=own)
    if data is None:
        grid = None
    elif ending == ".csv":
        grid = read_csv(data, file, cell_limit=CELL_LIMIT, collector=own)
    else:
        grid = read_xlsx(data, file, sheet="", listed=start, cell_limit=CELL_LIMIT, collector=own)
    # A line that cannot be split into cells is not shown: it may name people.
    collector.found += [replace(one, span=replace(one.span or start, text="")) for one in own.found]
    if grid is None:
        return None
    if not grid.height:
        remedy = "add a row for each person" + ("" if ending == ".csv" else "; of a workbook the first sheet is read")
        collector.error("WB-R416", f"{file!r} holds headings and no answers", start, remedy=remedy)
        return None
    broken = [
        {row: cell.message for row, cell in enumerate(cells) if isinstance(cell, CellFault)} for cells in grid.columns
    ]
    texts = tuple([cell_text(cell) for cell in cells] for cells in grid.columns)
    return AnswerTable(_shown(grid.shown), tuple(map(_shown, grid.heads)), texts, grid.place, broken)


def _rows_by_wave(table: AnswerTable, wave: int | None, collector: Collector) -> Sequence[Sequence[int]]:
    """Return the rows before and after of a file that holds both."""
    if wave is None:
        collector.error(
            "WB-R424",
            "a comparison in one file needs a column 'wave', which says 'before' or 'after'",
            table.cell(0, 0),
            remedy="add the column, or give two files",
        )
        return ()
    sides = [_WAVES.get(plain(text), "") for text in table.columns[wave]]
    table.report(
        collector.warn,
        "WB-R425",
        "this row says neither 'before' nor 'after', and is left out",
        wave,
        dict.fromkeys([row for row, side in enumerate(sides) if not side], ""),
        remedy="write one of them under 'wave'",
    )
    rows = [[row for row, side in enumerate(sides) if side == asked] for asked in ("before", "after")]
    if not all(rows):
        collector.error(
            "WB-R424",
            "the comparison was asked at one time only",
            table.cell(0, wave),
            facts=(f"{len(rows[0]):,} before, {len(rows[1]):,} after",),
            remedy="write 'before' or 'after' in each row; a comparison that was asked once shows no change",
        )
        return ()
    return rows


def _measures(
    group: Waves, other: Waves | None, known: Known, collector: Collector
) -> tuple[tuple[MeasureResult, ...], tuple[str, ...]]:
    """Return the results of all measures that were asked at both times; refuse where there is none."""
    results: list[MeasureResult] = []
    refused: list[str] = []
    faults = Collector()
    for instrument in INSTRUMENTS:
        lacking = group.without(instrument)
        if len(lacking) == 2:
            continue
        # Another measure has another mean and another correlation.
        given, known = known, replace(known, reliability=None, population_mean=None)
        if given.population_mean is not None and not instrument.low <= given.population_mean <= instrument.high:
            fact = f"{instrument.title} is asked from {instrument.low:g} to {instrument.high:g}"
            message = f"{given.population_mean:g} cannot be the mean of those among whom people were chosen"
            raise refusal("WB-R426", message, "give it in points of the first measure that you asked", fact)
        if lacking:
            there = group.before if lacking[0] is group.after else group.after
            faults.error(
                "WB-R413",
                f"{instrument.title} was asked at one time only, so that no change is known",
                there.place(instrument),
                facts=(f"{lacking[0].table.shown!r} does not have it",),
                remedy="ask the same questions both times",
            )
            refused.append(instrument.title)
            continue
        compared = other
        if other and other.without(instrument):
            faults.error(
                "WB-R414",
                f"{instrument.title} was not asked of the comparison at both times, so it is not compared",
                other.before.table.cell(0, 0),
                remedy="ask the comparison the same questions",
            )
            compared = None
        result = analyse(instrument, group, compared, given, faults)
        if result is None:
            refused.append(instrument.title)
        else:
            results.append(result)
    if not results and not refused:
        keys = ", ".join(one.questions[0].heading for one in INSTRUMENTS)
        collector.error(
            "WB-R415",
            "no column asks a question whose scoring is known",
            group.before.table.cell(0, 0),
            facts=(f"known headings: {keys} …",),
            remedy="write the question, or its short name, as the heading; `wellbeva survey questionnaire` has both",
        )
    if not results:
        raise WellbevaError([*collector.found, *faults.found])
    # What keeps one measure from a number keeps no other from its own.
    collector.found += [replace(one, severity="warning") for one in faults.found]
    return tuple(results), tuple(refused)


def _middle(answers: Answers) -> pd.Timestamp:
    """Return the middle of the dates in a column 'date'; NaT, which is neither earlier nor later, where none is."""
    column = next((at for head, at in answers.columns.others.items() if plain(head) in _DATES), None)
    texts = pd.Series([] if column is None else answers.texts(column), dtype=object)
    dates = pd.to_datetime(texts, format="ISO8601", errors="coerce")
    return dates.fillna(pd.to_datetime(texts, format="%d/%m/%Y", errors="coerce")).median()


def _shown(text: str) -> str:
    """Return a text as a file and a page can hold it."""
    return "".join(char if char.isprintable() else "�" for char in text)


def _name(after: str) -> str:
    """Return a name for the survey, from that of its second file."""
    words = re.sub(r"[^A-Za-z0-9]+", "_", Path(after).stem).strip("_").lower()
    words = re.sub(r"(^|_)(after|post|follow_?up|end)(_|$)", "_", words).strip("_")
    words = words if words[:1].isalpha() else f"survey_{words}" if words else "our_survey"
    return words[:40].strip("_")


def _record(key: str, files: Sequence[str], result: MeasureResult, asked_after: str) -> EffectRecord:
    used = STEPS[result.final_key]
    compared = f"{result.comparison.attrition.matched:,} people without it" if result.comparison else "none"
    grouped = f", {result.sites} sites" if result.sites else ""
    return EffectRecord(
        key,
        f"Our own survey: {result.instrument.title.lower()}",
        result.value,
        measure=result.instrument.key,
        population=f"{result.attrition.matched:,} people who answered before and after{grouped}",
        comparison=compared,
        cite=f"Our own survey, {', '.join(_shown(Path(one).name) for one in files)}",
        design=f"{result.design}; {used[0].lower()}{used[1:]}",
        evidence=result.grade,
        note=" ".join([result.grade_reason, *(one.text for one in result.cautions[:3])]),
        date=asked_after,
        compares="people",
    )
