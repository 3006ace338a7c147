"""A living page in browsers that lack something, among hostile words, and under more moves than it can follow."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.page.browser import drive
from wellbeva.api.pages import page

pytestmark = pytest.mark.thorough

SCENARIOS = Path(__file__).parents[2] / "scenarios"
SHOWN = "[$('#s1').textContent,...[...doc.querySelectorAll('.first .c-num')].map((one)=>one.textContent)]"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("page") / "page.html"
    made.write_text(page(SCENARIOS / "easing-loneliness.yaml"), encoding="utf-8")
    return made


def test_r240_without_vectors_a_page_works_and_says_the_same(made: Path) -> None:
    """R240: the module with vectors is none that this browser takes; `test_engine` compares the bits of both."""
    scalar = made.with_name("scalar.html")
    text, changed = re.subn(r'"simd":"[^"]+"', '"simd":"AAAA"', made.read_text("utf-8"))
    assert changed == text.count('"scalar":')
    scalar.write_text(text, encoding="utf-8")
    asked = f"await still();return {SHOWN}"
    known = drive(made, asked, fragment="hold.visits=x0.9")
    assert known == drive(scalar, asked, fragment="hold.visits=x0.9")
    assert known != drive(scalar, asked)


@pytest.mark.parametrize(
    ("flags", "sandbox", "said"),
    [
        (["--js-flags=--jitless"], "", "This page stays as the scenario was saved: this browser has no WebAssembly."),
        ([], "allow-same-origin", "Without JavaScript this page stays as the scenario was saved."),
    ],
)
def test_r240_where_it_cannot_work_it_is_the_report(made: Path, flags: list[str], sandbox: str, said: str) -> None:
    """R240: page one can be read, why it stands still is said, and there is no control that does nothing."""
    found = drive(
        made,
        "await until(()=>doc.readyState==='complete');await pause(300);"
        "const seen=(one)=>one.checkVisibility();return {"
        "controls:[...doc.querySelectorAll('button,input,select,summary')].filter(seen).map((one)=>one.outerHTML),"
        f"shown:{SHOWN},table:seen($('.first table')),notes:[...doc.querySelectorAll('.note')].filter(seen).map("
        "(one)=>one.textContent),above:[...doc.querySelectorAll('.note')].filter(seen).every("
        "(one)=>one.getBoundingClientRect().bottom<=$('#s1').getBoundingClientRect().top),"
        "fits:doc.documentElement.scrollWidth<=doc.documentElement.clientWidth}",
        flags=flags,
        sandbox=sandbox,
        width=390,
    )
    assert found.pop("shown") == drive(made, f"await still();return {SHOWN}")
    assert found == {"controls": [], "table": True, "notes": [said], "above": True, "fits": True}


def test_on_a_phone_the_list_of_changes_can_be_read(made: Path) -> None:
    asked = (
        "await still();return [...doc.querySelectorAll('#changes li b')].filter((one)=>one.checkVisibility()).length"
    )
    assert drive(made, asked, width=390, fragment="hold.visits=x0.9&take_up.visits=x1.1&@without=phone") == 3
