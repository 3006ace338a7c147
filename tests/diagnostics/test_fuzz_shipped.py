"""Every shipped scenario, table and model, mutated: a check ends in warnings or in diagnostics with places, never else.

`WELLBEVA_MUTANTS` sets the mutants of each file; continuous integration takes a few, a release takes thousands.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest

from tests.scenario import mutate
from wellbeva import api
from wellbeva.errors import Diagnostic, WellbevaError, render

pytestmark = pytest.mark.thorough

ROOT = Path(__file__).parents[2]
COUNT = int(os.environ.get("WELLBEVA_MUTANTS", "5"))

FOLDER = ROOT / "scenarios"
ANSWERS = frozenset((FOLDER / "surveys").glob("*.csv"))
"""Read by `wellbeva survey`, and by no scenario."""


def pairs() -> list[tuple[str, str]]:
    """Return every shipped file with a scenario that reads it, as paths below ``scenarios``."""
    scenarios = {
        path.relative_to(FOLDER).as_posix(): path.read_text("utf-8") for path in sorted(FOLDER.rglob("*.yaml"))
    }
    found = [(name, name) for name in scenarios]
    for path in sorted(FOLDER.rglob("*")):
        if path.suffix not in {".yaml", ".md", ""} and path not in ANSWERS:
            owner = next((name for name, text in scenarios.items() if _lists(FOLDER / name, text, path)), None)
            found.append((path.relative_to(FOLDER).as_posix(), owner or ""))
    bases = {path.stem: _words(path.read_text("utf-8"), "extends") for path in (ROOT / "models").glob("*.yaml")}
    for model in sorted(bases):
        user = next(
            (
                name
                for name, text in scenarios.items()
                for used in _words(text, "model")
                if _rests_on(used, model, bases)
            ),
            None,
        )
        found.append(((Path(user or "").parent / "models" / f"{model}.yaml").as_posix(), user or ""))
    return found


def _lists(scenario: Path, text: str, table: Path) -> bool:
    """Whether a scenario, or one beside or below it, names a table by its path."""
    for root in (scenario.parent, scenario.parent.parent):
        if table.is_relative_to(root) and table.relative_to(root).as_posix() in text:
            return True
    return False


def _words(text: str, key: str) -> list[str]:
    """Return the names under a key of the top level."""
    line = re.search(rf"^{key}:(.*)$", text, re.MULTILINE)
    return re.findall(r"\w+", line[1]) if line else []


def _rests_on(model: str, base: str, bases: dict[str, list[str]]) -> bool:
    return model == base or any(_rests_on(one, base, bases) for one in bases.get(model, ()))


def diagnostics(scenario: Path) -> tuple[Diagnostic, ...]:
    """Check a scenario; whatever is no diagnostic gets through and fails the test."""
    try:
        return api.check(scenario)
    except WellbevaError as error:
        return error.diagnostics or (Diagnostic("none", "an error without a word"),)


FORMS = ("forms.yaml", "forms_base.yaml", "models/ward.yaml")
"""Files of the scenario in `tests/scenario/small` that holds every form of a value, and what it builds on."""


def test_every_shipped_file_is_read_by_a_scenario() -> None:
    assert [target for target, scenario in pairs() if not scenario] == []


@pytest.mark.parametrize(
    ("target", "scenario"), [pair for pair in pairs() if pair[1]], ids=lambda name: Path(name).stem
)
def test_a_mutant_is_checked_or_refused_in_place(tmp_path: Path, target: str, scenario: str) -> None:
    shutil.copytree(ROOT / "scenarios", tmp_path, dirs_exist_ok=True)
    source = ROOT / "models" / Path(target).name if "/models/" in f"/{target}" else ROOT / "scenarios" / target
    check_mutants(tmp_path / target, tmp_path / scenario, data=source.read_bytes(), seed=sum(target.encode()))


@pytest.mark.parametrize("target", FORMS)
def test_a_mutant_of_every_form_is_checked_or_refused_in_place(tmp_path: Path, target: str) -> None:
    shutil.copytree(ROOT / "tests" / "scenario" / "small", tmp_path, dirs_exist_ok=True)
    data = (tmp_path / target).read_bytes()
    assert not [one for one in diagnostics(tmp_path / "forms.yaml") if one.severity == "error"]
    check_mutants(tmp_path / target, tmp_path / "forms.yaml", data=data, seed=sum(target.encode()))


def check_mutants(mutated: Path, scenario: Path, *, data: bytes, seed: int) -> None:
    """Check a scenario with each mutant of one of its files; every error has its place and its remedy."""
    mutated.parent.mkdir(exist_ok=True)
    refused = 0
    for mutant in mutate.mutants(data, seed=seed, count=COUNT):
        mutated.write_bytes(mutant)
        errors = [one for one in diagnostics(scenario) if one.severity == "error"]
        refused += bool(errors)
        for one in errors:
            assert one.span is not None, render(one)
            assert one.remedy, render(one)
    # A fuzzer whose mutants all pass would test nothing.
    assert refused > COUNT // 5
