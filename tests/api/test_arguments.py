"""The public functions refuse arguments of a wrong type in words, and take numbers of any type that are exact."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import wellbeva
from wellbeva.api.sources import kind_of

SCENARIO = Path(__file__).parents[2] / "scenarios/easing-loneliness.yaml"
FUNCTIONS = {name: getattr(wellbeva, name) for name in wellbeva.__all__ if inspect.isfunction(getattr(wellbeva, name))}


WRONG = [
    ("run", {"path": None}, "a path, the text of a scenario, or a dict", "None, of the type NoneType"),
    ("run", {"draws": "x"}, "a whole number", "'x', of the type str"),
    ("run", {"draws": 2048.5}, "a whole number", "2048.5, of the type float"),
    ("run", {"seed": float("nan")}, "a whole number", "nan, of the type float"),
    ("run", {"seed": True}, "a whole number", "True, of the type bool"),
    ("run", {"threads": None}, "a whole number", "None, of the type NoneType"),
    ("run", {"design": 3}, "a text", "3, of the type int"),
    ("run", {"keep_draws": "no"}, "True or False", "'no', of the type str"),
    ("run", {"progress": 1}, "a function of (done, total)", "1, of the type int"),
    ("load", {"variant": 3}, "a text", "3, of the type int"),
    ("check", {"base": 3}, "a path", "3, of the type int"),
    ("plot_inputs", {"form": "pdf"}, "one of html, svg, png", "'pdf', of the type str"),
    ("combinations", {"model": "m", "inputs": []}, "what wellbeva.model() returns", "'m', of the type str"),
]


@pytest.mark.parametrize(("function", "given", "takes", "said"), WRONG)
def test_a_wrong_type_is_refused_with_two_facts_and_a_remedy(
    function: str, given: dict[str, Any], takes: str, said: str
) -> None:
    asked = given if "model" in given else {"path": SCENARIO, **given}
    with pytest.raises(wellbeva.WellbevaError) as refused:
        FUNCTIONS[function](**asked)
    (one,) = refused.value.diagnostics
    name = next(iter(given))
    assert (one.code, one.message) == ("WB-R250", f"{function}() cannot use what is given as {name!r}")
    assert one.facts == (f"it takes {takes}", f"it is {said}")
    assert one.remedy.startswith(f"write {name}=")


def test_every_wrong_argument_is_told_at_once_and_no_object_is_asked_for_its_words() -> None:
    class Hostile:
        def __repr__(self) -> str:
            raise RuntimeError

    with pytest.raises(wellbeva.WellbevaError) as refused:
        FUNCTIONS["run"](Hostile(), overrides=5, seed=1.5)
    assert [one.remedy for one in refused.value.diagnostics] == [
        "write path='scenario.yaml'", "write seed=1", "write overrides={'effect.visits': '0.3 (0.1 to 0.5)'}"
    ]  # fmt: skip
    with pytest.raises(wellbeva.WellbevaError, match="a dict of values by path"):
        FUNCTIONS["sweep"](SCENARIO, 3)
    with pytest.raises(TypeError, match=r"run\(\) got an unexpected keyword argument 'drawz'"):
        FUNCTIONS["run"](SCENARIO, drawz=3)


def test_a_whole_number_may_come_as_any_number() -> None:
    explain = FUNCTIONS["explain"]
    whole = str(explain(SCENARIO, "effect", width=60))
    assert all(str(explain(SCENARIO, "effect", width=width)) == whole for width in (60.0, np.int64(60), np.float32(60)))


def test_every_argument_has_a_kind() -> None:
    signatures = map(inspect.signature, FUNCTIONS.values())
    annotations = {one.annotation for signature in signatures for one in signature.parameters.values()}
    assert {annotation for annotation in annotations if kind_of(annotation) is None} == {
        "Files | None",
        "Callable[[Run], None] | None",
        "contextlib.ExitStack | None",
        "Execute | None",
    }
