"""The table of other assumptions, on a shipped scenario and by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from wellbeva import api

SCENARIO = Path(__file__).parents[2] / "scenarios" / "uk-community-offers.yaml"


@pytest.mark.thorough
def test_switches_and_variants_against_their_own_runs() -> None:
    table = api.run(SCENARIO, draws=8192).tables["assumptions"].set_index(["kind", "name", "option"])
    asrun = table.loc[("as run", "", "parkrun")]
    assert asrun["effect_per_1000"] == pytest.approx(1000 * asrun["effect"] / asrun["net_cost"], rel=1e-15)
    assert asrun["net_benefit"] == pytest.approx(15253 * asrun["effect"] - asrun["net_cost"], rel=1e-12)
    # The base case multiplies means: without the correction the effect is that of publication_bias = 1.
    factor = (0.55 + 4 * 0.80 + 1.00) / 6
    without = table.loc[("switch", "count_publication_bias", "parkrun")]
    assert without["effect"] == pytest.approx(asrun["effect"] / factor, rel=1e-12)
    assert without.label == "Without the correction for studies that were never printed"
    full = api.run(SCENARIO, draws=8192, variant="full_year").tables["assumptions"].set_index(["kind", "option"])
    assert table.loc[("variant", "full_year", "fisp"), "effect"] == full.loc[("as run", "fisp"), "effect"]


def test_a_variant_that_keeps_few_options_lists_only_those() -> None:
    table = api.run(SCENARIO, draws=8192).tables["assumptions"]
    kept = table.loc[table["name"] == "controlled_only", "option"]
    assert list(kept) == ["nhs_volunteers", "action_for_happiness", "fisp", "football", "power2"]
