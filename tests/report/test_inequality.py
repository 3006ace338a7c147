"""Who gains: levels by group, stairs and indices in the report (semantics R191 to R193)."""

from __future__ import annotations

import re

import numpy as np
import pytest

from tests.appraisal.appraisal_answers import SCENARIOS
from wellbeva import api
from wellbeva.engine.inequality.indices import INDICES
from wellbeva.plot import technical
from wellbeva.report.page import row_plots
from wellbeva.report.page.blocks.inequality import who_gains
from wellbeva.report.page.blocks.payers_and_groups import across_axes
from wellbeva.report.page.cells import NO_BREAK
from wellbeva.report.page.view import Block, Note, Table
from wellbeva.report.text import numbers
from wellbeva.results.variables import draws_of

SCENARIO = SCENARIOS / "appraisal" / "who_gains.yaml"
CERTAIN = ("effect.visits=0.5", "effect.choir=0", "baseline.carers=7", "hold.visits=1 year", "hold.choir=1 year")


def test_stairs_are_as_wide_as_groups_and_the_line_goes_through_the_middle_of_two() -> None:
    """300 by 240 pixels for all people by ten points; halves at 4 and 6 before, at 5 and 6 after."""
    words = technical.Words("st", "The slope falls", "Two steps.", "people", "points")
    halves, before, after = np.array([0.5, 0.5]), np.array([4.0, 6.0]), np.array([5.0, 6.0])
    svg = technical.staircase(words, shares=halves, before=before, after=after, slopes=(4.0, 2.0))
    assert re.findall(r'd="(M0,144h150v96h-150Z|M150,96h150v144h-150Z)" fill', svg) == [
        "M0,144h150v96h-150Z",
        "M150,96h150v144h-150Z",
    ]
    outline, solid, dashed = re.findall(r'd="(M0,[0-9.L,]+)" stroke="#0a2f57"', svg)
    assert outline == "M0,120L150,120L150,96L300,96"
    assert solid == "M0,168L300,72"  # 144 at 75 and 96 at 225, the middles of the groups
    assert dashed == "M0,132L300,84"
    assert re.findall(r">([0-9]+)</text>", svg)[-2:] == ["1", "2"]
    assert "<desc" in svg


@pytest.mark.parametrize(
    ("values", "ends"), [((5.23, 7.63), (5.182, 7.678)), ((-1.0, 3.0), (-1.08, 3.08)), ((7.0, 7.0), (6.98, 8.02))]
)
def test_an_axis_without_zero_leaves_a_fiftieth_beyond_its_values(
    values: tuple[float, float], ends: tuple[float, float]
) -> None:
    axis = row_plots.linear_axis(values, str, zero=False)
    assert (axis.low, axis.high) == pytest.approx(ends)
    assert row_plots.linear_axis((5.23, 7.63), str).low == 0


@pytest.fixture(scope="module")
def run() -> api.Run:
    return api.run(SCENARIO, draws=8192)


def blocks(run: api.Run) -> list[Block]:
    return who_gains(run.dataset, run.compiled.record, run.tables["inequality"], run.facts)


def test_a_share_or_a_level_of_a_group_is_no_gain_in_all(run: api.Run) -> None:
    """Who has the highest level, or the largest share that gains, does not gain most in all."""
    tables = across_axes(run.dataset, run.compiled.record, run.facts)
    assert [table.key for table in tables if table.key.startswith("tg_")] == ["tg_wellbys_by_group"]


def test_who_gains_by_hand() -> None:
    """Nothing is drawn. 200 of 400 lonely people gain 0.5, 60 of 600 carers and 40 of 4,000 others; none above 10."""
    run = api.run(SCENARIO, draws=512, overrides=CERTAIN)
    at_ten = run.dataset["answers_before"].sel(statistic="mean", answer="10").values
    figure, *stairs, table = blocks(run)
    assert isinstance(figure, Table)
    assert figure.title == "With weekly visits the gap between often lonely and everybody else falls by 0.24 points"
    assert figure.dek.startswith("With a choir it stays as it is.")
    lonely = figure.rows[[row.head for row in figure.rows].index("Weekly visits") + 1]
    assert [cell.text for cell in lonely.cells[1:]] == ["5.23", "5.47", "0.24"]  # half of them gain 0.5 · 0.97
    assert lonely.under == "8.0 of 100 people"
    taken = at_ten @ [200, 60, 40] / 300
    assert figure.note.startswith(f"The ends of the scale take {100 * taken:.2g}% of the gain of weekly visits: nobody")
    assert len(stairs) == 2
    assert isinstance(table, Table)
    assert table.rows[1].cells[0].text == "1.9"


def test_the_line_of_the_stairs_is_that_of_least_squares(run: api.Run) -> None:
    """Shares of groups are certain, so that the slope of mean levels is the mean of the slopes."""
    means = run.dataset.sel(statistic="mean")
    share = means["group_share"].values
    middle = np.cumsum(share) - share / 2
    slopes = run.tables["inequality"].set_index(["option", "index"]).xs("slope_index", level="index")
    for option in ("visits", "choir"):
        levels = means["level_after"].sel(option=option).values
        slope, start = np.polyfit(middle, levels, 1, w=np.sqrt(share))
        assert slopes.at[option, "after"] == pytest.approx(slope, rel=1e-9)
        assert start + slope / 2 == pytest.approx(share @ levels, rel=1e-12)


def test_every_index_says_what_it_is_for_and_what_the_scale_does_to_it(run: api.Run) -> None:
    table = blocks(run)[-1]
    assert isinstance(table, Table)
    bands = [row.head.partition(":")[0] for row in table.rows if row.kind == "band"]
    assert bands == ["Dispersion", "Suffering", "Weighted universalism"]
    rows = {row.head: row for row in table.rows if row.kind != "band"}
    assert len(rows) == len(INDICES)
    assert all(row.under and row.cells[-1].text in {"yes", "no"} and row.cells[-1].under for row in rows.values())
    assert (rows["Gini"].cells[-1].text, rows["Slope index"].cells[-1].under) == ("no", "changes its sign")
    assert rows["Share at 0 to 4"].cells[0].text == "8.2%"
    assert rows["Group gap"].cells[2].under.endswith("falls in > 99")


def test_without_kept_draws_the_report_says_why_nothing_is_shown(run: api.Run) -> None:
    lost = run.tables["inequality"].assign(change=np.nan, note="the run was too wide")
    (note,) = who_gains(run.dataset, run.compiled.record, lost, run.facts)
    assert isinstance(note, Note)
    assert note.lines == ("The run was too wide.",)
    assert note.title == "Three groups: too many to keep the draws of their answers"


def test_a_change_has_its_range(run: api.Run) -> None:
    """Of the lonely, from draws of their level; nothing is rounded away in a large place."""
    alone = run.dataset.sel(group="lonely")
    after, before = draws_of(alone.sel(option="visits"), "level_after"), draws_of(alone, "level_before")
    low, high = np.quantile(after - before, [0.05, 0.95])
    figure = blocks(run)[0]
    assert isinstance(figure, Table)
    lonely = figure.rows[[row.head for row in figure.rows].index("Weekly visits") + 1]
    assert lonely.cells[3].under == f"{numbers.number(low)} to {numbers.number(high)}".replace(" ", NO_BREAK)
    crowd = run.tables["inequality"].assign(change=-3.12e-5, change_q05=-4e-5, change_q95=-2e-5)
    table = who_gains(run.dataset, run.compiled.record, crowd, run.facts)[-1]
    assert isinstance(table, Table)
    assert table.rows[1].cells[1].text.startswith("−0.000031")


def test_labels_of_groups_are_escaped_in_rows_and_stairs() -> None:
    text = SCENARIO.read_text("utf-8").replace("Often lonely", "'<script>alert(1)</script> & {{ 7*7 }}'")
    page = api.run(text, draws=512, overrides=CERTAIN).report()
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt; &amp; {{ 7*7 }}") > 3
    assert "<script>alert" not in page


def test_one_group_has_no_gap_and_no_stairs(run: api.Run) -> None:
    alone = run.dataset.isel(group=[0])
    (table,) = who_gains(alone, run.compiled.record, run.tables["inequality"], run.facts)
    assert table.key == "ix"


@pytest.mark.thorough
def test_groups_of_one_level_have_no_gap_to_narrow() -> None:
    """As fifths of a place have, which get its one average: a warning, and no gap between a group and itself."""
    level = ("answers.lonely={by: answer, else: 0%}", "baseline={by: group, else: 7.4}", "baseline_sd=2")
    run = api.run(SCENARIO, draws=512, overrides=(*CERTAIN[:2], *level))
    assert any("start at the same level" in one.message for one in run.compiled.record.warnings)
    figure = blocks(run)[0]
    assert isinstance(figure, Table)
    assert figure.title == "All groups start at the same level, so that any gain of some opens a gap"
    assert figure.dek.startswith(
        "With a choir the largest gap stays as it is. With weekly visits the largest gap rises"
    )
    before = run.tables["inequality"].set_index(["option", "index"])["before"].xs("visits")
    assert before[["group_gap", "slope_index", "variance_between", "kolm_between"]].tolist() == [0, 0, 0, 0]
