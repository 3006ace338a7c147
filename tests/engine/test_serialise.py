"""A plan as JSON: there and back, and its hash."""

import dataclasses
import json

import numpy as np
import pytest

from tests.engine.engine_plans import Numbers, equation, run_with, trajectory
from wellbeva.distributions.spec import Distribution
from wellbeva.errors import WellbevaError
from wellbeva.plan.plan import Joint, RowSelector
from wellbeva.plan.serialise import from_json, plan_hash, to_data, to_json


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


def joined():
    made = trajectory(2, 3)
    parts = (Distribution("point", (0.0,)), Distribution("normal", (0.3, 0.1), 0.0, 1.0))
    nested = Distribution("mixture", (0.25, 0.75), parts=(Distribution("mixture", (0.5, 0.5), parts=parts), parts[1]))
    first = dataclasses.replace(made.elements[0], distribution=nested)
    joints = (
        Joint("copula", (1, 2), np.array([[1.0, 0.0], [0.6, 0.8]])),
        Joint("dirichlet", (3, 4, 5), np.array([6.0, 3.0, 1 / 3])),
        Joint("rows", (6, 7), np.arange(10.0).reshape(5, 2) / 7),
    )
    return dataclasses.replace(made, elements=(first, *made.elements[1:]), joints=joints)


def test_joint_draws_and_mixtures_there_and_back():
    made = joined()
    back = from_json(to_json(made))
    assert to_json(back) == to_json(made)
    assert back.elements == made.elements
    for one, other in zip(made.joints, back.joints, strict=True):
        assert (one.kind, one.elements, one.matrix.shape) == (other.kind, other.elements, other.matrix.shape)
        assert one.matrix.tobytes() == other.matrix.tobytes()


def test_every_number_of_a_joint_is_in_the_hash():
    made = joined()
    moved = made.joints[2].matrix.copy()
    moved[4, 1] = np.nextafter(moved[4, 1], 9)
    others = [
        dataclasses.replace(made, joints=made.joints[:2]),
        dataclasses.replace(made, joints=(*made.joints[:2], Joint("rows", (6, 7), moved))),
        dataclasses.replace(made, joints=(*made.joints[:2], Joint("rows", (7, 6), made.joints[2].matrix))),
    ]
    assert len({plan_hash(made), *map(plan_hash, others)}) == 4


def test_only_plans_with_joint_draws_or_parts_have_the_second_schema():
    """A reader of the first schema would run them as independent, so it must not take them."""
    plain = trajectory(2, 3)
    assert json.loads(to_json(plain))["schema"] == "wellbeva/plan/1"
    assert "joints" not in json.loads(to_json(plain))
    assert json.loads(to_json(joined()))["schema"] == "wellbeva/plan/2"
    alone = dataclasses.replace(joined(), joints=())
    assert json.loads(to_json(alone))["schema"] == "wellbeva/plan/2"


def picked():
    """The second number of a table picks no rows: they are picked by one that is not here."""
    made = joined()
    rows = dataclasses.replace(made.joints[2], picker=RowSelector("gone", 40))
    last = dataclasses.replace(made.elements[-1], stream="another")
    return dataclasses.replace(made, elements=(*made.elements[:-1], last), joints=(*made.joints[:2], rows))


def test_r10_pickers_and_streams_there_and_back():
    made = picked()
    back = from_json(to_json(made))
    assert to_json(back) == to_json(made)
    assert back.elements == made.elements
    assert [one.picker for one in back.joints] == [None, None, RowSelector("gone", 40)]
    # A reader of the second schema would pick other rows, so it must not take them.
    assert json.loads(to_json(made))["schema"] == "wellbeva/plan/3"
    assert "picker" not in to_json(joined())
    assert "stream" not in to_json(joined())


def test_pickers_and_streams_are_in_the_hash():
    made = picked()
    others = [
        joined(),
        dataclasses.replace(made, elements=joined().elements),
        *(
            dataclasses.replace(made, joints=(*made.joints[:2], dataclasses.replace(made.joints[2], picker=picker)))
            for picker in (RowSelector("gone", 41), RowSelector("left", 40))
        ),
    ]
    assert len({plan_hash(made), *map(plan_hash, others)}) == 5


@pytest.mark.parametrize(
    ("find", "put"),
    [
        ('"dimension":0', '"dimension":"0"'),
        ('"dimension":0', '"dimension":true'),
        ('"family":"', '"family":"no'),
        ('"dtype":"float"', '"dtype":7'),
        ('"low":"-inf"', '"low":"-infinite"'),
        ('"values":[', '"values":[[],'),
        ('["Ref",', '["Pef",'),
        ('["Ref",', '["Ref",[],'),
        ('"shape":[', '"shape":[7,'),
        ('"options":[', '"option":['),
        ('"unit":[]', '"unit":[["LS","1e9999999"]]'),
    ],
)
def test_a_plan_with_a_fault_is_refused(find: str, put: str) -> None:
    text = to_json(trajectory(2, 3))
    assert find in text
    with pytest.raises(WellbevaError, match="WB-C090"):
        from_json(text.replace(find, put, 1))


def test_every_class_of_a_plan_is_stored_by_its_fields() -> None:
    """A field that is added and has its default leaves the hash of plans as it is; else it is in the text."""

    @dataclasses.dataclass(frozen=True)
    class Added(RowSelector):
        doubled: int | None = None
        share: float | None = None

    assert to_data(Added("a", 1), Added) == {"name": "a", "dimension": 1}
    assert to_data(Added("a", 1, share=0.5), Added) == {"name": "a", "dimension": 1, "share": 0.5}
