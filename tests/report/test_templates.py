"""Templates that are kept as Python's code: taken where this user has signed them, else compiled again."""

from __future__ import annotations

from pathlib import Path

import jinja2
import pytest

from wellbeva.report.page.templates import environment

NAME = "sheet.html.j2"


def test_only_kept_templates_that_are_signed_are_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WELLBEVA_CACHE", str(tmp_path))
    compiled: list[str] = []
    compile_source = jinja2.Environment.compile

    def noted(environment: jinja2.Environment, source: str, name: str, filename: str) -> object:
        compiled.append(name)
        return compile_source(environment, source, name, filename)

    monkeypatch.setattr(jinja2.Environment, "compile", noted)

    def load() -> None:
        assert environment.__wrapped__().get_template(NAME).module.__dict__["lines"]("key", "Title", ["A line"])

    load()
    load()
    assert compiled == [NAME]
    (kept,) = (tmp_path / "kernels").glob("templates-*/*")
    signed = kept.read_bytes()
    kept.write_bytes(signed[:-1] + bytes([signed[-1] ^ 1]))
    load()
    assert compiled == [NAME, NAME]
    assert kept.read_bytes() == signed
