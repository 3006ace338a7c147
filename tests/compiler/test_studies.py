"""Studies pooled in a scenario: the table, what is drawn from it, and that all else copes (semantics R158 to R160)."""

from __future__ import annotations

import io
import math
from pathlib import Path

import numpy as np
import pytest
import xlsxwriter

from tests.compiler.conftest import Build, Write
from wellbeva import api
from wellbeva.api.files.inputs import export_inputs, import_inputs
from wellbeva.distributions.spec import Distribution
from wellbeva.errors import WellbevaError
from wellbeva.evidence.bias.funnel import pet_peese
from wellbeva.evidence.bias.selection import selection_model
from wellbeva.evidence.pooling.pool import pool
from wellbeva.evidence.pooling.studies import Studies
from wellbeva.evidence.shrinkage import shrink
from wellbeva.plan.record import CompiledScenario, Input

LABELS = ["Abbott 2015", "Baker 2016", "Cole 2017", "Dean 2018", "Earl 2019"]
EFFECTS = np.array([0.25, 0.10, 0.40, 0.05, 0.31])
ERRORS = np.array([0.10, 0.08, 0.15, 0.12, 0.07])
POOLED = pool(Studies(LABELS, EFFECTS, ERRORS**2))
STUDIES = """
values: {effect.walks: VALUE}
sources: {trials: {cite: Trials of walking groups, design: trial}}
"""


def table(heads: str = "study,effect,se", rows: list[list[str]] | None = None) -> str:
    rows = rows or [[label, f"{x}", f"{s}"] for label, x, s in zip(LABELS, EFFECTS, ERRORS, strict=True)]
    return "\n".join([heads, *map(",".join, rows)]) + "\n"


@pytest.fixture(name="walks", autouse=True)
def _walks(tmp_path: Path) -> Path:
    (tmp_path / "walks.csv").write_text(table(), "utf-8")
    return tmp_path / "walks.csv"


def pooled(value: str, path: str = "effect.walks") -> str:
    return f"variants: {{pooled: {{label: Pooled, {path}: {value}}}}}\nsources: {{trials: {{cite: Trials}}}}\n"


def of(compiled: CompiledScenario, path: str = "effect.walks") -> Input:
    return [one for one in compiled.record.inputs if one.path == path][-1]


def law(build: Build, value: str, path: str = "effect.walks") -> Distribution:
    distribution = of(build(pooled(value, path), variant="pooled"), path).distribution
    assert distribution is not None
    return distribution


def test_r159_a_new_setting_is_drawn_unless_the_average_is_asked_for(build: Build) -> None:
    assert law(build, "{studies: walks.csv, source: trials}") == POOLED.new_setting()
    assert law(build, "{studies: walks.csv, predict: average, source: trials}") == POOLED.average()
    fixed = pool(Studies(LABELS, EFFECTS, ERRORS**2), model="fixed effect").average()
    assert law(build, "{studies: walks.csv, pool: fixed effect, source: trials}") == fixed
    said = of(build(pooled("{studies: walks.csv, source: trials}"), variant="pooled")).fitted
    assert f"average {POOLED.mean:.3g} " in said
    assert f"(tau² {POOLED.tau2:.3g})" in said
    assert "a setting that no study has seen" in said


@pytest.mark.parametrize(
    ("between", "interval"), [("Paule–Mandel", "normal"), ("DerSimonian-Laird", "Hartung-Knapp with floor")]
)
def test_every_way_to_pool_is_the_pooling_of_that_name(build: Build, between: str, interval: str) -> None:
    value = f"{{studies: walks.csv, between: {between}, interval: {interval}, predict: average, source: trials}}"
    found = pool(Studies(LABELS, EFFECTS, ERRORS**2), between=between.replace("–", "-"), interval=interval)
    assert law(build, value) == found.average()


def test_r158_spread_is_read_as_the_study_prints_it(build: Build, walks: Path) -> None:
    score = 1.6448536269514722  # of 95%, so that these are the ends of 90% intervals
    ends = [
        [label, f"{x!r}", f"{x - score * s!r}", f"{x + score * s!r}", "90%"]
        for label, x, s in zip(LABELS, EFFECTS.tolist(), ERRORS.tolist(), strict=True)
    ]
    squares = [[label, f"{x} LS", f"{s * s!r}"] for label, x, s in zip(LABELS, EFFECTS, ERRORS.tolist(), strict=True)]
    for text in (table("Study,Effect,CI low,CI-high,Level", ends), table("study,effect,variance", squares)):
        walks.write_text(text, "utf-8")
        found = law(build, "{studies: walks.csv, source: trials}")
        assert found.args == pytest.approx(POOLED.new_setting().args, rel=1e-12)


def test_units_are_converted_and_headings_mapped(build: Build, walks: Path) -> None:
    walks.write_text(table("trial,gain,se"), "utf-8")
    value = "{studies: {file: walks.csv, columns: {study: trial, effect: gain, se: se}}, unit: GBP in 2019 prices}"
    found = law(build, value, "cost.walks")
    constant = of(
        build(pooled("{value: £1 in 2019 prices, source: trials}", "cost.walks"), variant="pooled"), "cost.walks"
    )
    mean, scale, df = POOLED.new_setting().args
    assert constant.base != 1
    assert found.args == pytest.approx((mean * constant.base, scale * constant.base, df), rel=1e-12)


def test_effects_in_two_units_are_refused_at_the_cell(build: Build, walks: Path) -> None:
    walks.write_text(table(rows=[["A", "0.3 LS", "0.1"], ["B", "0.2", "0.1"], ["C", "0.1 SD", "0.1"]]), "utf-8")
    with pytest.raises(WellbevaError) as refused:
        build(pooled("{studies: walks.csv, source: trials}"), variant="pooled")
    error = refused.value.diagnostics[0]
    assert error.code == "WB-V010"
    assert (str(error.span).rpartition("walks.csv")[2], error.facts) == (
        ":4:3", ("one is 0.3 LS", "another is 0.1 SD")
    )  # fmt: skip


def test_an_effect_that_is_pasted_twice_is_refused_within_a_cluster_too(build: Build, walks: Path) -> None:
    rows = [["A", "0.3", "0.1", "one"], ["A", "0.2", "0.1", "one"], ["B", "0.2", "0.1", ""], ["A", "0.2", "0.1", "one"]]
    walks.write_text(table("study,effect,se,cluster", rows), "utf-8")
    with pytest.raises(WellbevaError) as refused:
        build(pooled("{studies: walks.csv, source: trials}"), variant="pooled")
    (error,) = refused.value.diagnostics
    assert (error.code, error.facts[1:]) == ("WB-S504", ("first on line 3", "again on line 5"))


def test_ratios_are_pooled_as_logarithms_and_keep_the_interval(build: Build, walks: Path) -> None:
    counts = [(12, 100, 20, 101), (8, 80, 9, 85), (30, 210, 41, 204), (5, 60, 9, 61)]
    rows = [[label, *map(str, one)] for label, one in zip(LABELS, counts, strict=False)]
    a, n, c, m = np.array(counts, dtype=float).T
    for measure, effects, variances in (
        ("", np.log(a / n / (c / m)), 1 / a - 1 / n + 1 / c - 1 / m),
        ("odds ratio", np.log(a * (m - c) / (c * (n - a))), 1 / a + 1 / (n - a) + 1 / c + 1 / (m - c)),
    ):
        heads = "study,events,n,comparison_events,comparison_n,measure"
        walks.write_text(table(heads, [[*row, measure] for row in rows]), "utf-8")
        found = law(build, "{studies: walks.csv, source: trials}", "factor")
        truth = pool(Studies(LABELS[:4], effects, variances))
        assert found.family == "lognormal"
        mu, sigma = found.args
        assert mu == pytest.approx(truth.mean, rel=1e-12)
        assert mu + 1.959963984540054 * sigma == pytest.approx(truth.prediction()[1], rel=1e-12)
    printed = [
        [label, f"{math.exp(x)!r}", f"{math.exp(x - 1.96 * s)!r}", f"{math.exp(x + 1.96 * s)!r}", "risk ratio"]
        for label, x, s in zip(LABELS, EFFECTS.tolist(), ERRORS.tolist(), strict=True)
    ]
    walks.write_text(table("study,effect,ci_low,ci_high,measure", printed), "utf-8")
    assert law(build, "{studies: walks.csv, source: trials}", "factor").args[0] == pytest.approx(POOLED.mean, rel=1e-6)


def test_r161_an_average_is_corrected_and_a_local_study_drawn_towards_the_others(build: Build) -> None:
    studies = Studies(LABELS, EFFECTS, ERRORS**2)
    line, _ = pet_peese(studies, direction=1)
    found = law(build, "{studies: walks.csv, correct: PET-PEESE, predict: average, source: trials}")
    assert found == line.law
    new = law(build, "{studies: walks.csv, correct: PET-PEESE, source: trials}")
    assert new.args == pytest.approx((line.limit, math.sqrt(line.limit_se**2 + POOLED.tau2), 4), rel=1e-12)
    model = selection_model(studies)
    assert law(build, "{studies: walks.csv, correct: selection model, predict: average, source: trials}") == model.law
    shrunk = shrink(studies.take([0, 1, 3, 4]), 0.40, 0.15)
    local = build(pooled("{studies: walks.csv, local: Cole 2017, source: trials}"), variant="pooled")
    assert of(local).distribution == shrunk.law
    assert f"keeps {shrunk.weight:.0%} of the weight" in of(local).fitted
    for clash in ("local: Cole 2017, predict: new setting", "local: Cole 2017, pool: fixed effect", "local: Cole"):
        with pytest.raises(WellbevaError) as refused:
            build(pooled(f"{{studies: walks.csv, {clash}, source: trials}}"), variant="pooled")
        assert refused.value.diagnostics[0].code == "WB-S501"


def test_r153_the_average_is_that_of_a_setting_between_the_studies(build: Build, walks: Path) -> None:
    months, who = [3, 6, 12, 18, 24], ["pupils", "adults", "adults", "pupils", "adults"]
    rows = [[*map(str, one)] for one in zip(LABELS, EFFECTS, ERRORS, months, who, strict=True)]
    walks.write_text(table("study,effect,se,Months asked,who", rows), "utf-8")
    columns = {"months asked": np.array(months, float), "who": who}
    at = "at: {months asked: 9, who: pupils}"
    compiled = build(
        pooled(f"{{studies: walks.csv, {at}, interval: normal, predict: average, source: trials}}"), variant="pooled"
    )
    studies = Studies(LABELS, EFFECTS, ERRORS**2, (), columns, {"months asked": 9.0, "who": "pupils"})
    there = pool(studies, interval="normal")
    assert of(compiled).distribution == there.average()
    assert f"(REML), regressed on months asked and who (p {there.moderators_p:.2g}): average" in of(compiled).fitted
    assert "drawn for the average over settings, with months asked 9 and who pupils" in of(compiled).fitted
    for value, code in (
        ("at: 9", "WB-S501"),
        ("at: {month asked: 9}", "WB-S501"),
        ("at: {months asked: 30}", "WB-D101"),
        ("at: {who: anyone}", "WB-D101"),
        ("at: {who: pupils}, correct: PET-PEESE", "WB-D101"),
        ("at: {who: pupils}, local: Cole 2017", "WB-D101"),
    ):
        with pytest.raises(WellbevaError) as refused:
            build(pooled(f"{{studies: walks.csv, {value}, source: trials}}"), variant="pooled")
        assert (value, refused.value.diagnostics[0].code) == (value, code)


def test_parts_of_a_mixture_may_be_pooled(build: Build) -> None:
    value = "{mixture: {60%: {studies: walks.csv}, 40%: {studies: walks.csv, pool: fixed effect}}, source: trials}"
    fixed = pool(Studies(LABELS, EFFECTS, ERRORS**2), model="fixed effect")
    assert law(build, value).parts == (POOLED.new_setting(), fixed.average())


def test_the_command_line_names_tables_beside_the_scenario(
    write: Write, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = write("sources: {trials: {cite: Trials}}\n")
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    compiled = api.load(path, overrides=["effect.walks={studies: walks.csv, predict: average, source: trials}"])
    assert of(compiled).distribution == POOLED.average()
    assert [name for name in compiled.record.scenario.digests if name.endswith("walks.csv")]
    for name in ("../walks.csv", "/etc/passwd", "walks.parquet", "walks.txt"):
        with pytest.raises(WellbevaError) as refused:
            api.load(path, overrides=[f"effect.walks={{studies: {name}, source: trials}}"])
        assert refused.value.diagnostics[0].code in {"WB-F040", "WB-F045"}


def test_a_fault_of_a_workbook_is_told_at_its_cell(build: Build, tmp_path: Path) -> None:
    held = io.BytesIO()
    book = xlsxwriter.Workbook(held, {"in_memory": True})
    sheet = book.add_worksheet("Trials")
    sheet.write_row(0, 0, ["study", "effect", "se"])
    for row, cells in enumerate(zip(LABELS, EFFECTS, ERRORS, strict=True), start=1):
        sheet.write_row(row, 0, cells)
    sheet.write_formula(3, 2, "=1/0", value="#DIV/0!")
    book.close()
    (tmp_path / "walks.xlsx").write_bytes(held.getvalue())
    with pytest.raises(WellbevaError) as refused:
        build(pooled("{studies: walks.xlsx, source: trials}"), variant="pooled")
    (error,) = refused.value.diagnostics
    assert error.span is not None
    assert "#DIV/0!" in error.message + " ".join(error.facts)
    assert error.span.line == 4


def test_every_engine_draws_the_same(write: Write) -> None:
    path = write(pooled("{studies: walks.csv, source: trials}"))
    runs = [api.run(path, draws=8192, engine=engine, variant="pooled") for engine in ("reference", "blocked")]
    means = [run.dataset["wellbys"].sel(option="walks", statistic="mean").item() for run in runs]
    assert means == pytest.approx([means[0]] * 2, rel=1e-12)
    assert means[0] == pytest.approx(100 * POOLED.mean, rel=0.01)


def test_diff_and_the_sheet_of_inputs_know_how_studies_are_pooled(write: Write, tmp_path: Path) -> None:
    path = write(pooled("{studies: walks.csv, pool: random effects, predict: new setting, source: trials}"))
    changed = next(one for group in api.diff(path, f"{path}:pooled", draws=8192).groups for one in group)
    assert changed.new == "5 effects in walks.csv: random effects, new setting"
    sheet = tmp_path / "inputs.csv"
    sheet.write_bytes(export_inputs(path, sheet))
    text = sheet.read_text("utf-8-sig")
    assert "effect.walks.predict" in text
    sheet.write_text(text.replace("new setting", "average", 1), "utf-8-sig")
    imported = import_inputs(sheet, path)
    assert [(one.input.written.text, one.cell.text) for one in imported.changes] == [("new setting", "average")]
