"""The untyped tree: values, names, and the place of every node; and that hostile text is never more than refused."""

from __future__ import annotations

import random
import string
from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.language.expressions import sample_environment
from tests.language.golden_cases import cases
from tests.tiers import examples
from wellbeva.core.spans import Located, Piece
from wellbeva.errors import Collector
from wellbeva.language.parser import Expression, parse
from wellbeva.language.preprocess import number_of, rewrite
from wellbeva.language.syntax import Name, Number, Syntax
from wellbeva.language.typing.typing import type_expression


def parsed(text: str) -> Expression:
    collector = Collector()
    expression = parse(Located.bare(text, "model.yaml"), collector)
    assert expression is not None, collector.found
    return expression


def every(node: Syntax) -> list[Syntax]:
    return [node, *(below for child in node.children() for below in every(child))]


@pytest.mark.parametrize(
    ("text", "python"),
    [
        ("50% * a", "50  * a"),
        ("a > 10 weeks", "a > 10      "),
        ("x[option=comparator]", "x(option=comparator)"),
        ("sum(x, over=[group, time])", "sum(x, over=[group, time])"),
        ("x[age=start_age + t][b=c]", "x(age=start_age + t)(b=c)"),
        ("a\n+ b", "a + b"),
        ("f(x)[a=1 year] / (y)[b=2%]", "f(x)(a=1     ) / (y)(b=2 )"),
    ],
)
def test_rewriting_keeps_every_column(text: str, python: str) -> None:
    collector = Collector()
    rewritten = rewrite(Located.bare(text, "model.yaml"), collector)
    assert rewritten is not None
    assert rewritten.text == python
    assert len(rewritten.text) == len(text)


@pytest.mark.parametrize(
    "text",
    [
        "alpha + 50% * beta[option=comparator] / 10 weeks",
        "  where(alpha > 25%, sum(beta, over=[group, time]), -3 months) ** 2",
        "(alpha + (beta)) * ((gamma[age=start_age + t]))",
        "clip(alpha, 5%, 95%) and not (beta <= 1e-3)",
    ],
)
def test_every_name_and_number_stands_where_it_was_written(text: str) -> None:
    nodes = every(parsed(text).root)
    assert any(isinstance(node, Number) for node in nodes) or "age" in text
    for node in nodes:
        written = text[node.start : node.end]
        if isinstance(node, Name):
            assert written == node.name
        elif isinstance(node, Number):
            assert written.split()[0] == node.written
            assert written.endswith(node.unit)
        assert written.count("(") >= 0
        for child in node.children():
            assert node.start <= child.start < child.end <= node.end


def test_spans_follow_a_folded_block() -> None:
    located = Located(
        "people *\nbad", "model.yaml", (Piece(0, 7, 9, "    is: people *"), Piece(9, 8, 9, "        bad"))
    )
    collector = Collector()
    expression = parse(located, collector)
    assert expression is not None
    assert type_expression(expression, sample_environment(), collector) is None
    (found,) = collector.found
    assert found.span is not None
    assert (found.span.line, found.span.column, found.span.length) == (8, 9, 3)


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("50%", 0.5, ""),
        ("67.1%", 0.671, ""),
        ("0.1%", 0.001, ""),
        (".5", 0.5, ""),
        ("2.", 2.0, ""),
        ("1e-3", 0.001, ""),
        ("1E6", 1e6, ""),
        ("9 months", 9.0, "months"),
        ("1 year", 1.0, "year"),
    ],
)
def test_numbers(text: str, value: float, unit: str) -> None:
    root = parsed(text).root
    assert isinstance(root, Number)
    assert (root.value, root.unit) == (value, unit)


@given(st.fractions(min_value=0, max_value=10**6, max_denominator=1).map(int), st.integers(0, 12))
def test_plain_numbers_are_read_exactly(whole: int, places: int) -> None:
    text = f"{whole}.{'0' * places}5"
    assert number_of(text) == Fraction(whole) + Fraction(5, 10 ** (places + 1))


@pytest.mark.parametrize(
    ("text", "names", "lagged"),
    [
        ("a + b * a", {"a", "b"}, set()),
        ("sum(x, over=[group, time])", {"x"}, set()),
        ("x[option=comparator, age=start + t]", {"x", "comparator", "start", "t"}, set()),
        ("state == dead", {"state", "dead"}, set()),
        ("discount(money) * x", {"discount.money", "x"}, set()),
        ("lag(x, first_x, over=time)", {"x", "first_x"}, {"x"}),
        ("lag(x + y, 0) + y", {"x", "y"}, {"x"}),
        ("lag(lag(x, z), 0)", {"x", "z"}, {"x", "z"}),
        ("lag(x, lag(y, x))", {"x", "y"}, {"y"}),
        ("area_exponential(0, 0, h, r, until=u)", {"t", "step", "h", "r", "u"}, set()),
        ("integrate(x) + count(group)", {"step", "x"}, set()),
        ("share_after(x, 1 year)", {"t", "step", "x"}, set()),
    ],
)
def test_names_and_lagged_names(text: str, names: set[str], lagged: set[str]) -> None:
    expression = parsed(text)
    assert expression.names == names
    assert expression.lagged == lagged


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "WB-L004"),
        (" \n ", "WB-L004"),
        ("(" * 10_000, "WB-L001"),
        ("(" * 1_000 + "a" + ")" * 1_000, "WB-L001"),
        ("(" * 999 + "a" + ")" * 999, "WB-L002"),
        ("x[a=" * 350 + "b" + "]" * 350, "WB-L002"),
        ("-" * 10_000 + "1", "WB-L001"),
        ("-" * 1_999 + "a", "WB-L002"),
        ("not " * 499 + "a", "WB-L002"),
        ("2**" * 600 + "2", "WB-L002"),
        ("a**-" * 400 + "a", "WB-L002"),
        ("+".join("a" * 900), "WB-L002"),
        (" and ".join("a" * 300), "WB-L002"),
        ("f(" * 51 + ")" * 51, "WB-L002"),
        ("a" * 2_001, "WB-L001"),
        ("a == " * 300 + "a", "WB-L006"),
        ("9" * 1_999, "WB-L010"),
        ("1e" + "9" * 1_000, "WB-L010"),
        ("\x00", "WB-L003"),
        ("\ud800", "WB-L003"),
    ],
)
def test_hostile_text_is_refused_with_a_code(text: str, code: str) -> None:
    collector = Collector()
    assert parse(Located.bare(text, "model.yaml"), collector) is None
    assert {one.code for one in collector.errors} == {code}
    assert all(one.span is not None and one.remedy for one in collector.errors)


def test_what_is_just_within_the_limits_is_read() -> None:
    assert parsed("(" * 50 + "a" + ")" * 50).names == {"a"}
    assert parsed("+".join("a" * 50)).names == {"a"}
    assert parsed("a" * 2_000).names == {"a" * 2_000}
    assert parsed("-" * 49 + "a").names == {"a"}


def _harmless(text: str) -> None:
    """Parse and type anything: a node or diagnostics with place and remedy, and nothing else."""
    collector = Collector()
    expression = parse(Located.bare(text, "model.yaml"), collector)
    node = type_expression(expression, ENVIRONMENT, collector) if expression is not None else None
    assert (node is None) == bool(collector.errors)
    for one in collector.errors:
        assert one.span is not None
        assert one.message
        assert not one.message.endswith(".")
        assert one.remedy
        assert 1 <= one.span.column <= len(text) + 1


ENVIRONMENT = sample_environment()
SEEDS = [expression for name in ("typing.txt", "syntax.txt") for expression, _ in cases(name)]
FRAGMENTS = [
    *"()[]=+-*/%<>,.&|^'\"#:;{}\n\t 0123456789eE_@~!$£\\`\x00é²٣",
    *(
        "over=",
        "[age=",
        " year",
        "%",
        "**",
        "lag(",
        "sum(",
        "if ",
        " else ",
        "lambda ",
        "not ",
        " and ",
        "in ",
        "1e999",
    ),
    *(
        "option",
        "comparator",
        "time",
        "cost",
        "true",
        "__class__",
        "yield ",
        "await ",
        "async ",
        "f'",
        "...",
        "->",
        ":=",
    ),
]


@settings(max_examples=examples(300), deadline=None)
@given(st.text(max_size=60))
@example("\\\n")
@example("a\\\nb")
def test_any_text_is_harmless(text: str) -> None:
    _harmless(text)


@settings(max_examples=examples(300), deadline=None)
@given(st.lists(st.sampled_from(FRAGMENTS), max_size=25).map("".join))
def test_any_row_of_fragments_is_harmless(text: str) -> None:
    _harmless(text)


def test_two_thousand_mutants_of_good_and_bad_expressions_are_harmless() -> None:
    chance = random.Random(20250611)
    for _ in range(2_000):
        text = list(chance.choice(SEEDS))
        for _ in range(chance.randint(1, 4)):
            at = chance.randint(0, len(text))
            kind = chance.randint(0, 3)
            if kind == 0:
                del text[at : at + chance.randint(1, 3)]
            elif kind == 1:
                text.insert(at, chance.choice(FRAGMENTS))
            elif kind == 2:
                text.insert(at, chance.choice(string.printable))
            else:
                text[at:at] = list(chance.choice(SEEDS))
        _harmless("".join(text))


def test_nothing_is_ever_evaluated(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("text was executed")

    for name in ("eval", "exec", "compile"):
        real = getattr(__import__("builtins"), name)
        only_tree = (
            (lambda *a, _real=real, **k: _real(*a, **k) if 1024 in a or 1024 in k.values() else refuse())
            if name == "compile"
            else refuse
        )
        monkeypatch.setattr(f"builtins.{name}", only_tree)
    for text in SEEDS:
        _harmless(text)
