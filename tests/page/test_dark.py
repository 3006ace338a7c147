"""Weak evidence looks weak in the dark, too: the bars of its mark are as empty as on white."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from tests.page.browser import drive
from tests.report.test_browser import chromium
from wellbeva.report.page.templates import environment, file_text

pytestmark = pytest.mark.thorough

INSIDE = [(3, 14), (10, 12), (17, 9)]
"""Of each of the three bars, in the mark's own units of 20 by 18."""
FULL = {"ev0": [], "ev1": [0], "ev2": [0, 1], "ev3": [0, 1, 2]}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_bars_of_evidence_are_full_where_it_is_strong(scheme: str, tmp_path: Path) -> None:
    marks = "".join(f"<svg width='200' height='180'><use href='#{name}'/></svg>" for name in FULL)
    symbols = environment().get_template("symbols.svg").render()
    inner = f"<!doctype html><style>{file_text('style.css')}svg{{display:block}}</style><body>{symbols}{marks}"
    (tmp_path / "inner.html").write_text(inner, encoding="utf-8")
    outer, shot = tmp_path / "outer.html", tmp_path / "shot.png"
    style = f"position:fixed;inset:0;width:200px;height:720px;border:0;color-scheme:{scheme}"
    outer.write_text(f"<!doctype html><iframe src='inner.html' style='{style}'></iframe>", encoding="utf-8")
    chromium(tmp_path, "--window-size=400,900", "--hide-scrollbars", f"--screenshot={shot}", outer.as_uri())
    picture = base64.b64encode(shot.read_bytes()).decode()
    (tmp_path / "seen.html").write_text(f"<img src='data:image/png;base64,{picture}'>", encoding="utf-8")
    places = [(10 * x, 180 * row + 10 * y) for row in range(len(FULL)) for x, y in [*INSIDE, (3, 3)]]
    seen = drive(
        tmp_path / "seen.html",
        # Drawing decodes at once; awaiting that would race the browser's clock, which does not stand still for it.
        "const image=$('img'),canvas=doc.createElement('canvas');"
        "canvas.width=image.width;canvas.height=image.height;const to=canvas.getContext('2d');"
        f"to.drawImage(image,0,0);return {[*map(list, places)]}.map(([x,y])=>to.getImageData(x,y,1,1).data.join())",
    )
    for row, full in enumerate(FULL.values()):
        *bars, paper = seen[4 * row : 4 * row + 4]
        assert [at for at, bar in enumerate(bars) if bar != paper] == full
    assert seen[3] == {"light": "255,255,255,255", "dark": "18,24,31,255"}[scheme]
