"""``explain --draw``: one draw again, the bits of what a run keeps."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.shipped import COVERING
from tests.tiers import thorough_after
from wellbeva import api
from wellbeva.cli import main
from wellbeva.engine.run.block_loop import run
from wellbeva.engine.run.settings import RunSettings
from wellbeva.errors import WellbevaError
from wellbeva.plan.plan import Plan
from wellbeva.report.explain.replay import Address, replay

ROOT = Path(__file__).parents[2]


def same_bits(plan: Plan, address: Address) -> None:
    kept = run(
        plan,
        RunSettings(
            draws=address.draws,
            seed=address.seed,
            design=address.design,
            engine="reference",
            threads=1,
            keep_draws=True,
        ),
    )
    found = replay(plan, address)
    at = (address.randomisation, address.draw)
    for name, drawn in kept.inputs.items():
        assert found.drawn[name] == drawn[at], name
    compared = 0
    for name, drawn in kept.draws.items():
        if name == "decision.effect":
            assert list(found.effect.values()) == drawn[at].tolist()
        elif name in {"decision.cost", "decision.net_cost"}:
            parts = found.cost if name == "decision.cost" else found.net_cost
            assert list(parts.values()) == drawn[at].tolist()
        else:
            np.testing.assert_array_equal(np.broadcast_to(found.values[name].array, drawn[at].shape), drawn[at], name)
        compared += 1
    assert compared or not plan.elements


@pytest.mark.parametrize("path", thorough_after(1, COVERING))
def test_the_bits_are_those_a_run_keeps(path: Path) -> None:
    """Inputs, outcomes and decision of one draw; the base case is another thing."""
    plan = api.load(path).plan
    same_bits(plan, Address(draw=511, randomisation=13, draws=8192, seed=7))


@pytest.mark.parametrize("design", ["sobol", "random", "latin"])
def test_in_every_design(design: str) -> None:
    """R43: with ``random`` and ``latin`` a draw depends on how many there are in all. What is drawn together too."""
    plan = api.load(ROOT / "tests" / "scenario" / "small" / "forms.yaml").plan
    assert {one.kind for one in plan.joints} == {"copula", "dirichlet", "rows"}
    same_bits(plan, Address(draw=700, randomisation=15, draws=9000, seed=3, design=design))


def test_another_draw_has_other_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    plan = api.load("scenarios/easing-loneliness.yaml").plan
    one, other = (replay(plan, Address(draw=5, randomisation=row)).drawn for row in (0, 1))
    assert all(one[name] != other[name] for name in one)


RUNAWAY = """\
schema: wellbeva/scenario/1
scenario: A ratio that runs away
model: run_away
appraisal: green-book-2026
choose: one
options:
  a: {label: A, share_kept: "2% (sd 1.5%) [assumed]"}
"""
MODEL = """\
schema: wellbeva/model/1
model: run_away
parameters:
  share_kept: {unit: ratio, by: option, bounds: [-1, 1], spread: normal, doc: what is left}
equations:
  rest: share_kept * share_kept in ratio
outcomes: [rest]
checks:
  - {fail_if: share_kept < -0.025, say: less than nothing is left}
"""


def test_the_draw_that_a_failure_names_is_the_one_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A failure prints draw and randomisation; with these the same numbers come again, and the check that was true."""
    (tmp_path / "s.yaml").write_text(RUNAWAY, encoding="utf-8")
    (tmp_path / "run_away.yaml").write_text(MODEL, encoding="utf-8")
    with pytest.raises(WellbevaError) as refused:
        api.run(tmp_path / "s.yaml", draws=8192)
    (one,) = refused.value.diagnostics
    words = next(fact for fact in one.facts if "draw" in fact).split()
    draw, row = words[words.index("draw") + 1], words[words.index("randomisation") + 1].rstrip("at,")
    drawn = next(fact for fact in one.facts if fact.startswith("share_kept.a = ")).partition(" = ")[2]
    drawn = drawn.partition(", written: ")[0]
    done = main.main(["explain", str(tmp_path / "s.yaml"), "--draw", draw, "--randomisation", row, "--draws", "8192"])
    out = capsys.readouterr().out
    assert done == 0
    assert f"Draw {draw} of randomisation {row} (8,192 draws, design sobol, seed 1)" in out
    shown = next(line for line in out.splitlines() if line.startswith("  share_kept.a = ")).split()[2]
    assert f"{float(shown):g}" == drawn
    assert "  less than nothing is left" in out.splitlines()


ROWS = """\
schema: wellbeva/scenario/1
scenario: Draws of another program
model: run_away
appraisal: green-book-2026
choose: one
options: {a: {label: A}}
tables: [{file: draws.csv, rows: draw}]
sources: {them: {cite: Another program, evidence: initial, covers: all}}
"""


def test_supplied_rows_are_shown_as_they_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """R10: where the rows are all that is uncertain, draw k is row k + 1, whatever the seed."""
    (tmp_path / "s.yaml").write_text(ROWS, encoding="utf-8")
    (tmp_path / "run_away.yaml").write_text(MODEL, encoding="utf-8")
    (tmp_path / "draws.csv").write_text("share_kept.a\n0.25\n0.5\n0.125\n", encoding="utf-8")
    assert main.main(["explain", str(tmp_path / "s.yaml"), "--draw", "1", "--seed", "9"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "Draw 1: row 2 of the 3 of the table of draws" in lines
    assert any(line.split()[2:3] == ["0.5"] for line in lines if line.startswith("  share_kept"))
    assert any("0.25" in line for line in lines[lines.index("Equations in this draw") :])
    assert main.main(["explain", str(tmp_path / "s.yaml"), "--draw", "3"]) == 2
    assert "numbered from 0 to 2, randomisations from 0 to 0" in capsys.readouterr().err


def test_beyond_the_run_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    plan = api.load("scenarios/easing-loneliness.yaml").plan
    for draw, row in ((1024, 0), (-1, 0), (0, 16), (0, -1)):
        with pytest.raises(WellbevaError) as refused:
            replay(plan, Address(draw=draw, randomisation=row))
        assert refused.value.diagnostics[0].code == "WB-R102"
    assert replay(plan, Address(draw=1023, randomisation=15)).drawn


def test_a_ratio_of_means_has_no_value_in_a_draw(monkeypatch: pytest.MonkeyPatch) -> None:
    """R45: no ratio is formed draw by draw."""
    monkeypatch.chdir(ROOT)
    text = api.replay("scenarios/easing-loneliness.yaml", "cost_per_wellby", draw=0)
    assert "a ratio of means: it has no value in one draw (R45)" in text
    assert "Decision in this draw" not in text
    assert max(map(len, text.splitlines())) <= 80
