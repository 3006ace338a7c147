"""The decision table fits 80 columns and says what the house's rules for numbers say."""

from __future__ import annotations

import math
import sys
from pathlib import Path

import pandas as pd
import pytest
from rich.console import Console
from rich.table import Table

from wellbeva.analysis.evidence import Evidence
from wellbeva.cli import decision_table, main
from wellbeva.cli.analysis_tables import _table

LONELY = str(Path(__file__).parents[2] / "scenarios/easing-loneliness.yaml")
COLUMNS = [
    "label", "cost", "savings", "other_benefits", "wellbys", "cost_per_wellby", "wellbys_per_1000",
    "nb_low", "nb_central", "nb_high", "bcr", "prob_best", "prob_no_benefit", "prob_worth_it", "status", "note",
]  # fmt: skip
NONE = math.nan


def frame(*rows: dict[str, object]) -> pd.DataFrame:
    """Return rows as the table `decision` has them, and what stands behind its words."""
    table = pd.DataFrame([{column: row.get(column, NONE) for column in COLUMNS} for row in rows])
    table["option"] = table["label"]
    table.attrs = {
        "evidence": {row["label"]: row.get("evidence", Evidence()) for row in rows},
        "no_gain": tuple(row["label"] for row in rows if row.get("wellbys", 1.0) <= 0),  # type: ignore[operator]
        "no_cost_given": tuple(row["label"] for row in rows if row.get("note")),
    }
    return table


OFFERS = frame(
    {
        "label": "NHS Volunteer Responders: the volunteers, all of the UK",
        "wellbys_per_1000": 6.38,
        "cost_per_wellby": 156.7,
        "prob_no_benefit": 0.0,
        "prob_worth_it": 1.0,
        "evidence": Evidence("strong"),
    },
    {
        "label": "Human Henge, heritage walks",
        "wellbys_per_1000": 0.1163,
        "cost_per_wellby": 8598.0,
        "prob_no_benefit": 0.0234,
        "prob_worth_it": 0.42,
        "evidence": Evidence("initial"),
    },
    {
        "label": "A [red]harmful[/red] offer",
        "wellbys": -2.0,
        "wellbys_per_1000": -0.42,
        "cost_per_wellby": NONE,
        "prob_no_benefit": 0.874,
        "prob_worth_it": 0.03,
        "evidence": Evidence("assumed"),
    },
)
RIVALS = frame(
    {
        "label": "Weekly visits",
        "cost": 54_321.0,
        "savings": 0.0,
        "other_benefits": 0.0,
        "wellbys": 9.27,
        "nb_central": 88_012.0,
        "prob_best": 0.583,
        "prob_worth_it": 0.83,
        "status": "best",
        "evidence": Evidence("promising", 9),
    },
    {
        "label": "Doing nothing",
        "cost": 0.0,
        "savings": 0.0,
        "other_benefits": 0.0,
        "wellbys": 0.0,
        "nb_central": 0.0,
        "prob_best": 0.0002,
        "status": "",
    },
)


TELEPHONE = frame(
    {"label": "Telephone", "cost": 5e4, "savings": 2e3, "other_benefits": 0.0, "wellbys": 3.0, "nb_central": -4e3}
)


def printed(table: Table, width: int = 80) -> list[str]:
    console = Console(width=width, record=True, markup=False, highlight=False, file=open("/dev/null", "w"))  # noqa: SIM115, PTH123
    console.print(decision_table.fitted(table, console))
    console.file.close()
    return console.export_text().splitlines()


def row_of(lines: list[str], start: str) -> str:
    return " ".join(next(line for line in lines if line.startswith(start)).split())


def test_several_says_the_two_chances_in_the_order_of_the_table() -> None:
    table, note = decision_table.several(OFFERS, currency="GBP", draws=16384, unit="WELLBY")
    lines = printed(table)
    assert max(len(line.rstrip()) for line in lines) <= 80
    assert row_of(lines, "NHS Volunteer") == "NHS Volunteer Responders: 6.4 £160 < 1 > 9 ■■■ strong"
    assert row_of(lines, "Human Henge") == "Human Henge, heritage walks 0.12 £8,600 23 about 4 ■□□ initial"
    assert row_of(lines, "A ") == "A [red]harmful[/red] offer −0.42 – 870 < 1 □□□ assumed"
    order = [index for start in ("NHS", "Human", "A ") for index, line in enumerate(lines) if line.startswith(start)]
    assert order == sorted(order)
    assert "– where the average gain is not clearly above 0" in note


def test_one_keeps_the_order_of_the_table() -> None:
    rows = pd.concat([RIVALS.iloc[:1], TELEPHONE.assign(savings=0.0), RIVALS.iloc[1:]])
    rows.attrs = RIVALS.attrs | {"evidence": RIVALS.attrs["evidence"] | TELEPHONE.attrs["evidence"]}
    table, note = decision_table.one(rows, currency="GBP", unit="WELLBY", value=16_400.0)
    lines = printed(table)
    assert max(len(line.rstrip()) for line in lines) <= 80
    assert row_of(lines, "Weekly visits") == "Weekly visits £54k 9.3 £88k 58 about 8 ■■□ promising"
    assert lines[lines.index(next(line for line in lines if line.startswith("Weekly"))) + 1].split() == ["9", "assumed"]
    assert row_of(lines, "Doing nothing") == "Doing nothing 0 0 0 < 1 –"
    assert note == "One option will be chosen; net benefit at £16k a WELLBY."


@pytest.mark.parametrize("draws", [512, 16384])
def test_a_chance_is_never_none_and_never_all(draws: int) -> None:
    rows = frame(
        {"label": "never", "wellbys_per_1000": 2.0, "cost_per_wellby": 1.0, "prob_no_benefit": 0.0},
        {"label": "always", "wellbys_per_1000": 1.0, "cost_per_wellby": 1.0, "prob_no_benefit": 1.0},
    )
    table, _ = decision_table.several(rows, currency="GBP", draws=draws, unit="WELLBY")
    lines = printed(table)
    assert "< " in row_of(lines, "never")
    assert "> 99" in row_of(lines, "always")


def test_fixed_inputs_have_no_chances() -> None:
    table, _ = decision_table.one(TELEPHONE, currency="GBP", unit="WELLBY", value=16_400.0)
    assert [str(one.header) for one in table.columns][:3] == ["Option", "Cost", "Savings"]
    assert row_of(printed(table), "Telephone") == "Telephone £50k £2.0k 3.0 −£4.0k"
    rows = OFFERS.assign(prob_no_benefit=NONE, prob_worth_it=NONE)
    table, _ = decision_table.several(rows, currency="GBP", draws=8192, unit="WELLBY")
    assert len(table.columns) == 4


def test_an_offer_that_saves_money_has_no_cost_of_a_wellby() -> None:
    usual = {"label": "Usual care", "status": "comparator"}
    rows = frame({"label": "lunches", "wellbys": 3.0, "cost": 0.0, "savings": 3600.0}, usual)
    table, note = decision_table.several(rows, currency="EUR", draws=8192, unit="WELLBY")
    assert row_of(printed(table), "lunches") == "lunches – –"
    assert "– where an offer costs nothing or saves money." in note
    assert "average gain" not in note


def test_an_offer_without_a_cost_is_not_said_to_cost_nothing() -> None:
    row = {"label": "A", "wellbys": 3.0, "cost": 0.0, "savings": 0.0, "note": "no bcr: no cost given"}
    _, note = decision_table.several(frame(row), currency="GBP", draws=10, unit="WELLBY")
    assert note.endswith("– where no cost is given.")
    assert "costs nothing" not in note
    table, note = decision_table.one(frame(row), currency="GBP", unit="WELLBY", value=None)
    assert row_of(printed(table), "A") == "A – 3.0 –"
    assert note == "One option will be chosen. – where no cost is given."


def test_other_benefits_stand_beside_the_ranking() -> None:
    rows = OFFERS.assign(other_benefits=[0.0, 25_000.0, 0.0])
    table, note = decision_table.several(rows, currency="GBP", draws=16384, unit="WELLBY")
    lines = printed(table)
    assert max(len(line.rstrip()) for line in lines) <= 80
    assert "£25k" in row_of(lines, "Human Henge")
    assert "Ranked by WELLBYs per £1,000 of cost less savings" in note


@pytest.mark.parametrize("width", [80, 60, 50, 40, 30])
@pytest.mark.parametrize("choose", ["one", "several"])
def test_names_and_numbers_stay_whole_in_a_narrow_terminal(choose: str, width: int) -> None:
    if choose == "one":
        table, _ = decision_table.one(RIVALS, currency="GBP", unit="WELLBY", value=16_400.0)
    else:
        table, _ = decision_table.several(OFFERS, currency="GBP", draws=16384, unit="WELLBY")
    lines = printed(table, width)
    assert max(len(line.rstrip()) for line in lines) <= width
    said = " ".join(" ".join(lines).split())
    wanted = ["£54k", "£88k", "9.3"] if choose == "one" else ["£160", "£8,600", "−0.42", "870"]
    names = ["Weekly", "Doing"] if choose == "one" else ["Volunteer", "Henge", "[red]harmful[/red]"]
    assert not [one for one in (*wanted, *names) if one not in said]
    assert "…" not in said


def test_a_label_of_10_000_letters_takes_a_few_lines_and_keeps_both_ends() -> None:
    table, _ = decision_table.one(
        frame({"label": f"Walks {'x' * 10_000} end", "wellbys": 1.0}), currency="GBP", unit="WELLBY", value=None
    )
    lines = printed(table)
    assert len(lines) < 12
    assert {"Walks", "end"} <= {*" ".join(lines).split()}


@pytest.mark.parametrize("width", [200, 80, 60, 50, 40, 30])
def test_names_of_any_table_go_over_lines_between_words_or_head_a_block(width: int) -> None:
    rows = [("activities", "55,000", "10.03", "5,485", ""), ("phone_calls", "72,360", "8.92", "–", "dominated")]
    table = _table("Option", ("Cost", "Effect", "Cost for one more"), rows)
    lines = [line.rstrip() for line in printed(table, width)]
    assert max(map(len, lines)) <= width
    for row in rows:
        for cell in row:
            assert cell == "–" or any(cell in line for line in lines)


@pytest.mark.thorough
@pytest.mark.parametrize("words", [["diff", LONELY, f"{LONELY}:longer"], ["plan", LONELY]])
def test_verbs_speak_in_a_terminal_of_30_columns(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    def narrow() -> Console:
        return Console(file=sys.stdout, width=30, highlight=False, markup=False, emoji=False)

    monkeypatch.setattr(decision_table, "make_console", narrow)
    assert main.main([*words, "--draws", "8192"]) == 0
    said = capsys.readouterr().out.splitlines()
    names = {"diff": ("activities:", "visits:", "phone:"), "plan": ("Telephone friends", "Doing nothing")}[words[0]]
    assert max(len(line) for line in said if LONELY not in line and "/" not in line) <= 30
    for name in names:
        assert any(name in line for line in said)
