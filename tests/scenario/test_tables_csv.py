"""R14: CSV tables. What Excel and others make of them, and how each fault is told at its line and column."""

from __future__ import annotations

import os
import shutil
import tracemalloc
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.scenario.tables.kit import cells, draws, faults, listed, one_error, values, world
from wellbeva.core.spans import Located
from wellbeva.errors import Collector, WellbevaError, render
from wellbeva.scenario import axis_labels
from wellbeva.scenario.loader import load_scenario
from wellbeva.scenario.tables import table_reader
from wellbeva.scenario.tables.formats import csv_file
from wellbeva.scenario.tables.table_reader import Column
from wellbeva.scenario.tables.warnings import unknown_heading
from wellbeva.scenario.text import files

GOLDEN = Path(__file__).parent / "golden"

PLAIN = "option,people,effect\nvisits,120,0.1\ncalls,45,0.2\n"


@pytest.mark.parametrize(
    "data",
    [
        PLAIN.encode(),
        PLAIN.encode("utf-8-sig"),
        PLAIN.replace("\n", "\r\n").encode(),
        PLAIN.replace("\n", "\r").encode(),
        PLAIN.replace("\n", "\n\n").encode(),
        PLAIN.rstrip("\n").encode(),
        b'"option","people","effect"\n"visits","120",0.1\ncalls , 45 ,"0.2"\n',
    ],
)
def test_line_ends_byte_order_marks_quotes_and_blanks_change_nothing(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "t.csv").write_bytes(data)
    found, collector = values(tmp_path, "t.csv")
    assert collector.found == []
    told = [(one.parameter, one.selectors[0].label, float(one.value.amounts["value"].number)) for one in found]
    assert told == [
        ("people", "visits", 120),
        ("effect", "visits", 0.1),
        ("people", "calls", 45),
        ("effect", "calls", 0.2),
    ]


def test_a_quote_across_lines_keeps_the_places_below_it_right(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text('option,people,note\nvisits,120,"one\ntwo, three"\ncalls,x1,""\n')
    _, collector = values(tmp_path, "t.csv")
    error = one_error(collector)
    assert str(error.span) == "t.csv:4:7"
    assert error.span is not None
    assert error.span.text == 'calls,x1,""'


@pytest.mark.parametrize(
    ("encoding", "text", "words", "line", "column"),
    [
        ("utf-16", PLAIN, "it is UTF-16", 1, 1),
        ("utf-16-le", PLAIN, "it is UTF-16", 1, 1),
        ("utf-16-be", PLAIN, "it is UTF-16", 1, 1),
        ("cp1252", "option,cost.nhs\nvisits,£95\n", "byte 0xa3 starts no character", 2, 8),
        ("cp1252", "option,note\rvisits,café\r", "byte 0xe9 starts no character", 2, 11),
    ],
)
def test_other_encodings_say_what_was_found(
    tmp_path: Path, encoding: str, text: str, words: str, line: int, column: int
) -> None:
    (tmp_path / "t.csv").write_bytes(text.encode(encoding))
    _, collector = values(tmp_path, "t.csv")
    error = one_error(collector)
    assert error.code == "WB-F005"
    assert words in error.message
    assert (error.span.line, error.span.column) == (line, column)  # type: ignore[union-attr]
    assert error.remedy == "save it as UTF-8: in Excel, File, Save As, 'CSV UTF-8 (Comma delimited)'"


def test_the_letter_that_was_meant_is_named(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes("option,cost.nhs\nvisits,£95\n".encode("cp1252"))
    error = one_error(values(tmp_path, "t.csv")[1])
    assert error.facts == ("in Windows' Western European encoding this byte is '£'",)
    assert error.span is not None
    assert error.span.text == "visits,£95"


def test_a_workbook_with_the_wrong_ending(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b"PK\x03\x04 and so on")
    assert "begins as a spreadsheet does" in one_error(values(tmp_path, "t.csv")[1]).message


def test_a_nul_byte_is_placed(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(PLAIN.replace("120", "1\x0020").encode())
    assert faults(values(tmp_path, "t.csv")[1]) == [("WB-F006", "t.csv:2:9")]


@pytest.mark.parametrize(
    ("text", "code", "fact"),
    [
        ("option;people;effect\nvisits;120;0,30\n", "WB-F044", "its numbers seem to have decimal commas"),
        ("option;effect\nvisits;0.30\n", "WB-F044", ""),
        ("option\teffect\nvisits\t0.30\n", "WB-F044", ""),
        ("option;people, all;effect;note\nvisits;1;2;\n", "WB-F044", ""),
        ("sep=;\noption;effect\n", "WB-F044", ""),
        ("option,effect\nvisits,0,30\n", "WB-S122", "is 0,30 here one number with a decimal comma?"),
        ("option,cost.nhs\nvisits,£0,30\n", "WB-S122", "is £0,30 here one number with a decimal comma?"),
        ("option,effect\nvisits,0,300 (0.1 to 0.4)\n", "WB-S122", "is 0,300 here one number with a decimal comma?"),
        ("option,effect\nvisits,12,5\n", "WB-S122", "is 12,5 here one number with a decimal comma?"),
        ('option,effect\nvisits,"0,30"\n', "WB-V021", ""),
        ('option,effect\nvisits,"0,30 (0,05 to 0,55)"\n', "WB-V021", ""),
    ],
)
def test_decimal_commas_and_other_separators_are_never_read_as_something_else(
    tmp_path: Path, text: str, code: str, fact: str
) -> None:
    (tmp_path / "t.csv").write_text(text)
    found, collector = values(tmp_path, "t.csv")
    error = one_error(collector)
    assert error.code == code
    assert fact in " ".join(error.facts)
    assert "comma" in error.remedy or "point" in error.remedy
    assert found == []


@pytest.mark.parametrize("word", ["NA", "NaN", "nan", "inf", "-Infinity", "#N/A", "n/a", "NULL"])
def test_words_for_a_number_that_is_not_there(tmp_path: Path, word: str) -> None:
    (tmp_path / "t.csv").write_text(f"option,people,effect\nvisits,1,{word}\n")
    found, collector = values(tmp_path, "t.csv")
    assert faults(collector) == [("WB-S159", "t.csv:2:10")]
    assert [one.parameter for one in found] == ["people"]


def test_an_empty_cell_means_the_default(tmp_path: Path) -> None:
    """R14: an empty cell means default, so nothing is assigned."""
    (tmp_path / "t.csv").write_text("option,people,effect\nvisits,,0.1\ncalls,  ,\n")
    found, collector = values(tmp_path, "t.csv")
    assert collector.found == []
    assert [one.parameter for one in found] == ["effect"]


def test_rows_of_the_wrong_length_are_all_told_up_to_twenty(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("option,people\n" + "visits\n" * 5 + "visits,1,2\n" * 30)
    _, collector = values(tmp_path, "t.csv")
    assert [one.code for one in collector.errors] == ["WB-S122"] * 21
    assert [str(one.span) for one in collector.errors] == [f"t.csv:{line}:1" for line in range(2, 23)]
    assert collector.errors[0].facts == ("2 headings", "1 cells")
    assert collector.errors[-1].message == "and 15 more rows like it"


def test_the_other_columns_are_not_read(tmp_path: Path) -> None:
    """R14a: ours, theirs; columns are found by their headings, never by position."""
    entry = "{file: t.csv, columns: {rate_die: Rate, age: Age}}"
    for text in ("Age,Sex,Rate\n65,junk [,0.01\n66,NA,0.02\n", "Rate,Sex,Age,Sex\n0.01,,65,\n0.02,,66,\n"):
        (tmp_path / "t.csv").write_text(text)
        found, collector = values(tmp_path, entry)
        assert collector.found == []
        told = [(one.selectors[0].label, float(one.value.amounts["value"].number)) for one in found]
        assert told == [("65", 0.01), ("66", 0.02)]


@pytest.mark.parametrize(
    ("head", "entry", "code", "place"),
    [
        ("Age,Rat", "{file: t.csv, columns: {age: Age, rate_die: Rate}}", "WB-S121", "s.yaml:2:39"),
        ("Rate,Rate", "{file: t.csv, columns: {rate_die: Rate}}", "WB-S120", "t.csv:1:6"),
    ],
)
def test_headings_that_are_not_there_or_twice(tmp_path: Path, head: str, entry: str, code: str, place: str) -> None:
    (tmp_path / "t.csv").write_text(f"{head}\n65,0.01\n")
    error = one_error(listed(tmp_path, entry)[1])
    assert (error.code, str(error.span)) == (code, place)


def test_rows_are_the_labels_of_an_axis_in_order(tmp_path: Path) -> None:
    """R14a: `rows: age` says that row k is label k."""
    (tmp_path / "t.csv").write_text("rate_die\n0.01\n0.02\n0.03\n")
    found, collector = values(tmp_path, "{file: t.csv, rows: age}")
    assert collector.found == []
    assert [(one.selectors[0].axis, one.selectors[0].label) for one in found] == [
        ("age", a) for a in ("65", "66", "67")
    ]
    (tmp_path / "t.csv").write_text("rate_die\n0.01\n0.02\n")
    error = one_error(values(tmp_path, "{file: t.csv, rows: age}")[1])
    assert (error.code, error.facts) == ("WB-S124", ("2 rows", "3 labels"))


@pytest.mark.parametrize(
    "text", ["a,b\n" + "1,2\n" * 250_000, "a\n" + "\n" * (csv_file.LINE_LIMIT + 1), "a\n" + '"\n",' * 300_000]
)
def test_a_table_beyond_the_limits_is_refused_while_it_is_read(tmp_path: Path, text: str) -> None:
    (tmp_path / "t.csv").write_text(text)
    assert [one.code for one in listed(tmp_path, "t.csv")[1].errors] == ["WB-F042"]


def test_a_row_that_never_ends_is_not_gathered_to_its_end(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a\n" + '"\n",' * 1_000_000)
    (error,) = listed(tmp_path, "t.csv")[1].errors
    assert error.span is not None
    assert error.span.line <= csv_file.RECORD_LIMIT // 4 + 2


def test_a_long_text_is_no_label_and_is_not_repeated(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(f"option,people\n{'x' * 5_000},1\n")
    error = one_error(values(tmp_path, "t.csv")[1])
    assert (error.code, str(error.span)) == ("WB-S139", "t.csv:2:1")
    assert error.message == "a text of 5,000 characters cannot be a label of 'option'"


def test_a_million_rows_take_no_more_memory_than_the_limit_allows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R58. A row of one cell takes some 180 bytes (list, text, place); reading makes room for the largest file."""
    monkeypatch.setattr(table_reader, "CELL_LIMIT", 20_000)
    (tmp_path / "t.csv").write_text("people\n" + "12\n" * 1_000_000)
    tracemalloc.start()
    try:
        _, collector = listed(tmp_path, "t.csv")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert faults(collector) == [("WB-F042", f"t.csv:{table_reader.CELL_LIMIT + 1}:1")]
    assert peak < 200 * table_reader.CELL_LIMIT + files.TABLE_LIMIT


def test_a_cell_that_is_longer_than_any(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("people\n" + "1" * 200_000 + "\n")
    error = one_error(listed(tmp_path, "t.csv")[1])
    assert error.code == "WB-F041"
    assert "longer than any that is read" in error.message


def test_a_table_of_headings_alone_gives_nothing(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("option,people\n")
    (table,), collector = listed(tmp_path, "t.csv")
    assert collector.found == []
    assert cells(table) == [["option", "people"]]


@pytest.mark.parametrize(
    ("cell", "number", "quoted"),
    [
        ("£1,200 in 2023 prices", "£1,200", "£1,200 …"),
        ("1,200", "1,200", "1,200"),
        ("£1,200,000.50 [assumed]", "£1,200,000.50", "£1,200,000.50 …"),
        ("-$12,345", "-$12,345", "-$12,345"),
    ],
)
def test_three_digits_behind_a_comma_are_thousands(tmp_path: Path, cell: str, number: str, quoted: str) -> None:
    """R14: what is proposed is never another number than was meant."""
    (tmp_path / "t.csv").write_text(f"option,cost.nhs\nvisits,{cell}\n")
    error = one_error(values(tmp_path, "t.csv")[1])
    assert error.facts[-1] == f"is {number} here one number?"
    assert error.remedy == f'quote it: "{quoted}"'


@pytest.mark.parametrize(
    ("head", "cell", "warned"),
    [
        ("people", "1.200", "1.200"),
        ("people", "2.000 [assumed]", "2.000"),
        ("people", "2.000 (1.500 to 3.000)", "2.000"),
        ("cost.nhs", "£1.250 in 2023 prices", "£1.250"),
        ("people", "1.005", ""),
        ("people", "0.300", ""),
        ("people", "1.200 (0.95 to 1.45)", ""),
        ("people", "1200.000", ""),
        ("people", '"1,200"', ""),
        ("cost.nhs", "£1.25", ""),
        ("cost.nhs", "£1.250m in 2023 prices", ""),
        ("cost.nhs", "£0.300", ""),
        ("effect", "1.200", ""),
        ("take_up", "1.200", ""),
    ],
)
def test_a_point_that_may_group_thousands_is_asked_about(tmp_path: Path, head: str, cell: str, warned: str) -> None:
    (tmp_path / "t.csv").write_text(f"option,{head}\nvisits,{cell}\n" if head != "take_up" else f"{head}\n{cell}\n")
    _, collector = values(tmp_path, "t.csv")
    assert [one.message for one in collector.found] == (
        [f"{warned!r} is read as a number with three decimal places"] if warned else []
    )


def test_draws_that_were_not_called_draws_are_asked_about_once(tmp_path: Path) -> None:
    """R14a: without an axis column many rows fill the same cells."""
    (tmp_path / "d.csv").write_text("effect.visits,take_up\n" + "0.1,0.2\n" * 998)
    found, collector = values(tmp_path, "d.csv")
    error = one_error(collector)
    assert (error.code, str(error.span)) == ("WB-S195", "s.yaml:2:5")
    assert "998 rows" in error.message
    assert "write {file: d.csv, rows: draw}" in error.remedy
    assert found == []
    (tmp_path / "d.csv").write_text("effect.visits,take_up\n0.1,0.2\n")
    found, collector = values(tmp_path, "d.csv")
    assert collector.found == []
    assert len(found) == 2


def test_rows_that_repeat_labels_are_told_once_each_up_to_twenty(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("option,people,effect\n" + "visits,1,0.1\n" * 30)
    errors = values(tmp_path, "t.csv")[1].errors
    assert [one.code for one in errors] == ["WB-S123"] * 21
    assert [str(one.span) for one in errors] == [f"t.csv:{line}:1" for line in range(3, 24)]
    assert errors[-1].message == "and 9 more rows that repeat the labels of another"


def test_a_table_of_strangers_is_read_no_further_than_twenty(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("option,people\n" + "".join(f"o{n},1\n" for n in range(100)) + "visits,1\n")
    found, collector = values(tmp_path, "t.csv")
    assert [one.code for one in collector.errors] == ["WB-S022"] * 21
    assert "20 rows of this table have labels that are not there" in collector.errors[-1].message
    assert found == []


def test_a_heading_near_a_parameter_and_nearer_an_equation(tmp_path: Path) -> None:
    place = Located.bare("effects", "t.csv")
    given = replace(world(), model=replace(world().model, equations={"effects_": None, "efects": None}))  # type: ignore[dict-item]
    collector = Collector()
    unknown_heading(Column(place, "effects"), ("people", "effect"), given, collector)
    unknown_heading(Column(Located.bare("efectss", "t.csv"), "efectss"), ("people",), given, collector)
    assert ["'effect'" in one.remedy for one in collector.errors] == [True, False]
    assert "'efects'" in collector.errors[1].remedy


@pytest.mark.parametrize("name", ["passwd", "t.txt", "t.ods", "t.csv.bak", ".csv"])
def test_only_files_that_are_called_tables_are_opened(tmp_path: Path, name: str) -> None:
    """R14: a message shows the line it is about, so of nothing but a table."""
    (tmp_path / name).write_text("secret:x:0:0\nother,line\n")
    error = one_error(listed(tmp_path, name)[1])
    assert error.code == "WB-F045"
    assert "secret" not in render(error)


def make_up(work: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """Make the folder above the scenario's one that may not be looked in."""
    if kind == "home":
        monkeypatch.setenv("HOME", str(work))
    elif kind == "anybody's":
        (work / "scenarios").chmod(0o777)
        work.chmod(0o1777)
    elif kind == "everybody's":
        work.chmod(0o777)
    else:
        real = Path.stat

        def theirs(self: Path, **named: Any) -> Any:
            found = real(self, **named)
            changed = (*found[:4], found.st_uid + 1, *found[5:])
            return os.stat_result(changed) if self == work else found

        monkeypatch.setattr(Path, "stat", theirs)


@pytest.mark.parametrize("kind", ["home", "anybody's", "everybody's", "another's"])
def test_a_folder_above_that_is_shared_or_a_home_is_not_looked_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """R14: the folder above belongs to the same work, or it is left alone."""
    (tmp_path / "work" / "scenarios").mkdir(parents=True)
    (tmp_path / "work" / "tables").mkdir()
    (tmp_path / "work" / "tables" / "t.csv").write_text(PLAIN)
    here = tmp_path / "work" / "scenarios"
    assert listed(here, "tables/t.csv")[1].found == []
    assert files.home_folders(here / "s.yaml") == (here, here.parent)
    make_up(here.parent, monkeypatch, kind)
    error = one_error(listed(here, "tables/t.csv")[1])
    assert (error.code, len(error.facts)) == ("WB-F001", 1)
    assert files.home_folders(here / "s.yaml") == (here,)


def test_a_root_is_never_the_folder_above() -> None:
    root = Path(Path.cwd().anchor)
    assert not files.may_look_above(root)
    assert not files.may_look_above(root / "no-such-folder-of-ours")
    inner = next(one for one in sorted(root.iterdir()) if one.is_dir())
    assert not files.may_look_above(inner)


def test_a_share_that_everybody_may_write_reads_its_own(tmp_path: Path) -> None:
    """Drives of other systems show every folder as writable by everybody."""
    (tmp_path / "work" / "scenarios").mkdir(parents=True)
    for one in (tmp_path / "work", tmp_path / "work" / "scenarios"):
        one.chmod(0o777)
    assert files.may_look_above(tmp_path / "work" / "scenarios")


def test_too_many_options_are_told_at_the_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """R58. The compiler would refuse the outcomes, after long work."""
    monkeypatch.setattr(axis_labels, "OPTION_LIMIT", 40)
    text = GOLDEN.joinpath("39-table-that-fails.yaml").read_text("utf-8")
    (tmp_path / "models").mkdir()
    shutil.copy(GOLDEN / "models" / "garden.yaml", tmp_path / "models")
    (tmp_path / "s.yaml").write_text(text.replace("  nonsense: 1\n", ""), "utf-8")
    (tmp_path / "people-ragged.csv").write_text("option,people\n" + "".join(f"o{n},1\n" for n in range(41)))
    with pytest.raises(WellbevaError) as refused:
        load_scenario(tmp_path / "s.yaml")
    assert [one.code for one in refused.value.diagnostics] == ["WB-S197"]


BODY = "option,people,Contact person,effect,Date of visit\nvisits,120,Jo,0.3,10/6/2025\n"


@pytest.mark.parametrize("title", ["Offers of 2025\n", "Offers of 2025,,,,\n", '"Offers, 2025"\n,,,,\n'])
def test_a_title_above_the_headings_is_passed_over(tmp_path: Path, title: str) -> None:
    (tmp_path / "t.csv").write_text(title + BODY, "utf-8")
    (table,), collector = listed(tmp_path, "t.csv")
    assert cells(table) == [["option", "people", "effect"], ["visits", "120", "0.3"]]
    assert [one.code for one in collector.found] == ["WB-S425", "WB-S424"]
    assert table.rows[0][1].span().line == title.count("\n") + 2
    assert collector.found[1].message == "ignored, since the model has no such name: Contact person, Date of visit"


@pytest.mark.parametrize(
    "text",
    [
        "option\nvisits,120\n",  # a heading, if the only one
        "Offers of 2025\n",  # nothing follows
        "A\nB\nC\nD\nE\nF\n" + BODY,  # too many to be titles
        "Offers of 2025\n" + BODY.replace("people", "people;"),
    ],
)
def test_what_is_no_title_is_refused_as_ever(tmp_path: Path, text: str) -> None:
    (tmp_path / "t.csv").write_text(text, "utf-8")
    assert listed(tmp_path, "t.csv")[1].errors


def test_a_title_above_one_column(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("Deaths by age\n\nrate_die\n0.1\n0.2\n0.3\n", "utf-8")
    (table,), collector = listed(tmp_path, "{file: t.csv, rows: age}")
    assert [one.code for one in collector.found] == ["WB-S425"]
    assert cells(table) == [["rate_die"], ["0.1"], ["0.2"], ["0.3"]]


def test_a_heading_that_columns_names_is_no_title(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("Deaths a year,\n0.1,x\n", "utf-8")
    (table,), collector = listed(tmp_path, "{file: t.csv, columns: {rate_die: Deaths a year}}")
    assert collector.found == []
    assert cells(table) == [["rate_die"], ["0.1"]]


@pytest.mark.parametrize("near", ["People", "Effect (LS)", "peoples", "Take up"])
def test_a_heading_that_comes_near_a_name_is_not_ignored(tmp_path: Path, near: str) -> None:
    (tmp_path / "t.csv").write_text(BODY.replace("Contact person", near), "utf-8")
    _, collector = values(tmp_path, "t.csv")
    assert len(collector.errors) == 1
    assert collector.errors[0].remedy.startswith("did you mean")


def test_a_table_of_which_nothing_is_known_is_refused(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("option,stuff,more\nvisits,1,2\n", "utf-8")
    _, collector = values(tmp_path, "t.csv")
    assert {one.code for one in collector.errors} == {"WB-S125"}


def test_an_unknown_column_beside_draws_is_ignored(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("Chain,take_up\n1,0.5\n1,0.6\n", "utf-8")
    found, collector = draws(tmp_path, "{file: t.csv, rows: draw}")
    assert found is not None
    assert [one.code for one in collector.found if one.severity == "error"] == []
    assert "WB-S424" in {one.code for one in collector.warnings}


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    "body", ["a,b\n1,2\n\n3, 4\n", "a,b\n1,\n,2", "\na,b\n1,2\n", "a\n1\n2\n", "Title\na,b\n1,2\n", "é,b\n1,2\n"]
)
def test_a_text_without_quotes_reads_as_the_same_text_with_them(body: str, end: str) -> None:
    """Such a text is split at its commas at once; a quote anywhere sends it to the reader of CSV."""
    plain, quoted = (text.replace("\n", end) for text in (body, body.replace("2", '"2"')))
    read = [
        csv_file.read_csv(text.encode(), "t.csv", cell_limit=100, collector=Collector()) for text in (plain, quoted)
    ]
    both = [grid for grid in read if grid is not None]
    assert len(both) in {0, 2}
    for one, other in pairwise(both):
        assert (one.heads, list(map(list, one.columns))) == (other.heads, list(map(list, other.columns)))
        for row in range(one.height + 1):
            for column in range(len(one.heads)):
                here, there = one.place(row, column), other.place(row, column)
                assert (here.text, here.span().line) == (there.text, there.span().line)
                assert here.span().written == (here.text or here.span().written)
