"""Messages for what few people do: each is met once, with the text that it stands under."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.diagnostics.test_codes import CASES, SCENARIO, errors, said
from wellbeva import api
from wellbeva.api.batch.sweeps import sweep
from wellbeva.api.pages import check_page
from wellbeva.batch.folder import read_plan
from wellbeva.cli.main import main
from wellbeva.errors import Diagnostic

SHIPPED = Path(__file__).parents[2] / "scenarios" / "park-and-neighbours.yaml"
QUANTILES = "years.walks: {quantiles: {5%: 1 year, 95%: 2 years}, truncate:"
SHARED = "people.walks draw by draw"


@pytest.mark.parametrize(
    ("model", "more", "code", "message", "text"),
    [
        ("equations: {odd: 'sum(people, over=[]) in person'}", "", "WB-L024", "`over=` names no axis", "over=[]"),
        (
            "parameters: {odd: {unit: person, by: [option, option], default: 1 person, doc: odd}}", "",
            "WB-S076", "'odd' names an axis twice", "odd",
        ),
        ("", "time: {from: 0, to: 5200, step: week}", "WB-S100", "time has too many steps", "5200"),
        ("", "variants: {none: {options: []}}", "WB-S130", "a variant keeps at least one option", "[]"),
        (
            "", f"published: ['{SHARED} = effect.walks within -1 person']",
            "WB-S117", "the tolerance is below zero", "within -1 person",
        ),
        (
            "", f"values: {{{QUANTILES} {{low: 0 years, top: 3 years}}}}}}",
            "WB-S036", "'truncate' takes low, high or both", "{low: 0 years, top: 3 years}",
        ),
        (
            "", f"values: {{{QUANTILES} 0% to 3}}}}",
            "WB-V010", "the two ends are written in different units", "0% to 3",
        ),
    ],
)  # fmt: skip
def test_a_file_says(tmp_path: Path, model: str, more: str, code: str, message: str, text: str) -> None:
    found = said(tmp_path, model=f"extends: plain\n{model}\n" if model else "", more=more)
    (one,) = (one for one in found if one.code == code)
    assert (one.message, one.remedy != "") == (message, True)
    assert one.span is not None
    assert one.span.text[one.span.column - 1 :].lstrip().startswith(text)


@pytest.mark.parametrize(
    ("rows", "code", "message"),
    [
        ([",0.3,0.1,", "B,0.3,0.1,"], "WB-S504", "a study has a name of 1 to 100 characters"),
        ([f"{'A' * 101},0.3,0.1,", "B,0.3,0.1,"], "WB-S504", "a study has a name of 1 to 100 characters"),
        (["A,-0.3,0.1,risk ratio", "B,0.3,0.1,risk ratio"], "WB-S507", "a risk ratio is above zero"),
    ],
)
def test_a_table_of_studies_says(tmp_path: Path, rows: list[str], code: str, message: str) -> None:
    found = studies(tmp_path, ["study,effect,se,measure", *rows])
    assert (code, message) in {(one.code, one.message) for one in found}


def test_two_arms_of_another_measure_are_refused(tmp_path: Path) -> None:
    rows = [f"{name},3,9,5,9,hazard ratio" for name in "AB"]
    found = studies(tmp_path, ["study,events,n,comparison_events,comparison_n,measure", *rows])
    assert ("WB-S505", "two arms give a risk ratio or an odds ratio") in {(one.code, one.message) for one in found}


def studies(folder: Path, lines: list[str]) -> tuple[Diagnostic, ...]:
    (folder / "walks.csv").write_text("\n".join(lines) + "\n", "utf-8")
    more = "values: {effect.walks: {studies: walks.csv, source: trials}}\nsources: {trials: {cite: Trials}}\n"
    return said(folder, more=more)


def refused(call: Callable[[], object]) -> tuple[str, str]:
    (one,) = errors(call)
    assert one.remedy
    return one.code, one.message


def test_a_run_of_two_lengths() -> None:
    found = refused(lambda: api.run(SHIPPED, precision="0.01", on="here"))
    assert found == ("WB-R241", "'precision' contradicts 'on'")


def test_a_scenario_that_decides_nothing_is_neither_swept_nor_drawn(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    plain = (CASES / "models" / "plain.yaml").read_text("utf-8").rpartition("decision:")[0]
    (tmp_path / "models" / "plain.yaml").write_text(plain, "utf-8")
    (tmp_path / "s.yaml").write_text(SCENARIO.format(model="plain"), "utf-8")
    found = refused(lambda: sweep(tmp_path / "s.yaml", {"years.walks": ["1 year"]}, draws=8192))
    assert found == ("WB-R233", "this scenario decides nothing")
    done = api.run(tmp_path / "s.yaml", draws=8192)
    assert refused(done.plot.decision) == ("WB-R232", "this run has nothing to draw of a decision")
    assert refused(done.plot.plane) == ("WB-R232", "this run has no draws of a decision")


def test_more_groups_of_inputs_than_anybody_reads() -> None:
    run = api.run(SHIPPED, draws=8192)
    name = next(iter(run.compiled.record.inputs)).element
    found = errors(lambda: run.analyse(groups=[[name]] * 1_001))
    assert ("WB-R128", "1,001 groups are too many") in {(one.code, one.message) for one in found}


def test_a_page_beyond_all_bounds(tmp_path: Path) -> None:
    with (tmp_path / "page.html").open("wb") as file:
        file.truncate(64 * 2**20 + 1)
    code, message = refused(lambda: check_page(tmp_path / "page.html", SHIPPED))
    assert code == "WB-R530"
    assert message.endswith("is too large to be a living page")


@pytest.mark.parametrize(
    ("plan", "fact"),
    [("{", "its plan.json cannot be read"), (json.dumps({"schema": "other"}), "its plan.json is not of the form ")],
)
def test_a_folder_of_parts_with_another_plan(tmp_path: Path, plan: str, fact: str) -> None:
    (tmp_path / "plan.json").write_text(plan, "utf-8")
    (one,) = errors(lambda: read_plan(tmp_path))
    assert one.code == "WB-R302"
    assert str(one.facts[0]).startswith(fact)


def test_a_shard_of_two_scenarios(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(SHIPPED), str(SHIPPED), "--shard", "1/2", "--out", str(tmp_path / "run")]) != 0
    assert "WB-R306" in capsys.readouterr().err
