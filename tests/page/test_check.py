"""Whether a page is what its scenario gives: what is forged is said, and does nothing."""

from __future__ import annotations

import re
from importlib.metadata import version
from pathlib import Path

import pytest

from wellbeva.api.pages import PageCheck, check_page, page
from wellbeva.cli.errors import printable
from wellbeva.errors import WellbevaError
from wellbeva.page.check import differences

SCENARIO = Path("scenarios/park-and-neighbours.yaml")
SCRIPT = "Its script is not the one that this version writes."
WORDS = "Its words or its form are not those of the scenario's page."
DATA = "Its data are not the scenario's: {}."


@pytest.fixture(scope="module")
def made() -> str:
    return page(SCENARIO)


def checked(html: str, folder: Path) -> PageCheck:
    (folder / "page.html").write_text(html, encoding="utf-8")
    return check_page(folder / "page.html", SCENARIO)


@pytest.mark.thorough
def test_r239_a_page_of_another_day_and_folder_belongs(made: str, tmp_path: Path) -> None:
    day = re.findall(r"\d+ [A-Z][a-z]+ 20\d\d", made)[0]
    date = re.findall(r'"date":"([^"]+)"', made)[0]
    other = made.replace(day, "29 February 2024").replace(date, "2024-02-29T12:00:00+00:00")
    found = checked(other.replace(f'"file":"{SCENARIO}"', f'"file":"../{SCENARIO.name}"'), tmp_path)
    assert found.differs == ()
    assert found.numbers > 100


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("Nothing was changed.", "Nothing was changed!", [SCRIPT]),
        ("'wasm-unsafe-eval'", "'unsafe-inline'", [SCRIPT]),
        ("</body>", "<script>alert(1)</script></body>", [SCRIPT]),
        ("<body>", "<body><script>alert(1)</script>", [WORDS]),
        ("</h1>", ", approved</h1>", [WORDS]),
        ('"high":null', '"high":9', [DATA.format("engine.inputs")]),
        ('"simd":"AGFzbQEAAAAB', '"simd":"AGFzbQEAAAAC', [DATA.format("engine.modules")]),
        ('"file":"scenarios/', '"file":"scenarios/x', [DATA.format("file")]),
        ('"knobs":', '"more":1,"knobs":', [DATA.format("more is in them")]),
    ],
)
def test_r239_what_is_forged_is_said(old: str, new: str, said: list[str], made: str) -> None:
    assert old in made
    assert differences(made.replace(old, new, 1), made) == said


def test_r239_a_forged_page_is_checked_against_the_scenario(made: str, tmp_path: Path) -> None:
    forged = made.replace("Nothing was changed.", "").replace('"date":"', '"date":"yesterday ')
    number, *others = checked(re.sub(r'("saved":.*?"mean":)[\d.-]+', r"\1 99", forged, count=1), tmp_path).differs
    assert re.fullmatch(r"1 of \d+ saved numbers are others now, the first [\w.\[\]]+\.", number)
    assert others == [SCRIPT, DATA.format("saved, date")]


def test_r239_another_scenario_and_another_version(made: str, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(SCENARIO.read_text("utf-8").replace("3,200 people", "3,300 people"), "utf-8")
    (tmp_path / "page.html").write_text(made, encoding="utf-8")
    scenario, numbers = check_page(tmp_path / "page.html", other, base=SCENARIO.parent).differs
    assert scenario == "The scenario or its model is not the one of the page."
    assert "saved numbers are others now" in numbers
    settings, *_ = check_page(tmp_path / "page.html", SCENARIO, overrides=["slope.access=0.5"]).differs
    assert settings.startswith("The page was made with other settings")
    forged = made.replace(f'"version":"{version("wellbeva")}"', r'"version":"\u001b[2J\u202e9"')
    (said,) = checked(forged, tmp_path).differs
    assert printable(said) == f"The page was made by version \ufffd[2J\ufffd9; this is {version('wellbeva')}."


@pytest.mark.parametrize(
    "html",
    [
        "<p>", '{"engine":{}}', "[" * 200_000, "[[]]", '{"engine":[]}',
        '{"engine":{"seed":1,"version":1,"plan_hash":2}}',
        '{"engine":{"seed":1e999,"version":1,"plan_hash":2},"saved":1}',
        '<script type="application/json" id="model">' * 20_000, "\ud800",
    ],
)  # fmt: skip
def test_what_is_no_page_is_refused(html: str, tmp_path: Path) -> None:
    inside = f'<script type="application/json" id="model">{html}</script>'
    (tmp_path / "page.html").write_bytes(inside.encode("utf-8", "surrogatepass"))
    with pytest.raises(WellbevaError, match="WB-R530"):
        check_page(tmp_path / "page.html", SCENARIO)


def test_a_seed_that_no_run_takes_is_refused(made: str, tmp_path: Path) -> None:
    with pytest.raises(WellbevaError, match="seed is -1"):
        checked(made.replace('"seed":1', '"seed":-1'), tmp_path)
