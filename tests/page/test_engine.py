"""A page's numbers are those of `wellbeva run` with the same changes."""

from pathlib import Path

import wellbeva
from tests.page.page_runs import gaps, states
from wellbeva.page.data import engine_data

CLOSE = 1e-12
"""Sums of 16,384 draws in another order, and elementary functions without fused operations: some 1e-15 each."""


def test_the_demo_as_it_is_and_with_an_input_fixed(tmp_path: Path) -> None:
    path = "scenarios/uk-community-offers.yaml"
    found = states(tmp_path, engine_data(wellbeva.load(path)), [{}, {"changes": {"effect.parkrun": {"fixed": 0.4}}}])
    for page in found:
        run = wellbeva.run(path, overrides=page["set"]).dataset
        assert {name: gap for name, gap in gaps(page, run).items() if not gap <= CLOSE} == {}
