"""``explain --plot``: what is drawn from, with the printed numbers on it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as Tree

import numpy as np
import pytest

from wellbeva import api
from wellbeva.cli import main
from wellbeva.distributions import quantile
from wellbeva.distributions.spec import Distribution
from wellbeva.plot.distributions import Panel, Tick, panel_svg, shape
from wellbeva.plot.point_masses import atoms
from wellbeva.report.explain import inputs_page

ROOT = Path(__file__).parents[2]
DEMO = "scenarios/easing-loneliness.yaml"


def test_the_density_is_that_of_the_distribution_function() -> None:
    """Normal(0, 1): relative to the top exp(-x²/2). A bin is h = 0.035 wide; its mean is h²/24 = 5e-5 off at most."""
    found = shape(Distribution("normal", (0.0, 1.0)))
    middles = (found.edges[1:] + found.edges[:-1]) / 2
    np.testing.assert_allclose(found.heights, np.exp(-(middles**2) / 2), atol=2e-4)
    assert found.stems == {}


def test_a_density_stops_at_its_bound() -> None:
    found = shape(Distribution("uniform", (2.0, 5.0)))
    inside = (found.edges[:-1] >= 2 - 1e-9) & (found.edges[1:] <= 5 + 1e-9)
    assert np.allclose(found.heights[inside], 1.0)
    assert (found.heights[~inside] == 0).all()


def test_atoms_of_many_values_are_looked_at_together(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    cdf = quantile.cdf
    monkeypatch.setattr(quantile, "cdf", lambda law, x: asked.append(law) or cdf(law, x))
    for rows in (100, 1_000):
        supplied = Distribution("empirical", tuple(number for row in range(rows) for number in (row / rows, 1 / rows)))
        assert len(atoms(supplied)) == rows
    assert len(asked) == 4


def test_atoms_are_told_from_density() -> None:
    """Seven of ten from a normal, three exactly zero: the atom has its own mark and leaves no spike behind."""
    normal = Distribution("normal", (0.3, 0.1276))
    mixed = Distribution("mixture", (0.7, 0.3), parts=(normal, Distribution("point", (0.0,))))
    assert atoms(mixed) == {0.0: pytest.approx(0.3, abs=1e-12)}
    found = shape(mixed)
    alone = shape(normal)
    assert found.stems == atoms(mixed)
    at = np.searchsorted(found.edges, 0.0) - 1
    other = np.searchsorted(alone.edges, 0.0) - 1
    assert found.heights[at] == pytest.approx(alone.heights[other], abs=0.02)


def test_observed_values_are_stems_and_many_a_histogram() -> None:
    few = Distribution("empirical", (3.0, 0.5, 4.0, 0.3, 7.0, 0.2))
    assert atoms(few) == {3.0: pytest.approx(0.5), 4.0: pytest.approx(0.3), 7.0: pytest.approx(0.2)}
    assert not shape(few).heights.any()
    many = Distribution("empirical", tuple(one for k in range(100) for one in (float(k), 0.01)))
    found = shape(many)
    assert found.stems == {}
    assert np.count_nonzero(found.heights) > 20


def test_a_figure_has_a_name_a_description_and_its_ticks() -> None:
    panel = Panel(
        "k",
        "Effect: 9 of 10 futures between 0.1 and 0.5",
        "Density.",
        Distribution("normal", (0.3, 0.1)),
        (Tick(0.1, "0.10"), Tick(0.3, "mean 0.30", centre=True), Tick(0.5, "0.50")),
        (0.1, 0.5),
    )
    root = Tree.fromstring(panel_svg(panel))
    assert root.get("role") == "img"
    texts = [one.text for one in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"0.10", "mean 0.30", "0.50"} <= set(texts)
    assert next(root.iter("{http://www.w3.org/2000/svg}title")).text == panel.title
    whole = Tree.tostring(root, encoding="unicode")
    assert "#c4d8ea" in whole  # outside the printed interval, paler
    assert "stroke-dasharray" in whole  # ends dashed, centre solid


@pytest.fixture(scope="module")
def sheet() -> inputs_page.Sheet:
    return inputs_page.build_sheet(api.load(ROOT / DEMO), frozenset({"take_up", "hold", "loneliness_fall"}))


def test_the_printed_numbers_are_on_the_figure(sheet: inputs_page.Sheet) -> None:
    found = {one.path: one for one in sheet.panels}
    fall = found["loneliness_fall.visits.very_lonely"]
    assert fall.written.startswith("0.47 (0.32 to 0.62)")
    assert sorted(tick.at for tick in fall.panel.ticks) == [0.32, pytest.approx(0.47), 0.62]
    assert [tick.centre for tick in sorted(fall.panel.ticks, key=lambda one: one.at)] == [False, True, False]
    hold = found["hold.visits"]
    assert [tick.text for tick in sorted(hold.panel.ticks, key=lambda one: one.at)] == [
        "3 months",
        "most likely 9 months",
        "18 months",
    ]


def test_the_title_is_a_finding(sheet: inputs_page.Sheet) -> None:
    """PERT(0.55, 0.7, 0.85) is 0.55 + 0.3 Beta(3, 3), whose 5% and 95% points are 0.1893 and 0.8107 (SciPy)."""
    title = next(one.title for one in sheet.panels if one.path == "take_up.visits")
    assert title == "Take up, Weekly befriending visits: 9 of 10 futures between 61% and 79%"


def test_the_page_says_the_same_in_words(sheet: inputs_page.Sheet) -> None:
    few = replace(sheet, panels=sheet.panels[:2])
    page = inputs_page.sheet_html(few)
    assert page.count("<figure") == len(few.panels) == page.count('role="img"')
    assert page.count('<th scope="row"') == len(few.panels)
    assert "http://" not in page.replace("http://www.w3.org/", "")
    assert "<script" not in page
    ids = [part.split('"', 1)[0] for part in page.split(' id="')[1:]]
    assert len(ids) == len(set(ids))


HOSTILE = """\
schema: wellbeva/scenario/1
scenario: <script>alert(1)</script>
model: m
appraisal: green-book-2026
choose: one
options:
  a: {label: "<b>A</b> & co", x: "0.3 (0.1 to 0.5) [s]"}
sources: {s: {cite: "<i>A</i> study", evidence: initial}}
"""
MODEL = """\
schema: wellbeva/model/1
model: m
parameters: {x: {unit: LS, by: option, doc: "<u>gain</u>"}, y: {unit: LS, default: 1, doc: other}}
equations: {z: x + y in LS}
outcomes: [z]
"""


@pytest.mark.parametrize("ending", ["html", "svg", "png"])
def test_the_command_writes_the_kind_that_the_name_says(
    ending: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "s.yaml").write_text(HOSTILE, encoding="utf-8")
    (tmp_path / "m.yaml").write_text(MODEL, encoding="utf-8")
    out = tmp_path / f"inputs.{ending}"
    assert main.main(["explain", str(tmp_path / "s.yaml"), "--plot", "-o", str(out)]) == 0
    found = out.read_bytes()
    if ending == "png":
        assert found.startswith(b"\x89PNG")
    else:
        text = found.decode()
        assert "<script>" not in text
        assert "<b>A</b>" not in text
        assert "&lt;b&gt;A&lt;/b&gt; &amp; co" in text
    assert sorted(one.name for one in tmp_path.iterdir()) == sorted(["s.yaml", "m.yaml", out.name])


def test_where_nothing_is_drawn_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text(HOSTILE, encoding="utf-8")
    (tmp_path / "m.yaml").write_text(MODEL, encoding="utf-8")
    page = api.plot_inputs(tmp_path / "s.yaml", "y")
    assert "Nothing is drawn." in page
    assert "<figure" not in page


def test_two_questions_at_once_and_other_kinds_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    demo = str(ROOT / DEMO)
    assert main.main(["explain", demo, "--plot", "--draw", "1"]) == 2
    assert "WB-R104" in capsys.readouterr().err
    assert main.main(["explain", demo, "--plot", "-o", "inputs.pdf"]) == 2
    assert "WB-R105" in capsys.readouterr().err


def test_a_file_that_cannot_be_written_leaves_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "there").mkdir()
    demo = str(ROOT / DEMO)
    assert main.main(["explain", demo, "cost", "--format", "svg", "-o", str(tmp_path / "there")]) == 2
    assert "WB-F92" in capsys.readouterr().err
    assert main.main(["explain", demo, "cost", "--format", "svg", "-o", str(tmp_path / "no" / "x.svg")]) == 2
    assert [one.name for one in tmp_path.iterdir()] == ["there"]


def _one(folder: Path, model: str, options: str) -> inputs_page.Sheet:
    (folder / "m.yaml").write_text(model, encoding="utf-8")
    head = HOSTILE.split("options:", maxsplit=1)[0].replace("<script>alert(1)</script>", "One")
    sources = "sources: {s: {cite: A study, evidence: initial}}\n"
    (folder / "s.yaml").write_text(f"{head}options:\n{options}{sources}", encoding="utf-8")
    return inputs_page.build_sheet(api.load(folder / "s.yaml"))


def test_of_very_many_printed_points_the_ends_and_the_median_are_marked(tmp_path: Path) -> None:
    points = ", ".join(f"{k / 10}%: {k}" for k in range(1, 1000))
    found = _one(tmp_path, MODEL, f"  a: {{label: A, x: {{quantiles: {{{points}}}, source: s}}}}\n")
    (panel,) = [one.panel for one in found.panels]
    assert [(tick.at, tick.centre) for tick in panel.ticks] == [(1.0, False), (500.0, True), (999.0, False)]
    assert len(panel_svg(panel)) < 20_000


def test_numbers_are_marked_as_they_are_printed(tmp_path: Path) -> None:
    """What stands in the file as 0.10 is not shown as 0.1."""
    found = _one(tmp_path, MODEL, '  a: {label: A, x: "0.30 (0.10 to 0.50) [s]"}\n')
    (panel,) = [one.panel for one in found.panels]
    assert {tick.text for tick in panel.ticks} == {"0.10 points", "0.50 points", "mean 0.30 points"}


def test_a_part_of_the_inputs_says_of_how_many() -> None:
    compiled = api.load(ROOT / DEMO)
    every = inputs_page.build_sheet(compiled)
    part = inputs_page.build_sheet(compiled, frozenset({"points_per_sd", "ls_per_point"}))
    assert every.answer == f"{len(every.panels)} inputs are drawn."
    assert part.answer == f"Two of {len(every.panels)} drawn inputs."
    assert part.lead == "The numbers that the source prints stand on each figure."
    assert [one.title.partition(":")[0] for one in part.panels] == ["Points per SD", "LS per point"]


def test_labels_stay_inside_the_figure_and_apart() -> None:
    """Long words at both ends and in the middle: every label lies inside the 332 pixels of the figure's width."""
    ticks = (
        Tick(0.0, "0.00 points for each point"),
        Tick(0.02, "most likely 0.02 points", True),
        Tick(1.0, "1 point a year"),
    )
    root = Tree.fromstring(panel_svg(Panel("k", "t", "d", Distribution("uniform", (0.0, 1.0)), ticks)))
    boxes = []
    for one in root.iter("{http://www.w3.org/2000/svg}text"):
        half, middle = 6.6 * len(one.text or "") / 2, float(one.get("x", "0"))
        assert middle - half >= 0
        assert middle + half <= 332
        boxes.append((one.get("y"), middle - half, middle + half))
    for row, left, right in boxes:
        assert not any(row == other and left < b and a < right for other, a, b in boxes if (left, right) != (a, b))


def test_a_smooth_density_has_no_teeth() -> None:
    """Of a normal the outline rises to its top and falls: no two neighbours of one height but at the top."""
    text = panel_svg(Panel("k", "t", "d", Distribution("normal", (0.0, 1.0))))
    outline = text.split('<path d="M', 1)[1].split("Z", 1)[0].split("L")[1:]
    heights = [float(point.split("V")[0].split()[1]) for point in outline][1:-1]
    top = heights.index(min(heights))
    assert heights[:top] == sorted(heights[:top], reverse=True)
    assert heights[top:] == sorted(heights[top:])
