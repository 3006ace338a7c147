"""Bounds on what one scenario may hold, and values that no year or table has."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest

from tests.tiers import thorough_after
from wellbeva.api import check, load
from wellbeva.core.spans import Located
from wellbeva.errors import Collector, Diagnostic, WellbevaError
from wellbeva.language.parser import parse
from wellbeva.scenario.loader import load_scenario
from wellbeva.scenario.overrides import VARIANT_LIMIT
from wellbeva.scenario.tables import table_reader
from wellbeva.scenario.values.amounts import parse_amount
from wellbeva.scenario.values.short_form import parse_range

SMALL = Path(__file__).parent / "small"
HEAD = """schema: wellbeva/scenario/1
scenario: Test
model: garden
choose: several
axes: {payer: [council, charity]}
groups: {young: Y, old: O}
"""
BODY = "appraisal: green-book-2026\noptions: {one: {people: 1, effect: 0.1}}\n"
BLANKS = " " * 19_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(SMALL, tmp_path, dirs_exist_ok=True)
    return tmp_path


def faults(folder: Path, text: str) -> list[Diagnostic]:
    (folder / "x.yaml").write_text(HEAD + text, "utf-8")
    try:
        load_scenario(folder / "x.yaml")
    except WellbevaError as error:
        return list(error.diagnostics)
    return []


def test_long_blanks_in_a_deflator_and_a_published_line_are_refused(folder: Path) -> None:
    deflator = f'appraisal: {{preset: green-book-2026, deflator: {{2026: "1{BLANKS}x"}}}}\n'
    published = f'published: ["wellbys.one = 1{BLANKS}x within 1", "wellbys.one {BLANKS} x"]\n'
    found = faults(folder, deflator + "options: {one: {people: 1, effect: 0.1}}\n" + published)
    assert [one.code for one in found] == ["WB-V001"] * 3


@pytest.mark.parametrize("text", [f"0.1{BLANKS}0.3", f"0.1 to {BLANKS}x", f"{BLANKS}1"])
def test_long_blanks_in_an_answer_are_refused(text: str) -> None:
    for read in (parse_range, parse_amount):
        collector = Collector()
        assert read(Located.bare(text, "answer"), collector=collector) is None
        assert [one.code for one in collector.errors] == ["WB-V001"]


def test_too_many_variants(folder: Path) -> None:
    def variants(count: int) -> str:
        return BODY + "variants:\n" + "".join(f"  v{number}: {{counted: true}}\n" for number in range(count))

    assert faults(folder, variants(VARIANT_LIMIT)) == []
    (one,) = faults(folder, variants(VARIANT_LIMIT + 1))
    assert one.code == "WB-S135"
    assert one.span is not None
    assert one.span.text.startswith(f"  v{VARIANT_LIMIT}:")


@pytest.mark.parametrize("where", ["tables: [{}]\n", "variants: {{v: {{tables: [{}]}}}}\n"])
def test_a_table_is_listed_once(folder: Path, where: str) -> None:
    (folder / "p.csv").write_text("option,people\none,3\n")
    body = "appraisal: green-book-2026\noptions: {one: {effect: 0.1}}\n"
    assert faults(folder, body + where.format("p.csv")) == []
    (one,) = faults(folder, body + where.format("p.csv, ./p.csv"))
    assert one.code == "WB-F043"


def test_cells_are_counted_over_all_tables(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "p.csv").write_text("option,people\none,3\n")
    (folder / "e.csv").write_text("option,effect\none,0.3\n")
    body = "appraisal: green-book-2026\noptions: {one: {label: One}}\ntables: [p.csv, e.csv]\n"
    monkeypatch.setattr(table_reader, "CELL_LIMIT", 8)
    assert faults(folder, body) == []
    (one,) = [one for one in faults(folder, body + "variants: {v: {tables: [p.csv]}}\n") if one.code == "WB-F042"]
    assert one.span is not None
    assert one.span.file.endswith("p.csv")


def test_a_chosen_variant_counts_its_tables_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "p.csv").write_text("option,people\none,3\n")
    (folder / "x.yaml").write_text(HEAD + BODY + "variants: {v: {tables: [p.csv]}}\n", "utf-8")
    monkeypatch.setattr(table_reader, "CELL_LIMIT", 4)
    assert load_scenario(folder / "x.yaml", variant="v").variant == "v"


def test_a_table_with_semicolons(folder: Path) -> None:
    (folder / "p.csv").write_text("option;people\none;3\n")
    found = faults(folder, BODY + "tables: [p.csv]\n")
    assert [(one.code, one.message) for one in found] == [("WB-F044", "this file is separated by semicolons")]
    assert found[0].remedy == "save it with commas between the columns"


@pytest.mark.parametrize(
    ("part", "fine"),
    [
        ("calendar: {days_per_year: 365.25}", True),
        ("calendar: {days_per_year: 300, weeks_per_year: 50}", True),
        ("calendar: {days_per_year: 400, weeks_per_year: 54}", True),
        ("calendar: {days_per_year: 3652}", False),
        ("calendar: {days_per_year: 299.9}", False),
        ("calendar: {weeks_per_year: 5.2}", False),
        ("calendar: {weeks_per_year: 54.1}", False),
        ("deflator: {2026: 103.1}", True),
        ("deflator: {2026: 0}", False),
        ("deflator: {2026: -3}", False),
        ("prices: 2025", True),
        ("prices: -2025", False),
        ("prices: 0", False),
    ],
)
def test_a_year_is_about_a_year_and_prices_are_above_zero(folder: Path, part: str, fine: bool) -> None:
    body = f"appraisal: {{preset: green-book-2026, {part}}}\noptions: {{one: {{people: 1, effect: 0.1}}}}\n"
    assert {one.code for one in faults(folder, body)} <= {"WB-S006", "WB-S103"}
    assert bool(faults(folder, body)) is not fine


@pytest.mark.parametrize(
    ("options", "code", "remedy"),
    [
        ("one: {cost: {council: £1}}", "WB-S043", "begin the map with 'by: payer'"),
        ("one: {cost: {council: £1, note: x}}", "WB-S043", "begin the map with 'by: payer'"),
        ("one: {cost: {0 to 0: £1}}", "WB-S043", "begin the map with 'by: time'"),
        ("one: {people: {young: 1}}", "WB-S043", "begin the map with 'by: group'"),
        ("one: {cost: {by: axis, council: £1}}", "WB-S042", "write 'by: payer'"),
        ("one: {effect: {gamma: {mean: 1, ci: 1 to 2}}}", "WB-S038", "did you mean 'ci95'?"),
        ("one: {effect: {gama: 1}}", "WB-S034", "did you mean 'gamma'?"),
        ("one: {effect: {value: 1, sorce: trial}}", "WB-S034", "did you mean 'source'?"),
    ],
)
def test_remedies_name_what_is_meant(folder: Path, options: str, code: str, remedy: str) -> None:
    found = faults(folder, f"appraisal: green-book-2026\noptions: {{{options}}}\n")
    assert [(one.code, one.remedy) for one in found] == [(code, remedy)]


@pytest.mark.parametrize("named", ["gama", "Gamma", "foo"])
@pytest.mark.parametrize("value", ["{NAME: {mean: 1, sd: 2}}", "{NAME: {mean: 1, sd: 2}, note: x}"])
def test_a_family_that_there_is_not_brings_the_list_of_families(folder: Path, named: str, value: str) -> None:
    given = value.replace("NAME", named)
    for options in (f"one: {{effect: {given}}}", f"one: {{people: {{by: group, young: {given}}}}}"):
        (found,) = faults(folder, f"appraisal: green-book-2026\noptions: {{{options}}}\n")
        assert (found.code, found.message) == ("WB-S034", f"{named!r} is not a key of a value")
        assert found.facts[0].startswith("families are normal, truncated_normal, lognormal")
        assert ("gamma" in found.remedy) is (named != "foo")


@pytest.mark.parametrize(
    ("below", "code", "named", "remedy"),
    [
        ("gama: {mean: 1, sd: 2}", "WB-S034", "gama", "did you mean 'gamma'?"),
        ("gama: {mean: 1, sd: 2}, note: x", "WB-S034", "gama", "did you mean 'gamma'?"),
        ("yonge: {gamma: {mean: 1, sd: 2}}", "WB-S022", "yonge", "did you mean 'young'?"),
        ("yonge: {gama: {mean: 1, sd: 2}}", "WB-S022", "yonge", "did you mean 'young'?"),
        ("yonge: 1", "WB-S022", "yonge", "did you mean 'young'?"),
    ],
)
def test_below_two_axes_a_family_that_there_is_not_is_told_from_a_label(
    folder: Path, below: str, code: str, named: str, remedy: str
) -> None:
    effect = f"{{by: [option, group], one: {{{below}}}}}"
    (found,) = faults(
        folder, f"appraisal: green-book-2026\noptions: {{one: {{label: One}}}}\nvalues: {{effect: {effect}}}\n"
    )
    assert (found.code, found.message.split()[0], found.remedy) == (code, repr(named), remedy)


@pytest.mark.parametrize(
    ("value", "fine"),
    [
        ("{quantiles: {5%: £10000, 95%: £16000}}", True),
        ("{quantiles: {5%: 10000, 95%: 16000}}", False),
        ("{mixture: {50%: £10000, 0.5: {empirical: [£9k, £16k]}}}", True),
        ("{mixture: {50%: £10000, 0.5: 12000}}", False),
        ("{dirichlet: {low: 1, high: 3}}", False),
    ],
)
def test_the_value_of_a_wellby_is_money_in_every_form(folder: Path, value: str, fine: bool) -> None:
    body = (
        f"appraisal: {{preset: green-book-2026, wellby_value: {value}}}\noptions: {{one: {{people: 1, effect: 1}}}}\n"
    )
    assert [one.code for one in faults(folder, body)] == ([] if fine else ["WB-S105"])


@pytest.mark.parametrize("opening", thorough_after(8, ["- ", "? ", "[\n", "{a: ", *"[{(\"'|>-:&*!%@`#?,\t\n"]))
def test_a_mebibyte_of_what_opens_something_is_refused_early(folder: Path, opening: str) -> None:
    long = opening * ((1 << 20) // len(opening))
    start = time.process_time()
    for name, text in (("model.yaml", long), ("x.yaml", f"{HEAD}{BODY}budget: {long}")):
        (folder / name).write_text(text[: 1 << 20], "utf-8", newline="")
        with pytest.raises(WellbevaError) as refused:
            check(folder / name)
        assert len(str(refused.value)) < 10_000
    assert time.process_time() - start < 5


@pytest.mark.parametrize("opening", [*"[{(\"'|>-:&*!%@`#?,"])
def test_a_table_a_setting_and_an_equation_of_what_opens_something_are_refused(folder: Path, opening: str) -> None:
    (folder / "p.csv").write_text(f"option,people\none,{opening * (1 << 20)}\n")
    assert faults(folder, f"{BODY}tables: [p.csv]\n")
    assert not faults(folder, BODY)
    for override in (f"people={opening * (1 << 17)}", opening * (1 << 17)):
        with pytest.raises(WellbevaError) as refused:
            load(folder / "x.yaml", overrides=[override])
        assert len(str(refused.value)) < 10_000
    collector = Collector()
    assert parse(Located.bare(opening * (1 << 20), "equation"), collector) is None
    assert len(collector.errors) == 1
