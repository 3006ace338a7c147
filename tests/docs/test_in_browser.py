"""The pages in a real browser: nothing sticks out of a narrow phone."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.report.test_browser import chromium
from wellbeva import api

pytestmark = pytest.mark.thorough

ROOT = Path(__file__).parents[2]


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
    options = ("--allow-file-access-from-files", "--virtual-time-budget=10000", "--dump-dom")
    dom = chromium(tmp_path, *options, outer.as_uri())
    found = re.findall(r"\[([^:\]]+ at (\d+)): (\d+) in (\d+)\]", dom)
    assert len(found) == 3 * len(pages), dom[:500]
    for name, width, scroll, client in found:
        assert int(client) > int(width) - 30
        assert int(scroll) <= int(client), f"{name}: something sticks out"
