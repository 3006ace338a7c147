"""R10: which rows of a table of draws are picked does not hang on which of its columns are in use."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from tests.tiers import thorough_after
from wellbeva import api
from wellbeva.analysis.tables.oneway import oneway
from wellbeva.compiler.compile import compile_scenario
from wellbeva.distributions import quantile
from wellbeva.engine.run.block_loop import run
from wellbeva.engine.run.settings import RunSettings
from wellbeva.errors import WellbevaError
from wellbeva.plan.plan import Plan, RowSelector
from wellbeva.plan.serialise import from_json, to_json
from wellbeva.report.page.annex.joint_inputs import drawn_together
from wellbeva.report.page.view import Table
from wellbeva.sampling.streams import uniforms

DESIGNS = ["sobol", "random", "latin"]
DRAWS = 8192

SCENARIO = """
schema: wellbeva/scenario/1
scenario: Draws beside other numbers
model: small
appraisal: green-book-2026
time: {step: year, from: 0, to: 2}
comparator: nothing
choose: several
tables: [{file: draws.csv, rows: draw, source: trial}]
sources: {trial: {cite: A trial, evidence: initial, covers: all}}
values:
  people: 100 people (80 to 120)
options:
  walks: {label: Walks, running: £5 per year (£4 to £6)}
  swims: {label: Swims}
variants:
  first: {label: First, effect: 0.3}
  spread: {label: Spread, effect: 0.3 (0.2 to 0.4)}
  labels: {label: Labels, effect.walks: 0.3 (0.2 to 0.4), effect.swims: 0.4}
  shared: {label: Shared, effect: same as factor}
  second: {label: Second, lasts.walks: 2 years}
  second_spread: {label: Second spread, lasts.walks: 2 years (1 to 3)}
  both: {label: Both, effect: 0.3 (0.2 to 0.4), lasts.walks: 2 years}
  drawn: {label: Drawn, tables: [{file: later.csv, rows: draw}]}
  drawn_part: {label: Drawn in part, tables: [{file: part.csv, rows: draw}]}
  drawn_then_set: {label: Drawn and set, from: drawn, effect: 0.3 (0.2 to 0.4)}
  more: {label: More, effect: 0.3 (0.2 to 0.4), take_up: 60% (50% to 70%)}
  part: {label: Part, effect.walks: 0.3}
  all: {label: All, effect: 0.3 (0.2 to 0.4), lasts.walks: 2 years, factor: 1}
"""
KEPT = {
    "first": {"lasts[walks]", "factor"},
    "spread": {"lasts[walks]", "factor"},
    "labels": {"lasts[walks]", "factor"},
    "shared": {"lasts[walks]", "factor"},
    "second": {"effect", "factor"},
    "second_spread": {"effect", "factor"},
    "both": {"factor"},
    "drawn": {"lasts[walks]", "factor"},
    "drawn_part": {"effect[swims]", "lasts[walks]", "factor"},
    "drawn_then_set": {"lasts[walks]", "factor"},
    "more": {"lasts[walks]", "factor"},
    "part": {"effect", "lasts[walks]", "factor"},
    "all": set(),
}
"""Elements that a variant leaves in the table."""
ADDED = {"drawn": {"effect", "take_up[walks]"}, "drawn_part": {"effect[walks]"}, "drawn_then_set": {"take_up[walks]"}}
"""Elements of a variant's own table, which is joined with what is left."""
SETS = {
    ("effect=0.3",): "first",
    ("effect=0.3 (0.2 to 0.4)",): "spread",
    ("effect.walks=0.3 (0.2 to 0.4)", "effect.swims=0.4"): "labels",
    ("lasts.walks=2 years",): "second",
    ("effect=0.3 (0.2 to 0.4)", "lasts.walks=2 years"): "both",
}
OTHERS = {"people", "running[walks]"}
PICKER = RowSelector("effect", 2)

Load = Callable[..., Plan]


@pytest.fixture
def load(write: Callable[..., Path]) -> Load:
    """Compile the scenario beside 50 rows, sorted by the second column; the first never varies, so it picks nothing."""
    rng = np.random.default_rng(3)
    numbers = np.stack([np.sort(rng.uniform(0.1, 0.5, 50)), rng.uniform(1, 4, 50), rng.uniform(0.5, 2, 50)], axis=1)
    rows = "\n".join(f"0.5,{effect:.4f},{lasts:.4f},{factor:.4f}" for effect, lasts, factor in numbers)

    def do(variant: str = "", overrides: tuple[str, ...] = (), scenario: str = SCENARIO) -> Plan:
        path = write(scenario=scenario)
        later, part = (b"0.1,0.5\n0.2,0.6\n" * 25, b"0.1\n0.2\n" * 25)
        (path.parent / "later.csv").write_bytes(b"effect,take_up.walks\n" + later)
        (path.parent / "part.csv").write_bytes(b"effect.walks\n" + part)
        (path.parent / "draws.csv").write_text(f"take_up.swims,effect,lasts.walks,factor\n{rows}\n", encoding="utf-8")
        return api.load(path, variant=variant, overrides=overrides).plan

    return do


def inputs(plan: Plan, design: str) -> dict[str, bytes]:
    """Return the bits of each element's draws."""
    drawn = run(plan, RunSettings(draws=DRAWS, design=design, seed=5)).inputs  # type: ignore[arg-type]
    assert list(drawn) == [one.name for one in plan.elements]
    return {name: np.ascontiguousarray(one).tobytes() for name, one in drawn.items()}


@pytest.mark.parametrize("design", thorough_after(1, DESIGNS))
def test_what_stays_in_the_table_has_the_draws_of_the_base(load: Load, design: str) -> None:
    base = load()
    assert [one.name for one in base.elements] == ["people", "running[walks]", "effect", "lasts[walks]", "factor"]
    wanted = inputs(base, design)
    changed = [(load(name), name) for name in KEPT] + [(load(overrides=sets), name) for sets, name in SETS.items()]
    for plan, name in changed:
        found = inputs(plan, design)
        rows = {plan.elements[index].name for joint in plan.joints[:1] for index in joint.elements}
        assert rows == KEPT[name] | ADDED.get(name, set()), name
        for element in KEPT[name] | OTHERS:
            # What a variant's own draws leave of a column has its numbers under the name of what is left.
            assert found[element] == wanted["effect" if element == "effect[swims]" else element], (name, element)


@pytest.mark.parametrize("name", KEPT)
def test_a_picker_stands_only_where_its_column_is_gone(load: Load, name: str) -> None:
    plan = load(name)
    pickers = [one.picker for one in plan.joints]
    assert pickers == ([] if name == "all" else [None] if "effect" in KEPT[name] else [PICKER])
    dimensions = [one.dimension for one in (*plan.elements, *pickers) if one is not None]
    assert len(set(dimensions)) == len(dimensions)
    base = {one.name: one.dimension for one in load().elements}
    # Elements of the variant alone are numbered after all of the base.
    assert all(one.dimension >= len(base) for one in plan.elements if one.name not in base or one.stream)
    assert all(one.dimension == base[one.name] for one in plan.elements if one.name in base and not one.stream)
    streams = {one.name: one.stream for one in plan.elements if one.stream}
    beside = name in ("spread", "both", "more", "drawn", "drawn_then_set")
    assert streams == ({"effect": "effect beside draws"} if beside else {})


@pytest.mark.parametrize("design", DESIGNS)
def test_a_spread_in_the_place_of_what_picks_is_apart_from_the_rows(load: Load, design: str) -> None:
    """Drawn by the picker's own uniform it would rise with the number of the row, at a rank correlation of 1.

    Independent draws: the error of Spearman's r of N = 8,192 is 0.011; 5 of them, false alarm below 1 in a million.
    """
    plan = load("spread")
    drawn = run(plan, RunSettings(draws=DRAWS, design=design, seed=5)).inputs  # type: ignore[arg-type]
    (rows,) = plan.joints
    column = next(k for k, index in enumerate(rows.elements) if plan.elements[index].name == "factor")
    order = {number: row for row, number in enumerate(rows.matrix[:, column].tolist())}
    picked = [order[number] for number in drawn["factor"].ravel().tolist()]
    assert abs(stats.spearmanr(picked, drawn["effect"].ravel()).statistic) < 0.055
    law = next(one.distribution for one in plan.elements if one.name == "effect")
    assert stats.kstest(quantile.cdf(law, drawn["effect"].ravel()), "uniform").pvalue > 1e-6


def test_r42_numpy_alone_gives_what_picks_and_what_stands_in_its_place(load: Load) -> None:
    plan = load("spread")
    drawn = {
        name: one.ravel() for name, one in run(plan, RunSettings(draws=DRAWS, design="random", seed=5)).inputs.items()
    }
    (rows,) = plan.joints
    number = np.floor(uniforms(5, "effect", count=DRAWS) * 50).astype(int)
    names = [plan.elements[index].name for index in rows.elements]
    assert np.array_equal(drawn["factor"], rows.matrix[number, names.index("factor")])
    law = next(one.distribution for one in plan.elements if one.name == "effect")
    expected = quantile.ppf(law, uniforms(5, "effect beside draws", count=DRAWS))
    # The sampler's tables are good to some 1e-12 of the spread.
    assert drawn["effect"] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("design", thorough_after(1, DESIGNS))
def test_a_plan_with_a_picker_travels(load: Load, design: str) -> None:
    plan = load("spread")
    assert inputs(from_json(to_json(plan)), design) == inputs(plan, design)


def test_what_picks_is_no_uncertain_input(load: Load, write: Callable[..., Path]) -> None:
    plan = load("first")
    assert [one.name for one in plan.elements] == ["people", "running[walks]", "lasts[walks]", "factor"]
    assert set(oneway(plan)["element"]) == {"people", "running[walks]", "lasts[walks]", "factor"}
    path = write(scenario=SCENARIO)
    done = api.run(path, draws=DRAWS, variant="first")
    assert done.dataset.attrs["uncertain_inputs"] == 4
    assert done.dataset["inputs"]["element"].values.tolist() == [one.name for one in plan.elements]
    assert done.manifest()["elements"] == 4
    (effect,) = [one for one in done.compiled.record.inputs if one.path == "effect"]
    assert (effect.element, effect.distribution) == ("", None)
    text = api.replay(path, draw=77, draws=DRAWS, variant="first")
    drawn = text[text.index("Inputs drawn") : text.index("Equations in this draw")]
    assert "effect" not in drawn
    factor = done.dataset["inputs"].sel(element="factor").values.ravel()
    assert f"factor = {factor[77]:.10g} " in drawn


def test_rows_that_are_the_run_stay_so(load: Load) -> None:
    """Where nothing else is uncertain, each row is run once, with or without what would have picked."""
    alone = SCENARIO.replace("100 people (80 to 120)", "100 people").replace("£5 per year (£4 to £6)", "£5 per year")
    base, first, spread = (load(name, scenario=alone) for name in ("", "first", "spread"))
    assert (base.supplied, first.supplied, spread.supplied) == (50, 50, 0)
    wanted = run(base).inputs
    for name, one in run(first).inputs.items():
        assert np.array_equal(one, wanted[name])
    assert spread.joints[0].picker == RowSelector("effect", 0)


TWO = SCENARIO.replace("source: trial}]", "source: trial}, {file: more.csv, rows: draw, source: trial}]")
CERTAIN = {"100 people (80 to 120)": "100 people", "£5 per year (£4 to £6)": "£5 per year"}


@pytest.fixture
def two(load: Load, tmp_path: Path) -> Callable[..., Plan]:
    """Compile the scenario with its columns in one file, or in two as other programs write costs and effects."""
    load()
    heads, *rows = [line.split(",") for line in (tmp_path / "draws.csv").read_text(encoding="utf-8").splitlines()]
    more = [f"{1 + number % 7},{0.5 + number % 3 / 10}" for number in range(len(rows))]

    def do(variant: str = "", *, files: int = 2, certain: bool = False) -> Plan:
        scenario = (TWO if files == 2 else SCENARIO).replace(
            "variants:\n",
            "variants:\n  two: {label: Two, effect: 0.3 (0.2 to 0.4), lasts.swims: 2 years (1 to 3)}\n",
        )
        for uncertain, number in CERTAIN.items() if certain else ():
            scenario = scenario.replace(uncertain, number)
        first, second = [",".join(row) for row in (heads, *rows)], ["lasts.swims,take_up.walks", *more]
        if files == 1:
            first = [",".join(pair) for pair in zip(first, second, strict=True)]
        (tmp_path / "draws.csv").write_text("\n".join(first) + "\n", encoding="utf-8")
        (tmp_path / "more.csv").write_text("\n".join(second) + "\n", encoding="utf-8")
        (tmp_path / "scenario.yaml").write_text(scenario, encoding="utf-8")
        return api.load(tmp_path / "scenario.yaml", variant=variant).plan

    return do


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("certain", [False, True], ids=["beside others", "alone"])
def test_r10_two_tables_are_drawn_as_if_they_were_one(two: Callable[..., Plan], design: str, certain: bool) -> None:
    whole, parted = two(files=1, certain=certain), two(certain=certain)
    assert [one.kind for one in parted.joints] == ["rows"]
    assert parted.supplied == whole.supplied == (50 if certain else 0)
    assert inputs(parted, design) == inputs(whole, design)


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("variant", ["two", "all"])
def test_r10_what_is_left_of_two_tables_has_the_rows_of_the_base(
    two: Callable[..., Plan], design: str, variant: str
) -> None:
    """The first column of both is replaced, or the whole of the first table: its uniform picks the row all the same."""
    base, plan = two(), two(variant)
    assert [one.picker for one in plan.joints] == [PICKER]
    wanted, found = inputs(base, design), inputs(plan, design)
    left = {"two": ("lasts[walks]", "factor"), "all": ("lasts[swims]",)}[variant]
    for name in ("take_up[walks]", *left, *OTHERS):
        assert found[name] == wanted[name], name


def test_r10_joined_tables_are_told_and_unequal_ones_refused(two: Callable[..., Plan], tmp_path: Path) -> None:
    two()
    told = [one.message for one in api.check(tmp_path / "scenario.yaml") if one.code == "WB-C080"]
    assert "draws.csv and more.csv are joined row by row" in told
    compiled = api.load(tmp_path / "scenario.yaml")
    (draws,) = drawn_together(compiled.record, compiled.plan)
    assert isinstance(draws, Table)
    assert draws.dek.endswith("The tables are joined row by row: row k of each is one draw of them all.")
    path = tmp_path / "alone.yaml"
    path.write_text(SCENARIO.partition("variants:")[0], encoding="utf-8")
    assert "WB-C080" not in {one.code for one in api.check(path)}
    with (tmp_path / "more.csv").open("a", encoding="utf-8") as file:
        file.write("1,0.5\n")
    with pytest.raises(WellbevaError) as caught:
        api.check(tmp_path / "scenario.yaml")
    (one,) = [each for each in caught.value.diagnostics if each.code == "WB-C081"]
    place = str(tmp_path / "scenario.yaml")
    assert f"draws.csv: 50 rows, named at {place}:9:17" in one.facts[0]
    assert f"more.csv: 51 rows, named at {place}:9:63" in one.facts[1]
    assert one.span is not None


def test_one_column_that_fills_several_cells_is_as_many_elements(write: Callable[..., Path]) -> None:
    """Each has its own name; the first of them picks."""
    scenario = SCENARIO.replace(
        "{file: draws.csv, rows: draw, source: trial}",
        "{file: draws.csv, rows: draw, source: trial, columns: {effect.walks: x, effect.swims: x, factor: y}}",
    ).replace("  part:", "  walks: {label: W, effect.walks: 0.3 (0.2 to 0.4)}\n  part:")
    scenario = "\n".join(one for one in scenario.splitlines() if "lasts" not in one and "drawn" not in one)
    path = write(scenario=scenario)
    (path.parent / "draws.csv").write_text("x,y\n0.1,1\n0.2,3\n0.4,2\n0.3,5\n", encoding="utf-8")
    base, walks = api.load(path).plan, api.load(path, variant="walks").plan
    assert walks.joints[0].picker == RowSelector("effect[walks]", 2)
    for design in DESIGNS:
        wanted, found = inputs(base, design), inputs(walks, design)
        for name in ("effect[swims]", "factor", *OTHERS):
            assert found[name] == wanted[name], (design, name)


def test_without_the_base_it_has_a_dimension_of_its_own(load: Load, write: Callable[..., Path]) -> None:
    """A variant that is compiled alone knows no dimensions; the random design depends on names alone (DESIGN 5)."""
    wanted = load("spread")
    plan = compile_scenario(api.load(write(scenario=SCENARIO), variant="spread").record.scenario).plan
    dimensions = [one.dimension for one in plan.elements] + [one.picker.dimension for one in plan.joints if one.picker]
    assert sorted(dimensions) == list(range(6))
    assert inputs(plan, "random") == inputs(wanted, "random")
