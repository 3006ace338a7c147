"""Positions inside scalars, and files that are hostile or no text at all."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from wellbeva.errors import Collector, WellbevaError
from wellbeva.scenario.loader import load_scenario
from wellbeva.scenario.text.files import TABLE_LIMIT, YAML_LIMIT, beside
from wellbeva.scenario.text.nodes import MapNode, Scalar, plain
from wellbeva.scenario.text.yaml_parser import DEPTH_LIMIT, LINE_LIMIT, NODE_LIMIT, read_top, read_tree


def tree(text: str) -> MapNode:
    collector = Collector()
    root = read_tree(text, "f.yaml", collector=collector)
    assert root is not None, collector.found
    return root


def codes(text: str) -> list[str]:
    collector = Collector()
    read_tree(text, "f.yaml", collector=collector)
    assert all(one.span for one in collector.found)
    return [one.code for one in collector.found]


def place(text: str, key: str, part: str) -> tuple[int, int]:
    node = tree(text).get(key)
    assert isinstance(node, Scalar)
    span = node.located.span(node.text.index(part))
    return span.line, span.column


def test_every_scalar_is_text() -> None:
    words = {"a": "0.30", "b": "007", "c": "1_000", "d": "2025-11-24", "e": "no", "f": "0x1F", "g": ".inf", "h": "true"}
    assert plain(tree("".join(f"{key}: {word}\n" for key, word in words.items()))) == words


@pytest.mark.parametrize(
    ("text", "part", "expected"),
    [
        ("k: one two", "two", (1, 8)),
        ("k: 'it''s two'", "two", (1, 11)),
        ('k: "a\\tb two"', "two", (1, 10)),
        ('k: "\\u00a35 two"', "two", (1, 13)),
        ("k: >-\n  one\n  two three\n", "three", (3, 7)),
        ("k: |\n  one\n   two\n", "two", (3, 4)),
        ("k: one\n  two\n  three", "three", (3, 3)),
        ('k: "one\n  two\n  three"', "three", (3, 3)),
        ("# £\r\nk: one\r\n", "one", (2, 4)),
    ],
)
def test_a_place_inside_a_scalar(text: str, part: str, expected: tuple[int, int]) -> None:
    assert place(text, "k", part) == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: [" + "[" * 10_000, "WB-F015"),
        ("a: " + "{b: " * 10_000, "WB-F015"),
        ("- " * 10_000 + "x", "WB-F015"),
        ("a:\n" + "".join(" " * depth + "b:\n" for depth in range(1, 200)), "WB-F015"),
        ("a: &x [1]\nb: [*x, *x]", "WB-F012"),
        ("a: *x", "WB-F012"),
        ("a: !!python/name:os.system x", "WB-F013"),
        ("a: ! x", "WB-F013"),
        ("<<: {a: 1}", "WB-F014"),
        ("a: 1\n---\nb: 2", "WB-F017"),
        ("%YAML 1.1\n---\na: 1", "WB-F018"),
        ("", "WB-F019"),
        ("- a", "WB-F019"),
        ("a: 1\na: 2", "WB-F011"),
        ("? [a]\n: b", "WB-F022"),
        ("a: b: c", "WB-F010"),
        ('a: "\\UFFFFFFFF"', "WB-F010"),
        ("a: Table #3", "WB-F021"),
        ("a: [" + "1," * (NODE_LIMIT + 1) + "]", "WB-F016"),
        ("a: " + "x" * 30_000, "WB-F016"),
        ("a: " + "x y " * 30_000, "WB-F016"),
        ("? a" * 30_000, "WB-F016"),
        ("a: 1\n" + "\r" * LINE_LIMIT, "WB-F016"),
    ],
)
def test_hostile_yaml_is_refused(text: str, code: str) -> None:
    start = time.process_time()
    assert codes(text) == [code]
    # Each takes at most about a second (50,000 values are read before the last is refused); a bomb would take minutes.
    assert time.process_time() - start < 10


def test_depth_up_to_the_limit_is_read() -> None:
    inside = DEPTH_LIMIT - 1
    assert codes("a: " + "[" * inside + "]" * inside) == []


def refused(path: Path) -> str:
    with pytest.raises(WellbevaError) as caught:
        load_scenario(path)
    assert all(one.span for one in caught.value.diagnostics)
    return caught.value.diagnostics[0].code


def test_a_missing_file(tmp_path: Path) -> None:
    assert refused(tmp_path / "none.yaml") == "WB-F001"


def test_a_folder(tmp_path: Path) -> None:
    assert refused(tmp_path) == "WB-F002"


def test_a_socket_is_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as one:
        one.bind("s.yaml")
        assert refused(Path("s.yaml")) == "WB-F002"


def test_an_unreadable_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("schema: wellbeva/scenario/1")
    if os.geteuid() == 0:

        def refuse(*_: object, **__: object) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(Path, "open", refuse)
    else:
        path.chmod(0)
    assert refused(path) == "WB-F003"


def test_a_path_that_cannot_be_one(tmp_path: Path) -> None:
    assert refused(tmp_path / "a\0b.yaml") == "WB-F003"
    assert refused(tmp_path / ("a" * 5000)) == "WB-F003"


def test_a_file_of_50_mb_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "big.yaml"
    with path.open("wb") as handle:
        handle.truncate(50 * 1024 * 1024)
    start = time.process_time()
    assert refused(path) == "WB-F004"
    assert time.process_time() - start < 1
    assert YAML_LIMIT < TABLE_LIMIT < 50 * 1024 * 1024


@pytest.mark.parametrize(
    ("data", "code", "line", "column"),
    [
        (b"schema: x\nname: caf\xe9\n", "WB-F005", 2, 10),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "WB-F005", 1, 1),
        (b"a: 1\nb: \x00\n", "WB-F006", 2, 4),
        ("a: 1\nb: \u202ex\n".encode(), "WB-F006", 2, 4),
        (b"\xff\xfea\x00", "WB-F005", 1, 1),
    ],
)
def test_what_is_no_text(tmp_path: Path, data: bytes, code: str, line: int, column: int) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(data)
    with pytest.raises(WellbevaError) as caught:
        load_scenario(path)
    (one,) = caught.value.diagnostics
    assert one.span is not None
    assert (one.code, one.span.line, one.span.column) == (code, line, column)


def test_a_byte_order_mark_is_no_character(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(b"\xef\xbb\xbfschema: wellbeva/scenario/9\n")
    assert refused(path) == "WB-F031"


def test_no_name_leads_out_of_the_folder(tmp_path: Path) -> None:
    inside = tmp_path / "one" / "two"
    inside.mkdir(parents=True)
    (tmp_path / "secret.csv").write_text("a")
    (inside / "link.csv").symlink_to(tmp_path / "secret.csv")
    (tmp_path / "one" / "above.csv").write_text("a")
    for name in ("../../secret.csv", "/etc/passwd", "C:\\x.csv", "\\\\host\\x", "..", "a/../../b", "link.csv", ""):
        assert beside(inside, "two", name) is None, name
    found = beside(inside, "one/two", "above.csv")
    assert found == (tmp_path / "one" / "above.csv", "one/above.csv")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("schema: a\nb: 1", "a"),
        ("b: {schema: 3}\nx: [schema, 4]\nschema: z", "z"),
        ("{a: [1, {schema: q}], schema: w}", "w"),
        ("x: schema\nschema: ok", "ok"),
        ("schema: first\n*broken [", "first"),
        ("schema: {a: b}\nr: t", ""),
        ("- schema: 1", ""),
        ("", ""),
        ("a: [", ""),
    ],
)
def test_a_key_of_the_top_is_found_without_reading_on(text: str, found: str) -> None:
    assert read_top(text, "schema") == found


def test_a_text_that_is_read_again_says_the_same_again() -> None:
    text = "a: 1\na: 2\nb: x #y\n"
    first, second = Collector(), Collector()
    assert read_tree(text, "x", collector=first) == read_tree(text, "x", collector=second)
    assert [one.code for one in first.found] == ["WB-F011", "WB-F021"]
    assert first.found == second.found
    other = Collector()
    read_tree(text, "y", collector=other)
    assert {one.span.file for one in other.found if one.span} == {"y"}


def test_the_top_of_a_file_is_looked_through_no_further_than_values_are_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """1 MiB of "a: b" was gone through to its end, to see that it is not a model: 4 seconds."""
    parse = yaml.parse
    seen = 0

    def counted(*given: object, **named: object) -> Iterator[object]:
        nonlocal seen
        for event in parse(*given, **named):
            seen += 1
            yield event

    monkeypatch.setattr(yaml, "parse", counted)
    assert read_top("a: b\n" * 40_000, "schema") == ""
    assert NODE_LIMIT < seen < NODE_LIMIT + 10


OPENINGS = (
    "[", "{", "(", "- ", "? ", "? a", "a: b", "a: b\n", "a: ", '"', "'", "&a ", "*a", "!", "|", "|\n", ">", "#",
    "%", "@", "`", "\r", "\r\n", "\n", "\t", " ", ",", ", ", ":", "- a\n", "a\n", "\\",
)  # fmt: skip


@pytest.mark.thorough
@pytest.mark.parametrize("opening", OPENINGS)
@pytest.mark.parametrize(
    "where", ["", "a: ", "equations:\n  x: 1 + ", 'a: "', "a: [", "a: |\n "],
    ids=["file", "value", "equation", "quoted", "list", "block"],
)  # fmt: skip
def test_a_mebibyte_of_what_opens_is_soon_done_with(where: str, opening: str) -> None:
    """R58: 80 kB of "[" took 74 seconds. The longest takes 0.3 seconds; what grows faster than the text takes minutes.

    The clock of the process is looked at, for the work is libyaml's, and no call of Python's counts it.
    """
    start = time.process_time()
    text = where + opening * ((2**20 - len(where)) // len(opening))
    read_tree(text, "counted.yaml", collector=Collector())
    assert time.process_time() - start < 5


@pytest.mark.parametrize("text", ["a: [" + "[], " * 49_000 + "]", "a:\n" + "  - [[], [1, 2], [[3]]]\n" * 6_000])
def test_many_small_values_are_read_at_once(text: str) -> None:
    """Each takes 0.4 seconds."""
    start = time.process_time()
    assert codes(text) == []
    assert time.process_time() - start < 5


def test_a_reader_without_libyaml_is_refused_in_words() -> None:
    script = "import yaml; yaml.__with_libyaml__ = False; import wellbeva.scenario.text.yaml_parser"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "ImportError: wellbeva reads YAML through libyaml" in done.stderr
