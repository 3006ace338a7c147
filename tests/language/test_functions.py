"""The register of functions: what it refuses, and what it holds to the bit."""

from dataclasses import replace

import pytest

from wellbeva.language.functions import ELEMENTWISE, FUNCTIONS, registry

EXPIT = replace(
    ELEMENTWISE["logit"], name="expit", operands=("x",), example="expit(0)", value=0.5,
    formula=lambda ops, x: 1.0 / (1.0 + ops.exp(-x)),
)  # fmt: skip


@pytest.fixture(autouse=True)
def _own_register(monkeypatch):
    monkeypatch.setattr(registry, "FUNCTIONS", dict(FUNCTIONS))


def test_a_function_that_lacks_nothing_is_registered():
    registry.register(EXPIT)
    assert registry.FUNCTIONS["expit"] is EXPIT


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": "logit", "example": "logit(0.5)"}, "the function `logit` is registered already"),
        ({"example": ""}, "the function `expit` has no example that calls it"),
        ({"value": None}, "the function `expit` does not say what its example gives"),
        ({"domain": ()}, "the function `expit` needs an interval for each operand"),
        ({"formula": None}, "the function `expit` needs an operation or a formula, and not both"),
        ({"operation": "exp"}, "the function `expit` needs an operation or a formula, and not both"),
        ({"formula": None, "operation": "gamma"}, "cannot be the operation `gamma`; there are: absolute, ceil,"),
        ({"formula": lambda x: x}, "the function `expit` has a formula that does not take the operations and its oper"),
    ],
)
def test_what_a_registration_lacks_is_an_error_at_once(change, message):
    with pytest.raises(ValueError, match=message):
        registry.register(replace(EXPIT, **change))


def test_what_is_printed_takes_operands():
    for function in ELEMENTWISE.values():
        for template in (function.latex, function.mathml):
            assert not template or template.format("x, y").count("x, y") == 1
