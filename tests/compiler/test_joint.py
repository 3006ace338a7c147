"""What is drawn together: correlations (R16), Dirichlet shares, joint draws (R10); built from spec objects."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest

from wellbeva import api
from wellbeva.compiler.compile import compile_scenario, dimensions
from wellbeva.compiler.parameters.cells import Elements
from wellbeva.compiler.parameters.values import FittedValue
from wellbeva.core.spans import Located
from wellbeva.distributions.spec import Distribution
from wellbeva.engine.run.block_loop import run
from wellbeva.engine.run.settings import RunSettings
from wellbeva.errors import WellbevaError
from wellbeva.plan.record import CompiledScenario
from wellbeva.scenario.spec import Assignment, Correlation, DrawColumn, JointDraws, Scenario
from wellbeva.scenario.text.paths import DottedPath, Selector
from wellbeva.scenario.value import Amount, Cite, Value

Build = Callable[..., CompiledScenario]

MODEL = """
schema: wellbeva/model/1
model: small
title: A small cohort with two numbers of its own
axes:
  place: {labels: [home, care, dead], doc: where people live}
parameters:
  effect: {unit: LS, by: [option, group], doc: points gained}
  hold: {unit: year, by: option, default: 1 year, doc: how long}
  cost: {unit: money, by: option, default: £0, doc: cost}
  lives: {unit: share, by: [option, place], default: 0, doc: where people are}
  people: {unit: person, default: 100 people, doc: people}
equations:
  wellbys: people * sum(effect, over=group) * hold in WELLBY
  spent: cost * 1 in money
  whole: sum(lives, over=place) in share
  at_home: lives[place=home] in share
outcomes: [wellbys, spent, whole, at_home]
decision: {effect: wellbys, cost: spent}
"""

SCENARIO = """
schema: wellbeva/scenario/1
scenario: A small one
model: small
appraisal: {prices: 2023, currency: GBP}
time: {step: year, from: 0, to: 1}
comparator: nothing
choose: several
groups: {young: Young, old: Old}
options:
  walks:
    label: Walks
    effect: {by: group, young: "0.2 (0.1 to 0.3) [assumed]", old: "0.3 (0.2 to 0.4) [assumed]"}
    hold: 9 months (range 3 to 18) [assumed]
    cost: £5,000 in 2023 prices [assumed]
  swims:
    label: Swims
    effect: "0.4 (0.2 to 0.6) [assumed]"
    hold: 2 years [assumed]
    cost: £8,000 (£7,000 to £9,000) [assumed]
"""


@pytest.fixture
def scenario(write: Callable[..., object]) -> Callable[..., Scenario]:
    """Load the small scenario, and change it as a loader of more keys would."""

    def do(more: str = "", *, variant: str = "", overrides: tuple[str, ...] = (), **changes: object) -> Scenario:
        loaded = api.load(write(more, model=MODEL, scenario=SCENARIO), variant=variant, overrides=overrides)
        one = loaded.record.scenario
        added = changes.pop("assignments", ())
        changes["assignments"] = (*one.assignments, *added)  # type: ignore[misc]
        return dataclasses.replace(one, **changes)  # type: ignore[arg-type]

    return do


def line(left: str, right: str, number: float | Value, *, scale: str = "rank") -> Correlation:
    value = number if isinstance(number, Value) else Value("number", {"value": Amount(Fraction(str(number)))})
    return Correlation(*(DottedPath.read(Located.bare(path, "here")) for path in (left, right)), value, scale)  # type: ignore[arg-type]


def counts(**shares: float) -> Value:
    amounts = tuple((label, Amount(Fraction(str(number)))) for label, number in shares.items())
    return Value("dirichlet", shares=amounts, axis="place", cites=(Cite("assumed"),), written="a dirichlet")


def dirichlet(*selectors: Selector, layer: str = "values", **shares: float) -> Assignment:
    return Assignment("lives", selectors, counts(**shares), layer)  # type: ignore[arg-type]


def names(compiled: CompiledScenario, joint: int = 0) -> list[str]:
    plan = compiled.plan
    return [plan.elements[index].name for index in plan.joints[joint].elements]


# ---- correlations


def test_r16_a_pair_is_joined_on_normal_scores(scenario: Callable[..., Scenario]) -> None:
    """Spearman's r is s = 2 sin(pi r / 6) on normal scores (Pearson 1907); the factor is [1, 0], [s, sqrt(1 - s^2)]."""
    built = compile_scenario(scenario(correlations=(line("hold.walks", "cost.swims", 0.5),)))
    (joint,) = built.plan.joints
    assert joint.kind == "copula"
    assert names(built) == ["hold[walks]", "cost[swims]"]
    score = 2 * math.sin(math.pi * 0.5 / 6)
    assert joint.matrix == pytest.approx(np.array([[1, 0], [score, math.sqrt(1 - score**2)]]), abs=1e-15)
    as_written = compile_scenario(scenario(correlations=(line("hold.walks", "cost.swims", 0.5, scale="normal"),)))
    assert as_written.plan.joints[0].matrix[1, 0] == pytest.approx(0.5, abs=1e-15)


def test_r16_one_path_twice_joins_every_pair(scenario: Callable[..., Scenario]) -> None:
    built = compile_scenario(scenario(correlations=(line("effect", "effect", 0.5),)))
    (joint,) = built.plan.joints
    assert names(built) == ["effect[young, walks]", "effect[old, walks]", "effect[swims]"]
    whole = joint.matrix @ joint.matrix.T
    expected = np.full((3, 3), 2 * math.sin(math.pi / 12)) + (1 - 2 * math.sin(math.pi / 12)) * np.eye(3)
    assert whole == pytest.approx(expected, abs=1e-15)


def test_r16_what_no_line_joins_stays_apart(scenario: Callable[..., Scenario]) -> None:
    lines = (
        line("effect.walks.young", "effect.walks.old", 0.4),
        line("effect.walks.old", "hold.walks", 0.3),
        line("effect.swims", "cost.swims", 0.2),
    )
    built = compile_scenario(scenario(correlations=lines))
    assert [names(built, k) for k in (0, 1)] == [
        ["effect[young, walks]", "effect[old, walks]", "hold[walks]"],
        ["effect[swims]", "cost[swims]"],
    ]


def test_r15_labels_pick_the_number_that_fills_their_cells(scenario: Callable[..., Scenario]) -> None:
    """`effect.swims.old` is part of what `effect.swims` fills; a variant may have replaced all of `hold`."""
    built = compile_scenario(scenario(correlations=(line("effect.swims.old", "cost.swims", 0.3),)))
    assert names(built) == ["effect[swims]", "cost[swims]"]
    more = "variants: {other: {label: Other, hold: 1 year (range 0.5 to 2)}}\n"
    replaced = compile_scenario(scenario(more, variant="other", correlations=(line("hold.walks", "cost.swims", 0.3),)))
    assert sorted(names(replaced)) == ["cost[swims]", "hold"]


def test_a_variant_may_make_a_correlated_number_certain(scenario: Callable[..., Scenario]) -> None:
    more = "variants: {sure: {label: Sure, hold.walks: 1 year}}\n"
    lines = (line("hold.walks", "cost.swims", 0.3),)
    built = compile_scenario(scenario(more, variant="sure", correlations=lines))
    assert built.plan.joints == ()
    assert "`hold.walks` is certain here" in "".join(one.message for one in built.record.warnings)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([line("hold.swims", "cost.swims", 0.3)], "`hold.swims` is certain here"),
        ([line("effect", "cost.swims", 0.3)], "`effect` is 3 numbers"),
        ([line("effect.swims.old", "effect.swims.young", 0.3)], "both sides are one number, effect.swims"),
        ([line("cost", "cost", 0.3)], "both sides are one number, cost.swims"),
        ([line("holt.walks", "cost.swims", 0.3)], "`holt.walks` does not name a number"),
        ([line("hold.runs", "cost.swims", 0.3)], "`hold.runs` does not name a number"),
        ([line("hold.walks", "cost.swims", 1.3)], "outside its bounds"),
        (
            [line("hold.walks", "cost.swims", 0.3), line("cost.swims", "hold.walks", 0.4)],
            "one pair has two correlations",
        ),
    ],
)
def test_correlations_that_cannot_be(scenario: Callable[..., Scenario], lines: list[Correlation], said: str) -> None:
    with pytest.raises(WellbevaError, match=said):
        compile_scenario(scenario(correlations=tuple(lines)))


def test_correlations_that_contradict_each_other_name_the_pair_and_its_range(
    scenario: Callable[..., Scenario],
) -> None:
    """b with c 0.9 and a with c 0.5: a with b lies within 0.45 -+ sqrt((1 - 0.81) (1 - 0.25)), 0.0725 to 0.8275."""
    lines = (
        line("effect.walks.young", "effect.walks.old", 0.9, scale="normal"),
        line("effect.walks.old", "hold.walks", 0.9, scale="normal"),
        line("effect.walks.young", "hold.walks", 0.5, scale="normal"),
    )
    with pytest.raises(WellbevaError) as caught:
        compile_scenario(scenario(correlations=lines))
    (one,) = [one for one in caught.value.diagnostics if one.code == "WB-C030"]
    assert one.facts[0] == "effect.walks.young with effect.walks.old: 0.9"
    assert "from 0.0726 to 0.8274" in one.facts[1]


def test_a_spread_counts_by_its_mean(scenario: Callable[..., Scenario]) -> None:
    amounts = {"centre": Amount(Fraction(2, 5)), "low": Amount(Fraction(1, 5)), "high": Amount(Fraction(3, 5))}
    lines = (line("hold.walks", "cost.swims", Value("interval", amounts), scale="normal"),)
    built = compile_scenario(scenario(correlations=lines))
    assert built.plan.joints[0].matrix[1, 0] == pytest.approx(0.4, abs=1e-15)


def test_kept_draws_have_the_rank_correlation_that_was_asked_for(scenario: Callable[..., Scenario]) -> None:
    """Independent draws: the error of Spearman's r of N is below 1/sqrt(N - 1) = 0.0078 (N = 16,384).

    Two pairs at 5 errors each: false alarms below 2 in a million; the seed is fixed. Between -0.3 and 0.3 lie 77.
    """
    lines = (line("hold.walks", "cost.swims", 0.6), line("effect.walks.young", "effect.walks.old", -0.3))
    built = compile_scenario(scenario(correlations=lines))
    result = run(built.plan, RunSettings(draws=16_384, design="random", seed=5))

    def spearman(one: str, other: str) -> float:
        ranks = [np.argsort(np.argsort(result.inputs[name].ravel())) for name in (one, other)]
        return float(np.corrcoef(ranks)[0, 1])

    assert spearman("hold[walks]", "cost[swims]") == pytest.approx(0.6, abs=5 * 0.0078)
    assert spearman("effect[young, walks]", "effect[old, walks]") == pytest.approx(-0.3, abs=5 * 0.0078)
    assert spearman("hold[walks]", "effect[young, walks]") == pytest.approx(0.0, abs=5 * 0.0078)
    alone = run(compile_scenario(scenario()).plan, RunSettings(draws=16_384, design="random", seed=5))
    # Each keeps its own distribution: the first of each pair, and what stands apart, draw by draw.
    for name in ("hold[walks]", "effect[young, walks]", "effect[swims]"):
        assert (alone.inputs[name] == result.inputs[name]).all()


def test_a_variant_that_moves_a_value_down_the_file_draws_the_same(scenario: Callable[..., Scenario]) -> None:
    more = "variants: {again: {label: Again, hold.walks: 9 months (range 3 to 18)}}\n"
    lines = (line("hold.walks", "cost.swims", 0.6),)
    base = compile_scenario(scenario(more, correlations=lines))
    again = compile_scenario(scenario(more, variant="again", correlations=lines), known=dimensions(base.plan))
    assert [one.name for one in base.plan.elements] != [one.name for one in again.plan.elements]
    first, second = (run(one.plan, RunSettings(draws=8192)) for one in (base, again))
    for name, drawn in first.inputs.items():
        assert (second.inputs[name] == drawn).all()


def test_lines_of_a_file(write: Callable[..., object]) -> None:
    more = """
correlations:
  effect with effect: 0.5 [assumed]
  hold.walks with cost.swims: {normal: -0.3, source: assumed}
variants:
  apart: {label: Apart, correlations: {effect with effect: 0}}
"""
    path = write(more, model=MODEL, scenario=SCENARIO)
    built = api.load(path)
    assert [len(one.elements) for one in built.plan.joints] == [3, 2]
    assert built.plan.joints[1].matrix[1, 0] == pytest.approx(-0.3, abs=1e-15)
    assert [len(one.elements) for one in api.load(path, variant="apart").plan.joints] == [2]


# ---- dirichlet


def test_a_dirichlet_fills_its_axis_with_betas_that_are_drawn_together(scenario: Callable[..., Scenario]) -> None:
    """Shares of Dirichlet(6, 3, 1) are Beta(6, 4), Beta(3, 7), Beta(1, 9), with means 0.6, 0.3, 0.1."""
    built = compile_scenario(scenario(assignments=(dirichlet(Selector("option", "walks"), home=6, care=3, dead=1),)))
    plan = built.plan
    (joint,) = plan.joints
    assert names(built) == ["lives[walks, home]", "lives[walks, care]", "lives[walks, dead]"]
    assert joint.kind == "dirichlet"
    assert joint.matrix.tolist() == [6.0, 3.0, 1.0]
    drawn = [plan.elements[index].distribution for index in joint.elements]
    assert [(one.family, one.args) for one in drawn] == [("beta", (6, 4)), ("beta", (3, 7)), ("beta", (1, 9))]
    assert plan.parameter("lives").values[0] == pytest.approx([0.6, 0.3, 0.1], rel=1e-15)
    assert plan.parameter("lives").values[1].tolist() == [0, 0, 0]
    (home,) = [one for one in built.record.inputs if one.path == "lives.walks.home"]
    assert (home.written, home.element, home.evidence) == ("a dirichlet", "lives[walks, home]", "assumed")
    result = run(plan, RunSettings(draws=8192))
    # One unit in the last place for each of the three shares that are added.
    assert np.abs(result.draws["whole"][..., 0] - 1).max() <= 3 * np.finfo(float).eps
    found = result.moments["at_home"].mean[:, 0]
    assert found.mean() == pytest.approx(0.6, abs=6 * found.std(ddof=1) / 4)


def test_r16a_a_dirichlet_that_is_written_once_is_drawn_once(scenario: Callable[..., Scenario]) -> None:
    built = compile_scenario(scenario(assignments=(dirichlet(home=6, care=3, dead=1),)))
    cells = built.plan.parameter("lives").elements
    assert cells[0].tolist() == cells[1].tolist()
    assert names(built) == ["lives[home]", "lives[care]", "lives[dead]"]
    assert len(built.plan.joints) == 1


def test_a_count_of_nought_is_a_certain_share(scenario: Callable[..., Scenario]) -> None:
    walks, swims = Selector("option", "walks"), Selector("option", "swims")
    built = compile_scenario(
        scenario(assignments=(dirichlet(walks, home=6, care=0, dead=1), dirichlet(swims, home=6, care=0, dead=0)))
    )
    assert built.plan.parameter("lives").values[:, 1].tolist() == [0, 0]
    assert built.plan.parameter("lives").values[1].tolist() == [1, 0, 0]
    assert [one.matrix.tolist() for one in built.plan.joints] == [[6.0, 1.0]]


def test_all_shares_of_a_dirichlet_may_be_replaced_and_not_one_of_them(scenario: Callable[..., Scenario]) -> None:
    walks = Selector("option", "walks")
    first = dirichlet(walks, home=6, care=3, dead=1)
    whole = dirichlet(walks, layer="variant", home=1, care=1, dead=1)
    built = compile_scenario(scenario(assignments=(first, whole)))
    assert [one.matrix.tolist() for one in built.plan.joints] == [[1.0, 1.0, 1.0]]
    half = Value("number", {"value": Amount(Fraction(1, 2))}, written="0.5")
    apart = Assignment("lives", (walks, Selector("place", "care")), half, "set")
    with pytest.raises(WellbevaError, match=r"the shares of lives\.walks would no longer add to 1"):
        compile_scenario(scenario(assignments=(first, apart)))
    # A label without a count has no share.
    two = dirichlet(walks, home=6, care=3)
    extra = Assignment("lives", (walks, Selector("place", "dead")), half, "set")
    with pytest.raises(WellbevaError, match=r"the shares of lives\.walks would no longer add to 1"):
        compile_scenario(scenario(assignments=(two, extra)))
    # For one option only: a row that both share is replaced for one of them, which is fine.
    both = dirichlet(home=6, care=3, dead=1)
    assert len(compile_scenario(scenario(assignments=(both, whole))).plan.joints) == 2


def test_shares_of_a_dirichlet_cannot_be_correlated(scenario: Callable[..., Scenario]) -> None:
    given = dirichlet(Selector("option", "walks"), home=6, care=3, dead=1)
    lines = (line("lives.walks.home", "hold.walks", 0.3),)
    with pytest.raises(WellbevaError, match="it is a share of a Dirichlet"):
        compile_scenario(scenario(assignments=(given,), correlations=lines))


def test_counts_that_are_none(scenario: Callable[..., Scenario]) -> None:
    with pytest.raises(WellbevaError) as caught:
        compile_scenario(scenario(assignments=(dirichlet(Selector("option", "walks"), home=-6, care=3, dead=1),)))
    assert [one.code for one in caught.value.diagnostics if one.severity == "error"] == ["WB-D101"]


def test_two_numbers_of_one_name_are_noticed() -> None:
    """A label may stand on two axes (`state`, `to`), so that two values come to one name and one stream."""
    elements = Elements()
    one = FittedValue(0.5, Distribution("beta", (1.0, 1.0)))
    assert elements.add("move[sick]", one) == elements.add("move[sick]", one) == 0
    assert elements.clashes == []
    elements.add("move[sick]", FittedValue(0.5, Distribution("beta", (2.0, 2.0))))
    assert elements.clashes == ["move[sick]"]


# ---- joint draws


def table(*columns: DrawColumn) -> JointDraws:
    return JointDraws("draws.csv", columns, cites=(Cite("assumed"),))


HOLD = DrawColumn("hold", (Selector("option", "walks"),), (6.0, 12.0, 18.0, 12.0), unit="months")
COST = DrawColumn(
    "cost", (Selector("option", "swims"),), (7.0, 8.0, 9.0, 9.0), unit="", currency="GBP", price_year=2023
)


def cleared(one: Scenario, *paths: tuple[str, str]) -> Scenario:
    """Take values out of a scenario, as a table of draws stands in their place."""
    kept = [
        each
        for each in one.assignments
        if (each.parameter, next((s.label for s in each.selectors if s.axis == "option"), "")) not in paths
    ]
    return dataclasses.replace(one, assignments=tuple(kept))


def test_r10_columns_of_draws_are_elements_that_share_their_rows(scenario: Callable[..., Scenario]) -> None:
    one = cleared(scenario(joint=(table(HOLD, COST),)), ("hold", "walks"), ("cost", "swims"))
    built = compile_scenario(one)
    plan = built.plan
    (joint,) = plan.joints
    assert names(built) == ["hold[walks]", "cost[swims]"]
    # Months are years / 12; the base case is the column's mean, 1 year and £8.25.
    assert joint.matrix == pytest.approx(np.array([[0.5, 7], [1, 8], [1.5, 9], [1, 9]]), rel=1e-15)
    assert plan.parameter("hold").values[0] == pytest.approx(1.0, rel=1e-15)
    assert plan.parameter("cost").values[1] == pytest.approx(8.25, rel=1e-15)
    assert plan.elements[joint.elements[0]].distribution.args == pytest.approx((0.5, 0.25, 1, 0.5, 1.5, 0.25))
    assert plan.supplied == 0
    (hold,) = [one for one in built.record.inputs if one.path == "hold.walks"]
    assert (hold.written, hold.evidence, hold.layer) == ("4 joint draws in draws.csv", "assumed", "table")
    result = run(plan, RunSettings(draws=8192))
    pairs = np.stack([result.inputs[name].ravel() for name in ("hold[walks]", "cost[swims]")], axis=1)
    rows, count = np.unique(pairs, axis=0, return_counts=True)
    assert rows == pytest.approx(np.unique(joint.matrix, axis=0))
    # Scrambled Sobol: a quarter of each 512 points to the point.
    assert count.tolist() == [2048] * 4


def test_r10_values_may_give_the_base_case_and_nothing_else(scenario: Callable[..., Scenario]) -> None:
    one = cleared(scenario(joint=(table(HOLD, COST),)), ("cost", "swims"))
    with pytest.raises(WellbevaError, match=r"hold\.walks has draws in a table"):
        compile_scenario(one)
    constant = Value("number", {"value": Amount(Fraction(2), unit="years")}, written="2 years")
    given = Assignment("hold", (Selector("option", "walks"),), constant, "option")
    fixed = cleared(one, ("hold", "walks"))
    plan = compile_scenario(dataclasses.replace(fixed, assignments=(*fixed.assignments, given))).plan
    assert plan.parameter("hold").values[0] == 2.0
    assert next(each for each in plan.elements if each.name == "hold[walks]").base == 2.0


def test_r10_a_variant_takes_a_parameter_out_of_the_table(scenario: Callable[..., Scenario]) -> None:
    constant = Value("number", {"value": Amount(Fraction(2), unit="years")}, written="2 years")
    changed = Assignment("hold", (), constant, "variant")
    one = cleared(scenario(joint=(table(HOLD, COST),)), ("hold", "walks"), ("cost", "swims"))
    built = compile_scenario(dataclasses.replace(one, assignments=(*one.assignments, changed)))
    assert names(built) == ["cost[swims]"]
    assert built.plan.parameter("hold").values.tolist() == [2.0, 2.0]


def test_r10_what_a_table_draws_is_in_no_correlation(scenario: Callable[..., Scenario]) -> None:
    one = cleared(scenario(joint=(table(HOLD, COST),)), ("hold", "walks"), ("cost", "swims"))
    lines = (line("hold.walks", "effect.swims", 0.3),)
    with pytest.raises(WellbevaError, match="its draws come from a table of joint draws"):
        compile_scenario(dataclasses.replace(one, correlations=lines))


def test_r10_the_run_is_the_rows_where_nothing_else_is_uncertain(scenario: Callable[..., Scenario]) -> None:
    effect = DrawColumn("effect", (), (0.1, 0.2, 0.3, 0.6))
    one = scenario(joint=(table(HOLD, COST, effect),))
    one = cleared(one, ("hold", "walks"), ("cost", "swims"), ("effect", "walks"), ("effect", "swims"))
    plan = compile_scenario(one).plan
    assert plan.supplied == 4
    result = run(plan, RunSettings(draws=50_000))
    # 100 people, two groups of the same gain: 200 * effect * hold, hold 2 years for swims.
    walks = [200 * 0.1 * 0.5, 200 * 0.2 * 1, 200 * 0.3 * 1.5, 200 * 0.6 * 1]
    swims = [400 * 0.1, 400 * 0.2, 400 * 0.3, 400 * 0.6]
    assert result.draws["wellbys"][0] == pytest.approx(np.array([walks, swims]).T, rel=1e-14)
    assert (result.design, result.draws_each, result.randomisations) == ("supplied", 4, 1)


def test_r10_a_column_in_the_wrong_unit_is_refused(scenario: Callable[..., Scenario]) -> None:
    one = scenario(joint=(table(dataclasses.replace(HOLD, unit="people")),))
    with pytest.raises(WellbevaError, match="WB-U101"):
        compile_scenario(cleared(one, ("hold", "walks")))


def test_r10_a_column_that_never_varies_is_certain(scenario: Callable[..., Scenario]) -> None:
    one = scenario(joint=(table(dataclasses.replace(HOLD, numbers=(12.0, 12.0, 12.0, 12.0)), COST),))
    built = compile_scenario(cleared(one, ("hold", "walks"), ("cost", "swims")))
    assert names(built) == ["cost[swims]"]
    assert built.plan.parameter("hold").values[0] == 1.0
