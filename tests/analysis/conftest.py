import pytest

from tests.results import small_case
from wellbeva.core.spans import Located
from wellbeva.plan.record import Input, Record
from wellbeva.results.dataset import build
from wellbeva.scenario.spec import AppraisalSpec, Model, Option, ParameterSpec, Scenario, TimeSpec
from wellbeva.scenario.text.paths import Selector
from wellbeva.scenario.value import Value

ROLES = {
    "total_cost": ("cost",),
    "total_saving": ("saving",),
    "benefit_cost_ratio": ("bcr",),
    "below_hurdle": ("below_hurdle",),
    "beyond_hurdle": ("wellbys_net",),
}


def _input(path, *, evidence, parameter="effect", option="", unit="LS", layer="option", element=""):
    selectors = (Selector("option", option),) if option else ()
    roles = frozenset({"gain"}) if parameter == "effect" else frozenset()
    value = Value("number")
    return Input(
        path, parameter, "", unit, selectors, value, "", 1.0, element, None, None, "", (), evidence, "", "", layer,
        roles=roles,
    )  # fmt: skip


def _record(inputs=(), *, choose="one", parameters=None):
    model = Model("m", "M", "", "equations", "m.yaml", {}, {}, parameters or {}, {}, roles=ROLES)
    scenario = Scenario(
        file="s.yaml",
        title="S",
        question="Which?",
        model=model,
        appraisal=AppraisalSpec(),
        time=TimeSpec(),
        comparator="nothing",
        choose=choose,
        options=(Option("visits", "Weekly visits"), Option("calls", "Telephone calls")),
        shown=("visits", "calls"),
        groups={"everyone": "Everyone"},
        axes={},
        assignments=(),
        sources={},
        variants={},
        not_counted=(),
        published=(),
    )
    return Record(scenario, tuple(inputs), (), (), (), (), costs=frozenset(one.parameter for one in inputs))


def _parameter(name, unit, bounds=(None, None)):
    return ParameterSpec(name, Located.bare(unit, "m.yaml"), bounds=bounds)


@pytest.fixture(scope="session")
def small():
    return small_case


@pytest.fixture(scope="session")
def rivals():
    case = small_case.small_case()
    return build(case.plan, case.result)


@pytest.fixture(scope="session")
def offers():
    case = small_case.small_case(choose="several")
    return build(case.plan, case.result)


@pytest.fixture(scope="session")
def an_input():
    return _input


@pytest.fixture(scope="session")
def a_record():
    return _record


@pytest.fixture(scope="session")
def a_parameter():
    return _parameter
