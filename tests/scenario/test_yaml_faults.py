"""What is said about broken syntax, and where; characters that only an escape can bring in."""

from __future__ import annotations

from pathlib import Path

import pytest

from wellbeva.errors import Collector, Diagnostic, WellbevaError, render
from wellbeva.scenario import load_scenario
from wellbeva.scenario.text.yaml_parser import read_tree

SMALL = Path(__file__).parent / "small"


def fault(text: str) -> Diagnostic:
    collector = Collector()
    assert read_tree(text, "f.yaml", collector=collector) is None
    (one,) = collector.errors
    return one


@pytest.mark.parametrize("end", ["", "\nc: 2\nd: 3\n"])
@pytest.mark.parametrize("quote", ["'", '"'])
def test_an_unclosed_quote_is_shown_where_it_begins(quote: str, end: str) -> None:
    one = fault(f"a: 1\nb: {quote}open{end}")
    assert one.span is not None
    assert (one.message, one.span.line, one.span.column) == ("this quote is not closed", 2, 4)


@pytest.mark.parametrize("line", ["people 80", "people:80"])
@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("a:\n  {}\n  cost: 1\n", 2),
        ("a:\n  effect: 2\n  {}\n", 3),
        ("a:\n  effect: 2\n  {}\nb: 2\n", 3),
        ("a:\n  effect: 2\n  {}\n  cost: 1\n", 3),
        ('a:\n  effect: "2"\n  {}\n  cost: 1\n', 3),
    ],
)
def test_a_line_without_colon_and_blank(text: str, number: int, line: str) -> None:
    one = fault(text.format(line))
    assert one.span is not None
    assert one.message == "this line has no ': ' (a colon and a blank)"
    assert (one.span.line, one.span.column) == (number, 3)


@pytest.mark.parametrize(
    ("text", "line", "facts"),
    [
        ("a:\n  x: 1\n   y: 2\n", 3, ("blanks before this line: 3", "blanks before line 2: 2")),
        ("a:\n  x: {p: 1}\n\n   y: 2\n", 4, ("blanks before this line: 3", "blanks before line 2: 2")),
        ("a:\n  x: 1\n y: 2\n  z: 3\n", 3, ("blanks before this line: 1", "blanks before line 2: 2")),
        (" a: 1\nb: 2\n", 2, ("blanks before this line: 0", "blanks before line 1: 1")),
        ("a:\n  - x: 1\n   - y\n", 3, ("blanks before this line: 3", "blanks before line 2: 2")),
    ],
)
def test_a_blank_too_many_or_too_few(text: str, line: int, facts: tuple[str, ...]) -> None:
    one = fault(text)
    assert one.span is not None
    assert one.message == "this line is not indented like its neighbours"
    assert (one.span.line, one.facts) == (line, facts)
    assert "indentation" in one.remedy


@pytest.mark.parametrize("text", ["a:\n  label: 'Men's shed'\n", "\na: {label: 'Men's shed', b: 1}\n"])
def test_an_apostrophe_inside_quotes(text: str) -> None:
    one = fault(text)
    assert one.span is not None
    assert one.remedy == "a ' inside '…' is written ''"
    assert one.span.text[: one.span.column].endswith("'Men'")


def test_a_second_colon_on_a_line_keeps_its_own_remedy() -> None:
    one = fault("x: 1\na: b: c\n")
    assert one.remedy == "quote a text that holds ': ', or write it under '>-'"


def test_a_tab_is_shown() -> None:
    one = fault("a:\n\tx: 1\n")
    assert "→" in one.message
    assert "→" in one.remedy


@pytest.mark.parametrize(
    "escape",
    [r"\e", r"\0", r"\a", r"\x07", r"\x9b", r"\N", r"\r", r"\uffff", r"\ufffe", r"\ud800", r"\u202e", r"\L", r"\x7f"],
)
@pytest.mark.parametrize("form", ['a: "one %s two"', '"k%s": 1', 'a: [1, "%s"]'])
def test_an_escape_brings_in_nothing_a_file_may_not_hold(form: str, escape: str) -> None:
    one = fault("x: 1\n" + form % escape)
    assert one.code == "WB-F006"
    assert one.span is not None
    assert one.span.line == 2
    assert render(one).encode("utf-8").isascii()


def test_ordinary_escapes_are_read() -> None:
    collector = Collector()
    assert read_tree(r'a: "\u00a35\tand\nmore \U0001F600"', "f.yaml", collector=collector) is not None
    assert collector.found == []


def test_a_tag_cannot_bring_in_an_escape() -> None:
    one = fault("a: !%1b[31m x")
    assert one.code in {"WB-F010", "WB-F013"}
    assert "\x1b" not in render(one)


@pytest.mark.parametrize("bad", ["\ud800", "\x1b", "\r", "\x9b", "\uffff"])
@pytest.mark.parametrize("form", ["counted{}=true", "counted=true{}"])
def test_an_override_holds_no_such_character(form: str, bad: str) -> None:
    with pytest.raises(WellbevaError) as caught:
        load_scenario(SMALL / "garden.yaml", overrides=(form.format(bad),))
    (one,) = caught.value.diagnostics
    assert one.code == "WB-F006"
    assert one.span is not None
    assert render(one).encode("utf-8").isascii()
    assert f"\\u{ord(bad):04x}" in one.span.text


def test_the_name_of_a_variant_can_be_printed() -> None:
    with pytest.raises(WellbevaError) as caught:
        load_scenario(SMALL / "garden.yaml", variant="long\udcff")
    assert render(caught.value.diagnostics[0]).encode("utf-8").isascii()
