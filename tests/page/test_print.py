"""A living page on paper: one page of A4, dated, that says what was changed and nothing that only a screen can do."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.report.test_browser import chromium, fonts, tool
from wellbeva.api.pages import page

pytestmark = pytest.mark.thorough

SCENARIOS = Path(__file__).parents[2] / "scenarios"
MOVED = {
    "uk-community-offers": "effect.parkrun=0.41&effect.football=x0.9&@value=20000",
    "easing-loneliness": "hold.visits=24&take_up.visits=x0.9&publication_bias=x0.95",
    "park-and-neighbours": "&".join(
        f"{path}=x1.01" for path in ("shift.parks.access", "slope.access", "slope.trust", "hold.parks", "together")
    ),
}
__all__ = ["fonts"]


def printed(file: Path, fragment: str) -> list[str]:
    """Print a page and return the text of each sheet."""
    pdf = file.with_suffix(".pdf")
    told = f"{1 + fragment.count('&')} inputs differ" if fragment else "printed"
    for _ in range(20):  # a browser whose clock runs ahead prints before the page is at rest
        chromium(
            file.parent, "--virtual-time-budget=20000", "--no-pdf-header-footer", f"--print-to-pdf={pdf}",
            file.as_uri() + (f"#{fragment}" if fragment else ""),
        )  # fmt: skip
        done = subprocess.run([tool("pdftotext"), "-layout", str(pdf), "-"], capture_output=True, text=True, check=True)
        sheets = done.stdout.split("\f")[:-1]
        if told in sheets[0]:
            return sheets
    raise AssertionError(sheets[0])


@pytest.mark.usefixtures("fonts")
@pytest.mark.parametrize("fonts", ["wide"], indirect=True)
@pytest.mark.parametrize("name", MOVED)
def test_print_is_one_dated_page_that_says_what_was_changed(name: str, tmp_path: Path) -> None:
    """Also with the widest letters; as saved and with inputs moved."""
    file = tmp_path / "page.html"
    file.write_text(page(SCENARIOS / f"{name}.yaml"), encoding="utf-8")
    for fragment in ("", MOVED[name]):
        sheets = printed(file, fragment)
        assert len(sheets) == 1, (fragment, sheets[1])
        (text,) = sheets
        assert re.search(r"printed \d+ [A-Z][a-z]+ 20\d\d", text)
        assert "Page 1 of 1" in text
        assert "Not in these ranges" in text
        assert ("Nothing differs from the saved scenario" in text) == (not fragment)
        assert not re.search("works on this computer|All inputs|Copy link|Put all back|Not understood|bill", text)
