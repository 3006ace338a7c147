"""Starting is cheap because nothing heavy is imported before a verb needs it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tiers import thorough_after

DEMO = Path(__file__).resolve().parents[2] / "scenarios" / "uk-community-offers.yaml"
HEAVY = {
    "altair",
    "h5netcdf",
    "h5py",
    "jinja2",
    "numba",
    "numpy",
    "pandas",
    "pydantic",
    "scipy",
    "vl_convert",
    "xarray",
    "yaml",
}


def imported_by(code: str) -> set[str]:
    tell = "import sys, json; sys.stderr.write('\\n' + json.dumps(sorted(sys.modules)))"
    ended = subprocess.run(
        [sys.executable, "-c", f"{code}\n{tell}"], capture_output=True, text=True, check=True, timeout=300
    )
    return {name.split(".")[0] for name in json.loads(ended.stderr.splitlines()[-1])}


def test_importing_wellbeva_imports_nothing_heavy() -> None:
    assert not imported_by("import wellbeva; wellbeva.__version__") & (HEAVY | {"typer", "rich"})


@pytest.mark.parametrize("arguments", [["--help"], ["--version"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    assert not imported_by(starting(arguments)) & HEAVY


@pytest.mark.parametrize("verb", thorough_after(2, ["run", "check", "test", "explain", "migrate", "schema", "plan"]))
def test_help_of_a_verb_imports_nothing_heavy(verb: str) -> None:
    # typer itself reads the types of a verb's arguments with pydantic.
    assert not imported_by(starting([verb, "--help"])) & (HEAVY - {"pydantic"})


def test_a_run_is_compiled_and_predicted_before_scipy_and_llvm_are_imported() -> None:
    """A copy of the process imports them, while this one imports what lays out results."""
    code = f"""
from wellbeva import api
from wellbeva.engine.run.block_loop import Work
from wellbeva.engine.run.settings import RunSettings
assert Work(api.load({str(DEMO)!r}).plan, RunSettings()).is_over_in(1.0)
"""
    assert not imported_by(code) & {"scipy", "llvmlite"}


def starting(arguments: list[str]) -> str:
    return f"from wellbeva.cli import main\nassert main.main({arguments!r}) == 0"


def test_public_names_arrive_on_first_use() -> None:
    import wellbeva

    for name in wellbeva.__all__:
        assert getattr(wellbeva, name) is not None
    assert dir(wellbeva) == sorted(wellbeva.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        wellbeva.nonsense  # noqa: B018
