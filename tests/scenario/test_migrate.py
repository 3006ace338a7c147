"""Older files are raised with every comment kept, and only then read."""

from __future__ import annotations

from pathlib import Path

import pytest

from wellbeva.errors import WellbevaError
from wellbeva.scenario.loader import load_scenario
from wellbeva.scenario.schema.migrate import migrate_file, migrate_text

OLD = """# A garden, as first written
schema: wellbeva/scenario/0      # the draft
title: Gardens
perspective: society
model: garden
appraisal: green-book-2026
choose: one
years: {from: 0, to: 5}          # both ends
axes: {payer: [council]}
options:
  orchard: {people: 10, effect: 0.1}   # a guess
"""

NEW = """# A garden, as first written
schema: wellbeva/scenario/1      # the draft
scenario: Gardens
# perspective: society
model: garden
appraisal: green-book-2026
choose: one
time: {step: year, from: 0, to: 5}          # both ends
axes: {payer: [council]}
options:
  orchard: {people: 10, effect: 0.1}   # a guess
"""


def test_a_scenario_is_raised_and_keeps_its_comments() -> None:
    text, changes = migrate_text(OLD)
    assert text == NEW
    assert len(changes) == 5


def test_years_written_as_a_block() -> None:
    text, _ = migrate_text("schema: wellbeva/scenario/0\nyears:\n  from: 0   # first\n  to: 5\n")
    assert text == "schema: wellbeva/scenario/1\ntime:\n  step: year\n  from: 0   # first\n  to: 5\n"


def test_a_model_is_raised() -> None:
    text, _ = migrate_text("schema: wellbeva/model/0\nmodel: x\ninputs: # all\n  a: {unit: LS}\nreport: [a]\n")
    assert text == "schema: wellbeva/model/1\nmodel: x\nparameters: # all\n  a: {unit: LS}\noutcomes: [a]\n"


def test_a_file_of_this_version_is_left_alone() -> None:
    assert migrate_text(NEW) == (NEW, ())


def test_what_was_raised_loads(tmp_path: Path) -> None:
    small = Path(__file__).parent / "small"
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "garden.yaml").write_bytes((small / "models" / "garden.yaml").read_bytes())
    path = tmp_path / "x.yaml"
    path.write_text(OLD)
    with pytest.raises(WellbevaError, match="wellbeva migrate"):
        load_scenario(path)
    assert migrate_file(path).text == NEW
    assert path.read_text() == OLD
    migrate_file(path, write=True)
    assert path.read_text() == NEW
    assert load_scenario(path).time.last == 5
    assert sorted(one.name for one in tmp_path.iterdir()) == ["models", "x.yaml"]


@pytest.mark.parametrize("text", ["schema: wellbeva/scenario/9\n", "a: 1\n", "", "schema: [1]\n", "a: [\n"])
def test_what_cannot_be_raised(text: str) -> None:
    with pytest.raises(WellbevaError) as caught:
        migrate_text(text)
    assert all(one.span for one in caught.value.diagnostics)
