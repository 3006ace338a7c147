"""What the pages in docs/how-to/extend say works in a copy of the package."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "how-to" / "extend"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of the checkout as far as it runs."""
    for name in ("src", "models", "scenarios"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def run(copy: Path, *words: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "wellbeva", *words],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy / "src"), "WELLBEVA_DEBUG": "1"},
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert ended.returncode == 0, ended.stderr


def test_a_quantile_is_one_line(copy: Path) -> None:
    (table,) = re.findall(r"^QUANTILES[^}]*\}", (PAGES / "statistic.md").read_text("utf-8"), re.MULTILINE)
    file = copy / "src" / "wellbeva" / "core" / "statistics.py"
    changed = re.sub(r"^QUANTILES[^}]*\}", table, file.read_text("utf-8"), flags=re.MULTILINE)
    assert changed != file.read_text("utf-8")
    file.write_text(changed, "utf-8")
    run(copy, "run", "scenarios/easing-loneliness.yaml", "--draws", "8192", "--keep-draws", "--out", "out", "--quiet")
    summary = pd.read_csv(copy / "out" / "summary.csv")
    assert list(summary.columns[5:9]) == ["q025", "q05", "q10", "q25"]
    with xr.open_dataset(copy / "out" / "results.nc") as results:
        tenth = results["wellbys"].sel(statistic="q10", option="visits").item()
        drawn = results["draws_wellbys"].sel(option="visits").to_numpy()
    assert tenth == pytest.approx(np.quantile(drawn, 0.1), rel=1e-12)


def test_a_table_with_csv_and_report_block_is_two_files(copy: Path) -> None:
    files = re.findall(r"^`(src/\S+)`\n\n```python\n(.*?)^```", (PAGES / "table.md").read_text("utf-8"), re.M | re.S)
    assert len(files) == 2
    for path, text in files:
        assert not (copy / path).exists()
        (copy / path).write_text(text, "utf-8")
    for _ in range(2):  # the second run may replace the folder of the first
        run(copy, "run", "scenarios/park-and-neighbours.yaml", "--draws", "8192", "--out", "out", "--quiet")
    shares = pd.read_csv(copy / "out" / "shares.csv")
    with xr.open_dataset(copy / "out" / "results.nc") as results:
        gain = results["wellbys_by_group"].sel(statistic="mean").drop_vars("statistic")
        expected = (gain / gain.sum("group")).to_series()
    assert shares.set_index(["option", "group"])["share"].to_dict() == pytest.approx(expected.to_dict())
    assert "the largest share of the gain goes to" in (copy / "out" / "report.html").read_text("utf-8")
