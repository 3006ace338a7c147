"""A run as ArviZ takes it. ArviZ is an extra."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from wellbeva import api
from wellbeva.api.views.arviz_groups import to_arviz
from wellbeva.errors import WellbevaError

pytestmark = pytest.mark.extras

RIVALS = Path(__file__).parents[2] / "scenarios" / "easing-loneliness.yaml"


@pytest.mark.filterwarnings("ignore:\nArviZ is undergoing:FutureWarning")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_randomisations_are_chains_and_arviz_reads_them() -> None:
    arviz = pytest.importorskip("arviz")
    run = api.run(RIVALS, draws=8192)
    made = run.to_arviz()
    inputs, outcomes = made["posterior"]["inputs"], made["posterior_predictive"]
    assert inputs.sizes == {"chain": 16, "draw": 512, "element": run.dataset.sizes["element"]}
    flat = run.dataset["draws_decision_cost"].sel(decision_option="phone").values
    np.testing.assert_array_equal(outcomes["decision_cost"].sel(decision_option="phone").values.ravel(), flat)
    randomisation = run.dataset["randomisation"].values
    np.testing.assert_array_equal(outcomes["decision_cost"].sel(decision_option="phone")[3], flat[randomisation == 3])
    summary = arviz.summary(made, var_names=["inputs"], kind="all")
    assert set(summary.index) == {f"inputs[{name}]" for name in run.dataset["element"].values}
    assert summary["r_hat"].max() < 1.01


def test_without_draws_or_without_arviz_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    draws = xr.Dataset({"draws_x": ("draw", np.arange(4.0))}, attrs={"randomisations": 2})
    monkeypatch.setitem(sys.modules, "arviz", None)
    for dataset, message in ((draws.drop_vars("draws_x"), "kept no draws"), (draws, "pip install 'wellbeva")):
        with pytest.raises(WellbevaError, match="WB-R194") as refused:
            to_arviz(dataset)
        assert message in str(refused.value)
