"""The pages in a real browser: nothing sticks out of a narrow phone."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from wellbeva import api

pytestmark = pytest.mark.thorough

ROOT = Path(__file__).parents[2]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def browser() -> str:
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if not found:
        pytest.fail("Chromium is not installed; these tests need it: apt-get install chromium, or set CHROMIUM")
    return found


def test_no_sideways_scroll(tmp_path: Path) -> None:
    deep = tmp_path / ("a_folder_whose_name_has_no_place_to_break" * 3)  # the page names its file
    deep.mkdir()
    shutil.copy(ROOT / "models" / "wellbeing_trajectory.yaml", deep)
    shutil.copy(ROOT / "scenarios" / "easing-loneliness.yaml", deep)
    shutil.copytree(ROOT / "models", deep / "models")
    pages = {
        "model": api.docs(deep / "wellbeing_trajectory.yaml"),
        "cohort": api.docs(ROOT / "models" / "three_state.yaml"),
        "inputs": str(api.plot_inputs(deep / "easing-loneliness.yaml", "reached")),
    }
    frames = ""
    for name, text in pages.items():
        (tmp_path / f"{name}.html").write_text(text, encoding="utf-8")
        for width in (320, 390, 1280):
            frames += (
                f'<iframe title="{name} at {width}" src="{name}.html" style="width:{width}px;height:600px"></iframe>'
            )
    outer = tmp_path / "outer.html"
    outer.write_text(
        f"{frames}<script>onload=()=>{{for(const f of document.querySelectorAll('iframe')){{const d="
        "f.contentDocument.documentElement;"
        "document.body.append('['+f.title+': '+d.scrollWidth+' in '+d.clientWidth+']')}}</script>",
        encoding="utf-8",
    )
    options = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}"]
    options += ["--allow-file-access-from-files", "--virtual-time-budget=10000", "--dump-dom", outer.as_uri()]
    ended = subprocess.run([browser(), *options], capture_output=True, text=True, timeout=300, check=False)
    found = re.findall(r"\[([^:\]]+ at (\d+)): (\d+) in (\d+)\]", ended.stdout)
    assert len(found) == 3 * len(pages), ended.stdout[:500]
    for name, width, scroll, client in found:
        assert int(client) > int(width) - 30
        assert int(scroll) <= int(client), f"{name}: something sticks out"
