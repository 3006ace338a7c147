"""Every example of the reference runs, through the front door, and gives what the reference says."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from scipy import optimize, stats

from tests.language.expressions import sample_environment, typed
from tools.reference.examples import DIRICHLET, LONG, TEXT, ValueExample
from wellbeva import api
from wellbeva.distributions.moments import mean
from wellbeva.distributions.quantile import ppf
from wellbeva.engine.reference.interpreter import evaluate
from wellbeva.language.functions import FUNCTIONS, Elementwise, Function
from wellbeva.plan.record import Input

MODEL = """\
schema: wellbeva/model/1
model: examples
axes: {{age: {{unit: year, doc: age}}}}
parameters:
  x: {{unit: ratio, by: [group, time], doc: by hand}}
  rate: {{unit: ratio, by: age, doc: by hand}}
  cost: {{unit: ratio, default: 10, doc: by hand}}
  wellbys: {{unit: ratio, default: 4, doc: by hand}}
equations:
  example: {{is: "{example}", unit: {unit}}}
outcomes: [example]
"""
SCENARIO = """\
schema: wellbeva/scenario/1
scenario: Examples
model: examples
appraisal: green-book-2026
choose: one
time: {step: year, from: 0, to: 9}
groups: {young: Young, old: Old}
options: {a: {label: A}}
axes: {age: [60, 70]}
values:
  x: {by: group, young: 1, old: 3}
  rate: {by: age, 60: 0.1, 70: 0.2}
"""
COHORT = """\
schema: wellbeva/model/1
model: examples
kind: cohort
states: [well, ill]
start: {well: 1}
parameters:
  p: {unit: share, by: option, default: 10%, doc: by hand}
  x: {unit: ratio, by: state, doc: by hand}
  moves: {unit: share, by: [state, to], doc: by hand}
transitions: {well -> ill: p}
equations: {example: "EXAMPLE in ratio"}
outcomes: [example]
"""
COHORT_VALUES = """\
values:
  x: {by: state, well: 6, ill: 4}
  moves:
    by: [state, to]
    well: {well: 75%, ill: 25%}
    ill: {well: 0%, ill: 100%}
"""
UNITS = {
    "area_linear": "year",
    "area_exponential": "year",
    "area_geometric": "year",
    "integrate": "year",
}
BY_HAND = {
    "sum": [4.0] * 10,
    "mean": [2.0] * 10,
    "product": [3.0] * 10,
    "count": 2.0,
    "cumsum": [[1.0 * k for k in range(1, 11)], [3.0 * k for k in range(1, 11)]],
    "lag": [[0.0] + [1.0] * 9, [0.0] + [3.0] * 9],
    "discount": [1.015**-k for k in range(10)],
    "area_linear": [1.0] + [0.0] * 9,
    # the integral of 0.5 ** t from k to k + 1
    "area_exponential": [0.5**k * 0.5 / math.log(2) for k in range(10)],
    # full for a year, then half of the year before in each year
    "area_geometric": [1.0, *(0.5 ** (k - 1) for k in range(1, 10))],
    "integrate": [9.0, 27.0],
    "share_after": [0.9, 0.9],
    "interp": 0.12,
    "ratio": 2.5,
    "contract": [4.5, 5.5],
}
"""By hand, for x of 1 (young) and 3 (old) in each of ten years; a rate of 0.1 at 60 and 0.2 at 70; moves as above."""


def evaluated(one: Function, folder: Path) -> np.ndarray:
    scenario = SCENARIO
    if one.name == "contract":
        model = COHORT.replace("EXAMPLE", one.example)
        scenario = SCENARIO.partition("groups:")[0] + "options: {a: {label: A}}\n" + COHORT_VALUES
    else:
        unit = UNITS.get(one.name, "ratio")
        if isinstance(one, Elementwise):
            unit = str(typed(one.example, sample_environment()).unit)
        model = MODEL.format(example=one.example, unit=unit)
    (folder / "examples.yaml").write_text(model, encoding="utf-8")
    (folder / "s.yaml").write_text(scenario, encoding="utf-8")
    return evaluate(api.load(folder / "s.yaml").plan)["example"].array


@pytest.mark.parametrize("one", FUNCTIONS.values(), ids=lambda one: one.name)
def test_the_example_of_every_function(one: Function, tmp_path: Path) -> None:
    """What the register says an example gives, else what comes out by hand; rounding of some ten operations."""
    found = evaluated(one, tmp_path)
    assert one.value is not None or one.name in BY_HAND, "work the example out by hand and add it here"
    expected = np.asarray(one.value if one.value is not None else BY_HAND[one.name])
    if one.name == "area_geometric" or found.shape != expected.shape:
        expected = np.broadcast_to(expected, found.shape)
    np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-15)


VALUES = """\
schema: wellbeva/model/1
model: values
parameters: {{x: {{unit: {unit}, by: option, doc: the example}}}}
equations: {{y: x in {unit}}}
outcomes: [y]
"""
VALUE_SCENARIO = """\
schema: wellbeva/scenario/1
scenario: An example
model: values
appraisal: green-book-2026
choose: one
options:
  a:
    label: A
    x: {written}
"""


def drawn_from(one: ValueExample, folder: Path) -> Input:
    (folder / "values.yaml").write_text(VALUES.format(unit=one.unit), encoding="utf-8")
    (folder / "s.yaml").write_text(VALUE_SCENARIO.format(written=one.written), encoding="utf-8")
    compiled = api.load(folder / "s.yaml")
    assert not [each for each in compiled.record.warnings if each.severity == "error"]
    (entry,) = compiled.record.inputs
    return entry


@pytest.mark.parametrize("one", [*TEXT, *LONG], ids=lambda one: one.written[:24])
def test_the_example_of_every_way_to_write_a_number(one: ValueExample, tmp_path: Path) -> None:
    """Average and 95% interval as the reference prints them, to its four figures: half a unit of the last, 5e-4."""
    entry = drawn_from(one, tmp_path)
    assert entry.distribution is not None
    assert entry.distribution.family == one.family.removeprefix("truncated_")
    low, high = ppf(entry.distribution, [0.025, 0.975])
    for found, said in ((mean(entry.distribution), one.mean), (low, one.low), (high, one.high)):
        assert found == pytest.approx(said, rel=7e-4, abs=1e-9), (one.written, found, said)


def _fitted(family: str, centre: float, width: float) -> stats.rv_continuous:
    """Fit centre and width of a 95% interval by SciPy alone, as R6 says."""
    make = {
        "beta": lambda k: stats.beta(centre * k, (1 - centre) * k),
        "gamma": lambda k: stats.gamma(k, scale=centre / k),
        "lognormal": lambda k: stats.lognorm(k**-0.5, scale=centre * math.exp(-0.5 / k)),
    }[family]
    solved = optimize.brentq(lambda log: np.diff(make(math.exp(log)).ppf([0.025, 0.975]))[0] - width, 0, 10)
    return make(math.exp(solved))


def _skewed() -> tuple[float, float, float]:
    """Solve the sigma of a shifted lognormal with mean 0.182 and 95% interval 0.001 to 0.735; return what it gives."""
    z = stats.norm.ppf(0.975)

    def parts(sigma: float) -> tuple[float, float]:
        scale = (0.735 - 0.001) / (math.exp(z * sigma) - math.exp(-z * sigma))
        return 0.001 - scale * math.exp(-z * sigma), scale

    def gap(sigma: float) -> float:
        shift, scale = parts(sigma)
        return shift + scale * math.exp(sigma**2 / 2) - 0.182

    sigma = optimize.brentq(gap, 0.1, 1.0)
    shift, scale = parts(sigma)
    frozen = stats.lognorm(sigma, loc=shift, scale=scale)
    return frozen.mean(), *frozen.ppf([0.025, 0.975])


def test_the_numbers_of_the_reference_come_by_another_road() -> None:
    """SciPy's distributions, none of our code: what `reference_examples` holds is right to its figures."""
    other = {
        "0.30 (0.05 to 0.55) [assumed]": stats.norm(0.3, 0.25 / stats.norm.ppf(0.975)),
        "69% (55% to 81%) [assumed]": _fitted("beta", 0.69, 0.26),
        "£95 in 2023 prices (80 to 112) [assumed]": _fitted("gamma", 95, 32),
        "1.30 (1.10 to 1.53) [assumed]": _fitted("lognormal", 1.3, 0.43),
        "0.30 (90% CI 0.09 to 0.51) [assumed]": stats.norm(0.3, 0.21 / stats.norm.ppf(0.95)),
        "1.04 (se 0.30) [assumed]": stats.norm(1.04, 0.3),
        "31 of 45 [assumed]": stats.beta(31, 14),
        "9 years (range 3 to 18) [assumed]": stats.beta(1 + 4 * 6 / 15, 1 + 4 * 9 / 15, loc=3, scale=15),
        LONG[0].written: stats.norm(0.3, 0.1),
        LONG[1].written: stats.truncnorm(-0.66 / 0.12, 0.34 / 0.12, loc=0.66, scale=0.12),
        LONG[2].written: stats.lognorm(0.2, scale=3),
        LONG[4].written: stats.beta(2, 8),
        LONG[5].written: stats.gamma(4, scale=25),
        LONG[6].written: stats.uniform(0, 12),
        LONG[7].written: stats.triang(1 / 3, loc=2, scale=9),
        LONG[8].written: stats.beta(1 + 4 * 3 / 9, 1 + 4 * 6 / 9, loc=2, scale=9),
        LONG[9].written: stats.t(8, loc=0.3, scale=0.1),
    }
    three = {text: (frozen.mean(), *frozen.ppf([0.025, 0.975])) for text, frozen in other.items()}
    three[LONG[3].written] = _skewed()
    three[LONG[10].written] = (0.3, 0.05, 0.55)  # symmetric, so the mean is the median
    three[LONG[11].written] = (23 / 7, 3.0, 4.0)
    sigma = 0.25 / stats.norm.ppf(0.975)
    top = 0.3 + sigma * stats.norm.ppf((0.975 - 0.3) / 0.7)
    # Below zero lie 0.7 * 0.0093 < 2.5%, and zero itself holds the next 30%.
    three[LONG[12].written] = (0.21, 0.0, top)
    for one in (*TEXT, *LONG):
        for found, said in zip(three[one.written], (one.mean, one.low, one.high), strict=True):
            assert said == pytest.approx(found, rel=7e-4, abs=1e-9), one.written


def test_the_example_of_shares_that_add_to_1(tmp_path: Path) -> None:
    model = "schema: wellbeva/model/1\nmodel: shares\naxes: {kind: where people are}\n"
    model += "parameters: {x: {unit: share, by: kind, doc: shares}}\n"
    model += "equations: {y: 'sum(x, over=kind) in share'}\noutcomes: [y]\n"
    scenario = "schema: wellbeva/scenario/1\nscenario: Shares\nmodel: shares\nappraisal: green-book-2026\n"
    scenario += "choose: one\noptions: {a: {label: A}}\naxes: {kind: {well: Well, ill: Ill, dead: Dead}}\n"
    (tmp_path / "shares.yaml").write_text(model, encoding="utf-8")
    (tmp_path / "s.yaml").write_text(scenario + f"values:\n  x: {DIRICHLET}\n", encoding="utf-8")
    values = evaluate(api.load(tmp_path / "s.yaml").plan)
    np.testing.assert_allclose(values["x"].array, [0.6, 0.3, 0.1], rtol=1e-15)
    assert values["y"].array == pytest.approx(1.0)
