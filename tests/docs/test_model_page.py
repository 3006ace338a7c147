"""``wellbeva docs``: a model's own page."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as Tree

import pytest

from tests.tiers import thorough_after
from wellbeva import api
from wellbeva.cli import main
from wellbeva.core.spans import Located
from wellbeva.errors import Collector
from wellbeva.language.parser import parse
from wellbeva.report.explain.skeleton import skeleton
from wellbeva.report.page.annex.mathml import equation_to_mathml
from wellbeva.scenario.loader import load_model_file

ROOT = Path(__file__).parents[2]
MODELS = sorted((ROOT / "models").glob("*.yaml"))
MATHML = "{http://www.w3.org/1998/Math/MathML}"


class Page(HTMLParser):
    """What a page is made of: ids, links, headings, tags that are open at its end."""

    VOID = frozenset({"meta", "br", "link", "img", "input", "hr", "wbr"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.headings: list[int] = []
        self.open: list[str] = []
        self.scripts = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if "id" in given:
            self.ids.append(given["id"] or "")
        if "href" in given:
            self.links.append(given["href"] or "")
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        self.scripts += tag == "script"
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("path", thorough_after(8, MODELS), ids=lambda one: one.stem)
def test_the_page_of_every_shipped_model(path: Path) -> None:
    """Whole, in order, without network: names, equations as MathML, the graph, links that lead somewhere."""
    model = load_model_file(path)
    text = api.docs(path)
    page = Page(text)
    assert page.open == []
    assert page.scripts == 0
    assert len(page.ids) == len(set(page.ids))
    assert all(link[1:] in page.ids for link in page.links if link.startswith("#"))
    assert not re.search(r'(?:src|href)="https?:', text)
    assert page.headings.count(1) == 1
    assert all(b <= a + 1 for a, b in zip(page.headings, page.headings[1:], strict=False))
    for name in model.parameters:
        assert f'<th scope="row" class="name">{name}</th>' in text
    math = re.findall(r"<math .*?</math>", text, re.DOTALL)
    assert len(math) == len(model.equations)
    for one in math:
        Tree.fromstring(one)
    (graph,) = re.findall(r"<svg xmlns.*?</svg>", text, re.DOTALL)
    said = {one.text for one in Tree.fromstring(graph).iter("{http://www.w3.org/2000/svg}text")}
    assert set(model.equations) <= said


@pytest.mark.parametrize("path", thorough_after(8, MODELS), ids=lambda one: one.stem)
def test_the_scenario_to_start_from_loads(path: Path, tmp_path: Path) -> None:
    """Copied as it stands it compiles, and every key that the model asks for is in it.

    Numbers that stand in for a person's own need not make sense together (shares of a whole, a weight of zero); of
    the models that most people start from they do.
    """
    (tmp_path / "models").symlink_to(ROOT / "models")
    start = skeleton(load_model_file(path))
    file = tmp_path / "start.yaml"
    file.write_text(start, encoding="utf-8")
    assert api.load(file).plan.outcomes
    if path.stem in ("wellbeing_trajectory", "offer_at_budget", "befriending", "three_state", "annual_schedule"):
        assert all(one.severity == "warning" for one in api.check(file))
    for name, one in load_model_file(path).parameters.items():
        if not one.filled_by:
            assert re.search(rf"^[ #]+{name}: ", start, re.MULTILINE), name


def math_of(text: str) -> str:
    parsed = parse(Located.bare(text, "test"), Collector())
    assert parsed is not None
    root = Tree.fromstring(equation_to_mathml("x", parsed.root))
    return Tree.tostring(root, encoding="unicode").replace(' xmlns="http://www.w3.org/1998/Math/MathML"', "")


def flat(text: str) -> str:
    """Return the words of the mathematics in reading order."""
    return "".join(Tree.fromstring(math_of(text)).itertext())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a - (b - c)", "x=a−(b−c)"),
        ("(a + b) * c", "x=(a+b)·c"),
        ("-a ** 2", "x=−a2"),
        ("(a + b) ** 2", "x=(a+b)2"),
        ("not (a and b) or c", "x=¬(a∧b)∨c"),
        ("a >= 50%", "x=a≥50%"),
        ("where(a > 0, b, c)", "x=bifa>0cotherwise"),
        ("sum(a + b, over=[group, time])", "x=∑group, time(a+b)"),
        ("mean(a, over=group)", "x=meangroup(a)"),
        ("ratio(a, b)", "x=E[a]E[b]"),
        ("a[option=comparator] + 9 months", "x=acomparator+9months"),
        ("lag(a, 0)", "x=0at the first timeatime −1later"),
        ("clip(a, 0, 1)", "x=clip(a,0,1)"),
        ("exp(-a)", "x=e−a"),
        ("discount(money)", "x=δmoney"),
    ],
)
def test_mathematics_reads_as_the_equation(text: str, said: str) -> None:
    found = re.sub(r"\s+(?=[^a-z,−])|(?<=[^a-z,e])\s+", "", flat(text))
    assert found == said


def test_names_are_escaped_in_mathematics_and_page(tmp_path: Path) -> None:
    model = "schema: wellbeva/model/1\nmodel: m\ntitle: <script>x</script>\ndoc: '<img src=x> & more'\n"
    model += (
        "parameters: {a: {unit: ratio, doc: '<b>bold</b>'}}\nequations: {z: {is: 'where(a < 1, a, 2)', unit: ratio}}\n"
    )
    model += "outcomes: [z]\nchecks: [{warn_if: a < 0, say: '</code><script>y</script>'}]\n"
    (tmp_path / "m.yaml").write_text(model, encoding="utf-8")
    text = api.docs(tmp_path / "m.yaml")
    assert Page(text).scripts == 0
    assert "<img" not in text
    assert "&lt;b&gt;bold" in text.lower()
    markdown = api.docs(tmp_path / "m.yaml", form="md")
    assert "<script>" not in markdown
    assert "&lt;script>" in markdown


def test_the_command_writes_whole_files_and_takes_a_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "page.html"
    assert main.main(["docs", "wellbeing_trajectory", "-o", str(out)]) == 0
    assert "Wellbeing gained" in out.read_text(encoding="utf-8")
    assert [one.name for one in tmp_path.iterdir()] == ["page.html"]
    capsys.readouterr()
    assert main.main(["docs", str(ROOT / "models" / "three_state.yaml"), "--format", "md"]) == 0
    printed = capsys.readouterr().out
    assert "## States and moves" in printed
    assert "    quality = sum(occupancy * utility, over=state)" in printed.splitlines()
    assert main.main(["docs", "wellbeing_trajectroy"]) == 2
    assert "did you mean 'wellbeing_trajectory'" in capsys.readouterr().err


def test_default_bounds_and_checks_are_said() -> None:
    markdown = api.docs(ROOT / "models" / "wellbeing_trajectory.yaml", form="md")
    assert "| `take_up` | share | option, group | 100% | 0% to 100% | Those offered who start |" in markdown
    assert "| `effect` | LS | option, group | required | -10 to 10 |" in markdown
    assert re.search(r"- Nobody is offered a place\. This is refused, in the base case and in every draw", markdown)
    assert "- The value of `hold` at which `npsv` is 0." in markdown
