"""What moves together: correlations of a scenario and its variants, and joint draws below other layers (R10, R16)."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from wellbeva.compiler.compile import compile_scenario, dimensions
from wellbeva.errors import WellbevaError
from wellbeva.sampling.sampler import Sampler
from wellbeva.scenario import joint_draws
from wellbeva.scenario.loader import load_once, load_scenario
from wellbeva.scenario.spec import Scenario

SMALL = Path(__file__).parent / "small"
HEAD = """schema: wellbeva/scenario/1
scenario: Test
model: garden
appraisal: green-book-2026
choose: several
axes: {payer: [council, charity]}
groups: {young: Y, old: O}
time: {from: 0, to: 2}
sources: {trial: {cite: A trial}}
options: {one: {people: 1}, two: {people: 2}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(SMALL, tmp_path, dirs_exist_ok=True)
    (tmp_path / "draws.csv").write_text("effect,hold.one,take_up.one.old\n0.1,1,50%\n0.3,2,70%\n")
    (tmp_path / "later.csv").write_text("hold,people.one\n5,7\n6,8\n")
    return tmp_path


def load(folder: Path, text: str, *overrides: str, variant: str = "") -> Scenario:
    (folder / "x.yaml").write_text(HEAD + text + "\n", "utf-8")
    return load_scenario(folder / "x.yaml", variant=variant, overrides=overrides)


def codes(folder: Path, text: str, *, variant: str = "") -> list[str]:
    with pytest.raises(WellbevaError) as caught:
        load(folder, text, variant=variant)
    assert all(one.span and one.remedy for one in caught.value.diagnostics)
    return [one.code for one in caught.value.diagnostics]


def lines(scenario: Scenario) -> list[tuple[str, str, str]]:
    return [(str(one.left), str(one.right), one.value.written) for one in scenario.correlations]


def columns(scenario: Scenario) -> list[tuple[str, ...]]:
    return [
        (one.parameter, *(selector.label for selector in one.selectors))
        for table in scenario.joint
        for one in table.columns
    ]


def test_a_variant_adds_and_overrides_correlations_by_pair(folder: Path) -> None:
    text = (
        "correlations: {effect.one with hold.one: 0.3, people with people: 0.2}\n"
        "variants: {v: {correlations: {hold.one with effect.one: 0, effect with people: 0.1}}, "
        "w: {from: v, correlations: {effect.one with hold.one: 0.4}}}"
    )
    assert lines(load(folder, text)) == [("effect.one", "hold.one", "0.3"), ("people", "people", "0.2")]
    assert lines(load(folder, text, variant="v")) == [
        ("hold.one", "effect.one", "0"),
        ("people", "people", "0.2"),
        ("effect", "people", "0.1"),
    ]
    assert lines(load(folder, text, variant="w"))[0] == ("effect.one", "hold.one", "0.4")


def test_a_pair_is_one_pair_in_whatever_order_its_labels_stand(folder: Path) -> None:
    text = "correlations: {effect.one.old with hold.one: 0.3, hold.one with effect.old.one: 0.2}"
    assert codes(folder, text) == ["WB-S184"]


@pytest.mark.parametrize(
    ("value", "fine"),
    [
        ("1", True),
        ("-100%", True),
        ("0.3 (0.1 to 0.5)", True),
        ("0.3 (se 0.1)", True),
        ("1.001", False),
        ("0.9 (0.7 to 1.1)", False),
        ("0.3 months", False),
        ("£0.3", False),
        ("31 of 45", False),
        ("9 (range 3 to 18)", False),
        ("strong", False),
        ("same as effect.one", False),
        ("{rank: 0.3, normal: 0.2}", False),
        ("{normal: {mean: 0.3, sd: 0.1}}", False),
        ("{rank: 0.3, evidence: initial}", True),
        ("{value: 0.3, source: trial}", True),
        ("[0.3]", False),
    ],
)
def test_a_correlation_is_a_number_from_minus_one_to_one(folder: Path, value: str, fine: bool) -> None:
    text = f"correlations: {{effect with hold: {value}}}"
    if fine:
        assert len(load(folder, text).correlations) == 1
    else:
        assert set(codes(folder, text)) <= {"WB-S183", "WB-S032"}


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("effect", "WB-S181"),
        ("effect with", "WB-S181"),
        ("effect with hold with people", "WB-S181"),
        ("Effect with hold", "WB-S181"),
        ("effect with holt", "WB-S020"),
        ("effect.three with hold", "WB-S022"),
        ("effect.one.two with hold", "WB-S028"),
        ("effect with counted", "WB-S182"),
        ("effect with shape", "WB-S182"),
    ],
)
def test_paths_of_correlations_name_numbers_of_this_scenario(folder: Path, key: str, code: str) -> None:
    assert codes(folder, f"correlations: {{{key}: 0.1}}") == [code]
    assert codes(folder, f"variants: {{v: {{correlations: {{{key}: 0.1}}}}}}") == [code]


def test_columns_of_draws_stay_whole_under_values_as_long_as_a_cell_is_left(folder: Path) -> None:
    text = (
        "tables: [{file: draws.csv, rows: draw, source: trial}]\n"
        "variants: {whole: {effect: 0.2}, part: {effect.one: 0.2}, cell: {effect.one.old: 0.2}, "
        "beside: {hold.two: 1 year, take_up.one.young: 60%}, nothing: {hold: 1 year, effect: 1, take_up: 50%}}"
    )
    every = [("effect",), ("hold", "one"), ("take_up", "one", "old")]
    assert columns(load(folder, text)) == every
    for variant in ("whole", "part", "cell", "beside"):
        assert columns(load(folder, text, variant=variant)) == every, variant
    assert load(folder, text, variant="nothing").joint == ()
    (table,) = load(folder, text, variant="part").joint
    assert table.columns[0].numbers == (0.1, 0.3)
    assert [cite.key for cite in table.cites] == ["trial"]


def test_draws_along_time_are_dropped_when_every_step_is_set(folder: Path) -> None:
    (folder / "draws.csv").write_text("cost.one.council\n1\n2\n")
    text = (
        "tables: [{file: draws.csv, rows: draw}]\n"
        "variants: {v: {cost: {by: time, 1 to 2: £5}}, w: {from: v, cost.one: {by: time, 0: £4, 1 to 2: £3}}}"
    )
    assert columns(load(folder, text, variant="v")) == [("cost", "one", "council")]
    assert load(folder, text, variant="w").joint == ()


def test_what_a_variant_fills_may_be_correlated_there(folder: Path) -> None:
    """R10, R16: a cell that a value stands over is no longer drawn from the table; the others of its column are."""
    text = (
        "tables: [{file: draws.csv, rows: draw}]\nvalues: {people: 3 (1 to 5)}\n"
        "variants: {v: {effect.one: 0.2 (0 to 0.4), correlations: {PAIR: 0.3}}}"
    )
    assert lines(load(folder, text.replace("PAIR", "effect.one with people"), variant="v"))
    assert codes(folder, text.replace("PAIR", "effect.two with people"), variant="v") == ["WB-S186"]


@pytest.mark.parametrize("variant", ["part", "cell", "other", "both"])
def test_a_value_over_some_cells_leaves_every_other_draw_as_it_was(folder: Path, variant: str) -> None:
    """R10, R42: base and variant are drawn on the same rows, though the first column picks the row."""
    text = (
        "tables: [{file: draws.csv, rows: draw}]\n"
        "variants: {part: {effect.one: 0.2}, cell: {effect.one.old: 0.2 (0 to 0.4)}, other: {hold.one: 1 year}, "
        "both: {effect.two: 0.3, hold: 1 year}}"
    )
    base = compile_scenario(load(folder, text)).plan
    varied = compile_scenario(load(folder, text, variant=variant), known=dimensions(base)).plan
    drawn = {}
    for name, plan in (("base", base), ("varied", varied)):
        sampler = Sampler(plan.elements, plan.joints, design="sobol", seed=3, draws_each=512)
        drawn[name] = dict(zip((one.name for one in plan.elements), sampler.block(0, 0, 512), strict=True))
    assert "effect" in drawn["varied"]
    shared = drawn["base"].keys() & drawn["varied"].keys()
    assert shared == drawn["base"].keys() - ({"hold[one]"} if variant in {"other", "both"} else set())
    for name in shared:
        assert np.array_equal(drawn["base"][name], drawn["varied"][name]), name


def test_a_table_of_draws_in_a_variant_stands_over_what_was_there(folder: Path) -> None:
    text = (
        "tables: [{file: draws.csv, rows: draw}]\nvalues: {people.one: 3 (1 to 5), people.two: 4 (1 to 5)}\n"
        "correlations: {people.one with people.two: 0.3, take_up.two with people.two: 0.1}\n"
        "variants: {v: {tables: [{file: later.csv, rows: draw}]}, w: {from: v, hold.one: 1 year}}"
    )
    scenario = load(folder, text, variant="v")
    assert columns(scenario) == [("effect",), ("take_up", "one", "old"), ("hold",), ("people", "one")]
    spreads = [one.value.written for one in scenario.assignments if one.value.form == "interval"]
    assert spreads == ["4 (1 to 5)"]  # the other lies wholly under the draws
    assert [one.value.written for one in scenario.assignments if one.value.form == "number"] == ["1", "2"]
    assert lines(scenario) == [("take_up.two", "people.two", "0.1")]
    assert columns(load(folder, text, variant="w"))[2:] == [("hold",), ("people", "one")]


def test_draws_and_a_spread_for_one_cell_are_refused(folder: Path) -> None:
    table = "tables: [{file: draws.csv, rows: draw}]\n"
    assert codes(folder, table + "values: {effect.one: 0.1 (0 to 0.2)}") == ["WB-S187"]
    assert codes(folder, table + "values: {effect: same as people}") == ["WB-S187"]
    assert columns(load(folder, table + "values: {hold.two: 1 year (se 1), effect: 0.2}"))[0] == ("effect",)


def test_two_tables_of_draws_share_no_cell(folder: Path) -> None:
    text = "tables: [{file: draws.csv, rows: draw}, {file: later.csv, rows: draw}]\n"
    assert codes(folder, text) == ["WB-S188"]


def test_draws_are_not_correlated_a_second_time(folder: Path) -> None:
    table = "tables: [{file: draws.csv, rows: draw}]\n"
    assert codes(folder, table + "correlations: {people with effect.one: 0.1}") == ["WB-S186"]
    # A cell that the draws leave alone may be.
    assert lines(load(folder, table + "correlations: {people.one with hold.two: 0.1}"))


def test_the_pieces_of_draws_are_bounded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "tables: [{file: draws.csv, rows: draw}]\nvariants: {v: {effect.one.old: 0.2}}"
    monkeypatch.setattr(joint_draws, "COLUMN_LIMIT", 4)
    assert len(columns(load(folder, text, variant="v"))) == 3
    monkeypatch.setattr(joint_draws, "COLUMN_LIMIT", 3)
    assert codes(folder, text, variant="v") == ["WB-S189"]


def test_a_source_of_draws_must_be_there(folder: Path) -> None:
    assert codes(folder, "tables: [{file: draws.csv, rows: draw, source: nobody}]\n") == ["WB-S031"]


def test_all_variants_are_loaded_as_one_by_one(folder: Path) -> None:
    for name in ("garden.yaml", "forms.yaml", "shelf.yaml"):
        loaded = load_once(folder / name)
        together = {variant: loaded.scenario(variant) for variant in loaded.known}
        base = load_scenario(folder / name)
        assert list(together) == list(base.variants)
        for variant, scenario in together.items():
            assert scenario == load_scenario(folder / name, variant=variant)
        assert base == load_scenario(folder / name)


def test_faults_of_variants_are_raised_together(folder: Path) -> None:
    (folder / "x.yaml").write_text(HEAD + "variants: {v: {effekt: 1}, w: {from: u}}\n")
    with pytest.raises(WellbevaError) as caught:
        load_once(folder / "x.yaml").scenario()
    assert {one.code for one in caught.value.diagnostics} == {"WB-S020", "WB-S132"}


@pytest.mark.parametrize(
    ("line", "over"),
    [
        ("wellbys.one = 3 within 1", ""),
        ("wellbys.one on average = 3 within 1", "on average"),
        ("wellbys.one sd of draws = 3 within 1", "sd of draws"),
        ("wellbys.one 5% quantile of draws = 3 within 1", "quantile"),
        ("npsv.one.central share of draws above £0 = 80% within 1%", "share"),
        ("wellbys.one in v draw by draw = effect.one.old within 0.1", "draw by draw"),
    ],
)
def test_every_statistic_of_a_published_line(folder: Path, line: str, over: str) -> None:
    (one,) = load(folder, f"variants: {{v: {{effect: 1}}}}\npublished: ['{line}']").published
    assert one.over == over
    assert one.within is not None
    assert (str(one.other), one.value is None) == (
        ("effect.one.old", True) if over == "draw by draw" else ("None", False)
    )
    assert one.variant == ("v" if over == "draw by draw" else "")
