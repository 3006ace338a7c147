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
from python_calamine import CalamineWorkbook
from scipy.stats import weibull_min

pytestmark = pytest.mark.thorough

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "how-to" / "extend"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of the checkout as far as it runs, with the bytecode of what is not changed."""
    for name in ("src", "models", "scenarios", "tools"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path


def run(copy: Path, *words: str, code: int = 0) -> str:
    ended = subprocess.run(
        [sys.executable, *words],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy / "src"), "WELLBEVA_DEBUG": "1"},
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert ended.returncode == code, ended.stdout + ended.stderr
    return ended.stdout + ended.stderr * bool(code)


def test_a_quantile_is_one_line(copy: Path) -> None:
    (table,) = re.findall(r"^QUANTILES[^}]*\}", (PAGES / "statistic.md").read_text("utf-8"), re.MULTILINE)
    file = copy / "src" / "wellbeva" / "core" / "statistics.py"
    changed = re.sub(r"^QUANTILES[^}]*\}", table, file.read_text("utf-8"), flags=re.MULTILINE)
    assert changed != file.read_text("utf-8")
    file.write_text(changed, "utf-8")
    settings = ("--draws", "8192", "--keep-draws", "--no-report", "--out", "out", "--quiet")
    run(copy, "-m", "wellbeva", "run", "scenarios/easing-loneliness.yaml", *settings)
    summary = pd.read_csv(copy / "out" / "summary.csv")
    assert list(summary.columns[5:9]) == ["q025", "q05", "q10", "q25"]
    with xr.open_dataset(copy / "out" / "results.nc") as results:
        tenth = results["wellbys"].sel(statistic="q10", option="visits").item()
        drawn = results["draws_wellbys"].sel(option="visits").to_numpy()
    assert tenth == pytest.approx(np.quantile(drawn, 0.1), rel=1e-12)


def test_a_table_with_csv_and_report_block_is_two_files(copy: Path) -> None:
    files = re.findall(r"^```python\n# (src/\S+)\n(.*?)^```", (PAGES / "table.md").read_text("utf-8"), re.M | re.S)
    assert len(files) == 2
    for path, text in files:
        assert not (copy / path).exists()
        (copy / path).write_text(text, "utf-8")
    (entry,) = re.findall(r"^```toml\n(.*?)^```", (PAGES / "table.md").read_text("utf-8"), re.M | re.S)
    with (copy / "src/wellbeva/analysis/dictionary/columns.toml").open("a", encoding="utf-8") as dictionary:
        dictionary.write(f"\n{entry}")
    settings = ("--draws", "8192", "--out", "out", "--quiet")
    for more in (["--no-report"], []):  # the second run may replace the folder of the first
        run(copy, "-m", "wellbeva", "run", "scenarios/park-and-neighbours.yaml", *settings, *more)
    shares = pd.read_csv(copy / "out" / "shares.csv")
    with xr.open_dataset(copy / "out" / "results.nc") as results:
        gain = results["wellbys_by_group"].sel(statistic="mean").drop_vars("statistic")
        expected = (gain / gain.sum("group")).to_series()
    assert shares.set_index(["option", "group"])["share"].to_dict() == pytest.approx(expected.to_dict())
    book = CalamineWorkbook.from_path(copy / "out" / "results.xlsx")
    sheet = book.get_sheet_by_name("Shares of the gain").to_python(skip_empty_area=False)
    assert len(sheet) == 4 + len(shares)
    assert "the largest share of the gain goes to" in (copy / "out" / "report.html").read_text("utf-8")


WEIBULL = """
import json
import numpy as np
from scipy.stats import weibull_min
from tools.reference.pages import distributions_page
from wellbeva.distributions.moments import mean, sd
from wellbeva.distributions.quantile import cdf, ppf, sf
from wellbeva.distributions.spec import Distribution
from wellbeva.distributions.tables.fast_quantile import TOLERANCE, FastQuantile
from tools.reference.file_schemas import json_schema

law, exact = Distribution("weibull", (1.5, 8.0)), weibull_min(1.5, scale=8.0)
u = np.concatenate([np.logspace(-15, -1, 200), np.linspace(0.1, 0.9, 200), 1.0 - np.logspace(-15, -1, 200)])
np.testing.assert_allclose(ppf(law, u), exact.ppf(u), rtol=1e-12)
fast = FastQuantile(law)
assert fast.form.table is not None
np.testing.assert_allclose(fast(u), ppf(law, u), rtol=TOLERANCE)
x = np.array([0.01, 1.0, 8.0, 40.0])
np.testing.assert_allclose([cdf(law, x), sf(law, x)], [exact.cdf(x), exact.sf(x)], rtol=1e-12)
np.testing.assert_allclose([mean(law), sd(law)], [exact.mean(), exact.std()], rtol=1e-12)
cut = Distribution("weibull", (1.5, 8.0), 2.0, 9.0)
within = [exact.expect(lambda x, k=k: x**k, lb=2.0, ub=9.0, conditional=True) for k in (1, 2)]
np.testing.assert_allclose([mean(cut), sd(cut)], [within[0], (within[1] - within[0] ** 2) ** 0.5], rtol=1e-8)
narrow = Distribution("weibull", (1.5, 8.0), 2.0, 2.001)
np.testing.assert_allclose([mean(narrow), sd(narrow)], [2.0005, 0.001 / 12**0.5], rtol=1e-4)
assert "### weibull: shape, and scale or median" in distributions_page()
keys = json_schema("scenario")["$defs"]["ValueText"]["anyOf"][1]["properties"]
assert set(keys["weibull"]["properties"]) == {"shape", "scale", "median"}
"""


def test_a_family_is_one_file(copy: Path) -> None:
    page = (PAGES / "family.md").read_text("utf-8")
    (family,) = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    (copy / "src" / "wellbeva" / "distributions" / "families" / "weibull.py").write_text(family, "utf-8")
    run(copy, "-W", "error", "-c", WEIBULL)
    scenario = copy / "scenarios" / "easing-loneliness.yaml"
    value = "{weibull: {shape: 1.5, scale: 8 months}, source: assumed}"
    settings = ("--set", f"hold.visits={value}", "--keep-draws", "--no-report", "--out", "out", "--quiet")
    run(copy, "-m", "wellbeva", "run", str(scenario), *settings)
    told = run(copy, "-m", "wellbeva", "explain", str(scenario), "hold", "--set", f"hold.visits={value}")
    assert "weibull(shape=1.5, scale=0.666667)" in told
    with xr.open_dataset(copy / "out" / "results.nc") as results:
        drawn = results["inputs"].sel(element="hold[visits]").to_numpy()
    tenths = np.arange(0.1, 1.0, 0.1)
    assert np.quantile(drawn, tenths) == pytest.approx(weibull_min(1.5, scale=2 / 3).ppf(tenths), rel=1e-3)


EXPIT_MODEL = """
schema: wellbeva/model/1
model: expit
parameters: {log_odds: {unit: ratio, by: option, doc: log odds that somebody completes}}
equations: {completion: {is: expit(log_odds), unit: share}}
outcomes: [completion]
"""
EXPIT_SCENARIO = """
schema: wellbeva/scenario/1
scenario: Who completes
model: expit
appraisal: green-book-2026
choose: one
options: {visits: {label: Visits, log_odds: {normal: {mean: 0.3, sd: 0.2}, source: assumed}}}
"""
EXPIT = """
import numpy as np
from scipy.special import expit
from tools.reference.pages import functions_page
from wellbeva import WellbevaError, api

assert "### `expit(x)`" in functions_page()
shares = {}
for engine in ("reference", "blocked", "compiled"):
    results = api.run("s.yaml", engine=engine, draws=8192, keep_draws=True).dataset
    shares[engine] = results["draws_completion"].to_numpy().ravel()
    drawn = results["inputs"].sel(element="log_odds[visits]").to_numpy()
    np.testing.assert_allclose(shares[engine], expit(drawn), rtol=4e-16)
np.testing.assert_allclose(shares["compiled"], shares["reference"], rtol=4e-16)
np.testing.assert_array_equal(shares["blocked"], shares["reference"])
"""


def test_a_function_is_one_file(copy: Path) -> None:
    (function,) = re.findall(r"^```python\n(.*?)^```", (PAGES / "function.md").read_text("utf-8"), re.M | re.S)
    file = copy / "src" / "wellbeva" / "language" / "functions" / "expit.py"
    assert not file.exists()
    file.write_text(function, "utf-8")
    (copy / "expit.yaml").write_text(EXPIT_MODEL, "utf-8")
    (copy / "s.yaml").write_text(EXPIT_SCENARIO, "utf-8")
    run(copy, "-c", EXPIT)
    (copy / "expit.yaml").write_text(EXPIT_MODEL.replace("expit(log_odds)", "expit(1 year)"), "utf-8")
    assert "`expit` needs a number without a unit" in run(copy, "-m", "wellbeva", "check", "s.yaml", code=2)
    shutil.copy(ROOT / "pyproject.toml", copy)
    shutil.copytree(ROOT / "tests", copy / "tests", ignore=shutil.ignore_patterns("__pycache__"))
    files = [
        "docs/test_examples.py",
        "engine/test_vector_bits.py",
        "engine/test_vector_loops.py",
        "language/test_typing.py",
    ]
    tested = run(copy, "-m", "pytest", "-k", "expit", *(f"tests/{file}" for file in files))
    assert "5 passed" in tested
