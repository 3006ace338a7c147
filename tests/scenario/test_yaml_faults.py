"""What is said about broken syntax, and where; characters that only an escape can bring in."""

from __future__ import annotations

from pathlib import Path

import pytest

from wellbeva.errors import Collector, Diagnostic, WellbevaError, render
from wellbeva.scenario.loader import load_scenario
from wellbeva.scenario.text.nodes import ListNode, Scalar
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


@pytest.mark.parametrize("text", ["a:\n\tx: 1\n", "a: b\n\tc\n", "a: [b\n\t c: d: e]\n", "a:\n  b: 1\n  \tc\nd: 2\n"])
def test_a_tab_is_shown(text: str) -> None:
    one = fault(text)
    assert one.span is not None
    assert one.message == "a tab (→) stands before this line's text"
    assert "→" in one.remedy
    assert one.span.text[one.span.column - 1] == "\t"


@pytest.mark.parametrize("text", ["a:\t1", "a: \t1", "a: 1\t# the comment", "a: 1 \t \nb: 2"])
def test_a_tab_behind_a_key_or_a_value_is_a_blank(text: str) -> None:
    collector = Collector()
    root = read_tree(text, "f.yaml", collector=collector)
    assert root is not None
    assert collector.found == []
    node = root.get("a")
    assert isinstance(node, Scalar)
    assert node.text == "1"
    assert text[node.span.column - 1] == "1"


@pytest.mark.parametrize(
    ("text", "code", "message", "column"),
    [
        ("a: *bold* x", "WB-F012", "the alias '*bold*' is refused", 4),
        ("a: *", "WB-F012", "the alias '*' is refused", 4),
        ("a: & b", "WB-F012", "the anchor '&' is refused", 4),
        ("a: !e!x y", "WB-F013", "the tag '!e!x' is refused", 4),
        ("a: !x,y z", "WB-F013", "the tag '!x,y' is refused", 4),
        ("a: {b: c", "WB-F010", "this is not YAML: expected ',' or '}', but the file ends", 9),
        ("a: {b: c d: e}", "WB-F010", "this is not YAML: expected ',' or '}', but got ':'", 11),
        ("a: @b", "WB-F010", "this is not YAML: found character '@' that cannot start any token", 4),
        ('a: "b\\q"', "WB-F010", "this is not YAML: found unknown escape character 'q'", 6),
        ("a: 'b' c", "WB-F010", "this is not YAML: expected a key, but got 'c'", 8),
        ("{a: 1} b", "WB-F010", "this is not YAML: expected the end of the file, but got 'b'", 8),
        ("a: ]", "WB-F010", "this is not YAML: expected a value, but got ']'", 4),
        ("a: '\U0001f600\U0001f600' b", "WB-F010", "this is not YAML: expected a key, but got 'b'", 9),
        ("a: [" + "[" * 2_000, "WB-F015", "brackets or indentation go too deep here", None),
    ],
)
def test_what_is_said_of_broken_syntax(text: str, code: str, message: str, column: int | None) -> None:
    one = fault(text)
    assert one.span is not None
    assert (one.code, one.message) == (code, message)
    assert column in {None, one.span.column}


def test_a_column_counts_characters_of_any_plane() -> None:
    root = read_tree("\U0001f600é: [\U0001f600, x]", "f.yaml", collector=Collector())
    assert root is not None
    items = root.get("\U0001f600é")
    assert isinstance(items, ListNode)
    assert [item.span.column for item in items.items] == [6, 9]


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
