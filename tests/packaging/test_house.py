"""Rules of the house that no other tool looks at."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHIPPED = sorted(one for part in ("models", "scenarios", "benchmarks") for one in (ROOT / part).rglob("*.yaml"))
RULES = [
    f"R{number}{letter}"
    for number in range(1, 30)
    for letter in ("", "a" if number in (7, 14, 16) else "-")
    if letter != "-"
]
"""Rules of the format, as docs/design/semantics.md numbers them."""


def test_no_file_above_600_lines() -> None:
    long = {}
    for folder in ("src", "tests", "benchmarks", "requirements", "tools"):
        for path in (ROOT / folder).rglob("*.py"):
            lines = len(path.read_text(encoding="utf-8").splitlines())
            if lines > 600:
                long[str(path.relative_to(ROOT))] = lines
    assert not long


def test_the_supported_pythons_are_the_same_everywhere() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert 'requires-python = ">=3.11,<3.14"' in text
    lock = (ROOT / "requirements" / "lock.py").read_text(encoding="utf-8")
    assert 'PYTHONS = ("3.11", "3.12", "3.13")' in lock
    assert "(3, 11) <= v <= (3, 13)" in (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "(3, 11) <= sys.version_info[:2] <= (3, 13)" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


INSIDE = ("numba.core", "numba.np", "numba.cpython", "numpy.core", "numpy.lib")


@pytest.mark.thorough
def test_nothing_private_of_another_package_is_imported() -> None:
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / "src").rglob("*.py")):
        names: list[str] = []
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names += [one.name for one in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module is not None:
                names += [f"{node.module}.{one.name}" for one in node.names]
        private = sorted(
            name
            for name in names
            if not name.startswith(("wellbeva.", "__future__."))
            and (name.startswith(INSIDE) or any(part.startswith("_") for part in name.split(".")))
        )
        if private:
            found[path.relative_to(ROOT).as_posix()] = private
    assert not found


def test_readme_opens_with_the_two_commands() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert readme.index("make demo") < readme.index("make test") < 1500


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: str(path.relative_to(ROOT)))
def test_r29_lines_of_shipped_files_are_short(path: Path) -> None:
    """R29: at most 120 characters, but for a web address, which nobody can break."""
    long = [
        f"{number}: {len(line)}"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if len(line) > 120 and not re.fullmatch(r" *link: https://\S+", line)
    ]
    assert not long


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_of_the_format_is_cited_by_a_test(rule: str) -> None:
    """By its number in the text of a test, or in its name."""
    cited = re.compile(rf"\b{rule}\b|def test_{rule.lower()}_")
    assert any(cited.search(_tests_of(one)) for one in (ROOT / "tests").rglob("test_*.py"))


def _tests_of(path: Path) -> str:
    """Return a file of tests without its own docstring, which may speak of rules that others prove."""
    text = path.read_text(encoding="utf-8")
    return re.sub(r'\A(""".*?""")', "", text, flags=re.DOTALL)


def test_the_list_of_rules_is_that_of_the_rule_book() -> None:
    text = (ROOT / "docs" / "design" / "semantics.md").read_text(encoding="utf-8")
    numbered = set(re.findall(r"(?:\*\*|\*)(R[0-9]+a?)\b", text))
    assert {rule for rule in numbered if int(rule.strip("Ra")) < 30} | {"R28", "R29"} == set(RULES)
