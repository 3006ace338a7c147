"""What README and docs tell a person to type works, and prints what they say it prints."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from wellbeva.cli import main

pytestmark = pytest.mark.thorough

ROOT = Path(__file__).parents[2]
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ANYTHING = "…"
QUOTED = re.compile(r"""'[^']*'|"[^"$`\\]*\"""")
SHELL = re.compile(r"[|&;<>$`\\*?(){}#~]")
"""What only a shell understands, outside quotes."""
OR_STATUS = ' || echo "status $?"'
TOGETHER = re.compile(r"^(?:export|for|if|while|cd|wait)\b|<<|[\\&]$", re.MULTILINE)
"""What makes the lines of a block one script."""


@dataclass(frozen=True)
class Block:
    kind: str
    text: str


def blocks(path: str) -> list[Block]:
    text = (ROOT / path).read_text(encoding="utf-8")
    return [Block(kind, body) for kind, body in FENCE.findall(text)]


def run(script: str, folder: Path) -> str:
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "COLUMNS": "80"}
    shell = ["bash", "-euo", "pipefail", "-c", script]
    ended = subprocess.run(shell, cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert ended.returncode == 0, f"{script}\n{ended.stdout}\n{ended.stderr}"
    assert "Traceback" not in ended.stderr
    return ended.stdout + ended.stderr


@pytest.fixture
def do(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[[Block, Path], str]:
    """Do what a page says in a shell; Python and plain commands of wellbeva in this process, which starts none.

    The Python of a page is one session.
    """
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("WELLBEVA_DEBUG", raising=False)
    session: dict[str, object] = {"__name__": "__main__"}

    def here(block: Block, folder: Path) -> str:
        monkeypatch.chdir(folder)
        if block.kind == "python":
            exec(compile(block.text, "page.py", "exec"), session)
            return "".join(capsys.readouterr())
        if TOGETHER.search(block.text):
            return run(block.text, folder)
        said = ""
        for line in block.text.splitlines():
            command, _, file = line.removesuffix(OR_STATUS).partition(" > ")
            if not command.startswith("wellbeva ") or SHELL.search(QUOTED.sub("", command + file)):
                said += run(line, folder)
                continue
            status = main.main(shlex.split(command)[1:])
            out, err = capsys.readouterr()
            assert status == 0 or line.endswith(OR_STATUS), f"{line}\n{out}{err}"
            if file:
                (folder / file).write_text(out, encoding="utf-8")
            said += out * (not file) + err + f"status {status}\n" * bool(status)
        return said

    return here


def says(output: str, expected: str) -> None:
    """Require the expected lines in their order; three dots stand for any other lines, or for the end of a line."""
    lines = iter([line.rstrip() for line in output.splitlines()])
    for wanted in (line.rstrip() for line in expected.splitlines()):
        if wanted != ANYTHING and wanted:
            start = wanted.removesuffix(ANYTHING)
            same = (line == wanted or (start != wanted and line.startswith(start)) for line in lines)
            assert any(same), f"missing, or out of order: {wanted!r} in\n{output}"


def play(path: str, folder: Path, do: Callable[[Block, Path], str]) -> int:
    """Do all that a page tells, in order, in an empty folder; return how many commands it held."""
    output, commands = "", 0
    for block in blocks(path):
        if block.kind == "yaml":
            name, added = re.match(r"# ([\w./-]+)(, added)?\n", block.text).groups()
            with (folder / name).open("a" if added else "w", encoding="utf-8") as file:
                file.write(block.text)
        elif block.kind == "csv":
            name, _, text = block.text.removeprefix("# ").partition("\n")
            (folder / name).write_text(text, encoding="utf-8")
        elif block.kind in ("sh", "python"):
            output, commands = do(block, folder), commands + 1
        elif block.kind == "text":
            says(output, block.text)
        elif block.kind == "r":
            if shutil.which("Rscript") is None:
                pytest.skip("R is not installed")
            (folder / "page.R").write_text(block.text, encoding="utf-8")
            output, commands = run("Rscript page.R", folder), commands + 1
    return commands


def test_the_tutorial(tmp_path: Path, do: Callable[[Block, Path], str]) -> None:
    assert play("docs/tutorial.md", tmp_path, do) >= 7
    for folder in ("runs/walks", "runs/longer", "runs/walks-sceptical"):
        assert (tmp_path / folder / "report.html").is_file()


def test_the_readme_shows_what_the_demo_prints(tmp_path: Path, do: Callable[[Block, Path], str]) -> None:
    shown = next(block.text for block in blocks("README.md") if block.kind == "text" and "report:" in block.text)
    command = shown.splitlines()[0]
    assert command == "$ make demo"
    printed = do(Block("sh", f"wellbeva run scenarios/uk-community-offers.yaml --out {tmp_path}/demo"), ROOT)
    says(printed.replace(f"{tmp_path}/demo", "runs/uk-community-offers"), "\n".join(shown.splitlines()[1:]))


@pytest.mark.parametrize(
    "name", ["how-to.md", *sorted(f"how-to/{one.name}" for one in (ROOT / "docs/how-to").glob("*.md"))]
)
def test_the_how_tos(name: str, tmp_path: Path, do: Callable[[Block, Path], str]) -> None:
    (tmp_path / "scenarios").symlink_to(ROOT / "scenarios")
    (tmp_path / "models").symlink_to(ROOT / "models")
    assert play(f"docs/{name}", tmp_path, do) >= 2


def test_every_how_to_is_listed() -> None:
    listed = re.findall(
        r"^- \[[^]]+\]\(how-to/([\w-]+\.md)\)$", (ROOT / "docs/how-to.md").read_text("utf-8"), re.MULTILINE
    )
    assert sorted(listed) == sorted(one.name for one in (ROOT / "docs/how-to").glob("*.md"))


@pytest.mark.parametrize(
    "path", sorted(str(one.relative_to(ROOT)) for one in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
)
def test_what_pages_point_at_exists(path: str) -> None:
    text = (ROOT / path).read_text(encoding="utf-8")
    here = (ROOT / path).parent
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", text):
        assert (here / target).exists(), target
    for name in re.findall(r"`((?:docs|scenarios|models|src|requirements|benchmarks|tests)/[\w./-]*)`", text):
        assert (ROOT / name).exists(), name
