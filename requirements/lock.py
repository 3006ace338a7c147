"""Resolve what the make targets install and write it down: ``make lock``.

Each set is resolved for every Python that is supported; one pin must serve them all, or nothing is written. With each
pin stand the hashes of all files that the registry has of it, of every system.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
PYTHONS = ("3.11", "3.12", "3.13")
NEWEST_FOR_ALL = min(PYTHONS, key=lambda version: int(version.split(".")[1]))


def main() -> None:
    """Write build.txt, run.txt, extras.txt, docs.txt and test.txt."""
    project = tomllib.loads((HERE.parent / "pyproject.toml").read_text(encoding="utf-8"))
    run_wanted = project["project"]["dependencies"]
    build = resolved([*project["build-system"]["requires"], "editables"])
    run = resolved(run_wanted)
    pinned = [f"{name}=={version}" for name, version in {**build, **run}.items()]
    test = {name: version for name, version in resolved([*_wanted("test.in"), *pinned]).items() if name not in run}
    site = resolved([*_wanted("docs.in"), *pinned])
    docs = {name: version for name, version in site.items() if name not in run | build}
    extras = [line for lines in project["project"]["optional-dependencies"].values() for line in lines]
    extra = {name: version for name, version in resolved([*extras, *pinned]).items() if name not in run | build}
    write("extras.txt", extra, "For all extras; beside run.txt", first="-r run.txt\n")
    write("build.txt", build, "To build and install wellbeva itself")
    write("run.txt", run, "To run wellbeva")
    write("docs.txt", docs, "To build the documents' site; beside run.txt", first="-r run.txt\n")
    write("test.txt", test, "To test, lint and check types; beside run.txt", first="-r run.txt\n")


def _wanted(name: str) -> list[str]:
    return [line for line in (HERE / name).read_text(encoding="utf-8").splitlines() if not line.startswith("#")]


def resolved(wanted: list[str]) -> dict[str, str]:
    """Return name to version, the same for all Pythons; the oldest Python decides what is newest."""
    pins = _resolve(wanted, NEWEST_FOR_ALL)
    exact = [f"{name}=={version}" for name, version in pins.items()]
    for version in PYTHONS:
        found = _resolve(exact, version)
        if found != pins:
            sys.exit(f"Python {version} needs other packages: {sorted(found.items() ^ pins.items())}")
    return pins


def _resolve(wanted: list[str], version: str) -> dict[str, str]:
    with tempfile.TemporaryDirectory() as folder:
        target = [f"--python-version={version}", "--only-binary=:all:", f"--target={folder}"]
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed", *target]
        told = subprocess.run([*command, "--report=-", *wanted], check=True, capture_output=True, text=True)  # noqa: S603 - our own list
    found = json.loads(told.stdout)["install"]
    return dict(sorted((one["metadata"]["name"].lower(), one["metadata"]["version"]) for one in found))


def write(name: str, pins: dict[str, str], title: str, *, first: str = "") -> None:
    """Write one file of pins with their hashes; pip takes nothing else."""
    text = f"# {title}. Written by `make lock`.\n--require-hashes\n{first}{_hashed(pins)}"
    (HERE / name).write_text(text, encoding="utf-8")


def _hashed(pins: dict[str, str]) -> str:
    # pip names the one file that it would take here; uv all that there are.
    options = ["--quiet", "--no-deps", "--no-header", "--no-annotate", "--generate-hashes", "--universal"]
    command = [sys.executable, "-m", "uv", "pip", "compile", *options, f"--python-version={NEWEST_FOR_ALL}", "-"]
    lines = "".join(f"{package}=={version}\n" for package, version in pins.items())
    return subprocess.run(command, input=lines, check=True, capture_output=True, text=True).stdout  # noqa: S603 - our own list


if __name__ == "__main__":
    main()
