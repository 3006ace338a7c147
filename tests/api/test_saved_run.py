"""A run folder read again has the report that the run wrote."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from wellbeva import api
from wellbeva.api.saved.saved_run import open_saved
from wellbeva.errors import WellbevaError
from wellbeva.plan import serialise
from wellbeva.report.page.render import render

SCENARIO = Path(__file__).parents[2] / "scenarios/park-and-neighbours.yaml"


@pytest.mark.thorough
def test_r223_a_saved_run_has_the_page_of_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = api.run(SCENARIO, draws=8192).write(tmp_path / "run")
    written = (folder / "report.html").read_text("utf-8")
    assert render(open_saved(folder).page()) == written
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    empty = dict.fromkeys(manifest["warnings"][0])
    for others in (None, 3, "text", ["WB-A171: as text"], [{"code": "WB-A171"}], [empty]):
        (folder / "manifest.json").write_text(json.dumps(manifest | {"warnings": others}), "utf-8")
        assert open_saved(folder).compiled.record.warnings == ()
    monkeypatch.setattr(serialise, "plan_hash", lambda plan: "that of another version")
    with pytest.raises(WellbevaError, match="WB-R529"):
        open_saved(folder)
