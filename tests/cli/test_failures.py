"""What a person reads when a verb fails: words, a remedy and an exit status; never a traceback."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tiers import thorough_after
from wellbeva import api
from wellbeva.cli import errors, main
from wellbeva.core.spans import Span
from wellbeva.errors import Diagnostic, WellbevaError

SIMPLE = str(Path(__file__).parents[2] / "scenarios/published/frijters2024-simple.yaml")
PLACE = Span("x.yaml", 3, 5, 4, "    70%% of people")
ERROR = Diagnostic("WB-V1", "a share is written once", PLACE, ("70%%", "one % is enough"), "write 70%")
WARNING = Diagnostic("WB-S9", "a number without a source", severity="warning")


def fails_with(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("wellbeva.api.checks.check_with_groups", refuse)


def test_all_diagnostics_are_shown_and_counted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fails_with(monkeypatch, WellbevaError([ERROR, WARNING]))
    assert main.main(["check", "x.yaml"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err == (
        "x.yaml:3:5: error[WB-V1]: a share is written once\n"
        "  |\n"
        "3 |     70%% of people\n"
        "  |     ^^^^\n"
        "  - 70%%\n"
        "  - one % is enough\n"
        "  remedy: write 70%\n"
        "\n"
        "warning[WB-S9]: a number without a source\n"
        "1 error, 1 warning\n"
    )


def test_what_could_not_be_checked_is_said_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fails_with(monkeypatch, WellbevaError([WARNING, ERROR], "the base case"))
    assert main.main(["check", "x.yaml"]) == 2
    last = "More may follow once these are fixed: the base case could not be checked.\n"
    assert capsys.readouterr().err.endswith(f"1 error, 1 warning\n{last}")


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (KeyboardInterrupt(), 130, "stopped; nothing was written\n"),
        (
            OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "runs/x"),
            2,
            (
                "error[WB-F90]: runs/x: No space left on device\n"
                "  remedy: free some space or name another folder with --out; no half-written run folder is left\n"
            ),
        ),
        (
            MemoryError(),
            2,
            (
                "error[WB-E90]: this run needs more memory than the machine has left\n"
                "  remedy: run fewer draws with --draws, leave out --keep-draws, or close other programs\n"
            ),
        ),
        (
            ZeroDivisionError("secret detail"),
            70,
            (
                "error[WB-X1]: wellbeva itself has failed (ZeroDivisionError), and not your file; nothing was written\n"
                "  remedy: run it again with WELLBEVA_DEBUG=1 in front, and send us what it prints and your file\n"
            ),
        ),
    ],
    ids=["stopped", "disk full", "memory", "ours"],
)
def test_status_and_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: BaseException, status: int, said: str
) -> None:
    monkeypatch.delenv("WELLBEVA_DEBUG", raising=False)
    fails_with(monkeypatch, error)
    assert main.main(["check", "x.yaml"]) == status
    assert capsys.readouterr().err == said


def test_debugging_shows_the_traceback(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("WELLBEVA_DEBUG", "1")
    fails_with(monkeypatch, ZeroDivisionError("detail"))
    assert main.main(["check", "x.yaml"]) == 70
    assert "Traceback" in capsys.readouterr().err


def test_wrong_usage_is_two(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["run", "x.yaml", "--draws", "many"]) == 2
    assert "--draws" in capsys.readouterr().err


def test_a_file_cannot_drive_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    errors.show([Diagnostic("WB-F3", "unknown key '\x1b[2J\x07\u202e'")])
    assert capsys.readouterr().err == "error[WB-F3]: unknown key '�[2J��'\n"


def test_colour_on_a_terminal_only_changes_colour(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    errors.show([ERROR])
    plain = capsys.readouterr().err
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    errors.show([ERROR])
    painted = capsys.readouterr().err
    assert "\x1b[" in painted
    assert without_colour(painted) == plain
    monkeypatch.setenv("NO_COLOR", "1")
    errors.show([ERROR])
    assert capsys.readouterr().err == plain


def without_colour(text: str) -> str:
    import re

    return re.sub(r"\x1b\[[0-9;]*m", "", text)


@pytest.mark.parametrize(
    "words",
    thorough_after(
        2, [["run", "--help"], ["test", SIMPLE], ["test", SIMPLE, "--json"], ["run", SIMPLE, "--no-report"]]
    ),
)
def test_a_reader_that_leaves_is_no_fault_and_no_missed_line(tmp_path: Path, words: list[str]) -> None:
    # `wellbeva schema … | head -1`, with a pipe whose reading end is closed before anything is written.
    reading, writing = os.pipe()
    os.close(reading)
    ended = subprocess.run(
        [sys.executable, "-m", "wellbeva", *words],
        cwd=tmp_path,
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=300,
    )
    os.close(writing)
    assert (ended.returncode, ended.stderr) == (141, "")


def test_a_flood_of_diagnostics_is_cut_and_counted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fails_with(monkeypatch, WellbevaError([Diagnostic("WB-F3", f"fault {n}") for n in range(1000)]))
    assert main.main(["check", "x.yaml"]) == 2
    err = capsys.readouterr().err
    assert err.count("error[WB-F3]") == 100
    assert err.endswith("error[WB-F3]: fault 99\n\nand 900 more\n1000 errors\n")
    errors.show([WARNING] * 100)
    assert "more" not in capsys.readouterr().err


def test_explain_cannot_drive_the_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(api, "explain", lambda *_, **__: "one\x1b[2J\ntwo\n")
    assert main.main(["explain", "x.yaml"]) == 0
    assert capsys.readouterr().out == "one�[2J\ntwo\n"
