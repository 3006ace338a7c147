"""Every form of a value in the table of inputs; what is drawn together, where it comes from, how it was drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from tests.report.report_fixtures import input_rows
from wellbeva import api
from wellbeva.distributions.spec import Distribution
from wellbeva.plan.record import CompiledScenario
from wellbeva.report.explain.text import explain_compiled
from wellbeva.report.facts.result import gather
from wellbeva.report.facts.sensitivity import Changes
from wellbeva.report.page.annex.annexes import annexes
from wellbeva.report.page.annex.joint_inputs import drawn_together, pairs
from wellbeva.report.page.render import build_page
from wellbeva.report.page.view import Block, Facts, Note, Table
from wellbeva.report.text.distributions import printed, used
from wellbeva.scenario.value import Amount, Value

SMALL = Path(__file__).parents[1] / "scenario" / "small"
AREA = """\
schema: wellbeva/scenario/1
scenario: Visits in Liverpool
model: wellbeing_trajectory
appraisal: green-book-2026
area: {code: Liverpool, groups: deprivation fifths}
time: {step: month, from: 0, to: 35}
choose: one
comparator: nothing
axes: {payer: {council: The council}, body: {nobody: No public body}}
options:
  visits:
    label: Weekly visits
    people: 50 people [assumed]
    effect: 0.30 (0.05 to 0.55) [assumed]
    controlled: true
    hold: 9 months (range 3 to 18) [assumed]
    cost_per_person: £150 in 2023 prices [assumed]
"""
ROWS = """\
schema: wellbeva/scenario/1
scenario: Draws of another program
question: Is it worth it?
model: shop
appraisal: {prices: 2023}
choose: one
comparator: nothing
options: {a: {label: A shop, price: '£3 in 2023 prices [assumed]'}}
tables: [{file: draws.csv, rows: draw, source: them p. 3}]
sources: {them: {cite: Another program, evidence: promising}}
"""
SHOP = """\
schema: wellbeva/model/1
model: shop
parameters:
  gain: {unit: LS, by: option, doc: gain}
  more: {unit: LS, by: option, default: 0, doc: further gain}
  price: {unit: GBP, by: option, doc: price}
equations:
  whole: gain + more in LS
outcomes: [whole]
decision: {effect: whole, cost: price}
"""


@pytest.fixture(scope="module")
def forms() -> CompiledScenario:
    return api.load(SMALL / "forms.yaml")


@pytest.fixture(scope="module")
def rows(forms: CompiledScenario) -> dict[str, dict[str, str]]:
    return input_rows(forms.record)


@pytest.fixture(scope="module")
def area(tmp_path_factory: pytest.TempPathFactory) -> CompiledScenario:
    file = tmp_path_factory.mktemp("area") / "s.yaml"
    file.write_text(AREA, encoding="utf-8")
    return api.load(file)


@pytest.fixture(scope="module")
def supplied(tmp_path_factory: pytest.TempPathFactory) -> api.Run:
    folder = tmp_path_factory.mktemp("rows")
    (folder / "s.yaml").write_text(ROWS, encoding="utf-8")
    (folder / "shop.yaml").write_text(SHOP, encoding="utf-8")
    lines = "\n".join(f"{k % 7},{k % 5}" for k in range(777))
    (folder / "draws.csv").write_text(f"gain.a,more.a\n{lines}\n", encoding="utf-8")
    return api.run(folder / "s.yaml", draws=4096, seed=9, design="latin")


def blocks(run: api.Run) -> Mapping[str, Block]:
    page = build_page(run.dataset, run.compiled.record, run.compiled.plan, run.tables, manifest=run.manifest())
    return {block.key: block for section in page.sections for block in section.blocks}


@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("gain.drug", "Mean 0.182, 95% interval 0.001 to 0.735"),
        # A mixture in a mixture is one list: 30% of 50% is 15%.
        ("gain.talk", "70%: 0.30 (0.05 to 0.55); 15%: 0; 15%: 0.1 points (the 10% point), 0.2 points (the 90% point)"),
        ("lasts.drug", "3 months (5 of 8), 4 months (2 of 8), 7 months (1 of 8)"),
        ("lasts.talk", "3 months (1 of 4), 4 months (2 of 4), 7 months (1 of 4)"),
        ("uptake.drug", "40% (the 5% point), median 60%, 75% (the 95% point)"),
        ("uptake.talk", "31 of 45"),
        ("cost.talk", "Gamma: shape 9, mean £100 in 2023 prices"),
        ("weight.drug", "4 joint draws in weights.csv"),
        ("move.well.ill", "350 of 1,618"),
    ],
)
def test_each_form_reads_as_a_person_says_it(name: str, heading: str, rows: dict[str, dict[str, str]]) -> None:
    assert rows[name]["As printed"] == heading


def test_no_input_shows_the_insides_of_the_program(rows: dict[str, dict[str, str]], forms: CompiledScenario) -> None:
    written = {one.path: one.written for one in forms.record.inputs}
    for path, row in rows.items():
        shown = [text for head, text in row.items() if head != "In the file"]
        assert not any(mark in text for text in shown for mark in ("{", "}", "point(value", "Fraction", "sign=")), shown
        # What was put in other words stands in the file's own words too.
        assert row["In the file"] in (path, f"{path}: {written[path]}")


def test_an_atom_is_told(rows: dict[str, dict[str, str]]) -> None:
    """Half of 30% is exactly zero."""
    assert rows["gain.talk"]["Drawn from"].endswith("; exactly 0 points in 15%")
    assert rows["gain.talk"]["Source"] == "S1, Table 3"


def test_shares_of_a_dirichlet_have_a_row_each(rows: dict[str, dict[str, str]]) -> None:
    """R66. Of 1,618 counted, 1,251 are 77.3%, 350 are 21.6%, 17 are 1.05%."""
    found = [rows[f"move.well.{label}"] for label in ("well", "ill", "dead")]
    assert [row["Average"] for row in found] == ["77.3%", "21.6%", "1.05%"]
    assert [row["Base case"] for row in found] == ["77.32%", "21.63%", "1.051%"]


def test_correlations_have_source_and_grade(forms: CompiledScenario) -> None:
    """R16."""
    (table, draws) = drawn_together(forms.record, forms.plan)
    assert isinstance(table, Table)
    assert isinstance(draws, Table)
    rows = {row.under: row for row in table.rows}
    one = rows["gain.drug with uptake.drug"]
    assert one.head == "Gain (A drug) with those who start (A drug)"
    assert [cell.text for cell in one.cells[:3]] == ["0.30", "rank correlation (Spearman)", "assumed, no source"]
    assert one.cells[3].evidence == "assumed"
    other = rows["lasts with lasts"]
    assert other.head == "Time it lasts: each pair"
    assert [cell.text for cell in other.cells[:3]] == [
        "0.50",
        "correlation of normal scores",
        "A trial of wards, Appendix",
    ]
    assert other.cells[3].evidence == "strong"
    (row,) = draws.rows
    file = forms.record.scenario.joint[0].file
    digest = forms.record.scenario.digests[file]
    assert (row.head, row.under, row.cells[0].text) == ("weights.csv", "tables/weights.csv", "4")
    assert row.cells[1].text == "Of the ward (A drug); Of the ward (Talking)"
    assert row.cells[-1].text == f"{digest[:16]}…"
    assert draws.dek == "Each future takes one whole row, all rows being as likely."


def test_a_correlation_that_fell_away_is_not_shown_as_in_force(forms: CompiledScenario) -> None:
    inputs = tuple(replace(one, element="") if one.path == "gain.drug" else one for one in forms.record.inputs)
    first, second = pairs(replace(forms.record, inputs=inputs))
    assert (first.holds, second.holds) == (False, True)
    table = drawn_together(replace(forms.record, inputs=inputs), forms.plan)[0]
    assert table.rows[0].cells[0].text == "0.30, not in force: certain in this run"


def test_explain_says_what_is_drawn_together(forms: CompiledScenario) -> None:
    text = explain_compiled(forms, width=10_000)
    assert "  gain.drug with uptake.drug: 0.30, rank correlation (Spearman); assumed\n" in text
    assert "  lasts with lasts: 0.50, correlation of normal scores; source trial Appendix; strong\n" in text
    file = forms.record.scenario.joint[0].file
    digest = forms.record.scenario.digests[file]
    assert f"  tables/weights.csv, 4 rows, SHA-256 {digest}: weight.drug, weight.talk\n" in text
    lines = text.splitlines()
    at = lines.index(
        "      well: dirichlet: {well: 1251, ill: 350, dead: 17}; shares that add to 1; source trial; strong"
    )
    assert [line.split(":")[0].strip() for line in lines[at + 1 : at + 4]] == ["well", "ill", "dead"]
    assert "  `move` of forms_base.yaml is replaced" in lines
    # Of one name only what it needs.
    assert "Drawn together" not in explain_compiled(forms, "move_chance")


def test_what_a_scenario_replaces_stands_in_the_annex_and_the_design_by_its_name() -> None:
    run = api.run(SMALL / "forms.yaml", draws=8192, design="latin")
    found = blocks(run)
    note, how, record = found["aX"], found["th"], found["aM"]
    assert isinstance(note, Note)
    assert isinstance(how, Note)
    assert isinstance(record, Facts)
    assert "‘move’ of forms_base.yaml is replaced" in note.lines
    assert how.lines == (
        "8,192 draws; design: Latin hypercube.",
        "Standard errors come from how far the averages of 16 independent randomisations lie apart.",
    )
    facts = dict(record.facts)
    assert facts["Design of draws"] == "Latin hypercube"
    assert facts["Draws"] == "8,192: 16 randomisations of 512"
    assert facts["To repeat"] == "wellbeva run forms.yaml --draws 8192 --seed 1 --design latin"
    assert str(SMALL.resolve()) not in run.report()


def test_supplied_draws_are_named_as_what_they_are(supplied: api.Run) -> None:
    """R10, R44: the run is the rows, whatever was asked for, with the errors of so many independent draws."""
    found = blocks(supplied)
    facts = dict(found["aM"].facts)
    assert facts["Design of draws"] == "supplied draws: the 777 rows of draws.csv, each used once and in order"
    assert facts["Standard errors"] == "those of 777 independent draws"
    assert "Seed" not in facts
    assert "--" not in facts["To repeat"]
    assert found["th"].lines[0] == "Supplied draws: the 777 rows, each used once and in order."
    assert found["aJ"].dek == "Nothing else is uncertain, so the run is these rows, each used once and in order."
    said = explain_compiled(supplied.compiled, width=10_000)
    assert "the run is these 777 rows, each used once and in order." in said


def test_what_an_area_gives_is_not_called_the_scenarios(area: CompiledScenario) -> None:
    """R65."""
    found = input_rows(area.record)
    assert found["baseline"]["Given by"] == "the area’s data (2022-23, shrunk)"
    assert found["baseline"]["As printed"] == "7.304 (7.100 to 7.508)"
    people = found["population.most_deprived_fifth"]
    assert (people["As printed"], people["Base case"]) == ("314,056 people", "314,056")
    assert people["Given by"] == "the area’s data (indicative)"
    assert found["effect.visits"]["Given by"] == "the option in the scenario"
    text = " ".join(explain_compiled(area).split())
    assert "from the area’s data (2022-23, shrunk)" in text
    assert text.count("from the area’s data (indicative)") == 5


def test_a_number_of_ones_own_beside_an_area_stays_ones_own(tmp_path: Path) -> None:
    """R65: the file's own numbers win, and are not said to be the area's though they cite its source."""
    own = AREA + "values: {baseline: '7.5 (se 0.1) [area_wellbeing]'}\n"
    file = tmp_path / "s.yaml"
    file.write_text(own + "sources: {area_wellbeing: {cite: A survey of ours}}\n", encoding="utf-8")
    assert input_rows(api.load(file).record)["baseline"]["Given by"] == "the scenario"


def test_an_area_as_published(tmp_path: Path) -> None:
    file = tmp_path / "s.yaml"
    text = AREA.replace("groups: deprivation fifths", "mean: published, year: 2021-22")
    file.write_text(text, encoding="utf-8")
    assert input_rows(api.load(file).record)["baseline"]["Given by"] == "the area’s data (2021-22, as published)"


def observed(count: int) -> tuple[Value, Distribution]:
    points = tuple((Fraction(1), Amount(Fraction(k))) for k in range(count))
    args = tuple(part for k in range(count) for part in (float(k), 1 / count))
    return Value("empirical", points=points, written="empirical: …"), Distribution("empirical", args)


def test_many_values_are_told_by_their_ends() -> None:
    value, distribution = observed(30)
    assert printed(value, value.written, distribution, "", "GBP") == "30 values from 0 to 29, 30 observations"
    assert used(distribution, "30 rows, whole", "", "GBP") == "30 rows, whole"
    value, distribution = observed(3)
    assert printed(value, value.written, distribution, "", "GBP") == "0, 1 or 2"
    args = tuple(part for k in range(1, 10) for part in (k / 10, float(k)))
    value = Value("quantiles", written="quantiles: …")
    nine = printed(value, value.written, Distribution("quantiles", args), "", "GBP")
    assert nine == "1 (the 10% point), median 5, 9 (the 90% point), and six more points"


def test_what_read_a_table_is_in_the_record_only_where_it_was_used(
    supplied: api.Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from wellbeva.results import manifest

    monkeypatch.setattr(manifest, "_version", str)  # an extra need not be installed
    assert not {"python-calamine", "pyarrow"} & manifest.versions(["s.yaml", "draws.csv"], "blocked").keys()
    used = [*manifest.versions(["s.yaml", "a.XLSX", "b.xlsm", "c.parquet"], "compiled")]
    assert used[-2:] == ["python-calamine", "pyarrow"]
    assert "python-calamine" not in str(supplied.manifest()["versions"])


def test_annexes_without_a_manifest_say_nothing_of_draws(supplied: api.Run) -> None:
    result = gather(supplied.dataset, supplied.compiled.record, plan=supplied.compiled.plan, tables=supplied.tables)
    section = annexes(supplied.compiled.record, supplied.compiled.plan, result, Changes(), manifest={})
    facts = next(dict(block.facts) for block in section.blocks if isinstance(block, Facts))
    assert not {"Draws", "Design of draws", "Standard errors", "Seed"} & facts.keys()
