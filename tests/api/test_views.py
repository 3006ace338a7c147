"""Objects that a notebook shows: short, escaped, and with the numbers of the files to the last bit."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

import wellbeva
from wellbeva.analysis.self_checks.registry import SelfCheck
from wellbeva.api.analyses import sample_of
from wellbeva.core.cards import COLUMNS, LINES

pytestmark = pytest.mark.extras

SCENARIOS = Path(__file__).parents[2] / "scenarios"
RIVALS = SCENARIOS / "easing-loneliness.yaml"
HOSTILE = "</td><script>alert(1)</script>=cmd|'/c calc'!A1 $x$ \u202e\U0001f600" + "W" * 300


def hostile() -> dict[str, Any]:
    """Return the shipped choice between rivals with names that attack whoever shows them."""
    scenario: dict[str, Any] = yaml.safe_load(RIVALS.read_text("utf-8"))
    name = HOSTILE.replace("\u202e", "")  # which no scenario may hold
    scenario |= {"scenario": name, "question": name}
    for option in scenario["options"].values():
        option["label"] = option["short"] = f"{len(option)}{name}"
        option["doc"] = name
    return scenario


@pytest.fixture(scope="module")
def attacked() -> wellbeva.Run:
    return wellbeva.run(hostile(), draws=8192, base=SCENARIOS)


def public_objects(run: wellbeva.Run) -> Iterator[object]:
    """Return every kind of object that the public functions give, and what hangs on them."""
    compiled = run.compiled
    model, sample = wellbeva.ScenarioModel(compiled), sample_of(run.dataset)
    analysis = wellbeva.Analysis(sample, np.ones(1), run.tables)
    yield from (run, run.plot, run.tables, run.result, run.facts, compiled, compiled.plan, compiled.record)
    yield from (compiled.record.scenario, compiled.record.scenario.model, *compiled.record.inputs)
    yield from (model, analysis, sample, run.to_salib(), wellbeva.Document(HOSTILE * 9))
    yield from (wellbeva.explain(hostile()), wellbeva.docs("befriending"), *compiled.record.warnings)
    yield SelfCheck(HOSTILE, HOSTILE, "fail", HOSTILE)
    yield wellbeva.Verdict(HOSTILE, HOSTILE, HOSTILE, "", "missed", HOSTILE)
    yield wellbeva.Difference("a", "b", (compiled, compiled), (), (), run.decision, ((HOSTILE,), ()), 0)
    with pytest.raises(wellbeva.WellbevaError) as refused:
        wellbeva.load({**hostile(), HOSTILE: HOSTILE}, base=SCENARIOS)
    yield from (refused.value, *refused.value.diagnostics)


@pytest.mark.thorough
def test_r123_every_public_object_is_at_most_ten_lines_of_eighty_columns(attacked: wellbeva.Run) -> None:
    seen = set()
    for one in public_objects(attacked):
        lines = repr(one).splitlines()
        width = max(sum(1 + (unicodedata.east_asian_width(char) in "WF") for char in line) for line in lines)
        assert len(lines) <= LINES, type(one)
        assert width <= COLUMNS, type(one)
        assert all(char.isprintable() for line in lines for char in line), type(one)
        seen.add(type(one).__name__)
    objects = {name for name in wellbeva.__all__ if isinstance(getattr(wellbeva, name), type)}
    assert objects <= seen | {"Diagnostic", "WellbevaError"}


def test_r123_plot_lists_its_charts_with_one_line_each(attacked: wellbeva.Run) -> None:
    _, *lines = repr(replace(attacked, compiled=wellbeva.load(RIVALS)).plot).splitlines()
    charts = [name for name in dir(attacked.plot) if not name.startswith("_") and name != "run"]
    assert sorted(line.split("()")[0].strip(" .") for line in lines) == charts
    assert all(line.endswith(".") for line in lines)


def test_r123_a_model_says_what_goes_in_and_what_comes_out() -> None:
    model = wellbeva.model(RIVALS)
    said = " ".join(repr(model).split())
    assert said.startswith("ScenarioModel: Easing loneliness in later life")
    assert f"{len(model.inputs)} uncertain inputs: {model.inputs[0]}, " in said
    assert "outcomes: wellbys, " in said
    assert ".ppf(uniforms)" in said


class Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs


def test_r123_a_run_in_a_notebook_is_its_answer_and_table_escaped(attacked: wellbeva.Run) -> None:
    html = attacked._repr_html_()
    read = Tags(html)
    assert set(read.tags) == {"div", "p", "strong", "table", "thead", "tbody", "tr", "th", "td"}
    assert read.tags.count("tr") == 1 + len(attacked.decision)
    assert ("class", "tex2jax_ignore mathjax_ignore") in read.attributes  # or dollars become formulas
    assert "&lt;script&gt;" in html


def test_r123_a_page_stands_in_a_closed_frame() -> None:
    page = wellbeva.Document(HOSTILE, "html")
    read = Tags(page._repr_html_())
    assert read.tags == ["iframe"]
    assert ("sandbox", "") in read.attributes
    assert dict(read.attributes)["srcdoc"] == page
    assert Tags(wellbeva.explain(RIVALS, format="svg")._repr_html_()).tags == ["img"]
    assert Tags(wellbeva.Document("<b>")._repr_html_()).tags == ["pre"]


@pytest.mark.thorough  # it writes a report
def test_r123_tables_are_those_of_the_folder_to_the_last_bit(attacked: wellbeva.Run, tmp_path: Path) -> None:
    assert attacked.report().kind == "html"
    folder = attacked.write(tmp_path / "run")
    for name, table in (("decision", attacked.decision), ("summary", attacked.summary)):
        read = pd.read_csv(folder / f"{name}.csv")
        assert [*read][: len(table.columns)] == [*table]  # then the units of the file
        for column in table.select_dtypes("number"):
            assert np.array_equal(read[column].to_numpy(float), table[column].to_numpy(float), equal_nan=True), column
    copy = attacked.decision
    copy["cost"] = 0.0
    assert attacked.decision["cost"].any()


def test_r123_draws_are_those_of_the_results_under_paths(attacked: wellbeva.Run) -> None:
    draws, dataset = attacked.draws, attacked.dataset
    assert [*draws.index.names] == ["randomisation", "draw"]
    assert len(draws) == dataset.sizes["draw"]
    uncertain = [name for name in attacked.inputs.index if name in draws]
    assert len(uncertain) == dataset.sizes["element"]
    assert np.array_equal(draws["hold.visits"], dataset["inputs"].sel(element="hold[visits]"))
    effect = dataset["draws_decision_effect"].sel(decision_option="phone")
    assert np.array_equal(draws["decision.effect.phone"], effect)
    assert draws["decision.effect.phone"].mean() == pytest.approx(
        float(attacked.decision.set_index("option").loc["phone", "wellbys"]), rel=1e-12
    )


def test_r123_fewer_draws_of_inputs_leave_the_others_empty(attacked: wellbeva.Run) -> None:
    few = (
        attacked.dataset["inputs"]
        .isel(draw=slice(None, None, 2))
        .rename(draw="input_draw", randomisation="input_randomisation")
    )
    part = replace(attacked, dataset=attacked.dataset.drop_vars("inputs").assign(inputs=few)).draws
    assert len(part) == len(attacked.draws)
    assert part["hold.visits"].notna().sum() == len(part) // 2
    assert part["decision.cost.phone"].notna().all()


def test_r123_inputs_say_what_was_written_and_by_whom(attacked: wellbeva.Run) -> None:
    inputs = attacked.inputs
    assert inputs.index.is_unique
    written = {name: inputs.loc[name, "written"] for name in ("hold.visits", "loneliness_fall.visits.very_lonely")}
    changed = wellbeva.load(RIVALS, overrides=written)
    bases = [{one.name: one.base for one in each.plan.elements} for each in (changed, attacked.compiled)]
    assert bases[0] == bases[1]
    assert inputs.loc["hold.visits", ["low", "high"]].notna().all()


def test_r123_curves_are_those_of_the_results(attacked: wellbeva.Run) -> None:
    ceac = attacked.ceac.pivot(index="wtp", columns="option", values="prob_best")[
        [*attacked.dataset["decision_option"].values]
    ]
    assert np.array_equal(ceac, attacked.dataset["prob_best"].transpose("threshold", "decision_option"))
    assert np.array_equal(attacked.evpi["evpi"], attacked.dataset["evpi"])
    with pytest.raises(wellbeva.WellbevaError, match="WB-R125"):
        replace(attacked, dataset=attacked.dataset.drop_vars("prob_best").assign_attrs(choose="several")).ceac  # noqa: B018


@pytest.mark.parametrize("name", ["decision", "ceac", "evpi", "plane", "tornado"])
def test_r123_charts_are_altair_with_the_numbers_of_the_tables(attacked: wellbeva.Run, name: str) -> None:
    import altair as alt

    chart = getattr(attacked.plot, name)()
    assert isinstance(chart, alt.Chart | alt.LayerChart)
    specification = chart.to_dict()
    rows = [row for data in specification["datasets"].values() for row in data]
    if name == "ceac":
        assert sorted(row["prob_best"] for row in rows) == sorted(attacked.ceac["prob_best"])
    if name == "plane":
        assert len(rows) <= 3 * 400


def test_r123_a_chart_of_nothing_says_so(attacked: wellbeva.Run) -> None:
    with pytest.raises(wellbeva.WellbevaError, match="WB-R232") as refused:
        attacked.plot.tornado("vists")
    assert "did you mean 'visits'" in str(refused.value)


def test_r123_a_notebook_shows_the_message_and_no_traceback() -> None:
    with pytest.raises(wellbeva.WellbevaError) as refused:
        wellbeva.run({"schema": "wellbeva/scenario/1", "modle": "befriending"})
    assert refused.value._render_traceback_() == str(refused.value).splitlines()
    assert "did you mean 'model'?" in str(refused.value)
