"""The reference says what the code says."""

from __future__ import annotations

import ast
import re

import pytest

from tools.reference import __main__ as command
from tools.reference import messages, pages
from wellbeva.distributions.families import LONG_FORMS
from wellbeva.language.functions import FUNCTIONS
from wellbeva.scenario.text.identifiers import SHAPES


@pytest.mark.thorough
def test_a_stale_page_is_found(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    whole = command.pages()
    monkeypatch.setattr(command, "pages", lambda: {**whole, "functions.md": whole["functions.md"] + "more\n"})
    monkeypatch.setattr("sys.argv", ["reference"])
    assert command.main() == 1
    assert "docs/reference/functions.md is not what the code says" in capsys.readouterr().out


@pytest.mark.parametrize("kind", ["scenario", "model"])
def test_every_key_has_words(kind: str) -> None:
    rows = [line for line in pages.keys_page(kind).splitlines() if line.startswith("| `")]
    assert len(rows) > 20
    for row in rows:
        key, holds, words = (cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1])
        assert holds, key
        assert words, key


def test_every_function_and_family_is_there() -> None:
    functions = pages.functions_page()
    assert all(f"### `{one.usage}`" in functions for one in FUNCTIONS.values())
    distributions = pages.distributions_page()
    assert all(f"{{{name}: " in distributions for name in (*LONG_FORMS, *SHAPES))


def test_every_command_and_option_is_there() -> None:
    page = command.commands_page()
    for verb in ("run", "check", "test", "explain", "docs", "migrate", "schema", "plan"):
        assert f"## `wellbeva {verb} " in page
    assert "| `--out, -o FILE` |" in page
    assert "| `--format text\\|latex\\|dot\\|svg\\|xlsx` |" in page


def test_messages_are_read_from_the_source() -> None:
    found = pages.messages()
    assert found["WB-R104"] == ("… ask for different things",)
    assert found["WB-R102"] == ("this run has no draw … of randomisation …",)
    call = ast.parse('error("WB-S9", f"no {x!r} here", span)').body[0].value
    assert list(messages._said(call)) == [("WB-S9", "no … here")]


def test_every_message_of_the_reference_says_something() -> None:
    """A message that is a variable, or one of two, is followed; what comes from elsewhere has a text of its own."""
    found = pages.messages()
    assert [code for code, texts in found.items() if not any(len(text.strip("… ")) > 8 for text in texts)] == []
    assert [code for code, texts in found.items() if any(not text.strip("… ") for text in texts)] == []
    assert set(messages.PASSED_ON) <= set(found)
    assert "the file is empty" in found["WB-F019"]
    assert "this version does not read …" in found["WB-F031"]
