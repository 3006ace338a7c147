"""The report in a real browser: page one is one A4 page, no sideways scroll on a narrow phone, no network.

Chromium is needed. Where it is not installed these tests fail and say so: a report nobody looked at is not tested.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.report.report_fixtures import HOSTILE, OFFERS, SHIPPED, Case, Offer, make, rivals, several
from wellbeva.report.page.render import render_report
from wellbeva.report.paper.print import READERS, SHELL

pytestmark = pytest.mark.thorough

SECONDS = 300
FONTS = {"wide": ("DejaVuSans.ttf", "fonts-dejavu-core"), "narrow": ("LiberationSans-Regular.ttf", "fonts-liberation")}
"""The widest and the narrowest letters that readers' machines commonly have; the page must hold with either."""

LONG_LABEL = (
    "Befriending, gardening and shared lunches for men over seventy-five who live alone in the four eastern wards"
)
AWAITED = "The value of a WELLBY awaits a checked source."


def _grade(index: int) -> str:
    return ("strong", "promising", "initial", "assumed")[index % 4]


def _many(n: int, label: str) -> tuple[Offer, ...]:
    return tuple(
        Offer(f"o{i}", label.format(i), 5000 / 2.2**i, 500 / 2.2**i, 1e6, evidence=_grade(i)) for i in range(n)
    )


CASES: dict[str, Callable[[], Case]] = {
    "eleven offers": several,
    "rivals": rivals,
    "long labels": lambda: make(_many(12, LONG_LABEL + " {}")),
    "long not counted": lambda: several(not_counted=("A thing of some length that is not in the ranges at all.",) * 9),
    "one offer": lambda: make(OFFERS[:1]),
    "three rivals with long labels, provisional": lambda: make(
        tuple(Offer(f"o{i}", f"{LONG_LABEL[:57]} {i}", 12 - i, 5, 9e4) for i in range(3)),
        choose="one",
        budget=None,
        provisional=(AWAITED,),
    ),
    "four rivals with very long labels": lambda: make(
        tuple(Offer(f"o{i}", f"{LONG_LABEL} {i}", 12 - i, 5, 9e4) for i in range(4)), choose="one", budget=None
    ),
    "fifteen offers, provisional": lambda: make(_many(15, "Offer number {}"), provisional=(AWAITED,)),
    "long labels, provisional, left out": lambda: make(
        _many(12, LONG_LABEL + " {}"), provisional=(AWAITED,), left_out=1234
    ),
    "hostile names": lambda: make(HOSTILE),
    "forty long labels, provisional, left out": lambda: make(
        _many(40, LONG_LABEL + " {}"), provisional=(AWAITED,), left_out=1234
    ),
}

LESS = {"eleven offers", "long labels"}
"""Of each there is one with more on page one."""
CASES_BY_FONT = [
    *(("wide", name) for name in CASES if name not in LESS),
    ("narrow", "one offer"),
]
"""Wide letters fill a page most; with narrow ones the emptiest page must not take what belongs on the second."""


def browser() -> str:
    """Find Chromium, or fail with clear words."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, (SHELL, *READERS))), None)
    if not found:
        pytest.fail("Chromium is not installed; these tests need it: apt-get install chromium, or set CHROMIUM")
    return found


def tool(name: str, *, package: str = "poppler-utils") -> str:
    found = shutil.which(name)
    if not found:
        pytest.fail(f"{name} is not installed; these tests need it: apt-get install {package}")
    return found


def chromium(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [
            browser(), "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            f"--user-data-dir={folder / 'profile'}", *arguments,
        ],
        capture_output=True, text=True, timeout=SECONDS, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.fixture(params=FONTS)
def fonts(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the browser one family of fonts, so that the page is looked at as on a machine that has no other."""
    file, package = FONTS[request.param]
    known = subprocess.run(
        [tool("fc-list", package="fontconfig"), "--format", "%{file}\n"], capture_output=True, text=True, check=True
    ).stdout
    folders = {str(Path(line).parent) for line in known.splitlines() if line.endswith("/" + file)}
    if not folders:
        pytest.fail(f"{file} is not installed; these tests need it: apt-get install {package}")
    config = tmp_path / "fonts.conf"
    listed = "".join(f"<dir>{folder}</dir>" for folder in folders)
    config.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">'
        f"<fontconfig>{listed}<cachedir>{tmp_path / 'font-cache'}</cachedir></fontconfig>",
        encoding="utf-8",
    )
    monkeypatch.setenv("FONTCONFIG_FILE", str(config))


def written(case: Case, folder: Path, *, name: str = "report.html") -> Path:
    path = folder / name
    html = render_report(case.dataset, case.record, case.plan, case.tables, manifest=case.manifest)
    path.write_text(html, encoding="utf-8")
    return path


@pytest.mark.usefixtures("fonts")
@pytest.mark.parametrize(("fonts", "name"), CASES_BY_FONT, indirect=["fonts"])
def test_page_one_is_one_page_of_a4(name: str, tmp_path: Path) -> None:
    check_page_one(written(CASES[name](), tmp_path), tmp_path)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_report_is_at_most_eight_pages_of_a4(
    name: str, shipped_reports: dict[str, str], tmp_path: Path
) -> None:
    path = tmp_path / "report.html"
    path.write_text(shipped_reports[name], encoding="utf-8")
    assert check_page_one(path, tmp_path) <= 8
    pages = printed(path, tmp_path)
    last = next(number for number, page in enumerate(pages) if re.search(r"^ *Annexes$", page, re.MULTILINE))
    # Where a table goes on, a page begins with its heads.
    for page in pages[1 : last + 1]:
        begins = page.strip().removeprefix("wellbeva").strip().partition("\n")[0]
        assert re.match(r"(Table|Figure) |Tables and figures|Technical results|Annexes", begins), begins
    (stages,) = (page for page in pages if "Theory of change" in page)
    whole = stages.partition("Theory of change")[2]
    assert re.search(r"Inputs +→ Activities +→ Outcomes +→ Wellbeing", whole)
    assert "People who gain" in whole
    assert "WELLBYs gained, present value" in whole


@pytest.mark.parametrize("name", SHIPPED)
def test_tables_that_are_not_on_request_fit_a_screen_without_sideways_scroll(
    name: str, shipped_reports: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "report.html").write_text(shipped_reports[name], encoding="utf-8")
    outer = tmp_path / "outer.html"
    outer.write_text(
        "<!doctype html><iframe src='report.html' style='width:1280px;height:900px;border:0'></iframe><script>"
        "onload=()=>{const all=document.querySelector('iframe').contentDocument.querySelectorAll('.scroll');"
        "for(const one of all)if(!one.closest('details'))document.body.append("
        "'['+one.getAttribute('aria-labelledby')+': '+one.scrollWidth+' in '+one.clientWidth+']')}"
        "</script>",
        encoding="utf-8",
    )
    dom = chromium(tmp_path, "--allow-file-access-from-files", "--dump-dom", outer.as_uri())
    found = re.findall(r"\[(\w+): (\d+) in (\d+)\]", dom)
    assert {"aIt", "t1t", "aVt"} <= {region for region, _, _ in found}
    for region, wide, room in found:
        assert int(wide) <= int(room) + 1, region  # borders that tables share round up


def printed(path: Path, tmp_path: Path) -> list[str]:
    """Print a report on A4 and return the text of each page."""
    pdf = tmp_path / "report.pdf"
    chromium(tmp_path, "--no-pdf-header-footer", f"--print-to-pdf={pdf}", path.as_uri())
    info = subprocess.run([tool("pdfinfo"), str(pdf)], capture_output=True, text=True, check=True).stdout
    width, height = map(float, re.findall(r"Page size:\s+([\d.]+) x ([\d.]+)", info)[0])
    assert (round(width), round(height)) == (595, 842)
    pages = subprocess.run([tool("pdftotext"), "-layout", str(pdf), "-"], capture_output=True, text=True, check=True)
    return pages.stdout.split("\f")[:-1]


def check_page_one(path: Path, tmp_path: Path) -> int:
    """Print a report and look at its first page; return how many there are."""
    first, second = printed(path, tmp_path)[:2]
    assert "Not in these ranges" in first
    assert "Evidence: strong, trial or natural experiment" in first
    assert "Tables and figures" not in first
    assert "Tables and figures" in second
    return int(re.findall(r"Page 1 of (\d+)", first)[0])


@pytest.mark.usefixtures("fonts")
@pytest.mark.parametrize("fonts", ["wide"], indirect=True)
def test_no_sideways_scroll(shipped_reports: dict[str, str], tmp_path: Path) -> None:
    # Frames of the wanted widths: a headless window may be wider than asked. The report itself has no script.
    frames = ""
    paths = [
        written(CASES[name](), tmp_path, name=f"{name}.html")
        for name in ("eleven offers", "rivals", "long labels", "hostile names")
    ]
    for name in SHIPPED:
        paths.append(tmp_path / f"{name}.html")
        # The scenario's folder is printed with its hash: one without a place to break must not push the page wide.
        here = shipped_reports[name].replace("/scenarios/", "/scenarios" + "deep" * 12 + "/")
        paths[-1].write_text(here, encoding="utf-8")
    for path in paths:
        path.write_text(path.read_text("utf-8").replace("<details", "<details open"), encoding="utf-8")
        name = path.stem
        for width in (320, 390, 1280):
            style = f"width:{width}px;height:900px;border:0"
            frames += f"<iframe title='{name} at {width}' src='{path.name}' style='{style}'></iframe>"
    outer = tmp_path / "outer.html"
    outer.write_text(
        f"<!doctype html>{frames}<script>window.onload=()=>{{for(const f of document.querySelectorAll('iframe')){{"
        "const d=f.contentDocument.documentElement;"
        "document.body.append('['+f.title+': '+d.scrollWidth+' in '+d.clientWidth+']')}}</script>",
        encoding="utf-8",
    )
    dom = chromium(tmp_path, "--allow-file-access-from-files", "--dump-dom", outer.as_uri())
    found = re.findall(r"\[([^:\]]+ at (\d+)): (\d+) in (\d+)\]", dom)
    assert len(found) == 3 * len(paths), dom[:500]
    for name, width, scroll, client in found:
        assert int(client) > int(width) - 30
        assert int(scroll) <= int(client), f"{name}: something sticks out"
