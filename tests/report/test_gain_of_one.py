"""R137: what one person of each group gains, where groups differ."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from wellbeva import api
from wellbeva.report.page.blocks import gain_of_one
from wellbeva.report.page.blocks.payers_and_groups import across_axes
from wellbeva.report.page.templates import environment
from wellbeva.report.page.view import Table

SCENARIO = """\
schema: wellbeva/scenario/1
scenario: Two groups
model: wellbeing_trajectory
appraisal: green-book-2026
choose: one
comparator: calls
groups: {young: Young people, old: Older people}
options:
  visits:
    label: Visits
    people: {by: group, young: 10, old: 30 (range 20 to 40)}
    effect: {by: group, young: 0.2 (0.1 to 0.3), old: 0.4}
    hold: 1 year
  calls: {label: Calls, people: 10, effect: {by: group, young: 0.1, old: 0.2}, hold: 1 year}
values: {household_share: 10%, household_size: 2}
sources: {trial: {cite: A trial, covers: all}}
"""
NAME = "wellbys_per_person_by_group"
HOSTILE = ("<script>alert(1)</script> {{ 7*7 }} \N{RIGHT-TO-LEFT OVERRIDE}", "x" * 130)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> api.Run:
    path = tmp_path_factory.mktemp("groups") / "s.yaml"
    path.write_text(SCENARIO, encoding="utf-8")
    return api.run(path, draws=2048)


def figure(run: api.Run, dataset: xr.Dataset) -> Table | None:
    return gain_of_one.gain_of_one(dataset, run.compiled.record, run.facts)


def with_gains(run: api.Run, *gains: tuple[float, float]) -> xr.Dataset:
    """Return the results with other gains, the same in every draw: of young and old by visits, of both by calls."""
    array = run.dataset[NAME]
    return run.dataset.assign({NAME: array.copy(data=np.broadcast_to(np.array(gains), array.shape).copy())})


def words(table: Table) -> list[tuple[str, ...]]:
    return [(row.head, *(part for cell in row.cells[1:] for part in (cell.text, cell.under))) for row in table.rows]


def test_r137_a_person_gains_what_the_group_does_divided_by_those_reached(run: api.Run) -> None:
    """0.4 points for a year are 0.4 WELLBYs, of which two others in the household gain a tenth each."""
    assert set(run.dataset[NAME].dims) == {"statistic", "option", "group"}
    at = {"statistic": "mean", "option": "visits", "group": "old"}
    assert np.isclose(run.dataset[NAME].sel(at), 0.48, rtol=1e-12)
    assert np.isclose(run.dataset["wellbys_by_group"].sel(at), 0.48 * 30, rtol=1e-3)
    table = figure(run, run.dataset)
    assert table is not None
    assert table.title == "Older people gain 2.0 times as much for each person as young people"
    assert table.dek.endswith(" Each option by itself, not against Calls.")
    assert words(table) == [
        ("Visits",),
        ("Young people", "0.24", "0.14\xa0to\xa00.34"),
        ("Older people", "0.48", "no interval"),
        ("Calls",),
        ("Young people", "0.12", "no interval"),
        ("Older people", "0.24", "no interval"),
    ]
    assert "£" not in repr(table)


@pytest.mark.parametrize(
    ("visits", "calls", "title"),
    [
        ((0.2, 0.4), (0.3, 0.3), "Older people gain 1.0 to 2.0 times as much for each person as young people"),
        ((0.2, 0.4), (0.4, 0.2), "Which group gains most for each person differs by option"),
        ((0.001, 0.4), (0.2, 0.4), "Older people gain most for each person"),
        ((0, 0.4), (0, 0.4), "Older people gain most for each person"),
        ((-0.1, 0.4), (0.1, 0.2), "Young people lose on average from at least one option"),
        ((-0.1, 0.4), (0.1, -0.2), "Two groups of 2 lose on average from at least one option"),
        ((-0.1, -0.2), (0, 0), "No group gains on average"),
    ],
)
def test_r137_the_title_is_a_finding(
    run: api.Run, visits: tuple[float, float], calls: tuple[float, float], title: str
) -> None:
    table = figure(run, with_gains(run, visits, calls))
    assert table is not None
    assert table.title == title


def test_r137_equal_averages_of_unequal_ranges(run: api.Run) -> None:
    dataset = with_gains(run, (0.24, 0.24), (0.3, 0.3))
    wide = {"statistic": "q05", "option": "visits", "group": "young"}
    dataset[NAME].loc[wide] = 0.1
    table = figure(run, dataset)
    assert table is not None
    assert table.title == "One person gains about the same on average in every group"


def test_r137_nothing_is_drawn_of_groups_with_the_same_numbers_nor_of_one(run: api.Run) -> None:
    same = with_gains(run, (0.2, 0.2), (0.3, 0.3))
    assert figure(run, same) is None
    assert figure(run, run.dataset.isel(group=[0])) is None
    tables = across_axes(same, run.compiled.record, run.facts)
    assert [table.key for table in tables if table.key.startswith("tg_")] == ["tg_wellbys_by_group"]


def test_r137_an_outcome_in_money_is_no_gain_of_a_person(run: api.Run) -> None:
    assert figure(run, run.dataset.assign({NAME: run.dataset[NAME].assign_attrs(unit="money/person")})) is None


def test_r137_a_group_of_nobody_has_no_number(run: api.Run) -> None:
    total = run.dataset["wellbys_by_group"].copy()
    total.loc[{"option": "visits", "group": "old"}] = 0
    table = figure(run, run.dataset.assign(wellbys_by_group=total))
    assert table is not None
    assert words(table)[2] == ("Older people", "–", "nobody is reached")


def test_r137_labels_are_words_whatever_they_hold(run: api.Run) -> None:
    record = run.compiled.record
    record = replace(
        record, scenario=replace(record.scenario, groups=dict(zip(("young", "old"), HOSTILE, strict=True)))
    )
    macro = '{% import "blocks.html.j2" as blocks %}{{ blocks.table(table) }}'
    html = environment().from_string(macro).render(table=gain_of_one.gain_of_one(run.dataset, record, run.facts))
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ 7*7 }}" in html
    assert "<script" not in html


def test_r137_options_past_the_rows_of_a_page_are_counted(run: api.Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gain_of_one, "MOST_ROWS", 2)
    table = figure(run, run.dataset)
    assert table is not None
    assert [row.head for row in table.rows] == ["Visits", "Young people", "Older people"]
    assert table.note == "In summary.csv: one more option."
