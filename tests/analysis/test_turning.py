"""Break-even and one-way sweeps against hand arithmetic on the two offers."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from scipy.optimize import elementwise
from scipy.stats import norm

from wellbeva import api
from wellbeva.analysis.root_crossings import crossings
from wellbeva.analysis.tables.break_even import bounds_of, break_even_table, solve, with_break_even
from wellbeva.analysis.tables.oneway import dotted, oneway
from wellbeva.core.axes import Axis
from wellbeva.distributions.spec import Distribution
from wellbeva.language.ir import Binary, Const, Pick, Ref
from wellbeva.plan.plan import BreakEven, Element
from wellbeva.results.deterministic import EVERYWHERE, NOWHERE, evaluate_points, options_reached
from wellbeva.scenario.value import Amount

LEVELS = ("low", "central", "high")


def test_break_even_by_hand(small):
    table = break_even_table(small.small_plan()).set_index(["parameter", "option", "cell"])
    for option, effect, price in zip(("visits", "calls"), small.EFFECT, small.PRICE, strict=True):
        for level, value in zip(LEVELS, small.VALUES, strict=True):
            # effect * held * value = price, whatever the number of people
            held = table.loc[("held", option, level)]
            assert held["value"] == pytest.approx(price / (effect * value), rel=1e-12)
            assert held["ratio"] == pytest.approx(price / (effect * value) / 0.5, rel=1e-12)
            assert table.loc[("effect", option, level), "value"] == pytest.approx(price / (0.5 * value), rel=1e-12)
    assert (table["reason"] == "").all()


def test_break_even_moves_only_the_options_own_cells(small):
    # If calls' effect moved with visits', the difference could not cross zero at all.
    plan = small.small_plan()
    npsv = plan.equation("npsv")
    calls = Ref(name="npsv", axes=("draw", "option", "level"))
    ahead = Binary(op="sub", left=calls, right=Pick(x=calls, axis="option", index=1), axes=npsv.expression.axes)
    equation = replace(npsv, name="ahead", expression=ahead)
    plan = replace(plan, equations=(*plan.equations, equation), groups=(*plan.groups, ("ahead",)))
    found = solve(plan, BreakEven("effect", "ahead"))
    # 50 x 16,000 - 200,000 = 5 x 16,000 - 180,000
    assert found.value[0, 1] == pytest.approx((80_000 + 20_000) / 800_000, rel=1e-12)
    assert found.reason[1, 1] == "flat"


def test_break_even_is_against_a_comparator_that_is_an_option(small):
    plan = small.small_plan(choose="several")
    plan = replace(plan, decision=replace(plan.decision, comparator=1))
    table = break_even_table(plan).set_index(["parameter", "option", "cell"])
    (visits, calls), (dear, cheap), value = small.EFFECT, small.PRICE, small.VALUES[1]
    # (effect - calls) * held * value = dear - cheap, whatever the number of people
    effect = table.loc[("effect", "visits", "central"), "value"]
    assert effect == pytest.approx(calls + (dear - cheap) / (0.5 * value), rel=1e-12)
    held = table.loc[("held", "visits", "central"), "value"]
    assert held == pytest.approx((dear - cheap) / ((visits - calls) * value), rel=1e-12)
    assert set(table.xs("calls", level="option")["reason"]) == {"flat"}


def test_no_crossing_says_which_way(small):
    plan = small.small_plan(price=np.asarray([0.0, 1800.0]), effect=np.asarray([0.4, 0.0]))
    plan = replace(plan, break_even=(BreakEven("people", "npsv"), BreakEven("held", "npsv")))
    table = break_even_table(plan).set_index(["parameter", "option", "cell"])
    assert table.loc[("held", "calls", "central"), "reason"] == "never"
    assert np.isnan(table.loc[("held", "calls", "central"), "value"])
    bounded = break_even_table(plan, bounds={"held": (0.25, 2.0)}).set_index(["parameter", "option", "cell"])
    assert bounded.loc[("held", "visits", "central"), "reason"] == "always"


POINTS = (0.05, -0.1, 0.5, 0.4, 0.95, 0.9)
MIRRORED = (1.0, float(np.log(0.6)), 0.5, -1.0)


@pytest.mark.parametrize(
    ("law", "price", "expected"),
    [
        (Distribution("normal", (0.4, 0.2)), -2000, -0.25),
        (Distribution("quantiles", POINTS), -2000, -0.25),
        (Distribution("shifted_lognormal", MIRRORED), -2000, -0.25),
        (Distribution("mixture", (0.5, 0.5), parts=(Distribution("point", (0.4,)), Distribution("normal", (0.4, 0.1)))),
         -2000, -0.25),
        (Distribution("uniform", (-0.1, 0.9)), -2000, -0.25),
        (Distribution("quantiles", POINTS, low=-0.2), -2000, "always"),
        (Distribution("shifted_lognormal", MIRRORED, low=-0.2), -2000, "always"),
        (Distribution("quantiles", (0.05, 0.1, 0.5, 0.4, 0.95, 0.7), low=0.0), -2000, "always"),
        (Distribution("shifted_lognormal", (0.1, float(np.log(0.3)), 0.5, 1.0)), -2000, "always"),
        (Distribution("gamma", (4.0, 0.1)), -2000, "always"),
        (Distribution("uniform", (0.1, 0.7)), -2000, "always"),
        (Distribution("beta", (4.0, 6.0)), 10_000, "never"),
        (Distribution("quantiles", POINTS, high=1.0), 10_000, "never"),
        (Distribution("beta", (4.0, 6.0)), 6000, 0.75),
        (Distribution("uniform", (0.1, 0.7)), 10_000, 1.25),
    ],
)  # fmt: skip
def test_break_even_is_looked_for_where_the_law_of_an_input_may_lie(small, law, price, expected):
    """R55. effect * 0.5 years * £16,000 = price."""
    plan = small.small_plan(price=np.asarray([price, 0.0]))
    first = replace(plan.elements[0], distribution=law)
    plan = replace(plan, elements=(first, *plan.elements[1:]), break_even=(BreakEven("effect", "npsv"),))
    plan = replace(plan, parameters=tuple(
        replace(one, values=np.asarray([0.4, 0.0]), elements=np.asarray([0, -1], dtype=np.int32))
        if one.name == "effect" else one for one in plan.parameters))  # fmt: skip
    found = solve(plan, BreakEven("effect", "npsv"))
    value, reason = found.value[0, 1], found.reason[0, 1]
    assert reason == (expected if isinstance(expected, str) else "")
    assert np.isnan(value) if reason else value == pytest.approx(expected, rel=1e-12)


SHORT = """\
schema: wellbeva/scenario/1
scenario: Walks in the park
model: wellbeing_trajectory
appraisal: green-book-2026
comparator: nothing
choose: several
time: {from: 0, to: 4}
options:
  dear: {label: Dear, people: 100, effect: 0.2 (0.1 to 0.3), cost_once: "£9,000,000 in 2023 prices", hold: 1 year}
  cheap: {label: Cheap, people: 100, effect: 0.2 (0.1 to 0.3), cost_once: "£900,000 in 2023 prices", hold: 1 year}
  bad: {label: Bad, people: 100, effect: -0.2 (-0.3 to -0.1), cost_once: "£900,000 in 2023 prices", hold: 1 year}
axes: {payer: [all], body: [none]}
sources: {all: {cite: The big book, covers: all, evidence: initial}}
"""


def test_what_the_last_period_cuts_off_is_told_apart(tmp_path):
    """R55. 100 × 0.2 × £16,000 or so are £320,000 a year: five years bring back £900,000, and never £9m."""
    (tmp_path / "s.yaml").write_text(SHORT, encoding="utf-8")
    compiled = api.load(tmp_path / "s.yaml")
    table = break_even_table(compiled.plan, bounds=bounds_of(compiled.record))
    reason = table.set_index(["parameter", "option", "cell"])["reason"]
    assert [reason["hold", option, "central"] for option in ("dear", "cheap", "bad")] == ["horizon", "", "never"]
    assert set(reason["effect"]) == {""}


def test_an_outcome_that_is_a_ratio_of_means(small):
    plan = small.small_plan()
    ratio = plan.equation("cost_per_wellby")
    over = Binary(op="sub", left=ratio.expression, right=Const(value=16_000.0), axes=("option",))
    equation = replace(ratio, name="over", expression=over)
    plan = replace(plan, equations=(*plan.equations, equation), groups=(*plan.groups, ("over",)))
    # 2,000 / (0.4 * held) = 16,000
    assert solve(plan, BreakEven("held", "over")).value == pytest.approx([2000 / 6400, 1800 / 1600], rel=1e-12)


def test_cells_of_one_option_move_in_proportion(small):
    plan = small.small_plan()
    groups = Axis("group", ("few", "many"))
    people = small.parameter("people", ("option", "group"), [[30.0, 70.0], [50.0, 50.0]])
    many = Pick(x=Ref(name="people", axes=("option", "group")), axis="group", index=1, axes=("option",))
    short = Binary(op="sub", left=many, right=Const(value=105.0), axes=("option",))
    equation = replace(plan.equation("cost"), name="short", expression=short)
    plan = replace(
        plan,
        axes={"option": plan.axes["option"], "group": groups},
        parameters=(people,),
        equations=(equation,),
        groups=(("short",),),
        decision=None,
    )
    found = solve(plan, BreakEven("people", "short"))
    # 70 must rise to 105, half as much again, and the mean of 50 with it; where both are 50 they are one number
    assert found.base == pytest.approx([50, 50])
    assert found.value == pytest.approx([75, 105], rel=1e-12)


def test_dataset_takes_the_values_along(small, rivals):
    found = with_break_even(rivals, small.small_plan())
    assert found["break_even_held"].sel(option="visits", level="central").item() == pytest.approx(2000 / 6400)
    assert "break_even_held" not in rivals


def test_bounds_from_the_model(a_record, a_parameter):
    zero, four = Amount(Fraction(0), "years"), Amount(Fraction(4), "years")
    record = a_record(
        parameters={
            "take_up": a_parameter("take_up", "share"),
            "hold": a_parameter("hold", "year", (zero, four)),
            "effect": a_parameter("effect", "LS"),
        }
    )
    assert bounds_of(record) == {"take_up": (0.0, 1.0), "hold": (0.0, np.inf)}


def test_the_crossing_nearest_the_start_is_taken():
    def curve(problems, values):
        return (values - 1) * (values - 4) * (values - 9)

    grid = np.tile(np.arange(0.5, 12.0), (3, 1))
    found = crossings(curve, grid, np.asarray([0.5, 5.0, 11.0]), results=curve(None, grid))
    assert found.root == pytest.approx([1, 4, 9], rel=1e-12)


def test_points_without_a_finite_result_hold_no_crossing():
    def curve(problems, values):
        return np.where(values < 2, np.nan, np.where(problems == 0, values - 1, np.nan))

    grid = np.tile(np.arange(4.0), (2, 1))
    found = crossings(curve, grid, np.ones(2), results=curve(np.asarray([[0], [1]]), grid))
    assert found.reason == ("always", "undefined")


@pytest.mark.parametrize(
    "curve",
    [
        lambda values: values**3 - 2,
        lambda values: np.tanh(50 * (values - 1.1)),
        lambda values: np.floor(3 * values - 2.5),
        lambda values: np.where(np.abs(values - 1.3) < 0.1, np.nan, values - 1.25),
        lambda values: np.where(values > 1.7, 1e300, -1e-300),
    ],
)
def test_roots_have_the_bits_that_scipy_finds(curve):
    grid = np.array([[0.0, 1.9], [0.5, 2.5], [1.05, 7.0]])
    found = crossings(lambda _, values: curve(values), grid, np.ones(3), results=curve(grid))
    assert found.root.tobytes() == elementwise.find_root(curve, tuple(grid.T)).x.tobytes()


def test_one_way_by_hand(small):
    table = oneway(small.small_plan()).set_index(["option", "less", "element"])
    z = norm.ppf(0.95)
    # rivals: the top two of the base case are visits (120,000) and nothing (0), which is visits less the comparator
    row = table.loc[("visits", "nothing", "effect[visits]")]
    assert row["path"] == "effect.visits"
    assert row["low_value"] == pytest.approx(0.4 - 0.2 * z, rel=1e-9)
    assert row["high_result"] == pytest.approx((0.4 + 0.2 * z) * 50 * 16_000 - 200_000, rel=1e-9)
    assert row["base_result"] == pytest.approx(120_000)
    assert row["switching_value"] == pytest.approx(0.25, rel=1e-9)
    assert row["can_turn"]
    still = table.loc[("visits", "nothing", "effect[calls]")]
    assert not still["can_turn"]
    assert still["low_result"] == still["high_result"] == 120_000
    calls = table.loc[("calls", "nothing", "effect[calls]")]
    # turns at 0.225, its 95% quantile is 0.1 + 0.082
    assert not calls["can_turn"]
    assert ("calls", "nothing", "effect[visits]") not in table.index


def test_one_way_on_the_difference_of_two(small):
    table = oneway(small.small_plan(), pair=("visits", "calls")).set_index(["option", "less", "element"])
    row = table.loc[("visits", "calls", "effect[visits]")]
    # 50 * 16,000 * x - 200,000 = 5 * 16,000 - 180,000
    assert row["switching_value"] == pytest.approx(0.125, rel=1e-9)
    assert row["base_result"] == pytest.approx(120_000 + 100_000)


def test_one_way_of_offers_is_against_break_even(small):
    table = oneway(small.small_plan(choose="several"))
    assert list(zip(table["option"], table["less"], table["element"], strict=True)) == [
        ("visits", "", "effect[visits]"),
        ("calls", "", "effect[calls]"),
    ]


def test_one_way_lists_an_input_that_moves_no_offer(small):
    plan = small.small_plan(choose="several")
    idle = Element("idle", len(plan.elements), Distribution("normal", (1.0, 0.5)), 1.0)
    table = oneway(replace(plan, elements=(*plan.elements, idle)))
    assert list(table["element"]) == ["effect[visits]", "effect[calls]", "idle"]
    last = table.iloc[-1]
    assert (last["option"], last["less"], last["can_turn"]) == ("", "", False)
    assert last[["base_value", "low_value", "high_value"]].tolist() == pytest.approx([1, 1 - 0.8224268, 1 + 0.8224268])
    assert np.isnan(last["low_result"])


def test_one_way_needs_a_value(small):
    assert oneway(small.small_plan(levels=False)).empty


def test_shared_elements_move_together(small):
    plan = small.small_plan(choose="several")
    shared = small.parameter("effect", ("option",), [0.4, 0.4], [0, 0])
    plan = replace(
        plan,
        parameters=tuple(shared if one.name == "effect" else one for one in plan.parameters),
        elements=plan.elements[:1],
    )
    table = oneway(plan).set_index("option")
    assert table.loc["calls", "switching_value"] == pytest.approx(1800 / 8000, rel=1e-9)


def picked(plan, outcome, option):
    """Return the plan with an outcome less that of one option, which every option then depends on."""
    whole = plan.equation(outcome)
    of_all = Ref(name=outcome, axes=whole.expression.axes)
    one = Pick(x=of_all, axis="option", index=option)
    ahead = replace(whole, name="ahead", expression=Binary(op="sub", left=of_all, right=one, axes=of_all.axes))
    return replace(plan, equations=(*plan.equations, ahead), groups=(*plan.groups, ("ahead",)))


def test_options_reached_follow_from_the_plan(small):
    plan = small.small_plan()
    npsv, cost = (Ref(name=name) for name in ("npsv", "cost"))
    names = [one.name for one in plan.elements]
    apart = dict(zip(names, options_reached(plan, [npsv]).tolist(), strict=True))
    assert apart == {"effect[visits]": 0, "effect[calls]": 1}
    # What is picked out of one option moves all of them; what nothing wanted mentions moves none.
    assert options_reached(picked(plan, "npsv", 0), [Ref(name="ahead")]).tolist() == [EVERYWHERE, EVERYWHERE]
    assert options_reached(plan, [cost]).tolist() == [NOWHERE, NOWHERE]
    shared = small.parameter("effect", ("option",), [0.4, 0.4], [0, 0])
    others = tuple(one for one in plan.parameters if one.name != "effect")
    assert options_reached(replace(plan, parameters=(*others, shared)), [npsv])[0] == EVERYWHERE


def test_an_option_that_depends_on_another_is_swept_by_the_others_numbers(small):
    plan = small.small_plan(choose="several")
    whole = picked(plan, "wellbys", 0)
    decision = replace(plan.decision, effect=Ref(name="ahead", axes=("draw", "option")))
    table = oneway(replace(whole, decision=decision))
    assert set(zip(table["option"], table["element"], strict=True)) == {
        ("calls", "effect[calls]"),
        ("calls", "effect[visits]"),
    }


def test_nothing_is_swept_where_no_option_is_reached(small):
    plan = small.small_plan(choose="several")
    whole = replace(plan, decision=replace(plan.decision, effect=plan.decision.cost))
    assert oneway(whole).empty


def many_options(small, many, *, choose):
    plan = small.small_plan(choose=choose)
    labels = tuple(f"o{number}" for number in range(many))
    effect = small.parameter("effect", ("option",), np.linspace(0.1, 0.4, many), np.arange(many))
    price = small.parameter("price", ("option",), np.linspace(1000.0, 2000.0, many))
    others = tuple(one for one in plan.parameters if one.name not in {"effect", "price"})
    elements = tuple(
        Element(f"effect[{label}]", number, Distribution("normal", (base, 0.1)), base)
        for number, (label, base) in enumerate(zip(labels, effect.values.tolist(), strict=True))
    )
    nothing = plan.decision.options[2:]
    decision = replace(
        plan.decision,
        options=(*labels, *nothing),
        rows=(*range(many), *(-1 for _ in nothing)),
        comparator=many if nothing else -1,
    )
    axes = {**plan.axes, "option": Axis("option", labels)}
    return replace(plan, axes=axes, parameters=(*others, effect, price), elements=elements, decision=decision)


@pytest.mark.parametrize("choose", ["one", "several"])
def test_points_do_not_grow_with_the_options(small, choose, monkeypatch):
    evaluated = []

    def counted(plan, **given):
        found = evaluate_points(plan, **given)
        evaluated.append(max(array.size for _, array in found.values()))
        return found

    monkeypatch.setattr("wellbeva.analysis.tables.oneway.evaluate_points", counted)
    monkeypatch.setattr("wellbeva.analysis.tables.break_even.evaluate_points", counted)
    work = []
    for many in (10, 40):
        plan = many_options(small, many, choose=choose)
        assert len(oneway(plan)) >= many
        solve(plan, BreakEven("effect", "npsv"))
        work.append(sum(evaluated) / many)
        evaluated.clear()
    assert work[1] < 2 * work[0]


@pytest.mark.parametrize(("name", "path"), [("effect[a]", "effect.a"), ("x", "x"), ("x[a,b]", "x.a.b")])
def test_paths_are_dotted(name, path):
    assert dotted(name) == path
