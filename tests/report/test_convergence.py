"""What is said of error against draws, and how it is drawn, from made-up errors."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from wellbeva import api
from wellbeva.analysis.convergence import Convergence, Quantity, Settling
from wellbeva.plan.record import CompiledScenario
from wellbeva.plot.convergence import Line, Panel, panel_svg
from wellbeva.report.explain import convergence as report

ROOT = Path(__file__).parents[2]
SIZES = (8192, 16384, 32768)
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def compiled() -> CompiledScenario:
    return api.load(ROOT / "scenarios" / "easing-loneliness.yaml")


def convergence(gain: float, *, kind: str = "net_benefit", value: float = 1000.0) -> Convergence:
    sobol = np.asarray([4.0, 2.0, 1.0]) / (1000 if kind == "best" else 1)
    one = Settling(Quantity(kind, "visits"), value, SIZES, {"sobol": sobol, "random": sobol * gain**0.5}, 4)
    return Convergence(SIZES, ("sobol", "random"), 4, (one,))


@pytest.mark.parametrize(
    ("gain", "said"),
    [
        (40.0, "random draws would need about 40 times as many (9 of 10: 26 to 61)."),
        (1.2, "random draws do as well, as far as this can tell."),
        (0.25, "random draws do better: 4.0 quasi-random ones are worth one of them."),
    ],
)
def test_the_sentence_follows_the_gain_and_its_range(gain: float, said: str, compiled: CompiledScenario) -> None:
    (sentence,) = report.sentences(compiled, convergence(gain))
    start = "At 16,384 draws the mean net benefit of weekly befriending visits is known to ± £2.0 (one standard error)"
    assert sentence == f"{start}; {said}"


def test_a_chance_is_said_in_a_thousand_futures(compiled: CompiledScenario) -> None:
    (sentence,) = report.sentences(compiled, convergence(40.0, kind="best", value=0.4))
    assert "the chance of first place for weekly befriending visits is known to ± 2.0 in 1,000" in sentence


def test_how_sure_the_comparison_is_stands_beside_it() -> None:
    told = " ".join(report.notes(replace(convergence(40.0), repeats=1)))
    assert "one run of 16 randomisations, so it is itself known to about 18%" in told
    assert "within a factor of 2.4" in told
    assert report.notes(replace(convergence(40.0), numbers=())) == ()


def test_the_first_numbers_are_those_of_the_best_option() -> None:
    errors = {"sobol": np.ones(3), "random": np.ones(3)}
    numbers = tuple(
        Settling(Quantity(kind, name), value, SIZES, errors, 1)
        for kind, name, value in (
            ("net_benefit", "a", 1.0), ("net_benefit", "b", 2.0), ("evpi", "", 1.0),
            ("best", "a", 0.6), ("best", "b", 0.4),
        )
    )  # fmt: skip
    assert report.headlines(Convergence(SIZES, ("sobol", "random"), 1, numbers)) == (1, 2, 4)


def test_needed_draws_in_words(compiled: CompiledScenario) -> None:
    one = convergence(40.0).numbers[0]
    assert report.needed_words(one, "sobol", 0.01) == "≤ 8,192"
    assert report.needed_words(one, "sobol", 0.002) == "16,384"
    assert report.needed_words(one, "sobol", 0.0005) == "~ 65,536"
    # 4 * sqrt(40) at 8,192 falls to 0.5 at 8,192 * 64 * 40; averaged over sizes the made-up line is flatter.
    assert report.needed_words(one, "random", 0.0005).startswith("~ ")
    assert report.needed_words(replace(one, value=0.0), "sobol", 0.01) == "–"


def panel(**changes: object) -> Panel:
    lines = (Line("sobol", "quasi-random", (4.0, 2.0, 1.0)), Line("random", "random", (40.0, 28.0, 20.0)))
    made = Panel("k", "A < B", "Lines", "Standard error", SIZES, lines, (0.9, 1.2), lambda x: f"{x:g}")
    return replace(made, **changes)  # type: ignore[arg-type]


def test_a_figure_has_its_words_and_a_mark_for_every_error() -> None:
    root = ElementTree.fromstring(panel_svg(panel()))
    assert root.find(f"{SVG}title").text == "A < B"
    assert root.find(f"{SVG}desc").text == "Lines"
    assert root.get("aria-labelledby") == "k-title k-desc"
    marks = root.findall(f"{SVG}circle")
    assert len(marks) == 6
    # Errors that fall by halves fall by equal steps, and lower errors lie lower.
    heights = [float(one.get("cy")) for one in marks[:3]]
    assert heights[1] - heights[0] == pytest.approx(heights[2] - heights[1], abs=0.11)
    assert heights[0] < heights[2]
    # Told apart without colour: one is filled, the other dashed and hollow.
    assert {one.get("fill") for one in marks[:3]} != {one.get("fill") for one in marks[3:]}
    assert len([one for one in root.findall(f"{SVG}path") if one.get("stroke-dasharray")]) == 1


def test_an_error_of_nought_has_no_place_on_a_log_axis() -> None:
    lines = (Line("sobol", "quasi-random", (0.0, 2.0, 1.0)), Line("random", "random", (0.0, 0.0, 0.0)))
    root = ElementTree.fromstring(panel_svg(panel(lines=lines)))
    assert len(root.findall(f"{SVG}circle")) == 2
    assert "random" not in [one.text for one in root.findall(f"{SVG}text")]


@pytest.mark.parametrize(("target", "shown"), [(10.0, True), (1e-6, False)])
def test_a_wanted_error_is_drawn_where_it_is_in_sight(target: float, shown: bool) -> None:
    text = panel_svg(panel(target=target, target_label="1% wanted"))
    assert ("1% wanted" in text) == shown


def test_labels_at_the_ends_of_lines_keep_apart() -> None:
    lines = tuple(Line(design, design, (4.0, 2.0, 1.0)) for design in ("sobol", "random", "latin"))
    root = ElementTree.fromstring(panel_svg(panel(lines=lines)))
    ends = sorted(float(one.get("y")) for one in root.findall(f"{SVG}text") if one.text in ("sobol", "random", "latin"))
    assert min(np.diff(ends)) >= 13.9


def test_labels_of_a_scenario_are_escaped_on_the_page(compiled: CompiledScenario) -> None:
    record = replace(compiled.record, scenario=replace(compiled.record.scenario, title="<script>x</script>"))
    sheet = report.build_sheet(CompiledScenario(compiled.plan, record), convergence(40.0))
    assert "<script" not in report.sheet_html(sheet)
    ElementTree.fromstring(report.sheet_picture(sheet))
