"""A scenario given as its text or as a dict is the one of the file, and its faults say where they stand."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

import wellbeva
from wellbeva.api.sources import override_texts
from wellbeva.plan.serialise import plan_hash

FILE = Path(__file__).parents[2] / "scenarios" / "easing-loneliness.yaml"


@pytest.fixture
def scenario() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))
    return read


def test_r122_file_text_and_dict_are_one_scenario(scenario: dict[str, Any]) -> None:
    change = {"hold.visits": "6 months", "fade.visits": {"value": "1 year"}, "leakage": 0.05}
    texts = ["hold.visits=6 months", "fade.visits=1 year", "leakage=0.05"]
    from_file = wellbeva.load(FILE, overrides=texts)
    for source in (scenario, FILE.read_text("utf-8")):
        given = wellbeva.load(source, overrides=change, base=FILE.parent)
        assert plan_hash(given.plan) == plan_hash(from_file.plan)
        said = [one.code for one in wellbeva.check(source, base=FILE.parent)]
        assert said == [one.code for one in wellbeva.check(FILE)]


def test_r122_numbers_and_dates_of_a_dict_are_read_as_they_are(scenario: dict[str, Any]) -> None:
    exact = (0.1 + 0.2, np.float64(1e-7), 0.25)
    for number in exact:
        scenario["values"]["leakage"] = number
        leakage = wellbeva.load(scenario, base=FILE.parent).plan.parameter("leakage")
        assert (leakage.values == float(number)).all()


def test_r122_a_wrong_key_is_told_with_its_path_and_what_is_near(scenario: dict[str, Any]) -> None:
    scenario["options"]["visits"]["peopel"] = scenario["options"]["visits"].pop("people")
    with pytest.raises(wellbeva.WellbevaError) as refused:
        wellbeva.run(scenario, base=FILE.parent)
    said = str(refused.value)
    assert "  - at options.visits.peopel" in said
    assert "did you mean 'people'?" in said
    assert "<dict>:" in said


def nested(levels: int) -> dict[str, Any]:
    inner: dict[str, Any] = {}
    for _ in range(levels):
        inner = {"a": inner}
    return inner


def circle() -> dict[str, Any]:
    made: dict[str, Any] = {}
    made["again"] = [made]
    return made


class Trap:
    def __repr__(self) -> str:
        raise AssertionError("nothing of a value is executed")

    __str__ = __repr__


@pytest.mark.parametrize(
    ("wrong", "at"),
    [
        ({"values": {"hold": {1.5: "x"}}}, "at values.hold"),
        ({"values": {"hold": Trap()}}, "at values.hold"),
        ({"sources": [float("nan")]}, "at sources.0"),
        (nested(5_000), "at a.a."),
        (circle(), "at again.0.again.0"),
        ({"values": list(range(60_000))}, "at values."),
        ({"values": {"hold": 10**5_000}}, "at values.hold"),
        ({"values": {"hold": "\ud800"}}, "at values.hold"),
        ({"values": {"\ud800": 1}}, "at values"),
    ],
)
def test_r122_what_no_file_can_say_is_refused_with_its_path(wrong: dict[str, Any], at: str) -> None:
    with pytest.raises(wellbeva.WellbevaError) as refused:
        wellbeva.check(wrong)
    (one,) = refused.value.diagnostics
    assert one.code == "WB-R230"
    assert str(one.facts[0]).startswith(at)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: &x 1\nb: *x\n", "WB-F012"),
        ("a: !!python/object/apply:os.system [ls]\nb: 1\n", "WB-F013"),
        ("x" * 2_000_000 + "\n", "WB-F004"),
        ("model: ../../etc/passwd\nschema: wellbeva/scenario/1\n", "WB-"),
    ],
)
def test_r122_a_text_is_bounded_as_a_file_is(text: str, code: str) -> None:
    with pytest.raises(wellbeva.WellbevaError) as refused:
        wellbeva.check(text)
    assert refused.value.diagnostics[0].code.startswith(code)
    assert str(refused.value.diagnostics[0].span).startswith("<text>:")


class Hold(str, Enum):  # noqa: UP042 - `str` of one is its name
    SHORT = "3 months"


def test_r122_a_text_of_another_class_is_its_text() -> None:
    from wellbeva.scenario.text.from_python import yaml_text

    assert yaml_text({"hold": Hold.SHORT}) == "hold: 3 months\n"
    assert override_texts({"hold.visits": Hold.SHORT}) == ("hold.visits=3 months",)


@pytest.mark.parametrize(
    "override",
    [{"hold.visits": Trap()}, {Trap(): "3 months"}, {5: 1}, {"hold=1": 2}, {"hold": float("inf")}],
)
def test_r122_an_override_that_is_no_value_is_refused(override: dict[Any, object]) -> None:
    with pytest.raises(wellbeva.WellbevaError) as refused:
        wellbeva.load(FILE, overrides=override)
    assert refused.value.diagnostics[0].code == "WB-R231"
