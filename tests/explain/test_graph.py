"""The graph of what depends on what, drawn without Graphviz."""

from __future__ import annotations

import itertools
import random
import re
from pathlib import Path
from xml.etree import ElementTree as Tree

import pytest

from wellbeva import api
from wellbeva.plot.graph import BOX, ROW, Point, draw_graph
from wellbeva.plot.graph_layout import _apart, place

ROOT = Path(__file__).parents[2]
SVG = "{http://www.w3.org/2000/svg}"


def random_graph(size: int, seed: int) -> dict[str, set[str]]:
    chance = random.Random(seed)
    names = [f"quantity_{one}" + "x" * chance.randint(0, 24) for one in range(size)]
    return {
        name: set(chance.sample(names[index + 1 :], min(size - index - 1, chance.randint(0, 3))))
        for index, name in enumerate(names[: 3 * size // 4])
    }


@pytest.mark.parametrize("seed", range(5))
def test_every_name_stands_right_of_all_it_uses(seed: int) -> None:
    uses = random_graph(80, seed)
    found = place(uses)
    for name, others in uses.items():
        for other in others:
            assert found.column[other] < found.column[name]
    assert found.back == ()
    assert len(found.edges) == sum(map(len, uses.values()))


@pytest.mark.parametrize("seed", range(5))
def test_no_two_boxes_of_eighty_overlap(seed: int) -> None:
    """Readable at 80 nodes: 12 px type, boxes apart, words inside their boxes."""
    uses = random_graph(80, seed)
    found = place(uses)
    for a, b in itertools.combinations(found.column, 2):
        if found.column[a] == found.column[b]:
            assert abs(found.height[a] - found.height[b]) >= 1 - 1e-9
    assert ROW > BOX
    svg = Tree.fromstring(draw_graph(uses, {name: Point("equation", "GBP[2023]/person") for name in uses}, title="t"))
    width, height = (float(one) for one in svg.get("viewBox").split()[2:])
    _, *rects = svg.iter(f"{SVG}rect")  # the first is the ground
    boxes = [{key: float(one.get(key)) for key in ("x", "y", "width", "height")} for one in rects]
    for box in boxes:
        assert min(box["x"], box["y"], width - box["x"] - box["width"], height - box["y"] - box["height"]) >= 0
    assert min(float(one) for one in re.findall(r'font-size="([\d.]+)"', Tree.tostring(svg, encoding="unicode"))) >= 12


def test_an_input_stands_just_left_of_its_first_user() -> None:
    found = place({"c": {"b", "late"}, "b": {"a", "both"}, "a": {"early", "both"}})
    assert (found.column["early"], found.column["both"], found.column["late"]) == (0, 0, 2)


def test_lines_that_need_not_cross_do_not() -> None:
    """Two chains written crosswise: put in order, their places rise together."""
    found = place({"top": {"c", "d"}, "c": {"y"}, "d": {"x"}, "x": {"p"}, "y": {"q"}})
    pairs = [("c", "d"), ("y", "x"), ("q", "p")]
    assert len({found.height[a] < found.height[b] for a, b in pairs}) == 1


def test_a_recurrence_is_drawn_dashed_and_ends() -> None:
    found = place({"stock": {"stock", "flow"}, "flow": {"stock"}})
    assert len(found.back) == 2
    svg = draw_graph({"stock": {"stock", "flow"}, "flow": {"stock"}}, {}, title="t")
    assert svg.count('stroke-dasharray="4 3"') == 2
    assert "dashed: the step before" in svg


def test_a_long_chain_needs_no_recursion() -> None:
    uses = {f"n{one}": {f"n{one + 1}"} for one in range(2000)}
    assert place(uses).column["n0"] == 2000


def test_names_are_escaped_and_the_picture_speaks() -> None:
    hostile = 'a"<script>&'
    svg = draw_graph({hostile: {"b"}}, {hostile: Point("outcome", "<unit>")}, title="<x> & y", key="k")
    root = Tree.fromstring(svg)
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "k-title k-desc"
    assert root.find(f"{SVG}title").text == "<x> & y"
    assert "1 inputs, 0 of them drawn, feed 1 equations" in root.find(f"{SVG}desc").text
    assert f"Outcomes: {hostile}." in root.find(f"{SVG}desc").text
    assert not list(root.iter(f"{SVG}script"))
    assert hostile in [one.text for one in root.iter(f"{SVG}text")]


def test_kinds_are_told_by_shape_and_not_by_colour_alone() -> None:
    uses = {"equation": {"drawn", "fixed"}, "outcome": {"equation"}}
    points = {"drawn": Point("uncertain"), "fixed": Point("input"), "equation": Point("equation")}
    root = Tree.fromstring(draw_graph(uses, {**points, "outcome": Point("outcome")}, title="t"))
    assert sorted(one.get("stroke-width") for one in root.iter(f"{SVG}rect") if one.get("stroke")) == [
        "1",
        "1",
        "2.5",
        "2.5",
    ]
    assert sorted(one.get("fill") for one in root.iter(f"{SVG}circle")) == ["#0a2f57", "#0a2f57", "#fff", "#fff"]
    bold = [one.text for one in root.iter(f"{SVG}text") if one.get("font-weight") == "600"]
    assert bold == ["outcome"]


def test_apart_is_the_nearest_that_keeps_its_distance() -> None:
    """By hand: two that want the same place move half a row each; a third far away stays."""
    assert _apart([0.0, 0.0, 9.0]) == [-0.5, 0.5, 9.0]
    assert _apart([5.0, 1.0]) == [2.5, 3.5]


def test_the_command_writes_the_graph_of_one_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    root = Tree.fromstring(api.explain("scenarios/easing-loneliness.yaml", "cost", format="svg"))
    said = {one.text for one in root.iter(f"{SVG}text")}
    assert {"cost", "cost_by_payer", "volunteer_wage"} <= said
    assert "wellbys" not in said
    assert root.find(f"{SVG}title").text.startswith("What cost needs: ")
