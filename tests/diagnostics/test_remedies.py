"""A remedy works when it is followed to the letter: what stands between its backticks is put in place and checked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from wellbeva import api
from wellbeva.core.spans import Located
from wellbeva.errors import Collector, Diagnostic, WellbevaError, render
from wellbeva.report.explain.text import needed_by
from wellbeva.scenario.values.short_form import parse_value

CASES = Path(__file__).parent / "cases"
SCENARIO = """\
schema: wellbeva/scenario/1
scenario: Walks in the park
model: shares
appraisal: green-book-2026
comparator: nothing
choose: several
sources:
  pilot: {{cite: A pilot}}
options:
  walks:
    label: Walks
    people: {people}
    effect: {effect}
    years: {years}
    cost: {cost}
    take_up: {take_up}
"""
GOOD = {
    "people": "100 people [pilot]",
    "effect": "0.2 (0.1 to 0.3) [pilot]",
    "years": "9 months (range 3 to 18) [pilot]",
    "cost": "£5,000 in 2023 prices [pilot]",
    "take_up": "60% (45% to 75%) [pilot]",
}


def checked(folder: Path, **values: str) -> tuple[Diagnostic, ...]:
    (folder / "models").mkdir(exist_ok=True)
    for name in ("plain", "shares"):
        text = (CASES / "models" / f"{name}.yaml").read_text("utf-8")
        (folder / "models" / f"{name}.yaml").write_text(text, "utf-8")
    file = folder / "s.yaml"
    file.write_text(SCENARIO.format(**{**GOOD, **values}), "utf-8")
    try:
        return api.check(file)
    except WellbevaError as error:
        return error.diagnostics


@pytest.mark.parametrize(
    ("name", "written", "offers"),
    [
        ("take_up", "60 (45 to 75) [pilot]", 1),
        ("take_up", "60 (90% CI 45 to 75) [pilot]", 1),
        ("take_up", "60 [pilot]", 1),
        ("take_up", "60 (se 5) [pilot]", 1),
        ("take_up", "60 (range 45 to 75) [pilot]", 1),
        ("take_up", "50% (0% to 100%) [pilot]", 2),
        ("take_up", "0 of 45 [pilot p3]", 1),
        ("take_up", "60% (1% to 62%) [pilot Table 2, row 3]", 1),
        ("effect", "0.182 (0.001 to 0.735) [pilot]", 2),
        ("effect", "-0.182 (-0.735 to -0.001) [pilot; assumed]", 2),
        ("effect", "0.25 ± 0.2 [pilot]", 2),
        ("effect", "0.3 lz [pilot]", 1),
        ("years", "12 months (11.9 to 80 months) [pilot]", 1),
        ("years", "six months [pilot]", 1),
        ("years", "half a year [pilot]", 1),
        ("years", "6 [pilot]", 3),
        ("cost", "£9,000 in 2022 prices (£8,900 to £20,000) [pilot]", 1),
        ("cost", "£12 m [pilot]", 1),
        ("people", "1 200 people [pilot]", 1),
        ("people", "20% [pilot]", 1),
    ],
)
def test_what_a_remedy_offers_is_accepted(tmp_path: Path, name: str, written: str, offers: int) -> None:
    said = [one for one in checked(tmp_path, **{name: written}) if one.severity == "error"]
    assert len(said) == 1, [render(one) for one in said]
    found = re.findall(r"`([^`]+)`", said[0].remedy)
    assert len(found) >= offers
    for text in found[:offers]:
        again = checked(tmp_path, **{name: text})
        assert [render(one) for one in again if one.severity == "error"] == []
        if text.startswith("{"):
            # The form keeps the source that stood in the cell, money its year.
            assert not {"WB-S302", "WB-S303"} & {one.code for one in again}, text


TABLED = """\
schema: wellbeva/scenario/1
scenario: Walks in the park
model: shares
appraisal: green-book-2026
comparator: nothing
choose: several
sources: {pilot: {cite: A pilot}}
tables: [walks.csv]
"""
INTO_A_COLUMN = re.compile(r"`([^`]+)` into (?:a column that ends|one) in `(\.[^`]+)`")


def checked_table(folder: Path, columns: dict[str, str]) -> tuple[Diagnostic, ...]:
    checked(folder)
    lines = [",".join(f'"{text}"' for text in row) for row in (columns, columns.values())]
    (folder / "walks.csv").write_text("\n".join(lines) + "\n", "utf-8")
    (folder / "s.yaml").write_text(TABLED, "utf-8")
    try:
        return api.check(folder / "s.yaml")
    except WellbevaError as error:
        return error.diagnostics


@pytest.mark.parametrize(
    ("name", "written", "columns"),
    [
        ("effect", "0.182 (0.001 to 0.735) [pilot Table 2, row 3]", (".mean", ".ci95", ".source")),
        ("effect", "-0.182 (-0.735 to -0.001) [pilot; assumed]", (".mean", ".ci95", ".source")),
        ("take_up", "0 of 45 [pilot p3]", (".a", ".b", ".source")),
        ("take_up", "50% (0% to 100%) [pilot]", (".min", ".max", ".source")),
        ("cost", "£9,000 in 2022 prices (£5,000 to £20,000) [pilot]", (".mean", ".ci95", ".source")),
        ("years", "12 months (8 to 26 months) [pilot]", (".mean", ".ci95", ".source")),
    ],
)
def test_what_a_remedy_offers_in_a_table_stands_in_its_columns(
    tmp_path: Path, name: str, written: str, columns: tuple[str, ...]
) -> None:
    row = {"option": "walks", **GOOD, name: written}
    (said,) = [one for one in checked_table(tmp_path, row) if one.severity == "error"]
    assert said.code == "WB-D101"
    offered = INTO_A_COLUMN.findall(said.remedy)
    assert tuple(f".{column.rpartition('.')[2]}" for _, column in offered) == columns
    again = checked_table(tmp_path, {**row, name: "", **{name + column: text for text, column in offered}})
    assert [render(one) for one in again if one.severity == "error"] == []
    assert not {"WB-S302", "WB-S303"} & {one.code for one in again}


def test_what_is_no_family_is_moved_out_of_the_table(tmp_path: Path) -> None:
    row = {"option": "walks", **GOOD, "years": "12 months (11.9 to 80 months) [pilot]"}
    (said,) = [one for one in checked_table(tmp_path, row) if one.severity == "error"]
    assert said.remedy.startswith(
        "join them as printed (if 12 months is the median) by moving the column from the table into the scenario, "
        "`{quantiles: {2.5%: 11.9 months, 50%: 12 months, 97.5%: 80 months}, source: pilot}`, "
        "or try lognormal where the number cannot be below 0, in columns that end in `.lognormal.mean` and "
        "`.lognormal.ci95`; "
    )


def test_a_median_and_its_interval_are_refused_in_the_words_of_the_file(tmp_path: Path) -> None:
    """Cannot be a lognormal: the ends lie 2 and 1.1 times from the median."""
    form = "{lognormal: {median: 12 months, ci95: [6 months, 13 months]}, source: pilot}"
    (said,) = [one for one in checked(tmp_path, years=form) if one.severity == "error"]
    assert said.facts[0] == "printed: 6 months to 13 months"
    offers = re.findall(r"`([^`]+)`", said.remedy)
    assert "{quantiles: {2.5%: 6 months, 50%: 12 months, 97.5%: 13 months}, source: pilot}" in offers
    for text in offers:
        assert [render(one) for one in checked(tmp_path, years=text) if one.severity == "error"] == []


def test_numbers_of_a_refusal_are_those_of_the_file(tmp_path: Path) -> None:
    """An interval in months is refused in months, whatever unit the model reckons in."""
    (said,) = [one for one in checked(tmp_path, years="12 months (11.9 to 80)") if one.severity == "error"]
    assert said.facts[0] == "printed: 95% interval 11.9 months to 80 months"


def test_a_share_above_all_that_is_no_percentage_is_not_guessed_at(tmp_path: Path) -> None:
    for written in ("120 [pilot]", "120% [pilot]"):
        (said,) = [one for one in checked(tmp_path, take_up=written) if one.severity == "error"]
        assert "did you mean" not in said.remedy


def test_a_form_without_a_source_is_told_where_it_goes(tmp_path: Path) -> None:
    form = "{shifted_lognormal: {mean: 0.182, ci95: [0.001, 0.735]}}"
    (said,) = [one for one in checked(tmp_path, effect=form) if one.code == "WB-S302"]
    assert "`source: pilot`" in said.remedy
    assert checked(tmp_path, effect=form[:-1] + ", source: pilot}") == ()


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("0.25 (SE 0.1)", "0.25 (se 0.1)"),
        ("0.25 (Sd 0.1)", "0.25 (sd 0.1)"),
        ("0.25 (Range 0.1 to 0.5)", "0.25 (range 0.1 to 0.5)"),
        ("0.25 (CI 0.1 to 0.4)", "0.25 (0.1 to 0.4)"),
        ("0.25 (90% ci 0.1 to 0.4)", "0.25 (90% CI 0.1 to 0.4)"),
        ("0.25 (95%CI 0.1 to 0.4)", "0.25 (0.1 to 0.4)"),
    ],
)
def test_capitals_of_a_spread_are_read(written: str, same: str) -> None:
    collector = Collector()
    one, other = (parse_value(Located.bare(text, "t"), collector=collector) for text in (written, same))
    assert one is not None
    assert other is not None
    assert (one.form, one.amounts, one.level) == (other.form, other.amounts, other.level)
    assert not collector.found


@pytest.mark.parametrize("unit", ["GBP[2023]", "GBP in 2023 prices", "£ in 2023 prices", "£[2023]"])
def test_money_of_a_year_may_stand_under_unit(tmp_path: Path, unit: str) -> None:
    assert checked(tmp_path, cost=f'{{value: 5000, unit: "{unit}", source: pilot}}') == ()


@pytest.mark.parametrize("unit", ["in 2023 prices", "GBP 2023", "months in 2023 prices", "GBP[2023] in 2023 prices"])
def test_a_unit_with_a_stray_year_is_refused_at_its_place(tmp_path: Path, unit: str) -> None:
    (said,) = [
        one
        for one in checked(tmp_path, cost=f'{{value: 5000, unit: "{unit}", source: pilot}}')
        if one.severity == "error"
    ]
    assert said.code == "WB-S040"
    assert said.span
    assert said.span.text[said.span.column - 1 :].startswith(unit)
    assert "GBP[2023]" in said.remedy


def test_an_unknown_name_is_answered_in_few_words() -> None:
    plan = api.load(Path(__file__).parents[2] / "scenarios" / "easing-loneliness.yaml").plan
    for name in ("lonelyness_fall", "xqz"):
        with pytest.raises(WellbevaError) as refused:
            needed_by(plan, name)
        (said,) = refused.value.diagnostics
        assert said.code == "WB-R101"
        assert max(len(line) for line in (*said.facts, said.remedy)) < 160
