"""A scenario with everything: values along axes, variants, overrides, tables, models that extend."""

from __future__ import annotations

import hashlib
import shutil
from fractions import Fraction
from pathlib import Path

import pytest

from wellbeva.errors import Collector, WellbevaError
from wellbeva.scenario.loader import is_model, load_model_file, load_scenario
from wellbeva.scenario.model.loader import load_model
from wellbeva.scenario.spec import Assignment, Scenario

SMALL = Path(__file__).parent / "small"


def garden(variant: str = "", *overrides: str) -> Scenario:
    return load_scenario(SMALL / "garden.yaml", variant=variant, overrides=overrides)


def of(scenario: Scenario, parameter: str) -> list[Assignment]:
    return [one for one in scenario.assignments if one.parameter == parameter]


def place(one: Assignment) -> list[tuple[str, str | tuple[int, int]]]:
    return [(selector.axis, selector.steps or selector.label or "else") for selector in one.selectors]


def errors(folder: Path, text: str, **keywords: str) -> list[str]:
    path = folder / "x.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(WellbevaError) as caught:
        load_scenario(path, **keywords)  # type: ignore[arg-type]
    assert all(one.span for one in caught.value.diagnostics)
    return [one.code for one in caught.value.diagnostics]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(SMALL, tmp_path, dirs_exist_ok=True)
    return tmp_path


HEAD = """schema: wellbeva/scenario/1
scenario: Test
model: garden
appraisal: green-book-2026
choose: several
axes: {payer: [council, charity]}
groups: {young: Y, old: O}
time: {from: 0, to: 4}
"""


def test_the_plain_keys() -> None:
    scenario = garden()
    assert (scenario.title, scenario.choose, scenario.comparator) == ("Community gardens", "several", "nothing")
    assert [(option.name, option.label) for option in scenario.options] == [
        ("allotment", "An allotment"),
        ("orchard", "An orchard"),
    ]
    assert scenario.groups == {"young": "Under 30", "old": "30 and over"}
    assert scenario.axes == {
        "payer": {"council": "council", "charity": "charity"},
        "level": {"low": "low", "central": "central", "high": "high"},
    }
    assert (scenario.time.step, scenario.time.first, scenario.time.last, scenario.time.starts) == ("year", 0, 4, 2026)
    assert scenario.budget is not None
    assert scenario.budget.amounts["value"].number == 10**6
    assert scenario.sources["trial"].evidence == "strong"
    assert scenario.not_counted == ("The fruit.",)


def test_the_appraisal() -> None:
    spec = garden().appraisal
    assert (spec.preset, spec.prices, spec.discount["money"].word) == ("green-book-2026", 2025, "green-book-standard")
    assert spec.discount["wellbeing"].amounts["value"].number == Fraction(15, 1000)
    assert spec.wellby_value["low"].amounts["value"].number == 10_000
    assert spec.wellby_value["low"].cites[0].key == "hmt"
    assert spec.wellby_value["central"].form == "interval"
    assert spec.exchange["GBP", "USD"].number == Fraction(4, 5)
    assert spec.calendar == {"days_per_year": 365}


def test_values_along_axes_put_else_before_what_is_named() -> None:
    costs = of(garden(), "cost")
    assert [(place(one), one.value.written) for one in costs] == [
        ([("option", "allotment"), ("payer", "council"), ("time", "else")], "£0"),
        ([("option", "allotment"), ("payer", "council"), ("time", "0")], "£1,000"),
        ([("option", "allotment"), ("payer", "council"), ("time", (1, 3))], "£500 in 2024 prices"),
        ([("option", "allotment"), ("payer", "charity")], "£20"),
    ]
    assert {(one.value.cites[0].key, one.value.cites[0].place, one.value.note) for one in costs} == {
        ("trial", "budget", "Read from the ledger.")
    }


def test_the_long_form() -> None:
    young = next(one for one in of(garden(), "effect") if one.value.form == "family")
    value = young.value
    assert (value.family, value.evidence) == ("truncated_normal", "initial")
    assert {name: amount.number for name, amount in value.amounts.items()} == {
        "mean": Fraction(66, 100),
        "sd": Fraction(12, 100),
    }
    assert [end and end.number for end in value.truncate] == [0, 1]
    assert value.base is not None
    assert value.base.number == Fraction(3, 5)


def test_variants_follow_each_other_and_the_command_line_is_strongest() -> None:
    scenario = garden("both", "effect.orchard.young=0.9 (0.8 to 1.0)", "appraisal.prices=2024", "budget=£2m")
    assert scenario.shown == ("orchard",)
    assert [one.layer for one in of(scenario, "effect")] == ["option", "option", "option", "variant", "set"]
    assert of(scenario, "effect")[-1].value.form == "interval"
    assert place(of(scenario, "hold")[-1]) == []
    assert of(scenario, "counted")[-1].value.word == "false"
    assert (scenario.appraisal.prices, scenario.appraisal.discount["wellbeing"].amounts["value"].number) == (2024, 0)
    assert scenario.budget is not None
    assert scenario.budget.amounts["value"].number == 2 * 10**6
    layers = [one.layer for one in scenario.assignments]
    order = ["values", "table", "option", "variant", "set"]
    assert layers == sorted(layers, key=order.index)


def test_a_table_inside_a_variant_overrides() -> None:
    people = [one for one in of(garden("by_table"), "people") if one.layer == "variant"]
    assert [(place(one), one.value.written) for one in people] == [
        ([("option", "allotment"), ("group", "young")], "1,200 people"),
        ([("option", "allotment"), ("group", "old")], "300 (range 250 to 400)"),
    ]
    first = people[0].value
    assert (first.cites[0].key, first.cites[0].place, first.note) == ("trial", "p5", "counted at the gate")
    assert first.span is not None
    assert (first.span.file, first.span.line, first.span.column) == (str(SMALL / "tables/people.csv"), 2, 18)


def test_a_table_names_the_options_and_columns_as_published() -> None:
    scenario = load_scenario(SMALL / "shelf.yaml")
    assert [(option.name, option.label) for option in scenario.options] == [
        ("bench", "A bench"),
        ("hedge", 'A "green" hedge'),
    ]
    effect = of(scenario, "effect")[0].value
    assert (effect.family, effect.amounts["se"].number) == ("normal", Fraction(2, 100))
    assert [place(one) for one in of(scenario, "cost")] == [
        [("option", "bench"), ("payer", "funder")],
        [("option", "hedge"), ("payer", "funder")],
    ]


def test_an_equation_may_be_overridden_by_name() -> None:
    scenario = garden("", "reached.orchard.old=50 people")
    (one,) = of(scenario, "reached")
    assert place(one) == [("option", "orchard"), ("group", "old")]


def test_published_lines() -> None:
    lines = garden().published
    assert [(str(line.path), line.variant, line.over) for line in lines] == [
        ("wellbys.orchard", "", ""),
        ("npsv.orchard.central", "long", "on average"),
        ("decision.best", "", ""),
        ("wellbys.orchard", "", "quantile"),
        ("npsv.orchard", "", "share"),
        ("break_even.hold.central", "", ""),
    ]
    assert (lines[2].at and lines[2].at.number, lines[2].label) == (20_000, "orchard")
    assert (lines[3].argument and lines[3].argument.number) == Fraction(1, 20)
    assert lines[5].within is not None
    assert (lines[5].within.number, lines[5].within.unit) == (Fraction(1, 2), "months")


def test_every_file_read_is_digested() -> None:
    digests = garden().digests
    names = [str(SMALL / name) for name in ("garden.yaml", "models/garden.yaml", "tables/people.csv")]
    assert sorted(digests) == sorted(names)
    assert digests[names[0]] == hashlib.sha256((SMALL / "garden.yaml").read_bytes()).hexdigest()


def test_a_path_has_one_order_however_it_is_written(folder: Path) -> None:
    text = HEAD + "options:\n  one: {people: 1, effect: 0.1}\nvariants: {v: {label: V, people.old.one: 3}}\n"
    (folder / "x.yaml").write_text(text + "values: {take_up: same as people.old.one}\n")
    scenario = load_scenario(folder / "x.yaml", variant="v")
    assert place(of(scenario, "people")[-1]) == [("option", "one"), ("group", "old")]
    assert str(of(scenario, "take_up")[0].value.path) == "people.one.old"


def test_steps_beyond_time_are_cut_with_a_warning(folder: Path) -> None:
    collector = Collector()
    cost = "{by: time, 3 to 9: £1, 12: £2, else: £0}"
    (folder / "x.yaml").write_text(HEAD + f"options:\n  one: {{people: 1, effect: 0.1, cost: {cost}}}\n")
    scenario = load_scenario(folder / "x.yaml", collector=collector)
    assert [place(one)[1:] for one in of(scenario, "cost")] == [[("time", "else")], [("time", (3, 4))]]
    assert [one.code for one in collector.warnings] == ["WB-S026", "WB-S026"]


COHORT = "kind: cohort\nstates: [a, b]\nstart: {a: 1}\ntransitions: {a -> b: 0.1}"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ("options: {one: {cost: {by: time, 0 to 2: £1, 2 to 3: £2}}}", "WB-S046"),
        ("options: {one: {cost: {by: [time, payer, option]}}}", "WB-S044"),
        ("options: {one: {cost: {by: group, young: £1}}}", "WB-S042"),
        ("options: {one: {cost: {by: option, one: £1}}}", "WB-S028"),
        ("options: {one: {people: {young: 1}}}", "WB-S043"),
        ("options: {one: {people: [1, 2]}}", "WB-S032"),
        ("options: {one: {shape: round}}", "WB-S048"),
        ("options: {one: {effect: large}}", "WB-S049"),
        ("options: {one: {effect: {normal: {mean: 1}}}}", "WB-S039"),
        ("options: {one: {effect: {normal: {mean: 1, sd: 1}, value: 2}}}", "WB-S035"),
        ("options: {one: {effect: {normal: {mean: 1, ci95: 2 to 1}}}}", "WB-V012"),
        ("options: {one: {hold: {value: 3 months, unit: months}}}", "WB-S040"),
        ("options: {one: {effect: {value: 1 (0 to 2), truncate: {low: 1, high: 0}}}}", "WB-S036"),
        ("options: {one: {effect: same as effect.two}}", "WB-S022"),
        ("options: {effect: {people: 1}}", "WB-S075"),
        ("options: {normal: {people: 1}}", "WB-S075"),
        ("options: {young: {people: 1}}", "WB-S147"),
        ("options: {One: {people: 1}}", "WB-S004"),
        ("options: {one: {people.two: 1}}", "WB-S022"),
        ("options: {one: {people: 1}}\nbudget: 100", "WB-S101"),
        ("options: {one: {people: 1}}\nvariants: {v: {label: V, appraisal.discuont.money: 1%}}", "WB-S102"),
        ("options: {one: {people: 1}}\nvariants: {v: {label: V, from: w}}", "WB-S132"),
        ("options: {one: {people: 1}}\npublished: [welbys = 1 within 1]", "WB-S118"),
        ("options: {one: {people: 1}}\npeople: {simulated: 4000}", "WB-S090"),
        ("options: {one: {effect: {studies: x.csv, pool: random effects, predict: new setting}}}", "WB-F001"),
        ("options: {one: {people: 1}}\ntables: [none.csv]", "WB-F001"),
    ],
)
def test_faults_of_a_scenario(folder: Path, more: str, code: str) -> None:
    assert code in errors(folder, HEAD + more + "\n")


@pytest.mark.parametrize(
    ("table", "code", "line", "column"),
    [
        ("option,people\none,1,2\n", "WB-S122", 2, 1),
        ("option,poeple\none,1\n", "WB-S125", 1, 8),
        ("option,people,people\none,1,2\n", "WB-S120", 1, 15),
        ("option,people\none,1\none,2\n", "WB-S123", 3, 1),
        ('option,people\none,"1\n', "WB-F041", 2, 1),
        ("option,people\nOne,1\n", "WB-S146", 2, 1),
        ("option,group,people\none,middle,1\n", "WB-S022", 2, 5),
        ('option,label,people\none,"a, b",1e999\n', "WB-V025", 2, 12),
        ("option,counted\none,true\n", "WB-S042", 1, 8),
        ("\n", "WB-F041", 1, 1),
    ],
)
def test_faults_of_a_table_have_line_and_column(folder: Path, table: str, code: str, line: int, column: int) -> None:
    (folder / "t.csv").write_text(table)
    (folder / "x.yaml").write_text(HEAD + "tables: [t.csv]\n")
    with pytest.raises(WellbevaError) as caught:
        load_scenario(folder / "x.yaml")
    one = next(one for one in caught.value.diagnostics if one.code == code)
    assert one.span is not None
    assert (one.span.file, one.span.line, one.span.column) == (str(folder / "t.csv"), line, column)


@pytest.mark.parametrize(
    "text", ["effect.orchard", "effect.orchid=1", "=1", "effect=", "x y=1", "counted=1", "effect=1e999"]
)
def test_faults_of_the_command_line_point_into_it(text: str) -> None:
    with pytest.raises(WellbevaError) as caught:
        garden("", text)
    (one,) = caught.value.diagnostics
    assert one.span is not None
    assert (one.span.file, one.span.text) == ("--set", text)


def test_an_unknown_variant_names_those_there_are() -> None:
    with pytest.raises(WellbevaError, match="did you mean 'orchard_only'"):
        garden("orchard_onyl")


def test_a_bare_file_name_finds_what_lies_above(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = folder / "inner"
    inner.mkdir()
    (folder / "t.csv").write_text("option,people\none,5\n")
    # The scenario bears the name of its model, which lies in the folder above.
    (inner / "garden.yaml").write_text(HEAD + "tables: [t.csv]\n")
    monkeypatch.chdir(inner)
    scenario = load_scenario("garden.yaml")
    assert scenario.model.title == "People in gardens"
    assert sorted(scenario.digests) == ["../models/garden.yaml", "../t.csv", "garden.yaml"]


def test_a_model_may_lie_beside_the_scenario(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "own.yaml").write_text(MODEL.format(name="own", more="parameters: {a: {unit: LS, by: option}}"))
    text = HEAD.replace("garden", "own").replace("axes: {payer: [council, charity]}\n", "")
    (folder / "x.yaml").write_text(text + "options: {one: {a: 1}}\n")
    monkeypatch.chdir(folder)
    assert sorted(load_scenario("x.yaml").digests) == ["own.yaml", "x.yaml"]


MODEL = """schema: wellbeva/model/1
model: {name}
{more}
"""


def write_model(folder: Path, name: str, more: str) -> None:
    (folder / "models" / f"{name}.yaml").write_text(MODEL.format(name=name, more=more))


def model_errors(folder: Path, name: str) -> list[str]:
    with pytest.raises(WellbevaError) as caught:
        load_model(name, beside=folder)
    assert all(one.span for one in caught.value.diagnostics)
    return [one.code for one in caught.value.diagnostics]


def test_a_model_extends_another(folder: Path) -> None:
    write_model(
        folder,
        "herb_garden",
        "extends: garden\nreplaces: [effect, hold, npsv]\nparameters: {ease: {unit: LS}, hold: {unit: year}}\n"
        "equations: {effect: ease * 2 in LS}\noutcomes: [effect]",
    )
    model = load_model("herb_garden", beside=folder)
    assert model.replaced == ("effect",)
    assert model.outcomes == ("wellbys", "total", "effect")
    assert model.parameters["hold"].by == ()
    assert model.break_even == {}
    assert model.decision is not None
    (folder / "x.yaml").write_text(
        HEAD.replace("garden", "herb_garden") + "options: {one: {people: 1}}\nvalues: {effect: 1}\n"
    )
    with pytest.raises(WellbevaError, match="is calculated by the model 'herb_garden'"):
        load_scenario(folder / "x.yaml")


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ("extends: garden\nparameters: {effect: {unit: LS}}", "WB-S071"),
        ("extends: garden\nreplaces: [efect]", "WB-S072"),
        ("extends: other", "WB-S062"),
        ("extends: nowhere", "WB-S064"),
        ("parameters: {option: {unit: LS}}", "WB-S074"),
        ("axes: {what: {labels: [benefit]}}\nparameters: {benefit: {unit: LS}}", "WB-S075"),
        ("parameters: {a: {unit: LS, by: optoin}}", "WB-S076"),
        ("axes: {what: {labels: [1, 2], doc: x}}", "WB-S077"),
        ("axes: {rung: {labels: [1, 3, 2], unit: LS, doc: x}}", "WB-S145"),
        ("outcomes: [a]", "WB-S078"),
        ("parameters: {a: {unit: LS}}\noutcomes: [a]", "WB-S078"),
        ("parameters: {a: {switch: true, default: false}}", "WB-S332"),
        ("parameters: {a: {switch: true, bounds: [0, 1]}}", "WB-S332"),
        ("parameters: {a: {choice: [b, c], spread: normal}}", "WB-S332"),
        ("parameters: {wellby_value: {unit: money/WELLBY, from: appraisal, default: £1}}", "WB-S332"),
        ("parameters: {a: {choice: [b, c, b]}}", "WB-S065"),
        ("axes: {a: {labels: [c, d]}, b: {labels: [d, e]}}\nparameters: {f: {unit: LS, by: [a, b]}}", "WB-S147"),
        ("break_even: {a: b}", "WB-S079"),
        ("show_on_and_off: [a]", "WB-S080"),
        ("kind: cohort", "WB-S081"),
        ("kind: cohort\nstates: [a, b]\nstart: {c: 1}\ntransitions: {a -> b: 0.1}", "WB-S082"),
        ("kind: cohort\nstates: [a, b]\nstart: {a: 1}\ntransitions: {a to b: 0.1}", "WB-S068"),
        (f"{COHORT}\nequations: {{move_chance: 0.5 in share}}", "WB-S074"),
        (f"{COHORT}\nparameters: {{move_chance: {{unit: share, by: [state, to]}}}}", "WB-S074"),
        ("kind: tree", "WB-S090"),
        ("parameters: {a: {unit: LS, switch: true}}", "WB-S066"),
        ("parameters: {a: {unit: LS, default: 1e999}}", "WB-V025"),
        ("parameters: {a: {unit: LS, bounds: [2, 1]}}", "WB-S067"),
        ("parameters: {a: {choice: [b, c], default: d}}", "WB-S048"),
        ("decision: {effect: a}", "WB-S069"),
        ("decision: {maximise: a}", "WB-S001"),
        ("checks: [{say: x}]", "WB-S070"),
        ("equatoins: {}", "WB-S001"),
    ],
)
def test_faults_of_a_model(folder: Path, more: str, code: str) -> None:
    """R80, among others: what nothing would read is refused."""
    write_model(folder, "other", more)
    assert code in model_errors(folder, "other")


def test_the_unit_of_an_equation_stands_after_the_last_in_outside_brackets() -> None:
    model = load_model_file(SMALL / "models" / "garden.yaml")
    total = model.equations["total"]
    assert (total.expression.text, total.unit and total.unit.text) == (
        "sum(cost * discount(money), over=[payer, time])",
        "GBP",
    )
    assert total.unit is not None
    line = (SMALL / "models" / "garden.yaml").read_text("utf-8").splitlines()[total.unit.span().line - 1]
    assert line[total.unit.span().column - 1 :] == "GBP"
    folded = model.equations["wellbys"].expression
    span = folded.span(folded.text.index("over="))
    source = (SMALL / "models" / "garden.yaml").read_text("utf-8").splitlines()[span.line - 1]
    assert source[span.column - 1 :].startswith("over=[group, time])")


def test_a_model_is_told_from_a_scenario() -> None:
    assert is_model(SMALL / "models" / "garden.yaml")
    assert not is_model(SMALL / "garden.yaml")
    assert not is_model(SMALL / "nothing.yaml")


def test_needs_are_asked_of_the_scenario(folder: Path) -> None:
    write_model(folder, "needy", "parameters: {a: {unit: LS, by: option}}\nneeds: {option: [parks]}")
    text = HEAD.replace("garden", "needy").replace("axes: {payer: [council, charity]}\n", "")
    assert errors(folder, text + "options: {one: {a: 1}}\n") == ["WB-S150"]
