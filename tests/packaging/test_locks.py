"""What the make targets install is what the package says it needs, pinned exactly, from nowhere in particular."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def pins(name: str) -> dict[str, str]:
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    found = re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", text, re.MULTILINE)
    return {canonicalize_name(package): version for package, version in found}


@pytest.mark.parametrize("name", ["build.txt", "run.txt", "extras.txt", "test.txt"])
def test_every_line_is_an_exact_pin_with_hashes(name: str) -> None:
    # No index, no address, no path: where packages come from is the affair of whoever installs them.
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    head, *lines = text.replace(" \\\n", "").splitlines()
    assert head.startswith("# ")
    assert lines.pop(0) == "--require-hashes"
    for line in lines:
        pin = r"[a-z0-9-]+==[0-9][A-Za-z0-9.+]*(    --hash=sha256:[0-9a-f]{64})+"
        assert line == "-r run.txt" or re.fullmatch(pin, line), line


def test_run_pins_meet_what_the_package_asks() -> None:
    held = pins("run.txt")
    for text in PROJECT["project"]["dependencies"]:
        wanted = Requirement(text)
        assert held[canonicalize_name(wanted.name)] in wanted.specifier, text


def test_build_pins_meet_the_build_system() -> None:
    held = pins("build.txt")
    for text in PROJECT["build-system"]["requires"]:
        wanted = Requirement(text)
        assert held[canonicalize_name(wanted.name)] in wanted.specifier, text


def test_sets_agree_where_they_overlap() -> None:
    sets = [pins(name) for name in ("build.txt", "run.txt", "test.txt")]
    for package in set().union(*sets):
        assert len({held[package] for held in sets if package in held}) == 1, package


def test_every_dependency_is_explained() -> None:
    text = (ROOT / "docs" / "design" / "dependencies.md").read_text(encoding="utf-8")
    wanted = [
        Requirement(line).name for line in PROJECT["project"]["dependencies"] + PROJECT["build-system"]["requires"]
    ]
    wanted += [
        line
        for line in (ROOT / "requirements" / "test.in").read_text(encoding="utf-8").splitlines()
        if not line.startswith("#")
    ]
    rows = "\n".join(line.split("|")[1] for line in text.splitlines() if line.startswith("|"))
    for name in wanted:
        assert re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", rows), name


def imports(folder: str) -> dict[str, set[str]]:
    """Return the packages that files of a folder import, by their places."""
    line = re.compile(r"^ *(?:import (\w+)|from (\w+)[\w.]* import )", re.MULTILINE)
    return {
        str(path.relative_to(ROOT)): {one or other for one, other in line.findall(path.read_text(encoding="utf-8"))}
        for path in (ROOT / folder).rglob("*.py")
    }


def declared(*more: str) -> set[str]:
    """Return what the package asks for, with its extras, and some more."""
    extras = [line for lines in PROJECT["project"]["optional-dependencies"].values() for line in lines]
    wanted = [*PROJECT["project"]["dependencies"], *extras, *more]
    return {canonicalize_name(Requirement(line).name) for line in wanted if not line.startswith("#")}


HOMES = {
    "docx": "python-docx",
    "meta_analyze": "pymetaanalysis",
    "pydantic_core": "pydantic",
    "python_calamine": "python-calamine",
    "ruamel": "ruamel-yaml",
    "typing_extensions": "typing-extensions",
    "vl_convert": "vl-convert-python",
    "yaml": "pyyaml",
}


def test_nothing_imports_what_is_not_declared() -> None:
    ours = {"wellbeva", *sys.stdlib_module_names}
    for place, names in imports("src").items():
        assert {HOMES.get(name, name) for name in names - ours} <= declared(), place


def test_tests_import_nothing_that_is_not_asked_for() -> None:
    """What a test or a tool imports stands in test.in or docs.in, or is needed to run wellbeva."""
    files = [ROOT / "requirements" / name for name in ("test.in", "docs.in")]
    asked = declared(*(line for file in files for line in file.read_text("utf-8").splitlines()))
    asked |= {canonicalize_name(Requirement(line).name) for line in PROJECT["build-system"]["requires"]}
    found = imports("tests") | imports("benchmarks") | imports("tools")
    ours = {
        "wellbeva",
        "tests",
        "benchmarks",
        "tools",
        *(Path(place).stem for place in found),
        *sys.stdlib_module_names,
    }
    for place, names in found.items():
        assert {canonicalize_name(HOMES.get(name, name)) for name in names - ours} <= asked, place


def test_every_dependency_is_imported() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    homes = {
        "python-calamine": "python_calamine",
        "pyyaml": "yaml",
        "typing-extensions": "typing_extensions",
        "vl-convert-python": "vl_convert",
    }
    # h5py is h5netcdf's HDF5 library, which it imports by itself and does not ask for.
    for name in {Requirement(line).name for line in PROJECT["project"]["dependencies"]} - {"h5py"}:
        module = re.escape(homes.get(name, name))
        assert re.search(rf"^\s*(import|from) {module}\b|engine=\"{module}\"", source, re.MULTILINE), name
