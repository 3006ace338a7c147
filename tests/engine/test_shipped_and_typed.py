"""Both engines on every shipped scenario, and on random equations typed by the language itself."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from tests.engine.engine_plans import equation, parameter, plan
from tests.language.expressions import sample_arrays, sample_environment, typed_nodes
from tests.shipped import COVERING, SHIPPED, kinds
from tests.tiers import examples, thorough_after
from wellbeva.compiler.compile import compile_scenario
from wellbeva.core.axes import FIXED_ORDER
from wellbeva.distributions.spec import Distribution
from wellbeva.engine.blocked import Blocked
from wellbeva.engine.reference.interpreter import Interpreter
from wellbeva.engine.targets import ReferenceBlocks, targets
from wellbeva.language.ir import Call, Compare
from wellbeva.language.traversal import walk
from wellbeva.plan.plan import Element
from wellbeva.plan.serialise import from_json, to_json
from wellbeva.sampling.sampler import Sampler
from wellbeva.scenario.loader import load_scenario

EPSILON = np.finfo(float).eps


def compiled(path):
    return compile_scenario(load_scenario(path)).plan


@pytest.mark.thorough
def test_what_is_tried_on_a_few_scenarios_is_tried_on_all_that_any_holds():
    assert set(COVERING) <= set(SHIPPED)
    assert kinds_of(COVERING) == kinds_of(SHIPPED)


def kinds_of(paths):
    return set.union(*(kinds(compiled(path)) for path in paths))


@pytest.mark.parametrize("path", thorough_after(8, SHIPPED), ids=lambda path: path.stem)
def test_engines_agree_on_every_shipped_scenario(path):
    made = compiled(path)
    drawn = np.zeros((0, 512))
    if made.elements:
        drawn = Sampler(made.elements, design="sobol", seed=1, draws_each=512).block(3, 0, 512)
    wanted = targets(made)
    with np.errstate(all="ignore"):
        fast, slow = Blocked(made, wanted), ReferenceBlocks(made, wanted)
        found, expected = fast.block(drawn), slow.block(drawn)
    assert wanted
    for one in wanted:
        a = found[one.name] if one.name in found else fast.constant[one.name][..., None]
        b = expected[one.name] if one.name in expected else slow.constant[one.name][..., None]
        # periods are differences of one running area, so they agree on the scale of the largest of them:
        # some 10 factors and up to 60 periods in another order, each rounded once or twice
        assert np.abs(a - b).max() <= 256 * EPSILON * np.abs(b).max(), one.name


@pytest.mark.parametrize("path", thorough_after(8, SHIPPED), ids=lambda path: path.stem)
def test_every_shipped_plan_survives_the_journey(path):
    text = to_json(compiled(path))
    assert to_json(from_json(text)) == text


ENVIRONMENT = sample_environment()
DRAWS = 512


def typed_plan(node):
    """A plan in which every cell of what the environment calls uncertain is an element of its own."""
    arrays = sample_arrays(ENVIRONMENT, draws=DRAWS, seed=5)
    parameters, elements, rows = [], [], []
    for name, (axes, values) in arrays.items():
        symbol = ENVIRONMENT.symbols[name]
        if "draw" not in axes:
            parameters.append(parameter(name, values, axes, dtype=symbol.dtype))
            continue
        cells = values.reshape(DRAWS, -1)
        first = len(elements)
        for cell in range(cells.shape[1]):
            base = float(cells[:, cell].mean())
            law = Distribution("normal", (base, 1.0))
            elements.append(Element(f"{name}[{cell}]", len(elements), law, base))
            rows.append(cells[:, cell])
        places = np.arange(first, len(elements)).reshape(values.shape[1:])
        parameters.append(parameter(name, values.mean(axis=0), axes[1:], places, dtype=symbol.dtype))
    order = [*FIXED_ORDER, *ENVIRONMENT.own]
    axes = {name: ENVIRONMENT.axes[name] for name in order if name in ENVIRONMENT.axes}
    return plan(axes, parameters, [equation("x", node)], elements=elements), np.array(rows)


@settings(max_examples=examples(80), deadline=None, suppress_health_check=list(HealthCheck))
@given(typed_nodes(ENVIRONMENT, depth=3, steps=False))
def test_engines_agree_on_equations_of_the_language(node):
    made, rows = typed_plan(node)
    wanted = targets(made)
    with np.errstate(all="ignore"):
        fast, slow = Blocked(made, wanted), ReferenceBlocks(made, wanted)
        found, expected = fast.block(rows), slow.block(rows)
    a = found["x"] if "x" in found else fast.constant["x"][..., None]
    b = expected["x"] if "x" in expected else slow.constant["x"][..., None]
    # differences may cancel, so the scale is that of the largest number on the way; each of some 30 nodes
    # rounds a few times and may scale an error up by its own slope
    reference = Interpreter(made, draws=dict(enumerate(rows)), count=DRAWS, replace={})
    scale = max(np.abs(reference.node(one).array).max() for one in walk(node))
    gap = np.abs(a - b)
    if any(isinstance(one, Compare) or (isinstance(one, Call) and one.function == "mod") for one in walk(node)):
        # a comparison of two numbers that are equal but for rounding may go either way
        assert (gap <= 2**12 * EPSILON * scale).mean() > 0.99
    else:
        assert gap.max() <= 2**12 * EPSILON * scale
