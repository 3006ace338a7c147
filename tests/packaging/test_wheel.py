"""A wheel alone, in an empty environment outside the checkout, runs the demo."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import distribution
from pathlib import Path, PurePosixPath

import pytest

pytestmark = pytest.mark.thorough

ROOT = Path(__file__).parents[2]
SUFFIXES = {
    ".LICENSE",
    ".R",
    ".css",
    ".csv",
    ".gz",
    ".j2",
    ".js",
    ".json",
    ".npy",
    ".py",
    ".svg",
    ".toml",
    ".typed",
    ".yaml",
}
DEMO = "scenarios/uk-community-offers.yaml"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--wheel-dir",
        str(folder),
        str(ROOT),
    ]
    subprocess.run([sys.executable, *build], check=True, timeout=300)
    (made,) = folder.glob("*.whl")
    return made


def test_the_wheel_holds_models_and_data_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    source = {
        str(path.relative_to(ROOT / "src"))
        for path in (ROOT / "src" / "wellbeva").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    models = {f"wellbeva/_models/{path.name}" for path in (ROOT / "models").glob("*.yaml")}
    assert "wellbeva/_models/wellbeing_trajectory.yaml" in models
    assert held == source | models


def test_the_wheel_holds_no_leavings(wheel: Path) -> None:
    """What a merge or an editor leaves in the tree is not part of the package."""
    with zipfile.ZipFile(wheel) as archive:
        held = [name for name in archive.namelist() if ".dist-info/" not in name]
    assert [name for name in held if PurePosixPath(name).suffix not in SUFFIXES] == []


def test_the_wheel_says_its_licence_and_its_command(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name.split(".dist-info/")[1]: name for name in archive.namelist() if ".dist-info/" in name}
        metadata = archive.read(names["METADATA"]).decode()
        assert "wellbeva = wellbeva.__main__:entry" in archive.read(names["entry_points.txt"]).decode()
    assert "\nLicense-Expression: MIT\n" in metadata
    assert "licenses/LICENSE" in names


def with_what_a_run_needs(home: Path) -> Path:
    """Make an environment of what requirements/run.txt pins and no more, by links into this one; return its Python."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home)], check=True, timeout=300)
    (packages,) = home.glob("lib/python*/site-packages")
    pins = (ROOT / "requirements" / "run.txt").read_text("utf-8")
    for name, version in re.findall(r"^([\w.-]+)==(\S+)", pins, re.MULTILINE):
        held = distribution(name)
        assert held.version == version
        for top in {file.parts[0] for file in held.files or ()} - {"..", "__pycache__"}:
            (packages / top).symlink_to(str(held.locate_file(top)))
    return home / "bin" / "python"


def test_it_runs_the_demo_in_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    home = tmp_path / "empty"
    python = with_what_a_run_needs(home)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(python)]
    # `make demo` installs from the lock; here `pip check` says if the wheel needs anything that is not in it.
    for words in (["install", "--quiet", "--no-index", "--no-deps", str(wheel)], ["check"]):
        subprocess.run([*pip, *words], check=True, timeout=300, env=environment)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    # Scenarios are a person's own files and not part of the package: bring the demo's along.
    shutil.copytree(ROOT / "scenarios", elsewhere / "scenarios")

    where = run([python, "-c", "import wellbeva; print(wellbeva.__file__)"], elsewhere, environment)
    assert Path(where.stdout.strip()).is_relative_to(home)
    said = run([home / "bin" / "wellbeva", "run", DEMO, "--draws", "8192"], elsewhere, environment)
    assert said.stderr.strip().endswith(f"to read them: wellbeva check {DEMO}") or said.stderr == ""
    folder = elsewhere / "runs" / "uk-community-offers"
    assert f"report:  {folder.relative_to(elsewhere) / 'report.html'}" in said.stdout
    assert (folder / "report.html").stat().st_size > 10_000
    with (folder / "decision.csv").open(encoding="utf-8-sig", newline="") as table:
        rows = list(csv.DictReader(table))
    assert len(rows) >= 8
    assert all(row["label"].split()[0] in said.stdout for row in rows)


def run(command: list[str | Path], folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    return done
