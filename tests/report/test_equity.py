"""The block of equity: the finding, the table that says what the figure shows, and what stands beside the decision."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.report.test_report import FORBIDDEN
from tests.report.test_shipped import blocks, view
from wellbeva import api

SCENARIO = Path(__file__).parents[2] / "scenarios/appraisal/distributional.yaml"


@pytest.fixture(scope="module")
def shown() -> dict[str, Any]:
    return blocks(view(api.run(SCENARIO, draws=8192)))


def test_r199_the_title_says_where_the_choice_turns(shown: dict[str, Any]) -> None:
    table = shown["eq"]
    assert table.title == (
        "Most is gained after opportunity cost by walking groups for everybody, and by help at home in the poorest "
        "streets from an aversion of 0.20 (Kolm) or 1.5 (Atkinson)"
    )
    assert not FORBIDDEN.search(" ".join([table.title, table.dek, table.note, shown["ep"].title, shown["ep"].dek]))
    heads = [row.head for row in table.rows]
    assert heads[1] == heads[8] == "0, the plain mean"
    # Without aversion both indices give the mean.
    assert table.rows[1].cells == table.rows[8].cells
    assert len({len(row.cells) for row in table.rows if row.kind != "band"}) == 1


def test_r200_the_treasury_sets_no_weight(shown: dict[str, Any]) -> None:
    assert "the Treasury sets no weight for the inequality of wellbeing" in shown["eq"].note
    assert "years of health" in shown["eq"].rows[0].head


def test_r199_the_figure_names_its_quadrants_and_says_its_averages(shown: dict[str, Any]) -> None:
    """On the left nothing is drawn, so that names have no room there; the table has all four."""
    svg = shown["ep"].svg
    assert svg.count("more wellbeing,") == 2
    assert "Averages: Walking groups for everybody 180 WELLBYs, of equity" in svg
    assert shown["ep"].title.startswith("Gaps narrow, by option: walking groups for everybody in about 1 of 10")
    assert [row.head for row in shown["eq"].rows[-4:]] == [
        "More wellbeing, narrower gaps",
        "More wellbeing, gaps no narrower",
        "No more wellbeing, narrower gaps",
        "No more wellbeing, gaps no narrower",
    ]


def test_no_group_is_said_to_gain_most_of_a_level(shown: dict[str, Any]) -> None:
    assert [key for key in shown if key.startswith("tg_")] == ["tg_wellbys_by_group", "tg_wellbys_net_by_group"]


@pytest.mark.thorough
def test_r199_of_offers_without_draws_the_table_stands_alone(tmp_path: Path) -> None:
    text = SCENARIO.read_text(encoding="utf-8").replace(
        "choose: one", "choose: several\nbudget: £100,000 in 2023 prices"
    )
    for spread in (" (0.05 to 0.45)", " (0.30 to 1.00)", " (range 6 to 18)"):
        text = text.replace(spread, "")
    (tmp_path / "s.yaml").write_text(text, encoding="utf-8")
    shown = blocks(view(api.run(tmp_path / "s.yaml", draws=512)))
    assert shown["eq"].title == "Gaps between groups: 1 of 2 offers narrow them, 1 widen them"
    assert "ep" not in shown
