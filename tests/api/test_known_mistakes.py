"""Mistakes that other packages have made, and answered for in public: none of them is made here.

Others stand beside what they are about: dominance and its tables (dampack 149) in `analysis/test_incremental.py`, the
frontier that follows the mean (BCEA 78) and loss against the best option (dampack 84) in
`analysis/uncertainty/test_curves.py`, the EVPPI that fell when an input was added (dampack 86) in `test_information.py`
there, half cycles (heemod 173) in `engine/test_recurrences.py`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import wellbeva
from wellbeva.analysis.uncertainty.sobol import saltelli_design, sobol_indices

MODEL = """\
schema: wellbeva/model/1
model: squares
axes: {payer: {doc: who pays}}
parameters:
  x: {unit: LS, by: option, doc: a gain}
  same: {unit: LS, by: option, doc: the same gain}
  lasts: {unit: year, doc: how long a gain lasts, default: 3 years}
equations:
  square: x * x in LS^2
  double: x + same in LS
  wellbys: sum(double * step * where(t < lasts, 1, 0) * discount(wellbeing), over=time) in LS*year
  cost: 0 * square in LS^2
outcomes: [square, double, wellbys]
decision: {effect: double, cost: cost}
"""
SCENARIO = """\
schema: wellbeva/scenario/1
scenario: Squares
model: squares
appraisal: {preset: green-book-2026, discount: {wellbeing: 3.5%}}
comparator: nothing
choose: one
time: TIME
options:
  it: {label: It, x: "0.3 (0.1 to 0.5) [assumed]", same: same as x.it}
axes: {payer: [council]}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "squares.yaml").write_text(MODEL, "utf-8")
    for name, time in (("years", "{step: year, from: 0, to: 9}"), ("months", "{step: month, from: 0, to: 119}")):
        (tmp_path / f"{name}.yaml").write_text(SCENARIO.replace("TIME", time), "utf-8")
    return tmp_path


def test_an_input_that_stands_twice_is_drawn_once(folder: Path) -> None:
    """squigglepy 47: x * x of two copies has the mean m² and not m² + s²."""
    run = wellbeva.run(folder / "years.yaml", draws=8192, keep_draws=True).dataset
    x = run["inputs"].values[0]
    np.testing.assert_array_equal(run["draws_square"].values.ravel(), x * x)
    np.testing.assert_array_equal(run["draws_double"].values.ravel(), x + x)


def test_what_is_derived_from_an_input_moves_with_it(folder: Path) -> None:
    """SilverDecisions 192: one input at its ends, and all that is worked out from it is worked out anew."""
    made = wellbeva.model(folder / "years.yaml")
    assert made.inputs == ("x.it",)
    ends = made({"x.it": [0.1, 0.5]})
    assert ends["double"].values.ravel().tolist() == [0.2, 1.0]


def test_a_cycle_that_is_no_year_is_discounted_by_the_year_all_the_same(folder: Path) -> None:
    """heemod 89 and 298: years and months discount a steady flow by whole years alike, in closed form."""
    models = [wellbeva.model(folder / f"{name}.yaml") for name in ("years", "months")]
    found = [made({"x.it": 0.3})["wellbys"].values.item() for made in models]
    assert found == pytest.approx([0.6 * sum(1.035**-year for year in range(3))] * 2, rel=1e-13)


def test_sobol_indices_of_what_hardly_ever_varies_are_finite() -> None:
    """SALib 619: a resample without the only draw that differs has no variance to divide by."""
    x = saltelli_design(np.eye(2, dtype=bool), 64, seed=1)
    rare = np.zeros(len(x))
    rare[0] = 1e-3
    for index in sobol_indices(rare, 2, seed=1).values():
        assert np.isfinite(index.value).all()
        assert (np.abs(index.half) < 10).all()
