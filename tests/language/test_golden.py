"""Every message of the language, word for word, and the types of good expressions."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.language.expressions import MONEY, sample_environment
from tests.language.golden_cases import cases, said
from wellbeva.core.units import WELLBY, base
from wellbeva.language.typing.environment import Environment, Symbol


def _environment() -> Environment:
    sample = sample_environment()
    more = {
        "cost_per_month": Symbol(("option", "time"), MONEY / base("month")),
        "cost_in_time": Symbol(("draw", "option", "time"), MONEY / base("year")),
        "bcr": Symbol(("option",), stage="mean"),
        "cost_per_wellby": Symbol(("option",), MONEY / WELLBY, stage="mean"),
    }
    return replace(sample, symbols={**sample.symbols, **more})


ENVIRONMENTS = _environment()


@pytest.mark.parametrize(("expression", "expected"), cases("syntax.txt"))
def test_what_is_refused_before_typing(expression: str, expected: str) -> None:
    assert said(expression, ENVIRONMENTS) == expected


@pytest.mark.parametrize(("expression", "expected"), cases("typing.txt"))
def test_types_and_what_is_refused_by_them(expression: str, expected: str) -> None:
    assert said(expression, ENVIRONMENTS) == expected
