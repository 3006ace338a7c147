"""A plan as JSON: there and back, and its hash."""

import dataclasses
import json

import numpy as np
import pytest
from engine_plans import Numbers, equation, trajectory

from wellbeva.compiler.serialise import from_json, plan_hash, to_json
from wellbeva.distributions.spec import Distribution
from wellbeva.engine.run import run_with
from wellbeva.errors import WellbevaError


def test_there_and_back():
    made = trajectory(2, 6, choose="one")
    text = to_json(made)
    back = from_json(text)
    assert to_json(back) == text
    assert back.equations == made.equations
    assert back.elements == made.elements
    assert back.decision == made.decision
    assert list(back.axes.items()) == list(made.axes.items())
    for one, other in zip(made.parameters, back.parameters, strict=True):
        assert (one.name, one.axes, one.unit, one.dtype) == (other.name, other.axes, other.unit, other.dtype)
        assert one.values.tobytes() == other.values.tobytes()
        assert one.elements.tobytes() == other.elements.tobytes()
        assert one.values.shape == other.values.shape


def test_a_plan_that_travelled_gives_the_same_bits():
    made = trajectory(2, 6)
    sampler = Numbers(made.elements)
    here = run_with(made, sampler, draws_each=512)
    there = run_with(from_json(to_json(made)), sampler, draws_each=512)
    assert here.moments["npsv"].mean.tobytes() == there.moments["npsv"].mean.tobytes()


def test_the_text_is_plain_json_with_infinite_bounds_as_words():
    made = trajectory(2, 3)
    data = json.loads(to_json(made), parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))
    assert data["elements"][0]["low"] == "-inf"
    assert from_json(to_json(made)).elements[0].distribution.low == -np.inf


def test_the_hash_changes_with_any_number_and_with_any_equation():
    made = trajectory(2, 3)
    assert plan_hash(made) == plan_hash(trajectory(2, 3))
    assert len(plan_hash(made)) == 64
    first = made.elements[0]
    moved = dataclasses.replace(first, distribution=Distribution("normal", (first.base, np.nextafter(0.05, 1))))
    others = [
        dataclasses.replace(made, elements=(moved, *made.elements[1:])),
        dataclasses.replace(made, equations=(equation("started", made.equations[1].expression), *made.equations[1:])),
        dataclasses.replace(made, decision=dataclasses.replace(made.decision, choose="one")),
        dataclasses.replace(made, title="another"),
    ]
    assert len({plan_hash(made), *map(plan_hash, others)}) == 5


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "{}", '{"schema":"wellbeva/plan/1"}', "[" * 100_000])
def test_what_is_no_plan_is_refused(text):
    with pytest.raises(WellbevaError, match="WB-C090"):
        from_json(text)
