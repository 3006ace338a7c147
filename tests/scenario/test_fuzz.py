"""Whatever is in a file, loading ends in a scenario or in diagnostics with a place."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.scenario import mutate
from wellbeva.errors import Diagnostic, WellbevaError, render
from wellbeva.scenario.loader import load_scenario
from wellbeva.scenario.schema.migrate import migrate_text

pytestmark = pytest.mark.thorough

HERE = Path(__file__).parent

FILES = [
    ("garden.yaml", "garden.yaml", 350),
    ("garden.yaml", "models/garden.yaml", 350),
    ("garden.yaml", "tables/people.csv", 150),
    ("shelf.yaml", "shelf.yaml", 200),
    ("forms.yaml", "forms.yaml", 250),
    ("forms.yaml", "forms_base.yaml", 200),
    ("shelf.yaml", "tables/shelf.csv", 150),
]


def diagnostics(load: Callable[[], object]) -> tuple[Diagnostic, ...]:
    """What a load says; anything but diagnostics gets through and fails the test."""
    try:
        load()
    except WellbevaError as error:
        return error.diagnostics or (Diagnostic("none", "an error without a word"),)
    return ()


def assert_told_well(found: tuple[Diagnostic, ...]) -> None:
    for one in found:
        assert one.span is not None, render(one)
        assert one.severity == "warning" or one.remedy, render(one)


@pytest.mark.parametrize(("scenario", "mutated", "count"), FILES, ids=[mutated for _, mutated, _ in FILES])
def test_a_mutant_is_a_scenario_or_diagnostics_with_places(
    tmp_path: Path, scenario: str, mutated: str, count: int
) -> None:
    shutil.copytree(HERE / "small", tmp_path, dirs_exist_ok=True)
    target = tmp_path / mutated
    data = target.read_bytes()
    refused = 0
    for mutant in mutate.mutants(data, seed=sum(mutated.encode()), count=count):
        target.write_bytes(mutant)
        found = diagnostics(lambda: load_scenario(tmp_path / scenario))
        refused += bool(found)
        assert_told_well(found)
    # A fuzzer whose mutants all load, or none, would test nothing.
    assert 0.2 * count < refused < count


def test_migrating_a_mutant_ends_in_text_or_diagnostics() -> None:
    text = (HERE / "small" / "garden.yaml").read_bytes().replace(b"scenario/1", b"scenario/0")
    for mutant in mutate.mutants(text, seed=3, count=150):
        assert_told_well(diagnostics(partial(migrate_text, mutant.decode("utf-8", "replace"))))


def test_mutants_are_the_same_for_the_same_seed() -> None:
    data = b"a: 1\nb: [2, 3]\n"
    assert list(mutate.mutants(data, seed=1, count=20)) == list(mutate.mutants(data, seed=1, count=20))
    assert list(mutate.mutants(data, seed=1, count=20)) != list(mutate.mutants(data, seed=2, count=20))
