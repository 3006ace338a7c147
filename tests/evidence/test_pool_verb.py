"""`wellbeva evidence pool`: one table, read as a scenario reads it, and all that is said of its studies."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from wellbeva.api.evidence.pooling import pool_studies
from wellbeva.cli import main
from wellbeva.errors import WellbevaError

ROOT = Path(__file__).parents[2]
STRESS = ROOT / "scenarios" / "tables" / "third_wave.csv"
BCG = """study,events,n,comparison_events,comparison_n
Aronson,4,123,11,139
Ferguson & Simes,6,306,29,303
Rosenthal et al.,3,231,11,220
Hart & Sutherland,62,13598,248,12867
Frimodt-Moller et al.,33,5069,47,5808
Stein & Aronson,180,1541,372,1451
Vandiviere et al.,8,2545,10,629
TPT Madras,505,88391,499,88391
Coetzee & Berjak,29,7499,45,7277
"Rosenthal, 1961",17,1716,65,1665
Comstock et al. 1974,186,50634,141,27338
Comstock & Webster,5,2498,3,2341
Comstock et al. 1976,27,16913,29,17854
"""
"""Colditz et al. (1994), doi:10.1001/jama.1994.03510330076038, as in van Houwelingen et al. (2002), table I."""


def test_counted_trials_give_the_printed_log_risk_ratio(tmp_path: Path) -> None:
    (tmp_path / "bcg.csv").write_text(BCG, "utf-8")
    found = pool_studies(tmp_path / "bcg.csv", interval="normal").value.estimate
    # Viechtbauer (2010), doi:10.18637/jss.v036.i03, page 15: REML, printed to four decimals.
    assert found.mean == pytest.approx(-0.7145, abs=5e-5)
    assert found.interval() == pytest.approx((-1.0669, -0.3622), abs=1e-4)
    assert found.tau2 == pytest.approx(0.3132, abs=1e-4)
    assert found.q == pytest.approx(152.2330, abs=1e-3)
    assert found.i2 == pytest.approx(0.9222, abs=5e-5)


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main.main(["evidence", "pool", *arguments]) == 0
    return capsys.readouterr().out


def test_all_of_it_fits_a_terminal_and_a_document(capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, str(STRESS))
    assert max(map(len, text.splitlines())) <= 80
    assert "A new setting     0.577    95% interval -0.0589 to 1.21" in text
    assert "Danitz & Orsillo" in text
    assert "{studies: third_wave.csv, pool: random effects, source: …}" in text
    made = json.loads(said(capsys, str(STRESS), "--json"))
    assert made["studies"] == 18
    assert len(made["without"]) == 18
    assert sum(made["weights"].values()) == pytest.approx(1)
    assert {row["method"] for row in made["publication_bias"]} >= {"PET-PEESE", "selection model"}


def test_a_column_says_what_holds_in_a_setting(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By a fixed effect it is weighted least squares, here 0.4 less 0.02 for a month, exactly."""
    path = tmp_path / "fades.csv"
    path.write_text("study,months,effect,se\nA,0,0.4,0.1\nB,5,0.3,0.2\nC,10,0.2,0.1\nD,12,0.16,0.3\n", "utf-8")
    assert pool_studies(path, ["months=8"], pool="fixed effect").value.estimate.mean == pytest.approx(0.24)
    text = said(capsys, str(path), "--at", "months=8", "--pool", "fixed effect")
    assert "with months 8" in text.splitlines()[0]
    assert "{studies: fades.csv, pool: fixed effect, at: {months: 8}, source: …}" in text
    with pytest.raises(WellbevaError, match="'at' takes columns of the table"):
        pool_studies(path, ["months"])


def test_what_cannot_be_pooled_is_refused_and_the_rest_says_what_it_cannot_see(tmp_path: Path) -> None:
    path = tmp_path / "same.csv"
    path.write_text("study,effect,se\nA,0.2,0.1\nB,0.2,0.1\nC,0.2,0.1\n", "utf-8")
    with pytest.raises(WellbevaError) as refused:
        pool_studies(path)
    assert refused.value.diagnostics[0].code == "WB-R510"
    two = tmp_path / "two.csv"
    two.write_text("study,effect,se\nA,0.2,0.1\nB,0.3,0.1\n", "utf-8")
    few = pool_studies(two, interval="normal")
    assert not few.corrections
    assert few.unseen
    with pytest.raises(WellbevaError) as wrong:
        pool_studies(two, between="Paul-Mandel")
    assert wrong.value.diagnostics[0].code == "WB-S501"
