"""Which outcomes divide by an uncertain total in every draw, and which only by a factor (R23, R45)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.language.expressions import MONEY, sample_environment, typed
from wellbeva.language.ratio_check import Totals
from wellbeva.language.typing.environment import Symbol

SAMPLE = sample_environment()
ENVIRONMENT = replace(
    SAMPLE,
    symbols={
        **SAMPLE.symbols,
        "spent": Symbol(("draw",), MONEY),
        "grant": Symbol((), MONEY),
        "fee": Symbol(("draw",), MONEY / SAMPLE.symbols["people"].unit),
        "wellbys": Symbol(
            ("draw", "option"), SAMPLE.symbols["gain"].unit * SAMPLE.symbols["people"].unit * SAMPLE.symbols["t"].unit
        ),
    },
)
GAINED = "sum(people * gain * hold, over=group)"


def told(text: str, **equations: str) -> bool:
    known = {name: typed(one, ENVIRONMENT) for name, one in equations.items()}
    return Totals(known).quotient(typed(text, ENVIRONMENT)) is not None


@pytest.mark.parametrize(
    "text",
    [
        "grant / wellbys",
        "spent / wellbys",
        f"grant / ({GAINED})",
        "1000 * wellbys / spent",
        "grant / wellbys * 1000",
        "wellbys ** -1 * grant",
        "where(wellbys > 0, grant / wellbys, 0)",
        "max(grant / wellbys, 0)",
        "clip(grant / abs(wellbys), 0, grant / wellbys)",
        "-(grant / wellbys)",
        "(spent - grant) / (wellbys * take_up)",
        "sum(grant / wellbys, over=option)",
        "grant / spent",
        "grant / sum(hold, over=option)",
        "grant / sum(people * take_up, over=[option, group])",
    ],
)
def test_r23_a_quotient_by_an_uncertain_total_is_found(text: str) -> None:
    assert told(text)


@pytest.mark.parametrize(
    "text",
    [
        "spent / take_up",  # a retention: the mean of 1 / share is what the cost rests on
        "grant / fee",  # a price: so many people are reached on average
        "wellbys / hold",  # a length
        "spent / sum(people, over=[option, group])",  # a certain total
        "ratio(grant, wellbys)",
        "spent * wellbys / (wellbys + wellbys)",  # a cost, shared out: itself a total
        "where(wellbys > 0, grant, 0)",
        "exp(take_up) / (1 + exp(take_up))",
    ],
)
def test_r23_a_quotient_by_a_factor_is_none(text: str) -> None:
    assert not told(text)


def test_r23_an_outcome_that_names_the_quotient_is_found_too() -> None:
    both = {"each": "grant / wellbys"}
    symbols = {**ENVIRONMENT.symbols, "each": Symbol(("draw", "option"), typed(both["each"], ENVIRONMENT).unit)}
    inner = typed(both["each"], ENVIRONMENT)
    outer = typed("each * 2", replace(ENVIRONMENT, symbols=symbols))
    assert Totals({"each": inner}).quotient(outer) is inner


def test_r23_a_pure_number_is_a_total_where_the_decision_counts_it() -> None:
    node = typed("hold / scale", ENVIRONMENT)
    assert Totals({}).quotient(node) is None
    assert Totals({}, names=("scale",)).quotient(node) is node
