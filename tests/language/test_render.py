"""Equations as people read them: text, LaTeX, and the graph."""

from __future__ import annotations

import pytest

from tests.language.expressions import sample_environment, typed
from wellbeva.language.to_dot import roots, to_dot, to_tree
from wellbeva.language.to_latex import to_latex
from wellbeva.language.to_text import to_text

ENVIRONMENT = sample_environment()
CHOICES = {name: one.choices for name, one in ENVIRONMENT.symbols.items() if one.choices}


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("people*gain", "people * gain"),
        ("(take_up+scale)*(1-scale)", "(take_up + scale) * (1 - scale)"),
        ("take_up-(scale-weight)", "take_up - (scale - weight)"),
        ("take_up/(scale*weight)", "take_up / (scale * weight)"),
        ("(-scale)**2", "(-scale) ** 2"),
        ("-scale**2", "-scale ** 2"),
        ("(scale**2)**3", "(scale ** 2) ** 3"),
        ("scale*(1/3)", "scale * (1/3)"),
        ("hold > 18 months", "hold > 1.5 years"),
        ("hold > 1 year", "hold > 1 year"),
        ("not (counted or early) and true", "not (counted or early) and true"),
        ("gain[option=comparator]", "gain[option=calls]"),
        ("where(shape==linear,25%,0)", "where(shape == linear, 0.25, 0)"),
        ("dead!=state", "dead != state"),
        ("sum(cost,over=[payer,option])", "sum(cost, over=[option, payer])"),
        ("lag(occupancy,0,over=time)", "lag(occupancy, 0)"),
        ("cumsum(value_at,over=level)", "cumsum(value_at, over=level)"),
        ("integrate(occupancy)", "integrate(occupancy, over=time)"),
        (
            "area_exponential(0,0,hold,retention,until=fade)",
            "area_exponential(0 years, 0 years, hold, retention, until=fade)",
        ),
        ("rate_die[age=start_age+t]", "rate_die[age=start_age + t]"),
        ("(take_up+scale)[option=visits]", "(take_up + scale)[option=visits]"),
        ("discount(money)", "discount(money)"),
        ("contract(occupancy,moves)", "contract(occupancy, moves)"),
        ("ratio(cost,gain)", "ratio(cost, gain)"),
    ],
)
def test_text(text: str, written: str) -> None:
    node = typed(text, ENVIRONMENT)
    assert to_text(node, axes=ENVIRONMENT.axes, choices=CHOICES) == written
    assert typed(written, ENVIRONMENT) == node


def test_text_without_labels_names_their_places() -> None:
    assert to_text(typed("where(shape == linear, gain[option=usual], 0)", ENVIRONMENT)) == (
        "where(shape == #0, gain[option=#2], 0)"
    )


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("cost / (1 - take_up)", r"\frac{\mathit{cost}}{1 - \mathit{take\_up}}"),
        ("sum(gain, over=[option, group]) * scale",
            r"\left(\sum_{\text{option, group}} \mathit{gain}\right) \cdot \mathit{scale}"),
        ("ratio(cost, gain)", r"\frac{\mathrm{E}\left[\mathit{cost}\right]}{\mathrm{E}\left[\mathit{gain}\right]}"),
        ("discount(money) * 1/3", r"\frac{\delta^{\text{money}} \cdot 1}{3}"),
        ("where(shape == linear, 1, 0)",
            r"\begin{cases}1 & \text{if } \mathit{shape} = \text{linear}\\ 0 & \text{otherwise}\end{cases}"),
        ("(1 + scale) ** 2", r"{\left(1 + \mathit{scale}\right)}^{2}"),
        ("integrate(occupancy)", r"\int \mathit{occupancy}\,\mathrm{d}t"),
        ("normal_cdf(scale) + sqrt(scale) + abs(scale)",
            r"\Phi\left(\mathit{scale}\right) + \sqrt{\mathit{scale}} + \left|\mathit{scale}\right|"),
        ("interp(rate_die, age=hold)",
            r"\operatorname{interp}_{\text{age} = \mathit{hold}}\left(\mathit{rate\_die}\right)"),
        ("gain[option=visits]", r"{\mathit{gain}}_{\text{visits}}"),
    ],
)  # fmt: skip
def test_latex(text: str, written: str) -> None:
    assert to_latex(typed(text, ENVIRONMENT), axes=ENVIRONMENT.axes, choices=CHOICES) == written


GRAPH = {
    "npsv": {"wellbys", "cost", "value"},
    "wellbys": {"people", "gain"},
    "cost": {"people", "fee"},
    "gain": {"effect"},
}


def test_the_tree_names_a_branch_once() -> None:
    shared = {"top": {"left", "right"}, "left": {"base"}, "right": {"base"}, "base": {"seed"}}
    assert to_tree(shared, "top", words={"base": "[LS]"}) == "\n".join(
        ["top", "├── left", "│   └── base  [LS]", "│       └── seed", "└── right", "    └── base …  [LS]"]
    )


def test_roots_are_what_nothing_refers_to() -> None:
    assert roots(GRAPH) == ("npsv",)
    assert roots({"stock": {"stock", "flow"}}) == ("stock",)


def test_a_chain_of_a_thousand_is_no_trouble() -> None:
    chain = {f"x{i}": {f"x{i + 1}"} for i in range(1_000)}
    assert to_tree(chain, "x0").splitlines()[-1] == "… and 1 branches more"


def test_a_deep_branch_goes_on_from_the_margin() -> None:
    chain = {f"x{i}": {f"x{i + 1}"} for i in range(5)}
    assert to_tree(chain, "x0", deepest=2).splitlines() == [
        "x0",
        "└── x1",
        "    └── x2 ↓",
        "x2",
        "└── x3",
        "    └── x4 ↓",
        "x4",
        "└── x5",
    ]
    # What is written out elsewhere meanwhile is not begun again.
    shared = {"top": {"a", "deep"}, "a": {"deep"}, "deep": {"seed"}}
    assert to_tree(shared, "top", deepest=2).splitlines() == [
        "top",
        "├── a",
        "│   └── deep ↓",
        "└── deep",
        "    └── seed",
    ]
    chain = {f"x{i}": {f"x{i + 1}"} for i in range(1_000)}
    assert to_tree(chain, "x0", deepest=10).splitlines()[-1] == "… and 1 branches more"


def test_dot_draws_every_edge_and_quotes_names() -> None:
    dot = to_dot(GRAPH, outcomes={"npsv"})
    assert '"npsv" [shape=box, style=bold];' in dot
    assert '"effect" [shape=ellipse];' in dot
    assert dot.count("->") == sum(len(names) for names in GRAPH.values())
    assert r'"a\"b"' in to_dot({'a"b': set()})
