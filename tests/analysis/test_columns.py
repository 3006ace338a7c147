"""Every column that is written has an entry in the dictionary."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

import wellbeva
from tests.cli.test_analyse import COLUMNS as OF_ANALYSE
from wellbeva.analysis.deterministic import combinations
from wellbeva.analysis.dictionary.columns import dictionary
from wellbeva.analysis.registry import kinds
from wellbeva.analysis.tables import break_even, scenario_analysis, summary
from wellbeva.analysis.uncertainty.decision_values import DecisionValue
from wellbeva.analysis.uncertainty.information.evsi import StudyValue
from wellbeva.results.csv_file import UNITS

ROOT = Path(__file__).parents[2]
UNITS_KNOWN = {
    *("", "money", "effect", "money/effect", "effect/1000 money", "net benefit/money", "share", "ratio", "count"),
    *("unit", "input", "index", "percent", "year", "unit of the quantity"),
}
BY_MODULE = {
    "assumptions": scenario_analysis.COLUMNS,
    "break_even": break_even.COLUMNS,
    "summary": summary.COLUMNS,
    "two_way": combinations.COLUMNS,
    "evsi": ("study", *StudyValue._fields, "best"),
    "decision_values": DecisionValue._fields,
    "units": UNITS,
}


@pytest.mark.parametrize("name", BY_MODULE)
def test_the_columns_of_a_table_are_those_of_the_dictionary(name: str) -> None:
    assert tuple(dictionary()[name].columns) == tuple(BY_MODULE[name])


def test_every_table_of_analyse_is_in_the_dictionary() -> None:
    listed = {one.file: list(one.columns) for one in dictionary().values() if "analyse" in one.by}
    told = {name: columns for name, columns in OF_ANALYSE.items() if name not in ("costs", "effects", "parameters")}
    assert {name: listed.get(name) for name in told} == told


def test_every_file_of_a_run_is_in_the_dictionary() -> None:
    assert {one for one, kind in kinds().items() if kind.csv} <= {*dictionary()}


def test_entries_can_be_read_and_told_apart() -> None:
    listed = tomllib.loads((ROOT / "src/wellbeva/analysis/dictionary/columns.toml").read_text("utf-8"))
    used = {words for entry in listed.values() for words in entry.get("columns", {}).values() if isinstance(words, str)}
    assert used == {*listed["shared"]}
    for one in dictionary().values():
        headings = [column.heading for column in one.columns.values()]
        assert len({*headings}) == len(headings), one.name
        assert len(one.title) <= 31, one.title
        assert not set(one.title) & set("[]:*?/\\'"), one.title
        for column in one.columns.values():
            assert column.unit in UNITS_KNOWN, (one.name, column.name)
            assert column.meaning.endswith((".", "…")), (one.name, column.name)


def test_a_heading_says_which_cost_a_column_holds() -> None:
    run = wellbeva.run(ROOT / "scenarios" / "easing-loneliness.yaml", draws=512)
    decision = run.decision.set_index("option")
    of_draws = run.tables["value_based_price"].query("case == 'draws'")
    known = {"incremental": run.tables["incremental"], "value_based_price": of_draws}
    for name, table in known.items():
        heading = {"Cost": "cost", "Net cost": "net_cost"}[dictionary()[name].columns["cost"].heading]
        rows = table.set_index("option")["cost"]
        assert rows.to_dict() == pytest.approx(decision.loc[rows.index, heading].to_dict()), name
    assert dictionary()["incremental"].columns["cost"].meaning == dictionary()["decision"].columns["cost"].meaning
