"""Rules of the format, proved on a small scenario and cited by their number.

More on those of the compiler (R2, R5 to R7, R18, R19, R21 to R26) and of tables (R14, R14a) stands beside these.
"""

from __future__ import annotations

import shutil
from fractions import Fraction
from pathlib import Path

import pytest

from wellbeva.errors import Collector, Diagnostic, WellbevaError
from wellbeva.scenario.loader import load_scenario
from wellbeva.scenario.spec import Assignment, Scenario

SMALL = Path(__file__).parent / "small"
HEAD = """schema: wellbeva/scenario/1
scenario: Test
model: garden
choose: several
axes: {payer: [council, charity]}
groups: {young: Y, old: O}
time: {from: 0, to: 4}
sources: {trial: {cite: A trial, evidence: strong}, memory: {cite: From memory, status: recalled}}
"""
APPRAISAL = "appraisal: green-book-2026\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(SMALL, tmp_path, dirs_exist_ok=True)
    (tmp_path / "people.csv").write_text("option,people\none,7\n")
    (tmp_path / "draws.csv").write_text("effect.one,hold.one\n0.1,1\n0.3,2\n")
    return tmp_path


def load(folder: Path, text: str, *overrides: str, variant: str = "") -> Scenario:
    head = HEAD if "appraisal:" in text else HEAD + APPRAISAL
    (folder / "x.yaml").write_text(head + text + "\n", "utf-8")
    return load_scenario(folder / "x.yaml", variant=variant, overrides=overrides)


def faults(folder: Path, text: str) -> list[Diagnostic]:
    with pytest.raises(WellbevaError) as caught:
        load(folder, text)
    return [one for one in caught.value.diagnostics if one.severity == "error"]


def of(scenario: Scenario, parameter: str) -> list[Assignment]:
    return [one for one in scenario.assignments if one.parameter == parameter]


def written(scenario: Scenario, parameter: str) -> list[tuple[str, str]]:
    return [(one.layer, one.value.written) for one in of(scenario, parameter)]


def labels(one: Assignment) -> list[str]:
    return [selector.label or str(selector.steps or "else") for selector in one.selectors]


FAULTS = [
    ("R1", "values: {people: 5}\noptions: {one: {effect: 1}}\ntables: [people.csv]", "WB-S149"),
    ("R1", "options: {one: {people: 5}}\ntables: [people.csv]", "WB-S149"),
    ("R3", "options: {One: {people: 1}}", "WB-S004"),
    ("R3", "options: {a2345678901234567890123456789012345678901: {people: 1}}", "WB-S004"),
    ("R3", "options: {one: {people: {by: group, 3: 1}}}", "WB-S025"),
    ("R4", "options: {one: {take_up: 30% (25 to 35)}}", "WB-V010"),
    ("R4", "options: {one: {take_up: {quantiles: {5%: 30%, 95%: 40}}}}", "WB-V010"),
    ("R4", "options: {one: {hold: 9 months (3 weeks to 18 weeks)}}", "WB-V010"),
    ("R9", "appraisal: {preset: green-book-2026, exchange: {GBP of USD: 0.8}}\noptions: {one: {people: 1}}", "WB-S106"),
    ("R10", "options: {one: {effect: 0.2 (0 to 1)}}\ntables: [{file: draws.csv, rows: draw}]", "WB-S187"),
    (
        "R10",
        "options: {one: {people: 1}}\ntables: [{file: draws.csv, rows: draw}]\ncorrelations: {effect with people: 0.1}",
        "WB-S186",
    ),
    ("R11", "options: {one: {effect: {value: 1, evidence: weak}}}", "WB-S030"),
    ("R12", "options: {one: {cost: {by: [payer, time, option], council: £1}}}", "WB-S044"),
    ("R12", "options: {one: {cost: {by: group, young: £1}}}", "WB-S042"),
    ("R13", "options: {one: {people: {by: group, 0 to 2: 3}}}", "WB-S024"),
    ("R13", "options: {one: {cost: {by: time, 0 to 2: £1, 2 to 3: £2}}}", "WB-S046"),
    ("R14", "options: {one: {people: 1}}\ntables: [../../people.csv]", "WB-F040"),
    ("R15", "options: {one: {people: 1}}\nvalues: {effect.one.one: 3}", "WB-S028"),
    ("R15", "options: {one: {people: 1}}\nvalues: {effect.two: 3}", "WB-S022"),
    ("R16", "options: {one: {people: 1}}\ncorrelations: {effect with people: -1.01}", "WB-S183"),
    ("R16", "options: {one: {people: 1}}\ncorrelations: {effect with people: 1, people with effect: 1}", "WB-S184"),
    ("R16", "options: {one: {people: 1}}\ncorrelations: {effect.two with people: 1}", "WB-S022"),
    ("R20", "options: {quantiles: {people: 1}}", "WB-S075"),
    ("R20", "options: {effect: {people: 1}}", "WB-S075"),
    ("R20", "options: {young: {people: 1}}", "WB-S147"),
    ("R22", "options: {one: {people: 1}}\nvalues: {cost.nobody: £1}", "WB-S022"),
    ("R27", "options: {one: {counted: yes}}\nvalues: {counted: yes}", "WB-S047"),
    ("R27", "options: {one: {people: 1e999}}", "WB-V025"),
    ("R27", "options: {one: {people: 2025-11-24}}", "WB-V026"),
    ("R27", "options: {one: {people: ~}}", "WB-S033"),
    ("R27", "options: {one: {people: &a 1, effect: *a}}", "WB-F012"),
    ("R27", "options: {one: {people: !!int 1}}", "WB-F013"),
]


@pytest.mark.parametrize(("rule", "text", "code"), FAULTS, ids=[f"{rule}-{code}" for rule, _, code in FAULTS])
def test_what_a_rule_forbids_is_refused_in_place(folder: Path, rule: str, text: str, code: str) -> None:
    found = faults(folder, text)
    assert code in [one.code for one in found], rule
    assert all(one.span is not None and one.remedy for one in found), rule


def test_r1_later_layers_come_after_earlier_ones(folder: Path) -> None:
    text = (
        "values: {hold: 1 year}\noptions: {one: {hold: 2 years, effect: 1}}\ntables: [people.csv]\n"
        "variants: {v: {hold: 3 years, people: 9}}"
    )
    scenario = load(folder, text, "hold.one=4 years", variant="v")
    assert written(scenario, "hold") == [
        ("values", "1 year"),
        ("option", "2 years"),
        ("variant", "3 years"),
        ("set", "4 years"),
    ]
    assert written(scenario, "people") == [("table", "7"), ("variant", "9")]


def test_r1_a_table_inside_a_variant_may_give_what_values_give(folder: Path) -> None:
    text = "options: {one: {people: 5, effect: 1}}\nvariants: {v: {tables: [people.csv]}}"
    assert written(load(folder, text, variant="v"), "people") == [("option", "5"), ("variant", "7")]
    assert written(load(folder, text), "people") == [("option", "5")]


def test_r2_a_source_is_inherited_from_the_map_around(folder: Path) -> None:
    text = "options: {one: {people: {by: group, young: 1, old: '2 [memory]', source: trial p3}}}"
    values = [one.value for one in of(load(folder, text), "people")]
    assert [(value.cites[0].key, value.cites[0].place) for value in values] == [("trial", "p3"), ("memory", "")]


def test_r3_a_name_of_forty_characters_is_one(folder: Path) -> None:
    name = "a" + "9" * 39
    assert [option.name for option in load(folder, f"options: {{{name}: {{people: 1}}}}").options] == [name]


@pytest.mark.parametrize("payers", ["[1, 2]", "{1: Council, nhs: NHS}", "[council, 2]", "[-3]"])
def test_r3_numbers_are_labels_of_time_and_ladders_only(folder: Path, payers: str) -> None:
    text = HEAD.replace("{payer: [council, charity]}", f"{{payer: {payers}}}") + APPRAISAL
    (folder / "x.yaml").write_text(text + "options: {one: {people: 1}}\n", "utf-8")
    with pytest.raises(WellbevaError) as caught:
        load_scenario(folder / "x.yaml")
    found = [one for one in caught.value.diagnostics if one.code == "WB-S146"]
    assert len(found) == (2 if payers == "[1, 2]" else 1)
    for one in found:
        assert one.span is not None
        assert one.span.text[one.span.column - 1] in "12-", "the place is that of the number"


def test_r4_units_of_time_need_not_be_repeated(folder: Path) -> None:
    (one,) = of(load(folder, "options: {one: {hold: 9 months (range 3 to 18)}}"), "hold")
    assert {amount.unit for amount in one.value.amounts.values()} == {"months"}
    (one,) = of(load(folder, "options: {one: {hold: {quantiles: {5%: 3 months, 95%: 18}}}}"), "hold")
    assert {amount.unit for _, amount in one.value.points} == {"months"}


def test_r7_the_base_case_may_be_another_number(folder: Path) -> None:
    (one,) = of(load(folder, "options: {one: {effect: {base: 3, lognormal: {median: 3, sdlog: 0.01}}}}"), "effect")
    assert one.value.base is not None
    assert one.value.base.number == 3


def test_r8_a_scenario_may_count_its_year_otherwise(folder: Path) -> None:
    text = "appraisal: {preset: green-book-2026, calendar: {days_per_year: 365}}\noptions: {one: {people: 1}}"
    assert load(folder, text).appraisal.calendar == {"days_per_year": 365}


@pytest.mark.parametrize(
    ("text", "pair"), [("GBP per USD: 0.8", ("GBP", "USD")), ("USD per GBP: 1.25", ("USD", "GBP"))]
)
def test_r9_an_exchange_rate_is_written_in_either_direction(folder: Path, text: str, pair: tuple[str, str]) -> None:
    body = (
        f"appraisal: {{preset: green-book-2026, exchange: {{{text}}}}}\noptions: {{one: {{cost: $5 in 2022 prices}}}}"
    )
    scenario = load(folder, body)
    assert list(scenario.appraisal.exchange) == [pair]
    (cost,) = of(scenario, "cost")
    amount = cost.value.amounts["value"]
    assert (amount.currency, amount.price_year, amount.number) == ("USD", 2022, 5)


def test_r10_values_may_give_the_base_case_of_draws(folder: Path) -> None:
    text = "options: {one: {people: 1, effect: 0.2}}\ntables: [{file: draws.csv, rows: draw}]"
    scenario = load(folder, text)
    assert written(scenario, "effect") == [("option", "0.2")]
    assert [(one.parameter, one.numbers) for one in scenario.joint[0].columns] == [
        ("effect", (0.1, 0.3)),
        ("hold", (1.0, 2.0)),
    ]


def test_r10_draws_of_which_nothing_is_left_are_dropped(folder: Path) -> None:
    text = (
        "options: {one: {people: 1}, two: {people: 2, effect: 1}}\ntables: [{file: draws.csv, rows: draw}]\n"
        "variants: {v: {effect: 0.5}, w: {effect.one: 0.5, hold: 1 year}, other: {effect.two: 0.5}}"
    )

    def columns(variant: str, *overrides: str) -> list[list[str]]:
        return [
            [one.parameter for one in table.columns] for table in load(folder, text, *overrides, variant=variant).joint
        ]

    assert columns("") == [["effect", "hold"]]
    assert columns("v") == [["effect", "hold"]]
    assert columns("w") == []
    assert columns("other") == [["effect", "hold"]]
    assert columns("", "hold.one=3 years") == [["effect", "hold"]]
    assert columns("v", "hold.one=3 years") == []


def test_r11_a_grade_stands_on_the_value_or_on_its_source(folder: Path) -> None:
    effect = "{value: 1, evidence: initial, source: trial}"
    scenario = load(folder, f"options: {{one: {{people: '1 [trial]', effect: {effect}, hold: '1 year [memory]'}}}}")
    assert scenario.sources["trial"].evidence == "strong"
    assert of(scenario, "effect")[0].value.evidence == "initial"
    assert of(scenario, "people")[0].value.evidence == ""
    assert scenario.sources["memory"].status == "recalled"


def test_r12_axes_are_nested_in_the_order_of_by(folder: Path) -> None:
    text = "options: {one: {cost: {by: [payer, time], council: {0: £3, else: £1}, charity: £2}}}"
    assert [labels(one) for one in of(load(folder, text), "cost")] == [
        ["one", "council", "else"],
        ["one", "council", "0"],
        ["one", "charity"],
    ]


def test_r13_a_range_of_steps_has_both_ends(folder: Path) -> None:
    (first, second) = of(load(folder, "options: {one: {cost: {by: time, 1 to 3: £5, else: £0}}}"), "cost")
    assert (labels(first), second.selectors[1].steps) == (["one", "else"], (1, 3))


def test_r14_a_file_is_looked_for_beside_and_then_above(folder: Path) -> None:
    inner = folder / "inner"
    inner.mkdir()
    (inner / "x.yaml").write_text(HEAD + APPRAISAL + "options: {one: {effect: 1}}\ntables: [people.csv]\n")
    assert written(load_scenario(inner / "x.yaml"), "people") == [("table", "7")]
    (inner / "people.csv").write_text("option,people\none,8\n")
    assert written(load_scenario(inner / "x.yaml"), "people") == [("table", "8")]


def test_r15_one_path_names_the_same_place_everywhere(folder: Path) -> None:
    text = (
        "options: {one: {people: 1}}\nvalues: {effect.one.old: 0.2, take_up: same as effect.old.one}\n"
        "variants: {v: {effect.old.one: 0.3}}\npublished: [wellbys.one = 1 within 1]\n"
        "correlations: {effect.one.old with hold.one: 0.1}"
    )
    scenario = load(folder, text, "effect.one.old=0.4", variant="v")
    assert [labels(one) for one in of(scenario, "effect")] == [["one", "old"]] * 3
    assert str(of(scenario, "take_up")[0].value.path) == "effect.one.old"
    assert [str(one.left) for one in scenario.correlations] == ["effect.one.old"]


def test_r16_a_rank_correlation_and_one_of_normal_scores(folder: Path) -> None:
    text = (
        "options: {one: {people: 1}}\n"
        "correlations: {effect with effect: 0.5, people with effect: -20% [trial p4], "
        "hold with effect: {normal: 0.3, source: trial}}"
    ).replace("-20% [trial p4]", "'-20% [trial p4]'")
    found = load(folder, text).correlations
    assert [(str(one.left), str(one.right), one.scale) for one in found] == [
        ("effect", "effect", "rank"),
        ("people", "effect", "rank"),
        ("hold", "effect", "normal"),
    ]
    assert [one.value.amounts["value"].number for one in found] == [Fraction(1, 2), Fraction(-1, 5), Fraction(3, 10)]
    assert [[cite.key for cite in one.value.cites] for one in found] == [[], ["trial"], ["trial"]]


def test_r16a_what_is_written_once_is_one_assignment(folder: Path) -> None:
    text = (
        "values: {take_up: 50% (40% to 60%)}\n"
        "options: {one: {people: {by: group, young: 5 (1 to 9), old: 5 (1 to 9)}}, two: {cost: {by: time, else: £3}}}"
    )
    scenario = load(folder, text)
    assert [labels(one) for one in of(scenario, "take_up")] == [[]]
    assert [labels(one) for one in of(scenario, "cost")] == [["two", "else"]]
    assert [labels(one) for one in of(scenario, "people")] == [["one", "young"], ["one", "old"]]


def test_r17_an_override_without_labels_fills_every_cell_and_an_equation_may_be_overridden(folder: Path) -> None:
    text = "options: {one: {people: 1, hold: 1 year}}\nvariants: {v: {hold: 18 months, reached: 4 people}}"
    scenario = load(folder, text, variant="v")
    assert labels(of(scenario, "hold")[-1]) == []
    assert (labels(of(scenario, "reached")[0]), of(scenario, "reached")[0].layer) == ([], "variant")


def test_r20_two_axes_may_share_a_label_unless_a_parameter_has_both(folder: Path) -> None:
    (folder / "models" / "shared.yaml").write_text(
        "schema: wellbeva/model/1\nmodel: shared\naxes: {payer: who pays, saver: who saves}\n"
        "parameters: {cost: {unit: GBP, by: payer}, saving: {unit: GBP, by: saver}}\n"
        "equations:\n  net: sum(cost, over=payer) - sum(saving, over=saver) in GBP\noutcomes: [net]\n"
    )
    text = (HEAD + APPRAISAL).replace("garden", "shared").replace("axes: {payer: [council, charity]}", "axes: {}")
    body = "options: {one: {label: One}}\nvalues: {cost.nhs: £1, saving.nhs: £2}\n"
    (folder / "y.yaml").write_text(text.replace("axes: {}", "axes: {payer: [nhs], saver: [nhs]}") + body, "utf-8")
    scenario = load_scenario(folder / "y.yaml")
    assert [[selector.axis for selector in one.selectors] for one in scenario.assignments] == [["payer"], ["saver"]]


def test_r22_an_axis_nobody_names_still_has_one_label(folder: Path) -> None:
    head = HEAD.replace("axes: {payer: [council, charity]}\n", "")
    (folder / "y.yaml").write_text(head + APPRAISAL + "options: {one: {people: 1}}\n", "utf-8")
    assert load_scenario(folder / "y.yaml").axes["payer"] == {"every_payer": "All"}


def test_r22_a_ladder_has_rising_numbers(folder: Path) -> None:
    (folder / "models" / "rungs.yaml").write_text(
        "schema: wellbeva/model/1\nmodel: rungs\naxes: {age: {unit: year, doc: age}}\n"
        "parameters: {rate: {unit: per year, by: age}}\nequations:\n  most: max(rate, over=age) in per year\n"
        "outcomes: [most]\n"
    )
    base = (HEAD + APPRAISAL).replace("garden", "rungs") + "options: {one: {label: One}}\n"
    for rungs, fine in (("[0, 10, 20.5]", True), ("[0, 20, 10]", False), ("[0, ten]", False)):
        text = base.replace("axes: {payer: [council, charity]}", f"axes: {{age: {rungs}}}")
        (folder / "y.yaml").write_text(text + "values: {rate: {by: age, 0: 0.1, else: 0.2}}\n", "utf-8")
        if fine:
            assert [labels(one) for one in load_scenario(folder / "y.yaml").assignments] == [["else"], ["0"]]
        else:
            with pytest.raises(WellbevaError, match="is a ladder"):
                load_scenario(folder / "y.yaml")


def test_r25_flat_rates_and_named_schedules(folder: Path) -> None:
    text = (
        "appraisal: {preset: green-book-2026, discount_within_year: continuous, "
        "discount: {money: 3.5%, wellbeing: health-flat}}\noptions: {one: {people: 1}}"
    )
    appraisal = load(folder, text).appraisal
    assert appraisal.within_year == "continuous"
    assert appraisal.discount["money"].amounts["value"].number == Fraction(35, 1000)
    assert (appraisal.discount["wellbeing"].form, appraisal.discount["wellbeing"].word) == ("label", "health-flat")


@pytest.mark.parametrize(
    ("text", "number"), [("0.30", Fraction(3, 10)), ("007", Fraction(7)), ("10/6", Fraction(5, 3))]
)
def test_r27_a_number_is_what_stands_there(folder: Path, text: str, number: Fraction) -> None:
    (one,) = of(load(folder, f"options: {{one: {{effect: {text}}}}}"), "effect")
    assert (one.value.written, one.value.amounts["value"].number) == (text, number)


def test_r28_a_fault_has_its_column_inside_the_text(folder: Path) -> None:
    (one,) = faults(folder, "options:\n  one:\n    effect: 0.30 (0.05 to x) [trial]")
    assert one.span is not None
    assert one.span.text[one.span.column - 1 :].startswith("x)")


def test_r1_a_variant_that_follows_others_applies_each_once(folder: Path) -> None:
    """R17 and R1 together: a variant that follows two others applies each once, in their order."""
    text = (
        "options: {one: {people: 1}}\nvariants: {a: {hold: 1 year}, b: {from: a, hold: 2 years}, "
        "c: {from: [b, a], effect: 1}}"
    )
    collector = Collector()
    (folder / "x.yaml").write_text(HEAD + APPRAISAL + text, "utf-8")
    scenario = load_scenario(folder / "x.yaml", variant="c", collector=collector)
    assert written(scenario, "hold") == [("variant", "1 year"), ("variant", "2 years")]
    assert collector.found == []
