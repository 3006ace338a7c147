"""Joint draws that are a chain (R44): told where neighbours go together, and not of independent rows in any order."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from wellbeva.compiler.parameters.joint.mcmc_chain import chained, correlation_of_neighbours, times_too_small
from wellbeva.plan.record import CompiledScenario

Build = Callable[..., CompiledScenario]


def chain(rows: int, correlation: float, *, seed: int = 1, columns: int = 1) -> np.ndarray:
    """Draws of a normal chain of order 1."""
    rng = np.random.default_rng(seed)
    found = rng.standard_normal((rows, columns))
    for row in range(1, rows):
        found[row] = correlation * found[row - 1] + np.sqrt(1 - correlation**2) * found[row]
    return found


def test_a_chain_is_found() -> None:
    """Rank correlation of a normal pair is 6/pi asin(r/2): 0.891 at 0.9; its error here is some 0.01."""
    place, found = chained(np.column_stack([chain(2000, 0.0, seed=3), chain(2000, 0.9)])) or (-1, 0.0)
    assert place == 1
    assert found == pytest.approx(0.891, abs=0.04)
    assert times_too_small(0.9) == pytest.approx(np.sqrt(19), rel=1e-12)


@pytest.mark.thorough
def test_independent_rows_are_not_taken_for_a_chain() -> None:
    """2,000 tables of 3 columns: with a chance of 1e-6 a table, a false alarm among them has a chance of 0.2%."""
    rng = np.random.default_rng(5)
    for rows in (30, 60, 400):
        for _ in range(600):
            skewed = np.exp(2 * rng.standard_normal((rows, 3)))
            skewed[:, 2] = rng.random(rows) < 0.1  # few distinct values
            assert chained(skewed) is None
    for _ in range(200):
        assert chained(rng.standard_cauchy((100, 3))) is None


def test_sorted_rows_are_no_chain_and_a_weak_one_is_not_told() -> None:
    draws = np.random.default_rng(2).standard_normal((500, 2)) @ np.array([[1.0, 0.8], [0.0, 0.6]])
    ordered = draws[np.argsort(draws[:, 0])]
    assert chained(ordered) is None
    assert chained(ordered[::-1]) is None
    assert correlation_of_neighbours(ordered[:, 1]) > 0.5
    assert chained(chain(100_000, 0.05)) is None
    assert chained(chain(20, 0.95)) is None
    assert correlation_of_neighbours(np.ones(40)) == 0


def test_r44_a_table_that_is_a_chain_is_told(build: Build, small_scenario: str, tmp_path: Path) -> None:
    certain = small_scenario.replace("0.2 (0.1 to 0.3)", "0.2").replace("0.4 (0.2 to 0.6)", "0.4")
    table = "tables: [{file: draws.csv, rows: draw, source: assumed}]\n"
    for correlation, told in ((0.9, True), (0.0, False)):
        numbers = np.exp(0.2 * chain(400, correlation)[:, 0])
        (tmp_path / "draws.csv").write_text("factor\n" + "\n".join(f"{one:.6f}" for one in numbers) + "\n")
        warned = [one for one in build(table, scenario=certain).record.warnings if one.code == "WB-C037"]
        assert bool(warned) is told
        # where other numbers are uncertain too, rows are picked at random, and are independent then
        assert not [one for one in build(table).record.warnings if one.code == "WB-C037"]
