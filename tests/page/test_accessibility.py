"""What axe finds on a living page, as it opens and with an input moved and a fault said, and on a report: nothing."""

from __future__ import annotations

import base64
import hashlib
from importlib import resources
from pathlib import Path

import pytest

from tests.page.browser import drive
from wellbeva.api.pages import page
from wellbeva.api.runs import run

pytestmark = pytest.mark.thorough

SCENARIOS = Path(__file__).parents[2] / "scenarios"
LOOK = """
const found=[],look=async(when)=>{const seen=await win.axe.run(doc);
found.push(seen.passes.length>20,...seen.violations.map((one)=>[when,one.id,one.nodes.map((node)=>node.html)]))};
await still();
await look('as it opens');
for(const one of doc.querySelectorAll('details'))one.open=true;
await until(()=>$('#rest').childElementCount);
const [wrong,moved]=[...doc.querySelectorAll('.knob:has([type=range]:enabled)')];
const slider=moved.querySelector('[type=range]'),field=wrong.querySelector('[type=text]');
slider.value=(+slider.min+ +slider.max)/2.5;slider.dispatchEvent(new win.Event('input'));await pause(400);await still();
field.value='lots';field.dispatchEvent(new win.Event('change'));await pause(400);
await look('moved');
return [found,doc.querySelectorAll('.knob.moved').length,doc.querySelectorAll('[aria-invalid=true]').length,
win.matchMedia('(prefers-color-scheme: dark)').matches];
"""


REPORT = """
for(const one of doc.querySelectorAll('details'))one.open=true;
const seen=await win.axe.run(doc);
return [seen.passes.length>20,...seen.violations.map((one)=>[one.id,one.nodes.map((node)=>node.html)])];
"""
AXE = (resources.files("axe_core_python") / "axe.min.js").read_text("utf-8")


def with_axe(scenario: str, file: Path) -> Path:
    """Write a page with axe in it, which its policy allows."""
    allowed = base64.b64encode(hashlib.sha256(AXE.encode()).digest()).decode()
    html = page(SCENARIOS / f"{scenario}.yaml").replace("script-src ", f"script-src 'sha256-{allowed}' ", 1)
    file.write_text(html.replace("</noscript>", f"</noscript><script>{AXE}</script>", 1), encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("scenario", "schemes"),
    [("uk-community-offers", {390: "light", 1280: "dark"}), ("easing-loneliness", {390: "dark", 1280: "light"})],
)
def test_axe_finds_nothing(scenario: str, schemes: dict[int, str], tmp_path: Path) -> None:
    made = with_axe(scenario, tmp_path / "page.html")
    for width, scheme in schemes.items():
        assert drive(made, LOOK, width=width, scheme=scheme) == [[True, True], 1, 1, scheme == "dark"], width


@pytest.mark.parametrize(("scenario", "width"), [("uk-community-offers", 390), ("easing-loneliness", 1280)])
def test_axe_finds_nothing_in_a_report(scenario: str, width: int, tmp_path: Path) -> None:
    report = str(run(SCENARIOS / f"{scenario}.yaml", draws=8192).report())
    file = tmp_path / "report.html"
    allowing = report.replace("default-src 'none'", "script-src 'unsafe-inline'", 1)
    file.write_text(allowing.replace("</head>", f"<script>{AXE}</script></head>", 1), encoding="utf-8")
    assert drive(file, REPORT, width=width) == [True]
