"""Draws outside the bounds of an input: the same are found, named, counted and left out whatever reduces them."""

import dataclasses
from collections.abc import Mapping

import numpy as np
import pytest

from tests.engine.engine_plans import Given, Make, axis, element, equation, parameter, plan, run_with
from tests.engine.packed_plans import collect, direct, everything, nasty
from tests.tiers import thorough_after
from wellbeva.engine.lanes import LANE
from wellbeva.engine.reductions.bounds import InputBounds
from wellbeva.engine.reductions.leaves import kernel_leaves, numpy_leaves
from wellbeva.engine.reductions.replicates import RANDOMISATIONS, Layout, Rows
from wellbeva.engine.refusal import NothingLeft, RefusedDraw
from wellbeva.engine.run.block_loop import run
from wellbeva.engine.run.failures import none_left
from wellbeva.engine.run.plan_cache import base_case
from wellbeva.engine.run.settings import RunSettings
from wellbeva.engine.targets import targets
from wellbeva.errors import WellbevaError
from wellbeva.plan.plan import Bounds, ElementBounds

ENDS: Mapping[str, tuple[float | None, float | None]] = {
    "both": (-1.0, 1.0),
    "low": (-1.0, None),
    "high": (None, 1.0),
}


def limited(made, *limits):
    """A plan whose elements of those names have limits."""
    names = [one.name for one in made.elements]
    return dataclasses.replace(
        made,
        limits=tuple(
            ElementBounds(name, names.index(name), Bounds(low, high, "-1", "1")) for name, low, high in limits
        ),
    )


def beyond(x, low, high):
    return (x < (-np.inf if low is None else low)) | (x > (np.inf if high is None else high))


@pytest.mark.parametrize("leaves", [numpy_leaves, kernel_leaves], ids=["numpy", "kernels"])
@pytest.mark.parametrize("ends", ENDS)
def test_lanes_with_a_draw_outside_are_found(leaves, ends):
    made = limited(direct(2), ("e[o0]", *ENDS[ends]), ("c[o1]", *ENDS[ends]))
    watch = InputBounds(made, targets(made), base_case(made))
    rng = np.random.default_rng(3)
    x = np.ascontiguousarray(rng.uniform(-1, 1, (9, 5, LANE)))
    x[:, 1] = 7.0  # an element without limits
    x[0, 0, 3], x[0, 3, 4], x[1, 0, 0], x[2, 3, 511], x[3, 0, 510] = 1.0, -1.0, 1.5, -1.5, np.nextafter(1, 2)
    x[4, 0, 0], x[5, 3, 9], x[6, 3, 9], x[7, 0, 100] = np.nan, np.inf, -np.inf, 9.0
    sizes = np.array([LANE] * 7 + [100, 0], dtype=np.int64)
    found = np.ones(9, dtype=bool)
    some = leaves.out_of_bounds(x, watch.rows, watch.lows, watch.highs, sizes, found)
    strays = [watch.strays(x[lane, :, : sizes[lane]]) for lane in range(9)]
    expected = [bool(beyond(x[k][[0, 3], : sizes[k]], *ENDS[ends]).any()) for k in range(9)]
    assert some
    assert found.tolist() == [one is not None for one in strays] == expected
    assert sum(expected) >= 2
    assert not leaves.out_of_bounds(x[:1], watch.rows, watch.lows, watch.highs, sizes[:1], found[:1])


def strayed(shape):
    """Draws of `direct(2)` of which some are outside -1 to 1, some not finite, some both; and which are which."""
    rng = np.random.default_rng(11)
    drawn = nasty(rng, shape)
    drawn[:, [0, 3]] = np.clip(drawn[:, [0, 3]], -1, 1)
    drawn[:, -1] = 1 + np.abs(drawn[:, -1])
    outside = rng.random((shape[0], shape[2])) < 0.02
    outside[1], outside[2, 512:1024] = False, True
    drawn[:, 0][outside] = rng.choice([1.5, -1.0000001, 8.0], outside.sum())
    both = outside & (rng.random(outside.shape) < 0.3)
    drawn[:, 3][both] = -2.0
    bad = rng.random(outside.shape) < 0.01
    drawn[:, -1][bad] = -1.0
    return drawn, outside, bad


LIMITS = (("e[o0]", -1.0, 1.0), ("c[o1]", -1.0, None))


@pytest.mark.parametrize("everywhere", [False, True])
def test_draws_outside_are_in_nothing_and_counted_apart(everywhere):
    made = limited(direct(2, checks=[("warn_if", "gain", 0.5)]), *LIMITS)
    drawn, outside, bad = strayed((RANDOMISATIONS, 5, 1024))
    layout = Layout.design(1024)
    theirs = collect(made, Given(drawn), layout, packed=False, everything=everywhere, allow_nonfinite=True)
    for block, threads in ((512, 1), (2048, 2)):
        ours = collect(
            made, Given(drawn), layout, packed=True, block=block, threads=threads, everything=everywhere,
            allow_nonfinite=True,
        )  # fmt: skip
        told, expected = everything(ours), everything(theirs)
        assert [name for name in expected if told[name] != expected[name]] == []
        assert (ours.outside, ours.nonfinite) == (theirs.outside, theirs.nonfinite)
    assert (theirs.outside, theirs.nonfinite) == (outside.sum(), (bad & ~outside).sum())
    good = ~(outside | bad)
    moments = theirs.moments()
    assert moments["gain"].count.tolist() == good.sum(axis=1).tolist()
    for r in range(RANDOMISATIONS):
        kept = drawn[r, 0][good[r]]
        assert moments["gain"].mean[r, 0] == pytest.approx(kept.mean(), abs=1e-14)
        assert np.abs(kept).max() <= 1
        assert theirs.keep.inputs()["x"][r].tolist() == drawn[r, 4][good[r]][: theirs.keep.each].tolist()


@pytest.mark.parametrize(("packed", "threads"), thorough_after(2, [(True, 3), (False, 1), (True, 1), (False, 3)]))
def test_the_first_draw_outside_is_named_and_all_are_counted(packed, threads):
    made = limited(direct(2, checks=[("fail_if", "price", 20.0)]), *LIMITS)
    drawn, _, _ = strayed((RANDOMISATIONS, 5, 2048))
    drawn[np.abs(drawn) > 20] = 1.0
    drawn[0, 0, :600] = drawn[0, 3, :600] = drawn[0, -1, :600] = 1.0
    drawn[0, 3, 77] = drawn[0, 0, 77] = -2.0
    layout = Layout.design(2048)

    def stopped(**more):
        with pytest.raises(RefusedDraw) as caught:
            collect(made, Given(drawn), layout, packed=packed, threads=threads, **more)
        return caught.value

    first = beyond(drawn[:, 0], -1, 1)
    told = stopped()
    assert (told.target, told.randomisation, told.index) == ("limit.0", 0, 77)
    assert (told.times, told.looked) == (first.sum(), 16 * 2048)
    assert told.drawn.tolist() == drawn[0, :, 77].tolist()
    # of one draw, what is outside comes before the number that is not finite to which it leads
    drawn[0, 0, 77], drawn[0, -1, 77] = 0.5, -1.0
    told = stopped()
    assert (told.target, told.index, told.times) == ("limit.1", 77, (drawn[:, 3] < -1).sum())
    # an earlier number that is not finite comes first, counted where no input is outside
    drawn[0, -1, 5] = -1.0
    told = stopped()
    within = ~(beyond(drawn[:, 0], -1, 1) | (drawn[:, 3] < -1))
    assert (told.target, told.index, told.times) == ("log_x", 5, (within & (drawn[:, -1] <= 0)).sum())
    # a check looks at every draw, at those that are left out too
    drawn[3, 2, 1000], drawn[3, 0, 1000] = 21.0, 8.0
    told = stopped(allow_nonfinite=True)
    assert (told.target, told.randomisation, told.index) == ("check.0", 3, 1000)


@pytest.mark.parametrize("packed", [False, True])
def test_a_run_of_which_every_draw_is_outside_is_refused(packed):
    made = limited(direct(1), ("e[o0]", 0.0, 0.5))
    drawn = np.ones((RANDOMISATIONS, 3, 512))
    with pytest.raises(NothingLeft) as caught:
        collect(made, Given(drawn), Layout.design(512), packed=packed, allow_nonfinite=True)
    (diagnostic,) = none_left(caught.value.nonfinite, caught.value.outside).diagnostics
    assert (diagnostic.code, diagnostic.facts) == ("WB-E009", ("an input is outside its bounds in 8,192 draws",))
    drawn[:, 0, 0], drawn[:, 2, 0] = 0.25, -1.0
    with pytest.raises(NothingLeft) as caught:
        collect(made, Given(drawn), Layout.design(512), packed=packed, allow_nonfinite=True)
    (diagnostic,) = none_left(caught.value.nonfinite, caught.value.outside).diagnostics
    assert (diagnostic.code, diagnostic.message) == ("WB-E001", "no draw is finite: nothing is left to count")
    assert "in 8,176 draws" in diagnostic.facts[0]
    assert "in 16 others" in diagnostic.facts[1]


@pytest.mark.parametrize("rows", [3, 1000, 9001])
def test_supplied_rows_outside_have_the_same_bits(rows):
    made, layout = limited(direct(2), *LIMITS), Layout.rows(rows)
    draws = np.random.default_rng(rows).uniform(-1, 1, (5, rows))
    draws[4] = 1.0
    draws[0, 1] = draws[3, rows // 2] = -1.5
    runs = [
        collect(made, Rows(draws, layout), layout, packed=packed, threads=2, allow_nonfinite=True)
        for packed in (True, False)
    ]
    ours, theirs = (everything(one) for one in runs)
    assert [name for name in theirs if ours[name] != theirs[name]] == []
    lost = len({1, rows // 2})
    assert runs[0].moments()["gain"].count.sum() == rows - lost
    assert runs[0].outside == runs[1].outside == lost


def switched(on, *, used="both"):
    """``if on then a else b`` by option, and a plain sum of nothing else; `a` and `b` have limits."""
    axes = {"option": axis("option", "one", "two")}
    make = Make(axes, {"a": ("draw",), "b": ("draw",), "on": ("option",)})
    elements = [element("a", 0, 0.5), element("b", 1, 0.5)]
    parameters = [
        parameter("a", 0.5, (), 0),
        parameter("b", 0.5, (), 1),
        parameter("on", np.array(on, dtype=float), ("option",)),
    ]
    chosen = make.where(make.ref("on"), make.ref("a"), make.ref("b")) if used == "both" else make.ref("a")
    equations = [equation("out", chosen), equation("aside", make.ref("b"))]
    make.symbols |= {one.name: one.expression.axes for one in equations}
    made = plan(axes, parameters, equations, elements=elements, outcomes=("out",))
    return limited(made, ("a", 0.0, 1.0), ("b", 0.0, 1.0))


@pytest.mark.parametrize("engine", ["reference", "blocked", "compiled"])
@pytest.mark.parametrize(
    ("made", "watched"),
    [
        (switched([1, 1]), "a"),
        (switched([0, 0]), "b"),
        (switched([1, 0]), "ab"),
        (switched([1, 1], used="a alone"), "a"),
    ],
    ids=["on", "off", "mixed", "unused"],
)
def test_an_input_on_which_nothing_hangs_refuses_no_run(engine, made, watched):
    watch = InputBounds(made, targets(made), base_case(made))
    assert "".join(made.limits[number].name for number in watch.numbers) == watched
    for index, name in enumerate("ab"):
        drawn = np.full((RANDOMISATIONS, 2, 512), 0.5)
        drawn[4, index, 9] = 1.5
        if name in watched:
            with pytest.raises(WellbevaError, match=f"WB-E009.*{name} is outside its bounds in draw 9 of random.* 4"):
                run_with(made, Given(drawn), RunSettings(engine=engine, threads=1), draws_each=512)
            result = run_with(
                made, Given(drawn), RunSettings(engine=engine, threads=1, allow_nonfinite=True), draws_each=512
            )
            assert (result.outside, result.nonfinite, result.left_out) == (1, 0, 1)
        else:
            result = run_with(made, Given(drawn), RunSettings(engine=engine, threads=1), draws_each=512)
            assert result.left_out == 0
            assert result.moments["out"].count.tolist() == [512] * 16


def test_an_input_that_only_a_check_reads_refuses_no_run():
    """As a number that is not finite in a check alone does not (R76)."""
    made = switched([1, 1], used="a alone")
    b = made.equation("aside").expression
    checked = dataclasses.replace(direct(1, checks=[("warn_if", "gain", 1.0)]).checks[0], expression=b)
    made = dataclasses.replace(made, checks=(checked,))
    watch = InputBounds(made, targets(made), base_case(made))
    assert [made.limits[number].name for number in watch.numbers] == ["a"]


def test_a_run_for_the_decision_alone_looks_at_what_the_decision_hangs_on():
    made = limited(direct(1), ("x", None, 5.0))
    drawn = np.ones((RANDOMISATIONS, 3, 512))
    drawn[2, 2, 2] = 6.0
    with pytest.raises(WellbevaError, match="WB-E009"):
        run_with(made, Given(drawn), draws_each=512)
    assert run_with(made, Given(drawn), RunSettings(outputs="decision"), draws_each=512).left_out == 0


def test_a_plan_without_limits_never_looks(monkeypatch):
    monkeypatch.setattr(kernel_leaves, "out_of_bounds", None)
    made = direct(2)
    assert InputBounds(made, targets(made), base_case(made)).numbers == ()
    run(made, RunSettings(draws=8192, engine="compiled", threads=1, outputs="decision"))
