"""R18 to R24 of the rule book, each by its number: what is read, what is refused, and the value by both engines.

Everything goes through files, the loader, the compiler and both engines. Expected numbers are written out by hand.
Arrays have the axes of the equation in the fixed order. R25 and R26 stand in `test_rules_of_time.py`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.language.small_models import Small, over_draws
from wellbeva import api
from wellbeva.errors import WellbevaError, render

X = "x: {unit: ratio, doc: a number}"
TOLERANCE = {"rtol": 1e-14, "atol": 1e-15}
"""A few roundings of numbers near 1."""


def simple(equations: str, **more: str) -> Small:
    """One number x, 4 in the base case."""
    return Small(parameters=X, values="x: 4", equations=equations, **more)


# ---- R18: the grammar


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("x.real", "WB-L007"),
        ("lambda: x", "WB-L009"),
        ("[y for y in x]", "WB-L009"),
        ("x + 'a'", "WB-L008"),
        ("1 < x < 3", "WB-L006"),
        ("x & 1", "WB-L005"),
        ("x | 1", "WB-L005"),
        ("x ^ 2", "WB-L005"),
        ("x % 2", "WB-L005"),
        ("__import__", "WB-L020"),
        ("x := 1", "WB-L005"),
        ("+".join(["x"] * 1001), "WB-L001"),
        ("(" * 51 + "x" + ")" * 51, "WB-L002"),
    ],
)
def test_r18_what_is_not_in_the_grammar_is_refused(tmp_path: Path, text: str, code: str) -> None:
    quoted = text.replace("'", "''")
    assert f"error[{code}]" in simple(f"y: '{quoted}'").faults(tmp_path)


def test_r18_five_hundred_equations_are_the_most(tmp_path: Path) -> None:
    many = "\n".join(f"y{place}: x" for place in range(501))
    assert "the model has too many equations" in simple(many).faults(tmp_path)
    assert simple(many.rpartition("\n")[0]).faults(tmp_path) == ""


def test_r18_percentages_durations_and_indices_keep_their_columns(tmp_path: Path) -> None:
    # The expression begins at column 6, and `oops` after 28 characters of it.
    said = simple("y: where(1 year > 0, 50%, x) + oops").faults(tmp_path)
    assert "models/small.yaml:7:34: error[WB-L020]: nothing is called `oops`" in said


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("50% * x", 2.0),
        ("18 months / (1 year)", 1.5),
        ("mod(x + 7, 3)", 2.0),
        ("-x ** 2", -16.0),
        ("x / 2 / 2", 1.0),
        ("where(not x > 3 or x == 4 and x < 5, 1, 0)", 1.0),
        ("2 ** 3 ** 2", 512.0),
    ],
)
def test_r18_literals_and_precedence(tmp_path: Path, text: str, expected: float) -> None:
    np.testing.assert_allclose(simple(f"y: {text}").value(tmp_path, "y"), expected, **TOLERANCE)


# ---- R19: order and circles


def test_r19_order_is_free(tmp_path: Path) -> None:
    assert simple("z: y + 1\ny: w * 2\nw: x").value(tmp_path, "z") == 9


def test_r19_a_circle_is_printed_as_a_path(tmp_path: Path) -> None:
    said = simple("a1: b1\nb1: c1 * x\nc1: a1 + 1").faults(tmp_path)
    assert "error[WB-C021]" in said
    assert "a1 -> b1 -> c1 -> a1" in said or "b1 -> c1 -> a1 -> b1" in said or "c1 -> a1 -> b1 -> c1" in said


def test_r19_a_circle_through_lag_is_a_recurrence(tmp_path: Path) -> None:
    # 4, 4 * 2 + 1, 9 * 2 + 1
    small = simple("stock: lag(stock * 2 + grown, x)\ngrown: where(stock > 0, 1, 0)")
    assert small.value(tmp_path, "stock").tolist() == [4, 9, 19]


# ---- R20: one namespace

BODIES = {
    "axes": "payer: who pays\nbody: who saves",
    "labels": "payer: [nhs, council]\nbody: [nhs, police]",
}


@pytest.mark.parametrize(
    ("small", "code"),
    [
        (Small(parameters=X, values="x: 1", equations="x: 2"), "WB-S071"),
        (Small(parameters="year: {unit: ratio, doc: y}", values="year: 1", equations="y: 1"), "WB-C052"),
        (simple("y: x", axes="week: a", labels="week: [b1]"), "WB-C052"),
        (simple("floor: x"), "WB-C051"),
        (simple("y: x", axes="payer: who", labels="payer: [log]"), "WB-C051"),
        (simple("t: x"), "WB-S074"),
        (simple("y: x", axes="payer: who", labels="payer: [x]"), "WB-S075"),
        (simple("y: x", axes="payer: who", labels="payer: [y]"), "WB-S075"),
        (simple("y: x", axes="payer: who\nband: b", labels="payer: [band]\nband: [c1]"), "WB-S075"),
        (simple("y: x", axes="payer: who", labels="payer: [normal]"), "WB-S075"),
        (simple("y: x", axes="payer: who", labels="payer: [base]"), "WB-S075"),
        (simple("y: x", axes="payer: who", labels="payer: [person]"), "WB-S075"),
        (simple("y: x", options="x: {label: X}"), "WB-S075"),
        (simple("y: x", scenario="groups: {y: Why}"), "WB-S075"),
        (
            Small(
                parameters=X + "\nkind: {choice: [x, z1], doc: k}", values="x: 1\nkind: z1",
                equations="y: where(kind == x, 1, 0)",
            ),
            "WB-C053",
        ),
        (
            Small(parameters="x: {unit: ratio, by: [payer, body], doc: x}", values="x: 1", equations="y: x", **BODIES),
            "WB-S147",
        ),
        (
            Small(
                parameters="x: {unit: ratio, by: payer, doc: x}\nz: {unit: ratio, by: body, doc: z}",
                values="x: 1\nz: 2", equations="y: x * z", **BODIES,
            ),
            "WB-C054",
        ),
        (simple("y: where(a == 1, 1, 0)"), "WB-L021"),
        (simple("y: a + x"), "WB-L021"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)  # fmt: skip
def test_r20_one_namespace(tmp_path: Path, small: Small, code: str) -> None:
    assert f"error[{code}]" in small.faults(tmp_path)


def test_r20_two_axes_may_share_a_label(tmp_path: Path) -> None:
    small = Small(
        parameters="paid: {unit: ratio, by: payer, doc: p}\nsaved: {unit: ratio, by: body, doc: s}",
        values="paid: {by: payer, nhs: 5, council: 7}\nsaved: {by: body, nhs: 2, police: 3}",
        equations="y: sum(paid, over=payer) - sum(saved, over=body)\nz: paid[payer=nhs] - saved[body=nhs]",
        **BODIES,
    )
    assert small.value(tmp_path, "y") == 7
    assert small.value(tmp_path, "z") == 3


def test_r20_a_bare_label_stands_beside_equals_on_either_side(tmp_path: Path) -> None:
    small = simple(
        "y: where(a == option, 1, 0) + where(option != b, 10, 0)", options="a: {label: A}\nb: {label: B}",
    )  # fmt: skip
    assert small.value(tmp_path, "y").tolist() == [11, 0]


# ---- R21: reductions


def test_r21_a_reduction_over_an_axis_that_is_not_there(tmp_path: Path) -> None:
    said = simple("y: sum(x, over=option)").faults(tmp_path)
    assert "error[WB-L025]" in said
    assert "`* count(option)`" in said
    assert simple("y: x * count(option)", options="a: {label: A}\nb: {label: B}").value(tmp_path, "y") == 8


def test_r21_a_parameter_has_all_its_axes_even_when_it_is_constant(tmp_path: Path) -> None:
    small = Small(
        parameters="x: {unit: ratio, by: [option, group, time], doc: x}", values="x: 2",
        equations="y: sum(x, over=[option, group, time])\nz: mean(x, over=[group, time])",
        options="a: {label: A}\nb: {label: B}", scenario="groups: {old: Old, young: Young}",
    )  # fmt: skip
    assert small.value(tmp_path, "y") == 2 * 2 * 2 * 3
    assert small.value(tmp_path, "z").tolist() == [2, 2]


def test_r21_every_reduction(tmp_path: Path) -> None:
    small = Small(
        parameters="x: {unit: ratio, by: option, doc: x}", options="a: {label: A, x: 2}\nb: {label: B, x: 5}",
        equations="s: sum(x, over=option)\nm: mean(x, over=option)\nl: min(x, over=option)\n"
        "h: max(x, over=option)\np: product(x, over=option)",
    )  # fmt: skip
    assert [float(small.value(tmp_path, name)) for name in "smlhp"] == [7, 3.5, 2, 5, 10]


# ---- R22: indices and ladders

LADDER = {"axes": "age: {unit: year, doc: age}", "labels": "age: [60, 65, 70]"}
RATES = "rate: {unit: per year, by: age, doc: deaths}\nstart_age: {unit: year, doc: age at the start}"
TABLE = "rate: {by: age, 60: 0.1 per year, 65: 0.2 per year, 70: 0.4 per year}\n"


def life_table(equations: str, start: str = "64 years", **more: str) -> Small:
    return Small(parameters=RATES, values=f"{TABLE}start_age: {start}", equations=equations, **{**LADDER, **more})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rate[age=start_age + t]", [0.1, 0.2, 0.2]),  # 64, 65, 66
        ("rate[age=start_age + 3 * t]", [0.1, 0.2, 0.4]),  # 64, 67, 70
        ("rate[age=65]", 0.2),
        ("rate[age=65 years]", 0.2),
        ("rate[age=69.99 years]", 0.2),
        ("rate[age=200]", 0.4),
        ("cumsum(rate, over=age)", [0.1, 0.3, 0.7]),
        ("lag(rate, 0, over=age)", [0.0, 0.1, 0.2]),
        ("lag(rate, rate[age=70], over=age)", [0.4, 0.1, 0.2]),
        ("interp(rate, age=start_age)", 0.18),
        ("interp(rate, age=start_age + 3 * t)", [0.18, 0.28, 0.4]),
        ("interp(rate, age=20)", 0.1),
        ("interp(rate, age=99 years)", 0.4),
        ("interp(rate, age=65)", 0.2),
        ("sum(rate, over=age)", 0.7),
    ],
)
def test_r22_ladders(tmp_path: Path, text: str, expected: object) -> None:
    np.testing.assert_allclose(life_table(f"y: {text}").value(tmp_path, "y"), expected, **TOLERANCE)


def test_r22_a_life_table_in_months_reaches_each_rung(tmp_path: Path) -> None:
    small = life_table("y: rate[age=start_age + t]", "63 years", time="{step: month, from: 0, to: 84}")
    expected = [0.1] * 24 + [0.2] * 60 + [0.4]
    assert small.value(tmp_path, "y").tolist() == expected


def test_r22_values_and_tables_by_the_labels_of_a_ladder(tmp_path: Path) -> None:
    (tmp_path / "rates.csv").write_text("age,rate\n60,0.1 per year\n62.5,0.15 per year\n70,0.4 per year\n")
    small = Small(
        parameters=RATES, values="start_age: 64 years", equations="y: rate[age=start_age + t]\nz: rate[age=62.5]",
        axes=LADDER["axes"], scenario="tables: [rates.csv]",
    )  # fmt: skip
    assert small.value(tmp_path, "y").tolist() == [0.15, 0.15, 0.15]
    assert small.value(tmp_path, "z") == 0.15


@pytest.mark.parametrize("labels", ["[65, 60]", "[60, 60]", "[60, old]", "[]"])
def test_r22_labels_of_a_ladder_are_rising_numbers(tmp_path: Path, labels: str) -> None:
    said = Small(parameters=RATES, values="start_age: 1 year\nrate: 0.1 per year", equations="y: rate[age=60]",
                 axes=LADDER["axes"], labels=f"age: {labels}").faults(tmp_path)  # fmt: skip
    assert "error[WB-S" in said
    assert "age" in said


def test_r22_below_the_lowest_rung_is_an_error_in_the_base_case(tmp_path: Path) -> None:
    small = life_table("y: rate[age=start_age + t]\nz: sum(y, over=time)", "59 years")
    with pytest.raises(WellbevaError) as caught:
        api.check(small.write(tmp_path))
    said = "\n".join(render(one) for one in caught.value.diagnostics)
    assert "'y' looks below the lowest rung of 'age', which is 60 year" in said
    assert "`start_age + t` is 59" in said
    assert "the base case at time=0" in said


def test_r22_below_the_lowest_rung_is_an_error_in_a_draw(tmp_path: Path) -> None:
    # The lowest rung lies two standard deviations below the mean; of 512 points of a scrambled net one at least lies
    # in each 512th, so a dozen of every randomisation are below.
    small = life_table("y: where(rate[age=start_age] * (1 year) > 0.1, 0, 1)", "61 years (sd 0.5)")
    with pytest.raises(WellbevaError) as caught:
        api.run(small.write(tmp_path), draws=8192)
    said = "\n".join(render(one) for one in caught.value.diagnostics)
    assert "'y' looks below the lowest rung of 'age'" in said
    assert "`start_age` is 59." in said or "start_age = 59." in said
    assert " of randomisation " in said


def test_r22_a_literal_below_the_lowest_rung_is_refused_while_compiling(tmp_path: Path) -> None:
    assert "error[WB-L027]" in life_table("y: rate[age=59]").faults(tmp_path)


def test_r22_what_is_not_chosen_may_lie_below(tmp_path: Path) -> None:
    small = life_table(
        "y: where(start_age + t < 60 years, 0, rate[age=start_age + t])\nz: sum(y, over=time)", "59 years"
    )
    assert small.value(tmp_path, "y").tolist() == [0, 0.1, 0.1]
    api.check(small.write(tmp_path))


def test_r22_ladders_over_draws(tmp_path: Path) -> None:
    small = life_table("y: rate[age=start_age] + interp(rate, age=start_age)", "64 years (sd 1)")
    found = small.drawn(tmp_path, "y", [60.0, 62.5, 65.0, 67.5, 80.0])
    np.testing.assert_allclose(found, [0.2, 0.25, 0.4, 0.5, 0.8], **TOLERANCE)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rain[time=1]", 20.0),
        ("rain[time=0 years]", 10.0),
        ("rain[time=18 months]", 20.0),
        ("rain[time=late]", 20.0),  # 15 months: the period that started at 1 year
        ("rain[time=last]", 40.0),
        ("rain[time=last - t]", [40.0, 20.0, 10.0]),
        ("interp(rain, time=late)", 25.0),
        ("interp(rain, time=t + 6 months)", [15.0, 30.0, 40.0]),
    ],
)
def test_r22_time_is_indexed_by_value_too(tmp_path: Path, text: str, expected: object) -> None:
    small = Small(
        parameters="rain: {unit: ratio, by: time, doc: f}\nlate: {unit: year, doc: d}",
        values="rain: {by: time, 0: 10, 1: 20, 2: 40}\nlate: 15 months", equations=f"y: {text}",
    )  # fmt: skip
    np.testing.assert_allclose(small.value(tmp_path, "y"), expected, **TOLERANCE)


def test_r22_before_the_first_period_is_an_error(tmp_path: Path) -> None:
    small = Small(
        parameters="rain: {unit: ratio, by: time, doc: f}", values="rain: 1",
        equations="y: rain[time=t - step]\nz: sum(y, over=time)",
    )  # fmt: skip
    with pytest.raises(WellbevaError, match="'y' looks below the lowest rung of 'time'"):
        api.check(small.write(tmp_path))


def test_r22_a_choice_picks_a_label(tmp_path: Path) -> None:
    small = Small(
        axes="band: {labels: [young, middling, old], doc: b}",
        parameters="rate: {unit: ratio, by: band, doc: r}\nown: {choice: [young, middling, old], by: option, doc: c}",
        values="rate: {by: band, young: 1, middling: 2, old: 4}", equations="y: rate[band=own]",
        options="a: {label: A, own: old}\nb: {label: B, own: young}",
    )  # fmt: skip
    assert small.value(tmp_path, "y").tolist() == [4, 1]


def test_r22_a_choice_of_other_labels_picks_nothing(tmp_path: Path) -> None:
    small = Small(
        axes="band: {labels: [young, old], doc: b}",
        parameters="rate: {unit: ratio, by: band, doc: r}\nown: {choice: [old, young], doc: c}",
        values="rate: 1\nown: old", equations="y: rate[band=own]",
    )  # fmt: skip
    assert "error[WB-L027]" in small.faults(tmp_path)


def test_r22_an_axis_with_one_label_still_exists(tmp_path: Path) -> None:
    small = simple("y: sum(z, over=group)\nz: x + where(group == everyone, 1, 0)")
    assert small.value(tmp_path, "z").tolist() == [5]
    assert small.value(tmp_path, "y") == 5
    small = Small(parameters="x: {unit: ratio, by: payer, doc: x}", values="x: 3",
                  equations="y: x[payer=only]", axes="payer: who", labels="payer: [only]")  # fmt: skip
    assert small.value(tmp_path, "y") == 3


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("x[option=a]", "WB-L026"),
        ("rate[age=x]", "WB-U003"),
        ("rate[payer=a]", "WB-L024"),
        ("by_option[option=1 + x]", "WB-L027"),
        ("by_option[option=c]", "WB-L027"),
        ("interp(by_option, option=x)", "WB-L031"),
        ("lag(by_option, 0, over=option)", "WB-L031"),
        ("cumsum(by_option, over=option)", "WB-L031"),
    ],
)
def test_r22_an_index_names_an_axis_and_a_label_that_are_there(tmp_path: Path, text: str, code: str) -> None:
    small = Small(
        parameters=f"{X}\n{RATES}\nby_option: {{unit: ratio, by: option, doc: o}}",
        values=f"x: 4\nby_option: 1\n{TABLE}start_age: 64 years", equations=f"y: {text}",
        options="a: {label: A}\nb: {label: B}", **LADDER,
    )  # fmt: skip
    assert f"error[{code}]" in small.faults(tmp_path)


@pytest.mark.parametrize(("comparator", "expected"), [("a", [0, 5]), ("nothing", [2, 7])])
def test_r22_the_comparator(tmp_path: Path, comparator: str, expected: list[float]) -> None:
    small = Small(
        parameters="x: {unit: ratio, by: option, doc: x}", options="a: {label: A, x: 2}\nb: {label: B, x: 7}",
        equations="y: x - x[option=comparator]", comparator=comparator,
    )  # fmt: skip
    assert small.value(tmp_path, "y").tolist() == expected


def test_r22_running_sums_and_lags_along_an_axis_with_labels(tmp_path: Path) -> None:
    small = Small(
        axes="band: {labels: [low, central, high], doc: b}", parameters="x: {unit: ratio, by: band, doc: x}",
        values="x: {by: band, low: 1, central: 2, high: 4}",
        equations="y: cumsum(x, over=band)\nz: x - lag(x, 0, over=band)",
    )  # fmt: skip
    assert small.value(tmp_path, "y").tolist() == [1, 3, 7]
    assert small.value(tmp_path, "z").tolist() == [1, 1, 2]


# ---- R23: ratios of means

UNCERTAIN = "top: {unit: ratio, doc: a}\nbottom: {unit: ratio, doc: b}"


def test_r23_ratio_is_the_ratio_of_means(tmp_path: Path) -> None:
    small = Small(
        parameters=UNCERTAIN, values="top: 4 (se 1)\nbottom: {gamma: {shape: 9, scale: 0.25}}",
        equations="a1: top\nb1: bottom\nr: ratio(a1, b1)\ntwice: 2 * r + 1\nz: a1",
    )  # fmt: skip
    done = api.run(small.write(tmp_path), draws=8192, keep_draws=True)
    data = done.dataset
    top, bottom = (float(data[name].sel(statistic="mean").squeeze()) for name in ("a1", "b1"))
    ours = float(data["r"].sel(statistic="mean").squeeze())
    # one division and the roundings of two means
    assert ours == pytest.approx(top / bottom, rel=1e-12)
    assert float(data["twice"].sel(statistic="mean").squeeze()) == pytest.approx(2 * top / bottom + 1, rel=1e-12)
    # E[1/b] of a gamma with shape 9 is 9/8 of 1/E[b]: the mean of ratios is another number by an eighth
    per_draw = np.asarray(data["draws_a1"]).ravel() / np.asarray(data["draws_b1"]).ravel()
    assert per_draw.mean() / ours == pytest.approx(9 / 8, abs=0.02)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("exp(ratio(top, bottom))", "WB-L029"),
        ("where(ratio(top, bottom) > 1, 1, 0)", "WB-L029"),
        ("ratio(ratio(top, bottom), bottom)", "WB-L029"),
        ("cumsum(ratio(top * t, bottom * step))", "WB-L029"),
        ("ratio(top)", "WB-L023"),
    ],
)
def test_r23_where_a_ratio_may_not_stand(tmp_path: Path, text: str, code: str) -> None:
    small = Small(parameters=UNCERTAIN, values="top: 4 (se 1)\nbottom: 2", equations=f"y: {text}\nz: top")
    assert f"error[{code}]" in small.faults(tmp_path)


def test_r23_a_plain_quotient_of_two_uncertain_totals_is_warned_about(tmp_path: Path) -> None:
    """The denominator alone decides: a certain cost over uncertain people is the commonest case."""
    parameters = "top: {unit: money, doc: a}\nbottom: {unit: person, doc: b}"

    def told(top: str, bottom: str) -> bool:
        values = f"top: {top}\nbottom: {bottom}"
        small = Small(parameters=parameters, values=values, equations="y: top / bottom")
        return "WB-C048" in {one.code for one in api.check(small.write(tmp_path))}

    assert told("£4 (se £1)", "2 people (se 0.1)")
    assert told("£4", "2 people (se 0.1)")
    assert not told("£4 (se £1)", "2 people")


# ---- R24: units

FEE = "fee: {unit: money, doc: f}\nhold: {unit: year, doc: h}\ngain: {unit: LS, doc: g}\npeople: {unit: person, doc: p}"
SUMS = "fee: £200\nhold: 18 months\ngain: 0.5\npeople: 10"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("fee + 1", "WB-U004"),
        ("max(fee, 5)", "WB-U004"),
        ("where(true, fee, 1)", "WB-U004"),
        ("clip(hold, 0, 3)", "WB-U004"),
        ("where(hold > 1, 1, 0)", "WB-U004"),
        ("lag(fee * t / t, 3)", "WB-U004"),
        ("fee + hold", "WB-U001"),
        ("where(fee > gain, 1, 0)", "WB-U002"),
        ("min(fee, people)", "WB-U003"),
        ("fee in LS", "WB-U006"),
        ("1 in money", "WB-U006"),
        ("exp(hold)", "WB-U005"),
        ("gain ** gain", "WB-U005"),
    ],
)
def test_r24_units_that_do_not_fit(tmp_path: Path, text: str, code: str) -> None:
    assert f"error[{code}]" in Small(parameters=FEE, values=SUMS, equations=f"y: {text}").faults(tmp_path)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("max(fee, 0) in money", 200.0),
        ("where(fee > 0, fee, 0) in GBP", 200.0),
        ("clip(hold, 0, 1 year) in year", 1.0),
        ("gain + 1 in LS", 1.5),
        ("where(gain > 0.4, gain, 1) in LS", 0.5),
        ("max(gain, 0.75) in LS", 0.75),
        ("2 * fee in money", 400.0),
        ("gain * people * hold in WELLBY", 7.5),
        ("gain * hold * people in LS*year*person", 7.5),
        ("fee / (gain * people * hold) in GBP/WELLBY", 200 / 7.5),
        ("1 in LS", 1.0),
        ("0 in money", 0.0),
        ("(fee * fee) ** 0.5 in money", 200.0),
        ("sqrt(fee * fee) in money", 200.0),
        ("hold / (1 month) in ratio", 18.0),
    ],
)
def test_r24_bare_numbers_and_units_that_fit(tmp_path: Path, text: str, expected: float) -> None:
    small = Small(parameters=FEE, values=SUMS, equations=f"y: {text}")
    np.testing.assert_allclose(small.value(tmp_path, "y"), expected, **TOLERANCE)


def test_r24_money_carries_its_price_year(tmp_path: Path) -> None:
    node = Small(parameters=FEE, values=SUMS, equations="y: fee").plan(tmp_path).equation("y").expression
    assert str(node.unit) == "GBP[2023]"


def test_the_helper_finds_engines_that_differ(tmp_path: Path) -> None:
    """A test of the tests: one wrong number among the draws is noticed."""
    plan = simple("y: x * 2").plan(tmp_path)
    assert over_draws(plan, "y", np.zeros((0, 4))).tolist() == [8.0]


def test_r22_a_life_table_as_its_author_published_it(tmp_path: Path) -> None:
    """R14a names the columns; the labels of the ladder come from the table."""
    (tmp_path / "life.csv").write_text("Age,Rate,Lives\n0,0.004,1000\n1,0.0003,996\n85,0.09,400\n", encoding="utf-8")
    small = Small(
        parameters="rate: {unit: per year, by: age, doc: r}\nstart_age: {unit: year, by: group, doc: a}",
        axes=LADDER["axes"], values="start_age: {by: group, young: 0 years, old: 84 years}",
        equations="y: rate[age=start_age + t] * step\nz: interp(rate, age=start_age) * step",
        scenario="groups: {young: Young, old: Old}\ntables:\n  - {file: life.csv, columns: {age: Age, rate: Rate}}",
    )  # fmt: skip
    assert small.value(tmp_path, "y").tolist() == [[0.004, 0.0003, 0.0003], [0.0003, 0.09, 0.09]]
    between = 0.0003 + (0.09 - 0.0003) * 83 / 84
    np.testing.assert_allclose(small.value(tmp_path, "z"), [0.004, between], **TOLERANCE)


@pytest.mark.parametrize("rung", ["-5", "-2.5"])
def test_r22_rungs_may_lie_below_zero(tmp_path: Path, rung: str) -> None:
    small = Small(
        axes="heat: {unit: ratio, doc: degrees}", labels=f"heat: [{rung}, 0, 10]",
        parameters="cost: {unit: ratio, by: heat, doc: c}\nnow: {unit: ratio, doc: n}",
        values=f"cost: {{by: heat, {rung}: 7, 0: 5, 10: 1}}\nnow: -1",
        equations="y: cost[heat=now]\nz: interp(cost, heat=5)\nw: interp(cost, heat=-99)",
    )  # fmt: skip
    assert [float(small.value(tmp_path, name)) for name in "yzw"] == [7, 3, 7]


def test_r22_a_ladder_of_money(tmp_path: Path) -> None:
    small = Small(
        axes="income: {unit: money, doc: i}", labels="income: [0, 10000, 50000]",
        parameters="gain: {unit: LS, by: income, doc: g}\nown: {unit: money, by: option, doc: o}",
        values="gain: {by: income, 0: 1, 10000: 0.5, 50000: 0.1}",
        options="a: {label: A, own: £20k}\nb: {label: B, own: £9k}",
        equations="y: gain[income=own] in LS\nz: interp(gain, income=own) in LS",
    )  # fmt: skip
    assert small.value(tmp_path, "y").tolist() == [0.5, 1.0]
    np.testing.assert_allclose(small.value(tmp_path, "z"), [0.4, 0.55], **TOLERANCE)


def test_r22_looking_up_within_a_recurrence(tmp_path: Path) -> None:
    # 60, then 10% a year more on the rung it stands on: 60 * 1.1 = 66, which is on the rung of 65 with 20%.
    small = life_table(
        "weight: lag(weight * (1 + rate[age=weight] * step), start_age) in year",
        "60 years",
        time="{step: year, from: 0, to: 3}",
    )
    np.testing.assert_allclose(small.value(tmp_path, "weight"), [60, 66, 66 * 1.2, 66 * 1.2 * 1.4], **TOLERANCE)
    small = life_table("weight: lag(weight * (1 + interp(rate, age=weight) * step), start_age) in year", "62.5 years")
    second = 62.5 * 1.15
    np.testing.assert_allclose(small.value(tmp_path, "weight"), [62.5, second, second * 1.4], **TOLERANCE)


@pytest.mark.parametrize(
    "text", ["lag(stock[time=t], 1)", "lag(interp(stock, time=t), 1)", "lag(sum(stock, over=time), 1)"]
)
def test_r19_a_recurrence_looks_back_by_lag_alone(tmp_path: Path, text: str) -> None:
    plan = simple(f"stock: {text} + 0 * t / step").plan(tmp_path)
    with pytest.raises(WellbevaError, match="WB-E007"):
        over_draws(plan, "stock", np.zeros((0, 1)))
