"""Every shipped scenario, table and model, mutated: a check ends in warnings or in diagnostics with places, never else.

`WELLBEVA_MUTANTS` sets the mutants of each file; continuous integration takes a few, a release takes thousands.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
from pathlib import Path

import pytest

from wellbeva import api
from wellbeva.errors import Diagnostic, WellbevaError, render

ROOT = Path(__file__).parents[2]
COUNT = int(os.environ.get("WELLBEVA_MUTANTS", "60"))
_SPEC = importlib.util.spec_from_file_location("mutate", ROOT / "tests" / "scenario" / "mutate.py")
assert _SPEC
assert _SPEC.loader
mutate = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(mutate)

USERS = {
    "wellbeing_trajectory": "published/pbe2025-fisp-arts",
    "offer_at_budget": "uk-community-offers",
    "befriending": "easing-loneliness",
    "frequency_bands": "published/stateoflife2021-parkrun",
    "annual_schedule": "published/frijters2024-youth-traineeship",
    "three_state": "published/sonnenberg-beck-3state",
}
"""A scenario that uses each model."""

TABLES = {"uk_offers": "uk-community-offers"}
"""Tables whose scenario is not the one that its name begins with."""


def pairs() -> list[tuple[str, str]]:
    """Return every shipped file with the scenario that reads it, as paths below ``scenarios``."""
    folder = ROOT / "scenarios"
    scenarios = [path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*.yaml"))]
    found = [(name, name) for name in scenarios]
    for path in sorted(folder.rglob("*.csv")):
        owner = TABLES.get(path.stem, "published/stateoflife2021-parkrun")
        found.append((path.relative_to(folder).as_posix(), f"{owner}.yaml"))
    for path in sorted((ROOT / "models").glob("*.yaml")):
        user = USERS[path.stem]
        found.append((f"{Path(user).parent.as_posix()}/models/{path.name}", f"{user}.yaml"))
    return found


def diagnostics(scenario: Path) -> tuple[Diagnostic, ...]:
    """Check a scenario; whatever is no diagnostic gets through and fails the test."""
    try:
        return api.check(scenario)
    except WellbevaError as error:
        return error.diagnostics or (Diagnostic("none", "an error without a word"),)


@pytest.mark.parametrize(("target", "scenario"), pairs(), ids=[target for target, _ in pairs()])
def test_a_mutant_is_checked_or_refused_in_place(tmp_path: Path, target: str, scenario: str) -> None:
    shutil.copytree(ROOT / "scenarios", tmp_path, dirs_exist_ok=True)
    source = ROOT / "models" / Path(target).name if "/models/" in f"/{target}" else ROOT / "scenarios" / target
    mutated = tmp_path / target
    mutated.parent.mkdir(exist_ok=True)
    refused = 0
    for mutant in mutate.mutants(source.read_bytes(), seed=sum(target.encode()), count=COUNT):
        mutated.write_bytes(mutant)
        found = diagnostics(tmp_path / scenario)
        errors = [one for one in found if one.severity == "error"]
        refused += bool(errors)
        for one in errors:
            assert one.span is not None, render(one)
            assert one.remedy, render(one)
    # A fuzzer whose mutants all pass would test nothing.
    assert refused > COUNT // 5
